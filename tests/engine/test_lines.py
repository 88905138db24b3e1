from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.access import User
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.line import InvoiceLine
from billingua.core.tax import LineTax
from billingua.engine.content import LineContent
from billingua.engine.lines import AddLine, ChangeLine, RemoveLine, add_line, change_line, remove_line
from billingua.engine.plan import Decision
from tests.builders import (
    NOON,
    a_caller,
    a_line,
    a_tax,
    a_user,
    a_uuid,
    an_invoice,
    an_item,
    an_order,
    an_order_line,
)
from tests.engine.driving import drive, known

ORDERED = a_uuid(8100)
DRAFT = an_invoice(
    status=Status.DRAFT,
    created_by="ida",
    created_at=NOON.replace(year=2020),
    updated_at=NOON.replace(year=2020),
    lines=(a_line(id=1, item=1), a_line(id=2, position=3, item=1, quantity=Decimal(2))),
)
OPEN = replace(DRAFT, status=Status.OPEN)
IDA, OTHER = a_user(), a_user(username="jon")
CONTENT = LineContent(item=1, quantity=Decimal(3), unit_price=Decimal("12.50"), tax1=1, description="more")
UNKNOWN_ITEM, UNKNOWN_TAX = LineContent(item=9), LineContent(item=1, tax2=9)
TOO_MUCH = LineContent(quantity=Decimal("1E10"), unit_price=Decimal("1E10"))
ORDER = an_order(lines=(an_order_line(uuid=ORDERED, invoiced=4),))
TAKING = replace(
    DRAFT, order=ORDER.id, lines=(a_line(id=1, item=1, order_line=ORDERED, quantity=Decimal(4)), a_line(id=2))
)


def run(plan: Any, *values: Any) -> Decision[InvoiceLine]:
    return drive(plan, known(*values, an_item(), a_tax(), invoice_line=60))


def add(draft: Invoice = DRAFT, user: User | None = IDA, **command: Any) -> Decision[InvoiceLine]:
    told = AddLine(**({"invoice": 35, "content": CONTENT} | command))
    return run(add_line(told, a_caller(user=user), NOON), draft)


def change(draft: Invoice = DRAFT, user: User | None = IDA, *others: Any, **command: Any) -> Decision[InvoiceLine]:
    told = ChangeLine(**({"invoice": 35, "line": 2, "content": CONTENT} | command))
    return run(change_line(told, a_caller(user=user), NOON), draft, *others)


def remove(invoice: Invoice = DRAFT, user: User | None = IDA, *others: Any, line: int = 2) -> Decision[InvoiceLine]:
    return run(remove_line(RemoveLine(invoice=35, line=line), a_caller(user=user), NOON), invoice, *others)


def saved(decision: Decision[Any]) -> Invoice:
    (invoice,) = decision.saves
    return invoice


def test_a_line_is_written_at_its_place_and_what_is_owed_follows():
    decision = add(position=2)
    line = decision.answer
    assert line == InvoiceLine(
        id=60,
        position=2,
        item=1,
        sku="SKU-1",
        description="more",
        quantity=Decimal(3),
        unit_price=Decimal("12.50"),
        tax1=LineTax(tax=1, name="VAT", rate=Decimal(20)),
    )
    written = saved(decision)
    assert [one.id for one in written.lines] == [1, 60, 2]
    assert (written.open_balance, written.original_balance) == (Decimal("345.00"), Decimal("345.00"))
    assert written.updated_at == NOON
    assert list(decision.events) == [events.InvoiceEdited(35, "INV-35")]


def test_lines_at_one_place_stand_in_the_order_in_which_they_were_written():
    assert [line.id for line in saved(add(position=3)).lines] == [1, 2, 60]


@pytest.mark.parametrize(("most", "is_refused"), [(None, False), (3, False), (2, True), (1, True)])
def test_an_invoice_has_no_more_lines_than_it_may(most: int | None, is_refused: bool):
    if not is_refused:
        assert len(saved(add(most=most)).lines) == 3
        return
    with pytest.raises(errors.TooManyLines) as refused:
        add(most=most)
    assert refused.value.limit == most


