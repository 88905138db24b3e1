"""Invoice files: rows become invoices, each group for itself (contract §14.3)."""

from decimal import Decimal

import pytest

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.line import Attribute, Charge, ChargeKind
from billingua.core.order import LineStatus, Order
from billingua.engine.queries import InvoiceQuery
from tests.builders import a_caller, a_uuid, an_order
from tests.dialects.crux.conftest import BIRCH, LARKSPUR, MUG_LINE, ORDER, a_tamarack_line
from tests.dialects.crux.files.conftest import RETAILER, Files, a_sender, table


def a_row(**cells: object) -> dict[str, object]:
    """A row that takes one mug of the contract's order."""
    return {
        "retailer_org_uuid": RETAILER,
        "retailer_po": "LK-40817",
        "invoice_number": "TI-2292",
        "sku_id": "TM-88-BLU",
        "quantity_invoiced": 1,
        "supplier_provided_sku_cost": "11.75",
    } | cells


async def invoices(files: Files) -> list[Invoice]:
    page = await files.crux.ledger.invoices(a_caller(), InvoiceQuery())
    return [record.value for record in page.items]


async def add_orders(files: Files, *orders: Order) -> None:
    from billingua.engine.plan import Decision, Needs

    def save(_: None, caller: object, now: object):
        yield Needs()
        return Decision(None, saves=orders)

    await files.crux.ledger.run(a_caller(), save, None)


async def test_the_file_that_the_contract_prints_is_an_invoice(files: Files):
    columns = "retailer_org_uuid,retailer_po,invoice_number,sku_id,quantity_invoiced,supplier_provided_sku_cost"
    header = f"{columns},supplier_provided_tax,supplier_provided_order_total"
    sent = f"{header}\n{RETAILER},LK-40817,TI-2292,TM-88-BLU,1,11.75,0.9,14.15\n"
    worked_off = await files.send("invoice_2024-03-05.csv", sent)
    [invoice] = await invoices(files)
    [line] = invoice.lines
    assert worked_off.numbers == (1, 0, 0)
    assert (invoice.number, invoice.status, invoice.party, invoice.order) == (
        "TI-2292",
        Status.OPEN,
        LARKSPUR.id,
        ORDER.id,
    )
    assert (line.order_line, line.quantity, line.unit_price) == (MUG_LINE, 1, Decimal("11.75"))
    assert invoice.charges == (Charge(ChargeKind.TAX, Decimal("0.9")),)
    assert (invoice.stated_total, invoice.created_by) == (Decimal("14.15"), "tamarack")
    assert worked_off.results == [
        {
            "file": "invoice_2024-03-05.csv",
            "row": "2",
            "document": "TI-2292",
            "result": "accepted",
            "column": "",
            "reason": "",
            "uuid": str(invoice.uuid),
        }
    ]


async def test_every_column_has_its_effect(files: Files):
    row = a_row(
        supplier_provided_drop_ship_fee="1.15",
        supplier_provided_order_fee="0.4",
        supplier_provided_tax="2",
        supplier_provided_order_total="32.05",
        supplier_provided_shipping_cost="5",
        invoice_attributes="terms:net 15",
        invoice_line_item_attributes="'lot':'L-209'",
        supplier_po="TMK-9",
        supplier_provided_notes="Ships from dock 3",
        supplier_provided_order_attributes="dock:3;;crew:b",
        supplier_provided_line_item_attributes="shelf:7",
        something_else="ignored",
    )
    await files.send("invoice_1.csv", table(row))
    [invoice], order = await invoices(files), await files.crux.order()
    terms = order.terms_of(invoice.supplier)
    assert terms is not None
    assert {charge.kind: charge.amount for charge in invoice.charges} == {
        ChargeKind.DROPSHIP_FEE: Decimal("1.15"),
        ChargeKind.ORDER_FEE: Decimal("0.4"),
        ChargeKind.TAX: Decimal(2),
        ChargeKind.SHIPPING: Decimal(5),
    }
    assert invoice.attributes == (Attribute("terms", "net 15"),)
    assert invoice.lines[0].attributes == (Attribute("lot", "L-209"),)
    assert (terms.order_number, terms.notes) == ("TMK-9", "Ships from dock 3")
    assert terms.attributes == (Attribute("dock", "3"), Attribute("crew", "b"))
    assert order.lines[0].supplier_attributes == (Attribute("shelf", "7"),)
    assert (order.lines[0].invoiced, order.lines[0].supplier_unit_cost) == (1, Decimal("11.75"))
    assert (terms.dropship_fee, terms.order_fee, order.lines[0].status) == (None, None, LineStatus.SHIPPED)


