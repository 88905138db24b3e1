"""The field-level change record: what is different between two states, and how to walk from one to the other.

States are compared as plain values: mappings, sequences and scalars, with dataclasses read as mappings of their fields.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from operator import attrgetter
from types import NoneType
from typing import Any, Final, NamedTuple
from uuid import UUID

Path = tuple[str | int, ...]


_SCALARS = frozenset({str, int, bool, Decimal, NoneType, datetime, UUID})
"""Types without members, for which nobody need look."""


class Absent:
    """Stands where one of the two states has no such member."""

    def __repr__(self) -> str:
        """Name it."""
        return "ABSENT"


ABSENT: Final = Absent()


class Change(NamedTuple):
    """One member that differs: the path to it and its value on both sides, `ABSENT` where there is none."""

    path: Path
    before: Any
    after: Any

    @property
    def pointer(self) -> str:
        """The path as a JSON Pointer (RFC 6901)."""
        return _pointer(self.path)


@lru_cache(4096)
def _pointer(path: Path) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def diff(before: Any, after: Any, *, ignore: frozenset[str] = frozenset()) -> list[Change]:
    """List what changed, at the deepest member that differs; `ignore` names top-level members that do not count."""
    found: list[Change] = []
    if before is not after:
        _compare((), before, after, found)
    return [change for change in found if not (change.path and change.path[0] in ignore)]


def _compare(path: Path, before: Any, after: Any, found: list[Change], *, as_written: bool = False) -> None:
    """Add to what was found whatever differs here or deeper.

    Inside a mapping, which is kept as it was written, digits and order count too.
    """
    left, right = _reader(before.__class__), _reader(after.__class__)
    if left is None or right is None or (left is _read_list) is not (right is _read_list):
        if not _is_same(before, after, as_written=as_written):
            found.append(Change(path, before, after))
        return
    as_written = as_written or (left is right is _read_mapping)
    pairs = _pairs(left(before), right(after), as_written=as_written)
    if pairs is None:
        found.append(Change(path, before, after))
        return
    for key, old, new in pairs:
        if old is new:  # most members of an aggregate are the very same objects
            continue
        if old.__class__ in _SCALARS and new.__class__ in _SCALARS:
            if not _is_same(old, new, as_written=as_written):
                found.append(Change((*path, key), old, new))
        else:
            _compare((*path, key), old, new, found, as_written=as_written)


def _is_same(before: Any, after: Any, *, as_written: bool) -> bool:
    if before.__class__ is not after.__class__ or before != after:  # Python counts 1 and true as equal, JSON does not
        return False
    return not (as_written and isinstance(before, Decimal)) or str(before) == str(after)


Members = tuple[Sequence[Any], Sequence[Any]]
"""The names of members, and their values."""


def _pairs(before: Members, after: Members, *, as_written: bool) -> Iterable[tuple[Any, Any, Any]] | None:
    """Put members side by side by their names; None where no change of single members leads to the order after."""
    (names, values), (other_names, other_values) = before, after
    if names == other_names:
        return zip(names, values, other_values, strict=True)
    left, right = dict(zip(names, values, strict=True)), dict(zip(other_names, other_values, strict=True))
    if as_written and [name for name in left | right if name in right] != list(right):
        return None
    return [(name, left.get(name, ABSENT), right.get(name, ABSENT)) for name in left | right]


def _read_mapping(value: Mapping[Any, Any]) -> Members:
    return tuple(value), tuple(value.values())


def _read_list(values: Sequence[Any]) -> Members:
    return range(len(values)), values


@cache
def _reader(kind: type[Any]) -> Callable[[Any], Members] | None:
    """Say how values of a type are read as members; scalars have none."""
    if issubclass(kind, Mapping):
        return _read_mapping
    if issubclass(kind, tuple | list):
        return _read_list
    if not is_dataclass(kind):
        return None
    names = tuple(field.name for field in fields(kind))
    values_of = attrgetter(*names)
    return lambda value: (names, values_of(value) if len(names) > 1 else (values_of(value),))
