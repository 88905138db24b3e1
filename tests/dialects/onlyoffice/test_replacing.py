"""Writing an invoice anew: what is kept, what is refused and in which order (contract §4.1, §4.3, §10.1, §12, §14)."""

import asyncio
import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind
from billingua.core.rounding import en16931
from billingua.dialects.onlyoffice.vocabulary import CURRENCIES
from billingua.wire.bodies import decode_json
from tests.builders import a_caller, an_invoice, an_opportunity
from tests.dialects.onlyoffice.conftest import (
    DRAFT,
    OPEN,
    OWNERS,
    PAID,
    REJECTED,
    TO_PRIVATE,
    VOID,
    Portal,
    a_body,
    a_body_with_line,
    as_form,
    out_of_range,
    refusal,
    response,
)
from tests.walking import walk

WRITTEN = {
    "invoiceLines": [
        {
            "invoiceID": DRAFT,
            "invoiceItemID": 4,
            "invoiceTax1ID": 0,
            "invoiceTax2ID": 0,
            "sortOrder": 0,
            "description": "",
            "quantity": Decimal("1.00"),
            "price": Decimal("10.00"),
            "discount": Decimal("5.00"),
            "id": 52,
        },
        {
            "invoiceID": DRAFT,
            "invoiceItemID": 6,
            "invoiceTax1ID": 0,
            "invoiceTax2ID": 0,
            "sortOrder": 1,
            "description": "",
            "quantity": Decimal("2.00"),
            "price": Decimal("3.50"),
            "discount": Decimal("0.00"),
            "id": 53,
        },
    ],
    "issueDate": "2031-03-02T00:00:00.0000000Z",
    "dueDate": "2031-04-15T00:00:00.0000000Z",
    "templateType": 0,
    "consignee": None,
    "entity": None,
    "language": "en-US",
    "exchangeRate": Decimal("1.10"),
    "purchaseOrderNumber": "",
    "terms": "45 days",
    "description": "",
    "fileID": 0,
    "cost": Decimal("16.50"),
}


async def test_the_printed_update_replaces_the_whole_invoice(portal: Portal):
    before = await portal.shown()
    answer = await portal.put(a_body(billingAddressID=31))
    assert response(answer) == before | WRITTEN
    assert await portal.shown() == before | WRITTEN
    text = answer.text
    assert '"exchangeRate":1.10' in text
    assert '"cost":16.50' in text


async def test_every_field_is_written_and_read_back(portal: Portal):
    body = a_body(
        issueDate="2031-03-02T10:11:12.1234567+02:00",
        dueDate="2031-04-15T00-00-00Z",
        templateType=-7,
        contactId=10,
        consigneeId=11,
        entityId=3,
        billingAddressID=31,
        deliveryAddressID=33,
        language="pt-BR",
        currency="eur",
        exchangeRate="1.005",
        purchaseOrderNumber="PO-8",
        terms="<b>terms</b>",
        description="note",
        invoiceLines={"invoiceItemID": 6, "invoiceTax1ID": 2, "invoiceTax2ID": 2, "description": " d "},
    )
    shown = response(await portal.put(body))
    assert await portal.shown() == shown
    assert shown["issueDate"] == "2031-03-02T08:11:12.0000000Z"
    assert shown["dueDate"] == "2031-04-15T00:00:00.0000000Z"
    assert (shown["templateType"], shown["language"], shown["currency"]["abbreviation"]) == (-7, "pt-BR", "EUR")
    assert (shown["contact"]["id"], shown["consignee"]["id"], shown["entity"]["entityId"]) == (10, 11, 3)
    assert shown["exchangeRate"] == Decimal("1.01")
    assert (shown["purchaseOrderNumber"], shown["terms"], shown["description"]) == ("PO-8", "<b>terms</b>", "note")
    (line,) = shown["invoiceLines"]
    assert (line["invoiceTax1ID"], line["invoiceTax2ID"], line["description"]) == (2, 2, " d ")
    assert (line["quantity"], line["price"], line["discount"], shown["cost"]) == (0, 0, 0, 0)
    stored = await portal.stored()
    assert (stored.billing_address, stored.delivery_address) == (31, 33)


