"""How history is shown in our own API: exact numbers as texts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from starlette.responses import Response

from billingua.dialects.native import answers
from billingua.dialects.native.vocabulary import instant
from billingua.engine.journal import GENESIS, Entry, read, sealed_at
from billingua.wire.replies import json_reply


def history(entries: Sequence[Entry]) -> Response:
    """Answer with the history of an invoice, oldest first, each entry with the hash of the one before."""
    before = [GENESIS, *(entry.hash for entry in entries)]
    return json_reply(answers.History(items=[_entry(*pair) for pair in zip(entries, before, strict=False)]))


def _entry(entry: Entry, previous_hash: bytes) -> answers.HistoryEntry:
    told = read(entry)
    return answers.HistoryEntry(
        version=entry.version,
        at=instant(sealed_at(told)),
        actor=told["actor"],
        dialect=told["dialect"],
        request_id=told["request"],
        action=told["action"],
        changes=[change(one) for one in told["changes"]],
        hash=entry.hash.hex(),
        previous_hash=previous_hash.hex(),
    )


NUMBERS = frozenset(
    {
        "amount",
        "cost",
        "discount_per_unit",
        "discount_percent",
        "dropship_fee",
        "exchange_rate",
        "open_balance",
        "order_fee",
        "order_tax",
        "order_total",
        "original_balance",
        "quantity",
        "price",
        "rate",
        "refund_due",
        "rounding_amount",
        "shipping_cost",
        "stated_total",
        "stock",
        "supplier_unit_cost",
        "total",
        "unit_cost",
        "unit_price",
        "weight",
    }
)
"""Members that history keeps as JSON numbers and our API writes as texts."""


def change(told: Mapping[str, Any]) -> answers.ChangeShown:
    """Show one change; a side that does not exist is left out, so that null means null, and so is what is secret."""
    if _is_secret(told["path"].rpartition("/")[2]):
        return answers.ChangeShown(path=told["path"])
    name = "extras" if told["path"].startswith("/extras") else told["path"].rpartition("/")[2]
    sides = {side: _exactly(told[side], name) for side in ("before", "after") if side in told}
    return answers.ChangeShown(path=told["path"], **sides)


def _is_secret(name: str) -> bool:
    """Whether a member is a secret, or the hash of one: that it changed is told, and nothing of what it is."""
    return name in {"secret", "secret_hash", "password_hash"}


def _exactly(value: Any, name: str) -> Any:
    """Write the numbers in a remembered value as texts with the digits that they have; extras stay as they are."""
    if name == "extras":
        return value
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value).items()
        return {key: _exactly(member, key) for key, member in members if not _is_secret(key)}
    if isinstance(value, list):
        return [_exactly(part, name) for part in cast("list[Any]", value)]
    if name in NUMBERS and isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return value
