"""How the members of bodies are read (contract §1.6, §1.8)."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from starlette.requests import Request

from billingua.core.errors import PartyNotFound
from billingua.dialects.bigcommerce.errors import BodyInvalid
from billingua.dialects.bigcommerce.vocabulary import LONGEST_NAME, not_a_choice
from billingua.wire.bodies import content_type, decode_json, read_body
from billingua.wire.errors import BodyTypeUnsupported
from billingua.wire.members import ObjectOf, Reader, problems_of
from billingua.wire.scalars import (
    LARGEST_INTEGER,
    Invalid,
    decimal_places,
    read_amount,
    read_currency,
    read_decimal,
    read_integer,
    read_number,
    read_text,
    read_timestamp,
)

T = TypeVar("T")

ID = re.compile(r"[0-9]{1,10}")
"""What an id looks like."""


async def read_json(request: Request, body_limit: int, *, empty: bytes = b"") -> Any:
    """Read a body of JSON; an empty body, whatever its type, is read as `empty`, which is none either (A44)."""
    body = await read_body(request, body_limit)
    if body and content_type(request) != "application/json":
        raise BodyTypeUnsupported(content_type(request))
    return decode_json(body or empty)


def read(reader: Callable[[Any], T], body: Any) -> T:
    """Read a body, or a part of it. Refuses with `BodyInvalid`, which tells all problems at once."""
    try:
        return reader(body)
    except Invalid as error:
        raise BodyInvalid(problems_of(error)) from None


def company_id(text: str) -> int:
    """Give the id of a company; a text that is no id names none (A41)."""
    if not ID.fullmatch(text):
        raise PartyNotFound(text)
    return int(text)


def filled(value: Any) -> str:
    """Read a text that says something."""
    text = read_text(value)
    if not text:
        raise Invalid("blank")
    return text


def number(value: Any) -> str:
    """Read an invoice's number."""
    return named(filled(value))


def named(value: Any) -> str:
    """Read a text that only one invoice has."""
    text = read_text(value)
    if len(text) > LONGEST_NAME:
        raise Invalid("long")
    return text


def or_null(reader: Reader) -> Reader:
    """Let a member be null, which says that there is nothing."""
    return lambda value: None if value is None else reader(value)


def choice(kind: type[IntEnum]) -> Reader:
    """Read one of the numbers that there are."""

    def read(value: Any) -> int:
        if isinstance(value, str):
            raise Invalid("integer")  # only times come as texts of digits too (A1)
        number = read_integer(value)
        if number not in set(kind):
            raise Invalid(not_a_choice(number))
        return number

    return read


def instant(value: Any) -> datetime:
    """Read a moment in Unix seconds, as many as clients read (§11)."""
    try:
        return read_timestamp(value)
    except Invalid:
        if _is_whole(value):
            raise Invalid(_OUT_OF_BOUNDS) from None
        raise


_OUT_OF_BOUNDS = f"Ensure this value is between -{LARGEST_INTEGER} and {LARGEST_INTEGER}."


def _is_whole(value: Any) -> bool:
    """Whether a value is a whole number, however large."""
    try:
        return decimal_places(read_number(value)) == 0
    except Invalid:
        return False


def rounded(value: Any) -> Decimal:
    """Read an amount of a balance, which has four decimals (A13)."""
    return read_amount(value, 4)


def exact(value: Any) -> Decimal:
    """Read a number for a line of the ledger, digit for digit as far as the ledger keeps them."""
    try:
        return read_decimal(value)
    except Invalid:
        return read_amount(value, 12)


def texts(*names: str) -> dict[str, Reader]:
    """Read each of these members as a text."""
    return dict.fromkeys(names, read_text)


_UNBROKEN = re.compile(r"[^\s\x00-\x20\x7f-\xa0]+")
"""A text without blanks and control characters."""


def pdf_url(value: Any) -> str:
    """Read the address of a PDF, which is never fetched (A18); an empty text removes it (§4.8)."""
    text = read_text(value)
    try:
        url = urlsplit(text)
    except ValueError:
        raise Invalid("url") from None
    is_absolute = url.scheme in {"http", "https"} and url.hostname
    if text and not (is_absolute and _UNBROKEN.fullmatch(text)):
        raise Invalid("url")
    return text


BALANCE = ObjectOf({"code": read_currency, "value": rounded}, required=("code", "value"))
