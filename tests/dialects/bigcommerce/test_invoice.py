"""`GET /invoices/{invoiceId}`: what clients are shown of an invoice (contract §3.1, §4.3)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind
from billingua.core.party import PartyKind
from billingua.core.rounding import STEPWISE
from tests.builders import NOON, a_line, a_line_tax, a_party, an_order
from tests.dialects.bigcommerce.conftest import Filling, bc_invoice

NOON_SECONDS = 1735214400
DAY = 86_400


async def test_an_invoice_of_the_store_is_shown_with_every_key(store_with: Filling) -> None:
    store = await store_with(bc_invoice())

    answer = await store.get("/invoices/9")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "code": 200,
        "data": {
            "id": 9,
            "customerId": "95075",
            "externalCustomerId": None,
            "externalId": None,
            "invoiceNumber": "00000009",
            "type": "Invoice",
            "dueDate": NOON_SECONDS + 30 * DAY,
            "status": 0,
            "orderNumber": None,
            "purchaseOrderNumber": None,
            "isPendingPayment": 0,
            "source": 0,
            "originalBalance": {"code": "USD", "value": "90.0000"},
            "openBalance": {"code": "USD", "value": "90.0000"},
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
        },
        "meta": {"message": "SUCCESS"},
    }


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ({"external_id": "ERP-I-77"}, {"externalId": "ERP-I-77"}),
        ({"external_party_id": "ERP-C-9"}, {"externalCustomerId": "ERP-C-9"}),
        ({"purchase_order_number": "PO-5518"}, {"purchaseOrderNumber": "PO-5518"}),
        ({"purchase_order_number": ""}, {"purchaseOrderNumber": None}),
        ({"order_number": "3107"}, {"orderNumber": "3107"}),
        ({"order": 104}, {"orderNumber": "104"}),
        ({"order": 104, "order_number": "3107"}, {"orderNumber": "3107"}),
        ({"terms": "30 days"}, {"termsConditions": "30 days"}),
        ({"terms": ""}, {"termsConditions": None}),
        ({"channel": 1}, {"channelId": "1", "channelName": "Main store"}),
        ({"channel": 5}, {"channelId": "5", "channelName": None}),
        ({"due_at": NOON + timedelta(days=1)}, {"dueDate": NOON_SECONDS + DAY}),
        (
            {"created_at": NOON - timedelta(days=1)},
            {"createdAt": NOON_SECONDS - DAY, "dueDate": NOON_SECONDS + 29 * DAY},
        ),
        ({"pending_payments": 2}, {"isPendingPayment": 1, "pendingPaymentCount": 2}),
        ({"open_balance": Decimal("-5")}, {"openBalance": {"code": "USD", "value": "-5.0000"}, "status": 2}),
        ({"open_balance": Decimal("0.0001")}, {"openBalance": {"code": "USD", "value": "0.0001"}, "status": 0}),
        ({"party": 77}, {"customerId": "77", "customerName": ""}),
        ({"extras": {"bigcommerce": {"type": "Credit"}}}, {"type": "Credit"}),
        ({"extras": {"bigcommerce": {"source": 1}}}, {"source": 1}),
        (
            {"extras": {"bigcommerce": {"externalPdfUrl": "https://a.test/1.pdf"}}},
            {"externalPdfUrl": "https://a.test/1.pdf"},
        ),
        ({"extras": {"bigcommerce": {"externalPdfUrl": ""}}}, {"externalPdfUrl": None}),
        ({"extras": {"onlyoffice": {"type": 7}}}, {"type": "Invoice"}),
    ],
)
async def test_each_member_comes_from_its_field(
    store_with: Filling, kept: dict[str, Any], shown: dict[str, Any]
) -> None:
    store = await store_with(bc_invoice(**kept))

    invoice = await store.shown()

    assert {name: invoice[name] for name in shown} == shown


@pytest.mark.parametrize(
    ("kept", "status"),
    [
        ({"status": Status.DRAFT}, 0),
        ({"status": Status.OPEN}, 0),
        ({"status": Status.OPEN, "partly_paid": True}, 1),
        ({"status": Status.OPEN, "open_balance": Decimal(10)}, 0),
        ({"status": Status.OPEN, "open_balance": Decimal(0)}, 2),
        ({"status": Status.REJECTED}, 0),
        ({"status": Status.PAID}, 2),
        ({"status": Status.PAID, "open_balance": Decimal(10)}, 2),
        ({"status": Status.VOID}, 2),
    ],
)
async def test_every_status_of_the_ledger_has_one_here(store_with: Filling, kept: dict[str, Any], status: int) -> None:
    store = await store_with(bc_invoice(**kept))

    assert (await store.shown())["status"] == status


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC), 2**31 - 1),
        (datetime(2099, 1, 1, tzinfo=UTC), 2**31 - 1),
        (datetime(1, 1, 1, tzinfo=UTC), 1 - 2**31),
        (datetime(9999, 12, 31, tzinfo=UTC), 2**31 - 1),
        (NOON + timedelta(microseconds=999_999), NOON_SECONDS),
    ],
)
async def test_moments_are_whole_seconds_of_32_bits(store_with: Filling, moment: datetime, shown: int) -> None:
    store = await store_with(bc_invoice(due_at=moment, created_at=moment))

    invoice = await store.shown()

    assert (invoice["dueDate"], invoice["createdAt"]) == (shown, shown)


async def test_the_usual_due_date_is_the_stores_and_fits_too(store_with: Filling) -> None:
    long_ago, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
    others = [bc_invoice(id=id, number=f"{id}", created_at=at) for id, at in ((10, long_ago), (11, last))]
    store = await store_with(bc_invoice(), *others, due_days=7)

    dues = [(await store.shown(id))["dueDate"] for id in (9, 10, 11)]

    assert dues == [NOON_SECONDS + 7 * DAY, 1 - 2**31, 2**31 - 1]


async def test_a_store_without_settings_goes_by_the_name_of_its_workspace(store_with: Filling) -> None:
    store = await store_with(bc_invoice(), store_hash=None)

    answer = await store.client.get(
        "/api/v3/io/ip/invoices/9", headers={"X-Auth-Token": "access_token", "X-Store-Hash": "demo"}
    )

    assert answer.json()["data"]["storeHash"] == "demo"


BARE_LINE = a_line(quantity=None, unit_price=None)
"""A line whose author left quantity and price unsaid, as a supplier may."""


async def test_an_invoice_without_dates_quantities_or_prices_is_shown_all_the_same(store_with: Filling) -> None:
    store = await store_with(
        bc_invoice(origin="crux", lines=(BARE_LINE,), order=104, number_scope="supplier"), an_order()
    )

    invoice = await store.shown()

    assert (invoice["source"], invoice["status"], invoice["orderNumber"]) == (1, 0, "104")
    assert invoice["details"] == {
        "type": "StandardInvoiceDetails",
        "header": {"orderDate": NOON_SECONDS, "customerFields": {}, "costLines": []},
        "details": {
            "shipments": [],
            "lineItems": [
                {
                    "sku": "",
                    "type": "",
                    "comments": "",
                    "quantity": "0",
                    "unitPrice": {"code": "USD", "value": "0.0000"},
                    "description": "",
                    "customFields": {},
                    "unitDiscount": {"code": "USD", "value": "0.0000"},
                }
            ],
        },
    }


async def test_lines_and_charges_of_other_dialects_are_told_as_details(store_with: Filling) -> None:
    line = a_line(
        sku="PIPE-15",
        description="Copper pipe",
        quantity=Decimal("4.00"),
        unit_price=Decimal("60"),
        discount_per_unit=Decimal(10),
        discount_percent=Decimal(10),
        tax1=a_line_tax(20),
    )
    charges = (
        Charge(ChargeKind.SHIPPING, Decimal(5)),
        Charge(ChargeKind.ORDER_FEE, Decimal(2)),
        Charge(ChargeKind.DROPSHIP_FEE, Decimal(3)),
        Charge(ChargeKind.TAX, Decimal(1)),
    )
    store = await store_with(bc_invoice(origin="onlyoffice", rounding=STEPWISE, lines=(line,), charges=charges))

    details = (await store.shown())["details"]

    assert {cost["description"]: cost["amount"]["value"] for cost in details["header"]["costLines"]} == {
        "Subtotal": "180.0000",
        "Freight": "5.0000",
        "Order fee": "2.0000",
        "Dropship fee": "3.0000",
        "Sales Tax": "37.0000",
    }
    assert details["details"]["lineItems"] == [
        {
            "sku": "PIPE-15",
            "type": "",
            "comments": "",
            "quantity": "4",
            "unitPrice": {"code": "USD", "value": "60.0000"},
            "description": "Copper pipe",
            "customFields": {},
            "unitDiscount": {"code": "USD", "value": "15.0000"},
        }
    ]


@pytest.mark.parametrize("origin", ["crux", "onlyoffice", "modulus", "native"])
@pytest.mark.parametrize("status", Status)
async def test_an_invoice_of_any_origin_in_any_status_is_shown(
    store_with: Filling, origin: str, status: Status
) -> None:
    store = await store_with(bc_invoice(origin=origin, status=status, lines=(BARE_LINE, a_line(id=2)), currency="JPY"))

    invoice = await store.shown()

    assert (invoice["source"], invoice["openBalance"]["code"]) == (1, "JPY")


async def test_a_person_is_shown_by_first_and_last_name(store_with: Filling) -> None:
    person = a_party(id=12, kind=PartyKind.PERSON, name="Okafor", first_name="Ada", last_name="Okafor")
    store = await store_with(bc_invoice(party=12), person)

    assert (await store.shown())["customerName"] == "Ada Okafor"


@pytest.mark.parametrize("id", ["10", "0", "99999999999", "abc", "9a", "-9", "9.0", "%20", "٩"])
async def test_an_unknown_id_is_not_found_and_so_is_what_is_no_id(store_with: Filling, id: str) -> None:
    store = await store_with(bc_invoice())

    answer = await store.get(f"/invoices/{id}")

    assert answer.status_code == 404
    assert answer.json() == {
        "code": 404,
        "data": {"errMsg": "Invoice does not exist"},
        "meta": {"message": "Not Found Error"},
    }
