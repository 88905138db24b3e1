"""Why the ledger refuses: facts with the values involved, drawn as a tree. No dialect's words are here.

Refused
├─ NotFound
│  ├─ InvoiceNotFound
│  ├─ InvoiceLineNotFound
│  ├─ OrderNotFound
│  ├─ OrderLineNotFound
│  ├─ PartyNotFound
│  ├─ SupplierNotFound
│  ├─ SkuNotFound
│  ├─ ItemNotFound
│  ├─ TaxNotFound
│  ├─ OpportunityNotFound
│  ├─ AddressNotFound
│  ├─ UserNotFound
│  ├─ StageNotFound
│  ├─ ChannelNotFound
│  ├─ CurrencyNotFound
│  ├─ CredentialNotFound
│  ├─ BranchNotFound
│  ├─ BookNotFound
│  ├─ SalespersonNotFound
│  ├─ PaymentTermNotFound
│  ├─ PriceListNotFound
│  ├─ CashAccountNotFound
│  ├─ CashEntryNotFound
│  ├─ PaymentNotFound
│  ├─ ReceiptNotFound
│  ├─ ReceiptLineNotFound
│  ├─ CreditNoteNotFound
│  ├─ UploadNotFound
│  ├─ ExportNotFound
│  └─ PrintoutNotFound
├─ NotPermitted
│  └─ ChangeNotPermitted
├─ StateRefused
│  ├─ TransitionRefused
│  ├─ InvoiceLocked
│  ├─ InvoiceCredited
│  ├─ NothingToCredit
│  ├─ CreditNoteVoid
│  ├─ OnlyLine
│  ├─ InUse
│  ├─ EntryKept
│  ├─ BookKept
│  ├─ OrderCancelled
│  ├─ OrderBilled
│  ├─ OrderLineClosed
│  ├─ OperationRefused
│  └─ NothingToCancel
├─ ChangedMeanwhile
├─ LineRefused
│  ├─ UnknownLineItem
│  ├─ UnknownLineUnit
│  └─ ForeignLineUnit
├─ ExchangeRateMissing
├─ NumberTaken
│  └─ NumberingTaken
├─ NameTaken
├─ SkuTaken
├─ NumberMismatch
├─ OverInvoiced
├─ OverAllocated
├─ OverCredited
├─ AmountTooLarge
├─ AmountNotPositive
├─ TooManyLines
├─ ExportTooLarge
├─ NotAParticipant
├─ DateRefused
│  ├─ DateUnreadable
│  ├─ DateInFuture
│  └─ DateTooEarly
├─ FieldRefused
│  ├─ UnknownField
│  ├─ MissingField
│  └─ ValueTaken
└─ CurrencyMismatch
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal


class Refused(Exception):
    """Something was asked for that the ledger does not do; nothing has changed."""

    def __init__(self, *facts: object) -> None:
        super().__init__(*facts)

    def __str__(self) -> str:
        """Name the facts, for a log line."""
        facts = {name: value for name, value in vars(self).items() if value is not None}
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items()) or "refused"


class NotFound(Refused):
    """No such record in this workspace."""

    def __init__(self, asked: object) -> None:
        super().__init__(asked)
        self.asked = asked


class InvoiceNotFound(NotFound):
    """No such invoice."""


class InvoiceLineNotFound(NotFound):
    """No such line, or not of this invoice."""


class OrderNotFound(NotFound):
    """No such order, or none that the caller may see."""


class OrderLineNotFound(NotFound):
    """No such line in this order, or none that is the caller's."""

    def __init__(self, asked: object, index: int) -> None:
        super().__init__(asked)
        self.index = index


class PartyNotFound(NotFound):
    """No such company or person."""


class SupplierNotFound(NotFound):
    """No such supplier; `index` is the place in the request of the line that names it."""

    def __init__(self, asked: object, index: int) -> None:
        super().__init__(asked)
        self.index = index


class SkuNotFound(NotFound):
    """The supplier sells nothing under this SKU; `index` is the place in the request of the line that names it."""

    def __init__(self, asked: object, index: int) -> None:
        super().__init__(asked)
        self.index = index


class ItemNotFound(NotFound):
    """No such item."""


class TaxNotFound(NotFound):
    """No such tax."""


class OpportunityNotFound(NotFound):
    """No such opportunity."""


class AddressNotFound(NotFound):
    """No such address of this party, or not of the category that is needed."""


class UserNotFound(NotFound):
    """Nobody of the workspace's users."""


class StageNotFound(NotFound):
    """No such stage of opportunities."""


class ChannelNotFound(NotFound):
    """No such sales channel."""


class CurrencyNotFound(NotFound):
    """No such currency among those that can be invoiced in."""


class CredentialNotFound(NotFound):
    """No such credential."""


