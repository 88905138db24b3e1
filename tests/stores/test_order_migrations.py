"""Older databases get the rows and the names that a store of today would have written."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from billingua.engine.audit import audit
from billingua.engine.kinds import by_order_line, by_supplied_sku
from billingua.engine.queries import OrderQuery
from billingua.stores.postgres import migrate, open_postgres, schema
from billingua.stores.postgres.texts import casefold_function
from billingua.stores.sqlite import connections, open_sqlite
from tests.builders import NOON, a_uuid, an_item, an_order, an_order_line
from tests.postgres import Postgres
from tests.stores.plans import assert_whole, found, put
from tests.stores.test_order_lists import ORDERS, expected, listed

LATER = an_order(id=500, created_at=ORDERS[0].created_at.replace(year=1969, microsecond=4200))
ITEMS = [an_item(id=id, supplier=a_uuid(2), sku=f"Größe {id}") for id in (1, 2)]
TWIN = an_item(id=3, supplier=a_uuid(2), sku="Größe 1")
OLD = [*(order for order in ORDERS if "\\x00" not in repr(order)), LATER, *ITEMS]
"""What the JSON functions of SQLite read whole: they end a text where a NUL is."""

KEPT = ("aggregate", "lookup", "counter", "history", "outbox")
FILLED = ("order_row", "order_part", "order_line", "lookup")
NEW_NAMES = "DELETE FROM lookup WHERE name IN ('line', 'supplied')"


def rows(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as connection:
        return {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in FILLED}


def make_older(path: Path, new: Path, patch: pytest.MonkeyPatch) -> None:
    with patch.context() as older, closing(sqlite3.connect(path)) as old:
        older.setattr(connections, "_MIGRATIONS", connections._MIGRATIONS[:2])
        connections.connect_to_write(path).close()
        old.execute("ATTACH ? AS new", (str(new),))
        for table in KEPT:
            old.execute(f"INSERT INTO {table} SELECT * FROM new.{table}")
        old.execute(NEW_NAMES)
        old.commit()


async def test_an_older_file_is_filled_as_a_store_would_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = open_sqlite(tmp_path / "new.sqlite")
    await store.run(put(*OLD))
    await store.close()
    make_older(tmp_path / "old.sqlite", tmp_path / "new.sqlite", monkeypatch)

    connections.migrate(tmp_path / "old.sqlite")
    again = open_sqlite(tmp_path / "old.sqlite")

    assert rows(tmp_path / "old.sqlite") == rows(tmp_path / "new.sqlite")
    await assert_whole(again)
    await again.close()


async def test_of_two_items_with_one_sku_the_first_keeps_the_name_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for items in ([TWIN], ITEMS):
        store = open_sqlite(tmp_path / "new.sqlite")
        await store.run(put(*items))
        await store.close()
        with closing(sqlite3.connect(tmp_path / "new.sqlite")) as new, new:
            new.execute(NEW_NAMES)
    make_older(tmp_path / "old.sqlite", tmp_path / "new.sqlite", monkeypatch)

    connections.migrate(tmp_path / "old.sqlite")
    again = open_sqlite(tmp_path / "old.sqlite")

    assert (await found(again, by_supplied_sku(a_uuid(2), "Größe 1"))).id == 1
    told = [broken async for audited in audit(again, NOON) for broken in audited.breaks]
    assert [broken.id for broken in told if broken.why == "it is not found by its supplied"] == [3]
    await again.close()


async def test_an_order_of_before_lines_had_titles_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = open_sqlite(tmp_path / "new.sqlite")
    await store.run(put(an_order(lines=(an_order_line(title="Mug"),))))
    await store.close()
    make_older(tmp_path / "old.sqlite", tmp_path / "new.sqlite", monkeypatch)
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as old, old:
        old.execute("""UPDATE aggregate SET body = CAST(replace(CAST(body AS TEXT), '"title":"Mug",', '') AS BLOB)""")

    connections.migrate(tmp_path / "old.sqlite")
    again = open_sqlite(tmp_path / "old.sqlite")

    assert (await again.orders("demo", OrderQuery(text="sku-1"))).total == 1
    assert (await again.orders("demo", OrderQuery(text="mug"))).total == 0
    await again.close()


async def fetch(url: str) -> dict[str, list[Any]]:
    connection = await asyncpg.connect(url)
    try:
        asked: dict[str, list[Any]] = {table: await connection.fetch(f"SELECT * FROM {table}") for table in FILLED}
        return {table: sorted(map(tuple, found), key=repr) for table, found in asked.items()}
    finally:
        await connection.close()


async def older_database(postgres: Postgres, url: str, patch: pytest.MonkeyPatch) -> str:
    older = await postgres.new_database()
    with patch.context() as before:
        before.setattr(schema, "_MIGRATIONS", schema._MIGRATIONS[:2])
        await migrate(older)
    new, old = await asyncpg.connect(url), await asyncpg.connect(older)
    for table in (*KEPT, "outbox_end"):
        records: list[Any] = await new.fetch(f"SELECT * FROM {table}")
        await old.copy_records_to_table(table, records=records)
    await old.execute(NEW_NAMES)
    await new.close()
    await old.close()
    return older


@pytest.fixture
async def url(postgres: Postgres) -> str:
    return await postgres.empty_ledger()


async def test_an_older_database_is_filled_as_a_store_would_have(
    postgres: Postgres, url: str, monkeypatch: pytest.MonkeyPatch
):
    store = await open_postgres(url)
    odd = an_order(id=600, number="\x00\x01\\u0000\x02", lines=(an_order_line(uuid=a_uuid(7), sku='\x00"\\'),))
    await store.run(put(*ORDERS, LATER, *ITEMS, odd))
    await store.close()
    older = await older_database(postgres, url, monkeypatch)

    assert next(migration.number for migration in await migrate(older)) == 3

    assert await fetch(older) == await fetch(url)
    again = await open_postgres(older)
    assert await listed(again, OrderQuery(limit=50)) == expected([*ORDERS, LATER, odd], OrderQuery(limit=50))
    assert (await found(again, by_order_line(a_uuid(7)))).id == 600
    await assert_whole(again)
    await again.close()


async def test_of_two_items_with_one_sku_the_first_keeps_the_name_in_a_database(
    postgres: Postgres, url: str, monkeypatch: pytest.MonkeyPatch
):
    connection = await asyncpg.connect(url)
    for items in ([TWIN], ITEMS):
        store = await open_postgres(url)
        await store.run(put(*items))
        await store.close()
        await connection.execute(NEW_NAMES)
    await connection.close()
    older = await older_database(postgres, url, monkeypatch)

    await migrate(older)

    again = await open_postgres(older)
    assert (await found(again, by_supplied_sku(a_uuid(2), "Größe 1"))).id == 1
    await again.close()


async def test_postgresql_folds_every_letter_as_python_does(url: str):
    letters = "".join(chr(number) for number in range(1, 0x20000) if not 0xD800 <= number < 0xE000)
    connection = await asyncpg.connect(url)
    await connection.execute(casefold_function())

    assert await connection.fetchval("SELECT pg_temp.casefold($1)", letters) == letters.casefold()
    await connection.close()
