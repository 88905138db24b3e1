"""What CRUX Connect clients are answered (contract §11, §12)."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from starlette.responses import Response

from billingua.core.invoice import Invoice
from billingua.core.line import Attribute, InvoiceLine
from billingua.core.money import ZERO, add_up
from billingua.core.order import DeliveryAddress, Order, OrderFees, OrderLine, Shipment
from billingua.core.party import Party
from billingua.dialects.crux.vocabulary import CHARGES, ORDER_TOTAL, PRODUCT_CODES, amount, designation, moment
from billingua.engine.orders import OrderView
from billingua.wire.replies import json_reply

Attributes = Sequence[Attribute] | None


def options(allowed: Sequence[str]) -> Response:
    """Say which verbs a path takes (A23)."""
    formats = ["application/json"]
    return json_reply({"renders": formats, "parses": formats}, headers={"Allow": ", ".join(allowed)})


def invoice_written(invoice: Invoice) -> Response:
    """Answer a new invoice with its UUID."""
    return json_reply({"invoice_uuid": str(invoice.uuid)}, 201)


def invoices_of(view: OrderView, order: Order, invoices: Sequence[Invoice]) -> Response:
    """Show the part of an order that its reader sees, with these invoices (§11)."""
    buyer, author = view.buyer, view.author.name if view.author else order.placed_by
    return json_reply(
        {
            "order_uuid": str(order.uuid),
            "po_number": order.number,
            "created_date": moment(order.created_at),
            "address": _address(order.address),
            "sent_to_supplier": order.sent_to_supplier,
            "retailer": _organization(order.retailer or (buyer and buyer.uuid), buyer, author),
            "retailer_provided_notes": order.retailer_notes,
            "retailer_provided_fees": _fees(order.fees),
            "retailer_provided_order_attributes": _attributes(order.retailer_attributes),
            "invoices": [_invoice(invoice, order) for invoice in invoices] or [{"invoice_items": None}],
            "invoice_attributes": _attributes(_together(invoice.attributes for invoice in invoices)),
            "line_items": [_order_line(line, view, invoices) for line in order.lines],
        }
    )


def _address(address: DeliveryAddress) -> dict[str, Any]:
    return {
        "name": address.name,
        "business_name": address.business_name,
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "state": address.state,
        "postal_code": address.postal_code,
        "phone_number": address.phone_number,
        "country": address.country,
    }


def _organization(uuid: UUID | None, party: Party | None, author: str | None = None) -> dict[str, Any]:
    """Name an organization, by what is known of it."""
    return {
        "uuid": str(uuid) if uuid else None,
        "organization_name": party.name if party else None,
        "order_submitted_by": author,
    }


def _fees(fees: OrderFees) -> dict[str, Any]:
    return {
        "order_fee": amount(fees.order_fee),
        "order_tax": amount(fees.order_tax),
        "shipping_cost": amount(fees.shipping_cost),
        "dropship_fee": amount(fees.dropship_fee),
    }


def _attributes(attributes: Attributes) -> list[dict[str, str]] | None:
    """Show attributes; those that were never set are null, and not an empty list."""
    if attributes is None:
        return None
    return [{"attribute_name": attribute.name, "attribute_value": attribute.value} for attribute in attributes]


def _together(parts: Iterable[Attributes]) -> Attributes:
    """Put attributes one after another; there are none at all where no part ever had any."""
    given = [part for part in parts if part is not None]
    return list(chain.from_iterable(given)) if given else None


# Invoices


def _invoice(invoice: Invoice, order: Order) -> dict[str, Any]:
    """Show one invoice; beyond the contract its UUID and its amounts, so that whoever posted it can check them."""
    items = [_invoice_item(line, invoice, order) for line in invoice.lines]
    return {
        "invoice_items": items or None,
        "invoice_number": invoice.number,
        "invoice_attributes": _attributes(invoice.attributes),
        "invoice_uuid": str(invoice.uuid),
        **_charges(invoice),
        ORDER_TOTAL: amount(invoice.stated_total),
    }


def _charges(invoice: Invoice) -> dict[str, Any]:
    stated = {
        name: [charge.amount for charge in invoice.charges if charge.kind is kind] for name, kind in CHARGES.items()
    }
    return {name: amount(add_up(amounts)) if amounts else None for name, amounts in stated.items()}


def _invoice_item(line: InvoiceLine, invoice: Invoice, order: Order) -> dict[str, Any]:
    ordered, terms = _ordered(line, order), order.terms_of(invoice.supplier)
    return {
        "sku_id": line.sku or "",
        "quantity_ordered": ordered.quantity if ordered else 0,
        "quantity_invoiced": amount(line.quantity),
        "supplier_order_number": terms.order_number if terms else None,
        "invoice_item_attributes": _attributes(line.attributes),
    }


def _ordered(line: InvoiceLine, order: Order) -> OrderLine | None:
    """Find what was ordered; a line from another dialect names no line of the order, but may name its SKU."""
    return next((ordered for ordered in order.lines if _is_of(line, ordered)), None)


def _is_of(line: InvoiceLine, ordered: OrderLine) -> bool:
    return line.order_line == ordered.uuid if line.order_line else line.sku == ordered.sku


# Order lines


_NO_CODES: Mapping[str, str | None] = {}


def _order_line(line: OrderLine, view: OrderView, invoices: Sequence[Invoice]) -> dict[str, Any]:
    item = view.items.get(line.item or 0)
    codes = item.product_codes if item else _NO_CODES
    invoiced = [part for invoice in invoices for part in invoice.lines if part.order_line == line.uuid]
    return {
        "line_item_uuid": str(line.uuid),
        "status": line.status,
        "line_item_designation": designation(line.designation),
        "item_uuid": str(item.uuid) if item else None,
        "item_name": item.title if item else None,
        "sku_uuid": str(item.sku_uuid) if item else None,
        "sku_id": line.sku,
        "sku_name": (item.sku_name or item.title) if item else None,
        "quantity_ordered": line.quantity,
        "sku_title_variants": None,
        "product_codes": {code: codes.get(code) for code in PRODUCT_CODES},
        "retailer_provided_line_item_notes": line.retailer_notes,
        "retailer_provided_sku_cost": amount(line.unit_cost or ZERO),
        "supplier": _organization(line.supplier, line.supplier and view.suppliers.get(line.supplier)),
        "invoice_item_attributes": _attributes(_together(part.attributes for part in invoiced)),
        "supplier_provided_line_item_notes": line.supplier_notes,
        "supplier_provided_attributes": _attributes(line.supplier_attributes),
        "tracking": [_package(shipment) for shipment in line.tracking],
        "allocation": _allocation(line),
    }


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
        "package_attributes": _attributes(shipment.attributes),
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
