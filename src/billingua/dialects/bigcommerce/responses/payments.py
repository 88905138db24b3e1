"""How payments are shown (contract §3.4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from billingua.core.payment import Payment, allowed_operations
from billingua.core.workspace import Workspace
from billingua.dialects.bigcommerce.responses.envelope import success
from billingua.dialects.bigcommerce.vocabulary import (
    ALLOWED_STATUSES,
    NAME,
    NO_PAYER,
    OPERATIONS,
    PROCESSING_STATUSES,
    FundingStatus,
    channel_name,
    module_of,
    money,
    seconds,
    store_hash,
)
from billingua.engine.payments import PaymentView


def payment(view: PaymentView, workspace: Workspace) -> dict[str, Any]:
    """Show a payment with its lines (§3.4)."""
    shown = view.payment
    own = shown.extra(NAME)
    return {
        "id": shown.id,
        "createdAt": seconds(shown.received_at),
        "updatedAt": seconds(shown.changed_at),
        "storeHash": store_hash(workspace),
        "customerId": str(shown.party),
        "externalId": shown.external_id,
        "externalCustomerId": shown.external_party_id,
        "payerName": shown.payer or NO_PAYER,
        "payerCustomerId": shown.payer_id or str(shown.party),
        "details": {"memo": shown.memo},
        "moduleName": module_of(shown),
        "fees": own.get("fees", []),
        "moduleData": _module_data(shown),
        "processingStatus": int(PROCESSING_STATUSES[shown.status]),
        "appliedStatus": int(shown.applied),
        "fundingStatus": own.get("fundingStatus", int(FundingStatus.TWO)),
        "total": money(shown.total, shown.currency),
        "lineItems": [_line_item(shown, index) for index in range(len(shown.lines))],
        "customerName": view.party.display_name if view.party else "",
        "allowedOperations": _allowed_operations(shown, workspace),
        "allowedStatuses": [int(status) for status in ALLOWED_STATUSES],
        "channelId": None if shown.channel is None else str(shown.channel),
        "channelName": channel_name(shown.channel, workspace),
    }


def _line_item(shown: Payment, index: int) -> dict[str, Any]:
    line = shown.lines[index]
    return {
        "paymentId": shown.id,
        "invoiceId": line.invoice,
        "invoiceNumber": line.invoice_number,
        "amount": money(line.amount, shown.currency),
    }


def _module_data(shown: Payment) -> Mapping[str, Any]:
    """Give what the payment's module says of it; an offline payment is one transaction, with its memo."""
    offline = {"memo": shown.memo, "type": "OfflineTransaction", "rawTransaction": None}
    return shown.extra(NAME).get("moduleData", {"transactions": [offline]})


def transactions(view: PaymentView) -> Sequence[Any]:
    """List the transactions of a payment (§5.9)."""
    return _module_data(view.payment).get("transactions", [])


def operations(view: PaymentView, workspace: Workspace) -> dict[str, Any]:
    """Say what may be done with a payment now; the statuses are texts here (A35)."""
    return {
        "allowedOperations": _allowed_operations(view.payment, workspace),
        "allowedStatuses": [str(int(status)) for status in ALLOWED_STATUSES],
    }


def _allowed_operations(shown: Payment, workspace: Workspace) -> list[int]:
    allowed = allowed_operations(shown, by_hand=workspace.balances_by_hand)
    return [int(code) for code, operation in OPERATIONS.items() if operation in allowed]


def payment_written(shown: Payment) -> Response:
    """Answer an offline payment that was written with its id, by a name of its own (§5.4)."""
    return success({"paymentId": shown.id})


def payment_changed(shown: Payment) -> Response:
    """Answer any other change with the id of the payment."""
    return success({"id": shown.id})
