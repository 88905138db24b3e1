"""The one connection of a node that writes."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg

from billingua.engine.batch import Outcome, Writes
from billingua.engine.plan import Job
from billingua.engine.ports import OutcomeUnknown, StoreFailed
from billingua.stores.batches import decide_awaiting
from billingua.stores.postgres.connecting import CROSSINGS, FAILURES, Connection
from billingua.stores.postgres.connections import Line, Patience, transaction
from billingua.stores.postgres.reading import Reading
from billingua.stores.postgres.statements import SQL
from billingua.stores.postgres.writing import RaceLost, write
from billingua.stores.recent import Recent
from billingua.stores.rows import instant_to_row
from billingua.stores.writes import values_of

_FREE_RACES = 3
"""How many races a batch loses before it keeps others from what it reads."""
_MOST_RACES = 20

_SETTLING_SECONDS = 40
"""How long to wait for the end of a transaction whose connection was lost; one that is idle ends sooner."""


class CommitLost(Exception):
    """A batch was not committed, since the connection was lost first."""


_RACES = (
    RaceLost,
    asyncpg.UniqueViolationError,
    *CROSSINGS,
    asyncpg.InvalidCachedStatementError,
)
"""What a batch may end in because others write at the same time; run again, it sees what they wrote."""


class Writer:
    """Decides and writes batches, one after another, while other nodes do the same.

    A batch writes only where everything that it changes is still as it was read. It locks nothing but the counters that
    it takes numbers from, until it has lost some races.
    """

    def __init__(self, line: Line, recent: Recent, new_uuid: Callable[[], UUID]) -> None:
        self._line = line
        self._recent = recent
        self._reading = Reading(recent)
        self._new_uuid = new_uuid
        self._turn = asyncio.Lock()

    async def attempt(self, jobs: Sequence[Job[Any]]) -> Sequence[Outcome[Any]]:
        """Decide jobs as one batch, write what they decided, and commit: as often as it takes."""
        lost: list[Exception] = []
        patience = Patience(self._line.patience_seconds)
        async with self._turn:
            while True:
                try:
                    return await self._try(jobs, lock=len(lost) >= _FREE_RACES)
                except _RACES as error:
                    if not _may_be_won(error, lost):
                        raise
                    lost.append(error)
                except asyncpg.LockNotAvailableError as error:
                    raise StoreFailed(f"somebody else kept the database to themselves: {error}") from error
                except CommitLost as error:
                    await patience.wait(error)
                except FAILURES as error:
                    if not self._line.let_go_if_lost(error):
                        raise
                    await patience.wait(error)

    async def _try(self, jobs: Sequence[Job[Any]], *, lock: bool) -> Sequence[Outcome[Any]]:
        connection = await self._line.connection()
        load = self._reading.load_locked if lock else self._reading.load_to_write
        async with transaction(connection):
            writes = await decide_awaiting(jobs, partial(load, connection), self._new_uuid)
            if writes:
                transaction_id = await write(connection, writes)
                await self._commit(connection, writes, transaction_id)
        for save in writes.saves.values():
            self._recent.keep_value(save)
        return writes.outcomes

    async def _commit(self, connection: Connection, writes: Writes, transaction_id: str) -> None:
        try:
            await connection.execute("COMMIT")
        except FAILURES as error:
            if not self._line.let_go_if_lost(error):
                raise StoreFailed(f"nothing could be committed: {error}") from error
            if not await self._is_committed(writes, transaction_id, error):
                raise CommitLost(str(error)) from error

    async def _is_committed(self, writes: Writes, transaction_id: str, lost: Exception) -> bool:
        """Find out whether a batch was committed whose answer is lost. Raises `OutcomeUnknown` if nobody can tell.

        The first entry of history that the batch wrote says so: it is there, written by its transaction, or it is not.
        """
        if not writes.entries:
            raise _unknown(lost) from lost
        try:
            return await self._line.use(partial(_wrote, transaction_id, values_of(writes)["insert_entry"][0]))
        except StoreFailed as error:
            raise _unknown(error) from lost

    async def forget_answers(self, before: datetime) -> int:
        """Forget the answers that were kept until then or earlier."""
        async with self._turn:
            return await self._line.use(partial(_forget_answers, before=before))

    async def erase(self) -> None:
        """Forget everything, in one step."""
        async with self._turn:
            await self._line.use(_erase)
            self._recent.clear()


def _may_be_won(error: Exception, lost: Sequence[Exception]) -> bool:
    """Whether to try again: who is refused a key twice wants one that somebody has, and that is no race."""
    return len(lost) < _MOST_RACES and not (_is_refusal(error) and any(map(_is_refusal, lost)))


def _is_refusal(error: Exception) -> bool:
    """Whether a key is taken. That of an entry of history is so wherever another node changed the aggregate first."""
    return isinstance(error, asyncpg.UniqueViolationError) and not (error.table_name or "").startswith("history")


def _unknown(error: Exception) -> OutcomeUnknown:
    return OutcomeUnknown(f"the connection was lost, and it is not known whether anything was committed: {error}")


async def _forget_answers(connection: Connection, before: datetime) -> int:
    forget = SQL["forget_answers"]
    told = await connection.execute(forget.sql, *forget.values(before=instant_to_row(before)))
    return int(told.rpartition(" ")[2])


async def _erase(connection: Connection) -> None:
    """What is erased twice is erased: this can be done again where the connection is lost."""
    async with transaction(connection):
        await connection.execute(SQL["erase"].sql)
        await connection.execute("COMMIT")


async def _wrote(transaction_id: str, entry: Mapping[str, Any], connection: Connection) -> bool:
    """Whether a transaction wrote an entry of history and committed it; while it may still do so, wait."""
    attempt, find = SQL["try_entry"], SQL["find_transaction"]
    async with transaction(connection):
        await connection.execute(f"SET LOCAL lock_timeout = '{_SETTLING_SECONDS}s'")
        if await connection.execute(attempt.sql, *attempt.values(**entry)) == "INSERT 0 1":
            return False
        wrote = await connection.fetchval(find.sql, *find.values(**entry)) == transaction_id
        if wrote:
            await _wait_for_standbys(connection)
        return wrote


async def _wait_for_standbys(connection: Connection) -> None:
    """Commit something that changes nothing: once standbys have it, they have what was committed before.

    A primary that crashed and was started again shows what it had committed, even if no standby has it yet.
    """
    await connection.execute(SQL["leave_a_mark"].sql)
    await connection.execute("COMMIT")
