"""A play in which a store's clients pay, refund and delete over HTTP, held against a model after every step."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
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

from billingua.core.payment import PaymentStatus
from billingua.dialects.bigcommerce import make_face
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant, plant
from billingua.wire.face import Face
from tests.builders import a_caller, a_party, a_workspace
from tests.dialects.bigcommerce.conftest import BASE, BODY_LIMIT, CHANNELS, SETTINGS, a_token, bc_invoice
from tests.dialects.playing import Answer, Ask, Stage, staged
from tests.paying import Books, Lines, Owed
from tests.walking import walk

DAWN = datetime(2031, 3, 1, 9, 30, tzinfo=UTC)
COMPANY = 95075
AMOUNTS = st.sampled_from([Decimal(text) for text in ("0.0001", "30", "33.3333", "57", "90.0001")])
LINES = st.lists(st.tuples(st.integers(1, 4), AMOUNTS), min_size=1, max_size=3)
STATUSES = st.integers(1, 4)
CHOICE = st.integers(0, 11)

WORDS = {
    1: PaymentStatus.AWAITING,
    2: PaymentStatus.PROCESSING,
    3: PaymentStatus.COMPLETED,
    4: PaymentStatus.REFUNDED,
}


async def begin(ledger: Ledger) -> Face:
    """Plant four invoices of 90.00 USD."""
    workspace = a_workspace(channels=CHANNELS, settings={"bigcommerce": SETTINGS})
    invoices = [bc_invoice(id=id, number=f"{id:08}") for id in range(1, 5)]
    world = Plant(workspace, [a_token(1, "access_token"), a_party(id=COMPANY), *invoices])
    await ledger.run(a_caller(), plant, world)
    return make_face(ledger, BODY_LIMIT)


class Play(RuleBasedStateMachine):
    """What is paid on the invoices; ids of payments are those that the answers give."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage

    @initialize(paid=st.lists(LINES, min_size=1, max_size=3))
    def rise(self, paid: Sequence[Lines]) -> None:
        self.stage.set_up()
        self.books = Books(by_hand=False)
        for id in range(1, 5):
            self.books.invoices[id] = Owed(Decimal(90), Decimal(90))
        for lines in paid:
            self.pay(lines, 2)

    def ask(self, verb: str, path: str, body: Any = None) -> Answer:
        (answer,) = self.ask_all((verb, path, body))
        return answer

    def ask_all(self, *asked: tuple[str, str, Any]) -> list[Answer]:
        asks = [
            Ask(
                verb,
                BASE + path,
                "access_token",
                "application/json",
                b"" if body is None else json.dumps(body, default=str).encode(),
                header="authtoken",
            )
            for verb, path, body in asked
        ]
        return self.stage.ask(*asks)

    def data(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200
        return answer.json()["data"]

    def payment(self, choice: int) -> int:
        return sorted(self.books.payments)[choice % len(self.books.payments)]

    @rule(lines=LINES, status=STATUSES)
    def pay(self, lines: Lines, status: int) -> None:
        answer = self.ask("POST", "/payments/offline", _body(lines, status))
        if answer.status_code == 200:
            assert self.books.record(lines, WORDS[status], answer.json()["data"]["paymentId"])
        else:
            assert answer.status_code in {404, 422}
            assert not self.books.record(lines, WORDS[status], 0)

    @rule(lines=LINES, more=LINES)
    def pay_at_once(self, lines: Lines, more: Lines) -> None:
        """Two clients pay, often the same invoices, and neither waits for the other."""
        paid = lines, more, lines
        answers = self.ask_all(*(("POST", "/payments/offline", _body(one, 1)) for one in paid))
        for one, answer in zip(paid, answers, strict=True):
            id = answer.json()["data"].get("paymentId", 0)
            assert self.books.record(one, PaymentStatus.AWAITING, id) == (answer.status_code == 200)

    @precondition(lambda self: self.books.payments)
    @rule(choice=CHOICE, lines=LINES, status=STATUSES)
    def rewrite(self, choice: int, lines: Lines, status: int) -> None:
        id = self.payment(choice)
        answer = self.ask("PUT", f"/payments/offline/{id}", _body(lines, status))
        assert self.books.rewrite(id, lines, WORDS[status]) == (answer.status_code == 200)

    @precondition(lambda self: self.books.payments)
    @rule(choice=CHOICE, status=STATUSES)
    def come_on(self, choice: int, status: int) -> None:
        id = self.payment(choice)
        assert self.ask("PUT", f"/payments/{id}/processing-status", {"processingStatus": status}).status_code == 200
        assert self.books.set_status(id, WORDS[status])

    @precondition(lambda self: self.books.payments)
    @rule(choice=CHOICE, times=st.integers(1, 3))
    def refund_at_once(self, choice: int, times: int) -> None:
        id = self.payment(choice)
        refund = ("PUT", f"/payments/{id}/processing-status", {"processingStatus": 4})
        assert [answer.status_code for answer in self.ask_all(*[refund] * times)] == [200] * times
        assert self.books.set_status(id, PaymentStatus.REFUNDED)

    @precondition(lambda self: self.books.payments)
    @rule(choice=CHOICE)
    def delete(self, choice: int) -> None:
        id = self.payment(choice)
        answers = self.ask_all(*[("DELETE", f"/payments/{id}", None)] * 2)
        assert sorted(answer.status_code for answer in answers) == [200, 404]
        assert self.books.delete(id)

    @rule(
        choice=CHOICE,
        balance=st.sampled_from(["-5", "0", "0.0001", "45.5", "500"]),
        currency=st.sampled_from(["USD", "USD", "EUR"]),
    )
    def set_balance(self, choice: int, balance: str, currency: str) -> None:
        id = sorted(self.books.invoices)[choice % len(self.books.invoices)]
        body = {
            "originalBalance": {"code": currency, "value": "90"},
            "openBalance": {"code": currency, "value": balance},
        }
        assert self.ask("PUT", f"/invoices/{id}", body).status_code == 200
        assert self.books.set_balance(id, Decimal(balance), currency)

    @precondition(lambda self: len(self.books.invoices) > 2)
    @rule(choice=CHOICE)
    def delete_an_invoice(self, choice: int) -> None:
        id = sorted(self.books.invoices)[choice % len(self.books.invoices)]
        assert self.ask("DELETE", f"/invoices/{id}").status_code == 200
        del self.books.invoices[id]

    @invariant()
    def invoices_owe_what_was_set_less_what_was_paid_since(self) -> None:
        for id, owed in self.books.invoices.items():
            shown = self.data(f"/invoices/{id}")
            assert shown["openBalance"] == {"code": owed.currency, "value": f"{owed.balance:.4f}"}
            assert (shown["status"], shown["pendingPaymentCount"]) == (owed.word, self.books.pending(id))
            assert shown["isPendingPayment"] == int(self.books.pending(id) > 0)

    @invariant()
    def payments_and_their_receipts_say_what_was_written(self) -> None:
        receipts = [record.value for record in self.stage.run(walk(self.stage.store.aggregates("demo", "receipt")))]
        assert sorted(receipt.payment for receipt in receipts) == sorted(self.books.payments)
        for receipt in receipts:
            noted = self.books.payments[receipt.payment]
            status = next(number for number, word in WORDS.items() if word is noted.status)
            shown = self.data(f"/payments/{receipt.payment}")
            assert (shown["processingStatus"], shown["appliedStatus"]) == (status, int(noted.applied))
            assert [(one["invoiceId"], Decimal(one["amount"]["value"])) for one in shown["lineItems"]] == noted.lines
            told = self.data(f"/receipts/{receipt.id}")
            kind = "Refund" if status == 4 else "Paid"
            assert (told["total"], told["transactionType"]) == (shown["total"], kind)
            lines = [self.data(f"/receipts/{receipt.id}/lines/{line.id}") for line in receipt.lines]
            assert [(one["invoiceId"], Decimal(one["amount"]["value"])) for one in lines] == noted.lines
            assert {(one["paymentStatus"], one["transactionType"]) for one in lines} == {(status, kind)}

    def teardown(self) -> None:
        self.stage.tear_down()


def _body(lines: Lines, status: int) -> dict[str, Any]:
    return {
        "lineItems": [{"invoiceId": invoice, "amount": f"{amount}"} for invoice, amount in lines],
        "currency": "USD",
        "details": {},
        "customerId": str(COMPANY),
        "processingStatus": status,
    }


@pytest.mark.parametrize(("store", "plays", "steps"), [("sqlite", 25, 15), ("postgres", 6, 12)])
def test_whatever_clients_pay_at_once_or_in_turn_balances_and_receipts_are_as_the_contract_has_it(
    request: pytest.FixtureRequest, store: str, plays: int, steps: int
) -> None:
    with staged(request, store, DAWN, begin) as stage:
        run_state_machine_as_test(lambda: Play(stage), settings=settings(max_examples=plays, stateful_step_count=steps))
