"""Kept counts of invoices: whatever was written or refused, every total is what is found."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import closing
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billingua.core.errors import Refused
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.engine.batch import Save, Writes
from billingua.engine.plan import Job, Record
from billingua.engine.ports import Store
from billingua.engine.positions import Position
from billingua.engine.queries import InvoiceQuery, Miscount, Sort
from billingua.stores.listing import listing
from billingua.stores.postgres import migrate, open_postgres, schema
from billingua.stores.postgres import reading as postgres_reading
from billingua.stores.postgres.connecting import connect
from billingua.stores.postgres.statements import statement
from billingua.stores.sqlite import connections, open_sqlite
from billingua.stores.sqlite import reading as sqlite_reading
from billingua.stores.writes import values_of
from tests.builders import NOON, an_invoice
from tests.postgres import Postgres
from tests.stores.plans import add, assert_whole, change, put, refuse

ORIGINS = ("crux", "native")
CURRENCIES = ("USD", "JPY")
WORKSPACES = ("demo", "another")
IDS = range(1, 7)

counted = st.fixed_dictionaries(
    {"status": st.sampled_from(Status), "origin": st.sampled_from(ORIGINS), "currency": st.sampled_from(CURRENCIES)}
)
ids, places = st.sampled_from(IDS), st.sampled_from(WORKSPACES)


def insert(id: int, workspace: str, fields: dict[str, Any]) -> Job[Any]:
    """Save a new invoice; where there is one already, that breaks the batch."""
    return put(an_invoice(id=id, **fields), workspace=workspace)


jobs = st.one_of(
    st.builds(insert, ids, places, counted),
    st.builds(lambda id, workspace, fields: change(id, workspace, **fields), ids, places, counted),
    st.builds(lambda id, status: change(id, status=status), ids, st.sampled_from(Status)),
    st.builds(add, ids),
    st.builds(refuse, ids),
)


def every_query() -> Iterable[InvoiceQuery]:
    statuses = [None, frozenset[Status](), frozenset({Status.OPEN, Status.VOID}), *(frozenset({one}) for one in Status)]
    for some, origin, currency in product(statuses, (None, *ORIGINS), (None, *CURRENCIES)):
        yield InvoiceQuery(statuses=some, origin=origin, currency=currency)


async def assert_counted(store: Store) -> None:
    """See that every total that is kept is what is found."""
    for workspace in WORKSPACES:
        assert list(await store.miscounts(workspace)) == []
        invoices = [record.value async for record in store.aggregates(workspace, "invoice")]
        for query in every_query():
            page = await store.invoices(workspace, replace(query, limit=0))
            assert page.total == len(list(filter(query.matches, invoices))), query


@given(batches=st.lists(st.lists(jobs, max_size=6), max_size=4))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each begins with nothing
async def test_after_any_batches_totals_are_what_is_found(store: Store, batches: list[list[Job[Any]]]):
    await store.erase()

    for batch in batches:
        await asyncio.gather(*map(store.run, batch), return_exceptions=True)

    await assert_counted(store)


async def test_one_who_is_refused_counts_for_nothing(store: Store):
    await store.run(put(an_invoice(id=1)))

    jobs = (insert(2, "demo", {}), insert(1, "demo", {}), change(2, status=Status.PAID), refuse(2, Refused("no")))
    answers = await asyncio.gather(*map(store.run, jobs), return_exceptions=True)

    assert [isinstance(answer, Exception) for answer in answers] == [False, True, False, True]
    assert (await store.invoices("demo", InvoiceQuery())).total == 2
    await assert_counted(store)


async def test_what_is_erased_is_not_counted(store: Store):
    await store.run(put(*(an_invoice(id=id) for id in IDS)))

    await store.erase()

    assert (await store.invoices("demo", InvoiceQuery())).total == 0
    await assert_counted(store)


def counts_moved(before: Invoice | None, after: Invoice) -> list[tuple[Any, ...]]:
    known = before and Record(before, 1, b"")
    writes = Writes({("demo", "invoice", 35): Save("demo", "invoice", known, Record(after, 2, b""))})
    return [(row["status"], row["origin"], row["currency"], row["more"]) for row in values_of(writes)["move_count"]]


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (None, an_invoice(origin="crux"), [("open", "crux", "USD", 1)]),
        (an_invoice(), an_invoice(open_balance=7, party=11, number="new"), []),
        (
            an_invoice(origin="crux"),
            an_invoice(origin="crux", status=Status.PAID),
            [("paid", "crux", "USD", 1), ("open", "crux", "USD", -1)],
        ),
    ],
    ids=["a new invoice", "a payment", "another status"],
)
def test_only_what_is_counted_otherwise_moves_counts(
    before: Invoice | None, after: Invoice, moved: list[tuple[Any, ...]]
):
    assert counts_moved(before, after) == moved


async def test_a_wrong_count_in_sqlite_is_found(tmp_path: Path):
    store = open_sqlite(tmp_path / "ledger.sqlite")
    await store.run(put(an_invoice(origin="crux")))
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as connection, connection:
        connection.execute("UPDATE invoice_count SET invoices = 5")

    assert list(await store.miscounts("demo")) == [Miscount("open", "crux", "USD", kept=5, found=1)]
    await store.close()


@pytest.fixture
async def url(postgres: Postgres) -> str:
    return await postgres.empty_ledger()


async def test_a_wrong_count_in_postgresql_is_found(url: str):
    store = await open_postgres(url)
    await store.run(put(an_invoice(origin="crux")))
    connection = await asyncpg.connect(url)
    await connection.execute("DELETE FROM invoice_count")
    await connection.close()

    assert list(await store.miscounts("demo")) == [Miscount("open", "crux", "USD", kept=0, found=1)]
    await store.close()


async def test_two_nodes_that_write_at_once_count_right(url: str):
    nodes = (await open_postgres(url), await open_postgres(url))
    await nodes[0].run(put(*(an_invoice(id=id) for id in IDS)))
    statuses, places = list(Status), list(WORKSPACES)

    def job(number: int) -> Job[Any]:
        """Change what both want to change, in two orders, and put in what is new."""
        if number % 3 == 0:
            return insert(10 + number, places[number % 2], {"status": statuses[number % 5]})
        return change(1 + number % 6, status=statuses[number % 7 % 5], currency=CURRENCIES[number % 2])

    answers = await asyncio.gather(*(nodes[number % 2].run(job(number)) for number in range(400)))

    assert len(answers) == 400
    await assert_counted(nodes[0])
    await assert_whole(nodes[1], WORKSPACES)
    for node in nodes:
        await node.close()


OLD = [an_invoice(id=id, status=status, origin="crux") for id, status in enumerate(Status, 1)]
TABLES = ("aggregate", "lookup", "invoice", "invoice_body", "counter", "history", "outbox")


async def test_an_older_file_is_counted_when_it_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = open_sqlite(tmp_path / "new.sqlite")
    await store.run(put(*OLD))
    await store.close()
    with monkeypatch.context() as patch:
        patch.setattr(connections, "_MIGRATIONS", connections._MIGRATIONS[:1])
        with closing(connections.connect_to_write(tmp_path / "old.sqlite")) as old:
            old.execute("ATTACH ? AS new", (str(tmp_path / "new.sqlite"),))
            for table in TABLES:
                old.execute(f"INSERT INTO {table} SELECT * FROM new.{table}")

    connections.migrate(tmp_path / "old.sqlite")
    again = open_sqlite(tmp_path / "old.sqlite")

    assert (await again.invoices("demo", InvoiceQuery())).total == len(OLD)
    await assert_counted(again)
    await assert_whole(again)
    await again.close()


async def test_an_older_database_is_counted_when_it_is_migrated(
    postgres: Postgres, url: str, monkeypatch: pytest.MonkeyPatch
):
    store = await open_postgres(url)
    await store.run(put(*OLD))
    await store.close()
    older = await postgres.new_database()
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_MIGRATIONS", schema._MIGRATIONS[:1])
        await migrate(older)
    new, old = await asyncpg.connect(url), await asyncpg.connect(older)
    for table in (*TABLES, "outbox_end"):
        await old.copy_records_to_table(table, records=await new.fetch(f"SELECT * FROM {table}"))
    await new.close()
    await old.close()

    assert next(migration.number for migration in await migrate(older)) == 2
    again = await open_postgres(older)

    assert (await again.invoices("demo", InvoiceQuery())).total == len(OLD)
    await assert_counted(again)
    await assert_whole(again)
    await again.close()


INDEXED = (Sort.ID, Sort.NUMBER, Sort.ISSUED, Sort.DUE)
SOME = (None, frozenset({Status.OPEN}), frozenset({Status.OPEN, Status.PAID, Status.VOID}))
WALKED = [
    *(
        InvoiceQuery(statuses=statuses, sort=sort, descending=descending)
        for statuses, sort, descending in product(SOME, INDEXED, (False, True))
    ),
    *(InvoiceQuery(sort=Sort.CREATED, descending=descending) for descending in (False, True)),
    *(InvoiceQuery(sort=Sort.CREATED, descending=descending, created_to=NOON) for descending in (False, True)),
]


POSITIONS: dict[Sort, list[Position]] = {Sort.ID: [(7,)], Sort.NUMBER: [("INV-7", 7)], Sort.DUE: [(8, 7), (None, 7)]}
WALKED_ON = [replace(query, after=after) for query in WALKED for after in POSITIONS.get(query.sort, [(8, 7)])]
"""The same where they go on."""


def parts_of(query: InvoiceQuery) -> int:
    """Say how many parts of indexes a page is put together from."""
    ways = 1
    if query.after is not None and query.sort is Sort.DUE:
        ways = 1 + ((query.after[0] is None) is not query.descending)
    if query.after is not None and query.sort is Sort.CREATED:
        ways = 2
    return ways * len(query.statuses or [None])


def _name(query: InvoiceQuery) -> str:
    """Name a query the same in every process."""
    statuses = "all" if query.statuses is None else " ".join(sorted(query.statuses))
    until = "" if query.created_to is None else " until noon"
    after = "" if query.after is None else f" after {query.after[0]}"
    return f"{query.sort} {'downwards' if query.descending else 'upwards'} {statuses}{until}{after}"


@pytest.mark.parametrize("query", WALKED + WALKED_ON, ids=_name)
async def test_a_page_in_sqlite_is_found_in_narrow_indexes_without_sorting(tmp_path: Path, query: InvoiceQuery):
    with closing(connections.connect_to_write(tmp_path / "ledger.sqlite")) as connection:
        asked = listing("demo", query, sqlite_reading.LISTS)
        values = asked.values | {"limit": 10, "offset": 10_000}
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked.page}", values)]

    assert not [step for step in steps if "TEMP B-TREE" in step]
    searches = [step for step in steps if step.startswith(("SEARCH", "SCAN")) and "part_" not in step]
    assert len(searches) == parts_of(query)
    assert all("USING COVERING INDEX" in step for step in searches)


LED_TO = {
    Sort.ID: ("id>?",),
    Sort.NUMBER: ("(number,id)>(?,?)",),
    Sort.ISSUED: ("(issued_at,id)>(?,?)",),
    Sort.DUE: ("(due_at,id)>(?,?)", "due_at=? AND id>?", "due_at=?", "due_at>?"),
    Sort.CREATED: ("<expr>=? AND id>?", "<expr>>?"),
}


@pytest.mark.parametrize("query", WALKED_ON, ids=_name)
async def test_a_later_page_in_sqlite_is_led_to_by_an_index(tmp_path: Path, query: InvoiceQuery):
    with closing(connections.connect_to_write(tmp_path / "ledger.sqlite")) as connection:
        asked = listing("demo", query, sqlite_reading.LISTS)
        values = asked.values | {"limit": 10, "offset": 0}
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked.page}", values)]

    ways = [way.replace(">(", "<(").replace(">?", "<?") if query.descending else way for way in LED_TO[query.sort]]
    searches = [step for step in steps if step.startswith("SEARCH")]
    assert all(any(f"AND {way}" in step for way in ways) for step in searches), steps


@pytest.mark.parametrize("asked", [{"party": 11}, {"party": 11, "statuses": frozenset({Status.OPEN})}, {"order": 3}])
@pytest.mark.parametrize("sort", INDEXED)
async def test_a_list_of_one_party_or_order_in_sqlite_reads_no_others(
    tmp_path: Path, asked: dict[str, Any], sort: Sort
):
    with closing(connections.connect_to_write(tmp_path / "ledger.sqlite")) as connection:
        page = listing("demo", InvoiceQuery(**asked, sort=sort), sqlite_reading.LISTS)
        values = page.values | {"limit": 10, "offset": 0}
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {page.page}", values)]

    assert f"invoice_by_{min(asked)}" in steps[0]


@pytest.mark.parametrize("asked", [{"party": 11}, {"order": 3}])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", [*INDEXED, Sort.CREATED, Sort.PARTY])
async def test_a_later_page_of_one_party_or_order_in_sqlite_reads_no_others(
    tmp_path: Path, asked: dict[str, Any], sort: Sort, descending: bool
):
    with closing(connections.connect_to_write(tmp_path / "ledger.sqlite")) as connection:
        for after in POSITIONS.get(sort, [(11, 7)]):
            page = listing(
                "demo", InvoiceQuery(**asked, sort=sort, descending=descending, after=after), sqlite_reading.LISTS
            )
            values = page.values | {"limit": 10, "offset": 0}
            steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {page.page}", values)]

            assert all(f"invoice_by_{min(asked)}" in step for step in steps if step.startswith("SEARCH")), steps


@pytest.fixture
async def connection(url: str) -> AsyncIterator[Any]:
    # What the server would only do for want of another way is not done where there is one, however few rows there are.
    dear = dict.fromkeys(("enable_seqscan", "enable_bitmapscan", "enable_sort", "enable_incremental_sort"), "off")
    connection = await connect(url, dear)
    yield connection
    await connection.close()


@pytest.mark.parametrize("query", WALKED + WALKED_ON, ids=_name)
async def test_a_page_in_postgresql_is_found_in_narrow_indexes_without_sorting(connection: Any, query: InvoiceQuery):
    asked = listing("demo", query, postgres_reading.LISTS)
    page = statement(asked.page)
    plan = await connection.fetch(f"EXPLAIN {page.sql}", *page.values(**asked.values, limit=10, offset=10_000))

    steps = [row[0] for row in plan]
    assert not [step for step in steps if "Sort  (" in step]
    assert len([step for step in steps if "Index Only Scan" in step]) == parts_of(query)
    assert not [step for step in steps if "Filter: " in step and "created_at <=" not in step]
