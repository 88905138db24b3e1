"""How a batch is written, for as long as nobody changed what it changes."""

from collections.abc import Mapping, Sequence
from typing import Any

from billingua.engine.batch import Writes
from billingua.stores.postgres.connecting import Connection
from billingua.stores.postgres.statements import compound
from billingua.stores.writes import Values, values_of

_ORDER = (
    "workspace",
    "kind",
    "name",
    "value",
    "key",
    "id",
    "version",
    "trader",
    "position",
    "last",
    "invoice",
    "payment",
    "receipt",
    "uuid",
    "status",
    "origin",
    "currency",
)


class RaceLost(Exception):
    """A statement did not touch the rows that it was meant for: another node changed them first."""


async def write(connection: Connection, writes: Writes) -> str:
    """Write a batch, and give the number of the transaction. Refuses with `RaceLost`."""
    rows = {name: sorted(rows, key=_key) for name, rows in values_of(writes).items() if rows}
    # A part of a statement does not see what another part frees.
    if freed := rows.pop("free_key", None):
        await _write_at_once(connection, {"free_key": freed})
    return await _write_at_once(connection, rows)


def _key(row: Values) -> tuple[Any, ...]:
    """All nodes write rows in the order of their keys, so that no two wait for each other."""
    return tuple(row.get(name) for name in _ORDER)


async def _write_at_once(connection: Connection, rows: Mapping[str, Sequence[Values]]) -> str:
    written = compound(tuple(rows))
    (touched,) = await connection.fetch(written.sql, *written.columns(rows))
    for name, those in rows.items():
        if touched[name] != len(those):
            raise RaceLost(name)
    return touched["transaction"]
