"""An order by itself, by its number and in a list (contract §4, §5, A14, A17)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.line import Attribute
from billingua.core.order import Order, OrderFees, SupplierTerms
from tests.dialects.crux.conftest import (
    BIRCH,
    BIRCH_LINE,
    LAMP_LINE,
    MIXED,
    ORDER,
    PRINTED,
    RETAILER,
    SUPPLIER,
    TAMARACK,
    YARROWS,
    Crux,
)
from tests.dialects.crux.test_ordering import PRINTED as NEW_ORDER
from tests.dialects.crux.test_reading import PRINTED_ORDER, keep

PLACEHOLDER = [{"invoice_items": None}]
HEAD = ("order_uuid", "po_number", "created_date", "address", "sent_to_supplier", "retailer")
LINE = {name: value for name, value in PRINTED_ORDER["line_items"][0].items() if name != "invoice_item_attributes"}

DETAILED_LINE = {
    name: value
    for name, value in LINE.items()
    if name
    not in {
        "retailer_provided_line_item_notes",
        "supplier_provided_line_item_notes",
        "supplier_provided_attributes",
    }
} | {
    "supplier_item_notes": None,
    "retailer_item_notes": None,
    "supplier_provided_item_attributes": None,
    "retailer_provided_item_attributes": None,
}
"""The line of §11's sample, named as §5 names it."""

REMARKS = {
    "retailer_provided_order_notes": None,
    "supplier_provided_order_notes": None,
    "retailer_provided_order_attributes": None,
    "supplier_provided_order_attributes": None,
}

DETAIL: dict[str, Any] = {
    **{name: PRINTED_ORDER[name] for name in HEAD},
    **REMARKS,
    "retailer_provided_fees": {"order_fee": None, "order_tax": 1.04, "shipping_cost": None, "dropship_fee": None},
    "invoices": PLACEHOLDER,
    "line_items": [DETAILED_LINE],
}

ENTRY: dict[str, Any] = {
    "uuid": str(ORDER.uuid),
    "is_allocated": True,
    "purchase_order_id": "LK-40817",
    "created_date": "2024-03-05T14:22:09.104233Z",
    **REMARKS,
    "fees": {"estimated_shipping_cost": 0, "drop_ship_fee": 0, "order_fee": 0},
    "retailer": {
        "name": "larkspur",
        "uuid": "c0a1b2c3-0d2e-4f33-8a44-5b6c7d0be011",
        "user": {"name": None, "email": None},
    },
    "address": PRINTED_ORDER["address"],
    "requested_shipping": {"shipping_carrier": None, "shipping_method": None},
    "invoices": PLACEHOLDER,
    "line_items": [DETAILED_LINE],
}


async def detail(crux: Crux, order: Order = ORDER, token: str = RETAILER) -> dict[str, Any]:
    answer = await crux.call("GET", f"/timp/orders/{order.uuid}/", b"{}", token)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def by_number(crux: Crux, number: str, token: str = RETAILER) -> list[dict[str, Any]]:
    answer = await crux.call("GET", f"/timp/orders/po/{number}/", b"{}", token)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def listed(crux: Crux, token: str = RETAILER, **asked: Any) -> list[dict[str, Any]]:
    answer = await crux.call("POST", "/timp/orders/", asked, token)
    assert answer.status_code == 200, answer.text
    return answer.json()["orders"]


async def entry(crux: Crux, order: Order = ORDER, token: str = RETAILER) -> dict[str, Any]:
    return next(shown for shown in await listed(crux, token) if shown["uuid"] == str(order.uuid))


@pytest.mark.parametrize("number", ["SLASH/7", "a//b", "a/b/"])
async def test_an_orders_number_may_have_slashes_in_it(crux: Crux, number: str) -> None:
    await keep(crux, replace(ORDER, number=number))

    assert [shown["po_number"] for shown in await by_number(crux, number)] == [number]


@pytest.mark.parametrize("token", [RETAILER, SUPPLIER])
async def test_an_order_is_shown_as_the_contract_prints_it(crux: Crux, token: str) -> None:
    shown = await detail(crux, token=token)

    assert shown == DETAIL
    assert list(shown) == list(DETAIL)


@pytest.mark.parametrize("token", [RETAILER, SUPPLIER])
async def test_a_number_shows_a_list_of_the_same(crux: Crux, token: str) -> None:
    assert await by_number(crux, "LK-40817", token) == [DETAIL]


@pytest.mark.parametrize("token", [RETAILER, SUPPLIER])
async def test_a_list_names_some_members_in_its_own_way(crux: Crux, token: str) -> None:
    shown = await entry(crux, token=token)

    assert shown == ENTRY
    assert list(shown) == list(ENTRY)


