"""How a client of our own API says who it is: a bearer token (RFC 6750)."""

from starlette.requests import Request

from billingua.dialects.native.errors import ScopeMissing
from billingua.dialects.native.vocabulary import NAME
from billingua.engine.ledger import Ledger
from billingua.wire import credentials
from billingua.wire.credentials import Session
from billingua.wire.errors import CredentialMalformed, CredentialMissing


async def open_session(request: Request, ledger: Ledger, scope: str) -> Session:
    """Let in the holder of a token that was made for this. Refuses with the errors of `CredentialRefused`."""
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    if not scheme:
        raise CredentialMissing
    if scheme.lower() != "bearer" or not token.strip():
        raise CredentialMalformed
    session = await credentials.open_session(request, ledger, NAME, token.strip())
    if not session.credential.allows(scope):
        raise ScopeMissing(scope)
    return session
