from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.payment import Operation, Payment, PaymentLine, PaymentStatus
from billingua.core.receipt import Receipt, ReceiptKind, ReceiptLine
from billingua.core.workspace import Channel
from billingua.engine.payments import (
    ChangePaymentStatus,
    OperatePayment,
    PayInvoice,
    PaymentView,
    Reception,
    RecordPayment,
    ReplacePayment,
    change_payment_status,
    delete_payment,
    find_payment,
    operate_payment,
    pay_invoice,
    record_payment,
    replace_payment,
    view_payments,
)
from billingua.engine.plan import Caller, Decision, Record
from tests.builders import NOON, a_caller, a_party, a_payment, a_receipt, a_user, a_uuid, a_workspace, an_invoice
from tests.engine.driving import drive, known

YESTERDAY = NOON - timedelta(days=1)
BY_HAND = a_workspace(balances_by_hand=True)


def record(*known_values: Any, lines: dict[int, str] | list[PaymentLine], caller: Caller | None = None, **command: Any):
    told = RecordPayment(**({"party": 10, "currency": "USD", "lines": as_lines(lines)} | command))
    knowledge = known(a_party(), *known_values, payment=902, receipt=702, receipt_line=802)
    return drive(record_payment(told, caller or a_caller(), NOON), knowledge)


def as_lines(lines: dict[int, str] | list[PaymentLine]) -> list[PaymentLine]:
    return lines if isinstance(lines, list) else [PaymentLine(id, Decimal(amount)) for id, amount in lines.items()]


def saved(decision: Decision[Any], kind: type[Any]) -> list[Any]:
    return [value for value in decision.saves if isinstance(value, kind)]


def saved_invoices(decision: Decision[Any]) -> dict[int, tuple[Status, Decimal]]:
    return {invoice.id: (invoice.status, invoice.open_balance) for invoice in saved(decision, Invoice)}


def test_a_payment_covers_several_invoices():
    decision = record(
        an_invoice(id=1),
        an_invoice(id=2),
        lines={1: "60.00", 2: "100.00"},
        memo="Wire 2207",
        received_at=YESTERDAY,
        caller=a_caller(user=a_user(username="jon")),
    )
    payment = a_payment(
        id=902,
        uuid=a_uuid(777_000),
        lines=(PaymentLine(1, Decimal("60.00"), "INV-1"), PaymentLine(2, Decimal("100.00"), "INV-2")),
        memo="Wire 2207",
        received_at=YESTERDAY,
        created_by="jon",
    )
    assert decision.answer == payment
    assert saved(decision, Payment) == [payment]
    assert saved_invoices(decision) == {1: (Status.OPEN, 40), 2: (Status.PAID, 0)}
    assert decision.events == [events.PaymentRecorded(902, "Wire 2207"), events.InvoicePaid(2, "INV-2")]


def test_a_payment_is_received_now_unless_it_was_said_when():
    decision = record(an_invoice(), lines={35: "1"})
    assert (decision.answer.received_at, decision.answer.created_by) == (NOON, None)


def test_two_amounts_for_the_same_invoice_both_count():
    decision = record(an_invoice(), lines=[PaymentLine(35, Decimal(30)), PaymentLine(35, Decimal(70))])
    assert saved_invoices(decision) == {35: (Status.PAID, 0)}
    assert decision.events == [events.PaymentRecorded(902, ""), events.InvoicePaid(35, "INV-35")]


@pytest.mark.parametrize(
    ("invoice", "amount", "told"),
    [
        (an_invoice(status=Status.DRAFT), "30", [events.InvoiceIssued]),
        (an_invoice(status=Status.DRAFT), "100", [events.InvoiceIssued, events.InvoicePaid]),
        (an_invoice(status=Status.PAID, open_balance=Decimal(100)), "30", [events.InvoiceReopened]),
        (an_invoice(status=Status.PAID), "30", []),
        (an_invoice(), "30", []),
    ],
)
def test_what_a_payment_does_to_an_invoice_is_told_as_it_is(invoice, amount: str, told: list[type[events.Event]]):
    decision = record(invoice, lines={35: amount})
    assert decision.events[1:] == [kind(35, "INV-35") for kind in told]


