"""Lists of invoices in SQL: conditions with bound values, and an order."""

from dataclasses import dataclass, field
from typing import Any

from billingua.core.lifecycle import Status
from billingua.engine.queries import InvoiceQuery, Sort
from billingua.stores.rows import instant_to_row


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


def conditions(workspace: str, query: InvoiceQuery, place_of: str) -> Conditions:
    """Say in SQL which invoices are asked for; `place_of` is the database's function that finds a text in another."""
    asked = Conditions()
    asked.add("workspace = :workspace", workspace=workspace)
    if query.statuses is not None:
        names = {f"status_{place}": status.value for place, status in enumerate(sorted(query.statuses))}
        asked.add(f"status IN ({', '.join(f':{name}' for name in names)})" if names else "1 = 0", **names)
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


def order(query: InvoiceQuery) -> str:
    """Say in SQL in which order they stand; what has no due date stands before what has one."""
    direction = "DESC" if query.descending else "ASC"
    nulls = "" if query.sort is not Sort.DUE else " NULLS LAST" if query.descending else " NULLS FIRST"
    return f"{query.sort.value} {direction}{nulls}, id {direction}"
