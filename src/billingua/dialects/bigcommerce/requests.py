"""What BigCommerce clients ask for, as commands (contract §4)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from billingua.core import errors
from billingua.core.errors import CurrencyMismatch, InvoiceNotFound, PartyNotFound
from billingua.core.invoice import Invoice
from billingua.core.money import ZERO, settle
from billingua.core.workspace import Workspace
from billingua.dialects.bigcommerce.errors import BodyInvalid
from billingua.dialects.bigcommerce.vocabulary import NAME, InvoiceStatus
from billingua.engine import invoices
from billingua.engine.invoices import AmendInvoice, InvoiceFields, LineContent
from billingua.engine.kinds import THE_WORKSPACE
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_id
from billingua.wire.bodies import content_type, decode_json, read_body
from billingua.wire.errors import BodyTypeUnsupported, BodyUnreadable
from billingua.wire.scalars import (
    Invalid,
    read_currency,
    read_decimal,
    read_integer,
    read_text,
    read_timestamp,
)

Reader = Callable[[Any], Any]


def invoice_id(request: Request) -> int:
    """Read the invoice's id from the path; what is no id names no invoice."""
    text = request.path_params["invoice_id"]
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise InvoiceNotFound(text)
    return int(text)


@dataclass(frozen=True, slots=True)
class UpdateInvoice:
    """The members to change, as they were sent."""

    invoice: int
    body: Mapping[str, Any]


async def update_invoice(request: Request, body_limit: int) -> UpdateInvoice:
    """Read a partial update; an empty body is not one (A44)."""
    id = invoice_id(request)
    if content_type(request) != "application/json":
        raise BodyTypeUnsupported(content_type(request))
    body = decode_json(await read_body(request, body_limit))
    if not isinstance(body, dict):
        raise BodyUnreadable("the body is not an object")
    return UpdateInvoice(id, body)  # pyright: ignore[reportUnknownArgumentType]


