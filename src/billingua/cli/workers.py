"""Several processes that serve one ledger on one port, and the one that looks after them.

That one only waits: it opens no database and runs no event loop, so a worker can be forked from it at any time.
"""

import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from socket import socket
from types import FrameType
from typing import Any

from billingua.cli.refusals import CommandRefused
from billingua.core.errors import Refused

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
STEADY_SECONDS = 10.0
"""A worker that has lived so long is no longer one that dies as soon as it is started."""

_READY = b"ready"
_STOPS = (signal.SIGTERM, signal.SIGINT)

Work = Callable[[socket, Callable[[], None], int], None]
"""What a worker does: serve on a socket, say when it is ready, and stop when a descriptor can be read.

That is when the process that looks after it is gone.
"""


def supervise(work: Work, listeners: Sequence[socket], ready: Callable[[], None]) -> int:
    """Let a worker serve on each socket until SIGTERM or Ctrl-C, and start it again when it dies; give the exit code.

    `ready` is called once, when every worker is. Refuses with `CommandRefused` if one of them cannot be started.
    """
    leash = os.pipe()
    workers = [_Worker(number, work, place, listeners, leash) for number, place in enumerate(listeners, 1)]
    with _stops_heard() as stops:
        try:
            _look_after(workers, stops, ready)
        finally:
            code = _end(workers, stops)
    return code


def _look_after(workers: Sequence["_Worker"], stops: int, ready: Callable[[], None]) -> None:
    """Start the workers, and see to it that they live, until a stop is heard."""
    for worker in workers:
        worker.start()
    told = False
    while stops not in wait([stops, *(news for worker in workers for news in worker.news())], _pause(workers)):
        for worker in workers:
            worker.look(may_start_again=told)
        if not told and all(worker.is_ready for worker in workers):
            told = True
            ready()


def _pause(workers: Sequence["_Worker"]) -> float | None:
    """Say how many seconds are left until a worker is to be started again; None if all are alive."""
    due = [worker.due for worker in workers if worker.due is not None]
    return max(0.0, min(due) - time.monotonic()) if due else None


def _end(workers: Sequence["_Worker"], stops: int) -> int:
    """Ask all workers to end and wait for them; the exit code is 0 if they did so in peace.

    Who asks a second time does not want to wait: what still runs then is killed.
    """
    _forget_what_was_heard(stops)
    for worker in workers:
        worker.ask_to_end()
    while alive := [worker for worker in workers if worker.is_alive()]:
        if stops in wait([stops, *(worker.end() for worker in alive)]):
            for worker in alive:
                worker.kill()
            break
    in_peace = [worker.has_ended_in_peace() for worker in workers]
    return 0 if all(in_peace) else 1


def _forget_what_was_heard(stops: int) -> None:
    """Take out of the descriptor what stands in it, so that it can be read again at the next stop."""
    os.set_blocking(stops, False)
    with suppress(BlockingIOError):
        while os.read(stops, 100):
            pass


