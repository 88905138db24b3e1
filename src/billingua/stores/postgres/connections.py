"""Connections that are made anew when they are lost."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from billingua.engine.ports import StoreFailed
from billingua.stores.postgres.connecting import CROSSINGS, FAILURES, LOSSES, PLAIN, Connection, connect

T = TypeVar("T")

_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 1


class Patience:
    """Waits longer and longer from try to try, up to a time."""

    def __init__(self, seconds: float) -> None:
        self._clock = asyncio.get_running_loop().time
        self._end = self._clock() + seconds
        self._wait_seconds = _FIRST_WAIT_SECONDS

    async def wait(self, error: Exception) -> None:
        """Wait before the next try, or refuse with `StoreFailed`: there is none."""
        if self._clock() + self._wait_seconds > self._end:
            raise StoreFailed(f"the database cannot be reached: {error}") from error
        await asyncio.sleep(self._wait_seconds)
        self._wait_seconds = min(2 * self._wait_seconds, _LONGEST_WAIT_SECONDS)


Check = Callable[[str, Connection], Awaitable[None]]
"""Looks at a new connection to a URL, and raises where it is of no use."""


class Line:
    """One connection, made anew when it is lost. Only one at a time uses it: its user sees to that."""

    def __init__(
        self, url: str, patience_seconds: float, settings: Mapping[str, str] = PLAIN, check: Check | None = None
    ) -> None:
        self._url = url
        self._settings = settings
        self._check = check
        self.patience_seconds = patience_seconds
        self._connection: Connection | None = None
        self._closed = False

    async def connection(self) -> Connection:
        """Give the connection, or a new one if it was lost."""
        if self._closed:
            raise StoreFailed("the store is closed")
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection

    async def _connect(self) -> Connection:
        connection = await connect(self._url, self._settings)
        if self._check is not None:
            try:
                await self._check(self._url, connection)
            except BaseException:
                connection.terminate()
                raise
        return connection

    def let_go_if_lost(self, error: Exception) -> bool:
        """Let go of the connection if this error means that it is gone or of no use any more; say whether it is so."""
        if self._connection is not None and isinstance(error, LOSSES):
            self._connection.terminate()
        return isinstance(error, LOSSES) or (self._connection is not None and self._connection.is_closed())

    async def use(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do something that may be done twice: again where the connection is lost, or where others came in between.

        Refuses with `StoreFailed`.
        """
        patience = Patience(self.patience_seconds)
        while True:
            try:
                return await work(await self.connection())
            except FAILURES as error:
                if not isinstance(error, CROSSINGS) and not self.let_go_if_lost(error):
                    raise StoreFailed(f"the database failed: {error}") from error
                await patience.wait(error)

    async def close(self) -> None:
        """Let go of the connection."""
        self._closed = True
        if self._connection is not None:
            await self._connection.close()


class Lines:
    """A few connections, for whoever needs one for a while."""

    def __init__(self, url: str, patience_seconds: float, count: int) -> None:
        self._lines = [Line(url, patience_seconds) for _ in range(count)]
        self._free: asyncio.LifoQueue[Line] = asyncio.LifoQueue()
        for line in self._lines:
            self._free.put_nowait(line)

    async def use(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do something that may be done twice, once a connection is free. Refuses with `StoreFailed`."""
        line = await self._free.get()
        try:
            return await line.use(work)
        finally:
            self._free.put_nowait(line)

    async def close(self) -> None:
        """Let go of all connections."""
        for line in self._lines:
            await line.close()


SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
"""Begins a transaction in which everything is read from one state of the database."""


@asynccontextmanager
async def transaction(connection: Connection, begin: str = "BEGIN") -> AsyncGenerator[None]:
    """Take back, at the end, whatever was done inside and not committed."""
    await connection.execute(begin)
    try:
        yield
    finally:
        await _roll_back(connection)


async def _roll_back(connection: Connection) -> None:
    """A connection that cannot even do that is not used any more."""
    if connection.is_closed() or not connection.is_in_transaction():
        return
    try:
        await connection.execute("ROLLBACK")
    except FAILURES:
        connection.terminate()
