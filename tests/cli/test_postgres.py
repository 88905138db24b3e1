"""The command line with a ledger in PostgreSQL."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from billingua.cli.main import run
from tests.end_to_end.server import Server
from tests.postgres import Postgres

WORLD = {
    "workspace": "shop",
    "credentials": [{"dialect": "bigcommerce", "token": "secret-token"}],
    "parties": [{"id": 10, "name": "Larch & Sons"}],
    "invoices": [
        {"id": 35, "number": "N-35", "status": "open", "dialect": "bigcommerce", "party": 10, "currency": "USD"}
        | {"issue_date": "2024-01-01", "original_balance": "50", "open_balance": "50"}
    ],
}
SIGNED = {"X-Auth-Token": "secret-token", "X-Store-Hash": "shop"}


@pytest.fixture
def world(tmp_path: Path) -> Path:
    path = tmp_path / "world.json"
    path.write_text(json.dumps(WORLD))
    return path


async def test_a_server_keeps_its_ledger_in_postgresql(tmp_path: Path, world: Path, postgres: Postgres) -> None:
    url = await postgres.new_database()
    with Server("--database", url, "--world", str(world), folder=tmp_path) as server:
        body = {"openBalance": {"code": "USD", "value": "12.0000"}}
        async with httpx.AsyncClient(base_url=server.url, headers=SIGNED) as client:
            answer = await client.put("/api/v3/io/ip/invoices/35", json=body)
        assert answer.json()["data"] == {"id": 35}
        assert server.stop() == 0
    with Server("--database", url, folder=tmp_path) as server:
        async with httpx.AsyncClient(base_url=server.url, headers=SIGNED) as client:
            shown = (await client.get("/api/v3/io/ip/invoices/35")).json()["data"]
        assert shown["openBalance"] == {"code": "USD", "value": "12.0000"}
        assert server.stop() == 0
        assert "PostgreSQL database" in server.log.read_text()


async def test_its_commands_find_the_ledger_there(
    world: Path, postgres: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    url = await postgres.new_database()

    def command(*arguments: str) -> int:
        return run([*arguments, "--database", url])

    assert await asyncio.to_thread(command, "import", str(world)) == 0
    assert await asyncio.to_thread(command, "verify") == 0
    assert "Every chain holds" in capsys.readouterr().err
    assert await asyncio.to_thread(command, "export") == 0
    assert json.loads(capsys.readouterr().out)["invoices"][0]["number"] == "N-35"
    assert await asyncio.to_thread(command, "migrate") == 0
    assert "The schema is the one" in capsys.readouterr().out


def test_a_database_that_is_not_there_is_named_without_its_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"postgresql://ann:secret@127.0.0.1:1/ledger?host={tmp_path}"
    assert run(["verify", "--database", url]) == 2
    complaint = capsys.readouterr().err
    assert "cannot be opened" in complaint
    assert "secret" not in complaint
