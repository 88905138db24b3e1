from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core import errors
from billingua.core.credit import (
    CreditLine,
    CreditNote,
    LineCredit,
    credit,
    creditable_lines,
    refund_due_of,
    require_creditable,
    rest_of,
    take_back_credit,
    void_credit,
    write_credit,
)
from billingua.core.invoice import Credit, Invoice, keep_credited, reject, reopen, require_uncredited, settle, void
from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind, InvoiceLine
from billingua.core.money import LARGEST_BALANCE, ZERO
from billingua.core.payment import apply_payment, take_back_payment
from billingua.core.rounding import STEPWISE
from tests.builders import NOON, a_credit_note, a_line, a_line_tax, an_invoice

LATER = NOON + timedelta(hours=1)
SHIPPING = Charge(ChargeKind.SHIPPING, Decimal(5))


def note_on(invoice: Invoice, notes: Sequence[CreditNote], *lines: LineCredit, **said: Any) -> CreditNote:
    """Write the next note on an invoice; without lines or charges, over all that is left."""
    id = max((note.id for note in notes), default=0) + 1
    draft = a_credit_note(id=id, invoice=invoice.id, rounding=invoice.rounding, lines=())
    return write_credit(draft, invoice, notes, lines or None, said.get("charges"))


def pieces(many: int | str, line: int = 1) -> LineCredit:
    return LineCredit(line, quantity=Decimal(many))


def amount(of: int | str, line: int = 1) -> LineCredit:
    return LineCredit(line, amount=Decimal(of))


def over(*quantities_and_prices: tuple[Any, Any], **overrides: Any) -> Invoice:
    """An invoice with such lines, of which the ids count from 1."""
    lines = tuple(
        a_line(id=place, position=place - 1, quantity=Decimal(quantity), unit_price=Decimal(price))
        for place, (quantity, price) in enumerate(quantities_and_prices, 1)
    )
    return an_invoice(lines=lines, **overrides)


# What is credited.


def test_a_note_that_says_nothing_credits_all_of_an_invoice():
    invoice = over((2, 10), (1, "0.50"), charges=(SHIPPING,))
    note = note_on(invoice, [])
    assert [(line.id, line.quantity, line.unit_price) for line in note.lines] == [(1, 2, 10), (2, 1, Decimal("0.50"))]
    assert (note.charges, note.total, note.rounding_amount) == ((SHIPPING,), Decimal("25.50"), 0)


def test_pieces_are_credited_at_the_price_the_discounts_and_the_taxes_that_were_invoiced():
    line = a_line(
        quantity=Decimal(4), sku="LAMP", discount_percent=Decimal(10), discount_per_unit=Decimal(1), tax1=a_line_tax()
    )
    note = note_on(an_invoice(lines=(line,)), [], pieces(1))
    assert note.lines == (
        CreditLine(
            id=1,
            position=0,
            sku="LAMP",
            quantity=Decimal(1),
            unit_price=Decimal(100),
            discount_percent=Decimal(10),
            discount_per_unit=Decimal(1),
            tax1=a_line_tax(),
        ),
    )
    assert note.total == Decimal("106.92")


def test_an_amount_is_credited_of_a_lines_net_with_the_taxes_on_it():
    line = a_line(quantity=Decimal(4), discount_percent=Decimal(10), discount_per_unit=Decimal(1), tax1=a_line_tax())
    note = note_on(an_invoice(lines=(line,)), [], amount("30"))
    (credited,) = note.lines
    assert (credited.quantity, credited.unit_price, credited.by_amount) == (1, 30, True)
    assert (credited.unit_discount, note.total) == (0, 36)


def test_of_a_line_nothing_is_said_but_its_name_all_that_is_left_is_credited():
    invoice = over((3, 10), (1, 7))
    first = note_on(invoice, [], pieces(1))
    second = note_on(invoice, [first], LineCredit(1))
    assert (second.lines[0].quantity, second.total) == (2, 20)


