"""What an order shows of its invoices, and to whom (contract §11, §1.3)."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.line import Attribute, Charge, ChargeKind
from billingua.core.order import OrderFees, Shipment
from billingua.core.rounding import STEPWISE
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_uuid
from tests.builders import a_caller, a_line, a_uuid, an_invoice, an_order, an_order_line
from tests.dialects.crux.conftest import (
    BIRCH,
    BIRCH_LINE,
    LAMP_LINE,
    LARKSPUR,
    MIXED,
    MUG,
    MUG_LINE,
    NOW,
    ORDER,
    PRINTED,
    RETAILER,
    SUPPLIER,
    TAMARACK,
    Crux,
    invoices_path,
    taking,
)

NO_CODES = {"upca": None, "ean13": None, "isbn": None, "gtin14": None, "asin": None, "mpn": None}

PRINTED_LINE: dict[str, Any] = {
    "line_item_uuid": "d4e5f607-1b22-4c33-9d44-5e6f700be020",
    "status": "HasTracking",
    "line_item_designation": "HasTracking",
    "item_uuid": "0f1e2d3c-4b5a-4968-8776-65540f0be021",
    "item_name": "Trail mug",
    "sku_uuid": "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a0be022",
    "sku_id": "TM-88-BLU",
    "sku_name": "Trail mug blue",
    "quantity_ordered": 3,
    "sku_title_variants": None,
    "product_codes": NO_CODES,
    "retailer_provided_line_item_notes": None,
    "retailer_provided_sku_cost": 12.5,
    "supplier": {
        "uuid": "6f0b6a54-2a0d-4a3e-8f52-0c1f7d9be001",
        "organization_name": "tamarack",
        "order_submitted_by": None,
    },
    "invoice_item_attributes": None,
    "supplier_provided_line_item_notes": None,
    "supplier_provided_attributes": None,
    "tracking": [
        {
            "tracking_number": "1ZT0047",
            "shipping_carrier": "UPS",
            "shipping_method": None,
            "shipping_weight": None,
            "shipping_cost": None,
            "shipping_date": None,
            "created_date": None,
            "quantity": 2,
            "package_attributes": None,
        }
    ],
    "allocation": {
        "quantity_ordered": 3,
        "quantity_accepted": 2,
        "quantity_backordered": 1,
        "quantity_rejected": 0,
        "backorder_date": "2024-04-02",
    },
}

PRINTED_ORDER: dict[str, Any] = {
    "order_uuid": "a3d1e5f0-5a44-4c73-9e0b-3c1d2f0be010",
    "po_number": "LK-40817",
    "created_date": "2024-03-05T14:22:09.104233Z",
    "address": {
        "name": "Ines Ortega",
        "business_name": "Larkspur Outfitters",
        "address1": "14 Foundry Row",
        "address2": "Unit B",
        "city": "Duluth",
        "state": "MN",
        "postal_code": "55802",
        "phone_number": "218-555-0144",
        "country": None,
    },
    "sent_to_supplier": True,
    "retailer": {
        "uuid": "c0a1b2c3-0d2e-4f33-8a44-5b6c7d0be011",
        "organization_name": "larkspur",
        "order_submitted_by": None,
    },
    "retailer_provided_notes": None,
    "retailer_provided_fees": {"order_fee": None, "order_tax": 1.04, "shipping_cost": None, "dropship_fee": None},
    "retailer_provided_order_attributes": None,
    "invoices": [{"invoice_items": None}],
    "invoice_attributes": None,
    "line_items": [PRINTED_LINE],
}
"""What the contract prints, with the order that has no invoice yet (A13)."""


async def keep(crux: Crux, *aggregates: Any) -> None:
    """Put aggregates into the demo workspace, in place of what stands there."""
    await crux.ledger.run(a_caller(), save, aggregates)


def save(aggregates: Any, caller: Caller, now: datetime) -> Plan[None]:
    found = yield Needs([by_uuid(type(value), value.uuid) for value in aggregates])
    assert found
    return Decision(None, saves=aggregates)


@pytest.mark.parametrize("token", [RETAILER, SUPPLIER])
async def test_an_order_without_invoices_carries_a_placeholder(crux: Crux, token: str) -> None:
    answer = await crux.send("GET", invoices_path(), token)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == PRINTED_ORDER
    assert list(answer.json()) == list(PRINTED_ORDER)


async def test_an_order_shows_its_invoices_as_they_were_posted(crux: Crux) -> None:
    posted = await crux.post(PRINTED)

    lot, terms = (
        [{"attribute_name": "lot", "attribute_value": "L-209"}],
        [{"attribute_name": "terms", "attribute_value": "net 15"}],
    )
    shown = await crux.show()
    assert shown == PRINTED_ORDER | {
        "invoices": [
            {
                "invoice_items": [
                    {
                        "sku_id": "TM-88-BLU",
                        "quantity_ordered": 3,
                        "quantity_invoiced": 2,
                        "supplier_order_number": "TMK-7751",
                        "invoice_item_attributes": lot,
                    }
                ],
                "invoice_number": "TI-2291",
                "invoice_attributes": terms,
                **posted.json(),
                "supplier_provided_drop_ship_fee": 1.15,
                "supplier_provided_order_fee": 0.4,
                "supplier_provided_tax": 2,
                "supplier_provided_shipping_cost": 5,
                "supplier_provided_order_total": 32.05,
            }
        ],
        "invoice_attributes": terms,
        "line_items": [PRINTED_LINE | {"invoice_item_attributes": lot}],
    }


async def test_an_invoice_of_a_number_alone_shows_that_nothing_else_was_said(crux: Crux) -> None:
    posted = await crux.post({"invoice_number": "TI-1"})

    assert (await crux.show())["invoices"] == [
        {
            "invoice_items": None,
            "invoice_number": "TI-1",
            "invoice_attributes": None,
            **posted.json(),
            "supplier_provided_drop_ship_fee": None,
            "supplier_provided_order_fee": None,
            "supplier_provided_tax": None,
            "supplier_provided_shipping_cost": None,
            "supplier_provided_order_total": None,
        }
    ]


async def test_several_invoices_stand_in_the_order_of_their_posting_each_with_its_own_quantity(crux: Crux) -> None:
    for number, quantity in (("Z-1", 1), ("A-2", 2), ("M-3", None)):
        await crux.post({"invoice_number": number, "line_items": [taking(quantity)]})

    shown = (await crux.show())["invoices"]

    assert [invoice["invoice_number"] for invoice in shown] == ["Z-1", "A-2", "M-3"]
    assert [invoice["invoice_items"][0]["quantity_invoiced"] for invoice in shown] == [1, 2, None]
    assert [invoice["invoice_items"][0]["quantity_ordered"] for invoice in shown] == [3, 3, 3]


async def test_attributes_of_several_invoices_follow_one_another(crux: Crux) -> None:
    def named(name: str) -> list[dict[str, str]]:
        return [{"attribute_name": name, "attribute_value": "1"}]

    for number, attributes in (("A", named("one")), ("B", None), ("C", named("two"))):
        entry = taking(1, invoice_item_attributes=attributes)
        await crux.post({"invoice_number": number, "line_items": [entry], "invoice_attributes": attributes})

    shown = await crux.show()

    assert shown["invoice_attributes"] == named("one") + named("two")
    assert shown["line_items"][0]["invoice_item_attributes"] == named("one") + named("two")
    assert [invoice["invoice_attributes"] for invoice in shown["invoices"]] == [named("one"), None, named("two")]


async def test_a_retailer_sees_every_suppliers_part_and_a_supplier_its_own(crux: Crux) -> None:
    attributes = [{"attribute_name": "whose", "attribute_value": "tamarack"}]
    own = {"invoice_number": "S-1", "line_items": [taking(1, LAMP_LINE)], "invoice_attributes": attributes}
    await crux.post({"invoice_number": "S-1", "line_items": [taking(2, BIRCH_LINE)]}, MIXED, "birch-token")
    await crux.post(own, MIXED)

    whole, tamaracks, birchs = [await crux.show(MIXED, token) for token in (RETAILER, SUPPLIER, "birch-token")]

    def skus(shown: dict[str, Any]) -> list[Any]:
        items = [item["sku_id"] for invoice in shown["invoices"] for item in invoice["invoice_items"]]
        return [items, [line["sku_id"] for line in shown["line_items"]], shown["invoice_attributes"]]

    assert skus(whole) == [["BI-1", "TM-90"], ["TM-90", "TM-91", "TM-92", "BI-1"], attributes]
    assert skus(tamaracks) == [["TM-90"], ["TM-90", "TM-91", "TM-92"], attributes]
    assert skus(birchs) == [["BI-1"], ["BI-1"], None]
    assert whole["line_items"][3]["supplier"]["organization_name"] == "birch"


async def test_a_supplier_without_invoices_sees_the_placeholder_beside_anothers(crux: Crux) -> None:
    await crux.post({"invoice_number": "S-1"}, MIXED, "birch-token")

    assert (await crux.show(MIXED, SUPPLIER))["invoices"] == [{"invoice_items": None}]


async def test_all_that_an_order_may_hold_is_shown(crux: Crux) -> None:
    gift = (Attribute("Gift wrap", "Y"),)
    shown_gift = [{"attribute_name": "Gift wrap", "attribute_value": "Y"}]
    shipment = Shipment(
        number="1ZT0048",
        carrier="UPS",
        method="Ground",
        weight=Decimal("1.250"),
        cost=Decimal("150.00"),
        ship_date="2024-03-06",
        created_at=datetime(2024, 3, 6, 7, 8, 9, tzinfo=UTC),
        quantity=1,
        attributes=gift,
    )
    line = replace(
        ORDER.lines[0],
        unit_cost=None,
        designation="ID: 1 Name: HasTracking",
        retailer_notes="fragile",
        supplier_notes="dock 3",
        supplier_attributes=gift,
        tracking=(shipment,),
        allocation=None,
    )
    fees = OrderFees(order_fee=Decimal("0.00"), shipping_cost=Decimal("150.00"), dropship_fee=Decimal("47.98"))
    await keep(crux, replace(MUG, sku_name=None, product_codes={"upca": "012345678905", "hand": "x"}))
    await keep(
        crux,
        replace(
            ORDER,
            placed_by="larkspur",
            retailer_notes="ring twice",
            retailer_attributes=gift,
            fees=fees,
            lines=(line,),
        ),
    )

    answer = await crux.send("GET", invoices_path(), RETAILER)

    assert answer.json() == PRINTED_ORDER | {
        "retailer": PRINTED_ORDER["retailer"] | {"order_submitted_by": "Larkspur"},
        "retailer_provided_notes": "ring twice",
        "retailer_provided_order_attributes": shown_gift,
        "retailer_provided_fees": {"order_fee": 0, "order_tax": None, "shipping_cost": 150, "dropship_fee": 47.98},
        "line_items": [
            PRINTED_LINE
            | {
                "sku_name": "Trail mug",
                "product_codes": NO_CODES | {"upca": "012345678905"},
                "retailer_provided_line_item_notes": "fragile",
                "retailer_provided_sku_cost": 0,
                "supplier_provided_line_item_notes": "dock 3",
                "supplier_provided_attributes": shown_gift,
                "tracking": [
                    {
                        "tracking_number": "1ZT0048",
                        "shipping_carrier": "UPS",
                        "shipping_method": "Ground",
                        "shipping_weight": 1.25,
                        "shipping_cost": 150,
                        "shipping_date": "2024-03-06",
                        "created_date": "2024-03-06T07:08:09.000000Z",
                        "quantity": 1,
                        "package_attributes": shown_gift,
                    }
                ],
                "allocation": None,
            }
        ],
    }
    for exact in (b'"order_fee":0,', b'"shipping_cost":150,', b'"dropship_fee":47.98', b'"shipping_weight":1.25,'):
        assert exact in answer.content


async def test_an_order_of_which_little_is_known_is_shown_all_the_same(crux: Crux) -> None:
    order = an_order(
        id=108,
        company=LARKSPUR.id,
        placed_by="somebody who left",
        lines=(an_order_line(uuid=a_uuid(8300), supplier=TAMARACK.uuid, item=99, sku="GONE"),),
    )
    await keep(crux, order)

    shown = await crux.show(order, SUPPLIER)

    assert shown["retailer"] == {
        "uuid": str(LARKSPUR.uuid),
        "organization_name": "larkspur",
        "order_submitted_by": "somebody who left",
    }
    line = shown["line_items"][0]
    assert {key: line[key] for key in ("item_uuid", "item_name", "sku_uuid", "sku_name", "sku_id")} == {
        "item_uuid": None,
        "item_name": None,
        "sku_uuid": None,
        "sku_name": None,
        "sku_id": "GONE",
    }
    assert line["product_codes"] == NO_CODES


async def test_a_retailer_sees_lines_without_a_supplier_and_an_order_without_lines(crux: Crux) -> None:
    order = an_order(id=108, company=None, retailer=LARKSPUR.uuid, lines=(an_order_line(supplier=None),))
    await keep(crux, order, an_order(id=109, retailer=LARKSPUR.uuid, lines=()))

    assert (await crux.show(order))["line_items"][0]["supplier"] == {
        "uuid": None,
        "organization_name": None,
        "order_submitted_by": None,
    }
    assert (await crux.show(an_order(id=109)))["line_items"] == []


# Invoices that were born in other dialects, or changed there


def an_invoice_of_the_order(id: int = 35, **overrides: Any) -> Invoice:
    defaults = {"id": id, "order": ORDER.id, "party": LARKSPUR.id, "supplier": TAMARACK.uuid, "origin": "bigcommerce"}
    return an_invoice(**(defaults | overrides))


@pytest.mark.parametrize("status", list(Status))
async def test_an_invoice_from_elsewhere_is_shown_in_every_status(crux: Crux, status: Status) -> None:
    await keep(crux, an_invoice_of_the_order(status=status))

    (shown,) = (await crux.show())["invoices"]

    assert shown["invoice_number"] == "INV-35"


async def test_an_invoice_from_elsewhere_shows_what_it_has(crux: Crux) -> None:
    lines = (
        a_line(id=1, sku=MUG.sku, quantity=Decimal("1.5")),
        a_line(id=2, position=1, sku="NOT-ORDERED", quantity=Decimal("7.00")),
        a_line(id=3, position=2, quantity=None, unit_price=None),
    )
    charges = tuple(Charge(ChargeKind.SHIPPING, Decimal(amount)) for amount in ("1.10", "2.20"))
    await keep(crux, an_invoice_of_the_order(lines=lines, charges=charges, rounding=STEPWISE))

    (shown,) = (await crux.show())["invoices"]

    assert [
        (item["sku_id"], item["quantity_ordered"], item["quantity_invoiced"]) for item in shown["invoice_items"]
    ] == [("TM-88-BLU", 3, 1.5), ("NOT-ORDERED", 0, 7), ("", 0, None)]
    assert shown["supplier_provided_shipping_cost"] == 3.3
    assert shown["supplier_provided_order_total"] is None


async def test_an_invoice_of_no_supplier_is_the_retailers_to_see(crux: Crux) -> None:
    await keep(crux, an_invoice_of_the_order(supplier=None), an_invoice_of_the_order(id=36, supplier=BIRCH.uuid))

    assert len((await crux.show())["invoices"]) == 2
    assert (await crux.show(token=SUPPLIER))["invoices"] == [{"invoice_items": None}]


async def test_invoices_of_other_orders_are_not_shown(crux: Crux) -> None:
    await keep(crux, an_invoice_of_the_order(order=None), an_invoice_of_the_order(id=36, order=MIXED.id))

    assert (await crux.show())["invoices"] == [{"invoice_items": None}]


async def test_an_invoice_that_was_voided_elsewhere_is_still_there(crux: Crux) -> None:
    invoice = await crux.invoice(await crux.post({"invoice_number": "TI-1", "line_items": [taking(1, MUG_LINE)]}))
    await keep(crux, replace(invoice, status=Status.VOID, voided_at=NOW, open_balance=Decimal(0)))

    (shown,) = (await crux.show())["invoices"]

    assert (shown["invoice_number"], shown["invoice_items"][0]["quantity_invoiced"]) == ("TI-1", 1)
