"""The time, asked of one place."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Whatever tells the time."""

    def now(self) -> datetime:
        """Tell the time, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Tell the time, in UTC."""
        return datetime.now(UTC)


class SandboxClock:
    """A clock that stands still where it was set, until it is let go."""

    def __init__(self, running: Clock) -> None:
        self._running = running
        self._stopped_at: datetime | None = None

    def now(self) -> datetime:
        """Tell the time, in UTC."""
        return self._stopped_at or self._running.now()

    def set(self, moment: datetime | None) -> None:
        """Stand still at this moment; None lets the clock run again."""
        self._stopped_at = moment and moment.astimezone(UTC)
