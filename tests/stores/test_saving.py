"""What a store does with one plan after another."""

import asyncio
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings

from billingua.core.access import Credential, User
from billingua.core.errors import Refused
from billingua.core.events import InvoiceCreated, OrderInvoiced, PaymentRecorded
from billingua.core.invoice import Invoice
from billingua.core.item import Item, PriceList
from billingua.core.order import Order
from billingua.core.party import Party
from billingua.engine.kinds import (
    KINDS,
    THE_WORKSPACE,
    by_claim,
    by_code,
    by_number,
    by_secret,
    by_username,
    kind_of,
)
from billingua.engine.plan import Decision, Job, Key, Needs, Plan, by_id, by_uuid
from billingua.engine.ports import Store, StoreFailed
from tests.builders import (
    a_caller,
    a_cash_entry,
    a_credential,
    a_credit_note,
    a_line,
    a_party,
    a_payment,
    a_price_list,
    a_printout,
    a_receipt,
    a_tax,
    a_user,
    a_uuid,
    a_workspace,
    an_export,
    an_invoice,
    an_item,
    an_opportunity,
    an_order,
    an_upload,
)
from tests.stores.plans import a_job, add, assert_whole, change, found, get, put, take
from tests.stores.strategies import values_of
from tests.walking import walk

ONE_OF_EACH = (
    a_workspace(),
    a_user(),
    a_credential(),
    a_party(),
    an_opportunity(),
    a_tax(),
    an_item(),
    a_price_list(),
    an_order(),
    an_invoice(claims=("tax number\n1",)),
    a_payment(),
    a_credit_note(),
    a_receipt(),
    a_cash_entry(),
    an_upload(),
    an_export(),
    a_printout(),
)


def test_there_is_an_aggregate_of_each_kind_to_try():
    assert {kind_of(aggregate) for aggregate in ONE_OF_EACH} == set(KINDS)


@pytest.mark.parametrize("aggregate", ONE_OF_EACH, ids=lambda aggregate: kind_of(aggregate).name)
async def test_what_is_saved_is_found_under_each_of_its_keys(store: Store, aggregate: Any):
    await store.run(put(aggregate))

    keys = sorted(kind_of(aggregate).keys(aggregate), key=lambda key: key.name)
    for record in [*await store.read(get(*keys)), *await store.run(get(*keys))]:
        assert record is not None
        assert record.value == aggregate
        assert record.version == 1
    await assert_whole(store)


@pytest.mark.parametrize(
    "key",
    [
        by_id(Invoice, 35),
        by_uuid(Invoice, a_uuid(9035)),
        by_number("INV-35"),
        by_number("INV-35", "elsewhere"),
        by_claim("tax number\n1"),
        by_username("ida"),
        by_secret("native", "hash of secret 1"),
        by_code("PL1"),
        THE_WORKSPACE,
    ],
    ids=lambda key: f"{key.kind.__name__} by {key.name}",
)
async def test_nothing_is_found_where_nothing_was_saved(store: Store, key: Key[Any]):
    assert await found(store, key) is None
    assert await store.run(get(key)) == [None]
    assert list(await store.find(key)) == []


async def test_numbers_are_compared_whatever_their_case(store: Store):
    await store.run(put(an_invoice(number="Größe-7  ")))

    assert await found(store, by_number("GRÖSSE-7")) == an_invoice(number="Größe-7  ")


async def test_a_number_is_free_again_once_its_invoice_has_another(store: Store):
    await store.run(put(an_invoice(number="A-1", claims=("vat\n1",))))

    await store.run(change(35, number="A-2", claims=("vat\n2",)))
    await store.run(put(an_invoice(id=36, number="A-1", claims=("vat\n1",))))

    for key, id in ((by_number("A-1"), 36), (by_number("A-2"), 35), (by_claim("vat\n1"), 36), (by_claim("vat\n2"), 35)):
        invoice = await found(store, key)
        assert invoice.id == id
    await assert_whole(store)


async def test_two_invoices_exchange_their_numbers(store: Store):
    await store.run(put(an_invoice(id=1, number="A"), an_invoice(id=2, number="B")))

    def exchange() -> Plan[None]:
        keys = [by_id(Invoice, 1), by_id(Invoice, 2)]
        known = yield Needs(keys)
        first, second = (known.require(key, Refused()) for key in keys)
        return Decision(None, saves=[replace(first, number="B"), replace(second, number="A")])

    await store.run(a_job(exchange))

    assert [(await found(store, by_number(number))).id for number in "AB"] == [2, 1]
    await assert_whole(store)


async def test_one_number_may_stand_in_two_scopes(store: Store):
    await store.run(put(an_invoice(id=1, number="A"), an_invoice(id=2, number="A", number_scope="order 7")))

    assert [(await found(store, by_number("A", scope))).id for scope in ("", "order 7")] == [1, 2]


