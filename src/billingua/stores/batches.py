"""How jobs come together to batches, whatever the database.

Jobs that arrive while a batch is under way wait, and are the next batch: it grows with the load, and a lone request
waits for nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID, uuid4

from billingua.core.answer import KeptAnswer
from billingua.engine.batch import Loaded, Postponed, Wanted, Writes, run_batch
from billingua.engine.plan import Decision, Found, Job, Key, Record
from billingua.engine.ports import OutcomeUnknown, StoreFailed

J = TypeVar("J")
T = TypeVar("T")

_log = logging.getLogger(__name__)


class Ended(Protocol):
    """What became of one job: its answer, or the error it ended in."""

    answer: Any
    error: Exception | None


Attempt = Callable[[Sequence[J]], Awaitable[Sequence[Ended]]]
"""Decides jobs as one batch and commits it. It raises `StoreFailed` where another try would not help, and
`OutcomeUnknown` where it might do everything twice."""

BATCH_SIZE = 256
"""How many jobs make a full batch: the event loop stands still while they decide, some 20 ms for so many."""

MOST_WAITING = 10_000
"""How many jobs may wait: some seconds' work, and as many requests in memory. Whoever comes then is refused."""


@dataclass(slots=True)
class _Waiting(Generic[J]):
    job: J
    answer: asyncio.Future[Any]


class Batches(Generic[J]):
    """Lets jobs pile up while a batch is under way, runs those that wait together, and answers their callers.

    A job is a plan that waits to be run, or whatever else a store does better for many at once.
    """

    def __init__(self, attempt: Attempt[J], size: int = BATCH_SIZE, most_waiting: int = MOST_WAITING) -> None:
        self._attempt = attempt
        self._size = size
        self._most_waiting = most_waiting
        self._waiting: list[_Waiting[J]] = []
        self._worker: asyncio.Task[None] | None = None
        self._closed = False

    async def run(self, job: J) -> Any:
        """Run a job with those that wait, and give its answer once its batch is committed.

        Refuses with `StoreFailed`, before anything is done, when the store is closed or too many wait already.
        """
        if self._closed:
            raise StoreFailed("the store is closed")
        if len(self._waiting) >= self._most_waiting:
            raise StoreFailed(f"{self._most_waiting} requests wait already")
        loop = asyncio.get_running_loop()
        waiting = _Waiting(job, loop.create_future())
        self._waiting.append(waiting)
        if self._worker is None or self._worker.done():
            self._worker = loop.create_task(self._work())
        return await waiting.answer

    async def close(self) -> None:
        """Accept nothing more, and finish what was accepted."""
        self._closed = True
        if self._worker is not None:
            await self._worker

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._size], self._waiting[self._size :]
            await self._serve(batch)

    async def _serve(self, batch: Sequence[_Waiting[J]]) -> None:
        """Run a batch and answer its callers; if it fails, run its jobs one by one, so that each fails alone."""
        try:
            all_ended = await self._attempt([waiting.job for waiting in batch])
        except (StoreFailed, OutcomeUnknown) as error:
            _answer_all(batch, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the callers are told
            await self._serve_apart(batch, error)
        else:
            pairs = list(zip(batch, all_ended, strict=True))
            postponed = [waiting for waiting, ended in pairs if isinstance(ended.error, Postponed)]
            self._waiting = [*postponed, *self._waiting]
            for waiting, ended in pairs:
                if not isinstance(ended.error, Postponed):
                    _answer(waiting, ended)

    async def _serve_apart(self, batch: Sequence[_Waiting[J]], error: Exception) -> None:
        if len(batch) == 1:
            _answer_all(batch, error)
            return
        for waiting in batch:
            await self._serve([waiting])


def _answer_all(batch: Sequence[_Waiting[Any]], error: Exception) -> None:
    told = "The store failed; callers that were told so: %d, in requests: %s"
    _log.error(told, len(batch), ", ".join(_requests(batch)) or "none", exc_info=error)
    for waiting in batch:
        # Each caller gets an exception of its own: as it travels up, it collects that caller's traceback.
        known = isinstance(error, StoreFailed | OutcomeUnknown)
        failed = type(error)(error.why) if known else StoreFailed(f"{type(error).__name__}: {error}")
        failed.__cause__ = error
        _refuse(waiting, failed)


def _requests(batch: Sequence[_Waiting[Any]]) -> list[str]:
    """List the ids of the requests that wait, each once; what waits for no request has none."""
    callers = [getattr(waiting.job, "caller", None) for waiting in batch]
    return list(dict.fromkeys(caller.request for caller in callers if caller and caller.request))


def _answer(waiting: _Waiting[Any], ended: Ended) -> None:
    if ended.error is not None:
        _refuse(waiting, ended.error)
    elif not waiting.answer.done():
        waiting.answer.set_result(ended.answer)


def _refuse(waiting: _Waiting[Any], error: Exception) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)


