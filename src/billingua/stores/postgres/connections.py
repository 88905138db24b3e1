"""Connections to PostgreSQL: how they are made, and made anew when they are lost."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from billingua.engine.ports import StoreFailed

T = TypeVar("T")

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""Whatever may go wrong with a database, with the way to it, or with what is asked of it."""

_LOSSES = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TargetServerAttributeNotMatched,
)
"""What is over once the database is there again, or another one in its place."""

BY_KEY = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
}
"""For statements that name every row by its key: each is planned once, even on an empty table, and goes through its
rows as they are named, so that two nodes do not lock them crosswise."""

TO_WRITE = {**BY_KEY, "synchronous_commit": "on", "idle_in_transaction_session_timeout": "30s"}
"""The same; what is committed is on disk, and a node that vanishes in the middle of a batch frees what it locked."""

_CONNECT_SECONDS = 10
_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 1


def place_of(url: str) -> str:
    """Say which database a URL means, without who signs in and how."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"


class _KeptAlive(asyncpg.Connection):
    """A connection that notices when the other end is gone without a word: COMMIT may wait long, but not for nobody."""

    def __init__(self, protocol: Any, transport: asyncio.Transport, *others: Any, **named: Any) -> None:
        super().__init__(protocol, transport, *others, **named)
        end: socket.socket = transport.get_extra_info("socket")
        if end.family != socket.AF_UNIX:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
                if hasattr(socket, name):
                    end.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def connect(url: str, settings: dict[str, str] | None = None) -> Connection:
    """Connect to a database that takes writes. What the URL says of this or of the settings wins."""
    settings = {"application_name": "billingua", **(settings or {})}
    target = None if "target_session_attrs=" in url else SessionAttribute.read_write
    return await asyncpg.connect(
        url,
        timeout=_CONNECT_SECONDS,
        target_session_attrs=target,
        max_cached_statement_lifetime=0,
        server_settings={name: value for name, value in settings.items() if f"{name}=" not in url},
        connection_class=_KeptAlive,
    )


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[Connection]:
    """Connect for a while. Refuses with `StoreFailed`, also in place of any other failure inside."""
    try:
        connection = await connect(url)
        try:
            yield connection
        finally:
            await connection.close()
    except FAILURES as error:
        raise StoreFailed(f"the database {place_of(url)} failed: {error}") from error


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


class Line:
    """One connection, made anew when it is lost. Only one at a time uses it: its user sees to that."""

    def __init__(self, url: str, patience_seconds: float, settings: dict[str, str] | None = None) -> None:
        self._url = url
        self._settings = settings
        self.patience_seconds = patience_seconds
        self._connection: Connection | None = None
        self._closed = False

    async def connection(self) -> Connection:
        """Give the connection, or a new one if it was lost."""
        if self._closed:
            raise StoreFailed("the store is closed")
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._url, self._settings)
        return self._connection

    def is_lost(self, error: Exception) -> bool:
        """Whether this error means that the connection is gone, or of no use any more; then it is let go."""
        if self._connection is not None and isinstance(error, _LOSSES):
            self._connection.terminate()
        return isinstance(error, _LOSSES) or (self._connection is not None and self._connection.is_closed())

    async def use(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do something that may be done twice: again where the connection is lost. Refuses with `StoreFailed`."""
        patience = Patience(self.patience_seconds)
        while True:
            try:
                return await work(await self.connection())
            except FAILURES as error:
                if not self.is_lost(error):
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
