"""Deleting: the aggregate is gone with its names, its history stays and tells of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from billingua.core.changes import ABSENT
from billingua.core.errors import InvoiceNotFound, NotFound, Refused
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.order import Order
from billingua.engine.audit import audit, retell
from billingua.engine.journal import breaks, read
from billingua.engine.kinds import COUNTERS, by_number, kind_of
from billingua.engine.plan import Decision, Job, Key, Needs, Plan, by_id, by_uuid
from billingua.engine.ports import Store, StoreFailed
from billingua.engine.queries import InvoiceQuery, OrderQuery
from billingua.stores.postgres import PostgresStore, open_postgres
from tests.builders import NOON, a_caller, a_uuid, an_invoice, an_order
from tests.postgres import Postgres
from tests.stores.plans import a_job, add, assert_whole, found, get, put, take
from tests.stores.test_saving import ONE_OF_EACH
from tests.walking import walk


def delete(*keys: Key[Any], workspace: str = "demo", fail: Exception | None = None) -> Job[None]:
    def plan() -> Plan[None]:
        known = yield Needs(keys)
        gone = [known.require(key, NotFound(key.value)) for key in keys]
        if fail:
            raise fail
        return Decision(None, deletes=gone)

    return a_job(plan, a_caller(workspace=workspace))


async def wrong(store: Store) -> list[Any]:
    return [found async for audited in audit(store, NOON) for found in audited.breaks]


@pytest.mark.parametrize("aggregate", ONE_OF_EACH, ids=lambda aggregate: kind_of(aggregate).name)
async def test_what_is_deleted_is_gone_and_its_history_tells_so(store: Store, aggregate: Any):
    kind = kind_of(aggregate)
    await store.run(put(*ONE_OF_EACH))
    await store.run(put(aggregate, workspace="another"))
    await store.run(take(*(kind_of(other).name for other in ONE_OF_EACH), claim=999))
    keys = sorted(kind.keys(aggregate), key=lambda key: key.name)
    await store.run(get(*keys))

    await store.run(delete(by_uuid(kind.type, aggregate.uuid)))

    assert await store.run(get(*keys)) == [None] * len(keys)
    assert await store.read(get(*keys)) == [None] * len(keys)
    assert [workspace for key in keys for workspace, _ in await store.find(key)] == ["another"] * len(keys)
    assert await walk(store.aggregates("demo", kind.name)) == []
    entries = await store.history("demo", kind.name, aggregate.id)
    assert (len(entries), list(breaks(entries))) == (2, [])
    (change,) = read(entries[-1])["changes"]
    assert (change["path"], sorted(change)) == ("", ["before", "path"])
    assert retell(entries) is ABSENT
    assert await found(store, by_id(kind.type, aggregate.id), "another") == aggregate


async def test_a_ledger_with_deletions_is_whole(store: Store):
    for workspace in ("demo", "another"):
        await store.run(put(*ONE_OF_EACH, workspace=workspace))
        await store.run(_claim(workspace))
    await store.run(add(35))
    assert await wrong(store) == []

    await store.run(delete(by_id(Invoice, 35), by_id(Order, 104)))

    assert await wrong(store) == []
    assert [entry.version for entry in await store.history("demo", "invoice", 35)] == [1, 2, 3]


def _claim(workspace: str) -> Job[None]:
    def plan() -> Plan[None]:
        known = yield Needs(counters=COUNTERS)
        for name in COUNTERS:
            known.claim_id(name, 999)
        return Decision(None)

    return a_job(plan, a_caller(workspace=workspace))


async def test_lists_follow_what_is_deleted(store: Store):
    await store.run(put(*(an_invoice(id=id) for id in range(1, 6)), an_order(retailer=a_uuid(7))))

    await store.run(delete(by_id(Invoice, 2), by_number("INV-4"), by_id(Order, 104)))

    page = await store.invoices("demo", InvoiceQuery(statuses=frozenset({Status.OPEN})))
    assert ([record.value.id for record in page.items], page.total) == ([1, 3, 5], 3)
    assert list(await store.miscounts("demo")) == []
    assert (await store.orders("demo", OrderQuery())).total == 0
    assert (await store.orders("demo", OrderQuery(organizations=frozenset({a_uuid(7)})))).total == 0


async def test_a_later_plan_of_the_batch_sees_nobody_and_may_take_the_name(store: Store):
    await store.run(put(an_invoice(number="A")))

    jobs = [add(35), delete(by_number("A")), add(35), put(an_invoice(id=36, number="A")), get(by_id(Invoice, 35))]
    answers = await asyncio.gather(*map(store.run, jobs), return_exceptions=True)

    assert [type(answer) for answer in answers] == [Invoice, type(None), InvoiceNotFound, type(None), list]
    assert answers[-1] == [None]
    assert (await found(store, by_number("A"))).id == 36
    assert [entry.version for entry in await store.history("demo", "invoice", 35)] == [1, 2, 3]


async def test_what_comes_and_goes_in_one_batch_leaves_its_history(store: Store):
    await asyncio.gather(store.run(put(an_invoice(), an_order())), store.run(delete(by_id(Invoice, 35))))

    assert await found(store, by_id(Invoice, 35)) is None
    assert [entry.version for entry in await store.history("demo", "invoice", 35)] == [1, 2]
    assert (await store.invoices("demo", InvoiceQuery())).total == 0
    assert list(await store.miscounts("demo")) == []
    assert await found(store, by_id(Order, 104)) == an_order()


async def test_a_refused_plan_deletes_nothing(store: Store):
    await store.run(put(an_invoice()))

    with pytest.raises(Refused):
        await store.run(delete(by_id(Invoice, 35), fail=Refused("no")))

    assert await found(store, by_id(Invoice, 35)) == an_invoice()
    await assert_whole(store)


async def test_the_id_of_what_is_deleted_is_never_used_again(store: Store):
    await store.run(put(an_invoice(), an_invoice(id=36)))
    await store.run(delete(by_id(Invoice, 35)))

    jobs = [add(36), put(an_invoice(number="another", uuid=a_uuid(1))), add(36)]
    answers = await asyncio.gather(*map(store.run, jobs), return_exceptions=True)

    assert [type(answer) for answer in answers] == [Invoice, StoreFailed, Invoice]
    assert await found(store, by_id(Invoice, 35)) is None


async def test_a_plan_that_deletes_is_not_read(store: Store):
    await store.run(put(an_invoice()))

    with pytest.raises(RuntimeError, match="has to be run"):
        await store.read(delete(by_id(Invoice, 35)))

    assert await found(store, by_id(Invoice, 35)) == an_invoice()


@pytest.fixture
async def nodes(postgres: Postgres) -> AsyncIterator[tuple[PostgresStore, PostgresStore]]:
    url = await postgres.empty_ledger()
    opened = await open_postgres(url), await open_postgres(url)
    yield opened
    for node in opened:
        await node.close()


async def test_what_one_node_deletes_another_does_not_change(nodes: tuple[PostgresStore, PostgresStore]):
    ids = range(1, 41)
    await nodes[0].run(put(*(an_invoice(id=id) for id in ids)))
    await asyncio.gather(*(nodes[1].run(add(id)) for id in ids))  # so that the other has them at hand

    deleting = [nodes[0].run(delete(by_id(Invoice, id))) for id in ids]
    adding = [nodes[1].run(add(id)) for id in reversed(ids) for _ in range(3)]
    answers = await asyncio.gather(*deleting, *adding, return_exceptions=True)

    assert answers[: len(ids)] == [None] * len(ids)
    added = [answer for answer in answers[len(ids) :] if isinstance(answer, Invoice)]
    refused = [answer for answer in answers[len(ids) :] if isinstance(answer, InvoiceNotFound)]
    assert len(added) + len(refused) == 3 * len(ids)
    entries = await walk(nodes[0].journal())
    assert len(entries) == 3 * len(ids) + len(added)
    assert all(list(breaks([entry for entry in entries if entry.id == id])) == [] for id in ids)
    assert (await nodes[1].invoices("demo", InvoiceQuery())).total == 0
    assert list(await nodes[1].miscounts("demo")) == []
