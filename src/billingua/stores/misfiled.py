"""Whether what is kept beside aggregates, to find and to count them, says what they say, whatever the database."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any

from billingua.engine.kinds import KINDS, kind_of_type
from billingua.engine.plan import Record
from billingua.engine.queries import Misfiled
from billingua.engine.references import references
from billingua.stores.payment_rows import counted
from billingua.stores.writes import NARROW_ROWS

Row = Mapping[str, Any]
Records = Callable[[str], AsyncIterator[Record[Any]]]
Rows = Callable[[str, str], AsyncIterator[Row]]

_ID_NAMES = {"line_run": "invoice", "payment_part": "payment", "receipt_line": "receipt"}
"""What a table calls the id of the aggregate that a row belongs to, where that is not `id`."""
_OTHERWISE = "its row in {} is not what it says"


async def misfiled(workspace: str, records: Records, rows: Rows) -> AsyncIterator[Misfiled]:
    """Hold all rows against the aggregates, and all counts of references against those who refer.

    `records` gives the aggregates of a kind, and `rows` the rows of a table, both in the order of the column named:
    the aggregates' ids.
    """
    uses: Counter[tuple[str, int]] = Counter()
    counts: Counter[tuple[str, int]] = Counter()
    for kind in KINDS:
        tables = {name: _Kept(rows(name, id_name(name)), id_name(name)) for name in NARROW_ROWS.get(kind.name, {})}
        async for record in records(kind.name):
            uses.update((kind_of_type(key.kind).name, int(key.value)) for key in references(record.value))
            if kind.name in {"payment", "receipt"}:
                counts.update(counted(record.value))
            async for name, id in _otherwise(workspace, kind.name, record, tables):
                yield Misfiled(kind.name, id, _OTHERWISE.format(name))
        for name, table in tables.items():
            async for id in table.rest():
                yield Misfiled(kind.name, id, _OTHERWISE.format(name))
    async for one in _misused(uses, rows("use_count", "id")):
        yield one
    async for one in _miscounted(counts, rows("payment_count", "kind, status")):
        yield one


def id_name(table: str) -> str:
    """Say what a table calls the id of the aggregate that a row belongs to."""
    return _ID_NAMES.get(table, "id")


class _Kept:
    """The rows of a table, which are taken aggregate by aggregate."""

    def __init__(self, rows: AsyncIterator[Row], id_name: str) -> None:
        self._rows = rows
        self._id_name = id_name
        self._next: Row | None = None

    async def up_to(self, id: int | None) -> list[Row]:
        """Take the rows of all aggregates up to one, or of all that are left."""
        taken: list[Row] = []
        while True:
            self._next = self._next or await anext(self._rows, None)
            if self._next is None or (id is not None and self._next[self._id_name] > id):
                return taken
            taken.append(self._next)
            self._next = None

    async def rest(self) -> AsyncIterator[int]:
        """Name those, behind all aggregates, that have rows."""
        for id in sorted({row[self._id_name] for row in await self.up_to(None)}):
            yield id


async def _otherwise(
    workspace: str, kind: str, record: Record[Any], tables: Mapping[str, _Kept]
) -> AsyncIterator[tuple[str, int]]:
    """Name the tables, with ids up to that of an aggregate, whose rows are not what they should be."""
    id = record.value.id
    for name, table in tables.items():
        kept = await table.up_to(id)
        for lost in sorted({row[id_name(name)] for row in kept} - {id}):
            yield name, lost
        told = NARROW_ROWS[kind][name](workspace, record.value).values()
        if not _same([row for row in kept if row[id_name(name)] == id], told):
            yield name, id


def _same(kept: list[Row], told: Iterable[Row]) -> bool:
    rows = [dict(row) for row in told]
    return len(kept) == len(rows) and all(row in rows for row in kept)


async def _misused(uses: Counter[tuple[str, int]], kept: AsyncIterator[Row]) -> AsyncIterator[Misfiled]:
    """Name the items and taxes that more, or fewer, refer to than is kept."""
    async for row in kept:
        found = uses.pop((row["kind"], row["id"]), 0)
        if found != row["uses"]:
            yield Misfiled(row["kind"], row["id"], f"{row['uses']} are said to refer to it, and {found} do")
    for (kind, id), found in sorted(uses.items()):
        yield Misfiled(kind, id, f"none is said to refer to it, and {found} do")


async def _miscounted(counts: Counter[tuple[str, int]], kept: AsyncIterator[Row]) -> AsyncIterator[Misfiled]:
    """Name the workspace for each status in which more, or fewer, payments, receipts or lines are than is kept."""
    said = {(row["kind"], row["status"]): row["many"] async for row in kept}
    for kind, status in sorted({*counts, *said}):
        many, found = said.get((kind, status), 0), counts[kind, status]
        if many != found:
            why = f"{many} of kind {kind} are counted in status {status}, and {found} are there"
            yield Misfiled("workspace", 1, why)
