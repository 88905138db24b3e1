"""Servers on one ledger, and what may befall them."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random  # noqa: TID251 - a seed makes it repeatable

import asyncpg
import psutil

from billingua.engine.ports import Store
from tests.durability import checking
from tests.durability.clients import Book, Load
from tests.durability.work import Operation, Work, world
from tests.end_to_end.server import Server
from tests.postgres import Postgres

_DRAFTS_A_ROUND = 30
_FEWEST_GRANTS = 20
_MOST_GRANTS = 200
"""How much all nodes together grant before something happens, each its share, and again before the next round."""
_LATEST_SECONDS = 0.05
"""How long after that something happens: any step of a batch may be under way."""
_LONGEST_ABSENCE_SECONDS = 0.3


@dataclass
class Ring:
    """Some servers on one ledger, with what was asked of them and what they answered so far."""

    servers: list[Server]
    open_store: Callable[[], Awaitable[Store]]
    work: Iterator[Operation]
    rng: Random
    postgres: Postgres | None = None
    book: Book = field(default_factory=Book)

    async def go_through(self, crash: "Crash") -> None:
        """Let clients work, do something to the servers meanwhile, bring them back, and see what is left."""
        load = Load(self.work, self.book, [server.url for server in self.servers])
        async with asyncio.TaskGroup() as group:
            group.create_task(load.run())
            await load.go_on(self.rng.randint(_FEWEST_GRANTS, _MOST_GRANTS) // len(self.servers))
            await asyncio.sleep(self.rng.uniform(0, _LATEST_SECONDS))
            await crash(self)
            await load.go_on(_FEWEST_GRANTS // len(self.servers))
            load.stop()
        await self.check(checking.assert_nothing_is_lost)

    async def start(self, server: Server) -> None:
        await asyncio.to_thread(server.__enter__)

    async def check(self, assert_whole: Callable[[Store, Book], Awaitable[None]]) -> None:
        store = await self.open_store()
        try:
            await assert_whole(store, self.book)
        finally:
            await store.close()


Crash = Callable[[Ring], Awaitable[None]]


@asynccontextmanager
async def ring(
    folder: Path,
    ledger: list[str],
    open_store: Callable[[], Awaitable[Store]],
    *,
    nodes: Sequence[Sequence[str]],
    rounds: int,
    seed: int,
    postgres: Postgres | None = None,
) -> AsyncGenerator[Ring]:
    """Start servers, each with options of its own, on an empty ledger, and fill it with enough for so many rounds."""
    rng, drafts = Random(seed), rounds * _DRAFTS_A_ROUND
    path = folder / "world.json"
    path.write_text(json.dumps(world(drafts)))
    servers = [Server(*ledger, *options, "--world", str(path), folder=folder) for options in nodes]
    made = Ring(servers, open_store, iter(Work(rng, drafts)), rng, postgres)
    try:
        for server in servers:
            await made.start(server)
        yield made
    finally:
        for server in servers:
            server.__exit__(None, None, None)


async def kill_a_server(ring: Ring) -> None:
    server = ring.rng.choice(ring.servers)
    _kill(server)
    await ring.start(server)


def _kill(server: Server) -> None:
    """End a server at once, and its workers, if it has any."""
    workers = psutil.Process(server.process.pid).children()
    server.kill()
    for worker in workers:
        worker.kill()


async def kill_a_worker(ring: Ring) -> None:
    """Its server starts another by itself."""
    ring.rng.choice(
        [worker for server in ring.servers for worker in psutil.Process(server.process.pid).children()]
    ).kill()


async def stop_a_server(ring: Ring) -> None:
    server = ring.rng.choice(ring.servers)
    assert await asyncio.to_thread(server.stop) == 0
    await ring.start(server)


async def kill_a_backend(ring: Ring) -> None:
    """End one process of PostgreSQL that serves a node; the postmaster ends all others, and recovers."""
    assert ring.postgres
    connection = await asyncpg.connect(ring.postgres.url("postgres"))
    serving = await connection.fetch("SELECT pid FROM pg_stat_activity WHERE application_name = 'billingua'")
    with suppress(ProcessLookupError):  # one that was about to end
        os.kill(ring.rng.choice(serving)["pid"], signal.SIGKILL)
    connection.terminate()


async def kill_the_postmaster(ring: Ring) -> None:
    assert ring.postgres
    ring.postgres.cluster.kill()
    await asyncio.sleep(ring.rng.uniform(0, _LONGEST_ABSENCE_SECONDS))
    await asyncio.to_thread(ring.postgres.cluster.start)


async def kill_the_postmaster_twice(ring: Ring) -> None:
    """The second time, nodes may be about to find out what became of their commits."""
    await kill_the_postmaster(ring)
    await asyncio.sleep(ring.rng.uniform(0, _LONGEST_ABSENCE_SECONDS))
    await kill_the_postmaster(ring)


async def kill_the_postmaster_and_a_server(ring: Ring) -> None:
    server = ring.rng.choice(ring.servers)
    await kill_the_postmaster(ring)
    _kill(server)
    await ring.start(server)


ON_SQLITE = (kill_a_server, kill_a_server, stop_a_server)
ON_POSTGRESQL = (
    kill_a_server,
    kill_a_backend,
    kill_the_postmaster,
    kill_a_server,
    kill_a_backend,
    kill_the_postmaster_twice,
    kill_the_postmaster_and_a_server,
    kill_a_worker,
    stop_a_server,
)
