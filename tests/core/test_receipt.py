from datetime import timedelta
from decimal import Decimal

import pytest

from billingua.core.errors import ReceiptLineNotFound
from billingua.core.payment import Payment, PaymentLine, PaymentStatus
from billingua.core.receipt import (
    Receipt,
    ReceiptKind,
    ReceiptLine,
    follow_status,
    rewrite_receipt,
    without_line,
    write_receipt,
)
from tests.builders import NOON, a_payment, a_receipt, a_uuid

LATER = NOON + timedelta(hours=1)
TWO_LINES = (PaymentLine(35, Decimal(60), "INV-35"), PaymentLine(36, Decimal("12.5"), "INV-36"))


def written(payment: Payment) -> Receipt:
    return write_receipt(payment, id=7, uuid=a_uuid(7), line_ids=range(801, 801 + len(payment.lines)), at=LATER)


def test_a_receipt_says_what_the_payment_says():
    said = {"payer": "Lara", "payer_id": "E-9", "method": "Visa", "external_id": "E-1", "external_party_id": "E-2"}
    receipt = written(a_payment(lines=TWO_LINES, memo="Wire 7", **said))
    assert receipt == Receipt(
        id=7,
        uuid=a_uuid(7),
        payment=1,
        party=10,
        kind=ReceiptKind.PAID,
        status=PaymentStatus.COMPLETED,
        currency="USD",
        total=Decimal("72.5"),
        lines=(ReceiptLine(801, 35, Decimal(60), "INV-35"), ReceiptLine(802, 36, Decimal("12.5"), "INV-36")),
        memo="Wire 7",
        reference="Wire 7",
        created_at=LATER,
        updated_at=LATER,
        **said,
    )


def test_the_receipt_of_a_refund_says_that_it_is_one():
    assert written(a_payment(status=PaymentStatus.REFUNDED)).kind is ReceiptKind.REFUND


def test_a_receipt_written_anew_is_the_same_receipt_with_other_lines():
    receipt = a_receipt(memo="old")
    payment = a_payment(lines=TWO_LINES, memo="new", status=PaymentStatus.REFUNDED)
    anew = rewrite_receipt(receipt, payment, [5, 6], LATER)
    assert (anew.id, anew.uuid, anew.created_at, anew.updated_at) == (1, receipt.uuid, NOON, LATER)
    assert (anew.memo, anew.reference, anew.kind, anew.total) == ("new", "new", ReceiptKind.REFUND, Decimal("72.5"))
    assert [line.id for line in anew.lines] == [5, 6]


def test_a_receipt_follows_the_status_of_its_payment_and_keeps_the_rest():
    receipt = a_receipt(lines=())
    refund = follow_status(receipt, a_payment(status=PaymentStatus.REFUNDED), LATER)
    assert refund == a_receipt(lines=(), kind=ReceiptKind.REFUND, status=PaymentStatus.REFUNDED, updated_at=LATER)


def test_a_line_is_taken_off_and_the_total_stays():
    lines = (ReceiptLine(1, 35, Decimal(60)), ReceiptLine(2, 35, Decimal(40)))
    receipt = a_receipt(lines=lines)
    assert without_line(receipt, 1) == a_receipt(lines=lines[1:])
    with pytest.raises(ReceiptLineNotFound):
        without_line(receipt, 3)
