"""The ledger: the way in to the engine for everybody who commands or asks."""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from billingua.core.credit import CreditNote
from billingua.core.errors import ChangedMeanwhile, Refused
from billingua.core.file import File
from billingua.core.invoice import Invoice
from billingua.core.item import Item
from billingua.core.order import Order
from billingua.core.party import Party
from billingua.core.payment import Payment
from billingua.core.receipt import Receipt
from billingua.engine.catalogue_queries import ItemQuery, PartyQuery
from billingua.engine.clock import Clock
from billingua.engine.conditions import Expected, changed_since, expecting, find_record
from billingua.engine.credentials import GivenTokens
from billingua.engine.credit_queries import CreditNoteQuery
from billingua.engine.idempotency import UnderWay
from billingua.engine.journal import Entry
from billingua.engine.kinds import kind_of, kind_of_type
from billingua.engine.passwords import ProvenPasswords
from billingua.engine.payment_queries import ListedLine, PaymentQuery, ReceiptLineQuery, ReceiptQuery
from billingua.engine.plan import Caller, Command, Job, Plan
from billingua.engine.ports import Store, StoreFailed
from billingua.engine.queries import InvoiceQuery, OrderQuery, Page
from billingua.engine.rehearsing import Rehearsed, rehearse
from billingua.engine.standing import Standings, nothing, proven

C = TypeVar("C")
A = TypeVar("A")


