"""A retailer orders of its suppliers (contract §3, §16)."""

from datetime import UTC
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from billingua.core.line import Attribute
from billingua.core.order import DeliveryAddress, LineStatus, Order, OrderFees
from billingua.engine.plan import by_uuid
from tests.builders import a_caller, a_uuid
from tests.dialects.crux.conftest import BIRCH, LANTERN, LARKSPUR, MUG, NOW, RETAILER, TAMARACK, Crux

CREATE = "/timp/orders/create/"
REQUIRED, NULL, BLANK = "This field is required.", "This field may not be null.", "This field may not be blank."
NO_STRING = "Not a valid string."
NO_INTEGER = "A valid integer is required."
NO_NUMBER = "A valid number is required."
TOO_EXACT = "Ensure that there are no more than 2 decimal places."
NEGATIVE = "Ensure this value is greater than or equal to 0."
NOT_POSITIVE = "Ensure this value is greater than or equal to 1."
NO_UUID = "Must be a valid UUID."
TOO_LONG = "Ensure this field has no more than 255 characters."

PRINTED: dict[str, Any] = {
    "skus": [
        {
            "sku_id": "TM-88-BLU",
            "quantity": "3",
            "supplier_org_uuid": "6f0b6a54-2a0d-4a3e-8f52-0c1f7d9be001",
            "retailer_provided_sku_cost": Decimal("12.5"),
        }
    ],
    "address": {
        "name": "Ines Ortega",
        "business_name": "Larkspur Outfitters",
        "address1": "14 Foundry Row",
        "address2": "Unit B",
        "city": "Duluth",
        "state": "MN",
        "postal_code": "55802",
        "phone_number": "218-555-0144",
    },
    "po_number": "LK-40817",
    "retailer_provided_tax": Decimal("1.04"),
}
"""The order of the contract's samples."""


def a_sku(**members: Any) -> dict[str, Any]:
    """An entry that orders a mug."""
    return {"sku_id": MUG.sku, "quantity": 1, "supplier_org_uuid": str(TAMARACK.uuid)} | members


def ordering(**members: Any) -> dict[str, Any]:
    """An order of a mug."""
    return {"skus": [a_sku()], "address": {}, "po_number": "LK-1"} | members


async def create(crux: Crux, body: Any) -> httpx.Response:
    return await crux.call("POST", CREATE, body, RETAILER)


async def created(crux: Crux, body: Any) -> Order:
    """Give the order that was created, as the ledger has it."""
    answer = await create(crux, body)
    assert answer.status_code == 201, answer.text
    key = by_uuid(Order, UUID(answer.json()["order_uuid"]))
    return dict(await crux.ledger.store.find(key))["demo"].value


async def test_an_order_is_created_as_it_was_sent(crux: Crux) -> None:
    answer = await create(crux, PRINTED)

    assert answer.status_code == 201
    assert answer.json() == {"order_uuid": answer.json()["order_uuid"], "messages": []}
    order = dict(await crux.ledger.store.find(by_uuid(Order, UUID(answer.json()["order_uuid"]))))["demo"].value
    assert (order.number, order.retailer, order.placed_by) == ("LK-40817", LARKSPUR.uuid, "larkspur")
    assert (order.currency, order.created_at, order.created_at.tzinfo) == ("USD", NOW, UTC)
    assert (order.sent_to_supplier, order.retailer_notes, order.retailer_attributes) == (False, None, None)
    assert order.fees == OrderFees(order_tax=Decimal("1.04"))
    assert order.address == DeliveryAddress(**PRINTED["address"], country=None)
    (line,) = order.lines
    assert (line.item, line.sku, line.supplier) == (MUG.id, MUG.sku, TAMARACK.uuid)
    assert (line.quantity, line.unit_cost) == (3, Decimal("12.5"))
    assert (line.status, line.designation, line.allocation, line.tracking) == (LineStatus.UNALLOCATED, None, None, ())


