"""The connection that reads on the event loop."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from billingua.stores.recent import Recent
from billingua.stores.sqlite.connections import SQL, connect_to_read, data_version, failures, snapshot
from billingua.stores.sqlite.reading import Reading
from billingua.stores.sqlite.writer import Writer

T = TypeVar("T")


class _NotAtHand(Exception):
    """Something has to be read from the database."""


class _NoDatabase:
    """Stands for a connection where all that is asked for should be at hand."""

    def execute(self, *_: Any) -> NoReturn:
        raise _NotAtHand


class Reader:
    """Answers questions on what is committed, each on one state of it.

    What the writer has at hand serves here too, as long as the database is as the writer left it. Once another process
    has written, what was at hand is let go, or, while the writer goes on with it, not used.
    """

    def __init__(self, path: Path, recent: Recent, writer: Writer) -> None:
        self._connection = connect_to_read(path)
        self._recent = recent
        self._writer = writer
        self._at_hand = Reading(_NoDatabase(), recent)
        self._reading = Reading(self._connection, recent)
        self._stored = Reading(self._connection, Recent(0))
        self._trusted: int | None = None
        self._seen: int | None = None

    def ask(self, question: Callable[[Reading], T]) -> T:
        """Answer a question; it may be put twice, first to what is at hand. Refuses with `StoreFailed`."""
        with failures():
            if self._version_this_turn() == self._trusted:
                try:
                    return question(self._at_hand)
                except _NotAtHand:
                    pass
            with snapshot(self._connection):
                return question(self._one_state())

    def _one_state(self) -> Reading:
        version = self._seen = self.version()
        if version == self._trusted:
            return self._reading
        if not self._writer.is_writing():
            self._recent.clear()
        elif not self._take_over():
            return self._stored
        self._trusted = version
        return self._reading

    def _take_over(self) -> bool:
        """Take over what the writer has just committed, though its thread has not come back to say so.

        The newest entry of history tells: if it is the last of that batch, nobody has changed anything since.
        """
        entries = self._writer.under_way.entries
        if not entries or self._newest_hash() != entries[-1].hash:
            return False
        self._recent.keep(self._writer.under_way.saves.values())
        return True

    def _newest_hash(self) -> bytes | None:
        found = self._connection.execute(SQL["find_newest_entry"]).fetchone()
        return found and found[0]

    def version(self) -> int:
        """Say which state the database is in: the number changes with every commit of another connection."""
        return data_version(self._connection)

    def _version_this_turn(self) -> int:
        """Say so once for all who ask in one turn of the event loop.

        Whoever comes later, and may know of a later commit, is read from its socket in a later turn.
        """
        if self._seen is None:
            self._seen = self.version()
            asyncio.get_running_loop().call_soon(self._look_again)
        return self._seen

    def _look_again(self) -> None:
        self._seen = None

    def trust(self, version: int) -> None:
        """Count what is at hand as right for this state of the database."""
        self._trusted = version
        self._seen = None

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()
