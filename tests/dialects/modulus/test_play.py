"""A play of one account: its clients make documents and change them, and all is held against a model after every step.

Requests that are sent at once may be decided in any order: of each book, the numbers together are what they have to be.
"""

from datetime import timedelta
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

from billingua.core.cash import CashEntry, CashKind
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.dialects.modulus import make_face
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant, plant
from billingua.wire.face import Face
from billingua.wire.replies import encode_json
from tests.builders import a_caller
from tests.dialects.modulus.shop import (
    A_COLLECTION,
    A_RETURN,
    AN_INVOICE,
    COLLECTION_PATH,
    DETAILS,
    INVOICE_PATH,
    NOW,
    PLANTED,
    RETURN_PATH,
    WORKSPACE,
)
from tests.dialects.playing import Answer, Ask, Stage, staged
from tests.walking import walk

KNOWN = "C-310"
CUSTOMERS = st.sampled_from([KNOWN, "C-1", "C-2"])
QUANTITIES = st.decimals(Decimal("0.001"), 1000, places=3)
PRICES = st.none() | st.decimals(0, 1000, places=4)
LISTED = Decimal("4.35")
FAULTS = st.sampled_from([{}, {}, {"branch_code": "BR-99"}, {"salesperson_id": 99}, {"items": [{}]}])
SERIES = {4: "INV_2024_05_06_", 5: "X-"}
WISHES = {"STATUS_SENT": Status.OPEN, "STATUS_VOID": Status.VOID}
RECEIPTS: dict[CashKind, tuple[str, dict[str, Any], str, str]] = {
    CashKind.SALE: (COLLECTION_PATH, A_COLLECTION, "collection_receipt", "CR_"),
    CashKind.RETURN: (RETURN_PATH, A_RETURN, "return_receipt", "RR_"),
}


async def begin(ledger: Ledger) -> Face:
    await ledger.run(a_caller(), plant, Plant(WORKSPACE, PLANTED))
    return make_face(ledger, 100_000)


def an_ask(verb: str, path: str, body: Any) -> Ask:
    return Ask(verb, path, "", "application/json", encode_json(body), "token=good")


def content(customer: str, quantity: Decimal, price: Decimal | None) -> dict[str, Any]:
    """What is sold to whom."""
    row = {"item_code": "PPR-A4", "unit_id": 3, "quantity": quantity, "unit_price": price}
    return {"customer_details": DETAILS | {"code": customer}, "items": [row]}


