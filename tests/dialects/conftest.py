"""What the tests of every dialect need: a ledger on each store, and a client of one face."""

import re
from collections.abc import AsyncIterator, Callable
from itertools import count
from uuid import UUID

import httpx
import pytest

from billingua.engine.clock import SandboxClock, SystemClock
from billingua.engine.ledger import Ledger
from billingua.engine.ports import Store
from billingua.stores.postgres import PostgresStore
from billingua.stores.sqlite.store import SqliteStore
from billingua.wire.face import Face


async def in_sqlite(request: pytest.FixtureRequest, new_uuid: Callable[[], UUID]) -> Store:
    return SqliteStore(request.getfixturevalue("tmp_path") / "ledger.sqlite", new_uuid=new_uuid)


async def in_postgres(request: pytest.FixtureRequest, new_uuid: Callable[[], UUID]) -> Store:
    return PostgresStore(await request.getfixturevalue("postgres").empty_ledger(), new_uuid=new_uuid)


OPENERS = {"sqlite": in_sqlite, "postgres": in_postgres}


@pytest.fixture(params=OPENERS)
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Each store that people run."""
    numbers = count(1)
    store = await OPENERS[request.param](request, lambda: UUID(int=next(numbers)))
    yield store
    await store.close()


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock(SystemClock())


@pytest.fixture
def ledger(store: Store, clock: SandboxClock) -> Ledger:
    return Ledger(store, clock)


Client = httpx.AsyncClient


class _Insisting(httpx.ASGITransport):
    """Makes each call that writes under a key of its own, and once more: the answer is the same, or was a refusal."""

    def __init__(self, face: Face) -> None:
        super().__init__(app=face)
        self._keys = count(1)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not _is_done_once(request):
            return await super().handle_async_request(request)
        request.headers["idempotency-key"] = f"call-{next(self._keys)}"
        first = await _heard(await super().handle_async_request(request))
        if first.status_code < 400:
            again = await _heard(await super().handle_async_request(request))
            assert again.headers.get("idempotent-replayed") == "true"
            assert (again.status_code, again.content) == (first.status_code, first.content)
        return first


def _is_done_once(request: httpx.Request) -> bool:
    """Whether a call may be made twice like this: who logs in, reads, is told a token or rehearses is answered anew."""
    spoken_for = {"idempotency-key", "transfer-encoding"} & request.headers.keys()
    told_once = re.search(r"authenticat|login|/tokens|dry_run", str(request.url).lower())
    only_reads = re.fullmatch(r"/timp/orders/|/api/itm/publicitem", request.url.path.lower())
    is_writing = request.method in {"POST", "PUT", "PATCH", "DELETE"} and not only_reads
    return is_writing and not spoken_for and not told_once


async def _heard(answer: httpx.Response) -> httpx.Response:
    await answer.aread()
    return answer


@pytest.fixture
async def client_of(request: pytest.FixtureRequest) -> AsyncIterator[Callable[[Face], Client]]:
    """Make clients of a face; whatever the face raises is a defect, since it answers its own crashes.

    On SQLite they are clients who fear that their calls were not heard, and make each once more under the same key.
    """
    insists = "store" in request.fixturenames and isinstance(request.getfixturevalue("store"), SqliteStore)
    clients: list[Client] = []

    def make(face: Face) -> Client:
        transport = _Insisting(face) if insists else httpx.ASGITransport(app=face)
        clients.append(Client(transport=transport, base_url="http://billingua.test"))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()
