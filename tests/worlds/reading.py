"""Small worlds, and what becomes of them."""

import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from billingua.core.workspace import Workspace
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant
from billingua.engine.ports import Store
from billingua.worlds.loading import load
from billingua.worlds.problems import WorldRefused
from billingua.worlds.reading import read_worlds
from billingua.worlds.writing import write_worlds

T = TypeVar("T")

NOW = datetime(2024, 12, 26, 12, tzinfo=UTC)
RICH = json.loads((Path(__file__).parent / "rich_world.json").read_text(), parse_float=Decimal)
"""A world in which every key that a world may have says something."""


def new_uuids() -> Callable[[], UUID]:
    numbers = count(1)
    return lambda: UUID(int=next(numbers), version=4)


def source_of(world: Any) -> bytes:
    """Write a world as JSON, decimals digit by digit."""
    text = json.dumps(world, default=lambda value: f"#{value}#" if isinstance(value, Decimal) else str(value))
    return text.replace('"#', "").replace('#"', "").encode()


def read_all(world: Any) -> list[Plant]:
    return read_worlds(source_of(world), now=NOW, new_uuid=new_uuids())


def read_one(**world: Any) -> Plant:
    (plant,) = read_all({"workspace": "small"} | world)
    return plant


def the_workspace(**world: Any) -> Workspace:
    return read_one(**world).workspace


def all_of(plant: Plant, kind: type[T]) -> list[T]:
    return [value for value in plant.aggregates if isinstance(value, kind)]


def the_only(kind: type[T], **world: Any) -> T:
    (value,) = all_of(read_one(**world), kind)
    return value


def problems_of(world: Any) -> list[str]:
    """Read a world that is refused, and say why."""
    source = world if isinstance(world, bytes) else source_of(world)
    try:
        read_worlds(source, now=NOW, new_uuid=new_uuids())
    except WorldRefused as refused:
        return [str(problem) for problem in refused.problems]
    raise AssertionError("the world was read")


async def plant_all(store: Store, plants: Sequence[Plant]) -> None:
    await load(Ledger(store, SystemClock()), plants)


async def export(store: Store) -> bytes:
    file = io.BytesIO()
    await write_worlds(store, await store.workspaces(), file)
    return file.getvalue()


A_PARTY = {"id": 10, "uuid": "aaaaaaaa-0000-4000-8000-000000000201", "name": "Larch & Sons"}
AN_INVOICE = {"number": "INV-1", "party": 10, "currency": "USD", "issue_date": "2024-01-01"}
