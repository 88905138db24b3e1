"""What the groups of a file come to in the ledger: each is one transaction (contract §14.3 to §14.5).

Every plan is told by UUID which orders the group may mean, and gives an `Outcome`. It refuses with `GroupRefused`, and
as the ledger's own commands do; an index in such a refusal is the row's place in the group.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from billingua.core.fulfilment import Allocated, Packed
from billingua.core.invoice import Invoice
from billingua.core.line import Attribute, Charge, ChargeKind
from billingua.core.order import (
    CLOSED_LINES,
    Allocation,
    DeliveryAddress,
    LineStatus,
    Order,
    OrderFees,
    OrderLine,
    Trader,
)
from billingua.dialects.crux.files.columns import Group, GroupRefused, Kind, Line, Trouble
from billingua.dialects.crux.vocabulary import CHARGES, ORDER_TOTAL
from billingua.engine import fulfilment
from billingua.engine.composing import together
from billingua.engine.fulfilment import AllocateOrder, RemarkOnOrder, Remarks, SetFees, ShipOrder
from billingua.engine.kinds import by_number
from billingua.engine.orders import (
    CreateOrder,
    InvoicedLine,
    InvoiceOrder,
    OrderedLine,
    create_order,
    invoice_order,
    invoice_scope,
)
from billingua.engine.plan import Caller, Command, Decision, Needs, Plan, Step, by_uuid


class Verdict(StrEnum):
    """What became of a group."""

    ACCEPTED = "accepted"
    ALREADY_THERE = "already there"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a group came to, and the UUID of what was made for it or found to be there."""

    verdict: Verdict
    uuid: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WorkOff:
    """Work off a group for whom it came from; `candidates` are the orders that it may mean."""

    group: Group
    trader: Trader
    candidates: Sequence[UUID]

    @property
    def po(self) -> str:
        """The retailer's number of the order."""
        cells = self.group.cells
        return cells.get("retailer_po") or cells["retailer_po_number"]


def _orders(command: WorkOff) -> Step[list[Order]]:
    """Look up the orders that a group may mean, as they are now, oldest first."""
    keys = [by_uuid(Order, uuid) for uuid in command.candidates]
    found = yield Needs(keys)
    retailer = command.group.cells.get("retailer_org_uuid", command.trader.organization)
    return [order for key in keys if (order := found.get(key)) and order.retailer == retailer]


def _trouble(command: WorkOff, column: str, reason: str, row: int | None = None) -> GroupRefused:
    return GroupRefused([Trouble(row or command.group.row, column, reason)])


# Which order, and which of its lines


@dataclass(frozen=True, slots=True)
class _Match:
    """An order that has every SKU of a group: the line for each row, and whether there is room for all."""

    order: Order
    lines: Sequence[OrderLine]
    fits: bool


Quantity = Callable[[Line], int]
"""How much of an order line a row takes."""

Room = Callable[[OrderLine], int]
"""How much more an order line can take; less than 0 where it takes nothing at all."""


def _choose(command: WorkOff, orders: Sequence[Order], quantity: Quantity, room: Room) -> _Match:
    """Choose the one order that a group means: of several with its SKUs, the one that has room for it."""
    matches = [match for order in orders if (match := _match(order, command, quantity, room))]
    if not matches:
        raise _not_ordered(command, orders)
    fitting = [match for match in matches if match.fits] if len(matches) > 1 else matches
    return _only(command, fitting, len(matches))


def _only(command: WorkOff, fitting: Sequence[_Match], count: int) -> _Match:
    if len(fitting) != 1:
        reason = f"{count} orders have this number and these SKUs, and nobody can tell which one is meant."
        raise _trouble(command, "retailer_po", reason)
    return fitting[0]


