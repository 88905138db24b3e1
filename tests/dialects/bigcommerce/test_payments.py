import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from billingua.core.lifecycle import Status
from billingua.core.payment import PaymentLine, PaymentStatus
from billingua.dialects.bigcommerce import make_face
from billingua.wire.face import Face
from billingua.wire.replies import encode_json
from tests.builders import NOON, a_party, a_payment, a_receipt, a_uuid
from tests.dialects.bigcommerce.conftest import BASE, JSON, SIGNED, Filling, StoreClient, bc_invoice
from tests.dialects.bigcommerce.paying import OFFLINE, data_of, owed, pay, receipt_of, refused
from tests.walking import walk

AT_NOON = 1735214400
SECOND = {"id": 10, "number": "00000010"}
"""Another invoice of 90.00 USD."""


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in OFFLINE.items() if name not in names}


async def test_a_payment_is_recorded_with_what_nobody_said(store_with: Filling):
    store = await store_with(bc_invoice())
    answer = await store.post("/payments/offline", OFFLINE | {"details": {}})
    assert answer.json() == {"code": 200, "data": {"paymentId": 1}, "meta": {"message": "SUCCESS"}}
    assert await data_of(store, "/payments/1") == {
        "id": 1,
        "createdAt": AT_NOON,
        "updatedAt": AT_NOON,
        "storeHash": "store_hash",
        "customerId": "95075",
        "externalId": None,
        "externalCustomerId": None,
        "payerName": "Store offline payment",
        "payerCustomerId": "95075",
        "details": {"memo": ""},
        "moduleName": "payments_offline",
        "fees": [],
        "moduleData": {"transactions": [{"memo": "", "type": "OfflineTransaction", "rawTransaction": None}]},
        "processingStatus": 3,
        "appliedStatus": 1,
        "fundingStatus": 2,
        "total": {"code": "USD", "value": "60.0000"},
        "lineItems": [
            {
                "paymentId": 1,
                "invoiceId": 9,
                "invoiceNumber": "00000009",
                "amount": {"code": "USD", "value": "60.0000"},
            }
        ],
        "customerName": "Okafor Plumbing",
        "allowedOperations": [],
        "allowedStatuses": [1, 2, 3, 4],
        "channelId": None,
        "channelName": None,
    }


async def test_all_that_is_said_of_a_payment_is_shown(store_with: Filling):
    store = await store_with(bc_invoice())
    said = {"externalId": "E-1", "externalCustomerId": "E-2", "payerName": "Ada", "payerCustomerId": "P-7"}
    id = await pay(store, **said, processingStatus=2, fundingStatus="3", channelId=2)
    shown = await data_of(store, f"/payments/{id}")
    assert said.items() <= shown.items()
    assert (shown["processingStatus"], shown["fundingStatus"], shown["details"]) == (2, 3, {"memo": "Wire 2207"})
    assert (shown["channelId"], shown["channelName"]) == ("2", "Outlet")
    assert shown["moduleData"]["transactions"][0]["memo"] == "Wire 2207"


async def test_a_payment_over_several_invoices_pays_each_of_them(store_with: Filling):
    store = await store_with(bc_invoice(), bc_invoice(**SECOND))
    lines = [{"invoiceId": 9, "amount": 12.5}, {"invoiceId": 10, "amount": "90"}, {"invoiceId": 9, "amount": "0.00005"}]
    id = await pay(store, lineItems=lines)
    assert await owed(store, 9) == ("77.4999", 1)
    assert await owed(store, 10) == ("0.0000", 2)
    shown = await data_of(store, f"/payments/{id}")
    assert shown["total"]["value"] == "102.5001"
    assert [line["amount"]["value"] for line in shown["lineItems"]] == ["12.5000", "90.0000", "0.0001"]


@pytest.mark.parametrize(
    ("status", "balance", "pending", "applied"),
    [(1, ("30.0000", 1), 1, 1), (2, ("30.0000", 1), 1, 1), (3, ("30.0000", 1), 0, 1), (4, ("90.0000", 0), 0, 0)],
)
async def test_what_a_payment_does_by_its_status(
    store_with: Filling, status: int, balance: Any, pending: int, applied: int
):
    store = await store_with(bc_invoice())
    store.clock.set(NOON + timedelta(seconds=5))
    id = await pay(store, processingStatus=status)
    assert await owed(store) == balance
    invoice = await store.shown()
    assert (invoice["isPendingPayment"], invoice["pendingPaymentCount"]) == (pending, pending)
    assert (invoice["updatedAt"] > AT_NOON) is bool(applied)
    assert (await data_of(store, f"/payments/{id}"))["appliedStatus"] == applied
    receipt = await receipt_of(store, id)
    assert receipt["transactionType"] == ("Paid" if applied else "Refund")


