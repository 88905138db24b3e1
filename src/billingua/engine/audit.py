"""Auditing a ledger: whether every chain of history holds, and whether everything is what its history tells."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import msgspec

from billingua.core.changes import ABSENT, diff
from billingua.engine.journal import Break, Entry, breaks, read
from billingua.engine.kinds import KINDS, kind_named
from billingua.engine.plan import Caller, Decision, Job, Key, Needs, Plan, Record, by_id
from billingua.engine.ports import Store

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


async def audit(store: Store) -> AsyncIterator[Audited]:
    """Look at everything in turn: at what has a history, and then for what has none. Others may write meanwhile."""
    seen: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    async for place, entries in _chains(store):
        workspace, kind, id = place
        seen[workspace, kind].add(id)
        yield await _audited(store, place, entries)
    for workspace in await store.workspaces():
        for kind in KINDS:
            async for found in _without_history(store, workspace, kind.name, seen[workspace, kind.name]):
                yield Audited(0, [found])


async def _chains(store: Store) -> AsyncIterator[tuple[Place, list[Entry]]]:
    """Walk all history, each aggregate's entries together."""
    chain: list[Entry] = []
    async for entry in store.journal():
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


async def _audited(store: Store, place: Place, entries: Sequence[Entry]) -> Audited:
    """Look at one aggregate; where it went on while its history was read, look again."""
    found: list[Break] = []
    for _ in range(_ATTEMPTS):
        try:
            record = await _record(store, place)
            found = list(breaks(entries)) or _compare(place, entries, record)
        except Exception as error:  # noqa: BLE001 - as above
            return Audited(len(entries), [Break(*place, entries[-1].version, f"it cannot be read: {error}")])
        if not found or record is None or record.version == entries[-1].version:
            break
        entries = await store.history(*place)
    return Audited(len(entries), found)


async def _record(store: Store, place: Place) -> Record[Any] | None:
    workspace, kind, id = place
    caller = Caller(workspace=workspace, actor="audit", dialect="")
    key: Key[Any] = by_id(kind_named(kind).type, id)
    return await store.read(Job(caller, datetime.now(UTC), "audit", lambda: _find(key)))


def _find(key: Key[Any]) -> Plan[Record[Any] | None]:
    found = yield Needs([key])
    return Decision(found.record(key))


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
