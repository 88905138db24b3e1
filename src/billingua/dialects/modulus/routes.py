"""Where modulus clients knock. Path names are compared in their exact case (contract §1)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billingua.dialects.modulus import requests, responses
from billingua.dialects.modulus.credentials import open_session
from billingua.dialects.modulus.errors import voice
from billingua.dialects.modulus.vocabulary import NAME
from billingua.engine.invoices import change_status
from billingua.engine.ledger import Ledger
from billingua.wire.face import Face


def make_face(ledger: Ledger, body_limit: int) -> Face:
    """Build the dialect's application on a ledger; bodies over the limit, in bytes, are refused."""
    endpoints = Endpoints(ledger, body_limit)
    routes = [
        Route("/api/inv/v1/Invoice", endpoints.change_status, methods=["PATCH"]),
    ]
    return Face(NAME, routes, voice)


class Endpoints:
    """The dialect's endpoints on one ledger."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    async def change_status(self, request: Request) -> Response:
        """Change an invoice's status, which the product calls an update (§4)."""
        session = await open_session(request, self._ledger)
        command = await requests.change_status(request, session.workspace, self._body_limit)
        await self._ledger.run(session.caller, change_status, command)
        return responses.status_changed()
