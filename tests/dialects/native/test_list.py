"""Lists of invoices: filters, order, pages, and the parameters that are refused."""

import json
from base64 import b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from billingua.core.lifecycle import Status
from billingua.engine.queries import Sort
from tests.builders import NOON, a_uuid, an_invoice
from tests.dialects.native.conftest import BEARER, Native, Planting


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


INVOICES = [
    an_invoice(id=1, number="A-1", status=Status.DRAFT, issued_at=moment("2024-01-01"), currency="EUR"),
    an_invoice(id=2, number="a-2", issued_at=moment("2024-01-02"), due_at=moment("2024-12-26"), origin="crux"),
    an_invoice(id=3, number="B-3", issued_at=moment("2024-01-03"), due_at=moment("2025-01-03"), party=11, order=104),
    an_invoice(id=4, number="B-4", issued_at=moment("2024-01-02T23:59:59.999999"), status=Status.PAID),
    an_invoice(id=5, number="C-5", issued_at=moment("2024-01-04"), open_balance=Decimal(7), status=Status.VOID),
]


@pytest.fixture
async def native(native_with: Planting) -> Native:
    return await native_with(*INVOICES)


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"status": "open"}, [2, 3]),
        ({"status": "draft,void"}, [1, 5]),
        ({"status": ["draft", "paid, rejected"]}, [1, 4]),
        ({"dialect": "crux"}, [2]),
        ({"dialect": "modulus"}, []),
        ({"party": "11"}, [3]),
        ({"order": "104"}, [3]),
        ({"currency": "EUR"}, [1]),
        ({"q": "A-"}, [1, 2]),
        ({"q": "a-"}, [1, 2]),
        ({"q": "%"}, []),
        ({"issued_from": "2024-01-02"}, [2, 3, 4, 5]),
        ({"issued_to": "2024-01-02"}, [1, 2, 4]),
        ({"issued_from": "2024-01-02", "issued_to": "2024-01-02"}, [2, 4]),
        ({"issued_from": "2024-01-02T00:00:00.000001Z", "issued_to": "2024-01-03T01:00:00+01:00"}, [3, 4]),
        ({"issued_to": "2024-01-02T23:59:59Z"}, [1, 2]),
        ({"due_from": "2024-12-27"}, [3]),
        ({"due_to": "2024-12-26"}, [2]),
        ({"due_to": "9999-12-31"}, [2, 3]),
        ({"issued_to": "9999-12-31"}, [1, 2, 3, 4, 5]),
        ({"due_from": "9999-12-31", "due_to": "9999-12-31"}, []),
        ({"overdue": "true"}, [2]),
        ({"status": "open", "party": "10", "q": "2"}, [2]),
        ({"sort": "-id"}, [5, 4, 3, 2, 1]),
        ({"sort": "issued_at"}, [1, 2, 4, 3, 5]),
        ({"sort": "-issued_at"}, [5, 3, 4, 2, 1]),
        ({"sort": "-due_at"}, [3, 2, 5, 4, 1]),
        ({"sort": "open_balance", "status": "open,void"}, [5, 2, 3]),
    ],
    ids=str,
)
async def test_invoices_are_found_by_what_is_asked(native: Native, asked: dict[str, Any], ids: list[int]) -> None:
    assert await native.ids(**asked) == ids
    assert (await native.get("/v1/invoices", **asked)).json()["total"] == len(ids)


async def test_an_item_says_the_same_as_the_invoice_itself(native: Native) -> None:
    items = (await native.get("/v1/invoices")).json()["items"]

    for item in items:
        whole = (await native.get(f"/v1/invoices/{item['id']}")).json()
        assert item == {key: whole[key] for key in item}
    assert items[2]["party"] == {"id": 11, "uuid": str(a_uuid(2011)), "name": "Quay Lamps"}
    assert items[2]["order"] == {"id": 104, "uuid": str(a_uuid(8104)), "number": "PO-104"}
    assert not {"lines", "charges", "extras"} & items[0].keys()


async def test_days_begin_in_the_workspaces_zone(native_with: Planting) -> None:
    native = await native_with(
        an_invoice(id=1, issued_at=moment("2024-03-10T04:59:59.999999")),
        an_invoice(id=2, issued_at=moment("2024-03-10T05:00")),
        an_invoice(id=3, issued_at=moment("2024-03-11T03:59:59.999999")),  # the clocks went forward that day
        an_invoice(id=4, issued_at=moment("2024-03-11T04:00")),
        time_zone="America/New_York",
    )

    assert await native.ids(issued_from="2024-03-10", issued_to="2024-03-10") == [2, 3]
    items = (await native.get("/v1/invoices")).json()["items"]
    assert [item["issue_date"] for item in items] == ["2024-03-09", "2024-03-10", "2024-03-10", "2024-03-11"]


