"""Exports: orders as CSV, one row for each line item that their reader sees (contract §13)."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from uuid import UUID

from billingua.core.errors import ExportTooLarge
from billingua.core.file import LARGEST_FILE
from billingua.core.line import Attribute
from billingua.core.order import Order, OrderLine, part_of
from billingua.dialects.crux.credentials import Member
from billingua.dialects.crux.vocabulary import amount
from billingua.engine.exports import KeepExport
from billingua.engine.ledger import Ledger
from billingua.engine.queries import OrderQuery, OrderSort

COLUMNS = (
    "retailer_po_number",
    "order_uuid",
    "supplier_org_uuid",
    "requested_shipping_carrier",
    "requested_shipping_method",
    "sku_id",
    "sku_title_variants",
    "retailer_provided_sku_cost",
    "line_item_uuid",
    "line_item_special_instructions",
    "quantity",
    "business_name",
    "name",
    "phone",
    "address1",
    "address2",
    "city",
    "state",
    "country",
    "postal_code",
    "estimated_shipping_cost",
    "dropship_fee",
    "per_order_fee",
    "estimated_tax",
    "retailer_provided_order_attributes",
    "retailer_provided_notes",
    "retailer_provided_line_item_attributes",
)

NAME, MEDIA_TYPE = "orders.csv", "text/csv; charset=utf-8"

AT_ONCE = 500
"""How many orders are read at once."""


async def export_orders(ledger: Ledger, query: OrderQuery, member: Member) -> KeepExport:
    """Write the orders that are asked for to a file to keep, as the member sees them. Refuses with `ExportTooLarge`.

    Neither the place nor the size of a page counts: all that match are exported.
    """
    content = bytearray(_lines([COLUMNS]))
    query = replace(query, trader=member.trader, offset=0, limit=AT_ONCE)
    while True:
        page = await ledger.orders(member.caller, query)
        orders = [part_of(record.value, member.trader) for record in page.items]
        content += _lines(row for order in orders for row in _rows(order))
        if len(content) > LARGEST_FILE:
            raise ExportTooLarge(LARGEST_FILE)
        if len(orders) < AT_ONCE:
            break
        query = replace(query, offset=query.offset + AT_ONCE)
    organization = member.trader.organization
    return KeepExport(organization=organization, name=NAME, media_type=MEDIA_TYPE, content=bytes(content))


def of_orders(uuids: Sequence[UUID]) -> OrderQuery:
    """Ask for these orders."""
    return OrderQuery(uuids=frozenset(uuids), sort=OrderSort.CREATED)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _rows(order: Order) -> Iterator[Sequence[str]]:
    return (_row(order, line) for line in order.lines)


def _row(order: Order, line: OrderLine) -> Sequence[str]:
    """Write a line item, byte by byte as it is in the ledger: who reads the file by program gets what was sent."""
    address, fees = order.address, order.fees
    return [
        order.number,
        str(order.uuid),
        str(line.supplier or ""),
        line.carrier or "",
        line.method or "",
        line.sku,
        "",
        _amount(line.unit_cost),
        str(line.uuid),
        line.retailer_notes or "",
        str(line.quantity),
        address.business_name or "",
        address.name or "",
        address.phone_number or "",
        address.address1 or "",
        address.address2 or "",
        address.city or "",
        address.state or "",
        address.country or "",
        address.postal_code or "",
        _amount(fees.shipping_cost),
        _amount(fees.dropship_fee),
        _amount(fees.order_fee),
        _amount(fees.order_tax),
        write_attributes(order.retailer_attributes),
        order.retailer_notes or "",
        write_attributes(line.retailer_attributes),
    ]


def _amount(value: Decimal | None) -> str:
    return "" if value is None else str(amount(value))


def write_attributes(attributes: Sequence[Attribute] | None) -> str:
    """Write an attribute cell, such as `read_attributes` reads (§14.2)."""
    return ";;".join(f"'{attribute.name}':'{attribute.value}'" for attribute in attributes or ())
