"""What becomes of an order's lines, step by step (the table of statuses) and in any order of steps."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core import errors
from billingua.core.errors import NothingToCancel, OrderLineClosed, OrderLineNotFound, OrderNotFound, OverAllocated
from billingua.core.fulfilment import Allocated, Packed, allocate, ask_to_cancel, cancel, keep, ship
from billingua.core.order import Allocation, Invoiced, LineStatus, Order, OrderLine, Shipment, invoice_lines
from tests.builders import NOON, SUPPLIER, a_uuid, an_order, an_order_line

LINE, SECOND, FOREIGN, UNKNOWN = a_uuid(8100), a_uuid(8101), a_uuid(8102), a_uuid(9999)
SOMEBODY_ELSE, STRANGER = a_uuid(2003), a_uuid(2004)
PACKAGE = Shipment(package=a_uuid(1), number="1ZT0047", carrier="UPS", created_at=NOON, quantity=0)


def an_order_of_two_suppliers(**first: Any) -> Order:
    """Two lines of five pieces from `SUPPLIER`, of which the first is as told, and one from `SOMEBODY_ELSE`."""
    return an_order(
        lines=(
            an_order_line(**({"status": LineStatus.UNALLOCATED} | first)),
            an_order_line(uuid=SECOND, status=LineStatus.UNALLOCATED),
            an_order_line(uuid=FOREIGN, status=LineStatus.UNALLOCATED, supplier=SOMEBODY_ELSE),
        )
    )


def an_allocation(accepted: int, rejected: int = 0, backordered: int = 0, **overrides: Any) -> Allocation:
    return Allocation(accepted=accepted, rejected=rejected, backordered=backordered, **overrides)


def allocated(order: Order, allocation: Allocation, line: UUID = LINE) -> Order:
    return allocate(order, SUPPLIER, [Allocated(line, allocation)])[0]


def shipped(order: Order, quantity: int, line: UUID = LINE) -> Order:
    return ship(order, SUPPLIER, PACKAGE, [Packed(line, quantity)])


def line_of(order: Order, uuid: UUID = LINE) -> OrderLine:
    return next(line for line in order.lines if line.uuid == uuid)


def standing(order: Order, uuid: UUID = LINE) -> tuple[str, str | None]:
    line = line_of(order, uuid)
    return line.status, line.designation


@pytest.mark.parametrize(
    ("allocation", "expected"),
    [
        (an_allocation(5), ("Allocated", "NeedsTracking")),
        (an_allocation(1), ("Allocated", "NeedsTracking")),
        (an_allocation(1, rejected=2, backordered=2), ("Allocated", "NeedsTracking")),
        (an_allocation(5, backordered=1), ("Allocated", "NeedsTracking")),
        (an_allocation(5, rejected=5, backordered=5), ("Allocated", "NeedsTracking")),
        (an_allocation(0, backordered=1), ("Backordered", "Backordered")),
        (an_allocation(0, rejected=4, backordered=1), ("Backordered", "Backordered")),
        (an_allocation(0, backordered=99), ("Backordered", "Backordered")),
        (an_allocation(0, rejected=1), ("Rejected", "Rejected")),
        (an_allocation(0, rejected=99), ("Rejected", "Rejected")),
        (an_allocation(0), ("Unallocated", None)),
    ],
)
def test_an_allocation_says_how_a_line_stands_and_its_figures_need_not_add_up(
    allocation: Allocation, expected: tuple[str, str | None]
):
    order = an_order_of_two_suppliers()
    after, statuses = allocate(order, SUPPLIER, [Allocated(LINE, allocation)])
    assert standing(after) == expected
    assert statuses == [expected[0]]
    assert line_of(after).allocation == allocation
    assert after.lines[1:] == order.lines[1:]


@pytest.mark.parametrize(
    "before", [an_allocation(5), an_allocation(0, rejected=5), an_allocation(0, backordered=5), an_allocation(0)]
)
def test_an_allocation_replaces_the_one_before(before: Allocation):
    after = an_allocation(2, backordered=1, backorder_date=date(2024, 4, 2))
    order = allocated(allocated(an_order_of_two_suppliers(), before), after)
    assert line_of(order).allocation == after
    assert standing(order) == ("Allocated", "NeedsTracking")


def test_an_allocation_leaves_alone_what_was_invoiced_and_sent():
    order = an_order_of_two_suppliers(
        status=LineStatus.SHIPPED, designation="HasTracking", invoiced=3, tracking=(replace(PACKAGE, quantity=2),)
    )
    after = allocated(order, an_allocation(4))
    assert standing(after) == ("Allocated", "HasTracking")
    assert (line_of(after).invoiced, line_of(after).shipped) == (3, 2)
    assert standing(shipped(after, 2)) == ("HasTracking", "HasTracking")


@pytest.mark.parametrize(
    ("before", "sent", "after", "expected"),
    [
        (an_allocation(5), 5, an_allocation(4), ("HasTracking", "HasTracking")),
        (an_allocation(2), 2, an_allocation(2, backordered=3), ("HasTracking", "HasTracking")),
        (an_allocation(5), 2, an_allocation(2, rejected=3), ("HasTracking", "HasTracking")),
        (an_allocation(2), 2, an_allocation(5), ("Allocated", "HasTracking")),
        (None, 5, an_allocation(5), ("HasTracking", "HasTracking")),
        (None, 2, an_allocation(5), ("Allocated", "HasTracking")),
        (an_allocation(5), 0, an_allocation(4), ("Allocated", "NeedsTracking")),
        (an_allocation(5), 2, an_allocation(0, backordered=3), ("Backordered", "Backordered")),
    ],
)
def test_what_is_accepted_after_something_was_sent_is_held_against_it(
    before: Allocation | None, sent: int, after: Allocation, expected: tuple[str, str]
):
    order = an_order_of_two_suppliers()
    order = shipped(allocated(order, before) if before else order, sent)
    assert standing(allocated(order, after)) == expected


@pytest.mark.parametrize(
    "allocation",
    [an_allocation(5), an_allocation(2), an_allocation(5, rejected=1), an_allocation(0, backordered=5)],
)
@pytest.mark.parametrize("sent", [0, 1, 2, 5])
def test_the_same_allocation_again_changes_nothing(allocation: Allocation, sent: int):
    order = ask_to_cancel(allocated(an_order_of_two_suppliers(), allocation))
    order = shipped(order, sent)
    assert allocated(order, allocation) == order


def test_statuses_stand_in_the_order_asked_for_with_none_for_lines_that_are_not_the_suppliers():
    order = an_order_of_two_suppliers()
    named = [UNKNOWN, SECOND, FOREIGN, LINE]
    after, statuses = allocate(order, SUPPLIER, [Allocated(line, an_allocation(1)) for line in named])
    assert statuses == [None, "Allocated", None, "Allocated"]
    assert line_of(after, FOREIGN) == line_of(order, FOREIGN)


def test_of_a_line_that_is_named_twice_the_last_allocation_stays():
    parts = [Allocated(LINE, an_allocation(5)), Allocated(LINE, an_allocation(0, rejected=5))]
    after, statuses = allocate(an_order_of_two_suppliers(), SUPPLIER, parts)
    assert statuses == ["Allocated", "Rejected"]
    assert line_of(after).allocation == an_allocation(0, rejected=5)


@pytest.mark.parametrize("allocation", [an_allocation(1), an_allocation(0), an_allocation(99)])
def test_a_cancelled_line_stays_as_it_is(allocation: Allocation):
    order = an_order_of_two_suppliers(status=LineStatus.CANCELLED, designation="Cancelled")
    after, statuses = allocate(order, SUPPLIER, [Allocated(LINE, allocation), Allocated(SECOND, an_allocation(5))])
    assert statuses == ["Cancelled", "Allocated"]
    assert line_of(after) == line_of(order)


def test_no_more_is_accepted_than_was_ordered():
    parts = [
        Allocated(SECOND, an_allocation(5)),
        Allocated(UNKNOWN, an_allocation(6)),
        Allocated(LINE, an_allocation(6)),
    ]
    with pytest.raises(OverAllocated) as refused:
        allocate(an_order_of_two_suppliers(), SUPPLIER, parts)
    facts = refused.value
    assert (facts.line, facts.ordered, facts.accepted, facts.index) == (LINE, 5, 6, 2)


@pytest.mark.parametrize(
    ("allocation", "packages", "expected"),
    [
        (an_allocation(5), [2], ("Allocated", "HasTracking")),
        (an_allocation(5), [2, 2], ("Allocated", "HasTracking")),
        (an_allocation(5), [2, 3], ("HasTracking", "HasTracking")),
        (an_allocation(2, backordered=3), [2], ("HasTracking", "HasTracking")),
        (an_allocation(2), [3], ("HasTracking", "HasTracking")),
        (an_allocation(2), [2, 1], ("HasTracking", "HasTracking")),
        (an_allocation(5), [0], ("Allocated", "HasTracking")),
        (an_allocation(0, backordered=5), [1], ("HasTracking", "HasTracking")),
        (an_allocation(0, backordered=5), [0], ("Backordered", "HasTracking")),
        (an_allocation(0), [0], ("Unallocated", "HasTracking")),
        (None, [4], ("Unallocated", "HasTracking")),
        (None, [5], ("HasTracking", "HasTracking")),
    ],
)
def test_a_line_counts_as_shipped_once_all_is_sent_that_was_accepted_or_ordered(
    allocation: Allocation | None, packages: list[int], expected: tuple[str, str]
):
    order = an_order_of_two_suppliers()
    order = allocated(order, allocation) if allocation else order
    for quantity in packages:
        order = shipped(order, quantity)
    assert standing(order) == expected
    assert line_of(order).shipped == sum(packages)
    assert line_of(order).allocation == allocation


def test_each_line_of_a_package_has_its_own_quantity_and_all_else_of_the_package():
    order = ship(
        an_order_of_two_suppliers(supplier_unit_cost=Decimal(9)),
        SUPPLIER,
        PACKAGE,
        [Packed(LINE, 2), Packed(SECOND, 5, Decimal("11.75")), Packed(LINE, 1)],
    )
    assert [line.tracking for line in order.lines] == [
        (replace(PACKAGE, quantity=2), replace(PACKAGE, quantity=1)),
        (replace(PACKAGE, quantity=5),),
        (),
    ]
    assert [line.supplier_unit_cost for line in order.lines] == [9, Decimal("11.75"), None]


@pytest.mark.parametrize("line", [FOREIGN, UNKNOWN])
def test_a_line_of_another_supplier_or_of_no_order_is_not_shipped(line: UUID):
    with pytest.raises(OrderLineNotFound) as refused:
        ship(an_order_of_two_suppliers(), SUPPLIER, PACKAGE, [Packed(LINE, 1), Packed(line, 1)])
    assert (refused.value.asked, refused.value.index) == (line, 1)


@pytest.mark.parametrize("status", [LineStatus.CANCELLED, LineStatus.REJECTED])
def test_a_cancelled_or_rejected_line_is_not_shipped(status: LineStatus):
    with pytest.raises(OrderLineClosed) as refused:
        ship(an_order_of_two_suppliers(status=status), SUPPLIER, PACKAGE, [Packed(SECOND, 1), Packed(LINE, 1)])
    assert (refused.value.line, refused.value.status, refused.value.index) == (LINE, status, 1)


OPEN = [LineStatus.UNALLOCATED, LineStatus.ALLOCATED, LineStatus.BACKORDERED]
DONE = [LineStatus.SHIPPED, LineStatus.REJECTED, LineStatus.CANCELLED]


@pytest.mark.parametrize("status", OPEN)
def test_asking_to_cancel_cancels_nothing_yet(status: LineStatus):
    order = an_order_of_two_suppliers(status=status, designation="as it was")
    asked = ask_to_cancel(order, LINE)
    assert [line.cancelling for line in asked.lines] == [True, False, False]
    assert standing(asked) == (status, "as it was")


@pytest.mark.parametrize("status", DONE)
def test_where_nothing_is_left_nobody_is_asked_to_cancel(status: LineStatus):
    order = an_order_of_two_suppliers(status=status)
    assert [line.cancelling for line in ask_to_cancel(order).lines] == [False, True, True]
    with pytest.raises(NothingToCancel):
        ask_to_cancel(order, LINE)
    with pytest.raises(NothingToCancel):
        ask_to_cancel(replace(order, lines=order.lines[:1]))


def test_a_line_that_is_sent_in_full_is_not_cancelled_whatever_its_status():
    order = an_order_of_two_suppliers(status=LineStatus.ALLOCATED, tracking=(replace(PACKAGE, quantity=5),))
    with pytest.raises(NothingToCancel):
        ask_to_cancel(order, LINE)


def test_a_line_sent_in_part_may_be_cancelled():
    order = an_order_of_two_suppliers(status=LineStatus.ALLOCATED, tracking=(replace(PACKAGE, quantity=4),))
    assert line_of(ask_to_cancel(order, LINE)).cancelling


def test_asking_again_changes_nothing():
    asked = ask_to_cancel(an_order_of_two_suppliers())
    assert ask_to_cancel(asked) == asked


def test_each_supplier_answers_for_its_own_lines():
    asked = ask_to_cancel(an_order_of_two_suppliers())

    cancelled = cancel(asked, SUPPLIER)
    assert [standing(cancelled, line) for line in (LINE, SECOND)] == [("Cancelled", "Cancelled")] * 2
    assert [line.cancelling for line in cancelled.lines] == [False, False, True]
    assert line_of(cancelled, FOREIGN) == line_of(asked, FOREIGN)

    kept = keep(cancelled, SOMEBODY_ELSE)
    assert [line.cancelling for line in kept.lines] == [False, False, False]
    assert line_of(kept, FOREIGN) == line_of(an_order_of_two_suppliers(), FOREIGN)


def test_one_line_is_answered_for_by_itself():
    asked = ask_to_cancel(an_order_of_two_suppliers())
    assert [line.cancelling for line in keep(asked, SUPPLIER, SECOND).lines] == [True, False, True]
    assert [line.status for line in cancel(asked, SUPPLIER, SECOND).lines] == [
        "Unallocated",
        "Cancelled",
        "Unallocated",
    ]


@pytest.mark.parametrize("answer", [cancel, keep])
@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (an_order_of_two_suppliers(), None),
        (an_order_of_two_suppliers(), LINE),
        (ask_to_cancel(an_order_of_two_suppliers(), SECOND), LINE),
        (ask_to_cancel(an_order_of_two_suppliers(), FOREIGN), None),
        (ask_to_cancel(an_order_of_two_suppliers()), FOREIGN),
        (ask_to_cancel(an_order_of_two_suppliers()), UNKNOWN),
        (cancel(ask_to_cancel(an_order_of_two_suppliers()), SUPPLIER), None),
        (keep(ask_to_cancel(an_order_of_two_suppliers()), SUPPLIER), LINE),
    ],
)
def test_nobody_answers_without_being_asked(
    answer: Callable[[Order, UUID, UUID | None], Order], asked: Order, line: UUID | None
):
    with pytest.raises(NothingToCancel):
        answer(asked, SUPPLIER, line)


@pytest.mark.parametrize(
    "done",
    [
        lambda order: shipped(order, 5),
        lambda order: shipped(allocated(order, an_allocation(2)), 2),
        lambda order: allocated(order, an_allocation(0, rejected=5)),
    ],
    ids=["all was sent", "all was sent that was accepted", "all was rejected"],
)
def test_a_request_lapses_where_nothing_is_left_to_cancel(done: Callable[[Order], Order]):
    order = done(ask_to_cancel(an_order_of_two_suppliers(), LINE))
    assert not line_of(order).cancelling
    with pytest.raises(NothingToCancel):
        cancel(order, SUPPLIER)


@pytest.mark.parametrize(
    "step",
    [lambda order: shipped(order, 4), lambda order: allocated(order, an_allocation(3))],
    ids=["sent", "accepted"],
)
def test_a_request_stands_while_something_is_left(step: Callable[[Order], Order]):
    order = step(ask_to_cancel(an_order_of_two_suppliers(), LINE))
    assert line_of(order).cancelling
    assert standing(cancel(order, SUPPLIER)) == ("Cancelled", "Cancelled")


ACTIONS: list[Callable[[Order, UUID], object]] = [
    lambda order, supplier: allocate(order, supplier, [Allocated(LINE, an_allocation(99))]),
    lambda order, supplier: ship(order, supplier, PACKAGE, [Packed(LINE, 1)]),
    cancel,
    keep,
]


@pytest.mark.parametrize("act", ACTIONS)
def test_an_order_does_not_exist_for_a_supplier_without_lines_in_it(act: Callable[[Order, UUID], object]):
    with pytest.raises(OrderNotFound):
        act(ask_to_cancel(an_order_of_two_suppliers()), STRANGER)


Step = Callable[[Order], Order]

SUPPLIERS = st.sampled_from([SUPPLIER, SOMEBODY_ELSE])
LINES = st.sampled_from([LINE, SECOND, FOREIGN])
FIGURES = st.integers(0, 6)


def _steps() -> st.SearchStrategy[tuple[str, UUID | None, Step]]:
    """A step with what it is and who takes it: a supplier, or (None) the retailer."""
    allocations = st.builds(Allocated, LINES, st.builds(an_allocation, FIGURES, FIGURES, FIGURES))
    packed = st.lists(st.builds(Packed, LINES, FIGURES), max_size=3)
    invoiced = st.lists(st.builds(Invoiced, LINES, st.none() | FIGURES, st.none()), max_size=3)
    line = st.none() | LINES
    return st.one_of(
        st.builds(_allocating, SUPPLIERS, st.lists(allocations, max_size=3)),
        st.builds(lambda who, what: ("ship", who, lambda order: ship(order, who, PACKAGE, what)), SUPPLIERS, packed),
        st.builds(lambda which: ("ask", None, lambda order: ask_to_cancel(order, which)), line),
        st.builds(lambda who, which: ("cancel", who, lambda order: cancel(order, who, which)), SUPPLIERS, line),
        st.builds(lambda who, which: ("keep", who, lambda order: keep(order, who, which)), SUPPLIERS, line),
        st.builds(
            lambda who, what: ("invoice", who, lambda order: invoice_lines(order, who, what)), SUPPLIERS, invoiced
        ),
    )


def _allocating(who: UUID, parts: Sequence[Allocated]) -> tuple[str, UUID, Step]:
    return "allocate", who, lambda order: allocate(order, who, parts)[0]


@given(st.lists(_steps(), max_size=12))
def test_whatever_happens_to_an_order_its_lines_hold_together(steps: list[tuple[str, UUID | None, Step]]):
    order = an_order_of_two_suppliers()
    for name, who, step in steps:
        try:
            after = step(order)
        except errors.Refused:
            continue
        assert replace(after, lines=order.lines) == order
        for before, line in zip(order.lines, after.lines, strict=True):
            _holds_together(line)
            if line != before:
                _may_become(name, who, before, line)
        order = after


def _holds_together(line: OrderLine) -> None:
    assert 0 <= line.invoiced <= line.quantity
    assert all(shipment.quantity >= 0 for shipment in line.tracking)
    assert line.allocation is None or 0 <= line.allocation.accepted <= line.quantity
    assert not (line.cancelling and line.status in DONE)
    assert (line.status is LineStatus.CANCELLED) is (line.designation == "Cancelled")
    assert (line.status is LineStatus.REJECTED) is (line.designation == "Rejected")


CHANGED_BY = {
    "allocate": {"allocation", "status", "designation", "cancelling"},
    "ship": {"tracking", "status", "designation", "cancelling", "supplier_unit_cost"},
    "ask": {"cancelling"},
    "cancel": {"cancelling", "status", "designation"},
    "keep": {"cancelling"},
    "invoice": {"invoiced", "supplier_unit_cost"},
}


def _may_become(name: str, who: UUID | None, before: OrderLine, line: OrderLine) -> None:
    """See that a step changed the lines of who took it alone, and of them what it is for."""
    assert who in {None, line.supplier}
    assert before.status is not LineStatus.CANCELLED
    assert before.status is not LineStatus.REJECTED or name == "allocate"
    assert {field for field in OrderLine.__slots__ if getattr(line, field) != getattr(before, field)} <= CHANGED_BY[
        name
    ]
    assert line.status is not LineStatus.CANCELLED or (name == "cancel" and before.cancelling)
    assert line.tracking[: len(before.tracking)] == before.tracking
