"""The primary is killed under the hands of two nodes, its synchronous standby takes over, and nothing is lost."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from billingua.engine.ports import Store
from billingua.stores.postgres import open_postgres
from tests.builders import an_invoice
from tests.durability.checking import assert_the_audit_finds_nothing
from tests.durability.ring import Ring, ring
from tests.end_to_end.server import free_port
from tests.postgres import Cluster, Postgres, a_folder, running
from tests.stores.plans import add, assert_whole, put

STANDBY = "standby"
_ROUNDS_FOR_EACH = 25


class Pair:
    """A primary and the standby that it waits for with every commit."""

    def __init__(self, *folders: Path) -> None:
        self.primary, self.standby = (Cluster(folder, free_port()) for folder in folders)
        self.hosts = f"127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}"

    async def follow(self) -> None:
        """Make the standby anew, and let the primary wait for it from now on."""
        await asyncio.to_thread(self.standby.follow, self.primary, STANDBY)
        await asyncio.to_thread(self.standby.start)
        primary = Postgres(self.primary)
        await primary.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
        await primary.execute("SELECT pg_reload_conf()")
        await until(self.primary, "SELECT sync_state FROM pg_stat_replication", lambda state: state == "sync")

    async def fail_over(self, _: Ring) -> None:
        """Kill everything of the primary, and let the standby take its place."""
        self.primary.kill(children=True)
        await Postgres(self.standby).execute("SELECT pg_promote()")
        self.primary, self.standby = self.standby, self.primary


async def some_commit_waits(postgres: Postgres) -> None:
    """Wait until a commit waits for a standby."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    await until(postgres.cluster, waiting, lambda count: count > 0)


async def until(cluster: Cluster, question: str, is_enough: Callable[[Any], bool]) -> None:
    """Ask a server until its answer is enough."""
    connection = await asyncpg.connect(cluster.url("postgres"))
    try:
        async with asyncio.timeout(120):
            while not is_enough(await connection.fetchval(question)):
                await connection.execute("SELECT pg_sleep(0.02)")
    finally:
        await connection.close()


@asynccontextmanager
async def a_pair() -> AsyncGenerator[Pair]:
    with a_folder() as one, a_folder() as other:
        pair = Pair(one, other)
        pair.primary.initialize()
        pair.standby.initialize()
        try:
            pair.primary.start()
            yield pair
        finally:
            pair.standby.stop()
            pair.primary.stop()


async def test_a_standby_takes_over_and_nothing_is_lost(tmp_path: Path, rounds: int, seed: int) -> None:
    async with a_pair() as pair:
        await Postgres(pair.primary).execute("CREATE DATABASE ledger")
        await pair.follow()
        url = f"postgresql://postgres@{pair.hosts}/ledger"

        async def open_store() -> Store:
            return await open_postgres(url)

        async with ring(tmp_path, ["--database", url], open_store, nodes=[[], []], rounds=rounds, seed=seed) as nodes:
            for number in range(max(1, rounds // _ROUNDS_FOR_EACH)):
                if number > 0:
                    await pair.follow()
                # pytest shows it where a round fails.
                print(f"seed {seed}, failover {number + 1}, after {nodes.book.counts()}", flush=True)  # noqa: T201
                await nodes.go_through(pair.fail_over)
            await nodes.check(assert_the_audit_finds_nothing)


async def test_what_only_a_restarted_primary_has_is_not_granted_before_its_standby_has_it() -> None:
    with running() as postgres:
        store = await open_postgres(await postgres.new_database())
        await store.run(put(an_invoice(id=1)))
        await postgres.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
        await postgres.execute("SELECT pg_reload_conf()")
        await until(postgres.cluster, "SHOW synchronous_standby_names", lambda names: names == STANDBY)

        mine = asyncio.create_task(store.run(add(1)))
        await some_commit_waits(postgres)
        postgres.cluster.kill(children=True)
        await asyncio.to_thread(postgres.cluster.start)
        await asyncio.wait([mine, asyncio.create_task(some_commit_waits(postgres))], return_when="FIRST_COMPLETED")
        assert not mine.done()

        await postgres.execute("ALTER SYSTEM RESET synchronous_standby_names")
        await postgres.execute("SELECT pg_reload_conf()")
        assert (await mine).open_balance == 101
        await assert_whole(store)
        await store.close()
