import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.file import File
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.party import Party
from billingua.engine import batch
from billingua.engine.batch import Loaded, Postponed, Save, View, Wanted, WorkingSet, Writes, run_batch
from billingua.engine.journal import GENESIS, breaks
from billingua.engine.kinds import by_claim, by_number, kind_of
from billingua.engine.plan import Decision, Job, Needs, Record, by_id, by_uuid
from tests.builders import NOON, a_caller, a_party, a_uuid, an_invoice

CHAIN = b"\x07" * 32


@dataclass
class Shelf:
    """What a store would hold, and a note of everything that a batch read from it."""

    records: dict[tuple[str, Any], Record[Any]] = field(default_factory=dict)
    counters: dict[tuple[str, str], int] = field(default_factory=dict)
    reads: list[Wanted] = field(default_factory=list)

    def load(self, wanted: Wanted) -> Loaded:
        self.reads.append(wanted)
        return Loaded(
            {place: self.records.get(place) for place in wanted.places},
            {counter: self.counters.get(counter, 1) for counter in wanted.counters},
        )


def a_shelf(*values: Any, workspace: str = "demo", **counters: int) -> Shelf:
    shelf = Shelf(counters={(workspace, name): number for name, number in counters.items()})
    for value in values:
        record = Record(value, 7, CHAIN)
        shelf.records |= {(workspace, key): record for key in kind_of(value).keys(value)}
    return shelf


def a_job(start: Callable[[], Any], workspace: str = "demo", actor: str = "ida") -> Job[Any]:
    return Job(a_caller(workspace=workspace, actor=actor), NOON, start.__name__, start)


def run(shelf: Shelf, *jobs: Any) -> Writes:
    numbers = iter(range(1000))
    batch = run_batch(
        [job if isinstance(job, Job) else a_job(job) for job in jobs], lambda: a_uuid(555_000 + next(numbers))
    )
    try:
        wanted = next(batch)
        while True:
            wanted = batch.send(shelf.load(wanted))
    except StopIteration as end:
        return end.value


def outcomes(writes: Writes) -> list[Any]:
    return [outcome.error or outcome.answer for outcome in writes.outcomes]


def states(writes: Writes) -> dict[tuple[str, int], Any]:
    return {(save.kind, save.after.value.id): save.after.value for save in writes.saves.values()}


KEY = by_id(Invoice, 35)


def pay(amount: int, then: Callable[[], None] = lambda: None):
    """A plan that takes an amount off what invoice 35 owes."""

    def pay_some():
        found = yield Needs([KEY])
        invoice = found.require(KEY, errors.InvoiceNotFound(35))
        then()
        paid = replace(invoice, open_balance=invoice.open_balance - amount)
        return Decision(paid.open_balance, [paid], [events.InvoiceEdited(35, paid.number)])

    return pay_some


def crash():
    raise ZeroDivisionError


def rename(id: int, number: str):
    """A plan that gives an invoice another number, if nobody has it."""

    def rename_it():
        found = yield Needs([by_id(Invoice, id), by_number(number)])
        if found.get(by_number(number)):
            raise errors.NumberTaken(number)
        renamed = replace(found.require(by_id(Invoice, id), errors.InvoiceNotFound(id)), number=number)
        return Decision(number, [renamed])

    return rename_it


def look_up(*keys: Any):
    """A plan that tells what it finds."""

    def look_them_up():
        found = yield Needs(keys)
        return Decision([found.get(key) for key in keys])

    return look_them_up


def write_new(number: str, fail: bool = False):
    """A plan that writes a new invoice."""

    def write_it():
        found = yield Needs([by_number(number)], ["invoice"])
        if found.get(by_number(number)):
            raise errors.NumberTaken(number)
        invoice = an_invoice(id=found.new_id("invoice"), uuid=found.new_uuid(), number=number)
        if fail:
            raise errors.InvoiceLocked("void")
        return Decision(invoice.id, [invoice])

    return write_it


def test_a_batch_without_jobs_reads_and_writes_nothing():
    shelf = a_shelf()
    writes = run(shelf)
    assert not writes
    assert (writes.outcomes, shelf.reads) == ([], [])


