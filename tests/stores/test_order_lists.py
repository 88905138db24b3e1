"""Lists of orders: every store gives those that the query's own predicate gives, in the same order."""

from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billingua.core.order import Allocation, Billing, LineStatus, Order, OrderLine, Trader
from billingua.core.party import Party, TradeRole
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Decision, Job, Needs, Plan, by_id
from billingua.engine.ports import Store
from billingua.engine.positions import in_order, is_behind, microseconds
from billingua.engine.queries import AllocationStatus, Buyer, OrderQuery, OrderSort
from billingua.stores.order_listing import order_listing
from billingua.stores.postgres import reading as postgres_reading
from billingua.stores.postgres.connecting import connect
from billingua.stores.postgres.statements import statement
from billingua.stores.sqlite import reading as sqlite_reading
from billingua.stores.sqlite.connections import connect_to_write
from tests.builders import NOON, a_caller, a_party, a_uuid, an_order, an_order_line
from tests.postgres import Postgres
from tests.stores.plans import a_job, put

NUMBERS = ("PO-1", "po-1", "Größe%", "a_b", "10", "É\x00!", "🧾-7")
SKUS = ("SKU-1", "sku-1", "Straße", "%", "A_\x00")
TITLES = ("", "Trail mug", "TRAIL MUG", "Grüße")
DESIGNATIONS = (None, "NeedsTracking", "HasTracking", "O'Brien\n")
RETAILERS = (None, a_uuid(1), a_uuid(2))
SUPPLIERS = (None, a_uuid(2), a_uuid(3), a_uuid(4))
ALLOCATIONS = (None, *(Allocation(accepted=accepted, rejected=0, backordered=0) for accepted in (0, 2, 5)))
MOMENTS = tuple(NOON + timedelta(microseconds=number) for number in (-(10**12), -1, 0, 1, 10**12))
READERS = ("ida", "eve", "ina")
TRADERS = (None, *(Trader(role, a_uuid(number)) for role in TradeRole for number in range(1, 6)))


def a_varied_line(number: int) -> OrderLine:
    return an_order_line(
        uuid=a_uuid(100_000 + number),
        sku=SKUS[number % 5],
        title=TITLES[number % 4],
        supplier=SUPPLIERS[number % 7 % 4],
        status=list(LineStatus)[number % 11 % 6],
        designation=DESIGNATIONS[number % 13 % 4],
        allocation=ALLOCATIONS[number % 3 % 4],
        invoiced=(0, 0, 5, 1, 5)[number % 17 % 5],
    )


def a_varied_order(id: int) -> Order:
    return an_order(
        id=id,
        number=NUMBERS[id % 7],
        retailer=RETAILERS[id % 3],
        company=(10, 12, 13, None)[id % 4],
        placed_by=(None, *READERS)[id % 11 % 4],
        created_at=MOMENTS[id % 5],
        sent_to_supplier=id % 4 == 0,
        lines=tuple(a_varied_line(10 * id + place) for place in range(id % 5)),
    )


ORDERS = [a_varied_order(id) for id in range(1, 121)]

PARTIES = [
    a_party(uuid=a_uuid(10), private=True, access=("ida", "eve")),
    a_party(id=11, uuid=a_uuid(1), private=True, access=("eve",)),
    a_party(id=12, uuid=a_uuid(2)),
]
"""Who buys: Eve may see all of them, Ida the company and one retailer, others that retailer alone."""
BUYERS = [Buyer(10, a_uuid(10)), Buyer(11, a_uuid(1)), Buyer(12, a_uuid(2)), Buyer(13, None), Buyer(10, None)]


def buyer_of(order: Order) -> Party | None:
    named = {party.uuid if order.retailer else party.id: party for party in PARTIES}
    return named.get(order.retailer or order.company)


moments = st.sampled_from(MOMENTS)
CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "trader": st.sampled_from(TRADERS),
    "uuids": st.frozensets(st.sampled_from([a_uuid(8000 + id) for id in range(1, 130)])),
    "number": st.sampled_from([*NUMBERS, "PO"]),
    "text": st.sampled_from(["", "po", "ß", "SS", "%", "_", "é", "\x00", "0", "sku", "mug", "-0000-", "'; --", "🧾"]),
    "created_from": moments,
    "created_to": moments,
    "allocations": st.frozensets(st.sampled_from(AllocationStatus)),
    "designations": st.frozensets(st.sampled_from([*DESIGNATIONS[1:], "x"])),
    "sent": st.booleans(),
    "organizations": st.frozensets(st.sampled_from([a_uuid(number) for number in range(1, 6)]), max_size=2),
    "buyer": st.sampled_from(BUYERS),
    "billing": st.sampled_from(Billing),
    "reader": st.sampled_from(READERS),
    "offset": st.integers(0, 130),
    "limit": st.integers(0, 130),
}
SORTS: dict[str, st.SearchStrategy[Any]] = {
    "sort": st.sampled_from(OrderSort),
    "descending": st.booleans(),
    "trader": st.sampled_from(TRADERS),
}


