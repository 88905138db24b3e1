"""Products and taxes: what is shown, who may change it, and what is refused (contract §3.4, §3.5, §7, §8)."""

import asyncio
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from billingua.core.item import Item
from billingua.core.tax import Tax
from billingua.engine.plan import Key, by_id
from billingua.wire.bodies import decode_json
from tests.builders import SUPPLIER, a_line, a_line_tax, an_invoice, an_item, an_order, an_order_line
from tests.dialects.onlyoffice.conftest import DRAFT, NOW, Portal, a_body, out_of_range, refusal, response

ADMIN, CLERK = "owner-token", "ida-token"
PRODUCT = {"title": "Oak board", "sku": "OB-1", "price": 12.5, "stockQuantity": 100, "trackInventory": True}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def post(portal: Portal, path: str, body: Any, token: str = ADMIN, **rest: Any):
    return await portal.send("POST", path, body, token, **rest)


async def delete(portal: Portal, path: str, body: Any = b"", token: str = ADMIN, **rest: Any):
    return await portal.send("DELETE", path, body, token, **rest)


def made(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    told = decode_json(answer.content)
    assert (told["count"], told["status"], told["statusCode"]) == (1, 0, 201)
    return told["response"]


async def found(portal: Portal, key: Key[Any]) -> Any:
    """Give an aggregate as the ledger has it; None where it has none."""
    return next((record.value for name, record in await portal.ledger.store.find(key) if name == "demo"), None)


async def ids(portal: Portal, path: str, token: str = ADMIN) -> list[int]:
    return [one["id"] for one in response(await portal.get(path, token))]


# Taxes.


async def test_a_tax_is_made_and_listed(portal: Portal):
    shown = made(await post(portal, "/invoice/tax", {"name": "GST", "description": "d", "rate": 20.125}))
    assert shown == {
        "name": "GST",
        "description": "d",
        "rate": Decimal("20.13"),
        "createOn": "2031-03-01T09:30:00.0000000Z",
        "createBy": shown["createBy"],
        "canEdit": True,
        "canDelete": True,
        "id": 5,
    }
    assert shown["createBy"]["displayName"] == "Ada Root"
    taxes = response(await portal.get("/invoice/tax"))
    assert [tax["id"] for tax in taxes] == [1, 2, 3, 4, 5]
    assert taxes[-1] == shown
    assert [tax["canDelete"] for tax in taxes] == [False, True, True, True, True]


async def test_who_administers_nothing_sees_taxes_and_products_and_changes_none(portal: Portal):
    assert {(tax["canEdit"], tax["canDelete"]) for tax in response(await portal.get("/invoice/tax", CLERK))} == {
        (False, False)
    }
    shown = response(await portal.get("/invoiceitem/6", CLERK))
    assert (shown["canEdit"], shown["canDelete"]) == (False, False)
    before = await portal.everything()
    for verb, path in (
        ("POST", "/invoice/tax"),
        ("PUT", "/invoice/tax/0"),
        ("DELETE", "/invoice/tax/99999999999"),
        ("POST", "/invoiceitem"),
        ("PUT", "/invoiceitem/0"),
        ("DELETE", "/invoiceitem/0"),
        ("DELETE", "/invoiceitem"),
    ):
        answer = await portal.send(verb, path, b'{"', CLERK, headers={"Content-Type": "application/json"})
        assert refusal(answer) == (403, "Access Denied"), (verb, path)
    assert await portal.everything() == before


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "The tax name field cannot be empty"),
        ({"name": " "}, "The tax name field cannot be empty"),
        ({"name": "tAX 1"}, "The tax name already exists"),
        ({"name": "x", "rate": "1,5"}, "Input string was not in a correct format.\r\nParameter name: rate"),
        ({"name": "x", "rate": "100000000"}, out_of_range("rate")[1]),
        ({"name": "x" * 256}, out_of_range("name")[1]),
        ({"name": "x", "description": "x" * 256}, out_of_range("description")[1]),
    ],
)
async def test_a_tax_that_cannot_be_is_refused(portal: Portal, body: Any, message: str):
    before = await portal.everything()
    assert refusal(await post(portal, "/invoice/tax", body)) == (400, message)
    assert await portal.everything() == before


