"""An invoice of whatever dialect on paper: what the ledger knows of it. Who imports this loads the press."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from billingua.console.errors import NotPrintable
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind, InvoiceLine
from billingua.core.money import EXACT
from billingua.core.party import Address, AddressCategory
from billingua.core.party import Party as Customer
from billingua.core.totals import LineTotal
from billingua.core.workspace import Workspace
from billingua.documents import DocumentRefused, Fact, InvoiceDocument, Label, Line, Party, Stamp, Sum, print_pdf
from billingua.engine.invoices import InvoiceView

_STAMPS = {
    Status.DRAFT: Stamp.DRAFT,
    Status.VOID: Stamp.VOID,
    Status.REJECTED: Stamp.REJECTED,
    Status.PAID: Stamp.PAID,
}
_CHARGES = {
    ChargeKind.SHIPPING: Label.SHIPPING,
    ChargeKind.ORDER_FEE: Label.ORDER_FEE,
    ChargeKind.DROPSHIP_FEE: Label.DROPSHIP_FEE,
    ChargeKind.TAX: Label.TAX,
}


_ADDRESS = ("street", "city", "state", "zip", "country")


async def print_invoice(view: InvoiceView, workspace: Workspace) -> bytes:
    """Print an invoice as a PDF. Refuses with `NotPrintable`."""
    try:
        return await print_pdf(as_document(view, workspace))
    except DocumentRefused as error:
        raise NotPrintable(str(error)) from error


def as_document(view: InvoiceView, workspace: Workspace) -> InvoiceDocument:
    """Put down what is printed of an invoice; the same invoice is always the same document."""
    it = view.invoice
    pairs = zip(it.lines, it.totals.lines, strict=True)
    return InvoiceDocument(
        language=it.language or workspace.culture,
        currency=it.currency,
        number=it.number,
        made_at=it.created_at,
        stamp=_STAMPS.get(it.status),
        seller=_seller(workspace),
        facts=tuple(_facts(it, workspace)),
        customer=_party(Label.BILL_TO, view.party, it.billing_address),
        consignee=_party(Label.SHIP_TO, view.consignee, it.delivery_address) if view.consignee else None,
        lines=tuple(_line(line, total) for line, total in pairs),
        sums=tuple(_sums(it)),
        total=Sum(Label.TOTAL, it.original_balance),
        balance=tuple(_balance(it)),
        terms=it.terms or "",
        notes=it.description or "",
    )


def _seller(workspace: Workspace) -> Party:
    """Name the seller: as the workspace calls itself in whichever dialect, or by its own name."""
    for settings in workspace.settings.values():
        if name := settings.get("company_name"):
            parts: Mapping[str, Any] = settings.get("company_address") or {}
            return Party(name=str(name), address=_lines(parts.get(part) for part in _ADDRESS))
    return Party(name=workspace.name)


def _facts(invoice: Invoice, workspace: Workspace) -> Iterable[Fact]:
    said = (
        (Label.INVOICE_DATE, invoice.issued_at.astimezone(workspace.zone).date()),
        (Label.DUE_DATE, invoice.due_at and invoice.due_at.astimezone(workspace.zone).date()),
        (Label.PO_NUMBER, invoice.purchase_order_number),
        (Label.ORDER_NUMBER, invoice.order_number),
        (Label.REFERENCE, invoice.reference),
    )
    return (Fact(label, value) for label, value in said if value)


def _party(label: Label, party: Customer | None, address: int | None) -> Party | None:
    """Name a party with the address that the invoice names, or else with its own for bills."""
    if party is None:
        return None
    bills = [one for one in party.addresses if one.category is AddressCategory.BILLING]
    named = [one for one in party.addresses if one.id == address] or sorted(bills, key=lambda one: not one.primary)
    return Party(label=label, name=party.display_name, address=_address(named[0]) if named else "")


def _address(address: Address) -> str:
    place = " ".join(filter(None, (address.zip, address.city, address.state)))
    return _lines((address.street, address.street2, place, address.country))


def _lines(parts: Iterable[Any]) -> str:
    return "\n".join(str(part).strip() for part in parts if str(part or "").strip())


def _line(line: InvoiceLine, total: LineTotal) -> Line:
    return Line(
        name=line.description or line.sku or "",
        sku=(line.sku or "") if line.description else "",
        quantity=line.quantity,
        price=line.unit_price,
        discount=line.discount_percent or None,
        taxes=tuple(tax.name for tax in line.taxes),
        amount=total.net,
    )


def _sums(invoice: Invoice) -> Iterable[Sum]:
    """Lead up to the total, where lines and charges do."""
    totals = invoice.totals
    if invoice.lines and (totals.taxes or invoice.charges):
        yield Sum(Label.SUBTOTAL, totals.line_total)
    yield from map(_charge, invoice.charges)
    for tax in totals.taxes:
        yield Sum(tax.tax.name, tax.amount, tax.tax.rate, tax.base)


def _charge(charge: Charge) -> Sum:
    return Sum(_CHARGES[charge.kind], charge.amount)


def _balance(invoice: Invoice) -> Iterable[Sum]:
    """Say what was paid, or credited, if anything was, and what is due."""
    paid: Decimal = EXACT.subtract(invoice.original_balance, invoice.open_balance)
    if paid and invoice.status is not Status.VOID:
        yield Sum(Label.PAID, EXACT.minus(paid))
    yield Sum(Label.AMOUNT_DUE, invoice.open_balance)
