"""Invoices as clients ask for them and write them (contract §4)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from starlette.requests import Request

from billingua.core.invoice import Invoice
from billingua.core.money import ZERO, settle
from billingua.core.rounding import STEPWISE
from billingua.core.tax import LineTax, Tax
from billingua.core.workspace import Workspace
from billingua.dialects.onlyoffice.errors import ArgumentRefused, ConversionFailed
from billingua.dialects.onlyoffice.requests.binding import Parameters, Values, read_parameters
from billingua.dialects.onlyoffice.requests.lines import UNSAID, line_content
from billingua.dialects.onlyoffice.requests.moments import moment_reader
from billingua.dialects.onlyoffice.requests.snapshots import with_snapshot
from billingua.dialects.onlyoffice.responses import ShownInvoice
from billingua.dialects.onlyoffice.vocabulary import (
    CURRENCIES,
    LARGEST,
    LONGEST_TEXT,
    MOST_LINES,
    NAME,
    NO_DATE,
    is_culture,
)
from billingua.engine import invoices, writing
from billingua.engine.content import InvoiceFields, LineContent
from billingua.engine.invoices import InvoiceView
from billingua.engine.kinds import by_username
from billingua.engine.plan import Caller, Decision, Needs, Plan, Record, Step, by_id
from billingua.engine.writing import CreateInvoice, ReplaceInvoice
from billingua.wire.scalars import LARGEST_INTEGER, read_integer, read_number, read_text


def invoice_id(request: Request) -> int:
    """Read the invoice's id from the path."""
    digits = request.path_params["id"].lstrip("0") or "0"
    if len(digits) > 10 or int(digits) > LARGEST_INTEGER:
        raise ConversionFailed("id", "overflow")
    return int(digits)


def record_id(request: Request) -> int:
    """Read the invoice's id from the path. Refuses with `ArgumentRefused` where it is nought."""
    id = invoice_id(request)
    if not id:
        raise ArgumentRefused("id")
    return id


def find_invoice(id: int, caller: Caller, now: datetime) -> Plan[ShownInvoice]:
    """Show one invoice (§4.6). Refuses as the ledger's `find_invoice`."""
    found = yield from invoices.find_invoice(id, caller, now)
    return Decision((yield from _shown(found.answer)))


def _shown(view: InvoiceView) -> Step[ShownInvoice]:
    (shown,) = yield from show([view])
    return shown


def show(views: Sequence[InvoiceView]) -> Step[list[ShownInvoice]]:
    """Look up who may see the private contacts of invoices, and what the taxes of those born here are today."""
    parties = {party.id: party for view in views for party in (view.party, view.consignee) if party and party.private}
    keys = {name: by_username(name) for party in parties.values() for name in party.access}
    taxes = {tax.tax: by_id(Tax, tax.tax) for view in views for tax in _live_taxes(view.invoice)}
    found = yield Needs([*keys.values(), *taxes.values()])
    users = {name: user for name, key in keys.items() if (user := found.get(key))}
    rates = {id: tax.rate for id, key in taxes.items() if (tax := found.get(key))}
    return [ShownInvoice(view, users, rates if view.invoice.origin == NAME else {}) for view in views]


def _live_taxes(invoice: Invoice) -> Iterable[LineTax]:
    """List the taxes of an invoice whose cost follows them: one that was born here."""
    return (tax for line in invoice.lines for tax in line.taxes) if invoice.origin == NAME else ()


async def read_invoice_number(request: Request, body_limit: int) -> str:
    """Read the number of the invoice that is asked for. Refuses with `ArgumentRefused` where there is none."""
    number = (await read_parameters(request, body_limit)).scalars.read("number", read_text, "")
    if not number:
        raise ArgumentRefused("number")
    return number


def find_invoice_by_number(number: str, caller: Caller, now: datetime) -> Plan[ShownInvoice]:
    """Show the invoice that has a number (§4.6). Refuses as the ledger's `find_invoice_by_number`."""
    found = yield from invoices.find_invoice_by_number(number, caller, now)
    return Decision((yield from _shown(found.answer)))


def view_invoices(records: Sequence[Record[Invoice]], caller: Caller, now: datetime) -> Plan[list[ShownInvoice]]:
    """Show those of some invoices that the caller may see (§4.5)."""
    found = yield from invoices.view_invoices(records, caller, now)
    return Decision((yield from show(found.answer)))


async def post_invoice(request: Request, workspace: Workspace, body_limit: int) -> CreateInvoice:
    """Read what a new invoice shall say (§4.1). Refuses as `put_invoice`."""
    parameters = await read_parameters(request, body_limit)
    scalars = parameters.scalars
    number = scalars.read("number", read_text, "")
    return CreateInvoice(
        number=number if number.strip() and len(number) <= LONGEST_TEXT else ArgumentRefused("number"),
        fields=_fields(scalars, workspace.zone),
        extras=_extras(scalars),
        lines=_lines(parameters),
        rounding=STEPWISE,
        currencies=CURRENCIES,
    )


def create_invoice(command: CreateInvoice, caller: Caller, now: datetime) -> Plan[ShownInvoice]:
    """Write a new invoice (§4.2). Refuses as the ledger's `create_invoice`."""
    decision = yield from writing.create_invoice(command, caller, now)
    return (yield from _answered((yield from with_snapshot(decision))))