@pytest.mark.parametrize(
    ("status", "pending"),
    [(PaymentStatus.AWAITING, 3), (PaymentStatus.PROCESSING, 3), (PaymentStatus.COMPLETED, 2)],
)
def test_an_invoice_counts_the_payments_that_are_not_completed(status: PaymentStatus, pending: int):
    invoice = an_invoice(pending_payments=2)
    decision = record(invoice, lines=[PaymentLine(35, Decimal(1)), PaymentLine(35, Decimal(2))], status=status)
    assert (decision.answer.status, decision.answer.applied) == (status, True)
    (changed,) = saved(decision, Invoice)
    assert (changed.pending_payments, changed.open_balance) == (pending, 97)


def test_a_refunded_payment_is_noted_and_counts_on_no_balance():
    invoice = an_invoice(status=Status.VOID)
    decision = record(invoice, lines={35: "30"}, status=PaymentStatus.REFUNDED)
    assert not decision.answer.applied
    assert saved(decision, Invoice)[0] is invoice
    assert saved(decision, Receipt)[0].kind is ReceiptKind.REFUND
    assert decision.events == [events.PaymentRecorded(902, "")]


def test_payments_are_refused_in_the_order_of_their_checks():
    void = an_invoice(id=1, status=Status.VOID)
    with pytest.raises(errors.AmountNotPositive):
        record(void, lines={1: "1", 9: "0"}, party=99, currency="EUR", channel=7)
    with pytest.raises(errors.PartyNotFound) as nobody:
        record(void, lines={1: "1", 9: "1"}, party=99, currency="EUR", channel=7)
    assert nobody.value.asked == 99
    with pytest.raises(errors.ChannelNotFound):
        record(void, a_workspace(), lines={1: "1", 9: "1"}, currency="EUR", channel=7)
    with pytest.raises(errors.InvoiceNotFound) as unknown:
        record(void, lines={1: "1", 9: "1"}, currency="EUR")
    assert unknown.value.asked == 9
    with pytest.raises(errors.CurrencyMismatch) as mismatch:
        record(void, lines={1: "1"}, currency="EUR")
    assert (mismatch.value.expected, mismatch.value.given) == ("USD", "EUR")
    with pytest.raises(errors.InvoiceLocked):
        record(void, lines={1: "1"})


def test_a_refund_too_has_to_be_in_the_currency_of_its_invoices():
    with pytest.raises(errors.CurrencyMismatch):
        record(an_invoice(), lines={35: "1"}, currency="EUR", status=PaymentStatus.REFUNDED)


def test_one_invoice_that_takes_no_payment_refuses_the_whole():
    with pytest.raises(errors.TransitionRefused):
        record(an_invoice(id=1), an_invoice(id=2, status=Status.REJECTED), lines={1: "1", 2: "1"})


def test_the_receipt_of_a_payment_is_written_with_it():
    decision = record(an_invoice(id=1), an_invoice(id=2), lines={1: "60.00", 2: "1"}, memo="Wire 2207", payer="Lara")
    (receipt,) = saved(decision, Receipt)
    lines = (ReceiptLine(802, 1, Decimal("60.00"), "INV-1"), ReceiptLine(803, 2, Decimal(1), "INV-2"))
    assert (receipt.id, receipt.uuid, receipt.payment, receipt.lines) == (702, a_uuid(777_001), 902, lines)
    assert (receipt.reference, receipt.payer, receipt.total, receipt.created_at) == ("Wire 2207", "Lara", 61, NOON)


def test_all_that_is_said_of_a_payment_is_kept():
    said = {"payer": "Lara", "payer_id": "E-9", "external_id": "E-1", "external_party_id": "E-2"}
    workspace = a_workspace(channels=(Channel(id=2, name="Outlet"),))
    more = {"channel": 2, "method": "Visa ending in 4242"}
    caller = a_caller(dialect="crux")
    decision = record(an_invoice(), workspace, lines={35: "1"}, caller=caller, extras={"fee": 1}, **said, **more)
    assert {name: getattr(decision.answer, name) for name in said | more} == said | more
    assert decision.answer.extras == {"crux": {"fee": 1}}