async def test_pages_lead_on_until_every_invoice_was_shown_once(native: Native) -> None:
    address: str | None = "/v1/invoices?sort=-id&limit=1&status=draft&status=open,paid"
    seen: list[list[int]] = []
    while address:
        page = (await native.get(address)).json()
        seen.append([item["id"] for item in page["items"]])
        assert page["total"] == 4
        address = page["next"]
        if address:
            split = urlsplit(address)
            assert (split.netloc, split.path) == ("", "/v1/invoices")
            kept = parse_qs(split.query)
            assert (kept["sort"], kept["limit"], kept["status"]) == (["-id"], ["1"], ["draft", "open,paid"])

    assert seen == [[4], [3], [2], [1]]


async def test_a_page_holds_fifty_unless_more_are_asked_for(native_with: Planting) -> None:
    native = await native_with(*(an_invoice(id=id) for id in range(1, 261)))

    assert len(await native.ids()) == 50
    assert len(await native.ids(limit="250")) == 250
    assert len(await native.ids(limit="1")) == 1


async def test_an_empty_workspace_has_an_empty_list(native_with: Planting) -> None:
    native = await native_with()

    assert (await native.get("/v1/invoices")).json() == {"items": [], "total": 0, "next": None}


async def test_another_workspaces_invoices_are_not_listed(native: Native) -> None:
    answer = await native.client.get("/v1/invoices", headers={"Authorization": "Bearer elsewhere"})

    assert answer.json() == {"items": [], "total": 0, "next": None}


MOMENT = "Must be a day (2024-12-26) or an RFC 3339 moment (2024-12-26T12:00:00Z)."
LIMIT = "Must be a whole number from 1 to 250."
CURSOR = "Must be taken from the `next` of an earlier answer."
STATUS = "Must be draft, open, paid, rejected or void; several with commas between them."
SORT = (
    "Must be one of id, number, status, issued_at, due_at, created_at, updated_at, original_balance, open_balance, "
    "party, party_name, external_party, pending, progress, settlement, with a minus before it for the opposite order."
)
WHOLE = "Must be a whole number."


@pytest.mark.parametrize(
    ("name", "value", "detail"),
    [
        ("colour", "red", "There is no such parameter."),
        ("Status", "open", "There is no such parameter."),
        ("offset", "0", "There is no such parameter."),
        ("status", "sent", STATUS),
        ("status", "open,", STATUS),
        ("status", "OPEN", STATUS),
        ("status", ["open", ""], STATUS),
        ("party", "Larch", WHOLE),
        ("order", "1.5", WHOLE),
        ("party", "9" * 12, WHOLE),
        ("currency", "usd", "Must be an ISO 4217 code in capital letters."),
        ("currency", "XYZ", "Must be an ISO 4217 code in capital letters."),
        ("q", " ", "May not be empty."),
        ("dialect", "", "May not be empty."),
        ("dialect", "foo", "Must be bigcommerce, crux, modulus, native or onlyoffice."),
        ("dialect", "Crux", "Must be bigcommerce, crux, modulus, native or onlyoffice."),
        ("dialect", ["crux", "native"], "May be given once."),
        ("issued_from", "yesterday", MOMENT),
        ("issued_to", "2024-02-30", MOMENT),
        ("due_from", "2024-01-01T00:00:00", MOMENT),
        ("due_to", "2024-01-01T25:00:00Z", MOMENT),
        ("due_to", "0001-01-01T00:00:00+01:00", MOMENT),
        ("overdue", "false", "May only be true; leave it out to see all."),
        ("sort", "colour", SORT),
        ("limit", "0", LIMIT),
        ("limit", "251", LIMIT),
        ("limit", "many", LIMIT),
        ("cursor", "50", CURSOR),
        ("cursor", "YWZ0ZXIgMQ!", CURSOR),
        ("cursor", "ÿÿ", CURSOR),
        ("cursor", "YWZ0ZXIg", CURSOR),
        ("cursor", "YWZ0ZXIgNTA", CURSOR),
        ("cursor", "WyIxIiwgWyJcdWQ4MDAiLCAxXV0", CURSOR),  # half a character
        ("cursor", "WyIxIiwgWzFdXQ", CURSOR),
    ],
)
async def test_a_parameter_that_cannot_be_read_is_refused_by_name(
    native: Native, name: str, value: Any, detail: str
) -> None:
    answer = await native.get("/v1/invoices", **{name: value})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/docs/problems/invalid-parameters",
        "title": "Invalid parameters",
        "status": 400,
        "detail": "Parameters of the address are unknown or cannot be read.",
        "errors": [{"parameter": name, "detail": detail}],
        "request_id": answer.headers["x-request-id"],
    }


