"""Stories: commands that somebody gave in the past, played so that history tells of them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from billingua.core import events
from billingua.core.invoice import Invoice
from billingua.core.order import Order
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, Command, Decision, Found, Needs, Plan
from billingua.engine.ports import Store

C = TypeVar("C")
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody did: a command with its values, at a moment."""

    at: datetime
    caller: Caller
    command: Command[Any, Any]
    values: Any


async def play(store: Store, steps: Sequence[Step]) -> None:
    """Let everything happen, in the order given, each step at its moment; the store takes them in batches."""
    # A step that fails does not end the others, which the store has accepted: all are awaited before that is told.
    ended = await asyncio.gather(*(_take(store, step) for step in steps), return_exceptions=True)
    for error in ended:
        if error is not None:
            raise error


async def _take(store: Store, step: Step) -> None:
    await Ledger(store, Stopped(step.at)).run(step.caller, step.command, step.values)


class Stopped:
    """A clock that stands still."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """Tell the one moment that it knows."""
        return self._moment


def write_invoice(command: Invoice, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write an invoice down, with the next ids."""
    found = yield Needs((), ["invoice", "invoice_line"])
    lines = tuple(replace(line, id=found.new_id("invoice_line")) for line in command.lines)
    written = replace(command, id=found.new_id("invoice"), lines=lines)
    return Decision(written, saves=[written], events=[events.InvoiceCreated(written.id, written.number)])


def place_order(command: Order, caller: Caller, now: datetime) -> Plan[Order]:
    """Write an order down, with the next id."""
    found = yield Needs((), ["order"])
    placed = replace(command, id=found.new_id("order"))
    return Decision(placed, saves=[placed])


def with_uuid(uuid: UUID, command: Command[C, A]) -> Command[C, A]:
    """Let what a command makes have this UUID, so that the story is the same wherever it is played."""

    @wraps(command)
    def start(values: C, /, caller: Caller, now: datetime) -> Plan[A]:
        return _foreseen(command(values, caller=caller, now=now), lambda: uuid)

    return start


def _foreseen(plan: Plan[A], new_uuid: Callable[[], UUID]) -> Plan[A]:
    try:
        needs = next(plan)
        while True:
            found: Any = _Foreseen((yield needs), new_uuid)
            needs = plan.send(found)
    except StopIteration as end:
        return end.value


class _Foreseen:
    """What was found, with UUIDs that were chosen ahead."""

    def __init__(self, found: Found, new_uuid: Callable[[], UUID]) -> None:
        self._found = found
        self.new_uuid = new_uuid

    def __getattr__(self, name: str) -> Any:
        """Leave everything else to what was found."""
        return getattr(self._found, name)
