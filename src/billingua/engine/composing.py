"""Several plans as one: all of what they decide is kept, or nothing."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

from billingua.core.answer import KeptAnswer
from billingua.core.events import Event
from billingua.core.file import File
from billingua.engine.journal import GENESIS
from billingua.engine.kinds import kind_of
from billingua.engine.plan import Decision, Found, Key, Needs, Plan, Record

T = TypeVar("T")


@dataclass(slots=True)
class _Decided:
    """What earlier plans have decided: what they save and delete, by every key, what happened, and their files."""

    saves: dict[tuple[type, int], Any] = field(default_factory=dict[tuple[type, int], Any])
    deletes: dict[tuple[type, int], Any] = field(default_factory=dict[tuple[type, int], Any])
    by_key: dict[Key[Any], Any] = field(default_factory=dict[Key[Any], Any])
    events: list[Event] = field(default_factory=list[Event])
    files: list[File] = field(default_factory=list[File])

    def take(self, decision: Decision[Any]) -> None:
        for value in decision.saves:
            self.saves[type(value), value.id] = value
            self.by_key |= dict.fromkeys(kind_of(value).keys(value), value)
        for value in decision.deletes:
            identity: tuple[type, int] = (kind_of(value).type, value.id)
            self.saves.pop(identity, None)
            self.deletes[identity] = value
            self.by_key |= dict.fromkeys(kind_of(value).keys(value))
        self.events += decision.events
        self.files += decision.files


class _Later(Found):
    """What a later plan finds: what was found, and over it what earlier plans save and delete."""

    def __init__(self, found: Found, decided: Mapping[Key[Any], Any]) -> None:
        self._found = found
        self._decided = decided

    def record(self, key: Key[T]) -> Record[T] | None:
        record = self._found.record(key)
        if key not in self._decided:
            return record
        value = self._decided[key]
        if value is None:
            return None
        return replace(record, value=value) if record else Record(value, 1, GENESIS)

    def new_id(self, counter: str) -> int:
        return self._found.new_id(counter)

    def next_id(self, counter: str) -> int:
        return self._found.next_id(counter)

    def claim_id(self, counter: str, id: int) -> None:
        self._found.claim_id(counter, id)

    def new_uuid(self) -> UUID:
        return self._found.new_uuid()

    def uses(self, key: Key[Any]) -> int:
        return self._found.uses(key)

    def kept_answer(self, key: bytes) -> KeptAnswer | None:
        return self._found.kept_answer(key)


def together(*plans: Plan[Any]) -> Plan[list[Any]]:
    """Run plans in turn; a later one sees what an earlier one decided. Gives all answers, or refuses as the first does.

    None of them may give an aggregate another name: a later plan would still find it under the one before. What is said
    of how many refer to an item is what was found.
    """
    decided = _Decided()
    answers: list[Any] = []
    for plan in plans:
        decision = yield from _after(plan, decided)
        decided.take(decision)
        answers.append(decision.answer)
    return Decision(
        answers,
        saves=list(decided.saves.values()),
        events=decided.events,
        files=decided.files,
        deletes=list(decided.deletes.values()),
    )


def _after(plan: Plan[T], decided: _Decided) -> Generator[Needs, Found, Decision[T]]:
    try:
        needs = next(plan)
        while True:
            found = yield needs
            needs = plan.send(_Later(found, decided.by_key))
    except StopIteration as end:
        return end.value
