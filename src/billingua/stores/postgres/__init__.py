"""The store for many: any number of nodes, each with any number of requests, on one PostgreSQL."""

from billingua.stores.postgres.connecting import place_of
from billingua.stores.postgres.schema import check, migrate
from billingua.stores.postgres.store import CACHE_SIZE, PostgresStore
from billingua.stores.statements import DatabaseTooOld

__all__ = ["CACHE_SIZE", "DatabaseTooOld", "PostgresStore", "check", "migrate", "open_postgres", "place_of"]


async def open_postgres(url: str, *, cache_size: int = CACHE_SIZE) -> PostgresStore:
    """Open the store in a database, and make its tables if it is empty.

    Refuses with `DatabaseTooNew`, `DatabaseTooOld`, or `StoreFailed` where there is no such database.
    """
    await check(url)
    return PostgresStore(url, cache_size=cache_size)
