"""Credentials: from the token in a request to who is asking, in which workspace."""

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from billingua.core.access import Credential, User
from billingua.core.workspace import Workspace
from billingua.engine.credentials import hash_secret, opens
from billingua.engine.kinds import THE_WORKSPACE, by_secret, by_username
from billingua.engine.ledger import Ledger
from billingua.engine.passwords import password_opens
from billingua.engine.plan import Caller, Decision, Needs, Plan
from billingua.wire.errors import CredentialExpired, CredentialUnknown


@dataclass(frozen=True, slots=True)
class Session:
    """One request's standing: who asks, in which workspace, by which credential."""

    caller: Caller
    workspace: Workspace
    credential: Credential


async def open_session(ledger: Ledger, dialect: str, secret: str, request_id: str) -> Session:
    """Find who holds a token of this dialect. Refuses with `CredentialUnknown` or `CredentialExpired`."""
    sessions = await open_sessions(ledger, dialect, secret, request_id)
    return sessions[0]


async def open_sessions(ledger: Ledger, dialect: str, secret: str, request_id: str) -> Sequence[Session]:
    """Find who holds a token, in every workspace that knows it. Refuses as `open_session` does."""
    held = await ledger.store.find(by_secret(dialect, hash_secret(secret)))
    if not held:
        raise CredentialUnknown
    now = ledger.clock.now()
    live = [(workspace, record.value) for workspace, record in held if opens(record.value, secret, now)]
    if not live:
        raise CredentialExpired
    return [await _session(ledger, name, credential, request_id) for name, credential in live]


async def open_session_by_password(
    ledger: Ledger, dialect: str, username: str, password: str, request_id: str
) -> Session:
    """Find whose name and password these are: they open what a token of that user's would.

    Refuses with `CredentialUnknown`, also where they fit in several workspaces and nobody can tell which is meant.
    """
    held = await ledger.store.find(by_username(username))
    opened = [
        (workspace, record.value)
        for workspace, record in held
        if await to_thread(password_opens, record.value.password_hash, password)
    ]
    if not held:
        await to_thread(password_opens, None, password)  # nobody is refused sooner than somebody
    if len(opened) != 1:
        raise CredentialUnknown
    workspace, user = opened[0]
    credential = Credential(
        id=0, uuid=user.uuid, dialect=dialect, secret_hash="", user=user.username, created_at=ledger.clock.now()
    )
    return await _session(ledger, workspace, credential, request_id)


async def _session(ledger: Ledger, name: str, credential: Credential, request_id: str) -> Session:
    actor = credential.label or f"{credential.dialect} credential {credential.id}"
    caller = Caller(
        workspace=name, actor=actor, dialect=credential.dialect, request=request_id, scopes=credential.scopes
    )
    workspace, user = await ledger.read(caller, _standing, credential)
    if user is not None:
        caller = replace(caller, actor=user.username, user=user)
    return Session(caller, workspace, credential)


def _standing(credential: Credential, caller: Caller, now: datetime) -> Plan[tuple[Workspace, User | None]]:
    """Look up the workspace, and the user that the credential stands for."""
    user_key = by_username(credential.user or "")
    found = yield Needs([THE_WORKSPACE, user_key])
    workspace, user = found.get(THE_WORKSPACE), found.get(user_key)
    if workspace is None or (credential.user is not None and user is None):
        raise CredentialUnknown
    return Decision((workspace, user))
