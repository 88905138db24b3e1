"""Lists of all invoices, found by what is asked and sorted by what is said (contract §4.4, §1.6)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from billingua.core.lifecycle import Status
from billingua.dialects.onlyoffice import lists
from billingua.dialects.onlyoffice.requests.lists import SORTED_BY_KEY, SORTS
from tests.builders import an_invoice, an_opportunity
from tests.dialects.onlyoffice.conftest import (
    DRAFT,
    HIDDEN,
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

ALL = [DRAFT, OPEN, PAID, REJECTED, VOID, OWNERS, TO_PRIVATE]
"""In the order of their numbers, too."""


async def filtered(portal: Portal, query: str = "", token: str = "owner-token") -> tuple[list[int], int]:
    answer = await portal.get(f"/invoice/filter?{query}", token)
    return [one["id"] for one in response(answer)], answer.json()["total"]


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


async def test_all_invoices_are_listed_by_their_numbers_as_lists_show_them(portal: Portal):
    answer = await portal.get("/invoice/filter")
    assert [one["id"] for one in response(answer)] == ALL
    assert {name: value for name, value in answer.json().items() if name != "response"} == {
        "count": 7,
        "total": 7,
        "status": 0,
        "statusCode": 200,
    }
    whole = await portal.shown()
    assert response(answer)[0] == {name: value for name, value in whole.items() if name != "invoiceLines"}


@pytest.mark.parametrize("path", ["/invoice/filter.json", "/Invoice/FILTER", "/invoice/filter?", "/invoice/filter?x=1"])
async def test_the_path_is_known_in_any_case_and_unknown_parameters_are_none(portal: Portal, path: str):
    assert len(response(await portal.get(path))) == 7


async def test_nothing_that_is_found_is_told_as_an_empty_list_with_its_total(portal: Portal):
    answer = await portal.get("/invoice/filter?currency=EUR")
    assert answer.text == '{"total":0,"status":0,"statusCode":200,"response":[]}'


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("draft", [DRAFT, OWNERS, TO_PRIVATE]),
        ("DRAFT", [DRAFT, OWNERS, TO_PRIVATE]),
        ("1", [DRAFT, OWNERS, TO_PRIVATE]),
        ("Sent", [OPEN]),
        ("2", [OPEN]),
        ("rejected", [REJECTED]),
        ("3", [REJECTED]),
        ("Paid", [PAID]),
        ("4", [PAID]),
        ("archived", [VOID]),
        ("5", [VOID]),
        ("6", []),
        ("0", []),
        ("-1", []),
        ("", ALL),
    ],
)
async def test_a_status_is_asked_for_by_name_or_number(portal: Portal, status: str, found: list[int]):
    assert await filtered(portal, f"status={status}") == (found, len(found))


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("status=Billed", "status"),
        ("status=open", "status"),
        ("status=1,2", "status"),
        ("status=99999999999", "status"),
        ("issueDateFrom=1/2/2031", "issueDateFrom"),
        ("issueDateTo=soon", "issueDateTo"),
        ("dueDateFrom=2031", "dueDateFrom"),
        ("dueDateTo=2031-13-01", "dueDateTo"),
        ("entityType=person", "entityType"),
        ("entityType=1&entityid=10", "entityType"),
        ("entityType=contact&entityid=ten", "entityid"),
        ("entityType=contact&entityid=2147483648", "entityid"),
    ],
)
async def test_what_cannot_be_read_is_refused(portal: Portal, query: str, parameter: str):
    status, message = refusal(await portal.get(f"/invoice/filter?{query}"))
    assert (status, message.rpartition("\r\n")[2]) == (400, f"Parameter name: {parameter}")


DATED = (
    born_here(41, issued_at=at("2031-05-01T00:00"), due_at=at("2031-06-01T00:00")),
    born_here(42, issued_at=at("2031-05-01T23:59"), due_at=at("2031-06-01T23:59")),
    born_here(43, issued_at=at("2031-05-01T23:59:01"), due_at=at("2031-06-01T23:59:01")),
    born_here(44, issued_at=at("2031-05-02T00:00"), due_at=None),
)


@pytest.mark.parametrize("others", [DATED])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("issueDateFrom=2031-05-01", [41, 42, 43, 44]),
        ("issueDateFrom=2031-05-01T23:59:00", [42, 43, 44]),
        ("issueDateFrom=2031-05-01&issueDateTo=2031-05-01", [41, 42]),
        ("issueDateFrom=2031-05-01&issueDateTo=2031-05-01T00-01-00", [41, 42, 43, 44]),
        ("issueDateFrom=2031-05-01&issueDateTo=2031-05-01T02:00:00%2B02:00", [41, 42]),
        ("issueDateFrom=2031-05-02&issueDateTo=2031-05-01", []),
        ("issuedatefrom=2031-05-02&ISSUEDATETO=2031-05-02", [44]),
        ("dueDateFrom=2031-06-01", [41, 42, 43]),
        ("dueDateFrom=2031-06-01&dueDateTo=2031-06-01", [41, 42]),
        ("dueDateFrom=2031-06-01&dueDateFrom=2035-01-01", [41, 42, 43]),
        ("dueDateFrom=2031-06-01&dueDateTo=0001-01-01", [41, 42, 43]),
        ("dueDateFrom=2031-06-01&dueDateTo=", [41, 42, 43]),
        ("issueDateFrom=9999-12-30&issueDateTo=9999-12-30", []),
    ],
)
async def test_dates_are_bounds_and_an_end_is_meant_with_its_day(portal: Portal, query: str, found: list[int]):
    assert await filtered(portal, query) == (found, len(found))


@pytest.mark.parametrize("settings", [{"time_zone": "Europe/Riga"}])
@pytest.mark.parametrize("others", [DATED])
async def test_days_are_those_of_the_portal(portal: Portal):
    assert await filtered(portal, "issueDateFrom=2031-05-02") == ([42, 43, 44], 3)
    assert await filtered(portal, "issueDateFrom=2031-05-01&issueDateTo=2031-05-01") == ([41], 1)


LINKED = (
    born_here(41, party=11, consignee=10, opportunity=8),
    born_here(42, party=11, opportunity=3),
    an_opportunity(id=8, participants=(11,)),
)


@pytest.mark.parametrize("others", [LINKED])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("entityType=contact&entityid=11", [41, 42]),
        ("entityType=CONTACT&EntityID=12", [TO_PRIVATE]),
        ("entityType=contact&entityid=404", []),
        ("entityType=opportunity&entityid=3", [DRAFT, 42]),
        ("entityType=Opportunity&entityid=8", [41]),
        ("entityType=case&entityid=3", []),
        ("entityType=case&entityid=3&status=1", []),
        ("entityid=11", []),
        ("entityid=11&filterValue=%20", []),
        ("entityid=11&sortBy=id&count=5", []),
        ("entityid=11&status=draft", [DRAFT, OWNERS, TO_PRIVATE, 41, 42]),
        ("entityid=11&currency=usd&filterValue=inv-41", [41]),
        ("entityid=0&filterValue=inv-4", [41, 42]),
        ("entityType=contact&filterValue=inv-4", [41, 42]),
        ("entityType=case&filterValue=inv-4", [41, 42]),
        ("entityType=&entityid=&filterValue=inv-4", [41, 42]),
        ("entityType=contact&entityid=-1&filterValue=inv-4", [41, 42]),
    ],
)
async def test_invoices_are_asked_for_by_whom_or_what_they_are_for(portal: Portal, query: str, found: list[int]):
    assert await filtered(portal, query) == (found, len(found))


WORDY = (
    born_here(41, number="A-41 East", description="Oak boards,\tsawn"),
    born_here(42, number="B-42", description="Größe 7 oaken", currency="EUR"),
    born_here(43, number="C-43 oak", currency="EUR", status=Status.OPEN),
)


@pytest.mark.parametrize("others", [WORDY])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filterValue=oak", [41, 42, 43]),
        ("filterValue=OAK+a-41", [41]),
        ("filterValue=SAWN+ea", [41]),
        ("filterValue=gr%C3%B6SSe", [42]),
        ("filterValue=boards,", [41]),
        ("filterValue=ak", []),
        ("filterValue=oak+elm", []),
        ("filterValue=%25", []),
        ("currency=EUR", [42, 43]),
        ("currency=eur&status=draft", [42]),
        ("CURRENCY=eUr&filterValue=oak&status=Sent", [43]),
        ("currency=XYZ", []),
        ("currency=&filterValue=oak", [41, 42, 43]),
        ("filterBy=id&filterOp=equals&filterValue=oak", [41, 42, 43]),
    ],
)
async def test_words_and_currencies_are_found_in_any_case_and_all_conditions_hold(
    portal: Portal, query: str, found: list[int]
):
    assert await filtered(portal, query) == (found, len(found))


FIFTY = "+".join(f"w{number}" for number in range(50))


@pytest.mark.parametrize("others", [WORDY])
@pytest.mark.parametrize("path", ["/invoice/filter", "/contact/filter", "/invoiceitem/filter"])
async def test_words_that_are_looked_for_are_so_many_at_most(portal: Portal, path: str):
    some = response(await portal.get(f"{path}?filterValue={FIRST[path]}"))
    assert some
    assert response(await portal.get(f"{path}?filterValue={'+'.join([FIRST[path]] * 800)}")) == some
    assert response(await portal.get(f"{path}?filterValue={FIFTY}+W7")) == []
    for words in (f"{FIFTY}+more", "+".join(f"w{number}" for number in range(800))):
        assert refusal(await portal.get(f"{path}?filterValue={words}")) == out_of_range("filterValue")
    assert response(await portal.get(f"/contact/invoicelist/10?filterValue={FIFTY}+more"))
    assert response(await portal.get(f"/invoice/tax?filterBy=name&filterValue={FIFTY}+more")) == []


FIRST = {"/invoice/filter": "oak", "/contact/filter": "lee", "/invoiceitem/filter": "lam"}


SORTED = (
    born_here(41, number="INV-10", party=11, issued_at=at("2031-04-02"), due_at=at("2031-09-01")),
    born_here(42, number="INV-9", party=404, issued_at=at("2031-04-01"), due_at=None, status=Status.PAID),
    born_here(43, number="INV-90", party=11, issued_at=at("2031-04-02"), due_at=at("2031-08-01"), status=Status.OPEN),
    born_here(44, number="ABC", party=12, issued_at=at("2031-04-03"), due_at=at("2031-08-02"), status=Status.VOID),
    born_here(45, number="Z", party=405, issued_at=at("2031-04-04"), due_at=at("2031-08-02"), status=Status.REJECTED),
)
ONLY_THOSE = "issueDateFrom=2031-04-01"


@pytest.mark.parametrize("others", [SORTED])
@pytest.mark.parametrize(
    ("sort", "ascending", "descending"),
    [
        ("", [44, 41, 42, 43, 45], [45, 43, 42, 41, 44]),
        ("number", [44, 41, 42, 43, 45], [45, 43, 42, 41, 44]),
        ("NUMBER", [44, 41, 42, 43, 45], [45, 43, 42, 41, 44]),
        ("nonsense", [44, 41, 42, 43, 45], [45, 43, 42, 41, 44]),
        ("id", [41, 42, 43, 44, 45], [45, 44, 43, 42, 41]),
        ("issueDate", [42, 41, 43, 44, 45], [45, 44, 43, 41, 42]),
        ("dueDate", [42, 43, 44, 45, 41], [41, 45, 44, 43, 42]),
        ("contact", [41, 43, 44, 42, 45], [44, 43, 41, 45, 42]),
        ("status", [41, 43, 45, 42, 44], [44, 42, 45, 43, 41]),
        ("createOn", [41, 42, 43, 44, 45], [45, 44, 43, 42, 41]),
    ],
)
async def test_invoices_are_sorted_as_asked(portal: Portal, sort: str, ascending: list[int], descending: list[int]):
    assert await filtered(portal, f"{ONLY_THOSE}&sortBy={sort}") == (ascending, 5)
    assert await filtered(portal, f"{ONLY_THOSE}&sortBy={sort}&sortOrder=ascending") == (ascending, 5)
    assert await filtered(portal, f"{ONLY_THOSE}&sortBy={sort}&sortOrder=Descending") == (ascending, 5)
    assert await filtered(portal, f"{ONLY_THOSE}&sortBy={sort}&sortOrder=descending") == (descending, 5)


COSTLY = (
    born_here(41, exchange_rate=Decimal("10"), description="b"),
    born_here(42, exchange_rate=Decimal("9.5"), description="C", created_by="owner"),
    born_here(43, exchange_rate=Decimal("0.1"), description="a"),
)


@pytest.mark.parametrize("others", [COSTLY])
@pytest.mark.parametrize(
    ("sort", "ids"),
    [("exchangeRate", [43, 42, 41]), ("DESCRIPTION", [43, 41, 42]), ("cost", [41, 42, 43]), ("terms", [41, 42, 43])],
)
async def test_other_keys_sort_what_is_shown(portal: Portal, sort: str, ids: list[int]):
    only_those = "filterValue=inv-4"
    assert await filtered(portal, f"{only_those}&sortBy={sort}") == (ids, 3)
    assert await filtered(portal, f"{only_those}&sortBy={sort}&startIndex=1&count=1") == (ids[1:2], 3)
    assert await filtered(portal, f"{only_those}&sortBy=canEdit&sortOrder=descending", "ida-token") == ([43, 41, 42], 3)


async def test_every_key_that_is_shown_sorts(portal: Portal):
    (shown, *_) = response(await portal.get("/invoice/filter"))
    assert {name.lower() for name in shown} == {*SORTS, *SORTED_BY_KEY}
    for name in shown:
        assert sorted((await filtered(portal, f"sortBy={name}"))[0]) == ALL


async def test_more_than_can_be_sorted_by_what_is_shown_is_refused(portal: Portal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lists, "MOST_SORTED", 6)
    for path in ("/invoice/filter?sortBy=cost", "/invoice/filter?sortBy=cost&count=1"):
        assert refusal(await portal.get(path)) == out_of_range("sortBy")
    assert (await filtered(portal, "sortBy=cost", "eve-token"))[1] == 6
    assert await filtered(portal, "sortBy=status&count=1") == ([DRAFT], 7)
    assert response(await portal.get("/contact/invoicelist/10?sortBy=cost"))


@pytest.mark.parametrize(
    ("query", "ids", "told"),
    [
        ("count=2", [DRAFT, OPEN], {"count": 2, "nextIndex": 3}),
        ("count=2&startIndex=2", [PAID, REJECTED], {"count": 2, "startIndex": 2, "nextIndex": 5}),
        ("count=2&startIndex=5", [OWNERS, TO_PRIVATE], {"count": 2, "startIndex": 5}),
        ("startIndex=6", [TO_PRIVATE], {"count": 1, "startIndex": 6}),
        ("STARTINDEX=6&startIndex=1&fields=id,number", [TO_PRIVATE], {"count": 1, "startIndex": 6}),
        ("Count=1&count=5", [DRAFT], {"count": 1, "nextIndex": 2}),
        ("SORTBY=id&sortBy=number&SortOrder=descending&count=1", [TO_PRIVATE], {"count": 1, "nextIndex": 2}),
        ("startIndex=7", [], {"startIndex": 7}),
        ("startIndex=-3&count=1", [DRAFT], {"count": 1, "nextIndex": 2}),
        ("count=many", ALL, {"count": 7}),
        ("count=5000", ALL, {"count": 7}),
        ("count=0", [], {}),
    ],
)
async def test_pages_tell_the_whole_and_where_the_next_begins(
    portal: Portal, query: str, ids: list[int], told: dict[str, int]
):
    answer = await portal.get(f"/invoice/filter?{query}")
    assert [one["id"] for one in response(answer)] == ids
    envelope = answer.json()
    assert {name: envelope[name] for name in ("count", "startIndex", "nextIndex") if name in envelope} == told
    assert envelope["total"] == 7


async def test_only_the_fields_asked_for_are_shown(portal: Portal):
    answer = await portal.get("/invoice/filter?count=1&fields=ID,number,invoiceLines")
    assert response(answer) == [{"number": "INV-0000017", "id": DRAFT}]


async def test_a_list_is_shown_in_xml_too(portal: Portal):
    answer = await portal.get("/invoice/filter.xml?count=1&fields=id")
    assert answer.headers["content-type"].startswith("text/xml")
    assert f"<id>{DRAFT}</id>" in answer.text


OF_ALL_KINDS = (
    born_here(41, party=13),
    born_here(42, party=13, created_by="eve d'or"),
    an_invoice(id=43, party=12, number="INV-43"),
    born_here(44, party=404),
)


@pytest.mark.parametrize("others", [OF_ALL_KINDS])
@pytest.mark.parametrize(
    ("token", "unseen"),
    [("owner-token", []), ("house-token", []), ("ida-token", [42]), ("eve-token", [TO_PRIVATE, 41, 43])],
)
@pytest.mark.parametrize("query", ["", "status=1", "filterValue=inv", "sortBy=contact", "sortBy=cost", "sortBy=status"])
async def test_totals_and_pages_are_exact_for_whoever_asks(portal: Portal, token: str, unseen: list[int], query: str):
    assert HIDDEN.id == 13
    among = [DRAFT, OWNERS, TO_PRIVATE, 41, 42, 44] if query == "status=1" else [*ALL, 41, 42, 43, 44]
    seen = [id for id in among if id not in unseen]
    found, total = await filtered(portal, query, token)
    assert (sorted(found), total) == (seen, len(seen))
    pages = [await filtered(portal, f"{query}&count=2&startIndex={start}", token) for start in range(0, total, 2)]
    assert [id for page, _ in pages for id in page] == found
    for id in seen:
        assert (await portal.get(f"/invoice/{id}", token)).status_code == 200
    for id in unseen:
        assert (await portal.get(f"/invoice/{id}", token)).status_code == 403


@pytest.mark.parametrize("others", [OF_ALL_KINDS])
async def test_lists_of_a_customer_are_exact_for_whoever_asks(portal: Portal):
    for token, seen in (("owner-token", [41, 42]), ("ida-token", [41]), ("eve-token", [42])):
        answer = await portal.get("/contact/invoicelist/13?count=1", token)
        assert [one["id"] for one in response(answer)] == seen[:1]
        assert answer.json().get("total") == (2 if len(seen) == 2 else None)


async def test_nobody_else_may_look(portal: Portal):
    assert (await portal.get("/invoice/filter", None)).status_code == 401
    assert (await portal.get("/invoice/filter", "wrong")).status_code == 401
    assert (await portal.send("POST", "/invoice/filter")).status_code == 404


async def test_a_list_follows_what_changes(portal: Portal):
    assert await filtered(portal, f"filterValue={quote('größer')}") == ([], 0)
    body: dict[str, Any] = {
        "issueDate": "2031-03-02",
        "dueDate": "2031-04-15",
        "contactId": 10,
        "currency": "eur",
        "exchangeRate": 1,
        "terms": "x",
        "description": "Größer",
        "invoiceLines": [{"invoiceItemID": 4}],
    }
    response(await portal.put(body))
    assert await filtered(portal, f"filterValue={quote('größer')}&currency=EUR") == ([DRAFT], 1)
    response(await portal.send("DELETE", f"/invoice/{DRAFT}"))
    assert await filtered(portal, "currency=EUR") == ([], 0)
