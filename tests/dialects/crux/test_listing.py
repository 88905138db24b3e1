"""Lists of orders: filters, sorting and pages (contract §4, A1)."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from billingua.core.order import Allocation, LineStatus, Order, Trader
from billingua.core.party import TradeRole
from billingua.dialects.crux.listing import order_query
from tests.builders import a_uuid, an_order_line
from tests.dialects.crux.conftest import BIRCH, LARKSPUR, RETAILER, SUPPLIER, TAMARACK, YARROW, Crux
from tests.dialects.crux.test_ordering import PRINTED as NEW_ORDER
from tests.dialects.crux.test_reading import keep

NO_INTEGER = "A valid integer is required."
NEGATIVE = "Ensure this value is greater than or equal to 0."
NO_CHOICE = "Not a valid choice."
NO_MOMENT = (
    "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DD hh:mm:ss, YYYY-MM-DDThh:mm:ss.000Z."
)


def an_order_of(letter: str, created: str, *lines: Any, **overrides: Any) -> Order:
    """An order of Yarrow's, named by a letter."""
    place = ord(letter)
    return Order(
        id=100 + place,
        uuid=a_uuid(0xABC000 + place),
        number=f"Y-{letter}",
        retailer=YARROW.uuid,
        currency="USD",
        created_at=datetime.fromisoformat(created),
        lines=tuple(
            an_order_line(**({"uuid": a_uuid(0xABC000 + 100 * place + number), "supplier": TAMARACK.uuid} | line))
            for number, line in enumerate(lines)
        ),
        **overrides,
    )


def taken(accepted: int, *, backordered: int = 0) -> Allocation:
    return Allocation(accepted=accepted, rejected=0, backordered=backordered)


A = an_order_of(
    "A", "2024-03-05T14:22:09.104233+00:00", {"sku": "TM-3", "title": "Trail mug", "status": LineStatus.UNALLOCATED}
)
B = an_order_of(
    "B",
    "2024-03-06T00:00:00+00:00",
    {"sku": "TM-1", "allocation": taken(2), "designation": "NeedsTracking"},
    {"sku": "BI-9", "supplier": BIRCH.uuid, "status": LineStatus.CANCELLED, "designation": "Cancelled"},
    sent_to_supplier=True,
)
C = an_order_of(
    "C",
    "2024-03-07T10:00:00+00:00",
    {"sku": "TM-2", "allocation": taken(5), "status": LineStatus.SHIPPED, "designation": "HasTracking"},
)
D = an_order_of(
    "D",
    "2024-03-07T10:00:00.500000+00:00",
    {
        "sku": "TM-2",
        "title": "Camp Stove",
        "allocation": taken(0, backordered=5),
        "status": LineStatus.BACKORDERED,
        "designation": "Backordered",
    },
    {"sku": "TM-4", "allocation": taken(0), "status": LineStatus.REJECTED, "designation": "Rejected"},
)


async def ask(crux: Crux, body: Any, token: str = "yarrow-token") -> httpx.Response:
    await keep(crux, A, B, C, D)
    return await crux.call("POST", "/timp/orders/", body, token)


async def letters(crux: Crux, token: str = "yarrow-token", **asked: Any) -> str:
    """Tell which orders are listed, in their order, beside those that every test has."""
    answer = await ask(crux, asked, token)
    assert answer.status_code == 200, answer.text
    numbers = [order["purchase_order_id"] for order in answer.json()["orders"]]
    return "".join(number[2:] for number in numbers if number.startswith("Y-"))


EVERYTHING = "ABCD"

