"""Tracking, allocation and order files (contract §14.4, §14.5, §13)."""

from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from billingua.core.line import Attribute
from billingua.core.order import Allocation, LineStatus, Order
from billingua.engine.plan import Decision, Needs
from tests.builders import a_caller, a_uuid, an_order
from tests.dialects.crux.conftest import BIRCH, LAMP_LINE, LARKSPUR, MIXED, ORDER, TAMARACK, a_tamarack_line
from tests.dialects.crux.files.conftest import RETAILER, Files, a_sender, table

BUYER = a_sender(LARKSPUR)


async def add_order(files: Files, order: Order) -> None:
    def save(_: None, caller: object, now: object):
        yield Needs()
        return Decision(None, saves=[order])

    await files.crux.ledger.run(a_caller(), save, None)


# Tracking


def a_package(**cells: object) -> dict[str, object]:
    """A row that sends two lamps."""
    return {
        "retailer_org_uuid": RETAILER,
        "retailer_po": "LK-40818",
        "tracking_number": "1Z-9",
        "sku_id": "TM-90",
        "quantity_shipped": 2,
    } | cells


async def test_a_tracking_file_sends_packages_with_all_that_it_says(files: Files):
    row = a_package(
        supplier_provided_sku_cost="4.5",
        package_weight="1.125",
        package_ship_date="2024-03-07",
        supplier_provided_method="Ground",
        supplier_provided_carrier="UPS",
        package_attributes="seal:red",
        supplier_po="TMK-1",
        supplier_provided_notes="fragile",
        supplier_provided_order_attributes="dock:3",
        supplier_provided_line_item_attributes="shelf:7",
    )
    # The template's header has a blank at the end of this name.
    sent = table(row).replace('"supplier_provided_method"', '"supplier_provided_method "')
    worked_off = await files.send("tracking_1.csv", sent)
    order = await files.crux.order(MIXED)
    [shipment], terms = order.lines[0].tracking, order.terms_of(TAMARACK.uuid)
    assert terms
    assert worked_off.numbers == (1, 0, 0)
    assert worked_off.results[0]["uuid"] == str(shipment.package)
    assert (shipment.number, shipment.carrier, shipment.method, shipment.quantity) == ("1Z-9", "UPS", "Ground", 2)
    assert (shipment.weight, shipment.ship_date) == (Decimal("1.125"), "2024-03-07")
    assert shipment.attributes == (Attribute("seal", "red"),)
    assert order.lines[0].supplier_unit_cost == Decimal("4.5")
    assert (terms.order_number, terms.notes, terms.attributes) == ("TMK-1", "fragile", (Attribute("dock", "3"),))
    assert order.lines[0].supplier_attributes == (Attribute("shelf", "7"),)


async def test_the_same_package_twice_is_sent_once_and_other_contents_are_told(files: Files):
    await files.send("tracking_1.csv", table(a_package()))
    before = await files.crux.everything()
    # Two rows of one SKU are as much as one of both.
    again = await files.send("tracking_2.csv", table(*[a_package(quantity_shipped=1)] * 2))
    other = await files.send("tracking_3.csv", table(a_package(quantity_shipped=1)))
    assert (again.numbers, other.numbers) == ((0, 1, 0), (0, 0, 1))
    reason = "A package with this number is there already, and it holds something else."
    assert other.reasons == [("2", "tracking_number", reason)]
    assert await files.crux.everything() == before


async def test_a_line_that_is_closed_takes_no_package(files: Files):
    worked_off = await files.send("tracking_1.csv", table(a_package(), a_package(sku_id="TM-91")))
    assert worked_off.reasons == [("3", "sku_id", "The line item is Rejected.")]
    assert (await files.crux.order(MIXED)).lines[0].tracking == ()


async def test_of_several_orders_a_package_is_for_the_one_that_lacks_it(files: Files):
    sent = an_order(
        id=200,
        number=MIXED.number,
        retailer=LARKSPUR.uuid,
        lines=(a_tamarack_line(a_uuid(1), sku="TM-90", quantity=1),),
    )
    await add_order(files, sent)
    assert (await files.send("tracking_1.csv", table(a_package()))).numbers == (1, 0, 0)
    assert (await files.crux.order(MIXED)).lines[0].shipped == 2


# Allocation


