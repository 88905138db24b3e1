"""Payments and receipts through our own API."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.access import Role
from billingua.core.lifecycle import Status
from billingua.core.payment import PaymentLine, PaymentStatus
from billingua.core.receipt import ReceiptKind, ReceiptLine
from billingua.core.workspace import Channel
from billingua.dialects.native.payment_lists import PaymentOrder, ReceiptOrder
from billingua.dialects.native.vocabulary import PAYMENT_ACTIONS
from billingua.engine.credentials import hash_secret
from tests.builders import NOON, a_credential, a_party, a_payment, a_receipt, a_user, a_uuid, an_invoice
from tests.dialects.native.conftest import Native, Planting
from tests.dialects.native.test_writing import send, told

FIRST, SECOND = an_invoice(id=35), an_invoice(id=36, party=11, status=Status.DRAFT)
CONTENT = {
    "party_id": 10,
    "currency": "USD",
    "lines": [{"invoice_id": 35, "amount": "60.00"}, {"invoice_id": 36, "amount": "100"}],
    "received_at": "2024-12-24T12:00:00+01:00",
    "memo": "Wire 2207",
    "payer": "Lara Larch",
    "payer_id": "L-1",
    "method": "wire",
    "channel_id": 2,
    "external_id": "ERP-7",
    "external_party_id": "ERP-C",
}
LEAST = {"party_id": 10, "lines": [{"invoice_id": 35, "amount": "60"}]}
CHANNELS = (Channel(id=2, name="Outlet"),)


@pytest.fixture
async def native(native_with: Planting) -> Native:
    return await native_with(FIRST, SECOND, channels=CHANNELS)


@pytest.fixture
async def by_hand(native_with: Planting) -> Native:
    return await native_with(FIRST, SECOND, balances_by_hand=True)


async def owed(native: Native, id: int = 35) -> tuple[str, str]:
    invoice = (await native.get(f"/v1/invoices/{id}")).json()
    return invoice["status"], invoice["balances"]["open"]


async def noted(native: Native, **members: Any) -> Any:
    answer = await send(native, "POST", "/v1/payments", LEAST | members)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_payment_of_several_invoices_is_noted_shown_and_counted(native: Native) -> None:
    answer = await send(native, "POST", "/v1/payments", CONTENT)

    payment = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    shown = {name: value for name, value in payment.items() if name in CONTENT} | {"party_id": payment["party"]["id"]}
    assert shown == {name: value for name, value in CONTENT.items() if name in shown} | {
        "lines": [
            {"invoice_id": 35, "invoice_number": "INV-35", "amount": "60.00"},
            {"invoice_id": 36, "invoice_number": "INV-36", "amount": "100.00"},
        ],
        "received_at": "2024-12-24T11:00:00Z",
    }
    assert (payment["total"], payment["status"], payment["applied"], payment["version"]) == (
        "160.00",
        "completed",
        True,
        1,
    )
    assert (payment["party"]["name"], payment["received_date"], payment["extras"]) == ("Larch & Sons", "2024-12-24", {})
    assert (await native.get(f"/v1/payments/{payment['id']}")).json() == payment
    assert (await native.get(f"/v1/payments/{payment['uuid']}")).json() == payment
    assert [await owed(native), await owed(native, 36)] == [("open", "40.00"), ("paid", "0.00")]


async def test_a_payment_needs_a_party_and_what_it_pays_alone(native: Native) -> None:
    payment = await noted(native)

    assert (payment["currency"], payment["status"], payment["received_at"]) == (
        "USD",
        "completed",
        "2024-12-26T12:00:00Z",
    )
    assert [payment[name] for name in ("memo", "payer", "method", "channel_id", "external_id")] == ["", *[None] * 4]


async def test_a_payment_is_in_the_currency_of_its_first_invoice(native_with: Planting) -> None:
    native = await native_with(an_invoice(currency="EUR"))

    payment = await noted(native)

    assert (payment["currency"], payment["total"]) == ("EUR", "60.00")


WRONG: list[tuple[dict[str, Any], int, str, list[str]]] = [
    ({"party_id": None}, 400, "invalid-body", ["/party_id"]),
    ({"party_id": 99}, 404, "not-found", ["/party_id"]),
    ({"lines": []}, 400, "invalid-body", ["/lines"]),
    ({"lines": [{"invoice_id": 35}]}, 400, "invalid-body", ["/lines/0/amount"]),
    ({"lines": [{"invoice_id": 35, "amount": "1e15"}]}, 400, "invalid-body", ["/lines/0/amount"]),
    (
        {
            "lines": [
                {"invoice_id": 35, "amount": 0},
                {"invoice_id": 36, "amount": "1"},
                {"invoice_id": 36, "amount": -1},
            ]
        },
        400,
        "invalid-body",
        ["/lines/0/amount", "/lines/2/amount"],
    ),
    ({"lines": [{"invoice_id": 35, "amount": "9e13"}] * 2}, 409, "amount-too-large", []),
    (
        {"lines": [{"invoice_id": 35, "amount": "1"}, {"invoice_id": 99, "amount": "1"}]},
        404,
        "invoice-not-found",
        ["/lines/1/invoice_id"],
    ),
    (
        {"lines": [{"invoice_id": 99, "amount": "1"}], "currency": None},
        404,
        "invoice-not-found",
        ["/lines/0/invoice_id"],
    ),
    (
        {"lines": [{"invoice_id": 35, "amount": "1"}, {"invoice_id": 37, "amount": "1"}]},
        409,
        "invoice-locked",
        ["/lines/1/invoice_id"],
    ),
    ({"lines": [{"invoice_id": 38, "amount": "1"}]}, 409, "wrong-status", ["/lines/0/invoice_id"]),
    ({"lines": [{"invoice_id": 39, "amount": "1"}]}, 409, "currency-mismatch", ["/lines/0/invoice_id"]),
    ({"lines": [{"invoice_id": 40, "amount": "5"}]}, 409, "amount-too-large", ["/lines/0/invoice_id"]),
    ({"currency": "QQQ"}, 400, "invalid-body", ["/currency"]),
    ({"currency": "EUR"}, 409, "currency-mismatch", ["/lines/0/invoice_id"]),
    ({"status": "lost"}, 400, "invalid-body", ["/status"]),
    ({"lines": [{"invoice_id": 35, "amount": "1.00001"}]}, 400, "invalid-body", ["/lines/0/amount"]),
    ({"received_at": "2024-12-26"}, 400, "invalid-body", ["/received_at"]),
    ({"received_at": "0001-01-01T00:00:00+14:00"}, 400, "invalid-body", ["/received_at"]),
    ({"channel_id": 3}, 404, "not-found", ["/channel_id"]),
    ({"memo": "a\0b"}, 400, "invalid-body", ["/memo"]),
    ({"colour": "red"}, 400, "invalid-body", ["/colour"]),
]


@pytest.fixture
async def troubled(native_with: Planting) -> Native:
    return await native_with(
        FIRST,
        SECOND,
        an_invoice(id=37, status=Status.VOID),
        an_invoice(id=38, status=Status.REJECTED),
        an_invoice(id=39, currency="EUR"),
        an_invoice(id=40, open_balance=Decimal(-(10**14) + 1)),
        a_payment(),
        channels=CHANNELS,
    )


@pytest.mark.parametrize(("wrong", "status", "name", "pointers"), WRONG)
@pytest.mark.parametrize("verb", ["POST", "PUT"])
async def test_what_is_no_payment_is_pointed_at_and_changes_nothing(
    troubled: Native, verb: str, wrong: Any, status: int, name: str, pointers: list[str]
) -> None:
    path = "/v1/payments" if verb == "POST" else "/v1/payments/1"
    before = (await troubled.get("/v1/payments")).json()
    body = {**LEAST, "currency": "USD", **wrong}

    problem = told(await send(troubled, verb, path, body), status, name)

    assert [error["pointer"] for error in problem.get("errors", [])] == pointers
    assert (await troubled.get("/v1/payments")).json() == before
    assert await owed(troubled) == ("open", "100.00")


async def test_an_invoice_that_takes_no_payment_is_named(troubled: Native) -> None:
    lines = [{"invoice_id": 35, "amount": "1"}, {"invoice_id": 37, "amount": "1"}]

    locked = told(await send(troubled, "POST", "/v1/payments", LEAST | {"lines": lines}), 409, "invoice-locked")
    lines[1]["invoice_id"] = 38
    rejected = told(await send(troubled, "POST", "/v1/payments", LEAST | {"lines": lines}), 409, "wrong-status")

    assert (locked["detail"], locked["state"]) == ("Invoice 37 is void and takes no payment.", "void")
    assert (rejected["detail"], rejected["allowed"]) == ("Invoice 38 is rejected and takes no payment.", ["revise"])


async def test_a_payment_is_written_anew_in_one_step(native: Native) -> None:
    payment = await noted(native, **CONTENT)
    path = f"/v1/payments/{payment['id']}"

    answer = await send(native, "PUT", path, {"party_id": 11, "lines": [{"invoice_id": 35, "amount": "100"}]})

    written = answer.json()
    assert (answer.status_code, answer.headers["etag"], written["version"]) == (200, '"2"', 2)
    kept = ("id", "uuid", "currency", "status", "applied", "received_at", "receipt_id", "created_by")
    assert {name: written[name] for name in kept} == {name: payment[name] for name in kept}
    assert (written["party"]["id"], written["total"], written["memo"], written["channel_id"]) == (
        11,
        "100.00",
        "",
        None,
    )
    assert [await owed(native), await owed(native, 36)] == [("paid", "0.00"), ("open", "100.00")]
    receipt = (await native.get(f"/v1/receipts/{payment['receipt_id']}")).json()
    assert (receipt["version"], receipt["total"], receipt["method"]) == (2, "100.00", None)


async def test_a_payment_that_is_written_as_it_is_stays_in_its_version(native: Native) -> None:
    payment = await noted(native, **CONTENT)
    path = f"/v1/payments/{payment['id']}"

    again = await send(native, "PUT", path, CONTENT)
    patched = await send(native, "PATCH", path, {})

    assert (again.json(), again.headers["etag"]) == (payment, '"1"')
    assert (patched.json(), patched.headers["etag"]) == (payment, '"1"')


@pytest.mark.parametrize(
    ("patch", "becomes"),
    [
        ({"memo": "Wire 8"}, {"memo": "Wire 8"}),
        ({"memo": None, "payer": None}, {"memo": "", "payer": None}),
        ({"channel_id": None, "method": "cash"}, {"channel_id": None, "method": "cash"}),
        (
            {"received_at": "2024-12-01T00:00:00Z"},
            {"received_at": "2024-12-01T00:00:00Z", "received_date": "2024-12-01"},
        ),
        ({"status": "refunded"}, {"status": "refunded", "applied": False}),
        ({"party_id": 11}, {"party": {"id": 11, "uuid": str(a_uuid(2011)), "name": "Quay Lamps"}}),
    ],
)
async def test_a_merge_patch_changes_what_it_says_of_a_payment(native: Native, patch: Any, becomes: Any) -> None:
    payment = await noted(native, **CONTENT)

    answer = await send(native, "PATCH", f"/v1/payments/{payment['id']}", patch, If_Match='"1"')

    assert answer.json() == {**payment, "version": 2, "updated_at": "2024-12-26T12:00:00Z", **becomes}
    assert (await owed(native))[1] == ("100.00" if "status" in patch else "40.00")


async def test_a_patch_with_lines_replaces_them_all(native: Native) -> None:
    payment = await noted(native, **CONTENT)

    lines = [{"invoice_id": 35, "amount": 12.5}]
    patched = (await send(native, "PATCH", f"/v1/payments/{payment['id']}", {"lines": lines})).json()

    assert (patched["total"], patched["memo"]) == ("12.50", "Wire 2207")
    assert [await owed(native), await owed(native, 36)] == [("open", "87.50"), ("open", "100.00")]
    wrong = {"lines": [{"invoice_id": 35, "amount": "1"}, {"invoice_id": 36, "amount": "0"}]}
    problem = told(await send(native, "PATCH", f"/v1/payments/{payment['id']}", wrong), 400, "invalid-body")
    assert [error["pointer"] for error in problem["errors"]] == ["/lines/1/amount"]


async def test_what_another_dialect_says_of_a_payment_is_kept(native_with: Planting) -> None:
    extras = {"bigcommerce": {"fundingStatus": 3}}
    native = await native_with(FIRST, a_payment(extras=extras))

    patched = (await send(native, "PATCH", "/v1/payments/1", {"memo": "seen"})).json()

    assert (patched["memo"], patched["extras"]) == ("seen", extras)


async def test_a_payment_is_deleted_with_its_receipt_and_taken_back(native: Native) -> None:
    payment = await noted(native)
    path = f"/v1/payments/{payment['id']}"

    assert (await send(native, "DELETE", path, If_Match='"1"')).status_code == 204

    told(await native.get(path), 404, "not-found")
    told(await native.get(f"/v1/receipts/{payment['receipt_id']}"), 404, "not-found")
    assert await owed(native) == ("open", "100.00")


@pytest.mark.parametrize(
    ("action", "status", "applied", "open_balance", "pending"),
    [
        ("await", "awaiting", True, "40.00", 1),
        ("process", "processing", True, "40.00", 1),
        ("complete", "completed", True, "40.00", 0),
        ("fail", "incomplete", False, "100.00", 0),
        ("refund", "refunded", False, "100.00", 0),
    ],
)
async def test_a_payment_comes_on_and_its_invoices_follow(
    native: Native, action: str, status: str, applied: bool, open_balance: str, pending: int
) -> None:
    payment = await noted(native)
    path = f"/v1/payments/{payment['id']}/{action}"

    answer = await send(native, "POST", path, If_Match='"1"')

    changed = answer.json()
    version = 1 if action == "complete" else 2
    assert (answer.status_code, answer.headers["etag"]) == (200, f'"{version}"')
    assert (changed["status"], changed["applied"], changed["version"]) == (status, applied, version)
    assert await owed(native) == ("open", open_balance)
    assert (await native.get("/v1/invoices/35")).json()["pending_payments"] == pending
    receipt = (await native.get(f"/v1/receipts/{payment['receipt_id']}")).json()
    assert (receipt["status"], receipt["kind"]) == (status, "refund" if action == "refund" else "paid")
    assert (await send(native, "POST", path)).json() == changed


async def test_balances_that_are_kept_by_hand_move_when_that_is_said(by_hand: Native) -> None:
    payment = await noted(by_hand)
    path = f"/v1/payments/{payment['id']}"
    assert (payment["applied"], await owed(by_hand)) == (False, ("open", "100.00"))

    applied = (await send(by_hand, "POST", f"{path}/apply")).json()
    assert (applied["applied"], applied["version"], await owed(by_hand)) == (True, 2, ("open", "40.00"))
    again = told(await send(by_hand, "POST", f"{path}/apply"), 409, "wrong-operation")
    assert again["allowed"] == ["revert"]
    reverted = (await send(by_hand, "POST", f"{path}/revert")).json()
    assert (reverted["applied"], await owed(by_hand)) == (False, ("open", "100.00"))


async def test_balances_that_follow_payments_are_not_moved_by_hand(native: Native) -> None:
    payment = await noted(native)

    for action in ("apply", "revert"):
        problem = told(await send(native, "POST", f"/v1/payments/{payment['id']}/{action}"), 409, "wrong-operation")
        assert problem["allowed"] == []


async def test_it_is_told_what_may_be_done_to_a_payment_and_why_not(by_hand: Native) -> None:
    payment = await noted(by_hand)

    actions = (await by_hand.get(f"/v1/payments/{payment['id']}/actions")).json()

    assert (actions["state"], actions["applied"], actions["version"]) == ("completed", False, 1)
    assert [item["action"] for item in actions["items"]] == ["edit", "delete", *PAYMENT_ACTIONS]
    assert {item["action"]: item["reason"]["type"] for item in actions["items"] if not item["allowed"]} == {
        "revert": "/docs/problems/wrong-operation"
    }
    assert (await by_hand.get(f"/v1/payments/{payment['id']}")).json() == payment


async def test_a_payment_of_an_invoice_that_was_voided_since_may_be_mended_and_does_not_count_again(
    native: Native,
) -> None:
    payment = await noted(native)
    path = f"/v1/payments/{payment['id']}"
    await send(native, "POST", f"{path}/refund")
    assert (await send(native, "POST", "/v1/invoices/35/void")).status_code == 200

    items = {item["action"]: item for item in (await native.get(f"{path}/actions")).json()["items"]}

    assert items["edit"]["allowed"]
    assert items["complete"]["reason"]["detail"] == "Invoice 35 is void and takes no payment."
    told(await send(native, "POST", f"{path}/complete"), 409, "invoice-locked")


async def test_the_history_of_a_payment_says_who_changed_what(native: Native) -> None:
    payment = await noted(native)
    path = f"/v1/payments/{payment['id']}"
    await send(native, "PATCH", path, {"lines": [{"invoice_id": 35, "amount": "70.5"}]})
    await send(native, "POST", f"{path}/refund")

    entries = (await native.get(f"{path}/history")).json()["items"]

    assert [(entry["version"], entry["dialect"], entry["action"]) for entry in entries] == [
        (1, "native", "record_payment"),
        (2, "native", "rewrite_payment"),
        (3, "native", "act_on_payment"),
    ]
    amount = {"path": "/lines/0/amount", "before": "60", "after": "70.5"}
    assert amount in entries[1]["changes"]
    receipt = (await native.get(f"/v1/receipts/{payment['receipt_id']}/history")).json()["items"]
    assert {"path": "/total", "before": "60", "after": "70.5"} in receipt[1]["changes"]


async def test_a_dry_run_of_a_payment_tells_what_it_would_do_to_its_invoices(native: Native) -> None:
    run = (await send(native, "POST", "/v1/payments?dry_run=true", CONTENT)).json()

    assert (run["status"], run["answer"]["total"]) == (201, "160.00")
    assert sorted((record["kind"], record["id"]) for record in run["changes"]) == [
        ("invoice", 35),
        ("invoice", 36),
        ("payment", run["answer"]["id"]),
        ("receipt", run["answer"]["receipt_id"]),
    ]
    assert [event["event"] for event in run["events"]] == ["payment.recorded", "invoice.issued", "invoice.paid"]
    assert (await native.get("/v1/payments")).json()["total"] == 0
    assert await owed(native) == ("open", "100.00")


@pytest.mark.parametrize(
    ("verb", "path", "body", "status"),
    [
        ("PUT", "", LEAST | {"memo": "x"}, 200),
        ("PATCH", "", {"memo": "x"}, 200),
        ("DELETE", "", None, 204),
        ("POST", "/refund", None, 200),
    ],
)
async def test_a_dry_run_on_a_payment_changes_nothing(
    native: Native, verb: str, path: str, body: Any, status: int
) -> None:
    payment = await noted(native)

    run = (await send(native, verb, f"/v1/payments/{payment['id']}{path}?dry_run=true", body)).json()

    assert (run["dry_run"], run["status"]) == (True, status)
    assert (await native.get(f"/v1/payments/{payment['id']}")).json() == payment
    assert await owed(native) == ("open", "40.00")


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [("PUT", "", LEAST), ("PATCH", "", {"memo": "x"}), ("DELETE", "", None), ("POST", "/fail", None)],
)
async def test_only_a_payment_that_was_seen_is_changed(native: Native, verb: str, path: str, body: Any) -> None:
    payment = await noted(native)
    await send(native, "PATCH", f"/v1/payments/{payment['id']}", {"payer": "Lara"})

    problem = told(
        await send(native, verb, f"/v1/payments/{payment['id']}{path}", body, If_Match='"1"'), 412, "changed-meanwhile"
    )

    assert "/payer" in [error["pointer"] for error in problem["errors"]]
    assert await owed(native) == ("open", "40.00")


async def test_what_is_known_of_a_payment_and_its_receipt_is_not_sent_again(native: Native) -> None:
    payment = await noted(native)
    for path in (f"/v1/payments/{payment['id']}", f"/v1/receipts/{payment['receipt_id']}"):
        answer = await send(native, "GET", path, If_None_Match='"1"')
        assert (answer.status_code, answer.headers["etag"], answer.content) == (304, '"1"', b"")
        assert (await send(native, "GET", path, If_None_Match='"2"')).status_code == 200


@pytest.mark.parametrize("name", ["99", str(a_uuid(99)), "x"])
async def test_a_payment_or_receipt_that_is_not_there_is_not_found(native: Native, name: str) -> None:
    path = f"/v1/payments/{name}"
    for verb, more, body in (
        ("GET", "", None),
        ("GET", "/history", None),
        ("GET", "/actions", None),
        ("PUT", "", LEAST),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("POST", "/refund", None),
        ("POST", "/apply", None),
    ):
        told(await send(native, verb, path + more, body), 404, "not-found")
    for verb, more in (("GET", ""), ("GET", "/history"), ("DELETE", "")):
        told(await send(native, verb, f"/v1/receipts/{name}{more}"), 404, "not-found")
    told(await send(native, "GET", f"/v1/invoices/{name}/payments"), 404, "invoice-not-found")
    told(await send(native, "POST", "/v1/payments/1/unmake"), 404, "unknown-path")


# An invoice that is paid by itself.


@pytest.mark.parametrize(
    ("content", "amount", "stands"),
    [
        (None, "100.00", ("paid", "0.00")),
        ({}, "100.00", ("paid", "0.00")),
        ({"amount": "30.5"}, "30.50", ("open", "69.50")),
        ({"amount": 100}, "100.00", ("paid", "0.00")),
        ({"amount": "130"}, "130.00", ("paid", "-30.00")),
    ],
)
@pytest.mark.parametrize("by_hand", [False, True])
async def test_whoever_pays_an_invoice_leaves_a_payment_with_a_receipt(
    native_with: Planting, by_hand: bool, content: Any, amount: str, stands: tuple[str, str]
) -> None:
    native = await native_with(FIRST, balances_by_hand=by_hand)

    paid = await send(native, "POST", "/v1/invoices/35/pay", content, If_Match='"1"')

    assert (paid.status_code, paid.headers["etag"]) == (200, '"2"')
    assert (paid.json()["status"], paid.json()["balances"]["open"]) == stands == await owed(native)
    (payment,) = (await native.get("/v1/invoices/35/payments")).json()["items"]
    assert (payment["total"], payment["applied"], payment["party"]["id"]) == (amount, True, 10)
    assert payment["lines"] == [{"invoice_id": 35, "invoice_number": "INV-35", "amount": amount}]
    assert (await native.get(f"/v1/receipts/{payment['receipt_id']}")).json()["total"] == amount


async def test_it_may_be_said_when_and_how_an_invoice_was_paid(native: Native) -> None:
    content = {"received_at": "2024-12-01T13:00:00+01:00", "memo": "Wire 7", "method": "wire"}

    await send(native, "POST", "/v1/invoices/35/pay", content)

    (payment,) = (await native.get("/v1/invoices/35/payments")).json()["items"]
    assert {name: payment[name] for name in content} == {**content, "received_at": "2024-12-01T12:00:00Z"}


async def test_an_invoice_on_which_nothing_is_owed_is_paid_without_a_payment(native_with: Planting) -> None:
    native = await native_with(an_invoice(open_balance=Decimal(0)))

    assert (await send(native, "POST", "/v1/invoices/35/pay")).json()["status"] == "paid"
    assert await ids(native, "/v1/payments") == []


async def test_an_invoice_that_was_paid_is_owed_again_once_its_payment_is_taken_back(native: Native) -> None:
    await send(native, "POST", "/v1/invoices/35/pay")
    assert (await send(native, "POST", "/v1/invoices/35/reopen")).json()["balances"]["open"] == "0.00"
    assert (await send(native, "POST", "/v1/invoices/35/pay")).json()["status"] == "paid"
    (payment,) = await ids(native, "/v1/payments")

    assert (await send(native, "DELETE", f"/v1/payments/{payment}")).status_code == 204

    assert await owed(native) == ("open", "100.00")


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"amount": "0"}, "/amount"),
        ({"amount": -1}, "/amount"),
        ({"amount": "much"}, "/amount"),
        ({"amount": "0.00001"}, "/amount"),
        ({"received_at": "2024-12-26"}, "/received_at"),
        ({"currency": "EUR"}, "/currency"),
    ],
)
async def test_what_no_invoice_is_paid_with_is_pointed_at(native: Native, content: Any, pointer: str) -> None:
    problem = told(await send(native, "POST", "/v1/invoices/35/pay", content), 400, "invalid-body")

    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert await owed(native) == ("open", "100.00")


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.OPEN])
async def test_only_an_open_invoice_is_paid_by_itself(native_with: Planting, status: Status) -> None:
    native = await native_with(an_invoice(status=status))

    problem = told(await send(native, "POST", "/v1/invoices/35/pay", {"amount": "1"}), 409, "wrong-status")

    assert problem["state"] == status
    assert await ids(native, "/v1/payments") == []


async def test_a_dry_run_of_paying_tells_of_the_payment(native: Native) -> None:
    run = (await send(native, "POST", "/v1/invoices/35/pay?dry_run=true", {"amount": "40"})).json()

    assert run["answer"]["balances"]["open"] == "60.00"
    assert {record["kind"] for record in run["changes"]} == {"invoice", "payment", "receipt"}
    assert await owed(native) == ("open", "100.00")


async def test_many_invoices_are_paid_at_once_each_in_its_own_way(native_with: Planting) -> None:
    native = await native_with(*(an_invoice(id=id) for id in (35, 36, 37)))
    operations = [
        {"operation": "pay", "invoice": 35},
        {"operation": "pay", "invoice": 36, "content": {"amount": "40", "memo": "Wire 7"}},
        {"operation": "pay", "invoice": 37, "content": {"amount": "0"}},
    ]

    items = (await send(native, "POST", "/v1/invoices/bulk", {"operations": operations})).json()["items"]

    assert [item["status"] for item in items] == [200, 200, 400]
    assert [item["invoice"]["balances"]["open"] for item in items[:2]] == ["0.00", "60.00"]
    assert items[2]["problem"]["errors"][0]["pointer"] == "/amount"
    totals = {one["lines"][0]["invoice_id"]: one["total"] for one in (await native.get("/v1/payments")).json()["items"]}
    assert totals == {35: "100.00", 36: "40.00"}


# Lists.

PAYMENTS = (
    a_payment(id=1, received_at=NOON - timedelta(days=2), external_id="ERP-7", memo="Wire 9", payer="Lara"),
    a_payment(id=2, party=11, lines=(PaymentLine(36, Decimal("12.5")), PaymentLine(35, Decimal(1))), applied=False),
    a_payment(id=3, status=PaymentStatus.AWAITING, lines=(PaymentLine(36, Decimal(7)),), channel=2, currency="EUR"),
    a_payment(id=4, status=PaymentStatus.REFUNDED, applied=False, received_at=NOON + timedelta(days=1)),
)
RECEIPTS = (
    a_receipt(id=1, created_at=NOON - timedelta(days=2), reference="Wire 7", total=Decimal(3)),
    a_receipt(id=2, payment=2, party=11, lines=(ReceiptLine(2, 36, Decimal("12.5"), "INV-36"),), payer="Lara"),
    a_receipt(id=3, payment=3, status=PaymentStatus.REFUNDED, kind=ReceiptKind.REFUND, lines=()),
)


@pytest.fixture
async def listed(native_with: Planting) -> Native:
    return await native_with(FIRST, SECOND, *PAYMENTS, *RECEIPTS, channels=CHANNELS)


async def ids(native: Native, path: str, **asked: Any) -> list[int]:
    answer = await native.get(path, **asked)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"status": "awaiting"}, [3]),
        ({"status": "awaiting, refunded"}, [3, 4]),
        ({"status": ["awaiting", "completed"]}, [1, 2, 3]),
        ({"party": "11"}, [2]),
        ({"invoice": "36"}, [2, 3]),
        ({"invoice": "99"}, []),
        ({"applied": "true"}, [1, 3]),
        ({"applied": "false"}, [2, 4]),
        ({"channel": "2"}, [3]),
        ({"received_from": "2024-12-26"}, [2, 3, 4]),
        ({"received_to": "2024-12-26"}, [1, 2, 3]),
        ({"received_from": "2024-12-26T12:00:01Z"}, [4]),
        ({"total_from": "13.5"}, [1, 2, 4]),
        ({"total_to": "13.5"}, [2, 3]),
        ({"total_from": "7.0001", "total_to": "99.99"}, [2]),
        ({"q": "erp"}, [1]),
        ({"q": "WIRE"}, [1]),
        ({"q": "lar"}, [1]),
        ({"currency": "EUR"}, [3]),
        ({"currency": "EUR", "total_from": "8"}, []),
        ({"q": "3"}, [3]),
        ({"party": "10", "applied": "true", "q": "7"}, [1]),
        ({"sort": "-received_at"}, [4, 3, 2, 1]),
        ({"sort": "id"}, [1, 2, 3, 4]),
        ({"sort": "-id"}, [4, 3, 2, 1]),
        ({"sort": "total"}, [3, 2, 1, 4]),
        ({"sort": "-status"}, [4, 2, 1, 3]),
        ({"sort": "applied"}, [2, 4, 1, 3]),
    ],
)
async def test_payments_are_filtered_and_sorted(listed: Native, asked: Any, expected: list[int]) -> None:
    assert await ids(listed, "/v1/payments", **asked) == expected


async def test_the_payments_of_an_invoice_are_listed(listed: Native) -> None:
    assert await ids(listed, "/v1/invoices/35/payments") == [1, 2, 4]
    assert await ids(listed, f"/v1/invoices/{FIRST.uuid}/payments", applied="true") == [1]
    told(await listed.get("/v1/invoices/35/payments", invoice="36"), 400, "invalid-parameters")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [1, 2, 3]),
        ({"status": "refunded"}, [3]),
        ({"party": "11"}, [2]),
        ({"payment": "2"}, [2]),
        ({"created_from": "2024-12-26"}, [2, 3]),
        ({"created_to": "2024-12-25"}, [1]),
        ({"q": "wire"}, [1]),
        ({"q": "LARA"}, [2]),
        ({"sort": "-created_at"}, [3, 2, 1]),
        ({"sort": "-id"}, [3, 2, 1]),
        ({"sort": "total"}, [1, 2, 3]),
        ({"sort": "-kind"}, [3, 2, 1]),
    ],
)
async def test_receipts_are_filtered_and_sorted(listed: Native, asked: Any, expected: list[int]) -> None:
    assert await ids(listed, "/v1/receipts", **asked) == expected


@pytest.mark.parametrize(
    ("path", "sort"),
    [
        *(("payments", sort) for sort in PaymentOrder),
        *(("receipts", sort) for sort in ReceiptOrder),
        *(("invoices/35/payments", sort) for sort in PaymentOrder),
    ],
)
@pytest.mark.parametrize("sign", ["", "-"])
async def test_pages_lead_on_to_one_another_in_every_order(listed: Native, path: str, sort: str, sign: str) -> None:
    whole = (await listed.get(f"/v1/{path}", sort=f"{sign}{sort}")).json()
    assert whole["next"] is None
    following: str | None = f"/v1/{path}?sort={sign}{sort}&limit=1"

    found: list[Any] = []
    while following:
        page = (await listed.get(following)).json()
        assert page["total"] == whole["total"]
        found += page["items"]
        following = page["next"]

    assert found == whole["items"]


@pytest.mark.parametrize(
    ("path", "asked", "detail"),
    [
        ("payments", {"status": "lost"}, "Must be incomplete, awaiting, processing, completed or refunded"),
        ("payments", {"sort": "source"}, "Must be one of received_at, updated_at, id, status, applied, total, party"),
        ("payments", {"applied": "maybe"}, "Must be true or false."),
        ("payments", {"currency": "eur"}, "Must be an ISO 4217 code"),
        ("payments", {"total_from": "much"}, "Must be a number."),
        ("payments", {"total_to": "1e99"}, "Must be below"),
        ("payments", {"received_from": "soon"}, "Must be a day"),
        ("payments", {"invoice": "x"}, "Must be a whole number."),
        ("payments", {"channel": "x"}, "Must be a whole number."),
        ("payments", {"colour": "red"}, "There is no such parameter."),
        ("receipts", {"sort": "colour"}, "Must be one of created_at, updated_at, id, payment, kind"),
        ("receipts", {"invoice": "35"}, "There is no such parameter."),
        ("receipts", {"cursor": "x"}, "Must be taken from"),
    ],
)
async def test_a_list_of_payments_takes_its_own_parameters_alone(
    listed: Native, path: str, asked: Any, detail: str
) -> None:
    problem = told(await listed.get(f"/v1/{path}", **asked), 400, "invalid-parameters")

    (error,) = problem["errors"]
    assert (error["parameter"], error["detail"].startswith(detail)) == (*asked, True)


# Receipts.


async def test_a_receipt_says_what_its_payment_said(native: Native) -> None:
    payment = await noted(native, **CONTENT)

    answer = await native.get(f"/v1/receipts/{payment['receipt_id']}")

    receipt = answer.json()
    assert answer.headers["etag"] == '"1"'
    alike = ("party", "currency", "total", "status", "memo", "payer", "payer_id", "method", "external_id")
    assert {name: receipt[name] for name in alike} == {name: payment[name] for name in alike}
    assert [{**line, "id": None} for line in receipt["lines"]] == [{**line, "id": None} for line in payment["lines"]]
    assert (receipt["payment_id"], receipt["kind"], receipt["reference"]) == (payment["id"], "paid", "Wire 2207")
    assert (receipt["created_at"], receipt["created_date"]) == ("2024-12-26T12:00:00Z", "2024-12-26")
    assert (await native.get(f"/v1/receipts/{receipt['uuid']}")).json() == receipt
    assert (await native.get("/v1/receipts", payment=payment["id"])).json()["items"] == [receipt]


async def test_a_receipt_is_deleted_and_its_payment_stays(native: Native) -> None:
    payment = await noted(native)
    path = f"/v1/receipts/{payment['receipt_id']}"

    assert (await send(native, "DELETE", f"{path}?dry_run=true")).json()["status"] == 204
    told(await send(native, "DELETE", path, If_Match='"2"'), 412, "changed-meanwhile")
    assert (await send(native, "DELETE", path)).status_code == 204

    told(await native.get(path), 404, "not-found")
    kept = (await native.get(f"/v1/payments/{payment['id']}")).json()
    assert kept == {**payment, "receipt_id": None}
    assert await owed(native) == ("open", "40.00")
    again = (await send(native, "PATCH", f"/v1/payments/{payment['id']}", {"memo": "anew"})).json()
    assert again["receipt_id"] not in {None, payment["receipt_id"]}


# Whom they are shown to.

HIDDEN = (
    a_party(id=12, private=True),
    an_invoice(id=37, party=12),
    a_payment(id=1),
    a_payment(id=2, party=12),
    a_payment(id=3, lines=(PaymentLine(35, Decimal(1)), PaymentLine(37, Decimal(1)))),
    a_payment(id=4, party=12, created_by="clerk"),
    a_receipt(id=1),
    a_receipt(id=2, payment=2, party=12),
    a_receipt(id=3, payment=3, lines=(ReceiptLine(3, 37, Decimal(1)),)),
    a_user(username="clerk", role=Role.CLERK),
    a_credential(id=9, secret_hash=hash_secret("c"), user="clerk"),
)


@pytest.fixture
async def hiding(native_with: Planting) -> Native:
    return await native_with(FIRST, *HIDDEN)


async def test_whoever_may_not_see_who_paid_or_what_for_sees_no_payment(hiding: Native) -> None:
    hers = {"Authorization": "Bearer c"}

    for path, seen in (("payments", [1, 4]), ("receipts", [1]), ("invoices/35/payments", [1, 4])):
        answer = (await hiding.client.get(f"/v1/{path}", headers=hers)).json()
        assert ([item["id"] for item in answer["items"]], answer["total"]) == (seen, len(seen))
    told(await hiding.client.get("/v1/invoices/37/payments", headers=hers), 403, "not-permitted")
    assert await ids(hiding, "/v1/payments") == [1, 2, 3, 4]


@pytest.mark.parametrize("path", ["payments/2", "payments/3", "receipts/2", "receipts/3"])
async def test_a_hidden_payment_is_neither_shown_nor_changed(hiding: Native, path: str) -> None:
    hers = {"Authorization": "Bearer c", "If-Match": '"9"'}
    calls: list[tuple[str, str, Any]] = [("GET", "", None), ("GET", "/history", None), ("DELETE", "", None)]
    if "payments" in path:
        calls += [("GET", "/actions", None), ("PUT", "", LEAST), ("PATCH", "", {"party_id": "x"})]
        calls += [("POST", "/refund", None), ("POST", "/apply", None)]
    for verb, more, body in calls:
        answer = await hiding.client.request(verb, f"/v1/{path}{more}", headers=hers, json=body)
        told(answer, 403, "not-permitted")


async def test_a_clerk_notes_payments_only_of_what_they_may_see(hiding: Native) -> None:
    hers = {"Authorization": "Bearer c"}

    mine = (await hiding.client.post("/v1/payments", headers=hers, json=LEAST)).json()
    assert mine["created_by"] == "clerk"
    for wrong in ({"party_id": 12}, {"lines": [{"invoice_id": 37, "amount": "1"}]}):
        told(await hiding.client.post("/v1/payments", headers=hers, json=LEAST | wrong), 403, "not-permitted")


async def test_a_viewer_is_told_that_they_may_do_nothing_to_a_payment(native_with: Planting) -> None:
    native = await native_with(FIRST, a_payment())
    headers = {"Authorization": "Bearer reader"}

    items = (await native.client.get("/v1/payments/1/actions", headers=headers)).json()["items"]

    assert {item["reason"]["type"] for item in items} == {"/docs/problems/missing-scope"}
