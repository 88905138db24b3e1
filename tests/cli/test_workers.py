"""Several workers on one port and one ledger: processes of their own, which are killed and come back."""

import asyncio
import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from socket import socket

import httpx
import pytest

from billingua.cli.main import run
from billingua.cli.workers import _Worker
from billingua.engine.journal import breaks, read
from billingua.stores.postgres import open_postgres
from tests.cli.conftest import Run
from tests.end_to_end.server import Server
from tests.postgres import Postgres
from tests.walking import walk

INVOICES = range(1, 41)
SIGNED = {"X-Auth-Token": "secret-token", "X-Store-Hash": "shop"}
WORLD = {
    "workspace": "shop",
    "credentials": [
        {"dialect": "bigcommerce", "token": "secret-token"},
        {"dialect": "onlyoffice", "token": "office-token"},
    ],
    "parties": [{"id": 10, "name": "Larch & Sons"}],
    "invoices": [
        {"id": id, "number": f"N-{id}", "status": "open", "dialect": "bigcommerce", "party": 10, "currency": "USD"}
        | {"issue_date": "2024-01-01", "original_balance": "1000000", "open_balance": "1000000"}
        for id in INVOICES
    ],
}
MANY = 200
"""Connections are spread by chance: so many surely reach both workers."""

CHANGED = f"""#!{sys.executable}
import time
from pathlib import Path

from billingua.cli import main, serve
from billingua.cli.refusals import CommandRefused

create_app = serve.create_app

def create_if_it_may(*arguments):
    while Path("slow").exists():
        time.sleep(0.01)
    if Path("broken").exists():
        raise CommandRefused("it is broken")
    return create_app(*arguments)

serve.create_app = create_if_it_may
main.main()
"""
"""The command, with workers that cannot begin while there is a file `broken`, or `slow`."""


@pytest.fixture
async def url(postgres: Postgres) -> str:
    return await postgres.new_database()


@pytest.fixture
def world(tmp_path: Path) -> str:
    path = tmp_path / "world.json"
    path.write_text(json.dumps(WORLD))
    return str(path)


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    command = tmp_path / "changed"
    command.write_text(CHANGED)
    command.chmod(0o755)
    return command


@pytest.fixture
def workers(tmp_path: Path, url: str, world: str) -> Iterator[Server]:
    with Server("--workers", "2", "--database", url, "--world", world, folder=tmp_path) as server:
        wait_until_ready(server)
        yield server
        assert server.stop() == 0


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def wait_until_ready(server: Server) -> None:
    """Wait until the server has said all that it says when it is ready."""
    until(lambda: "Ctrl-C stops it." in server.log.read_text())