async def test_all_wrong_parameters_are_named_at_once(native: Native) -> None:
    answer = await native.get("/v1/invoices?limit=0&colour=red&status=open&sort=x")

    assert [error["parameter"] for error in answer.json()["errors"]] == ["limit", "colour", "sort"]


async def test_a_page_behind_which_all_is_gone_is_empty(native: Native) -> None:
    following = (await native.get("/v1/invoices?status=draft,open&limit=1")).json()["next"]
    for id in (2, 3):
        assert (await native.client.post(f"/v1/invoices/{id}/void", headers=BEARER)).status_code == 200

    page = (await native.get(following)).json()

    assert page == {"items": [], "total": 1, "next": None}


async def test_a_page_goes_on_where_the_last_ended_whatever_went_and_came_before(native: Native) -> None:
    first = (await native.get("/v1/invoices?status=draft,open,paid&sort=number&limit=2")).json()
    assert [item["number"] for item in first["items"]] == ["A-1", "B-3"]
    await native.client.post("/v1/invoices/3/void", headers=BEARER)
    added = await native.client.post("/v1/invoices", headers=BEARER, json={"number": "A-0", "party_id": 10})
    assert added.status_code == 201, added.text

    second = (await native.get(first["next"])).json()

    assert [item["number"] for item in second["items"]] == ["B-4", "a-2"]
    assert (second["total"], second["next"]) == (4, None)


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("sort", Sort)
async def test_pages_of_each_order_lead_on_to_the_end(native: Native, sort: Sort, sign: str) -> None:
    whole = await native.ids(sort=sign + sort)
    address: str | None = f"/v1/invoices?sort={sign}{sort}&limit=1"
    seen: list[int] = []
    while address:
        page = (await native.get(address)).json()
        seen += [item["id"] for item in page["items"]]
        address = page["next"]

    assert seen == whole
    assert len(whole) == len(INVOICES)


async def test_later_pages_may_have_another_size(native: Native) -> None:
    following = (await native.get("/v1/invoices?limit=1")).json()["next"]

    page = (await native.get(following.replace("limit=1", "limit=3"))).json()

    assert [item["id"] for item in page["items"]] == [2, 3, 4]


def cursor_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["cursor"][0]


@pytest.mark.parametrize(
    "other",
    [
        "/v1/invoices?sort=-number",
        "/v1/invoices?sort=id",
        "/v1/invoices",
        "/v1/invoices?sort=number&status=open",
        "/v1/invoices?sort=number&q=A",
        "/v1/parties?sort=name",
        "/v1/items?sort=sku",
    ],
)
async def test_a_cursor_of_another_list_is_refused(native: Native, other: str) -> None:
    cursor = cursor_of((await native.get("/v1/invoices?sort=number&limit=1")).json()["next"])

    answer = await native.get(f"{other}{'&' if '?' in other else '?'}cursor={cursor}")

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"parameter": "cursor", "detail": CURSOR}]


NOWHERE = {
    "number": ['["A-1"]', '["A-1", 1, 1]', '["A-1", "1"]', "[1, 1]", '["A-1", 1.0]', f'["A-1", {2**63}]', "[null, 1]"],
    "id": ["[]", "[true]", "[[1]]", "[" * 3000, "[" + "1" * 3000 + "]", f"[{-(2**63) - 1}]", '{"id": 1}', "7"],
    "due_at": ['["", 1]', "[1.5, 1]"],
    "party_name": ['[2, "a", "b", 1]', '[0, "a", null, 1]'],
    "progress": ["[5, 1]", "[-1, 1]"],
    "settlement": ["[3, 1]"],
    "pending": ["[2, 1]", "[false, 1]"],
}


def _short(text: str) -> str:
    return text[:20]


@pytest.mark.parametrize(
    ("sort", "forged"), [(sort, one) for sort, some in NOWHERE.items() for one in some], ids=_short
)
async def test_a_cursor_that_says_no_position_of_its_list_is_refused(native: Native, sort: str, forged: str) -> None:
    address = (await native.get(f"/v1/invoices?sort={sort}&limit=1")).json()["next"]
    fingerprint, _ = json.loads(b64decode(cursor_of(address) + "==", altchars=b"-_"))
    cursor = urlsafe_b64encode(f'["{fingerprint}", {forged}]'.encode()).decode().rstrip("=")

    answer = await native.get(f"/v1/invoices?sort={sort}&cursor={cursor}")

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"parameter": "cursor", "detail": CURSOR}]


async def test_overdue_means_overdue_by_the_servers_clock(native: Native) -> None:
    native.clock.set(NOON.replace(year=2026))

    assert await native.ids(overdue="true") == [2, 3]


async def test_no_more_than_twenty_wrong_parameters_are_named(native: Native) -> None:
    answer = await native.get("/v1/invoices?" + "&".join(f"colour{place}" for place in range(21)))

    assert len(answer.json()["errors"]) == 20
