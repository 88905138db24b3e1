"""Reading tables: what a CSV or XLSX file may be like, and what is not one (contract §14.2)."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from billingua.dialects.crux.files import sheets
from billingua.dialects.crux.files.sheets import SheetUnreadable, open_sheet


def a_csv(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def an_xlsx(tmp_path: Path, *rows: list[Any]) -> Path:
    path = tmp_path / "file"
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def read(path: Path, name: str = "invoice_1.csv") -> list[tuple[int, dict[str, str]]]:
    with open_sheet(path, name) as sheet:
        return [(row.number, row.cells) for row in sheet.rows]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("sku_id,quantity\nA,1\n", id="plain"),
        pytest.param("\ufeffsku_id,quantity\nA,1\n", id="byte-order mark"),
        pytest.param("sku_id,quantity\r\nA,1\r\n", id="carriage returns"),
        pytest.param("sku_id,quantity\nA,1", id="no line end at the end"),
        pytest.param("sku_id , quantity\nA,1\n", id="blanks around names"),
        pytest.param("sku_id,quantity\n A , 1\n", id="blanks around cells"),
        pytest.param('"sku_id","quantity"\n"A","1"\n', id="quoted"),
        pytest.param("sku_id,quantity\nA,1,spare\n", id="a cell beyond the header"),
        pytest.param("sku_id,quantity,,\nA,1,,\n", id="columns without a name"),
        pytest.param("sku_id,quantity\nA,1\n,\n\n", id="blank rows"),
    ],
)
def test_a_csv_file_is_read_however_it_is_written(tmp_path: Path, content: str):
    assert read(a_csv(tmp_path, content)) == [(2, {"sku_id": "A", "quantity": "1"})]


def test_columns_may_stand_in_any_order_and_cells_that_are_blank_say_nothing(tmp_path: Path):
    path = a_csv(tmp_path, "quantity,note,sku_id\n1,,A\n,x,B\n")
    assert read(path) == [(2, {"quantity": "1", "sku_id": "A"}), (3, {"note": "x", "sku_id": "B"})]


def test_a_quoted_cell_may_go_over_several_lines_and_rows_are_counted_as_an_editor_counts_lines(tmp_path: Path):
    path = a_csv(tmp_path, 'sku_id,note\nA,"one\ntwo, ""three"""\nB,x\n')
    assert read(path) == [(2, {"sku_id": "A", "note": 'one\ntwo, "three"'}), (4, {"sku_id": "B", "note": "x"})]


@pytest.mark.parametrize(
    ("content", "why", "row"),
    [
        ("", "the file has no header", 1),
        ("\n", "the file has no header", 1),
        ('sku_id\nA\n"B\nC\n', "the file is not CSV: unexpected end of data", 3),
        (b"sku_id\n\xff\n", "the file is not UTF-8", None),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: str | bytes, why: str, row: int | None):
    with pytest.raises(SheetUnreadable, match=why) as refused:
        read(a_csv(tmp_path, content))
    assert refused.value.row == row


def test_the_cells_of_a_spreadsheet_are_read_as_csv_would_have_them(tmp_path: Path):
    moment = datetime(2024, 4, 2, 13, 30)  # noqa: DTZ001 - a spreadsheet knows no zones
    values = ["TI-1", 40817, 11.75, 0.1 + 0.2, 1e15, True, date(2024, 4, 2), moment, time(8, 30)]
    path = an_xlsx(tmp_path, [f"c{place}" for place in range(len(values))], values)
    [(number, cells)] = read(path, "invoice_1.XLSX")
    expected = ["TI-1", "40817", "11.75", "0.3", "1000000000000000", "true"]
    assert number == 2
    assert list(cells.values()) == [*expected, "2024-04-02", "2024-04-02T13:30:00", "08:30:00"]


def test_blank_rows_of_a_spreadsheet_are_left_out_and_counted(tmp_path: Path):
    path = an_xlsx(tmp_path, [" sku_id "], ["A"], [None], ["B"])
    assert read(path, "invoice_1.xlsx") == [(2, {"sku_id": "A"}), (4, {"sku_id": "B"})]


@pytest.mark.parametrize("content", ["sku_id\nA\n", b"PK\x03\x04nothing"])
def test_a_spreadsheet_that_is_none_is_refused(tmp_path: Path, content: str | bytes):
    with pytest.raises(SheetUnreadable, match="the file is not XLSX"):
        read(a_csv(tmp_path, content), "invoice_1.xlsx")


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path):
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(SheetUnreadable, match="the file is not XLSX"):
        read(path, "invoice_1.xlsx")


def test_two_cells_far_apart_do_not_fill_the_memory(tmp_path: Path):
    path = tmp_path / "file"
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "sku_id", 1
    book.save(path)
    with pytest.raises(SheetUnreadable, match="the sheet spans too many cells"):
        read(path, "invoice_1.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheets, "LARGEST_CONTENTS", 1000)
    with pytest.raises(SheetUnreadable, match="the workbook is too large"):
        read(an_xlsx(tmp_path, ["sku_id"]), "invoice_1.xlsx")
