"""Changing an invoice's status: what is asked, what is answered, what the ledger holds afterwards (contract §4)."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from billingua.core.lifecycle import Status
from tests.dialects.modulus.conftest import (
    CHANGED,
    DRAFT,
    NOW,
    OPEN,
    PAID,
    REJECTED,
    STATUSES,
    VOID,
    WANTED,
    Modulus,
    without_code,
)

INVALID_STATUS = {"result": False, "title": "Error", "message": "Invalid status.", "object": {"error_code": 5505}}
MISSING_STATUS = {"result": False, "title": "Error", "message": "Missing status.", "object": {"error_code": 5526}}

MISSING_ID = without_code("Missing invoice id.")
MISSING_NUMBER = without_code("Missing invoice number.")
INVALID_INVOICE = without_code("Invalid invoice.")


@pytest.mark.parametrize(
    "body",
    [
        WANTED,
        {"customer_details": WANTED},
        WANTED | {"invoice_id": str(DRAFT)},
        WANTED | {"invoice_id": f" {DRAFT} "},
        WANTED | {"invoice_number": f"  INV-{DRAFT} "},
        WANTED | {"void_date": None},
        WANTED | {"void_date": "2023-01-14 19:59:22"},
        WANTED | {"void_date": "2999-01-01 00:00:00"},
        WANTED | {"somebody": "else's", "customer_details": None},
        {"customer_details": WANTED, "invoice_id": VOID, "status": "STATUS_VOID", "invoice_number": "none"},
        {"customer_details": {"status": "STATUS_SENT"}, "invoice_id": DRAFT, "invoice_number": f"INV-{DRAFT}"},
    ],
    ids=lambda body: str(body)[:70],
)
async def test_a_draft_is_sent(modulus: Modulus, body: dict[str, Any]) -> None:
    answer = await modulus.patch(body)

    assert (answer.status_code, answer.json()) == (200, CHANGED)
    assert (await modulus.invoice()).status is Status.OPEN
    assert await modulus.versions() == [1, 2]


async def test_an_id_with_a_fraction_of_zero_is_a_whole_number(modulus: Modulus) -> None:
    answer = await modulus.patch(b'{"invoice_id": 35.0, "status": "STATUS_SENT", "invoice_number": "INV-35"}')

    assert answer.json() == CHANGED


@pytest.mark.parametrize("id", [DRAFT, OPEN])
async def test_an_invoice_becomes_void_now_unless_a_date_is_given(modulus: Modulus, id: int) -> None:
    answer = await modulus.ask("STATUS_VOID", id)

    assert (answer.status_code, answer.json()) == (200, CHANGED)
    invoice = await modulus.invoice(id)
    assert (invoice.status, invoice.voided_at) == (Status.VOID, NOW)


@pytest.mark.parametrize("id", [OPEN, PAID])
async def test_an_invoice_that_was_sent_before_is_sent_without_any_change(modulus: Modulus, id: int) -> None:
    before = await modulus.everything()

    answer = await modulus.ask("STATUS_SENT", id)

    assert (answer.status_code, answer.json()) == (200, CHANGED)
    assert await modulus.everything() == before


@pytest.mark.parametrize(
    ("id", "status"),
    [
        *(
            (id, word)
            for id in STATUSES
            for word in ("STATUS_DRAFT", "STATUS_PAID", "status_sent", " STATUS_SENT", "0")
        ),
        *((id, 1) for id in STATUSES),
        (DRAFT, ["STATUS_SENT"]),
        (DRAFT, {"STATUS_SENT": 1}),
        (VOID, "STATUS_SENT"),
        (VOID, "STATUS_VOID"),
        (PAID, "STATUS_VOID"),
        (REJECTED, "STATUS_SENT"),
        (REJECTED, "STATUS_VOID"),
    ],
)
async def test_a_status_that_is_not_allowed_is_refused_with_its_code(modulus: Modulus, id: int, status: Any) -> None:
    before = await modulus.everything()

    answer = await modulus.ask(status, id)

    assert (answer.status_code, answer.json()) == (400, INVALID_STATUS)
    assert await modulus.everything() == before


async def test_the_first_void_date_stays(modulus: Modulus) -> None:
    await modulus.ask("STATUS_VOID", void_date="2024-05-20 09:15:00")
    await modulus.ask("STATUS_VOID", void_date="2024-06-20 09:15:00")

    assert (await modulus.invoice()).voided_at == datetime(2024, 5, 20, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "answered"),
    [
        ({"invoice_id": None}, MISSING_ID),
        ({"invoice_id": ""}, MISSING_ID),
        ({"invoice_id": "abc"}, MISSING_ID),
        ({"invoice_id": "35.5"}, MISSING_ID),
        ({"invoice_id": 35.5}, MISSING_ID),
        ({"invoice_id": True}, MISSING_ID),
        ({"invoice_id": [35]}, MISSING_ID),
        ({"status": None}, MISSING_STATUS),
        ({"status": " "}, MISSING_STATUS),
        ({"invoice_number": None}, MISSING_NUMBER),
        ({"invoice_number": " "}, MISSING_NUMBER),
        ({"invoice_number": ["INV-35"]}, MISSING_NUMBER),
        ({"invoice_number": True}, MISSING_NUMBER),
        ({"invoice_id": 999}, INVALID_INVOICE),
        ({"invoice_id": 0}, INVALID_INVOICE),
        ({"invoice_id": -35}, INVALID_INVOICE),
        ({"invoice_id": 2**31}, INVALID_INVOICE),
        ({"invoice_id": 10**17}, INVALID_INVOICE),
        ({"invoice_id": "9" * 60}, INVALID_INVOICE),
        ({"invoice_id": OPEN}, INVALID_INVOICE),
        ({"invoice_number": "INV-36"}, INVALID_INVOICE),
        ({"invoice_number": "inv-35"}, INVALID_INVOICE),
        ({"invoice_number": 35}, INVALID_INVOICE),
    ],
    ids=str,
)
@pytest.mark.parametrize("wrap", [lambda body: body, lambda body: {"customer_details": body}], ids=["bare", "wrapped"])
async def test_fields_that_are_missing_or_wrong_are_refused(
    modulus: Modulus, changes: dict[str, Any], answered: dict[str, Any], wrap: Any
) -> None:
    before = await modulus.everything()

    answer = await modulus.patch(wrap(WANTED | changes))

    assert (answer.status_code, answer.json()) == (400, answered)
    assert await modulus.everything() == before


async def test_a_wrapper_wins_over_bare_fields_with_null_too(modulus: Modulus) -> None:
    answer = await modulus.patch(WANTED | {"customer_details": {"invoice_number": None}})

    assert (answer.status_code, answer.json()) == (400, MISSING_NUMBER)


@pytest.mark.parametrize("missing", ["invoice_id", "status", "invoice_number"])
async def test_a_field_that_is_left_out_is_missing(modulus: Modulus, missing: str) -> None:
    answer = await modulus.patch({name: value for name, value in WANTED.items() if name != missing})

    told = {"invoice_id": MISSING_ID, "status": MISSING_STATUS, "invoice_number": MISSING_NUMBER}
    assert (answer.status_code, answer.json()) == (400, told[missing])


async def test_faults_are_found_in_the_order_of_the_contract(modulus: Modulus) -> None:
    """Token, JSON, id, status present, number present, status word, invoice and number, transition, void date."""
    future = "2999-01-01 00:00:00"
    members: dict[str, Any] = {"void_date": future}
    answers = [
        (await modulus.patch(b"{", token="wrong")).json()["message"],
        (await modulus.patch(b"{")).json()["message"],
        (await modulus.patch(members)).json()["message"],
        (await modulus.patch(members := members | {"invoice_id": VOID})).json()["message"],
        (await modulus.patch(members := members | {"status": "STATUS_GONE"})).json()["message"],
        (await modulus.patch(members := members | {"invoice_number": "INV-35"})).json()["message"],
        (await modulus.patch(members := members | {"status": "STATUS_VOID"})).json()["message"],
        (await modulus.patch(members := members | {"invoice_number": f"INV-{VOID}"})).json()["message"],
        (await modulus.ask("STATUS_VOID", OPEN, void_date=future)).json()["message"],
    ]

    assert answers == [
        "Authentication failed.",
        "The body is not a JSON object: Input data was truncated",
        "Missing invoice id.",
        "Missing status.",
        "Missing invoice number.",
        "Invalid status.",
        "Invalid invoice.",
        "Invalid status.",
        "The void date cannot be in the future.",
    ]


async def test_of_two_that_void_an_invoice_at_once_one_is_told_that_it_is_void(modulus: Modulus) -> None:
    answers = await asyncio.gather(
        modulus.ask("STATUS_VOID", void_date="2024-05-20"), modulus.ask("STATUS_VOID", void_date="2024-05-21")
    )

    assert [answer.json() for answer in answers] == [CHANGED, INVALID_STATUS]
    assert await modulus.versions() == [1, 2]
    assert (await modulus.invoice()).voided_at == datetime(2024, 5, 20, tzinfo=UTC)


async def test_sending_and_voiding_at_once_both_happen(modulus: Modulus) -> None:
    answers = await asyncio.gather(modulus.ask("STATUS_SENT"), modulus.ask("STATUS_VOID"))

    assert [answer.json() for answer in answers] == [CHANGED, CHANGED]
    assert await modulus.versions() == [1, 2, 3]
