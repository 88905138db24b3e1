"""Log-in: a name and a password for a token of two hours (contract §2, A20)."""

import logging
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher

from billingua.core.access import Credential
from billingua.core.party import TradeRole
from billingua.dialects.crux.vocabulary import PERMISSIONS
from billingua.engine.clock import SandboxClock
from billingua.engine.credentials import hash_secret
from billingua.engine.kinds import by_secret
from billingua.worlds import access
from tests.builders import a_caller
from tests.dialects.crux.conftest import LARKSPUR, NOW, ORDER, RETAILER, SUPPLIER, TAMARACK, Crux

LOGIN = "/timp/organizations/user-login/"
INES = {"username": "ines", "password": "trail mug"}
TAMARA = {"username": "tamara", "password": "trail mug"}
REQUIRED, BLANK, NULL = "This field is required.", "This field may not be blank.", "This field may not be null."
WRONG = {"detail": "Invalid username/password."}


async def log_in(crux: Crux, who: Any = INES) -> dict[str, Any]:
    answer = await crux.call("POST", LOGIN, who, token=None)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def status(crux: Crux, token: str) -> int:
    return (await crux.call("GET", f"/timp/orders/{ORDER.uuid}/", token=token)).status_code


async def test_a_retailer_learns_its_token_and_who_it_is(crux: Crux) -> None:
    answer = await log_in(crux)

    assert list(answer) == [
        "auth_token",
        "org_uuid",
        "user_uuid",
        "retailer_uuid",
        "supplier_uuid",
        "org_type",
        "permission_assignments",
    ]
    assert re.fullmatch("[0-9a-f]{40}", answer["auth_token"])
    assert (answer["org_uuid"], answer["org_type"]) == (str(LARKSPUR.uuid), "RETAILER")
    assert (answer["retailer_uuid"], answer["supplier_uuid"]) == (str(LARKSPUR.uuid), "")
    assert answer["permission_assignments"]["org_user"] == {"uuid": answer["user_uuid"]}


async def test_a_supplier_learns_its_token_and_who_it_is(crux: Crux) -> None:
    answer = await log_in(crux, TAMARA)

    assert (answer["org_uuid"], answer["org_type"]) == (str(TAMARACK.uuid), "SUPPLIER")
    assert (answer["retailer_uuid"], answer["supplier_uuid"]) == ("", str(TAMARACK.uuid))


async def test_a_token_opens_for_two_hours_what_its_user_may_do(crux: Crux, clock: SandboxClock) -> None:
    token = (await log_in(crux))["auth_token"]

    clock.set(NOW + timedelta(hours=2, microseconds=-1))
    assert await status(crux, token) == 200
    clock.set(NOW + timedelta(hours=2))
    answer = await crux.call("GET", f"/timp/orders/{ORDER.uuid}/", token=token)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Token has expired."})


async def test_another_login_gives_another_token_and_leaves_the_first(crux: Crux, clock: SandboxClock) -> None:
    first = (await log_in(crux))["auth_token"]
    clock.set(NOW + timedelta(hours=1))
    second = (await log_in(crux))["auth_token"]

    assert first != second
    assert (await status(crux, first), await status(crux, second)) == (200, 200)
    clock.set(NOW + timedelta(hours=2))
    assert (await status(crux, first), await status(crux, second)) == (401, 200)


