"""Lines one by one: written, written anew, taken out (contract §6)."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from billingua.core.lifecycle import Status
from billingua.core.rounding import STEPWISE
from billingua.wire.bodies import decode_json
from billingua.wire.replies import encode_json
from tests.builders import a_line, an_invoice
from tests.dialects.onlyoffice.conftest import (
    DRAFT,
    OPEN,
    OWNERS,
    PAID,
    REJECTED,
    TO_PRIVATE,
    VOID,
    Portal,
    born_here,
    out_of_range,
    refusal,
    response,
)
from tests.walking import walk

TWO = 40
"""A draft of Ida's with the lines 81 and 82, at the places 0 and 5. Beside it is an open one, 41 with 83 and 84."""


def two_lines(id: int, first: int, **overrides: Any) -> Any:
    lines = (
        a_line(id=first, item=4, quantity=Decimal("1.00"), unit_price=Decimal("10.00"), description="one"),
        a_line(id=first + 1, position=5, item=6, quantity=Decimal("2.00"), unit_price=Decimal("3.50"), sku="KEPT"),
    )
    return born_here(id, lines=lines, **overrides)


OTHERS = (two_lines(TWO, 81), two_lines(41, 83, status=Status.OPEN))


@pytest.fixture
def others() -> tuple[Any, ...]:
    return OTHERS


PRINTED: dict[str, Any] = {
    "invoiceId": DRAFT,
    "invoiceItemId": 6,
    "quantity": 2,
    "price": Decimal("3.5"),
    "sortOrder": 1,
}
SHOWN: dict[str, Any] = {
    "invoiceID": DRAFT,
    "invoiceItemID": 6,
    "invoiceTax1ID": 0,
    "invoiceTax2ID": 0,
    "sortOrder": 1,
    "description": "",
    "quantity": Decimal("2.00"),
    "price": Decimal("3.50"),
    "discount": Decimal("0.00"),
    "id": 85,
}


def a_line_body(**overrides: Any) -> dict[str, Any]:
    """The printed line, with some members changed; one that is `...` is left out."""
    return {name: value for name, value in (PRINTED | overrides).items() if value is not ...}


async def post(portal: Portal, body: Any, token: str = "ida-token", path: str = "/invoiceline", **rest: Any):
    return await portal.send("POST", path, body, token, **rest)


async def put(portal: Portal, id: int, body: Any, token: str = "ida-token"):
    return await portal.send("PUT", f"/invoiceline/{id}", body, token)


async def delete(portal: Portal, id: int, token: str = "ida-token"):
    return await portal.send("DELETE", f"/invoiceline/{id}", b"", token)


async def test_the_printed_line_is_written_anew_and_taken_out(portal: Portal):
    answer = await post(portal, PRINTED)
    assert response(answer, 201) == SHOWN
    assert (answer.json()["count"], answer.json()["statusCode"]) == (1, 201)
    assert (await portal.shown())["cost"] == Decimal("71.76")
    changed = response(await put(portal, 85, a_line_body(quantity=3)))
    assert changed == SHOWN | {"quantity": Decimal("3.00")}
    shown = await portal.shown()
    assert (shown["invoiceLines"][1], shown["cost"]) == (changed, Decimal("75.26"))
    answer = await delete(portal, 85)
    assert answer.text == '{"count":1,"status":0,"statusCode":200,"response":85}'
    assert (await portal.shown())["cost"] == Decimal("64.76")


@pytest.mark.parametrize("suffix", ["", ".json"])
@pytest.mark.parametrize("encoding", ["json", "form", "query", "upper"])
async def test_json_form_and_query_say_the_same(portal: Portal, suffix: str, encoding: str):
    path, form = f"/InvoiceLine{suffix}", urlencode(PRINTED).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    if encoding == "query":
        answer = await post(portal, b"", path=f"{path}?{form.decode()}&quantity=9")
    elif encoding == "form":
        answer = await post(portal, form, path=path, headers=kind)
    else:
        body = {name.upper(): value for name, value in PRINTED.items()} if encoding == "upper" else PRINTED
        answer = await post(portal, encode_json(body), path=path, headers={"Content-Type": "application/json"})
    assert response(answer, 201) == SHOWN


async def test_a_new_line_is_shown_as_it_was_sent_and_kept_as_it_is_rounded(portal: Portal):
    body = a_line_body(quantity="1.005", price=Decimal("0.125"), discount=Decimal("7.555"), invoiceTax1Id=1)
    shown = response(await post(portal, body), 201)
    assert (shown["quantity"], shown["price"], shown["discount"]) == (
        Decimal("1.005"),
        Decimal("0.125"),
        Decimal("7.555"),
    )
    kept = (await portal.shown())["invoiceLines"][1]
    assert (kept["quantity"], kept["price"], kept["discount"]) == (Decimal("1.01"), Decimal("0.13"), Decimal("7.56"))
    assert kept["invoiceTax1ID"] == 1


