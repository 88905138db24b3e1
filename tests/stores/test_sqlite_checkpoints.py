"""What is in SQLite's log is put away into the file beside the commits."""

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from billingua.core.errors import Refused
from billingua.core.invoice import Invoice
from billingua.engine.plan import by_id
from billingua.stores.sqlite.store import SqliteStore
from tests.builders import an_invoice
from tests.stores.plans import add, found, get, put, refuse


def balances_in_the_file(path: Path) -> list[int]:
    """What the file holds without its log."""
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
        try:
            return [balance for (balance,) in connection.execute("SELECT open_balance FROM invoice")]
        except sqlite3.OperationalError:
            return []


async def test_the_log_is_put_away_after_so_many_changes(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    store = SqliteStore(path, checkpoint_changes=3)
    await store.run(put(an_invoice(id=35)))
    await store.run(add(35))
    assert balances_in_the_file(path) == []

    await store.run(add(35))

    await asyncio.wrap_future(store._checkpoints._under_way)
    assert balances_in_the_file(path) == [102_0000]
    await store.close()


async def test_what_changes_nothing_is_not_counted(tmp_path: Path):
    store = SqliteStore(tmp_path / "ledger.sqlite", checkpoint_changes=2)
    await store.run(put(an_invoice(id=35)))
    for _ in range(3):
        with pytest.raises(Refused):
            await store.run(refuse(35, Refused("no")))
        await store.run(get(by_id(Invoice, 35)))
    assert store._checkpoints._under_way is None
    await store.close()


async def test_a_log_that_cannot_be_put_away_harms_no_change(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    store = SqliteStore(tmp_path / "ledger.sqlite", checkpoint_changes=1)
    store._checkpoints._connection.close()
    with caplog.at_level(logging.WARNING):
        await store.run(put(an_invoice(id=35)))
        await asyncio.wrap_future(store._checkpoints._under_way)
        await store.run(add(35))
    assert (await found(store, by_id(Invoice, 35))).open_balance == 101
    assert "could not be put away" in caplog.text
    await store.close()
