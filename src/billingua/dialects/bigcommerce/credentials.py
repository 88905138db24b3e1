"""How a BigCommerce client says who it is (contract §1.2, A2)."""

from starlette.requests import Request

from billingua.dialects.bigcommerce.vocabulary import NAME, store_hash
from billingua.engine.ledger import Ledger
from billingua.engine.standing import Standing
from billingua.wire import credentials
from billingua.wire.credentials import Session
from billingua.wire.errors import CredentialMissing

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

    def fits(standing: Standing) -> bool:
        return standing.credential.allows(SCOPE) and (not token or store_hash(standing.workspace) == stated_hash)

    return await credentials.open_session(request, ledger, NAME, token or older, fits)
