"""Where clients knock for invoices and their lines (contract §4, §5, §6)."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from billingua.core import errors
from billingua.core.invoice import Invoice
from billingua.core.line import InvoiceLine
from billingua.core.workspace import Workspace
from billingua.dialects.onlyoffice import requests, responses
from billingua.dialects.onlyoffice.credentials import open_session
from billingua.dialects.onlyoffice.errors import voice
from billingua.dialects.onlyoffice.listing import Part
from billingua.dialects.onlyoffice.numbering import has_prefix, next_number
from billingua.dialects.onlyoffice.requests import changes, lines
from billingua.dialects.onlyoffice.requests.catalogue import read_ids
from billingua.dialects.onlyoffice.responses import ShownInvoice
from billingua.dialects.onlyoffice.responses.catalogue import product
from billingua.dialects.onlyoffice.responses.references import decimal
from billingua.dialects.onlyoffice.vocabulary import NAME
from billingua.engine.conditions import Expected, telling_version
from billingua.engine.invoices import RestampInvoice, is_number_taken
from billingua.engine.ledger import Ledger
from billingua.engine.lines import AddLine, ChangeLine, RemoveLine
from billingua.engine.plan import Command, by_id
from billingua.engine.queries import InvoiceQuery, Sort
from billingua.wire.conditions import if_match, tagged
from billingua.wire.credentials import Session
from billingua.wire.face import Endpoint
from billingua.wire.idempotency import answer_once

C = TypeVar("C", RestampInvoice, AddLine, ChangeLine, RemoveLine)
T = TypeVar("T")


class InvoiceEndpoints:
    """The endpoints of invoices and their lines on one ledger."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    def calls(self) -> Iterable[tuple[str, str, Endpoint]]:
        """List them, each with its verb and its path."""
        return [
            ("POST", "/invoice", self.post_invoice),
            ("DELETE", "/invoice", self.delete_invoices),
            ("GET", "/invoice/sample", self.show_sample),
            ("GET", "/invoice/bynumber", self.get_by_number),
            ("GET", "/invoice/bynumber/exist", self.is_number_taken),
            ("PUT", "/invoice/status/{status}", self.put_status),
            ("GET", "/invoice/{id}", self.get_invoice),
            ("PUT", "/invoice/{id}", self.put_invoice),
            ("DELETE", "/invoice/{id}", self.delete_invoice),
            ("PUT", "/invoice/{id}/creationdate", self.put_creation_date),
            ("PUT", "/invoice/{id}/lastmodifeddate", self.put_last_modified_date),
            ("POST", "/invoiceline", self.post_line),
            ("PUT", "/invoiceline/{id}", self.put_line),
            ("DELETE", "/invoiceline/{id}", self.delete_line),
        ]

    async def post_invoice(self, request: Request) -> Response:
        """Write a new invoice (§4.2)."""
        session = await open_session(request, self._ledger)
        command = await requests.post_invoice(request, session.workspace, self._body_limit)
        show = _whole_shown(session, request)
        return await answer_once(self._ledger, session.caller, requests.create_invoice, command, show)

    async def get_invoice(self, request: Request) -> Response:
        """Show an invoice (§4.6)."""
        session = await open_session(request, self._ledger)
        shown = await self._ledger.read(session.caller, requests.find_invoice, requests.record_id(request))
        return _whole_shown(session, request)(shown)

    async def put_invoice(self, request: Request) -> Response:
        """Write an invoice anew (§4.3)."""
        session = await open_session(request, self._ledger)
        command = await requests.put_invoice(request, session.workspace, self._body_limit)
        expected = if_match(request, by_id(Invoice, command.invoice))
        show = _whole_shown(session, request)
        return await answer_once(self._ledger, session.caller, requests.replace_invoice, command, show, expected)

    async def put_status(self, request: Request) -> Response:
        """Change the status of some invoices (§5).

        Statuses change even where the caller may not move the stock, which is refused then: so it was, and without it
        nobody but administrators could bill what is kept in stock.
        """
        session = await open_session(request, self._ledger)
        command = await changes.put_status(request, self._body_limit)
        expected = _expected_of_one(request, command.invoices)

        def show(changed: changes.Changed) -> Response:
            if changed.is_stock_refused:
                return voice(request, errors.NotPermitted("move the stock"))
            shown = [responses.invoice_base(one, session, request) for one in changed.invoices]
            items = [product(item, session, request) for item in changed.items]
            answer = responses.success(request, {"key": shown, "value": items})
            return tagged(answer, changed.invoices[0].view.version) if len(shown) == 1 else answer

        return await answer_once(self._ledger, session.caller, changes.change_statuses, command, show, expected)

    async def delete_invoice(self, request: Request) -> Response:
        """Delete an invoice (§4.8)."""
        session = await open_session(request, self._ledger)
        id = requests.record_id(request)
        expected = if_match(request, by_id(Invoice, id))

        def show(deleted: ShownInvoice) -> Response:
            return responses.success(request, responses.deleted_invoice(deleted, session, request))

        return await answer_once(self._ledger, session.caller, changes.delete_invoice, id, show, expected)

    async def delete_invoices(self, request: Request) -> Response:
        """Delete some invoices, as far as the caller may (§4.8)."""
        session = await open_session(request, self._ledger)
        ids = await read_ids(request, "invoiceids", self._body_limit)
        expected = _expected_of_one(request, ids)

        def show(deleted: Sequence[ShownInvoice]) -> Response:
            shown = [responses.deleted_invoice(one, session, request) for one in deleted]
            return responses.success_list(request, Part(shown, len(shown), is_counted=False))

        return await answer_once(self._ledger, session.caller, changes.delete_invoices, ids, show, expected)

    async def get_by_number(self, request: Request) -> Response:
        """Show the invoice that has a number (§4.6)."""
        session = await open_session(request, self._ledger)
        number = await requests.read_invoice_number(request, self._body_limit)
        shown = await self._ledger.read(session.caller, requests.find_invoice_by_number, number)
        answer = responses.success(request, responses.invoice_by_number(shown, session, request))
        return tagged(answer, shown.view.version)

    async def is_number_taken(self, request: Request) -> Response:
        """Say whether an invoice has a number (§4.6), whoever may see it."""
        session = await open_session(request, self._ledger)
        number = await requests.read_invoice_number(request, self._body_limit)
        return responses.success(request, await self._ledger.read(session.caller, is_number_taken, number))

    async def show_sample(self, request: Request) -> Response:
        """Show what a new invoice may begin with (§4.7)."""
        session = await open_session(request, self._ledger)
        last = await self._last(session)
        number = next_number(session.workspace, last and last.number)
        return responses.success(request, responses.sample(number, self._ledger.clock.now(), session, request))

    async def _last(self, session: Session) -> Invoice | None:
        """Find the invoice from whose number to count on: the one of the highest id.

        Invoices that other dialects number in their own way are none of those that are counted here.
        """
        newest = await self._newest(session)
        if newest is None or newest.origin == NAME or has_prefix(session.workspace, newest.number):
            return newest
        return await self._newest(session, NAME) or newest

    async def _newest(self, session: Session, origin: str | None = None) -> Invoice | None:
        query = InvoiceQuery(origin=origin, sort=Sort.ID, descending=True, limit=1)
        page = await self._ledger.invoices(session.caller, query)
        return next((record.value for record in page.items), None)

    async def put_creation_date(self, request: Request) -> Response:
        """State anew when an invoice was made (§4.9)."""
        return await self._restamp(request, changes.put_creation_date)

    async def put_last_modified_date(self, request: Request) -> Response:
        """State anew when an invoice was changed (§4.9)."""
        return await self._restamp(request, changes.put_last_modified_date)

    async def _restamp(
        self, request: Request, read: Callable[[Request, Workspace, int], Awaitable[RestampInvoice]]
    ) -> Response:
        session = await open_session(request, self._ledger)
        command = await read(request, session.workspace, self._body_limit)
        return await self._change(request, session, changes.restamp_invoice, command, lambda _: {})

    async def _change(
        self, request: Request, session: Session, change: Command[C, T], command: C, show: Callable[[T], Any]
    ) -> Response:
        """Change an invoice, if it is as the client expects, and tell in which version that leaves it."""
        key = by_id(Invoice, command.invoice)
        expected, telling = if_match(request, key), telling_version(change, key)

        def shown(changed: tuple[T, int]) -> Response:
            return tagged(responses.success(request, show(changed[0])), changed[1])

        return await answer_once(self._ledger, session.caller, telling, command, shown, expected)

    async def post_line(self, request: Request) -> Response:
        """Write a line more, and show its amounts as they were sent (§6)."""
        session = await open_session(request, self._ledger)
        sent = await lines.post_line(request, self._body_limit)
        amounts = {name: decimal(amount) for name, amount in sent.amounts.items()}

        def show(line: InvoiceLine) -> Any:
            return responses.line(line, sent.command.invoice) | amounts

        return await self._change(request, session, lines.add_line, sent.command, show)

    async def put_line(self, request: Request) -> Response:
        """Write a line anew (§6)."""
        session = await open_session(request, self._ledger)
        command = await lines.put_line(request, requests.invoice_id(request), self._body_limit)

        def show(line: InvoiceLine) -> Any:
            return responses.line(line, command.invoice)

        return await self._change(request, session, lines.change_line, command, show)

    async def delete_line(self, request: Request) -> Response:
        """Take a line out of its invoice, which the path does not name (§6)."""
        session = await open_session(request, self._ledger)
        id = requests.invoice_id(request)
        invoice = await lines.find_invoice_of(id, session.caller, self._ledger)
        command = RemoveLine(invoice=invoice, line=id)
        return await self._change(request, session, lines.remove_line, command, lambda line: line.id)


def _whole_shown(session: Session, request: Request) -> Callable[[ShownInvoice], Response]:
    """Show an invoice with the tag of its version."""

    def show(shown: ShownInvoice) -> Response:
        return tagged(responses.success(request, responses.invoice(shown, session, request)), shown.view.version)

    return show


def _expected_of_one(request: Request, ids: Sequence[int]) -> Expected | None:
    """Read in which version an invoice has to be; where several are named, the client does not say of which."""
    return if_match(request, by_id(Invoice, ids[0])) if len(set(ids)) == 1 else None
