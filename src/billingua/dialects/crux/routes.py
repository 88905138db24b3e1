"""Where CRUX Connect clients knock."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billingua.core.party import TradeRole
from billingua.dialects.crux import requests, responses
from billingua.dialects.crux.credentials import Access, Member, enter, open_session
from billingua.dialects.crux.errors import voice
from billingua.dialects.crux.listing import visible_invoices, visible_part
from billingua.dialects.crux.vocabulary import NAME, VIEW_ORDER
from billingua.engine.ledger import Ledger
from billingua.engine.orders import find_order
from billingua.wire.errors import UnknownPath, WrongVerb
from billingua.wire.face import Face

BASE = "/timp"


def make_face(ledger: Ledger, body_limit: int) -> Face:
    """Build the dialect's application on a ledger; bodies over the limit, in bytes, are refused."""
    endpoints = Endpoints(ledger, body_limit)
    resources = {
        "/orders/{order_uuid:uuid}/invoices/": {
            "GET": Call(endpoints.get_invoices, Access(VIEW_ORDER)),
            "POST": Call(endpoints.post_invoice, Access(VIEW_ORDER, frozenset({TradeRole.SUPPLIER}))),
        },
    }
    routes = [Route(BASE + path, Resource(ledger, calls)) for path, calls in resources.items()]
    unfinished = [Route(BASE + path.rstrip("/"), _finish_path) for path in resources]
    return Face(NAME, [*routes, *unfinished], voice)


class Endpoints:
    """The dialect's endpoints on one ledger."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    async def get_invoices(self, request: Request, member: Member) -> Response:
        """Show an order with its invoices (§11)."""
        view = await self._ledger.read(member.caller, find_order, requests.order_uuid(request))
        order = visible_part(view.order, member)
        return responses.invoices_of(view, order, await visible_invoices(self._ledger, order, member))

    async def post_invoice(self, request: Request, member: Member) -> Response:
        """Write a supplier's invoice for an order (§12)."""
        command = await requests.post_invoice(request, member, self._body_limit)
        return responses.invoice_written(await self._ledger.run(member.caller, requests.invoice_order, command))


@dataclass(frozen=True, slots=True)
class Call:
    """What answers a verb, and who may make the call."""

    answer: Callable[[Request, Member], Awaitable[Response]]
    access: Access


class Resource:
    """A path with its calls. It takes every verb, since who asks is looked at before what is asked (§1.1)."""

    def __init__(self, ledger: Ledger, calls: Mapping[str, Call]) -> None:
        self._ledger = ledger
        self._calls = {**calls, "HEAD": calls["GET"]} if "GET" in calls else calls
        self._allowed = [*self._calls, "OPTIONS"]

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        session = await open_session(request, self._ledger)
        if request.method == "OPTIONS":
            return responses.options(self._allowed)
        call = self._calls.get(request.method)
        if call is None:
            raise WrongVerb(request.method, self._allowed)
        return await call.answer(request, await enter(session, self._ledger, call.access))


class _FinishPath:
    """A path without the slash at its end: a reader is sent on, whoever else comes finds nothing."""

    async def __call__(self, request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            raise UnknownPath
        query = request.scope["query_string"].decode("latin-1")
        return RedirectResponse(f"{request.scope['path']}/" + (f"?{query}" if query else ""), 301)


_finish_path = _FinishPath()
