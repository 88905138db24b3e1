"""How a BigCommerce client says who it is (contract §1.2, A2), and how often it may ask (§1.6)."""

from starlette.requests import Request

from billingua.dialects.bigcommerce.vocabulary import NAME, store_hash
from billingua.engine.ledger import Ledger
from billingua.engine.standing import Standing
from billingua.wire import credentials
from billingua.wire.credentials import Session
from billingua.wire.errors import CredentialMissing
from billingua.wire.idempotency import asked_once
from billingua.wire.rates import RateLimit

SCOPE = "b2b"


class Entrance:
    """Where clients are let in to a ledger, all of a store together so many times a minute."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._rates = RateLimit()

    async def open_session(self, request: Request) -> Session:
        """Let a client in, if its store has requests left in this minute."""
        session = await open_session(request, self._ledger)
        if not hasattr(request.state, "counted"):  # a request that is answered once more is still one
            limit = session.workspace.setting(NAME, "requests_per_minute")
            self._rates.count(session.workspace.name, limit, self._ledger.clock.now())
            request.state.counted = True
        return await asked_once(request, self._ledger, session)


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
