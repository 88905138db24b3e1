"""The demo holds what the vendors' own documents mention, much to look at, and the same every time."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from billingua.core.access import Credential, User
from billingua.core.changes import diff
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.order import Order
from billingua.core.party import Party
from billingua.core.workspace import Workspace
from billingua.engine.audit import audit
from billingua.engine.credentials import hash_secret
from billingua.engine.journal import read
from billingua.engine.kinds import KINDS, THE_WORKSPACE, by_secret, by_username
from billingua.engine.passwords import password_opens
from billingua.engine.plan import Key, by_id, by_uuid
from billingua.engine.ports import Store
from billingua.stores.memory import MemoryStore
from billingua.worlds.demo import Demo, is_half
from billingua.worlds.story import Step, play
from tests.worlds.reading import plant_all, read_all

NOW = datetime(2026, 3, 1, 15, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo() -> MemoryStore:
    return asyncio.run(planted(NOW))


async def planted(now: datetime) -> MemoryStore:
    store = MemoryStore()
    await Demo(now).plant(store)
    return store


async def the(store: MemoryStore, key: Key[Any]) -> Any:
    ((workspace, record),) = await store.find(key)
    assert workspace == "demo"
    return record.value


async def all_of(store: MemoryStore, kind: str) -> Sequence[Any]:
    return [record.value async for record in store.aggregates("demo", kind)]


async def invoices(store: MemoryStore) -> Sequence[Invoice]:
    return await all_of(store, "invoice")


@pytest.mark.parametrize(
    ("dialect", "token", "username"),
    [
        ("crux", "1234567890", "supplier"),
        ("crux", "demo-retailer", "retailer"),
        ("onlyoffice", "864FE52C-1C1C-469F-9308-51DAFEFE7436", "admin"),
        ("modulus", "YOUR_TOKEN", None),
        ("bigcommerce", "access_token", None),
        ("native", "demo", None),
    ],
)
async def test_every_dialect_has_its_token(demo: MemoryStore, dialect: str, token: str, username: str | None):
    credential: Credential = await the(demo, by_secret(dialect, hash_secret(token)))
    assert credential.user == username
    assert credential.is_live(NOW + timedelta(days=9999))


@pytest.mark.parametrize("username", ["supplier", "retailer", "admin", "demo"])
async def test_users_sign_in_with_the_password_demo(demo: MemoryStore, username: str):
    user: User = await the(demo, by_username(username))
    assert password_opens(user.password_hash, "demo")
    assert user.admin is (username == "admin")


async def test_the_two_orders_of_crux_are_there(demo: MemoryStore):
    supplier: Party = await the(demo, by_id(Party, 2))
    retailer: Party = await the(demo, by_id(Party, 1))
    assert (supplier.name, supplier.trade_role) == ("projectzuul", "supplier")
    assert (retailer.name, retailer.trade_role) == ("projectthanos", "retailer")
    assert (await the(demo, by_username("supplier"))).organization == supplier.uuid
    first: Order = await the(demo, by_uuid(Order, UUID("7d16d838-b4f2-4c88-a66c-f8eb0bcbbe4d")))
    second: Order = await the(demo, by_uuid(Order, UUID("319bba9f-71b1-4a93-8abf-67a45b8fdd5c")))
    assert {order.retailer for order in (first, second)} == {retailer.uuid}
    (line,) = first.lines
    assert (str(line.uuid), line.quantity, line.invoiced) == ("0505d71f-4360-4055-b3e8-0caf51c93491", 5, 0)
    assert line.supplier == supplier.uuid
    (line,) = second.lines
    assert (str(line.uuid), line.supplier) == ("b84ccd3c-88f8-4050-accf-e049163052e3", supplier.uuid)
    assert line.allocation is not None
    assert (line.quantity, line.allocation.accepted, line.allocation.backordered) == (5, 5, 1)
    assert [(package.number, package.quantity) for package in line.tracking] == [("t01", 2)]


async def test_the_invoices_that_the_documents_change_are_there(demo: MemoryStore):
    five: Invoice = await the(demo, by_id(Invoice, 5))
    assert (five.origin, five.status, five.party) == ("onlyoffice", Status.DRAFT, 10)
    thirty_five: Invoice = await the(demo, by_id(Invoice, 35))
    assert (thirty_five.origin, thirty_five.status) == ("modulus", Status.DRAFT)
    assert (thirty_five.number, thirty_five.issued_at) == ("INV_2023_01_01_828", datetime(2023, 1, 1, tzinfo=UTC))
    nine: Invoice = await the(demo, by_id(Invoice, 9))
    assert (nine.origin, nine.number, nine.party, nine.order) == ("bigcommerce", "00000009", 95075, 104)
    order: Order = await the(demo, by_id(Order, 104))
    assert nine.original_balance == nine.open_balance == order.total == Decimal(50)


async def test_the_settings_let_the_documents_requests_run(demo: MemoryStore):
    workspace: Workspace = await the(demo, THE_WORKSPACE)
    assert workspace.setting("bigcommerce", "store_hash") == "store_hash"
    assert workspace.setting("modulus", "tolerant_json") is True
    (app,) = workspace.setting("modulus", "apps")
    assert (app["app"], app["secret_hash"]) == ("demo", hash_secret("demo"))


async def test_there_is_enough_to_look_at(demo: MemoryStore):
    shown = await invoices(demo)
    assert len(shown) > 300
    assert {invoice.status for invoice in shown} == set(Status)
    assert {invoice.origin for invoice in shown} == {"crux", "onlyoffice", "modulus", "bigcommerce", "native"}
    assert sum(invoice.is_overdue(NOW) for invoice in shown) > 20
    assert sum(invoice.partly_paid for invoice in shown) > 10
    assert any(invoice.pending_payments for invoice in shown)
    assert len({invoice.currency for invoice in shown}) > 4
    assert len(await all_of(demo, "payment")) > 200


async def test_the_story_reaches_over_two_years_up_to_yesterday(demo: MemoryStore):
    told = [invoice for invoice in await invoices(demo) if invoice.id > 35]
    first, last = min(invoice.created_at for invoice in told), max(invoice.created_at for invoice in told)
    assert timedelta(days=700) < NOW - first < timedelta(days=745)
    assert NOW - last < timedelta(days=1, hours=16)
    assert all(invoice.updated_at < NOW for invoice in told)


async def test_history_has_several_entries_and_several_actors(demo: MemoryStore):
    histories = [
        await demo.history("demo", "invoice", invoice.id) for invoice in await invoices(demo) if invoice.id > 35
    ]
    assert sum(len(history) for history in histories) / len(histories) > 2
    actors = {read(entry)["actor"] for history in histories for entry in history}
    assert {"admin", "supplier", "modulus connector", "store sync", "clara"} <= actors
    assert all(history[0].at <= history[-1].at for history in histories)
    assert [audited.breaks async for audited in audit(demo, NOW) if audited.breaks] == []


async def test_events_are_in_the_order_in_which_things_happened(demo: MemoryStore):
    moments = [posted.at async for posted in demo.outbox()]
    assert moments == sorted(moments)


async def test_onlyoffice_goes_on_counting_after_its_newest_invoice(demo: MemoryStore):
    newest = max(await invoices(demo), key=lambda invoice: invoice.id)
    assert newest.origin == "onlyoffice"
    assert newest.number == max(invoice.number for invoice in await invoices(demo) if invoice.origin == "onlyoffice")


async def test_a_demo_says_whether_it_was_planted_to_its_end(demo: MemoryStore, monkeypatch: pytest.MonkeyPatch):
    assert not await is_half(demo)
    assert not await is_half(MemoryStore())

    async def play_half(store: Store, steps: Sequence[Step]) -> None:
        await play(store, steps[: len(steps) // 2])
        raise asyncio.CancelledError

    monkeypatch.setattr("billingua.worlds.demo.play", play_half)
    store = MemoryStore()
    with pytest.raises(asyncio.CancelledError):
        await Demo(NOW).plant(store)
    assert await is_half(store)


async def test_a_workspace_of_the_same_name_is_no_half_demo():
    store = MemoryStore()
    await plant_all(store, read_all({"workspace": "demo"}))
    assert not await is_half(store)


async def test_every_demo_is_the_same(demo: MemoryStore):
    again = await planted(NOW.replace(hour=23))
    assert await everything(again) == await everything(demo)


async def test_on_another_day_only_the_days_are_others(demo: MemoryStore):
    later = await everything(await planted(NOW + timedelta(days=100)))
    changes = diff(await everything(demo), later)
    assert changes
    assert {type(change.after) for change in changes} == {datetime}


async def everything(store: MemoryStore) -> Any:
    return {kind.name: await all_of(store, kind.name) for kind in KINDS}
