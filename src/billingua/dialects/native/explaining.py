"""Where clients of our own API see through an invoice: how its totals come about, and how other dialects show it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from billingua.core.errors import InvoiceNotFound
from billingua.core.explaining import explain
from billingua.core.invoice import Invoice
from billingua.dialects.native import answers, requests
from billingua.dialects.native.errors import DialectShowsNone
from billingua.dialects.native.operations import Call, Operation
from billingua.dialects.native.responses import explanation, whole
from billingua.dialects.native.vocabulary import NAME, READ
from billingua.engine.ledger import Ledger
from billingua.wire.bodies import decode_json
from billingua.wire.credentials import Session
from billingua.wire.errors import BodyUnreadable
from billingua.wire.replies import json_reply

View = Callable[[Request, Ledger, Session, int], Awaitable[Response]]
"""How a dialect answers to somebody who asks for an invoice, by its id."""

Views = Mapping[str, View]


class ExplainingEndpoints:
    """The endpoints that look at one invoice from all sides."""

    def __init__(self, ledger: Ledger, views: Views) -> None:
        self._ledger = ledger
        self._views = views

    def operations(self) -> Sequence[Operation]:
        """List them."""
        return [
            Operation(
                name="explain_invoice",
                verb="GET",
                path="/v1/invoices/{invoice}/explain",
                handler=self.explain,
                tag="Invoices",
                summary="Show step by step how the totals of an invoice come about",
                scope=READ,
                answers=answers.Explanation,
                refusals=[InvoiceNotFound],
            ),
            Operation(
                name="show_invoice_as",
                verb="GET",
                path="/v1/invoices/{invoice}/as/{dialect}",
                handler=self.show_as,
                tag="Invoices",
                summary="Show an invoice as another dialect would answer: bigcommerce, crux, native or onlyoffice",
                scope=READ,
                answers=answers.ShownElsewhere,
                refusals=[InvoiceNotFound, DialectShowsNone],
            ),
        ]

    async def explain(self, call: Call) -> Response:
        """Show how totals come about."""
        (record, _) = await self._find(call)
        invoice = record.value
        steps = explain(invoice.lines, invoice.charges, invoice.rounding)
        return json_reply(explanation(steps, invoice.rounding, invoice.totals, invoice.currency))

    async def show_as(self, call: Call) -> Response:
        """Show an invoice as another dialect would."""
        dialect = call.request.path_params["dialect"]
        record, related = await self._find(call)
        if dialect == NAME:
            zone, now = call.session.workspace.zone, self._ledger.clock.now()
            answer = json_reply(whole(record, related, zone, now))
        elif dialect in self._views:
            answer = await self._views[dialect](call.request, self._ledger, call.session, record.value.id)
        else:
            raise DialectShowsNone(dialect)
        return json_reply(_elsewhere(dialect, answer))

    async def _find(self, call: Call) -> requests.Written:
        key = requests.read_key(Invoice, call.request.path_params["invoice"], InvoiceNotFound)
        return await self._ledger.read(call.caller, requests.find_invoice, key)


def _elsewhere(dialect: str, answer: Response) -> answers.ShownElsewhere:
    body = bytes(answer.body)
    try:
        shown = decode_json(body)
    except BodyUnreadable:
        shown = body.decode()
    content_type = answer.headers.get("content-type", "")
    return answers.ShownElsewhere(dialect=dialect, status=answer.status_code, content_type=content_type, body=shown)
