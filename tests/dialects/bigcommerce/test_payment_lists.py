"""Lists of payments, receipts and receipt lines: which, in which order, how many (contract §1.4, §1.5, §5.1, §6)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.payment import PaymentLine, PaymentStatus
from billingua.core.receipt import ReceiptKind, ReceiptLine
from tests.builders import NOON, a_party, a_payment, a_receipt
from tests.dialects.bigcommerce.conftest import BASE, SIGNED, Filling, StoreClient, bc_invoice
from tests.dialects.bigcommerce.paying import data_of, pay, refused

AT_NOON = 1735214400
LISTS = ("/payments", "/receipts", "/receipt-lines", "/receipts/1/lines")

PAYMENTS = (
    a_payment(
        id=1,
        party=95075,
        lines=(PaymentLine(501, Decimal(60), "INV-1"), PaymentLine(503, Decimal("12.5"), "INV-3")),
        external_id="ERP-P-7",
        channel=1,
        extras={"bigcommerce": {"fundingStatus": 3}},
    ),
    a_payment(
        id=2,
        party=10,
        lines=(PaymentLine(503, Decimal(100), "INV-3"),),
        status=PaymentStatus.AWAITING,
        external_party_id="erp-c-9",
        received_at=NOON - timedelta(hours=1),
        updated_at=NOON + timedelta(hours=2),
        channel=2,
        extras={"bigcommerce": {"moduleName": "payments_bigcommerce_sales_order", "fundingStatus": 0}},
    ),
    a_payment(
        id=3,
        party=12,
        lines=(PaymentLine(501, Decimal(9), "INV-1"),),
        status=PaymentStatus.REFUNDED,
        applied=False,
        external_party_id="ERP-B",
        created_by="ida",
    ),
    a_payment(id=11, party=1950, lines=(PaymentLine(9, Decimal(1), "9"),), status=PaymentStatus.INCOMPLETE),
)


def of_payment(id: int, payment: int, **overrides: Any) -> Any:
    return a_receipt(id=id, payment=payment, **overrides)


RECEIPTS = (
    of_payment(
        1,
        11,
        party=95075,
        total=Decimal("72.5"),
        lines=(ReceiptLine(1, 501, Decimal(60), "INV-1"), ReceiptLine(2, 503, Decimal("12.5"), "INV-3")),
        reference="Check 7781",
        payer="Okafor Plumbing",
        payer_id="P-7",
        external_id="ERP-P-7",
    ),
    of_payment(
        2,
        2,
        party=10,
        status=PaymentStatus.AWAITING,
        lines=(ReceiptLine(3, 503, Decimal(100), "INV-3"),),
        reference="check 12",
        external_party_id="erp-c-9",
        created_at=NOON - timedelta(hours=1),
        updated_at=NOON + timedelta(hours=2),
    ),
    of_payment(
        3,
        3,
        party=12,
        kind=ReceiptKind.REFUND,
        status=PaymentStatus.REFUNDED,
        total=Decimal(9),
        lines=(ReceiptLine(4, 501, Decimal(9), "INV-1"), ReceiptLine(10, 5010, Decimal(9), "INV-1")),
        external_party_id="ERP-B",
    ),
)
PARTIES = (a_party(id=12, name="Dock 77 Ltd", private=True), a_party(id=1950, name="okafor & Daughter"))


@pytest.fixture
async def shop(store_with: Filling) -> StoreClient:
    return await store_with(*PAYMENTS, *RECEIPTS, *PARTIES)


async def ids(shop: StoreClient, path: str) -> list[int]:
    """The ids that a list shows, in its order; the total is as many."""
    answer = await shop.get(path)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["meta"]["pagination"] == {"totalCount": len(shown["data"]), "offset": 0, "limit": 10}
    return [one["id"] for one in shown["data"]]


FILTERS: Mapping[str, Sequence[tuple[str, list[int]]]] = {
    "/payments": [
        ("", [11, 3, 1, 2]),
        ("?invoiceId=501", [3, 1]),
        ("?invoiceId=503", [1, 2]),
        ("?invoiceId=50", []),
        ("?invoiceId=99999999999999999999", []),
        ("?invoiceId=-501", []),
        *((f"?processingStatus={status}", found) for status, found in enumerate([[11], [2], [], [1], [3]])),
        ("?customerName=OKAFOR", [11, 1]),
        ("?customerName=", [11, 3, 1, 2]),
        ("?customerName=77", [3]),
        ("?channelIds=1", [1]),
        ("?channelIds=1&channelIds=2", [1, 2]),
        ("?channelIds[]=1&channelIds[]=2", [1, 2]),
        ("?channelIds=1,2", [1, 2]),
        ("?channelIds[]=1,2&channelIds=9", [1, 2]),
        ("?channelIds=", [11, 3, 1, 2]),
        ("?channelIds=9", []),
        ("?q=1&searchBy=id", [1]),
        ("?q=11&searchBy=id", [11]),
        ("?q=011&searchBy=id", []),
        ("?q=95&searchBy=customerId", [11, 1]),
        ("?q=erp-p&searchBy=externalId", [1]),
        ("?q=ERP&searchBy=externalCustomerId", [3, 2]),
        ("?q=erp", [3, 1, 2]),
        ("?q=1", [11, 3, 1, 2]),
        ("?q=3", [3]),
        ("?q=", [11, 3, 1, 2]),
        ("?searchBy=id", [11, 3, 1, 2]),
        ("?q=erp&customerName=okafor&processingStatus=3&invoiceId=503&channelIds=1", [1]),
        ("?q=erp&customerName=okafor&processingStatus=4", []),
        ("?orderNumber=7&companyId=3", [11, 3, 1, 2]),
        ("?orderBy=ASC", [2, 1, 3, 11]),
        ("?sortBy=moduleName", [11, 3, 1, 2]),
        ("?sortBy=moduleName&orderBy=ASC", [2, 1, 3, 11]),
        ("?sortBy=processingStatus", [3, 1, 2, 11]),
        ("?sortBy=appliedStatus", [11, 2, 1, 3]),
        ("?sortBy=createdAt&orderBy=DESC", [11, 3, 1, 2]),
        ("?sortBy=customerId&orderBy=ASC", [2, 3, 11, 1]),
        ("?sortBy=externalCustomerId", [2, 3, 11, 1]),
        ("?sortBy=fundingStatus", [1, 11, 3, 2]),
        ("?sortBy=updatedAt", [2, 11, 3, 1]),
        ("?sortBy=totalAmount", [2, 1, 3, 11]),
    ],
    "/receipts": [
        ("", [3, 1, 2]),
        ("?orderBy=ASC", [2, 1, 3]),
        ("?paymentStatus=3", [1]),
        ("?paymentStatus[]=1&paymentStatus[]=4", [3, 2]),
        ("?paymentStatus=1&paymentStatus=4", [3, 2]),
        ("?paymentStatus[]=1,4", [3, 2]),
        ("?paymentStatus=0", []),
        ("?q=OKAFOR&searchBy=payerName", [1]),
        ("?q=offline&searchBy=payerName", [3, 2]),
        ("?q=CHECK&searchBy=referenceNumber", [1, 2]),
        ("?q=95&searchBy=customerId", [1]),
        ("?q=erp&searchBy=externalId", [1]),
        ("?q=erp&searchBy=externalCustomerId", [3, 2]),
        ("?q=erp", [3, 1, 2]),
        ("?q=P-7&searchBy=payerName", []),
        ("?q=501", []),
        ("?q=check&paymentStatus=1", [2]),
        ("?sortBy=customerId", [1, 3, 2]),
        ("?sortBy=externalCustomerId&orderBy=ASC", [1, 3, 2]),
        ("?sortBy=paymentId", [1, 3, 2]),
        ("?sortBy=total", [2, 1, 3]),
        ("?sortBy=transactionType", [3, 2, 1]),
        ("?sortBy=referenceNumber&orderBy=ASC", [3, 2, 1]),
        ("?sortBy=createdAt", [3, 1, 2]),
        ("?sortBy=updatedAt", [2, 3, 1]),
    ],
    "/receipt-lines": [
        ("", [10, 4, 2, 1, 3]),
        ("?orderBy=ASC", [3, 1, 2, 4, 10]),
        ("?paymentStatus[]=3&paymentStatus[]=1", [2, 1, 3]),
        ("?searchBy=invoiceId&q=501", [4, 1]),
        ("?searchBy=invoiceId&q=50", []),
        ("?searchBy=invoiceId&q=0501", []),
        ("?q=501", [4, 1]),
        ("?q=okafor&searchBy=payerName", [2, 1]),
        ("?q=P-7&searchBy=payerCustomerId", [2, 1]),
        ("?q=10&searchBy=payerCustomerId", [3]),
        ("?q=77&searchBy=referenceNumber", [2, 1]),
        ("?q=95&searchBy=customerId", [2, 1]),
        ("?q=erp&searchBy=externalId", [2, 1]),
        ("?q=ERP&searchBy=externalCustomerId", [10, 4, 3]),
        ("?q=erp&paymentStatus=4", [10, 4]),
        ("?sortBy=customerId&orderBy=ASC", [3, 4, 10, 1, 2]),
        ("?sortBy=externalCustomerId", [3, 10, 4, 2, 1]),
        ("?sortBy=receiptId", [10, 4, 3, 2, 1]),
        ("?sortBy=invoiceId", [10, 3, 2, 4, 1]),
        ("?sortBy=amount", [3, 1, 2, 10, 4]),
        ("?sortBy=createdAt&orderBy=ASC", [3, 1, 2, 4, 10]),
        ("?sortBy=updatedAt", [3, 10, 4, 2, 1]),
    ],
    "/receipts/3/lines": [
        ("", [10, 4]),
        ("?orderBy=ASC&sortBy=amount", [4, 10]),
        ("?searchBy=invoiceId&q=5010", [10]),
        ("?paymentStatus=3", []),
        ("?q=okafor", []),
    ],
}


@pytest.mark.parametrize(
    ("path", "found"), [(path + asked, found) for path, rows in FILTERS.items() for asked, found in rows]
)
async def test_a_list_shows_what_is_asked_for_in_its_order(shop: StoreClient, path: str, found: list[int]):
    assert await ids(shop, path) == found


async def test_lists_show_payments_receipts_and_lines_as_they_are_shown_alone(store_with: Filling):
    store = await store_with(bc_invoice(), bc_invoice(id=10, number="00000010"))
    lines = [{"invoiceId": 10, "amount": "1"}, {"invoiceId": 9, "amount": "60.5"}]
    id = await pay(store, lineItems=lines, externalCustomerId="", channelId=2)

    assert await data_of(store, "/payments") == [await data_of(store, f"/payments/{id}")]
    assert await data_of(store, "/receipts") == [await data_of(store, "/receipts/1")]
    shown = [await data_of(store, f"/receipts/1/lines/{line}") for line in (2, 1)]
    assert await data_of(store, "/receipt-lines") == shown
    assert await data_of(store, "/receipts/1/lines") == shown


async def test_a_payment_that_one_invoice_is_looked_up_for_is_shown_with_its_other_lines(shop: StoreClient):
    (_, shown) = await data_of(shop, "/payments?invoiceId=501")
    assert [line["invoiceId"] for line in shown["lineItems"]] == [501, 503]


async def test_lists_follow_what_is_done_with_payments(store_with: Filling):
    store = await store_with(bc_invoice(), bc_invoice(id=10, number="00000010"))
    id = await pay(store, processingStatus=1)
    assert await ids(store, "/receipt-lines?searchBy=invoiceId&q=9&paymentStatus=1") == [1]

    await store.put_to(f"/payments/{id}/processing-status", {"processingStatus": 4})
    assert await ids(store, "/payments?processingStatus=4") == [id]
    assert await ids(store, "/receipts?paymentStatus[]=4") == [1]
    assert await ids(store, "/receipt-lines?paymentStatus=1") == []

    other = {"lineItems": [{"invoiceId": 10, "amount": "7"}], "currency": "USD", "details": {}, "customerId": "10"}
    await store.put_to(f"/payments/offline/{id}", other)
    assert await ids(store, "/payments?invoiceId=9") == []
    assert await ids(store, "/payments?invoiceId=10&customerName=Larch") == [id]
    assert await ids(store, "/receipt-lines?searchBy=invoiceId&q=10") == [2]

    await store.delete("/receipts/1/lines/2")
    assert (await ids(store, "/receipts/1/lines"), await ids(store, "/receipts")) == ([], [1])

    await store.delete(f"/payments/{id}")
    assert [await ids(store, path) for path in ("/payments", "/receipts", "/receipt-lines")] == [[], [], []]


@pytest.mark.parametrize("path", ["/payments", "/receipts", "/receipt-lines"])
async def test_pages_follow_one_another_with_the_total_beside_them(shop: StoreClient, path: str):
    whole = await ids(shop, path)
    seen: list[int] = []
    for offset in range(0, len(whole) + 2, 2):
        shown = (await shop.get(path, offset=offset, limit=2)).json()
        assert shown["meta"] == {
            "message": "SUCCESS",
            "pagination": {"totalCount": len(whole), "offset": offset, "limit": 2},
        }
        seen += [one["id"] for one in shown["data"]]
    assert seen == whole


@pytest.mark.parametrize("path", LISTS)
async def test_the_largest_page_has_250_and_one_behind_the_end_none(shop: StoreClient, path: str):
    assert (await shop.get(path, limit=250)).json()["meta"]["pagination"]["limit"] == 250
    behind = (await shop.get(path, offset=10**30)).json()
    assert (behind["data"], behind["meta"]["pagination"]["totalCount"] > 0) == ([], True)
    refusal = await shop.get(path, limit=251)
    assert (refusal.status_code, refusal.json()) == (413, refused(413, "Request Entity Too Large"))


NO_CHOICE = '"{}" is not a valid choice.'
NO_INTEGER = "A valid integer is required."
OF_ALL = [
    ("limit=0", "limit: Ensure this value is greater than or equal to 1."),
    ("limit=ten", f"limit: {NO_INTEGER}"),
    ("offset=-1", "offset: Ensure this value is greater than or equal to 0."),
    ("offset=1.5", f"offset: {NO_INTEGER}"),
    ("orderBy=desc", f"orderBy: {NO_CHOICE.format('desc')}"),
    ("sortBy=bogus", f"sortBy: {NO_CHOICE.format('bogus')}"),
    ("searchBy=memo&q=7", f"searchBy: {NO_CHOICE.format('memo')}"),
    ("searchBy=memo", f"searchBy: {NO_CHOICE.format('memo')}"),
]
OF_RECEIPTS = [
    ("paymentStatus=5", f"paymentStatus: {NO_CHOICE.format('5')}"),
    ("paymentStatus[]=1,x", f"paymentStatus: {NO_INTEGER}"),
]
REFUSED: Mapping[str, Sequence[tuple[str, str]]] = {
    **{path: [*OF_ALL, *OF_RECEIPTS] for path in LISTS},
    "/payments": [
        *OF_ALL,
        ("processingStatus=5", f"processingStatus: {NO_CHOICE.format('5')}"),
        ("processingStatus=done", f"processingStatus: {NO_INTEGER}"),
        ("invoiceId=INV-1", f"invoiceId: {NO_INTEGER}"),
        ("channelIds=1,Main", f"channelIds: {NO_INTEGER}"),
        ("sortBy=total", f"sortBy: {NO_CHOICE.format('total')}"),
        ("searchBy=payerName", f"searchBy: {NO_CHOICE.format('payerName')}"),
    ],
}


@pytest.mark.parametrize(
    ("path", "text"), [(f"{path}?{asked}", text) for path, rows in REFUSED.items() for asked, text in rows]
)
async def test_what_cannot_be_asked_of_a_list_is_refused(shop: StoreClient, path: str, text: str):
    answer = await shop.get(path)
    assert (answer.status_code, answer.json()) == (422, refused(422, "Parameter Error", errMsg=text))


@pytest.mark.parametrize("path", ["/receipts/9/lines", "/receipts/x/lines", "/receipts/9/lines?q=okafor"])
async def test_a_receipt_that_is_not_there_has_no_lines(shop: StoreClient, path: str):
    answer = await shop.get(path)
    assert (answer.status_code, answer.json()) == (
        404,
        refused(404, "Not Found Error", errMsg="Receipt does not exist"),
    )


@pytest.mark.parametrize("path", LISTS)
async def test_lists_are_for_those_who_are_let_in(shop: StoreClient, path: str):
    for headers, status in (
        ({}, 401),
        ({**SIGNED, "X-Store-Hash": "other"}, 403),
        ({"authToken": "access_token"}, 200),
    ):
        answer = await shop.client.get(BASE + path, headers=headers)
        assert answer.status_code == status
    for verb in ("POST", "PUT", "DELETE"):
        answer = await shop.client.request(verb, BASE + path, headers=SIGNED)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


async def test_lists_of_a_user_show_what_the_user_may_see(shop: StoreClient):
    idas = {"X-Auth-Token": "idas_token", "X-Store-Hash": "store_hash"}
    for path, seen in (("/payments", [11, 3, 1, 2]), ("/receipts", [1, 2]), ("/receipt-lines", [2, 1, 3])):
        shown = (await shop.client.get(BASE + path, headers=idas)).json()
        assert [one["id"] for one in shown["data"]] == seen  # ida noted payment 3 of a company that she may not see
        assert shown["meta"]["pagination"]["totalCount"] == len(seen)
    answer = await shop.client.get(f"{BASE}/receipts/3/lines", headers=idas)
    assert answer.json() == refused(
        403, "You do not have permission to see the receipt", errMsg="You do not have permission to see the receipt"
    )


EMPTY: Mapping[str, Sequence[str]] = {
    "/payments": ["q", "customerName", "invoiceId", "processingStatus", "channelIds", "channelIds[]"],
    "/receipts": ["q", "paymentStatus", "paymentStatus[]"],
    "/receipt-lines": ["q", "paymentStatus", "paymentStatus[]"],
    "/invoices": [
        *("q", "customerName", "customerId", "externalId", "status"),
        *("beginDateAt", "endDateAt", "channelIds", "channelIds[]"),
    ],
}


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, names in EMPTY.items() for name in names])
async def test_an_empty_filter_looks_for_nothing(store_with: Filling, path: str, name: str):
    store = await store_with(bc_invoice(), a_payment(), a_receipt())
    shown = await store.get(f"{path}?{name}=")
    assert (shown.status_code, shown.json()["meta"]["pagination"]["totalCount"]) == (200, 1)


async def test_lists_of_another_store_show_nothing_of_this_one(shop: StoreClient):
    others = {"X-Auth-Token": "others_token", "X-Store-Hash": "other"}
    for path in ("/payments", "/receipts", "/receipt-lines"):
        shown = (await shop.client.get(BASE + path, headers=others)).json()
        assert (shown["data"], shown["meta"]["pagination"]["totalCount"]) == ([], 0)


async def test_lists_are_sorted_by_the_seconds_that_they_show(store_with: Filling):
    moments = {1: 0.9, 2: 0.1, 3: -0.1}
    times = {id: NOON + timedelta(seconds=seconds) for id, seconds in moments.items()}
    payments = [a_payment(id=id, received_at=at, updated_at=times[4 - id]) for id, at in times.items()]
    store = await store_with(*payments)
    assert await ids(store, "/payments") == [2, 1, 3]
    assert await ids(store, "/payments?sortBy=updatedAt&orderBy=ASC") == [1, 2, 3]
