"""Whatever is killed in the middle of its work: what was granted is there, once and whole, and nothing else is.

One ledger goes through all rounds of a test, so that what one crash left behind meets the next. `--rounds` says how
many, and `--seed` repeats the choices of an earlier run, though not its timing.
"""

from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import pytest

from billingua.engine.ports import Store
from billingua.stores.postgres import open_postgres
from billingua.stores.sqlite import open_sqlite
from tests.durability.checking import assert_the_audit_finds_nothing
from tests.durability.ring import ON_POSTGRESQL, ON_SQLITE, Crash, Ring, ring
from tests.postgres import Postgres, running


@pytest.fixture
def killable() -> Iterator[Postgres]:
    """A PostgreSQL of its own, since others would notice what happens to it.

    It waits for the disk, so that some crashes find a commit that is done, and whose answer is not yet on its way.
    """
    with running(fsync="on") as postgres:
        yield postgres


async def test_crashes_lose_nothing_on_sqlite(tmp_path: Path, rounds: int, seed: int) -> None:
    rounds = 2 * rounds // 5

    async def open_store() -> Store:
        return open_sqlite(tmp_path / "data" / "ledger.sqlite")

    ledger = ["--data", str(tmp_path / "data")]
    async with ring(tmp_path, ledger, open_store, nodes=[[]], rounds=rounds, seed=seed) as servers:
        await go_through(servers, ON_SQLITE, rounds, seed)


async def test_crashes_lose_nothing_on_postgresql(tmp_path: Path, killable: Postgres, rounds: int, seed: int) -> None:
    rounds -= 2 * rounds // 5
    url = await killable.new_database()

    async def open_store() -> Store:
        return await open_postgres(url)

    ledger, nodes = ["--database", url], [["--workers", "2"], []]
    async with ring(tmp_path, ledger, open_store, nodes=nodes, rounds=rounds, seed=seed, postgres=killable) as servers:
        await go_through(servers, ON_POSTGRESQL, rounds, seed)


async def go_through(servers: Ring, crashes: Sequence[Crash], rounds: int, seed: int) -> None:
    """Let one thing happen after another, round by round, and say how far it went."""
    for number, crash in enumerate(islice(cycle(crashes), rounds), start=1):
        what = crash.__name__.replace("_", " ")
        # pytest shows it where a round fails.
        print(f"seed {seed}, round {number} of {rounds}: {what}, after {servers.book.counts()}", flush=True)  # noqa: T201
        await servers.go_through(crash)
    await servers.check(assert_the_audit_finds_nothing)
