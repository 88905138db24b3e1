from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.errors import OrderCancelled, OrderLineClosed, OrderLineNotFound, OrderNotFound, OverInvoiced
from billingua.core.order import (
    Billing,
    Invoiced,
    LineStatus,
    OrderFees,
    Shipment,
    SupplierTerms,
    Trader,
    invoice_lines,
    lines_of,
    part_of,
    plain_designation,
)
from billingua.core.party import TradeRole
from tests.builders import SUPPLIER, a_uuid, an_order, an_order_line

LINE, SECOND, FOREIGN = a_uuid(8100), a_uuid(8101), a_uuid(8102)
SOMEBODY_ELSE = a_uuid(2003)
RETAILER = a_uuid(2040)


def an_order_of_two_suppliers(**first):
    return an_order(
        lines=(
            an_order_line(**first),
            an_order_line(uuid=SECOND, sku="SKU-2"),
            an_order_line(uuid=FOREIGN, supplier=SOMEBODY_ELSE),
        )
    )


def take(quantity: int | None = 1, line=LINE, unit_cost: Decimal | None = None) -> Invoiced:
    return Invoiced(line, quantity, unit_cost)


def test_an_order_comes_to_its_goods_and_the_buyers_fees():
    order = an_order(
        fees=OrderFees(order_tax=Decimal("1.04"), shipping_cost=Decimal("5")),
        lines=(
            an_order_line(quantity=3, unit_cost=Decimal("12.50")),
            an_order_line(quantity=2, unit_cost=None),
        ),
    )
    assert order.total == Decimal("43.54")


def test_an_order_without_lines_and_fees_comes_to_nothing():
    assert an_order(lines=()).total == 0


def test_an_order_loses_no_digit():
    wide = an_order_line(quantity=3, unit_cost=Decimal("1E+30"))
    assert an_order(lines=(wide,), fees=OrderFees(dropship_fee=Decimal("1E-10"))).total == Decimal(
        "3000000000000000000000000000000.0000000001"
    )


def test_an_order_keeps_what_each_supplier_said():
    terms = SupplierTerms(supplier=SUPPLIER, order_number="TMK-7751", order_fee=Decimal("0.40"))
    order = an_order(supplier_terms=(terms,))
    assert order.terms_of(SUPPLIER) == terms
    assert order.terms_of(SOMEBODY_ELSE) is None
    assert order.terms_of(None) is None


def test_a_supplier_sees_its_own_lines_alone():
    assert set(lines_of(an_order_of_two_suppliers(), SUPPLIER)) == {LINE, SECOND}


def test_each_trader_sees_the_part_that_concerns_it():
    own, anothers = SupplierTerms(supplier=SUPPLIER, notes="mine"), SupplierTerms(supplier=SOMEBODY_ELSE, notes="hers")
    order = replace(an_order_of_two_suppliers(), retailer=RETAILER, supplier_terms=(anothers, own))
    seen = part_of(order, Trader(TradeRole.SUPPLIER, SUPPLIER))
    assert seen == replace(order, lines=order.lines[:2], supplier_terms=(own,))
    assert (
        part_of(replace(order, supplier_terms=(anothers,)), Trader(TradeRole.SUPPLIER, SUPPLIER)).supplier_terms == ()
    )
    assert part_of(order, Trader(TradeRole.RETAILER, RETAILER)) == order


@pytest.mark.parametrize("role", TradeRole)
def test_an_order_does_not_exist_for_a_trader_whom_nothing_of_it_concerns(role: TradeRole):
    order = replace(an_order_of_two_suppliers(), retailer=RETAILER)
    with pytest.raises(OrderNotFound):
        part_of(order, Trader(role, a_uuid(2999)))


def test_an_order_does_not_exist_for_a_supplier_without_lines_in_it():
    with pytest.raises(OrderNotFound) as refused:
        lines_of(an_order(), SOMEBODY_ELSE)
    assert refused.value.asked == an_order().uuid


def test_invoicing_counts_what_was_taken_of_each_line():
    order = an_order_of_two_suppliers()
    counted = invoice_lines(order, SUPPLIER, [take(2), take(5, SECOND)])
    assert [line.invoiced for line in counted.lines] == [2, 5, 0]
    assert replace(counted, lines=order.lines) == order