async def test_more_than_is_owed_is_accepted(store_with: Filling):
    store = await store_with(bc_invoice())
    await pay(store, lineItems=[{"invoiceId": 9, "amount": "100.0001"}])
    assert await owed(store) == ("-10.0001", 2)


EMPTY = {name: ["This field is required."] for name in OFFLINE}
INVALID_BODIES = [
    *((without(name), {name: ["This field is required."]}) for name in OFFLINE),
    (None, EMPTY),
    ({}, EMPTY),
    ([], {"errMsg": "Expected an object."}),
    *((OFFLINE | {name: None}, {name: ["This field may not be null."]}) for name in OFFLINE),
    (OFFLINE | {"currency": "XXQ"}, {"errMsg": "Invalid currency code"}),
    (OFFLINE | {"currency": "usd"}, {"errMsg": "Invalid currency code"}),
    (OFFLINE | {"currency": 840}, {"errMsg": "Invalid currency code"}),
    (OFFLINE | {"currency": "EUR"}, {"errMsg": "Invalid currency code"}),
    (
        OFFLINE | {"currency": "XXQ", "customerId": ""},
        {"currency": ["Invalid currency code"], "customerId": ["This field may not be blank."]},
    ),
    (OFFLINE | {"lineItems": {}}, {"lineItems": ["Expected a list of items."]}),
    (OFFLINE | {"lineItems": []}, {"lineItems": ["This list may not be empty."]}),
    (
        OFFLINE | {"lineItems": [{}, {"invoiceId": "x", "amount": "12,5"}]},
        {
            "lineItems": [
                "[0].invoiceId: This field is required.",
                "[0].amount: This field is required.",
                "[1].invoiceId: A valid integer is required.",
                "[1].amount: Please enter a valid number",
            ]
        },
    ),
    *(
        (
            OFFLINE | {"lineItems": [{"invoiceId": 9, "amount": "1"}, {"invoiceId": 9, "amount": amount}]},
            {"lineItems": ["[1].amount: Ensure this value is greater than 0."]},
        )
        for amount in ("0", 0, "-5", "0.00004")
    ),
    (OFFLINE | {"details": "memo"}, {"details": ["Expected an object."]}),
    (OFFLINE | {"details": {"memo": True}}, {"details": ["memo: Not a valid string."]}),
    (OFFLINE | {"processingStatus": 0}, {"processingStatus": ['"0" is not a valid choice.']}),
    (OFFLINE | {"processingStatus": 5}, {"processingStatus": ['"5" is not a valid choice.']}),
    (OFFLINE | {"processingStatus": "soon"}, {"processingStatus": ["A valid integer is required."]}),
    (OFFLINE | {"fundingStatus": 4}, {"fundingStatus": ['"4" is not a valid choice.']}),
    (OFFLINE | {"payerName": {}}, {"payerName": ["Not a valid string."]}),
    (
        OFFLINE | {"lineItems": [{"invoiceId": 9, "amount": "99999999999999"}] * 2},
        {"errMsg": "The amounts come to more than can be kept."},
    ),
]


async def nothing_is_stored(store: StoreClient) -> None:
    assert [await walk(store.ledger.store.aggregates("demo", kind)) for kind in ("payment", "receipt")] == [[], []]
    assert len(await store.history()) == 1


@pytest.mark.parametrize(("body", "data"), INVALID_BODIES)
async def test_a_body_that_says_no_payment_is_refused(store_with: Filling, body: Any, data: dict[str, Any]):
    store = await store_with(bc_invoice())
    answer = await store.post("/payments/offline", body)
    assert (answer.status_code, answer.json()) == (422, refused(422, "Parameter Error", **data))
    await nothing_is_stored(store)


