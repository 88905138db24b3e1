"""The invoice: what it says, what is owed on it, and the decisions that change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any
from uuid import UUID

from billingua.core.errors import AmountTooLarge, InvoiceCredited
from billingua.core.lifecycle import Action, Status, next_status
from billingua.core.line import Attribute, Charge, InvoiceLine
from billingua.core.money import EXACT, LARGEST_AMOUNT, ZERO, add_up
from billingua.core.rounding import Rounding, en16931
from billingua.core.tax import LineTax
from billingua.core.totals import Totals, totals

Extras = Mapping[str, Mapping[str, Any]]
"""Members that one dialect alone understands, by dialect: plain JSON values, numbers as `int` or `Decimal`."""


KIND = "type"
"""Under which of its extras a dialect keeps what it calls the kind of an invoice."""
USUAL_KIND = "Invoice"


class Settlement(IntEnum):
    """How far an invoice is settled, whatever became of it otherwise."""

    OPEN = 0
    PARTLY = 1
    SETTLED = 2


@dataclass(frozen=True, slots=True)
class Credit:
    """A live credit note on an invoice: its id, and what it credits."""

    note: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice of the ledger. Amounts are in `currency`; parties, orders and the like are named by their ids.

    `number` is unique within `number_scope`: empty for the workspace's own numbers, else whoever numbers apart.
    `issued_at` and `due_at` are the moments that the invoice states (EN 16931, BT-2 and BT-9, with their time of day).
    `original_balance` is what was first owed and `open_balance` what is owed now: the computed total less payments,
    unless somebody stated them otherwise. `partly_paid` is a stated fact too: see docs/decisions.
    `pending_payments` counts the payments on it that are not completed yet.
    `credits` are the live credit notes on it, oldest first; they are taken off what is owed as payments are, but for
    `refund_due`: what they credit beyond what was owed.
    `stated_total` is the total that the invoice's author printed, beside the computed one.
    `claims` are texts that no other invoice of the workspace may have: each names a unique field and its value.
    """

    id: int
    uuid: UUID
    number: str
    number_scope: str = ""
    status: Status
    origin: str
    party: int
    consignee: int | None = None
    supplier: UUID | None = None
    order: int | None = None
    opportunity: int | None = None
    billing_address: int | None = None
    delivery_address: int | None = None
    currency: str
    exchange_rate: Decimal = Decimal(1)
    issued_at: datetime
    due_at: datetime | None = None
    voided_at: datetime | None = None
    created_at: datetime
    created_by: str | None = None
    updated_at: datetime
    original_balance: Decimal
    open_balance: Decimal
    partly_paid: bool = False
    pending_payments: int = 0
    credits: tuple[Credit, ...] = ()
    refund_due: Decimal = ZERO
    rounding: Rounding
    lines: tuple[InvoiceLine, ...] = ()
    charges: tuple[Charge, ...] = ()
    stated_total: Decimal | None = None
    purchase_order_number: str | None = None
    order_number: str | None = None
    reference: str | None = None
    terms: str | None = None
    description: str | None = None
    language: str = ""
    book: int | None = None
    branch: str | None = None
    payment_term: int | None = None
    salesperson: int | None = None
    channel: int | None = None
    external_id: str | None = None
    external_party_id: str | None = None
    attributes: tuple[Attribute, ...] | None = None
    claims: tuple[str, ...] = ()
    extras: Extras = field(default_factory=dict[str, Mapping[str, Any]])

    @property
    def totals(self) -> Totals:
        """The totals, computed by the invoice's rounding rule."""
        return totals(self.lines, self.charges, self.rounding)

    @property
    def number_key(self) -> str:
        """The number as numbers are compared: whatever the case, and without blanks at its end."""
        return number_key(self.number)

    def is_overdue(self, now: datetime) -> bool:
        """Whether money is owed and its day has passed."""
        return self.status is Status.OPEN and self.due_at is not None and self.due_at < now and self.open_balance > 0

    @property
    def credited(self) -> Decimal:
        """What all live credit notes come to."""
        return add_up(credit.amount for credit in self.credits)

    @property
    def settlement(self) -> Settlement:
        """How far it is settled: what owes nothing is, and so is what is void."""
        if self.status in {Status.PAID, Status.VOID} or self.open_balance <= 0:
            return Settlement.SETTLED
        return Settlement.PARTLY if self.partly_paid else Settlement.OPEN

    @property
    def kind_text(self) -> str:
        """What its author calls the kind of invoice that it is."""
        kinds = (members.get(KIND) for members in self.extras.values())
        return next((kind for kind in kinds if isinstance(kind, str)), USUAL_KIND)

    def extra(self, dialect: str) -> Mapping[str, Any]:
        """What only this dialect understands."""
        return self.extras.get(dialect, {})


