"""The history of an invoice: who changed what, when, through which dialect, sealed in a chain."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, get_type_hints

import pytest

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Action
from billingua.core.line import Charge, InvoiceLine
from billingua.core.rounding import Rounding
from billingua.core.tax import LineTax
from billingua.dialects.native import responses
from billingua.dialects.native.responses.history import NUMBERS
from billingua.engine.content import LineContent
from billingua.engine.invoices import AmendInvoice, ChangeStatus, amend_invoice, change_status
from tests.builders import NOON, a_caller, an_invoice
from tests.dialects.native.conftest import Native, Planting


@pytest.fixture
async def native(native_with: Planting) -> Native:
    return await native_with(an_invoice(extras={"bigcommerce": {"source": 0}}, original_balance=Decimal("100.00")))


async def told(native: Native) -> list[dict[str, Any]]:
    answer = await native.get("/v1/invoices/35/history")
    assert answer.status_code == 200
    assert answer.json().keys() == {"items"}
    return answer.json()["items"]


async def test_each_change_is_told_with_who_when_and_what(native: Native) -> None:
    amendment = AmendInvoice(invoice=35, fields={"open_balance": Decimal("12.0000"), "terms": "7 days"})
    await native.ledger.run(a_caller(actor="bob", dialect="bigcommerce", request="r-2"), amend_invoice, amendment)
    native.clock.set(NOON + timedelta(microseconds=1))
    void = ChangeStatus(invoice=35, action=Action.VOID)
    await native.ledger.run(a_caller(actor="eve", dialect="modulus", request="r-3"), change_status, void)

    first, second, third = await told(native)

    assert {key: first[key] for key in first.keys() - {"changes", "hash"}} == {
        "version": 1,
        "at": "2024-12-26T12:00:00Z",
        "actor": "ida",
        "dialect": "native",
        "request_id": "request-1",
        "action": "plant",
        "previous_hash": "0" * 64,
    }
    assert {key: second[key] for key in second.keys() - {"hash"}} == {
        "version": 2,
        "at": "2024-12-26T12:00:00Z",
        "actor": "bob",
        "dialect": "bigcommerce",
        "request_id": "r-2",
        "action": "amend_invoice",
        "changes": [
            {"path": "/open_balance", "before": "100.00", "after": "12.0000"},
            {"path": "/terms", "before": None, "after": "7 days"},
        ],
        "previous_hash": first["hash"],
    }
    assert (third["version"], third["actor"], third["dialect"], third["at"]) == (
        3,
        "eve",
        "modulus",
        "2024-12-26T12:00:00.000001Z",
    )
    assert third["previous_hash"] == second["hash"]


async def test_the_hashes_are_those_of_the_sealed_chain(native: Native) -> None:
    await native.ledger.run(a_caller(), amend_invoice, AmendInvoice(invoice=35, fields={"terms": "7 days"}))

    entries = await native.ledger.history(a_caller(), "invoice", 35)

    for item, entry in zip(await told(native), entries, strict=True):
        assert item["hash"] == sha256(bytes.fromhex(item["previous_hash"]) + entry.body).hexdigest()


async def test_the_time_that_is_told_is_the_sealed_one(native: Native) -> None:
    (entry,) = await native.ledger.history(a_caller(), "invoice", 35)

    answer = json.loads(responses.history([replace(entry, at=NOON.replace(year=1970))]).body)

    assert answer["items"][0]["at"] == "2024-12-26T12:00:00Z"


async def test_the_first_entry_tells_the_whole_invoice_with_exact_numbers(native: Native) -> None:
    (first,) = await told(native)

    (change,) = first["changes"]
    assert (change["path"], "before" in change) == ("", False)
    written = change["after"]
    assert (written["id"], written["original_balance"], written["exchange_rate"]) == (35, "100.00", "1")
    assert written["lines"][0]["quantity"] == "1"
    assert written["rounding"]["places"] == 2
    assert written["extras"] == {"bigcommerce": {"source": 0}}


async def test_lines_that_come_and_go_have_one_side_alone(native: Native) -> None:
    line = LineContent(sku="S", quantity=Decimal("1.50"), unit_price=Decimal(3))
    await native.ledger.run(a_caller(), amend_invoice, AmendInvoice(invoice=35, lines=[line, line]))
    await native.ledger.run(a_caller(), amend_invoice, AmendInvoice(invoice=35, lines=[line]))

    _, grown, shrunk = await told(native)

    assert {change["path"]: change for change in grown["changes"]}["/lines/0/unit_price"] == {
        "path": "/lines/0/unit_price",
        "before": "100",
        "after": "3",
    }
    added = next(change for change in grown["changes"] if change["path"] == "/lines/1")
    assert ("before" in added, added["after"]["quantity"], added["after"]["unit_price"]) == (False, "1.50", "3")
    removed = next(change for change in shrunk["changes"] if change["path"] == "/lines/1")
    assert ("after" in removed, removed["before"]["quantity"]) == (False, "1.50")


async def test_extras_keep_their_own_kinds(native: Native) -> None:
    extras = {"source": 1, "rate": Decimal("1.50"), "amount": 7}
    amendment = AmendInvoice(invoice=35, extras=extras)
    await native.ledger.run(a_caller(dialect="bigcommerce"), amend_invoice, amendment)

    answer = await native.get("/v1/invoices/35/history")

    assert '{"path":"/extras/bigcommerce/rate","after":1.50}' in answer.text
    assert '{"path":"/extras/bigcommerce/amount","after":7}' in answer.text
    assert '{"path":"/extras/bigcommerce/source","before":0,"after":1}' in answer.text


def test_every_exact_number_of_an_invoice_is_written_as_a_text() -> None:
    decimals = {
        name
        for kind in (Invoice, InvoiceLine, Charge, LineTax, Rounding)
        for name, hint in get_type_hints(kind).items()
        if hint in {Decimal, Decimal | None}
    }

    assert decimals == NUMBERS
