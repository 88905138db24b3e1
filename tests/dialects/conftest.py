"""What the tests of every dialect need: a ledger on each store, and a client of one face."""

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


@pytest.fixture
async def client_of() -> AsyncIterator[Callable[[Face], Client]]:
    """Make clients of a face; whatever the face raises is a defect, since it answers its own crashes."""
    clients: list[Client] = []

    def make(face: Face) -> Client:
        clients.append(Client(transport=httpx.ASGITransport(app=face), base_url="http://billingua.test"))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()