def number_key(number: str) -> str:
    """Give the form in which two invoice numbers are compared."""
    return number.rstrip().casefold()


def with_extra(invoice: Invoice, dialect: str, members: Mapping[str, Any]) -> Invoice:
    """Set some of the members that only one dialect understands; the others stay."""
    if not members:
        return invoice
    return replace(invoice, extras={**invoice.extras, dialect: {**invoice.extra(dialect), **members}})


def total_at(invoice: Invoice, rates: Mapping[int, Decimal]) -> Decimal:
    """Give what an invoice would come to at other rates of its taxes, by their ids; what is owed stays as it is."""
    if all(rates.get(tax.tax, tax.rate) == tax.rate for line in invoice.lines for tax in line.taxes):
        return invoice.totals.grand_total
    lines = [
        replace(line, tax1=_at_rate(line.tax1, rates), tax2=_at_rate(line.tax2, rates)) if line.taxes else line
        for line in invoice.lines
    ]
    return totals(lines, invoice.charges, invoice.rounding).grand_total


def _at_rate(tax: LineTax | None, rates: Mapping[int, Decimal]) -> LineTax | None:
    return tax and replace(tax, rate=rates.get(tax.tax, tax.rate))


def total_owed(lines: Sequence[InvoiceLine], charges: Sequence[Charge], rounding: Rounding) -> Decimal:
    """Say what is owed on an invoice at first. Refuses with `AmountTooLarge` what no store would keep."""
    total = totals(lines, charges, rounding).grand_total
    if total.copy_abs() >= LARGEST_AMOUNT:
        raise AmountTooLarge(total)
    return total


def with_lines(invoice: Invoice, lines: tuple[InvoiceLine, ...], before: Invoice | None = None) -> Invoice:
    """Replace the lines and move both balances by as much as the total moves, so that what was paid stays paid.

    `before` is the invoice as it was, where more than its lines changes that the total depends on. The first lines of
    an invoice that had none say what is owed, whatever was stated. Refuses with `AmountTooLarge`.
    """
    before = before or invoice
    total = total_owed(lines, invoice.charges, invoice.rounding)
    change = EXACT.subtract(total, before.totals.grand_total if before.lines else before.original_balance)
    return replace(
        invoice,
        lines=lines,
        original_balance=EXACT.add(invoice.original_balance, change),
        open_balance=EXACT.add(invoice.open_balance, change),
    )


def in_currency(invoice: Invoice, currency: str) -> Invoice:
    """State the same figures in another currency; a rule that rounds to a currency's digits follows it."""
    if currency == invoice.currency:
        return invoice
    rounding = invoice.rounding
    if rounding == en16931(invoice.currency):
        rounding = en16931(currency)
    return replace(invoice, currency=currency, rounding=rounding)


