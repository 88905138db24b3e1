"""The contenders, each a process of its own on loopback."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import psutil

HOST = "127.0.0.1"
_BILLINGUA = Path(sys.executable).with_name("billingua")


class Server:
    """A server on a port of its own, as a context; the command gets the port as its last word."""

    def __init__(self, *command: str | Path, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        self._command = [*command, str(self.port)]
        self._log = log
        self.started_in_seconds = 0.0

    def __enter__(self) -> "Server":
        """Start it, and wait until it answers."""
        began = time.perf_counter()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=subprocess.STDOUT)
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
        with socket.create_connection((HOST, self.port), timeout=60) as connection:
            connection.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            parts = iter(lambda: connection.recv(65536), b"")
            head, _, body = b"".join(parts).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{self._command} refused: {(head + body).decode(errors='replace')}")
        return body

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
    return Server(_BILLINGUA, "serve", "--data", data, "--port", log=data / "server.log")


def billingua_on(database: str, log: Path, *, workers: int = 1) -> Server:
    """Make the server as an operator runs it, on a ledger in PostgreSQL."""
    return Server(_BILLINGUA, "serve", "--database", database, "--workers", str(workers), "--port", log=log)


def ceiling(folder: Path) -> Server:
    """Make the same server without a store: its dialects decode, and answer what they answered before."""
    return Server(sys.executable, "-m", "benchmarks.ceiling", "dialects", folder, log=folder / "ceiling.log")


def bare_ceiling(folder: Path) -> Server:
    """Make the same server without dialects: it decodes JSON, and answers what stands ready."""
    return Server(sys.executable, "-m", "benchmarks.ceiling", "bare", folder, log=folder / "ceiling.log")
