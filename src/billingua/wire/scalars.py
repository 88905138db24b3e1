"""Scalars as clients send them, read exactly; what cannot be read is `Invalid`, for each dialect to put into words."""

import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from babel.core import get_global

from billingua.core.money import LARGEST_AMOUNT, settle

LARGEST_INTEGER = 2**31 - 1

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_INTEGER = re.compile(r"([+-]?)0*(\d+)", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class Invalid(Exception):
    """A value is not what it has to be: `wanted` says what that is, in one word."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


def read_integer(value: Any) -> int:
    """Read a whole number of 32 bits: a JSON number without a fraction, or a text of digits."""
    if isinstance(value, str):
        value = read_digits(value)
    elif isinstance(value, Decimal) and value.copy_abs() < LARGEST_AMOUNT and decimal_places(value) == 0:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_INTEGER:
        raise Invalid("integer")
    return value


def read_digits(text: str) -> int:
    """Read a whole number of whatever size; one of more than 20 digits, which nothing here holds, counts as 10²⁰."""
    written = _INTEGER.fullmatch(text.strip())
    if not written:
        raise Invalid("integer")
    sign, digits = written.groups()
    return int(sign + (digits if len(digits) <= 20 else "1" + "0" * 20))


def read_boolean(value: Any) -> bool:
    """Read a yes or a no: a JSON boolean, or the text `true` or `false` in any case."""
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.strip().lower())
    if not isinstance(value, bool):
        raise Invalid("boolean")
    return value


def read_number(value: Any) -> Decimal:
    """Read an exact number of whatever size: a JSON number, or a text that is one."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
        value = Decimal(value.strip())
    elif isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite():
        raise Invalid("number")
    return value


def read_amount(value: Any, places: int) -> Decimal:
    """Read an amount of however many decimals, settled to `places`: 0.30000000000000004 is meant as 0.3."""
    number = read_number(value)
    if number and number.adjusted() >= LARGEST_AMOUNT.adjusted():
        raise Invalid("range")
    settled = settle(number, places)
    if settled.copy_abs() >= LARGEST_AMOUNT:
        raise Invalid("range")
    return settled


def read_decimal(value: Any, places: int | None = None) -> Decimal:
    """Read an exact number, of at most so many decimals if `places` says: a JSON number, or a text that is one."""
    value = read_number(value)
    decimals = decimal_places(value)
    if places is not None and decimals > places:
        raise Invalid("places")
    if value.copy_abs() >= LARGEST_AMOUNT or decimals > 12:
        raise Invalid("range")
    if not value and not -12 <= value.adjusted() <= 0:
        return Decimal(0)  # 0e99999999 is short to send, but not to show
    return value


def decimal_places(value: Decimal) -> int:
    """Count the decimals that matter: `2.500` has one. No digit is lost on the way, however many there are."""
    _, digits, exponent = value.as_tuple()
    matter = "".join(map(str, digits)).rstrip("0")
    return max(0, len(matter) - len(digits) - exponent) if matter and isinstance(exponent, int) else 0


def read_uuid(value: Any) -> UUID:
    """Read a UUID from its text, with or without hyphens."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise Invalid("uuid")
    return UUID(value)


def read_text(value: Any) -> str:
    """Read a text that every store can keep, which is any without U+0000; a number is taken as its plain digits."""
    if isinstance(value, str):
        if "\0" in value:
            raise Invalid("characters")
        return value
    if isinstance(value, Decimal) and _is_short(value):
        return f"{value:f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Invalid("text")


def _is_short(value: Decimal) -> bool:
    """Whether a number is not much longer without its exponent: 1e99999999 is short to send, but not to write out."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent <= 100 and value.adjusted() >= -100


def read_anything(value: Any) -> Any:
    """Read a JSON value of whatever kind; U+0000, which not every store can keep, stands nowhere in it."""
    layer = [value]
    while layer:
        if any("\0" in text for text in layer if isinstance(text, str)):
            raise Invalid("characters")
        layer = [part for container in layer for part in _parts(container)]
    return value


def _parts(value: Any) -> list[Any]:
    """List what stands directly in an object, its names too, or in a list."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return [*members, *members.values()]
    return cast("list[Any]", value) if isinstance(value, list) else []


def read_timestamp(value: Any) -> datetime:
    """Read a moment from Unix seconds, a whole number however it is written."""
    try:
        return datetime.fromtimestamp(read_integer(value), UTC)
    except (OverflowError, OSError):
        raise Invalid("integer") from None


def read_moment(value: Any) -> datetime:
    """Read a moment from its RFC 3339 text; it is given in UTC."""
    try:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Invalid("moment")


def read_day(value: Any) -> date:
    """Read a calendar day: `2024-12-26`."""
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Invalid("day")


def timestamp(moment: datetime) -> int:
    """Give a moment in Unix seconds."""
    return int(moment.timestamp())


def at_midnight(day: date, zone: tzinfo) -> datetime:
    """Give the moment, in UTC, at which a day begins in a zone."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def read_currency(value: Any) -> str:
    """Read a currency's ISO 4217 code, in capital letters."""
    if not isinstance(value, str) or value not in get_global("all_currencies"):
        raise Invalid("currency")
    return value