def test_a_plan_is_decided_on_what_was_read():
    before = an_invoice()
    writes = run(a_shelf(before), pay(30))
    (save,) = writes.saves.values()
    (entry,) = writes.entries
    assert outcomes(writes) == [70]
    assert (save.workspace, save.kind, save.before) == ("demo", "invoice", Record(before, 7, CHAIN))
    assert save.after == Record(replace(before, open_balance=Decimal(70)), 8, entry.hash)
    assert (entry.kind, entry.id, entry.version) == ("invoice", 35, 8)
    assert json.loads(entry.body)["changes"] == [{"path": "/open_balance", "before": 100.0, "after": 70.0}]
    (happening,) = writes.happenings
    assert (happening.event, happening.job.caller.actor) == (events.InvoiceEdited(35, "INV-35"), "ida")


def test_what_all_plans_need_first_is_read_at_once():
    shelf = a_shelf(an_invoice(), a_party(), invoice=36)
    run(shelf, pay(1), look_up(by_id(Party, 10)), write_new("INV-36"), pay(2))
    (read,) = shelf.reads
    assert read.places == {("demo", key) for key in (KEY, by_id(Party, 10), by_number("INV-36"))}
    assert read.counters == {("demo", "invoice")}


def test_a_later_plan_sees_what_an_earlier_one_decided():
    writes = run(a_shelf(an_invoice()), pay(30), pay(30), look_up(by_uuid(Invoice, an_invoice().uuid)))
    assert outcomes(writes)[:2] == [70, 40]
    assert outcomes(writes)[2][0].open_balance == 40


def test_an_aggregate_that_was_changed_twice_is_written_once_with_two_entries_of_history():
    before = an_invoice()
    writes = run(a_shelf(before), a_job(pay(30), actor="ida"), a_job(pay(20), actor="jon"))
    (save,) = writes.saves.values()
    assert save.before == Record(before, 7, CHAIN)
    assert (save.after.value.open_balance, save.after.version) == (50, 9)
    assert [(entry.version, json.loads(entry.body)["actor"]) for entry in writes.entries] == [(8, "ida"), (9, "jon")]
    assert save.after.chain == writes.entries[-1].hash
    assert [happening.job.caller.actor for happening in writes.happenings] == ["ida", "jon"]


def test_the_history_of_an_aggregate_that_is_made_and_changed_in_one_batch_holds():
    shelf = a_shelf(invoice=35)
    writes = run(shelf, write_new("INV-35"), pay(30), pay(40))
    assert list(breaks(writes.entries)) == []
    (save,) = writes.saves.values()
    assert (save.before, save.after.version) == (None, 3)
    assert writes.counters == {("demo", "invoice"): 36}


def test_a_plan_that_refuses_changes_nothing_and_its_neighbours_go_on():
    writes = run(a_shelf(an_invoice()), pay(30), rename(35, "INV-35"), look_up(KEY), pay(20))
    first, refused, seen, last = outcomes(writes)
    assert (first, last) == (70, 50)
    assert isinstance(refused, errors.NumberTaken)
    assert seen[0].open_balance == 70
    assert [entry.version for entry in writes.entries] == [8, 9]


def test_the_numbers_of_a_plan_that_refused_are_given_to_the_next():
    writes = run(a_shelf(invoice=36), write_new("A"), write_new("B", fail=True), write_new("C"))
    assert [answer for answer in outcomes(writes) if isinstance(answer, int)] == [36, 37]
    assert writes.counters == {("demo", "invoice"): 38}


