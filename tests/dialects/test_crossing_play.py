"""A play in which clients of all five dialects write, pay, void and delete the same invoices, in whatever order.

What may be done is each dialect's to say. Whatever it says, after every step all dialects show all invoices, balances
are what was stated last less what was paid since, totals add up, orders count what is invoiced, and the audit holds.
"""

from collections.abc import Mapping
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

from billingua.core.invoice import Invoice
from billingua.core.order import Order
from billingua.engine.audit import audit
from tests.dialects.crossroads import (
    DAWN,
    ORDERS,
    a_modulus_body,
    a_modulus_change,
    a_native_body,
    a_payment_of,
    a_store_body,
    an_office_body,
    an_office_change,
    asking,
    begin,
    posted,
    usd,
)
from tests.dialects.playing import Answer, Ask, Stage, staged
from tests.walking import walk

CHOICE = st.integers(0, 11)
BIRTHS = ("crux", "onlyoffice", "modulus", "bigcommerce", "native", "order")
QUANTITIES = st.integers(1, 9)
AMOUNTS = st.sampled_from(["0.0001", "1", "33.3333", "100", "2500"])
BALANCES = st.sampled_from(["-5", "0", "0.0001", "45.5", "500"])
PROCESSING = st.integers(1, 4)
OFFICE_STATUSES = st.sampled_from(["Draft", "Sent", "Rejected", "Paid", "Archived"])
ACTIONS = st.sampled_from(["issue", "void", "reject", "reopen", "revise"])
REFUNDED = 4

STANDS = {"draft": 1, "open": 2, "rejected": 3, "paid": 4, "void": 5}
READ_BACK = {"draft": "STATUS_DRAFT", "open": "STATUS_SENT", "paid": "STATUS_SENT", "void": "STATUS_VOID"}


