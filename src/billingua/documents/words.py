"""The words and figures of an invoice in its language: labels from words.toml, formats from Babel."""

import re
import tomllib
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import NumberPattern

from billingua.core.money import EXACT, settle
from billingua.documents.errors import FigureRefused

MOST_DECIMALS = 10
LARGEST_FIGURE = Decimal(10) ** 18
"""No amount that is kept is as large; without a bound `1E+999999` would be a million digits."""

_LONGEST_NAME = 35
"""Of a language, by BCP 47."""
_LETTER_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")
"""Where the CLDR has a blank (`KWD 5`, and not `KWD5`), which Babel does not put there."""
_LETTERS_OF_A_COUNTRY = 2
_LETTER_COUNTRIES = frozenset({"US", "CA", "MX", "CL", "CO", "CR", "DO", "GT", "PA", "PH", "PR", "SV", "VE"})


class Label(StrEnum):
    """A fixed word of the invoice: its name in words.toml."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    SELLER = "seller"
    BILL_TO = "bill_to"
    SHIP_TO = "ship_to"
    INVOICE_DATE = "invoice_date"
    DUE_DATE = "due_date"
    PO_NUMBER = "po_number"
    ORDER_NUMBER = "order_number"
    REFERENCE = "reference"
    ITEM = "item"
    QUANTITY = "quantity"
    PRICE = "price"
    DISCOUNT = "discount"
    TAX = "tax"
    AMOUNT = "amount"
    SUBTOTAL = "subtotal"
    SHIPPING = "shipping"
    ORDER_FEE = "order_fee"
    DROPSHIP_FEE = "dropship_fee"
    TOTAL = "total"
    PAID = "paid"
    AMOUNT_DUE = "amount_due"
    TERMS = "terms"
    NOTES = "notes"
    SHARE_OF = "share_of"
    """How a rate and its base are said together: `20% of 53.97`."""


_WORDS: Mapping[str, Mapping[str, str]] = tomllib.loads(
    files("billingua.documents").joinpath("words.toml").read_text("utf-8")
)
LANGUAGES = tuple(_WORDS)
"""The languages that we have words in, English first."""
_SCRIPTS = {"zh": "Hans"}
"""The script that a language's words are in, where it has several."""


@dataclass(frozen=True, slots=True)
class Language:
    """How an invoice is worded and its figures are written."""

    locale: Locale
    words: Mapping[str, str]

    @property
    def is_rtl(self) -> bool:
        """Whether it is written from right to left."""
        return self.locale.text_direction == "rtl"

    @property
    def region(self) -> str | None:
        """The country where it is spoken, by its two letters; several together, such as `es-419`, have none."""
        territory = self.locale.territory
        return territory if territory and len(territory) == _LETTERS_OF_A_COUNTRY else None

    @property
    def paper(self) -> str:
        """The paper that is usual where it is spoken, by Typst's name for it."""
        return "us-letter" if self.locale.territory in _LETTER_COUNTRIES else "a4"

    def word(self, label: Label | str) -> str:
        """Say a fixed word in this language; any other text stays as it is."""
        return self.words[label] if isinstance(label, Label) else label

    def stamp(self, stamp: str) -> str:
        """Say what is stamped on the page."""
        return self.words[f"stamp_{stamp}"]

    def day(self, day: date) -> str:
        """Write a day as is usual."""
        # From right to left with its month's name: figures and strokes alone can be read both ways.
        return format_date(day, "long" if self.is_rtl else "medium", self.locale)

    def number(self, value: Decimal, fewest: int = 0) -> str:
        """Write a number exactly, with at least so many decimals."""
        written = self._written(self.locale.decimal_formats[None], value, max(fewest, decimals(value)))
        # Its minus stays at its left, also where all else goes to the left.
        return f"\u2066{written}\u2069" if self.is_rtl else written

    def percentage(self, value: Decimal, fewest: int = 0) -> str:
        """Write a percentage exactly, with at least so many decimals."""
        digits = max(fewest, decimals(value))
        share = EXACT.scaleb(settle(value, digits), -2)
        return _with_digits(self.locale.percent_formats[None], digits).apply(share, self.locale)

    def money(self, amount: Decimal, currency: str, fewest: int) -> str:
        """Write an amount exactly with its currency's sign, with at least so many decimals."""
        digits = max(fewest, decimals(amount))
        written = self._written(self.locale.currency_formats["standard"], amount, digits, currency)
        return _LETTER_BEFORE_DIGIT.sub("\u00a0", written)

    def _written(self, pattern: NumberPattern, value: Decimal, digits: int, currency: str | None = None) -> str:
        settled = settle(value, digits)
        return _with_digits(pattern, digits).apply(settled, self.locale, currency=currency, currency_digits=False)


def _with_digits(pattern: NumberPattern, digits: int) -> NumberPattern:
    """Give a language's pattern for numbers with exactly so many decimals."""
    changed = copy(pattern)
    changed.frac_prec = (digits, digits)
    return changed


def decimals(value: Decimal) -> int:
    """How many decimals it takes to write a value; refuses with `FigureRefused` what cannot be printed."""
    if not value.is_finite() or abs(value) >= LARGEST_FIGURE:
        raise FigureRefused(value)
    exponent = settle(value, MOST_DECIMALS).normalize(EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def language(name: str) -> Language:
    """Find the language of a culture name such as `de-CH` or `zh_Hant_TW`; English where we have no words."""
    return _language(name[:_LONGEST_NAME])


@lru_cache(256)
def _language(name: str) -> Language:
    locale = _locale(name)
    if locale is None or not _has_words(locale):
        locale = Locale("en")
    return Language(locale, _WORDS[locale.language])


def _has_words(locale: Locale) -> bool:
    """Whether we have a language's words in the script that it is written in there: Traditional Chinese we have not."""
    script = _SCRIPTS.get(locale.language)
    return locale.language in _WORDS and (script is None or locale.script in {None, script})


def _locale(name: str) -> Locale | None:
    """Read a culture name; a territory that nobody knows is left out."""
    try:
        return Locale.parse(name.strip().replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError):
        bare = name.strip()[:2]
        return None if bare == name else _locale(bare)
