"""A supplier invoices its part of an order (contract §12, A3 to A10, A16, A18, §16)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.lifecycle import Status
from billingua.core.line import Attribute, Charge, ChargeKind
from billingua.core.rounding import en16931
from tests.builders import a_caller, a_uuid
from tests.dialects.crux.conftest import (
    BIRCH_LINE,
    BODY_LIMIT,
    CANCELLED,
    CANCELLED_LINE,
    ELSEWHERE,
    LAMP_LINE,
    LARKSPUR,
    MIXED,
    MUG,
    MUG_LINE,
    NOW,
    ORDER,
    PRINTED,
    REJECTED_LINE,
    SUPPLIER,
    TAMARACK,
    YARROWS,
    Crux,
    invoices_path,
    taking,
)

REQUIRED = "This field is required."
NULL = "This field may not be null."
BLANK = "This field may not be blank."
NO_STRING = "Not a valid string."
NO_INTEGER = "A valid integer is required."
NO_NUMBER = "A valid number is required."
TOO_EXACT = "Ensure that there are no more than 2 decimal places."
NEGATIVE = "Ensure this value is greater than or equal to 0."
NO_UUID = "Must be a valid UUID."
NULL_CHARACTERS = "Null characters are not allowed."
TAKEN = {"invoice_number": ["An invoice with this number already exists on this order."]}


def saying(**members: Any) -> dict[str, Any]:
    """An invoice that says this beside its number."""
    return {"invoice_number": "TI-1"} | members


def taking_of(*entries: Any) -> dict[str, Any]:
    """An invoice of these lines."""
    return saying(line_items=list(entries))


# What is accepted


async def test_an_invoice_is_written_as_it_was_sent(crux: Crux) -> None:
    answer = await crux.post(PRINTED)

    written = await crux.invoice(answer)
    assert (answer.status_code, answer.json()) == (201, {"invoice_uuid": str(written.uuid)})
    assert (written.number, written.status, written.origin) == ("TI-2291", Status.OPEN, "crux")
    assert (written.supplier, written.party, written.order) == (TAMARACK.uuid, LARKSPUR.id, ORDER.id)
    assert (written.currency, written.rounding, written.created_by) == ("USD", en16931("USD"), "tamarack")
    assert (written.issued_at, written.created_at, written.created_at.tzinfo) == (NOW, NOW, UTC)
    assert written.stated_total == Decimal("32.05")
    assert written.charges == (
        Charge(ChargeKind.DROPSHIP_FEE, Decimal("1.15")),
        Charge(ChargeKind.ORDER_FEE, Decimal("0.4")),
        Charge(ChargeKind.TAX, Decimal(2)),
        Charge(ChargeKind.SHIPPING, Decimal(5)),
    )
    assert written.attributes == (Attribute("terms", "net 15"),)
    (line,) = written.lines
    assert (line.order_line, line.item, line.sku) == (MUG_LINE, MUG.id, MUG.sku)
    assert (line.quantity, line.unit_price, line.attributes) == (2, Decimal("11.75"), (Attribute("lot", "L-209"),))
    assert (written.open_balance, written.original_balance) == (Decimal("32.05"), Decimal("32.05"))


async def test_an_invoice_changes_of_its_order_what_is_invoiced_and_the_suppliers_cost_alone(crux: Crux) -> None:
    await crux.post(PRINTED)

    (line,) = ORDER.lines
    counted = replace(line, invoiced=2, supplier_unit_cost=Decimal("11.75"))
    assert await crux.order() == replace(ORDER, lines=(counted,))


async def test_who_posted_an_invoice_stands_in_its_history_and_in_its_orders(crux: Crux) -> None:
    written = await crux.invoice(await crux.post(PRINTED))

    for kind, id in (("invoice", written.id), ("order", ORDER.id)):
        latest = (await crux.ledger.history(a_caller(), kind, id))[-1]
        assert b'"actor":"tamarack","dialect":"crux"' in latest.body
        assert b'"action":"invoice_order"' in latest.body


@pytest.mark.parametrize("entries", [{}, {"line_items": []}, {"line_items": None}])
async def test_charges_may_be_invoiced_alone(crux: Crux, entries: dict[str, Any]) -> None:
    answer = await crux.post(saying(supplier_provided_tax=2.83, **entries))

    written = await crux.invoice(answer)
    assert (written.lines, written.open_balance) == ((), Decimal("2.83"))
    (shown,) = (await crux.show())["invoices"]
    assert (shown["invoice_items"], shown["supplier_provided_tax"]) == (None, 2.83)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(2, 2), ("2", 2), (" 2 ", 2), (Decimal("2.0"), 2), (0, 0), ("0", 0), (None, None)],
)
async def test_a_quantity_is_a_whole_number_or_its_digits_or_unsaid(crux: Crux, sent: Any, kept: int | None) -> None:
    await crux.post(taking_of(taking(sent)))

    (item,) = (await crux.show())["invoices"][0]["invoice_items"]
    assert item["quantity_invoiced"] == kept
    assert (await crux.order()).lines[0].invoiced == (kept or 0)


async def test_a_line_of_which_nothing_is_said_is_invoiced_without_quantity_and_cost(crux: Crux) -> None:
    written = await crux.invoice(await crux.post(taking_of({"line_item_uuid": str(MUG_LINE)})))

    (line,) = written.lines
    assert (line.quantity, line.unit_price, line.attributes, written.open_balance) == (None, None, None, 0)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (b"47.98", b"47.98"),
        (b'"47.98"', b"47.98"),
        (b"2.500", b"2.5"),
        (b'"150.00"', b"150"),
        (b"0", b"0"),
        (b"-0.0", b"0"),
        (b"1e2", b"100"),
        (b"99999999999999.99", b"99999999999999.99"),
        (b"null", b"null"),
    ],
)
async def test_an_amount_is_kept_exactly_and_shown_without_needless_zeros(
    crux: Crux, sent: bytes, shown: bytes
) -> None:
    await crux.post(b'{"invoice_number": "TI-1", "supplier_provided_order_total": %b}' % sent)

    answer = await crux.send("GET", invoices_path())
    assert b'"supplier_provided_order_total":%b}' % shown in answer.content


@pytest.mark.parametrize(
    ("fees", "kept"),
    [
        ({"supplier_provided_dropship_fee": 0.84}, "0.84"),
        ({"supplier_provided_drop_ship_fee": 0.84}, "0.84"),
        ({"supplier_provided_drop_ship_fee": 0.84, "supplier_provided_dropship_fee": 0.9}, "0.84"),
        ({"supplier_provided_drop_ship_fee": None, "supplier_provided_dropship_fee": 0.9}, "0.9"),
    ],
)
async def test_the_drop_ship_fee_has_two_spellings(crux: Crux, fees: dict[str, Any], kept: str) -> None:
    written = await crux.invoice(await crux.post(saying(**fees)))

    assert written.charges == (Charge(ChargeKind.DROPSHIP_FEE, Decimal(kept)),)


@pytest.mark.parametrize(
    ("sent", "kept"), [("7", "7"), (7, "7"), (Decimal("2.50"), "2.50"), (True, "true"), (False, "false"), ("", "")]
)
async def test_an_attributes_value_is_kept_as_its_text(crux: Crux, sent: Any, kept: str) -> None:
    attributes = [{"attribute_name": "Batch", "attribute_value": sent, "more": 1}]
    await crux.post(taking_of(taking(1, invoice_item_attributes=attributes)) | {"invoice_attributes": attributes})

    shown = [{"attribute_name": "Batch", "attribute_value": kept}]
    order = await crux.show()
    (invoice,) = order["invoices"]
    assert invoice["invoice_attributes"] == order["invoice_attributes"] == shown
    assert invoice["invoice_items"][0]["invoice_item_attributes"] == shown


@pytest.mark.parametrize(("sent", "shown"), [({"invoice_attributes": None}, None), ({"invoice_attributes": []}, [])])
async def test_attributes_that_were_never_set_are_null(crux: Crux, sent: dict[str, Any], shown: Any) -> None:
    await crux.post(saying(**sent))

    order = await crux.show()
    assert (order["invoices"][0]["invoice_attributes"], order["invoice_attributes"]) == (shown, shown)


@pytest.mark.parametrize(("sent", "kept"), [("  TI 1 ", "TI 1"), (2291, "2291"), ("ż" * 255, "ż" * 255)])
async def test_a_number_is_a_text_without_blanks_around_it(crux: Crux, sent: Any, kept: str) -> None:
    assert (await crux.invoice(await crux.post({"invoice_number": sent}))).number == kept


async def test_members_that_nobody_knows_are_ignored(crux: Crux) -> None:
    entry = taking(1, colour="blue")
    answer = await crux.post(taking_of(entry) | {"notes": {"any": ["thing"]}, "invoice_uuid": "mine"})

    assert answer.status_code == 201
    assert list(answer.json()) == ["invoice_uuid"]


async def test_a_total_that_does_not_add_up_is_kept_as_it_is(crux: Crux) -> None:
    entry = taking(1, supplier_provided_sku_cost=47.98)
    written = await crux.invoice(await crux.post(taking_of(entry) | {"supplier_provided_order_total": 348.92}))

    assert (written.stated_total, written.open_balance) == (Decimal("348.92"), Decimal("47.98"))


async def test_a_line_is_invoiced_in_parts_until_all_of_it_is(crux: Crux) -> None:
    for number, quantity, status in (("A", 2, 201), ("B", 1, 201), ("C", 0, 201), ("D", 1, 422)):
        answer = await crux.post({"invoice_number": number, "line_items": [taking(quantity)]})
        assert answer.status_code == status
    assert (await crux.order()).lines[0].invoiced == 3


async def test_a_line_that_stands_twice_in_an_invoice_counts_twice(crux: Crux) -> None:
    assert (await crux.post(taking_of(taking(2), taking(2)))).status_code == 422
    assert (await crux.post(taking_of(taking(1), taking(2)))).status_code == 201

    items = (await crux.show())["invoices"][0]["invoice_items"]
    assert [item["quantity_invoiced"] for item in items] == [1, 2]


async def test_a_line_is_invoiced_before_it_is_allocated_or_shipped(crux: Crux) -> None:
    answer = await crux.post(taking_of(taking(5, LAMP_LINE)), MIXED)

    assert answer.status_code == 201
    assert (await crux.order(MIXED)).lines[0].status == "Unallocated"


async def test_more_may_be_invoiced_than_was_accepted(crux: Crux) -> None:
    assert ORDER.lines[0].allocation.accepted == 2
    assert (await crux.post(taking_of(taking(3)))).status_code == 201


async def test_a_number_is_used_again_on_another_order_and_by_another_supplier(crux: Crux) -> None:
    answers = [
        await crux.post(saying()),
        await crux.post(saying(), MIXED),
        await crux.post(saying(), MIXED, "birch-token"),
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["invoice_uuid"] for answer in answers}) == 3


@pytest.mark.parametrize("written_as", [str(MUG_LINE).upper(), MUG_LINE.hex])
async def test_a_uuid_may_be_written_otherwise(crux: Crux, written_as: str) -> None:
    assert (await crux.post(taking_of(taking(1, written_as)))).status_code == 201


# How it may be sent (§16)


async def _in_chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json"},
        {"Content-Type": "application/json; charset=utf-8"},
        {"Content-Type": "Application/JSON;charset=UTF-8", "Cookie": "sessionid=h9qjyhleectu7aef5pkwma0jn2gxgitz"},
    ],
)
async def test_an_invoice_comes_in_chunks_with_a_charset_and_a_stale_cookie(crux: Crux, headers: Any) -> None:
    content = _in_chunks(b'{"invoice_number"', b': "TI', b'-1"}')
    answer = await crux.send("POST", invoices_path(), headers=headers, content=content)

    assert "content-length" not in answer.request.headers
    assert answer.status_code == 201


# What is not accepted

LINES: list[tuple[Any, Any]] = [
    ({}, {"line_item_uuid": [REQUIRED]}),
    ({"line_item_uuid": None}, {"line_item_uuid": [NULL]}),
    ({"line_item_uuid": ""}, {"line_item_uuid": [NO_UUID]}),
    ({"line_item_uuid": "b84ccd3c"}, {"line_item_uuid": [NO_UUID]}),
    ({"line_item_uuid": 5}, {"line_item_uuid": [NO_UUID]}),
    (taking("five"), {"quantity_invoiced": [NO_INTEGER]}),
    (taking(1.5), {"quantity_invoiced": [NO_INTEGER]}),
    (taking(True), {"quantity_invoiced": [NO_INTEGER]}),
    (taking(""), {"quantity_invoiced": [NO_INTEGER]}),
    (taking([1]), {"quantity_invoiced": [NO_INTEGER]}),
    (taking(2**31), {"quantity_invoiced": [NO_INTEGER]}),
    (taking(-1), {"quantity_invoiced": [NEGATIVE]}),
    (taking("-1"), {"quantity_invoiced": [NEGATIVE]}),
    (taking(1, supplier_provided_sku_cost="dear"), {"supplier_provided_sku_cost": [NO_NUMBER]}),
    (taking(1, supplier_provided_sku_cost=1.999), {"supplier_provided_sku_cost": [TOO_EXACT]}),
    (taking(1, supplier_provided_sku_cost=-1), {"supplier_provided_sku_cost": [NEGATIVE]}),
    (
        taking(-1, "x", supplier_provided_sku_cost=True),
        {"line_item_uuid": [NO_UUID], "quantity_invoiced": [NEGATIVE], "supplier_provided_sku_cost": [NO_NUMBER]},
    ),
    ("mug", {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}),
    (["mug"], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    (None, [NULL]),
]
"""Entries of `line_items`, and what is said of each."""

ATTRIBUTES: list[tuple[Any, Any]] = [
    ({}, {"attribute_name": [REQUIRED], "attribute_value": [REQUIRED]}),
    ({"attribute_name": "lot"}, {"attribute_value": [REQUIRED]}),
    ({"attribute_name": "lot", "attribute_value": None}, {"attribute_value": [NULL]}),
    ({"attribute_name": "lot", "attribute_value": ["L-209"]}, {"attribute_value": [NO_STRING]}),
    ({"attribute_name": 7, "attribute_value": "L-209"}, {"attribute_name": [NO_STRING]}),
    (
        {"attribute_name": "l\0t", "attribute_value": "L\0"},
        {"attribute_name": [NULL_CHARACTERS], "attribute_value": [NULL_CHARACTERS]},
    ),
    ("lot:L-209", {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}),
]
"""Entries of the two arrays of attributes, and what is said of each."""

GOOD_ATTRIBUTE = {"attribute_name": "lot", "attribute_value": "L-209"}

AMOUNTS = [
    "supplier_provided_drop_ship_fee",
    "supplier_provided_dropship_fee",
    "supplier_provided_order_fee",
    "supplier_provided_tax",
    "supplier_provided_order_total",
    "supplier_provided_shipping_cost",
]

INVALID: list[tuple[Any, Any]] = [
    ({}, {"invoice_number": [REQUIRED]}),
    ({"invoice_number": None}, {"invoice_number": [NULL]}),
    ({"invoice_number": ""}, {"invoice_number": [BLANK]}),
    ({"invoice_number": " \t"}, {"invoice_number": [BLANK]}),
    ({"invoice_number": True}, {"invoice_number": [NO_STRING]}),
    ({"invoice_number": ["TI-1"]}, {"invoice_number": [NO_STRING]}),
    ({"invoice_number": "TI\0"}, {"invoice_number": [NULL_CHARACTERS]}),
    ({"invoice_number": "1" * 256}, {"invoice_number": ["Ensure this field has no more than 255 characters."]}),
    (saying(line_items={}), {"line_items": ['Expected a list of items but got type "dict".']}),
    (saying(line_items="x"), {"line_items": ['Expected a list of items but got type "str".']}),
    (saying(line_items=1.5), {"line_items": ['Expected a list of items but got type "float".']}),
    (saying(invoice_attributes={}), {"invoice_attributes": ['Expected a list of items but got type "dict".']}),
    *((taking_of(taking(1), entry), {"line_items": [{}, said]}) for entry, said in LINES),
    *(
        (saying(invoice_attributes=[GOOD_ATTRIBUTE, entry, GOOD_ATTRIBUTE]), {"invoice_attributes": [{}, said, {}]})
        for entry, said in ATTRIBUTES
    ),
    *(
        (
            taking_of(taking(1), taking(1, invoice_item_attributes=[entry])),
            {"line_items": [{}, {"invoice_item_attributes": [said]}]},
        )
        for entry, said in ATTRIBUTES
    ),
    *(
        (saying(**{name: sent}), {name: [said]})
        for name in AMOUNTS
        for sent, said in [
            ("a lot", NO_NUMBER),
            ("", NO_NUMBER),
            (True, NO_NUMBER),
            ({}, NO_NUMBER),
            (2.835, TOO_EXACT),
            ("0.001", TOO_EXACT),
            (Decimal("1E-9999999"), TOO_EXACT),
            (Decimal("1." + "0" * 40 + "1"), TOO_EXACT),
            (Decimal("1E+9999999"), "Ensure that there are no more than 16 digits in total."),
            (-0.01, NEGATIVE),
        ]
    ),
    (
        {"line_items": [{}], "supplier_provided_tax": "x"},
        {
            "invoice_number": [REQUIRED],
            "line_items": [{"line_item_uuid": [REQUIRED]}],
            "supplier_provided_tax": [NO_NUMBER],
        },
    ),
    ([PRINTED], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    ("TI-1", {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}),
    (None, {"non_field_errors": ["Invalid data. Expected a dictionary, but got NoneType."]}),
]
"""Bodies, and the fields that their refusals name."""


@pytest.mark.parametrize(("body", "said"), INVALID)
async def test_what_is_wrong_is_said_field_by_field_and_nothing_changes(crux: Crux, body: Any, said: Any) -> None:
    before = await crux.everything()

    answer = await crux.post(body)

    assert (answer.status_code, answer.json()) == (400, said)
    assert await crux.everything() == before


@pytest.mark.parametrize(
    "body", [b"{", b'{"invoice_number": "TI-1"', b"\xff", b"{'a': 1}", b" ", b'{"a": NaN}', b'"\\ud800"']
)
async def test_what_is_not_json_is_refused(crux: Crux, body: bytes) -> None:
    before = await crux.everything()

    answer = await crux.post(body)

    assert answer.status_code == 400
    assert list(answer.json()) == ["detail"]
    assert answer.json()["detail"].startswith("JSON parse error - ")
    assert await crux.everything() == before


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", None])
async def test_a_body_of_another_type_is_refused(crux: Crux, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = await crux.send("POST", invoices_path(), headers=headers, content=b'{"invoice_number": "TI-1"}')

    said = {"detail": f'Unsupported media type "{content_type or ""}" in request.'}
    assert (answer.status_code, answer.json()) == (415, said)
    assert (await crux.show())["invoices"] == [{"invoice_items": None}]


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/json"}])
async def test_an_empty_body_of_whatever_type_lacks_its_number(crux: Crux, headers: dict[str, str]) -> None:
    answer = await crux.send("POST", invoices_path(), headers=headers)

    assert (answer.status_code, answer.json()) == (400, {"invoice_number": [REQUIRED]})


@pytest.mark.parametrize("content", [b" " * (BODY_LIMIT + 1), None])
async def test_a_body_that_is_too_large_is_refused(crux: Crux, content: bytes | None) -> None:
    headers = {"Content-Type": "application/json"}
    sent = content or _in_chunks(b" " * BODY_LIMIT, b'{"invoice_number": "TI-1"}')
    answer = await crux.send("POST", invoices_path(), headers=headers, content=sent)

    said = {"detail": f"The request body is larger than {BODY_LIMIT} bytes."}
    assert (answer.status_code, answer.json()) == (413, said)
    assert (await crux.show())["invoices"] == [{"invoice_items": None}]


NOT_YOURS = {"line_item_uuid": ["Not a line item of yours in this order."]}

REFUSED: list[tuple[Any, Any, Any]] = [
    (MIXED, taking_of(taking(1, LAMP_LINE), taking(1, BIRCH_LINE)), {"line_items": [{}, NOT_YOURS]}),
    (MIXED, taking_of(taking(1, MUG_LINE), taking(1, LAMP_LINE)), {"line_items": [NOT_YOURS, {}]}),
    (MIXED, taking_of(taking(1, a_uuid(9999))), {"line_items": [NOT_YOURS]}),
    (
        MIXED,
        taking_of(taking(1, LAMP_LINE), taking(0, CANCELLED_LINE), taking(1, LAMP_LINE)),
        {"line_items": [{}, {"line_item_uuid": ["The line item is Cancelled."]}, {}]},
    ),
    (
        MIXED,
        taking_of(taking(None, REJECTED_LINE)),
        {"line_items": [{"line_item_uuid": ["The line item is Rejected."]}]},
    ),
    (
        MIXED,
        taking_of(taking(6, LAMP_LINE)),
        {"line_items": [{"quantity_invoiced": ["6 would be invoiced, but 5 were ordered."]}]},
    ),
    (
        MIXED,
        taking_of(taking(3, LAMP_LINE), taking(3, LAMP_LINE)),
        {"line_items": [{}, {"quantity_invoiced": ["6 would be invoiced, but 5 were ordered."]}]},
    ),
    (
        MIXED,
        taking_of(taking(2, LAMP_LINE, supplier_provided_sku_cost="50000000000000.00")),
        {"detail": "The invoice's amounts come to more than can be kept."},
    ),
    (CANCELLED, taking_of(taking(1, a_uuid(8210))), {"detail": "The order is cancelled."}),
    (CANCELLED, saying(supplier_provided_order_fee=1), {"detail": "The order is cancelled."}),
]
"""Orders, well-formed invoices, and why they are refused."""


@pytest.mark.parametrize(("order", "body", "said"), REFUSED)
async def test_what_cannot_be_invoiced_is_refused_whole(crux: Crux, order: Any, body: Any, said: Any) -> None:
    before = await crux.everything()

    answer = await crux.post(body, order)

    assert (answer.status_code, answer.json()) == (422, said)
    assert await crux.everything() == before


@pytest.mark.parametrize("body", [PRINTED, saying(invoice_number=" TI-2291 "), saying(invoice_number="TI-2291")])
async def test_a_number_is_used_once_on_an_order_and_its_first_invoice_stays(crux: Crux, body: Any) -> None:
    await crux.post(PRINTED)
    before = await crux.everything()

    answer = await crux.post(body)

    assert (answer.status_code, answer.json()) == (422, TAKEN)
    assert await crux.everything() == before


async def test_an_invoice_that_is_sent_again_in_full_is_told_of_its_number(crux: Crux) -> None:
    body = taking_of(taking(3))
    assert (await crux.post(body)).status_code == 201

    assert (await crux.post(body)).json() == TAKEN


@pytest.mark.parametrize("order", [YARROWS, ELSEWHERE, a_uuid(9999)])
async def test_an_order_that_is_not_the_suppliers_is_not_found(crux: Crux, order: Any) -> None:
    before = await crux.everything()

    for body in (PRINTED, {"line_items": 1}):
        answer = await crux.post(body, order)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    assert await crux.everything() == before


# Several at once


async def test_of_two_invoices_of_one_number_at_once_one_is_written(crux: Crux) -> None:
    answers = await asyncio.gather(*(crux.post(taking_of(taking(1))) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert [answer.json() for answer in answers if answer.status_code == 422] == [TAKEN]
    assert len((await crux.show())["invoices"]) == 1


async def test_of_two_invoices_at_once_that_take_too_much_together_one_is_written(crux: Crux) -> None:
    bodies = [{"invoice_number": number, "line_items": [taking(2)]} for number in ("A", "B")]

    answers = await asyncio.gather(*map(crux.post, bodies))

    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert (await crux.order()).lines[0].invoiced == 2


async def test_of_many_invoices_at_once_none_is_lost(crux: Crux) -> None:
    bodies = [{"invoice_number": f"TI-{number}", "line_items": [taking(1, LAMP_LINE)]} for number in range(5)]

    answers = await asyncio.gather(*(crux.post(body, MIXED) for body in bodies))

    assert {answer.status_code for answer in answers} == {201}
    shown = (await crux.show(MIXED))["invoices"]
    assert {invoice["invoice_uuid"] for invoice in shown} == {answer.json()["invoice_uuid"] for answer in answers}
    assert (await crux.order(MIXED)).lines[0].invoiced == 5
    assert (await crux.post(saying(line_items=[taking(1, LAMP_LINE)]), MIXED, SUPPLIER)).status_code == 422
