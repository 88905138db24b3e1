"""What CRUX Connect clients ask for, as commands (contract §12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from starlette.requests import Request

from billingua.core.errors import OrderLineClosed, OrderLineNotFound, OrderNotFound, OverInvoiced
from billingua.core.invoice import Invoice
from billingua.core.line import Attribute, Charge, ChargeKind
from billingua.core.order import Order
from billingua.dialects.crux.credentials import Member
from billingua.dialects.crux.errors import BodyInvalid, LineRefused
from billingua.dialects.crux.listing import visible_part
from billingua.dialects.crux.vocabulary import CHARGES, DROPSHIP_FEE, ORDER_TOTAL
from billingua.engine import orders
from billingua.engine.orders import InvoicedLine, InvoiceOrder
from billingua.engine.plan import Caller, Needs, Plan, by_uuid
from billingua.wire.bodies import content_type, decode_json, read_body
from billingua.wire.errors import BodyTypeUnsupported
from billingua.wire.members import ListOf, ObjectOf, Reader, problems_of
from billingua.wire.scalars import Invalid, read_decimal, read_integer, read_text, read_uuid

LONGEST_NUMBER = 255


def order_uuid(request: Request) -> UUID:
    """Give the order that the path names."""
    return request.path_params["order_uuid"]


async def _read_json(request: Request, limit: int) -> Any:
    """Read a JSON body; an empty one, whatever its type, says as much as `{}`."""
    body = await read_body(request, limit)
    if not body:
        return {}
    if content_type(request) != "application/json":
        raise BodyTypeUnsupported(content_type(request))
    return decode_json(body)


@dataclass(frozen=True, slots=True)
class PostInvoice:
    """An invoice for an order, as a member sent it."""

    order: UUID
    member: Member
    body: Any


async def post_invoice(request: Request, member: Member, body_limit: int) -> PostInvoice:
    """Read an invoice, as far as it can be judged without its order."""
    return PostInvoice(order_uuid(request), member, await _read_json(request, body_limit))


def invoice_order(command: PostInvoice, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write an invoice; nothing is said of the body unless the order is the member's to see (§1.1).

    Refuses with `OrderNotFound`, `BodyInvalid`, and as the ledger's `invoice_order`, with `LineRefused` for a line.
    """
    key = by_uuid(Order, command.order)
    found = yield Needs([key])
    visible_part(found.require(key, OrderNotFound(command.order)), command.member)
    wanted = _command(command)
    try:
        return (yield from orders.invoice_order(wanted, caller, now))
    except (OrderLineNotFound, OrderLineClosed, OverInvoiced) as error:
        raise LineRefused(error, len(wanted.lines)) from error


def _command(command: PostInvoice) -> InvoiceOrder:
    try:
        members = _INVOICE(command.body)
    except Invalid as error:
        raise BodyInvalid(command.body, problems_of(error)) from error
    return InvoiceOrder(
        order=command.order,
        supplier=command.member.organization.uuid,
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


# Readers


def _optional(reader: Reader) -> Reader:
    """Let a member be null, which says as much as its absence."""
    return lambda value: None if value is None else reader(value)


def _invoice_number(value: Any) -> str:
    """Read an invoice's number, without the blanks around it."""
    number = read_text(value).strip()
    if not number:
        raise Invalid("blank")
    if len(number) > LONGEST_NUMBER:
        raise Invalid("long")
    return number


def _quantity(value: Any) -> int:
    return _not_negative(read_integer(value))


def _money(value: Any) -> Decimal:
    """Read an amount; more than two decimals are refused, not rounded (A10)."""
    return _not_negative(read_decimal(value, places=2))


def _not_negative(number: Any) -> Any:
    if number < 0:
        raise Invalid("negative")
    return number


def _attribute_name(value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid("text")
    return read_text(value)


def _attribute_value(value: Any) -> str:
    """Read an attribute's value; a number or a boolean is kept as its text (A18)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return read_text(value)


def _attributes(value: Any) -> tuple[Attribute, ...]:
    entries = _ATTRIBUTE_LIST(value)
    return tuple(Attribute(entry["attribute_name"], entry["attribute_value"]) for entry in entries)


_ATTRIBUTE_LIST = ListOf(
    ObjectOf(
        {"attribute_name": _attribute_name, "attribute_value": _attribute_value},
        required=("attribute_name", "attribute_value"),
    )
)

_LINE = ObjectOf(
    {
        "line_item_uuid": read_uuid,
        "quantity_invoiced": _optional(_quantity),
        "supplier_provided_sku_cost": _optional(_money),
        "invoice_item_attributes": _optional(_attributes),
    },
    required=("line_item_uuid",),
)

_INVOICE = ObjectOf(
    {
        "invoice_number": _invoice_number,
        "line_items": _optional(ListOf(_LINE)),
        **dict.fromkeys([*CHARGES, DROPSHIP_FEE, ORDER_TOTAL], _optional(_money)),
        "invoice_attributes": _optional(_attributes),
    },
    required=("invoice_number",),
)
"""What an invoice may say (§12)."""
