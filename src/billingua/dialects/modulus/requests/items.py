"""Look-ups of items and of price lists (contract §8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from starlette.requests import Request

from billingua.core.workspace import Workspace
from billingua.dialects.modulus.errors import FieldInvalid, FieldMissing
from billingua.dialects.modulus.requests.bodies import is_blank, read_code, read_options
from billingua.wire.scalars import Invalid, read_boolean, read_integer

_LIMIT = 100
LOAD_OPTIONS = frozenset({"units", "categories", "prices", "attributes"})


@dataclass(frozen=True, slots=True)
class ItemsWanted:
    """Which items, how many at most, and what to tell beside what is always told; no codes means all items."""

    limit: int
    codes: Sequence[str] | None
    attributes: Sequence[str]
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class PricesWanted:
    """Which price list, and which page of it; `page_size` is told again as it was asked for."""

    price_list: int
    page_size: int
    page_number: int


async def read_items_wanted(request: Request, workspace: Workspace, body_limit: int) -> ItemsWanted:
    """Read which items are asked for. Refuses with `FieldInvalid`."""
    members = await read_options(request, workspace, body_limit)
    given = members.get("filter")
    if given is not None and not isinstance(given, dict):
        raise FieldInvalid("filter")
    wanted = cast("Mapping[str, Any]", given or {})
    codes = _texts(wanted, "codes")
    return ItemsWanted(
        limit=_positive(request, "limit", _LIMIT),
        codes=codes or None,
        attributes=_texts(wanted, "attributes"),
        options=frozenset(_texts(members, "load_options")) & LOAD_OPTIONS,
    )


def read_prices_wanted(request: Request) -> PricesWanted:
    """Read which price list is asked for. Refuses with `FieldMissing` or `FieldInvalid`."""
    query = request.query_params
    if is_blank(query.get("price_list_id")):
        raise FieldMissing("price list id")
    _read_boolean(request, "include_disabled")  # none is disabled, but what is asked has to be a question
    return PricesWanted(
        price_list=_positive(request, "price_list_id", 0),
        page_size=_positive(request, "page_size", _LIMIT),
        page_number=_positive(request, "page_number", 1),
    )


def _texts(members: Mapping[str, Any], field: str) -> Sequence[str]:
    value = members.get(field)
    if value is None:
        return []
    if not isinstance(value, list):
        raise FieldInvalid(field)
    return [read_code(one) for one in cast("list[Any]", value)]


def _positive(request: Request, field: str, default: int) -> int:
    value = request.query_params.get(field)
    try:
        number = default if is_blank(value) else read_integer(value)
    except Invalid:
        number = 0
    if number < 1:
        raise FieldInvalid(field)
    return number


def _read_boolean(request: Request, field: str) -> bool:
    value = request.query_params.get(field)
    try:
        return False if is_blank(value) else value in {"0", "1"} or read_boolean(value)
    except Invalid:
        raise FieldInvalid(field) from None
