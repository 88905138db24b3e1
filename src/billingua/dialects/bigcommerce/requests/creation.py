"""What clients ask for when they write new invoices, of their own or for an order (contract §4.2, §4.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request

from billingua.core.errors import NotFound, OrderNotFound
from billingua.core.invoice import Invoice
from billingua.core.order import Order
from billingua.core.workspace import Workspace
from billingua.dialects.bigcommerce import responses
from billingua.dialects.bigcommerce.errors import BodyInvalid
from billingua.dialects.bigcommerce.requests.details import DETAILS, lines, require_descriptions
from billingua.dialects.bigcommerce.requests.extra_fields import EXTRA_FIELDS, claim_values, first_values, told_values
from billingua.dialects.bigcommerce.requests.members import (
    BALANCE,
    ID,
    choice,
    company_id,
    filled,
    instant,
    named,
    number,
    or_null,
    pdf_url,
    read,
    read_json,
)
from billingua.dialects.bigcommerce.vocabulary import InvoiceStatus, Source, due_days, extra_fields
from billingua.engine.content import InvoiceFields
from billingua.engine.kinds import THE_WORKSPACE
from billingua.engine.opening import BillOrder, OpenInvoice
from billingua.engine.opening import bill_order as bill
from billingua.engine.opening import open_invoice as write
from billingua.engine.orders import view_orders
from billingua.engine.plan import Caller, Needs, Plan, by_id
from billingua.wire.members import ObjectOf
from billingua.wire.scalars import read_integer, read_text


@dataclass(frozen=True, slots=True)
class CreateInvoice:
    """A new invoice, as its body was sent; of the skus in it that are not described, those of a `catalogue`."""

    body: Any
    catalogue: frozenset[str] = frozenset()


async def create_invoice(request: Request, body_limit: int) -> CreateInvoice:
    """Hear a new invoice."""
    return CreateInvoice(await read_json(request, body_limit))


def open_invoice(command: CreateInvoice, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write a new invoice.

    Refuses with `BodyInvalid`, `UnknownField`, `MissingField`, `FieldRefused` or `PartyNotFound`, then as the ledger's
    `open_invoice`.
    """
    read_members = read(_CREATION, command.body)
    members = {name: value for name, value in read_members.items() if value is not None and value != ""}
    require_descriptions(members.get("details", {}), command.catalogue)
    found = yield Needs([THE_WORKSPACE])
    workspace = found.require(THE_WORKSPACE, NotFound(caller.workspace))
    return (yield from write(_opening(members, workspace, now), caller, now))


def _opening(members: Mapping[str, Any], workspace: Workspace, now: datetime) -> OpenInvoice:
    currency = _currency(members)
    configured = {field.name: field for field in extra_fields(workspace)}
    values = first_values(members.get("extraFields", []), configured)
    status, details = members.get("status", InvoiceStatus.OPEN), members.get("details", {})
    extras = {name: members[name] for name in ("type", "source", "details", "externalPdfUrl") if name in members}
    return OpenInvoice(
        fields=_fields(members, currency, workspace, now),
        order_number=members.get("orderNumber"),
        order=_order(members.get("orderNumber", "")),
        paid=True if status == InvoiceStatus.COMPLETED else None,
        partly_paid=True if status == InvoiceStatus.PARTIALLY_PAID else None,
        lines=lines(details, currency),
        claims=claim_values(values, configured),
        extras={**extras, "extraFields": told_values(values)} if values else extras,
    )


def _currency(members: Mapping[str, Any]) -> str:
    """Give the currency of both balances."""
    original, owed = (members[name]["code"] for name in ("originalBalance", "openBalance"))
    if original != owed:
        raise BodyInvalid([(("openBalance", "code"), f"Both balances are in {original}.")])
    return owed


def _fields(members: Mapping[str, Any], currency: str, workspace: Workspace, now: datetime) -> InvoiceFields:
    """Say what the ledger knows of a new invoice; its one moment is that of its issue, or of its creation (A22)."""
    issued_at = members.get("issuedAt") or members.get("createdAt") or now
    return InvoiceFields(
        number=members["invoiceNumber"],
        party=company_id(members["customerId"]),
        currency=currency,
        issued_at=issued_at,
        created_at=issued_at,
        due_at=members.get("dueDate") or issued_at + timedelta(days=due_days(workspace)),
        original_balance=members["originalBalance"]["value"],
        open_balance=members["openBalance"]["value"],
        purchase_order_number=members.get("purchaseOrderNumber"),
        terms=members.get("termsConditions"),
        channel=members.get("channelId"),
        external_id=members.get("externalId"),
        external_party_id=members.get("externalCustomerId"),
    )


def _order(number: str) -> int | None:
    """Give the id of the order that goes by a number on invoices, if it is one; it may be any text (A43)."""
    return int(number) if ID.fullmatch(number) else None


def order_id(request: Request) -> int:
    """Read an order's id from the path; what is no id names no order."""
    text = request.path_params["order_id"]
    if not ID.fullmatch(text):
        raise OrderNotFound(text)
    return int(text)


def bill_order(id: int, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write the invoice of a whole order. Refuses as the ledger's `bill_order`."""
    key = by_id(Order, id)
    found = yield Needs([key, THE_WORKSPACE])
    order = found.require(key, OrderNotFound(id))
    workspace = found.require(THE_WORKSPACE, NotFound(caller.workspace))
    (view,) = (yield from view_orders([order], caller, now)).answer
    command = BillOrder(
        order=id,
        order_number=str(id),
        number_of=lambda id: f"{id:08d}",
        due_at=now + timedelta(days=due_days(workspace)),
        extras={"type": "Invoice on Shipment", "details": responses.order_details(view)},
    )
    return (yield from bill(command, caller, now))


_OR_EMPTY = or_null(lambda value: None if value == "" else instant(value))
_TEXT = or_null(read_text)

_CREATION = ObjectOf(
    {
        "invoiceNumber": number,
        "originalBalance": BALANCE,
        "openBalance": BALANCE,
        "customerId": filled,
        "type": read_text,
        "dueDate": _OR_EMPTY,
        "status": choice(InvoiceStatus),
        "orderNumber": or_null(named),
        "purchaseOrderNumber": _TEXT,
        "issuedAt": _OR_EMPTY,
        "createdAt": _OR_EMPTY,
        "details": DETAILS,
        "source": choice(Source),
        "externalId": _TEXT,
        "externalCustomerId": _TEXT,
        "channelId": or_null(read_integer),
        "externalPdfUrl": or_null(pdf_url),
        "termsConditions": _TEXT,
        "extraFields": EXTRA_FIELDS,
    },
    required=("invoiceNumber", "originalBalance", "openBalance", "customerId"),
)
"""What a new invoice may say (§4.2); null or an empty text says nothing where something may be unset."""
