"""Exports: orders as CSV, behind a link (contract §13)."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from billingua.core.file import LARGEST_FILE
from billingua.dialects.crux.files import exports
from billingua.engine.exports import LINK_LIFE
from tests.builders import a_uuid
from tests.dialects.crux.conftest import LARKSPUR, MIXED, MUG_LINE, NOW, ORDER, ORDERS, TAMARACK, YARROWS, Crux

HEADER = (
    "retailer_po_number,order_uuid,supplier_org_uuid,requested_shipping_carrier,requested_shipping_method,sku_id,"
    "sku_title_variants,retailer_provided_sku_cost,line_item_uuid,line_item_special_instructions,quantity,business_name,"
    "name,phone,address1,address2,city,state,country,postal_code,estimated_shipping_cost,dropship_fee,per_order_fee,"
    "estimated_tax,retailer_provided_order_attributes,retailer_provided_notes,retailer_provided_line_item_attributes"
)
"""As the contract lists the columns."""


async def export(crux: Crux, path: str, body: Any, token: str = "larkspur-token") -> str:
    """Ask for an export and fetch it, without a token."""
    asked = await crux.send("POST", f"/timp/orders/{path}", token, json=body)
    assert asked.status_code == 200, asked.text
    uuid = asked.json()["uuid"]
    shown = await crux.send("GET", f"/timp/data/export/{uuid}/", token)
    assert (shown.status_code, shown.json()["uuid"], shown.json()["status"]) == (200, uuid, "COMPLETED")
    url = shown.json()["url"]
    assert url.startswith(f"http://billingua.test/timp/data/export/{uuid}/")
    fetched = await crux.client.get(url)
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert fetched.headers["content-disposition"] == 'attachment; filename="orders.csv"'
    return fetched.text


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


async def test_an_export_has_the_columns_of_the_contract_and_a_row_for_each_line_item(crux: Crux):
    text = await export(crux, "export/", {"uuids": [str(ORDER.uuid)]})
    header, *lines = text.split("\n")
    assert header == HEADER
    assert len(lines) == 2
    [row] = rows_of(text)
    assert {name: cell for name, cell in row.items() if cell} == {
        "retailer_po_number": "LK-40817",
        "order_uuid": str(ORDER.uuid),
        "supplier_org_uuid": str(TAMARACK.uuid),
        "sku_id": "TM-88-BLU",
        "retailer_provided_sku_cost": "12.5",
        "line_item_uuid": str(MUG_LINE),
        "quantity": "3",
        "business_name": "Larkspur Outfitters",
        "name": "Ines Ortega",
        "phone": "218-555-0144",
        "address1": "14 Foundry Row",
        "address2": "Unit B",
        "city": "Duluth",
        "state": "MN",
        "postal_code": "55802",
        "estimated_tax": "1.04",
    }


async def test_cells_are_what_was_ordered_byte_by_byte(crux: Crux):
    body = {
        "po_number": "=1+1",
        "skus": [
            {
                "sku_id": "TM-88-BLU",
                "quantity": 1,
                "supplier_org_uuid": str(TAMARACK.uuid),
                "retailer_provided_shipping_carrier": "UPS",
                "retailer_provided_shipping_method": "Ground",
                "retailer_line_item_instructions": 'a "quoted",\nlong note',
                "retailer_provided_line_item_attributes": [{"attribute_name": "Gift wrap", "attribute_value": "Y"}],
            }
        ],
        "address": {"country": "US"},
        "retailer_provided_order_fee": 1.5,
        "retailer_provided_shipping_cost": 2,
        "retailer_provided_dropship_fee": 0.25,
        "retailer_provided_notes": "é",
        "retailer_provided_order_attributes": [
            {"attribute_name": "a", "attribute_value": 1},
            {"attribute_name": "b", "attribute_value": "x"},
        ],
    }
    created = await crux.send("POST", "/timp/orders/create/", "larkspur-token", json=body)
    [row] = rows_of(await export(crux, "export/", {"uuids": [created.json()["order_uuid"]]}))
    assert (row["retailer_po_number"], row["country"], row["retailer_provided_notes"]) == ("=1+1", "US", "é")
    assert (row["requested_shipping_carrier"], row["requested_shipping_method"]) == ("UPS", "Ground")
    assert row["line_item_special_instructions"] == 'a "quoted",\nlong note'
    assert (row["per_order_fee"], row["estimated_shipping_cost"], row["dropship_fee"]) == ("1.5", "2", "0.25")
    assert row["retailer_provided_order_attributes"] == "'a':'1';;'b':'x'"
    assert row["retailer_provided_line_item_attributes"] == "'Gift wrap':'Y'"


@pytest.mark.parametrize(("token", "count"), [("larkspur-token", 4), ("tamarack-token", 3), ("birch-token", 1)])
async def test_everybody_exports_what_they_see_and_no_more(crux: Crux, token: str, count: int):
    assert len(rows_of(await export(crux, "export/", {"uuids": [str(MIXED.uuid)]}, token))) == count


async def test_a_search_exports_all_that_match_whatever_the_page(crux: Crux, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    everything = rows_of(await export(crux, "search/export/", {"limit": 1, "start": 1}))
    seen = {str(order.uuid) for order in ORDERS if order.retailer == LARKSPUR.uuid}
    assert {row["order_uuid"] for row in everything} == seen
    found = rows_of(await export(crux, "search/export/", {"po_number": "LK-40818", "line_item_designation": []}))
    assert {row["order_uuid"] for row in found} == {str(MIXED.uuid)}


@pytest.mark.parametrize("uuid", [YARROWS.uuid, a_uuid(1)])
async def test_an_order_that_the_caller_does_not_see_is_422_and_nothing_is_exported(crux: Crux, uuid: object):
    before = await crux.everything()
    answer = await crux.send(
        "POST", "/timp/orders/export/", "larkspur-token", json={"uuids": [str(ORDER.uuid), str(uuid)]}
    )
    assert (answer.status_code, list(answer.json())) == (422, ["uuids"])
    assert await crux.everything() == before


@pytest.mark.parametrize("body", [{}, {"uuids": "x"}, {"uuids": ["x"]}, {"uuids": None}])
async def test_what_is_no_list_of_uuids_is_400(crux: Crux, body: Any):
    answer = await crux.send("POST", "/timp/orders/export/", json=body)
    assert (answer.status_code, list(answer.json())) == (400, ["uuids"])


async def test_bad_filters_are_400(crux: Crux):
    assert (await crux.send("POST", "/timp/orders/search/export/", json={"start": -1})).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/timp/orders/export/"),
        ("POST", "/timp/orders/search/export/"),
        ("GET", f"/timp/data/export/{a_uuid(1)}/"),
    ],
)
async def test_exports_need_their_permission(crux: Crux, method: str, path: str):
    assert (await crux.send(method, path, "reader-token")).status_code == 403
    assert (await crux.send(method, path, None)).status_code == 401


async def test_an_export_is_its_organizations_alone(crux: Crux):
    uuid = (await crux.send("POST", "/timp/orders/search/export/", "larkspur-token", json={})).json()["uuid"]
    assert (await crux.send("GET", f"/timp/data/export/{uuid}/", "tamarack-token")).status_code == 404
    assert (await crux.send("GET", f"/timp/data/export/{a_uuid(1)}/")).status_code == 404


async def test_a_link_opens_its_export_for_a_day_and_a_wrong_one_opens_nothing(crux: Crux):
    uuid = (await crux.send("POST", "/timp/orders/search/export/", json={})).json()["uuid"]
    url = (await crux.send("GET", f"/timp/data/export/{uuid}/")).json()["url"]
    assert (await crux.client.get(url.partition("?")[0])).status_code == 404
    assert (await crux.client.get(f"{url}x")).status_code == 404
    crux.clock.set(NOW + LINK_LIFE - timedelta(seconds=1))
    assert (await crux.client.get(url)).status_code == 200
    crux.clock.set(NOW + LINK_LIFE)
    assert (await crux.client.get(url)).status_code == 404


async def test_an_export_that_is_too_large_is_refused(crux: Crux, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exports, "LARGEST_FILE", 1000)
    answer = await crux.send("POST", "/timp/orders/search/export/", json={})
    assert (answer.status_code, "larger than 1000 bytes" in answer.text) == (422, True)
    assert LARGEST_FILE > 1000
