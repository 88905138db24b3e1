"""Which invoices clients ask for in a list (contract §4.4)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request

from billingua.core.lifecycle import Status
from billingua.core.workspace import Workspace
from billingua.dialects.onlyoffice.errors import ArgumentRefused
from billingua.dialects.onlyoffice.listing import asked
from billingua.dialects.onlyoffice.requests.binding import Values, read_parameters
from billingua.dialects.onlyoffice.requests.catalogue import words_asked
from billingua.dialects.onlyoffice.requests.moments import moment_reader
from billingua.dialects.onlyoffice.vocabulary import NO_DATE, STATUS_NAMES, STATUSES
from billingua.engine.queries import InvoiceQuery, Sort
from billingua.wire.scalars import read_integer, read_text

MOST_SORTED = 10_000
"""How many invoices are sorted by what is shown of them, which nobody knows before all of them are."""

SORTS: Mapping[str, Sort] = {
    "number": Sort.NUMBER,
    "issuedate": Sort.ISSUED,
    "contact": Sort.PARTY_NAME,
    "duedate": Sort.DUE,
    "status": Sort.PROGRESS,
    "id": Sort.ID,
    "createon": Sort.CREATED,
}
"""What the ledger sorts by."""

SORTED_BY_KEY = frozenset(
    {
        "templatetype",
        "consignee",
        "entity",
        "language",
        "currency",
        "exchangerate",
        "purchaseordernumber",
        "terms",
        "description",
        "fileid",
        "createby",
        "cost",
        "canedit",
        "candelete",
    }
)
"""The other keys of an invoice that is shown, in lower case."""

_DAY = timedelta(hours=24) - timedelta(minutes=1)
"""How far beyond a bound a list goes: a day as most clients mean it (§4.4)."""


def is_sorted_by_key(request: Request) -> bool:
    """Whether a list is to be sorted by a key that the ledger does not sort by; what is no key sorts nothing."""
    return asked(request).sort_by in SORTED_BY_KEY


def in_order(request: Request, query: InvoiceQuery) -> InvoiceQuery:
    """Ask for the part of a list that the request names, in its order, or else in that of their ids (§4.5)."""
    wanted = asked(request)
    is_known = wanted.sort_by in SORTS
    return replace(
        query,
        sort=SORTS[wanted.sort_by] if is_known else Sort.ID,
        descending=is_known and wanted.descending,
        offset=wanted.offset,
        limit=wanted.limit,
    )


async def invoice_filter(request: Request, workspace: Workspace, body_limit: int) -> InvoiceQuery:
    """Read which invoices are asked for. Refuses with `ConversionFailed` or `ArgumentRefused`."""
    wanted = asked(request)
    scalars = (await read_parameters(request, body_limit)).scalars
    said = _said(scalars, workspace, words_asked(wanted))
    return InvoiceQuery(
        **_of_entity(scalars, said),
        sort=SORTS.get(wanted.sort_by, Sort.NUMBER),
        descending=wanted.descending,
        offset=wanted.offset,
        limit=wanted.limit,
    )


def _said(scalars: Values, workspace: Workspace, words: str | None) -> dict[str, Any]:
    """Read the conditions, but for that on whom or what the invoices are for; only those that are there."""
    conditions = {
        "statuses": scalars.read("status", _statuses, None),
        "issued_from": _moment(scalars, "issueDateFrom", workspace),
        "issued_to": _end(_moment(scalars, "issueDateTo", workspace)),
        "due_from": _moment(scalars, "dueDateFrom", workspace),
        "due_to": _end(_moment(scalars, "dueDateTo", workspace)),
        "currency": scalars.read("currency", read_text, "").upper() or None,
        "words": words,
    }
    return {name: value for name, value in conditions.items() if value is not None}


_NOTHING: Mapping[str, Any] = {"statuses": frozenset[Status]()}


def _of_entity(scalars: Values, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add whom or what the invoices are for. What is named without its kind, and alone, finds nothing (§4.4)."""
    kind = scalars.read("entityType", read_text, "").lower()
    id = scalars.read("entityid", read_integer, 0)
    if kind not in {"", "contact", "opportunity", "case"}:
        raise ArgumentRefused("entityType")
    match kind:
        case _ if id <= 0:
            return said
        case "contact":
            return {**said, "party": id}
        case "opportunity":
            return {**said, "opportunity": id}
        case "case":
            return _NOTHING
        case _:
            return said or _NOTHING


def _statuses(value: Any) -> frozenset[Status]:
    """Read a status: its name in any case, or its number, which need not be that of any."""
    number = STATUS_NAMES.get(value.lower()) if isinstance(value, str) else None
    number = read_integer(value) if number is None else number
    return frozenset(status for status, shown in STATUSES.items() if shown["id"] == number)


def _moment(scalars: Values, name: str, workspace: Workspace) -> datetime | None:
    moment = scalars.read(name, moment_reader(workspace.zone), NO_DATE)
    return None if moment == NO_DATE else moment


def _end(moment: datetime | None) -> datetime | None:
    return moment and moment + _DAY