def test_once_some_of_a_line_was_credited_by_amount_what_is_left_of_it_is_an_amount():
    invoice = over((3, 10))
    first = note_on(invoice, [], amount(4))
    second = note_on(invoice, [first], pieces(1))
    third = note_on(invoice, [first, second])
    assert (third.lines[0].by_amount, third.lines[0].unit_price, third.total) == (True, 16, 16)
    with pytest.raises(errors.NothingToCredit) as refused:
        note_on(invoice, [first, second, third])
    assert refused.value.invoice == 35


def test_one_note_may_credit_a_line_twice_within_what_is_left():
    invoice = over((3, 10))
    assert note_on(invoice, [], pieces(1), pieces(2)).total == 30
    with pytest.raises(errors.OverCredited) as refused:
        note_on(invoice, [], pieces(1), pieces(3))
    assert (refused.value.credited, refused.value.left, refused.value.line, refused.value.index) == (3, 2, 1, 1)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        (pieces(3), 2),
        (pieces(0), 2),
        (pieces(-1), 2),
        (amount("20.01"), 20),
        (amount(0), 20),
        (amount(-1), 20),
    ],
)
def test_no_more_is_credited_of_a_line_than_is_left_nor_nothing_nor_the_other_way(asked: LineCredit, left: int):
    invoice = over((3, 10))
    first = note_on(invoice, [], pieces(1))
    with pytest.raises(errors.OverCredited) as refused:
        note_on(invoice, [first], asked)
    assert (refused.value.left, refused.value.line, refused.value.charge) == (left, 1, None)


def test_pieces_come_to_no_more_than_amounts_have_left():
    invoice = over((3, 10))
    first = note_on(invoice, [], amount(15))
    with pytest.raises(errors.OverCredited) as refused:
        note_on(invoice, [first], pieces(2))
    assert (refused.value.credited, refused.value.left) == (20, 15)


def test_pieces_for_nothing_are_credited_whatever_was_credited_by_amount_of_other_lines():
    invoice = over((3, 0), (1, 10))
    first = note_on(invoice, [], amount(10, line=2))
    assert note_on(invoice, [first], pieces(2)).total == 0


def test_a_line_that_takes_something_off_is_credited_in_its_own_direction():
    invoice = over((1, 100), (-2, 10))
    with pytest.raises(errors.OverCredited) as refused:
        note_on(invoice, [], LineCredit(1))
    assert (refused.value.credited, refused.value.left, refused.value.line) == (100, 80, None)
    with pytest.raises(errors.OverCredited) as refused:
        note_on(invoice, [], LineCredit(2))
    assert refused.value.credited == -20
    first = note_on(invoice, [], LineCredit(1), pieces(-1, line=2), pieces(-1, line=2))
    assert first.total == 80


def test_a_line_of_another_invoice_is_not_credited():
    with pytest.raises(errors.InvoiceLineNotFound) as refused:
        note_on(over((1, 10)), [], pieces(1, line=9))
    assert refused.value.asked == 9


@pytest.mark.parametrize(("of", "left"), [(6, 5), (0, 5), (-1, 5)])
def test_charges_are_credited_within_what_was_charged_of_their_kind(of: int, left: int):
    invoice = over((1, 10), charges=(SHIPPING,))
    with pytest.raises(errors.OverCredited) as refused:
        note_on(invoice, [], charges=[Charge(ChargeKind.SHIPPING, Decimal(of))])
    assert (refused.value.left, refused.value.charge, refused.value.index) == (left, "shipping", 0)


def test_charges_of_a_kind_are_credited_together_and_what_was_not_charged_is_not():
    invoice = over((1, 10), charges=(SHIPPING, SHIPPING, Charge(ChargeKind.TAX, Decimal(1))))
    first = note_on(invoice, [], charges=[Charge(ChargeKind.SHIPPING, Decimal(7))])
    assert (first.lines, first.total) == ((), 7)
    rest = note_on(invoice, [first])
    assert rest.charges == (Charge(ChargeKind.SHIPPING, Decimal(3)), Charge(ChargeKind.TAX, Decimal(1)))
    with pytest.raises(errors.OverCredited) as refused:
        note_on(invoice, [], charges=[Charge(ChargeKind.ORDER_FEE, Decimal(1))])
    assert refused.value.left == 0