def test_a_line_may_be_invoiced_in_parts_up_to_what_was_ordered():
    order = invoice_lines(an_order(), SUPPLIER, [take(2)])
    order = invoice_lines(order, SUPPLIER, [take(3)])
    assert order.lines[0].invoiced == 5
    with pytest.raises(OverInvoiced) as refused:
        invoice_lines(order, SUPPLIER, [take(1)])
    assert (refused.value.line, refused.value.ordered, refused.value.invoiced, refused.value.index) == (LINE, 5, 6, 0)


def test_the_same_line_twice_in_one_invoice_adds_up():
    order = an_order_of_two_suppliers()
    assert invoice_lines(order, SUPPLIER, [take(2), take(3)]).lines[0].invoiced == 5
    with pytest.raises(OverInvoiced) as refused:
        invoice_lines(order, SUPPLIER, [take(2), take(1, SECOND), take(4)])
    assert refused.value.index == 2


@pytest.mark.parametrize("quantity", [0, None])
def test_nothing_may_be_taken_even_of_a_line_that_is_invoiced_in_full(quantity: int | None):
    order = an_order(lines=(an_order_line(invoiced=5),))
    assert invoice_lines(order, SUPPLIER, [take(quantity)]) == order


def test_an_invoice_for_charges_alone_takes_nothing():
    order = an_order()
    assert invoice_lines(order, SUPPLIER, []) == order


def test_the_cost_that_was_said_last_becomes_the_suppliers_cost():
    order = invoice_lines(an_order(), SUPPLIER, [take(1, unit_cost=Decimal("11.75"))])
    assert order.lines[0].supplier_unit_cost == Decimal("11.75")
    assert invoice_lines(order, SUPPLIER, [take(1)]).lines[0].supplier_unit_cost == Decimal("11.75")
    assert invoice_lines(order, SUPPLIER, [take(1, unit_cost=Decimal(0))]).lines[0].supplier_unit_cost == 0
    assert order.lines[0].unit_cost == 20


@pytest.mark.parametrize("line", [FOREIGN, a_uuid(9999)])
def test_a_line_of_another_supplier_or_of_no_order_is_not_found(line):
    with pytest.raises(OrderLineNotFound) as refused:
        invoice_lines(an_order_of_two_suppliers(), SUPPLIER, [take(1), take(1, line)])
    assert (refused.value.asked, refused.value.index) == (line, 1)


@pytest.mark.parametrize("status", ["Cancelled", "Rejected"])
def test_a_cancelled_or_rejected_line_is_not_invoiced(status: str):
    with pytest.raises(OrderLineClosed) as refused:
        invoice_lines(an_order_of_two_suppliers(status=status), SUPPLIER, [take(1, SECOND), take(0)])
    assert (refused.value.line, refused.value.status, refused.value.index) == (LINE, status, 1)


@pytest.mark.parametrize("status", ["Unallocated", "Allocated", "Backordered", "HasTracking"])
def test_a_line_is_invoiced_whether_it_was_shipped_or_not(status: str):
    assert invoice_lines(an_order_of_two_suppliers(status=status), SUPPLIER, [take(5)]).lines[0].invoiced == 5


def test_nothing_of_a_cancelled_order_is_invoiced_not_even_charges():
    order = an_order(
        lines=(an_order_line(status=LineStatus.CANCELLED), an_order_line(uuid=SECOND, status=LineStatus.CANCELLED))
    )
    with pytest.raises(OrderCancelled):
        invoice_lines(order, SUPPLIER, [])


def test_an_order_is_cancelled_for_a_supplier_whose_own_lines_all_are():
    order = an_order(
        lines=(an_order_line(status=LineStatus.CANCELLED), an_order_line(uuid=FOREIGN, supplier=SOMEBODY_ELSE)),
    )
    with pytest.raises(OrderCancelled):
        invoice_lines(order, SUPPLIER, [])
    assert invoice_lines(order, SOMEBODY_ELSE, []) == order


def test_charges_may_be_invoiced_while_a_line_of_ones_own_stands():
    order = an_order(lines=(an_order_line(status=LineStatus.CANCELLED), an_order_line(uuid=SECOND)))
    assert invoice_lines(order, SUPPLIER, []) == order