@pytest.mark.parametrize(("body", "data"), INVALID_BODIES)
async def test_a_payment_is_not_replaced_by_what_says_none(store_with: Filling, body: Any, data: dict[str, Any]):
    store = await store_with(bc_invoice(), a_payment(party=95075, applied=False))
    if body is None:
        answer = await store.client.put(f"{BASE}/payments/offline/1", headers=JSON)
    else:
        answer = await store.put_to("/payments/offline/1", body)
    assert (answer.status_code, answer.json()) == (422, refused(422, "Parameter Error", **data))
    assert (await data_of(store, "/payments/1"))["total"]["value"] == "100.0000"


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"customerId": "4711"}, "Company does not exist"),
        ({"customerId": "Okafor"}, "Company does not exist"),
        ({"channelId": 7}, "Store channels not exist"),
        ({"lineItems": [{"invoiceId": 9, "amount": "1"}, {"invoiceId": 77, "amount": "1"}]}, "Invoice does not exist"),
    ],
)
async def test_what_a_payment_names_has_to_be_there(store_with: Filling, members: Any, text: str):
    store = await store_with(bc_invoice())
    answer = await store.post("/payments/offline", OFFLINE | members)
    assert (answer.status_code, answer.json()) == (404, refused(404, "Not Found Error", errMsg=text))
    await nothing_is_stored(store)


async def test_what_is_no_json_is_told_as_payments_tell_it(store_with: Filling):
    store = await store_with(bc_invoice())
    torn = await store.client.post(f"{BASE}/payments/offline", headers=JSON, content=b'{"lineItems"')
    assert torn.status_code == 422
    assert torn.json()["meta"] == {"message": "Parameter Error"}
    assert torn.json()["data"]["errMsg"].startswith("JSON parse error - ")
    plain = await store.client.post(f"{BASE}/payments/offline", headers=SIGNED, content=b"{}")
    assert plain.status_code == 415


@pytest.mark.parametrize("status", [Status.VOID, Status.REJECTED])
async def test_an_invoice_that_takes_no_payment_refuses_the_whole(store_with: Filling, status: Status):
    second = bc_invoice(**SECOND, status=status, origin="native")
    store = await store_with(bc_invoice(), second)
    lines = [{"invoiceId": id, "amount": "1"} for id in (9, 10)]
    answer = await store.post("/payments/offline", OFFLINE | {"lineItems": lines})
    text = f"The invoice is {status} and takes no payment."
    assert (answer.status_code, answer.json()) == (422, refused(422, "Parameter Error", errMsg=text))
    await nothing_is_stored(store)


async def test_a_payment_is_replaced_whole(store_with: Filling):
    store = await store_with(bc_invoice(), bc_invoice(**SECOND))
    id = await pay(store, payerName="Ada", externalId="E-1", channelId=2, fundingStatus=3, processingStatus=1)
    store.clock.set(NOON + timedelta(seconds=5))
    body = OFFLINE | {"lineItems": [{"invoiceId": 10, "amount": "20.5"}], "details": {"memo": "Wire 8"}}
    answer = await store.put_to(f"/payments/offline/{id}", body)
    assert answer.json() == {"code": 200, "data": {"paymentId": id}, "meta": {"message": "SUCCESS"}}
    assert [await owed(store, 9), await owed(store, 10)] == [("90.0000", 0), ("69.5000", 1)]
    shown = await data_of(store, f"/payments/{id}")
    assert (shown["payerName"], shown["externalId"], shown["channelId"]) == ("Store offline payment", None, "2")
    assert (shown["processingStatus"], shown["fundingStatus"], shown["details"]) == (3, 2, {"memo": "Wire 8"})
    assert (shown["createdAt"], shown["updatedAt"]) == (AT_NOON, AT_NOON + 5)
    assert [line["invoiceId"] for line in shown["lineItems"]] == [10]
    receipt = await receipt_of(store, id)
    assert (receipt["id"], receipt["referenceNumber"], receipt["total"]["value"]) == (1, "Wire 8", "20.5000")
    assert (await store.shown(9))["pendingPaymentCount"] == 0


ONLINE = {
    "moduleName": "payments_bigcommerce_sales_order",
    "fees": [Decimal("1.50")],
    "moduleData": {
        "cartId": "c-1",
        "orderId": 3107,
        "transactions": [{"type": "CreditCardTransaction", "gateway": "examplepay", "rawTransaction": ""}],
    },
}


def online(**overrides: Any) -> Any:
    defaults = {"party": 95075, "lines": (PaymentLine(9, Decimal(60), "00000009"),), "extras": {"bigcommerce": ONLINE}}
    return a_payment(**(defaults | overrides))


