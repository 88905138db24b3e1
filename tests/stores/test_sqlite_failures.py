"""Whatever the database does in the middle of a batch, nothing half-done is seen."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from billingua.core.invoice import Invoice
from billingua.engine.kinds import by_number
from billingua.engine.plan import by_id
from billingua.engine.ports import StoreFailed
from billingua.stores.sqlite import connections, open_sqlite
from billingua.stores.sqlite.store import SqliteStore
from tests.builders import an_invoice
from tests.stores.plans import add, assert_whole, change, found, put, take
from tests.walking import walk


class Fault:
    """Makes SQL calls fail: those that begin with a text, from one of them on, as often as said."""

    def __init__(self) -> None:
        self.heal()

    def heal(self) -> None:
        self.prefix, self.skipped, self.times, self.calls = "", 0, 0, list[str]()

    def arm(self, prefix: str = "", *, skipped: int = 0, times: int = 1) -> None:
        self.prefix, self.skipped, self.times, self.calls = prefix, skipped, times, list[str]()

    def meet(self, sql: str) -> None:
        if not sql.startswith(self.prefix):
            return
        self.calls.append(sql)
        if self.skipped < len(self.calls) <= self.skipped + self.times:
            error = sqlite3.OperationalError(f"disk I/O error in call {len(self.calls)}: {sql[:40]}")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fault]:
    fault = Fault()

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            fault.meet(sql)
            return super().execute(sql, *values)

        def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
            fault.meet(sql)
            return super().executemany(sql, *values)

    monkeypatch.setattr(connections.sqlite3, "connect", partial(sqlite3.connect, factory=Connection))
    yield fault
    fault.heal()


@pytest.fixture
async def store(fault: Fault, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(tmp_path / "ledger.sqlite")
    await store.run(put(an_invoice(id=1, number="A"), an_invoice(id=2, number="B"), an_invoice(id=3, number="C")))
    yield store
    fault.heal()
    await store.close()


JOBS = {
    "add": lambda: add(1),
    "add again": lambda: add(1),
    "rename": lambda: change(2, number="D", description="renamed"),
    "create": lambda: put(an_invoice(id=4, number="E")),
    "number": lambda: take("invoice"),
    "number again": lambda: take("invoice"),
}


async def run_all(store: SqliteStore) -> dict[str, Any]:
    answers = await asyncio.gather(*(store.run(job()) for job in JOBS.values()), return_exceptions=True)
    return dict(zip(JOBS, answers, strict=True))


async def assert_that_answers_are_true(store: SqliteStore, answers: dict[str, Any]) -> None:
    """What was answered is there, what was refused is not, and everything fits together."""
    done = {name for name, answer in answers.items() if not isinstance(answer, Exception)}
    assert all(isinstance(answers[name], StoreFailed) for name in answers.keys() - done)
    assert (await found(store, by_id(Invoice, 1))).open_balance == 100 + len(done & {"add", "add again"})
    assert (await found(store, by_id(Invoice, 2))).description == ("renamed" if "rename" in done else None)
    assert ((await found(store, by_number("D"))) is not None) is ("rename" in done)
    assert ((await found(store, by_number("B"))) is None) is ("rename" in done)
    assert ((await found(store, by_number("E"))) is not None) is ("create" in done)
    assert len(await walk(store.outbox())) == len(done & {"add", "add again", "rename"})
    assert await store.run(take("invoice")) == [1 + len(done & {"number", "number again"})]
    await assert_whole(store)
    # What is kept at hand is what is on disk.
    before = (await found(store, by_id(Invoice, 1))).open_balance
    assert (await store.run(add(1))).open_balance == before + 1


async def test_without_a_fault_everything_is_done(store: SqliteStore):
    answers = await run_all(store)

    assert not any(isinstance(answer, Exception) for answer in answers.values())
    await assert_that_answers_are_true(store, answers)


MORE_CALLS_THAN_A_BATCH_MAKES = 30
"""Beyond its last call nothing fails, and that has to be answered truly as well."""


@pytest.mark.parametrize("times", [1, 2, 3, 1000])
@pytest.mark.parametrize("call", range(MORE_CALLS_THAN_A_BATCH_MAKES))
async def test_each_call_in_turn_fails(store: SqliteStore, fault: Fault, call: int, times: int):
    fault.arm(skipped=call, times=times)

    answers = await run_all(store)

    fault.heal()
    await assert_that_answers_are_true(store, answers)


async def test_every_call_of_a_batch_was_made_to_fail(store: SqliteStore, fault: Fault):
    fault.arm(skipped=1000)
    await run_all(store)
    assert 10 < len(fault.calls) < MORE_CALLS_THAN_A_BATCH_MAKES


async def test_a_statement_that_fails_once_makes_the_plans_run_one_by_one(store: SqliteStore, fault: Fault):
    fault.arm("INSERT INTO history")

    answers = await run_all(store)

    assert not any(isinstance(answer, Exception) for answer in answers.values())
    fault.arm("COMMIT", skipped=1000)
    await assert_that_answers_are_true(store, answers)


async def test_after_constraint_trouble_each_plan_has_a_commit_of_its_own(store: SqliteStore, fault: Fault):
    fault.arm("COMMIT", skipped=1000)

    bad = put(an_invoice(id=5, number="A"))
    answers = await asyncio.gather(store.run(add(1)), store.run(bad), store.run(add(2)), return_exceptions=True)

    assert [type(answer) for answer in answers] == [Invoice, StoreFailed, Invoice]
    assert isinstance(answers[1].__cause__, sqlite3.IntegrityError)
    assert Counter(fault.calls) == {"COMMIT": 2}


async def test_a_commit_that_fails_is_told_to_everybody_and_keeps_nothing(store: SqliteStore, fault: Fault):
    fault.arm("COMMIT")

    answers = await run_all(store)

    assert {type(answer) for answer in answers.values()} == {StoreFailed}
    assert len({id(answer) for answer in answers.values()}) == len(answers)
    assert fault.calls == ["COMMIT"]
    await assert_that_answers_are_true(store, answers)


async def test_a_connection_that_cannot_even_roll_back_is_replaced(store: SqliteStore, fault: Fault):
    broken = store._writer._connection
    fault.arm("ROLLBACK")

    answers = await run_all(store)
    with pytest.raises(StoreFailed):
        await store.run(put(an_invoice(id=5, number="A")))

    await assert_that_answers_are_true(store, answers)
    assert store._writer._connection is not broken


async def test_a_batch_that_changes_nothing_waits_for_no_disk(store: SqliteStore, fault: Fault):
    fault.arm("COMMIT", skipped=1000)

    await asyncio.gather(*(store.run(change(1)) for _ in range(3)), return_exceptions=True)

    assert len(fault.calls) == 1
    fault.arm("COMMIT", skipped=1000)
    with pytest.raises(ZeroDivisionError):
        await store.run(take("invoice", fail=ZeroDivisionError()))
    assert fault.calls == []


async def test_an_erasure_that_fails_erases_nothing(store: SqliteStore, fault: Fault):
    for prefix in ("DELETE FROM outbox", "COMMIT"):
        fault.arm(prefix)
        with pytest.raises(StoreFailed):
            await store.erase()
        await assert_whole(store)
        assert (await found(store, by_number("A"))).id == 1


async def test_a_row_that_somebody_else_changed_is_not_overwritten(store: SqliteStore, monkeypatch: pytest.MonkeyPatch):
    await store.run(add(1))
    monkeypatch.setattr(store._writer, "_forget_if_others_wrote", lambda: None)
    other = open_sqlite(store._path)
    await other.run(add(1, 10))

    with pytest.raises(StoreFailed, match="RowsMissed"):
        await store.run(add(1))

    assert (await store.run(add(1))).open_balance == 112
    await assert_whole(store)
    await other.close()
