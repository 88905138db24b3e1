"""The server put together: who answers what, and the sandbox."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from billingua.app import DIALECTS, TITLES, create_app
from billingua.dialects.crux.files.working import find_upload
from billingua.dialects.native.vocabulary import ORIGINS
from billingua.engine.clock import SandboxClock, SystemClock
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant, plant
from billingua.engine.uploads import ReceiveUpload, receive_upload
from billingua.settings import Settings
from billingua.stores.memory import MemoryStore
from tests.builders import NOON, a_caller, a_workspace
from tests.dialects.described import check_document


class Sandbox:
    """A sandbox that counts how often the world went back to its beginning."""

    def __init__(self) -> None:
        self.clock = SandboxClock(SystemClock())
        self.resets = 0

    async def reset(self) -> None:
        self.resets += 1


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Ledger(MemoryStore(), sandbox.clock), Settings(), sandbox)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://billingua.test") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/timp/nothing", {"detail"}),
        ("/api/inv/nothing", {"result", "title", "message"}),
        ("/API/CMN", {"result", "title", "message"}),
        ("/_admin/nothing", {"result", "title", "message"}),
        ("/api/itm", {"result", "title", "message"}),
        ("/api/csh/nothing", {"result", "title", "message"}),
        ("/api/v3/nothing", {"code", "data", "meta"}),
        ("/v1/nothing", {"type", "title", "status", "detail", "request_id"}),
        ("/openapi", {"type", "title", "status", "detail", "request_id"}),
        ("/docs/x", {"type", "title", "status", "detail", "request_id"}),
        ("/timpani", {"type", "title", "status", "detail", "request_id"}),
    ],
)
async def test_an_unknown_path_is_refused_by_whoever_owns_it(
    client: httpx.AsyncClient, path: str, told: set[str]
) -> None:
    answer = await client.get(path)

    assert answer.status_code == 404
    assert answer.json().keys() == told


@pytest.mark.parametrize("path", ["/api/2.0/nothing", "/Products/Files/", "/PRODUCTS/files/HttpHandlers/other.ashx"])
async def test_onlyoffice_refuses_unknown_paths_with_a_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(("path", "place"), [("/", "/console/invoices"), ("/console/invoices", "/console/sign-in")])
async def test_people_come_to_the_console(client: httpx.AsyncClient, path: str, place: str) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, place)


def test_the_console_has_a_title_for_every_dialect() -> None:
    assert set(TITLES) == ORIGINS


async def test_onlyoffices_file_handler_wants_to_know_who_asks(client: httpx.AsyncClient) -> None:
    answer = await client.get("/PRODUCTS/Files/httphandlers/FILEHANDLER.ashx?action=download&fileid=1")

    assert (answer.status_code, answer.text) == (401, "Unauthorized")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.NAME)
async def test_each_dialect_has_a_document_of_every_path_that_it_owns(client: httpx.AsyncClient, dialect: Any) -> None:
    answer = await client.get(f"/openapi/{dialect.NAME}.json")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    check_document(answer.json())
    for path in answer.json()["paths"]:
        assert path.lower().startswith(tuple(dialect.PREFIXES))


def test_our_own_lists_know_every_dialect_by_name() -> None:
    assert {dialect.NAME for dialect in DIALECTS} == ORIGINS


async def test_the_server_is_healthy_while_the_store_can_be_read(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_the_sandbox_clock_stands_still_until_it_is_let_go(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await client.put("/sandbox/clock", json={"now": "2024-12-26T13:00:00+01:00"})

    assert (answer.status_code, answer.json()) == (200, {"now": "2024-12-26T12:00:00Z"})
    assert (await client.get("/sandbox/clock")).json() == {"now": "2024-12-26T12:00:00Z"}
    assert sandbox.clock.now() == NOON

    assert (await client.put("/sandbox/clock", json={"now": None})).status_code == 200
    assert sandbox.clock.now() > NOON


@pytest.mark.parametrize("body", [{}, [], "2024-12-26T12:00:00Z", {"now": "noon"}, {"now": 5}, {"now": "2024-12-26"}])
async def test_a_sandbox_clock_is_not_set_to_what_is_no_moment(
    client: httpx.AsyncClient, sandbox: Sandbox, body: Any
) -> None:
    sandbox.clock.set(NOON)

    answer = await client.put("/sandbox/clock", json=body)

    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/now"]
    assert sandbox.clock.now() == NOON


async def test_the_sandbox_goes_back_to_its_beginning(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await client.post("/sandbox/reset")

    assert (answer.status_code, answer.json(), sandbox.resets) == (200, {"status": "reset"}, 1)


async def test_without_a_sandbox_there_is_none() -> None:
    app = create_app(Ledger(MemoryStore(), SystemClock()), Settings())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://billingua.test") as client:
        for path in ("/sandbox/clock", "/sandbox/reset", "/_admin/invoices/1"):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["type"]) == (404, "/docs/problems/unknown-path")


async def test_what_is_done_beside_the_requests_begins_with_the_server_and_ends_with_it(tmp_path: Path):
    ledger = Ledger(MemoryStore(), SystemClock())
    app = create_app(ledger, Settings(drop=tmp_path / "drop"))
    async with app.at_work():
        while not (tmp_path / "drop" / "in").exists():  # noqa: ASYNC110 - the folder tells nobody
            await asyncio.sleep(0.001)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert others == set()


async def test_a_file_that_was_uploaded_is_worked_off_while_the_server_serves():
    ledger = Ledger(MemoryStore(), SystemClock())
    app = create_app(ledger, Settings())
    sent = ReceiveUpload(name="product_1.csv", source="upload", media_type="text/csv", content=b"")
    await ledger.run(a_caller(), plant, Plant(a_workspace(), []))
    upload = await ledger.run(a_caller(), receive_upload, sent)
    async with app.at_work():
        while not (found := await find_upload(ledger, "demo", upload.uuid)) or not found.finished_at:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    assert found.tally.rejected == 1
