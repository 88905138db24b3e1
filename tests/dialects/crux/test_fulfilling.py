"""Lines on their way: allocated, packed, cancelled, handed over (contract §5.1, §6, §7, §8, §13)."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from billingua.core.order import Allocation, Order, OrderLine, Shipment
from tests.builders import a_caller, a_uuid
from tests.dialects.crux.conftest import (
    BIRCH_LINE,
    CANCELLED,
    CANCELLED_LINE,
    ELSEWHERE,
    LAMP_LINE,
    MIXED,
    MUG_LINE,
    NOW,
    ORDER,
    PENDING,
    PENDING_LINE,
    REJECTED_LINE,
    RETAILER,
    SUPPLIER,
    YARROWS,
    Crux,
)

REQUIRED, NULL, BLANK = "This field is required.", "This field may not be null.", "This field may not be blank."
NO_INTEGER = "A valid integer is required."
NO_NUMBER = "A valid number is required."
TOO_EXACT = "Ensure that there are no more than 2 decimal places."
NEGATIVE = "Ensure this value is greater than or equal to 0."
NO_UUID = "Must be a valid UUID."
NO_STRING = "Not a valid string."
NO_LIST = 'Expected a list of items but got type "dict".'
NO_OBJECT = {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]}
NOTHING_TO_CANCEL = {"detail": "There is nothing left to cancel, or nobody asked for a cancellation."}


async def line_of(crux: Crux, order: Order, uuid: UUID) -> OrderLine:
    """Give an order's line as the ledger has it."""
    return next(line for line in (await crux.order(order)).lines if line.uuid == uuid)


async def shown_line(crux: Crux, order: Order, uuid: UUID) -> dict[str, Any]:
    """Give an order's line as its retailer sees it."""
    shown = (await crux.call("GET", f"/timp/orders/{order.uuid}/", token=RETAILER)).json()
    return next(line for line in shown["line_items"] if line["line_item_uuid"] == str(uuid))


async def standing(crux: Crux, order: Order, uuid: UUID) -> tuple[str, str | None]:
    """Tell what a line's status and designation are shown as."""
    shown = await shown_line(crux, order, uuid)
    return shown["status"], shown["line_item_designation"]


# Allocation


def figures(accepted: Any = 0, rejected: Any = 0, backordered: Any = 0, **members: Any) -> dict[str, Any]:
    return {"quantity_accepted": accepted, "quantity_rejected": rejected, "quantity_backordered": backordered} | members


def allocating(*entries: tuple[UUID | str, Any]) -> dict[str, Any]:
    return {"line_items": [{"line_item_uuid": str(line), "allocation": allocation} for line, allocation in entries]}


async def allocate(crux: Crux, body: Any, order: Order = MIXED, token: str = SUPPLIER) -> httpx.Response:
    return await crux.call("PUT", f"/timp/orders/allocation/{order.uuid}/", body, token)


async def test_a_line_is_allocated_as_the_contract_prints_it(crux: Crux) -> None:
    body = allocating((MUG_LINE, figures("2", "0", "1", backorder_date="2024-04-02")))
    answer = await allocate(crux, body, ORDER)

    assert (answer.status_code, answer.json()) == (200, [{str(MUG_LINE): "Allocated"}])
    assert (await shown_line(crux, ORDER, MUG_LINE))["allocation"] == {
        "quantity_ordered": 3,
        "quantity_accepted": 2,
        "quantity_backordered": 1,
        "quantity_rejected": 0,
        "backorder_date": "2024-04-02",
    }


async def test_a_line_that_was_sent_stays_so_when_its_allocation_is_sent_again(crux: Crux) -> None:
    body = allocating((MUG_LINE, figures("2", "0", "1", backorder_date="2024-04-02")))
    assert (await allocate(crux, body, ORDER)).json() == [{str(MUG_LINE): "Allocated"}]

    assert await standing(crux, ORDER, MUG_LINE) == ("HasTracking", "HasTracking")
    asked = await crux.call("PATCH", "/timp/orders/cancel/", {"order_uuid": str(ORDER.uuid)}, RETAILER)
    assert (asked.status_code, asked.json()) == (422, NOTHING_TO_CANCEL)


