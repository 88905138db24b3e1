"""A play in which everybody trades through the API, held against a model after every step.

Two retailers and two suppliers order, allocate, send, cancel and invoice, their own and what is not theirs: each is an
outsider to the orders of the others. The model is the contract's prose in as few words as possible, and shares
no code with the ledger.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

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

from billingua.core.party import Party, TradeRole
from billingua.dialects.crux import NAME, make_face
from billingua.engine.credentials import hash_secret
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant, plant
from billingua.wire.face import Face
from tests.builders import a_caller, a_credential, a_party, a_user, a_uuid, a_workspace, an_item
from tests.dialects.playing import Answer, Ask, Stage, staged

T = TypeVar("T")

DAWN = datetime(2024, 3, 9, 8, tzinfo=UTC)

SUPPLIERS, RETAILERS = ("tamarack", "birch"), ("larkspur", "yarrow")
EVERYBODY = (*SUPPLIERS, *RETAILERS)
PARTIES: Mapping[str, Party] = {
    name: a_party(id=id, name=name, trade_role=TradeRole.SUPPLIER if name in SUPPLIERS else TradeRole.RETAILER)
    for id, name in enumerate(EVERYBODY, 1)
}
SOLD = [("tamarack", "TM-1"), ("tamarack", "SKU"), ("birch", "BI-1"), ("birch", "SKU")]
"""What each supplier sells; one SKU means something else to each of them."""

NOT_SOLD = [("birch", "TM-1"), ("larkspur", "SKU")]

NUMBERS = ("PO-1", "PO-2")
MOST_ORDERS = 2
NOWHERE = str(a_uuid(9999))


@dataclass
class Line:
    """What the contract says of an order line."""

    uuid: str
    supplier: str
    sku: str
    ordered: int
    status: str = "Unallocated"
    designation: str | None = None
    allocation: tuple[int, int, int] | None = None
    packages: list[tuple[str, int]] = field(default_factory=list)
    invoiced: int = 0
    asked: bool = False

    @property
    def closed(self) -> bool:
        return self.status in {"Cancelled", "Rejected"}

    @property
    def done(self) -> bool:
        """Whether nothing of it is left to cancel."""
        return self.closed or self.status == "HasTracking" or self.sent_in_full

    @property
    def sent_in_full(self) -> bool:
        return self.sent > 0 and self.sent >= (self.allocation[0] if self.allocation else self.ordered)

    @property
    def sent(self) -> int:
        return sum(quantity for _, quantity in self.packages)

    @property
    def taken_on(self) -> str:
        """What an allocation is told to have come to."""
        return "Allocated" if self.status == "HasTracking" else self.status

    @property
    def extent(self) -> str | None:
        """How far it is allocated, for who searches."""
        if self.status == "Unallocated":
            return "Unallocated"
        accepted = self.allocation[0] if self.allocation else self.ordered
        if self.closed or self.status == "Backordered" or not accepted:
            return None
        return "Partial" if accepted < self.ordered else "Allocated"

    def move(self, status: str, designation: str | None) -> None:
        self.status, self.designation = status, designation
        self.asked = self.asked and not self.done

    def allocate(self, accepted: int, rejected: int, backordered: int) -> None:
        if self.allocation == (accepted, rejected, backordered):
            return
        self.allocation = (accepted, rejected, backordered)
        if accepted and self.sent:
            self.move("HasTracking" if self.sent_in_full else "Allocated", "HasTracking")
        elif accepted:
            self.move("Allocated", "NeedsTracking")
        elif backordered:
            self.move("Backordered", "Backordered")
        elif rejected:
            self.move("Rejected", "Rejected")
        else:
            self.move("Unallocated", None)

    def send(self, number: str, quantity: int) -> None:
        self.packages.append((number, quantity))
        self.move("HasTracking" if self.sent_in_full else self.status, "HasTracking")


@dataclass
class Bill:
    """What the contract says of an invoice."""

    supplier: str
    number: str
    parts: Sequence[tuple[Line, int | None]]


@dataclass
class Purchase:
    """What the contract says of an order."""

    uuid: str
    number: str
    retailer: str
    lines: list[Line]
    sent: bool = False
    bills: list[Bill] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    fees: dict[str, int] = field(default_factory=dict)
    """What each side said of the order, by who said it."""

    def seen_by(self, who: str) -> list[Line]:
        """The lines that somebody sees; to whom none are shown, the order is not there."""
        return [line for line in self.lines if who in {self.retailer, line.supplier}]

    def said_to(self, who: str, said: Mapping[str, T]) -> list[T]:
        """What the suppliers whom somebody sees said, each in turn."""
        return [
            what for supplier, what in said.items() if supplier != self.retailer and who in {supplier, self.retailer}
        ]

    def bills_for(self, who: str) -> list[Bill]:
        return [bill for bill in self.bills if who in {self.retailer, bill.supplier}]


Call = tuple[str, str, str, Any]
"""Who asks, and the verb, path and body."""


async def begin(ledger: Ledger) -> Face:
    """Begin with everybody and everything that is sold, and nothing ordered."""
    await ledger.run(a_caller(), plant, Plant(a_workspace(), [*PARTIES.values(), *_items(), *_people()]))
    return make_face(ledger, 10_000)


def asked(request: Call) -> Ask:
    who, verb, path, body = request
    content_type, content = ("", b"") if body is None else ("application/json", json.dumps(body).encode())
    return Ask(verb, f"/timp/orders/{path}", f"Token {who}", content_type, content)


def _items() -> list[Any]:
    return [an_item(id=id, sku=sku, supplier=PARTIES[name].uuid) for id, (name, sku) in enumerate(SOLD, 1)]


def _people() -> Iterator[Any]:
    for id, (name, party) in enumerate(PARTIES.items(), 1):
        yield a_user(id=id, name=name.title(), username=name, organization=party.uuid)
        yield a_credential(id=id, dialect=NAME, secret_hash=hash_secret(name), user=name)


FEW, SOME = st.integers(0, 3), st.integers(1, 3)
CHOICE = st.integers(0, 23)
"""One of however many things there are to choose from."""


Parts = Sequence[tuple[int, int, int, int]]
"""A choice of lines, each with three figures."""
NOTHING_SAID: Parts = [(0, 1, 0, 0)]


STEPS = (
    *("allocate", "send", "invoice", "ask", "confirm", "reject"),
    *("send", "allocate", "invoice", "remark", "price", "hand over", "invoice", "confirm"),
)
"""What somebody may do; those come often of which there are many ways to be refused."""


@dataclass(frozen=True)
class Wanted:
    """What somebody searches for."""

    extents: Sequence[str]
    designation: str | Sequence[str]
    sent: bool | None
    newest_first: bool


DESIGNATIONS = ("HasTracking", "NeedsTracking", "Backordered", "Rejected", "Cancelled")
WANTED = st.builds(
    Wanted,
    extents=st.lists(st.sampled_from(["Unallocated", "Partial", "Allocated"]), max_size=2),
    designation=st.just([]) | st.sampled_from(DESIGNATIONS),
    sent=st.none() | st.booleans(),
    newest_first=st.booleans(),
)


class Play(RuleBasedStateMachine):
    """Everybody does whatever comes to mind."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.orders: list[Purchase] = []
        self.baskets = 0
        stage.set_up()

    def teardown(self) -> None:
        self.stage.tear_down()

    def ask(self, who: str, verb: str, path: str, body: Any, expected: int) -> Any:
        """Ask for something, and see that the answer is the one that the model gives."""
        self.stage.clock.set(self.stage.clock.now() + timedelta(seconds=1))
        (answer,) = self.stage.ask(asked((who, verb, path, body)))
        assert answer.status_code == expected, (verb, path, body, answer.status_code, answer.content)
        return answer.json() if answer.content else None

    def order(self, choice: int) -> Purchase:
        return self.orders[choice % len(self.orders)]

    def supplier(self, order: Purchase, choice: int) -> str:
        """Mostly a supplier of the order, and now and then anybody."""
        return _choose([*(line.supplier for line in order.lines * 4), *EVERYBODY], choice)

    def retailer(self, order: Purchase, choice: int) -> str:
        """Mostly the order's retailer, and now and then anybody."""
        return _choose([*[order.retailer] * 9, *EVERYBODY], choice)

    def line(self, order: Purchase, who: str, choice: int) -> Line | None:
        """Mostly a line of the order that somebody sees, and now and then another, or one that nobody has."""
        others = [line for each in self.orders for line in each.lines]
        return _choose([*order.seen_by(who) * 6, *others, None], choice)

    # What a retailer does

    @initialize(quantities=st.tuples(SOME, SOME))
    def order_of_both(self, quantities: tuple[int, int]) -> None:
        self.create("larkspur", "PO-1", [(("tamarack", "TM-1"), quantities[0]), (("birch", "SKU"), quantities[1])])

    @precondition(lambda self: len(self.orders) < MOST_ORDERS and self.baskets < 3)
    @rule(
        who=st.sampled_from([*RETAILERS, *EVERYBODY]),
        number=st.sampled_from(NUMBERS),
        wanted=st.lists(st.tuples(st.sampled_from([*SOLD, *NOT_SOLD]), SOME), min_size=1, max_size=3),
    )
    def create(self, who: str, number: str, wanted: Sequence[tuple[tuple[str, str], int]]) -> None:
        self.baskets += 1
        skus = [
            {"supplier_org_uuid": str(PARTIES[supplier].uuid), "sku_id": sku, "quantity": quantity}
            for (supplier, sku), quantity in wanted
        ]
        expected = 409 if who in SUPPLIERS else 201 if all(sku in SOLD for sku, _ in wanted) else 422
        answer = self.ask(who, "POST", "create/", {"skus": skus, "address": {}, "po_number": number}, expected)
        if expected == 201:
            uuid = answer["order_uuid"]
            (shown,) = self.stage.ask(asked((who, "GET", f"{uuid}/", None)))
            uuids = [line["line_item_uuid"] for line in shown.json()["line_items"]]
            lines = [
                Line(uuid, supplier, sku, quantity)
                for uuid, ((supplier, sku), quantity) in zip(uuids, wanted, strict=True)
            ]
            self.orders.append(Purchase(uuid, number, who, lines))

    @rule(
        step=st.sampled_from(STEPS),
        place=CHOICE,
        actor=CHOICE,
        parts=st.lists(
            st.tuples(CHOICE, st.sampled_from([1, 0, 2, 0, 3]), FEW, st.sampled_from([0, 0, 0, 1])), max_size=2
        ),
        who=st.sampled_from(EVERYBODY),
        wanted=WANTED,
    )
    def trade(self, step: str, place: int, actor: int, parts: Parts, who: str, wanted: Wanted) -> None:
        """Take a step with an order, and search; all steps are one rule, so that every play has all of them."""
        steps = {
            "ask": self.ask_to_cancel,
            "confirm": self.confirm,
            "reject": self.reject,
            "allocate": self.allocate,
            "send": self.send,
            "invoice": self.invoice,
            "hand over": self.acknowledge,
            "remark": self.remark,
            "price": self.price,
        }
        steps[step](place, actor, parts)
        self.search(who, wanted)

    def ask_to_cancel(self, place: int, actor: int, parts: Parts) -> None:
        order = self.order(place)
        who = self.retailer(order, actor)
        if not parts:
            lines = order.lines
            expected = self.of_retailer(who, order, lines, unknown=422)
            self.ask(who, "PATCH", "cancel/", {"order_uuid": order.uuid}, expected)
        else:
            line = self.line(order, order.retailer, parts[0][0])
            lines = [line] if line else []
            its_order = next((order for order in self.orders if line in order.lines), None)
            expected = self.of_retailer(who, its_order, lines, unknown=404)
            self.ask(who, "DELETE", f"items/cancel/{_uuid(line)}/", {}, expected)
        for line in lines:
            line.asked = line.asked or (expected == 204 and not line.done)

    def of_retailer(self, who: str, order: Purchase | None, lines: Iterable[Line], unknown: int) -> int:
        if who in SUPPLIERS:
            return 409
        if order is None or order.retailer != who:
            return unknown
        return 422 if all(line.done for line in lines) else 204

    def acknowledge(self, place: int, actor: int, parts: Parts) -> None:
        who = _choose(EVERYBODY, actor)
        orders = [self.order(choice) for choice in (place, *(choice for choice, *_ in parts))]
        expected = 204 if all(order.seen_by(who) for order in orders) else 422
        self.ask(who, "PUT", "acknowledge/", {"uuids": [{"order_uuid": order.uuid} for order in orders]}, expected)
        for order in orders:
            order.sent = order.sent or expected == 204

    # What a supplier does

    def of_supplier(self, who: str, order: Purchase) -> int | None:
        """How whoever is no supplier of the order is refused; None: not at all."""
        if who in RETAILERS:
            return 409
        return None if order.seen_by(who) else 404

    def allocate(self, place: int, actor: int, parts: Parts) -> None:
        order = self.order(place)
        who = self.supplier(order, actor)
        named = [(self.line(order, who, choice), figures) for choice, *figures in parts or NOTHING_SAID]
        takes = [line in order.seen_by(who) and line.status != "Cancelled" for line, _ in named]
        too_much = any(take and figures[0] > line.ordered for take, (line, figures) in zip(takes, named, strict=True))
        expected = self.of_supplier(who, order) or (422 if too_much else 200)
        entries = [{"line_item_uuid": _uuid(line), "allocation": _figures(*figures)} for line, figures in named]
        answer = self.ask(who, "PUT", f"allocation/{order.uuid}/", {"line_items": entries}, expected)
        if expected == 200:
            statuses = list[dict[str, str]]()
            for take, (line, figures) in zip(takes, named, strict=True):
                if take:
                    line.allocate(*figures)
                statuses.append({_uuid(line): line.taken_on if line in order.seen_by(who) else "Item Not Found"})
            assert answer == statuses

    def send(self, place: int, actor: int, parts: Parts) -> None:
        order, package = self.order(place), f"t{len(parts)}"
        who = self.supplier(order, actor)
        named = [(self.line(order, who, choice), quantity) for choice, quantity, _, _ in parts or NOTHING_SAID]
        good = all(line in order.seen_by(who) and not line.closed for line, _ in named)
        expected = self.of_supplier(who, order) or (201 if good else 422)
        entries = [{"line_item_uuid": _uuid(line), "quantity_shipped": quantity} for line, quantity in named]
        body = {"tracking_number": package, "line_items": entries}
        answer = self.ask(who, "POST", f"tracking/{order.uuid}/", body, expected)
        if expected == 201:
            assert UUID(answer["package_uuid"])
            for line, quantity in named:
                line.send(package, quantity)

    def confirm(self, place: int, actor: int, parts: Parts) -> None:
        self.answer("confirm", place, actor, parts)

    def reject(self, place: int, actor: int, parts: Parts) -> None:
        self.answer("reject", place, actor, parts)

    def answer(self, answer: str, place: int, actor: int, parts: Parts) -> None:
        waiting = [order for order in self.orders if any(line.asked for line in order.lines)]
        order = _choose([*waiting * 3, *self.orders], place)
        who = _choose([*[line.supplier for line in order.lines if line.asked] * 3, *EVERYBODY], actor)
        if not parts:
            lines = [line for line in order.seen_by(who) if line.asked]
            expected = self.of_supplier(who, order) or (204 if lines else 422)
            self.ask(who, "PATCH", f"cancel/{order.uuid}/{answer}/", None, expected)
        else:
            asked = [line for line in order.lines if line.asked]
            line = _choose([*asked * 3, *order.lines, *self.orders[0].lines, None], parts[0][0])
            lines = [line] if line else []
            own = 404 if line is None or line.supplier != who else 204 if line.asked else 422
            expected = 409 if who in RETAILERS else own
            self.ask(who, "PATCH", f"items/cancel/{_uuid(line)}/{answer}/", None, expected)
        for line in lines if expected == 204 else ():
            line.asked = False
            if answer == "confirm":
                line.move("Cancelled", "Cancelled")

    def invoice(self, place: int, actor: int, parts: Parts) -> None:
        order = self.order(place)
        who = self.supplier(order, actor)
        number = _choose(["TI-1", "TI-2", "TI-3", "TI-4", "ti-1"], actor)
        named = [(self.line(order, who, choice), None if unsaid else quantity) for choice, quantity, _, unsaid in parts]
        expected = self.of_supplier(who, order) or (201 if _can_invoice(who, order, number, named) else 422)
        entries = [{"line_item_uuid": _uuid(line), "quantity_invoiced": quantity} for line, quantity in named]
        body = {"invoice_number": number, "line_items": entries}
        answer = self.ask(who, "POST", f"{order.uuid}/invoices/", body, expected)
        if expected == 201:
            assert UUID(answer["invoice_uuid"])
            for line, quantity in named:
                line.invoiced += quantity or 0
            order.bills.append(Bill(who, number, named))

    # What both do

    def remark(self, place: int, actor: int, parts: Parts) -> None:
        """Send notes of both sides, of which one's own alone are taken."""
        order, who, text = self.order(place), _choose(EVERYBODY, actor), f"note {len(parts)}"
        body = {f"{side}_provided_notes": f"{text} of {side}" for side in TradeRole}
        expected = 204 if order.seen_by(who) else 404
        self.ask(who, "POST", f"{order.uuid}/attributes/", body, expected)
        if expected == 204:
            order.notes[who] = f"{text} of {PARTIES[who].trade_role}"

    def price(self, place: int, actor: int, parts: Parts) -> None:
        """Send fees of both sides, of which one's own alone are taken; then everybody looks."""
        order, who, fee = self.order(place), _choose(EVERYBODY, actor), len(parts)
        body = {f"{side}_provided_order_fee": fee for side in TradeRole}
        expected = 204 if order.seen_by(who) else 404
        self.ask(who, "POST", f"{order.uuid}/fees/", body, expected)
        if expected == 204:
            order.fees[who] = fee
        answers = self.stage.ask(*(asked((each, "GET", f"{order.uuid}/fees/", None)) for each in EVERYBODY))
        for each, answer in zip(EVERYBODY, answers, strict=True):
            assert answer.status_code == (200 if order.seen_by(each) else 404)
            if order.seen_by(each):
                assert answer.json()["retailer_provided_order_fee"] == order.fees.get(order.retailer)
                theirs = order.said_to(each, order.fees)
                assert answer.json()["supplier_provided_order_fee"] == (sum(theirs) if theirs else None)

    # What everybody sees

    def search(self, who: str, wanted: Wanted) -> None:
        found = [
            order.uuid
            for order in self.orders
            if (lines := order.seen_by(who))
            and (not wanted.extents or any(line.extent in wanted.extents for line in lines))
            and (not wanted.designation or any(line.designation == wanted.designation for line in lines))
            and wanted.sent in {None, order.sent}
        ]
        body = {
            "line_item_allocation_statuses": wanted.extents,
            "line_item_designation": wanted.designation,
            "sort": {"key": "date", "dir": "desc" if wanted.newest_first else "asc"},
            "limit": 1,
        } | ({} if wanted.sent is None else {"sent_to_supplier": wanted.sent})
        answer = self.ask(who, "POST", "", body, 200)
        assert answer["total_results"] == len(found)
        first = found[-1:] if wanted.newest_first else found[:1]
        assert [order["uuid"] for order in answer["orders"]] == first

    @invariant()
    def everybody_sees_what_is_theirs(self) -> None:
        requests = [request for who in EVERYBODY for request in self.views(who)]
        answers = iter(self.stage.ask(*map(asked, requests)))
        for who in EVERYBODY:
            self.check(who, answers)

    def views(self, who: str) -> Iterator[Call]:
        yield who, "POST", "", {}
        for number in NUMBERS:
            yield who, "GET", f"po/{number}/", None
        for order in self.orders:
            yield who, "GET", f"{order.uuid}/", None
            yield who, "GET", f"{order.uuid}/invoices/", None

    def check(self, who: str, answers: Iterator[Answer]) -> None:
        """See that every view shows somebody the very orders, lines and invoices that are theirs to see."""
        own = [order for order in self.orders if order.seen_by(who)]
        listed = next(answers).json()
        by_number = {number: next(answers).json() for number in NUMBERS}
        details: list[Any] = []
        for order in self.orders:
            detail, invoices = next(answers), next(answers)
            if order not in own:
                assert (detail.status_code, invoices.status_code) == (404, 404)
                continue
            assert (detail.status_code, invoices.status_code) == (200, 200), (detail.content, invoices.content)
            details.append(detail.json())
            self.check_order(who, order, detail.json())
            self.check_notes(who, order, detail.json(), invoices.json())
            self.check_order(who, order, invoices.json())

        assert (listed["total_results"], len(listed["orders"])) == (len(own), len(own))
        for order, detail, entry in zip(own, details, listed["orders"], strict=True):
            assert (entry["uuid"], entry["purchase_order_id"]) == (order.uuid, order.number)
            assert entry["is_allocated"] is all(line.status != "Unallocated" for line in order.seen_by(who))
            assert (entry["line_items"], entry["invoices"]) == (detail["line_items"], detail["invoices"])
        for number in NUMBERS:
            assert by_number[number] == [detail for detail in details if detail["po_number"] == number]

    def check_order(self, who: str, order: Purchase, shown: Mapping[str, Any]) -> None:
        assert (shown["order_uuid"], shown["po_number"]) == (order.uuid, order.number)
        assert shown["sent_to_supplier"] is order.sent
        assert shown["retailer"]["uuid"] == str(PARTIES[order.retailer].uuid)
        assert [_shown(line) for line in shown["line_items"]] == [_expected(line) for line in order.seen_by(who)]
        bills = [_bill(bill) for bill in order.bills_for(who)]
        assert [_invoice(invoice) for invoice in shown["invoices"]] == (bills or [(None, None)])

    def check_notes(self, who: str, order: Purchase, detail: Mapping[str, Any], invoices: Mapping[str, Any]) -> None:
        notes = order.notes.get(order.retailer)
        assert (detail["retailer_provided_order_notes"], invoices["retailer_provided_notes"]) == (notes, notes)
        theirs = detail["supplier_provided_order_notes"]
        assert sorted(theirs.split("\n") if theirs else []) == sorted(order.said_to(who, order.notes))


