"""What is SQLite's alone: one file, other processes, tampering."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from billingua.core.access import Credential
from billingua.core.invoice import Invoice
from billingua.engine.journal import Break, breaks
from billingua.engine.kinds import by_number
from billingua.engine.plan import Record, by_id
from billingua.engine.ports import StoreFailed
from billingua.stores.recent import Recent
from billingua.stores.sqlite import connections, migrate, open_sqlite
from billingua.stores.sqlite.store import SqliteStore
from billingua.stores.statements import DatabaseTooNew, DatabaseTooOld, Migration, migrations
from tests.builders import a_credential, an_invoice
from tests.stores.plans import add, assert_whole, change, found, get, put, take
from tests.stores.test_saving import ONE_OF_EACH
from tests.walking import walk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a ledger, 100% odd?#.sqlite"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(path)
    yield store
    await store.close()


def tamper(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(sql, values).rowcount == 1


async def test_a_ledger_that_is_opened_again_holds_everything(store: SqliteStore, path: Path):
    await store.run(put(*ONE_OF_EACH))
    await store.run(add(35))
    await store.run(take("invoice"))
    journal, outbox = await walk(store.journal()), await walk(store.outbox())
    await store.close()

    again = open_sqlite(path)

    for aggregate in ONE_OF_EACH:
        if not isinstance(aggregate, Invoice):
            assert await found(again, by_id(type(aggregate), aggregate.id)) == aggregate
    assert (await walk(again.journal()), await walk(again.outbox())) == (journal, outbox)
    assert (await again.run(add(35))).open_balance == 102
    assert await again.run(take("invoice")) == [2]
    await assert_whole(again)
    await again.close()


async def test_closing_leaves_one_file_and_may_be_done_twice(store: SqliteStore, path: Path):
    await store.run(put(an_invoice()))

    await store.close()
    await store.close()

    assert list(path.parent.iterdir()) == [path]


async def test_every_commit_waits_for_the_disk(store: SqliteStore):
    connection = store._writer._connection
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


async def test_a_database_of_a_newer_program_is_not_opened(store: SqliteStore, path: Path):
    await store.close()
    tamper(path, "INSERT INTO migration (number, name) VALUES (99, 'tomorrow')")

    with pytest.raises(DatabaseTooNew, match=r"has schema 99, and this program knows schemas up to \d+: upgrade"):
        open_sqlite(path)


def test_what_is_no_database_is_not_opened(path: Path):
    path.write_bytes(b"This is a letter. " * 100)

    with pytest.raises(sqlite3.DatabaseError):
        open_sqlite(path)


def test_migrations_are_numbered_without_gaps():
    numbers = [migration.number for migration in migrations("billingua.stores.sqlite")]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_an_older_database_is_not_opened_until_it_is_migrated(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
):
    await store.run(put(an_invoice()))
    await store.close()
    number = len(connections._MIGRATIONS) + 1
    newer = Migration(number, "notes", "CREATE TABLE note (id INTEGER);\nINSERT INTO note (id) VALUES (1);")
    monkeypatch.setattr(connections, "_MIGRATIONS", [*connections._MIGRATIONS, newer])

    with pytest.raises(DatabaseTooOld, match=rf"has schema {number - 1}, .* schema {number}: run `billingua migrate`"):
        open_sqlite(path)
    assert [list(migrate(path)) for _ in range(2)] == [[newer], []]
    again = open_sqlite(path)
    assert await found(again, by_id(Invoice, 35)) == an_invoice()
    await again.close()

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id FROM note").fetchall() == [(1,)]
        assert connection.execute("SELECT max(number) FROM migration").fetchall() == [(number,)]


def test_a_migration_that_fails_leaves_the_database_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch):
    broken = Migration(
        len(connections._MIGRATIONS) + 1, "broken", "CREATE TABLE note (id INTEGER);\nCREATE TABLE note (id INTEGER);"
    )
    monkeypatch.setattr(connections, "_MIGRATIONS", [*connections._MIGRATIONS, broken])

    with pytest.raises(sqlite3.OperationalError, match="note already exists"):
        open_sqlite(path)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []


async def test_a_writer_whose_file_another_program_has_migrated_writes_nothing_more(store: SqliteStore, path: Path):
    await store.run(put(an_invoice()))
    tamper(path, "INSERT INTO migration (number, name) VALUES (99, 'tomorrow')")

    for _ in range(2):
        with pytest.raises(StoreFailed, match="another program has migrated the file: restart"):
            await store.run(add(35))
    with pytest.raises(StoreFailed, match="restart"):
        await store.erase()

    assert (await found(store, by_id(Invoice, 35))).open_balance == 100
    assert len(await store.history("demo", "invoice", 35)) == 1


def test_a_new_database_may_be_opened_by_many_at_once(path: Path):
    with ThreadPoolExecutor(8) as threads:
        for connection in threads.map(connections.connect_to_write, [path] * 8):
            connection.close()


async def test_what_another_process_wrote_is_seen(store: SqliteStore, path: Path):
    await store.run(put(an_invoice()))
    await store.run(add(35))
    other = open_sqlite(path)

    await other.run(change(35, terms="theirs", number="theirs"))
    mine = await store.run(change(35, description="mine"))
    theirs = await other.run(add(35))

    assert (mine.terms, mine.number) == ("theirs", "theirs")
    assert (theirs.terms, theirs.description) == ("theirs", "mine")
    assert (await store.run(get(by_number("theirs"))))[0].version == 5
    await assert_whole(store)
    await other.close()


async def test_many_writers_of_two_processes_lose_nothing(store: SqliteStore, path: Path):
    await store.run(put(an_invoice()))
    other = open_sqlite(path)

    await asyncio.gather(*(each.run(add(35)) for each in (store, other) for _ in range(100)))

    assert (await found(store, by_id(Invoice, 35))).open_balance == 300
    await assert_whole(store)
    await other.close()


async def test_a_writer_waits_for_another_process_without_holding_up_the_loop(store: SqliteStore, path: Path):
    await store.run(put(an_invoice()))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(store.run(add(35)))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        assert await found(store, by_id(Invoice, 35)) is not None
        other.execute("COMMIT")

    assert (await waiting).open_balance == 101


async def test_a_writer_does_not_wait_for_ever(path: Path):
    store = SqliteStore(path, busy_timeout_seconds=0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answers = await asyncio.gather(*(store.run(take("invoice")) for _ in range(3)), return_exceptions=True)
        other.execute("COMMIT")

    assert [type(answer) for answer in answers] == [StoreFailed] * 3
    assert await store.run(take("invoice")) == [1]
    await store.close()


async def test_a_ledger_works_whatever_it_keeps_at_hand(path: Path):
    store = open_sqlite(path, cache_size=2)
    await store.run(put(*(an_invoice(id=id) for id in range(1, 9))))

    await asyncio.gather(*(store.run(add(1 + number % 8)) for number in range(80)))

    assert {record.value.open_balance async for record in store.aggregates("demo", "invoice")} == {110}
    await assert_whole(store)
    await store.close()


async def test_a_batch_reads_all_its_invoices_in_one_statement(path: Path):
    store = open_sqlite(path)
    await store.run(put(*(an_invoice(id=id) for id in range(1, 9))))
    await store.close()
    again, asked = open_sqlite(path), list[str]()
    again._writer._connection.set_trace_callback(asked.append)

    await asyncio.gather(*(again.run(add(id)) for id in range(1, 9)))

    assert len([sql for sql in asked if "invoice_body" in sql]) == 1
    await again.close()


def test_what_was_used_longest_ago_is_let_go():
    recent = Recent(2)
    for id in (1, 2):
        recent.put(("demo", "invoice", id), Record(an_invoice(id=id), 1, b""))
    recent.get(("demo", "invoice", 1))
    recent.put(("demo", "invoice", 3), Record(an_invoice(id=3), 1, b""))

    assert [recent.get(("demo", "invoice", id)) is not None for id in (1, 2, 3)] == [True, False, True]


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        (
            "UPDATE history SET body = replace(CAST(body AS TEXT), '101', '999') WHERE id = 35 AND version = 2",
            (2, "the entry is not the one that was sealed"),
        ),
        (
            "UPDATE history SET hash = zeroblob(32) WHERE id = 35 AND version = 2",
            (2, "the entry is not the one that was sealed"),
        ),
        ("UPDATE history SET version = 9 WHERE id = 35 AND version = 3", (9, "entry 3 is missing")),
        ("DELETE FROM history WHERE id = 35 AND version = 2", (3, "entry 2 is missing")),
    ],
    ids=["rewritten", "sealed anew", "renumbered", "removed"],
)
async def test_tampering_with_history_is_found(store: SqliteStore, path: Path, sql: str, why: tuple[int, str]):
    await store.run(put(an_invoice()))
    await store.run(add(35))
    await store.run(add(35))

    tamper(path, sql)

    found = list(breaks(await store.history("demo", "invoice", 35)))
    assert found[0] == Break("demo", "invoice", 35, *why)


async def test_a_row_that_cannot_be_read_fails_who_asks_for_it_alone(store: SqliteStore, path: Path):
    await store.run(put(an_invoice(id=1), an_invoice(id=2)))
    tamper(path, "UPDATE invoice_body SET body = '{\"v\":99}' WHERE id = 1")

    answers = await asyncio.gather(store.run(add(1)), store.run(add(2)), return_exceptions=True)

    assert isinstance(answers[0], StoreFailed)
    assert answers[1].open_balance == 101


async def test_a_lost_database_is_told_to_those_who_read(store: SqliteStore):
    await store.run(put(a_credential()))
    await store.close()

    for asking in (
        lambda: store.read(get(by_id(Credential, 1))),
        lambda: store.find(by_id(Credential, 1)),
        store.workspaces,
        lambda: store.history("demo", "invoice", 35),
        store.erase,
    ):
        with pytest.raises(StoreFailed):
            await asking()
