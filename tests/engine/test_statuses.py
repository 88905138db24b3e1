from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.access import User
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Action, Status
from billingua.engine.plan import Decision
from billingua.engine.statuses import ChangeStatuses, StatusesChanged, change_statuses
from tests.builders import NOON, a_caller, a_line, a_party, a_user, an_invoice, an_item
from tests.engine.driving import VERSION, drive, known

ISSUE = {Status.DRAFT: Action.ISSUE}
REJECT = {Status.OPEN: Action.REJECT}
STOCK = {Action.ISSUE: -1, Action.REJECT: 1}
IDA, ADMINISTRATOR = a_user(), a_user(username="ada", admin=True)
HIDDEN = a_party(id=12, private=True)
TRACKED = an_item(id=4, track_stock=True, stock=Decimal(10))
FREE = an_item(id=5, stock=Decimal(10))


def selling(id: int, status: Status, *sold: tuple[int | None, str | None], **overrides: Any) -> Invoice:
    lines = tuple(
        a_line(id=place, item=item, quantity=None if quantity is None else Decimal(quantity))
        for place, (item, quantity) in enumerate(sold)
    )
    return an_invoice(id=id, status=status, lines=lines, **overrides)


def change(
    *values: Any, ids: list[int], actions: Any = ISSUE, stock: Any = STOCK, user: User | None = ADMINISTRATOR
) -> Decision[StatusesChanged]:
    command = ChangeStatuses(invoices=ids, actions=actions, stock=stock)
    return drive(change_statuses(command, a_caller(user=user), NOON), known(*values, TRACKED, FREE))


def stock_of(decision: Decision[StatusesChanged]) -> dict[int, Decimal]:
    return {item.id: item.stock for item in decision.answer.items}


def test_those_that_may_change_do_and_all_are_shown_by_their_ids():
    draft, paid = an_invoice(id=9, status=Status.DRAFT), an_invoice(id=3, status=Status.PAID)
    decision = change(draft, paid, ids=[9, 3, 9, 404])
    changed = replace(draft, status=Status.OPEN, updated_at=NOON)
    assert [(view.invoice, view.version) for view in decision.answer.views] == [(paid, VERSION), (changed, VERSION + 1)]
    assert list(decision.saves) == [changed]
    assert list(decision.events) == [events.InvoiceIssued(9, "INV-9")]
    assert not decision.answer.is_stock_refused


def test_where_nothing_may_change_nothing_does():
    decision = change(an_invoice(status=Status.VOID), ids=[35])
    assert (list(decision.saves), list(decision.events), len(decision.answer.views)) == ([], [], 1)


@pytest.mark.parametrize("ids", [[404], [405, 404]])
def test_none_is_changed_where_none_is_there(ids: list[int]):
    with pytest.raises(errors.InvoiceNotFound) as refused:
        change(an_invoice(status=Status.DRAFT), ids=ids)
    assert refused.value.asked == ids[0]


def test_those_that_the_caller_may_not_see_are_left_out_and_of_them_alone_none_is_changed():
    hidden = an_invoice(id=5, status=Status.DRAFT, party=12)
    own = an_invoice(id=6, status=Status.DRAFT, party=12, created_by="ida")
    decision = change(hidden, own, HIDDEN, ids=[5, 6], user=IDA)
    assert [view.invoice.id for view in decision.answer.views] == [6]
    with pytest.raises(errors.InvoiceNotFound):
        change(hidden, HIDDEN, ids=[5], user=IDA)


@pytest.mark.parametrize(
    ("status", "actions", "left"), [(Status.DRAFT, ISSUE, "4.5"), (Status.OPEN, REJECT, "15.5")], ids=["out", "back"]
)
def test_every_line_of_what_is_kept_in_stock_moves_it(status: Status, actions: Any, left: str):
    first = selling(1, status, (4, "2"), (4, "0.5"), (5, "7"), (None, "7"), (99, "7"))
    decision = change(first, selling(2, status, (4, "3")), ids=[1, 2], actions=actions)
    assert stock_of(decision) == {4: Decimal(left)}
    assert [type(saved).__name__ for saved in decision.saves] == ["Invoice", "Invoice", "Item"]


def test_stock_may_fall_below_nothing():
    assert stock_of(change(selling(1, Status.DRAFT, (4, "11")), ids=[1])) == {4: Decimal(-1)}


def test_what_changes_back_and_forth_in_one_request_moves_no_stock_and_saves_no_item():
    actions = ISSUE | REJECT
    drafts = selling(1, Status.DRAFT, (4, "2")), selling(2, Status.OPEN, (4, "2"))
    decision = change(*drafts, ids=[1, 2], actions=actions)
    assert stock_of(decision) == {}
    assert [invoice.status for invoice in decision.saves] == [Status.OPEN, Status.REJECTED]


@pytest.mark.parametrize(
    ("status", "action"), [(Status.OPEN, Action.SETTLE), (Status.PAID, Action.REOPEN), (Status.REJECTED, Action.REVISE)]
)
def test_other_actions_move_no_stock(status: Status, action: Action):
    decision = change(selling(1, status, (4, "2")), ids=[1], actions={status: action})
    assert (stock_of(decision), len(list(decision.saves))) == ({}, 1)


@pytest.mark.parametrize("quantity", ["2", "0", None])
def test_whoever_administers_nothing_changes_the_status_but_not_the_stock(quantity: str | None):
    decision = change(selling(1, Status.DRAFT, (4, quantity)), ids=[1], user=IDA)
    assert decision.answer.is_stock_refused
    assert [invoice.status for invoice in decision.saves] == [Status.OPEN]
    assert stock_of(decision) == {}


def test_whoever_administers_nothing_bills_what_is_not_kept_in_stock():
    decision = change(selling(1, Status.DRAFT, (5, "2")), ids=[1], user=IDA)
    assert not decision.answer.is_stock_refused


def test_a_credential_without_a_user_moves_stock():
    assert stock_of(change(selling(1, Status.DRAFT, (4, "2")), ids=[1], user=None)) == {4: Decimal(8)}