async def test_a_tax_needs_only_a_name_and_may_be_negative(portal: Portal):
    assert made(await post(portal, "/invoice/tax", {"NAME": "None"}))["rate"] == 0
    shown = made(await post(portal, "/invoice/tax.json", b"name=Back&rate=-1e1", headers=FORM))
    assert (shown["rate"], shown["description"]) == (-10, "")


async def test_of_two_that_make_one_tax_at_once_one_is_refused(portal: Portal):
    answers = await asyncio.gather(*(post(portal, "/invoice/tax", {"name": name}) for name in ("Once", "once")))
    assert sorted(answer.status_code for answer in answers) == [201, 400]


async def test_a_tax_is_written_anew_even_under_the_name_of_another(portal: Portal):
    shown = response(await portal.put({"name": "Tax 1", "rate": 9}, "/invoice/tax/2"))
    assert (shown["name"], shown["description"], shown["rate"]) == ("Tax 1", "", 9)
    assert (await found(portal, by_id(Tax, 2))).rate == 9


@pytest.mark.parametrize("others", [(an_invoice(id=60, origin="native", lines=(a_line(tax1=a_line_tax(20)),)),)])
async def test_a_new_rate_changes_what_invoices_born_here_cost_and_not_what_is_owed(portal: Portal):
    before = await portal.stored(DRAFT)
    assert (await portal.shown(DRAFT))["cost"] == Decimal("64.76")
    response(await portal.put({"name": "Tax 1", "rate": 10}, "/invoice/tax/1"))
    assert (await portal.shown(DRAFT))["cost"] == Decimal("59.37")
    assert (await portal.shown(60))["cost"] == 120
    assert await portal.stored(DRAFT) == before
    body = a_body(invoiceLines=[{"invoiceItemID": 4, "quantity": 1, "price": 10, "invoiceTax1ID": 1}])
    assert response(await portal.put(body))["cost"] == 11


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/invoice/tax/0", {"name": "x"}, out_of_range("id")),
        ("/invoice/tax/99", {"name": "x"}, (404, "Not found")),
        ("/invoice/tax/1", {"rate": 3}, (400, "The tax name field cannot be empty")),
    ],
)
async def test_a_tax_that_cannot_be_written_anew_is_refused(
    portal: Portal, path: str, body: Any, expected: tuple[int, str]
):
    assert refusal(await portal.put(body, path)) == expected


async def test_a_tax_that_nobody_uses_is_deleted(portal: Portal):
    assert response(await delete(portal, "/invoice/tax/2"))["id"] == 2
    assert await ids(portal, "/invoice/tax") == [1, 3, 4]
    assert refusal(await delete(portal, "/invoice/tax/2")) == (404, "Not found")
    assert refusal(await delete(portal, "/invoice/tax/0")) == out_of_range("id")
    assert made(await post(portal, "/invoice/tax", {"name": "Tax 2"}))["id"] == 5


async def test_a_tax_in_use_by_an_invoice_or_a_product_is_not_deleted(portal: Portal):
    assert refusal(await delete(portal, "/invoice/tax/1")) == (403, "Access Denied")
    product = made(await post(portal, "/invoiceitem", PRODUCT | {"invoiceTax1id": 3}))
    assert refusal(await delete(portal, "/invoice/tax/3")) == (403, "Access Denied")
    response(await delete(portal, f"/invoiceitem/{product['id']}"))
    assert response(await delete(portal, "/invoice/tax/3"))["id"] == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sortBy=rate&sortOrder=descending", [1, 2, 3, 4]),
        ("sortBy=RATE", [4, 2, 3, 1]),
        ("sortBy=name&sortOrder=Descending", [1, 2, 3, 4]),
        ("count=2", [1, 2]),
        ("startIndex=3", [4]),
        ("filterBy=name&filterValue=tax 3", [3]),
        ("filterBy=name&filterOp=contains&filterValue=AX", [1, 2, 3, 4]),
        ("filterBy=name&filterOp=startsWith&filterValue=x", []),
        ("filterBy=description&filterOp=present", []),
        ("filterBy=rate&filterValue=7.5", [2, 3]),
        ("filterBy=canDelete&filterValue=False", [1]),
        ("filterBy=nothing&filterValue=x&?", [1, 2, 3, 4]),
    ],
)
async def test_taxes_are_found_sorted_and_cut_by_what_is_shown(portal: Portal, query: str, expected: list[int]):
    assert await ids(portal, f"/invoice/tax?{query}") == expected