async def test_columns_that_are_blank_leave_the_order_as_it_is(files: Files):
    before = await files.crux.order()
    await files.send("invoice_1.csv", table(a_row(supplier_po="", supplier_provided_notes=" ")))
    after = await files.crux.order()
    assert after.supplier_terms == before.supplier_terms


async def test_amounts_of_the_invoice_are_taken_once_however_many_rows_repeat_them(files: Files):
    rows = [a_row(supplier_provided_tax="0.9", supplier_provided_order_total="24.40")] * 2
    assert (await files.send("invoice_1.csv", table(*rows))).numbers == (1, 0, 0)
    [invoice] = await invoices(files)
    assert (len(invoice.lines), invoice.stated_total) == (2, Decimal("24.40"))
    assert invoice.charges == (Charge(ChargeKind.TAX, Decimal("0.9")),)


async def test_rows_of_one_invoice_belong_together_wherever_in_the_file_they_stand(files: Files):
    lamp = a_row(retailer_po="LK-40818", sku_id="TM-90", invoice_number="TI-1")
    worked_off = await files.send("invoice_1.csv", table(a_row(), lamp, a_row(quantity_invoiced=2)))
    assert worked_off.numbers == (2, 0, 0)
    assert [len(invoice.lines) for invoice in await invoices(files)] in ([2, 1], [1, 2])


async def test_rows_whose_keys_are_written_otherwise_belong_together(files: Files):
    rows = [
        a_row(invoice_number="TI-1a"),
        a_row(invoice_number="ti-1A", retailer_org_uuid=RETAILER.upper()),
        a_row(invoice_number="TI-1A ", retailer_org_uuid=RETAILER.replace("-", "")),
    ]
    assert (await files.send("invoice_1.csv", table(*rows))).numbers == (1, 0, 0)
    [invoice] = await invoices(files)
    assert (invoice.number, len(invoice.lines)) == ("TI-1a", 3)


@pytest.mark.parametrize("cells", ["sku_id", "invoice_item_attributes,invoice_line_item_attributes"])
async def test_a_column_twice_is_refused_by_whichever_of_its_names(files: Files, cells: str):
    header, row = table(a_row()).splitlines()
    worked_off = await files.send("invoice_1.csv", f"{header},{cells}\n{row}\n")
    name = cells.rpartition(",")[2]
    assert worked_off.reasons == [("1", "", f"The header names {name} twice.")]


async def test_a_column_that_nobody_reads_may_be_there_twice(files: Files):
    header, row = table(a_row()).splitlines()
    assert (await files.send("invoice_1.csv", f"{header},memo,memo\n{row},x,y\n")).numbers == (1, 0, 0)


async def test_the_same_file_twice_does_not_invoice_twice(files: Files):
    rows = [a_row(quantity_invoiced=1), a_row(quantity_invoiced=2, invoice_line_item_attributes="a:b")]
    sent = table(*(row | {"supplier_provided_tax": "1.00", "supplier_provided_notes": "x"} for row in rows))
    first = await files.send("invoice_1.csv", sent)
    before = await files.crux.everything()
    second = await files.send("invoice_2.csv", sent)
    assert (first.numbers, second.numbers) == ((1, 0, 0), (0, 1, 0))
    assert second.results[0]["result"] == "already there"
    assert second.results[0]["uuid"] == first.results[0]["uuid"]
    assert await files.crux.everything() == before


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("supplier_po", "TMK-9"),
        ("supplier_provided_notes", "Call first"),
        ("supplier_provided_order_attributes", "dock:3"),
        ("supplier_provided_line_item_attributes", "shelf:7"),
    ],
)
async def test_what_an_invoice_that_is_there_says_beside_is_told_not_to_be_written(
    files: Files, column: str, text: str
):
    await files.send("invoice_1.csv", table(a_row()))
    before = await files.crux.order()
    [told] = (await files.send("invoice_2.csv", table(a_row(**{column: text})))).results
    assert told["result"] == "already there"
    assert told["reason"] == f"Not written, though it differs from what is there: {column}."
    assert await files.crux.order() == before


