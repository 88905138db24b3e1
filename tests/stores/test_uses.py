"""Who refers to an item or a tax: what stores say is what is there, and nobody deletes what is in use."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billingua.core.errors import NotFound
from billingua.core.invoice import Invoice
from billingua.core.item import Item
from billingua.core.tax import LineTax, Tax
from billingua.engine.plan import Decision, Job, Key, Needs, Plan, by_id
from billingua.engine.ports import Store
from billingua.engine.references import references
from billingua.stores.postgres import open_postgres
from tests.builders import a_line, a_tax, an_invoice, an_item, an_order, an_order_line
from tests.postgres import Postgres
from tests.stores.plans import a_job, assert_whole, found, put

ITEMS, TAXES, INVOICES = range(1, 4), range(1, 4), range(1, 5)
CATALOGUE = (*(a_tax(id=id) for id in TAXES), *(an_item(id=id) for id in ITEMS))
KEYS: list[Key[Any]] = [*(by_id(Item, id) for id in ITEMS), *(by_id(Tax, id) for id in TAXES)]


class InUse(Exception):
    """Somebody refers to it."""


def an_invoice_over(id: int, *lines: tuple[int | None, int | None, int | None]) -> Invoice:
    taxes = {tax: tax and LineTax(tax, "VAT", a_tax().rate) for line in lines for tax in line[1:]}
    return an_invoice(
        id=id,
        lines=tuple(
            a_line(id=place, position=place, item=item, tax1=taxes[one], tax2=taxes[other])
            for place, (item, one, other) in enumerate(lines)
        ),
    )


def write(invoice: Invoice) -> Job[None]:
    """Save an invoice, new or not, whose items and taxes are all there."""

    def plan() -> Plan[None]:
        known = yield Needs([by_id(Invoice, invoice.id), *references(invoice)])
        for key in references(invoice):
            known.require(key, NotFound(key.value))
        return Decision(None, saves=[invoice])

    return a_job(plan)


def drop(key: Key[Any]) -> Job[None]:
    """Delete what nobody refers to."""

    def plan() -> Plan[None]:
        known = yield Needs([key], uses=[key])
        gone = known.require(key, NotFound(key.value))
        if known.uses(key) and key.kind is not Invoice:
            raise InUse
        return Decision(None, deletes=[gone])

    return a_job(plan)


def uses(*keys: Key[Any]) -> Job[dict[Key[Any], int]]:
    def plan() -> Plan[dict[Key[Any], int]]:
        known = yield Needs(uses=keys)
        return Decision({key: known.uses(key) for key in keys})

    return a_job(plan)


async def there(store: Store) -> Iterable[Any]:
    kinds = ("item", "tax", "invoice", "order")
    return [record.value for kind in kinds async for record in store.aggregates("demo", kind)]


async def assert_right(store: Store) -> None:
    """See that what is said of uses is what is found, and that everything that is referred to is there."""
    known = list(await there(store))
    counted = {key: sum(key in references(aggregate) for aggregate in known) for key in KEYS}
    assert await store.read(uses(*KEYS)) == await store.run(uses(*KEYS)) == counted
    keys = {by_id(type(aggregate), aggregate.id) for aggregate in known}
    assert {key for aggregate in known for key in references(aggregate)} <= keys


some = st.one_of(st.none(), st.sampled_from(ITEMS))
lines = st.lists(st.tuples(some, some, some), max_size=3)
jobs = st.one_of(
    st.builds(lambda id, lines: write(an_invoice_over(id, *lines)), st.sampled_from(INVOICES), lines),
    st.builds(drop, st.sampled_from(KEYS)),
    st.builds(lambda id: drop(by_id(Invoice, id)), st.sampled_from(INVOICES)),
)


@given(batches=st.lists(st.lists(jobs, max_size=8), max_size=4))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each begins with nothing
async def test_after_any_batches_uses_are_what_is_found(store: Store, batches: list[list[Job[Any]]]):
    await store.erase()
    await store.run(put(*CATALOGUE))

    for batch in batches:
        await asyncio.gather(*map(store.run, batch), return_exceptions=True)

    await assert_right(store)


async def test_orders_and_items_refer_too(store: Store):
    order = an_order(lines=(an_order_line(item=1), an_order_line(item=None)))
    await store.run(put(*CATALOGUE, order, an_item(id=9, tax1=2, tax2=2)))

    assert (await store.read(uses(by_id(Item, 1))))[by_id(Item, 1)] == 1
    assert (await store.read(uses(by_id(Tax, 2))))[by_id(Tax, 2)] == 1


async def test_what_an_invoice_of_the_same_batch_gives_up_can_be_deleted(store: Store):
    await store.run(put(*CATALOGUE, an_invoice_over(1, (1, 1, None))))

    answers = await asyncio.gather(
        store.run(drop(by_id(Item, 1))),
        store.run(write(an_invoice_over(1, (2, None, None)))),
        store.run(drop(by_id(Item, 1))),
        store.run(write(an_invoice_over(2, (1, None, None)))),
        return_exceptions=True,
    )

    assert [type(answer) for answer in answers] == [InUse, type(None), type(None), NotFound]
    await assert_right(store)


@pytest.mark.parametrize("key", [by_id(Item, 1), by_id(Tax, 1)], ids=["item", "tax"])
async def test_on_two_nodes_nobody_deletes_what_another_begins_to_use(postgres: Postgres, key: Key[Any]):
    url = await postgres.empty_ledger()
    one, other = await open_postgres(url), await open_postgres(url)
    await one.run(put(*CATALOGUE))
    for number in range(10, 60):
        await one.run(put(an_item(id=number), a_tax(id=number)))
        target = by_id(key.kind, number)
        invoice = an_invoice_over(number, (number, None, None) if key.kind is Item else (None, number, None))
        first, second = (one, other) if number % 2 else (other, one)

        wrote, dropped = await asyncio.gather(
            first.run(write(invoice)), second.run(drop(target)), return_exceptions=True
        )

        assert (type(wrote), type(dropped)) in {(type(None), InUse), (NotFound, type(None))}
        assert (await found(one, target) is None) == (dropped is None)
        assert (await found(one, by_id(Invoice, number)) is None) == (wrote is not None)
    await assert_right(one)
    await assert_whole(other)
    await one.close()
    await other.close()


async def test_a_node_that_read_before_another_wrote_is_run_again(postgres: Postgres, monkeypatch: pytest.MonkeyPatch):
    url = await postgres.empty_ledger()
    one, other = await open_postgres(url), await open_postgres(url)
    await one.run(put(*CATALOGUE))
    await other.run(uses(*KEYS))
    read = one._writer._reading.load_to_write
    rivals = [other.run(write(an_invoice_over(1, (1, None, None)))), other.run(drop(by_id(Item, 2)))]

    async def let_a_rival_go_first(*asked: Any) -> Any:
        loaded = await read(*asked)
        if rivals:
            await rivals.pop(0)
        return loaded

    monkeypatch.setattr(one._writer._reading, "load_to_write", let_a_rival_go_first)

    with pytest.raises(InUse):
        await one.run(drop(by_id(Item, 1)))
    with pytest.raises(NotFound):
        await one.run(write(an_invoice_over(2, (2, None, None))))
    await assert_right(one)
    await one.close()
    await other.close()
