"""What lists in SQL have in common: conditions, orders, and pages that go on behind a position."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from billingua.engine.positions import Position

R = TypeVar("R")


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

    `page` begins each of its rows with what it is sorted by, which has the names `keys`, and ends it with an id.
    `order` is that of the page, where it can be said in the same words again.
    """

    total: str
    page: str
    order: str
    values: dict[str, Any]
    keys: Sequence[str]


class Window(Protocol):
    """A query that asks for a part of a list."""

    @property
    def after(self) -> Position | None:
        """Behind which position to begin."""
        ...

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
    if query.after is not None and limit == query.limit and limit > 0:
        # Nobody counts what stands before a position: one row more tells whether others stand behind the page.
        limit += 1
    return {"limit": limit, "offset": query.offset} if limit > 0 else None


def on_page(rows: Sequence[R], query: Window, total: int) -> tuple[Sequence[R], R | None]:
    """Give the rows of a page without the one more, and the last of them if others stand behind it."""
    shown = rows if query.limit is None else rows[: query.limit]
    goes_on = len(rows) > len(shown) if query.after is not None else query.offset + len(rows) < total
    return shown, shown[-1] if shown and goes_on else None


def whole_window(query: Window) -> dict[str, int]:
    """Say which part of a list to ask for, where nobody has counted how many there are."""
    return {"limit": _ENDLESS if query.limit is None else query.limit, "offset": query.offset}


_ENDLESS = 2**62
"""More than any list has; with an offset it still fits into 64 bits."""


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

    def add_one_of(self, column: str, wanted: Collection[Any] | None) -> None:
        """Ask for one of some values in a column, unless none are asked for."""
        if wanted is not None:
            self.add(one_of(column, column, len(wanted)), **numbered(column, sorted(wanted)))

    @property
    def sql(self) -> str:
        """The conditions as they stand behind WHERE."""
        return " AND ".join(self.parts)


def numbered(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Give each of some values a name of its own."""
    return {f"{name}_{place}": value for place, value in enumerate(values)}


def one_of(expression: str, name: str, many: int) -> str:
    """Ask for one of so many values that are numbered."""
    return f"{expression} IN ({', '.join(f':{name}_{place}' for place in range(many))})" if many else "1 = 0"


class _Ordered(Window, Protocol):
    """A query that asks for a part of a list in one of two directions."""

    @property
    def descending(self) -> bool:
        """Whether what is largest stands first."""
        ...


def table_listing(
    table: str,
    total: str,
    asked: Conditions,
    keys: Sequence[str],
    query: _Ordered,
    *,
    nullable: bool = False,
    ids: str = "id",
) -> Listing:
    """Ask for what stands in one table, sorted by `keys`, of which the first may be null, then by the last of `ids`."""
    # What is put together here are our own words; whatever comes from outside is bound.
    order = ordered(keys, descending=query.descending, nullable=nullable)
    parts = [
        f"SELECT {selected(keys, ids)} FROM {table} WHERE {asked.sql}{rest}"  # noqa: S608
        for rest in behind(keys, query.after, descending=query.descending, nullable=nullable)
    ]
    return Listing(
        total,
        f"{' UNION ALL '.join(parts)} ORDER BY {order} LIMIT :limit OFFSET :offset",
        order,
        asked.values | values_of(query.after),
        names_of(keys),
    )


def names_of(keys: Sequence[str]) -> Sequence[str]:
    """Name what a page is sorted by before its ids."""
    return [f"key_{place}" for place in range(len(keys))]


def selected(keys: Sequence[str], ids: str = "id") -> str:
    """Say what a page consists of: what it is sorted by, and ids."""
    return ", ".join([*(f"{key} AS {name}" for key, name in zip(keys, names_of(keys), strict=True)), ids])


def ordered(keys: Sequence[str], *, descending: bool, nullable: bool = False) -> str:
    """Say in which order a page stands; what has nothing to be sorted by stands before what has it."""
    direction = "DESC" if descending else "ASC"
    first, *others = [f"{name} {direction}" for name in (*names_of(keys), "id")]
    nulls = (" NULLS LAST" if descending else " NULLS FIRST") if nullable else ""
    return ", ".join([first + nulls, *others])


def values_of(after: Position | None) -> dict[str, Any]:
    """Name the values of a position."""
    return numbered("after", after or ())


def behind(keys: Sequence[str], after: Position | None, *, descending: bool, nullable: bool = False) -> Sequence[str]:
    """Ask, behind other conditions, for what stands behind a position, in ways of which no two hold at once.

    There is more than one only if what it is sorted by first may be null.
    """
    if after is None:
        return [""]
    if after[0] is not None:
        rest = [f" AND {beyond([*keys, 'id'], 0, descending=descending)}"]
        return [*rest, f" AND {keys[0]} IS NULL"] if nullable and descending else rest
    same = f" AND {keys[0]} IS NULL AND {beyond([*keys[1:], 'id'], 1, descending=descending)}"
    return [same] if descending else [same, f" AND {keys[0]} IS NOT NULL"]


def beyond(columns: Sequence[str], first: int, *, descending: bool) -> str:
    """Compare rows with a position, from its `first` value on."""
    values = ", ".join(f":after_{place}" for place in range(first, first + len(columns)))
    return f"({', '.join(columns)}) {'<' if descending else '>'} ({values})"
