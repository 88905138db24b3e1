"""Lists: what may be asked of the invoices, the same of every store."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from billingua.core.errors import OrderNotFound
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.order import CLOSED_LINES, LineStatus, Order, OrderLine, Trader, part_of
from billingua.engine.plan import Record

T = TypeVar("T")


class Sort(StrEnum):
    """What invoices may be sorted by; ties go by id, in the same direction."""

    ID = "id"
    NUMBER = "number"
    STATUS = "status"
    ISSUED = "issued_at"
    DUE = "due_at"
    CREATED = "created_at"
    UPDATED = "updated_at"
    ORIGINAL_BALANCE = "original_balance"
    OPEN_BALANCE = "open_balance"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceQuery:
    """Which invoices, in which order, and which page of them. All conditions must hold; bounds are inclusive.

    `text` is looked for anywhere in the number, whatever the case; `overdue_at` keeps what is overdue at that moment.
    """

    statuses: frozenset[Status] | None = None
    origin: str | None = None
    party: int | None = None
    order: int | None = None
    currency: str | None = None
    text: str | None = None
    issued_from: datetime | None = None
    issued_to: datetime | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None
    overdue_at: datetime | None = None
    sort: Sort = Sort.ID
    descending: bool = False
    offset: int = 0
    limit: int | None = None

    def matches(self, invoice: Invoice) -> bool:
        """Whether the invoice is one of those asked for."""
        return (
            (self.statuses is None or invoice.status in self.statuses)
            and self.origin in {None, invoice.origin}
            and self.party in {None, invoice.party}
            and self.order in {None, invoice.order}
            and self.currency in {None, invoice.currency}
            and (self.text is None or self.text.casefold() in invoice.number.casefold())
            and _between(self.issued_from, invoice.issued_at, self.issued_to)
            and _between(self.due_from, invoice.due_at, self.due_to)
            and (self.overdue_at is None or invoice.is_overdue(self.overdue_at))
        )

    def place(self, invoice: Invoice) -> tuple[Any, ...]:
        """Where the invoice stands in the order asked for; one without a due date stands before all that have one."""
        value = getattr(invoice, self.sort)
        return (False, invoice.id) if value is None else (True, value, invoice.id)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """Which orders a trader sees, in which order, and which page of them. All conditions must hold; bounds count.

    Without a trader all orders are seen, whole. What is asked of lines is looked for in those that are seen; for each
    condition one line is enough. `text` is looked for, whatever the case, in the order's number and UUID and in its
    lines' SKUs and titles. `organizations` keeps the orders of which one of them is the retailer or a line's supplier.
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
    sort: OrderSort = OrderSort.CREATED
    descending: bool = False
    offset: int = 0
    limit: int | None = None

    def matches(self, order: Order) -> bool:
        """Whether the order is one of those asked for."""
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
        )

    def place(self, order: Order) -> tuple[Any, ...]:
        """Where the order stands in the order asked for; one without a line stands before all that have one."""
        if self.sort is OrderSort.CREATED:
            return (True, order.created_at, order.id)
        lines = self._seen(order)
        return (True, getattr(lines[0], self.sort), order.id) if lines else (False, order.id)

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
    """A page of a list, and how many there are in all."""

    items: Sequence[Record[T]]
    total: int


@dataclass(frozen=True, slots=True)
class Miscount:
    """A count of invoices that a store keeps and that is not right."""

    status: str
    origin: str
    currency: str
    kept: int
    found: int