async def test_a_line_with_only_a_product_is_accepted(portal: Portal):
    shown = response(await post(portal, {"invoiceId": DRAFT, "invoiceItemId": 4}), 201)
    assert (shown["sortOrder"], shown["quantity"], shown["price"], shown["discount"]) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("place", "ids"), [(-3, [85, 81, 82]), (0, [81, 85, 82]), (5, [81, 82, 85]), (9, [81, 82, 85])]
)
async def test_lines_stand_by_their_places_which_are_kept_as_sent(portal: Portal, place: int, ids: list[int]):
    await post(portal, a_line_body(invoiceId=TWO, sortOrder=place))
    lines = (await portal.shown(TWO))["invoiceLines"]
    assert [line["id"] for line in lines] == ids
    assert {line["id"]: line["sortOrder"] for line in lines} == {81: 0, 82: 5, 85: place}


async def test_a_change_replaces_all_of_a_line_and_moves_it(portal: Portal):
    body = {"invoiceId": TWO, "invoiceItemId": 6, "price": 1, "sortOrder": 7, "id": 82}
    shown = response(await put(portal, 81, body))
    assert (shown["id"], shown["invoiceItemID"], shown["description"], shown["quantity"]) == (81, 6, "", 0)
    assert [line["id"] for line in (await portal.shown(TWO))["invoiceLines"]] == [82, 81]


ELSEWHERE = an_invoice(
    id=60,
    status=Status.DRAFT,
    rounding=STEPWISE,
    lines=(
        a_line(id=90, item=4, unit=7, unit_price=Decimal(10), discount_per_unit=Decimal(1)),
        a_line(id=91, position=1),
    ),
)


@pytest.mark.parametrize("others", [(ELSEWHERE,)])
async def test_what_this_api_cannot_say_of_a_line_stays(portal: Portal):
    body = {"invoiceId": 60, "invoiceItemId": 4, "quantity": 2, "price": 10, "discount": 10}
    assert response(await put(portal, 90, body, "owner-token"))["discount"] == Decimal("10.00")
    line = (await portal.stored(60)).lines[0]
    assert (line.unit, line.discount_per_unit, line.discount_percent, line.quantity) == (7, 1, 0, 2)


async def test_what_is_owed_follows_and_the_change_is_told(portal: Portal):
    await post(portal, PRINTED)
    stored = await portal.stored()
    assert stored.original_balance == stored.open_balance == Decimal("71.76")
    assert stored.updated_at == portal.clock.now()
    assert b"invoice.edited" in (await walk(portal.ledger.store.outbox()))[-1].body


async def test_the_only_line_stays(portal: Portal):
    before = await portal.everything()
    assert refusal(await delete(portal, 51)) == (500, "Can't delete invoice line")
    assert await portal.everything() == before


async def test_a_line_that_was_taken_out_is_gone(portal: Portal):
    assert response(await delete(portal, 81)) == 81
    assert refusal(await delete(portal, 81)) == (404, "Not found")
    assert refusal(await put(portal, 81, a_line_body(invoiceId=TWO))) == (404, "Not found")


# Refusals: every row of §6.

RANGES = [
    ({"invoiceItemId": ...}, "invoiceItemID"),
    ({"invoiceItemId": -1}, "invoiceItemID"),
    ({"invoiceTax1Id": -1}, "invoiceTax1ID"),
    ({"invoiceTax2Id": -1}, "invoiceTax2ID"),
    ({"quantity": -1}, "quantity"),
    ({"price": "100000000"}, "price"),
    ({"discount": "100.01"}, "discount"),
    ({"description": "x" * 256}, "description"),
    ({"invoiceId": 0}, "invoiceId"),
    ({"invoiceId": -1}, "invoiceId"),
    ({"invoiceId": ...}, "invoiceId"),
]


@pytest.mark.parametrize(("fault", "parameter"), RANGES)
@pytest.mark.parametrize("verb", ["POST", "PUT"])
async def test_a_value_out_of_range_is_named(portal: Portal, fault: Any, parameter: str, verb: str):
    before = await portal.everything()
    body = a_line_body(**({"invoiceId": TWO} | fault))
    answer = await post(portal, body) if verb == "POST" else await put(portal, 81, body)
    assert refusal(answer) == out_of_range(parameter)
    assert await portal.everything() == before


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({"invoiceItemId": 99}, "invoiceItemID\r\nActual value was 99."),
        ({"invoiceTax1Id": 98}, "invoiceTax1ID, invoiceTax2ID\r\nActual value was 98."),
        ({"invoiceTax2Id": 97}, "invoiceTax1ID, invoiceTax2ID\r\nActual value was 97."),
    ],
)
@pytest.mark.parametrize("verb", ["POST", "PUT"])
async def test_an_unknown_product_or_tax_is_named(portal: Portal, fault: Any, named: str, verb: str):
    before = await portal.everything()
    body = a_line_body(invoiceId=TWO, **fault)
    answer = await post(portal, body) if verb == "POST" else await put(portal, 81, body)
    assert refusal(answer) == out_of_range(named)
    assert await portal.everything() == before


