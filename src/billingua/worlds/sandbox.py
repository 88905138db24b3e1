"""The sandbox: a server whose clock can be set, and whose world goes back to its beginning."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

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
from billingua.engine.clock import SandboxClock
from billingua.engine.credit_queries import CreditNoteQuery
from billingua.engine.journal import Entry
from billingua.engine.payment_queries import ListedLine, PaymentQuery, ReceiptLineQuery, ReceiptQuery
from billingua.engine.plan import Job, Key, Record
from billingua.engine.ports import Posted, Store
from billingua.engine.queries import InvoiceQuery, Miscount, Misfiled, OrderQuery, Page

T = TypeVar("T")


class Sandbox:
    """What tests may turn: the clock, and the world back to the one that the server was started with.

    `store` is for everybody but the planting: whoever uses it waits while the world is planted anew.
    """

    def __init__(self, store: Store, clock: SandboxClock, plant: Callable[[], Awaitable[object]]) -> None:
        self.clock = clock
        self._gate = _Gate()
        self.store: Store = _GatedStore(store, self._gate)
        self._store = store
        self._plant = plant

    async def reset(self) -> None:
        """Forget everything, plant the world anew and let the clock run, while everybody else waits.

        If the world cannot be planted the ledger is left empty: half a world would pass for a whole one.
        """
        async with self._gate.closed():
            await self._store.erase()
            try:
                await self._plant()
            except Exception as error:
                await self._store.erase()
                raise RuntimeError("the world could not be planted anew; the ledger is empty now") from error
            self.clock.set(None)


class _Gate:
    """Lets many in at once, or keeps all out for one who has to be alone."""

    def __init__(self) -> None:
        self._alone = asyncio.Lock()
        self._opened, self._left = asyncio.Event(), asyncio.Event()
        self._opened.set()
        self._left.set()
        self._inside = 0

    @asynccontextmanager
    async def passed(self) -> AsyncGenerator[None]:
        """Be inside, among others."""
        while not self._opened.is_set():
            await self._opened.wait()
        self._inside += 1
        self._left.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._left.set()

    @asynccontextmanager
    async def closed(self) -> AsyncGenerator[None]:
        """Be alone: nobody comes in any more, and those who are inside are waited for."""
        async with self._alone:
            self._opened.clear()
            try:
                await self._left.wait()
                yield
            finally:
                self._opened.set()


class _GatedStore:
    """A store behind a gate. A walk need not pass: no request goes on one."""

    def __init__(self, store: Store, gate: _Gate) -> None:
        self._store = store
        self._gate = gate

    async def run(self, job: Job[T]) -> T:
        """Run a plan."""
        async with self._gate.passed():
            return await self._store.run(job)

    async def read(self, job: Job[T]) -> T:
        """Run a plan that saves nothing."""
        async with self._gate.passed():
            return await self._store.read(job)

    async def find(self, key: Key[T]) -> Sequence[tuple[str, Record[T]]]:
        """Find an aggregate by a key in every workspace."""
        async with self._gate.passed():
            return await self._store.find(key)

    async def users(self, email: str) -> Sequence[tuple[str, Record[User]]]:
        """Find users by an e-mail address in every workspace."""
        async with self._gate.passed():
            return await self._store.users(email)

    async def invoice_of_line(self, workspace: str, line: int) -> int | None:
        """Find the invoice that has a line."""
        async with self._gate.passed():
            return await self._store.invoice_of_line(workspace, line)

    async def invoices(self, workspace: str, query: InvoiceQuery) -> Page[Invoice]:
        """List invoices."""
        async with self._gate.passed():
            return await self._store.invoices(workspace, query)

    async def invoice_ids(self, workspace: str, query: InvoiceQuery) -> Sequence[int]:
        """List the ids of invoices."""
        async with self._gate.passed():
            return await self._store.invoice_ids(workspace, query)

    async def orders(self, workspace: str, query: OrderQuery) -> Page[Order]:
        """List orders."""
        async with self._gate.passed():
            return await self._store.orders(workspace, query)

    async def items(self, workspace: str, query: ItemQuery) -> Page[Item]:
        """List items."""
        async with self._gate.passed():
            return await self._store.items(workspace, query)

    async def parties(self, workspace: str, query: PartyQuery) -> Page[Party]:
        """List parties."""
        async with self._gate.passed():
            return await self._store.parties(workspace, query)

    async def payments(self, workspace: str, query: PaymentQuery) -> Page[Payment]:
        """List payments."""
        async with self._gate.passed():
            return await self._store.payments(workspace, query)

    async def receipts(self, workspace: str, query: ReceiptQuery) -> Page[Receipt]:
        """List receipts."""
        async with self._gate.passed():
            return await self._store.receipts(workspace, query)

    async def receipt_lines(self, workspace: str, query: ReceiptLineQuery) -> Page[ListedLine]:
        """List lines of receipts, each with its receipt."""
        async with self._gate.passed():
            return await self._store.receipt_lines(workspace, query)

    async def credit_notes(self, workspace: str, query: CreditNoteQuery) -> Page[CreditNote]:
        """List credit notes."""
        async with self._gate.passed():
            return await self._store.credit_notes(workspace, query)

    async def all_of(self, workspace: str, kind: str) -> Sequence[Record[Any]]:
        """Give every aggregate of a kind of which there are few, by id."""
        async with self._gate.passed():
            return await self._store.all_of(workspace, kind)

    async def miscounts(self, workspace: str) -> Sequence[Miscount]:
        """Find the kept counts of invoices that are not right."""
        async with self._gate.passed():
            return await self._store.miscounts(workspace)

    def misfiled(self, workspace: str) -> AsyncIterator[Misfiled]:
        """Hold what is kept beside aggregates against them."""
        return self._store.misfiled(workspace)

    async def workspaces(self) -> Sequence[str]:
        """List the names of all workspaces."""
        async with self._gate.passed():
            return await self._store.workspaces()

    async def file(self, workspace: str, uuid: UUID) -> File | None:
        """Give a file."""
        async with self._gate.passed():
            return await self._store.file(workspace, uuid)

    async def forget_answers(self, before: datetime) -> int:
        """Forget the answers that were kept until then or earlier."""
        async with self._gate.passed():
            return await self._store.forget_answers(before)

    async def history(self, workspace: str, kind: str, id: int) -> Sequence[Entry]:
        """Give the entries of one aggregate."""
        async with self._gate.passed():
            return await self._store.history(workspace, kind, id)

    def aggregates(self, workspace: str, kind: str) -> AsyncIterator[Record[Any]]:
        """Walk all aggregates of a kind."""
        return self._store.aggregates(workspace, kind)

    def journal(self, workspace: str | None = None) -> AsyncIterator[Entry]:
        """Walk all history, or that of one workspace."""
        return self._store.journal(workspace)

    def outbox(self) -> AsyncIterator[Posted]:
        """Walk the outbox."""
        return self._store.outbox()

    async def erase(self) -> None:
        """Forget everything."""
        async with self._gate.closed():
            await self._store.erase()

    async def close(self) -> None:
        """Let go of the database."""
        await self._store.close()
