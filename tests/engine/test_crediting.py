from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billingua.core import errors, events
from billingua.core.access import User
from billingua.core.credit import LineCredit, void_credit
from billingua.core.invoice import Credit, Invoice
from billingua.core.lifecycle import Action, Status
from billingua.core.line import Charge, ChargeKind
from billingua.core.numbering import Book, BookKind
from billingua.engine.content import InvoiceFields, LineContent
from billingua.engine.crediting import (
    CreditInvoice,
    CreditView,
    credit_book,
    credit_invoice,
    find_credit_note,
    view_credit_notes,
    void_credit_note,
)
from billingua.engine.deleting import delete_draft, delete_invoice, delete_invoices
from billingua.engine.invoices import AmendInvoice, ChangeStatus, amend_invoice, change_status
from billingua.engine.plan import Decision, by_id
from billingua.engine.planting import Plant, plant
from billingua.engine.statuses import ChangeStatuses, change_statuses
from billingua.engine.writing import ReplaceInvoice, replace_invoice
from tests.builders import (
    NOON,
    a_caller,
    a_credit_note,
    a_line,
    a_party,
    a_user,
    a_uuid,
    a_workspace,
    an_invoice,
)
from tests.engine.driving import VERSION, drive, known

LATER = NOON + timedelta(hours=1)
IDA = a_user()
OTHER = a_user(username="jon")
ADMINISTRATOR = a_user(username="ada", admin=True)
SECRET = a_party(private=True)
NOTE = a_credit_note()
CREDITED = an_invoice(credits=(Credit(1, Decimal(100)),), open_balance=Decimal(0), status=Status.PAID)


def do_credit(*values: Any, user: User | None = None, counters: Any = None, **said: Any) -> Decision[CreditView]:
    command = CreditInvoice(**({"invoice": 35} | said))
    return drive(credit_invoice(command, a_caller(user=user), LATER), known(*values, **counters or {}))


def saved(decision: Decision[Any], kind: type) -> Any:
    (one,) = (value for value in decision.saves if isinstance(value, kind))
    return one


def test_a_note_is_written_of_what_the_invoice_says_and_taken_off_what_it_owes():
    invoice = an_invoice(exchange_rate=Decimal("1.08"), currency="EUR", party=11)
    decision = do_credit(
        invoice, a_workspace(), reason="Broken", extras={"ticket": 7}, user=IDA, counters={"book 0": 7}
    )
    note = decision.answer.note
    assert note == a_credit_note(
        uuid=a_uuid(777_000),
        number="CN-7",
        party=11,
        currency="EUR",
        exchange_rate=Decimal("1.08"),
        issued_at=LATER,
        created_at=LATER,
        created_by="ida",
        reason="Broken",
        extras={"native": {"ticket": 7}},
    )
    after = saved(decision, Invoice)
    assert (after.status, after.open_balance, after.credits) == (Status.PAID, 0, (Credit(1, Decimal(100)),))
    assert decision.answer == CreditView(note, 1, after)
    assert decision.events == [events.CreditNoteIssued(1, "CN-7", 35), events.InvoicePaid(35, "INV-35")]


def test_some_of_an_invoice_is_credited_beside_what_was_credited_before():
    invoice = an_invoice(
        lines=(a_line(quantity=Decimal(3)),),
        charges=(Charge(ChargeKind.SHIPPING, Decimal(5)),),
        credits=(Credit(1, Decimal(100)),),
        open_balance=Decimal(205),
    )
    decision = do_credit(
        invoice,
        NOTE,
        lines=[LineCredit(1, quantity=Decimal(1))],
        charges=[Charge(ChargeKind.SHIPPING, Decimal(2))],
        counters={"credit_note": 2},
    )
    assert decision.answer.note.total == 102
    assert saved(decision, Invoice).credits == (Credit(1, Decimal(100)), Credit(2, Decimal(102)))
    assert decision.events == [events.CreditNoteIssued(2, "CN-2", 35)]
    with pytest.raises(errors.OverCredited):
        do_credit(invoice, NOTE, lines=[LineCredit(1, quantity=Decimal(3))])


