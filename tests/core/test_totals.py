from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.line import Charge, ChargeKind, InvoiceLine
from billingua.core.money import Mode, settle
from billingua.core.rounding import STEPWISE, Rounding, TaxBase, en16931
from billingua.core.tax import LineTax
from billingua.core.totals import totals
from tests.builders import a_line, a_line_tax

EUROS = en16931("EUR")

TAXES = st.builds(
    LineTax,
    st.integers(1, 4),
    st.sampled_from(["VAT", "GST"]),
    st.sampled_from([Decimal(rate) for rate in ("0", "5", "7.5", "8.875", "20", "-3")]),
)
LINES = st.builds(
    InvoiceLine,
    id=st.just(1),
    position=st.just(0),
    quantity=st.none() | st.decimals(-1000, 1000, places=3),
    unit_price=st.none() | st.decimals(-1000, 10_000, places=4),
    discount_percent=st.decimals(0, 100, places=2),
    discount_per_unit=st.just(Decimal(0)) | st.decimals(0, 10, places=2),
    tax1=st.none() | TAXES,
    tax2=st.none() | TAXES,
)
CHARGES = st.builds(Charge, st.sampled_from(ChargeKind), st.decimals(-100, 1000, places=3))
ROUNDINGS = st.builds(
    Rounding,
    places=st.integers(0, 4),
    mode=st.sampled_from(Mode),
    tax_base=st.sampled_from(TaxBase),
    settles_steps=st.booleans(),
)


def the_line(quantity: str, price: str, discount: str, *rates: str | None) -> InvoiceLine:
    tax1, tax2 = (a_line_tax(rate, tax=id) if rate else None for id, rate in enumerate(rates, 1))
    return a_line(
        quantity=Decimal(quantity), unit_price=Decimal(price), discount_percent=Decimal(discount), tax1=tax1, tax2=tax2
    )


@pytest.mark.parametrize(
    ("line", "gross", "discount", "net", "taxes", "cost"),
    [
        (the_line("3", "19.99", "10", "20", None), "59.97", "6.00", "53.97", ["10.79"], "64.76"),
        (the_line("2", "12.50", "0", "20", None), "25.00", "0.00", "25.00", ["5.00"], "30.00"),
        (the_line("1", "0.25", "10", None, None), "0.25", "0.02", "0.23", [], "0.23"),
        (the_line("1", "1.00", "0", "7.5", "7.5"), "1.00", "0.00", "1.00", ["0.08", "0.08"], "1.16"),
        (the_line("10", "33.33", "33", "7.5", "5"), "333.30", "109.99", "223.31", ["16.75", "11.17"], "251.23"),
        (the_line("2", str(settle(Decimal("10.005"), 2)), "0", None, None), "20.02", "0.00", "20.02", [], "20.02"),
    ],
)
def test_stepwise_rounding_gives_the_worked_values_of_the_onlyoffice_contract(
    line: InvoiceLine, gross: str, discount: str, net: str, taxes: list[str], cost: str
):
    summed = totals([line], [], STEPWISE)
    (line_total,) = summed.lines
    assert [str(amount) for amount in (line_total.gross, line_total.discount, line_total.net)] == [gross, discount, net]
    assert [str(amount) for amount in line_total.taxes] == taxes
    assert str(summed.grand_total) == cost


def test_the_same_tax_twice_on_one_line_is_taken_twice():
    twice = a_line(tax1=a_line_tax(20), tax2=a_line_tax(20))
    for rounding in (EUROS, STEPWISE):
        summed = totals([twice], [], rounding)
        assert summed.tax_total == 40
        assert [(tax.base, tax.amount) for tax in summed.taxes] == [(200, 40)]


def test_en16931_rounds_each_line_and_adds_up_the_rounded():
    lines = [a_line(quantity=Decimal(1), unit_price=Decimal("0.335"))] * 3
    summed = totals(lines, [], EUROS)
    assert [str(line.net) for line in summed.lines] == ["0.34", "0.34", "0.34"]
    assert str(summed.line_total) == "1.02"


def test_en16931_taxes_each_rate_once_on_the_sum_of_its_nets():
    vat = a_line_tax("7.5")
    lines = [a_line(unit_price=Decimal("0.10"), tax1=vat)] * 3
    summed = totals(lines, [], EUROS)
    assert [(str(tax.base), str(tax.amount)) for tax in summed.taxes] == [("0.30", "0.02")]
    assert totals(lines, [], STEPWISE).tax_total == Decimal("0.03")


