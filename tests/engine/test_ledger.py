from typing import Any

import pytest

from billingua.core.errors import InvoiceNotFound
from billingua.engine.clock import SandboxClock, SystemClock
from billingua.engine.journal import GENESIS, Entry
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Decision, Job, Needs
from billingua.engine.queries import InvoiceQuery, Page
from tests.builders import NOON, a_caller, an_invoice

CALLER = a_caller(workspace="demo")


class Rehearsal:
    """A store that remembers what it was asked, and runs plans that need nothing."""

    def __init__(self) -> None:
        self.jobs: list[Job[Any]] = []

    async def run(self, job: Job[Any]) -> Any:
        self.jobs.append(job)
        plan = job.start()
        with pytest.raises(StopIteration) as end:
            next(plan)
        return end.value.value.answer

    read = run

    async def invoices(self, workspace: str, query: InvoiceQuery) -> Page[Any]:
        return Page([], len(workspace))

    async def invoice_ids(self, workspace: str, query: InvoiceQuery) -> list[int]:
        return [len(workspace)]

    async def history(self, workspace: str, kind: str, id: int) -> list[Entry]:
        return [Entry(workspace, kind, id, 1, NOON, b"{}", GENESIS)]


def greet(command: str, caller, now):
    yield from ()
    return Decision(f"{command}, {caller.actor}, it is {now:%H:%M}")


class Refusing:
    """A command that is no function."""

    def __call__(self, command: int, caller, now):
        raise InvoiceNotFound(command)
        yield Needs()


@pytest.fixture
def ledger() -> Ledger:
    clock = SandboxClock(SystemClock())
    clock.set(NOON)
    return Ledger(Rehearsal(), clock)


@pytest.mark.parametrize("way", ["run", "read"])
async def test_a_command_is_run_for_its_caller_at_the_time_of_the_clock(ledger: Ledger, way: str):
    assert await getattr(ledger, way)(CALLER, greet, "Hello") == "Hello, ida, it is 12:00"
    (job,) = ledger.store.jobs
    assert (job.caller, job.now, job.action) == (CALLER, NOON, "greet")


async def test_a_command_that_is_run_again_has_the_time_of_its_first_run(ledger: Ledger):
    await ledger.run(CALLER, greet, "Hello")
    ledger.clock.set(None)
    assert await ledger.store.run(ledger.store.jobs[0]) == "Hello, ida, it is 12:00"


async def test_what_a_command_refuses_with_reaches_its_caller(ledger: Ledger):
    job = ledger._job(CALLER, Refusing(), 35)
    assert job.action == "Refusing"
    with pytest.raises(InvoiceNotFound):
        next(job.start())


async def test_lists_and_histories_are_those_of_the_callers_workspace(ledger: Ledger):
    assert (await ledger.invoices(CALLER, InvoiceQuery())).total == len("demo")
    assert await ledger.invoice_ids(CALLER, InvoiceQuery()) == [len("demo")]
    (entry,) = await ledger.history(CALLER, "invoice", an_invoice().id)
    assert (entry.workspace, entry.kind, entry.id) == ("demo", "invoice", 35)