@pytest.mark.parametrize(
    ("allocation", "status", "designation"),
    [
        (figures(5), "Allocated", "NeedsTracking"),
        (figures(5, 0, 1, backorder_date="2019-01-01"), "Allocated", "NeedsTracking"),
        (figures(1, 4), "Allocated", "NeedsTracking"),
        (figures(0, 0, 5), "Backordered", "Backordered"),
        (figures(0, 2, 3), "Backordered", "Backordered"),
        (figures(0, 5), "Rejected", "Rejected"),
        (figures(), "Unallocated", None),
        (figures(1, 1, 1), "Allocated", "NeedsTracking"),
        (figures(5, 50, 500), "Allocated", "NeedsTracking"),
    ],
)
async def test_what_is_taken_on_moves_a_lines_status(
    crux: Crux, allocation: dict[str, Any], status: str, designation: str | None
) -> None:
    answer = await allocate(crux, allocating((LAMP_LINE, allocation)))

    assert answer.json() == [{str(LAMP_LINE): status}]
    assert await standing(crux, MIXED, LAMP_LINE) == (status, designation)


async def test_an_allocation_replaces_the_one_before_and_leaves_other_lines(crux: Crux) -> None:
    await allocate(crux, allocating((LAMP_LINE, figures(3, 1, 1, backorder_date="2024-04-02"))))
    await allocate(crux, allocating((LAMP_LINE, figures(2, backorder_date=None))))

    expected = Allocation(accepted=2, rejected=0, backordered=0, backorder_date=None)
    assert (await line_of(crux, MIXED, LAMP_LINE)).allocation == expected
    after = {line.uuid: line for line in (await crux.order(MIXED)).lines}
    assert [after[line.uuid] == line for line in MIXED.lines] == [False, True, True, True]


async def test_each_line_is_answered_in_its_place_those_that_are_not_there_too(crux: Crux) -> None:
    body = allocating(
        (a_uuid(4040), figures(1)),
        (REJECTED_LINE, figures(1)),
        (BIRCH_LINE, figures(1)),
        (CANCELLED_LINE, figures(1)),
        (MUG_LINE, figures(1)),
        (LAMP_LINE, figures(0, 1)),
        (str(LAMP_LINE).upper(), figures(1)),
    )
    answer = await allocate(crux, body)

    assert answer.status_code == 200
    assert answer.json() == [
        {str(a_uuid(4040)): "Item Not Found"},
        {str(REJECTED_LINE): "Allocated"},
        {str(BIRCH_LINE): "Item Not Found"},
        {str(CANCELLED_LINE): "Cancelled"},
        {str(MUG_LINE): "Item Not Found"},
        {str(LAMP_LINE): "Rejected"},
        {str(LAMP_LINE): "Allocated"},
    ]
    assert await line_of(crux, MIXED, CANCELLED_LINE) in MIXED.lines
    assert await line_of(crux, MIXED, BIRCH_LINE) in MIXED.lines


async def test_nothing_may_be_allocated(crux: Crux) -> None:
    before = await crux.everything()

    answer = await allocate(crux, {"line_items": []})

    assert (answer.status_code, answer.json()) == (200, [])
    assert await crux.everything() == before


async def test_more_than_was_ordered_is_not_accepted_and_nothing_is(crux: Crux) -> None:
    before = await crux.everything()

    answer = await allocate(crux, allocating((LAMP_LINE, figures(1)), (REJECTED_LINE, figures(6))))

    said = {"allocation": {"quantity_accepted": ["6 would be accepted, but 5 were ordered."]}}
    assert (answer.status_code, answer.json()) == (422, {"line_items": [{}, said]})
    assert await crux.everything() == before


def wrong_allocation(said: Any, **members: Any) -> tuple[Any, Any]:
    return allocating((LAMP_LINE, figures() | members)), {"line_items": [{"allocation": said}]}


