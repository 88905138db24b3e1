"""PostgreSQL servers whose files lie where the bench works, and a ledger of a million that is kept in one."""

import asyncio
import shutil
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import asyncpg
from tests.postgres import Cluster, Postgres, a_folder

from billingua.stores.postgres import migrate

SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "wal_compression": "on",
    "max_wal_size": "4GB",
    "shared_buffers": "512MB",
}
"""What docs/scaling.md asks for; nothing is on that would lose what was answered."""

_TO_FILL = {"wal_level": "minimal", "max_wal_senders": "0", "maintenance_work_mem": "512MB"}
"""Tables that are filled in the transaction that empties them need no log then, which would be as large as they are."""

_DATABASE = "ledger"


@contextmanager
def running_on(files: Path, **settings: str) -> Generator[Postgres]:
    """Run a server on files, which are made if there are none; its socket is elsewhere, on a path that is short."""
    files.mkdir(parents=True, exist_ok=True)
    with a_folder() as folder:
        (folder / "data").symlink_to(files.absolute())
        cluster = Cluster(folder)
        cluster.initialize()
        try:
            cluster.start(**SETTINGS, **settings)
            yield Postgres(cluster)
        finally:
            cluster.stop()


@contextmanager
def kept_cluster(ledger: Path, kept: Path, patience_seconds: float | None) -> Generator[str]:
    """Give the URL of a copy of the ledger in a file; it is made once. `TimeoutError` tells that it takes too long."""
    if not kept.exists():
        partial = kept.with_suffix(".part")
        shutil.rmtree(partial, ignore_errors=True)
        try:
            with running_on(partial, **_TO_FILL) as postgres:
                asyncio.run(_fill(postgres, ledger, patience_seconds))
        except TimeoutError:
            shutil.rmtree(partial)
            raise
        partial.rename(kept)
    with running_on(kept) as postgres:
        asyncio.run(migrate(postgres.url(_DATABASE)))
        try:
            yield postgres.url(_DATABASE)
        finally:
            # What is not in the tables yet would have to be done again at the next start.
            asyncio.run(postgres.execute("CHECKPOINT"))


async def _fill(postgres: Postgres, ledger: Path, patience_seconds: float | None) -> None:
    async with asyncio.timeout(patience_seconds):
        await postgres.execute(f"CREATE DATABASE {_DATABASE}")
        await migrate(postgres.url(_DATABASE))
        connection = await asyncpg.connect(postgres.url(_DATABASE))
        try:
            await _copy(connection, ledger)
            await connection.execute("VACUUM ANALYZE")
            await connection.execute("CHECKPOINT")
        finally:
            await connection.close()


async def _copy(connection: asyncpg.Connection, ledger: Path) -> None:
    """Copy the rows of all tables that both stores have: they mean the same in both."""
    with closing(sqlite3.connect(ledger)) as source:
        source.execute("BEGIN")
        names = [name for (name,) in source.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        async with connection.transaction():
            for table in sorted({*names} - {"migration"}):
                if columns := await connection.fetch(_COLUMNS, table):
                    await connection.execute(f"TRUNCATE {table}")
                    records, those = _rows(source, table, columns), [column["name"] for column in columns]
                    await connection.copy_records_to_table(table, records=records, columns=those)
            await connection.execute(_END_OF_OUTBOX)


_COLUMNS = """
SELECT attname AS name, atttypid = 'boolean'::regtype AS is_boolean
FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
"""

_END_OF_OUTBOX = """
INSERT INTO outbox_end (workspace, last) SELECT workspace, max(sequence) FROM outbox GROUP BY workspace
"""


def _rows(source: sqlite3.Connection, table: str, columns: Sequence[asyncpg.Record]) -> Iterator[Sequence[object]]:
    """Read a table, with booleans where PostgreSQL has them."""
    names = ", ".join(f'"{column["name"]}"' for column in columns)
    booleans = [place for place, column in enumerate(columns) if column["is_boolean"]]
    for row in source.execute(f"SELECT {names} FROM {table}"):  # noqa: S608 - the names are the schema's
        values = list(row)
        for place in booleans:
            values[place] = bool(values[place])
        yield values
