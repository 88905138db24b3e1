"""What is read through a connection."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, cast
from uuid import UUID

import asyncpg

from billingua.core.access import User
from billingua.core.answer import KeptAnswer
from billingua.core.credit import CreditNote
from billingua.core.file import File
from billingua.core.invoice import Invoice
from billingua.core.item import Item
from billingua.core.order import Order
from billingua.core.party import Party
from billingua.core.payment import Payment
from billingua.core.receipt import Receipt
from billingua.engine.batch import Counter, Keep, Loaded, Place, Wanted
from billingua.engine.catalogue_queries import ItemQuery, PartyQuery
from billingua.engine.credit_queries import CreditNoteQuery
from billingua.engine.journal import Entry
from billingua.engine.kinds import KINDS, emails_between, has_email, kind_named
from billingua.engine.payment_queries import ListedLine, PaymentQuery, ReceiptLineQuery, ReceiptQuery
from billingua.engine.plan import Key, Record, by_id
from billingua.engine.positions import Position
from billingua.engine.queries import InvoiceQuery, Miscount, OrderQuery, Page
from billingua.stores.answer_rows import kept_answer_from_row
from billingua.stores.bodies import aggregate_from_body
from billingua.stores.catalogue_listing import item_listing, party_listing
from billingua.stores.credit_listing import credit_note_listing
from billingua.stores.listing import listing
from billingua.stores.order_listing import order_listing
from billingua.stores.pages import Listing, Variant, Window, on_page, whole_window, window
from billingua.stores.payment_listing import payment_listing, receipt_line_listing, receipt_listing
from billingua.stores.payment_rows import lines_of
from billingua.stores.postgres.connecting import Connection
from billingua.stores.postgres.statements import SQL, list_statement, statement
from billingua.stores.postgres.texts import from_database, to_database
from billingua.stores.recent import Recent
from billingua.stores.rows import InvoiceRow, instant_from_row, invoice_from_row

Row = asyncpg.Record

# Each part has an order and an end of its own, or PostgreSQL would put all of them together before it sorts them.
LISTS = Variant(
    place_of="strpos",
    part="({part} ORDER BY {order} LIMIT :limit::bigint + :offset::bigint)",
    one_of="= ANY (:{}::text[])",
)

_KIND_NAMES = {kind.type: kind.name for kind in KINDS}
_LARGEST_ID = 2**63 - 1
_IDS_AT_ONCE = 10_000
_aggregate_of = itemgetter("kind", "version", "chain", "body")


class Reading:
    """Reads aggregates, counters and lists; what is at hand in `recent` with the same chain is not decoded again."""

    def __init__(self, recent: Recent) -> None:
        self._recent = recent

    async def load(self, connection: Connection, wanted: Wanted) -> Loaded:
        """Read what a batch wants."""
        counters = await _counters(connection, "find_counters", wanted.counters)
        counters = dict.fromkeys(wanted.counters, 1) | counters
        records = await self._records(connection, wanted.places)
        return Loaded(records, counters, *await _known(connection, wanted))

    async def load_to_write(self, connection: Connection, wanted: Wanted) -> Loaded:
        """Read what a batch wants, and keep others from its counters until the transaction ends."""
        counters = await _counters(connection, "lock_counters", wanted.counters)
        counters |= await _counters(connection, "create_counters", wanted.counters - counters.keys())
        records = await self._records(connection, wanted.places)
        return Loaded(records, counters, *await _known(connection, wanted))

    async def load_locked(self, connection: Connection, wanted: Wanted) -> Loaded:
        """Read what a batch wants, and keep others from all of it until the transaction ends."""
        loaded = await self.load_to_write(connection, wanted)
        await _lock(connection, loaded.records)
        return replace(loaded, records=await self._records(connection, wanted.places))

    async def _records(self, connection: Connection, places: Iterable[Place]) -> dict[Place, Record[Any] | None]:
        """Give who is known under a key in a workspace; None where there is nobody."""
        known = [place for place in places if place[1].name == "id" and _may_exist(place[1])]
        named = [place for place in places if place[1].name != "id"]
        records: dict[Place, Record[Any] | None] = dict.fromkeys(places)
        if asked := [*known, *named]:
            for row in await connection.fetch(SQL["find_records"].sql, *_asked(known, named)):
                _, records[asked[row["place"] - 1]] = self.record(row)
        return records

    async def holders(
        self, connection: Connection, keys: Sequence[Key[Any]]
    ) -> dict[Key[Any], list[tuple[str, Record[Any]]]]:
        """Find who is known under each of the keys, in every workspace."""
        ids = [key for key in keys if key.name == "id" and _may_exist(key)]
        known = [place for key in ids for place in await _places(connection, key)]
        sought = [key for key in keys if key.name != "id"]
        asked = [*(key for _, key in known), *sought]
        holders = {key: list[tuple[str, Record[Any]]]() for key in keys}
        for row in await connection.fetch(SQL["find_records"].sql, *_asked(known, [], sought)):
            holders[asked[row["place"] - 1]].append(self.record(row))
        return {key: sorted(found, key=itemgetter(0)) for key, found in holders.items()}

    async def users(self, connection: Connection, email: str) -> list[tuple[str, Record[User]]]:
        """Find the users who have an e-mail address, in every workspace."""
        first, last = emails_between(email)
        find = SQL["find_holders_between"]
        rows = await connection.fetch(find.sql, *find.values(kind="user", name="email", first=first, last=last))
        places = [(from_database(row["workspace"]), by_id(User, row["id"])) for row in rows]
        records = await self._records(connection, places)
        found = [(place[0], records[place]) for place in places]
        return [(workspace, record) for workspace, record in found if record and has_email(record.value, email)]

    def record(self, row: Row) -> tuple[str, Record[Any]]:
        """Read an aggregate from the row that stands for it, with the name of its workspace."""
        workspace, kind = from_database(row["workspace"]), row["kind"]
        record = self._recent.get((workspace, kind, row["id"]))
        if record is None or record.chain != row["chain"]:
            record = record_from_row(row)
            self._recent.put((workspace, kind, row["id"]), record)
        return workspace, record

    async def page(self, connection: Connection, workspace: str, query: InvoiceQuery) -> Page[Invoice]:
        """List invoices."""
        return await self._page(connection, "invoice", listing(workspace, query, LISTS), query)

    async def order_page(self, connection: Connection, workspace: str, query: OrderQuery) -> Page[Order]:
        """List orders."""
        return await self._page(connection, "order", order_listing(workspace, query, LISTS), query)

    async def item_page(self, connection: Connection, workspace: str, query: ItemQuery) -> Page[Item]:
        """List items."""
        return await self._page(connection, "item", item_listing(workspace, query, LISTS), query)

    async def party_page(self, connection: Connection, workspace: str, query: PartyQuery) -> Page[Party]:
        """List parties."""
        return await self._page(connection, "party", party_listing(workspace, query, LISTS), query)

    async def payment_page(self, connection: Connection, workspace: str, query: PaymentQuery) -> Page[Payment]:
        """List payments."""
        return await self._page(connection, "payment", payment_listing(workspace, query, LISTS), query)

    async def receipt_page(self, connection: Connection, workspace: str, query: ReceiptQuery) -> Page[Receipt]:
        """List receipts."""
        return await self._page(connection, "receipt", receipt_listing(workspace, query, LISTS), query)

    async def receipt_line_page(
        self, connection: Connection, workspace: str, query: ReceiptLineQuery
    ) -> Page[ListedLine]:
        """List lines of receipts, each with its receipt."""
        asked = receipt_line_listing(workspace, query, LISTS)
        rows, total, last = await self._found(connection, "list_receipt_lines", "receipt", asked, query)
        whole = [row for row in rows if row["body"] is not None]
        lines = {row["id"]: lines_of(self.record(row)[1]) for row in whole}
        return Page([lines[row["id"]][row["line"]] for row in rows], total, _position(asked, last, "line"))

    async def credit_note_page(
        self, connection: Connection, workspace: str, query: CreditNoteQuery
    ) -> Page[CreditNote]:
        """List credit notes."""
        return await self._page(connection, "credit_note", credit_note_listing(workspace, query, LISTS), query)

    async def _page(self, connection: Connection, kind: str, asked: Listing, query: Window) -> Page[Any]:
        name = "list_invoices" if kind == "invoice" else "list_aggregates"
        rows, total, last = await self._found(connection, name, kind, asked, query)
        return Page([self.record(row)[1] for row in rows], total, _position(asked, last, "id"))

    async def _found(
        self, connection: Connection, name: str, kind: str, asked: Listing, query: Window
    ) -> tuple[Sequence[Row], int, Row | None]:
        """Find the rows of a page, count how many there are in all, and give the last of the page if more follow."""
        values = {name: _told(value) for name, value in asked.values.items()}
        count = statement(asked.total)
        total = await connection.fetchval(count.sql, *count.values(**values))
        part = window(query, total)
        if part is None:
            return [], total, None
        keys = "".join(f", {key}" for key in asked.keys)
        page = list_statement(name, kind=kind, page=asked.page, order=asked.order, keys=keys)
        found = await connection.fetch(page.sql, *page.values(**values, **part))
        rows, last = on_page(found, query, total)
        return rows, total, last


def _position(asked: Listing, row: Row | None, id: str) -> Position | None:
    """Read where something stands from its row, where there is one."""
    return None if row is None else (*(from_database(row[key]) for key in asked.keys), row[id])


async def invoice_ids(connection: Connection, workspace: str, query: InvoiceQuery) -> Sequence[int]:
    """List the ids of invoices, as narrowly as they can be kept."""
    asked = listing(workspace, query, LISTS)
    values = {name: _told(value) for name, value in asked.values.items()}
    page = statement(asked.page)
    rows = connection.cursor(page.sql, *page.values(**values, **whole_window(query)), prefetch=_IDS_AT_ONCE)
    ids = array("q")
    async for row in rows:
        ids.append(row["id"])
    return ids


def _told(value: Any) -> Any:
    """Write a list of texts so that the database can keep it."""
    return [to_database(text) for text in cast("list[str]", value)] if isinstance(value, list) else value


def _may_exist(key: Key[Any]) -> bool:
    """Whether an id is one that the database can hold."""
    return abs(int(key.value)) <= _LARGEST_ID


def _asked(known: Iterable[Place], named: Iterable[Place], sought: Iterable[Key[Any]] = ()) -> list[Any]:
    """Put what is asked for into the lists of `find_records`."""
    return SQL["find_records"].values(
        workspaces=[to_database(workspace) for workspace, _ in known],
        kinds=[_KIND_NAMES[key.kind] for _, key in known],
        ids=[int(key.value) for _, key in known],
        name_workspaces=[to_database(workspace) for workspace, _ in named],
        name_kinds=[_KIND_NAMES[key.kind] for _, key in named],
        names=[key.name for _, key in named],
        values=[to_database(str(key.value)) for _, key in named],
        sought_kinds=[_KIND_NAMES[key.kind] for key in sought],
        sought_names=[key.name for key in sought],
        sought_values=[to_database(str(key.value)) for key in sought],
    )


async def _places(connection: Connection, key: Key[Any]) -> list[Place]:
    """Say in which workspaces there is an aggregate with this id."""
    find = SQL["find_holders_by_id"]
    rows = await connection.fetch(find.sql, *find.values(kind=_KIND_NAMES[key.kind], id=int(key.value)))
    return [(from_database(row["workspace"]), key) for row in rows]


async def _counters(connection: Connection, name: str, counters: Iterable[Counter]) -> dict[Counter, int]:
    rows = [{"workspace": workspace, "name": counter} for workspace, counter in sorted(counters)]
    if not rows:
        return {}
    found = await connection.fetch(SQL[name].sql, *SQL[name].columns(rows))
    return {(from_database(row["workspace"]), from_database(row["name"])): row["next"] for row in found}


async def _known(connection: Connection, wanted: Wanted) -> tuple[dict[Place, int], dict[Keep, KeptAnswer]]:
    """Tell how many refer to what is wanted, and which of the answers were kept."""
    return await _uses(connection, wanted.uses), await _answers(connection, wanted.answers)


async def _answers(connection: Connection, keeps: Iterable[Keep]) -> dict[Keep, KeptAnswer]:
    """Give those of some answers that were kept."""
    rows = [{"workspace": workspace, "key": key} for workspace, key in keeps]
    if not rows:
        return {}
    find = SQL["find_answers"]
    found = await connection.fetch(find.sql, *find.columns(rows))
    return {(from_database(workspace), key): kept_answer_from_row(key, *row) for workspace, key, *row in found}


async def _uses(connection: Connection, places: Iterable[Place]) -> dict[Place, int]:
    """Tell of some aggregates how many refer to each."""
    rows = [{"workspace": workspace, "kind": _KIND_NAMES[key.kind], "id": key.value} for workspace, key in places]
    if not rows:
        return {}
    find = SQL["find_uses"]
    found = await connection.fetch(find.sql, *find.columns(rows))
    return {
        (from_database(row["workspace"]), by_id(kind_named(row["kind"]).type, row["id"])): row["uses"] for row in found
    }


async def _lock(connection: Connection, records: Mapping[Place, Record[Any] | None]) -> None:
    rows = [
        {"workspace": workspace, "kind": _KIND_NAMES[key.kind], "id": record.value.id}
        for (workspace, key), record in records.items()
        if record is not None
    ]
    for name in ("lock_aggregates", "lock_invoices"):
        asked = [row for row in rows if (row["kind"] == "invoice") is (name == "lock_invoices")]
        await connection.fetch(SQL[name].sql, *SQL[name].columns(asked))


async def invoice_of_line(connection: Connection, workspace: str, line: int) -> int | None:
    """Tell which invoice has a line; None where none has."""
    find = SQL["find_line"]
    row = await connection.fetchrow(find.sql, *find.values(workspace=workspace, line=line))
    return row["invoice"] if row and row["first"] <= line else None


async def workspaces(connection: Connection) -> list[str]:
    """List the names of all workspaces."""
    return [from_database(row["workspace"]) for row in await connection.fetch(SQL["find_workspaces"].sql)]


async def file(connection: Connection, workspace: str, uuid: UUID) -> File | None:
    """Give a file; None where there is none."""
    find = SQL["find_file"]
    row = await connection.fetchrow(find.sql, *find.values(workspace=workspace, uuid=str(uuid)))
    if row is None:
        return None
    return File(uuid=uuid, **{name: from_database(value) for name, value in row.items()})


async def history(connection: Connection, workspace: str, kind: str, id: int) -> list[Entry]:
    """Give the entries of one aggregate, oldest first."""
    find = SQL["find_history"]
    rows = await connection.fetch(find.sql, *find.values(workspace=workspace, kind=kind, id=id))
    return [entry_from_row(row) for row in rows]


async def all_of(connection: Connection, workspace: str, kind: str) -> list[Record[Any]]:
    """Give every aggregate of a kind that has no columns of its own, by id."""
    find = SQL["all_aggregates"]
    return [
        record_from_row(row) for row in await connection.fetch(find.sql, *find.values(workspace=workspace, kind=kind))
    ]


async def miscounts(connection: Connection, workspace: str) -> list[Miscount]:
    """Find the kept counts of invoices that are not right."""
    find = SQL["find_miscounts"]
    rows = await connection.fetch(find.sql, *find.values(workspace=workspace))
    return [Miscount(*map(from_database, row)) for row in rows]


def record_from_row(row: Row) -> Record[Any]:
    """Read an aggregate from the row that stands for it."""
    if row["kind"] != "invoice":
        return aggregate_from_body(*_aggregate_of(row))
    columns = InvoiceRow(*[from_database(row[name]) for name in InvoiceRow._fields])
    return invoice_from_row(columns, row["body"])


def entry_from_row(row: Row) -> Entry:
    """Read an entry of history."""
    return Entry(
        from_database(row["workspace"]),
        row["kind"],
        row["id"],
        row["version"],
        instant_from_row(row["at"]),
        row["body"],
        row["hash"],
    )
