"""Commands on credentials, and the hash under which a token is known."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from billingua.core import errors
from billingua.core.access import Credential
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_id


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


@dataclass(frozen=True, slots=True)
class IssueToken:
    """Let a token (its hash) stand for the caller for a while, in the dialect through which the caller came."""

    secret_hash: str
    life: timedelta
    label: str = ""


def issue_token(command: IssueToken, caller: Caller, now: datetime) -> Plan[Credential]:
    """Make a credential that ends by itself; those that were issued before live on."""
    credential = CreateCredential(
        dialect=caller.dialect,
        secret_hash=command.secret_hash,
        user=caller.user.username if caller.user else None,
        label=command.label,
        expires_at=now + command.life,
    )
    return (yield from create_credential(credential, caller, now))


def revoke_credential(id: int, caller: Caller, now: datetime) -> Plan[Credential]:
    """Make a credential open nothing from now on. Refuses with `CredentialNotFound`."""
    key = by_id(Credential, id)
    found = yield Needs([key])
    credential = found.require(key, errors.CredentialNotFound(id))
    if not credential.is_live(now):
        return Decision(credential)
    revoked = replace(credential, expires_at=now)
    return Decision(revoked, saves=[revoked])