def test_a_crash_is_its_callers_alone():
    def crash_at_once():
        raise ZeroDivisionError

    def crash_before_asking():
        crash()
        yield Needs()

    def look_at_what_was_not_asked_for():
        found = yield Needs()
        return Decision(found.get(by_id(Party, 10)))

    def save_what_is_no_aggregate():
        yield from ()
        return Decision(None, ["text"])

    def save_what_cannot_be_told():
        found = yield Needs([KEY])
        told = replace(found.get(KEY), number="TOLD")
        return Decision(None, [told, a_party(name=object())], [events.InvoiceEdited(35, "TOLD")])

    writes = run(
        a_shelf(an_invoice()),
        crash_at_once,
        crash_before_asking,
        pay(5, then=crash),
        look_at_what_was_not_asked_for,
        save_what_is_no_aggregate,
        save_what_cannot_be_told,
        pay(30),
    )
    assert [type(outcome.error) for outcome in writes.outcomes] == [
        ZeroDivisionError,
        ZeroDivisionError,
        ZeroDivisionError,
        KeyError,
        KeyError,
        TypeError,
        type(None),
    ]
    assert outcomes(writes)[-1] == 70
    assert [save.after.value.number for save in writes.saves.values()] == ["INV-35"]
    assert (len(writes.entries), len(writes.happenings)) == (1, 1)


def test_a_decision_saves_each_aggregate_once_or_not_at_all():
    def save_twice():
        found = yield Needs([KEY], ["invoice"])
        found.new_id("invoice")
        invoice = found.get(KEY)
        return Decision(None, [replace(invoice, number="A"), a_party(), replace(invoice, number="B")])

    writes = run(a_shelf(an_invoice()), save_twice)
    assert isinstance(writes.outcomes[0].error, ValueError)
    assert not writes
    assert writes.entries == []


def test_what_was_not_changed_is_not_written():
    def touch():
        found = yield Needs([KEY, by_number("INV-35")])
        return Decision("seen", [found.get(by_number("INV-35"))])

    writes = run(a_shelf(an_invoice()), touch)
    assert outcomes(writes) == ["seen"]
    assert not writes
    assert writes.entries == []


def test_an_event_is_written_even_where_nothing_is_saved():
    def tell():
        yield from ()
        return Decision(None, events=[events.InvoiceEdited(35, "INV-35")])

    writes = run(a_shelf(), tell)
    assert writes
    assert len(writes.happenings) == 1


def test_a_plan_without_needs_is_decided_too():
    def answer():
        yield from ()
        return Decision(42)

    def ask_for_nothing():
        yield Needs()
        return Decision(43)

    shelf = a_shelf()
    assert outcomes(run(shelf, answer, ask_for_nothing)) == [42, 43]
    assert shelf.reads == []


def test_a_number_that_was_given_up_is_free_for_the_next_and_one_that_was_taken_is_not():
    shelf = a_shelf(an_invoice(id=1, number="A"), an_invoice(id=2, number="B"))
    writes = run(shelf, rename(1, "C"), rename(2, "A"), rename(1, "a "), rename(2, "B"), rename(1, "A"))
    answers = outcomes(writes)
    assert answers[:2] == ["C", "A"]
    assert isinstance(answers[2], errors.NumberTaken)
    assert answers[3:] == ["B", "A"]
    assert {id: invoice.number for (_, id), invoice in states(writes).items()} == {1: "A", 2: "B"}


def test_every_key_moves_with_its_aggregate():
    def give_up_claim():
        found = yield Needs([KEY])
        return Decision(None, [replace(found.get(KEY), number="NEW", claims=("y",))])

    keys = [
        by_number("INV-35"),
        by_number("NEW"),
        by_claim("x"),
        by_claim("y"),
        KEY,
        by_uuid(Invoice, an_invoice().uuid),
    ]
    writes = run(a_shelf(an_invoice(claims=("x",))), give_up_claim, look_up(*keys))
    found = outcomes(writes)[1]
    changed = states(writes)["invoice", 35]
    assert found == [None, changed, None, changed, changed, changed]


def test_the_same_number_cannot_be_taken_twice_in_one_batch():
    writes = run(a_shelf(), write_new("INV-1"), write_new("inv-1"))
    assert outcomes(writes)[0] == 1
    assert isinstance(outcomes(writes)[1], errors.NumberTaken)


