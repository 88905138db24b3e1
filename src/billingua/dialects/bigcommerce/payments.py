"""Where clients knock for payments (contract §5)."""

from collections.abc import Iterable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from billingua.dialects.bigcommerce.credentials import Entrance
from billingua.dialects.bigcommerce.listing import read_window
from billingua.dialects.bigcommerce.requests import payments as requests
from billingua.dialects.bigcommerce.responses import payments as responses
from billingua.dialects.bigcommerce.responses.envelope import success
from billingua.engine.ledger import Ledger
from billingua.engine.payments import delete_payment, find_payment, record_payment, view_payments
from billingua.wire.face import Endpoint
from billingua.wire.idempotency import answer_once


class PaymentEndpoints:
    """The endpoints of payments on one ledger."""

    def __init__(self, ledger: Ledger, entrance: Entrance, body_limit: int) -> None:
        self._ledger = ledger
        self._entrance = entrance
        self._body_limit = body_limit

    def calls(self) -> Iterable[tuple[Sequence[str], str, Endpoint]]:
        """List them, each with its verbs and its path; fixed paths go before those with an id."""
        return [
            (["GET"], "/payments", self.list_payments),
            (["POST"], "/payments/offline", self.record_offline_payment),
            (["PUT"], "/payments/offline/{payment_id}", self.replace_offline_payment),
            (["GET"], "/payments/{payment_id}", self.get_payment),
            (["DELETE"], "/payments/{payment_id}", self.delete_payment),
            (["GET"], "/payments/{payment_id}/operations", self.get_operations),
            (["POST"], "/payments/{payment_id}/operations", self.perform_operation),
            (["PUT"], "/payments/{payment_id}/processing-status", self.set_processing_status),
            (["GET"], "/payments/{payment_id}/transactions", self.get_transactions),
        ]

    async def list_payments(self, request: Request) -> Response:
        """List payments, page by page, each whole (§5.1)."""
        session = await self._entrance.open_session(request)
        window = read_window(request)
        page = await self._ledger.payments(session.caller, requests.payment_query(request, window))
        views = await self._ledger.read(session.caller, view_payments, page.items)
        shown = [responses.payment(view, session.workspace) for view in views]
        return success(shown, pagination=window.pagination(page.total))

    async def record_offline_payment(self, request: Request) -> Response:
        """Note money that was received outside of the store (§5.4)."""
        session = await self._entrance.open_session(request)
        command = await requests.record_offline_payment(request, self._body_limit)
        show = responses.payment_written
        return await answer_once(self._ledger, session.caller, record_payment, command, show)

    async def replace_offline_payment(self, request: Request) -> Response:
        """Write all of an offline payment anew (§5.5)."""
        session = await self._entrance.open_session(request)
        sent = await requests.sent(request, self._body_limit)
        show = responses.payment_written
        return await answer_once(self._ledger, session.caller, requests.replace_offline_payment, sent, show)

    async def get_payment(self, request: Request) -> Response:
        """Show a payment (§5.2)."""
        session = await self._entrance.open_session(request)
        found = await self._ledger.read(session.caller, find_payment, requests.payment_id(request))
        return success(responses.payment(found, session.workspace))

    async def delete_payment(self, request: Request) -> Response:
        """Delete a payment, and take it back where it counts (§5.3)."""
        session = await self._entrance.open_session(request)
        id = requests.payment_id(request)
        return await answer_once(self._ledger, session.caller, delete_payment, id, responses.payment_changed)

    async def get_operations(self, request: Request) -> Response:
        """Say what may be done with a payment now (§5.6)."""
        session = await self._entrance.open_session(request)
        found = await self._ledger.read(session.caller, find_payment, requests.payment_id(request))
        return success(responses.operations(found, session.workspace))

    async def perform_operation(self, request: Request) -> Response:
        """Let a payment count on the balances, or no longer (§5.7)."""
        session = await self._entrance.open_session(request)
        sent = await requests.sent(request, self._body_limit)
        show = responses.payment_changed
        return await answer_once(self._ledger, session.caller, requests.perform_operation, sent, show)

    async def set_processing_status(self, request: Request) -> Response:
        """Say how far a payment has come (§5.8)."""
        session = await self._entrance.open_session(request)
        sent = await requests.sent(request, self._body_limit)
        show = responses.payment_changed
        return await answer_once(self._ledger, session.caller, requests.set_processing_status, sent, show)

    async def get_transactions(self, request: Request) -> Response:
        """List the transactions of a payment (§5.9)."""
        session = await self._entrance.open_session(request)
        found = await self._ledger.read(session.caller, find_payment, requests.payment_id(request))
        return success(responses.transactions(found))
