"""An order's lines, as the two kinds of view name them (§5, §11)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from billingua.core.invoice import Invoice
from billingua.core.money import ZERO
from billingua.core.order import OrderLine, Shipment, plain_designation
from billingua.core.party import Party
from billingua.dialects.crux.responses.attributes import attributes, together
from billingua.dialects.crux.vocabulary import PRODUCT_CODES, amount, moment
from billingua.engine.orders import OrderView

_NO_CODES: Mapping[str, str | None] = {}


def detailed_line(line: OrderLine, view: OrderView) -> dict[str, Any]:
    """Show a line of an order by itself (§5)."""
    return {
        **_head(line, view),
        "supplier_item_notes": line.supplier_notes,
        "retailer_item_notes": line.retailer_notes,
        "supplier_provided_item_attributes": attributes(line.supplier_attributes),
        "retailer_provided_item_attributes": attributes(line.retailer_attributes),
        **_fulfilment(line),
    }


def invoiced_line(line: OrderLine, view: OrderView, invoices: Sequence[Invoice]) -> dict[str, Any]:
    """Show a line of an order with its invoices (§11)."""
    invoiced = [part for invoice in invoices for part in invoice.lines if part.order_line == line.uuid]
    return {
        **_head(line, view),
        "retailer_provided_line_item_notes": line.retailer_notes,
        "invoice_item_attributes": attributes(together(part.attributes for part in invoiced)),
        "supplier_provided_line_item_notes": line.supplier_notes,
        "supplier_provided_attributes": attributes(line.supplier_attributes),
        **_fulfilment(line),
    }


def _head(line: OrderLine, view: OrderView) -> dict[str, Any]:
    item = view.items.get(line.item or 0)
    codes = item.product_codes if item else _NO_CODES
    return {
        "line_item_uuid": str(line.uuid),
        "status": line.status,
        "line_item_designation": plain_designation(line.designation),
        "item_uuid": str(item.uuid) if item else None,
        "item_name": item.title if item else line.title or None,
        "sku_uuid": str(item.sku_uuid) if item else None,
        "sku_id": line.sku,
        "sku_name": item.name_of_sku if item else line.title or None,
        "quantity_ordered": line.quantity,
        "sku_title_variants": None,
        "product_codes": {code: codes.get(code) for code in PRODUCT_CODES},
        "retailer_provided_sku_cost": amount(line.unit_cost or ZERO),
        "supplier": organization(line.supplier, view.suppliers.get(line.supplier) if line.supplier else None),
    }


def organization(uuid: UUID | None, party: Party | None, author: str | None = None) -> dict[str, Any]:
    """Name an organization, by what is known of it."""
    return {
        "uuid": str(uuid) if uuid else None,
        "organization_name": party.name if party else None,
        "order_submitted_by": author,
    }


def _fulfilment(line: OrderLine) -> dict[str, Any]:
    return {"tracking": [_package(shipment) for shipment in line.tracking], "allocation": _allocation(line)}


def _package(shipment: Shipment) -> dict[str, Any]:
    return {
        "tracking_number": shipment.number,
        "shipping_carrier": shipment.carrier,
        "shipping_method": shipment.method,
        "shipping_weight": amount(shipment.weight),
        "shipping_cost": amount(shipment.cost),
        "shipping_date": shipment.ship_date,
        "created_date": moment(shipment.created_at),
        "quantity": shipment.quantity,
        "package_attributes": attributes(shipment.attributes),
    }


def _allocation(line: OrderLine) -> dict[str, Any] | None:
    if line.allocation is None:
        return None
    backorder_date = line.allocation.backorder_date
    return {
        "quantity_ordered": line.quantity,
        "quantity_accepted": line.allocation.accepted,
        "quantity_backordered": line.allocation.backordered,
        "quantity_rejected": line.allocation.rejected,
        "backorder_date": backorder_date and backorder_date.isoformat(),
    }
