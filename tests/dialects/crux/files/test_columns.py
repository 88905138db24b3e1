"""The columns of each kind of file: what each takes, which are needed, and how attribute cells are read (§14)."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis.strategies import builds, lists, text

from billingua.core.line import Attribute
from billingua.dialects.crux.files.columns import (
    LAYOUTS,
    GroupRefused,
    Kind,
    Level,
    Trouble,
    kind_of,
    read_attributes,
    read_group,
)
from billingua.dialects.crux.files.exports import write_attributes
from billingua.dialects.crux.vocabulary import INVALID
from billingua.wire.scalars import Invalid

RETAILER = "c0a1b2c3-0d2e-4f33-8a44-5b6c7d0be011"

ENOUGH: Mapping[Kind, Mapping[str, str]] = {
    Kind.INVOICE: {
        "retailer_org_uuid": RETAILER,
        "retailer_po": "LK-40817",
        "invoice_number": "TI-2292",
        "sku_id": "TM-88-BLU",
        "quantity_invoiced": "1",
        "supplier_provided_sku_cost": "11.75",
    },
    Kind.TRACKING: {
        "retailer_org_uuid": RETAILER,
        "retailer_po": "LK-40817",
        "tracking_number": "1ZT0047",
        "sku_id": "TM-88-BLU",
        "quantity_shipped": "2",
    },
    Kind.ALLOCATION: {
        "retailer_org_uuid": RETAILER,
        "retailer_po": "LK-40817",
        "sku_id": "TM-88-BLU",
        "quantity_accepted": "2",
    },
    Kind.ORDER: {
        "retailer_po_number": "LK-40817",
        "supplier_org_uuid": "6f0b6a54-2a0d-4a3e-8f52-0c1f7d9be001",
        "sku_id": "TM-88-BLU",
        "quantity": "3",
    },
}
"""The cells without which a row is useless."""


def test_the_columns_of_each_kind_are_those_of_the_contract_in_its_order():
    names = {kind: [column.name for column in layout.columns] for kind, layout in LAYOUTS.items()}
    assert names[Kind.INVOICE] == [
        "retailer_org_uuid",
        "retailer_po",
        "invoice_number",
        "sku_id",
        "quantity_invoiced",
        "supplier_provided_sku_cost",
        "supplier_provided_drop_ship_fee",
        "supplier_provided_order_fee",
        "supplier_provided_tax",
        "supplier_provided_order_total",
        "supplier_provided_shipping_cost",
        "invoice_attributes",
        "invoice_line_item_attributes",
        "supplier_po",
        "supplier_provided_notes",
        "supplier_provided_order_attributes",
        "supplier_provided_line_item_attributes",
    ]
    assert names[Kind.TRACKING] == [
        "retailer_org_uuid",
        "retailer_po",
        "tracking_number",
        "sku_id",
        "quantity_shipped",
        "supplier_provided_sku_cost",
        "package_weight",
        "package_ship_date",
        "supplier_provided_method",
        "supplier_provided_carrier",
        "package_attributes",
        *names[Kind.INVOICE][-4:],
    ]
    assert names[Kind.ALLOCATION] == [
        "retailer_org_uuid",
        "retailer_po",
        "sku_id",
        "quantity_accepted",
        "quantity_rejected",
        "quantity_backordered",
        "backorder_date",
        *names[Kind.INVOICE][-4:],
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("invoice_2024-03-05.csv", Kind.INVOICE),
        ("tracking_1.xlsx", Kind.TRACKING),
        ("allocation_a-b_C.csv", Kind.ALLOCATION),
        ("order_20240305.csv", Kind.ORDER),
        ("product_1.csv", Kind.PRODUCT),
        ("inventory_1.csv", Kind.INVENTORY),
        ("INVOICE_1.CSV", Kind.INVOICE),
        ("invoice.csv", None),
        ("invoices_1.csv", None),
        ("invoice_1.pdf", None),
        ("invoice_1", None),
        ("invoice_1 2.csv", None),
        ("invoice_1.2.csv", None),
        ("invoice_é.csv", None),
        ("invoice_1.csv\n", None),
        ("../invoice_1.csv", None),
    ],
)
def test_the_kind_of_a_file_is_what_its_name_begins_with(name: str, kind: Kind | None):
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("cell", "pairs"),
    [
        ("'Gift wrap':'Y';;'Batch':'7'", [("Gift wrap", "Y"), ("Batch", "7")]),
        ("Gift wrap:Y;;Batch:7", [("Gift wrap", "Y"), ("Batch", "7")]),
        ("'Gift wrap':Y;;Batch:'7'", [("Gift wrap", "Y"), ("Batch", "7")]),
        (" Gift wrap : Y ;; Batch : 7 ;; ", [("Gift wrap", "Y"), ("Batch", "7")]),
        ("'ship:by':'air'", [("ship:by", "air")]),
        ("at:10:30", [("at", "10:30")]),
        ("link:'https://example.org'", [("link", "https://example.org")]),
        ("Gift wrap':'Y", [("Gift wrap", "Y")]),
        ("'Gift wrap:Y'", [("Gift wrap", "Y")]),
        ("note:l'eau", [("note", "l'eau")]),
        ("empty:", [("empty", "")]),
        ("a;b:1", [("a;b", "1")]),
    ],
)
def test_an_attribute_cell_is_pairs_with_or_without_quotes(cell: str, pairs: list[tuple[str, str]]):
    assert read_attributes(cell) == tuple(Attribute(*pair) for pair in pairs)


@pytest.mark.parametrize(
    ("cell", "pairs"),
    [
        ("'a:b':'it's;;'", [("a:b", "it's;;")]),
        ("'a;;b':'c'", [("a;;b", "c")]),
        ("'a;;b':'c;;d';;e:f", [("a;;b", "c;;d"), ("e", "f")]),
        ("a:'x;;y';;b:c", [("a", "x;;y"), ("b", "c")]),
        ("'Gift wrap:Y;;'Batch':'7'", [("Gift wrap", "Y"), ("Batch", "7")]),
        ("'Gift wrap':'Y;;'Batch':'7'", [("Gift wrap", "Y"), ("Batch", "7")]),
    ],
)
def test_a_quoted_part_may_hold_what_separates(cell: str, pairs: list[tuple[str, str]]):
    assert read_attributes(cell) == tuple(Attribute(*pair) for pair in pairs)


PART = text(alphabet="ab:;' ", max_size=12).filter(
    lambda part: part == part.strip() and not re.search(r"'\s*(:|;;)|(:|;;)\s*'", part)
)
"""A part of an attribute, without what only the quotes around the parts can say."""


NAME = PART.filter(lambda part: part and not re.search(":.*;;", part))
"""A name; with a colon before `;;` it might as well be a pair with a stray quote."""


@given(lists(builds(Attribute, NAME, PART), min_size=1, max_size=4))
def test_attributes_are_read_back_from_an_export(attributes: list[Attribute]):
    assert read_attributes(write_attributes(attributes)) == tuple(attributes)


@pytest.mark.parametrize("cell", ["Gift wrap", "a:1;;b", ":1", "'':1"])
def test_an_attribute_without_a_name_is_refused(cell: str):
    with pytest.raises(Invalid):
        read_attributes(cell)


def troubles_of(kind: Kind, *rows: Mapping[str, str]) -> list[Trouble]:
    with pytest.raises(GroupRefused) as refused:
        read_group(LAYOUTS[kind], enumerate(rows, 2))
    return list(refused.value.troubles)


@pytest.mark.parametrize("kind", ENOUGH)
def test_a_row_needs_no_more_than_the_required_cells(kind: Kind):
    assert read_group(LAYOUTS[kind], [(2, ENOUGH[kind])]).row == 2


@pytest.mark.parametrize(
    ("kind", "column"), [(kind, name) for kind, row in ENOUGH.items() for name in row if name != "quantity_accepted"]
)
def test_a_row_without_a_required_cell_is_refused(kind: Kind, column: str):
    row = {name: text for name, text in ENOUGH[kind].items() if name != column}
    assert troubles_of(kind, row) == [Trouble(2, column, "This field is required.")]


@pytest.mark.parametrize("column", ["quantity_accepted", "quantity_rejected", "quantity_backordered"])
def test_an_allocation_needs_one_of_the_three_quantities(column: str):
    row = {name: text for name, text in ENOUGH[Kind.ALLOCATION].items() if name != "quantity_accepted"}
    assert troubles_of(Kind.ALLOCATION, row) == [
        Trouble(2, "quantity_accepted", "At least one of the quantities is required.")
    ]
    read_group(LAYOUTS[Kind.ALLOCATION], [(2, row | {column: "1", "backorder_date": "2024-04-02"})])


def test_a_backordered_quantity_needs_its_date():
    row = {**ENOUGH[Kind.ALLOCATION], "quantity_backordered": "1"}
    assert troubles_of(Kind.ALLOCATION, row) == [Trouble(2, "backorder_date", "This field is required.")]
    read_group(LAYOUTS[Kind.ALLOCATION], [(2, row | {"quantity_backordered": "0"})])


@pytest.mark.parametrize(
    ("kind", "column", "text", "value"),
    [
        (Kind.INVOICE, "retailer_org_uuid", RETAILER.upper(), UUID(RETAILER)),
        (Kind.INVOICE, "quantity_invoiced", "0", 0),
        (Kind.INVOICE, "supplier_provided_sku_cost", "11.750", Decimal("11.75")),
        (Kind.INVOICE, "supplier_provided_tax", "0.9", Decimal("0.9")),
        (Kind.TRACKING, "package_weight", "1.125", Decimal("1.125")),
        (Kind.ALLOCATION, "backorder_date", "2024-04-02", date(2024, 4, 2)),
        (Kind.ORDER, "estimated_tax", "US$0.00", Decimal(0)),
        (Kind.ORDER, "dropship_fee", "EUR 1.50", Decimal("1.5")),
        (Kind.ORDER, "per_order_fee", "€2", Decimal(2)),
    ],
)
def test_a_cell_is_read_as_what_its_column_holds(kind: Kind, column: str, text: str, value: Any):
    group = read_group(LAYOUTS[kind], [(2, {**ENOUGH[kind], column: text})])
    assert {**group.cells, **group.lines[0].cells}[column] == value


@pytest.mark.parametrize(
    ("kind", "column", "text", "reason"),
    [
        (Kind.INVOICE, "retailer_org_uuid", "larkspur", "Must be a valid UUID."),
        (Kind.INVOICE, "invoice_number", "7" * 256, "Ensure this field has no more than 255 characters."),
        (Kind.INVOICE, "quantity_invoiced", "1.5", "A valid integer is required."),
        (Kind.INVOICE, "quantity_invoiced", "-1", "Ensure this value is greater than or equal to 0."),
        (Kind.INVOICE, "supplier_provided_sku_cost", "1.005", "Ensure that there are no more than 2 decimal places."),
        (Kind.INVOICE, "supplier_provided_tax", "-1", "Ensure this value is greater than or equal to 0."),
        (Kind.INVOICE, "supplier_provided_tax", "n/a", "A valid number is required."),
        (Kind.INVOICE, "supplier_provided_tax", "1e15", "Ensure that there are no more than 16 digits in total."),
        (Kind.INVOICE, "supplier_provided_notes", "a\0b", "Null characters are not allowed."),
        (Kind.INVOICE, "invoice_attributes", "x", "Attributes are written name:value, with ;; between them."),
        (Kind.TRACKING, "package_weight", "-1", "Ensure this value is greater than or equal to 0."),
        (
            Kind.ALLOCATION,
            "backorder_date",
            "2.4.2024",
            INVALID["day"],
        ),
        (Kind.ORDER, "quantity", "0", "Ensure this value is greater than or equal to 1."),
    ],
)
def test_a_cell_that_is_not_what_its_column_holds_is_told_with_its_row(kind: Kind, column: str, text: str, reason: str):
    assert troubles_of(kind, ENOUGH[kind], {**ENOUGH[kind], column: text})[0] == Trouble(3, column, reason)


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        (kind, column.name)
        for kind, layout in LAYOUTS.items()
        for column in layout.columns
        if column.level is Level.GROUP and column.name not in layout.key and column.name in {"supplier_po", "name"}
    ],
)
def test_what_every_row_repeats_is_taken_once_and_must_not_contradict_itself(kind: Kind, column: str):
    said, silent = {**ENOUGH[kind], column: "A"}, ENOUGH[kind]
    assert read_group(LAYOUTS[kind], [(2, silent), (3, said), (4, said)]).cells[column] == "A"
    told = troubles_of(kind, said, silent, {**said, column: "B"})
    assert told == [Trouble(4, column, "Row 2, which it belongs to, says otherwise.")]


def test_a_file_without_a_required_column_is_refused_as_a_whole():
    columns = [name for name in ENOUGH[Kind.INVOICE] if name != "invoice_number"]
    missing = LAYOUTS[Kind.INVOICE].missing(columns)
    assert missing == [Trouble(1, "invoice_number", "The file has no such column.")]


def test_an_allocation_file_needs_a_column_of_quantities():
    columns = [name for name in ENOUGH[Kind.ALLOCATION] if name != "quantity_accepted"]
    [trouble] = LAYOUTS[Kind.ALLOCATION].missing(columns)
    assert trouble.column == "quantity_accepted, quantity_rejected, quantity_backordered"


def test_a_column_may_come_under_its_other_name():
    columns = [*ENOUGH[Kind.ORDER], "retailer_po"]
    columns.remove("retailer_po_number")
    assert LAYOUTS[Kind.ORDER].missing(columns) == []
