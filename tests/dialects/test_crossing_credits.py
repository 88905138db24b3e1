"""What docs/crossing.md says of credit notes: how dialects show a credited invoice, and what none does to it."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from billingua.engine.clock import SandboxClock
from billingua.engine.ledger import Ledger
from tests.builders import SUPPLIER, a_line, a_uuid, an_invoice
from tests.dialects.crossroads import (
    CUSTOMER,
    DAWN,
    DIALECTS,
    ORDERS,
    a_modulus_change,
    a_payment_of,
    an_office_body,
    an_office_change,
    asking,
    begin,
    usd,
)
from tests.dialects.test_crossing_pairs import Crossroads

INVOICES = [
    an_invoice(
        id=id,
        uuid=a_uuid(9_900 + id),
        number=f"N-{id}",
        number_scope=f"{ORDERS[104].uuid}/{SUPPLIER}" if origin == "crux" else "",
        origin=origin,
        party=CUSTOMER,
        supplier=SUPPLIER if origin == "crux" else None,
        order=104 if origin == "crux" else None,
        lines=(a_line(id=id, item=1, quantity=Decimal(10), unit_price=Decimal(10)),),
    )
    for id, origin in enumerate(DIALECTS, 1)
]
"""An open invoice over 100, born in each dialect."""
IDS = [pytest.param(invoice.id, id=invoice.origin) for invoice in INVOICES]


@pytest.fixture
async def crossroads(ledger: Ledger, clock: SandboxClock) -> AsyncIterator[Crossroads]:
    """Clients of all dialects, before whom 40 of each invoice were credited."""
    clock.set(DAWN)
    transport = httpx.ASGITransport(app=await begin(ledger, *INVOICES))
    async with httpx.AsyncClient(transport=transport, base_url="http://billingua.test") as client:
        met = Crossroads(client, ledger)
        for invoice in INVOICES:
            lines = [{"line_id": invoice.id, "quantity": 4}]
            await done(met, "native", "POST", f"/invoices/{invoice.id}/credit", {"lines": lines})
        yield met


async def done(met: Crossroads, who: str, verb: str, path: str, body: Any = None) -> Any:
    answer = await met.send(asking(who, verb, path, body))
    assert answer.status_code in {200, 201}, answer.content
    return answer.json()


async def natively(met: Crossroads, id: int) -> Any:
    return await done(met, "native", "GET", f"/invoices/{id}")


async def seen(met: Crossroads, id: int) -> tuple[int, int, str, str]:
    """Tell the status of an invoice in ONLYOFFICE, BigCommerce and our own API, and what is owed there."""
    office = (await done(met, "onlyoffice", "GET", f"/invoice/{id}"))["response"]
    commerce = (await done(met, "bigcommerce", "GET", f"/invoices/{id}"))["data"]
    own = await natively(met, id)
    assert Decimal(own["balances"]["open"]) == Decimal(commerce["openBalance"]["value"])
    assert (office["cost"], Decimal(commerce["originalBalance"]["value"])) == (100, 100)
    return office["status"]["id"], commerce["status"], own["status"], own["balances"]["open"]


@pytest.mark.parametrize("id", IDS)
async def test_every_dialect_shows_what_is_owed_less_what_was_credited(crossroads: Crossroads, id: int):
    assert await seen(crossroads, id) == (2, 1, "open", "60.00")
    assert (await natively(crossroads, id))["balances"]["credited"] == "40.00"

    await done(crossroads, "native", "POST", f"/invoices/{id}/credit")
    assert await seen(crossroads, id) == (4, 2, "paid", "0.00")


async def test_crux_lists_a_credited_invoice_with_all_that_was_invoiced(crossroads: Crossroads):
    listed = await done(crossroads, "retailer", "GET", f"/orders/{ORDERS[104].uuid}/invoices/")
    (invoice,) = listed["invoices"]
    assert invoice["invoice_uuid"] == str(INVOICES[0].uuid)
    assert [line["quantity_invoiced"] for line in invoice["invoice_items"]] == [10]


@pytest.mark.parametrize("id", IDS)
async def test_what_is_left_is_paid_and_what_is_credited_of_that_is_due_back(crossroads: Crossroads, id: int):
    assert (await crossroads.send(a_payment_of(id, "60"))).status_code == 200
    assert await seen(crossroads, id) == (4, 2, "paid", "0.00")

    note = await done(crossroads, "native", "POST", f"/invoices/{id}/credit")
    assert (note["total"], note["refund_due"]) == ("60.00", "60.00")
    assert await seen(crossroads, id) == (4, 2, "paid", "0.00")
    balances = {"originalBalance": usd("100"), "openBalance": usd("25")}
    await done(crossroads, "bigcommerce", "PUT", f"/invoices/{id}", balances)
    assert await seen(crossroads, id) == (4, 2, "paid", "25.00")
    assert (await natively(crossroads, id))["balances"]["refund_due"] == "0.00"


@pytest.mark.parametrize("id", IDS)
async def test_onlyoffice_neither_deletes_nor_rejects_nor_edits_what_is_credited(crossroads: Crossroads, id: int):
    before = await natively(crossroads, id)
    deleted = await crossroads.send(asking("onlyoffice", "DELETE", f"/invoice/{id}"))
    assert (deleted.status_code, deleted.json()["error"]["message"]) == (403, "Access Denied")
    several = await done(crossroads, "onlyoffice", "DELETE", "/invoice", {"invoiceids": [id]})
    assert several["response"] == []
    rejected = await crossroads.send(an_office_change(id, "Rejected"))
    assert (rejected.status_code, (await seen(crossroads, id))[0]) == (200, 2)
    edited = await crossroads.send(asking("onlyoffice", "PUT", f"/invoice/{id}", an_office_body()))
    assert edited.status_code == 404
    assert await natively(crossroads, id) == before


LINE = {"lineItems": [{"sku": "SKU-1", "description": "Lamp", "quantity": "1", "unitPrice": usd("1")}]}


@pytest.mark.parametrize("id", IDS)
async def test_bigcommerce_neither_deletes_nor_restates_what_is_credited(crossroads: Crossroads, id: int):
    before = await natively(crossroads, id)
    euros = {"code": "EUR", "value": "100"}
    changes = [
        asking("bigcommerce", "DELETE", f"/invoices/{id}"),
        asking("bigcommerce", "PUT", f"/invoices/{id}", {"originalBalance": euros, "openBalance": euros}),
    ]
    if INVOICES[id - 1].origin == "bigcommerce":
        changes.append(asking("bigcommerce", "PUT", f"/invoices/{id}", {"details": {"details": LINE}}))
    for change in changes:
        refused = await crossroads.send(change)
        assert refused.status_code == 400
        text = "The invoice has credit notes and cannot be changed like this; "
        assert refused.json()["meta"] == {"message": "Bad Requests Error", "errors": text}
    assert await natively(crossroads, id) == before
    await done(crossroads, "bigcommerce", "PUT", f"/invoices/{id}", {"termsConditions": "Net 60"})
    assert (await natively(crossroads, id))["terms"] == "Net 60"


@pytest.mark.parametrize("id", IDS)
async def test_modulus_and_our_own_api_do_not_void_what_is_credited(crossroads: Crossroads, id: int):
    before = await natively(crossroads, id)
    voided = await crossroads.send(a_modulus_change(id, f"N-{id}", "STATUS_VOID"))
    assert (voided.status_code, b"5505" in voided.content) == (400, True)
    for verb, path in (("POST", "/void"), ("POST", "/reject"), ("DELETE", "")):
        refused = await crossroads.send(asking("native", verb, f"/invoices/{id}{path}"))
        assert (refused.status_code, refused.json()["type"]) == (409, "/docs/problems/invoice-credited")
    assert await natively(crossroads, id) == before


@pytest.mark.parametrize("id", IDS)
async def test_once_its_notes_are_void_an_invoice_is_as_it_was(crossroads: Crossroads, id: int):
    (note,) = (await done(crossroads, "native", "GET", f"/credit-notes?invoice={id}"))["items"]
    await done(crossroads, "native", "POST", f"/credit-notes/{note['id']}/void")
    assert await seen(crossroads, id) == (2, 0, "open", "100.00")
    assert (await crossroads.send(a_modulus_change(id, f"N-{id}", "STATUS_VOID"))).status_code == 200
    assert await seen(crossroads, id) == (5, 2, "void", "0.00")
