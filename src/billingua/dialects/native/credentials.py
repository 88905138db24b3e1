"""How a client of our own API says who it is: a bearer token (RFC 6750)."""

from starlette.requests import Request

from billingua.core.access import administers
from billingua.core.errors import NotPermitted, Refused
from billingua.dialects.native.errors import ScopeMissing
from billingua.dialects.native.vocabulary import DOING, MAY, NAME
from billingua.engine.ledger import Ledger
from billingua.wire import credentials
from billingua.wire.credentials import Session
from billingua.wire.errors import CredentialMalformed, CredentialMissing


async def open_session(request: Request, ledger: Ledger, scope: str) -> Session:
    """Let in the holder of a token that was made for this, if its user may do this.

    Refuses with the errors of `CredentialRefused`, or with `NotPermitted`.
    """
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    if not scheme:
        raise CredentialMissing
    if scheme.lower() != "bearer" or not token.strip():
        raise CredentialMalformed
    session = await credentials.open_session(request, ledger, NAME, token.strip())
    if refused := refusal_of(session, scope):
        raise refused
    return session


def refusal_of(session: Session, scope: str) -> Refused | None:
    """Say why a token does not let its holder do this; None where it does.

    A token without a user may do all that it was made for; one of a user, what is in the user's role too, and all where
    the user administers the records.
    """
    if not session.credential.allows(scope):
        return ScopeMissing(scope)
    user = session.caller.user
    if user is None or administers(user) or scope in MAY[user.role]:
        return None
    return NotPermitted(DOING[scope])
