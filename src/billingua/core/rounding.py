"""Rounding rules as data: a dialect chooses one when it creates an invoice, and the invoice keeps it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from billingua.core.money import Mode, currency_digits, settle


class TaxBase(StrEnum):
    """What a tax is computed, and rounded, on."""

    LINE = "line"
    """On each line's net; the line's taxes are summed."""
    RATE = "rate"
    """Once per tax, on the sum of the nets it applies to (EN 16931, BR-CO-17)."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """How the amounts of one invoice are rounded."""

    places: int = 2
    mode: Mode = Mode.HALF_UP
    tax_base: TaxBase = TaxBase.RATE
    settles_steps: bool = False
    """Whether a line's gross and its discount are rounded too, and not its net alone."""

    def settle(self, amount: Decimal) -> Decimal:
        """Round an exact amount as this invoice's amounts are rounded."""
        return settle(amount, self.places, self.mode)

    def step(self, amount: Decimal) -> Decimal:
        """Round an amount on the way to a line's net, if this rule rounds there."""
        return self.settle(amount) if self.settles_steps else amount


STEPWISE = Rounding(places=2, mode=Mode.HALF_EVEN, tax_base=TaxBase.LINE, settles_steps=True)
"""Gross, discount and each line's taxes are rounded as they arise, half to even, to 2 decimals in any currency."""


def en16931(currency: str) -> Rounding:
    """Round each line's net, sum the rounded, tax each rate's sum once (EN 16931-1, §6.4.3 and BR-CO-10 to -17)."""
    return Rounding(places=currency_digits(currency))
