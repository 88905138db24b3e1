"""Payments: money that was received, and what it does to the invoices it covers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from billingua.core.errors import AmountNotPositive, AmountTooLarge, CurrencyMismatch, OperationRefused
from billingua.core.invoice import Extras, Invoice, follow_balance, issue, owing
from billingua.core.lifecycle import CLOSED, Action, Status, next_status, require_unlocked
from billingua.core.money import EXACT, LARGEST_AMOUNT, LARGEST_BALANCE, ZERO, add_up


class PaymentStatus(StrEnum):
    """How far a payment has come; one that is incomplete was begun and never came through."""

    INCOMPLETE = "incomplete"
    AWAITING = "awaiting"
    PROCESSING = "processing"
    COMPLETED = "completed"
    REFUNDED = "refunded"


PENDING = frozenset({PaymentStatus.AWAITING, PaymentStatus.PROCESSING})
"""Statuses in which a payment may count on the balances but is not completed."""

COUNTED = frozenset({*PENDING, PaymentStatus.COMPLETED})
"""Statuses in which a payment may count on the balances."""


class Operation(StrEnum):
    """What may be done by hand with what a payment does to the balances."""

    APPLY = "apply"
    REVERT = "revert"


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """How much of a payment, in its currency, goes to which invoice: its id, and its number as it was then."""

    invoice: int
    amount: Decimal
    invoice_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money received from a party for one or several invoices; `applied` while it counts on their balances.

    `payer` is the payer's name and `payer_id` the id that the payer goes by, which need not be one of the ledger's.
    `method` says how it was paid where a machine took the money, as `Visa ending in 4242`; None where nobody knows.
    `updated_at` is None as long as nothing about it has changed since it was received.
    """

    id: int
    uuid: UUID
    party: int
    currency: str
    lines: tuple[PaymentLine, ...]
    status: PaymentStatus = PaymentStatus.COMPLETED
    applied: bool = True
    memo: str = ""
    payer: str | None = None
    payer_id: str | None = None
    method: str | None = None
    channel: int | None = None
    external_id: str | None = None
    external_party_id: str | None = None
    received_at: datetime
    updated_at: datetime | None = None
    created_by: str | None = None
    extras: Extras = field(default_factory=dict[str, Mapping[str, Any]])

    @property
    def total(self) -> Decimal:
        """The sum of the lines, exact."""
        return add_up(line.amount for line in self.lines)

    @property
    def changed_at(self) -> datetime:
        """When it last changed."""
        return self.updated_at or self.received_at

    @property
    def invoices(self) -> tuple[int, ...]:
        """The invoices (their ids) that it covers, each once, in the order of the lines."""
        return tuple(dict.fromkeys(line.invoice for line in self.lines))

    @property
    def amounts(self) -> Mapping[int, Decimal]:
        """How much of it goes to each invoice (its id), by all lines together."""
        amounts = dict.fromkeys(self.invoices, ZERO)
        for line in self.lines:
            amounts[line.invoice] = EXACT.add(amounts[line.invoice], line.amount)
        return amounts

    @property
    def counted(self) -> Mapping[int, Decimal]:
        """How much of it counts on the balance of each invoice (its id)."""
        return self.amounts if self.applied else {}

    @property
    def is_pending(self) -> bool:
        """Whether it is one of the payments that its invoices wait for."""
        return self.status in PENDING

    def extra(self, dialect: str) -> Mapping[str, Any]:
        """What only this dialect understands."""
        return self.extras.get(dialect, {})


def check_amounts(lines: Sequence[PaymentLine]) -> None:
    """See that something is paid, and by every line. Refuses with `AmountNotPositive` or `AmountTooLarge`."""
    if not lines:
        raise AmountNotPositive(ZERO, 0)
    for index, line in enumerate(lines):
        if line.amount <= 0:
            raise AmountNotPositive(line.amount, index)
    _check_size(add_up(line.amount for line in lines), LARGEST_AMOUNT)


def _check_size(amount: Decimal, limit: Decimal, invoice: int | None = None) -> None:
    if amount.copy_abs() >= limit:
        raise AmountTooLarge(amount, invoice)


def counts(status: PaymentStatus, *, by_hand: bool, did: bool = False) -> bool:
    """Whether a payment that is written in a status counts at once: if it `did`, or if balances are not kept `by_hand`.

    In some statuses no payment does.
    """
    return status in COUNTED and (did or not by_hand)


def check_currency(payment: Payment | None, lines: Sequence[PaymentLine], currency: str, invoice: Invoice) -> None:
    """See that lines pay an invoice in its currency. Refuses with `CurrencyMismatch`.

    Where they say of it what the payment has said before, the invoice alone has changed: that is let be.
    """
    said = payment.amounts.get(invoice.id) if payment and payment.currency == currency else None
    if invoice.currency != currency and said != add_up(line.amount for line in lines if line.invoice == invoice.id):
        raise CurrencyMismatch(invoice.currency, currency, invoice.id)


