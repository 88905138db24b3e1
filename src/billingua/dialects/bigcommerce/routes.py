"""Where BigCommerce clients knock."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billingua.dialects.bigcommerce import requests, responses
from billingua.dialects.bigcommerce.credentials import open_session
from billingua.dialects.bigcommerce.errors import voice
from billingua.dialects.bigcommerce.vocabulary import NAME
from billingua.engine.invoices import find_invoice
from billingua.engine.ledger import Ledger
from billingua.wire.face import Face

BASE = "/api/v3/io/ip"


def make_face(ledger: Ledger, body_limit: int) -> Face:
    """Build the dialect's application on a ledger; bodies over the limit, in bytes, are refused."""
    endpoints = Endpoints(ledger, body_limit)
    routes = [
        Route(f"{BASE}/invoices/{{invoice_id}}", endpoints.get_invoice, methods=["GET"]),
        Route(f"{BASE}/invoices/{{invoice_id}}", endpoints.update_invoice, methods=["PUT"]),
    ]
    return Face(NAME, routes, voice)


class Endpoints:
    """The dialect's endpoints on one ledger."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    async def get_invoice(self, request: Request) -> Response:
        """Show an invoice (§4.3)."""
        session = await open_session(request, self._ledger)
        view = await self._ledger.read(session.caller, find_invoice, requests.invoice_id(request))
        return responses.success(responses.invoice(view, session.workspace))

    async def update_invoice(self, request: Request) -> Response:
        """Change what the body names, and nothing else (§4.4)."""
        session = await open_session(request, self._ledger)
        command = await requests.update_invoice(request, self._body_limit)
        return responses.written(await self._ledger.run(session.caller, requests.amend_invoice, command))
