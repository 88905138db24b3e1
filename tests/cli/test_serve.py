"""The server as a process of its own: what it says, and how it ends."""

import json
import signal
import socket
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Run
from tests.end_to_end.server import BILLINGUA, Server, free_port

WORLD = {
    "workspace": "small",
    "credentials": [{"dialect": "native", "token": "t"}],
    "parties": [{"id": 10, "name": "Larch & Sons"}],
    "invoices": [{"id": 1, "number": "INV-1", "party": 10, "currency": "USD", "issue_date": "2024-01-01"}],
}


def numbers(server: Server, token: str) -> list[str]:
    answer = httpx.get(f"{server.url}/v1/invoices", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return [invoice["number"] for invoice in answer.json()["items"]]


def test_an_empty_server_says_how_to_begin_and_knows_a_token_as_soon_as_it_is_made(billingua: Run, tmp_path: Path):
    with Server("--data", "data", folder=tmp_path) as server:
        assert "billingua token create --workspace main --dialect native --data data\n" in server.log.read_text()
        assert httpx.post(f"{server.url}/sandbox/reset").status_code == 404
        token = billingua("token", "create", "--workspace", "main", "--dialect", "native", "--data", "data").out.strip()
        assert numbers(server, token) == []
        billingua("token", "revoke", 1, "--data", "data")
        answer = httpx.get(f"{server.url}/v1/invoices", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert server.stop() == 0


def test_a_world_fills_an_empty_ledger_and_leaves_a_full_one_alone(tmp_path: Path):
    world = tmp_path / "world.json"
    world.write_text(json.dumps(WORLD))
    with Server("--world", "world.json", "--data", "data", folder=tmp_path) as server:
        assert numbers(server, "t") == ["INV-1"]
    world.write_text(json.dumps(WORLD | {"workspace": "other"}))
    with Server("--world", "world.json", "--data", "data", folder=tmp_path) as server:
        assert numbers(server, "t") == ["INV-1"]
        assert "the world file was not loaded" in server.log.read_text()


def test_a_sandbox_without_a_world_goes_back_to_what_was_there_at_its_start(billingua: Run, tmp_path: Path):
    (tmp_path / "world.json").write_text(json.dumps(WORLD))
    billingua("import", "world.json", "--data", "data")
    with Server("--sandbox", "--data", "data", folder=tmp_path) as server:
        billingua("token", "create", "--workspace", "later", "--dialect", "native", "--data", "data")
        assert httpx.post(f"{server.url}/sandbox/reset").status_code == 200
        assert numbers(server, "t") == ["INV-1"]
    assert "later" not in billingua("token", "list", "--data", "data").out


def test_a_sandbox_goes_back_to_the_ledger_that_its_world_file_had_left_alone(billingua: Run, tmp_path: Path):
    (tmp_path / "world.json").write_text(json.dumps(WORLD))
    (tmp_path / "other.json").write_text(json.dumps(WORLD | {"workspace": "other", "credentials": []}))
    billingua("import", "world.json", "--data", "data")
    with Server("--sandbox", "--world", "other.json", "--data", "data", folder=tmp_path) as server:
        assert httpx.post(f"{server.url}/sandbox/reset").status_code == 200
        assert numbers(server, "t") == ["INV-1"]


def test_ctrl_c_ends_the_server_in_peace(tmp_path: Path):
    with Server("--data", "data", folder=tmp_path) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=30) == 0
        assert "Traceback" not in server.log.read_text()


def test_the_demo_has_a_folder_of_its_own_and_refuses_another_ledger(billingua: Run, tmp_path: Path):
    with Server("--demo", folder=tmp_path) as server:
        said = server.log.read_text()
        assert "Authorization: Token 1234567890" in said
        assert ".demo/ledger.sqlite" in said
    assert (tmp_path / ".demo" / "ledger.sqlite").exists()
    (tmp_path / "world.json").write_text(json.dumps(WORLD))
    billingua("import", "world.json", "--data", "data")
    ran = billingua("serve", "--demo", "--data", "data", "--port", free_port())
    assert ran.code == 2
    assert "the ledger there is not the demo's" in ran.err


@pytest.mark.parametrize(("end", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 0)])
def test_a_demo_whose_planting_was_ended_is_planted_anew(
    billingua: Run, tmp_path: Path, end: signal.Signals, code: int
):
    command = [BILLINGUA, "serve", "--demo", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        wait_for_the_first_invoices(tmp_path / ".demo" / "ledger.sqlite")
        process.send_signal(end)
        assert process.stdout is not None
        said = process.stdout.read().decode()
        assert process.wait(timeout=30) == code, said
    assert "is ready" not in said
    assert "Traceback" not in said
    with Server("--demo", folder=tmp_path) as server:
        assert "it is planted anew" in server.log.read_text()
        answer = httpx.get(f"{server.url}/v1/invoices", headers={"Authorization": "Bearer demo"})
        assert answer.json()["total"] > 300
    with Server("--demo", folder=tmp_path) as server:
        assert "it is planted anew" not in server.log.read_text()
    assert billingua("verify", "--data", ".demo").code == 0


def wait_for_the_first_invoices(ledger: Path) -> None:
    """Wait until the demo's planting has begun."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as probe:
            if probe.execute("SELECT count(*) FROM invoice").fetchone()[0]:
                return
        time.sleep(0.001)
    raise AssertionError("the planting did not begin")


def test_a_port_that_is_taken_is_told(billingua: Run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = billingua("serve", "--port", port)
    assert ran.code == 2
    assert ran.err == f"billingua: cannot listen on 127.0.0.1 port {port}: Address already in use\n"


@pytest.mark.parametrize(("level", "code"), [("loud", 2)])
def test_a_log_level_that_is_none_is_refused(billingua: Run, monkeypatch: pytest.MonkeyPatch, level: str, code: int):
    monkeypatch.setenv("BILLINGUA_LOG_LEVEL", level)
    ran = billingua("serve")
    assert ran.code == code
    assert ran.err == 'billingua: the log level is one of debug, info, warning, error, not "loud"\n'
