from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from billingua.worlds.moments import read_moment, write_day, write_moment

HAVANA = ZoneInfo("America/Havana")


@pytest.mark.parametrize(
    "text", ["", "2024", "2024-1-1", "20240101", "2024-W01-1", "2024-01-01T10:00Z", "2024-01-01T25:00:00Z", "tomorrow"]
)
def test_what_is_neither_a_day_nor_a_moment_is_refused(text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - whoever asks says where it stood
        read_moment(text, UTC)


def test_moments_are_written_in_utc():
    assert write_moment(datetime(2024, 1, 1, 2, tzinfo=ZoneInfo("Asia/Kolkata"))) == "2023-12-31T20:30:00Z"


def test_a_local_midnight_is_written_as_a_day_and_all_else_as_a_moment():
    midnight = datetime(2024, 1, 1, 5, tzinfo=UTC)
    assert write_day(midnight, HAVANA) == "2024-01-01"
    assert write_day(midnight + timedelta(microseconds=1), HAVANA) == "2024-01-01T05:00:00.000001Z"


def test_a_midnight_that_comes_twice_is_told_apart():
    first = datetime(2024, 11, 3, 4, tzinfo=UTC)
    second = first + timedelta(hours=1)
    assert [moment.astimezone(HAVANA).hour for moment in (first, second)] == [0, 0]
    assert write_day(first, HAVANA) == "2024-11-03"
    assert write_day(second, HAVANA) == "2024-11-03T05:00:00Z"
    assert read_moment(write_day(second, HAVANA), HAVANA) == second
