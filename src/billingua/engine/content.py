"""What an invoice shall say, as commands carry it, and how its lines are written of that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from billingua.core import errors
from billingua.core.item import Item
from billingua.core.line import Attribute, Charge, InvoiceLine
from billingua.core.money import ZERO, settle
from billingua.core.rounding import Rounding
from billingua.core.tax import Tax
from billingua.engine.plan import Found, Key, by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class LineContent:
    """What a line shall say. Its item and taxes are named by their ids; a line without item names a SKU of its own.

    `line` is the id of the line that it stands for, if that is said: it keeps its id, and taxes that stay the same keep
    the names and rates that they were written with.

    Discounts are in per cent and in the invoice's currency for each piece; the price is in that currency too. Where the
    dialect keeps fewer digits than it shows, `exact` are amounts as they were said: a line that has them keeps them.
    """

    item: int | None = None
    sku: str | None = None
    unit: int | None = None
    quantity: Decimal | None = ZERO
    unit_price: Decimal | None = ZERO
    discount_percent: Decimal = ZERO
    discount_per_unit: Decimal = ZERO
    tax1: int | None = None
    tax2: int | None = None
    description: str = ""
    line: int | None = None
    exact: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])


class InvoiceFields(TypedDict, total=False):
    """Fields of an invoice that may be set outright; one that is left out stays as it is."""

    number: str
    party: int
    consignee: int | None
    opportunity: int | None
    billing_address: int | None
    delivery_address: int | None
    currency: str
    exchange_rate: Decimal
    issued_at: datetime
    due_at: datetime | None
    created_at: datetime
    original_balance: Decimal
    open_balance: Decimal
    purchase_order_number: str | None
    order_number: str | None
    reference: str | None
    terms: str | None
    description: str | None
    language: str
    channel: int | None
    external_id: str | None
    external_party_id: str | None
    attributes: tuple[Attribute, ...] | None
    charges: tuple[Charge, ...]
    rounding: Rounding


def line_needs(lines: Sequence[LineContent]) -> list[Key[Any]]:
    """Name the items and taxes that lines name."""
    items = {by_id(Item, line.item) for line in lines if line.item is not None}
    taxes = {by_id(Tax, tax) for line in lines for tax in (line.tax1, line.tax2) if tax}
    return [*items, *taxes]


def write_lines(contents: Sequence[LineContent], found: Found) -> tuple[InvoiceLine, ...]:
    """Write new lines, in their order. Refuses with `ItemNotFound` or `TaxNotFound`."""
    return tuple(
        write_line(found.new_id("invoice_line"), position, content, found) for position, content in enumerate(contents)
    )


def write_line(id: int, position: int, content: LineContent, found: Found) -> InvoiceLine:
    """Write a line. Refuses with `ItemNotFound` or `TaxNotFound`."""
    sku = content.sku
    if content.item is not None:
        sku = found.require(by_id(Item, content.item), errors.ItemNotFound(content.item)).sku
    tax1, tax2 = (
        found.require(by_id(Tax, tax), errors.TaxNotFound(tax)).on_line() if tax else None
        for tax in (content.tax1, content.tax2)
    )
    return InvoiceLine(
        id=id,
        position=position,
        item=content.item,
        sku=sku,
        unit=content.unit,
        description=content.description,
        quantity=content.quantity,
        unit_price=content.unit_price,
        discount_percent=content.discount_percent,
        discount_per_unit=content.discount_per_unit,
        tax1=tax1,
        tax2=tax2,
    )


def carry_over(
    contents: Sequence[LineContent], lines: Sequence[InvoiceLine], before: Sequence[InvoiceLine], unsaid: frozenset[str]
) -> tuple[InvoiceLine, ...]:
    """Give each line that stands for an old one what its author had no word for.

    Which line that is, is said, or it is one of the same item or SKU. Refuses with `InvoiceLineNotFound`.
    """
    named = {content.line for content in contents}
    left = [old for old in before if old.id not in named]
    carried: list[InvoiceLine] = []
    for content, line in zip(contents, lines, strict=True):
        if content.line is not None:
            carried.append(_rewritten(content, line, before, unsaid))
            continue
        old = next((old for old in left if _is_of_same_thing(content, old)), None)
        if old is None:
            carried.append(line)
            continue
        left.remove(old)
        kept = {name: getattr(old, name) for name in unsaid} | _same_amounts(content, line, old)
        is_new = any(getattr(line, name) is not value for name, value in kept.items())
        carried.append(replace(line, **kept) if is_new else line)
    return tuple(carried)


def _rewritten(
    content: LineContent, line: InvoiceLine, before: Sequence[InvoiceLine], unsaid: frozenset[str]
) -> InvoiceLine:
    """Write over the very line that is named, which keeps its id and whatever stays the same."""
    old = next((old for old in before if old.id == content.line), None)
    if old is None:
        raise errors.InvoiceLineNotFound(content.line)
    kept: dict[str, Any] = {"id": old.id, **{name: getattr(old, name) for name in unsaid}}
    if [tax.tax for tax in line.taxes] == [tax.tax for tax in old.taxes]:
        kept |= {"tax1": old.tax1, "tax2": old.tax2}
    if content.item == old.item and content.item is not None:
        kept["sku"] = old.sku
    return replace(line, **kept)


def _is_of_same_thing(content: LineContent, line: InvoiceLine) -> bool:
    return content.sku == line.sku if content.item is None else content.item == line.item


def _same_amounts(content: LineContent, line: InvoiceLine, old: InvoiceLine) -> dict[str, Decimal]:
    """Keep all digits of amounts that are said as they are, and how a discount was stated."""
    kept = {name: getattr(old, name) for name in content.exact}
    same = {name: amount for name, amount in kept.items() if amount == content.exact[name]}
    # A line that has all their digits already need not be written anew for them.
    amounts = {name: amount for name, amount in same.items() if amount.compare_total(getattr(line, name))}
    return amounts | _same_discounts(replace(line, **amounts) if amounts else line, old)


def _same_discounts(line: InvoiceLine, old: InvoiceLine) -> dict[str, Decimal]:
    """Keep how a discount was stated if it comes to the same, as far as a dialect with one kind of it shows it."""
    if line.discount_percent == old.discount_percent and line.discount_per_unit == old.discount_per_unit:
        return {}
    by_rate = settle(old.discount_rate, 2) == line.discount_percent and not line.discount_per_unit
    by_piece = settle(old.unit_discount, 4) == line.discount_per_unit and not line.discount_percent
    if line.unit_price != old.unit_price or not (by_rate or by_piece):
        return {}
    return {"discount_percent": old.discount_percent, "discount_per_unit": old.discount_per_unit}
