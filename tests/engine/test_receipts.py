from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.receipt import ReceiptLine
from billingua.engine.plan import Record
from billingua.engine.receipts import (
    ReceiptLineId,
    delete_receipt,
    delete_receipt_line,
    find_receipt,
    find_receipt_line,
    view_receipts,
)
from tests.builders import NOON, a_caller, a_party, a_receipt, a_user, an_invoice
from tests.engine.driving import drive, known

LINES = (ReceiptLine(801, 35, Decimal(60), "INV-35"), ReceiptLine(802, 36, Decimal(40), "INV-36"))
RECEIPT = a_receipt(lines=LINES, reference="Wire 7")
KNOWN = known(a_party(), RECEIPT)


def test_a_receipt_is_found_and_so_is_each_of_its_lines():
    assert drive(find_receipt(1, a_caller(), NOON), KNOWN).answer is RECEIPT
    found = drive(find_receipt_line(ReceiptLineId(1, 802), a_caller(), NOON), KNOWN)
    assert found.answer == (RECEIPT, LINES[1])


def test_a_receipt_goes_alone():
    decision = drive(delete_receipt(1, a_caller(), NOON), KNOWN)
    assert (decision.answer, list(decision.saves), decision.deletes) == (RECEIPT, [], [RECEIPT])
    assert decision.events == [events.ReceiptDeleted(1, "Wire 7")]


def test_a_line_goes_and_nothing_else_changes():
    decision = drive(delete_receipt_line(ReceiptLineId(1, 801), a_caller(), NOON), KNOWN)
    left = a_receipt(lines=LINES[1:], reference="Wire 7")
    assert (decision.answer, list(decision.saves), decision.deletes) == (left, [left], ())
    assert decision.events == [events.ReceiptEdited(1, "Wire 7")]


@pytest.mark.parametrize("plan", [find_receipt, delete_receipt])
def test_no_receipt_is_no_receipt(plan: Any):
    with pytest.raises(errors.ReceiptNotFound):
        drive(plan(9, a_caller(), NOON), KNOWN)


@pytest.mark.parametrize("plan", [find_receipt_line, delete_receipt_line])
def test_a_line_is_looked_for_in_its_receipt(plan: Any):
    with pytest.raises(errors.ReceiptNotFound):
        drive(plan(ReceiptLineId(9, 801), a_caller(), NOON), KNOWN)
    with pytest.raises(errors.ReceiptLineNotFound):
        drive(plan(ReceiptLineId(1, 9), a_caller(), NOON), KNOWN)


@pytest.mark.parametrize(
    "plan",
    [
        lambda caller: find_receipt(1, caller, NOON),
        lambda caller: delete_receipt(1, caller, NOON),
        lambda caller: find_receipt_line(ReceiptLineId(1, 802), caller, NOON),
        lambda caller: delete_receipt_line(ReceiptLineId(1, 802), caller, NOON),
    ],
)
def test_only_who_may_see_all_invoices_of_a_receipt_touches_it(plan: Any):
    caller = a_caller(user=a_user(username="jon"))
    known_to_all = a_party(), a_party(id=11, private=True), RECEIPT, an_invoice(id=35)
    with pytest.raises(errors.NotPermitted) as refused:
        drive(plan(caller), known(*known_to_all, an_invoice(id=36, party=11)))
    assert refused.value.what == "see the receipt"
    assert drive(plan(caller), known(*known_to_all)).answer  # an invoice that is gone hides nothing


def test_only_who_may_see_the_payer_sees_a_receipt():
    caller = a_caller(user=a_user(username="jon"))
    knowledge = known(a_party(private=True), a_party(id=11), RECEIPT)
    with pytest.raises(errors.NotPermitted) as refused:
        drive(find_receipt(1, caller, NOON), knowledge)
    assert refused.value.what == "see the receipt"
    records = [Record(one, 1, b"") for one in (RECEIPT, a_receipt(id=2, party=11), a_receipt(id=3, party=12))]
    assert [one.id for one in drive(view_receipts(records, caller, NOON), knowledge).answer] == [2, 3]
