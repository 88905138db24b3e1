"""A server that ends in the middle of its work, killed or asked to, has lost nothing that it acknowledged."""

import asyncio
import json
import signal
import subprocess
from collections import Counter
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from billingua.engine.journal import Entry, breaks, read
from billingua.stores.sqlite.store import SqliteStore
from tests.end_to_end.server import BILLINGUA, Server
from tests.walking import walk

UPDATES = 2_000
CONNECTIONS = 16
SUPPLIER = "11111111-0000-4000-8000-000000000001"
RETAILER = "11111111-0000-4000-8000-000000000002"
BIGCOMMERCE = range(1, 101)
ONLYOFFICE = range(101, 161)
MODULUS = range(161, 161 + UPDATES // 4)
ORDERS = range(1, 21)

Request = tuple[str, str, dict[str, str], dict[str, Any]]


def order_uuid(id: int) -> str:
    return f"22222222-0000-4000-8000-{id:012}"


def line_uuid(id: int) -> str:
    return f"33333333-0000-4000-8000-{id:012}"


def the_world() -> dict[str, Any]:
    def invoice(id: int, dialect: str, status: str) -> dict[str, Any]:
        return {
            "id": id,
            "number": f"N-{id}",
            "status": status,
            "dialect": dialect,
            "party": 10,
            "currency": "USD",
            "issue_date": "2024-01-01",
            "original_balance": "1000000",
            "open_balance": "1000000",
        }

    return {
        "workspace": "crash",
        "users": [
            {"username": "ann", "name": "Ann", "admin": True},
            {"username": "sam", "name": "Sam", "organization": SUPPLIER},
        ],
        "credentials": [
            {"dialect": "crux", "token": "crux-token", "user": "sam"},
            {"dialect": "onlyoffice", "token": "onlyoffice-token", "user": "ann"},
            {"dialect": "modulus", "token": "modulus-token"},
            {"dialect": "bigcommerce", "token": "bigcommerce-token"},
        ],
        "parties": [
            {"id": 10, "uuid": RETAILER, "name": "Retailer", "crux": "retailer"},
            {"id": 11, "uuid": SUPPLIER, "name": "Supplier", "crux": "supplier"},
        ],
        "items": [{"id": 1, "sku": "S-1", "title": "Thing", "supplier": SUPPLIER}],
        "orders": [
            {
                "id": id,
                "uuid": order_uuid(id),
                "number": f"PO-{id}",
                "retailer": RETAILER,
                "lines": [{"uuid": line_uuid(id), "sku": "S-1", "supplier": SUPPLIER, "quantity": 1_000_000}],
            }
            for id in ORDERS
        ],
        "invoices": [
            *(invoice(id, "bigcommerce", "open") for id in BIGCOMMERCE),
            *(invoice(id, "onlyoffice", "draft") for id in ONLYOFFICE),
            *(invoice(id, "modulus", "draft") for id in MODULUS),
        ],
        "bigcommerce": {"store_hash": "crash"},
    }


def pick(among: range, number: int) -> int:
    return among[number % len(among)]


def to_bigcommerce(number: int) -> Request:
    path = f"/api/v3/io/ip/invoices/{pick(BIGCOMMERCE, number)}"
    headers = {"X-Auth-Token": "bigcommerce-token", "X-Store-Hash": "crash"}
    balance = {"code": "USD", "value": f"{number + 1}.0000"}
    return "PUT", path, headers, {"openBalance": balance, "externalId": f"op-{number}"}


def to_onlyoffice(number: int) -> Request:
    body = {
        "issueDate": "2024-01-01",
        "dueDate": "2024-02-01",
        "contactId": 10,
        "language": "en-US",
        "currency": "USD",
        "exchangeRate": 1,
        "terms": "30 days",
        "description": f"op-{number}",
        "invoiceLines": [{"invoiceItemID": 1, "quantity": number + 1, "price": 2}],
    }
    path = f"/api/2.0/crm/invoice/{pick(ONLYOFFICE, number)}"
    return "PUT", path, {"Authorization": "onlyoffice-token"}, body


def to_modulus(number: int) -> Request:
    id = MODULUS[number // 4]
    body = {"invoice_id": id, "status": "STATUS_SENT", "invoice_number": f"N-{id}"}
    return "PATCH", "/api/inv/v1/Invoice?token=modulus-token", {}, body


def to_crux(number: int) -> Request:
    id = pick(ORDERS, number)
    line = {"line_item_uuid": line_uuid(id), "quantity_invoiced": 2, "supplier_provided_sku_cost": 1.5}
    path = f"/timp/orders/{order_uuid(id)}/invoices/"
    body = {"invoice_number": f"op-{number}", "line_items": [line]}
    return "POST", path, {"Authorization": "Token crux-token"}, body


DIALECTS = (to_bigcommerce, to_onlyoffice, to_modulus, to_crux)


async def fire(server: Server, end: signal.Signals) -> tuple[set[str], set[str]]:
    """Send updates until the server is ended; give the ids of those it acknowledged and of those it refused."""
    numbers, acknowledged, refused = count(), set[str](), set[str]()

    async def work(client: httpx.AsyncClient) -> None:
        for number in numbers:
            if number >= UPDATES:
                return
            verb, path, headers, body = DIALECTS[number % 4](number)
            id = f"op-{number}"
            try:
                answer = await client.request(verb, path, headers={**headers, "X-Request-Id": id}, json=body)
            except httpx.TransportError:
                return
            (acknowledged if answer.is_success else refused).add(id)
            if len(acknowledged) == UPDATES // 2:
                server.process.send_signal(end)

    async with httpx.AsyncClient(base_url=server.url, limits=httpx.Limits(max_connections=CONNECTIONS)) as client:
        await asyncio.gather(*(work(client) for _ in range(CONNECTIONS)))
    return acknowledged, refused


@pytest.fixture
def world(tmp_path: Path) -> Path:
    path = tmp_path / "world.json"
    path.write_text(json.dumps(the_world()))
    return path


def chains(entries: Iterable[Entry]) -> dict[tuple[str, int], list[Entry]]:
    found: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.kind, entry.id), []).append(entry)
    return found


