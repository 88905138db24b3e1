import json
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import inspect

from billingua.engine.kinds import KINDS
from billingua.engine.ports import Store
from billingua.stores.memory import MemoryStore
from billingua.stores.sqlite import open_sqlite
from billingua.worlds.document import GivenWorld
from billingua.worlds.reading import read_worlds
from tests.builders import a_uuid
from tests.worlds.reading import A_PARTY, NOW, RICH, export, new_uuids, plant_all, read_all, source_of

PASSING = {"upload", "export", "printout"}
"""Files that came or went, which are no part of what a world is, as its history is not."""
SECRETS = {"password", "token", "secret"}
HASHES = {"password_hash", "token_hash", "secret_hash"}


@pytest.fixture(params=["memory", "sqlite"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    opened: list[Store] = []

    def make() -> Store:
        store = MemoryStore() if request.param == "memory" else open_sqlite(tmp_path / f"{len(opened)}.sqlite")
        opened.append(store)
        return store

    yield make
    for store in opened:
        await store.close()


async def exported(store: Store, world: Any) -> bytes:
    await plant_all(store, read_worlds(world, now=NOW, new_uuid=new_uuids()))
    return await export(store)


async def test_what_was_exported_and_imported_is_exported_byte_by_byte_the_same(stores: Callable[[], Store]):
    first = await exported(stores(), source_of(RICH))
    later = read_worlds(first, now=NOW + timedelta(days=99), new_uuid=lambda: a_uuid(0))
    again = stores()
    await plant_all(again, later)
    assert await export(again) == first


async def test_items_and_what_is_ordered_need_no_sku_and_where_nobody_supplies_them_not_one_of_their_own():
    items = [{"id": id, "sku": sku, "title": sku or "Nameless"} for id, sku in enumerate(["", "", "A", "A"], 1)]
    order = {"number": "PO-1", "lines": [{"sku": "", "item": 2, "quantity": 1}]}
    first = await exported(MemoryStore(), source_of({"workspace": "w", "items": items, "orders": [order]}))
    assert [item["sku"] for item in json.loads(first)["items"]] == ["", "", "A", "A"]
    assert await exported(MemoryStore(), first) == first


async def test_a_world_that_says_everything_is_exported_as_it_was_but_for_its_secrets():
    written = json.loads(await exported(MemoryStore(), source_of(RICH)), parse_float=Decimal)
    assert without(written, HASHES) == without(RICH, SECRETS | HASHES)
    assert [user["password_hash"][:9] for user in written["users"]] == ["$argon2id"] * 2


def without(value: Any, keys: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: without(one, keys) for key, one in value.items() if key not in keys}
    return [without(one, keys) for one in value] if isinstance(value, list) else value


async def test_digits_and_the_order_of_keys_are_kept_where_they_are_nobodys_but_the_authors():
    written = await exported(MemoryStore(), source_of(RICH))
    assert '"details":{"z":1.50,"a":[1,null,"é"],"header":{"costLines":[]}}'.encode() in written
    assert b'"rate":20.50' in written


async def test_every_aggregate_comes_back_as_it_was():
    store = MemoryStore()
    first = read_all(RICH)
    await plant_all(store, first)
    (again,) = read_worlds(await export(store), now=NOW, new_uuid=new_uuids())
    assert again.workspace == first[0].workspace
    assert sorted(again.aggregates, key=repr) == sorted(first[0].aggregates, key=repr)


def test_the_world_of_these_tests_says_something_with_every_key():
    assert list(silent_keys([RICH], inspect.type_info(GivenWorld), "")) == []


def silent_keys(values: list[Any], kind: Any, path: str) -> Iterator[str]:
    """Name every key that no value of this type has, or that all have at its default."""
    while not isinstance(kind, inspect.StructType):
        kind = getattr(kind, "item_type", None) or next(iter(getattr(kind, "types", [])), None) or kind
        if not hasattr(kind, "item_type") and not hasattr(kind, "types") and not isinstance(kind, inspect.StructType):
            return
    for field in kind.fields:
        given = [value[field.encode_name] for value in values if field.encode_name in value]
        told = [value for value in given if value != field.default and value is not None]
        place = f"{path}.{field.encode_name}"
        if not told and place != ".crux":
            yield place
        flat = [one for value in told for one in (value if isinstance(value, list) else [value])]
        if flat and all(isinstance(one, dict) for one in flat):
            yield from silent_keys(flat, field.type, place)


def test_every_field_of_every_aggregate_is_told_somewhere_in_that_world():
    (plant,) = read_all(RICH)
    known = [plant.workspace, *plant.aggregates]
    silent = [
        f"{kind.name}.{field.name}"
        for kind in KINDS
        if kind.name not in PASSING
        for field in fields(kind.type)
        if all(getattr(one, field.name) == default_of(field) for one in known if type(one) is kind.type)
    ]
    assert silent == ["workspace.id"]


def default_of(field: Any) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


async def test_several_workspaces_go_into_one_file_and_come_back_from_it():
    worlds = {"workspaces": [{"workspace": "one", "parties": [A_PARTY]}, {"workspace": "two", "parties": [A_PARTY]}]}
    first = await exported(MemoryStore(), source_of(worlds))
    assert await exported(MemoryStore(), first) == first
    assert [plant.workspace.name for plant in read_worlds(first, now=NOW, new_uuid=new_uuids())] == ["one", "two"]


async def test_a_ledger_without_workspaces_is_a_file_without_any():
    assert read_worlds(await export(MemoryStore()), now=NOW, new_uuid=new_uuids()) == []
