"""What is done to an order in one dialect and seen in others, and what an invoice takes of it and gives back."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from billingua.app import create_app
from billingua.core.order import Order
from billingua.core.party import TradeRole
from billingua.engine.credentials import hash_secret
from billingua.engine.ledger import Ledger
from billingua.engine.plan import by_id
from billingua.engine.planting import Plant, plant
from billingua.settings import Settings
from tests.builders import (
    SUPPLIER,
    a_caller,
    a_credential,
    a_party,
    a_user,
    a_uuid,
    a_workspace,
    an_item,
    an_order,
    an_order_line,
)
from tests.stores.plans import assert_whole

CRUX, ONLYOFFICE = {"Authorization": "Token crux"}, {"Authorization": "onlyoffice"}
BIGCOMMERCE = {"authToken": "bigcommerce"}
NATIVE, RETAILERS = {"Authorization": "Bearer native"}, {"Authorization": "Token retailer"}
RETAILER = a_uuid(2030)
FIRST, SECOND = a_uuid(8100), a_uuid(8101)
ORDER = an_order(lines=(an_order_line(item=1), an_order_line(uuid=SECOND, item=2)))
"""Five pieces each of two things."""


@pytest.fixture
async def client(ledger: Ledger) -> AsyncIterator[httpx.AsyncClient]:
    world = [
        a_user(username="ada", admin=True, organization=SUPPLIER),
        a_credential(id=1, dialect="crux", secret_hash=hash_secret("crux"), user="ada"),
        a_credential(id=2, dialect="onlyoffice", secret_hash=hash_secret("onlyoffice"), user="ada"),
        a_credential(id=3, dialect="bigcommerce", secret_hash=hash_secret("bigcommerce")),
        a_party(),
        a_party(id=20, uuid=SUPPLIER, trade_role=TradeRole.SUPPLIER),
        an_item(id=1),
        an_item(id=2),
        a_user(id=3, username="rita", organization=RETAILER),
        a_credential(id=4, dialect="crux", secret_hash=hash_secret("retailer"), user="rita"),
        a_credential(id=5, dialect="native", secret_hash=hash_secret("native")),
        a_party(id=30, uuid=RETAILER, name="Larkspur", trade_role=TradeRole.RETAILER),
        an_item(id=3, sku="TM-88", supplier=SUPPLIER),
        ORDER,
    ]
    await ledger.run(a_caller(), plant, Plant(a_workspace(), world))
    transport = httpx.ASGITransport(app=create_app(ledger, Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://billingua.test") as client:
        yield client


async def invoice(client: httpx.AsyncClient, number: str, *taken: tuple[UUID, int]) -> int:
    """Invoice some of the order, as its supplier; give the status of the answer."""
    lines = [{"line_item_uuid": str(line), "quantity_invoiced": quantity} for line, quantity in taken]
    path, body = f"/timp/orders/{ORDER.uuid}/invoices/", {"invoice_number": number, "line_items": lines}
    return (await client.post(path, json=body, headers=CRUX)).status_code


async def invoices_of_the_order(client: httpx.AsyncClient) -> list[str | None]:
    answer = await client.get(f"/timp/orders/{ORDER.uuid}/invoices/", headers=CRUX)
    return [one.get("invoice_number") for one in answer.json()["invoices"]]


async def ask(client: httpx.AsyncClient, verb: str, path: str, body: Any = None) -> Any:
    answer = await client.request(verb, f"/api/2.0/crm{path}", json=body or {}, headers=ONLYOFFICE)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()["response"]


async def invoiced(ledger: Ledger) -> list[int]:
    order = dict(await ledger.store.find(by_id(Order, ORDER.id)))["demo"].value
    return [line.invoiced for line in order.lines]


async def test_what_a_deleted_invoice_took_can_be_invoiced_again(client: httpx.AsyncClient, ledger: Ledger):
    assert await invoice(client, "TI-1", (FIRST, 5), (SECOND, 2)) == 201
    assert await invoice(client, "TI-2", (FIRST, 1)) == 422
    (id,) = [one["id"] for one in await ask(client, "GET", "/contact/invoicelist/10")]

    await ask(client, "DELETE", f"/invoice/{id}")

    assert await invoiced(ledger) == [0, 0]
    assert await invoices_of_the_order(client) == [None]
    assert await invoice(client, "TI-1", (FIRST, 5), (SECOND, 5)) == 201
    assert await invoices_of_the_order(client) == ["TI-1"]
    await assert_whole(ledger.store)


async def test_several_that_are_deleted_at_once_each_give_back_what_they_took(
    client: httpx.AsyncClient, ledger: Ledger
):
    for number, line, quantity in (("TI-1", FIRST, 2), ("TI-2", FIRST, 1), ("TI-3", SECOND, 4)):
        assert await invoice(client, number, (line, quantity)) == 201
    first, second, third = [one["id"] for one in await ask(client, "GET", "/contact/invoicelist/10")]

    await ask(client, "DELETE", "/invoice", {"invoiceids": [third, first]})

    assert await invoiced(ledger) == [1, 0]
    assert await invoice(client, "TI-4", (FIRST, 4), (SECOND, 5)) == 201
    await ask(client, "DELETE", f"/invoice/{second}")
    assert await invoiced(ledger) == [4, 5]
    await assert_whole(ledger.store)


async def test_what_is_written_anew_counts_as_it_is_written(client: httpx.AsyncClient, ledger: Ledger):
    assert await invoice(client, "TI-1", (FIRST, 5), (SECOND, 2)) == 201
    (id,) = [one["id"] for one in await ask(client, "GET", "/contact/invoicelist/10")]
    for status in ("Rejected", "Draft"):
        await ask(client, "PUT", f"/invoice/status/{status}", {"invoiceids": [id]})
    assert await invoiced(ledger) == [5, 2]
    body = {"issueDate": "2031-03-02", "dueDate": "2031-04-15", "contactId": 10, "currency": "USD", "exchangeRate": 1}
    lines = [{"invoiceItemID": 1, "quantity": 3, "price": 7}, {"invoiceItemID": 1, "quantity": 9, "price": 7}]

    await ask(client, "PUT", f"/invoice/{id}", body | {"terms": "30 days", "invoiceLines": lines})
    assert await invoiced(ledger) == [3, 0]
    added = await ask(client, "POST", "/invoiceline", {"invoiceId": id, "invoiceItemId": 2, "quantity": 4})
    assert await invoiced(ledger) == [3, 0]
    (of_order, _, _) = (await ask(client, "GET", f"/invoice/{id}"))["invoiceLines"]
    await ask(client, "PUT", f"/invoiceline/{of_order['id']}", {"invoiceId": id, "invoiceItemId": 1, "quantity": 1})
    assert await invoiced(ledger) == [1, 0]
    for line in (added["id"], of_order["id"]):
        await ask(client, "DELETE", f"/invoiceline/{line}")

    assert await invoiced(ledger) == [0, 0]
    await assert_whole(ledger.store)


async def bigcommerce(client: httpx.AsyncClient, verb: str, path: str) -> tuple[int, Any]:
    answer = await client.request(verb, f"/api/v3/io/ip{path}", headers=BIGCOMMERCE)
    return answer.status_code, answer.json()["data"]


async def test_a_supplier_invoices_nothing_of_an_order_that_is_invoiced_whole(
    client: httpx.AsyncClient, ledger: Ledger
):
    status, made = await bigcommerce(client, "POST", f"/orders/{ORDER.id}/invoices")
    assert (status, await invoiced(ledger)) == (200, [5, 5])
    assert await invoice(client, "TI-1", (FIRST, 1)) == 422

    assert (await bigcommerce(client, "DELETE", f"/invoices/{made['invoiceId']}"))[0] == 200

    assert await invoiced(ledger) == [0, 0]
    assert await invoice(client, "TI-1", (FIRST, 1)) == 201
    await assert_whole(ledger.store)


async def test_an_order_is_not_invoiced_whole_while_a_supplier_has_invoiced_a_piece_of_it(
    client: httpx.AsyncClient, ledger: Ledger
):
    assert await invoice(client, "TI-1", (SECOND, 1)) == 201

    status, told = await bigcommerce(client, "POST", f"/orders/{ORDER.id}/invoices")

    assert (status, told) == (400, {"errMsg": "The order already has an invoice."})
    assert await invoiced(ledger) == [0, 1]
    assert (await bigcommerce(client, "DELETE", "/invoices/1"))[0] == 200
    assert (await bigcommerce(client, "POST", f"/orders/{ORDER.id}/invoices"))[0] == 200


async def native(client: httpx.AsyncClient, verb: str, path: str, body: Any = None, status: int = 200) -> Any:
    answer = await client.request(verb, f"/v1{path}", json=body, headers=NATIVE)
    assert answer.status_code == status, answer.text
    return answer.json()


async def crux(client: httpx.AsyncClient, verb: str, path: str, headers: Any = CRUX, body: Any = None) -> Any:
    answer = await client.request(verb, f"/timp/orders/{path}", json=body or {}, headers=headers)
    assert answer.status_code in {200, 201, 202, 204}, answer.text
    return answer.json() if answer.content else None


async def test_an_order_that_is_placed_here_is_carried_out_by_crux_traders_and_back(
    client: httpx.AsyncClient, ledger: Ledger
):
    lines = [{"supplier_id": 20, "sku": "TM-88", "quantity": 3, "unit_cost": "12.50", "carrier": "UPS"}]
    placed = {"number": "LK-1", "party_id": 30, "lines": lines, "retailer_notes": "Ring twice"}
    order = await native(client, "POST", "/orders", placed, 201)
    uuid, line = order["uuid"], order["lines"][0]["id"]

    for headers in (CRUX, RETAILERS):
        shown = await crux(client, "GET", f"{uuid}/", headers)
        assert (shown["po_number"], shown["retailer_provided_order_notes"]) == ("LK-1", "Ring twice")
        assert (shown["line_items"][0]["sku_id"], shown["line_items"][0]["quantity_ordered"]) == ("TM-88", 3)
    package = {"tracking_number": "1Z", "line_items": [{"line_item_uuid": line, "quantity_shipped": 1}]}
    await crux(client, "POST", f"tracking/{uuid}/", body=package)
    await crux(client, "PATCH", "cancel/", RETAILERS, {"order_uuid": uuid})
    taken = {"invoice_number": "TI-1", "line_items": [{"line_item_uuid": line, "quantity_invoiced": 1}]}
    await crux(client, "POST", f"{uuid}/invoices/", body=taken)

    (seen,) = (await native(client, "GET", f"/orders/{uuid}"))["lines"]
    assert (seen["shipped"], seen["invoiced"], seen["cancelling"]) == (1, 1, True)
    over = {"number": "TI-2", "lines": [{"id": line, "quantity": 3}]}
    assert (await native(client, "POST", f"/orders/{uuid}/invoices", over, 409))["type"].endswith("over-invoiced")
    await native(client, "POST", f"/orders/{uuid}/invoices", {"number": "TI-2", "lines": [{"id": line}]}, 201)
    await native(client, "POST", f"/orders/{uuid}/reject-cancellation")
    shown = await crux(client, "GET", f"{uuid}/invoices/")
    assert [invoice["invoice_number"] for invoice in shown["invoices"]] == ["TI-1", "TI-2"]
    assert [one["dialect"] for one in (await native(client, "GET", f"/orders/{uuid}/history"))["items"]] == [
        *("native", "crux", "crux", "crux", "native", "native")
    ]
    await assert_whole(ledger.store)


async def test_what_a_crux_retailer_orders_is_said_anew_and_invoiced_here(client: httpx.AsyncClient, ledger: Ledger):
    body = {
        "po_number": "LK-2",
        "address": {"city": "Riga"},
        "skus": [{"sku_id": "TM-88", "quantity": 2, "supplier_org_uuid": str(SUPPLIER)}],
        "retailer_provided_shipping_cost": 5,
    }
    made = await crux(client, "POST", "create/", RETAILERS, body)
    (listed,) = (await native(client, "GET", "/orders?party=30"))["items"]
    assert (listed["number"], listed["placed_by"]) == ("LK-2", "rita")
    assert str(listed["uuid"]) in str(made)
    path = f"/orders/{listed['id']}"

    said = await native(client, "PATCH", path, {"supplier_terms": [{"supplier_id": 20, "notes": "soon"}]})
    assert said["address"]["city"] == "Riga"
    assert (await crux(client, "GET", f"{listed['uuid']}/"))["supplier_provided_order_notes"] == "soon"
    invoice = await native(client, "POST", f"{path}/invoices", {"number": "W-1"}, 201)
    assert (invoice["totals"]["grand_total"], invoice["party"]["id"]) == ("5.00", 30)
    assert (await bigcommerce(client, "POST", f"/orders/{listed['id']}/invoices"))[0] == 400
    status, shown = await bigcommerce(client, "GET", f"/invoices/{invoice['id']}")
    assert (status, shown["orderNumber"], shown["invoiceNumber"]) == (200, str(listed["id"]), "W-1")
    await assert_whole(ledger.store)


async def test_a_companys_order_of_here_is_invoiced_by_bigcommerce_and_none_of_crux_traders(
    client: httpx.AsyncClient, ledger: Ledger
):
    placed = {"number": "C-1", "party_id": 10, "lines": [{"item_id": 1, "quantity": 2, "unit_cost": "7"}]}
    order = await native(client, "POST", "/orders", placed, 201)

    for headers in (CRUX, RETAILERS):
        answer = await client.get(f"/timp/orders/{order['uuid']}/", headers=headers)
        assert answer.status_code == 404
    status, made = await bigcommerce(client, "POST", f"/orders/{order['id']}/invoices")
    assert status == 200
    shown = await native(client, "GET", f"/orders/{order['id']}")
    (invoice,) = (await native(client, "GET", f"/orders/{order['id']}/invoices"))["items"]
    assert (shown["invoiced"], invoice["id"], invoice["dialect"]) == ("whole", made["invoiceId"], "bigcommerce")
    again = {"number": "W-2", "lines": [{"id": order["lines"][0]["id"]}]}
    assert (await native(client, "POST", f"/orders/{order['id']}/invoices", again, 409))["status"] == 409
    await assert_whole(ledger.store)