def test_a_plan_may_ask_again_for_what_it_learns_on_the_way():
    def find_the_party():
        found = yield Needs([KEY])
        party = by_id(Party, found.get(KEY).party)
        found = yield Needs([party, KEY], ["payment"])
        return Decision((found.get(party).name, found.new_id("payment")))

    shelf = a_shelf(an_invoice(), a_party(name="Larch"), payment=9)
    writes = run(shelf, find_the_party, find_the_party)
    assert outcomes(writes) == [("Larch", 9), ("Larch", 10)]
    assert shelf.reads == [
        Wanted({("demo", KEY)}),
        Wanted({("demo", by_id(Party, 10))}, {("demo", "payment")}),
    ]


def test_what_an_earlier_plan_decided_is_not_read_over_by_a_later_need():
    def look_by_number_at_last():
        found = yield Needs([by_id(Party, 10)])
        found = yield Needs([by_number("INV-35")])
        return Decision(found.get(by_number("INV-35")).open_balance)

    shelf = a_shelf(an_invoice(), a_party())
    writes = run(shelf, pay(30), look_by_number_at_last)
    assert outcomes(writes) == [70, 70]
    assert shelf.reads[1:] == [Wanted({("demo", by_number("INV-35"))})]


def test_workspaces_do_not_see_one_another():
    shelf = a_shelf(an_invoice())
    other = a_shelf(an_invoice(), workspace="other", invoice=80)
    shelf.records |= other.records
    shelf.counters |= other.counters
    writes = run(
        shelf,
        a_job(rename(35, "X"), workspace="demo"),
        a_job(rename(35, "X"), workspace="other"),
        a_job(write_new("Y"), workspace="demo"),
        a_job(write_new("Y"), workspace="other"),
        a_job(pay(30), workspace="nowhere"),
    )
    assert outcomes(writes)[:4] == ["X", "X", 1, 80]
    assert isinstance(outcomes(writes)[4], errors.InvoiceNotFound)
    assert {identity[0] for identity in writes.saves} == {"demo", "other"}
    assert writes.counters == {("demo", "invoice"): 2, ("other", "invoice"): 81}


def test_each_plan_is_told_its_own_outcome():
    jobs = [a_job(pay(1)), a_job(look_up(KEY)), a_job(pay(2))]
    writes = run(a_shelf(an_invoice()), *jobs)
    assert [outcome.job for outcome in writes.outcomes] == jobs


def test_what_was_decided_stays_whatever_is_read_afterwards():
    working = WorkingSet(lambda: a_uuid(1))
    before = Record(an_invoice(), 7, CHAIN)
    working.learn(Loaded({("demo", KEY): before}, {("demo", "invoice"): 36}))
    paid = replace(before.value, open_balance=Decimal(5))
    working.apply(a_job(crash), Decision(None, [paid]), {"invoice": 40})
    stale = Loaded({("demo", KEY): before, ("demo", by_number("INV-35")): before}, {("demo", "invoice"): 36})
    working.learn(stale)
    view = View(working, "demo")
    assert view.get(KEY) == view.get(by_number("INV-35")) == paid
    assert view.new_id("invoice") == 40


def test_what_was_read_under_several_keys_is_one_value():
    working = WorkingSet(lambda: a_uuid(1))
    one, again = Record(an_invoice(), 7, CHAIN), Record(an_invoice(), 7, CHAIN)
    working.learn(Loaded({("demo", by_number("INV-35")): one, ("demo", by_claim("x")): None}, {}))
    assert not working.missing("demo", Needs([KEY, by_number("INV-35"), by_claim("x")]))
    working.learn(Loaded({("demo", by_uuid(Invoice, again.value.uuid)): again}, {}))
    view = View(working, "demo")
    assert view.record(KEY) is view.record(by_uuid(Invoice, again.value.uuid)) is one


def test_what_is_known_to_be_missing_is_not_asked_for_again():
    working = WorkingSet(lambda: a_uuid(1))
    assert working.missing("demo", Needs([KEY], ["invoice"])) == Wanted({("demo", KEY)}, {("demo", "invoice")})
    working.learn(Loaded({("demo", KEY): None}, {("demo", "invoice"): 1}))
    assert not working.missing("demo", Needs([KEY], ["invoice"]))
    assert working.missing("other", Needs([KEY]))


