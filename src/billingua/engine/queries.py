"""Lists: what may be asked of the invoices, the same of every store."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from msgspec import Meta

from billingua.core.errors import OrderNotFound
from billingua.core.invoice import Invoice, Settlement
from billingua.core.lifecycle import PROGRESS, Status
from billingua.core.order import CLOSED_LINES, Billing, LineStatus, Order, OrderLine, Trader, part_of
from billingua.core.party import Party
from billingua.engine.catalogue_queries import sorted_by, words_in, words_of
from billingua.engine.plan import Record
from billingua.engine.positions import Flag, Position, Whole, microseconds, seconds, ten_thousandths

T = TypeVar("T")


class Sort(StrEnum):
    """What invoices may be sorted by; ties go by id, in the same direction.

    Of the instants of creation and update the whole second counts: no list shows more of them. Whatever the direction,
    an invoice whose party is not there stands behind all others that are sorted by their parties' names; of one name
    they go by number first.
    """

    ID = "id"
    NUMBER = "number"
    STATUS = "status"
    ISSUED = "issued_at"
    DUE = "due_at"
    CREATED = "created_at"
    UPDATED = "updated_at"
    ORIGINAL_BALANCE = "original_balance"
    OPEN_BALANCE = "open_balance"
    PARTY = "party"
    PARTY_NAME = "party_name"
    EXTERNAL_PARTY = "external_party"
    PENDING = "pending"
    PROGRESS = "progress"
    SETTLEMENT = "settlement"


class TextField(StrEnum):
    """Where in an invoice a text may be looked for."""

    NUMBER = "number"
    KIND = "kind"
    ORDER = "order"
    PURCHASE_ORDER = "purchase_order"
    PARTY = "party"
    EXTERNAL_PARTY = "external_party"


def said_in(field: TextField, invoice: Invoice) -> str:
    """Give what an invoice says in a field, whatever the case; nothing where it is not said."""
    return (_SAID[field](invoice) or "").casefold()


_SAID: Mapping[TextField, Callable[[Invoice], str | None]] = {
    TextField.NUMBER: attrgetter("number"),
    TextField.KIND: attrgetter("kind_text"),
    TextField.ORDER: lambda invoice: invoice.order_number or (None if invoice.order is None else str(invoice.order)),
    TextField.PURCHASE_ORDER: attrgetter("purchase_order_number"),
    TextField.PARTY: lambda invoice: str(invoice.party),
    TextField.EXTERNAL_PARTY: attrgetter("external_party_id"),
}


def invoice_words(invoice: Invoice) -> str:
    """Give the words of an invoice that are found by their beginnings."""
    return words_of(invoice.number, invoice.description or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceQuery:
    """Which invoices, in which order, and which page of them. All conditions must hold; bounds are inclusive.

    A page begins behind the position `after`, and as many further as `offset` says. `text` is looked for, whatever
    the case, anywhere in one of the fields `text_in`, and `party_name` in the name of the party that is shown; each
    of `words` has to begin a word of the number or the description. `overdue_at` keeps what is overdue at that
    moment. `least` and `most` are of what was first owed, in whatever currency, by the ten-thousandth. `reader` is the
    username of somebody who administers nothing: they see what is for a party that they may see, and what they made
    themselves.
    """

    statuses: frozenset[Status] | None = None
    origin: str | None = None
    party: int | None = None
    order: int | None = None
    opportunity: int | None = None
    currency: str | None = None
    channels: frozenset[int] | None = None
    external_ids: frozenset[str] | None = None
    settlements: frozenset[Settlement] | None = None
    reader: str | None = None
    words: str | None = None
    party_name: str | None = None
    text: str | None = None
    text_in: frozenset[TextField] = frozenset({TextField.NUMBER})
    created_from: datetime | None = None
    created_to: datetime | None = None
    issued_from: datetime | None = None
    issued_to: datetime | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None
    overdue_at: datetime | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    sort: Sort = Sort.ID
    descending: bool = False
    after: Position | None = None
    offset: int = 0
    limit: int | None = None

    def matches(self, invoice: Invoice, party: Party | None = None) -> bool:
        """Whether the invoice, which is for this party, is one of those asked for."""
        return (
            (self.statuses is None or invoice.status in self.statuses)
            and self.origin in {None, invoice.origin}
            and self.party in {None, invoice.party}
            and self.order in {None, invoice.order}
            and self.opportunity in {None, invoice.opportunity}
            and self.currency in {None, invoice.currency}
            and (self.channels is None or invoice.channel in self.channels)
            and (self.external_ids is None or invoice.external_id in self.external_ids)
            and (self.settlements is None or invoice.settlement in self.settlements)
            and self._is_seen(invoice, party)
            and self._is_said(invoice, party)
            and _between(self.created_from, invoice.created_at, self.created_to)
            and _between(self.issued_from, invoice.issued_at, self.issued_to)
            and _between(self.due_from, invoice.due_at, self.due_to)
            and (self.overdue_at is None or invoice.is_overdue(self.overdue_at))
            and self._is_of_size(ten_thousandths(invoice.original_balance))
        )

    def _is_seen(self, invoice: Invoice, party: Party | None) -> bool:
        is_hidden = party is not None and party.private and self.reader not in party.access
        return self.reader is None or not is_hidden or invoice.created_by == self.reader

    def _is_said(self, invoice: Invoice, party: Party | None) -> bool:
        words, name = invoice_words(invoice), self.party_name
        return (
            all(f" {word}" in words for word in words_in(self.words))
            and (name is None or (party is not None and words_of(name)[1:] in words_of(party.display_name)[1:]))
            and (self.text is None or any(self.text.casefold() in said_in(one, invoice) for one in self.text_in))
        )

    def _is_of_size(self, balance: int) -> bool:
        is_enough = self.least is None or ten_thousandths(self.least) <= balance
        return is_enough and (self.most is None or balance <= ten_thousandths(self.most))

    def place(self, invoice: Invoice, party: Party | None = None) -> Position:
        """Where the invoice, which is for this party, stands in the order asked for."""
        if self.sort is Sort.PARTY_NAME:
            name = party and sorted_by(party.display_name)
            return (int((party is None) is not self.descending), name, invoice.number, invoice.id)
        return (invoice.id,) if self.sort is Sort.ID else (_SORTED[self.sort](invoice), invoice.id)

    @property
    def positions(self) -> Any:
        """The type of positions in this order."""
        return _POSITIONS.get(self.sort, tuple[Whole, Whole])


_SORTED: Mapping[Sort, Callable[[Invoice], int | str | None]] = {
    Sort.NUMBER: attrgetter("number"),
    Sort.STATUS: lambda invoice: invoice.status.value,
    Sort.ISSUED: lambda invoice: microseconds(invoice.issued_at),
    Sort.DUE: lambda invoice: microseconds(invoice.due_at),
    Sort.CREATED: lambda invoice: seconds(invoice.created_at),
    Sort.UPDATED: lambda invoice: seconds(invoice.updated_at),
    Sort.ORIGINAL_BALANCE: lambda invoice: ten_thousandths(invoice.original_balance),
    Sort.OPEN_BALANCE: lambda invoice: ten_thousandths(invoice.open_balance),
    Sort.PARTY: attrgetter("party"),
    Sort.EXTERNAL_PARTY: lambda invoice: said_in(TextField.EXTERNAL_PARTY, invoice),
    Sort.PENDING: lambda invoice: int(invoice.pending_payments > 0),
    Sort.PROGRESS: lambda invoice: PROGRESS.index(invoice.status),
    Sort.SETTLEMENT: lambda invoice: int(invoice.settlement),
}
"""What invoices are sorted by, before their ids. One without a due date stands before all that have one."""

_POSITIONS: Mapping[Sort, Any] = {
    Sort.ID: tuple[Whole],
    **dict.fromkeys((Sort.NUMBER, Sort.STATUS, Sort.EXTERNAL_PARTY), tuple[str, Whole]),
    Sort.DUE: tuple[Whole | None, Whole],
    Sort.PARTY_NAME: tuple[Flag, str | None, str, Whole],
    Sort.PENDING: tuple[Flag, Whole],
    Sort.PROGRESS: tuple[Annotated[int, Meta(ge=0, lt=len(PROGRESS))], Whole],
    Sort.SETTLEMENT: tuple[Annotated[int, Meta(ge=0, lt=len(Settlement))], Whole],
}


class OrderSort(StrEnum):
    """What orders may be sorted by; ties go by id, in the same direction. Lines count by the first that is seen."""

    CREATED = "created_at"
    STATUS = "status"
    SKU = "sku"


class AllocationStatus(StrEnum):
    """How far an order line is allocated: not at all yet, less than was ordered, or whole."""

    UNALLOCATED = "Unallocated"
    PARTIAL = "Partial"
    ALLOCATED = "Allocated"

    @classmethod
    def of(cls, line: OrderLine) -> "AllocationStatus | None":
        """Tell how far a line is allocated; None where its supplier takes on nothing of it, or it is closed."""
        if line.status is LineStatus.UNALLOCATED:
            return cls.UNALLOCATED
        accepted = line.allocation.accepted if line.allocation else line.quantity
        if line.status in CLOSED_LINES | {LineStatus.BACKORDERED} or not accepted:
            return None
        return cls.PARTIAL if accepted < line.quantity else cls.ALLOCATED


class Buyer(NamedTuple):
    """A party that buys, by its id and its UUID; one that is not there has no UUID."""

    id: int
    uuid: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """Which orders a trader sees, in which order, and which page of them. All conditions must hold; bounds count.

    Without a trader all orders are seen, whole. What is asked of lines is looked for in those that are seen; for each
    condition one line is enough. `text` is looked for, whatever the case, in the order's number and UUID and in its
    lines' SKUs and titles. `organizations` keeps the orders of which one of them is the retailer or a line's supplier.
    The buyer is the retailer or, where there is none, the company; `billing` is of the whole order. `reader` is the
    username of somebody who administers nothing: they see what is bought by a party that they may see, and what they
    ordered themselves.
    """

    trader: Trader | None = None
    uuids: frozenset[UUID] | None = None
    number: str | None = None
    text: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    allocations: frozenset[AllocationStatus] | None = None
    designations: frozenset[str] | None = None
    sent: bool | None = None
    organizations: frozenset[UUID] | None = None
    buyer: Buyer | None = None
    billing: Billing | None = None
    reader: str | None = None
    sort: OrderSort = OrderSort.CREATED
    descending: bool = False
    after: Position | None = None
    offset: int = 0
    limit: int | None = None

    def matches(self, order: Order, buyer: Party | None = None) -> bool:
        """Whether the order, which this party placed, is one of those asked for."""
        lines = self._seen(order)
        return (
            lines is not None
            and (self.uuids is None or order.uuid in self.uuids)
            and self.number in {None, order.number}
            and self.sent in {None, order.sent_to_supplier}
            and _between(self.created_from, order.created_at, self.created_to)
            and (self.text is None or self._says(order, lines, self.text.casefold()))
            and (self.allocations is None or any(AllocationStatus.of(line) in self.allocations for line in lines))
            and (self.designations is None or any(line.designation in self.designations for line in lines))
            and (
                self.organizations is None
                or bool(self.organizations & {order.retailer, *(line.supplier for line in lines)})
            )
            and self._is_bought(order)
            and self.billing in {None, order.billing}
            and self._is_shown(order, buyer)
        )

    def _is_bought(self, order: Order) -> bool:
        if self.buyer is None:
            return True
        return order.retailer == self.buyer.uuid if order.retailer else order.company == self.buyer.id

    def _is_shown(self, order: Order, buyer: Party | None) -> bool:
        is_hidden = buyer is not None and buyer.private and self.reader not in buyer.access
        return self.reader is None or not is_hidden or order.placed_by == self.reader

    def place(self, order: Order) -> Position:
        """Where the order stands in the order asked for; one without a line stands before all that have one."""
        if self.sort is OrderSort.CREATED:
            return (microseconds(order.created_at), order.id)
        lines = self._seen(order)
        return (str(getattr(lines[0], self.sort)) if lines else None, order.id)

    @property
    def positions(self) -> Any:
        """The type of positions in this order."""
        return tuple[Whole, Whole] if self.sort is OrderSort.CREATED else tuple[str | None, Whole]

    def _seen(self, order: Order) -> Sequence[OrderLine] | None:
        """Give the lines that are seen; None where nothing is, not even the order."""
        if self.trader is None:
            return order.lines
        try:
            return part_of(order, self.trader).lines
        except OrderNotFound:
            return None

    @staticmethod
    def _says(order: Order, lines: Iterable[OrderLine], text: str) -> bool:
        said = [order.number, str(order.uuid), *(one for line in lines for one in (line.sku, line.title))]
        return any(text in one.casefold() for one in said)


def _between(first: datetime | None, moment: datetime | None, last: datetime | None) -> bool:
    if moment is None:
        return first is None and last is None
    return (first is None or first <= moment) and (last is None or moment <= last)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list, and how many there are in all.

    `end` is where the last one stands, if others stand behind it: the next page is what is `after` that.
    """

    items: Sequence[Record[T]]
    total: int
    end: Position | None = None


@dataclass(frozen=True, slots=True)
class Miscount:
    """A count of invoices that a store keeps and that is not right."""

    status: str
    origin: str
    currency: str
    kept: int
    found: int


@dataclass(frozen=True, slots=True)
class Misfiled:
    """An aggregate of which something that a store keeps beside it, to find or count it, is not right."""

    kind: str
    id: int
    why: str
