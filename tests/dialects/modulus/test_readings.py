"""The readings of the contract's §11: where it is silent or contradicts itself, what is done."""

from decimal import Decimal
from typing import Any

from billingua.core.lifecycle import Status
from tests.dialects.modulus.shop import (
    A_COLLECTION,
    AN_INVOICE,
    COLLECTION_PATH,
    DETAILS,
    INVOICE_PATH,
    ROW,
    Shop,
    coded,
    without,
)


async def change(shop: Shop, body: Any) -> tuple[int, Any]:
    """Ask for a change of status; bytes are sent as they are."""
    kind = (
        {"content": body, "headers": {"Content-Type": "application/json"}}
        if isinstance(body, bytes)
        else {"json": body}
    )
    answer = await shop.client.patch(INVOICE_PATH, params={"token": "good"}, **kind)
    return answer.status_code, answer.json()


async def an_invoice(shop: Shop, **changes: Any) -> dict[str, Any]:
    """Make an invoice; what names it in a change of status."""
    made = await shop.made(INVOICE_PATH, AN_INVOICE | changes)
    return {"invoice_id": made["invoice_id"], "invoice_number": made["invoice_serial"]}


async def test_b1_bare_and_wrapped_bodies_are_taken_and_an_open_brace_is_refused(shop: Shop) -> None:
    bare = await an_invoice(shop) | {"status": "STATUS_SENT"}
    wrapped = {"customer_details": await an_invoice(shop) | {"status": "STATUS_SENT"}}

    assert [(await change(shop, body))[0] for body in (bare, wrapped)] == [200, 200]
    status, envelope = await change(shop, b'{"customer_details": {"invoice_id": 1, "status": "STATUS_SENT"}')
    assert (status, set(envelope)) == (400, {"result", "title", "message"})


async def test_b2_object_stands_on_a_failure_only_with_a_code(shop: Shop) -> None:
    named = await an_invoice(shop)

    _, without_code = await change(shop, named | {"status": "STATUS_VOID", "void_date": "2999-01-01"})
    _, with_code = await change(shop, named | {"status": "STATUS_DRAFT"})

    assert without_code == {"result": False, "title": "Error", "message": "The void date cannot be in the future."}
    assert with_code["object"] == {"error_code": 5505}


async def test_b3_the_invoice_number_is_the_serial_that_was_given(shop: Shop) -> None:
    made = await shop.made(INVOICE_PATH, AN_INVOICE)

    named = {"invoice_id": made["invoice_id"], "invoice_number": made["invoice_serial"], "status": "STATUS_SENT"}
    assert (await change(shop, named))[0] == 200
    assert (await change(shop, named | {"invoice_number": "INV_1"}))[1]["message"] == "Invalid invoice."


async def test_b4_the_id_has_no_blank_in_its_key(shop: Shop) -> None:
    assert "invoice_id" in await shop.made(INVOICE_PATH, AN_INVOICE)


async def test_b5_a_draft_is_voided_sending_again_changes_nothing_and_voiding_again_is_refused(shop: Shop) -> None:
    named = await an_invoice(shop)
    sent = await an_invoice(shop, status="STATUS_SENT")

    assert (await change(shop, named | {"status": "STATUS_VOID"}))[0] == 200
    assert (await change(shop, named | {"status": "STATUS_VOID"})) == (400, coded(5505, "Invalid status."))
    assert [(await change(shop, sent | {"status": "STATUS_SENT"}))[0] for _ in range(2)] == [200, 200]
    assert (await shop.invoice(sent["invoice_id"])).status is Status.OPEN


async def test_b6_a_void_date_beside_sent_is_ignored_if_it_is_a_date(shop: Shop) -> None:
    named = await an_invoice(shop) | {"status": "STATUS_SENT"}

    assert (await change(shop, named | {"void_date": "nothing"}))[1]["message"] == "The void date is invalid."
    assert (await change(shop, named | {"void_date": "2999-01-01 00:00:00"}))[0] == 200
    assert (await shop.invoice(named["invoice_id"])).voided_at is None


async def test_b7_a_bad_token_is_401_with_no_object_to_read(shop: Shop) -> None:
    told = {"result": False, "title": "Unauthorized", "message": "Authentication failed.", "object": None}

    for path in (INVOICE_PATH, COLLECTION_PATH):
        assert await shop.told(path, AN_INVOICE, token="bad") == (401, told)


