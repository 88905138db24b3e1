"""The file that tells what became of another, as it is read again."""

from io import StringIO

import pytest

from billingua.dialects.crux.files.results import Result, ResultFile, harmless, rejections_in, unguarded


def test_a_rejection_is_read_as_it_was_written_whatever_breaks_a_line_elsewhere():
    file = StringIO(newline="")
    ResultFile(file, "invoice_1.csv").write([Result(2, "A\u2028B\x85C\nD", "rejected", "sku_id", "No.")])
    [line] = rejections_in(file.getvalue().encode("utf-8-sig"))
    assert line["document"] == "A\u2028B\x85C\nD"


@pytest.mark.parametrize("text", ["=1+1", "-5", "A-5", "'A", "", "@x"])
def test_what_keeps_a_spreadsheet_from_a_formula_is_taken_off_again(text: str):
    assert unguarded(harmless(text)) == text
