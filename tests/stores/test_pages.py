"""Pages that follow one another by positions: whatever comes, goes and changes meanwhile, what stays is seen once."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billingua.core.lifecycle import Status
from billingua.core.order import LineStatus, Trader
from billingua.core.party import TradeRole
from billingua.core.payment import PaymentLine, PaymentStatus
from billingua.core.receipt import ReceiptKind, ReceiptLine
from billingua.engine.catalogue_queries import ItemQuery, ItemSort, PartyQuery, PartySort
from billingua.engine.credit_queries import CreditNoteQuery, CreditNoteSort
from billingua.engine.payment_queries import (
    ListedLine,
    PaymentQuery,
    PaymentSort,
    ReceiptLineQuery,
    ReceiptLineSort,
    ReceiptQuery,
    ReceiptSort,
)
from billingua.engine.plan import Decision, Job, Needs, Plan, by_id
from billingua.engine.ports import Store
from billingua.engine.positions import Position, in_order, is_behind
from billingua.engine.queries import InvoiceQuery, OrderQuery, OrderSort, Page, Sort
from billingua.stores.catalogue_listing import item_listing, party_listing
from billingua.stores.listing import listing
from billingua.stores.order_listing import order_listing
from billingua.stores.pages import Listing
from billingua.stores.payment_listing import payment_listing, receipt_listing
from billingua.stores.sqlite import connections
from billingua.stores.sqlite.reading import LISTS
from tests.builders import (
    NOON,
    a_credit_note,
    a_party,
    a_payment,
    a_receipt,
    a_uuid,
    an_invoice,
    an_item,
    an_order,
    an_order_line,
)
from tests.stores.plans import a_job

IDS = range(1, 61)
TEXTS = ("", "a", "A", "É\x00", "ß", "b" * 230, "🧾", "\x01")
MOMENTS = tuple(NOON + timedelta(microseconds=number) for number in (-(10**12), -1, 0, 1, 10**6))
AMOUNTS = tuple(map(Decimal, ("-1", "0", "0.0001", "1.5", "1.50", "12")))
SUPPLIER = Trader(TradeRole.SUPPLIER, a_uuid(2))


def a_random_invoice(id: int, of: Any) -> Any:
    return an_invoice(
        id=id,
        number=of.choice(TEXTS),
        number_scope=str(id),
        status=of.choice([*Status]),
        party=of.randint(100, 103),
        issued_at=of.choice(MOMENTS),
        due_at=of.choice([None, None, *MOMENTS]),
        created_at=of.choice(MOMENTS),
        updated_at=of.choice(MOMENTS),
        original_balance=of.choice(AMOUNTS),
        open_balance=of.choice(AMOUNTS),
        partly_paid=of.random() < 0.5,
        pending_payments=of.randint(0, 2),
        external_party_id=of.choice([None, *TEXTS]),
    )


def a_random_order(id: int, of: Any) -> Any:
    lines = tuple(
        an_order_line(
            uuid=a_uuid(100_000 + 10 * id + place),
            sku=of.choice(TEXTS),
            status=of.choice([*LineStatus]),
            supplier=of.choice([a_uuid(2), a_uuid(3)]),
        )
        for place in range(of.randint(0, 2))
    )
    return an_order(id=id, created_at=of.choice(MOMENTS), lines=lines)


def a_random_item(id: int, of: Any) -> Any:
    title, sku = of.choice(TEXTS), of.choice(TEXTS)
    price, stock = of.choice([*AMOUNTS, Decimal("0.00005"), Decimal("1e30")]), of.choice(AMOUNTS)
    return an_item(id=id, title=title, sku=sku, price=price, stock=stock, created_at=of.choice(MOMENTS))


def a_random_party(id: int, of: Any) -> Any:
    return a_party(id=id, name=of.choice(TEXTS))


def a_random_payment(id: int, of: Any) -> Any:
    return a_payment(
        id=id,
        party=of.randint(9, 12),
        lines=(PaymentLine(35, of.choice(AMOUNTS)),),
        status=of.choice([*PaymentStatus]),
        applied=of.random() < 0.5,
        external_party_id=of.choice([None, *TEXTS]),
        received_at=of.choice(MOMENTS),
        updated_at=of.choice([None, *MOMENTS]),
        extras=of.choice([{}, {"x": {"moduleName": of.choice(TEXTS), "fundingStatus": of.randint(-1, 3)}}]),
    )


def a_random_receipt(id: int, of: Any) -> Any:
    return a_receipt(
        id=id,
        payment=id * 7 % 61,  # one receipt for each
        party=of.randint(9, 12),
        kind=of.choice([*ReceiptKind]),
        total=of.choice(AMOUNTS),
        reference=of.choice(TEXTS),
        external_party_id=of.choice([None, *TEXTS]),
        created_at=of.choice(MOMENTS),
        updated_at=of.choice(MOMENTS),
        lines=tuple(
            ReceiptLine(10 * id + place, of.randint(35, 37), of.choice(AMOUNTS)) for place in range(of.randint(0, 2))
        ),
    )


def a_random_credit_note(id: int, of: Any) -> Any:
    number = f"{of.choice(TEXTS)}{id}"
    return a_credit_note(id=id, number=number, issued_at=of.choice(MOMENTS), created_at=of.choice(MOMENTS))


@dataclass(frozen=True)
class Family:
    """A family of lists: how what it lists comes about, and everything that it may be asked for."""

    make: Callable[[int, Any], Any]
    ask: Callable[[Store, Any], Awaitable[Page[Any]]]
    queries: Sequence[Any]
    of: Callable[[Any], Iterable[Any]] = lambda one: [one]

    def name(self, value: Any) -> Any:
        """Tell one that is listed from others."""
        return (value.receipt.id, value.line.id) if isinstance(value, ListedLine) else value.id


def every(kind: type[Any], sorts: Iterable[Any], *others: Mapping[str, Any]) -> list[Any]:
    """Ask for every order in both directions, by itself and with conditions."""
    return [
        kind(sort=sort, descending=descending, **asked)
        for sort, descending, asked in product(sorts, (False, True), ({}, *others))
    ]


FAMILIES = {
    "invoices": Family(
        a_random_invoice,
        lambda store, query: store.invoices("demo", query),
        every(InvoiceQuery, Sort, {"statuses": frozenset({Status.OPEN, Status.PAID, Status.VOID})}, {"party": 101}),
    ),
    "orders": Family(
        a_random_order,
        lambda store, query: store.orders("demo", query),
        every(OrderQuery, OrderSort, {"trader": SUPPLIER}),
    ),
    "items": Family(a_random_item, lambda store, query: store.items("demo", query), every(ItemQuery, ItemSort)),
    "parties": Family(a_random_party, lambda store, query: store.parties("demo", query), every(PartyQuery, PartySort)),
    "payments": Family(
        a_random_payment,
        lambda store, query: store.payments("demo", query),
        every(PaymentQuery, PaymentSort, {"usual_source": "A", "usual_funding": 2}),
    ),
    "receipts": Family(
        a_random_receipt, lambda store, query: store.receipts("demo", query), every(ReceiptQuery, ReceiptSort)
    ),
    "credit notes": Family(
        a_random_credit_note,
        lambda store, query: store.credit_notes("demo", query),
        every(CreditNoteQuery, CreditNoteSort),
    ),
    "receipt lines": Family(
        a_random_receipt,
        lambda store, query: store.receipt_lines("demo", query),
        every(ReceiptLineQuery, ReceiptLineSort),
        lambda receipt: [ListedLine(receipt, line) for line in receipt.lines],
    ),
}


class World:
    """What a store should hold, and where it should stand in lists."""

    def __init__(self, family: Family, of: Any) -> None:
        self._family = family
        self._of = of
        self._unused = of.sample(IDS, len(IDS))
        self.known = {id: family.make(id, of) for id in (self._unused.pop() for _ in range(10))}
        # Of the four parties that invoices are for, one is not there.
        is_for_parties = isinstance(family.queries[0], InvoiceQuery)
        self.parties = {id: a_party(id=id, name=of.choice(TEXTS)) for id in range(100, 103) if is_for_parties}

    def place(self, query: Any, value: Any) -> Position:
        """Say where something stands."""
        return query.place(value, *self._about(query, value))

    def listed(self, query: Any) -> list[tuple[Position, Any]]:
        """List what a query asks for, each with its position, without pages."""
        shown = [one for value in self.known.values() for one in self._family.of(value)]
        asked = [(self.place(query, one), one) for one in shown if query.matches(one, *self._about(query, one))]
        return sorted(asked, key=lambda one: in_order(one[0]), reverse=query.descending)

    def _about(self, query: Any, value: Any) -> tuple[Any, ...]:
        return (self.parties.get(value.party),) if isinstance(query, InvoiceQuery) else ()

    def change(self) -> Job[None]:
        """Let one come, another go, and others be what they were not."""
        old = {**self.known, **self.parties}
        for id in self._of.sample(sorted(self.known), min(3, len(self.known))):
            self.known[id] = self._family.make(id, self._of)
        if self.known:
            del self.known[self._of.choice(sorted(self.known))]
        for new in self._unused[-1:]:
            self.known[self._unused.pop()] = self._family.make(new, self._of)
        for id in self.parties:
            self.parties[id] = self._of.choice([self.parties[id], a_party(id=id, name=self._of.choice(TEXTS))])
        return change(old, {**self.known, **self.parties})


def change(old: Mapping[int, Any], new: Mapping[int, Any]) -> Job[None]:
    """Save what is new or is no longer what it was, and delete what is gone."""

    def plan() -> Plan[None]:
        yield Needs([by_id(type(value), id) for id, value in (old | new).items()])
        saves = [value for id, value in new.items() if old.get(id) != value]
        return Decision(None, saves=saves, deletes=[value for id, value in old.items() if id not in new])

    return a_job(plan)


async def walk_while_it_changes(store: Store, family: Family, query: Any, of: Any) -> None:
    world = World(family, of)
    await store.erase()
    await store.run(change({}, {**world.known, **world.parties}))
    seen: list[Any] = []
    first = {family.name(value): place for place, value in world.listed(query)}
    steady = set(first)
    while True:
        page, standing = await family.ask(store, query), world.listed(query)
        shown = [value for place, value in standing if is_behind(place, query.after, descending=query.descending)]
        assert [record.value for record in page.items] == shown[: query.limit]
        assert page.total == len(standing)
        end = world.place(query, shown[query.limit - 1]) if len(shown) > query.limit else None
        assert page.end == end
        seen += [family.name(record.value) for record in page.items]
        if page.end is None:
            break
        if hasattr(query, "positions"):
            assert msgspec.json.decode(msgspec.json.encode(page.end), type=query.positions) == page.end
        query = replace(query, after=page.end)
        await store.run(world.change())
        now = {family.name(value): place for place, value in world.listed(query)}
        steady = {one for one in steady if now.get(one) == first[one]}

    assert {one: seen.count(one) for one in steady} == dict.fromkeys(steady, 1)


@pytest.mark.parametrize("name", FAMILIES)
@given(of=st.randoms(use_true_random=True))
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each begins with nothing
async def test_what_stays_is_seen_once_whatever_comes_and_goes(store: Store, name: str, of: Any):
    family = FAMILIES[name]
    for query in family.queries:
        await walk_while_it_changes(store, family, replace(query, limit=2), of)


PAID_OR_AWAITED = frozenset({PaymentStatus.COMPLETED, PaymentStatus.AWAITING})
LED_TO: list[tuple[str, Callable[..., Listing], Any]] = [
    ("order_part_by_creation (workspace=? AND trader=? AND (created_at,id)", order_listing, OrderQuery(after=(1, 1))),
    ("PRIMARY KEY (workspace=? AND id", item_listing, ItemQuery(after=(1,))),
    ("item_row_by_title (workspace=? AND (title", item_listing, ItemQuery(sort=ItemSort.TITLE, after=("a", 1))),
    ("item_row_by_sku (workspace=? AND sku", item_listing, ItemQuery(sort=ItemSort.SKU, after=("a", "a", 1))),
    ("PRIMARY KEY (workspace=? AND id", party_listing, PartyQuery(after=(1,))),
    ("party_row_by_name (workspace=? AND (name", party_listing, PartyQuery(sort=PartySort.NAME, after=("a", 1))),
    ("payment_row_by_creation (workspace=? AND (created", payment_listing, PaymentQuery(after=(1, 1))),
    (
        "payment_row_by_creation (workspace=? AND (created",
        payment_listing,
        PaymentQuery(after=(1, 1), statuses=PAID_OR_AWAITED),
    ),
    ("PRIMARY KEY (workspace=? AND id", payment_listing, PaymentQuery(sort=PaymentSort.ID, after=(1,))),
    ("receipt_row_by_creation (workspace=? AND (created", receipt_listing, ReceiptQuery(after=(1, 1))),
    ("PRIMARY KEY (workspace=? AND id", receipt_listing, ReceiptQuery(sort=ReceiptSort.ID, after=(1,))),
    (
        "invoice_by_party (workspace=? AND (party,id)",
        listing,
        InvoiceQuery(sort=Sort.PARTY, after=(1, 1)),
    ),
    (
        "invoice_by_status_and_id (workspace=? AND (status,id)",
        listing,
        InvoiceQuery(sort=Sort.STATUS, after=("open", 1)),
    ),
    (
        "invoice_by_status_and_id (workspace=? AND status=? AND id",
        listing,
        InvoiceQuery(sort=Sort.STATUS, after=("open", 1), statuses=frozenset({Status.OPEN})),
    ),
    (
        "party_row_by_name (workspace=? AND name",
        listing,
        InvoiceQuery(sort=Sort.PARTY_NAME, after=(0, "a", "a", 1)),
    ),
]


@pytest.mark.parametrize(("led_by", "ask", "query"), LED_TO)
@pytest.mark.parametrize("descending", [False, True])
def test_an_index_in_sqlite_leads_to_where_a_page_begins(
    tmp_path: Path, led_by: str, ask: Callable[..., Listing], query: Any, descending: bool
):
    after = (int(descending), *query.after[1:]) if query.sort is Sort.PARTY_NAME else query.after
    asked = ask("demo", replace(query, descending=descending, after=after), LISTS)
    with closing(connections.connect_to_write(tmp_path / "ledger.sqlite")) as connection:
        values = asked.values | {"limit": 10, "offset": 0}
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked.page}", values)]

    assert any(led_by in step and (">" in step) is not descending for step in steps), steps
