"""The pages of invoices: the list, one invoice as it is or was, and its PDF."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from billingua.console.actions import DEEDS
from billingua.console.errors import words_of
from billingua.console.formats import Formats
from billingua.console.listing import COLUMNS, ON_A_PAGE, PATH, read_address
from billingua.console.pages import PRIVATE, Pages
from billingua.console.questions import Particulars, find_particulars
from billingua.console.rights import may_write
from billingua.console.sessions import Door, Visit
from billingua.console.telling import history
from billingua.console.visits import invoice_id, reading
from billingua.core.access import reader_of
from billingua.core.errors import InvoiceNotFound, NotPermitted
from billingua.core.explaining import explain
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.engine.credit_queries import CreditNoteQuery
from billingua.engine.invoices import InvoiceView, find_invoice, may_access, view_invoices, view_of
from billingua.engine.journal import Entry
from billingua.engine.ledger import Ledger
from billingua.engine.past import as_of
from billingua.engine.payment_queries import PaymentQuery
from billingua.engine.plan import Caller, Decision, Plan
from billingua.wire.replies import content_disposition
from billingua.wire.scalars import Invalid, read_integer

ONE = "/console/invoices/{invoice}"
MOST_BESIDE = 50
"""How many payments, and how many credit notes, stand on an invoice's page: the newest."""


class InvoicePages:
    """The pages of invoices on one ledger, which come from these dialects."""

    def __init__(self, ledger: Ledger, door: Door, pages: Pages, origins: Sequence[str]) -> None:
        self._ledger = ledger
        self._door = door
        self._pages = pages
        self._origins = origins

    def routes(self) -> Sequence[Route]:
        """List them."""
        return [
            Route(PATH, reading(self._door, self.list_invoices), methods=["GET"]),
            Route(ONE, reading(self._door, self.show_invoice), methods=["GET"]),
            Route(ONE + "/pdf", reading(self._door, self.print_invoice), methods=["GET"]),
        ]

    async def list_invoices(self, visit: Visit) -> Response:
        """List invoices as the address asks for them."""
        caller, now = visit.session.caller, self._ledger.clock.now()
        asked = read_address(visit.request.query_params, visit.session.workspace.zone, now, self._origins)
        page = await self._ledger.invoices(caller, replace(asked.query, reader=reader_of(caller.user)))
        views = await self._ledger.read(caller, view_invoices, page.items)
        shown = self._pages.show(
            visit.request,
            "invoices.html",
            asked=asked,
            views=views,
            total=page.total,
            more=asked.behind(page),
            columns=COLUMNS,
            statuses=[str(status) for status in Status],
            origins=self._origins,
            on_a_page=ON_A_PAGE,
            now=now,
        )
        if "hx-request" in visit.request.headers:
            shown.headers["HX-Push-Url"] = asked.itself  # forms send their empty fields too
        return shown

    async def show_invoice(self, visit: Visit) -> Response:
        """Show an invoice, as it is or, where a version is asked for, as it was then."""
        caller, id = visit.session.caller, invoice_id(visit)
        if "version" in visit.request.query_params:
            return await self._show_past(visit, id)
        found = await self._ledger.read(caller, find_particulars, id)
        payments = await self._ledger.payments(caller, PaymentQuery(invoice=id, descending=True, limit=MOST_BESIDE))
        notes = await self._ledger.credit_notes(caller, CreditNoteQuery(invoice=id, descending=True, limit=MOST_BESIDE))
        entries = await self._ledger.history(caller, "invoice", id)
        return self._show(
            visit,
            found.view,
            entries,
            past=None,
            order=found.order,
            payments=[record.value for record in payments.items],
            notes=[record.value for record in notes.items],
            **_offered(found),
            may_write=may_write(caller.user),
        )

    async def _show_past(self, visit: Visit, id: int) -> Response:
        """Show what an invoice was, with the names that others have today. Refuses with `InvoiceNotFound`."""
        caller = visit.session.caller
        entries = await self._ledger.history(caller, "invoice", id)
        past = as_of(Invoice, entries, _version(visit))
        if past is None:
            raise InvoiceNotFound(id)
        view = await self._ledger.read(caller, see_past, (past.value, past.version))
        return self._show(
            visit, view, entries, past=past, order=None, payments=(), notes=(), offered=(), refused=(), may_write=False
        )

    def _show(self, visit: Visit, view: InvoiceView, entries: Sequence[Entry], **facts: Any) -> Response:
        it, formats = view.invoice, Formats.of(visit.session.workspace)
        return self._pages.show(
            visit.request,
            "invoice.html",
            view=view,
            it=it,
            totals=it.totals,
            steps=explain(it.lines, it.charges, it.rounding),
            events=history(entries, formats, it.currency),
            now=self._ledger.clock.now(),
            deeds=DEEDS,
            **facts,
        )

    async def print_invoice(self, visit: Visit) -> Response:
        """Give an invoice as a PDF."""
        from billingua.console.paper import print_invoice  # noqa: PLC0415 - who imports it loads the press

        view = await self._ledger.read(visit.session.caller, find_invoice, invoice_id(visit))
        content = await print_invoice(view, visit.session.workspace)
        name = content_disposition(f"{view.invoice.number}.pdf", "inline")
        return Response(content, headers={**PRIVATE, "Content-Disposition": name}, media_type="application/pdf")


def see_past(past: tuple[Invoice, int], caller: Caller, now: Any) -> Plan[InvoiceView]:
    """Look up whom and what an invoice of the past refers to. Refuses with `NotPermitted` who may not see it."""
    view = yield from view_of(*past)
    if not may_access(caller.user, view):
        raise NotPermitted("see the invoice")
    return Decision(view)


def _version(visit: Visit) -> int:
    try:
        return read_integer(visit.request.query_params["version"])
    except Invalid:
        raise InvoiceNotFound(visit.request.path_params["invoice"]) from None


def _offered(found: Particulars) -> dict[str, Any]:
    """Say what may be done with an invoice and, for what may not, why."""
    refused = {name: words_of(why).text for name, why in found.actions.items() if why}
    return {"offered": [name for name in found.actions if name not in refused], "refused": refused}
