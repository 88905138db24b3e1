"""A reset of the sandbox, while everybody goes on writing."""

import asyncio
from pathlib import Path
from typing import Any

import httpx

from tests.end_to_end.server import Server

WRITERS = 8
RESETS = 4
DEMO = {"Authorization": "Bearer demo"}
BIGCOMMERCE = {"X-Auth-Token": "access_token", "X-Store-Hash": "store_hash"}
ORDER = "/timp/orders/319bba9f-71b1-4a93-8abf-67a45b8fdd5c/invoices/"
CRUX = {"Authorization": "Token 1234567890"}


async def the_invoices(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    next_page: str | None = "/v1/invoices?limit=100&sort=id"
    while next_page:
        answer = await client.get(next_page, headers=DEMO)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        next_page = page.get("next")
    return found


async def write(client: httpx.AsyncClient, writer: int, done: asyncio.Event) -> list[int]:
    """Change one invoice and write others, until it is enough."""
    line = {"line_item_uuid": "b84ccd3c-88f8-4050-accf-e049163052e3", "quantity_invoiced": 0}
    statuses: list[int] = []
    for number in range(1_000_000):
        if done.is_set():
            break
        change = {"externalId": f"{writer}-{number}"}
        put = await client.put("/api/v3/io/ip/invoices/9", headers=BIGCOMMERCE, json=change)
        post = await client.post(
            ORDER, headers=CRUX, json={"invoice_number": f"W-{writer}-{number}", "line_items": [line]}
        )
        statuses += [put.status_code, post.status_code]
    return statuses


async def test_a_reset_is_whole_while_others_write(tmp_path: Path):
    with Server("--demo", folder=tmp_path) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            demo = await the_invoices(client)
            assert len(demo) > 300
            done = asyncio.Event()
            writers = [asyncio.create_task(write(client, writer, done)) for writer in range(WRITERS)]
            for _ in range(RESETS):
                answer = await client.post("/sandbox/reset")
                assert answer.status_code == 200, answer.text
                during = await the_invoices(client)
                assert _without_the_changed(during)[: len(demo) - 1] == _without_the_changed(demo)
            done.set()
            statuses = [status for written in await asyncio.gather(*writers) for status in written]
            assert (await client.post("/sandbox/reset")).status_code == 200
            assert await the_invoices(client) == demo
        assert "Traceback" not in server.log.read_text()
    assert len(statuses) > WRITERS
    assert {200, 201} & set(statuses)
    assert not any(status >= 500 for status in statuses)


def _without_the_changed(invoices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [invoice for invoice in invoices if invoice["id"] != 9]
