"""From a snapshot to paper: whoever imports this loads the press, so it is left until something is printed."""

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from billingua.core.invoice import Invoice
from billingua.core.workspace import Workspace
from billingua.dialects.onlyoffice.errors import PrintingRefused
from billingua.dialects.onlyoffice.responses.portal import logo
from billingua.documents import (
    DocumentRefused,
    DocumentTooLarge,
    Fact,
    FigureRefused,
    InvoiceDocument,
    Label,
    Line,
    LogoRefused,
    Party,
    Sum,
    language,
    print_pdf,
)

Told = Mapping[str, Any]
"""A snapshot, or a part of it."""

_WITH_RATE = re.compile(r"(?P<tax>.*) \((?P<whole>[0-9]+)[^0-9](?P<parts>[0-9]{2})%\)", re.DOTALL)
"""A tax as snapshots name it: always with two decimals, behind whatever sign the portal's culture has for them."""


async def print_snapshot(text: bytes, invoice: Invoice, workspace: Workspace, now: datetime) -> bytes:
    """Print what a snapshot of an invoice says. Refuses with `PrintingRefused`."""
    try:
        return await print_pdf(as_document(json.loads(text), invoice, workspace, now))
    except DocumentRefused as error:
        raise PrintingRefused(_why(error)) from error


def as_document(told: Told, invoice: Invoice, workspace: Workspace, now: datetime) -> InvoiceDocument:
    """Lay a snapshot out: its texts as they stand, figures and days as the invoice's language has them."""
    spoken = invoice.language or workspace.culture
    return InvoiceDocument(
        language=spoken,
        currency=invoice.currency,
        title=told["Number"]["Item1"],
        number=told["Number"]["Item2"],
        made_at=now,
        seller=_party(told["Seller"]),
        logo=_logo(workspace) if told["LogoBase64Id"] else None,
        facts=_facts(invoice, workspace),
        customer=_party(told["Customer"]),
        consignee=_party(told["Consignee"]) if told["Consignee"] else None,
        lines=tuple(map(_line, told["TableBodyRows"])),
        sums=tuple(Sum(_label(row["Item1"], spoken), Decimal(row["Item2"])) for row in told["TableFooterRows"]),
        total=Sum(told["TableTotalRow"]["Item1"], Decimal(told["TableTotalRow"]["Item2"])),
        terms=told["Terms"]["Item2"],
        notes=told["Notes"]["Item2"] if told["Notes"] else "",
    )


def _facts(invoice: Invoice, workspace: Workspace) -> tuple[Fact, ...]:
    """Give the head as the invoice's language writes days: in a snapshot of the same they are as the portal does."""
    issued, due = (
        moment and moment.astimezone(workspace.zone).date() for moment in (invoice.issued_at, invoice.due_at)
    )
    said = ((Label.INVOICE_DATE, issued), (Label.PO_NUMBER, invoice.purchase_order_number), (Label.DUE_DATE, due))
    return tuple(Fact(label, value) for label, value in said if value)


def _party(pair: Told) -> Party:
    """Give somebody whose name stands above the address."""
    name, _, address = pair["Item2"].partition("\n")
    return Party(label=pair["Item1"], name=name, address=address)


def _line(row: Sequence[str]) -> Line:
    name, quantity, price, discount, tax1, tax2, net = row
    return Line(
        name=name,
        quantity=Decimal(quantity),
        price=Decimal(price),
        discount=Decimal(discount),
        taxes=tuple(filter(None, (tax1, tax2))),
        amount=Decimal(net),
    )


def _label(told: str, spoken: str) -> str:
    """Write the rate behind a tax as a language does; any other label stays as it is.

    The rate is the snapshot's own, for the lines may have another by now.
    """
    tax = _WITH_RATE.fullmatch(told)
    if tax is None:
        return told
    rate = Decimal(f"{tax['whole']}.{tax['parts']}")
    return f"{tax['tax']} ({language(spoken).percentage(rate, 2)})"


def _logo(workspace: Workspace) -> bytes | None:
    """Give the seller's logo, unless it was taken away since."""
    try:
        return b64decode(logo(workspace), validate=True) or None
    except NotBase64 as error:
        raise LogoRefused("it is not in base64") from error


def _why(error: DocumentRefused) -> str:
    """Say what is not printed."""
    match error:
        case LogoRefused():
            return f"The logo cannot be printed: {error.reason}"
        case FigureRefused():
            return f"A figure cannot be printed: {error.value}"
        case DocumentTooLarge():
            return f"There is more than can be printed: {error.size} {error.what}, where {error.most} are the most."
        case _:
            return str(error)
