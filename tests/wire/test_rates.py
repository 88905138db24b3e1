"""Requests are counted by the minute."""

from datetime import timedelta

import pytest

from billingua.wire.errors import TooManyRequests
from billingua.wire.rates import RateLimit
from tests.builders import NOON


def test_requests_beyond_the_limit_wait_for_the_next_minute() -> None:
    rates = RateLimit()
    late = NOON + timedelta(seconds=45)
    for _ in range(2):
        rates.count("demo", 2, late)

    with pytest.raises(TooManyRequests) as refused:
        rates.count("demo", 2, late)

    assert refused.value.wait == timedelta(seconds=15)
    rates.count("demo", 2, NOON + timedelta(seconds=60))


def test_everybody_is_counted_apart() -> None:
    rates = RateLimit()
    rates.count("demo", 1, NOON)

    rates.count("other", 1, NOON)

    with pytest.raises(TooManyRequests):
        rates.count("demo", 1, NOON)


def test_without_a_limit_nothing_is_counted() -> None:
    rates = RateLimit()
    for _ in range(1000):
        rates.count("demo", None, NOON)

    rates.count("demo", 1, NOON)
