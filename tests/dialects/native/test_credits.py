"""Credit notes through our own API."""

from decimal import Decimal
from typing import Any

import pytest

from billingua.core.access import Role
from billingua.core.invoice import Credit
from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind
from billingua.core.rounding import STEPWISE
from billingua.engine.credentials import hash_secret
from billingua.engine.credit_queries import CreditNoteSort
from tests.builders import (
    NOON,
    a_credential,
    a_credit_line,
    a_credit_note,
    a_line,
    a_line_tax,
    a_party,
    a_tax,
    a_user,
    a_uuid,
    an_invoice,
)
from tests.dialects.native.conftest import Native, Planting
from tests.dialects.native.test_writing import send

LAMPS = a_line(
    id=52, sku="LAMP", description="Lamp", quantity=Decimal(3), unit_price=Decimal("0.335"), tax1=a_line_tax()
)
POLE = a_line(id=53, position=1, unit_price=Decimal(10), discount_percent=Decimal(10))
INVOICE = an_invoice(lines=(LAMPS, POLE), charges=(Charge(ChargeKind.SHIPPING, Decimal(5)),))
"""1.01 of lamps with 0.20 VAT, 9.00 for a pole, 5.00 for shipping: 15.21 in all."""
CREDIT = "/v1/invoices/35/credit"


@pytest.fixture
async def native(native_with: Planting) -> Native:
    return await native_with(INVOICE, an_invoice(id=36, status=Status.DRAFT), a_tax())


async def credited(native: Native, path: str = CREDIT, **content: Any) -> Any:
    answer = await send(native, "POST", path, content or None)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def balances(native: Native, id: int = 35) -> dict[str, str]:
    return (await native.get(f"/v1/invoices/{id}")).json()["balances"]


async def test_all_of_an_invoice_is_credited_where_nothing_is_said(native: Native) -> None:
    answer = await send(native, "POST", CREDIT)

    note = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert {name: note[name] for name in ("id", "number", "total", "refund_due", "rounding_amount", "voided")} == {
        "id": 1,
        "number": "CN-1",
        "total": "15.21",
        "refund_due": "0.00",
        "rounding_amount": "0.00",
        "voided": False,
    }
    assert note["invoice"] == {"id": 35, "uuid": str(INVOICE.uuid), "number": "INV-35"}
    assert (note["party"]["name"], note["issue_date"], note["issued_at"]) == (
        "Larch & Sons",
        "2024-12-26",
        "2024-12-26T12:00:00Z",
    )
    assert [(line["line_id"], line["quantity"], line["net"]) for line in note["lines"]] == [
        (52, "3", "1.01"),
        (53, "1", "9.00"),
    ]
    assert note["charges"] == [{"kind": "shipping", "amount": "5.00"}]
    assert (await native.get("/v1/credit-notes/1")).json() == note
    assert (await native.get(f"/v1/credit-notes/{note['uuid']}")).json() == note
    invoice = (await native.get("/v1/invoices/35")).json()
    assert (invoice["status"], invoice["credits"]) == ("paid", [{"credit_note_id": 1, "amount": "15.21"}])
    assert invoice["balances"] == {
        "original": "15.21",
        "open": "0.00",
        "paid": "0.00",
        "credited": "15.21",
        "refund_due": "0.00",
    }