FILTERS: list[tuple[dict[str, Any], str]] = [
    ({}, EVERYTHING),
    ({"line_item_allocation_statuses": ["Unallocated"]}, "A"),
    ({"line_item_allocation_statuses": ["Partial"]}, "B"),
    ({"line_item_allocation_statuses": ["Allocated"]}, "C"),
    ({"line_item_allocation_statuses": ["Partial", "Allocated"]}, "BC"),
    ({"line_item_allocation_statuses": []}, EVERYTHING),
    ({"line_item_allocation_statuses": None}, EVERYTHING),
    ({"line_item_designation": "HasTracking"}, "C"),
    ({"line_item_designation": ["NeedsTracking"]}, "B"),
    ({"line_item_designation": ["Backordered"]}, "D"),
    ({"line_item_designation": ["Rejected"]}, "D"),
    ({"line_item_designation": ["Cancelled"]}, "B"),
    ({"line_item_designation": ["Cancelled", "HasTracking"]}, "BC"),
    ({"line_item_designation": "ID: 1 Name: HasTracking"}, "C"),
    ({"line_item_designation": "Unheard"}, ""),
    ({"line_item_designation": []}, EVERYTHING),
    ({"line_item_designation": ""}, EVERYTHING),
    ({"line_item_designation": None}, EVERYTHING),
    ({"start_date": "2024-03-06 00:00:00"}, "BCD"),
    ({"start_date": "2024-03-06T00:00:00.000Z"}, "BCD"),
    ({"start_date": "2024-03-06 00:00:01"}, "CD"),
    ({"start_date": "2024-03-06"}, "BCD"),
    ({"start_date": "2024-03-07T10:00:00.500Z"}, "D"),
    ({"end_date": "2024-03-06 00:00:00"}, "AB"),
    ({"end_date": "2024-03-06T00:00:00.000Z"}, "AB"),
    ({"end_date": "2024-03-05 14:22:09"}, "A"),
    ({"end_date": "2024-03-05 14:22:08"}, ""),
    ({"end_date": "2024-03-05T14:22:09.104Z"}, "A"),
    ({"end_date": "2024-03-05T14:22:09.103Z"}, ""),
    ({"end_date": "2024-03-05T14:22:09.104233Z"}, "A"),
    ({"end_date": "2024-03-05"}, "A"),
    ({"end_date": "9999-12-31"}, EVERYTHING),
    ({"start_date": "2024-03-06 00:00:00", "end_date": "2024-03-07 09:59:59"}, "B"),
    ({"start_date": "2024-03-08 00:00:00", "end_date": "2024-03-01 00:00:00"}, ""),
    ({"start_date": "", "end_date": ""}, EVERYTHING),
    ({"start_date": None, "end_date": None}, EVERYTHING),
    ({"term": "y-b"}, "B"),
    ({"term": "TM-2"}, "CD"),
    ({"term": "m-2"}, "CD"),
    ({"term": "stove"}, "D"),
    ({"term": "trail"}, "A"),
    ({"term": str(C.uuid)}, "C"),
    ({"term": str(C.uuid)[-5:].upper()}, "C"),
    ({"term": "%"}, ""),
    ({"term": ""}, EVERYTHING),
    ({"term": None}, EVERYTHING),
    ({"po_number": "Y-C"}, "C"),
    ({"po_number": "Y-"}, ""),
    ({"po_number": "y-c"}, ""),
    ({"po_number": ""}, EVERYTHING),
    ({"sent_to_supplier": True}, "B"),
    ({"sent_to_supplier": False}, "ACD"),
    ({"sent_to_supplier": None}, EVERYTHING),
    ({"org_uuids": [str(BIRCH.uuid)]}, "B"),
    ({"org_uuids": [str(YARROW.uuid)]}, EVERYTHING),
    ({"org_uuids": [str(LARKSPUR.uuid)]}, ""),
    ({"org_uuids": [str(LARKSPUR.uuid), str(TAMARACK.uuid).upper()]}, EVERYTHING),
    ({"org_uuids": []}, EVERYTHING),
    ({"term": "TM-2", "line_item_designation": ["Rejected"], "org_uuids": [str(TAMARACK.uuid)]}, "D"),
    ({"sort": {}}, EVERYTHING),
    ({"sort": None}, EVERYTHING),
    ({"sort": {"key": "date"}}, EVERYTHING),
    ({"sort": {"key": "date", "dir": "asc"}}, EVERYTHING),
    ({"sort": {"key": "date", "dir": "desc"}}, "DCBA"),
    ({"sort": {"key": "date", "value": "desc"}}, "DCBA"),
    ({"sort": {"dir": "desc"}}, "DCBA"),
    ({"sort": {"key": "sku_id"}}, "BCDA"),
    ({"sort": {"key": "sku_id", "dir": "desc"}}, "ADCB"),
    ({"sort": {"key": "status", "dir": "asc"}}, "BDCA"),
    ({"sort": {"key": "status", "value": "desc"}}, "ACDB"),
    ({"unheard": 1}, EVERYTHING),
]