def test_of_an_invoice_that_only_says_what_is_owed_that_is_credited():
    invoice = an_invoice(lines=(), original_balance=Decimal("70.50"), open_balance=Decimal(40))
    (line,) = creditable_lines(invoice)
    first = note_on(invoice, [], amount("20.50", line=line.id))
    assert (first.total, note_on(invoice, [first]).total) == (Decimal("20.50"), 50)


def test_a_note_over_nothing_is_none():
    with pytest.raises(errors.NothingToCredit):
        write_credit(a_credit_note(), over((1, 10)), [], [], [])


def test_of_an_invoice_that_owes_its_party_money_nothing_is_credited():
    with pytest.raises(errors.NothingToCredit):
        note_on(over((-1, 10)), [])


@pytest.mark.parametrize("status", [Status.DRAFT, Status.REJECTED, Status.VOID])
def test_only_an_invoice_that_was_issued_and_is_in_force_is_credited(status: Status):
    with pytest.raises(errors.TransitionRefused) as refused:
        require_creditable(an_invoice(status=status))
    assert (refused.value.status, refused.value.action) == (status, "credit")
    require_creditable(an_invoice())
    require_creditable(an_invoice(status=Status.PAID))


# Rounding.


def test_the_note_that_credits_the_rest_takes_exactly_the_rest():
    invoice = over((3, "0.335"))
    notes: list[CreditNote] = []
    for _ in range(3):
        notes.append(note_on(invoice, notes, pieces(1)))
    assert [note.total for note in notes] == [Decimal("0.34"), Decimal("0.34"), Decimal("0.33")]
    assert notes[-1].rounding_amount == Decimal("-0.01")
    assert notes[-1].totals.grand_total == Decimal("0.34")


def test_roundings_that_add_up_to_more_than_the_invoice_are_taken_off_a_note_that_is_not_the_last():
    invoice = over((3, "0.335"), (1, 0))
    notes: list[CreditNote] = []
    for _ in range(3):
        notes.append(note_on(invoice, notes, pieces(1)))
    assert [note.total for note in notes] == [Decimal("0.34"), Decimal("0.34"), Decimal("0.33")]
    assert note_on(invoice, notes).total == 0


_LINES = st.lists(
    st.builds(
        lambda quantity, price, percent, piece, rates: a_line(
            quantity=quantity,
            unit_price=price,
            discount_percent=percent,
            discount_per_unit=min(piece, price),
            tax1=a_line_tax(rates[0]) if rates else None,
            tax2=a_line_tax(rates[1], tax=2) if len(rates) > 1 else None,
        ),
        st.integers(1, 7).map(Decimal),
        st.decimals("0", "20", places=4),
        st.decimals(0, 100, places=1),
        st.decimals(0, 1, places=2),
        st.lists(st.sampled_from(["5", "19", "8.25"]), max_size=2),
    ),
    min_size=1,
    max_size=3,
)
_ROUNDINGS = st.sampled_from([an_invoice().rounding, STEPWISE, an_invoice(currency="JPY").rounding])


@given(_LINES, _ROUNDINGS, st.data())
def test_whatever_is_credited_in_whatever_parts_comes_to_the_invoice_to_the_cent(
    lines: list[InvoiceLine], rounding: Any, data: st.DataObject
):
    placed = tuple(a_line_at(place, line) for place, line in enumerate(lines))
    invoice = an_invoice(lines=placed, rounding=rounding)
    total, notes = invoice.totals.grand_total, list[CreditNote]()
    while not rest_of(invoice, notes).is_used_up:
        left = rest_of(invoice, notes)
        assert left.total >= 0
        rests = [rest for rest in left.lines.values() if not rest.is_used_up]
        rest = data.draw(st.sampled_from(rests))
        most = int(rest.quantity)
        notes.append(note_on(invoice, notes, pieces(data.draw(st.integers(1, most)), rest.line.id)))
        if len(notes) > 1 and data.draw(st.booleans()):
            notes.pop(0)  # it is voided
        if len(notes) > 4 and not rest_of(invoice, notes).is_used_up:
            notes.append(note_on(invoice, notes))
    assert sum(note.total for note in notes) == total
    assert all(note.total >= 0 for note in notes)


