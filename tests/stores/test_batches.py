"""What a store does with many plans at once."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.errors import Refused
from billingua.core.invoice import Invoice
from billingua.engine.batch import Outcome
from billingua.engine.kinds import by_number
from billingua.engine.plan import Decision, Job, Needs, Plan, by_id
from billingua.engine.ports import Store, StoreFailed
from billingua.stores.batches import Batches
from tests.builders import a_caller, an_invoice
from tests.stores.plans import a_job, add, assert_whole, change, found, get, put, refuse, take
from tests.walking import walk


async def together(store: Store, *jobs: Job[Any]) -> list[Any]:
    """Run jobs at once, and give each one's answer or exception."""
    return await asyncio.gather(*map(store.run, jobs), return_exceptions=True)


async def test_a_hundred_writers_of_one_invoice_lose_nothing_and_each_sees_the_one_before(store: Store):
    await store.run(put(an_invoice(open_balance=Decimal(0))))

    answers = await asyncio.gather(*(store.run(add(35)) for _ in range(100)))

    assert [answer.open_balance for answer in answers] == list(range(1, 101))
    assert (await found(store, by_id(Invoice, 35))).open_balance == 100
    assert len(await store.history("demo", "invoice", 35)) == 101
    await assert_whole(store)


async def test_more_jobs_than_fit_one_batch_are_all_run(store: Store):
    await store.run(put(*(an_invoice(id=id, open_balance=Decimal(0)) for id in range(1, 11))))

    await asyncio.gather(*(store.run(add(1 + number % 10)) for number in range(1000)))

    assert {record.value.open_balance async for record in store.aggregates("demo", "invoice")} == {100}
    assert len(await walk(store.outbox())) == 1000
    await assert_whole(store)


@pytest.mark.parametrize("error", [Refused("no"), ZeroDivisionError()], ids=["refused", "crashed"])
async def test_a_plan_that_fails_changes_nothing_and_harms_no_neighbour(store: Store, error: Exception):
    await store.run(put(an_invoice(open_balance=Decimal(0))))

    answers = await together(store, add(35), refuse(35, error), take("invoice", fail=error), add(35), take("invoice"))

    assert answers[1] is error
    assert answers[2] is error
    assert [answers[0].open_balance, answers[3].open_balance, answers[4]] == [1, 2, [1]]
    assert len(await walk(store.outbox())) == 2
    await assert_whole(store)


async def test_a_plan_that_cannot_even_start_fails_alone(store: Store):
    def start() -> Plan[None]:
        raise LookupError("there is no plan")

    answers = await together(store, take("invoice"), a_job(start), take("invoice"))

    assert answers[0] == [1]
    assert isinstance(answers[1], LookupError)
    assert answers[2] == [2]


async def test_counters_have_no_gaps_when_many_take_numbers(store: Store):
    jobs = [take("invoice", fail=Refused("no") if number % 3 == 0 else None) for number in range(90)]

    answers = await together(store, *jobs)

    assert [answer[0] for answer in answers if isinstance(answer, list)] == list(range(1, 61))


async def test_of_two_new_invoices_with_one_number_in_a_batch_the_second_fails_alone(store: Store):
    await store.run(put(an_invoice(id=1)))

    answers = await together(
        store, add(1), put(an_invoice(id=2, number="A")), put(an_invoice(id=3, number="a")), add(1), take("invoice")
    )

    assert [isinstance(answer, StoreFailed) for answer in answers] == [False, False, True, False, False]
    assert (await found(store, by_number("A"))).id == 2
    assert await found(store, by_id(Invoice, 3)) is None
    assert answers[3].open_balance == 102
    assert answers[4] == [1]
    await assert_whole(store)


async def test_a_number_taken_on_disk_fails_alone(store: Store):
    await store.run(put(an_invoice(id=1, number="A")))

    answers = await together(store, add(1), put(an_invoice(id=2, number="A")), add(1))

    assert [isinstance(answer, StoreFailed) for answer in answers] == [False, True, False]
    assert (await found(store, by_id(Invoice, 1))).open_balance == 102
    await assert_whole(store)


async def test_a_later_plan_sees_a_number_that_an_earlier_one_gave_away(store: Store):
    await store.run(put(an_invoice(id=1, number="A"), an_invoice(id=2, number="B")))

    def take_if_free(id: int, number: str) -> Job[bool]:
        def plan() -> Plan[bool]:
            known = yield Needs([by_number(number)])
            if known.get(by_number(number)):
                return Decision(False)
            known = yield Needs([by_id(Invoice, id)])
            return (yield from change(id, number=number).start())

        return a_job(plan)

    before, _, after, taken = await together(
        store, take_if_free(2, "A"), change(1, number="C"), take_if_free(2, "A"), get(by_number("B"), by_number("A"))
    )

    assert before is False
    assert after.number == "A"
    assert taken[0] is None
    assert taken[1].value.id == 2
    await assert_whole(store)


