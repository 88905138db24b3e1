"""What BigCommerce clients are answered (contract §1.3, §3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid5

from starlette.responses import Response

from billingua.core.errors import ChannelNotFound
from billingua.core.invoice import Invoice
from billingua.core.line import ChargeKind, InvoiceLine
from billingua.core.money import EXACT, ZERO, add_up
from billingua.core.order import Order
from billingua.core.workspace import Workspace
from billingua.dialects.bigcommerce.vocabulary import (
    NAME,
    SUCCESS,
    USER_DEFINED,
    ExtraField,
    money,
    seconds,
    source_of,
    status_of,
    store_hash,
)
from billingua.engine.invoices import InvoiceView
from billingua.wire.replies import json_reply


def success(data: Any, **meta: Any) -> Response:
    """Wrap an answer in the envelope of every success; `meta` is said beside the message."""
    return json_reply({"code": 200, "data": data, "meta": {"message": SUCCESS, **meta}})


def written(invoice: Invoice) -> Response:
    """Answer a change with the id of what was changed."""
    return success({"id": invoice.id})


@dataclass(frozen=True, slots=True)
class FoundInvoice:
    """An invoice with whom it refers to, and the order that it bills where there is one here."""

    view: InvoiceView
    order: Order | None


def invoice(found: FoundInvoice, workspace: Workspace) -> dict[str, Any]:
    """Show an invoice with its extra fields (§3.1); unset texts are null."""
    shown, party = found.view.invoice, found.view.party
    own, currency, channel = shown.extra(NAME), shown.currency, shown.channel
    details = _details(shown, found.order)
    return {
        "id": shown.id,
        "customerId": str(shown.party),
        "externalCustomerId": shown.external_party_id,
        "externalId": shown.external_id,
        "invoiceNumber": shown.number,
        "type": own.get("type", "Invoice"),
        "dueDate": _due(shown, workspace),
        "status": int(status_of(shown)),
        "orderNumber": _order_number(shown),
        "purchaseOrderNumber": shown.purchase_order_number or None,
        **({} if details is None else {"details": details}),
        "isPendingPayment": int(shown.pending_payments > 0),
        "source": source_of(shown),
        "originalBalance": money(shown.original_balance, currency),
        "openBalance": money(shown.open_balance, currency),
        "customerName": party.display_name if party else "",
        "createdAt": seconds(shown.created_at),
        "updatedAt": seconds(shown.updated_at),
        "channelId": None if channel is None else str(channel),
        "channelName": None if channel is None else _channel_name(channel, workspace),
        "termsConditions": shown.terms or None,
        "externalPdfUrl": own.get("externalPdfUrl") or None,
        "storeHash": store_hash(workspace),
        "pendingPaymentCount": shown.pending_payments,
        "extraFields": own.get("extraFields", []),
    }


def _due(shown: Invoice, workspace: Workspace) -> int:
    """Say when an invoice is due; one without a due date, so many days after its creation (§4.2)."""
    if shown.due_at is not None:
        return seconds(shown.due_at)
    return seconds(shown.created_at, days_later=workspace.setting(NAME, "due_days", 30))


def _order_number(shown: Invoice) -> str | None:
    """Give the number of the order that is billed, which is here its id as a text."""
    return shown.order_number or (None if shown.order is None else str(shown.order))


def _channel_name(channel: int, workspace: Workspace) -> str | None:
    try:
        return workspace.channel(channel).name
    except ChannelNotFound:
        return None


def _details(shown: Invoice, order: Order | None) -> Mapping[str, Any] | None:
    """Give the details as they are kept, with the defaults of A17; without any, they tell of the ledger's lines."""
    kept = shown.extra(NAME).get("details")
    if kept is None and not (shown.lines or shown.charges):
        return None
    details = _completed(_details_of_lines(shown) if kept is None else kept, type=STANDARD, header={})
    header = details["header"]
    if isinstance(header, Mapping):
        ordered_at = order.created_at if order else shown.created_at
        details["header"] = _completed(header, orderDate=seconds(ordered_at), customerFields={})  # pyright: ignore[reportUnknownArgumentType]
    return details


STANDARD = "StandardInvoiceDetails"


def _completed(given: Mapping[str, Any], **usual: Any) -> dict[str, Any]:
    """Add what is usual and missing; what is given stays as it is, and in its order."""
    return {**{name: value for name, value in usual.items() if name not in given}, **given}


def _details_of_lines(shown: Invoice) -> dict[str, Any]:
    lines = [_line_item(line, shown.currency) for line in shown.lines]
    return {"header": {"costLines": _cost_lines(shown)}, "details": {"shipments": [], "lineItems": lines}}


def _cost_lines(shown: Invoice) -> list[dict[str, Any]]:
    """List what the total is made of, as far as it is not zero."""
    totals = shown.totals
    costs = [
        ("Subtotal", totals.line_total),
        ("Freight", _charged(shown, ChargeKind.SHIPPING)),
        ("Order fee", _charged(shown, ChargeKind.ORDER_FEE)),
        ("Dropship fee", _charged(shown, ChargeKind.DROPSHIP_FEE)),
        ("Sales Tax", totals.tax_total),
    ]
    return [{"amount": money(amount, shown.currency), "description": name} for name, amount in costs if amount]


def _charged(shown: Invoice, kind: ChargeKind) -> Decimal:
    return add_up(charge.amount for charge in shown.charges if charge.kind is kind)


def _line_item(line: InvoiceLine, currency: str) -> dict[str, Any]:
    """Show a line of the ledger; its discounts count for each piece here."""
    return {
        "sku": line.sku or "",
        "type": "",
        "comments": "",
        "quantity": _plain(line.quantity or ZERO),
        "unitPrice": money(line.unit_price or ZERO, currency),
        "description": line.description,
        "customFields": {},
        "unitDiscount": money(line.unit_discount, currency),
    }


def _plain(quantity: Decimal) -> str:
    """Write a quantity without an exponent and without zeros at its end."""
    return f"{EXACT.normalize(quantity):f}"


def extra_field(field: ExtraField, workspace: Workspace) -> dict[str, Any]:
    """Show how an extra field is set up (§3.7)."""
    return {
        "id": field.id,
        "uuid": str(uuid5(workspace.uuid, f"extra field {field.id}")),
        "fieldName": field.name,
        "fieldType": int(field.type),
        "isRequired": field.required,
        "isUnique": field.unique,
        "visibleToEnduser": True,
        "configType": USER_DEFINED,
        "defaultValue": field.default,
        "maximumLength": field.max_length,
        "numberOfRows": field.rows,
        "maximumValue": field.max_value,
        "listOfValue": field.options,
    }
