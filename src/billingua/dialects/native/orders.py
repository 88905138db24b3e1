"""Where clients of our own API knock for orders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from starlette.responses import Response

from billingua.core import errors
from billingua.core.access import reader_of
from billingua.core.errors import OrderNotFound, Refused
from billingua.core.order import Order
from billingua.dialects.native import answers, order_answers
from billingua.dialects.native.credentials import refusal_of
from billingua.dialects.native.errors import ContentFixed, details
from billingua.dialects.native.listing import AS_OF, DRY_RUN, next_page
from billingua.dialects.native.operations import JSON, MERGE_PATCH, Call, Operation
from billingua.dialects.native.order_lists import (
    INVOICES_OF_ORDER_PARAMETERS,
    ORDER_PARAMETERS,
    invoices_query,
    named_parties,
    order_query,
)
from billingua.dialects.native.requests import Written, fulfilment, read_key, relate
from billingua.dialects.native.requests import order_bodies as bodies
from billingua.dialects.native.requests import orders as requests
from billingua.dialects.native.requests.catalogue import Rewrite
from billingua.dialects.native.requests.merging import instead, patched
from billingua.dialects.native.responses import history, invoices
from billingua.dialects.native.responses import orders as responses
from billingua.dialects.native.responses import whole as whole_invoice
from billingua.dialects.native.vocabulary import READ, WRITE
from billingua.dialects.native.writes import Shown, reply, write
from billingua.engine.conditions import find_record
from billingua.engine.ledger import Ledger
from billingua.engine.orders import view_orders
from billingua.engine.past import as_of
from billingua.engine.plan import Key
from billingua.wire.conditions import NEW, entity_tag, is_known
from billingua.wire.replies import json_reply

TAG = "Orders"
PATH = "/v1/orders"
ONE = "/v1/orders/{order}"

_OF_GOODS = (errors.PartyNotFound, errors.SupplierNotFound, errors.SkuNotFound, errors.ItemNotFound)
_OF_LINES = (OrderNotFound, errors.OrderLineNotFound)
_OF_INVOICES = (
    *_OF_LINES,
    errors.PartyNotFound,
    errors.NumberTaken,
    errors.OrderBilled,
    errors.OrderCancelled,
    errors.OrderLineClosed,
    errors.OverInvoiced,
    errors.AmountTooLarge,
)

_EXAMPLE = {
    "number": "PO-4711",
    "party_id": 10,
    "lines": [{"item_id": 1, "quantity": 5, "unit_cost": "12.50"}],
    "fees": {"shipping_cost": "4.90"},
    "address": {"name": "Anna Larch", "city": "Riga", "country": "LV"},
}
_LINE = "9d0c1f5e-3c1b-4b0e-9a52-0f6a6f0b8f10"

_ACTIONS: Mapping[str, tuple[str, Any, Sequence[type[Refused]], Any]] = {
    "hand-over": ("Count an order as handed over to its suppliers", None, [OrderNotFound], None),
    "allocate": (
        "Say how much of some lines their suppliers take on",
        bodies.OrderAllocation,
        [*_OF_LINES, errors.OrderLineClosed, errors.OverAllocated],
        {"lines": [{"id": _LINE, "accepted": 3, "backordered": 2, "backorder_date": "2025-02-01"}]},
    ),
    "ship": (
        "Send a package with some lines of one supplier",
        bodies.PackageContent,
        [*_OF_LINES, errors.OrderLineClosed],
        {"number": "1Z999AA10123456784", "carrier": "UPS", "lines": [{"id": _LINE, "quantity": 3}]},
    ),
    "request-cancellation": (
        "Ask the suppliers to cancel an order, or some of its lines",
        bodies.LinesNamed,
        [*_OF_LINES, errors.NothingToCancel],
        {"line_ids": [_LINE]},
    ),
    "confirm-cancellation": (
        "Cancel what was asked to be, or some of it",
        bodies.LinesNamed,
        [*_OF_LINES, errors.NothingToCancel],
        {"line_ids": [_LINE]},
    ),
    "reject-cancellation": (
        "Cancel nothing of what was asked to be, or not some of it",
        bodies.LinesNamed,
        [*_OF_LINES, errors.NothingToCancel],
        {"line_ids": [_LINE]},
    ),
}
"""What each action does, reads and refuses, with an example of what it reads."""


class OrderEndpoints:
    """The endpoints of orders on one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def operations(self) -> Sequence[Operation]:
        """List them."""
        return [*self._lists(), *self._reading(), *self._writing(), *map(self._action, _ACTIONS), self._invoicing()]

    def _lists(self) -> Sequence[Operation]:
        listing: dict[str, Any] = {"verb": "GET", "tag": TAG, "scope": READ, "lists": True}
        return [
            Operation(
                name="list_orders",
                path=PATH,
                handler=self.list_orders,
                summary="List orders, page by page",
                answers=order_answers.OrderPage,
                parameters=ORDER_PARAMETERS,
                **listing,
            ),
            Operation(
                name="list_invoices_of_order",
                path=ONE + "/invoices",
                handler=self.list_invoices,
                summary="List the invoices of an order, page by page",
                answers=answers.InvoicePage,
                parameters=INVOICES_OF_ORDER_PARAMETERS,
                refusals=[OrderNotFound],
                **listing,
            ),
        ]

    def _reading(self) -> Sequence[Operation]:
        about_one: dict[str, Any] = {"verb": "GET", "tag": TAG, "scope": READ, "refusals": [OrderNotFound]}
        return [
            Operation(
                name="get_order",
                path=ONE,
                handler=self.get_order,
                summary="Show an order, as it is or as it was",
                answers=order_answers.Order,
                parameters=[AS_OF],
                tagged=True,
                **about_one,
            ),
            Operation(
                name="get_order_history",
                path=ONE + "/history",
                handler=self.get_history,
                summary="Show what happened to an order, oldest first",
                answers=answers.History,
                **about_one,
            ),
            Operation(
                name="get_order_actions",
                path=ONE + "/actions",
                handler=self.get_actions,
                summary="Say what may be done to an order now, and for what may not, why",
                answers=order_answers.OrderActions,
                **about_one,
            ),
        ]

    def _writing(self) -> Sequence[Operation]:
        rewrite: dict[str, Any] = {
            "tag": TAG,
            "scope": WRITE,
            "parameters": [DRY_RUN],
            "answers": order_answers.Order,
            "reads": bodies.OrderContent,
        }
        changing = [OrderNotFound, errors.SupplierNotFound, ContentFixed]
        return [
            Operation(
                name="create_order",
                verb="POST",
                path=PATH,
                handler=self.create_order,
                summary="Order something",
                status=201,
                refusals=_OF_GOODS,
                example=_EXAMPLE,
                **rewrite,
            ),
            Operation(
                name="replace_order",
                verb="PUT",
                path=ONE,
                handler=self.replace_order,
                summary="Say anew what both sides say of an order; what was ordered stays",
                refusals=changing,
                tagged=True,
                example={"number": "PO-4711", "lines": [{"id": _LINE, "retailer_notes": "Gift wrap"}]},
                **rewrite,
            ),
            Operation(
                name="patch_order",
                verb="PATCH",
                path=ONE,
                handler=self.patch_order,
                summary="Change some of what both sides say of an order, by a JSON merge patch (RFC 7396)",
                refusals=changing,
                media_types=(MERGE_PATCH, JSON),
                tagged=True,
                example={"retailer_notes": "Ring twice", "fees": {"shipping_cost": "9.90"}},
                **rewrite,
            ),
        ]

    def _action(self, name: str) -> Operation:
        summary, reads, refusals, example = _ACTIONS[name]
        return Operation(
            name=f"{name.replace('-', '_')}_order",
            verb="POST",
            path=f"{ONE}/{name}",
            handler=partial(self.act, command=fulfilment.ACTIONS[name]),
            tag=TAG,
            summary=summary,
            scope=WRITE,
            answers=order_answers.Order,
            reads=reads,
            optional=reads is bodies.LinesNamed,
            parameters=[DRY_RUN],
            refusals=refusals,
            tagged=True,
            example=example,
        )

    def _invoicing(self) -> Operation:
        return Operation(
            name="invoice_order",
            verb="POST",
            path=ONE + "/invoices",
            handler=self.invoice_order,
            tag=TAG,
            summary="Write an invoice for an order or some of its lines; `If-Match` is about the order",
            scope=WRITE,
            status=201,
            answers=answers.Invoice,
            reads=bodies.OrderInvoiceContent,
            parameters=[DRY_RUN],
            refusals=_OF_INVOICES,
            tagged=True,
            example={"number": "2025-0042", "lines": [{"id": _LINE, "quantity": 3}]},
        )

    async def list_orders(self, call: Call) -> Response:
        """List orders, page by page."""
        parties = await self._ledger.read(call.caller, requests.find_uuids, named_parties(call.request))
        asked = order_query(call.request, call.session.workspace.zone, parties)
        page = await self._ledger.orders(call.caller, replace(asked, reader=reader_of(call.caller.user)))
        views = await self._ledger.read(call.caller, view_orders, [record.value for record in page.items])
        items = [responses.in_short(view, record.version) for view, record in zip(views, page.items, strict=True)]
        following = next_page(call.request, page)
        return json_reply(order_answers.OrderPage(items=items, total=page.total, next=following))

    async def list_invoices(self, call: Call) -> Response:
        """List the invoices of an order that whoever asks may see."""
        record, _ = await self._ledger.read(call.caller, requests.find_order, _key(call))
        zone, now = call.session.workspace.zone, self._ledger.clock.now()
        asked = invoices_query(call.request, zone, now, record.value.id)
        page = await self._ledger.invoices(call.caller, replace(asked, reader=reader_of(call.caller.user)))
        related = await self._ledger.read(call.caller, relate, [one.value for one in page.items])
        return invoices(page, related, zone, now, next_page(call.request, page))

    async def get_order(self, call: Call) -> Response:
        """Show an order, as it is or as it was."""
        if "as_of" in call.flags:
            return await self._show_past(call, call.flags["as_of"])
        record, view = await self._ledger.read(call.caller, requests.find_order, _key(call))
        if is_known(call.request, record.version):
            return Response(status_code=304, headers={"ETag": entity_tag(record.version)})
        return reply((responses.whole(view, record.version), record.version))

    async def _show_past(self, call: Call, when: int | datetime) -> Response:
        """Show what an order was, with the names that others have today."""
        record = await self._ledger.read(call.caller, find_record, _key(call))
        id = record.value.id if record else 0
        past = as_of(Order, await self._ledger.history(call.caller, "order", id), when)
        if past is None:
            raise OrderNotFound(f"{call.request.path_params['order']} as of {call.request.query_params['as_of']}")
        view = await self._ledger.read(call.caller, requests.see_order, past.value)
        return json_reply(responses.whole(view, past.version))

    async def get_history(self, call: Call) -> Response:
        """Show what happened to an order, oldest first."""
        record, _ = await self._ledger.read(call.caller, requests.find_order, _key(call))
        return history(await self._ledger.history(call.caller, "order", record.value.id))

    async def get_actions(self, call: Call) -> Response:
        """Say what may be done to an order, by whoever asks."""
        record, outcomes = await self._ledger.read(call.caller, fulfilment.find_actions, _key(call))
        told = {action: _told(call, refusal) for action, refusal in outcomes.items()}
        return json_reply(responses.actions(record.version, told))

    async def create_order(self, call: Call) -> Response:
        """Order something."""
        return await write(self._ledger, call, requests.create_order, call.body, _show, status=201)

    async def replace_order(self, call: Call) -> Response:
        """Say all anew that may be said of an order."""
        return await self._rewrite(call, instead(call.body))

    async def patch_order(self, call: Call) -> Response:
        """Change some of what may be said of an order."""
        return await self._rewrite(call, patched(call.body, bodies.OrderContent))

    async def _rewrite(self, call: Call, content: Callable[[bodies.OrderContent], bodies.OrderContent]) -> Response:
        key = _key(call)
        return await write(self._ledger, call, requests.rewrite_order, Rewrite(key, content), _show, key=key)

    async def act(self, call: Call, command: Any) -> Response:
        """Do something to an order."""
        key = _key(call)
        return await write(self._ledger, call, command, fulfilment.Act(key, call.body), _show, key=key)

    async def invoice_order(self, call: Call) -> Response:
        """Write an invoice for an order or some of it."""
        key, zone = _key(call), call.session.workspace.zone

        def show(written: Written) -> Shown:
            record, related = written
            return whole_invoice(record, related, zone, self._ledger.clock.now()), NEW

        values = fulfilment.Act(key, call.body)
        return await write(self._ledger, call, fulfilment.invoice_order, values, show, key=key, status=201)


def _show(placed: requests.Placed) -> Shown:
    record, view = placed
    return responses.whole(view, record.version), record.version


def _key(call: Call) -> Key[Order]:
    return read_key(Order, call.request.path_params["order"], OrderNotFound)


def _told(call: Call, refusal: Refused | None) -> Mapping[str, Any] | None:
    """Say why an action is not for whoever asks, or not now."""
    refusal = refusal_of(call.session, WRITE) or refusal
    return refusal and details(call.request, refusal)
