"""What BigCommerce clients ask for, as commands (contract §4)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request

from billingua.core.errors import InvoiceNotFound, NotFound, PartyNotFound, UnknownField
from billingua.core.invoice import Invoice
from billingua.core.money import ZERO
from billingua.core.order import Order
from billingua.core.workspace import Workspace
from billingua.dialects.bigcommerce import responses
from billingua.dialects.bigcommerce.errors import BodyInvalid
from billingua.dialects.bigcommerce.responses import FoundInvoice
from billingua.dialects.bigcommerce.vocabulary import (
    NAME,
    ExtraField,
    InvoiceStatus,
    Source,
    claim,
    extra_fields,
    is_claim,
    not_a_choice,
    seconds,
)
from billingua.engine import invoices
from billingua.engine.content import InvoiceFields, LineContent
from billingua.engine.invoices import AmendInvoice, InvoiceView
from billingua.engine.kinds import THE_WORKSPACE
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_id
from billingua.wire.bodies import content_type, decode_json, read_body
from billingua.wire.errors import BodyTypeUnsupported
from billingua.wire.members import ListOf, ObjectOf, Reader, problems_of, read_object
from billingua.wire.scalars import (
    Invalid,
    read_amount,
    read_anything,
    read_currency,
    read_decimal,
    read_integer,
    read_text,
    read_timestamp,
    timestamp,
)

T = TypeVar("T")

_ID = re.compile(r"[0-9]{1,10}")


def invoice_id(request: Request) -> int:
    """Read the invoice's id from the path; what is no id names no invoice."""
    text = request.path_params["invoice_id"]
    if not _ID.fullmatch(text):
        raise InvoiceNotFound(text)
    return int(text)


def find_invoice(id: int, caller: Caller, now: datetime) -> Plan[FoundInvoice]:
    """Show one invoice. Refuses as the ledger's `find_invoice`."""
    view = (yield from invoices.find_invoice(id, caller, now)).answer
    key = by_id(Order, _order_of(view.invoice))
    found = yield Needs([key])
    return Decision(FoundInvoice(view, found.get(key)))


def _order_of(invoice: Invoice) -> int:
    """Give the id of the order that an invoice bills, or 0; an order number may be any text (A43)."""
    if invoice.order is not None:
        return invoice.order
    number = invoice.order_number or ""
    return int(number) if _ID.fullmatch(number) else 0


@dataclass(frozen=True, slots=True)
class UpdateInvoice:
    """A partial update, as its body was sent."""

    invoice: int
    body: Any


async def update_invoice(request: Request, body_limit: int) -> UpdateInvoice:
    """Hear a partial update; an empty body is not one, whatever its type (A44)."""
    id = invoice_id(request)
    body = await read_body(request, body_limit)
    if body and content_type(request) != "application/json":
        raise BodyTypeUnsupported(content_type(request))
    return UpdateInvoice(id, decode_json(body))


