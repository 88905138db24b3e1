"""Writing a new invoice: what it is then, what is refused and in which order (contract §4.1, §4.2, §10.1, §12, §14)."""

import asyncio
import json
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billingua.core.lifecycle import Status
from billingua.core.rounding import STEPWISE
from tests.builders import a_caller, an_invoice, an_opportunity
from tests.dialects.onlyoffice.conftest import (
    DRAFT,
    RATES,
    Portal,
    a_body,
    as_form,
    out_of_range,
    refusal,
    response,
)
from tests.dialects.onlyoffice.test_invoice import COMPANY, DOLLAR, IDA
from tests.walking import walk

NEW = 24
"""The id of the first invoice that is written."""


def a_new(**overrides: Any) -> dict[str, Any]:
    """The printed body, with a number."""
    return a_body(**{"number": "INV-0000018", **overrides})


def with_line(**members: Any) -> dict[str, Any]:
    """A new invoice with one line of these members."""
    return a_new(invoiceLines=[{"invoiceItemID": 4} | members])


async def post(portal: Portal, body: Any, token: str = "owner-token", path: str = "/invoice", **rest: Any):
    return await portal.send("POST", path, body, token, **rest)


WRITTEN: dict[str, Any] = {
    "invoiceLines": [
        {
            "invoiceID": NEW,
            "invoiceItemID": 4,
            "invoiceTax1ID": 1,
            "invoiceTax2ID": 0,
            "sortOrder": 0,
            "description": "",
            "quantity": Decimal("2.00"),
            "price": Decimal("12.50"),
            "discount": Decimal("0.00"),
            "id": 52,
        }
    ],
    "status": {"title": "Draft", "id": 1},
    "number": "INV-0000018",
    "issueDate": "2031-03-02T00:00:00.0000000Z",
    "templateType": 0,
    "contact": COMPANY,
    "consignee": None,
    "entity": None,
    "dueDate": "2031-04-01T00:00:00.0000000Z",
    "language": "en-US",
    "currency": DOLLAR,
    "exchangeRate": Decimal("1.00"),
    "purchaseOrderNumber": "",
    "terms": "30 days",
    "description": "",
    "fileID": 0,
    "createOn": "2031-03-01T09:30:00.0000000Z",
    "createBy": IDA,
    "cost": Decimal("30.00"),
    "canEdit": True,
    "canDelete": True,
    "id": NEW,
}
PRINTED: dict[str, Any] = {
    "number": "INV-0000018",
    "issueDate": "2031-03-02",
    "dueDate": "2031-04-01",
    "contactId": 10,
    "language": "en-US",
    "currency": "usd",
    "exchangeRate": 1,
    "terms": "30 days",
    "invoiceLines": [{"invoiceItemID": 4, "quantity": 2, "price": Decimal("12.5"), "invoiceTax1ID": 1}],
}


async def test_the_printed_invoice_is_written_and_read_back(portal: Portal):
    answer = await post(portal, PRINTED, "ida-token")
    assert response(answer, 201) == WRITTEN
    told = answer.json()
    assert (told["count"], told["status"], told["statusCode"]) == (1, 0, 201)
    assert list(told["response"]) == list(WRITTEN)
    assert await portal.shown(NEW, "ida-token") == WRITTEN


async def test_what_is_stored_is_a_draft_of_this_api(portal: Portal):
    await post(portal, PRINTED, "ida-token")
    stored = await portal.stored(NEW)
    assert (stored.status, stored.origin, stored.created_by, stored.rounding) == (
        Status.DRAFT,
        "onlyoffice",
        "ida",
        STEPWISE,
    )
    assert stored.original_balance == stored.open_balance == Decimal("30.00")
    assert stored.number_scope == ""


