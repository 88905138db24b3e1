"""What each side says of an order: notes and attributes (§9), and fees (§10).

A side's tables know its own members alone, so that those of the other side are not even looked at. What is null is
taken back; a unit cost stays as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billingua.core.order import Order
from billingua.core.party import TradeRole
from billingua.dialects.crux.errors import of_entries
from billingua.dialects.crux.requests.bodies import Sent, read_members, visible
from billingua.dialects.crux.requests.members import attributes, money, name, optional, said
from billingua.engine import fulfilment
from billingua.engine.fulfilment import Fees, RemarkOnOrder, Remarks, SetFees
from billingua.engine.plan import Caller, Plan
from billingua.wire.members import ListOf, ObjectOf, Reader
from billingua.wire.scalars import read_text, read_uuid


def _number(value: Any) -> str | None:
    """Read a supplier's own number of an order; an empty one is none."""
    return None if value == "" else name(value)


_READERS: Mapping[str, Reader] = {"notes": read_text, "attributes": attributes, "order_number": _number}
"""How what is no amount is read, by its name in the ledger."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one side may say: its words for an order and for a line, each with the ledger's name for it."""

    of_order: Mapping[str, str]
    of_line: Mapping[str, str]

    def table(self) -> ObjectOf:
        """Make the table of a body."""
        line = ObjectOf({"line_item_uuid": read_uuid, **_readers(self.of_line)}, required=("line_item_uuid",))
        return ObjectOf({**_readers(self.of_order), "line_items": optional(ListOf(line))})


def _readers(words: Mapping[str, str]) -> dict[str, Reader]:
    return {word: optional(_READERS.get(name, money)) for word, name in words.items()}


def _remarks_of(side: str) -> Said:
    notes, order_attributes = f"{side}_provided_notes", f"{side}_provided_order_attributes"
    of_order = {notes: "notes", order_attributes: "attributes"}
    # Older clients name a line's attributes as they name the order's.
    return Said(of_order, {**of_order, f"{side}_provided_item_attributes": "attributes"})


_REMARKS = {side: _remarks_of(side) for side in TradeRole}
_REMARK_TABLES = {side: words.table() for side, words in _REMARKS.items()}


def remark_on_order(sent: Sent, caller: Caller, now: datetime) -> Plan[Order]:
    """Remark on an order and its lines. Refuses with `OrderNotFound`, `BodyInvalid` or `EntryRefused`."""
    yield from visible(sent)
    trader = sent.member.trader
    words, members = _REMARKS[trader.role], read_members(_REMARK_TABLES[trader.role], sent.body)
    lines = [
        (entry["line_item_uuid"], Remarks(**said(entry, words.of_line))) for entry in members.get("line_items") or ()
    ]
    remarks = Remarks(**said(members, words.of_order))
    wanted = RemarkOnOrder(order=sent.order, trader=trader, remarks=remarks, lines=lines)
    return (yield from of_entries("line_items", len(lines), fulfilment.remark_on_order(wanted, caller, now)))


_FEES = {
    TradeRole.RETAILER: Said(
        {
            "retailer_provided_tax": "order_tax",
            "retailer_provided_order_fee": "order_fee",
            "retailer_provided_shipping_cost": "shipping_cost",
            "retailer_provided_drop_ship_fee": "dropship_fee",
            "retailer_provided_dropship_fee": "dropship_fee",
        },
        {},
    ),
    TradeRole.SUPPLIER: Said(
        {
            "supplier_provided_drop_ship_fee": "dropship_fee",
            "supplier_provided_dropship_fee": "dropship_fee",
            "supplier_provided_order_fee": "order_fee",
            "supplier_provided_tax": "order_tax",
            "supplier_po_number": "order_number",
            "supplier_provided_po_number": "order_number",
            "supplier_provided_order_total": "order_total",
        },
        {"supplier_provided_sku_cost": "unit_cost"},
    ),
}
_FEE_TABLES = {
    TradeRole.RETAILER: ObjectOf(_readers(_FEES[TradeRole.RETAILER].of_order)),
    TradeRole.SUPPLIER: _FEES[TradeRole.SUPPLIER].table(),
}


def set_fees(sent: Sent, caller: Caller, now: datetime) -> Plan[Order]:
    """Say what an order's fees are. Refuses with `OrderNotFound`, `BodyInvalid` or `EntryRefused`."""
    yield from visible(sent)
    trader = sent.member.trader
    members = read_members(_FEE_TABLES[trader.role], sent.body)
    lines: list[Mapping[str, Any]] = members.get("line_items") or []
    costs = [(entry["line_item_uuid"], entry.get("supplier_provided_sku_cost")) for entry in lines]
    fees = Fees(**said(members, _FEES[trader.role].of_order))
    wanted = SetFees(order=sent.order, trader=trader, fees=fees, unit_costs=costs)
    return (yield from of_entries("line_items", len(costs), fulfilment.set_fees(wanted, caller, now)))