async def test_a_payment_that_came_online_is_shown_as_it_came_and_not_replaced(store_with: Filling):
    store = await store_with(bc_invoice(), online())
    shown = await data_of(store, "/payments/1")
    assert (shown["moduleName"], shown["fees"]) == (ONLINE["moduleName"], [1.5])
    assert shown["moduleData"] == ONLINE["moduleData"]
    assert await data_of(store, "/payments/1/transactions") == ONLINE["moduleData"]["transactions"]
    answer = await store.put_to("/payments/offline/1", OFFLINE)
    assert (answer.status_code, answer.json()) == (
        404,
        refused(404, "Not Found Error", errMsg="Payment does not exist"),
    )
    assert (await store.put_to("/payments/1/processing-status", {"processingStatus": 4})).status_code == 200
    assert await owed(store) == ("150.0000", 0)


async def test_a_payment_from_elsewhere_is_an_offline_payment_of_nobody_in_particular(store_with: Filling):
    store = await store_with(a_payment(party=10, method="Visa ending in 4242"), a_receipt(method="Visa ending in 4242"))
    shown = await data_of(store, "/payments/1")
    assert (shown["moduleName"], shown["payerName"], shown["payerCustomerId"]) == (
        "payments_offline",
        "Store offline payment",
        "10",
    )
    assert (await receipt_of(store, 1))["paymentType"] == "Visa ending in 4242"


async def test_a_payment_whose_company_is_gone_has_no_customers_name(store_with: Filling):
    store = await store_with(a_payment(party=4711))
    assert (await data_of(store, "/payments/1"))["customerName"] == ""


async def test_the_transactions_of_an_offline_payment_are_one(store_with: Filling):
    store = await store_with(bc_invoice())
    id = await pay(store)
    transaction = {"memo": "Wire 2207", "type": "OfflineTransaction", "rawTransaction": None}
    assert await data_of(store, f"/payments/{id}/transactions") == [transaction]


async def test_a_payment_that_is_deleted_is_taken_back_with_its_receipt(store_with: Filling):
    store = await store_with(bc_invoice())
    id = await pay(store, processingStatus=1)
    answer = await store.delete(f"/payments/{id}")
    assert answer.json() == {"code": 200, "data": {"id": id}, "meta": {"message": "SUCCESS"}}
    assert await owed(store) == ("90.0000", 0)
    assert (await store.shown())["pendingPaymentCount"] == 0
    gone = refused(404, "Not Found Error", errMsg="Payment does not exist")
    assert (await store.delete(f"/payments/{id}")).json() == gone
    assert (await store.get("/receipts/1")).json() == refused(404, "Not Found Error", errMsg="Receipt does not exist")


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        (verb, f"/payments/{before}{id}{path}", body)
        for id in ("77", "x", "0", "9" * 30, "-1")
        for verb, before, path, body in [
            ("GET", "", "", None),
            ("DELETE", "", "", None),
            ("PUT", "offline/", "", OFFLINE),
            ("PUT", "offline/", "", {}),
            ("GET", "", "/operations", None),
            ("POST", "", "/operations", {}),
            ("POST", "", "/operations", {"operationCode": 0}),
            ("PUT", "", "/processing-status", {"processingStatus": 9}),
            ("GET", "", "/transactions", None),
        ]
    ],
)
async def test_a_payment_that_is_not_there_is_told_before_all_else(
    store_with: Filling, verb: str, path: str, body: Any
):
    store = await store_with(bc_invoice())
    content = {} if body is None else {"json": body}
    answer = await store.client.request(verb, BASE + path, headers=SIGNED, **content)
    text = "Payment does not exist"
    assert (answer.status_code, answer.json()) == (404, refused(404, "Not Found Error", errMsg=text))


@pytest.mark.parametrize("before", [1, 2, 3, 4])
@pytest.mark.parametrize("after", [1, 2, 3, 4])
async def test_every_status_is_set_from_every_other(store_with: Filling, before: int, after: int):
    store = await store_with(bc_invoice())
    id = await pay(store, processingStatus=before)
    store.clock.set(NOON + timedelta(seconds=5))
    answer = await store.put_to(f"/payments/{id}/processing-status", {"processingStatus": after})
    assert answer.json() == {"code": 200, "data": {"id": id}, "meta": {"message": "SUCCESS"}}
    shown = await data_of(store, f"/payments/{id}")
    assert (shown["processingStatus"], shown["appliedStatus"]) == (after, int(after != 4))
    assert shown["updatedAt"] == AT_NOON + 5 * (before != after)
    assert await owed(store) == (("90.0000", 0) if after == 4 else ("30.0000", 1))
    assert (await store.shown())["pendingPaymentCount"] == int(after in {1, 2})
    line = await data_of(store, "/receipts/1/lines/1")
    kind = "Refund" if after == 4 else "Paid"
    assert (line["paymentStatus"], line["transactionType"]) == (after, kind)
    receipt = await data_of(store, "/receipts/1")
    assert (receipt["transactionType"], receipt["updatedAt"]) == (kind, AT_NOON + 5 * (before != after))


