"""Objects and lists as clients send them, read part by part; what is wrong with them is told at once.

read_balance = ObjectOf({"code": read_currency, "value": read_decimal}, required=("code", "value"))
read_update = ObjectOf({"number": read_text, "balance": read_balance, "tags": ListOf(read_text)})
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from billingua.wire.scalars import Invalid, read_anything

Reader = Callable[[Any], Any]
"""Reads a value, or refuses with `Invalid`."""

Path = tuple[str | int, ...]
Problem = tuple[Path, str]
"""The path to a part, by names and places in lists, and what was wanted there: a word as in `Invalid`."""

MOST_PROBLEMS = 20
"""How many problems are told at once: an answer shall not be many times as long as what was sent."""

LONGEST_LIST = 10_000
"""How many items a list may have."""


class InvalidParts(Invalid):
    """Parts of a value are not what they have to be."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("parts")
        self.problems = problems


def problems_of(error: Invalid) -> Sequence[Problem]:
    """List what is wrong with a value, whether it is the whole or parts of it."""
    return error.problems if isinstance(error, InvalidParts) else [((), error.wanted)]


@dataclass(frozen=True, slots=True)
class ObjectOf:
    """Reads an object by a table of its members, in the order in which they were sent.

    Members that the table does not have are left out, or kept as they were sent where it `keeps_others`. A null that a
    reader does not take is told as `null`, a member that is not there but `required` as `required`.
    """

    members: Mapping[str, Reader]
    required: Sequence[str] = ()
    keeps_others: bool = False

    def __call__(self, value: Any) -> dict[str, Any]:
        """Read the object."""
        sent = read_object(value)
        parts = _Parts([((name,), "required") for name in self.required if name not in sent])
        read: dict[str, Any] = {}
        for name, member in sent.items():
            if name in self.members:
                read[name] = parts.read(name, self.members[name], member)
            elif self.keeps_others:
                parts.read(name, read_anything, name)
                read[name] = parts.read(name, read_anything, member)
        parts.check()
        return read


@dataclass(frozen=True, slots=True)
class ListOf:
    """Reads a list, every item by the same reader; one of more than `LONGEST_LIST` items is refused as `many`."""

    reader: Reader

    def __call__(self, value: Any) -> list[Any]:
        """Read the list."""
        items = read_list(value)
        if len(items) > LONGEST_LIST:
            raise Invalid("many")
        parts = _Parts([])
        read = [parts.read(place, self.reader, item) for place, item in enumerate(items)]
        parts.check()
        return read


class _Parts:
    """Reads the parts of one value and keeps what is wrong with them, until it is enough."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems

    def read(self, step: str | int, reader: Reader, value: Any) -> Any:
        try:
            return reader(value)
        except Invalid as error:
            problems = [((), "null")] if value is None else problems_of(error)
            self._problems += [((step, *path), wanted) for path, wanted in problems]
        if len(self._problems) >= MOST_PROBLEMS:
            self.check()
        return None

    def check(self) -> None:
        if self._problems:
            raise InvalidParts(self._problems[:MOST_PROBLEMS])


def read_object(value: Any) -> Mapping[str, Any]:
    """Read an object with whatever members."""
    if not isinstance(value, dict):
        raise Invalid("object")
    return cast("dict[str, Any]", value)


def read_list(value: Any) -> Sequence[Any]:
    """Read a list of whatever items."""
    if not isinstance(value, list):
        raise Invalid("list")
    return cast("list[Any]", value)