@pytest.mark.parametrize(
    ("invoice", "user", "command", "refusal"),
    [
        (OPEN, OTHER, {"invoice": 36, "content": UNKNOWN_ITEM}, errors.ItemNotFound),
        (OPEN, OTHER, {"invoice": 36, "content": UNKNOWN_TAX}, errors.TaxNotFound),
        (OPEN, OTHER, {"invoice": 36, "content": TOO_MUCH, "most": 2}, errors.InvoiceNotFound),
        (OPEN, OTHER, {"content": TOO_MUCH, "most": 2}, errors.InvoiceLocked),
        (DRAFT, OTHER, {"content": TOO_MUCH, "most": 2}, errors.ChangeNotPermitted),
        (DRAFT, IDA, {"content": TOO_MUCH, "most": 2}, errors.TooManyLines),
        (DRAFT, IDA, {"content": TOO_MUCH}, errors.AmountTooLarge),
    ],
)
def test_a_new_line_is_refused_in_the_order_of_the_checks(invoice: Invoice, user: User, command: Any, refusal: Any):
    with pytest.raises(refusal):
        add(invoice, user, **command)


def test_a_line_is_written_anew_and_keeps_its_id():
    decision = change(position=0, content=replace(CONTENT, tax1=None))
    assert (decision.answer.id, decision.answer.description, decision.answer.tax1) == (2, "more", None)
    written = saved(decision)
    assert [line.id for line in written.lines] == [1, 2]
    assert (written.open_balance, written.updated_at) == (Decimal("137.50"), NOON)
    assert list(decision.events) == [events.InvoiceEdited(35, "INV-35")]


def test_a_line_keeps_what_its_author_has_no_word_for():
    invoice = replace(DRAFT, lines=(a_line(id=2, item=1, unit=7), a_line(id=3)))
    assert change(invoice, unsaid=frozenset({"unit"})).answer.unit == 7
    assert change(invoice).answer.unit is None


@pytest.mark.parametrize(
    ("invoice", "user", "command", "refusal"),
    [
        (OPEN, OTHER, {"invoice": 36, "content": errors.NameTaken("said")}, errors.InvoiceLineNotFound),
        (OPEN, OTHER, {"line": 4, "content": errors.NameTaken("said")}, errors.InvoiceLineNotFound),
        (OPEN, OTHER, {"content": errors.NameTaken("said")}, errors.NameTaken),
        (OPEN, OTHER, {"content": UNKNOWN_ITEM}, errors.ItemNotFound),
        (OPEN, OTHER, {"content": UNKNOWN_TAX}, errors.TaxNotFound),
        (OPEN, OTHER, {"content": TOO_MUCH}, errors.InvoiceLocked),
        (DRAFT, OTHER, {"content": TOO_MUCH}, errors.ChangeNotPermitted),
        (DRAFT, IDA, {"content": TOO_MUCH}, errors.AmountTooLarge),
    ],
)
def test_a_changed_line_is_refused_in_the_order_of_the_checks(invoice: Invoice, user: User, command: Any, refusal: Any):
    with pytest.raises(refusal):
        change(invoice, user, **command)


def test_a_line_is_taken_out():
    decision = remove()
    assert decision.answer == DRAFT.lines[1]
    assert [line.id for line in saved(decision).lines] == [1]
    assert saved(decision).open_balance == Decimal("100.00")
    assert list(decision.events) == [events.InvoiceEdited(35, "INV-35")]


@pytest.mark.parametrize(
    ("invoice", "user", "line", "refusal"),
    [
        (replace(OPEN, lines=OPEN.lines[:1]), OTHER, 2, errors.InvoiceLineNotFound),
        (replace(OPEN, lines=OPEN.lines[:1]), OTHER, 1, errors.OnlyLine),
        (OPEN, OTHER, 2, errors.InvoiceLocked),
        (DRAFT, OTHER, 2, errors.ChangeNotPermitted),
    ],
)
def test_a_line_that_shall_go_is_refused_in_the_order_of_the_checks(
    invoice: Invoice, user: User, line: int, refusal: Any
):
    with pytest.raises(refusal):
        remove(invoice, user, line=line)


def test_without_an_invoice_there_is_no_line_to_take_out():
    with pytest.raises(errors.InvoiceLineNotFound):
        run(remove_line(RemoveLine(invoice=36, line=1), a_caller(), NOON), DRAFT)


def test_what_a_line_takes_of_an_order_is_counted_anew():
    kept = frozenset({"order_line"})
    _, order = change(TAKING, IDA, ORDER, line=1, unsaid=kept).saves
    assert [line.invoiced for line in order.lines] == [3]
    _, order = remove(TAKING, IDA, ORDER, line=1).saves
    assert [line.invoiced for line in order.lines] == [0]
    assert len(list(change(TAKING, IDA, ORDER, line=2, unsaid=kept).saves)) == 1


def test_more_than_was_ordered_may_be_stated_and_then_nothing_is_left_to_invoice():
    content = replace(CONTENT, quantity=Decimal("9.5"))
    _, order = change(TAKING, IDA, ORDER, line=1, content=content, unsaid=frozenset({"order_line"})).saves
    assert [line.invoiced for line in order.lines] == [9]