def _not_ordered(command: WorkOff, orders: Sequence[Order]) -> GroupRefused:
    if not orders:
        return _trouble(command, "retailer_po", "You have no line items in an order of this retailer with this number.")
    ordered = {line.sku for order in orders for line in _own(order, command.trader)}
    unknown = [line for line in command.group.lines if line.cells["sku_id"] not in ordered]
    reason = "Not a line item of yours in this order."
    return GroupRefused([Trouble(line.row, "sku_id", reason) for line in unknown or command.group.lines])


def _own(order: Order, trader: Trader) -> list[OrderLine]:
    return [line for line in order.lines if line.supplier == trader.organization]


def _match(order: Order, command: WorkOff, quantity: Quantity, room: Room) -> _Match | None:
    """Find a line for each row: with its SKU and room left, or else just with its SKU."""
    own = _own(order, command.trader)
    left = {line.uuid: room(line) for line in own}
    lines: list[OrderLine] = []
    fits = True
    for row in command.group.lines:
        same = [line for line in own if line.sku == row.cells["sku_id"]]
        if not same:
            return None
        with_room = [line for line in same if left[line.uuid] >= quantity(row)]
        still_open = [line for line in same if left[line.uuid] >= 0]
        line = (with_room or still_open or same)[0]
        fits = fits and bool(with_room)
        left[line.uuid] -= quantity(row)
        lines.append(line)
    return _Match(order, lines, fits)


# What a supplier says beside (§9, §10)


def _remarks(command: WorkOff, match: _Match, caller: Caller, now: datetime) -> list[Plan[Any]]:
    cells, order, trader = command.group.cells, match.order.uuid, command.trader
    plans: list[Plan[Any]] = []
    if "supplier_po" in cells:
        fees = SetFees(order=order, trader=trader, fees={"order_number": cells["supplier_po"]})
        plans.append(fulfilment.set_fees(fees, caller, now))
    said = Remarks()
    if "supplier_provided_notes" in cells:
        said["notes"] = cells["supplier_provided_notes"]
    if "supplier_provided_order_attributes" in cells:
        said["attributes"] = cells["supplier_provided_order_attributes"]
    lines = [
        (line.uuid, Remarks(attributes=row.cells["supplier_provided_line_item_attributes"]))
        for line, row in zip(match.lines, command.group.lines, strict=True)
        if "supplier_provided_line_item_attributes" in row.cells
    ]
    if said or lines:
        remark = RemarkOnOrder(order=order, trader=trader, remarks=said, lines=lines)
        plans.append(fulfilment.remark_on_order(remark, caller, now))
    return plans


def _already_there(command: WorkOff, order: Order, uuid: UUID | None) -> Decision[Outcome]:
    """Find a group to be there, and say what it says beside that was not written and is not there."""
    unlike = _unlike(command, order)
    reason = f"Not written, though it differs from what is there: {', '.join(unlike)}." if unlike else ""
    return Decision(Outcome(Verdict.ALREADY_THERE, uuid, reason))


def _unlike(command: WorkOff, order: Order) -> list[str]:
    """Name the columns with remarks of a supplier that the order does not have."""
    cells, terms = command.group.cells, order.terms_of(command.trader.organization)
    there = {
        "supplier_po": terms and terms.order_number,
        "supplier_provided_notes": terms and terms.notes,
        "supplier_provided_order_attributes": terms and terms.attributes,
    }
    unlike = [name for name, value in there.items() if name in cells and cells[name] != value]
    of_lines = "supplier_provided_line_item_attributes"
    said = {(line.sku, line.supplier_attributes) for line in _own(order, command.trader)}
    wanted = [(row.cells["sku_id"], row.cells[of_lines]) for row in command.group.lines if of_lines in row.cells]
    return unlike if said.issuperset(wanted) else [*unlike, of_lines]


# Invoices


