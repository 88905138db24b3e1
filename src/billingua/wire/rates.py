"""How often somebody may ask: counted by the minute, in this process."""

from collections import Counter
from datetime import datetime, timedelta

from billingua.wire.errors import TooManyRequests

MINUTE = timedelta(minutes=1)


class RateLimit:
    """Counts requests, from one full minute of the clock to the next."""

    def __init__(self) -> None:
        self._minute: datetime | None = None
        self._asked = Counter[str]()

    def count(self, who: str, limit: int | None, now: datetime) -> None:
        """Count a request. Refuses with `TooManyRequests` beyond the limit; None is no limit."""
        if limit is None:
            return
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute = minute
            self._asked.clear()
        self._asked[who] += 1
        if self._asked[who] > limit:
            raise TooManyRequests(limit, minute + MINUTE - now)
