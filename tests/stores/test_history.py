"""What history says of what was done."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from billingua.engine.journal import breaks, read
from billingua.engine.plan import Job
from billingua.engine.ports import Store
from tests.builders import NOON, a_caller, a_line, an_invoice
from tests.stores.plans import add, change, put


async def test_every_save_is_one_entry(store: Store):
    await store.run(put(an_invoice(open_balance=Decimal(1))))
    await store.run(add(35, 4))

    created, changed = await store.history("demo", "invoice", 35)
    assert (created.version, changed.version) == (1, 2)
    assert (changed.workspace, changed.kind, changed.id, changed.at) == ("demo", "invoice", 35, NOON)
    (told,) = read(created)["changes"]
    assert told["path"] == ""
    assert told["after"]["number"] == "INV-35"
    assert read(changed)["changes"] == [{"path": "/open_balance", "before": 1, "after": 5}]


async def test_entries_tell_who_when_and_through_what(store: Store):
    await store.run(put(an_invoice()))
    caller = a_caller(actor="otto", dialect="crux", request="r-9")
    await store.run(Job(caller, NOON + timedelta(microseconds=1), "amend_invoice", change(35, terms="now").start))

    entry = (await store.history("demo", "invoice", 35))[-1]
    body = read(entry)
    told = (body["actor"], body["dialect"], body["request"], body["action"], body["at"])
    assert told == ("otto", "crux", "r-9", "amend_invoice", "2024-12-26T12:00:00.000001Z")
    assert entry.at == NOON + timedelta(microseconds=1)


async def test_changes_deep_inside_are_told_by_their_path(store: Store):
    line = a_line(unit_price=Decimal("1.50"))
    await store.run(put(an_invoice(lines=(a_line(), line), extras={"native": {"a": {"b": [1, 2]}}})))

    dearer = replace(line, unit_price=Decimal("2.50"))
    await store.run(change(35, lines=(a_line(), dearer), extras={"native": {"a": {"b": [1, 3]}}}))

    entry = (await store.history("demo", "invoice", 35))[-1]
    assert read(entry)["changes"] == [
        {"path": "/lines/1/unit_price", "before": Decimal("1.50"), "after": Decimal("2.50")},
        {"path": "/extras/native/a/b/1", "before": 2, "after": 3},
    ]


async def test_the_journal_walks_aggregate_by_aggregate(store: Store):
    for workspace in ("two", "one"):
        await store.run(put(an_invoice(id=2), an_invoice(id=1), workspace=workspace))
        await store.run(change(2, workspace=workspace, terms="now"))

    walked = [(entry.workspace, entry.kind, entry.id, entry.version) async for entry in store.journal()]
    assert walked == [
        (workspace, "invoice", id, version) for workspace in ("one", "two") for id, version in ((1, 1), (2, 1), (2, 2))
    ]
    of_one = [(entry.workspace, entry.id, entry.version) async for entry in store.journal("one")]
    assert of_one == [("one", 1, 1), ("one", 2, 1), ("one", 2, 2)]


async def test_chains_are_whole(store: Store):
    await store.run(put(an_invoice()))
    for amount in range(5):
        await store.run(add(35, amount))

    assert list(breaks(await store.history("demo", "invoice", 35))) == []