async def put_invoice(request: Request, workspace: Workspace, body_limit: int) -> ReplaceInvoice:
    """Read what an invoice shall say (§4.1).

    Values that cannot be read, and lines that say what no line can, are refused here, with `ConversionFailed`,
    `ListBroken` or `ArgumentRefused`; what else is wrong only once the invoice is known to be the caller's to edit.
    """
    id = invoice_id(request)
    parameters = await read_parameters(request, body_limit)
    scalars = parameters.scalars
    return ReplaceInvoice(
        invoice=id,
        fields=_fields(scalars, workspace.zone),
        extras=_extras(scalars),
        lines=_lines(parameters),
        unsaid=UNSAID,
        currencies=CURRENCIES,
        exact_rate=scalars.read("exchangeRate", read_number, ZERO),
    )


def replace_invoice(command: ReplaceInvoice, caller: Caller, now: datetime) -> Plan[ShownInvoice]:
    """Write an invoice anew (§4.3). Refuses as the ledger's `replace_invoice`."""
    decision = yield from writing.replace_invoice(command, caller, now)
    return (yield from _answered((yield from with_snapshot(decision))))


def _answered(decision: Decision[InvoiceView]) -> Plan[ShownInvoice]:
    return Decision((yield from _shown(decision.answer)), decision.saves, decision.events, decision.files)


def _extras(scalars: Values) -> dict[str, Any]:
    """Read what only this API understands."""
    return {"templateType": scalars.read("templateType", read_integer, 0)}


def _fields(scalars: Values, zone: tzinfo) -> InvoiceFields | ArgumentRefused:
    """Read the fields, as they are stored, or else what is wrong with them. Refuses with `ConversionFailed`."""
    fields = _sent(scalars, zone)
    return _problem(fields) or _stored(fields)


def _sent(scalars: Values, zone: tzinfo) -> InvoiceFields:
    moment = moment_reader(zone)
    return InvoiceFields(
        issued_at=scalars.read("issueDate", moment, NO_DATE),
        due_at=scalars.read("dueDate", moment, None),
        party=scalars.read("contactId", read_integer, 0),
        consignee=scalars.read("consigneeId", read_integer, 0) or None,
        opportunity=scalars.read("entityId", read_integer, 0) or None,
        billing_address=max(0, scalars.read("billingAddressID", read_integer, 0)) or None,
        delivery_address=max(0, scalars.read("deliveryAddressID", read_integer, 0)) or None,
        language=scalars.read("language", read_text, ""),
        currency=scalars.read("currency", read_text, "").upper(),
        exchange_rate=scalars.read("exchangeRate", read_number, ZERO),
        purchase_order_number=scalars.read("purchaseOrderNumber", read_text, ""),
        terms=scalars.read("terms", read_text, ""),
        description=scalars.read("description", read_text, ""),
    )


_SOUND: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "issueDate": ("issued_at", lambda moment: moment > NO_DATE),
    "contactId": ("party", lambda id: id > 0),
    "dueDate": ("due_at", lambda moment: moment is not None),
    "currency": ("currency", lambda text: 0 < len(text) <= LONGEST_TEXT),
    "exchangeRate": ("exchange_rate", lambda rate: ZERO < rate <= LARGEST and settle(rate, 2) > ZERO),
    "terms": ("terms", lambda text: 0 < len(text) <= LONGEST_TEXT),
    "language": ("language", lambda name: not name or is_culture(name)),
    "purchaseOrderNumber": ("purchase_order_number", lambda text: len(text) <= LONGEST_TEXT),
    "description": ("description", lambda text: len(text) <= LONGEST_TEXT),
}
"""Which field each parameter is, and whether its value is one that the field may have (§4.1, §12.20)."""


def _problem(fields: InvoiceFields) -> ArgumentRefused | None:
    """Say the first thing that is wrong with the fields, each by itself."""
    values: Mapping[str, Any] = {**fields}
    wrong = (name for name, (ours, is_sound) in _SOUND.items() if not is_sound(values[ours]))
    return next(map(ArgumentRefused, wrong), None)


def _stored(fields: InvoiceFields) -> InvoiceFields:
    """Round as the storage does: half away from zero, to two decimals (§10.1). The date for no date is none."""
    stored = fields.copy()
    stored["due_at"] = None if fields.get("due_at") == NO_DATE else fields.get("due_at")
    stored["exchange_rate"] = settle(fields.get("exchange_rate", ZERO), 2)
    return stored


_LINE_MEMBERS = frozenset(
    {
        "id",
        "invoiceid",
        "invoiceitemid",
        "invoicetax1id",
        "invoicetax2id",
        "sortorder",
        "description",
        "quantity",
        "price",
        "discount",
    }
)
"""Members that a line has, in lower case: in whatever case one is spelt, it is known (§14)."""


def _lines(parameters: Parameters) -> list[LineContent]:
    """Read the lines: at least one, and no more than so many; their ids and places are not theirs to choose."""
    lines = [line_content(values) for values in parameters.objects("invoiceLines", _LINE_MEMBERS, MOST_LINES)]
    if not lines:
        raise ArgumentRefused("invoiceLines")
    return lines