def test_for_a_stranger_a_cancelled_order_does_not_exist_either():
    with pytest.raises(OrderNotFound):
        invoice_lines(an_order(lines=(an_order_line(status=LineStatus.CANCELLED),)), SOMEBODY_ELSE, [])


@given(st.lists(st.tuples(st.sampled_from([LINE, SECOND]), st.none() | st.integers(0, 4)), max_size=6))
def test_no_sequence_of_invoices_takes_more_than_was_ordered(parts):
    order, expected = an_order_of_two_suppliers(), {LINE: 0, SECOND: 0, FOREIGN: 0}
    for line, quantity in parts:
        try:
            order = invoice_lines(order, SUPPLIER, [take(quantity, line)])
        except OverInvoiced:
            assert expected[line] + quantity > 5
        else:
            expected[line] += quantity or 0
    assert {line.uuid: line.invoiced for line in order.lines} == expected
    assert all(line.invoiced <= line.quantity for line in order.lines)


@pytest.mark.parametrize("retailer", [None, SOMEBODY_ELSE])
def test_a_retailer_sees_no_order_of_others_even_where_it_is_a_supplier(retailer: UUID | None):
    order = replace(an_order_of_two_suppliers(), retailer=retailer)
    for organization in (RETAILER, SUPPLIER):
        with pytest.raises(OrderNotFound) as refused:
            part_of(order, Trader(TradeRole.RETAILER, organization))
        assert refused.value.asked == order.uuid


def test_a_supplier_without_lines_in_an_order_sees_nothing_of_it_even_where_it_placed_it():
    with pytest.raises(OrderNotFound):
        part_of(an_order(retailer=SOMEBODY_ELSE), Trader(TradeRole.SUPPLIER, SOMEBODY_ELSE))


def test_what_a_supplier_says_replaces_what_it_said_and_leaves_others_alone():
    first, others = SupplierTerms(supplier=SUPPLIER, notes="first"), SupplierTerms(supplier=SOMEBODY_ELSE)
    then = SupplierTerms(supplier=SUPPLIER, order_fee=Decimal(1))
    order = an_order().with_terms(first).with_terms(others)
    assert order.supplier_terms == (first, others)
    assert order.with_terms(then).supplier_terms == (then, others)


def test_lines_are_put_in_the_places_of_those_with_their_uuids():
    order = an_order_of_two_suppliers()
    second = replace(order.lines[1], quantity=7)
    changed = order.with_lines({SECOND: second, a_uuid(9999): an_order_line(uuid=a_uuid(9999))})
    assert changed.lines == (order.lines[0], second, order.lines[2])
    assert order.with_lines({}) == order


def test_what_is_shipped_of_a_line_is_what_its_packages_hold():
    packages = tuple(Shipment(number="t01", quantity=quantity) for quantity in (2, 0, 3))
    assert [an_order_line(tracking=packages[:count]).shipped for count in range(4)] == [0, 2, 2, 5]


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("ID: 1 Name: HasTracking", "HasTracking"),
        ("Name:HasTracking ", "HasTracking"),
        ("Rejected", "Rejected"),
        (None, None),
    ],
)
def test_a_decorated_label_has_a_plain_word_in_it(label: str | None, plain: str | None):
    assert plain_designation(label) == plain


@pytest.mark.parametrize(
    ("lines", "billing"),
    [
        ((), Billing.NONE),
        (({},), Billing.NONE),
        (({"status": LineStatus.CANCELLED},), Billing.NONE),
        (({"invoiced": 1},), Billing.PART),
        (({"invoiced": 5}, {}), Billing.PART),
        (({"invoiced": 5},), Billing.WHOLE),
        (({"invoiced": 5}, {"status": LineStatus.CANCELLED}), Billing.WHOLE),
        (({"invoiced": 2, "status": LineStatus.REJECTED},), Billing.WHOLE),
    ],
)
def test_how_much_of_an_order_is_invoiced_is_told_by_its_lines(lines, billing: Billing):
    order = an_order(lines=tuple(an_order_line(uuid=a_uuid(place), **line) for place, line in enumerate(lines)))
    assert order.billing is billing