async def test_what_is_not_sent_again_is_cleared(portal: Portal):
    full = a_body(
        templateType=1, consigneeId=11, entityId=3, purchaseOrderNumber="PO-8", description="note", billingAddressID=31
    )
    assert response(await portal.put(full))["consignee"]["id"] == 11
    shown = response(await portal.put(a_body(language=...)))
    cleared = ("templateType", "consignee", "entity", "purchaseOrderNumber", "description", "language")
    assert [shown[name] for name in cleared] == [0, None, None, "", "", ""]
    assert (await portal.stored()).billing_address is None


async def test_what_is_not_the_clients_to_say_stays(portal: Portal):
    before = await portal.shown()
    body = a_body(
        id=OPEN,
        number="X",
        status=4,
        cost=1,
        fileID=9,
        createOn="2001-01-01",
        createBy="x",
        canEdit=False,
        invoiceLines=[{"id": 51, "invoiceID": 9, "sortOrder": 5, "invoiceItemID": 4}],
    )
    shown = response(await portal.put(body, params={"id": str(OPEN)}))
    kept = ("id", "number", "status", "createOn", "createBy", "canEdit", "canDelete")
    assert [shown[name] for name in kept] == [before[name] for name in kept]
    assert (shown["invoiceLines"][0]["id"], shown["invoiceLines"][0]["sortOrder"]) == (52, 0)
    assert shown["fileID"] == 0


async def test_lines_get_new_ids_with_every_update(portal: Portal):
    for ids in ([52, 53], [54, 55]):
        assert [line["id"] for line in response(await portal.put(a_body()))["invoiceLines"]] == ids


async def test_history_and_outbox_tell_of_the_update(portal: Portal):
    await portal.put(a_body(), token="ida-token", headers={"X-Request-Id": "request-7"})
    entries = await portal.ledger.history(a_caller(), "invoice", DRAFT)
    told = json.loads(entries[-1].body)
    assert (told["actor"], told["dialect"], told["request"], told["version"]) == ("ida", "onlyoffice", "request-7", 2)
    assert {"path": "/terms", "before": "30 days", "after": "45 days"} in told["changes"]
    assert json.loads((await walk(portal.ledger.store.outbox()))[-1].body)["name"] == "invoice.edited"


# Encodings of the whole (§14).


@pytest.mark.parametrize("suffix", ["", ".json"])
@pytest.mark.parametrize("encoding", ["json", "form", "query"])
async def test_json_form_and_query_say_the_same(portal: Portal, suffix: str, encoding: str):
    path = f"/invoice/{DRAFT}{suffix}"
    if encoding == "json":
        answer = await portal.put(a_body(), path)
    elif encoding == "form":
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await portal.put(as_form(a_body()), path, headers=kind)
    else:
        answer = await portal.put(b"", f"{path}?{as_form(a_body()).decode()}")
    assert {name: response(answer)[name] for name in WRITTEN} == WRITTEN


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
    body = urlencode(a_body(invoiceLines=...)) + "&" + lines
    shown = response(await portal.put(body.encode()))
    (line,) = shown["invoiceLines"]
    assert (line["invoiceItemID"], line["quantity"], line["price"]) == (4, 0, 0)
    assert (shown["cost"], shown["status"]["id"]) == (0, 1)


async def test_a_form_of_several_parts_is_read(portal: Portal):
    fields = {name: (None, str(value)) for name, value in a_body(invoiceLines=...).items()}
    fields["invoiceLines[0][invoiceItemID]"] = (None, "6")
    answer = await portal.client.put(
        f"/api/2.0/crm/invoice/{DRAFT}", files=fields, headers={"Authorization": "owner-token"}
    )
    assert response(answer)["invoiceLines"][0]["invoiceItemID"] == 6


async def test_an_invoice_that_was_read_can_be_merged_and_sent_back(portal: Portal):
    read = json.loads((await portal.get()).text)["response"]
    merged = read | {
        "status": 1,
        "currency": read["currency"]["abbreviation"],
        "contactId": read["contact"]["id"],
        "entityId": read["entity"]["entityId"],
        "entityType": 1,
        "consigneeId": 0,
        "terms": "60 days",
    }
    answer = await portal.put(json.dumps(merged).encode(), headers={"Content-Type": "application/json"})
    written = {**json.loads(answer.text)["response"], "fileID": 77}
    line = written["invoiceLines"][0]
    assert written == read | {"terms": "60 days", "invoiceLines": [line]}
    assert line == read["invoiceLines"][0] | {"id": 52}


