"""What happened, told to the outside: each event names the invoice, order, payment or other record that it is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from billingua.core.lifecycle import Status


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one aggregate."""

    id: int
    number: str

    @property
    def name(self) -> str:
        """The event's name on the wire: `invoice.issued`."""
        return NAMES[type(self)]

    @property
    def details(self) -> Mapping[str, int | None]:
        """What else is told of it: nothing of most."""
        return {}


class InvoiceCreated(Event):
    """An invoice was written."""


class InvoiceEdited(Event):
    """What an invoice says was changed."""


class InvoiceIssued(Event):
    """A draft became final."""


class InvoicePaid(Event):
    """Nothing is owed on the invoice any more, or somebody said so."""


class InvoiceReopened(Event):
    """Payment is asked for again."""


class InvoiceRejected(Event):
    """The customer does not accept the invoice."""


class InvoiceRevised(Event):
    """A rejected invoice went back to be edited."""


class InvoiceVoided(Event):
    """The invoice is out of force."""


class InvoiceDeleted(Event):
    """The invoice is gone; its history stays."""


@dataclass(frozen=True)
class InvoicePrinted(Event):
    """A PDF of an invoice was made and kept: the printout's id, whom it is for, and in which opportunity."""

    printout: int = 0
    party: int = 0
    opportunity: int | None = None

    @property
    def details(self) -> Mapping[str, int | None]:
        """What else is told of it."""
        return {"printout": self.printout, "party": self.party, "opportunity": self.opportunity}


class OrderCreated(Event):
    """A retailer ordered something."""


class OrderEdited(Event):
    """What an order says, or what somebody says of it, was changed."""


class OrderSent(Event):
    """An order was handed over to its suppliers."""


class OrderAllocated(Event):
    """A supplier said how much of its lines it takes on."""


class OrderShipped(Event):
    """A package was sent."""


class OrderCancellationRequested(Event):
    """A retailer asked for lines of an order to be cancelled."""


class OrderCancellationRejected(Event):
    """A supplier does not cancel its lines."""


class OrderLinesCancelled(Event):
    """A supplier cancelled its lines."""


class OrderInvoiced(Event):
    """Part of an order was invoiced."""


class CashSaleMade(Event):
    """Goods were sold for cash."""


class CashReturnMade(Event):
    """Goods came back, and cash was given back for them."""


class CashTakenIn(Event):
    """Money came in that is no sale's."""


class CashPaidOut(Event):
    """Money went out for something else than a return."""


class PaymentRecorded(Event):
    """Money was received."""


class PaymentEdited(Event):
    """What a payment says, or how far it has come, was changed."""


class PaymentRefunded(Event):
    """The money went back."""


class PaymentApplied(Event):
    """A payment counts on the balances of its invoices from now on."""


class PaymentReverted(Event):
    """A payment no longer counts on the balances of its invoices."""


class PaymentDeleted(Event):
    """The payment is gone; its history stays."""


class ReceiptEdited(Event):
    """A line of a receipt is gone."""


class ReceiptDeleted(Event):
    """The receipt is gone; its history stays."""


@dataclass(frozen=True)
class CreditNoteIssued(Event):
    """A credit note was written, on which invoice (its id)."""

    invoice: int = 0

    @property
    def details(self) -> Mapping[str, int | None]:
        """What else is told of it."""
        return {"invoice": self.invoice}


@dataclass(frozen=True)
class CreditNoteVoided(Event):
    """A credit note is out of force, on which invoice (its id)."""

    invoice: int = 0

    @property
    def details(self) -> Mapping[str, int | None]:
        """What else is told of it."""
        return {"invoice": self.invoice}


NAMES: dict[type[Event], str] = {
    InvoiceCreated: "invoice.created",
    InvoiceEdited: "invoice.edited",
    InvoiceIssued: "invoice.issued",
    InvoicePaid: "invoice.paid",
    InvoiceReopened: "invoice.reopened",
    InvoiceRejected: "invoice.rejected",
    InvoiceRevised: "invoice.revised",
    InvoiceVoided: "invoice.voided",
    InvoiceDeleted: "invoice.deleted",
    InvoicePrinted: "invoice.printed",
    OrderCreated: "order.created",
    OrderEdited: "order.edited",
    OrderSent: "order.sent",
    OrderAllocated: "order.allocated",
    OrderShipped: "order.shipped",
    OrderCancellationRequested: "order.cancellation_requested",
    OrderCancellationRejected: "order.cancellation_rejected",
    OrderLinesCancelled: "order.lines_cancelled",
    OrderInvoiced: "order.invoiced",
    CashSaleMade: "cash.sale_made",
    CashReturnMade: "cash.return_made",
    CashTakenIn: "cash.taken_in",
    CashPaidOut: "cash.paid_out",
    PaymentRecorded: "payment.recorded",
    PaymentEdited: "payment.edited",
    PaymentRefunded: "payment.refunded",
    PaymentApplied: "payment.applied",
    PaymentReverted: "payment.reverted",
    PaymentDeleted: "payment.deleted",
    ReceiptEdited: "receipt.edited",
    ReceiptDeleted: "receipt.deleted",
    CreditNoteIssued: "credit_note.issued",
    CreditNoteVoided: "credit_note.voided",
}

_ON_THE_WAY: dict[tuple[Status, Status], tuple[type[Event], ...]] = {
    (Status.DRAFT, Status.OPEN): (InvoiceIssued,),
    (Status.DRAFT, Status.PAID): (InvoiceIssued, InvoicePaid),
    (Status.OPEN, Status.PAID): (InvoicePaid,),
    (Status.PAID, Status.OPEN): (InvoiceReopened,),
}


def of_balance(id: int, number: str, before: Status, after: Status) -> list[Event]:
    """Name what happened to an invoice whose balance took it from one status to another."""
    return [kind(id, number) for kind in _ON_THE_WAY.get((before, after), ())]
