"""Two commands on one order at the same moment: on every store, and on two nodes of one database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest

from billingua.core import errors
from billingua.core.fulfilment import Allocated, Packed
from billingua.core.invoice import Invoice
from billingua.core.order import Allocation, LineStatus, Order, Trader
from billingua.core.party import TradeRole
from billingua.engine.clock import SandboxClock, SystemClock
from billingua.engine.fulfilment import (
    AllocateOrder,
    AnswerCancellation,
    AskToCancel,
    RemarkOnOrder,
    ShipOrder,
    allocate_order,
    answer_cancellation,
    ask_to_cancel,
    remark_on_order,
    ship_order,
)
from billingua.engine.ledger import Ledger
from billingua.engine.orders import CreateOrder, InvoicedLine, InvoiceOrder, OrderedLine, create_order, invoice_order
from billingua.engine.plan import by_uuid
from billingua.stores.postgres import open_postgres
from tests.builders import NOON, a_caller, a_party, a_uuid, a_workspace, an_item, an_order, an_order_line
from tests.stores.conftest import OPENERS
from tests.stores.plans import assert_whole, found, put
from tests.walking import walk

RETAILER = a_party(id=40, trade_role=TradeRole.RETAILER)
SELLER, OTHER_SELLER = a_party(id=2, trade_role=TradeRole.SUPPLIER), a_party(id=3, trade_role=TradeRole.SUPPLIER)
MUG = an_item(sku="TM-88", supplier=SELLER.uuid)
LINE, OTHER_LINE = a_uuid(8100), a_uuid(8101)
ORDER = an_order(
    retailer=RETAILER.uuid,
    lines=(
        an_order_line(supplier=SELLER.uuid, status=LineStatus.UNALLOCATED),
        an_order_line(uuid=OTHER_LINE, supplier=OTHER_SELLER.uuid, status=LineStatus.UNALLOCATED),
    ),
)
ASKED = replace(ORDER, lines=tuple(replace(line, cancelling=True) for line in ORDER.lines))
KEY = by_uuid(Order, ORDER.uuid)

Command = tuple[Any, Any]
"""A plan, and the values of its command."""


class Ledgers:
    """Ledgers on one database; what is asked at once is asked of one after the other."""

    def __init__(self, *ledgers: Ledger) -> None:
        self.store = ledgers[0].store
        self._ledgers = ledgers

    async def at_once(self, *commands: Command) -> list[Any]:
        """Give each command's answer or refusal."""
        asked = zip(cycle(self._ledgers), commands)
        runs = [ledger.run(a_caller(dialect="crux"), plan, values) for ledger, (plan, values) in asked]
        return await asyncio.gather(*runs, return_exceptions=True)

    async def order(self) -> Order:
        return await found(self.store, KEY)


@pytest.fixture(params=[*OPENERS, "two nodes"])
async def ledgers(request: pytest.FixtureRequest) -> AsyncIterator[Ledgers]:
    clock = SandboxClock(SystemClock())
    clock.set(NOON)
    if request.param == "two nodes":
        url = await request.getfixturevalue("postgres").empty_ledger()
        stores = [await open_postgres(url), await open_postgres(url)]
    else:
        stores = [await OPENERS[request.param](request)]
    await stores[0].run(put(a_workspace(), RETAILER, SELLER, OTHER_SELLER, MUG))
    yield Ledgers(*(Ledger(store, clock) for store in stores))
    await assert_whole(stores[0])
    for store in stores:
        await store.close()


def refusals(answers: list[Any]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers if isinstance(answer, Exception))


def answering(cancels: bool, supplier: Any = SELLER) -> Command:
    return answer_cancellation, AnswerCancellation(order=KEY, supplier=supplier.uuid, cancels=cancels)


def invoicing(number: str, quantity: int, supplier: Any = SELLER, line: Any = LINE) -> Command:
    part = InvoicedLine(line=line, quantity=quantity, unit_cost=Decimal(20))
    return invoice_order, InvoiceOrder(order=ORDER.uuid, supplier=supplier.uuid, number=number, lines=[part])