class Ledger:
    """Runs commands and questions on a store, with the time and the caller's name on each."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.standings = Standings(store)
        self.passwords = ProvenPasswords()
        self.given_tokens = GivenTokens()
        self.under_way = UnderWay()

    async def run(self, caller: Caller, command: Command[C, A], values: C, expected: Expected | None = None) -> A:
        """Run a command; its effect is durable when the answer comes.

        Raises what the command refuses with, or `ChangedMeanwhile` where a record is not as expected.
        """
        job = self._job(caller, _on_condition(command, expected), values)
        answer = await self._naming_changes(caller, expected, self._proving(caller, self.store.run(job)))
        if caller.proof is not None:
            caller.proof.has_been_done = True
        return answer

    async def rehearse(
        self, caller: Caller, command: Command[C, A], values: C, expected: Expected | None = None
    ) -> Rehearsed[A]:
        """Say what a command would do, and do nothing. Raises as `run`."""
        conditional = _on_condition(command, expected)

        def rehearsal(values: C, /, caller: Caller, now: datetime) -> Plan[Rehearsed[A]]:
            return rehearse(conditional(values, caller=caller, now=now))

        return await self._naming_changes(caller, expected, self.read(caller, rehearsal, values))

    async def _naming_changes(self, caller: Caller, expected: Expected | None, work: Awaitable[A]) -> A:
        """Add, to the refusal of what changed meanwhile, what that is."""
        try:
            return await work
        except ChangedMeanwhile as refused:
            record = await self.read(caller, find_record, expected.key) if expected else None
            if expected is None or record is None:
                raise
            entries = await self.history(caller, kind_of(record.value).name, record.value.id)
            changes = changed_since(entries, max(expected.versions, default=0)) if expected.versions else []
            raise ChangedMeanwhile(refused.version, refused.expected, changes) from None

    async def read(self, caller: Caller, question: Command[C, A], values: C) -> A:
        """Run a plan that changes nothing. Raises what it refuses with."""
        return await self._proving(caller, self.store.read(self._job(caller, question, values)))

    async def _proving(self, caller: Caller, work: Awaitable[A]) -> A:
        """Note that a caller is who they are taken for, where a plan has come to an answer or to a refusal."""
        try:
            answer = await work
        except StoreFailed:
            raise
        except Refused:
            _note(caller)
            raise
        _note(caller)
        return answer

    async def prove(self, caller: Caller) -> None:
        """See that a caller is who they are taken for, if nobody has yet. Raises `StandingChanged`."""
        if caller.proof is not None and not caller.proof.is_given:
            await self.read(caller, nothing, None)

    async def invoices(self, caller: Caller, query: InvoiceQuery) -> Page[Invoice]:
        """List invoices of the caller's workspace."""
        return await self.store.invoices(caller.workspace, query)

    async def invoice_ids(self, caller: Caller, query: InvoiceQuery) -> Sequence[int]:
        """List the ids of invoices of the caller's workspace, those of one moment."""
        return await self.store.invoice_ids(caller.workspace, query)

    async def orders(self, caller: Caller, query: OrderQuery) -> Page[Order]:
        """List orders of the caller's workspace, each whole, whoever sees it."""
        return await self.store.orders(caller.workspace, query)

    async def items(self, caller: Caller, query: ItemQuery) -> Page[Item]:
        """List items of the caller's workspace."""
        return await self.store.items(caller.workspace, query)

    async def parties(self, caller: Caller, query: PartyQuery) -> Page[Party]:
        """List parties of the caller's workspace; of private ones, those that the caller's user may see."""
        return await self.store.parties(caller.workspace, replace(query, reader=_reader(caller)))

    async def payments(self, caller: Caller, query: PaymentQuery) -> Page[Payment]:
        """List those payments of the caller's workspace that the caller may see."""
        return await self.store.payments(caller.workspace, replace(query, reader=_reader(caller)))

    async def receipts(self, caller: Caller, query: ReceiptQuery) -> Page[Receipt]:
        """List those receipts of the caller's workspace that the caller may see."""
        return await self.store.receipts(caller.workspace, replace(query, reader=_reader(caller)))

    async def receipt_lines(self, caller: Caller, query: ReceiptLineQuery) -> Page[ListedLine]:
        """List the lines of those receipts of the caller's workspace that the caller may see."""
        return await self.store.receipt_lines(caller.workspace, replace(query, reader=_reader(caller)))

    async def credit_notes(self, caller: Caller, query: CreditNoteQuery) -> Page[CreditNote]:
        """List those credit notes of the caller's workspace that the caller may see."""
        return await self.store.credit_notes(caller.workspace, replace(query, reader=_reader(caller)))

    async def all_of(self, caller: Caller, kind: type[A]) -> Sequence[A]:
        """Give every aggregate of a kind of which the caller's workspace has few, by id."""
        return [record.value for record in await self.store.all_of(caller.workspace, kind_of_type(kind).name)]

    async def file(self, caller: Caller, uuid: UUID) -> File | None:
        """Give a file of the caller's workspace; None where there is none."""
        return await self.store.file(caller.workspace, uuid)

    async def history(self, caller: Caller, kind: str, id: int) -> Sequence[Entry]:
        """Give the history of one aggregate of the caller's workspace, oldest first."""
        return await self.store.history(caller.workspace, kind, id)

    def _job(self, caller: Caller, command: Command[C, A], values: C) -> Job[A]:
        now = self.clock.now()
        action: Any = getattr(command, "__name__", type(command).__name__)
        proof = caller.proof
        if proof is None or proof.has_been_done:
            return Job(caller, now, action, lambda: command(values, caller=caller, now=now))
        return Job(caller, now, action, lambda: proven(command(values, caller=caller, now=now), proof, now))


def _on_condition(command: Command[C, A], expected: Expected | None) -> Command[C, A]:
    """Have a command done only if a record is as expected; it keeps its name, which history tells."""
    if expected is None:
        return command

    @wraps(command)
    def conditional(values: C, /, caller: Caller, now: datetime) -> Plan[A]:
        return expecting(command(values, caller=caller, now=now), expected, caller.user)

    return conditional


def _reader(caller: Caller) -> str | None:
    """Name the caller's user, if that is one who administers nothing."""
    return caller.user.username if caller.user and not caller.user.admin else None


def _note(caller: Caller) -> None:
    if caller.proof is not None:
        caller.proof.is_given = True
