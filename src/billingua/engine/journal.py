"""History: one entry for each saved change, chained to the entry before it by a hash."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec

from billingua.core.changes import ABSENT, Change, diff
from billingua.engine.plan import Job

GENESIS = bytes(32)
"""What the first entry of a chain is chained to."""

_UNTOLD = frozenset({"updated_at"})
_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_list_decoder = msgspec.json.Decoder(list[dict[str, Any]], float_hook=Decimal)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: which aggregate and version, and `body`, the exact bytes that `hash` seals.

    The body is a JSON object: `at`, `actor`, `dialect`, `request`, `action` and `changes`, each change with its
    `path` (JSON Pointer), `before` and `after`; a side that does not exist is left out.
    """

    workspace: str
    kind: str
    id: int
    version: int
    at: datetime
    body: bytes
    hash: bytes


def enter(job: Job[Any], kind: str, id: int, version: int, before: Any, after: Any, chain: bytes) -> Entry:
    """Write the entry for a change from `before` (None: it is new) to `after` (None: it is deleted)."""
    body = _encoder.encode(
        {
            "workspace": job.caller.workspace,
            "kind": kind,
            "id": id,
            "version": version,
            "at": job.now,
            "actor": job.caller.actor,
            "dialect": job.caller.dialect,
            "request": job.caller.request,
            "action": job.action,
            "changes": [_told(change) for change in _changes(before, after)],
        }
    )
    return Entry(job.caller.workspace, kind, id, version, job.now, body, seal(chain, body))


def seal(chain: bytes, body: bytes) -> bytes:
    """Give the hash that chains an entry's body to the entry before."""
    return sha256(chain + body).digest()


def tell(before: Any, after: Any) -> list[dict[str, Any]]:
    """Tell what changed from `before` (None: it is new) to `after` (None: it is deleted), as an entry does."""
    return _list_decoder.decode(_encoder.encode([_told(change) for change in _changes(before, after)]))


def _changes(before: Any, after: Any) -> list[Change]:
    if before is None or after is None:
        return [Change((), ABSENT if before is None else before, ABSENT if after is None else after)]
    return diff(before, after, ignore=_UNTOLD)


def _told(change: Change) -> Mapping[str, Any]:
    told = {"path": change.pointer}
    if change.before is not ABSENT:
        told["before"] = change.before
    if change.after is not ABSENT:
        told["after"] = change.after
    return told


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold, and how."""

    workspace: str
    kind: str
    id: int
    version: int
    why: str


def breaks(entries: Iterable[Entry]) -> Iterator[Break]:
    """Walk one aggregate's entries, oldest first, and name every place where the chain is broken."""
    chain, expected = GENESIS, 1
    for entry in entries:
        if entry.version != expected:
            yield _break(entry, f"entry {expected} is missing")
        elif seal(chain, entry.body) != entry.hash:
            yield _break(entry, "the entry is not the one that was sealed")
        elif not _names_its_place(entry):
            yield _break(entry, "the entry belongs elsewhere")
        elif not _names_its_time(entry):
            yield _break(entry, "the entry was made at another time")
        chain, expected = entry.hash, entry.version + 1


def _break(entry: Entry, why: str) -> Break:
    return Break(entry.workspace, entry.kind, entry.id, entry.version, why)


def _names_its_place(entry: Entry) -> bool:
    try:
        body = read(entry)
    except msgspec.DecodeError:
        return False
    place = (entry.workspace, entry.kind, entry.id, entry.version)
    return tuple(body.get(name) for name in ("workspace", "kind", "id", "version")) == place


def _names_its_time(entry: Entry) -> bool:
    try:
        return sealed_at(read(entry)) == entry.at
    except (ValueError, TypeError, KeyError):
        return False


def sealed_at(body: Mapping[str, Any]) -> datetime:
    """Tell, from its body that was read, when an entry was made: the hash seals this time."""
    return datetime.fromisoformat(body["at"])


def read(entry: Entry) -> dict[str, Any]:
    """Read an entry's body; numbers with a fraction come as `Decimal`."""
    return _decoder.decode(entry.body)
