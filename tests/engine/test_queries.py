from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.invoice import Invoice, Settlement
from billingua.core.lifecycle import Status
from billingua.core.order import Allocation, Billing, LineStatus, Order, Trader
from billingua.core.party import Party, PartyKind, TradeRole
from billingua.engine.catalogue_queries import MOST_WORDS, has_too_many_words, words_in
from billingua.engine.positions import in_order
from billingua.engine.queries import AllocationStatus, Buyer, InvoiceQuery, OrderQuery, OrderSort, Sort, TextField
from tests.builders import NOON, SUPPLIER, a_party, a_uuid, an_invoice, an_order, an_order_line

BEFORE, AFTER = NOON - timedelta(days=1), NOON + timedelta(days=1)
INVOICE = an_invoice(
    number="INV_2023_Straße",
    origin="crux",
    order=104,
    due_at=NOON,
    created_at=BEFORE,
    opportunity=3,
    channel=2,
    external_id="E-1",
    description="one\tTwo",
    extras={"bigcommerce": {"type": "Credit"}},
)


def test_every_invoice_is_one_of_all():
    assert InvoiceQuery().matches(INVOICE)
    assert InvoiceQuery().matches(an_invoice(due_at=None))


@pytest.mark.parametrize(
    ("asked", "otherwise"),
    [
        ({"statuses": frozenset({Status.OPEN, Status.PAID})}, {"statuses": frozenset({Status.PAID})}),
        ({"origin": "crux"}, {"origin": "native"}),
        ({"party": 10}, {"party": 11}),
        ({"order": 104}, {"order": 105}),
        ({"currency": "USD"}, {"currency": "EUR"}),
        ({"text": "2023"}, {"text": "2024"}),
        ({"text": "inv_2023_STRASSE"}, {"text": "inv-2023"}),
        ({"issued_from": NOON}, {"issued_from": AFTER}),
        ({"issued_to": NOON}, {"issued_to": BEFORE}),
        ({"issued_from": BEFORE, "issued_to": AFTER}, {"issued_from": AFTER, "issued_to": BEFORE}),
        ({"due_from": NOON}, {"due_from": AFTER}),
        ({"due_to": NOON}, {"due_to": BEFORE}),
        ({"overdue_at": AFTER}, {"overdue_at": NOON}),
        ({"created_from": BEFORE}, {"created_from": NOON}),
        ({"created_to": NOON}, {"created_to": BEFORE - timedelta(seconds=1)}),
        ({"opportunity": 3}, {"opportunity": 4}),
        ({"channels": frozenset({1, 2})}, {"channels": frozenset({1})}),
        ({"external_ids": frozenset({"E-1"})}, {"external_ids": frozenset({"e-1"})}),
        ({"settlements": frozenset({Settlement.OPEN})}, {"settlements": frozenset({Settlement.SETTLED})}),
        ({"words": "inv two"}, {"words": "straße"}),
        ({"text": "redit", "text_in": frozenset(TextField)}, {"text": "redit"}),
        ({"text": "104", "text_in": {TextField.ORDER}}, {"text": "104", "text_in": {TextField.PARTY}}),
        ({"text": "", "text_in": {TextField.EXTERNAL_PARTY}}, {"text": "", "text_in": frozenset()}),
        ({"reader": "eve"}, {"party_name": ""}),
    ],
)
def test_an_invoice_is_asked_for_by_what_it_says(asked: dict[str, Any], otherwise: dict[str, Any]):
    assert InvoiceQuery(**asked).matches(INVOICE)
    assert not InvoiceQuery(**otherwise).matches(INVOICE)


def test_a_word_that_is_repeated_counts_once():
    assert list(words_in(" Oak\toak OAK elm ")) == ["oak", "elm"]
    assert not has_too_many_words("oak " * (MOST_WORDS + 1))
    assert not has_too_many_words(None)
    assert has_too_many_words(" ".join(map(str, range(MOST_WORDS + 1))))


