"""Lists of invoices in SQL: how many there are in all, and the ids of one page in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from billingua.core.invoice import Settlement
from billingua.core.lifecycle import PROGRESS, Status
from billingua.engine.catalogue_queries import words_in, words_of
from billingua.engine.positions import is_behind, ten_thousandths
from billingua.engine.queries import InvoiceQuery, Sort, TextField
from billingua.stores.catalogue_rows import reader_to_row
from billingua.stores.detail_rows import SAID_IN
from billingua.stores.pages import (
    Conditions,
    Listing,
    Variant,
    behind,
    beyond,
    names_of,
    numbered,
    one_of,
    ordered,
    selected,
    values_of,
)
from billingua.stores.rows import instant_to_row

_COUNTED = frozenset({"statuses", "origin", "currency"})
"""What `invoice_count` tells invoices apart by."""
_CONDITIONS = {asked.name for asked in fields(InvoiceQuery)} - {
    *("text_in", "sort", "descending", "after", "offset", "limit")
}


def listing(workspace: str, query: InvoiceQuery, variant: Variant) -> Listing:
    """Say in SQL which invoices are asked for, as a database wants to hear it."""
    # What is put together here are our own words; whatever comes from outside is bound.
    asked = _conditions(workspace, query, variant)
    statuses = {f"status_{place}": status.value for place, status in enumerate(sorted(query.statuses or ()))}
    total, order = _total(query, asked, statuses, variant), _order(query)
    goes_on_in_second = query.sort is Sort.CREATED and query.after is not None
    if query.sort in _CLASSES or query.sort is Sort.PARTY_NAME or goes_on_in_second:
        page = _one_after_another(query, f"{asked.sql}{_among(query, statuses)}")
    else:
        page = _page(_parts(query, asked, statuses), order, variant)
    return Listing(total, page, order, asked.values | statuses | values_of(query.after), names_of(_keys(query)))


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
    for name, comparison, bound in (("least", ">=", query.least), ("most", "<=", query.most)):
        asked.add(f"original_balance {comparison} :{name}", **{name: None if bound is None else ten_thousandths(bound)})
    if query.overdue_at is not None:
        asked.add(
            "status = :overdue_status AND due_at < :overdue_at AND open_balance > 0",
            overdue_status=Status.OPEN.value,
            overdue_at=instant_to_row(query.overdue_at),
        )
    if query.settlements is not None:
        settlements = [int(settlement) for settlement in sorted(query.settlements)]
        asked.add(one_of(_SETTLEMENT, "settlement", len(settlements)), **numbered("settlement", settlements))


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
    return "" if query.statuses is None else f" AND {one_of('status', 'status', len(statuses))}"


def _parts(query: InvoiceQuery, asked: Conditions, statuses: dict[str, str]) -> list[str]:
    """Ask for the ids of each status by itself: an index has them in order."""
    # The index that leads to the bodies is the narrowest there is of the ids alone.
    table = "invoice_body" if query.sort is Sort.ID and not _named(query) else "invoice"
    if query.sort in _BESIDE:
        table = "invoice JOIN invoice_detail USING (workspace, id)"
    conditions = [(asked.sql, query.party if query.sort is Sort.PARTY else None)]
    if query.statuses is not None:
        is_held = query.sort is Sort.STATUS
        conditions = [
            (f"{asked.sql} AND status = :{name}", status if is_held else conditions[0][1])
            for name, status in statuses.items()
        ]
    begun = [f"{those}{rest}" for those, held in conditions for rest in _ways_on(query, held)]
    columns = selected(_keys(query))
    return [f"SELECT {columns} FROM {table} WHERE {those}" for those in begun or [f"{asked.sql} AND 1 = 0"]]  # noqa: S608


def _ways_on(query: InvoiceQuery, held: int | str | None) -> Sequence[str]:
    """Ask, behind other conditions, for the rest of a list, in ways to whose beginnings an index leads.

    All that is asked for may have `held` as what it is sorted by.
    """
    keys, after = _keys(query), query.after
    if after is not None and held is not None:
        if held == after[0]:
            return [f" AND {beyond(['id'], 1, descending=query.descending)}"]
        return [""] if is_behind((held,), after[:1], descending=query.descending) else []
    if query.sort is Sort.DUE:
        keys = [_aside(query, one) for one in keys]
    return behind(keys, after, descending=query.descending, nullable=query.sort is Sort.DUE)


def _aside(query: InvoiceQuery, number: str) -> str:
    """Keep the database from an index on a number where one of those that are few leads to all that is asked for."""
    is_of_few = any(getattr(query, name) is not None for name in ("party", "order", "opportunity", "external_ids"))
    return f"(+{number})" if is_of_few else number


_BESIDE: Mapping[Sort, str] = {Sort.EXTERNAL_PARTY: SAID_IN[TextField.EXTERNAL_PARTY]}
"""Sorts by what stands beside the invoices' own rows."""


def _second_of(instant: str) -> str:
    """Say in SQL which second an instant is in, counted from the year 1, or else those before 1970 were rounded up.

    An index has the creation so: whoever changes this changes that (0008).
    """
    return f"(({instant} + 62135596800000000) / 1000000)"


_SECONDS: Mapping[Sort, str] = {
    Sort.CREATED: _second_of("created_at"),
    Sort.UPDATED: _second_of("updated_at"),
}
"""Sorts by whole seconds."""