WRONG_ALLOCATIONS: list[tuple[Any, Any]] = [
    ({}, {"line_items": [REQUIRED]}),
    ({"line_items": None}, {"line_items": [NULL]}),
    ({"line_items": {}}, {"line_items": [NO_LIST]}),
    ({"line_items": [1]}, {"line_items": [NO_OBJECT]}),
    ({"line_items": [{}]}, {"line_items": [{"line_item_uuid": [REQUIRED], "allocation": [REQUIRED]}]}),
    (allocating(("lamp", figures())), {"line_items": [{"line_item_uuid": [NO_UUID]}]}),
    (allocating((LAMP_LINE, None)), {"line_items": [{"allocation": [NULL]}]}),
    (allocating((LAMP_LINE, 1)), {"line_items": [{"allocation": NO_OBJECT}]}),
    (
        allocating((LAMP_LINE, {})),
        {
            "line_items": [
                {
                    "allocation": {
                        "quantity_accepted": [REQUIRED],
                        "quantity_rejected": [REQUIRED],
                        "quantity_backordered": [REQUIRED],
                    }
                }
            ]
        },
    ),
    wrong_allocation({"quantity_accepted": [NEGATIVE]}, quantity_accepted=-1),
    wrong_allocation({"quantity_rejected": [NEGATIVE]}, quantity_rejected="-1"),
    wrong_allocation({"quantity_backordered": [NO_INTEGER]}, quantity_backordered="two"),
    wrong_allocation({"quantity_backordered": [NO_INTEGER]}, quantity_backordered=Decimal("0.5")),
    wrong_allocation({"quantity_accepted": [NULL]}, quantity_accepted=None),
    wrong_allocation(
        {"backorder_date": ["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."]},
        backorder_date="2024-Apr-02",
    ),
    wrong_allocation(
        {"backorder_date": ["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."]},
        backorder_date="2024-02-30",
    ),
]


@pytest.mark.parametrize(("body", "said"), WRONG_ALLOCATIONS)
async def test_what_is_wrong_with_an_allocation_is_said_field_by_field(crux: Crux, body: Any, said: Any) -> None:
    before = await crux.everything()

    answer = await allocate(crux, body)

    assert (answer.status_code, answer.json()) == (400, said)
    assert await crux.everything() == before


# Tracking


def packing(*entries: tuple[UUID | str, Any], **members: Any) -> dict[str, Any]:
    packed = [{"line_item_uuid": str(line), "quantity_shipped": quantity} for line, quantity in entries]
    return {"tracking_number": "1ZT0048", "line_items": packed} | members


async def track(crux: Crux, body: Any, order: Order = MIXED, token: str = SUPPLIER) -> httpx.Response:
    return await crux.call("POST", f"/timp/orders/tracking/{order.uuid}/", body, token)


async def test_a_package_is_sent_as_the_contract_prints_it(crux: Crux) -> None:
    seal = [{"attribute_name": "seal", "attribute_value": "red"}]
    answer = await track(
        crux,
        {
            "tracking_number": "1ZT0047",
            "supplier_provided_carrier": "UPS",
            "line_items": [{"line_item_uuid": str(LAMP_LINE), "quantity_shipped": 2}],
            "package_attributes": seal,
        },
    )

    assert (answer.status_code, list(answer.json())) == (201, ["package_uuid"])
    (package,) = (await line_of(crux, MIXED, LAMP_LINE)).tracking
    assert str(package.package) == answer.json()["package_uuid"]
    assert (await shown_line(crux, MIXED, LAMP_LINE))["tracking"] == [
        {
            "tracking_number": "1ZT0047",
            "shipping_carrier": "UPS",
            "shipping_method": None,
            "shipping_weight": None,
            "shipping_cost": None,
            "shipping_date": None,
            "created_date": "2024-03-09T08:00:00.000000Z",
            "quantity": 2,
            "package_attributes": seal,
        }
    ]


