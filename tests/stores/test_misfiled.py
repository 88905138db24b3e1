"""What is kept beside aggregates, to find and to count them: what of it is wrong is found."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from billingua.core.tax import LineTax
from billingua.engine.ports import Store
from billingua.engine.queries import Misfiled
from billingua.stores.postgres import open_postgres
from billingua.stores.sqlite import open_sqlite
from tests.builders import (
    a_credit_note,
    a_line,
    a_party,
    a_payment,
    a_receipt,
    a_tax,
    an_invoice,
    an_item,
    an_order,
    an_order_line,
)
from tests.postgres import Postgres
from tests.stores.plans import assert_whole, change, put
from tests.walking import walk

VAT = LineTax(1, "VAT", a_tax().rate)
ALL = (
    a_tax(),
    an_item(id=1, title="\x00Größe"),
    an_item(id=2, tax1=1),
    a_party(id=10, name="Zoë\x01", private=True, access=("ida",)),
    an_order(id=104, lines=(an_order_line(item=1), an_order_line(uuid=an_order(id=1).uuid, sku="\x02"))),
    an_invoice(id=35, description="\x00", external_id="E", lines=(a_line(id=1, item=1, tax1=VAT), a_line(id=3))),
    an_invoice(id=36, lines=()),
    a_payment(id=5, external_id="\x00é"),
    a_receipt(id=6, payer="\x01"),
    a_credit_note(id=7, number="\x00É"),
)

Tamper = Callable[[str], Awaitable[None]]


async def in_sqlite(request: pytest.FixtureRequest) -> tuple[Store, Tamper]:
    path: Path = request.getfixturevalue("tmp_path") / "ledger.sqlite"

    async def tamper(statement: str) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(statement)

    return open_sqlite(path), tamper


async def in_postgres(request: pytest.FixtureRequest) -> tuple[Store, Tamper]:
    url = await request.getfixturevalue("postgres").empty_ledger()

    async def tamper(statement: str) -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(statement)
        await connection.close()

    return await open_postgres(url), tamper


@pytest.fixture(params=[in_sqlite, in_postgres], ids=["sqlite", "postgres"])
async def tampered(request: pytest.FixtureRequest) -> Any:
    """A store with something of everything, and a way to change it behind its back."""
    store, tamper = await request.param(request)
    await store.run(put(*ALL))
    yield store, tamper
    await store.close()


@pytest.mark.parametrize(
    ("statement", "kind", "id", "why"),
    [
        ("UPDATE item_row SET price = 1 WHERE id = 1", "item", 1, "its row in item_row is not what it says"),
        ("UPDATE party_row SET readers = ''", "party", 10, "its row in party_row is not what it says"),
        ("DELETE FROM order_part WHERE trader = ''", "order", 104, "its row in order_part is not what it says"),
        ("UPDATE order_row SET billing = 2", "order", 104, "its row in order_row is not what it says"),
        ("DELETE FROM order_line WHERE position = 1", "order", 104, "its row in order_line is not what it says"),
        ("UPDATE order_line SET id = 9", "order", 104, "its row in order_line is not what it says"),
        ("DELETE FROM invoice_detail WHERE id = 36", "invoice", 36, "its row in invoice_detail is not what it says"),
        ("UPDATE line_run SET first = 2 WHERE last = 3", "invoice", 35, "its row in line_run is not what it says"),
        ("UPDATE line_run SET invoice = 36 WHERE last = 3", "invoice", 36, "its row in line_run is not what it says"),
        ("UPDATE line_run SET invoice = 99 WHERE last = 3", "invoice", 99, "its row in line_run is not what it says"),
        ("UPDATE use_count SET uses = 7 WHERE kind = 'item'", "item", 1, "7 are said to refer to it, and 2 do"),
        ("UPDATE payment_row SET total = 7", "payment", 5, "its row in payment_row is not what it says"),
        ("DELETE FROM payment_part", "payment", 5, "its row in payment_part is not what it says"),
        ("UPDATE receipt_row SET payer_folded = ''", "receipt", 6, "its row in receipt_row is not what it says"),
        ("UPDATE receipt_line SET receipt = 7", "receipt", 7, "its row in receipt_line is not what it says"),
        ("UPDATE credit_note_row SET party = 7", "credit_note", 7, "its row in credit_note_row is not what it says"),
        (
            "UPDATE payment_count SET many = 4 WHERE kind = 'receipt_line'",
            "workspace",
            1,
            "4 of kind receipt_line are counted in status 3, and 1 are there",
        ),
        (
            "UPDATE payment_count SET status = 2 WHERE kind = 'payment'",
            "workspace",
            1,
            "0 of kind payment are counted in status 3, and 1 are there",
        ),
        ("DELETE FROM use_count WHERE kind = 'tax'", "tax", 1, "none is said to refer to it, and 2 do"),
    ],
)
async def test_what_was_changed_by_hand_is_found(
    tampered: tuple[Store, Tamper], statement: str, kind: str, id: int, why: str
):
    store, tamper = tampered
    assert await walk(store.misfiled("demo")) == []

    await tamper(statement)

    assert Misfiled(kind, id, why) in await walk(store.misfiled("demo"))
    assert await walk(store.misfiled("another")) == []


async def test_the_row_of_what_is_no_more_is_found(tampered: tuple[Store, Tamper]):
    store, tamper = tampered
    await tamper("DELETE FROM aggregate WHERE kind = 'party'")
    assert await walk(store.misfiled("demo")) == [Misfiled("party", 10, "its row in party_row is not what it says")]


async def test_whatever_is_written_is_filed_as_it_says(store: Store):
    await store.run(put(*ALL))
    await store.run(change(35, description="other", lines=(a_line(id=7), a_line(id=8)), pending_payments=1, order=104))
    await store.run(change(36, lines=(a_line(id=9, item=2),)))

    await assert_whole(store)


async def test_counts_of_what_was_used_once_are_right(postgres: Postgres):
    store = await open_postgres(await postgres.empty_ledger())
    await store.run(put(an_item(id=1), an_invoice(lines=(a_line(item=1),))))
    await store.run(change(35, lines=()))
    assert await walk(store.misfiled("demo")) == []
    await store.close()
