"""`POST /invoices`: what a new invoice says, and what it may not say (contract §4.2)."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from billingua.core.lifecycle import Status
from billingua.core.order import order_claim
from tests.builders import NOON, a_caller, an_invoice, an_order, an_order_line
from tests.dialects.bigcommerce.conftest import BASE, JSON, Filling, StoreClient, bc_invoice

NOON_SECONDS = 1735214400
DAY = 86_400
CREATED = {"code": 200, "data": {"id": 1, "invoiceId": 1}, "meta": {"message": "SUCCESS"}}
BALANCE = {"code": "USD", "value": 180.5}
TAKEN = {
    "code": 400,
    "data": {"errMsg": "The invoice number already exists."},
    "meta": {"message": "Bad Requests Error"},
}
BILLED = {
    "code": 400,
    "data": {"errMsg": "The order already has an invoice."},
    "meta": {"message": "Bad Requests Error"},
}
FIELDS = [
    {"id": 31, "name": "Cost centre", "type": 0, "max_length": "40"},
    {"id": 32, "name": "Job", "type": 0, "required": True, "unique": True},
]


def a_body(**members: Any) -> dict[str, Any]:
    """The least that an invoice says, and what is given; `...` leaves a member out."""
    least = {"invoiceNumber": "INV-2042", "originalBalance": BALANCE, "openBalance": BALANCE, "customerId": "95075"}
    return {name: value for name, value in (least | members).items() if value is not ...}


def refused(errors: str) -> Mapping[str, Any]:
    return {"code": 400, "data": {"errMsg": errors}, "meta": {"message": "Bad Requests Error", "errors": errors}}


async def created(store: StoreClient, body: Any) -> Mapping[str, Any]:
    """Write an invoice, and give what is shown of it."""
    answer = await store.post("/invoices", body)
    assert (answer.status_code, answer.json()) == (200, CREATED)
    return await store.shown(1)


async def test_the_least_that_can_be_said_makes_an_invoice(store_with: Filling) -> None:
    store = await store_with()

    assert await created(store, a_body()) == {
        "id": 1,
        "customerId": "95075",
        "externalCustomerId": None,
        "externalId": None,
        "invoiceNumber": "INV-2042",
        "type": "Invoice",
        "dueDate": NOON_SECONDS + 30 * DAY,
        "status": 0,
        "orderNumber": None,
        "purchaseOrderNumber": None,
        "isPendingPayment": 0,
        "source": 0,
        "originalBalance": {"code": "USD", "value": "180.5000"},
        "openBalance": {"code": "USD", "value": "180.5000"},
        "customerName": "Okafor Plumbing",
        "createdAt": NOON_SECONDS,
        "updatedAt": NOON_SECONDS,
        "channelId": None,
        "channelName": None,
        "termsConditions": None,
        "externalPdfUrl": None,
        "storeHash": "store_hash",
        "pendingPaymentCount": 0,
        "extraFields": [],
    }


def usd(value: Any) -> Mapping[str, Any]:
    return {"code": "USD", "value": value}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"customerId": 95075}, {"customerId": "95075"}),
        ({"customerId": "10"}, {"customerId": "10", "customerName": "Larch & Sons"}),
        ({"invoiceNumber": 2042}, {"invoiceNumber": "2042"}),
        ({"type": "Credit"}, {"type": "Credit"}),
        ({"type": ""}, {"type": "Invoice"}),
        ({"dueDate": 1769904000}, {"dueDate": 1769904000}),
        ({"dueDate": "1769904000"}, {"dueDate": 1769904000}),
        ({"dueDate": ""}, {"dueDate": NOON_SECONDS + 30 * DAY}),
        ({"dueDate": None}, {"dueDate": NOON_SECONDS + 30 * DAY}),
        ({"status": 1}, {"status": 1}),
        ({"status": 2}, {"status": 2, "openBalance": usd("180.5000")}),
        ({"openBalance": usd(0)}, {"status": 2, "openBalance": usd("0.0000"), "originalBalance": usd("180.5000")}),
        ({"openBalance": usd("-5"), "status": 1}, {"status": 2, "openBalance": usd("-5.0000")}),
        ({"openBalance": usd("1.00005")}, {"openBalance": usd("1.0001"), "status": 0}),
        ({"originalBalance": usd("500.00")}, {"originalBalance": usd("500.0000"), "openBalance": usd("180.5000")}),
        ({"orderNumber": "3107"}, {"orderNumber": "3107"}),
        ({"orderNumber": 3107}, {"orderNumber": "3107"}),
        ({"orderNumber": "no order of ours"}, {"orderNumber": "no order of ours"}),
        ({"orderNumber": ""}, {"orderNumber": None}),
        ({"orderNumber": None}, {"orderNumber": None}),
        ({"purchaseOrderNumber": "PO-5519"}, {"purchaseOrderNumber": "PO-5519"}),
        ({"purchaseOrderNumber": ""}, {"purchaseOrderNumber": None}),
        ({"issuedAt": 1600000000}, {"createdAt": 1600000000, "dueDate": 1600000000 + 30 * DAY}),
        ({"issuedAt": 1600000000.0}, {"createdAt": 1600000000}),
        ({"issuedAt": None}, {"createdAt": NOON_SECONDS}),
        ({"createdAt": 1600000000}, {"createdAt": 1600000000, "updatedAt": NOON_SECONDS}),
        ({"createdAt": 1500000000, "issuedAt": 1600000000}, {"createdAt": 1600000000}),
        ({"issuedAt": 1600000000, "dueDate": 1600000001}, {"createdAt": 1600000000, "dueDate": 1600000001}),
        ({"source": 1}, {"source": 1}),
        ({"externalId": "ERP-I-78"}, {"externalId": "ERP-I-78"}),
        ({"externalId": 78}, {"externalId": "78"}),
        ({"externalCustomerId": "ERP-C-9"}, {"externalCustomerId": "ERP-C-9"}),
        ({"externalCustomerId": None}, {"externalCustomerId": None}),
        ({"channelId": 1}, {"channelId": "1", "channelName": "Main store"}),
        ({"channelId": "2"}, {"channelId": "2", "channelName": "Outlet"}),
        ({"channelId": None}, {"channelId": None}),
        ({"externalPdfUrl": "https://files.test/1.pdf"}, {"externalPdfUrl": "https://files.test/1.pdf"}),
        ({"externalPdfUrl": ""}, {"externalPdfUrl": None}),
        ({"termsConditions": "Net 15"}, {"termsConditions": "Net 15"}),
        ({"unknown": [1], "id": 77, "updatedAt": 5}, {"id": 1, "updatedAt": NOON_SECONDS}),
    ],
)
async def test_each_member_says_what_it_names(
    store_with: Filling, said: Mapping[str, Any], shown: Mapping[str, Any]
) -> None:
    store = await store_with()

    invoice = await created(store, a_body(**said))

    assert {name: invoice[name] for name in shown} == shown


async def test_the_usual_due_date_is_the_stores_and_stays_when_the_creation_moves(store_with: Filling) -> None:
    store = await store_with(due_days=7)

    assert (await created(store, a_body()))["dueDate"] == NOON_SECONDS + 7 * DAY
    assert (await store.put(1, {"createdAt": 1600000000})).status_code == 200
    assert (await store.shown(1))["dueDate"] == NOON_SECONDS + 7 * DAY


DETAILS = {
    "header": {"costLines": [{"amount": {"code": "USD", "value": "180.50"}, "description": "Subtotal"}]},
    "details": {
        "lineItems": [
            {
                "sku": "VALVE-3",
                "quantity": "5",
                "unitPrice": {"code": "USD", "value": "36.10"},
                "description": "Ball valve",
                "zone": "A",
            }
        ]
    },
}


async def test_details_are_kept_as_they_were_sent_and_become_lines_of_the_ledger(store_with: Filling) -> None:
    store = await store_with()

    details = (await created(store, a_body(details=DETAILS)))["details"]

    header = {**DETAILS["header"], "orderDate": NOON_SECONDS, "customerFields": {}}
    assert details == {"type": "StandardInvoiceDetails", "header": header, "details": DETAILS["details"]}
    (change,) = (await store.history(1))[0]["changes"]
    (line,) = change["after"]["lines"]
    assert (line["sku"], line["quantity"], str(line["unit_price"])) == ("VALVE-3", 5, "36.10")


async def test_a_new_invoice_is_open_and_its_history_begins(store_with: Filling) -> None:
    store = await store_with()

    await created(store, a_body())

    (entry,) = await store.history(1)
    assert (entry["action"], entry["dialect"], entry["actor"]) == (
        "open_invoice",
        "bigcommerce",
        "credential access_token",
    )
    assert entry["changes"][0]["after"]["status"] == "open"


REQUIRED = "This field is required."
TOO_LONG = "Ensure this field has no more than 255 characters."


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (a_body(invoiceNumber=...), f"invoiceNumber: {REQUIRED}; "),
        (a_body(originalBalance=...), f"originalBalance: {REQUIRED}; "),
        (a_body(openBalance=...), f"openBalance: {REQUIRED}; "),
        (a_body(customerId=...), f"customerId: {REQUIRED}; "),
        (
            {},
            "".join(
                f"{name}: {REQUIRED}; " for name in ("invoiceNumber", "originalBalance", "openBalance", "customerId")
            ),
        ),
        ([], "Expected an object.; "),
        (a_body(invoiceNumber=""), "invoiceNumber: This field may not be blank.; "),
        (a_body(invoiceNumber=None), "invoiceNumber: This field may not be null.; "),
        (a_body(invoiceNumber="x" * 256), f"invoiceNumber: {TOO_LONG}; "),
        (a_body(orderNumber="x" * 256), f"orderNumber: {TOO_LONG}; "),
        (a_body(extraFields=[{"fieldName": "Job", "fieldValue": "x" * 256}]), f"Job: {TOO_LONG}; "),
        (a_body(customerId=""), "customerId: This field may not be blank.; "),
        (a_body(openBalance={"code": "USD"}), f"openBalance.value: {REQUIRED}; "),
        (a_body(openBalance={"value": 5}), f"openBalance.code: {REQUIRED}; "),
        (a_body(openBalance=usd("twelve")), "Please enter a valid number; "),
        (a_body(openBalance=usd(True)), "Please enter a valid number; "),
        (a_body(openBalance={"code": "US", "value": 5}), "openBalance.code: Invalid currency code; "),
        (a_body(openBalance={"code": "EUR", "value": 5}), "openBalance.code: Both balances are in USD.; "),
        (a_body(status=3), 'status: "3" is not a valid choice.; '),
        (a_body(status=0.5), "status: A valid integer is required.; "),
        (a_body(status=None), "status: This field may not be null.; "),
        (a_body(source=2), 'source: "2" is not a valid choice.; '),
        (a_body(type=None), "type: This field may not be null.; "),
        (a_body(dueDate=4102444800), "dueDate: Ensure this value is between -2147483647 and 2147483647.; "),
        (a_body(issuedAt="2147483648"), "issuedAt: Ensure this value is between -2147483647 and 2147483647.; "),
        (a_body(dueDate=1.5), "dueDate: A valid integer is required.; "),
        (a_body(dueDate="soon"), "dueDate: A valid integer is required.; "),
        (a_body(issuedAt="2024-01-01"), "issuedAt: A valid integer is required.; "),
        (a_body(channelId="one"), "channelId: A valid integer is required.; "),
        (a_body(externalPdfUrl="ftp://files.test/1.pdf"), "externalPdfUrl: Enter a valid URL.; "),
        (a_body(details=[]), "details: Expected an object.; "),
        (
            a_body(details={"header": {"costLines": [{"description": "Subtotal"}]}}),
            f"details.header.costLines[0].amount: {REQUIRED}; ",
        ),
        (
            a_body(extraFields=[{"fieldName": "Job", "fieldValue": "1"}, {"fieldName": "Shoe", "fieldValue": "44"}]),
            "Shoe: This store has no such extra field.; ",
        ),
        (
            a_body(extraFields=[{"fieldName": "Cost centre", "fieldValue": "x" * 41}]),
            "Cost centre: Ensure this field has no more than 40 characters.; ",
        ),
        (a_body(extraFields=[{"fieldName": "Cost centre"}]), f"extraFields[0].fieldValue: {REQUIRED}; "),
    ],
)
async def test_what_an_invoice_may_not_say_is_told_twice_and_nothing_is_written(
    store_with: Filling, body: Any, errors: str
) -> None:
    store = await store_with(extra_fields=FIELDS)

    answer = await store.post("/invoices", body)

    assert (answer.status_code, answer.json()) == (400, refused(errors))
    assert await store.history(1) == []


async def test_a_body_that_is_no_json_is_told_so(store_with: Filling) -> None:
    store = await store_with()

    empty = await store.post("/invoices")
    typed = await store.client.post(f"{BASE}/invoices", headers={**JSON, "Content-Type": "text/plain"}, content=b"{}")

    assert (empty.status_code, empty.json()) == (400, refused("JSON parse error - Input data was truncated; "))
    assert (typed.status_code, typed.json()["meta"]) == (415, {"message": "Unsupported Media Type"})


@pytest.mark.parametrize("number", ["00000009", "00000009 "])
async def test_a_number_is_used_once(store_with: Filling, number: str) -> None:
    store = await store_with(bc_invoice())

    answer = await store.post("/invoices", a_body(invoiceNumber=number))

    assert (answer.status_code, answer.json()) == (400, TAKEN)


async def test_an_order_number_is_on_one_invoice_only(store_with: Filling) -> None:
    store = await store_with()

    await created(store, a_body(orderNumber="3107"))
    other = await store.post("/invoices", a_body(invoiceNumber="B", orderNumber="3107"))
    same = await store.post("/invoices", a_body(orderNumber="3107"))
    without = await store.post("/invoices", a_body(invoiceNumber="C", externalId="3107"))

    assert (other.status_code, other.json()) == (400, BILLED)
    assert (same.status_code, same.json()) == (400, TAKEN)
    assert without.status_code == 200


@pytest.mark.parametrize(
    "kept",
    [
        bc_invoice(claims=(order_claim("104"),)),
        an_order(lines=(an_order_line(invoiced=1),)),
    ],
)
async def test_an_order_of_which_something_is_invoiced_has_its_invoice(store_with: Filling, kept: Any) -> None:
    store = await store_with(kept)

    answer = await store.post("/invoices", a_body(orderNumber="104"))

    assert (answer.status_code, answer.json()) == (400, BILLED)


async def test_an_order_that_is_known_tells_when_it_was_placed(store_with: Filling) -> None:
    ordered = an_order(created_at=NOON.replace(hour=6))
    store = await store_with(ordered)

    invoice = await created(store, a_body(orderNumber="104", details=DETAILS))

    assert (invoice["orderNumber"], invoice["details"]["header"]["orderDate"]) == ("104", NOON_SECONDS - 6 * 3600)


async def test_two_who_write_for_one_order_at_once_get_one_invoice(store_with: Filling) -> None:
    store = await store_with()

    answers = await asyncio.gather(
        *(store.post("/invoices", a_body(invoiceNumber=number, orderNumber="3107")) for number in ("A", "B"))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 400]


@pytest.mark.parametrize(
    ("said", "status", "text"),
    [
        ({"customerId": "77"}, 404, "Company does not exist"),
        ({"customerId": "ACME"}, 404, "Company does not exist"),
        ({"channelId": 5}, 404, "Store channels not exist"),
    ],
)
async def test_company_and_channel_have_to_be_there(
    store_with: Filling, said: Mapping[str, Any], status: int, text: str
) -> None:
    store = await store_with()

    answer = await store.post("/invoices", a_body(**said))

    assert (answer.status_code, answer.json()) == (
        status,
        {"code": status, "data": {"errMsg": text}, "meta": {"message": "Not Found Error"}},
    )
    assert await store.history(1) == []


def job(value: str) -> Mapping[str, Any]:
    return {"extraFields": [{"fieldName": "Job", "fieldValue": value}]}


async def test_extra_fields_are_kept_and_a_unique_one_is_free_again_with_its_invoice(store_with: Filling) -> None:
    store = await store_with(extra_fields=FIELDS)

    assert (await created(store, a_body(**job("J-1"))))["extraFields"] == job("J-1")["extraFields"]
    again = await store.post("/invoices", a_body(invoiceNumber="B", **job("J-1")))
    assert again.json() == refused("Job: This field must be unique.; ")

    assert (await store.delete("/invoices/1")).status_code == 200
    assert (await store.post("/invoices", a_body(invoiceNumber="B", **job("J-1")))).status_code == 200


@pytest.mark.parametrize("said", [{}, {"extraFields": []}, job("")])
async def test_a_required_extra_field_has_to_be_there(store_with: Filling, said: Mapping[str, Any]) -> None:
    store = await store_with(extra_fields=FIELDS)

    answer = await store.post("/invoices", a_body(**said))

    text = "Job is a required extra field"
    assert (answer.status_code, answer.json()) == (
        422,
        {"code": 422, "data": {"errMsg": text}, "meta": {"message": text}},
    )


async def test_the_older_header_alone_names_the_store(store_with: Filling) -> None:
    store = await store_with()

    answer = await store.client.post(f"{BASE}/invoices", headers={"authToken": "access_token"}, json=a_body())

    assert (answer.status_code, answer.json()) == (200, CREATED)


async def test_an_invoice_is_deleted_with_its_number(store_with: Filling) -> None:
    store = await store_with(bc_invoice())

    first, second = [await store.delete("/invoices/9") for _ in range(2)]

    assert (first.status_code, first.json()) == (200, {"code": 200, "data": {"id": 9}, "meta": {"message": "SUCCESS"}})
    assert (second.status_code, second.json()) == (
        404,
        {"code": 404, "data": {"errMsg": "Invoice does not exist"}, "meta": {"message": "Not Found Error"}},
    )
    assert (await store.post("/invoices", a_body(invoiceNumber="00000009"))).status_code == 200
    assert [entry["action"] for entry in await store.history()] == ["plant", "delete_invoice"]


@pytest.mark.parametrize("status", Status)
async def test_an_invoice_is_deleted_in_whatever_status_and_wherever_it_was_born(
    store_with: Filling, status: Status
) -> None:
    store = await store_with(an_invoice(status=status, origin="onlyoffice", id=9))

    assert (await store.delete("/invoices/9")).status_code == 200
    assert (await store.get("/invoices/9")).status_code == 404


async def test_a_user_deletes_only_what_it_may_change(store_with: Filling) -> None:
    store = await store_with(bc_invoice())

    answer = await store.client.delete(f"{BASE}/invoices/9", headers={**JSON, "X-Auth-Token": "idas_token"})

    why = "You do not have permission to delete the invoice"
    assert (answer.status_code, answer.json()) == (
        403,
        {"code": 403, "data": {"errMsg": why}, "meta": {"message": why}},
    )
    assert len(await store.ledger.history(a_caller(), "invoice", 9)) == 1


async def test_the_longest_names_are_kept_and_found_by_every_store(store_with: Filling) -> None:
    store = await store_with(extra_fields=FIELDS)
    longest = "".join(chr(0x1F00 + place % 0x100) for place in range(255))  # many become longer in lower case

    await created(store, a_body(invoiceNumber=longest, orderNumber=longest, **job(longest)))

    again = await store.post("/invoices", a_body(invoiceNumber=longest, **job("J")))
    assert again.json() == TAKEN