def test_en16931_keeps_rates_apart_and_names_them_in_the_order_of_the_lines():
    reduced, standard = a_line_tax(5, tax=2), a_line_tax(20)
    lines = [
        a_line(unit_price=Decimal("10.00"), tax1=standard),
        a_line(unit_price=Decimal("20.00"), tax1=reduced),
        a_line(unit_price=Decimal("30.00"), tax1=standard, tax2=reduced),
        a_line(unit_price=Decimal("40.00")),
    ]
    summed = totals(lines, [], EUROS)
    assert [(tax.tax, tax.base, tax.amount) for tax in summed.taxes] == [
        (standard, Decimal("40.00"), Decimal("8.00")),
        (reduced, Decimal("50.00"), Decimal("2.50")),
    ]
    assert summed.grand_total == Decimal("110.50")
    assert [line.taxes for line in summed.lines] == [()] * 4


def test_en16931_rounds_to_the_digits_of_the_currency():
    line = a_line(quantity=Decimal(1), unit_price=Decimal("10.5555"))
    assert str(totals([line], [], en16931("JPY")).grand_total) == "11"
    assert str(totals([line], [], en16931("KWD")).grand_total) == "10.556"


def test_a_discount_may_be_per_unit_or_a_percentage_of_what_is_left():
    per_unit = a_line(quantity=Decimal(4), unit_price=Decimal(40), discount_per_unit=Decimal("1.5"))
    both = a_line(
        quantity=Decimal(2), unit_price=Decimal(50), discount_per_unit=Decimal(10), discount_percent=Decimal(50)
    )
    assert [line.net for line in totals([per_unit, both], [], EUROS).lines] == [154, 40]


def test_a_line_without_quantity_or_price_comes_to_nothing():
    for line in (a_line(quantity=None), a_line(unit_price=None), a_line(quantity=None, unit_price=None)):
        assert totals([line], [], EUROS).grand_total == 0


def test_an_invoice_without_lines_and_charges_comes_to_nothing():
    assert totals([], [], EUROS).grand_total == 0


def test_a_price_of_nothing_on_a_credit_line_is_not_minus_nothing():
    line = a_line(quantity=Decimal(-1), unit_price=Decimal(0), tax1=a_line_tax())
    summed = totals([line], [], EUROS)
    assert str(summed.lines[0].net) == "0.00"
    assert str(summed.grand_total) == "0.00"


def test_charges_count_beside_the_lines_and_a_stated_tax_with_the_taxes():
    charges = [
        Charge(ChargeKind.SHIPPING, Decimal("5.00")),
        Charge(ChargeKind.ORDER_FEE, Decimal("0.40")),
        Charge(ChargeKind.DROPSHIP_FEE, Decimal("1.15")),
        Charge(ChargeKind.TAX, Decimal("2.00")),
    ]
    summed = totals([a_line(quantity=Decimal(2), unit_price=Decimal("11.75"))], charges, EUROS)
    assert summed.line_total == Decimal("23.50")
    assert summed.charge_total == Decimal("6.55")
    assert summed.net_total == Decimal("30.05")
    assert summed.tax_total == Decimal("2.00")
    assert summed.grand_total == Decimal("32.05")


def test_charges_alone_make_an_invoice():
    assert totals([], [Charge(ChargeKind.SHIPPING, Decimal("5.00"))], EUROS).grand_total == 5


@given(st.lists(LINES, max_size=6), st.lists(CHARGES, max_size=4), ROUNDINGS)
def test_the_grand_total_is_the_sum_of_its_parts(lines: list[InvoiceLine], charges: list[Charge], rounding: Rounding):
    summed = totals(lines, charges, rounding)
    stated = rounding.settle(sum((charge.amount for charge in charges if charge.kind is ChargeKind.TAX), Decimal(0)))
    assert summed.grand_total == summed.net_total + summed.tax_total
    assert summed.line_total == sum(line.net for line in summed.lines)
    assert summed.tax_total == sum(tax.amount for tax in summed.taxes) + stated


