"""The workspace: the tenant, its defaults, and the tables that its documents refer to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from billingua.core.errors import BookKept, ChannelNotFound, EntryKept
from billingua.core.numbering import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A place of business."""

    code: str
    active: bool = True
    price_list: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerm:
    """How long a customer may take to pay."""

    id: int
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Salesperson:
    """Somebody who sells, at the branches (their codes) named."""

    id: int
    branches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CashAccount:
    """Where cash is taken in (`collection`) or given out (`payment`)."""

    code: str
    currency: str
    collection: bool = False
    payment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A storefront, or another way by which the workspace sells."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A tenant. `settings` holds what each dialect is set to, by dialect, in that dialect's own words.

    Where `balances_by_hand`, payments count on the balances of their invoices once somebody says so, and not before.
    """

    id: int = 1
    uuid: UUID
    name: str
    currency: str = "USD"
    time_zone: str = "UTC"
    culture: str = "en-US"
    branches: tuple[Branch, ...] = ()
    books: tuple[Book, ...] = ()
    payment_terms: tuple[PaymentTerm, ...] = ()
    salespeople: tuple[Salesperson, ...] = ()
    cash_accounts: tuple[CashAccount, ...] = ()
    channels: tuple[Channel, ...] = ()
    balances_by_hand: bool = False
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the workspace's days begin."""
        return ZoneInfo(self.time_zone)

    def setting(self, dialect: str, name: str, default: Any = None) -> Any:
        """What a dialect is set to; the default where nothing is set."""
        return self.settings.get(dialect, {}).get(name, default)

    def channel(self, id: int) -> Channel:
        """Find a sales channel, or refuse with `ChannelNotFound`."""
        for channel in self.channels:
            if channel.id == id:
                return channel
        raise ChannelNotFound(id)


_NAMED_BY: Mapping[str, Callable[[Any], int | str]] = {
    "branches": attrgetter("code"),
    "books": attrgetter("id"),
    "payment_terms": attrgetter("id"),
    "salespeople": attrgetter("id"),
    "cash_accounts": attrgetter("code"),
    "channels": attrgetter("id"),
}
"""The workspace's tables, and by what documents refer to their entries."""


def check_tables(before: Workspace, after: Workspace) -> None:
    """See that nothing goes that documents may refer to. Refuses with `EntryKept`."""
    for table, name in _NAMED_BY.items():
        kept = {name(entry) for entry in getattr(after, table)}
        for entry in getattr(before, table):
            if name(entry) not in kept:
                raise EntryKept(table, name(entry))


def check_books(before: Workspace, after: Workspace, next_numbers: Mapping[int, int]) -> None:
    """See that a book which has given numbers keeps its kind, and that none counts back. Refuses with `BookKept`.

    `next_numbers` says what each book, by its id, gives next.
    """
    was = {book.id: book for book in before.books}
    for book in after.books:
        old, next_number = was.get(book.id), next_numbers[book.id]
        if old and book.kind is not old.kind and next_number > 1:
            raise BookKept(book.id, "kind", next_number)
        if old and book.first_number != old.first_number and book.first_number < next_number:
            raise BookKept(book.id, "first_number", next_number)
