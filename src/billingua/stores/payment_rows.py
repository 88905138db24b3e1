"""The narrow rows by which lists find payments, receipts and the lines of receipts, whatever the database.

Payments and receipts are aggregates like others, with their bodies. Beside each stands a row with what lists ask of it,
and one for each invoice that is paid.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from billingua.core.payment import Payment
from billingua.core.receipt import Receipt, ReceiptKind
from billingua.engine.payment_queries import ListedLine, funding_of, progress, source_of, whole_second
from billingua.engine.plan import Record
from billingua.engine.positions import ten_thousandths

Row = Mapping[str, Any]


def payment_to_rows(workspace: str, payment: Payment) -> dict[Any, Row]:
    """Write the row of a payment."""
    row = {
        "workspace": workspace,
        "id": payment.id,
        "party": payment.party,
        "status": progress(payment.status),
        "applied": payment.applied,
        "total": ten_thousandths(payment.total),
        "channel": payment.channel,
        "author": payment.created_by,
        "created_second": whole_second(payment.received_at),
        "updated_second": whole_second(payment.changed_at),
        "source_folded": source_of(payment),
        "funding": funding_of(payment),
        "external_id_folded": _folded(payment.external_id),
        "external_party_folded": _folded(payment.external_party_id),
        "currency": payment.currency,
        "memo_folded": _folded(payment.memo),
        "payer_folded": _folded(payment.payer),
    }
    return {payment.id: row}


def payment_to_parts(workspace: str, payment: Payment) -> dict[Any, Row]:
    """Write a row for each invoice that a payment covers."""
    return {
        invoice: {"workspace": workspace, "invoice": invoice, "payment": payment.id} for invoice in payment.invoices
    }


def receipt_to_rows(workspace: str, receipt: Receipt) -> dict[Any, Row]:
    """Write the row of a receipt."""
    row = {
        "workspace": workspace,
        "id": receipt.id,
        "payment": receipt.payment,
        "party": receipt.party,
        "refunds": receipt.kind is ReceiptKind.REFUND,
        "status": progress(receipt.status),
        "total": ten_thousandths(receipt.total),
        "created_second": whole_second(receipt.created_at),
        "updated_second": whole_second(receipt.updated_at),
        "reference_folded": _folded(receipt.reference),
        "payer_folded": _folded(receipt.payer),
        "payer_id_folded": _folded(receipt.payer_id or str(receipt.party)),
        "external_id_folded": _folded(receipt.external_id),
        "external_party_folded": _folded(receipt.external_party_id),
    }
    return {receipt.id: row}


def receipt_to_lines(workspace: str, receipt: Receipt) -> dict[Any, Row]:
    """Write a row for each line of a receipt."""
    return {
        line.id: {
            "workspace": workspace,
            "receipt": receipt.id,
            "id": line.id,
            "invoice": line.invoice,
            "amount": ten_thousandths(line.amount),
            "status": progress(receipt.status),
            "created_second": whole_second(receipt.created_at),
        }
        for line in receipt.lines
    }


def counted(value: Payment | Receipt) -> Counter[tuple[str, int]]:
    """Say what a payment, or a receipt with its lines, is counted as: a kind and a status, and how many of it."""
    status = progress(value.status)
    if isinstance(value, Payment):
        return Counter({("payment", status): 1})
    return Counter({("receipt", status): 1, ("receipt_line", status): len({line.id for line in value.lines})})


def lines_of(record: Record[Receipt]) -> dict[int, Record[ListedLine]]:
    """Give the lines of a receipt by their ids, each as lists do: with the receipt."""
    receipt = record.value
    return {line.id: Record(ListedLine(receipt, line), record.version, record.chain) for line in receipt.lines}


def _folded(text: str | None) -> str:
    return (text or "").casefold()
