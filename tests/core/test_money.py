from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from babel.core import get_global
from babel.numbers import get_currency_precision, list_currencies
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.money import EXACT, Mode, add_up, currency_digits, settle, split

PLACES = st.integers(0, 6)
AMOUNTS = st.decimals(-(10**12), 10**12, places=9)
WEIGHTS = st.lists(st.decimals(-1000, 1000, places=3), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("amount", "half_up", "half_even"),
    [
        ("2.345", "2.35", "2.34"),
        ("2.355", "2.36", "2.36"),
        ("-2.345", "-2.35", "-2.34"),
        ("-2.355", "-2.36", "-2.36"),
        ("0.005", "0.01", "0.00"),
        ("-0.005", "-0.01", "0.00"),
        ("0.0050000000000000000000000000000000001", "0.01", "0.01"),
        ("0.00499999999999999999999999999999999999", "0.00", "0.00"),
        ("7", "7.00", "7.00"),
        ("1E+3", "1000.00", "1000.00"),
    ],
)
def test_a_half_goes_away_from_zero_or_to_the_even_neighbour(amount: str, half_up: str, half_even: str):
    assert str(settle(Decimal(amount), 2, Mode.HALF_UP)) == half_up
    assert str(settle(Decimal(amount), 2, Mode.HALF_EVEN)) == half_even


def test_amounts_are_settled_half_up_unless_asked_otherwise():
    assert settle(Decimal("0.5"), 0) == 1


@pytest.mark.parametrize("mode", list(Mode))
def test_nothing_is_never_written_with_a_minus(mode: Mode):
    assert str(settle(Decimal("-0.001"), 2, mode)) == "0.00"
    assert str(settle(Decimal("-0"), 0, mode)) == "0"


@given(AMOUNTS, PLACES, st.sampled_from(Mode))
def test_settling_shows_exactly_the_places_and_moves_no_more_than_half_a_unit(amount: Decimal, places: int, mode: Mode):
    settled = settle(amount, places, mode)
    assert settled.as_tuple().exponent == -places
    assert abs(Fraction(settled) - Fraction(amount)) <= Fraction(1, 2 * 10**places)


@given(AMOUNTS, PLACES, st.sampled_from(Mode))
def test_settling_is_symmetric_and_happens_once(amount: Decimal, places: int, mode: Mode):
    settled = settle(amount, places, mode)
    assert settle(-amount, places, mode) == -settled
    assert settle(settled, places, mode) == settled


@given(AMOUNTS, PLACES)
def test_settling_agrees_with_the_library(amount: Decimal, places: int):
    with localcontext(prec=60):
        unit = Decimal(1).scaleb(-places)
        assert settle(amount, places, Mode.HALF_UP) == amount.quantize(unit, ROUND_HALF_UP)
        assert settle(amount, places, Mode.HALF_EVEN) == amount.quantize(unit, ROUND_HALF_EVEN)


def test_a_sum_keeps_every_digit():
    assert add_up([Decimal("1E+30"), Decimal("1E-8")]) == Decimal("1000000000000000000000000000000.00000001")
    assert add_up([]) == 0


def test_a_discount_is_shared_by_weight():
    assert split(Decimal("10.00"), [Decimal(1), Decimal(1), Decimal(1)], 2) == [
        Decimal("3.33"),
        Decimal("3.34"),
        Decimal("3.33"),
    ]
    assert split(Decimal("9.00"), [Decimal(1), Decimal(0), Decimal(2)], 2) == [3, 0, 6]


def test_a_credit_line_takes_its_share_with_the_opposite_sign():
    assert split(Decimal("10.00"), [Decimal(30), Decimal(-10)], 2) == [Decimal("15.00"), Decimal("-5.00")]


@pytest.mark.parametrize("weights", [["0", "0", "0"], ["5", "-5", "0"], ["1", "1", "-2"]])
def test_weights_that_cancel_out_share_evenly(weights: list[str]):
    assert split(Decimal("0.10"), [Decimal(weight) for weight in weights], 2) == [
        Decimal("0.03"),
        Decimal("0.04"),
        Decimal("0.03"),
    ]


def test_nothing_can_be_split_over_nobody():
    assert split(Decimal("0.00"), [], 2) == []
    with pytest.raises(ValueError, match="over nothing"):
        split(Decimal("0.01"), [], 2)


@given(st.decimals(-(10**9), 10**9, places=2), WEIGHTS)
def test_parts_are_settled_and_add_up_to_the_whole(amount: Decimal, weights: list[Decimal]):
    parts = split(amount, weights, 2)
    assert len(parts) == len(weights)
    assert add_up(parts) == amount
    assert [settle(part, 2) for part in parts] == parts


@given(st.decimals(-(10**9), 10**9, places=2), WEIGHTS)
def test_each_part_is_within_a_unit_of_its_exact_share(amount: Decimal, weights: list[Decimal]):
    total = sum(map(Fraction, weights))
    shares = [Fraction(weight) / total if total else Fraction(1, len(weights)) for weight in weights]
    for part, share in zip(split(amount, weights, 2), shares, strict=True):
        assert abs(Fraction(part) - Fraction(amount) * share) <= Fraction(1, 100)


@given(st.decimals(-(10**9), 10**9, places=2), WEIGHTS)
def test_a_credit_is_split_as_its_invoice_was(amount: Decimal, weights: list[Decimal]):
    assert split(-amount, weights, 2) == [-part for part in split(amount, weights, 2)]


@given(st.decimals(0, 10**9, places=2), st.lists(st.decimals(0, 1000, places=3), min_size=1, max_size=12))
def test_no_part_is_negative_where_no_weight_is(amount: Decimal, weights: list[Decimal]):
    assert min(split(amount, weights, 2)) >= 0


def test_wide_weights_lose_no_digit():
    weights = [Decimal("1E+40"), Decimal(1), Decimal("-1E+40")]
    assert split(Decimal(1), weights, 0)[1:] == [Decimal(1), Decimal(1) - Decimal("1E+40")]


def test_every_currency_has_the_digits_of_the_cldr():
    currencies = set(list_currencies()) | set(get_global("currency_fractions")) - {"DEFAULT"}
    assert len(currencies) > 250
    assert {code: currency_digits(code) for code in currencies} == {
        code: get_currency_precision(code) for code in currencies
    }


def test_an_unknown_currency_has_two_digits():
    assert currency_digits("QQQ") == 2


def test_exact_arithmetic_is_wide_enough_for_products_of_what_a_vendor_may_store():
    widest = Decimal("9" * 19 + "." + "9" * 12)
    assert Fraction(EXACT.multiply(widest, widest)) == Fraction(widest) ** 2
