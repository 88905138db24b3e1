"""The details of an invoice: kept as they were sent, whatever else stands in them (contract §3.2, A17, A20)."""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billingua.engine.ports import Store
from billingua.stores.sqlite import open_sqlite
from billingua.wire.replies import encode_json
from tests.builders import NOON, a_line, an_item, an_order
from tests.dialects.bigcommerce.conftest import BASE, JSON, Filling, StoreClient, bc_invoice, refused_update

NOON_SECONDS = 1735214400

ADDRESS = {
    "city": "Leeds",
    "state": "Ohio",
    "country": "United States",
    "street1": "4 Mill Rd",
    "street2": "",
    "zipCode": "44001",
    "lastName": "Okafor",
    "firstName": "Ada",
    "customFields": {"key": "Ship dock", "value": "B7"},
}
LINE = {
    "sku": "VALVE-3",
    "type": "physical",
    "comments": "rush",
    "quantity": "5",
    "unitPrice": {"code": "USD", "value": "37.0000"},
    "description": "Ball valve",
    "customFields": {"key": "Back-ordered", "value": "Yes"},
    "unitDiscount": {"code": "USD", "value": "0"},
}
SHIPMENT = {
    "addressIndex": "0",
    "shipDate": "",
    "shipVia": "UPS",
    "trackingNumber": "1Z",
    "comments": "",
    "customFields": {},
}
WHOLE = {
    "type": "StandardInvoiceDetails",
    "header": {
        "costLines": [{"amount": {"code": "USD", "value": "185.00"}, "description": "Subtotal"}],
        "orderDate": 1764633600,
        "billingAddress": ADDRESS,
        "customerFields": {"region": "North"},
        "shippingAddresses": [ADDRESS],
    },
    "details": {"shipments": [SHIPMENT], "lineItems": [LINE]},
}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store that forgets nothing but remembers by its file alone: details pass through what is written there."""
    opened = open_sqlite(tmp_path / "ledger.sqlite", cache_size=0)
    yield opened
    await opened.close()


def with_part(path: str, value: Any) -> dict[str, Any]:
    """Give the whole details with one part replaced, or taken away by `...`."""
    whole = json.loads(json.dumps(WHOLE))
    *steps, last = [int(step) if step.isdecimal() else step for step in path.split("/")]
    part = whole
    for step in steps:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return whole


async def test_details_come_back_as_they_were_sent(store_with: Filling) -> None:
    store = await store_with(bc_invoice())

    answer = await store.put(9, {"details": WHOLE})

    assert answer.json() == {"code": 200, "data": {"id": 9}, "meta": {"message": "SUCCESS"}}
    assert json.dumps((await store.shown())["details"]) == json.dumps(WHOLE)


async def test_details_are_replaced_whole_and_never_merged(store_with: Filling) -> None:
    store = await store_with(bc_invoice())
    await store.put(9, {"details": WHOLE})

    await store.put(9, {"details": {"details": {"lineItems": [LINE]}}})

    shown = (await store.shown())["details"]
    assert shown == {
        "type": "StandardInvoiceDetails",
        "header": {"orderDate": NOON_SECONDS, "customerFields": {}},
        "details": {"lineItems": [LINE]},
    }


async def test_details_that_are_left_out_stay(store_with: Filling) -> None:
    store = await store_with(bc_invoice())
    await store.put(9, {"details": WHOLE})

    await store.put(9, {"purchaseOrderNumber": "PO-1"})

    assert (await store.shown())["details"] == WHOLE


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({}, {"header": {"orderDate": NOON_SECONDS, "customerFields": {}}, "type": "StandardInvoiceDetails"}),
        (
            {"header": {"costLines": []}, "type": "Own"},
            {"header": {"orderDate": NOON_SECONDS, "customerFields": {}, "costLines": []}, "type": "Own"},
        ),
        (
            {"header": {"customerFields": {"a": 1}, "orderDate": 5}},
            {"type": "StandardInvoiceDetails", "header": {"customerFields": {"a": 1}, "orderDate": 5}},
        ),
    ],
)
async def test_type_order_date_and_customer_fields_are_added_where_missing(
    store_with: Filling, sent: Any, shown: Any
) -> None:
    store = await store_with(bc_invoice())

    await store.put(9, {"details": sent})

    assert (await store.shown())["details"] == shown


async def test_what_is_added_does_not_disturb_the_order_of_what_was_sent(store_with: Filling) -> None:
    store = await store_with(bc_invoice())

    await store.put(9, {"details": {"z": 1, "header": {"y": 2, "customerFields": {}, "b": 3}, "a": 4}})

    shown = (await store.shown())["details"]
    assert [name for name in shown if name != "type"] == ["z", "header", "a"]
    assert [name for name in shown["header"] if name != "orderDate"] == ["y", "customerFields", "b"]


@pytest.mark.parametrize("order", [{"order": 104}, {"order_number": "104"}])
async def test_an_order_that_is_known_dates_the_details(store_with: Filling, order: dict[str, Any]) -> None:
    ordered_at = NOON.replace(year=2020)
    store = await store_with(
        bc_invoice(**order, extras={"bigcommerce": {"details": {}}}), an_order(created_at=ordered_at)
    )

    assert (await store.shown())["details"]["header"]["orderDate"] == int(ordered_at.timestamp())


@pytest.mark.parametrize("number", ["no order here", "105", ""])
async def test_an_order_number_that_names_no_order_dates_nothing(store_with: Filling, number: str) -> None:
    store = await store_with(bc_invoice(order_number=number, extras={"bigcommerce": {"details": {}}}), an_order())

    assert (await store.shown())["details"]["header"]["orderDate"] == NOON_SECONDS


async def test_details_of_a_world_file_that_are_odd_are_shown_as_they_are(store_with: Filling) -> None:
    store = await store_with(bc_invoice(extras={"bigcommerce": {"details": {"header": "none"}}}))
    store.unchecked()

    assert (await store.shown())["details"] == {"type": "StandardInvoiceDetails", "header": "none"}


@pytest.mark.parametrize(
    ("path", "sent", "shown"),
    [
        ("header/costLines/0/amount/value", 34.95, "34.95"),
        ("header/costLines/0/amount/value", "400.0000", "400.0000"),
        ("details/lineItems/0/unitPrice/value", 12, "12"),
        ("details/lineItems/0/unitDiscount/value", "-0.5", "-0.5"),
        ("details/lineItems/0/unitPrice/value", "0.30000000000000004", "0.30000000000000004"),
        ("details/lineItems/0/quantity", 2, "2"),
        ("details/lineItems/0/quantity", Decimal("1e2"), "100"),
        ("details/lineItems/0/quantity", Decimal("1e-7"), "0.0000001"),
        ("details/lineItems/0/unitPrice/value", Decimal("1.50e1"), "15.0"),
        ("details/lineItems/0/quantity", "", ""),
        ("header/billingAddress/zipCode", 44001, "44001"),
        ("header/orderDate", "1764633600", 1764633600),
        ("header/billingAddress/customFields", "as text", "as text"),
    ],
)
async def test_known_parts_are_shown_in_their_documented_type(
    store_with: Filling, path: str, sent: Any, shown: Any
) -> None:
    store = await store_with(bc_invoice())

    assert (await store.put(9, {"details": with_part(path, sent)})).status_code == 200

    assert (await store.shown())["details"] == with_part(path, shown)


@pytest.mark.parametrize(
    "path",
    [
        "header/shippingAddresses/0/customFields",
        "details/lineItems/0/unitDiscount",
        "details/shipments",
        "header/billingAddress",
        "header/orderDate",
        "details",
        "type",
    ],
)
async def test_parts_that_are_not_required_may_be_left_out(store_with: Filling, path: str) -> None:
    store = await store_with(bc_invoice())

    assert (await store.put(9, {"details": with_part(path, ...)})).status_code == 200


CUSTOM = {"sku": "NOT-IN-CATALOGUE", "quantity": "2", "unitPrice": {"code": "USD", "value": "5.00"}}


def a_body_of(*items: Any) -> dict[str, Any]:
    balance = {"code": "USD", "value": 10}
    return {
        "invoiceNumber": "N-1",
        "customerId": "95075",
        "originalBalance": balance,
        "openBalance": balance,
        "details": {"details": {"lineItems": [*items]}},
    }


NEEDED = "details.details.lineItems[{}].description: This field is required.; ".format


@pytest.mark.parametrize(
    ("items", "errors"),
    [
        ([CUSTOM], NEEDED(0)),
        ([LINE, {**CUSTOM, "sku": "valve-3"}, CUSTOM, {**CUSTOM, "sku": 77}], NEEDED(2) + NEEDED(3)),
        ([CUSTOM] * 30, "".join(map(NEEDED, range(20)))),
    ],
)
async def test_a_custom_product_needs_a_description(store_with: Filling, items: list[Any], errors: str) -> None:
    store = await store_with(bc_invoice(), an_item(sku="VALVE-3"))
    body = a_body_of(*items)

    created = await store.post("/invoices", body)
    updated = await store.put(9, {"details": body["details"]})
    nobodys = await store.put(10, {"details": body["details"]})

    assert (created.status_code, created.json()["data"]["errMsg"]) == (400, errors)
    assert (updated.status_code, updated.json()) == (400, refused_update(errors))
    assert nobodys.status_code == 404


@pytest.mark.parametrize(
    "item", [{**CUSTOM, "description": ""}, {**CUSTOM, "sku": "VALVE-3"}, {**CUSTOM, "sku": "valve-3"}]
)
async def test_a_product_of_the_catalogue_or_with_a_description_needs_no_more(store_with: Filling, item: Any) -> None:
    store = await store_with(bc_invoice(), an_item(sku="VALVE-3"))
    body = a_body_of(item)

    assert (await store.post("/invoices", body)).status_code == 200
    assert (await store.put(9, {"details": body["details"]})).status_code == 200
    assert (await store.shown())["details"]["details"]["lineItems"] == [item]


async def test_details_that_are_sent_as_they_are_shown_are_not_looked_at(store_with: Filling) -> None:
    store = await store_with(bc_invoice(extras={"bigcommerce": {"details": a_body_of(CUSTOM)["details"]}}))

    assert (await store.put(9, await store.shown())).status_code == 200


@pytest.mark.parametrize(
    ("path", "value", "errors"),
    [
        (
            "header/orderDate",
            4102444800,
            "details.header.orderDate: Ensure this value is between -2147483647 and 2147483647.; ",
        ),
        ("type", "a\0", "details.type: Null characters are not allowed.; "),
        ("unknown", "a\0", "details.unknown: Null characters are not allowed.; "),
        ("header/unknown", {"deep": ["a", "\0"]}, "details.header.unknown: Null characters are not allowed.; "),
        ("header/unknown", {"deep": {"\0": 1}}, "details.header.unknown: Null characters are not allowed.; "),
        ("header/\0", 1, "details.header.\0: Null characters are not allowed.; "),
        ("header/customerFields", {"a": "\0"}, "details.header.customerFields: Null characters are not allowed.; "),
        (
            "header/billingAddress/customFields",
            "\0",
            "details.header.billingAddress.customFields: Null characters are not allowed.; ",
        ),
        (
            "details/lineItems/0/quantity",
            Decimal("1e-999999"),
            "details.details.lineItems[0].quantity: Not a valid string.; ",
        ),
        ("header", [], "details.header: Expected an object.; "),
        ("header", None, "details.header: This field may not be null.; "),
        ("type", {}, "details.type: Not a valid string.; "),
        ("header/costLines", {}, "details.header.costLines: Expected a list of items.; "),
        ("header/costLines/0", 1, "details.header.costLines[0]: Expected an object.; "),
        ("header/costLines/0/amount", ..., "details.header.costLines[0].amount: This field is required.; "),
        ("header/costLines/0/amount/code", ..., "details.header.costLines[0].amount.code: This field is required.; "),
        ("header/costLines/0/amount/value", "ten", "Please enter a valid number; "),
        ("header/costLines/0/amount/value", 1e15, "Please enter a valid number; "),
        ("header/costLines/0/description", ..., "details.header.costLines[0].description: This field is required.; "),
        ("header/orderDate", 1.5, "details.header.orderDate: A valid integer is required.; "),
        ("header/orderDate", "2025-01-01", "details.header.orderDate: A valid integer is required.; "),
        ("header/customerFields", "x", "details.header.customerFields: Expected an object.; "),
        ("header/billingAddress/city", ..., "details.header.billingAddress.city: This field is required.; "),
        (
            "header/billingAddress/firstName",
            None,
            "details.header.billingAddress.firstName: This field may not be null.; ",
        ),
        (
            "header/shippingAddresses/0/zipCode",
            True,
            "details.header.shippingAddresses[0].zipCode: Not a valid string.; ",
        ),
        (
            "header/shippingAddresses/0/customFields",
            5,
            "details.header.shippingAddresses[0].customFields: Expected an object.; ",
        ),
        ("details/shipments/0/shipVia", ..., "details.details.shipments[0].shipVia: This field is required.; "),
        ("details/lineItems/0/sku", ..., "details.details.lineItems[0].sku: This field is required.; "),
        ("details/lineItems/0/quantity", ..., "details.details.lineItems[0].quantity: This field is required.; "),
        ("details/lineItems/0/quantity", "two", "Please enter a valid number; "),
        ("details/lineItems/0/unitPrice", ..., "details.details.lineItems[0].unitPrice: This field is required.; "),
        ("details/lineItems/0/unitPrice/value", "", "Please enter a valid number; "),
        (
            "details/lineItems/0/unitDiscount/code",
            ...,
            "details.details.lineItems[0].unitDiscount.code: This field is required.; ",
        ),
    ],
)
async def test_a_part_that_is_there_needs_what_it_needs(
    store_with: Filling, path: str, value: Any, errors: str
) -> None:
    store = await store_with(bc_invoice())
    before = await store.shown()

    answer = await store.put(9, {"details": with_part(path, value), "externalId": "ERP-1"})

    assert answer.status_code == 400
    assert answer.json() == refused_update(errors)
    assert await store.shown() == before
    assert len(await store.history()) == 1


async def test_the_lines_of_the_details_become_lines_of_the_ledger_and_leave_the_balances(store_with: Filling) -> None:
    store = await store_with(bc_invoice())

    await store.put(9, {"details": WHOLE})

    changes = await store.changes()
    line = changes["/lines/0"]
    assert (line["sku"], line["description"]) == ("VALVE-3", "Ball valve")
    assert (str(line["quantity"]), str(line["unit_price"])) == ("5", "37.0000")
    assert (await store.shown())["originalBalance"]["value"] == "90.0000"


async def test_the_lines_of_an_invoice_of_another_dialect_stay_its_own(store_with: Filling) -> None:
    store = await store_with(bc_invoice(origin="onlyoffice", lines=(a_line(),)))

    await store.put(9, {"details": WHOLE})

    assert (await store.shown())["details"] == WHOLE
    assert [path for path in await store.changes() if path.startswith("/lines")] == []


@pytest.mark.parametrize(
    "kept", [{"origin": "onlyoffice", "lines": (a_line(), a_line(id=2, quantity=None))}, {"order": 4}]
)
async def test_what_is_shown_may_be_sent_back_whole(store_with: Filling, kept: dict[str, Any]) -> None:
    store = await store_with(bc_invoice(**kept, external_id="E", external_party_id="C", purchase_order_number="P"))
    before = await store.shown()

    answer = await store.put(9, {**before, "externalPdfUrl": ""})

    assert answer.status_code == 200, answer.text
    assert await store.shown() == before


async def test_numbers_in_unknown_members_keep_their_digits(store_with: Filling) -> None:
    store = await store_with(bc_invoice())
    sent = b'{"details":{"weights":[1,1.0,1.50,-0.0,12345678901234567890123,1.23456789012345678901234567890,1e5]}}'

    await store.client.put(f"{BASE}/invoices/9", headers=JSON, content=sent)

    shown = (await store.get("/invoices/9")).text
    assert '"weights":[1,1.0,1.50,-0.0,12345678901234567890123,1.23456789012345678901234567890,100000]' in shown


# Any details at all, made of valid parts and unknown members.

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
FRACTIONS = st.decimals(-1000, 1000, places=3)
UNKNOWN = st.recursive(
    st.none() | st.booleans() | st.integers() | FRACTIONS | TEXTS,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(TEXTS, parts, max_size=3),
    max_leaves=5,
)
NUMERALS = st.decimals(-(10**6), 10**6, places=4).map(str) | st.integers(0, 10**6).map(str)
"""Numbers so small that what all lines come to can be kept."""


def part(required: dict[str, Any], optional: dict[str, Any] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Members that are known, some of them left out, and unknown ones, in any order."""
    names = {*required, *(optional or {})}
    unknown = st.dictionaries(TEXTS.filter(lambda name: name not in names), UNKNOWN, max_size=2)
    known = st.fixed_dictionaries(required, optional=optional or {})
    members = st.tuples(known, unknown).map(lambda both: [*both[0].items(), *both[1].items()])
    return members.flatmap(st.permutations).map(dict)