@pytest.mark.parametrize("settings", [{"time_zone": "Europe/Riga"}])
async def test_a_date_without_a_zone_is_the_workspaces(portal: Portal):
    shown = response(await portal.put(a_body(dueDate="2031-04-15T00:00:00Z")))
    assert shown["issueDate"] == "2031-03-02T00:00:00.0000000+02:00"
    assert shown["dueDate"] == "2031-04-15T03:00:00.0000000+03:00"
    again = response(await portal.put(a_body(issueDate=shown["issueDate"], dueDate=shown["dueDate"])))
    assert (again["issueDate"], again["dueDate"]) == (shown["issueDate"], shown["dueDate"])


async def test_the_date_that_stands_for_no_due_date_may_be_sent_back(portal: Portal):
    shown = response(await portal.put(a_body(dueDate="0001-01-01T00:00:00.0000000Z")))

    assert shown["dueDate"] == "0001-01-01T00:00:00.0000000Z"
    assert (await portal.stored()).due_at is None


# Cost (§10.1).


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "taxes", "cost"),
    [
        ("3", "19.99", "10", (1,), "64.76"),
        ("2", "12.50", "0", (1,), "30.00"),
        ("1", "0.25", "10", (), "0.23"),
        ("1", "1.00", "0", (2, 3), "1.16"),
        ("10", "33.33", "33", (2, 4), "251.23"),
        ("2", "10.005", "0", (), "20.02"),
        ("100", "7.7", "25", (1, 1), "808.50"),
        ("0.005", "100", "0", (), "1.00"),
        ("1", "0.3333333333333333333", "0", (), "0.33"),
        ("1e0", "1E+1", "0", (), "10.00"),
        ("99999999.99", "999999", "0", (), "99999899990000.01"),
    ],
)
async def test_the_printed_costs_come_out(
    portal: Portal, quantity: str, price: str, discount: str, taxes: Any, cost: str
):
    chosen = {f"invoiceTax{place}ID": tax for place, tax in enumerate(taxes, 1)}
    body = a_body_with_line(quantity=Decimal(quantity), price=price, discount=Decimal(discount), **chosen)
    assert response(await portal.put(body))["cost"] == Decimal(cost)
    stored = await portal.stored()
    assert stored.original_balance == stored.open_balance == Decimal(cost)


BORN_ELSEWHERE = an_invoice(
    id=60,
    number="M-60",
    status=Status.DRAFT,
    origin="modulus",
    rounding=en16931("USD"),
    charges=(Charge(ChargeKind.SHIPPING, Decimal("5.50")),),
    reference="kept",
    extras={"modulus": {"kept": True}},
)


@pytest.mark.parametrize("others", [(BORN_ELSEWHERE,)])
async def test_a_draft_that_was_born_elsewhere_keeps_its_rounding_and_what_this_api_cannot_say(portal: Portal):
    lines = [{"invoiceItemID": 4, "quantity": 1, "price": 1, "invoiceTax1ID": 2, "invoiceTax2ID": 3}] * 3
    shown = response(await portal.put(a_body(invoiceLines=lines), "/invoice/60"))
    # Two taxes of 7.5 % on 3.00 as a whole are 0.23 each; line by line they would be 0.08, six times.
    assert shown["cost"] == Decimal("8.96")
    assert (shown["number"], shown["createBy"]["displayName"]) == ("M-60", "Unknown Unknown")
    stored = await portal.stored(60)
    assert (stored.origin, stored.rounding, stored.charges) == ("modulus", en16931("USD"), BORN_ELSEWHERE.charges)
    assert (stored.reference, stored.extras["modulus"]) == ("kept", {"kept": True})


# Refusals: everything in either table of §4.1.

