"""What our own API answers on orders: the members of each answer, of which the OpenAPI document tells."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from billingua.core.order import Billing
from billingua.dialects.native.answers import (
    ActionShown,
    Amount,
    Answer,
    AttributeShown,
    Day,
    Id,
    Moment,
    Number,
    PartyNamed,
)

LineStatusWord = Literal["unallocated", "allocated", "backordered", "rejected", "shipped", "cancelled"]
Pieces = Annotated[int, Meta(ge=0)]


class OrderSummary(Answer):
    """An order in short, as lists show it; `total` is the goods and the buyer's fees."""

    id: Id
    uuid: UUID
    version: Annotated[int, Meta(ge=1, description="How often it was saved; the ETag says the same.")]
    number: Annotated[str, Meta(description="The buyer's own; another order may have it too.")]
    party: Annotated[PartyNamed | None, Meta(description="Who buys.")]
    suppliers: list[PartyNamed]
    placed_by: str | None
    currency: Annotated[str, Meta(description="ISO 4217.", examples=["EUR"])]
    total: Amount
    statuses: Annotated[list[LineStatusWord], Meta(description="Those of its lines, each once.")]
    invoiced: Annotated[Billing, Meta(description="How much of it is invoiced; closed lines do not count.")]
    sent_to_supplier: Annotated[bool, Meta(description="Whether it was handed over.")]
    created_at: Moment


class DeliveryAddressShown(Answer):
    """Where an order is sent."""

    name: str | None
    business_name: str | None
    address1: str | None
    address2: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    phone_number: str | None
    country: str | None


class OrderFeesShown(Answer):
    """What the buyer expects to pay beside the goods; null where it said nothing."""

    order_fee: Amount | None
    order_tax: Amount | None
    shipping_cost: Amount | None
    dropship_fee: Amount | None


class SupplierTermsShown(Answer):
    """What one supplier says of its part of an order; `order_number` is its own number."""

    supplier: PartyNamed
    dropship_fee: Amount | None
    order_fee: Amount | None
    order_tax: Amount | None
    order_total: Amount | None
    order_number: str | None
    notes: str | None
    attributes: list[AttributeShown] | None


class AllocationShown(Answer):
    """How much of a line the supplier takes on; the figures need not add up to what was ordered."""

    accepted: int
    rejected: int
    backordered: int
    backorder_date: Day | None


class ShipmentShown(Answer):
    """A package that holds some of a line; `package` is its UUID, the same on all lines that it holds some of."""

    package: UUID | None
    number: str
    carrier: str | None
    method: str | None
    weight: Number | None
    cost: Amount | None
    ship_date: str | None
    created_at: Moment | None
    quantity: int
    attributes: list[AttributeShown] | None


class OrderLineShown(Answer):
    """A line of an order; of its `quantity`, so much is in packages and so much is invoiced."""

    id: UUID
    item_id: int | None
    sku: str
    title: str
    supplier: PartyNamed | None
    quantity: Pieces
    unit_cost: Amount | None
    supplier_unit_cost: Amount | None
    status: LineStatusWord
    designation: str | None
    cancelling: Annotated[bool, Meta(description="Whether it was asked to be cancelled, and nobody answered yet.")]
    carrier: str | None
    method: str | None
    shipped: int
    invoiced: int
    retailer_notes: str | None
    supplier_notes: str | None
    retailer_attributes: list[AttributeShown] | None
    supplier_attributes: list[AttributeShown] | None
    allocation: AllocationShown | None
    tracking: list[ShipmentShown]


class Order(OrderSummary):
    """An order, whole."""

    channel_id: int | None
    retailer_notes: str | None
    supplier_notes: Annotated[str | None, Meta(description="Those of no supplier in particular.")]
    retailer_attributes: list[AttributeShown] | None
    supplier_attributes: list[AttributeShown] | None
    fees: OrderFeesShown
    supplier_terms: list[SupplierTermsShown]
    address: DeliveryAddressShown
    lines: list[OrderLineShown]


class OrderPage(Answer):
    """A page of orders; `total` counts all that match, and `next` leads to the page after this one."""

    items: list[OrderSummary]
    total: int
    next: str | None


class OrderActions(Answer):
    """What may be done to an order now by whoever asks, and for what may not, why."""

    version: int
    items: list[ActionShown]
