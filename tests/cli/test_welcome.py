import shlex
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from billingua.app import create_app
from billingua.cli.welcome import FACES, welcome
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.settings import Settings
from billingua.stores.memory import MemoryStore
from billingua.worlds.demo import Demo

ORIGIN = "http://127.0.0.1:8080"


def told(*, demo: bool = False, sandbox: bool = False, first: str | None = None) -> str:
    said = StringIO()
    console = Console(file=said, width=80)
    welcome(console, ORIGIN, database="ledger.sqlite", demo=demo, sandbox=sandbox, first=first)
    return said.getvalue()


def test_it_names_every_address():
    said = told()
    assert all(f"{ORIGIN}{face.paths}\n" in said for face in FACES)
    assert f"{ORIGIN}/\n" in said
    assert "curl" not in said
    assert "Sandbox" not in said


def test_an_empty_ledger_says_how_to_make_the_first_token():
    assert "billingua token create --workspace main --dialect native\n" in told(first="")
    assert "billingua import world.json --data here\n" in told(first="--data here")
    assert "token create" not in told()


@pytest.mark.parametrize(
    ("called", "found", "named"),
    [
        ("{}/.venv/bin/billingua", None, ".venv/bin/billingua"),
        ("{}/.venv/bin/billingua", "{}/.venv/bin/billingua", "billingua"),
        ("/opt/my tools/billingua", "/usr/bin/billingua", "'/opt/my tools/billingua'"),
        ("/somewhere/pytest", None, "billingua"),
    ],
)
def test_the_command_is_named_so_that_it_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, called: str, found: str | None, named: str
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [called.format(tmp_path)])
    monkeypatch.setattr("billingua.cli.welcome.which", lambda _: found and found.format(tmp_path))
    assert f"  {named} import world.json\n" in told(first="")


def test_a_sandbox_says_that_it_is_one():
    assert "Sandbox" in told(sandbox=True)


@pytest.mark.parametrize("place", range(len(FACES)), ids=[face.name for face in FACES])
async def test_the_demos_requests_run_as_they_are_printed(place: int):
    line = [line for line in told(demo=True).splitlines() if "curl" in line][place]
    store = MemoryStore()
    await Demo(datetime.now(UTC)).plant(store)
    transport = httpx.ASGITransport(create_app(Ledger(store, SystemClock()), Settings()))
    async with httpx.AsyncClient(transport=transport) as client:
        answer = await client.send(request_of(line))
    assert answer.status_code == 200, answer.text


def request_of(line: str) -> httpx.Request:
    """Read a curl command as curl does."""
    command, silent, *words = shlex.split(line)
    assert (command, silent) == ("curl", "-s")
    url, options = words[-1], list(zip(words[:-1:2], words[1:-1:2], strict=True))
    headers = dict(header.split(": ", 1) for option, header in options if option == "-H")
    methods = [value for option, value in options if option == "-X"]
    bodies = [value.encode() for option, value in options if option == "-d"]
    return httpx.Request(*(methods or ["GET"]), url, headers=headers, content=b"".join(bodies))
