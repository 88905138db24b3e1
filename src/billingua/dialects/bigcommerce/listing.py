"""Lists in BigCommerce's way: filters, sorts, searches, and pages with the totals beside them (contract §1.4, §1.5)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request

from billingua.dialects.bigcommerce.errors import LimitTooHigh, ParameterInvalid
from billingua.dialects.bigcommerce.vocabulary import INVALID, not_a_choice
from billingua.wire.scalars import LARGEST_INTEGER, Invalid, read_digits

T = TypeVar("T")

DEFAULT_LIMIT = 10
LARGEST_LIMIT = 250

DIRECTIONS = {"DESC": True, "ASC": False}
"""The values of `orderBy`, and whether they are descending."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for."""

    offset: int
    limit: int

    def of(self, items: Sequence[T]) -> Sequence[T]:
        """Cut the part out of the whole list."""
        return items[self.offset : self.offset + self.limit]

    def pagination(self, total: int) -> dict[str, int]:
        """Say which part of how many is shown."""
        return {"totalCount": total, "offset": self.offset, "limit": self.limit}


def read_window(request: Request) -> Window:
    """Read which part of a list is asked for. Refuses with `ParameterInvalid` or `LimitTooHigh`."""
    offset = _read_integer(request, "offset", default=0, least=0)
    limit = _read_integer(request, "limit", default=DEFAULT_LIMIT, least=1)
    if limit > LARGEST_LIMIT:
        raise LimitTooHigh(limit)
    return Window(offset, limit)


def _read_integer(request: Request, name: str, *, default: int, least: int) -> int:
    number = _read(read_digits, name, request.query_params.get(name, str(default)))
    if number < least:
        raise ParameterInvalid(name, f"Ensure this value is greater than or equal to {least}.")
    return number


def read_descending(request: Request) -> bool:
    """Read the direction of a list; the last come first unless something else is said (A6)."""
    return read_choice(request, "orderBy", DIRECTIONS, usual=True)


def read_choice(request: Request, name: str, choices: Mapping[str, T], *, usual: T) -> T:
    """Read one of some words. Refuses with `ParameterInvalid`."""
    text = request.query_params.get(name)
    if text is None:
        return usual
    if text not in choices:
        raise ParameterInvalid(name, not_a_choice(text))
    return choices[text]


def read_search(request: Request, fields: Mapping[str, T]) -> tuple[str | None, frozenset[T]]:
    """Read what is looked for, if anything, and where: in the field `searchBy`, or in every one.

    Refuses with `ParameterInvalid`.
    """
    where = read_choice(request, "searchBy", {name: frozenset({field}) for name, field in fields.items()}, usual=None)
    return read_one(request, "q", str), where or frozenset(fields.values())


def read_one(request: Request, name: str, reader: Callable[[str], T]) -> T | None:
    """Read a filter; None where it is not sent, or is empty. Refuses with `ParameterInvalid`."""
    text = request.query_params.get(name)
    return _read(reader, name, text) if text else None


def read_some(request: Request, name: str, reader: Callable[[str], T]) -> frozenset[T] | None:
    """Read a filter that takes several values, in whichever form (A8); None where it names none.

    Refuses with `ParameterInvalid`.
    """
    sent = [text for form in (name, f"{name}[]") for text in request.query_params.getlist(form)]
    texts = [part.strip() for text in sent for part in text.split(",")]
    return frozenset(_read(reader, name, text) for text in texts if text) or None


def record_id(text: str) -> int:
    """Read the id of a record; a number that is none of any record's becomes zero, which is no record's either."""
    number = read_digits(text)
    return number if 0 < number <= LARGEST_INTEGER else 0


def one_of(choices: Mapping[int, T]) -> Callable[[str], T]:
    """Read one of some numbers, and give what it stands for."""

    def read(text: str) -> T:
        number = read_digits(text)
        if number not in choices:
            raise Invalid(not_a_choice(text))
        return choices[number]

    return read


def _read(reader: Callable[[str], T], name: str, text: str) -> T:
    try:
        return reader(text)
    except Invalid as error:
        raise ParameterInvalid(name, INVALID.get(error.wanted, error.wanted)) from None
