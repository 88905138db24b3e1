from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.errors import (
    AmountNotPositive,
    AmountTooLarge,
    CurrencyMismatch,
    InvoiceLocked,
    OperationRefused,
    TransitionRefused,
)
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.money import LARGEST_AMOUNT, LARGEST_BALANCE
from billingua.core.payment import (
    COUNTED,
    Operation,
    Payment,
    PaymentLine,
    PaymentStatus,
    allowed_operations,
    apply_payment,
    check_amounts,
    check_currency,
    counts,
    follow_payment,
    follow_replacement,
    operate,
    take_back_payment,
    with_status,
)
from tests.builders import NOON, a_payment, an_invoice

LATER = NOON + timedelta(hours=1)
AMOUNTS = st.decimals("0.0001", 10**13, places=4)
BALANCES = st.decimals(-(10**13), 10**13, places=10)


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


def test_nothing_is_paid_on_a_void_invoice():
    with pytest.raises(InvoiceLocked):
        apply_payment(an_invoice(status=Status.VOID), Decimal(30), "USD", LATER)


def test_nothing_is_owed_on_a_void_invoice_whatever_is_taken_back():
    invoice = an_invoice(status=Status.VOID)
    assert take_back_payment(invoice, Decimal(30), LATER) is invoice


def test_an_invoice_that_owed_less_than_nothing_is_paid_whatever_was_said_meanwhile():
    reopened = an_invoice(open_balance=Decimal(-70))
    back = take_back_payment(reopened, Decimal(30), LATER)
    assert (back.status, back.open_balance) == (Status.PAID, -40)


def test_no_more_is_paid_than_may_be_said():
    invoice = an_invoice(open_balance=30 - LARGEST_AMOUNT)
    most = apply_payment(invoice, Decimal("29.9999"), "USD", LATER)
    assert most.open_balance == Decimal("0.0001") - LARGEST_AMOUNT
    with pytest.raises(AmountTooLarge):
        apply_payment(invoice, Decimal(30), "USD", LATER)


def test_what_is_taken_back_may_come_to_more_than_may_be_said_and_is_paid_again():
    most = LARGEST_AMOUNT - 1
    owing = take_back_payment(an_invoice(open_balance=most), most, LATER)
    assert owing.open_balance == 2 * most
    assert apply_payment(owing, Decimal(1), "USD", LATER).open_balance == 2 * most - 1


def test_a_balance_that_no_store_keeps_is_refused():
    invoice = an_invoice(open_balance=LARGEST_BALANCE - 30)
    assert take_back_payment(invoice, Decimal("29.9999"), LATER).open_balance == LARGEST_BALANCE - Decimal("0.0001")
    with pytest.raises(AmountTooLarge):
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
        invoice = an_invoice(original_balance=Decimal(10**13), open_balance=Decimal(10**13))
        for amount in amounts:
            invoice = apply_payment(invoice, amount, "USD", LATER)
        ends.append(invoice)
    assert ends[0] == ends[1]


def test_a_payment_says_how_much_of_it_goes_and_counts_where():
    lines = (PaymentLine(2, Decimal(30)), PaymentLine(1, Decimal(1)), PaymentLine(2, Decimal("0.5")))
    payment = a_payment(lines=lines)
    assert payment.invoices == (2, 1)
    assert payment.counted == payment.amounts == {2: Decimal("30.5"), 1: 1}
    assert a_payment(lines=lines, applied=False).counted == {}


def test_a_payment_changed_last_when_it_was_received_unless_something_has_changed():
    assert a_payment().changed_at == NOON
    assert a_payment(updated_at=LATER).changed_at == LATER


def test_a_dialect_finds_its_own_members_on_a_payment():
    payment = a_payment(extras={"crux": {"a": 1}})
    assert (payment.extra("crux"), payment.extra("modulus")) == ({"a": 1}, {})


@pytest.mark.parametrize("amounts", [[], ["0"], ["1", "-0.0001"]])
def test_every_line_of_a_payment_has_to_pay_something(amounts: list[str]):
    with pytest.raises(AmountNotPositive) as refused:
        check_amounts([PaymentLine(1, Decimal(amount)) for amount in amounts])
    assert refused.value.index == max(0, len(amounts) - 1)


