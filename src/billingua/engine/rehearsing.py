"""Rehearsals: what a command would do, with nothing done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from billingua.core.answer import KeptAnswer
from billingua.core.errors import Refused
from billingua.core.events import Event
from billingua.engine.journal import tell
from billingua.engine.kinds import kind_of
from billingua.engine.plan import Decision, Found, Key, Needs, Plan, Record, Step, by_id

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What would be written over one record: its kind and id, and each change as history would tell it."""

    kind: str
    id: int
    changes: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Rehearsed(Generic[T]):
    """What a command would answer, write and tell."""

    answer: T
    rewritten: Sequence[Rewritten]
    events: Sequence[Event]


class _Rehearsal(Found):
    """What a plan finds that takes no numbers from anybody."""

    def __init__(self) -> None:
        self.found: Found
        self._next: dict[str, int] = {}

    def record(self, key: Key[T]) -> Record[T] | None:
        return self.found.record(key)

    def new_id(self, counter: str) -> int:
        id = self.next_id(counter)
        self._next[counter] = id + 1
        return id

    def next_id(self, counter: str) -> int:
        return self._next[counter] if counter in self._next else self.found.next_id(counter)

    def claim_id(self, counter: str, id: int) -> None:
        self._next[counter] = max(self.next_id(counter), id + 1)

    def new_uuid(self) -> UUID:
        return self.found.new_uuid()

    def uses(self, key: Key[Any]) -> int:
        return self.found.uses(key)

    def kept_answer(self, key: bytes) -> KeptAnswer | None:
        return self.found.kept_answer(key)


def rehearse(plan: Plan[T]) -> Plan[Rehearsed[T]]:
    """Say what a plan would do. Refuses as the plan does."""
    decision = yield from _decide(plan)
    gone, kept = list(decision.deletes), list(decision.saves)
    keys = [by_id(kind_of(value).type, value.id) for value in (*kept, *gone)]
    found = yield Needs(keys)
    befores = [found.get(key) for key in keys]
    afters = [*kept, *([None] * len(gone))]
    rewritten = [
        Rewritten(kind_of(value).name, value.id, tell(before, after))
        for value, before, after in zip((*kept, *gone), befores, afters, strict=True)
        if after is not before
    ]
    return Decision(Rehearsed(decision.answer, rewritten, decision.events))


def attempt(plans: Mapping[str, Callable[[], Plan[Any]]]) -> Step[Mapping[str, Refused | None]]:
    """Try each plan by itself and say why it would be refused; None where it would not."""
    outcomes: dict[str, Refused | None] = {}
    for name, start in plans.items():
        try:
            yield from _decide(start())
        except Refused as refused:
            outcomes[name] = refused
        else:
            outcomes[name] = None
    return outcomes


def _decide(plan: Plan[T]) -> Step[Decision[T]]:
    rehearsal = _Rehearsal()
    try:
        needs = next(plan)
        while True:
            rehearsal.found = yield needs
            needs = plan.send(rehearsal)
    except StopIteration as end:
        return end.value
