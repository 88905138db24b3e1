"""Signing in: a user's name or e-mail address and password for a token (contract §1.4, §14)."""

import logging
from base64 import b64decode
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher

from billingua.core.access import Credential
from billingua.engine.credentials import GIVEN_AGAIN_FOR, hash_secret, revoke_credential
from billingua.engine.kinds import by_secret, by_username
from billingua.engine.passwords import hash_password
from billingua.engine.plan import Decision, Needs
from billingua.engine.planting import Plant, plant
from billingua.wire.replies import encode_json
from tests.builders import a_caller, a_user, a_workspace
from tests.dialects.onlyoffice.conftest import DRAFT, NOW, OWNERS, Portal, out_of_range, refusal
from tests.walking import walk

KEPT = hash_password("pässword", bytes(range(16)))
MIA = a_user(id=20, username="mia", name="Mia Fir", email="Mia@Portal.test", password_hash=KEPT)
ANNA = a_user(id=21, username="anna", email="team@portal.test", password_hash=KEPT)
BERT = a_user(id=22, username="bert", email="team@portal.test", password_hash=hash_password("other", bytes(16)))
CLEO = a_user(id=23, username="cleo", email="team@portal.test", password_hash=KEPT)
DORA = a_user(id=24, username="dora", email="dora@portal.test")
RIGHT = {"userName": "mia", "password": "pässword"}
WRONG = (500, "User authentication failed")

pytestmark = pytest.mark.parametrize("others", [(MIA, ANNA, BERT, DORA)])


async def sign_in(portal: Portal, body: Any = RIGHT, path: str = "/authentication", **rest: Any):
    """Ask for a token: bytes as they are, everything else as JSON."""
    headers = rest.pop("headers", {})
    if not isinstance(body, bytes):
        body, headers = encode_json(body), {"Content-Type": "application/json"} | headers
    return await portal.client.post(f"/api/2.0{path}", content=body, headers=headers, **rest)


async def token_of(portal: Portal, body: Any = RIGHT) -> str:
    answer = await sign_in(portal, body)
    assert answer.status_code == 201, answer.text
    return answer.json()["response"]["token"]


async def test_a_user_is_given_a_token_and_told_how_long_it_is_good_for(portal: Portal):
    answer = await sign_in(portal)
    assert answer.status_code == 201
    told = answer.json()
    assert list(told) == ["count", "status", "statusCode", "response"]
    assert (told["count"], told["status"], told["statusCode"]) == (1, 0, 201)
    assert list(told["response"]) == ["token", "expires"]
    assert told["response"]["expires"] == "2032-02-29T09:30:00.0000000Z"
    assert len(b64decode(told["response"]["token"], validate=True)) == 48


@pytest.mark.parametrize(
    ("path", "content_type", "encode"),
    [
        ("/authentication", "application/json", encode_json),
        ("/authentication/123456", "application/json", encode_json),
        ("/Authentication/a%20code.json", "application/x-www-form-urlencoded", lambda body: urlencode(body).encode()),
        ("/authentication.json", "application/json", encode_json),
        ("/Authentication.JSON", "application/x-www-form-urlencoded", lambda body: urlencode(body).encode()),
        ("/authentication", "application/x-www-form-urlencoded", lambda body: urlencode(body).encode()),
        (
            "/authentication",
            "text/xml",
            lambda _: "<r><username>mia</username><PASSWORD>pässword</PASSWORD></r>".encode(),
        ),
    ],
)
async def test_every_encoding_is_read(portal: Portal, path: str, content_type: str, encode: Any):
    body = {"USERNAME": "mia", "passWord": "pässword", "provider": "", "unknown": "x"}
    answer = await sign_in(portal, encode(body), path, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["status"]) == (201, 0)


async def test_name_and_password_may_stand_in_the_query(portal: Portal):
    answer = await sign_in(portal, b"password=wrong", f"/authentication?{urlencode(RIGHT)}&userName=other")
    assert answer.status_code == 201


