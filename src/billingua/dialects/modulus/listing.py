"""Lists of items, and which items codes mean (contract §8). V1 publishes no list of invoices."""

from collections.abc import Mapping, Sequence

from billingua.core.item import Item, PriceList
from billingua.engine.catalogue_queries import ItemQuery
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller
from billingua.engine.selling import find_coded


async def items_by_sku(ledger: Ledger, caller: Caller, codes: Sequence[str]) -> Mapping[str, Item]:
    """Find the items that are called by their SKU, since they have no code of their own; of several, the first."""
    wanted = frozenset(codes)
    page = await ledger.items(caller, ItemQuery(skus=wanted))
    items = [record.value for record in reversed(page.items)]
    return {item.sku: item for item in items if item.sku in wanted and not item.code}


async def items_by_code(ledger: Ledger, caller: Caller, codes: Sequence[str]) -> Sequence[Item]:
    """Find the items that codes mean, each once, in the order of their ids."""
    found = {**await items_by_sku(ledger, caller, codes), **await ledger.read(caller, find_coded, codes)}
    return [item for _, item in sorted({item.id: item for item in found.values()}.items())]


async def all_items(ledger: Ledger, caller: Caller, limit: int) -> Sequence[Item]:
    """List items by their ids."""
    page = await ledger.items(caller, ItemQuery(limit=limit))
    return [record.value for record in page.items]


async def items_of(ledger: Ledger, caller: Caller, prices: PriceList) -> Sequence[Item]:
    """List the items that a price list has a price for, by their ids."""
    page = await ledger.items(caller, ItemQuery(skus=frozenset(prices.prices)))
    return [record.value for record in page.items if record.value.sku in prices.prices]


async def is_unit(ledger: Ledger, caller: Caller, unit: int) -> bool:
    """Tell whether any item has this unit: all are looked through, which is for a refusal alone."""
    units = {unit async for record in ledger.store.aggregates(caller.workspace, "item") for unit in record.value.units}
    return unit in units


async def usual_prices(ledger: Ledger, caller: Caller) -> str | None:
    """Name the price list that is for everybody."""
    return next((prices.code for prices in await ledger.all_of(caller, PriceList) if prices.default), None)