def amend_invoice(command: UpdateInvoice, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Change what an update names. Where it names nothing that can be changed, nothing is.

    Refuses with `InvoiceNotFound`, `BodyInvalid`, `PartyNotFound`, `UnknownField`, `MissingField` or `FieldRefused`,
    then as the ledger's `amend_invoice`.
    """
    key = by_id(Invoice, command.invoice)
    found = yield Needs([key, THE_WORKSPACE])
    invoice = found.require(key, InvoiceNotFound(command.invoice))
    workspace = found.require(THE_WORKSPACE, NotFound(caller.workspace))
    named = _named(command.body)
    if not named:
        return Decision(invoice)
    order = by_id(Order, _order_of(invoice))
    found = yield Needs([order] if "details" in named else [])
    told = FoundInvoice(InvoiceView(invoice, 0), found.get(order) if "details" in named else None)
    members = _read(_UPDATE, _changed(named, responses.invoice(told, workspace, named)))
    return (yield from invoices.amend_invoice(_amendment(invoice, members, workspace), caller, now))


def _named(body: Any) -> Mapping[str, Any]:
    """Give the members that an update may have, as they were sent."""
    return {name: value for name, value in _read(read_object, body).items() if name in _UPDATE.members}


def _changed(named: Mapping[str, Any], shown: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out what is sent as it is shown: who sends back a whole invoice changes only what they edited.

    A due date that is shown because there is none follows the creation, and is meant once that moves.
    """
    changed = {name: value for name, value in named.items() if name not in shown or not _is_same(value, shown[name])}
    return {**changed, "dueDate": named["dueDate"]} if "createdAt" in changed and "dueDate" in named else changed


def _is_same(sent: Any, shown: Any) -> bool:
    """Whether two JSON values are the same, digit for digit, in whatever order the members of objects stand."""
    return msgspec.json.encode(sent, order="sorted") == msgspec.json.encode(shown, order="sorted")


def _read(reader: Callable[[Any], T], body: Any) -> T:
    try:
        return reader(body)
    except Invalid as error:
        raise BodyInvalid(problems_of(error)) from None


# From members to the ledger's command.

_FIELDS = {
    "externalCustomerId": "external_party_id",
    "externalId": "external_id",
    "invoiceNumber": "number",
    "dueDate": "due_at",
    "purchaseOrderNumber": "purchase_order_number",
    "createdAt": "created_at",
    "channelId": "channel",
    "termsConditions": "terms",
}
"""Members that are fields of the ledger's invoice, by its names for them."""

_EXTRAS = ("type", "source", "details", "externalPdfUrl")
"""Members that this dialect alone understands."""


def _amendment(invoice: Invoice, members: Mapping[str, Any], workspace: Workspace) -> AmendInvoice:
    status, details = members.get("status"), members.get("details")
    fields = _fields(invoice, members)
    extras = {name: members[name] for name in _EXTRAS if name in members}
    claims = None
    if "extraFields" in members:
        configured = {field.name: field for field in extra_fields(workspace)}
        values = _extra_values(invoice, members["extraFields"], configured)
        extras["extraFields"] = [{"fieldName": name, "fieldValue": value} for name, value in values.items()]
        claims = _claims(invoice, values, configured)
    return AmendInvoice(
        invoice=invoice.id,
        fields=fields,
        paid=None if status is None else status == InvoiceStatus.COMPLETED,
        partly_paid=None if status is None else status == InvoiceStatus.PARTIALLY_PAID,
        lines=_lines(details, fields.get("currency", invoice.currency))
        if details is not None and invoice.origin == NAME
        else None,
        unsaid=frozenset({"item", "tax1", "tax2", "unit", "order_line", "attributes"}),
        claims=claims,
        extras=extras,
    )


def _fields(invoice: Invoice, members: Mapping[str, Any]) -> InvoiceFields:
    fields = InvoiceFields(**{ours: members[theirs] for theirs, ours in _FIELDS.items() if theirs in members})
    if "customerId" in members:
        fields["party"] = _company(members["customerId"])
    if "createdAt" in members and timestamp(members["createdAt"]) == seconds(invoice.created_at):
        del fields["created_at"]  # it is the same second, and the ledger knows it more exactly
    elif "createdAt" in members and invoice.origin == NAME:
        fields["issued_at"] = members["createdAt"]  # one instant here (A22), two for those born in other dialects
    if "originalBalance" in members:
        fields["original_balance"] = members["originalBalance"]["value"]
    if "openBalance" in members:
        fields["open_balance"] = members["openBalance"]["value"]
    if currency := _currency(invoice, members):
        fields["currency"] = currency
    return fields


def _company(text: str) -> int:
    """Give the id of a company; a text that is no id names none (A41)."""
    if not _ID.fullmatch(text):
        raise PartyNotFound(text)
    return int(text)


def _currency(invoice: Invoice, members: Mapping[str, Any]) -> str | None:
    """Give the currency of the balances, if any are stated: one alone cannot leave the other's currency."""
    stated = {name: members[name]["code"] for name in ("originalBalance", "openBalance") if name in members}
    currency = stated["originalBalance"] if len(stated) > 1 else invoice.currency
    problems = [
        ((name, "code"), f"Both balances are in {currency}.") for name, code in stated.items() if code != currency
    ]
    if problems:
        raise BodyInvalid(problems)
    return currency if stated else None


def _lines(details: Mapping[str, Any], currency: str) -> list[LineContent]:
    """Give the ledger's lines that the details list; one priced in another currency is none of an invoice's."""
    items: Sequence[Mapping[str, Any]] = details.get("details", {}).get("lineItems", [])
    return [
        LineContent(
            sku=item["sku"],
            quantity=_exact(item["quantity"] or "0"),
            unit_price=_exact(item["unitPrice"]["value"]),
            discount_per_unit=_exact(item["unitDiscount"]["value"]) if "unitDiscount" in item else ZERO,
            description=item.get("description", ""),
        )
        for item in items
        if item["unitPrice"]["code"] == currency
    ]


def _extra_values(
    invoice: Invoice, given: Sequence[Mapping[str, str]], configured: Mapping[str, ExtraField]
) -> dict[str, str]:
    """Set the extra fields that are named and keep the others (A11)."""
    values = {field["fieldName"]: field["fieldValue"] for field in invoice.extra(NAME).get("extraFields", [])}
    for field in given:
        name, value = field["fieldName"], field["fieldValue"]
        if name not in configured:
            raise UnknownField(name, "This store has no such extra field.")
        configured[name].check(value)
        values[name] = value
    return values


def _claims(invoice: Invoice, values: Mapping[str, str], configured: Mapping[str, ExtraField]) -> tuple[str, ...]:
    """Claim the values of unique fields for the invoice, beside what other dialects claim for it."""
    others = [text for text in invoice.claims if not is_claim(text)]
    unique = {name for name, field in configured.items() if field.unique}
    return (*others, *(claim(name, value) for name, value in values.items() if value and name in unique))


# Reading: what each member of an update has to be (§4.4), all problems told at once.


def _filled(value: Any) -> str:
    text = read_text(value)
    if not text:
        raise Invalid("blank")
    return text


def _or_null(reader: Reader) -> Reader:
    return lambda value: None if value is None else reader(value)


def _choice(kind: type[IntEnum]) -> Reader:
    def read(value: Any) -> int:
        if isinstance(value, str):
            raise Invalid("integer")  # only times come as texts of digits too (A1)
        number = read_integer(value)
        if number not in set(kind):
            raise Invalid(not_a_choice(number))
        return number

    return read


def _rounded(value: Any) -> Decimal:
    """Read an amount of a balance, which has four decimals (A13)."""
    return read_amount(value, 4)


_UNBROKEN = re.compile(r"[^\s\x00-\x20\x7f-\xa0]+")
"""A text without blanks and control characters."""


def _pdf_url(value: Any) -> str:
    """Read the address of a PDF, which is never fetched (A18); an empty text removes it (§4.8)."""
    text = read_text(value)
    try:
        url = urlsplit(text)
    except ValueError:
        raise Invalid("url") from None
    is_absolute = url.scheme in {"http", "https"} and url.hostname
    if text and not (is_absolute and _UNBROKEN.fullmatch(text)):
        raise Invalid("url")
    return text


def _seconds(value: Any) -> int:
    return timestamp(read_timestamp(value))


def _exact(value: Any) -> Decimal:
    """Read a number for a line of the ledger, digit for digit as far as the ledger keeps them."""
    try:
        return read_decimal(value)
    except Invalid:
        return read_amount(value, 12)


def _amount_text(value: Any) -> str:
    """Read an amount inside the details, kept with the digits that it was sent with (§1.8)."""
    _exact(value)
    return read_text(value)


def _quantity(value: Any) -> str:
    """Read a quantity, which may be empty as every text inside the details may (A20)."""
    return value if value == "" else _amount_text(value)


def _custom_fields(value: Any) -> Any:
    """Read fields of the client's own: an object, or the text that the update schema has (A20)."""
    return read_text(value) if isinstance(value, str) else _object(value)


def _object(value: Any) -> Any:
    """Read an object with members of the client's own, kept as they are."""
    return read_anything(read_object(value))


def _part(members: Mapping[str, Reader], required: Sequence[str] = ()) -> ObjectOf:
    """Read a part of the details: what is not documented is kept as it was sent (§3.2)."""
    return ObjectOf(members, required, keeps_others=True)


def _texts(*names: str) -> dict[str, Reader]:
    return dict.fromkeys(names, read_text)


_BALANCE = ObjectOf({"code": read_currency, "value": _rounded}, required=("code", "value"))
_EXTRA_FIELD = ObjectOf(_texts("fieldName", "fieldValue"), required=("fieldName", "fieldValue"))

_MONEY = _part({"code": read_text, "value": _amount_text}, required=("code", "value"))
_COST_LINE = _part({"amount": _MONEY, "description": read_text}, required=("amount", "description"))
_ADDRESS_LINES = _texts("city", "state", "country", "street1", "street2", "zipCode", "lastName", "firstName")
_ADDRESS = _part({**_ADDRESS_LINES, "customFields": _custom_fields}, required=tuple(_ADDRESS_LINES))
_SHIPMENT_LINES = _texts("addressIndex", "shipDate", "shipVia", "trackingNumber", "comments")
_SHIPMENT = _part({**_SHIPMENT_LINES, "customFields": _custom_fields}, required=tuple(_SHIPMENT_LINES))
_LINE_ITEM = _part(
    {
        **_texts("sku", "type", "comments", "description"),
        "quantity": _quantity,
        "unitPrice": _MONEY,
        "unitDiscount": _MONEY,
        "customFields": _custom_fields,
    },
    required=("sku", "quantity", "unitPrice"),
)
_HEADER = _part(
    {
        "costLines": ListOf(_COST_LINE),
        "orderDate": _seconds,
        "billingAddress": _ADDRESS,
        "customerFields": _object,
        "shippingAddresses": ListOf(_ADDRESS),
    }
)
_DETAILS = _part(
    {
        "type": read_text,
        "header": _HEADER,
        "details": _part({"shipments": ListOf(_SHIPMENT), "lineItems": ListOf(_LINE_ITEM)}),
    }
)

_UPDATE = ObjectOf(
    {
        "customerId": _filled,
        "externalCustomerId": _filled,
        "externalId": _filled,
        "invoiceNumber": _filled,
        "type": _filled,
        "dueDate": read_timestamp,
        "status": _choice(InvoiceStatus),
        "purchaseOrderNumber": _filled,
        "details": _DETAILS,
        "source": _choice(Source),
        "originalBalance": _BALANCE,
        "openBalance": _BALANCE,
        "createdAt": read_timestamp,
        "externalPdfUrl": _pdf_url,
        "extraFields": ListOf(_EXTRA_FIELD),
        "termsConditions": _or_null(_filled),
        "channelId": _or_null(read_integer),
    }
)
"""What an update may say; the last two are not in the documented schema but take effect (A23), and null unsets them."""