def work_off_invoice(command: WorkOff, caller: Caller, now: datetime) -> Plan[Outcome]:
    """Write an invoice, unless the supplier has written it already on an order that it may be for."""
    orders = yield from _orders(command)
    written = yield from _written(command, orders)
    if written:
        return _compared(command, orders, written)
    match = _choose(command, orders, _quantity_invoiced, _not_invoiced)
    invoice = InvoiceOrder(
        order=match.order.uuid,
        supplier=command.trader.organization,
        number=command.group.cells["invoice_number"],
        lines=[_invoiced(line, row.cells) for line, row in zip(match.lines, command.group.lines, strict=True)],
        charges=_charges(command.group.cells),
        stated_total=command.group.cells.get(ORDER_TOTAL),
        attributes=command.group.cells.get("invoice_attributes"),
    )
    decided = yield from together(invoice_order(invoice, caller, now), *_remarks(command, match, caller, now))
    return Decision(Outcome(Verdict.ACCEPTED, decided.answer[0].uuid), decided.saves, decided.events)


def _written(command: WorkOff, orders: Sequence[Order]) -> Step[list[Invoice]]:
    number, supplier = command.group.cells["invoice_number"], command.trader.organization
    keys = [by_number(number, invoice_scope(order.uuid, supplier)) for order in orders]
    found = yield Needs(keys)
    return [invoice for key in keys if (invoice := found.get(key))]


def _compared(command: WorkOff, orders: Sequence[Order], written: Sequence[Invoice]) -> Decision[Outcome]:
    same = [invoice for invoice in written if _content_of(invoice) == _content(command.group)]
    if not same:
        reason = "An invoice with this number is there already, and it says something else."
        raise _trouble(command, "invoice_number", reason)
    order = next(order for order in orders if order.id == same[0].order)
    taken = {invoice.order for invoice in written}
    others = [_match(other, command, _quantity_invoiced, _not_invoiced) for other in orders if other.id not in taken]
    if any(match and match.fits for match in others):
        reason = "This invoice is there already, but another order with this number has room for it as well."
        raise _trouble(command, "retailer_po", reason)
    return _already_there(command, order, same[0].uuid)


def _quantity_invoiced(row: Line) -> int:
    return row.cells["quantity_invoiced"]


def _not_invoiced(line: OrderLine) -> int:
    return -1 if line.status in CLOSED_LINES else line.quantity - line.invoiced


def _invoiced(line: OrderLine, cells: Mapping[str, Any]) -> InvoicedLine:
    return InvoicedLine(
        line=line.uuid,
        quantity=cells["quantity_invoiced"],
        unit_cost=cells["supplier_provided_sku_cost"],
        attributes=cells.get("invoice_line_item_attributes"),
    )


def _charges(cells: Mapping[str, Any]) -> tuple[Charge, ...]:
    return tuple(Charge(kind, cells[name]) for name, kind in CHARGES.items() if name in cells)


_Lines = Counter[tuple[str | None, Decimal | None, Decimal | None, tuple[Attribute, ...] | None]]
_Content = tuple[_Lines, dict[ChargeKind, Decimal], Decimal | None, tuple[Attribute, ...] | None]
"""What an invoice says: its lines, its charges, its total and its attributes."""


def _content(group: Group) -> _Content:
    lines = _Lines(
        (
            row.cells["sku_id"],
            Decimal(row.cells["quantity_invoiced"]),
            row.cells["supplier_provided_sku_cost"],
            row.cells.get("invoice_line_item_attributes"),
        )
        for row in group.lines
    )
    charges = {charge.kind: charge.amount for charge in _charges(group.cells)}
    return lines, charges, group.cells.get(ORDER_TOTAL), group.cells.get("invoice_attributes")


def _content_of(invoice: Invoice) -> _Content:
    lines = _Lines((line.sku, line.quantity, line.unit_price, line.attributes or None) for line in invoice.lines)
    charges = {charge.kind: charge.amount for charge in invoice.charges}
    return lines, charges, invoice.stated_total, invoice.attributes or None


# Tracking