@given(st.lists(LINES, max_size=6), st.lists(CHARGES, max_size=4), ROUNDINGS)
def test_every_total_is_settled(lines: list[InvoiceLine], charges: list[Charge], rounding: Rounding):
    summed = totals(lines, charges, rounding)
    amounts = [
        *(line.net for line in summed.lines),
        *(tax for line in summed.lines for tax in line.taxes),
        *(tax.amount for tax in summed.taxes),
        *(summed.line_total, summed.charge_total, summed.tax_total, summed.grand_total),
    ]
    assert [rounding.settle(amount) for amount in amounts] == amounts


def half_even(amount: Fraction) -> Fraction:
    """Round to 2 decimals; Python rounds a Fraction's halves to the even neighbour."""
    return Fraction(round(amount * 100), 100)


def slow_cost(lines: list[InvoiceLine]) -> Fraction:
    """The arithmetic of the ONLYOFFICE contract, written again with fractions."""
    cost = Fraction(0)
    for line in lines:
        gross = half_even(Fraction(line.quantity or 0) * Fraction(line.unit_price or 0))
        discounted = Fraction(line.quantity or 0) * Fraction(line.discount_per_unit)
        percent = Fraction(line.discount_percent) / 100
        net = half_even(gross - half_even(discounted + (gross - discounted) * percent))
        cost += net + sum(half_even(net * Fraction(tax.rate) / 100) for tax in (line.tax1, line.tax2) if tax)
    return cost


@given(st.lists(LINES, max_size=6))
def test_stepwise_rounding_agrees_with_fractions(lines: list[InvoiceLine]):
    assert Fraction(totals(lines, [], STEPWISE).grand_total) == slow_cost(lines)


def half_up(amount: Fraction) -> Fraction:
    sign = -1 if amount < 0 else 1
    return Fraction(sign * int(abs(amount) * 100 + Fraction(1, 2)), 100)


def slow_en16931(lines: list[InvoiceLine]) -> Fraction:
    """BR-CO-10 to BR-CO-17, written again with fractions."""
    total, bases = Fraction(0), defaultdict[LineTax, Fraction](Fraction)
    for line in lines:
        price = Fraction(line.unit_price or 0) - Fraction(line.discount_per_unit)
        net = half_up(Fraction(line.quantity or 0) * price * (1 - Fraction(line.discount_percent) / 100))
        total += net
        for tax in line.taxes:
            bases[tax] += net
    return total + sum(half_up(base * Fraction(tax.rate) / 100) for tax, base in bases.items())


@given(st.lists(LINES, max_size=6))
def test_en16931_agrees_with_fractions(lines: list[InvoiceLine]):
    assert Fraction(totals(lines, [], EUROS).grand_total) == slow_en16931(lines)


@given(st.lists(LINES, max_size=6).flatmap(lambda lines: st.tuples(st.just(lines), st.permutations(lines))))
def test_the_order_of_the_lines_does_not_matter(both: tuple[list[InvoiceLine], list[InvoiceLine]]):
    for rounding in (EUROS, STEPWISE):
        one, other = (totals(lines, [], rounding) for lines in both)
        assert one.grand_total == other.grand_total
        assert {tax.tax: tax for tax in one.taxes} == {tax.tax: tax for tax in other.taxes}


@given(st.lists(LINES, max_size=6), ROUNDINGS)
def test_a_credit_note_is_its_invoice_with_the_signs_turned(lines: list[InvoiceLine], rounding: Rounding):
    credited = [replace(line, quantity=None if line.quantity is None else -line.quantity) for line in lines]
    invoice, credit = totals(lines, [], rounding), totals(credited, [], rounding)
    assert credit.grand_total == -invoice.grand_total
    assert credit.tax_total == -invoice.tax_total
    assert [line.net for line in credit.lines] == [-line.net for line in invoice.lines]
    assert [tax.amount for tax in credit.taxes] == [-tax.amount for tax in invoice.taxes]


def test_lines_are_known_again_as_the_very_same_ones_and_not_by_what_they_say():
    short, long = ((a_line(quantity=Decimal(1), unit_price=Decimal(price)),) for price in ("2", "2.000"))
    assert totals(short, (), EUROS) is totals(short, (), EUROS)
    assert str(totals(short, (), EUROS).lines[0].gross) == "2"
    assert str(totals(long, (), EUROS).lines[0].gross) == "2.000"
