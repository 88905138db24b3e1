"""The narrow rows by which lists find items and parties, whatever the database.

Items and parties are aggregates like others, with their bodies. Beside each stands a row with what lists ask of it.
"""

from collections.abc import Mapping
from typing import Any

from billingua.core.item import Item
from billingua.core.party import Party, PartyKind
from billingua.engine.catalogue_queries import sorted_by, words_of
from billingua.engine.positions import ten_thousandths
from billingua.stores.rows import instant_to_row

Row = Mapping[str, Any]


def item_to_rows(workspace: str, item: Item) -> dict[Any, Row]:
    """Write the row of an item."""
    row = {
        "workspace": workspace,
        "id": item.id,
        "title_folded": sorted_by(item.title),
        "sku_folded": sorted_by(item.sku),
        "price": ten_thousandths(item.price),
        "stock": ten_thousandths(item.stock),
        "tracked": item.track_stock,
        "created_at": instant_to_row(item.created_at),
        "words": words_of(item.title, item.description, item.sku),
    }
    return {item.id: row}


def party_to_rows(workspace: str, party: Party) -> dict[Any, Row]:
    """Write the row of a party."""
    row = {
        "workspace": workspace,
        "id": party.id,
        "name_folded": sorted_by(party.display_name),
        "company": party.kind is not PartyKind.PERSON,
        "private": party.private,
        "readers": "".join(map(reader_to_row, party.access)),
        "words": words_of(party.display_name),
    }
    return {party.id: row}


def reader_to_row(username: str) -> str:
    """Write the name of somebody who may see a party so that it is not found in another's."""
    return f"\n{username}\n"
