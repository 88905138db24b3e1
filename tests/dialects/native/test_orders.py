"""Orders that are placed, said anew, carried out and invoiced through our own API."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from billingua.core.access import Role
from billingua.core.line import Attribute
from billingua.core.order import (
    Allocation,
    DeliveryAddress,
    LineStatus,
    Order,
    OrderFees,
    OrderLine,
    Shipment,
    SupplierTerms,
)
from billingua.core.party import TradeRole
from billingua.dialects.native.requests.fulfilment import ACTIONS
from billingua.engine.credentials import hash_secret
from billingua.engine.plan import by_id
from tests.builders import (
    NOON,
    SUPPLIER,
    a_credential,
    a_party,
    a_user,
    a_uuid,
    an_invoice,
    an_item,
    an_order,
    an_order_line,
)
from tests.dialects.native.conftest import Native, Planting
from tests.dialects.native.test_writing import send, told
from tests.stores.plans import assert_whole

OTHER, RETAILER = a_uuid(2003), a_uuid(2040)
FIRST, SECOND, FOREIGN = a_uuid(8300), a_uuid(8301), a_uuid(8302)
ATTRIBUTES = (Attribute("Gift wrap", "Y"),)


def a_waiting_line(uuid: UUID, **others: Any) -> OrderLine:
    return an_order_line(uuid=uuid, **({"status": LineStatus.UNALLOCATED} | others))


ORDER = an_order(
    id=200,
    uuid=a_uuid(8200),
    company=None,
    retailer=RETAILER,
    placed_by="ines",
    address=DeliveryAddress(name="Anna Larch", city="Riga"),
    fees=OrderFees(shipping_cost=Decimal("4.90")),
    retailer_notes="Ring twice",
    supplier_terms=(SupplierTerms(supplier=OTHER, order_number="S-7", dropship_fee=Decimal(1)),),
    lines=(
        a_waiting_line(FIRST, item=1, retailer_attributes=ATTRIBUTES),
        a_waiting_line(SECOND, sku="SKU-2", quantity=2, unit_cost=None, carrier="UPS"),
        a_waiting_line(FOREIGN, sku="X", supplier=OTHER, quantity=1),
    ),
)
"""What a retailer ordered of two suppliers."""
OWN = an_order(id=201, uuid=a_uuid(8201), lines=(a_waiting_line(a_uuid(8310), supplier=None, sku="OWN"),))
"""What a company ordered of no supplier in particular."""

WORLD = (
    a_party(id=2, uuid=SUPPLIER, name="Quay Lamps", trade_role=TradeRole.SUPPLIER),
    a_party(id=3, uuid=OTHER, name="Moor", trade_role=TradeRole.SUPPLIER),
    a_party(id=40, uuid=RETAILER, name="Larkspur", trade_role=TradeRole.RETAILER),
    an_item(supplier=SUPPLIER),
    an_item(id=2, title="Chair"),
    ORDER,
    OWN,
)
PATH = "/v1/orders/200"


@pytest.fixture
async def native(native_with: Planting) -> Native:
    return await native_with(*WORLD)


async def done(native: Native, verb: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    answer = await send(native, verb, path, body, **headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def line(order: Any, uuid: UUID) -> Any:
    return next(line for line in order["lines"] if line["id"] == str(uuid))


# Shown.


async def test_an_order_is_shown_whole(native_with: Planting):
    shipment = Shipment(
        package=a_uuid(5),
        number="1Z",
        carrier="UPS",
        weight=Decimal("1.50"),
        cost=Decimal(3),
        created_at=NOON,
        quantity=2,
        attributes=ATTRIBUTES,
    )
    allocation = Allocation(accepted=3, rejected=0, backordered=2, backorder_date=NOON.date())
    shipped = a_waiting_line(
        FIRST, item=1, title="Lamp", allocation=allocation, tracking=(shipment,), invoiced=1, status=LineStatus.SHIPPED
    )
    native = await native_with(*WORLD[:5], an_order(id=7, retailer=RETAILER, channel=1, lines=(shipped,)))

    order = (await native.get("/v1/orders/7")).json()

    assert {name: order[name] for name in ("number", "party", "total", "statuses", "invoiced", "channel_id")} == {
        "number": "PO-7",
        "party": {"id": 40, "uuid": str(RETAILER), "name": "Larkspur"},
        "total": "100.00",
        "statuses": ["shipped"],
        "invoiced": "part",
        "channel_id": 1,
    }
    (shown,) = order["lines"]
    assert shown["allocation"] == {
        "accepted": 3,
        "rejected": 0,
        "backordered": 2,
        "backorder_date": "2024-12-26",
    }
    assert shown["tracking"] == [
        {
            "package": str(a_uuid(5)),
            "number": "1Z",
            "carrier": "UPS",
            "method": None,
            "weight": "1.5",
            "cost": "3.00",
            "ship_date": None,
            "created_at": "2024-12-26T12:00:00Z",
            "quantity": 2,
            "attributes": [{"name": "Gift wrap", "value": "Y"}],
        }
    ]
    assert (shown["supplier"]["name"], shown["shipped"], shown["invoiced"]) == ("Quay Lamps", 2, 1)


async def test_an_order_is_found_by_its_id_and_its_uuid_and_known_by_its_version(native: Native):
    order = (await native.get(PATH)).json()

    assert (await native.get(f"/v1/orders/{ORDER.uuid}")).json() == order
    assert order["supplier_terms"][0]["supplier"] == {"id": 3, "uuid": str(OTHER), "name": "Moor"}
    assert (await send(native, "GET", PATH, If_None_Match='"1"')).status_code == 304
    assert (await send(native, "GET", PATH, If_None_Match='"2"')).headers["etag"] == '"1"'


async def test_who_is_not_there_any_more_is_shown_by_what_is_known(native_with: Planting):
    native = await native_with(
        an_order(id=7, company=99, lines=(a_waiting_line(FIRST),)),
        an_order(id=8, company=None, retailer=RETAILER, lines=()),
        an_order(id=9, company=None, lines=()),
    )

    shown = [(await native.get(f"/v1/orders/{id}")).json() for id in (7, 8, 9)]

    assert [order["party"] for order in shown] == [
        {"id": 99, "uuid": None, "name": None},
        {"id": None, "uuid": str(RETAILER), "name": None},
        None,
    ]
    assert shown[0]["suppliers"] == [{"id": None, "uuid": str(SUPPLIER), "name": None}]


EVERYWHERE = [("GET", ""), ("GET", "/history"), ("GET", "/actions"), ("GET", "/invoices"), ("GET", "?as_of=1")]
WRITES: list[tuple[str, str, Any]] = [
    ("PUT", "", {"number": "PO-200", "lines": []}),
    ("PATCH", "", {}),
    ("POST", "/invoices", {"number": "N"}),
    ("POST", "/hand-over", None),
    ("POST", "/allocate", {"lines": [{"id": str(FIRST), "accepted": 1}]}),
    ("POST", "/ship", {"number": "1Z", "lines": [{"id": str(FIRST), "quantity": 1}]}),
    ("POST", "/request-cancellation", None),
    ("POST", "/confirm-cancellation", None),
    ("POST", "/reject-cancellation", {}),
]


@pytest.mark.parametrize("name", ["99", str(a_uuid(99)), "x"])
async def test_what_is_not_there_is_not_found(native: Native, name: str):
    for verb, path, body in [*((*one, None) for one in EVERYWHERE), *WRITES]:
        told(await send(native, verb, f"/v1/orders/{name}{path}", body), 404, "not-found")


async def test_nothing_deletes_an_order(native: Native):
    told(await send(native, "DELETE", PATH), 405, "wrong-verb")


# Listed.


async def ids(native: Native, query: str, **headers: str) -> list[int]:
    page = await done(native, "GET", f"/v1/orders{query}", **headers)
    assert page["total"] >= len(page["items"])
    return [order["id"] for order in page["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [104, 200, 201]),
        ("?sort=-created_at", [201, 200, 104]),
        ("?sort=sku", [201, 104, 200]),
        ("?party=10", [104, 201]),
        ("?party=40", [200]),
        ("?party=99", []),
        ("?supplier=3", [200]),
        ("?supplier=99", []),
        ("?number=PO-200", [200]),
        ("?number=PO-20", []),
        ("?q=po-20", [200, 201]),
        ("?q=own", [201]),
        ("?allocation=unallocated", [200, 201]),
        ("?allocation=partial,allocated", [104]),
        ("?invoiced=none", [104, 200, 201]),
        ("?invoiced=whole", []),
        ("?sent_to_supplier=true", []),
        ("?created_from=2024-12-26&created_to=2024-12-26", [104, 200, 201]),
        ("?created_from=2024-12-27", []),
        ("?created_to=2024-12-26T11:59:59Z", []),
        ("?party=40&supplier=2&q=sku-1", [200]),
    ],
)
async def test_orders_are_found_by_what_is_asked(native: Native, query: str, found: list[int]):
    assert await ids(native, query) == found
    assert (await native.get(f"/v1/orders{query}")).json()["total"] == len(found)


async def test_pages_of_orders_lead_on_until_each_was_shown_once(native: Native):
    address: str | None = "/v1/orders?limit=1&sort=-sku"
    seen: list[int] = []
    while address:
        page = (await native.get(address)).json()
        seen += [order["id"] for order in page["items"]]
        address = page["next"]

    assert seen == [200, 104, 201]


async def test_an_order_in_a_list_says_the_same_as_the_order_itself(native: Native):
    for item in (await native.get("/v1/orders")).json()["items"]:
        whole = (await native.get(f"/v1/orders/{item['id']}")).json()
        assert item == {name: whole[name] for name in item}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "open"),
        ("party", "x"),
        ("supplier", "1.5"),
        ("allocation", "some"),
        ("invoiced", "some"),
        ("sent_to_supplier", "maybe"),
        ("sort", "number"),
        ("created_from", "soon"),
        ("cursor", "x"),
        ("limit", "0"),
    ],
)
async def test_a_list_of_orders_takes_its_own_parameters_alone(native: Native, name: str, value: str):
    problem = told(await native.get("/v1/orders", **{name: value}), 400, "invalid-parameters")

    assert [error["parameter"] for error in problem["errors"]] == [name]


@pytest.mark.parametrize("party", [2, 10, 40], ids=["supplier", "company", "retailer"])
async def test_who_trades_in_an_order_is_not_deleted(native: Native, party: int):
    told(await send(native, "DELETE", f"/v1/parties/{party}"), 409, "in-use")


# Placed.

PLACED = {
    "number": "LK-1",
    "party_id": 40,
    "lines": [
        {"supplier_id": 2, "sku": "SKU-1", "quantity": 3, "unit_cost": "12.345", "carrier": "UPS", "method": "Ground"},
        {"item_id": 2, "quantity": 1, "retailer_notes": "blue", "retailer_attributes": [{"name": "a", "value": "b"}]},
    ],
    "address": {"name": "Anna Larch", "city": "Riga"},
    "fees": {"shipping_cost": "4.90"},
    "retailer_notes": "Ring twice",
    "retailer_attributes": [{"name": "Loud", "value": "Y"}],
}


async def test_an_order_is_placed(native: Native):
    answer = await send(native, "POST", "/v1/orders", PLACED)

    order = answer.json()
    assert (answer.status_code, answer.headers["etag"], order["version"]) == (201, '"1"', 1)
    assert (order["number"], order["party"]["id"], order["currency"], order["total"]) == ("LK-1", 40, "USD", "41.935")
    first, second = order["lines"]
    assert (first["item_id"], first["sku"], first["supplier"]["id"], first["unit_cost"]) == (1, "SKU-1", 2, "12.345")
    assert (second["item_id"], second["sku"], second["supplier"], second["unit_cost"]) == (2, "SKU-2", None, None)
    assert (order["statuses"], order["invoiced"], order["sent_to_supplier"]) == (["unallocated"], "none", False)
    assert (order["address"]["city"], order["fees"]["shipping_cost"]) == ("Riga", "4.90")
    assert (await native.get(f"/v1/orders/{order['id']}")).json() == order
    await assert_whole(native.ledger.store, ("demo", "other"))


async def test_who_is_no_retailer_orders_as_a_company(native: Native):
    order = await done(native, "POST", "/v1/orders", {**PLACED, "party_id": 10}, 201)

    placed: Order = dict(await native.ledger.store.find(by_id(Order, order["id"])))["demo"].value
    assert (placed.retailer, placed.company, order["party"]["id"]) == (None, 10, 10)


LINE = {"item_id": 1, "quantity": 1}


@pytest.mark.parametrize(
    ("wrong", "status", "name", "pointers"),
    [
        ({"number": None}, 400, "invalid-body", ["/number"]),
        ({"number": ""}, 400, "invalid-body", ["/number"]),
        ({"colour": "red"}, 400, "invalid-body", ["/colour"]),
        ({"party_id": None}, 400, "invalid-body", ["/party_id"]),
        ({"party_id": 99}, 404, "not-found", ["/party_id"]),
        ({"lines": None}, 400, "invalid-body", ["/lines"]),
        ({"lines": []}, 400, "invalid-body", ["/lines"]),
        ({"lines": [{"quantity": 1}]}, 400, "invalid-body", ["/lines/0"]),
        ({"lines": [LINE, {"sku": "A", "quantity": 1}]}, 400, "invalid-body", ["/lines/1"]),
        ({"lines": [{"supplier_id": 2, "quantity": 1}]}, 400, "invalid-body", ["/lines/0"]),
        ({"lines": [{**LINE, "supplier_id": 2}]}, 400, "invalid-body", ["/lines/0"]),
        ({"lines": [{**LINE, "sku": "SKU-1"}]}, 400, "invalid-body", ["/lines/0"]),
        ({"lines": [{"item_id": 1}]}, 400, "invalid-body", ["/lines/0/quantity"]),
        ({"lines": [{**LINE, "quantity": 0}]}, 400, "invalid-body", ["/lines/0/quantity"]),
        ({"lines": [{**LINE, "quantity": 2**31}]}, 400, "invalid-body", ["/lines/0/quantity"]),
        ({"lines": [{**LINE, "quantity": "1.5"}]}, 400, "invalid-body", ["/lines/0/quantity"]),
        ({"lines": [{**LINE, "unit_cost": "-1"}]}, 400, "invalid-body", ["/lines/0/unit_cost"]),
        ({"lines": [{**LINE, "unit_cost": "1e15"}]}, 400, "invalid-body", ["/lines/0/unit_cost"]),
        ({"lines": [{**LINE, "id": str(FIRST)}]}, 400, "invalid-body", ["/lines/0/id"]),
        (
            {"lines": [{**LINE, "supplier_notes": "a", "supplier_attributes": [], "supplier_unit_cost": 1}]},
            400,
            "invalid-body",
            ["/lines/0/supplier_notes", "/lines/0/supplier_attributes", "/lines/0/supplier_unit_cost"],
        ),
        ({"supplier_terms": [{"supplier_id": 2}]}, 400, "invalid-body", ["/supplier_terms"]),
        ({"fees": {"order_tax": -1, "order_fee": -2}}, 400, "invalid-body", ["/fees/order_fee", "/fees/order_tax"]),
        ({"retailer_notes": "a\0b"}, 400, "invalid-body", ["/retailer_notes"]),
        ({"lines": [LINE, {**LINE, "item_id": 99}]}, 404, "not-found", ["/lines/1/item_id"]),
        ({"lines": [{"supplier_id": 99, "sku": "A", "quantity": 1}]}, 404, "not-found", ["/lines/0/supplier_id"]),
        ({"lines": [{"supplier_id": 10, "sku": "A", "quantity": 1}]}, 404, "not-found", ["/lines/0/supplier_id"]),
        ({"lines": [{"supplier_id": 2, "sku": "A", "quantity": 1}]}, 404, "not-found", ["/lines/0/sku"]),
    ],
    ids=str,
)
async def test_what_cannot_be_ordered_is_pointed_at(
    native: Native, wrong: Any, status: int, name: str, pointers: list[str]
):
    body = {"number": "LK-1", "party_id": 10, "lines": [LINE], **wrong}

    problem = told(await send(native, "POST", "/v1/orders", body), status, name)

    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert await ids(native, "") == [104, 200, 201]


# Said anew.

SAID = {
    "number": "PO-200",
    "party_id": 40,
    "address": {"name": "Anna Larch", "city": "Riga"},
    "fees": {"order_fee": 1, "shipping_cost": "4.90"},
    "retailer_attributes": [{"name": "Loud", "value": "Y"}],
    "supplier_terms": [
        {"supplier_id": 2, "notes": "soon", "order_total": "90.00"},
        {"supplier_id": 3, "order_number": "S-8", "attributes": []},
    ],
    "lines": [
        {"id": str(FIRST), "quantity": 5, "supplier_unit_cost": "11.75", "supplier_notes": "blue"},
        {"id": str(FOREIGN), "supplier_attributes": [{"name": "lot", "value": "L-1"}]},
        {"id": str(SECOND), "sku": "SKU-2", "supplier_id": 2, "carrier": "UPS", "retailer_notes": "wrap"},
    ],
}


async def test_what_both_sides_say_is_said_anew_and_what_was_ordered_stays(native: Native):
    before = (await native.get(PATH)).json()

    order = await done(native, "PUT", PATH, SAID)

    assert (order["version"], order["retailer_notes"], order["fees"]["order_fee"]) == (2, None, "1.00")
    assert [(one["supplier"]["id"], one["order_number"], one["notes"]) for one in order["supplier_terms"]] == [
        (3, "S-8", None),
        (2, None, "soon"),
    ]
    assert order["supplier_terms"][0]["attributes"] == []
    first, second, foreign = order["lines"]
    assert (first["supplier_unit_cost"], first["supplier_notes"], first["retailer_attributes"]) == (
        "11.75",
        "blue",
        None,
    )
    assert (second["retailer_notes"], foreign["supplier_attributes"]) == ("wrap", [{"name": "lot", "value": "L-1"}])
    fixed = ("id", "item_id", "sku", "title", "supplier", "quantity", "unit_cost", "carrier", "method", "status")
    for old, new in zip(before["lines"], order["lines"], strict=True):
        assert {name: new[name] for name in fixed} == {name: old[name] for name in fixed}
    again = await send(native, "PUT", PATH, SAID)
    assert (again.json(), again.headers["etag"]) == (order, '"2"')


async def test_a_merge_patch_changes_what_it_names_alone(native: Native):
    before = (await native.get(PATH)).json()

    order = await done(native, "PATCH", PATH, {"retailer_notes": None, "fees": {"order_tax": "2"}})

    fees = {**before["fees"], "order_tax": "2.00"}
    assert order == {**before, "retailer_notes": None, "fees": fees, "version": 2, "total": "126.90"}
    unchanged = await send(native, "PATCH", PATH, {}, Content_Type="application/merge-patch+json")
    assert (unchanged.json(), unchanged.headers["etag"]) == (order, '"2"')


async def test_terms_of_whom_is_not_there_any_more_stay(native_with: Planting):
    terms = (SupplierTerms(supplier=a_uuid(77), notes="gone"), SupplierTerms(supplier=SUPPLIER, notes="here"))
    native = await native_with(*WORLD[:5], an_order(id=7, supplier_terms=terms, lines=(a_waiting_line(FIRST),)))

    order = await done(native, "PATCH", "/v1/orders/7", {"supplier_terms": []})

    assert [one["notes"] for one in order["supplier_terms"]] == ["gone"]


@pytest.mark.parametrize(
    ("change", "status", "name", "pointers"),
    [
        ({"number": "PO-201"}, 409, "fixed", ["/number"]),
        ({"party_id": 10}, 409, "fixed", ["/party_id"]),
        ({"address": {"city": "Oslo"}}, 409, "fixed", ["/address"]),
        ({"lines": []}, 409, "fixed", ["/lines"]),
        ({"lines": [*SAID["lines"], {"item_id": 1, "quantity": 1}]}, 409, "fixed", ["/lines"]),
        ({"lines": [{"id": str(FIRST)}] * 3}, 409, "fixed", ["/lines"]),
        (
            {"lines": [{**SAID["lines"][0], "quantity": 6, "carrier": "DHL"}, *SAID["lines"][1:]]},
            409,
            "fixed",
            ["/lines/0/quantity", "/lines/0/carrier"],
        ),
        ({"number": "A", "party_id": 2}, 409, "fixed", ["/number", "/party_id"]),
        ({"fees": {"order_fee": "-1"}}, 400, "invalid-body", ["/fees/order_fee"]),
        ({"supplier_terms": [{"supplier_id": 2}] * 2}, 400, "invalid-body", ["/supplier_terms/1/supplier_id"]),
        (
            {"supplier_terms": [{"supplier_id": 2, "order_tax": -1}]},
            400,
            "invalid-body",
            ["/supplier_terms/0/order_tax"],
        ),
        ({"supplier_terms": [{"supplier_id": 99}]}, 404, "not-found", ["/supplier_terms/0/supplier_id"]),
        ({"supplier_terms": [{"supplier_id": 10}]}, 404, "not-found", ["/supplier_terms/0/supplier_id"]),
        ({"status": "open"}, 400, "invalid-body", ["/status"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
async def test_what_is_not_changed_is_pointed_at(
    native: Native, verb: str, change: Any, status: int, name: str, pointers: list[str]
):
    before = (await native.get(PATH)).json()

    problem = told(await send(native, verb, PATH, {**SAID, **change}), status, name)

    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert (await native.get(PATH)).json() == before


# Carried out.


async def test_an_order_is_handed_over_once(native: Native):
    order = await done(native, "POST", f"{PATH}/hand-over")
    again = await done(native, "POST", f"{PATH}/hand-over")

    assert (order["sent_to_supplier"], order["version"], again) == (True, 2, order)
    assert await ids(native, "?sent_to_supplier=true") == [200]


async def test_lines_of_several_suppliers_are_allocated_at_once(native: Native):
    body = {
        "lines": [
            {"id": str(FIRST), "accepted": 3, "backordered": 2, "backorder_date": "2025-02-01"},
            {"id": str(FOREIGN), "accepted": 0, "rejected": 1},
        ]
    }

    order = await done(native, "POST", f"{PATH}/allocate", body)

    assert [line["status"] for line in order["lines"]] == ["allocated", "unallocated", "rejected"]
    assert (order["version"], order["statuses"]) == (2, ["allocated", "unallocated", "rejected"])
    assert order["lines"][0]["allocation"]["backorder_date"] == "2025-02-01"
    assert await done(native, "POST", f"{PATH}/allocate", body) == order


async def test_a_package_is_sent(native: Native):
    body = {
        "number": "1Z999",
        "carrier": "UPS",
        "weight": "2.5",
        "cost": "7",
        "ship_date": "2024-12-27",
        "attributes": [{"name": "box", "value": "L"}],
        "lines": [
            {"id": str(FIRST), "quantity": 5, "unit_cost": "11.75"},
            {"id": str(SECOND), "quantity": 1},
        ],
    }

    order = await done(native, "POST", f"{PATH}/ship", body)

    first, second, _ = order["lines"]
    assert (first["status"], first["shipped"], first["supplier_unit_cost"]) == ("shipped", 5, "11.75")
    assert (second["status"], second["shipped"], second["designation"]) == ("unallocated", 1, "HasTracking")
    package, other = first["tracking"][0], second["tracking"][0]
    assert package == {**other, "quantity": 5}
    assert (package["cost"], package["ship_date"], package["created_at"]) == (
        "7.00",
        "2024-12-27",
        "2024-12-26T12:00:00Z",
    )


async def test_a_cancellation_is_asked_for_and_answered(native: Native):
    asked = await done(native, "POST", f"{PATH}/request-cancellation")
    assert [line["cancelling"] for line in asked["lines"]] == [True] * 3

    kept = await done(native, "POST", f"{PATH}/reject-cancellation", {"line_ids": [str(SECOND), str(SECOND)]})
    assert [line["cancelling"] for line in kept["lines"]] == [True, False, True]

    cancelled = await done(native, "POST", f"{PATH}/confirm-cancellation")
    assert [line["status"] for line in cancelled["lines"]] == ["cancelled", "unallocated", "cancelled"]
    assert cancelled["version"] == 4
    told(await send(native, "POST", f"{PATH}/confirm-cancellation"), 409, "nothing-to-cancel")


async def test_some_lines_are_asked_for_alone(native: Native):
    body = {"line_ids": [str(FIRST), str(FOREIGN)]}

    order = await done(native, "POST", f"{PATH}/request-cancellation", body)

    assert [line["cancelling"] for line in order["lines"]] == [True, False, True]
    assert (await done(native, "POST", f"{PATH}/confirm-cancellation", body))["statuses"] == [
        "cancelled",
        "unallocated",
    ]


async def test_what_no_supplier_has_is_carried_out_too(native: Native):
    (line,) = OWN.lines
    shipping = {"number": "1Z", "lines": [{"id": str(line.uuid), "quantity": 5}]}
    allocation = {"lines": [{"id": str(line.uuid), "accepted": 5}]}

    assert (await done(native, "POST", "/v1/orders/201/allocate", allocation))["statuses"] == ["allocated"]
    asked = await done(native, "POST", "/v1/orders/201/request-cancellation")
    assert asked["lines"][0]["cancelling"]
    assert (await done(native, "POST", "/v1/orders/201/ship", shipping))["statuses"] == ["shipped"]


UNKNOWN = str(a_uuid(9999))


@pytest.mark.parametrize(
    ("action", "body", "status", "name", "pointers"),
    [
        ("allocate", {}, 400, "invalid-body", ["/lines"]),
        ("allocate", {"lines": []}, 400, "invalid-body", ["/lines"]),
        ("allocate", {"lines": [{"id": "x", "accepted": 1}]}, 400, "invalid-body", ["/lines/0/id"]),
        ("allocate", {"lines": [{"id": str(FIRST), "accepted": -1}]}, 400, "invalid-body", ["/lines/0/accepted"]),
        ("allocate", {"lines": [{"id": UNKNOWN, "accepted": 1}]}, 404, "not-found", ["/lines/0/id"]),
        ("allocate", {"lines": [{"id": str(FIRST), "accepted": 1}] * 2}, 400, "invalid-body", ["/lines/1/id"]),
        (
            "allocate",
            {"lines": [{"id": str(FOREIGN), "accepted": 1}, {"id": str(FIRST), "accepted": 6}]},
            409,
            "over-allocated",
            ["/lines/1/id"],
        ),
        ("ship", {"number": "1Z", "lines": []}, 400, "invalid-body", ["/lines"]),
        (
            "ship",
            {"number": "1Z", "lines": [{"id": str(FIRST), "quantity": 0}]},
            400,
            "invalid-body",
            ["/lines/0/quantity"],
        ),
        (
            "ship",
            {"number": "1Z", "cost": -1, "lines": [{"id": str(FIRST), "quantity": 1, "unit_cost": -1}]},
            400,
            "invalid-body",
            ["/cost", "/lines/0/unit_cost"],
        ),
        ("ship", {"number": "1Z", "lines": [{"id": UNKNOWN, "quantity": 1}]}, 404, "not-found", ["/lines/0/id"]),
        (
            "ship",
            {"number": "1Z", "lines": [{"id": str(FIRST), "quantity": 1}, {"id": str(FOREIGN), "quantity": 1}]},
            400,
            "invalid-body",
            ["/lines/1/id"],
        ),
        ("request-cancellation", {"line_ids": []}, 400, "invalid-body", ["/line_ids"]),
        ("request-cancellation", {"line_ids": [str(FIRST), UNKNOWN]}, 404, "not-found", ["/line_ids/1"]),
        ("confirm-cancellation", {"line_ids": [UNKNOWN]}, 404, "not-found", ["/line_ids/0"]),
        ("confirm-cancellation", {"line_ids": [str(FIRST)]}, 409, "nothing-to-cancel", []),
        ("reject-cancellation", None, 409, "nothing-to-cancel", []),
        ("recieve", {}, 404, "unknown-path", []),
    ],
    ids=str,
)
async def test_what_cannot_be_done_is_pointed_at(
    native: Native, action: str, body: Any, status: int, name: str, pointers: list[str]
):
    before = (await native.get(PATH)).json()

    problem = told(await send(native, "POST", f"{PATH}/{action}", body), status, name)

    assert [error["pointer"] for error in problem.get("errors", [])] == pointers
    assert (await native.get(PATH)).json() == before


@pytest.mark.parametrize("status", [LineStatus.CANCELLED, LineStatus.REJECTED])
async def test_a_closed_line_is_not_sent_and_a_cancelled_one_not_allocated(native_with: Planting, status: LineStatus):
    native = await native_with(*WORLD[:5], an_order(id=7, lines=(a_waiting_line(FIRST, status=status),)))
    one = {"id": str(FIRST), "quantity": 1}

    shipping = await send(native, "POST", "/v1/orders/7/ship", {"number": "1Z", "lines": [one]})
    allocating = await send(native, "POST", "/v1/orders/7/allocate", {"lines": [{"id": str(FIRST), "accepted": 1}]})

    problem = told(shipping, 409, "order-line-closed")
    assert problem["errors"][0]["pointer"] == "/lines/0/id"
    assert allocating.status_code == (409 if status is LineStatus.CANCELLED else 200)


async def test_it_is_said_what_may_be_done_and_why_not(native: Native):
    actions = (await native.get(f"{PATH}/actions")).json()

    assert actions["version"] == 1
    assert [item["action"] for item in actions["items"]] == [*ACTIONS, "invoice"]
    refused = {item["action"]: item["reason"]["type"] for item in actions["items"] if not item["allowed"]}
    assert refused == {
        "confirm-cancellation": "/docs/problems/nothing-to-cancel",
        "reject-cancellation": "/docs/problems/nothing-to-cancel",
    }


async def test_nothing_is_done_to_an_order_of_which_nothing_is_left(native_with: Planting):
    billed = a_waiting_line(FIRST, invoiced=5, allocation=Allocation(accepted=5, rejected=0, backordered=0))
    native = await native_with(
        *WORLD[:5],
        an_order(id=7, lines=(billed,)),
        an_order(id=8, lines=(a_waiting_line(SECOND, status=LineStatus.CANCELLED),)),
        an_order(id=9, lines=()),
    )

    refused: dict[int, dict[str, str]] = {}
    for id in (7, 8, 9):
        items = (await native.get(f"/v1/orders/{id}/actions")).json()["items"]
        refused[id] = {item["action"]: item["reason"]["type"][15:] for item in items if not item["allowed"]}

    nothing = dict.fromkeys(("confirm-cancellation", "reject-cancellation"), "nothing-to-cancel")
    assert refused[7] == {**nothing, "invoice": "over-invoiced"}
    closed = dict.fromkeys(("allocate", "ship"), "order-line-closed")
    nothing["request-cancellation"] = "nothing-to-cancel"
    assert refused[8] == {**nothing, **closed, "invoice": "order-cancelled"}
    assert refused[9] == {**nothing, **dict.fromkeys(("allocate", "ship", "invoice"), "not-found")}


# Invoiced.


async def test_some_lines_are_invoiced_and_never_more_than_was_ordered(native: Native):
    body = {
        "number": "N-1",
        "due_at": "2025-01-26T13:00:00+01:00",
        "lines": [{"id": str(FIRST), "quantity": 2}, {"id": str(SECOND), "unit_price": "7.5"}],
        "charges": [{"kind": "shipping", "amount": "4.90"}],
        "stated_total": "60",
        "attributes": [{"name": "a", "value": "b"}],
    }

    answer = await send(native, "POST", f"{PATH}/invoices", body)

    invoice = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert (invoice["status"], invoice["dialect"], invoice["due_at"]) == ("open", "native", "2025-01-26T12:00:00Z")
    assert (invoice["party"]["id"], invoice["supplier"]["id"], invoice["order"]["id"]) == (40, 2, 200)
    assert [(line["order_line"], line["quantity"], line["net"]) for line in invoice["lines"]] == [
        (str(FIRST), "2", "40.00"),
        (str(SECOND), "2", "15.00"),
    ]
    assert (invoice["totals"]["grand_total"], invoice["stated_total"]) == ("59.90", "60.00")
    order = (await native.get(PATH)).json()
    assert ([line["invoiced"] for line in order["lines"]], order["invoiced"]) == ([2, 2, 0], "part")
    assert await ids(native, "?invoiced=part") == [200]
    assert (await native.get(f"/v1/invoices/{invoice['id']}")).json() == invoice
    assert (await native.get(f"{PATH}/invoices")).json()["items"][0]["id"] == invoice["id"]
    over = {"number": "N-2", "lines": [{"id": str(FIRST), "quantity": 4}]}
    problem = told(await send(native, "POST", f"{PATH}/invoices", over), 409, "over-invoiced")
    assert problem["errors"][0]["pointer"] == "/lines/0/id"
    rest = await done(native, "POST", f"{PATH}/invoices", {"number": "N-2", "lines": [{"id": str(FIRST)}]}, 201)
    assert rest["lines"][0]["quantity"] == "3"
    nothing = {"number": "N-3", "lines": [{"id": str(FIRST)}]}
    told(await send(native, "POST", f"{PATH}/invoices", nothing), 409, "over-invoiced")
    assert (await native.get(f"{PATH}/invoices", sort="-id")).json()["total"] == 2
    await assert_whole(native.ledger.store, ("demo", "other"))


async def test_a_whole_order_is_invoiced_once_with_the_buyers_fees(native: Native):
    invoice = await done(native, "POST", f"{PATH}/invoices", {"number": "N-1", "due_at": "2025-01-26T12:00:00Z"}, 201)

    assert (invoice["number"], invoice["totals"]["grand_total"], invoice["order_number"]) == ("N-1", "124.90", "200")
    assert (invoice["supplier"], invoice["due_at"], len(invoice["lines"])) == (None, "2025-01-26T12:00:00Z", 3)
    assert (await native.get(PATH)).json()["invoiced"] == "whole"
    told(await send(native, "POST", f"{PATH}/invoices", {"number": "N-2"}), 409, "order-billed")
    await assert_whole(native.ledger.store, ("demo", "other"))


async def test_charges_alone_are_invoiced_of_an_order_of_one_supplier(native: Native):
    body = {"number": "N-1", "lines": [], "charges": [{"kind": "shipping", "amount": "5"}]}

    assert (await done(native, "POST", "/v1/orders/104/invoices", body, 201))["totals"]["grand_total"] == "5.00"
    problem = told(await send(native, "POST", f"{PATH}/invoices", body), 400, "invalid-body")
    assert [one["pointer"] for one in problem["errors"]] == ["/lines"]


async def test_a_deleted_invoice_gives_back_what_it_took(native: Native):
    lines = [{"id": str(OWN.lines[0].uuid)}]
    invoice = await done(native, "POST", "/v1/orders/201/invoices", {"number": "N-1", "lines": lines}, 201)
    assert (invoice["supplier"], invoice["number_scope"], invoice["totals"]["grand_total"]) == (None, None, "100.00")
    assert (await native.get("/v1/orders/201")).json()["invoiced"] == "whole"

    await done(native, "POST", f"/v1/invoices/{invoice['id']}/reject")
    await done(native, "POST", f"/v1/invoices/{invoice['id']}/revise")
    assert (await send(native, "DELETE", f"/v1/invoices/{invoice['id']}")).status_code == 204

    assert (await native.get("/v1/orders/201")).json()["invoiced"] == "none"


@pytest.mark.parametrize(
    ("body", "status", "name", "pointers"),
    [
        ({}, 400, "invalid-body", ["/number"]),
        ({"number": "inv-35"}, 409, "number-taken", ["/number"]),
        ({"number": "N", "charges": [{"kind": "tax", "amount": 1}]}, 400, "invalid-body", ["/charges"]),
        (
            {"number": "N", "stated_total": 1, "attributes": []},
            400,
            "invalid-body",
            ["/stated_total"],
        ),
        ({"number": "N", "lines": [{"id": UNKNOWN}]}, 404, "not-found", ["/lines/0/id"]),
        (
            {"number": "N", "lines": [{"id": str(FIRST)}, {"id": str(FOREIGN)}]},
            400,
            "invalid-body",
            ["/lines/1/id"],
        ),
        (
            {"number": "N", "lines": [{"id": str(FIRST), "unit_price": -1}]},
            400,
            "invalid-body",
            ["/lines/0/unit_price"],
        ),
        ({"number": "N", "due_at": "2025-01-01"}, 400, "invalid-body", ["/due_at"]),
        (
            {"number": "N", "lines": [{"id": str(FIRST), "quantity": 5, "unit_price": "99999999999999"}] * 1},
            409,
            "amount-too-large",
            [],
        ),
    ],
    ids=str,
)
async def test_what_cannot_be_invoiced_is_pointed_at(
    native_with: Planting, body: Any, status: int, name: str, pointers: list[str]
):
    native = await native_with(*WORLD, an_invoice())
    before = (await native.get(PATH)).json()

    problem = told(await send(native, "POST", f"{PATH}/invoices", body), status, name)

    assert [error["pointer"] for error in problem.get("errors", [])] == pointers
    assert (await native.get(PATH)).json() == before


@pytest.mark.parametrize("query", ["?order=200", "?colour=red"])
async def test_the_invoices_of_an_order_are_listed_by_what_invoices_are(native: Native, query: str):
    told(await native.get(f"{PATH}/invoices{query}"), 400, "invalid-parameters")


# Conditions, rehearsals, history.


@pytest.mark.parametrize(("verb", "path", "body"), WRITES, ids=lambda part: str(part)[:24])
async def test_nothing_is_written_over_what_somebody_else_changed(native: Native, verb: str, path: str, body: Any):
    await done(native, "PATCH", PATH, {"retailer_notes": "Ring once"})

    problem = told(await send(native, verb, PATH + path, body, If_Match='"1"'), 412, "changed-meanwhile")

    assert [error["pointer"] for error in problem["errors"]] == ["/retailer_notes"]
    assert (await native.get(PATH)).json()["version"] == 2


SAID_SO: Any = {"number": "PO-200", "lines": [{"id": str(line.uuid)} for line in ORDER.lines]}


@pytest.mark.parametrize(
    ("verb", "path", "body", "kinds"),
    [
        ("POST", "/v1/orders", PLACED, ["order"]),
        ("PUT", PATH, SAID_SO, ["order"]),
        ("PATCH", PATH, {"retailer_notes": "Ring once"}, ["order"]),
        *((verb, PATH + path, body, ["order"]) for verb, path, body in WRITES[3:7]),
        ("POST", f"{PATH}/invoices", {"number": "N"}, ["invoice", "order"]),
    ],
    ids=lambda part: str(part)[:40],
)
async def test_a_dry_run_tells_what_would_be_and_does_nothing(
    native: Native, verb: str, path: str, body: Any, kinds: list[str]
):
    before = (await native.get("/v1/orders")).json()

    rehearsal = await done(native, verb, f"{path}?dry_run=true", body)

    assert sorted(record["kind"] for record in rehearsal["changes"]) == kinds
    assert rehearsal["events"]
    assert (await native.get("/v1/orders")).json() == before
    answer = await send(native, verb, path, body)
    assert answer.status_code == rehearsal["status"]
    assert answer.json().keys() == rehearsal["answer"].keys()


async def test_the_history_of_an_order_tells_all_that_was_done_with_exact_numbers(native: Native):
    await done(native, "PATCH", PATH, {"fees": {"order_tax": "2.50"}})
    await done(native, "POST", f"{PATH}/hand-over")

    first, second, third = (await native.get(f"{PATH}/history")).json()["items"]

    assert first["changes"][0]["after"]["lines"][0]["unit_cost"] == "20"
    assert (second["action"], second["changes"]) == (
        "rewrite_order",
        [{"path": "/fees/order_tax", "before": None, "after": "2.50"}],
    )
    assert (third["action"], third["dialect"]) == ("hand_over", "native")


async def test_an_order_is_shown_as_it_was(native: Native):
    before = (await native.get(PATH)).json()
    await done(native, "POST", f"{PATH}/hand-over")

    past = await native.get(PATH, as_of="1")

    assert (past.json(), "etag" in past.headers) == (before, False)
    assert (await native.get(f"/v1/orders/{ORDER.uuid}", as_of="2024-12-26T12:00:00Z")).json()["version"] == 2
    told(await native.get(PATH, as_of="3"), 404, "not-found")


# Seen.

SECRET = (
    a_party(id=50, uuid=a_uuid(2050), private=True),
    a_party(id=51, uuid=a_uuid(2051), private=True, access=("ines",), trade_role=TradeRole.RETAILER),
    an_order(id=300, company=50, lines=(a_waiting_line(a_uuid(8400)),)),
    an_order(id=301, company=50, placed_by="ines", lines=(a_waiting_line(a_uuid(8401)),)),
    an_order(id=302, company=None, retailer=a_uuid(2051), lines=(a_waiting_line(a_uuid(8402)),)),
    a_user(id=20, username="ines", role=Role.CLERK),
    a_user(id=21, username="otto", role=Role.CLERK),
    a_credential(id=20, secret_hash=hash_secret("ines"), user="ines"),
    a_credential(id=21, secret_hash=hash_secret("otto"), user="otto"),
)


async def test_what_a_private_party_buys_is_seen_by_whom_it_is_meant_for(native_with: Planting):
    native = await native_with(*WORLD, *SECRET)

    assert await ids(native, "") == [104, 200, 201, 300, 301, 302]
    assert await ids(native, "", Authorization="Bearer ines") == [104, 200, 201, 301, 302]
    assert await ids(native, "", Authorization="Bearer otto") == [104, 200, 201]
    assert await ids(native, "?party=51", Authorization="Bearer otto") == []
    for id, seen in ((300, False), (301, True), (302, True)):
        for _, path in EVERYWHERE:
            hers = await send(native, "GET", f"/v1/orders/{id}{path}", Authorization="Bearer ines")
            his = await send(native, "GET", f"/v1/orders/{id}{path}", Authorization="Bearer otto")
            assert (hers.status_code, his.status_code) == (200 if seen else 403, 403)


@pytest.mark.parametrize(("verb", "path", "body"), WRITES, ids=lambda part: str(part)[:24])
async def test_nobody_changes_what_they_may_not_see_nor_hears_of_it(
    native_with: Planting, verb: str, path: str, body: Any
):
    native = await native_with(*WORLD, *SECRET)
    otto = {"Authorization": "Bearer otto", "If_Match": '"7"'}

    told(await send(native, verb, f"/v1/orders/300{path}", body, **otto), 403, "not-permitted")
    if path == "":
        told(await send(native, "POST", "/v1/orders", {**PLACED, "party_id": 50}, **otto), 403, "not-permitted")
