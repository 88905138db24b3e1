"""The connection that reads on the event loop."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from billingua.stores.recent import Recent
from billingua.stores.sqlite.connections import connect_to_read, data_version, failures, snapshot
from billingua.stores.sqlite.reading import Reading

T = TypeVar("T")


class _NotAtHand(Exception):
    """Something has to be read from the database."""


class _NoDatabase:
    """Stands for a connection where all that is asked for should be at hand."""

    def execute(self, *_: Any) -> NoReturn:
        raise _NotAtHand


class Reader:
    """Answers questions on what is committed, each on one state of it.

    What the writer has at hand serves here too, as long as the database is as the writer left it. While a commit is
    under way, everything is read from the database; once another process has written, what was at hand is let go.
    """

    def __init__(self, path: Path, recent: Recent, is_writing: Callable[[], bool]) -> None:
        self._connection = connect_to_read(path)
        self._recent = recent
        self._is_writing = is_writing
        self._at_hand = Reading(_NoDatabase(), recent)
        self._reading = Reading(self._connection, recent)
        self._stored = Reading(self._connection, Recent(0))
        self._trusted: int | None = None

    def ask(self, question: Callable[[Reading], T]) -> T:
        """Answer a question; it may be put twice, first to what is at hand. Refuses with `StoreFailed`."""
        with failures():
            if self.version() == self._trusted:
                try:
                    return question(self._at_hand)
                except _NotAtHand:
                    pass
            with snapshot(self._connection):
                return question(self._one_state())

    def _one_state(self) -> Reading:
        version = self.version()
        if version != self._trusted:
            if self._is_writing():
                return self._stored
            self._recent.clear()
            self._trusted = version
        return self._reading

    def version(self) -> int:
        """Say which state the database is in: the number changes with every commit of another connection."""
        return data_version(self._connection)

    def trust(self, version: int) -> None:
        """Count what is at hand as right for this state of the database."""
        self._trusted = version

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()
