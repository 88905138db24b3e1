"""Where clients knock for invoices and their lines (contract §4, §5, §6)."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from billingua.dialects.onlyoffice import requests, responses
from billingua.dialects.onlyoffice.credentials import open_session
from billingua.dialects.onlyoffice.requests import lines
from billingua.dialects.onlyoffice.responses.references import decimal
from billingua.engine.ledger import Ledger
from billingua.engine.lines import RemoveLine
from billingua.wire.face import Endpoint


class InvoiceEndpoints:
    """The endpoints of invoices and their lines on one ledger."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    def calls(self) -> Iterable[tuple[str, str, Endpoint]]:
        """List them, each with its verb and its path."""
        return [
            ("POST", "/invoice", self.post_invoice),
            ("GET", "/invoice/{id}", self.get_invoice),
            ("PUT", "/invoice/{id}", self.put_invoice),
            ("POST", "/invoiceline", self.post_line),
            ("PUT", "/invoiceline/{id}", self.put_line),
            ("DELETE", "/invoiceline/{id}", self.delete_line),
        ]

    async def post_invoice(self, request: Request) -> Response:
        """Write a new invoice (§4.2)."""
        session = await open_session(request, self._ledger)
        command = await requests.post_invoice(request, session.workspace, self._body_limit)
        shown = await self._ledger.run(session.caller, requests.create_invoice, command)
        return responses.success(request, responses.invoice(shown, session, request))

    async def get_invoice(self, request: Request) -> Response:
        """Show an invoice (§4.6)."""
        session = await open_session(request, self._ledger)
        shown = await self._ledger.read(session.caller, requests.find_invoice, requests.record_id(request))
        return responses.success(request, responses.invoice(shown, session, request))

    async def put_invoice(self, request: Request) -> Response:
        """Write an invoice anew (§4.3)."""
        session = await open_session(request, self._ledger)
        command = await requests.put_invoice(request, session.workspace, self._body_limit)
        shown = await self._ledger.run(session.caller, requests.replace_invoice, command)
        return responses.success(request, responses.invoice(shown, session, request))

    async def post_line(self, request: Request) -> Response:
        """Write a line more, and show its amounts as they were sent (§6)."""
        session = await open_session(request, self._ledger)
        sent = await lines.post_line(request, self._body_limit)
        line = await self._ledger.run(session.caller, lines.add_line, sent.command)
        amounts = {name: decimal(amount) for name, amount in sent.amounts.items()}
        return responses.success(request, responses.line(line, sent.command.invoice) | amounts)

    async def put_line(self, request: Request) -> Response:
        """Write a line anew (§6)."""
        session = await open_session(request, self._ledger)
        command = await lines.put_line(request, requests.invoice_id(request), self._body_limit)
        line = await self._ledger.run(session.caller, lines.change_line, command)
        return responses.success(request, responses.line(line, command.invoice))

    async def delete_line(self, request: Request) -> Response:
        """Take a line out of its invoice, which the path does not name (§6)."""
        session = await open_session(request, self._ledger)
        id = requests.invoice_id(request)
        invoice = await lines.find_invoice_of(id, session.caller, self._ledger)
        line = await self._ledger.run(session.caller, lines.remove_line, RemoveLine(invoice=invoice, line=id))
        return responses.success(request, line.id)
