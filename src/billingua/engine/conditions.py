"""Conditions: a command that is done only if a record is still what somebody has seen of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from billingua.core.access import User
from billingua.core.errors import ChangedMeanwhile, NotFound, NotPermitted, NumberMismatch, Refused
from billingua.core.invoice import Invoice
from billingua.engine.invoices import may_access, view_of
from billingua.engine.journal import Entry, read
from billingua.engine.plan import Caller, Command, Decision, Key, Needs, Plan, Record, Step, by_id

C = TypeVar("C")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Expected:
    """A record and the versions of it that somebody has seen."""

    key: Key[Any]
    versions: Sequence[int]


def expecting(plan: Plan[T], expected: Expected, user: User | None = None) -> Plan[T]:
    """Run a plan if the record is in a version that is expected; where it is not there, the plan says so.

    Refuses with `ChangedMeanwhile`, unless the plan refuses because something is not there, is not called so or is not
    permitted, or the user may not see the record: nobody hears of changes to what they may not change.
    """
    found = yield Needs([expected.key])
    record = found.record(expected.key)
    if record is None or record.version in expected.versions:
        return (yield from plan)
    refusal: Refused = NotPermitted("see the record")
    try:
        yield from plan
    except (NotFound, NotPermitted, NumberMismatch):
        raise
    except Refused as error:
        refusal = error
    if not (yield from _may_see(user, record)):
        raise refusal
    raise ChangedMeanwhile(record.version, expected.versions)


def _may_see(user: User | None, record: Record[Any]) -> Step[bool]:
    """Whether the user may see a record, if it is an invoice: some plans end before they come to that."""
    if user is None or not isinstance(record.value, Invoice):
        return True
    return may_access(user, (yield from view_of(record.value, record.version)))


def telling_version(command: Command[C, T], key: Key[Any]) -> Command[C, tuple[T, int]]:
    """Have a command tell, with its answer, in which version it leaves a record (by its id); it keeps its name."""

    @wraps(command)
    def telling(values: C, /, caller: Caller, now: datetime) -> Plan[tuple[T, int]]:
        return _telling(command(values, caller=caller, now=now), key)

    return telling


def _telling(plan: Plan[T], key: Key[Any]) -> Plan[tuple[T, int]]:
    found = yield Needs([key])
    before = found.record(key)
    made = yield from plan
    saves = [*made.saves]
    version = (before.version if before else 0) + any(_is_change(saved, key, before) for saved in saves)
    return Decision((made.answer, version), saves, made.events, made.files, made.deletes)


def _is_change(saved: Any, key: Key[Any], before: Record[Any] | None) -> bool:
    """Whether this saves the record: what is given back as it was is not saved."""
    return by_id(saved.__class__, saved.id) == key and (before is None or saved is not before.value)


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
