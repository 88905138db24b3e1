"""`ETag` and `If-Match`, as in every dialect: no change is lost that somebody else made meanwhile."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from billingua.core.lifecycle import Status
from billingua.engine.invoices import AmendInvoice, amend_invoice
from billingua.wire.replies import encode_json
from tests.builders import a_caller
from tests.dialects.onlyoffice.conftest import DRAFT, OPEN, TO_PRIVATE, Portal, a_body, refusal
from tests.dialects.onlyoffice.test_lines import OTHERS, TWO

LINE: Mapping[str, Any] = {"invoiceId": TWO, "invoiceItemId": 6, "quantity": 2, "price": 3}
CALLS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "replace": ("PUT", f"/invoice/{TWO}", a_body()),
    "delete": ("DELETE", f"/invoice/{TWO}", {}),
    "delete one": ("DELETE", "/invoice", {"invoiceids": [TWO]}),
    "send": ("PUT", "/invoice/status/sent", {"invoiceids": [TWO]}),
    "send one twice": ("PUT", "/invoice/status/sent", {"invoiceids": [TWO, TWO]}),
    "pay, which a draft is not": ("PUT", "/invoice/status/paid", {"invoiceids": [TWO]}),
    "creation date": ("PUT", f"/invoice/{TWO}/creationdate", {"creationDate": "2031-01-01"}),
    "modification date": ("PUT", f"/invoice/{TWO}/lastmodifeddate", {"lastModifedDate": "2031-01-01"}),
    "add a line": ("POST", "/invoiceline", LINE),
    "change a line": ("PUT", "/invoiceline/82", LINE),
    "remove a line": ("DELETE", "/invoiceline/82", {}),
}
"""Every call that changes one invoice: its verb, its path and its body."""

LEFT = {"delete": None, "delete one": None, "pay, which a draft is not": 2}
"""In which version they leave an invoice that was in its second: None where it is gone, and else the third."""


@pytest.fixture
def others() -> tuple[Any, ...]:
    return OTHERS


async def send(
    portal: Portal, call: tuple[str, str, Mapping[str, Any]], *tags: str, token: str = "owner-token"
) -> httpx.Response:
    verb, path, body = call
    headers = [("Authorization", token), ("Content-Type", "application/json"), *(("If-Match", tag) for tag in tags)]
    return await portal.client.request(verb, f"/api/2.0/crm{path}", headers=headers, content=encode_json(body))


async def change_elsewhere(portal: Portal, id: int = TWO) -> None:
    """Have an invoice changed by somebody else, through another dialect."""
    command = AmendInvoice(invoice=id, fields={"terms": "7 days", "purchase_order_number": "PO-8"})
    await portal.ledger.run(a_caller(dialect="bigcommerce"), amend_invoice, command)


async def tag_of(portal: Portal, id: int = TWO) -> str | None:
    return (await portal.get(f"/invoice/{id}")).headers.get("etag")


@pytest.mark.parametrize("name", CALLS)
async def test_every_answer_about_one_invoice_has_its_version_as_its_tag(portal: Portal, name: str) -> None:
    await change_elsewhere(portal)
    assert await tag_of(portal) == '"2"'

    answer = await send(portal, CALLS[name])

    version = LEFT.get(name, 3)
    tag = None if version is None else f'"{version}"'
    assert (answer.is_success, answer.headers.get("etag"), await tag_of(portal)) == (True, tag, tag)


async def test_a_new_invoice_and_one_that_is_found_by_its_number_have_a_tag_and_lists_have_none(portal: Portal) -> None:
    await change_elsewhere(portal, DRAFT)

    answers = [
        await send(portal, ("POST", "/invoice", a_body(number="N-1"))),
        await portal.get("/invoice/bynumber", params={"number": "INV-0000017"}),
        await portal.get(f"/invoice/{DRAFT}.xml"),
        await portal.get("/invoice/filter"),
        await portal.get("/invoice/sample"),
        await send(portal, ("PUT", "/invoice/status/sent", {"invoiceids": [DRAFT, OPEN]})),
    ]

    assert [answer.is_success for answer in answers] == [True] * len(answers)
    assert [answer.headers.get("etag") for answer in answers] == ['"1"', '"2"', '"2"', None, None, None]


@pytest.mark.parametrize("tags", [('"2"',), ('"7", "2"',), ('"7"', '"2"'), ("*",)], ids=str)
@pytest.mark.parametrize("name", CALLS)
async def test_what_is_as_expected_is_changed(portal: Portal, name: str, tags: tuple[str, ...]) -> None:
    await change_elsewhere(portal)

    answer = await send(portal, CALLS[name], *tags)

    version = LEFT.get(name, 3)
    assert answer.is_success
    assert await tag_of(portal) == (None if version is None else f'"{version}"')


@pytest.mark.parametrize(
    ("tags", "named"),
    [
        (('"1"',), "\r\nChanged: purchaseOrderNumber, terms"),
        (('"1", "7"',), ""),
        (('W/"2"',), ""),
        (('"else"',), ""),
    ],
    ids=["older", "older and newer", "weak", "unknown"],
)
@pytest.mark.parametrize("name", CALLS)
async def test_what_changed_meanwhile_is_left_alone_and_named(
    portal: Portal, name: str, tags: tuple[str, ...], named: str
) -> None:
    await change_elsewhere(portal)
    before = await portal.everything()

    answer = await send(portal, CALLS[name], *tags)

    assert refusal(answer) == (412, f"The invoice was changed meanwhile.{named}")
    assert "etag" not in answer.headers
    assert await portal.everything() == before


@pytest.mark.parametrize(
    "call",
    [
        ("PUT", "/invoice/status/sent", {"invoiceids": [TWO, DRAFT]}),
        ("DELETE", "/invoice", {"invoiceids": [TWO, DRAFT]}),
        ("POST", "/invoice", a_body(number="N-1")),
    ],
    ids=["statuses", "deletions", "new"],
)
async def test_what_is_about_several_invoices_or_a_new_one_ignores_it(portal: Portal, call: Any) -> None:
    assert (await send(portal, call, '"7"')).is_success


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (("PUT", f"/invoice/{TO_PRIVATE}", a_body()), 404),
        (("DELETE", f"/invoice/{TO_PRIVATE}", {}), 403),
        (("DELETE", "/invoice", {"invoiceids": [TO_PRIVATE]}), 403),
        (("PUT", "/invoice/status/sent", {"invoiceids": [TO_PRIVATE]}), 400),
        (("PUT", f"/invoice/{TO_PRIVATE}/creationdate", {"creationDate": "2031-01-01"}), 404),
        (("POST", "/invoiceline", {**LINE, "invoiceId": TO_PRIVATE}), 403),
        (("PUT", f"/invoice/{TWO}", a_body()), 404),
        (("POST", "/invoiceline", LINE), 403),
        (("PUT", "/invoiceline/82", LINE), 403),
        (("DELETE", "/invoiceline/82", {}), 403),
        (("PUT", "/invoice/999", a_body()), 404),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else f"{value[0]} {value[1]}",
)
async def test_whoever_may_not_change_an_invoice_does_not_hear_that_it_changed(
    portal: Portal, call: Any, status: int
) -> None:
    answer = await send(portal, call, '"7"', token="eve-token")

    assert refusal(answer)[0] == status


async def test_a_change_is_told_before_that_the_status_forbids_it(portal: Portal) -> None:
    assert (await portal.stored(OPEN)).status is Status.OPEN

    assert (await send(portal, ("PUT", f"/invoice/{OPEN}", a_body()), '"7"')).status_code == 412