async def test_an_order_may_say_all_there_is_to_say_to_several_suppliers(crux: Crux) -> None:
    gift = [{"attribute_name": "gift", "attribute_value": True}, {"attribute_name": "layers", "attribute_value": 2}]
    order = await created(
        crux,
        {
            "skus": [
                a_sku(
                    quantity=2,
                    retailer_provided_shipping_carrier="UPS",
                    retailer_provided_shipping_method="Ground",
                    retailer_line_item_instructions="Wrap it",
                    retailer_provided_sku_cost="12.50",
                    retailer_provided_line_item_attributes=gift,
                ),
                a_sku(sku_id=LANTERN.sku, supplier_org_uuid=str(BIRCH.uuid)),
                a_sku(),
            ],
            "address": {"name": "Ines", "postal_code": 55802, "country": "US", "city": None, "floor": 3},
            "po_number": "  LK-9 ",
            "retailer_provided_order_fee": 1,
            "retailer_provided_tax": Decimal("2.10"),
            "retailer_provided_shipping_cost": "3.20",
            "retailer_provided_dropship_fee": 0,
            "retailer_provided_order_attributes": [],
            "retailer_provided_notes": "Ring twice\n",
        },
    )

    mug, lantern, again = order.lines
    assert (mug.supplier, lantern.supplier, again.supplier) == (TAMARACK.uuid, BIRCH.uuid, TAMARACK.uuid)
    assert (mug.carrier, mug.method, mug.retailer_notes) == ("UPS", "Ground", "Wrap it")
    assert (mug.unit_cost, lantern.unit_cost) == (Decimal("12.5"), None)
    assert mug.retailer_attributes == (Attribute("gift", "true"), Attribute("layers", "2"))
    assert len({line.uuid for line in order.lines}) == 3
    assert order.address == DeliveryAddress(name="Ines", postal_code="55802", country="US")
    assert (order.number, order.retailer_notes, order.retailer_attributes) == ("LK-9", "Ring twice\n", ())
    assert order.fees == OrderFees(
        order_fee=Decimal(1), order_tax=Decimal("2.1"), shipping_cost=Decimal("3.2"), dropship_fee=Decimal(0)
    )


async def test_a_number_may_be_used_again(crux: Crux) -> None:
    first, second = await created(crux, PRINTED), await created(crux, PRINTED)

    assert first.number == second.number
    assert first.uuid != second.uuid


async def test_who_created_an_order_stands_in_its_history(crux: Crux) -> None:
    order = await created(crux, PRINTED)

    (entry,) = await crux.ledger.history(a_caller(), "order", order.id)
    assert b'"actor":"larkspur","dialect":"crux"' in entry.body
    assert b'"action":"create_order"' in entry.body


@pytest.mark.parametrize("sent", [None, {}])
@pytest.mark.parametrize(
    "name",
    [
        "retailer_provided_order_fee",
        "retailer_provided_tax",
        "retailer_provided_shipping_cost",
        "retailer_provided_dropship_fee",
        "retailer_provided_order_attributes",
        "retailer_provided_notes",
    ],
)
async def test_what_is_not_needed_may_be_null_but_nothing_else(crux: Crux, name: str, sent: Any) -> None:
    answer = await create(crux, ordering(**{name: sent}))

    assert answer.status_code == (201 if sent is None else 400)