def amend_invoice(command: UpdateInvoice, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Change what the update names. Refuses as the ledger's `amend_invoice`, and with `BodyInvalid`."""
    key = by_id(Invoice, command.invoice)
    found = yield Needs([key, THE_WORKSPACE])
    invoice = found.require(key, InvoiceNotFound(command.invoice))
    workspace = found.require(THE_WORKSPACE, errors.NotFound(caller.workspace))
    if not command.body:
        return Decision(invoice)
    amendment = _amendment(invoice, _read(command.body), workspace)
    return (yield from invoices.amend_invoice(amendment, caller, now))


def _amendment(invoice: Invoice, members: Mapping[str, Any], workspace: Workspace) -> AmendInvoice:
    status = members.get("status")
    extras = {name: members[name] for name in ("type", "source", "details", "externalPdfUrl") if name in members}
    claims = None
    if "extraFields" in members:
        extras["extraFields"], claims = _extra_fields(invoice, members["extraFields"], workspace)
    return AmendInvoice(
        invoice=invoice.id,
        fields=_fields(invoice, members),
        paid=None if status is None else status is InvoiceStatus.COMPLETED,
        partly_paid=None if status is None else status is InvoiceStatus.PARTIALLY_PAID,
        lines=_lines(members["details"]) if "details" in members and invoice.origin == NAME else None,
        claims=claims,
        extras=extras,
    )


_FIELDS: dict[str, str] = {
    "customerId": "party",
    "externalCustomerId": "external_party_id",
    "externalId": "external_id",
    "invoiceNumber": "number",
    "dueDate": "due_at",
    "purchaseOrderNumber": "purchase_order_number",
    "createdAt": "created_at",
    "channelId": "channel",
    "termsConditions": "terms",
}
"""Members that are fields of the ledger's invoice, by its name for them."""


def _fields(invoice: Invoice, members: Mapping[str, Any]) -> InvoiceFields:
    fields = InvoiceFields(**{ours: members[theirs] for theirs, ours in _FIELDS.items() if theirs in members})
    original, owed = members.get("originalBalance"), members.get("openBalance")
    if original:
        fields["original_balance"] = original[1]
    if owed:
        fields["open_balance"] = owed[1]
    stated = {code for code, _ in filter(None, [original, owed])}
    if stated:
        fields["currency"] = _one_currency(invoice, stated, both=bool(original and owed))
    return fields


def _one_currency(invoice: Invoice, stated: set[str], *, both: bool) -> str:
    """Give the currency of both balances: one balance alone cannot leave the other's currency."""
    wanted = stated if both else stated | {invoice.currency}
    if len(wanted) > 1:
        raise CurrencyMismatch(invoice.currency, (wanted - {invoice.currency}).pop())
    return wanted.pop()


# Reading: each member by its reader, all problems at once.


def _read(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the members that an update may have; others are ignored (A23). Refuses with `BodyInvalid`."""
    members: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    for name, reader in _MEMBERS.items():
        if name in body:
            try:
                members[name] = reader(_given(body[name]))
            except Invalid as error:
                problems.append((name, error.wanted))
    if problems:
        raise BodyInvalid(problems)
    return members


def _given(value: Any) -> Any:
    if value is None:
        raise Invalid("null")
    return value


def _text(value: Any) -> str:
    text = read_text(value)
    if not text:
        raise Invalid("blank")
    return text


def _company(value: Any) -> int:
    """Read a company's id; a text that is no id names no company (A41)."""
    text = _text(value)
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise PartyNotFound(text)
    return int(text)


def _choice(choices: type[InvoiceStatus] | frozenset[int]) -> Reader:
    def read(value: Any) -> Any:
        number = read_integer(value)
        if number not in set(choices):
            raise Invalid(f'"{number}" is not a valid choice.')
        return choices(number) if isinstance(choices, type) else number

    return read


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Invalid("object")
    return value  # pyright: ignore[reportUnknownVariableType]


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, list):
        raise Invalid("list")
    return value  # pyright: ignore[reportUnknownVariableType]


def _member(value: Any, name: str) -> Any:
    if name not in _object(value):
        raise Invalid("required")
    return _given(value[name])


def _balance(value: Any) -> tuple[str, Decimal]:
    """Read a balance; its amount is kept to four decimals (A13)."""
    return read_currency(_member(value, "code")), settle(read_decimal(_member(value, "value")), 4)


def _pdf_url(value: Any) -> str:
    """Read the address of a PDF, which is never fetched (A18); an empty text removes it (§4.8)."""
    if value == "":
        return value
    try:
        url = urlsplit(read_text(value))
    except ValueError:
        raise Invalid("url") from None
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise Invalid("url")
    return value


def _extra_field(value: Any) -> tuple[str, str]:
    return read_text(_member(value, "fieldName")), read_text(_member(value, "fieldValue"))


def _details(value: Any) -> Mapping[str, Any]:
    """See that the parts which are there have what they need (§3.2); everything is kept as it was sent."""
    header, body = _part(value, "header", _object, {}), _part(value, "details", _object, {})
    for cost in _part(header, "costLines", _list, []):
        _amount(_member(cost, "amount"))
        read_text(_member(cost, "description"))
    addresses = _part(header, "shippingAddresses", _list, [])
    for address in [*addresses, *([header["billingAddress"]] if "billingAddress" in header else [])]:
        _needs(address, "city", "state", "country", "street1", "street2", "zipCode", "lastName", "firstName")
    for shipment in _part(body, "shipments", _list, []):
        _needs(shipment, "addressIndex", "shipDate", "shipVia", "trackingNumber", "comments")
    for item in _part(body, "lineItems", _list, []):
        _needs(item, "sku", "quantity")
        read_decimal(item["quantity"])
        _amount(_member(item, "unitPrice"))
        if "unitDiscount" in item:
            _amount(item["unitDiscount"])
    return _object(value)


def _part(value: Any, name: str, reader: Reader, default: Any) -> Any:
    return reader(value[name]) if name in _object(value) else default


def _needs(value: Any, *names: str) -> None:
    for name in names:
        read_text(_member(value, name))


def _amount(value: Any) -> Decimal:
    read_text(_member(value, "code"))
    return read_decimal(_member(value, "value"))


_MEMBERS: dict[str, Reader] = {
    "customerId": _company,
    "externalCustomerId": _text,
    "externalId": _text,
    "invoiceNumber": _text,
    "type": _text,
    "dueDate": read_timestamp,
    "status": _choice(InvoiceStatus),
    "purchaseOrderNumber": _text,
    "details": _details,
    "source": _choice(frozenset({0, 1})),
    "originalBalance": _balance,
    "openBalance": _balance,
    "createdAt": read_timestamp,
    "externalPdfUrl": _pdf_url,
    "extraFields": lambda value: [_extra_field(field) for field in _list(value)],
    "termsConditions": read_text,
    "channelId": read_integer,
}


def _lines(details: Mapping[str, Any]) -> list[LineContent]:
    """Give the ledger's lines that the details list."""
    body: Mapping[str, Any] = details.get("details", {})
    items: Sequence[Mapping[str, Any]] = body.get("lineItems", ())
    return [
        LineContent(
            sku=str(item["sku"]),
            quantity=read_decimal(item["quantity"]),
            unit_price=_amount(item["unitPrice"]),
            discount_per_unit=_amount(item["unitDiscount"]) if "unitDiscount" in item else ZERO,
            description=str(item.get("description", "")),
        )
        for item in items
    ]


# Extra fields, by the store's configuration (§4.9, A11).


def _extra_fields(
    invoice: Invoice, given: Sequence[tuple[str, str]], workspace: Workspace
) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    """Set the fields that are named and keep the others; unique values are claimed for this invoice."""
    configured = {field["name"]: field for field in workspace.setting(NAME, "extra_fields", [])}
    values = {field["fieldName"]: field["fieldValue"] for field in invoice.extra(NAME).get("extraFields", [])}
    for name, value in given:
        if name not in configured:
            raise errors.UnknownField(name, "is not an extra field of this store")
        _check_extra_field(configured[name], value)
        values[name] = value
    claims = tuple(f"{name}\n{value}" for name, value in values.items() if configured.get(name, {}).get("unique"))
    return [{"fieldName": name, "fieldValue": value} for name, value in values.items()], claims


def _check_extra_field(field: Mapping[str, Any], value: str) -> None:
    """See that the value fits: text in length, a number up to its maximum, one of a list (A11)."""
    name, kind = field["name"], field.get("type", 0)
    if kind == 0 and field.get("max_length") and len(value) > int(field["max_length"]):
        raise errors.FieldRefused(name, f"has at most {field['max_length']} characters")
    if kind == 2:
        _check_number(name, value, field.get("max_value"))
    if kind == 3 and value not in field.get("options", []):
        raise errors.FieldRefused(name, "is not one of the values in its list")


def _check_number(name: str, value: str, maximum: str | None) -> None:
    try:
        number = read_decimal(value)
    except Invalid:
        raise errors.FieldRefused(name, "is not a number") from None
    if maximum and number > Decimal(maximum):
        raise errors.FieldRefused(name, f"is at most {maximum}")
