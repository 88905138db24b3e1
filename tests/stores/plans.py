"""Small plans, and what is asked of a store after them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from billingua.core.changes import ABSENT
from billingua.core.errors import InvoiceNotFound, Refused
from billingua.core.events import InvoiceEdited
from billingua.core.invoice import Invoice
from billingua.engine.audit import retell
from billingua.engine.journal import GENESIS, Entry, breaks
from billingua.engine.kinds import KINDS
from billingua.engine.plan import Caller, Decision, Job, Key, Needs, Plan, Record, by_id
from billingua.engine.ports import Store
from tests.builders import NOON, a_caller
from tests.walking import walk


def a_job(start: Callable[[], Plan[Any]], caller: Caller | None = None) -> Job[Any]:
    return Job(caller or a_caller(), NOON, "test", start)


def put(*aggregates: Any, workspace: str = "demo") -> Job[None]:
    """Save new aggregates, whatever is known already."""

    def plan() -> Plan[None]:
        yield Needs()
        return Decision(None, saves=aggregates)

    return a_job(plan, a_caller(workspace=workspace))


def get(*keys: Key[Any], workspace: str = "demo") -> Job[list[Record[Any] | None]]:
    def plan() -> Plan[list[Record[Any] | None]]:
        found = yield Needs(keys)
        return Decision([found.record(key) for key in keys])

    return a_job(plan, a_caller(workspace=workspace))


def change(id: int, workspace: str = "demo", **fields: Any) -> Job[Invoice]:
    return decide(id, lambda invoice: replace(invoice, **fields), workspace)


def add(id: int, amount: int = 1) -> Job[Invoice]:
    """Add to what is owed; the answer shows what was owed then."""
    return decide(id, lambda invoice: replace(invoice, open_balance=invoice.open_balance + Decimal(amount)))


def decide(id: int, change: Callable[[Invoice], Invoice], workspace: str = "demo") -> Job[Invoice]:
    def plan() -> Plan[Invoice]:
        key = by_id(Invoice, id)
        found = yield Needs([key])
        changed = change(found.require(key, InvoiceNotFound(id)))
        return Decision(changed, saves=[changed], events=[InvoiceEdited(changed.id, changed.number)])

    return a_job(plan, a_caller(workspace=workspace))


def take(*names: str, claim: int | None = None, fail: Exception | None = None) -> Job[list[int]]:
    """Take a number of each counter, or claim one; or take them and fail."""

    def plan() -> Plan[list[int]]:
        found = yield Needs(counters=names)
        if claim is not None:
            found.claim_id(names[0], claim)
        taken = [found.new_id(name) for name in names]
        if fail:
            raise fail
        return Decision(taken)

    return a_job(plan)


def refuse(id: int, error: Exception | None = None) -> Job[Any]:
    """Change an invoice and then fail."""

    def fail(_: Invoice) -> Invoice:
        raise error or Refused("no")

    return decide(id, fail)


async def found(store: Store, key: Key[Any], workspace: str = "demo") -> Any:
    """Give an aggregate as it is committed; None where there is none."""
    (record,) = await store.read(get(key, workspace=workspace))
    return record and record.value


def _gone(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Give the history of each aggregate that was deleted; one that says so goes no further."""
    by_identity = groupby(entries, key=lambda entry: (entry.workspace, entry.kind, entry.id))
    told = [list(entries) for _, entries in by_identity]
    return [entries for entries in told if not list(breaks(entries)) and retell(entries) is ABSENT]


async def assert_whole(store: Store, workspaces: Sequence[str] = ("demo",)) -> None:
    """See that every aggregate, its history and its chain agree, and is found under all its keys and by all lists."""
    entries = await walk(store.journal())
    saves = sum(len(gone) for gone in _gone(entries))
    for workspace in workspaces:
        assert await walk(store.misfiled(workspace)) == []
        for kind in KINDS:
            async for record in store.aggregates(workspace, kind.name):
                history = await store.history(workspace, kind.name, record.value.id)
                assert list(breaks(history)) == []
                assert [entry.version for entry in history] == list(range(1, record.version + 1))
                assert (history[-1].hash if history else GENESIS) == record.chain
                for key in kind.keys(record.value):
                    assert (workspace, record) in await store.find(key)
                saves += record.version
    assert len(entries) == saves
