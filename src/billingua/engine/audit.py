"""Auditing a ledger: whether every chain of history holds, and whether everything is what its history tells.

Also whether everything is found by its names, whether no counter gives out an id that was given out before, whether
lists tell as many invoices as there are, and whether they find everything by what it says.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar, cast

import msgspec

from billingua.core.changes import ABSENT, diff
from billingua.engine.batch import Counter
from billingua.engine.journal import Break, Entry, breaks, read
from billingua.engine.kinds import COUNTERS, KINDS, ids_in, kind_named, kind_of
from billingua.engine.plan import Caller, Decision, Job, Key, Needs, Plan, Record, by_id
from billingua.engine.ports import Store

T = TypeVar("T")

_ATTEMPTS = 3
_UNTOLD = frozenset({"updated_at"})
_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder(float_hook=Decimal)


Place = tuple[str, str, int]
"""A workspace, a kind and an id."""


@dataclass(frozen=True, slots=True)
class Audited:
    """An aggregate that was looked at: how many entries its history has, and what is wrong with it."""

    entries: int
    breaks: Sequence[Break]


async def audit(store: Store, now: datetime, only: str | None = None) -> AsyncGenerator[Audited]:
    """Look at everything in turn: at what has a history, for what has none, at the counters, and at what is counted.

    Others may write meanwhile. Where a workspace is named, `only` that is looked at.
    """
    auditor = _Auditor(store, now)
    seen: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    async for place, entries in _chains(store, only):
        workspace, kind, id = place
        seen[workspace, kind].add(id)
        yield await auditor.look_at(place, entries)
    everywhere = {*await store.workspaces(), *(workspace for workspace, _ in seen)}
    for workspace in sorted(everywhere) if only is None else [only]:
        for kind in KINDS:
            async for found in _without_history(store, workspace, kind.name, seen[workspace, kind.name]):
                yield Audited(0, [found])
        if found := [*await auditor.look_at_counters(workspace), *await _miscounts(store, workspace)]:
            yield Audited(0, found)
        if found := await _misfiled(store, workspace):
            yield Audited(0, found)


async def _chains(store: Store, only: str | None) -> AsyncIterator[tuple[Place, list[Entry]]]:
    """Walk all history, each aggregate's entries together."""
    chain: list[Entry] = []
    async for entry in store.journal(only):
        if chain and _place(entry) != _place(chain[0]):
            yield _place(chain[0]), chain
            chain = []
        chain.append(entry)
    if chain:
        yield _place(chain[0]), chain


def _place(entry: Entry) -> Place:
    return entry.workspace, entry.kind, entry.id


async def _without_history(store: Store, workspace: str, kind: str, seen: set[int]) -> AsyncIterator[Break]:
    try:
        async for record in store.aggregates(workspace, kind):
            id = record.value.id
            if id not in seen and not await store.history(workspace, kind, id):
                yield Break(workspace, kind, id, record.version, "it has no history")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what an audit is for
        yield Break(workspace, kind, 0, 0, f"not all of this kind can be read: {error}")


async def _miscounts(store: Store, workspace: str) -> list[Break]:
    """Find where lists would tell another total than there are invoices."""
    try:
        return [
            Break(
                workspace, "count", one.kept, 0, f"{one.found} are {one.status}, {one.origin}'s and in {one.currency}"
            )
            for one in await store.miscounts(workspace)
        ]
    except Exception as error:  # noqa: BLE001 - as above
        return [Break(workspace, "count", 0, 0, f"not all invoices can be counted: {error}")]


async def _misfiled(store: Store, workspace: str) -> list[Break]:
    """Find where lists and look-ups would find another aggregate than there is, or count others that refer to it."""
    try:
        return [Break(workspace, one.kind, one.id, 0, one.why) async for one in store.misfiled(workspace)]
    except Exception as error:  # noqa: BLE001 - as above
        return [Break(workspace, "row", 0, 0, f"not all rows can be held against what they are of: {error}")]


