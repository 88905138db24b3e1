"""Two nodes on one database, each with batches of its own."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from billingua.core.errors import Refused
from billingua.core.invoice import Invoice
from billingua.engine.batch import Writes
from billingua.engine.kinds import by_number
from billingua.engine.plan import Decision, Job, Needs, Plan, by_id
from billingua.engine.ports import StoreFailed
from billingua.stores.postgres import PostgresStore, open_postgres, writer
from billingua.stores.postgres.connecting import Connection
from billingua.stores.postgres.writing import write
from tests.builders import a_workspace, an_invoice
from tests.postgres import Postgres
from tests.stores.plans import a_job, add, assert_whole, change, found, get, put, take
from tests.walking import walk


@pytest.fixture
async def url(postgres: Postgres) -> str:
    return await postgres.empty_ledger()


@pytest.fixture
async def nodes(url: str) -> AsyncIterator[tuple[PostgresStore, PostgresStore]]:
    nodes = (await open_postgres(url), await open_postgres(url))
    yield nodes
    for node in nodes:
        await node.close()


Nodes = tuple[PostgresStore, PostgresStore]


async def on_both(nodes: Nodes, *jobs: Job[Any]) -> list[Any]:
    """Run each job on the one node and the next on the other, all at once."""
    return await asyncio.gather(*(nodes[place % 2].run(job) for place, job in enumerate(jobs)), return_exceptions=True)


@pytest.mark.parametrize("invoices", [1, 3, 100])
async def test_two_nodes_change_the_same_invoices_and_lose_nothing(nodes: Nodes, invoices: int):
    await nodes[0].run(put(*(an_invoice(id=id) for id in range(1, invoices + 1))))

    answers = await on_both(nodes, *(add(1 + number % invoices) for number in range(600)))

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    total = sum([record.value.open_balance async for record in nodes[0].aggregates("demo", "invoice")])
    assert total == 100 * invoices + 600
    await assert_whole(nodes[1])


@pytest.mark.parametrize(("rivals", "races"), [(1, 1), (2, 2), (9, 3)])
async def test_a_batch_that_loses_races_is_run_again_until_it_keeps_others_out(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch, rivals: int, races: int
):
    one, other = nodes
    await one.run(put(an_invoice()))
    connection = await one._write_line.connection()
    rival_runs: list[asyncio.Task[Invoice]] = []

    async def let_a_rival_go_first(mine: Connection, writes: Writes) -> str:
        if mine is connection and len(rival_runs) < rivals:
            rival_runs.append(asyncio.create_task(other.run(add(35))))
            await asyncio.wait(rival_runs, timeout=0.1)
        return await write(mine, writes)

    monkeypatch.setattr(writer, "write", let_a_rival_go_first)
    answer = await one.run(add(35))

    assert answer.open_balance == 101 + races
    await asyncio.gather(*rival_runs)
    assert (await found(one, by_id(Invoice, 35))).open_balance == 101 + len(rival_runs)
    await assert_whole(one)


@pytest.mark.parametrize("error", [asyncpg.DeadlockDetectedError, asyncpg.SerializationError])
async def test_a_batch_that_the_database_ends_for_another_is_run_again(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
):
    await nodes[0].run(put(an_invoice()))
    errors = [error("crossed"), error("crossed")]

    async def cross(connection: Connection, writes: Writes) -> str:
        if errors:
            raise errors.pop()
        return await write(connection, writes)

    monkeypatch.setattr(writer, "write", cross)

    assert (await nodes[0].run(add(35))).open_balance == 101
    await assert_whole(nodes[1])


async def test_with_backends_killed_again_and_again_nothing_is_lost_and_nothing_done_twice(nodes: Nodes, url: str):
    await nodes[0].run(put(*(an_invoice(id=id, open_balance=Decimal(0)) for id in range(1, 6))))
    admin = await asyncpg.connect(url)
    a_backend = "SELECT pid FROM pg_stat_activity WHERE application_name = 'billingua' ORDER BY random() LIMIT 1"

    updating = asyncio.create_task(on_both(nodes, *(add(1 + number % 5) for number in range(3000))))
    for _ in range(15):
        await asyncio.wait([updating], timeout=0.05)
        await admin.execute(f"SELECT pg_terminate_backend(({a_backend}))")
    await updating

    assert {type(answer) for answer in updating.result()} == {Invoice}
    assert sum([record.value.open_balance async for record in nodes[0].aggregates("demo", "invoice")]) == 3000
    await assert_whole(nodes[1])
    await admin.close()


async def test_a_node_sees_what_another_wrote(nodes: Nodes):
    one, other = nodes
    await one.run(put(an_invoice()))
    await one.run(add(35))

    await other.run(change(35, terms="theirs", number="theirs"))
    mine = await one.run(change(35, description="mine"))
    theirs = await other.run(add(35))

    assert (mine.terms, mine.number) == ("theirs", "theirs")
    assert (theirs.terms, theirs.description) == ("theirs", "mine")
    assert (await one.read(get(by_number("theirs"))))[0].version == 5
    await assert_whole(one)


async def test_numbers_are_given_once_and_without_gaps(nodes: Nodes):
    jobs = [take("payment", "invoice", fail=Refused() if number % 5 == 4 else None) for number in range(300)]

    answers = await on_both(nodes, *jobs)

    taken = sorted(answer[1] for answer in answers if isinstance(answer, list))
    assert taken == list(range(1, 241))


async def test_of_two_that_take_one_number_the_second_hears_that_it_is_taken(nodes: Nodes):
    def create(id: int, number: str) -> Job[int]:
        def plan() -> Plan[int]:
            known = yield Needs([by_number(number)])
            if known.get(by_number(number)):
                raise Refused("taken")
            return Decision(id, saves=[an_invoice(id=id, number=number)])

        return a_job(plan)

    jobs = [create(1 + 2 * number + node, f"INV-{number}") for number in range(50) for node in (0, 1)]
    answers = await on_both(nodes, *jobs)

    assert sorted(type(answer).__name__ for answer in answers) == ["Refused"] * 50 + ["int"] * 50
    await assert_whole(nodes[0])


async def test_the_outbox_is_numbered_in_each_workspace_without_gaps(nodes: Nodes):
    for workspace in ("one", "two"):
        await nodes[0].run(put(a_workspace(), an_invoice(id=1), an_invoice(id=2), workspace=workspace))

    jobs = [
        change(1 + node, workspace=name, terms=str(n)) for n in range(50) for name in ("one", "two") for node in (0, 1)
    ]
    await on_both(nodes, *jobs)

    posted = await walk(nodes[1].outbox())
    assert [(post.workspace, post.sequence) for post in posted] == [
        (name, number) for name in ("one", "two") for number in range(1, 101)
    ]


async def test_whoever_follows_the_outbox_misses_nothing(nodes: Nodes):
    await nodes[0].run(put(an_invoice(id=1), an_invoice(id=2)))
    followed: list[int] = []

    async def follow() -> None:
        while len(followed) < 400:
            new = [post.sequence async for post in nodes[0].outbox() if post.sequence > max(followed, default=0)]
            followed.extend(new)

    following = asyncio.create_task(follow())
    await on_both(nodes, *(add(1 + number % 2) for number in range(400)))
    await following

    assert followed == list(range(1, 401))


async def test_erasing_among_the_writers_of_two_nodes_leaves_a_whole_state(nodes: Nodes):
    await nodes[0].run(put(*(an_invoice(id=id) for id in range(1, 21))))
    writers = [asyncio.create_task(nodes[number % 2].run(add(1 + number % 20))) for number in range(600)]
    await asyncio.sleep(0.02)

    await nodes[0].erase()
    await asyncio.gather(*writers, return_exceptions=True)

    await assert_whole(nodes[1])


async def test_a_writer_does_not_wait_for_ever(nodes: Nodes, url: str):
    await nodes[0].run(put(an_invoice()))
    store = PostgresStore(f"{url}&lock_timeout=100ms")
    other = await asyncpg.connect(url)
    async with other.transaction():
        await other.execute("LOCK TABLE invoice IN SHARE ROW EXCLUSIVE MODE")
        answers = await asyncio.gather(*(store.run(add(35)) for _ in range(3)), return_exceptions=True)

    assert [type(answer) for answer in answers] == [StoreFailed] * 3
    assert (await store.run(add(35))).open_balance == 101
    await other.close()
    await store.close()


async def test_who_reads_waits_for_no_writer(nodes: Nodes, url: str):
    await nodes[0].run(put(an_invoice()))
    other = await asyncpg.connect(url)
    async with other.transaction():
        await other.execute("LOCK TABLE invoice, invoice_body, lookup, history, outbox IN SHARE ROW EXCLUSIVE MODE")
        writing = asyncio.create_task(nodes[0].run(add(35)))
        await asyncio.sleep(0.05)

        assert (await found(nodes[0], by_id(Invoice, 35))).open_balance == 100
        assert len(await nodes[0].find(by_number("INV-35"))) == 1
        assert len(await walk(nodes[0].aggregates("demo", "invoice"))) == 1
        assert not writing.done()

    assert (await writing).open_balance == 101
    await other.close()
