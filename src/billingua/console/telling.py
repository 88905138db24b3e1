"""What happened, and what would, told to people: fields and values as clerks name and write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from billingua.console.formats import Formats
from billingua.core.money import add_up
from billingua.engine.journal import Entry, read, sealed_at
from billingua.engine.rehearsing import Rewritten
from billingua.wire.replies import encode_json

_NAMES = {
    "book": "Book",
    "credits": "Credit notes",
    "due_at": "Due",
    "exchange_rate": "Exchange rate",
    "extras": "Kept for",
    "issued_at": "Issued",
    "number": "Number",
    "open_balance": "Owed",
    "order": "Order",
    "original_balance": "Total",
    "partly_paid": "Partly paid",
    "party": "Customer",
    "pending_payments": "Payments on their way",
    "purchase_order_number": "Purchase order",
    "refund_due": "To be refunded",
    "unit_price": "Price",
    "voided_at": "Void as of",
}
_OF_LIST = {"lines": "Line", "charges": "Charge", "attributes": "Attribute", "credits": "Credit note"}
_AMOUNTS = frozenset({"open_balance", "original_balance", "refund_due", "stated_total", "unit_price", "amount"})
_LONGEST = 300

_KINDS = {"payment": "A payment is noted", "receipt": "A receipt is written", "order": "Its order counts it anew"}

_DEEDS = {
    "act": "Changed the status",
    "amend_invoice": "Edited it",
    "change_status": "Changed the status",
    "create_invoice": "Wrote it",
    "pay_invoice": "Took a payment",
    "plant": "Planted it",
    "replace_invoice": "Edited it",
    "restamp_invoice": "Dated it anew",
    "rewrite_invoice": "Edited it",
    "write_invoice": "Wrote it",
}
"""What commands do, by the names that history keeps."""


@dataclass(frozen=True, slots=True)
class Told:
    """One change: what it is called, and what it was and is; None where there was, or is, nothing."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of history: who did what through which dialect, when, and what changed by that."""

    version: int
    at: datetime
    actor: str
    dialect: str
    deed: str
    changes: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Consequence:
    """What becomes of one record: a headline, and what changes."""

    headline: str
    changes: Sequence[Told]


def history(entries: Sequence[Entry], formats: Formats, currency: str) -> Sequence[Event]:
    """Tell what happened to an invoice, newest first; amounts are in its currency."""
    return [_event(entry, formats, currency) for entry in reversed(entries)]


def _event(entry: Entry, formats: Formats, currency: str) -> Event:
    told = read(entry)
    action: str = told["action"]
    return Event(
        version=entry.version,
        at=sealed_at(told),
        actor=told["actor"],
        dialect=told["dialect"],
        deed=_DEEDS.get(action, action.replace("_", " ").capitalize()),
        changes=changes(told["changes"], formats, currency),
    )


def consequences(rewritten: Sequence[Rewritten], formats: Formats, currency: str) -> Sequence[Consequence]:
    """Tell what would become of records, the invoice first; amounts are in its currency."""
    ordered = sorted(rewritten, key=lambda one: one.kind != "invoice")
    return [_consequence(one, formats, currency) for one in ordered]


def _consequence(one: Rewritten, formats: Formats, currency: str) -> Consequence:
    headline = "The invoice changes" if one.kind == "invoice" else _KINDS.get(one.kind, f"Its {one.kind} changes")
    whole = one.changes[0].get("after") if one.changes and one.changes[0]["path"] == "" else None
    if whole is None:
        return Consequence(headline, changes(one.changes, formats, currency))
    paid = add_up(Decimal(str(line["amount"])) for line in whole.get("lines", ()))
    return Consequence(headline, [Told("Amount", None, f"{formats.amount(paid, currency)} {currency}")])


def changes(told: Sequence[Mapping[str, Any]], formats: Formats, currency: str) -> Sequence[Told]:
    """Tell what changed, field by field; that all of a record is new or gone tells itself."""
    return [_change(one, formats, currency) for one in told if one["path"]]


def _change(one: Mapping[str, Any], formats: Formats, currency: str) -> Told:
    steps = one["path"].split("/")[1:]
    before, after = (_value(one.get(side), steps[-1], formats, currency) for side in ("before", "after"))
    return Told(field_name(one["path"]), before, after)


def field_name(pointer: str) -> str:
    """Name the field that a JSON Pointer leads to: `/lines/0/unit_price` is `Line 1: price`."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    if len(steps) > 1 and steps[1].isdecimal():
        place = f"{_OF_LIST.get(steps[0], _named(steps[0]))} {int(steps[1]) + 1}"
        return f"{place}: {' '.join(map(_named, steps[2:])).lower()}" if len(steps) > 2 else place
    return " ".join([_named(steps[0]), *steps[1:]])


def _named(step: str) -> str:
    return _NAMES.get(step, step.replace("_", " ").capitalize())


def _value(value: Any, name: str, formats: Formats, currency: str) -> str | None:
    """Write a value as people do; what has members is written as JSON, and not all of it where it is long."""
    if value is None or value in ("", []):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        exact = Decimal(value)
        return f"{formats.amount(exact, currency)} {currency}" if name in _AMOUNTS else formats.number(exact)
    if isinstance(value, str):
        return formats.time(datetime.fromisoformat(value)) if name.endswith("_at") else _short(value)
    return _short(encode_json(value).decode())


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