def test_a_payment_counts_by_itself_unless_balances_are_kept_by_hand():
    assert record(an_invoice(), a_workspace(), lines={35: "1"}).answer.applied
    decision = record(an_invoice(), BY_HAND, lines={35: "1"}, status=PaymentStatus.PROCESSING)
    assert not decision.answer.applied
    (invoice,) = saved(decision, Invoice)
    assert (invoice.open_balance, invoice.pending_payments) == (100, 1)


PRIVATE = a_party(id=11, private=True, access=("jon",))


def test_only_who_may_see_an_invoice_pays_it():
    invoice = an_invoice(party=11)
    with pytest.raises(errors.NotPermitted) as refused:
        record(invoice, PRIVATE, lines={35: "1"}, caller=a_caller(user=a_user()))
    assert refused.value.what == "see the invoice"
    assert record(invoice, PRIVATE, lines={35: "1"}, caller=a_caller(user=a_user(username="jon"))).answer
    assert record(replace(invoice, created_by="ida"), PRIVATE, lines={35: "1"}, caller=a_caller(user=a_user())).answer


def test_who_may_neither_see_the_payer_nor_noted_a_payment_does_not_see_it():
    ida, jon = (a_caller(user=a_user(username=name)) for name in ("ida", "jon"))
    payment = a_payment(party=11)
    knowledge = known(PRIVATE, payment)
    for plan in (
        find_payment(1, ida, NOON),
        delete_payment(1, ida, NOON),
        change_payment_status(ChangePaymentStatus(payment=1, status=PaymentStatus.REFUNDED), ida, NOON),
        operate_payment(OperatePayment(payment=1, operation=Operation.APPLY), ida, NOON),
        replace_payment(ReplacePayment(payment=1, party=11, currency="USD", lines=[]), ida, NOON),
    ):
        with pytest.raises(errors.NotPermitted) as refused:
            drive(plan, knowledge)
        assert refused.value.what == "see the payment"
    assert drive(find_payment(1, jon, NOON), knowledge).answer == PaymentView(payment, PRIVATE)
    own = replace(payment, created_by="ida")
    assert drive(find_payment(1, ida, NOON), known(PRIVATE, own)).answer.payment == own
    records = [Record(one, 1, b"") for one in (payment, replace(own, id=2), a_payment(id=3))]
    views = drive(view_payments(records, ida, NOON), known(PRIVATE, a_party())).answer
    assert [(view.payment.id, view.party) for view in views] == [(2, PRIVATE), (3, a_party())]


def touching(payment: int, caller: Caller) -> list[Any]:
    """Everything that may be done with a payment on invoice 35."""
    lines = as_lines({35: "1"})
    return [
        find_payment(payment, caller, NOON),
        delete_payment(payment, caller, NOON),
        change_payment_status(ChangePaymentStatus(payment=payment, status=PaymentStatus.REFUNDED), caller, NOON),
        replace_payment(ReplacePayment(payment=payment, party=10, currency="USD", lines=lines), caller, NOON),
    ]


def test_only_who_may_see_all_invoices_of_a_payment_touches_it():
    lines = (PaymentLine(35, Decimal(1)), PaymentLine(36, Decimal(1)))
    payment = a_payment(lines=lines, created_by="ida")
    seen, hidden = an_invoice(), an_invoice(id=36, party=11)
    ida = a_caller(user=a_user())
    for plan in touching(1, ida):
        with pytest.raises(errors.NotPermitted) as refused:
            drive(plan, known(a_party(), PRIVATE, payment, seen, hidden))
        assert refused.value.what == "see the payment"
    told = OperatePayment(payment=1, operation=Operation.REVERT)
    with pytest.raises(errors.NotPermitted):
        drive(operate_payment(told, ida, NOON), known(a_party(), PRIVATE, BY_HAND, payment, seen, hidden))
    for others in ([], [replace(hidden, created_by="ida")]):
        for plan in touching(1, ida):
            assert drive(plan, known(a_party(), PRIVATE, payment, seen, *others)).answer
    for plan in touching(1, a_caller(user=a_user(admin=True))):
        assert drive(plan, known(a_party(), PRIVATE, payment, seen, hidden)).answer


