"""Numbers of documents: the books that keep them apart."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_DAY_PARTS = {"{yyyy}": r"\d{4}", "{mm}": r"\d\d", "{dd}": r"\d\d"}
_LONGEST_SEQUENCE = 9


class BookKind(StrEnum):
    """Which documents a book numbers."""

    INVOICE = "invoice"
    COLLECTION = "collection"
    RETURN = "return"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A series of document numbers with a prefix of its own; `{yyyy}`, `{mm}` and `{dd}` in it are a document's day.

    It begins with its first number, and goes on there once that is set to more than it has come to.
    """

    id: int
    kind: BookKind
    prefix: str = ""
    first_number: int = 1

    @property
    def counter(self) -> str:
        """The counter from which the book takes its numbers."""
        return f"book {self.id}"

    def number(self, sequence: int, day: date) -> str:
        """Write the number of a document: its place in the book behind the prefix."""
        year, month, day_of_month = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
        prefix = self.prefix.replace("{yyyy}", year).replace("{mm}", month).replace("{dd}", day_of_month)
        return f"{prefix}{sequence}"

    def sequence(self, number: str) -> int | None:
        """Tell which place in the book a number is; None where it is none of the book's."""
        form = re.escape(self.prefix)
        for part, digits in _DAY_PARTS.items():
            form = form.replace(re.escape(part), digits)
        written = re.fullmatch(rf"{form}([1-9]\d{{0,{_LONGEST_SEQUENCE - 1}}})", number, re.ASCII)
        return int(written[1]) if written else None
