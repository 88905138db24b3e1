"""How an ONLYOFFICE client says who it is (contract §1.4)."""

from base64 import b64decode

from starlette.requests import Request

from billingua.dialects.onlyoffice.vocabulary import NAME
from billingua.engine.ledger import Ledger
from billingua.wire import credentials
from billingua.wire.credentials import Session
from billingua.wire.errors import CredentialMalformed, CredentialMissing

COOKIE = "asc_auth_key"


async def open_session(request: Request, ledger: Ledger) -> Session:
    """Let in the holder of a token: bare or as a bearer's in the header, or in the cookie; or a user with password.

    Refuses with the errors of `CredentialRefused`.
    """
    header = request.headers.get("authorization", "").strip()
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "basic":
        username, password = _name_and_password(rest)
        return await credentials.open_session_by_password(ledger, NAME, username, password, request.state.id)
    token = rest.strip() if scheme.lower() == "bearer" else header or request.cookies.get(COOKIE)
    if not token:
        raise CredentialMissing
    return await credentials.open_session(request, ledger, NAME, token)


def _name_and_password(encoded: str) -> tuple[str, str]:
    try:
        username, colon, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise CredentialMalformed from None
    if not colon:
        raise CredentialMalformed
    return username, password
