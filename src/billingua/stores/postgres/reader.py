"""The connections of a node that read: they neither wait for writers nor hold them up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from billingua.engine.batch import Outcome, Writes
from billingua.engine.plan import Job, Key
from billingua.stores.batches import Batches, answer_without_saving, decide_awaiting
from billingua.stores.postgres.connecting import Connection
from billingua.stores.postgres.connections import SNAPSHOT, Line, transaction
from billingua.stores.postgres.reading import Reading


@dataclass(slots=True)
class _Holders:
    """Who is known under a key, for whoever asked."""

    answer: Any
    error: Exception | None = None


class Reader:
    """Answers all who wait at once, as a writer does: plans on one connection, keys in all workspaces on another."""

    def __init__(self, plan_line: Line, key_line: Line, reading: Reading, new_uuid: Callable[[], UUID]) -> None:
        self._plan_line = plan_line
        self._key_line = key_line
        self._reading = reading
        self._new_uuid = new_uuid
        self.plans: Batches[Job[Any]] = Batches(self._answer)
        self.keys: Batches[Key[Any]] = Batches(self._find)

    async def _answer(self, jobs: Sequence[Job[Any]]) -> Sequence[Outcome[Any]]:
        return _without_saving(await self._plan_line.use(partial(self._decide, jobs)))

    async def _decide(self, jobs: Sequence[Job[Any]], connection: Connection) -> Writes:
        async with transaction(connection, SNAPSHOT):
            return await decide_awaiting(jobs, partial(self._reading.load, connection), self._new_uuid)

    async def _find(self, keys: Sequence[Key[Any]]) -> Sequence[_Holders]:
        holders = await self._key_line.use(partial(self._reading.holders, keys=keys))
        return [_Holders(holders[key]) for key in keys]

    async def close(self) -> None:
        """Finish what was accepted, and let go of the database."""
        await self.plans.close()
        await self.keys.close()
        await self._plan_line.close()
        await self._key_line.close()


def _without_saving(writes: Writes) -> Sequence[Outcome[Any]]:
    """A plan that saves was not to be read: which one it is shows when each is read alone."""
    if not writes:
        return writes.outcomes
    if len(writes.outcomes) > 1:
        raise RuntimeError("one of the plans saves something")
    (outcome,) = writes.outcomes
    try:
        answer_without_saving(writes)
    except RuntimeError as error:
        return [Outcome(outcome.job, error=error)]
    return [outcome]
