"""The schema of the database: whether it is the one that this program knows, and how it becomes so."""

from collections.abc import Sequence

from billingua.stores.postgres.connecting import Connection, connected, place_of
from billingua.stores.postgres.connections import transaction
from billingua.stores.postgres.texts import casefold_function
from billingua.stores.statements import DatabaseTooNew, DatabaseTooOld, Migration, migrations

_MIGRATIONS = migrations("billingua.stores.postgres")
_KNOWN = _MIGRATIONS[-1].number
_LOCK = 0x62696C6C696E6775
"""Whoever migrates holds this advisory lock, so that nobody else does."""


async def migrate(url: str) -> Sequence[Migration]:
    """Bring the schema up to date, all of it or nothing; the answer is what was done. Refuses with `DatabaseTooNew`."""
    async with connected(url) as connection, transaction(connection):
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        missing = _MIGRATIONS[await _version(connection, url) :]
        if missing:
            await _apply(connection, missing)
        await connection.execute("COMMIT")
        return missing


async def check(url: str) -> None:
    """See that this program knows the schema; an empty database gets it. Refuses with `DatabaseTooNew` or `…TooOld`."""
    async with connected(url) as connection:
        version = await _version(connection, url)
    if version == 0:
        await migrate(url)
    elif version < _KNOWN:
        raise DatabaseTooOld(place_of(url), version, _KNOWN)


async def _version(connection: Connection, url: str) -> int:
    if await connection.fetchval("SELECT to_regclass('migration')") is None:
        return 0
    found: int = await connection.fetchval("SELECT max(number) FROM migration")
    if found > _KNOWN:
        raise DatabaseTooNew(place_of(url), found, _KNOWN)
    return found


async def _apply(connection: Connection, missing: Sequence[Migration]) -> None:
    await connection.execute(casefold_function())
    for one in missing:
        await connection.execute(one.sql)
        await connection.execute("INSERT INTO migration (number, name) VALUES ($1, $2)", one.number, one.name)
    await connection.execute("DROP FUNCTION pg_temp.casefold (text)")
