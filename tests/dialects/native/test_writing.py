"""Invoices that are written, done things to and deleted through our own API."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billingua.core.lifecycle import TRANSITIONS, Status
from billingua.core.line import Attribute, Charge, ChargeKind
from billingua.core.rounding import STEPWISE
from billingua.dialects.native import requests
from billingua.dialects.native.errors import BodyInvalid
from billingua.dialects.native.requests import bodies
from billingua.dialects.native.requests.merging import merge, patched
from billingua.dialects.native.vocabulary import ACTIONS
from billingua.engine.invoices import AmendInvoice, amend_invoice
from tests.builders import (
    a_caller,
    a_line,
    a_line_tax,
    a_party,
    a_tax,
    a_uuid,
    an_address,
    an_invoice,
    an_item,
    an_opportunity,
)
from tests.dialects.native.conftest import BEARER, Native, Planting

DRAFT = an_invoice(status=Status.DRAFT)
CONTENT = {
    "number": "N-1",
    "party_id": 10,
    "currency": "EUR",
    "issued_at": "2024-12-24T12:00:00+01:00",
    "due_at": "2025-01-24T12:00:00Z",
    "terms": "30 days",
    "lines": [
        {"item_id": 1, "description": "Lamp", "quantity": "2.5", "unit_price": "12.345", "tax_ids": [1]},
        {"sku": "X", "quantity": 1, "unit_price": 3.20, "discount_percent": 10},
    ],
    "charges": [{"kind": "shipping", "amount": "5"}],
}


@pytest.fixture
async def native(native_with: Planting) -> Native:
    return await native_with(DRAFT, an_item(), a_tax())


async def send(native: Native, verb: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    sent = {
        "Content-Type": "application/json",
        **BEARER,
        **{name.replace("_", "-"): it for name, it in headers.items()},
    }
    return (
        await native.client.request(verb, path, headers=sent, json=body)
        if body is not None
        else (await native.client.request(verb, path, headers=sent))
    )


def told(answer: httpx.Response, status: int, name: str) -> Any:
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (status, f"/docs/problems/{name}"), answer.text
    return problem


async def test_an_invoice_is_written_as_a_draft(native: Native) -> None:
    answer = await send(native, "POST", "/v1/invoices", CONTENT)

    invoice = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert (invoice["status"], invoice["dialect"], invoice["issued_at"]) == ("draft", "native", "2024-12-24T11:00:00Z")
    assert [line["net"] for line in invoice["lines"]] == ["30.86", "2.88"]
    assert invoice["lines"][0]["taxes"] == [{"id": 1, "name": "VAT", "rate": "20", "amount": None}]
    assert invoice["totals"]["grand_total"] == "44.91"
    nothing = {"credited": "0.00", "refund_due": "0.00"}
    assert invoice["balances"] == {"original": "44.91", "open": "44.91", "paid": "0.00", **nothing}
    assert (await native.get(f"/v1/invoices/{invoice['id']}")).json() == invoice


async def test_a_new_invoice_needs_a_number_and_a_party_alone(native: Native) -> None:
    invoice = (await send(native, "POST", "/v1/invoices", {"number": "N-1", "party_id": 10})).json()

    assert (invoice["currency"], invoice["issued_at"]) == ("USD", "2024-12-26T12:00:00Z")
    assert (invoice["totals"]["grand_total"], invoice["rounding"]["places"]) == ("0.00", 2)


@pytest.mark.parametrize(
    ("wrong", "status", "name", "pointer"),
    [
        ({"number": None}, 400, "invalid-body", "/number"),
        ({"number": ""}, 400, "invalid-body", "/number"),
        ({"number": " \u00a0"}, 400, "invalid-body", "/number"),
        ({"party_id": "10"}, 400, "invalid-body", "/party_id"),
        ({"colour": "red"}, 400, "invalid-body", "/colour"),
        ({"currency": "euro"}, 400, "invalid-body", "/currency"),
        ({"currency": "QQQ"}, 400, "invalid-body", "/currency"),
        ({"issued_at": "2024-12-26"}, 400, "invalid-body", "/issued_at"),
        ({"issued_at": "2024-12-26T12:00:00"}, 400, "invalid-body", "/issued_at"),
        ({"terms": "a\0b"}, 400, "invalid-body", "/terms"),
        ({"exchange_rate": "NaN"}, 400, "invalid-body", "/exchange_rate"),
        ({"exchange_rate": "0"}, 400, "invalid-body", "/exchange_rate"),
        ({"exchange_rate": -1}, 400, "invalid-body", "/exchange_rate"),
        ({"lines": [{}, {"quantity": "x"}]}, 400, "invalid-body", "/lines/1/quantity"),
        ({"lines": [{}, {"quantity": "1_000"}]}, 400, "invalid-body", "/lines/1/quantity"),
        ({"exchange_rate": "\uff11"}, 400, "invalid-body", "/exchange_rate"),
        ({"lines": [{"unit_price": "1e15"}]}, 400, "invalid-body", "/lines/0/unit_price"),
        ({"lines": [{"unit_price": "1.0000000000001"}]}, 400, "invalid-body", "/lines/0/unit_price"),
        ({"lines": [{"discount_percent": "100.5"}]}, 400, "invalid-body", "/lines/0/discount_percent"),
        ({"lines": [{"id": 1}]}, 400, "invalid-body", "/lines/0/id"),
        ({"lines": [{"tax_ids": [1, 1, 1]}]}, 400, "invalid-body", "/lines/0/tax_ids"),
        ({"charges": [{"kind": "gift", "amount": "1"}]}, 400, "invalid-body", "/charges/0/kind"),
        ({"party_id": 99}, 404, "not-found", "/party_id"),
        ({"consignee_id": 99}, 404, "not-found", "/consignee_id"),
        ({"opportunity_id": 99}, 404, "not-found", "/opportunity_id"),
        ({"billing_address_id": 99}, 404, "not-found", "/billing_address_id"),
        ({"channel_id": 99}, 404, "not-found", "/channel_id"),
        ({"lines": [{}, {"item_id": 99}]}, 404, "not-found", "/lines/1/item_id"),
        ({"lines": [{"tax_ids": [1, 99]}]}, 404, "not-found", "/lines/0/tax_ids/1"),
        ({"number": "inv-35"}, 409, "number-taken", "/number"),
    ],
)
@pytest.mark.parametrize(("verb", "path"), [("POST", "/v1/invoices"), ("PUT", "/v1/invoices/36")])
async def test_what_cannot_be_is_pointed_at(
    native_with: Planting, verb: str, path: str, wrong: Any, status: int, name: str, pointer: str
) -> None:
    native = await native_with(DRAFT, an_invoice(id=36, status=Status.DRAFT, lines=(a_line(id=2),)), a_tax())
    if verb == "PUT" and wrong.get("lines") == [{"id": 1}]:
        status, name = 404, "not-found"

    problem = told(await send(native, verb, path, {"number": "N-1", "party_id": 10, **wrong}), status, name)

    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert len(await native.ids()) == 2
    assert (await native.get("/v1/invoices/36")).json()["version"] == 1


@pytest.mark.parametrize(
    ("content_type", "body", "status", "name"),
    [
        ("text/plain", b"{}", 415, "unsupported-body-type"),
        ("application/merge-patch+json", b"{}", 415, "unsupported-body-type"),
        ("application/json", b"{", 400, "unreadable-body"),
        ("application/json", b"[]", 400, "invalid-body"),
        ("application/json", b"x" * 100_001, 413, "body-too-large"),
    ],
)
async def test_a_body_has_to_be_json(native: Native, content_type: str, body: bytes, status: int, name: str) -> None:
    headers = {**BEARER, "Content-Type": content_type}

    told(await native.client.post("/v1/invoices", headers=headers, content=body), status, name)


RICH = an_invoice(
    status=Status.DRAFT,
    origin="crux",
    consignee=11,
    opportunity=3,
    billing_address=31,
    delivery_address=77,
    exchange_rate=Decimal("54.320"),
    rounding=STEPWISE,
    lines=(
        a_line(id=7, item=1, sku="OLD", unit=3, tax2=a_line_tax(19, name="Old VAT"), order_line=a_uuid(8100)),
        a_line(id=8, quantity=None, unit_price=None, attributes=(Attribute("colour", "red"),)),
    ),
    charges=(Charge(ChargeKind.TAX, Decimal("0.5")),),
    original_balance=Decimal(500),
    open_balance=Decimal(400),
    attributes=(),
    branch="BR-02",
    extras={"crux": {"a": 1}},
    order=104,
)
BESIDE = (an_item(), a_tax(), an_opportunity(), a_party(id=12, addresses=(an_address(),)))


async def test_a_patch_changes_what_it_names_and_nothing_else(native_with: Planting) -> None:
    native = await native_with(RICH, *BESIDE)
    before = (await native.get("/v1/invoices/35")).json()

    answer = await send(native, "PATCH", "/v1/invoices/35", {"terms": "7 days"})

    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert answer.json() == {**before, "terms": "7 days", "version": 2}
    (_, change) = (await native.get("/v1/invoices/35/history")).json()["items"]
    assert [one["path"] for one in change["changes"]] == ["/terms"]


async def test_a_patch_that_changes_nothing_leaves_the_version(native_with: Planting) -> None:
    native = await native_with(RICH, *BESIDE)

    answer = await send(native, "PATCH", "/v1/invoices/35", {}, Content_Type="application/merge-patch+json")

    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert (await native.get("/v1/invoices/35")).headers["etag"] == '"1"'


async def test_a_patch_is_an_object(native: Native) -> None:
    told(await send(native, "PATCH", "/v1/invoices/35", []), 400, "invalid-body")


async def test_lines_that_are_named_keep_their_ids_taxes_and_what_has_no_word(native_with: Planting) -> None:
    native = await native_with(RICH, *BESIDE)
    lines = [{"sku": "NEW"}, {"id": 7, "item_id": 1, "quantity": "3", "unit_price": "100", "tax_ids": [1]}]

    invoice = (await send(native, "PATCH", "/v1/invoices/35", {"lines": lines})).json()

    new, kept = invoice["lines"]
    assert (kept["id"], kept["sku"], kept["order_line"]) == (7, "OLD", str(a_uuid(8100)))
    assert kept["taxes"] == [{"id": 1, "name": "Old VAT", "rate": "19", "amount": "57.00"}]
    assert (new["sku"], new["id"] > 8) == ("NEW", True)
    # 119.50 with the first lines and 357.50 with these: what was paid stays paid.
    nothing = {"credited": "0.00", "refund_due": "0.00"}
    assert invoice["balances"] == {"original": "738.00", "open": "638.00", "paid": "100.00", **nothing}


async def test_another_item_and_other_taxes_of_a_line_are_taken_as_they_are_today(native_with: Planting) -> None:
    native = await native_with(RICH, *BESIDE, an_item(id=2), a_tax(id=2, name="Levy"))
    lines = [{"id": 7, "item_id": 2, "quantity": "3", "unit_price": "100", "tax_ids": [2, 1]}, {"id": 8, "sku": "Z"}]

    lamp, other = (await send(native, "PATCH", "/v1/invoices/35", {"lines": lines})).json()["lines"]

    assert (lamp["id"], lamp["sku"], [tax["rate"] for tax in lamp["taxes"]]) == (7, "SKU-2", ["20", "20"])
    assert (other["sku"], other["attributes"]) == ("Z", [{"name": "colour", "value": "red"}])


async def test_charges_and_rounding_move_the_balances_too(native: Native) -> None:
    body = {"charges": [{"kind": "shipping", "amount": "5"}], "rounding": {"places": 0}}

    invoice = (await send(native, "PATCH", "/v1/invoices/35", body)).json()

    assert (invoice["totals"]["grand_total"], invoice["balances"]["open"]) == ("105.00", "105.00")


async def test_a_full_replace_empties_what_it_leaves_out(native_with: Planting) -> None:
    native = await native_with(RICH, *BESIDE)

    invoice = (await send(native, "PUT", "/v1/invoices/35", {"number": "INV-35", "party_id": 12})).json()

    assert (invoice["terms"], invoice["opportunity"], invoice["lines"], invoice["charges"]) == (None, None, [], [])
    assert (invoice["exchange_rate"], invoice["rounding"]["mode"], invoice["branch"]) == ("54.32", "half_even", "BR-02")
    assert (invoice["dialect"], invoice["extras"]) == ("crux", {"crux": {"a": 1}})


async def test_a_customer_takes_nothing_of_anothers_along(native_with: Planting) -> None:
    native = await native_with(RICH, *BESIDE)

    problem = told(await send(native, "PATCH", "/v1/invoices/35", {"party_id": 12}), 409, "not-a-participant")

    assert "errors" not in problem


async def test_another_currency_is_rounded_as_it_is(native: Native) -> None:
    invoice = (await send(native, "PATCH", "/v1/invoices/35", {"currency": "JPY"})).json()

    assert (invoice["currency"], invoice["rounding"]["places"]) == ("JPY", 0)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DRAFT])
@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
async def test_only_drafts_are_edited(native_with: Planting, verb: str, status: Status) -> None:
    native = await native_with(an_invoice(status=status))

    problem = told(await send(native, verb, "/v1/invoices/35", {"number": "A", "party_id": 10}), 409, "invoice-locked")

    assert problem["state"] == status
    credited = {"credit"} if status in {Status.OPEN, Status.PAID} else set[str]()
    acted = {name for name, action in ACTIONS.items() if (status, action) in TRANSITIONS}
    assert set(problem["allowed"]) == acted | credited


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", ACTIONS)
async def test_an_action_does_what_the_one_table_says(native_with: Planting, name: str, status: Status) -> None:
    native = await native_with(an_invoice(status=status))
    leads_to = TRANSITIONS.get((status, ACTIONS[name]))
    offered = {row["action"]: row for row in (await native.get("/v1/invoices/35/actions")).json()["items"]}

    answer = await send(native, "POST", f"/v1/invoices/35/{name}")

    if leads_to is None:
        problem = told(answer, 409, "wrong-status")
        assert problem["state"] == status
        assert offered[name]["reason"] == {key: problem[key] for key in ("type", "title", "detail")}
    else:
        assert (answer.status_code, answer.json()["status"], answer.headers["etag"]) == (200, leads_to, '"2"')
        assert offered[name] == {"action": name, "allowed": True, "reason": None}
    is_draft = status is Status.DRAFT
    assert (offered["edit"]["allowed"], offered["delete"]["allowed"]) == (is_draft, is_draft)


@pytest.mark.parametrize(
    ("body", "status", "name"),
    [
        ({"void_at": "2024-12-25T23:59:59Z"}, 409, "wrong-date"),
        ({"void_at": "2024-12-26T12:00:01Z"}, 409, "wrong-date"),
        ({"void_at": "2024-12-26"}, 400, "invalid-body"),
    ],
)
async def test_an_invoice_is_void_since_its_own_day_at_most(native: Native, body: Any, status: int, name: str) -> None:
    problem = told(await send(native, "POST", "/v1/invoices/35/void", body), status, name)

    assert problem["errors"][0]["pointer"] == "/void_at"


@pytest.mark.parametrize(
    ("body", "status", "name"),
    [
        (b'{"issued_at": "2024-12-24T12:00:00Z"}', 400, "invalid-body"),
        (b"[]", 400, "invalid-body"),
        (b"issued_at=now", 400, "unreadable-body"),
        (b" {} ", 200, None),
        (b" ", 200, None),
    ],
)
async def test_nothing_is_said_of_an_invoice_that_is_issued(
    native: Native, body: bytes, status: int, name: str | None
) -> None:
    answer = await native.client.post("/v1/invoices/35/issue", headers=BEARER, content=body)

    assert answer.status_code == status, answer.text
    if name:
        told(answer, status, name)
    assert (await native.get("/v1/invoices/35")).json()["status"] == ("draft" if name else "open")


async def test_an_invoice_is_void_from_the_moment_that_is_said(native: Native) -> None:
    answer = await send(native, "POST", "/v1/invoices/35/void", {"void_at": "2024-12-26T00:00:00Z"})

    assert answer.json()["voided_at"] == "2024-12-26T00:00:00Z"


async def test_a_draft_is_deleted_and_its_history_stays(native: Native) -> None:
    answer = await send(native, "DELETE", "/v1/invoices/35")

    assert (answer.status_code, answer.content) == (204, b"")
    told(await native.get("/v1/invoices/35"), 404, "invoice-not-found")
    assert len(await native.ledger.history(a_caller(), "invoice", 35)) == 2


async def test_what_is_no_draft_is_not_deleted(native_with: Planting) -> None:
    native = await native_with(an_invoice())

    problem = told(await send(native, "DELETE", "/v1/invoices/35"), 409, "wrong-status")

    assert (problem["state"], problem["allowed"]) == ("open", ["pay", "reject", "void", "credit"])


WRITES = [
    ("PUT", "", {"number": "A", "party_id": 10}),
    ("PATCH", "", {"terms": "x"}),
    ("DELETE", "", None),
    ("POST", "/issue", None),
]


@pytest.mark.parametrize(("verb", "path", "body"), WRITES)
@pytest.mark.parametrize("tag", ['"1"', 'W/"2"', '"old"', '"1", "x"', '"3"'])
async def test_nothing_is_written_over_what_nobody_has_seen(
    native: Native, verb: str, path: str, body: Any, tag: str
) -> None:
    amendment = AmendInvoice(invoice=35, fields={"description": "Later"})
    await native.ledger.run(a_caller(actor="eve"), amend_invoice, amendment)

    problem = told(await send(native, verb, f"/v1/invoices/35{path}", body, If_Match=tag), 412, "changed-meanwhile")

    names_changes = tag in {'"1"', '"1", "x"'}
    assert problem.get("errors") == (
        [{"pointer": "/description", "detail": "Changed in version 2, by eve."}] if names_changes else None
    )
    assert (await native.get("/v1/invoices/35")).json()["version"] == 2


@pytest.mark.parametrize(("verb", "path", "body"), WRITES)
@pytest.mark.parametrize("tag", ['"1"', "*", '"7", "1"'])
async def test_what_was_seen_is_written_over(native: Native, verb: str, path: str, body: Any, tag: str) -> None:
    assert (await send(native, verb, f"/v1/invoices/35{path}", body, If_Match=tag)).status_code in {200, 204}


async def test_a_condition_on_nothing_is_not_found(native: Native) -> None:
    told(await send(native, "POST", "/v1/invoices/99/issue", If_Match='"1"'), 404, "invoice-not-found")
    told(await send(native, "POST", f"/v1/invoices/{a_uuid(5)}/issue", If_Match='"1"'), 404, "invoice-not-found")
    told(await send(native, "POST", "/v1/invoices/x/issue", If_Match='"1"'), 404, "invoice-not-found")


@pytest.mark.parametrize(
    ("tag", "status"), [('"1"', 304), ('W/"1"', 304), ("*", 304), ('"2", "1"', 304), ('"2"', 200), ("1", 200)]
)
async def test_who_has_the_version_is_not_sent_it_again(native: Native, tag: str, status: int) -> None:
    answer = await send(native, "GET", "/v1/invoices/35", If_None_Match=tag)

    assert (answer.status_code, answer.headers["etag"], bool(answer.content)) == (status, '"1"', status == 200)


@pytest.mark.parametrize(("verb", "path", "body"), [*WRITES, ("POST", "/void", {})])
async def test_a_dry_run_tells_what_would_be_and_does_nothing(native: Native, verb: str, path: str, body: Any) -> None:
    before = (await native.get("/v1/invoices/35")).json()

    rehearsal = await send(native, verb, f"/v1/invoices/35{path}?dry_run=true", body)

    assert (await native.get("/v1/invoices/35")).json() == before
    assert len(await native.ledger.history(a_caller(), "invoice", 35)) == 1
    done = await send(native, verb, f"/v1/invoices/35{path}", body)
    foretold = rehearsal.json()
    assert (foretold["dry_run"], foretold["status"]) == (True, done.status_code)
    assert foretold["answer"] == (done.json() if done.content else None)
    entry = (await native.ledger.history(a_caller(), "invoice", 35))[-1]
    (record,) = foretold["changes"]
    assert (record["kind"], record["id"]) == ("invoice", 35)
    if verb != "DELETE":
        (_, happened) = (await native.get("/v1/invoices/35/history")).json()["items"]
        assert record["changes"] == happened["changes"]
    assert entry.version == 2
    assert [event["event"].partition(".")[0] for event in foretold["events"]] == ["invoice"]


async def test_a_dry_run_of_a_new_invoice_takes_no_id(native: Native) -> None:
    first = (await send(native, "POST", "/v1/invoices?dry_run=true", CONTENT)).json()
    second = (await send(native, "POST", "/v1/invoices?dry_run=false", CONTENT)).json()

    assert (first["status"], first["answer"]["id"], first["events"][0]["event"]) == (
        201,
        second["id"],
        "invoice.created",
    )
    assert first["changes"][0]["changes"][0]["path"] == ""


async def test_a_dry_run_is_refused_as_the_write_is(native: Native) -> None:
    told(await send(native, "POST", "/v1/invoices/35/pay?dry_run=true"), 409, "wrong-status")
    told(await send(native, "POST", "/v1/invoices/35/issue?dry_run=true", If_Match='"9"'), 412, "changed-meanwhile")
    told(await send(native, "POST", "/v1/invoices/35/issue?dry_run=maybe"), 400, "invalid-parameters")
    told(await send(native, "POST", "/v1/invoices/35/issue?wet_run=true"), 400, "invalid-parameters")


async def test_what_an_invoice_says_already_may_stay(native_with: Planting) -> None:
    line = a_line(discount_percent=Decimal(150), description="x" * 20_000)
    elsewhere = replace(DRAFT, number=" " * 300, exchange_rate=Decimal(0), currency="ZZZ", reference="x" * 20_000)
    native = await native_with(replace(elsewhere, lines=(line,)))

    answer = await send(native, "PATCH", "/v1/invoices/35", {"terms": "7 days", "colour": None})

    assert (answer.status_code, answer.json()["terms"], answer.json()["exchange_rate"]) == (200, "7 days", "0")
    assert [item["path"] for item in (await native.get("/v1/invoices/35/history")).json()["items"][1]["changes"]] == [
        "/terms"
    ]
    told(await send(native, "PATCH", "/v1/invoices/35", {"currency": "QQQ"}), 400, "invalid-body")


async def test_many_operations_are_done_each_by_itself(native: Native) -> None:
    operations = [
        {"operation": "create", "content": {"number": "B-1", "party_id": 10}},
        {"operation": "issue", "invoice": 35, "if_match": '"1"'},
        {"operation": "create", "content": {"number": "B-2", "party_id": 99}},
        {"operation": "pay", "invoice": str(DRAFT.uuid)},
        {"operation": "patch", "invoice": 35, "content": {"terms": "x"}},
        {"operation": "replace", "invoice": 35, "content": {"number": "A"}},
        {"operation": "void", "invoice": "35", "content": {"void_at": "soon"}},
        {"operation": "reopen", "invoice": 35, "if_match": '"1"'},
        {"operation": "reopen", "invoice": 35},
        {"operation": "delete", "invoice": 99},
        {"operation": "sing", "invoice": 35},
        {"operation": "issue"},
        {"operation": "create"},
        {"operation": "issue", "invoice": 35, "content": {}},
        {"operation": "issue", "invoice": "x"},
        {"operation": "sing"},
        {"operation": "create", "invoice": 35, "content": {"number": "B-3", "party_id": 10}},
        {"operation": "create", "if_match": '"1"', "content": {"number": "B-3", "party_id": 10}},
    ]

    answer = await send(native, "POST", "/v1/invoices/bulk", {"operations": operations})

    items = answer.json()["items"]
    assert [item["index"] for item in items] == list(range(len(operations)))
    assert [item["status"] for item in items] == [
        *(201, 200, 404, 200, 409, 400, 400, 412, 200, 404, 400, 400, 400, 400, 404, 400, 400, 400)
    ]
    pointers = [item["problem"]["errors"][0].get("pointer") if item["status"] == 400 else None for item in items]
    assert pointers[5:7] == ["/party_id", "/void_at"]
    assert pointers[10:14] == ["/operation", "/invoice", "/content", "/content"]
    assert pointers[15:] == ["/operation", "/invoice", "/if_match"]
    assert items[2]["problem"]["errors"][0]["pointer"] == "/party_id"
    assert items[8]["invoice"]["status"] == "open"
    assert await native.ids() == [35, items[0]["invoice"]["id"]]


async def test_a_bulk_credits_invoices_too(native: Native) -> None:
    operations = [
        {"operation": "issue", "invoice": 35},
        {"operation": "credit", "invoice": 35, "content": {"reason": "Broken"}},
        {"operation": "credit", "invoice": 35},
        {"operation": "credit", "invoice": 35, "content": {"reason": 7}},
    ]
    rehearsed = await send(native, "POST", "/v1/invoices/bulk?dry_run=true", {"operations": operations[1:2]})
    items = (await send(native, "POST", "/v1/invoices/bulk", {"operations": operations})).json()["items"]
    assert rehearsed.json()["items"][0]["status"] == 409  # a draft
    assert [item["status"] for item in items] == [200, 201, 409, 400]
    assert (items[1]["credit_note"]["reason"], items[1]["invoice"]) == ("Broken", None)
    assert items[1]["credit_note"]["total"] == items[0]["invoice"]["totals"]["grand_total"]
    assert items[3]["problem"]["errors"][0]["pointer"] == "/reason"


async def test_a_bulk_that_deletes_says_so(native: Native) -> None:
    body = {"operations": [{"operation": "delete", "invoice": 35}]}

    (item,) = (await send(native, "POST", "/v1/invoices/bulk", body)).json()["items"]

    assert item == {"index": 0, "status": 204, **dict.fromkeys(("invoice", "credit_note", "problem", "dry_run"))}


async def test_what_fails_in_a_bulk_leaves_the_answers_of_the_others(
    native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = native.ledger.run

    async def failing(caller: Any, command: Any, values: Any, expected: Any = None) -> Any:
        if command.__name__ == requests.delete_draft.__name__:
            raise RuntimeError("secret of the house")
        return await run(caller, command, values, expected)

    monkeypatch.setattr(native.ledger, "run", failing)
    operations = [{"operation": "delete", "invoice": 99}, {"operation": "issue", "invoice": 35}]

    answer = await send(native, "POST", "/v1/invoices/bulk", {"operations": operations}, Idempotency_Key="one")

    assert [item["status"] for item in answer.json()["items"]] == [500, 200]
    assert answer.json()["items"][0]["problem"]["type"] == "/docs/problems/internal-error"
    assert "secret" not in answer.text


async def test_a_bulk_can_be_rehearsed(native: Native) -> None:
    operations = [{"operation": "issue", "invoice": 35}, {"operation": "pay", "invoice": 35}]

    items = (await send(native, "POST", "/v1/invoices/bulk?dry_run=true", {"operations": operations})).json()["items"]

    assert [(item["status"], item["dry_run"] and item["dry_run"]["status"]) for item in items] == [
        (200, 200),
        (409, None),
    ]
    assert (await native.get("/v1/invoices/35")).json()["status"] == "draft"


@pytest.mark.parametrize("many", [0, 1001])
async def test_a_bulk_has_one_to_a_thousand_operations(native: Native, many: int) -> None:
    body = {"operations": [{"operation": "issue", "invoice": 35}] * many}

    told(await send(native, "POST", "/v1/invoices/bulk", body), 400, "invalid-body")


PATCHES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("value", "patch", "merged"), PATCHES)
def test_patches_are_merged_as_the_rfc_says(value: Any, patch: Any, merged: Any) -> None:
    assert merge(value, patch) == merged


def test_a_patch_looks_at_what_it_names_alone() -> None:
    """Other dialects may have said what cannot be said here."""
    said = bodies.TaxContent(name="N" * 100_000, rate=Decimal("20"), description="old")

    assert patched({"description": "new"}, bodies.TaxContent)(said) == msgspec.structs.replace(said, description="new")
    assert patched({"description": None}, bodies.TaxContent)(said) == msgspec.structs.replace(said, description="")
    for patch in ({"rate": "many"}, {"name": None}, {"naem": "N"}):
        with pytest.raises(BodyInvalid):
            patched(patch, bodies.TaxContent)(said)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(), lambda inner: st.dictionaries(st.text(max_size=2), inner)
)


@given(JSON, JSON)
def test_a_patch_does_the_same_twice(value: Any, patch: Any) -> None:
    once = merge(value, patch)

    assert merge(once, patch) == once
