"""The file that tells what became of each document in a file: CSV that a person can open in a spreadsheet."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO, TextIOBase
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

HEADER = ("file", "row", "document", "result", "column", "reason", "uuid")


class Result(NamedTuple):
    """A line of it: what became of the document that begins in a row, or what is wrong in a row, and where."""

    row: int | None
    document: str
    result: str
    column: str = ""
    reason: str = ""
    uuid: UUID | None = None


class ResultFile:
    """A result file that is being written."""

    def __init__(self, file: TextIOBase, name: str) -> None:
        self._name = name
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(HEADER)

    def write(self, results: Sequence[Result]) -> None:
        """Write lines."""
        for row, document, result, column, reason, uuid in results:
            # What was sent is shown to a person: a spreadsheet shall not take it for a formula.
            shown = (harmless(text) for text in (document, result, column, reason))
            self._writer.writerow([self._name, "" if row is None else row, *shown, uuid or ""])


def harmless(text: str) -> str:
    """Put a quote before a text that a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def unguarded(text: str) -> str:
    """Take off the quote that `harmless` put before a text."""
    bare = text.removeprefix("'")
    return bare if harmless(bare) == text else text


def open_results(path: Path) -> TextIOBase:
    """Open a file to write results to; its byte-order mark lets spreadsheets know that it is UTF-8."""
    return path.open("w", encoding="utf-8-sig", newline="")


def rejections_in(content: bytes) -> Iterator[dict[str, str]]:
    """Read from a result file what was rejected, by column."""
    text = StringIO(content.decode("utf-8-sig"), newline="")
    return (line for line in csv.DictReader(text) if line["result"] == "rejected")