async def test_a_package_holds_several_lines_and_says_all_there_is_to_say(crux: Crux) -> None:
    body = packing((LAMP_LINE, "2"), (LAMP_LINE, 1), supplier_provided_carrier="UPS", supplier_provided_method="Air")
    body |= {"package_weight": Decimal("1.2345"), "package_ship_cost": "4.50", "package_ship_date": "9 March"}
    body["tracking_number"] = " 1ZT0048 "
    body["line_items"][1]["supplier_provided_sku_cost"] = Decimal("11.75")
    answer = await track(crux, body)

    line = await line_of(crux, MIXED, LAMP_LINE)
    package = Shipment(
        package=UUID(answer.json()["package_uuid"]),
        number="1ZT0048",
        carrier="UPS",
        method="Air",
        weight=Decimal("1.2345"),
        cost=Decimal("4.5"),
        ship_date="9 March",
        created_at=NOW,
        quantity=2,
    )
    first, second = line.tracking
    assert (first, second.quantity) == (package, 1)
    assert line.supplier_unit_cost == Decimal("11.75")
    fees = (await crux.call("GET", f"/timp/orders/{MIXED.uuid}/fees/")).json()
    assert fees["line_items"][0] == {"line_item_uuid": str(LAMP_LINE), "supplier_provided_sku_cost": 11.75}


@pytest.mark.parametrize(
    ("quantities", "status"),
    [([3], "Allocated"), ([1, 2], "Allocated"), ([4], "HasTracking"), ([3, 1], "HasTracking"), ([5], "HasTracking")],
)
async def test_a_line_is_shipped_once_all_is_sent_that_was_accepted(
    crux: Crux, quantities: list[int], status: str
) -> None:
    await allocate(crux, allocating((LAMP_LINE, figures(4, 1))))

    for quantity in quantities:
        assert (await track(crux, packing((LAMP_LINE, quantity)))).status_code == 201

    assert await standing(crux, MIXED, LAMP_LINE) == (status, "HasTracking")
    packages = (await shown_line(crux, MIXED, LAMP_LINE))["tracking"]
    assert [package["quantity"] for package in packages] == quantities


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (a_uuid(4040), "Not a line item of yours in this order."),
        (BIRCH_LINE, "Not a line item of yours in this order."),
        (MUG_LINE, "Not a line item of yours in this order."),
        (ELSEWHERE.lines[0].uuid, "Not a line item of yours in this order."),
        (REJECTED_LINE, "The line item is Rejected."),
        (CANCELLED_LINE, "The line item is Cancelled."),
    ],
)
async def test_one_line_that_cannot_be_sent_refuses_the_whole_package(crux: Crux, line: UUID, said: str) -> None:
    before = await crux.everything()

    answer = await track(crux, packing((LAMP_LINE, 1), (line, 1), (LAMP_LINE, 1)))

    assert (answer.status_code, answer.json()) == (422, {"line_items": [{}, {"line_item_uuid": [said]}, {}]})
    assert await crux.everything() == before