@pytest.mark.parametrize(
    "change",
    [
        {"quantity_invoiced": 2},
        {"supplier_provided_sku_cost": "11.76"},
        {"supplier_provided_tax": "1"},
        {"supplier_provided_order_total": "1"},
        {"invoice_attributes": "a:b"},
        {"invoice_line_item_attributes": "a:b"},
    ],
)
async def test_the_same_number_with_something_else_is_told(files: Files, change: dict[str, object]):
    await files.send("invoice_1.csv", table(a_row()))
    again = await files.send("invoice_2.csv", table(a_row(**change)))
    reason = "An invoice with this number is there already, and it says something else."
    assert again.reasons == [("2", "invoice_number", reason)]
    assert len(await invoices(files)) == 1


async def test_what_was_posted_by_the_api_is_there_already(files: Files):
    line = {"line_item_uuid": str(MUG_LINE), "quantity_invoiced": 1, "supplier_provided_sku_cost": 11.75}
    await files.crux.post({"invoice_number": "TI-2292", "line_items": [line]})
    assert (await files.send("invoice_1.csv", table(a_row()))).numbers == (0, 1, 0)


async def test_a_bad_row_rejects_its_own_invoice_and_no_other(files: Files):
    rows = [
        a_row(invoice_number="TI-1"),
        a_row(invoice_number="TI-2"),
        a_row(invoice_number="TI-2", quantity_invoiced="two", supplier_provided_tax="x"),
        a_row(invoice_number=""),
        a_row(invoice_number="TI-3"),
    ]
    worked_off = await files.send("invoice_1.csv", table(*rows))
    assert worked_off.numbers == (2, 0, 2)
    assert worked_off.reasons == [
        ("4", "quantity_invoiced", "A valid integer is required."),
        ("4", "supplier_provided_tax", "A valid number is required."),
        ("5", "invoice_number", "This field is required."),
    ]
    assert {invoice.number for invoice in await invoices(files)} == {"TI-1", "TI-3"}


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"quantity_invoiced": 4}, "quantity_invoiced", "5 would be invoiced, but 3 were ordered."),
        ({"sku_id": "TM-99"}, "sku_id", "Not a line item of yours in this order."),
        ({"retailer_po": "LK-40818", "sku_id": "BI-1"}, "sku_id", "Not a line item of yours in this order."),
        ({"retailer_po": "LK-40818", "sku_id": "TM-91"}, "sku_id", "The line item is Rejected."),
        ({"retailer_po": "LK-40818", "sku_id": "TM-92"}, "sku_id", "The line item is Cancelled."),
        (
            {"retailer_po": "LK-1"},
            "retailer_po",
            "You have no line items in an order of this retailer with this number.",
        ),
        (
            {"retailer_org_uuid": str(a_uuid(1))},
            "retailer_po",
            "You have no line items in an order of this retailer with this number.",
        ),
        (
            {"retailer_org_uuid": "6f0b6a54-2a0d-4a3e-8f52-0c1f7d9be001"},
            "retailer_po",
            "You have no line items in an order of this retailer with this number.",
        ),
    ],
)
async def test_what_the_ledger_refuses_is_told_with_its_row_and_column(
    files: Files, cells: dict[str, object], column: str, reason: str
):
    worked_off = await files.send("invoice_1.csv", table(a_row(invoice_number="TI-1"), a_row(**cells)))
    assert worked_off.numbers == (1, 0, 1)
    assert worked_off.reasons == [("3", column, reason)]


async def test_a_supplier_finds_no_order_in_which_nothing_is_its_own(files: Files):
    worked_off = await files.send("invoice_1.csv", table(a_row()), a_sender(BIRCH))
    assert worked_off.numbers == (0, 0, 1)


