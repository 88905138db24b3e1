"""Lists of invoices: every store gives those that the query's own predicate gives, in the same order."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billingua.core.access import User
from billingua.core.invoice import Invoice, Settlement
from billingua.core.lifecycle import Status
from billingua.core.party import Party
from billingua.engine.invoices import InvoiceView, may_access
from billingua.engine.ports import Store
from billingua.engine.positions import in_order, is_behind
from billingua.engine.queries import InvoiceQuery, Sort, TextField
from tests.builders import NOON, a_party, a_user, an_invoice
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
            partly_paid=id % 2 == 0,
            pending_payments=(0, 0, 1, 3)[id % 4],
            opportunity=(None, None, 3, 4)[id % 4],
            channel=(None, 1, 2)[id % 3],
            created_by=(None, "ida", "eve")[id % 3],
            description=(None, "Two  words", "größer\n100%", "\x00 a")[id % 4],
            purchase_order_number=(None, "PO-8", "straße")[id % 3],
            order_number=(None, "", "3107")[id % 3],
            external_id=(None, "7", "ERP-7", "é\x00")[id % 4],
            external_party_id=(None, "erp-c", "ERP-B", "")[id % 4],
            extras=({}, {"crux": {"a": 1}, "x": {"type": "Credit\x00"}}, {"x": {"type": 7}}, {"y": {"type": ""}})[
                id % 4
            ],
        )
        for (status, issued_at, due_at), id in cases
    ]


INVOICES = some_invoices()
PARTIES = {
    10: a_party(id=10, name="Zoë\t& Sons"),
    11: a_party(id=11, name="zoë & SONS", private=True, access=("ida",)),
    13: a_party(id=13, name="A" * 250, private=True, access=("adam", "da")),
}

moments = st.sampled_from(MOMENTS) | st.integers(-2_000_000, 2_000_000).map(
    lambda number: NOON + timedelta(seconds=number)
)
CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "statuses": st.frozensets(st.sampled_from(Status)),
    "origin": st.sampled_from(["crux", "native", "nobody"]),
    "party": st.integers(9, 14),
    "order": st.integers(100, 102),
    "opportunity": st.integers(2, 5),
    "currency": st.sampled_from(["USD", "JPY", "EUR"]),
    "channels": st.frozensets(st.integers(0, 3)),
    "external_ids": st.frozensets(st.sampled_from(["7", "ERP-7", "erp-7", "é\x00", ""])),
    "settlements": st.frozensets(st.sampled_from(Settlement)),
    "reader": st.sampled_from(["ida", "eve", "da", "adam"]),
    "words": st.sampled_from(["", "inv", "WO  two", "nv", "größ", "100% gr", "\x00", "a", "10"]),
    "party_name": st.sampled_from(["", "zoë", "E\u0301", " & s", "\t&", "A" * 220, "b", "\x00"]),
    "text": st.sampled_from(
        ["", "inv", "INV-1", "ß", "SS", "%", "_", "A_", "é", "\x00", "0", "'; --", "🧾", "1", "erp-", "credit"]
    ),
    "text_in": st.frozensets(st.sampled_from(TextField)),
    "created_from": moments,
    "created_to": moments,
    "issued_from": moments,
    "issued_to": moments,
    "due_from": moments,
    "due_to": moments,
    "overdue_at": moments,
    "least": st.decimals(-1, 2, places=4),
    "most": st.decimals(-1, 2, places=4),
    "offset": st.integers(0, 160),
    "limit": st.integers(0, 160),
}
ORDERS = {"sort": st.sampled_from(Sort), "descending": st.booleans()}


@st.composite
def queries(draw: st.DrawFn) -> InvoiceQuery:
    """Queries with few conditions: with many, nothing is left to compare."""
    names = draw(st.lists(st.sampled_from(sorted(CONDITIONS)), unique=True, max_size=4))
    return InvoiceQuery(**draw(st.fixed_dictionaries({name: CONDITIONS[name] for name in names} | ORDERS)))


def expected(
    invoices: Sequence[Invoice], query: InvoiceQuery, parties: Mapping[int, Party] = PARTIES
) -> tuple[list[Invoice], int]:
    asked = [invoice for invoice in invoices if query.matches(invoice, parties.get(invoice.party))]
    asked.sort(key=lambda invoice: in_order(query.place(invoice, parties.get(invoice.party))), reverse=query.descending)
    rest = [
        one
        for one in asked
        if is_behind(query.place(one, parties.get(one.party)), query.after, descending=query.descending)
    ]
    rest = rest[query.offset :]
    return rest if query.limit is None else rest[: query.limit], len(asked)


async def listed(store: Store, query: InvoiceQuery) -> tuple[list[Invoice], int]:
    page = await store.invoices("demo", query)
    return [record.value for record in page.items], page.total


@pytest.fixture
async def filled(store: Store) -> Store:
    await store.run(put(*INVOICES, *PARTIES.values()))
    await store.run(put(*INVOICES[:30], a_party(id=12), workspace="another"))
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
    {"opportunity": 3},
    {"opportunity": 9},
    {"currency": "JPY"},
    {"channels": frozenset({1, 3})},
    {"channels": frozenset()},
    {"external_ids": frozenset({"7", "é\x00"})},
    {"external_ids": frozenset()},
    *({"settlements": frozenset({one})} for one in Settlement),
    {"settlements": frozenset()},
    {"reader": "ida"},
    {"reader": "nobody"},
    {"reader": "ida", "statuses": frozenset({Status.OPEN, Status.PAID}), "origin": "crux", "currency": "JPY"},
    {"reader": "eve", "party": 11},
    {"words": "WO tw"},
    {"words": "ords"},
    {"party_name": "ZOË & s"},
    {"party_name": ""},
    *({"text": text, "text_in": frozenset({one})} for one in TextField for text in ("", "1", "ERP", "po-8", "SS")),
    {"text": "CREDIT\x00", "text_in": frozenset({TextField.KIND})},
    {"text": "10", "text_in": frozenset(TextField)},
    {"text": "", "text_in": frozenset()},
    {"created_from": NOON},
    {"created_to": NOON},
    {"text": "GRÖSSE%"},
    {"text": "%"},
    {"text": "_"},
    {"text": ""},
    {"issued_from": NOON},
    {"issued_to": NOON},
    {"due_from": NOON},
    {"due_to": NOON},
    {"overdue_at": NOON},
    {"least": Decimal("0.62495")},
    {"most": Decimal("0.5")},
    {"after": (70,)},
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


@pytest.mark.parametrize("sort", [None, *Sort])
async def test_the_ids_of_a_list_are_those_of_its_invoices(filled: Store, sort: Sort | None):
    order = {"sort": sort, "descending": True, "statuses": frozenset({Status.OPEN, Status.PAID}), "reader": "ida"}
    for asked in SINGLE if sort is None else [order, order | {"offset": 3, "limit": 5}]:
        query = InvoiceQuery(**asked)
        invoices, _ = expected(INVOICES, query)
        assert list(await filled.invoice_ids("demo", query)) == [invoice.id for invoice in invoices]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", Sort)
async def test_each_order_holds_with_its_ties(filled: Store, sort: Sort, descending: bool):
    query = InvoiceQuery(sort=sort, descending=descending)
    assert await listed(filled, query) == expected(INVOICES, query)


@pytest.mark.parametrize("before_1970", [False, True])
@pytest.mark.parametrize("sort", [Sort.CREATED, Sort.UPDATED])
async def test_what_was_done_in_the_same_second_stands_by_id(store: Store, sort: Sort, before_1970: bool):
    second = datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC) if before_1970 else NOON
    moments = [second + timedelta(microseconds=number) for number in (1_000_000, 999_999, 0, 500_000, -1)]
    await store.run(put(*(an_invoice(id=id, **{sort.value: moment}) for id, moment in enumerate(moments, 1))))

    upwards, _ = await listed(store, InvoiceQuery(sort=sort))
    downwards, _ = await listed(store, InvoiceQuery(sort=sort, descending=True))

    assert [invoice.id for invoice in upwards] == [5, 2, 3, 4, 1]
    assert downwards == upwards[::-1]


@pytest.mark.parametrize(
    "asked", [{"statuses": frozenset({Status.OPEN, Status.PAID})}, {"reader": "da"}, {"party": 12}]
)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", Sort)
async def test_pages_of_each_order_follow_one_another(
    filled: Store, sort: Sort, descending: bool, asked: dict[str, Any]
):
    for offset in range(0, 160, 7):
        query = InvoiceQuery(**asked, sort=sort, descending=descending, offset=offset, limit=7)
        assert await listed(filled, query) == expected(INVOICES, query)


users = st.sampled_from(
    [a_user(username=name, admin=admin) for name in ("ida", "eve", "da") for admin in (True, False)]
)


@given(user=users | st.none(), invoice=st.sampled_from(INVOICES), party=st.sampled_from([*PARTIES.values(), None]))
def test_a_reader_is_shown_in_lists_what_they_may_access(user: User | None, invoice: Invoice, party: Party | None):
    reader = user.username if user and not user.admin else None
    assert InvoiceQuery(reader=reader).matches(invoice, party) is may_access(user, InvoiceView(invoice, 1, party))


@pytest.mark.parametrize(
    ("change_of", "asked"),
    [
        ({"description": "quite new"}, {"words": "new"}),
        ({"opportunity": 77}, {"opportunity": 77}),
        ({"external_id": "fresh"}, {"external_ids": frozenset({"fresh"})}),
        ({"channel": 8}, {"channels": frozenset({8})}),
        ({"created_by": "adam", "party": 11}, {"reader": "adam", "party": 11}),
        ({"extras": {"z": {"type": "Pro forma"}}}, {"text": "forma", "text_in": frozenset({TextField.KIND})}),
        ({"order_number": "SO-1"}, {"text": "so-", "text_in": frozenset({TextField.ORDER})}),
        ({"order": 4711}, {"text": "4711", "text_in": frozenset({TextField.ORDER})}),
        ({"external_party_id": "X-9"}, {"text": "x-9", "text_in": frozenset({TextField.EXTERNAL_PARTY})}),
        ({"purchase_order_number": "PO 5"}, {"text": "po 5", "text_in": frozenset({TextField.PURCHASE_ORDER})}),
        ({"open_balance": Decimal(0)}, {"settlements": frozenset({Settlement.SETTLED}), "order": 101}),
    ],
    ids=", ".join,
)
async def test_a_list_by_details_follows_what_changes(filled: Store, change_of: dict[str, Any], asked: dict[str, Any]):
    invoice = await filled.run(change(15, order=101, order_number=None))
    changed = await filled.run(change(15, **({"order_number": None} | change_of)))

    others = [one for one in INVOICES if one.id != 15]
    query = InvoiceQuery(**asked)
    assert await listed(filled, query) == expected(sorted([*others, changed], key=lambda one: one.id), query)
    assert changed.id in [one.id for one in (await listed(filled, query))[0]]
    await filled.run(change(15, **{name: getattr(invoice, name) for name in change_of}))


async def test_lists_by_parties_follow_what_they_are_called_and_who_may_see_them(filled: Store):
    hidden = a_party(id=12, name="Aaron", private=True)
    await filled.run(put(hidden))

    for query in (InvoiceQuery(reader="nobody"), InvoiceQuery(sort=Sort.PARTY_NAME), InvoiceQuery(party_name="aaron")):
        assert await listed(filled, query) == expected(INVOICES, query, PARTIES | {12: hidden})


async def test_a_list_follows_what_changes(filled: Store):
    await filled.run(change(7, status=Status.VOID, number="new", due_at=None, party=99))

    for query in (InvoiceQuery(party=99), InvoiceQuery(text="NEW"), InvoiceQuery(statuses=frozenset({Status.VOID}))):
        page = await filled.invoices("demo", query)
        assert 7 in [record.value.id for record in page.items]


async def test_listed_invoices_come_with_their_version(filled: Store):
    await filled.run(change(7, terms="now"))

    page = await filled.invoices("demo", InvoiceQuery(offset=6, limit=1))
    assert [(record.value.id, record.version) for record in page.items] == [(7, 2)]
