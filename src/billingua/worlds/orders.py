"""Orders of a world file, and how they are written into one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict

from billingua.core.invoice import Invoice
from billingua.core.item import Item
from billingua.core.money import EXACT, ZERO
from billingua.core.order import (
    Allocation,
    DeliveryAddress,
    LineStatus,
    Order,
    OrderFees,
    OrderLine,
    Shipment,
    SupplierTerms,
    plain_designation,
)
from billingua.worlds.assembly import Assembly
from billingua.worlds.document import (
    GivenAllocation,
    GivenOrder,
    GivenOrderLine,
    GivenShipment,
    GivenSupplierTerms,
)
from billingua.worlds.members import read_attributes, told, write_attributes
from billingua.worlds.moments import write_moment
from billingua.worlds.problems import below


def read_orders(assembly: Assembly) -> list[Order]:
    """Read the orders; what their lines have been invoiced of is counted once the invoices are read."""
    given = assembly.given.orders
    places = assembly.places("orders", given)
    ids = assembly.ids("order", zip(places, given, strict=True))
    return [_read_order(order, id, place, assembly) for order, id, place in zip(given, ids, places, strict=True)]


def _read_order(given: GivenOrder, id: int, place: str, assembly: Assembly) -> Order:
    assembly.refer("party", given.retailer, assembly.organizations, below(place, "retailer"))
    assembly.refer("party", given.company, assembly.parties, below(place, "company"))
    assembly.refer("channel", given.channel, assembly.channels, below(place, "channel"))
    return Order(
        id=id,
        uuid=assembly.uuid("order", given.uuid, place),
        number=given.number,
        retailer=given.retailer,
        company=given.company,
        placed_by=given.placed_by,
        currency=given.currency or assembly.given.currency,
        channel=given.channel,
        created_at=assembly.moment_or_now(given.created_at, below(place, "created_at")),
        sent_to_supplier=given.sent_to_supplier,
        retailer_notes=given.retailer_notes,
        supplier_notes=given.supplier_notes,
        retailer_attributes=read_attributes(given.retailer_attributes),
        supplier_attributes=read_attributes(given.supplier_attributes),
        fees=OrderFees(**asdict(given.fees)),
        supplier_terms=tuple(
            _read_terms(terms, f"{place}.supplier_terms[{index}]", assembly)
            for index, terms in enumerate(given.supplier_terms)
        ),
        address=DeliveryAddress(**asdict(given.address)),
        lines=tuple(_read_line(line, f"{place}.lines[{index}]", assembly) for index, line in enumerate(given.lines)),
    )


def _read_terms(given: GivenSupplierTerms, place: str, assembly: Assembly) -> SupplierTerms:
    assembly.refer("party", given.supplier, assembly.organizations, below(place, "supplier"))
    return SupplierTerms(
        supplier=given.supplier,
        dropship_fee=given.dropship_fee,
        order_fee=given.order_fee,
        order_tax=given.order_tax,
        order_total=given.order_total,
        order_number=given.order_number,
        notes=given.notes,
        attributes=read_attributes(given.attributes),
    )


def _read_line(given: GivenOrderLine, place: str, assembly: Assembly) -> OrderLine:
    assembly.refer("party", given.supplier, assembly.organizations, below(place, "supplier"))
    item = _item(given, place, assembly)
    return OrderLine(
        uuid=assembly.uuid("order line", given.uuid, place),
        item=item.id if item else None,
        sku=given.sku,
        title=(item.name_of_sku if item else "") if given.title is None else given.title,
        supplier=item.supplier if item and given.supplier is None and given.item is UNSET else given.supplier,
        quantity=given.quantity,
        unit_cost=given.unit_cost,
        supplier_unit_cost=given.supplier_unit_cost,
        status=given.status or _status(given.allocation),
        designation=plain_designation(given.designation),  # lists look for the plain word
        cancelling=given.cancelling,
        carrier=given.carrier,
        method=given.method,
        invoiced=given.invoiced or 0,
        retailer_notes=given.retailer_notes,
        supplier_notes=given.supplier_notes,
        retailer_attributes=read_attributes(given.retailer_attributes),
        supplier_attributes=read_attributes(given.supplier_attributes),
        allocation=_read_allocation(given.allocation, place, assembly),
        tracking=tuple(
            _read_shipment(shipment, f"{place}.tracking[{index}]", assembly)
            for index, shipment in enumerate(given.tracking)
        ),
    )


def _item(given: GivenOrderLine, place: str, assembly: Assembly) -> Item | None:
    """Find the item with the line's SKU and supplier; without a supplier, the only item with that SKU."""
    if given.item is not UNSET:
        assembly.refer("item", given.item, assembly.items, below(place, "item"))
        return assembly.items.get(given.item or 0)
    named = [item for item in assembly.items_named(given.sku) if given.supplier in {None, item.supplier}]
    return named[0] if len(named) == 1 else None