def _choose(candidates: Sequence[T], choice: int) -> T:
    return candidates[choice % len(candidates)]


def _uuid(line: Line | None) -> str:
    return line.uuid if line else NOWHERE


def _figures(accepted: int, rejected: int, backordered: int) -> dict[str, str]:
    """The figures of an allocation, as clients send them."""
    figures = {"quantity_accepted": accepted, "quantity_rejected": rejected, "quantity_backordered": backordered}
    return {name: str(figure) for name, figure in figures.items()}


def _can_invoice(who: str, order: Purchase, number: str, parts: Sequence[tuple[Line | None, int | None]]) -> bool:
    taken = any(bill.supplier == who and bill.number.lower() == number.lower() for bill in order.bills)
    if taken or all(line.status == "Cancelled" for line in order.seen_by(who)):
        return False
    if not all(line in order.seen_by(who) and not line.closed for line, _ in parts):
        return False
    return all(
        line.invoiced + sum(quantity or 0 for each, quantity in parts if each is line) <= line.ordered
        for line, _ in parts
    )


def _shown(line: Mapping[str, Any]) -> tuple[Any, ...]:
    allocation = line["allocation"]
    figures = ("quantity_ordered", "quantity_accepted", "quantity_rejected", "quantity_backordered", "backorder_date")
    return (
        line["line_item_uuid"],
        line["supplier"]["uuid"],
        line["sku_id"],
        line["quantity_ordered"],
        line["status"],
        line["line_item_designation"],
        allocation and tuple(allocation[figure] for figure in figures),
        [(package["tracking_number"], package["quantity"]) for package in line["tracking"]],
    )


def _expected(line: Line) -> tuple[Any, ...]:
    return (
        line.uuid,
        str(PARTIES[line.supplier].uuid),
        line.sku,
        line.ordered,
        line.status,
        line.designation,
        line.allocation and (line.ordered, *line.allocation, None),
        line.packages,
    )


def _invoice(shown: Mapping[str, Any]) -> tuple[Any, Any]:
    items = shown["invoice_items"]
    parts = items and [(item["sku_id"], item["quantity_ordered"], item["quantity_invoiced"]) for item in items]
    return shown.get("invoice_number"), parts


def _bill(bill: Bill) -> tuple[str, Any]:
    return bill.number, [(line.sku, line.ordered, quantity) for line, quantity in bill.parts] or None


@pytest.mark.parametrize(("store", "plays", "steps"), [("sqlite", 80, 20), ("postgres", 6, 15)])
def test_whatever_everybody_does_each_sees_its_own_and_all_quantities_hold(
    request: pytest.FixtureRequest, store: str, plays: int, steps: int
) -> None:
    with staged(request, store, DAWN, begin) as stage:
        run_state_machine_as_test(lambda: Play(stage), settings=settings(max_examples=plays, stateful_step_count=steps))