def a_line_at(place: int, line: InvoiceLine) -> InvoiceLine:
    return a_line(
        id=place + 1,
        position=place,
        **{
            name: getattr(line, name)
            for name in ("quantity", "unit_price", "discount_percent", "discount_per_unit", "tax1", "tax2")
        },
    )


# What it does to the invoice.


def credited(invoice: Invoice, of: int | str, id: int = 1) -> tuple[Invoice, CreditNote]:
    """Credit some of what an invoice comes to."""
    note = a_credit_note(id=id, lines=(), rounding_amount=Decimal(of))
    return credit(invoice, note, LATER), note


def test_a_note_is_taken_off_what_is_owed():
    after, _ = credited(an_invoice(), 30)
    assert (after.status, after.open_balance, after.partly_paid, after.refund_due) == (Status.OPEN, 70, True, 0)
    assert (after.credits, after.credited, after.updated_at) == ((Credit(1, Decimal(30)),), 30, LATER)
    after, _ = credited(after, 70, id=2)
    assert (after.status, after.open_balance, after.partly_paid, after.refund_due) == (Status.PAID, 0, False, 0)


def test_what_is_credited_beyond_what_is_owed_is_due_back():
    after, _ = credited(an_invoice(open_balance=Decimal(40)), 100)
    assert (after.status, after.open_balance, after.refund_due, refund_due_of(after, 1)) == (Status.PAID, 0, 60, 60)


@pytest.mark.parametrize("open_balance", [0, -5, 100])
def test_nothing_is_owed_on_an_invoice_that_is_counted_as_paid(open_balance: int):
    paid = an_invoice(status=Status.PAID, open_balance=Decimal(open_balance))
    after, note = credited(paid, 30)
    assert (after.status, after.open_balance, after.refund_due) == (Status.PAID, open_balance, 30)
    assert take_back_credit(after, note, NOON) == paid


def test_an_invoice_that_is_reopened_owes_what_it_did_less_what_was_credited_since():
    after, _ = credited(settle(an_invoice(), now=NOON), 30)
    reopened = reopen(after, now=LATER)
    assert (reopened.status, reopened.open_balance, reopened.refund_due) == (Status.OPEN, 70, 0)


def test_an_open_invoice_on_which_nothing_is_owed_stays_open():
    after, note = credited(an_invoice(open_balance=ZERO), 30)
    assert (after.status, after.refund_due) == (Status.OPEN, 30)
    assert take_back_credit(after, note, NOON).status is Status.OPEN


def test_a_payment_that_is_taken_back_is_first_what_is_due_back_no_longer():
    paid = apply_payment(an_invoice(), Decimal(100), "USD", NOON)
    after, _ = credited(paid, 30)
    less = take_back_payment(after, Decimal(20), LATER)
    assert (less.status, less.open_balance, less.refund_due) == (Status.PAID, 0, 10)
    rest = take_back_payment(less, Decimal(80), LATER)
    assert (rest.status, rest.open_balance, rest.refund_due, rest.partly_paid) == (Status.OPEN, 70, 0, True)


def test_what_is_due_back_is_of_the_newest_notes():
    after, _ = credited(an_invoice(open_balance=Decimal(50)), 40)
    after, _ = credited(after, 30, id=2)
    after, _ = credited(after, 5, id=3)
    assert after.refund_due == 25
    assert [refund_due_of(after, note) for note in (1, 2, 3, 4)] == [0, 20, 5, 0]


def test_a_note_that_is_voided_gives_back_what_it_took():
    invoice = an_invoice()
    after, note = credited(invoice, 100)
    assert take_back_credit(after, note, NOON) == invoice
    part, note = credited(an_invoice(open_balance=Decimal(60), partly_paid=True), 100)
    assert take_back_credit(part, note, NOON) == an_invoice(open_balance=Decimal(60), partly_paid=True)


def test_what_was_paid_since_a_note_was_written_is_not_owed_again():
    after, note = credited(an_invoice(), 60)
    paid = apply_payment(after, Decimal(40), "USD", LATER)
    assert paid.status is Status.PAID
    back = take_back_credit(paid, note, LATER)
    assert (back.status, back.open_balance, back.credits) == (Status.OPEN, 60, ())


