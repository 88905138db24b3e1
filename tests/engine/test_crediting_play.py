"""A play in which invoices are paid, credited, edited and reopened, held against plain sums after every step."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from billingua.core.credit import CreditNote, LineCredit, refund_due_of
from billingua.core.errors import Refused
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Action, Status
from billingua.core.line import Charge, ChargeKind
from billingua.core.payment import Payment, PaymentLine
from billingua.core.rounding import STEPWISE, en16931
from billingua.engine.clock import SystemClock
from billingua.engine.content import InvoiceFields, LineContent
from billingua.engine.crediting import CreditInvoice, credit_invoice, void_credit_note
from billingua.engine.deleting import delete_invoice
from billingua.engine.invoices import AmendInvoice, ChangeStatus, amend_invoice, change_status
from billingua.engine.ledger import Ledger
from billingua.engine.payments import RecordPayment, delete_payment, record_payment
from billingua.engine.planting import Plant, plant
from billingua.stores.memory import MemoryStore
from tests.builders import a_caller, a_line, a_line_tax, a_party, a_workspace, an_invoice
from tests.stores.plans import assert_whole
from tests.walking import walk

LINES = (
    a_line(id=1, quantity=Decimal(7), unit_price=Decimal("0.335"), tax1=a_line_tax("8.25")),
    a_line(id=2, position=1, quantity=Decimal(3), unit_price=Decimal("19.99"), discount_percent=Decimal("12.5")),
    a_line(
        id=3,
        position=2,
        quantity=Decimal(1),
        unit_price=Decimal("3.333"),
        tax1=a_line_tax(),
        tax2=a_line_tax("5", tax=2),
    ),
)
AMOUNTS = st.sampled_from([Decimal(text) for text in ("0.01", "1.11", "5", "20", "63.07", "100")])
CHOICE = st.integers(0, 11)


class Crediting(RuleBasedStateMachine):
    """One open invoice, and whatever is paid and credited on it."""

    @initialize(rounding=st.sampled_from([en16931("USD"), STEPWISE]))
    def begin(self, rounding: Any) -> None:
        self.runner = asyncio.Runner()
        self.ledger = Ledger(MemoryStore(), SystemClock())
        charges = (Charge(ChargeKind.SHIPPING, Decimal("4.25")),)
        invoice = an_invoice(lines=LINES, charges=charges, rounding=rounding)
        self.total = invoice.totals.grand_total
        self.stated = Decimal(0)
        self.runner.run(self.ledger.run(a_caller(), plant, Plant(a_workspace(), [a_party(), invoice])))

    def do(self, command: Callable[..., Any], values: Any) -> bool:
        """Run a command that may be refused; say whether it was done."""
        try:
            self.runner.run(self.ledger.run(a_caller(), command, values))
        except Refused:
            return False
        return True

    def all_of(self, kind: str) -> list[Any]:
        return [record.value for record in self.runner.run(walk(self.ledger.store.aggregates("demo", kind)))]

    @property
    def invoice(self) -> Invoice:
        (invoice,) = self.all_of("invoice")
        return invoice

    @property
    def notes(self) -> list[CreditNote]:
        return [note for note in self.all_of("credit_note") if note.is_live]

    @property
    def payments(self) -> list[Payment]:
        return self.all_of("payment")

    @rule(amount=AMOUNTS)
    def pay(self, amount: Decimal) -> None:
        assert self.do(record_payment, RecordPayment(party=10, currency="USD", lines=[PaymentLine(35, amount)]))

    @rule(choice=CHOICE)
    def take_a_payment_back(self, choice: int) -> None:
        if payments := self.payments:
            assert self.do(delete_payment, payments[choice % len(payments)].id)

    @rule(line=st.integers(1, 3), pieces=st.integers(1, 7))
    def credit_pieces(self, line: int, pieces: int) -> None:
        self.do(credit_invoice, CreditInvoice(invoice=35, lines=[LineCredit(line, quantity=Decimal(pieces))]))

    @rule(line=st.integers(1, 3), amount=AMOUNTS)
    def credit_an_amount(self, line: int, amount: Decimal) -> None:
        self.do(credit_invoice, CreditInvoice(invoice=35, lines=[LineCredit(line, amount=amount)]))

    @rule(amount=AMOUNTS)
    def credit_shipping(self, amount: Decimal) -> None:
        charges = [Charge(ChargeKind.SHIPPING, amount)]
        self.do(credit_invoice, CreditInvoice(invoice=35, charges=charges))

    @rule()
    def credit_the_rest(self) -> None:
        if self.do(credit_invoice, CreditInvoice(invoice=35)):
            assert sum(note.total for note in self.notes) == self.total

    @rule(choice=CHOICE)
    def void_a_note(self, choice: int) -> None:
        if notes := self.notes:
            assert self.do(void_credit_note, notes[choice % len(notes)].id)

    @rule(action=st.sampled_from([Action.SETTLE, Action.REOPEN]))
    def count_as_paid_or_not(self, action: Action) -> None:
        self.do(change_status, ChangeStatus(invoice=35, action=action))

    @rule(balance=st.sampled_from([Decimal(text) for text in ("-3", "0", "12.34")]))
    def state_a_balance(self, balance: Decimal) -> None:
        before = self.invoice
        assert self.do(amend_invoice, AmendInvoice(invoice=35, fields=InvoiceFields(open_balance=balance)))
        after = self.invoice
        self.stated += (after.open_balance - after.refund_due) - (before.open_balance - before.refund_due)

    @rule(lines=st.booleans())
    def edit_what_is_credited(self, lines: bool) -> None:
        if not self.notes:
            return
        line = LineContent(sku="X", quantity=Decimal(1), unit_price=Decimal(1))
        edited = AmendInvoice(invoice=35, lines=[line]) if lines else None
        euros = AmendInvoice(invoice=35, fields=InvoiceFields(currency="EUR"))
        assert not self.do(amend_invoice, edited or euros)
        assert not self.do(delete_invoice, 35)
        assert not self.do(change_status, ChangeStatus(invoice=35, action=Action.VOID))
        assert not self.do(change_status, ChangeStatus(invoice=35, action=Action.REJECT))
        assert self.do(amend_invoice, AmendInvoice(invoice=35, fields=InvoiceFields(terms="30 days")))

    @invariant()
    def all_adds_up(self) -> None:
        invoice, notes = self.invoice, self.notes
        credited, paid = sum(note.total for note in notes), sum(payment.total for payment in self.payments)
        assert 0 <= credited <= self.total
        assert [(one.note, one.amount) for one in invoice.credits] == [(note.id, note.total) for note in notes]
        assert invoice.open_balance == self.total + self.stated - paid - credited + invoice.refund_due
        assert 0 <= invoice.refund_due <= credited
        assert sum(refund_due_of(invoice, note.id) for note in notes) == invoice.refund_due
        assert invoice.status in {Status.OPEN, Status.PAID}
        assert invoice.status is Status.PAID or not (invoice.open_balance > 0 and invoice.refund_due)

    @invariant()
    def no_more_is_credited_of_a_line_than_it_has(self) -> None:
        for line in self.invoice.lines:
            pieces = [one for note in self.notes for one in note.lines if one.id == line.id and not one.by_amount]
            assert sum(one.quantity or 0 for one in pieces) <= (line.quantity or 0)

    def teardown(self) -> None:
        self.runner.run(assert_whole(self.ledger.store))
        self.runner.close()


def test_whatever_is_paid_and_credited_an_invoice_owes_what_is_left_and_is_never_credited_beyond_its_total() -> None:
    run_state_machine_as_test(Crediting, settings=settings(max_examples=100, stateful_step_count=25))
