"""`POST /orders/{orderId}/invoices`: the invoice of a whole order (contract §4.6)."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.order import DeliveryAddress, LineStatus, OrderFees, Shipment
from billingua.core.party import AddressCategory
from tests.builders import NOON, a_party, a_uuid, an_address, an_item, an_order, an_order_line
from tests.dialects.bigcommerce.conftest import BASE, SIGNED, Filling, StoreClient, bc_invoice

NOON_SECONDS = 1735214400
DAY = 86_400
FIRST, SECOND = a_uuid(8100), a_uuid(8101)
ORDER = an_order(
    company=95075,
    channel=1,
    created_at=NOON.replace(hour=6),
    fees=OrderFees(shipping_cost=Decimal(10)),
    address=DeliveryAddress(
        name="Ada Mae Okafor",
        business_name="Okafor Plumbing Supply",
        address1="4 Mill Rd",
        city="Leeds",
        state="Ohio",
        postal_code="44001",
        country="USA",
    ),
    lines=(
        an_order_line(sku="PIPE-15", title="Copper pipe", quantity=2),
        an_order_line(uuid=SECOND, sku="VALVE-3", item=15, quantity=1, unit_cost=Decimal("36.1")),
    ),
)
ADDRESS = {
    "city": "Leeds",
    "state": "Ohio",
    "country": "USA",
    "street1": "4 Mill Rd",
    "street2": "",
    "zipCode": "44001",
    "lastName": "Okafor",
    "firstName": "Ada Mae",
    "customFields": {},
}
BILLED = {
    "code": 400,
    "data": {"errMsg": "The order already has an invoice."},
    "meta": {"message": "Bad Requests Error"},
}
UNKNOWN = {"code": 404, "data": {"errMsg": "Order does not exist"}, "meta": {"message": "Not Found Error"}}


async def billed(store: StoreClient, id: int = 104) -> Mapping[str, Any]:
    """Write the invoice of an order, and give what is shown of it."""
    answer = await store.post(f"/orders/{id}/invoices")
    assert (answer.status_code, answer.json()) == (
        200,
        {"code": 200, "data": {"invoiceNumber": "00000001", "invoiceId": 1}, "meta": {"message": "SUCCESS"}},
    )
    return await store.shown(1)


def cost(description: str, value: str) -> Mapping[str, Any]:
    return {"amount": {"code": "USD", "value": value}, "description": description}


def line(sku: str, quantity: str, price: str, description: str) -> Mapping[str, Any]:
    return {
        "sku": sku,
        "type": "",
        "comments": "",
        "quantity": quantity,
        "unitPrice": {"code": "USD", "value": price},
        "description": description,
        "customFields": {},
        "unitDiscount": {"code": "USD", "value": "0.0000"},
    }


async def test_an_invoice_says_all_that_its_order_does(store_with: Filling) -> None:
    store = await store_with(ORDER, an_item(id=15, title="Ball valve"))

    assert await billed(store) == {
        "id": 1,
        "customerId": "95075",
        "externalCustomerId": None,
        "externalId": None,
        "invoiceNumber": "00000001",
        "type": "Invoice on Shipment",
        "dueDate": NOON_SECONDS + 30 * DAY,
        "status": 0,
        "orderNumber": "104",
        "purchaseOrderNumber": "PO-104",
        "details": {
            "type": "StandardInvoiceDetails",
            "header": {
                "costLines": [cost("Subtotal", "76.1000"), cost("Freight", "10.0000"), cost("Sales Tax", "0.0000")],
                "orderDate": NOON_SECONDS - 6 * 3600,
                "billingAddress": ADDRESS,
                "shippingAddresses": [ADDRESS],
                "customerFields": {},
            },
            "details": {
                "shipments": [],
                "lineItems": [
                    line("PIPE-15", "2", "20.0000", "Copper pipe"),
                    line("VALVE-3", "1", "36.1000", "Ball valve"),
                ],
            },
        },
        "isPendingPayment": 0,
        "source": 0,
        "originalBalance": {"code": "USD", "value": "86.1000"},
        "openBalance": {"code": "USD", "value": "86.1000"},
        "customerName": "Okafor Plumbing",
        "createdAt": NOON_SECONDS,
        "updatedAt": NOON_SECONDS,
        "channelId": "1",
        "channelName": "Main store",
        "termsConditions": None,
        "externalPdfUrl": None,
        "storeHash": "store_hash",
        "pendingPaymentCount": 0,
        "extraFields": [],
    }


async def test_what_an_order_does_not_say_is_left_out(store_with: Filling) -> None:
    bare = an_order_line(sku="X", unit_cost=None, quantity=1)
    store = await store_with(an_order(company=95075, lines=(bare,)))

    details = (await billed(store))["details"]

    assert details["header"] == {
        "costLines": [cost("Subtotal", "0.0000"), cost("Freight", "0.0000"), cost("Sales Tax", "0.0000")],
        "orderDate": NOON_SECONDS,
        "customerFields": {},
    }
    assert details["details"] == {"shipments": [], "lineItems": [line("X", "1", "0.0000", "")]}


async def test_fees_packages_and_an_address_for_bills_are_told_where_they_are_known(store_with: Filling) -> None:
    package = Shipment(
        package=a_uuid(5), number="T-1", carrier="UPS", method="Ground", ship_date="2024-12-24", quantity=1
    )
    lines = (
        an_order_line(tracking=(package,)),
        an_order_line(uuid=SECOND, tracking=(package, Shipment(number="T-2", quantity=1))),
        an_order_line(uuid=a_uuid(8103), status=LineStatus.CANCELLED),
    )
    fees = OrderFees(order_fee=Decimal(1), dropship_fee=Decimal(2), order_tax=Decimal(3))
    bills = (
        an_address(id=1, category=AddressCategory.POSTAL, city="Elsewhere"),
        an_address(id=2, city="Second"),
        an_address(id=3, city="Leeds", street="1 High St", zip="44002", primary=True),
    )
    company = a_party(id=12, first_name="Ada", addresses=bills)
    store = await store_with(an_order(company=12, fees=fees, lines=lines), company)

    invoice = await billed(store)

    header, inner = invoice["details"]["header"], invoice["details"]["details"]
    assert [entry["description"] for entry in header["costLines"]] == [
        "Subtotal",
        "Freight",
        "Order fee",
        "Dropship fee",
        "Sales Tax",
    ]
    assert invoice["openBalance"]["value"] == "206.0000"
    assert "shippingAddresses" not in header
    assert header["billingAddress"] == {
        **dict.fromkeys(ADDRESS, ""),
        "city": "Leeds",
        "street1": "1 High St",
        "zipCode": "44002",
        "firstName": "Ada",
        "customFields": {},
    }
    assert len(inner["lineItems"]) == 2
    assert inner["shipments"] == [
        {
            "addressIndex": "0",
            "shipDate": "2024-12-24",
            "shipVia": "UPS Ground",
            "trackingNumber": "T-1",
            "comments": "",
            "customFields": {},
        },
        {
            "addressIndex": "0",
            "shipDate": "",
            "shipVia": "",
            "trackingNumber": "T-2",
            "comments": "",
            "customFields": {},
        },
    ]


async def test_a_body_says_nothing_and_needs_no_type(store_with: Filling) -> None:
    store = await store_with(ORDER)

    answer = await store.client.post(f"{BASE}/orders/104/invoices", headers=SIGNED, content=b"not read")

    assert answer.status_code == 200


async def test_an_order_has_one_invoice_until_that_is_deleted(store_with: Filling) -> None:
    store = await store_with(ORDER)

    await billed(store)
    second = await store.post("/orders/104/invoices")
    assert (second.status_code, second.json()) == (400, BILLED)

    assert (await store.delete("/invoices/1")).status_code == 200
    assert (await store.post("/orders/104/invoices")).json()["data"] == {"invoiceNumber": "00000002", "invoiceId": 2}


async def test_an_order_stays_free_after_its_invoice_was_edited_and_deleted(store_with: Filling) -> None:
    store = await store_with(ORDER)
    details = (await billed(store))["details"]
    details["details"]["lineItems"] = [line("PIPE-15", "1", "20", ""), line("OTHER", "9", "1", "")]
    assert (await store.put(1, {"details": details})).status_code == 200

    assert (await store.delete("/invoices/1")).status_code == 200

    assert (await store.post("/orders/104/invoices")).status_code == 200


async def test_what_is_invoiced_by_somebody_else_is_not_invoiced_twice(store_with: Filling) -> None:
    store = await store_with(an_order(company=95075, lines=(an_order_line(invoiced=1),)))

    answer = await store.post("/orders/104/invoices")

    assert (answer.status_code, answer.json()) == (400, BILLED)


async def test_an_invoice_of_the_orders_number_is_the_invoice_of_the_order(store_with: Filling) -> None:
    store = await store_with(ORDER)
    balance = {"code": "USD", "value": 1}
    body = {"invoiceNumber": "A", "originalBalance": balance, "openBalance": balance, "customerId": "95075"}
    assert (await store.post("/invoices", {**body, "orderNumber": "104"})).status_code == 200

    answer = await store.post("/orders/104/invoices")

    assert (answer.status_code, answer.json()) == (400, BILLED)


async def test_two_who_ask_at_once_get_one_invoice(store_with: Filling) -> None:
    store = await store_with(ORDER)

    answers = await asyncio.gather(*(store.post("/orders/104/invoices") for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [200, 400]


async def test_a_number_that_is_taken_is_passed_over(store_with: Filling) -> None:
    store = await store_with(ORDER, bc_invoice(id=9, number="00000010"))

    answer = await store.post("/orders/104/invoices")

    assert answer.json()["data"] == {"invoiceNumber": "00000011", "invoiceId": 11}


@pytest.mark.parametrize("id", ["105", "0", "abc", "99999999999", "10.4"])
async def test_an_unknown_order_is_told_so_and_no_more(store_with: Filling, id: str) -> None:
    store = await store_with(ORDER)

    answer = await store.post(f"/orders/{id}/invoices", {})

    assert (answer.status_code, answer.json()) == (404, UNKNOWN)


async def test_an_order_of_nobody_and_a_cancelled_one_are_not_invoiced(store_with: Filling) -> None:
    cancelled = an_order(id=105, company=95075, lines=(an_order_line(uuid=SECOND, status=LineStatus.CANCELLED),))
    store = await store_with(an_order(company=None), cancelled)

    answers = [(await store.post(f"/orders/{id}/invoices")).json() for id in (104, 105)]

    assert [(answer["code"], answer["data"]["errMsg"]) for answer in answers] == [
        (404, "Company does not exist"),
        (400, "Every line of the order is cancelled."),
    ]
