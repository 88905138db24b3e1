"""Lists of items and of parties: what may be asked of them, the same of every store."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from billingua.core.item import Item
from billingua.core.party import Party, PartyKind
from billingua.engine.positions import Position, Whole, microseconds, ten_thousandths

_BLANKS = str.maketrans("\t\n\r", "   ")
_SORTED_CHARACTERS = 200


def words_of(*texts: str) -> str:
    """Put texts together so that each word, whatever the case, stands behind a blank."""
    return " " + " ".join(texts).translate(_BLANKS).casefold()


def sorted_by(text: str) -> str:
    """Give what a text is sorted by, whatever the case; not all of a long one."""
    return text.casefold()[:_SORTED_CHARACTERS]


MOST_WORDS = 50
"""How many words are looked for at once, at most: each is a condition, and no database takes any number of those."""


def words_in(text: str | None) -> Collection[str]:
    """Take a search text apart: each of its words, of which none counts twice, has to begin a word of what is found."""
    return dict.fromkeys((text or "").casefold().split()).keys()


def has_too_many_words(text: str | None) -> bool:
    """Whether a search text has more words than are looked for at once."""
    return len(words_in(text)) > MOST_WORDS


class ItemSort(StrEnum):
    """What items may be sorted by; ties go by title, then by id, in the same direction."""

    ID = "id"
    TITLE = "title"
    SKU = "sku"
    PRICE = "price"
    STOCK = "stock"
    CREATED = "created_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemQuery:
    """Which items, in which order, and which page of them. All conditions must hold.

    `skus` are compared as items are sorted by them, whatever the case and not all of a long one.
    Each word of `text` has to begin a word of the title, the description or the SKU.
    """

    tracked: bool | None = None
    skus: frozenset[str] | None = None
    text: str | None = None
    sort: ItemSort = ItemSort.ID
    descending: bool = False
    after: Position | None = None
    offset: int = 0
    limit: int | None = None

    def matches(self, item: Item) -> bool:
        """Whether the item is one of those asked for."""
        words = words_of(item.title, item.description, item.sku)
        return (
            self.tracked in {None, item.track_stock}
            and (self.skus is None or sorted_by(item.sku) in set(map(sorted_by, self.skus)))
            and all(f" {word}" in words for word in words_in(self.text))
        )

    def place(self, item: Item) -> Position:
        """Where the item stands in the order asked for."""
        return (*(value(item) for value in _ITEM_PLACES[self.sort]), item.id)

    @property
    def positions(self) -> Any:
        """The type of positions in this order."""
        if self.sort is ItemSort.ID:
            return tuple[Whole]
        if self.sort is ItemSort.TITLE:
            return tuple[str, Whole]
        return tuple[str if self.sort is ItemSort.SKU else Whole, str, Whole]


def _title(item: Item) -> str:
    return sorted_by(item.title)


_ITEM_PLACES: Mapping[ItemSort, Sequence[Callable[[Item], int | str | None]]] = {
    ItemSort.ID: (),
    ItemSort.TITLE: (_title,),
    ItemSort.SKU: (lambda item: sorted_by(item.sku), _title),
    ItemSort.PRICE: (lambda item: ten_thousandths(item.price), _title),
    ItemSort.STOCK: (lambda item: ten_thousandths(item.stock), _title),
    ItemSort.CREATED: (lambda item: microseconds(item.created_at), _title),
}


class PartySort(StrEnum):
    """What parties may be sorted by; ties go by id, in the same direction."""

    ID = "id"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyQuery:
    """Which parties, in which order, and which page of them. All conditions must hold.

    `reader` is the username of somebody who administers nothing: of private parties, they see those they have access
    to. Each word of `text` has to begin a word of the name that is shown.
    """

    reader: str | None = None
    company: bool | None = None
    text: str | None = None
    sort: PartySort = PartySort.ID
    descending: bool = False
    after: Position | None = None
    offset: int = 0
    limit: int | None = None

    def matches(self, party: Party) -> bool:
        """Whether the party is one of those asked for."""
        words = words_of(party.display_name)
        return (
            (self.reader is None or not party.private or self.reader in party.access)
            and self.company in {None, party.kind is not PartyKind.PERSON}
            and all(f" {word}" in words for word in words_in(self.text))
        )

    def place(self, party: Party) -> Position:
        """Where the party stands in the order asked for."""
        return (party.id,) if self.sort is PartySort.ID else (sorted_by(party.display_name), party.id)

    @property
    def positions(self) -> Any:
        """The type of positions in this order."""
        return tuple[Whole] if self.sort is PartySort.ID else tuple[str, Whole]
