"""What is asked for twice is done once: the answer is kept in the transaction that does it (`Idempotency-Key`)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from billingua.core.answer import KeptAnswer, Once
from billingua.core.errors import Refused
from billingua.engine.plan import Caller, Command, Decision, Needs, Plan

C = TypeVar("C")
A = TypeVar("A")

KEPT_FOR = timedelta(hours=24)
"""How long an answer is given again."""


class KeyReused(Refused):
    """Something else was asked for under this key before."""


class KeyInFlight(Refused):
    """What was asked for under this key is being done."""


class UnderWay:
    """What is asked for once, and is being done in this process: asked for meanwhile, it is refused.

    Where another process does it, whoever comes second is given the answer as soon as there is one.
    """

    def __init__(self) -> None:
        self._keys: set[tuple[str, bytes]] = set()

    def begin(self, workspace: str, once: Once) -> None:
        """Note that it is begun. Refuses with `KeyInFlight`."""
        if (workspace, once.key) in self._keys:
            raise KeyInFlight
        self._keys.add((workspace, once.key))

    def end(self, workspace: str, once: Once) -> None:
        """Note that it has come to its end, whichever that was."""
        self._keys.discard((workspace, once.key))


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, and whether it was given before."""

    answer: KeptAnswer
    again: bool


def done_once(command: Command[C, A], once: Once, show: Callable[[A], KeptAnswer]) -> Command[C, Given]:
    """Have a command done once; `show` makes the answer of what it comes to. It keeps its name, which history tells.

    Refuses with `KeyReused`, or as the command does: a refusal changes nothing, and is not kept.
    """

    @wraps(command)
    def doing_once(values: C, /, caller: Caller, now: datetime) -> Plan[Given]:
        found = yield Needs(answers=[once.key])
        if known := _still_given(found.kept_answer(once.key), once, now):
            return Decision(Given(known, again=True))
        decision = yield from command(values, caller=caller, now=now)
        answer = show(decision.answer)
        given: Decision[Any] = replace(decision, answer=Given(answer, again=False), keeps=[answer])
        return given

    return doing_once


def find_answer(once: Once, caller: Caller, now: datetime) -> Plan[KeptAnswer | None]:
    """Give the answer that was given before; None where there is none. Refuses with `KeyReused`."""
    found = yield Needs(answers=[once.key])
    return Decision(_still_given(found.kept_answer(once.key), once, now))


def keep_answer(answer: KeptAnswer, caller: Caller, now: datetime) -> Plan[None]:
    """Keep the answer to what needed no single command; one that is there by now stays."""
    found = yield Needs(answers=[answer.key])
    known = _still_given(found.kept_answer(answer.key), Once(answer.key, answer.asked), now)
    return Decision(None, keeps=[] if known else [answer])


def _still_given(known: KeptAnswer | None, once: Once, now: datetime) -> KeptAnswer | None:
    if known is None or known.kept_at <= now - KEPT_FOR:
        return None
    if known.asked != once.asked:
        raise KeyReused
    return known
