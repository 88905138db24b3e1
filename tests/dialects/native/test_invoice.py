"""One invoice, whole: everything that the ledger knows, wherever the invoice was born."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.lifecycle import Status
from billingua.core.line import Attribute, Charge, ChargeKind
from billingua.core.money import Mode
from billingua.core.rounding import STEPWISE
from billingua.engine.invoices import AmendInvoice, amend_invoice
from tests.builders import NOON, a_caller, a_line, a_line_tax, a_uuid, an_invoice, an_opportunity
from tests.dialects.native.conftest import Planting

RICH = {
    "id": 35,
    "number": "INV_2024_12_31_1",
    "origin": "bigcommerce",
    "consignee": 11,
    "order": 104,
    "opportunity": 3,
    "billing_address": 31,
    "delivery_address": 32,
    "exchange_rate": Decimal("54.320"),
    "issued_at": datetime(2024, 12, 1, 3, tzinfo=UTC),
    "due_at": datetime(2024, 12, 25, 4, 30, tzinfo=UTC),
    "created_by": "ida",
    "open_balance": Decimal("31.0000"),
    "partly_paid": True,
    "pending_payments": 2,
    "lines": (
        a_line(
            id=7,
            item=1,
            sku="SKU-1",
            unit=3,
            description="Lamp",
            quantity=Decimal("2.50"),
            unit_price=Decimal("12.345"),
            discount_percent=Decimal(10),
            discount_per_unit=Decimal("0.345"),
            tax1=a_line_tax(20),
            tax2=a_line_tax("5.5", tax=2, name="Levy"),
            order_line=a_uuid(8100),
            attributes=(Attribute("colour", "red"),),
        ),
    ),
    "charges": (Charge(ChargeKind.SHIPPING, Decimal(5)), Charge(ChargeKind.TAX, Decimal("0.5"))),
    "stated_total": Decimal("40"),
    "purchase_order_number": "PO-104",
    "order_number": "104",
    "reference": "WEB-9",
    "terms": "30 days",
    "description": "Spring",
    "language": "en-US",
    "book": 4,
    "branch": "BR-02",
    "payment_term": 2,
    "salesperson": 7,
    "channel": 1,
    "external_id": "E-1",
    "external_party_id": "E-10",
    "attributes": (Attribute("gift", "no"),),
    "extras": {"bigcommerce": {"source": 0, "details": {"weight": Decimal("1.50"), "tags": ["a", None, True]}}},
}


async def test_an_invoice_is_shown_whole(native_with: Planting) -> None:
    native = await native_with(an_invoice(**RICH), an_opportunity(), time_zone="America/New_York")

    answer = await native.get("/v1/invoices/35")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["etag"] == '"1"'
    assert answer.json() == {
        "id": 35,
        "uuid": str(a_uuid(9035)),
        "version": 1,
        "number": "INV_2024_12_31_1",
        "status": "open",
        "overdue": True,
        "partly_paid": True,
        "dialect": "bigcommerce",
        "party": {"id": 10, "uuid": str(a_uuid(2010)), "name": "Larch & Sons"},
        "consignee": {"id": 11, "uuid": str(a_uuid(2011)), "name": "Quay Lamps"},
        "supplier": None,
        "order": {"id": 104, "uuid": str(a_uuid(8104)), "number": "PO-104"},
        "currency": "USD",
        "totals": {
            "line_total": "27.00",
            "charge_total": "5.00",
            "net_total": "32.00",
            "tax_total": "7.39",
            "grand_total": "39.39",
            "taxes": [
                {"id": 1, "name": "VAT", "rate": "20", "base": "27.00", "amount": "5.40"},
                {"id": 2, "name": "Levy", "rate": "5.5", "base": "27.00", "amount": "1.49"},
            ],
        },
        "balances": {
            "original": "39.39",
            "open": "31.00",
            "paid": "8.39",
            "credited": "0.00",
            "refund_due": "0.00",
        },
        "credits": [],
        "issue_date": "2024-11-30",
        "issued_at": "2024-12-01T03:00:00Z",
        "due_date": "2024-12-24",
        "due_at": "2024-12-25T04:30:00Z",
        "void_date": None,
        "voided_at": None,
        "created_at": "2024-12-26T12:00:00Z",
        "updated_at": "2024-12-26T12:00:00Z",
        "number_scope": None,
        "created_by": "ida",
        "exchange_rate": "54.32",
        "pending_payments": 2,
        "rounding": {"places": 2, "mode": "half_up", "tax_base": "rate", "settles_steps": False},
        "lines": [
            {
                "id": 7,
                "position": 0,
                "item_id": 1,
                "sku": "SKU-1",
                "unit_id": 3,
                "description": "Lamp",
                "quantity": "2.5",
                "unit_price": "12.345",
                "discount_percent": "10",
                "discount_per_unit": "0.345",
                "gross": "30.8625",
                "discount": "3.8625",
                "net": "27.00",
                "taxes": [
                    {"id": 1, "name": "VAT", "rate": "20", "amount": None},
                    {"id": 2, "name": "Levy", "rate": "5.5", "amount": None},
                ],
                "order_line": str(a_uuid(8100)),
                "attributes": [{"name": "colour", "value": "red"}],
            }
        ],
        "charges": [{"kind": "shipping", "amount": "5.00"}, {"kind": "tax", "amount": "0.50"}],
        "stated_total": "40.00",
        "opportunity": {"id": 3, "uuid": str(a_uuid(3003)), "title": "Spring"},
        "purchase_order_number": "PO-104",
        "order_number": "104",
        "reference": "WEB-9",
        "external_id": "E-1",
        "external_party_id": "E-10",
        "terms": "30 days",
        "description": "Spring",
        "language": "en-US",
        "branch": "BR-02",
        "attributes": [{"name": "gift", "value": "no"}],
        "extras": {"bigcommerce": {"source": 0, "details": {"weight": 1.5, "tags": ["a", None, True]}}},
        "billing_address_id": 31,
        "delivery_address_id": 32,
        "book_id": 4,
        "payment_term_id": 2,
        "salesperson_id": 7,
        "channel_id": 1,
    }
    assert '"weight":1.50' in answer.text  # extras keep the digits that they came with


async def test_an_invoice_is_found_by_its_uuid_too(native_with: Planting) -> None:
    native = await native_with(an_invoice())

    for written in (str(a_uuid(9035)), str(a_uuid(9035)).upper()):
        assert (await native.get(f"/v1/invoices/{written}")).json()["id"] == 35
        assert (await native.get(f"/v1/invoices/{written}/history")).json()["items"][0]["version"] == 1


async def test_a_suppliers_invoice_without_quantities_or_due_date_is_shown(native_with: Planting) -> None:
    line = a_line(quantity=None, unit_price=None)
    supplier = {"supplier": a_uuid(2011), "origin": "crux", "number_scope": "order/supplier", "party": 77, "order": 999}
    native = await native_with(an_invoice(lines=(line,), **supplier))

    shown = (await native.get("/v1/invoices/35")).json()

    assert shown["supplier"] == {"id": 11, "uuid": str(a_uuid(2011)), "name": "Quay Lamps"}
    assert shown["party"] == {"id": 77, "uuid": None, "name": None}
    assert shown["order"] == {"id": 999, "uuid": None, "number": None}
    assert shown["number_scope"] == "order/supplier"
    assert (shown["due_date"], shown["due_at"], shown["overdue"]) == (None, None, False)
    assert (shown["lines"][0]["quantity"], shown["lines"][0]["unit_price"]) == (None, None)
    assert (shown["lines"][0]["net"], shown["totals"]["grand_total"]) == ("0.00", "0.00")


async def test_whom_nobody_knows_is_named_by_what_is_left(native_with: Planting) -> None:
    native = await native_with(an_invoice(supplier=a_uuid(5), consignee=78, opportunity=79))

    shown = (await native.get("/v1/invoices/35")).json()

    assert shown["supplier"] == {"id": None, "uuid": str(a_uuid(5)), "name": None}
    assert shown["consignee"] == {"id": 78, "uuid": None, "name": None}
    assert shown["opportunity"] == {"id": 79, "uuid": None, "title": None}


async def test_taxes_that_are_rounded_by_line_are_shown_on_the_line(native_with: Planting) -> None:
    line = a_line(unit_price=Decimal("0.25"), tax1=a_line_tax(10))
    native = await native_with(an_invoice(lines=(line,), rounding=STEPWISE))

    shown = (await native.get("/v1/invoices/35")).json()

    assert shown["rounding"] == {"places": 2, "mode": Mode.HALF_EVEN, "tax_base": "line", "settles_steps": True}
    assert shown["lines"][0]["taxes"] == [{"id": 1, "name": "VAT", "rate": "10", "amount": "0.02"}]


async def test_a_void_invoice_owes_nothing_and_does_not_look_paid(native_with: Planting) -> None:
    voided = datetime(2024, 12, 26, 3, tzinfo=UTC)
    native = await native_with(an_invoice(status=Status.VOID, voided_at=voided), time_zone="America/New_York")

    shown = (await native.get("/v1/invoices/35")).json()

    assert (shown["status"], shown["void_date"], shown["voided_at"]) == ("void", "2024-12-25", "2024-12-26T03:00:00Z")
    nothing = {"credited": "0.00", "refund_due": "0.00"}
    assert shown["balances"] == {"original": "100.00", "open": "0.00", "paid": None, **nothing}


@pytest.mark.parametrize(
    ("currency", "stated", "shown"),
    [
        ("USD", "12", "12.00"),
        ("USD", "12.3", "12.30"),
        ("USD", "12.3400", "12.34"),
        ("USD", "12.345600", "12.3456"),
        ("USD", "0.000000000001", "0.000000000001"),
        ("USD", "-0.5", "-0.50"),
        ("USD", "-0", "0.00"),
        ("USD", "1E+3", "1000.00"),
        ("USD", "99999999999999.123456789012", "99999999999999.123456789012"),
        ("JPY", "1200.00", "1200"),
        ("JPY", "1200.5", "1200.5"),
        ("BHD", "1.5", "1.500"),
    ],
)
async def test_amounts_are_exact_texts_with_the_currencys_digits(
    native_with: Planting, currency: str, stated: str, shown: str
) -> None:
    native = await native_with(an_invoice(currency=currency, stated_total=Decimal(stated)))

    assert (await native.get("/v1/invoices/35")).json()["stated_total"] == shown


async def test_the_version_and_the_etag_follow_each_change(native_with: Planting) -> None:
    native = await native_with(an_invoice())
    await native.ledger.run(a_caller(), amend_invoice, AmendInvoice(invoice=35, fields={"terms": "7 days"}))

    answer = await native.get("/v1/invoices/35")

    assert (answer.json()["version"], answer.headers["etag"], answer.json()["terms"]) == (2, '"2"', "7 days")


async def test_an_invoice_is_overdue_by_the_servers_clock(native_with: Planting) -> None:
    native = await native_with(an_invoice(due_at=NOON))
    assert not (await native.get("/v1/invoices/35")).json()["overdue"]

    native.clock.set(NOON.replace(minute=1))

    assert (await native.get("/v1/invoices/35")).json()["overdue"]
    assert (await native.get("/v1/invoices")).json()["items"][0]["overdue"]


@pytest.mark.parametrize(
    "asked", ["99", "0", "-35", "35.0", "INV-35", "٣٥", "9" * 30, "9999999999", str(a_uuid(1)), a_uuid(9035).hex]
)
@pytest.mark.parametrize("rest", ["", "/history"])
async def test_what_is_no_invoices_id_is_not_found(native_with: Planting, asked: str, rest: str) -> None:
    native = await native_with(an_invoice())

    answer = await native.get(f"/v1/invoices/{asked}{rest}")

    assert answer.status_code == 404
    told: dict[str, Any] = answer.json()
    assert (told["type"], told["title"]) == ("/docs/problems/invoice-not-found", "No such invoice")
    assert told["detail"] == f"There is no invoice {asked} in this workspace."
