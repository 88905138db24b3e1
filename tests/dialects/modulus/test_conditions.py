"""`ETag` and `If-Match`, as in every dialect: no change is lost that somebody else made meanwhile."""

from typing import Any

import httpx
import pytest

from billingua.core.lifecycle import Status
from billingua.dialects.modulus.routes import make_reading_face
from billingua.engine.invoices import AmendInvoice, amend_invoice
from billingua.wire.replies import encode_json
from tests.builders import a_caller
from tests.dialects.modulus.conftest import CHANGED, DRAFT, NOW, OPEN, PATH, VOID, Modulus, without_code
from tests.dialects.modulus.shop import AN_INVOICE, Shop

CHANGES = [
    pytest.param("STATUS_SENT", DRAFT, Status.OPEN, id="send a draft"),
    pytest.param("STATUS_SENT", OPEN, Status.OPEN, id="send what was sent"),
    pytest.param("STATUS_VOID", OPEN, Status.VOID, id="void"),
]
"""Every change of status: what is asked for, of which invoice, and what it comes to."""


async def ask(modulus: Modulus, status: str, id: int, *tags: str, **members: Any) -> httpx.Response:
    body = {"invoice_id": id, "status": status, "invoice_number": f"INV-{id}"} | members
    headers = [("Content-Type", "application/json"), *(("If-Match", tag) for tag in tags)]
    return await modulus.client.patch(PATH, params={"token": "good"}, headers=headers, content=encode_json(body))


async def change_elsewhere(modulus: Modulus, id: int) -> None:
    """Have an invoice changed by somebody else, through another dialect."""
    command = AmendInvoice(invoice=id, fields={"terms": "7 days", "due_at": NOW})
    await modulus.ledger.run(a_caller(dialect="bigcommerce"), amend_invoice, command)


async def test_every_answer_about_one_invoice_has_its_version_as_its_tag(modulus: Modulus) -> None:
    answers = [await ask(modulus, status, DRAFT) for status in ("STATUS_SENT", "STATUS_SENT", "STATUS_VOID")]
    answers.append(await ask(modulus, "STATUS_SENT", VOID))
    reader = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=make_reading_face(modulus.ledger)), base_url="http://billingua.test"
    )
    async with reader:
        answers.append(await reader.get(f"/_admin/invoices/{DRAFT}", params={"token": "good"}))

    assert [answer.status_code for answer in answers] == [200, 200, 200, 400, 200]
    assert [answer.headers.get("etag") for answer in answers] == ['"2"', '"2"', '"3"', None, '"3"']


async def test_a_new_invoice_has_its_tag_too(shop: Shop) -> None:
    answer = await shop.post(PATH, AN_INVOICE)

    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')


@pytest.mark.parametrize("tags", [('"2"',), ('"7", "2"',), ('"7"', '"2"'), ("*",), ()], ids=str)
@pytest.mark.parametrize(("asked", "id", "status"), CHANGES)
async def test_what_is_as_expected_is_changed(
    modulus: Modulus, asked: str, id: int, status: Status, tags: tuple[str, ...]
) -> None:
    await change_elsewhere(modulus, id)

    answer = await ask(modulus, asked, id, *tags)

    assert (answer.status_code, answer.json()) == (200, CHANGED)
    assert (await modulus.invoice(id)).status is status


@pytest.mark.parametrize(
    ("tags", "named"),
    [(('"1"',), ": due_date, terms."), (('"1", "7"',), "."), (('W/"2"',), "."), (('"else"',), ".")],
    ids=str,
)
@pytest.mark.parametrize(("asked", "id", "status"), CHANGES)
async def test_what_changed_meanwhile_is_left_alone_and_named(
    modulus: Modulus, asked: str, id: int, status: Status, tags: tuple[str, ...], named: str
) -> None:
    await change_elsewhere(modulus, id)
    before = await modulus.everything()

    answer = await ask(modulus, asked, id, *tags)

    told = without_code(f"The invoice was changed meanwhile{named}") | {"title": "Precondition Failed"}
    assert (answer.status_code, answer.json()) == (412, told)
    assert await modulus.everything() == before


@pytest.mark.parametrize(
    ("id", "members", "message"),
    [
        (99, {}, "Invalid invoice."),
        (DRAFT, {"invoice_number": "INV-guessed"}, "Invalid invoice."),
        (DRAFT, {"invoice_id": "none"}, "Missing invoice id."),
    ],
)
async def test_whoever_does_not_know_an_invoice_is_not_told_that_it_changed(
    modulus: Modulus, id: int, members: dict[str, Any], message: str
) -> None:
    answer = await ask(modulus, "STATUS_SENT", id, '"7"', **members)

    assert (answer.status_code, answer.json()) == (400, without_code(message))


async def test_a_change_is_told_before_that_the_status_forbids_it(modulus: Modulus) -> None:
    assert (await ask(modulus, "STATUS_SENT", VOID, '"7"')).status_code == 412
