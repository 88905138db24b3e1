"""What stands beside an invoice's own row: written where it changes, filled in older ledgers, and found by indexes."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.engine.batch import Save, Writes
from billingua.engine.kinds import by_email
from billingua.engine.plan import Record
from billingua.engine.queries import InvoiceQuery, Sort, TextField
from billingua.stores.listing import listing
from billingua.stores.postgres import migrate, open_postgres, schema
from billingua.stores.sqlite import connections, open_sqlite
from billingua.stores.sqlite import reading as sqlite_reading
from billingua.stores.writes import values_of
from tests.builders import a_line, a_party, a_user, an_invoice
from tests.postgres import Postgres
from tests.stores.older import copy_as_older, rows
from tests.stores.plans import assert_whole, found, put

LINES = (a_line(id=7), a_line(id=8), a_line(id=9))
INVOICE = an_invoice(lines=LINES)


def written(before: Invoice | None, after: Invoice | None) -> dict[str, list[Any]]:
    known, new = (value and Record(value, 1, b"") for value in (before, after))
    values = values_of(Writes({("demo", "invoice", 35): Save("demo", "invoice", known, new)}))
    names = ("put_invoice_detail", "drop_invoice_detail", "put_line_run", "drop_line_run")
    return {name: list(values[name]) for name in names if values[name]}


@pytest.mark.parametrize(
    "changed",
    [
        {"open_balance": Decimal(7), "partly_paid": True},
        {"status": Status.PAID, "open_balance": Decimal(0)},
        {"party": 11, "terms": "now", "description": ""},
        {"lines": tuple(replace(line, quantity=Decimal(9)) for line in LINES)},
        {"extras": {"crux": {"a": 1}}},
    ],
    ids=", ".join,
)
def test_what_lists_do_not_ask_for_leaves_the_rows_alone(changed: dict[str, Any]):
    assert written(INVOICE, replace(INVOICE, **changed)) == {}


def test_the_first_pending_payment_is_written_and_the_second_is_not():
    one, two = (replace(INVOICE, pending_payments=many) for many in (1, 2))
    assert [row["pending"] for row in written(INVOICE, one)["put_invoice_detail"]] == [True]
    assert written(one, two) == {}


def test_lines_that_are_written_anew_are_one_row():
    anew = replace(INVOICE, lines=tuple(a_line(id=id) for id in (21, 20, 22)))
    assert written(INVOICE, anew) == {
        "put_line_run": [{"workspace": "demo", "last": 22, "invoice": 35, "first": 20}],
        "drop_line_run": [{"workspace": "demo", "last": 9, "invoice": 35, "first": 7}],
    }


@pytest.mark.parametrize(
    ("ids", "runs"),
    [
        ([], []),
        ([5], [(5, 5)]),
        ([5, 6, 9], [(5, 6), (9, 9)]),
        ([9, 8, 1, 3], [(1, 1), (3, 3), (8, 9)]),
        ([4, 4], [(4, 4)]),
    ],
    ids=str,
)
def test_lines_are_runs_of_ids(ids: Sequence[int], runs: list[tuple[int, int]]):
    rows = written(None, replace(INVOICE, lines=tuple(a_line(id=id) for id in ids))).get("put_line_run", [])
    assert [(row["first"], row["last"]) for row in rows] == runs


def test_the_rows_of_an_invoice_go_with_it():
    assert [*written(INVOICE, None)] == ["drop_invoice_detail", "drop_line_run"]


OLD = [
    an_invoice(id=1, description="Größer\tals", number="INV 1", lines=[]),
    an_invoice(
        id=2,
        created_by="ida",
        opportunity=3,
        channel=1,
        external_id="ERP",
        external_party_id="Straße",
        purchase_order_number="PO",
        order_number="SO",
        pending_payments=2,
        extras={"crux": {"a": Decimal(1)}, "one": {"type": 7}, "other": {"type": "Pro Forma"}, "last": {"type": "x"}},
        lines=tuple(a_line(id=id) for id in (8, 4, 5, 9)),
    ),
    an_invoice(id=3, order=104, order_number="", extras={"one": {"type": ""}}, lines=(a_line(id=6), a_line(id=6))),
    a_user(id=1, email="Ida@Example.org"),
    a_user(id=2, username="eve", email="ida@example.ORG"),
    a_user(id=3, username="adam"),
]
KEPT = ("aggregate", "invoice", "invoice_body", "lookup", "counter", "history", "outbox")
FILLED = ("invoice_detail", "line_run", "lookup")
FORGET = "DELETE FROM lookup WHERE kind = 'user' AND name = 'email'"


async def test_an_older_file_is_filled_as_a_store_would_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = open_sqlite(tmp_path / "new.sqlite")
    await store.run(put(*OLD))
    await store.close()
    copy_as_older(tmp_path / "new.sqlite", tmp_path / "old.sqlite", KEPT, 4, monkeypatch, FORGET)

    connections.migrate(tmp_path / "old.sqlite")
    again = open_sqlite(tmp_path / "old.sqlite")

    assert rows(tmp_path / "old.sqlite", FILLED) == rows(tmp_path / "new.sqlite", FILLED)
    assert await found(again, by_email("IDA@example.org", 2)) == OLD[4]
    await assert_whole(again)
    await again.close()


async def test_an_older_database_is_filled_as_a_store_would_have(postgres: Postgres, monkeypatch: pytest.MonkeyPatch):
    url, older = await postgres.empty_ledger(), await postgres.new_database()
    odd = an_invoice(id=4, description="\x00\x01\\u0000", extras={"one": {"type": "\x00\x02"}}, external_id="\x01")
    store = await open_postgres(url)
    await store.run(put(*OLD, odd))
    await store.close()
    with monkeypatch.context() as before:
        before.setattr(schema, "_MIGRATIONS", schema._MIGRATIONS[:4])
        await migrate(older)
    new, old = await asyncpg.connect(url), await asyncpg.connect(older)
    for table in (*KEPT, "outbox_end"):
        await old.copy_records_to_table(table, records=await new.fetch(f"SELECT * FROM {table}"))
    await old.execute(FORGET)
    await old.close()

    await migrate(older)

    old = await asyncpg.connect(older)
    for table in FILLED:
        query = f"SELECT * FROM {table}"
        assert sorted(await old.fetch(query), key=repr) == sorted(await new.fetch(query), key=repr)
    await old.close()
    await new.close()


def steps(path: Path, query: InvoiceQuery) -> tuple[list[str], list[str]]:
    """How SQLite would count, and how it would find a page."""
    with closing(connections.connect_to_write(path)) as connection:
        asked = listing("demo", query, sqlite_reading.LISTS)
        values = asked.values | {"limit": 10, "offset": 10_000}
        total, page = (
            [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            for sql in (asked.total, asked.page)
        )
    return total, page


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", [Sort.PARTY, Sort.PENDING, Sort.PROGRESS, Sort.SETTLEMENT])
def test_sorts_of_few_places_sort_nothing(tmp_path: Path, sort: Sort, descending: bool):
    total, page = steps(tmp_path / "ledger.sqlite", InvoiceQuery(sort=sort, descending=descending))
    assert not [step for step in page if "TEMP B-TREE" in step]
    assert [step for step in total if step.startswith(("SEARCH", "SCAN")) and "invoice_count" not in step] == [
        "SCAN CONSTANT ROW"
    ]


@pytest.mark.parametrize("descending", [False, True])
def test_by_their_parties_names_invoices_of_one_name_alone_are_sorted(tmp_path: Path, descending: bool):
    _, page = steps(tmp_path / "ledger.sqlite", InvoiceQuery(sort=Sort.PARTY_NAME, descending=descending))
    assert [step for step in page if "TEMP B-TREE" in step] == ["USE TEMP B-TREE FOR RIGHT PART OF ORDER BY"]
    assert "party_row_by_name" in page[page.index("COMPOUND QUERY") + 3]


def test_the_total_that_somebody_sees_counts_those_that_are_hidden_alone(tmp_path: Path):
    total, page = steps(tmp_path / "ledger.sqlite", InvoiceQuery(reader="ida", sort=Sort.NUMBER))
    assert [step for step in total if "invoice_by_party" in step]
    assert not [step for step in page if "TEMP B-TREE" in step]


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({"opportunity": 3}, "invoice_detail_by_opportunity"),
        ({"external_ids": frozenset({"a", "b"})}, "invoice_detail_by_external_id"),
    ],
)
def test_few_among_many_are_found_by_an_index(tmp_path: Path, asked: dict[str, Any], index: str):
    for told in steps(tmp_path / "ledger.sqlite", InvoiceQuery(**asked)):
        assert [step for step in told if index in step]


@pytest.mark.parametrize("field", TextField)
async def test_one_place_is_looked_at_by_itself(tmp_path: Path, field: TextField):
    store = open_sqlite(tmp_path / "ledger.sqlite")
    await store.run(put(an_invoice(number="needle", extras={"a": {"type": "needle"}}), a_party()))
    page = await store.invoices("demo", InvoiceQuery(text="NEEDLE", text_in=frozenset({field})))
    assert page.total == (field in {TextField.NUMBER, TextField.KIND})
    await store.close()
