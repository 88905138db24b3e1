"""Conditions: a command that is done only if a record is still what somebody has seen of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from billingua.core.errors import ChangedMeanwhile, NotFound, NotPermitted, Refused
from billingua.engine.journal import Entry, read
from billingua.engine.plan import Caller, Decision, Key, Needs, Plan, Record

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Expected:
    """A record and the versions of it that somebody has seen."""

    key: Key[Any]
    versions: Sequence[int]


def expecting(plan: Plan[T], expected: Expected) -> Plan[T]:
    """Run a plan if the record is in a version that is expected; where it is not there, the plan says so.

    Refuses with `ChangedMeanwhile`, unless the plan refuses because something is not there or not permitted: nobody
    hears of changes to what they may not change.
    """
    found = yield Needs([expected.key])
    record = found.record(expected.key)
    if record is None or record.version in expected.versions:
        return (yield from plan)
    try:
        yield from plan
    except (NotFound, NotPermitted):
        raise
    except Refused:
        pass
    raise ChangedMeanwhile(record.version, expected.versions)


def find_record(key: Key[T], caller: Caller, now: datetime) -> Plan[Record[T] | None]:
    """Give a record with its version, whoever asks: for those who were let at it before."""
    found = yield Needs([key])
    return Decision(found.record(key))


def changed_since(entries: Sequence[Entry], version: int) -> list[tuple[str, int, str]]:
    """List what changed after a version, by JSON Pointer: which version changed it last, and who."""
    last: dict[str, tuple[int, str]] = {}
    for entry in entries:
        if entry.version > version:
            told = read(entry)
            last |= {change["path"]: (entry.version, told["actor"]) for change in told["changes"]}
    return [(path, changed_in, actor) for path, (changed_in, actor) in sorted(last.items())]
