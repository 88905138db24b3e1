"""What becomes of an order's lines on their way: allocated, packed, cancelled.

Each function gives the order as it is afterwards, or refuses and changes nothing. `index` in a refusal is the place in
what was asked for. Lines that no supplier has are those of the supplier None. A request to cancel a line lapses where
nothing of the line is left to cancel.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from billingua.core.errors import NothingToCancel, OrderLineClosed, OrderLineNotFound, OverAllocated
from billingua.core.order import CLOSED_LINES, Allocation, LineStatus, Order, OrderLine, Shipment, lines_of

DONE_LINES = CLOSED_LINES | {LineStatus.SHIPPED}
"""Statuses in which nothing is left to cancel, however much was sent."""


class Designation:
    """The finer labels of a line, beside its status."""

    NEEDS_TRACKING = "NeedsTracking"
    HAS_TRACKING = "HasTracking"
    BACKORDERED = "Backordered"
    REJECTED = "Rejected"
    CANCELLED = "Cancelled"


@dataclass(frozen=True, slots=True)
class Allocated:
    """How much of a line its supplier takes on."""

    line: UUID
    allocation: Allocation


def allocate(order: Order, supplier: UUID | None, parts: Sequence[Allocated]) -> tuple[Order, list[LineStatus | None]]:
    """Say how much of its lines a supplier takes on, instead of what it said before.

    Gives the status of each line afterwards, None for one that is not the supplier's; a cancelled one stays so.
    Refuses with `OrderNotFound`, or `OverAllocated` where more is accepted than was ordered.
    """
    own = lines_of(order, supplier)
    statuses: list[LineStatus | None] = []
    for index, part in enumerate(parts):
        line = own.get(part.line)
        if line is not None and line.status is not LineStatus.CANCELLED:
            line = own[part.line] = _allocate(line, part.allocation, index)
        statuses.append(line and line.status)
    return order.with_lines(own), statuses


def _allocate(line: OrderLine, allocation: Allocation, index: int) -> OrderLine:
    if allocation.accepted > line.quantity:
        raise OverAllocated(line.uuid, line.quantity, allocation.accepted, index)
    if allocation == line.allocation:
        return line  # a client tries again: what was sent meanwhile counts
    status, designation = _standing(allocation, line.shipped)
    return _moved(line, status, designation=designation, allocation=allocation)


def _moved(line: OrderLine, status: LineStatus, **changes: Any) -> OrderLine:
    moved = replace(line, status=status, **changes)
    return replace(moved, cancelling=moved.cancelling and not _is_done(moved))


def _is_done(line: OrderLine) -> bool:
    """Whether nothing of it is left to cancel."""
    return line.status in DONE_LINES or _is_sent(line)


def _is_sent(line: OrderLine) -> bool:
    """Whether all is sent that was accepted, or ordered where nothing was said."""
    wanted = line.allocation.accepted if line.allocation else line.quantity
    return 0 < line.shipped >= wanted


def _standing(allocation: Allocation, shipped: int) -> tuple[LineStatus, str | None]:
    if allocation.accepted and shipped:
        status = LineStatus.SHIPPED if shipped >= allocation.accepted else LineStatus.ALLOCATED
        return status, Designation.HAS_TRACKING
    if allocation.accepted:
        return LineStatus.ALLOCATED, Designation.NEEDS_TRACKING
    if allocation.backordered:
        return LineStatus.BACKORDERED, Designation.BACKORDERED
    if allocation.rejected:
        return LineStatus.REJECTED, Designation.REJECTED
    return LineStatus.UNALLOCATED, None


@dataclass(frozen=True, slots=True)
class Packed:
    """How much of a line is in a package, and at which unit cost; None where its author left that unsaid."""

    line: UUID
    quantity: int
    unit_cost: Decimal | None = None


def ship(order: Order, supplier: UUID | None, package: Shipment, parts: Iterable[Packed]) -> Order:
    """Send a package with some of a supplier's lines; `package` says of it what holds for all of them.

    A line of which all is sent that was accepted (or ordered, where nothing was said) counts as shipped.
    Refuses with `OrderNotFound`, `OrderLineNotFound` or `OrderLineClosed`.
    """
    own = lines_of(order, supplier)
    for index, part in enumerate(parts):
        line = own.get(part.line)
        if line is None:
            raise OrderLineNotFound(part.line, index)
        if line.status in CLOSED_LINES:
            raise OrderLineClosed(line.uuid, line.status, index)
        own[part.line] = _pack(line, package, part)
    return order.with_lines(own)


def _pack(line: OrderLine, package: Shipment, part: Packed) -> OrderLine:
    packed = replace(line, tracking=(*line.tracking, replace(package, quantity=part.quantity)))
    return _moved(
        packed,
        LineStatus.SHIPPED if _is_sent(packed) else line.status,
        designation=Designation.HAS_TRACKING,
        supplier_unit_cost=line.supplier_unit_cost if part.unit_cost is None else part.unit_cost,
    )


def ask_to_cancel(order: Order, line: UUID | None = None) -> Order:
    """Ask the suppliers to cancel a line, or all of which something is left. Refuses with `NothingToCancel`."""
    asked = [replace(each, cancelling=True) for each in order.lines if line in {None, each.uuid} and not _is_done(each)]
    return _changed(order, asked)


def cancel(order: Order, supplier: UUID | None, line: UUID | None = None) -> Order:
    """Let a supplier cancel those of its lines for which it was asked to. Refuses with `NothingToCancel`."""
    return _answered(order, supplier, line, _cancelled)


def keep(order: Order, supplier: UUID | None, line: UUID | None = None) -> Order:
    """Let a supplier refuse to cancel those of its lines for which it was asked to. Refuses with `NothingToCancel`."""
    return _answered(order, supplier, line, lambda each: replace(each, cancelling=False))


def _cancelled(line: OrderLine) -> OrderLine:
    return _moved(line, LineStatus.CANCELLED, designation=Designation.CANCELLED)


def _answered(
    order: Order, supplier: UUID | None, line: UUID | None, answer: Callable[[OrderLine], OrderLine]
) -> Order:
    own = lines_of(order, supplier).values()
    return _changed(order, [answer(each) for each in own if each.cancelling and line in {None, each.uuid}])


def _changed(order: Order, lines: Sequence[OrderLine]) -> Order:
    if not lines:
        raise NothingToCancel
    return order.with_lines({line.uuid: line for line in lines})