def with_status(payment: Payment, status: PaymentStatus, *, by_hand: bool, now: datetime) -> Payment:
    """Note how far a payment has come; between statuses in which it may count, it counts if it did."""
    if payment.status in COUNTED and status in COUNTED:
        return replace(payment, status=status, updated_at=now)
    applied = counts(status, by_hand=by_hand, did=payment.applied)
    return replace(payment, status=status, applied=applied, updated_at=now)


def allowed_operations(payment: Payment, *, by_hand: bool) -> list[Operation]:
    """List what may be done with what a payment does to the balances: nothing, unless they are kept `by_hand`."""
    if not by_hand:
        return []
    if payment.applied:
        return [Operation.REVERT]
    return [Operation.APPLY] if payment.status in COUNTED else []


def operate(payment: Payment, operation: Operation, *, by_hand: bool, now: datetime) -> Payment:
    """Let a payment count on the balances, or no longer. Refuses with `OperationRefused`."""
    allowed = allowed_operations(payment, by_hand=by_hand)
    if operation not in allowed:
        raise OperationRefused(payment.id, operation, allowed)
    return replace(payment, applied=operation is Operation.APPLY, updated_at=now)


def apply_payment(invoice: Invoice, amount: Decimal, currency: str, now: datetime) -> Invoice:
    """Take an amount off what is owed. More than is owed is accepted: the balance turns negative. A draft is issued.

    Refuses with `CurrencyMismatch`, with `InvoiceLocked` on an invoice that is out of force, with `TransitionRefused`
    on one that its customer does not accept, and with `AmountTooLarge`.
    """
    if invoice.currency != currency:
        raise CurrencyMismatch(invoice.currency, currency, invoice.id)
    require_unlocked(invoice.status, invoice=invoice.id)
    if invoice.status is Status.DRAFT:
        invoice = issue(invoice, now=now)
    if invoice.status is not Status.PAID:
        next_status(invoice.status, Action.SETTLE, invoice.id)  # what could never be paid takes no part of it either
    open_balance = EXACT.subtract(invoice.open_balance, amount)
    # More than that may be owed, of which any part is taken off.
    _check_size(min(open_balance, ZERO), LARGEST_AMOUNT, invoice.id)
    return follow_balance(owing(invoice, open_balance, now), now)


def take_back_payment(invoice: Invoice, amount: Decimal, now: datetime) -> Invoice:
    """Put an amount back on what is owed; a paid invoice is open again once money is owed on it.

    Nothing is owed on an invoice that is out of force, whatever was paid on it goes back to the payer or not. More may
    be owed then than anybody may say: it refuses with `AmountTooLarge` only what no store keeps.
    """
    if invoice.status in CLOSED:
        return invoice
    open_balance = EXACT.add(invoice.open_balance, amount)
    _check_size(open_balance, LARGEST_BALANCE, invoice.id)
    owed = owing(invoice, open_balance, now)
    return follow_balance(owed, now) if owed.status is Status.OPEN else owed


def follow_payment(invoice: Invoice, before: Payment | None, after: Payment | None, now: datetime) -> Invoice:
    """Bring an invoice in line with a payment on it that comes (`before` is None), goes on, or goes (`after` is None).

    Where it counts otherwise than it did, what counted is put back on what is owed, and what counts now is taken off
    it. A balance that is in another currency than the payment by now is let be. Refuses as `apply_payment` and
    `take_back_payment`.
    """
    followed = invoice
    was, is_now = _counted(before, invoice), _counted(after, invoice)
    if was is not None and was != is_now:
        followed = take_back_payment(followed, was, now)
    if after is not None and is_now is not None and was != is_now:
        followed = apply_payment(followed, is_now, after.currency, now)
    more = _pending(after, invoice) - _pending(before, invoice)
    if more:
        followed = replace(followed, pending_payments=max(0, followed.pending_payments + more), updated_at=now)
    return followed


def follow_replacement(invoice: Invoice, before: Payment, after: Payment, now: datetime) -> Invoice:
    """Bring an invoice in line with a payment on it that is taken back and written anew.

    One that takes no payment any more lets a payment be that counts on it as it did. Refuses as `follow_payment`.
    """
    if invoice.status in _TAKES_NONE and _counted(before, invoice) == _counted(after, invoice):
        return follow_payment(invoice, before, after, now)
    return follow_payment(follow_payment(invoice, before, None, now), None, after, now)


_TAKES_NONE = CLOSED | {Status.REJECTED}
"""Statuses in which an invoice takes no payment."""


def _counted(payment: Payment | None, invoice: Invoice) -> Decimal | None:
    """Say how much of a payment counts on an invoice; amounts of another currency than the invoice's never do."""
    if payment is None or payment.currency != invoice.currency:
        return None
    return payment.counted.get(invoice.id)


def _pending(payment: Payment | None, invoice: Invoice) -> int:
    return int(payment is not None and payment.is_pending and invoice.id in payment.invoices)