WRONG: list[tuple[Any, Any]] = [
    ({}, {"skus": [REQUIRED], "address": [REQUIRED], "po_number": [REQUIRED]}),
    (b"", {"skus": [REQUIRED], "address": [REQUIRED], "po_number": [REQUIRED]}),
    (ordering(skus=[]), {"skus": ["This list may not be empty."]}),
    (ordering(skus=None), {"skus": [NULL]}),
    (ordering(skus={}), {"skus": ['Expected a list of items but got type "dict".']}),
    (
        ordering(skus=[{}]),
        {"skus": [{"sku_id": [REQUIRED], "quantity": [REQUIRED], "supplier_org_uuid": [REQUIRED]}]},
    ),
    (
        ordering(skus=[a_sku(), 1]),
        {"skus": [{}, {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]}]},
    ),
    (ordering(skus=[a_sku(), a_sku(sku_id="")]), {"skus": [{}, {"sku_id": [BLANK]}]}),
    (ordering(skus=[a_sku(sku_id=None)]), {"skus": [{"sku_id": [NULL]}]}),
    (ordering(skus=[a_sku(quantity=0)]), {"skus": [{"quantity": [NOT_POSITIVE]}]}),
    (ordering(skus=[a_sku(quantity="-1")]), {"skus": [{"quantity": [NOT_POSITIVE]}]}),
    (ordering(skus=[a_sku(quantity=Decimal("1.5"))]), {"skus": [{"quantity": [NO_INTEGER]}]}),
    (ordering(skus=[a_sku(quantity="three")]), {"skus": [{"quantity": [NO_INTEGER]}]}),
    (ordering(skus=[a_sku(quantity=True)]), {"skus": [{"quantity": [NO_INTEGER]}]}),
    (ordering(skus=[a_sku(quantity=2**31)]), {"skus": [{"quantity": [NO_INTEGER]}]}),
    (ordering(skus=[a_sku(quantity=None)]), {"skus": [{"quantity": [NULL]}]}),
    (ordering(skus=[a_sku(supplier_org_uuid="tamarack")]), {"skus": [{"supplier_org_uuid": [NO_UUID]}]}),
    (
        ordering(skus=[a_sku(retailer_provided_sku_cost=Decimal("1.005"))]),
        {"skus": [{"retailer_provided_sku_cost": [TOO_EXACT]}]},
    ),
    (ordering(skus=[a_sku(retailer_provided_sku_cost=-1)]), {"skus": [{"retailer_provided_sku_cost": [NEGATIVE]}]}),
    (
        ordering(skus=[a_sku(retailer_line_item_instructions=[])]),
        {"skus": [{"retailer_line_item_instructions": [NO_STRING]}]},
    ),
    (
        ordering(skus=[a_sku(retailer_provided_line_item_attributes=[{"attribute_name": "gift"}])]),
        {"skus": [{"retailer_provided_line_item_attributes": [{"attribute_value": [REQUIRED]}]}]},
    ),
    (ordering(address=None), {"address": [NULL]}),
    (
        ordering(address="Duluth"),
        {"address": {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}},
    ),
    (ordering(address={"city": {}}), {"address": {"city": [NO_STRING]}}),
    (ordering(po_number=" "), {"po_number": [BLANK]}),
    (ordering(po_number=None), {"po_number": [NULL]}),
    (ordering(po_number="x" * 256), {"po_number": [TOO_LONG]}),
    (ordering(po_number="a\0"), {"po_number": ["Null characters are not allowed."]}),
    (ordering(retailer_provided_tax=Decimal("0.001")), {"retailer_provided_tax": [TOO_EXACT]}),
    (ordering(retailer_provided_order_fee="-0.01"), {"retailer_provided_order_fee": [NEGATIVE]}),
    (ordering(retailer_provided_shipping_cost="free"), {"retailer_provided_shipping_cost": [NO_NUMBER]}),
    (ordering(retailer_provided_dropship_fee=True), {"retailer_provided_dropship_fee": [NO_NUMBER]}),
    (
        ordering(retailer_provided_order_attributes=[{"attribute_name": "a", "attribute_value": None}]),
        {"retailer_provided_order_attributes": [{"attribute_value": [NULL]}]},
    ),
    (ordering(retailer_provided_notes={}), {"retailer_provided_notes": [NO_STRING]}),
]


@pytest.mark.parametrize(("body", "said"), WRONG)
async def test_what_is_wrong_is_said_field_by_field_and_nothing_changes(crux: Crux, body: Any, said: Any) -> None:
    before = await crux.everything()

    answer = await create(crux, body)

    assert (answer.status_code, answer.json()) == (400, said)
    assert await crux.everything() == before


NO_SUPPLIER = {"supplier_org_uuid": ["No such supplier."]}
NO_SKU = {"sku_id": ["The supplier has no such SKU."]}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (a_sku(supplier_org_uuid=str(a_uuid(4040))), NO_SUPPLIER),
        (a_sku(supplier_org_uuid=str(LARKSPUR.uuid)), NO_SUPPLIER),
        (a_sku(sku_id="TM-00"), NO_SKU),
        (a_sku(sku_id=LANTERN.sku), NO_SKU),
        (a_sku(supplier_org_uuid=str(BIRCH.uuid)), NO_SKU),
    ],
    ids=["nobody", "a retailer", "no SKU", "another's SKU", "of another supplier"],
)
async def test_one_sku_that_cannot_be_ordered_refuses_the_whole_order(crux: Crux, entry: Any, said: Any) -> None:
    before = await crux.everything()

    answer = await create(crux, ordering(skus=[a_sku(), entry, a_sku()]))

    assert (answer.status_code, answer.json()) == (422, {"skus": [{}, said, {}]})
    assert await crux.everything() == before
