"""Where people knock: every page of the console."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billingua.console import assets
from billingua.console.actions import ActionPages
from billingua.console.invoices import InvoicePages
from billingua.console.pages import HOME, Pages, go
from billingua.console.sessions import NAME, Door
from billingua.console.sights import SightPages, View
from billingua.console.signing_in import SigningIn
from billingua.engine.ledger import Ledger
from billingua.wire.face import Face


def make_face(
    ledger: Ledger,
    body_limit: int,
    dialects: Mapping[str, str],
    views: Mapping[str, View] | None = None,
    demo_user: str | None = None,
) -> Face:
    """Build the console on a ledger; forms over the limit, in bytes, are refused.

    `dialects` are those that invoices come from, each with what people call it, and `views` says, by dialect, how an
    invoice is shown there. In a demo, visitors from this machine are `demo_user` without being asked.
    """
    pages, door = Pages(dialects), Door(ledger, body_limit)
    routes = [
        Route("/", _go_home, methods=["GET"]),
        Route("/console", _go_home, methods=["GET"]),
        assets.ROUTE,
        *SigningIn(ledger, door, pages, demo_user).routes(),
        *ActionPages(ledger, door, pages).routes(),
        *SightPages(ledger, door, pages, views or {}).routes(),
        *InvoicePages(ledger, door, pages, list(dialects)).routes(),
    ]
    return Face(NAME, routes, pages.refuse, body_limit)


async def _go_home(_: Request) -> Response:
    return go(HOME)