async def test_a_payment_that_never_came_through_is_read_and_counts_once_it_did(store_with: Filling):
    begun = online(status=PaymentStatus.INCOMPLETE, applied=False)
    store = await store_with(bc_invoice(), begun)
    assert (await data_of(store, "/payments/1"))["processingStatus"] == 0
    await store.put_to("/payments/1/processing-status", {"processingStatus": 3})
    assert await owed(store) == ("30.0000", 1)


@pytest.mark.parametrize("status", [0, 5, -1, "5", 4.0])
async def test_a_status_is_one_of_those_that_are_allowed(store_with: Filling, status: Any):
    store = await store_with(bc_invoice())
    id = await pay(store)
    answer = await store.put_to(f"/payments/{id}/processing-status", {"processingStatus": status})
    if status == 4:
        assert answer.status_code == 200
    else:
        text = "The payment processing status is not allowed."
        assert (answer.status_code, answer.json()) == (400, refused(400, "Not Found Error", errMsg=text))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "This field may not be null."),
        ("soon", "A valid integer is required."),
        (1.5, "A valid integer is required."),
    ],
)
@pytest.mark.parametrize(
    ("verb", "path", "name"),
    [("PUT", "processing-status", "processingStatus"), ("POST", "operations", "operationCode")],
)
async def test_a_status_and_an_operation_are_numbers(
    store_with: Filling, verb: str, path: str, name: str, value: Any, text: str
):
    store = await store_with(bc_invoice())
    id = await pay(store)
    for body, why in (({}, "This field is required."), ({name: value}, text)):
        answer = await store.client.request(verb, f"{BASE}/payments/{id}/{path}", headers=SIGNED, json=body)
        assert (answer.status_code, answer.json()) == (422, refused(422, "Parameter Error", **{name: [why]}))


NOT_NOW = refused(400, "Not Found Error", errMsg="The payment operation is not allowed.")


async def test_balances_follow_by_themselves_and_no_operation_is_allowed(store_with: Filling):
    store = await store_with(bc_invoice())
    id = await pay(store)
    told = {"allowedOperations": [], "allowedStatuses": ["1", "2", "3", "4"]}
    assert await data_of(store, f"/payments/{id}/operations") == told
    for code in (0, 1, 2, 3, 9):
        answer = await store.post(f"/payments/{id}/operations", {"operationCode": code})
        assert (answer.status_code, answer.json()) == (400, NOT_NOW)
    assert await owed(store) == ("30.0000", 1)


async def test_balances_that_are_kept_by_hand_follow_operations(store_with: Filling):
    store = await store_with(bc_invoice(), by_hand=True)
    id = await pay(store, processingStatus=2)
    steps: list[Any] = [("90.0000", 0), ("30.0000", 1), ("90.0000", 0)]
    for number, balance in enumerate(steps):
        code = number % 2
        shown = await data_of(store, f"/payments/{id}")
        assert (shown["appliedStatus"], shown["allowedOperations"], shown["processingStatus"]) == (code, [code], 2)
        assert (await data_of(store, f"/payments/{id}/operations"))["allowedOperations"] == [code]
        assert await owed(store) == balance
        assert (await store.shown())["pendingPaymentCount"] == 1
        for other in {0, 1, 2, 3} - {code}:
            assert (await store.post(f"/payments/{id}/operations", {"operationCode": other})).json() == NOT_NOW
        answer = await store.post(f"/payments/{id}/operations", {"operationCode": code})
        assert answer.json() == {"code": 200, "data": {"id": id}, "meta": {"message": "SUCCESS"}}


async def test_a_refunded_payment_waits_for_nobodys_hand(store_with: Filling):
    store = await store_with(bc_invoice(), by_hand=True)
    id = await pay(store, processingStatus=4)
    assert (await data_of(store, f"/payments/{id}"))["allowedOperations"] == []