@pytest.mark.parametrize(("asked", "found"), FILTERS, ids=[str(asked) for asked, _ in FILTERS])
async def test_a_list_holds_what_was_asked_for_in_the_order_asked_for(
    crux: Crux, asked: dict[str, Any], found: str
) -> None:
    assert await letters(crux, **{"org_uuids": [str(TAMARACK.uuid)], **asked}) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"line_item_designation": "Cancelled"}, "B"),
        ({"line_item_designation": "NeedsTracking"}, ""),
        ({"term": "TM-1"}, ""),
        ({"term": "BI-9"}, "B"),
        ({"line_item_allocation_statuses": ["Partial"]}, ""),
        ({"org_uuids": [str(BIRCH.uuid)]}, "B"),
        ({"org_uuids": [str(TAMARACK.uuid)]}, ""),
    ],
)
async def test_what_a_supplier_asks_of_lines_is_asked_of_its_own(crux: Crux, asked: dict[str, Any], found: str) -> None:
    assert await letters(crux, "birch-token", **asked) == found


@pytest.mark.parametrize("term", ["TRAIL MUG", "mug blue", "88-BLU"])
async def test_a_new_order_is_found_by_what_its_sku_is_called(crux: Crux, term: str) -> None:
    created = await crux.call("POST", "/timp/orders/create/", NEW_ORDER, RETAILER)

    answer = await crux.call("POST", "/timp/orders/", {"term": term, "sent_to_supplier": False}, RETAILER)

    assert [order["uuid"] for order in answer.json()["orders"]] == [created.json()["order_uuid"]]


PAGES = [
    ({"limit": 2}, ["Y-A", "PO-107"], 5),
    ({"start": 1, "limit": 2}, ["PO-107", "Y-B"], 5),
    ({"start": "4", "limit": "8"}, ["Y-D"], 5),
    ({"start": 5}, [], 5),
    ({"start": 2_000_000_000}, [], 5),
    ({"limit": 0}, [], 5),
    ({"start": None, "limit": None}, None, 5),
    ({"limit": 2, "term": "TM-2"}, ["Y-C", "Y-D"], 2),
    ({"start": 1, "limit": 1, "sort": {"dir": "desc"}, "term": "TM-2"}, ["Y-C"], 2),
]


@pytest.mark.parametrize(("asked", "numbers", "total"), PAGES, ids=str)
async def test_a_limit_is_the_size_of_a_page_and_the_total_counts_all(
    crux: Crux, asked: dict[str, Any], numbers: list[str] | None, total: int
) -> None:
    everything = sorted(["Y-A", "PO-107", "Y-B", "Y-C", "Y-D"]) if numbers is None else None
    answer = (await ask(crux, asked)).json()

    assert list(answer) == ["total_results", "orders"]
    assert answer["total_results"] == total
    listed = [order["purchase_order_id"] for order in answer["orders"]]
    assert sorted(listed) == everything if everything else len(listed) == len(numbers or [])


@pytest.mark.parametrize(("asked", "limit"), [(999, 999), (1000, 1000), (1001, 1000), (10**6, 1000), (None, 100)])
def test_a_page_has_at_most_a_thousand_orders(asked: int | None, limit: int) -> None:
    assert order_query({"limit": asked}, Trader(TradeRole.RETAILER, a_uuid(1))).limit == limit


async def test_pages_one_after_another_hold_every_order_once(crux: Crux) -> None:
    seen: list[str] = []
    while True:
        answer = (await ask(crux, {"start": len(seen), "limit": 2})).json()
        if not answer["orders"]:
            break
        seen += [order["uuid"] for order in answer["orders"]]

    assert len(seen) == len({*seen}) == answer["total_results"] == 5


