"""Lists in ONLYOFFICE's way, and what each reply takes from the query of its request (contract §1.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from starlette.requests import Request

from billingua.wire.scalars import Invalid, read_integer, read_number


def said_in_query(request: Request) -> Mapping[str, str]:
    """Read the query, its names in lower case; of a name that is repeated, in whatever case, the first counts (§14)."""
    return {name.lower(): value for name, value in reversed(request.query_params.multi_items())}


def start_index(request: Request) -> int:
    """Give how many items were to be skipped; what cannot be read, or is negative, is none."""
    try:
        return max(0, read_integer(said_in_query(request).get("startindex", "0")))
    except Invalid:
        return 0


def select(request: Request, shown: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Keep of some objects the keys that the request's `fields` names; all where it names none."""
    asked = said_in_query(request).get("fields", "").lower().split(",")
    wanted = {name.strip() for name in asked} - {""}
    if not wanted:
        return list(shown)
    return [{key: value for key, value in one.items() if key.lower() in wanted} for one in shown]


MOST_LISTED = 1000
"""How many a list shows at most, and unless asked for fewer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks of a list, in its query (§1.6)."""

    offset: int
    limit: int
    sort_by: str
    descending: bool
    text: str


def asked(request: Request) -> Asked:
    """Read which part of a list is asked for, in which order, and the text that is looked for."""
    query = said_in_query(request)
    return Asked(
        start_index(request),
        _count(query.get("count", "")),
        query.get("sortby", "").lower(),
        query.get("sortorder") == "descending",
        query.get("filtervalue", ""),
    )


def _count(text: str) -> int:
    try:
        return min(MOST_LISTED, max(0, read_integer(text)))
    except Invalid:
        return MOST_LISTED


@dataclass(frozen=True, slots=True)
class Part:
    """A page of what is shown, and how many there are: `is_counted` says whether that is always told."""

    shown: Sequence[Mapping[str, Any]]
    total: int
    is_counted: bool = True


def is_searched_by_key(request: Request) -> bool:
    """Whether what is found is to be told by one of the keys that a list shows."""
    return bool(said_in_query(request).get("filterby"))


def narrow(request: Request, shown: Sequence[Mapping[str, Any]]) -> Part:
    """Take the part that is asked for out of a list that is shown whole: found, sorted and cut by its own keys."""
    found = search_by_key(request, shown)
    return Part(sort_and_cut(found, asked(request)), len(found), is_counted=False)


def search_by_key(request: Request, shown: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Keep of a list what the request looks for by one of its keys; all where it has no such key."""
    query = said_in_query(request)
    return [one for one in shown if _is_found(query, one)]


def sort_and_cut(shown: Sequence[Mapping[str, Any]], wanted: Asked) -> Sequence[Mapping[str, Any]]:
    """Take the part that is asked for out of a list, sorted by its own keys; as it is where it has no such key."""
    if shown and (key := _key(shown[0], wanted.sort_by)):
        shown = sorted(shown, key=lambda one: _in_order(one[key]), reverse=wanted.descending)
    return shown[wanted.offset : wanted.offset + wanted.limit]


def _key(shown: Mapping[str, Any], name: str) -> str | None:
    return next((key for key in shown if key.lower() == name.lower()), None)


def _is_found(query: Mapping[str, str], shown: Mapping[str, Any]) -> bool:
    key = _key(shown, query.get("filterby", ""))
    if key is None:
        return True
    text, wanted = _text(shown[key]), query.get("filtervalue", "").casefold()
    match query.get("filterop", "").lower():
        case "contains":
            return wanted in text
        case "startswith":
            return text.startswith(wanted)
        case "present":
            return bool(text)
        case _:
            return text == wanted or _number(text) == _number(wanted) is not None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return (str(value).lower() if isinstance(value, bool) else str(value)).casefold()


def _number(text: str) -> Decimal | None:
    try:
        return read_number(text)
    except Invalid:
        return None


def _in_order(value: Any) -> tuple[bool, Any]:
    """Numbers stand by their size, and before everything else, which stands by its text."""
    is_number = isinstance(value, int | Decimal)
    return not is_number, value if is_number else _text(value)