def owing(invoice: Invoice, open_balance: Decimal, now: datetime) -> Invoice:
    """State what is owed; a paid invoice is open again once money is owed on it.

    What was credited beyond what was owed before is taken off it.
    """
    invoice = _set_off(replace(invoice, open_balance=open_balance))
    if invoice.status is Status.PAID and invoice.open_balance > 0:
        invoice = reopen(invoice, now=now)
    partly = ZERO < invoice.open_balance < invoice.original_balance
    return replace(invoice, partly_paid=partly, updated_at=now)


def _set_off(invoice: Invoice) -> Invoice:
    """Take off what is owed whatever was credited beyond what was owed before."""
    part = min(max(invoice.open_balance, ZERO), invoice.refund_due)
    if not part:
        return invoice
    return replace(
        invoice,
        open_balance=EXACT.subtract(invoice.open_balance, part),
        refund_due=EXACT.subtract(invoice.refund_due, part),
    )


def require_uncredited(invoice: Invoice) -> None:
    """Refuse with `InvoiceCredited` where there are live credit notes on an invoice."""
    if invoice.credits:
        raise InvoiceCredited(invoice.id, [credit.note for credit in invoice.credits])


def keep_credited(before: Invoice, after: Invoice) -> None:
    """See that an invoice with live credit notes goes on to charge what those credit, and to whom.

    Refuses with `InvoiceCredited`.
    """
    if before.credits and _charging(before) != _charging(after):
        require_uncredited(before)


def _charging(invoice: Invoice) -> tuple[Any, ...]:
    """Say what is charged, and to whom; an invoice without lines and charges charges what was first owed on it."""
    stated = None if invoice.lines or invoice.charges else invoice.original_balance
    return invoice.party, invoice.currency, invoice.rounding, invoice.lines, invoice.charges, stated


def follow_balance(invoice: Invoice, now: datetime) -> Invoice:
    """Count an invoice on which nothing is owed any more as paid; a draft is issued by that.

    Refuses with `TransitionRefused` where the invoice is rejected.
    """
    if invoice.open_balance > 0 or invoice.status in {Status.PAID, Status.VOID}:
        return invoice
    return settle(issue(invoice, now=now) if invoice.status is Status.DRAFT else invoice, now=now)


def issue(invoice: Invoice, *, now: datetime) -> Invoice:
    """Make a draft final and ask for its payment. Refuses with `TransitionRefused`."""
    return replace(invoice, status=next_status(invoice.status, Action.ISSUE), updated_at=now)


def settle(invoice: Invoice, *, now: datetime) -> Invoice:
    """Count an invoice as paid. Refuses with `TransitionRefused`."""
    return replace(invoice, status=next_status(invoice.status, Action.SETTLE), partly_paid=False, updated_at=now)


def reopen(invoice: Invoice, *, now: datetime) -> Invoice:
    """Ask again for the payment of a paid invoice, less what was credited since. Refuses with `TransitionRefused`."""
    status = next_status(invoice.status, Action.REOPEN)
    return replace(_set_off(invoice), status=status, updated_at=now)


def reject(invoice: Invoice, *, now: datetime) -> Invoice:
    """Note that the customer does not accept the invoice. Refuses with `TransitionRefused` or `InvoiceCredited`."""
    status = next_status(invoice.status, Action.REJECT)
    require_uncredited(invoice)
    return replace(invoice, status=status, updated_at=now)


def revise(invoice: Invoice, *, now: datetime) -> Invoice:
    """Take a rejected invoice back to be edited. Refuses with `TransitionRefused`."""
    return replace(invoice, status=next_status(invoice.status, Action.REVISE), updated_at=now)


def void(invoice: Invoice, *, at: datetime, now: datetime) -> Invoice:
    """Take an invoice out of force as of `at`: nothing is owed on it any more, and its number is not used again.

    Refuses with `TransitionRefused`, or with `InvoiceCredited`: credit notes on it are voided first.
    """
    status = next_status(invoice.status, Action.VOID)
    require_uncredited(invoice)
    return replace(invoice, status=status, voided_at=at, open_balance=ZERO, partly_paid=False, updated_at=now)