async def test_a_change_makes_a_new_version(store: Store):
    await store.run(put(an_invoice()))

    for text in ("once", "twice"):
        await store.run(change(35, description=text, lines=(a_line(quantity=Decimal("2.50")),)))

    (record,) = await store.read(get(by_id(Invoice, 35)))
    assert record is not None
    assert (record.version, record.value.description) == (3, "twice")
    assert str(record.value.lines[0].quantity) == "2.50"


@given(another=values_of(Invoice))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])  # it is erased each time
async def test_each_field_of_an_invoice_may_change_by_itself(store: Store, another: Invoice):
    await store.erase()
    await store.run(put(an_invoice()))
    expected = an_invoice()

    for name in [field.name for field in fields(Invoice) if field.name != "id"]:
        expected = replace(expected, **{name: getattr(another, name)})
        await store.run(change(35, **{name: getattr(another, name)}))
        assert await found(store, by_id(Invoice, 35)) == expected

    await assert_whole(store)


async def test_what_did_not_change_is_not_saved(store: Store):
    await store.run(put(an_invoice()))

    def same() -> Plan[None]:
        by_two_keys = [by_uuid(Invoice, a_uuid(9035)), by_number("INV-35")]
        known = yield Needs(by_two_keys)
        return Decision(None, saves=[known.get(key) for key in by_two_keys])

    await store.run(a_job(same))

    assert len(await store.history("demo", "invoice", 35)) == 1


async def test_each_kind_is_changed_alike(store: Store):
    await store.run(put(*ONE_OF_EACH))

    def rename() -> Plan[None]:
        keys = [by_id(Party, 10), by_username("ida"), by_code("PL1"), Key(Item, "sku_uuid", str(a_uuid(4501)))]
        known = yield Needs(keys)
        party, user, prices, item = (known.get(key) for key in keys)
        assert isinstance(party, Party)
        assert isinstance(user, User)
        assert isinstance(prices, PriceList)
        assert isinstance(item, Item)
        return Decision(
            None,
            saves=[
                replace(party, name="Alder"),
                replace(user, username="ada"),
                replace(prices, code="PL2", prices={"SKU-1": Decimal("9.90")}),
                replace(item, stock=item.stock - 1),
            ],
        )

    await store.run(a_job(rename))

    assert (await found(store, by_id(Party, 10))).name == "Alder"
    assert (await found(store, by_username("ada"))).id == 1
    assert await found(store, by_username("ida")) is None
    assert (await found(store, by_code("PL2"))).prices == {"SKU-1": Decimal("9.90")}
    assert (await found(store, by_id(Item, 1))).stock == -1
    await assert_whole(store)


async def test_a_counter_begins_with_one_and_never_repeats(store: Store):
    assert [await store.run(take("invoice")) for _ in range(3)] == [[1], [2], [3]]
    assert await store.run(take("payment", "invoice")) == [1, 4]


async def test_a_claimed_id_is_never_given_out(store: Store):
    assert await store.run(take("invoice", claim=34)) == [35]
    assert await store.run(take("invoice", claim=7)) == [36]


async def test_a_refused_plan_takes_no_number_and_changes_nothing(store: Store):
    with pytest.raises(Refused):
        await store.run(take("invoice", fail=Refused("no")))

    assert await store.run(take("invoice")) == [1]


async def test_a_second_aggregate_under_a_key_that_is_taken_is_not_saved(store: Store):
    await store.run(put(an_invoice(id=1, number="A")))

    with pytest.raises(StoreFailed) as failed:
        await store.run(put(an_invoice(id=2, number="A"), a_party()))

    assert failed.value.__cause__ is not None
    assert await found(store, by_id(Invoice, 2)) is None
    assert await found(store, by_id(Party, 10)) is None
    await assert_whole(store)


async def test_workspaces_know_nothing_of_each_other(store: Store):
    for workspace in ("one", "two"):
        await store.run(put(a_workspace(name=workspace), an_invoice(description=workspace), workspace=workspace))
    await store.run(change(35, workspace="two", description="changed"))

    assert (await found(store, by_id(Invoice, 35), "one")).description == "one"
    assert (await found(store, by_number("inv-35"), "two")).description == "changed"
    assert await found(store, by_id(Invoice, 35), "three") is None
    assert list(await store.workspaces()) == ["one", "two"]
    assert [len(await store.history(workspace, "invoice", 35)) for workspace in ("one", "two", "three")] == [1, 2, 0]
    await assert_whole(store, ["one", "two"])


async def test_a_key_is_found_in_every_workspace(store: Store):
    for workspace in ("two", "one"):
        await store.run(put(a_credential(label=workspace), workspace=workspace))
    await store.run(put(a_credential(secret_hash="another"), workspace="three"))

    for key in (by_secret("native", "hash of secret 1"), by_uuid(Credential, a_uuid(1501)), by_id(Credential, 1)):
        holders = await store.find(key)
        assert [(workspace, record.value.label) for workspace, record in holders][:2] == [
            ("one", "one"),
            ("three", "") if key.name != "secret" else ("two", "two"),
        ]
        assert [record.version for _, record in holders] == [1] * len(holders)