async def test_pieces_amounts_and_charges_are_credited_for_a_reason(native: Native) -> None:
    note = await credited(
        native,
        reason="Broken",
        issued_at="2024-12-26T09:30:00+01:00",
        lines=[{"line_id": 52, "quantity": "1"}, {"line_id": 53, "amount": "4.50"}],
        charges=[{"kind": "shipping", "amount": "2"}],
    )

    assert (note["reason"], note["issued_at"], note["total"]) == ("Broken", "2024-12-26T08:30:00Z", "6.91")
    pieces, some = note["lines"]
    assert (pieces["by_amount"], pieces["unit_price"], pieces["taxes"][0]["rate"]) == (False, "0.335", "20")
    assert (some["by_amount"], some["quantity"], some["unit_price"], some["discount_percent"]) == (
        True,
        "1",
        "4.50",
        "0",
    )
    assert await balances(native) == {
        "original": "15.21",
        "open": "8.30",
        "paid": "0.00",
        "credited": "6.91",
        "refund_due": "0.00",
    }
    rest = await credited(native)
    assert (rest["total"], await balances(native)) == (
        "8.30",
        {"original": "15.21", "open": "0.00", "paid": "0.00", "credited": "15.21", "refund_due": "0.00"},
    )


async def test_the_last_note_takes_exactly_the_rest_and_its_explanation_says_so(native: Native) -> None:
    one = {"lines": [{"line_id": 52, "quantity": "1"}]}
    totals = [(await credited(native, **one))["total"] for _ in range(2)]
    last = await credited(native)

    assert (totals, last["total"], last["rounding_amount"]) == (["0.41", "0.41"], "14.39", "-0.02")
    explained = (await native.get(f"/v1/credit-notes/{last['id']}/explain")).json()
    assert explained["totals"] == last["totals"]
    assert explained["steps"][-1] == {
        "figure": "/total",
        "rule": "grand total and rounding amount (BR-CO-16)",
        "operation": "add",
        "operands": [
            {"figure": "/totals/grand_total", "value": "14.41"},
            {"figure": "/rounding_amount", "value": "-0.02"},
        ],
        "exact": "14.39",
        "rounded": None,
        "result": "14.39",
    }


async def test_what_is_credited_of_a_paid_invoice_is_due_back_until_the_money_went_back(native: Native) -> None:
    await send(native, "POST", "/v1/payments", {"party_id": 10, "lines": [{"invoice_id": 35, "amount": "15.21"}]})
    note = await credited(native, charges=[{"kind": "shipping", "amount": "5"}])

    assert note["refund_due"] == "5.00"
    assert await balances(native) == {
        "original": "15.21",
        "open": "0.00",
        "paid": "15.21",
        "credited": "5.00",
        "refund_due": "5.00",
    }
    assert (await send(native, "POST", "/v1/payments/1/refund")).status_code == 200
    assert (await native.get("/v1/credit-notes/1")).json()["refund_due"] == "0.00"
    assert (await balances(native))["open"] == "10.21"


async def test_a_note_is_voided_once_and_its_number_is_not_used_again(native: Native) -> None:
    await credited(native)
    answer = await send(native, "POST", "/v1/credit-notes/1/void")

    note = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (note["voided"], note["void_date"], note["voided_at"]) == (True, "2024-12-26", "2024-12-26T12:00:00Z")
    invoice = (await native.get("/v1/invoices/35")).json()
    assert (invoice["status"], invoice["credits"], invoice["balances"]["open"]) == ("open", [], "15.21")
    again = await send(native, "POST", "/v1/credit-notes/1/void")
    assert (again.status_code, again.json()["type"]) == (409, "/docs/problems/credit-note-void")
    assert (await credited(native))["number"] == "CN-2"


