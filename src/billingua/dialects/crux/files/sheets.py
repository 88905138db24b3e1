"""Tables as people send them, CSV and XLSX, read row by row as texts under their columns' names (contract §14.2)."""

import csv
import re
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

LARGEST_SHEET = 10_000_000
"""How many cells an XLSX file may span: all of them are in memory at once, at some 30 bytes each."""

LARGEST_CONTENTS = 1024**3
"""How many bytes an XLSX file may have when it is unpacked."""


class SheetUnreadable(Exception):
    """A file cannot be read as a table; the message says why, in words for whoever sent it."""

    def __init__(self, why: str, row: int | None = None) -> None:
        super().__init__(why)
        self.row = row


class Row(NamedTuple):
    """A row: its number in the file, where the first line is 1, and its cells that are not blank, by column."""

    number: int
    cells: dict[str, str]


class Sheet(NamedTuple):
    """A table: the names of its columns, and its rows."""

    columns: Sequence[str]
    rows: Iterator[Row]


Numbered = tuple[int, Sequence[str]]
"""A row's number, and its cells."""


@contextmanager
def open_sheet(path: Path, name: str) -> Generator[Sheet]:
    """Open the table in a file, read by the extension of its `name`. Refuses with `SheetUnreadable`, on the way too.

    The file is read while its rows are taken. Blank rows are left out; the header's cells are trimmed.
    """
    reader = _xlsx if name.lower().endswith(".xlsx") else _csv
    rows = reader(path)
    try:
        _, header = next(rows, (1, ()))
        columns = _columns(header)
        yield Sheet(columns, _rows(columns, rows))
    finally:
        rows.close()


def _columns(header: Iterable[str]) -> Sequence[str]:
    columns = [cell.strip() for cell in header]
    if not any(columns):
        raise SheetUnreadable("the file has no header", 1)
    return columns


def _rows(columns: Sequence[str], rows: Iterable[Numbered]) -> Iterator[Row]:
    for number, cells in rows:
        named = {
            column: text for column, cell in zip(columns, cells, strict=False) if column and (text := cell.strip())
        }
        if named or any(map(str.strip, cells)):
            yield Row(number, named)


# CSV


def _csv(path: Path) -> Generator[Numbered]:
    """Read CSV. A row's number is that of its first line, so that an editor finds it behind quoted line breaks."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        while True:
            number = reader.line_num + 1
            try:
                row = next(reader, None)
            except UnicodeDecodeError as error:
                raise SheetUnreadable("the file is not UTF-8") from error
            except csv.Error as error:
                raise SheetUnreadable(f"the file is not CSV: {error}", number) from error
            if row is None:
                return
            yield number, row


# XLSX


def _xlsx(path: Path) -> Generator[Numbered]:
    """Read the first sheet of a workbook; numbers, dates and truths become texts."""
    _check_extent(path)
    try:
        with CalamineWorkbook.from_path(path) as book:  # pyright: ignore[reportUnknownMemberType]
            sheet = book.get_sheet_by_index(0)
            first = (sheet.start or (0, 0))[0] + 1
            for number, row in enumerate(sheet.iter_rows(), first):
                yield number, [_text(cell) for cell in row]
    except CalamineError as error:
        raise SheetUnreadable(f"the file is not XLSX: {error}") from error


_REFERENCE = re.compile(rb'[<:]c\s[^>]{0,60}?r="([A-Z]{1,3})(\d{1,7})"')
_CHUNK = 1 << 20
_LONGEST_TAG = 128


def _check_extent(path: Path) -> None:
    """Refuse a workbook that would take too much memory: two cells far apart are short to send, but not to hold."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_CONTENTS:
                raise SheetUnreadable("the workbook is too large")
            for part in archive.namelist():
                if part.startswith("xl/worksheets/") and _span(archive, part) > LARGEST_SHEET:
                    raise SheetUnreadable("the sheet spans too many cells")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise SheetUnreadable(f"the file is not XLSX: {error}") from error


def _span(archive: zipfile.ZipFile, part: str) -> int:
    """Say how many cells lie between the first row and column, and the last that a sheet names."""
    columns, rows, rest = set[bytes](), 0, b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            text = rest + chunk
            found = _REFERENCE.findall(text)
            columns.update(column for column, _ in found)
            rows = max(rows, *(int(row) for _, row in found), 0)
            rest = text[-_LONGEST_TAG:]
    return rows * max(map(_column_number, columns), default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: Any) -> str:
    """Write a cell as CSV would have it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float | int):
        # A spreadsheet counts in binary fractions and shows 15 digits: what it shows as 0.3 is meant as 0.3.
        return _plain(Decimal(f"{cell:.15g}"))
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time.min else cell).isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _plain(number: Decimal) -> str:
    return f"{number:f}" if number.is_finite() else str(number)
