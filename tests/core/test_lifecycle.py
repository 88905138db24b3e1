from itertools import product

import pytest

from billingua.core.errors import InvoiceLocked, TransitionRefused
from billingua.core.invoice import void
from billingua.core.lifecycle import (
    Action,
    Status,
    allowed_actions,
    next_status,
    require_unlocked,
)
from tests.builders import NOON, an_invoice

WAYS = {
    Status.DRAFT: {Action.ISSUE: Status.OPEN, Action.VOID: Status.VOID},
    Status.OPEN: {Action.SETTLE: Status.PAID, Action.REJECT: Status.REJECTED, Action.VOID: Status.VOID},
    Status.REJECTED: {Action.REVISE: Status.DRAFT},
    Status.PAID: {Action.REOPEN: Status.OPEN},
    Status.VOID: {},
}
"""Where each status leads, written a second time: a change of the table has to be meant."""


@pytest.mark.parametrize(("status", "action"), [*product(Status, Action)])
def test_each_status_takes_exactly_the_actions_of_its_table(status: Status, action: Action):
    if action in WAYS[status]:
        assert next_status(status, action) is WAYS[status][action]
        return
    with pytest.raises(TransitionRefused) as refused:
        next_status(status, action)
    assert (refused.value.status, refused.value.action) == (status, action)
    assert set(refused.value.allowed) == set(WAYS[status])


@pytest.mark.parametrize("status", list(Status))
def test_a_status_lists_what_may_be_done(status: Status):
    assert set(allowed_actions(status)) == set(WAYS[status])


def test_a_paid_invoice_cannot_be_voided():
    invoice = an_invoice(status=Status.PAID)
    with pytest.raises(TransitionRefused):
        void(invoice, at=NOON, now=NOON)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.VOID}))
def test_an_invoice_in_force_is_unlocked(status: Status):
    require_unlocked(status)


@pytest.mark.parametrize("editable", [None, frozenset({Status.VOID})])
def test_a_void_invoice_is_locked_even_for_a_dialect_that_would_edit_it(editable: frozenset[Status] | None):
    with pytest.raises(InvoiceLocked) as refused:
        require_unlocked(Status.VOID, editable)
    assert refused.value.status is Status.VOID


def test_a_dialect_may_edit_in_fewer_statuses():
    drafts_alone = frozenset({Status.DRAFT})
    require_unlocked(Status.DRAFT, drafts_alone)
    with pytest.raises(InvoiceLocked):
        require_unlocked(Status.OPEN, drafts_alone)
