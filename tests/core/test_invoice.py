from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.errors import AmountTooLarge, TransitionRefused
from billingua.core.invoice import (
    Settlement,
    follow_balance,
    in_currency,
    issue,
    number_key,
    reject,
    reopen,
    revise,
    settle,
    total_at,
    total_owed,
    void,
    with_extra,
    with_lines,
)
from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind
from billingua.core.rounding import STEPWISE, en16931
from tests.builders import NOON, a_line, a_line_tax, an_invoice

LATER = NOON + timedelta(hours=1)
BALANCES = st.decimals(-(10**9), 10**9, places=4)


def test_an_invoice_adds_itself_up_by_its_own_rounding_rule():
    invoice = an_invoice(currency="JPY", lines=(a_line(unit_price=Decimal("10.5")),))
    assert str(invoice.totals.grand_total) == "11"


def test_numbers_are_compared_without_case_and_without_blanks_at_the_end():
    assert an_invoice(number="Inv-7 ").number_key == an_invoice(number="INV-7").number_key
    assert number_key(" inv-7") != number_key("inv-7")


@pytest.mark.parametrize(
    ("facts", "overdue"),
    [
        ({"due_at": NOON - timedelta(seconds=1)}, True),
        ({"due_at": NOON - timedelta(days=1), "open_balance": Decimal("0.01")}, True),
        ({"due_at": NOON}, False),
        ({"due_at": None}, False),
        ({"due_at": NOON - timedelta(days=1), "open_balance": Decimal(0)}, False),
        ({"due_at": NOON - timedelta(days=1), "open_balance": Decimal(-5)}, False),
        ({"due_at": NOON - timedelta(days=1), "status": Status.DRAFT}, False),
        ({"due_at": NOON - timedelta(days=1), "status": Status.PAID, "open_balance": Decimal(5)}, False),
        ({"due_at": NOON - timedelta(days=1), "status": Status.VOID}, False),
    ],
)
def test_an_open_invoice_is_overdue_once_its_day_has_passed_and_money_is_owed(facts: dict[str, object], overdue: bool):
    assert an_invoice(**facts).is_overdue(NOON) is overdue


def test_what_was_paid_stays_paid_when_the_lines_change():
    invoice = an_invoice(original_balance=Decimal(100), open_balance=Decimal(70))
    changed = with_lines(invoice, (a_line(unit_price=Decimal(250)),))
    assert (changed.original_balance, changed.open_balance) == (250, 220)
    assert changed.lines == (a_line(unit_price=Decimal(250)),)


def test_cheaper_lines_may_leave_the_customer_with_a_credit():
    invoice = an_invoice(original_balance=Decimal(100), open_balance=Decimal(30))
    assert with_lines(invoice, ()).open_balance == -70


@pytest.mark.parametrize("sign", [1, -1])
def test_what_is_owed_has_to_stay_below_what_every_store_keeps(sign: int):
    largest, invoice = Decimal("99999999999999.99"), an_invoice()
    owed = total_owed((a_line(unit_price=sign * largest),), (), invoice.rounding)
    assert with_lines(invoice, (a_line(unit_price=sign * largest),)).original_balance == owed == sign * largest
    with pytest.raises(AmountTooLarge) as refused:
        with_lines(invoice, (a_line(unit_price=sign * largest), a_line(unit_price=sign * Decimal("0.01"))))
    assert refused.value.amount == sign * Decimal(10) ** 14


def test_new_lines_are_added_up_with_the_charges_that_stay():
    invoice = an_invoice(charges=(Charge(ChargeKind.SHIPPING, Decimal(5)),))
    assert with_lines(invoice, (a_line(unit_price=Decimal(10)),)).open_balance == 15


@given(BALANCES, BALANCES, st.decimals(0, 10**6, places=4))
def test_the_amount_paid_is_the_same_before_and_after_new_lines(original: Decimal, owed: Decimal, price: Decimal):
    bare = an_invoice(lines=(), original_balance=original, open_balance=owed)
    changed = with_lines(bare, (a_line(unit_price=price), a_line(unit_price=price)))
    assert changed.original_balance - changed.open_balance == original - owed
    assert changed.original_balance == changed.totals.grand_total


@given(BALANCES, BALANCES)
def test_lines_that_come_to_the_same_leave_stated_balances_alone(original: Decimal, owed: Decimal):
    stated = an_invoice(original_balance=original, open_balance=owed)
    changed = with_lines(stated, (a_line(id=9),))
    assert (changed.original_balance, changed.open_balance) == (original, owed)


def test_stated_balances_move_as_the_total_moves():
    stated = an_invoice(original_balance=Decimal(500), open_balance=Decimal(40))
    changed = with_lines(stated, (a_line(unit_price=Decimal(130)),))
    assert (changed.original_balance, changed.open_balance) == (530, 70)


def test_another_currency_brings_its_own_digits():
    yen = an_invoice(currency="JPY", rounding=en16931("JPY"))
    assert in_currency(yen, "EUR").rounding == en16931("EUR")
    assert in_currency(an_invoice(rounding=STEPWISE), "JPY").rounding == STEPWISE


def test_balances_wider_than_a_register_lose_no_digit():
    invoice = an_invoice(lines=(), original_balance=Decimal("1E+30"), open_balance=Decimal("1E-10"))
    changed = with_lines(invoice, ())
    assert changed.open_balance == Decimal("-999999999999999999999999999999.9999999999")


@pytest.mark.parametrize("owed", ["0", "0.00", "-0.01"])
@pytest.mark.parametrize("status", [Status.OPEN, Status.DRAFT])
def test_an_invoice_on_which_nothing_is_owed_counts_as_paid(status: Status, owed: str):
    followed = follow_balance(an_invoice(status=status, open_balance=Decimal(owed), partly_paid=True), LATER)
    assert followed.status is Status.PAID
    assert not followed.partly_paid
    assert followed.updated_at == LATER


