"""Commands on orders under way: allocate, ship, cancel, remark, price, edit, hand over.

Each that is given as a trader refuses with `OrderNotFound` where nothing of the order concerns that one, before
anything else. Lines that no supplier has are those of the supplier None.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TypedDict
from uuid import UUID

from billingua.core import errors, events, fulfilment
from billingua.core.fulfilment import Allocated, Packed
from billingua.core.line import Attribute
from billingua.core.order import (
    LineStatus,
    Order,
    OrderFees,
    OrderLine,
    Shipment,
    SupplierTerms,
    Trader,
    lines_of,
    part_of,
)
from billingua.core.party import TradeRole
from billingua.engine.plan import Caller, Decision, Key, Needs, Plan, Step, by_uuid


def _order(key: Key[Order], trader: Trader | None = None) -> Step[Order]:
    """Look an order up, for a trader whom part of it concerns, or for whoever sees all orders."""
    found = yield Needs([key])
    order = found.require(key, errors.OrderNotFound(key.value))
    _require_concerned(order, trader)
    return order


def _require_concerned(order: Order, trader: Trader | None) -> None:
    """See that part of an order concerns a trader, where there is one. Refuses with `OrderNotFound`."""
    if trader is not None:
        part_of(order, trader)


def _order_of_supplier(key: Key[Order], supplier: UUID | None) -> Step[Order]:
    """Look an order up that has lines of a supplier."""
    order = yield from _order(key)
    lines_of(order, supplier)
    return order


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocateOrder:
    """Say how much of its lines a supplier takes on, instead of what it said before."""

    order: UUID
    supplier: UUID | None
    parts: Sequence[Allocated]


def allocate_order(command: AllocateOrder, caller: Caller, now: datetime) -> Plan[Sequence[LineStatus | None]]:
    """Allocate lines; tell the status of each afterwards, None for one that is not the supplier's.

    Refuses with `OrderNotFound` or `OverAllocated`.
    """
    order = yield from _order_of_supplier(by_uuid(Order, command.order), command.supplier)
    allocated, statuses = fulfilment.allocate(order, command.supplier, command.parts)
    if allocated == order:
        return Decision(statuses)
    return Decision(statuses, saves=[allocated], events=[events.OrderAllocated(order.id, order.number)])


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipOrder:
    """Send a package with some of a supplier's lines. Its cost and those of pieces are in the order's currency."""

    order: UUID
    supplier: UUID | None
    number: str
    parts: Sequence[Packed]
    carrier: str | None = None
    method: str | None = None
    weight: Decimal | None = None
    cost: Decimal | None = None
    ship_date: str | None = None
    attributes: tuple[Attribute, ...] | None = None


def ship_order(command: ShipOrder, caller: Caller, now: datetime) -> Plan[UUID]:
    """Send a package; tell its UUID. Refuses with `OrderNotFound`, `OrderLineNotFound` or `OrderLineClosed`."""
    key = by_uuid(Order, command.order)
    found = yield Needs([key])
    order = yield from _order_of_supplier(key, command.supplier)
    uuid = found.new_uuid()
    package = Shipment(
        package=uuid,
        number=command.number,
        carrier=command.carrier,
        method=command.method,
        weight=command.weight,
        cost=command.cost,
        ship_date=command.ship_date,
        created_at=now,
        quantity=0,
        attributes=command.attributes,
    )
    shipped = fulfilment.ship(order, command.supplier, package, command.parts)
    return Decision(uuid, saves=[shipped], events=[events.OrderShipped(order.id, order.number)])


@dataclass(frozen=True, slots=True, kw_only=True)
class AskToCancel:
    """Ask the suppliers of an order to cancel it, or one line of it; an order of a company has no retailer."""

    order: Key[Order]
    retailer: UUID | None
    line: UUID | None = None


def ask_to_cancel(command: AskToCancel, caller: Caller, now: datetime) -> Plan[Order]:
    """Ask for a cancellation; nothing is cancelled yet. Refuses with `OrderNotFound` or `NothingToCancel`."""
    order = yield from _order(command.order)
    if order.retailer != command.retailer:
        raise errors.OrderNotFound(order.uuid)
    asked = fulfilment.ask_to_cancel(order, command.line)
    if asked == order:
        return Decision(order)
    return Decision(asked, saves=[asked], events=[events.OrderCancellationRequested(order.id, order.number)])


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCancellation:
    """Cancel what a supplier was asked to cancel of its lines, or refuse to."""

    order: Key[Order]
    supplier: UUID | None
    cancels: bool
    line: UUID | None = None


def answer_cancellation(command: AnswerCancellation, caller: Caller, now: datetime) -> Plan[Order]:
    """Answer a retailer that asked.

    Refuses with `OrderNotFound`, also where the line is not the supplier's, or `NothingToCancel`.
    """
    order = yield from _order_of_supplier(command.order, command.supplier)
    if command.line is not None and command.line not in lines_of(order, command.supplier):
        raise errors.OrderNotFound(command.line)
    answer = fulfilment.cancel if command.cancels else fulfilment.keep
    answered = answer(order, command.supplier, command.line)
    event = events.OrderLinesCancelled if command.cancels else events.OrderCancellationRejected
    return Decision(answered, saves=[answered], events=[event(order.id, order.number)])


class Remarks(TypedDict, total=False):
    """What a trader remarks on an order or a line; what is left out stays as it is."""

    notes: str | None
    attributes: tuple[Attribute, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkOnOrder:
    """Remark on an order and on lines of it, each by its UUID, as the trader that one is."""

    order: UUID
    trader: Trader
    remarks: Remarks = field(default_factory=Remarks)
    lines: Sequence[tuple[UUID, Remarks]] = ()


def remark_on_order(command: RemarkOnOrder, caller: Caller, now: datetime) -> Plan[Order]:
    """Remark on an order. Refuses with `OrderNotFound` or `OrderLineNotFound`."""
    order = yield from _order(by_uuid(Order, command.order), command.trader)
    lines = {line.uuid: line for line in part_of(order, command.trader).lines}
    for index, (uuid, remarks) in enumerate(command.lines):
        lines[uuid] = _remark_on_line(_line(lines, uuid, index), command.trader, remarks)
    return _edited(order, _remark(order.with_lines(lines), command.trader, command.remarks))


def _line(lines: dict[UUID, OrderLine], uuid: UUID, index: int) -> OrderLine:
    line = lines.get(uuid)
    if line is None:
        raise errors.OrderLineNotFound(uuid, index)
    return line


def _remark(order: Order, trader: Trader, remarks: Remarks) -> Order:
    if trader.role is TradeRole.SUPPLIER and remarks:
        return order.with_terms(replace(_terms(order, trader), **remarks))
    return replace(order, **{f"retailer_{name}": value for name, value in remarks.items()})


def _remark_on_line(line: OrderLine, trader: Trader, remarks: Remarks) -> OrderLine:
    return replace(line, **{f"{trader.role}_{name}": value for name, value in remarks.items()})


def _terms(order: Order, trader: Trader) -> SupplierTerms:
    return order.terms_of(trader.organization) or SupplierTerms(supplier=trader.organization)


def _edited(before: Order, after: Order) -> Decision[Order]:
    """Save an order, if anything in it is other than it was."""
    if after == before:
        return Decision(before)
    return Decision(after, saves=[after], events=[events.OrderEdited(after.id, after.number)])


class Fees(TypedDict, total=False):
    """What a trader says of an order's fees, in its currency; what is left out stays as it is.

    `shipping_cost` is a retailer's to say, `order_total` and `order_number` a supplier's.
    """

    dropship_fee: Decimal | None
    order_fee: Decimal | None
    order_tax: Decimal | None
    shipping_cost: Decimal | None
    order_total: Decimal | None
    order_number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFees:
    """Say what an order's fees are; as a supplier, what a piece of some of its lines costs, too (None: as before)."""

    order: UUID
    trader: Trader
    fees: Fees = field(default_factory=Fees)
    unit_costs: Sequence[tuple[UUID, Decimal | None]] = ()


