"""A store in PostgreSQL, for as many nodes as there are."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from functools import partial
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
from billingua.engine.catalogue_queries import ItemQuery, PartyQuery
from billingua.engine.credit_queries import CreditNoteQuery
from billingua.engine.journal import Entry
from billingua.engine.payment_queries import ListedLine, PaymentQuery, ReceiptLineQuery, ReceiptQuery
from billingua.engine.plan import Job, Key, Record
from billingua.engine.ports import Posted
from billingua.engine.queries import InvoiceQuery, Miscount, Misfiled, OrderQuery, Page
from billingua.stores.batches import BATCH_SIZE, Batches
from billingua.stores.misfiled import misfiled
from billingua.stores.postgres.connecting import BY_KEY, TO_WRITE, Connection, check_durability, connected
from billingua.stores.postgres.connections import SNAPSHOT, Line, Lines, transaction
from billingua.stores.postgres.reader import Reader
from billingua.stores.postgres.reading import (
    Reading,
    Row,
    all_of,
    entry_from_row,
    file,
    history,
    invoice_ids,
    invoice_of_line,
    miscounts,
    record_from_row,
    workspaces,
)
from billingua.stores.postgres.statements import SQL, Statement, statement
from billingua.stores.postgres.texts import from_database
from billingua.stores.postgres.writer import Writer
from billingua.stores.recent import Recent
from billingua.stores.rows import instant_from_row

T = TypeVar("T")

CACHE_SIZE = 20_000
PATIENCE_SECONDS = 30
_LIST_CONNECTIONS = 4
_ROWS_AT_ONCE = 500


class PostgresStore:
    """A `Store` in a PostgreSQL database, which other nodes read and write at the same time.

    `cache_size` is how many aggregates are kept at hand, so that they need not be decoded again, and `patience_seconds`
    how long to try to reach a database that is away.
    """

    def __init__(
        self,
        url: str,
        *,
        cache_size: int = CACHE_SIZE,
        patience_seconds: float = PATIENCE_SECONDS,
        batch_size: int = BATCH_SIZE,
        new_uuid: Callable[[], UUID] = uuid4,
    ) -> None:
        self._url = url
        recent = Recent(cache_size)
        self._write_line = Line(url, patience_seconds, TO_WRITE, check_durability)
        self._writer = Writer(self._write_line, recent, new_uuid)
        self._batches: Batches[Job[Any]] = Batches(self._writer.attempt, batch_size)
        plan_line, key_line = Line(url, patience_seconds, BY_KEY), Line(url, patience_seconds, BY_KEY)
        self._reader = Reader(plan_line, key_line, Reading(recent), new_uuid)
        self._lists = Lines(url, patience_seconds, _LIST_CONNECTIONS)
        # What is found at once, such as whether the database is there, need not wait for what takes long.
        self._look_ups = Lines(url, patience_seconds, 1)
        self._listing = Reading(Recent(0))

    async def run(self, job: Job[T]) -> T:
        """Run a plan, and answer once what it decided is committed."""
        return await self._batches.run(job)

    async def read(self, job: Job[T]) -> T:
        """Run a plan that saves nothing, on what is committed."""
        return await self._reader.plans.run(job)

    async def find(self, key: Key[T]) -> Sequence[tuple[str, Record[T]]]:
        """Find an aggregate by a key in every workspace, with the workspaces' names."""
        return await self._reader.keys.run(key)

    async def users(self, email: str) -> Sequence[tuple[str, Record[User]]]:
        """Find the users who have an e-mail address, with the names of their workspaces."""
        return await self._look_ups.use(partial(self._listing.users, email=email))

    async def invoice_of_line(self, workspace: str, line: int) -> int | None:
        """Tell which invoice has a line."""
        return await self._look_ups.use(partial(invoice_of_line, workspace=workspace, line=line))

    async def invoices(self, workspace: str, query: InvoiceQuery) -> Page[Invoice]:
        """List invoices."""
        return await self._list(partial(self._listing.page, workspace=workspace, query=query))

    async def invoice_ids(self, workspace: str, query: InvoiceQuery) -> Sequence[int]:
        """List the ids of invoices, those of one moment."""
        return await self._list(partial(invoice_ids, workspace=workspace, query=query))

    async def orders(self, workspace: str, query: OrderQuery) -> Page[Order]:
        """List orders."""
        return await self._list(partial(self._listing.order_page, workspace=workspace, query=query))

    async def items(self, workspace: str, query: ItemQuery) -> Page[Item]:
        """List items."""
        return await self._list(partial(self._listing.item_page, workspace=workspace, query=query))

    async def parties(self, workspace: str, query: PartyQuery) -> Page[Party]:
        """List parties."""
        return await self._list(partial(self._listing.party_page, workspace=workspace, query=query))

    async def payments(self, workspace: str, query: PaymentQuery) -> Page[Payment]:
        """List payments."""
        return await self._list(partial(self._listing.payment_page, workspace=workspace, query=query))

    async def receipts(self, workspace: str, query: ReceiptQuery) -> Page[Receipt]:
        """List receipts."""
        return await self._list(partial(self._listing.receipt_page, workspace=workspace, query=query))

    async def receipt_lines(self, workspace: str, query: ReceiptLineQuery) -> Page[ListedLine]:
        """List lines of receipts, each with its receipt."""
        return await self._list(partial(self._listing.receipt_line_page, workspace=workspace, query=query))

    async def _list(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        async def answer(connection: Connection) -> T:
            async with transaction(connection, SNAPSHOT):
                return await question(connection)

        return await self._lists.use(answer)

    async def credit_notes(self, workspace: str, query: CreditNoteQuery) -> Page[CreditNote]:
        """List credit notes."""
        return await self._list(partial(self._listing.credit_note_page, workspace=workspace, query=query))

    async def all_of(self, workspace: str, kind: str) -> Sequence[Record[Any]]:
        """Give every aggregate of a kind of which there are few, by id."""
        return await self._lists.use(partial(all_of, workspace=workspace, kind=kind))

    async def miscounts(self, workspace: str) -> Sequence[Miscount]:
        """Find the kept counts of invoices that are not right."""
        return await self._lists.use(partial(miscounts, workspace=workspace))

    async def file(self, workspace: str, uuid: UUID) -> File | None:
        """Give a file; None where there is none."""
        return await self._look_ups.use(partial(file, workspace=workspace, uuid=uuid))

    async def forget_answers(self, before: datetime) -> int:
        """Forget the answers that were kept until then or earlier."""
        return await self._writer.forget_answers(before)

    async def workspaces(self) -> Sequence[str]:
        """List the names of all workspaces."""
        return await self._look_ups.use(workspaces)

    async def history(self, workspace: str, kind: str, id: int) -> Sequence[Entry]:
        """Give the entries of one aggregate, oldest first."""
        return await self._look_ups.use(partial(history, workspace=workspace, kind=kind, id=id))

    async def aggregates(self, workspace: str, kind: str) -> AsyncIterator[Record[Any]]:
        """Walk all aggregates of a kind, by id."""
        name = "all_invoices" if kind == "invoice" else "all_aggregates"
        async with aclosing(self._walk(name, workspace=workspace, kind=kind)) as rows:
            async for row in rows:
                yield record_from_row(row)

    async def journal(self, workspace: str | None = None) -> AsyncIterator[Entry]:
        """Walk all history, or that of one workspace, aggregate by aggregate, each oldest first."""
        walk = (
            self._walk("all_history") if workspace is None else self._walk("history_of_workspace", workspace=workspace)
        )
        async with aclosing(walk) as rows:
            async for row in rows:
                yield entry_from_row(row)

    async def outbox(self) -> AsyncIterator[Posted]:
        """Walk the outbox, workspace by workspace, each oldest first."""
        async with aclosing(self._walk("all_posted")) as rows:
            async for row in rows:
                yield Posted(row["sequence"], from_database(row["workspace"]), instant_from_row(row["at"]), row["body"])

    async def _walk(self, name: str, **values: Any) -> AsyncGenerator[Row]:
        """Walk rows on a connection of its own, a few at a time, in one state of the database."""
        async with self._one_state() as connection, aclosing(_rows(connection, SQL[name], values)) as rows:
            async for row in rows:
                yield row

    @asynccontextmanager
    async def _one_state(self) -> AsyncGenerator[Connection]:
        """Open a connection that reads one state of the database, however long it takes."""
        async with (
            connected(self._url) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection

    async def misfiled(self, workspace: str) -> AsyncIterator[Misfiled]:
        """Hold all that is kept beside aggregates against them, in one state of the database."""
        async with self._one_state() as connection:

            async def records(kind: str) -> AsyncIterator[Record[Any]]:
                query = SQL["all_invoices" if kind == "invoice" else "all_aggregates"]
                async for row in _rows(connection, query, {"workspace": workspace, "kind": kind}):
                    yield record_from_row(row)

            async def rows(table: str, order: str) -> AsyncIterator[Mapping[str, Any]]:
                query = f"SELECT * FROM {table} WHERE workspace = :workspace ORDER BY {order}"  # noqa: S608 - our own
                async for row in _rows(connection, statement(query), {"workspace": workspace}):
                    yield {name: from_database(value) for name, value in row.items()}

            async for one in misfiled(workspace, records, rows):
                yield one

    async def erase(self) -> None:
        """Forget everything, in one step."""
        await self._writer.erase()

    async def close(self) -> None:
        """Finish what was accepted, and let go of the database."""
        await self._batches.close()
        await self._write_line.close()
        await self._reader.close()
        await self._lists.close()
        await self._look_ups.close()


async def _rows(connection: Connection, walk: Statement, values: Mapping[str, Any]) -> AsyncGenerator[Row]:
    """Walk rows, a few at a time."""
    async for row in connection.cursor(walk.sql, *walk.values(**values), prefetch=_ROWS_AT_ONCE):
        yield row
