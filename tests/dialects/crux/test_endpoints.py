"""Every endpoint: who may call it, by which verb, with which body, and what is looked at first (contract §1)."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.dialects.crux.conftest import (
    ASKED_FOR,
    LARKSPUR,
    MUG,
    MUG_LINE,
    ORDER,
    PENDING,
    PENDING_LINE,
    PRINTED,
    RETAILER,
    SUPPLIER,
    TAMARACK,
    Crux,
)

NOT_FOUND = {"detail": "Not found."}
NOT_PERMITTED = {"detail": "You do not have permission to perform this action."}

SUPPLIERS, RETAILERS, BOTH = (SUPPLIER,), (RETAILER,), (SUPPLIER, RETAILER)
SUPPLIERS_ALONE = {"detail": "This endpoint is for a supplier organization."}
RETAILERS_ALONE = {"detail": "This endpoint is for a retailer organization."}
TRADERS_ALONE = {"detail": "This endpoint is for a retailer or supplier organization."}

NEW_ORDER: dict[str, Any] = {
    "skus": [{"sku_id": MUG.sku, "quantity": 1, "supplier_org_uuid": str(TAMARACK.uuid)}],
    "address": {},
    "po_number": "LK-1",
}
ALLOCATION = {
    "line_items": [
        {
            "line_item_uuid": str(MUG_LINE),
            "allocation": {"quantity_accepted": 1, "quantity_rejected": 0, "quantity_backordered": 0},
        }
    ]
}
PACKAGE = {"tracking_number": "1ZT0048", "line_items": [{"line_item_uuid": str(MUG_LINE), "quantity_shipped": 1}]}
BARE = None
"""The body of a call that needs none."""


@dataclass(frozen=True)
class Endpoint:
    """A call that succeeds, who may make it, and what somebody hears who does not see what it names."""

    verb: str
    path: str
    callers: tuple[str, ...]
    permission: str
    status: int
    body: Any = BARE
    hidden: int = 404
    allow: str = ""
    says: Any = field(default_factory=dict[str, Any])

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"

    @property
    def reads(self) -> bool:
        return self.verb == "GET"

    @property
    def bare(self) -> bool:
        return self.body is BARE


ENDPOINTS = [
    Endpoint("POST", "/timp/orders/create/", RETAILERS, "create_order", 201, NEW_ORDER, 0),
    Endpoint("POST", "/timp/orders/", BOTH, "view_order", 200, {}, 200),
    Endpoint("GET", f"/timp/orders/{ORDER.uuid}/", BOTH, "view_order", 200),
    Endpoint("GET", f"/timp/orders/po/{ORDER.number}/", BOTH, "view_order", 200, hidden=200),
    Endpoint("PATCH", "/timp/orders/cancel/", RETAILERS, "cancel_order", 204, {"order_uuid": str(PENDING.uuid)}, 422),
    Endpoint("DELETE", f"/timp/orders/items/cancel/{PENDING_LINE}/", RETAILERS, "cancel_order", 204),
    Endpoint("PATCH", f"/timp/orders/cancel/{PENDING.uuid}/confirm/", SUPPLIERS, "cancel_order", 204),
    Endpoint("PATCH", f"/timp/orders/cancel/{PENDING.uuid}/reject/", SUPPLIERS, "cancel_order", 204),
    Endpoint("PATCH", f"/timp/orders/items/cancel/{PENDING_LINE}/confirm/", SUPPLIERS, "cancel_order", 204),
    Endpoint("PATCH", f"/timp/orders/items/cancel/{PENDING_LINE}/reject/", SUPPLIERS, "cancel_order", 204),
    Endpoint("PUT", f"/timp/orders/allocation/{ORDER.uuid}/", SUPPLIERS, "allocate_order", 200, ALLOCATION),
    Endpoint("POST", f"/timp/orders/tracking/{ORDER.uuid}/", SUPPLIERS, "add_order_tracking", 201, PACKAGE),
    Endpoint("GET", f"/timp/orders/{ORDER.uuid}/attributes/", BOTH, "view_order", 200),
    Endpoint(
        "POST",
        f"/timp/orders/{ORDER.uuid}/attributes/",
        BOTH,
        "view_order",
        204,
        {"supplier_provided_notes": "Dock 3", "retailer_provided_notes": "Ring twice"},
    ),
    Endpoint("GET", f"/timp/orders/{ORDER.uuid}/fees/", BOTH, "view_order", 200),
    Endpoint(
        "POST",
        f"/timp/orders/{ORDER.uuid}/fees/",
        BOTH,
        "view_order",
        204,
        {"supplier_provided_tax": 2, "retailer_provided_tax": 3},
    ),
    Endpoint("GET", f"/timp/orders/{ORDER.uuid}/invoices/", BOTH, "view_order", 200),
    Endpoint("POST", f"/timp/orders/{ORDER.uuid}/invoices/", SUPPLIERS, "view_order", 201, PRINTED),
    Endpoint(
        "PUT",
        "/timp/orders/acknowledge/",
        BOTH,
        "view_order",
        204,
        {"uuids": [{"order_uuid": str(PENDING.uuid)}]},
        422,
    ),
]

PATHS = sorted({endpoint.path for endpoint in ENDPOINTS} | {"/timp/organizations/user-login/"})
WRITING = [endpoint for endpoint in ENDPOINTS if not endpoint.reads]
WITH_BODY = [endpoint for endpoint in ENDPOINTS if not endpoint.bare]
CALLS = [(endpoint, token) for endpoint in ENDPOINTS for token in endpoint.callers]

every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
every_writing = pytest.mark.parametrize("endpoint", WRITING, ids=str)
every_with_body = pytest.mark.parametrize("endpoint", WITH_BODY, ids=str)
every_call = pytest.mark.parametrize(("endpoint", "token"), CALLS, ids=str)


@every_call
async def test_whoever_may_call_is_answered(crux: Crux, endpoint: Endpoint, token: str) -> None:
    answer = await crux.call(endpoint.verb, endpoint.path, endpoint.body, token)

    assert answer.status_code == endpoint.status, answer.text
    assert (answer.content == b"") == (endpoint.status == 204)


@every_endpoint
@pytest.mark.parametrize("token", [None, "nobodys", "expired-token", "native-token"])
async def test_nobody_calls_without_a_token_of_this_api(crux: Crux, endpoint: Endpoint, token: str | None) -> None:
    before = await crux.everything()

    answer = await crux.call(endpoint.verb, endpoint.path, endpoint.body, token)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Token")
    assert await crux.everything() == before


@every_endpoint
async def test_the_other_side_of_the_trade_may_not_call(crux: Crux, endpoint: Endpoint) -> None:
    before = await crux.everything()
    said = {SUPPLIERS: SUPPLIERS_ALONE, RETAILERS: RETAILERS_ALONE, BOTH: TRADERS_ALONE}[endpoint.callers]

    for token in {SUPPLIER, RETAILER, "neither-token", "nobody-token"} - {*endpoint.callers}:
        answer = await crux.call(endpoint.verb, endpoint.path, endpoint.body, token)
        assert (answer.status_code, answer.json()) == (409, said)

    assert await crux.everything() == before


@every_call
async def test_a_user_without_the_permission_may_not_call(crux: Crux, endpoint: Endpoint, token: str) -> None:
    before = await crux.everything()
    restricted = token.replace("token", f"without-{endpoint.permission}-token")

    answer = await crux.call(endpoint.verb, endpoint.path, endpoint.body, restricted)

    assert (answer.status_code, answer.json()) == (403, NOT_PERMITTED)
    assert await crux.everything() == before


@every_call
async def test_no_other_permission_is_asked_for(crux: Crux, endpoint: Endpoint, token: str) -> None:
    for permission in {*ASKED_FOR} - {endpoint.permission}:
        restricted = token.replace("token", f"without-{permission}-token")
        answer = await crux.call(endpoint.verb, endpoint.path, endpoint.body, restricted)
        assert answer.status_code in {endpoint.status, 422}, answer.text


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in ENDPOINTS if endpoint.hidden], ids=str)
@pytest.mark.parametrize("kind", ["stranger", "elsewhere"])
async def test_for_whoever_nothing_of_it_concerns_an_order_is_not_there(
    crux: Crux, endpoint: Endpoint, kind: str
) -> None:
    before = await crux.everything()
    strangers = {SUPPLIER: "dogwood-token", RETAILER: "yarrow-token"}

    for token in endpoint.callers:
        stranger = strangers[token] if kind == "stranger" else f"elsewhere-{token}"
        answer = await crux.call(endpoint.verb, endpoint.path, endpoint.body, stranger)
        assert answer.status_code == endpoint.hidden, answer.text
        assert str(ORDER.uuid) not in answer.text
        if endpoint.hidden == 404:
            assert answer.json() == NOT_FOUND

    assert await crux.everything() == before


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("token", BOTH)
async def test_another_verb_is_not_allowed_whoever_asks(crux: Crux, path: str, token: str) -> None:
    before = await crux.everything()
    allowed = {endpoint.verb for endpoint in ENDPOINTS if endpoint.path == path} or {"POST"}

    for verb in {"GET", "POST", "PUT", "PATCH", "DELETE"} - allowed:
        answer = await crux.call(verb, path, b"no json", token)
        assert (answer.status_code, answer.json()) == (405, {"detail": f'Method "{verb}" not allowed.'})
        assert allowed <= {*answer.headers["allow"].split(", ")} <= allowed | {"HEAD", "OPTIONS"}

    assert await crux.everything() == before


@pytest.mark.parametrize("path", PATHS)
async def test_options_tells_the_verbs(crux: Crux, path: str) -> None:
    answer = await crux.call("OPTIONS", path)

    allowed = {endpoint.verb for endpoint in ENDPOINTS if endpoint.path == path} or {"POST"}
    assert answer.status_code == 200
    assert allowed <= {*answer.headers["allow"].split(", ")}


@pytest.mark.parametrize("path", PATHS)
async def test_without_the_last_slash_a_reader_is_sent_on_and_nobody_else(crux: Crux, path: str) -> None:
    before = await crux.everything()

    for verb in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        answer = await crux.call(verb, path.rstrip("/"), {})
        expected = (301, path) if verb == "GET" else (404, None)
        assert (answer.status_code, answer.headers.get("location")) == expected

    assert await crux.everything() == before


@pytest.mark.parametrize(
    ("asked", "target"),
    [("a%3Fb", "a%3Fb"), ("50%25", "50%25"), ("LK%2040817", "LK%2040817"), ("%C3%A4", "%C3%A4"), ("A/1", "A/1")],
)
async def test_a_number_is_sent_on_as_it_was_written(crux: Crux, asked: str, target: str) -> None:
    answer = await crux.call("GET", f"/timp/orders/po/{asked}")

    assert answer.headers["location"] == f"/timp/orders/po/{target}/"


@pytest.mark.parametrize(
    "path",
    [
        "/timp/orders/create/x/",
        "/timp/orders/items/",
        "/timp/orders/items/cancel/",
        f"/timp/orders/items/{PENDING_LINE}/",
        "/timp/orders/items/cancel/x/",
        f"/timp/orders/cancel/{PENDING.uuid}/",
        f"/timp/orders/cancel/{PENDING.uuid}/approve/",
        "/timp/orders/allocation/",
        "/timp/orders/allocation/x/",
        "/timp/orders/tracking/",
        "/timp/orders/po/",
        "/timp/orders/po//",
        "/timp/orders/po/A%2F1/",
        f"/timp/orders/{ORDER.uuid}/lines/",
        "/timp/organizations/",
        "/timp/organizations/user-logout/",
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST", "PATCH", "DELETE"])
async def test_other_paths_are_not_found(crux: Crux, verb: str, path: str) -> None:
    answer = await crux.call(verb, path, {})

    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


# Bodies


@every_with_body
async def test_a_body_of_another_type_is_refused_before_it_is_read(crux: Crux, endpoint: Endpoint) -> None:
    before = await crux.everything()

    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
        answer = await crux.send(endpoint.verb, endpoint.path, endpoint.callers[0], headers=headers, content=b"{")
        said = {"detail": f'Unsupported media type "{headers["Content-Type"]}" in request.'}
        assert (answer.status_code, answer.json()) == (415, said)

    assert await crux.everything() == before


@every_writing
async def test_what_is_no_json_is_told_before_anything_in_the_path(crux: Crux, endpoint: Endpoint) -> None:
    before = await crux.everything()

    for token in (endpoint.callers[0], f"elsewhere-{endpoint.callers[0]}"):
        answer = await crux.call(endpoint.verb, endpoint.path, b'{"a": ', token)
        assert answer.status_code == 400
        assert answer.json()["detail"].startswith("JSON parse error - ")

    assert await crux.everything() == before


@every_writing
async def test_a_body_over_the_limit_is_refused(crux: Crux, endpoint: Endpoint) -> None:
    answer = await crux.call(endpoint.verb, endpoint.path, b" " * 5001, endpoint.callers[0])

    assert answer.status_code == 413


@every_with_body
@pytest.mark.parametrize(("body", "kind"), [(b"[]", "list"), (b'"x"', "str"), (b"1", "int"), (b"null", "NoneType")])
async def test_a_body_that_is_no_object_says_nothing(crux: Crux, endpoint: Endpoint, body: bytes, kind: str) -> None:
    before = await crux.everything()

    answer = await crux.call(endpoint.verb, endpoint.path, body, endpoint.callers[0])

    said = {"non_field_errors": [f"Invalid data. Expected a dictionary, but got {kind}."]}
    assert (answer.status_code, answer.json()) == (400, said)
    assert await crux.everything() == before


@every_call
async def test_members_that_nobody_knows_are_ignored(crux: Crux, endpoint: Endpoint, token: str) -> None:
    if not endpoint.bare:
        answer = await crux.call(endpoint.verb, endpoint.path, {**endpoint.body, "colour": {"deep": [1]}}, token)
        assert answer.status_code == endpoint.status


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in ENDPOINTS if endpoint.bare], ids=str)
@pytest.mark.parametrize("content", [b"", b"{}", b" {} \n", b"{ }", b"{\r\n\t}"])
@pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}])
async def test_a_call_without_a_body_may_have_an_empty_one_of_whatever_type(
    crux: Crux, endpoint: Endpoint, content: bytes, headers: dict[str, str]
) -> None:
    answer = await crux.send(endpoint.verb, endpoint.path, endpoint.callers[0], headers=headers, content=content)

    assert answer.status_code == endpoint.status


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in WRITING if endpoint.bare], ids=str)
async def test_a_call_without_a_body_refuses_one_of_another_type(crux: Crux, endpoint: Endpoint) -> None:
    before = await crux.everything()

    answer = await crux.send(endpoint.verb, endpoint.path, endpoint.callers[0], content=b"quantity=1")

    assert answer.status_code == 415
    assert await crux.everything() == before


@pytest.mark.parametrize(
    ("content_type", "content", "reason"),
    [
        ("multipart/form-data", b"{}", "the content type names no boundary"),
        ("multipart/form-data; boundary=b", b"{}", "the form has no end"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: x; name="\xff"\r\n\r\n\r\n--b--', "'utf-8'"),
    ],
)
async def test_what_is_no_form_is_refused_as_one(crux: Crux, content_type: str, content: bytes, reason: str) -> None:
    upload, headers = "/timp/organizations/files/upload/", {"Content-Type": content_type}
    answer = await crux.send("POST", upload, SUPPLIER, headers=headers, content=content)

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(f"Multipart form parse error - {reason}")


@every_with_body
async def test_an_empty_body_counts_as_an_empty_object_whatever_its_type(crux: Crux, endpoint: Endpoint) -> None:
    asked = (endpoint.verb, endpoint.path, endpoint.callers[0])

    answer = await crux.send(*asked, headers={"Content-Type": "text/plain"}, content=b"")

    assert answer.status_code == (await crux.call(*asked[:2], {}, asked[2])).status_code
    assert answer.status_code != 415


@every_with_body
async def test_a_body_may_come_in_chunks(crux: Crux, endpoint: Endpoint) -> None:
    async def chunks() -> Any:
        for byte in sent:
            yield bytes([byte])

    sent = crux.encoded(endpoint.body)
    answer = await crux.send(
        endpoint.verb,
        endpoint.path,
        endpoint.callers[0],
        headers={"Content-Type": "application/json"},
        content=chunks(),
    )

    assert "content-length" not in answer.request.headers
    assert answer.status_code == endpoint.status


# The order of checks

PRECEDENCE = [
    ("DELETE", f"/timp/orders/allocation/{ORDER.uuid}/", None, {"content": b"x"}, 401),
    ("DELETE", f"/timp/orders/allocation/{ORDER.uuid}/", RETAILER, {"content": b"x"}, 405),
    ("PUT", f"/timp/orders/allocation/{LARKSPUR.uuid}/", RETAILER, {"content": b"x"}, 409),
    ("PUT", f"/timp/orders/allocation/{LARKSPUR.uuid}/", "reader-token", {"content": b"x"}, 403),
    ("PUT", f"/timp/orders/allocation/{LARKSPUR.uuid}/", SUPPLIER, {"content": b"x"}, 415),
    ("PUT", f"/timp/orders/allocation/{LARKSPUR.uuid}/", SUPPLIER, {"json": None, "content": None}, 404),
    ("PUT", f"/timp/orders/allocation/{LARKSPUR.uuid}/", SUPPLIER, {"json": []}, 404),
    ("PUT", f"/timp/orders/allocation/{ORDER.uuid}/", SUPPLIER, {"json": []}, 400),
    (
        "POST",
        f"/timp/orders/tracking/{ORDER.uuid}/",
        SUPPLIER,
        {
            "json": {
                "tracking_number": "",
                "line_items": [{"line_item_uuid": str(LARKSPUR.uuid), "quantity_shipped": 1}],
            }
        },
        400,
    ),
    (
        "POST",
        f"/timp/orders/tracking/{ORDER.uuid}/",
        SUPPLIER,
        {
            "json": {
                "tracking_number": "1",
                "line_items": [{"line_item_uuid": str(LARKSPUR.uuid), "quantity_shipped": 1}],
            }
        },
        422,
    ),
]
"""Requests that are wrong in several ways, and the first thing that is said (§1.1)."""


@pytest.mark.parametrize(("verb", "path", "token", "request_", "status"), PRECEDENCE)
async def test_of_several_mistakes_the_first_in_the_vendors_order_is_told(
    crux: Crux, verb: str, path: str, token: str | None, request_: dict[str, Any], status: int
) -> None:
    before = await crux.everything()

    assert (await crux.send(verb, path, token, **request_)).status_code == status
    assert await crux.everything() == before