LONG = "x" * 256


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"invoiceLines": [{"value": {"ID": "1234"}}]}, "invoiceLines"),
        ({}, "invoiceLines"),
        (a_body(invoiceLines=...), "invoiceLines"),
        (a_body(invoiceLines=[]), "invoiceLines"),
        (a_body(invoiceLines="x"), "invoiceLines"),
        (a_body(invoiceLines=[0] * 1001), "invoiceLines"),
        (a_body(invoiceLines=..., invoicelines=[{"invoiceItemID": 4}]), "invoiceLines"),
        (a_body_with_line(invoiceItemID=0), "invoiceLines[0].invoiceItemID"),
        (a_body(invoiceLines=[{"id": 51}]), "invoiceLines[0].invoiceItemID"),
        (a_body_with_line(invoiceItemID=-1), "invoiceLines[0].invoiceItemID"),
        (a_body_with_line(invoiceTax1ID=-1), "invoiceLines[0].invoiceTax1ID"),
        (a_body_with_line(invoiceTax2ID=-1), "invoiceLines[0].invoiceTax2ID"),
        (a_body_with_line(quantity=Decimal("-0.001")), "invoiceLines[0].quantity"),
        (a_body_with_line(quantity="100000000"), "invoiceLines[0].quantity"),
        (a_body_with_line(price=-1), "invoiceLines[0].price"),
        (a_body_with_line(price="99999999.991"), "invoiceLines[0].price"),
        (a_body_with_line(price="1e300"), "invoiceLines[0].price"),
        (a_body_with_line(discount=-1), "invoiceLines[0].discount"),
        (a_body_with_line(discount="100.001"), "invoiceLines[0].discount"),
        (a_body_with_line(description=LONG), "invoiceLines[0].description"),
        (a_body(issueDate=...), "issueDate"),
        (a_body(issueDate="0001-01-01T00:00:00.0000000Z"), "issueDate"),
        (a_body(dueDate=""), "dueDate"),
        (a_body(contactId=...), "contactId"),
        (a_body(contactId=0), "contactId"),
        (a_body(contactId=-1), "contactId"),
        (a_body(currency=None), "currency"),
        (a_body(currency=LONG), "currency"),
        (a_body(exchangeRate=...), "exchangeRate"),
        (a_body(exchangeRate=0), "exchangeRate"),
        (a_body(exchangeRate=-1), "exchangeRate"),
        (a_body(exchangeRate="0.00499"), "exchangeRate"),
        (a_body(exchangeRate="1e-999"), "exchangeRate"),
        (a_body(exchangeRate="1e9"), "exchangeRate"),
        (a_body(terms=...), "terms"),
        (a_body(terms=""), "terms"),
        (a_body(terms=LONG), "terms"),
        (a_body(purchaseOrderNumber=LONG), "purchaseOrderNumber"),
        (a_body(description=LONG), "description"),
        (a_body(language="xx-YY"), "language"),
        (a_body(language="en_US"), "language"),
        (a_body(language="en-ZZ"), "language"),
        (a_body(language="../en"), "language"),
        (a_body(language=LONG), "language"),
    ],
)
async def test_a_value_that_is_missing_or_not_allowed_is_named(portal: Portal, body: Any, parameter: str):
    before = await portal.everything()
    assert refusal(await portal.put(body)) == out_of_range(parameter)
    assert await portal.everything() == before


@pytest.mark.parametrize(
    ("body", "parameters", "value"),
    [
        (a_body_with_line(invoiceItemID=99), "invoiceItemID", 99),
        (a_body_with_line(invoiceTax1ID=98), "invoiceTax1ID, invoiceTax2ID", 98),
        (a_body_with_line(invoiceTax2ID=97), "invoiceTax1ID, invoiceTax2ID", 97),
        (a_body(contactId=99), "contactId, consigneeId", 99),
        (a_body(consigneeId=98), "contactId, consigneeId", 98),
        (a_body(consigneeId=-1), "contactId, consigneeId", -1),
        (a_body(entityId=99), "entityId", 99),
        (a_body(entityId=-1), "entityId", -1),
        (a_body(currency="xyz"), "currency", "XYZ"),
        (a_body(currency="BHD"), "currency", "BHD"),
        (a_body_with_line(quantity=99999999, price=99999999), "invoiceLines", Decimal("9999999800000001.00")),
        (a_body(billingAddressID=32), "billingAddressID, deliveryAddressID", 32),
        (a_body(billingAddressID=34), "billingAddressID, deliveryAddressID", 34),
        (a_body(deliveryAddressID=32), "billingAddressID, deliveryAddressID", 32),
        (a_body(consigneeId=11, deliveryAddressID=32), "billingAddressID, deliveryAddressID", 32),
        (a_body(consigneeId=11, deliveryAddressID=34), "billingAddressID, deliveryAddressID", 34),
    ],
)
async def test_what_does_not_exist_or_belong_is_named_with_its_value(
    portal: Portal, body: Any, parameters: str, value: Any
):
    before = await portal.everything()
    status, message = out_of_range(parameters)
    assert refusal(await portal.put(body)) == (status, f"{message}\r\nActual value was {value}.")
    assert await portal.everything() == before