def test_nobody_pays_in_the_name_of_a_party_that_they_may_not_see():
    ida = a_caller(user=a_user())
    knowledge = known(a_party(), PRIVATE, a_payment(), an_invoice())
    said = {"party": 11, "currency": "USD", "lines": as_lines({35: "1"})}
    for plan in (
        record_payment(RecordPayment(**said), ida, NOON),
        replace_payment(ReplacePayment(payment=1, **said), ida, NOON),
    ):
        with pytest.raises(errors.NotPermitted) as refused:
            drive(plan, knowledge)
        assert refused.value.what == "see the party"


def test_a_payment_is_found_though_its_party_is_gone():
    assert drive(find_payment(1, a_caller(), NOON), known(a_payment())).answer == PaymentView(a_payment(), None)


@pytest.mark.parametrize(
    "plan",
    [
        find_payment(9, a_caller(), NOON),
        delete_payment(9, a_caller(), NOON),
        change_payment_status(ChangePaymentStatus(payment=9, status=PaymentStatus.REFUNDED), a_caller(), NOON),
        operate_payment(OperatePayment(payment=9, operation=Operation.APPLY), a_caller(), NOON),
        replace_payment(ReplacePayment(payment=9, party=11, currency="USD", lines=[]), a_caller(), NOON),
    ],
)
def test_no_payment_is_no_payment(plan: Any):
    with pytest.raises(errors.PaymentNotFound) as refused:
        drive(plan, known())
    assert refused.value.asked == 9


LATER = NOON + timedelta(hours=1)
PAID = an_invoice(id=1, status=Status.PAID)
PARTLY = an_invoice(id=2, open_balance=Decimal(70), partly_paid=True, pending_payments=1)
COVERING = a_payment(
    lines=(PaymentLine(1, Decimal(100), "INV-1"), PaymentLine(2, Decimal(30), "INV-2")),
    status=PaymentStatus.PROCESSING,
    memo="Wire 7",
)
RECEIPT = a_receipt(
    status=PaymentStatus.PROCESSING,
    total=Decimal(130),
    lines=(ReceiptLine(1, 1, Decimal(100), "INV-1"), ReceiptLine(2, 2, Decimal(30), "INV-2")),
)


def paid(*known_values: Any, caller: Caller | None = None, **command: Any) -> Decision[Any]:
    knowledge = known(*known_values, payment=902, receipt=702, receipt_line=802)
    return drive(pay_invoice(PayInvoice(invoice=35, **command), caller or a_caller(), NOON), knowledge)


@pytest.mark.parametrize(
    ("amount", "status", "owed", "told"),
    [
        (None, Status.PAID, 0, [events.InvoicePaid(35, "INV-35")]),
        (Decimal(100), Status.PAID, 0, [events.InvoicePaid(35, "INV-35")]),
        (Decimal(30), Status.OPEN, 70, []),
        (Decimal(130), Status.PAID, -30, [events.InvoicePaid(35, "INV-35")]),
    ],
)
@pytest.mark.parametrize("workspace", [a_workspace(), BY_HAND], ids=["", "by hand"])
def test_who_pays_an_invoice_by_itself_leaves_a_payment_that_counts(
    workspace: Any, amount: Decimal | None, status: Status, owed: int, told: list[events.Event]
):
    decision = paid(workspace, an_invoice(), amount=amount, memo="Wire 7", method="wire", received_at=YESTERDAY)
    (payment,) = saved(decision, Payment)
    (receipt,) = saved(decision, Receipt)
    assert payment == a_payment(
        id=902,
        uuid=a_uuid(777_000),
        lines=(PaymentLine(35, amount or Decimal(100), "INV-35"),),
        memo="Wire 7",
        method="wire",
        received_at=YESTERDAY,
    )
    assert (receipt.payment, receipt.total, receipt.reference) == (902, payment.total, "Wire 7")
    assert (decision.answer.status, decision.answer.open_balance) == (status, owed)
    assert saved(decision, Invoice) == [decision.answer]
    assert decision.events == [events.PaymentRecorded(902, "Wire 7"), *told]


