"""The embedded store: one file, one writer, nothing to run beside it."""

from pathlib import Path

from billingua.stores.sqlite.connections import migrate
from billingua.stores.sqlite.store import CACHE_SIZE, SqliteStore

__all__ = ["CACHE_SIZE", "SqliteStore", "migrate", "open_sqlite"]


def open_sqlite(path: Path, *, cache_size: int = CACHE_SIZE) -> SqliteStore:
    """Open the store in a file, and make the file if there is none. Refuses with `DatabaseTooNew` or `…TooOld`."""
    return SqliteStore(path, cache_size=cache_size)