async def test_a_balance_that_is_set_counts_and_later_payments_come_off_it(store_with: Filling):
    store = await store_with(bc_invoice())
    first = await pay(store)
    await store.put(9, {"openBalance": {"code": "USD", "value": "50"}})
    assert await owed(store) == ("50.0000", 1)
    await pay(store, lineItems=[{"invoiceId": 9, "amount": "20"}])
    assert await owed(store) == ("30.0000", 1)
    await store.delete(f"/payments/{first}")
    assert await owed(store) == ("90.0000", 0)


async def in_euros(store: StoreClient) -> None:
    """Say what is owed on invoice 9 in another currency."""
    euros = {"code": "EUR", "value": "90"}
    assert (await store.put(9, {"originalBalance": euros, "openBalance": euros})).status_code == 200


@pytest.mark.parametrize("applied", [True, False])
async def test_a_payment_moves_no_balance_of_another_currency(store_with: Filling, applied: bool):
    store = await store_with(bc_invoice(), bc_invoice(**SECOND))
    lines = [{"invoiceId": 9, "amount": "40"}, {"invoiceId": 10, "amount": "1"}]
    id = await pay(store, lineItems=lines, processingStatus=3 if applied else 4)
    await in_euros(store)
    for status, second in ((4, "90.0000"), (3, "89.0000"), (4, "90.0000"), (2, "89.0000")):
        answer = await store.put_to(f"/payments/{id}/processing-status", {"processingStatus": status})
        assert answer.status_code == 200
        assert [await owed(store, 9), (await owed(store, 10))[0]] == [("90.0000", int(applied)), second]
    lines[1] = {"invoiceId": 10, "amount": "2"}
    assert (await store.put_to(f"/payments/offline/{id}", OFFLINE | {"lineItems": lines})).status_code == 200
    assert [await owed(store, 9), (await owed(store, 10))[0]] == [("90.0000", int(applied)), "88.0000"]
    assert (await store.delete(f"/payments/{id}")).status_code == 200
    assert [await owed(store, 9), (await owed(store, 10))[0]] == [("90.0000", int(applied)), "90.0000"]


async def test_what_is_newly_said_of_an_invoice_is_in_its_currency(store_with: Filling):
    store = await store_with(bc_invoice())
    id = await pay(store, lineItems=[{"invoiceId": 9, "amount": "40"}])
    await in_euros(store)
    body = OFFLINE | {"lineItems": [{"invoiceId": 9, "amount": "41"}]}
    for answer in (await store.put_to(f"/payments/offline/{id}", body), await store.post("/payments/offline", body)):
        text = "Invalid currency code"
        assert (answer.status_code, answer.json()) == (422, refused(422, "Parameter Error", errMsg=text))
    body |= {"currency": "EUR"}
    assert (await store.put_to(f"/payments/offline/{id}", body)).status_code == 200
    assert await owed(store) == ("49.0000", 1)


async def test_a_payment_is_taken_back_however_much_is_owed_then(store_with: Filling):
    largest = "99999999999999.9999"
    store = await store_with(bc_invoice(), bc_invoice(**SECOND))
    id = await pay(store, lineItems=[{"invoiceId": 9, "amount": "99999999999998"}, {"invoiceId": 10, "amount": "1"}])
    await store.put(9, {"openBalance": {"code": "USD", "value": largest}})
    answer = await store.put_to(f"/payments/{id}/processing-status", {"processingStatus": 4})
    assert answer.status_code == 200
    assert [await owed(store, 9), await owed(store, 10)] == [("199999999999997.9999", 0), ("90.0000", 0)]
    listed = await store.get("/invoices", sortBy="openBalance", orderBy="DESC")
    assert [invoice["id"] for invoice in listed.json()["data"]] == [9, 10]
    await pay(store, lineItems=[{"invoiceId": 9, "amount": "99999999999998"}])
    assert (await owed(store))[0] == largest


