"""Where clients of our own API knock."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billingua.dialects.native import requests, responses
from billingua.dialects.native.credentials import open_session
from billingua.dialects.native.errors import TYPES, explain, voice
from billingua.dialects.native.listing import invoice_query, next_page
from billingua.dialects.native.vocabulary import NAME, READ
from billingua.engine.ledger import Ledger
from billingua.wire.face import Face


def make_face(ledger: Ledger, body_limit: int) -> Face:
    """Build the dialect's application on a ledger; bodies over the limit, in bytes, are refused."""
    endpoints = Endpoints(ledger)
    routes = [
        Route("/v1/invoices", endpoints.list_invoices, methods=["GET"]),
        Route("/v1/invoices/{invoice}", endpoints.get_invoice, methods=["GET"]),
        Route("/v1/invoices/{invoice}/history", endpoints.get_history, methods=["GET"]),
        Route(TYPES + "{name}", explain_problem, methods=["GET"]),
    ]
    return Face(NAME, routes, voice)


async def explain_problem(request: Request) -> Response:
    """Show what a type of problem is; everybody may read that."""
    return explain(request.path_params["name"])


class Endpoints:
    """The dialect's endpoints on one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def list_invoices(self, request: Request) -> Response:
        """List invoices, page by page."""
        session = await open_session(request, self._ledger, READ)
        zone, now = session.workspace.zone, self._ledger.clock.now()
        query = invoice_query(request, zone, now)
        page = await self._ledger.invoices(session.caller, query)
        related = await self._ledger.read(session.caller, requests.relate, [record.value for record in page.items])
        return responses.invoices(page, related, zone, now, next_page(request, query, page.total))

    async def get_invoice(self, request: Request) -> Response:
        """Show an invoice."""
        session = await open_session(request, self._ledger, READ)
        key = requests.invoice_key(request)
        record, related = await self._ledger.read(session.caller, requests.find_invoice, key)
        return responses.invoice(record, related, session.workspace.zone, self._ledger.clock.now())

    async def get_history(self, request: Request) -> Response:
        """Show what happened to an invoice, oldest first."""
        session = await open_session(request, self._ledger, READ)
        key = requests.invoice_key(request)
        record, _ = await self._ledger.read(session.caller, requests.find_invoice, key)
        return responses.history(await self._ledger.history(session.caller, "invoice", record.value.id))