async def test_every_field_is_written_and_read_back(portal: Portal):
    body = a_new(
        id=DRAFT,
        status=4,
        cost=7,
        fileID=9,
        createBy="x",
        templateType=-7,
        consigneeId=11,
        entityId=3,
        entityType=1,
        billingAddressID=31,
        deliveryAddressID=33,
        language="pt-BR",
        currency="eur",
        exchangeRate="1.005",
        purchaseOrderNumber="PO-8",
        terms="<b>terms</b>",
        description="note",
        number="  Ünïque/7 ",
    )
    shown = response(await post(portal, body), 201)
    assert await portal.shown(NEW) == shown
    assert (shown["id"], shown["number"], shown["status"]["id"], shown["fileID"]) == (NEW, "  Ünïque/7 ", 1, 0)
    assert (shown["templateType"], shown["language"], shown["currency"]["abbreviation"]) == (-7, "pt-BR", "EUR")
    assert (shown["contact"]["id"], shown["consignee"]["id"], shown["entity"]["entityId"]) == (10, 11, 3)
    assert (shown["exchangeRate"], shown["cost"]) == (Decimal("1.01"), Decimal("16.50"))
    assert (shown["purchaseOrderNumber"], shown["terms"], shown["description"]) == ("PO-8", "<b>terms</b>", "note")
    assert shown["createBy"]["displayName"] == "Ada Root"
    stored = await portal.stored(NEW)
    assert (stored.billing_address, stored.delivery_address) == (31, 33)


@pytest.mark.parametrize("token", ["owner-token", "ida-token", "eve-token"])
async def test_whoever_may_see_the_contact_writes_and_edits_what_is_theirs(portal: Portal, token: str):
    shown = response(await post(portal, a_new(), token), 201)
    assert (shown["canEdit"], shown["canDelete"]) == (True, True)
    assert response(await portal.put(a_body(terms="mine"), f"/invoice/{NEW}", token))["terms"] == "mine"


async def test_history_and_outbox_tell_of_it(portal: Portal):
    await post(portal, a_new(), "ida-token", headers={"X-Request-Id": "request-7"})
    (entry,) = await portal.ledger.history(a_caller(), "invoice", NEW)
    told = json.loads(entry.body)
    assert (told["actor"], told["dialect"], told["request"], told["version"]) == ("ida", "onlyoffice", "request-7", 1)
    assert told["action"] == "create_invoice"
    assert json.loads((await walk(portal.ledger.store.outbox()))[-1].body)["name"] == "invoice.created"


# Encodings (§14).


@pytest.mark.parametrize("suffix", ["", ".json"])
@pytest.mark.parametrize("encoding", ["json", "form", "query"])
async def test_json_form_and_query_say_the_same(portal: Portal, suffix: str, encoding: str):
    path, form = f"/invoice{suffix}", as_form(PRINTED)
    if encoding == "json":
        answer = await post(portal, PRINTED, "ida-token", path)
    elif encoding == "form":
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await post(portal, form, "ida-token", path, headers=kind)
    else:
        answer = await post(portal, b"", "ida-token", f"{path}?{form.decode()}&pr=1&number=other")
    assert response(answer, 201) == WRITTEN


