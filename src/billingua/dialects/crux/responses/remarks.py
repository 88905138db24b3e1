"""What each side said of an order: notes and attributes (§9), and fees (§10).

Where several suppliers said something, a retailer sees it one after another, and their fees summed up.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from billingua.core.money import ZERO, add_up
from billingua.core.order import Order
from billingua.dialects.crux.responses.attributes import Attributes, attributes, together
from billingua.dialects.crux.vocabulary import amount


def supplier_notes(order: Order) -> str | None:
    """Give the notes of the suppliers that are seen; without any, those that are nobody's in particular."""
    notes = [terms.notes for terms in order.supplier_terms if terms.notes is not None]
    return "\n".join(notes) if notes else order.supplier_notes


def supplier_attributes(order: Order) -> Attributes:
    """Give the attributes of the suppliers that are seen; without any, those that are nobody's in particular."""
    given = together(terms.attributes for terms in order.supplier_terms)
    return order.supplier_attributes if given is None else given


def remarks(order: Order) -> dict[str, Any]:
    """Show what the retailer says of the order, and the suppliers of its lines (§9)."""
    return {
        "retailer_provided_order_attributes": attributes(order.retailer_attributes),
        "retailer_provided_notes": order.retailer_notes,
        "line_items": [
            {
                "line_item_uuid": str(line.uuid),
                "supplier_provided_notes": line.supplier_notes,
                "supplier_provided_order_attributes": attributes(line.supplier_attributes),
            }
            for line in order.lines
        ],
    }


def fees(order: Order) -> dict[str, Any]:
    """Show the fees of both sides (§10)."""
    said = order.supplier_terms
    return {
        "retailer_provided_tax": amount(order.fees.order_tax),
        "retailer_provided_order_fee": amount(order.fees.order_fee),
        "retailer_provided_shipping_cost": amount(order.fees.shipping_cost),
        "retailer_provided_dropship_fee": amount(order.fees.dropship_fee),
        "supplier_provided_dropship_fee": _sum(terms.dropship_fee for terms in said),
        "supplier_provided_order_fee": _sum(terms.order_fee for terms in said),
        "supplier_provided_tax": _sum(terms.order_tax for terms in said),
        "supplier_provided_po_number": ", ".join(terms.order_number for terms in said if terms.order_number) or None,
        "supplier_provided_order_total": _sum(terms.order_total for terms in said),
        "line_items": [
            {
                "line_item_uuid": str(line.uuid),
                "supplier_provided_sku_cost": amount(line.supplier_unit_cost or ZERO),
            }
            for line in order.lines
        ],
    }


def _sum(amounts: Iterable[Decimal | None]) -> int | Decimal | None:
    """Add up what was said; nothing at all where nobody said anything."""
    given = [each for each in amounts if each is not None]
    return amount(add_up(given)) if given else None