async def test_a_plan_may_ask_again_and_again(store: Store):
    await store.run(put(*(an_invoice(id=id, order=id + 1) for id in range(1, 6))))

    def follow() -> Plan[list[int]]:
        seen, id = list[int](), 1
        while True:
            known = yield Needs([by_id(Invoice, id)])
            invoice = known.get(by_id(Invoice, id))
            if invoice is None:
                return Decision(seen)
            seen.append(id)
            id = invoice.order or 0

    assert await together(store, a_job(follow), a_job(follow)) == [[1, 2, 3, 4, 5]] * 2


async def test_jobs_of_several_workspaces_share_a_batch(store: Store):
    await together(store, *(put(an_invoice(), workspace=workspace) for workspace in ("one", "two")))

    answers = await together(store, change(35, workspace="one", terms="1"), change(35, workspace="two", terms="2"))

    assert [answer.terms for answer in answers] == ["1", "2"]
    await assert_whole(store, ["one", "two"])


async def test_a_caller_that_gives_up_harms_nobody(store: Store):
    await store.run(put(an_invoice(open_balance=Decimal(0))))

    given_up = asyncio.create_task(store.run(add(35)))
    others = [asyncio.create_task(store.run(add(35))) for _ in range(5)]
    await asyncio.sleep(0)
    given_up.cancel()

    assert len(await asyncio.gather(*others)) == 5
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert (await store.run(add(35))).open_balance in {6, 7}
    await assert_whole(store)


async def test_closing_finishes_what_was_accepted_and_accepts_nothing_more(store: Store):
    await store.run(put(an_invoice(open_balance=Decimal(0))))
    accepted = [asyncio.create_task(store.run(add(35))) for _ in range(600)]
    await asyncio.sleep(0)

    await store.close()

    assert (await asyncio.gather(*accepted))[-1].open_balance == 600
    with pytest.raises(StoreFailed, match="closed"):
        await store.run(add(35))


async def test_erasing_among_writers_leaves_a_whole_state(store: Store):
    await store.run(put(an_invoice()))
    writers = [asyncio.create_task(store.run(add(35))) for _ in range(300)]
    await asyncio.sleep(0)

    await store.erase()
    await asyncio.gather(*writers, return_exceptions=True)

    await assert_whole(store)


async def test_what_arrives_while_a_batch_is_under_way_is_the_next_batch():
    sizes = list[int]()
    gate = asyncio.Event()

    async def attempt(jobs: Any) -> list[Outcome[Any]]:
        sizes.append(len(jobs))
        await gate.wait()
        return [Outcome(job, answer=len(jobs)) for job in jobs]

    batches = Batches(attempt, size=4)
    first = asyncio.create_task(batches.run(take("invoice")))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(batches.run(take("invoice"))) for _ in range(6)]
    await asyncio.sleep(0.01)
    gate.set()

    assert [await first, *await asyncio.gather(*others)] == [1, 4, 4, 4, 4, 2, 2]
    assert sizes == [1, 4, 2]


async def test_who_comes_when_too_many_wait_is_refused_and_those_who_wait_are_served():
    gate = asyncio.Event()

    async def attempt(jobs: Any) -> list[Outcome[Any]]:
        await gate.wait()
        return [Outcome(job, answer=len(jobs)) for job in jobs]

    batches = Batches(attempt, size=2, most_waiting=3)
    first = asyncio.create_task(batches.run(take("invoice")))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(batches.run(take("invoice"))) for _ in range(3)]
    await asyncio.sleep(0.01)

    with pytest.raises(StoreFailed, match="3 requests wait already"):
        await batches.run(take("invoice"))
    gate.set()

    assert [await first, *await asyncio.gather(*others)] == [1, 2, 2, 1]
    assert await batches.run(take("invoice")) == 1


async def test_a_failed_batch_names_its_requests_in_the_log(caplog: pytest.LogCaptureFixture):
    async def attempt(jobs: Any) -> list[Outcome[Any]]:
        raise StoreFailed("the disk is full")

    batches = Batches[Any](attempt)
    jobs = [replace(take("invoice"), caller=a_caller(request=request)) for request in ("r-1", "r-2", "r-1", "")]
    await asyncio.gather(*map(batches.run, [*jobs, "no job at all"]), return_exceptions=True)
    await asyncio.gather(batches.run("another"), return_exceptions=True)

    assert [record.getMessage() for record in caplog.records if record.name == "billingua.stores.batches"] == [
        "The store failed; callers that were told so: 5, in requests: r-1, r-2",
        "The store failed; callers that were told so: 1, in requests: none",
    ]