def test_a_note_is_voided_once_and_keeps_what_it_says():
    note = a_credit_note()
    gone = void_credit(note, LATER)
    assert (note.is_live, gone.is_live, gone.voided_at, gone.lines) == (True, False, LATER, note.lines)
    with pytest.raises(errors.CreditNoteVoid) as refused:
        void_credit(gone, LATER)
    assert refused.value.note == 1


def test_no_more_is_owed_than_is_kept():
    after, note = credited(an_invoice(open_balance=LARGEST_BALANCE), 30)
    with pytest.raises(errors.AmountTooLarge):
        take_back_credit(after, note, LATER)


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "take back", "credit", "void", "settle", "reopen"]), st.integers(1, 60).map(Decimal)
    ),
    max_size=12,
)


@given(_STEPS)
def test_what_is_owed_is_always_what_was_first_owed_less_payments_and_notes_but_for_what_is_due_back(
    steps: list[tuple[str, Decimal]],
):
    invoice, paid, notes = an_invoice(), list[Decimal](), list[CreditNote]()
    for id, (step, of) in enumerate(steps, 1):
        if step == "pay":
            invoice = apply_payment(invoice, of, "USD", LATER)
            paid.append(of)
        elif step == "take back" and paid:
            invoice = take_back_payment(invoice, paid.pop(0), LATER)
        elif step == "credit" and of <= 100 - invoice.credited:
            invoice, note = credited(invoice, str(of), id)
            notes.append(note)
        elif step == "void" and notes:
            invoice = take_back_credit(invoice, notes.pop(int(of) % len(notes)), LATER)
        elif step == "settle" and invoice.status is Status.OPEN:
            invoice = settle(invoice, now=LATER)
        elif step == "reopen" and invoice.status is Status.PAID:
            invoice = reopen(invoice, now=LATER)
        owed = 100 - sum(paid) - sum(note.total for note in notes)
        assert invoice.open_balance - invoice.refund_due == owed
        assert 0 <= invoice.refund_due <= invoice.credited
        assert invoice.status is Status.PAID or not (invoice.open_balance > 0 and invoice.refund_due)
        assert sum(refund_due_of(invoice, note.id) for note in notes) == invoice.refund_due


# What a note holds in place.


def test_an_invoice_with_live_notes_is_neither_voided_nor_rejected():
    after, note = credited(an_invoice(), 30)
    for refused_to in (lambda: void(after, at=LATER, now=LATER), lambda: reject(after, now=LATER)):
        with pytest.raises(errors.InvoiceCredited) as refused:
            refused_to()
        assert (refused.value.invoice, refused.value.notes) == (35, [1])
    freed = take_back_credit(after, note, LATER)
    assert void(freed, at=LATER, now=LATER).status is Status.VOID
    assert reject(freed, now=LATER).status is Status.REJECTED
    require_uncredited(freed)


@pytest.mark.parametrize(
    "changed",
    [
        {"party": 11},
        {"currency": "EUR"},
        {"rounding": STEPWISE},
        {"lines": (a_line(quantity=Decimal(2)),)},
        {"charges": (SHIPPING,)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_an_invoice_with_live_notes_goes_on_to_charge_what_they_credit_and_to_whom(changed: dict[str, Any]):
    before, _ = credited(an_invoice(original_balance=Decimal(100)), 30)
    after = an_invoice(original_balance=Decimal(100), **changed)
    with pytest.raises(errors.InvoiceCredited):
        keep_credited(before, after)
    keep_credited(an_invoice(), after)


def test_an_invoice_that_says_nothing_but_what_was_first_owed_goes_on_to_say_that_while_it_is_credited():
    before, _ = credited(an_invoice(lines=(), original_balance=Decimal(100)), 30)
    keep_credited(before, replace(before, open_balance=Decimal(5)))
    with pytest.raises(errors.InvoiceCredited):
        keep_credited(before, replace(before, original_balance=Decimal(20)))


def test_all_else_of_an_invoice_with_live_notes_may_change():
    before, _ = credited(an_invoice(), 30)
    keep_credited(before, an_invoice(number="INV-36", terms="30 days", due_at=LATER, open_balance=Decimal(1)))
