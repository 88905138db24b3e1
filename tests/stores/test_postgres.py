"""What the PostgreSQL store promises beyond what every store does."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.access import Credential
from billingua.core.invoice import Invoice
from billingua.engine.journal import Break, breaks
from billingua.engine.plan import by_id
from billingua.engine.ports import StoreFailed
from billingua.stores.postgres import DatabaseTooOld, PostgresStore, check, migrate, open_postgres, schema
from billingua.stores.postgres.connecting import _one_for_each_host, place_of
from billingua.stores.postgres.texts import from_database, to_database
from billingua.stores.statements import DatabaseTooNew, migrations
from tests.builders import a_credential, a_workspace, an_invoice
from tests.postgres import Postgres
from tests.stores.plans import add, assert_whole, found, get, put, take
from tests.stores.test_saving import ONE_OF_EACH
from tests.walking import walk


@pytest.fixture
async def url(postgres: Postgres) -> str:
    return await postgres.empty_ledger()


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresStore]:
    store = await open_postgres(url)
    yield store
    await store.close()


async def ask(url: str, sql: str, *values: object) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(sql, *values)]
    finally:
        await connection.close()


async def test_a_ledger_that_is_opened_again_holds_everything(store: PostgresStore, url: str):
    await store.run(put(*ONE_OF_EACH))
    await store.run(add(35))
    await store.run(take("invoice"))
    journal, outbox = await walk(store.journal()), await walk(store.outbox())
    await store.close()

    again = await open_postgres(url)

    for aggregate in ONE_OF_EACH:
        if not isinstance(aggregate, Invoice):
            assert await found(again, by_id(type(aggregate), aggregate.id)) == aggregate
    assert (await walk(again.journal()), await walk(again.outbox())) == (journal, outbox)
    assert (await again.run(add(35))).open_balance == 102
    assert await again.run(take("invoice")) == [2]
    await assert_whole(again)
    await again.close()


async def test_a_closed_store_says_so_and_leaves_no_connection(store: PostgresStore, url: str):
    await store.run(put(a_credential()))
    await walk(store.journal())
    await store.workspaces()
    await store.close()
    await store.close()

    for asking in (
        lambda: store.run(add(35)),
        lambda: store.read(get(by_id(Credential, 1))),
        lambda: store.find(by_id(Credential, 1)),
        store.workspaces,
        lambda: store.history("demo", "invoice", 35),
        store.erase,
    ):
        with pytest.raises(StoreFailed, match="closed"):
            await asking()
    assert await ask(url, "SELECT 1 FROM pg_stat_activity WHERE application_name = 'billingua'") == []


async def test_every_commit_waits_for_the_disk(postgres: Postgres, url: str):
    await postgres.execute("ALTER DATABASE made_1 SET synchronous_commit = off")
    store = PostgresStore(url)

    connection = await store._write_line.connection()

    assert await connection.fetchval("SHOW synchronous_commit") == "on"
    await store.close()
    await postgres.execute("ALTER DATABASE made_1 RESET synchronous_commit")


async def test_what_the_url_says_of_settings_wins(url: str):
    store = PostgresStore(f"{url}&synchronous_commit=remote_apply&application_name=mine")

    connection = await store._write_line.connection()

    assert await connection.fetchval("SHOW synchronous_commit") == "remote_apply"
    assert await connection.fetchval("SHOW application_name") == "mine"
    await store.close()


async def test_what_is_found_at_once_does_not_wait_for_lists(store: PostgresStore):
    await store.run(put(a_workspace(), an_invoice()))
    over = asyncio.Event()

    async def take_long(_: object) -> None:
        await over.wait()

    lists = [asyncio.create_task(store._lists.use(take_long)) for _ in range(5)]
    await asyncio.sleep(0)
    assert store._lists._free.empty()

    assert await store.workspaces() == ["demo"]
    assert len(await store.history("demo", "invoice", 35)) == 1
    assert await store.file("demo", UUID(int=1)) is None

    over.set()
    await asyncio.gather(*lists)


async def test_commits_that_do_not_wait_for_the_disk_are_refused_if_nobody_asked_for_them(url: str):
    unasked = PostgresStore(url)
    # As if something on the way had left out what the node sets.
    unasked._write_line._settings = {"synchronous_commit": "off"}
    with pytest.raises(StoreFailed, match="synchronous_commit is off"):
        await unasked.run(put(an_invoice()))
    assert await unasked.workspaces() == []
    await unasked.close()


async def test_settings_that_may_lose_commits_are_warned_of(url: str, caplog: pytest.LogCaptureFixture):
    asked = PostgresStore(f"{url}&synchronous_commit=off")
    with caplog.at_level(logging.WARNING):
        await asked.run(put(an_invoice()))
    assert {record.getMessage().partition(" is off")[0] for record in caplog.records} == {
        "fsync",
        "full_page_writes",
        "synchronous_commit",
    }
    await asked.close()


async def test_a_setting_is_not_taken_for_another_one_whose_name_ends_like_it(url: str):
    store = PostgresStore(f"{url}&deadlock_timeout=2s")

    connection = await store._write_line.connection()

    assert await connection.fetchval("SHOW deadlock_timeout") == "2s"
    assert await connection.fetchval("SHOW lock_timeout") == "10s"
    await store.close()


async def test_every_key_begins_with_the_workspace(url: str):
    keys = await ask(
        url,
        """
        SELECT indrelid::regclass::text, indexrelid::regclass::text,
            (SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid AND attnum = indkey[0])
        FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
        WHERE indisunique AND relnamespace = 'public'::regnamespace
        """,
    )
    tables = await ask(
        url, "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )

    assert {table for table, _, _ in keys} == {table for (table,) in tables}
    assert [key for key in keys if key[2] != "workspace"] == [("migration", "migration_pkey", "number")]


async def test_the_statements_that_distribute_the_tables_name_each_of_them(url: str):
    guide = Path(__file__).parents[2] / "docs" / "scaling.md"
    distributed = re.findall(r"create_distributed_table\('(\w+)', 'workspace'", guide.read_text("utf-8"))
    tables = await ask(
        url, "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )

    assert sorted([*distributed, "migration"]) == sorted(table for (table,) in tables)


async def test_no_sequence_and_no_foreign_key_stands_in_the_way_of_many_nodes(url: str):
    assert await ask(url, "SELECT relname::text FROM pg_class WHERE relkind = 'S'") == []
    assert await ask(url, "SELECT conname::text FROM pg_constraint WHERE contype = 'f'") == []


async def test_an_empty_database_gets_its_tables(postgres: Postgres):
    url = await postgres.new_database()

    first, second = await asyncio.gather(open_postgres(url), open_postgres(url))

    await first.run(put(a_workspace()))
    assert list(await second.workspaces()) == ["demo"]
    assert await migrate(url) == []
    for store in (first, second):
        await store.close()


async def test_a_database_of_a_newer_program_is_not_opened(postgres: Postgres):
    url = await postgres.new_database()
    await migrate(url)
    await ask(url, "INSERT INTO migration (number, name) VALUES (99, 'tomorrow')")

    for opening in (open_postgres, check, migrate):
        with pytest.raises(DatabaseTooNew, match=r"has schema 99, and this program knows schemas up to \d+: upgrade"):
            await opening(url)


async def test_a_database_of_an_older_program_is_not_opened_until_it_is_migrated(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
):
    url = await postgres.new_database()
    await migrate(url)
    number = len(schema._MIGRATIONS) + 1
    later = schema.Migration(number, "later", "CREATE TABLE later (workspace text PRIMARY KEY)")
    monkeypatch.setattr(schema, "_MIGRATIONS", [*schema._MIGRATIONS, later])
    monkeypatch.setattr(schema, "_KNOWN", number)

    with pytest.raises(DatabaseTooOld, match="run `billingua migrate`"):
        await open_postgres(url)

    assert await migrate(url) == [later]
    await (await open_postgres(url)).close()


async def test_a_migration_that_fails_leaves_nothing(postgres: Postgres, monkeypatch: pytest.MonkeyPatch):
    url = await postgres.new_database()
    bad = schema.Migration(2, "bad", "CREATE TABLE half (workspace text PRIMARY KEY); SELECT 1 / 0")
    monkeypatch.setattr(schema, "_MIGRATIONS", [schema._MIGRATIONS[0], bad])

    with pytest.raises(StoreFailed, match="division by zero"):
        await migrate(url)

    assert await ask(url, "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace") == []


def test_migrations_are_numbered_without_gaps():
    numbers = [migration.number for migration in migrations("billingua.stores.postgres")]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_what_is_no_database_is_not_opened(postgres: Postgres):
    with pytest.raises(StoreFailed, match='"nowhere" does not exist'):
        await open_postgres(postgres.url("nowhere"))


def test_a_database_is_named_without_its_password():
    assert place_of("postgresql://ida:secret@one:5432,two/ledger?sslmode=require") == "one:5432,two/ledger"


@pytest.mark.parametrize(
    ("url", "urls"),
    [
        ("postgresql://one/ledger", ["postgresql://one/ledger"]),
        (
            "postgresql://ida:a,b@one:5432,[::1]:5433/ledger?sslmode=require",
            [f"postgresql://ida:a,b@{host}/ledger?sslmode=require" for host in ("one:5432", "[::1]:5433")],
        ),
        ("postgresql:///ledger?host=/one,/two", ["postgresql:///ledger?host=/one", "postgresql:///ledger?host=/two"]),
        (
            "postgresql:///ledger?host=one,two&port=5432,5433&user=ida",
            [f"postgresql:///ledger?host={place}&user=ida" for place in ("one&port=5432", "two&port=5433")],
        ),
        (
            "postgresql:///ledger?host=one%2Ctwo&port=5433",
            [f"postgresql:///ledger?host={host}&port=5433" for host in ("one", "two")],
        ),
        # The driver says what is wrong with it.
        ("postgresql:///ledger?host=one,two&port=1,2,3", ["postgresql:///ledger?host=one,two&port=1,2,3"]),
    ],
)
def test_each_host_of_a_url_is_tried_by_itself(url: str, urls: list[str]):
    assert _one_for_each_host(url) == urls


async def test_a_store_works_whatever_it_keeps_at_hand(url: str):
    store = PostgresStore(url, cache_size=2)
    await store.run(put(*(an_invoice(id=id) for id in range(1, 9))))

    await asyncio.gather(*(store.run(add(1 + number % 8)) for number in range(80)))

    assert {record.value.open_balance async for record in store.aggregates("demo", "invoice")} == {110}
    await assert_whole(store)
    await store.close()


@pytest.mark.parametrize("id", [0, -1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30])
async def test_an_id_of_any_size_may_be_asked_for(store: PostgresStore, id: int):
    assert await found(store, by_id(Invoice, id)) is None
    assert list(await store.find(by_id(Invoice, id))) == []


async def test_of_many_readers_one_that_saves_fails_alone(store: PostgresStore):
    await store.run(put(an_invoice()))

    asked = [store.read(get(by_id(Invoice, 35))), store.read(add(35)), store.read(get(by_id(Invoice, 35)))]
    answers = await asyncio.gather(*asked, return_exceptions=True)

    assert [type(answer) for answer in answers] == [list, RuntimeError, list]
    assert (await found(store, by_id(Invoice, 35))).open_balance == 100


async def test_a_row_that_cannot_be_read_fails_who_asks_for_it_alone(store: PostgresStore, url: str):
    await store.run(put(an_invoice(id=1), an_invoice(id=2)))
    await store.close()
    await ask(url, "UPDATE invoice_body SET body = '{\"v\":99}' WHERE id = 1")
    again = PostgresStore(url)

    answers = await asyncio.gather(
        again.run(add(1)),
        again.run(add(2)),
        again.read(add(1)),
        again.read(get(by_id(Invoice, 2))),
        return_exceptions=True,
    )

    assert [type(answer) for answer in answers] == [StoreFailed, Invoice, StoreFailed, list]
    await again.close()


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE history SET body = '{}' WHERE version = 2", (2, "the entry is not the one that was sealed")),
        ("DELETE FROM history WHERE version = 2", (3, "entry 2 is missing")),
    ],
    ids=["rewritten", "removed"],
)
async def test_tampering_with_history_is_found(store: PostgresStore, url: str, sql: str, why: tuple[int, str]):
    await store.run(put(an_invoice()))
    await store.run(add(35))
    await store.run(add(35))

    await ask(url, sql)

    found = list(breaks(await store.history("demo", "invoice", 35)))
    assert found[0] == Break("demo", "invoice", 35, *why)


TEXTS = st.text(st.characters(codec="utf-8")) | st.text(st.sampled_from("\x00\x01\x02\x03a"))


@given(TEXTS)
def test_any_text_can_be_kept_and_comes_back(text: str):
    assert "\x00" not in to_database(text)
    assert from_database(to_database(text)) == text


@given(st.lists(TEXTS, max_size=6))
def test_texts_keep_their_order(texts: list[str]):
    assert sorted(texts) == [from_database(text) for text in sorted(map(to_database, texts))]


@given(TEXTS, TEXTS, TEXTS)
def test_a_text_is_part_of_another_as_before(before: str, text: str, after: str):
    assert to_database(text) in to_database(before + text + after)
    assert (to_database(text) in to_database(before)) is (text in before)