@st.composite
def queries(draw: st.DrawFn) -> OrderQuery:
    """Queries with few conditions: with many, nothing is left to compare."""
    names = draw(st.lists(st.sampled_from(sorted(CONDITIONS)), unique=True, max_size=3))
    return OrderQuery(**draw(st.fixed_dictionaries(SORTS | {name: CONDITIONS[name] for name in names})))


def expected(orders: Sequence[Order], query: OrderQuery) -> tuple[list[Order], int]:
    asked = sorted(
        (order for order in orders if query.matches(order, buyer_of(order))),
        key=lambda order: in_order(query.place(order)),
        reverse=query.descending,
    )
    rest = [order for order in asked if is_behind(query.place(order), query.after, descending=query.descending)]
    rest = rest[query.offset :]
    return rest if query.limit is None else rest[: query.limit], len(asked)


async def listed(store: Store, query: OrderQuery) -> tuple[list[Order], int]:
    page = await store.orders("demo", query)
    return [record.value for record in page.items], page.total


@pytest.fixture
async def filled(store: Store) -> Store:
    await store.run(put(*ORDERS, *PARTIES))
    await store.run(put(*ORDERS[:30], workspace="another"))
    return store


@given(query=queries())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # no query changes the store
async def test_any_query_is_answered_as_its_predicate_says(filled: Store, query: OrderQuery):
    assert await listed(filled, query) == expected(ORDERS, query)


SUPPLIER = Trader(TradeRole.SUPPLIER, a_uuid(2))
SINGLE: list[dict[str, Any]] = [
    {},
    {"trader": Trader(TradeRole.RETAILER, a_uuid(2))},
    {"trader": SUPPLIER},
    {"uuids": frozenset({a_uuid(8007), a_uuid(8008), a_uuid(1)})},
    {"uuids": frozenset()},
    {"number": "Größe%"},
    {"text": "GRÖSSE%"},
    {"text": "gRÜSSE"},
    {"text": "strasse"},
    {"text": "8007"},
    {"text": ""},
    {"created_from": NOON},
    {"created_to": NOON},
    {"allocations": frozenset({AllocationStatus.PARTIAL})},
    {"allocations": frozenset()},
    {"designations": frozenset({"O'Brien\n"})},
    {"designations": frozenset()},
    {"designations": frozenset({"\x00"})},
    {"sent": True},
    {"sent": False},
    {"organizations": frozenset({a_uuid(2)})},
    {"organizations": frozenset()},
    {"buyer": BUYERS[0]},
    {"buyer": BUYERS[1]},
    {"buyer": BUYERS[3]},
    *({"billing": billing} for billing in Billing),
    {"reader": "ida"},
    {"reader": "eve"},
    {"reader": "ina"},
    {"after": (microseconds(NOON), 60)},
    {"offset": 115},
    {"limit": 3},
    {"offset": 3, "limit": 0},
]


def test_every_condition_is_tried_by_itself():
    tried = {name for case in SINGLE for name in case} | {"sort", "descending"}
    assert tried == {field.name for field in fields(OrderQuery)}


@pytest.mark.parametrize("asked", SINGLE, ids=lambda asked: ", ".join(asked) or "nothing")
@pytest.mark.parametrize("trader", [None, SUPPLIER], ids=["whole", "a supplier"])
async def test_each_condition_holds_by_itself(filled: Store, asked: dict[str, Any], trader: Trader | None):
    query = replace(OrderQuery(trader=trader), **asked)
    assert await listed(filled, query) == expected(ORDERS, query)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", OrderSort)
@pytest.mark.parametrize("trader", [None, SUPPLIER], ids=["whole", "a supplier"])
async def test_each_order_holds_with_its_ties(filled: Store, sort: OrderSort, descending: bool, trader: Trader | None):
    query = OrderQuery(sort=sort, descending=descending, trader=trader)
    assert await listed(filled, query) == expected(ORDERS, query)


def save(order: Order) -> Job[Any]:
    """Save an order, whatever it was before."""

    def plan() -> Plan[None]:
        yield Needs([by_id(Order, order.id)])
        return Decision(None, saves=[order])

    return a_job(plan)


