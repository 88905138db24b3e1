"""What docs/crossing.md says: an invoice born in any dialect, in any status, as each dialect shows and changes it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from billingua.app import create_app
from billingua.core.access import Credential
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.line import Attribute, Charge, ChargeKind
from billingua.core.rounding import STEPWISE, en16931
from billingua.engine.credentials import hash_secret
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant, plant
from billingua.settings import Settings
from billingua.wire.bodies import decode_json
from billingua.wire.replies import encode_json
from tests.builders import (
    NOON,
    a_caller,
    a_credential,
    a_line,
    a_line_tax,
    a_party,
    a_tax,
    a_user,
    a_uuid,
    a_workspace,
    an_invoice,
    an_item,
)

ORIGINS = ("crux", "onlyoffice", "modulus", "bigcommerce", "native")
STATUSES = tuple(Status)
NATIVE = {"Authorization": "Bearer token-native"}
ONLYOFFICE = {"Authorization": "token-onlyoffice"}
BIGCOMMERCE = {"X-Auth-Token": "token-bigcommerce", "X-Store-Hash": "store"}


def number_of(origin: str, status: Status) -> int:
    return 100 + 10 * ORIGINS.index(origin) + STATUSES.index(status)


def born_in(origin: str, status: Status) -> Invoice:
    """Make an invoice that says all that the dialect of its birth can say of lines."""
    id = number_of(origin, status)
    line = a_line(
        id=id,
        item=1,
        sku="SKU-1",
        tax1=a_line_tax() if origin in {"onlyoffice", "native"} else None,
        unit=3 if origin == "modulus" else None,
        discount_per_unit=Decimal("1.5") if origin == "modulus" else Decimal(0),
        order_line=a_uuid(900) if origin == "crux" else None,
        attributes=(Attribute("lot", "L-209"),) if origin == "crux" else None,
        unit_price=Decimal(40),
    )
    return an_invoice(
        id=id,
        uuid=a_uuid(5_000 + id),
        number=f"N-{id}",
        origin=origin,
        status=status,
        due_at=None if origin == "crux" else NOON + timedelta(days=30),
        lines=(line,),
        charges=(Charge(ChargeKind.SHIPPING, Decimal(5)),) if origin == "crux" else (),
        rounding=STEPWISE if origin == "onlyoffice" else en16931("USD"),
        terms="30 days",
        description="",
        purchase_order_number="",
    )


INVOICES = [born_in(origin, status) for origin in ORIGINS for status in STATUSES]
EVERY = [pytest.param(origin, status, id=f"{origin}-{status}") for origin in ORIGINS for status in STATUSES]


def opening(id: int, dialect: str) -> Credential:
    secret = hash_secret(f"token-{dialect}")
    user = "root" if dialect == "onlyoffice" else None
    return a_credential(id=id, uuid=a_uuid(800 + id), dialect=dialect, secret_hash=secret, user=user)


@pytest.fixture
async def client(ledger: Ledger) -> AsyncIterator[httpx.AsyncClient]:
    openings = [opening(id, dialect) for id, dialect in enumerate(ORIGINS, 1)]
    workspace = a_workspace(settings={"bigcommerce": {"store_hash": "store"}})
    others = [a_party(id=10), a_user(username="root", admin=True), an_item(id=1), a_tax(id=1)]
    await ledger.run(a_caller(), plant, Plant(workspace, [*openings, *others, *INVOICES]))
    transport = httpx.ASGITransport(app=create_app(ledger, Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://billingua.test") as client:
        yield client


async def natively(client: httpx.AsyncClient, id: int) -> dict[str, Any]:
    return (await client.get(f"/v1/invoices/{id}", headers=NATIVE)).json()


def without_traces(shown: dict[str, Any]) -> dict[str, Any]:
    """Leave out what writing back changes by contract: moments, versions, and the ids of ONLYOFFICE's lines."""
    lines = [{**line, "id": None} for line in shown["lines"]]
    return {**shown, "version": None, "updated_at": None, "extras": None, "lines": lines}


SHOWN = {
    Status.DRAFT: (1, 0),
    Status.OPEN: (2, 0),
    Status.REJECTED: (3, 0),
    Status.PAID: (4, 2),
    Status.VOID: (5, 2),
}
"""ONLYOFFICE's and BigCommerce's number for each status of the ledger."""


