"""Reading documents back, which the product does not: served in the sandbox alone (contract §10)."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from billingua.dialects.modulus import make_reading_face
from billingua.wire.bodies import decode_json
from billingua.wire.face import Face
from tests.dialects.modulus.shop import (
    A_COLLECTION,
    A_TRANSACTION,
    AN_INVOICE,
    COLLECTION_PATH,
    INVOICE_PATH,
    TRANSACTION_PATH,
    Shop,
)


@pytest.fixture
def reader(shop: Shop, client_of: Callable[[Face], httpx.AsyncClient]) -> httpx.AsyncClient:
    return client_of(make_reading_face(shop.ledger))


async def read(reader: httpx.AsyncClient, path: str, token: str = "good") -> tuple[int, Any]:
    answer = await reader.get(f"/_admin/{path}", params={"token": token})
    return answer.status_code, decode_json(answer.content)


async def test_an_invoice_is_read_back_as_it_was_made(shop: Shop, reader: httpx.AsyncClient) -> None:
    made = await shop.made(INVOICE_PATH, AN_INVOICE)

    assert await read(reader, f"invoices/{made['invoice_id']}") == (
        200,
        {
            "invoice_id": 1,
            "invoice_number": "INV_2024_05_06_1",
            "status": "STATUS_DRAFT",
            "issue_date": "2024-05-06",
            "due_date": "2024-06-05",
            "void_date": None,
            "customer_code": "C-310",
            "branch_code": "BR-02",
            "book_id": 4,
            "payment_term_id": 2,
            "items": decode_json(
                b'[{"item_code": "PPR-A4", "unit_id": 3, "quantity": 12.5, "unit_price": 40, "discount": 1.5}]'
            ),
        },
    )


async def test_a_year_has_four_digits_always(shop: Shop, reader: httpx.AsyncClient) -> None:
    made = await shop.made(INVOICE_PATH, AN_INVOICE | {"issue_date": "0999-05-01"})

    _, shown = await read(reader, f"invoices/{made['invoice_id']}")
    assert (shown["issue_date"], made["invoice_serial"]) == ("0999-05-01", "INV_0999_05_01_1")


async def test_a_void_invoice_says_since_when(shop: Shop, reader: httpx.AsyncClient) -> None:
    made = await shop.made(INVOICE_PATH, AN_INVOICE)
    body = {"invoice_id": 1, "invoice_number": made["invoice_serial"], "status": "STATUS_VOID"}
    await shop.client.patch(INVOICE_PATH, params={"token": "good"}, json=body)

    _, shown = await read(reader, "invoices/1")
    assert (shown["status"], shown["void_date"]) == ("STATUS_VOID", "2024-05-06 12:40:02")


async def test_cash_is_read_back_with_what_it_adds_to_sales(shop: Shop, reader: httpx.AsyncClient) -> None:
    await shop.made(COLLECTION_PATH, A_COLLECTION)
    await shop.made(TRANSACTION_PATH, A_TRANSACTION)

    (_, sale), (_, income) = await read(reader, "cash/1"), await read(reader, "cash/2")
    told = [(one["document_type"], one["serial"], str(one["cash_flow"]), str(one["net"])) for one in (sale, income)]
    assert told == [("Collection Receipt", "CR_1", "8.70", "8.70"), ("Transaction", "CR_2", "99.5", "0")]
    assert (sale["customer_code"], income["customer_code"], income["counter_party"]) == ("C-311", None, "Petty cash")


@pytest.mark.parametrize(("path", "message"), [("invoices/99", "Invalid invoice."), ("cash/99", "Invalid receipt.")])
async def test_what_is_not_there_is_not_read(reader: httpx.AsyncClient, path: str, message: str) -> None:
    assert await read(reader, path) == (400, {"result": False, "title": "Error", "message": message})


async def test_who_may_not_see_a_customer_sees_nothing_of_what_they_bought(
    shop: Shop, reader: httpx.AsyncClient
) -> None:
    customer = {"code": "C-SECRET", "name": "Secret", "type": "organization"}
    await shop.made(INVOICE_PATH, AN_INVOICE | {"customer_details": customer})
    await shop.made(COLLECTION_PATH, A_COLLECTION | {"customer_details": customer})

    assert [(await read(reader, path, "idas"))[0] for path in ("invoices/1", "cash/1")] == [400, 400]


async def test_nothing_is_read_without_a_token(reader: httpx.AsyncClient) -> None:
    assert (await read(reader, "invoices/1", "bad"))[0] == 401
