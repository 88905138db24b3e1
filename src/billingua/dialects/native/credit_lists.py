"""Lists of credit notes in our own way: filters and orders; pages are as of every list."""

from collections.abc import Mapping
from datetime import tzinfo
from functools import partial
from typing import Literal

from starlette.requests import Request

from billingua.dialects.native.listing import Reader, list_parameters, list_readers, read_bound, read_query
from billingua.engine.credit_queries import CreditNoteQuery, CreditNoteSort
from billingua.wire.scalars import read_boolean, read_integer


def credit_note_query(request: Request, zone: tzinfo) -> CreditNoteQuery:
    """Read which credit notes are asked for; days are the workspace's. Refuses with `ParametersInvalid`."""
    return read_query(request, CreditNoteQuery, _readers(zone), CreditNoteSort)


def _readers(zone: tzinfo) -> Mapping[str, tuple[str, Reader]]:
    """List the parameters, each with its name in the ledger's query and its reader."""
    others: dict[str, tuple[str, Reader]] = {
        "q": ("text", str),
        "invoice": ("invoice", read_integer),
        "party": ("party", read_integer),
        "voided": ("voided", read_boolean),
        "issued_from": ("issued_from", partial(read_bound, zone=zone, is_end=False)),
        "issued_to": ("issued_to", partial(read_bound, zone=zone, is_end=True)),
    }
    return list_readers(CreditNoteSort, others)


CREDIT_NOTE_PARAMETERS = list_parameters(
    CreditNoteSort,
    ("invoice", int, "Keeps those on this invoice."),
    ("party", int, "Keeps those for this party."),
    ("voided", Literal["true", "false"], "Keeps those that are void, or the others."),
    ("issued_from", str, "Keeps those issued from this day or moment on."),
    ("issued_to", str, "Keeps those issued up to this day or moment."),
    text=("q", str, "Keeps those whose number contains this, whatever the case."),
)
"""The parameters of the list of credit notes."""
