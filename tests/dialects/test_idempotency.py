"""`Idempotency-Key` in every dialect: what is asked for twice is done once, and explained in the dialect's own voice.

That every call which writes is answered the same when it is made again, all tests of the dialects see: on SQLite their
clients make each call twice.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import httpx
import pytest

from billingua.core.errors import NumberTaken
from billingua.core.payment import Payment
from billingua.engine.idempotency import KEPT_FOR
from billingua.engine.ledger import Ledger
from billingua.engine.ports import OutcomeUnknown, StoreFailed
from billingua.wire.idempotency import Exchange
from tests.dialects.crossroads import (
    DAWN,
    a_modulus_body,
    a_native_body,
    a_payment_of,
    an_office_body,
    asking,
    begin,
    posted,
)
from tests.dialects.playing import Ask
from tests.walking import walk

CALLS: Mapping[str, Ask] = {
    "crux": posted(104, "C-1", 2),
    "onlyoffice": asking("onlyoffice", "POST", "/invoice", an_office_body(number="O-1")),
    "modulus": asking("modulus", "POST", "/Invoice", a_modulus_body()),
    "bigcommerce": asking("bigcommerce", "POST", "/orders/104/invoices"),
    "native": asking("native", "POST", "/invoices", a_native_body("N-1")),
}

REUSED = "Idempotency-Key: this key stands for another request."
IN_FLIGHT = "Idempotency-Key: the request of this key is being processed."
UNREADABLE = "Idempotency-Key: up to 255 visible ASCII characters."


def said_by(dialect: str, answer: httpx.Response) -> Any:
    """Read the text of a refusal where the dialect has it."""
    body = answer.json()
    places = {
        "crux": lambda: body["detail"],
        "onlyoffice": lambda: body["error"]["message"],
        "modulus": lambda: body["message"],
        "bigcommerce": lambda: body["data"]["errMsg"],
        "native": lambda: body["type"],
    }
    return places[dialect]()


class House:
    """A server of all dialects."""

    def __init__(self, ledger: Ledger, client: httpx.AsyncClient) -> None:
        self.ledger = ledger
        self.client = client

    async def ask(self, asked: Ask, key: str | None = "key", **headers: str) -> httpx.Response:
        """Make a call under a key."""
        named = {asked.header: asked.authorization, "content-type": asked.content_type, **headers}
        named |= {"idempotency-key": key} if key is not None else {}
        url = f"http://billingua.test{asked.path}" + (f"?{asked.query}" if asked.query else "")
        given = {name: value for name, value in named.items() if value or name == "idempotency-key"}
        return await self.client.request(asked.verb, url, headers=given, content=asked.body)

    async def count(self, kind: str = "invoice") -> int:
        """Count what there is."""
        return len(await walk(self.ledger.store.aggregates("demo", kind)))


@pytest.fixture
async def house(ledger: Ledger) -> AsyncIterator[House]:
    clock: Any = ledger.clock
    clock.set(DAWN)
    transport = httpx.ASGITransport(app=await begin(ledger))
    async with httpx.AsyncClient(transport=transport) as client:
        yield House(ledger, client)


def given_again(answer: httpx.Response) -> bool:
    return answer.headers.get("idempotent-replayed") == "true"


def without_request(answer: httpx.Response) -> Mapping[str, str]:
    return {
        name: value for name, value in answer.headers.items() if name not in {"idempotent-replayed", "x-request-id"}
    }


@pytest.mark.parametrize("dialect", CALLS)
class TestInEachDialect:
    async def test_a_call_made_again_is_answered_the_same_and_done_once(self, house: House, dialect: str):
        first, again = [await house.ask(CALLS[dialect]) for _ in range(2)]
        assert first.status_code in {200, 201}, first.text
        assert (given_again(first), given_again(again)) == (False, True)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert without_request(again) == without_request(first)
        assert again.headers["x-request-id"] != first.headers["x-request-id"]
        assert await house.count() == 1

    async def test_a_key_that_stands_for_another_request_is_refused(self, house: House, dialect: str):
        await house.ask(CALLS[dialect])
        other = Ask(**{**vars(CALLS[dialect]), "body": b'{"other": 1}', "content_type": "application/json"})
        refused = await house.ask(other)
        assert refused.status_code == 422
        assert said_by(dialect, refused) in {REUSED, "/docs/problems/idempotency-key-reused"}
        assert await house.count() == 1

    async def test_a_call_that_is_made_while_it_is_being_done_is_refused(self, house: House, dialect: str):
        answers = await asyncio.gather(*(house.ask(CALLS[dialect]) for _ in range(2)))
        (refused,) = [answer for answer in answers if answer.status_code == 409]
        assert said_by(dialect, refused) in {IN_FLIGHT, "/docs/problems/idempotency-key-in-flight"}
        assert await house.count() == 1
        assert given_again(await house.ask(CALLS[dialect]))

    @pytest.mark.parametrize("key", ["", "k" * 256, "two words", "tab\tbed"])
    async def test_a_key_that_is_none_is_refused(self, house: House, dialect: str, key: str):
        refused = await house.ask(CALLS[dialect], key)
        assert refused.status_code == 400
        assert said_by(dialect, refused) in {UNREADABLE, "/docs/problems/idempotency-key-unreadable"}
        assert await house.count() == 0

    async def test_after_a_day_a_key_is_a_new_one(self, house: House, dialect: str):
        clock: Any = house.ledger.clock
        await house.ask(CALLS[dialect])
        clock.set(DAWN + KEPT_FOR - timedelta(seconds=1))
        assert given_again(await house.ask(CALLS[dialect]))
        clock.set(DAWN + KEPT_FOR)
        assert not given_again(await house.ask(CALLS[dialect]))

    async def test_nobody_who_is_not_let_in_is_told_an_answer(self, house: House, dialect: str):
        await house.ask(CALLS[dialect])
        stranger = {"authorization": f"{CALLS[dialect].authorization}-not", "query": "token=nobodys"}
        refused = await house.ask(Ask(**{**vars(CALLS[dialect]), **stranger}))
        assert refused.status_code == 401
        assert not given_again(refused)

    async def test_what_another_process_did_meanwhile_is_answered_and_not_refused(
        self, house: House, dialect: str, monkeypatch: pytest.MonkeyPatch
    ):
        """It was not done when the key was looked up, and was when the command looked: as though somebody else had."""
        run = house.ledger.run

        async def overtaken(*arguments: Any) -> Any:
            await run(*arguments)
            raise NumberTaken("1")

        monkeypatch.setattr(house.ledger, "run", overtaken)
        answer = await house.ask(CALLS[dialect])
        monkeypatch.undo()
        assert answer.status_code in {200, 201}, answer.text
        assert given_again(answer)
        assert answer.content == (await house.ask(CALLS[dialect])).content
        assert await house.count() == 1

    async def test_without_a_key_every_call_counts(self, house: House, dialect: str):
        for _ in range(2):
            assert not given_again(await house.ask(CALLS[dialect], None))


async def test_each_client_has_keys_of_its_own(house: House):
    body = {"name": "Larch & Sons"}
    for who in ("native", "onlyoffice"):
        path = "/parties" if who == "native" else "/contact/company"
        sent = body if who == "native" else {"companyName": "Larch"}
        answer = await house.ask(asking(who, "POST", path, sent))
        assert answer.status_code in {200, 201}, answer.text
        assert not given_again(answer)


async def test_a_refusal_is_not_kept_and_the_call_is_heard_anew(house: House):
    pay = asking("native", "POST", "/invoices/1/issue")
    assert (await house.ask(pay)).status_code == 404
    await house.ask(CALLS["native"], "another")
    issued = await house.ask(pay)
    assert (issued.status_code, given_again(issued)) == (200, False)


async def test_an_answer_is_given_again_whatever_became_of_the_invoice(house: House):
    made = await house.ask(CALLS["native"])
    await house.ask(asking("native", "POST", "/invoices/1/issue"), None)
    again = await house.ask(CALLS["native"])
    assert (again.json()["status"], again.headers["etag"]) == ("draft", made.headers["etag"])
    assert (
        await house.client.get("http://billingua.test/v1/invoices/1", headers={"authorization": "Bearer native"})
    ).json()["status"] == "open"


async def test_a_condition_that_held_the_first_time_is_not_looked_at_again(house: House):
    made = await house.ask(CALLS["native"], None)
    issue = asking("native", "POST", "/invoices/1/issue")
    answers = [await house.ask(issue, **{"if-match": made.headers["etag"]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert given_again(answers[1])


async def test_a_payment_is_taken_once(house: House):
    await house.ask(CALLS["bigcommerce"], None)
    pay = a_payment_of(1, "10")
    answers = [await house.ask(pay) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert await house.count("payment") == 1
    (record,) = await walk(house.ledger.store.aggregates("demo", "payment"))
    payment: Payment = record.value
    assert payment.amounts == {1: 10}


async def test_a_rehearsal_takes_no_key(house: House):
    rehearsed = asking("native", "POST", "/invoices?dry_run=true", a_native_body("N-1"))
    assert (await house.ask(rehearsed)).status_code == 200
    made = await house.ask(CALLS["native"])
    assert (made.status_code, given_again(made)) == (201, False)


async def test_a_token_is_told_once_and_never_kept(house: House):
    make = asking("native", "POST", "/tokens", {"dialect": "native", "scopes": ["read"]})
    first, again = [await house.ask(make) for _ in range(2)]
    assert given_again(again)
    assert first.json()["id"] == again.json()["id"]
    assert "token" in first.json()
    assert "token" not in again.json()


async def test_a_new_token_of_the_same_client_finds_the_same_keys(house: House):
    """modulus' tokens live for 15 minutes and stand in the address, which is otherwise part of what is asked."""
    made = await house.ask(CALLS["modulus"])
    new = asking("native", "POST", "/tokens", {"dialect": "modulus", "label": "modulus credential 4"})
    token = (await house.ask(new, None)).json()["token"]
    again = await house.ask(Ask(**{**vars(CALLS["modulus"]), "query": f"token={token}"}))
    assert (again.status_code, again.content, given_again(again)) == (made.status_code, made.content, True)


