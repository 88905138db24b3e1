"""What BigCommerce clients are answered (contract §1.3, §3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from billingua.core.errors import ChannelNotFound
from billingua.core.invoice import Invoice
from billingua.core.line import ChargeKind, InvoiceLine
from billingua.core.money import ZERO
from billingua.core.workspace import Workspace
from billingua.dialects.bigcommerce.vocabulary import NAME, SUCCESS, money, status_of
from billingua.engine.invoices import InvoiceView
from billingua.wire.replies import json_reply
from billingua.wire.scalars import timestamp


def success(data: Any) -> Response:
    """Wrap an answer in the envelope of every success."""
    return json_reply({"code": 200, "data": data, "meta": {"message": SUCCESS}})


def written(invoice: Invoice) -> Response:
    """Answer a change with the id of what was changed."""
    return success({"id": invoice.id})


def invoice(view: InvoiceView, workspace: Workspace) -> dict[str, Any]:
    """Show an invoice with its extra fields (§3.1); unset texts are null."""
    shown = view.invoice
    own = shown.extra(NAME)
    currency = shown.currency
    details = _details(shown)
    return {
        "id": shown.id,
        "customerId": str(shown.party),
        "externalCustomerId": shown.external_party_id,
        "externalId": shown.external_id,
        "invoiceNumber": shown.number,
        "type": own.get("type", "Invoice"),
        "dueDate": timestamp(shown.due_at or _default_due(shown, workspace)),
        "status": int(status_of(shown)),
        "orderNumber": shown.order_number,
        "purchaseOrderNumber": shown.purchase_order_number or None,
        **({"details": details} if details else {}),
        "isPendingPayment": int(shown.pending_payments > 0),
        "source": own.get("source", 0),
        "originalBalance": money(shown.original_balance, currency),
        "openBalance": money(shown.open_balance, currency),
        "customerName": view.party.display_name if view.party else "",
        "createdAt": timestamp(shown.created_at),
        "updatedAt": timestamp(shown.updated_at),
        "channelId": None if shown.channel is None else str(shown.channel),
        "channelName": _channel_name(shown, workspace),
        "termsConditions": shown.terms or None,
        "externalPdfUrl": own.get("externalPdfUrl") or None,
        "storeHash": workspace.setting(NAME, "store_hash") or workspace.name,
        "pendingPaymentCount": shown.pending_payments,
        "extraFields": own.get("extraFields", []),
    }


def _default_due(shown: Invoice, workspace: Workspace) -> datetime:
    """When an invoice without a due date is due: so many days after its creation (§4.2)."""
    return shown.created_at + timedelta(days=workspace.setting(NAME, "due_days", 30))


def _channel_name(shown: Invoice, workspace: Workspace) -> str | None:
    if shown.channel is None:
        return None
    try:
        return workspace.channel(shown.channel)["name"]
    except ChannelNotFound:
        return None


def _details(shown: Invoice) -> Mapping[str, Any] | None:
    """Give the details as they were sent, with the defaults of A17; another dialect's invoice shows its lines."""
    stored = shown.extra(NAME).get("details")
    if stored is None:
        return _details_from_lines(shown) if shown.lines or shown.charges else None
    header: dict[str, Any] = {"orderDate": timestamp(shown.created_at), "customerFields": {}}
    return {"type": STANDARD, **stored, "header": _completed(stored.get("header") or {}, header)}


STANDARD = "StandardInvoiceDetails"


def _completed(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what was given, in its order, and add what is missing."""
    return {**given, **{key: value for key, value in defaults.items() if key not in given}}


def _details_from_lines(shown: Invoice) -> dict[str, Any]:
    totals = shown.totals
    costs = [
        ("Subtotal", totals.line_total),
        ("Freight", _charged(shown, ChargeKind.SHIPPING)),
        ("Order fee", _charged(shown, ChargeKind.ORDER_FEE)),
        ("Dropship fee", _charged(shown, ChargeKind.DROPSHIP_FEE)),
        ("Sales Tax", totals.tax_total),
    ]
    lines = [{"amount": money(amount, shown.currency), "description": name} for name, amount in costs if amount]
    return {
        "type": STANDARD,
        "header": {"costLines": lines, "orderDate": timestamp(shown.created_at), "customerFields": {}},
        "details": {"shipments": [], "lineItems": [_line_item(line, shown.currency) for line in shown.lines]},
    }


def _charged(shown: Invoice, kind: ChargeKind) -> Any:
    return sum((charge.amount for charge in shown.charges if charge.kind is kind), ZERO)


def _line_item(line: InvoiceLine, currency: str) -> dict[str, Any]:
    quantity, price = line.quantity or ZERO, line.unit_price or ZERO
    percent = (price - line.discount_per_unit) * line.discount_percent / 100
    return {
        "sku": line.sku or "",
        "type": "",
        "comments": "",
        "quantity": f"{quantity.normalize():f}",
        "unitPrice": money(price, currency),
        "description": line.description,
        "customFields": {},
        "unitDiscount": money(line.discount_per_unit + percent, currency),
    }
