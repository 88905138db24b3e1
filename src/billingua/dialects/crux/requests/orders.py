"""New orders (§3), and orders that are handed over (§13)."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from billingua.core.order import DeliveryAddress, Order, OrderFees
from billingua.dialects.crux.errors import of_entries, of_member
from billingua.dialects.crux.requests.bodies import Sent, read_members
from billingua.dialects.crux.requests.members import attributes, money, name, optional, pieces, said, some
from billingua.engine import fulfilment, orders
from billingua.engine.fulfilment import HandOver
from billingua.engine.orders import CreateOrder, OrderedLine
from billingua.engine.plan import Caller, Plan
from billingua.wire.members import ListOf, ObjectOf
from billingua.wire.scalars import read_text, read_uuid


def create_order(sent: Sent, caller: Caller, now: datetime) -> Plan[Order]:
    """Order something. Refuses with `BodyInvalid`, or with `EntryRefused` for a SKU or its supplier."""
    wanted = _command(sent)
    return (yield from of_entries("skus", len(wanted.lines), orders.create_order(wanted, caller, now)))


def _command(sent: Sent) -> CreateOrder:
    members = read_members(_ORDER, sent.body)
    return CreateOrder(
        retailer=sent.member.organization.uuid,
        number=members["po_number"],
        lines=[_line(entry) for entry in members["skus"]],
        address=DeliveryAddress(**members["address"]),
        fees=OrderFees(**said(members, _FEES)),
        notes=members.get("retailer_provided_notes"),
        attributes=members.get("retailer_provided_order_attributes"),
    )


def _line(entry: Mapping[str, Any]) -> OrderedLine:
    return OrderedLine(
        supplier=entry["supplier_org_uuid"],
        sku=entry["sku_id"],
        quantity=entry["quantity"],
        unit_cost=entry.get("retailer_provided_sku_cost"),
        carrier=entry.get("retailer_provided_shipping_carrier"),
        method=entry.get("retailer_provided_shipping_method"),
        notes=entry.get("retailer_line_item_instructions"),
        attributes=entry.get("retailer_provided_line_item_attributes"),
    )


_SKU = ObjectOf(
    {
        "sku_id": name,
        "quantity": pieces,
        "supplier_org_uuid": read_uuid,
        "retailer_provided_shipping_carrier": optional(read_text),
        "retailer_provided_shipping_method": optional(read_text),
        "retailer_line_item_instructions": optional(read_text),
        "retailer_provided_sku_cost": optional(money),
        "retailer_provided_line_item_attributes": optional(attributes),
    },
    required=("sku_id", "quantity", "supplier_org_uuid"),
)

_FEES = {
    "retailer_provided_order_fee": "order_fee",
    "retailer_provided_tax": "order_tax",
    "retailer_provided_shipping_cost": "shipping_cost",
    "retailer_provided_dropship_fee": "dropship_fee",
}

_ORDER = ObjectOf(
    {
        "skus": some(_SKU),
        "address": ObjectOf({field.name: optional(read_text) for field in fields(DeliveryAddress)}),
        "po_number": name,
        **dict.fromkeys(_FEES, optional(money)),
        "retailer_provided_order_attributes": optional(attributes),
        "retailer_provided_notes": optional(read_text),
    },
    required=("skus", "address", "po_number"),
)
"""What an order may say."""


def hand_over(sent: Sent, caller: Caller, now: datetime) -> Plan[Sequence[Order]]:
    """Count orders as handed over, all or none. Refuses with `BodyInvalid` or `OrderUnknown`."""
    members = read_members(_ORDERS, sent.body)
    wanted = HandOver(orders=[entry["order_uuid"] for entry in members["uuids"]], trader=sent.member.trader)
    return (yield from of_member("uuids", fulfilment.hand_over(wanted, caller, now)))


_ORDERS = ObjectOf(
    {"uuids": ListOf(ObjectOf({"order_uuid": read_uuid}, required=("order_uuid",)))}, required=("uuids",)
)
