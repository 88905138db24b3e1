"""The rows of a file, gathered to groups wherever in the file they stand, in memory that does not grow with it."""

import sqlite3
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from uuid import UUID

import msgspec

from billingua.dialects.crux.files.columns import Column, Layout
from billingua.dialects.crux.files.sheets import Row, SheetUnreadable, open_sheet
from billingua.wire.scalars import Invalid

Rows = list[tuple[int, Mapping[str, str]]]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, str]).decode

_ROWS = "CREATE TABLE row (number INTEGER PRIMARY KEY, key BLOB NOT NULL, cells BLOB NOT NULL) STRICT"
_MET = "CREATE TABLE met (uuid BLOB PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID"
_GROUPS = """
CREATE TABLE grouped AS SELECT key, min(number) AS first FROM row GROUP BY key;
CREATE UNIQUE INDEX by_first ON grouped (first);
"""
_IN_ORDER = """
SELECT grouped.first, row.number, row.cells
FROM grouped JOIN row ON row.key = grouped.key
ORDER BY grouped.first, row.number
"""


class Missing(SheetUnreadable):
    """A file lacks columns without which no row of it is of use."""

    def __init__(self, layout: Layout, columns: list[str]) -> None:
        super().__init__("The file lacks columns.", 1)
        self.troubles = layout.missing(columns)


class Groups:
    """A file's groups of rows; how many there are, and of how many rows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.count: int = connection.execute("SELECT count(*) FROM grouped").fetchone()[0]
        self.rows: int = connection.execute("SELECT count(*) FROM row").fetchone()[0]

    def __iter__(self) -> Iterator[Rows]:
        """Walk the groups in the order of their first rows, each with its rows in order."""
        found = self._connection.execute(_IN_ORDER)
        for _, rows in groupby(found, key=itemgetter(0)):
            yield [(number, _decode(cells)) for _, number, cells in rows]

    def meet(self, uuid: UUID, row: int) -> int:
        """Note that a group met a document; give the first row of the group that was the first to meet it."""
        self._connection.execute("INSERT OR IGNORE INTO met VALUES (?, ?)", (uuid.bytes, row))
        return self._connection.execute("SELECT number FROM met WHERE uuid = ?", (uuid.bytes,)).fetchone()[0]


@contextmanager
def gathered(path: Path, name: str, layout: Layout) -> Generator[Groups]:
    """Read a whole file and gather its rows by their layout's key. Refuses with `SheetUnreadable`.

    A row that lacks part of the key is a group of its own. What is gathered lies in a file without a name, which
    SQLite removes when it is closed: memory does not grow with the file.
    """
    with closing(sqlite3.connect("", check_same_thread=False)) as connection:
        connection.execute(_ROWS)
        with connection:
            connection.executemany("INSERT INTO row VALUES (?, ?, ?)", _keyed(path, name, layout))
            connection.execute(_MET)
            connection.execute("CREATE INDEX by_key ON row (key, number)")
        connection.executescript(_GROUPS)
        yield Groups(connection)


def _keyed(path: Path, name: str, layout: Layout) -> Iterator[tuple[int, bytes, bytes]]:
    with open_sheet(path, name) as sheet:
        missing = Missing(layout, list(sheet.columns))
        if missing.troubles:
            raise missing
        _check_header(sheet.columns, layout)
        for number, cells in (_named(row, layout) for row in sheet.rows):
            yield number, _key(number, cells, layout), _encode(cells)


def _check_header(columns: Sequence[str], layout: Layout) -> None:
    """Refuse a header that names a column twice, by one name or two; those that nobody reads may be there twice."""
    named = [layout.synonyms.get(column, column) for column in columns]
    for column in layout.columns:
        if named.count(column.name) > 1:
            raise SheetUnreadable(f"The header names {column.name} twice", 1)


def _named(row: Row, layout: Layout) -> Row:
    """Put cells under their columns' own names, where they came under others."""
    others = {layout.synonyms[name]: text for name, text in row.cells.items() if name in layout.synonyms}
    return Row(row.number, {**others, **row.cells}) if others else row


def _key(number: int, cells: Mapping[str, str], layout: Layout) -> bytes:
    columns = [column for column in layout.columns if column.name in layout.key]
    lacking = any(column.required and not cells.get(column.name) for column in columns)
    return _encode(number if lacking else [_comparable(column, cells.get(column.name, "")) for column in columns])


def _comparable(column: Column, text: str) -> str:
    """Give a cell as it is compared, so that whatever the ledger takes for one is one; as it is, if unreadable."""
    try:
        return str(column.compare(column.read(text))) if text else ""
    except Invalid:
        return text
