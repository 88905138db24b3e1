import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from billingua.core.answer import Once
from billingua.engine import sweeping
from billingua.engine.clock import SandboxClock, SystemClock
from billingua.engine.credentials import LOG_IN, REMOVED_AFTER
from billingua.engine.idempotency import KEPT_FOR, find_answer, keep_answer
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant, plant
from billingua.engine.ports import OutcomeUnknown, StoreFailed
from billingua.engine.sweeping import SWEEP_EVERY_SECONDS, Sweeper
from billingua.stores.memory import MemoryStore
from tests.builders import NOON, a_caller, a_credential, a_workspace, an_answer
from tests.walking import walk


@pytest.fixture
async def ledger() -> Ledger:
    """Two workspaces, each with four log-ins, of which two ended long ago, and a token of somebody who made it."""
    clock = SandboxClock(SystemClock())
    clock.set(NOON)
    ledger = Ledger(MemoryStore(), clock)
    ends = [NOON - REMOVED_AFTER, NOON - REMOVED_AFTER, NOON, NOON + timedelta(days=1)]
    left = [a_credential(id=id, user="ida", label=LOG_IN, expires_at=end) for id, end in enumerate(ends, 1)]
    made = a_credential(id=5, user="ida", expires_at=NOON - timedelta(days=99))
    for name in ("demo", "other"):
        await ledger.run(a_caller(workspace=name), plant, Plant(a_workspace(name=name), [*left, made]))
    return ledger


async def ids_left(ledger: Ledger, workspace: str) -> list[int]:
    return [record.value.id for record in await walk(ledger.store.aggregates(workspace, "credential"))]


@pytest.mark.parametrize("most", [1, 500])
async def test_what_log_ins_left_behind_is_removed_everywhere(
    ledger: Ledger, most: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sweeping, "MOST_AT_ONCE", most)
    sweeper = Sweeper(ledger)
    assert await sweeper.sweep() == 4
    for name in ("demo", "other"):
        assert await ids_left(ledger, name) == [3, 4, 5]
        assert len(await ledger.history(a_caller(workspace=name), "credential", 1)) == 2
    assert await sweeper.sweep() == 0


async def test_answers_that_are_not_given_again_any_more_are_forgotten(ledger: Ledger):
    for key, age in ((b"a", KEPT_FOR), (b"b", KEPT_FOR - timedelta(seconds=1))):
        await ledger.run(a_caller(), keep_answer, an_answer(key=key, kept_at=NOON - age))
    await Sweeper(ledger).sweep()
    assert [await ledger.read(a_caller(), find_answer, Once(key, b"asked")) is None for key in (b"a", b"b")] == [
        True,
        False,
    ]
    assert await ledger.store.forget_answers(NOON) == 1


async def test_whoever_is_late_finds_nothing_left_to_remove(ledger: Ledger):
    assert sorted(await asyncio.gather(Sweeper(ledger).sweep(), Sweeper(ledger).sweep())) == [0, 4]


@pytest.mark.parametrize("error", [None, StoreFailed("away"), OutcomeUnknown("lost"), RuntimeError("a defect")])
async def test_it_is_swept_every_hour_whatever_happens(
    ledger: Ledger, error: Exception | None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING)
    slept, swept = list[float](), list[str]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) > 2:
            raise asyncio.CancelledError

    async def workspaces() -> Any:
        swept.append("swept")
        if error:
            raise error
        return []

    monkeypatch.setattr(ledger.store, "workspaces", workspaces)
    with pytest.raises(asyncio.CancelledError):
        await Sweeper(ledger, sleep).run()
    assert (slept, swept) == ([SWEEP_EVERY_SECONDS] * 3, ["swept"] * 2)
    assert len(caplog.records) == (2 if error else 0)
