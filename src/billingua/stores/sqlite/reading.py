"""What is read through one connection."""

import json
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

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
from billingua.engine.batch import Loaded, Place, Wanted
from billingua.engine.catalogue_queries import ItemQuery, PartyQuery
from billingua.engine.credit_queries import CreditNoteQuery
from billingua.engine.journal import Entry
from billingua.engine.kinds import KINDS, emails_between, has_email
from billingua.engine.payment_queries import ListedLine, PaymentQuery, ReceiptLineQuery, ReceiptQuery
from billingua.engine.plan import Key, Record
from billingua.engine.ports import Posted
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
from billingua.stores.recent import Recent
from billingua.stores.rows import InvoiceRow, instant_from_row, invoice_from_row
from billingua.stores.sqlite.connections import SQL

Row = Sequence[Any]

LISTS = Variant(place_of="instr", part="{part}", one_of="IN (SELECT value FROM json_each(:{}))")

_KIND_NAMES = {kind.type: kind.name for kind in KINDS}


class Source(Protocol):
    """Whatever answers statements: a connection."""

    def execute(self, sql: str, values: Mapping[str, Any] = ..., /) -> sqlite3.Cursor:
        """Answer a statement."""
        ...


class Reading:
    """Reads aggregates, counters and lists; what is at hand in `recent` is not read again."""

    def __init__(self, connection: Source, recent: Recent) -> None:
        self._connection = connection
        self._recent = recent

    def load(self, wanted: Wanted) -> Loaded:
        """Read what a batch wants."""
        self._read_ahead(wanted.places)
        return Loaded(
            {(workspace, key): self.known_as(workspace, key) for workspace, key in wanted.places},
            {(workspace, name): self.counter(workspace, name) for workspace, name in wanted.counters},
            {(workspace, key): self.uses(workspace, key) for workspace, key in wanted.uses},
            {keep: answer for keep in wanted.answers if (answer := self.kept_answer(*keep))},
        )

    def _read_ahead(self, places: Iterable[Place]) -> None:
        """Take to hand, in one statement, the invoices that are wanted by their ids."""
        missing: defaultdict[str, list[int]] = defaultdict(list)
        for workspace, key in places:
            if key.kind is Invoice and key.name == "id":
                id = int(key.value)
                if self._recent.get((workspace, "invoice", id)) is None:
                    missing[workspace].append(id)
        for workspace, ids in missing.items():
            for row in self._connection.execute(SQL["find_invoices"], {"workspace": workspace, "ids": str(ids)}):
                record = record_from_row("invoice", row)
                self._recent.put((workspace, "invoice", record.value.id), record)

    def known_as(self, workspace: str, key: Key[Any]) -> Record[Any] | None:
        """Give who is known under a key in a workspace; None where there is nobody."""
        kind = _KIND_NAMES[key.kind]
        ids = [int(key.value)] if key.name == "id" else self._ids(workspace, key)
        return self.record(workspace, kind, ids[0]) if ids else None

    def _ids(self, workspace: str, key: Key[Any]) -> Sequence[int]:
        ids = self._recent.ids.get((workspace, key))
        if ids is None:
            values = {"workspace": workspace, "kind": _KIND_NAMES[key.kind], "name": key.name, "value": key.value}
            found = self._connection.execute(SQL["find_holder"], values).fetchone()
            ids = self._recent.ids.put((workspace, key), found or ())
        return ids

    def counter(self, workspace: str, name: str) -> int:
        """Tell the number that a counter would give out next."""
        row = self._connection.execute(SQL["find_counter"], {"workspace": workspace, "name": name}).fetchone()
        return row[0] if row else 1

    def uses(self, workspace: str, key: Key[Any]) -> int:
        """Tell how many aggregates refer to an item or a tax."""
        values = {"workspace": workspace, "kind": _KIND_NAMES[key.kind], "id": key.value}
        row = self._connection.execute(SQL["find_uses"], values).fetchone()
        return row[0] if row else 0

    def kept_answer(self, workspace: str, key: bytes) -> KeptAnswer | None:
        """Give an answer that was kept; None where there is none."""
        row = self._connection.execute(SQL["find_answer"], {"workspace": workspace, "key": key}).fetchone()
        return row and kept_answer_from_row(*row)

    def record(self, workspace: str, kind: str, id: int) -> Record[Any] | None:
        """Give an aggregate; None where there is none."""
        record = self._recent.get((workspace, kind, id))
        if record is None:
            values = {"workspace": workspace, "kind": kind, "id": id}
            query = SQL["find_invoice" if kind == "invoice" else "find_aggregate"]
            row = self._connection.execute(query, values).fetchone()
            if row is None:
                return None
            record = record_from_row(kind, row)
            self._recent.put((workspace, kind, id), record)
        return record

    def holders(self, key: Key[Any]) -> list[tuple[str, Record[Any]]]:
        """Find who is known under a key, in every workspace."""
        kind = _KIND_NAMES[key.kind]
        holders = self._recent.holders.get(key)
        if holders is None:
            query = SQL["find_holders_by_id" if key.name == "id" else "find_holders"]
            values = {"kind": kind, "name": key.name, "value": key.value}
            holders = self._recent.holders.put(key, self._connection.execute(query, values).fetchall())
        return [(workspace, record) for workspace, id in holders if (record := self.record(workspace, kind, id))]

    def users(self, email: str) -> list[tuple[str, Record[User]]]:
        """Find the users who have an e-mail address, in every workspace."""
        first, last = emails_between(email)
        values = {"kind": "user", "name": "email", "first": first, "last": last}
        held = self._connection.execute(SQL["find_holders_between"], values).fetchall()
        found = [(workspace, self.record(workspace, "user", id)) for workspace, id in held]
        return [(workspace, record) for workspace, record in found if record and has_email(record.value, email)]

    def invoice_of_line(self, workspace: str, line: int) -> int | None:
        """Tell which invoice has a line; None where none has."""
        row = self._connection.execute(SQL["find_line"], {"workspace": workspace, "line": line}).fetchone()
        return row[0] if row and row[1] <= line else None

    def workspaces(self) -> list[str]:
        """List the names of all workspaces."""
        return [workspace for (workspace,) in self._connection.execute(SQL["find_workspaces"])]

    def file(self, workspace: str, uuid: UUID) -> File | None:
        """Give a file; None where there is none."""
        values = {"workspace": workspace, "uuid": str(uuid)}
        row = self._connection.execute(SQL["find_file"], values).fetchone()
        return row and File(uuid=uuid, name=row[0], media_type=row[1], content=row[2])

    def history(self, workspace: str, kind: str, id: int) -> list[Entry]:
        """Give the entries of one aggregate, oldest first."""
        values = {"workspace": workspace, "kind": kind, "id": id}
        return [entry_from_row(row) for row in self._connection.execute(SQL["find_history"], values)]

    def page(self, workspace: str, query: InvoiceQuery) -> Page[Invoice]:
        """List invoices."""
        return self._page("invoice", workspace, listing(workspace, query, LISTS), query)

    def invoice_ids(self, workspace: str, query: InvoiceQuery) -> Sequence[int]:
        """List the ids of invoices, as narrowly as they can be kept."""
        asked = listing(workspace, query, LISTS)
        rows = self._connection.execute(asked.page, _told(asked.values) | whole_window(query))
        return array("q", (row[-1] for row in rows))

    def order_page(self, workspace: str, query: OrderQuery) -> Page[Order]:
        """List orders."""
        return self._page("order", workspace, order_listing(workspace, query, LISTS), query)

    def item_page(self, workspace: str, query: ItemQuery) -> Page[Item]:
        """List items."""
        return self._page("item", workspace, item_listing(workspace, query, LISTS), query)

    def party_page(self, workspace: str, query: PartyQuery) -> Page[Party]:
        """List parties."""
        return self._page("party", workspace, party_listing(workspace, query, LISTS), query)

    def payment_page(self, workspace: str, query: PaymentQuery) -> Page[Payment]:
        """List payments."""
        return self._page("payment", workspace, payment_listing(workspace, query, LISTS), query)

    def receipt_page(self, workspace: str, query: ReceiptQuery) -> Page[Receipt]:
        """List receipts."""
        return self._page("receipt", workspace, receipt_listing(workspace, query, LISTS), query)

    def receipt_line_page(self, workspace: str, query: ReceiptLineQuery) -> Page[ListedLine]:
        """List lines of receipts, each with its receipt."""
        rows, total, end = self._found(receipt_line_listing(workspace, query, LISTS), query)
        receipts = {receipt: self.record(workspace, "receipt", receipt) for _, receipt, _ in rows}
        lines = {receipt: lines_of(record) for receipt, record in receipts.items() if record}
        return Page([lines[receipt][id] for _, receipt, id in rows if receipt in lines], total, end)

    def credit_note_page(self, workspace: str, query: CreditNoteQuery) -> Page[CreditNote]:
        """List credit notes."""
        return self._page("credit_note", workspace, credit_note_listing(workspace, query, LISTS), query)

    def _page(self, kind: str, workspace: str, asked: Listing, query: Window) -> Page[Any]:
        rows, total, end = self._found(asked, query)
        return Page([record for *_, id in rows if (record := self.record(workspace, kind, id))], total, end)

    def _found(self, asked: Listing, query: Window) -> tuple[Sequence[Row], int, Position | None]:
        """Find the rows of a page, count how many there are in all, and say where the page ends if more follow."""
        values = _told(asked.values)
        (total,) = self._connection.execute(asked.total, values).fetchone()
        part = window(query, total)
        found = self._connection.execute(asked.page, values | part).fetchall() if part else []
        rows, last = on_page(found, query, total)
        return rows, total, last and (*last[: len(asked.keys)], last[-1])

    def all_of(self, workspace: str, kind: str) -> list[Record[Any]]:
        """Give every aggregate of a kind that has no columns of its own, by id."""
        rows = self._connection.execute(SQL["all_aggregates"], {"workspace": workspace, "kind": kind})
        return [record_from_row(kind, row) for row in rows]

    def miscounts(self, workspace: str) -> list[Miscount]:
        """Find the kept counts of invoices that are not right."""
        rows = self._connection.execute(SQL["find_miscounts"], {"workspace": workspace})
        return [Miscount(*row) for row in rows]


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write lists so that the database takes them."""
    return {name: json.dumps(value) if isinstance(value, list) else value for name, value in values.items()}


def record_from_row(kind: str, row: Row) -> Record[Any]:
    """Read an aggregate from the row that stands for it."""
    if kind == "invoice":
        *columns, body = row
        return invoice_from_row(InvoiceRow(*columns), body)
    version, chain, body = row
    return aggregate_from_body(kind, version, chain, body)


def entry_from_row(row: Row) -> Entry:
    """Read an entry of history."""
    workspace, kind, id, version, at, body, seal = row
    return Entry(workspace, kind, id, version, instant_from_row(at), body, seal)


def posted_from_row(row: Row) -> Posted:
    """Read an event in the outbox."""
    sequence, workspace, at, body = row
    return Posted(sequence, workspace, instant_from_row(at), body)