def test_all_conditions_have_to_hold():
    assert InvoiceQuery(origin="crux", party=10).matches(INVOICE)
    assert not InvoiceQuery(origin="crux", party=11).matches(INVOICE)


def test_no_status_asked_for_matches_no_invoice():
    assert not InvoiceQuery(statuses=frozenset()).matches(INVOICE)


@pytest.mark.parametrize("bounds", [{"due_from": BEFORE}, {"due_to": AFTER}, {"overdue_at": AFTER}])
def test_an_invoice_without_a_due_date_is_due_in_no_span(bounds: dict[str, Any]):
    assert not InvoiceQuery(**bounds).matches(an_invoice(due_at=None))


@pytest.mark.parametrize("sort", list(Sort))
def test_invoices_stand_in_the_order_asked_for_and_ties_by_id(sort: Sort):
    first = an_invoice(id=1, number="A", status=Status.DRAFT, issued_at=BEFORE, due_at=BEFORE)
    second = an_invoice(
        id=2,
        number="B",
        status=Status.OPEN,
        issued_at=NOON,
        due_at=NOON,
        created_at=AFTER,
        updated_at=AFTER,
        original_balance=Decimal(500),
        open_balance=Decimal(200),
    )
    twin = replace(second, id=3)
    query = InvoiceQuery(sort=sort)
    assert sorted([twin, second, first], key=query.place) == [first, second, twin]
    assert sorted([first, second, twin], key=query.place, reverse=True) == [twin, second, first]


@pytest.mark.parametrize(
    ("reader", "sees"),
    [("ida", True), ("eve", True), ("adam", False), (None, True)],
    ids=["author", "access", "-", "all"],
)
def test_somebody_sees_what_they_made_and_what_is_for_whom_they_may_see(reader: str | None, sees: bool):
    private = a_party(private=True, access=("eve",))
    assert InvoiceQuery(reader=reader).matches(an_invoice(created_by="ida"), private) is sees


def test_a_party_is_looked_for_by_the_name_that_is_shown():
    person = a_party(kind=PartyKind.PERSON, name="A. Lee", first_name="Ann", last_name="Lee")
    assert InvoiceQuery(party_name="NN L").matches(INVOICE, person)
    assert not InvoiceQuery(party_name="A.").matches(INVOICE, person)


@pytest.mark.parametrize(("descending", "ids"), [(False, [3, 1, 2, 4]), (True, [2, 1, 3, 4])])
def test_invoices_whose_party_is_gone_stand_behind_all_others(descending: bool, ids: list[int]):
    parties = {1: a_party(name="b"), 2: a_party(name="B"), 3: a_party(name="a")}
    numbers = {1: "X", 2: "Y", 3: "Z", 4: "A"}
    query = InvoiceQuery(sort=Sort.PARTY_NAME, descending=descending)

    def place(id: int) -> tuple[Any, ...]:
        return in_order(query.place(an_invoice(id=id, number=numbers[id]), parties.get(id)))

    assert sorted(numbers, key=place, reverse=descending) == ids


@pytest.mark.parametrize(
    ("sort", "first", "then"),
    [
        (Sort.PROGRESS, {"status": Status.REJECTED}, {"status": Status.PAID}),
        (Sort.SETTLEMENT, {"partly_paid": True}, {"open_balance": Decimal(0)}),
        (Sort.PENDING, {}, {"pending_payments": 1}),
        (Sort.EXTERNAL_PARTY, {}, {"external_party_id": "a"}),
        (Sort.EXTERNAL_PARTY, {"external_party_id": "a"}, {"external_party_id": "B"}),
        (Sort.PARTY, {"party": 9}, {"party": 10}),
    ],
)
def test_invoices_stand_by_what_comes_first(sort: Sort, first: dict[str, Any], then: dict[str, Any]):
    place = InvoiceQuery(sort=sort).place
    assert place(an_invoice(id=2, **first)) < place(an_invoice(id=1, **then))


