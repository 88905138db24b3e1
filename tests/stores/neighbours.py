"""Plans of every kind that share a batch, and whether what their callers are told is true."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from billingua.core.errors import InvoiceNotFound, Refused
from billingua.core.file import File
from billingua.core.invoice import Invoice
from billingua.core.order import Order
from billingua.core.payment import Payment, PaymentLine
from billingua.engine.kinds import by_number
from billingua.engine.orders import InvoicedLine, InvoiceOrder, invoice_order
from billingua.engine.payments import RecordPayment, record_payment
from billingua.engine.plan import Decision, Job, Needs, Plan, by_id
from billingua.engine.ports import OutcomeUnknown, Store, StoreFailed
from billingua.engine.queries import InvoiceQuery, OrderQuery
from tests.builders import NOON, SUPPLIER, a_caller, a_party, a_uuid, an_invoice, an_order, an_order_line
from tests.stores.plans import a_job, add, assert_whole, change, found, put, refuse, take
from tests.walking import walk

ORDER = an_order()
FILE = File(uuid=a_uuid(1), name="gone.txt", media_type="text/plain", content=b"gone\x00")


def pay() -> Job[Payment]:
    told = RecordPayment(party=10, currency="USD", lines=[PaymentLine(3, Decimal(40))])
    return a_job(partial(record_payment, told, a_caller(), NOON))


def invoice_the_order() -> Job[Invoice]:
    lines = [InvoicedLine(line=ORDER.lines[0].uuid, quantity=2)]
    told = InvoiceOrder(order=ORDER.uuid, supplier=SUPPLIER, number="TI-1", lines=lines)
    return a_job(partial(invoice_order, told, a_caller(), NOON))


def delete_and_file() -> Job[None]:
    """Delete an invoice, and keep a file that tells of it."""

    def plan() -> Plan[None]:
        key = by_id(Invoice, 6)
        known = yield Needs([key])
        return Decision(None, deletes=[known.require(key, InvoiceNotFound(6))], files=[FILE])

    return a_job(plan)


Jobs = Mapping[str, Callable[[], Job[Any]]]

JOBS: Jobs = {
    "add": lambda: add(1),
    "refuse": lambda: refuse(1),
    "add again": lambda: add(1),
    "rename": lambda: change(2, number="D", description="renamed"),
    "create": lambda: put(an_invoice(id=4, number="E")),
    "crash": lambda: refuse(2, ZeroDivisionError()),
    "number": lambda: take("invoice"),
    "pay": pay,
    "invoice": invoice_the_order,
    "number again": lambda: take("invoice"),
    "order": lambda: put(an_order(id=105, lines=(an_order_line(uuid=a_uuid(8105)),))),
    "delete": delete_and_file,
}
WITH_TROUBLE: Jobs = {
    "take a number twice": lambda: put(an_invoice(id=5, number="A")),
    **{name: JOBS[name] for name in ("add", "refuse", "invoice")},
}
"""One of these breaks a constraint, so that each is run by itself."""

NEVER_DONE = {"refuse": Refused, "crash": ZeroDivisionError, "take a number twice": StoreFailed}

EVENTS = {
    **dict.fromkeys(("add", "add again", "rename"), ("invoice.edited",)),
    "pay": ("payment.recorded",),
    "invoice": ("invoice.created", "order.invoiced"),
}


async def settle(store: Store) -> None:
    """Save what the jobs are about."""
    invoices = [an_invoice(id=id, number=number) for id, number in {1: "A", 2: "B", 3: "C", 6: "F"}.items()]
    await store.run(put(*invoices, ORDER, a_party()))
    await store.run(take("invoice", "payment", claim=99))


async def run_all(store: Store, jobs: Jobs = JOBS) -> dict[str, Any]:
    """Run the jobs at once, and give what each caller is told."""
    told = await asyncio.gather(*(store.run(job()) for job in jobs.values()), return_exceptions=True)
    return dict(zip(jobs, told, strict=True))


def failed(told: Mapping[str, Any]) -> set[str]:
    """Say which jobs failed for no reason of their own."""
    return {name for name, one in told.items() if isinstance(one, Exception) and name not in NEVER_DONE}


async def assert_that_answers_are_true(store: Store, told: Mapping[str, Any]) -> None:
    """See that what was granted is there, what was refused is not, and that everything fits together."""
    errors = {name: error for name, error in told.items() if isinstance(error, Exception)}
    for name, error in errors.items():
        assert isinstance(error, NEVER_DONE.get(name, StoreFailed) | StoreFailed | OutcomeUnknown), (name, error)
    done = told.keys() - errors.keys()
    assert not done & NEVER_DONE.keys()
    unknown = {name for name, error in errors.items() if isinstance(error, OutcomeUnknown)} - NEVER_DONE.keys()
    # One commit decides about all of whom nobody knows.
    assert await _seen(store) in (_expected(done), _expected(done | unknown))
    await assert_whole(store)
    # What is kept at hand is what is in the database.
    before = (await found(store, by_id(Invoice, 1))).open_balance
    assert (await store.run(add(1))).open_balance == before + 1


async def _seen(store: Store) -> dict[str, Any]:
    first, second, third = [await found(store, by_id(Invoice, id)) for id in (1, 2, 3)]
    order = await found(store, by_id(Order, ORDER.id))
    invoiced = await found(store, by_number("TI-1", f"{ORDER.uuid}/{SUPPLIER}"))
    payments = await walk(store.aggregates("demo", "payment"))
    return {
        "owed": [first.open_balance, third.open_balance],
        "described": second.description,
        "numbers": {number for number in "ABCDE" if await found(store, by_number(number))},
        "payments": [payment.value.lines[0].amount for payment in payments],
        "gone": [await found(store, by_id(Invoice, 6)) is None, await store.file("demo", FILE.uuid) == FILE],
        "listed": [
            (await store.orders("demo", OrderQuery())).total,
            (await store.invoices("demo", InvoiceQuery())).total,
        ],
        "invoiced": [order.lines[0].invoiced or 0, bool(invoiced)],
        "counters": await store.read(a_job(_count_on)),
        "events": Counter(post.body.split(b'"')[3].decode() for post in await walk(store.outbox())),
    }


def _expected(done: Iterable[str]) -> dict[str, Any]:
    done = set(done)
    return {
        "owed": [100 + len(done & {"add", "add again"}), 60 if "pay" in done else 100],
        "described": "renamed" if "rename" in done else None,
        "numbers": {"A", "C", "D" if "rename" in done else "B"} | ({"E"} if "create" in done else set()),
        "payments": [40] if "pay" in done else [],
        "gone": ["delete" in done] * 2,
        "listed": [1 + len(done & {"order"}), 4 + len(done & {"create", "invoice"}) - len(done & {"delete"})],
        "invoiced": [2, True] if "invoice" in done else [0, False],
        "counters": [101 + len(done & {"number", "number again", "invoice"}), 2 + len(done & {"pay"})],
        "events": Counter(event for name in done for event in EVENTS.get(name, ())),
    }


def _count_on() -> Plan[list[int]]:
    known = yield Needs(counters=["invoice", "payment"])
    return Decision([known.next_id("invoice"), known.next_id("payment")])
