"""Payments: money that was received, and what it does to the invoices it covers."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from billingua.core.errors import CurrencyMismatch, InvoiceLocked
from billingua.core.invoice import Invoice, follow_balance, issue, reopen
from billingua.core.lifecycle import CLOSED, Status
from billingua.core.money import ZERO


class PaymentStatus(StrEnum):
    """How far a payment has come."""

    AWAITING = "awaiting"
    PROCESSING = "processing"
    COMPLETED = "completed"
    REFUNDED = "refunded"


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
        return sum((line.amount for line in self.lines), ZERO)


def apply_payment(invoice: Invoice, amount: Decimal, currency: str, now: datetime) -> Invoice:
    """Take an amount off what is owed. More than is owed is accepted: the balance turns negative.

    Refuses with `CurrencyMismatch`, and with `InvoiceLocked` on an invoice that is out of force.
    """
    if invoice.currency != currency:
        raise CurrencyMismatch(invoice.currency, currency)
    return _recompute(invoice, invoice.open_balance - amount, now)


def take_back_payment(invoice: Invoice, amount: Decimal, now: datetime) -> Invoice:
    """Put an amount back on what is owed; a paid invoice is open again once money is owed on it."""
    return _recompute(invoice, invoice.open_balance + amount, now)


def _recompute(invoice: Invoice, open_balance: Decimal, now: datetime) -> Invoice:
    if invoice.status in CLOSED:
        raise InvoiceLocked(invoice.status)
    if invoice.status is Status.DRAFT:
        invoice = issue(invoice, now=now)
    if invoice.status is Status.PAID and open_balance > 0:
        invoice = reopen(invoice, now=now)
    partly = ZERO < open_balance < invoice.original_balance
    return follow_balance(replace(invoice, open_balance=open_balance, partly_paid=partly, updated_at=now), now)