async def test_a_token_is_rendered_in_xml_where_the_path_asks_for_it(portal: Portal):
    answer = await sign_in(portal, urlencode(RIGHT).encode(), "/authentication.xml")
    assert answer.text.startswith(
        "<result><count>1</count><status>0</status><statusCode>201</statusCode><response><token>"
    )


@pytest.mark.parametrize("write", ["{}", "Bearer {}"])
async def test_a_token_opens_what_its_user_may_do_until_its_time_is_up(portal: Portal, write: str):
    token = write.format(await token_of(portal))
    assert (await portal.get(token=token)).json()["response"]["canEdit"] is False
    portal.clock.set(NOW + timedelta(days=365, microseconds=-1))
    assert (await portal.get(token=token)).status_code == 200
    portal.clock.set(NOW + timedelta(days=365))
    assert (await portal.get(token=token)).status_code == 401


async def test_a_token_opens_as_a_cookie_too(portal: Portal):
    headers = {"Cookie": f"asc_auth_key={await token_of(portal)}"}
    assert (await portal.get(token=None, headers=headers)).status_code == 200


async def test_a_token_stands_for_an_administrator_who_signed_in(portal: Portal):
    token = await token_of(portal, {"userName": "owner", "password": "s3cret:ü"})
    assert (await portal.get(f"/invoice/{DRAFT}", token)).json()["response"]["canEdit"] is True


async def test_another_sign_in_much_later_gives_another_token_and_leaves_the_first(portal: Portal):
    first = await token_of(portal)
    portal.clock.set(NOW + GIVEN_AGAIN_FOR)
    tokens = {first, await token_of(portal)}
    assert len(tokens) == 2
    for token in tokens:
        assert (await portal.get(token=token)).status_code == 200


async def test_of_a_token_its_hash_alone_is_kept(portal: Portal):
    token = await token_of(portal)
    ((workspace, record),) = await portal.ledger.store.find(by_secret("onlyoffice", hash_secret(token)))
    assert (workspace, record.value.user, record.value.expires_at) == ("demo", "mia", NOW + timedelta(days=365))
    kept = [entry.body for entry in await walk(portal.ledger.store.journal())]
    assert not any(token.encode() in body or "pässword".encode() in body for body in kept)


@pytest.mark.parametrize("address", ["Mia@Portal.test", "mia@portal.TEST"])
async def test_an_email_address_serves_as_a_name(portal: Portal, address: str):
    token = await token_of(portal, RIGHT | {"userName": address})
    ((_, record),) = await portal.ledger.store.find(by_secret("onlyoffice", hash_secret(token)))
    assert record.value.user == "mia"
    assert (await portal.client.get(f"/api/2.0/crm/invoice/{DRAFT}", auth=(address, "pässword"))).status_code == 200


async def test_of_two_with_one_address_the_password_tells_which_is_meant(portal: Portal):
    token = await token_of(portal, {"userName": "team@portal.test", "password": "other"})
    ((_, record),) = await portal.ledger.store.find(by_secret("onlyoffice", hash_secret(token)))
    assert record.value.user == "bert"


async def test_an_address_and_password_that_fit_two_users_open_nothing(portal: Portal):
    twin = Plant(a_workspace(name="twin"), [CLEO])
    await portal.ledger.run(a_caller(workspace="twin"), plant, twin)
    assert refusal(await sign_in(portal, RIGHT | {"userName": "team@portal.test"})) == WRONG


@pytest.mark.parametrize(
    "changed",
    [
        {"password": "Pässword"},
        {"password": "wrong"},
        {"userName": "nobody"},
        {"userName": "nobody@portal.test"},
        {"userName": "ida"},
        {"userName": "dora@portal.test"},
        {"userName": "MIA"},
        {"userName": "mia\u200b"},
        {"provider": "google", "accessToken": "x"},
    ],
)
async def test_others_are_refused(portal: Portal, changed: Any):
    before = await all_credentials(portal)
    for _ in range(2):
        assert refusal(await sign_in(portal, RIGHT | changed)) == WRONG
    assert await all_credentials(portal) == before


