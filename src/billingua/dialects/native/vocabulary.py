"""How our own API writes what the ledger knows: amounts as texts, moments in UTC, days in the workspace's zone."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from billingua.core.access import Role
from billingua.core.lifecycle import Action
from billingua.core.money import currency_digits
from billingua.core.order import LineStatus
from billingua.core.payment import Operation, PaymentStatus

NAME = "native"
"""The dialect's name."""

DIALECTS = ("bigcommerce", "crux", "modulus", "native", "onlyoffice")
"""The names of the dialects that an invoice may be born in, and shown as."""

ORIGINS = frozenset(DIALECTS)

READ = "read"
"""The scope that a token needs to read."""

WRITE = "write"
"""The scope that a token needs to write records."""

ADMIN = "admin"
"""The scope that a token needs to administer the workspace."""

SCOPES: Mapping[str, tuple[str, ...]] = {"native": (READ, WRITE, ADMIN), "bigcommerce": ("b2b",)}
"""The scopes of each dialect that has any."""

DOING = {READ: "read here", WRITE: "write here", ADMIN: "administer the workspace"}
"""What is done within each scope, as it is refused."""

MAY = {
    Role.VIEWER: frozenset({READ}),
    Role.CLERK: frozenset({READ, WRITE}),
    Role.ADMINISTRATOR: frozenset({READ, WRITE}),
}
"""What a user may do through a token, by role, within the token's own scopes; who administers the records may all."""

ACTIONS = {
    "issue": Action.ISSUE,
    "pay": Action.SETTLE,
    "void": Action.VOID,
    "reject": Action.REJECT,
    "reopen": Action.REOPEN,
    "revise": Action.REVISE,
}
"""What may be done to an invoice's status, by its name in an address."""

PAYMENT_ACTIONS: Mapping[str, PaymentStatus | Operation] = {
    "await": PaymentStatus.AWAITING,
    "process": PaymentStatus.PROCESSING,
    "complete": PaymentStatus.COMPLETED,
    "fail": PaymentStatus.INCOMPLETE,
    "refund": PaymentStatus.REFUNDED,
    "apply": Operation.APPLY,
    "revert": Operation.REVERT,
}
"""What may be done to a payment, by its name in an address."""

_ACTION_NAMES: Mapping[str, str] = {action: name for name, action in ACTIONS.items()}


def action_name(action: str) -> str:
    """Name an action as addresses do."""
    return _ACTION_NAMES.get(action, action)


LINE_STATUSES: Mapping[LineStatus, str] = {status: status.name.lower() for status in LineStatus}
"""How order lines stand, by the ledger's own word: what it calls `HasTracking` is shipped."""

INVALID = {
    "unknown": "There is no such parameter.",
    "repeated": "May be given once.",
    "blank": "May not be empty.",
    "integer": "Must be a whole number.",
    "limit": "Must be a whole number from 1 to 250.",
    "currency": "Must be an ISO 4217 code in capital letters.",
    "dialect": "Must be bigcommerce, crux, modulus, native or onlyoffice.",
    "status": "Must be draft, open, paid, rejected or void; several with commas between them.",
    "payment status": "Must be incomplete, awaiting, processing, completed or refunded; several with commas between.",
    "billing": "Must be none, part or whole.",
    "allocation": "Must be unallocated, partial or allocated; several with commas between them.",
    "true": "May only be true; leave it out to see all.",
    "sort": "Must be one of {sorts}, with a minus before it for the opposite order.",
    "day or moment": "Must be a day (2024-12-26) or an RFC 3339 moment (2024-12-26T12:00:00Z).",
    "moment": "Must be an RFC 3339 moment (2024-12-26T12:00:00Z).",
    "boolean": "Must be true or false.",
    "version or moment": "Must be a version (3) or an RFC 3339 moment (2024-12-26T12:00:00Z).",
    "content": "Must be given.",
    "fixed": "Stays as it was ordered.",
    "lines": "Must be the lines that were ordered, each with its id.",
    "later": "May only be said of an order that is there.",
    "goods": "Must be an `item_id`, or a `supplier_id` with a `sku`.",
    "one supplier": "Must be of one supplier.",
    "with lines": "May only be said with lines.",
    "repeated supplier": "May be there once.",
    "negative": "May not be negative.",
    "pieces": "Must be a whole number from 1.",
    "words": "May have at most 50 different words.",
    "quantity or amount": "May only be said without a quantity.",
    "percentage": "Must be from 0 to 100.",
    "new": "May only name a line of an invoice that is there.",
    "operation": "Must be create, replace, patch, delete, credit, issue, pay, void, reject, reopen or revise.",
    "zone": "Must be an IANA time zone.",
    "unique": "May be there once.",
    "label": "Must be a label of a host name: letters, digits and hyphens, at most 63.",
    "hash": "Must be of printable ASCII without blanks.",
    "origin": "Must be an address that begins with http:// or https://.",
    "logo": "Must be a PNG or a JPEG in base64, of at most 1 MiB and 4,000,000 pixels.",
    "branch": "Must be the code of a branch.",
    "scope": "Must be a scope that the dialect has.",
    "no scopes": "May not be said: the dialect has no scopes.",
    "object": "Must be an object.",
    "characters": "May not contain U+0000.",
    "number": "Must be a number.",
    "positive": "Must be more than 0.",
    "places": "May have at most 4 decimals, as balances have.",
    "range": "Must be below 100,000,000,000,000 and have at most 12 decimals.",
    "cursor": "Must be taken from the `next` of an earlier answer.",
}
"""What is wrong with a value."""


def amount(value: Decimal, currency: str) -> str:
    """Write an amount exactly, with at least as many decimals as its currency has."""
    whole, _, decimals = plain(value).partition(".")
    decimals = decimals.ljust(currency_digits(currency), "0")
    return f"{whole}.{decimals}" if decimals else whole


def plain(value: Decimal) -> str:
    """Write a number exactly, without an exponent and without zeros at the end of its decimals."""
    text = f"{value or abs(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def instant(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def day(moment: datetime, zone: tzinfo) -> str:
    """Write the day that a moment falls on in a zone."""
    return moment.astimezone(zone).date().isoformat()
