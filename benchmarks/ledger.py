"""The ledger that is measured: one workspace with drafts of ONLYOFFICE's and open invoices of BigCommerce's."""

import asyncio
import shutil
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.builders import NOON, a_credential, a_line, a_party, a_tax, a_user, a_workspace, an_invoice, an_item

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.rounding import STEPWISE
from billingua.engine.clock import SystemClock
from billingua.engine.credentials import hash_secret
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, Decision, Needs, Plan
from billingua.engine.planting import Plant, plant
from billingua.engine.ports import Store
from billingua.stores.sqlite import migrate, open_sqlite

WORKSPACE = "bench"
TOKEN = "bench-token"  # noqa: S105 - it opens nothing but a ledger in a temporary folder
DRAFTS = range(1, 1_001)
FIRST_OPEN = DRAFTS.stop
"""Invoices from here on are open, however many there are."""
PARTIES = range(10, 110)
ITEMS = range(1, 11)
TAXES = range(1, 3)

_FILE = "ledger.sqlite"
_CHUNK = 5_000
_CALLER = Caller(workspace=WORKSPACE, actor="bench", dialect="bench")


def open_ids(invoices: int) -> range:
    """Give the ids of the open invoices, where there are so many of them."""
    return range(FIRST_OPEN, FIRST_OPEN + invoices)


def copy_of_ledger(invoices: int, cache: Path, folder: Path) -> Path:
    """Put a ledger with so many open invoices into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(kept_ledger(invoices, cache) / _FILE, folder / _FILE)
    return folder


def kept_ledger(invoices: int, cache: Path) -> Path:
    """Give the folder of a ledger with so many open invoices: it is filled once, and its schema kept up to date."""
    kept = cache / f"ledger-{invoices}"
    if not kept.exists():
        partial = kept.with_suffix(".part")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        asyncio.run(_fill_file(partial / _FILE, invoices))
        partial.rename(kept)
    migrate(kept / _FILE)
    return kept


async def _fill_file(path: Path, invoices: int) -> None:
    store = open_sqlite(path, cache_size=_CHUNK)
    await fill(store, invoices)
    await store.close()


async def fill(store: Store, invoices: int) -> None:
    """Put the ledger, with so many open invoices, into a store."""
    ledger = Ledger(store, SystemClock())
    await ledger.run(_CALLER, plant, _beginning())
    ids = open_ids(invoices)
    for start in ids[::_CHUNK]:
        some = [_open_invoice(id) for id in range(start, min(start + _CHUNK, ids.stop))]
        await ledger.run(_CALLER, _put, some)


def _put(invoices: Sequence[Invoice], caller: Caller, now: object) -> Plan[None]:
    """Save invoices of which none is known yet."""
    yield Needs()
    return Decision(None, saves=invoices)


def _beginning() -> Plant:
    workspace = a_workspace(name=WORKSPACE, settings={"bigcommerce": {"store_hash": WORKSPACE}})
    user = a_user(username="ann", name="Ann", admin=True)
    credentials = [
        a_credential(id=id, dialect=dialect, secret_hash=hash_secret(TOKEN), user=name)
        for id, (dialect, name) in enumerate({"bigcommerce": None, "onlyoffice": "ann", "native": None}.items(), 1)
    ]
    parties = [a_party(id=id, name=f"Company {id}") for id in PARTIES]
    items = [an_item(id=id) for id in ITEMS]
    taxes = [a_tax(id=id, rate=Decimal(5 * id)) for id in TAXES]
    return Plant(workspace, [user, *credentials, *parties, *items, *taxes, *map(_draft, DRAFTS)])


def _draft(id: int) -> Invoice:
    lines = tuple(a_line(id=id * 10 + place, position=place, item=place + 1) for place in range(10))
    return an_invoice(
        id=id, status=Status.DRAFT, origin="onlyoffice", created_by="ann", rounding=STEPWISE, lines=lines, **_dates(id)
    )


def _open_invoice(id: int) -> Invoice:
    line = a_line(id=20_000 + id, quantity=Decimal(id % 7 + 1), unit_price=Decimal("99.90"), description="A lamp")
    return an_invoice(id=id, origin="bigcommerce", party=PARTIES[id % len(PARTIES)], lines=(line,), **_dates(id))


def _dates(id: int) -> dict[str, Any]:
    issued_at = NOON + timedelta(minutes=id)
    return {"issued_at": issued_at, "created_at": issued_at, "due_at": issued_at + timedelta(days=30)}
