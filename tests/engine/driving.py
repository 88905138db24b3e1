"""Running a plan without a store: what is known is a dictionary."""

from typing import Any
from uuid import UUID

from billingua.engine.journal import GENESIS
from billingua.engine.kinds import kind_of
from billingua.engine.plan import Decision, Key, Knowledge, Plan, Record
from tests.builders import a_uuid

VERSION = 7
"""How often everything that is known was saved."""


class AskedFor(dict[Any, Any]):
    """Gives what a plan asked for: looking up anything else is a mistake in the plan."""

    def get(self, key: Any, default: Any = None) -> Any:
        """Give what is known; `default` where there is nothing."""
        found = self[key]
        return default if found is None else found


def known(*values: Any, **counters: int) -> Knowledge:
    """Know these aggregates, under every key that they have, and the next number of each counter."""
    records: dict[Key[Any], Record[Any]] = {}
    for value in values:
        record = Record(value, VERSION, GENESIS)
        records |= dict.fromkeys(kind_of(value).keys(value), record)
    return Knowledge(records, dict(counters), _uuids())


def _uuids() -> Any:
    numbers = iter(range(777_000, 778_000))

    def new_uuid() -> UUID:
        return a_uuid(next(numbers))

    return new_uuid


def drive(plan: Plan[Any], knowledge: Knowledge) -> Decision[Any]:
    """Run a plan to its end on what is known, and see that it uses only what it asked for."""
    found = Knowledge(AskedFor(), AskedFor(), knowledge.uuids, AskedFor(), AskedFor())
    try:
        needs = next(plan)
        while True:
            found.records |= {key: knowledge.records.get(key) for key in needs.keys}
            for counter in needs.counters:
                found.counters.setdefault(counter, knowledge.counters.get(counter, 1))
            found.used |= {key: knowledge.used.get(key, 0) for key in needs.uses}
            found.kept |= {key: knowledge.kept.get(key) for key in needs.answers}
            needs = plan.send(found)
    except StopIteration as end:
        return end.value
