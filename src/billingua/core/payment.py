"""Payments: money that was received, and what it does to the invoices it covers."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from billingua.core.errors import CurrencyMismatch
from billingua.core.invoice import Invoice, follow_balance, issue, reopen
from billingua.core.lifecycle import Action, Status, next_status, require_unlocked
from billingua.core.money import EXACT, ZERO, add_up


class PaymentStatus(StrEnum):
    """How far a payment has come."""

    AWAITING = "awaiting"
    PROCESSING = "processing"
    COMPLETED = "completed"
    REFUNDED = "refunded"


PENDING = frozenset({PaymentStatus.AWAITING, PaymentStatus.PROCESSING})
"""Statuses in which a payment counts on the balances but is not completed."""


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """How much of a payment, in its currency, goes to which invoice (its id)."""

    invoice: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money received from a party for one or several invoices; `applied` while it counts on their balances."""

    id: int
    uuid: UUID
    party: int
    currency: str
    lines: tuple[PaymentLine, ...]
    status: PaymentStatus = PaymentStatus.COMPLETED
    applied: bool = True
    memo: str = ""
    payer: str | None = None
    received_at: datetime
    created_by: str | None = None

    @property
    def total(self) -> Decimal:
        """The sum of the lines, exact."""
        return add_up(line.amount for line in self.lines)


def apply_payment(invoice: Invoice, amount: Decimal, currency: str, now: datetime) -> Invoice:
    """Take an amount off what is owed. More than is owed is accepted: the balance turns negative. A draft is issued.

    Refuses with `CurrencyMismatch`, with `InvoiceLocked` on an invoice that is out of force, and with
    `TransitionRefused` on one that its customer does not accept.
    """
    if invoice.currency != currency:
        raise CurrencyMismatch(invoice.currency, currency)
    require_unlocked(invoice.status)
    if invoice.status is Status.DRAFT:
        invoice = issue(invoice, now=now)
    if invoice.status is not Status.PAID:
        next_status(invoice.status, Action.SETTLE)  # what could never be paid takes no part of it either
    return follow_balance(_owing(invoice, EXACT.subtract(invoice.open_balance, amount), now), now)


def take_back_payment(invoice: Invoice, amount: Decimal, now: datetime) -> Invoice:
    """Put an amount back on what is owed; a paid invoice is open again once money is owed on it.

    Refuses with `InvoiceLocked` on an invoice that is out of force.
    """
    require_unlocked(invoice.status)
    return _owing(invoice, EXACT.add(invoice.open_balance, amount), now)


def _owing(invoice: Invoice, open_balance: Decimal, now: datetime) -> Invoice:
    if invoice.status is Status.PAID and open_balance > 0:
        invoice = reopen(invoice, now=now)
    partly = ZERO < open_balance < invoice.original_balance
    return replace(invoice, open_balance=open_balance, partly_paid=partly, updated_at=now)
