"""A supplier's invoice (§12)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from billingua.core.invoice import Invoice
from billingua.core.line import Charge, ChargeKind
from billingua.dialects.crux.errors import of_entries
from billingua.dialects.crux.requests.bodies import Sent, read_members, visible
from billingua.dialects.crux.requests.members import attributes, money, name, optional, quantity
from billingua.dialects.crux.vocabulary import CHARGES, DROPSHIP_FEE, ORDER_TOTAL
from billingua.engine import orders
from billingua.engine.orders import InvoicedLine, InvoiceOrder
from billingua.engine.plan import Caller, Plan
from billingua.wire.members import ListOf, ObjectOf
from billingua.wire.scalars import read_uuid


def invoice_order(sent: Sent, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write an invoice.

    Refuses with `OrderNotFound`, `BodyInvalid`, and as the ledger's `invoice_order`, with `EntryRefused` for a line.
    """
    yield from visible(sent)
    wanted = _command(sent)
    return (yield from of_entries("line_items", len(wanted.lines), orders.invoice_order(wanted, caller, now)))


def _command(sent: Sent) -> InvoiceOrder:
    members = read_members(_INVOICE, sent.body)
    return InvoiceOrder(
        order=sent.order,
        supplier=sent.member.organization.uuid,
        number=members["invoice_number"],
        lines=[_line(entry) for entry in members.get("line_items") or ()],
        charges=_charges(members),
        stated_total=members.get(ORDER_TOTAL),
        attributes=members.get("invoice_attributes"),
    )


def _line(entry: Mapping[str, Any]) -> InvoicedLine:
    return InvoicedLine(
        line=entry["line_item_uuid"],
        quantity=entry.get("quantity_invoiced"),
        unit_cost=entry.get("supplier_provided_sku_cost"),
        attributes=entry.get("invoice_item_attributes"),
    )


def _charges(members: Mapping[str, Any]) -> tuple[Charge, ...]:
    """Gather the charges that were stated; of the two spellings of the drop-ship fee §12's own comes first."""
    stated = {kind: members.get(name) for name, kind in CHARGES.items()}
    if stated[ChargeKind.DROPSHIP_FEE] is None:
        stated[ChargeKind.DROPSHIP_FEE] = members.get(DROPSHIP_FEE)
    return tuple(Charge(kind, amount) for kind, amount in stated.items() if amount is not None)


_LINE = ObjectOf(
    {
        "line_item_uuid": read_uuid,
        "quantity_invoiced": optional(quantity),
        "supplier_provided_sku_cost": optional(money),
        "invoice_item_attributes": optional(attributes),
    },
    required=("line_item_uuid",),
)

_INVOICE = ObjectOf(
    {
        "invoice_number": name,
        "line_items": optional(ListOf(_LINE)),
        **dict.fromkeys([*CHARGES, DROPSHIP_FEE, ORDER_TOTAL], optional(money)),
        "invoice_attributes": optional(attributes),
    },
    required=("invoice_number",),
)
"""What an invoice may say."""