def set_fees(command: SetFees, caller: Caller, now: datetime) -> Plan[Order]:
    """Say what an order's fees are. Refuses with `OrderNotFound` or `OrderLineNotFound`."""
    order = yield from _order(by_uuid(Order, command.order), command.trader)
    if command.trader.role is TradeRole.RETAILER:
        return _edited(order, replace(order, fees=replace(order.fees, **command.fees)))
    lines = lines_of(order, command.trader.organization)
    for index, (uuid, cost) in enumerate(command.unit_costs):
        line = _line(lines, uuid, index)
        lines[uuid] = line if cost is None else replace(line, supplier_unit_cost=cost)
    priced = order.with_lines(lines)
    if command.fees:
        priced = priced.with_terms(replace(_terms(order, command.trader), **command.fees))
    return _edited(order, priced)


class OrderEdits(TypedDict, total=False):
    """What may be said anew of an order, whoever said it; what is left out stays as it is."""

    retailer_notes: str | None
    retailer_attributes: tuple[Attribute, ...] | None
    fees: OrderFees
    supplier_terms: tuple[SupplierTerms, ...]


class LineEdits(TypedDict, total=False):
    """What may be said anew of an order line, whoever said it; what is left out stays as it is."""

    retailer_notes: str | None
    retailer_attributes: tuple[Attribute, ...] | None
    supplier_notes: str | None
    supplier_attributes: tuple[Attribute, ...] | None
    supplier_unit_cost: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOrder:
    """Say anew what both sides say of an order and of lines of it, each by its UUID, as none of them in particular."""

    order: Key[Order]
    edits: OrderEdits = field(default_factory=OrderEdits)
    lines: Sequence[tuple[UUID, LineEdits]] = ()


def edit_order(command: EditOrder, caller: Caller, now: datetime) -> Plan[Order]:
    """Say anew what may be said of an order.

    Refuses with `OrderNotFound`, `OrderLineNotFound`, or `SupplierNotFound` for terms of somebody who has no line.
    """
    order = yield from _order(command.order)
    lines = {line.uuid: line for line in order.lines}
    for index, (uuid, edits) in enumerate(command.lines):
        lines[uuid] = replace(_line(lines, uuid, index), **edits)
    concerned = {line.supplier for line in order.lines} | {terms.supplier for terms in order.supplier_terms}
    for index, terms in enumerate(command.edits.get("supplier_terms", ())):
        if terms.supplier not in concerned:
            raise errors.SupplierNotFound(terms.supplier, index)
    return _edited(order, replace(order.with_lines(lines), **command.edits))


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Count orders as handed over to their suppliers, as a trader or as none in particular."""

    orders: Sequence[UUID]
    trader: Trader | None = None


def hand_over(command: HandOver, caller: Caller, now: datetime) -> Plan[Sequence[Order]]:
    """Count orders as handed over, all or none. Refuses with `OrderNotFound`."""
    keys = [by_uuid(Order, uuid) for uuid in dict.fromkeys(command.orders)]
    found = yield Needs(keys)
    orders = [found.require(key, errors.OrderNotFound(key.value)) for key in keys]
    for order in orders:
        _require_concerned(order, command.trader)
    sent = [replace(order, sent_to_supplier=True) for order in orders if not order.sent_to_supplier]
    return Decision(orders, saves=sent, events=[events.OrderSent(order.id, order.number) for order in sent])
