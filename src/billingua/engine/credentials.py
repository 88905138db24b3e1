"""Commands on credentials, and the hash under which a token is known."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from billingua.core import errors
from billingua.core.access import Credential, require_administrator
from billingua.engine.kinds import by_secret, by_username
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_id

LOG_IN = "log-in"
"""The label of the credentials that users are issued when they log in."""

GIVEN_AGAIN_FOR = timedelta(hours=1)
"""How long a token is given again to a user who logs in again."""

MOST_GIVEN = 1000
"""How many users' tokens are remembered; with one more, the one that was longest unused is forgotten."""

REMOVED_AFTER = timedelta(days=1)
"""How long after its end a log-in's credential is there, so that whoever comes too late is told so."""


def hash_secret(secret: str) -> str:
    """Give the hash under which a token is kept: the token itself never is.

    Tokens are long random texts, so one round of SHA-256 hides them; passwords take a slow hash instead.
    """
    return sha256(secret.encode()).hexdigest()


def opens(credential: Credential, secret: str, now: datetime) -> bool:
    """Whether the token is this credential's, compared in constant time, and still live."""
    return compare_digest(credential.secret_hash, hash_secret(secret)) and credential.is_live(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCredential:
    """Let a token (its hash) open one dialect of the caller's workspace, for a user or for itself."""

    dialect: str
    secret_hash: str
    user: str | None = None
    scopes: tuple[str, ...] | None = None
    label: str = ""
    expires_at: datetime | None = None


def create_credential(command: CreateCredential, caller: Caller, now: datetime) -> Plan[Credential]:
    """Make a credential."""
    found = yield Needs(counters=["credential"])
    credential = Credential(
        id=found.new_id("credential"),
        uuid=found.new_uuid(),
        dialect=command.dialect,
        secret_hash=command.secret_hash,
        user=command.user,
        scopes=command.scopes,
        label=command.label,
        created_at=now,
        expires_at=command.expires_at,
    )
    return Decision(credential, saves=[credential])


def make_credential(command: CreateCredential, caller: Caller, now: datetime) -> Plan[Credential]:
    """Make a credential for others.

    Refuses with `NotPermitted`, with `DateTooEarly` where it would have ended, or with `UserNotFound` for whom it is.
    """
    require_administrator(caller.user)
    if command.expires_at is not None and command.expires_at <= now:
        raise errors.DateTooEarly("expires_at", command.expires_at)
    if command.user is not None:
        key = by_username(command.user)
        found = yield Needs([key])
        found.require(key, errors.UserNotFound(command.user))
    return (yield from create_credential(command, caller, now))


@dataclass(frozen=True, slots=True)
class IssueToken:
    """Let a token (its hash) stand for the caller for a while, in the dialect through which the caller came.

    Where the caller is no user, `of` is the name that history gives to who uses the token.
    """

    secret_hash: str
    life: timedelta
    of: str = ""


def issue_token(command: IssueToken, caller: Caller, now: datetime) -> Plan[Credential]:
    """Make a credential that ends by itself; those that were issued before live on."""
    credential = CreateCredential(
        dialect=caller.dialect,
        secret_hash=command.secret_hash,
        user=caller.user.username if caller.user else None,
        label=f"{LOG_IN} of {command.of}" if command.of else LOG_IN,
        expires_at=now + command.life,
    )
    return (yield from create_credential(credential, caller, now))


def find_issued(token: str, caller: Caller, now: datetime) -> Plan[Credential | None]:
    """Find the credential of a token that was issued to the caller; None where it opens nothing any more."""
    key = by_secret(caller.dialect, hash_secret(token))
    found = yield Needs([key])
    credential = found.get(key)
    is_theirs = caller.user is not None and credential is not None and credential.user == caller.user.username
    return Decision(credential if credential is not None and is_theirs and credential.is_live(now) else None)


class GivenTokens:
    """Remembers which token each user was given last: some clients log in before every call.

    A token is remembered for a user with one kept password, in the memory of this process alone, through which it
    passes anyway. That it still opens something is for the ledger to say.
    """

    def __init__(self) -> None:
        self._given: OrderedDict[tuple[str, str, str, str | None], tuple[str, datetime]] = OrderedDict()

    def recall(self, caller: Caller, now: datetime) -> str | None:
        """Tell which token the caller was given a while ago; None where that was too long ago, or in the future."""
        key = _holder(caller)
        token, given_at = self._given.get(key, (None, now))
        if token is None or not timedelta() <= now - given_at < GIVEN_AGAIN_FOR:
            return None
        self._given.move_to_end(key)
        return token

    def remember(self, caller: Caller, token: str, now: datetime) -> None:
        """Note that the caller was given a token."""
        key = _holder(caller)
        self._given.pop(key, None)
        self._given[key] = token, now
        while len(self._given) > MOST_GIVEN:
            self._given.popitem(last=False)


def _holder(caller: Caller) -> tuple[str, str, str, str | None]:
    user = caller.user
    return caller.workspace, caller.dialect, user.username if user else "", user and user.password_hash


def remove_ended(ids: Sequence[int], caller: Caller, now: datetime) -> Plan[int]:
    """Remove those of some credentials that log-ins left behind and that ended a while ago; tell how many."""
    keys = [by_id(Credential, id) for id in ids]
    found = yield Needs(keys)
    ended = [credential for key in keys if (credential := found.get(key)) and is_left_behind(credential, now)]
    return Decision(len(ended), deletes=ended)


def is_left_behind(credential: Credential, now: datetime) -> bool:
    """Whether a credential is of a log-in whose token ended so long ago that nobody asks for it any more."""
    is_of_log_in = credential.label == LOG_IN or credential.label.startswith(f"{LOG_IN} of ")
    return is_of_log_in and not credential.is_live(now - REMOVED_AFTER)


def revoke_credential(id: int, caller: Caller, now: datetime) -> Plan[Credential]:
    """Make a credential open nothing from now on. Refuses with `CredentialNotFound`."""
    key = by_id(Credential, id)
    found = yield Needs([key])
    credential = found.require(key, errors.CredentialNotFound(id))
    if not credential.is_live(now):
        return Decision(credential)
    revoked = replace(credential, expires_at=now)
    return Decision(revoked, saves=[revoked])
