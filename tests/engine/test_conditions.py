"""A command is done only if a record is what somebody has seen of it; what it would do can be told beforehand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from billingua.core import errors
from billingua.core.events import InvoiceIssued
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Action, Status
from billingua.core.party import Party
from billingua.engine.clock import SystemClock
from billingua.engine.conditions import Expected, expecting, telling_version
from billingua.engine.deleting import delete_draft
from billingua.engine.invoices import ChangeStatus, change_status
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, Command, Decision, Knowledge, Needs, Plan, Record, by_id
from billingua.engine.rehearsing import attempt, rehearse
from billingua.engine.writing import ReplaceInvoice, replace_invoice
from billingua.stores.memory import MemoryStore
from tests.builders import NOON, a_caller, a_party, a_user, a_uuid, an_invoice
from tests.engine.driving import drive

KEY = by_id(Invoice, 35)


def knowledge(version: int = 3, **fields: Any) -> Knowledge:
    invoice = an_invoice(**({"status": Status.DRAFT} | fields))
    return Knowledge({KEY: Record(invoice, version, b"")}, {"invoice": 36}, uuids=lambda: a_uuid(1))


def issuing(**caller: Any) -> Plan[Invoice]:
    return change_status(ChangeStatus(invoice=35, action=Action.ISSUE), a_caller(**caller), NOON)


def test_what_is_as_expected_is_done() -> None:
    decision = drive(expecting(issuing(), Expected(KEY, [2, 3])), knowledge())

    assert decision.answer.status is Status.OPEN


def test_what_changed_meanwhile_is_left_alone() -> None:
    with pytest.raises(errors.ChangedMeanwhile) as refused:
        drive(expecting(issuing(), Expected(KEY, [2])), knowledge())

    assert (refused.value.version, refused.value.expected, refused.value.changes) == (3, [2], ())


def test_that_it_changed_is_told_before_that_its_state_forbids_it() -> None:
    with pytest.raises(errors.ChangedMeanwhile):
        drive(expecting(issuing(), Expected(KEY, [2])), knowledge(status=Status.VOID))


def test_nobody_hears_of_changes_to_what_they_may_not_change() -> None:
    known = knowledge()
    known.records = {**known.records, by_id(type(a_party()), 10): Record(a_party(private=True), 1, b"")}

    with pytest.raises(errors.NotPermitted):
        drive(expecting(issuing(user=a_user()), Expected(KEY, [2])), known)


def test_nobody_hears_of_changes_to_what_they_cannot_call_by_its_number() -> None:
    guessed = ChangeStatus(invoice=35, action=Action.ISSUE, number="another's")

    with pytest.raises(errors.NumberMismatch):
        drive(expecting(change_status(guessed, a_caller(), NOON), Expected(KEY, [2])), knowledge())


@pytest.mark.parametrize(("private", "told"), [(True, errors.InvoiceLocked), (False, errors.ChangedMeanwhile)])
def test_what_is_refused_before_rights_are_looked_at_tells_nobody_of_changes_who_may_not_see_them(
    private: bool, told: type[errors.Refused]
) -> None:
    known = knowledge(status=Status.OPEN)
    known.records = {**known.records, by_id(Party, 10): Record(a_party(private=private), 1, b"")}
    known.counters["invoice_line"] = 1
    user = a_user()
    command = ReplaceInvoice(invoice=35, fields={"terms": "x"}, lines=None)

    with pytest.raises(told):
        drive(expecting(replace_invoice(command, a_caller(user=user), NOON), Expected(KEY, [2]), user), known)


def test_a_plan_that_looks_at_no_rights_tells_nobody_of_changes_either() -> None:
    known = knowledge()
    known.records = {**known.records, by_id(Party, 10): Record(a_party(private=True), 1, b"")}
    command = saving(lambda invoice: invoice)

    with pytest.raises(errors.NotPermitted):
        drive(expecting(command(None, caller=a_caller(), now=NOON), Expected(KEY, [2]), a_user()), known)


def saving(invoice: Callable[[Invoice], Invoice]) -> Command[None, str]:
    def command(_: None, /, caller: Caller, now: datetime) -> Plan[str]:
        found = yield Needs([KEY])
        return Decision("done", saves=[a_party(id=35), invoice(found.get(KEY) or an_invoice(id=35))])

    return command


@pytest.mark.parametrize(
    ("saved", "known", "version"),
    [
        (lambda invoice: replace(invoice, terms="x"), knowledge(), 4),
        (lambda invoice: invoice, knowledge(), 3),
        (lambda _: an_invoice(id=36), knowledge(), 3),
        (lambda invoice: invoice, Knowledge(), 1),
    ],
    ids=["changed", "as it was", "another", "new"],
)
def test_a_command_tells_in_which_version_it_leaves_a_record(saved: Any, known: Knowledge, version: int) -> None:
    command = telling_version(saving(saved), KEY)

    decision = drive(command(None, caller=a_caller(), now=NOON), known)

    assert (decision.answer, len([*decision.saves])) == (("done", version), 2)
    assert command.__name__ == "command"  # type: ignore[attr-defined] - history tells it


def test_what_is_not_there_is_the_plans_to_say() -> None:
    with pytest.raises(errors.InvoiceNotFound):
        drive(expecting(issuing(), Expected(KEY, [2])), Knowledge())


def test_a_rehearsal_tells_what_would_be_written_and_told() -> None:
    told = drive(rehearse(issuing()), knowledge())

    assert (list(told.saves), list(told.deletes)) == ([], [])
    assert told.answer.answer.status is Status.OPEN
    assert [event.name for event in told.answer.events] == [InvoiceIssued(35, "").name]
    (written,) = told.answer.rewritten
    assert (written.kind, written.id) == ("invoice", 35)
    assert written.changes == [{"path": "/status", "before": "draft", "after": "open"}]


def test_a_rehearsal_of_a_deletion_tells_what_would_be_gone() -> None:
    told = drive(rehearse(delete_draft(35, a_caller(), NOON)), knowledge())

    (gone,) = told.answer.rewritten
    assert (gone.changes[0]["path"], gone.changes[0]["before"]["id"], "after" in gone.changes[0]) == ("", 35, False)


def test_a_rehearsal_tells_nothing_of_what_is_saved_as_it_was() -> None:
    def unchanged() -> Plan[None]:
        found = yield Needs([KEY])
        return Decision(None, saves=[found.require(KEY, errors.InvoiceNotFound(35))])

    assert drive(rehearse(unchanged()), knowledge()).answer.rewritten == []


def test_a_rehearsal_takes_numbers_from_nobody() -> None:
    def counting() -> Plan[Any]:
        found = yield Needs(counters=["invoice"], uses=[KEY], answers=[b"key"])
        assert found.kept_answer(b"key") is None
        taken = found.new_id("invoice")
        found.claim_id("invoice", 50)
        return Decision((taken, found.new_id("invoice"), found.new_uuid(), found.uses(KEY)))

    known = knowledge()

    assert drive(rehearse(counting()), known).answer.answer == (36, 51, a_uuid(1), 0)
    assert known.next_id("invoice") == 36


def test_each_plan_is_tried_by_itself() -> None:
    def trying() -> Plan[Any]:
        plans: dict[str, Callable[[], Plan[Any]]] = {
            "issue": issuing,
            "pay": lambda: change_status(ChangeStatus(invoice=35, action=Action.SETTLE), a_caller(), NOON),
        }
        return Decision((yield from attempt(plans)))

    tried = drive(trying(), knowledge()).answer

    assert tried["issue"] is None
    assert isinstance(tried["pay"], errors.TransitionRefused)


async def test_a_refusal_that_nobody_expected_is_passed_on() -> None:
    def refusing(_: None, caller: Caller, now: datetime) -> Plan[None]:
        yield Needs()
        raise errors.ChangedMeanwhile(2, [1])

    with pytest.raises(errors.ChangedMeanwhile) as refused:
        await Ledger(MemoryStore(), SystemClock()).run(a_caller(), refusing, None)

    assert refused.value.changes == ()
