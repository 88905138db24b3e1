"""Where CRUX Connect clients knock."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import TypeVar
from uuid import UUID

from starlette.convertors import PathConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from billingua.core.invoice import Invoice
from billingua.core.order import part_of
from billingua.core.party import TradeRole
from billingua.dialects.crux import credentials, listing, requests, responses
from billingua.dialects.crux.credentials import Access, Member, enter, open_session
from billingua.dialects.crux.errors import voice
from billingua.dialects.crux.files.routes import DOWNLOAD, FileEndpoints
from billingua.dialects.crux.files.working import Uploads
from billingua.dialects.crux.requests import Sent
from billingua.dialects.crux.vocabulary import (
    ADD_ORDER_TRACKING,
    ALLOCATE_ORDER,
    CANCEL_ORDER,
    CREATE_ORDER,
    NAME,
    VIEW_ORDER,
)
from billingua.engine.ledger import Ledger
from billingua.engine.orders import find_order
from billingua.engine.plan import Command
from billingua.wire.conditions import NEW, tagged
from billingua.wire.errors import UnknownPath, WrongVerb
from billingua.wire.face import Face
from billingua.wire.idempotency import answer_once, asked_once

T = TypeVar("T")

BASE = "/timp"
LOGIN = "/organizations/user-login/"

UPLOAD_LIMIT = 32 * 1024 * 1024

RETAILER = frozenset({TradeRole.RETAILER})
SUPPLIER = frozenset({TradeRole.SUPPLIER})


def make_face(
    ledger: Ledger, body_limit: int, uploads: Uploads | None = None, upload_limit: int = UPLOAD_LIMIT
) -> Face:
    """Build the dialect's application on a ledger; bodies and uploads over their limits, in bytes, are refused."""
    endpoints = Endpoints(ledger, body_limit)
    files = FileEndpoints(ledger, uploads or Uploads(ledger), body_limit, upload_limit)
    resources = {**_resources(endpoints), **_calls(files)}
    routes = [Route(BASE + path, Resource(ledger, calls)) for path, calls in resources.items()]
    login = [
        Route(BASE + LOGIN, endpoints.log_in, methods=["POST"]),
        Route(BASE + LOGIN, endpoints.login_options, methods=["OPTIONS"]),
    ]
    unfinished = [Route(BASE + path.rstrip("/"), _finish_path) for path in (*resources, LOGIN)]
    download = Route(BASE + DOWNLOAD, files.download, methods=["GET"])
    return Face(NAME, [*routes, *login, download, *unfinished], voice, max(body_limit, upload_limit))


class _NumberConvertor(PathConvertor):
    """An order's number in a path, which may have slashes in it."""

    regex = "[^/](?s:.*)"


register_url_convertor("number", _NumberConvertor())


def _calls(files: FileEndpoints) -> Mapping[str, Mapping[str, "Call"]]:
    resources = files.resources().items()
    return {path: {verb: Call(*call) for verb, call in calls.items()} for path, calls in resources}


def _resources(endpoints: "Endpoints") -> Mapping[str, Mapping[str, "Call"]]:
    """List every path with its calls; none of the words in them can be taken for an order's UUID."""
    sees, cancels = Access(VIEW_ORDER), Access(CANCEL_ORDER, RETAILER)
    answers = Access(CANCEL_ORDER, SUPPLIER)
    confirm, reject = Call(endpoints.confirm_cancellation, answers), Call(endpoints.reject_cancellation, answers)
    return {
        "/orders/{order_uuid:uuid}/invoices/": {
            "GET": Call(endpoints.show_invoices, sees),
            "POST": Call(endpoints.post_invoice, Access(VIEW_ORDER, SUPPLIER)),
        },
        "/orders/": {"POST": Call(endpoints.list_orders, sees, writes=False)},
        "/orders/create/": {"POST": Call(endpoints.create_order, Access(CREATE_ORDER, RETAILER))},
        "/orders/acknowledge/": {"PUT": Call(endpoints.acknowledge, sees)},
        "/orders/po/{po_number:number}/": {"GET": Call(endpoints.show_orders_of_number, sees)},
        "/orders/cancel/": {"PATCH": Call(endpoints.cancel_order, cancels)},
        "/orders/cancel/{order_uuid:uuid}/confirm/": {"PATCH": confirm},
        "/orders/cancel/{order_uuid:uuid}/reject/": {"PATCH": reject},
        "/orders/items/cancel/{line_item_uuid:uuid}/": {"DELETE": Call(endpoints.cancel_line, cancels)},
        "/orders/items/cancel/{line_item_uuid:uuid}/confirm/": {"PATCH": confirm},
        "/orders/items/cancel/{line_item_uuid:uuid}/reject/": {"PATCH": reject},
        "/orders/allocation/{order_uuid:uuid}/": {
            "PUT": Call(endpoints.allocate_order, Access(ALLOCATE_ORDER, SUPPLIER)),
        },
        "/orders/tracking/{order_uuid:uuid}/": {
            "POST": Call(endpoints.add_tracking, Access(ADD_ORDER_TRACKING, SUPPLIER)),
        },
        "/orders/{order_uuid:uuid}/": {"GET": Call(endpoints.show_order, sees)},
        "/orders/{order_uuid:uuid}/attributes/": {
            "GET": Call(endpoints.show_attributes, sees),
            "POST": Call(endpoints.post_attributes, sees),
        },
        "/orders/{order_uuid:uuid}/fees/": {
            "GET": Call(endpoints.show_fees, sees),
            "POST": Call(endpoints.post_fees, sees),
        },
    }


