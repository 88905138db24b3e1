"""Lists in our own way: filters, an order, and pages that lead on to one another by an opaque cursor."""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlencode

from msgspec import DecodeError, Meta, ValidationError, convert, json
from starlette.requests import Request

from billingua.core.lifecycle import Status
from billingua.dialects.native.errors import ParametersInvalid
from billingua.dialects.native.vocabulary import DIALECTS, INVALID, ORIGINS
from billingua.engine.catalogue_queries import (
    MOST_WORDS,
    ItemQuery,
    ItemSort,
    PartyQuery,
    PartySort,
    has_too_many_words,
)
from billingua.engine.credit_queries import CreditNoteQuery
from billingua.engine.payment_queries import PaymentQuery, ReceiptQuery
from billingua.engine.positions import Position
from billingua.engine.queries import InvoiceQuery, OrderQuery, Page, Sort
from billingua.wire.members import MOST_PROBLEMS
from billingua.wire.scalars import (
    Invalid,
    at_midnight,
    read_boolean,
    read_currency,
    read_day,
    read_integer,
    read_moment,
)

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 250

_SORTS = ", ".join(Sort)
_FINGERPRINT = 16

Query = InvoiceQuery | OrderQuery | ItemQuery | PartyQuery | PaymentQuery | ReceiptQuery | CreditNoteQuery
Q = TypeVar("Q", bound=Query)

Reader = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an address: the type of its values, for those who read about it, and how it is read."""

    name: str
    type: Any
    description: str
    reader: Reader | None = None


def read_flags(request: Request, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Read the parameters of an address, each by its own reader. Refuses with `ParametersInvalid`, all at once."""
    return _read_all(request, {one.name: (one.name, one.reader) for one in parameters if one.reader})


def _read_all(
    request: Request, readers: Mapping[str, tuple[str, Reader]], sorts: type[StrEnum] = Sort
) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    for name in request.query_params:
        try:
            asked |= _read(name, request.query_params.getlist(name), readers)
        except Invalid as error:
            problems.append((name, INVALID[error.wanted].format(sorts=", ".join(sorts))))
        if len(problems) == MOST_PROBLEMS:
            break
    if problems:
        raise ParametersInvalid(problems)
    return asked


def invoice_query(request: Request, zone: tzinfo, now: datetime) -> InvoiceQuery:
    """Read which invoices are asked for; days are the workspace's. Refuses with `ParametersInvalid`, all at once."""
    return read_query(request, InvoiceQuery, _readers(zone, now))


def read_query(
    request: Request, kind: type[Q], readers: Mapping[str, tuple[str, Reader]], sorts: type[StrEnum] = Sort
) -> Q:
    """Read what is asked for, in which order, and behind what to begin. Refuses with `ParametersInvalid`."""
    asked: dict[str, Any] = {"limit": DEFAULT_LIMIT, **_read_all(request, readers, sorts)}
    cursor = asked.pop("cursor", None)
    query: Q = kind(**asked)
    return query if cursor is None else replace(query, after=_position(request, query, cursor))


def next_page(request: Request, page: Page[Any]) -> str | None:
    """Give the address of the page after this one, relative to the server; None where there is none.

    Its cursor says where this page ended, and for which list.
    """
    if page.end is None:
        return None
    cursor = urlsafe_b64encode(json.encode([_fingerprint(request), page.end])).decode().rstrip("=")
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"


def _fingerprint(request: Request) -> str:
    """Make a text that tells lists apart: what is asked for, and in which order, but not how many on a page."""
    told = [one for one in request.query_params.multi_items() if one[0] not in {"cursor", "limit"}]
    return sha256(json.encode([request.url.path, sorted(told)])).hexdigest()[:_FINGERPRINT]


def _position(request: Request, query: Query, cursor: tuple[str, Position]) -> Position:
    """Give the position that a cursor of this very list says."""
    fingerprint, values = cursor
    try:
        if fingerprint == _fingerprint(request):
            return convert(values, query.positions)
    except ValidationError:
        pass
    raise ParametersInvalid([("cursor", INVALID["cursor"])])


def _readers(zone: tzinfo, now: datetime) -> Mapping[str, tuple[str, Reader]]:
    """List the parameters, each with its name in the ledger's query and its reader."""

    def beginning(text: str) -> datetime:
        return read_bound(text, zone, is_end=False)

    def end(text: str) -> datetime:
        return read_bound(text, zone, is_end=True)

    return {
        "status": ("statuses", _statuses),
        "dialect": ("origin", _dialect),
        "party": ("party", read_integer),
        "order": ("order", read_integer),
        "currency": ("currency", read_currency),
        "q": ("text", str),
        "issued_from": ("issued_from", beginning),
        "issued_to": ("issued_to", end),
        "due_from": ("due_from", beginning),
        "due_to": ("due_to", end),
        "overdue": ("overdue_at", lambda text: _only_true(text, now)),
        "sort": ("sort", read_sort),
        "limit": ("limit", _limit),
        "cursor": ("cursor", _cursor),
    }


def _read(name: str, given: list[str], readers: Mapping[str, tuple[str, Reader]]) -> dict[str, Any]:
    if name not in readers:
        raise Invalid("unknown")
    if name == "status":
        given = [",".join(given)]
    if len(given) > 1:
        raise Invalid("repeated")
    if not given[0].strip():
        raise Invalid("blank")
    field, reader = readers[name]
    value = reader(given[0])
    return {"descending": given[0].startswith("-"), field: value} if name == "sort" else {field: value}


