"""Look-ups of items and of price lists (contract §8)."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from billingua.wire.bodies import decode_json
from tests.dialects.modulus.shop import AN_INVOICE, INVOICE_PATH, Shop

ITEMS_PATH, PRICES_PATH = "/api/itm/PublicItem", "/api/itm/PublicListItem"


async def find(shop: Shop, body: Any = ..., **query: Any) -> httpx.Response:
    """Look items up; without a body, none is sent."""
    params = {"token": "good"} | query
    if body is ...:
        return await shop.client.post(ITEMS_PATH, params=params)
    return await shop.client.post(ITEMS_PATH, params=params, json=body)


async def found(shop: Shop, body: Any = ..., **query: Any) -> list[str]:
    """Give the ids of the items that are found."""
    answer = await find(shop, body, **query)
    assert answer.status_code == 200, answer.text
    return [item["intID"] for item in answer.json()["object"]]


async def prices(shop: Shop, path: str = PRICES_PATH, **query: Any) -> tuple[int, Any]:
    answer = await shop.client.get(path, params={"token": "good"} | query)
    return answer.status_code, decode_json(answer.content)


async def test_an_item_is_told_with_all_its_members(shop: Shop) -> None:
    answer = await find(shop, {"filter": {"codes": ["I-1"]}})

    assert answer.json() == {
        "result": True,
        "title": "Success",
        "message": "Item loaded successfully.",
        "object": [
            {
                "intID": "2",
                "intBaseUnitID": "1",
                "intDisplayUnitID": "1",
                "decDisplayUnitRatio": "1",
                "strName": "Ink",
                "strAlias": "Ink",
                "strCode": "I-1",
                "boolIsDisabled": "0",
                "strDescription": "",
                "strNotes": "",
                "strCustomAttributes": "",
                "strType": "item",
                "intBkRevenueAccountID": -1,
                "intBkDiscountAccountID": -1,
                "intBkReturnAccountID": -1,
                "intBkExpenseAccountID": -1,
                "boolIsAsset": False,
                "boolIsProduction": False,
                "boolIsPurchasing": False,
                "boolIsSelling": True,
                "arrCustomAttribute": [],
            }
        ],
    }


@pytest.mark.parametrize(
    ("body", "query", "ids"),
    [
        (..., {}, ["1", "2", "3", "4"]),
        ({}, {"limit": 2}, ["1", "2"]),
        ({"filter": None, "load_options": None}, {"limit": ""}, ["1", "2", "3", "4"]),
        ({"filter": {"codes": []}}, {}, ["1", "2", "3", "4"]),
        ({"filter": {"codes": ["PPR-A4", "I-1", "I-1", "nothing"]}}, {}, ["1", "2"]),
        ({"filter": {"codes": [" UNPRICED ", "PPR-A4"]}}, {"limit": "1"}, ["1"]),
        ({"filter": {"codes": ["INK", "ppr-a4", {}]}}, {}, []),
        ({"filter": {"attributes": ["red"]}}, {}, []),
        ({"filter": {"attributes": [], "codes": None}}, {}, ["1", "2", "3", "4"]),
    ],
    ids=str,
)
async def test_items_are_found_by_their_codes(shop: Shop, body: Any, query: dict[str, Any], ids: list[str]) -> None:
    assert await found(shop, body, **query) == ids


async def test_a_code_that_is_told_is_one_that_can_be_invoiced(shop: Shop) -> None:
    for item in (await find(shop, {"filter": {"codes": ["I-1", "PPR-A4"]}})).json()["object"]:
        row = {"item_code": item["strCode"], "unit_id": item["intBaseUnitID"], "quantity": 1, "unit_price": 1}
        await shop.made(INVOICE_PATH, AN_INVOICE | {"items": [row]})


async def test_units_and_prices_are_told_if_somebody_asks(shop: Shop) -> None:
    body = {"filter": {"codes": ["PPR-A4"]}, "load_options": ["units", "categories", "prices", "attributes", "other"]}

    (item,) = decode_json((await find(shop, body)).content)["object"]

    assert item["arrUnit"] == [{"intID": "1", "decRatio": "1"}, {"intID": "3", "decRatio": "1"}]
    assert (item["arrCategory"], item["arrCustomAttribute"]) == ([], [])
    assert item["arrPrice"] == [
        {"intPriceListID": "1", "strCode": "PL1", "decPrice": Decimal("4.1")},
        {"intPriceListID": "2", "strCode": "PL2", "decPrice": Decimal("4.35")},
    ]


@pytest.mark.parametrize(
    ("body", "query", "message"),
    [
        ({}, {"limit": "0"}, "Invalid limit."),
        ({}, {"limit": "all"}, "Invalid limit."),
        ({"filter": ["codes"]}, {}, "Invalid filter."),
        ({"filter": {"codes": "I-1"}}, {}, "Invalid codes."),
        ({"load_options": "units"}, {}, "Invalid load_options."),
    ],
    ids=str,
)
async def test_what_cannot_be_read_is_refused(shop: Shop, body: Any, query: dict[str, Any], message: str) -> None:
    answer = await find(shop, body, **query)

    assert (answer.status_code, answer.json()) == (400, {"result": False, "title": "Error", "message": message})


@pytest.mark.parametrize("path", [PRICES_PATH, ITEMS_PATH])
async def test_a_price_list_is_told_in_pages(shop: Shop, path: str) -> None:
    await shop.made(INVOICE_PATH, AN_INVOICE)

    status, envelope = await prices(shop, path, price_list_id=1)

    assert (status, envelope["message"]) == (200, "Price list items retrieved successfully.")
    assert envelope["object"]["meta_data"] == {
        "page_number": 1, "page_size": "100", "page_count": 1, "record_count": 3,
    }  # fmt: skip
    first, second, _ = envelope["object"]["data"]
    (item,) = (await find(shop, {"filter": {"codes": ["PPR-A4"]}})).json()["object"]
    assert first == {
        "intID": "1",
        "decPrice": Decimal("4.1"),
        "intTaxTypeID": "-1",
        "strAlias": "Copy paper A4",
        "intUnitID": "1",
        "intPriceListID": "1",
        "boolIsDisabled": "0",
        "boolIsUsed": "1",
        "objItem": [item],
    }
    assert (second["intTaxTypeID"], second["boolIsUsed"]) == ("1", "0")


@pytest.mark.parametrize(
    ("query", "ids", "page_count"),
    [
        ({"page_size": 2}, ["1", "2"], 2),
        ({"page_size": "2", "page_number": "2"}, ["4"], 2),
        ({"page_size": 2, "page_number": 3}, [], 2),
        ({"include_disabled": "true", "page_size": 3}, ["1", "2", "4"], 1),
        ({"include_disabled": "1", "page_size": 3}, ["1", "2", "4"], 1),
    ],
)
async def test_a_page_has_its_place(shop: Shop, query: dict[str, Any], ids: list[str], page_count: int) -> None:
    _, envelope = await prices(shop, price_list_id=1, **query)

    assert [one["intID"] for one in envelope["object"]["data"]] == ids
    told = envelope["object"]["meta_data"]
    assert (told["page_size"], told["page_count"]) == (str(query["page_size"]), page_count)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, "Missing price list id."),
        ({"price_list_id": " "}, "Missing price list id."),
        ({"price_list_id": 9}, "Invalid price list id."),
        ({"price_list_id": "PL1"}, "Invalid price_list_id."),
        ({"price_list_id": 1, "page_size": 0}, "Invalid page_size."),
        ({"price_list_id": 1, "page_number": "x"}, "Invalid page_number."),
        ({"price_list_id": 1, "include_disabled": "perhaps"}, "Invalid include_disabled."),
    ],
)
async def test_what_is_no_page_is_refused(shop: Shop, query: dict[str, Any], message: str) -> None:
    status, envelope = await prices(shop, **query)

    assert (status, envelope) == (400, {"result": False, "title": "Error", "message": message})


@pytest.mark.parametrize(("verb", "path"), [("POST", ITEMS_PATH), ("GET", ITEMS_PATH), ("GET", PRICES_PATH)])
async def test_nothing_is_told_without_a_token(shop: Shop, verb: str, path: str) -> None:
    answer = await shop.client.request(verb, path, params={"price_list_id": 1})

    assert (answer.status_code, answer.json()["object"]) == (401, None)
