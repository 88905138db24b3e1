"""`billingua migrate`: bring a ledger to the schema that this program knows."""

import asyncio
import sqlite3
from collections.abc import Sequence

from billingua.cli.places import Place, ledger_file, place_shown, postgres_url, settings_for
from billingua.cli.refusals import CommandRefused
from billingua.engine.ports import StoreFailed
from billingua.settings import Settings
from billingua.stores.postgres import migrate as migrate_postgres
from billingua.stores.sqlite import migrate as migrate_file
from billingua.stores.statements import DatabaseTooNew, Migration


def migrate(place: Place | None = None) -> None:
    """Bring the ledger to the schema of this program. Stop the servers of an older one first."""
    settings = settings_for(place)
    try:
        done = _migrate(settings)
    except (OSError, sqlite3.Error, StoreFailed, DatabaseTooNew) as error:
        raise CommandRefused(f"{place_shown(settings)} cannot be migrated: {error}") from error
    for migration in done:
        print(f"Applied {migration.number:04} {migration.name}.")
    print("The schema is the one that this program knows.")


def _migrate(settings: Settings) -> Sequence[Migration]:
    url = postgres_url(settings)
    return asyncio.run(migrate_postgres(url)) if url else migrate_file(ledger_file(settings))