def work_off_tracking(command: WorkOff, caller: Caller, now: datetime) -> Plan[Outcome]:
    """Send a package, unless one with its number is there already."""
    orders = yield from _orders(command)
    if sent := _sent(command, orders):
        return sent
    match = _choose(command, orders, lambda row: row.cells["quantity_shipped"], _not_shipped)
    cells = command.group.cells
    package = ShipOrder(
        order=match.order.uuid,
        supplier=command.trader.organization,
        number=cells["tracking_number"],
        parts=[_packed(line, row.cells) for line, row in zip(match.lines, command.group.lines, strict=True)],
        carrier=cells.get("supplier_provided_carrier"),
        method=cells.get("supplier_provided_method"),
        weight=cells.get("package_weight"),
        ship_date=cells.get("package_ship_date"),
        attributes=cells.get("package_attributes"),
    )
    shipped = fulfilment.ship_order(package, caller, now)
    decided = yield from together(shipped, *_remarks(command, match, caller, now))
    return Decision(Outcome(Verdict.ACCEPTED, decided.answer[0]), decided.saves, decided.events)


def _sent(command: WorkOff, orders: Sequence[Order]) -> Decision[Outcome] | None:
    """Hold a package against those of its number that are there: the same SKUs in the same quantities are the same."""
    number = command.group.cells["tracking_number"]
    wanted = Counter[str]()
    for row in command.group.lines:
        wanted[row.cells["sku_id"]] += row.cells["quantity_shipped"]
    packages = [(order, _packages(order, command.trader, number)) for order in orders]
    there = [(order, contents) for order, contents in packages if contents]
    if not there:
        return None
    same = [order for order, contents in there if contents == wanted]
    if not same:
        reason = "A package with this number is there already, and it holds something else."
        raise _trouble(command, "tracking_number", reason)
    return _already_there(command, same[0], _package_uuid(same[0], command.trader, number))


def _packages(order: Order, trader: Trader, number: str) -> Counter[str]:
    contents = Counter[str]()
    for line in _own(order, trader):
        for shipment in line.tracking:
            if shipment.number == number:
                contents[line.sku] += shipment.quantity
    return contents


def _package_uuid(order: Order, trader: Trader, number: str) -> UUID | None:
    shipments = (shipment for line in _own(order, trader) for shipment in line.tracking)
    return next((shipment.package for shipment in shipments if shipment.number == number), None)


def _not_shipped(line: OrderLine) -> int:
    if line.status in CLOSED_LINES:
        return -1
    return max(0, (line.allocation.accepted if line.allocation else line.quantity) - line.shipped)


def _packed(line: OrderLine, cells: Mapping[str, Any]) -> Packed:
    return Packed(line.uuid, cells["quantity_shipped"], cells.get("supplier_provided_sku_cost"))


# Allocation


def work_off_allocation(command: WorkOff, caller: Caller, now: datetime) -> Plan[Outcome]:
    """Say how much of its lines a supplier takes on, unless it has said so; rows of one SKU are its lines in turn."""
    orders = yield from _orders(command)
    said = [_allocation(row.cells) for row in command.group.lines]
    matches = [match for order in orders if (match := _match(order, command, lambda _: 1, lambda _: 1))]
    for match in matches:
        if match.fits and said == [line.allocation for line in match.lines]:
            return _already_there(command, match.order, match.order.uuid)
    match = _choose_to_allocate(command, orders, matches)
    allocate = AllocateOrder(
        order=match.order.uuid,
        supplier=command.trader.organization,
        parts=[Allocated(line.uuid, allocation) for line, allocation in zip(match.lines, said, strict=True)],
    )
    allocated = fulfilment.allocate_order(allocate, caller, now)
    decided = yield from together(allocated, *_remarks(command, match, caller, now))
    return Decision(Outcome(Verdict.ACCEPTED, match.order.uuid), decided.saves, decided.events)


