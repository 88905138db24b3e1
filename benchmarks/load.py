"""The load: requests written beforehand, sent over so many connections, the same way to every contender.

wrk sends them where it is installed; else our own client does, in a process of its own.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.servers import HOST, Server

_ROOT = Path(__file__).parents[1]
_SCRIPT = Path(__file__).with_name("load.lua")
_FROM_WRK = shutil.which("wrk") is not None

GENERATOR = "wrk" if _FROM_WRK else "benchmarks/client.py"
"""What sends the requests."""
HELD_BACK = "" if _FROM_WRK else " (without wrk the load holds back the ceiling)"
"""What is said of rows beside a contender that answers faster than our own client asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How a stretch of load went: the latencies are those that clients saw."""

    answers: int
    seconds: float
    refused: int
    """Answers that were not a success."""
    lost: int
    """Requests without an answer."""
    median_ms: float
    p99_ms: float
    cpu_us: float
    """What an answer cost the server, in microseconds of one core."""

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return self.answers / self.seconds

    def told(self) -> dict[str, Any]:
        """Tell it all, for the record."""
        return {"per_second": self.per_second, **asdict(self)}


def request(verb: str, path: str, headers: Mapping[str, str], body: object = None) -> bytes:
    """Write a request down, as it goes over the wire."""
    content = b"" if body is None else msgspec.json.encode(body)
    lines = [f"{verb} {path} HTTP/1.1", f"Host: {HOST}", *(f"{name}: {value}" for name, value in headers.items())]
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


def write_requests(file: Path, requests: Iterable[bytes]) -> Path:
    """Write requests to a file, to be sent in their order and over again."""
    file.write_bytes(b"\0".join(requests))
    return file


def send(requests: Path, server: Server, *, connections: int, seconds: float, first: int = 0) -> Load:
    """Send requests for a while, each connection its next one as soon as it has an answer."""
    url, before = f"http://{HOST}:{server.port}", server.cpu_seconds()
    wrk = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", _SCRIPT, url, requests, str(first)]
    ours = [sys.executable, "-m", "benchmarks.client", *map(str, (server.port, connections, seconds, first, requests))]
    said = subprocess.run(wrk if _FROM_WRK else ours, cwd=_ROOT, capture_output=True, check=True, text=True).stdout
    told = json.loads(said.splitlines()[-1])
    cpu_us = (server.cpu_seconds() - before) / max(1, told["answers"]) * 1e6
    return Load(**told, cpu_us=cpu_us)
