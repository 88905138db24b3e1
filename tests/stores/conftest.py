"""Every store, each on a place of its own: what is promised of one is promised of all."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from billingua.engine.ports import Store
from billingua.stores.memory import MemoryStore
from billingua.stores.sqlite import open_sqlite

OPENERS: dict[str, Callable[[Path], Store]] = {
    "memory": lambda folder: MemoryStore(),
    "sqlite": lambda folder: open_sqlite(folder / "ledger.sqlite"),
}


@pytest.fixture(params=OPENERS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened = OPENERS[request.param](tmp_path)
    yield opened
    await opened.close()