async def test_payments_outlive_their_invoices(store_with: Filling):
    store = await store_with(bc_invoice(), bc_invoice(**SECOND))
    id = await pay(store, lineItems=[{"invoiceId": 9, "amount": "60"}, {"invoiceId": 10, "amount": "60"}])
    assert (await store.delete("/invoices/9")).status_code == 200
    shown = await data_of(store, f"/payments/{id}")
    assert [line["invoiceNumber"] for line in shown["lineItems"]] == ["00000009", "00000010"]
    line = await data_of(store, "/receipts/1/lines/1")
    assert (line["invoiceId"], line["invoiceNumber"]) == (9, "00000009")
    for status, balance in ((4, ("90.0000", 0)), (2, ("30.0000", 1))):
        await store.put_to(f"/payments/{id}/processing-status", {"processingStatus": status})
        assert await owed(store, 10) == balance
    again = await store.put_to(f"/payments/offline/{id}", OFFLINE)
    assert again.json() == refused(404, "Not Found Error", errMsg="Invoice does not exist")
    assert (await store.delete(f"/payments/{id}")).status_code == 200
    assert await owed(store, 10) == ("90.0000", 0)


async def test_an_invoice_that_was_voided_since_owes_nothing_when_its_payment_goes_back(store_with: Filling):
    store = await store_with(
        bc_invoice(status=Status.VOID, pending_payments=1),
        online(status=PaymentStatus.PROCESSING),
    )
    assert (await store.put_to("/payments/1/processing-status", {"processingStatus": 4})).status_code == 200
    shown = await store.shown()
    assert (shown["openBalance"]["value"], shown["status"], shown["pendingPaymentCount"]) == ("0.0000", 2, 0)
    answer = await store.put_to("/payments/1/processing-status", {"processingStatus": 3})
    text = "The invoice is void and takes no payment."
    assert (answer.status_code, answer.json()) == (422, refused(422, "Parameter Error", errMsg=text))


async def test_a_draft_of_another_dialect_is_issued_by_its_payment(store_with: Filling):
    store = await store_with(bc_invoice(origin="onlyoffice", status=Status.DRAFT))
    await pay(store)
    assert [change["after"] for change in (await store.history())[-1]["changes"] if change["path"] == "/status"] == [
        "open"
    ]


async def test_two_clients_who_pay_the_same_invoice_at_once_both_count(store_with: Filling):
    store = await store_with(bc_invoice(original_balance=Decimal(1000)), bc_invoice(**SECOND))
    lines = [{"invoiceId": 9, "amount": "7.0001"}, {"invoiceId": 10, "amount": "1"}]
    ids = await asyncio.gather(*(pay(store, lineItems=lines) for _ in range(20)))
    assert sorted(ids) == list(range(1, 21))
    assert [await owed(store, 9), await owed(store, 10)] == [("859.9980", 1), ("70.0000", 1)]
    await asyncio.gather(*(store.delete(f"/payments/{id}") for id in ids[:10]))
    assert [await owed(store, 9), await owed(store, 10)] == [("929.9990", 1), ("80.0000", 1)]


