"""Paths, envelopes, renderings and credentials (contract §1)."""

from base64 import b64encode
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from billingua.dialects.onlyoffice import make_face
from billingua.engine.credentials import hash_secret
from billingua.engine.planting import Plant, plant
from billingua.engine.ports import StoreFailed
from tests.builders import a_caller, a_credential, a_workspace
from tests.dialects.onlyoffice.conftest import BODY_LIMIT, DRAFT, OWNER, Portal, a_body, refusal

FOUND = f"/api/2.0/crm/invoice/{DRAFT}"


@pytest.mark.parametrize(
    "path",
    [
        f"/API/2.0/Crm/INVOICE/{DRAFT}",
        f"{FOUND}.json",
        f"{FOUND}.JSON",
        f"{FOUND}?",
        f"{FOUND}?pr=1&unknown[0]=x&&",
        f"/api/2.0/crm/invoice/000{DRAFT}",
    ],
)
async def test_a_path_is_known_in_any_case_with_or_without_json_behind_it(portal: Portal, path: str):
    answer = await portal.client.get(path, headers={"Authorization": "owner-token"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json()["response"]["id"] == DRAFT


async def test_a_success_has_its_envelope_in_order(portal: Portal):
    told = (await portal.get()).json()
    assert list(told) == ["count", "status", "statusCode", "response"]
    assert (told["count"], told["status"], told["statusCode"]) == (1, 0, 200)


@pytest.mark.parametrize(
    ("index", "shown"), [("3", 3), ("0", None), ("-1", None), ("x", None), ("", None), ("99999999999", None)]
)
async def test_the_envelope_says_how_many_were_skipped(portal: Portal, index: str, shown: int | None):
    told = (await portal.get(params={"startIndex": index})).json()
    assert told.get("startIndex") == shown


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ("id,number", {"id", "number"}),
        ("ID, Number ,unknown", {"id", "number"}),
        ("unknown", set[str]()),
    ],
)
async def test_fields_keeps_the_keys_that_it_names(portal: Portal, fields: str, keys: set[str]):
    for answer in (await portal.get(params={"fields": fields}), await portal.put(a_body(), params={"fields": fields})):
        assert set(answer.json()["response"]) == keys
        assert answer.json()["count"] == 1


@pytest.mark.parametrize("fields", ["", ","])
async def test_fields_that_names_none_keeps_all(portal: Portal, fields: str):
    assert len((await portal.get(params={"fields": fields})).json()["response"]) == 22


@pytest.mark.parametrize(
    ("query", "skipped", "keys"),
    [
        ("startIndex=3&startIndex=5", 3, 22),
        ("STARTINDEX=3", 3, 22),
        ("startindex=3&startIndex=5&Fields=id", 3, 1),
        ("fields=id&fields=number,status", None, 1),
        ("FIELDS=id,number&fields=id", None, 2),
    ],
)
async def test_of_a_name_in_the_query_the_first_counts_in_whatever_case(
    portal: Portal, query: str, skipped: int | None, keys: int
):
    told = (await portal.get(f"/invoice/{DRAFT}?{query}")).json()
    assert (told.get("startIndex"), len(told["response"])) == (skipped, keys)


async def test_fields_counts_in_the_query_only(portal: Portal):
    answer = await portal.put(a_body(fields="id"))
    assert len(answer.json()["response"]) == 22


@pytest.mark.parametrize("suffix", [".xml", ".XML"])
async def test_xml_is_sent_where_the_path_asks_for_it(portal: Portal, suffix: str):
    answer = await portal.get(f"/invoice/{DRAFT}{suffix}")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = fromstring(answer.content)
    assert root.tag == "result"
    assert [child.tag for child in root] == ["count", "status", "statusCode", "response"]
    assert root.findtext("response/number") == "INV-0000017"
    assert root.findtext("response/invoiceLines/price") == "19.99"
    assert root.findtext("response/canEdit") == "true"
    assert root.find("response/consignee") is not None


async def test_a_refusal_is_xml_too_where_the_path_asks_for_it(portal: Portal):
    root = fromstring((await portal.get("/invoice/404.xml")).content)
    assert (root.findtext("status"), root.findtext("statusCode")) == ("1", "404")
    assert root.findtext("error/message") == "Not found"


