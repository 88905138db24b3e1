"""Invoices and their lines as clients are shown them (contract §3.1, §3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from starlette.requests import Request

from billingua.core.access import User, may_change
from billingua.core.invoice import total_at
from billingua.core.lifecycle import Status
from billingua.core.line import InvoiceLine
from billingua.core.money import ZERO, settle
from billingua.dialects.onlyoffice.responses.references import References, decimal, entity
from billingua.dialects.onlyoffice.responses.snapshot import file_id
from billingua.dialects.onlyoffice.vocabulary import NAME, STATUSES, currency
from billingua.engine.invoices import InvoiceView
from billingua.wire.credentials import Session

SAMPLE_TERM = timedelta(days=30)
SAMPLE_AUTHOR = {
    "id": str(UUID(int=0)),
    "displayName": "",
    "avatarSmall": "/skins/default/images/default_user_photo_size_32-32.png",
    "profileUrl": "",
}
"""Who stands in a sample for whoever will write the invoice."""


@dataclass(frozen=True, slots=True)
class ShownInvoice:
    """An invoice with whom and what it refers to, and the users, by name, who may see its private contacts.

    Its cost follows today's `rates` of its taxes, by their ids; a tax that is not among them has the rate it had.
    """

    view: InvoiceView
    users: Mapping[str, User]
    rates: Mapping[int, Decimal]


def invoice(shown: ShownInvoice, session: Session, request: Request) -> dict[str, Any]:
    """Show an invoice to a user (§3.2), also one that was born in another dialect."""
    return _shown(shown, References(session, request))


def invoice_base(shown: ShownInvoice, session: Session, request: Request) -> dict[str, Any]:
    """Show an invoice without its lines, as lists do (§3.2)."""
    whole = invoice(shown, session, request)
    return {name: value for name, value in whole.items() if name != "invoiceLines"}


def deleted_invoice(shown: ShownInvoice, session: Session, request: Request) -> dict[str, Any]:
    """Show an invoice that is gone: its lines went first, so it comes to nothing (§4.8)."""
    return invoice_base(shown, session, request) | {"cost": decimal(ZERO)}


PARTS = ("invoiceLines", "contact", "consignee", "entity")


def invoice_by_number(shown: ShownInvoice, session: Session, request: Request) -> dict[str, Any]:
    """Show an invoice without its parts, as one that is found by its number (§4.6)."""
    return invoice(shown, session, request) | dict.fromkeys(PARTS) | {"cost": decimal(ZERO)}


def sample(number: str, now: datetime, session: Session, request: Request) -> dict[str, Any]:
    """Show an invoice that nobody has written yet (§4.7)."""
    references, workspace = References(session, request), session.workspace
    return {
        "invoiceLines": [line(InvoiceLine(id=0, position=0, quantity=Decimal(1)), 0)],
        "status": STATUSES[Status.DRAFT],
        "number": number,
        "issueDate": references.moment(now),
        "templateType": 0,
        "contact": None,
        "consignee": None,
        "entity": None,
        "dueDate": references.moment(now + SAMPLE_TERM),
        "language": "",
        "currency": currency(workspace.currency),
        "exchangeRate": decimal(Decimal(1)),
        "purchaseOrderNumber": "",
        "terms": workspace.setting(NAME, "terms") or "",
        "description": "",
        "fileID": -1,
        "createOn": references.moment(now),
        "createBy": SAMPLE_AUTHOR,
        "cost": decimal(ZERO),
        "canEdit": True,
        "canDelete": True,
        "id": 0,
    }


def _shown(shown: ShownInvoice, references: References) -> dict[str, Any]:
    view, invoice = shown.view, shown.view.invoice
    own = invoice.extra(NAME)
    changeable = may_change(references.user, invoice)
    return {
        "invoiceLines": [line(one, invoice.id) for one in invoice.lines],
        "status": STATUSES[invoice.status],
        "number": invoice.number,
        "issueDate": references.moment(invoice.issued_at),
        "templateType": own.get("templateType", 0),
        "contact": references.contact(view.party, shown.users),
        "consignee": references.contact(view.consignee, shown.users),
        "entity": entity(view.opportunity),
        "dueDate": references.moment(invoice.due_at),
        "language": invoice.language,
        "currency": currency(invoice.currency),
        "exchangeRate": decimal(invoice.exchange_rate),
        "purchaseOrderNumber": invoice.purchase_order_number or "",
        "terms": invoice.terms or "",
        "description": invoice.description or "",
        "fileID": file_id(invoice),
        "createOn": references.moment(invoice.created_at),
        "createBy": references.employee(view.author),
        "cost": decimal(total_at(invoice, shown.rates)),
        "canEdit": changeable and invoice.status is Status.DRAFT,
        "canDelete": changeable,
        "id": invoice.id,
    }


def line(line: InvoiceLine, invoice_id: int) -> dict[str, Any]:
    """Show a line (§3.1); what its author left unsaid counts as zero."""
    return {
        "invoiceID": invoice_id,
        "invoiceItemID": line.item or 0,
        "invoiceTax1ID": line.tax1.tax if line.tax1 else 0,
        "invoiceTax2ID": line.tax2.tax if line.tax2 else 0,
        "sortOrder": line.position,
        "description": line.description,
        "quantity": decimal(line.quantity or ZERO),
        "price": decimal(line.unit_price or ZERO),
        # One per piece, which this API does not have, is shown as what it comes to.
        "discount": decimal(settle(line.discount_rate, 2)),
        "id": line.id,
    }