class PaymentNotFound(NotFound):
    """No such payment."""


class ReceiptNotFound(NotFound):
    """No such receipt."""


class ReceiptLineNotFound(NotFound):
    """No such line, or not of this receipt."""


class CreditNoteNotFound(NotFound):
    """No such credit note."""


class BranchNotFound(NotFound):
    """No such branch, or none that is active."""


class BookNotFound(NotFound):
    """No such book, or none for documents of this kind."""


class SalespersonNotFound(NotFound):
    """No such salesperson, or none of the branch."""


class PaymentTermNotFound(NotFound):
    """No such payment term."""


class PriceListNotFound(NotFound):
    """No such price list; where none is named, there is none for everybody."""


class CashAccountNotFound(NotFound):
    """No such cash account, or none by which money moves this way."""


class CashEntryNotFound(NotFound):
    """No such entry of the cash book."""


class UploadNotFound(NotFound):
    """No such file was received."""


class ExportNotFound(NotFound):
    """No such export, or none that the caller may fetch."""


class PrintoutNotFound(NotFound):
    """Nothing was printed under this id."""


class NotPermitted(Refused):
    """The caller may not do this."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class ChangeNotPermitted(NotPermitted):
    """The caller may not change this record."""


class StateRefused(Refused):
    """The record's state does not allow it."""


class TransitionRefused(StateRefused):
    """The invoice's status does not allow the action; `allowed` lists what it does allow.

    `invoice` is its id where a payment of it is refused, which may be for several.
    """

    def __init__(self, status: str, action: str, allowed: Sequence[str] = (), invoice: int | None = None) -> None:
        super().__init__(status, action, allowed, invoice)
        self.status = status
        self.action = action
        self.allowed = allowed
        self.invoice = invoice


class InvoiceLocked(StateRefused):
    """An invoice in this status is not edited; `invoice` is its id where a payment of it is refused."""

    def __init__(self, status: str, invoice: int | None = None) -> None:
        super().__init__(status, invoice)
        self.status = status
        self.invoice = invoice


class InvoiceCredited(StateRefused):
    """There are live credit notes (their ids) on the invoice: it stays in force, and what they credit as it is."""

    def __init__(self, invoice: int, notes: Sequence[int]) -> None:
        super().__init__(invoice, notes)
        self.invoice = invoice
        self.notes = notes


class NothingToCredit(StateRefused):
    """Nothing of the invoice is left to credit, or nothing is asked for."""

    def __init__(self, invoice: int) -> None:
        super().__init__(invoice)
        self.invoice = invoice


class CreditNoteVoid(StateRefused):
    """The credit note is out of force already."""

    def __init__(self, note: int) -> None:
        super().__init__(note)
        self.note = note


class InUse(StateRefused):
    """So many other records refer to this one."""

    def __init__(self, asked: int, uses: int) -> None:
        super().__init__(asked, uses)
        self.asked = asked
        self.uses = uses


class EntryKept(StateRefused):
    """An entry of one of the workspace's tables stays, by what names it there: documents may refer to it."""

    def __init__(self, table: str, entry: int | str) -> None:
        super().__init__(table, entry)
        self.table = table
        self.entry = entry


class BookKept(StateRefused):
    """A book (its id) that has given numbers stays what it is in one field, and never counts back."""

    def __init__(self, book: int, field: str, next_number: int) -> None:
        super().__init__(book, field, next_number)
        self.book = book
        self.field = field
        self.next_number = next_number


class OnlyLine(StateRefused):
    """The invoice has no other line, and one has to stay."""


class OrderCancelled(StateRefused):
    """Every line of the order is cancelled."""


class OrderBilled(StateRefused):
    """The order (its number on an invoice) is invoiced already, and has one invoice."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class OrderLineClosed(StateRefused):
    """The order line is cancelled or rejected; `index` is its place in the request."""

    def __init__(self, line: object, status: str, index: int) -> None:
        super().__init__(line, status, index)
        self.line = line
        self.status = status
        self.index = index


class OperationRefused(StateRefused):
    """This is not done with the payment now; `allowed` lists what is."""

    def __init__(self, payment: int, operation: str, allowed: Sequence[str] = ()) -> None:
        super().__init__(payment, operation, allowed)
        self.payment = payment
        self.operation = operation
        self.allowed = allowed


class NothingToCancel(StateRefused):
    """No line can be cancelled any more, or none is waiting for its supplier's answer."""


class ChangedMeanwhile(Refused):
    """The record is not in a version that was expected; `changes` lists, by JSON Pointer, what changed since.

    Each has the version that changed it last, and whose doing that was.
    """

    def __init__(self, version: int, expected: Sequence[int], changes: Sequence[tuple[str, int, str]] = ()) -> None:
        super().__init__(version, expected, changes)
        self.version = version
        self.expected = expected
        self.changes = changes


