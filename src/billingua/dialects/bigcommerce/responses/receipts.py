"""How receipts and their lines are shown (contract §3.5, §3.6)."""

from typing import Any

from billingua.core.receipt import Receipt, ReceiptKind, ReceiptLine
from billingua.core.workspace import Workspace
from billingua.dialects.bigcommerce.vocabulary import (
    NO_METHOD,
    NO_PAYER,
    PROCESSING_STATUSES,
    money,
    seconds,
    store_hash,
)

_KINDS = {ReceiptKind.PAID: "Paid", ReceiptKind.REFUND: "Refund"}


def receipt(shown: Receipt, workspace: Workspace) -> dict[str, Any]:
    """Show a receipt, without its lines (§3.5)."""
    return {
        "id": shown.id,
        **_of_both(shown, workspace),
        "payerName": shown.payer or NO_PAYER,
        "payerCustomerId": shown.payer_id or str(shown.party),
        "details": {"paymentDetails": {"memo": shown.memo}},
        "total": money(shown.total, shown.currency),
    }


def receipt_line(shown: Receipt, line: ReceiptLine, workspace: Workspace) -> dict[str, Any]:
    """Show a line of a receipt, with what the receipt says of it (§3.6)."""
    return {
        "id": line.id,
        **_of_both(shown, workspace),
        "receiptId": shown.id,
        "invoiceId": line.invoice,
        "invoiceNumber": line.invoice_number,
        "amount": money(line.amount, shown.currency),
        "paymentStatus": int(PROCESSING_STATUSES[shown.status]),
    }


def _of_both(shown: Receipt, workspace: Workspace) -> dict[str, Any]:
    """Give the members that a receipt has in common with each of its lines."""
    return {
        "createdAt": seconds(shown.created_at),
        "updatedAt": seconds(shown.updated_at),
        "storeHash": store_hash(workspace),
        "customerId": str(shown.party),
        "externalId": shown.external_id,
        "externalCustomerId": shown.external_party_id,
        "transactionType": _KINDS[shown.kind],
        "paymentType": shown.method or NO_METHOD,
        "referenceNumber": shown.reference,
        "paymentId": shown.payment,
    }
