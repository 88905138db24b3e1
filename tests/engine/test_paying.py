"""A play in which invoices are paid, refunded, voided and deleted, held against a model after every step."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from billingua.core.errors import Refused
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Action, Status
from billingua.core.payment import Operation, PaymentLine, PaymentStatus
from billingua.core.receipt import ReceiptKind
from billingua.engine.clock import SystemClock
from billingua.engine.content import InvoiceFields
from billingua.engine.deleting import delete_invoice
from billingua.engine.invoices import AmendInvoice, ChangeStatus, amend_invoice, change_status
from billingua.engine.ledger import Ledger
from billingua.engine.payments import (
    ChangePaymentStatus,
    OperatePayment,
    PayInvoice,
    RecordPayment,
    ReplacePayment,
    change_payment_status,
    delete_payment,
    operate_payment,
    pay_invoice,
    record_payment,
    replace_payment,
)
from billingua.engine.planting import Plant, plant
from billingua.stores.memory import MemoryStore
from tests.builders import a_caller, a_party, a_workspace, an_invoice
from tests.paying import Books, Lines, Owed
from tests.stores.plans import assert_whole
from tests.walking import walk

AMOUNTS = st.sampled_from([Decimal(text) for text in ("0.0001", "30", "33.3333", "70", "100.0001")])
LINES = st.lists(st.tuples(st.integers(1, 4), AMOUNTS), min_size=1, max_size=2)
SETTABLE = st.sampled_from([status for status in PaymentStatus if status is not PaymentStatus.INCOMPLETE])
CHOICE = st.integers(0, 11)


class Paying(RuleBasedStateMachine):
    """Four invoices, the last of them a draft, and whatever is paid on them."""

    @initialize(by_hand=st.sampled_from([False, False, True]), paid=st.lists(LINES, min_size=2, max_size=4))
    def begin(self, by_hand: bool, paid: Sequence[Lines]) -> None:
        self.runner = asyncio.Runner()
        self.ledger = Ledger(MemoryStore(), SystemClock())
        self.books = Books(by_hand=by_hand)
        invoices = [an_invoice(id=id, status=Status.DRAFT if id == 4 else Status.OPEN) for id in range(1, 5)]
        world = Plant(a_workspace(balances_by_hand=by_hand), [a_party(), *invoices])
        self.runner.run(self.ledger.run(a_caller(), plant, world))
        for invoice in invoices:
            self.books.invoices[invoice.id] = Owed(Decimal(100), Decimal(100), 0, invoice.status.value)
        for lines in paid:
            self.record(lines, PaymentStatus.PROCESSING)

    def do(self, granted: bool, command: Callable[..., Any], values: Any) -> None:
        """Run a command that has to be granted, or refused."""
        was_granted = False
        with suppress(Refused):
            self.runner.run(self.ledger.run(a_caller(), command, values))
            was_granted = True
        assert was_granted is granted

    def taking(self) -> int:
        """Count the invoices that take payments."""
        return sum(owed.state in {"open", "draft"} for owed in self.books.invoices.values())

    def payment(self, choice: int) -> int:
        return sorted(self.books.payments)[choice % len(self.books.payments)]

    def invoice(self, choice: int) -> int:
        return sorted(self.books.invoices)[choice % len(self.books.invoices)]

    @rule(lines=LINES, status=SETTABLE)
    def record(self, lines: Lines, status: PaymentStatus) -> None:
        payment = RecordPayment(party=10, currency="USD", lines=_paid(lines), status=status)
        granted = self.books.record(lines, status, self.next_payment())
        self.do(granted, record_payment, payment)

    def next_payment(self) -> int:
        """Tell the id of the next payment: those that are refused take none."""
        history = self.runner.run(walk(self.ledger.store.journal()))
        return max((entry.id for entry in history if entry.kind == "payment"), default=0) + 1

    @precondition(lambda self: self.in_dollars())
    @rule(choice=CHOICE, amount=st.none() | AMOUNTS)
    def pay(self, choice: int, amount: Decimal | None) -> None:
        id = self.in_dollars()[choice % len(self.in_dollars())]
        granted = self.books.pay(id, amount, self.next_payment())
        self.do(granted, pay_invoice, PayInvoice(invoice=id, amount=amount))

    def in_dollars(self) -> list[int]:
        return sorted(id for id, owed in self.books.invoices.items() if owed.currency == "USD")

    @precondition(lambda self: self.books.payments)
    @rule(choice=CHOICE, lines=LINES, status=SETTABLE)
    def rewrite(self, choice: int, lines: Lines, status: PaymentStatus) -> None:
        id = self.payment(choice)
        payment = ReplacePayment(payment=id, party=10, currency="USD", lines=_paid(lines), status=status)
        self.do(self.books.rewrite(id, lines, status), replace_payment, payment)

    @precondition(lambda self: self.books.payments)
    @rule(choice=CHOICE, status=SETTABLE)
    def rewrite_what_it_says(self, choice: int, status: PaymentStatus) -> None:
        self.rewrite(choice, self.books.payments[self.payment(choice)].lines, status)

    @precondition(lambda self: self.books.payments)
    @rule(choice=CHOICE, status=SETTABLE)
    def come_on(self, choice: int, status: PaymentStatus) -> None:
        id = self.payment(choice)
        told = ChangePaymentStatus(payment=id, status=status)
        self.do(self.books.set_status(id, status), change_payment_status, told)

    @precondition(lambda self: self.books.payments)
    @rule(choice=CHOICE, operation=st.sampled_from(Operation))
    def operate(self, choice: int, operation: Operation) -> None:
        id = self.payment(choice)
        told = OperatePayment(payment=id, operation=operation)
        self.do(self.books.operate(id, applied=operation is Operation.APPLY), operate_payment, told)

    @precondition(lambda self: self.books.payments)
    @rule(choice=CHOICE)
    def delete(self, choice: int) -> None:
        id = self.payment(choice)
        self.do(self.books.delete(id), delete_payment, id)

    @precondition(lambda self: self.books.invoices)
    @rule(
        choice=CHOICE,
        balance=st.sampled_from([Decimal(text) for text in ("-5", "0", "0.0001", "100", "500")]),
        currency=st.sampled_from(["USD", "USD", "EUR"]),
    )
    def set_balance(self, choice: int, balance: Decimal, currency: str) -> None:
        id = self.invoice(choice)
        told = AmendInvoice(invoice=id, fields=InvoiceFields(open_balance=balance, currency=currency))
        self.do(self.books.set_balance(id, balance, currency), amend_invoice, told)

    @precondition(lambda self: self.taking() > 1)
    @rule(choice=CHOICE)
    def void(self, choice: int) -> None:
        id = self.invoice(choice)
        self.do(self.books.void(id), change_status, ChangeStatus(invoice=id, action=Action.VOID))

    @precondition(lambda self: self.books.invoices)
    @rule(choice=CHOICE)
    def reject_or_revise(self, choice: int) -> None:
        id = self.invoice(choice)
        revises = self.books.invoices[id].state == "rejected"
        action, act = (Action.REVISE, self.books.revise) if revises else (Action.REJECT, self.books.reject)
        self.do(act(id), change_status, ChangeStatus(invoice=id, action=action))

    @precondition(lambda self: self.taking() > 2)
    @rule(choice=CHOICE)
    def delete_an_invoice(self, choice: int) -> None:
        id = self.invoice(choice)
        del self.books.invoices[id]
        self.do(True, delete_invoice, id)

    def all_of(self, kind: str) -> dict[int, Any]:
        records = self.runner.run(walk(self.ledger.store.aggregates("demo", kind)))
        return {record.value.id: record.value for record in records}

    @invariant()
    def invoices_owe_what_was_set_less_what_was_paid_since(self) -> None:
        invoices = self.all_of("invoice")
        assert {id: one.open_balance for id, one in invoices.items()} == {
            id: owed.balance for id, owed in self.books.invoices.items()
        }
        assert {id: one.currency for id, one in invoices.items()} == {
            id: owed.currency for id, owed in self.books.invoices.items()
        }
        assert {id: _stands(one) for id, one in invoices.items()} == {
            id: (owed.state, owed.word) for id, owed in self.books.invoices.items()
        }
        assert {id: one.pending_payments for id, one in invoices.items()} == {
            id: self.books.pending(id) for id in self.books.invoices
        }

    @invariant()
    def payments_and_their_receipts_are_as_they_were_written(self) -> None:
        payments, receipts = self.all_of("payment"), self.all_of("receipt")
        told = {id: (list(one.lines), one.status, one.applied) for id, one in self.books.payments.items()}
        assert {id: (_said(one), one.status, one.applied) for id, one in payments.items()} == told
        assert {one.payment: (_said(one), one.status, one.total) for one in receipts.values()} == {
            id: (lines, status, sum(amount for _, amount in lines)) for id, (lines, status, _) in told.items()
        }
        refunds = {one.payment for one in receipts.values() if one.kind is ReceiptKind.REFUND}
        assert refunds == {id for id, (_, status, _) in told.items() if status is PaymentStatus.REFUNDED}

    def teardown(self) -> None:
        self.runner.run(assert_whole(self.ledger.store))
        self.runner.close()


def _paid(lines: Lines) -> list[PaymentLine]:
    return [PaymentLine(invoice, amount) for invoice, amount in lines]


def _said(document: Any) -> list[tuple[int, Decimal]]:
    return [(line.invoice, line.amount) for line in document.lines]


def _stands(invoice: Invoice) -> tuple[str, int]:
    """Tell how an invoice stands in the model's words."""
    if invoice.status is Status.PAID:
        return "open", 2
    word = 2 if invoice.status is Status.VOID or invoice.open_balance <= 0 else int(invoice.partly_paid)
    return invoice.status.value, word


def test_whatever_is_paid_and_taken_back_invoices_owe_what_was_set_less_what_was_paid_since() -> None:
    run_state_machine_as_test(Paying, settings=settings(max_examples=150, stateful_step_count=25))
