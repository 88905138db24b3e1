"""How connections to PostgreSQL are made, and what may go wrong with them."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from billingua.engine.ports import StoreFailed

_log = logging.getLogger(__name__)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""Whatever may go wrong with a database, with the way to it, or with what is asked of it."""

LOSSES = (
    OSError,
    asyncpg.InternalClientError,  # nobody knows any more what the next answer is about
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

CROSSINGS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""What two transactions that cross each other may end in; the database takes back the one that hears it."""

PLAIN: Mapping[str, str] = {"application_name": "billingua"}
"""What every connection is set to."""

BY_KEY = {
    **PLAIN,
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
}
"""For statements that name every row by its key: each is planned once, even on an empty table, and goes through its
rows as they are named, so that two nodes do not lock them crosswise."""

TO_WRITE = {
    **BY_KEY,
    "synchronous_commit": "on",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
}
"""The same; what is committed is on disk, nobody waits for ever, and a node that vanishes frees what it locked."""

_CONNECT_SECONDS = 5
_KEEP_ALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 25_000}
"""Somebody who is silent for 25 seconds, though asked, is gone."""


def place_of(url: str) -> str:
    """Say which database a URL means, without who signs in and how."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"


async def connect(url: str, settings: Mapping[str, str] = PLAIN) -> Connection:
    """Connect to the first of the hosts whose database takes writes. What the URL says of this or of settings wins."""
    *others, last = _one_for_each_host(url)
    for other in others:
        with suppress(*LOSSES):
            return await _connect(other, settings)
    return await _connect(last, settings)


def _one_for_each_host(url: str) -> list[str]:
    """Tell the hosts of a URL apart, so that each has its own time to answer."""
    if hosts := urlsplit(url).netloc.rpartition("@")[2]:
        return [url.replace(hosts, host) for host in hosts.split(",")]
    asked = _asked(url)
    hosts, ports = asked.get("host", "").split(","), asked.get("port", "").split(",")
    if len(hosts) == 1 or len(ports) not in {1, len(hosts)}:
        return [url]
    return [_at(url, asked, host, port) for host, port in zip(hosts, cycle(ports), strict=False)]


def _at(url: str, asked: Mapping[str, str], host: str, port: str) -> str:
    """Write a URL that asks for the same at one host; without a port, at the usual one."""
    place = {"host": host, "port": port} if port else {"host": host}
    return f"{url.partition('?')[0]}?{urlencode({**asked, **place}, safe='/:[]')}"


def _asked(url: str) -> dict[str, str]:
    """Give what a URL asks for by name; of what it names twice, the driver takes the last."""
    return dict(parse_qsl(urlsplit(url).query))


async def _connect(url: str, settings: Mapping[str, str]) -> Connection:
    asked = _asked(url)
    return await asyncpg.connect(
        url,
        timeout=_CONNECT_SECONDS,
        target_session_attrs=None if "target_session_attrs" in asked else SessionAttribute.read_write,
        max_cached_statement_lifetime=0,
        server_settings={name: value for name, value in settings.items() if name not in asked},
        connection_class=_KeptAlive,
    )


async def check_durability(url: str, connection: Connection) -> None:
    """See that what is committed lasts, and warn where it may not.

    Refuses with `StoreFailed` if commits do not wait for the disk, and the URL does not say that they need not: between
    us and the database, somebody may take no notice of what we set.
    """
    settings = await connection.fetch(
        "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')"
    )
    off = [setting["name"] for setting in settings if setting["setting"] == "off"]
    if "synchronous_commit" in off and "synchronous_commit" not in _asked(url):
        raise StoreFailed(f"synchronous_commit is off in {place_of(url)}, and the URL does not say that it may be")
    for name in off:
        _log.warning("%s is off in %s: what was acknowledged may be lost in a crash", name, place_of(url))


class _KeptAlive(asyncpg.Connection):
    """A connection that notices when the other end is gone without a word: COMMIT may wait long, but not for nobody."""

    def __init__(self, protocol: Any, transport: asyncio.Transport, *others: Any, **named: Any) -> None:
        super().__init__(protocol, transport, *others, **named)
        end: socket.socket = transport.get_extra_info("socket")
        if end.family in {socket.AF_INET, socket.AF_INET6}:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in _KEEP_ALIVE.items():
                if hasattr(socket, name):
                    end.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


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