class LineRefused(Refused):
    """Something on a line cannot be; `index` is the line's place in the request."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


class UnknownLineItem(LineRefused):
    """The line names no item."""


class UnknownLineUnit(LineRefused):
    """The line names a unit that no item has."""


class ForeignLineUnit(LineRefused):
    """The line names a unit that its item does not have."""

    def __init__(self, index: int, unit: int) -> None:
        super().__init__(index)
        self.unit = unit


class ExchangeRateMissing(Refused):
    """Amounts in this currency need a rate to the workspace's own."""

    def __init__(self, currency: str) -> None:
        super().__init__(currency)
        self.currency = currency


class NumberTaken(Refused):
    """Another invoice has this number."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class NumberingTaken(NumberTaken):
    """Another invoice has the number that numbers would begin with, by what a dialect would be set to."""

    def __init__(self, number: str, dialect: str) -> None:
        super().__init__(number)
        self.args = number, dialect
        self.dialect = dialect


class NameTaken(Refused):
    """Another record of the kind has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class SkuTaken(Refused):
    """Another item of the supplier has this SKU."""

    def __init__(self, sku: str) -> None:
        super().__init__(sku)
        self.sku = sku


class NumberMismatch(Refused):
    """The invoice exists, but not under this number."""

    def __init__(self, invoice: int, number: str) -> None:
        super().__init__(invoice, number)
        self.invoice = invoice
        self.number = number


class OverInvoiced(Refused):
    """More would be invoiced of an order line than was ordered; `index` is the line's place in the request."""

    def __init__(self, line: object, ordered: Decimal, invoiced: Decimal, index: int) -> None:
        super().__init__(line, ordered, invoiced, index)
        self.line = line
        self.ordered = ordered
        self.invoiced = invoiced
        self.index = index


class OverAllocated(Refused):
    """More would be accepted of an order line than was ordered; `index` is the line's place in the request."""

    def __init__(self, line: object, ordered: int, accepted: int, index: int) -> None:
        super().__init__(line, ordered, accepted, index)
        self.line = line
        self.ordered = ordered
        self.accepted = accepted
        self.index = index


class OverCredited(Refused):
    """More would be credited than is left, or nothing, or what goes the other way.

    That is of an invoice's line (its id) or of charges of a kind, where `index` is the place in the request; or of all.
    """

    def __init__(
        self,
        credited: Decimal,
        left: Decimal,
        *,
        line: int | None = None,
        charge: str | None = None,
        index: int | None = None,
    ) -> None:
        super().__init__(credited, left, line, charge, index)
        self.credited = credited
        self.left = left
        self.line = line
        self.charge = charge
        self.index = index


class AmountTooLarge(Refused):
    """What an invoice or a payment comes to is more than can be kept; `invoice` is the one that a payment is for."""

    def __init__(self, amount: Decimal, invoice: int | None = None) -> None:
        super().__init__(amount, invoice)
        self.amount = amount
        self.invoice = invoice


class AmountNotPositive(Refused):
    """Nothing would be paid by a line of a payment; `index` is its place in the request."""

    def __init__(self, amount: Decimal, index: int) -> None:
        super().__init__(amount, index)
        self.amount = amount
        self.index = index


class TooManyLines(Refused):
    """The invoice would have more lines than it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class ExportTooLarge(Refused):
    """What would be exported is more than one file holds, in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class NotAParticipant(Refused):
    """The party takes no part in the opportunity."""

    def __init__(self, party: int, opportunity: int) -> None:
        super().__init__(party, opportunity)
        self.party = party
        self.opportunity = opportunity


class DateRefused(Refused):
    """A date that cannot be; `field` names it."""

    def __init__(self, field: str, value: datetime | str) -> None:
        super().__init__(field, value)
        self.field = field
        self.value = value


class DateUnreadable(DateRefused):
    """Not a date at all."""


class DateInFuture(DateRefused):
    """Later than now."""


class DateTooEarly(DateRefused):
    """Before a date that it has to follow."""


class FieldRefused(Refused):
    """A field that the workspace defines itself does not take this; `field` is its name."""

    def __init__(self, field: str, reason: str = "") -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


class UnknownField(FieldRefused):
    """The workspace defines no such field."""


class MissingField(FieldRefused):
    """The workspace requires this field."""


class ValueTaken(FieldRefused):
    """The field is unique and another record has the value."""


class CurrencyMismatch(Refused):
    """Amounts in two currencies meet where there can be one; `invoice` is the one that a payment is for."""

    def __init__(self, expected: str, given: str, invoice: int | None = None) -> None:
        super().__init__(expected, given, invoice)
        self.expected = expected
        self.given = given
        self.invoice = invoice