async def test_of_several_orders_with_one_number_the_one_with_the_sku_is_meant(files: Files):
    await add_orders(
        files,
        an_order(id=200, number=ORDER.number, retailer=LARKSPUR.uuid, lines=(a_tamarack_line(a_uuid(1), sku="TM-90"),)),
    )
    assert (await files.send("invoice_1.csv", table(a_row()))).numbers == (1, 0, 0)
    assert (await files.crux.order()).lines[0].invoiced == 1


async def test_of_several_orders_with_the_sku_the_one_with_room_is_meant_and_a_file_sent_again_finds_it(files: Files):
    twin = an_order(
        id=200,
        number=ORDER.number,
        retailer=LARKSPUR.uuid,
        lines=(a_tamarack_line(a_uuid(1), sku="TM-88-BLU", quantity=2),),
    )
    await add_orders(files, twin)
    sent = table(a_row(quantity_invoiced=3))
    first = await files.send("invoice_1.csv", sent)
    assert first.numbers == (1, 0, 0)
    assert (await files.crux.order()).lines[0].invoiced == 3
    assert (await files.send("invoice_2.csv", table(a_row(invoice_number="TI-2", quantity_invoiced=2)))).numbers == (
        1,
        0,
        0,
    )
    assert (await files.crux.order(twin)).lines[0].invoiced == 2
    assert (await files.send("invoice_3.csv", sent)).numbers == (0, 1, 0)


async def test_an_invoice_that_another_order_has_room_for_is_not_taken_for_the_one_that_is_there(files: Files):
    await files.send("invoice_1.csv", table(a_row()))
    line = a_tamarack_line(a_uuid(1), sku="TM-88-BLU", quantity=2)
    await add_orders(files, an_order(id=200, number=ORDER.number, retailer=LARKSPUR.uuid, lines=(line,)))
    worked_off = await files.send("invoice_2.csv", table(a_row()))
    reason = "This invoice is there already, but another order with this number has room for it as well."
    assert worked_off.reasons == [("2", "retailer_po", reason)]


async def test_where_nobody_can_tell_which_of_several_orders_is_meant_none_is_taken(files: Files):
    await add_orders(
        files,
        an_order(
            id=200,
            number=ORDER.number,
            retailer=LARKSPUR.uuid,
            lines=(a_tamarack_line(a_uuid(1), sku="TM-88-BLU", quantity=2),),
        ),
    )
    worked_off = await files.send("invoice_1.csv", table(a_row()))
    reason = "2 orders have this number and these SKUs, and nobody can tell which one is meant."
    assert worked_off.reasons == [("2", "retailer_po", reason)]


async def test_rows_of_one_sku_go_to_the_line_items_that_have_room(files: Files):
    lines = tuple(a_tamarack_line(a_uuid(number), sku="TM-1", quantity=2) for number in (1, 2))
    await add_orders(files, an_order(id=200, number="PO-2", retailer=LARKSPUR.uuid, lines=lines))
    rows = [a_row(retailer_po="PO-2", sku_id="TM-1", quantity_invoiced=2)] * 2
    assert (await files.send("invoice_1.csv", table(*rows))).numbers == (1, 0, 0)
    [invoice] = await invoices(files)
    assert [line.order_line for line in invoice.lines] == [a_uuid(1), a_uuid(2)]


async def test_a_file_of_five_thousand_rows_is_gathered_to_its_invoices(files: Files):
    lines = tuple(a_tamarack_line(a_uuid(10_000 + number), sku=f"S-{number}", quantity=10) for number in range(50))
    await add_orders(files, an_order(id=200, number="PO-2", retailer=LARKSPUR.uuid, lines=lines))
    # One invoice for each hundred, its rows spread over the whole file.
    rows = [
        a_row(retailer_po="PO-2", invoice_number=f"N-{place % 50}", sku_id=f"S-{place % 50}", quantity_invoiced=0)
        for place in range(5000)
    ]
    rows[4321]["quantity_invoiced"] = -1
    worked_off = await files.send("invoice_1.csv", table(*rows))
    assert (worked_off.numbers, worked_off.tally.rows) == ((49, 0, 1), 5000)
    assert worked_off.reasons == [("4323", "quantity_invoiced", "Ensure this value is greater than or equal to 0.")]
    assert {len(invoice.lines) for invoice in await invoices(files)} == {100}
