"""Lists of items and of parties: every store tells the same page and the same total as the whole list does."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from billingua.core.party import PartyKind
from billingua.core.tax import LineTax
from billingua.engine.catalogue_queries import ItemQuery, ItemSort, PartyQuery, PartySort
from billingua.engine.ports import Store
from billingua.stores.postgres import migrate, open_postgres, schema
from billingua.stores.sqlite import connections, open_sqlite
from tests.builders import NOON, a_line, a_party, a_tax, a_uuid, an_invoice, an_item, an_order, an_order_line
from tests.postgres import Postgres
from tests.stores.older import copy_as_older, rows
from tests.stores.plans import assert_whole, put

ITEMS = [
    an_item(id=1, title="Oak board", sku="OB-1", price=Decimal("12.5"), stock=Decimal(-3), track_stock=True),
    an_item(id=2, title="oak chair", sku="ä-2", description="Red\nBoard", price=Decimal("9.99"), created_at=NOON),
    an_item(id=3, title="Ärmel", sku="ob-1", price=Decimal("99999999.99"), created_at=NOON - timedelta(days=9)),
    an_item(id=4, title="Board" * 80, sku="", price=Decimal("1e30"), stock=Decimal("-1e30"), track_stock=True),
    an_item(id=5, title="100%", sku="OB-1", price=Decimal("0.00001"), created_at=NOON + timedelta(microseconds=1)),
]
PARTIES = [
    a_party(id=1, name="Larch & Sons"),
    a_party(id=2, name="A. Lee", kind=PartyKind.PERSON, first_name="Ann", last_name="Lee"),
    a_party(id=3, name="Nobody", kind=PartyKind.PERSON, last_name="Zoë"),
    a_party(id=4, name="Secret Lee", private=True, access=("ida", "ida2")),
    a_party(id=5, name="Hidden", private=True, kind=PartyKind.ORGANIZATION),
]
TEXTS = (None, "", "oak", "bo RED", "LEE", "oard", "ä", "%", "ob-1", "a l", "\x00")
PAGES = (("offset", 0, 2), ("offset", 2, 2), ("offset", 9, 2), ("all", 0, None), ("none", 0, 0))


def expected(known: list[Any], query: Any) -> tuple[list[int], int]:
    asked = sorted(filter(query.matches, known), key=query.place, reverse=query.descending)
    end = None if query.limit is None else query.offset + query.limit
    return [one.id for one in asked[query.offset : end]], len(asked)


@pytest.mark.parametrize("text", TEXTS)
async def test_a_page_of_items_is_the_same_everywhere(store: Store, text: str | None):
    await store.run(put(*ITEMS))
    await store.run(put(an_item(id=1), workspace="another"))
    for sort, descending, tracked, (_, offset, limit) in product(ItemSort, (False, True), (None, False, True), PAGES):
        query = ItemQuery(text=text, sort=sort, descending=descending, tracked=tracked, offset=offset, limit=limit)
        page = await store.items("demo", query)
        assert ([record.value.id for record in page.items], page.total) == expected(ITEMS, query), query


@pytest.mark.parametrize("text", TEXTS)
async def test_a_page_of_parties_is_the_same_everywhere(store: Store, text: str | None):
    await store.run(put(*PARTIES))
    await store.run(put(a_party(id=1), workspace="another"))
    for sort, descending, reader, company, (_, offset, limit) in product(
        PartySort, (False, True), (None, "ida", "da", "eve"), (None, True, False), PAGES
    ):
        query = PartyQuery(
            text=text, sort=sort, descending=descending, reader=reader, company=company, offset=offset, limit=limit
        )
        page = await store.parties("demo", query)
        assert ([record.value.id for record in page.items], page.total) == expected(PARTIES, query), query


OLD = [
    *ITEMS,
    *PARTIES,
    a_tax(),
    an_item(id=6, title="Taxed", tax1=1, tax2=1),
    an_order(lines=(an_order_line(item=2), an_order_line(item=2))),
    an_invoice(id=1, lines=(a_line(item=1, tax1=LineTax(1, "VAT", Decimal(20))), a_line(id=2, item=1))),
    an_invoice(id=2, lines=(a_line(item=1, tax2=LineTax(1, "VAT", Decimal(20))), a_line(id=2))),
]
KEPT = ("aggregate", "invoice", "invoice_body", "order_part", "order_line", "lookup", "counter", "history", "outbox")
FILLED = ("use_count", "item_row", "party_row")


async def test_an_older_file_is_filled_as_a_store_would_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = open_sqlite(tmp_path / "new.sqlite")
    await store.run(put(*OLD))
    await store.close()
    copy_as_older(tmp_path / "new.sqlite", tmp_path / "old.sqlite", KEPT, 3, monkeypatch)

    connections.migrate(tmp_path / "old.sqlite")
    again = open_sqlite(tmp_path / "old.sqlite")

    assert rows(tmp_path / "old.sqlite", FILLED) == rows(tmp_path / "new.sqlite", FILLED)
    await assert_whole(again)
    await again.close()


async def test_an_older_database_is_filled_as_a_store_would_have(postgres: Postgres, monkeypatch: pytest.MonkeyPatch):
    url, older = await postgres.empty_ledger(), await postgres.new_database()
    odd = replace(ITEMS[0], id=7, uuid=a_uuid(7), sku_uuid=a_uuid(8), title="\x00\x01\\u0000")
    store = await open_postgres(url)
    await store.run(put(*OLD, odd))
    await store.close()
    with monkeypatch.context() as before:
        before.setattr(schema, "_MIGRATIONS", schema._MIGRATIONS[:3])
        await migrate(older)
    new, old = await asyncpg.connect(url), await asyncpg.connect(older)
    for table in (*KEPT, "outbox_end"):
        await old.copy_records_to_table(table, records=await new.fetch(f"SELECT * FROM {table}"))
    await old.close()

    await migrate(older)

    old = await asyncpg.connect(older)
    for table in FILLED:
        query = f"SELECT * FROM {table}"
        assert sorted(await old.fetch(query), key=repr) == sorted(await new.fetch(query), key=repr)
    await old.close()
    await new.close()
