"""Where clients knock for lists of invoices (contract §4.4, §4.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billingua.core.access import reader_of
from billingua.core.invoice import Invoice
from billingua.dialects.onlyoffice import requests, responses
from billingua.dialects.onlyoffice.credentials import open_session
from billingua.dialects.onlyoffice.errors import ArgumentRefused
from billingua.dialects.onlyoffice.listing import Part, asked, is_searched_by_key, search_by_key, sort_and_cut
from billingua.dialects.onlyoffice.requests.lists import MOST_SORTED, in_order, invoice_filter, is_sorted_by_key
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Record
from billingua.engine.queries import InvoiceQuery
from billingua.wire.credentials import Session
from billingua.wire.face import Endpoint


class InvoiceListEndpoints:
    """The endpoints of lists of invoices on one ledger: whoever administers nothing is shown what they may see."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._body_limit = body_limit

    def calls(self) -> Iterable[tuple[str, str, Endpoint]]:
        """List them, each with its verb and its path."""
        return [
            ("GET", "/invoice/filter", self.filter_invoices),
            *(
                ("GET", f"/{kind}/invoicelist/{{id}}", self.list_of_contact)
                for kind in ("contact", "person", "company")
            ),
            ("GET", "/opportunity/invoicelist/{id}", self.list_of_opportunity),
        ]

    async def filter_invoices(self, request: Request) -> Response:
        """Show the invoices that are asked for, page by page, and how many there are (§4.4)."""
        session = await open_session(request, self._ledger)
        query = await invoice_filter(request, session.workspace, self._body_limit)
        if not is_sorted_by_key(request):
            return responses.success_list(request, await self._page(request, session, query))
        whole = await self._whole(request, session, query)
        return responses.success_list(request, Part(sort_and_cut(whole, asked(request)), len(whole)))

    async def list_of_contact(self, request: Request) -> Response:
        """Show the invoices of a customer, of whatever kind it is (§4.5)."""
        session = await open_session(request, self._ledger)
        return await self._list(request, session, InvoiceQuery(party=requests.record_id(request)))

    async def list_of_opportunity(self, request: Request) -> Response:
        """Show the invoices that are linked to an opportunity (§4.5)."""
        session = await open_session(request, self._ledger)
        return await self._list(request, session, InvoiceQuery(opportunity=requests.record_id(request)))

    async def _list(self, request: Request, session: Session, query: InvoiceQuery) -> Response:
        """Show a list that the ledger sorts; what is told by a key that is shown is found or sorted here (§1.6)."""
        query = in_order(request, query)
        if not is_searched_by_key(request) and not is_sorted_by_key(request):
            page = await self._page(request, session, query)
            return responses.success_list(request, replace(page, is_counted=False))
        found = search_by_key(request, await self._whole(request, session, query))
        wanted = asked(request) if is_sorted_by_key(request) else replace(asked(request), sort_by="")
        return responses.success_list(request, Part(sort_and_cut(found, wanted), len(found), is_counted=False))

    async def _page(self, request: Request, session: Session, query: InvoiceQuery) -> Part:
        """Show a page, of what the caller may see."""
        page = await self._ledger.invoices(session.caller, replace(query, reader=reader_of(session.caller.user)))
        return Part(await self._shown(request, session, page.items), page.total)

    async def _whole(self, request: Request, session: Session, query: InvoiceQuery) -> Sequence[dict[str, Any]]:
        """Show a whole list, to be sorted by what is shown. Refuses with `ArgumentRefused` one that is too long."""
        reader = reader_of(session.caller.user)
        page = await self._ledger.invoices(session.caller, replace(query, reader=reader, offset=0, limit=MOST_SORTED))
        if page.total > MOST_SORTED:
            raise ArgumentRefused("sortBy")
        return await self._shown(request, session, page.items)

    async def _shown(
        self, request: Request, session: Session, records: Sequence[Record[Invoice]]
    ) -> list[dict[str, Any]]:
        views = await self._ledger.read(session.caller, requests.view_invoices, records)
        return [responses.invoice_base(view, session, request) for view in views]
