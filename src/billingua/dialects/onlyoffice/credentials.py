"""How an ONLYOFFICE client says who it is (contract §1.4)."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request

from billingua.core.access import Credential
from billingua.dialects.onlyoffice.errors import AuthenticationFailed
from billingua.dialects.onlyoffice.vocabulary import NAME
from billingua.engine.ledger import Ledger
from billingua.wire import credentials
from billingua.wire.credentials import Session
from billingua.wire.errors import CredentialMalformed, CredentialMissing, CredentialUnknown
from billingua.wire.idempotency import asked_once

COOKIE = "asc_auth_key"

TOKEN_LIFE = timedelta(days=365)
"""How long a token opens something after its user signed in."""


async def open_session(request: Request, ledger: Ledger) -> Session:
    """Let in the holder of a token: bare or as a bearer's in the header, or in the cookie; or a user with password.

    Refuses with the errors of `CredentialRefused`, or as `asked_once` does.
    """
    return await asked_once(request, ledger, await _open_session(request, ledger))


async def _open_session(request: Request, ledger: Ledger) -> Session:
    header = request.headers.get("authorization", "").strip()
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "basic":
        username, password = _name_and_password(rest)
        return await _open_session_by_password(request, ledger, username, password)
    token = rest.strip() if scheme.lower() == "bearer" else header or request.cookies.get(COOKIE)
    if not token:
        raise CredentialMissing
    return await credentials.open_session(request, ledger, NAME, token)


async def _open_session_by_password(request: Request, ledger: Ledger, username: str, password: str) -> Session:
    """Let in a user by its name or e-mail address. Refuses with `CredentialUnknown`."""
    return await credentials.open_session_by_password(request, ledger, NAME, username, password, by_email=True)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A user's name or e-mail address, and password; a `provider` is another house that should vouch for the user."""

    user_name: str
    password: str
    provider: str = ""


async def sign_in(request: Request, ledger: Ledger, sign_in: SignIn, new: str) -> tuple[Session, str, Credential]:
    """Give a user a token, this new one or the last (§1.4, §14).

    Refuses with `AuthenticationFailed`: no other house vouches here.
    """
    if sign_in.provider:
        raise AuthenticationFailed
    try:
        session = await _open_session_by_password(request, ledger, sign_in.user_name, sign_in.password)
    except CredentialUnknown as error:
        raise AuthenticationFailed from error
    return session, *await credentials.give_token(ledger, session.caller, new, TOKEN_LIFE)


def _name_and_password(encoded: str) -> tuple[str, str]:
    try:
        username, colon, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise CredentialMalformed from None
    if not colon:
        raise CredentialMalformed
    return username, password
