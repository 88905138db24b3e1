"""Receipts: what the payer of a payment was told, kept beside the payment."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from billingua.core.errors import ReceiptLineNotFound
from billingua.core.payment import Payment, PaymentStatus


class ReceiptKind(StrEnum):
    """Which way the money went."""

    PAID = "paid"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """How much went to which invoice: its id, and its number as it was then."""

    id: int
    invoice: int
    amount: Decimal
    invoice_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was told of a payment (its id): it says what the payment said when it was last written.

    `total` is what was paid by all lines, those too that are not kept any more. `method` says how it was paid, as on
    the payment. `reference` is what the payer knows the payment by; where nobody took its money by machine, the memo.
    """

    id: int
    uuid: UUID
    payment: int
    party: int
    kind: ReceiptKind
    status: PaymentStatus
    currency: str
    total: Decimal
    lines: tuple[ReceiptLine, ...]
    memo: str = ""
    reference: str = ""
    method: str | None = None
    payer: str | None = None
    payer_id: str | None = None
    external_id: str | None = None
    external_party_id: str | None = None
    created_at: datetime
    updated_at: datetime

    def line(self, id: int) -> ReceiptLine:
        """Find a line by its id, or refuse with `ReceiptLineNotFound`."""
        for line in self.lines:
            if line.id == id:
                return line
        raise ReceiptLineNotFound(id)


def kind_of_receipt(status: PaymentStatus) -> ReceiptKind:
    """Say which way the money of a payment went."""
    return ReceiptKind.REFUND if status is PaymentStatus.REFUNDED else ReceiptKind.PAID


def write_receipt(payment: Payment, *, id: int, uuid: UUID, line_ids: Iterable[int], at: datetime) -> Receipt:
    """Write the receipt of a payment, with a line for each of the payment's."""
    lines = zip(line_ids, payment.lines, strict=True)
    return Receipt(
        id=id,
        uuid=uuid,
        payment=payment.id,
        party=payment.party,
        kind=kind_of_receipt(payment.status),
        status=payment.status,
        currency=payment.currency,
        total=payment.total,
        lines=tuple(ReceiptLine(id, line.invoice, line.amount, line.invoice_number) for id, line in lines),
        memo=payment.memo,
        reference=payment.memo,
        method=payment.method,
        payer=payment.payer,
        payer_id=payment.payer_id,
        external_id=payment.external_id,
        external_party_id=payment.external_party_id,
        created_at=at,
        updated_at=at,
    )


def rewrite_receipt(receipt: Receipt, payment: Payment, line_ids: Iterable[int], now: datetime) -> Receipt:
    """Write a receipt anew, after its payment was changed: its lines are others then."""
    written = write_receipt(payment, id=receipt.id, uuid=receipt.uuid, line_ids=line_ids, at=now)
    return replace(written, created_at=receipt.created_at)


def follow_status(receipt: Receipt, payment: Payment, now: datetime) -> Receipt:
    """Note on a receipt how far its payment has come."""
    return replace(receipt, kind=kind_of_receipt(payment.status), status=payment.status, updated_at=now)


def without_line(receipt: Receipt, id: int) -> Receipt:
    """Take a line off a receipt: its total stays, and so does the payment. Refuses with `ReceiptLineNotFound`."""
    gone = receipt.line(id)
    return replace(receipt, lines=tuple(line for line in receipt.lines if line is not gone))
