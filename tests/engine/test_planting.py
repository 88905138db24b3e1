import pytest

from billingua.core.numbering import Book, BookKind
from billingua.engine.kinds import COUNTERS
from billingua.engine.plan import Knowledge
from billingua.engine.planting import Plant, WorkspaceTaken, plant
from tests.builders import (
    NOON,
    a_caller,
    a_cash_entry,
    a_line,
    a_party,
    a_workspace,
    an_address,
    an_invoice,
    an_item,
)
from tests.engine.driving import drive, known


def test_a_workspace_begins_with_all_it_is_given():
    command = Plant(a_workspace(), [a_party(), an_item()])
    decision = drive(plant(command, a_caller(), NOON), known())
    assert decision.answer == 3
    assert list(decision.saves) == [a_workspace(), a_party(), an_item()]


def test_an_empty_workspace_is_a_workspace():
    assert drive(plant(Plant(a_workspace(), []), a_caller(), NOON), known()).answer == 1


def test_no_counter_gives_out_an_id_that_was_chosen_before():
    command = Plant(
        a_workspace(),
        [
            a_party(id=10, addresses=(an_address(id=31), an_address(id=30))),
            an_invoice(id=35, lines=(a_line(id=52), a_line(id=7, position=1))),
            an_invoice(id=9, number="INV-9"),
        ],
    )
    plan = plant(command, a_caller(), NOON)
    knowledge = Knowledge(counters=dict.fromkeys(next(plan).counters, 1) | {"party": 90})
    with pytest.raises(StopIteration):
        plan.send(knowledge)
    chosen = {"workspace": 2, "party": 90, "address": 32, "invoice": 36, "invoice_line": 53}
    assert knowledge.counters == dict.fromkeys(COUNTERS, 1) | chosen


def test_books_go_on_behind_the_numbers_that_documents_have_of_them():
    books = (
        Book(id=4, kind=BookKind.INVOICE, prefix="INV_{yyyy}_{mm}_{dd}_"),
        Book(id=9, kind=BookKind.COLLECTION, prefix="CR_"),
        Book(id=12, kind=BookKind.RETURN),
    )
    planted = [
        an_invoice(id=35, book=4, number="INV_2023_01_01_828"),
        an_invoice(id=36, book=4, number="INV_2023_01_02_827"),
        an_invoice(id=37, book=4, number="by hand 999"),
        an_invoice(id=38, book=5, number="INV_2023_01_02_1000"),
        an_invoice(id=39, number="CR_400"),
        a_cash_entry(number="CR_6", book=9),
    ]
    plan = plant(Plant(a_workspace(books=books), planted), a_caller(), NOON)
    knowledge = Knowledge(counters=dict.fromkeys(next(plan).counters, 1))
    with pytest.raises(StopIteration):
        plan.send(knowledge)
    assert [knowledge.counters[book.counter] for book in books] == [829, 7, 1]


def test_a_workspace_is_made_once():
    with pytest.raises(WorkspaceTaken) as refused:
        drive(plant(Plant(a_workspace(), []), a_caller(workspace="demo"), NOON), known(a_workspace()))
    assert refused.value.name == "demo"