async def test_a_program_that_is_called_as_a_user_is_finds_none_of_their_keys(house: House):
    made = []
    for whose in ({"label": "root"}, {"user": "root"}):
        new = asking("native", "POST", "/tokens", {"dialect": "native", "scopes": ["write"], **whose})
        token = (await house.ask(new, None)).json()["token"]
        party = asking("native", "POST", "/parties", {"name": "Larch & Sons"})
        made.append(await house.ask(Ask(**{**vars(party), "authorization": f"Bearer {token}"})))
    assert [(answer.status_code, given_again(answer)) for answer in made] == [(201, False)] * 2
    assert made[0].json()["id"] != made[1].json()["id"]


async def test_what_is_read_needs_no_key(house: House):
    read = asking("native", "GET", "/invoices")
    assert not any([given_again(await house.ask(read)) for _ in range(2)])


@pytest.mark.parametrize(
    "read",
    [asking("crux", "POST", "/orders/", {}), asking("modulus", "POST", "/PublicItem", {}, base="/api/itm")],
    ids=["crux", "modulus"],
)
async def test_what_is_read_by_a_body_is_read_anew_and_not_kept(house: House, read: Ask):
    answers = [await house.ask(read) for _ in range(2)]
    assert [(answer.status_code, given_again(answer)) for answer in answers] == [(200, False)] * 2
    assert await house.ledger.store.forget_answers(house.ledger.clock.now()) == 0


