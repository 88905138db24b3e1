"""How an invoice's totals come about."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache
from itertools import repeat
from typing import Any

from billingua.core.line import Charge, ChargeKind, InvoiceLine
from billingua.core.money import EXACT, ZERO, add_up
from billingua.core.rounding import Rounding, TaxBase
from billingua.core.tax import LineTax

_HUNDRED = Decimal(100)

_MOST_KNOWN = 128
"""Of so many invoices the totals are at hand when they are asked for again.

Who writes an invoice asks for what is owed, for what is printed and for what is answered, one batch later.
"""


@dataclass(frozen=True, slots=True)
class LineTotal:
    """What one line comes to: `gross` less `discount` is `net` (EN 16931, BT-131); `taxes` only where taxed by line."""

    gross: Decimal
    discount: Decimal
    net: Decimal
    taxes: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """What one tax comes to over the invoice (EN 16931, BG-23): its base and its amount."""

    tax: LineTax
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """An invoice's totals (EN 16931, BG-22), in its currency, settled by its rounding rule."""

    lines: tuple[LineTotal, ...]
    taxes: tuple[TaxTotal, ...]
    line_total: Decimal
    charge_total: Decimal
    tax_total: Decimal
    grand_total: Decimal

    @property
    def net_total(self) -> Decimal:
        """The total without tax (BT-109)."""
        return EXACT.add(self.line_total, self.charge_total)


def totals(lines: Sequence[InvoiceLine], charges: Sequence[Charge], rounding: Rounding) -> Totals:
    """Add an invoice up by its rounding rule; no lines and no charges come to zero."""
    if isinstance(lines, tuple) and isinstance(charges, tuple):
        return _added_up(_These(lines), _These(charges), rounding)
    return _add_up(lines, charges, rounding)


class _These:
    """Lines or charges that are known again as the very same ones, whatever they say."""

    __slots__ = ("ones",)

    def __init__(self, ones: tuple[Any, ...]) -> None:
        self.ones = ones

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _These) and self.ones is other.ones

    def __hash__(self) -> int:
        return id(self.ones)


@lru_cache(_MOST_KNOWN)
def _added_up(lines: _These, charges: _These, rounding: Rounding) -> Totals:
    return _add_up(lines.ones, charges.ones, rounding)


def _add_up(lines: Sequence[InvoiceLine], charges: Sequence[Charge], rounding: Rounding) -> Totals:
    with localcontext(EXACT):
        line_totals = tuple(_line_total(line, rounding) for line in lines)
        tax_totals = _tax_totals(lines, line_totals, rounding)
        line_total = add_up(line.net for line in line_totals)
        charge_total = rounding.settle(_charged(charges, taxes=False))
        tax_total = add_up(tax.amount for tax in tax_totals) + rounding.settle(_charged(charges, taxes=True))
        grand_total = line_total + charge_total + tax_total
    return Totals(line_totals, tax_totals, line_total, charge_total, tax_total, grand_total)


def _line_total(line: InvoiceLine, rounding: Rounding) -> LineTotal:
    quantity, price = line.quantity or ZERO, line.unit_price or ZERO
    gross = rounding.step(quantity * price)
    discounted = quantity * line.discount_per_unit
    discount = rounding.step(discounted + (gross - discounted) * line.discount_percent / _HUNDRED)
    net = rounding.settle(gross - discount)
    if rounding.tax_base is TaxBase.LINE:
        return LineTotal(gross, discount, net, tuple(_tax_on(net, tax, rounding) for tax in line.taxes))
    return LineTotal(gross, discount, net)


def _tax_on(base: Decimal, tax: LineTax, rounding: Rounding) -> Decimal:
    return rounding.settle(base * tax.rate / _HUNDRED)


def _tax_totals(
    lines: Sequence[InvoiceLine], line_totals: Sequence[LineTotal], rounding: Rounding
) -> tuple[TaxTotal, ...]:
    """Sum each tax over the lines that carry it, in the order in which the taxes first appear."""
    taxed: defaultdict[LineTax, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for line, line_total in zip(lines, line_totals, strict=True):
        for tax, amount in zip(line.taxes, line_total.taxes or repeat(ZERO), strict=False):
            taxed[tax].append((line_total.net, amount))
    return tuple(_tax_total(tax, parts, rounding) for tax, parts in taxed.items())


def _tax_total(tax: LineTax, parts: Sequence[tuple[Decimal, Decimal]], rounding: Rounding) -> TaxTotal:
    """Sum a tax over lines, of which each has its net and, where taxed by line, its amount."""
    base = add_up(net for net, _ in parts)
    if rounding.tax_base is TaxBase.RATE:
        return TaxTotal(tax, base, _tax_on(base, tax, rounding))
    return TaxTotal(tax, base, add_up(amount for _, amount in parts))


def _charged(charges: Sequence[Charge], *, taxes: bool) -> Decimal:
    return add_up(charge.amount for charge in charges if (charge.kind is ChargeKind.TAX) is taxes)
