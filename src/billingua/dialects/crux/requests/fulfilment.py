"""What a supplier does with its lines: allocation (§7) and tracking (§8)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from billingua.core.fulfilment import Allocated, Packed
from billingua.core.order import Allocation, LineStatus
from billingua.dialects.crux.errors import of_entries
from billingua.dialects.crux.requests.bodies import Sent, read_members, visible
from billingua.dialects.crux.requests.members import attributes, money, name, optional, quantity, some, weight
from billingua.engine import fulfilment
from billingua.engine.fulfilment import AllocateOrder, ShipOrder
from billingua.engine.plan import Caller, Decision, Plan
from billingua.wire.members import ListOf, ObjectOf
from billingua.wire.scalars import read_day, read_text, read_uuid

Statuses = Sequence[tuple[UUID, LineStatus | None]]
"""Lines with the statuses that they have now; None for one that is not there."""


def allocate_order(sent: Sent, caller: Caller, now: datetime) -> Plan[Statuses]:
    """Take on some of the supplier's lines; tell each line's status.

    Refuses with `OrderNotFound`, `BodyInvalid` or `EntryRefused`.
    """
    yield from visible(sent)
    parts = [_allocated(entry) for entry in read_members(_ALLOCATION, sent.body)["line_items"]]
    wanted = AllocateOrder(order=sent.order, supplier=sent.member.organization.uuid, parts=parts)
    decision = yield from of_entries("line_items", len(parts), fulfilment.allocate_order(wanted, caller, now))
    statuses = [(part.line, status) for part, status in zip(parts, decision.answer, strict=True)]
    return Decision(statuses, decision.saves, decision.events)


def _allocated(entry: Mapping[str, Any]) -> Allocated:
    figures = entry["allocation"]
    allocation = Allocation(
        accepted=figures["quantity_accepted"],
        rejected=figures["quantity_rejected"],
        backordered=figures["quantity_backordered"],
        backorder_date=figures.get("backorder_date"),
    )
    return Allocated(entry["line_item_uuid"], allocation)


_FIGURES = ("quantity_accepted", "quantity_rejected", "quantity_backordered")

_ALLOCATION = ObjectOf(
    {
        "line_items": ListOf(
            ObjectOf(
                {
                    "line_item_uuid": read_uuid,
                    "allocation": ObjectOf(
                        {**dict.fromkeys(_FIGURES, quantity), "backorder_date": optional(read_day)}, required=_FIGURES
                    ),
                },
                required=("line_item_uuid", "allocation"),
            )
        )
    },
    required=("line_items",),
)
"""What an allocation says."""


def ship_order(sent: Sent, caller: Caller, now: datetime) -> Plan[UUID]:
    """Send a package; tell its UUID. Refuses with `OrderNotFound`, `BodyInvalid` or `EntryRefused`."""
    yield from visible(sent)
    wanted = _package(sent)
    return (yield from of_entries("line_items", len(wanted.parts), fulfilment.ship_order(wanted, caller, now)))


def _package(sent: Sent) -> ShipOrder:
    members = read_members(_PACKAGE, sent.body)
    return ShipOrder(
        order=sent.order,
        supplier=sent.member.organization.uuid,
        number=members["tracking_number"],
        parts=[
            Packed(entry["line_item_uuid"], entry["quantity_shipped"], entry.get("supplier_provided_sku_cost"))
            for entry in members["line_items"]
        ],
        carrier=members.get("supplier_provided_carrier"),
        method=members.get("supplier_provided_method"),
        weight=members.get("package_weight"),
        cost=members.get("package_ship_cost"),
        ship_date=members.get("package_ship_date"),
        attributes=members.get("package_attributes"),
    )


_PACKED = ObjectOf(
    {
        "line_item_uuid": read_uuid,
        "quantity_shipped": quantity,
        "supplier_provided_sku_cost": optional(money),
    },
    required=("line_item_uuid", "quantity_shipped"),
)

_PACKAGE = ObjectOf(
    {
        "tracking_number": name,
        "supplier_provided_carrier": optional(read_text),
        "supplier_provided_method": optional(read_text),
        "package_weight": optional(weight),
        "package_ship_cost": optional(money),
        "package_ship_date": optional(read_text),
        "line_items": some(_PACKED),
        "package_attributes": optional(attributes),
    },
    required=("tracking_number", "line_items"),
)
"""What is said of a package."""
