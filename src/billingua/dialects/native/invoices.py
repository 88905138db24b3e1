"""Where clients of our own API knock for invoices."""

from collections.abc import Sequence

from starlette.responses import Response

from billingua.core.errors import InvoiceNotFound
from billingua.core.invoice import Invoice
from billingua.dialects.native import answers, requests, responses
from billingua.dialects.native.listing import INVOICE_PARAMETERS, invoice_query, next_page
from billingua.dialects.native.operations import Call, Operation
from billingua.dialects.native.vocabulary import READ
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Key

TAG = "Invoices"


class InvoiceEndpoints:
    """The endpoints of invoices on one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def operations(self) -> Sequence[Operation]:
        """List them."""
        return [
            Operation(
                name="list_invoices",
                verb="GET",
                path="/v1/invoices",
                handler=self.list_invoices,
                tag=TAG,
                summary="List invoices, page by page",
                scope=READ,
                answers=answers.InvoicePage,
                parameters=INVOICE_PARAMETERS,
                lists=True,
            ),
            Operation(
                name="get_invoice",
                verb="GET",
                path="/v1/invoices/{invoice}",
                handler=self.get_invoice,
                tag=TAG,
                summary="Show an invoice",
                scope=READ,
                answers=answers.Invoice,
                refusals=[InvoiceNotFound],
                tagged=True,
            ),
            Operation(
                name="get_history",
                verb="GET",
                path="/v1/invoices/{invoice}/history",
                handler=self.get_history,
                tag=TAG,
                summary="Show what happened to an invoice, oldest first",
                scope=READ,
                answers=answers.History,
                refusals=[InvoiceNotFound],
            ),
        ]

    async def list_invoices(self, call: Call) -> Response:
        """List invoices, page by page."""
        zone, now = call.session.workspace.zone, self._ledger.clock.now()
        query = invoice_query(call.request, zone, now)
        page = await self._ledger.invoices(call.caller, query)
        related = await self._ledger.read(call.caller, requests.relate, [record.value for record in page.items])
        return responses.invoices(page, related, zone, now, next_page(call.request, query, page.total))

    async def get_invoice(self, call: Call) -> Response:
        """Show an invoice."""
        record, related = await self._ledger.read(call.caller, requests.find_invoice, _key(call))
        return responses.invoice(record, related, call.session.workspace.zone, self._ledger.clock.now())

    async def get_history(self, call: Call) -> Response:
        """Show what happened to an invoice, oldest first."""
        record, _ = await self._ledger.read(call.caller, requests.find_invoice, _key(call))
        return responses.history(await self._ledger.history(call.caller, "invoice", record.value.id))


def _key(call: Call) -> Key[Invoice]:
    return requests.read_key(Invoice, call.request.path_params["invoice"], InvoiceNotFound)