async def test_of_two_clients_who_refund_the_same_payment_at_once_one_takes_it_back(store_with: Filling):
    store = await store_with(bc_invoice())
    id = await pay(store)
    path = f"/payments/{id}/processing-status"
    answers = await asyncio.gather(*(store.put_to(path, {"processingStatus": 4}) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert await owed(store) == ("90.0000", 0)


async def test_who_may_not_see_the_company_does_not_see_its_payments(store_with: Filling):
    private = a_party(id=11, private=True, uuid=a_uuid(1))
    store = await store_with(private, a_payment(party=11), a_receipt(party=11))
    idas = {**SIGNED, "X-Auth-Token": "idas_token"}
    for path, what in (("/payments/1", "payment"), ("/receipts/1", "receipt"), ("/receipts/1/lines/1", "receipt")):
        answer = await store.client.get(BASE + path, headers=idas)
        text = f"You do not have permission to see the {what}"
        assert (answer.status_code, answer.json()) == (403, refused(403, text, errMsg=text))


async def test_who_may_not_see_an_invoice_does_nothing_with_its_payments(store_with: Filling):
    private = a_party(id=11, private=True, uuid=a_uuid(1))
    store = await store_with(private, bc_invoice(), bc_invoice(**SECOND, party=11))
    for lines in ([{"invoiceId": 9, "amount": "1"}, {"invoiceId": 10, "amount": "1"}], OFFLINE["lineItems"]):
        await pay(store, lineItems=lines)
    idas = {**SIGNED, "X-Auth-Token": "idas_token", "Content-Type": "application/json"}
    for verb, path, body in (
        ("GET", "/payments/1", None),
        ("DELETE", "/payments/1", None),
        ("GET", "/payments/1/transactions", None),
        ("GET", "/payments/1/operations", None),
        ("POST", "/payments/1/operations", {"operationCode": 1}),
        ("PUT", "/payments/1/processing-status", {"processingStatus": 4}),
        ("PUT", "/payments/offline/1", OFFLINE),
        ("GET", "/receipts/1", None),
        ("DELETE", "/receipts/1", None),
        ("GET", "/receipts/1/lines", None),
        ("GET", "/receipts/1/lines/1", None),
        ("DELETE", "/receipts/1/lines/1", None),
        ("POST", "/payments/offline", OFFLINE | {"customerId": "11"}),
    ):
        answer = await store.client.request(verb, BASE + path, headers=idas, content=encode_json(body) if body else b"")
        assert answer.status_code == 403, (verb, path)
    for path, seen in (("/payments", [2]), ("/receipts", [2]), ("/receipt-lines", [3])):
        shown = (await store.client.get(BASE + path, headers=idas)).json()
        assert ([one["id"] for one in shown["data"]], shown["meta"]["pagination"]["totalCount"]) == (seen, 1)
    assert [await owed(store, 9), await owed(store, 10)] == [("29.0000", 1), ("89.0000", 1)]
    await store.delete("/invoices/10")
    answer = await store.client.delete(f"{BASE}/payments/1", headers=idas)
    assert answer.status_code == 200


async def test_a_payment_has_at_most_a_thousand_lines(
    store_with: Filling, client_of: Callable[[Face], httpx.AsyncClient]
):
    store = await store_with(bc_invoice())
    lines = [{"invoiceId": 9, "amount": 1}] * 1001
    store.client = client_of(make_face(store.ledger, 100_000))
    answer = await store.post("/payments/offline", OFFLINE | {"lineItems": lines})
    data = {"lineItems": ["Ensure this field has no more than 1000 elements."]}
    assert (answer.status_code, answer.json()) == (422, refused(422, "Parameter Error", **data))
    await pay(store, lineItems=lines[1:])


@pytest.mark.parametrize(
    ("verb", "path", "allowed"),
    [
        ("GET", "/payments/offline", "POST"),
        ("PATCH", "/payments/1", "DELETE, GET"),
        ("DELETE", "/payments/1/operations", "GET, POST"),
        ("POST", "/payments/1/processing-status", "PUT"),
        ("POST", "/payments/1/transactions", "GET"),
        ("PUT", "/receipts/1", "DELETE, GET"),
        ("POST", "/receipts/1/lines/1", "DELETE, GET"),
    ],
)
async def test_other_verbs_are_not_taken(store_with: Filling, verb: str, path: str, allowed: str):
    store = await store_with()
    answer = await store.client.request(verb, BASE + path, headers=SIGNED)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json() == refused(405, "Method Not Allowed", errMsg=f'Method "{verb}" not allowed.')


async def test_a_payment_of_another_store_is_not_there(store_with: Filling):
    store = await store_with(bc_invoice())
    await pay(store)
    others = {"authToken": "others_token"}
    answer = await store.client.get(f"{BASE}/payments/1", headers=others)
    assert answer.status_code == 404


async def test_everything_that_becomes_of_a_payment_is_told_to_the_outside(store_with: Filling):
    store = await store_with(bc_invoice())
    id = await pay(store, lineItems=[{"invoiceId": 9, "amount": "90"}])
    await store.put_to(f"/payments/{id}/processing-status", {"processingStatus": 4})
    await store.put_to(f"/payments/{id}/processing-status", {"processingStatus": 1})
    await store.put_to(f"/payments/offline/{id}", OFFLINE)
    await store.delete("/receipts/1/lines/2")
    await store.delete("/receipts/1")
    await store.delete(f"/payments/{id}")
    posted = [json.loads(post.body) for post in await walk(store.ledger.store.outbox()) if post.workspace == "demo"]
    assert [(one["name"], one["kind"], one["id"]) for one in posted] == [
        ("payment.recorded", "payment", id),
        ("invoice.paid", "invoice", 9),
        ("payment.refunded", "payment", id),
        ("invoice.reopened", "invoice", 9),
        ("payment.edited", "payment", id),
        ("invoice.paid", "invoice", 9),
        ("payment.edited", "payment", id),
        ("invoice.reopened", "invoice", 9),
        ("receipt.edited", "receipt", 1),
        ("receipt.deleted", "receipt", 1),
        ("payment.deleted", "payment", id),
    ]
    assert posted[0]["number"] == "Wire 2207"
