"""Whatever is lost on the way to the database, everybody is told the truth, and nothing half-done is seen."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from billingua.core.events import InvoiceEdited
from billingua.core.invoice import Invoice
from billingua.engine.plan import Decision, Needs, Plan, by_id
from billingua.engine.ports import OutcomeUnknown, StoreFailed
from billingua.stores.postgres import PostgresStore, connections, writer
from billingua.stores.postgres.connecting import connect
from tests.builders import an_invoice
from tests.postgres import Postgres
from tests.stores.neighbours import (
    JOBS,
    WITH_TROUBLE,
    Jobs,
    assert_that_answers_are_true,
    failed,
    run_all,
    settle,
)
from tests.stores.plans import a_job, add, assert_whole, found, put, take
from tests.stores.road import Road
from tests.walking import walk


@pytest.fixture
async def url(postgres: Postgres) -> str:
    return await postgres.empty_ledger()


@pytest.fixture
async def road(tmp_path: Path, url: str) -> AsyncIterator[Road]:
    async with Road(tmp_path, url) as road:
        yield road


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let lost connections be made anew at once: there are many to lose."""
    monkeypatch.setattr(connections, "_FIRST_WAIT_SECONDS", 0.001)


@pytest.fixture
async def store(road: Road) -> AsyncIterator[PostgresStore]:
    store = PostgresStore(road.url, patience_seconds=5)
    await settle(store)
    yield store
    road.heal()
    await store.close()


@pytest.mark.parametrize(
    ("how", "jobs", "times"),
    [
        ("before", JOBS, 1),
        ("before", JOBS, 3),
        ("after", JOBS, 1),
        ("after", JOBS, 3),
        ("after", WITH_TROUBLE, 1),
    ],
    ids=["before", "before, three times", "after", "after, three times", "after, with trouble"],
)
@pytest.mark.usefixtures("in_a_hurry")
async def test_each_message_in_turn_is_lost_and_everything_is_done_once(
    postgres: Postgres, road: Road, how: str, jobs: Jobs, times: int
):
    for message in count():
        await postgres.empty_ledger()
        store = PostgresStore(road.url)
        await settle(store)
        road.break_at(skipped=message, times=times, how=how)

        told = await run_all(store, jobs)

        was_met = road.was_met()
        road.heal()
        assert not failed(told), f"message {message}"
        await assert_that_answers_are_true(store, told)
        await store.close()
        if not was_met:
            assert message >= 6
            return


@pytest.mark.parametrize("how", ["before", "after"])
@pytest.mark.usefixtures("in_a_hurry")
async def test_with_each_message_in_turn_the_database_goes_away(postgres: Postgres, road: Road, how: str):
    for message in count():
        await postgres.empty_ledger()
        store = PostgresStore(road.url, patience_seconds=0.1)
        await settle(store)
        road.break_at(skipped=message, how=how, closes=True)

        told = await run_all(store)

        if not road.was_met():
            await store.close()
            return
        assert failed(told), f"message {message}"
        road.heal()
        await road.open()
        await assert_that_answers_are_true(store, told)
        await store.close()


class Fault:
    """Makes statements fail in the database: one that comes after so many others, and those after it, so many times."""

    def __init__(self) -> None:
        self.heal()

    def heal(self) -> None:
        self.arm(times=0)

    def arm(self, *, skipped: int = 0, times: int = 1) -> None:
        self.skipped, self.times, self.statements = skipped, times, list[str]()

    def was_met(self) -> bool:
        return len(self.statements) > self.skipped

    def around(self, ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """Let a statement, asked for in this way, be one that fails if it is its turn."""

        async def ask_or_fail(connection: Any, sql: str, *values: Any, **options: Any) -> Any:
            self.statements.append(sql)
            if self.skipped < len(self.statements) <= self.skipped + self.times:
                return await ask(connection, "SELECT 1 / 0")
            return await ask(connection, sql, *values, **options)

        return ask_or_fail


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fault]:
    fault = Fault()
    for name in ("execute", "fetch", "fetchval"):
        monkeypatch.setattr(asyncpg.Connection, name, fault.around(getattr(asyncpg.Connection, name)))
    yield fault
    fault.heal()


@pytest.mark.parametrize(
    ("jobs", "times"),
    [(JOBS, 1), (JOBS, 2), (JOBS, 1000), (WITH_TROUBLE, 1)],
    ids=["once", "twice", "from then on", "with trouble"],
)
async def test_each_statement_in_turn_fails(postgres: Postgres, url: str, fault: Fault, jobs: Jobs, times: int):
    for statement in count():
        await postgres.empty_ledger()
        store = PostgresStore(url)
        await settle(store)
        fault.arm(skipped=statement, times=times)

        told = await run_all(store, jobs)

        was_met = fault.was_met()
        fault.heal()
        await assert_that_answers_are_true(store, told)
        await store.close()
        if not was_met:
            assert statement >= 6
            return


@pytest.mark.parametrize("how", ["before", "after"])
async def test_a_commit_whose_answer_is_lost_is_neither_lost_nor_done_twice(store: PostgresStore, road: Road, how: str):
    road.break_at(b"COMMIT", how=how)

    assert (await store.run(add(1))).open_balance == 101

    assert len(await store.history("demo", "invoice", 1)) == 2
    assert len(await walk(store.outbox())) == 1
    await assert_whole(store)