@pytest.mark.parametrize("others", [(an_opportunity(id=8, participants=(11,)),)])
async def test_the_customer_has_to_take_part_in_the_opportunity(portal: Portal):
    assert refusal(await portal.put(a_body(entityId=8))) == out_of_range("contactId, entityId")
    assert response(await portal.put(a_body(entityId=8, contactId=11)))["entity"]["entityId"] == 8


@pytest.mark.parametrize(
    ("body", "parameter", "why"),
    [
        (a_body(contactId="ten"), "contactId", "Input string was not in a correct format."),
        (a_body(contactId=[10]), "contactId", "Input string was not in a correct format."),
        (a_body(consigneeId={"id": 11}), "consigneeId", "Input string was not in a correct format."),
        (a_body(templateType=1.5), "templateType", "Input string was not in a correct format."),
        (a_body(billingAddressID=2**31), "billingAddressID", "Input string was not in a correct format."),
        (a_body(exchangeRate="1,5"), "exchangeRate", "Input string was not in a correct format."),
        (a_body(exchangeRate=True), "exchangeRate", "Input string was not in a correct format."),
        (a_body(issueDate="1/2/2031"), "issueDate", "String was not recognized as a valid DateTime."),
        (a_body(terms="a\0"), "terms", "The text has a null character."),
        (a_body_with_line(description="\0"), "invoiceLines[0].description", "The text has a null character."),
        (a_body(dueDate=20310301), "dueDate", "String was not recognized as a valid DateTime."),
        (a_body(terms=False), "terms", "The value cannot be converted to a string."),
        (a_body(currency={"abbreviation": "EUR"}), "currency", "The value cannot be converted to a string."),
        (a_body_with_line(quantity="1,5"), "invoiceLines[0].quantity", "Input string was not in a correct format."),
        (a_body_with_line(description=[]), "invoiceLines[0].description", "The value cannot be converted to a string."),
    ],
)
async def test_a_value_of_the_wrong_type_is_named(portal: Portal, body: Any, parameter: str, why: str):
    before = await portal.everything()
    assert refusal(await portal.put(body)) == (400, f"{why}\r\nParameter name: {parameter}")
    assert await portal.everything() == before


@pytest.mark.parametrize(
    "lines",
    [[{"price": 1, "invoiceItemID": 4}, {"value": 1}], [None, {"invoiceItemID": 4}], [{}, {"invoiceItemID": 4}]],
)
async def test_a_gap_among_the_lines_is_a_failure(portal: Portal, lines: Any):
    before = await portal.everything()
    status, message = refusal(await portal.put(a_body(invoiceLines=lines)))
    assert (status, message.splitlines()[-1]) == (500, "Parameter name: invoiceLines")
    assert await portal.everything() == before


@pytest.mark.parametrize("id", [0, 404, OPEN, PAID, REJECTED, VOID, 99])
async def test_an_invoice_that_is_not_there_or_not_a_draft_is_not_found(portal: Portal, id: int):
    before = await portal.everything()
    assert refusal(await portal.put(a_body(), f"/invoice/{id}")) == (404, "Not found")
    assert await portal.everything() == before


@pytest.mark.parametrize(("token", "id"), [("ida-token", OWNERS), ("eve-token", DRAFT), ("eve-token", TO_PRIVATE)])
async def test_somebody_elses_invoice_is_not_found_by_whoever_administers_nothing(portal: Portal, token: str, id: int):
    before = await portal.everything()
    assert refusal(await portal.put(a_body(), f"/invoice/{id}", token)) == (404, "Not found")
    assert await portal.everything() == before


@pytest.mark.parametrize(("token", "id"), [("owner-token", OWNERS), ("house-token", DRAFT), ("ida-token", DRAFT)])
async def test_administrators_and_authors_write(portal: Portal, token: str, id: int):
    assert response(await portal.put(a_body(), f"/invoice/{id}", token))["terms"] == "45 days"