def _choose_to_allocate(command: WorkOff, orders: Sequence[Order], matches: Sequence[_Match]) -> _Match:
    """Choose the order to allocate: of several with the SKUs, the one of which nothing in question is allocated."""
    if not matches:
        raise _not_ordered(command, orders)
    whole = [match for match in matches if match.fits]
    if not whole:
        raise _trouble(command, "sku_id", "There are more rows with this SKU than line items in the order.")
    fresh = [match for match in whole if all(line.status == LineStatus.UNALLOCATED for line in match.lines)]
    match = _only(command, whole if len(whole) == 1 else fresh, len(whole))
    for line, row in zip(match.lines, command.group.lines, strict=True):
        if line.status is LineStatus.CANCELLED:
            raise _trouble(command, "sku_id", "The line item is Cancelled.", row.row)
    return match


def _allocation(cells: Mapping[str, Any]) -> Allocation:
    return Allocation(
        accepted=cells.get("quantity_accepted", 0),
        rejected=cells.get("quantity_rejected", 0),
        backordered=cells.get("quantity_backordered", 0),
        backorder_date=cells.get("backorder_date"),
    )


# Orders


def work_off_order(command: WorkOff, caller: Caller, now: datetime) -> Plan[Outcome]:
    """Order something, unless the retailer has ordered it under this number already."""
    orders = yield from _orders(command)
    if "order_uuid" in command.group.cells and not orders:
        raise _trouble(command, "order_uuid", "No order of yours; a new one gets its UUID here, so leave this empty.")
    wanted = _ordered(command)
    same = [order for order in orders if _says(order, wanted)]
    if same:
        return Decision(Outcome(Verdict.ALREADY_THERE, same[0].uuid))
    if orders:
        reason = "An order with this number is there already, and it says something else."
        raise _trouble(command, "retailer_po_number", reason)
    decided = yield from create_order(wanted, caller, now)
    return Decision(Outcome(Verdict.ACCEPTED, decided.answer.uuid), decided.saves, decided.events)


def _ordered(command: WorkOff) -> CreateOrder:
    cells = command.group.cells
    return CreateOrder(
        retailer=command.trader.organization,
        number=command.po,
        lines=[_ordered_line(line.cells) for line in command.group.lines],
        address=DeliveryAddress(**{name: cells.get(column) for name, column in _ADDRESS.items()}),
        fees=OrderFees(**{name: cells.get(column) for name, column in _FEES.items()}),
        notes=cells.get("retailer_provided_notes"),
        attributes=cells.get("retailer_provided_order_attributes"),
    )


_PLAIN_ADDRESS = ("name", "business_name", "address1", "address2", "city", "state", "postal_code", "country")
_ADDRESS = {**dict(zip(_PLAIN_ADDRESS, _PLAIN_ADDRESS, strict=True)), "phone_number": "phone"}
_FEES = {
    "shipping_cost": "estimated_shipping_cost",
    "dropship_fee": "dropship_fee",
    "order_fee": "per_order_fee",
    "order_tax": "estimated_tax",
}


def _ordered_line(cells: Mapping[str, Any]) -> OrderedLine:
    return OrderedLine(
        supplier=cells["supplier_org_uuid"],
        sku=cells["sku_id"],
        quantity=cells["quantity"],
        unit_cost=cells.get("retailer_provided_sku_cost"),
        carrier=cells.get("requested_shipping_carrier"),
        method=cells.get("requested_shipping_method"),
        notes=cells.get("line_item_special_instructions"),
        attributes=cells.get("retailer_provided_line_item_attributes"),
    )


def _says(order: Order, wanted: CreateOrder) -> bool:
    """Whether an order asks for just this; what the retailer has remarked on it since does not matter."""
    return (
        Counter((line.supplier, line.sku, line.quantity, line.unit_cost) for line in order.lines)
        == Counter((line.supplier, line.sku, line.quantity, line.unit_cost) for line in wanted.lines)
        and order.address == wanted.address
        and order.number == wanted.number
    )


PLANS: Mapping[Kind, Command[WorkOff, Outcome]] = {
    Kind.INVOICE: work_off_invoice,
    Kind.TRACKING: work_off_tracking,
    Kind.ALLOCATION: work_off_allocation,
    Kind.ORDER: work_off_order,
}
