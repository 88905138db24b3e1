"""What plays are given on: one ledger, emptied and planted again and again, and asked over HTTP."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from starlette.types import ASGIApp

from billingua.engine.clock import SandboxClock, SystemClock
from billingua.engine.ledger import Ledger
from billingua.engine.ports import Store
from tests.dialects.conftest import OPENERS
from tests.stores.plans import assert_whole


@dataclass(frozen=True)
class Ask:
    """One request."""

    verb: str
    path: str
    authorization: str
    content_type: str = ""
    body: bytes = b""
    query: str = ""
    header: str = "authorization"
    """What the header is called that says who asks."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status_code: int
    content: bytes

    def json(self) -> Any:
        """Read it; numbers with a fraction are exact."""
        return json.loads(self.content, parse_float=Decimal)


@dataclass
class Stage:
    """One ledger; `begin` plants the world that every play begins with, and builds the face that is asked."""

    runner: asyncio.Runner
    store: Store
    dawn: datetime
    begin: Callable[[Ledger], Awaitable[ASGIApp]]
    clock: SandboxClock

    def set_up(self) -> None:
        """Begin anew."""
        self.run(self._plant())

    async def _plant(self) -> None:
        self.clock.set(self.dawn)
        await self.store.erase()
        self._face = await self.begin(Ledger(self.store, self.clock))

    def ask(self, *asked: Ask) -> list[Answer]:
        """Send requests all at once, and give the answers."""
        return self.run(self._ask(asked))

    async def _ask(self, asked: Iterable[Ask]) -> list[Answer]:
        return await asyncio.gather(*map(self._send, asked))

    async def _send(self, asked: Ask) -> Answer:
        """Send one request as a server does: a client between the two would take most of the time."""
        headers = [(asked.header, asked.authorization), ("content-type", asked.content_type)]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "scheme": "http",
            "method": asked.verb,
            "path": asked.path,
            "query_string": asked.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers if value],
        }
        parts = list[MutableMapping[str, Any]]()

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": asked.body}

        async def send(part: MutableMapping[str, Any]) -> None:
            parts.append(part)

        await self._face(scope, receive, send)
        return Answer(parts[0]["status"], b"".join(part.get("body", b"") for part in parts))

    def tear_down(self) -> None:
        """See that history tells all of it, and leave."""
        self.run(assert_whole(self.store))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something on the ledger."""
        return self.runner.run(work)


@contextmanager
def staged(
    request: pytest.FixtureRequest, store: str, dawn: datetime, begin: Callable[[Ledger], Awaitable[ASGIApp]]
) -> Iterator[Stage]:
    """Set up a stage on a store of this name."""
    numbers = count(10_000)
    with asyncio.Runner() as runner:
        opened = runner.run(OPENERS[store](request, lambda: UUID(int=next(numbers))))
        yield Stage(runner, opened, dawn, begin, SandboxClock(SystemClock()))
        runner.run(opened.close())
