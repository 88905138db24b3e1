"""Coming by a token: a program's name and secret, or a user's name and password (contract §2)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from billingua.core.access import Credential
from billingua.core.workspace import Workspace
from billingua.engine.credentials import hash_secret, is_left_behind
from billingua.engine.kinds import by_secret
from billingua.engine.passwords import hash_password
from billingua.engine.planting import Plant, plant
from tests.builders import a_caller, a_user, a_workspace
from tests.dialects.modulus.shop import AN_INVOICE, INVOICE_PATH, NOW, SECRET, Shop

APP_PATH, USER_PATH = "/api/cmn/Authenticate", "/api/cmn/AuthenticateToken"
RIGHT = {"username": "ida", "password": "pass word"}
FAILED = {"result": False, "title": "Unauthorized", "message": "Authentication failed.", "object": None}


def missing(parameters: str) -> dict[str, Any]:
    """The envelope of a log-in that lacks something."""
    message = f"Missing one or more of parameters {parameters}."
    return {"result": False, "title": "Bad Request", "message": message, "object": None}


async def log_in_app(shop: Shop, app: str = "APP", secret: str = "SEC", **rest: Any) -> httpx.Response:
    return await shop.client.post(APP_PATH, data={"app": app, "secret": secret}, **rest)


async def test_a_program_is_given_a_token(shop: Shop) -> None:
    answer = await log_in_app(shop)

    told = answer.json()
    token = told["object"].pop("token")
    assert (answer.status_code, told) == (
        200,
        {
            "result": True,
            "title": "Success",
            "message": "Authentication succeeded.",
            "object": {"app_id": "12", "ip": "127.0.0.1"},
        },
    )
    made = await shop.made(INVOICE_PATH, AN_INVOICE, token=token)
    assert (await shop.invoice(made["invoice_id"])).created_by is None
    entry = (await shop.ledger.store.history("demo", "invoice", made["invoice_id"]))[0]
    assert b'"actor":"log-in of app APP"' in entry.body


async def test_a_program_without_an_id_has_its_place(shop: Shop) -> None:
    assert (await log_in_app(shop, "TILL")).json()["object"]["app_id"] == "2"


async def test_a_user_is_given_a_token_that_is_all_of_the_object(shop: Shop) -> None:
    answer = await shop.client.post(USER_PATH, json=RIGHT)

    told = answer.json()
    token = told.pop("object")
    assert (answer.status_code, told) == (
        200,
        {"result": True, "title": "Success", "message": "Authentication succeeded."},
    )
    made = await shop.made(INVOICE_PATH, AN_INVOICE, token=token)
    assert (await shop.invoice(made["invoice_id"])).created_by == "ida"


@pytest.mark.parametrize("keys", [("UserName", "Password"), ("USERNAME", "PASSWORD"), ("userName", "passWord")])
async def test_the_keys_of_a_users_log_in_may_be_written_in_any_case(shop: Shop, keys: tuple[str, str]) -> None:
    answer = await shop.client.post(USER_PATH, json=dict(zip(keys, ("ida", "pass word"), strict=True)))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("app", "secret"), [("APP", "sec"), ("app", "SEC"), ("NOBODY", "SEC"), ("APP", "SEC "), ("APP", SECRET)]
)
async def test_a_program_that_nobody_knows_gets_nothing(shop: Shop, app: str, secret: str) -> None:
    before = await shop.everything()

    answer = await log_in_app(shop, app, secret)

    assert (answer.status_code, answer.json()) == (401, FAILED)
    assert await shop.everything() == before


@pytest.mark.parametrize(
    "changes", [{"password": "password"}, {"username": "eve"}, {"username": "IDA"}, {"password": "pass word "}], ids=str
)
async def test_a_user_with_another_password_gets_nothing(shop: Shop, changes: dict[str, str]) -> None:
    answer = await shop.client.post(USER_PATH, json=RIGHT | changes)

    assert (answer.status_code, answer.json()) == (401, FAILED)


@pytest.mark.parametrize(
    "form",
    ["", "app=APP", "secret=SEC", "app=&secret=SEC", "app=APP&secret=", "app=%20&secret=SEC", "app=%FF&secret=x"],
)
async def test_a_program_has_to_send_both(shop: Shop, form: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = await shop.client.post(APP_PATH, content=form, headers=headers)

    assert (answer.status_code, answer.json()) == (400, missing("account, app, secret"))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"username": "ida"}',
        '{"password": "pass word"}',
        '{"username": " ", "password": "x"}',
        '{"username": "ida", "password": ""}',
        '{"username": "ida", "password": ["x"]}',
    ],
)
async def test_a_user_has_to_send_both(shop: Shop, body: str) -> None:
    answer = await shop.client.post(USER_PATH, content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()) == (400, missing("username and password"))


@pytest.mark.parametrize(("path", "lacks"), [(APP_PATH, "account, app, secret"), (USER_PATH, "username and password")])
async def test_whoever_sends_nothing_at_all_is_told_what_is_missing(shop: Shop, path: str, lacks: str) -> None:
    answer = await shop.client.post(path)

    assert (answer.status_code, answer.json()) == (400, missing(lacks))


@pytest.mark.parametrize(
    ("path", "content_type", "wanted"),
    [
        (APP_PATH, "application/json", "application/x-www-form-urlencoded"),
        (USER_PATH, "application/x-www-form-urlencoded", "application/json"),
    ],
)
async def test_a_log_in_of_another_type_is_refused(shop: Shop, path: str, content_type: str, wanted: str) -> None:
    answer = await shop.client.post(path, content="{}", headers={"Content-Type": content_type})

    told = {"result": False, "title": "Unsupported Media Type", "message": f"The body must be {wanted}."}
    assert (answer.status_code, answer.json()) == (415, told)


async def test_a_token_lives_for_fifteen_minutes_from_when_it_was_given(shop: Shop) -> None:
    token = (await log_in_app(shop)).json()["object"]["token"]

    shop.clock.set(NOW + timedelta(minutes=14, seconds=59))
    await shop.made(INVOICE_PATH, AN_INVOICE, token=token)
    shop.clock.set(NOW + timedelta(minutes=15))
    answer = await shop.post(INVOICE_PATH, AN_INVOICE, token=token)

    assert (answer.status_code, answer.json()) == (401, FAILED)


async def test_any_number_of_tokens_may_be_alive_at_once(shop: Shop) -> None:
    answers = [await shop.client.post(USER_PATH, json=RIGHT) for _ in range(3)]

    tokens = {answer.json()["object"] for answer in answers}
    assert len(tokens) == 3
    for token in tokens:
        await shop.made(INVOICE_PATH, AN_INVOICE, token=token)


async def test_nothing_is_kept_of_a_token_but_its_hash(shop: Shop) -> None:
    token = (await log_in_app(shop)).json()["object"]["token"]

    kept = [record.value async for record in shop.ledger.store.aggregates("demo", "credential")]
    assert hash_secret(token) in {credential.secret_hash for credential in kept}
    journal = b"".join([entry.body async for entry in shop.ledger.store.journal()])
    assert token.encode() not in journal
    assert b"SEC" not in journal.replace(b"C-SECRET", b"")


async def test_what_a_log_in_leaves_behind_is_known_as_such(shop: Shop) -> None:
    token = (await log_in_app(shop)).json()["object"]["token"]

    held = dict(await shop.ledger.store.find(by_secret("modulus", hash_secret(token))))
    credential: Credential = held["demo"].value
    assert not is_left_behind(credential, NOW + timedelta(hours=1))
    assert is_left_behind(credential, NOW + timedelta(days=2))


ELSEWHERE = a_user(id=1, username="ida", password_hash=hash_password("pass word", bytes(range(16))))


async def another_account(shop: Shop, **settings: Any) -> None:
    """Make an account with the same program and the same user."""
    apps = {"account": None, "apps": [{"app": "APP", "secret_hash": SECRET, "id": "99"}]} | settings
    workspace: Workspace = a_workspace(name="globex", settings={"modulus": apps})
    await shop.ledger.run(a_caller(workspace="globex"), plant, Plant(workspace, [ELSEWHERE]))


@pytest.mark.parametrize(("host", "id"), [("acme.modulus.example", "12"), ("GLOBEX.modulus.example:8080", "99")])
async def test_of_several_accounts_with_one_program_it_is_the_hosts(shop: Shop, host: str, id: str) -> None:
    await another_account(shop)

    answer = await log_in_app(shop, headers={"Host": host})

    assert answer.json()["object"]["app_id"] == id


async def test_of_several_accounts_with_one_user_it_is_the_hosts(shop: Shop) -> None:
    await another_account(shop)

    answer = await shop.client.post(USER_PATH, json=RIGHT, headers={"Host": "acme.modulus.example"})

    made = await shop.made(INVOICE_PATH, AN_INVOICE, token=answer.json()["object"])
    assert (await shop.invoice(made["invoice_id"])).created_by == "ida"


@pytest.mark.parametrize("path", [APP_PATH, USER_PATH])
async def test_where_the_host_is_none_of_several_accounts_nobody_is_let_in(shop: Shop, path: str) -> None:
    await another_account(shop)

    answer = await (log_in_app(shop) if path == APP_PATH else shop.client.post(path, json=RIGHT))

    assert (answer.status_code, answer.json()) == (401, FAILED)


async def test_the_log_never_shows_a_secret(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", "billingua"):
        token = (await log_in_app(shop)).json()["object"]["token"]
        await shop.client.post(USER_PATH, json=RIGHT)

    assert token not in caplog.text
    assert "pass word" not in caplog.text