async def test_a_new_invoice_is_sent_in_several_parts_or_in_xml(portal: Portal):
    fields = {name: (None, str(value)) for name, value in a_new(invoiceLines=...).items()}
    fields["invoiceLines[0][invoiceItemID]"] = (None, "6")
    headers = {"Authorization": "owner-token"}
    answer = await portal.client.post("/api/2.0/crm/invoice", files=fields, headers=headers)
    assert response(answer, 201)["invoiceLines"][0]["invoiceItemID"] == 6

    members = "".join(f"<{name}>{value}</{name}>" for name, value in a_new(number="X-1", invoiceLines=...).items())
    xml = f"<r>{members}<invoiceLines><invoiceItemID>4</invoiceItemID></invoiceLines></r>".encode()
    answer = await post(portal, xml, path="/invoice.xml", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 201
    assert "<number>X-1</number>" in answer.text


@pytest.mark.parametrize(
    "lines",
    [
        "invoiceLines[invoiceItemID]=4",
        "invoiceLines[][invoiceItemID]=4",
        "invoiceLines[0][InvoiceItemID]=4",
        "invoiceLines[0].invoiceitemid=4",
        "invoiceLines[0][invoiceItemId]=4&invoiceLines[0][unknown]=5",
    ],
)
async def test_a_line_with_only_a_product_is_accepted_in_every_spelling(portal: Portal, lines: str):
    body = urlencode(a_new(invoiceLines=...)) + "&" + lines
    (line,) = response(await post(portal, body.encode()), 201)["invoiceLines"]
    assert (line["invoiceItemID"], line["quantity"], line["price"]) == (4, 0, 0)


async def test_an_invoice_that_was_read_can_be_sent_again_under_another_number(portal: Portal):
    read = json.loads((await portal.get()).text)["response"]
    copy = read | {
        "number": "COPY-1",
        "status": 1,
        "currency": read["currency"]["abbreviation"],
        "contactId": read["contact"]["id"],
        "entityId": read["entity"]["entityId"],
        "entityType": 1,
    }
    shown = response(await post(portal, json.dumps(copy).encode(), headers={"Content-Type": "application/json"}), 201)
    assert (shown["id"], shown["cost"], shown["invoiceLines"][0]["id"]) == (NEW, Decimal("64.76"), 52)


# Numbers.


@pytest.mark.parametrize("number", ["INV-0000017", "inv-0000017", "INV-0000017  ", "Inv-0000017 "])
async def test_a_number_is_anothers_whatever_the_case_and_the_blanks_at_its_end(portal: Portal, number: str):
    before = await portal.everything()
    status, message = out_of_range("number")
    expected = (status, f"{message}\r\nActual value was {number}.")
    assert refusal(await post(portal, a_new(number=number))) == expected
    assert await portal.everything() == before


@pytest.mark.parametrize("number", [" INV-0000017", "INV-17", "İNV-0000017", "7", 7])
async def test_another_number_is_free(portal: Portal, number: Any):
    assert response(await post(portal, a_new(number=number)), 201)["number"] == str(number)


@pytest.mark.parametrize("number", [..., "", None, "   ", "x" * 256])
async def test_a_number_has_to_be_said_and_is_not_too_long(portal: Portal, number: Any):
    before = await portal.everything()
    assert refusal(await post(portal, a_new(number=number))) == out_of_range("number")
    assert await portal.everything() == before


@pytest.mark.parametrize("others", [(an_invoice(id=60, number="S-1", number_scope="a trader's"),)])
async def test_a_number_that_a_trader_gave_is_free(portal: Portal):
    assert (await post(portal, a_new(number="S-1"))).status_code == 201


async def test_of_many_that_want_one_number_at_once_one_gets_it(portal: Portal):
    answers = await asyncio.gather(*(post(portal, a_new(terms=f"terms {at}")) for at in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201, *[400] * 9]
    numbers = [record.value.number for record in await walk(portal.ledger.store.aggregates("demo", "invoice"))]
    assert numbers.count("INV-0000018") == 1


# Refusals (§4.1). The values themselves are read by what reads an update's: see test_replacing.

LONG = "x" * 256


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "invoiceLines"),
        (a_new(invoiceLines=[]), "invoiceLines"),
        ({"invoiceLines": [{"value": {"ID": "1234"}}]}, "invoiceLines"),
        (with_line(invoiceItemID=0), "invoiceLines[0].invoiceItemID"),
        (with_line(invoiceTax1ID=-1), "invoiceLines[0].invoiceTax1ID"),
        (with_line(invoiceTax2ID=-1), "invoiceLines[0].invoiceTax2ID"),
        (with_line(quantity=-1), "invoiceLines[0].quantity"),
        (with_line(price=-1), "invoiceLines[0].price"),
        (with_line(discount=101), "invoiceLines[0].discount"),
        (with_line(description=LONG), "invoiceLines[0].description"),
        (a_new(issueDate=...), "issueDate"),
        (a_new(dueDate=...), "dueDate"),
        (a_new(contactId=...), "contactId"),
        (a_new(currency=...), "currency"),
        (a_new(exchangeRate=0), "exchangeRate"),
        (a_new(exchangeRate="0.00499"), "exchangeRate"),
        (a_new(terms=""), "terms"),
        (a_new(language="xx-YY"), "language"),
        (a_new(purchaseOrderNumber=LONG), "purchaseOrderNumber"),
        (a_new(description=LONG), "description"),
    ],
)
async def test_a_value_that_is_missing_or_not_allowed_is_named(portal: Portal, body: Any, parameter: str):
    before = await portal.everything()
    assert refusal(await post(portal, body)) == out_of_range(parameter)
    assert await portal.everything() == before


