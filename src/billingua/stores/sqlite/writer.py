"""The one connection that writes."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from billingua.engine.batch import Outcome, Writes
from billingua.engine.plan import Job
from billingua.engine.ports import OutcomeUnknown, StoreFailed
from billingua.stores.batches import decide
from billingua.stores.recent import Recent
from billingua.stores.rows import instant_to_row
from billingua.stores.sqlite.connections import SQL, connect_to_write, data_version, has_our_schema
from billingua.stores.sqlite.reading import Reading
from billingua.stores.writes import values_of

_RETRY_SECONDS = 0.002


class RowsMissed(Exception):
    """A statement did not touch the rows that it was meant for: somebody else changed them."""


class Writer:
    """Decides and writes batches, one after another.

    SQL is called on the event loop, where it is quickest. Only COMMIT, which waits for the disk, is called in a thread,
    so that the loop goes on accepting what will be the next batch.
    """

    def __init__(
        self, path: Path, recent: Recent, *, busy_timeout_seconds: float, new_uuid: Callable[[], UUID]
    ) -> None:
        self._path = path
        self._busy_timeout_seconds = busy_timeout_seconds
        self._new_uuid = new_uuid
        self._recent = recent
        self._thread = ThreadPoolExecutor(1, "commit")
        self._turn = asyncio.Lock()
        self.under_way = Writes()
        """The batch that is being written, or was last."""
        self._connect()

    def _connect(self) -> None:
        self._recent.clear()
        self._connection = connect_to_write(self._path)
        self._connection_failed = False
        self._reading = Reading(self._connection, self._recent)
        self._data_version = None

    def is_writing(self) -> bool:
        """Whether a transaction is under way."""
        return self._turn.locked()

    def others_wrote(self) -> bool:
        """Whether another process wrote since the last transaction began."""
        return data_version(self._connection) != self._data_version

    async def attempt(self, jobs: Sequence[Job[Any]]) -> Sequence[Outcome[Any]]:
        """Decide jobs as one batch, write what they decided, and commit."""
        async with self._transaction():
            self._forget_if_others_wrote()
            writes = decide(jobs, self._reading.load, self._new_uuid)
            self._write(writes)
            self.under_way = writes
            if writes:
                await self._commit()
        self._recent.keep(writes.saves.values())
        return writes.outcomes

    async def forget_answers(self, before: datetime) -> int:
        """Forget the answers that were kept until then or earlier."""
        async with self._transaction():
            self._forget_if_others_wrote()
            self.under_way = Writes()
            forgotten = self._connection.execute(SQL["forget_answers"], {"before": instant_to_row(before)}).rowcount
            if forgotten:
                await self._commit()
        return forgotten

    async def erase(self) -> None:
        """Forget everything, in one step."""
        async with self._transaction():
            self._forget_if_others_wrote()
            self.under_way = Writes()
            for statement in SQL["erase"].splitlines():
                self._connection.execute(statement)
            await self._commit()
            self._recent.clear()

    def close(self) -> None:
        """Let go of the database; the last to do so puts what is in its log into the file."""
        self._thread.shutdown()
        self._connection.close()

    @asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[None]:
        """Let everything inside, once it is committed, count as a whole; take back what is not."""
        async with self._turn:
            await self._begin()
            try:
                yield
            except BaseException:
                self._recent.clear()
                raise
            finally:
                self._roll_back()

    async def _begin(self) -> None:
        """Wait until no other process writes, without holding up the loop."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._busy_timeout_seconds
        while not self._try_to_begin():
            if clock() > deadline:
                raise StoreFailed(f"another process has been writing for {self._busy_timeout_seconds} seconds")
            await asyncio.sleep(_RETRY_SECONDS)

    def _try_to_begin(self) -> bool:
        if self._connection_failed:
            self._connect()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    def _forget_if_others_wrote(self) -> None:
        """Let go of what was kept at hand if another process, such as the command line, wrote since.

        Refuses with `StoreFailed` if it migrated the file: what a newer schema keeps, this program would not.
        """
        if self.others_wrote():
            if not has_our_schema(self._connection):
                raise StoreFailed("another program has migrated the file: restart with that one")
            self._recent.clear()
            self._data_version = data_version(self._connection)

    def _write(self, writes: Writes) -> None:
        for name, values in values_of(writes).items():
            if values and self._connection.executemany(SQL[name], values).rowcount != len(values):
                raise RowsMissed(name)

    async def _commit(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._connection.execute, "COMMIT")
        except sqlite3.Error as error:
            # Nobody's plan is to blame, so that to run them again, one by one, would not help.
            if _is_of_the_disk(error):
                raise OutcomeUnknown(f"it is not known whether anything was committed: {error}") from error
            raise StoreFailed(f"nothing could be committed: {error}") from error

    def _roll_back(self) -> None:
        """Take back what was not committed; a connection that cannot even do that is not used any more."""
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._connection_failed = True
            self._connection.close()


def _is_of_the_disk(error: sqlite3.Error) -> bool:
    """Whether the disk failed. What it would not sync stands in the log all the same; after a crash it may be found."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR
