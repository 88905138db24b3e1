"""A store in one SQLite file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from queue import LifoQueue
from typing import Any, TypeVar
from uuid import UUID, uuid4

from billingua.core.access import User
from billingua.core.credit import CreditNote
from billingua.core.file import File
from billingua.core.invoice import Invoice
from billingua.core.item import Item
from billingua.core.order import Order
from billingua.core.party import Party
from billingua.core.payment import Payment
from billingua.core.receipt import Receipt
from billingua.engine.batch import Outcome
from billingua.engine.catalogue_queries import ItemQuery, PartyQuery
from billingua.engine.credit_queries import CreditNoteQuery
from billingua.engine.journal import Entry
from billingua.engine.payment_queries import ListedLine, PaymentQuery, ReceiptLineQuery, ReceiptQuery
from billingua.engine.plan import Job, Key, Record
from billingua.engine.ports import Posted
from billingua.engine.queries import InvoiceQuery, Miscount, Misfiled, OrderQuery, Page
from billingua.stores.batches import BATCH_SIZE, Batches, answer
from billingua.stores.misfiled import misfiled
from billingua.stores.recent import Recent
from billingua.stores.sqlite.checkpoints import CHECKPOINT_CHANGES, Checkpoints
from billingua.stores.sqlite.connections import SQL, connect_to_read, failures, snapshot
from billingua.stores.sqlite.reader import Reader
from billingua.stores.sqlite.reading import Reading, entry_from_row, posted_from_row, record_from_row
from billingua.stores.sqlite.writer import Writer

T = TypeVar("T")

CACHE_SIZE = 20_000
_LIST_THREADS = 4
_ROWS_AT_ONCE = 100


class SqliteStore:
    """A `Store` in one SQLite file, which other processes may read and write at the same time.

    `cache_size` is how many aggregates are kept at hand for plans that run, and `busy_timeout_seconds` how long
    to wait for another process that writes.
    """

    def __init__(
        self,
        path: Path,
        *,
        cache_size: int = CACHE_SIZE,
        busy_timeout_seconds: float = 10,
        batch_size: int = BATCH_SIZE,
        checkpoint_changes: int = CHECKPOINT_CHANGES,
        new_uuid: Callable[[], UUID] = uuid4,
    ) -> None:
        self._path = path
        self._new_uuid = new_uuid
        recent = Recent(cache_size)
        self._writer = Writer(path, recent, busy_timeout_seconds=busy_timeout_seconds, new_uuid=new_uuid)
        self._checkpoints = Checkpoints(path, checkpoint_changes)
        self._batches = Batches(self._attempt, batch_size)
        self._reader = Reader(path, recent, self._writer)
        # Lists may take long: they have connections and threads of their own, and hold up neither the loop nor,
        # as long as there are few that take long, each other.
        self._listers: LifoQueue[sqlite3.Connection] = LifoQueue()
        for _ in range(_LIST_THREADS):
            self._listers.put(connect_to_read(path))
        self._list_threads = ThreadPoolExecutor(_LIST_THREADS, "list")

    async def run(self, job: Job[T]) -> T:
        """Run a plan, and answer once what it decided is on disk."""
        return await self._batches.run(job)

    async def _attempt(self, jobs: Sequence[Job[Any]]) -> Sequence[Outcome[Any]]:
        """Run a batch; after it, what the writer has at hand serves the reader too."""
        outcomes = await self._writer.attempt(jobs)
        self._checkpoints.count(len(self._writer.under_way.entries))
        with suppress(sqlite3.Error):  # the batch is committed, whatever becomes of this
            version = self._reader.version()
            if not self._writer.others_wrote():  # asked last, so that whoever wrote before that is noticed
                self._reader.trust(version)
        return outcomes

    async def read(self, job: Job[T]) -> T:
        """Run a plan that saves nothing, on what is committed."""
        return self._reader.ask(lambda reading: answer(job, reading))

    async def find(self, key: Key[T]) -> Sequence[tuple[str, Record[T]]]:
        """Find an aggregate by a key in every workspace, with the workspaces' names."""
        return self._reader.ask(lambda reading: reading.holders(key))

    async def users(self, email: str) -> Sequence[tuple[str, Record[User]]]:
        """Find the users who have an e-mail address, with the names of their workspaces."""
        return self._reader.ask(lambda reading: reading.users(email))

    async def invoice_of_line(self, workspace: str, line: int) -> int | None:
        """Tell which invoice has a line."""
        return self._reader.ask(lambda reading: reading.invoice_of_line(workspace, line))

    async def invoices(self, workspace: str, query: InvoiceQuery) -> Page[Invoice]:
        """List invoices."""
        return await self._list(lambda reading: reading.page(workspace, query))

    async def invoice_ids(self, workspace: str, query: InvoiceQuery) -> Sequence[int]:
        """List the ids of invoices, those of one moment."""
        return await self._list(lambda reading: reading.invoice_ids(workspace, query))

    async def orders(self, workspace: str, query: OrderQuery) -> Page[Order]:
        """List orders."""
        return await self._list(lambda reading: reading.order_page(workspace, query))

    async def items(self, workspace: str, query: ItemQuery) -> Page[Item]:
        """List items."""
        return await self._list(lambda reading: reading.item_page(workspace, query))

    async def parties(self, workspace: str, query: PartyQuery) -> Page[Party]:
        """List parties."""
        return await self._list(lambda reading: reading.party_page(workspace, query))

    async def payments(self, workspace: str, query: PaymentQuery) -> Page[Payment]:
        """List payments."""
        return await self._list(lambda reading: reading.payment_page(workspace, query))

    async def receipts(self, workspace: str, query: ReceiptQuery) -> Page[Receipt]:
        """List receipts."""
        return await self._list(lambda reading: reading.receipt_page(workspace, query))

    async def receipt_lines(self, workspace: str, query: ReceiptLineQuery) -> Page[ListedLine]:
        """List lines of receipts, each with its receipt."""
        return await self._list(lambda reading: reading.receipt_line_page(workspace, query))

    async def credit_notes(self, workspace: str, query: CreditNoteQuery) -> Page[CreditNote]:
        """List credit notes."""
        return await self._list(lambda reading: reading.credit_note_page(workspace, query))

    async def all_of(self, workspace: str, kind: str) -> Sequence[Record[Any]]:
        """Give every aggregate of a kind of which there are few, by id."""
        return await self._list(lambda reading: reading.all_of(workspace, kind))

    async def miscounts(self, workspace: str) -> Sequence[Miscount]:
        """Find the kept counts of invoices that are not right."""
        return await self._list(lambda reading: reading.miscounts(workspace))

    async def misfiled(self, workspace: str) -> AsyncIterator[Misfiled]:
        """Hold all that is kept beside aggregates against them, in one state of the database."""
        with failures(), closing(connect_to_read(self._path)) as connection, snapshot(connection):

            async def records(kind: str) -> AsyncIterator[Record[Any]]:
                query = SQL["all_invoices" if kind == "invoice" else "all_aggregates"]
                async for row in _rows(connection, query, {"workspace": workspace, "kind": kind}):
                    yield record_from_row(kind, row)

            async def rows(table: str, order: str) -> AsyncIterator[Mapping[str, Any]]:
                columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
                query = f"SELECT * FROM {table} WHERE workspace = :workspace ORDER BY {order}"  # noqa: S608 - our own
                async for row in _rows(connection, query, {"workspace": workspace}):
                    yield dict(zip(columns, row, strict=True))

            async for one in misfiled(workspace, records, rows):
                yield one

    async def _list(self, question: Callable[[Reading], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._list_threads, self._answer, question)

    def _answer(self, question: Callable[[Reading], T]) -> T:
        lister = self._listers.get()
        try:
            with snapshot(lister):
                return question(Reading(lister, Recent(0)))
        finally:
            self._listers.put(lister)

    async def file(self, workspace: str, uuid: UUID) -> File | None:
        """Give a file; None where there is none."""
        return await self._list(lambda reading: reading.file(workspace, uuid))

    async def forget_answers(self, before: datetime) -> int:
        """Forget the answers that were kept until then or earlier."""
        with failures():
            return await self._writer.forget_answers(before)

    async def workspaces(self) -> Sequence[str]:
        """List the names of all workspaces."""
        return self._reader.ask(lambda reading: reading.workspaces())

    async def history(self, workspace: str, kind: str, id: int) -> Sequence[Entry]:
        """Give the entries of one aggregate, oldest first."""
        return self._reader.ask(lambda reading: reading.history(workspace, kind, id))

    def aggregates(self, workspace: str, kind: str) -> AsyncIterator[Record[Any]]:
        """Walk all aggregates of a kind, by id."""
        query = SQL["all_invoices" if kind == "invoice" else "all_aggregates"]
        return self._walk(query, partial(record_from_row, kind), workspace=workspace, kind=kind)

    def journal(self, workspace: str | None = None) -> AsyncIterator[Entry]:
        """Walk all history, or that of one workspace, aggregate by aggregate, each oldest first."""
        if workspace is None:
            return self._walk(SQL["all_history"], entry_from_row)
        return self._walk(SQL["history_of_workspace"], entry_from_row, workspace=workspace)

    def outbox(self) -> AsyncIterator[Posted]:
        """Walk the outbox, oldest first."""
        return self._walk(SQL["all_posted"], posted_from_row)

    async def _walk(self, query: str, read: Callable[[Any], T], **values: Any) -> AsyncIterator[T]:
        """Walk rows on a connection of its own: one statement reads one state, however long it takes."""
        with failures(), closing(connect_to_read(self._path)) as connection:
            async for row in _rows(connection, query, values):
                yield read(row)

    async def erase(self) -> None:
        """Forget everything, in one step."""
        with failures():
            await self._writer.erase()

    async def close(self) -> None:
        """Finish what was accepted, and let go of the file."""
        await self._batches.close()
        self._list_threads.shutdown()
        while not self._listers.empty():
            self._listers.get().close()
        self._reader.close()
        self._checkpoints.close()
        self._writer.close()


async def _rows(connection: sqlite3.Connection, query: str, values: Mapping[str, Any]) -> AsyncIterator[Any]:
    """Walk rows, a few at a time."""
    cursor = connection.execute(query, values)
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        for row in rows:
            yield row
        # Whoever else has work for the event loop takes turns with a long walk.
        await asyncio.sleep(0)
