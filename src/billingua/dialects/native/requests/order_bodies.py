"""What clients of our own API send about orders: the members of each body, of which the OpenAPI document tells."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import Meta, field

from billingua.dialects.native.requests.bodies import (
    AttributeContent,
    Body,
    ChargeContent,
    Id,
    Moment,
    ShortText,
    Text,
)

OrderNumber = Annotated[str, Meta(min_length=1, max_length=255)]
Ordered = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Pieces = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Attributes = Annotated[list[AttributeContent], Meta(max_length=1000)]


class OrderLineContent(Body):
    """What is ordered: an item, or what a supplier sells under a SKU. The cost is that of a piece.

    One with an `id` is that line of the order: what was ordered may be left out of it, and stays. The last three are
    said of a line that is there.
    """

    id: UUID | None = None
    item_id: Id | None = None
    supplier_id: Id | None = None
    sku: Text | None = None
    quantity: Pieces | None = None
    unit_cost: Decimal | None = None
    carrier: Text | None = None
    method: Text | None = None
    retailer_notes: Text | None = None
    retailer_attributes: Attributes | None = None
    supplier_notes: Text | None = None
    supplier_attributes: Attributes | None = None
    supplier_unit_cost: Decimal | None = None


class DeliveryAddressContent(Body):
    """Where an order is to be sent."""

    name: Text | None = None
    business_name: Text | None = None
    address1: Text | None = None
    address2: Text | None = None
    city: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    phone_number: Text | None = None
    country: Text | None = None


class OrderFeesContent(Body):
    """What the buyer expects to pay beside the goods, in the order's currency."""

    order_fee: Decimal | None = None
    order_tax: Decimal | None = None
    shipping_cost: Decimal | None = None
    dropship_fee: Decimal | None = None


class SupplierTermsContent(Body):
    """What one supplier says of its part of an order that is there, in the order's currency."""

    supplier_id: Id
    dropship_fee: Decimal | None = None
    order_fee: Decimal | None = None
    order_tax: Decimal | None = None
    order_total: Decimal | None = None
    order_number: Text | None = None
    notes: Text | None = None
    attributes: Attributes | None = None


class OrderContent(Body):
    """What an order shall say. It is in the workspace's currency.

    Number, buyer, address and what is ordered stay as they were ordered; what else is left out is empty.
    """

    number: OrderNumber
    lines: Annotated[list[OrderLineContent], Meta(max_length=10_000)]
    party_id: Annotated[Id | None, Meta(description="Who buys: needed for a new order.")] = None
    address: DeliveryAddressContent | None = None
    fees: OrderFeesContent = field(default_factory=OrderFeesContent)
    retailer_notes: Text | None = None
    retailer_attributes: Attributes | None = None
    supplier_terms: Annotated[list[SupplierTermsContent], Meta(max_length=1000)] = field(
        default_factory=list[SupplierTermsContent]
    )


class LineAllocation(Body):
    """How much of a line is taken on, turned down, and kept waiting."""

    id: UUID
    accepted: Pieces
    rejected: Pieces = 0
    backordered: Pieces = 0
    backorder_date: date | None = None


class OrderAllocation(Body):
    """How much of some lines their suppliers take on, instead of what was said before."""

    lines: Annotated[list[LineAllocation], Meta(min_length=1, max_length=1000)]


class PackedLine(Body):
    """How much of a line is in a package, and what a piece costs, if that is said."""

    id: UUID
    quantity: Ordered
    unit_cost: Decimal | None = None


class PackageContent(Body):
    """A package with some lines of one supplier. Its cost is in the order's currency."""

    number: Annotated[OrderNumber, Meta(description="By which it is tracked.", examples=["1Z999AA10123456784"])]
    lines: Annotated[list[PackedLine], Meta(min_length=1, max_length=1000)]
    carrier: Text | None = None
    method: Text | None = None
    weight: Decimal | None = None
    cost: Decimal | None = None
    ship_date: date | None = None
    attributes: Attributes | None = None


class LinesNamed(Body):
    """Some lines of an order; if none are named, all that it can be done to."""

    line_ids: Annotated[list[UUID], Meta(min_length=1, max_length=1000)] | None = None


class BilledLine(Body):
    """What is invoiced of a line: all that is left, at the supplier's or else the buyer's cost, unless that is said."""

    id: UUID
    quantity: Pieces | None = None
    unit_price: Decimal | None = None
    attributes: Attributes | None = None


class OrderInvoiceContent(Body):
    """An invoice for some lines of one supplier, or, where none are named, for a whole order with the buyer's fees.

    Charges, stated total and attributes are said with lines alone.
    """

    number: ShortText
    due_at: Moment | None = None
    lines: Annotated[list[BilledLine], Meta(max_length=1000)] | None = None
    charges: Annotated[list[ChargeContent], Meta(max_length=100)] = field(default_factory=list[ChargeContent])
    stated_total: Decimal | None = None
    attributes: Attributes | None = None