def test_a_plan_sees_what_is_there_and_refuses_for_what_is_not():
    working = WorkingSet(lambda: a_uuid(1))
    party = by_id(Party, 10)
    record = Record(an_invoice(status=Status.DRAFT), 7, CHAIN)
    working.learn(Loaded({("demo", KEY): record, ("demo", party): None}, {("demo", "invoice"): 36}))
    view = View(working, "demo")
    assert (view.record(KEY), view.get(KEY), view.new_uuid()) == (record, record.value, a_uuid(1))
    assert view.get(party) is None
    with pytest.raises(errors.PartyNotFound):
        view.require(party, errors.PartyNotFound(10))
    assert view.require(KEY, errors.InvoiceNotFound(35)) is record.value


def test_a_plan_never_takes_an_id_that_it_claimed():
    working = WorkingSet(lambda: a_uuid(1))
    working.learn(Loaded({}, {("demo", "invoice"): 36}))
    view = View(working, "demo")
    view.claim_id("invoice", 40)
    view.claim_id("invoice", 12)
    assert [view.new_id("invoice"), view.new_id("invoice")] == [41, 42]
    assert view.counters == {"invoice": 43}


def test_the_first_entry_of_a_history_is_chained_to_nothing():
    writes = run(a_shelf(), write_new("INV-1"))
    (save,) = writes.saves.values()
    assert isinstance(save, Save)
    assert list(breaks(writes.entries)) == []
    assert save.after.chain != GENESIS


def delete(*keys: Any) -> Any:
    def plan() -> Any:
        found = yield Needs(keys)
        return Decision("deleted", deletes=[found.get(key) for key in keys])

    return plan


def test_what_is_deleted_is_gone_for_a_later_plan_and_its_chain_goes_on():
    shelf = a_shelf(an_invoice())

    def look() -> Any:
        found = yield Needs([by_id(Invoice, 35), by_uuid(Invoice, an_invoice().uuid), by_number("INV-35")])
        return Decision([found.get(key) for key in (by_id(Invoice, 35), by_number("INV-35"))])

    writes = run(shelf, delete(by_number("INV-35")), look)

    (save,), (entry,) = writes.saves.values(), writes.entries
    assert (save.after, save.value, entry.version) == (None, an_invoice(), 8)
    assert [outcome.answer for outcome in writes.outcomes] == ["deleted", [None, None]]


def test_what_comes_and_goes_in_one_batch_leaves_its_history_alone():
    writes = run(a_shelf(), write_new("INV-1"), delete(by_number("INV-1")))

    assert (writes.saves, [entry.version for entry in writes.entries]) == ({}, [1, 2])
    assert list(breaks(writes.entries)) == []
    assert writes


def test_a_batch_that_is_full_of_files_leaves_what_is_left_to_the_next(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(batch, "FULL_BYTES", 5)

    def file(number: int) -> Any:
        def plan() -> Any:
            yield Needs()
            return Decision(
                number, files=[File(uuid=a_uuid(number), name="a.csv", media_type="text/csv", content=b"abc")]
            )

        return plan

    writes = run(a_shelf(), file(1), file(2), file(3), write_new("INV-1"))

    assert [outcome.answer for outcome in writes.outcomes] == [1, 2, None, None]
    assert [type(outcome.error) for outcome in writes.outcomes[2:]] == [Postponed, Postponed]
    assert len(writes.files) == 2
    assert not writes.entries


def test_what_is_not_there_cannot_be_deleted():
    def plan() -> Any:
        yield Needs([by_id(Invoice, 35)])
        return Decision(None, deletes=[an_invoice()])

    writes = run(a_shelf(), plan)

    assert "not there" in str(writes.outcomes[0].error)
    assert not writes


def test_what_is_saved_is_not_deleted_in_the_same_decision():
    def plan() -> Any:
        found = yield Needs([by_id(Invoice, 35)])
        invoice = found.get(by_id(Invoice, 35))
        return Decision(None, saves=[replace(invoice, description="changed")], deletes=[invoice])

    writes = run(a_shelf(an_invoice()), plan)

    assert "twice" in str(writes.outcomes[0].error)
    assert not writes