@pytest.mark.parametrize("owed", [0, -5])
def test_an_invoice_on_which_nothing_is_owed_is_paid_without_a_payment(owed: int):
    decision = paid(an_invoice(open_balance=Decimal(owed)))
    assert (decision.answer.status, decision.answer.open_balance) == (Status.PAID, owed)
    assert (list(decision.saves), decision.events) == ([decision.answer], [events.InvoicePaid(35, "INV-35")])


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.OPEN])
def test_only_an_open_invoice_is_paid_by_itself(status: Status):
    with pytest.raises(errors.TransitionRefused):
        paid(an_invoice(status=status))


@pytest.mark.parametrize("amount", [Decimal(0), Decimal(-1)])
def test_nothing_at_all_is_no_payment_of_an_invoice(amount: Decimal):
    with pytest.raises(errors.AmountNotPositive):
        paid(an_invoice(open_balance=Decimal(0)), amount=amount)


def test_an_invoice_is_paid_by_whoever_may_change_it():
    hidden, ida = a_party(private=True), a_caller(user=a_user())
    with pytest.raises(errors.InvoiceNotFound):
        paid()
    with pytest.raises(errors.NotPermitted):
        paid(hidden, an_invoice(), caller=ida)
    (payment,) = saved(paid(hidden, an_invoice(created_by="ida"), caller=ida), Payment)
    assert payment.created_by == "ida"


@pytest.mark.parametrize(
    ("invoice", "refusal"),
    [
        (an_invoice(id=2, status=Status.VOID), errors.InvoiceLocked),
        (an_invoice(id=2, status=Status.REJECTED), errors.TransitionRefused),
        (an_invoice(id=2, currency="EUR"), errors.CurrencyMismatch),
        (an_invoice(id=2, open_balance=Decimal(-(10**14) + 1)), errors.AmountTooLarge),
    ],
)
def test_whoever_pays_several_invoices_hears_which_takes_no_payment(invoice: Invoice, refusal: Any):
    with pytest.raises(refusal) as refused:
        record(an_invoice(id=1), invoice, lines={1: "1", 2: "1"})
    assert refused.value.invoice == 2


def test_when_where_and_how_a_payment_was_received_is_said_anew():
    outlet = a_workspace(channels=(Channel(id=2, name="Outlet"),))
    anew = Reception(received_at=YESTERDAY, channel=2, method=None)
    payment = replace(COVERING, channel=7, method="cash")
    decision = replaced(outlet, payment, RECEIPT, PAID, PARTLY, lines=as_lines({2: "30"}), reception=anew)
    assert {name: getattr(decision.answer, name) for name in anew} == anew
    kept = replaced(payment, RECEIPT, PAID, PARTLY, lines=as_lines({2: "30"}), reception=Reception(channel=7))
    assert (kept.answer.channel, kept.answer.method) == (7, "cash")
    with pytest.raises(errors.ChannelNotFound):
        replaced(outlet, payment, PAID, PARTLY, lines=as_lines({2: "30"}), reception=Reception(channel=3))


def replaced(*known_values: Any, **command: Any) -> Decision[Any]:
    told = ReplacePayment(**({"payment": 1, "party": 10, "currency": "USD", "lines": []} | command))
    knowledge = known(a_party(), *known_values, receipt=702, receipt_line=802)
    return drive(replace_payment(told, a_caller(), LATER), knowledge)


