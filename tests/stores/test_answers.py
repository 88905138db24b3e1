"""Answers that are kept: with what was done, or not at all, and given again as they were."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from billingua.core.answer import KeptAnswer
from billingua.core.errors import Refused
from billingua.core.invoice import Invoice
from billingua.engine.plan import Decision, Job, Needs, Plan, by_id
from billingua.engine.ports import Store
from billingua.stores.postgres import open_postgres
from tests.builders import NOON, a_caller, an_answer, an_invoice
from tests.postgres import Postgres
from tests.stores.plans import a_job, assert_whole, found, put

LARGE = bytes(range(256)) * 5000


def keep(*answers: KeptAnswer, saves: Any = (), refuse: bool = False, workspace: str = "demo") -> Job[list[Any]]:
    """Keep answers, in the place of whatever is there; tell what was."""

    def plan() -> Plan[list[Any]]:
        asked = yield Needs(answers=[answer.key for answer in answers])
        if refuse:
            raise Refused
        return Decision([asked.kept_answer(answer.key) for answer in answers], saves=saves, keeps=answers)

    return a_job(plan, a_caller(workspace=workspace))


def once(answer: KeptAnswer, id: int) -> Job[Any]:
    """Save an invoice and keep the answer, unless there is one: then give that."""

    def plan() -> Plan[Any]:
        asked = yield Needs(answers=[answer.key])
        if known := asked.kept_answer(answer.key):
            return Decision(known)
        return Decision(None, saves=[an_invoice(id=id)], keeps=[answer])

    return a_job(plan)


def kept(key: bytes = b"key", workspace: str = "demo") -> Job[KeptAnswer | None]:
    def plan() -> Plan[KeptAnswer | None]:
        asked = yield Needs(answers=[key])
        return Decision(asked.kept_answer(key))

    return a_job(plan, a_caller(workspace=workspace))


@pytest.mark.parametrize(
    "answer",
    [
        an_answer(),
        an_answer(status=204, headers=[], body=b""),
        an_answer(body=LARGE, headers=[("location", "/ü"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]),
        an_answer(key=b"\x00\xff", asked=b"\x00"),
    ],
    ids=["usual", "empty", "large", "odd key"],
)
async def test_an_answer_is_kept_with_what_was_done(store: Store, answer: KeptAnswer):
    assert await store.run(keep(answer, saves=[an_invoice(id=1)])) == [None]
    assert await store.read(kept(answer.key)) == answer
    assert await store.run(kept(answer.key)) == answer
    assert await found(store, by_id(Invoice, 1)) == an_invoice(id=1)
    await assert_whole(store)


async def test_there_is_none_where_none_was_kept(store: Store):
    await store.run(keep(an_answer()))
    assert await store.read(kept(b"another")) is None
    assert await store.read(kept(workspace="other")) is None


async def test_whoever_is_refused_keeps_nothing(store: Store):
    with pytest.raises(Refused):
        await store.run(keep(an_answer(), refuse=True))
    assert await store.read(kept()) is None


async def test_whoever_may_only_read_keeps_nothing(store: Store):
    with pytest.raises(RuntimeError):
        await store.read(keep(an_answer()))
    assert await store.read(kept()) is None


async def test_an_answer_takes_the_place_of_one_that_had_its_time(store: Store):
    late = an_answer(kept_at=NOON + timedelta(days=2), asked=b"else", status=200, headers=[], body=b"late")
    await store.run(keep(an_answer()))
    assert await store.run(keep(late)) == [an_answer()]
    assert await store.read(kept()) == late


async def test_many_who_come_at_once_under_one_key_do_it_once(store: Store):
    answers = await asyncio.gather(*(store.run(once(an_answer(), id)) for id in range(1, 40)))
    assert answers.count(None) == 1
    assert answers.count(an_answer()) == 38
    assert len([record async for record in store.aggregates("demo", "invoice")]) == 1
    await assert_whole(store)


async def test_old_answers_are_forgotten_in_every_workspace(store: Store):
    old, new = an_answer(key=b"old"), an_answer(key=b"new", kept_at=NOON + timedelta(microseconds=1))
    await store.run(keep(old, new))
    await store.run(keep(old, workspace="other"))
    assert await store.forget_answers(NOON) == 2
    assert await store.forget_answers(NOON) == 0
    assert [await store.read(kept(key)) for key in (b"old", b"new")] == [None, new]


async def test_erasing_forgets_answers_too(store: Store):
    await store.run(keep(an_answer()))
    await store.erase()
    assert await store.read(kept()) is None


async def test_on_two_nodes_it_is_done_once(postgres: Postgres):
    url = await postgres.empty_ledger()
    nodes = (await open_postgres(url), await open_postgres(url))
    await nodes[0].run(put())
    for key in range(40):
        answer = an_answer(key=b"%d" % key)
        answers = await asyncio.gather(*(nodes[place % 2].run(once(answer, 9 * key + place + 1)) for place in range(9)))
        assert answers.count(None) == 1
        assert answers.count(answer) == 8
    assert len([record async for record in nodes[0].aggregates("demo", "invoice")]) == 40
    await assert_whole(nodes[1])
    for node in nodes:
        await node.close()


async def test_on_two_nodes_one_answer_takes_the_place_of_an_old_one(postgres: Postgres):
    url = await postgres.empty_ledger()
    nodes = (await open_postgres(url), await open_postgres(url))
    await nodes[0].run(keep(an_answer()))
    late = [an_answer(kept_at=NOON + timedelta(days=2 + place), body=b"%d" % place) for place in range(20)]
    befores = await asyncio.gather(*(nodes[place % 2].run(keep(answer)) for place, answer in enumerate(late)))
    assert sum(before == [an_answer()] for before in befores) == 1
    assert len({before.body for (before,) in befores}) == 20
    for node in nodes:
        await node.close()