def _dialect(text: str) -> str:
    if text not in ORIGINS:
        raise Invalid("dialect")
    return text


def _statuses(text: str) -> frozenset[Status]:
    try:
        return frozenset(Status(word.strip()) for word in text.split(","))
    except ValueError:
        raise Invalid("status") from None


def read_bound(text: str, zone: tzinfo, *, is_end: bool) -> datetime:
    """Read a moment, or a day, which as an end is meant whole."""
    try:
        return read_moment(text)
    except Invalid:
        pass
    try:
        day = read_day(text)
        return _end_of(day, zone) if is_end else at_midnight(day, zone)
    except (Invalid, OverflowError):
        raise Invalid("day or moment") from None


def _end_of(day: date, zone: tzinfo) -> datetime:
    """Give the last moment of a day; the end of the last day of all, in whatever zone, is the end of time."""
    try:
        return at_midnight(day + timedelta(days=1), zone) - timedelta.resolution
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _only_true(text: str, now: datetime) -> datetime:
    if text != "true":
        raise Invalid("true")
    return now


def read_sort(text: str, sorts: type[StrEnum] = Sort) -> StrEnum:
    """Read what a list is sorted by; a minus before it turns the order round."""
    try:
        return sorts(text.removeprefix("-"))
    except ValueError:
        raise Invalid("sort") from None


def _limit(text: str) -> int:
    try:
        limit = read_integer(text)
    except Invalid:
        raise Invalid("limit") from None
    if not 1 <= limit <= LARGEST_LIMIT:
        raise Invalid("limit")
    return limit


def _cursor(text: str) -> tuple[str, Position]:
    """Read which list a cursor is for, and what it says as a position."""
    try:
        told = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return json.decode(told, type=tuple[str, Position])
    except (NotBase64, ValueError, DecodeError):
        raise Invalid("cursor") from None


# What is read about the parameters.

_INVOICE_PARAMETERS: tuple[tuple[str, Any, str], ...] = (
    ("status", str, "Keeps these statuses; several with commas, or the parameter several times."),
    ("dialect", Literal[DIALECTS], "Keeps those born there."),
    ("party", int, "Keeps those of this party."),
    ("order", int, "Keeps those of this order."),
    ("currency", str, "Keeps those in this ISO 4217 code."),
    ("q", str, "Keeps those whose number contains this."),
    ("issued_from", str, "Keeps those issued from this day or moment on."),
    ("issued_to", str, "Keeps those issued up to this day or moment."),
    ("due_from", str, "Keeps those due from this day or moment on."),
    ("due_to", str, "Keeps those due up to this day or moment."),
    ("overdue", Literal["true"], "Keeps those that are owed and past their due date."),
    ("sort", str, f"One of {_SORTS}; with a minus before it, backwards."),
    ("limit", Annotated[int, Meta(ge=1, le=LARGEST_LIMIT)], f"So many on a page; {DEFAULT_LIMIT} when left out."),
    ("cursor", str, "The page that an earlier `next` leads to."),
)

INVOICE_PARAMETERS = tuple(Parameter(*one) for one in _INVOICE_PARAMETERS)
"""The parameters of the list of invoices."""


_PAGE: tuple[tuple[str, Any, str], ...] = _INVOICE_PARAMETERS[-2:]
_WORDS = ("q", str, f"Keeps those of which a word begins with each of these, of which {MOST_WORDS} may be different.")


def list_parameters(
    sorts: type[StrEnum], *others: tuple[str, Any, str], text: tuple[str, Any, str] = _WORDS
) -> tuple[Parameter, ...]:
    """Tell of the parameters of a list: a text, others, an order and a page."""
    sorting = ("sort", str, f"One of {', '.join(sorts)}; with a minus before it, backwards.")
    return tuple(Parameter(*one) for one in (text, *others, sorting, *_PAGE))


ITEM_PARAMETERS = list_parameters(ItemSort, ("tracked", bool, "Keeps those whose stock is counted, or the others."))
PARTY_PARAMETERS = list_parameters(PartySort, ("company", bool, "Keeps companies and organizations, or persons."))


def item_query(request: Request) -> ItemQuery:
    """Read which items are asked for. Refuses with `ParametersInvalid`."""
    return read_query(request, ItemQuery, list_readers(ItemSort, {"tracked": ("tracked", read_boolean)}), ItemSort)


def party_query(request: Request) -> PartyQuery:
    """Read which parties are asked for. Refuses with `ParametersInvalid`."""
    return read_query(request, PartyQuery, list_readers(PartySort, {"company": ("company", read_boolean)}), PartySort)


def list_readers(sorts: type[StrEnum], others: Mapping[str, tuple[str, Reader]]) -> Mapping[str, tuple[str, Reader]]:
    """List the parameters of a list, with those that all have unless others of their names are given."""
    return {
        "q": ("text", _words),
        "sort": ("sort", lambda text: read_sort(text, sorts)),
        "limit": ("limit", _limit),
        "cursor": ("cursor", _cursor),
        **others,
    }


def _words(text: str) -> str:
    if has_too_many_words(text):
        raise Invalid("words")
    return text


def _version_or_moment(text: str) -> int | datetime:
    try:
        return read_integer(text) if text.isdecimal() else read_moment(text)
    except Invalid:
        raise Invalid("version or moment") from None


AS_OF = Parameter("as_of", str, "Shows it as it was in this version, or at this moment.", _version_or_moment)
DRY_RUN = Parameter("dry_run", bool, "Tell what would be done, and do nothing.", read_boolean)
