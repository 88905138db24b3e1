"""The field-level change record: what is different between two states, and how to walk from one to the other.

States are compared as plain values: mappings, sequences and scalars, with dataclasses read as mappings of their fields.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final


class Absent:
    """Stands where one of the two states has no such member."""

    def __repr__(self) -> str:
        """Name it."""
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Change:
    """One member that differs: the path to it and its value on both sides, `ABSENT` where there is none."""

    path: tuple[str | int, ...]
    before: Any
    after: Any

    @property
    def pointer(self) -> str:
        """The path as a JSON Pointer (RFC 6901)."""
        return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in self.path)


def diff(before: Any, after: Any, *, ignore: frozenset[str] = frozenset()) -> list[Change]:
    """List what changed, at the deepest member that differs; `ignore` names top-level members that do not count."""
    if before is after:
        return []
    return [change for change in _walk((), before, after) if not (change.path and change.path[0] in ignore)]


def _walk(path: tuple[str | int, ...], before: Any, after: Any, *, as_written: bool = False) -> Iterator[Change]:
    """Compare two values; inside a mapping, which is kept as it was written, digits and order count too."""
    as_written = as_written or (isinstance(before, Mapping) and isinstance(after, Mapping))
    left, right = _members(before), _members(after)
    if left is None or right is None or isinstance(before, tuple | list) is not isinstance(after, tuple | list):
        if not _is_same(before, after, as_written=as_written):
            yield Change(path, before, after)
        return
    if as_written and [key for key in left | right if key in right] != list(right):
        yield Change(path, before, after)  # no change of single members would lead to this order
        return
    for key in left | right:
        old, new = left.get(key, ABSENT), right.get(key, ABSENT)
        if old is not new:  # most members of an aggregate are the very same objects
            yield from _walk((*path, key), old, new, as_written=as_written)


def _is_same(before: Any, after: Any, *, as_written: bool) -> bool:
    if type(before) is not type(after) or before != after:  # Python counts 1 and true as equal, JSON does not
        return False
    return not (as_written and isinstance(before, Decimal)) or str(before) == str(after)


def _members(value: Any) -> dict[Any, Any] | None:
    if isinstance(value, Mapping):
        return dict(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, tuple | list):
        return dict(enumerate(value))  # pyright: ignore[reportUnknownArgumentType]
    if is_dataclass(value):
        return {name: getattr(value, name) for name in _field_names(type(value))}
    return None


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