def test_a_payment_that_is_replaced_is_taken_back_and_counts_anew():
    third = an_invoice(id=3)
    decision = replaced(
        COVERING, RECEIPT, PAID, PARTLY, third, lines=as_lines({2: "70", 3: "10"}), memo="Wire 8", payer="Lara"
    )
    assert saved_invoices(decision) == {1: (Status.OPEN, 100), 2: (Status.OPEN, 30), 3: (Status.OPEN, 90)}
    assert [invoice.pending_payments for invoice in saved(decision, Invoice)] == [0, 0, 0]
    assert decision.answer == replace(
        COVERING,
        lines=(PaymentLine(2, Decimal(70), "INV-2"), PaymentLine(3, Decimal(10), "INV-3")),
        status=PaymentStatus.COMPLETED,
        memo="Wire 8",
        payer="Lara",
        updated_at=LATER,
    )
    assert decision.events == [events.PaymentEdited(1, "Wire 8"), events.InvoiceReopened(1, "INV-1")]


def test_the_receipt_of_a_payment_that_is_replaced_is_written_anew():
    (receipt,) = saved(replaced(COVERING, RECEIPT, PAID, PARTLY, lines=as_lines({2: "70"}), memo="Wire 8"), Receipt)
    assert (receipt.id, receipt.created_at, receipt.updated_at, receipt.reference) == (1, NOON, LATER, "Wire 8")
    assert receipt.lines == (ReceiptLine(802, 2, Decimal(70), "INV-2"),)


def test_a_payment_that_is_replaced_gets_a_receipt_where_somebody_deleted_it():
    (receipt,) = saved(replaced(COVERING, PAID, PARTLY, lines=as_lines({2: "70"})), Receipt)
    assert (receipt.id, receipt.payment, receipt.created_at) == (702, 1, LATER)


def test_a_payment_that_is_replaced_leaves_alone_what_is_gone_and_takes_nothing_that_is():
    decision = replaced(COVERING, RECEIPT, PARTLY, lines=as_lines({2: "30"}))
    assert saved_invoices(decision) == {2: (Status.OPEN, 70)}
    with pytest.raises(errors.InvoiceNotFound):
        replaced(COVERING, RECEIPT, PARTLY, lines=as_lines({1: "30"}))


def test_what_other_dialects_said_of_a_payment_stays():
    payment = replace(COVERING, extras={"crux": {"a": 1}, "native": {"b": 1, "c": 1}})
    decision = replaced(payment, PAID, PARTLY, lines=as_lines({2: "30"}), extras={"b": 2})
    assert decision.answer.extras == {"crux": {"a": 1}, "native": {"b": 2, "c": 1}}


@pytest.mark.parametrize("applied", [True, False])
def test_a_payment_that_is_replaced_counts_by_hand_only_if_it_did(applied: bool):
    payment = replace(COVERING, applied=applied)
    assert replaced(BY_HAND, payment, PAID, PARTLY, lines=as_lines({2: "30"})).answer.applied is applied


def moved(payment: Payment, status: PaymentStatus, *known_values: Any) -> Decision[Any]:
    told = ChangePaymentStatus(payment=1, status=status)
    return drive(change_payment_status(told, a_caller(), LATER), known(a_party(), payment, *known_values))


def test_a_payment_that_is_refunded_is_taken_back_everywhere():
    decision = moved(COVERING, PaymentStatus.REFUNDED, RECEIPT, PAID, PARTLY)
    assert saved_invoices(decision) == {1: (Status.OPEN, 100), 2: (Status.OPEN, 100)}
    assert [invoice.pending_payments for invoice in saved(decision, Invoice)] == [0, 0]
    assert decision.answer == replace(COVERING, status=PaymentStatus.REFUNDED, applied=False, updated_at=LATER)
    (receipt,) = saved(decision, Receipt)
    refund = {"kind": ReceiptKind.REFUND, "status": PaymentStatus.REFUNDED, "updated_at": LATER}
    assert receipt == replace(RECEIPT, **refund)
    assert decision.events == [events.PaymentRefunded(1, "Wire 7"), events.InvoiceReopened(1, "INV-1")]


def test_a_payment_that_is_no_longer_refunded_counts_again_where_there_still_is_an_invoice():
    refunded = replace(COVERING, status=PaymentStatus.REFUNDED, applied=False)
    decision = moved(refunded, PaymentStatus.AWAITING, an_invoice(id=2))
    assert decision.answer.applied
    assert saved_invoices(decision) == {2: (Status.OPEN, 70)}
    assert saved(decision, Invoice)[0].pending_payments == 1
    assert saved(decision, Receipt) == []
    assert decision.events == [events.PaymentEdited(1, "Wire 7")]


