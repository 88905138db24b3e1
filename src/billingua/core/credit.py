"""Credit notes (EN 16931, type code 381): what is taken back of an invoice that was issued, line by line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from billingua.core.errors import (
    AmountTooLarge,
    CreditNoteVoid,
    InvoiceLineNotFound,
    NothingToCredit,
    OverCredited,
    TransitionRefused,
)
from billingua.core.invoice import Credit, Extras, Invoice, follow_balance, owing
from billingua.core.lifecycle import Status, allowed_actions
from billingua.core.line import Charge, ChargeKind, InvoiceLine
from billingua.core.money import EXACT, LARGEST_BALANCE, ZERO, add_up
from billingua.core.rounding import Rounding
from billingua.core.totals import Totals, totals

CREDIT = "credit"
"""What crediting is called among the actions on an invoice."""

CREDITABLE = frozenset({Status.OPEN, Status.PAID})
"""Statuses in which an invoice was issued and is in force."""

WHOLE = 0
"""Stands for the line that an invoice without lines and charges has none of: all that was first owed on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLine(InvoiceLine):
    """A line of a credit note; `id` is that of the invoice's line that it credits, at the price and taxes invoiced.

    It credits pieces of it or, `by_amount`, some of its net: then it is one piece whose price is that amount.
    """

    by_amount: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote:
    """A credit note on one invoice (its id), for the same party (its id), in the same currency, rounded as that is.

    `rounding_amount` (EN 16931, BT-114) is added to what its lines and charges come to, so that all notes on an
    invoice never come to more than that, and the one that credits the rest to exactly that.
    """

    id: int
    uuid: UUID
    number: str
    invoice: int
    party: int
    currency: str
    exchange_rate: Decimal = Decimal(1)
    issued_at: datetime
    created_at: datetime
    created_by: str | None = None
    voided_at: datetime | None = None
    origin: str
    reason: str = ""
    rounding: Rounding
    lines: tuple[CreditLine, ...] = ()
    charges: tuple[Charge, ...] = ()
    rounding_amount: Decimal = ZERO
    extras: Extras = field(default_factory=dict[str, Mapping[str, Any]])

    @property
    def totals(self) -> Totals:
        """What the lines and charges come to, computed by the invoice's rounding rule."""
        return totals(self.lines, self.charges, self.rounding)

    @property
    def total(self) -> Decimal:
        """What is credited (BT-115), in its currency."""
        return EXACT.add(self.totals.grand_total, self.rounding_amount)

    @property
    def is_live(self) -> bool:
        """Whether it is in force."""
        return self.voided_at is None


@dataclass(frozen=True, slots=True)
class LineCredit:
    """How much to credit of an invoice's line (its id): pieces, or an amount of its net, or else all that is left."""

    line: int
    quantity: Decimal | None = None
    amount: Decimal | None = None


# What is left.


@dataclass(frozen=True, slots=True)
class LineRest:
    """What is left to credit of a line, which comes to `net`: pieces, and an amount of that.

    Once some of it was credited by amount, it is used up with its net; until then, `in_pieces`, with its pieces.
    """

    line: InvoiceLine
    net: Decimal
    quantity: Decimal
    amount: Decimal
    in_pieces: bool = True

    @property
    def is_used_up(self) -> bool:
        """Whether nothing is left."""
        return not self.quantity if self.in_pieces else not _is_part(self.amount, self.amount, self.net)

    def less(self, credited: CreditLine, net: Decimal) -> "LineRest":
        """Give what is left once a line of a note, which comes to `net`, has credited some."""
        pieces = ZERO if credited.by_amount else credited.quantity or ZERO
        return replace(
            self,
            quantity=EXACT.subtract(self.quantity, pieces),
            amount=EXACT.subtract(self.amount, net),
            in_pieces=self.in_pieces and not credited.by_amount,
        )


