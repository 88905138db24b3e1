"""Deleting invoices, one or many (contract §4.8, §14)."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import a_caller
from tests.dialects.onlyoffice.conftest import (
    DRAFT,
    OPEN,
    OWNERS,
    PAID,
    REJECTED,
    TO_PRIVATE,
    VOID,
    Portal,
    a_body,
    out_of_range,
    refusal,
    response,
)
from tests.walking import walk


async def delete(portal: Portal, id: object, token: str = "owner-token", body: Any = b""):
    return await portal.send("DELETE", f"/invoice/{id}", body, token)


async def delete_many(portal: Portal, sent: Any, token: str = "owner-token", path: str = "/invoice"):
    return await portal.send("DELETE", path, sent, token)


async def ids_left(portal: Portal) -> list[int]:
    return [record.value.id for record in await walk(portal.ledger.store.aggregates("demo", "invoice"))]


@pytest.mark.parametrize("id", [DRAFT, OPEN, PAID, REJECTED, VOID])
async def test_an_invoice_in_any_status_is_deleted_and_shown_without_its_lines_and_cost(portal: Portal, id: int):
    before = await portal.shown(id)
    gone = response(await delete(portal, id))
    assert gone == {name: value for name, value in before.items() if name != "invoiceLines"} | {"cost": Decimal(0)}
    assert refusal(await portal.get(f"/invoice/{id}")) == (404, "Not found")
    assert refusal(await delete(portal, id)) == (404, "Not found")
    assert refusal(await portal.put(a_body(), f"/invoice/{id}")) == (404, "Not found")


async def test_its_history_stays_and_its_end_is_told(portal: Portal):
    await delete(portal, DRAFT, "ida-token")
    entries = await portal.ledger.history(a_caller(), "invoice", DRAFT)
    assert [entry.version for entry in entries] == [1, 2]
    assert json.loads(entries[-1].body)["actor"] == "ida"
    assert json.loads((await walk(portal.ledger.store.outbox()))[-1].body)["name"] == "invoice.deleted"


async def test_its_number_is_free_and_its_id_is_not_given_again(portal: Portal):
    await delete(portal, DRAFT)
    answer = await portal.send("POST", "/invoice", a_body(number="INV-0000017"))
    assert response(answer, 201)["id"] == TO_PRIVATE + 1


@pytest.mark.parametrize(("token", "id"), [("ida-token", OWNERS), ("eve-token", DRAFT), ("eve-token", TO_PRIVATE)])
async def test_somebody_elses_is_not_deleted_by_whoever_administers_nothing(portal: Portal, token: str, id: int):
    before = await portal.everything()
    assert refusal(await delete(portal, id, token)) == (403, "Access Denied")
    assert await portal.everything() == before


@pytest.mark.parametrize(
    ("token", "id"),
    [
        ("owner-token", OWNERS),
        ("owner-token", DRAFT),
        ("house-token", OWNERS),
        ("ida-token", DRAFT),
        ("ida-token", PAID),
    ],
)
async def test_administrators_and_authors_delete(portal: Portal, token: str, id: int):
    assert response(await delete(portal, id, token))["id"] == id


@pytest.mark.parametrize(("id", "status"), [(0, 400), (404, 404), (99, 404), (2**31, 400)])
async def test_what_is_not_there_is_not_deleted(portal: Portal, id: int, status: int):
    before = await portal.everything()
    assert refusal(await delete(portal, id))[0] == status
    assert await portal.everything() == before


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/invoice", {"invoiceids": [DRAFT, OPEN]}),
        ("/invoice.json", {"invoiceIds": [OPEN, DRAFT, OPEN]}),
        ("/invoice", f"invoiceids={DRAFT}&invoiceids={OPEN}".encode()),
        ("/invoice", f"invoiceids[]={DRAFT}&invoiceids[]={OPEN}".encode()),
        ("/invoice", f"invoiceids[0]={DRAFT}&invoiceids[1]={OPEN}".encode()),
        (f"/invoice?invoiceids={DRAFT}&invoiceids={OPEN}", b""),
        (f"/invoice?invoiceids={DRAFT}&invoiceids={OPEN}", {"invoiceids": [DRAFT, OPEN]}),
        (f"/invoice?invoiceids[]={DRAFT}&invoiceids[]={OPEN}&pr=1", f"invoiceids[]={DRAFT}".encode()),
    ],
)
async def test_many_are_deleted_in_every_encoding_each_once(portal: Portal, path: str, sent: Any):
    answer = await delete_many(portal, sent, path=path)
    assert [(one["id"], one["cost"]) for one in response(answer)] == [(DRAFT, 0), (OPEN, 0)]
    assert answer.json()["count"] == 2
    assert "total" not in answer.json()
    assert await ids_left(portal) == [PAID, REJECTED, VOID, OWNERS, TO_PRIVATE]


async def test_one_id_alone_is_a_list_of_one(portal: Portal):
    assert [one["id"] for one in response(await delete_many(portal, {"invoiceids": DRAFT}))] == [DRAFT]


async def test_what_the_caller_may_not_delete_is_left_out(portal: Portal):
    sent = {"invoiceids": [404, 0, -5, OWNERS, TO_PRIVATE, DRAFT]}
    assert [one["id"] for one in response(await delete_many(portal, sent, "ida-token"))] == [DRAFT]
    before = await portal.everything()
    answer = await delete_many(portal, sent, "ida-token")
    assert answer.text == '{"status":0,"statusCode":200,"response":[]}'
    assert await portal.everything() == before


@pytest.mark.parametrize("sent", [b"", {}, {"invoiceids": []}, {"invoiceids": ""}, {"ids": [DRAFT]}])
async def test_of_no_ids_none_is_deleted(portal: Portal, sent: Any):
    before = await portal.everything()
    assert refusal(await delete_many(portal, sent)) == out_of_range("invoiceids")
    assert await portal.everything() == before


async def test_stock_is_not_given_back_and_a_deleted_line_is_not_found(portal: Portal):
    await delete_many(portal, {"invoiceids": [OPEN]})
    assert refusal(await portal.send("PUT", "/invoiceline/51", {"invoiceId": OPEN, "invoiceItemId": 4}))[0] == 404


async def test_nobody_deletes_without_credentials(portal: Portal):
    for path in ("/invoice", f"/invoice/{DRAFT}"):
        assert (await portal.send("DELETE", path, {"invoiceids": [DRAFT]}, None)).status_code == 401