def test_a_payment_over_more_than_any_store_keeps_is_refused():
    check_amounts([PaymentLine(1, LARGEST_AMOUNT - 1)])
    with pytest.raises(AmountTooLarge):
        check_amounts([PaymentLine(1, LARGEST_AMOUNT - 1), PaymentLine(2, Decimal(1))])


@pytest.mark.parametrize(("status", "by_hand", "did"), [*product(PaymentStatus, [True, False], [True, False])])
def test_a_payment_counts_by_its_status_and_by_hand_only_if_it_did(status: PaymentStatus, by_hand: bool, did: bool):
    assert counts(status, by_hand=by_hand, did=did) == (status in COUNTED and (did or not by_hand))


A, P, C = PaymentStatus.AWAITING, PaymentStatus.PROCESSING, PaymentStatus.COMPLETED
REFUNDED, INCOMPLETE = PaymentStatus.REFUNDED, PaymentStatus.INCOMPLETE


@pytest.mark.parametrize(
    ("before", "did", "after", "by_hand", "does"),
    [
        *((before, did, after, False, did) for before in (A, P, C) for after in (A, P, C) for did in (True, False)),
        *((before, did, REFUNDED, hand, False) for before in (A, P, C) for did in (True, False) for hand in (0, 1)),
        *((REFUNDED, False, after, hand, not hand) for after in (A, P, C) for hand in (False, True)),
        *((INCOMPLETE, False, after, hand, not hand) for after in (A, P, C) for hand in (False, True)),
    ],
)
def test_what_becomes_of_a_payment_by_its_status(
    before: PaymentStatus, did: bool, after: PaymentStatus, by_hand: bool, does: bool
):
    changed = with_status(a_payment(status=before, applied=did), after, by_hand=by_hand, now=LATER)
    assert (changed.status, changed.applied, changed.updated_at) == (after, does, LATER)


@pytest.mark.parametrize(("status", "applied"), [*product(PaymentStatus, [True, False])])
def test_balances_are_moved_by_hand_only_where_they_are_kept_so(status: PaymentStatus, applied: bool):
    payment = a_payment(status=status, applied=applied)
    by_hand = [Operation.REVERT] if applied else [Operation.APPLY] if status in COUNTED else []
    assert allowed_operations(payment, by_hand=True) == by_hand
    assert allowed_operations(payment, by_hand=False) == []


def test_an_operation_applies_or_reverts_and_leaves_the_status():
    reverted = operate(a_payment(), Operation.REVERT, by_hand=True, now=LATER)
    assert (reverted.applied, reverted.status, reverted.updated_at) == (False, C, LATER)
    assert operate(reverted, Operation.APPLY, by_hand=True, now=LATER).applied


def test_an_operation_that_is_not_allowed_is_refused_with_those_that_are():
    with pytest.raises(OperationRefused) as refused:
        operate(a_payment(), Operation.APPLY, by_hand=True, now=LATER)
    assert vars(refused.value) == {"payment": 1, "operation": "apply", "allowed": ["revert"]}


def paying(amount: int | str = 30, **overrides: Any) -> Payment:
    return a_payment(lines=(PaymentLine(35, Decimal(amount)),), **overrides)


def test_an_invoice_follows_a_payment_that_comes_changes_and_goes():
    paid = follow_payment(an_invoice(), None, paying(30), LATER)
    assert (paid.open_balance, paid.partly_paid) == (70, True)
    whole = follow_payment(paid, paying(30), paying("100"), LATER)
    assert (whole.open_balance, whole.status) == (0, Status.PAID)
    again = follow_payment(whole, paying("100"), None, LATER)
    assert (again.open_balance, again.status, again.partly_paid) == (100, Status.OPEN, False)


def test_an_invoice_does_not_follow_a_payment_that_does_not_count():
    invoice = an_invoice()
    uncounted = paying(applied=False)
    assert follow_payment(invoice, None, uncounted, LATER) is invoice
    assert follow_payment(invoice, uncounted, None, LATER) is invoice


