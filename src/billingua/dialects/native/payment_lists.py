"""Lists of payments and receipts in our own way: filters and orders; pages are as of every list."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo
from enum import StrEnum
from functools import partial
from typing import Literal

from starlette.requests import Request

from billingua.core.payment import PaymentStatus
from billingua.dialects.native.listing import (
    Reader,
    list_parameters,
    list_readers,
    read_bound,
    read_query,
    read_sort,
)
from billingua.engine.payment_queries import PaymentQuery, PaymentSort, ReceiptQuery, ReceiptSort
from billingua.wire.scalars import Invalid, read_boolean, read_currency, read_decimal, read_integer


class PaymentOrder(StrEnum):
    """What payments may be sorted by, in our own words."""

    RECEIVED_AT = "received_at"
    UPDATED_AT = "updated_at"
    ID = "id"
    STATUS = "status"
    APPLIED = "applied"
    TOTAL = "total"
    PARTY = "party"
    EXTERNAL_PARTY = "external_party"


class ReceiptOrder(StrEnum):
    """What receipts may be sorted by, in our own words."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    ID = "id"
    PAYMENT = "payment"
    KIND = "kind"
    TOTAL = "total"
    REFERENCE = "reference"
    PARTY = "party"
    EXTERNAL_PARTY = "external_party"


_OTHERWISE = {
    "received_at": PaymentSort.CREATED,
    "updated_at": PaymentSort.UPDATED,
}
_RECEIPTS_OTHERWISE = {
    "created_at": ReceiptSort.CREATED,
    "updated_at": ReceiptSort.UPDATED,
}
"""Orders that the ledger calls otherwise."""


def payment_query(request: Request, zone: tzinfo) -> PaymentQuery:
    """Read which payments are asked for; days are the workspace's. Refuses with `ParametersInvalid`, all at once."""
    return read_query(request, PaymentQuery, _payment_readers(zone), PaymentOrder)


def query_of_invoice(request: Request, zone: tzinfo, invoice: int) -> PaymentQuery:
    """Read which payments of an invoice (its id) are asked for. Refuses with `ParametersInvalid`, all at once."""
    readers = {name: reader for name, reader in _payment_readers(zone).items() if name != "invoice"}
    return replace(read_query(request, PaymentQuery, readers, PaymentOrder), invoice=invoice)


def receipt_query(request: Request, zone: tzinfo) -> ReceiptQuery:
    """Read which receipts are asked for; days are the workspace's. Refuses with `ParametersInvalid`, all at once."""
    return read_query(request, ReceiptQuery, _receipt_readers(zone), ReceiptOrder)


def _payment_readers(zone: tzinfo) -> Mapping[str, tuple[str, Reader]]:
    """List the parameters, each with its name in the ledger's query and its reader."""
    others: dict[str, tuple[str, Reader]] = {
        "q": ("text", str),
        "status": ("statuses", _statuses),
        "party": ("party", read_integer),
        "invoice": ("invoice", read_integer),
        "currency": ("currency", read_currency),
        "applied": ("applied", read_boolean),
        "channel": ("channels", lambda text: frozenset({read_integer(text)})),
        "received_from": ("received_from", partial(read_bound, zone=zone, is_end=False)),
        "received_to": ("received_to", partial(read_bound, zone=zone, is_end=True)),
        "total_from": ("least", read_decimal),
        "total_to": ("most", read_decimal),
        "sort": ("sort", _payment_sort),
    }
    return list_readers(PaymentOrder, others)


def _receipt_readers(zone: tzinfo) -> Mapping[str, tuple[str, Reader]]:
    others: dict[str, tuple[str, Reader]] = {
        "q": ("text", str),
        "status": ("statuses", _statuses),
        "party": ("party", read_integer),
        "payment": ("payment", read_integer),
        "created_from": ("created_from", partial(read_bound, zone=zone, is_end=False)),
        "created_to": ("created_to", partial(read_bound, zone=zone, is_end=True)),
        "sort": ("sort", _receipt_sort),
    }
    return list_readers(ReceiptOrder, others)


def _payment_sort(text: str) -> PaymentSort:
    asked = read_sort(text, PaymentOrder)
    return _OTHERWISE.get(asked) or PaymentSort(asked)


def _receipt_sort(text: str) -> ReceiptSort:
    asked = read_sort(text, ReceiptOrder)
    return _RECEIPTS_OTHERWISE.get(asked) or ReceiptSort(asked)


def _statuses(text: str) -> frozenset[PaymentStatus]:
    try:
        return frozenset(PaymentStatus(word.strip()) for word in text.split(","))
    except ValueError:
        raise Invalid("payment status") from None


# What is read about the parameters.

_STATUS = ("status", str, "Keeps these statuses; several with commas, or the parameter several times.")
_PARTY = ("party", int, "Keeps those of this party.")
_INVOICE = ("invoice", int, "Keeps those that pay this invoice, be it there or not.")
_OF_PAYMENTS = (
    _STATUS,
    _PARTY,
    ("applied", Literal["true", "false"], "Keeps those that count on the balances of their invoices, or the others."),
    ("channel", int, "Keeps those that came through this sales channel."),
    ("received_from", str, "Keeps those received from this day or moment on, by the second."),
    ("received_to", str, "Keeps those received up to this day or moment, by the second."),
    ("currency", str, "Keeps those in this ISO 4217 code."),
    ("total_from", str, "Keeps those of this total or more, in whatever currency."),
    ("total_to", str, "Keeps those of this total or less, in whatever currency."),
)
_TEXT_OF_PAYMENTS = (
    "q",
    str,
    "Keeps those with this id, or with this in their memo, their payer's name, their party's id or their external ids.",
)
_TEXT_OF_RECEIPTS = (
    "q",
    str,
    "Keeps those with this in their reference, their payer's name or id, their party's id or their external ids.",
)

PAYMENT_PARAMETERS = list_parameters(PaymentOrder, _INVOICE, *_OF_PAYMENTS, text=_TEXT_OF_PAYMENTS)
"""The parameters of the list of payments."""

PAYMENTS_OF_INVOICE_PARAMETERS = list_parameters(PaymentOrder, *_OF_PAYMENTS, text=_TEXT_OF_PAYMENTS)
"""The parameters of the list of an invoice's payments."""

RECEIPT_PARAMETERS = list_parameters(
    ReceiptOrder,
    _STATUS,
    _PARTY,
    ("payment", int, "Keeps that of this payment."),
    ("created_from", str, "Keeps those made from this day or moment on, by the second."),
    ("created_to", str, "Keeps those made up to this day or moment, by the second."),
    text=_TEXT_OF_RECEIPTS,
)
"""The parameters of the list of receipts."""
