"""Where the ledger is: the folder and the database that the options and the environment name."""

import os
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from cyclopts import Parameter

from billingua.cli.refusals import CommandRefused
from billingua.engine.ports import Store, StoreFailed
from billingua.settings import Settings, settings_of
from billingua.stores.sqlite import migrate, open_sqlite
from billingua.stores.statements import DatabaseTooNew, DatabaseTooOld

DATA = Path("billingua-data")
DEMO_DATA = Path(".demo")
DATABASE = "ledger.sqlite"


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Place:
    """The options that say where the ledger is."""

    data: Annotated[Path | None, Parameter(help=f"The folder that holds everything. [default: {DATA}]")] = None
    database: Annotated[
        str | None, Parameter(help=f"Where the ledger is kept, as a URL. [default: {DATABASE} in the data folder]")
    ] = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class ServedPlace(Place):
    """The options that say where the ledger is that is served."""

    data: Annotated[
        Path | None, Parameter(help=f"The folder that holds everything. [default: {DATA}; {DEMO_DATA} for the demo]")
    ] = None


def settings_for(place: Place | None, **options: Any) -> Settings:
    """Take the settings from the environment, and over them the options that were given."""
    settings = settings_of(os.environ)
    given = {"data": place and place.data, "database": place and place.database, **options}
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


def options_for(settings: Settings) -> str:
    """Write the options with which another command finds the same ledger; a password is not among them."""
    if url := postgres_url(settings):
        scheme, _, rest = url.partition("://")
        return f"--database {quote(scheme + '://' + rest.rpartition('@')[2])}"
    if settings.database is not None:
        return f"--database {quote(settings.database)}"
    return "" if settings.data in {None, DATA} else f"--data {quote(str(settings.data))}"


def postgres_url(settings: Settings) -> str | None:
    """Give the URL of the PostgreSQL database that the ledger is in; None where it is in a file."""
    database = settings.database or ""
    return database if urlsplit(database).scheme in {"postgresql", "postgres"} else None


def place_shown(settings: Settings) -> str:
    """Say where the ledger is, without who signs in there and how."""
    url = postgres_url(settings)
    if url is None:
        return str(_database_path(settings))
    from billingua.stores.postgres import place_of  # noqa: PLC0415 - see _open_postgres

    return f"the PostgreSQL database {place_of(url)}"


def _database_path(settings: Settings) -> Path:
    """Say which file the ledger is in. Refuses with `CommandRefused` what is not a file.

    As elsewhere, `sqlite:///ledger.sqlite` is a file in the current folder; a fourth slash begins an absolute path.
    """
    if settings.database is None:
        return (settings.data or DATA) / DATABASE
    url = urlsplit(settings.database)
    if url.scheme != "sqlite" or url.netloc or len(url.path) < 2 or url.query or url.fragment:
        expected = "sqlite:///ledger.sqlite or postgresql://user@host/database"
        raise CommandRefused(f"--database: expected a URL such as {expected}, got {settings.database}")
    return Path(unquote(url.path[1:]))


@asynccontextmanager
async def opened(settings: Settings, *, new: bool = False, migrates: bool = False) -> AsyncGenerator[Store]:
    """Open the ledger and close it at the end; a `new` one is made where there is none.

    Who `migrates` brings a file to the schema of this program. A database with many nodes is for `billingua migrate`.
    """
    if url := postgres_url(settings):
        store = await _open_postgres(url, settings)
    else:
        store = _open_file(_database_path(settings), settings, new=new, migrates=migrates)
    try:
        yield store
    finally:
        await store.close()


async def _open_postgres(url: str, settings: Settings) -> Store:
    # Its driver takes a tenth of a second to import, for which nobody waits whose ledger is a file.
    from billingua.stores.postgres import open_postgres  # noqa: PLC0415

    try:
        return await open_postgres(url, cache_size=settings.cache_size)
    except (OSError, StoreFailed, DatabaseTooNew, DatabaseTooOld) as error:
        raise CommandRefused(f"the ledger in {place_shown(settings)} cannot be opened: {error}") from error


def ledger_file(settings: Settings) -> Path:
    """Give the file that the ledger is in. Refuses with `CommandRefused` where there is none."""
    path = _database_path(settings)
    if not path.exists():
        raise CommandRefused(f"there is no ledger at {path}{_hint(path)}")
    return path


def _open_file(path: Path, settings: Settings, *, new: bool, migrates: bool) -> Store:
    if not new:
        ledger_file(settings)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            # It is for its owner alone; what SQLite puts beside it gets the same rights.
            path.touch(mode=0o600)
        if migrates:
            migrate(path)
        return open_sqlite(path, cache_size=settings.cache_size)
    except (OSError, sqlite3.Error, DatabaseTooNew, DatabaseTooOld) as error:
        if _is_read_only(path, error):
            raise CommandRefused(f"the ledger at {path} is read-only") from error
        raise CommandRefused(f"the ledger at {path} cannot be opened: {error}") from error


def _hint(path: Path) -> str:
    demo = DEMO_DATA / DATABASE
    return f"; the demo's is found with --data {DEMO_DATA}" if demo.exists() and path != demo else ""


def _is_read_only(path: Path, error: Exception) -> bool:
    """Whether a ledger could not be opened because nobody may write it; SQLite has to, even to read."""
    written = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return path.exists() and (not written or "readonly" in str(error))