def test_of_two_payments_that_are_awaited_or_of_one_is_the_same():
    place = InvoiceQuery(sort=Sort.PENDING).place
    assert place(an_invoice(id=1, pending_payments=2)) < place(an_invoice(id=2, pending_payments=1))


def test_invoices_without_a_due_date_stand_before_all_that_have_one():
    undated = [an_invoice(id=id, due_at=None) for id in (5, 6)]
    dated = an_invoice(id=1, due_at=BEFORE)
    place = InvoiceQuery(sort=Sort.DUE).place
    shown = sorted([undated[1], dated, undated[0]], key=lambda invoice: in_order(place(invoice)))
    assert shown == [*undated, dated]


@given(st.permutations(range(6)), st.sampled_from(Sort))
def test_the_order_does_not_depend_on_where_the_invoices_came_from(ids: list[int], sort: Sort):
    invoices = [an_invoice(id=id, number="N", due_at=NOON if id % 2 else None) for id in ids]
    by_id = sorted(invoices, key=lambda invoice: invoice.id)

    def place(invoice: Invoice) -> tuple[Any, ...]:
        return in_order(InvoiceQuery(sort=sort).place(invoice))

    assert sorted(invoices, key=place) == sorted(by_id, key=place)


@pytest.mark.parametrize(
    ("status", "accepted", "asked_for_as"),
    [
        ("Unallocated", None, "Unallocated"),
        ("Unallocated", 0, "Unallocated"),
        ("Allocated", 1, "Partial"),
        ("Allocated", 4, "Partial"),
        ("Allocated", 5, "Allocated"),
        ("Allocated", None, "Allocated"),
        ("HasTracking", 4, "Partial"),
        ("HasTracking", 5, "Allocated"),
        ("HasTracking", None, "Allocated"),
        ("HasTracking", 0, None),
        ("Backordered", None, None),
        ("Backordered", 0, None),
        ("Rejected", 0, None),
        ("Cancelled", None, None),
        ("Cancelled", 4, None),
    ],
)
def test_a_line_is_asked_for_by_how_much_of_what_was_ordered_its_supplier_takes_on(
    status: str, accepted: int | None, asked_for_as: str | None
):
    allocation = None if accepted is None else Allocation(accepted=accepted, rejected=0, backordered=1)
    assert AllocationStatus.of(an_order_line(status=LineStatus(status), allocation=allocation)) == asked_for_as


RETAILER, ANOTHER = a_uuid(2001), a_uuid(2003)
ORDER = an_order(
    number="PO-Straße",
    retailer=RETAILER,
    created_at=NOON,
    lines=(
        an_order_line(sku="B", title="Grüße", status=LineStatus.UNALLOCATED, designation="NeedsTracking"),
        an_order_line(sku="A", title="Mug", status=LineStatus.CANCELLED, supplier=ANOTHER, designation="Cancelled"),
    ),
)
FIRST_SEEN = {
    None: "B",
    Trader(TradeRole.RETAILER, RETAILER): "B",
    Trader(TradeRole.SUPPLIER, SUPPLIER): "B",
    Trader(TradeRole.SUPPLIER, ANOTHER): "A",
}


