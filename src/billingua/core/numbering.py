"""Numbers of documents: books, and how the next number is formed."""

from dataclasses import dataclass
from enum import StrEnum


class BookKind(StrEnum):
    """Which documents a book numbers."""

    INVOICE = "invoice"
    COLLECTION = "collection"
    RETURN = "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A series of document numbers with a prefix of its own."""

    id: int
    kind: BookKind
    prefix: str = ""


def padded(number: int, width: int) -> str:
    """Write a number with zeros before it, as the documents of a series are numbered."""
    return str(number).zfill(width)