@pytest.mark.parametrize(("origin", "status"), EVERY)
async def test_every_dialect_shows_every_status(client: httpx.AsyncClient, origin: str, status: Status):
    id = number_of(origin, status)
    office = (await client.get(f"/api/2.0/crm/invoice/{id}", headers=ONLYOFFICE)).json()["response"]
    commerce = (await client.get(f"/api/v3/io/ip/invoices/{id}", headers=BIGCOMMERCE)).json()["data"]
    own = await natively(client, id)
    assert (office["status"]["id"], commerce["status"], own["status"]) == (*SHOWN[status], status)
    assert (office["number"], commerce["invoiceNumber"], own["number"]) == (f"N-{id}",) * 3
    assert own["dialect"] == origin


SENT = {Status.DRAFT: Status.OPEN, Status.OPEN: Status.OPEN, Status.PAID: Status.PAID}
VOIDED = {Status.DRAFT: Status.VOID, Status.OPEN: Status.VOID}


@pytest.mark.parametrize(("word", "leads"), [("STATUS_SENT", SENT), ("STATUS_VOID", VOIDED)])
@pytest.mark.parametrize(("origin", "status"), EVERY)
async def test_modulus_sends_and_voids_what_was_born_anywhere(
    client: httpx.AsyncClient, origin: str, status: Status, word: str, leads: dict[Status, Status]
):
    id = number_of(origin, status)
    body = {"invoice_id": id, "invoice_number": f"N-{id}", "status": word}
    answer = await client.patch("/api/inv/v1/Invoice?token=token-modulus", json=body)
    assert answer.status_code == (200 if status in leads else 400)
    if status not in leads:
        assert answer.json()["object"] == {"error_code": 5505}
    assert (await natively(client, id))["status"] == leads.get(status, status)


@pytest.mark.parametrize(("origin", "status"), EVERY)
async def test_bigcommerce_writes_back_what_it_read_without_a_trace(
    client: httpx.AsyncClient, origin: str, status: Status
):
    id = number_of(origin, status)
    before, path = await natively(client, id), f"/api/v3/io/ip/invoices/{id}"
    read = (await client.get(path, headers=BIGCOMMERCE)).json()["data"]
    answer = await client.put(path, headers=BIGCOMMERCE, json=read)
    assert answer.status_code == (400 if status is Status.VOID else 200), answer.text
    assert without_traces(await natively(client, id)) == without_traces(before)


@pytest.mark.parametrize("origin", ORIGINS)
async def test_onlyoffice_writes_back_a_draft_that_it_read_without_a_trace(client: httpx.AsyncClient, origin: str):
    id = number_of(origin, Status.DRAFT)
    before, path = await natively(client, id), f"/api/2.0/crm/invoice/{id}"
    read = (await client.get(path, headers=ONLYOFFICE)).json()["response"]
    written = {**read, "contactId": read["contact"]["id"], "currency": read["currency"]["abbreviation"]}
    answer = await client.put(path, headers=ONLYOFFICE, json=written)
    assert answer.status_code == 200, answer.text
    assert without_traces(await natively(client, id)) == without_traces(before)


EXACT = {"quantity": "2.125", "unit_price": "12.345"}


@pytest.mark.parametrize(
    ("changed", "becomes"),
    [
        ({}, EXACT),
        ({"price": Decimal("12.35")}, EXACT | {"unit_price": "12.35"}),
        ({"quantity": Decimal("2.13")}, EXACT | {"quantity": "2.13"}),
        ({"price": Decimal("12.355")}, EXACT | {"unit_price": "12.36"}),
    ],
    ids=str,
)
async def test_onlyoffice_rounds_what_it_changes_and_keeps_digits_that_it_writes_back(
    client: httpx.AsyncClient, changed: dict[str, Decimal], becomes: dict[str, str]
):
    id = number_of("native", Status.DRAFT)
    patch = {"lines": [{"item_id": 1, **EXACT}]}
    assert (await client.patch(f"/v1/invoices/{id}", headers=NATIVE, json=patch)).status_code == 200
    path = f"/api/2.0/crm/invoice/{id}"
    read = decode_json((await client.get(path, headers=ONLYOFFICE)).content)["response"]
    lines = [line | changed for line in read["invoiceLines"]]
    body = {**read, "contactId": 10, "currency": "USD", "invoiceLines": lines}
    headers = ONLYOFFICE | {"Content-Type": "application/json"}
    answer = await client.put(path, headers=headers, content=encode_json(body))
    assert answer.status_code == 200, answer.text
    (line,) = (await natively(client, id))["lines"]
    assert {name: line[name] for name in becomes} == becomes