async def test_a_request_in_json_is_answered_in_json_whatever_the_path_asks_for(portal: Portal):
    answer = await portal.put(a_body(), f"/invoice/{DRAFT}.xml")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json()["response"]["id"] == DRAFT


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/2.0"),
        ("GET", "/api/2.0/crm/invoices/17"),
        ("GET", "/api/2.0/crm/invoice/x17"),
        ("GET", "/api/2.0/crm/invoice/-17"),
        ("GET", "/api/2.0/crm/invoice/1%D9%A7"),
        ("GET", "/api/2.0/crm/invoice/17%0A"),
        ("GET", "/api/2.0/crm/invoice/"),
        ("GET", f"{FOUND}/lines"),
        ("GET", f"{FOUND}.txt"),
        ("GET", f"{FOUND}.json.xml"),
        ("GET", "/api/2x0/crm/invoice/17"),
        ("PATCH", FOUND),
        ("POST", FOUND),
        ("OPTIONS", FOUND),
    ],
)
async def test_an_unknown_path_or_verb_is_a_plain_page(portal: Portal, method: str, path: str):
    before = await portal.everything()
    answer = await portal.client.request(method, path, headers={"Authorization": "owner-token"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert await portal.everything() == before


@pytest.mark.parametrize("id", ["2147483648", "9" * 30, "1" + "0" * 5000])
async def test_an_id_of_too_many_digits_is_refused(portal: Portal, id: str):
    for answer in (await portal.get(f"/invoice/{id}"), await portal.put(a_body(), f"/invoice/{id}")):
        assert refusal(answer)[0] == 400
        assert "Int32" in refusal(answer)[1]
    assert answer.json()["error"]["hresult"] == -2146233066


async def test_the_largest_id_is_looked_for(portal: Portal):
    assert refusal(await portal.get("/invoice/2147483647")) == (404, "Not found")


# Credentials (§1.4).


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("headers", "author"),
    [
        ({"Authorization": "ida-token"}, "ida"),
        ({"Authorization": "Bearer ida-token"}, "ida"),
        ({"Authorization": "bearer  ida-token"}, "ida"),
        ({"Cookie": "other=1; asc_auth_key=ida-token"}, "ida"),
        ({"Authorization": "ida-token", "Cookie": "asc_auth_key=owner-token"}, "ida"),
        ({"Authorization": basic("owner:s3cret:ü")}, "owner"),
        ({"Authorization": "house-token"}, "onlyoffice credential 4"),
    ],
)
async def test_whoever_holds_a_credential_is_let_in_and_named_in_history(portal: Portal, headers: Any, author: str):
    assert (await portal.put(a_body(), token=None, headers=headers)).status_code == 200
    entries = await portal.ledger.history(a_caller(), "invoice", DRAFT)
    assert f'"actor":"{author}","dialect":"onlyoffice"'.encode() in entries[-1].body
    assert b'"action":"replace_invoice"' in entries[-1].body


@pytest.mark.parametrize(
    "header",
    [
        "nobodys-token",
        "old-token",
        "native-token",
        "Bearer",
        "Bearer nobodys-token",
        "Token owner-token",
        "Basic",
        "Basic !",
        "Basic /w==",
        basic("owner"),
        basic("owner:wrong"),
        basic("owner:"),
        basic("ida:s3cret:ü"),
        basic("nobody:s3cret:ü"),
    ],
)
async def test_other_credentials_are_refused_and_asked_for_again(portal: Portal, header: str):
    before = await portal.everything()
    for answer in (await portal.get(token=header), await portal.put(a_body(), token=header)):
        assert (answer.status_code, answer.text) == (401, "Unauthorized")
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["www-authenticate"] == 'Basic Realm="billingua.test"'
    assert await portal.everything() == before


@pytest.mark.parametrize("headers", [{}, {"Cookie": "asc_auth_key="}, {"Cookie": "asc_auth_key=nobodys-token"}])
async def test_no_credentials_in_the_header_are_not_asked_for(portal: Portal, headers: Any):
    answer = await portal.get(token=None, headers=headers)
    assert (answer.status_code, answer.text) == (401, "Unauthorized")
    assert "www-authenticate" not in answer.headers


@pytest.mark.parametrize(
    ("host", "realm"), [("portal.test:8080", "portal.test"), ("[::1]:80", "[::1]"), ('a"b\\', "ab"), ("[::1", "[:")]
)
async def test_the_realm_is_the_host(portal: Portal, host: str, realm: str):
    answer = await portal.get(token="x", headers={"Host": host})
    assert answer.headers["www-authenticate"] == f'Basic Realm="{realm}"'


async def test_a_token_of_another_workspace_shows_that_one(portal: Portal):
    assert refusal(await portal.get(token="elsewhere-token")) == (404, "Not found")
    assert (await portal.get("/invoice/99", "elsewhere-token")).status_code == 200
    assert refusal(await portal.get("/invoice/99")) == (404, "Not found")


async def test_a_password_that_fits_in_two_workspaces_opens_neither(portal: Portal):
    await portal.ledger.run(a_caller(workspace="twin"), plant, Plant(a_workspace(name="twin"), [OWNER]))
    assert (await portal.get(token=basic("owner:s3cret:ü"))).status_code == 401


GONE = a_credential(id=20, dialect="onlyoffice", secret_hash=hash_secret("gone-token"), user="gone")


@pytest.mark.parametrize("others", [(GONE,)])
async def test_a_token_of_a_user_who_is_gone_opens_nothing(portal: Portal):
    assert (await portal.get(token="gone-token")).status_code == 401


async def test_nobody_is_let_in_before_their_credentials_are_checked(portal: Portal):
    assert (await portal.put(b"{", token="nobody")).status_code == 401
    assert (await portal.get("/invoice/99999999999", token="nobody")).status_code == 401


# Bodies and failures (§1.3).


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"text"', "application/json; charset=utf-8"),
        (b"7", "APPLICATION/JSON"),
        (b"\xff", "application/json"),
        (b'{"a":' + b"[" * 500 + b"]" * 500 + b"}", "application/json"),
        (b"<r>", "text/xml"),
        (b"--x", "multipart/form-data"),
        (b"--y--", "multipart/form-data; boundary=x"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(portal: Portal, body: bytes, content_type: str):
    before = await portal.everything()
    status, message = refusal(await portal.put(body, headers={"Content-Type": content_type}))
    assert status == 400
    assert message
    assert await portal.everything() == before


@pytest.mark.parametrize("query", ["", "?terms=%FF"])
async def test_a_form_or_query_that_is_not_utf8_is_refused(portal: Portal, query: str):
    before = await portal.everything()
    status, message = refusal(await portal.put(b"terms=%C3%A9" if query else b"terms=%FF", f"/invoice/{DRAFT}{query}"))
    assert (status, "utf-8" in message) == (400, True)
    assert await portal.everything() == before


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", "text/xml"])
async def test_a_body_over_the_limit_is_refused(portal: Portal, content_type: str):
    before = await portal.everything()
    answer = await portal.put(b" " * (BODY_LIMIT + 1), headers={"Content-Type": content_type})
    assert refusal(answer) == (413, "Maximum request length exceeded: 4000 bytes.")
    assert await portal.everything() == before


class Failing:
    """A ledger whose store is out of order."""

    def __init__(self, portal: Portal, error: Exception) -> None:
        self.store, self.clock, self.read = portal.ledger.store, portal.clock, portal.ledger.read
        self.standings, self.prove = portal.ledger.standings, portal.ledger.prove
        self.under_way = portal.ledger.under_way
        self._error = error

    async def run(self, *_: Any) -> Any:
        raise self._error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (StoreFailed("disk full"), "The storage failed; nothing was changed."),
        (ZeroDivisionError("s3cret"), "Internal server error"),
    ],
)
async def test_a_failure_keeps_the_envelope_and_tells_no_secrets(
    portal: Portal, client_of: Any, error: Exception, message: str
):
    failing: Any = Failing(portal, error)
    portal.client = client_of(make_face(failing, BODY_LIMIT))
    answer = await portal.put(a_body())
    assert refusal(answer) == (500, message)
    assert answer.json()["error"]["hresult"] == -2146233088


@pytest.mark.parametrize(
    ("body", "id", "status", "hresult"),
    [
        (a_body(terms=...), DRAFT, 400, -2147024809),
        (a_body(contactId="x"), DRAFT, 400, -2146233033),
        (a_body(), 404, 404, -2147467259),
        (a_body(contactId=13), DRAFT, 403, -2146233078),
    ],
)
async def test_each_kind_of_error_has_its_number(portal: Portal, body: Any, id: int, status: int, hresult: int):
    answer = await portal.put(body, f"/invoice/{id}", "ida-token")
    assert refusal(answer)[0] == status
    assert answer.json()["error"]["hresult"] == hresult
