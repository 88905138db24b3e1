"""Lists of items and of parties in SQL: how many there are in all, and the ids of one page in their order."""

from billingua.engine.catalogue_queries import ItemQuery, ItemSort, PartyQuery, PartySort, sorted_by, words_in
from billingua.stores.catalogue_rows import reader_to_row
from billingua.stores.pages import Conditions, Listing, Variant, table_listing

_ITEM_KEYS = {
    ItemSort.ID: (),
    ItemSort.TITLE: ("title_folded",),
    ItemSort.SKU: ("sku_folded", "title_folded"),
    ItemSort.PRICE: ("price", "title_folded"),
    ItemSort.STOCK: ("stock", "title_folded"),
    ItemSort.CREATED: ("created_at", "title_folded"),
}
_PARTY_KEYS = {PartySort.ID: (), PartySort.NAME: ("name_folded",)}


def item_listing(workspace: str, query: ItemQuery, variant: Variant) -> Listing:
    """Say in SQL which items are asked for, as a database wants to hear it."""
    asked = Conditions()
    asked.add("workspace = :workspace", workspace=workspace)
    asked.add("tracked = :tracked", tracked=query.tracked)
    skus = None if query.skus is None else sorted({*map(sorted_by, query.skus)})
    asked.add(f"sku_folded {variant.one_of.format('skus')}", skus=skus)
    _add_words(asked, query.text, variant)
    total = f"SELECT count(*) FROM item_row WHERE {asked.sql}"  # noqa: S608 - all of it our own words
    return table_listing("item_row", total, asked, _ITEM_KEYS[query.sort], query)


def party_listing(workspace: str, query: PartyQuery, variant: Variant) -> Listing:
    """Say in SQL which parties are asked for, as a database wants to hear it."""
    asked = Conditions()
    asked.add("workspace = :workspace", workspace=workspace)
    asked.add("company = :company", company=query.company)
    reader = None if query.reader is None else reader_to_row(query.reader)
    asked.add(f"(NOT private OR {variant.place_of}(readers, :reader) > 0)", reader=reader)
    _add_words(asked, query.text, variant)
    total = f"SELECT count(*) FROM party_row WHERE {asked.sql}"  # noqa: S608 - all of it our own words
    return table_listing("party_row", total, asked, _PARTY_KEYS[query.sort], query)


def _add_words(asked: Conditions, text: str | None, variant: Variant) -> None:
    for place, word in enumerate(words_in(text)):
        asked.add(f"{variant.place_of}(words, :word_{place}) > 0", **{f"word_{place}": f" {word}"})
