"""Answers to look-ups of items and of price lists (contract §8)."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from billingua.core.item import Item, PriceList
from billingua.dialects.modulus.requests.items import PricesWanted
from billingua.dialects.modulus.responses.envelopes import good
from billingua.engine.catalogue import ItemView

_NONE = -1
"""An account that there is not."""


def items_found(items: Sequence[Item], prices: Sequence[PriceList], options: frozenset[str]) -> Response:
    """Answer a look-up of items (§8)."""
    return good("Item loaded successfully.", [_item(item) | _loaded(item, prices, options) for item in items])


def _item(item: Item) -> dict[str, Any]:
    """Show an item: its ids are texts, its accounts are numbers."""
    unit = str(item.units[0] if item.units else _NONE)
    return {
        "intID": str(item.id),
        "intBaseUnitID": unit,
        "intDisplayUnitID": unit,
        "decDisplayUnitRatio": "1",
        "strName": item.title,
        "strAlias": item.name_of_sku,
        "strCode": item.code or item.sku,
        "boolIsDisabled": "0",
        "strDescription": item.description,
        "strNotes": "",
        "strCustomAttributes": "",
        "strType": "item",
        "intBkRevenueAccountID": _NONE,
        "intBkDiscountAccountID": _NONE,
        "intBkReturnAccountID": _NONE,
        "intBkExpenseAccountID": _NONE,
        "boolIsAsset": False,
        "boolIsProduction": False,
        "boolIsPurchasing": item.supplier is not None,
        "boolIsSelling": True,
        "arrCustomAttribute": [],
    }


def _loaded(item: Item, prices: Sequence[PriceList], options: frozenset[str]) -> dict[str, Any]:
    """Show what is told of an item if somebody asks for it: there are no categories here, and no attributes."""
    loaded: dict[str, dict[str, Any]] = {
        "units": {"arrUnit": [{"intID": str(unit), "decRatio": "1"} for unit in item.units]},
        "categories": {"arrCategory": []},
        "prices": {"arrPrice": [_price(one, item) for one in prices if item.sku in one.prices]},
    }
    return {name: value for option, members in loaded.items() if option in options for name, value in members.items()}


def _price(prices: PriceList, item: Item) -> dict[str, Any]:
    return {"intPriceListID": str(prices.id), "strCode": prices.code, "decPrice": prices.prices[item.sku]}


def prices_found(prices: PriceList, items: Sequence[ItemView], wanted: PricesWanted, record_count: int) -> Response:
    """Answer with a page of a price list (§8); the size of the page is a text."""
    meta_data = {
        "page_number": wanted.page_number,
        "page_size": str(wanted.page_size),
        "page_count": -(-record_count // wanted.page_size),
        "record_count": record_count,
    }
    data = [_listed(prices, view) for view in items]
    return good("Price list items retrieved successfully.", {"meta_data": meta_data, "data": data})


def _listed(prices: PriceList, view: ItemView) -> dict[str, Any]:
    item = _item(view.item)
    return {
        "intID": item["intID"],
        "decPrice": prices.prices[view.item.sku],
        "intTaxTypeID": str(view.item.tax1 or _NONE),
        "strAlias": item["strAlias"],
        "intUnitID": item["intBaseUnitID"],
        "intPriceListID": str(prices.id),
        "boolIsDisabled": item["boolIsDisabled"],
        "boolIsUsed": "1" if view.uses else "0",
        "objItem": [item],
    }
