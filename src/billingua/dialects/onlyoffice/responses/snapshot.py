"""The snapshot: what is printed of an invoice, worded and added up once, as a JSON text (contract §10.2).

It is taken when an invoice is written, and holds as long as the invoice says the same: see decision 18.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from babel.numbers import format_decimal

from billingua.core.invoice import Invoice
from billingua.core.line import InvoiceLine
from billingua.core.money import EXACT, ZERO, add_up, settle
from billingua.core.party import Party
from billingua.core.printout import fingerprint
from billingua.core.rounding import STEPWISE
from billingua.core.totals import LineTotal, Totals
from billingua.core.workspace import Workspace
from billingua.dialects.onlyoffice.responses.portal import company_name, logo_id
from billingua.dialects.onlyoffice.responses.references import decimal
from billingua.dialects.onlyoffice.vocabulary import ADDRESS_PARTS, FILE, NAME, SAID, SNAPSHOT, culture_locale
from billingua.engine.invoices import InvoiceView
from billingua.wire.replies import encode_json

Pair = Mapping[str, str]
"""A label, and what it says."""


def kept_snapshot(invoice: Invoice) -> UUID | None:
    """Name the file with the snapshot that holds for an invoice; None where there is none that does."""
    return UUID(invoice.extra(NAME)[SNAPSHOT]) if _holds(invoice) else None


def file_id(invoice: Invoice) -> int:
    """Give the id of the PDF that shows what an invoice says; nought where there is none."""
    id = invoice.extra(NAME).get(FILE, 0)
    return id if id and _holds(invoice) else 0


def _holds(invoice: Invoice) -> bool:
    """Whether an invoice still says what its snapshot holds for."""
    own = invoice.extra(NAME)
    return SNAPSHOT in own and own.get(SAID) == fingerprint(invoice)


def snapshot_members(invoice: Invoice, snapshot: UUID) -> Mapping[str, Any]:
    """Say what an invoice keeps of the snapshot that was taken of it; there is no PDF of that yet."""
    return {SNAPSHOT: str(snapshot), SAID: fingerprint(invoice), FILE: 0}


def take_snapshot(view: InvoiceView, titles: Mapping[int, str], workspace: Workspace) -> bytes:
    """Write down what is printed of an invoice; `titles` are those of its items, by their ids."""
    return encode_json(_Snapshot(view, titles, workspace).told())


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """An invoice as it is printed; each method gives one part of it."""

    view: InvoiceView
    titles: Mapping[int, str]
    workspace: Workspace

    def told(self) -> Mapping[str, Any]:
        """Give all parts, in their order."""
        invoice, workspace, totals = self.view.invoice, self.workspace, self.view.invoice.totals
        words = words_of(invoice.language or workspace.culture)
        logo = logo_id(workspace)
        return {
            "TemplateType": invoice.extra(NAME).get("templateType", 0),
            "Seller": _pair(words["seller"], _seller(workspace)),
            "LogoBase64Id": logo,
            "LogoBase64": None,
            "LogoSrcFormat": "data:image/jpeg;base64,{0}" if logo else None,
            "Number": _pair(words["invoice"], invoice.number),
            "Invoice": list(self.facts(words)),
            "Customer": _pair(words["bill_to"], _recipient(self.view.party, invoice.billing_address)),
            "TableHeaderRow": [words[name] for name in _COLUMNS],
            "TableBodyRows": [self.row(*line) for line in zip(invoice.lines, totals.lines, strict=True)],
            "TableFooterRows": list(self.sums(words, totals)),
            "TableTotalRow": _pair(f"{words['total']} ({invoice.currency})", _figure(_total(invoice, totals))),
            "Terms": _pair(words["terms"], invoice.terms or ""),
            "Notes": _pair(words["notes"], invoice.description) if invoice.description else None,
            "Consignee": self.consignee(words),
            "DeliveryAddressID": invoice.delivery_address or 0,
            "BillingAddressID": invoice.billing_address or 0,
        }

    def facts(self, words: Mapping[str, str]) -> Iterable[Pair]:
        """Give the dates and the number of the order; what is not said is left out."""
        invoice = self.view.invoice
        yield _pair(words["invoice_date"], self.day(invoice.issued_at))
        if invoice.purchase_order_number:
            yield _pair(words["po_number"], invoice.purchase_order_number)
        if invoice.due_at:
            yield _pair(words["due_date"], self.day(invoice.due_at))

    def day(self, moment: datetime) -> str:
        """Write the day that a moment is on in the portal (§12.17)."""
        return short_date(moment.astimezone(self.workspace.zone).date(), self.workspace.culture)

    def row(self, line: InvoiceLine, total: LineTotal) -> Sequence[str]:
        """Give a line; one without an item goes by its SKU."""
        title = self.titles.get(line.item or 0) or line.sku or ""
        return (
            f"{title}: {line.description}" if title and line.description else title or line.description,
            _figure(line.quantity or ZERO),
            _figure(line.unit_price or ZERO),
            _figure(settle(line.discount_rate, 2)),
            line.tax1.name if line.tax1 else "",
            line.tax2.name if line.tax2 else "",
            _figure(total.net),
        )

    def sums(self, words: Mapping[str, str], totals: Totals) -> Iterable[Pair]:
        """Give what leads up to the total: the lines, charges (of other dialects), and each tax."""
        yield _pair(words["subtotal"], _figure(totals.line_total))
        for charge in self.view.invoice.charges:
            yield _pair(words[charge.kind], _figure(charge.amount))
        for tax in totals.taxes:
            yield _pair(f"{tax.tax.name} ({rate(tax.tax.rate, self.workspace.culture)}%)", _figure(tax.amount))

    def consignee(self, words: Mapping[str, str]) -> Pair | None:
        """Give whom the goods go to, if that is said."""
        party = self.view.consignee
        return party and _pair(words["ship_to"], _recipient(party, self.view.invoice.delivery_address))


_address_parts = attrgetter("street", "street2", "city", "state", "zip", "country")
_YEAR = re.compile("y+")
_COLUMNS = ("item", "quantity", "price", "discount", "tax", "tax", "amount")


def _pair(label: str, value: str) -> Pair:
    return {"Item1": label, "Item2": value}


def _figure(amount: Decimal) -> str:
    return f"{decimal(amount):f}"


def _total(invoice: Invoice, totals: Totals) -> Decimal:
    """Add a snapshot up: both taxes of a line are rounded once, together, so that `cost` may be cents away (§12.7).

    An invoice that is rounded by another rule comes to what that rule says.
    """
    if invoice.rounding != STEPWISE:
        return totals.grand_total
    lines = zip(invoice.lines, totals.lines, strict=True)
    apart = [_rounded_together(line, total) for line, total in lines if len(total.taxes) > 1]
    return add_up([totals.grand_total, *apart])


def _rounded_together(line: InvoiceLine, total: LineTotal) -> Decimal:
    """Say by how much a line's taxes come to more when they are rounded once, together."""
    rate = add_up(tax.rate for tax in line.taxes)
    together = STEPWISE.settle(EXACT.multiply(total.net, EXACT.scaleb(rate, -2)))
    return EXACT.subtract(together, add_up(total.taxes))