class _Worker:
    """One of the processes; when it dies, another takes its place on the same socket.

    The socket stays open meanwhile, and whoever has connected to it waits a little longer.
    """

    def __init__(
        self, number: int, work: Work, listener: socket, listeners: Sequence[socket], leash: tuple[int, int]
    ) -> None:
        self._name = f"worker {number}"
        self._work = work
        self._listener = listener
        self._listeners = listeners
        self._leash = leash
        self._pause_seconds = FIRST_PAUSE_SECONDS
        self._process: Any = None  # the type of a forked process is not there on Windows
        self.is_ready = False
        self.due: float | None = None
        """When to start it again; None while it is alive."""

    def start(self) -> None:
        """Start the process; a signal that comes in between is heard once it is ready to hear it."""
        fork = multiprocessing.get_context("fork")
        heard, report = fork.Pipe(duplex=False)
        process = fork.Process(target=self._run, args=(report,), name=self._name, daemon=True)
        try:
            with report, _held_back():
                process.start()
        except OSError:
            heard.close()
            raise
        self._process, self._report = process, heard
        self.is_ready, self.due, self._started = False, None, time.monotonic()

    def news(self) -> list[Any]:
        """Give what to wait for: its end, and its word that it is ready."""
        if self.due is not None:
            return []
        return [self._process.sentinel] if self.is_ready else [self._process.sentinel, self._report]

    def look(self, *, may_start_again: bool) -> None:
        """See how it is, and do what is due. Refuses with `CommandRefused` if it cannot even begin."""
        if self.due is not None:
            if time.monotonic() >= self.due:
                self._start_again()
        elif not self._process.is_alive():
            self._mourn(may_start_again=may_start_again)
        elif not self.is_ready and self._report.poll():
            # A line that is closed without a word is closed by its end, which comes next.
            with suppress(EOFError):
                self.is_ready = self._report.recv_bytes() == _READY

    def _mourn(self, *, may_start_again: bool) -> None:
        self._report.close()
        if not may_start_again:
            raise CommandRefused(f"{self._name} {self._end_of_it()} before it was ready")
        if time.monotonic() - self._started > STEADY_SECONDS:
            self._pause_seconds = FIRST_PAUSE_SECONDS
        logger.error(
            "%s, process %d, %s; it is started again in %.1f s",
            *(self._name, self._process.pid, self._end_of_it(), self._pause_seconds),
        )
        self._put_off()

    def _start_again(self) -> None:
        """Start it, or, where the machine has no room for it, try again later."""
        try:
            self.start()
        except OSError as error:
            logger.error(
                "%s cannot be started: %s; it is tried again in %.1f s", self._name, error, self._pause_seconds
            )
            self._put_off()

    def _put_off(self) -> None:
        self.due = time.monotonic() + self._pause_seconds
        self._pause_seconds = min(2 * self._pause_seconds, LONGEST_PAUSE_SECONDS)

    def _end_of_it(self) -> str:
        code = self._process.exitcode
        return f"ended with code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"

    def ask_to_end(self) -> None:
        """Let it finish what it has begun."""
        if self.is_alive():
            self._process.terminate()

    def is_alive(self) -> bool:
        """Whether there is a process that runs."""
        return self._process is not None and self._process.is_alive()

    def end(self) -> int:
        """Give what can be read once its process has ended."""
        return self._process.sentinel

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def has_ended_in_peace(self) -> bool:
        """Wait for its end, and say whether it was one that was asked for."""
        if self._process is None or self.due is not None:
            return True
        self._process.join()
        # It hears SIGTERM once it has opened its ledger; before, the signal itself ends it.
        return self._process.exitcode in {0, -signal.SIGTERM}

    def _run(self, report: Connection) -> None:
        """Do the work, in the new process, and say what it is refused for."""
        self._leave_the_parent()
        try:
            self._work(self._listener, lambda: report.send_bytes(_READY), self._leash[0])
        except (CommandRefused, Refused) as error:
            logger.error("%s", error)
            sys.exit(2)

    def _leave_the_parent(self) -> None:
        """Let go of what the parent alone holds, and hear signals as a process that was started by itself."""
        os.close(self._leash[1])
        for listener in self._listeners:
            if listener is not self._listener:
                listener.close()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # Ctrl-C reaches the workers too, and until they serve, the parent's word is enough.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)


@contextmanager
def _held_back() -> Generator[None]:
    """Let signals to stop wait."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)


@contextmanager
def _stops_heard() -> Generator[int]:
    """Give a descriptor that can be read once SIGTERM or Ctrl-C was heard."""
    heard, told = os.pipe()
    os.set_blocking(told, False)
    wakeup = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    before = {stop: signal.signal(stop, _hear) for stop in _STOPS}
    try:
        yield heard
    finally:
        for stop, handler in before.items():
            signal.signal(stop, handler)
        signal.set_wakeup_fd(wakeup)
        os.close(heard)
        os.close(told)


def _hear(_: int, __: FrameType | None) -> None:
    """Do nothing: that a signal came is told through the descriptor."""
