"""What is printed: plain values, filled in by whoever knows the invoice."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from billingua.documents.words import Label


class Stamp(StrEnum):
    """What is stamped across every page."""

    DRAFT = "draft"
    VOID = "void"
    REJECTED = "rejected"
    PAID = "paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody with an address, whose lines are apart by line breaks."""

    label: Label | str = ""
    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the invoice's head: a date is printed as the language writes it, a text as it is."""

    label: Label | str
    value: date | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the item table; columns in which no row has anything are left out.

    `price` and `amount` are in the document's currency, `discount` is a percentage, `taxes` are printed as they are.
    A row in another currency has no amount.
    """

    name: str
    description: str = ""
    sku: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    discount: Decimal | None = None
    taxes: tuple[str, ...] = ()
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Sum:
    """A line under the item table, in the document's currency: for a tax also its rate (per cent) and its base."""

    label: Label | str
    amount: Decimal
    rate: Decimal | None = None
    base: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDocument:
    """All that is printed of an invoice, and nothing else: the same document is always the same bytes.

    `language` is a culture name such as `de-CH`; one whose words we do not have is printed in English. `currency` is an
    ISO 4217 code. `made_at` is the PDF's date of creation. `logo` is a PNG or a JPEG. `sums` lead up to the total (the
    subtotal, each tax, charges), `balance` follows it (what was paid, what is due).
    """

    language: str = "en"
    currency: str
    title: Label | str = Label.INVOICE
    number: str
    made_at: datetime
    stamp: Stamp | None = None
    seller: Party
    logo: bytes | None = None
    facts: tuple[Fact, ...] = ()
    customer: Party | None = None
    consignee: Party | None = None
    lines: tuple[Line, ...] = ()
    sums: tuple[Sum, ...] = ()
    total: Sum
    balance: tuple[Sum, ...] = ()
    terms: str = ""
    notes: str = ""
