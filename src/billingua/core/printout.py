"""Printouts: invoices as they were printed, and how to tell whether an invoice still says that."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from operator import attrgetter
from uuid import UUID

from billingua.core.invoice import Invoice
from billingua.core.tax import LineTax


@dataclass(frozen=True, slots=True, kw_only=True)
class Printout:
    """A PDF of an invoice, made for its party (both by id) at somebody's request (an actor's name).

    Its `size` bytes are the file of its UUID, and never change; it stays when the invoice goes.
    """

    id: int
    uuid: UUID
    invoice: int
    party: int
    title: str
    size: int
    created_at: datetime
    created_by: str


_said = attrgetter(
    "number",
    "party",
    "consignee",
    "billing_address",
    "delivery_address",
    "currency",
    "language",
    "purchase_order_number",
    "terms",
    "description",
)
_said_of_line = attrgetter(
    "item", "sku", "description", "quantity", "unit_price", "discount_percent", "discount_per_unit"
)


def fingerprint(invoice: Invoice) -> str:
    """Give a short text that is another as soon as the invoice says anything else that is printed.

    Neither its status nor its payments are, nor what its party, its items and its taxes are called by now.
    """
    moments = [moment and moment.astimezone(UTC).isoformat() for moment in (invoice.issued_at, invoice.due_at)]
    lines = [(_said_of_line(line), _said_of_tax(line.tax1), _said_of_tax(line.tax2)) for line in invoice.lines]
    charges = [(str(charge.kind), charge.amount) for charge in invoice.charges]
    return blake2b(repr((_said(invoice), moments, lines, charges)).encode(), digest_size=12).hexdigest()


def _said_of_tax(tax: LineTax | None) -> tuple[object, ...] | None:
    return tax and (tax.tax, tax.name, tax.rate)
