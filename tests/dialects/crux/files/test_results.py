"""The file that tells what became of another, as it is read again."""

from io import StringIO

from billingua.dialects.crux.files.results import Result, ResultFile, rejections_in


def test_a_rejection_is_read_as_it_was_written_whatever_breaks_a_line_elsewhere():
    file = StringIO(newline="")
    ResultFile(file, "invoice_1.csv").write([Result(2, "A\u2028B\x85C\nD", "rejected", "sku_id", "No.")])
    [line] = rejections_in(file.getvalue().encode("utf-8-sig"))
    assert line["document"] == "A\u2028B\x85C\nD"
