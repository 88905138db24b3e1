"""Clients that remember what they were told."""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import Enum

import httpx

from tests.durability.work import Operation

CONNECTIONS = 16
_PATIENCE_SECONDS = 120
_ANSWERS = 3
_NOTHING_CHANGED = re.compile("nothing (has|was) changed", re.IGNORECASE)


class Told(Enum):
    """What a client knows of its request."""

    GRANTED = "granted"
    REFUSED = "refused, with the promise that nothing has changed"
    UNKNOWN = "left without an answer that says"


@dataclass
class Book:
    """What clients were told of their requests, and which versions of invoices they were shown."""

    told: dict[str, tuple[Operation, Told]] = field(default_factory=dict[str, tuple[Operation, Told]])
    shown: set[tuple[int, int, str | None]] = field(default_factory=set[tuple[int, int, str | None]])

    def enter(self, operation: Operation, answer: httpx.Response | None) -> Told:
        told = _read(answer)
        self.told[operation.id] = operation, told
        if answer is not None and told is Told.GRANTED and operation.verb == "GET":
            invoice = answer.json()
            self.shown.add((invoice["id"], invoice["version"], invoice["external_id"]))
        return told

    def counts(self) -> str:
        counted = Counter(told for _, told in self.told.values())
        return ", ".join(f"{counted[told]} {told.name.lower()}" for told in Told)


def _read(answer: httpx.Response | None) -> Told:
    """Read what an answer says of its request: every refusal but one for a failure is a promise."""
    if answer is None:
        return Told.UNKNOWN
    if answer.is_success:
        return Told.GRANTED
    promised = answer.status_code < 500 or answer.status_code == 503 or _NOTHING_CHANGED.search(answer.text)
    return Told.REFUSED if promised else Told.UNKNOWN


class Load:
    """Clients at work on some nodes, until they are stopped or their node is gone."""

    def __init__(self, work: Iterator[Operation], book: Book, urls: Sequence[str]) -> None:
        self._work = work
        self._book = book
        self._urls = urls
        self._stopped = False
        self._news = asyncio.Event()
        self._clients = Counter[str]()
        self._granted: defaultdict[str, int] = defaultdict(int)

    async def run(self) -> None:
        """Make requests on all connections at once."""
        async with AsyncExitStack() as stack:
            nodes = [httpx.AsyncClient(base_url=url, verify=False, timeout=_PATIENCE_SECONDS) for url in self._urls]
            for node in nodes:
                await stack.enter_async_context(node)
            await asyncio.gather(*(self._request(nodes[number % len(nodes)]) for number in range(CONNECTIONS)))

    def stop(self) -> None:
        """Let each client get its last answer."""
        self._stopped = True

    async def go_on(self) -> None:
        """Wait until every node that has clients has granted some more requests."""
        before = dict(self._granted)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while any(self._granted[url] < before.get(url, 0) + _ANSWERS for url in +self._clients):
                self._news.clear()
                await self._news.wait()

    async def _request(self, node: httpx.AsyncClient) -> None:
        url = str(node.base_url)
        self._clients[url] += 1
        try:
            while not self._stopped and await self._ask(node, next(self._work)):
                pass
        finally:
            self._clients[url] -= 1
            self._news.set()

    async def _ask(self, node: httpx.AsyncClient, operation: Operation) -> bool:
        """Make a request, and say whether the node is still there."""
        headers = {**operation.headers, "X-Request-Id": operation.id}
        try:
            answer = await node.request(operation.verb, operation.path, headers=headers, json=operation.body)
        except httpx.TransportError:
            self._book.enter(operation, None)
            return False
        if self._book.enter(operation, answer) is Told.GRANTED:
            self._granted[str(node.base_url)] += 1
            self._news.set()
        return True
