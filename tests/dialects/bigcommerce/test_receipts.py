from typing import Any

import pytest

from tests.dialects.bigcommerce.conftest import BASE, SIGNED, Filling, bc_invoice
from tests.dialects.bigcommerce.paying import data_of, owed, pay, refused

AT_NOON = 1735214400
SAID = {"externalId": "E-1", "externalCustomerId": "", "payerName": "Ada", "payerCustomerId": "P-7"}


async def test_a_receipt_and_its_lines_say_what_was_paid(store_with: Filling):
    store = await store_with(bc_invoice(), bc_invoice(id=10, number="00000010"))
    lines = [{"invoiceId": 10, "amount": "1"}, {"invoiceId": 9, "amount": "60.5"}]
    payment = await pay(store, **SAID, lineItems=lines, processingStatus=2)
    both = {
        "createdAt": AT_NOON,
        "updatedAt": AT_NOON,
        "storeHash": "store_hash",
        "customerId": "95075",
        "externalId": "E-1",
        "externalCustomerId": "",
        "transactionType": "Paid",
        "paymentType": "Offline",
        "referenceNumber": "Wire 2207",
        "paymentId": payment,
    }
    assert await data_of(store, "/receipts/1") == {
        "id": 1,
        **both,
        "payerName": "Ada",
        "payerCustomerId": "P-7",
        "details": {"paymentDetails": {"memo": "Wire 2207"}},
        "total": {"code": "USD", "value": "61.5000"},
    }
    assert await data_of(store, "/receipts/1/lines/2") == {
        "id": 2,
        **both,
        "receiptId": 1,
        "invoiceId": 9,
        "invoiceNumber": "00000009",
        "amount": {"code": "USD", "value": "60.5000"},
        "paymentStatus": 2,
    }


async def test_a_payment_without_a_memo_has_an_empty_reference(store_with: Filling):
    store = await store_with(bc_invoice())
    await pay(store, details={"memo": None})
    shown = await data_of(store, "/receipts/1")
    assert (shown["referenceNumber"], shown["details"]) == ("", {"paymentDetails": {"memo": ""}})


async def test_a_receipt_goes_and_the_payment_stays(store_with: Filling):
    store = await store_with(bc_invoice())
    payment = await pay(store)
    answer = await store.delete("/receipts/1")
    assert answer.json() == {"code": 200, "data": {"id": 1}, "meta": {"message": "SUCCESS"}}
    assert await owed(store) == ("30.0000", 1)
    assert (await data_of(store, f"/payments/{payment}"))["appliedStatus"] == 1
    for path in ("/receipts/1", "/receipts/1/lines/1"):
        gone = refused(404, "Not Found Error", errMsg="Receipt does not exist")
        assert (await store.get(path)).json() == (await store.delete(path)).json() == gone
    assert (await store.put_to(f"/payments/{payment}/processing-status", {"processingStatus": 4})).status_code == 200
    assert (await store.delete(f"/payments/{payment}")).status_code == 200


async def test_a_line_goes_and_the_receipt_keeps_its_total(store_with: Filling):
    store = await store_with(bc_invoice())
    lines = [{"invoiceId": 9, "amount": "1"}, {"invoiceId": 9, "amount": "2"}]
    await pay(store, lineItems=lines)
    before = await data_of(store, "/receipts/1")
    answer = await store.delete("/receipts/1/lines/2")
    assert answer.json() == {"code": 200, "data": {"id": 2}, "meta": {"message": "SUCCESS"}}
    assert await data_of(store, "/receipts/1") == before
    assert (await data_of(store, "/receipts/1/lines/1"))["amount"]["value"] == "1.0000"
    assert await owed(store) == ("87.0000", 1)
    gone = refused(404, "Not Found Error", errMsg="Receipt line does not exist")
    assert (await store.delete("/receipts/1/lines/2")).json() == gone


@pytest.mark.parametrize("verb", ["GET", "DELETE"])
@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/receipts/77", "Receipt"),
        ("/receipts/x", "Receipt"),
        ("/receipts/77/lines/1", "Receipt"),
        ("/receipts/x/lines/x", "Receipt"),
        ("/receipts/1/lines/77", "Receipt line"),
        ("/receipts/1/lines/x", "Receipt line"),
        ("/receipts/1/lines/2", "Receipt line"),
    ],
)
async def test_what_is_not_there_is_not_there(store_with: Filling, verb: str, path: str, what: str):
    store = await store_with(bc_invoice())
    await pay(store)
    await pay(store)
    answer: Any = await store.client.request(verb, BASE + path, headers=SIGNED)
    told = refused(404, "Not Found Error", errMsg=f"{what} does not exist")
    assert (answer.status_code, answer.json()) == (404, told)
