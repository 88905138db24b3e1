"""Taxes, items and price lists of a world file, and how they are written into one."""

from typing import Any

from billingua.core.item import Item, PriceList
from billingua.core.tax import Tax
from billingua.worlds.assembly import Assembly
from billingua.worlds.document import GivenItem, GivenTax
from billingua.worlds.members import told
from billingua.worlds.moments import write_moment
from billingua.worlds.problems import below


def read_taxes(assembly: Assembly) -> list[Tax]:
    """Read the taxes."""
    given = assembly.given.taxes
    places = assembly.places("taxes", given)
    ids = assembly.ids("tax", zip(places, given, strict=True))
    return [_read_tax(tax, id, place, assembly) for tax, id, place in zip(given, ids, places, strict=True)]


def _read_tax(given: GivenTax, id: int, place: str, assembly: Assembly) -> Tax:
    return Tax(
        id=id,
        uuid=assembly.uuid("tax", given.uuid, place),
        name=given.name,
        description=given.description,
        rate=given.rate,
        created_at=assembly.moment_or_now(given.created_at, below(place, "created_at")),
        created_by=given.created_by,
    )


def write_tax(tax: Tax) -> dict[str, Any]:
    """Write a tax as it stands in a file."""
    return {
        "id": tax.id,
        "name": tax.name,
        "description": tax.description,
        "rate": tax.rate,
        "uuid": tax.uuid,
        "created_at": write_moment(tax.created_at),
        **told(created_by=tax.created_by),
    }


def read_items(assembly: Assembly) -> list[Item]:
    """Read the items."""
    given = assembly.given.items
    places = assembly.places("items", given)
    ids = assembly.ids("item", zip(places, given, strict=True))
    return [_read_item(item, id, place, assembly) for item, id, place in zip(given, ids, places, strict=True)]


def _read_item(given: GivenItem, id: int, place: str, assembly: Assembly) -> Item:
    if given.supplier:  # what no organization supplies may go by any SKU, and by none
        assembly.claim("sku", (given.supplier, given.sku), below(place, "sku"), f'"{given.sku}"')
    if given.code:
        assembly.claim("item code", given.code, below(place, "code"), f'"{given.code}"')
    assembly.refer("party", given.supplier, assembly.organizations, below(place, "supplier"))
    assembly.refer("tax", given.tax1, assembly.taxes, below(place, "tax1"))
    assembly.refer("tax", given.tax2, assembly.taxes, below(place, "tax2"))
    return Item(
        id=id,
        uuid=assembly.uuid("item", given.uuid, place),
        sku_uuid=assembly.uuid("item", given.sku_uuid, place, "sku_uuid"),
        sku=given.sku,
        code=given.code,
        title=given.title,
        sku_name=given.sku_name,
        description=given.description,
        price=given.price,
        supplier=given.supplier,
        stock=given.stock,
        track_stock=given.track_stock,
        tax1=given.tax1,
        tax2=given.tax2,
        units=tuple(given.units),
        product_codes=given.product_codes,
        created_at=assembly.moment_or_now(given.created_at, below(place, "created_at")),
        created_by=given.created_by,
    )


def write_item(item: Item) -> dict[str, Any]:
    """Write an item as it stands in a file."""
    return {
        "id": item.id,
        "uuid": item.uuid,
        "sku_uuid": item.sku_uuid,
        "sku": item.sku,
        "code": item.code,
        "title": item.title,
        "sku_name": item.sku_name,
        "description": item.description,
        "price": item.price,
        "supplier": item.supplier,
        "stock": item.stock,
        "track_stock": item.track_stock,
        "tax1": item.tax1,
        "tax2": item.tax2,
        "units": item.units,
        "product_codes": item.product_codes,
        "created_at": write_moment(item.created_at),
        **told(created_by=item.created_by),
    }


def read_price_lists(assembly: Assembly) -> list[PriceList]:
    """Read the price lists."""
    given = assembly.given.price_lists
    places = assembly.places("price_lists", given)
    ids = assembly.ids("price list", zip(places, given, strict=True))
    for place, prices in zip(places, given, strict=True):
        assembly.claim("price list", prices.code, below(place, "code"), f'"{prices.code}"')
    return [
        PriceList(
            id=id,
            uuid=assembly.uuid("price list", prices.uuid, place),
            code=prices.code,
            default=prices.default,
            prices=prices.prices,
        )
        for prices, id, place in zip(given, ids, places, strict=True)
    ]


def write_price_list(prices: PriceList) -> dict[str, Any]:
    """Write a price list as it stands in a file."""
    return {
        "code": prices.code,
        "default": prices.default,
        "prices": prices.prices,
        "id": prices.id,
        "uuid": prices.uuid,
    }