@pytest.mark.parametrize("field", ["contactId", "consigneeId"])
async def test_a_private_contact_is_only_for_those_who_may_see_it(portal: Portal, field: str):
    before = await portal.everything()
    assert refusal(await portal.put(a_body(**{field: 13}), token="ida-token")) == (403, "Access Denied")
    assert await portal.everything() == before
    shown = response(await portal.put(a_body(**{field: 12}), token="ida-token"))
    assert shown["contact" if field == "contactId" else "consignee"]["accessList"][0]["displayName"] == "Ida Moor"
    assert response(await portal.put(a_body(**{field: 13})))["id"] == DRAFT


BAD_LINE = {"invoiceLines": [{"invoiceItemID": 99}]}
ELSEWHERE = 404


@pytest.mark.parametrize(
    ("faults", "id", "status", "named"),
    [
        ({**BAD_LINE, "contactId": "x"}, ELSEWHERE, 400, "contactId"),
        ({**BAD_LINE, "terms": ""}, ELSEWHERE, 400, "invoiceItemID"),
        ({"terms": ""}, ELSEWHERE, 404, ""),
        ({"language": "xx", "contactId": 13}, OPEN, 404, ""),
        ({"currency": "XYZ", "contactId": 99}, OWNERS, 404, ""),
        ({"terms": "", "contactId": 13}, DRAFT, 400, "terms"),
        ({"exchangeRate": 0, "consigneeId": 99}, DRAFT, 400, "exchangeRate"),
        ({"contactId": 13, "consigneeId": 99}, DRAFT, 403, ""),
        ({"contactId": 13, "entityId": 99}, DRAFT, 403, ""),
        ({"contactId": 13, "currency": "XYZ"}, DRAFT, 403, ""),
        ({"consigneeId": 13, "currency": "XYZ"}, DRAFT, 403, ""),
        ({"entityId": 99, "currency": "XYZ"}, DRAFT, 400, "entityId"),
        ({"currency": "XYZ", "billingAddressID": 99}, DRAFT, 400, "currency"),
        ({"billingAddressID": 98, "deliveryAddressID": 99}, DRAFT, 400, "98"),
    ],
)
async def test_the_first_fault_is_told(portal: Portal, faults: Any, id: int, status: int, named: str):
    told, message = refusal(await portal.put(a_body(**faults), f"/invoice/{id}", "ida-token"))
    assert told == status
    assert named in message.partition("\n")[2]


async def test_addresses_of_no_number_are_none(portal: Portal):
    assert (await portal.put(a_body(billingAddressID=-1, deliveryAddressID=-1))).status_code == 200


@pytest.mark.parametrize("code", sorted(CURRENCIES))
async def test_every_stock_currency_is_known_in_any_case(portal: Portal, code: str):
    shown = response(await portal.put(a_body(currency=code.lower())))["currency"]
    assert (shown["abbreviation"], len(shown["cultureName"]), shown["isConvertable"]) == (code, 2, True)
    assert shown["title"] != code
    assert shown["isBasic"] is (code in {"AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "USD"})


@pytest.mark.parametrize("name", ["es-ES", "en-US", "pt-BR", "zh-CN", "az-Latn-AZ", "en", ""])
async def test_known_cultures_are_taken(portal: Portal, name: str):
    assert response(await portal.put(a_body(language=name)))["language"] == name


# Concurrency (§12.19).


async def test_two_updates_at_once_lose_nothing(portal: Portal):
    answers = await asyncio.gather(*(portal.put(a_body(terms=f"terms {n}")) for n in range(20)))
    assert {response(answer)["terms"] for answer in answers} == {f"terms {n}" for n in range(20)}
    ids = [line["id"] for answer in answers for line in decode_json(answer.content)["response"]["invoiceLines"]]
    assert len(set(ids)) == 40
    entries = await portal.ledger.history(a_caller(), "invoice", DRAFT)
    assert [entry.version for entry in entries] == list(range(1, 22))
    told = [change for entry in entries[1:] for change in json.loads(entry.body)["changes"]]
    terms = [change for change in told if change["path"] == "/terms"]
    assert [change["before"] for change in terms[1:]] == [change["after"] for change in terms[:-1]]
    assert (await portal.shown())["terms"] == terms[-1]["after"]