async def test_b8_rows_are_counted_from_zero(shop: Shop) -> None:
    body = AN_INVOICE | {"items": [ROW | {"item_code": "X"}]}

    assert await shop.told(INVOICE_PATH, body) == (400, coded(5508, "Invalid Item code at row with index 0."))


async def test_b9_of_twin_codes_one_is_sent(shop: Shop) -> None:
    early = AN_INVOICE | {"due_date": "2024-05-01"}
    older = without(AN_INVOICE, "customer_details") | {"customer_code": ""}

    codes = [(await shop.told(INVOICE_PATH, body))[1]["object"]["error_code"] for body in (
        early, older, AN_INVOICE | {"customer_details": without(DETAILS, "code")},
    )]  # fmt: skip
    assert codes == [5506, 5521, 5677]


async def test_b10_an_unknown_customer_is_made_and_a_known_one_is_not_changed(shop: Shop) -> None:
    known = await shop.party("C-310")

    await shop.made(INVOICE_PATH, AN_INVOICE | {"customer_details": DETAILS | {"name": "Other"}})
    await shop.made(INVOICE_PATH, AN_INVOICE | {"customer_details": DETAILS | {"code": "C-NEW"}})

    assert await shop.party("C-310") == known
    assert await shop.party("C-NEW") is not None


async def test_b11_sending_does_nothing_but_change_the_status(shop: Shop) -> None:
    named = await an_invoice(shop)
    before = await shop.invoice(named["invoice_id"])

    await change(shop, named | {"status": "STATUS_SENT"})

    after = await shop.invoice(named["invoice_id"])
    differing = {name for name in before.__slots__ if getattr(before, name) != getattr(after, name)}
    assert differing <= {"status", "updated_at"}


async def test_b12_one_reference_makes_as_many_documents_as_are_asked_for(shop: Shop) -> None:
    assert len({(await an_invoice(shop))["invoice_id"] for _ in range(2)}) == 2


async def test_b13_unknown_keys_are_ignored(shop: Shop) -> None:
    customer = DETAILS | {"shoe_size": 44}

    await shop.made(INVOICE_PATH, AN_INVOICE | {"x": 1, "customer_details": customer, "items": [ROW | {"y": None}]})


async def test_b14_an_invoice_may_be_issued_in_the_future_and_a_receipt_may_not(shop: Shop) -> None:
    await shop.made(INVOICE_PATH, AN_INVOICE | {"issue_date": "2030-01-01", "due_date": "2030-01-01"})

    status, _ = await shop.told(COLLECTION_PATH, A_COLLECTION | {"date": "2030-01-01"})
    assert status == 400


async def test_b15_what_was_sent_is_kept_with_all_its_decimals(shop: Shop) -> None:
    row = ROW | {"quantity": Decimal("0.333333"), "unit_price": Decimal("3.141592653")}
    made = await shop.made(INVOICE_PATH, AN_INVOICE | {"items": [row]})

    line = (await shop.invoice(made["invoice_id"])).lines[0]
    assert (line.quantity, line.unit_price) == (Decimal("0.333333"), Decimal("3.141592653"))


async def test_b16_tokens_of_programs_and_of_users_open_the_same(shop: Shop) -> None:
    app = await shop.client.post("/api/cmn/Authenticate", data={"app": "APP", "secret": "SEC"})
    user = await shop.client.post("/api/cmn/AuthenticateToken", json={"username": "ida", "password": "pass word"})

    for token in (app.json()["object"]["token"], user.json()["object"]):
        await shop.made(INVOICE_PATH, AN_INVOICE, token=token)
        await shop.made(COLLECTION_PATH, A_COLLECTION, token=token)
        answer = await shop.client.get("/api/itm/PublicItem", params={"token": token, "price_list_id": 1})
        assert answer.status_code == 200


async def test_both_customer_shapes_at_once_and_the_details_win(shop: Shop) -> None:
    body = AN_INVOICE | {"customer_code": "C-999"}

    made = await shop.made(INVOICE_PATH, body)

    assert (await shop.invoice(made["invoice_id"])).party == 10
