"""Several plans as one."""

import pytest

from billingua.core.answer import KeptAnswer
from billingua.core.errors import OrderLineNotFound, OrderNotFound
from billingua.core.file import File
from billingua.core.item import Item
from billingua.core.order import Order, Trader
from billingua.core.party import Party, TradeRole
from billingua.engine.composing import together
from billingua.engine.fulfilment import RemarkOnOrder, SetFees, remark_on_order, set_fees
from billingua.engine.orders import CreateOrder, OrderedLine, create_order
from billingua.engine.plan import Decision, Needs, Plan, by_id, by_uuid
from tests.builders import (
    NOON,
    SUPPLIER,
    a_caller,
    a_party,
    a_uuid,
    a_workspace,
    an_answer,
    an_item,
    an_order,
    an_order_line,
)
from tests.engine.driving import drive, known

ORDER = an_order(lines=(an_order_line(),))
TRADER = Trader(TradeRole.SUPPLIER, SUPPLIER)


def remarking(notes: str) -> Plan[Order]:
    return remark_on_order(RemarkOnOrder(order=ORDER.uuid, trader=TRADER, remarks={"notes": notes}), a_caller(), NOON)


def numbering(number: str, **lines: object) -> Plan[Order]:
    fees = SetFees(order=ORDER.uuid, trader=TRADER, fees={"order_number": number}, **lines)  # pyright: ignore
    return set_fees(fees, a_caller(), NOON)


def test_a_later_plan_sees_what_an_earlier_one_saves_and_all_is_saved_once():
    decision = drive(together(remarking("fragile"), numbering("T-1")), known(ORDER))
    [saved] = decision.saves
    terms = saved.terms_of(SUPPLIER)
    assert (terms.notes, terms.order_number) == ("fragile", "T-1")
    assert [event.name for event in decision.events] == ["order.edited", "order.edited"]
    assert [answer.terms_of(SUPPLIER).order_number for answer in decision.answer] == [None, "T-1"]


def test_a_plan_that_refuses_takes_the_others_with_it():
    plans = together(remarking("fragile"), numbering("T-1", unit_costs=[(a_uuid(1), 1)]))
    with pytest.raises(OrderLineNotFound):
        drive(plans, known(ORDER))


def test_a_plan_finds_what_an_earlier_one_has_made():
    supplier, retailer = a_party(id=3, uuid=SUPPLIER, trade_role=TradeRole.SUPPLIER), a_party(id=4)
    wanted = CreateOrder(
        retailer=retailer.uuid, number="PO-1", lines=[OrderedLine(supplier=SUPPLIER, sku="A", quantity=1)]
    )

    def look() -> Plan[tuple[Order | None, Party | None, int, int]]:
        key = by_id(Order, 104)
        sold = by_id(Item, 1)
        found = yield Needs([key, by_uuid(Party, SUPPLIER)], ["order", "invoice"], [sold])
        assert found.new_uuid()
        assert found.uses(sold) == 0
        found.claim_id("invoice", 7)
        taken = found.new_id("invoice"), found.next_id("order")
        return Decision((found.get(key), found.get(by_uuid(Party, SUPPLIER)), *taken))

    plans = together(create_order(wanted, a_caller(), NOON), look())
    item = an_item(sku="A", supplier=SUPPLIER)
    decision = drive(plans, known(a_workspace(), supplier, retailer, item, order=104))
    assert decision.answer[1] == (decision.answer[0], supplier, 8, 105)


def test_what_is_deleted_or_filed_on_the_way_is_so_in_the_end():
    key, file = by_uuid(Order, ORDER.uuid), File(uuid=a_uuid(5), name="a", media_type="text/plain", content=b"")

    def delete() -> Plan[None]:
        found = yield Needs([key])
        return Decision(None, deletes=[found.require(key, OrderNotFound(ORDER.uuid))], files=[file])

    def look() -> Plan[Order | None]:
        found = yield Needs([key])
        return Decision(found.get(key))

    decision = drive(together(remarking("fragile"), delete(), look()), known(ORDER))

    assert (list(decision.saves), [one.id for one in decision.deletes], decision.files) == ([], [104], [file])
    assert decision.answer[2] is None


def test_a_later_plan_is_told_how_many_refer_to_an_item():
    def ask() -> Plan[int]:
        found = yield Needs(uses=[by_id(Item, 4)])
        return Decision(found.uses(by_id(Item, 4)))

    plan = together(remarking("first"), ask())
    found = known(ORDER)
    found.used = {by_id(Item, 4): 2}
    assert drive(plan, found).answer[1] == 2


def test_a_later_plan_is_told_which_answers_are_kept():
    def ask() -> Plan[KeptAnswer | None]:
        found = yield Needs(answers=[b"key"])
        return Decision(found.kept_answer(b"key"))

    found = known(ORDER)
    found.kept = {b"key": an_answer()}
    assert drive(together(remarking("first"), ask()), found).answer[1] == an_answer()
