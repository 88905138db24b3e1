"""How invoices are shown (contract §3.1, §3.2)."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from starlette.responses import Response

from billingua.core.invoice import Invoice
from billingua.core.line import ChargeKind, InvoiceLine
from billingua.core.money import EXACT, ZERO, add_up
from billingua.core.order import Order
from billingua.core.party import Party
from billingua.core.workspace import Workspace
from billingua.dialects.bigcommerce.responses.envelope import success
from billingua.dialects.bigcommerce.vocabulary import (
    NAME,
    channel_name,
    due_days,
    money,
    seconds,
    source_of,
    status_of,
    store_hash,
)
from billingua.engine.invoices import InvoiceView


def written(invoice: Invoice) -> Response:
    """Answer a change with the id of what was changed."""
    return success({"id": invoice.id})


def created(invoice: Invoice) -> Response:
    """Answer a new invoice with its id, under both the names that clients look for (A40)."""
    return success({"id": invoice.id, "invoiceId": invoice.id})


def of_order(invoice: Invoice) -> Response:
    """Answer a new invoice of an order with its number and its id (§4.6)."""
    return success({"invoiceNumber": invoice.number, "invoiceId": invoice.id})


@dataclass(frozen=True, slots=True)
class FoundInvoice:
    """An invoice with whom it refers to, and the order that it bills where there is one here."""

    view: InvoiceView
    order: Order | None


def invoice(found: FoundInvoice, workspace: Workspace, names: Container[str] | None = None) -> dict[str, Any]:
    """Show an invoice with its extra fields (§3.1), or only the members that are named; unset texts are null."""
    view = found.view
    it = _Shown(view.invoice, view.invoice.extra(NAME), view.party, found.order, workspace)
    shown = {name: show(it) for name, show in _MEMBERS.items() if names is None or name in names}
    return {name: value for name, value in shown.items() if value is not None or name != "details"}


def listed(
    invoices: Iterable[FoundInvoice], workspace: Workspace, *, extra_fields: bool, details: bool = True
) -> list[dict[str, Any]]:
    """Show the invoices of a list, with their extra fields and their details where those are asked for."""
    hidden = {name for name, wanted in (("extraFields", extra_fields), ("details", details)) if not wanted}
    names = frozenset(_MEMBERS) - hidden
    return [invoice(found, workspace, names) for found in invoices]


def download(url: str, found: FoundInvoice) -> dict[str, str]:
    """Say where our own PDF of an invoice is, and the one elsewhere where there is one (§4.7, A29)."""
    elsewhere = found.view.invoice.extra(NAME).get("externalPdfUrl")
    return {"url": url, "externalPdfUrl": elsewhere} if elsewhere else {"url": url}


class _Shown(NamedTuple):
    """An invoice that is shown, with what this dialect alone knows of it, and all that it refers to."""

    invoice: Invoice
    own: Mapping[str, Any]
    party: Party | None
    order: Order | None
    workspace: Workspace


_MEMBERS: Mapping[str, Callable[[_Shown], Any]] = {
    "id": lambda it: it.invoice.id,
    "customerId": lambda it: str(it.invoice.party),
    "externalCustomerId": lambda it: it.invoice.external_party_id,
    "externalId": lambda it: it.invoice.external_id,
    "invoiceNumber": lambda it: it.invoice.number,
    "type": lambda it: it.own.get("type", "Invoice"),
    "dueDate": lambda it: _due(it.invoice, it.workspace),
    "status": lambda it: int(status_of(it.invoice)),
    "orderNumber": lambda it: _order_number(it.invoice),
    "purchaseOrderNumber": lambda it: it.invoice.purchase_order_number or None,
    "details": lambda it: _details(it.invoice, it.order),
    "isPendingPayment": lambda it: int(it.invoice.pending_payments > 0),
    "source": lambda it: source_of(it.invoice),
    "originalBalance": lambda it: money(it.invoice.original_balance, it.invoice.currency),
    "openBalance": lambda it: money(it.invoice.open_balance, it.invoice.currency),
    "customerName": lambda it: it.party.display_name if it.party else "",
    "createdAt": lambda it: seconds(it.invoice.created_at),
    "updatedAt": lambda it: seconds(it.invoice.updated_at),
    "channelId": lambda it: None if it.invoice.channel is None else str(it.invoice.channel),
    "channelName": lambda it: channel_name(it.invoice.channel, it.workspace),
    "termsConditions": lambda it: it.invoice.terms or None,
    "externalPdfUrl": lambda it: it.own.get("externalPdfUrl") or None,
    "storeHash": lambda it: store_hash(it.workspace),
    "pendingPaymentCount": lambda it: it.invoice.pending_payments,
    "extraFields": lambda it: it.own.get("extraFields", []),
}
"""The members of an invoice, in their order; each is shown by itself where no others are asked for."""


def _due(shown: Invoice, workspace: Workspace) -> int:
    """Say when an invoice is due; one without a due date, so many days after its creation (§4.2)."""
    if shown.due_at is not None:
        return seconds(shown.due_at)
    return seconds(shown.created_at, days_later=due_days(workspace))


def _order_number(shown: Invoice) -> str | None:
    """Give the number of the order that is billed, which is here its id as a text."""
    return shown.order_number or (None if shown.order is None else str(shown.order))


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
