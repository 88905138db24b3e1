"""What a person may do here, by their role: asked when a page is made, and again in the command itself."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TypeVar

from billingua.core.access import Role, User, administers
from billingua.core.errors import NotPermitted
from billingua.engine.plan import Caller, Command, Plan

C = TypeVar("C")
A = TypeVar("A")

_CLERKS = frozenset({Role.CLERK, Role.ADMINISTRATOR})


def may_enter(user: User) -> bool:
    """Whether the console is for this user. Who belongs to a trading partner needs more than a viewer's role."""
    return user.organization is None or may_write(user)


def may_write(user: User | None) -> bool:
    """Whether a user may change invoices; one who administers the records may all."""
    return user is not None and (administers(user) or user.role in _CLERKS)


def by_clerks(command: Command[C, A]) -> Command[C, A]:
    """Have a command refused with `NotPermitted` to who may only look; it keeps its name, which history tells."""

    @wraps(command)
    def by_clerk(values: C, /, caller: Caller, now: datetime) -> Plan[A]:
        return _unless_viewer(lambda: command(values, caller=caller, now=now), caller)

    return by_clerk


def _unless_viewer(start: Callable[[], Plan[A]], caller: Caller) -> Plan[A]:
    if not may_write(caller.user):
        raise NotPermitted("change invoices: your role is to look")
    return (yield from start())
