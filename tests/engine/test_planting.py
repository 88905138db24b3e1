import pytest

from billingua.engine.kinds import COUNTERS
from billingua.engine.plan import Knowledge
from billingua.engine.planting import Plant, WorkspaceTaken, plant
from tests.builders import (
    NOON,
    a_caller,
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


def test_a_workspace_is_made_once():
    with pytest.raises(WorkspaceTaken) as refused:
        drive(plant(Plant(a_workspace(), []), a_caller(workspace="demo"), NOON), known(a_workspace()))
    assert refused.value.name == "demo"
