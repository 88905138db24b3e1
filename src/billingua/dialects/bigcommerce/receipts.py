"""Where clients knock for receipts and their lines (contract §6)."""

from collections.abc import Iterable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from billingua.dialects.bigcommerce.credentials import Entrance, Session
from billingua.dialects.bigcommerce.listing import Window, read_window
from billingua.dialects.bigcommerce.requests import receipts as requests
from billingua.dialects.bigcommerce.responses import receipts as responses
from billingua.dialects.bigcommerce.responses.envelope import success
from billingua.engine.ledger import Ledger
from billingua.engine.payment_queries import ReceiptLineQuery
from billingua.engine.receipts import (
    delete_receipt,
    delete_receipt_line,
    find_receipt,
    find_receipt_line,
    view_receipts,
)
from billingua.wire.face import Endpoint
from billingua.wire.idempotency import answer_once


class ReceiptEndpoints:
    """The endpoints of receipts on one ledger."""

    def __init__(self, ledger: Ledger, entrance: Entrance) -> None:
        self._ledger = ledger
        self._entrance = entrance

    def calls(self) -> Iterable[tuple[Sequence[str], str, Endpoint]]:
        """List them, each with its verbs and its path."""
        return [
            (["GET"], "/receipts", self.list_receipts),
            (["GET"], "/receipt-lines", self.list_all_lines),
            (["GET"], "/receipts/{receipt_id}", self.get_receipt),
            (["DELETE"], "/receipts/{receipt_id}", self.delete_receipt),
            (["GET"], "/receipts/{receipt_id}/lines", self.list_lines),
            (["GET"], "/receipts/{receipt_id}/lines/{line_id}", self.get_line),
            (["DELETE"], "/receipts/{receipt_id}/lines/{line_id}", self.delete_line),
        ]

    async def list_receipts(self, request: Request) -> Response:
        """List receipts, page by page (§6.1)."""
        session = await self._entrance.open_session(request)
        window = read_window(request)
        page = await self._ledger.receipts(session.caller, requests.receipt_query(request, window))
        receipts = await self._ledger.read(session.caller, view_receipts, page.items)
        shown = [responses.receipt(receipt, session.workspace) for receipt in receipts]
        return success(shown, pagination=window.pagination(page.total))

    async def list_all_lines(self, request: Request) -> Response:
        """List the lines of all receipts, page by page (§6.4)."""
        session = await self._entrance.open_session(request)
        window = read_window(request)
        query = requests.receipt_line_query(request, window)
        await self._ledger.prove(session.caller)
        return await self._list_lines(session, window, query)

    async def list_lines(self, request: Request) -> Response:
        """List the lines of a receipt, page by page (§6.5)."""
        session = await self._entrance.open_session(request)
        id, window = requests.receipt_id(request), read_window(request)
        query = requests.receipt_line_query(request, window, receipt=id)
        await self._ledger.read(session.caller, find_receipt, id)
        return await self._list_lines(session, window, query)

    async def _list_lines(self, session: Session, window: Window, query: ReceiptLineQuery) -> Response:
        page = await self._ledger.receipt_lines(session.caller, query)
        shown = [responses.receipt_line(*record.value, session.workspace) for record in page.items]
        return success(shown, pagination=window.pagination(page.total))

    async def get_receipt(self, request: Request) -> Response:
        """Show a receipt (§6.2)."""
        session = await self._entrance.open_session(request)
        found = await self._ledger.read(session.caller, find_receipt, requests.receipt_id(request))
        return success(responses.receipt(found, session.workspace))

    async def delete_receipt(self, request: Request) -> Response:
        """Delete a receipt with its lines; balances and the payment stay (§6.3)."""
        session = await self._entrance.open_session(request)
        id = requests.receipt_id(request)
        return await answer_once(self._ledger, session.caller, delete_receipt, id, lambda _: success({"id": id}))

    async def get_line(self, request: Request) -> Response:
        """Show a line of a receipt (§6.6)."""
        session = await self._entrance.open_session(request)
        which = requests.receipt_line_id(request)
        receipt, line = await self._ledger.read(session.caller, find_receipt_line, which)
        return success(responses.receipt_line(receipt, line, session.workspace))

    async def delete_line(self, request: Request) -> Response:
        """Delete a line of a receipt; the receipt keeps its total (§6.7)."""
        session = await self._entrance.open_session(request)
        which = requests.receipt_line_id(request)
        show = success({"id": which.line})
        return await answer_once(self._ledger, session.caller, delete_receipt_line, which, lambda _: show)
