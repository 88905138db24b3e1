"""The demo: a world to look at, in which the requests of the vendors' own documentation run unchanged."""

from datetime import datetime, timedelta
from importlib.resources import files
from random import Random  # noqa: TID251 - seeded: every demo is the same
from uuid import UUID

from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant
from billingua.engine.ports import Store
from billingua.worlds.loading import load
from billingua.worlds.plot import DAYS, SEED, tell
from billingua.worlds.reading import read_worlds
from billingua.worlds.story import Stopped, play

WORKSPACE = "demo"
"""The workspace that the demo is in."""

_SOURCE = files("billingua.worlds") / "demo.json"


class Demo:
    """The demo as it is on one day, ready to be planted as often as it takes."""

    def __init__(self, now: datetime) -> None:
        self._today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._beginning = self._today - timedelta(days=DAYS + 10)
        self._plants = _read(self._beginning)
        self._steps = tell(self._plants[0], self._today)

    async def plant(self, store: Store) -> None:
        """Plant it: what has always been there, and all that happened since."""
        await load(Ledger(store, Stopped(self._beginning)), self._plants)
        await play(store, self._steps)


def _read(beginning: datetime) -> list[Plant]:
    random = Random(SEED)  # noqa: S311 - nothing here is a secret
    return read_worlds(
        _SOURCE.read_bytes(), now=beginning, new_uuid=lambda: UUID(int=random.getrandbits(128), version=4)
    )
