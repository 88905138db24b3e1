"""Invoice lines and charges: what is invoiced."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from billingua.core.money import EXACT, ZERO
from billingua.core.tax import LineTax


@dataclass(frozen=True, slots=True)
class Attribute:
    """A name and a value that a trading partner attached, kept as given."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One line of an invoice (EN 16931, BG-25).

    `unit_price` and `discount_per_unit` are exact amounts in the invoice's currency; `discount_percent` is 0 to 100.
    A quantity or price that its author left unsaid is None and counts as zero.
    """

    id: int
    position: int
    item: int | None = None
    sku: str | None = None
    unit: int | None = None
    description: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount_percent: Decimal = ZERO
    discount_per_unit: Decimal = ZERO
    tax1: LineTax | None = None
    tax2: LineTax | None = None
    order_line: UUID | None = None
    attributes: tuple[Attribute, ...] | None = None

    @property
    def unit_discount(self) -> Decimal:
        """Both discounts together, exact, as an amount for each piece."""
        price = self.unit_price or ZERO
        part = EXACT.multiply(EXACT.subtract(price, self.discount_per_unit), EXACT.scaleb(self.discount_percent, -2))
        return EXACT.add(self.discount_per_unit, part)

    @property
    def discount_rate(self) -> Decimal:
        """Both discounts together as a percentage of the price; a line without price has the percentage it states."""
        if not self.unit_price or not self.discount_per_unit:
            return self.discount_percent
        return EXACT.divide(EXACT.scaleb(self.unit_discount, 2), self.unit_price)

    @property
    def taxes(self) -> tuple[LineTax, ...]:
        """The line's taxes, in order."""
        return tuple(filter(None, (self.tax1, self.tax2)))


class ChargeKind(StrEnum):
    """What a charge on the whole invoice is for."""

    SHIPPING = "shipping"
    ORDER_FEE = "order_fee"
    DROPSHIP_FEE = "dropship_fee"
    TAX = "tax"
    """A tax amount stated for the whole invoice, without a rate."""


@dataclass(frozen=True, slots=True)
class Charge:
    """An amount on the whole invoice (EN 16931, BG-21), in its currency, as its author stated it."""

    kind: ChargeKind
    amount: Decimal
