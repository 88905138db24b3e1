"""Orders: what was bought from whom, and how much of it is allocated, shipped and invoiced."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from billingua.core.errors import OrderCancelled, OrderLineClosed, OrderLineNotFound, OrderNotFound, OverInvoiced
from billingua.core.line import Attribute
from billingua.core.money import EXACT, ZERO, add_up
from billingua.core.party import TradeRole


class LineStatus(StrEnum):
    """How far an order line has come."""

    UNALLOCATED = "Unallocated"
    ALLOCATED = "Allocated"
    BACKORDERED = "Backordered"
    REJECTED = "Rejected"
    SHIPPED = "HasTracking"
    CANCELLED = "Cancelled"


CLOSED_LINES = frozenset({LineStatus.CANCELLED, LineStatus.REJECTED})
"""Statuses in which nothing more of a line is invoiced."""


class Billing(StrEnum):
    """How much of an order is invoiced."""

    NONE = "none"
    PART = "part"
    WHOLE = "whole"


def plain_designation(label: str | None) -> str | None:
    """Give the plain word of a line's label, decorated or not: `ID: 1 Name: HasTracking` is `HasTracking`."""
    return label and label.rpartition("Name:")[2].strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAddress:
    """Where an order is sent."""

    name: str | None = None
    business_name: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    phone_number: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFees:
    """What the buyer expects to pay beside the goods, in the order's currency; None where it said nothing."""

    order_fee: Decimal | None = None
    order_tax: Decimal | None = None
    shipping_cost: Decimal | None = None
    dropship_fee: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """The sum of what was said."""
        return add_up(fee or ZERO for fee in (self.order_fee, self.order_tax, self.shipping_cost, self.dropship_fee))


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierTerms:
    """What one supplier says of its part of an order, in the order's currency; `order_number` is its own number."""

    supplier: UUID
    dropship_fee: Decimal | None = None
    order_fee: Decimal | None = None
    order_tax: Decimal | None = None
    order_total: Decimal | None = None
    order_number: str | None = None
    notes: str | None = None
    attributes: tuple[Attribute, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """How much of a line the supplier takes on; the figures need not add up to what was ordered."""

    accepted: int
    rejected: int
    backordered: int
    backorder_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A package that holds some of a line. `cost` is in the order's currency; `package` names it over all its lines."""

    package: UUID | None = None
    number: str
    carrier: str | None = None
    method: str | None = None
    weight: Decimal | None = None
    cost: Decimal | None = None
    ship_date: str | None = None
    created_at: datetime | None = None
    quantity: int
    attributes: tuple[Attribute, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line of an order; `invoiced` is what all its invoices together have invoiced.

    `title` is what the SKU was called when it was ordered. Where `cancelling`, the retailer has asked for the line to
    be cancelled, and its supplier has not answered yet.
    """

    uuid: UUID
    item: int | None = None
    sku: str
    title: str = ""
    supplier: UUID | None = None
    quantity: int
    unit_cost: Decimal | None = None
    supplier_unit_cost: Decimal | None = None
    status: LineStatus = LineStatus.UNALLOCATED
    designation: str | None = None
    cancelling: bool = False
    carrier: str | None = None
    method: str | None = None
    invoiced: int = 0
    retailer_notes: str | None = None
    supplier_notes: str | None = None
    retailer_attributes: tuple[Attribute, ...] | None = None
    supplier_attributes: tuple[Attribute, ...] | None = None
    allocation: Allocation | None = None
    tracking: tuple[Shipment, ...] = ()

    @property
    def shipped(self) -> int:
        """How much of it is in packages."""
        return sum(shipment.quantity for shipment in self.tracking)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A purchase order: one retailer, one or several suppliers (all by their parties' UUIDs).

    Each supplier's own notes and attributes stand in its terms; `supplier_notes` and `supplier_attributes` are those
    of no supplier in particular.
    """

    id: int
    uuid: UUID
    number: str
    retailer: UUID | None = None
    company: int | None = None
    placed_by: str | None = None
    currency: str
    channel: int | None = None
    created_at: datetime
    sent_to_supplier: bool = False
    retailer_notes: str | None = None
    supplier_notes: str | None = None
    retailer_attributes: tuple[Attribute, ...] | None = None
    supplier_attributes: tuple[Attribute, ...] | None = None
    fees: OrderFees = OrderFees()
    supplier_terms: tuple[SupplierTerms, ...] = ()
    address: DeliveryAddress = DeliveryAddress()
    lines: tuple[OrderLine, ...] = ()

    @property
    def total(self) -> Decimal:
        """What the goods and the buyer's fees come to, exact, in the order's currency."""
        goods = (EXACT.multiply(line.quantity, line.unit_cost or ZERO) for line in self.lines)
        return add_up([self.fees.total, *goods])

    @property
    def billing(self) -> Billing:
        """How much of it is invoiced; closed lines are not waited for."""
        if not any(line.invoiced for line in self.lines):
            return Billing.NONE
        is_whole = all(line.status in CLOSED_LINES or line.invoiced >= line.quantity for line in self.lines)
        return Billing.WHOLE if is_whole else Billing.PART

    def terms_of(self, supplier: UUID | None) -> SupplierTerms | None:
        """What this supplier said of its part."""
        return next((terms for terms in self.supplier_terms if terms.supplier == supplier), None)

    def with_terms(self, terms: SupplierTerms) -> "Order":
        """Let a supplier say this of its part, instead of what it said before."""
        known = {said.supplier: said for said in self.supplier_terms} | {terms.supplier: terms}
        return replace(self, supplier_terms=tuple(known.values()))

    def with_lines(self, lines: Mapping[UUID, OrderLine]) -> "Order":
        """Put these lines in the places of those with their UUIDs."""
        return replace(self, lines=tuple(lines.get(line.uuid, line) for line in self.lines))


class Trader(NamedTuple):
    """An organization (its party's UUID) on its side of a drop-ship order."""

    role: TradeRole
    organization: UUID


def part_of(order: Order, trader: Trader) -> Order:
    """Give the part of an order that concerns a trader: a retailer's own whole, a supplier's own lines and terms.

    An order of which nothing concerns it does not exist for it (`OrderNotFound`).
    """
    if trader.role is TradeRole.SUPPLIER:
        own = lines_of(order, trader.organization)
        terms = order.terms_of(trader.organization)
        return replace(order, lines=tuple(own.values()), supplier_terms=(terms,) if terms else ())
    if order.retailer != trader.organization:
        raise OrderNotFound(order.uuid)
    return order


@dataclass(frozen=True, slots=True)
class Invoiced:
    """How much of an order line an invoice takes, and at which unit cost; None where its author left it unsaid."""

    line: UUID
    quantity: int | None
    unit_cost: Decimal | None


def lines_of(order: Order, supplier: UUID | None) -> dict[UUID, OrderLine]:
    """Give the supplier's lines, or those of none; an order without any does not exist for it (`OrderNotFound`)."""
    own = {line.uuid: line for line in order.lines if line.supplier == supplier}
    if not own:
        raise OrderNotFound(order.uuid)
    return own


def invoice_lines(order: Order, supplier: UUID | None, taken: Iterable[Invoiced]) -> Order:
    """Count what a supplier's new invoice takes of its lines, in full or not at all.

    Refuses with `OrderNotFound`, `OrderCancelled`, `OrderLineNotFound`, `OrderLineClosed` or `OverInvoiced`.
    """
    own = lines_of(order, supplier)
    if all(line.status is LineStatus.CANCELLED for line in own.values()):
        raise OrderCancelled
    for index, part in enumerate(taken):
        line = own.get(part.line)
        if line is None:
            raise OrderLineNotFound(part.line, index)
        own[part.line] = _take(line, part, index)
    return order.with_lines(own)


def billable(order: Order) -> Order:
    """Leave the closed lines out of an order. Refuses with `OrderCancelled` where those are all that it has."""
    lines = tuple(line for line in order.lines if line.status not in CLOSED_LINES)
    if order.lines and not lines:
        raise OrderCancelled
    return replace(order, lines=lines)


def order_claim(number: str) -> str:
    """Write the claim of the one invoice that a whole order has, by the order's number on it."""
    return f"order\n{number}"


def recount(order: Order, more: Mapping[UUID, int]) -> Order:
    """Count so many pieces more, or fewer, of its lines (by their UUIDs) as invoiced: an invoice says otherwise now."""
    changed = {
        line.uuid: replace(line, invoiced=max(0, line.invoiced + more[line.uuid]))
        for line in order.lines
        if more.get(line.uuid)
    }
    return order.with_lines(changed) if changed else order


def _take(line: OrderLine, part: Invoiced, index: int) -> OrderLine:
    if line.status in CLOSED_LINES:
        raise OrderLineClosed(line.uuid, line.status, index)
    invoiced = line.invoiced + (part.quantity or 0)
    if invoiced > line.quantity:
        raise OverInvoiced(line.uuid, Decimal(line.quantity), Decimal(invoiced), index)
    cost = line.supplier_unit_cost if part.unit_cost is None else part.unit_cost
    return replace(line, invoiced=invoiced, supplier_unit_cost=cost)