async def test_a_list_that_is_cut_says_so(portal: Portal):
    told = decode_json((await portal.get("/invoice/tax?count=2&startIndex=1&fields=id")).content)
    assert told == {
        "count": 2,
        "startIndex": 1,
        "nextIndex": 4,
        "total": 4,
        "status": 0,
        "statusCode": 200,
        "response": [{"id": 2}, {"id": 3}],
    }
    assert "total" not in decode_json((await portal.get("/invoice/tax")).content)


# Products.


async def test_a_product_is_made_as_printed(portal: Portal):
    shown = made(await post(portal, "/invoiceitem", PRODUCT | {"invoiceTax1id": 2}))
    tax = response(await portal.get("/invoice/tax"))[1]
    assert shown == {
        "title": "Oak board",
        "stockKeepingUnit": "OB-1",
        "description": "",
        "price": Decimal("12.5"),
        "currency": shown["currency"],
        "stockQuantity": 100,
        "trackInvenory": True,
        "invoiceTax1": tax,
        "invoiceTax2": None,
        "createOn": "2031-03-01T09:30:00.0000000Z",
        "createBy": shown["createBy"],
        "canEdit": True,
        "canDelete": True,
        "id": 7,
    }
    assert (shown["currency"]["abbreviation"], shown["createBy"]["displayName"]) == ("USD", "Ada Root")
    assert (tax["id"], tax["canDelete"]) == (2, False)
    assert response(await portal.get("/invoiceitem/7", CLERK)) == shown | {
        "canEdit": False,
        "canDelete": False,
        "invoiceTax1": tax | {"canEdit": False},
    }


async def test_a_form_makes_the_same_product(portal: Portal):
    body = urlencode({name: str(value) for name, value in PRODUCT.items()} | {"InvoiceTax2ID": "4"}).encode()
    shown = made(await post(portal, "/invoiceitem.json", body, headers=FORM))
    assert (shown["title"], shown["price"], shown["trackInvenory"]) == ("Oak board", Decimal("12.5"), True)
    assert (shown["invoiceTax1"], shown["invoiceTax2"]["id"]) == (None, 4)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"title": ""}, out_of_range("title")[1]),
        ({"title": " "}, out_of_range("title")[1]),
        ({"title": "x" * 256}, out_of_range("title")[1]),
        ({"price": None}, out_of_range("price")[1]),
        ({"price": 0}, out_of_range("price")[1]),
        ({"price": -1}, out_of_range("price")[1]),
        ({"price": "0.00499"}, out_of_range("price")[1]),
        ({"price": "1e-999"}, out_of_range("price")[1]),
        ({"price": 100000000}, "Max Invoice Item Price: 99999999.99"),
        ({"stockQuantity": "-1e9"}, out_of_range("stockQuantity")[1]),
        ({"trackInventory": 1}, "String was not recognized as a valid Boolean.\r\nParameter name: trackInventory"),
        ({"invoiceTax1id": -1}, out_of_range("invoiceTax1id")[1]),
        ({"invoiceTax2id": 9}, f"{out_of_range('invoiceTax1ID, invoiceTax2ID')[1]}\r\nActual value was 9."),
    ],
)
async def test_a_product_that_cannot_be_is_refused(portal: Portal, overrides: Any, message: str):
    before = await portal.everything()
    assert refusal(await post(portal, "/invoiceitem", PRODUCT | overrides)) == (400, message)
    assert refusal(await portal.put(PRODUCT | overrides, "/invoiceitem/6")) == (400, message)
    assert await portal.everything() == before


