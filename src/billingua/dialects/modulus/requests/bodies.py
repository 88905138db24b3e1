"""Bodies and the values in them, as modulus clients write them (contract §1)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

from starlette.requests import Request

from billingua.core.workspace import Workspace
from billingua.dialects.modulus.errors import FieldInvalid
from billingua.dialects.modulus.vocabulary import NAME
from billingua.wire import scalars
from billingua.wire.bodies import content_type, decode_json, read_body
from billingua.wire.errors import BodyTypeUnsupported, BodyUnreadable
from billingua.wire.scalars import (
    Invalid,
    decimal_places,
    read_amount,
    read_anything,
    read_decimal,
    read_integer,
    read_text,
)

NOBODY = 0
"""An id that nothing has."""

_PLACES = 12
"""Decimals that are kept of what a client reckoned: 33.333333333333336 is all that a third of 100 is to many."""

_WHOLE = re.compile(r"[+-]?[0-9]+")
_DATE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)([ Tt](?P<time>\d\d:\d\d(:\d\d(\.\d+)?)?))? ?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)


async def read_object(request: Request, workspace: Workspace, body_limit: int) -> Mapping[str, Any]:
    """Read a body that is a JSON object. Refuses with the errors of `BodyRefused`."""
    if content_type(request) != "application/json":
        raise BodyTypeUnsupported(content_type(request))
    text = await read_body(request, body_limit)
    try:
        body = decode_json(text)
    except BodyUnreadable:
        if workspace.setting(NAME, "tolerant_json") is not True:
            raise
        body = decode_json(text + b"}")  # the product's printed sample does not close its outer brace (§4)
    if not isinstance(body, dict):
        raise BodyUnreadable("it is of another kind.")
    return body  # pyright: ignore[reportUnknownVariableType]


async def read_document(request: Request, workspace: Workspace, body_limit: int) -> Mapping[str, Any]:
    """Read a body of which much is kept as it is: all of it has to be what every store can keep."""
    members = await read_object(request, workspace, body_limit)
    try:
        return read_anything(members)
    except Invalid as error:
        raise BodyUnreadable("U+0000 stands in it.") from error


async def read_options(request: Request, workspace: Workspace, body_limit: int) -> Mapping[str, Any]:
    """Read a body that may be left out."""
    return await read_object(request, workspace, body_limit) if await read_body(request, body_limit) else {}


def is_blank(value: Any) -> bool:
    """Whether a value counts as left out."""
    return value is None or (isinstance(value, str) and not value.strip())


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number, of whatever size."""
    if isinstance(value, str):
        return _WHOLE.fullmatch(value.strip()) is not None
    if isinstance(value, Decimal):
        return decimal_places(value) == 0
    return isinstance(value, int) and not isinstance(value, bool)


def read_id(value: Any) -> int:
    """Read an id; what is none names nothing."""
    try:
        return read_integer(value)
    except Invalid:
        return NOBODY


def read_code(value: Any) -> str:
    """Read a code, or a text that is compared like one; what is none is empty, and names nothing."""
    try:
        return read_text(value).strip()
    except Invalid:
        return ""


def read_number(value: Any) -> Decimal | None:
    """Read an exact number, settled where it has more decimals than are kept; None where it is none, or too large."""
    try:
        number = scalars.read_number(value)
        if decimal_places(number) <= _PLACES:
            return read_decimal(number)
        return read_amount(number, _PLACES) or None  # of which nothing is left is no price of nothing
    except Invalid:
        return None


def read_remark(members: Mapping[str, Any], field: str) -> str | None:
    """Read a free text, kept as it is. Refuses with `FieldInvalid`."""
    value = members.get(field)
    try:
        return None if value is None else read_text(value)
    except Invalid:
        raise FieldInvalid(field) from None


def read_date(value: Any, zone: tzinfo) -> datetime | str | None:
    """Read a date in any form of §1, in a zone unless it names one; what is none stays a text."""
    written = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if written is None:
        return None if value is None else str(value)
    try:
        moment = datetime.fromisoformat(f"{written['day']}T{written['time'] or '00:00'}{written['zone'] or ''}".upper())
        # Through the zone into UTC: a moment that only one of the two calendars can write is no date either.
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return str(value)
