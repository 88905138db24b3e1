"""Commands on items and taxes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from billingua.core import errors
from billingua.core.access import User, require_administrator
from billingua.core.item import Item
from billingua.core.money import ZERO, settle
from billingua.core.tax import Tax
from billingua.engine.kinds import by_supplied_sku, by_username
from billingua.engine.plan import Caller, Decision, Found, Key, Needs, Plan, Step, by_id

# Taxes.


@dataclass(frozen=True, slots=True)
class TaxView:
    """A tax with its author, as far as that is known, and how many items, orders and invoices refer to it."""

    tax: Tax
    author: User | None
    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxContent:
    """What a tax shall say; the rate is a percentage, settled to `places`."""

    name: str
    description: str = ""
    rate: Decimal = ZERO
    places: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTax:
    """Keep a new tax. `known` are the ids of the taxes that there are, as far as the caller can tell."""

    content: TaxContent
    known: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceTax:
    """Write anew what a tax says; the lines of invoices keep the name and rate that they were written with."""

    tax: int
    content: TaxContent


def view_taxes(taxes: Sequence[Tax], caller: Caller, now: datetime) -> Plan[Sequence[TaxView]]:
    """Show taxes that were listed."""
    return Decision((yield from _tax_views(taxes)))


def _tax_views(taxes: Sequence[Tax]) -> Step[Sequence[TaxView]]:
    authors = {tax.id: by_username(tax.created_by or "") for tax in taxes}
    keys = {tax.id: by_id(Tax, tax.id) for tax in taxes}
    found = yield Needs([*dict.fromkeys(authors.values())], uses=list(keys.values()))
    return [TaxView(tax, found.get(authors[tax.id]), found.uses(keys[tax.id])) for tax in taxes]


def create_tax(command: CreateTax, caller: Caller, now: datetime) -> Plan[TaxView]:
    """Keep a new tax. Refuses with `NotPermitted`, or with `NameTaken` where another has the name, in whatever case."""
    require_administrator(caller.user)
    content = command.content
    found = yield Needs([by_id(Tax, id) for id in command.known], ["tax"])
    # Whoever makes a tax takes its id from this counter, so that the caller knows all but those of the last moment.
    newer = range(max(command.known, default=0) + 1, found.next_id("tax"))
    found = yield Needs([by_id(Tax, id) for id in newer], ["tax"])
    others = [found.get(by_id(Tax, id)) for id in (*command.known, *newer)]
    if any(other and other.name.casefold() == content.name.casefold() for other in others):
        raise errors.NameTaken(content.name)
    tax = Tax(
        id=found.new_id("tax"),
        uuid=found.new_uuid(),
        name=content.name,
        description=content.description,
        rate=settle(content.rate, content.places),
        created_at=now,
        created_by=caller.user and caller.user.username,
    )
    return Decision(TaxView(tax, caller.user, 0), saves=[tax])


def replace_tax(command: ReplaceTax, caller: Caller, now: datetime) -> Plan[TaxView]:
    """Write a tax anew. Refuses with `NotPermitted` or `TaxNotFound`."""
    require_administrator(caller.user)
    content, key = command.content, by_id(Tax, command.tax)
    found = yield Needs([key])
    tax = found.require(key, errors.TaxNotFound(command.tax))
    written = replace(
        tax,
        name=content.name,
        description=content.description,
        rate=_restated(tax.rate, content.rate, content.places),
    )
    (view,) = yield from _tax_views([written])
    return Decision(view, saves=[tax if written == tax else written])


def delete_tax(tax: int, caller: Caller, now: datetime) -> Plan[TaxView]:
    """Delete a tax to which nothing refers. Refuses with `NotPermitted`, `TaxNotFound` or `InUse`."""
    require_administrator(caller.user)
    key = by_id(Tax, tax)
    found = yield Needs([key], uses=[key])
    gone = found.require(key, errors.TaxNotFound(tax))
    _require_unused(found, key)
    (view,) = yield from _tax_views([gone])
    return Decision(view, deletes=[gone])


def _require_unused(found: Found, key: Key[Any]) -> None:
    if found.uses(key):
        raise errors.InUse(int(key.value), found.uses(key))


def _restated(known: Decimal, stated: Decimal, places: int) -> Decimal:
    """Keep an amount that is stated as it is known, digit for digit; settle any other."""
    return known if stated == known else settle(stated, places)


# Items.


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item with its taxes and its author, as far as those are there, and how many aggregates refer to it."""

    item: Item
    tax1: TaxView | None
    tax2: TaxView | None
    author: User | None
    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemContent:
    """What an item shall say. The price and the stock are settled to `places`, the taxes are named by their ids."""

    title: str
    price: Decimal
    sku: str = ""
    description: str = ""
    stock: Decimal = ZERO
    track_stock: bool = False
    tax1: int | None = None
    tax2: int | None = None
    places: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceItem:
    """Write anew what an item says."""

    item: int
    content: ItemContent


