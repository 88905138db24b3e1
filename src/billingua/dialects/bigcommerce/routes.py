"""Where BigCommerce clients knock."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billingua.dialects.bigcommerce import credentials, requests, responses
from billingua.dialects.bigcommerce.errors import voice
from billingua.dialects.bigcommerce.listing import read_window
from billingua.dialects.bigcommerce.vocabulary import NAME, extra_fields
from billingua.engine.ledger import Ledger
from billingua.wire.credentials import Session
from billingua.wire.errors import WrongVerb
from billingua.wire.face import Face
from billingua.wire.rates import RateLimit

BASE = "/api/v3/io/ip"


def make_face(ledger: Ledger, body_limit: int) -> Face:
    """Build the dialect's application on a ledger; bodies over the limit, in bytes, are refused."""
    endpoints = Endpoints(ledger, body_limit)
    routes = [
        Route(f"{BASE}/invoices/extra-fields", endpoints.list_extra_fields, methods=["GET"]),
        Route(f"{BASE}/invoices/export", takes_no_verb, methods=[]),
        Route(f"{BASE}/invoices/{{invoice_id}}/send-mail", takes_no_verb, methods=[]),
        Route(f"{BASE}/invoices/{{invoice_id}}", endpoints.get_invoice, methods=["GET"]),
        Route(f"{BASE}/invoices/{{invoice_id}}", endpoints.update_invoice, methods=["PUT"]),
    ]
    return Face(NAME, routes, voice)


async def takes_no_verb(request: Request) -> Response:
    """Refuse whatever is asked of a path that the contract names without any call (A30)."""
    raise WrongVerb(request.method, ())


class Endpoints:
    """The dialect's endpoints on one ledger."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit
        self._rates = RateLimit()

    async def list_extra_fields(self, request: Request) -> Response:
        """List how the store's own fields are set up (§4.9)."""
        session = await self._open_session(request)
        window, fields = read_window(request), extra_fields(session.workspace)
        shown = [responses.extra_field(field, session.workspace) for field in window.of(fields)]
        return responses.success(shown, pagination=window.pagination(len(fields)))

    async def get_invoice(self, request: Request) -> Response:
        """Show an invoice (§4.3)."""
        session = await self._open_session(request)
        found = await self._ledger.read(session.caller, requests.find_invoice, requests.invoice_id(request))
        return responses.success(responses.invoice(found, session.workspace))

    async def update_invoice(self, request: Request) -> Response:
        """Change what the body names, and nothing else (§4.4)."""
        session = await self._open_session(request)
        command = await requests.update_invoice(request, self._body_limit)
        return responses.written(await self._ledger.run(session.caller, requests.amend_invoice, command))

    async def _open_session(self, request: Request) -> Session:
        """Let a client in, if its store has requests left in this minute (§1.6)."""
        session = await credentials.open_session(request, self._ledger)
        if not hasattr(request.state, "counted"):  # a request that is answered once more is still one
            limit = session.workspace.setting(NAME, "requests_per_minute")
            self._rates.count(session.workspace.name, limit, self._ledger.clock.now())
            request.state.counted = True
        return session