class Endpoints:
    """The dialect's endpoints on one ledger."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    async def log_in(self, request: Request) -> Response:
        """Give a user a token (§2)."""
        login = await requests.read_login(request, self._body_limit)
        token = token_hex(20)
        member = await credentials.log_in(request, self._ledger, *login, token)
        return responses.logged_in(token, member)

    async def login_options(self, _: Request) -> Response:
        """Say how to log in."""
        return responses.options(["POST", "OPTIONS"])

    async def create_order(self, request: Request, member: Member) -> Response:
        """Order something (§3)."""
        return await self._run(request, member, requests.create_order, responses.order_created)

    async def list_orders(self, request: Request, member: Member) -> Response:
        """Show orders (§4)."""
        body = await requests.read_json(request, self._body_limit)
        query = listing.order_query(body, member.trader)
        return responses.orders_listed(await listing.list_orders(self._ledger, query, member))

    async def show_order(self, request: Request, member: Member) -> Response:
        """Show one order (§5)."""
        return responses.order_shown(await listing.show_order(self._ledger, _order(request), member))

    async def show_orders_of_number(self, request: Request, member: Member) -> Response:
        """Show the orders of a retailer's own number (§5)."""
        query = listing.of_number(request.path_params["po_number"], member.trader)
        listed = await listing.list_orders(self._ledger, query, member)
        return responses.orders_shown(listed.orders)

    async def cancel_order(self, request: Request, member: Member) -> Response:
        """Ask for an order to be cancelled (§6)."""
        return await self._run(request, member, requests.ask_to_cancel, _accepted)

    async def cancel_line(self, request: Request, member: Member) -> Response:
        """Ask for a line to be cancelled (§6)."""
        return await self._run_bare(request, member, requests.ask_to_cancel_line)

    async def confirm_cancellation(self, request: Request, member: Member) -> Response:
        """Cancel what was asked for, of an order or a line (§6)."""
        return await self._run_bare(request, member, requests.confirm_cancellation)

    async def reject_cancellation(self, request: Request, member: Member) -> Response:
        """Cancel nothing of what was asked for, of an order or a line (§6)."""
        return await self._run_bare(request, member, requests.reject_cancellation)

    async def allocate_order(self, request: Request, member: Member) -> Response:
        """Take on lines (§7)."""
        return await self._run(request, member, requests.allocate_order, responses.allocated)

    async def add_tracking(self, request: Request, member: Member) -> Response:
        """Send a package (§8)."""
        return await self._run(request, member, requests.ship_order, responses.package_sent)

    async def show_attributes(self, request: Request, member: Member) -> Response:
        """Show notes and attributes (§9)."""
        view = await self._ledger.read(member.caller, find_order, _order(request))
        return responses.remarks_shown(part_of(view.order, member.trader))

    async def post_attributes(self, request: Request, member: Member) -> Response:
        """Take down notes and attributes (§9)."""
        return await self._run(request, member, requests.remark_on_order, _accepted)

    async def show_fees(self, request: Request, member: Member) -> Response:
        """Show fees (§10)."""
        view = await self._ledger.read(member.caller, find_order, _order(request))
        return responses.fees_shown(part_of(view.order, member.trader))

    async def post_fees(self, request: Request, member: Member) -> Response:
        """Take down fees (§10)."""
        return await self._run(request, member, requests.set_fees, _accepted)

    async def show_invoices(self, request: Request, member: Member) -> Response:
        """Show an order with its invoices (§11)."""
        shown = await listing.show_order(self._ledger, _order(request), member)
        answer = responses.invoices_shown(shown)
        return answer if shown.version is None else tagged(answer, shown.version)

    async def post_invoice(self, request: Request, member: Member) -> Response:
        """Write a supplier's invoice for an order (§12)."""

        def show(invoice: Invoice) -> Response:
            return tagged(responses.invoice_written(invoice), NEW)

        return await self._run(request, member, requests.invoice_order, show)

    async def acknowledge(self, request: Request, member: Member) -> Response:
        """Count orders as handed over (§13)."""
        return await self._run(request, member, requests.hand_over, _accepted)

    async def _run(
        self, request: Request, member: Member, command: Command[Sent, T], show: Callable[[T], Response]
    ) -> Response:
        sent = await requests.read_sent(request, member, self._body_limit)
        return await answer_once(self._ledger, member.caller, command, sent, show)

    async def _run_bare(self, request: Request, member: Member, command: Command[Sent, T]) -> Response:
        """Run what needs no body, and has nothing to tell."""
        sent = await requests.read_bare(request, member, self._body_limit)
        return await answer_once(self._ledger, member.caller, command, sent, _accepted)


def _accepted(_: object) -> Response:
    return responses.accepted()


def _order(request: Request) -> UUID:
    return request.path_params["order_uuid"]


@dataclass(frozen=True, slots=True)
class Call:
    """What answers a verb, who may make the call, and whether it may write: only then it can be done once."""

    answer: Callable[[Request, Member], Awaitable[Response]]
    access: Access
    writes: bool = True


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
        member = await enter(session, self._ledger, call.access)
        if call.writes:
            session = await asked_once(request, self._ledger, session)
        return await call.answer(request, replace(member, caller=session.caller))


class _FinishPath:
    """A path without the slash at its end: a reader is sent on, whoever else comes finds nothing."""

    async def __call__(self, request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            raise UnknownPath
        path, query = request.scope["raw_path"].decode("ascii"), request.scope["query_string"].decode("latin-1")
        return RedirectResponse(f"{path}/" + (f"?{query}" if query else ""), 301)


_finish_path = _FinishPath()
