"""An older file is brought to the schema of this program by `migrate` and by `serve`, and by nothing else."""

from pathlib import Path

import pytest

from billingua.cli.places import Place, opened, settings_for
from billingua.stores.sqlite import connections, open_sqlite
from tests.cli.conftest import Run


@pytest.fixture
async def older(in_an_empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger as the last program but one left it."""
    path = in_an_empty_folder / "billingua-data" / "ledger.sqlite"
    path.parent.mkdir()
    with monkeypatch.context() as before:
        before.setattr(connections, "_MIGRATIONS", connections._MIGRATIONS[:-1])
        await open_sqlite(path).close()
    return path


@pytest.mark.parametrize("command", [["verify"], ["export"], ["token", "list"], ["import", "-"]], ids=" ".join)
def test_a_command_that_looks_leaves_an_older_file_as_it_is(
    billingua: Run, older: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = older.with_name("world.json")
    world.write_text('{"workspace": "shop"}')

    ran = billingua(*[str(world) if word == "-" else word for word in command])

    assert ran.code == 2
    assert "run `billingua migrate`" in ran.err
    monkeypatch.setattr(connections, "_MIGRATIONS", connections._MIGRATIONS[:-1])
    assert billingua("verify").code == 0


def test_an_older_file_is_migrated_by_hand(billingua: Run, older: Path) -> None:
    newest = connections._MIGRATIONS[-1]

    assert billingua("migrate").out.splitlines() == [
        f"Applied {newest.number:04} {newest.name}.",
        "The schema is the one that this program knows.",
    ]
    assert billingua("verify").code == 0
    assert billingua("migrate").out == "The schema is the one that this program knows.\n"


@pytest.mark.usefixtures("older")
async def test_an_older_file_is_migrated_when_it_is_served() -> None:
    async with opened(settings_for(Place()), new=True, migrates=True) as store:
        assert await store.workspaces() == []


def test_a_file_that_is_not_there_is_not_migrated(billingua: Run) -> None:
    ran = billingua("migrate")

    assert ran.code == 2
    assert "there is no ledger at billingua-data/ledger.sqlite" in ran.err