class Play(RuleBasedStateMachine):
    """Documents are made and voided; beside them stands what has to be known of each."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    @initialize()
    def set_up(self) -> None:
        self._stage.set_up()
        self._numbers: dict[str, set[int]] = {}
        self._invoices: dict[int, tuple[str, Status]] = {}
        self._cash: dict[int, Decimal] = {}
        self._customers = {KNOWN}

    @rule(
        customer=CUSTOMERS,
        book=st.sampled_from([*SERIES]),
        quantity=QUANTITIES,
        price=PRICES,
        sent=st.booleans(),
        fault=FAULTS,
        times=st.integers(1, 3),
    )
    def bill(
        self, customer: str, book: int, quantity: Decimal, price: Decimal | None, sent: bool, fault: Any, times: int
    ) -> None:
        status = "STATUS_SENT" if sent else "STATUS_DRAFT"
        body = AN_INVOICE | content(customer, quantity, price) | {"book_id": book, "status": status} | fault
        for made in self._made(INVOICE_PATH, body, fault, times):
            self._take(SERIES[book], made["invoice_serial"])
            self._invoices[made["invoice_id"]] = made["invoice_serial"], Status.OPEN if sent else Status.DRAFT
            self._customers.add(customer)

    @rule(
        kind=st.sampled_from([*RECEIPTS]),
        customer=CUSTOMERS,
        quantity=QUANTITIES,
        price=PRICES,
        fault=FAULTS,
        times=st.integers(1, 3),
    )
    def trade(
        self, kind: CashKind, customer: str, quantity: Decimal, price: Decimal | None, fault: Any, times: int
    ) -> None:
        path, usual, prefix, series = RECEIPTS[kind]
        for made in self._made(path, usual | content(customer, quantity, price) | fault, fault, times):
            self._take(series, made[f"{prefix}_serial"])
            self._cash[made[f"{prefix}_id"]] = quantity * (LISTED if price is None else price)
            self._customers.add(customer)

    def _made(self, path: str, body: Any, fault: Any, times: int) -> list[Any]:
        """Ask several times at once: all make a document, or none does."""
        answers = self._stage.ask(*[an_ask("POST", path, body)] * times)
        assert {answer.status_code for answer in answers} == {400 if fault else 200}, answers
        return [] if fault else [answer.json()["object"] for answer in answers]

    def _take(self, series: str, serial: str) -> None:
        number = int(serial.removeprefix(series))
        taken = self._numbers.setdefault(series, set())
        assert number not in taken
        taken.add(number)

    @precondition(lambda self: self._invoices)
    @rule(data=st.data(), wish=st.sampled_from([*WISHES, "STATUS_DRAFT"]), minutes=st.integers(0, 30))
    def change(self, data: st.DataObject, wish: str, minutes: int) -> None:
        self._stage.clock.set(self._stage.clock.now() + timedelta(minutes=minutes))
        id = data.draw(st.sampled_from([*self._invoices]))
        number, before = self._invoices[id]
        (answer,) = self._change(id, number, wish)
        is_allowed = wish in WISHES and before is not Status.VOID
        assert answer.status_code == (200 if is_allowed else 400), answer
        if is_allowed:
            self._invoices[id] = number, WISHES[wish]

    @precondition(lambda self: self._cash)
    @rule(data=st.data(), wish=st.sampled_from([*WISHES]))
    def change_what_is_no_invoice(self, data: st.DataObject, wish: str) -> None:
        id = data.draw(st.sampled_from([*self._cash]))
        (answer,) = self._change(id, f"CR_{id}", wish)
        assert answer.json()["message"] == "Invalid invoice."

    def _change(self, id: int, number: str, wish: str) -> list[Answer]:
        body = {"invoice_id": id, "invoice_number": number, "status": wish}
        return self._stage.ask(an_ask("PATCH", INVOICE_PATH, body))

    @invariant()
    def numbers_follow_one_another(self) -> None:
        for taken in self._numbers.values():
            assert taken == {*range(1, len(taken) + 1)}

    @invariant()
    def the_ledger_has_what_was_answered(self) -> None:
        store = self._stage.store
        walked = self._stage.run(walk(*(store.aggregates("demo", kind) for kind in ("invoice", "cash_entry", "party"))))
        values = [record.value for record in walked]
        invoices = [one for one in values if isinstance(one, Invoice)]
        assert {one.id: (one.number, one.status) for one in invoices} == self._invoices
        assert all(one.open_balance == (0 if one.voided_at else one.totals.grand_total) for one in invoices)
        entries = [one for one in values if isinstance(one, CashEntry)]
        assert {one.id for one in entries} == {*self._cash}
        assert all(abs(one.amount - self._cash[one.id]) <= Decimal("0.005") for one in entries)
        codes = [one.code for one in values if hasattr(one, "addresses") and one.name == DETAILS["name"]]
        assert sorted(codes) == sorted(self._customers)

    def teardown(self) -> None:
        self._stage.tear_down()


@pytest.mark.parametrize(("store", "plays", "steps"), [("sqlite", 40, 20), ("postgres", 5, 12)])
def test_whatever_clients_do_numbers_follow_one_another_and_every_document_is_what_was_answered(
    request: pytest.FixtureRequest, store: str, plays: int, steps: int
) -> None:
    with staged(request, store, NOW, begin) as stage:
        run_state_machine_as_test(lambda: Play(stage), settings=settings(max_examples=plays, stateful_step_count=steps))
