"""Parties, items, taxes, the workspace and its tokens, through our own API."""

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import a_party, a_payment, a_tax, a_user, a_uuid, an_address, an_invoice, an_item, an_opportunity
from tests.dialects.native.conftest import Native, Planting
from tests.dialects.native.test_writing import send, told

FAMILIES = {
    "parties": ("name", 10, {"name": "New", "code": "N", "currency": "EUR", "addresses": [{"city": "Riga"}]}),
    "items": ("title", 1, {"title": "Chair", "sku": "CH", "price": "12.345", "stock": "2", "tax_ids": [1]}),
    "taxes": ("name", 1, {"name": "Levy", "description": "A levy", "rate": "5.5"}),
}
MISSING = {"parties": "not-found", "items": "not-found", "taxes": "not-found"}


@pytest.fixture
async def native(native_with: Planting) -> Native:
    return await native_with(an_item(), a_tax(), a_user(), a_party(id=12, addresses=(an_address(),)))


@pytest.mark.parametrize("many", FAMILIES)
async def test_a_record_is_made_shown_listed_rewritten_and_deleted(native: Native, many: str) -> None:
    name, _, content = FAMILIES[many]
    before = (await native.get(f"/v1/{many}")).json()

    made = await send(native, "POST", f"/v1/{many}", content)

    record = made.json()
    path = f"/v1/{many}/{record['id']}"
    assert (made.status_code, made.headers["etag"], record[name]) == (201, '"1"', content[name])
    assert (await native.get(path)).json() == record
    assert (await native.get(f"/v1/{many}/{record['uuid']}")).json() == record
    listed = (await native.get(f"/v1/{many}")).json()
    assert (listed["total"], listed["items"][-1]) == (before["total"] + 1, record)
    again = await send(
        native, "PUT", path, content | {"addresses": record["addresses"]} if many == "parties" else content
    )
    assert (again.json(), again.headers["etag"]) == (record, '"1"')
    patched = await send(native, "PATCH", path, {name: "Other"}, If_Match='"1"')
    assert patched.json() == {**record, name: "Other", "version": 2} | (
        {"display_name": "Other"} if many == "parties" else {}
    )
    told(await send(native, "PUT", path, content, If_Match='"1"'), 412, "changed-meanwhile")
    assert (await send(native, "GET", path, If_None_Match='"2"')).status_code == 304
    assert (await send(native, "DELETE", path)).status_code == 204
    told(await native.get(path), 404, "not-found")
    assert (await native.get(f"/v1/{many}")).json() == before


@pytest.mark.parametrize("many", FAMILIES)
async def test_what_is_not_there_is_not_found(native: Native, many: str) -> None:
    _, _, content = FAMILIES[many]
    for name in ("99", str(a_uuid(99)), "x"):
        for verb, body in (("GET", None), ("PUT", content), ("PATCH", {}), ("DELETE", None)):
            told(await send(native, verb, f"/v1/{many}/{name}", body), 404, "not-found")


@pytest.mark.parametrize("many", FAMILIES)
async def test_a_dry_run_changes_nothing(native: Native, many: str) -> None:
    name, id, content = FAMILIES[many]
    before = (await native.get(f"/v1/{many}")).json()

    made = (await send(native, "POST", f"/v1/{many}?dry_run=true", content)).json()
    changed = (await send(native, "PATCH", f"/v1/{many}/{id}?dry_run=true", {name: "Other"})).json()

    assert (made["status"], made["answer"][name]) == (201, content[name])
    assert changed["answer"][name] == "Other"
    assert [change["path"] for change in changed["changes"][0]["changes"]] == [f"/{name}"]
    assert (await native.get(f"/v1/{many}")).json() == before


