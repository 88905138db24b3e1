"""A load that is granted nothing is no test, and says so."""

import asyncio
from dataclasses import replace
from pathlib import Path
from random import Random  # noqa: TID251 - a seed makes it repeatable

import pytest

from billingua.engine.ports import Store
from billingua.stores.sqlite import open_sqlite
from tests.durability.clients import Book, Load
from tests.durability.ring import ring
from tests.durability.work import Work


async def test_a_dialect_that_is_refused_everything_is_noticed(tmp_path: Path) -> None:
    async def open_store() -> Store:
        return open_sqlite(tmp_path / "data" / "ledger.sqlite")

    async with ring(tmp_path, ["--data", str(tmp_path / "data")], open_store, nodes=[[]], rounds=1, seed=0) as servers:
        refused = (
            replace(operation, headers={}) if operation.dialect == "crux" else operation
            for operation in Work(Random(0), 30)
        )
        load = Load(refused, Book(), [server.url for server in servers.servers], patience_seconds=0.5)
        working = asyncio.create_task(load.run())
        with pytest.raises(AssertionError, match="0 in crux"):
            await load.go_on(1)
        load.stop()
        await working
