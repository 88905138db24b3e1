"""Where clients knock for invoices (contract §4)."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from billingua.core.access import reader_of
from billingua.core.invoice import Invoice
from billingua.dialects.bigcommerce import requests, responses
from billingua.dialects.bigcommerce.credentials import Entrance
from billingua.dialects.bigcommerce.listing import read_window
from billingua.dialects.bigcommerce.responses import FoundInvoice, export
from billingua.dialects.bigcommerce.vocabulary import extra_fields
from billingua.engine.catalogue_queries import ItemQuery
from billingua.engine.deleting import delete_invoice
from billingua.engine.invoices import InvoiceView
from billingua.engine.ledger import Ledger
from billingua.engine.plan import by_id
from billingua.engine.queries import InvoiceQuery
from billingua.wire.conditions import NEW, if_match, tagged
from billingua.wire.credentials import Session
from billingua.wire.errors import WrongVerb
from billingua.wire.face import Endpoint
from billingua.wire.idempotency import answer_once

C = TypeVar("C", requests.CreateInvoice, requests.UpdateInvoice)

AT_ONCE = 200
"""How many invoices are read at once for a file: others are heard in between, every few hundredths of a second."""


class InvoiceEndpoints:
    """The endpoints of invoices on one ledger."""

    def __init__(self, ledger: Ledger, entrance: Entrance, body_limit: int) -> None:
        self._ledger = ledger
        self._entrance = entrance
        self._body_limit = body_limit

    def calls(self) -> Iterable[tuple[Sequence[str], str, Endpoint]]:
        """List them, each with its verbs and its path; fixed paths go before those with an id (§4)."""
        return [
            (["GET"], "/invoices/extra-fields", self.list_extra_fields),
            (["GET"], "/invoices/export", self.export_invoices),
            ([], "/invoices/{invoice_id}/send-mail", takes_no_verb),
            (["GET"], "/invoices", self.list_invoices),
            (["POST"], "/invoices", self.create_invoice),
            (["GET"], "/invoices/{invoice_id}", self.get_invoice),
            (["PUT"], "/invoices/{invoice_id}", self.update_invoice),
            (["DELETE"], "/invoices/{invoice_id}", self.delete_invoice),
            (["POST"], "/orders/{order_id}/invoices", self.invoice_order),
        ]

    async def list_extra_fields(self, request: Request) -> Response:
        """List how the store's own fields are set up (§4.9)."""
        session = await self._entrance.open_session(request)
        window, fields = read_window(request), extra_fields(session.workspace)
        shown = [responses.extra_field(field, session.workspace) for field in window.of(fields)]
        return responses.success(shown, pagination=window.pagination(len(fields)))

    async def list_invoices(self, request: Request) -> Response:
        """List invoices, page by page (§4.1)."""
        session = await self._entrance.open_session(request)
        window, query = read_window(request), requests.invoice_query(request)
        with_extra_fields = requests.wants_extra_fields(request)
        found, total = await self._page(session, replace(query, offset=window.offset, limit=window.limit))
        shown = responses.listed(found, session.workspace, extra_fields=with_extra_fields)
        return responses.success(shown, pagination=window.pagination(total))

    async def export_invoices(self, request: Request) -> Response:
        """Give all invoices that a list has as a file (A30)."""
        session = await self._entrance.open_session(request)
        query = requests.invoice_query(request)
        names = (
            [field.name for field in extra_fields(session.workspace)] if requests.wants_extra_fields(request) else []
        )
        await self._ledger.prove(session.caller)
        ids = await self._ledger.invoice_ids(session.caller, replace(query, reader=reader_of(session.caller.user)))
        headers = {"Content-Disposition": f'attachment; filename="{export.NAME}"'}
        return StreamingResponse(self._exported(session, ids, names), 200, headers, export.MEDIA_TYPE)

    async def _exported(self, session: Session, ids: Sequence[int], names: Sequence[str]) -> AsyncIterator[str]:
        """Write a file part by part, each of as many invoices as are read at once; one that is deleted is left out."""
        yield export.head(names)
        for place in range(0, len(ids), AT_ONCE):
            found = await self._ledger.read(session.caller, requests.show_listed, ids[place : place + AT_ONCE])
            shown = responses.listed(found, session.workspace, extra_fields=bool(names), details=False)
            yield export.rows(shown, names)

    async def _page(self, session: Session, query: InvoiceQuery) -> tuple[list[FoundInvoice], int]:
        """Give a page of the invoices that the caller may see, and how many of them there are."""
        query = replace(query, reader=reader_of(session.caller.user))
        page = await self._ledger.invoices(session.caller, query)
        return await self._ledger.read(session.caller, requests.show_invoices, page.items), page.total

    async def create_invoice(self, request: Request) -> Response:
        """Write a new invoice (§4.2)."""
        session = await self._entrance.open_session(request)
        command = await requests.create_invoice(request, self._body_limit)
        command = await self._with_catalogue(session, command)
        return await answer_once(self._ledger, session.caller, requests.open_invoice, command, _created)

    async def invoice_order(self, request: Request) -> Response:
        """Write the invoice of a whole order; a body says nothing (§4.6)."""
        session = await self._entrance.open_session(request)
        order = requests.order_id(request)
        return await answer_once(self._ledger, session.caller, requests.bill_order, order, _billed)

    async def get_invoice(self, request: Request) -> Response:
        """Show an invoice (§4.3)."""
        session = await self._entrance.open_session(request)
        found = await self._ledger.read(session.caller, requests.find_invoice, requests.invoice_id(request))
        return tagged(responses.success(responses.invoice(found, session.workspace)), found.view.version)

    async def update_invoice(self, request: Request) -> Response:
        """Change what the body names, and nothing else (§4.4)."""
        session = await self._entrance.open_session(request)
        command = await requests.update_invoice(request, self._body_limit)
        command = await self._with_catalogue(session, command)
        expected = if_match(request, by_id(Invoice, command.invoice))
        return await answer_once(self._ledger, session.caller, requests.amend_invoice, command, _amended, expected)

    async def _with_catalogue(self, session: Session, command: C) -> C:
        """Look up, at once, which skus of line items without a description are in the catalogue."""
        skus = requests.unexplained(command.body)
        if not skus:
            return command
        page = await self._ledger.items(session.caller, ItemQuery(skus=skus))
        return replace(command, catalogue=frozenset(record.value.sku for record in page.items))

    async def delete_invoice(self, request: Request) -> Response:
        """Delete an invoice; payments on it stay (§4.5, A26)."""
        session = await self._entrance.open_session(request)
        id = requests.invoice_id(request)
        expected = if_match(request, by_id(Invoice, id))
        return await answer_once(self._ledger, session.caller, delete_invoice, id, _deleted, expected)


async def takes_no_verb(request: Request) -> Response:
    """Refuse whatever is asked of a path that the contract names without any call (A30)."""
    raise WrongVerb(request.method, ())


def _created(invoice: Invoice) -> Response:
    return tagged(responses.created(invoice), NEW)


def _billed(invoice: Invoice) -> Response:
    return tagged(responses.of_order(invoice), NEW)


def _amended(amended: tuple[Invoice, int]) -> Response:
    invoice, version = amended
    return tagged(responses.written(invoice), version)


def _deleted(view: InvoiceView) -> Response:
    return responses.written(view.invoice)