@pytest.mark.parametrize(("rate", "becomes"), [("1.0375", "1.0375"), ("1.04", "1.04"), ("1.045", "1.05")])
async def test_onlyoffice_rounds_a_rate_of_exchange_that_it_changes_and_no_other(
    client: httpx.AsyncClient, rate: str, becomes: str
):
    id = number_of("native", Status.DRAFT)
    patched = await client.patch(f"/v1/invoices/{id}", headers=NATIVE, json={"exchange_rate": "1.0375"})
    assert patched.status_code == 200
    path = f"/api/2.0/crm/invoice/{id}"
    read = (await client.get(path, headers=ONLYOFFICE)).json()["response"]
    body = {**read, "contactId": 10, "currency": "USD", "exchangeRate": rate}
    answer = await client.put(path, headers=ONLYOFFICE, json=body)
    assert answer.status_code == 200, answer.text
    assert (await natively(client, id))["exchange_rate"] == becomes


async def pay(client: httpx.AsyncClient, id: int, amount: str) -> httpx.Response:
    lines = [{"invoiceId": id, "amount": amount}]
    body = {"lineItems": lines, "currency": "USD", "details": {"memo": "Wire 7"}, "customerId": "10"}
    return await client.post("/api/v3/io/ip/payments/offline", headers=BIGCOMMERCE, json=body)


async def seen(client: httpx.AsyncClient, id: int) -> tuple[int, int, str, str]:
    """Tell the status of an invoice in ONLYOFFICE, BigCommerce and our own API, and what is owed there."""
    office = (await client.get(f"/api/2.0/crm/invoice/{id}", headers=ONLYOFFICE)).json()["response"]
    commerce = (await client.get(f"/api/v3/io/ip/invoices/{id}", headers=BIGCOMMERCE)).json()["data"]
    own = await natively(client, id)
    assert Decimal(own["balances"]["open"]) == Decimal(commerce["openBalance"]["value"])
    return office["status"]["id"], commerce["status"], own["status"], commerce["openBalance"]["value"]


async def voids_in_modulus(client: httpx.AsyncClient, id: int) -> bool:
    body = {"invoice_id": id, "invoice_number": f"N-{id}", "status": "STATUS_VOID"}
    return (await client.patch("/api/inv/v1/Invoice?token=token-modulus", json=body)).status_code == 200


PAID_IN_PART = {Status.DRAFT: (2, 1, "open"), Status.OPEN: (2, 1, "open"), Status.PAID: (4, 2, "paid")}


@pytest.mark.parametrize(("origin", "status"), EVERY)
async def test_every_dialect_shows_what_a_payment_of_a_part_did(client: httpx.AsyncClient, origin: str, status: Status):
    id = number_of(origin, status)
    before = await seen(client, id)
    answer = await pay(client, id, "1.0001")
    assert answer.status_code == (200 if status in PAID_IN_PART else 422), answer.text
    if status in PAID_IN_PART:
        owed = f"{Decimal(before[-1]) - Decimal('1.0001')}"
        assert await seen(client, id) == (*PAID_IN_PART[status], owed)
    else:
        assert await seen(client, id) == before


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("status", [Status.DRAFT, Status.OPEN])
async def test_every_dialect_shows_that_an_invoice_is_paid_and_that_its_payment_was_taken_back(
    client: httpx.AsyncClient, origin: str, status: Status
):
    id = number_of(origin, status)
    owed = (await seen(client, id))[-1]
    payment = (await pay(client, id, owed)).json()["data"]["paymentId"]
    assert await seen(client, id) == (4, 2, "paid", "0.0000")
    assert not await voids_in_modulus(client, id)
    await client.delete(f"/api/v3/io/ip/payments/{payment}", headers=BIGCOMMERCE)
    assert await seen(client, id) == (2, 0, "open", owed)
    assert await voids_in_modulus(client, id)


@pytest.mark.parametrize("origin", ORIGINS)
async def test_a_payment_of_an_invoice_that_modulus_voided_is_taken_back_and_nothing_is_owed(
    client: httpx.AsyncClient, origin: str
):
    id = number_of(origin, Status.OPEN)
    payment = (await pay(client, id, "1")).json()["data"]["paymentId"]
    assert await voids_in_modulus(client, id)
    path = f"/api/v3/io/ip/payments/{payment}/processing-status"
    assert (await client.put(path, headers=BIGCOMMERCE, json={"processingStatus": 4})).status_code == 200
    assert await seen(client, id) == (5, 2, "void", "0.0000")


async def in_the_store(client: httpx.AsyncClient, payment: int) -> Any:
    return (await client.get(f"/api/v3/io/ip/payments/{payment}", headers=BIGCOMMERCE)).json()["data"]


