"""Lists of payments, receipts and their lines: every store gives what the query's own predicate gives, in its order."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import fields, replace
from datetime import timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billingua.core.access import User
from billingua.core.errors import NotPermitted
from billingua.core.payment import Payment, PaymentLine, PaymentStatus
from billingua.core.receipt import Receipt, ReceiptKind, ReceiptLine
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.engine.payment_queries import (
    Covered,
    ListedLine,
    PaymentField,
    PaymentQuery,
    PaymentSort,
    ReceiptField,
    ReceiptLineQuery,
    ReceiptLineSort,
    ReceiptQuery,
    ReceiptSort,
)
from billingua.engine.payments import find_payment, view_payments
from billingua.engine.plan import Decision, Job, Needs, Plan, by_id
from billingua.engine.ports import Store
from billingua.engine.receipts import find_receipt, view_receipts
from billingua.stores.pages import Listing
from billingua.stores.payment_listing import payment_listing, receipt_line_listing, receipt_listing
from billingua.stores.postgres import migrate, open_postgres, schema
from billingua.stores.sqlite import connections, open_sqlite
from billingua.stores.sqlite import reading as sqlite_reading
from tests.builders import NOON, a_caller, a_party, a_payment, a_receipt, a_user, an_invoice
from tests.postgres import Postgres
from tests.stores.older import copy_as_older, rows
from tests.stores.plans import a_job, assert_whole, put

STATUSES = tuple(PaymentStatus)
MOMENTS = tuple(NOON + timedelta(seconds=seconds) for seconds in (-(10**6), -1.000001, 0, 0.9, 1))
PAYERS = (None, "", "Ada Straße", "STORE", "é\x00")
EXTERNAL = (None, "", "ERP-7", "erp-c", "é\x00")


def some_payments() -> list[Payment]:
    """Some of everything that a query may ask for, with many ties."""
    return [
        a_payment(
            id=id,
            party=(10, 11, 12, 13, 1101)[id % 5],
            lines=tuple(
                PaymentLine(35 + (id + place) % 4, Decimal(id % 7) + Decimal("0.0001") * place)
                for place in range(id % 4)
            ),
            status=STATUSES[id % 5],
            applied=id % 3 == 0,
            channel=(None, 1, 2)[id % 3],
            currency=("USD", "EUR")[id % 2],
            memo=("", "Check 7781", "check 9", "ß\x00")[id % 4],
            payer=PAYERS[id % 5],
            external_id=EXTERNAL[id % 5],
            external_party_id=EXTERNAL[id % 4],
            received_at=MOMENTS[id % 5],
            updated_at=(None, *MOMENTS)[id % 6],
            created_by=(None, "ida", "eve")[id % 3],
            extras=(
                {},
                {"bigcommerce": {"moduleName": "Online\x00", "fundingStatus": 3}},
                {"x": {"moduleName": 7, "fundingStatus": True}, "y": {"moduleName": "cash", "fundingStatus": 0}},
                {"x": {"moduleName": None, "fundingStatus": Decimal(1)}},
                {"x": {"fundingStatus": 10**9}, "y": {"fundingStatus": -5}},
            )[id % 5],
        )
        for id in range(1, 48)
    ]


def some_receipts() -> list[Receipt]:
    """Some of everything that a query may ask for, with many ties."""
    return [
        a_receipt(
            id=id,
            payment=100 - id % 3 * 50 - id,
            party=(10, 11, 12, 13, 1101)[id % 5],
            kind=tuple(ReceiptKind)[id % 2],
            status=STATUSES[id % 5],
            total=Decimal(id % 6) / 8,
            reference=("", "Check 7781", "check 9", "ß\x00")[id % 4],
            payer=PAYERS[id % 5],
            payer_id=(None, "", "E-9", "10")[id % 4],
            external_id=EXTERNAL[id % 5],
            external_party_id=EXTERNAL[id % 4],
            created_at=MOMENTS[id % 5],
            updated_at=MOMENTS[id % 3],
            lines=tuple(
                ReceiptLine(200 - id * 3 + place, 35 + (id + place) % 4, Decimal(id % 5 + place) / 8)
                for place in range(id % 4)
            ),
        )
        for id in range(1, 41)
    ]


PAYMENTS = some_payments()
RECEIPTS = some_receipts()
LINES = [ListedLine(receipt, line) for receipt in RECEIPTS for line in receipt.lines]
INVOICES = {
    35: an_invoice(id=35, party=10),
    37: an_invoice(id=37, party=13, created_by="eve"),
    38: an_invoice(id=38, party=11),
}
PARTIES = {
    10: a_party(id=10, name="Zoë\t& Sons"),
    11: a_party(id=11, name="zoë & SONS", private=True, access=("ida",)),
    13: a_party(id=13, name="Hidden", private=True, access=("adam", "da")),
}

statuses = st.frozensets(st.sampled_from(PaymentStatus))
texts = st.sampled_from(
    ["", "1", "10", "11", "010", "35", "37", "ERP", "c", "ss", "é\x00", "%", "_", "store", "Offline", "check", "9" * 19]
)
readers = st.sampled_from(["ida", "eve", "da", "adam"])
PAGES = {"offset": st.integers(0, 60), "limit": st.integers(0, 60)}
parties = st.integers(9, 14)
moments = st.sampled_from([*MOMENTS, *(moment + timedelta(milliseconds=500) for moment in MOMENTS)])
amounts = st.sampled_from([Decimal(amount) for amount in ("0", "-1", "3", "6.0001", "6.00014", "12.00035", "99999")])
PAYMENT_CONDITIONS: Mapping[str, st.SearchStrategy[Any]] = {
    "invoice": st.integers(34, 39),
    "party": parties,
    "currency": st.sampled_from(["USD", "EUR", "usd"]),
    "applied": st.booleans(),
    "received_from": moments,
    "received_to": moments,
    "least": amounts,
    "most": amounts,
    "statuses": statuses,
    "channels": st.frozensets(st.integers(0, 3)),
    "party_name": st.sampled_from(["", "zoë", " & s", "\t&", "hid", "b", "\x00"]),
    "text": texts,
    "text_in": st.frozensets(st.sampled_from(PaymentField)),
    "reader": readers,
    **PAGES,
}
PAYMENT_ORDERS = {
    "sort": st.sampled_from(PaymentSort),
    "descending": st.booleans(),
    "usual_source": st.sampled_from(["", "Offline", "zz"]),
    "usual_funding": st.integers(0, 3),
}
RECEIPT_CONDITIONS: Mapping[str, st.SearchStrategy[Any]] = {
    "statuses": statuses,
    "text": texts,
    "text_in": st.frozensets(st.sampled_from(ReceiptField)),
    "usual_payer": st.sampled_from(["Store offline payment", "é\x00"]),
    "reader": readers,
    **PAGES,
}
RECEIPT_ORDERS = {"sort": st.sampled_from(ReceiptSort), "descending": st.booleans()}
LINE_CONDITIONS = {**RECEIPT_CONDITIONS, "receipt": st.integers(0, 42)}
OF_RECEIPTS_ALONE = {
    "payment": st.integers(0, 99),
    "party": parties,
    "created_from": moments,
    "created_to": moments,
}
RECEIPT_CONDITIONS = {**RECEIPT_CONDITIONS, **OF_RECEIPTS_ALONE}
LINE_ORDERS = {"sort": st.sampled_from(ReceiptLineSort), "descending": st.booleans()}


@st.composite
def asked(
    draw: st.DrawFn, conditions: Mapping[str, st.SearchStrategy[Any]], orders: Mapping[str, st.SearchStrategy[Any]]
) -> dict[str, Any]:
    """Draw few conditions: with many, nothing is left to compare."""
    names = draw(st.lists(st.sampled_from(sorted(conditions)), unique=True, max_size=4))
    return draw(st.fixed_dictionaries({name: conditions[name] for name in names} | dict(orders)))


def covered_by(one: Any) -> list[Covered]:
    """List the invoices that a payment, or the receipt of a line, covers; two of them are gone."""
    lines = one.receipt.lines if isinstance(one, ListedLine) else one.lines
    invoices = [INVOICES[line.invoice] for line in lines if line.invoice in INVOICES]
    return [Covered(invoice, PARTIES.get(invoice.party)) for invoice in invoices]


def expected(known: Sequence[Any], query: Any, party: Any) -> tuple[list[Any], int]:
    found = [one for one in known if query.matches(one, PARTIES.get(party(one)), covered_by(one))]
    found.sort(key=query.place, reverse=query.descending)
    end = None if query.limit is None else query.offset + query.limit
    return found[query.offset : end], len(found)


def expected_payments(query: PaymentQuery, known: Sequence[Payment] = PAYMENTS) -> tuple[list[Any], int]:
    return expected(known, query, lambda payment: payment.party)


def expected_receipts(query: ReceiptQuery) -> tuple[list[Any], int]:
    return expected(RECEIPTS, query, lambda receipt: receipt.party)


def expected_lines(query: ReceiptLineQuery, known: Sequence[ListedLine] = LINES) -> tuple[list[Any], int]:
    return expected(known, query, lambda listed: listed.receipt.party)


async def listed_payments(store: Store, query: PaymentQuery) -> tuple[list[Any], int]:
    page = await store.payments("demo", query)
    return [record.value for record in page.items], page.total


async def listed_receipts(store: Store, query: ReceiptQuery) -> tuple[list[Any], int]:
    page = await store.receipts("demo", query)
    return [record.value for record in page.items], page.total


async def listed_lines(store: Store, query: ReceiptLineQuery) -> tuple[list[Any], int]:
    page = await store.receipt_lines("demo", query)
    return [record.value for record in page.items], page.total


@pytest.fixture
async def filled(store: Store) -> Store:
    await store.run(put(*PAYMENTS, *RECEIPTS, *PARTIES.values(), *INVOICES.values()))
    await store.run(put(*PAYMENTS[:20], *RECEIPTS[:20], a_party(id=12, private=True), workspace="another"))
    return store


# No query changes the store.
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(asked=asked(PAYMENT_CONDITIONS, PAYMENT_ORDERS))
@many
async def test_any_query_of_payments_is_answered_as_its_predicate_says(filled: Store, asked: dict[str, Any]):
    query = PaymentQuery(**asked)
    assert await listed_payments(filled, query) == expected_payments(query)


@given(asked=asked(RECEIPT_CONDITIONS, RECEIPT_ORDERS))
@many
async def test_any_query_of_receipts_is_answered_as_its_predicate_says(filled: Store, asked: dict[str, Any]):
    query = ReceiptQuery(**asked)
    assert await listed_receipts(filled, query) == expected_receipts(query)


@given(asked=asked(LINE_CONDITIONS, LINE_ORDERS))
@many
async def test_any_query_of_lines_is_answered_as_its_predicate_says(filled: Store, asked: dict[str, Any]):
    query = ReceiptLineQuery(**asked)
    assert await listed_lines(filled, query) == expected_lines(query)


def test_every_condition_is_tried():
    for conditions, orders, query in (
        (PAYMENT_CONDITIONS, PAYMENT_ORDERS, PaymentQuery),
        (RECEIPT_CONDITIONS, RECEIPT_ORDERS, ReceiptQuery),
        (LINE_CONDITIONS, LINE_ORDERS, ReceiptLineQuery),
    ):
        assert {*conditions, *orders, "after"} == {field.name for field in fields(query)}


@pytest.mark.parametrize("descending", [False, True])
async def test_each_order_holds_with_its_ties(filled: Store, descending: bool):
    for sort in PaymentSort:
        payments = PaymentQuery(sort=sort, descending=descending, usual_source="Offline", usual_funding=2)
        assert await listed_payments(filled, payments) == expected_payments(payments)
    for sort in ReceiptSort:
        receipts = ReceiptQuery(sort=sort, descending=descending)
        assert await listed_receipts(filled, receipts) == expected_receipts(receipts)
    for sort in ReceiptLineSort:
        lines = ReceiptLineQuery(sort=sort, descending=descending)
        assert await listed_lines(filled, lines) == expected_lines(lines)


async def test_each_field_is_looked_through_by_itself(filled: Store):
    for text in ("", "1", "10", "010", "35", "erp", "STORE", "SS", "e-9", "é\x00", "9" * 19):
        for field in PaymentField:
            query = PaymentQuery(text=text, text_in=frozenset({field}))
            assert await listed_payments(filled, query) == expected_payments(query)
        for field in ReceiptField:
            said = {"text": text, "text_in": frozenset({field}), "usual_payer": "Store offline payment"}
            assert await listed_receipts(filled, ReceiptQuery(**said)) == expected_receipts(ReceiptQuery(**said))
            assert await listed_lines(filled, ReceiptLineQuery(**said)) == expected_lines(ReceiptLineQuery(**said))


async def test_pages_follow_one_another(filled: Store):
    whole, total = expected_lines(ReceiptLineQuery(descending=True))
    pages = [
        (await listed_lines(filled, ReceiptLineQuery(descending=True, offset=offset, limit=7)))[0]
        for offset in range(0, 70, 7)
    ]
    assert [line for page in pages for line in page] == whole
    assert len(whole) == total == len(LINES)


def saving(change: Any, key: Any) -> Job[Any]:
    """Save an aggregate as a change makes it, or delete it where that is nothing."""

    def plan() -> Plan[Any]:
        found = yield Needs([key])
        known = found.require(key, AssertionError())
        changed = change(known)
        return Decision(changed, saves=[changed] if changed else [], deletes=[] if changed else [known])

    return a_job(plan)


async def test_lists_of_payments_follow_what_changes(filled: Store):
    lines = (PaymentLine(99, Decimal(5)),)
    changed = await filled.run(
        saving(lambda payment: replace(payment, lines=lines, external_id="new"), by_id(Payment, 2))
    )

    assert await listed_payments(filled, PaymentQuery(invoice=99)) == ([changed], 1)
    assert await listed_payments(filled, PaymentQuery(text="NEW")) == ([changed], 1)
    for invoice in {line.invoice for line in PAYMENTS[1].lines}:
        assert changed not in (await listed_payments(filled, PaymentQuery(invoice=invoice)))[0]

    await filled.run(saving(lambda _: None, by_id(Payment, 2)))

    assert await listed_payments(filled, PaymentQuery(invoice=99)) == ([], 0)
    assert (await listed_payments(filled, PaymentQuery()))[1] == len(PAYMENTS) - 1


async def test_lists_of_receipts_and_their_lines_follow_what_changes(filled: Store):
    (first, *others) = RECEIPTS[2].lines
    changed = await filled.run(
        saving(
            lambda receipt: replace(receipt, lines=tuple(others), status=PaymentStatus.REFUNDED, reference="anew"),
            by_id(Receipt, 3),
        )
    )

    for text_in in (ReceiptField.REFERENCE, None):
        where = {"text_in": frozenset({text_in})} if text_in else {}
        assert await listed_receipts(filled, ReceiptQuery(text="ANEW", **where)) == ([changed], 1)
    shown, total = await listed_lines(filled, ReceiptLineQuery(receipt=3))
    assert ([listed.line for listed in shown], total) == (others, len(others))
    assert first not in [listed.line for listed in (await listed_lines(filled, ReceiptLineQuery()))[0]]

    await filled.run(saving(lambda _: None, by_id(Receipt, 3)))

    assert await listed_lines(filled, ReceiptLineQuery(receipt=3)) == ([], 0)
    assert await listed_receipts(filled, ReceiptQuery(text="anew")) == ([], 0)


async def test_what_is_listed_comes_with_its_version(filled: Store):
    await filled.run(saving(lambda receipt: replace(receipt, memo="once more"), by_id(Receipt, 3)))

    page = await filled.receipt_lines("demo", ReceiptLineQuery(receipt=3, limit=1))
    assert [(record.value.receipt.memo, record.version) for record in page.items] == [("once more", 2)]


READERS = [None, *(a_user(username=name, admin=admin) for name in ("ida", "eve", "da") for admin in (True, False))]


@pytest.mark.parametrize("user", READERS, ids=lambda user: user and f"{user.username} {user.admin}")
async def test_whoever_asks_is_shown_in_lists_what_they_may_see(filled: Store, user: User | None):
    ledger, caller = Ledger(filled, SystemClock()), a_caller(user=user)

    async def may_find(find: Any, one: Any) -> bool:
        try:
            await ledger.read(caller, find, one.id)
        except NotPermitted:
            return False
        return True

    shown = await ledger.payments(caller, PaymentQuery(reader="nobody"))
    payments = {record.value.id for record in shown.items}
    assert payments == {payment.id for payment in PAYMENTS if await may_find(find_payment, payment)}
    views = await ledger.read(caller, view_payments, shown.items)
    assert [view.payment for view in views] == [record.value for record in shown.items]
    told = await ledger.receipts(caller, ReceiptQuery())
    receipts = [record.value for record in told.items]
    assert {receipt.id for receipt in receipts} == {one.id for one in RECEIPTS if await may_find(find_receipt, one)}
    assert await ledger.read(caller, view_receipts, told.items) == receipts
    lines = await ledger.receipt_lines(caller, ReceiptLineQuery())
    assert lines.total == sum(len(receipt.lines) for receipt in receipts)


async def test_a_page_of_lines_reads_each_receipt_once(store: Store):
    many = [
        a_receipt(id=id, payment=id, lines=tuple(ReceiptLine(id + 10 * one, 35, Decimal(1)) for one in range(300)))
        for id in (1, 2)
    ]
    await store.run(put(*many))
    page = await store.receipt_lines("demo", ReceiptLineQuery(offset=100, limit=250))
    assert len({id(record.value.receipt) for record in page.items}) == 2
    assert [record.value.line.id for record in page.items] == [id + 10 * one for one in range(50, 175) for id in (1, 2)]


OLD = [
    # No face takes U+0000, and SQLite ends a text of JSON there.
    *(one for one in (*PAYMENTS, *RECEIPTS) if "\\x00" not in repr(one)),
    *PARTIES.values(),
    a_payment(
        id=90,
        lines=(PaymentLine(1, Decimal("0.0001")), PaymentLine(1, Decimal("99999999999.99"))),
        received_at=NOON.astimezone(timezone(timedelta(hours=-3))),
    ),
    a_payment(id=91, lines=(), extras={"x": {"moduleName": "Größe"}}, external_id="Straße", status=STATUSES[1]),
]
KEPT = ("aggregate", "party_row", "lookup", "counter", "history", "outbox")
FILLED = ("payment_row", "payment_part", "receipt_row", "receipt_line", "payment_count")


async def test_an_older_file_is_filled_as_a_store_would_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = open_sqlite(tmp_path / "new.sqlite")
    await store.run(put(*OLD))
    await store.close()
    copy_as_older(tmp_path / "new.sqlite", tmp_path / "old.sqlite", KEPT, 6, monkeypatch)

    connections.migrate(tmp_path / "old.sqlite")
    again = open_sqlite(tmp_path / "old.sqlite")

    assert rows(tmp_path / "old.sqlite", FILLED) == rows(tmp_path / "new.sqlite", FILLED)
    await assert_whole(again)
    await again.close()


async def test_an_older_database_is_filled_as_a_store_would_have(postgres: Postgres, monkeypatch: pytest.MonkeyPatch):
    url, older = await postgres.empty_ledger(), await postgres.new_database()
    odd = a_payment(
        id=92,
        external_id="\x00\x01\\u0000",
        memo="\x02\x00",
        payer="Ä\x01",
        extras={"x": {"moduleName": "\x02"}},
        created_by="\x01",
    )
    store = await open_postgres(url)
    await store.run(put(*OLD, odd))
    await store.close()
    with monkeypatch.context() as before:
        before.setattr(schema, "_MIGRATIONS", schema._MIGRATIONS[:6])
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


def steps(path: Path, asked: Listing) -> tuple[list[str], list[str]]:
    """How SQLite would count, and how it would find a page."""
    with closing(connections.connect_to_write(path)) as connection:
        values = asked.values | {"limit": 10, "offset": 10_000}
        total, page = (
            [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            for sql in (asked.total, asked.page)
        )
    return total, page


LISTS = sqlite_reading.LISTS


@pytest.mark.parametrize("descending", [False, True])
def test_pages_in_the_order_of_creation_are_found_in_indexes(tmp_path: Path, descending: bool):
    pending = frozenset({PaymentStatus.AWAITING})
    for asked, index in (
        (payment_listing("demo", PaymentQuery(descending=descending), LISTS), "payment_row_by_creation"),
        (
            payment_listing("demo", PaymentQuery(descending=descending, statuses=pending), LISTS),
            "payment_row_by_creation",
        ),
        (receipt_listing("demo", ReceiptQuery(descending=descending), LISTS), "receipt_row_by_creation"),
        (
            receipt_listing("demo", ReceiptQuery(descending=descending, statuses=pending), LISTS),
            "receipt_row_by_creation",
        ),
        (receipt_line_listing("demo", ReceiptLineQuery(descending=descending), LISTS), "receipt_line_by_creation"),
    ):
        _, page = steps(tmp_path / "ledger.sqlite", asked)
        assert len(page) == 1
        assert f"USING COVERING INDEX {index}" in page[0]


@pytest.mark.parametrize("statuses", [None, frozenset({PaymentStatus.AWAITING, PaymentStatus.COMPLETED}), frozenset()])
def test_totals_of_all_or_of_some_statuses_are_counted_already(
    tmp_path: Path, statuses: frozenset[PaymentStatus] | None
):
    for asked in (
        payment_listing("demo", PaymentQuery(statuses=statuses), LISTS),
        receipt_listing("demo", ReceiptQuery(statuses=statuses), LISTS),
        receipt_line_listing("demo", ReceiptLineQuery(statuses=statuses), LISTS),
    ):
        total, _ = steps(tmp_path / "ledger.sqlite", asked)
        assert [step.partition(" USING")[0] for step in total] == ["SEARCH payment_count"]


def test_few_among_many_are_found_by_an_index(tmp_path: Path):
    history = ReceiptLineQuery(text="35", text_in=frozenset({ReceiptField.INVOICE}), descending=True)
    for asked, found in (
        (
            payment_listing("demo", PaymentQuery(invoice=35), LISTS),
            "payment_part USING PRIMARY KEY (workspace=? AND invoice=?)",
        ),
        (receipt_line_listing("demo", ReceiptLineQuery(receipt=3), LISTS), "receipt_line USING PRIMARY KEY"),
        (receipt_line_listing("demo", history, LISTS), "receipt_line_by_invoice"),
    ):
        for told in steps(tmp_path / "ledger.sqlite", asked):
            assert [step for step in told if found in step], told
