"""Amounts of money: exact in `Decimal`, and rounded in this module alone."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from functools import reduce
from itertools import accumulate

ZERO = Decimal(0)

EXACT = Context(prec=100)
"""Wide enough that no product or sum of amounts loses a digit before it is settled."""

LARGEST_AMOUNT = Decimal(10) ** 14
"""Amounts that are sent stay below this, so that every store keeps them exactly."""

LARGEST_BALANCE = 7 * LARGEST_AMOUNT
"""What is owed stays below this when payments are taken back, whose amounts come on top of what was stated.

Stores keep 64 bits of ten-thousandths, some 9.2 of these amounts. That leaves room for lines to move a balance by two.
"""

_UNUSUAL_DIGITS = {
    0: "ADP AFN ALL BIF BYR CLP DJF ESP GNF IQD IRR ISK ITL JPY KMF KPW KRW LAK LBP LUF MGA MGF MMK MRO PYG RSD RWF "
    "SLL SOS STD SYP TMM TRL UGX UYI VND VUV XAF XOF XPF YER ZMK ZWD",
    3: "BHD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DIGITS = {code: digits for digits, codes in _UNUSUAL_DIGITS.items() for code in codes.split()}


class Mode(StrEnum):
    """What becomes of an exact half."""

    HALF_UP = "half_up"
    """Away from zero, as the trade does."""
    HALF_EVEN = "half_even"
    """To the even neighbour."""


_HALF_EVEN = Mode.HALF_EVEN
_UNITS = [Decimal(1).scaleb(-places) for places in range(13)]


def settle(amount: Decimal, places: int, mode: Mode = Mode.HALF_UP) -> Decimal:
    """Round an exact amount to `places` decimals: the only rounding there is."""
    settled = amount.quantize(_UNITS[places], ROUND_HALF_EVEN if mode is _HALF_EVEN else ROUND_HALF_UP, EXACT)
    return settled or settled.copy_abs()  # nobody owes minus nothing


def add_up(amounts: Iterable[Decimal]) -> Decimal:
    """Sum amounts without losing a digit."""
    return reduce(EXACT.add, amounts, ZERO)


def split(amount: Decimal, weights: Sequence[Decimal], places: int) -> list[Decimal]:
    """Share an amount by weight so that the parts, each settled, add up to the whole.

    The amount has at most `places` decimals. Weights may be negative (credit lines); where their sum is zero there
    is no proportion to follow and the amount is shared evenly. No weights at all take no amount but zero.
    """
    if not weights:
        if amount:
            raise ValueError("an amount cannot be split over nothing")
        return []
    total = add_up(weights)
    if not total:
        weights, total = [Decimal(1)] * len(weights), Decimal(len(weights))
    reached = [
        settle(EXACT.divide(EXACT.multiply(amount, part), total), places) for part in accumulate(weights, EXACT.add)
    ]
    reached[-1] = amount
    return [EXACT.subtract(upper, lower) for upper, lower in zip(reached, [ZERO, *reached], strict=False)]


def currency_digits(currency: str) -> int:
    """How many decimals amounts in the currency have (the CLDR's figures; 2 for a code it does not list)."""
    return _DIGITS.get(currency, 2)