@pytest.mark.parametrize("status", [Status.OPEN, Status.DRAFT, Status.PAID, Status.REJECTED])
def test_an_invoice_on_which_money_is_owed_stays_as_it_is(status: Status):
    invoice = an_invoice(status=status, open_balance=Decimal("0.01"))
    assert follow_balance(invoice, LATER) is invoice


@pytest.mark.parametrize("status", [Status.PAID, Status.VOID])
def test_an_invoice_that_is_paid_or_void_does_not_follow_its_balance(status: Status):
    invoice = an_invoice(status=status)
    assert follow_balance(invoice, LATER) is invoice


def test_a_rejected_invoice_cannot_count_as_paid():
    with pytest.raises(TransitionRefused):
        follow_balance(an_invoice(status=Status.REJECTED, open_balance=Decimal(0)), LATER)


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (issue, Status.DRAFT, Status.OPEN),
        (settle, Status.OPEN, Status.PAID),
        (reject, Status.OPEN, Status.REJECTED),
        (revise, Status.REJECTED, Status.DRAFT),
        (reopen, Status.PAID, Status.OPEN),
    ],
)
def test_each_step_of_its_life_changes_the_status_and_the_time_alone(change, before: Status, after: Status):
    invoice = an_invoice(status=before)
    assert change(invoice, now=LATER) == an_invoice(
        status=after, updated_at=LATER, original_balance=invoice.original_balance, open_balance=invoice.open_balance
    )


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DRAFT}))
def test_an_invoice_is_issued_once(status: Status):
    with pytest.raises(TransitionRefused):
        issue(an_invoice(status=status), now=NOON)


def test_somebody_may_say_that_an_invoice_is_paid_whatever_is_owed():
    paid = settle(an_invoice(partly_paid=True, open_balance=Decimal(40)), now=LATER)
    assert (paid.status, paid.partly_paid, paid.open_balance) == (Status.PAID, False, 40)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.OPEN])
def test_nothing_is_owed_on_a_void_invoice_and_its_number_stays(status: Status):
    day_before = NOON - timedelta(days=1)
    voided = void(an_invoice(status=status, partly_paid=True), at=day_before, now=LATER)
    assert (voided.status, voided.open_balance, voided.partly_paid) == (Status.VOID, 0, False)
    assert (voided.voided_at, voided.updated_at, voided.number) == (day_before, LATER, "INV-35")
    assert voided.original_balance == 100


@pytest.mark.parametrize("status", [Status.PAID, Status.REJECTED, Status.VOID])
def test_only_drafts_and_open_invoices_are_voided(status: Status):
    with pytest.raises(TransitionRefused):
        void(an_invoice(status=status), at=NOON, now=NOON)


def test_what_only_one_dialect_understands_is_kept_for_it():
    invoice = with_extra(an_invoice(), "bigcommerce", {"source": 1, "type": "Invoice"})
    invoice = with_extra(invoice, "onlyoffice", {"templateType": 2})
    invoice = with_extra(invoice, "bigcommerce", {"source": 0})
    assert invoice.extra("bigcommerce") == {"source": 0, "type": "Invoice"}
    assert invoice.extra("onlyoffice") == {"templateType": 2}
    assert invoice.extra("modulus") == {}


def test_setting_nothing_changes_nothing():
    invoice = an_invoice()
    assert with_extra(invoice, "bigcommerce", {}) is invoice


def test_the_same_currency_changes_nothing():
    invoice = an_invoice(currency="USD")
    assert in_currency(invoice, "USD") is invoice


def test_at_other_rates_an_invoice_comes_to_something_else_and_owes_what_it_owed():
    taxes = {"tax1": a_line_tax(20, tax=1), "tax2": a_line_tax(5, tax=2)}
    invoice = an_invoice(rounding=STEPWISE, lines=(a_line(**taxes), a_line(id=2)))
    assert total_at(invoice, {}) == invoice.totals.grand_total == 225
    assert total_at(invoice, {1: Decimal(10), 9: Decimal(99)}) == 215
    assert invoice.open_balance == 225


@pytest.mark.parametrize(
    ("stated", "settlement"),
    [
        ({}, Settlement.OPEN),
        ({"status": Status.DRAFT}, Settlement.OPEN),
        ({"status": Status.REJECTED, "partly_paid": True}, Settlement.PARTLY),
        ({"partly_paid": True}, Settlement.PARTLY),
        ({"open_balance": Decimal(0), "partly_paid": True}, Settlement.SETTLED),
        ({"open_balance": Decimal(-1)}, Settlement.SETTLED),
        ({"status": Status.PAID, "open_balance": Decimal(5)}, Settlement.SETTLED),
        ({"status": Status.VOID}, Settlement.SETTLED),
    ],
)
def test_what_owes_nothing_is_settled_and_so_is_what_is_void(stated: dict[str, Any], settlement: Settlement):
    assert an_invoice(**stated).settlement is settlement


@pytest.mark.parametrize(
    ("extras", "kind"),
    [
        ({}, "Invoice"),
        ({"onlyoffice": {"templateType": 1}}, "Invoice"),
        ({"bigcommerce": {"type": "Credit note"}}, "Credit note"),
        ({"crux": {"type": 7}, "bigcommerce": {"type": ""}}, ""),
    ],
)
def test_an_invoice_is_of_the_kind_that_its_author_calls_it(extras: dict[str, Any], kind: str):
    assert an_invoice(extras=extras).kind_text == kind
