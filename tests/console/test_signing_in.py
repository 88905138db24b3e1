"""Who comes in, for how long, and what keeps others out."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest

from billingua.console.errors import LockedOut
from billingua.console.locking import MOST_OF_ADDRESS, MOST_OF_BOTH, MOST_OF_NAME, MOST_REMEMBERED, WINDOW, Lock
from billingua.console.pages import SIGN_IN
from billingua.console.sessions import LIFE, SESSION
from billingua.core.access import Role
from billingua.core.errors import UserNotFound
from billingua.engine.kinds import by_username
from billingua.engine.plan import Caller, Decision, Needs, Plan
from billingua.engine.planting import Plant, plant
from billingua.engine.sweeping import Sweeper
from tests.builders import NOON, a_caller, a_user, a_uuid, a_workspace, an_invoice
from tests.console.conftest import Browser, Joining, Opening, hashed, said

LIST = "/console/invoices"


def send_to_a_partner(username: str, caller: Caller, now: datetime) -> Plan[None]:
    """Make somebody a viewer who belongs to a trading partner."""
    found = yield Needs([by_username(username)])
    user = found.require(by_username(username), UserNotFound(username))
    return Decision(None, saves=[replace(user, role=Role.VIEWER, organization=a_uuid(2010))])


@pytest.fixture
async def browser(console_with: Opening) -> Browser:
    return await console_with(an_invoice())


@pytest.mark.parametrize("path", ["/", "/console"])
async def test_the_way_in_leads_to_the_list(browser: Browser, path: str) -> None:
    answer = await browser.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, LIST)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (LIST, SIGN_IN),
        (LIST + "?status=open", f"{SIGN_IN}?next=%2Fconsole%2Finvoices%3Fstatus%3Dopen"),
        (LIST + "/35", f"{SIGN_IN}?next=%2Fconsole%2Finvoices%2F35"),
    ],
)
async def test_who_is_not_signed_in_is_asked_to(browser: Browser, path: str, place: str) -> None:
    answer = await browser.get(path)

    assert (answer.status_code, answer.headers["location"], answer.text) == (303, place, "")


async def test_htmx_is_told_to_leave_a_page_whose_session_is_over(browser: Browser) -> None:
    answer = await browser.get(LIST + "?q=1", **{"HX-Request": "true"})

    assert answer.headers["hx-redirect"] == f"{SIGN_IN}?next=%2Fconsole%2Finvoices%3Fq%3D1"


@pytest.mark.parametrize("name", ["clara", "clara@demo.example", "CLARA@demo.example"])
async def test_a_user_signs_in_by_name_or_address_and_goes_on_where_they_were_going(
    browser: Browser, name: str
) -> None:
    answer = await browser.sign_in(name, password="clara's", next="/console/invoices/35")

    assert (answer.status_code, answer.headers["location"]) == (303, "/console/invoices/35")
    assert "Clara clerk · demo" in await browser.page(LIST)


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "/console/\\evil", "/v1/invoices", ""])
async def test_nobody_is_led_elsewhere_by_signing_in(browser: Browser, place: str) -> None:
    answer = await browser.sign_in("clara", next=place)

    assert answer.headers["location"] == LIST


async def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: Browser, join: Joining) -> None:
    plain = (await browser.sign_in("clara")).headers["set-cookie"].lower()
    over_tls = (await join(origin="https://billingua.test").sign_in("clara")).headers["set-cookie"].lower()

    for cookie in (plain, over_tls):
        assert cookie.startswith(SESSION)
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
    assert "secure" not in plain
    assert "secure" in over_tls


async def test_the_ledger_keeps_the_tokens_hash_alone(browser: Browser) -> None:
    await browser.sign_in("clara")

    token = browser.client.cookies[SESSION]
    kept: list[Any] = [one.value async for one in browser.ledger.store.aggregates("demo", "credential")]
    assert [(one.dialect, one.user, one.expires_at) for one in kept] == [("console", "clara", NOON + LIFE)]
    assert token not in repr(kept)


@pytest.mark.parametrize("name", ["clara", "nobody", "", "a\0b", "a\0b@demo.example", "x" * 5000])
async def test_a_wrong_password_and_a_wrong_name_sound_the_same(browser: Browser, name: str) -> None:
    answer = await browser.sign_in(name, password="wrong")

    assert answer.status_code == 401
    assert "No user has this name and password." in said(answer.text)
    assert SESSION not in browser.client.cookies


async def test_a_trading_partners_user_is_told_that_this_is_not_for_them(browser: Browser) -> None:
    answer = await browser.sign_in("supplier")

    assert (answer.status_code, SESSION in browser.client.cookies) == (403, False)
    assert "You have no role in this workspace" in said(answer.text)


@pytest.mark.parametrize("name", ["clara", "nobody"])
async def test_who_fails_too_often_waits_whether_there_is_such_a_name_or_not(browser: Browser, name: str) -> None:
    for _ in range(MOST_OF_BOTH):
        assert (await browser.sign_in(name, password="wrong")).status_code == 401

    answer = await browser.sign_in(name)

    assert answer.status_code == 429
    assert "Try again in 15 min." in said(answer.text)
    browser.clock.set(NOON + WINDOW)
    assert (await browser.sign_in(name)).status_code == (303 if name == "clara" else 401)


async def test_others_are_not_locked_out_by_that(browser: Browser, join: Joining) -> None:
    for _ in range(MOST_OF_BOTH):
        await browser.sign_in("clara", password="wrong")

    assert (await browser.sign_in("victor")).status_code == 303
    assert (await join(address="192.0.2.8").sign_in("clara")).status_code == 303


def test_an_address_that_tries_names_through_is_locked_out() -> None:
    lock = Lock()
    for number in range(MOST_OF_ADDRESS):
        lock.attempt(f"name {number}", "192.0.2.7", NOON)

    with pytest.raises(LockedOut) as refused:
        lock.attempt("another", "192.0.2.7", NOON + timedelta(minutes=14, seconds=30))
    assert refused.value.minutes == 1
    lock.attempt("another", "192.0.2.8", NOON)


def test_a_name_that_many_addresses_try_is_locked() -> None:
    lock = Lock()
    for number in range(MOST_OF_NAME):
        lock.attempt("clara", f"address {number}", NOON)

    with pytest.raises(LockedOut):
        lock.attempt(" CLARA ", "another", NOON)


def test_who_signs_in_begins_anew() -> None:
    lock = Lock()
    for _ in range(3 * MOST_OF_BOTH):
        lock.attempt("clara", "192.0.2.7", NOON)
        lock.succeed("clara", "192.0.2.7")
    for _ in range(MOST_OF_BOTH - 1):
        lock.attempt("clara", "192.0.2.7", NOON)
    lock.succeed("clara", "192.0.2.7")

    lock.attempt("clara", "192.0.2.7", NOON)


def test_the_failures_of_so_many_are_remembered_and_of_no_more() -> None:
    lock = Lock()
    for _ in range(MOST_OF_BOTH):
        lock.attempt("clara", "192.0.2.7", NOON)
    for number in range(MOST_REMEMBERED):
        lock.attempt(f"name {number}", f"address {number}", NOON)

    lock.attempt("clara", "192.0.2.7", NOON)


async def test_a_session_ends_after_a_days_work_and_is_swept_away(browser: Browser) -> None:
    await browser.sign_in("clara")
    browser.clock.set(NOON + LIFE - timedelta(seconds=1))
    assert (await browser.get(LIST)).status_code == 200

    browser.clock.set(NOON + LIFE)

    assert (await browser.get(LIST)).status_code == 303
    browser.clock.set(NOON + LIFE + timedelta(days=2))
    assert await Sweeper(browser.ledger).sweep() == 1


async def test_who_signs_out_is_out_wherever_the_token_still_is(browser: Browser) -> None:
    await browser.sign_in("clara")
    token = browser.client.cookies[SESSION]

    answer = await browser.send(LIST, "/console/sign-out")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{SIGN_IN}?out=1")
    assert SESSION not in browser.client.cookies
    browser.client.cookies.set(SESSION, token)
    assert (await browser.get(LIST)).status_code == 303


async def test_a_user_who_loses_their_role_is_out(browser: Browser) -> None:
    await browser.sign_in("ada")
    assert (await browser.get(LIST)).status_code == 200

    await browser.ledger.run(a_caller(), send_to_a_partner, "ada")

    assert (await browser.get(LIST)).status_code == 403


async def test_who_opens_several_workspaces_chooses_one(browser: Browser) -> None:
    clara = a_user(username="clara", password_hash=hashed("clara's"))
    await browser.ledger.run(a_caller(workspace="other"), plant, Plant(a_workspace(name="other"), [clara]))

    asked = await browser.sign_in("clara")

    assert "Choose one, and type the password once more." in said(asked.text)
    assert "<option>demo</option>" in asked.text
    assert SESSION not in browser.client.cookies
    assert (await browser.sign_in("clara", workspace="other")).status_code == 303
    assert "viewer · other" in await browser.page(LIST)


async def _forge(browser: Browser, **how: Any) -> httpx.Response:
    """Try to sign somebody out who did not ask for it."""
    return await browser.client.post("/console/sign-out", **how)


async def test_a_form_without_a_token_does_nothing(browser: Browser) -> None:
    await browser.sign_in("clara")

    answer = await _forge(browser, data={})

    assert answer.status_code == 403
    assert "Nothing was done." in said(answer.text)
    assert (await browser.get(LIST)).status_code == 200


async def test_a_form_with_anothers_token_does_nothing(browser: Browser, join: Joining) -> None:
    other = join()
    await other.sign_in("victor")
    await browser.sign_in("clara")
    theirs = (await other.get(LIST)).text.partition('name="form_token" value="')[2][:64]

    assert (await _forge(browser, data={"form_token": theirs})).status_code == 403
    assert (await _forge(other, data={"form_token": theirs})).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://billingua.test"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({}, 303),
    ],
)
async def test_a_form_from_another_site_does_nothing(browser: Browser, headers: dict[str, str], status: int) -> None:
    await browser.sign_in("clara")
    token = (await browser.get(LIST)).text.partition('name="form_token" value="')[2][:64]

    assert (await _forge(browser, data={"form_token": token}, headers=headers)).status_code == status


async def test_htmx_may_say_the_token_in_a_header(browser: Browser) -> None:
    await browser.sign_in("clara")
    token = (await browser.get(LIST)).text.partition('name="form_token" value="')[2][:64]

    assert (await _forge(browser, headers={"X-Form-Token": token})).status_code == 303


async def test_signing_in_is_no_form_of_another_site_either(browser: Browser) -> None:
    answer = await browser.client.post(SIGN_IN, data={"name": "clara", "password": "clara's"})

    assert (answer.status_code, SESSION in browser.client.cookies) == (403, False)


@pytest.mark.parametrize("path", [SIGN_IN, LIST, "/console/nothing"])
async def test_pages_let_nothing_of_others_in_and_stay_nowhere(browser: Browser, path: str) -> None:
    await browser.sign_in("clara")

    answer = await browser.get(path)

    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("name", ["console.css", "console.js", "htmx/htmx.min.js", "icon.svg"])
async def test_pages_are_made_of_files_of_this_server(browser: Browser, name: str) -> None:
    answer = await browser.get(f"/console/assets/{name}")

    assert (answer.status_code, answer.headers["x-content-type-options"]) == (200, "nosniff")
    assert f"/console/assets/{name}" in (await browser.get(SIGN_IN)).text


@pytest.mark.parametrize("name", ["htmx/LICENSE", "nothing", "../errors.py", "htmx"])
async def test_no_other_file_is_served(browser: Browser, name: str) -> None:
    answer = await browser.get(f"/console/assets/{name}")

    assert answer.status_code == 404
    assert "There is no such page." in said(answer.text)


async def test_a_page_takes_its_own_verbs_alone(browser: Browser) -> None:
    assert (await browser.client.delete(LIST)).status_code == 405


@pytest.mark.parametrize(("theme", "kept"), [("dark", "dark"), ("light", "light"), ("plaid", "system")])
async def test_the_theme_is_kept_in_a_cookie(browser: Browser, theme: str, kept: str) -> None:
    answer = await browser.send(SIGN_IN, "/console/theme", theme=theme, next="/console/sign-in?out=1")

    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in?out=1")
    assert f'data-theme="{kept}"' in (await browser.get(SIGN_IN)).text


async def test_a_demo_knows_its_visitors_from_this_machine(browser: Browser, join: Joining) -> None:
    at_home = join(address="127.0.0.1", origin="http://localhost", demo_user="ada")
    answer = await at_home.get(SIGN_IN)

    assert (answer.status_code, answer.headers["location"]) == (303, LIST)
    assert "Ada administrator" in await at_home.page(LIST)


@pytest.mark.parametrize(
    ("address", "origin", "demo_user", "query"),
    [
        ("192.0.2.7", "http://localhost", "ada", ""),
        ("127.0.0.1", "http://rebound.example", "ada", ""),
        ("127.0.0.1", "http://127.0.0.1", "nobody", ""),
        ("127.0.0.1", "http://127.0.0.1", "ada", "?out=1"),
        ("127.0.0.1", "http://127.0.0.1", None, ""),
    ],
)
async def test_nobody_else_is_taken_for_somebody(
    browser: Browser, join: Joining, address: str, origin: str, demo_user: str | None, query: str
) -> None:
    answer = await join(address=address, origin=origin, demo_user=demo_user).get(SIGN_IN + query)

    assert answer.status_code == 200
    assert "Password" in said(answer.text)


def test_htmx_is_the_version_that_the_decision_names_with_its_licence() -> None:
    assets = files("billingua.console") / "assets" / "htmx"
    decision = Path(__file__).parents[2] / "docs" / "decisions" / "0027-the-console.md"

    (version,) = re.findall(r'version:"([0-9.]+)"', assets.joinpath("htmx.min.js").read_text("utf-8"))
    assert f"`htmx.org` {version}, 0BSD" in decision.read_text("utf-8")
    assert assets.joinpath("LICENSE").read_text("utf-8").startswith("Zero-Clause BSD")
