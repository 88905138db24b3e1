from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from billingua.core.answer import KeptAnswer, Once
from billingua.core.errors import Refused
from billingua.core.events import InvoiceEdited
from billingua.core.invoice import Invoice
from billingua.engine.idempotency import (
    KEPT_FOR,
    Given,
    KeyInFlight,
    KeyReused,
    UnderWay,
    done_once,
    find_answer,
    keep_answer,
)
from billingua.engine.plan import Caller, Decision, Knowledge, Needs, Plan
from tests.builders import NOON, a_caller, an_answer, an_invoice
from tests.engine.driving import drive, known

ONCE = Once(b"key", b"asked")
LONG_AGO = NOON - KEPT_FOR
LATELY = LONG_AGO + timedelta(microseconds=1)


def write(number: int, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write an invoice."""
    yield Needs()
    if number < 0:
        raise Refused
    invoice = an_invoice(id=number)
    return Decision(invoice, saves=[invoice], events=[InvoiceEdited(number, "X")])


def shown(invoice: Invoice) -> KeptAnswer:
    return an_answer(body=b"%d" % invoice.id)


def knowing(*answers: KeptAnswer) -> Knowledge:
    knowledge = known()
    knowledge.kept |= {answer.key: answer for answer in answers}
    return knowledge


def do(number: int, *answers: KeptAnswer, show: Callable[[Invoice], KeptAnswer] = shown) -> Decision[Given]:
    return drive(done_once(write, ONCE, show)(number, caller=a_caller(), now=NOON), knowing(*answers))


def test_what_is_done_and_its_answer_are_one_decision():
    decision = do(7)
    assert decision.answer == Given(an_answer(body=b"7"), again=False)
    assert decision.keeps == [an_answer(body=b"7")]
    assert [invoice.id for invoice in decision.saves] == [7]
    assert decision.events == [InvoiceEdited(7, "X")]


def test_what_was_done_is_answered_again_and_nothing_else_happens():
    decision = do(7, an_answer(kept_at=LATELY))
    assert decision == Decision(Given(an_answer(kept_at=LATELY), again=True))


def test_an_answer_is_given_again_for_a_day():
    decision = do(7, an_answer(kept_at=LONG_AGO))
    assert not decision.answer.again
    assert decision.keeps == [an_answer(body=b"7")]


def test_an_answer_that_was_kept_later_than_now_is_given_again():
    """Where a clock was set back, in a sandbox."""
    assert do(7, an_answer(kept_at=NOON + timedelta(days=9))).answer.again


def test_a_key_stands_for_one_request():
    with pytest.raises(KeyReused):
        do(7, an_answer(asked=b"else"))


def test_a_key_whose_time_is_up_may_stand_for_another_request():
    assert not do(7, an_answer(asked=b"else", kept_at=LONG_AGO)).answer.again


def test_a_refusal_is_not_kept():
    with pytest.raises(Refused):
        do(-1)


def test_what_cannot_be_shown_is_not_done():
    def broken(_: Invoice) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        do(7, show=broken)


def test_it_keeps_the_name_of_the_command_which_history_tells():
    assert done_once(write, ONCE, shown).__name__ == "write"


def test_an_answer_is_found_by_its_key():
    def find(*answers: KeptAnswer) -> Any:
        return drive(find_answer(ONCE, a_caller(), NOON), knowing(*answers)).answer

    assert find() is None
    assert find(an_answer(kept_at=LONG_AGO)) is None
    assert find(an_answer(kept_at=LATELY)) == an_answer(kept_at=LATELY)
    with pytest.raises(KeyReused):
        find(an_answer(asked=b"else"))


def test_an_answer_that_is_there_stays():
    def keep(*answers: KeptAnswer) -> Any:
        return list(drive(keep_answer(an_answer(), a_caller(), NOON), knowing(*answers)).keeps)

    assert keep() == [an_answer()]
    assert keep(an_answer(kept_at=LONG_AGO)) == [an_answer()]
    assert keep(an_answer(kept_at=LATELY)) == []


def test_what_is_being_done_is_not_begun_again():
    under_way = UnderWay()
    under_way.begin("demo", ONCE)
    with pytest.raises(KeyInFlight):
        under_way.begin("demo", Once(b"key", b"else"))
    under_way.begin("other", ONCE)
    under_way.begin("demo", Once(b"another key", b"asked"))
    under_way.end("demo", ONCE)
    under_way.begin("demo", ONCE)


def test_each_part_of_a_request_has_a_key_of_its_own():
    parts = [ONCE.part(index) for index in (0, 1, 255, 256)]
    assert len({part.key for part in parts} | {ONCE.key}) == 5
    assert {part.asked for part in parts} == {b"asked"}
    assert ONCE.part(1) == ONCE.part(1)
