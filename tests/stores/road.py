"""The way to the PostgreSQL server, on which messages get lost when a test says so."""

import asyncio
from asyncio import StreamReader, StreamWriter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Road:
    """Carries messages to the server and answers back, until it breaks at a message with some text in it.

    It breaks `before` the message arrives; or `after` it was answered, so that the answer is lost; or `unnoticed`: the
    message does not arrive, and the server does not hear that it broke. Who then comes anew may break it again, or find
    it closed.
    """

    def __init__(self, folder: Path, url: str) -> None:
        parts = urlsplit(url)
        self.url = f"postgresql://postgres@{parts.path}?host={folder}"
        self._here = folder / ".s.PGSQL.5432"
        self._there = Path(parse_qs(parts.query)["host"][0]) / ".s.PGSQL.5432"
        self._journeys: set[asyncio.Task[None]] = set()
        self._port: asyncio.Server | None = None
        self.noticed = asyncio.Event()
        """Set, it lets the server know of what broke unnoticed."""
        self.heal()

    def heal(self) -> None:
        self.break_at(b"no message holds this", how="never")

    def break_at(
        self, text: bytes = b"", *, skipped: int = 0, times: int = 1, how: str = "before", closes: bool = False
    ) -> None:
        """Break at the next message with this text, or after so many of them; and at those after it, so many times."""
        self.text, self.skipped, self.times, self.how = text, skipped, times, how
        self.closes = closes
        self.messages: list[bytes] = []

    def was_met(self) -> bool:
        """Whether it came to the message at which to break."""
        return len(self.messages) > self.skipped

    async def open(self) -> None:
        """Let connections be made."""
        self._server = await asyncio.start_unix_server(self._carry, self._here)

    def close(self) -> None:
        """Let no connections be made any more; those that are stay."""
        self._server.close()
        self._here.unlink(missing_ok=True)
        if self._port is not None:
            self._port.close()

    async def open_tcp(self) -> str:
        """Let connections be made to a port, too, and give the URL for them."""
        self._port = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        port = self._port.sockets[0].getsockname()[1]
        return f"postgresql://postgres@127.0.0.1:{port}{urlsplit(self.url).path}"

    async def __aenter__(self) -> "Road":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
        for journey in self._journeys:
            journey.cancel()
        await asyncio.gather(*self._journeys, return_exceptions=True)

    async def _carry(self, near: StreamReader, to_near: StreamWriter) -> None:
        journey = asyncio.current_task()
        assert journey
        self._journeys.add(journey)
        journey.add_done_callback(self._journeys.discard)
        far, to_far = await asyncio.open_unix_connection(self._there)
        lost = asyncio.Event()
        ways = [
            asyncio.create_task(self._forth(near, to_far, lost)),
            asyncio.create_task(self._back(far, to_near, lost)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            to_near.close()
            if lost.is_set() and self.how == "unnoticed":
                await self.noticed.wait()
        finally:
            for way in ways:
                way.cancel()
            to_near.close()
            to_far.close()

    async def _forth(self, near: StreamReader, to_far: StreamWriter, lost: asyncio.Event) -> None:
        while message := await near.read(2**20):
            if self._breaks_at(message):
                lost.set()
                if self.how == "after":
                    to_far.write(message)
                    await asyncio.sleep(60)
                return
            to_far.write(message)

    async def _back(self, far: StreamReader, to_near: StreamWriter, lost: asyncio.Event) -> None:
        while (answer := await far.read(2**20)) and not lost.is_set():
            to_near.write(answer)

    def _breaks_at(self, message: bytes) -> bool:
        if self.how == "never" or self.text not in message:
            return False
        self.messages.append(message)
        breaks = self.skipped < len(self.messages) <= self.skipped + self.times
        if breaks and self.closes:
            self.close()
        return breaks
