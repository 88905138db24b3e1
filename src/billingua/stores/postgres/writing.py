"""How a batch is written, for as long as nobody changed what it changes."""

from collections.abc import Mapping, Sequence
from typing import Any

from billingua.engine.batch import Writes
from billingua.stores.postgres.connecting import Connection
from billingua.stores.postgres.statements import compound
from billingua.stores.writes import Values, values_of

_ORDER = ("workspace", "kind", "name", "value", "id", "version")


class RaceLost(Exception):
    """A statement did not touch the rows that it was meant for: another node changed them first."""


async def write(connection: Connection, writes: Writes) -> None:
    """Write a batch, or refuse with `RaceLost`."""
    rows = {name: sorted(rows, key=_key) for name, rows in values_of(writes).items() if rows}
    # A part of a statement does not see what another part frees.
    freed = {"free_key": rows.pop("free_key")} if "free_key" in rows else {}
    for parts in (freed, rows):
        if parts:
            await _write_at_once(connection, parts)


def _key(row: Values) -> tuple[Any, ...]:
    """All nodes write rows in the order of their keys, so that no two wait for each other."""
    return tuple(row.get(name) for name in _ORDER)


async def _write_at_once(connection: Connection, rows: Mapping[str, Sequence[Values]]) -> None:
    written = compound(tuple(rows))
    touched = await connection.fetchrow(written.sql, *written.columns(rows))
    for name, those in rows.items():
        if touched is None or touched[name] != len(those):
            raise RaceLost(name)