def like(order: Order, id: int) -> Order:
    """The order with another id, and other UUIDs."""
    lines = tuple(replace(line, uuid=a_uuid(100_000 * id + place)) for place, line in enumerate(order.lines))
    return replace(order, id=id, uuid=a_uuid(8000 + id), lines=lines)


@given(changes=st.lists(st.tuples(st.integers(1, 8), st.integers(1, 120)), max_size=6), trader=st.sampled_from(TRADERS))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])  # it is erased each time
async def test_a_list_follows_what_changes(store: Store, changes: list[tuple[int, int]], trader: Trader | None):
    await store.erase()
    await store.run(put(*PARTIES))
    orders = {order.id: order for order in ORDERS[:8]}
    await store.run(put(*orders.values()))

    for id, another in changes:
        orders[id] = like(a_varied_order(another), id)
        await store.run(save(orders[id]))

    for query in (OrderQuery(trader=trader), OrderQuery(trader=trader, text="s", sort=OrderSort.SKU)):
        assert await listed(store, query) == expected(list(orders.values()), query)


async def test_listed_orders_come_with_their_version(filled: Store):
    await filled.run(save(replace(ORDERS[6], number="new")))

    page = await filled.orders("demo", OrderQuery(number="new"))
    assert [(record.value.id, record.version) for record in page.items] == [(7, 2)]


async def test_what_is_erased_is_not_listed(filled: Store):
    await filled.erase()

    assert await listed(filled, OrderQuery()) == ([], 0)
    await filled.run(put(*ORDERS, *PARTIES))
    assert await listed(filled, OrderQuery()) == expected(ORDERS, OrderQuery())


async def test_a_ledger_lists_the_orders_of_a_callers_workspace(filled: Store):
    ledger = Ledger(filled, SystemClock())

    totals = [(await ledger.orders(a_caller(workspace=name), OrderQuery())).total for name in ("demo", "another", "no")]

    assert totals == [120, 30, 0]


WALKED = [
    OrderQuery(trader=trader, descending=descending)
    for trader, descending in product((None, SUPPLIER, Trader(TradeRole.RETAILER, a_uuid(1))), (False, True))
]


@pytest.mark.parametrize("query", WALKED, ids=lambda query: f"{query.trader and query.trader.role} {query.descending}")
@pytest.mark.parametrize("asked", [{}, {"sent": True}, {"allocations": frozenset({AllocationStatus.PARTIAL})}])
async def test_a_page_of_orders_in_sqlite_is_found_in_a_narrow_index_without_sorting(
    tmp_path: Path, query: OrderQuery, asked: dict[str, Any]
):
    with closing(connect_to_write(tmp_path / "ledger.sqlite")) as connection:
        page = order_listing("demo", replace(query, **asked), sqlite_reading.LISTS)
        values = page.values | {"limit": 10, "offset": 10_000}
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {page.page}", values)]

    assert len(steps) == 1
    assert "USING COVERING INDEX order_part_by_creation" in steps[0]


async def test_orders_of_one_number_in_sqlite_are_found_without_reading_others(tmp_path: Path):
    with closing(connect_to_write(tmp_path / "ledger.sqlite")) as connection:
        page = order_listing("demo", OrderQuery(trader=SUPPLIER, number="PO-1"), sqlite_reading.LISTS)
        values = page.values | {"limit": 10, "offset": 0}
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {page.page}", values)]

    assert "order_part_by_number (workspace=? AND trader=? AND number=?)" in steps[0]


@pytest.fixture
async def connection(postgres: Postgres) -> AsyncIterator[Any]:
    # What the server would only do for want of another way is not done where there is one, however few rows there are.
    dear = dict.fromkeys(["enable_seqscan", "enable_bitmapscan", "enable_sort", "enable_incremental_sort"], "off")
    connection = await connect(await postgres.empty_ledger(), dear)
    yield connection
    await connection.close()


@pytest.mark.parametrize("query", WALKED, ids=lambda query: f"{query.trader and query.trader.role} {query.descending}")
@pytest.mark.parametrize("asked", [{}, {"sent": True}, {"allocations": frozenset({AllocationStatus.PARTIAL})}])
async def test_a_page_of_orders_in_postgresql_is_found_in_a_narrow_index_without_sorting(
    connection: Any, query: OrderQuery, asked: dict[str, Any]
):
    listing = order_listing("demo", replace(query, **asked), postgres_reading.LISTS)
    page = statement(listing.page)
    plan = await connection.fetch(f"EXPLAIN {page.sql}", *page.values(**listing.values, limit=10, offset=10_000))

    steps = [row[0] for row in plan]
    assert not [step for step in steps if "Sort  (" in step]
    assert [step for step in steps if "Index Only Scan" in step and "order_part_by_creation" in step]
