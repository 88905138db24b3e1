"""Lists of orders in our own way, and of the invoices of one: filters and orders; pages are as of every list."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import partial
from typing import Literal
from uuid import UUID

from starlette.requests import Request

from billingua.core.order import Billing, Trader
from billingua.core.party import TradeRole
from billingua.dialects.native.errors import ParametersInvalid
from billingua.dialects.native.listing import (
    INVOICE_PARAMETERS,
    Reader,
    invoice_query,
    list_parameters,
    list_readers,
    read_bound,
    read_query,
)
from billingua.dialects.native.vocabulary import INVALID
from billingua.engine.queries import AllocationStatus, Buyer, InvoiceQuery, OrderQuery, OrderSort
from billingua.wire.scalars import Invalid, read_boolean, read_integer

_ALLOCATIONS = {status.name.lower(): status for status in AllocationStatus}
_NOBODY = UUID(int=0)
"""A UUID that no party has."""
_NAMING = ("party", "supplier")
"""The parameters that name a party by its id."""


def named_parties(request: Request) -> list[int]:
    """List the ids of the parties that the parameters name, as far as those can be read."""
    named: list[int] = []
    for name in _NAMING:
        try:
            named += [read_integer(text) for text in request.query_params.getlist(name)]
        except Invalid:
            continue  # whoever reads the query refuses it
    return named


def order_query(request: Request, zone: tzinfo, parties: Mapping[int, UUID]) -> OrderQuery:
    """Read which orders are asked for; days are the workspace's. Refuses with `ParametersInvalid`, all at once.

    `parties` are the UUIDs of those that are named, as far as they are there.
    """

    def buyer(text: str) -> Buyer:
        id = read_integer(text)
        return Buyer(id, parties.get(id))

    def supplier(text: str) -> Trader:
        return Trader(TradeRole.SUPPLIER, parties.get(read_integer(text), _NOBODY))

    readers: Mapping[str, tuple[str, Reader]] = {
        "q": ("text", str),
        "party": ("buyer", buyer),
        "supplier": ("trader", supplier),
        "number": ("number", str),
        "allocation": ("allocations", _allocations),
        "invoiced": ("billing", _billing),
        "sent_to_supplier": ("sent", read_boolean),
        "created_from": ("created_from", partial(read_bound, zone=zone, is_end=False)),
        "created_to": ("created_to", partial(read_bound, zone=zone, is_end=True)),
    }
    return read_query(request, OrderQuery, list_readers(OrderSort, readers), OrderSort)


def invoices_query(request: Request, zone: tzinfo, now: datetime, order: int) -> InvoiceQuery:
    """Read which invoices of an order (its id) are asked for. Refuses with `ParametersInvalid`."""
    if "order" in request.query_params:
        raise ParametersInvalid([("order", INVALID["unknown"])])
    return replace(invoice_query(request, zone, now), order=order)


def _allocations(text: str) -> frozenset[AllocationStatus]:
    try:
        return frozenset(_ALLOCATIONS[word.strip()] for word in text.split(","))
    except KeyError:
        raise Invalid("allocation") from None


def _billing(text: str) -> Billing:
    try:
        return Billing(text)
    except ValueError:
        raise Invalid("billing") from None


ORDER_PARAMETERS = list_parameters(
    OrderSort,
    ("party", int, "Keeps those that this party buys."),
    ("supplier", int, "Keeps those of which this party supplies some; what is asked of lines is asked of its own."),
    ("number", str, "Keeps those of this number, exactly."),
    ("allocation", str, "Keeps those with a line that is unallocated, partial or allocated; several with commas."),
    ("invoiced", Billing, "Keeps those of which nothing, some or all is invoiced."),
    ("sent_to_supplier", Literal["true", "false"], "Keeps those that were handed over, or the others."),
    ("created_from", str, "Keeps those placed from this day or moment on."),
    ("created_to", str, "Keeps those placed up to this day or moment."),
    text=("q", str, "Keeps those whose number, UUID, SKUs or titles of lines contain this."),
)
"""The parameters of the list of orders."""

INVOICES_OF_ORDER_PARAMETERS = tuple(one for one in INVOICE_PARAMETERS if one.name != "order")
"""The parameters of the list of an order's invoices."""