@pytest.mark.parametrize(
    ("content", "name", "pointer"),
    [
        ({"lines": [{"line_id": 53}, {"line_id": 52, "quantity": "4"}]}, "over-credited", "/lines/1"),
        ({"lines": [{"line_id": 53, "amount": "9.01"}]}, "over-credited", "/lines/0"),
        ({"charges": [{"kind": "shipping", "amount": "5.01"}]}, "over-credited", "/charges/0"),
        ({"lines": [{"line_id": 54}]}, "not-found", "/lines/0/line_id"),
        ({"issued_at": "2024-12-27T00:00:00Z"}, "wrong-date", "/issued_at"),
        ({"issued_at": "2024-12-25T00:00:00Z"}, "wrong-date", "/issued_at"),
    ],
)
async def test_what_cannot_be_credited_is_pointed_at(native: Native, content: Any, name: str, pointer: str) -> None:
    refused = await send(native, "POST", CREDIT, content)

    assert refused.status_code == (404 if name == "not-found" else 409)
    assert refused.json()["type"] == f"/docs/problems/{name}"
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]
    assert (await native.get("/v1/credit-notes")).json()["items"] == []


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"lines": []}, "/lines"),
        ({"charges": []}, "/charges"),
        ({"lines": [{"line_id": 52, "quantity": 1, "amount": 1}]}, "/lines/0/amount"),
        ({"lines": [{"line_id": 52, "quantity": "1E+20"}]}, "/lines/0/quantity"),
        ({"lines": [{"line_id": 52, "price": 1}]}, "/lines/0/price"),
        ({"lines": [{"line_id": 53}, {"quantity": 1}]}, "/lines/1/line_id"),
        ({"issued_at": "yesterday"}, "/issued_at"),
    ],
)
async def test_what_is_no_content_of_a_note_is_pointed_at(native: Native, content: Any, pointer: str) -> None:
    refused = await send(native, "POST", CREDIT, content)

    assert (refused.status_code, refused.json()["type"]) == (400, "/docs/problems/invalid-body")
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]


async def test_more_than_the_invoice_comes_to_is_not_credited(native_with: Planting) -> None:
    less = a_line(id=53, position=1, quantity=Decimal(-1), unit_price=Decimal(30))
    native = await native_with(an_invoice(lines=(a_line(id=52), less)))
    refused = await send(native, "POST", CREDIT, {"lines": [{"line_id": 52}]})

    assert (refused.status_code, refused.json()["detail"]) == (409, "100.00 would be credited where 70.00 are left.")
    assert "errors" not in refused.json()


async def test_only_an_invoice_that_was_issued_is_credited_and_only_while_something_is_left(native: Native) -> None:
    draft = await send(native, "POST", "/v1/invoices/36/credit")
    assert (draft.status_code, draft.json()["detail"]) == (
        409,
        "An invoice that is draft does not take credit, but issue, void, edit, delete.",
    )
    assert (draft.json()["state"], draft.json()["allowed"]) == ("draft", ["issue", "void", "edit", "delete"])
    await credited(native)
    nothing = await send(native, "POST", CREDIT)
    assert (nothing.status_code, nothing.json()["type"]) == (409, "/docs/problems/nothing-to-credit")
    for path in ("/v1/invoices/77/credit", "/v1/credit-notes/77/void"):
        assert (await send(native, "POST", path)).status_code == 404
    for path in ("/v1/credit-notes/77", "/v1/credit-notes/x", "/v1/credit-notes/77/history"):
        assert (await native.get(path)).status_code == 404


async def test_an_invoice_that_only_says_what_is_owed_is_credited_without_a_line(native_with: Planting) -> None:
    native = await native_with(an_invoice(lines=(), original_balance=Decimal(70), open_balance=Decimal(70)))
    note = await credited(native, lines=[{"amount": "20"}])

    assert (note["lines"][0]["line_id"], note["total"]) == (None, "20.00")
    assert (await credited(native))["total"] == "50.00"


async def test_a_dry_run_says_what_would_be_credited_and_does_nothing(native: Native) -> None:
    answer = await send(native, "POST", CREDIT + "?dry_run=true", {"charges": [{"kind": "shipping", "amount": "5"}]})

    told = answer.json()
    assert (answer.status_code, told["status"], told["answer"]["total"]) == (200, 201, "5.00")
    assert [event["event"] for event in told["events"]] == ["credit_note.issued"]
    changes = {change["kind"]: change["changes"] for change in told["changes"]}
    assert [change["path"] for change in changes["invoice"]] == ["/open_balance", "/partly_paid", "/credits/0"]
    assert (await balances(native))["credited"] == "0.00"
    assert (await native.get("/v1/credit-notes/1")).status_code == 404
    await credited(native)
    void = await send(native, "POST", "/v1/credit-notes/1/void?dry_run=true")
    assert [event["event"] for event in void.json()["events"]] == ["credit_note.voided", "invoice.reopened"]
    assert (await native.get("/v1/credit-notes/1")).json()["voided"] is False


