"""The demo: a world to look at, in which the requests of the vendors' own documentation run unchanged."""

from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from random import Random  # noqa: TID251 - seeded: every demo is the same
from uuid import UUID

from billingua.engine.journal import read
from billingua.engine.kinds import THE_WORKSPACE
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, Decision, Needs, Plan
from billingua.engine.planting import Plant
from billingua.engine.ports import Store
from billingua.worlds.loading import DIALECT, load
from billingua.worlds.plot import DAYS, SEED, tell
from billingua.worlds.reading import read_worlds
from billingua.worlds.story import Stopped, play

WORKSPACE = "demo"
"""The workspace that the demo is in."""

ADMINISTRATOR = "admin"
"""The user whom the console takes its visitors for."""

ACTOR = "demo"
"""Who history says planted it."""

_SOURCE = files("billingua.worlds") / "demo.json"


class Demo:
    """The demo as it is on one day, ready to be planted as often as it takes."""

    def __init__(self, now: datetime) -> None:
        self._today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._beginning = self._today - timedelta(days=DAYS + 10)
        self._plants = _read(self._beginning)
        self._steps = tell(self._plants[0], self._today)

    async def plant(self, store: Store) -> None:
        """Plant it: what has always been there, all that happened since, and last of all a mark that it is whole."""
        await load(Ledger(store, Stopped(self._beginning)), self._plants, ACTOR)
        await play(store, self._steps)
        caller = Caller(workspace=WORKSPACE, actor=ACTOR, dialect=DIALECT)
        await Ledger(store, Stopped(self._today)).run(caller, finish_demo, None)


async def is_half(store: Store) -> bool:
    """Whether the demo's planting was begun there and did not come to its end.

    A workspace that is called like the demo's, but that a world file began, is none of ours.
    """
    entries = [read(entry) for entry in await store.history(WORKSPACE, "workspace", 1)]
    begun = bool(entries) and entries[0]["actor"] == ACTOR
    return begun and not any(entry["action"] == finish_demo.__name__ for entry in entries)


def finish_demo(command: None, caller: Caller, now: datetime) -> Plan[None]:
    """Mark in the workspace's history that the demo is whole; the workspace stays as it is."""
    found = yield Needs([THE_WORKSPACE])
    workspace = found.get(THE_WORKSPACE)
    return Decision(None, saves=[replace(workspace)] if workspace else [])


def _read(beginning: datetime) -> list[Plant]:
    random = Random(SEED)  # noqa: S311 - nothing here is a secret
    return read_worlds(
        _SOURCE.read_bytes(), now=beginning, new_uuid=lambda: UUID(int=random.getrandbits(128), version=4)
    )
