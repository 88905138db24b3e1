"""What clients ask for on invoices, as commands (contract §4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request

from billingua.core.errors import InvoiceNotFound, NotFound
from billingua.core.invoice import Invoice
from billingua.core.order import Order
from billingua.core.workspace import Workspace
from billingua.dialects.bigcommerce import responses
from billingua.dialects.bigcommerce.errors import BodyInvalid
from billingua.dialects.bigcommerce.requests.details import DETAILS, lines, require_descriptions
from billingua.dialects.bigcommerce.requests.extra_fields import (
    EXTRA_FIELDS,
    claim_values,
    kept_values,
    other_claims,
    set_values,
    told_values,
)
from billingua.dialects.bigcommerce.requests.members import (
    BALANCE,
    ID,
    choice,
    company_id,
    filled,
    instant,
    number,
    or_null,
    pdf_url,
    read,
    read_json,
)
from billingua.dialects.bigcommerce.responses import FoundInvoice
from billingua.dialects.bigcommerce.vocabulary import NAME, InvoiceStatus, Source, extra_fields, seconds
from billingua.engine import invoices
from billingua.engine.content import InvoiceFields
from billingua.engine.invoices import AmendInvoice, InvoiceView
from billingua.engine.kinds import THE_WORKSPACE
from billingua.engine.plan import Caller, Decision, Needs, Plan, Step, by_id
from billingua.wire.members import ObjectOf, read_object
from billingua.wire.scalars import read_integer, timestamp


def invoice_id(request: Request) -> int:
    """Read the invoice's id from the path; what is no id names no invoice."""
    text = request.path_params["invoice_id"]
    if not ID.fullmatch(text):
        raise InvoiceNotFound(text)
    return int(text)


def find_invoice(id: int, caller: Caller, now: datetime) -> Plan[FoundInvoice]:
    """Show one invoice. Refuses as the ledger's `find_invoice`."""
    view = (yield from invoices.find_invoice(id, caller, now)).answer
    return Decision(FoundInvoice(view, (yield from _order_of(view.invoice))))


def _order_of(invoice: Invoice) -> Step[Order | None]:
    """Find the order that an invoice bills, where there is one here."""
    key = by_id(Order, order_of(invoice))
    found = yield Needs([key])
    return found.get(key)


def order_of(invoice: Invoice) -> int:
    """Give the id of the order that an invoice bills, or 0; an order number may be any text (A43)."""
    if invoice.order is not None:
        return invoice.order
    number = invoice.order_number or ""
    return int(number) if ID.fullmatch(number) else 0


@dataclass(frozen=True, slots=True)
class UpdateInvoice:
    """A partial update, as its body was sent; of the skus in it that are not described, those of a `catalogue`."""

    invoice: int
    body: Any
    catalogue: frozenset[str] = frozenset()


async def update_invoice(request: Request, body_limit: int) -> UpdateInvoice:
    """Hear a partial update."""
    id = invoice_id(request)
    return UpdateInvoice(id, await read_json(request, body_limit))


def amend_invoice(command: UpdateInvoice, caller: Caller, now: datetime) -> Plan[tuple[Invoice, int]]:
    """Change what an update names, and tell the version. Where it names nothing that can be changed, nothing is.

    Refuses with `InvoiceNotFound`, `BodyInvalid`, `PartyNotFound`, `UnknownField`, `MissingField` or `FieldRefused`,
    then as the ledger's `amend_invoice`.
    """
    key = by_id(Invoice, command.invoice)
    found = yield Needs([key, THE_WORKSPACE])
    record = found.record(key)
    if record is None:
        raise InvoiceNotFound(command.invoice)
    invoice = record.value
    workspace = found.require(THE_WORKSPACE, NotFound(caller.workspace))
    named = _named(command.body)
    if not named:
        return Decision((invoice, record.version))
    order = (yield from _order_of(invoice)) if "details" in named else None
    told = FoundInvoice(InvoiceView(invoice, 0), order)
    members = read(_UPDATE, _changed(named, responses.invoice(told, workspace, named)))
    require_descriptions(members.get("details", {}), command.catalogue)
    amended = yield from invoices.amend_invoice(_amendment(invoice, members, workspace), caller, now)
    return Decision((amended.answer, record.version + 1), amended.saves, amended.events)


def _named(body: Any) -> Mapping[str, Any]:
    """Give the members that an update may have, as they were sent."""
    return {name: value for name, value in read(read_object, body).items() if name in _UPDATE.members}


def _changed(named: Mapping[str, Any], shown: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out what is sent as it is shown: who sends back a whole invoice changes only what they edited.

    A due date that is shown because there is none follows the creation, and is meant once that moves.
    """
    changed = {name: value for name, value in named.items() if name not in shown or not _is_same(value, shown[name])}
    return {**changed, "dueDate": named["dueDate"]} if "createdAt" in changed and "dueDate" in named else changed


def _is_same(sent: Any, shown: Any) -> bool:
    """Whether two JSON values are the same, digit for digit, in whatever order the members of objects stand."""
    return msgspec.json.encode(sent, order="sorted") == msgspec.json.encode(shown, order="sorted")


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
        values = set_values(kept_values(invoice), members["extraFields"], configured)
        extras["extraFields"] = told_values(values)
        claims = (*other_claims(invoice), *claim_values(values, configured))
    return AmendInvoice(
        invoice=invoice.id,
        fields=fields,
        paid=None if status is None else status == InvoiceStatus.COMPLETED,
        partly_paid=None if status is None else status == InvoiceStatus.PARTIALLY_PAID,
        lines=lines(details, fields.get("currency", invoice.currency))
        if details is not None and invoice.origin == NAME
        else None,
        unsaid=frozenset({"item", "tax1", "tax2", "unit", "order_line", "attributes"}),
        claims=claims,
        extras=extras,
    )


def _fields(invoice: Invoice, members: Mapping[str, Any]) -> InvoiceFields:
    fields = InvoiceFields(**{ours: members[theirs] for theirs, ours in _FIELDS.items() if theirs in members})
    if "customerId" in members:
        fields["party"] = company_id(members["customerId"])
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


# Reading: what each member of an update has to be (§4.4), all problems told at once.

_UPDATE = ObjectOf(
    {
        "customerId": filled,
        "externalCustomerId": filled,
        "externalId": filled,
        "invoiceNumber": number,
        "type": filled,
        "dueDate": instant,
        "status": choice(InvoiceStatus),
        "purchaseOrderNumber": filled,
        "details": DETAILS,
        "source": choice(Source),
        "originalBalance": BALANCE,
        "openBalance": BALANCE,
        "createdAt": instant,
        "externalPdfUrl": pdf_url,
        "extraFields": EXTRA_FIELDS,
        "termsConditions": or_null(filled),
        "channelId": or_null(read_integer),
    }
)
"""What an update may say; the last two are not in the documented schema but take effect (A23), and null unsets them."""