def test_what_was_said_of_an_invoice_stays_while_its_payment_comes_on_and_not_when_it_is_replaced():
    said_to_be_open = an_invoice(open_balance=Decimal(70), partly_paid=False)
    assert follow_payment(said_to_be_open, paying(30), paying(30, method="Visa"), LATER) is said_to_be_open
    assert follow_replacement(said_to_be_open, paying(30), paying(30), LATER).partly_paid


def test_an_invoice_follows_a_payment_that_is_replaced():
    replaced = follow_replacement(an_invoice(open_balance=Decimal(70)), paying(30), paying(100), LATER)
    assert (replaced.open_balance, replaced.status) == (0, Status.PAID)
    gone = follow_replacement(an_invoice(open_balance=Decimal(70)), paying(30), paying(30, applied=False), LATER)
    assert gone.open_balance == 100


@pytest.mark.parametrize("status", [Status.OPEN, Status.PAID, Status.VOID])
def test_an_invoice_lets_payments_be_that_are_not_in_its_currency_by_now(status: Status):
    invoice = an_invoice(status=status, currency="EUR")
    for before, after in ((paying(30), None), (paying(30), paying(30, applied=False)), (None, paying(30))):
        assert follow_payment(invoice, before, after, LATER) is invoice
    assert follow_replacement(invoice, paying(30), paying(30), LATER) is invoice
    assert follow_payment(invoice, paying(30, status=A), None, LATER).open_balance == invoice.open_balance


def test_a_payment_that_is_replaced_in_the_currency_of_its_invoice_counts_and_nothing_is_taken_back():
    invoice = an_invoice(currency="EUR")
    assert follow_replacement(invoice, paying(30), paying(30, currency="EUR"), LATER).open_balance == 70


def test_only_what_was_said_before_may_be_in_another_currency_than_the_invoice_by_now():
    invoice, lines = an_invoice(currency="EUR"), paying(30).lines
    check_currency(None, lines, "EUR", invoice)
    check_currency(paying(30), (PaymentLine(35, Decimal(10)), PaymentLine(35, Decimal(20))), "USD", invoice)
    for before, currency in ((None, "USD"), (paying(31), "USD"), (paying(30, currency="GBP"), "USD")):
        with pytest.raises(CurrencyMismatch):
            check_currency(before, lines, currency, invoice)


@pytest.mark.parametrize("status", [Status.VOID, Status.REJECTED])
def test_an_invoice_that_takes_no_payment_lets_one_be_that_stays_as_it_is(status: Status):
    invoice = an_invoice(status=status)
    assert follow_replacement(invoice, paying(30), paying(30, memo="new"), LATER) is invoice
    with pytest.raises((InvoiceLocked, TransitionRefused)):
        follow_replacement(invoice, paying(30), paying(31), LATER)


@pytest.mark.parametrize(
    ("before", "after", "pending"),
    [
        (None, A, 3),
        (None, C, 2),
        (P, C, 1),
        (P, A, 2),
        (C, P, 3),
        (A, REFUNDED, 1),
        (A, None, 1),
        (C, None, 2),
    ],
)
@pytest.mark.parametrize(
    "invoice", [an_invoice(pending_payments=2), an_invoice(status=Status.VOID, pending_payments=2)]
)
def test_an_invoice_counts_the_payments_that_it_waits_for(
    invoice: Invoice, before: PaymentStatus | None, after: PaymentStatus | None, pending: int
):
    was, is_now = (status and paying(30, status=status, applied=False) for status in (before, after))
    assert follow_payment(invoice, was, is_now, LATER).pending_payments == pending


def test_an_invoice_never_waits_for_less_than_no_payment():
    assert follow_payment(an_invoice(), paying(30, status=A), None, LATER).pending_payments == 0


def test_an_invoice_follows_only_its_own_part():
    invoice = an_invoice(id=36)
    assert follow_payment(invoice, None, paying(30, status=A), LATER) is invoice
