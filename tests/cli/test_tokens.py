import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from billingua.core.access import Credential
from billingua.engine.credentials import hash_secret, opens
from billingua.engine.kinds import THE_WORKSPACE, by_secret
from billingua.stores.sqlite import open_sqlite
from tests.builders import NOON
from tests.cli.conftest import Run

NATIVE = ("token", "create", "--workspace", "main", "--dialect", "native")


def credential_of(dialect: str, token: str) -> Credential:
    """Find what the ledger knows of a token."""

    async def find() -> Credential:
        store = open_sqlite(Path("billingua-data/ledger.sqlite"))
        ((_, record),) = await store.find(by_secret(dialect, hash_secret(token)))
        await store.close()
        return record.value

    return asyncio.run(find())


@pytest.fixture
def with_users(billingua: Run, tmp_path: Path) -> None:
    users = [{"username": "ida"}, {"username": "sam"}]
    (tmp_path / "world.json").write_text(json.dumps({"workspace": "main", "users": users}))
    billingua("import", "world.json")


def test_the_first_token_makes_its_workspace_and_is_printed_alone(billingua: Run):
    made = billingua(*NATIVE)
    assert made.code == 0
    assert re.fullmatch(r"[0-9a-f]{40}\n", made.out)
    assert made.err == "Made the workspace main.\n"
    credential = credential_of("native", made.out.strip())
    assert opens(credential, made.out.strip(), NOON.replace(year=9000))
    assert (credential.scopes, credential.user, credential.label) == (None, None, "")


def test_a_further_token_leaves_the_workspace_alone(billingua: Run):
    first, second = billingua(*NATIVE), billingua(*NATIVE)
    assert second.err == ""
    assert first.out != second.out


def test_the_ledger_does_not_keep_the_token(billingua: Run, tmp_path: Path):
    token = billingua(*NATIVE).out.strip().encode()
    assert [path for path in (tmp_path / "billingua-data").iterdir() if token in path.read_bytes()] == []


def test_a_token_is_for_whom_and_what_it_was_made(billingua: Run, with_users: None):
    options = ("--user", "ida", "--scopes", "read, write", "--label", "night job", "--days", 3)
    credential = credential_of("native", billingua(*NATIVE, *options).out.strip())
    assert (credential.user, credential.scopes, credential.label) == ("ida", ("read", "write"), "night job")
    assert credential.expires_at is not None
    assert (credential.expires_at - credential.created_at).days in {2, 3}


@pytest.mark.parametrize(
    ("options", "mistake"),
    [
        (("--user", "nobody"), "there is no user nobody in the workspace main"),
        (("--dialect", "crux"), "a Crux token stands for a user of a retailer or supplier: name one with --user"),
        (("--workspace", "new", "--user", "ida"), "there is no workspace new, and so no user ida in it"),
        (("--scopes", "read,fly"), '--scopes: no scope "fly": there is read, write, admin'),
        (("--dialect", "modulus", "--scopes", "read"), "--scopes: a modulus token has no scopes"),
        (("--days", "0"), 'Invalid value "0" for --days. Must be >= 1.'),
    ],
)
def test_a_token_for_nobody_is_not_made(billingua: Run, with_users: None, options: tuple[str, ...], mistake: str):
    named = dict(zip(NATIVE[2::2], NATIVE[3::2], strict=True)) | dict(zip(options[::2], options[1::2], strict=True))
    ran = billingua("token", "create", *(part for option in named.items() for part in option))
    assert (ran.code, ran.out, ran.err) == (2, "", f"billingua: {mistake}\n")
    assert "native" not in billingua("token", "list").out


MODULUS = ("token", "create", "--workspace", "main", "--dialect", "modulus")


def apps_of(workspace: str) -> list[tuple[str, str, str]]:
    """List the programs that may log in: name, id and the hash of the secret."""

    async def find() -> list[Any]:
        store = open_sqlite(Path("billingua-data/ledger.sqlite"))
        known = dict(await store.find(THE_WORKSPACE))[workspace].value.setting("modulus", "apps")
        await store.close()
        return [(app["app"], app["id"], app["secret_hash"]) for app in known]

    return asyncio.run(find())


