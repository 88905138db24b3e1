"""Sends requests where wrk is not installed: `python -m benchmarks.client PORT CONNECTIONS SECONDS FIRST FILE`.

It speaks just enough HTTP to count answers: they have a Content-Length, and their heads come in one piece with the
beginning of their bodies.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import cast

import msgspec
import uvloop

from benchmarks.servers import HOST


class _Connection(asyncio.Protocol):
    """One client: it sends its next request as soon as it has an answer."""

    def __init__(self, tally: "_Tally") -> None:
        self._tally = tally
        self._awaited = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are, and do not say so
        self._send()

    def data_received(self, data: bytes) -> None:
        if not self._awaited:
            head, _, body = data.partition(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._refused = not head.startswith(b"HTTP/1.1 2")
            self._awaited = int(length) - len(body)
        else:
            self._awaited -= len(data)
        if not self._awaited:
            self._tally.note(perf_counter() - self._sent_at, refused=self._refused)
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._tally.lost += not self._tally.is_over

    def _send(self) -> None:
        self._sent_at = perf_counter()
        self._transport.write(self._tally.next_request())


class _Tally:
    """What is sent next, and what came back."""

    def __init__(self, requests: Sequence[bytes], first: int) -> None:
        self._requests = requests
        self._next = first
        self._seconds: list[float] = []
        self._refused = 0
        self.lost = 0
        self.is_over = False

    def next_request(self) -> bytes:
        """Take the next request."""
        self._next += 1
        return self._requests[self._next % len(self._requests)]

    def note(self, seconds: float, *, refused: bool) -> None:
        """Note an answer."""
        self._seconds.append(seconds)
        self._refused += refused

    def told(self, seconds: float) -> bytes:
        """Tell how it went, as the Lua script tells it."""
        ordered = sorted(self._seconds) or [0.0]
        return msgspec.json.encode(
            {
                "answers": len(self._seconds),
                "seconds": seconds,
                "refused": self._refused,
                "lost": self.lost,
                "median_ms": ordered[len(ordered) // 2] * 1000,
                "p99_ms": ordered[len(ordered) * 99 // 100] * 1000,
            }
        )


async def _send(port: int, connections: int, seconds: float, tally: _Tally) -> bytes:
    loop = asyncio.get_running_loop()
    started = perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: _Connection(tally), HOST, port)
    await asyncio.sleep(seconds)
    tally.is_over = True
    return tally.told(perf_counter() - started)


def main(port: str, connections: str, seconds: str, first: str, file: str) -> None:
    """Send the requests of a file for a while, and print how it went."""
    tally = _Tally(Path(file).read_bytes().split(b"\0"), int(first))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        told = runner.run(_send(int(port), int(connections), float(seconds), tally))
    sys.stdout.buffer.write(told + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
