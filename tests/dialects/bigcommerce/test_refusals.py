"""Every refusal in BigCommerce's voice, and none of them changes anything (contract §1.2, §1.6)."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from billingua.dialects.bigcommerce import responses
from billingua.engine.planting import Plant, plant
from billingua.engine.ports import StoreFailed
from tests.builders import NOON, a_caller, a_party, a_workspace
from tests.dialects.bigcommerce.conftest import BASE, BODY_LIMIT, SIGNED, Filling, a_token, bc_invoice

INVOICE = f"{BASE}/invoices/9"
NO_CREDENTIALS = "Invalid token header. No credentials provided."


def said(code: int, message: str, **data: Any) -> Mapping[str, Any]:
    return {"code": code, "data": data, "meta": {"message": message}}


# Who may come in.


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Auth-Token": "access_token", "X-Store-Hash": "store_hash"}, 200),
        ({"x-auth-token": "access_token", "x-store-hash": "store_hash", "Content-Type": "application/json"}, 200),
        ({"X-Auth-Token": "access_token  ", "X-Store-Hash": "store_hash "}, 200),
        ({"authToken": "access_token"}, 200),
        ({"authToken": "access_token "}, 200),
        ({"authToken": "access_token", "X-Store-Hash": "other"}, 200),
        ({}, 401),
        ({"X-Auth-Token": "access_token"}, 401),
        ({"X-Store-Hash": "store_hash"}, 401),
        ({"X-Auth-Token": "", "X-Store-Hash": "store_hash"}, 401),
        ({"X-Auth-Token": "access_token", "X-Store-Hash": ""}, 401),
        ({"X-Auth-Token": "access_token", "authToken": "access_token"}, 401),
        ({"X-Auth-Token": "access_token", "X-Store-Hash": "  "}, 401),
        ({"X-Auth-Token": "nobody", "X-Store-Hash": "store_hash"}, 401),
        ({"X-Auth-Token": "expired", "X-Store-Hash": "store_hash"}, 401),
        ({"X-Auth-Token": "crux_token", "X-Store-Hash": "store_hash"}, 401),
        ({"Authorization": "Bearer access_token", "X-Store-Hash": "store_hash"}, 401),
        ({"authToken": "nobody"}, 401),
        ({"X-Auth-Token": "access_token", "X-Store-Hash": "other"}, 403),
        ({"X-Auth-Token": "access_token", "X-Store-Hash": "unknown"}, 403),
        ({"X-Auth-Token": "others_token", "X-Store-Hash": "store_hash"}, 403),
        ({"X-Auth-Token": "unentitled", "X-Store-Hash": "store_hash"}, 403),
        ({"authToken": "unentitled"}, 403),
        ({"X-Auth-Token": "others_token", "X-Store-Hash": "other"}, 404),
        ({"authToken": "others_token"}, 404),
    ],
)
@pytest.mark.parametrize("verb", ["GET", "PUT"])
async def test_only_a_token_of_the_store_with_the_scope_comes_in(
    store_with: Filling, headers: dict[str, str], status: int, verb: str
) -> None:
    store = await store_with(bc_invoice())
    before = await store.shown()
    body = {"json": {"externalId": "E"}} if verb == "PUT" else {}

    answer = await store.client.request(verb, INVOICE, headers=headers, **body)

    assert answer.status_code == status
    if status == 401:
        assert answer.json() == said(401, NO_CREDENTIALS, errMsg=NO_CREDENTIALS)
    if status == 403:
        assert answer.json() == said(403, "Invalid token", errMsg="Invalid token")
    if status != 200:
        assert await store.shown() == before
        assert len(await store.history()) == 1


async def test_the_extra_fields_need_a_token_too(store_with: Filling) -> None:
    store = await store_with()

    assert (await store.client.get(f"{BASE}/invoices/extra-fields")).status_code == 401


async def test_one_token_may_be_of_two_stores_and_the_hash_says_which(store_with: Filling) -> None:
    store = await store_with(bc_invoice())
    twin = a_workspace(name="twin", settings={"bigcommerce": {"store_hash": "twin_hash"}})
    same_token = a_token(1, "access_token")
    await store.ledger.run(a_caller(workspace="twin"), plant, Plant(twin, [same_token, bc_invoice(number="TWIN")]))

    hashes = ("twin_hash", "store_hash")
    answers = [await store.client.get(INVOICE, headers={**SIGNED, "X-Store-Hash": name}) for name in hashes]

    assert [answer.json()["data"]["invoiceNumber"] for answer in answers] == ["TWIN", "00000009"]


async def test_an_update_reaches_the_tokens_own_store_alone(store_with: Filling) -> None:
    store = await store_with(bc_invoice())
    await store.ledger.run(
        a_caller(workspace="third"), plant, Plant(a_workspace(name="third"), [bc_invoice(), a_party(id=95075)])
    )

    await store.put(9, {"externalId": "E"})

    assert len(await store.ledger.history(a_caller(workspace="third"), "invoice", 9)) == 1


async def test_a_users_token_shows_what_the_user_may_see_and_no_more(store_with: Filling) -> None:
    store = await store_with(bc_invoice(), bc_invoice(id=10, number="10", party=12), a_party(id=12, private=True))
    headers = {**SIGNED, "X-Auth-Token": "idas_token"}

    answers = [await store.client.get(f"{BASE}/invoices/{id}", headers=headers) for id in (9, 10)]

    why = "You do not have permission to see the invoice"
    assert answers[0].status_code == 200
    assert (answers[1].status_code, answers[1].json()) == (403, said(403, why, errMsg=why))


async def test_tokens_stay_out_of_the_log(store_with: Filling, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    store = await store_with(bc_invoice())

    await store.get("/invoices/9")

    assert "/invoices/9" in caplog.text
    assert "access_token" not in caplog.text


# What can be heard.


@pytest.mark.parametrize(
    ("verb", "path", "status", "answer"),
    [
        ("GET", "/invoices/9/", 404, said(404, "Not Found Error", errMsg="Not found")),
        ("GET", "/nothing", 404, said(404, "Not Found Error", errMsg="Not found")),
        ("POST", "/invoices/9", 405, said(405, "Method Not Allowed", errMsg='Method "POST" not allowed.')),
        ("PATCH", "/invoices/9", 405, said(405, "Method Not Allowed", errMsg='Method "PATCH" not allowed.')),
    ],
)
async def test_unknown_paths_and_verbs_are_answered_in_the_envelope(
    store_with: Filling, verb: str, path: str, status: int, answer: Mapping[str, Any]
) -> None:
    store = await store_with(bc_invoice())

    refused = await store.client.request(verb, BASE + path, headers=SIGNED, json={"externalId": "E"})

    assert (refused.status_code, refused.json()) == (status, answer)
    assert refused.headers.get("allow") == ("DELETE, GET, PUT" if status == 405 else None)
    assert len(await store.history()) == 1


@pytest.mark.parametrize("verb", ["GET", "PUT", "POST", "DELETE"])
async def test_the_path_that_the_contract_names_without_a_call_takes_no_verb(store_with: Filling, verb: str) -> None:
    store = await store_with(bc_invoice())

    refused = await store.client.request(verb, f"{BASE}/invoices/9/send-mail", headers=SIGNED)

    assert (refused.status_code, refused.json()) == (
        405,
        said(405, "Method Not Allowed", errMsg=f'Method "{verb}" not allowed.'),
    )
    assert refused.headers["allow"] == ""


JSON = "application/json"


@pytest.mark.parametrize(
    ("body", "content_type", "status", "answer"),
    [
        (b"", None, 400, "JSON parse error - Input data was truncated; "),
        (b"", JSON, 400, "JSON parse error - Input data was truncated; "),
        (b'{"externalId": ', JSON, 400, "JSON parse error - Input data was truncated; "),
        (b"{'externalId': 1}", JSON, 400, "JSON parse error - JSON is malformed: "),
        (b'{"externalId":"\xff"}', JSON, 400, "JSON parse error - "),
        (
            b'{"details":' + b"[" * 200 + b"]" * 200 + b"}",
            JSON,
            400,
            "JSON parse error - more than 100",
        ),
        (b'{"externalId":"E"}', None, 415, 'Unsupported media type "" in request.'),
        (b'{"externalId":"E"}', "text/plain", 415, 'Unsupported media type "text/plain" in request.'),
        (b"externalId=E", "application/x-www-form-urlencoded", 415, "Unsupported media type"),
        (b'{"externalId":"' + b"E" * BODY_LIMIT + b'"}', JSON, 413, None),
    ],
)
async def test_bodies_that_cannot_be_read_change_nothing(
    store_with: Filling, body: bytes, content_type: str | None, status: int, answer: str | None
) -> None:
    store = await store_with(bc_invoice())
    before = await store.shown()
    headers = {**SIGNED, "Content-Type": content_type} if content_type else SIGNED

    refused = await store.client.put(INVOICE, headers=headers, content=body)

    assert refused.status_code == refused.json()["code"] == status
    if status == 400:
        assert refused.json()["data"] == {"id": 9}
        assert refused.json()["meta"]["message"] == "Bad Requests Error"
        assert refused.json()["meta"]["errors"].startswith(answer)
        assert refused.json()["meta"]["errors"].endswith("; ")
    elif status == 415:
        assert refused.json()["meta"] == {"message": "Unsupported Media Type"}
        assert refused.json()["data"]["errMsg"].startswith(answer)
    else:
        assert refused.json() == said(413, "Request Entity Too Large")
    assert await store.shown() == before
    assert len(await store.history()) == 1


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON"])
async def test_json_by_any_spelling_is_read(store_with: Filling, content_type: str) -> None:
    store = await store_with(bc_invoice())

    answer = await store.client.put(
        INVOICE, headers={**SIGNED, "Content-Type": content_type}, content=b'{"externalId":"E"}'
    )

    assert answer.status_code == 200


# How often somebody may ask.


async def test_a_store_with_a_limit_is_heard_so_often_in_a_minute(store_with: Filling) -> None:
    store = await store_with(bc_invoice(), requests_per_minute=2)
    store.clock.set(NOON + timedelta(seconds=45))
    await store.get("/invoices/9")
    await store.get("/invoices/9")

    refused = await store.put(9, {"externalId": "E"})

    assert refused.status_code == 429
    assert refused.json() == said(429, "Too Many Requests", errMsg="More than 2 requests in this minute")
    assert refused.headers["x-rate-limit-time-reset-ms"] == "15000"
    assert len(await store.history()) == 1
    store.clock.set(NOON + timedelta(minutes=1))
    assert (await store.get("/invoices/9")).status_code == 200


# What goes wrong on our side.


async def test_a_crash_is_answered_in_the_envelope(
    store_with: Filling, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = await store_with(bc_invoice())
    monkeypatch.setattr(responses, "invoice", lambda *_: 1 / 0)

    answer = await store.get("/invoices/9")

    assert (answer.status_code, answer.json()) == (
        500,
        said(500, "Internal Server Error", errMsg="Internal server error"),
    )
    assert "ZeroDivisionError" in caplog.text


async def test_a_store_that_fails_is_answered_in_the_envelope(
    store_with: Filling, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await store_with(bc_invoice())

    async def fail(_: Any) -> None:
        raise StoreFailed("the disk is full")

    monkeypatch.setattr(store.ledger.store, "run", fail)
    answer = await store.put(9, {"externalId": "E"})

    why = "The service is unavailable for the moment"
    assert (answer.status_code, answer.json()) == (503, said(503, "Service Unavailable", errMsg=why))
