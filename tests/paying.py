"""What paying has to come to: a model that knows the rules of payments and nothing of how they are kept.

Amounts are counted on their own here. Whatever would be refused changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from billingua.core.payment import COUNTED, PENDING, PaymentStatus

Lines = Sequence[tuple[int, Decimal]]
"""Ids of invoices and amounts."""


@dataclass
class Owed:
    """An invoice: what is owed on it, and how it stands: open or draft, rejected, void. `word` is 0, 1 or 2."""

    original: Decimal
    balance: Decimal
    word: int = 0
    state: str = "open"
    currency: str = "USD"

    def touch(self, more: Decimal) -> None:
        """Move the balance, and say anew how far it is paid."""
        if self.state != "void":
            self.balance += more
            self.word = 2 if self.balance <= 0 else int(self.balance < self.original)

    @property
    def is_paid(self) -> bool:
        return self.word == 2 and self.state == "open"


@dataclass
class Noted:
    """A payment, in USD, and whether it counts."""

    lines: Lines
    status: PaymentStatus
    applied: bool

    @property
    def is_pending(self) -> bool:
        return self.status in PENDING

    def counted(self) -> dict[int, Decimal]:
        return _sums(self.lines) if self.applied else {}


def _sums(lines: Lines) -> dict[int, Decimal]:
    return {invoice: sum(amount for id, amount in lines if id == invoice) for invoice, _ in lines}


class Books:
    """Invoices and payments as they should be; every command says whether it is granted."""

    def __init__(self, *, by_hand: bool) -> None:
        self.by_hand = by_hand
        self.invoices: dict[int, Owed] = {}
        self.payments: dict[int, Noted] = {}

    def pending(self, invoice: int) -> int:
        """Count the payments that an invoice waits for."""
        return sum(payment.is_pending and invoice in dict(payment.lines) for payment in self.payments.values())

    def record(self, lines: Lines, status: PaymentStatus, id: int) -> bool:
        noted = Noted(lines, status, status in COUNTED and not self.by_hand)
        if not self._all_there(lines) or self._foreign(lines) or not self._takes(noted.counted()):
            return False
        self.payments[id] = noted
        self._move(noted.counted(), -1)
        return True

    def pay(self, invoice: int, amount: Decimal | None, id: int) -> bool:
        """Pay an amount of an invoice in USD by itself, or all that is owed: that counts whoever keeps the balances."""
        owed = self.invoices[invoice]
        if owed.state != "open" or owed.is_paid:
            return False
        self.payments[id] = Noted([(invoice, amount or owed.balance)], PaymentStatus.COMPLETED, applied=True)
        self._move(self.payments[id].counted(), -1)
        return True

    def rewrite(self, id: int, lines: Lines, status: PaymentStatus) -> bool:
        before = self.payments[id]
        after = Noted(lines, status, status in COUNTED and (not self.by_hand or before.applied))
        was, is_now = self._counted(before), self._counted(after)
        stuck = {
            invoice
            for invoice in was.keys() & is_now.keys() & self.invoices.keys()
            if was[invoice] == is_now[invoice] and self.invoices[invoice].state in {"rejected", "void"}
        }
        was, is_now = ({one: sums[one] for one in sums if one not in stuck} for sums in (was, is_now))
        sums, said = _sums(lines), _sums(before.lines)
        changed = any(sums[invoice] != said.get(invoice) for invoice in self._foreign(lines))
        if not self._all_there(lines) or changed or not self._takes(is_now):
            return False
        self.payments[id] = after
        self._move(was, 1)
        self._move(is_now, -1)
        return True

    def set_status(self, id: int, status: PaymentStatus) -> bool:
        before = self.payments[id]
        if status in COUNTED and before.status in COUNTED:
            before.status = status
            return True
        applied = status in COUNTED and not self.by_hand
        return self._count(id, replace(before, status=status, applied=applied))

    def operate(self, id: int, *, applied: bool) -> bool:
        before = self.payments[id]
        if not self.by_hand or before.applied is applied or (applied and before.status not in COUNTED):
            return False
        return self._count(id, replace(before, applied=applied))

    def delete(self, id: int) -> bool:
        self._move(self._counted(self.payments.pop(id)), 1)
        return True

    def set_balance(self, id: int, balance: Decimal, currency: str = "USD") -> bool:
        owed = self.invoices[id]
        if owed.state == "void" or (owed.state == "rejected" and balance <= 0):
            return False
        owed.balance, owed.currency = balance, currency
        owed.word = 2 if balance <= 0 else owed.word
        owed.state = "open" if balance <= 0 else owed.state
        return True

    def void(self, id: int) -> bool:
        owed = self.invoices[id]
        if owed.state not in {"open", "draft"} or owed.is_paid:
            return False
        self.invoices[id] = replace(owed, balance=Decimal(0), word=2, state="void")
        return True

    def reject(self, id: int) -> bool:
        owed = self.invoices[id]
        if owed.state != "open" or owed.is_paid:
            return False
        owed.state = "rejected"
        return True

    def revise(self, id: int) -> bool:
        owed = self.invoices[id]
        if owed.state != "rejected":
            return False
        owed.state = "draft"
        return True

    def _count(self, id: int, after: Noted) -> bool:
        """Let a payment count otherwise than it did; invoices that are gone are let be."""
        was, is_now = self._counted(self.payments[id]), self._counted(after)
        if was == is_now:
            was = is_now = {}
        there = {invoice: amount for invoice, amount in is_now.items() if invoice in self.invoices}
        if not self._takes(there):
            return False
        self.payments[id] = after
        self._move(was, 1)
        self._move(there, -1)
        return True

    def _counted(self, noted: Noted) -> dict[int, Decimal]:
        """Say how much of a payment counts on which invoices: dollars count on no balance that is not in dollars."""
        foreign = self._foreign(noted.lines)
        return {invoice: amount for invoice, amount in noted.counted().items() if invoice not in foreign}

    def _foreign(self, lines: Lines) -> set[int]:
        there = {invoice for invoice, _ in lines} & self.invoices.keys()
        return {invoice for invoice in there if self.invoices[invoice].currency != "USD"}

    def _all_there(self, lines: Lines) -> bool:
        return all(invoice in self.invoices for invoice, _ in lines)

    def _takes(self, amounts: dict[int, Decimal]) -> bool:
        return all(self.invoices[invoice].state in {"open", "draft"} for invoice in amounts)

    def _move(self, amounts: dict[int, Decimal], sign: int) -> None:
        for invoice, amount in amounts.items():
            owed = self.invoices.get(invoice)
            if owed:
                owed.touch(sign * amount)
                owed.state = "open" if sign < 0 and owed.state == "draft" else owed.state
