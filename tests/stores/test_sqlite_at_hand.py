"""What SQLite's store keeps at hand between requests is what the database holds, whoever wrote it, whenever."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from random import Random  # noqa: TID251 - seeded
from typing import Any

import pytest

from billingua.core.access import Credential
from billingua.core.invoice import Invoice
from billingua.engine.kinds import by_number, by_secret
from billingua.engine.plan import by_id
from billingua.stores.sqlite import open_sqlite
from billingua.stores.sqlite.store import SqliteStore
from tests.builders import NOON, a_credential, an_invoice
from tests.stores.plans import add, change, found, get, put

KEY = by_id(Invoice, 35)
SECRET = by_secret("native", "5ec")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(path)
    await store.run(put(an_invoice(), a_credential(secret_hash="5ec")))
    yield store
    await store.close()


@pytest.fixture
async def other(store: SqliteStore, path: Path) -> AsyncIterator[SqliteStore]:
    """The same ledger in another process, as far as SQLite can tell."""
    other = open_sqlite(path)
    yield other
    await other.close()


def selects(store: SqliteStore) -> list[str]:
    """Collect what the reader asks the database for from now on."""
    asked: list[str] = []
    store._reader._connection.set_trace_callback(lambda sql: asked.append(sql) if "SELECT" in sql else None)
    return asked


async def test_what_was_written_or_read_is_not_read_again(store: SqliteStore):
    await store.run(add(35))
    await store.run(get(by_number("INV-35"), by_number("nobody's")))
    await store.find(SECRET)
    asked = selects(store)

    assert (await found(store, KEY)).open_balance == 101
    assert (await found(store, by_number("INV-35"))).open_balance == 101
    assert await found(store, by_number("nobody's")) is None
    assert [workspace for workspace, _ in await store.find(SECRET)] == ["demo"]
    assert asked == []


async def test_what_another_process_wrote_is_read_at_once(store: SqliteStore, other: SqliteStore):
    assert (await found(store, KEY)).open_balance == 100
    ((_, credential),) = await store.find(SECRET)
    assert credential.value.is_live(NOON)

    await other.run(add(35))
    assert (await found(store, KEY)).open_balance == 101
    await other.run(put(a_credential(secret_hash="5ec", expires_at=NOON), workspace="another"))
    assert [workspace for workspace, _ in await store.find(SECRET)] == ["another", "demo"]
    asked = selects(store)
    assert len(await store.find(SECRET)) == 2
    assert asked == []


async def test_names_lead_to_whoever_has_them_now(store: SqliteStore):
    assert await found(store, by_number("new")) is None
    await store.run(change(35, number="new"))
    assert await found(store, by_number("INV-35")) is None
    assert (await found(store, by_number("new"))).id == 35

    await store.run(put(a_credential(id=2, secret_hash="5ec"), workspace="another"))
    assert [workspace for workspace, _ in await store.find(SECRET)] == ["another", "demo"]
    assert [workspace for workspace, _ in await store.find(by_id(Credential, 2))] == ["another"]


@pytest.mark.parametrize("by", ["nobody", "a change", "an erasure"])
async def test_a_commit_is_seen_before_its_caller_hears_of_it(
    store: SqliteStore, other: SqliteStore, by: str, monkeypatch: pytest.MonkeyPatch
):
    seen: list[Any] = []

    async def see() -> None:
        await asyncio.sleep(0)  # in another turn of the event loop, as requests are
        seen.append(await found(store, KEY))

    async def commit() -> None:
        await see()
        store._writer._connection.execute("COMMIT")
        if by == "a change":
            await other.run(add(35, 10))
        if by == "an erasure":
            await other.erase()
        asked = selects(store)
        await see()
        await see()
        assert len(asked) == (1 if by == "nobody" else 4)  # all that is asked for is the newest entry of history

    monkeypatch.setattr(store._writer, "_commit", commit)
    await store.run(add(35))
    await see()

    expected = {"nobody": 101, "a change": 111, "an erasure": None}[by]
    assert [invoice and invoice.open_balance for invoice in seen] == [100, expected, expected, expected]
    assert (await store.run(get(KEY)))[0] == (await other.run(get(KEY)))[0]


@pytest.mark.parametrize("late", [False, True])
async def test_another_process_that_writes_right_after_a_commit_is_noticed(
    store: SqliteStore, path: Path, late: bool, monkeypatch: pytest.MonkeyPatch
):
    version = store._reader.version

    def version_with_a_write() -> int:
        early = version()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("UPDATE invoice SET version = version + 1, open_balance = open_balance + 100000")
        return early if late else version()

    with monkeypatch.context() as patched:
        patched.setattr(store._reader, "version", version_with_a_write)
        assert (await store.run(add(35))).open_balance == 101

    assert (await found(store, KEY)).open_balance == 111
    assert (await store.run(add(35))).open_balance == 112


async def test_a_batch_that_is_committed_stays_so_whatever_the_reader_says(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
):
    def fail() -> int:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(store._reader, "version", fail)
        assert (await store.run(add(35))).open_balance == 101
    assert (await found(store, KEY)).open_balance == 101


async def test_nothing_that_was_erased_is_at_hand(store: SqliteStore, monkeypatch: pytest.MonkeyPatch):
    async def commit() -> None:
        assert await found(store, KEY) is not None
        store._writer._connection.execute("COMMIT")

    monkeypatch.setattr(store._writer, "_commit", commit)
    await store.erase()

    assert await found(store, KEY) is None
    assert await store.find(SECRET) == []
    assert await store.run(get(KEY)) == [None]


async def test_two_processes_always_read_the_same(store: SqliteStore, other: SqliteStore):
    chosen = Random(7)
    await store.run(put(*(an_invoice(id=id, number=f"N-{id}") for id in range(1, 6))))
    taken = {id: f"N-{id}" for id in range(1, 6)}
    for step in range(300):
        writer, id = chosen.choice([store, other]), chosen.randint(1, 5)
        if chosen.random() < 0.3:
            taken[id] = f"M-{step}"
            await writer.run(change(id, number=taken[id]))
        elif chosen.random() < 0.5:
            await asyncio.gather(*(writer.run(add(id)) for _ in range(3)))
        keys = [by_id(Invoice, chosen.randint(1, 5)), by_number(chosen.choice([*taken.values(), f"M-{step - 5}"]))]
        first, second = [await reader.read(get(*keys)) for reader in (store, other)]
        assert first == second
        assert (first[1] is not None) is (keys[1] in map(by_number, taken.values()))
