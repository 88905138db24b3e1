"""ONLYOFFICE's words for what the ledger knows (contract §1.3, §3, §5, §11.4)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from babel.core import Locale, UnknownLocaleError, parse_locale
from babel.numbers import get_currency_name, get_currency_symbol

from billingua.core.lifecycle import Status
from billingua.core.party import AddressCategory

NAME = "onlyoffice"
"""The dialect's name, under which the ledger keeps what it alone understands."""

OUT_OF_RANGE = "Value does not fall within the expected range."

ARGUMENT = -2147024809
FORMAT = -2146233033
OVERFLOW = -2146233066
FAILURE = -2146233088
UNSPECIFIED = -2147467259
SECURITY = -2146233078
"""What `hresult` says of an error: the numbers by which .NET knows its kinds of exception."""

CONVERSIONS: Mapping[str, tuple[str, int]] = {
    "integer": ("Input string was not in a correct format.", FORMAT),
    "number": ("Input string was not in a correct format.", FORMAT),
    "overflow": ("Value was either too large or too small for an Int32.", OVERFLOW),
    "boolean": ("String was not recognized as a valid Boolean.", FORMAT),
    "uuid": ("Unrecognized Guid format.", FORMAT),
    "date": ("String was not recognized as a valid DateTime.", FORMAT),
    "text": ("The value cannot be converted to a string.", FORMAT),
    "characters": ("The text has a null character.", FORMAT),
    "one object": ("There is more than one value where one object can be.", FORMAT),
}
"""Why a value cannot be converted: the text, and its `hresult`."""

STATUSES: Mapping[Status, Mapping[str, Any]] = {
    Status.DRAFT: {"title": "Draft", "id": 1},
    Status.OPEN: {"title": "Billed", "id": 2},
    Status.REJECTED: {"title": "Rejected", "id": 3},
    Status.PAID: {"title": "Paid", "id": 4},
    Status.VOID: {"title": "Archive", "id": 5},
}
"""Statuses on the wire (§5). Nothing can be archived here; what another dialect made void is shown as archived."""

STATUS_NAMES: Mapping[str, int] = {"draft": 1, "sent": 2, "rejected": 3, "paid": 4, "archived": 5}
"""What clients call a status, in lower case, and its number (§5)."""

NO_DATE = datetime.min.replace(tzinfo=UTC)
"""What stands for no date at all (§1.5)."""

SNAPSHOT, SAID, FILE = "snapshot", "said", "fileID"
"""What an invoice keeps here: the file of its snapshot, the fingerprint that it holds for, the id of its PDF."""

CHANGED: Mapping[str, str] = {
    "party": "contact",
    "opportunity": "entity",
    "issued_at": "issueDate",
    "due_at": "dueDate",
    "created_at": "createOn",
    "created_by": "createBy",
    "exchange_rate": "exchangeRate",
    "purchase_order_number": "purchaseOrderNumber",
    "billing_address": "billingAddressID",
    "delivery_address": "deliveryAddressID",
    "lines": "invoiceLines",
    SNAPSHOT: FILE,
    SAID: FILE,
}
"""What a field of the ledger's invoice is called here, where that is otherwise; a file follows what is printed."""

FILES = "/Products/Files"
HANDLER = f"{FILES}/HttpHandlers/filehandler.ashx"
"""Where files are fetched: as much of the portal beside its API as clients need."""

MOST_LINES = 1000
"""How many lines an invoice may have here."""

LARGEST = Decimal("99999999.99")
LONGEST_TEXT = 255
"""The range of what is stored (§12.20)."""

ADDRESS_PARTS = ("street", "city", "state", "zip", "country")
"""What an address is made of."""

ADDRESS = 7
"""The kind of contact data that addresses are."""

CATEGORIES: Mapping[AddressCategory, str] = {
    AddressCategory.HOME: "Home",
    AddressCategory.POSTAL: "Postal",
    AddressCategory.OFFICE: "Office",
    AddressCategory.BILLING: "Billing",
    AddressCategory.OTHER: "Other",
    AddressCategory.WORK: "Work",
}
"""What addresses are used for, in the order of their numbers (§11.2)."""

_STOCK = """
AED AMD AOA ARS AUD AZN BDT BGN BRL BYN BYR CAD CHF CLP CNY COP CRC CUP CZK DKK DOP DZD ETB EUR GBP GEL HKD HRK HUF IDR
ILS INR JPY KES KRW KWD KZT LTL LVL MAD MDL MGA MNT MUR MXN MYR NGN NOK NZD OMR PHP PKR PLN QAR RON RSD RUB SAR SEK SGD
THB TND TRY TTD UAH USD UZS VEF VES VND XAF XOF XPF ZAR
"""
CURRENCIES = frozenset(_STOCK.split())
BASIC_CURRENCIES = frozenset({"AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "USD"})
_SHARED_CURRENCIES = {"XAF": "CM", "XOF": "SN", "XPF": "PF"}
"""Currencies of several countries, whose code begins with no country's: one of those that use each."""


@cache
def currency(code: str) -> Mapping[str, Any]:
    """Describe a currency (§3.3); one that the stock list does not have is known, but neither basic nor convertible."""
    return {
        "title": get_currency_name(code, locale="en"),
        "symbol": get_currency_symbol(code, locale="en"),
        "abbreviation": code,
        "cultureName": _SHARED_CURRENCIES.get(code, code[:2]),
        "isConvertable": code in CURRENCIES,
        "isBasic": code in BASIC_CURRENCIES,
    }


def is_culture(name: str) -> bool:
    """Whether a culture has this name, such as `en-US`."""
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,4}){0,2}", name):
        return False
    try:
        territory = parse_locale(name, sep="-")[1]
        return territory in {None, Locale.parse(name, sep="-").territory}
    except (UnknownLocaleError, ValueError):
        return False


@cache
def culture_locale(name: str) -> Locale:
    """Find how things are written in a culture; one that nobody knows counts as American English."""
    try:
        return Locale.parse(name.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "US")
