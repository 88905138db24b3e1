"""Lists in SQL: how many there are in all, and the ids of one page in their order. Here, lists of invoices."""

from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from billingua.core.lifecycle import Status
from billingua.engine.queries import InvoiceQuery, Sort
from billingua.stores.rows import instant_to_row

_COUNTED = frozenset({"statuses", "origin", "currency"})
"""What `invoice_count` tells invoices apart by."""
_CONDITIONS = {asked.name for asked in fields(InvoiceQuery)} - {"sort", "descending", "offset", "limit"}


@dataclass(frozen=True, slots=True)
class Variant:
    """Where databases differ."""

    place_of: str
    """The function that finds a text in another."""
    part: str
    """How those of one status are written so that they are merged with others in their order, and not sorted again."""
    one_of: str
    """How to ask whether a text is one of a list of texts, whose name is put in."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Two questions about a list, with the values that they name; the second also names `window`.

    `page` ends each of its rows with an id. `order` is that of the page.
    """

    total: str
    page: str
    order: str
    values: dict[str, Any]


def listing(workspace: str, query: InvoiceQuery, variant: Variant) -> Listing:
    """Say in SQL which invoices are asked for, as a database wants to hear it."""
    # What is put together here are our own words; whatever comes from outside is bound.
    asked = _conditions(workspace, query, variant.place_of)
    statuses = {f"status_{place}": status.value for place, status in enumerate(sorted(query.statuses or ()))}
    order = _order(query)
    page = _page(_parts(query, asked, statuses), order, variant)
    return Listing(_total(query, asked, statuses), page, order, asked.values | statuses)


class Window(Protocol):
    """A query that asks for a part of a list."""

    @property
    def offset(self) -> int:
        """How many to skip."""
        ...

    @property
    def limit(self) -> int | None:
        """How many to give."""
        ...


def window(query: Window, total: int) -> dict[str, int] | None:
    """Say which part of a list to ask for; None where there is nothing.

    It goes no further than the last there is: whoever looks for a few among many need not look on behind it.
    """
    rest = total - query.offset
    limit = rest if query.limit is None else min(query.limit, rest)
    return {"limit": limit, "offset": query.offset} if limit > 0 else None


@dataclass(slots=True)
class Conditions:
    """Conditions that all hold, with the values that they name."""

    parts: list[str] = field(default_factory=list[str])
    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def add(self, part: str, **values: Any) -> None:
        """Ask for one thing more, unless any of its values is not asked for."""
        if None not in values.values():
            self.parts.append(part)
            self.values |= values

    @property
    def sql(self) -> str:
        """The conditions as they stand behind WHERE."""
        return " AND ".join(self.parts)


def _conditions(workspace: str, query: InvoiceQuery, place_of: str) -> Conditions:
    """Say in SQL which invoices are asked for, in whatever status."""
    asked = Conditions()
    asked.add("workspace = :workspace", workspace=workspace)
    asked.add("origin = :origin", origin=query.origin)
    asked.add("party = :party", party=query.party)
    asked.add('"order" = :order', order=query.order)
    asked.add("currency = :currency", currency=query.currency)
    asked.add(f"{place_of}(number_folded, :text) > 0", text=query.text and query.text.casefold())
    _add_bounds(asked, query)
    return asked


def _add_bounds(asked: Conditions, query: InvoiceQuery) -> None:
    for name, comparison in (
        ("issued_from", "issued_at >="),
        ("issued_to", "issued_at <="),
        ("due_from", "due_at >="),
        ("due_to", "due_at <="),
    ):
        moment = getattr(query, name)
        asked.add(f"{comparison} :{name}", **{name: moment and instant_to_row(moment)})
    if query.overdue_at is not None:
        asked.add(
            "status = :overdue_status AND due_at < :overdue_at AND open_balance > 0",
            overdue_status=Status.OPEN.value,
            overdue_at=instant_to_row(query.overdue_at),
        )


def _total(query: InvoiceQuery, asked: Conditions, statuses: dict[str, str]) -> str:
    """Sum up what is counted already, where that tells; else count what is found."""
    conditions = asked.sql
    if query.statuses is not None:
        names = ", ".join(f":{name}" for name in statuses)
        conditions += f" AND status IN ({names})" if names else " AND 1 = 0"
    if _named(query) <= _COUNTED:
        return f"SELECT CAST(coalesce(sum(invoices), 0) AS bigint) FROM invoice_count WHERE {conditions}"  # noqa: S608
    return f"SELECT count(*) FROM invoice WHERE {conditions}"  # noqa: S608


def _parts(query: InvoiceQuery, asked: Conditions, statuses: dict[str, str]) -> list[str]:
    """Ask for the ids of each status by itself: an index has them in order."""
    # The index that leads to the bodies is the narrowest there is of the ids alone.
    table = "invoice_body" if query.sort is Sort.ID and not _named(query) else "invoice"
    columns = "id" if query.sort is Sort.ID else f"{query.sort.value}, id"
    conditions = [asked.sql]
    if query.statuses is not None:
        conditions = [f"{asked.sql} AND status = :{name}" for name in statuses] or [f"{asked.sql} AND 1 = 0"]
    return [f"SELECT {columns} FROM {table} WHERE {those}" for those in conditions]  # noqa: S608


def _page(parts: list[str], order: str, variant: Variant) -> str:
    if len(parts) > 1:
        parts = [variant.part.format(part=part, order=order) for part in parts]
    return f"{' UNION ALL '.join(parts)} ORDER BY {order} LIMIT :limit OFFSET :offset"


def _named(query: InvoiceQuery) -> set[str]:
    """Tell the conditions that a query names."""
    return {name for name in _CONDITIONS if getattr(query, name) is not None}


def _order(query: InvoiceQuery) -> str:
    """Say in SQL in which order they stand; what has no due date stands before what has one."""
    direction = "DESC" if query.descending else "ASC"
    if query.sort is Sort.ID:
        return f"id {direction}"
    nulls = "" if query.sort is not Sort.DUE else " NULLS LAST" if query.descending else " NULLS FIRST"
    return f"{query.sort.value} {direction}{nulls}, id {direction}"
