"""Every store, each on a place of its own: what is promised of one is promised of all."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from billingua.engine.ports import Store
from billingua.stores.memory import MemoryStore
from billingua.stores.postgres import open_postgres
from billingua.stores.sqlite import open_sqlite


async def in_memory(_: pytest.FixtureRequest) -> Store:
    return MemoryStore()


async def in_sqlite(request: pytest.FixtureRequest) -> Store:
    return open_sqlite(request.getfixturevalue("tmp_path") / "ledger.sqlite")


async def in_postgres(request: pytest.FixtureRequest) -> Store:
    return await open_postgres(await request.getfixturevalue("postgres").empty_ledger())


OPENERS: dict[str, Callable[[pytest.FixtureRequest], Awaitable[Store]]] = {
    "memory": in_memory,
    "sqlite": in_sqlite,
    "postgres": in_postgres,
}


@pytest.fixture(params=OPENERS)
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    opened = await OPENERS[request.param](request)
    yield opened
    await opened.close()
