"""How orders are shown in our own API."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from billingua.core.line import Attribute
from billingua.core.order import (
    Allocation,
    DeliveryAddress,
    OrderFees,
    OrderLine,
    Shipment,
    SupplierTerms,
    plain_designation,
)
from billingua.core.party import Party
from billingua.dialects.native import order_answers as answers
from billingua.dialects.native.answers import AttributeShown, PartyNamed
from billingua.dialects.native.responses.invoices import actions_shown
from billingua.dialects.native.vocabulary import LINE_STATUSES, amount, instant, plain
from billingua.engine.orders import OrderView


def whole(view: OrderView, version: int) -> answers.Order:
    """Show an order, whole; its amounts are in its own currency."""
    order, currency = view.order, view.order.currency
    return answers.Order(
        **_summary(view, version),
        channel_id=order.channel,
        retailer_notes=order.retailer_notes,
        supplier_notes=order.supplier_notes,
        retailer_attributes=_attributes(order.retailer_attributes),
        supplier_attributes=_attributes(order.supplier_attributes),
        fees=_fees(order.fees, currency),
        supplier_terms=[_terms(terms, view, currency) for terms in order.supplier_terms],
        address=_address(order.address),
        lines=[_line(line, view, currency) for line in order.lines],
    )


def in_short(view: OrderView, version: int) -> answers.OrderSummary:
    """Show an order as lists do."""
    return answers.OrderSummary(**_summary(view, version))


def actions(version: int, told: Mapping[str, Mapping[str, Any] | None]) -> answers.OrderActions:
    """Show what may be done to an order; what may not has the details of a problem."""
    return answers.OrderActions(version=version, items=actions_shown(told))


def _summary(view: OrderView, version: int) -> dict[str, Any]:
    """Say what an order is, who buys what of whom, and how far it has come."""
    order = view.order
    suppliers = dict.fromkeys(line.supplier for line in order.lines if line.supplier)
    return {
        "id": order.id,
        "uuid": order.uuid,
        "version": version,
        "number": order.number,
        "party": _buyer(view),
        "suppliers": [_supplier(uuid, view) for uuid in suppliers],
        "placed_by": order.placed_by,
        "currency": order.currency,
        "total": amount(order.total, order.currency),
        "statuses": list(dict.fromkeys(LINE_STATUSES[line.status] for line in order.lines)),
        "invoiced": order.billing,
        "sent_to_supplier": order.sent_to_supplier,
        "created_at": instant(order.created_at),
    }


def _buyer(view: OrderView) -> PartyNamed | None:
    order, buyer = view.order, view.buyer
    if buyer is None and order.retailer is None and order.company is None:
        return None
    id, uuid = (buyer.id, buyer.uuid) if buyer else (None if order.retailer else order.company, order.retailer)
    return PartyNamed(id=id, uuid=uuid, name=_name(buyer))


def _supplier(uuid: UUID, view: OrderView) -> PartyNamed:
    supplier = view.suppliers.get(uuid)
    return PartyNamed(id=supplier and supplier.id, uuid=uuid, name=_name(supplier))


def _name(party: Party | None) -> str | None:
    return party and party.display_name


def _attributes(attributes: Sequence[Attribute] | None) -> list[AttributeShown] | None:
    return None if attributes is None else [AttributeShown(name=one.name, value=one.value) for one in attributes]


def _amount(value: Decimal | None, currency: str) -> str | None:
    return None if value is None else amount(value, currency)


def _fees(fees: OrderFees, currency: str) -> answers.OrderFeesShown:
    return answers.OrderFeesShown(
        order_fee=_amount(fees.order_fee, currency),
        order_tax=_amount(fees.order_tax, currency),
        shipping_cost=_amount(fees.shipping_cost, currency),
        dropship_fee=_amount(fees.dropship_fee, currency),
    )


def _terms(terms: SupplierTerms, view: OrderView, currency: str) -> answers.SupplierTermsShown:
    return answers.SupplierTermsShown(
        supplier=_supplier(terms.supplier, view),
        dropship_fee=_amount(terms.dropship_fee, currency),
        order_fee=_amount(terms.order_fee, currency),
        order_tax=_amount(terms.order_tax, currency),
        order_total=_amount(terms.order_total, currency),
        order_number=terms.order_number,
        notes=terms.notes,
        attributes=_attributes(terms.attributes),
    )


def _address(address: DeliveryAddress) -> answers.DeliveryAddressShown:
    names = answers.DeliveryAddressShown.__struct_fields__
    return answers.DeliveryAddressShown(**{name: getattr(address, name) for name in names})


def _line(line: OrderLine, view: OrderView, currency: str) -> answers.OrderLineShown:
    return answers.OrderLineShown(
        id=line.uuid,
        item_id=line.item,
        sku=line.sku,
        title=line.title,
        supplier=_supplier(line.supplier, view) if line.supplier else None,
        quantity=line.quantity,
        unit_cost=_amount(line.unit_cost, currency),
        supplier_unit_cost=_amount(line.supplier_unit_cost, currency),
        status=LINE_STATUSES[line.status],  # pyright: ignore[reportArgumentType]
        designation=plain_designation(line.designation),
        cancelling=line.cancelling,
        carrier=line.carrier,
        method=line.method,
        shipped=line.shipped,
        invoiced=line.invoiced,
        retailer_notes=line.retailer_notes,
        supplier_notes=line.supplier_notes,
        retailer_attributes=_attributes(line.retailer_attributes),
        supplier_attributes=_attributes(line.supplier_attributes),
        allocation=_allocation(line.allocation),
        tracking=[_shipment(shipment, currency) for shipment in line.tracking],
    )


def _allocation(allocation: Allocation | None) -> answers.AllocationShown | None:
    if allocation is None:
        return None
    until = allocation.backorder_date
    return answers.AllocationShown(
        accepted=allocation.accepted,
        rejected=allocation.rejected,
        backordered=allocation.backordered,
        backorder_date=until and until.isoformat(),
    )


def _shipment(shipment: Shipment, currency: str) -> answers.ShipmentShown:
    return answers.ShipmentShown(
        package=shipment.package,
        number=shipment.number,
        carrier=shipment.carrier,
        method=shipment.method,
        weight=None if shipment.weight is None else plain(shipment.weight),
        cost=_amount(shipment.cost, currency),
        ship_date=shipment.ship_date,
        created_at=shipment.created_at and instant(shipment.created_at),
        quantity=shipment.quantity,
        attributes=_attributes(shipment.attributes),
    )
