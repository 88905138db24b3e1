"""Lines of invoices, among others or one by one, as clients write them (contract §4.1, §6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from starlette.requests import Request

from billingua.core import errors
from billingua.core.line import InvoiceLine
from billingua.core.money import ZERO, settle
from billingua.dialects.onlyoffice.errors import ArgumentRefused, NotEditable
from billingua.dialects.onlyoffice.requests.binding import Values, read_parameters
from billingua.dialects.onlyoffice.requests.snapshots import with_old_snapshot
from billingua.dialects.onlyoffice.vocabulary import LARGEST, LONGEST_TEXT, MOST_LINES
from billingua.engine import lines
from billingua.engine.content import LineContent
from billingua.engine.ledger import Ledger
from billingua.engine.lines import AddLine, ChangeLine, RemoveLine
from billingua.engine.plan import Caller, Plan
from billingua.wire.scalars import read_integer, read_number, read_text

T = TypeVar("T")

UNSAID = frozenset({"unit", "order_line", "attributes"})
"""The members of a line that this API has no word for."""


def line_content(values: Values) -> LineContent:
    """Read what a line shall say (§4.1). Refuses with `ConversionFailed` or `ArgumentRefused`."""
    description = values.read("description", read_text, "")
    if len(description) > LONGEST_TEXT:
        raise ArgumentRefused(f"{values.place}description")
    item = _id(values, "invoiceItemID", 1)
    tax1, tax2 = (_id(values, name, 0) or None for name in ("invoiceTax1ID", "invoiceTax2ID"))
    quantity = _amount(values, "quantity", LARGEST)
    price = _amount(values, "price", LARGEST)
    return LineContent(
        item=item,
        tax1=tax1,
        tax2=tax2,
        quantity=settle(quantity, 2),
        unit_price=settle(price, 2),
        discount_percent=settle(_amount(values, "discount", Decimal(100)), 2),
        description=description,
        exact={"quantity": quantity, "unit_price": price},
    )


def _id(values: Values, name: str, lowest: int) -> int:
    id = values.read(name, read_integer, 0)
    if id < lowest:
        raise ArgumentRefused(values.place + name)
    return id


def _amount(values: Values, name: str, highest: Decimal) -> Decimal:
    """Read an amount as it was sent, and hold it against its bounds: it is rounded when it is stored."""
    amount = values.read(name, read_number, ZERO)
    if not ZERO <= amount <= highest:
        raise ArgumentRefused(values.place + name)
    return amount


@dataclass(frozen=True, slots=True)
class SentLine:
    """A new line, and its amounts as they were sent, not rounded yet."""

    command: AddLine
    amounts: Mapping[str, Decimal]


async def post_line(request: Request, body_limit: int) -> SentLine:
    """Read a line that is to be written (§6). Refuses with `ConversionFailed` or `ArgumentRefused`."""
    scalars = (await read_parameters(request, body_limit)).scalars
    place = scalars.read("sortOrder", read_integer, 0)
    invoice, content = _id(scalars, "invoiceId", 1), line_content(scalars)
    command = AddLine(invoice=invoice, content=content, position=place, most=MOST_LINES)
    return SentLine(
        command, {name: scalars.read(name, read_number, ZERO) for name in ("quantity", "price", "discount")}
    )


async def put_line(request: Request, line: int, body_limit: int) -> ChangeLine:
    """Read what a line shall say (§6). What it cannot say is told once the line is known to be there."""
    scalars = (await read_parameters(request, body_limit)).scalars
    return ChangeLine(
        invoice=_id(scalars, "invoiceId", 1),
        line=line,
        content=_content(scalars),
        position=scalars.read("sortOrder", read_integer, 0),
        unsaid=UNSAID,
    )


def _content(scalars: Values) -> LineContent | ArgumentRefused:
    try:
        return line_content(scalars)
    except ArgumentRefused as error:
        return error


def add_line(command: AddLine, caller: Caller, now: datetime) -> Plan[InvoiceLine]:
    """Write a line. Refuses with `ArgumentRefused` where there is no such invoice."""
    try:
        return (yield from _editing(lines.add_line(command, caller, now), command.invoice))
    except errors.InvoiceNotFound as error:
        raise ArgumentRefused("invoiceId") from error


def change_line(command: ChangeLine, caller: Caller, now: datetime) -> Plan[InvoiceLine]:
    """Write a line anew."""
    return (yield from _editing(lines.change_line(command, caller, now), command.invoice))


async def find_invoice_of(line: int, caller: Caller, ledger: Ledger) -> int:
    """Find the invoice (its id) that has a line. Refuses with `InvoiceLineNotFound`."""
    invoice = await ledger.store.invoice_of_line(caller.workspace, line)
    if invoice is None:
        raise errors.InvoiceLineNotFound(line)
    return invoice


def remove_line(command: RemoveLine, caller: Caller, now: datetime) -> Plan[InvoiceLine]:
    """Take a line out of its invoice."""
    return (yield from _editing(lines.remove_line(command, caller, now), command.invoice))


def _editing(plan: Plan[T], invoice: int) -> Plan[T]:
    """Run a plan on an invoice's lines, which leaves what is printed of it (§12.9).

    Whoever may not edit it, or not any more, is told so, with `NotPermitted` or `NotEditable` (§12.11).
    """
    try:
        return (yield from with_old_snapshot((yield from plan), invoice))
    except errors.ChangeNotPermitted as error:
        raise errors.NotPermitted("change the invoice") from error
    except errors.InvoiceLocked as error:
        raise NotEditable from error