async def test_two_keys_are_none(house: House):
    headers = [("authorization", "Bearer native"), ("idempotency-key", "one"), ("idempotency-key", "two")]
    refused = await house.client.post("http://billingua.test/v1/invoices", headers=headers, json=a_native_body("N-1"))
    assert (refused.status_code, said_by("native", refused)) == (400, "/docs/problems/idempotency-key-unreadable")
    assert await house.count() == 0


async def test_a_body_over_the_limit_is_refused_as_ever(house: House):
    large = asking("native", "POST", "/invoices", a_native_body("N" * 1_100_000))
    assert (await house.ask(large)).status_code == 413


A_BULK = asking(
    "native",
    "POST",
    "/invoices/bulk",
    {"operations": [{"operation": "create", "content": a_native_body(f"B-{place}")} for place in range(3)]},
)


def of_bulk(answer: httpx.Response) -> list[int]:
    return [item["status"] for item in answer.json()["items"]]


async def test_operations_that_another_process_did_meanwhile_are_not_refused(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    run = house.ledger.run

    async def overtaken(*arguments: Any) -> Any:
        await run(*arguments)
        raise NumberTaken("1")

    monkeypatch.setattr(house.ledger, "run", overtaken)
    monkeypatch.setattr(Exchange, "keep", AsyncMock())
    assert of_bulk(await house.ask(A_BULK)) == [201] * 3
    assert await house.count() == 3


@pytest.mark.parametrize("failure", [StoreFailed("full"), OutcomeUnknown("lost"), RuntimeError("a bug")], ids=repr)
async def test_a_bulk_of_which_something_failed_is_finished_when_it_is_made_again(
    house: House, monkeypatch: pytest.MonkeyPatch, failure: Exception
):
    run, left = house.ledger.run, [2]

    async def failing(*arguments: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise failure
        return await run(*arguments)

    monkeypatch.setattr(house.ledger, "run", failing)
    first, again, last = [await house.ask(A_BULK) for _ in range(3)]
    assert sorted(of_bulk(first))[:2] == [201, 201]
    assert sorted(of_bulk(first))[2] >= 500
    assert of_bulk(again) == of_bulk(last) == [201] * 3
    assert [given_again(answer) for answer in (first, again, last)] == [False, False, True]
    assert await house.count() == 3


async def test_a_form_that_is_sent_again_with_another_boundary_is_the_same(house: House):
    """Client libraries make a new boundary for every request."""
    url = "http://billingua.test/timp/organizations/files/upload/"
    headers = {"authorization": "Token crux", "idempotency-key": "key"}
    name = "inventory_20240101.csv"

    async def upload(content: bytes) -> httpx.Response:
        files = {"file": (name, content)}
        return await house.client.post(url, headers=headers, data={"filename": name}, files=files)

    first, again, other = [await upload(content) for content in (b"sku,quantity\n", b"sku,quantity\n", b"sku\n")]
    assert first.status_code == 201, first.text
    assert again.content == first.content
    assert [given_again(answer) for answer in (first, again)] == [False, True]
    assert other.status_code == 422
