from datetime import UTC, datetime, timedelta, timezone

from billingua.engine.clock import SandboxClock, SystemClock
from tests.builders import NOON


class Stopwatch:
    """Moves on by a second whenever it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def now(self) -> datetime:
        self.asked += 1
        return NOON + timedelta(seconds=self.asked)


def test_the_machines_clock_tells_utc():
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert before <= now <= datetime.now(UTC)


def test_a_sandbox_clock_runs_until_it_is_set():
    clock = SandboxClock(Stopwatch())
    assert clock.now() < clock.now()


def test_a_sandbox_clock_stands_still_where_it_was_set_in_utc():
    clock = SandboxClock(Stopwatch())
    clock.set(datetime(2024, 12, 26, 13, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_a_sandbox_clock_runs_again_once_it_is_let_go():
    clock = SandboxClock(Stopwatch())
    clock.set(NOON)
    clock.set(None)
    assert clock.now() < clock.now()
