"""An order's invoices (§11)."""

from collections.abc import Sequence
from typing import Any

from billingua.core.invoice import Invoice
from billingua.core.line import InvoiceLine
from billingua.core.money import add_up
from billingua.core.order import Order, OrderLine
from billingua.dialects.crux.responses.attributes import attributes
from billingua.dialects.crux.vocabulary import CHARGES, ORDER_TOTAL, amount


def invoices_of(order: Order, invoices: Sequence[Invoice]) -> list[dict[str, Any]]:
    """Show the invoices of an order; one without any carries a placeholder (A13)."""
    return [_invoice(invoice, order) for invoice in invoices] or [{"invoice_items": None}]


def _invoice(invoice: Invoice, order: Order) -> dict[str, Any]:
    """Show one invoice; beyond the contract its UUID and its amounts, so that whoever posted it can check them."""
    items = [_invoice_item(line, invoice, order) for line in invoice.lines]
    return {
        "invoice_items": items or None,
        "invoice_number": invoice.number,
        "invoice_attributes": attributes(invoice.attributes),
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
        "invoice_item_attributes": attributes(line.attributes),
    }


def _ordered(line: InvoiceLine, order: Order) -> OrderLine | None:
    """Find what was ordered; a line from another dialect names no line of the order, but may name its SKU."""
    return next((ordered for ordered in order.lines if _is_of(line, ordered)), None)


def _is_of(line: InvoiceLine, ordered: OrderLine) -> bool:
    return line.order_line == ordered.uuid if line.order_line else line.sku == ordered.sku