async def test_an_answer_to_a_commit_that_cannot_be_read_is_as_good_as_lost(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
):
    execute, commits = asyncpg.Connection.execute, list[str]()

    async def misread(connection: Any, sql: str, *values: Any) -> str:
        done = await execute(connection, sql, *values)
        if sql == "COMMIT" and not commits:
            commits.append(done)
            raise asyncpg.InternalClientError("got result for unknown protocol state")
        return done

    monkeypatch.setattr(asyncpg.Connection, "execute", misread)
    assert (await store.run(add(1))).open_balance == 101

    assert commits == ["COMMIT"]
    assert len(await store.history("demo", "invoice", 1)) == 2
    await assert_whole(store)


async def test_a_lost_commit_is_not_taken_for_the_same_change_of_another_node(
    store: PostgresStore, road: Road, url: str
):
    other = PostgresStore(url)
    road.break_at(b"COMMIT", how="before")
    road.close()

    mine = asyncio.create_task(store.run(add(1)))
    await asyncio.sleep(0.1)
    await other.run(add(1))
    await road.open()

    assert (await mine).open_balance == 102
    await assert_whole(store)
    await other.close()


async def test_while_a_lost_transaction_is_still_open_nobody_says_that_it_failed(store: PostgresStore, road: Road):
    road.break_at(b"COMMIT", how="unnoticed")

    waiting = asyncio.create_task(store.run(add(1)))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    road.noticed.set()

    assert (await waiting).open_balance == 101
    await assert_whole(store)


async def test_a_lost_transaction_that_does_not_end_is_not_known(
    store: PostgresStore, road: Road, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writer, "_SETTLING_SECONDS", 0.2)
    road.break_at(b"COMMIT", how="unnoticed")

    with pytest.raises(OutcomeUnknown, match="not known whether anything was committed"):
        await store.run(add(1))

    road.noticed.set()
    assert (await store.run(add(1))).open_balance == 101
    await assert_whole(store)


async def test_if_the_database_stays_away_after_a_commit_nobody_knows_of_it(road: Road, url: str):
    store = PostgresStore(road.url, patience_seconds=0.2)
    await store.run(put(an_invoice(id=1)))

    road.break_at(b"COMMIT", how="after")
    road.close()
    with pytest.raises(OutcomeUnknown, match="not known whether anything was committed"):
        await store.run(add(1))

    await road.open()
    assert (await found(store, by_id(Invoice, 1))).open_balance == 101
    await store.close()


async def test_of_a_lost_commit_without_history_nobody_knows(store: PostgresStore, road: Road):
    def post() -> Plan[None]:
        yield Needs()
        return Decision(None, events=[InvoiceEdited(1, "A")])

    for job in (a_job(post), take("invoice")):
        road.break_at(b"COMMIT", how="after")
        with pytest.raises(OutcomeUnknown, match="not known"):
            await store.run(job)


async def test_a_database_that_stays_away_is_told_to_all(road: Road):
    road.close()
    store = PostgresStore(road.url, patience_seconds=0.2)

    answers = await asyncio.gather(
        store.run(add(1)),
        store.run(add(2)),
        store.read(add(1)),
        store.find(by_id(Invoice, 1)),
        store.workspaces(),
        store.erase(),
        walk(store.journal()),
        return_exceptions=True,
    )

    assert {type(answer) for answer in answers} == {StoreFailed}
    await store.close()


async def test_who_reads_hears_nothing_of_a_lost_connection(store: PostgresStore, road: Road):
    for text in (b"BEGIN", b"Bind", b""):
        road.break_at(text, how="after")
        assert (await found(store, by_id(Invoice, 1))).number == "A"
        road.break_at(text, how="before")
        assert [workspace for workspace, _ in await store.find(by_id(Invoice, 1))] == ["demo"]
        road.break_at(text, how="after")
        assert len(await store.history("demo", "invoice", 1)) == 1


async def test_a_backend_that_is_killed_in_the_middle_of_a_batch_is_replaced(
    store: PostgresStore, postgres: Postgres, url: str
):
    other = await asyncpg.connect(url)
    held = other.transaction()
    await held.start()
    await other.execute("SELECT 1 FROM invoice WHERE id = 1 FOR UPDATE")
    waiting = [asyncio.create_task(store.run(job)) for job in (add(1), add(2), add(1))]
    await asyncio.sleep(0.2)

    killed = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    assert len(await other.fetch(killed)) == 1
    await held.rollback()
    await other.close()

    assert [answer.open_balance for answer in await asyncio.gather(*waiting)] == [101, 101, 102]
    await assert_whole(store)


async def test_a_server_that_is_gone_without_a_word_is_noticed(road: Road):
    connection = await connect(await road.open_tcp())

    end: socket.socket = connection._transport.get_extra_info("socket")

    assert end.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()


async def test_a_second_host_takes_over(postgres: Postgres, url: str, tmp_path: Path):
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
    async with Road(folders[0], url) as first, Road(folders[1], url):
        database = url.partition("?")[0]
        hosts = ",".join(str(folder) for folder in folders)
        store = PostgresStore(f"{database}?host={hosts}&target_session_attrs=read-write", patience_seconds=5)
        await store.run(put(an_invoice(id=1)))

        first.close()
        first.break_at(b"COMMIT", how="after")

        assert (await store.run(add(1))).open_balance == 101
        await assert_whole(store)
        await store.close()