async def test_a_page_holds_a_hundred_orders_unless_asked_otherwise(crux: Crux) -> None:
    (line,) = A.lines
    await keep(
        crux,
        *(
            Order(
                id=1000 + number,
                uuid=a_uuid(0xDEF000 + number),
                number="Y-many",
                retailer=YARROW.uuid,
                currency="USD",
                created_at=A.created_at,
                lines=(an_order_line(uuid=a_uuid(0xDEF900 + number), sku=line.sku),),
            )
            for number in range(101)
        ),
    )

    answer = (await crux.call("POST", "/timp/orders/", {"po_number": "Y-many"}, "yarrow-token")).json()
    assert (answer["total_results"], len(answer["orders"])) == (101, 100)
    answer = (await crux.call("POST", "/timp/orders/", {"po_number": "Y-many", "limit": 1000}, "yarrow-token")).json()
    assert len(answer["orders"]) == 101


@pytest.mark.parametrize("body", [b"", b"{}"])
async def test_an_empty_body_lists_everything(crux: Crux, body: bytes) -> None:
    answer = await crux.call("POST", "/timp/orders/", body, SUPPLIER)

    assert (answer.status_code, answer.json()["total_results"]) == (200, 4)


WRONG: list[tuple[Any, Any]] = [
    ({"start": -1}, {"start": [NEGATIVE]}),
    ({"limit": -1}, {"limit": [NEGATIVE]}),
    ({"start": "x"}, {"start": [NO_INTEGER]}),
    ({"limit": True}, {"limit": [NO_INTEGER]}),
    (b'{"start": 1.5, "limit": [1]}', {"start": [NO_INTEGER], "limit": [NO_INTEGER]}),
    ({"sort": "date"}, {"sort": {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}}),
    ({"sort": {"key": "colour"}}, {"sort": {"key": [NO_CHOICE]}}),
    ({"sort": {"dir": "up", "value": 1}}, {"sort": {"dir": [NO_CHOICE], "value": [NO_CHOICE]}}),
    (
        {"line_item_allocation_statuses": "Partial"},
        {"line_item_allocation_statuses": ['Expected a list of items but got type "str".']},
    ),
    ({"line_item_allocation_statuses": ["Partial", "Half"]}, {"line_item_allocation_statuses": [{}, [NO_CHOICE]]}),
    ({"line_item_designation": 1}, {"line_item_designation": ['Expected a list of items but got type "int".']}),
    ({"line_item_designation": [{}]}, {"line_item_designation": [["Not a valid string."]]}),
    ({"start_date": "03/05/2024"}, {"start_date": [NO_MOMENT]}),
    ({"start_date": "2024-13-01"}, {"start_date": [NO_MOMENT]}),
    ({"start_date": "2024-02-30 00:00:00"}, {"start_date": [NO_MOMENT]}),
    ({"end_date": "2024-03-05 25:00:00"}, {"end_date": [NO_MOMENT]}),
    ({"end_date": 1709648529}, {"end_date": [NO_MOMENT]}),
    ({"end_date": False}, {"end_date": [NO_MOMENT]}),
    ({"term": []}, {"term": ["Not a valid string."]}),
    ({"term": "a\0"}, {"term": ["Null characters are not allowed."]}),
    ({"po_number": {}}, {"po_number": ["Not a valid string."]}),
    ({"sent_to_supplier": "yes"}, {"sent_to_supplier": ["Must be a valid boolean."]}),
    ({"sent_to_supplier": 1}, {"sent_to_supplier": ["Must be a valid boolean."]}),
    ({"org_uuids": str(BIRCH.uuid)}, {"org_uuids": ['Expected a list of items but got type "str".']}),
    ({"org_uuids": ["birch"]}, {"org_uuids": [["Must be a valid UUID."]]}),
]


@pytest.mark.parametrize(("body", "said"), WRONG)
async def test_what_cannot_be_asked_is_said_field_by_field(crux: Crux, body: Any, said: Any) -> None:
    answer = await crux.call("POST", "/timp/orders/", body, RETAILER)

    assert (answer.status_code, answer.json()) == (400, said)