@pytest.mark.parametrize("path", ["/authentication/123456", "/authentication/123456.json"])
async def test_a_code_opens_nothing_without_the_right_password(portal: Portal, path: str):
    assert refusal(await sign_in(portal, RIGHT | {"password": "wrong"}, path)) == WRONG
    assert refusal(await sign_in(portal, {}, path)) == out_of_range("userName")


@pytest.mark.parametrize("body", [{}, {"userName": "mia"}, {"password": "pässword"}])
async def test_whom_another_house_vouches_for_is_refused_whatever_they_say(portal: Portal, body: dict[str, str]):
    sent = body | {"provider": "google", "accessToken": "x"}
    assert refusal(await sign_in(portal, sent)) == WRONG
    assert refusal(await sign_in(portal, urlencode(sent).encode())) == WRONG
    assert refusal(await sign_in(portal, {"provider": "Email", "accessToken": "x"})) == out_of_range("userName")


async def all_credentials(portal: Portal) -> list[Credential]:
    return [record.value for record in await walk(portal.ledger.store.aggregates("demo", "credential"))]


@pytest.mark.parametrize(
    ("body", "parameter"),
    [({}, "userName"), (RIGHT | {"userName": ""}, "userName"), (RIGHT | {"password": None}, "password")],
)
async def test_a_name_and_a_password_are_required(portal: Portal, body: Any, parameter: str):
    assert refusal(await sign_in(portal, body)) == out_of_range(parameter)


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b'{"userName":{}}', 400), (b" " * 4001, 413)])
async def test_a_body_that_cannot_be_read_is_refused(portal: Portal, body: bytes, status: int):
    answer = await sign_in(portal, body, headers={"Content-Type": "application/json"})
    assert refusal(answer)[0] == status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/authentication"),
        ("PUT", "/authentication"),
        ("POST", "/crm/authentication"),
        ("POST", "/authentication/"),
        ("POST", "/authentication/1/2"),
        ("GET", "/authentication/1"),
    ],
)
async def test_there_is_no_other_way_to_sign_in(portal: Portal, method: str, path: str):
    answer = await portal.client.request(method, f"/api/2.0{path}", json=RIGHT)
    assert (answer.status_code, answer.text.startswith("<!DOCTYPE html>")) == (404, True)


