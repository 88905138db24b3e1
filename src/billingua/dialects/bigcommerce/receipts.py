"""Where clients knock for receipts and their lines (contract §6)."""

from collections.abc import Iterable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from billingua.dialects.bigcommerce.credentials import Entrance
from billingua.dialects.bigcommerce.requests import receipts as requests
from billingua.dialects.bigcommerce.responses import receipts as responses
from billingua.dialects.bigcommerce.responses.envelope import success
from billingua.engine.ledger import Ledger
from billingua.engine.receipts import delete_receipt, delete_receipt_line, find_receipt, find_receipt_line
from billingua.wire.face import Endpoint


class ReceiptEndpoints:
    """The endpoints of receipts on one ledger."""

    def __init__(self, ledger: Ledger, entrance: Entrance) -> None:
        self._ledger = ledger
        self._entrance = entrance

    def calls(self) -> Iterable[tuple[Sequence[str], str, Endpoint]]:
        """List them, each with its verbs and its path."""
        return [
            (["GET"], "/receipts/{receipt_id}", self.get_receipt),
            (["DELETE"], "/receipts/{receipt_id}", self.delete_receipt),
            (["GET"], "/receipts/{receipt_id}/lines/{line_id}", self.get_line),
            (["DELETE"], "/receipts/{receipt_id}/lines/{line_id}", self.delete_line),
        ]

    async def get_receipt(self, request: Request) -> Response:
        """Show a receipt (§6.2)."""
        session = await self._entrance.open_session(request)
        found = await self._ledger.read(session.caller, find_receipt, requests.receipt_id(request))
        return success(responses.receipt(found, session.workspace))

    async def delete_receipt(self, request: Request) -> Response:
        """Delete a receipt with its lines; balances and the payment stay (§6.3)."""
        session = await self._entrance.open_session(request)
        deleted = await self._ledger.run(session.caller, delete_receipt, requests.receipt_id(request))
        return success({"id": deleted.id})

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
        await self._ledger.run(session.caller, delete_receipt_line, which)
        return success({"id": which.line})