def an_allocation(**cells: object) -> dict[str, object]:
    """A row that takes on two lamps."""
    return {
        "retailer_org_uuid": RETAILER,
        "retailer_po": "LK-40818",
        "sku_id": "TM-90",
        "quantity_accepted": 2,
    } | cells


async def test_an_allocation_file_allocates_and_what_is_not_said_is_none(files: Files):
    row = an_allocation(quantity_backordered=1, backorder_date="2024-04-02", supplier_po="TMK-1")
    assert (await files.send("allocation_1.csv", table(row))).numbers == (1, 0, 0)
    order = await files.crux.order(MIXED)
    expected = Allocation(accepted=2, rejected=0, backordered=1, backorder_date=date(2024, 4, 2))
    assert (order.lines[0].uuid, order.lines[0].allocation) == (LAMP_LINE, expected)
    assert order.lines[0].status is LineStatus.ALLOCATED
    assert order.terms_of(TAMARACK.uuid).order_number == "TMK-1"  # pyright: ignore
    assert (await files.send("allocation_2.csv", table(row))).numbers == (0, 1, 0)


async def test_in_a_spreadsheet_the_date_may_be_a_date(files: Files):
    path = files.folder / "file.xlsx"
    book = openpyxl.Workbook()
    row = an_allocation(quantity_backordered=1, backorder_date=date(2024, 4, 2))
    book.active.append(list(row))
    book.active.append(list(row.values()))
    book.save(path)
    assert (await files.send("allocation_1.xlsx", path)).numbers == (1, 0, 0)
    allocation = (await files.crux.order(MIXED)).lines[0].allocation
    assert allocation
    assert allocation.backorder_date == date(2024, 4, 2)


@pytest.mark.parametrize(
    ("rows", "trouble"),
    [
        ([an_allocation(quantity_accepted=99)], ("2", "quantity_accepted")),
        ([an_allocation(sku_id="TM-92")], ("2", "sku_id")),
        ([an_allocation(), an_allocation()], ("2", "sku_id")),
        ([an_allocation(sku_id="BI-1")], ("2", "sku_id")),
    ],
)
async def test_what_cannot_be_allocated_is_told(files: Files, rows: list[dict[str, object]], trouble: tuple[str, str]):
    worked_off = await files.send("allocation_1.csv", table(*rows))
    assert [reason[:2] for reason in worked_off.reasons] == [trouble]
    assert (await files.crux.order(MIXED)).lines[0].allocation is None


async def test_rows_of_one_sku_are_its_line_items_in_turn(files: Files):
    lines = tuple(a_tamarack_line(a_uuid(number), sku="TM-1", quantity=2) for number in (1, 2))
    await add_order(files, an_order(id=200, number="PO-2", retailer=LARKSPUR.uuid, lines=lines))
    rows = [an_allocation(retailer_po="PO-2", sku_id="TM-1", quantity_accepted=taken) for taken in (2, 1)]
    for numbers in ((1, 0, 0), (0, 1, 0)):
        assert (await files.send("allocation_1.csv", table(*rows))).numbers == numbers
    order = await files.crux.order(an_order(id=200))
    assert [line.allocation.accepted for line in order.lines if line.allocation] == [2, 1]


async def test_of_several_orders_the_one_that_is_not_allocated_is_meant(files: Files):
    done = Allocation(accepted=1, rejected=0, backordered=0)
    line = a_tamarack_line(a_uuid(1), sku="TM-90", status=LineStatus.ALLOCATED, allocation=done)
    await add_order(files, an_order(id=200, number=MIXED.number, retailer=LARKSPUR.uuid, lines=(line,)))
    worked_off = await files.send("allocation_1.csv", table(an_allocation()))
    assert (worked_off.numbers, worked_off.reasons) == ((1, 0, 0), [])
    assert (await files.crux.order(MIXED)).lines[0].allocation


# Orders


def an_ordered(**cells: object) -> dict[str, object]:
    """A row that orders three mugs."""
    return {
        "retailer_po_number": "LK-50001",
        "supplier_org_uuid": str(TAMARACK.uuid),
        "sku_id": "TM-88-BLU",
        "quantity": 3,
    } | cells


async def ordered(files: Files, number: str = "LK-50001") -> list[Order]:
    from billingua.engine.queries import OrderQuery

    page = await files.crux.ledger.orders(a_caller(), OrderQuery(number=number))
    return [record.value for record in page.items]