def test_a_program_is_given_a_secret_to_log_in_with(billingua: Run):
    secrets = [billingua(*MODULUS, "--app", name).out.strip() for name in ("shop", "till")]
    assert apps_of("main") == [("shop", "1", hash_secret(secrets[0])), ("till", "2", hash_secret(secrets[1]))]


@pytest.mark.parametrize(
    ("options", "mistake"),
    [
        (("--app", "shop"), "--app: there is a program shop in the workspace main already"),
        (("--app", "x", "--dialect", "native"), "--app: programs log in to modulus alone"),
        (
            ("--app", "x", "--days", "3"),
            "--app: a program logs in for itself, without --user, --scopes, --label and --days",
        ),
    ],
)
def test_a_program_that_cannot_log_in_is_given_no_secret(billingua: Run, options: tuple[str, ...], mistake: str):
    billingua(*MODULUS, "--app", "shop")
    named = dict(zip(MODULUS[2::2], MODULUS[3::2], strict=True)) | dict(zip(options[::2], options[1::2], strict=True))
    ran = billingua("token", "create", *(part for option in named.items() for part in option))
    assert (ran.code, ran.out, ran.err) == (2, "", f"billingua: {mistake}\n")
    assert len(apps_of("main")) == 1


def test_tokens_are_listed_without_themselves(billingua: Run, with_users: None):
    tokens = [billingua(*NATIVE, *options).out.strip() for options in ((), ("--label", "night job", "--days", 3))]
    listed = billingua("token", "list")
    assert listed.code == 0
    heading, first, second = listed.out.splitlines()
    assert heading.split() == ["workspace", "id", "dialect", "user", "scopes", "label", "created", "state"]
    assert first.split()[:4] == ["main", "1", "native", "all"]
    assert first.split()[-1] == "live"
    assert re.search(r"night job +\d{4}-\d\d-\d\d +live until \d{4}-\d\d-\d\d", second)
    assert not any(token in listed.out for token in tokens)


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("[/bold] of [red]", "[/bold] of [red]"),
        ("a\nb\x1b[2J", "a\\nb\\x1b[2J"),
        ("long " * 60 + "end", "long " * 60 + "end"),
    ],
)
def test_a_label_is_listed_as_it_is_in_one_line(
    billingua: Run, monkeypatch: pytest.MonkeyPatch, label: str, shown: str
):
    monkeypatch.delenv("COLUMNS")
    billingua(*NATIVE, "--label", label)
    _, line = billingua("token", "list").out.splitlines()
    assert f" {shown} " in line


def test_tokens_are_listed_by_workspace(billingua: Run):
    billingua(*NATIVE)
    billingua("token", "create", "--workspace", "other", "--dialect", "modulus")
    assert "modulus" in billingua("token", "list").out
    assert "modulus" not in billingua("token", "list", "--workspace", "main").out
    assert billingua("token", "list", "--workspace", "none").err == "billingua: there is no workspace none\n"


def test_a_revoked_token_opens_nothing(billingua: Run):
    token = billingua(*NATIVE).out.strip()
    assert billingua("token", "revoke", 1).err == "Revoked token 1 of the workspace main.\n"
    credential = credential_of("native", token)
    assert credential.expires_at is not None
    assert not opens(credential, token, credential.expires_at)
    assert billingua("token", "list").out.splitlines()[1].endswith("ended")
    assert billingua("token", "revoke", 1).code == 0


def test_a_token_that_is_not_there_is_not_revoked(billingua: Run):
    billingua(*NATIVE)
    assert billingua("token", "revoke", 9).err == "billingua: there is no token 9 in the workspace main\n"
    billingua("token", "create", "--workspace", "other", "--dialect", "modulus")
    assert billingua("token", "revoke", 1).err == "billingua: name the workspace with --workspace: there are 2\n"
    assert billingua("token", "revoke", 1, "--workspace", "other").code == 0