async def test_a_new_order_is_shown_as_the_contract_prints_it(crux: Crux) -> None:
    answer = await crux.call("POST", "/timp/orders/create/", NEW_ORDER, RETAILER)

    uuid = answer.json()["order_uuid"]
    _, shown = await by_number(crux, "LK-40817")
    (line,) = shown["line_items"]
    assert shown == DETAIL | {
        "order_uuid": uuid,
        "created_date": "2024-03-09T08:00:00.000000Z",
        "sent_to_supplier": False,
        "retailer": DETAIL["retailer"] | {"order_submitted_by": "Larkspur"},
        "line_items": [
            DETAILED_LINE
            | {
                "line_item_uuid": line["line_item_uuid"],
                "status": "Unallocated",
                "line_item_designation": None,
                "tracking": [],
                "allocation": None,
            }
        ],
    }


async def test_everything_that_was_ordered_is_shown_in_each_view(crux: Crux) -> None:
    gift = [{"attribute_name": "gift", "attribute_value": "true"}]
    body = {
        "skus": [
            NEW_ORDER["skus"][0]
            | {
                "retailer_provided_shipping_carrier": "UPS",
                "retailer_provided_shipping_method": "Ground",
                "retailer_line_item_instructions": "Wrap it",
                "retailer_provided_line_item_attributes": gift,
            }
        ],
        "address": {"country": "US"},
        "po_number": "LK ä?",
        "retailer_provided_order_fee": 1,
        "retailer_provided_tax": 2,
        "retailer_provided_shipping_cost": Decimal("3.5"),
        "retailer_provided_dropship_fee": Decimal("0.25"),
        "retailer_provided_order_attributes": [],
        "retailer_provided_notes": "Ring twice",
    }
    await crux.call("POST", "/timp/orders/create/", body, "ines-token")

    (shown,) = await by_number(crux, "LK%20%C3%A4%3F")
    (in_list,) = await listed(crux, po_number="LK ä?")
    for view in (shown, in_list):
        assert view["retailer_provided_order_notes"] == "Ring twice"
        assert view["retailer_provided_order_attributes"] == []
        assert view["address"]["country"] == "US"
        (line,) = view["line_items"]
        assert (line["retailer_item_notes"], line["retailer_provided_item_attributes"]) == ("Wrap it", gift)
    assert shown["retailer_provided_fees"] == {
        "order_fee": 1,
        "order_tax": 2,
        "shipping_cost": 3.5,
        "dropship_fee": 0.25,
    }
    assert in_list["fees"] == {"estimated_shipping_cost": 3.5, "drop_ship_fee": 0.25, "order_fee": 1}
    assert in_list["requested_shipping"] == {"shipping_carrier": "UPS", "shipping_method": "Ground"}
    assert in_list["retailer"]["user"] == {"name": "Ines", "email": "ines@larkspur.example"}
    assert shown["retailer"]["order_submitted_by"] == "Ines"


async def test_invoices_are_shown_in_every_view(crux: Crux) -> None:
    await crux.post(PRINTED)

    invoices = (await crux.show())["invoices"]
    assert [invoice["invoice_number"] for invoice in invoices] == ["TI-2291"]
    for view in (await detail(crux), (await by_number(crux, "LK-40817"))[0], await entry(crux)):
        assert view["invoices"] == invoices


async def test_an_order_is_allocated_once_none_of_its_lines_is_not(crux: Crux) -> None:
    assert (await entry(crux, MIXED))["is_allocated"] is False
    assert (await entry(crux, MIXED, "birch-token"))["is_allocated"] is True


@pytest.mark.parametrize("label", ["HasTracking", "ID: 1 Name: HasTracking", "Name:HasTracking "])
async def test_a_decorated_designation_is_shown_as_its_plain_word(crux: Crux, label: str) -> None:
    (line,) = ORDER.lines
    await keep(crux, replace(ORDER, lines=(replace(line, designation=label),)))

    for view in (await detail(crux), await entry(crux), await crux.show()):
        assert view["line_items"][0]["line_item_designation"] == "HasTracking"


async def test_of_an_item_that_is_gone_what_it_was_called_remains(crux: Crux) -> None:
    (line,) = ORDER.lines
    await keep(crux, replace(ORDER, lines=(replace(line, item=None, title="Trail mug"),)))

    (shown,) = (await detail(crux))["line_items"]

    assert (shown["item_name"], shown["sku_name"]) == ("Trail mug", "Trail mug")
    assert (shown["item_uuid"], shown["sku_uuid"]) == (None, None)


# Who sees what