async def test_of_a_token_its_hash_alone_is_kept_and_nothing_of_it_is_logged(
    crux: Crux, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = (await log_in(crux))["auth_token"]

    kept: Credential = dict(await crux.ledger.store.find(by_secret("crux", hash_secret(token))))["demo"].value
    assert (kept.user, kept.label, kept.expires_at) == ("ines", "log-in", NOW + timedelta(hours=2))
    assert token not in repr([await crux.everything(), kept])
    assert token not in caplog.text
    assert "trail mug" not in caplog.text
    latest = (await crux.ledger.history(a_caller(), "credential", kept.id))[-1]
    assert b'"actor":"ines","dialect":"crux"' in latest.body


@pytest.mark.parametrize(
    "header", ["Basic Og==", "Basic aW5lczp0cmFpbCBtdWc=", f"Token {SUPPLIER}", "Token nobodys", "Token", "Token a b"]
)
async def test_whatever_stands_in_the_header_counts_for_nothing(crux: Crux, header: str) -> None:
    answer = await crux.send("POST", LOGIN, None, headers={"Authorization": header}, json=INES)

    assert (answer.status_code, answer.json()["org_type"]) == (200, "RETAILER")


@pytest.mark.parametrize(
    "body",
    [
        INES | {"password": "trail mug "},
        INES | {"password": "x"},
        {"username": "Ines", "password": "trail mug"},
        {"username": "nobody at all", "password": "trail mug"},
        {"username": "larkspur", "password": "trail mug"},
        {"username": "adrift", "password": "trail mug"},
        {"username": "idle", "password": "trail mug"},
    ],
    ids=["blank", "wrong", "another case", "unknown", "without password", "without organization", "of no trader"],
)
async def test_a_wrong_pair_opens_nothing(crux: Crux, body: dict[str, str]) -> None:
    before = await crux.everything()

    answer = await crux.call("POST", LOGIN, body, token=None)

    assert (answer.status_code, answer.json()) == (401, WRONG)
    assert answer.headers["www-authenticate"] == "Token"
    assert await crux.everything() == before


@pytest.mark.parametrize("username", ["ines", "larkspur", "nobody at all"])
async def test_nobody_is_refused_sooner_than_somebody(
    crux: Crux, username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, kept: str, password: str) -> Any:
        tried.append(kept)
        return verify(hasher, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    await crux.call("POST", LOGIN, {"username": username, "password": "guessed"}, token=None)

    assert len(tried) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", {"username": [REQUIRED], "password": [REQUIRED]}),
        ({}, {"username": [REQUIRED], "password": [REQUIRED]}),
        ({"username": "ines"}, {"password": [REQUIRED]}),
        ({"password": "trail mug"}, {"username": [REQUIRED]}),
        (INES | {"username": None}, {"username": [NULL]}),
        (INES | {"password": ""}, {"password": [BLANK]}),
        (INES | {"password": ["trail mug"]}, {"password": ["Not a valid string."]}),
        ([], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    ],
)
async def test_a_name_and_a_password_are_needed(crux: Crux, body: Any, said: Any) -> None:
    before = await crux.everything()

    answer = await crux.call("POST", LOGIN, body, token=None)

    assert (answer.status_code, answer.json()) == (400, said)
    assert await crux.everything() == before


async def test_a_login_is_json(crux: Crux) -> None:
    form = await crux.send("POST", LOGIN, None, data=INES)
    broken = await crux.call("POST", LOGIN, b"{", token=None)

    assert (form.status_code, broken.status_code) == (415, 400)
    assert broken.json()["detail"].startswith("JSON parse error - ")


@pytest.mark.parametrize("verb", ["GET", "PUT", "PATCH", "DELETE"])
async def test_a_login_is_posted(crux: Crux, verb: str) -> None:
    answer = await crux.call(verb, LOGIN, INES, token=None)

    assert (answer.status_code, answer.json()) == (405, {"detail": f'Method "{verb}" not allowed.'})
    assert answer.headers["allow"] == "OPTIONS, POST"


# Permissions


def test_the_permissions_are_those_that_a_world_may_name() -> None:
    assert tuple(permission.name for permission in PERMISSIONS) == access.PERMISSIONS
    assert len({permission.uuid for permission in PERMISSIONS}) == len(PERMISSIONS)


RETAILERS_OWN = ("create_order", "view_inventory_lists", "edit_inventory_lists")
SUPPLIERS_OWN = (
    "edit_items",
    "add_order_tracking",
    "allocate_order",
    "view_supplier_catalogs",
    "edit_supplier_catalogs",
)


@pytest.mark.parametrize(
    ("who", "side", "others"),
    [(INES, TradeRole.RETAILER, SUPPLIERS_OWN), (TAMARA, TradeRole.SUPPLIER, RETAILERS_OWN)],
)
async def test_whoever_has_no_list_of_permissions_has_all_that_fit(
    crux: Crux, who: Any, side: TradeRole, others: tuple[str, ...]
) -> None:
    assignments = (await log_in(crux, who))["permission_assignments"]["permissions"]

    shown = {assignment["permission"]["name"]: assignment["permission"]["visibility"] for assignment in assignments}
    assert set(shown) == {*access.PERMISSIONS} - {*others}
    assert all(assignment["assigned"] for assignment in assignments)
    own = RETAILERS_OWN if side is TradeRole.RETAILER else SUPPLIERS_OWN
    assert {name for name, visibility in shown.items() if visibility == side.upper()} == {*own}
    assert {*shown.values()} == {"BOTH", side.upper()}


async def test_permissions_that_are_not_granted_are_listed_as_such(crux: Crux) -> None:
    assignments = (await log_in(crux, {"username": "rhea", "password": "trail mug"}))["permission_assignments"]

    granted = [entry["permission"]["name"] for entry in assignments["permissions"] if entry["assigned"]]
    assert granted == ["view_order"]
    assert len(assignments["permissions"]) == 13 + len(SUPPLIERS_OWN)


async def test_a_permission_is_shown_in_words_and_by_the_same_uuid_every_time(crux: Crux) -> None:
    first, second = await log_in(crux), await log_in(crux, TAMARA)

    shown = first["permission_assignments"]["permissions"][0]
    uuid = shown["permission"].pop("uuid")
    assert shown == {
        "assigned": True,
        "permission": {
            "name": "view_org_users",
            "display_name": "View Users",
            "description": "May see the organization's users",
            "visibility": "BOTH",
            "grouping": "ORGUSERS",
        },
    }
    assert UUID(uuid) == PERMISSIONS[0].uuid == UUID("1249457b-308a-508b-a089-be1b3064e7c9")
    assert second["permission_assignments"]["permissions"][0]["permission"]["uuid"] == uuid


async def test_a_token_of_a_world_file_is_nothing_to_log_in_with(crux: Crux) -> None:
    answer = await crux.call("POST", LOGIN, {"username": "larkspur", "password": RETAILER}, token=None)

    assert (answer.status_code, answer.json()) == (401, WRONG)