def _seller(workspace: Workspace) -> str:
    address: Mapping[str, str] = workspace.setting(NAME, "company_address") or {}
    return _under(company_name(workspace), [address.get(part, "") for part in ADDRESS_PARTS])


def _recipient(party: Party | None, address_id: int | None) -> str:
    """Name a party, with one of its addresses if that is asked for and there."""
    if party is None:
        return ""
    address = next((one for one in party.addresses if one.id == address_id), None)
    return _under(party.display_name, _address_parts(address) if address else ())


def _under(name: str, address: Iterable[str]) -> str:
    """Put an address, in one line and without its blank parts, under a name."""
    return "\n".join(filter(None, (name, ", ".join(part for part in address if part.strip()))))


@lru_cache(256)
def words_of(culture: str) -> Mapping[str, str]:
    """Give the fixed words of an invoice in a culture's language, by the names that documents have for them."""
    from billingua.documents import language  # noqa: PLC0415 - the press takes time and room, and may wait

    return language(culture).words


@lru_cache(4096)
def short_date(day: date, culture: str) -> str:
    """Write a day with figures alone, as is usual in a culture.

    In the languages that we have words in it is what .NET writes: the CLDR's short date with the whole year.
    """
    from babel.dates import format_date, format_skeleton  # noqa: PLC0415 - as above, with which they come

    from billingua.documents import LANGUAGES  # noqa: PLC0415 - as above

    locale = culture_locale(culture)
    if locale.language not in LANGUAGES:
        return format_skeleton("yMd", day, locale=locale)
    return format_date(day, _YEAR.sub("yyyy", locale.date_formats["short"].pattern), locale)


@lru_cache(1024)
def rate(percentage: Decimal, culture: str) -> str:
    """Write a tax's rate with two decimals, as is usual in a culture."""
    return format_decimal(settle(percentage, 2), "0.00", culture_locale(culture))
