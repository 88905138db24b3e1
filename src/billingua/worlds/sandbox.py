"""The sandbox: a server whose clock can be set, and whose world goes back to its beginning."""

import asyncio
from collections.abc import Awaitable, Callable

from billingua.engine.clock import SandboxClock
from billingua.engine.ports import Store


class Sandbox:
    """What tests may turn: the clock, and the world back to the one that the server was started with."""

    def __init__(self, store: Store, clock: SandboxClock, plant: Callable[[], Awaitable[object]]) -> None:
        self.clock = clock
        self._store = store
        self._plant = plant
        self._resetting = asyncio.Lock()

    async def reset(self) -> None:
        """Forget everything, plant the world anew and let the clock run."""
        async with self._resetting:
            await self._store.erase()
            await self._plant()
            self.clock.set(None)
