"""`billingua token`: who may come in."""

import asyncio
import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import uuid4

import msgspec
from cyclopts import Parameter
from cyclopts.validators import Number

from billingua.cli.places import Place, opened, settings_for
from billingua.cli.refusals import CommandRefused
from billingua.core.access import Credential
from billingua.core.errors import CredentialNotFound
from billingua.engine.clock import SystemClock
from billingua.engine.credentials import CreateCredential, create_credential, hash_secret, revoke_credential
from billingua.engine.kinds import by_username
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller
from billingua.engine.ports import Store
from billingua.engine.workspaces import ChangeSettings, change_settings, find_workspace
from billingua.settings import Settings
from billingua.worlds.access import unknown_scopes
from billingua.worlds.loading import load
from billingua.worlds.reading import read_worlds

_UNBOUNDED = 100_000

Dialect = Literal["crux", "onlyoffice", "modulus", "bigcommerce", "native"]


def create_token(
    *,
    workspace: Annotated[str, Parameter(help="The workspace that the token opens; it is made if there is none.")],
    dialect: Annotated[Dialect, Parameter(help="The API that the token opens.")],
    user: Annotated[str | None, Parameter(help="The user that the token stands for.")] = None,
    scopes: Annotated[str | None, Parameter(help="What it is for, such as read,write. [default: everything]")] = None,
    app: Annotated[
        str | None, Parameter(help="The program that logs in with it, where the API has such log-ins: modulus.")
    ] = None,
    label: Annotated[str, Parameter(help="The name that history gives to who uses it.")] = "",
    days: Annotated[
        int | None, Parameter(help="How long it lives. [default: for ever]", validator=Number(gte=1, lte=36500))
    ] = None,
    place: Place | None = None,
) -> None:
    """Make a token and print it, this once: the ledger keeps its hash alone."""
    token = secrets.token_hex(20)
    command = CreateCredential(
        dialect=dialect,
        secret_hash=hash_secret(token),
        user=user,
        scopes=None if scopes is None else tuple(scope.strip() for scope in scopes.split(",") if scope.strip()),
        label=label,
        expires_at=None if days is None else datetime.now(UTC) + timedelta(days=days),
    )
    if app is None:
        asyncio.run(_create(workspace, command, settings_for(place)))
    else:
        asyncio.run(_admit(workspace, app, command, settings_for(place)))
    print(token)


async def _admit(workspace: str, app: str, command: CreateCredential, settings: Settings) -> None:
    """Let a program log in with a secret; what else a token may be given is for the tokens that it logs in for."""
    if command.dialect != "modulus":
        raise CommandRefused("--app: programs log in to modulus alone")
    if command.user is not None or command.scopes is not None or command.label or command.expires_at is not None:
        raise CommandRefused("--app: a program logs in for itself, without --user, --scopes, --label and --days")
    async with opened(settings, new=True) as store:
        ledger = Ledger(store, SystemClock())
        if workspace not in await store.workspaces():
            await _make_workspace(workspace, command, ledger)
        caller = replace(_operator(workspace), dialect=command.dialect)
        known = (await ledger.read(caller, find_workspace, None)).setting(command.dialect, "apps", ())
        if any(one["app"] == app for one in known):
            raise CommandRefused(f"--app: there is a program {app} in the workspace {workspace} already")
        apps = [*known, {"app": app, "id": str(len(known) + 1), "secret_hash": command.secret_hash}]
        await ledger.run(caller, change_settings, ChangeSettings(values={"apps": apps}))


async def _create(workspace: str, command: CreateCredential, settings: Settings) -> None:
    if command.dialect == "crux" and command.user is None:
        raise CommandRefused("a Crux token stands for a user of a retailer or supplier: name one with --user")
    if wrong := unknown_scopes(command.dialect, command.scopes):
        raise CommandRefused(f"--scopes: {wrong}")
    async with opened(settings, new=True) as store:
        ledger = Ledger(store, SystemClock())
        if workspace not in await store.workspaces():
            await _make_workspace(workspace, command, ledger)
        await _check_user(workspace, command.user, store)
        await ledger.run(_operator(workspace), create_credential, command)