@pytest.mark.parametrize(
    ("verb", "path", "body", "status", "name", "pointer"),
    [
        ("POST", "parties", {}, 400, "invalid-body", "/name"),
        ("POST", "parties", {"name": "A", "kind": "cat"}, 400, "invalid-body", "/kind"),
        ("POST", "parties", {"name": "A", "currency": "QQQ"}, 400, "invalid-body", "/currency"),
        ("POST", "parties", {"name": "A", "code": "TAKEN"}, 409, "wrong-field", "/code"),
        ("PATCH", "parties/10", {"code": "TAKEN"}, 409, "wrong-field", "/code"),
        ("PATCH", "parties/10", {"addresses": [{"id": 31}]}, 404, "not-found", "/addresses/0/id"),
        ("POST", "items", {"title": "A", "tax_ids": [9]}, 404, "not-found", "/tax_ids/0"),
        ("POST", "items", {"title": "A", "price": "many"}, 400, "invalid-body", "/price"),
        ("POST", "taxes", {"name": "vat", "rate": "1"}, 409, "name-taken", "/name"),
        ("POST", "taxes", {"name": "A", "rate": None}, 400, "invalid-body", "/rate"),
    ],
)
async def test_what_cannot_be_said_of_a_record_is_pointed_at(
    native_with: Planting, verb: str, path: str, body: Any, status: int, name: str, pointer: str
) -> None:
    native = await native_with(a_tax(), a_party(id=12, code="TAKEN", addresses=(an_address(),)))

    problem = told(await send(native, verb, f"/v1/{path}", body), status, name)

    assert [error["pointer"] for error in problem.get("errors", [])] == [pointer]


WORDS = "+".join(map(str, range(51)))


async def test_addresses_that_are_named_keep_their_ids(native: Native) -> None:
    addresses = [{"id": 31, "city": "Oslo"}, {"category": "postal", "city": "Turku"}]

    party = (await send(native, "PATCH", "/v1/parties/12", {"addresses": addresses, "code": "T"})).json()

    assert [(one["id"], one["city"]) for one in party["addresses"]] == [(31, "Oslo"), (32, "Turku")]
    assert (await send(native, "PATCH", "/v1/parties/12", {"code": "T"})).json() == party


@pytest.mark.parametrize("path", ["items/1", "taxes/1", "parties/10", "parties/11", "parties/12"])
async def test_what_is_referred_to_is_not_deleted(native_with: Planting, path: str) -> None:
    native = await native_with(
        *(an_item(tax1=1), an_item(id=2), a_tax(), an_invoice(party=10), an_opportunity(participants=(11,))),
        *(a_party(id=12), a_payment(party=12)),
    )
    body = {"number": "N", "party_id": 10, "lines": [{"item_id": 1, "tax_ids": [1]}]}
    assert (await send(native, "POST", "/v1/invoices", body)).status_code == 201

    told(await send(native, "DELETE", f"/v1/{path}"), 409, "in-use")


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("items?q=lam", [1, 2]),
        ("items?sort=-price&limit=1", [2]),
        ("items?tracked=true", []),
        ("parties?q=quay", [11]),
        ("parties?company=false", []),
        ("parties?sort=-name&limit=1", [11]),
    ],
)
async def test_lists_are_searched_and_sorted(native_with: Planting, path: str, ids: list[int]) -> None:
    native = await native_with(an_item(), an_item(id=2, title="Lamb", price=Decimal(99)))

    page = (await native.get(f"/v1/{path}")).json()

    assert [item["id"] for item in page["items"]] == ids
    if page["next"]:
        assert len((await native.get(page["next"])).json()["items"]) == 1


@pytest.mark.parametrize(
    "path",
    [
        "items?sort=colour",
        "parties?limit=0",
        "taxes?q=x",
        "items?tracked=maybe",
        f"items?q={WORDS}",
        f"parties?q={WORDS}",
    ],
)
async def test_a_list_takes_its_own_parameters_alone(native: Native, path: str) -> None:
    told(await native.get(f"/v1/{path}"), 400, "invalid-parameters")


async def test_a_private_party_is_shown_to_whom_it_is_meant_for(native_with: Planting) -> None:
    native = await native_with(a_user(), a_party(id=12, private=True), a_party(id=13, private=True, access=("ida",)))
    made = (await send(native, "POST", "/v1/tokens", {"dialect": "native", "user": "ida"})).json()
    hers = {"Authorization": f"Bearer {made['token']}"}

    assert (await native.client.get("/v1/parties/12", headers=hers)).status_code == 403
    assert (await native.client.get("/v1/parties/13", headers=hers)).status_code == 200
    listed = (await native.client.get("/v1/parties", headers=hers)).json()
    assert [party["id"] for party in listed["items"]] == [10, 11, 13]


