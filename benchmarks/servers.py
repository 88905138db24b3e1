"""The contenders, each a process of its own on loopback."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from types import TracebackType

import asyncpg
import psutil

HOST = "127.0.0.1"
_BILLINGUA = Path(sys.executable).with_name("billingua")
_ROOT = Path(__file__).parents[1]

_ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    "PYTHONPYCACHEPREFIX": str(_ROOT / ".bench" / "bytecode"),
}
"""Bytecode is kept, as it is of what is installed: to compile all modules at each start takes as long as the rest."""

Count = Callable[[], int]


class Server:
    """A server on a port of its own, as a context; the command gets the port as its last word.

    Where it keeps a history, `history` asks the database itself how many entries that has.
    """

    def __init__(self, *command: str | Path, log: Path, history: Count | None = None) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        self._command = [*command, str(self.port)]
        self._log = log
        self.keeps_history = history is not None
        self.history: Count = history or (lambda: 0)
        self.started_in_seconds = 0.0

    def __enter__(self) -> "Server":
        """Start it, and wait until it answers."""
        began = time.perf_counter()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, cwd=_ROOT, env=_ENVIRONMENT, stdout=log, stderr=subprocess.STDOUT
            )
        while not self._answers():
            if self._process.poll() is not None or time.perf_counter() > began + 60:
                raise RuntimeError(f"{self._command} does not answer:\n{self._log.read_text()}")
            time.sleep(0.005)
        self.started_in_seconds = time.perf_counter() - began
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop it."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=60)

    def ask(self, request: bytes) -> bytes:
        """Send one request on a connection of its own, and give the body of the answer."""
        status, answer = self._exchange(request)
        if not 200 <= status < 300:
            raise RuntimeError(f"{self._command} refused: {answer.decode(errors='replace')}")
        return answer.partition(b"\r\n\r\n")[2]

    def serves(self, request: bytes) -> bool:
        """Whether there is what a request is for."""
        return self._exchange(request)[0] not in {404, 405}

    def _exchange(self, request: bytes) -> tuple[int, bytes]:
        with socket.create_connection((HOST, self.port), timeout=60) as connection:
            connection.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        return int(answer[9:12]), answer

    def _answers(self) -> bool:
        try:
            self.ask(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        except OSError:
            return False
        return True

    def cpu_seconds(self) -> float:
        """Say for how long its processes have kept a core busy."""
        return sum(times.user + times.system for times in (one.cpu_times() for one in self._processes()))

    def resident_megabytes(self) -> float:
        """Say how much memory its processes hold."""
        return sum(one.memory_info().rss for one in self._processes()) / 2**20

    def _processes(self) -> Sequence[psutil.Process]:
        parent = psutil.Process(self._process.pid)
        return [parent, *parent.children()]


def billingua(data: Path) -> Server:
    """Make the server as an operator runs it, on the ledger in a folder."""
    history = partial(entries_in_file, data / "ledger.sqlite")
    return Server(_BILLINGUA, "serve", "--data", data, "--port", log=data / "server.log", history=history)


def billingua_on(database: str, log: Path, *, workers: int = 1) -> Server:
    """Make the server as an operator runs it, on a ledger in PostgreSQL."""
    command = [_BILLINGUA, "serve", "--database", database, "--workers", str(workers), "--port"]
    return Server(*command, log=log, history=partial(entries_in_database, database))


def ceiling(folder: Path) -> Server:
    """Make the same server without a store: its dialects decode, and answer what they answered before."""
    return Server(sys.executable, "-m", "benchmarks.ceiling", "dialects", folder, log=folder / "ceiling.log")


def bare_ceiling(folder: Path) -> Server:
    """Make the same server without dialects: it decodes JSON, and answers what stands ready."""
    return Server(sys.executable, "-m", "benchmarks.ceiling", "bare", folder, log=folder / "ceiling.log")


def reference(python: Path, folder: Path) -> Server:
    """Make what people would use instead."""
    app, history = _ROOT / "benchmarks" / "reference" / "app.py", partial(entries_in_file, folder / "reference.sqlite")
    return Server(python, app, folder, log=folder / "reference.log", history=history)


def entries_in_file(path: Path) -> int:
    """Count the entries of a history in a file: they are only ever added."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as connection:
        return connection.execute("SELECT coalesce(max(rowid), 0) FROM history").fetchone()[0]


def entries_in_database(url: str) -> int:
    """Count the entries of a history in PostgreSQL."""
    return asyncio.run(_ask_database(url, "SELECT count(*) FROM history"))


async def _ask_database(url: str, sql: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()