@pytest.mark.parametrize("job", [put(an_invoice()), take("invoice"), take("invoice", claim=7)])
async def test_reading_a_plan_that_saves_is_a_mistake(store: Store, job: Job[Any]):
    with pytest.raises(RuntimeError, match="has to be run"):
        await store.read(job)

    assert await found(store, by_id(Invoice, 35)) is None
    assert await store.run(take("invoice")) == [1]


async def test_a_plan_that_is_read_may_take_a_uuid(store: Store):
    def plan() -> Plan[UUID]:
        found = yield Needs()
        return Decision(found.new_uuid())

    assert await store.read(a_job(plan)) != await store.read(a_job(plan))


async def test_reading_raises_what_the_plan_raises(store: Store):
    with pytest.raises(Refused):
        await store.read(take("invoice", fail=Refused("no")))


async def test_the_outbox_holds_what_happened_in_order(store: Store):
    def plan() -> Plan[None]:
        yield Needs()
        happened = [InvoiceCreated(35, "INV-35"), OrderInvoiced(104, "PO-104"), PaymentRecorded(1, "thanks")]
        return Decision(None, saves=[an_invoice()], events=happened)

    await store.run(a_job(plan))
    await store.run(add(35))

    posted = await walk(store.outbox())
    assert [post.sequence for post in posted] == sorted({post.sequence for post in posted})
    assert {(post.workspace, post.at.isoformat()) for post in posted} == {("demo", "2024-12-26T12:00:00+00:00")}
    assert posted[0].body == (
        b'{"name":"invoice.created","kind":"invoice","id":35,"number":"INV-35","at":"2024-12-26T12:00:00Z",'
        b'"actor":"ida","dialect":"native","request":"request-1"}'
    )
    assert b'"kind":"order","id":104' in posted[1].body
    assert b'"name":"payment.recorded","kind":"payment"' in posted[2].body
    assert b'"name":"invoice.edited"' in posted[3].body


async def test_an_event_is_posted_even_if_nothing_is_saved(store: Store):
    def plan() -> Plan[None]:
        yield Needs()
        return Decision(None, events=[InvoiceCreated(35, "INV-35")])

    await store.run(a_job(plan))

    assert len(await walk(store.outbox())) == 1


async def test_aggregates_are_walked_by_id(store: Store):
    await store.run(put(*(an_invoice(id=id) for id in (3, 1, 2)), an_order(), a_party()))
    await store.run(put(an_invoice(id=4), workspace="another"))

    assert [record.value.id async for record in store.aggregates("demo", "invoice")] == [1, 2, 3]
    assert [record.value async for record in store.aggregates("demo", "order")] == [an_order()]
    assert await walk(store.aggregates("demo", "payment")) == []


@pytest.mark.parametrize("name", ["aggregates", "journal", "outbox"])
async def test_a_walk_sees_one_state_and_holds_up_nobody(store: Store, name: str):
    await store.run(put(*(an_invoice(id=id) for id in range(1, 401))))
    await asyncio.gather(*(store.run(add(id)) for id in range(1, 401)))
    arguments = ("demo", "invoice") if name == "aggregates" else ()
    begin = getattr(store, name)
    before = await walk(begin(*arguments))

    walking = begin(*arguments)
    first = await anext(walking)
    await store.run(put(an_invoice(id=401)))
    for id in (400, 401):
        await store.run(add(id))

    assert [first, *await walk(walking)] == before
    assert len(await walk(begin(*arguments))) > len(before)


async def test_a_walk_may_be_left(store: Store):
    await store.run(put(an_invoice(id=1), an_invoice(id=2)))

    walking = store.aggregates("demo", "invoice")
    await anext(walking)
    del walking

    assert (await store.run(add(1))).id == 1


async def test_after_erasing_everything_begins_anew(store: Store):
    await store.run(put(*ONE_OF_EACH))
    await store.run(add(35))
    await store.run(take("invoice"))

    await store.erase()

    for aggregate in ONE_OF_EACH:
        assert await store.run(get(*kind_of(aggregate).keys(aggregate))) == [None] * len(
            kind_of(aggregate).keys(aggregate)
        )
    assert [*await walk(store.journal(), store.outbox()), *await store.workspaces()] == []
    assert await store.run(take("invoice")) == [1]
    await store.run(put(*ONE_OF_EACH))
    await store.run(add(35))
    assert [post.sequence async for post in store.outbox()] == [1]
    await assert_whole(store)


async def test_events_tell_who_asked(store: Store):
    def plan() -> Plan[None]:
        yield Needs()
        return Decision(None, events=[InvoiceCreated(1, "1")])

    await store.run(a_job(plan, a_caller(actor="otto", dialect="crux", request="r-9")))

    (posted,) = await walk(store.outbox())
    assert b'"actor":"otto","dialect":"crux","request":"r-9"' in posted.body


async def test_an_order_keeps_its_lines(store: Store):
    await store.run(put(an_order()))

    assert (await found(store, by_id(Order, 104))).lines == an_order().lines