MONEY = part({"code": st.just("USD"), "value": NUMERALS})
OBJECTS = st.dictionaries(TEXTS, UNKNOWN, max_size=2)
ADDRESSES = part(
    dict.fromkeys(("city", "state", "country", "street1", "street2", "zipCode", "lastName", "firstName"), TEXTS),
    {"customFields": OBJECTS},
)
DETAILS = part(
    {},
    {
        "type": TEXTS,
        "header": part(
            {},
            {
                "costLines": st.lists(part({"amount": MONEY, "description": TEXTS}), max_size=2),
                "orderDate": st.integers(0, 2**31 - 1),
                "billingAddress": ADDRESSES,
                "customerFields": OBJECTS,
                "shippingAddresses": st.lists(ADDRESSES, max_size=2),
            },
        ),
        "details": part(
            {},
            {
                "shipments": st.lists(
                    part(dict.fromkeys(("addressIndex", "shipDate", "shipVia", "trackingNumber", "comments"), TEXTS)),
                    max_size=2,
                ),
                "lineItems": st.lists(
                    part(
                        {"sku": TEXTS, "quantity": NUMERALS | st.just(""), "unitPrice": MONEY, "description": TEXTS},
                        {"type": TEXTS, "unitDiscount": MONEY, "customFields": OBJECTS},
                    ),
                    max_size=2,
                ),
            },
        ),
    },
)


@given(details=DETAILS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_any_details_come_back_as_they_were_sent(stored_invoice: StoreClient, details: dict[str, Any]) -> None:
    """Each example replaces the details of the one before, whole."""
    body = encode_json({"details": details})

    answer = await stored_invoice.client.put(f"{BASE}/invoices/9", headers=JSON, content=body)

    assert answer.status_code == 200, answer.text
    shown = json.loads((await stored_invoice.get("/invoices/9")).text, parse_float=Decimal)["data"]["details"]
    assert repr(without_defaults(shown, details)) == repr(details), "members, their order, and every digit"


@pytest.fixture
async def stored_invoice(store_with: Filling) -> StoreClient:
    return await store_with(bc_invoice())


def without_defaults(shown: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """Take away what the server adds to details that leave it out."""
    header = {name: value for name, value in shown["header"].items() if name in sent.get("header", {})}
    return {name: header if name == "header" else value for name, value in shown.items() if name in sent}
