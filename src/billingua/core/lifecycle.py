"""What may become of an invoice: one table of transitions, and the functions that walk it."""

from enum import StrEnum

from billingua.core.errors import InvoiceLocked, TransitionRefused


class Status(StrEnum):
    """Where an invoice stands. Overdue is derived from its due date."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    REJECTED = "rejected"
    VOID = "void"


class Action(StrEnum):
    """What may be done to an invoice's status."""

    ISSUE = "issue"
    SETTLE = "settle"
    REJECT = "reject"
    REVISE = "revise"
    REOPEN = "reopen"
    VOID = "void"


TRANSITIONS = {
    (Status.DRAFT, Action.ISSUE): Status.OPEN,
    (Status.DRAFT, Action.VOID): Status.VOID,
    (Status.OPEN, Action.SETTLE): Status.PAID,
    (Status.OPEN, Action.REJECT): Status.REJECTED,
    (Status.OPEN, Action.VOID): Status.VOID,
    (Status.REJECTED, Action.REVISE): Status.DRAFT,
    (Status.PAID, Action.REOPEN): Status.OPEN,
}

PROGRESS = (Status.DRAFT, Status.OPEN, Status.REJECTED, Status.PAID, Status.VOID)
"""Statuses as lists sort them: from what is still being written to what is a record of the past."""

CLOSED = frozenset({Status.VOID})
"""Statuses in which an invoice is a record of the past and nothing about it changes."""


def next_status(status: Status, action: Action, invoice: int | None = None) -> Status:
    """Say where the action leads; refuse with `TransitionRefused`, for this invoice, where the table has no way."""
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise TransitionRefused(status, action, allowed_actions(status), invoice) from None


def allowed_actions(status: Status) -> list[Action]:
    """List what may be done to an invoice in this status."""
    return [action for start, action in TRANSITIONS if start is status]


def require_unlocked(status: Status, editable: frozenset[Status] | None = None, *, invoice: int | None = None) -> None:
    """Refuse with `InvoiceLocked`, for this invoice, unless an invoice in this status may be edited.

    `editable` narrows the statuses further where a dialect edits in fewer of them.
    """
    if status in CLOSED or (editable is not None and status not in editable):
        raise InvoiceLocked(status, invoice)