def decide(jobs: Sequence[Job[Any]], load: Callable[[Wanted], Loaded], new_uuid: Callable[[], UUID]) -> Writes:
    """Let jobs decide as one batch, with a function that reads what they want."""
    deciding = run_batch(jobs, new_uuid)
    try:
        wanted = next(deciding)
        while True:
            wanted = deciding.send(load(wanted))
    except StopIteration as end:
        return end.value


async def decide_awaiting(
    jobs: Sequence[Job[Any]], load: Callable[[Wanted], Awaitable[Loaded]], new_uuid: Callable[[], UUID]
) -> Writes:
    """Let jobs decide as one batch, with a function that is awaited while it reads what they want."""
    deciding = run_batch(jobs, new_uuid)
    try:
        wanted = next(deciding)
        while True:
            wanted = deciding.send(await load(wanted))
    except StopIteration as end:
        return end.value


class Register(Protocol):
    """Where aggregates and counters can be looked up one by one."""

    def known_as(self, workspace: str, key: Key[T]) -> Record[T] | None:
        """Give who is known under a key in a workspace; None where there is nobody."""
        ...

    def counter(self, workspace: str, name: str) -> int:
        """Tell the number that a counter would give out next."""
        ...

    def uses(self, workspace: str, key: Key[Any]) -> int:
        """Tell how many aggregates refer to an item or a tax."""
        ...

    def kept_answer(self, workspace: str, key: bytes) -> KeptAnswer | None:
        """Give an answer that was kept; None where there is none."""
        ...


class _Lookup(Found):
    """Looks up what a plan that saves nothing asks for, when it comes to it."""

    def __init__(self, workspace: str, register: Register) -> None:
        self.took_numbers = False
        self._workspace = workspace
        self._register = register

    def record(self, key: Key[T]) -> Record[T] | None:
        """Give an aggregate with its version; None where there is none."""
        return self._register.known_as(self._workspace, key)

    def new_id(self, counter: str) -> int:
        """Tell the next number of a counter; to take it, the plan has to be run."""
        self.took_numbers = True
        return self.next_id(counter)

    def next_id(self, counter: str) -> int:
        """Tell the number that a counter would give out next, and take nothing."""
        return self._register.counter(self._workspace, counter)

    def claim_id(self, counter: str, id: int) -> None:  # noqa: ARG002 - whatever is claimed, it is not here
        """Take note that the plan has to be run."""
        self.took_numbers = True

    def new_uuid(self) -> UUID:
        """Take a UUID nobody has."""
        return uuid4()

    def uses(self, key: Key[Any]) -> int:
        """Tell how many aggregates refer to an item or a tax."""
        return self._register.uses(self._workspace, key)

    def kept_answer(self, key: bytes) -> KeptAnswer | None:
        """Give an answer that was kept; None where there is none."""
        return self._register.kept_answer(self._workspace, key)


def answer(job: Job[T], register: Register) -> T:
    """Run a plan that saves nothing, where each look into the register costs little: nothing is read in bulk."""
    plan, found = job.start(), _Lookup(job.caller.workspace, register)
    try:
        next(plan)
        while True:
            plan.send(found)
    except StopIteration as end:
        decision: Decision[T] = end.value
    written = [*decision.saves, *decision.deletes, *decision.events, *decision.files, *decision.keeps]
    if found.took_numbers or written:
        raise _has_to_be_run(job)
    return decision.answer


def _has_to_be_run(job: Job[Any]) -> RuntimeError:
    return RuntimeError(f"{job.action} saves something: it has to be run, and was read")


def answer_without_saving(writes: Writes) -> Any:
    """Give the answer of the one plan that decided, or raise what it raised; a plan that saves was not to be read."""
    (outcome,) = writes.outcomes
    if outcome.error is not None:
        raise outcome.error
    if writes:
        raise _has_to_be_run(outcome.job)
    return outcome.answer