async def test_a_note_is_written_only_on_the_version_that_the_client_knows(native: Native) -> None:
    assert (await send(native, "POST", CREDIT, If_Match='"2"')).status_code == 412
    assert (await send(native, "POST", CREDIT, If_Match='"1"')).status_code == 201
    assert (await send(native, "POST", "/v1/credit-notes/1/void", If_Match='"2"')).status_code == 412
    assert (await send(native, "POST", "/v1/credit-notes/1/void", If_Match='"1"')).status_code == 200


async def test_a_call_that_names_its_key_twice_credits_once(native: Native) -> None:
    content = {"charges": [{"kind": "shipping", "amount": "2"}]}
    first = await send(native, "POST", CREDIT, content, Idempotency_Key="k-1")
    second = await send(native, "POST", CREDIT, content, Idempotency_Key="k-1")

    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["idempotent-replayed"] == "true"
    assert (await balances(native))["credited"] == "2.00"


async def test_history_tells_of_a_note_and_of_its_invoice(native: Native) -> None:
    await credited(native)
    await send(native, "POST", "/v1/credit-notes/1/void")

    written, voided = (await native.get("/v1/credit-notes/1/history")).json()["items"]
    assert (written["action"], written["version"], voided["action"], voided["version"]) == (
        "credit_invoice",
        1,
        "void_credit_note",
        2,
    )
    assert written["changes"][0]["after"]["lines"][0]["unit_price"] == "0.335"
    assert [change["path"] for change in voided["changes"]] == ["/voided_at"]
    changes = (await native.get("/v1/invoices/35/history")).json()["items"][1]["changes"]
    assert {"path": "/credits/0", "after": {"note": 1, "amount": "15.21"}} in changes
    before = (await native.get("/v1/invoices/35", as_of=2)).json()
    assert (before["credits"], before["balances"]["open"]) == ([{"credit_note_id": 1, "amount": "15.21"}], "0.00")
    assert (await native.get("/v1/history/verify")).json()["whole"] is True


async def test_actions_tell_whether_an_invoice_can_be_credited_and_what_notes_hold_in_place(native: Native) -> None:
    async def actions(id: int) -> dict[str, Any]:
        items = (await native.get(f"/v1/invoices/{id}/actions")).json()["items"]
        return {item["action"]: item["reason"] and item["reason"]["type"].rpartition("/")[2] for item in items}

    assert (await actions(35))["credit"] is None
    assert (await actions(36))["credit"] == "wrong-status"
    await credited(native, charges=[{"kind": "shipping", "amount": "2"}])
    now = await actions(35)
    assert [now[action] for action in ("credit", "void", "reject", "delete")] == [None, *["invoice-credited"] * 3]
    for verb, path in (("POST", "/v1/invoices/35/void"), ("DELETE", "/v1/invoices/35")):
        refused = await send(native, verb, path)
        assert (refused.status_code, refused.json()["type"]) == (409, "/docs/problems/invoice-credited")