@pytest.mark.parametrize("origin", ORIGINS)
async def test_a_payment_of_our_own_api_is_seen_and_changed_in_bigcommerce_and_read_back(
    client: httpx.AsyncClient, origin: str
):
    id, draft = number_of(origin, Status.OPEN), number_of(origin, Status.DRAFT)
    owed = (await seen(client, id))[-1]
    lines = [{"invoice_id": id, "amount": "1.0001"}, {"invoice_id": draft, "amount": "2"}]
    body = {"party_id": 10, "lines": lines, "memo": "Wire 7", "method": "wire", "received_at": "2024-12-01T00:00:00Z"}
    own = (await client.post("/v1/payments", headers=NATIVE, json=body)).json()
    path = f"/v1/payments/{own['id']}"

    there = await in_the_store(client, own["id"])
    assert (there["payerName"], there["details"]["memo"], there["processingStatus"]) == (
        "Store offline payment",
        "Wire 7",
        3,
    )
    assert [(line["invoiceId"], line["amount"]["value"]) for line in there["lineItems"]] == [
        (id, "1.0001"),
        (draft, "2.0000"),
    ]
    changed = {
        "lineItems": [{"invoiceId": id, "amount": owed}],
        "currency": "USD",
        "details": {"memo": "Wire 8"},
        "customerId": "10",
    }
    answer = await client.put(f"/api/v3/io/ip/payments/offline/{own['id']}", headers=BIGCOMMERCE, json=changed)
    assert answer.status_code == 200, answer.text
    assert await seen(client, id) == (4, 2, "paid", "0.0000")
    back = (await client.get(path, headers=NATIVE)).json()
    kept = ("id", "uuid", "method", "received_at", "receipt_id", "party", "currency")
    assert {name: back[name] for name in kept} == {name: own[name] for name in kept}
    assert (back["memo"], [line["invoice_id"] for line in back["lines"]]) == ("Wire 8", [id])
    failed = (await client.post(f"{path}/fail", headers=NATIVE)).json()
    assert (failed["status"], (await in_the_store(client, own["id"]))["processingStatus"]) == ("incomplete", 0)
    assert await seen(client, id) == (2, 0, "open", owed)


async def test_a_payment_of_bigcommerce_is_seen_and_changed_in_our_own_api_and_read_back(client: httpx.AsyncClient):
    id = number_of("bigcommerce", Status.OPEN)
    payment = (await pay(client, id, "1.5")).json()["data"]["paymentId"]
    there = await in_the_store(client, payment)

    own = (await client.get(f"/v1/payments/{payment}", headers=NATIVE)).json()
    assert (own["payer"], own["payer_id"], own["total"]) == ("Store offline payment", "10", "1.50")
    assert (own["extras"], own["status"]) == ({"bigcommerce": {"fundingStatus": 2}}, "completed")
    patched = await client.patch(f"/v1/payments/{payment}", headers=NATIVE, json={"memo": "seen", "payer": "Lara"})
    assert patched.status_code == 200, patched.text

    after = await in_the_store(client, payment)
    assert {name for name in there if there[name] != after[name]} <= {"details", "payerName", "updatedAt", "moduleData"}
    assert (after["details"]["memo"], after["payerName"], after["createdAt"]) == ("seen", "Lara", there["createdAt"])
    assert (await client.get(f"/v1/invoices/{id}/payments", headers=NATIVE)).json()["items"] == [patched.json()]


@pytest.mark.parametrize("origin", ORIGINS)
async def test_an_invoice_that_our_own_api_pays_leaves_a_payment_in_bigcommerce(client: httpx.AsyncClient, origin: str):
    id = number_of(origin, Status.OPEN)
    owed = (await seen(client, id))[-1]
    assert (await client.post(f"/v1/invoices/{id}/pay", headers=NATIVE)).status_code == 200
    assert await seen(client, id) == (4, 2, "paid", "0.0000")
    listed = (await client.get(f"/api/v3/io/ip/payments?invoiceId={id}", headers=BIGCOMMERCE)).json()["data"]
    assert [one["total"]["value"] for one in listed] == [owed]


@pytest.mark.parametrize("origin", ORIGINS)
async def test_a_payment_of_an_invoice_that_onlyoffice_rejected_is_taken_back(client: httpx.AsyncClient, origin: str):
    id = number_of(origin, Status.OPEN)
    owed = (await seen(client, id))[-1]
    payment = (await pay(client, id, "1")).json()["data"]["paymentId"]
    rejected = await client.put("/api/2.0/crm/invoice/status/3", headers=ONLYOFFICE, json={"invoiceids": [id]})
    assert rejected.status_code == 200, rejected.text
    await client.delete(f"/api/v3/io/ip/payments/{payment}", headers=BIGCOMMERCE)
    assert await seen(client, id) == (3, 0, "rejected", owed)
