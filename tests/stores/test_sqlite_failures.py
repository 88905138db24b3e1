"""Whatever the database does in the middle of a batch, nothing half-done is seen."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from billingua.core.errors import Refused
from billingua.core.invoice import Invoice
from billingua.engine.kinds import by_number
from billingua.engine.ports import OutcomeUnknown, StoreFailed
from billingua.stores.sqlite import connections, open_sqlite
from billingua.stores.sqlite.store import SqliteStore
from tests.builders import an_invoice
from tests.stores.neighbours import (
    JOBS,
    WITH_TROUBLE,
    Jobs,
    assert_that_answers_are_true,
    failed,
    run_all,
    settle,
)
from tests.stores.plans import add, assert_whole, change, found, put, take


class Fault:
    """Makes SQL calls fail: those that begin with a text, from one of them on, as often as said.

    To fetch rows is a call, too. The database may take back the transaction by itself as a call fails, or leave it.
    """

    def __init__(self) -> None:
        self.heal()

    def heal(self) -> None:
        self.arm("no call begins with this")

    def arm(
        self,
        prefix: str = "",
        *,
        skipped: int = 0,
        times: int = 1,
        takes_back: bool = False,
        code: int = sqlite3.SQLITE_IOERR,
    ) -> None:
        self.prefix, self.skipped, self.times, self.calls = prefix, skipped, times, list[str]()
        self.takes_back, self.code = takes_back, code

    def was_met(self) -> bool:
        return len(self.calls) > self.skipped

    def meet(self, call: str, connection: sqlite3.Connection) -> None:
        if not call.startswith(self.prefix):
            return
        self.calls.append(call)
        if self.skipped < len(self.calls) <= self.skipped + self.times:
            if self.takes_back or call == "ROLLBACK":  # which ends the transaction even where it fails
                connection.rollback()
            error = sqlite3.OperationalError(f"failure in call {len(self.calls)}: {call[:40]}")
            error.sqlite_errorcode = self.code
            raise error


class Connection(sqlite3.Connection):
    """A connection with a fault, which its cursors meet."""

    fault: Fault

    def cursor(self, *_: Any) -> sqlite3.Cursor:
        return super().cursor(Cursor)

    def execute(self, *values: Any) -> sqlite3.Cursor:
        return self.cursor().execute(*values)

    def executemany(self, *values: Any) -> sqlite3.Cursor:
        return self.cursor().executemany(*values)


class Cursor(sqlite3.Cursor):
    connection: Connection

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self._meet_fault(sql)
        return super().execute(sql, *values)

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self._meet_fault(sql)
        return super().executemany(sql, *values)

    def fetchone(self) -> Any:
        self._meet_fault("fetchone")
        return super().fetchone()

    def fetchall(self) -> list[Any]:
        self._meet_fault("fetchall")
        return super().fetchall()

    def __next__(self) -> Any:
        self._meet_fault("next")
        return super().__next__()

    def _meet_fault(self, call: str) -> None:
        try:
            self.connection.fault.meet(call, self.connection)
        except sqlite3.Error:
            self.close()  # as SQLite ends a statement that fails
            raise


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fault]:
    fault = Fault()
    monkeypatch.setattr(Connection, "fault", fault, raising=False)
    monkeypatch.setattr(connections.sqlite3, "connect", partial(sqlite3.connect, factory=Connection))
    yield fault
    fault.heal()


@pytest.fixture
async def store(fault: Fault, tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(tmp_path / "ledger.sqlite")
    await settle(store)
    yield store
    fault.heal()
    await store.close()


@pytest.mark.parametrize("jobs", [JOBS, WITH_TROUBLE], ids=["all well", "with trouble"])
async def test_without_a_fault_everything_is_done(store: SqliteStore, jobs: Jobs):
    told = await run_all(store, jobs)

    assert not failed(told)
    await assert_that_answers_are_true(store, told)


@pytest.mark.parametrize(
    ("jobs", "times", "takes_back"),
    [
        (JOBS, 1, False),
        (JOBS, 1, True),
        (JOBS, 2, False),
        (JOBS, 1000, True),
        (WITH_TROUBLE, 1, False),
    ],
    ids=["once", "once and taken back", "twice", "from then on", "with trouble"],
)
async def test_each_call_in_turn_fails(fault: Fault, tmp_path: Path, jobs: Jobs, times: int, *, takes_back: bool):
    for call in count():
        store = open_sqlite(tmp_path / f"{call}.sqlite")
        await settle(store)
        fault.arm(skipped=call, times=times, takes_back=takes_back)

        told = await run_all(store, jobs)

        was_met = fault.was_met()
        fault.heal()
        await assert_that_answers_are_true(store, told)
        await store.close()
        if not was_met:
            assert call > 30
            return


async def test_a_statement_that_fails_once_makes_the_plans_run_one_by_one(store: SqliteStore, fault: Fault):
    fault.arm("INSERT INTO history")

    told = await run_all(store)

    assert not failed(told)
    fault.heal()
    await assert_that_answers_are_true(store, told)


async def test_after_constraint_trouble_each_plan_has_a_commit_of_its_own(store: SqliteStore, fault: Fault):
    fault.arm("COMMIT", skipped=1000)

    bad = put(an_invoice(id=5, number="A"))
    answers = await asyncio.gather(store.run(add(1)), store.run(bad), store.run(add(2)), return_exceptions=True)

    assert [type(answer) for answer in answers] == [Invoice, StoreFailed, Invoice]
    assert isinstance(answers[1].__cause__, sqlite3.IntegrityError)
    assert Counter(fault.calls) == {"COMMIT": 2}


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        (sqlite3.SQLITE_FULL, StoreFailed),
        (sqlite3.SQLITE_IOERR, OutcomeUnknown),
        (sqlite3.SQLITE_IOERR_FSYNC, OutcomeUnknown),
    ],
)
async def test_a_commit_that_fails_is_told_to_everybody_and_keeps_nothing(
    store: SqliteStore, fault: Fault, code: int, refusal: type[Exception]
):
    fault.arm("COMMIT", code=code)

    told = await run_all(store)

    assert {type(answer) for answer in told.values()} - {Refused, ZeroDivisionError} == {refusal}
    assert len({id(answer) for answer in told.values()}) == len(told)
    assert fault.calls == ["COMMIT"]
    await assert_that_answers_are_true(store, told)


async def test_a_connection_that_cannot_even_roll_back_is_replaced(store: SqliteStore, fault: Fault):
    broken = store._writer._connection
    fault.arm("ROLLBACK")

    told = await run_all(store)
    with pytest.raises(StoreFailed):
        await store.run(put(an_invoice(id=5, number="A")))

    await assert_that_answers_are_true(store, told)
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
        with pytest.raises((StoreFailed, OutcomeUnknown)):
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
