"""Walks through a store, taken to their ends."""

from collections.abc import AsyncIterator
from typing import Any


async def walk(*walks: AsyncIterator[Any]) -> list[Any]:
    """Give everything that the walks come by."""
    return [found for each in walks async for found in each]
