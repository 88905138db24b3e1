"""`billingua migrate`: bring a PostgreSQL database to the schema that this program knows."""

import asyncio

from billingua.cli.places import Place, place_shown, postgres_url, settings_for
from billingua.cli.refusals import CommandRefused
from billingua.engine.ports import StoreFailed
from billingua.stores.postgres import migrate as migrate_postgres
from billingua.stores.statements import DatabaseTooNew


def migrate(place: Place | None = None) -> None:
    """Bring the ledger's database to the schema of this program. A file is brought there whenever it is opened."""
    settings = settings_for(place)
    url = postgres_url(settings)
    if url is None:
        raise CommandRefused("a file is migrated when it is opened: `migrate` takes --database postgresql://…")
    try:
        done = asyncio.run(migrate_postgres(url))
    except (OSError, StoreFailed, DatabaseTooNew) as error:
        raise CommandRefused(f"{place_shown(settings)} cannot be migrated: {error}") from error
    for migration in done:
        print(f"Applied {migration.number:04} {migration.name}.")
    print("The schema is the one that this program knows.")
