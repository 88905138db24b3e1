"""Lock-out: who failed to sign in too often waits. Failures are counted in this process, by name and by address."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta

from billingua.console.errors import LockedOut

WINDOW = timedelta(minutes=15)
"""How long a failure counts."""

MOST_OF_BOTH = 5
"""How often one name may fail from one address."""

MOST_OF_ADDRESS = 30
"""How often an address may fail, whatever the names: names are not to be tried through."""

MOST_OF_NAME = 60
"""How often a name may fail, whatever the addresses: many of them may guess together."""

MOST_REMEMBERED = 10_000
"""Of how many names and addresses failures are remembered; with one more, those that failed longest ago are not."""


class Lock:
    """Counts attempts to sign in. Whether there is somebody of a name makes no difference."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], Sequence[datetime]] = OrderedDict()

    def attempt(self, name: str, address: str, now: datetime) -> None:
        """Count an attempt, as a failure until it succeeds. Refuses with `LockedOut`."""
        limits = _limits(name, address)
        waits = [self._wait(key, most, now) for key, most in limits.items()]
        if longest := max(waits):
            raise LockedOut(longest)
        for key in limits:
            self._failures[key] = [*self._recent(key, now), now]
            self._failures.move_to_end(key)
        while len(self._failures) > MOST_REMEMBERED:
            self._failures.popitem(last=False)

    def succeed(self, name: str, address: str) -> None:
        """Forget what failed before somebody signed in: all of theirs from there, and of the others this attempt."""
        both, *others = _limits(name, address)
        self._failures.pop(both, None)
        for key in others:
            self._failures[key] = self._failures.get(key, ())[:-1]

    def _wait(self, key: tuple[str, str], most: int, now: datetime) -> timedelta:
        """Say how long a key is locked; not at all if nothing is left to wait for."""
        recent = self._recent(key, now)
        return recent[-most] + WINDOW - now if len(recent) >= most else timedelta()

    def _recent(self, key: tuple[str, str], now: datetime) -> Sequence[datetime]:
        """Give the failures that still count; a clock that was set back forgets those of its future."""
        return [at for at in self._failures.get(key, ()) if timedelta() <= now - at < WINDOW]


def _limits(name: str, address: str) -> dict[tuple[str, str], int]:
    name = name.strip().casefold()
    return {(name, address): MOST_OF_BOTH, ("", address): MOST_OF_ADDRESS, (name, ""): MOST_OF_NAME}