@pytest.mark.parametrize("answers", [(True, True), (False, False), (True, False), (False, True)])
async def test_a_supplier_answers_a_retailer_once(ledgers: Ledgers, answers: tuple[bool, bool]):
    await ledgers.store.run(put(ASKED))

    told = await ledgers.at_once(*map(answering, answers))

    assert refusals(told) == ["NothingToCancel"]
    first = next(cancels for cancels, answer in zip(answers, told, strict=True) if isinstance(answer, Order))
    line, others = (await ledgers.order()).lines
    assert (line.status is LineStatus.CANCELLED, line.cancelling) == (first, False)
    assert others == ASKED.lines[1]
    assert len(await walk(ledgers.store.outbox())) == 1


async def test_two_suppliers_who_answer_at_once_are_both_heard(ledgers: Ledgers):
    await ledgers.store.run(put(ASKED))

    told = await ledgers.at_once(answering(cancels=True), answering(cancels=False, supplier=OTHER_SELLER))

    assert refusals(told) == []
    assert [line.status for line in (await ledgers.order()).lines] == ["Cancelled", "Unallocated"]
    assert not any(line.cancelling for line in (await ledgers.order()).lines)


@pytest.mark.parametrize("invoiced_first", [True, False])
async def test_a_line_is_invoiced_before_it_is_cancelled_or_not_at_all(ledgers: Ledgers, invoiced_first: bool):
    await ledgers.store.run(put(ASKED))
    commands = [invoicing("TI-1", 2), answering(cancels=True)]

    told = await ledgers.at_once(*(commands if invoiced_first else reversed(commands)))

    line = (await ledgers.order()).lines[0]
    written = [record.value async for record in ledgers.store.aggregates("demo", "invoice")]
    assert line.status is LineStatus.CANCELLED
    assert line.invoiced == sum(part.quantity for invoice in written for part in invoice.lines)
    assert refusals(told) in ([], ["OrderCancelled"])
    assert len(written) == 1 - len(refusals(told))


async def test_a_request_to_cancel_and_the_last_package_leave_a_line_that_is_one_or_the_other(ledgers: Ledgers):
    await ledgers.store.run(put(ORDER))
    package = ShipOrder(order=ORDER.uuid, supplier=SELLER.uuid, number="t01", parts=[Packed(LINE, 5)])

    told = await ledgers.at_once(
        (ask_to_cancel, AskToCancel(order=KEY, retailer=RETAILER.uuid, line=LINE)), (ship_order, package)
    )

    line = (await ledgers.order()).lines[0]
    assert (line.status, line.shipped, line.cancelling) == (LineStatus.SHIPPED, 5, False)
    assert refusals(told) in ([], ["NothingToCancel"])


async def test_of_two_that_invoice_at_once_none_takes_what_is_gone(ledgers: Ledgers):
    await ledgers.store.run(put(ORDER))

    told = await ledgers.at_once(*(invoicing(f"TI-{number}", 2) for number in range(6)))

    assert refusals(told) == ["OverInvoiced"] * 4
    assert (await ledgers.order()).lines[0].invoiced == 4
    assert len(await walk(ledgers.store.aggregates("demo", "invoice"))) == 2


async def test_of_two_invoices_with_one_number_one_is_written_and_another_suppliers_too(ledgers: Ledgers):
    await ledgers.store.run(put(ORDER))

    told = await ledgers.at_once(
        invoicing("TI-1", 1), invoicing("ti-1", 1), invoicing("TI-1", 1, OTHER_SELLER, OTHER_LINE)
    )

    assert refusals(told) == ["NumberTaken"]
    assert [line.invoiced for line in (await ledgers.order()).lines] == [1, 1]
    assert {answer.supplier for answer in told if isinstance(answer, Invoice)} == {SELLER.uuid, OTHER_SELLER.uuid}


