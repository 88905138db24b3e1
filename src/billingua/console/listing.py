"""The list of invoices as its address asks for it: what is kept, in which order, and behind what it begins."""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from msgspec import DecodeError, ValidationError, convert, json
from starlette.datastructures import QueryParams

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.engine.positions import Position
from billingua.engine.queries import InvoiceQuery, Page, Sort, TextField
from billingua.wire.scalars import Invalid, at_midnight, read_amount, read_day, read_integer

PATH = "/console/invoices"
ON_A_PAGE = 50
USUAL = "-issued_at"
"""The order that nobody asked for: the newest first."""

COLUMNS: Mapping[str, str] = {
    "number": "Number",
    "party_name": "Customer",
    "progress": "Status",
    "issued_at": "Issued",
    "due_at": "Due",
    "original_balance": "Total",
    "open_balance": "Owed",
}
"""What can be sorted by, and what stands above it."""

_WANTED = {
    "day": "This is no day.",
    "integer": "This is no customer.",
    "dialect": "No invoice comes from there.",
    "status": "There is no such status.",
    "sort": "There is no such order.",
    "number": "Write an amount like 1234.50.",
    "range": "No invoice is that large.",
    "after": "This page is not there any more: here is the first.",
}
_PLACES = frozenset({TextField.NUMBER, TextField.ORDER, TextField.PURCHASE_ORDER})

_BOUNDS = frozenset({"issued_from", "issued_to", "due_from", "due_to", "least", "most"})

Reader = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: the question to the ledger, what was said as it was said, and what is wrong with it."""

    query: InvoiceQuery
    said: Mapping[str, str]
    statuses: Sequence[str]
    problems: Mapping[str, str]

    @property
    def sort(self) -> str:
        """What the list is sorted by, with a minus before it where that is backwards."""
        return f"-{self.query.sort}" if self.query.descending else str(self.query.sort)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for but an order and a page."""
        return bool(self.statuses or self.said.keys() - {"sort", "after"})

    @property
    def is_bounded(self) -> bool:
        """Whether days or amounts were asked for."""
        return not self.said.keys().isdisjoint(_BOUNDS)

    @property
    def itself(self) -> str:
        """Give the address of this very list, without what it leaves open."""
        return self.address(sort=self.said.get("sort", ""), after=self.said.get("after", ""))

    def sorted_by(self, column: str) -> str:
        """Give the address of the list in the order of a column; the other way round where it is that already."""
        return self.address(sort=f"-{column}" if self.sort == column else column)

    def behind(self, page: Page[Invoice]) -> str | None:
        """Give the address of the page after this one; None where there is none."""
        return None if page.end is None else self.address(sort=self.said.get("sort", ""), after=_written(page.end))

    def address(self, **others: str) -> str:
        """Give the address of the first page of the same list, or of one that is asked for something else too."""
        said = {name: value for name, value in self.said.items() if name not in {"sort", "after"}} | others
        pairs = [("status", status) for status in self.statuses] + [(name, text) for name, text in said.items() if text]
        return f"{PATH}?{urlencode(pairs)}" if pairs else PATH


def read_address(given: QueryParams, zone: tzinfo, now: datetime, origins: Sequence[str]) -> Asked:
    """Read what an address asks for; what cannot be read counts as not asked for, and is told."""
    readers = _readers(zone, now, origins)
    said = {name: text.strip() for name, text in given.items() if name in readers and text.strip()}
    asked: dict[str, Any] = {"limit": ON_A_PAGE, "text_in": _PLACES, **_read_sort(USUAL)}
    problems: dict[str, str] = {}
    for name, text in said.items():
        try:
            asked |= readers[name](text)
        except Invalid as error:
            problems[name] = _WANTED[error.wanted]
    statuses = [text for text in given.getlist("status") if text in set(Status)]
    if statuses:
        asked["statuses"] = frozenset(map(Status, statuses))
    return _from(asked, said, statuses, problems)


def _from(
    asked: dict[str, Any], said: Mapping[str, str], statuses: Sequence[str], problems: Mapping[str, str]
) -> Asked:
    """Begin behind a position, if it is one of this order."""
    after = asked.pop("after", None)
    query = InvoiceQuery(**asked)
    if after is not None:
        try:
            query = replace(query, after=convert(after, query.positions))
        except ValidationError:
            problems = {**problems, "after": _WANTED["after"]}
    return Asked(query, said, statuses, problems)


def _readers(zone: tzinfo, now: datetime, origins: Sequence[str]) -> Mapping[str, Reader]:
    """List what an address may say, and how each is read into the ledger's question."""

    def origin(text: str) -> Mapping[str, Any]:
        if text not in origins:
            raise Invalid("dialect")
        return {"origin": text}

    return {
        "q": lambda text: {"text": text},
        "customer": lambda text: {"party_name": text},
        "party": lambda text: {"party": read_integer(text)},
        "dialect": origin,
        "issued_from": lambda text: {"issued_from": _beginning(text, zone)},
        "issued_to": lambda text: {"issued_to": _end(text, zone)},
        "due_from": lambda text: {"due_from": _beginning(text, zone)},
        "due_to": lambda text: {"due_to": _end(text, zone)},
        "least": lambda text: {"least": read_amount(text, 4)},
        "most": lambda text: {"most": read_amount(text, 4)},
        "overdue": lambda _: {"overdue_at": now},
        "sort": _read_sort,
        "after": _read_after,
    }


def _beginning(text: str, zone: tzinfo) -> datetime:
    try:
        return at_midnight(read_day(text), zone)
    except OverflowError:
        raise Invalid("day") from None


def _end(text: str, zone: tzinfo) -> datetime:
    """Give the last moment of a day."""
    try:
        return at_midnight(read_day(text) + timedelta(days=1), zone) - timedelta.resolution
    except OverflowError:
        raise Invalid("day") from None


def _read_sort(text: str) -> Mapping[str, Any]:
    column = text.removeprefix("-")
    if column not in COLUMNS:
        raise Invalid("sort")
    return {"sort": Sort(column), "descending": text.startswith("-")}


def _written(position: Position) -> str:
    return urlsafe_b64encode(json.encode(position)).decode().rstrip("=")


def _read_after(text: str) -> Mapping[str, Any]:
    try:
        told = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return {"after": json.decode(told, type=Position)}
    except (NotBase64, ValueError, DecodeError):
        raise Invalid("after") from None