async def test_the_workspace_says_what_holds_in_it(native: Native) -> None:
    shown = (await native.get("/v1/workspace")).json()
    changed = await send(native, "PATCH", "/v1/workspace", {"time_zone": "Europe/Riga"}, If_Match='"1"')

    assert (shown["name"], shown["currency"], shown["time_zone"]) == ("demo", "USD", "UTC")
    assert changed.json() == {**shown, "time_zone": "Europe/Riga", "version": 2}
    assert (await send(native, "PATCH", "/v1/workspace", {})).json() == changed.json()
    assert (await send(native, "GET", "/v1/workspace", If_None_Match='"2"')).status_code == 304
    rehearsal = (await send(native, "PATCH", "/v1/workspace?dry_run=true", {"currency": "EUR"})).json()
    assert rehearsal["changes"][0]["changes"] == [{"path": "/currency", "before": "USD", "after": "EUR"}]
    assert (await native.get("/v1/workspace")).json() == changed.json()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"time_zone": "Europe/Atlantis"}, "/time_zone"),
        ({"time_zone": "../etc"}, "/time_zone"),
        ({"currency": "QQQ"}, "/currency"),
        ({"name": "other"}, "/name"),
        ({"culture": None}, "/culture"),
        ({"culture": "en US"}, "/culture"),
    ],
)
async def test_what_cannot_hold_in_a_workspace_is_pointed_at(native: Native, body: Any, pointer: str) -> None:
    problem = told(await send(native, "PATCH", "/v1/workspace", body), 400, "invalid-body")

    assert problem["errors"][0]["pointer"] == pointer


async def test_a_token_is_told_once_opens_what_it_is_for_and_is_revoked(native: Native) -> None:
    body = {"dialect": "native", "scopes": ["read"], "label": "reports"}

    made = await send(native, "POST", "/v1/tokens", body)

    token = made.json()
    holder = {"Authorization": f"Bearer {token.pop('token')}"}
    assert (made.status_code, token["scopes"], token["label"]) == (201, ["read"], "reports")
    assert (await native.get("/v1/tokens")).json()["items"][-1] == token
    assert (await native.client.get("/v1/invoices", headers=holder)).status_code == 200
    assert (await native.client.get("/v1/tokens", headers=holder)).status_code == 403
    assert (await send(native, "DELETE", f"/v1/tokens/{token['id']}?dry_run=true")).status_code == 200
    assert (await native.client.get("/v1/invoices", headers=holder)).status_code == 200
    assert (await send(native, "DELETE", f"/v1/tokens/{token['id']}")).status_code == 204
    assert (await native.client.get("/v1/invoices", headers=holder)).status_code == 401
    assert token not in (await native.get("/v1/tokens")).json()["items"]


async def test_a_rehearsed_token_is_none(native: Native) -> None:
    before = (await native.get("/v1/tokens")).json()

    rehearsal = (await send(native, "POST", "/v1/tokens?dry_run=true", {"dialect": "crux"})).json()

    assert (rehearsal["status"], "token" in rehearsal["answer"]) == (201, False)
    assert (await native.get("/v1/tokens")).json() == before


@pytest.mark.parametrize(
    ("body", "status", "name", "pointer"),
    [
        ({"dialect": "esperanto"}, 400, "invalid-body", "/dialect"),
        ({"dialect": "native", "user": "nobody"}, 404, "not-found", "/user"),
        ({"dialect": "native", "expires_at": "soon"}, 400, "invalid-body", "/expires_at"),
        ({"dialect": "native", "expires_at": "2001-01-01T00:00:00Z"}, 409, "wrong-date", "/expires_at"),
        ({"dialect": "native", "scopes": ["read", "rule"]}, 400, "invalid-body", "/scopes/1"),
        ({"dialect": "bigcommerce", "scopes": ["read"]}, 400, "invalid-body", "/scopes/0"),
        ({"dialect": "crux", "scopes": []}, 400, "invalid-body", "/scopes"),
    ],
)
async def test_what_no_token_can_be_for_is_pointed_at(
    native: Native, body: Any, status: int, name: str, pointer: str
) -> None:
    problem = told(await send(native, "POST", "/v1/tokens", body), status, name)

    assert problem["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("token", ["99", str(a_uuid(1501)), "x"])
async def test_only_a_token_that_is_there_is_revoked(native: Native, token: str) -> None:
    told(await send(native, "DELETE", f"/v1/tokens/{token}"), 404, "not-found")