def _is_part(part: Decimal, whole: Decimal, direction: Decimal) -> bool:
    """Whether something is a part of a whole, neither nothing nor more, where both go in the same direction."""
    same_way = EXACT.multiply(part, direction) > 0 and EXACT.multiply(whole, direction) > 0
    return same_way and part.copy_abs() <= whole.copy_abs()


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left to credit of an invoice: of each line by its id, of the charges of each kind, and in all."""

    lines: Mapping[int, LineRest]
    charges: Mapping[ChargeKind, Decimal]
    total: Decimal

    @property
    def is_used_up(self) -> bool:
        """Whether nothing is left of any line or charge."""
        return all(line.is_used_up for line in self.lines.values()) and not any(self.charges.values())


def creditable_lines(invoice: Invoice) -> tuple[InvoiceLine, ...]:
    """Give the lines that can be credited; one for all that was first owed where the invoice says nothing else."""
    if invoice.lines or invoice.charges:
        return invoice.lines
    return (InvoiceLine(id=WHOLE, position=0, quantity=Decimal(1), unit_price=invoice.original_balance),)


def rest_of(invoice: Invoice, notes: Sequence[CreditNote]) -> Rest:
    """Say what is left to credit of an invoice on which there are these live notes."""
    lines = creditable_lines(invoice)
    invoiced = totals(lines, invoice.charges, invoice.rounding)
    rests = {
        line.id: LineRest(line, total.net, line.quantity or ZERO, total.net)
        for line, total in zip(lines, invoiced.lines, strict=True)
    }
    for note in notes:
        for line, total in zip(note.lines, note.totals.lines, strict=True):
            rests[line.id] = rests[line.id].less(line, total.net)
    credited = [charge for note in notes for charge in note.charges]
    charges = {
        kind: EXACT.subtract(_charged(invoice.charges, kind), _charged(credited, kind))
        for kind in dict.fromkeys(charge.kind for charge in invoice.charges)
    }
    return Rest(rests, charges, EXACT.subtract(invoiced.grand_total, add_up(note.total for note in notes)))


def _charged(charges: Iterable[Charge], kind: ChargeKind) -> Decimal:
    return add_up(charge.amount for charge in charges if charge.kind is kind)


# What is credited.


def require_creditable(invoice: Invoice) -> None:
    """Refuse with `TransitionRefused` unless an invoice was issued and is in force."""
    if invoice.status not in CREDITABLE:
        raise TransitionRefused(invoice.status, CREDIT, allowed_actions(invoice.status))


def _whole(rest: Rest) -> tuple[list[LineCredit], list[Charge]]:
    """Name all that is left, to credit it."""
    lines = [LineCredit(id) for id, line in rest.lines.items() if not line.is_used_up]
    return lines, [Charge(kind, amount) for kind, amount in rest.charges.items() if amount]


def write_credit(
    draft: CreditNote,
    invoice: Invoice,
    notes: Sequence[CreditNote],
    lines: Sequence[LineCredit] | None = None,
    charges: Sequence[Charge] | None = None,
) -> CreditNote:
    """Write what a note credits of an invoice on which there are other live `notes`; all that is left, if nothing said.

    Refuses with `NothingToCredit`; `InvoiceLineNotFound`, or `OverCredited` for a line, for a charge, or for the sum of
    all notes.
    """
    rest = rest_of(invoice, notes)
    if rest.is_used_up or rest.total < 0:
        raise NothingToCredit(invoice.id)
    if lines is None and charges is None:
        lines, charges = _whole(rest)
    if not lines and not charges:
        raise NothingToCredit(invoice.id)
    credited = _credited_lines(lines or (), rest, invoice.rounding)
    _check_charges(charges or (), rest)
    note = replace(draft, lines=credited, charges=tuple(charges or ()))
    total = _total(note, invoice, notes, rest.total)
    return replace(note, rounding_amount=EXACT.subtract(total, note.totals.grand_total))


def _credited_lines(asked: Sequence[LineCredit], rest: Rest, rounding: Rounding) -> tuple[CreditLine, ...]:
    """Write the lines of a note, each within what the ones before it leave."""
    rests, written = dict(rest.lines), list[CreditLine]()
    for index, credit in enumerate(asked):
        left = rests.get(credit.line)
        if left is None:
            raise InvoiceLineNotFound(credit.line)
        line = replace(_credited(credit, left), position=index)
        net = totals([line], (), rounding).lines[0].net
        _check_line(line, net, left, index)
        rests[credit.line] = left.less(line, net)
        written.append(line)
    return tuple(written)


def _credited(credit: LineCredit, left: LineRest) -> CreditLine:
    """Write a line of a note: pieces as they were invoiced, or an amount with the taxes that were."""
    quantity, amount = credit.quantity, credit.amount
    if quantity is None and amount is None:
        quantity, amount = (left.quantity, None) if left.in_pieces else (None, left.amount)
    invoiced = CreditLine(**{one.name: getattr(left.line, one.name) for one in fields(InvoiceLine)})
    if amount is None:
        return replace(invoiced, quantity=quantity)
    return replace(
        invoiced,
        quantity=Decimal(1),
        unit_price=amount,
        discount_percent=ZERO,
        discount_per_unit=ZERO,
        by_amount=True,
    )


def _check_line(line: CreditLine, net: Decimal, left: LineRest, index: int) -> None:
    """See that a line credits some of what is left, and no more. Refuses with `OverCredited`."""
    quantity = line.quantity or ZERO
    if line.by_amount:
        if not _is_part(net, left.amount, left.net):
            raise OverCredited(line.unit_price or ZERO, left.amount, line=line.id, index=index)
    elif not _is_part(quantity, left.quantity, left.line.quantity or ZERO):
        raise OverCredited(quantity, left.quantity, line=line.id, index=index)
    elif not left.in_pieces and net and not _is_part(net, left.amount, left.net):
        raise OverCredited(net, left.amount, line=line.id, index=index)


def _check_charges(charges: Sequence[Charge], rest: Rest) -> None:
    """See that charges are credited within what is left of those of their kind. Refuses with `OverCredited`."""
    left = dict(rest.charges)
    for index, charge in enumerate(charges):
        of_kind = left.get(charge.kind, ZERO)
        if not _is_part(charge.amount, of_kind, of_kind):
            raise OverCredited(charge.amount, of_kind, charge=charge.kind, index=index)
        left[charge.kind] = EXACT.subtract(of_kind, charge.amount)


class _Unrounded(Rounding):
    """Rounds nothing."""

    def settle(self, amount: Decimal) -> Decimal:
        return amount


_UNROUNDED = _Unrounded()


def _total(note: CreditNote, invoice: Invoice, notes: Sequence[CreditNote], left: Decimal) -> Decimal:
    """Say what a note comes to, of so much that is left: all of that with the last of it, and never more.

    Roundings alone may add up to more than the invoice's own: they are taken off. Refuses with `OverCredited`.
    """
    total = note.totals.grand_total
    if rest_of(invoice, [*notes, note]).is_used_up:
        return left
    if total > left:
        exact = add_up(_exact(one.lines, one.charges) for one in [*notes, note])
        if exact > _exact(creditable_lines(invoice), invoice.charges):
            raise OverCredited(total, left)
        total = left
    if total < 0:
        raise OverCredited(total, left)
    return total


def _exact(lines: Sequence[InvoiceLine], charges: Sequence[Charge]) -> Decimal:
    return totals(lines, charges, _UNROUNDED).grand_total


# What it does to the invoice.


def credit(invoice: Invoice, note: CreditNote, now: datetime) -> Invoice:
    """Take a note off what is owed on an invoice; what it credits beyond that is due back to the party.

    Nothing is owed any more on an invoice that is counted as paid, whatever its balance says.
    """
    owed = max(invoice.open_balance, ZERO) if invoice.status is Status.OPEN else ZERO
    part = min(note.total, owed)
    credited = replace(
        invoice,
        credits=(*invoice.credits, Credit(note.id, note.total)),
        refund_due=EXACT.add(invoice.refund_due, EXACT.subtract(note.total, part)),
        updated_at=now,
    )
    return follow_balance(owing(credited, EXACT.subtract(invoice.open_balance, part), now), now) if part else credited


def void_credit(note: CreditNote, now: datetime) -> CreditNote:
    """Take a note out of force; its number is not used again. Refuses with `CreditNoteVoid`."""
    if not note.is_live:
        raise CreditNoteVoid(note.id)
    return replace(note, voided_at=now)


def take_back_credit(invoice: Invoice, note: CreditNote, now: datetime) -> Invoice:
    """Put what a note took off back on what is owed, once none of it is due back; refuses with `AmountTooLarge`."""
    not_due = min(invoice.refund_due, note.total)
    left = replace(
        invoice,
        credits=tuple(one for one in invoice.credits if one.note != note.id),
        refund_due=EXACT.subtract(invoice.refund_due, not_due),
        updated_at=now,
    )
    if not_due == note.total:
        return left
    open_balance = EXACT.add(invoice.open_balance, EXACT.subtract(note.total, not_due))
    if open_balance >= LARGEST_BALANCE:
        raise AmountTooLarge(open_balance)
    return owing(left, open_balance, now)


def refund_due_of(invoice: Invoice, note: int) -> Decimal:
    """Say how much of a note (its id) is due back to the party: what is, is of the newest notes."""
    left = invoice.refund_due
    for one in reversed(invoice.credits):
        part = min(left, one.amount)
        if one.note == note:
            return part
        left = EXACT.subtract(left, part)
    return ZERO
