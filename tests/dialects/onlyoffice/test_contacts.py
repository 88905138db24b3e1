"""Contacts, their addresses and opportunities, as far as invoices need them (contract §11)."""

import json
from typing import Any

import pytest

from billingua.core.party import Opportunity, Party
from billingua.engine.plan import by_id
from billingua.wire.bodies import decode_json
from tests.builders import a_party, a_uuid
from tests.dialects.onlyoffice.conftest import COMPANY, HIDDEN, PERSON, PRIVATE, Portal, a_body, out_of_range, refusal

QUAY = {"street": "Quay 4", "city": "Riga", "state": "", "zip": "LV-1010", "country": "Latvia"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def made(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    return decode_json(answer.content)["response"]


def shown(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return decode_json(answer.content)["response"]


async def post(portal: Portal, path: str, body: Any = b"", token: str = "ida-token", **rest: Any):
    return await portal.send("POST", path, body, token, **rest)


async def found(portal: Portal, kind: type[Any], id: int) -> Any:
    return dict(await portal.ledger.store.find(by_id(kind, id)))["demo"].value


# Contacts.


async def test_a_company_is_made_by_anybody_and_read_back(portal: Portal):
    company = made(await post(portal, "/contact/company", {"companyName": " Larch "}))
    assert (company["id"], company["displayName"], company["companyName"]) == (14, "Larch", "Larch")
    assert (company["isCompany"], company["isPrivate"], company["canEdit"]) == (True, False, True)
    assert (company["addresses"], company["commonData"]) == ([], [])
    assert shown(await portal.get("/contact/14", "eve-token")) == company


@pytest.mark.parametrize(
    ("body", "name"),
    [(b"firstName=Ann&lastName=Lee", "Ann Lee"), (b"FIRSTNAME=Ann", "Ann"), (b"lastName=Lee", "Lee")],
)
async def test_a_person_is_made_of_names(portal: Portal, body: bytes, name: str):
    person = made(await post(portal, "/contact/person.json", body, headers=FORM))
    assert (person["displayName"], person["isCompany"], "companyName" in person) == (name, False, False)
    assert " ".join(filter(None, (person["firstName"], person["lastName"]))) == name


@pytest.mark.parametrize(
    ("path", "body", "parameter"),
    [
        ("/contact/company", {}, "companyName"),
        ("/contact/company", {"companyName": " "}, "companyName"),
        ("/contact/company", {"companyName": "x" * 256}, "companyName"),
        ("/contact/person", {"lastName": " "}, "firstName"),
        ("/contact/person", {"firstName": "x" * 256}, "firstName"),
    ],
)
async def test_a_contact_without_a_name_is_refused(portal: Portal, path: str, body: Any, parameter: str):
    assert refusal(await post(portal, path, body)) == out_of_range(parameter)
    assert len(await portal.ledger.store.all_of("demo", "party")) == 4


async def test_a_private_contact_is_shown_to_those_who_may_see_it(portal: Portal):
    private = shown(await portal.get(f"/contact/{PRIVATE.id}", "ida-token"))
    assert [one["displayName"] for one in private["accessList"]] == ["Ida Moor"]
    assert refusal(await portal.get(f"/contact/{PRIVATE.id}", "eve-token")) == (403, "Access Denied")
    assert refusal(await post(portal, f"/contact/{HIDDEN.id}/addressdata", {"address": QUAY})) == (403, "Access Denied")
    assert refusal(await portal.get("/contact/99")) == (404, "Not found")
    assert refusal(await portal.get("/contact/0")) == out_of_range("id")
    assert refusal(await portal.get("/contact/99999999999"))[0] == 400


@pytest.mark.parametrize("others", [(a_party(id=20, name="Larch Again"), a_party(id=21, name="Birch"))])
@pytest.mark.parametrize(
    ("query", "token", "expected", "total"),
    [
        ("", "owner-token", [11, 21, 13, 10, 20, 12], 6),
        ("", "ida-token", [11, 21, 10, 20, 12], 5),
        ("", "eve-token", [11, 21, 10, 20], 4),
        ("sortOrder=descending&count=2", "eve-token", [20, 10], 4),
        ("sortBy=id&startIndex=1", "eve-token", [11, 20, 21], 4),
        ("filterValue=lar", "eve-token", [10, 20], 2),
        ("filterValue=AG larch", "eve-token", [20], 1),
        ("filterValue=arch", "eve-token", [], 0),
        ("contactListView=person", "eve-token", [11], 1),
        ("contactListView=company&count=1", "eve-token", [21], 3),
    ],
)
async def test_contacts_are_found_sorted_and_cut_among_those_that_one_may_see(
    portal: Portal, query: str, token: str, expected: list[int], total: int
):
    told = decode_json((await portal.get(f"/contact/filter?{query}", token)).content)
    assert ([one["id"] for one in told["response"]], told["total"]) == (expected, total)


# Addresses.


@pytest.mark.parametrize(
    ("category", "number", "name"),
    [(None, 0, "Home"), (1, 1, "Postal"), ("3", 3, "Billing"), ("Work", 5, "Work"), ("other", 4, "Other")],
)
async def test_an_address_is_kept_as_it_was_sent(portal: Portal, category: Any, number: int, name: str):
    body = {"address": QUAY | {"category": category, "isPrimary": True}}
    record = made(await post(portal, "/contact/11/addressdata", body))
    assert json.loads(record.pop("data")) == QUAY
    assert record == {"infoType": 7, "category": number, "categoryName": name, "isPrimary": True, "id": 35}
    contact = shown(await portal.get("/contact/11"))
    assert contact["addresses"][-1] == QUAY | {
        "category": number,
        "categoryName": name,
        "isPrimary": True,
        "id": 35,
    }


@pytest.mark.parametrize(
    "body",
    [
        b"address[street]=Quay+4&address[category]=3&address[isPrimary]=true",
        b"address[0].Street=Quay+4&address[0].Category=Billing&address[0].isprimary=True",
    ],
)
async def test_a_form_says_the_same_address(portal: Portal, body: bytes):
    record = made(await post(portal, "/contact/10/addressdata", body, headers=FORM))
    assert json.loads(record["data"])["street"] == "Quay 4"
    assert (record["category"], record["isPrimary"]) == (3, True)


async def test_an_address_is_also_a_record_of_data(portal: Portal):
    body = {"infoType": "Address", "category": "Billing", "isPrimary": True, "data": json.dumps(QUAY)}
    record = made(await post(portal, "/contact/11/data", body))
    assert (json.loads(record["data"]), record["categoryName"], record["id"]) == (QUAY, "Billing", 35)
    records = shown(await portal.get("/contact/11/data"))
    assert [(one["id"], one["categoryName"], one["isPrimary"]) for one in records] == [
        (33, "Postal", False),
        (34, "Billing", False),
        (35, "Billing", True),
    ]
    assert shown(await portal.get("/contact/13/data")) == []


async def test_of_one_category_one_address_is_the_first(portal: Portal):
    for category in ("Billing", "Postal", "Billing"):
        made(await post(portal, "/contact/11/addressdata", {"address": {"category": category, "isPrimary": True}}))
    addresses = (await found(portal, Party, 11)).addresses
    assert [(one.id, one.primary) for one in addresses if one.primary] == [(36, True), (37, True)]
    assert len(addresses) == len(PERSON.addresses) + 3


async def test_an_invoice_takes_a_new_contact_with_its_addresses(portal: Portal):
    id = made(await post(portal, "/contact/company", {"companyName": "New"}, "owner-token"))["id"]
    billing = made(await post(portal, f"/contact/{id}/addressdata", {"address": {"category": 3}}))["id"]
    postal = made(await post(portal, f"/contact/{id}/addressdata", {"address": {"category": 1}}))["id"]
    body = a_body(contactId=id, consigneeId=id, billingAddressID=billing, deliveryAddressID=postal)
    assert shown(await portal.put(body))["contact"]["displayName"] == "New"
    assert refusal(await portal.put(body | {"billingAddressID": postal}))[0] == 400


@pytest.mark.parametrize(
    ("path", "body", "refused"),
    [
        ("/contact/11/addressdata", {}, out_of_range("address")),
        ("/contact/11/addressdata", {"address": {"city": "x" * 256}}, out_of_range("city")),
        ("/contact/11/addressdata", {"address": {"category": 6}}, None),
        ("/contact/11/addressdata", {"address": {"category": -1}}, None),
        ("/contact/11/addressdata", {"address": {"category": "Bill"}}, None),
        ("/contact/0/addressdata", {"address": QUAY}, out_of_range("id")),
        ("/contact/99/addressdata", {"address": QUAY}, (404, "Not found")),
        ("/contact/11/data", {"category": "Billing", "data": "{}"}, out_of_range("infoType")),
        ("/contact/11/data", {"infoType": "Phone", "category": 0, "data": "1"}, out_of_range("infoType")),
        ("/contact/11/data", {"infoType": 7, "data": "{}"}, out_of_range("category")),
        ("/contact/11/data", {"infoType": 7, "category": "Billing", "data": "{"}, out_of_range("data")),
        ("/contact/11/data", {"infoType": 7, "category": "Billing", "data": "[]"}, out_of_range("data")),
        ("/contact/99/data", {"infoType": 7, "category": "Billing", "data": "{}"}, (404, "Not found")),
    ],
)
async def test_an_address_that_cannot_be_is_refused(
    portal: Portal, path: str, body: Any, refused: tuple[int, str] | None
):
    before = await found(portal, Party, 11)
    answer = refusal(await post(portal, path, body))
    assert answer == refused if refused else answer[0] == 400
    assert await found(portal, Party, 11) == before


# Opportunities.

STAGES = {"settings": {"onlyoffice": {"opportunity_stages": [{"id": 2, "title": "Won"}]}}}


@pytest.mark.parametrize("settings", [STAGES])
async def test_an_opportunity_is_made_with_those_who_take_part(portal: Portal):
    body = {
        "title": "Spring",
        "responsibleid": str(a_uuid(1002)),
        "stageid": 2,
        "bidCurrencyAbbr": "eur",
        "contactid": 10,
        "members": [11, 10],
    }
    opportunity = made(await post(portal, "/opportunity", body))
    assert (opportunity["id"], opportunity["title"], opportunity["stage"]) == (4, "Spring", {"id": 2, "title": "Won"})
    assert (opportunity["responsible"]["displayName"], opportunity["contact"]["id"]) == ("Ida Moor", COMPANY.id)
    assert [one["id"] for one in opportunity["members"]] == [10, 11]
    assert opportunity["bidCurrency"]["abbreviation"] == "EUR"
    stored = await found(portal, Opportunity, 4)
    assert (stored.participants, stored.responsible, stored.stage, stored.currency) == ((10, 11), "ida", 2, "EUR")
    assert shown(await portal.put(a_body(entityId=4)))["entity"]["entityTitle"] == "Spring"


async def test_an_opportunity_needs_only_a_title(portal: Portal):
    opportunity = made(await post(portal, "/opportunity", b"title=T", headers=FORM))
    assert (opportunity["contact"], opportunity["members"], opportunity["stage"]) == (None, [], None)
    assert (opportunity["bidCurrency"]["abbreviation"], (await found(portal, Opportunity, 4)).currency) == ("USD", None)


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({}, out_of_range("title")),
        ({"title": " "}, out_of_range("title")),
        ({"title": "x", "contactid": -1}, out_of_range("contactid")),
        ({"title": "x", "stageid": -1}, out_of_range("stageid")),
        ({"title": "x", "members": [-1]}, out_of_range("members")),
        ({"title": "x", "bidCurrencyAbbr": "XXX"}, out_of_range("bidCurrencyAbbr")),
        ({"title": "x", "responsibleid": "ida"}, (400, "Unrecognized Guid format.\r\nParameter name: responsibleid")),
        ({"title": "x", "responsibleid": str(a_uuid(5))}, None),
        ({"title": "x", "stageid": 9}, None),
        ({"title": "x", "contactid": 99}, None),
        ({"title": "x", "contactid": 10, "members": [13]}, (403, "Access Denied")),
    ],
)
async def test_an_opportunity_that_cannot_be_is_refused(portal: Portal, body: Any, refused: tuple[int, str] | None):
    answer = refusal(await post(portal, "/opportunity", body))
    assert answer == refused if refused else answer[0] == 400
    assert len(await portal.ledger.store.all_of("demo", "opportunity")) == 1


async def test_a_contact_comes_to_take_part_once(portal: Portal):
    for _ in range(2):
        assert made(await post(portal, "/opportunity/3/contact/11"))["id"] == 11
    assert (await found(portal, Opportunity, 3)).participants == (10, 11)
    assert len(await portal.ledger.store.history("demo", "opportunity", 3)) == 2
    assert shown(await portal.put(a_body(contactId=11, entityId=3)))["entity"]["entityId"] == 3


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("/opportunity/9/contact/11", (404, "Not found")),
        ("/opportunity/3/contact/99", (404, "Not found")),
        ("/opportunity/3/contact/13", (403, "Access Denied")),
        ("/opportunity/0/contact/11", out_of_range("id")),
        ("/opportunity/3/contact/0", out_of_range("contact")),
    ],
)
async def test_who_cannot_take_part_is_refused(portal: Portal, path: str, refused: tuple[int, str]):
    assert refusal(await post(portal, path)) == refused
    assert (await found(portal, Opportunity, 3)).participants == (10,)
