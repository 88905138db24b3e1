from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from billingua.cli.main import run

Run = Callable[..., "Ran"]


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let commands that name no folder find an empty one, and no settings from outside."""
    import os

    for name in [name for name in os.environ if name.startswith("BILLINGUA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def billingua(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run_and_capture(*arguments: object) -> Ran:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run_and_capture
