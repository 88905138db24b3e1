"""Lists of invoices: every store gives those that the query's own predicate gives, in the same order."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.engine.ports import Store
from billingua.engine.queries import InvoiceQuery, Sort
from tests.builders import NOON, an_invoice
from tests.stores.plans import change, put

NUMBERS = ("INV-1", "inv-2", "Größe%", "a_b", "", "10", "9", "É\x00!", "🧾-7")
MOMENTS = tuple(NOON + timedelta(microseconds=number) for number in (-(10**12), -1, 0, 1, 10**12))


def some_invoices() -> list[Invoice]:
    """Some of everything that a query may ask for, with many ties."""
    cases = zip(product(Status, MOMENTS, (None, *MOMENTS)), range(1, 151), strict=True)
    return [
        an_invoice(
            id=id,
            number=NUMBERS[id % len(NUMBERS)],
            number_scope=str(id),
            status=status,
            origin=("crux", "native", "modulus")[id % 3],
            party=10 + id % 4,
            order=None if id % 5 else 100 + id % 2,
            currency=("USD", "JPY")[id % 2],
            issued_at=issued_at,
            due_at=due_at,
            created_at=MOMENTS[id % 5],
            updated_at=MOMENTS[id % 3],
            original_balance=Decimal(id % 11) / 8,
            open_balance=Decimal(id % 7 - 2) * Decimal("0.0001"),
        )
        for (status, issued_at, due_at), id in cases
    ]


INVOICES = some_invoices()

moments = st.sampled_from(MOMENTS) | st.integers(-2_000_000, 2_000_000).map(
    lambda number: NOON + timedelta(seconds=number)
)
CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "statuses": st.frozensets(st.sampled_from(Status)),
    "origin": st.sampled_from(["crux", "native", "nobody"]),
    "party": st.integers(9, 14),
    "order": st.integers(100, 102),
    "currency": st.sampled_from(["USD", "JPY", "EUR"]),
    "text": st.sampled_from(["", "inv", "INV-1", "ß", "SS", "%", "_", "A_", "é", "\x00", "0", "'; --", "🧾"]),
    "issued_from": moments,
    "issued_to": moments,
    "due_from": moments,
    "due_to": moments,
    "overdue_at": moments,
    "offset": st.integers(0, 160),
    "limit": st.integers(0, 160),
}
ORDERS = {"sort": st.sampled_from(Sort), "descending": st.booleans()}


@st.composite
def queries(draw: st.DrawFn) -> InvoiceQuery:
    """Queries with few conditions: with many, nothing is left to compare."""
    names = draw(st.lists(st.sampled_from(sorted(CONDITIONS)), unique=True, max_size=4))
    return InvoiceQuery(**draw(st.fixed_dictionaries({name: CONDITIONS[name] for name in names} | ORDERS)))


def expected(invoices: Sequence[Invoice], query: InvoiceQuery) -> tuple[list[Invoice], int]:
    asked = sorted(filter(query.matches, invoices), key=query.place, reverse=query.descending)
    rest = asked[query.offset :]
    return rest if query.limit is None else rest[: query.limit], len(asked)


async def listed(store: Store, query: InvoiceQuery) -> tuple[list[Invoice], int]:
    page = await store.invoices("demo", query)
    return [record.value for record in page.items], page.total


@pytest.fixture
async def filled(store: Store) -> Store:
    await store.run(put(*INVOICES))
    await store.run(put(*INVOICES[:30], workspace="another"))
    return store


@given(query=queries())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # no query changes the store
async def test_any_query_is_answered_as_its_predicate_says(filled: Store, query: InvoiceQuery):
    assert await listed(filled, query) == expected(INVOICES, query)


SINGLE: list[dict[str, Any]] = [
    {},
    {"statuses": frozenset({Status.OPEN, Status.PAID})},
    {"statuses": frozenset()},
    {"origin": "crux"},
    {"party": 11},
    {"order": 101},
    {"currency": "JPY"},
    {"text": "GRÖSSE%"},
    {"text": "%"},
    {"text": "_"},
    {"text": ""},
    {"issued_from": NOON},
    {"issued_to": NOON},
    {"due_from": NOON},
    {"due_to": NOON},
    {"overdue_at": NOON},
    {"offset": 140},
    {"limit": 3},
    {"offset": 3, "limit": 0},
]


def test_every_condition_is_tried_by_itself():
    tried = {name for case in SINGLE for name in case} | {"sort", "descending"}
    assert tried == {field.name for field in fields(InvoiceQuery)}


@pytest.mark.parametrize("asked", SINGLE, ids=lambda asked: ", ".join(asked) or "nothing")
async def test_each_condition_holds_by_itself(filled: Store, asked: dict[str, Any]):
    query = InvoiceQuery(**asked)
    assert await listed(filled, query) == expected(INVOICES, query)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", Sort)
async def test_each_order_holds_with_its_ties(filled: Store, sort: Sort, descending: bool):
    query = InvoiceQuery(sort=sort, descending=descending)
    assert await listed(filled, query) == expected(INVOICES, query)


async def test_a_list_follows_what_changes(filled: Store):
    await filled.run(change(7, status=Status.VOID, number="new", due_at=None, party=99))

    for query in (InvoiceQuery(party=99), InvoiceQuery(text="NEW"), InvoiceQuery(statuses=frozenset({Status.VOID}))):
        page = await filled.invoices("demo", query)
        assert 7 in [record.value.id for record in page.items]


async def test_listed_invoices_come_with_their_version(filled: Store):
    await filled.run(change(7, terms="now"))

    page = await filled.invoices("demo", InvoiceQuery(offset=6, limit=1))
    assert [(record.value.id, record.version) for record in page.items] == [(7, 2)]
