"""What clients of our own API are answered."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from starlette.responses import Response

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.line import InvoiceLine
from billingua.core.money import EXACT
from billingua.core.tax import LineTax
from billingua.core.totals import LineTotal, Totals
from billingua.dialects.native.requests import Related
from billingua.dialects.native.vocabulary import amount, day, instant, plain
from billingua.engine.journal import GENESIS, Entry, read, sealed_at
from billingua.engine.plan import Record
from billingua.engine.queries import Page
from billingua.wire.replies import json_reply


def invoice(record: Record[Invoice], related: Related, zone: tzinfo, now: datetime) -> Response:
    """Answer with an invoice, whole; the ETag is its version."""
    whole = {**_summary(record, related, zone, now), **_particulars(record.value, related)}
    return json_reply(whole, headers={"ETag": f'"{record.version}"'})


def invoices(page: Page[Invoice], related: Related, zone: tzinfo, now: datetime, next_page: str | None) -> Response:
    """Answer with a page of invoices, each in short, and the address of the next page."""
    items = [_summary(record, related, zone, now) for record in page.items]
    return json_reply({"items": items, "total": page.total, "next": next_page})


def history(entries: Sequence[Entry]) -> Response:
    """Answer with the history of an invoice, oldest first, each entry with the hash of the one before."""
    before = [GENESIS, *(entry.hash for entry in entries)]
    return json_reply({"items": [_entry(*pair) for pair in zip(entries, before, strict=False)]})


def _summary(record: Record[Invoice], related: Related, zone: tzinfo, now: datetime) -> dict[str, Any]:
    """Say what an invoice is, who owes what on it, and since when."""
    shown = record.value
    return {
        "id": shown.id,
        "uuid": shown.uuid,
        "version": record.version,
        "number": shown.number,
        "status": shown.status,
        "overdue": shown.is_overdue(now),
        "partly_paid": shown.partly_paid,
        "dialect": shown.origin,
        "party": _party(shown.party, related),
        "consignee": _party(shown.consignee, related),
        "supplier": _supplier(shown.supplier, related),
        "order": _order(shown.order, related),
        "currency": shown.currency,
        "totals": _totals(shown.totals, shown.currency),
        "balances": _balances(shown),
        **_dates(shown, zone),
    }


def _party(id: int | None, related: Related) -> dict[str, Any] | None:
    if id is None:
        return None
    party = related.parties.get(id)
    return {"id": id, "uuid": party and party.uuid, "name": party and party.display_name}


def _supplier(uuid: UUID | None, related: Related) -> dict[str, Any] | None:
    if uuid is None:
        return None
    party = related.suppliers.get(uuid)
    return {"id": party and party.id, "uuid": uuid, "name": party and party.display_name}


def _order(id: int | None, related: Related) -> dict[str, Any] | None:
    if id is None:
        return None
    order = related.orders.get(id)
    return {"id": id, "uuid": order and order.uuid, "number": order and order.number}


def _opportunity(id: int | None, related: Related) -> dict[str, Any] | None:
    if id is None:
        return None
    opportunity = related.opportunities.get(id)
    return {"id": id, "uuid": opportunity and opportunity.uuid, "title": opportunity and opportunity.title}


def _totals(totals: Totals, currency: str) -> dict[str, Any]:
    names = ("line_total", "charge_total", "net_total", "tax_total", "grand_total")
    taxes = [
        {**_tax(row.tax), "base": amount(row.base, currency), "amount": amount(row.amount, currency)}
        for row in totals.taxes
    ]
    return {**{name: amount(getattr(totals, name), currency) for name in names}, "taxes": taxes}


def _tax(tax: LineTax) -> dict[str, Any]:
    return {"id": tax.tax, "name": tax.name, "rate": plain(tax.rate)}


def _balances(shown: Invoice) -> dict[str, str | None]:
    """Say what was owed, is owed and was paid; a void invoice owes nothing, which is no sign that it was paid."""
    paid = EXACT.subtract(shown.original_balance, shown.open_balance)
    return {
        "original": amount(shown.original_balance, shown.currency),
        "open": amount(shown.open_balance, shown.currency),
        "paid": None if shown.status is Status.VOID else amount(paid, shown.currency),
    }


def _dates(shown: Invoice, zone: tzinfo) -> dict[str, str | None]:
    return {
        "issue_date": day(shown.issued_at, zone),
        "issued_at": instant(shown.issued_at),
        "due_date": shown.due_at and day(shown.due_at, zone),
        "due_at": shown.due_at and instant(shown.due_at),
        "void_date": shown.voided_at and day(shown.voided_at, zone),
        "voided_at": shown.voided_at and instant(shown.voided_at),
        "created_at": instant(shown.created_at),
        "updated_at": instant(shown.updated_at),
    }


def _particulars(shown: Invoice, related: Related) -> dict[str, Any]:
    """Say all the rest that the ledger knows of an invoice."""
    currency = shown.currency
    lines = zip(shown.lines, shown.totals.lines, strict=True)
    return {
        "number_scope": shown.number_scope or None,
        "created_by": shown.created_by,
        "exchange_rate": plain(shown.exchange_rate),
        "pending_payments": shown.pending_payments,
        "rounding": asdict(shown.rounding),
        "lines": [_line(line, total, currency) for line, total in lines],
        "charges": [{"kind": charge.kind, "amount": amount(charge.amount, currency)} for charge in shown.charges],
        "stated_total": None if shown.stated_total is None else amount(shown.stated_total, currency),
        "opportunity": _opportunity(shown.opportunity, related),
        **{name: getattr(shown, name) for name in _AS_THEY_ARE},
        **{f"{name}_id": getattr(shown, name) for name in _IDS},
    }


_AS_THEY_ARE = (
    "purchase_order_number",
    "order_number",
    "reference",
    "external_id",
    "external_party_id",
    "terms",
    "description",
    "language",
    "branch",
    "attributes",
    "extras",
)
_IDS = ("billing_address", "delivery_address", "book", "payment_term", "salesperson", "channel")


def _line(line: InvoiceLine, total: LineTotal, currency: str) -> dict[str, Any]:
    """Show a line; its taxes carry amounts only where the rounding rule taxes by line."""
    amounts = [amount(tax, currency) for tax in total.taxes] or [None] * len(line.taxes)
    return {
        "id": line.id,
        "position": line.position,
        "item_id": line.item,
        "sku": line.sku,
        "unit_id": line.unit,
        "description": line.description,
        "quantity": None if line.quantity is None else plain(line.quantity),
        "unit_price": None if line.unit_price is None else amount(line.unit_price, currency),
        "discount_percent": plain(line.discount_percent),
        "discount_per_unit": amount(line.discount_per_unit, currency),
        "gross": amount(total.gross, currency),
        "discount": amount(total.discount, currency),
        "net": amount(total.net, currency),
        "taxes": [{**_tax(tax), "amount": of_tax} for tax, of_tax in zip(line.taxes, amounts, strict=True)],
        "order_line": line.order_line,
        "attributes": line.attributes,
    }


def _entry(entry: Entry, previous_hash: bytes) -> dict[str, Any]:
    told = read(entry)
    return {
        "version": entry.version,
        "at": instant(sealed_at(told)),
        "actor": told["actor"],
        "dialect": told["dialect"],
        "request_id": told["request"],
        "action": told["action"],
        "changes": [_change(change) for change in told["changes"]],
        "hash": entry.hash.hex(),
        "previous_hash": previous_hash.hex(),
    }


_NUMBERS = frozenset(
    {
        "amount",
        "discount_per_unit",
        "discount_percent",
        "exchange_rate",
        "open_balance",
        "original_balance",
        "quantity",
        "rate",
        "stated_total",
        "unit_price",
    }
)
"""Members that history keeps as JSON numbers and our API writes as texts."""


def _change(change: Mapping[str, Any]) -> dict[str, Any]:
    """Show one change; a side that does not exist is left out, so that null means null."""
    name = "extras" if change["path"].startswith("/extras") else change["path"].rpartition("/")[2]
    sides = {side: _exactly(change[side], name) for side in ("before", "after") if side in change}
    return {"path": change["path"], **sides}


def _exactly(value: Any, name: str) -> Any:
    """Write the numbers in a remembered value as texts with the digits that they have; extras stay as they are."""
    if name == "extras":
        return value
    if isinstance(value, dict):
        return {key: _exactly(member, key) for key, member in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_exactly(part, name) for part in cast("list[Any]", value)]
    if name in _NUMBERS and isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return value