def find_item(id: int, caller: Caller, now: datetime) -> Plan[ItemView]:
    """Show one item. Refuses with `ItemNotFound`."""
    key = by_id(Item, id)
    found = yield Needs([key])
    (view,) = yield from _item_views([found.require(key, errors.ItemNotFound(id))])
    return Decision(view)


def view_items(items: Sequence[Item], caller: Caller, now: datetime) -> Plan[Sequence[ItemView]]:
    """Show items that were listed."""
    return Decision((yield from _item_views(items)))


def _item_views(items: Sequence[Item]) -> Step[Sequence[ItemView]]:
    authors = {item.id: by_username(item.created_by or "") for item in items}
    keys = {item.id: by_id(Item, item.id) for item in items}
    taxes = {id: by_id(Tax, id) for item in items for id in (item.tax1, item.tax2) if id is not None}
    wanted: list[Key[Any]] = [*dict.fromkeys(authors.values()), *taxes.values()]
    found = yield Needs(wanted, uses=list(keys.values()))
    shown = yield from _tax_views([tax for key in taxes.values() if (tax := found.get(key))])
    # The item itself refers to them, though it may not have been counted yet.
    by_tax = {view.tax.id: replace(view, uses=max(1, view.uses)) for view in shown}
    return [
        ItemView(
            item,
            by_tax.get(item.tax1 or 0),
            by_tax.get(item.tax2 or 0),
            found.get(authors[item.id]),
            found.uses(keys[item.id]),
        )
        for item in items
    ]


def create_item(content: ItemContent, caller: Caller, now: datetime) -> Plan[ItemView]:
    """Keep a new item. Refuses with `NotPermitted`, or with `TaxNotFound`."""
    require_administrator(caller.user)
    found = yield Needs(_taxes_of(content), ["item"])
    _require_taxes(content, found)
    item = Item(
        id=found.new_id("item"),
        uuid=found.new_uuid(),
        sku_uuid=found.new_uuid(),
        sku=content.sku,
        title=content.title,
        description=content.description,
        price=settle(content.price, content.places),
        stock=settle(content.stock, content.places),
        track_stock=content.track_stock,
        tax1=content.tax1,
        tax2=content.tax2,
        created_at=now,
        created_by=caller.user and caller.user.username,
    )
    (view,) = yield from _item_views([item])
    return Decision(view, saves=[item])


def replace_item(command: ReplaceItem, caller: Caller, now: datetime) -> Plan[ItemView]:
    """Write an item anew; its supplier, codes and units stay.

    Refuses with `NotPermitted`; `ItemNotFound`; `TaxNotFound`, where the item did not name that tax before; or with
    `SkuTaken`, where another item of its supplier has the SKU.
    """
    require_administrator(caller.user)
    content, key = command.content, by_id(Item, command.item)
    found = yield Needs([key, *_taxes_of(content)])
    item = found.require(key, errors.ItemNotFound(command.item))
    _require_taxes(content, found, frozenset({item.tax1, item.tax2}))
    yield from _require_free_sku(item, content.sku)
    written = replace(
        item,
        sku=content.sku,
        title=content.title,
        description=content.description,
        price=_restated(item.price, content.price, content.places),
        stock=_restated(item.stock, content.stock, content.places),
        track_stock=content.track_stock,
        tax1=content.tax1,
        tax2=content.tax2,
    )
    (view,) = yield from _item_views([written])
    return Decision(view, saves=[item if written == item else written])


def _taxes_of(content: ItemContent) -> list[Key[Tax]]:
    return [by_id(Tax, id) for id in (content.tax1, content.tax2) if id is not None]


def _require_taxes(content: ItemContent, found: Found, known: frozenset[int | None] = frozenset()) -> None:
    for key in _taxes_of(content):
        if key.value not in known:
            found.require(key, errors.TaxNotFound(key.value))


def _require_free_sku(item: Item, sku: str) -> Step[None]:
    """See that no other item of the supplier has the SKU: its lines are ordered by it."""
    if item.supplier is None or sku == item.sku:
        return
    key = by_supplied_sku(item.supplier, sku)
    found = yield Needs([key])
    if found.get(key):
        raise errors.SkuTaken(sku)


def delete_item(item: int, caller: Caller, now: datetime) -> Plan[ItemView]:
    """Delete an item to which nothing refers. Refuses with `NotPermitted`, `ItemNotFound` or `InUse`."""
    require_administrator(caller.user)
    key = by_id(Item, item)
    found = yield Needs([key], uses=[key])
    gone = found.require(key, errors.ItemNotFound(item))
    _require_unused(found, key)
    (view,) = yield from _item_views([gone])
    return Decision(view, deletes=[gone])


def delete_items(items: Sequence[int], caller: Caller, now: datetime) -> Plan[Sequence[ItemView]]:
    """Delete those of the items that are there and to which nothing refers. Refuses with `NotPermitted`."""
    require_administrator(caller.user)
    keys = [by_id(Item, id) for id in dict.fromkeys(items)]
    found = yield Needs(keys, uses=keys)
    gone = [item for key in keys if (item := found.get(key)) and not found.uses(key)]
    views = yield from _item_views(gone)
    return Decision(views, deletes=gone)
