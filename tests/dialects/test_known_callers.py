"""Whoever calls again is known by their token, and yet every answer rests on what holds by now."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from billingua.app import create_app
from billingua.core.access import Credential
from billingua.core.party import TradeRole
from billingua.core.workspace import Workspace
from billingua.engine.credentials import hash_secret, revoke_credential
from billingua.engine.kinds import THE_WORKSPACE
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Decision, Needs, by_id
from billingua.engine.planting import Plant, plant
from billingua.settings import Settings
from tests.builders import (
    NOON,
    SUPPLIER,
    a_caller,
    a_credential,
    a_party,
    a_user,
    a_uuid,
    a_workspace,
    an_invoice,
    an_order,
)

BIGCOMMERCE = {"X-Auth-Token": "token", "X-Store-Hash": "store"}
BALANCE = {"openBalance": {"code": "USD", "value": "12.0000"}}
CALLS: dict[str, tuple[str, str, dict[str, str], Any]] = {
    "a change": ("PUT", "/api/v3/io/ip/invoices/9", BIGCOMMERCE, BALANCE),
    "a look": ("GET", "/api/v3/io/ip/invoices/9", BIGCOMMERCE, None),
    "a list": ("GET", "/v1/invoices", {"Authorization": "Bearer token"}, None),
    "a look at settings": ("GET", "/api/v3/io/ip/invoices/extra-fields", BIGCOMMERCE, None),
    "a refusal before any plan": ("PUT", "/api/v3/io/ip/invoices/9", BIGCOMMERCE, "no object"),
    "modulus": ("PATCH", "/api/inv/v1/Invoice?token=token", {}, {"id": 9}),
    "onlyoffice": ("GET", "/api/2.0/crm/invoice/9", {"Authorization": "token"}, None),
    "an invoice for an order": (
        "POST",
        f"/timp/orders/{a_uuid(8104)}/invoices/",
        {"Authorization": "Token token"},
        {"invoice_number": "TI-1"},
    ),
    "crux": ("GET", f"/timp/orders/{a_uuid(1)}/invoices/", {"Authorization": "Token token"}, None),
}
DIALECTS = ("bigcommerce", "native", "modulus", "onlyoffice", "crux")


@pytest.fixture
async def client(ledger: Ledger) -> AsyncIterator[httpx.AsyncClient]:
    tokens = [
        a_credential(id=id, dialect=dialect, secret_hash=hash_secret("token"), user="ada")
        for id, dialect in enumerate(DIALECTS, 1)
    ]
    workspace = a_workspace(name="demo", settings={"bigcommerce": {"store_hash": "store"}})
    ada = a_user(username="ada", admin=True, organization=SUPPLIER)
    supplier = a_party(id=20, uuid=SUPPLIER, trade_role=TradeRole.SUPPLIER)
    world = [ada, *tokens, a_party(), supplier, an_order(), an_invoice(id=9, created_at=NOON)]
    await ledger.run(a_caller(workspace="demo"), plant, Plant(workspace, world))
    transport = httpx.ASGITransport(app=create_app(ledger, Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://billingua.test") as client:
        yield client


Call = Callable[[str], Any]


@pytest.fixture
def call(client: httpx.AsyncClient) -> Call:
    async def make(name: str) -> httpx.Response:
        verb, path, headers, body = CALLS[name]
        return await client.request(verb, path, headers=headers, json=body)

    return make


@pytest.mark.parametrize("name", CALLS)
async def test_a_token_that_was_revoked_opens_nothing_any_more(name: str, call: Call, ledger: Ledger):
    first = await call(name)
    again = await call(name)
    for id in range(1, len(DIALECTS) + 1):
        await ledger.run(a_caller(workspace="demo"), revoke_credential, id)

    late = await call(name)

    assert again.status_code in {first.status_code, 422}  # an invoice is written once
    assert late.text != first.text
    assert late.status_code in {401, 403}, late.text


async def test_a_change_is_made_once_when_its_caller_has_to_be_looked_up_anew(call: Call, ledger: Ledger):
    assert (await call("a look")).json()["data"]["openBalance"]["value"] != "12.0000"
    await ledger.run(a_caller(workspace="demo"), _set_up, {"due_days": 10})
    before = await ledger.history(a_caller(workspace="demo"), "invoice", 9)

    answer = await call("a change")

    assert answer.status_code == 200, answer.text
    assert (await call("a look")).json()["data"]["openBalance"]["value"] == "12.0000"
    assert len(await ledger.history(a_caller(workspace="demo"), "invoice", 9)) == len(before) + 1


async def test_settings_that_were_changed_hold_at_once(call: Call, ledger: Ledger):
    assert (await call("a look at settings")).json()["data"] == []
    field = {"id": 31, "name": "Cost centre", "type": 0, "required": False, "unique": False}
    await ledger.run(a_caller(workspace="demo"), _set_up, {"extra_fields": [field]})
    assert [shown["fieldName"] for shown in (await call("a look at settings")).json()["data"]] == ["Cost centre"]


async def test_a_second_workspace_with_the_same_token_is_found(client: httpx.AsyncClient, call: Call, ledger: Ledger):
    assert (await call("a look")).status_code == 200
    other = a_workspace(name="other", settings={"bigcommerce": {"store_hash": "another"}})
    token = a_credential(id=1, dialect="bigcommerce", secret_hash=hash_secret("token"))
    await ledger.run(a_caller(workspace="other"), plant, Plant(other, [token, a_party(), an_invoice(id=8)]))

    answer = await client.get("/api/v3/io/ip/invoices/8", headers={**BIGCOMMERCE, "X-Store-Hash": "another"})

    assert answer.status_code == 200, answer.text


async def test_a_token_ends_on_time_also_for_those_who_are_known(call: Call, ledger: Ledger, clock: Any):
    assert (await call("a look")).status_code == 200
    await ledger.run(a_caller(workspace="demo"), _expire, 1)
    clock.set(ledger.clock.now().replace(year=2100))
    assert (await call("a look")).status_code == 401


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("name", ["a change", "an invoice for an order"])
async def test_a_token_that_is_revoked_while_the_body_arrives_changes_nothing(
    client: httpx.AsyncClient, call: Call, ledger: Ledger, name: str, known: bool
):
    if known:
        await call(name)
    verb, path, headers, body = CALLS[name]

    async def slowly() -> AsyncIterator[bytes]:
        yield b" "
        for id in range(1, len(DIALECTS) + 1):
            await ledger.run(a_caller(workspace="demo"), revoke_credential, id)
        yield json.dumps(body).encode()

    before = await ledger.history(a_caller(workspace="demo"), "invoice", 9)
    headers = {**headers, "Content-Type": "application/json"}
    answer = await client.request(verb, path, headers=headers, content=slowly())

    assert answer.status_code == 401, answer.text
    assert await ledger.history(a_caller(workspace="demo"), "invoice", 9) == before


async def test_a_body_that_was_too_long_is_so_when_it_is_looked_at_again(
    client: httpx.AsyncClient, call: Call, ledger: Ledger
):
    await call("a look")
    before = await ledger.history(a_caller(workspace="demo"), "invoice", 9)

    async def long() -> AsyncIterator[bytes]:
        await ledger.run(a_caller(workspace="demo"), _set_up, {"due_days": 10})
        yield b" " * (Settings().body_limit + 1)
        yield json.dumps(BALANCE).encode()

    headers = {**BIGCOMMERCE, "Content-Type": "application/json"}
    answer = await client.put("/api/v3/io/ip/invoices/9", headers=headers, content=long())

    assert answer.status_code == 413, answer.text
    assert await ledger.history(a_caller(workspace="demo"), "invoice", 9) == before


async def test_a_request_that_is_answered_once_more_counts_once(call: Call, ledger: Ledger):
    await ledger.run(a_caller(workspace="demo"), _set_up, {"requests_per_minute": 2})
    assert (await call("a look")).status_code == 200
    await ledger.run(a_caller(workspace="demo"), _set_up, {"due_days": 10})
    assert (await call("a look")).status_code == 200
    assert (await call("a look")).status_code == 429


def _set_up(settings: dict[str, Any], caller: Any, now: Any):
    found = yield Needs([THE_WORKSPACE])
    workspace: Workspace = found.get(THE_WORKSPACE)
    merged = {**workspace.settings, "bigcommerce": {**workspace.settings["bigcommerce"], **settings}}
    return Decision(None, saves=[replace(workspace, settings=merged)])


def _expire(id: int, caller: Any, now: Any):
    found = yield Needs([by_id(Credential, id)])
    credential = found.get(by_id(Credential, id))
    assert credential is not None
    return Decision(None, saves=[replace(credential, expires_at=now.replace(year=2099))])
