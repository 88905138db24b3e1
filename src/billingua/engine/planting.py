"""Filling a new workspace with everything at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billingua.core.cash import CashEntry
from billingua.core.credit import CreditNote
from billingua.core.errors import Refused
from billingua.core.invoice import Invoice
from billingua.core.workspace import Workspace
from billingua.engine.crediting import credit_book
from billingua.engine.kinds import COUNTERS, THE_WORKSPACE, ids_in
from billingua.engine.plan import Caller, Decision, Needs, Plan


class WorkspaceTaken(Refused):
    """There is a workspace of this name already."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Plant:
    """Make a workspace with all it begins with; every aggregate comes with its ids."""

    workspace: Workspace
    aggregates: Sequence[Any]


def plant(command: Plant, caller: Caller, now: datetime) -> Plan[int]:
    """Make a workspace; the answer is how many aggregates it begins with. Refuses with `WorkspaceTaken`."""
    numbers = list(_numbers_in(command))
    books = [*(book.counter for book in command.workspace.books), *(counter for counter, _ in numbers)]
    found = yield Needs([THE_WORKSPACE], [*COUNTERS, *dict.fromkeys(books)])
    if found.get(THE_WORKSPACE):
        raise WorkspaceTaken(caller.workspace)
    planted = [command.workspace, *command.aggregates]
    for value in planted:
        for counter, id in ids_in(value):
            found.claim_id(counter, id)
    for counter, sequence in numbers:
        found.claim_id(counter, sequence)
    return Decision(len(planted), saves=planted)


def _numbers_in(command: Plant) -> Iterator[tuple[str, int]]:
    """Name the numbers that documents have of their books, each with the counter that gives out such."""
    books = {book.id: book for book in command.workspace.books}
    for value in command.aggregates:
        if isinstance(value, CreditNote):
            book = credit_book(command.workspace)
        else:
            book = books.get(value.book or 0) if isinstance(value, Invoice | CashEntry) else None
        sequence = book and book.sequence(value.number)
        if book and sequence:
            yield book.counter, sequence
