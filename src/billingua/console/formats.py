"""How figures and days are written: as the workspace's culture does, in its time zone. No digit is rounded away."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from billingua.core.money import currency_digits
from billingua.core.workspace import Workspace

_MOST_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class Formats:
    """Writes what one workspace's pages show."""

    locale: Locale
    zone: ZoneInfo

    @classmethod
    def of(cls, workspace: Workspace) -> "Formats":
        """Write as a workspace's culture does; as in English where we do not know it."""
        try:
            locale = Locale.parse(workspace.culture, sep="-")
        except (UnknownLocaleError, ValueError):
            locale = Locale("en")
        return cls(locale, workspace.zone)

    def amount(self, value: Decimal, currency: str) -> str:
        """Write an amount with at least the decimals of its currency."""
        return self._decimal(value, currency_digits(currency))

    def number(self, value: Decimal | int) -> str:
        """Write a number with the decimals that it has."""
        return self._decimal(Decimal(value), 0)

    def _decimal(self, value: Decimal, least: int) -> str:
        decimals = "0" * least + "#" * (_MOST_DECIMALS - least)
        return format_decimal(value, f"#,##0.{decimals}", self.locale, decimal_quantization=False)

    def day(self, moment: datetime) -> str:
        """Write the day of a moment."""
        return format_date(self.day_of(moment), "medium", self.locale)

    def time(self, moment: datetime) -> str:
        """Write the day and the time of a moment."""
        return f"{self.day(moment)}, {format_time(moment, 'short', self.zone, self.locale)}"

    def day_of(self, moment: datetime) -> date:
        """Give the day that a moment falls on."""
        return moment.astimezone(self.zone).date()
