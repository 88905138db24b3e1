"""Lists in SQL: how many there are in all, and the ids of one page in their order. Here, lists of invoices."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

from billingua.core.invoice import Settlement
from billingua.core.lifecycle import PROGRESS, Status
from billingua.engine.catalogue_queries import words_in, words_of
from billingua.engine.queries import InvoiceQuery, Sort, TextField
from billingua.stores.catalogue_rows import reader_to_row
from billingua.stores.detail_rows import SAID_IN
from billingua.stores.rows import instant_to_row

_COUNTED = frozenset({"statuses", "origin", "currency"})
"""What `invoice_count` tells invoices apart by."""
_CONDITIONS = {asked.name for asked in fields(InvoiceQuery)} - {"text_in", "sort", "descending", "offset", "limit"}


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

    `page` ends each of its rows with an id. `order` is that of the page, where it can be said in the same words again.
    """

    total: str
    page: str
    order: str
    values: dict[str, Any]


def listing(workspace: str, query: InvoiceQuery, variant: Variant) -> Listing:
    """Say in SQL which invoices are asked for, as a database wants to hear it."""
    # What is put together here are our own words; whatever comes from outside is bound.
    asked = _conditions(workspace, query, variant)
    statuses = {f"status_{place}": status.value for place, status in enumerate(sorted(query.statuses or ()))}
    total, order = _total(query, asked, statuses, variant), _order(query)
    if query.sort in _CLASSES or query.sort is Sort.PARTY_NAME:
        page = _one_after_another(query, f"{asked.sql}{_among(query, statuses)}")
    else:
        page = _page(_parts(query, asked, statuses), order, variant)
    return Listing(total, page, order, asked.values | statuses)


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
            self.add(_one_of(column, column, len(wanted)), **_numbered(column, sorted(wanted)))

    @property
    def sql(self) -> str:
        """The conditions as they stand behind WHERE."""
        return " AND ".join(self.parts)


def _conditions(workspace: str, query: InvoiceQuery, variant: Variant) -> Conditions:
    """Say in SQL which invoices are asked for, in whatever status."""
    asked = Conditions()
    asked.add("workspace = :workspace", workspace=workspace)
    asked.add("origin = :origin", origin=query.origin)
    asked.add("party = :party", party=query.party)
    asked.add('"order" = :order', order=query.order)
    asked.add("currency = :currency", currency=query.currency)
    _add_details(asked, query, variant)
    _add_text(asked, query, variant)
    _add_parties(asked, query, variant)
    _add_bounds(asked, query)
    return asked


_DETAILS = "SELECT id FROM invoice_detail WHERE workspace = :workspace"
_PARTIES = "SELECT id FROM party_row WHERE workspace = :workspace"


def _add_details(asked: Conditions, query: InvoiceQuery, variant: Variant) -> None:
    """Ask for what stands beside the invoices' own rows, all of it of the same row."""
    details = Conditions()
    details.add("opportunity = :opportunity", opportunity=query.opportunity)
    details.add_one_of("external_id", query.external_ids)
    details.add_one_of("channel", query.channels)
    for place, word in enumerate(words_in(query.words)):
        details.add(f"{variant.place_of}(words, :word_{place}) > 0", **{f"word_{place}": f" {word}"})
    if details.parts:
        asked.add(f"id IN ({_DETAILS} AND {details.sql})", **details.values)


def _add_text(asked: Conditions, query: InvoiceQuery, variant: Variant) -> None:
    """Look for a text where it is to be looked for, and where it is seldom found last."""
    if query.text is None:
        return
    says = f"{variant.place_of}({{}}, :text) > 0".format
    beside = " OR ".join(says(column) for field, column in SAID_IN.items() if field in query.text_in)
    places = [says(column) for field, column in _OWN_TEXTS.items() if field in query.text_in]
    places += [f"id IN ({_DETAILS} AND ({beside}))"] if beside else []
    asked.add(f"({' OR '.join(places)})" if places else "1 = 0", text=query.text.casefold())


_OWN_TEXTS = {TextField.NUMBER: "number_folded", TextField.PARTY: "CAST(party AS text)"}


