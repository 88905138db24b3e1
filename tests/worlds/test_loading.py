import asyncio

import pytest

from billingua.engine.clock import SandboxClock, SystemClock
from billingua.engine.credentials import hash_secret
from billingua.engine.journal import read
from billingua.engine.kinds import THE_WORKSPACE, by_secret
from billingua.engine.ledger import Ledger
from billingua.engine.planting import WorkspaceTaken
from billingua.engine.ports import Store
from billingua.stores.memory import MemoryStore
from billingua.worlds.loading import TokenTaken, load, load_if_empty, snapshot
from billingua.worlds.sandbox import Sandbox
from tests.walking import walk
from tests.worlds.reading import A_PARTY, AN_INVOICE, NOW, RICH, export, plant_all, read_all

SMALL = {"workspace": "small", "parties": [A_PARTY], "invoices": [AN_INVOICE]}
TOKEN = {"dialect": "native", "token": "t"}


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def ledger(store: MemoryStore) -> Ledger:
    return Ledger(store, SystemClock())


async def test_a_world_is_planted_whole_and_history_says_where_it_came_from(ledger: Ledger, store: MemoryStore):
    assert await load(ledger, read_all(SMALL)) == 3
    (entry,) = await store.history("small", "invoice", 1)
    body = read(entry)
    assert (body["actor"], body["dialect"], body["action"]) == ("world file", "world", "plant")


async def test_ids_go_on_after_those_that_were_planted(ledger: Ledger, store: MemoryStore):
    await load(ledger, read_all(RICH))
    counters = store._contents.counters
    assert counters["rich", "invoice"] == 37
    assert counters["rich", "invoice_line"] == 53
    assert counters["rich", "address"] == 32


async def test_a_workspace_that_exists_is_left_alone(ledger: Ledger, store: MemoryStore):
    await load(ledger, read_all(SMALL))
    before = await export(store)
    with pytest.raises(WorkspaceTaken):
        await load(ledger, read_all({"workspaces": [{"workspace": "new"}, {"workspace": "small"}]}))
    assert await export(store) == before


async def test_worlds_are_added_beside_those_that_exist(ledger: Ledger, store: MemoryStore):
    await load(ledger, read_all(SMALL))
    await load(ledger, read_all({"workspace": "other"}))
    assert await store.workspaces() == ["other", "small"]


async def test_a_token_that_opens_another_workspace_is_refused(ledger: Ledger, store: MemoryStore):
    await load(ledger, read_all(SMALL | {"credentials": [TOKEN]}))
    with pytest.raises(TokenTaken) as refused:
        await load(ledger, read_all({"workspace": "other", "credentials": [TOKEN]}))
    assert (refused.value.dialect, refused.value.workspace) == ("native", "small")
    assert await store.workspaces() == ["small"]


async def test_a_store_token_may_open_several_workspaces(ledger: Ledger, store: MemoryStore):
    credential = {"dialect": "bigcommerce", "token": "t"}
    for name in ("one", "two"):
        await load(ledger, read_all({"workspace": name, "credentials": [credential]}))
    assert await store.workspaces() == ["one", "two"]


async def test_only_an_empty_ledger_is_filled(ledger: Ledger, store: MemoryStore):
    assert await load_if_empty(ledger, read_all(SMALL))
    before = await export(store)
    assert not await load_if_empty(ledger, read_all({"workspace": "other"}))
    assert await export(store) == before


async def test_a_snapshot_can_be_planted_again(ledger: Ledger, store: MemoryStore):
    await load(ledger, read_all(RICH))
    again = MemoryStore()
    await plant_all(again, await snapshot(store))
    assert await export(again) == await export(store)


async def test_a_reset_brings_the_world_back_without_what_came_after_and_lets_the_clock_run(store: MemoryStore):
    clock = SandboxClock(SystemClock())
    ledger = Ledger(store, clock)
    await load(ledger, read_all(SMALL))
    before = await export(store)
    taken = await snapshot(store)
    sandbox = Sandbox(store, clock, lambda: load(ledger, taken))
    await load(ledger, read_all({"workspace": "later", "credentials": [TOKEN]}))
    sandbox.clock.set(NOW)
    await sandbox.reset()
    assert await export(store) == before
    assert await store.find(by_secret("native", hash_secret("t"))) == []
    assert clock.now() > NOW


async def test_while_a_world_is_planted_anew_everybody_else_waits(store: MemoryStore):
    clock = SandboxClock(SystemClock())
    planted = asyncio.Event()

    async def plant() -> None:
        await plant_all(store, read_all(SMALL))
        await planted.wait()

    await plant_all(store, read_all(SMALL))
    sandbox = Sandbox(store, clock, plant)
    reset = asyncio.create_task(sandbox.reset())
    await asyncio.sleep(0)
    others = [asyncio.create_task(sandbox.store.workspaces()), asyncio.create_task(sandbox.store.find(THE_WORKSPACE))]
    done, _ = await asyncio.wait(others, timeout=0.05)
    assert not done
    planted.set()
    await reset
    assert (await others[0], len(await others[1])) == (["small"], 1)


async def test_where_a_world_cannot_be_planted_anew_no_half_of_it_stays(store: MemoryStore):
    async def plant() -> None:
        await plant_all(store, read_all(SMALL))
        raise ValueError("half")

    sandbox = Sandbox(store, SandboxClock(SystemClock()), plant)
    with pytest.raises(RuntimeError, match="could not be planted anew"):
        await sandbox.reset()
    assert await sandbox.store.workspaces() == []


def test_a_sandbox_does_all_that_a_store_does(store: MemoryStore):
    async def plant() -> None: ...

    gated = Sandbox(store, SandboxClock(SystemClock()), plant).store
    asked = {name for name in vars(Store) if not name.startswith("_")}
    assert {name for name in asked if not callable(getattr(gated, name, None))} == set()


async def test_a_user_and_a_line_are_found_in_a_sandbox(store: MemoryStore):
    async def plant() -> None: ...

    gated = Sandbox(store, SandboxClock(SystemClock()), plant).store
    assert list(await gated.users("nobody@portal.test")) == []
    assert await gated.invoice_of_line("demo", 1) is None
    assert await walk(gated.misfiled("demo"), gated.journal("demo")) == []
