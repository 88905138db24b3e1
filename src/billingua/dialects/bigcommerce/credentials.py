"""How a BigCommerce client says who it is (contract §1.2, A2)."""

from starlette.requests import Request

from billingua.dialects.bigcommerce.vocabulary import NAME, store_hash
from billingua.engine.ledger import Ledger
from billingua.wire.credentials import Session, open_sessions
from billingua.wire.errors import CredentialMissing, CredentialNotEntitled

SCOPE = "b2b"


async def open_session(request: Request, ledger: Ledger) -> Session:
    """Let in the holder of a token with the scope, of the store whose hash is sent along.

    The older `authToken` header names its store by itself. Refuses with the errors of `CredentialRefused`.
    """
    token, stated_hash, older = (
        request.headers.get(name, "").strip() for name in ("x-auth-token", "x-store-hash", "authtoken")
    )
    if not (stated_hash if token else older):
        raise CredentialMissing
    sessions = await open_sessions(ledger, NAME, token or older, request.state.id)
    for session in sessions:
        if session.credential.allows(SCOPE) and (not token or store_hash(session.workspace) == stated_hash):
            return session
    raise CredentialNotEntitled
