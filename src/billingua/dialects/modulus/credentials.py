"""How a modulus client says who it is: a token in the query, and nowhere else (contract §1, §2)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import Any

from starlette.requests import Request

from billingua.core.workspace import Workspace
from billingua.dialects.modulus.requests.log_ins import LogIn
from billingua.dialects.modulus.vocabulary import NAME
from billingua.engine.credentials import IssueToken, hash_secret, issue_token
from billingua.engine.kinds import THE_WORKSPACE
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller
from billingua.wire import credentials
from billingua.wire.credentials import Session
from billingua.wire.errors import CredentialMissing, CredentialUnknown
from billingua.wire.idempotency import asked_once

TOKEN_LIFE = timedelta(minutes=15)
"""How long a token opens something, from when it was given; using it makes it no longer (§2)."""


async def open_session(request: Request, ledger: Ledger) -> Session:
    """Let in the holder of a live token. Refuses with the errors of `CredentialRefused`, or as `asked_once` does."""
    session = await open_reading(request, ledger)
    return await asked_once(request, ledger, session, secret="token")  # noqa: S106 - where it stands


async def open_reading(request: Request, ledger: Ledger) -> Session:
    """Let in the holder of a live token, who only reads. Refuses with the errors of `CredentialRefused`."""
    token = request.query_params.get("token")
    if not token:
        raise CredentialMissing
    return await credentials.open_session(request, ledger, NAME, token)


@dataclass(frozen=True, slots=True)
class App:
    """A program that may log in to a workspace (its name there), and the id by which its answers name it."""

    workspace: str
    name: str
    id: str


async def log_in_app(request: Request, ledger: Ledger, log_in: LogIn, token: str) -> App:
    """Let a token open what a program may do. Refuses with `CredentialUnknown`.

    Where several accounts have such a program, it is the account that the host name begins with.
    """
    found = [
        (app, record.value)
        for workspace, record in await ledger.store.find(THE_WORKSPACE)
        for app in _apps(workspace, record.value, log_in)
    ]
    if len(found) > 1:
        found = [(app, workspace) for app, workspace in found if is_host_of(request, workspace)]
    if len(found) != 1:
        raise CredentialUnknown
    app, _ = found[0]
    caller = Caller(workspace=app.workspace, actor=f"app {app.name}", dialect=NAME, request=request.state.id)
    await ledger.run(caller, issue_token, IssueToken(hash_secret(token), TOKEN_LIFE, of=f"app {app.name}"))
    return app


def _apps(name: str, workspace: Workspace, log_in: LogIn) -> Iterator[App]:
    apps: Sequence[Mapping[str, Any]] = workspace.setting(NAME, "apps", ())
    for place, app in enumerate(apps, 1):
        if app["app"] == log_in.name and compare_digest(app["secret_hash"], hash_secret(log_in.secret)):
            yield App(name, app["app"], app.get("id") or str(place))


def is_host_of(request: Request, workspace: Workspace) -> bool:
    """Whether the host name begins with the name of the workspace's account."""
    account = workspace.setting(NAME, "account") or workspace.name
    return request.url.hostname is not None and request.url.hostname.partition(".")[0] == account.lower()


async def log_in_user(request: Request, ledger: Ledger, log_in: LogIn, token: str) -> None:
    """Let a token open what a user may do. Refuses with `CredentialUnknown`."""
    session = await credentials.open_session_by_password(
        request, ledger, NAME, log_in.name, log_in.secret, prefers=lambda workspace: is_host_of(request, workspace)
    )
    await ledger.run(session.caller, issue_token, IssueToken(hash_secret(token), TOKEN_LIFE))
