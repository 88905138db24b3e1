"""Invoices as CSV: what a list shows of them, but for their details (contract A30)."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

NAME, MEDIA_TYPE = "invoices.csv", "text/csv; charset=utf-8"

COLUMNS = (
    "id",
    "invoiceNumber",
    "type",
    "status",
    "customerId",
    "customerName",
    "externalCustomerId",
    "externalId",
    "orderNumber",
    "purchaseOrderNumber",
    "currency",
    "originalBalance",
    "openBalance",
    "createdAt",
    "dueDate",
    "updatedAt",
    "isPendingPayment",
    "source",
    "channelId",
    "channelName",
    "termsConditions",
    "externalPdfUrl",
)

_AMOUNTS = frozenset({"originalBalance", "openBalance"})
_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""What makes a spreadsheet take a text for a formula, blanks before it or not; a full-width sign is one too."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
"""What is a number and nothing else."""


def head(extra_fields: Sequence[str]) -> str:
    """Write the first row: the names of the columns, those of extra fields behind the others."""
    return _rows([[*COLUMNS, *map(_text, extra_fields)]])


def rows(shown: Iterable[Mapping[str, Any]], extra_fields: Sequence[str]) -> str:
    """Write a row for each invoice that is shown; a text that a spreadsheet would run is kept from it by a `'`."""
    return _rows([[*_cells(invoice), *_extra_cells(invoice, extra_fields)] for invoice in shown])


def _cells(invoice: Mapping[str, Any]) -> Iterable[Any]:
    for column in COLUMNS:
        if column == "currency":
            yield invoice["openBalance"]["code"]
        elif column in _AMOUNTS:
            yield invoice[column]["value"]
        else:
            yield _text(invoice[column])


def _extra_cells(invoice: Mapping[str, Any], extra_fields: Sequence[str]) -> Iterable[str]:
    values = {field["fieldName"]: field["fieldValue"] for field in invoice.get("extraFields", [])}
    return [_text(values.get(name, "")) for name in extra_fields]


def _text(value: Any) -> Any:
    is_run = isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value)
    return f"'{value}" if is_run else value


def _rows(written: Iterable[Iterable[Any]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(written)
    return text.getvalue()