@pytest.mark.parametrize(
    ("asked", "otherwise"),
    [
        ({}, {"trader": Trader(TradeRole.RETAILER, ANOTHER)}),
        ({"trader": Trader(TradeRole.SUPPLIER, ANOTHER)}, {"trader": Trader(TradeRole.SUPPLIER, RETAILER)}),
        ({"uuids": frozenset({ORDER.uuid, a_uuid(1)})}, {"uuids": frozenset[UUID]()}),
        ({"number": "PO-Straße"}, {"number": "PO-STRASSE"}),
        ({"text": "po-STRASSE"}, {"text": "po-8"}),
        ({"text": str(ORDER.uuid)[-9:].upper()}, {"text": str(a_uuid(1))}),
        ({"text": "grüSSE"}, {"text": "Gruesse"}),
        ({"text": "a"}, {"text": "C"}),
        ({"text": "mug"}, {"text": "mug", "trader": Trader(TradeRole.SUPPLIER, SUPPLIER)}),
        ({"created_from": NOON}, {"created_from": AFTER}),
        ({"created_to": NOON}, {"created_to": BEFORE}),
        ({"allocations": frozenset(AllocationStatus)}, {"allocations": frozenset({AllocationStatus.PARTIAL})}),
        ({"designations": frozenset({"Cancelled", "x"})}, {"designations": frozenset[str]()}),
        ({"sent": False}, {"sent": True}),
        ({"billing": Billing.NONE}, {"billing": Billing.PART}),
        ({"organizations": frozenset({RETAILER})}, {"organizations": frozenset({a_uuid(9)})}),
        (
            {"organizations": frozenset({ANOTHER})},
            {"organizations": frozenset({ANOTHER}), "trader": Trader(TradeRole.SUPPLIER, SUPPLIER)},
        ),
    ],
)
def test_an_order_is_asked_for_by_what_is_seen_of_it(asked: dict[str, Any], otherwise: dict[str, Any]):
    assert OrderQuery(**asked).matches(ORDER)
    assert not OrderQuery(**otherwise).matches(ORDER)


@pytest.mark.parametrize(
    ("order", "buyer", "is_bought"),
    [
        (ORDER, Buyer(40, RETAILER), True),
        (ORDER, Buyer(10, ANOTHER), False),
        (replace(ORDER, retailer=None, company=10), Buyer(10, None), True),
        (replace(ORDER, retailer=None, company=10), Buyer(11, RETAILER), False),
    ],
)
def test_the_buyer_is_the_retailer_or_else_the_company(order: Order, buyer: Buyer, is_bought: bool):
    assert OrderQuery(buyer=buyer).matches(order) is is_bought


@pytest.mark.parametrize(
    ("party", "placed_by", "is_shown"),
    [
        (None, None, True),
        (a_party(), None, True),
        (a_party(private=True, access=("ida",)), None, True),
        (a_party(private=True), None, False),
        (a_party(private=True), "eve", False),
        (a_party(private=True), "ida", True),
    ],
)
def test_who_may_not_see_the_buyer_sees_what_they_ordered_themselves(
    party: Party | None, placed_by: str | None, is_shown: bool
):
    assert OrderQuery(reader="ida").matches(replace(ORDER, placed_by=placed_by), party) is is_shown
    assert OrderQuery().matches(ORDER, party)


def test_an_order_without_a_trader_is_seen_where_none_is_named():
    unbound = an_order(retailer=None, lines=(an_order_line(supplier=None),))
    assert OrderQuery().matches(unbound)
    assert not any(OrderQuery(trader=trader).matches(unbound) for trader in FIRST_SEEN if trader)


@pytest.mark.parametrize(("trader", "sku"), FIRST_SEEN.items())
def test_orders_stand_by_the_first_line_that_is_seen(trader: Trader | None, sku: str):
    assert OrderQuery(trader=trader, sort=OrderSort.SKU).place(ORDER) == (sku, 104)


@pytest.mark.parametrize("sort", OrderSort)
def test_orders_stand_in_the_order_asked_for_and_ties_by_id(sort: OrderSort):
    first = an_order(id=1, created_at=BEFORE, lines=(an_order_line(sku="A", status=LineStatus.ALLOCATED),))
    second = an_order(id=2, lines=(an_order_line(sku="B", status=LineStatus.CANCELLED), an_order_line(sku="A")))
    twin = replace(second, id=3)
    assert sorted([twin, second, first], key=OrderQuery(sort=sort).place) == [first, second, twin]


@pytest.mark.parametrize("sort", [OrderSort.STATUS, OrderSort.SKU])
def test_an_order_without_a_line_stands_before_those_that_have_one(sort: OrderSort):
    orders = [an_order(id=1), an_order(id=3, lines=()), an_order(id=2, lines=())]
    place = OrderQuery(sort=sort).place
    assert [order.id for order in sorted(orders, key=lambda order: in_order(place(order)))] == [2, 3, 1]
