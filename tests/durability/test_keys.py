"""`Idempotency-Key` where the server is killed between its commit and its answer: the retry is given that answer.

The server that is killed is the one that people run. It is started through a script that lets it kill itself once so
many commands of calls with a key are committed, before any of them is answered.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.server import Server
from tests.postgres import Postgres

MORTAL = """#!{python}
import os, signal, sys

from billingua.cli.main import main
from billingua.engine.ledger import Ledger

run, left = Ledger.run, [{commits}]

async def run_and_die(self, caller, *arguments):
    answer = await run(self, caller, *arguments)
    if caller.once is not None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return answer

Ledger.run = run_and_die
sys.exit(main())
"""

NATIVE = {"Authorization": "Bearer demo"}
STORE = {"X-Auth-Token": "access_token", "X-Store-Hash": "store_hash"}
PORTAL = {"Authorization": "864FE52C-1C1C-469F-9308-51DAFEFE7436"}
SUPPLIER = {"Authorization": "Token 1234567890"}
ORDER = "/timp/orders/319bba9f-71b1-4a93-8abf-67a45b8fdd5c/invoices/"
LINE = "b84ccd3c-88f8-4050-accf-e049163052e3"

Call = tuple[str, str, dict[str, str], Any]

CALLS: dict[str, Call] = {
    "native": ("POST", "/v1/invoices", NATIVE, {"number": "K-1", "party_id": 10, "currency": "USD"}),
    "onlyoffice": ("PUT", "/api/2.0/crm/invoice/status/Sent", PORTAL, {"invoiceids": [35]}),
    "bigcommerce": (
        "PUT",
        "/api/v3/io/ip/invoices/35",
        STORE,
        {"openBalance": {"code": "USD", "value": "12.0000"}},
    ),
    "modulus": (
        "PATCH",
        "/api/inv/v1/Invoice?token=YOUR_TOKEN",
        {},
        {"invoice_id": 35, "status": "STATUS_SENT", "invoice_number": "INV_2023_01_01_828"},
    ),
    "crux": (
        "POST",
        ORDER,
        SUPPLIER,
        {"invoice_number": "K-2", "line_items": [{"line_item_uuid": LINE, "quantity_invoiced": 0}]},
    ),
}


@pytest.fixture(params=["sqlite", "postgres"])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Sequence[str]:
    """The options that name a ledger on each store."""
    if request.param == "sqlite":
        return ["--data", str(tmp_path / "data")]
    postgres: Postgres = request.getfixturevalue("postgres")
    return ["--database", await postgres.new_database()]


def mortal(folder: Path, commits: int) -> Path:
    script = folder / f"mortal-{commits}"
    script.write_text(MORTAL.format(python=sys.executable, commits=commits))
    script.chmod(0o700)
    return script


def make(server: Server, call: Call, key: str) -> httpx.Response:
    verb, path, headers, body = call
    return httpx.request(verb, server.url + path, headers={**headers, "Idempotency-Key": key}, json=body, timeout=60)


def killed_at(call: Call, ledger: Sequence[str], folder: Path, commits: int = 1) -> None:
    """Make a call of a server that is killed before it answers."""
    server = Server("--demo", *ledger, folder=folder, command=mortal(folder, commits))
    with server, pytest.raises(httpx.RemoteProtocolError):
        make(server, call, "the-key")
    assert server.process.wait(10) == -9


def told_of(server: Server) -> list[Any]:
    """Tell what there is, and how often each invoice was written."""
    listed = httpx.get(f"{server.url}/v1/invoices?limit=250&sort=id", headers=NATIVE, timeout=60).json()
    return [(invoice["id"], invoice["version"]) for invoice in listed["items"]]


def test_a_call_that_was_committed_and_never_answered_is_answered_when_it_is_made_again(
    ledger: Sequence[str], tmp_path: Path
) -> None:
    for dialect, call in CALLS.items():
        killed_at(call, ledger, tmp_path)

        with Server("--demo", *ledger, folder=tmp_path) as server:
            before = told_of(server)
            answers = [make(server, call, "the-key") for _ in range(2)]
            after = told_of(server)
            other = make(server, (*call[:3], {}), "the-key")

        assert {answer.status_code for answer in answers} <= {200, 201}, dialect
        assert [answer.headers.get("idempotent-replayed") for answer in answers] == ["true", "true"], dialect
        assert answers[0].content == answers[1].content, dialect
        assert before == after, dialect
        assert other.status_code == 422, dialect


def test_a_bulk_that_was_cut_off_is_finished_and_nothing_in_it_is_done_twice(
    ledger: Sequence[str], tmp_path: Path
) -> None:
    operations = [
        {"operation": "create", "content": {"number": f"KEYED-{place}", "party_id": 10, "currency": "USD"}}
        for place in range(5)
    ]
    # Each of one invoice waits for the one before it.
    operations += [{"operation": "issue", "invoice": 35}, {"operation": "void", "invoice": 35}]
    call = ("POST", "/v1/invoices/bulk", NATIVE, {"operations": operations})
    killed_at(call, ledger, tmp_path, commits=6)

    with Server("--demo", *ledger, folder=tmp_path) as server:
        answers = [make(server, call, "the-key") for _ in range(2)]
        listed = httpx.get(f"{server.url}/v1/invoices?limit=250&q=KEYED-", headers=NATIVE, timeout=60).json()["items"]

    assert [item["status"] for item in answers[0].json()["items"]] == [201] * 5 + [200] * 2
    assert sorted(invoice["number"] for invoice in listed) == [f"KEYED-{place}" for place in range(5)]
    assert answers[0].content == answers[1].content
    assert ["idempotent-replayed" in answer.headers for answer in answers] == [False, True]
