"""Who may do what: every operation, for every kind of token."""

from typing import Any

import pytest

from billingua.core.access import Role
from billingua.dialects.native.operations import Operation
from billingua.dialects.native.routes import operations_on
from billingua.dialects.native.vocabulary import ADMIN, DOING, READ, SCOPES, WRITE
from billingua.engine.credentials import hash_secret
from billingua.engine.ledger import Ledger
from billingua.worlds import access
from tests.builders import (
    NOON,
    a_credential,
    a_credit_note,
    a_party,
    a_payment,
    a_receipt,
    a_tax,
    a_user,
    an_invoice,
    an_item,
)
from tests.dialects.native.conftest import Native, Planting

OPERATIONS = operations_on(Ledger(None, None))  # pyright: ignore[reportArgumentType]

HOLDERS: dict[str, tuple[dict[str, Any] | None, tuple[str, ...] | None, set[str]]] = {
    "whole": (None, None, {READ, WRITE, ADMIN}),
    "a reader": (None, (READ,), {READ}),
    "a writer": (None, (WRITE,), {WRITE}),
    "both": (None, (READ, WRITE), {READ, WRITE}),
    "nothing": (None, (), set()),
    "viewer": ({"role": Role.VIEWER}, None, {READ}),
    "clerk": ({"role": Role.CLERK}, None, {READ, WRITE}),
    "administrator": ({"role": Role.ADMINISTRATOR}, None, {READ, WRITE}),
    "admin": ({"admin": True}, None, {READ, WRITE, ADMIN}),
    "reading admin": ({"admin": True}, (READ,), {READ}),
    "writing viewer": ({"role": Role.VIEWER}, (WRITE,), set()),
}
"""Tokens: the user they are of, their scopes, and what they may."""


@pytest.fixture
async def native(native_with: Planting) -> Native:
    beside: list[Any] = [an_invoice(), an_item(), a_tax(), a_payment(), a_receipt(), a_credit_note(voided_at=NOON)]
    for id, (holder, (user, scopes, _)) in enumerate(HOLDERS.items(), 20):
        name = holder if user is not None else None
        beside.append(a_credential(id=id, secret_hash=hash_secret(holder), scopes=scopes, user=name))
        if user is not None:
            beside.append(a_user(id=id, username=holder, **user))
    return await native_with(*beside)


async def asked(native: Native, operation: Operation, holder: str) -> Any:
    named = {"invoice": 35, "party": 10, "item": 1, "tax": 1, "token": 99, "dialect": "native"}
    path = operation.path.format(**named, payment=1, receipt=1, order=104, credit_note=1)
    headers = {"Authorization": f"Bearer {holder}", "Content-Type": operation.media_types[0]}
    body = b"{}" if operation.reads is not None else None
    return await native.client.request(operation.verb, path, headers=headers, content=body)


@pytest.mark.parametrize("holder", HOLDERS)
async def test_a_token_does_what_it_was_made_for_and_its_user_may(native: Native, holder: str) -> None:
    _, scopes, may = HOLDERS[holder]
    for operation in OPERATIONS:
        answer = await asked(native, operation, holder)
        problem = answer.json() if answer.content and answer.status_code >= 400 else {}
        entrance = f"You may not {DOING[operation.scope]}."
        is_let_in = problem.get("detail") != entrance and problem.get("type") != "/docs/problems/missing-scope"
        assert is_let_in == (operation.scope in may), (holder, operation.name, answer.text)
        if not is_let_in:
            lacks = scopes is not None and operation.scope not in scopes
            expected = "missing-scope" if lacks else "not-permitted"
            assert (answer.status_code, problem["type"]) == (403, f"/docs/problems/{expected}")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
async def test_nobody_reaches_another_workspace_or_anything_without_a_token(
    native: Native, operation: Operation
) -> None:
    before = (await native.get("/v1/invoices/35")).json()

    elsewhere = await asked(native, operation, "elsewhere")

    assert (await asked(native, operation, "nobody")).status_code == 401
    if "{" in operation.path:
        assert elsewhere.status_code in {400, 404}
    assert "Larch" not in elsewhere.text
    assert (await native.get("/v1/invoices/35")).json() == before


def test_what_changes_something_needs_more_than_the_right_to_read() -> None:
    assert all((operation.scope == READ) <= (operation.verb == "GET") for operation in OPERATIONS)


@pytest.mark.parametrize("holder", ["viewer", "a reader"])
async def test_actions_tell_who_may_not_write_so(native: Native, holder: str) -> None:
    headers = {"Authorization": f"Bearer {holder}"}

    items = (await native.client.get("/v1/invoices/35/actions", headers=headers)).json()["items"]

    assert {item["reason"]["type"] for item in items} == {
        "/docs/problems/missing-scope" if holder == "a reader" else "/docs/problems/not-permitted"
    }


@pytest.mark.parametrize(
    ("verb", "path"), [("POST", "/v1/items"), ("PUT", "/v1/taxes/1"), ("DELETE", "/v1/parties/11")]
)
async def test_a_clerk_does_not_administer_the_records(native: Native, verb: str, path: str) -> None:
    body = {"title": "A"} if "items" in path else {"name": "A", "rate": "1"} if verb == "PUT" else None

    answer = await native.client.request(verb, path, headers={"Authorization": "Bearer clerk"}, json=body)

    assert (answer.status_code, answer.json()["detail"]) == (403, "You may not administer the workspace.")


SECRET = (a_party(id=12, private=True), an_invoice(id=36, party=12), an_invoice(id=37, party=12, created_by="clerk"))


@pytest.mark.parametrize("path", ["", "?as_of=1", "/history", "/actions", "/explain", "/as/native", "/as/onlyoffice"])
async def test_what_is_for_a_private_party_is_seen_by_whom_it_is_meant_for(native_with: Planting, path: str) -> None:
    clerk = [a_user(username="clerk", role=Role.CLERK), a_credential(id=9, secret_hash=hash_secret("c"), user="clerk")]
    native = await native_with(*SECRET, *clerk)
    headers = {"Authorization": "Bearer c"}

    assert (await native.client.get("/v1/invoices", headers=headers)).json()["total"] == 1
    assert (await native.client.get(f"/v1/invoices/36{path}", headers=headers)).status_code == 403
    own = (await native.client.get(f"/v1/invoices/37{path}", headers=headers)).status_code
    whole = (await native.get(f"/v1/invoices/36{path}")).status_code
    assert (own, whole) == ((404, 404) if path == "/as/onlyoffice" else (200, 200))  # alone, this face shows no other


def test_scopes_are_those_that_world_files_and_the_command_line_know() -> None:
    assert SCOPES == access.SCOPES
