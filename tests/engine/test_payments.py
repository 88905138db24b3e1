from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.lifecycle import Status
from billingua.core.payment import PaymentLine, PaymentStatus
from billingua.engine.payments import RecordPayment, record_payment
from billingua.engine.plan import Caller, Decision
from tests.builders import NOON, a_caller, a_party, a_payment, a_user, a_uuid, an_invoice
from tests.engine.driving import drive, known

YESTERDAY = NOON - timedelta(days=1)


def record(*invoices: Any, lines: dict[int, str] | list[PaymentLine], caller: Caller | None = None, **command: Any):
    if isinstance(lines, dict):
        lines = [PaymentLine(id, Decimal(amount)) for id, amount in lines.items()]
    told = RecordPayment(**({"party": 10, "currency": "USD", "lines": lines} | command))
    knowledge = known(a_party(), *invoices, payment=902)
    return drive(record_payment(told, caller or a_caller(), NOON), knowledge)


def saved_invoices(decision: Decision[Any]) -> dict[int, tuple[Status, Decimal]]:
    return {saved.id: (saved.status, saved.open_balance) for saved in list(decision.saves)[1:]}


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
        lines=(PaymentLine(1, Decimal("60.00")), PaymentLine(2, Decimal("100.00"))),
        memo="Wire 2207",
        received_at=YESTERDAY,
        created_by="jon",
    )
    assert decision.answer == payment
    assert [saved for saved in decision.saves if saved.id == 902] == [payment]
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
    (changed,) = list(decision.saves)[1:]
    assert (changed.pending_payments, changed.open_balance) == (pending, 97)


def test_a_refunded_payment_is_noted_and_counts_on_no_balance():
    invoice = an_invoice(status=Status.VOID)
    decision = record(invoice, lines={35: "30"}, status=PaymentStatus.REFUNDED)
    assert not decision.answer.applied
    assert list(decision.saves)[1] is invoice
    assert decision.events == [events.PaymentRecorded(902, "")]


def test_payments_are_refused_in_the_order_of_their_checks():
    void = an_invoice(id=1, status=Status.VOID)
    with pytest.raises(errors.PartyNotFound) as nobody:
        record(void, lines={1: "1", 9: "1"}, party=99, currency="EUR")
    assert nobody.value.asked == 99
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
