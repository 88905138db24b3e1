"""Commands on orders under way: who may give them, what they save and tell, and that a refusal saves nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from billingua.core import errors, events
from billingua.core.fulfilment import Allocated, Packed
from billingua.core.line import Attribute
from billingua.core.order import Allocation, LineStatus, Order, OrderFees, OrderLine, Shipment, SupplierTerms, Trader
from billingua.core.party import TradeRole
from billingua.engine import fulfilment
from billingua.engine.fulfilment import (
    AllocateOrder,
    AnswerCancellation,
    AskToCancel,
    EditOrder,
    HandOver,
    RemarkOnOrder,
    SetFees,
    ShipOrder,
)
from billingua.engine.kinds import by_order_line
from billingua.engine.plan import Decision, by_uuid
from tests.builders import NOON, SUPPLIER, a_caller, a_uuid, an_order, an_order_line
from tests.engine.driving import drive, known

LINE, SECOND, FOREIGN, UNKNOWN = a_uuid(8100), a_uuid(8101), a_uuid(8102), a_uuid(9999)
RETAILER, SOMEBODY_ELSE, STRANGER = a_uuid(2040), a_uuid(2003), a_uuid(2999)
ORDER = an_order(
    retailer=RETAILER,
    lines=(
        an_order_line(status=LineStatus.UNALLOCATED),
        an_order_line(uuid=SECOND, status=LineStatus.UNALLOCATED),
        an_order_line(uuid=FOREIGN, status=LineStatus.UNALLOCATED, supplier=SOMEBODY_ELSE),
    ),
)
ASKED = replace(ORDER, lines=tuple(replace(line, cancelling=True) for line in ORDER.lines))
KEY = by_uuid(Order, ORDER.uuid)
AS_RETAILER, AS_SUPPLIER = Trader(TradeRole.RETAILER, RETAILER), Trader(TradeRole.SUPPLIER, SUPPLIER)
GIFT = (Attribute("Gift wrap", "Y"),)


def run(plan: Callable[..., Any], command: Any, *orders: Order) -> Decision[Any]:
    return drive(plan(command, a_caller(dialect="crux"), NOON), known(*(orders or [ORDER])))


def saved(decision: Decision[Any]) -> Order:
    (order,) = decision.saves
    return order


def lines_changed(after: Order, before: Order = ORDER) -> dict[UUID, OrderLine]:
    return {line.uuid: line for line, old in zip(after.lines, before.lines, strict=True) if line != old}


def accepting(quantity: int, line: UUID = LINE) -> Allocated:
    return Allocated(line, Allocation(accepted=quantity, rejected=0, backordered=0))


def test_a_supplier_allocates_its_lines():
    parts = [accepting(5, FOREIGN), accepting(2)]
    decision = run(fulfilment.allocate_order, AllocateOrder(order=ORDER.uuid, supplier=SUPPLIER, parts=parts))
    assert decision.answer == [None, LineStatus.ALLOCATED]
    assert lines_changed(saved(decision)) == {
        LINE: replace(
            ORDER.lines[0], status=LineStatus.ALLOCATED, designation="NeedsTracking", allocation=parts[1].allocation
        )
    }
    assert decision.events == [events.OrderAllocated(104, "PO-104")]


@pytest.mark.parametrize("parts", [[], [accepting(5, FOREIGN)], [accepting(1, UNKNOWN), accepting(2, FOREIGN)]])
def test_an_allocation_of_no_line_of_ones_own_is_answered_and_saves_nothing(parts: list[Allocated]):
    decision = run(fulfilment.allocate_order, AllocateOrder(order=ORDER.uuid, supplier=SUPPLIER, parts=parts))
    assert (decision.answer, [*decision.saves], [*decision.events]) == ([None] * len(parts), [], [])


def test_an_allocation_that_says_what_was_said_saves_nothing():
    command = AllocateOrder(order=ORDER.uuid, supplier=SUPPLIER, parts=[accepting(2)])
    allocated = saved(run(fulfilment.allocate_order, command))
    again = run(fulfilment.allocate_order, command, allocated)
    assert (again.answer, [*again.saves], [*again.events]) == ([LineStatus.ALLOCATED], [], [])


def test_a_supplier_sends_a_package():
    decision = run(
        fulfilment.ship_order,
        ShipOrder(
            order=ORDER.uuid,
            supplier=SUPPLIER,
            number="1ZT0047",
            parts=[Packed(LINE, 5, Decimal("11.75")), Packed(SECOND, 2)],
            carrier="UPS",
            method="Ground",
            weight=Decimal("1.5"),
            cost=Decimal("4.20"),
            ship_date="2024-03-09",
            attributes=GIFT,
        ),
    )
    package = Shipment(
        package=a_uuid(777_000),
        number="1ZT0047",
        carrier="UPS",
        method="Ground",
        weight=Decimal("1.5"),
        cost=Decimal("4.20"),
        ship_date="2024-03-09",
        created_at=NOON,
        quantity=5,
        attributes=GIFT,
    )
    assert decision.answer == a_uuid(777_000)
    assert lines_changed(saved(decision)) == {
        LINE: replace(
            ORDER.lines[0],
            status=LineStatus.SHIPPED,
            designation="HasTracking",
            tracking=(package,),
            supplier_unit_cost=Decimal("11.75"),
        ),
        SECOND: replace(ORDER.lines[1], designation="HasTracking", tracking=(replace(package, quantity=2),)),
    }
    assert decision.events == [events.OrderShipped(104, "PO-104")]


def test_a_package_may_have_a_number_and_nothing_else():
    command = ShipOrder(order=ORDER.uuid, supplier=SUPPLIER, number="t01", parts=[Packed(LINE, 1)])
    (shipment,) = saved(run(fulfilment.ship_order, command)).lines[0].tracking
    assert shipment == Shipment(package=a_uuid(777_000), number="t01", created_at=NOON, quantity=1)


@pytest.mark.parametrize(
    ("key", "line", "asked"), [(KEY, None, {LINE, SECOND, FOREIGN}), (by_order_line(SECOND), SECOND, {SECOND})]
)
def test_a_retailer_asks_for_an_order_or_a_line_of_it_to_be_cancelled(key: Any, line: UUID | None, asked: set[UUID]):
    decision = run(fulfilment.ask_to_cancel, AskToCancel(order=key, retailer=RETAILER, line=line))
    assert lines_changed(saved(decision)) == {
        line.uuid: replace(line, cancelling=True) for line in ORDER.lines if line.uuid in asked
    }
    assert decision.answer == saved(decision)
    assert decision.events == [events.OrderCancellationRequested(104, "PO-104")]


def test_asking_again_saves_nothing():
    decision = run(fulfilment.ask_to_cancel, AskToCancel(order=KEY, retailer=RETAILER), ASKED)
    assert (decision.answer, [*decision.saves], [*decision.events]) == (ASKED, [], [])


@pytest.mark.parametrize(
    ("cancels", "changes", "event"),
    [
        (
            True,
            {"cancelling": False, "status": LineStatus.CANCELLED, "designation": "Cancelled"},
            events.OrderLinesCancelled,
        ),
        (False, {"cancelling": False}, events.OrderCancellationRejected),
    ],
)
@pytest.mark.parametrize(
    ("key", "line", "answered"), [(KEY, None, {LINE, SECOND}), (by_order_line(SECOND), SECOND, {SECOND})]
)
def test_a_supplier_answers_for_its_own_lines(
    key: Any,
    line: UUID | None,
    answered: set[UUID],
    cancels: bool,
    changes: dict[str, Any],
    event: type[events.Event],
):
    command = AnswerCancellation(order=key, supplier=SUPPLIER, cancels=cancels, line=line)
    decision = run(fulfilment.answer_cancellation, command, ASKED)
    assert lines_changed(saved(decision), ASKED) == {
        line.uuid: replace(line, **changes) for line in ASKED.lines if line.uuid in answered
    }
    assert decision.answer == saved(decision)
    assert decision.events == [event(104, "PO-104")]


@pytest.mark.parametrize("cancels", [True, False])
@pytest.mark.parametrize("line", [FOREIGN, UNKNOWN])
def test_another_suppliers_line_does_not_exist_for_whoever_answers(line: UUID, cancels: bool):
    command = AnswerCancellation(order=KEY, supplier=SUPPLIER, cancels=cancels, line=line)
    with pytest.raises(errors.OrderNotFound) as refused:
        run(fulfilment.answer_cancellation, command, ASKED)
    assert refused.value.asked == line


def test_a_retailer_remarks_on_its_order_and_on_every_line():
    decision = run(
        fulfilment.remark_on_order,
        RemarkOnOrder(
            order=ORDER.uuid,
            trader=AS_RETAILER,
            remarks={"notes": "Ring twice", "attributes": GIFT},
            lines=[(LINE, {"notes": "blue"}), (FOREIGN, {"attributes": GIFT}), (LINE, {"attributes": ()})],
        ),
    )
    assert saved(decision) == replace(
        ORDER,
        retailer_notes="Ring twice",
        retailer_attributes=GIFT,
        lines=(
            replace(ORDER.lines[0], retailer_notes="blue", retailer_attributes=()),
            ORDER.lines[1],
            replace(ORDER.lines[2], retailer_attributes=GIFT),
        ),
    )
    assert decision.events == [events.OrderEdited(104, "PO-104")]


def test_a_supplier_remarks_beside_what_other_suppliers_said():
    theirs = SupplierTerms(supplier=SOMEBODY_ELSE, notes="theirs")
    mine = SupplierTerms(supplier=SUPPLIER, notes="mine", order_number="TMK-7751")
    order = replace(ORDER, supplier_terms=(theirs, mine))
    decision = run(
        fulfilment.remark_on_order,
        RemarkOnOrder(
            order=ORDER.uuid,
            trader=AS_SUPPLIER,
            remarks={"attributes": GIFT},
            lines=[(SECOND, {"notes": "dock 3", "attributes": GIFT})],
        ),
        order,
    )
    assert saved(decision) == replace(
        order,
        supplier_terms=(theirs, replace(mine, attributes=GIFT)),
        lines=(
            order.lines[0],
            replace(order.lines[1], supplier_notes="dock 3", supplier_attributes=GIFT),
            order.lines[2],
        ),
    )
    assert decision.events == [events.OrderEdited(104, "PO-104")]


def test_a_supplier_may_remark_before_it_has_said_anything():
    command = RemarkOnOrder(order=ORDER.uuid, trader=AS_SUPPLIER, remarks={"notes": "Ships from dock 3"})
    terms = SupplierTerms(supplier=SUPPLIER, notes="Ships from dock 3")
    assert saved(run(fulfilment.remark_on_order, command)) == replace(ORDER, supplier_terms=(terms,))


@pytest.mark.parametrize("trader", [AS_RETAILER, AS_SUPPLIER])
@pytest.mark.parametrize("lines", [[], [(LINE, {})]])
def test_whoever_remarks_nothing_saves_nothing(trader: Trader, lines: list[Any]):
    command = RemarkOnOrder(order=ORDER.uuid, trader=trader, lines=lines)
    decision = run(fulfilment.remark_on_order, command)
    assert (decision.answer, [*decision.saves], [*decision.events]) == (ORDER, [], [])


def test_a_retailer_sets_its_fees_and_leaves_the_others():
    order = replace(ORDER, fees=OrderFees(order_tax=Decimal("1.04"), shipping_cost=Decimal(5)))
    command = SetFees(order=ORDER.uuid, trader=AS_RETAILER, fees={"order_fee": Decimal("0.40"), "shipping_cost": None})
    decision = run(fulfilment.set_fees, command, order)
    fees = OrderFees(order_tax=Decimal("1.04"), order_fee=Decimal("0.40"))
    assert saved(decision) == replace(order, fees=fees)
    assert decision.events == [events.OrderEdited(104, "PO-104")]


def test_a_supplier_sets_its_fees_and_the_costs_of_its_lines():
    theirs = SupplierTerms(supplier=SOMEBODY_ELSE, order_fee=Decimal(9))
    order = replace(ORDER, supplier_terms=(theirs,))
    said = {
        "dropship_fee": Decimal("1.15"),
        "order_fee": Decimal("0.40"),
        "order_tax": Decimal(2),
        "order_total": Decimal("41.05"),
        "order_number": "TMK-7751",
    }
    command = SetFees(order=ORDER.uuid, trader=AS_SUPPLIER, fees=said, unit_costs=[(SECOND, Decimal("11.75"))])
    decision = run(fulfilment.set_fees, command, order)
    assert saved(decision) == replace(
        order,
        supplier_terms=(theirs, SupplierTerms(supplier=SUPPLIER, **said)),
        lines=(order.lines[0], replace(order.lines[1], supplier_unit_cost=Decimal("11.75")), order.lines[2]),
    )
    assert decision.events == [events.OrderEdited(104, "PO-104")]


def test_a_supplier_may_set_costs_alone():
    costs = [(LINE, Decimal(0)), (LINE, Decimal(1)), (LINE, None)]
    command = SetFees(order=ORDER.uuid, trader=AS_SUPPLIER, unit_costs=costs)
    after = saved(run(fulfilment.set_fees, command))
    assert after.supplier_terms == ()
    assert {uuid: line.supplier_unit_cost for uuid, line in lines_changed(after).items()} == {LINE: 1}


@pytest.mark.parametrize("trader", [AS_RETAILER, AS_SUPPLIER])
def test_fees_that_stay_as_they_are_are_not_saved(trader: Trader):
    decision = run(fulfilment.set_fees, SetFees(order=ORDER.uuid, trader=trader))
    assert (decision.answer, [*decision.saves], [*decision.events]) == (ORDER, [], [])


@pytest.mark.parametrize("trader", [AS_RETAILER, AS_SUPPLIER])
def test_orders_are_handed_over_once(trader: Trader):
    sent = an_order(id=105, retailer=RETAILER, sent_to_supplier=True, lines=(an_order_line(uuid=a_uuid(8300)),))
    command = HandOver(orders=[sent.uuid, ORDER.uuid, ORDER.uuid], trader=trader)
    decision = run(fulfilment.hand_over, command, ORDER, sent)
    assert decision.answer == [sent, ORDER]
    assert saved(decision) == replace(ORDER, sent_to_supplier=True)
    assert decision.events == [events.OrderSent(104, "PO-104")]


def test_orders_are_handed_over_all_or_none():
    with pytest.raises(errors.OrderNotFound) as refused:
        run(fulfilment.hand_over, HandOver(orders=[ORDER.uuid, UNKNOWN], trader=AS_RETAILER))
    assert refused.value.asked == str(UNKNOWN)
    anothers = an_order(id=105, retailer=STRANGER, lines=(an_order_line(uuid=a_uuid(8300), supplier=STRANGER),))
    for trader in (AS_RETAILER, AS_SUPPLIER):
        with pytest.raises(errors.OrderNotFound):
            run(fulfilment.hand_over, HandOver(orders=[ORDER.uuid, anothers.uuid], trader=trader), ORDER, anothers)


def test_whoever_sees_all_orders_hands_over_any():
    unbound = an_order(company=10, lines=(an_order_line(supplier=None),))
    decision = run(fulfilment.hand_over, HandOver(orders=[unbound.uuid]), unbound)
    assert saved(decision) == replace(unbound, sent_to_supplier=True)


OWN = an_order(company=10, lines=(an_order_line(supplier=None, status=LineStatus.UNALLOCATED),))
"""What a company ordered of nobody in particular."""


def test_what_no_supplier_has_is_allocated_sent_and_cancelled_too():
    allocating = AllocateOrder(order=OWN.uuid, supplier=None, parts=[accepting(5)])
    allocated = saved(run(fulfilment.allocate_order, allocating, OWN))
    shipping = ShipOrder(order=OWN.uuid, supplier=None, number="1Z", parts=[Packed(LINE, 1)])
    shipped = saved(run(fulfilment.ship_order, shipping, allocated))
    asked = saved(run(fulfilment.ask_to_cancel, AskToCancel(order=KEY, retailer=None), shipped))
    cancelled = saved(
        run(fulfilment.answer_cancellation, AnswerCancellation(order=KEY, supplier=None, cancels=True), asked)
    )
    statuses = [order.lines[0].status for order in (allocated, shipped, asked, cancelled)]
    assert statuses == ["Allocated", "Allocated", "Allocated", "Cancelled"]
    assert (asked.lines[0].cancelling, shipped.lines[0].shipped) == (True, 1)


def test_an_order_of_a_retailer_is_not_cancelled_as_nobodys():
    with pytest.raises(errors.OrderNotFound):
        run(fulfilment.ask_to_cancel, AskToCancel(order=KEY, retailer=None))


TERMS = SupplierTerms(supplier=SOMEBODY_ELSE, order_number="S-1", notes="soon")


def test_what_both_sides_say_is_said_anew_at_once():
    edits: fulfilment.OrderEdits = {
        "retailer_notes": "leave at the door",
        "fees": OrderFees(shipping_cost=Decimal(5)),
        "supplier_terms": (TERMS,),
    }
    line: fulfilment.LineEdits = {"supplier_notes": "blue", "supplier_unit_cost": Decimal("11.75")}
    decision = run(fulfilment.edit_order, EditOrder(order=KEY, edits=edits, lines=[(SECOND, line)]))
    edited = saved(decision)
    assert edited == decision.answer == replace(ORDER, lines=edited.lines, **edits)
    assert lines_changed(edited) == {SECOND: replace(ORDER.lines[1], **line)}
    assert decision.events == [events.OrderEdited(104, "PO-104")]


def test_an_edit_that_says_what_was_said_saves_nothing():
    said = replace(ORDER, supplier_terms=(TERMS,))
    command = EditOrder(order=KEY, edits={"supplier_terms": (TERMS,)}, lines=[(LINE, {"retailer_notes": None})])
    decision = run(fulfilment.edit_order, command, said)
    assert (decision.answer, decision.saves, decision.events) == (said, (), ())


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (EditOrder(order=by_uuid(Order, UNKNOWN)), errors.OrderNotFound),
        (EditOrder(order=KEY, lines=[(LINE, {}), (UNKNOWN, {})]), errors.OrderLineNotFound),
        (EditOrder(order=KEY, edits={"supplier_terms": (SupplierTerms(supplier=STRANGER),)}), errors.SupplierNotFound),
    ],
    ids=["no order", "no line", "no supplier of it"],
)
def test_what_is_not_of_an_order_is_not_edited(command: EditOrder, refusal: type[errors.Refused]):
    with pytest.raises(refusal):
        run(fulfilment.edit_order, command)


@dataclass(frozen=True)
class Asks:
    """A command that whoever trades as the organization given may ask for on an order."""

    plan: Callable[..., Any]
    command: Callable[[UUID, UUID], Any]
    role: TradeRole


RETAILERS, SUPPLIERS = TradeRole.RETAILER, TradeRole.SUPPLIER
BAD_REMARK = [(UNKNOWN, {"notes": "?"})]
COMMANDS = {
    "allocate": Asks(
        fulfilment.allocate_order,
        lambda order, who: AllocateOrder(order=order, supplier=who, parts=[accepting(2, SECOND), accepting(99)]),
        SUPPLIERS,
    ),
    "ship": Asks(
        fulfilment.ship_order,
        lambda order, who: ShipOrder(
            order=order, supplier=who, number="t", parts=[Packed(SECOND, 1), Packed(UNKNOWN, 1)]
        ),
        SUPPLIERS,
    ),
    "ask": Asks(
        fulfilment.ask_to_cancel,
        lambda order, who: AskToCancel(order=by_uuid(Order, order), retailer=who, line=UNKNOWN),
        RETAILERS,
    ),
    "cancel": Asks(
        fulfilment.answer_cancellation,
        lambda order, who: AnswerCancellation(order=by_uuid(Order, order), supplier=who, cancels=True),
        SUPPLIERS,
    ),
    "keep": Asks(
        fulfilment.answer_cancellation,
        lambda order, who: AnswerCancellation(order=by_uuid(Order, order), supplier=who, cancels=False),
        SUPPLIERS,
    ),
    "remark as retailer": Asks(
        fulfilment.remark_on_order,
        lambda order, who: RemarkOnOrder(order=order, trader=Trader(RETAILERS, who), lines=BAD_REMARK),
        RETAILERS,
    ),
    "remark as supplier": Asks(
        fulfilment.remark_on_order,
        lambda order, who: RemarkOnOrder(order=order, trader=Trader(SUPPLIERS, who), lines=BAD_REMARK),
        SUPPLIERS,
    ),
    "price as retailer": Asks(
        fulfilment.set_fees, lambda order, who: SetFees(order=order, trader=Trader(RETAILERS, who)), RETAILERS
    ),
    "price as supplier": Asks(
        fulfilment.set_fees,
        lambda order, who: SetFees(order=order, trader=Trader(SUPPLIERS, who), unit_costs=[(UNKNOWN, Decimal(1))]),
        SUPPLIERS,
    ),
    "hand over as retailer": Asks(
        fulfilment.hand_over, lambda order, who: HandOver(orders=[order], trader=Trader(RETAILERS, who)), RETAILERS
    ),
    "hand over as supplier": Asks(
        fulfilment.hand_over, lambda order, who: HandOver(orders=[order], trader=Trader(SUPPLIERS, who)), SUPPLIERS
    ),
}
"""Every command; where it can be refused for what it asks of an order, it is to be refused for that."""


@pytest.mark.parametrize("asks", COMMANDS.values(), ids=COMMANDS)
def test_an_order_does_not_exist_for_whom_it_does_not_concern_whatever_is_asked(asks: Asks):
    others_side = SUPPLIER if asks.role is RETAILERS else RETAILER
    for organization in (STRANGER, others_side):
        with pytest.raises(errors.OrderNotFound):
            run(asks.plan, asks.command(ORDER.uuid, organization))
    with pytest.raises(errors.OrderNotFound):
        run(asks.plan, asks.command(UNKNOWN, SUPPLIER if asks.role is SUPPLIERS else RETAILER))


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("allocate", errors.OverAllocated),
        ("ship", errors.OrderLineNotFound),
        ("ask", errors.NothingToCancel),
        ("cancel", errors.NothingToCancel),
        ("keep", errors.NothingToCancel),
        ("remark as retailer", errors.OrderLineNotFound),
        ("remark as supplier", errors.OrderLineNotFound),
        ("price as supplier", errors.OrderLineNotFound),
    ],
)
def test_what_cannot_be_done_in_full_is_not_done_at_all(name: str, refusal: type[errors.Refused]):
    asks = COMMANDS[name]
    with pytest.raises(refusal):
        run(asks.plan, asks.command(ORDER.uuid, RETAILER if asks.role is RETAILERS else SUPPLIER))


@pytest.mark.parametrize(
    "command",
    [
        RemarkOnOrder(order=ORDER.uuid, trader=AS_SUPPLIER, lines=[(LINE, {}), (FOREIGN, {"notes": "?"})]),
        SetFees(order=ORDER.uuid, trader=AS_SUPPLIER, unit_costs=[(LINE, Decimal(1)), (FOREIGN, Decimal(1))]),
    ],
)
def test_a_supplier_neither_remarks_on_nor_prices_lines_of_another(command: RemarkOnOrder | SetFees):
    plan = fulfilment.remark_on_order if isinstance(command, RemarkOnOrder) else fulfilment.set_fees
    with pytest.raises(errors.OrderLineNotFound) as refused:
        run(plan, command)
    assert (refused.value.asked, refused.value.index) == (FOREIGN, 1)
