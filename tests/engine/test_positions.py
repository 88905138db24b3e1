"""Positions in lists: what stands behind what, and how instants and amounts are written in them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.engine.positions import Position, in_order, is_behind, microseconds, seconds, ten_thousandths
from tests.builders import NOON

IN_ORDER: list[Position] = [(None, 1), (None, 2), (-1, 9), (0, 3), (0, 4), (7, 1)]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_what_has_no_value_stands_before_all_that_have_one() -> None:
    shuffled = [IN_ORDER[place] for place in (4, 0, 5, 2, 1, 3)]
    assert sorted(shuffled, key=in_order) == IN_ORDER


@pytest.mark.parametrize("place", range(len(IN_ORDER)))
def test_what_is_behind_a_position_depends_on_the_direction(place: int) -> None:
    after = IN_ORDER[place]
    assert [one for one in IN_ORDER if is_behind(one, after, descending=False)] == IN_ORDER[place + 1 :]
    assert [one for one in IN_ORDER if is_behind(one, after, descending=True)] == IN_ORDER[:place]


@pytest.mark.parametrize("descending", [False, True])
def test_everything_is_behind_no_position(descending: bool) -> None:
    assert all(is_behind(one, None, descending=descending) for one in IN_ORDER)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (None, None),
        (EPOCH, 0),
        (EPOCH - timedelta.resolution, -1),
        (EPOCH + timedelta(seconds=1), 1_000_000),
        (datetime.min.replace(tzinfo=UTC), -62_135_596_800_000_000),
    ],
)
def test_instants_count_by_the_microsecond(moment: datetime | None, expected: int | None) -> None:
    assert microseconds(moment) == expected


@given(earlier=st.datetimes(timezones=st.just(UTC)), later=st.datetimes(timezones=st.just(UTC)))
def test_seconds_keep_the_order_of_instants(earlier: datetime, later: datetime) -> None:
    earlier, later = sorted((earlier, later))
    assert seconds(earlier) <= seconds(later)
    assert seconds(earlier) == seconds(earlier.replace(microsecond=0))


def test_seconds_are_counted_from_the_year_1() -> None:
    assert seconds(datetime.min.replace(tzinfo=UTC)) == 0
    assert seconds(EPOCH - timedelta.resolution) == 62_135_596_799
    assert seconds(NOON + timedelta(seconds=1)) == seconds(NOON) + 1


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", 0),
        ("-0.00", 0),
        ("12.5", 125_000),
        ("12.50", 125_000),
        ("-0.0001", -1),
        ("0.00004", 0),
        ("1e30", 9 * 10**18),
        ("-1e30", -9 * 10**18),
    ],
)
def test_amounts_count_by_the_ten_thousandth(amount: str, expected: int) -> None:
    assert ten_thousandths(Decimal(amount)) == expected