def _add_parties(asked: Conditions, query: InvoiceQuery, variant: Variant) -> None:
    """Ask for what depends on whom the invoices are for."""
    add_party_name(asked, query.party_name, variant)
    if query.reader is not None:
        hidden = hidden_parties(variant)
        asked.add(f"(party NOT IN ({hidden}) OR {OWN})", author=query.reader, reader=reader_to_row(query.reader))


def add_party_name(asked: Conditions, name: str | None, variant: Variant) -> None:
    """Ask for what is for a party of which a name is part of the name that is shown."""
    if name is not None:
        is_called = f"{variant.place_of}(substr(words, 2), :party_name) > 0"
        asked.add(f"party IN ({_PARTIES} AND {is_called})", party_name=words_of(name)[1:])


def hidden_parties(variant: Variant) -> str:
    """Name the parties that a reader may not see."""
    return f"{_PARTIES} AND private AND {variant.place_of}(readers, :reader) = 0"


OWN = (
    "EXISTS (SELECT 1 FROM invoice_detail AS own"
    " WHERE own.workspace = invoice.workspace AND own.id = invoice.id AND own.author = :author)"
)


def _numbered(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Give each of some values a name of its own."""
    return {f"{name}_{place}": value for place, value in enumerate(values)}


def _one_of(expression: str, name: str, many: int) -> str:
    """Ask for one of so many values that are numbered."""
    return f"{expression} IN ({', '.join(f':{name}_{place}' for place in range(many))})" if many else "1 = 0"


_SETTLEMENT = (
    f"CASE WHEN status IN ('{Status.PAID.value}', '{Status.VOID.value}') OR open_balance <= 0"
    f" THEN {Settlement.SETTLED.value} WHEN partly_paid THEN {Settlement.PARTLY.value} ELSE {Settlement.OPEN.value} END"
)


def _add_bounds(asked: Conditions, query: InvoiceQuery) -> None:
    for name, comparison in (
        ("created_from", "created_at >="),
        ("created_to", "created_at <="),
        ("issued_from", "issued_at >="),
        ("issued_to", "issued_at <="),
        ("due_from", "due_at >="),
        ("due_to", "due_at <="),
    ):
        moment = getattr(query, name)
        asked.add(f"{comparison} :{name}", **{name: moment and instant_to_row(moment)})
    for name, comparison in (("created_from", ">="), ("created_to", "<=")):
        # The index on creation has whole seconds first.
        moment = getattr(query, name)
        second = moment and instant_to_row(moment)
        asked.add(f"{_second_of('created_at')} {comparison} {_second_of(f':{name}')}", **{name: second})
    if query.overdue_at is not None:
        asked.add(
            "status = :overdue_status AND due_at < :overdue_at AND open_balance > 0",
            overdue_status=Status.OPEN.value,
            overdue_at=instant_to_row(query.overdue_at),
        )
    if query.settlements is not None:
        settlements = [int(settlement) for settlement in sorted(query.settlements)]
        asked.add(_one_of(_SETTLEMENT, "settlement", len(settlements)), **_numbered("settlement", settlements))


def _total(query: InvoiceQuery, asked: Conditions, statuses: dict[str, str], variant: Variant) -> str:
    """Sum up what is counted already, where that tells; else count what is found."""
    among = _among(query, statuses)
    if _named(query) <= _COUNTED:
        return f"SELECT {_counted(asked.sql + among)}"
    if _named(query) <= _COUNTED | {"reader"}:
        # Of all that are counted, those that the reader does not see are few, or not so many.
        told = _conditions(asked.values["workspace"], replace(query, reader=None), variant).sql + among
        hidden = f"{told} AND party IN ({hidden_parties(variant)}) AND NOT {OWN}"
        return f"SELECT {_counted(told)} - (SELECT count(*) FROM invoice WHERE {hidden})"  # noqa: S608
    return f"SELECT count(*) FROM invoice WHERE {asked.sql}{among}"  # noqa: S608


def _counted(conditions: str) -> str:
    return f"(SELECT CAST(coalesce(sum(invoices), 0) AS bigint) FROM invoice_count WHERE {conditions})"  # noqa: S608


def _among(query: InvoiceQuery, statuses: dict[str, str]) -> str:
    """Ask for one of the statuses, behind other conditions; for nothing where none is named."""
    return "" if query.statuses is None else f" AND {_one_of('status', 'status', len(statuses))}"


def _parts(query: InvoiceQuery, asked: Conditions, statuses: dict[str, str]) -> list[str]:
    """Ask for the ids of each status by itself: an index has them in order."""
    # The index that leads to the bodies is the narrowest there is of the ids alone.
    table = "invoice_body" if query.sort is Sort.ID and not _named(query) else "invoice"
    if query.sort in _BESIDE:
        table = "invoice JOIN invoice_detail USING (workspace, id)"
    columns = "id" if query.sort is Sort.ID else f"{_SECONDS.get(query.sort, _sorted_by(query))}, id"
    conditions = [asked.sql]
    if query.statuses is not None:
        conditions = [f"{asked.sql} AND status = :{name}" for name in statuses] or [f"{asked.sql} AND 1 = 0"]
    return [f"SELECT {columns} FROM {table} WHERE {those}" for those in conditions]  # noqa: S608


_BESIDE: Mapping[Sort, str] = {Sort.EXTERNAL_PARTY: SAID_IN[TextField.EXTERNAL_PARTY]}
"""Sorts by what stands beside the invoices' own rows."""


def _second_of(instant: str) -> str:
    """Say in SQL which second an instant is in, counted from the year 1, or else those before 1970 were rounded up.

    An index has the creation so: whoever changes this changes that (0008).
    """
    return f"(({instant} + 62135596800000000) / 1000000)"


_SECONDS: Mapping[Sort, str] = {
    Sort.CREATED: f"{_second_of('created_at')} AS created_second",
    Sort.UPDATED: f"{_second_of('updated_at')} AS updated_second",
}
"""Sorts by whole seconds, with their names."""


def _sorted_by(query: InvoiceQuery) -> str:
    """Name what invoices are sorted by."""
    if query.sort in _SECONDS:
        return _SECONDS[query.sort].rpartition(" ")[2]
    return _BESIDE.get(query.sort, query.sort.value)


_PENDING = f"({_DETAILS} AND pending)"
_CLASSES: Mapping[Sort, Sequence[str]] = {
    Sort.PROGRESS: [f"status = '{status.value}'" for status in PROGRESS],
    Sort.SETTLEMENT: [f"{_SETTLEMENT} = {settlement.value}" for settlement in Settlement],
    Sort.PENDING: [f"id NOT IN {_PENDING}", f"id IN {_PENDING}"],
}
"""Sorts that know few places, in their order: nobody sorts a million for them, one class is walked after the other."""


def _one_after_another(query: InvoiceQuery, conditions: str) -> str:
    """Ask for classes of invoices one after another: one that is not reached is not looked at."""
    direction = "DESC" if query.descending else "ASC"
    end = "LIMIT CAST(:limit AS bigint) + CAST(:offset AS bigint)"
    classes = _by_party_name() if query.sort is Sort.PARTY_NAME else _by_class(query)
    parts = [
        f"SELECT id FROM {table} WHERE {conditions} AND {one}"  # noqa: S608
        f" ORDER BY {', '.join(f'{column} {direction}' for column in columns)} {end}"
        for table, one, columns in classes
    ]
    whole = [f"SELECT id FROM ({part}) AS part_{place}" for place, part in enumerate(parts)]  # noqa: S608
    return f"{' UNION ALL '.join(whole)} LIMIT :limit OFFSET :offset"


_Class = tuple[str, str, Sequence[str]]
"""Where to find invoices, which, and what they are sorted by."""


def _by_class(query: InvoiceQuery) -> Sequence[_Class]:
    classes = _CLASSES[query.sort]
    return [("invoice", one, ["id"]) for one in (reversed(classes) if query.descending else classes)]


def _by_party_name() -> Sequence[_Class]:
    # A cross join has SQLite walk the parties in their order, and sort no more than the invoices of one name.
    called = "(SELECT id AS called, name_folded FROM party_row WHERE workspace = :workspace) AS party_called"
    return [
        (f"{called} CROSS JOIN invoice", "party = called", ["name_folded", "number", "id"]),
        ("invoice", f"party NOT IN ({_PARTIES})", ["number", "id"]),
    ]


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
    return f"{_sorted_by(query)} {direction}{nulls}, id {direction}"