def test_notes_are_numbered_by_the_workspaces_first_book_for_such():
    books = (
        Book(id=3, kind=BookKind.INVOICE),
        Book(id=4, kind=BookKind.CREDIT, prefix="GU_{yyyy}_"),
        Book(id=5, kind=BookKind.CREDIT),
    )
    workspace = a_workspace(books=books, time_zone="Pacific/Auckland")
    assert credit_book(workspace) is books[1]
    taken = a_credit_note(id=9, number="gu_2024_1", invoice=36)
    decision = do_credit(an_invoice(), workspace, taken, issued_at=NOON)
    assert (decision.answer.note.number, decision.answer.note.issued_at) == ("GU_2024_2", NOON)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.REJECTED, Status.VOID])
def test_what_was_not_issued_or_is_out_of_force_is_not_credited(status: Status):
    with pytest.raises(errors.TransitionRefused) as refused:
        do_credit(an_invoice(status=status))
    assert refused.value.action == "credit"


@pytest.mark.parametrize(
    ("issued_at", "refusal"),
    [(LATER + timedelta(seconds=1), errors.DateInFuture), (NOON - timedelta(days=1), errors.DateTooEarly)],
)
def test_a_note_is_from_no_later_than_now_and_from_no_day_before_its_invoices(issued_at: Any, refusal: type[Exception]):
    with pytest.raises(refusal) as refused:
        do_credit(an_invoice(), issued_at=issued_at)
    assert getattr(refused.value, "field") == "issued_at"  # noqa: B009


def test_an_invoice_that_is_from_tomorrow_is_credited_now():
    assert do_credit(an_invoice(issued_at=NOON + timedelta(days=1))).answer.note.issued_at == LATER


def test_an_unknown_invoice_and_one_for_a_hidden_party_are_not_credited():
    with pytest.raises(errors.InvoiceNotFound):
        do_credit(an_invoice(), invoice=36)
    with pytest.raises(errors.NotPermitted):
        do_credit(an_invoice(), SECRET, user=IDA)
    for user in (None, ADMINISTRATOR):
        assert do_credit(an_invoice(), SECRET, user=user).answer.version == 1


def void_note(*values: Any, id: int = 1, user: User | None = None) -> Decision[CreditView]:
    return drive(void_credit_note(id, a_caller(user=user), LATER), known(*values))


def test_a_note_that_is_voided_is_owed_again():
    decision = void_note(NOTE, CREDITED, a_party())
    assert decision.answer.note == void_credit(NOTE, LATER)
    after = saved(decision, Invoice)
    assert (after.status, after.open_balance, after.credits) == (Status.OPEN, 100, ())
    assert decision.answer == CreditView(decision.answer.note, VERSION + 1, after)
    assert decision.events == [events.CreditNoteVoided(1, "CN-1", 35), events.InvoiceReopened(35, "INV-35")]


def test_what_is_void_or_unknown_or_hidden_is_not_voided():
    with pytest.raises(errors.CreditNoteVoid):
        void_note(void_credit(NOTE, LATER), an_invoice(), a_party())
    with pytest.raises(errors.CreditNoteNotFound):
        void_note(NOTE, CREDITED, id=2)
    with pytest.raises(errors.NotPermitted):
        void_note(NOTE, CREDITED, SECRET, user=OTHER)
    assert void_note(a_credit_note(created_by="jon"), CREDITED, SECRET, user=OTHER).answer.note.voided_at == LATER


def test_a_note_is_shown_with_its_invoice_to_whom_may_see_its_party():
    def find(*values: Any, user: User | None = None) -> CreditView:
        return drive(find_credit_note(by_id(type(NOTE), 1), a_caller(user=user), LATER), known(*values)).answer

    assert find(NOTE, CREDITED, a_party(), user=OTHER) == CreditView(NOTE, VERSION, CREDITED)
    assert find(void_credit(NOTE, LATER), user=OTHER).invoice is None
    with pytest.raises(errors.CreditNoteNotFound):
        find(CREDITED)
    with pytest.raises(errors.NotPermitted):
        find(NOTE, CREDITED, SECRET, user=OTHER)


