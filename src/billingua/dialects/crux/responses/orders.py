"""An order, as its three views name it (§4, §5, §11)."""

from typing import Any
from uuid import UUID

from billingua.core.money import ZERO
from billingua.core.order import DeliveryAddress, LineStatus, OrderFees
from billingua.dialects.crux.listing import Shown
from billingua.dialects.crux.responses.attributes import attributes, together
from billingua.dialects.crux.responses.invoices import invoices_of
from billingua.dialects.crux.responses.lines import detailed_line, invoiced_line, organization
from billingua.dialects.crux.responses.remarks import supplier_attributes, supplier_notes
from billingua.dialects.crux.vocabulary import amount, moment


def detail(shown: Shown) -> dict[str, Any]:
    """Show an order by itself (§5)."""
    order = shown.order
    return {
        **_head(shown),
        **_remarks(shown),
        "retailer_provided_fees": _fees(order.fees),
        "invoices": invoices_of(order, shown.invoices),
        "line_items": [detailed_line(line, shown.view) for line in order.lines],
    }


def invoice_view(shown: Shown) -> dict[str, Any]:
    """Show an order with its invoices (§11)."""
    order, invoices = shown.order, shown.invoices
    return {
        **_head(shown),
        "retailer_provided_notes": order.retailer_notes,
        "retailer_provided_fees": _fees(order.fees),
        "retailer_provided_order_attributes": attributes(order.retailer_attributes),
        "invoices": invoices_of(order, invoices),
        "invoice_attributes": attributes(together(invoice.attributes for invoice in invoices)),
        "line_items": [invoiced_line(line, shown.view, invoices) for line in order.lines],
    }


def entry(shown: Shown) -> dict[str, Any]:
    """Show an order in a list (§4), where some members have other names."""
    order = shown.order
    return {
        "uuid": str(order.uuid),
        "is_allocated": all(line.status is not LineStatus.UNALLOCATED for line in order.lines),
        "purchase_order_id": order.number,
        "created_date": moment(order.created_at),
        **_remarks(shown),
        "fees": {
            "estimated_shipping_cost": amount(order.fees.shipping_cost or ZERO),
            "drop_ship_fee": amount(order.fees.dropship_fee or ZERO),
            "order_fee": amount(order.fees.order_fee or ZERO),
        },
        "retailer": _retailer(shown),
        "address": _address(order.address),
        "requested_shipping": _requested_shipping(shown),
        "invoices": invoices_of(order, shown.invoices),
        "line_items": [detailed_line(line, shown.view) for line in order.lines],
    }


def _head(shown: Shown) -> dict[str, Any]:
    order, buyer = shown.order, shown.view.buyer
    return {
        "order_uuid": str(order.uuid),
        "po_number": order.number,
        "created_date": moment(order.created_at),
        "address": _address(order.address),
        "sent_to_supplier": order.sent_to_supplier,
        "retailer": organization(_retailer_uuid(shown), buyer, _author(shown)),
    }


def _remarks(shown: Shown) -> dict[str, Any]:
    order = shown.order
    return {
        "retailer_provided_order_notes": order.retailer_notes,
        "supplier_provided_order_notes": supplier_notes(order),
        "retailer_provided_order_attributes": attributes(order.retailer_attributes),
        "supplier_provided_order_attributes": attributes(supplier_attributes(order)),
    }


def _retailer(shown: Shown) -> dict[str, Any]:
    buyer, author, uuid = shown.view.buyer, shown.view.author, _retailer_uuid(shown)
    return {
        "name": buyer.name if buyer else None,
        "uuid": str(uuid) if uuid else None,
        "user": {"name": _author(shown), "email": author.email if author else None},
    }


def _retailer_uuid(shown: Shown) -> UUID | None:
    buyer = shown.view.buyer
    return shown.order.retailer or (buyer.uuid if buyer else None)


def _author(shown: Shown) -> str | None:
    author = shown.view.author
    return author.name if author else shown.order.placed_by


def _requested_shipping(shown: Shown) -> dict[str, Any]:
    first = shown.order.lines[0] if shown.order.lines else None
    return {
        "shipping_carrier": first.carrier if first else None,
        "shipping_method": first.method if first else None,
    }


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


def _fees(fees: OrderFees) -> dict[str, Any]:
    return {
        "order_fee": amount(fees.order_fee),
        "order_tax": amount(fees.order_tax),
        "shipping_cost": amount(fees.shipping_cost),
        "dropship_fee": amount(fees.dropship_fee),
    }
