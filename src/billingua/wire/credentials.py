"""Credentials: from the token in a request to who is asking, in which workspace."""

from asyncio import to_thread
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from starlette.requests import Request

from billingua.core.access import Credential, User
from billingua.core.workspace import Workspace
from billingua.engine.credentials import IssueToken, find_issued, hash_secret, issue_token, opens
from billingua.engine.kinds import THE_WORKSPACE, by_secret, by_username
from billingua.engine.ledger import Ledger
from billingua.engine.passwords import password_opens
from billingua.engine.plan import Caller, Proof, Record
from billingua.engine.standing import Standing
from billingua.wire.errors import CredentialExpired, CredentialNotEntitled, CredentialUnknown


@dataclass(frozen=True, slots=True)
class Session:
    """One request's standing: who asks, in which workspace, by which credential."""

    caller: Caller
    workspace: Workspace
    credential: Credential


def through(session: Session, dialect: str) -> Session:
    """Have whoever asks ask through another dialect."""
    return replace(session, caller=replace(session.caller, dialect=dialect))


async def open_session(
    request: Request, ledger: Ledger, dialect: str, secret: str, fits: Callable[[Standing], bool] = lambda _: True
) -> Session:
    """Find who holds a token of this dialect, in the first workspace that fits.

    Refuses with `CredentialUnknown`, `CredentialExpired` or, where none fits, `CredentialNotEntitled`. Whoever was here
    before is taken for who they were then, until their plan is run, or else until the request has been answered; if
    they are not, the request is answered once more, and they are looked up anew.
    """
    token, now = by_secret(dialect, hash_secret(secret)), ledger.clock.now()
    for standing in () if request.state.attempt else ledger.standings.recall(token):
        if standing.credential.is_live(now) and fits(standing):
            return _session(standing, ledger, request)
    held = await ledger.standings.look_up(token, now)
    if not held:
        raise CredentialUnknown
    live = [standing for standing in held if opens(standing.credential, secret, now)]
    if not live:
        raise CredentialExpired
    for standing in filter(fits, live):
        return _session(standing, ledger, request)
    raise CredentialNotEntitled


def _session(standing: Standing, ledger: Ledger, request: Request) -> Session:
    credential, user = standing.credential, standing.user
    label = credential.label or f"{credential.dialect} credential {credential.id}"
    caller = Caller(
        workspace=standing.name,
        actor=user.username if user else label,
        dialect=credential.dialect,
        request=request.state.id,
        user=user,
        scopes=credential.scopes,
        proof=Proof(standing.records, credential.expires_at),
    )
    request.state.to_prove.append(partial(ledger.prove, caller))
    return Session(caller, standing.workspace, credential)


async def open_session_by_password(
    request: Request,
    ledger: Ledger,
    dialect: str,
    name: str,
    password: str,
    *,
    by_email: bool = False,
    prefers: Callable[[Workspace], bool] | None = None,
) -> Session:
    """Find whose name and password these are: they open what a token of that user's would.

    The name is that which a user signs in with or, where the dialect takes it, an e-mail address. Refuses with
    `CredentialUnknown`, also where they fit several users and nobody can tell which is meant; a dialect may know which
    workspace is.
    """
    opened = await users_by_password(ledger, name, password, by_email=by_email)
    if len(opened) > 1 and prefers is not None:
        workspaces = dict(await ledger.store.find(THE_WORKSPACE))
        opened = [(workspace, user) for workspace, user in opened if prefers(workspaces[workspace].value)]
    if len(opened) != 1:
        raise CredentialUnknown
    return await session_of_user(request, ledger, dialect, *opened[0])


async def users_by_password(
    ledger: Ledger, name: str, password: str, *, by_email: bool = False
) -> Sequence[tuple[str, User]]:
    """Find whose name, or e-mail address where that is taken, and password these are, with their workspaces' names."""
    held = await ledger.store.find(by_username(name))
    if not held and by_email and "@" in name:
        held = await ledger.store.users(name)
    opened = [
        (workspace, record.value)
        for workspace, record in held
        if await _opens(ledger, record.value.password_hash, password)
    ]
    if not held:
        await to_thread(password_opens, None, password)  # nobody is refused sooner than somebody
    return opened


async def session_of_user(request: Request, ledger: Ledger, dialect: str, workspace: str, user: User) -> Session:
    """Let in a user whose password was proven. Refuses with `CredentialUnknown` who is not there any more."""
    now = ledger.clock.now()
    credential = Credential(id=0, uuid=user.uuid, dialect=dialect, secret_hash="", user=user.username, created_at=now)
    standing = await ledger.standings.of(workspace, Record(credential, 0, b""), now)
    if standing is None:
        raise CredentialUnknown
    return _session(standing, ledger, request)


async def _opens(ledger: Ledger, password_hash: str | None, password: str) -> bool:
    """Find out whether a password is right, slowly unless it was proven lately."""
    if ledger.passwords.knows(password_hash, password):
        return True
    is_right = await to_thread(password_opens, password_hash, password)
    if is_right:
        ledger.passwords.remember(password_hash, password)
    return is_right


async def give_token(ledger: Ledger, caller: Caller, new: str, life: timedelta) -> tuple[str, Credential]:
    """Give the caller a token: the one that they were given a while ago if it still opens something, or this new one.

    Some clients log in before every call: so that costs a look at what is there, and no commit.
    """
    now = ledger.clock.now()
    known = ledger.given_tokens.recall(caller, now)
    if known and (credential := await ledger.read(caller, find_issued, known)):
        return known, credential
    credential = await ledger.run(caller, issue_token, IssueToken(hash_secret(new), life))
    ledger.given_tokens.remember(caller, new, now)
    return new, credential
