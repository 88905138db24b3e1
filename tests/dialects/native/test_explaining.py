"""An invoice seen through: how its totals come about, and how other dialects show it to whoever asks."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from billingua.app import VIEWS, create_app
from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind
from billingua.core.rounding import STEPWISE
from billingua.engine.credentials import hash_secret
from billingua.settings import Settings
from tests.builders import a_credential, a_line, a_line_tax, a_party, a_user, an_invoice
from tests.dialects.native.conftest import Native, Planting


async def test_totals_are_explained_step_by_step(native_with: Planting) -> None:
    lines = (a_line(quantity=Decimal(3), unit_price=Decimal("0.335"), tax1=a_line_tax(20)),)
    charges = (Charge(ChargeKind.SHIPPING, Decimal(5)),)
    native = await native_with(an_invoice(lines=lines, charges=charges, rounding=STEPWISE))

    told = (await native.get("/v1/invoices/35/explain")).json()

    assert told["rounding"]["mode"] == "half_even"
    assert told["steps"][0] == {
        "figure": "/lines/0/gross",
        "rule": "quantity times price",
        "operation": "multiply",
        "operands": [
            {"figure": "/lines/0/quantity", "value": "3"},
            {"figure": "/lines/0/unit_price", "value": "0.335"},
        ],
        "exact": "1.005",
        "rounded": {"places": 2, "mode": "half_even"},
        "result": "1",
    }
    assert told["steps"][1]["rounded"] is None
    assert (told["steps"][-1]["figure"], told["steps"][-1]["result"]) == ("/totals/grand_total", "6.2")
    assert told["totals"] == (await native.get("/v1/invoices/35")).json()["totals"]


@pytest.fixture
async def native(native_with: Planting) -> AsyncIterator[Native]:
    native = await native_with(
        an_invoice(order=104),
        an_invoice(id=36, status=Status.DRAFT, party=12),
        a_party(id=12, private=True),
        a_user(),
        a_credential(id=20, user="ida", secret_hash=hash_secret("ida")),
    )
    transport = httpx.ASGITransport(app=create_app(native.ledger, Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://billingua.test") as client:
        client.event_hooks = native.client.event_hooks
        native.client = client
        yield native


async def shown(native: Native, dialect: str, invoice: int = 35) -> Any:
    answer = await native.get(f"/v1/invoices/{invoice}/as/{dialect}")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["dialect"] == dialect
    return told


async def test_each_dialect_shows_an_invoice_in_its_own_words(native: Native) -> None:
    assert (await shown(native, "bigcommerce"))["body"]["data"]["invoiceNumber"] == "INV-35"
    assert (await shown(native, "onlyoffice"))["body"]["response"]["number"] == "INV-35"
    assert (await shown(native, "crux"))["body"]["invoice_number"] == "INV-35"
    assert (await shown(native, "native"))["body"] == (await native.get("/v1/invoices/35")).json()


async def test_what_a_dialect_cannot_show_it_refuses_in_its_own_voice(native: Native) -> None:
    told = await shown(native, "crux", 36)

    assert told["status"] == 404


@pytest.mark.parametrize("dialect", ["onlyoffice"])
async def test_it_is_shown_to_whoever_asks(native: Native, dialect: str) -> None:
    answer = await native.client.get(f"/v1/invoices/36/as/{dialect}", headers={"Authorization": "Bearer ida"})

    assert answer.json()["status"] == 403


@pytest.mark.parametrize("dialect", ["modulus", "esperanto"])
async def test_a_dialect_that_shows_no_invoices_is_none(native: Native, dialect: str) -> None:
    answer = await native.get(f"/v1/invoices/35/as/{dialect}")

    assert (answer.status_code, answer.json()["type"]) == (404, "/docs/problems/not-shown")
    assert dialect not in VIEWS


@pytest.mark.parametrize("path", ["explain", "as/crux", "as/native"])
async def test_an_invoice_that_is_not_there_is_not_shown(native: Native, path: str) -> None:
    assert (await native.get(f"/v1/invoices/99/{path}")).status_code == 404
