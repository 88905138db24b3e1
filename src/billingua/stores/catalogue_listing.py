"""Lists of items and of parties in SQL: how many there are in all, and the ids of one page in their order."""

from billingua.engine.catalogue_queries import ItemQuery, ItemSort, PartyQuery, PartySort, sorted_by, words_in
from billingua.stores.catalogue_rows import reader_to_row
from billingua.stores.listing import Conditions, Listing, Variant

_ITEM_ORDER = {
    ItemSort.ID: ("id",),
    ItemSort.TITLE: ("title_folded", "id"),
    ItemSort.SKU: ("sku_folded", "title_folded", "id"),
    ItemSort.PRICE: ("price", "title_folded", "id"),
    ItemSort.STOCK: ("stock", "title_folded", "id"),
    ItemSort.CREATED: ("created_at", "title_folded", "id"),
}
_PARTY_ORDER = {PartySort.ID: ("id",), PartySort.NAME: ("name_folded", "id")}


def item_listing(workspace: str, query: ItemQuery, variant: Variant) -> Listing:
    """Say in SQL which items are asked for, as a database wants to hear it."""
    asked = Conditions()
    asked.add("workspace = :workspace", workspace=workspace)
    asked.add("tracked = :tracked", tracked=query.tracked)
    skus = None if query.skus is None else sorted({*map(sorted_by, query.skus)})
    asked.add(f"sku_folded {variant.one_of.format('skus')}", skus=skus)
    _add_words(asked, query.text, variant)
    return _listing("item_row", asked, _ITEM_ORDER[query.sort], descending=query.descending)


def party_listing(workspace: str, query: PartyQuery, variant: Variant) -> Listing:
    """Say in SQL which parties are asked for, as a database wants to hear it."""
    asked = Conditions()
    asked.add("workspace = :workspace", workspace=workspace)
    asked.add("company = :company", company=query.company)
    reader = None if query.reader is None else reader_to_row(query.reader)
    asked.add(f"(NOT private OR {variant.place_of}(readers, :reader) > 0)", reader=reader)
    _add_words(asked, query.text, variant)
    return _listing("party_row", asked, _PARTY_ORDER[query.sort], descending=query.descending)


def _add_words(asked: Conditions, text: str | None, variant: Variant) -> None:
    for place, word in enumerate(words_in(text)):
        asked.add(f"{variant.place_of}(words, :word_{place}) > 0", **{f"word_{place}": f" {word}"})


def _listing(table: str, asked: Conditions, columns: tuple[str, ...], *, descending: bool) -> Listing:
    # What is put together here are our own words; whatever comes from outside is bound.
    order = ", ".join(f"{column} {'DESC' if descending else 'ASC'}" for column in columns)
    return Listing(
        total=f"SELECT count(*) FROM {table} WHERE {asked.sql}",  # noqa: S608
        page=f"SELECT {', '.join(columns)} FROM {table} WHERE {asked.sql} ORDER BY {order} LIMIT :limit OFFSET :offset",  # noqa: S608
        order=order,
        values=asked.values,
    )
