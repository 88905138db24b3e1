"""Files: stored with what was decided, or not at all."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from billingua.core.errors import Refused
from billingua.core.file import LARGEST_FILE, File
from billingua.core.invoice import Invoice
from billingua.engine import batch
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, Decision, Job, Needs, Plan, by_id
from billingua.engine.ports import Store, StoreFailed
from tests.builders import a_caller, a_uuid, an_invoice
from tests.stores.plans import a_job, add, assert_whole, found, put, take


def a_file(number: int = 1, **overrides: Any) -> File:
    defaults = {"uuid": a_uuid(number), "name": "orders.csv", "media_type": "text/csv", "content": b"a,b\n"}
    return File(**(defaults | overrides))


def file(*files: File, saves: Sequence[Any] = (), fail: Exception | None = None, workspace: str = "demo") -> Job[None]:
    """Store files beside aggregates; or fail."""

    def plan() -> Plan[None]:
        yield Needs()
        if fail:
            raise fail
        return Decision(None, saves=saves, files=files)

    return a_job(plan, a_caller(workspace=workspace))


async def test_more_files_than_fit_one_batch_are_all_stored_and_all_are_answered(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(batch, "FULL_BYTES", 5)
    files = [a_file(number, content=b"abc") for number in range(1, 8)]
    await store.run(put(an_invoice()))

    *filed, added = await asyncio.gather(*(store.run(file(one)) for one in files), store.run(add(35)))

    assert filed == [None] * 7
    assert added.open_balance == 101
    assert [await store.file("demo", one.uuid) for one in files] == files
    await assert_whole(store)


@pytest.mark.parametrize("content", [b"", b"\x00\xff\r\n", b"12.5", bytes(range(256)) * 4096])
async def test_a_file_comes_back_byte_by_byte(store: Store, content: bytes):
    kept = a_file(name="Größe\x00 🧾.csv", media_type="text/csv; charset=utf-8", content=content)

    await store.run(file(kept))

    assert await store.file("demo", a_uuid(1)) == kept


async def test_a_file_belongs_to_its_workspace(store: Store):
    await store.run(file(a_file()))
    await store.run(file(a_file(content=b"another"), workspace="another"))

    assert await store.file("demo", a_uuid(1)) == a_file()
    assert await store.file("another", a_uuid(1)) == a_file(content=b"another")
    assert await store.file("third", a_uuid(1)) is None
    assert await store.file("demo", a_uuid(2)) is None


async def test_files_are_stored_with_what_was_decided(store: Store):
    await store.run(file(a_file(1), a_file(2), saves=[an_invoice()]))

    assert [await store.file("demo", a_uuid(number)) for number in (1, 2)] == [a_file(1), a_file(2)]
    assert await found(store, by_id(Invoice, 35)) == an_invoice()
    await assert_whole(store)


async def test_a_refused_plan_stores_no_file(store: Store):
    with pytest.raises(Refused):
        await store.run(file(a_file(), fail=Refused("no")))

    assert await store.file("demo", a_uuid(1)) is None


async def test_what_cannot_be_saved_stores_no_file(store: Store):
    await store.run(put(an_invoice(id=1, number="A")))

    with pytest.raises(StoreFailed):
        await store.run(file(a_file(), saves=[an_invoice(id=2, number="A")]))

    assert await store.file("demo", a_uuid(1)) is None


async def test_a_uuid_that_is_taken_fails_its_own_job_alone(store: Store):
    await store.run(put(an_invoice()))
    await store.run(file(a_file(content=b"first")))

    jobs = [add(35), file(a_file(), saves=[an_invoice(id=36)]), file(a_file(2)), file(a_file(3), a_file(3)), add(35)]
    answers = await asyncio.gather(*map(store.run, jobs), return_exceptions=True)

    assert [isinstance(answer, StoreFailed) for answer in answers] == [False, True, False, True, False]
    assert await store.file("demo", a_uuid(1)) == a_file(content=b"first")
    assert await store.file("demo", a_uuid(2)) == a_file(2)
    assert await store.file("demo", a_uuid(3)) is None
    assert await found(store, by_id(Invoice, 36)) is None
    assert (await found(store, by_id(Invoice, 35))).open_balance == 102
    await assert_whole(store)


async def test_a_plan_that_stores_a_file_is_not_read(store: Store):
    with pytest.raises(RuntimeError, match="has to be run"):
        await store.read(file(a_file()))

    assert await store.file("demo", a_uuid(1)) is None


async def test_what_is_erased_has_no_files(store: Store):
    await store.run(file(a_file()))

    await store.erase()

    assert await store.file("demo", a_uuid(1)) is None
    await store.run(file(a_file(content=b"again")))
    assert await store.file("demo", a_uuid(1)) == a_file(content=b"again")
    assert await store.run(take("invoice")) == [1]


async def test_a_ledger_gives_the_files_of_a_callers_workspace(store: Store):
    ledger = Ledger(store, SystemClock())

    def keep(command: File, caller: Caller, now: object) -> Plan[None]:
        yield Needs()
        return Decision(None, files=[command])

    await ledger.run(a_caller(), keep, a_file())

    assert await ledger.file(a_caller(), a_uuid(1)) == a_file()
    assert await ledger.file(a_caller(workspace="another"), a_uuid(1)) is None


def test_a_file_that_is_too_large_is_refused_at_once():
    assert len(a_file(content=bytes(LARGEST_FILE)).content) == LARGEST_FILE
    with pytest.raises(ValueError, match="larger than"):
        a_file(content=bytes(LARGEST_FILE + 1))