def test_a_payment_that_comes_on_moves_no_balance():
    decision = moved(COVERING, PaymentStatus.COMPLETED, RECEIPT, PAID, PARTLY)
    assert saved_invoices(decision) == {1: (Status.PAID, 0), 2: (Status.OPEN, 70)}
    assert saved(decision, Receipt)[0].status is PaymentStatus.COMPLETED


def test_a_payment_that_comes_on_leaves_what_was_said_of_its_invoices():
    raised = an_invoice(id=2, status=Status.PAID, open_balance=Decimal(500), pending_payments=1)
    decision = moved(COVERING, PaymentStatus.COMPLETED, raised)
    assert saved(decision, Invoice) == [replace(raised, pending_payments=0, updated_at=LATER)]
    assert decision.events == [events.PaymentEdited(1, "Wire 7")]


def test_a_payment_that_is_where_it_shall_be_stays_as_it_is():
    decision = moved(COVERING, PaymentStatus.PROCESSING)
    assert (decision.answer, list(decision.saves), decision.events) == (COVERING, [], ())


def test_one_invoice_that_takes_no_payment_refuses_that_a_refunded_one_counts_again():
    refunded = replace(COVERING, status=PaymentStatus.REFUNDED, applied=False)
    with pytest.raises(errors.InvoiceLocked):
        moved(refunded, PaymentStatus.COMPLETED, an_invoice(id=1), an_invoice(id=2, status=Status.VOID))


def operated(payment: Payment, operation: Operation, *known_values: Any) -> Decision[Any]:
    told = OperatePayment(payment=1, operation=operation)
    return drive(operate_payment(told, a_caller(), LATER), known(a_party(), payment, *known_values))


def test_a_payment_is_reverted_and_applied_by_hand():
    back = operated(COVERING, Operation.REVERT, BY_HAND, PARTLY)
    assert back.answer == replace(COVERING, applied=False, updated_at=LATER)
    assert saved_invoices(back) == {2: (Status.OPEN, 100)}
    assert saved(back, Invoice)[0].pending_payments == 1
    assert back.events == [events.PaymentReverted(1, "Wire 7")]
    again = operated(back.answer, Operation.APPLY, BY_HAND, *saved(back, Invoice))
    assert saved_invoices(again) == {2: (Status.OPEN, 70)}
    assert again.events == [events.PaymentApplied(1, "Wire 7")]


def test_nothing_is_done_by_hand_where_balances_are_not_kept_so():
    with pytest.raises(errors.OperationRefused):
        operated(COVERING, Operation.REVERT, a_workspace(), PAID, PARTLY)


def test_a_payment_goes_with_its_receipt_and_is_taken_back():
    decision = drive(delete_payment(1, a_caller(), LATER), known(a_party(), COVERING, RECEIPT, PAID, PARTLY))
    assert decision.answer == COVERING
    assert decision.deletes == [COVERING, RECEIPT]
    assert saved_invoices(decision) == {1: (Status.OPEN, 100), 2: (Status.OPEN, 100)}
    assert decision.events == [events.PaymentDeleted(1, "Wire 7"), events.InvoiceReopened(1, "INV-1")]


def test_a_payment_goes_though_its_receipt_and_invoices_are_gone():
    decision = drive(delete_payment(1, a_caller(), LATER), known(a_party(), COVERING))
    assert (list(decision.saves), decision.deletes) == ([], [COVERING])


def test_a_payment_of_an_invoice_that_was_voided_since_goes_and_nothing_is_owed():
    void = an_invoice(id=2, status=Status.VOID, pending_payments=1)
    decision = drive(delete_payment(1, a_caller(), LATER), known(a_party(), COVERING, void))
    (invoice,) = saved(decision, Invoice)
    assert (invoice.status, invoice.open_balance, invoice.pending_payments) == (Status.VOID, 0, 0)
