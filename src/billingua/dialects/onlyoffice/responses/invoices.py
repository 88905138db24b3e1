"""Invoices and their lines as clients are shown them (contract §3.1, §3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from billingua.core.access import User, may_change
from billingua.core.lifecycle import Status
from billingua.core.line import InvoiceLine
from billingua.core.money import ZERO, settle
from billingua.dialects.onlyoffice.responses.references import References, decimal, entity
from billingua.dialects.onlyoffice.vocabulary import NAME, STATUSES, currency
from billingua.engine.invoices import InvoiceView
from billingua.wire.credentials import Session


@dataclass(frozen=True, slots=True)
class ShownInvoice:
    """An invoice with whom and what it refers to, and the users, by name, who may see its private contacts."""

    view: InvoiceView
    users: Mapping[str, User]


def invoice(shown: ShownInvoice, session: Session, request: Request) -> dict[str, Any]:
    """Show an invoice to a user (§3.2), also one that was born in another dialect."""
    return _shown(shown, References(session, request))


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
        "fileID": own.get("fileID", 0),
        "createOn": references.moment(invoice.created_at),
        "createBy": references.employee(view.author),
        "cost": decimal(invoice.totals.grand_total),
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