WRONG_PACKAGES: list[tuple[Any, Any]] = [
    ({}, {"tracking_number": [REQUIRED], "line_items": [REQUIRED]}),
    (packing((LAMP_LINE, 1), tracking_number=""), {"tracking_number": [BLANK]}),
    (packing((LAMP_LINE, 1), tracking_number=None), {"tracking_number": [NULL]}),
    (packing(), {"line_items": ["This list may not be empty."]}),
    (packing(line_items={}), {"line_items": [NO_LIST]}),
    (packing(line_items=[{}]), {"line_items": [{"line_item_uuid": [REQUIRED], "quantity_shipped": [REQUIRED]}]}),
    (packing((LAMP_LINE, 1), ("lamp", 1)), {"line_items": [{}, {"line_item_uuid": [NO_UUID]}]}),
    (packing((LAMP_LINE, -1)), {"line_items": [{"quantity_shipped": [NEGATIVE]}]}),
    (packing((LAMP_LINE, "1.5")), {"line_items": [{"quantity_shipped": [NO_INTEGER]}]}),
    (packing((LAMP_LINE, None)), {"line_items": [{"quantity_shipped": [NULL]}]}),
    (packing((LAMP_LINE, 1), package_weight="heavy"), {"package_weight": [NO_NUMBER]}),
    (packing((LAMP_LINE, 1), package_weight=-1), {"package_weight": [NEGATIVE]}),
    (packing((LAMP_LINE, 1), package_ship_cost=Decimal("4.501")), {"package_ship_cost": [TOO_EXACT]}),
    (packing((LAMP_LINE, 1), package_ship_cost=-1), {"package_ship_cost": [NEGATIVE]}),
    (packing((LAMP_LINE, 1), supplier_provided_carrier=[]), {"supplier_provided_carrier": [NO_STRING]}),
    (packing((LAMP_LINE, 1), supplier_provided_method={}), {"supplier_provided_method": [NO_STRING]}),
    (packing((LAMP_LINE, 1), package_ship_date=True), {"package_ship_date": [NO_STRING]}),
    (packing((LAMP_LINE, 1), package_attributes={}), {"package_attributes": [NO_LIST]}),
    (
        packing((LAMP_LINE, 1), package_attributes=["seal"]),
        {"package_attributes": [{"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}]},
    ),
    (
        packing(
            line_items=[{"line_item_uuid": str(LAMP_LINE), "quantity_shipped": 1, "supplier_provided_sku_cost": -1}]
        ),
        {"line_items": [{"supplier_provided_sku_cost": [NEGATIVE]}]},
    ),
]


@pytest.mark.parametrize(("body", "said"), WRONG_PACKAGES)
async def test_what_is_wrong_with_a_package_is_said_field_by_field(crux: Crux, body: Any, said: Any) -> None:
    before = await crux.everything()

    answer = await track(crux, body)

    assert (answer.status_code, answer.json()) == (400, said)
    assert await crux.everything() == before


async def test_what_a_package_leaves_unsaid_may_be_null(crux: Crux) -> None:
    names = ("supplier_provided_carrier", "supplier_provided_method", "package_weight", "package_ship_cost")
    more = ("package_ship_date", "package_attributes")
    body = packing((LAMP_LINE, 0), **dict.fromkeys((*names, *more)))

    assert (await track(crux, body)).status_code == 201


# Cancellation


async def cancel(crux: Crux, order: Order | UUID, token: str = RETAILER) -> httpx.Response:
    uuid = order.uuid if isinstance(order, Order) else order
    return await crux.call("PATCH", "/timp/orders/cancel/", {"order_uuid": str(uuid)}, token)


async def cancel_line(crux: Crux, line: UUID, token: str = RETAILER) -> httpx.Response:
    return await crux.call("DELETE", f"/timp/orders/items/cancel/{line}/", b"{}", token)


async def answer(crux: Crux, what: str, verdict: str, token: str = SUPPLIER) -> httpx.Response:
    """Answer a cancellation as clients do: without a body, and without its type."""
    return await crux.send("PATCH", f"/timp/orders/{what}/{verdict}/", token)


async def test_what_a_retailer_asks_for_is_cancelled_line_by_line_as_each_supplier_confirms(crux: Crux) -> None:
    assert (await cancel(crux, MIXED)).status_code == 204
    assert await standing(crux, MIXED, LAMP_LINE) == ("Unallocated", None)
    assert await standing(crux, MIXED, BIRCH_LINE) == ("Allocated", None)

    assert (await answer(crux, f"cancel/{MIXED.uuid}", "confirm")).status_code == 204
    assert await standing(crux, MIXED, LAMP_LINE) == ("Cancelled", "Cancelled")
    assert await standing(crux, MIXED, REJECTED_LINE) == ("Rejected", None)
    assert await standing(crux, MIXED, BIRCH_LINE) == ("Allocated", None)

    assert (await answer(crux, f"cancel/{MIXED.uuid}", "confirm", "birch-token")).status_code == 204
    assert await standing(crux, MIXED, BIRCH_LINE) == ("Cancelled", "Cancelled")


async def test_what_a_supplier_does_not_cancel_stays_as_it_is(crux: Crux) -> None:
    await cancel(crux, MIXED)

    assert (await answer(crux, f"cancel/{MIXED.uuid}", "reject")).status_code == 204

    assert await standing(crux, MIXED, LAMP_LINE) == ("Unallocated", None)
    assert (await answer(crux, f"cancel/{MIXED.uuid}", "confirm")).status_code == 422
    assert (await cancel(crux, MIXED)).status_code == 204
    assert (await answer(crux, f"cancel/{MIXED.uuid}", "confirm")).status_code == 204


@pytest.mark.parametrize(("verdict", "status"), [("confirm", "Cancelled"), ("reject", "Unallocated")])
async def test_one_line_alone_is_asked_for_and_answered(crux: Crux, verdict: str, status: str) -> None:
    assert (await cancel_line(crux, LAMP_LINE)).status_code == 204
    assert (await line_of(crux, MIXED, LAMP_LINE)).cancelling
    assert not (await line_of(crux, MIXED, BIRCH_LINE)).cancelling

    assert (await answer(crux, f"items/cancel/{LAMP_LINE}", verdict)).status_code == 204

    assert (await standing(crux, MIXED, LAMP_LINE))[0] == status
    assert (await answer(crux, f"items/cancel/{LAMP_LINE}", verdict)).json() == NOTHING_TO_CANCEL


async def test_a_cancelled_line_is_not_allocated_sent_or_invoiced(crux: Crux) -> None:
    await cancel_line(crux, LAMP_LINE)
    await answer(crux, f"items/cancel/{LAMP_LINE}", "confirm")

    allocated = await allocate(crux, allocating((LAMP_LINE, figures(1))))
    sent = await track(crux, packing((LAMP_LINE, 1)))
    invoiced = await crux.post({"invoice_number": "1", "line_items": [{"line_item_uuid": str(LAMP_LINE)}]}, MIXED)

    assert allocated.json() == [{str(LAMP_LINE): "Cancelled"}]
    assert (sent.status_code, invoiced.status_code) == (422, 422)


@pytest.mark.parametrize("order", [ORDER, CANCELLED], ids=["shipped in full", "cancelled"])
async def test_where_nothing_is_left_nothing_is_cancelled(crux: Crux, order: Order) -> None:
    before = await crux.everything()

    for refused in (await cancel(crux, order), await cancel_line(crux, order.lines[0].uuid)):
        assert (refused.status_code, refused.json()) == (422, NOTHING_TO_CANCEL)

    assert await crux.everything() == before


@pytest.mark.parametrize("verdict", ["confirm", "reject"])
@pytest.mark.parametrize(
    "what", [f"cancel/{MIXED.uuid}", f"items/cancel/{LAMP_LINE}", f"items/cancel/{CANCELLED_LINE}"]
)
async def test_nothing_is_answered_that_nobody_asked_for(crux: Crux, what: str, verdict: str) -> None:
    before = await crux.everything()

    refused = await answer(crux, what, verdict)

    assert (refused.status_code, refused.json()) == (422, NOTHING_TO_CANCEL)
    assert await crux.everything() == before


async def test_to_ask_twice_changes_nothing_more(crux: Crux) -> None:
    before = await crux.everything()

    assert (await cancel_line(crux, PENDING_LINE)).status_code == 204

    assert await crux.everything() == before


@pytest.mark.parametrize("line", [a_uuid(4040), YARROWS.lines[0].uuid, ELSEWHERE.lines[0].uuid])
async def test_a_line_that_is_not_there_is_not_found(crux: Crux, line: UUID) -> None:
    before = await crux.everything()

    for refused in (
        await cancel_line(crux, line),
        await answer(crux, f"items/cancel/{line}", "confirm"),
        await answer(crux, f"items/cancel/{line}", "reject"),
    ):
        assert (refused.status_code, refused.json()) == (404, {"detail": "Not found."})

    assert await crux.everything() == before


@pytest.mark.parametrize("verdict", ["confirm", "reject"])
async def test_a_supplier_answers_for_its_own_lines_alone(crux: Crux, verdict: str) -> None:
    before = await crux.everything()

    by_line = await answer(crux, f"items/cancel/{PENDING_LINE}", verdict, "birch-token")
    by_order = await answer(crux, f"cancel/{PENDING.uuid}", verdict, "birch-token")

    assert (by_line.status_code, by_order.status_code) == (404, 422)
    assert await crux.everything() == before


@pytest.mark.parametrize("order", [a_uuid(4040), YARROWS.uuid, ELSEWHERE.uuid])
async def test_an_order_that_a_body_names_but_is_not_there_cannot_be_cancelled(crux: Crux, order: UUID) -> None:
    before = await crux.everything()

    refused = await cancel(crux, order)

    assert (refused.status_code, refused.json()) == (422, {"order_uuid": [f"No such order: {order}."]})
    assert await crux.everything() == before


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", REQUIRED),
        ({}, REQUIRED),
        ({"order_uuid": None}, NULL),
        ({"order_uuid": "LK-40817"}, NO_UUID),
        ({"order_uuid": [str(MIXED.uuid)]}, NO_UUID),
    ],
)
async def test_an_order_has_to_be_named_to_be_cancelled(crux: Crux, body: Any, said: str) -> None:
    before = await crux.everything()

    refused = await crux.call("PATCH", "/timp/orders/cancel/", body, RETAILER)

    assert (refused.status_code, refused.json()) == (400, {"order_uuid": [said]})
    assert await crux.everything() == before


# Hand-over


async def acknowledge(crux: Crux, *orders: UUID | str, token: str = SUPPLIER) -> httpx.Response:
    body = {"uuids": [{"order_uuid": str(order)} for order in orders]}
    return await crux.call("PUT", "/timp/orders/acknowledge/", body, token)


@pytest.mark.parametrize("token", [SUPPLIER, RETAILER])
async def test_orders_are_handed_over(crux: Crux, token: str) -> None:
    assert (await acknowledge(crux, MIXED.uuid, PENDING.uuid, MIXED.uuid, token=token)).status_code == 204

    assert (await crux.order(MIXED)).sent_to_supplier
    assert (await crux.order(PENDING)).sent_to_supplier
    assert (await crux.call("GET", f"/timp/orders/{MIXED.uuid}/")).json()["sent_to_supplier"] is True


@pytest.mark.parametrize("orders", [[], [ORDER.uuid]])
async def test_what_was_handed_over_before_stays_so(crux: Crux, orders: list[UUID]) -> None:
    before = await crux.everything()

    assert (await acknowledge(crux, *orders)).status_code == 204
    assert await crux.everything() == before


@pytest.mark.parametrize("order", [a_uuid(4040), YARROWS.uuid, ELSEWHERE.uuid])
async def test_one_order_that_is_not_there_hands_none_over(crux: Crux, order: UUID) -> None:
    before = await crux.everything()

    refused = await acknowledge(crux, MIXED.uuid, order)

    assert (refused.status_code, refused.json()) == (422, {"uuids": [f"No such order: {order}."]})
    assert await crux.everything() == before


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, [REQUIRED]),
        ({"uuids": None}, [NULL]),
        ({"uuids": {}}, [NO_LIST]),
        ({"uuids": [{}]}, [{"order_uuid": [REQUIRED]}]),
        ({"uuids": [{"order_uuid": str(MIXED.uuid)}, {"order_uuid": 1}]}, [{}, {"order_uuid": [NO_UUID]}]),
    ],
)
async def test_orders_have_to_be_named_to_be_handed_over(crux: Crux, body: Any, said: Any) -> None:
    before = await crux.everything()

    refused = await crux.call("PUT", "/timp/orders/acknowledge/", body)

    assert (refused.status_code, refused.json()) == (400, {"uuids": said})
    assert await crux.everything() == before


# History


async def test_who_did_what_stands_in_an_orders_history(crux: Crux) -> None:
    await allocate(crux, allocating((LAMP_LINE, figures(4))))
    await track(crux, packing((LAMP_LINE, 1)))
    await cancel(crux, MIXED)
    await answer(crux, f"cancel/{MIXED.uuid}", "reject")
    await cancel_line(crux, LAMP_LINE)
    await answer(crux, f"items/cancel/{LAMP_LINE}", "confirm")
    await acknowledge(crux, MIXED.uuid)

    entries = (await crux.ledger.history(a_caller(), "order", MIXED.id))[-7:]
    for entry, actor, action in zip(
        entries,
        ("tamarack", "tamarack", "larkspur", "tamarack", "larkspur", "tamarack", "tamarack"),
        (
            "allocate_order",
            "ship_order",
            "ask_to_cancel",
            "reject_cancellation",
            "ask_to_cancel_line",
            "confirm_cancellation",
            "hand_over",
        ),
        strict=True,
    ):
        assert f'"actor":"{actor}","dialect":"crux"'.encode() in entry.body
        assert f'"action":"{action}"'.encode() in entry.body