def verify(data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BILLINGUA, "verify", "--data", data], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("end", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 0)])
async def test_an_ended_server_has_lost_nothing_that_it_acknowledged(
    tmp_path: Path, world: Path, end: signal.Signals, code: int
) -> None:
    data = tmp_path / "data"
    with Server("--world", str(world), "--data", str(data), folder=tmp_path) as server:
        acknowledged, refused = await fire(server, end)
        assert await asyncio.to_thread(server.process.wait, 30) == code
    assert len(acknowledged) >= UPDATES // 2
    assert not refused
    with Server("--data", str(data), folder=tmp_path) as server:
        assert server.stop() == 0
    verified = await asyncio.to_thread(verify, data)
    assert verified.returncode == 0, verified.stdout + verified.stderr

    store = SqliteStore(data / "ledger.sqlite")
    history = chains(await walk(store.journal()))
    assert not [broken for entries in history.values() for broken in breaks(entries)]
    invoices = {record.value.id: record async for record in store.aggregates("crash", "invoice")}
    orders = {record.value.id: record async for record in store.aggregates("crash", "order")}
    told = [json.loads(posted.body) async for posted in store.outbox()]
    await store.close()

    written = [read(entry) for entries in history.values() for entry in entries]
    by_request = Counter(body["request"] for body in written if body["kind"] == "invoice")
    assert acknowledged <= set(by_request), "an acknowledged change is missing"
    assert {by_request[id] for id in by_request if id.startswith("op-")} == {1}, "a change is there twice"
    assert {event["request"] for event in told} >= acknowledged, "a change has no event"
    for kind, records in (("invoice", invoices), ("order", orders)):
        for id, record in records.items():
            latest = history[kind, id][-1]
            assert (record.version, record.chain) == (latest.version, latest.hash)
    for id, order in orders.items():
        taken = sum(line.quantity or 0 for r in invoices.values() if r.value.order == id for line in r.value.lines)
        assert order.value.lines[0].invoiced == taken, "an invoice is there in part"
    for id in (*BIGCOMMERCE, *ONLYOFFICE):
        said = invoices[id].value.external_id if id in BIGCOMMERCE else invoices[id].value.description
        last = read(history["invoice", id][-1])["request"]
        assert said in {last, None, ""} if not last.startswith("op-") else said == last
