"""Parties and items are found by their codes, in older databases too."""

import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from billingua.engine.kinds import by_item_code, by_party_code
from billingua.engine.ports import Store
from billingua.stores.postgres import migrate, open_postgres, schema
from billingua.stores.sqlite import connections, open_sqlite
from tests.builders import a_party, an_item
from tests.postgres import Postgres
from tests.stores.plans import assert_whole, found, put

CODED = [a_party(id=10, code="C-310"), a_party(id=11), an_item(id=6, code='Ö "1"\\'), an_item(id=7)]
TWIN = a_party(id=12, code="C-310")
KEPT = ("aggregate", "lookup", "counter", "history", "outbox")
NEW_NAMES = "DELETE FROM lookup WHERE name = 'code'"


async def assert_found(store: Store) -> None:
    assert (await found(store, by_party_code("C-310"))).id == 10
    assert (await found(store, by_item_code('Ö "1"\\'))).id == 6


async def test_whoever_has_a_code_is_found_by_it(store: Store):
    await store.run(put(*CODED))

    await assert_found(store)
    await assert_whole(store)


async def test_in_an_older_file_the_first_with_a_code_is_found_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for some in ([TWIN], CODED):
        store = open_sqlite(tmp_path / "new.sqlite")
        await store.run(put(*some))
        await store.close()
        with closing(sqlite3.connect(tmp_path / "new.sqlite")) as new, new:
            new.execute(NEW_NAMES)
    with monkeypatch.context() as older, closing(sqlite3.connect(tmp_path / "old.sqlite")) as old, old:
        older.setattr(connections, "_MIGRATIONS", [one for one in connections._MIGRATIONS if one.number < 6])
        connections.connect_to_write(tmp_path / "old.sqlite").close()
        old.execute("ATTACH ? AS new", (str(tmp_path / "new.sqlite"),))
        for table in KEPT:
            old.execute(f"INSERT INTO {table} SELECT * FROM new.{table}")

    connections.migrate(tmp_path / "old.sqlite")

    again = open_sqlite(tmp_path / "old.sqlite")
    await assert_found(again)
    await again.close()


async def test_in_an_older_postgres_database_the_first_with_a_code_is_found_by_it(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
):
    url, older = await postgres.empty_ledger(), await postgres.new_database()
    new = await asyncpg.connect(url)
    for some in ([TWIN], CODED):
        store = await open_postgres(url)
        await store.run(put(*some))
        await store.close()
        await new.execute(NEW_NAMES)
    with monkeypatch.context() as before:
        before.setattr(schema, "_MIGRATIONS", [one for one in schema._MIGRATIONS if one.number < 6])
        await migrate(older)
    old = await asyncpg.connect(older)
    for table in (*KEPT, "outbox_end"):
        await old.copy_records_to_table(table, records=await new.fetch(f"SELECT * FROM {table}"))
    await new.close()
    await old.close()

    assert 6 in [migration.number for migration in await migrate(older)]

    again = await open_postgres(older)
    await assert_found(again)
    await again.close()