async def test_a_product_is_written_anew_whole(portal: Portal):
    made(await post(portal, "/invoiceitem", PRODUCT | {"description": "d", "invoiceTax1id": 2}))
    taxed = response(await portal.put(PRODUCT | {"invoiceTax1id": 2, "invoiceTax2id": 3}, "/invoiceitem/7"))
    assert [taxed[name]["id"] for name in ("invoiceTax1", "invoiceTax2")] == [2, 3]
    shown = response(await portal.put({"title": "Pine", "price": "0.005"}, "/invoiceitem/7"))
    assert (shown["title"], shown["price"], shown["stockKeepingUnit"]) == ("Pine", Decimal("0.01"), "")
    assert (shown["description"], shown["stockQuantity"], shown["trackInvenory"]) == ("", 0, False)
    assert (shown["invoiceTax1"], shown["createBy"]["displayName"]) == (None, "Ada Root")
    assert response(await portal.get("/invoiceitem/7")) == shown


@pytest.mark.parametrize(
    ("others", "price"),
    [
        ((an_item(id=8, supplier=SUPPLIER, sku="A", price=Decimal(price)),), Decimal(price))
        for price in ("1.234", "0.004")
    ],
)
async def test_what_is_written_back_as_it_was_read_stays_as_it_was(portal: Portal, price: Decimal):
    read = response(await portal.get("/invoiceitem/8"))
    body = read | {"sku": read["stockKeepingUnit"], "trackInventory": read["trackInvenory"]}
    assert response(await portal.put(body, "/invoiceitem/8")) == read
    assert (await found(portal, by_id(Item, 8))).price == price
    assert len(await portal.ledger.store.history("demo", "item", 8)) == 1


@pytest.mark.parametrize(
    "others", [(an_item(id=8, supplier=SUPPLIER, sku="A"), an_item(id=9, supplier=SUPPLIER, sku="B"))]
)
async def test_a_supplier_has_one_item_of_a_sku(portal: Portal):
    assert refusal(await portal.put(PRODUCT | {"sku": "B"}, "/invoiceitem/8")) == out_of_range("sku")
    assert response(await portal.put(PRODUCT | {"sku": "C"}, "/invoiceitem/8"))["stockKeepingUnit"] == "C"
    assert made(await post(portal, "/invoiceitem", PRODUCT | {"sku": "B"}))["stockKeepingUnit"] == "B"


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE"])
async def test_a_product_that_is_not_there_is_not_found(portal: Portal, verb: str):
    assert refusal(await portal.send(verb, "/invoiceitem/99", PRODUCT)) == (404, "Not found")
    assert refusal(await portal.send(verb, "/invoiceitem/0", PRODUCT)) == out_of_range("id")


@pytest.mark.parametrize("others", [(an_order(lines=(an_order_line(item=6),)),)])
async def test_a_product_in_use_is_not_deleted(portal: Portal):
    assert refusal(await delete(portal, "/invoiceitem/4")) == (403, "Access Denied")
    assert refusal(await delete(portal, "/invoiceitem/6")) == (403, "Access Denied")
    assert [one["canDelete"] for one in response(await portal.get("/invoiceitem/filter"))] == [False, False]


async def test_products_are_deleted_that_nobody_uses(portal: Portal):
    assert response(await delete(portal, "/invoiceitem/6"))["id"] == 6
    assert await ids(portal, "/invoiceitem/filter") == [4]
    for number in range(3):
        made(await post(portal, "/invoiceitem", PRODUCT | {"sku": str(number)}))
    answer = await delete(portal, "/invoiceitem?ids=8&ids=4", {"ids": [7, 8]})
    assert [one["id"] for one in response(answer)] == [8]
    answer = await delete(portal, "/invoiceitem", {"IDs": [99, 7, 7, 4, 9]})
    assert [one["id"] for one in response(answer)] == [7, 9]
    assert await ids(portal, "/invoiceitem/filter") == [4]


