"""The log that commits are written to, put away into the database file."""

import logging
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from billingua.stores.sqlite.connections import connect_to_checkpoint

CHECKPOINT_CHANGES = 3_000
"""After how many changes the log is put away: little at a time, so that the disk has time for commits too."""

_log = logging.getLogger(__name__)


class Checkpoints:
    """Puts the log away beside the commits, on a connection and a thread of its own.

    A commit that finds the log too long puts away what is left of it. Without this, that would be all of it, and those
    who wait for the commit would wait for it.
    """

    def __init__(self, path: Path, changes: int = CHECKPOINT_CHANGES) -> None:
        self._connection = connect_to_checkpoint(path)
        self._thread = ThreadPoolExecutor(1, "checkpoint")
        self._changes = changes
        self._counted = 0
        self._under_way: Future[None] | None = None

    def count(self, changes: int) -> None:
        """Count changes that were committed; when there are enough, begin to put the log away."""
        self._counted += changes
        if self._counted >= self._changes and (self._under_way is None or self._under_way.done()):
            self._counted = 0
            self._under_way = self._thread.submit(self._put_away)

    def _put_away(self) -> None:
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error:
            _log.warning("The log could not be put away beside the commits; one of them will do it", exc_info=True)

    def close(self) -> None:
        """Finish what is under way, and let go of the database."""
        self._thread.shutdown()
        self._connection.close()
