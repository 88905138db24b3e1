"""Finding invoices by number, contact and opportunity; the sample; dates stated anew (contract §4.5 to §4.9, §9.3)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from billingua.core.lifecycle import Status
from billingua.dialects.onlyoffice import lists
from billingua.dialects.onlyoffice.numbering import next_number
from billingua.engine.credentials import hash_secret
from billingua.engine.planting import Plant, plant
from tests.builders import a_caller, a_credential, a_workspace, an_invoice, an_opportunity
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
from tests.dialects.onlyoffice.test_invoice import AVATAR, DOLLAR

# By number (§4.6).


@pytest.mark.parametrize("number", ["INV-0000017", "inv-0000017", "INV-0000017  "])
async def test_an_invoice_is_found_by_its_number_without_its_parts(portal: Portal, number: str):
    before = await portal.shown()
    answer = await portal.get(f"/invoice/bynumber?number={quote(number)}&number=other&")
    found = response(answer)
    assert found == before | dict.fromkeys(("invoiceLines", "contact", "consignee", "entity")) | {"cost": Decimal(0)}
    assert list(found) == list(before)
    assert '"cost":0.00' in answer.text


@pytest.mark.parametrize("path", ["/invoice/bynumber", "/invoice/bynumber.json", "/Invoice/ByNumber"])
async def test_the_number_may_be_called_in_any_case(portal: Portal, path: str):
    assert response(await portal.get(f"{path}?NUMBER=INV-0000017"))["id"] == DRAFT


@pytest.mark.parametrize("query", ["", "?", "?number=", "?numbers=INV-0000017"])
async def test_a_number_has_to_be_said(portal: Portal, query: str):
    for path in ("/invoice/bynumber", "/invoice/bynumber/exist"):
        assert refusal(await portal.get(path + query)) == out_of_range("number")


@pytest.mark.parametrize("others", [(an_invoice(id=60, number="S-1", number_scope="a trader's"),)])
@pytest.mark.parametrize("number", ["INV-17x", "%20INV-0000017", "%20", "S-1"])
async def test_a_number_that_no_invoice_has_is_not_found(portal: Portal, number: str):
    assert refusal(await portal.get(f"/invoice/bynumber?number={number}")) == (404, "Not found")
    assert response(await portal.get(f"/invoice/bynumber/exist?number={number}")) is False


@pytest.mark.parametrize(
    ("content_type", "body", "is_read"),
    [
        ("application/json", b'{"number":"INV-0000017"}', True),
        ("text/xml", b"<r><number>INV-0000017</number></r>", True),
        ("application/x-www-form-urlencoded", b"number=INV-0000017", False),
        ("", b"number=INV-0000017", False),
        ("application/x-www-form-urlencoded", b"\xff" * 5000, False),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="number"\r\n\r\nINV-0000017\r\n--x--\r\n',
            False,
        ),
    ],
)
async def test_a_form_is_not_read_where_something_is_only_asked_for(
    portal: Portal, content_type: str, body: bytes, is_read: bool
):
    answer = await portal.send("GET", "/invoice/bynumber", body, headers={"Content-Type": content_type})
    assert (response(answer)["id"] if is_read else refusal(answer)) == (DRAFT if is_read else out_of_range("number"))


async def test_an_invoice_to_a_private_contact_is_found_by_those_who_may_see_it(portal: Portal):
    path = f"/invoice/bynumber?number=INV-{TO_PRIVATE}"
    assert refusal(await portal.get(path, "eve-token")) == (403, "Access Denied")
    assert response(await portal.get(path, "ida-token"))["id"] == TO_PRIVATE
    exist = await portal.get(f"/invoice/bynumber/exist?number=inv-{TO_PRIVATE}", "eve-token")
    assert exist.text == '{"count":1,"status":0,"statusCode":200,"response":true}'


# Lists (§4.5).


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def ids(answer: Any) -> list[int]:
    return [one["id"] for one in response(answer)]


@pytest.mark.parametrize("kind", ["contact", "person", "company", "Contact"])
async def test_the_invoices_of_a_customer_are_listed_whatever_its_kind(portal: Portal, kind: str):
    answer = await portal.get(f"/{kind}/invoicelist/10")
    assert ids(answer) == [DRAFT, OPEN, PAID, REJECTED, VOID, OWNERS]
    told = answer.json()
    assert (told["count"], "total" in told, "nextIndex" in told) == (6, False, False)
    whole = await portal.shown()
    assert response(answer)[0] == {name: value for name, value in whole.items() if name != "invoiceLines"}


async def test_private_invoices_are_listed_for_those_who_may_see_them(portal: Portal):
    path = "/contact/invoicelist/12"
    assert ids(await portal.get(path, "ida-token")) == [TO_PRIVATE]
    answer = await portal.get(path, "eve-token")
    assert answer.text == '{"status":0,"statusCode":200,"response":[]}'


@pytest.mark.parametrize("kind", ["contact", "person", "company", "opportunity"])
@pytest.mark.parametrize(("id", "status"), [("0", 400), ("000", 400), ("404", 200), ("2147483648", 400)])
async def test_unknown_ids_have_no_invoices_and_nought_is_none(portal: Portal, kind: str, id: str, status: int):
    answer = await portal.get(f"/{kind}/invoicelist/{id}")
    assert answer.status_code == status
    assert status != 200 or response(answer) == []


@pytest.mark.parametrize(
    "others",
    [(born_here(41, opportunity=3, party=11), born_here(40, opportunity=3), an_opportunity(id=8, participants=()))],
)
async def test_the_invoices_of_an_opportunity_are_listed(portal: Portal):
    listed = response(await portal.get("/opportunity/invoicelist/3"))
    assert [one["id"] for one in listed] == [DRAFT, 40, 41]
    assert listed[0]["entity"] == {"entityType": "opportunity", "entityId": 3, "entityTitle": "Spring"}
    assert ids(await portal.get("/opportunity/invoicelist/8")) == []


@pytest.mark.parametrize(
    ("query", "expected", "total"),
    [
        ("count=2", [DRAFT, OPEN], 6),
        ("count=2&startIndex=4", [VOID, OWNERS], 6),
        ("startIndex=9", [], 6),
        ("sortBy=id&sortOrder=descending", [OWNERS, VOID, REJECTED, PAID, OPEN, DRAFT], None),
        ("filterBy=number&filterOp=startsWith&filterValue=inv-0", [DRAFT], None),
    ],
)
async def test_a_part_of_a_list_may_be_asked_for(portal: Portal, query: str, expected: list[int], total: int | None):
    answer = await portal.get(f"/contact/invoicelist/10?{query}")
    assert ids(answer) == expected
    assert answer.json().get("total") == total


OF_ONE = (
    born_here(41, party=11, number="INV-9", issued_at=at("2031-04-02"), due_at=at("2031-09-01"), opportunity=3),
    born_here(
        42, party=11, number="INV-10", issued_at=at("2031-04-01"), due_at=None, opportunity=3, status=Status.PAID
    ),
    born_here(43, party=11, number="ABC", issued_at=at("2031-04-03"), due_at=at("2031-08-01"), opportunity=3),
)


@pytest.mark.parametrize("others", [OF_ONE])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [41, 42, 43]),
        ("sortOrder=descending", [41, 42, 43]),
        ("sortBy=nonsense&sortOrder=descending", [41, 42, 43]),
        ("sortBy=number", [43, 42, 41]),
        ("SORTBY=Number&sortOrder=descending", [41, 42, 43]),
        ("sortBy=id&sortOrder=descending", [43, 42, 41]),
        ("sortBy=issueDate", [42, 41, 43]),
        ("sortBy=dueDate", [42, 43, 41]),
        ("sortBy=status&sortOrder=descending", [42, 43, 41]),
        ("sortBy=contact", [43, 42, 41]),
        ("sortBy=purchaseOrderNumber", [41, 42, 43]),
        ("sortBy=number&filterBy=number&filterOp=startswith&filterValue=inv", [42, 41]),
        ("sortBy=fileID&filterBy=number&filterBy=id&filterValue=abc", [43]),
        ("filterBy=&filterValue=x", [41, 42, 43]),
        ("sortBy=number&FILTERBY=nonsense", [43, 42, 41]),
    ],
)
async def test_a_list_of_one_customer_is_sorted_and_cut_as_asked(portal: Portal, query: str, expected: list[int]):
    assert ids(await portal.get(f"/person/invoicelist/11?{query}")) == expected
    assert ids(await portal.get(f"/person/invoicelist/11?{query}&startIndex=1&count=1")) == expected[1:2]


@pytest.mark.parametrize("others", [OF_ONE])
async def test_what_the_ledger_sorts_is_never_too_long(portal: Portal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lists, "MOST_SORTED", 2)
    for path in ("/contact/invoicelist/11", "/person/invoicelist/11", "/company/invoicelist/11"):
        for key in ("number", "id", "issueDate", "dueDate", "status", "contact", "createOn"):
            assert len(ids(await portal.get(f"{path}?sortBy={key}"))) == 3
    assert ids(await portal.get("/opportunity/invoicelist/3?sortBy=number&count=2")) == [43, DRAFT]
    for query in ("sortBy=cost", "filterBy=number&filterValue=abc"):
        assert refusal(await portal.get(f"/contact/invoicelist/11?{query}")) == out_of_range("sortBy")


@pytest.mark.parametrize("path", ["/case/invoicelist/3", "/contact/invoicelist/x", "/contact/invoicelist"])
async def test_other_lists_are_a_plain_page(portal: Portal, path: str):
    answer = await portal.get(path)
    assert (answer.status_code, answer.text.startswith("<!DOCTYPE html>")) == (404, True)


# The sample (§4.7, §9.3).

SAMPLE: dict[str, Any] = {
    "invoiceLines": [
        {
            "invoiceID": 0,
            "invoiceItemID": 0,
            "invoiceTax1ID": 0,
            "invoiceTax2ID": 0,
            "sortOrder": 0,
            "description": "",
            "quantity": Decimal("1.00"),
            "price": Decimal("0.00"),
            "discount": Decimal("0.00"),
            "id": 0,
        }
    ],
    "status": {"title": "Draft", "id": 1},
    "number": "INV-0000001",
    "issueDate": "2031-03-01T09:30:00.0000000Z",
    "templateType": 0,
    "contact": None,
    "consignee": None,
    "entity": None,
    "dueDate": "2031-03-31T09:30:00.0000000Z",
    "language": "",
    "currency": DOLLAR,
    "exchangeRate": Decimal("1.00"),
    "purchaseOrderNumber": "",
    "terms": "Net 30",
    "description": "",
    "fileID": -1,
    "createOn": "2031-03-01T09:30:00.0000000Z",
    "createBy": {
        "id": "00000000-0000-0000-0000-000000000000",
        "displayName": "",
        "avatarSmall": AVATAR,
        "profileUrl": "",
    },
    "cost": Decimal("0.00"),
    "canEdit": True,
    "canDelete": True,
    "id": 0,
}
NUMBERED = {"settings": {"onlyoffice": {"terms": "Net 30", "prefix": "R-", "number": "001"}}}


@pytest.mark.parametrize("settings", [{"settings": {"onlyoffice": {"terms": "Net 30", "number": "0000001"}}}])
@pytest.mark.parametrize("others", [(born_here(60, number="X-5"),)])
async def test_a_sample_shows_what_a_new_invoice_may_begin_with_and_stores_nothing(portal: Portal):
    before = await portal.everything()
    sample = response(await portal.get("/invoice/sample", "eve-token"))
    assert sample == SAMPLE
    assert list(sample) == list(SAMPLE)
    assert await portal.everything() == before


@pytest.mark.parametrize("settings", [NUMBERED])
@pytest.mark.parametrize("others", [(born_here(60, number="R-0199"), born_here(50, number="R-900"))])
async def test_the_next_number_follows_that_of_the_highest_id(portal: Portal):
    number = response(await portal.get("/invoice/sample"))["number"]
    assert number == "R-200"
    body = {
        "number": number,
        "issueDate": "2031-03-02",
        "dueDate": "2031-03-02",
        "contactId": 10,
        "currency": "USD",
        "exchangeRate": 1,
        "terms": "x",
        "invoiceLines": {"invoiceItemID": 4},
    }
    assert response(await portal.send("POST", "/invoice", body), 201)["id"] == 61
    assert response(await portal.get("/invoice/sample"))["number"] == "R-201"
    await portal.send("DELETE", "/invoice/61")
    assert response(await portal.get("/invoice/sample"))["number"] == "R-200"


ELSEWHERE = (an_invoice(id=61, number="TI-9", number_scope="an order's"), an_invoice(id=62, number="2031/7"))


@pytest.mark.parametrize(
    ("others", "number"),
    [
        ((born_here(60, number="INV-0000041"), *ELSEWHERE), "INV-0000042"),
        ((born_here(60, number="X-5"), *ELSEWHERE), "INV-0000001"),
        ((born_here(60, number="INV-0000041"), *ELSEWHERE, an_invoice(id=63, number="INV-77")), "INV-0000078"),
    ],
)
async def test_invoices_that_others_number_in_their_own_way_are_passed_over(portal: Portal, number: str):
    assert response(await portal.get("/invoice/sample"))["number"] == number


async def test_where_others_alone_wrote_invoices_numbers_begin_anew(portal: Portal):
    await portal.ledger.run(a_caller(workspace="third"), plant, Plant(a_workspace(name="third"), [*ELSEWHERE, THIRD]))
    assert response(await portal.get("/invoice/sample", "third-token"))["number"] == "INV-0000001"


THIRD = a_credential(dialect="onlyoffice", secret_hash=hash_secret("third-token"))


@pytest.mark.parametrize(
    ("settings", "last", "number"),
    [
        ({}, None, "INV-0000001"),
        ({}, "INV-0000041", "INV-0000042"),
        ({}, "INV-9999999", "INV-10000000"),
        ({}, "X-5", "INV-0000001"),
        ({}, "INV-12a", "INV-0000001"),
        ({}, "INV-", "INV-0000001"),
        ({}, "inv-7", "INV-0000001"),
        ({}, "INV-INV-7", "INV-0000008"),
        ({}, "INV-2147483647", "INV-2147483648"),
        ({}, "INV-2147483648", "INV-0000001"),
        ({}, "INV--5", "INV-00000-4"),
        ({"prefix": "R-", "number": "00100"}, None, "R-00100"),
        ({"prefix": "R-", "number": "00100"}, "R-7", "R-00008"),
        ({"prefix": "", "number": "1"}, "41", "42"),
        ({"prefix": None, "number": "1"}, None, "1"),
        ({"prefix": None, "number": None}, "9", "10"),
        ({"autogenerated": False}, "INV-0000041", ""),
    ],
)
def test_numbers_go_on_from_the_last_as_printed(settings: Any, last: str | None, number: str):
    assert next_number(a_workspace(settings={"onlyoffice": settings}), last) == number


# Dates stated anew (§4.9).

DATES = [("creationdate", "creationDate"), ("lastmodifeddate", "lastModifedDate")]


@pytest.mark.parametrize(("path", "name"), DATES)
@pytest.mark.parametrize("as_form", [True, False])
async def test_a_date_is_stated_anew_and_nothing_else(portal: Portal, path: str, name: str, as_form: bool):
    before = await portal.stored()
    body = f"{name.lower()}=2020-01-02T03-04-05Z".encode() if as_form else {name: "2020-01-02T03:04:05Z"}
    answer = await portal.put(body, f"/invoice/{DRAFT}/{path}", "eve-token")
    assert answer.text == '{"status":0,"statusCode":200,"response":{}}'
    after, moment = await portal.stored(), datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    stamps = (moment, before.updated_at) if name == "creationDate" else (before.created_at, moment)
    assert (after.created_at, after.updated_at) == stamps
    assert (after.lines, after.status, after.issued_at) == (before.lines, before.status, before.issued_at)
    assert len(await portal.ledger.history(a_caller(), "invoice", DRAFT)) == 2


@pytest.mark.parametrize(("path", "name"), DATES)
@pytest.mark.parametrize(
    ("id", "token", "value", "status"),
    [
        (404, "owner-token", "2020-01-02", 404),
        (TO_PRIVATE, "eve-token", "2020-01-02", 404),
        (0, "owner-token", "2020-01-02", 400),
        (DRAFT, "owner-token", "1/2/2020", 400),
        (DRAFT, "owner-token", "", 400),
        (DRAFT, "owner-token", "0001-01-01", 400),
    ],
)
async def test_a_date_is_not_stated_by_anybody_of_anything(
    portal: Portal, path: str, name: str, id: int, token: str, value: str, status: int
):
    before = await portal.everything()
    assert refusal(await portal.put({name: value}, f"/invoice/{id}/{path}", token))[0] == status
    assert await portal.everything() == before