@pytest.mark.parametrize("others", [(an_opportunity(id=8, participants=(11,)),)])
@pytest.mark.parametrize(
    ("faults", "token", "status", "named"),
    [
        ({"contactId": "x", "terms": ""}, "ida-token", 400, "contactId"),
        ({"invoiceLines": [{"invoiceItemID": 99}], "terms": ""}, "ida-token", 400, "invoiceItemID"),
        ({"invoiceLines": [{"invoiceItemID": 4, "invoiceTax1ID": 99}], "terms": ""}, "ida-token", 400, "invoiceTax1ID"),
        ({"terms": "", "contactId": 13}, "ida-token", 400, "terms"),
        ({"contactId": 99, "consigneeId": 13}, "ida-token", 400, "99"),
        ({"contactId": 13, "consigneeId": 99}, "ida-token", 403, ""),
        ({"consigneeId": 13, "entityId": 99}, "ida-token", 403, ""),
        ({"consigneeId": 99, "entityId": 99}, "owner-token", 400, "consigneeId"),
        ({"entityId": 99, "currency": "XYZ"}, "ida-token", 400, "entityId"),
        ({"entityId": 8, "currency": "XYZ"}, "ida-token", 400, "entityId"),
        ({"currency": "XYZ", "billingAddressID": 99}, "ida-token", 400, "currency"),
        ({"billingAddressID": 32, "deliveryAddressID": 99}, "ida-token", 400, "32"),
        ({"deliveryAddressID": 31, "number": ""}, "ida-token", 400, "deliveryAddressID"),
        ({"contactId": 13, "number": ""}, "ida-token", 403, ""),
        ({"billingAddressID": 32, "number": "INV-0000017"}, "ida-token", 400, "billingAddressID"),
        ({"number": "INV-0000017"}, "ida-token", 400, "number"),
    ],
)
async def test_the_first_fault_is_told_and_nothing_is_written(
    portal: Portal, faults: Any, token: str, status: int, named: str
):
    before = await portal.everything()
    told, message = refusal(await post(portal, a_new(**faults), token))
    assert told == status
    assert named in message.partition("\n")[2]
    assert await portal.everything() == before


async def test_an_id_that_a_refused_invoice_would_have_had_is_the_next_ones(portal: Portal):
    await post(portal, a_new(currency="XYZ"))
    assert response(await post(portal, a_new()), 201)["id"] == NEW


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS"])
async def test_other_verbs_are_a_plain_page(portal: Portal, method: str):
    answer = await portal.send(method, "/invoice", a_new())
    assert (answer.status_code, answer.text.startswith("<!DOCTYPE html>")) == (404, True)


async def test_nobody_writes_without_credentials(portal: Portal):
    answer = await portal.send("POST", "/invoice", a_new(), None)
    assert (answer.status_code, answer.text) == (401, "Unauthorized")


# Cost (§10.1), held against the formula as it is printed.


def half_up(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def half_even(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def cost_of(lines: list[dict[str, Any]]) -> Decimal:
    """Add lines up, slowly and step by step, as the contract prints it."""
    with localcontext(prec=60):
        cost = Decimal(0)
        for line in lines:
            quantity, price, discount = (half_up(Decimal(line[name])) for name in ("quantity", "price", "discount"))
            total = half_even(quantity * price)
            net = total - half_even(total * discount / 100)
            cost += net
            for name in ("invoiceTax1ID", "invoiceTax2ID"):
                cost += half_even(net * Decimal(RATES[line[name]]) / 100) if line[name] else 0
        return cost


def decimals(highest: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(0, Decimal(highest), places=places, allow_nan=False, allow_infinity=False)


ANY_LINE = st.fixed_dictionaries(
    {
        "invoiceItemID": st.sampled_from([4, 6]),
        "quantity": st.one_of(decimals("10", 3), decimals("99999", 2)).map(str),
        "price": st.one_of(decimals("1", 3), decimals("99999", 4)).map(str),
        "discount": st.one_of(st.just(Decimal(0)), decimals("100", 3)).map(str),
        "invoiceTax1ID": st.sampled_from([0, *RATES]),
        "invoiceTax2ID": st.sampled_from([0, *RATES]),
    }
)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lines=st.lists(ANY_LINE, min_size=1, max_size=5))
async def test_costs_are_what_the_printed_formula_says(portal: Portal, lines: list[dict[str, Any]]):
    written = response(await post(portal, a_new(number=str(uuid4()), invoiceLines=lines)), 201)
    assert written["cost"] == cost_of(lines)
    # The same once more, as a JSON that was read back: what is stored is rounded by now, and rounds to itself.
    again = a_new(number=str(uuid4()), invoiceLines=written["invoiceLines"])
    assert response(await post(portal, again), 201)["cost"] == written["cost"]