def _status(allocation: GivenAllocation | None) -> LineStatus:
    """Say where a line stands by what was allocated of it."""
    if allocation is None:
        return LineStatus.UNALLOCATED
    if allocation.accepted:
        return LineStatus.ALLOCATED
    if allocation.backordered:
        return LineStatus.BACKORDERED
    return LineStatus.REJECTED if allocation.rejected else LineStatus.UNALLOCATED


def _read_allocation(given: GivenAllocation | None, place: str, assembly: Assembly) -> Allocation | None:
    if given is None:
        return None
    return Allocation(
        accepted=given.accepted,
        rejected=given.rejected,
        backordered=given.backordered,
        backorder_date=_read_day(given.backorder_date, f"{place}.allocation.backorder_date", assembly),
    )


def _read_day(text: str | None, place: str, assembly: Assembly) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        assembly.refuse(place, f'expected a day (2024-12-26), got "{text}"')
        return None


def _read_shipment(given: GivenShipment, place: str, assembly: Assembly) -> Shipment:
    return Shipment(
        package=given.package,
        number=given.number,
        carrier=given.carrier,
        method=given.method,
        weight=given.weight,
        cost=given.cost,
        ship_date=given.ship_date,
        created_at=assembly.optional_moment(given.created_at, below(place, "created_at")),
        quantity=given.quantity,
        attributes=read_attributes(given.attributes),
    )


def invoiced_by_line(invoices: Iterable[Invoice]) -> dict[UUID, Decimal]:
    """Add up what was invoiced of each order line."""
    invoiced: defaultdict[UUID, Decimal] = defaultdict(lambda: ZERO)
    for line in (line for invoice in invoices for line in invoice.lines):
        if line.order_line is not None:
            invoiced[line.order_line] = EXACT.add(invoiced[line.order_line], line.quantity or ZERO)
    return dict(invoiced)


def with_invoiced(order: Order, given: GivenOrder, invoiced: Mapping[UUID, Decimal]) -> Order:
    """Fill in how much of each line is invoiced, where the file leaves it out."""
    lines = [
        replace(line, invoiced=int(invoiced.get(line.uuid, 0))) if stated.invoiced is None else line
        for line, stated in zip(order.lines, given.lines, strict=True)
    ]
    return replace(order, lines=tuple(lines))


def write_order(order: Order) -> dict[str, Any]:
    """Write an order as it stands in a file."""
    return {
        "id": order.id,
        "uuid": order.uuid,
        "number": order.number,
        "retailer": order.retailer,
        "company": order.company,
        "placed_by": order.placed_by,
        "currency": order.currency,
        "channel": order.channel,
        "created_at": write_moment(order.created_at),
        "sent_to_supplier": order.sent_to_supplier,
        "retailer_notes": order.retailer_notes,
        "supplier_notes": order.supplier_notes,
        "retailer_attributes": write_attributes(order.retailer_attributes),
        "supplier_attributes": write_attributes(order.supplier_attributes),
        "fees": order.fees,
        "address": order.address,
        "lines": [_write_line(line) for line in order.lines],
        **told(supplier_terms=[_write_terms(terms) for terms in order.supplier_terms] or None),
    }


def _write_terms(terms: SupplierTerms) -> dict[str, Any]:
    return {
        "supplier": terms.supplier,
        "dropship_fee": terms.dropship_fee,
        "order_fee": terms.order_fee,
        "order_tax": terms.order_tax,
        "order_total": terms.order_total,
        "order_number": terms.order_number,
        **told(notes=terms.notes, attributes=write_attributes(terms.attributes)),
    }


def _write_line(line: OrderLine) -> dict[str, Any]:
    return {
        "uuid": line.uuid,
        "sku": line.sku,
        "supplier": line.supplier,
        "quantity": line.quantity,
        "unit_cost": line.unit_cost,
        "status": line.status,
        "designation": line.designation,
        "retailer_notes": line.retailer_notes,
        "supplier_notes": line.supplier_notes,
        "retailer_attributes": write_attributes(line.retailer_attributes),
        "supplier_attributes": write_attributes(line.supplier_attributes),
        "allocation": line.allocation,
        "tracking": [_write_shipment(shipment) for shipment in line.tracking],
        "item": line.item,
        "title": line.title,
        "invoiced": line.invoiced,
        **told(
            cancelling=line.cancelling or None,
            supplier_unit_cost=line.supplier_unit_cost,
            carrier=line.carrier,
            method=line.method,
        ),
    }


def _write_shipment(shipment: Shipment) -> dict[str, Any]:
    return {
        "number": shipment.number,
        "carrier": shipment.carrier,
        "method": shipment.method,
        "weight": shipment.weight,
        "cost": shipment.cost,
        "ship_date": shipment.ship_date,
        "created_at": shipment.created_at and write_moment(shipment.created_at),
        "quantity": shipment.quantity,
        "attributes": write_attributes(shipment.attributes),
        **told(package=shipment.package),
    }
