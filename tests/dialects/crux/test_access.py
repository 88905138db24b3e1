"""Who may call, which paths and verbs there are, and what is looked at first (contract §1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from billingua.dialects.crux import make_face
from billingua.engine.clock import SandboxClock
from billingua.engine.ledger import Ledger
from billingua.wire.face import Face
from tests.dialects.crux.conftest import (
    BODY_LIMIT,
    NOW,
    ORDER,
    PRINTED,
    RETAILER,
    SUPPLIER,
    YARROWS,
    Crux,
    invoices_path,
)

NO_CREDENTIALS = "Authentication credentials were not provided."
MALFORMED = "Invalid token header. No credentials provided."
UNKNOWN = "Invalid token."
NOT_PERMITTED = {"detail": "You do not have permission to perform this action."}
NOT_FOUND = {"detail": "Not found."}
JSON = {"Content-Type": "application/json"}

CREDENTIALS: list[tuple[str | None, str]] = [
    (None, NO_CREDENTIALS),
    ("", NO_CREDENTIALS),
    ("Basic Og==", NO_CREDENTIALS),
    (f"Bearer {SUPPLIER}", NO_CREDENTIALS),
    (SUPPLIER, NO_CREDENTIALS),
    ("Token", MALFORMED),
    ("Token ", MALFORMED),
    (f"Token {SUPPLIER} {SUPPLIER}", MALFORMED),
    ("Token nobodys", UNKNOWN),
    (f"Token {SUPPLIER.upper()}", UNKNOWN),
    ("Token native-token", UNKNOWN),
    ("Token userless-token", UNKNOWN),
    ("Token t\xf6ken", UNKNOWN),
    ("Token expired-token", "Token has expired."),
]
"""What stands in the header, and what is said of it."""


@pytest.mark.parametrize(("header", "said"), CREDENTIALS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
async def test_without_a_live_token_nothing_is_heard(crux: Crux, method: str, header: str | None, said: str) -> None:
    before = await crux.everything()
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    answer = await crux.client.request(
        method, invoices_path(), headers=headers | {"Cookie": f"sessionid={SUPPLIER}"}, json=PRINTED
    )

    assert (answer.status_code, answer.json()) == (401, {"detail": said})
    assert answer.headers["www-authenticate"] == "Token"
    assert await crux.everything() == before


async def test_a_token_opens_nothing_from_the_moment_it_expires(crux: Crux, clock: SandboxClock) -> None:
    assert (await crux.send("GET", invoices_path(), "short-token")).status_code == 200

    clock.set(NOW.replace(second=1))

    assert (await crux.send("GET", invoices_path(), "short-token")).json() == {"detail": "Token has expired."}


async def test_the_word_before_the_token_may_be_written_small(crux: Crux) -> None:
    answer = await crux.client.get(invoices_path(), headers={"Authorization": f"token {SUPPLIER}"})

    assert answer.status_code == 200


@dataclass(frozen=True)
class Row:
    """A call by somebody, and the answer."""

    method: str
    token: str
    status: int
    said: Any = None


STANDINGS = [
    Row("GET", SUPPLIER, 200),
    Row("GET", RETAILER, 200),
    Row("GET", "reader-token", 200),
    Row("POST", "reader-token", 201),
    Row("GET", "blind-token", 403, NOT_PERMITTED),
    Row("POST", "blind-token", 403, NOT_PERMITTED),
    Row("POST", RETAILER, 409, {"detail": "This endpoint is for a supplier organization."}),
    Row("GET", "neither-token", 409, {"detail": "This endpoint is for a retailer or supplier organization."}),
    Row("POST", "neither-token", 409, {"detail": "This endpoint is for a supplier organization."}),
    Row("GET", "nobody-token", 409, {"detail": "This endpoint is for a retailer or supplier organization."}),
    Row("GET", "yarrow-token", 404, NOT_FOUND),
    Row("GET", "birch-token", 404, NOT_FOUND),
    Row("POST", "birch-token", 404, NOT_FOUND),
    Row("GET", "elsewhere-token", 404, NOT_FOUND),
    Row("POST", "elsewhere-token", 404, NOT_FOUND),
]
"""Suppliers and retailers of the order and others, with and without the permission."""


@pytest.mark.parametrize("row", STANDINGS, ids=str)
async def test_a_call_is_for_those_whose_organization_and_permissions_fit(crux: Crux, row: Row) -> None:
    before = await crux.everything()
    content = {"json": PRINTED} if row.method == "POST" else {}

    answer = await crux.send(row.method, invoices_path(), row.token, **content)

    assert answer.status_code == row.status
    if row.said:
        assert answer.json() == row.said
        assert await crux.everything() == before


PRECEDENCE: list[tuple[str, str, Any, dict[str, Any], int]] = [
    ("DELETE", "nobodys", ORDER, {"headers": JSON}, 401),
    ("DELETE", RETAILER, ORDER, {"headers": JSON}, 405),
    ("DELETE", "nobody-token", YARROWS, {"content": b"x"}, 405),
    ("POST", "neither-token", YARROWS, {"content": b"x", "headers": {"Content-Type": "text/plain"}}, 409),
    ("POST", "blind-token", YARROWS, {"content": b"x", "headers": {"Content-Type": "text/plain"}}, 403),
    ("POST", SUPPLIER, YARROWS, {"content": b"{", "headers": {"Content-Type": "text/plain"}}, 415),
    ("POST", SUPPLIER, YARROWS, {"content": b"{", "headers": JSON}, 400),
    ("POST", SUPPLIER, YARROWS, {"content": b"[]", "headers": JSON}, 404),
    ("POST", SUPPLIER, ORDER, {"content": b'{"line_items": [{"line_item_uuid": "x"}]}', "headers": JSON}, 400),
]
"""Requests that are wrong in several ways, and the first thing that is said (§1.1)."""


@pytest.mark.parametrize(("method", "token", "order", "request_", "status"), PRECEDENCE)
async def test_of_several_mistakes_the_first_in_the_vendors_order_is_told(
    crux: Crux, method: str, token: str, order: Any, request_: dict[str, Any], status: int
) -> None:
    assert (await crux.send(method, invoices_path(order), token, **request_)).status_code == status


async def test_a_field_is_looked_at_before_a_rule(crux: Crux) -> None:
    await crux.post(PRINTED)

    answer = await crux.post(PRINTED | {"supplier_provided_tax": -1})

    assert answer.status_code == 400


# Paths and verbs


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("token", [SUPPLIER, RETAILER])
async def test_another_verb_is_not_allowed(crux: Crux, method: str, token: str) -> None:
    before = await crux.everything()

    answer = await crux.send(method, invoices_path(), token, content=b"{}", headers=JSON)

    assert (answer.status_code, answer.json()) == (405, {"detail": f'Method "{method}" not allowed.'})
    assert answer.headers["allow"] == "GET, POST, HEAD, OPTIONS"
    assert await crux.everything() == before


async def test_options_and_head_are_harmless(crux: Crux) -> None:
    before = await crux.everything()

    options = await crux.send("OPTIONS", invoices_path())
    head = await crux.send("HEAD", invoices_path())

    assert (options.status_code, options.headers["allow"]) == (200, "GET, POST, HEAD, OPTIONS")
    assert options.json() == {"renders": ["application/json"], "parses": ["application/json"]}
    assert (head.status_code, (await crux.send("HEAD", invoices_path(YARROWS))).status_code) == (200, 404)
    assert await crux.everything() == before


@pytest.mark.parametrize(("query", "target"), [("", ""), ("?a=1&b=%2F", "?a=1&b=%2F")])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_reader_without_the_last_slash_is_sent_on(crux: Crux, method: str, query: str, target: str) -> None:
    answer = await crux.send(method, invoices_path().rstrip("/") + query)

    assert (answer.status_code, answer.headers["location"]) == (301, invoices_path() + target)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_any_other_verb_without_the_last_slash_finds_nothing(crux: Crux, method: str) -> None:
    before = await crux.everything()

    answer = await crux.send(method, invoices_path().rstrip("/"), json=PRINTED)

    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert await crux.everything() == before


@pytest.mark.parametrize(
    "path",
    [
        "/timp",
        "/timp/",
        "/timp/orders/nothing/",
        "/timp/orders/not-a-uuid/invoices/",
        "/timp/orders/not-a-uuid/invoices",
        f"/timp/orders/{ORDER.uuid}x/invoices/",
        f"/timp/orders/{ORDER.uuid}/invoices//",
        f"/timp/orders/{ORDER.uuid}/invoices/1/",
        f"/timp/orders/{ORDER.id}/invoices/",
        f"/TIMP/orders/{ORDER.uuid}/invoices/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_unknown_path_is_not_found(crux: Crux, method: str, path: str) -> None:
    answer = await crux.send(method, path, json=PRINTED)

    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("written_as", [str(ORDER.uuid).upper(), ORDER.uuid.hex])
async def test_an_orders_uuid_may_be_written_otherwise(crux: Crux, written_as: str) -> None:
    assert (await crux.send("GET", invoices_path(written_as))).json()["order_uuid"] == str(ORDER.uuid)


@pytest.mark.parametrize(
    "headers", [JSON, {"Content-Type": "application/json; charset=utf-8"}, {"Content-Type": "text/plain"}, {}]
)
@pytest.mark.parametrize("content", [b"{}", b"no json"])
async def test_a_reader_may_send_a_body(crux: Crux, headers: dict[str, str], content: bytes) -> None:
    cookie = {"Cookie": "sessionid=h9qjyhleectu7aef5pkwma0jn2gxgitz"}

    answer = await crux.send("GET", invoices_path(), headers=headers | cookie, content=content)

    assert answer.status_code == 200


# When the server itself fails


class BrokenLedger(Ledger):
    """A ledger that has forgotten how to read."""

    async def read(self, *_: Any) -> Any:
        raise RuntimeError("the secret inside")


async def test_a_crash_is_told_without_its_reason(
    crux: Crux, client_of: Callable[[Face], httpx.AsyncClient], caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(make_face(BrokenLedger(crux.ledger.store, crux.clock), BODY_LIMIT))

    answer = await client.get(invoices_path(), headers={"Authorization": f"Token {SUPPLIER}"})

    assert (answer.status_code, answer.json()) == (500, {"detail": "A server error occurred."})
    assert "the secret inside" in caplog.text


async def test_a_store_that_fails_is_told(crux: Crux) -> None:
    before = await crux.everything()
    await crux.ledger.store.close()

    answer = await crux.post(PRINTED)

    said = {"detail": "Service temporarily unavailable, try again later."}
    assert (answer.status_code, answer.json()) == (503, said)
    assert await crux.everything() == before