def test_lists_show_the_notes_that_the_caller_may_see():
    own, others = a_credit_note(id=2, created_by="ida"), a_credit_note(id=3, invoice=36, party=11)
    knowledge = known(NOTE, own, others, CREDITED, SECRET, a_party(id=11))
    records = [knowledge.records[by_id(type(NOTE), id)] for id in (1, 2, 3)]
    views = drive(view_credit_notes(records, a_caller(user=IDA), LATER), knowledge).answer
    assert views == [CreditView(own, VERSION, CREDITED), CreditView(others, VERSION, None)]


def test_a_workspace_that_begins_with_notes_goes_on_behind_their_numbers():
    note = a_credit_note(number="CN-41")
    decision_counters = known()
    plan = plant(Plant(a_workspace(), [a_party(), CREDITED, note]), a_caller(), NOON)
    next(plan)
    with pytest.raises(StopIteration):
        plan.send(decision_counters)
    assert decision_counters.counters["book 0"] == 42
    assert decision_counters.counters["credit_note"] == 2


# What live notes hold in place.


@pytest.mark.parametrize("action", [Action.VOID, Action.REJECT])
def test_an_invoice_with_live_notes_is_neither_voided_nor_rejected(action: Action):
    credited = an_invoice(credits=(Credit(1, Decimal(30)),), open_balance=Decimal(70))
    with pytest.raises(errors.InvoiceCredited):
        drive(change_status(ChangeStatus(invoice=35, action=action), a_caller(), LATER), known(credited, a_workspace()))
    many = ChangeStatuses(invoices=[35], actions={Status.OPEN: action})
    assert not list(drive(change_statuses(many, a_caller(), LATER), known(credited, a_party())).saves)


def test_an_invoice_with_live_notes_is_not_deleted():
    for plan in (delete_invoice(35, a_caller(), LATER), delete_draft(35, a_caller(), LATER)):
        with pytest.raises(errors.InvoiceCredited):
            drive(plan, known(CREDITED, a_party()))
    other = an_invoice(id=36)
    several = drive(delete_invoices([35, 36], a_caller(), LATER), known(CREDITED, other, a_party()))
    assert list(several.deletes) == [other]


@pytest.mark.parametrize(
    "changes",
    [
        {"lines": [LineContent(sku="X", quantity=Decimal(1), unit_price=Decimal(1))]},
        {"fields": InvoiceFields(currency="EUR")},
        {"fields": InvoiceFields(party=11)},
        {"fields": InvoiceFields(charges=(Charge(ChargeKind.SHIPPING, Decimal(1)),))},
    ],
    ids=["lines", "currency", "party", "charges"],
)
def test_an_invoice_with_live_notes_goes_on_to_charge_what_they_credit(changes: Any):
    values = [CREDITED, a_party(), a_party(id=11), a_workspace()]
    with pytest.raises(errors.InvoiceCredited):
        drive(amend_invoice(AmendInvoice(invoice=35, **changes), a_caller(), LATER), known(*values))
    rewritten: dict[str, Any] = {"fields": InvoiceFields(), "lines": None} | changes
    command = ReplaceInvoice(invoice=35, editable=frozenset(Status), **rewritten)
    with pytest.raises(errors.InvoiceCredited):
        drive(replace_invoice(command, a_caller(), LATER), known(*values))


def test_all_else_of_an_invoice_with_live_notes_may_be_said_anew():
    fields = InvoiceFields(terms="60 days", number="INV-36")
    amended = drive(amend_invoice(AmendInvoice(invoice=35, fields=fields), a_caller(), LATER), known(CREDITED))
    assert (amended.answer.terms, amended.answer.credits) == ("60 days", CREDITED.credits)


@pytest.mark.parametrize(("stated", "due"), [(40, 0), (0, 30), (-5, 30)])
def test_a_balance_that_is_stated_by_hand_is_what_is_owed_whatever_was_credited(stated: int, due: int):
    credited = an_invoice(
        status=Status.PAID,
        open_balance=Decimal(0),
        credits=(Credit(1, Decimal(30)),),
        refund_due=Decimal(30),
    )
    fields = InvoiceFields(open_balance=Decimal(stated))
    amended = drive(amend_invoice(AmendInvoice(invoice=35, fields=fields), a_caller(), LATER), known(credited))
    assert (amended.answer.open_balance, amended.answer.refund_due) == (stated, due)