async def test_a_supplier_sees_its_own_lines_and_a_retailer_all(crux: Crux) -> None:
    def uuids(view: dict[str, Any]) -> list[str]:
        return [line["line_item_uuid"] for line in view["line_items"]]

    for views in (detail, entry):
        assert uuids(await views(crux, MIXED, "birch-token")) == [str(BIRCH_LINE)]
        assert len(uuids(await views(crux, MIXED, SUPPLIER))) == 3
        assert len(uuids(await views(crux, MIXED, RETAILER))) == 4


async def test_a_list_holds_what_its_reader_sees(crux: Crux) -> None:
    async def numbers(token: str) -> list[str]:
        return [shown["purchase_order_id"] for shown in await listed(crux, token)]

    assert await numbers(RETAILER) == ["LK-40817", "LK-40818", "PO-106", "LK-40819"]
    assert await numbers(SUPPLIER) == ["LK-40817", "LK-40818", "PO-106", "LK-40819"]
    assert await numbers("birch-token") == ["LK-40818", "PO-107", "LK-40819"]
    assert await numbers("yarrow-token") == ["PO-107"]
    assert await numbers("dogwood-token") == []
    assert await numbers("elsewhere-token") == ["PO-1"]


async def test_a_number_shows_the_orders_of_that_number_that_its_reader_sees(crux: Crux) -> None:
    await keep(crux, replace(YARROWS, number="LK-40818"))

    assert [shown["order_uuid"] for shown in await by_number(crux, "LK-40818")] == [str(MIXED.uuid)]
    both = {str(MIXED.uuid), str(YARROWS.uuid)}
    assert {shown["order_uuid"] for shown in await by_number(crux, "LK-40818", "birch-token")} == both
    assert await by_number(crux, "lk-40818") == await by_number(crux, "LK-4081") == await by_number(crux, "x") == []


async def test_each_supplier_sees_what_it_said_itself_and_the_retailer_all_of_it(crux: Crux) -> None:
    lot, seal = Attribute("lot", "L-209"), Attribute("seal", "red")
    order = replace(
        MIXED,
        fees=OrderFees(order_fee=Decimal(9)),
        supplier_notes="General",
        supplier_attributes=(Attribute("general", "1"),),
        supplier_terms=(
            SupplierTerms(supplier=TAMARACK.uuid, notes="Dock 3", attributes=(lot,)),
            SupplierTerms(supplier=BIRCH.uuid, notes="Dock 4", attributes=(seal,)),
        ),
    )
    await keep(crux, order)

    said = {
        RETAILER: ("Dock 3\nDock 4", ["lot", "seal"]),
        SUPPLIER: ("Dock 3", ["lot"]),
        "birch-token": ("Dock 4", ["seal"]),
    }
    for token, (notes, names) in said.items():
        for view in (await detail(crux, MIXED, token), await entry(crux, MIXED, token)):
            assert view["supplier_provided_order_notes"] == notes
            shown = view["supplier_provided_order_attributes"]
            assert [attribute["attribute_name"] for attribute in shown] == names


async def test_what_no_supplier_in_particular_said_stands_until_one_says_something(crux: Crux) -> None:
    order = replace(
        MIXED,
        supplier_notes="General",
        supplier_attributes=(Attribute("general", "1"),),
        supplier_terms=(SupplierTerms(supplier=TAMARACK.uuid, notes="", attributes=()),),
    )
    await keep(crux, order)

    general = [{"attribute_name": "general", "attribute_value": "1"}]
    for token, notes, attributes in (
        ("birch-token", "General", general),
        (SUPPLIER, "", []),
        (RETAILER, "", []),
    ):
        shown = await detail(crux, MIXED, token)
        assert shown["supplier_provided_order_notes"] == notes
        assert shown["supplier_provided_order_attributes"] == attributes


async def test_an_invoice_is_seen_by_its_supplier_and_the_retailer(crux: Crux) -> None:
    body = {"invoice_number": "TI-1", "line_items": [{"line_item_uuid": str(LAMP_LINE), "quantity_invoiced": 1}]}
    await crux.post(body, MIXED)

    for views in (detail, entry):
        assert [len(view["invoices"]) for view in (await views(crux, MIXED), await views(crux, MIXED, SUPPLIER))] == [
            1,
            1,
        ]
        assert (await views(crux, MIXED))["invoices"][0]["invoice_number"] == "TI-1"
        assert (await views(crux, MIXED, "birch-token"))["invoices"] == PLACEHOLDER


async def test_reading_changes_nothing(crux: Crux) -> None:
    before = await crux.everything()

    await detail(crux)
    await by_number(crux, "LK-40817")
    await listed(crux)

    assert await crux.everything() == before