@pytest.mark.parametrize(
    "body",
    [b"ids=6&ids=6", b"ids[]=6&ids[]=99", b"ids[0]=6&ids[1]=99", b'{"ids":6}', b'{"ids":"6"}', b'{"ids":[6,"6"]}'],
)
async def test_ids_are_read_in_every_encoding(portal: Portal, body: bytes):
    kind = {"Content-Type": "application/json"} if body.startswith(b"{") else FORM
    assert [one["id"] for one in response(await delete(portal, "/invoiceitem", body, headers=kind))] == [6]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, out_of_range("ids")[1]),
        ({"ids": []}, out_of_range("ids")[1]),
        ({"ids": [None, ""]}, out_of_range("ids")[1]),
        ({"ids": "4,6"}, "Input string was not in a correct format.\r\nParameter name: ids"),
        ({"ids": {"a": 1}}, "Input string was not in a correct format.\r\nParameter name: ids"),
        (b"ids[a]=6", "Input string was not in a correct format.\r\nParameter name: ids"),
    ],
)
async def test_ids_that_cannot_be_read_are_refused(portal: Portal, body: Any, message: str):
    kind = FORM if isinstance(body, bytes) else {}
    assert refusal(await delete(portal, "/invoiceitem", body, headers=kind)) == (400, message)


CATALOGUE = (
    an_item(id=11, title="Oak board", sku="OB-1", price=Decimal(3), track_stock=True, stock=Decimal(5), created_at=NOW),
    an_item(id=12, title="oak chair", sku="C-9", price=Decimal(2), description="A board to sit on", stock=Decimal(5)),
    an_item(id=13, title="Pine", sku="A-1", price=Decimal(1), track_stock=True, stock=Decimal(-1)),
)


@pytest.mark.parametrize("others", [CATALOGUE])
@pytest.mark.parametrize(
    ("query", "expected", "total"),
    [
        ("", [4, 6, 11, 12, 13], 5),
        ("sortBy=name&sortOrder=descending", [13, 12, 11, 6, 4], 5),
        ("sortBy=Price", [13, 12, 11, 4, 6], 5),
        ("sortBy=quantity", [13, 4, 6, 11, 12], 5),
        ("sortBy=sku&filterValue=oak", [12, 11], 2),
        ("sortBy=created&sortOrder=descending&count=1", [11], 5),
        ("sortBy=id&startIndex=3&count=9", [12, 13], 5),
        ("filterValue=board oak", [11, 12], 2),
        ("filterValue=oard", [], 0),
        ("filterValue=ob-", [11], 1),
        ("inventoryStock=true", [11, 13], 2),
        ("inventoryStock=FALSE&status=7", [4, 6, 12], 3),
        ("count=nothing&startIndex=-3&?", [4, 6, 11, 12, 13], 5),
    ],
)
async def test_products_are_found_sorted_and_cut(portal: Portal, query: str, expected: list[int], total: int):
    told = decode_json((await portal.get(f"/invoiceitem/filter?{query}", CLERK)).content)
    assert ([one["id"] for one in told["response"]], told["total"]) == (expected, total)


async def test_a_filter_that_cannot_be_read_is_refused(portal: Portal):
    assert refusal(await portal.get("/invoiceitem/filter?inventoryStock=1"))[0] == 400


async def test_a_product_and_an_invoice_over_it_at_one_moment(portal: Portal):
    wrote, gone = await asyncio.gather(portal.put(a_body()), delete(portal, "/invoiceitem/6"))
    assert (wrote.status_code, gone.status_code) in {(200, 403), (400, 200)}
    assert (await found(portal, by_id(Item, 6)) is None) == (gone.status_code == 200)
    assert {line["invoiceItemID"] for line in (await portal.shown(DRAFT))["invoiceLines"]} <= {4, 6}
