"""Removing what has had its time, beside the requests, as long as the server serves."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from billingua.engine.credentials import is_left_behind, remove_ended
from billingua.engine.idempotency import KEPT_FOR
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller
from billingua.engine.ports import OutcomeUnknown, StoreFailed

logger = logging.getLogger(__name__)

SWEEP_EVERY_SECONDS = 3600.0

MOST_AT_ONCE = 500
"""How many credentials one plan removes: others wait for no longer than that takes."""


class Sweeper:
    """Removes the credentials of log-ins whose time is up, and answers that are not given again any more.

    Several processes may do so on one ledger.
    """

    def __init__(self, ledger: Ledger, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._ledger = ledger
        self._sleep = sleep

    async def run(self) -> None:
        """Sweep every hour, for ever."""
        while True:
            await self._sleep(SWEEP_EVERY_SECONDS)
            try:
                await self.sweep()
            except (StoreFailed, OutcomeUnknown) as error:
                logger.warning("what has had its time is removed later: %s", error)
            except Exception:
                logger.exception("what has had its time could not be removed")

    async def sweep(self) -> int:
        """Remove what there is to remove, once; tell how many credentials and answers that were."""
        credentials = sum([await self._sweep(workspace) for workspace in await self._ledger.store.workspaces()])
        return credentials + await self._ledger.store.forget_answers(self._ledger.clock.now() - KEPT_FOR)

    async def _sweep(self, workspace: str) -> int:
        now, caller = self._ledger.clock.now(), Caller(workspace=workspace, actor="server", dialect="server")
        records = self._ledger.store.aggregates(workspace, "credential")
        ids = [record.value.id async for record in records if is_left_behind(record.value, now)]
        parts = [ids[start : start + MOST_AT_ONCE] for start in range(0, len(ids), MOST_AT_ONCE)]
        return sum([await self._ledger.run(caller, remove_ended, part) for part in parts])