async def test_two_orders_with_one_number_are_two(ledgers: Ledgers):
    lines = [OrderedLine(supplier=SELLER.uuid, sku="TM-88", quantity=3)] * 2
    command = CreateOrder(retailer=RETAILER.uuid, number="LK-40817", lines=lines)

    created = await ledgers.at_once(*[(create_order, command)] * 10)

    assert sorted(order.id for order in created) == list(range(1, 11))
    assert len({uuid for order in created for uuid in (order.uuid, *(line.uuid for line in order.lines))}) == 30
    kept = await walk(ledgers.store.aggregates("demo", "order"))
    assert sorted(kept, key=lambda record: record.value.id) == [
        replace(record, value=order, version=1)
        for record, order in zip(kept, sorted(created, key=lambda order: order.id), strict=True)
    ]


async def test_an_order_that_cannot_be_created_takes_no_number(ledgers: Ledgers):
    good = OrderedLine(supplier=SELLER.uuid, sku="TM-88", quantity=3)
    commands = [
        (create_order, CreateOrder(retailer=RETAILER.uuid, number="LK", lines=[good, replace(good, sku=sku)]))
        for sku in ["TM-88", "?"] * 5
    ]

    told = await ledgers.at_once(*commands)

    assert refusals(told) == ["SkuNotFound"] * 5
    assert sorted(order.id for order in told if isinstance(order, Order)) == [1, 2, 3, 4, 5]
    assert len(await walk(ledgers.store.aggregates("demo", "order"))) == 5


async def test_whatever_many_say_of_one_order_at_once_is_all_heard(ledgers: Ledgers):
    await ledgers.store.run(put(ORDER))
    accepted = Allocation(accepted=5, rejected=0, backordered=0)
    commands: list[Command] = [
        (allocate_order, AllocateOrder(order=ORDER.uuid, supplier=SELLER.uuid, parts=[Allocated(LINE, accepted)])),
        *(
            (ship_order, ShipOrder(order=ORDER.uuid, supplier=supplier.uuid, number=f"t{n}", parts=[Packed(line, 1)]))
            for n in range(2)
            for supplier, line in ((SELLER, LINE), (OTHER_SELLER, OTHER_LINE))
        ),
        *(
            (remark_on_order, RemarkOnOrder(order=ORDER.uuid, trader=trader, remarks={"notes": trader.role}))
            for trader in (Trader(TradeRole.RETAILER, RETAILER.uuid), Trader(TradeRole.SUPPLIER, OTHER_SELLER.uuid))
        ),
        invoicing("TI-1", 5),
    ]

    assert refusals(await ledgers.at_once(*commands)) == []

    order = await ledgers.order()
    assert [line.shipped for line in order.lines] == [2, 2]
    assert [line.invoiced for line in order.lines] == [5, 0]
    assert order.lines[0].allocation == accepted
    assert (order.retailer_notes, [terms.notes for terms in order.supplier_terms]) == ("retailer", ["supplier"])


async def test_a_refused_command_leaves_no_trace(ledgers: Ledgers):
    await ledgers.store.run(put(ORDER))
    before = await walk(ledgers.store.journal())
    too_much = [Allocated(LINE, Allocation(accepted=6, rejected=0, backordered=0))]

    told = await ledgers.at_once(
        answering(cancels=True),
        (allocate_order, AllocateOrder(order=ORDER.uuid, supplier=SELLER.uuid, parts=too_much)),
        (ship_order, ShipOrder(order=ORDER.uuid, supplier=SELLER.uuid, number="t", parts=[Packed(OTHER_LINE, 1)])),
        (ask_to_cancel, AskToCancel(order=KEY, retailer=SELLER.uuid)),
    )

    assert [type(answer) for answer in told] == [
        errors.NothingToCancel,
        errors.OverAllocated,
        errors.OrderLineNotFound,
        errors.OrderNotFound,
    ]
    assert await walk(ledgers.store.journal()) == before
    assert await walk(ledgers.store.outbox()) == []
