"""`billingua verify`: whether the ledger is what its history says."""

import asyncio
import sqlite3
import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from billingua.cli.places import Place, opened, settings_for
from billingua.engine.audit import audit
from billingua.engine.clock import SystemClock
from billingua.engine.journal import Break
from billingua.engine.ports import Store, StoreFailed

BROKEN = 1
"""The exit code for a ledger that does not hold."""


def verify(*, place: Place | None = None) -> int:
    """Walk every chain of history and hold the ledger against it; say what is broken, and where."""
    return asyncio.run(_verify(place))


async def _verify(place: Place | None) -> int:
    async with opened(settings_for(place)) as store:
        try:
            entries, aggregates, broken = await _walk(store)
        except (sqlite3.DatabaseError, StoreFailed) as error:
            print(f"the database itself is broken: {error}")
            return BROKEN
    for one in broken:
        entry = f", entry {one.version}" if one.version else ""
        print(f"{one.workspace}: {one.kind} {one.id}{entry}: {one.why}")
    walked = f"{entries} entries of {aggregates} records"
    print(f"{len(broken)} broken: {walked}." if broken else f"Every chain holds: {walked}.", file=sys.stderr)
    return BROKEN if broken else 0


async def _walk(store: Store) -> tuple[int, int, list[Break]]:
    entries, aggregates, broken = 0, 0, list[Break]()
    columns = (TextColumn("Verifying"), BarColumn(), TextColumn("{task.completed} entries"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("verify", total=None)
        async for audited in audit(store, SystemClock().now()):
            entries += audited.entries
            aggregates += 1
            broken += audited.breaks
            progress.update(task, completed=entries)
    return entries, aggregates, broken
