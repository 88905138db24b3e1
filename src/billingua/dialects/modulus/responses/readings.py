"""Documents as they are read back: no part of the product's API, and for tests alone (contract §10)."""

from datetime import datetime, tzinfo
from typing import Any

from starlette.responses import Response

from billingua.core.lifecycle import Status
from billingua.core.line import InvoiceLine
from billingua.dialects.modulus.documents import COLLECTION, RETURN, TRANSACTION
from billingua.engine.cash import EntryView
from billingua.engine.invoices import InvoiceView
from billingua.wire.replies import json_reply

_STATUSES = {
    Status.DRAFT: "STATUS_DRAFT",
    Status.OPEN: "STATUS_SENT",
    Status.PAID: "STATUS_SENT",
    Status.VOID: "STATUS_VOID",
}
"""What a status is called here; a rejected invoice has no word."""

_TYPES = {receipt.kind: receipt.name for receipt in (COLLECTION, RETURN)}


def invoice_shown(view: InvoiceView, zone: tzinfo) -> Response:
    """Show an invoice."""
    invoice = view.invoice
    return json_reply(
        {
            "invoice_id": invoice.id,
            "invoice_number": invoice.number,
            "status": _STATUSES.get(invoice.status),
            "issue_date": _day(invoice.issued_at, zone),
            "due_date": invoice.due_at and _day(invoice.due_at, zone),
            "void_date": invoice.voided_at and _moment(invoice.voided_at, zone),
            "customer_code": view.party and view.party.code,
            "branch_code": invoice.branch,
            "book_id": invoice.book,
            "payment_term_id": invoice.payment_term,
            "items": [_row(line) for line in invoice.lines],
        }
    )


def entry_shown(view: EntryView, zone: tzinfo) -> Response:
    """Show an entry of the cash book."""
    entry = view.entry
    return json_reply(
        {
            "id": entry.id,
            "serial": entry.number,
            "document_type": _TYPES.get(entry.kind, TRANSACTION.name),
            "date": _moment(entry.dated_at, zone),
            "account_code": entry.account,
            "currency": entry.currency,
            "cash_flow": entry.cash_flow,
            "net": entry.turnover,
            "tax": entry.tax_turnover,
            "customer_code": view.party and view.party.code,
            "counter_party": entry.counterparty,
            "branch_code": entry.branch,
            "book_id": entry.book,
            "payment_term_id": entry.payment_term,
            "reference": entry.reference,
            "items": [_row(line) for line in entry.lines],
        }
    )


def _row(line: InvoiceLine) -> dict[str, Any]:
    return {
        "item_code": line.sku,
        "unit_id": line.unit,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount": line.discount_per_unit,
    }


def _day(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).date().isoformat()


def _moment(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).replace(microsecond=0, tzinfo=None).isoformat(" ")