def children(parent: int) -> list[int]:
    """Give the ids of the processes that a process has started."""
    return [int(id) for id in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def processes(server: Server) -> list[int]:
    """Give the ids of the workers' processes."""
    return children(server.process.pid)


def is_running(process: int) -> bool:
    """Whether a process does anything yet: one that nobody waited for is there, but dead."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def set_balance(server: Server, id: int, value: int) -> None:
    body = {"openBalance": {"code": "USD", "value": f"{value}.0000"}}
    answer = httpx.put(f"{server.url}/api/v3/io/ip/invoices/{id}", headers=SIGNED, json=body)
    assert answer.status_code == 200, answer.text


def balance(server: Server, id: int) -> str:
    answer = httpx.get(f"{server.url}/api/v3/io/ip/invoices/{id}", headers=SIGNED)
    return answer.json()["data"]["openBalance"]["value"]


def answered_by(server: Server) -> set[str]:
    """Say which workers have answered a client's request."""
    lines = [line for line in server.log.read_text().splitlines() if " bigcommerce " in line]
    return {f"worker {number}" for number in (1, 2) if any(f"worker {number} " in line for line in lines)}


def test_all_workers_answer_and_each_sees_what_another_wrote(workers: Server) -> None:
    for number in range(1, MANY):
        set_balance(workers, 1, number)
        assert balance(workers, 1) == f"{number}.0000"
        if answered_by(workers) == {"worker 1", "worker 2"}:
            break
    assert answered_by(workers) == {"worker 1", "worker 2"}
    assert workers.log.read_text().count("is ready") == 1


def test_workers_print_and_so_do_those_that_take_their_places(workers: Server) -> None:
    """A press does not survive a fork, and the process that workers are forked from has none."""

    def print_invoices(ids: Sequence[int]) -> None:
        for id in ids:
            path, signed = f"/api/2.0/crm/invoice/{id}/pdf", {"Authorization": "office-token"}
            answer = httpx.get(f"{workers.url}{path}", headers=signed, timeout=30)
            assert answer.status_code == 200, answer.text

    print_invoices(INVOICES[:10])
    killed = processes(workers)
    for process in killed:
        os.kill(process, signal.SIGKILL)
    until(lambda: len(set(processes(workers)) - set(killed)) == 2)
    print_invoices(INVOICES[10:20])


async def test_a_killed_worker_comes_back_and_nothing_acknowledged_is_lost(workers: Server, url: str) -> None:
    killed = processes(workers)
    acknowledged: dict[int, list[str]] = {}

    async def work(client: httpx.AsyncClient, id: int) -> None:
        acknowledged[id] = []
        for number in range(10):
            request = f"op-{id}-{number}"
            if (id, number) in {(20, 3), (30, 6)}:
                os.kill(killed[id // 10 - 2], signal.SIGKILL)
            try:
                body = {"openBalance": {"code": "USD", "value": f"{number + 1}.0000"}}
                path, named = f"/api/v3/io/ip/invoices/{id}", {"X-Request-Id": request}
                answer = await client.put(path, json=body, headers=named)
            except httpx.TransportError:
                continue
            assert answer.status_code == 200, answer.text
            acknowledged[id].append(request)

    each_anew = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=workers.url, headers=SIGNED, limits=each_anew, timeout=30) as client:
        await asyncio.gather(*(work(client, id) for id in INVOICES))
    await asyncio.to_thread(until, lambda: workers.log.read_text().count("was ended by SIGKILL; it is started") == 2)
    await asyncio.to_thread(until, lambda: len(processes(workers)) == 2)
    assert not set(processes(workers)) & set(killed)
    assert workers.process.poll() is None

    store = await open_postgres(url)
    entries = await walk(store.journal())
    await store.close()
    for id, requests in acknowledged.items():
        chain = [entry for entry in entries if (entry.kind, entry.id) == ("invoice", id)]
        written = [read(entry)["request"] for entry in chain]
        assert not list(breaks(chain))
        assert set(requests) <= set(written), "an acknowledged change is missing"
        assert len(written) == len(set(written)), "a change is there twice"


def test_a_worker_that_does_not_come_back_is_tried_again_after_longer_and_longer(
    tmp_path: Path, url: str, changed: Path
) -> None:
    with Server("--workers", "2", "--database", url, folder=tmp_path, command=changed) as server:
        wait_until_ready(server)
        (tmp_path / "broken").touch()
        os.kill(processes(server)[0], signal.SIGKILL)
        until(lambda: "ended with code 2; it is started again in 0.4 s" in server.log.read_text())
        assert "it is broken" in server.log.read_text()
        (tmp_path / "broken").unlink()
        until(lambda: len(processes(server)) == 2)
        assert server.stop() == 0


def test_workers_that_cannot_be_started_end_the_server(tmp_path: Path, url: str, changed: Path) -> None:
    (tmp_path / "broken").touch()
    with (
        pytest.raises(AssertionError, match=r"worker \d ended with code 2 before it was ready"),
        Server("--workers", "2", "--database", url, folder=tmp_path, command=changed) as server,
    ):
        raise AssertionError(f"the server answers: {server.log.read_text()}")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_all_in_peace(tmp_path: Path, url: str, stop: signal.Signals) -> None:
    with Server("--workers", "2", "--database", url, folder=tmp_path) as server:
        wait_until_ready(server)
        assert " token create --workspace main " in server.log.read_text()
        ids = processes(server)
        for process in (*ids, server.process.pid) if stop == signal.SIGINT else (server.process.pid,):
            os.kill(process, stop)  # Ctrl-C reaches all
        assert server.process.wait(timeout=30) == 0
        assert len(ids) == 2
        assert not any(map(is_running, ids))
        assert "Traceback" not in server.log.read_text()
        assert "ERROR" not in server.log.read_text()


def test_a_second_stop_kills_what_does_not_end(tmp_path: Path, url: str) -> None:
    with Server("--workers", "2", "--database", url, folder=tmp_path) as server:
        wait_until_ready(server)
        one, other = processes(server)
        os.kill(one, signal.SIGSTOP)  # it does nothing any more, nor does it end
        server.process.send_signal(signal.SIGTERM)
        until(lambda: not is_running(other))

        server.process.send_signal(signal.SIGTERM)

        assert server.process.wait(timeout=30) == 1
        assert not is_running(one)


def test_a_worker_that_the_machine_has_no_room_for_is_started_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        raise OSError(errno.EAGAIN, "no more processes")

    worker = _Worker(1, lambda *_: None, socket(), [], (0, 0))
    monkeypatch.setattr(worker, "start", refuse)
    for pause in ("0.1 s", "0.2 s"):
        worker.due = 0.0
        worker.look(may_start_again=True)
        assert worker.due > 0
        assert caplog.messages[-1].startswith("worker 1 cannot be started:")
        assert caplog.messages[-1].endswith(f"it is tried again in {pause}")
    worker._listener.close()


def test_a_stop_before_the_workers_are_ready_ends_all_in_peace(tmp_path: Path, url: str, changed: Path) -> None:
    (tmp_path / "slow").touch()
    command = [changed, "serve", "--workers", "2", "--database", url, "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        until(lambda: len(children(process.pid)) == 2)
        ids = children(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        assert process.stdout.read() == b""
        assert process.wait(timeout=30) == 0
    assert not any(map(is_running, ids))


def test_workers_end_soon_when_the_process_that_started_them_is_killed(tmp_path: Path, url: str) -> None:
    with Server("--workers", "2", "--database", url, folder=tmp_path) as server:
        wait_until_ready(server)
        ids = processes(server)
        server.kill()
        until(lambda: not any(map(is_running, ids)))
        assert server.log.read_text().count("the process that started this worker is gone") == 2
    with Server("--workers", "2", "--database", url, folder=tmp_path) as server:
        assert server.stop() == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--workers", "0"), "at least one worker has to serve, not 0"),
        (("--workers", "2"), "a ledger in a file is written by one process at a time"),
        (("--workers", "2", "--demo"), "a sandbox has one clock and one world to reset"),
        (("--workers", "2", "--sandbox", "--database", "postgresql://nowhere/ledger"), "a sandbox has one clock"),
        (("--workers", "two"), "workers"),
    ],
)
def test_more_workers_than_can_be_are_refused(billingua: Run, arguments: tuple[str, ...], why: str) -> None:
    ran = billingua("serve", "--port", "0", *arguments)
    assert ran.code == 2
    assert why in ran.err


async def test_a_port_that_other_workers_have_is_taken(
    workers: Server, url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ["serve", "--workers", "2", "--port", str(workers.port), "--database", url]
    assert await asyncio.to_thread(run, arguments) == 2
    assert "Address already in use" in capfd.readouterr().err