class Play(RuleBasedStateMachine):
    """`owed` is what has to be owed on each invoice, less what is due back on it.

    `paid` is, of each payment, on which invoice how much of it counts, and `credited`, of each live note, the same.
    """

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    @initialize()
    def set_up(self) -> None:
        self._stage.set_up()
        self._made = 0
        self._owed: dict[int, Decimal] = {}
        self._paid: dict[int, tuple[int, Decimal, bool]] = {}
        self._credited: dict[int, tuple[int, Decimal]] = {}

    def _ask(self, asked: Ask) -> Answer:
        (answer,) = self._stage.ask(asked)
        assert answer.status_code < 500, (asked, answer)
        return answer

    def _told(self, asked: Ask) -> Any:
        answer = self._ask(asked)
        assert answer.status_code == 200, (asked, answer)
        return answer.json()

    def _native(self, id: int) -> dict[str, Any]:
        return self._told(asking("native", "GET", f"/invoices/{id}"))

    def _one(self, choice: int) -> int:
        return sorted(self._owed)[choice % len(self._owed)]

    def _payment(self, choice: int) -> int:
        return sorted(self._paid)[choice % len(self._paid)]

    def _settle(self, id: int) -> None:
        """Nothing is owed on what is void."""
        if id in self._owed and self._native(id)["status"] == "void":
            self._owed[id] = Decimal(0)

    @rule(dialect=st.sampled_from(BIRTHS), order=st.sampled_from([*ORDERS]), quantity=QUANTITIES, sent=st.booleans())
    def write(self, dialect: str, order: int, quantity: int, sent: bool) -> None:
        """Write an invoice; what nobody stated is owed is what its lines come to."""
        self._made += 1
        number = f"N-{self._made}"
        births: Mapping[str, Ask] = {
            "crux": posted(order, number, quantity, quantity // 2, supplier_provided_shipping_cost=1.25),
            "onlyoffice": asking("onlyoffice", "POST", "/invoice", _in_the_office(quantity, number=number)),
            "modulus": asking("modulus", "POST", "/Invoice", _in_the_shop(quantity, sent)),
            "bigcommerce": asking("bigcommerce", "POST", "/invoices", _in_the_store(number, order, sent)),
            "native": asking("native", "POST", "/invoices", a_native_body(number, charges=[_SHIPPING])),
            "order": asking("bigcommerce", "POST", f"/orders/{order}/invoices"),
        }
        if self._ask(births[dialect]).status_code < 300:
            (id,) = {record.value.id for record in self._records("invoice")} - {*self._owed}
            stated = Decimal("61.8") if dialect == "bigcommerce" else self._total(id)
            self._owed[id] = stated

    def _total(self, id: int) -> Decimal:
        return Decimal(self._native(id)["totals"]["grand_total"])

    @precondition(lambda self: self._owed)
    @rule(choice=CHOICE, status=OFFICE_STATUSES)
    def change_in_onlyoffice(self, choice: int, status: str) -> None:
        self._ask(an_office_change(self._one(choice), status))

    @precondition(lambda self: self._owed)
    @rule(choice=CHOICE, status=st.sampled_from(["STATUS_SENT", "STATUS_VOID", "STATUS_DRAFT"]))
    def change_in_modulus(self, choice: int, status: str) -> None:
        id = self._one(choice)
        self._ask(a_modulus_change(id, self._native(id)["number"], status))
        self._settle(id)

    @precondition(lambda self: self._owed)
    @rule(choice=CHOICE, action=ACTIONS)
    def change_in_our_own_api(self, choice: int, action: str) -> None:
        id = self._one(choice)
        self._ask(asking("native", "POST", f"/invoices/{id}/{action}"))
        self._settle(id)

    @precondition(lambda self: self._owed)
    @rule(choice=CHOICE, quantity=QUANTITIES, natively=st.booleans())
    def write_anew(self, choice: int, quantity: int, natively: bool) -> None:
        """Write other lines; what is owed moves by as much as their total."""
        id = self._one(choice)
        before = self._native(id)
        line = {"sku": "SKU-2", "quantity": quantity, "unit_price": "7.77"}
        answer = self._ask(
            asking("native", "PATCH", f"/invoices/{id}", {"lines": [line]})
            if natively
            else asking("onlyoffice", "PUT", f"/invoice/{id}", _in_the_office(quantity))
        )
        assert (answer.status_code == 200) == (before["status"] == "draft")
        if answer.status_code == 200:
            total = Decimal(before["totals"]["grand_total"] if before["lines"] else before["balances"]["original"])
            self._owed[id] += self._total(id) - total

    @precondition(lambda self: self._owed)
    @rule(choice=CHOICE, balance=BALANCES)
    def state_a_balance(self, choice: int, balance: str) -> None:
        id = self._one(choice)
        before = self._native(id)
        status = before["status"]
        body = {"openBalance": usd(balance), "termsConditions": "Net 7"}
        answer = self._ask(asking("bigcommerce", "PUT", f"/invoices/{id}", body))
        unsettled = status == "rejected" and Decimal(balance) <= 0
        assert (answer.status_code == 200) == (status != "void" and not unsettled)
        if answer.status_code == 200:
            due = Decimal(before["balances"]["refund_due"]) if Decimal(balance) <= 0 else 0
            self._owed[id] = Decimal(balance) - due

    @precondition(lambda self: self._owed)
    @rule(choice=CHOICE)
    def write_back_in_bigcommerce(self, choice: int) -> None:
        path = f"/invoices/{self._one(choice)}"
        read = self._told(asking("bigcommerce", "GET", path))["data"]
        self._ask(asking("bigcommerce", "PUT", path, read))

    @precondition(lambda self: self._owed)
    @rule(choice=CHOICE, dialect=st.sampled_from(["onlyoffice", "bigcommerce", "native"]))
    def delete(self, choice: int, dialect: str) -> None:
        id = self._one(choice)
        path = f"/invoice/{id}" if dialect == "onlyoffice" else f"/invoices/{id}"
        if self._ask(asking(dialect, "DELETE", path)).status_code < 300:
            del self._owed[id]

    @precondition(lambda self: self._owed)
    @rule(choice=CHOICE, amount=AMOUNTS, status=PROCESSING)
    def pay(self, choice: int, amount: str, status: int) -> None:
        id = self._one(choice)
        takes = self._native(id)["status"] in {"draft", "open", "paid"} or status == REFUNDED
        answer = self._ask(a_payment_of(id, amount, processingStatus=status))
        assert (answer.status_code == 200) == takes, answer
        if takes:
            self._paid[answer.json()["data"]["paymentId"]] = id, Decimal(amount), status != REFUNDED
            self._owed[id] -= Decimal(amount) if status != REFUNDED else 0

    @precondition(lambda self: self._owed)
    @rule(choice=CHOICE, amount=st.none() | AMOUNTS)
    def pay_in_our_own_api(self, choice: int, amount: str | None) -> None:
        id = self._one(choice)
        before = self._native(id)
        answer = self._ask(asking("native", "POST", f"/invoices/{id}/pay", {"amount": amount} if amount else {}))
        assert (answer.status_code == 200) == (before["status"] == "open"), answer
        paid = Decimal(amount or before["balances"]["open"])
        if answer.status_code == 200 and paid > 0:
            self._paid[max(record.value.id for record in self._records("payment"))] = id, paid, True
            self._owed[id] -= paid

    @precondition(lambda self: len(self._owed) > 1)
    @rule(choice=CHOICE, amounts=st.tuples(AMOUNTS, AMOUNTS), takes_back=st.sampled_from(["refund", "fail", "DELETE"]))
    def pay_two_in_our_own_api_and_take_that_back(self, choice: int, amounts: tuple[str, str], takes_back: str) -> None:
        """Pay two invoices by one payment, all or nothing, and take it back from both."""
        invoices = {id: self._native(id) for id in (self._one(choice), self._one(choice + 1))}
        lines = [{"invoice_id": id, "amount": amount} for id, amount in zip(invoices, amounts, strict=True)]
        answer = self._ask(asking("native", "POST", "/payments", {"party_id": 10, "lines": lines}))
        takes = all(one["status"] in {"draft", "open", "paid"} for one in invoices.values())
        assert (answer.status_code == 201) == takes, answer
        if takes:
            payment = answer.json()["id"]
            for id, amount in zip(invoices, amounts, strict=True):
                assert _net(self._native(id)) == self._owed[id] - Decimal(amount)
            path = f"/payments/{payment}"
            back = ("DELETE", path) if takes_back == "DELETE" else ("POST", f"{path}/{takes_back}")
            assert self._ask(asking("native", *back)).status_code in {200, 204}

    @precondition(lambda self: self._paid)
    @rule(choice=CHOICE, status=PROCESSING)
    def come_on(self, choice: int, status: int) -> None:
        payment = self._payment(choice)
        id, amount, counted = self._paid[payment]
        path = f"/payments/{payment}/processing-status"
        answer = self._ask(asking("bigcommerce", "PUT", path, {"processingStatus": status}))
        if answer.status_code == 200:
            counts = status != REFUNDED
            self._paid[payment] = id, amount, counts
            self._move(id, amount * (counted - counts))

    @precondition(lambda self: self._paid)
    @rule(choice=CHOICE)
    def delete_a_payment(self, choice: int) -> None:
        payment = self._payment(choice)
        id, amount, counted = self._paid.pop(payment)
        self._told(asking("bigcommerce", "DELETE", f"/payments/{payment}"))
        self._move(id, amount * counted)

    @precondition(lambda self: self._owed)
    @rule(choice=CHOICE, whole=st.booleans(), amount=AMOUNTS)
    def credit(self, choice: int, whole: bool, amount: str) -> None:
        id = self._one(choice)
        before = self._native(id)
        lines = [{"line_id": line["id"], "amount": amount} for line in before["lines"][:1]] or [{"amount": amount}]
        answer = self._ask(asking("native", "POST", f"/invoices/{id}/credit", {} if whole else {"lines": lines}))
        if answer.status_code == 201:
            assert before["status"] in {"open", "paid"}
            note = answer.json()
            self._credited[note["id"]] = id, Decimal(note["total"])
            self._owed[id] -= Decimal(note["total"])

    @precondition(lambda self: self._credited)
    @rule(choice=CHOICE)
    def void_a_note(self, choice: int) -> None:
        note = sorted(self._credited)[choice % len(self._credited)]
        id, total = self._credited.pop(note)
        self._told(asking("native", "POST", f"/credit-notes/{note}/void"))
        self._owed[id] += total

    def _move(self, id: int, more: Decimal) -> None:
        if id in self._owed:
            self._owed[id] += more
            self._settle(id)

    @rule(quantity=QUANTITIES)
    def sell_for_cash(self, quantity: int) -> None:
        """No other dialect shows what modulus sells for cash."""
        body = {**_in_the_shop(quantity, False), "account_code": "CASH-1", "book_id": 9, "payment_term_id": 1}
        sold = {name: value for name, value in body.items() if name not in {"issue_date", "due_date", "status"}}
        self._told(asking("modulus", "POST", "/CollectionReceipt", sold | {"date": "2024-12-26"}))

    @rule(minutes=st.integers(1, 5000))
    def wait(self, minutes: int) -> None:
        self._stage.clock.set(self._stage.clock.now() + timedelta(minutes=minutes))

    @invariant()
    def every_dialect_shows_every_invoice_and_all_say_the_same(self) -> None:
        for id, owed in self._owed.items():
            own = self._native(id)
            office = self._told(asking("onlyoffice", "GET", f"/invoice/{id}"))["response"]
            store = self._told(asking("bigcommerce", "GET", f"/invoices/{id}"))["data"]
            shop = self._told(asking("modulus", "GET", f"/invoices/{id}", base="/_admin"))
            open_balance = Decimal(own["balances"]["open"])
            assert (_net(own), Decimal(store["openBalance"]["value"])) == (owed, open_balance)
            assert office["status"]["id"] == STANDS[own["status"]]
            assert shop["status"] == READ_BACK.get(own["status"], shop["status"])
            assert (store["status"] == 2) == (own["status"] in {"paid", "void"} or open_balance <= 0)
            assert own["number"] == office["number"] == store["invoiceNumber"] == shop["invoice_number"]
            self._adds_up(own)
            credited = sum(total for one, total in self._credited.values() if one == id)
            assert Decimal(own["balances"]["credited"]) == credited
            assert office["cost"] == Decimal(own["totals"]["grand_total"])

    def _adds_up(self, own: Mapping[str, Any]) -> None:
        sums = {name: Decimal(own["totals"][name]) for name in own["totals"] if name != "taxes"}
        assert sums["net_total"] == sums["line_total"] + sums["charge_total"]
        assert sums["grand_total"] == sums["net_total"] + sums["tax_total"]
        explained = self._told(asking("native", "GET", f"/invoices/{own['id']}/explain"))
        assert explained["totals"]["grand_total"] == own["totals"]["grand_total"]

    @invariant()
    def lists_have_every_invoice(self) -> None:
        own = self._told(asking("native", "GET", "/invoices?limit=250"))
        office = self._told(asking("onlyoffice", "GET", "/invoice/filter?count=100"))
        store = self._told(asking("bigcommerce", "GET", "/invoices?limit=250"))
        assert {one["id"] for one in own["items"]} == {*self._owed}
        assert {one["id"] for one in office["response"]} == {*self._owed}
        assert {one["id"] for one in store["data"]} == {*self._owed}

    @invariant()
    def orders_show_and_count_what_is_invoiced_of_them(self) -> None:
        invoices: list[Invoice] = [record.value for record in self._records("invoice")]
        orders: list[Order] = [record.value for record in self._records("order")]
        for order in orders:
            billed = [invoice for invoice in invoices if invoice.order == order.id]
            shown = self._told(asking("retailer", "GET", f"/orders/{order.uuid}/invoices/"))["invoices"]
            assert {one.get("invoice_number") for one in shown} == ({one.number for one in billed} or {None})
            for line in order.lines:
                taken = [it.quantity or 0 for one in billed for it in one.lines if it.order_line == line.uuid]
                assert line.invoiced == sum(map(int, taken)) <= line.quantity

    @invariant()
    def the_audit_finds_nothing(self) -> None:
        async def found() -> list[Any]:
            return [one async for audited in audit(self._stage.store, DAWN) for one in audited.breaks]

        assert self._stage.run(found()) == []

    def _records(self, kind: str) -> list[Any]:
        return self._stage.run(walk(self._stage.store.aggregates("demo", kind)))

    def teardown(self) -> None:
        self._stage.tear_down()


def _net(own: Mapping[str, Any]) -> Decimal:
    """What is owed, less what is due back."""
    return Decimal(own["balances"]["open"]) - Decimal(own["balances"]["refund_due"])


_SHIPPING = {"kind": "shipping", "amount": "5"}


def _in_the_office(quantity: int, **members: Any) -> dict[str, Any]:
    line = {"invoiceItemID": 1, "quantity": quantity, "price": "12.34", "discount": "7.5", "invoiceTax1ID": 1}
    return an_office_body(invoiceLines=[line], **members)


def _in_the_shop(quantity: int, sent: bool) -> dict[str, Any]:
    row = {"item_code": "SKU-1", "unit_id": 3, "quantity": quantity, "unit_price": 40.055, "discount": 1.5}
    return a_modulus_body(items=[row], status="STATUS_SENT" if sent else "STATUS_DRAFT")


def _in_the_store(number: str, order: int, with_lines: bool) -> dict[str, Any]:
    rows = [{"sku": "SKU-1", "quantity": "2", "unitPrice": usd("30.9")}]
    details = {"details": {"details": {"lineItems": rows}}} if with_lines else {}
    return a_store_body(number, "61.8", orderNumber=f"{order}", **details)


@pytest.mark.parametrize(("store", "plays", "steps"), [("sqlite", 8, 15), ("postgres", 2, 8)])
def test_whatever_clients_of_all_dialects_do_each_shows_it_and_all_adds_up(
    request: pytest.FixtureRequest, store: str, plays: int, steps: int
) -> None:
    with staged(request, store, DAWN, begin) as stage:
        run_state_machine_as_test(lambda: Play(stage), settings=settings(max_examples=plays, stateful_step_count=steps))