# Signing in before every call has to be cheap (§14).


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were held against a slow hash."""
    verify, tried = PasswordHasher.verify, list[str]()

    def counted(hasher: PasswordHasher, kept: str, password: str) -> Any:
        tried.append(password)
        return verify(hasher, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    return tried


async def test_a_password_that_was_proven_is_not_hashed_slowly_again(portal: Portal, verified: list[str]):
    for name in ("mia", "mia", "mia@portal.test"):
        await token_of(portal, RIGHT | {"userName": name})
    assert verified == ["pässword"]


async def test_a_wrong_password_is_hashed_slowly_every_time(portal: Portal, verified: list[str]):
    await token_of(portal)
    for _ in range(2):
        assert refusal(await sign_in(portal, RIGHT | {"password": "wrong"})) == WRONG
        assert refusal(await sign_in(portal, RIGHT | {"userName": "ida"})) == WRONG
        assert refusal(await sign_in(portal, RIGHT | {"userName": "nobody"})) == WRONG
    assert verified == ["pässword", *["wrong", "pässword", "pässword"] * 2]


def with_password(password_hash: str | None, caller: Any, now: Any) -> Any:
    """Give Mia another password."""
    found = yield Needs([by_username("mia")])
    user = found.get(by_username("mia"))
    changed = a_user(
        **{name: getattr(user, name) for name in ("id", "username", "name", "email")}, password_hash=password_hash
    )
    return Decision(None, saves=[changed])


@pytest.mark.parametrize("kept", [hash_password("new", bytes(16)), None])
async def test_whoever_has_another_password_is_not_let_in_by_the_one_before(portal: Portal, kept: str | None):
    await token_of(portal)
    await portal.ledger.run(a_caller(), with_password, kept)
    assert refusal(await sign_in(portal)) == WRONG


async def test_the_same_password_set_anew_is_proven_anew(portal: Portal, verified: list[str]):
    await token_of(portal)
    await portal.ledger.run(a_caller(), with_password, hash_password("pässword", bytes(16)))
    await token_of(portal)
    assert verified == ["pässword", "pässword"]


async def test_whoever_signs_in_before_every_call_is_given_one_token(portal: Portal, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    first = await sign_in(portal)
    kept, history = await all_credentials(portal), await walk(portal.ledger.store.journal())
    portal.clock.set(NOW + GIVEN_AGAIN_FOR - timedelta(microseconds=1))
    for name in ("mia", "mia@portal.test", "mia"):
        again = await sign_in(portal, RIGHT | {"userName": name})
        assert again.json() == first.json()
    token = first.json()["response"]["token"]
    assert (await portal.get(token=token)).status_code == 200
    assert await all_credentials(portal) == kept
    assert await walk(portal.ledger.store.journal()) == history
    assert token not in caplog.text
    assert token not in repr(vars(portal.ledger))


async def test_each_user_is_given_their_own_token(portal: Portal):
    mia = await token_of(portal)
    owner = await token_of(portal, {"userName": "owner", "password": "s3cret:ü"})
    assert mia != owner
    assert await token_of(portal) == mia
    assert (await portal.get(f"/invoice/{OWNERS}", mia)).json()["response"]["canEdit"] is False


async def test_a_token_that_was_revoked_is_not_given_again(portal: Portal):
    first = await token_of(portal)
    ((_, record),) = await portal.ledger.store.find(by_secret("onlyoffice", hash_secret(first)))
    await portal.ledger.run(a_caller(), revoke_credential, record.value.id)
    second = await token_of(portal)
    assert (await portal.get(token=first)).status_code == 401
    assert (await portal.get(token=second)).status_code == 200
    assert await token_of(portal) == second


@pytest.mark.parametrize("moment", [NOW + timedelta(days=366), NOW - timedelta(days=1)], ids=["on", "back"])
async def test_a_clock_that_is_moved_brings_another_token(portal: Portal, moment: Any):
    first = await token_of(portal)
    portal.clock.set(moment)
    second = await token_of(portal)
    assert first != second
    assert (await portal.get(token=second)).status_code == 200
    assert await token_of(portal) == second


async def test_a_token_of_before_a_reset_is_not_given_again(portal: Portal):
    first = await token_of(portal)
    await portal.ledger.store.erase()
    await portal.ledger.run(a_caller(), plant, Plant(a_workspace(), [MIA]))
    second = await token_of(portal)
    assert first != second
    assert (await portal.get("/invoice/sample", first)).status_code == 401
    assert (await portal.get("/invoice/sample", second)).status_code == 200


async def test_whoever_has_a_new_password_is_given_a_new_token(portal: Portal):
    first = await token_of(portal)
    await portal.ledger.run(a_caller(), with_password, hash_password("pässword", bytes(16)))
    assert await token_of(portal) != first


def without_mia(_: None, caller: Any, now: Any) -> Any:
    found = yield Needs([by_username("mia")])
    return Decision(None, deletes=[found.get(by_username("mia"))])


async def test_whoever_is_gone_is_given_nothing(portal: Portal):
    await token_of(portal)
    await portal.ledger.run(a_caller(), without_mia, None)
    assert refusal(await sign_in(portal)) == WRONG
