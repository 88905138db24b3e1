"""`ETag` and `If-Match`, as in every dialect: no change is lost that somebody else made meanwhile."""

from typing import Any

import httpx
import pytest

from billingua.core.lifecycle import Status
from billingua.engine.invoices import AmendInvoice, amend_invoice
from billingua.wire.replies import encode_json
from tests.builders import NOON, a_caller, an_order, an_order_line
from tests.dialects.bigcommerce.conftest import BASE, JSON, Filling, StoreClient, bc_invoice
from tests.walking import walk

UPDATE = {"termsConditions": "45 days"}
CHANGES = [
    pytest.param("PUT", UPDATE, {"termsConditions": "45 days"}, id="update"),
    pytest.param("PUT", {}, {}, id="update of nothing"),
    pytest.param("DELETE", None, None, id="delete"),
]
"""Every call that changes one invoice: its verb, its body, and what it says of the invoice afterwards."""


async def send(store: StoreClient, verb: str, path: str, body: Any = None, *tags: str) -> httpx.Response:
    headers = [*JSON.items(), *(("If-Match", tag) for tag in tags)]
    content = b"" if body is None else encode_json(body)
    return await store.client.request(verb, BASE + path, headers=headers, content=content)


async def change_elsewhere(store: StoreClient, **fields: Any) -> None:
    """Have an invoice changed by somebody else, through another dialect."""
    command = AmendInvoice(invoice=9, fields={"terms": "7 days", **fields}, extras={"colour": "red"})  # type: ignore[typeddict-item]
    await store.ledger.run(a_caller(actor="eve"), amend_invoice, command)


async def everything(store: StoreClient) -> list[Any]:
    return await walk(store.ledger.store.aggregates("demo", "invoice"), store.ledger.store.journal())


async def test_every_answer_about_one_invoice_has_its_version_as_its_tag(store_with: Filling) -> None:
    store = await store_with(bc_invoice(), an_order(id=101, lines=(an_order_line(),)))
    new = {
        "invoiceNumber": "N-1",
        "customerId": "95075",
        "originalBalance": {"code": "USD", "value": "5"},
        "openBalance": {"code": "USD", "value": "5"},
    }

    answers = [
        await send(store, "GET", "/invoices/9"),
        await send(store, "PUT", "/invoices/9", UPDATE),
        await send(store, "PUT", "/invoices/9", {"unknown": 1}),
        await send(store, "GET", "/invoices/9"),
        await send(store, "POST", "/invoices", new),
        await send(store, "POST", "/orders/101/invoices"),
        await send(store, "GET", "/invoices"),
        await send(store, "DELETE", "/invoices/9"),
        await send(store, "GET", "/invoices/9"),
    ]

    assert [answer.status_code for answer in answers] == [*[200] * 8, 404]
    tags = ['"1"', '"2"', '"2"', '"2"', '"1"', '"1"', None, None, None]
    assert [answer.headers.get("etag") for answer in answers] == tags


@pytest.mark.parametrize("tags", [('"2"',), ('"7", "2"',), ('"7"', '"2"'), ("*",), ()], ids=str)
@pytest.mark.parametrize(("verb", "body", "shown"), CHANGES)
async def test_what_is_as_expected_is_changed(
    store_with: Filling, verb: str, body: Any, shown: dict[str, Any] | None, tags: tuple[str, ...]
) -> None:
    store = await store_with(bc_invoice())
    await change_elsewhere(store)

    answer = await send(store, verb, "/invoices/9", body, *tags)

    assert (answer.status_code, answer.json()["data"]) == (200, {"id": 9})
    if shown is None:
        assert (await store.get("/invoices/9")).status_code == 404
    else:
        assert (await store.shown()).items() >= shown.items()


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        (('"1"',), ("dueDate", "extras", "purchaseOrderNumber", "termsConditions")),
        (('"1", "7"',), ()),
        (('W/"2"',), ()),
        (('"else"',), ()),
    ],
    ids=str,
)
@pytest.mark.parametrize(("verb", "body", "shown"), CHANGES)
async def test_what_changed_meanwhile_is_left_alone_and_named(
    store_with: Filling, verb: str, body: Any, shown: Any, tags: tuple[str, ...], names: tuple[str, ...]
) -> None:
    store = await store_with(bc_invoice())
    await change_elsewhere(store, due_at=NOON, purchase_order_number="PO-8")
    before = await everything(store)

    answer = await send(store, verb, "/invoices/9", body, *tags)

    told = "".join(f"{name}: This was changed meanwhile.; " for name in names) or "This was changed meanwhile.; "
    meta = {"message": "Precondition Failed", "errors": told}
    assert (answer.status_code, answer.json()) == (412, {"code": 412, "data": {"id": 9}, "meta": meta})
    assert await everything(store) == before


async def test_a_change_is_told_before_what_is_wrong_and_after_what_is_not_there(store_with: Filling) -> None:
    store = await store_with(bc_invoice(status=Status.VOID))

    wrong = await send(store, "PUT", "/invoices/9", {"dueDate": "soon"}, '"7"')
    void = await send(store, "PUT", "/invoices/9", UPDATE, '"7"')
    missing = await send(store, "PUT", "/invoices/10", UPDATE, '"7"')
    gone = await send(store, "DELETE", "/invoices/x", None, '"7"')

    assert [answer.status_code for answer in (wrong, void, missing, gone)] == [412, 412, 404, 404]
