import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from billingua.stores.sqlite import open_sqlite
from billingua.worlds.demo import Demo
from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")

    async def plant() -> None:
        store = open_sqlite(folder / "ledger.sqlite")
        await Demo(datetime(2026, 3, 1, tzinfo=UTC)).plant(store)
        await store.close()

    asyncio.run(plant())
    return folder


@pytest.fixture
def data(demo: Path, tmp_path: Path) -> Path:
    """The demo's ledger, to be tampered with."""
    return copytree(demo, tmp_path / "data")


def tamper(data: Path, statement: str) -> None:
    with closing(sqlite3.connect(data / "ledger.sqlite")) as connection, connection:
        assert connection.execute(statement).rowcount == 1


def test_a_ledger_that_holds_is_said_to(billingua: Run, demo: Path):
    ran = billingua("verify", "--data", demo)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("Every chain holds: ")


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        (
            "UPDATE history SET body = replace(CAST(body AS TEXT), 'admin', 'o') WHERE kind = 'invoice' AND id = 382",
            "demo: invoice 382, entry 1: the entry is not the one that was sealed",
        ),
        (
            "UPDATE history SET at = 0 WHERE kind = 'invoice' AND id = 382",
            "demo: invoice 382, entry 1: the entry was made at another time",
        ),
        (
            "UPDATE invoice_count SET invoices = 99 WHERE status = 'void' AND origin = 'crux'",
            "demo: count 99: 1 are void, crux's and in USD",
        ),
        (
            "DELETE FROM history WHERE kind = 'user' AND id = 3",
            "demo: user 3, entry 1: it has no history",
        ),
        (
            "UPDATE invoice SET open_balance = 0 WHERE id = 5",
            "demo: invoice 5, entry 1: it is not what its history tells: /open_balance",
        ),
        (
            "DELETE FROM lookup WHERE kind = 'invoice' AND id = 9 AND name = 'number'",
            "demo: invoice 9, entry 1: it is not found by its number",
        ),
        (
            "UPDATE item_row SET stock = 77 WHERE id = 1",
            "demo: item 1: its row in item_row is not what it says",
        ),
        (
            "UPDATE counter SET next = 1 WHERE name = 'tax'",
            "demo: tax 4: its counter goes on with 1",
        ),
        (
            "DELETE FROM aggregate WHERE kind = 'opportunity' AND id = 3",
            "demo: opportunity 3, entry 1: it is gone, and its history does not say so",
        ),
    ],
)
def test_what_was_tampered_with_is_named(billingua: Run, data: Path, statement: str, broken: str):
    tamper(data, statement)
    ran = billingua("verify", "--data", data)
    assert (ran.code, ran.out) == (1, f"{broken}\n")
    assert ran.err.startswith("1 broken: ")


def test_a_database_with_holes_is_broken_too(billingua: Run, data: Path):
    path = data / "ledger.sqlite"
    contents = bytearray(path.read_bytes())
    half = len(contents) // 2  # behind the schema, without which it could not be opened at all
    contents[half:] = b"\xff" * (len(contents) - half)
    path.write_bytes(contents)
    ran = billingua("verify", "--data", data)
    assert ran.code == 1
    assert "broken" in ran.out
