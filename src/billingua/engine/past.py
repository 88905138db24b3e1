"""The past: what an aggregate was, as its history tells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from billingua.core.changes import ABSENT
from billingua.engine.audit import retell
from billingua.engine.journal import Entry, read, sealed_at

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Past(Generic[T]):
    """What an aggregate was in one version, which was made at a time."""

    value: T
    version: int
    at: datetime


def as_of(kind: type[T], entries: Sequence[Entry], when: int | datetime) -> Past[T] | None:
    """Build an aggregate as it was in a version, or at a time; None where it was not there.

    History tells no `updated_at`: an aggregate was updated when its version was made.
    """
    until = [entry for entry in entries if _is_by(entry, when)]
    if not until or (isinstance(when, int) and until[-1].version != when):
        return None
    told = retell(until)
    if told is ABSENT:
        return None
    value: Any = msgspec.convert(told, kind)
    at = sealed_at(read(until[-1]))
    if len(until) > 1 and hasattr(value, "updated_at"):
        value = replace(value, updated_at=at)
    return Past(value, until[-1].version, at)


def last_of(kind: type[T], entries: Sequence[Entry]) -> T | None:
    """Build an aggregate as it was before it was deleted; None where it never was."""
    past = as_of(kind, entries[:-1], entries[-2].version) if len(entries) > 1 else None
    return past and past.value


def _is_by(entry: Entry, when: int | datetime) -> bool:
    return entry.version <= when if isinstance(when, int) else sealed_at(read(entry)) <= when
