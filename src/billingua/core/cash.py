"""The cash book: what is sold and taken back for cash, and other money that comes in or goes out."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from billingua.core.invoice import Extras, total_owed
from billingua.core.line import InvoiceLine
from billingua.core.money import ZERO
from billingua.core.rounding import Rounding
from billingua.core.totals import Totals, totals


class CashKind(StrEnum):
    """Why money moves."""

    SALE = "sale"
    """Goods go out and are paid for at once."""
    RETURN = "return"
    """Goods come back and their price is given back at once."""
    INCOME = "income"
    EXPENSE = "expense"


COMES_IN = frozenset({CashKind.SALE, CashKind.INCOME})
"""Kinds of entries by which an account has more."""

SELLS = frozenset({CashKind.SALE, CashKind.RETURN})
"""Kinds of entries that have lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashEntry:
    """An entry of the cash book: a document that is settled as it is made, and never changes.

    `amount` is what moved, in `currency`; of a sale or a return, it is what its lines come to. The rates are those of
    the account's and of the other side's currency to the workspace's.
    """

    id: int
    uuid: UUID
    number: str
    kind: CashKind
    origin: str
    book: int
    account: str
    party: int | None = None
    counterparty: str | None = None
    currency: str
    exchange_rate: Decimal = Decimal(1)
    party_exchange_rate: Decimal | None = None
    dated_at: datetime
    created_at: datetime
    created_by: str | None = None
    amount: Decimal
    rounding: Rounding
    lines: tuple[InvoiceLine, ...] = ()
    branch: str | None = None
    payment_term: int | None = None
    salesperson: int | None = None
    reference: str | None = None
    description: str | None = None
    extras: Extras = field(default_factory=dict[str, Any])

    @property
    def totals(self) -> Totals:
        """The totals of what was sold or taken back, computed by the entry's rounding rule."""
        return totals(self.lines, (), self.rounding)

    @property
    def cash_flow(self) -> Decimal:
        """By how much the account has more, or less."""
        return self.amount if self.kind in COMES_IN else -self.amount

    @property
    def turnover(self) -> Decimal:
        """What the entry adds to what was sold, without tax: a return takes away, and other money is no sale."""
        return {CashKind.SALE: self.totals.net_total, CashKind.RETURN: -self.totals.net_total}.get(self.kind, ZERO)

    @property
    def tax_turnover(self) -> Decimal:
        """What the entry adds to the tax on what was sold."""
        return {CashKind.SALE: self.totals.tax_total, CashKind.RETURN: -self.totals.tax_total}.get(self.kind, ZERO)


def settled(entry: CashEntry, lines: tuple[InvoiceLine, ...]) -> CashEntry:
    """Let goods be paid for: what moves is what the lines come to. Refuses with `AmountTooLarge`."""
    return replace(entry, lines=lines, amount=total_owed(lines, (), entry.rounding))