async def test_an_order_file_orders_with_all_that_can_be_sent(files: Files):
    row = an_ordered(
        requested_shipping_carrier="UPS",
        requested_shipping_method="Ground",
        retailer_provided_sku_cost="12.5",
        line_item_special_instructions="wrap it",
        business_name="Larkspur Outfitters",
        name="Ines Ortega",
        phone="218-555-0144",
        address1="14 Foundry Row",
        address2="Unit B",
        city="Duluth",
        state="MN",
        country="US",
        postal_code="55802",
        estimated_shipping_cost="5",
        dropship_fee="1.15",
        per_order_fee="0.4",
        estimated_tax="US$1.04",
        retailer_provided_order_attributes="gift:Y",
        retailer_provided_notes="by Friday",
        retailer_provided_line_item_attributes="'colour':'blue'",
        sku_title_variants="ignored",
        line_item_uuid="ignored",
    )
    worked_off = await files.send("order_1.csv", table(row), BUYER)
    [order] = await ordered(files)
    [line] = order.lines
    assert worked_off.numbers == (1, 0, 0)
    assert worked_off.results[0]["uuid"] == str(order.uuid)
    assert (order.retailer, order.placed_by, order.retailer_notes) == (LARKSPUR.uuid, "larkspur", "by Friday")
    assert (line.supplier, line.sku, line.quantity, line.unit_cost) == (TAMARACK.uuid, "TM-88-BLU", 3, Decimal("12.5"))
    assert (line.carrier, line.method, line.retailer_notes) == ("UPS", "Ground", "wrap it")
    assert line.retailer_attributes == (Attribute("colour", "blue"),)
    assert order.retailer_attributes == (Attribute("gift", "Y"),)
    assert (order.fees.shipping_cost, order.fees.dropship_fee) == (5, Decimal("1.15"))
    assert (order.fees.order_fee, order.fees.order_tax) == (Decimal("0.4"), Decimal("1.04"))
    assert (order.address.name, order.address.phone_number, order.address.country) == (
        "Ines Ortega",
        "218-555-0144",
        "US",
    )


async def test_the_same_order_file_twice_orders_once_and_other_contents_are_told(files: Files):
    rows = [an_ordered(), an_ordered(quantity=1)]
    numbers = [(await files.send("order_1.csv", table(*rows), BUYER)).numbers for _ in range(2)]
    other = await files.send("order_1.csv", table(an_ordered()), BUYER)
    assert numbers == [(1, 0, 0), (0, 1, 0)]
    assert other.numbers == (0, 0, 1)
    assert len(await ordered(files)) == 1


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"sku_id": "TM-0"}, "sku_id", None),
        ({"supplier_org_uuid": str(a_uuid(1))}, "supplier_org_uuid", None),
        ({"supplier_org_uuid": str(BIRCH.uuid)}, "sku_id", None),
        (
            {"order_uuid": str(a_uuid(1))},
            "order_uuid",
            "No order of yours; a new one gets its UUID here, so leave this empty.",
        ),
    ],
)
async def test_what_cannot_be_ordered_is_told(files: Files, cells: dict[str, object], column: str, reason: str | None):
    worked_off = await files.send("order_1.csv", table(an_ordered(**cells)), BUYER)
    [(row, told_column, told_reason)] = worked_off.reasons
    assert (row, told_column) == ("2", column)
    assert reason in {None, told_reason}


async def test_an_export_that_is_sent_back_is_there_already(files: Files):
    from tests.dialects.crux.files.test_exports import export

    text = await export(files.crux, "export/", {"uuids": [str(ORDER.uuid), str(MIXED.uuid)]})
    assert (await files.send("order_1.csv", text, BUYER)).numbers == (0, 2, 0)


async def test_two_groups_of_a_file_that_come_to_one_document_are_told(files: Files):
    from tests.dialects.crux.files.test_exports import export

    text = await export(files.crux, "export/", {"uuids": [str(ORDER.uuid)]})
    row = text.splitlines()[1]
    worked_off = await files.send("order_1.csv", text + row.replace(str(ORDER.uuid), "") + "\n", BUYER)
    assert worked_off.numbers == (0, 1, 1)
    assert worked_off.reasons == [("3", "", "Row 2 already has this number.")]


async def test_a_supplier_sends_no_orders(files: Files):
    worked_off = await files.send("order_1.csv", table(an_ordered()))
    assert worked_off.reasons == [("", "", "This endpoint is for a retailer organization.")]