async def _make_workspace(workspace: str, command: CreateCredential, ledger: Ledger) -> None:
    if command.user is not None:
        raise CommandRefused(f"there is no workspace {workspace}, and so no user {command.user} in it")
    world = msgspec.json.encode({"workspace": workspace})
    await load(ledger, read_worlds(world, now=datetime.now(UTC), new_uuid=uuid4))
    print(f"Made the workspace {workspace}.", file=sys.stderr)


async def _check_user(workspace: str, user: str | None, store: Store) -> None:
    if user is None:
        return
    if workspace not in {name for name, _ in await store.find(by_username(user))}:
        raise CommandRefused(f"there is no user {user} in the workspace {workspace}")


def _operator(workspace: str) -> Caller:
    return Caller(workspace=workspace, actor="operator", dialect="cli")


def list_tokens(
    *,
    workspace: Annotated[str | None, Parameter(help="Only this workspace's. [default: all]")] = None,
    place: Place | None = None,
) -> None:
    """List the tokens that were made, without the tokens themselves."""
    asyncio.run(_list(workspace, settings_for(place)))


async def _list(wanted: str | None, settings: Settings) -> None:
    async with opened(settings) as store:
        workspaces = await store.workspaces()
        if wanted is not None and wanted not in workspaces:
            raise CommandRefused(f"there is no workspace {wanted}")
        listed = [
            (name, record.value)
            for name in ([wanted] if wanted else workspaces)
            async for record in store.aggregates(name, "credential")
        ]
    _show(listed)


def _show(listed: Sequence[tuple[str, Credential]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - it takes time that the other commands can spare
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("workspace", "id", "dialect", "user", "scopes", "label", "created", "state"):
        table.add_column(heading, overflow="fold")
    now = datetime.now(UTC)
    for workspace, credential in listed:
        scopes = "all" if credential.scopes is None else " ".join(credential.scopes)
        created = credential.created_at.date().isoformat()
        state = _state(credential, now)
        told = (credential.dialect, credential.user or "", scopes, credential.label, created, state)
        # As texts, so that a label's square brackets are not taken for markup.
        table.add_row(*(Text(_printable(cell)) for cell in (workspace, str(credential.id), *told)))
    # Whatever reads this from a pipe or a file has no width: there a token is a line.
    Console(width=None if sys.stdout.isatty() else _UNBOUNDED).print(table)


def _printable(text: str) -> str:
    """Spell out what would move the cursor or break the line."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def _state(credential: Credential, now: datetime) -> str:
    if not credential.is_live(now):
        return "ended"
    return "live" if credential.expires_at is None else f"live until {credential.expires_at.date().isoformat()}"


def revoke_token(
    id: Annotated[int, Parameter(help="The token's id, as `billingua token list` shows it.")],
    /,
    *,
    workspace: Annotated[str | None, Parameter(help="Its workspace. [default: the only one there is]")] = None,
    place: Place | None = None,
) -> None:
    """Let a token open nothing from now on."""
    asyncio.run(_revoke(id, workspace, settings_for(place)))


async def _revoke(id: int, workspace: str | None, settings: Settings) -> None:
    async with opened(settings) as store:
        name = workspace or _only(await store.workspaces())
        try:
            await Ledger(store, SystemClock()).run(_operator(name), revoke_credential, id)
        except CredentialNotFound as error:
            raise CommandRefused(f"there is no token {id} in the workspace {name}") from error
    print(f"Revoked token {id} of the workspace {name}.", file=sys.stderr)


def _only(workspaces: Sequence[str]) -> str:
    if len(workspaces) != 1:
        raise CommandRefused(f"name the workspace with --workspace: there are {len(workspaces)}")
    return workspaces[0]
