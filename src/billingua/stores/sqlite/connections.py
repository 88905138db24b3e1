"""Connections to the database file, and its schema."""

import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from billingua.engine.ports import StoreFailed
from billingua.stores.statements import DatabaseTooNew, DatabaseTooOld, Migration, migrations, named_queries

SQL = named_queries("billingua.stores.sqlite")
_MIGRATIONS = migrations("billingua.stores.sqlite")

_WRITER_CACHE_KIBIBYTES = 64 * 1024
_READER_CACHE_KIBIBYTES = 16 * 1024
_CHECKPOINT_PAGES = 32 * 1024
"""Moving pages from the log into the database holds up a commit: rarely much is better than often a little, and a page
that was changed twice is moved once. The log takes 128 MB on disk."""


def connect_to_write(path: Path) -> sqlite3.Connection:
    """Open a connection that writes, durably with every commit; an empty file gets its tables.

    It never waits for another writer: to wait is its user's business. Refuses with `DatabaseTooNew` or `…TooOld`.
    """
    connection = _connect(f"{path.absolute().as_uri()}?mode=rwc", _WRITER_CACHE_KIBIBYTES)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        _check(connection, path)
        connection.execute("PRAGMA busy_timeout = 0")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_checkpoint(path: Path) -> sqlite3.Connection:
    """Open a connection that moves pages from the log into the database, and does so durably."""
    connection = _connect(f"{path.absolute().as_uri()}?mode=rw", _READER_CACHE_KIBIBYTES)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a connection that only reads; it neither waits for writers nor holds them up."""
    return _connect(f"{path.absolute().as_uri()}?mode=ro", _READER_CACHE_KIBIBYTES)


def data_version(connection: sqlite3.Connection) -> int:
    """Give a number that changes whenever another connection, of this process or another, has committed."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return version


def _connect(uri: str, cache_kibibytes: int) -> sqlite3.Connection:
    # Transactions are begun and ended by our own statements; whoever uses a connection sees to it that
    # only one thread does at a time.
    connection = sqlite3.connect(uri, uri=True, timeout=10, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA cache_size = -{cache_kibibytes}")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Generator[None]:
    """Let everything inside read one state of the database. Refuses with `StoreFailed`."""
    with failures():
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


@contextmanager
def failures() -> Generator[None]:
    """Tell in the engine's words that the database failed."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreFailed(f"the database failed: {error}") from error


def migrate(path: Path) -> Sequence[Migration]:
    """Bring a file's schema up to date, all of it or nothing; the answer is what was done.

    Refuses with `DatabaseTooNew`. A server of an older program that has the file open must not write there any more.
    """
    with closing(_connect(f"{path.absolute().as_uri()}?mode=rw", _READER_CACHE_KIBIBYTES)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        _refuse_newer(_schema(connection), path)
        return _bring_up_to_date(connection)


def has_our_schema(connection: sqlite3.Connection) -> bool:
    """Whether the schema is still the one that this program knows."""
    return _schema(connection) == _MIGRATIONS[-1].number


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """See that this program knows the schema; an empty file gets it."""
    found, known = _schema(connection), _MIGRATIONS[-1].number
    _refuse_newer(found, path)
    if found == 0:
        _bring_up_to_date(connection)
    elif found < known:
        raise DatabaseTooOld(str(path), found, known)


def _refuse_newer(found: int, path: Path) -> None:
    if found > (known := _MIGRATIONS[-1].number):
        raise DatabaseTooNew(str(path), found, known)


def _bring_up_to_date(connection: sqlite3.Connection) -> Sequence[Migration]:
    connection.execute("BEGIN IMMEDIATE")
    connection.create_function("casefold", 1, str.casefold, deterministic=True)
    # Another process may have been quicker.
    missing = _MIGRATIONS[_schema(connection) :]
    for migration in missing:
        _apply(connection, migration)
    connection.execute("COMMIT")
    return missing


def _schema(connection: sqlite3.Connection) -> int:
    """Say which migration was the last; 0 for a database that is still empty."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migration'").fetchone() is None:
        return 0
    return connection.execute("SELECT max(number) FROM migration").fetchone()[0]


def _apply(connection: sqlite3.Connection, migration: Migration) -> None:
    for statement in _statements(migration.sql):
        connection.execute(statement)
    connection.execute("INSERT INTO migration (number, name) VALUES (?, ?)", (migration.number, migration.name))


def _statements(sql: str) -> Iterator[str]:
    """Take a script apart: `executescript` would commit what it finds begun."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
