"""Receipts: goods for cash, and cash for goods that come back (contract §5, §6)."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.cash import CashKind
from billingua.core.errors import InUse
from billingua.engine.audit import audit
from billingua.engine.catalogue import delete_item
from tests.builders import a_caller
from tests.dialects.modulus.shop import (
    A_COLLECTION,
    A_RETURN,
    COLLECTION_PATH,
    DETAILS,
    NOW,
    RETURN_PATH,
    Shop,
    coded,
    without,
)

INK = {"item_code": "I-1", "unit_id": 1, "quantity": 2, "unit_price": 10}


async def test_the_printed_collection_receipt_is_made(shop: Shop) -> None:
    status, envelope = await shop.told(COLLECTION_PATH, A_COLLECTION)

    assert (status, envelope) == (
        200,
        {
            "result": True,
            "title": "Success",
            "message": "Collection Receipt added successfully.",
            "object": {
                "collection_receipt_id": 1,
                "collection_receipt_serial": "CR_1",
                "document_type": "Collection Receipt",
                "creation_date_time": "2024-05-06 12:40:02",
            },
        },
    )
    entry = await shop.entry(1)
    customer = await shop.party("C-311")
    assert customer is not None
    assert (entry.kind, entry.number, entry.account, entry.book) == (CashKind.SALE, "CR_1", "CASH-1", 9)
    assert (entry.party, entry.currency, entry.branch, entry.payment_term) == (customer.id, "USD", "BR-02", 1)
    assert (entry.lines[0].unit_price, entry.amount, entry.created_at) == (Decimal("4.35"), Decimal("8.70"), NOW)


async def test_the_printed_return_receipt_is_made(shop: Shop) -> None:
    status, envelope = await shop.told(RETURN_PATH, A_RETURN)

    assert (status, envelope) == (
        200,
        {
            "result": True,
            "title": "Success",
            "message": "Return Receipt added successfully.",
            "object": {
                "return_receipt_id": 1,
                "return_receipt_serial": "RR_1",
                "document_type": "Return Receipt",
                "creation_date_time": "2024-05-06 12:40:02",
            },
        },
    )
    entry = await shop.entry(1)
    assert (entry.kind, entry.payment_term, entry.cash_flow) == (CashKind.RETURN, None, Decimal("-8.70"))


@pytest.mark.parametrize("name", ["Return Receipt", "Return%20Receipt", "Return+Receipt", "ReturnReceipt"])
async def test_a_return_receipt_is_made_however_its_blank_is_written(shop: Shop, name: str) -> None:
    await shop.made(f"/api/inv/v1/{name}", A_RETURN)


@pytest.mark.parametrize("path", ["/api/inv/v1/Return Receipt=good", "/api/inv/v1/CollectionReceipt=good"])
async def test_a_token_that_is_part_of_the_path_is_not_guessed_at(shop: Shop, path: str) -> None:
    status, envelope = await shop.told(path, A_RETURN)

    assert (status, envelope["title"]) == (404, "Not Found")


async def test_a_sale_counts_and_a_return_takes_away_with_their_taxes(shop: Shop) -> None:
    sale = await shop.made(COLLECTION_PATH, A_COLLECTION | {"items": [INK | {"discount": 1}]})
    back = await shop.made(RETURN_PATH, A_RETURN | {"items": [INK | {"quantity": 1}]})

    entries = [await shop.entry(sale["collection_receipt_id"]), await shop.entry(back["return_receipt_id"])]
    assert [entry.amount for entry in entries] == [Decimal("20.52"), Decimal("11.40")]
    assert sum(entry.turnover for entry in entries) == Decimal("8.00")
    assert sum(entry.tax_turnover for entry in entries) == Decimal("1.12")
    assert sum(entry.cash_flow for entry in entries) == Decimal("9.12")


async def test_a_return_knows_no_discount_and_no_payment_term(shop: Shop) -> None:
    body = A_RETURN | {"payment_term_id": 99, "items": [INK | {"discount": "everything"}]}

    made = await shop.made(RETURN_PATH, body)

    assert (await shop.entry(made["return_receipt_id"])).lines[0].discount_per_unit == 0


@pytest.mark.parametrize(
    ("path", "body"), [(COLLECTION_PATH, A_COLLECTION), (RETURN_PATH, A_RETURN)], ids=["collection", "return"]
)
@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"customer_details": None}, 5521, "Missing customer code."),
        ({"branch_code": None}, 5522, "Missing branch code."),
        ({"date": None}, 5523, "Missing or invalid issue date."),
        ({"date": "today"}, 5523, "Missing or invalid issue date."),
        ({"items": []}, 5528, "Document must has one or more item row."),
        ({"items": [{}]}, 5529, "Missing code, unit or quantity in item row with index 0."),
        ({"book_id": None}, 5530, "Missing cash book."),
        ({"account_code": " "}, 5531, "Missing Account code."),
        ({"customer_details": DETAILS | {"code": "C-EUR"}}, 5501, "Missing Currency Exchange rate."),
        ({"branch_code": "BR-03"}, 5502, "Invalid or disabled Branch."),
        ({"book_id": 4}, 5503, "Invalid book."),
        ({"salesperson_id": 8}, 5504, "Invalid salesperson may be in correct id, or not linked to the branch."),
        ({"items": [INK | {"item_code": "X"}]}, 5508, "Invalid Item code at row with index 0."),
        ({"items": [INK | {"unit_id": 77}]}, 5509, "Invalid Unit at row with index 0."),
        ({"items": [INK | {"unit_id": 3}]}, 5510, "Invalid item and unit combination at row with index 0."),
        ({"items": [INK | {"quantity": 0}]}, 5507, "Some rows are invalid."),
        ({"account_code": "CASH-EUR"}, 5517, "Account currency is different than customer currency."),
    ],
    ids=str,
)
async def test_a_fault_of_either_receipt_is_told_and_nothing_is_made(
    shop: Shop, path: str, body: dict[str, Any], changes: dict[str, Any], code: int, message: str
) -> None:
    before = await shop.everything()

    assert await shop.told(path, body | changes) == (400, coded(code, message))
    assert await shop.everything() == before


@pytest.mark.parametrize(
    ("path", "body", "code", "message"),
    [
        (COLLECTION_PATH, without(A_COLLECTION, "payment_term_id"), 5527, "Missing payment term."),
        (COLLECTION_PATH, A_COLLECTION | {"payment_term_id": 99}, 5512, "Invalid payment term."),
        (COLLECTION_PATH, A_COLLECTION | {"book_id": 12}, 5503, "Invalid book."),
        (RETURN_PATH, A_RETURN | {"book_id": 9}, 5503, "Invalid book."),
        (COLLECTION_PATH, A_COLLECTION | {"date": "2024-05-07"}, 5515, "Collection date can not be in the future."),
        (RETURN_PATH, A_RETURN | {"date": "2024-05-07"}, 5518, "Return date can not be in the future."),
        (COLLECTION_PATH, A_COLLECTION | {"account_code": "X"}, 5516, "Invalid Account or not for collection."),
        (COLLECTION_PATH, A_COLLECTION | {"account_code": "OUT-ONLY"}, 5516, "Invalid Account or not for collection."),
        (RETURN_PATH, A_RETURN | {"account_code": "X"}, 5519, "Invalid Account or not for payment."),
        (RETURN_PATH, A_RETURN | {"account_code": "IN-ONLY"}, 5519, "Invalid Account or not for payment."),
        (COLLECTION_PATH, A_COLLECTION | {"items": [INK | {"discount": 11}]}, 5507, "Some rows are invalid."),
    ],
    ids=lambda value: str(value)[-40:],
)
async def test_a_fault_of_one_receipt_is_told_by_its_own_code(
    shop: Shop, path: str, body: dict[str, Any], code: int, message: str
) -> None:
    assert await shop.told(path, body) == (400, coded(code, message))


@pytest.mark.parametrize(("date", "is_past"), [
    ("2024-05-06", True), ("2024-05-06 12:40:02", True), ("2024-05-06 12:40:03", False), ("2024-05-06T09:40:02Z", True),
    ("2024-05-07", False),
])  # fmt: skip
async def test_the_future_begins_after_now_in_the_accounts_zone(shop: Shop, date: str, is_past: bool) -> None:
    status, _ = await shop.told(COLLECTION_PATH, A_COLLECTION | {"date": date})

    assert (status == 200) is is_past


async def test_what_is_free_moves_nothing(shop: Shop) -> None:
    made = await shop.made(COLLECTION_PATH, A_COLLECTION | {"items": [INK | {"unit_price": 0}]})

    assert (await shop.entry(made["collection_receipt_id"])).amount == 0


async def test_receipts_are_numbered_by_their_books_without_gaps(shop: Shop) -> None:
    asked = [(COLLECTION_PATH, A_COLLECTION | ({"account_code": "X"} if n % 4 == 0 else {})) for n in range(20)]

    answers = await asyncio.gather(*(shop.told(path, body) for path, body in asked))

    serials = [envelope["object"]["collection_receipt_serial"] for status, envelope in answers if status == 200]
    assert sorted(serials) == sorted(f"CR_{number}" for number in range(1, 16))


async def test_a_receipt_is_no_invoice_whose_status_could_change(shop: Shop) -> None:
    made = await shop.made(COLLECTION_PATH, A_COLLECTION)

    body = {"invoice_id": made["collection_receipt_id"], "invoice_number": "CR_1", "status": "STATUS_VOID"}
    answer = await shop.client.patch("/api/inv/v1/Invoice", params={"token": "good"}, json=body)

    assert answer.json() == {"result": False, "title": "Error", "message": "Invalid invoice."}


async def test_an_item_that_was_sold_for_cash_is_in_use(shop: Shop) -> None:
    await shop.made(COLLECTION_PATH, A_COLLECTION)

    with pytest.raises(InUse):
        await shop.ledger.run(a_caller(), delete_item, 1)


async def test_receipts_have_a_history_that_holds(shop: Shop) -> None:
    await shop.made(COLLECTION_PATH, A_COLLECTION)
    await shop.made(RETURN_PATH, A_RETURN)

    breaks = [one async for audited in audit(shop.ledger.store, NOW) for one in audited.breaks]
    assert breaks == []
    kinds = [entry.kind async for entry in shop.ledger.store.journal()]
    assert kinds.count("cash_entry") == 2
    names = [posted.body.split(b'"')[3] async for posted in shop.ledger.store.outbox()]
    assert len(names) == 2
