"""Clients that remember what they were told."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import Enum
from itertools import cycle, islice

import httpx

from tests.durability.work import DIALECTS, Operation

CONNECTIONS = 16
_PATIENCE_SECONDS = 120
_LOOK_AGAIN_SECONDS = 0.02
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
    granted: Counter[str] = field(default_factory=Counter[str])
    """How many requests were granted in each dialect."""

    def enter(self, operation: Operation, answer: httpx.Response | None) -> Told:
        told = _read(answer)
        self.told[operation.id] = operation, told
        self.granted[operation.dialect] += told is Told.GRANTED
        if answer is not None and told is Told.GRANTED and operation.verb == "GET":
            invoice = answer.json()
            self.shown.add((invoice["id"], invoice["version"], invoice["external_id"]))
        return told

    def counts(self) -> str:
        counted = Counter(told for _, told in self.told.values())
        dialects = ", ".join(f"{self.granted[dialect]} in {dialect}" for dialect in DIALECTS)
        return ", ".join(f"{counted[told]} {told.name.lower()}" for told in Told) + f" ({dialects})"


def _read(answer: httpx.Response | None) -> Told:
    """Read what an answer says of its request: every refusal but one for a failure is a promise."""
    if answer is None:
        return Told.UNKNOWN
    if answer.is_success:
        return Told.GRANTED
    promised = answer.status_code < 500 or answer.status_code == 503 or _NOTHING_CHANGED.search(answer.text)
    return Told.REFUSED if promised else Told.UNKNOWN


class Load:
    """Clients at work on some nodes, until they are stopped; when a node is gone, its clients wait for it."""

    def __init__(
        self, work: Iterator[Operation], book: Book, urls: Sequence[str], patience_seconds: float = _PATIENCE_SECONDS
    ) -> None:
        self._work = work
        self._book = book
        self._urls = urls
        self._patience_seconds = patience_seconds
        self._stopped = False
        self._news = asyncio.Event()
        self._granted = Counter[str]()

    async def run(self) -> None:
        """Make requests on all connections at once."""
        async with AsyncExitStack() as stack:
            nodes = [httpx.AsyncClient(base_url=url, verify=False, timeout=_PATIENCE_SECONDS) for url in self._urls]
            for node in nodes:
                await stack.enter_async_context(node)
            await asyncio.gather(*(self._request(node) for node in islice(cycle(nodes), CONNECTIONS)))

    def stop(self) -> None:
        """Let each client get its last answer."""
        self._stopped = True

    async def go_on(self, grants: int) -> None:
        """Wait until every node has granted so many more requests, and every dialect has been granted some by now."""
        goal = {url: self._granted[url] + grants for url in self._urls}
        try:
            async with asyncio.timeout(self._patience_seconds):
                while not self._has_reached(goal):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"too little was granted: {dict(self._granted)}; {self._book.counts()}") from None

    def _has_reached(self, goal: Mapping[str, int]) -> bool:
        of_all = all(self._book.granted[dialect] for dialect in DIALECTS)
        return of_all and all(self._granted[url] >= grants for url, grants in goal.items())

    async def _request(self, node: httpx.AsyncClient) -> None:
        while not self._stopped:
            if not await self._ask(node, next(self._work)):
                await self._wait_for(node)

    async def _wait_for(self, node: httpx.AsyncClient) -> None:
        """Wait until a node is back."""
        while not self._stopped and not await _is_there(node):  # noqa: ASYNC110 - nobody but the node itself knows
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

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


async def _is_there(node: httpx.AsyncClient) -> bool:
    try:
        return (await node.get("/healthz")).is_success
    except httpx.TransportError:
        return False