class _Auditor:
    """Looks at one aggregate after another, and remembers the highest id that each counter has to be beyond."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._store = store
        self._now = now
        self._highest: dict[Counter, int] = {}

    async def look_at(self, place: Place, entries: Sequence[Entry]) -> Audited:
        """Look at one aggregate; where it went on while its history was read, look again."""
        found: list[Break] = []
        for _ in range(_ATTEMPTS):
            try:
                record, lost = await self._read(place[0], partial(_find, _key(place)))
                self._count(place, record)
                found = list(breaks(entries)) or _compare(place, entries, record) or _misnamed(place, record, lost)
            except Exception as error:  # noqa: BLE001 - as above
                return Audited(len(entries), [Break(*place, entries[-1].version, f"it cannot be read: {error}")])
            if not found or (record is not None and record.version == entries[-1].version):
                break
            entries = await self._store.history(*place)
        return Audited(len(entries), found)

    def _count(self, place: Place, record: Record[Any] | None) -> None:
        workspace, kind, id = place
        for counter, number in [(kind, id), *(ids_in(record.value) if record else ())]:
            self._highest[workspace, counter] = max(number, self._highest.get((workspace, counter), 0))

    async def look_at_counters(self, workspace: str) -> list[Break]:
        """Find the counters of a workspace that would give out an id that somebody has, or had."""
        try:
            following = await self._read(workspace, _count_on)
        except Exception as error:  # noqa: BLE001 - as above
            return [Break(workspace, "counter", 0, 0, f"not all of this kind can be read: {error}")]
        highest = {counter: self._highest.get((workspace, counter), 0) for counter in following}
        return [
            Break(workspace, counter, highest[counter], 0, f"its counter goes on with {number}")
            for counter, number in following.items()
            if number <= highest[counter]
        ]

    async def _read(self, workspace: str, start: Callable[[], Plan[T]]) -> T:
        caller = Caller(workspace=workspace, actor="audit", dialect="")
        return await self._store.read(Job(caller, self._now, "audit", start))


def _key(place: Place) -> Key[Any]:
    _, kind, id = place
    return by_id(kind_named(kind).type, id)


def _find(key: Key[Any]) -> Plan[tuple[Record[Any] | None, Sequence[str]]]:
    """Find an aggregate by its id, and say under which of its names it is not found."""
    found = yield Needs([key])
    record = found.record(key)
    if record is None:
        return Decision((None, ()))
    names = kind_of(record.value).keys(record.value)
    found = yield Needs(list(names))
    holders = [(name, found.get(name)) for name in names]
    return Decision((record, sorted(name.name for name, holder in holders if not holder or holder.id != key.value)))


def _count_on() -> Plan[dict[str, int]]:
    found = yield Needs(counters=COUNTERS)
    return Decision({counter: found.next_id(counter) for counter in COUNTERS})


def _misnamed(place: Place, record: Record[Any] | None, lost: Sequence[str]) -> list[Break]:
    return [Break(*place, record.version, f"it is not found by its {', '.join(lost)}")] if record and lost else []


def _compare(place: Place, entries: Sequence[Entry], record: Record[Any] | None) -> list[Break]:
    """Hold an aggregate against its history, whose chain is whole."""
    last, told = entries[-1], retell(entries)
    if record is None:
        return [] if told is ABSENT else [Break(*place, last.version, "it is gone, and its history does not say so")]
    if (record.version, record.chain) != (last.version, last.hash):
        return [Break(*place, record.version, f"its history ends with entry {last.version}")]
    wrong = _differences(told, record.value)
    return [Break(*place, record.version, f"it is not what its history tells: {', '.join(wrong)}")] if wrong else []


def _differences(told: Any, value: Any) -> list[str]:
    is_now = _decoder.decode(_encoder.encode(value))
    changes = diff(told, is_now, ignore=_UNTOLD)
    return [change.pointer for change in changes if change.before != change.after]


def retell(entries: Iterable[Entry]) -> Any:
    """Build up, from its history alone, what an aggregate is: as plain JSON, `ABSENT` where it was deleted."""
    told: Any = ABSENT
    for entry in entries:
        for change in _in_order(read(entry)["changes"]):
            told = _with(told, _parts(change["path"]), change.get("after", ABSENT))
    return told


def _in_order(changes: Sequence[Any]) -> list[Any]:
    """Put what is taken away last, and of a list its end first, so that no element moves before it is meant."""
    kept = [change for change in changes if "after" in change]
    gone = [change for change in changes if "after" not in change]
    return [*kept, *reversed(gone)]


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _with(value: Any, parts: Sequence[str], after: Any) -> Any:
    """Set what stands at the end of a path, or take it away."""
    if not parts:
        return after
    part, rest = parts[0], parts[1:]
    members = _members(value)
    changed = _with(members.get(part, ABSENT), rest, after)
    if changed is ABSENT:
        members.pop(part, None)
    else:
        members[part] = changed
    return list(members.values()) if isinstance(value, list) else members


def _members(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        elements = cast("list[Any]", value)
        return {str(index): element for index, element in enumerate(elements)}
    return dict(value)
