"""What existing clients send and insist on (contract §11)."""

from typing import Any

from tests.builders import an_order
from tests.dialects.bigcommerce.conftest import BASE, JSON, Filling, bc_invoice

NOON_SECONDS = 1735214400
MONTH = 30 * 86_400


def body(number: str, amount: Any = 10, **others: Any) -> dict[str, Any]:
    balance = {"code": "USD", "value": amount}
    return {
        "invoiceNumber": number,
        "originalBalance": balance,
        "openBalance": balance,
        "customerId": "95075",
        **others,
    }


async def test_the_older_header_alone_is_enough_for_every_call(store_with: Filling) -> None:
    store = await store_with(bc_invoice(), an_order(company=95075))
    older = {"authToken": "access_token"}
    calls = [
        ("GET", "/invoices", None),
        ("GET", "/invoices/export", None),
        ("GET", "/invoices/extra-fields", None),
        ("GET", "/invoices/9", None),
        ("GET", "/invoices/9/download-pdf", None),
        ("PUT", "/invoices/9", {"type": "Invoice"}),
        ("POST", "/invoices", body("A")),
        ("POST", "/orders/104/invoices", {}),
        ("DELETE", "/invoices/9", None),
    ]

    answers = [await store.client.request(verb, BASE + path, headers=older, json=sent) for verb, path, sent in calls]

    assert [answer.status_code for answer in answers] == [200] * len(calls)


async def test_a_type_of_content_is_no_matter_where_there_is_none(store_with: Filling) -> None:
    store = await store_with(bc_invoice(), an_order(company=95075), an_order(id=105, company=95075, lines=()))

    shown = await store.client.get(f"{BASE}/invoices/9", headers=JSON)
    empty = await store.client.post(f"{BASE}/orders/104/invoices", headers={**JSON, "Content-Length": "0"})
    object_ = await store.client.post(f"{BASE}/orders/105/invoices", headers=JSON, content=b"{}")
    deleted = await store.client.delete(f"{BASE}/invoices/9", headers=JSON)

    assert [answer.status_code for answer in (shown, empty, object_, deleted)] == [200] * 4


async def test_money_is_a_number_or_a_text_in_every_request_and_always_a_text_in_an_answer(store_with: Filling) -> None:
    store = await store_with()

    for number, amount in (("A", 10), ("B", "10.5"), ("C", 10.25), ("D", "1e1")):
        assert (await store.post("/invoices", body(number, amount))).status_code == 200
    assert (await store.put(1, {"openBalance": {"code": "USD", "value": 9.75}})).status_code == 200

    owed = [invoice["openBalance"]["value"] for invoice in (await store.get("/invoices", orderBy="ASC")).json()["data"]]
    assert owed == ["9.7500", "10.5000", "10.2500", "10.0000"]


async def test_an_unknown_member_inside_details_is_kept(store_with: Filling) -> None:
    store = await store_with(bc_invoice())

    answer = await store.put(9, {"details": {"customerId": "95075", "header": {"customerId": 5}}})

    assert answer.status_code == 200
    details = (await store.shown())["details"]
    assert (details["customerId"], details["header"]["customerId"]) == ("95075", 5)


async def test_what_is_overdue_is_found_by_its_status_and_its_creation(store_with: Filling) -> None:
    store = await store_with()
    for number, made in (("old", NOON_SECONDS - MONTH - 1), ("new", NOON_SECONDS)):
        assert (await store.post("/invoices", body(number, createdAt=made))).status_code == 200

    found = (await store.get("/invoices", status=0, endDateAt=NOON_SECONDS - MONTH)).json()

    assert [invoice["invoiceNumber"] for invoice in found["data"]] == ["old"]
    assert found["meta"]["pagination"] == {"totalCount": 1, "offset": 0, "limit": 10}
