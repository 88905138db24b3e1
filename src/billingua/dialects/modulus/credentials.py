"""How a modulus client says who it is: a token in the query, and nowhere else (contract §1, §2)."""

from starlette.requests import Request

from billingua.dialects.modulus.vocabulary import NAME
from billingua.engine.ledger import Ledger
from billingua.wire import credentials
from billingua.wire.credentials import Session
from billingua.wire.errors import CredentialMissing


async def open_session(request: Request, ledger: Ledger) -> Session:
    """Let in the holder of a live token. Refuses with the errors of `CredentialRefused`."""
    token = request.query_params.get("token")
    if not token:
        raise CredentialMissing
    return await credentials.open_session(request, ledger, NAME, token)
