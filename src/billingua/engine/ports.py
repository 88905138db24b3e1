"""What the engine asks of whoever remembers."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from billingua.core.access import User
from billingua.core.credit import CreditNote
from billingua.core.errors import Refused
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
from billingua.engine.queries import InvoiceQuery, Miscount, Misfiled, OrderQuery, Page

T = TypeVar("T")


class StoreFailed(Refused):
    """The store could not do its work; nothing of the request has changed."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        """Say why, for a log line."""
        return self.why


class OutcomeUnknown(Exception):
    """Nobody can tell whether the store did its work: the connection was lost, or the disk failed, while it committed.

    This is no refusal, after which nothing has changed. Whoever asked has to look.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Posted:
    """An event in the outbox: `sequence` grows in its workspace from commit to commit, and `body` is a JSON object."""

    sequence: int
    workspace: str
    at: datetime
    body: bytes


class Store(Protocol):
    """A place that remembers aggregates, their history and the outbox, and runs plans on them.

    `run` answers once everything that the plan decided is durable. `read` runs a plan that saves nothing. Both raise
    what the plan raised; `run` may also raise `OutcomeUnknown`. Walks read a state that was whole at one moment, and do
    not hold up writers; one that is left early is closed with `aclosing`.
    """

    async def run(self, job: Job[T]) -> T:
        """Run a plan, with what it saves, its history and its events committed before the answer."""
        ...

    async def read(self, job: Job[T]) -> T:
        """Run a plan that saves nothing, on what is committed."""
        ...

    async def find(self, key: Key[T]) -> Sequence[tuple[str, Record[T]]]:
        """Find an aggregate by a key in every workspace, with the workspaces' names."""
        ...

    async def users(self, email: str) -> Sequence[tuple[str, Record[User]]]:
        """Find the users who have an e-mail address, whatever the case, with the names of their workspaces."""
        ...

    async def invoice_of_line(self, workspace: str, line: int) -> int | None:
        """Tell which invoice (its id) has a line; None where none has."""
        ...

    async def invoices(self, workspace: str, query: InvoiceQuery) -> Page[Invoice]:
        """List invoices."""
        ...

    async def invoice_ids(self, workspace: str, query: InvoiceQuery) -> Sequence[int]:
        """List the ids of invoices, which may be all that there are: those of one moment."""
        ...

    async def orders(self, workspace: str, query: OrderQuery) -> Page[Order]:
        """List orders, each whole, whoever sees it."""
        ...

    async def items(self, workspace: str, query: ItemQuery) -> Page[Item]:
        """List items."""
        ...

    async def parties(self, workspace: str, query: PartyQuery) -> Page[Party]:
        """List parties."""
        ...

    async def payments(self, workspace: str, query: PaymentQuery) -> Page[Payment]:
        """List payments."""
        ...

    async def receipts(self, workspace: str, query: ReceiptQuery) -> Page[Receipt]:
        """List receipts."""
        ...

    async def receipt_lines(self, workspace: str, query: ReceiptLineQuery) -> Page[ListedLine]:
        """List lines of receipts, each with its receipt."""
        ...

    async def credit_notes(self, workspace: str, query: CreditNoteQuery) -> Page[CreditNote]:
        """List credit notes."""
        ...

    async def all_of(self, workspace: str, kind: str) -> Sequence[Record[Any]]:
        """Give every aggregate of a kind of which there are few, by id."""
        ...

    async def miscounts(self, workspace: str) -> Sequence[Miscount]:
        """Count the invoices of a workspace, and find the kept counts that are not right."""
        ...

    def misfiled(self, workspace: str) -> AsyncIterator[Misfiled]:
        """Hold all that is kept beside the aggregates of a workspace against them, and find what is not right."""
        ...

    async def workspaces(self) -> Sequence[str]:
        """List the names of all workspaces."""
        ...

    async def file(self, workspace: str, uuid: UUID) -> File | None:
        """Give a file; None where there is none."""
        ...

    async def forget_answers(self, before: datetime) -> int:
        """Forget the answers that were kept until then or earlier, in every workspace; tell how many those were."""
        ...

    async def history(self, workspace: str, kind: str, id: int) -> Sequence[Entry]:
        """Give the entries of one aggregate, oldest first."""
        ...

    def aggregates(self, workspace: str, kind: str) -> AsyncIterator[Record[Any]]:
        """Walk all aggregates of a kind, by id."""
        ...

    def journal(self, workspace: str | None = None) -> AsyncIterator[Entry]:
        """Walk all history, or that of one workspace, aggregate by aggregate, each oldest first."""
        ...

    def outbox(self) -> AsyncIterator[Posted]:
        """Walk the outbox, oldest first, or so in each workspace: whoever follows it counts each by itself."""
        ...

    async def erase(self) -> None:
        """Forget everything, in one step."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, and let go of the database."""
        ...
