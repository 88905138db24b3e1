"""The history of an invoice: who changed what, when, through which dialect, sealed in a chain."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, get_type_hints

import pytest

from billingua.core.credit import CreditLine, CreditNote
from billingua.core.invoice import Invoice
from billingua.core.item import Item
from billingua.core.lifecycle import Action
from billingua.core.line import Charge, InvoiceLine
from billingua.core.order import Order, OrderFees, OrderLine, Shipment, SupplierTerms
from billingua.core.payment import PaymentLine
from billingua.core.receipt import Receipt, ReceiptLine
from billingua.core.rounding import Rounding
from billingua.core.tax import LineTax
from billingua.dialects.native import responses
from billingua.dialects.native.responses.history import NUMBERS
from billingua.dialects.native.vocabulary import instant
from billingua.engine.content import LineContent
from billingua.engine.deleting import delete_invoice
from billingua.engine.invoices import AmendInvoice, ChangeStatus, amend_invoice, change_status
from billingua.engine.journal import Entry
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


OF_INVOICES = (Invoice, InvoiceLine, Charge, LineTax, Rounding)
OF_ORDERS = (Order, OrderLine, OrderFees, SupplierTerms, Shipment)


def test_every_exact_number_of_an_invoice_is_written_as_a_text() -> None:
    decimals = {
        name
        for kind in (*OF_INVOICES, *OF_ORDERS, CreditNote, CreditLine, Item, PaymentLine, Receipt, ReceiptLine)
        for name, hint in get_type_hints(kind).items()
        if hint in {Decimal, Decimal | None}
    }

    assert decimals == NUMBERS


async def test_an_invoice_is_shown_as_it_was_in_each_version(native: Native) -> None:
    shown = [(await native.get("/v1/invoices/35")).json()]
    for hour, terms in enumerate(("7 days", "9 days"), 1):
        native.clock.set(NOON + timedelta(hours=hour))
        await native.ledger.run(a_caller(), amend_invoice, AmendInvoice(invoice=35, fields={"terms": terms}))
        shown.append((await native.get("/v1/invoices/35")).json())

    for hour, expected in enumerate(shown):
        at = instant(NOON + timedelta(hours=hour, minutes=59))
        past = await native.get("/v1/invoices/35", as_of=hour + 1)
        assert past.json() == expected
        assert (await native.get("/v1/invoices/35", as_of=at)).json() == expected
        assert (await native.get(f"/v1/invoices/{expected['uuid']}", as_of=at)).json() == expected
        assert "etag" not in past.headers


@pytest.mark.parametrize("when", [0, 2, "2024-12-26T11:59:59Z"])
async def test_an_invoice_is_not_there_before_it_was_nor_in_versions_that_it_never_had(
    native: Native, when: Any
) -> None:
    answer = await native.get("/v1/invoices/35", as_of=when)

    assert (answer.status_code, answer.json()["type"]) == (404, "/docs/problems/invoice-not-found")


@pytest.mark.parametrize("when", ["yesterday", "2024-12-26", "-1", "99999999999", "1.5", "²"])
async def test_only_a_version_or_a_moment_says_when(native: Native, when: str) -> None:
    answer = await native.get("/v1/invoices/35", as_of=when)

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "as_of")


async def test_what_was_deleted_is_shown_as_it_was_by_its_id(native: Native) -> None:
    await native.ledger.run(a_caller(), delete_invoice, 35)

    past = await native.get("/v1/invoices/35", as_of=1)

    assert (past.status_code, past.json()["status"]) == (200, "open")
    assert (await native.get("/v1/invoices/35", as_of=2)).status_code == 404
    assert (await native.get(f"/v1/invoices/{past.json()['uuid']}", as_of=1)).status_code == 404


async def test_who_deleted_an_invoice_is_told_by_its_id(native: Native) -> None:
    uuid = (await native.get("/v1/invoices/35")).json()["uuid"]
    await native.ledger.run(a_caller(actor="eve"), delete_invoice, 35)

    first, last = await told(native)

    assert (first["version"], last["version"], last["actor"], last["action"]) == (1, 2, "eve", "delete_invoice")
    assert last["changes"][0].keys() == {"path", "before"}
    assert (await native.get(f"/v1/invoices/{uuid}/history")).status_code == 404
    assert (await native.get("/v1/invoices/99/history")).status_code == 404


async def test_a_whole_history_is_found_to_be_so(native: Native) -> None:
    answer = await native.get("/v1/history/verify")

    told = answer.json()
    assert (told["whole"], told["breaks"]) == (True, [])
    assert told["records"] == told["entries"] > 5


async def test_a_break_is_named_to_the_workspace_that_has_it_alone(
    native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = native.ledger.store.journal

    async def tampered(workspace: str | None = None) -> AsyncIterator[Entry]:
        async for entry in walk(workspace):
            is_invoice = entry.kind == "invoice"
            yield replace(entry, body=entry.body.replace(b"ida", b"eve")) if is_invoice else entry

    monkeypatch.setattr(native.ledger.store, "journal", tampered)

    told = (await native.get("/v1/history/verify")).json()
    elsewhere = await native.client.get("/v1/history/verify", headers={"Authorization": "Bearer elsewhere"})

    why = "the entry is not the one that was sealed"
    assert (told["whole"], told["breaks"]) == (False, [{"kind": "invoice", "id": 35, "version": 1, "why": why}])
    assert elsewhere.json()["whole"]
