"""`GET /invoices` and `GET /invoices/export`: which invoices, in which order, how many (contract §1.4, §1.5, §4.1)."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.lifecycle import Status
from billingua.dialects.bigcommerce import invoices as endpoints
from billingua.dialects.bigcommerce import requests
from billingua.engine.plan import Caller
from tests.builders import NOON, a_line, a_party, an_order
from tests.dialects.bigcommerce.conftest import BASE, SIGNED, Filling, StoreClient, bc_invoice

NOON_SECONDS = 1735214400
HOUR = 3600
COUNT_CENTRE = {"id": 31, "name": "Cost centre"}


def listed(id: int, **overrides: Any) -> Any:
    """An invoice of the list: made an hour after the one before it, owing 10 more."""
    made = NOON + timedelta(hours=id)
    told = {
        "id": id,
        "number": f"INV-{id}",
        "created_at": made,
        "issued_at": made,
        "updated_at": made,
        "original_balance": Decimal(10 * id),
    }
    return bc_invoice(**(told | overrides))


INVOICES = (
    listed(
        1,
        number="A-77",
        party=10,
        external_id="ERP-1",
        external_party_id="c-9",
        channel=1,
        purchase_order_number="po-5518",
        open_balance=Decimal(500),
        due_at=NOON + timedelta(days=9),
    ),
    listed(
        2,
        number="a-78",
        status=Status.PAID,
        open_balance=Decimal(0),
        external_id="77",
        channel=2,
        order_number="3107",
        extras={
            "bigcommerce": {"type": "Credit note", "extraFields": [{"fieldName": "Cost centre", "fieldValue": "7"}]}
        },
    ),
    listed(3, number="B-1", partly_paid=True, pending_payments=1, due_at=NOON, order=104, external_party_id="C-10"),
    listed(4, number="b-2", status=Status.VOID, origin="crux", lines=(a_line(),), updated_at=NOON),
    listed(5, number="C", status=Status.DRAFT, party=12, external_id="ERP-5", due_at=NOON + timedelta(days=1)),
)


@pytest.fixture
async def shop(store_with: Filling) -> StoreClient:
    hidden = a_party(id=12, name="Dock 77 Ltd", private=True)
    return await store_with(*INVOICES, hidden, an_order(company=95075), extra_fields=[COUNT_CENTRE])


async def asked(store: StoreClient, query: str) -> Mapping[str, Any]:
    answer = await store.client.get(f"{BASE}/invoices?{query}", headers=SIGNED)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ids(store: StoreClient, query: str) -> Sequence[int]:
    return [invoice["id"] for invoice in (await asked(store, query))["data"]]


async def test_a_list_shows_what_an_invoice_does_without_its_extra_fields(shop: StoreClient) -> None:
    answer = await asked(shop, "")

    assert [invoice["id"] for invoice in answer["data"]] == [5, 4, 3, 2, 1]
    assert answer["meta"] == {"message": "SUCCESS", "pagination": {"totalCount": 5, "offset": 0, "limit": 10}}
    for invoice in answer["data"]:
        alone = await shop.shown(invoice["id"])
        del alone["extraFields"]
        assert invoice == alone


async def test_extra_fields_are_shown_where_they_are_asked_for(shop: StoreClient) -> None:
    with_them = (await asked(shop, "isIncludeExtraFields=1"))["data"]
    without = (await asked(shop, "isIncludeExtraFields=0"))["data"]

    assert [invoice["extraFields"] for invoice in with_them] == [
        [],
        [],
        [],
        [{"fieldName": "Cost centre", "fieldValue": "7"}],
        [],
    ]
    assert not any("extraFields" in invoice for invoice in without)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=0", [5, 1]),
        ("status=1", [3]),
        ("status=2", [4, 2]),
        ("customerId=10", [1]),
        ("customerId=95075", [4, 3, 2]),
        ("customerId=950", []),
        ("customerId=ACME", []),
        ("customerName=OKAFOR", [4, 3, 2]),
        ("customerName=%26%20son", [1]),
        ("customerName=77", [5]),
        ("customerName=", [5, 4, 3, 2, 1]),
        (f"beginDateAt={NOON_SECONDS + 3 * HOUR}", [5, 4, 3]),
        (f"endDateAt={NOON_SECONDS + 3 * HOUR}", [3, 2, 1]),
        (f"beginDateAt={NOON_SECONDS + 2 * HOUR}&endDateAt={NOON_SECONDS + 3 * HOUR}", [3, 2]),
        (f"endDateAt={NOON_SECONDS + 3 * HOUR - 1}", [2, 1]),
        (f"status=0&endDateAt={NOON_SECONDS + 3 * HOUR}", [1]),
        ("endDateAt=4102444800", [5, 4, 3, 2, 1]),
        ("endDateAt=9999999999", [5, 4, 3, 2, 1]),
        ("endDateAt=99999999999999999999999", [5, 4, 3, 2, 1]),
        ("beginDateAt=-99999999999999999999999", [5, 4, 3, 2, 1]),
        ("beginDateAt=99999999999999999999999", []),
        ("endDateAt=-99999999999999999999999", []),
        ("customerId=095075", []),
        ("externalId=ERP-1", [1]),
        ("externalId[]=77", [2]),
        ("externalId[]=77&externalId[]=ERP-5", [5, 2]),
        ("externalId=77&externalId=ERP-5", [5, 2]),
        ("externalId=77,ERP-5", [5, 2]),
        ("externalId[]=77,%20ERP-5", [5, 2]),
        ("externalId[]=erp-5", []),
        ("externalId=", [5, 4, 3, 2, 1]),
        ("channelIds=1", [1]),
        ("channelIds[]=1,2", [2, 1]),
        ("channelIds=1&channelIds=2", [2, 1]),
        ("channelIds=1,2&status=2", [2]),
        ("channelIds=9", []),
        ("q=a-7", [2, 1]),
        ("q=77", [1]),
        ("q=b-&searchBy=invoiceNumber", [4, 3]),
        ("q=credit&searchBy=type", [2]),
        ("q=invoice&searchBy=type", [5, 4, 3, 1]),
        ("q=310&searchBy=orderNumber", [2]),
        ("q=104&searchBy=orderNumber", [3]),
        ("q=PO-55&searchBy=purchaseOrderNumber", [1]),
        ("q=9507&searchBy=customerId", [4, 3, 2]),
        ("q=C-&searchBy=externalCustomerId", [3, 1]),
        ("q=PO-55&searchBy=invoiceNumber", []),
        ("q=%25", []),
        ("q=", [5, 4, 3, 2, 1]),
        ("searchBy=type", [5, 4, 3, 2, 1]),
        ("companyId=10", [5, 4, 3, 2, 1]),
        ("orderNumber=3107", [5, 4, 3, 2, 1]),
    ],
)
async def test_each_filter_keeps_what_it_says_and_the_total_is_theirs(
    shop: StoreClient, query: str, found: list[int]
) -> None:
    answer = await asked(shop, query)

    assert [invoice["id"] for invoice in answer["data"]] == found
    assert answer["meta"]["pagination"]["totalCount"] == len(found)


async def test_thousands_of_values_are_looked_for_at_once(shop: StoreClient) -> None:
    thousands = ",".join(map(str, range(1, 5_001)))

    answer = await asked(shop, f"channelIds={thousands}&externalId=ERP-1,{thousands}")

    assert [invoice["id"] for invoice in answer["data"]] == [2, 1]


@pytest.mark.parametrize(
    ("sort", "ascending"),
    [
        ("invoiceNumber", [1, 3, 5, 2, 4]),
        ("createdAt", [1, 2, 3, 4, 5]),
        ("customerId", [1, 5, 2, 3, 4]),
        ("externalCustomerId", [2, 4, 5, 3, 1]),
        ("dueDate", [2, 4, 3, 5, 1]),
        ("updatedAt", [4, 1, 2, 3, 5]),
        ("isPendingPayment", [1, 2, 4, 5, 3]),
        ("openBalance", [2, 4, 3, 5, 1]),
        ("originalBalance", [1, 2, 3, 4, 5]),
        ("status", [1, 5, 3, 2, 4]),
    ],
)
async def test_each_sort_has_two_directions_and_ties_go_by_id(
    shop: StoreClient, sort: str, ascending: list[int]
) -> None:
    assert await ids(shop, f"sortBy={sort}&orderBy=ASC") == ascending
    assert await ids(shop, f"sortBy={sort}&orderBy=DESC") == ascending[::-1]
    assert await ids(shop, f"sortBy={sort}") == ascending[::-1]


async def test_pages_do_not_overlap_and_the_last_ends(shop: StoreClient) -> None:
    pages = [await ids(shop, f"sortBy=isPendingPayment&offset={offset}&limit=2") for offset in (0, 2, 4, 6)]

    assert pages == [[3, 5], [4, 2], [1], []]
    behind = await asked(shop, "offset=99999999999999999999&limit=250")
    assert behind["data"] == []
    assert behind["meta"]["pagination"] == {"totalCount": 5, "offset": 99999999999999999999, "limit": 250}


async def test_a_list_without_a_match_is_empty(store_with: Filling) -> None:
    store = await store_with()

    answer = await asked(store, "")

    assert answer["data"] == []
    assert answer["meta"]["pagination"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("offset=-1", "offset: Ensure this value is greater than or equal to 0."),
        ("offset=x", "offset: A valid integer is required."),
        ("limit=0", "limit: Ensure this value is greater than or equal to 1."),
        ("limit=1.5", "limit: A valid integer is required."),
        ("limit=", "limit: A valid integer is required."),
        ("orderBy=up", 'orderBy: "up" is not a valid choice.'),
        ("sortBy=id", 'sortBy: "id" is not a valid choice.'),
        ("searchBy=customerName", 'searchBy: "customerName" is not a valid choice.'),
        ("searchBy=customerName&q=x", 'searchBy: "customerName" is not a valid choice.'),
        ("status=3", 'status: "3" is not a valid choice.'),
        ("status=open", "status: A valid integer is required."),
        ("beginDateAt=2024-01-01", "beginDateAt: A valid integer is required."),
        ("endDateAt=soon", "endDateAt: A valid integer is required."),
        ("channelIds=one", "channelIds: A valid integer is required."),
        ("channelIds[]=1,x", "channelIds: A valid integer is required."),
        ("isIncludeExtraFields=true", 'isIncludeExtraFields: "true" is not a valid choice.'),
    ],
)
@pytest.mark.parametrize("path", ["/invoices", "/invoices/export"])
async def test_a_parameter_that_cannot_be_is_named(shop: StoreClient, path: str, query: str, text: str) -> None:
    answer = await shop.client.get(f"{BASE}{path}?{query}", headers=SIGNED)

    if path == "/invoices/export" and query.startswith(("offset", "limit")):
        assert answer.status_code == 200  # a file has no pages
        return
    assert (answer.status_code, answer.json()) == (
        422,
        {"code": 422, "data": {"errMsg": text}, "meta": {"message": "Parameter Error"}},
    )


@pytest.mark.parametrize("limit", ["251", "99999999999999999999"])
async def test_more_than_one_page_holds_is_too_large(shop: StoreClient, limit: str) -> None:
    answer = await shop.get("/invoices", limit=limit)

    assert (answer.status_code, answer.json()) == (
        413,
        {"code": 413, "data": {}, "meta": {"message": "Request Entity Too Large"}},
    )


async def test_a_users_token_lists_what_the_user_may_see(shop: StoreClient) -> None:
    headers = {**SIGNED, "X-Auth-Token": "idas_token"}

    seen = (await shop.client.get(f"{BASE}/invoices", headers=headers)).json()

    assert [invoice["id"] for invoice in seen["data"]] == [4, 3, 2, 1]
    assert seen["meta"]["pagination"]["totalCount"] == 4


async def test_what_was_just_written_is_listed_and_what_was_deleted_is_not(shop: StoreClient) -> None:
    assert (await shop.post("/orders/104/invoices")).status_code == 200
    assert (await shop.delete("/invoices/5")).status_code == 200

    assert await ids(shop, "sortBy=invoiceNumber&orderBy=ASC") == [6, 1, 3, 2, 4]
    assert await ids(shop, "q=Shipment") == [6]


# The file.


async def exported(store: StoreClient, query: str = "") -> list[dict[str, str]]:
    answer = await store.client.get(f"{BASE}/invoices/export?{query}", headers=SIGNED)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == 'attachment; filename="invoices.csv"'
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def test_a_file_has_a_row_for_each_invoice(shop: StoreClient) -> None:
    rows = await exported(shop)

    assert [row["id"] for row in rows] == ["5", "4", "3", "2", "1"]
    assert rows[-1] == {
        "id": "1",
        "invoiceNumber": "A-77",
        "type": "Invoice",
        "status": "0",
        "customerId": "10",
        "customerName": "Larch & Sons",
        "externalCustomerId": "c-9",
        "externalId": "ERP-1",
        "orderNumber": "",
        "purchaseOrderNumber": "po-5518",
        "currency": "USD",
        "originalBalance": "10.0000",
        "openBalance": "500.0000",
        "createdAt": str(NOON_SECONDS + HOUR),
        "dueDate": str(NOON_SECONDS + 9 * 24 * HOUR),
        "updatedAt": str(NOON_SECONDS + HOUR),
        "isPendingPayment": "0",
        "source": "0",
        "channelId": "1",
        "channelName": "Main store",
        "termsConditions": "",
        "externalPdfUrl": "",
    }


async def test_a_file_has_the_filters_sorts_and_extra_fields_of_a_list_and_no_pages(
    shop: StoreClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "AT_ONCE", 2)

    rows = await exported(shop, "channelIds=1,2&sortBy=invoiceNumber&orderBy=ASC&limit=1&isIncludeExtraFields=1")

    assert [(row["id"], row["Cost centre"]) for row in rows] == [("1", ""), ("2", "7")]
    assert len(await exported(shop, "offset=3")) == 5


async def test_a_file_has_once_whoever_is_there_while_others_come_and_go(
    shop: StoreClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "AT_ONCE", 2)
    read = shop.ledger.read

    async def meanwhile(caller: Caller, question: Any, values: Any) -> Any:
        if question is requests.show_listed and list(values) == [5, 4]:
            assert (await shop.delete("/invoices/4")).status_code == 200
            assert (await shop.delete("/invoices/2")).status_code == 200
            assert (await shop.post("/orders/104/invoices")).status_code == 200
        return await read(caller, question, values)

    monkeypatch.setattr(shop.ledger, "read", meanwhile)

    assert [row["id"] for row in await exported(shop)] == ["5", "3", "1"]


async def test_a_file_of_nothing_has_its_head(store_with: Filling) -> None:
    store = await store_with()

    answer = await store.get("/invoices/export")

    assert answer.text.startswith("id,invoiceNumber,type,status,")
    assert answer.text.count("\r\n") == 1


@pytest.mark.parametrize(
    "number",
    [
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\tx",
        "\n1",
        " =1",
        "\xa0 @A",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20A",
        "-\u0663",
    ],
)
async def test_no_text_of_a_file_is_a_formula(store_with: Filling, number: str) -> None:
    store = await store_with(
        listed(1, number=number, open_balance=Decimal(-5), terms='a "b", c\nd'),
        a_party(id=13, name="=cmd"),
        listed(2, party=13),
    )

    second, first = await exported(store)

    assert (first["invoiceNumber"], first["openBalance"], first["termsConditions"]) == (
        f"'{number}",
        "-5.0000",
        'a "b", c\nd',
    )
    assert second["customerName"] == "'=cmd"


@pytest.mark.parametrize("number", ["-5", "-0.50", "12", "A-1", "1=1", " 7"])
async def test_a_number_of_a_file_is_left_as_it_is(store_with: Filling, number: str) -> None:
    store = await store_with(listed(1, number=number))

    assert (await exported(store))[0]["invoiceNumber"] == number


async def test_a_file_is_for_who_may_see_its_invoices(shop: StoreClient) -> None:
    answer = await shop.client.get(f"{BASE}/invoices/export", headers={**SIGNED, "X-Auth-Token": "idas_token"})
    nobody = await shop.client.get(f"{BASE}/invoices/export")

    assert [row["id"] for row in csv.DictReader(io.StringIO(answer.text))] == ["4", "3", "2", "1"]
    assert nobody.status_code == 401
