"""Numbers of documents: the books that keep them apart."""

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
