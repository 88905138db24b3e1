from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.errors import CurrencyMismatch, InvoiceLocked, TransitionRefused
from billingua.core.lifecycle import Status
from billingua.core.payment import PaymentLine, apply_payment, take_back_payment
from tests.builders import NOON, a_payment, an_invoice

LATER = NOON + timedelta(hours=1)
AMOUNTS = st.decimals("0.0001", 10**15, places=4)
BALANCES = st.decimals(-(10**15), 10**15, places=10)


def test_a_payment_comes_to_the_sum_of_its_lines():
    payment = a_payment(lines=(PaymentLine(1, Decimal("1E+30")), PaymentLine(2, Decimal("0.01"))))
    assert payment.total == Decimal("1000000000000000000000000000000.01")


def test_a_part_payment_leaves_the_rest_owed():
    paid = apply_payment(an_invoice(), Decimal(30), "USD", LATER)
    assert (paid.status, paid.open_balance, paid.partly_paid) == (Status.OPEN, 70, True)
    assert (paid.original_balance, paid.updated_at) == (100, LATER)


def test_the_whole_payment_pays_the_invoice():
    paid = apply_payment(an_invoice(partly_paid=True, open_balance=Decimal(40)), Decimal(40), "USD", LATER)
    assert (paid.status, paid.open_balance, paid.partly_paid) == (Status.PAID, 0, False)


def test_more_than_is_owed_is_accepted_and_the_balance_turns_negative():
    paid = apply_payment(an_invoice(), Decimal(130), "USD", LATER)
    assert (paid.status, paid.open_balance, paid.partly_paid) == (Status.PAID, -30, False)


def test_a_paid_invoice_takes_more_money():
    paid = apply_payment(an_invoice(status=Status.PAID), Decimal(1), "USD", LATER)
    assert (paid.status, paid.open_balance) == (Status.PAID, -1)


def test_a_payment_counts_for_more_than_the_word_that_an_invoice_is_paid():
    said_to_be_paid = an_invoice(status=Status.PAID, open_balance=Decimal(100))
    paid = apply_payment(said_to_be_paid, Decimal(30), "USD", LATER)
    assert (paid.status, paid.open_balance, paid.partly_paid) == (Status.OPEN, 70, True)


@pytest.mark.parametrize(("amount", "status"), [(Decimal(30), Status.OPEN), (Decimal(100), Status.PAID)])
def test_a_draft_is_issued_by_its_payment(amount: Decimal, status: Status):
    assert apply_payment(an_invoice(status=Status.DRAFT), amount, "USD", LATER).status is status


@pytest.mark.parametrize("amount", [Decimal(30), Decimal(100)])
def test_a_rejected_invoice_takes_no_payment_not_even_in_part(amount: Decimal):
    with pytest.raises(TransitionRefused):
        apply_payment(an_invoice(status=Status.REJECTED), amount, "USD", LATER)


def test_a_payment_in_another_currency_is_refused():
    with pytest.raises(CurrencyMismatch) as refused:
        apply_payment(an_invoice(currency="EUR"), Decimal(30), "USD", LATER)
    assert (refused.value.expected, refused.value.given) == ("EUR", "USD")


def test_nothing_is_paid_on_a_void_invoice_and_nothing_taken_back():
    invoice = an_invoice(status=Status.VOID)
    with pytest.raises(InvoiceLocked):
        apply_payment(invoice, Decimal(30), "USD", LATER)
    with pytest.raises(InvoiceLocked):
        take_back_payment(invoice, Decimal(30), LATER)


def test_an_invoice_is_open_again_once_its_payment_is_taken_back():
    again = take_back_payment(an_invoice(status=Status.PAID), Decimal(100), LATER)
    assert (again.status, again.open_balance, again.partly_paid) == (Status.OPEN, 100, False)


def test_an_invoice_stays_paid_while_what_is_left_covers_it():
    overpaid = an_invoice(status=Status.PAID, open_balance=Decimal(-50))
    back = take_back_payment(overpaid, Decimal(50), LATER)
    assert (back.status, back.open_balance, back.partly_paid) == (Status.PAID, 0, False)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.REJECTED])
def test_taking_a_payment_back_neither_issues_a_draft_nor_accepts_for_the_customer(status: Status):
    back = take_back_payment(an_invoice(status=status, open_balance=Decimal(40)), Decimal(60), LATER)
    assert (back.status, back.open_balance) == (status, 100)


@given(AMOUNTS, BALANCES, BALANCES, st.sampled_from([Status.OPEN, Status.DRAFT, Status.PAID]))
def test_a_payment_taken_back_leaves_the_balance_as_it_was(
    amount: Decimal, original: Decimal, owed: Decimal, status: Status
):
    invoice = an_invoice(status=status, original_balance=original, open_balance=owed)
    paid = apply_payment(invoice, amount, "USD", LATER)
    back = take_back_payment(paid, amount, LATER)
    assert back.open_balance == owed
    assert back.original_balance == original
    assert back.status is (Status.OPEN if owed > 0 else Status.PAID)


@given(AMOUNTS, BALANCES)
def test_an_invoice_is_paid_just_when_nothing_is_owed(amount: Decimal, owed: Decimal):
    paid = apply_payment(an_invoice(open_balance=owed), amount, "USD", LATER)
    assert (paid.status is Status.PAID) == (paid.open_balance <= 0)
    assert not (paid.partly_paid and paid.status is Status.PAID)


@given(st.lists(AMOUNTS, min_size=1, max_size=5).flatmap(lambda paid: st.tuples(st.just(paid), st.permutations(paid))))
def test_the_order_of_the_payments_does_not_matter(both: tuple[list[Decimal], list[Decimal]]):
    ends = []
    for amounts in both:
        invoice = an_invoice(original_balance=Decimal(10**15), open_balance=Decimal(10**15))
        for amount in amounts:
            invoice = apply_payment(invoice, amount, "USD", LATER)
        ends.append(invoice)
    assert ends[0] == ends[1]
