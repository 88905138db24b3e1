"""What each side says of an order: notes, attributes and fees (contract §9, §10, A16, A18)."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from billingua.core.order import Order
from tests.builders import a_caller, a_uuid
from tests.dialects.crux.conftest import (
    BIRCH_LINE,
    LAMP_LINE,
    MIXED,
    MUG_LINE,
    ORDER,
    PRINTED,
    RETAILER,
    SUPPLIER,
    Crux,
)
from tests.dialects.crux.test_fulfilling import line_of

BIRCH = "birch-token"
REQUIRED, NULL = "This field is required.", "This field may not be null."
NO_STRING = "Not a valid string."
NO_NUMBER = "A valid number is required."
TOO_EXACT = "Ensure that there are no more than 2 decimal places."
NEGATIVE = "Ensure this value is greater than or equal to 0."
NO_UUID = "Must be a valid UUID."
NOT_YOURS = "Not a line item of yours in this order."
LOT = [{"attribute_name": "lot", "attribute_value": "L-209"}]


def attribute(name: str, value: Any = "1") -> list[dict[str, Any]]:
    return [{"attribute_name": name, "attribute_value": value}]


@pytest.fixture(params=["attributes", "fees"])
def resource(request: pytest.FixtureRequest) -> str:
    return request.param


async def say(crux: Crux, resource: str, body: Any, order: Order = MIXED, token: str = SUPPLIER) -> httpx.Response:
    return await crux.call("POST", f"/timp/orders/{order.uuid}/{resource}/", body, token)


async def said(crux: Crux, resource: str, order: Order = MIXED, token: str = RETAILER) -> dict[str, Any]:
    answer = await crux.call("GET", f"/timp/orders/{order.uuid}/{resource}/", b"{}", token)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def detail(crux: Crux, token: str = RETAILER, order: Order = MIXED) -> dict[str, Any]:
    return (await crux.call("GET", f"/timp/orders/{order.uuid}/", token=token)).json()


def of_line(shown: dict[str, Any], uuid: UUID) -> dict[str, Any]:
    return next(line for line in shown["line_items"] if line["line_item_uuid"] == str(uuid))


# Notes and attributes


async def test_a_supplier_remarks_as_the_contract_prints_it(crux: Crux) -> None:
    line = {"line_item_uuid": str(MUG_LINE), "supplier_provided_item_attributes": LOT}
    answer = await say(
        crux, "attributes", {"supplier_provided_notes": "Ships from dock 3", "line_items": [line]}, ORDER
    )

    assert (answer.status_code, answer.content) == (204, b"")
    expected = {
        "retailer_provided_order_attributes": None,
        "retailer_provided_notes": None,
        "line_items": [
            {
                "line_item_uuid": str(MUG_LINE),
                "supplier_provided_notes": None,
                "supplier_provided_order_attributes": LOT,
            }
        ],
    }
    for token in (SUPPLIER, RETAILER):
        assert await said(crux, "attributes", ORDER, token) == expected
        assert (await detail(crux, token, ORDER))["supplier_provided_order_notes"] == "Ships from dock 3"


async def test_a_retailer_remarks_on_the_order_and_its_lines(crux: Crux) -> None:
    body = {
        "retailer_provided_notes": "Ring twice",
        "retailer_provided_order_attributes": attribute("gift", True),
        "line_items": [
            {
                "line_item_uuid": str(line),
                "retailer_provided_notes": f"Wrap {line}",
                "retailer_provided_item_attributes": attribute("layers", Decimal("2.50")),
            }
            for line in (LAMP_LINE, BIRCH_LINE)
        ],
    }
    assert (await say(crux, "attributes", body, token=RETAILER)).status_code == 204

    shown = await said(crux, "attributes", token=BIRCH)
    assert shown == {
        "retailer_provided_order_attributes": attribute("gift", "true"),
        "retailer_provided_notes": "Ring twice",
        "line_items": [
            {
                "line_item_uuid": str(BIRCH_LINE),
                "supplier_provided_notes": None,
                "supplier_provided_order_attributes": None,
            }
        ],
    }
    assert list(shown) == ["retailer_provided_order_attributes", "retailer_provided_notes", "line_items"]
    in_detail = of_line(await detail(crux), LAMP_LINE)
    assert in_detail["retailer_item_notes"] == f"Wrap {LAMP_LINE}"
    assert in_detail["retailer_provided_item_attributes"] == attribute("layers", "2.50")
    with_invoices = of_line(await crux.show(MIXED), LAMP_LINE)
    assert with_invoices["retailer_provided_line_item_notes"] == f"Wrap {LAMP_LINE}"
    assert (await crux.show(MIXED))["retailer_provided_notes"] == "Ring twice"


async def test_a_suppliers_remarks_on_a_line_are_shown_in_each_view(crux: Crux) -> None:
    line = {
        "line_item_uuid": str(LAMP_LINE),
        "supplier_provided_notes": "Fragile",
        "supplier_provided_item_attributes": LOT,
    }
    await say(crux, "attributes", {"line_items": [line]})

    in_detail, with_invoices = of_line(await detail(crux), LAMP_LINE), of_line(await crux.show(MIXED), LAMP_LINE)
    assert (in_detail["supplier_item_notes"], in_detail["supplier_provided_item_attributes"]) == ("Fragile", LOT)
    assert with_invoices["supplier_provided_line_item_notes"] == "Fragile"
    assert with_invoices["supplier_provided_attributes"] == LOT
    assert of_line(await said(crux, "attributes"), LAMP_LINE)["supplier_provided_notes"] == "Fragile"


@pytest.mark.parametrize(("token", "side"), [(SUPPLIER, "supplier"), (RETAILER, "retailer")])
async def test_older_clients_name_a_lines_attributes_as_the_orders(crux: Crux, token: str, side: str) -> None:
    older, newer = f"{side}_provided_order_attributes", f"{side}_provided_item_attributes"
    entry = {"line_item_uuid": str(LAMP_LINE)}

    await say(crux, "attributes", {"line_items": [entry | {older: LOT}]}, token=token)
    assert of_line(await detail(crux), LAMP_LINE)[newer] == LOT
    await say(crux, "attributes", {"line_items": [entry | {newer: attribute("a"), older: LOT}]}, token=token)
    assert of_line(await detail(crux), LAMP_LINE)[newer] == attribute("a")


@pytest.mark.parametrize(("token", "other"), [(SUPPLIER, "retailer"), (RETAILER, "supplier")])
async def test_the_other_sides_members_are_not_even_looked_at(crux: Crux, token: str, other: str) -> None:
    before = await crux.everything()
    for notes, attributes in (("Mine", LOT), ({}, "no list")):
        remarks = {f"{other}_provided_notes": notes, f"{other}_provided_order_attributes": attributes}
        entry = {"line_item_uuid": str(LAMP_LINE), f"{other}_provided_item_attributes": attributes, **remarks}
        answer = await say(crux, "attributes", remarks | {"line_items": [entry]}, token=token)
        assert answer.status_code == 204

    assert await crux.everything() == before


@pytest.mark.parametrize(("token", "side"), [(SUPPLIER, "supplier"), (RETAILER, "retailer")])
async def test_what_is_left_out_stays_and_what_is_given_replaces(crux: Crux, token: str, side: str) -> None:
    notes, attributes = f"{side}_provided_order_notes", f"{side}_provided_order_attributes"
    await say(crux, "attributes", {f"{side}_provided_notes": "First", attributes: LOT}, token=token)

    await say(crux, "attributes", {f"{side}_provided_notes": "Second"}, token=token)
    shown = await detail(crux)
    assert (shown[notes], shown[attributes]) == ("Second", LOT)
    await say(crux, "attributes", {attributes: []}, token=token)
    shown = await detail(crux)
    assert (shown[notes], shown[attributes]) == ("Second", [])
    await say(crux, "attributes", {f"{side}_provided_notes": None, attributes: None}, token=token)
    shown = await detail(crux)
    assert (shown[notes], shown[attributes]) == (None, None)


async def test_each_supplier_has_its_own_remarks_and_the_retailer_sees_all(crux: Crux) -> None:
    await say(crux, "attributes", {"supplier_provided_notes": "Dock 3", "supplier_provided_order_attributes": LOT})
    hers = {"supplier_provided_notes": "Dock 4", "supplier_provided_order_attributes": attribute("b")}
    await say(crux, "attributes", hers, token=BIRCH)

    for token, notes, attributes in (
        (SUPPLIER, "Dock 3", LOT),
        (BIRCH, "Dock 4", attribute("b")),
        (RETAILER, "Dock 3\nDock 4", LOT + attribute("b")),
    ):
        shown = await detail(crux, token)
        assert shown["supplier_provided_order_notes"] == notes
        assert shown["supplier_provided_order_attributes"] == attributes


@pytest.mark.parametrize(("token", "side"), [(SUPPLIER, "supplier"), (RETAILER, "retailer")])
@pytest.mark.parametrize("line", [a_uuid(4040), MUG_LINE])
async def test_one_line_that_is_not_there_refuses_every_remark(crux: Crux, token: str, side: str, line: UUID) -> None:
    before = await crux.everything()
    entries = [{"line_item_uuid": str(uuid), f"{side}_provided_notes": "x"} for uuid in (LAMP_LINE, line)]

    answer = await say(crux, "attributes", {f"{side}_provided_notes": "x", "line_items": entries}, token=token)

    assert (answer.status_code, answer.json()) == (422, {"line_items": [{}, {"line_item_uuid": [NOT_YOURS]}]})
    assert await crux.everything() == before


async def test_a_supplier_remarks_on_no_line_of_another(crux: Crux) -> None:
    entry = {"line_item_uuid": str(BIRCH_LINE), "supplier_provided_notes": "x"}
    answer = await say(crux, "attributes", {"line_items": [entry]})

    assert (answer.status_code, answer.json()) == (422, {"line_items": [{"line_item_uuid": [NOT_YOURS]}]})


WRONG_REMARKS: list[tuple[Any, Any]] = [
    ({"supplier_provided_notes": []}, {"supplier_provided_notes": [NO_STRING]}),
    ({"supplier_provided_notes": "a\0"}, {"supplier_provided_notes": ["Null characters are not allowed."]}),
    (
        {"supplier_provided_order_attributes": {}},
        {"supplier_provided_order_attributes": ['Expected a list of items but got type "dict".']},
    ),
    (
        {"supplier_provided_order_attributes": [{"attribute_name": 1, "attribute_value": []}]},
        {"supplier_provided_order_attributes": [{"attribute_name": [NO_STRING], "attribute_value": [NO_STRING]}]},
    ),
    (
        {"supplier_provided_order_attributes": [*LOT, {}]},
        {"supplier_provided_order_attributes": [{}, {"attribute_name": [REQUIRED], "attribute_value": [REQUIRED]}]},
    ),
    ({"line_items": {}}, {"line_items": ['Expected a list of items but got type "dict".']}),
    ({"line_items": [{}]}, {"line_items": [{"line_item_uuid": [REQUIRED]}]}),
    ({"line_items": [{"line_item_uuid": None}]}, {"line_items": [{"line_item_uuid": [NULL]}]}),
    ({"line_items": [{"line_item_uuid": "lamp"}]}, {"line_items": [{"line_item_uuid": [NO_UUID]}]}),
    (
        {"line_items": [{"line_item_uuid": str(LAMP_LINE), "supplier_provided_item_attributes": ["x"]}]},
        {
            "line_items": [
                {
                    "supplier_provided_item_attributes": [
                        {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}
                    ]
                }
            ]
        },
    ),
]


@pytest.mark.parametrize(("body", "expected"), WRONG_REMARKS)
async def test_what_is_wrong_with_a_remark_is_said_field_by_field(crux: Crux, body: Any, expected: Any) -> None:
    before = await crux.everything()

    answer = await say(crux, "attributes", body)

    assert (answer.status_code, answer.json()) == (400, expected)
    assert await crux.everything() == before


# Fees

NO_FEES = {
    "retailer_provided_tax": None,
    "retailer_provided_order_fee": None,
    "retailer_provided_shipping_cost": None,
    "retailer_provided_dropship_fee": None,
    "supplier_provided_dropship_fee": None,
    "supplier_provided_order_fee": None,
    "supplier_provided_tax": None,
    "supplier_provided_po_number": None,
    "supplier_provided_order_total": None,
}
SUPPLIERS = {
    "supplier_provided_dropship_fee": Decimal("1.15"),
    "supplier_provided_order_fee": Decimal("0.4"),
    "supplier_provided_tax": 2,
    "supplier_provided_po_number": "TMK-7752",
    "supplier_provided_order_total": Decimal("41.05"),
}


async def fees(crux: Crux, token: str = RETAILER, order: Order = MIXED) -> dict[str, Any]:
    """Give the fees without the lines, with exact amounts."""
    shown = await said(crux, "fees", order, token)
    del shown["line_items"]
    return {name: Decimal(str(fee)) if isinstance(fee, float) else fee for name, fee in shown.items()}


async def test_a_supplier_says_its_fees_as_the_contract_prints_it(crux: Crux) -> None:
    answer = await say(crux, "fees", SUPPLIERS, ORDER)

    assert (answer.status_code, answer.content) == (204, b"")
    for token in (SUPPLIER, RETAILER):
        assert await fees(crux, token, ORDER) == NO_FEES | SUPPLIERS | {"retailer_provided_tax": Decimal("1.04")}
    shown = await said(crux, "fees", ORDER)
    assert list(shown) == [*NO_FEES, "line_items"]
    assert shown["line_items"] == [{"line_item_uuid": str(MUG_LINE), "supplier_provided_sku_cost": 0}]


async def test_a_retailer_says_its_fees(crux: Crux) -> None:
    body = {
        "retailer_provided_tax": "1.00",
        "retailer_provided_order_fee": 2,
        "retailer_provided_shipping_cost": Decimal("3.50"),
        "retailer_provided_dropship_fee": 0,
    }
    assert (await say(crux, "fees", body, token=RETAILER)).status_code == 204

    expected = {name: Decimal(value) for name, value in body.items()}
    assert await fees(crux) == await fees(crux, SUPPLIER) == NO_FEES | expected
    assert (await detail(crux))["retailer_provided_fees"] == {
        "order_fee": 2,
        "order_tax": 1,
        "shipping_cost": 3.5,
        "dropship_fee": 0,
    }


@pytest.mark.parametrize(
    ("token", "other_name", "name", "value"),
    [
        (RETAILER, "retailer_provided_drop_ship_fee", "retailer_provided_dropship_fee", 5),
        (SUPPLIER, "supplier_provided_drop_ship_fee", "supplier_provided_dropship_fee", 5),
        (SUPPLIER, "supplier_po_number", "supplier_provided_po_number", "T-1"),
    ],
)
async def test_some_fees_have_another_name(crux: Crux, token: str, other_name: str, name: str, value: Any) -> None:
    await say(crux, "fees", {other_name: value}, token=token)
    assert await fees(crux) == NO_FEES | {name: value}

    await say(crux, "fees", {name: value * 2, other_name: value}, token=token)
    assert await fees(crux) == NO_FEES | {name: value * 2}


async def test_fees_that_are_left_out_stay_and_null_takes_one_back(crux: Crux) -> None:
    await say(crux, "fees", SUPPLIERS)

    await say(crux, "fees", {"supplier_provided_tax": 3, "supplier_provided_order_fee": None})

    assert await fees(crux) == NO_FEES | SUPPLIERS | {"supplier_provided_tax": 3, "supplier_provided_order_fee": None}


@pytest.mark.parametrize("sent", ["", None])
async def test_an_empty_number_is_none(crux: Crux, sent: str | None) -> None:
    await say(crux, "fees", {"supplier_provided_po_number": " TMK-1 "})
    assert (await fees(crux))["supplier_provided_po_number"] == "TMK-1"

    assert (await say(crux, "fees", {"supplier_provided_po_number": sent})).status_code == 204
    assert (await fees(crux))["supplier_provided_po_number"] is None


async def test_each_supplier_has_its_own_fees_and_the_retailer_sees_their_sum(crux: Crux) -> None:
    await say(crux, "fees", SUPPLIERS)
    hers = {"supplier_provided_tax": Decimal("0.95"), "supplier_provided_po_number": "BI-1"}
    await say(crux, "fees", hers, token=BIRCH)

    assert await fees(crux, SUPPLIER) == NO_FEES | SUPPLIERS
    assert await fees(crux, BIRCH) == NO_FEES | hers
    both = {"supplier_provided_tax": Decimal("2.95"), "supplier_provided_po_number": "TMK-7752, BI-1"}
    assert await fees(crux) == NO_FEES | SUPPLIERS | both


@pytest.mark.parametrize(("token", "other"), [(SUPPLIER, "retailer"), (RETAILER, "supplier")])
async def test_the_other_sides_fees_are_not_even_looked_at(crux: Crux, token: str, other: str) -> None:
    before = await crux.everything()

    for fee in (5, "no number"):
        body: dict[str, Any] = {f"{other}_provided_tax": fee, f"{other}_provided_dropship_fee": fee}
        if token == RETAILER:
            body["line_items"] = [{"line_item_uuid": str(a_uuid(4040)), "supplier_provided_sku_cost": fee}]
        assert (await say(crux, "fees", body, token=token)).status_code == 204

    assert await crux.everything() == before


async def test_a_supplier_says_what_a_piece_of_a_line_costs(crux: Crux) -> None:
    entry = {"line_item_uuid": str(LAMP_LINE), "supplier_provided_sku_cost": "11.75"}
    await say(crux, "fees", {"line_items": [entry]})

    shown = await said(crux, "fees", token=SUPPLIER)
    assert [line["supplier_provided_sku_cost"] for line in shown["line_items"]] == [11.75, 0, 0]
    assert (await line_of(crux, MIXED, LAMP_LINE)).supplier_unit_cost == Decimal("11.75")
    for unsaid in ({}, {"supplier_provided_sku_cost": None}):
        await say(crux, "fees", {"line_items": [{"line_item_uuid": str(LAMP_LINE)} | unsaid]})
        assert (await line_of(crux, MIXED, LAMP_LINE)).supplier_unit_cost == Decimal("11.75")


async def test_an_invoice_leaves_the_fees_but_sets_what_a_piece_costs(crux: Crux) -> None:
    before = await fees(crux, order=ORDER)

    await crux.post(PRINTED)

    assert await fees(crux, order=ORDER) == before
    shown = await said(crux, "fees", ORDER)
    assert shown["line_items"] == [{"line_item_uuid": str(MUG_LINE), "supplier_provided_sku_cost": 11.75}]


async def test_a_suppliers_own_number_stands_in_its_invoices(crux: Crux) -> None:
    await say(crux, "fees", {"supplier_provided_po_number": "TMK-9"})
    await crux.post({"invoice_number": "1", "line_items": [{"line_item_uuid": str(LAMP_LINE)}]}, MIXED)

    (invoice,) = (await crux.show(MIXED))["invoices"]
    assert invoice["invoice_items"][0]["supplier_order_number"] == "TMK-9"


@pytest.mark.parametrize("line", [a_uuid(4040), BIRCH_LINE, MUG_LINE])
async def test_one_line_that_is_not_the_suppliers_refuses_every_fee(crux: Crux, line: UUID) -> None:
    before = await crux.everything()
    entries = [{"line_item_uuid": str(uuid), "supplier_provided_sku_cost": 1} for uuid in (LAMP_LINE, line)]

    answer = await say(crux, "fees", SUPPLIERS | {"line_items": entries})

    assert (answer.status_code, answer.json()) == (422, {"line_items": [{}, {"line_item_uuid": [NOT_YOURS]}]})
    assert await crux.everything() == before


AMOUNTS = [
    ("supplier_provided_dropship_fee", SUPPLIER),
    ("supplier_provided_drop_ship_fee", SUPPLIER),
    ("supplier_provided_order_fee", SUPPLIER),
    ("supplier_provided_tax", SUPPLIER),
    ("supplier_provided_order_total", SUPPLIER),
    ("retailer_provided_tax", RETAILER),
    ("retailer_provided_order_fee", RETAILER),
    ("retailer_provided_shipping_cost", RETAILER),
    ("retailer_provided_dropship_fee", RETAILER),
    ("retailer_provided_drop_ship_fee", RETAILER),
]


@pytest.mark.parametrize(("name", "token"), AMOUNTS)
async def test_a_fee_is_an_amount_of_at_most_two_decimals(crux: Crux, name: str, token: str) -> None:
    before = await crux.everything()

    for sent, said in (
        (Decimal("1.001"), TOO_EXACT),
        (-1, NEGATIVE),
        ("one", NO_NUMBER),
        (True, NO_NUMBER),
        ([], NO_NUMBER),
    ):
        answer = await say(crux, "fees", {name: sent}, token=token)
        assert (answer.status_code, answer.json()) == (400, {name: [said]})

    assert await crux.everything() == before
    assert (await say(crux, "fees", {name: Decimal("2.500")}, token=token)).status_code == 204


WRONG_FEES: list[tuple[Any, Any]] = [
    ({"supplier_provided_po_number": {}}, {"supplier_provided_po_number": [NO_STRING]}),
    (
        {"supplier_provided_po_number": "x" * 256},
        {"supplier_provided_po_number": ["Ensure this field has no more than 255 characters."]},
    ),
    ({"line_items": 1}, {"line_items": ['Expected a list of items but got type "int".']}),
    ({"line_items": [{}]}, {"line_items": [{"line_item_uuid": [REQUIRED]}]}),
    (
        {"line_items": [{"line_item_uuid": str(LAMP_LINE), "supplier_provided_sku_cost": Decimal("0.001")}]},
        {"line_items": [{"supplier_provided_sku_cost": [TOO_EXACT]}]},
    ),
]


@pytest.mark.parametrize(("body", "expected"), WRONG_FEES)
async def test_what_is_wrong_with_fees_is_said_field_by_field(crux: Crux, body: Any, expected: Any) -> None:
    before = await crux.everything()

    answer = await say(crux, "fees", body)

    assert (answer.status_code, answer.json()) == (400, expected)
    assert await crux.everything() == before


async def test_nothing_said_changes_nothing(crux: Crux, resource: str) -> None:
    before = await crux.everything()

    for token in (SUPPLIER, RETAILER):
        for body in (b"", {}, {"line_items": []}, {"line_items": None}):
            assert (await say(crux, resource, body, token=token)).status_code == 204

    assert await crux.everything() == before


async def test_who_said_what_stands_in_an_orders_history(crux: Crux) -> None:
    await say(crux, "attributes", {"supplier_provided_notes": "Dock 3"})
    await say(crux, "fees", {"retailer_provided_tax": 1}, token=RETAILER)

    first, second = (await crux.ledger.history(a_caller(), "order", MIXED.id))[-2:]
    assert b'"actor":"tamarack","dialect":"crux"' in first.body
    assert b'"action":"remark_on_order"' in first.body
    assert b'"actor":"larkspur","dialect":"crux"' in second.body
    assert b'"action":"set_fees"' in second.body
