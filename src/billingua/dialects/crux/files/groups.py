"""The rows of a file, gathered to groups wherever in the file they stand, in memory that does not grow with it."""

import sqlite3
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import msgspec

from billingua.dialects.crux.files.columns import Layout
from billingua.dialects.crux.files.sheets import Row, SheetUnreadable, open_sheet

Rows = list[tuple[int, Mapping[str, str]]]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, str]).decode

_ROWS = "CREATE TABLE row (number INTEGER PRIMARY KEY, key BLOB NOT NULL, cells BLOB NOT NULL) STRICT"
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
            connection.execute("CREATE INDEX by_key ON row (key, number)")
        connection.executescript(_GROUPS)
        yield Groups(connection)


def _keyed(path: Path, name: str, layout: Layout) -> Iterator[tuple[int, bytes, bytes]]:
    with open_sheet(path, name) as sheet:
        missing = Missing(layout, list(sheet.columns))
        if missing.troubles:
            raise missing
        for number, cells in (_named(row, layout) for row in sheet.rows):
            yield number, _key(number, cells, layout), _encode(cells)


def _named(row: Row, layout: Layout) -> Row:
    """Put cells under their columns' own names, where they came under others; the own name counts first."""
    others = {layout.synonyms[name]: text for name, text in row.cells.items() if name in layout.synonyms}
    return Row(row.number, {**others, **row.cells}) if others else row


def _key(number: int, cells: Mapping[str, str], layout: Layout) -> bytes:
    parts = [cells.get(name, "").lower() if name.endswith("_uuid") else cells.get(name, "") for name in layout.key]
    required = {column.name for column in layout.columns if column.required}
    lacking = any(not part and name in required for name, part in zip(layout.key, parts, strict=True))
    return _encode(number if lacking else parts)