def _keys(query: InvoiceQuery) -> Sequence[str]:
    """Say what invoices are sorted by before their ids."""
    if query.sort is Sort.ID:
        return ()
    if query.sort is Sort.PARTY_NAME:
        return _PARTY_KEYS
    return (_SECONDS.get(query.sort) or _BESIDE.get(query.sort) or query.sort.value,)


_PENDING = f"({_DETAILS} AND pending)"
_CLASSES: Mapping[Sort, Sequence[str]] = {
    Sort.PROGRESS: [f"status = '{status.value}'" for status in PROGRESS],
    Sort.SETTLEMENT: [f"{_SETTLEMENT} = {settlement.value}" for settlement in Settlement],
    Sort.PENDING: [f"id NOT IN {_PENDING}", f"id IN {_PENDING}"],
}
"""Sorts that know few places, in their order: nobody sorts a million for them, one class is walked after the other."""


@dataclass(frozen=True, slots=True)
class _Class:
    """Where to find invoices, and which; what to show of them before their ids, and what of it they are sorted by."""

    table: str
    condition: str
    keys: Sequence[str]
    order: Sequence[str] = ("id",)


def _one_after_another(query: InvoiceQuery, conditions: str) -> str:
    """Ask for classes of invoices one after another: one that is not reached is not looked at."""
    direction = "DESC" if query.descending else "ASC"
    end = "LIMIT CAST(:limit AS bigint) + CAST(:offset AS bigint)"
    classes = _classes(query)
    names = ", ".join([*names_of(_keys(query)), "id"])
    parts = [
        f"SELECT {selected(one.keys)} FROM {one.table} WHERE {conditions} AND {one.condition}"  # noqa: S608
        f" ORDER BY {', '.join(f'{column} {direction}' for column in one.order)} {end}"
        for one in classes
    ]
    whole = [f"SELECT {names} FROM ({part}) AS part_{place}" for place, part in enumerate(parts)]  # noqa: S608
    return f"{' UNION ALL '.join(whole)} LIMIT :limit OFFSET :offset"


def _classes(query: InvoiceQuery) -> Sequence[_Class]:
    if query.sort is Sort.PARTY_NAME:
        return _by_party_name(query)
    return _by_second(query) if query.sort is Sort.CREATED else _by_class(query)


def _by_second(query: InvoiceQuery) -> Sequence[_Class]:
    """Ask for the rest of one second, and for all behind it: SQLite finds no row in an index on an expression."""
    (second,) = _keys(query)
    led = _aside(query, second)
    same = _Class("invoice", f"{led} = :after_0", [second])
    others = _Class("invoice", f"{led} {'<' if query.descending else '>'} :after_0", [second], [second, "id"])
    return [_begun(same, ["id"], 1, query), others]


def _by_class(query: InvoiceQuery) -> Sequence[_Class]:
    classes = [_Class("invoice", one, [str(number)]) for number, one in enumerate(_CLASSES[query.sort])]
    if query.after is not None:
        reached = int(query.after[0] or 0)
        begun = _begun(classes[reached], ["id"], 1, query)
        classes = [*classes[:reached], begun] if query.descending else [begun, *classes[reached + 1 :]]
    return classes[::-1] if query.descending else classes


_PARTY_KEYS = ("is_gone", "name_folded", "number")


def _by_party_name(query: InvoiceQuery) -> Sequence[_Class]:
    # A cross join has SQLite walk the parties in their order, and sort no more than the invoices of one name.
    # Where it goes on, the name by itself leads to the first of them.
    is_reached = query.after is not None and query.after[0] == int(query.descending)
    first = f" AND name_folded {'<=' if query.descending else '>='} :after_1" if is_reached else ""
    called = f"(SELECT id AS called, name_folded FROM party_row WHERE workspace = :workspace{first}) AS party_called"  # noqa: S608
    is_there, is_gone = int(query.descending), int(not query.descending)
    there = _Class(
        f"{called} CROSS JOIN invoice",
        "party = called",
        [str(is_there), "name_folded", "number"],
        ["name_folded", "number", "id"],
    )
    gone = _Class(
        "invoice",
        f"party NOT IN ({_PARTIES})",
        [str(is_gone), "CAST(NULL AS text)", "number"],
        ["number", "id"],
    )
    if query.after is None:
        return [there, gone]
    if query.after[0] == is_gone:
        return [_begun(gone, ["number", "id"], 2, query)]
    return [_begun(there, ["name_folded", "number", "id"], 1, query), gone]


def _begun(one: _Class, columns: Sequence[str], first: int, query: InvoiceQuery) -> _Class:
    """Begin a class behind a position."""
    return replace(one, condition=f"{one.condition} AND {beyond(columns, first, descending=query.descending)}")


def _page(parts: list[str], order: str, variant: Variant) -> str:
    if len(parts) > 1:
        parts = [variant.part.format(part=part, order=order) for part in parts]
    return f"{' UNION ALL '.join(parts)} ORDER BY {order} LIMIT :limit OFFSET :offset"


def _named(query: InvoiceQuery) -> set[str]:
    """Tell the conditions that a query names."""
    return {name for name in _CONDITIONS if getattr(query, name) is not None}


def _order(query: InvoiceQuery) -> str:
    """Say in SQL in which order they stand; what has no due date stands before what has one."""
    return ordered(_keys(query), descending=query.descending, nullable=query.sort is Sort.DUE)
