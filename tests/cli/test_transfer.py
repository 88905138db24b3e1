import io
import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

WORLD = {
    "workspace": "small",
    "parties": [{"id": 10, "name": "Larch & Sons"}],
    "credentials": [{"dialect": "native", "token": "t"}],
    "invoices": [{"number": "INV-1", "party": 10, "currency": "USD", "issue_date": "2024-01-01"}],
}


def a_file(folder: Path, world: Any, name: str = "world.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(world))
    return path


def test_what_was_imported_is_exported(billingua: Run, tmp_path: Path):
    imported = billingua("import", a_file(tmp_path, WORLD))
    assert (imported.code, imported.out) == (0, "")
    assert imported.err == "Imported small: 4 records.\n"
    first = billingua("export")
    assert (first.code, first.err) == (0, "")
    assert json.loads(first.out)["invoices"][0]["number"] == "INV-1"
    (tmp_path / "again.json").write_text(first.out)
    assert billingua("import", "again.json", "--data", "other").code == 0
    assert billingua("export", "--data", "other").out == first.out


def test_a_world_may_come_from_standard_input(billingua: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(WORLD).encode())))
    assert billingua("import", "-").code == 0
    assert '"INV-1"' in billingua("export").out


def test_problems_of_a_file_are_told_a_line_each_and_nothing_is_imported(billingua: Run, tmp_path: Path):
    wrong = WORLD | {"invoices": [WORLD["invoices"][0] | {"party": 77}, WORLD["invoices"][0]]}
    ran = billingua("import", a_file(tmp_path, wrong))
    path = tmp_path / "world.json"
    assert ran.code == 2
    assert ran.err.splitlines() == [
        f"billingua: {path}: invoices[0].party: no party 77",
        f'billingua: {path}: invoices[1].number: "INV-1" stands at invoices[0].number too',
    ]
    assert not (tmp_path / "billingua-data").exists()


def test_a_workspace_that_exists_is_not_imported_again(billingua: Run, tmp_path: Path):
    billingua("import", a_file(tmp_path, WORLD))
    before = billingua("export").out
    ran = billingua("import", a_file(tmp_path, WORLD))
    assert (ran.code, ran.err) == (2, "billingua: there is a workspace small already; nothing was imported\n")
    assert billingua("export").out == before


def test_a_token_that_opens_another_workspace_is_not_imported(billingua: Run, tmp_path: Path):
    billingua("import", a_file(tmp_path, WORLD))
    ran = billingua("import", a_file(tmp_path, WORLD | {"workspace": "other"}))
    assert ran.code == 2
    assert "a native token of the file opens the workspace small already; nothing was imported" in ran.err


def test_export_writes_the_workspaces_that_are_named(billingua: Run, tmp_path: Path):
    worlds = {"workspaces": [{"workspace": name} for name in ("one", "two", "three")]}
    assert billingua("import", a_file(tmp_path, worlds)).code == 0
    exported = json.loads(billingua("export").out)
    assert [world["workspace"] for world in exported["workspaces"]] == ["one", "three", "two"]
    assert json.loads(billingua("export", "--workspace", "two").out)["workspace"] == "two"
    several = json.loads(billingua("export", "--workspace", "two", "--workspace", "one").out)
    assert [world["workspace"] for world in several["workspaces"]] == ["two", "one"]
    ran = billingua("export", "--workspace", "four")
    assert (ran.code, ran.out, ran.err) == (2, "", "billingua: there is no workspace four\n")


def test_an_exported_file_is_for_its_owner_alone(billingua: Run, tmp_path: Path):
    billingua("import", a_file(tmp_path, WORLD))
    ran = billingua("export", "--output", "out.json")
    assert (ran.code, ran.out) == (0, "")
    path = tmp_path / "out.json"
    assert json.loads(path.read_text())["workspace"] == "small"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_told_and_none_is_left_behind(billingua: Run, tmp_path: Path):
    billingua("import", a_file(tmp_path, WORLD))
    ran = billingua("export", "--output", tmp_path / "nowhere" / "out.json")
    assert ran.code == 2
    assert "cannot be written: No such file or directory" in ran.err
    (tmp_path / "taken").mkdir()
    before = sorted(tmp_path.iterdir())
    ran = billingua("export", "--output", "taken")
    assert ran.code == 2
    assert "taken cannot be written" in ran.err
    assert sorted(tmp_path.iterdir()) == before
