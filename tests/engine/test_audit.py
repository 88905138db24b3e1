import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.changes import ABSENT
from billingua.core.lifecycle import Status
from billingua.engine.audit import Audited, audit, retell
from billingua.engine.journal import GENESIS, Break, Entry, enter, seal
from billingua.engine.kinds import ids_in, kind_of
from billingua.engine.plan import Job, Knowledge, Record
from billingua.engine.ports import StoreFailed
from billingua.engine.queries import Miscount, Misfiled
from tests.builders import NOON, a_caller, a_line, a_party, a_workspace, an_address, an_invoice
from tests.engine.driving import drive

PLACE = ("demo", "invoice", 35)
ENCODER = msgspec.json.Encoder(decimal_format="number")
JOB = Job(a_caller(), NOON, "amend_invoice", lambda: ABSENT)


class Archive:
    """A store that was written by hand: what it holds need not be what its history tells."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str, int], Record[Any]] = {}
        self.entries: dict[tuple[str, str, int], list[Entry]] = {}
        self.meanwhile: Callable[[], None] = lambda: None
        self.reads = 0
        self.lost: set[str] = set()
        self.counters: dict[str, int] = {}
        self.miscounted: list[Miscount] | None = []
        self.misfilings: list[Misfiled] | None = []

    def save(self, *values: Any) -> None:
        """Save states, one after another, as a store does."""
        for value in values:
            place = ("demo", kind_of(value).name, value.id)
            before = self.records.get(place)
            version, chain = (before.version + 1, before.chain) if before else (1, GENESIS)
            entry = enter(JOB, *place[1:], version, before.value if before else None, value, chain)
            self.records[place] = Record(value, version, entry.hash)
            self.entries.setdefault(place, []).append(entry)
            for counter, id in ids_in(value):
                self.counters[counter] = max(id + 1, self.counters.get(counter, 1))

    def delete(self, place: tuple[str, str, int]) -> None:
        """Delete an aggregate, and say so in its history."""
        gone = self.records.pop(place)
        self.entries[place].append(enter(JOB, *place[1:], gone.version + 1, gone.value, None, gone.chain))

    async def journal(self, workspace: str | None = None) -> AsyncIterator[Entry]:
        for place in sorted(self.entries):
            for entry in list(self.entries[place]):
                yield entry

    async def workspaces(self) -> list[str]:
        return ["demo"]

    async def miscounts(self, workspace: str) -> list[Miscount]:
        if self.miscounted is None:
            raise StoreFailed("no such table")
        return self.miscounted

    async def misfiled(self, workspace: str) -> AsyncIterator[Misfiled]:
        if self.misfilings is None:
            raise StoreFailed("no such row")
        for one in self.misfilings:
            yield one

    async def aggregates(self, workspace: str, kind: str) -> AsyncIterator[Record[Any]]:
        for record in [record for place, record in self.records.items() if place[:2] == (workspace, kind)]:
            yield record

    async def history(self, workspace: str, kind: str, id: int) -> list[Entry]:
        return list(self.entries.get((workspace, kind, id), []))

    async def read(self, job: Job[Any]) -> Any:
        self.reads += 1
        self.meanwhile()
        named = [(key, record) for record in self.records.values() for key in kind_of(record.value).keys(record.value)]
        known = {key: record for key, record in named if key.name not in self.lost}
        return drive(job.start(), Knowledge(known, dict(self.counters))).answer


@pytest.fixture
def archive() -> Archive:
    """Invoice 35, which was written, issued and paid in part."""
    archive = Archive()
    draft = an_invoice(status=Status.DRAFT, lines=(a_line(), a_line(id=2, position=1)))
    archive.save(
        draft,
        replace(draft, status=Status.OPEN, lines=(a_line(),), extras={"crux": {"a/b": [1, 2]}}),
        replace(draft, status=Status.OPEN, lines=(), extras={"crux": {}}, open_balance=Decimal("150.50")),
    )
    return archive


async def audited(archive: Archive) -> list[Audited]:
    return [found async for found in audit(archive, NOON)]


async def audited_breaks(archive: Archive) -> list[Break]:
    return [broken for found in await audited(archive) for broken in found.breaks]


async def whys(archive: Archive) -> list[tuple[int, str]]:
    return [(broken.version, broken.why) for found in await audited(archive) for broken in found.breaks]


async def test_a_ledger_that_nobody_touched_is_whole(archive: Archive):
    archive.save(a_workspace(), a_party(), an_invoice(id=36))
    assert sorted((found.entries, found.breaks) for found in await audited(archive)) == [
        (1, []),
        (1, []),
        (1, []),
        (3, []),
    ]


async def test_an_empty_ledger_is_whole():
    assert await audited(Archive()) == []


async def test_what_was_deleted_and_said_to_be_is_no_break(archive: Archive):
    archive.delete(PLACE)
    assert await whys(archive) == []


async def test_a_broken_chain_is_found(archive: Archive):
    entries = archive.entries[PLACE]
    entries[1] = replace(entries[1], body=entries[1].body.replace(b'"ida"', b'"eve"'))
    assert await whys(archive) == [(2, "the entry is not the one that was sealed")]


async def test_a_count_that_is_not_right_is_found(archive: Archive):
    archive.miscounted = [Miscount("open", "crux", "USD", kept=5, found=3)]
    assert await audited_breaks(archive) == [Break("demo", "count", 5, 0, "3 are open, crux's and in USD")]


async def test_what_is_not_found_by_what_it_says_is_told(archive: Archive):
    archive.misfilings = [Misfiled("item", 4, "its row is not what it says")]
    assert await audited_breaks(archive) == [Break("demo", "item", 4, 0, "its row is not what it says")]


async def test_rows_that_cannot_be_read_are_told(archive: Archive):
    archive.misfilings = None
    assert await whys(archive) == [(0, "not all rows can be held against what they are of: no such row")]


async def test_counts_that_cannot_be_read_are_told(archive: Archive):
    archive.miscounted = None
    assert await whys(archive) == [(0, "not all invoices can be counted: no such table")]


async def test_a_state_that_was_changed_behind_its_history_is_found(archive: Archive):
    record = archive.records[PLACE]
    changed = replace(record.value, open_balance=Decimal(0), terms="never", updated_at=NOON.replace(year=2030))
    archive.records[PLACE] = replace(record, value=changed)
    assert await whys(archive) == [(3, "it is not what its history tells: /open_balance, /terms")]


async def test_a_history_whose_end_was_cut_off_is_found(archive: Archive):
    archive.entries[PLACE].pop()
    assert await whys(archive) == [(3, "its history ends with entry 2")]


async def test_a_last_entry_that_was_sealed_again_is_found(archive: Archive):
    entries = archive.entries[PLACE]
    body = entries[2].body.replace(b'"ida"', b'"eve"')
    entries[2] = replace(entries[2], body=body, hash=seal(entries[1].hash, body))
    assert await whys(archive) == [(3, "its history ends with entry 3")]


async def test_what_is_gone_without_a_word_is_found(archive: Archive):
    del archive.records[PLACE]
    assert await whys(archive) == [(3, "it is gone, and its history does not say so")]


async def test_what_was_slipped_in_without_history_is_found(archive: Archive):
    archive.records["demo", "party", 10] = Record(a_party(), 4, GENESIS)
    assert await whys(archive) == [(4, "it has no history")]


async def test_a_history_that_tells_what_cannot_be_is_found(archive: Archive):
    entries = archive.entries[PLACE]
    told = json.loads(entries[2].body) | {"changes": [{"path": "/nowhere/at/all", "after": 1}]}
    body = json.dumps(told).encode()
    entries[2] = replace(entries[2], body=body, hash=seal(entries[1].hash, body))
    archive.records[PLACE] = replace(archive.records[PLACE], chain=entries[2].hash)
    ((version, why),) = await whys(archive)
    assert version == 3
    assert why.startswith("it cannot be read: ")


async def test_what_cannot_be_read_is_found_and_the_rest_is_looked_at(archive: Archive):
    archive.save(a_party())

    def fail() -> None:
        archive.meanwhile = lambda: None
        raise ValueError("no such status")

    archive.meanwhile = fail
    assert await whys(archive) == [(3, "it cannot be read: no such status")]


async def test_a_kind_that_cannot_be_walked_is_found(archive: Archive, monkeypatch: pytest.MonkeyPatch):
    async def aggregates(workspace: str, kind: str) -> AsyncIterator[Record[Any]]:
        if kind == "party":
            raise ValueError("torn page")
        for record in ():
            yield record

    monkeypatch.setattr(archive, "aggregates", aggregates)
    (found,) = [broken for found in await audited(archive) for broken in found.breaks]
    assert (found.workspace, found.kind, found.why) == (
        "demo",
        "party",
        "not all of this kind can be read: torn page",
    )


async def test_what_is_not_found_by_its_names_is_found(archive: Archive):
    archive.lost = {"number", "uuid"}
    assert await whys(archive) == [(3, "it is not found by its number, uuid")]


async def test_what_another_is_found_for_is_found(archive: Archive):
    archive.save(a_party(id=11, uuid=a_party().uuid), a_party())
    assert await whys(archive) == [(1, "it is not found by its uuid")]


@pytest.mark.parametrize(
    ("counter", "goes_on", "beyond"), [("invoice", 35, 35), ("invoice_line", 1, 4), ("address", 20, 20)]
)
async def test_a_counter_that_would_give_out_an_id_again_is_found(
    archive: Archive, counter: str, goes_on: int, beyond: int
):
    older = an_invoice(id=3, uuid=UUID(int=3), number="3", lines=(a_line(id=4),))
    archive.save(a_party(addresses=(an_address(id=20),)), older)
    archive.counters[counter] = goes_on
    (found,) = await audited_breaks(archive)
    assert found == Break("demo", counter, beyond, 0, f"its counter goes on with {goes_on}")


async def test_a_counter_is_beyond_what_was_deleted(archive: Archive):
    archive.delete(PLACE)
    archive.counters["invoice"] = 35
    assert await whys(archive) == [(0, "its counter goes on with 35")]


async def test_counters_that_cannot_be_read_are_found(archive: Archive):
    def fail() -> None:
        if archive.reads > 1:
            raise ValueError("torn page")

    archive.meanwhile = fail
    assert await audited_breaks(archive) == [
        Break("demo", "counter", 0, 0, "not all of this kind can be read: torn page")
    ]


async def test_a_workspace_that_is_not_listed_is_looked_at_too(archive: Archive, monkeypatch: pytest.MonkeyPatch):
    async def none_at_all() -> list[str]:
        return []

    monkeypatch.setattr(archive, "workspaces", none_at_all)
    archive.records["demo", "party", 10] = Record(a_party(), 4, GENESIS)
    assert await whys(archive) == [(4, "it has no history")]


async def test_others_may_write_meanwhile(archive: Archive):
    def once() -> None:
        archive.meanwhile = lambda: None
        archive.save(replace(archive.records[PLACE].value, terms="45 days"))

    archive.meanwhile = once
    assert await audited(archive) == [Audited(4, [])]


async def test_what_was_made_after_the_history_was_read_is_no_break(archive: Archive):
    archive.meanwhile = lambda: archive.save(a_party()) if ("demo", "party", 10) not in archive.records else None
    assert await whys(archive) == []


async def test_a_history_that_never_catches_up_is_found_in_the_end(archive: Archive):
    late = list(archive.entries[PLACE])
    archive.save(replace(archive.records[PLACE].value, terms="45 days"))
    archive.entries[PLACE] = late
    assert await whys(archive) == [(4, "its history ends with entry 3")]


STATES = st.lists(
    st.recursive(
        st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab/~01", max_size=2),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab/~01", max_size=2), inner, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


@given(STATES)
def test_an_aggregate_can_be_told_anew_from_its_history_alone(states: list[Any]):
    archive = Archive()
    archive.save(*(an_invoice(extras={"native": {"state": state}}) for state in states))
    told = retell(archive.entries[PLACE])
    assert told == msgspec.json.Decoder(float_hook=Decimal).decode(ENCODER.encode(archive.records[PLACE].value))
    archive.delete(PLACE)
    assert retell(archive.entries[PLACE]) is ABSENT
