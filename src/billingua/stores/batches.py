"""How jobs come together to batches, whatever the database.

Jobs that arrive while a batch is under way wait, and are the next batch: it grows with the load, and a lone request
waits for nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from billingua.engine.batch import Loaded, Outcome, Wanted, Writes, run_batch
from billingua.engine.plan import Job
from billingua.engine.ports import StoreFailed

T = TypeVar("T")

_log = logging.getLogger(__name__)

Attempt = Callable[[Sequence[Job[Any]]], Awaitable[Sequence[Outcome[Any]]]]
"""Decides jobs as one batch and commits it. It raises `StoreFailed` where another try would not help."""

BATCH_SIZE = 256
"""How many jobs make a full batch: the event loop stands still while they decide, some 20 ms for so many."""


@dataclass(slots=True)
class _Waiting:
    job: Job[Any]
    answer: asyncio.Future[Any]


class Batches:
    """Lets jobs pile up while a batch is under way, runs those that wait together, and answers their callers."""

    def __init__(self, attempt: Attempt, size: int = BATCH_SIZE) -> None:
        self._attempt = attempt
        self._size = size
        self._waiting: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None
        self._closed = False

    async def run(self, job: Job[T]) -> T:
        """Run a job with those that wait, and give its answer once its batch is committed."""
        if self._closed:
            raise StoreFailed("the store is closed")
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

    async def _serve(self, batch: Sequence[_Waiting]) -> None:
        """Run a batch and answer its callers; if it fails, run its jobs one by one, so that each fails alone."""
        try:
            outcomes = await self._attempt([waiting.job for waiting in batch])
        except StoreFailed as error:
            _answer_all(batch, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the callers are told
            await self._serve_apart(batch, error)
        else:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _answer(waiting, outcome)

    async def _serve_apart(self, batch: Sequence[_Waiting], error: Exception) -> None:
        if len(batch) == 1:
            _answer_all(batch, error)
            return
        for waiting in batch:
            await self._serve([waiting])


def _answer_all(batch: Sequence[_Waiting], error: Exception) -> None:
    _log.error("The store failed; callers that were told so: %d", len(batch), exc_info=error)
    for waiting in batch:
        # Each caller gets an exception of its own: as it travels up, it collects that caller's traceback.
        failed = StoreFailed(error.why if isinstance(error, StoreFailed) else f"{type(error).__name__}: {error}")
        failed.__cause__ = error
        _answer(waiting, Outcome(waiting.job, error=failed))


def _answer(waiting: _Waiting, outcome: Outcome[Any]) -> None:
    if waiting.answer.done():
        return
    if outcome.error is not None:
        waiting.answer.set_exception(outcome.error)
    else:
        waiting.answer.set_result(outcome.answer)


def decide(jobs: Sequence[Job[Any]], load: Callable[[Wanted], Loaded], new_uuid: Callable[[], UUID]) -> Writes:
    """Let jobs decide as one batch, with a function that reads what they want."""
    deciding = run_batch(jobs, new_uuid)
    try:
        wanted = next(deciding)
        while True:
            wanted = deciding.send(load(wanted))
    except StopIteration as end:
        return end.value


def answer_without_saving(writes: Writes) -> Any:
    """Give the answer of the one plan that decided, or raise what it raised; a plan that saves was not to be read."""
    (outcome,) = writes.outcomes
    if outcome.error is not None:
        raise outcome.error
    if writes:
        raise RuntimeError(f"{outcome.job.action} saves something: it has to be run, and was read")
    return outcome.answer
