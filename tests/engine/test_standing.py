"""Whoever has a token is known again, and nothing is done for them before that is proven."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from billingua.core.access import Credential, User
from billingua.core.errors import InvoiceNotFound
from billingua.engine import standing
from billingua.engine.clock import SandboxClock, SystemClock
from billingua.engine.credentials import hash_secret, revoke_credential
from billingua.engine.kinds import THE_WORKSPACE, by_secret
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Decision, Needs, Proof, StandingChanged, by_id
from billingua.engine.planting import Plant, plant
from billingua.engine.ports import StoreFailed
from billingua.stores.memory import MemoryStore
from tests.builders import NOON, a_caller, a_credential, a_user, a_workspace

ADA = a_user(id=1, username="ada")
TOKENS = [
    a_credential(id=1, dialect="crux", secret_hash=hash_secret("hers"), user="ada"),
    a_credential(id=2, dialect="crux", secret_hash=hash_secret("nobody's"), user=None),
    a_credential(id=3, dialect="crux", secret_hash=hash_secret("a ghost's"), user="bob"),
]


@pytest.fixture
async def ledger() -> AsyncIterator[Ledger]:
    ledger = Ledger(MemoryStore(), SandboxClock(SystemClock()))
    for name in ("demo", "another"):
        await ledger.run(a_caller(workspace=name), plant, Plant(a_workspace(name=name), [ADA, *TOKENS]))
    yield ledger
    await ledger.store.close()


def token(secret: str) -> Any:
    return by_secret("crux", hash_secret(secret))


def save(value: Any, caller: Any, now: Any):
    found = yield Needs([by_id(type(value), value.id)])
    assert found.get(by_id(type(value), value.id))
    return Decision(None, saves=[value])


async def known(ledger: Ledger, secret: str = "hers") -> standing.Standing:
    return (await ledger.standings.look_up(token(secret), NOON))[1]


def a_proof(known: standing.Standing) -> Proof:
    return Proof(known.records, known.credential.expires_at)


async def test_a_token_stands_for_a_user_in_each_workspace_that_knows_it(ledger: Ledger):
    found = await ledger.standings.look_up(token("hers"), NOON)
    assert [(each.name, each.user, each.credential, each.workspace.name) for each in found] == [
        ("another", ADA, TOKENS[0], "another"),
        ("demo", ADA, TOKENS[0], "demo"),
    ]
    assert ledger.standings.recall(token("hers")) == found


async def test_a_token_of_no_user_stands_for_itself(ledger: Ledger):
    assert (await known(ledger, "nobody's")).user is None


@pytest.mark.parametrize("secret", ["a ghost's", "unheard of"])
async def test_who_stands_for_nobody_is_not_remembered(ledger: Ledger, secret: str):
    assert await ledger.standings.look_up(token(secret), NOON) == []
    assert ledger.standings.recall(token(secret)) == ()


async def test_not_more_are_remembered_than_fit(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(standing, "MOST_REMEMBERED", 1)
    await known(ledger, "nobody's")
    await known(ledger, "hers")
    assert ledger.standings.recall(token("nobody's")) == ()
    assert ledger.standings.recall(token("hers"))


@pytest.mark.parametrize(
    "changed",
    [
        replace(ADA, permissions=()),
        replace(TOKENS[0], label="another"),
        a_workspace(name="demo", settings={"crux": {"a": 1}}),
    ],
)
async def test_once_anything_it_rests_on_is_saved_nothing_is_done_for_a_standing(ledger: Ledger, changed: Any):
    caller = replace(a_caller(workspace="demo"), proof=a_proof(await known(ledger)))
    await ledger.run(a_caller(workspace="demo"), save, changed)

    with pytest.raises(StandingChanged):
        await ledger.run(caller, save, replace(ADA, name="Eve"))

    (_, demo) = await ledger.store.find(by_id(User, 1))
    assert demo[1].value.name == ADA.name


async def test_in_the_very_batch_in_which_a_token_is_revoked_nothing_is_done_for_it_afterwards(ledger: Ledger):
    callers = [replace(a_caller(workspace="demo"), proof=a_proof(await known(ledger))) for _ in range(2)]
    early, revoked, late = await asyncio.gather(
        ledger.run(callers[0], save, replace(ADA, name="Eve")),
        ledger.run(a_caller(workspace="demo"), revoke_credential, 1),
        ledger.run(callers[1], save, replace(ADA, name="Mallory")),
        return_exceptions=True,
    )
    assert early is None
    assert isinstance(revoked, Credential)
    assert isinstance(late, StandingChanged)


async def test_a_token_whose_time_is_up_opens_nothing_at_the_moment_of_the_change(ledger: Ledger):
    proof = Proof((await known(ledger)).records, ends_at=NOON)
    ledger.clock.set(NOON)
    with pytest.raises(StandingChanged):
        await ledger.prove(replace(a_caller(workspace="demo"), proof=proof))
    ledger.clock.set(NOON - timedelta(seconds=1))
    await ledger.prove(replace(a_caller(workspace="demo"), proof=proof))


async def test_an_answer_may_be_told_once_a_plan_has_proven_who_asks(ledger: Ledger):
    proof = a_proof(await known(ledger))
    caller = replace(a_caller(workspace="demo"), proof=proof)
    await ledger.prove(caller)
    assert proof.is_given
    await ledger.run(a_caller(workspace="demo"), revoke_credential, 1)
    await ledger.prove(caller)


async def test_whoever_was_proven_by_a_question_is_proven_again_by_a_change(ledger: Ledger):
    caller = replace(a_caller(workspace="demo"), proof=a_proof(await known(ledger)))
    await ledger.prove(caller)
    await ledger.run(a_caller(workspace="demo"), revoke_credential, 1)
    with pytest.raises(StandingChanged):
        await ledger.run(caller, save, replace(ADA, name="Eve"))


async def test_the_second_change_of_a_request_is_made_as_the_first_was(ledger: Ledger):
    caller = replace(a_caller(workspace="demo"), proof=a_proof(await known(ledger)))
    await ledger.run(caller, save, replace(ADA, name="Eve"))
    await ledger.run(caller, save, replace(ADA, name="Ada Eve"))
    saved = dict(await ledger.store.find(by_id(User, 1)))
    assert saved["demo"].value.name == "Ada Eve"


async def test_a_store_that_fails_proves_nothing(ledger: Ledger):
    proof = a_proof(await known(ledger))
    await ledger.store.close()
    with pytest.raises(StoreFailed):
        await ledger.run(replace(a_caller(workspace="demo"), proof=proof), save, ADA)
    assert not proof.is_given


async def test_whoever_has_nothing_to_prove_is_believed(ledger: Ledger):
    await ledger.prove(a_caller(workspace="demo"))


def decide_at_once(answer: str, caller: Any, now: Any):
    return Decision(answer)
    yield Needs()


def refuse_at_once(answer: int, caller: Any, now: Any):
    raise InvoiceNotFound(answer)
    yield Needs()


def ask_twice(answer: str, caller: Any, now: Any):
    found = yield Needs([THE_WORKSPACE])
    assert found.get(THE_WORKSPACE)
    found = yield Needs([by_id(Credential, 2)])
    assert found.get(by_id(Credential, 2))
    return Decision(answer)


@pytest.mark.parametrize("plan", [decide_at_once, ask_twice])
@pytest.mark.parametrize("way", ["run", "read"])
async def test_a_plan_answers_as_it_does_without_proof(ledger: Ledger, way: str, plan: Any):
    proof = a_proof(await known(ledger))
    caller = replace(a_caller(workspace="demo"), proof=proof)
    assert await getattr(ledger, way)(caller, plan, "done") == "done"
    assert proof.is_given


async def test_a_plan_that_refuses_at_once_is_heard_only_with_proof(ledger: Ledger):
    caller = replace(a_caller(workspace="demo"), proof=a_proof(await known(ledger)))
    with pytest.raises(InvoiceNotFound):
        await ledger.read(caller, refuse_at_once, 7)
    late = replace(a_caller(workspace="demo"), proof=a_proof(await known(ledger)))
    await ledger.run(a_caller(workspace="demo"), revoke_credential, 1)
    with pytest.raises(StandingChanged):
        await ledger.read(late, refuse_at_once, 7)


async def test_a_record_that_is_gone_proves_nothing(ledger: Ledger):
    proof = a_proof(await known(ledger))
    await ledger.store.erase()
    with pytest.raises(StandingChanged):
        await ledger.prove(replace(a_caller(workspace="demo"), proof=proof))