FULL = born_here(61, lines=tuple(a_line(id=200 + place, position=place, item=4) for place in range(1000)))


@pytest.mark.parametrize("others", [(FULL,)])
async def test_to_an_invoice_of_a_thousand_lines_none_is_added(portal: Portal):
    before = await portal.everything()
    assert refusal(await post(portal, a_line_body(invoiceId=61))) == out_of_range("invoiceLines")
    assert refusal(await post(portal, a_line_body(invoiceId=61), "eve-token")) == (403, "Access Denied")
    assert await portal.everything() == before
    assert response(await delete(portal, 200)) == 200
    assert response(await post(portal, a_line_body(invoiceId=61)), 201)["id"] == 1200


async def test_to_an_unknown_invoice_no_line_is_added(portal: Portal):
    assert refusal(await post(portal, a_line_body(invoiceId=404))) == out_of_range("invoiceId")


@pytest.mark.parametrize("fault", [{"quantity": "1,5"}, {"sortOrder": 1.5}, {"invoiceId": "x"}, {"description": []}])
async def test_a_value_of_the_wrong_type_is_refused(portal: Portal, fault: Any):
    for answer in (await post(portal, a_line_body(**fault)), await put(portal, 51, a_line_body(**fault))):
        assert refusal(answer)[0] == 400


@pytest.mark.parametrize(("line", "invoice"), [(999, DRAFT), (81, DRAFT), (51, TWO), (81, 404), (0, DRAFT)])
async def test_a_line_that_is_not_of_the_invoice_is_not_found(portal: Portal, line: int, invoice: int):
    before = await portal.everything()
    for fault in ({}, {"quantity": -1}, {"invoiceItemId": 99}):
        answer = await put(portal, line, a_line_body(invoiceId=invoice, **fault))
        assert refusal(answer) == (404, "Not found")
    assert await portal.everything() == before


async def test_an_unknown_line_is_not_taken_out(portal: Portal):
    for id in (999, 0):
        assert refusal(await delete(portal, id)) == (404, "Not found")


@pytest.mark.parametrize(
    ("token", "invoice"),
    [
        ("eve-token", DRAFT),
        ("ida-token", OWNERS),
        ("eve-token", TO_PRIVATE),
        *(("owner-token", id) for id in (OPEN, PAID, REJECTED, VOID)),
    ],
)
async def test_to_what_the_caller_may_not_edit_no_line_is_added(portal: Portal, token: str, invoice: int):
    before = await portal.everything()
    assert refusal(await post(portal, a_line_body(invoiceId=invoice), token)) == (403, "Access Denied")
    assert await portal.everything() == before


@pytest.mark.parametrize(("token", "invoice", "line"), [("eve-token", TWO, 81), ("owner-token", 41, 83)])
async def test_in_what_the_caller_may_not_edit_no_line_is_changed_or_taken_out(
    portal: Portal, token: str, invoice: int, line: int
):
    before = await portal.everything()
    assert refusal(await put(portal, line, a_line_body(invoiceId=invoice), token)) == (403, "Access Denied")
    assert refusal(await put(portal, line, a_line_body(invoiceId=invoice, price=-1), token))[0] == 400
    assert refusal(await delete(portal, line, token)) == (403, "Access Denied")
    assert await portal.everything() == before


async def test_an_invoice_that_would_come_to_too_much_stays_as_it_was(portal: Portal):
    before = await portal.everything()
    answer = await post(portal, a_line_body(quantity=99999999, price=99999999))
    assert refusal(answer)[0] == 400
    assert await portal.everything() == before


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/invoiceline/51"), ("GET", "/invoiceline"), ("PUT", "/invoiceline"), ("DELETE", "/invoiceline/x")],
)
async def test_other_paths_and_verbs_are_a_plain_page(portal: Portal, method: str, path: str):
    answer = await portal.send(method, path, PRINTED)
    assert (answer.status_code, answer.text.startswith("<!DOCTYPE html>")) == (404, True)


async def test_an_id_of_too_many_digits_is_refused(portal: Portal):
    for answer in (await put(portal, 2**31, PRINTED), await delete(portal, 2**31)):
        assert refusal(answer)[0] == 400


async def test_numbers_of_new_lines_are_exact(portal: Portal):
    answer = await post(portal, a_line_body(price="0.1"))
    assert '"price":0.10' in answer.text
    assert decode_json(answer.content)["response"]["price"] == Decimal("0.10")