NOTES = [
    a_credit_note(
        id=id,
        number=f"CN-{9 - id}",
        invoice=35 if id < 3 else 99,
        party=10 if id < 4 else 11,
        issued_at=NOON.replace(day=20 + id),
        created_at=NOON.replace(day=27 - id),
        voided_at=NOON if id > 2 else None,
    )
    for id in range(1, 5)
]
LISTED = an_invoice(
    lines=(a_line(quantity=Decimal(2)),),
    open_balance=Decimal(0),
    credits=(Credit(1, Decimal(100)), Credit(2, Decimal(100))),
)


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({}, [1, 2, 3, 4]),
        ({"invoice": 35}, [1, 2]),
        ({"party": 11}, [4]),
        ({"voided": "true"}, [3, 4]),
        ({"voided": "false"}, [1, 2]),
        ({"q": "cn-7"}, [2]),
        ({"issued_from": "2024-12-22", "issued_to": "2024-12-23"}, [2, 3]),
        ({"sort": "-id"}, [4, 3, 2, 1]),
        ({"sort": "number"}, [4, 3, 2, 1]),
        ({"sort": "issued_at"}, [1, 2, 3, 4]),
        ({"sort": "created_at"}, [4, 3, 2, 1]),
    ],
)
async def test_notes_are_listed_as_they_are_asked_for(native_with: Planting, asked: Any, ids: list[int]) -> None:
    native = await native_with(LISTED, *NOTES)
    page = (await native.get("/v1/credit-notes", **asked)).json()

    assert ([item["id"] for item in page["items"]], page["total"], page["next"]) == (ids, len(ids), None)


@pytest.mark.parametrize("sort", [f"{minus}{sort}" for sort in CreditNoteSort for minus in ("", "-")])
async def test_pages_of_notes_lead_on_to_one_another(native_with: Planting, sort: str) -> None:
    native = await native_with(LISTED, *NOTES)
    path, ids = f"/v1/credit-notes?limit=3&sort={sort}", list[int]()
    while path:
        page = (await native.get(path)).json()
        ids += [item["id"] for item in page["items"]]
        path = page["next"]
    assert sorted(ids) == [1, 2, 3, 4]


async def test_a_void_note_outlives_its_invoice(native_with: Planting) -> None:
    note = (await (await native_with(*NOTES[2:])).get("/v1/credit-notes/3")).json()
    assert (note["invoice"], note["refund_due"]) == ({"id": 99, "uuid": None, "number": None}, "0.00")


@pytest.mark.parametrize("asked", [{"voided": "maybe"}, {"sort": "total"}, {"invoice": "x"}, {"unknown": "1"}])
async def test_a_list_is_refused_by_the_name_of_what_cannot_be_read(native: Native, asked: Any) -> None:
    refused = await native.get("/v1/credit-notes", **asked)
    assert (refused.status_code, [one["parameter"] for one in refused.json()["errors"]]) == (400, list(asked))


async def test_who_may_not_see_a_party_sees_no_note_for_it_but_their_own(native_with: Planting) -> None:
    native = await native_with(
        a_user(username="ida", role=Role.CLERK),
        a_credential(id=9, secret_hash=hash_secret("ida"), user="ida"),
        a_party(id=12, private=True),
        an_invoice(id=37, party=12, uuid=a_uuid(1), credits=(Credit(2, Decimal(100)),)),
        a_credit_note(id=2, invoice=37, party=12),
        a_credit_note(id=3, invoice=37, party=12, created_by="ida", voided_at=NOON),
    )
    ida = {"Authorization": "Bearer ida"}

    async def get(path: str) -> Any:
        return await native.client.get(path, headers=ida)

    assert [item["id"] for item in (await get("/v1/credit-notes")).json()["items"]] == [3]
    assert [(await get(f"/v1/credit-notes/{id}")).status_code for id in (2, 3)] == [403, 200]
    assert (await send(native, "POST", "/v1/invoices/37/credit", Authorization="Bearer ida")).status_code == 403


async def test_an_amount_is_taxed_by_line_where_its_invoice_is(native_with: Planting) -> None:
    native = await native_with(an_invoice(lines=(a_line(id=52, tax1=a_line_tax()),), rounding=STEPWISE), a_tax())
    note = await credited(native, lines=[{"line_id": 52, "amount": "10"}])
    assert (note["lines"][0]["taxes"][0]["amount"], note["total"]) == ("2.00", "12.00")


def test_a_line_of_a_note_is_one_of_an_invoice():
    assert a_credit_line().taxes == ()
