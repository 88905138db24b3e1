"""The ledger: the way in to the engine for everybody who commands or asks."""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from billingua.core.errors import Refused
from billingua.core.file import File
from billingua.core.invoice import Invoice
from billingua.core.item import Item
from billingua.core.order import Order
from billingua.core.party import Party
from billingua.engine.catalogue_queries import ItemQuery, PartyQuery
from billingua.engine.clock import Clock
from billingua.engine.credentials import GivenTokens
from billingua.engine.journal import Entry
from billingua.engine.kinds import kind_of_type
from billingua.engine.passwords import ProvenPasswords
from billingua.engine.plan import Caller, Command, Job
from billingua.engine.ports import Store, StoreFailed
from billingua.engine.queries import InvoiceQuery, OrderQuery, Page
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

    async def run(self, caller: Caller, command: Command[C, A], values: C) -> A:
        """Run a command; its effect is durable when the answer comes. Raises what the command refuses with."""
        answer = await self._proving(caller, self.store.run(self._job(caller, command, values)))
        if caller.proof is not None:
            caller.proof.has_been_done = True
        return answer

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

    async def orders(self, caller: Caller, query: OrderQuery) -> Page[Order]:
        """List orders of the caller's workspace, each whole, whoever sees it."""
        return await self.store.orders(caller.workspace, query)

    async def items(self, caller: Caller, query: ItemQuery) -> Page[Item]:
        """List items of the caller's workspace."""
        return await self.store.items(caller.workspace, query)

    async def parties(self, caller: Caller, query: PartyQuery) -> Page[Party]:
        """List parties of the caller's workspace; of private ones, those that the caller's user may see."""
        user = caller.user
        reader = user.username if user and not user.admin else None
        return await self.store.parties(caller.workspace, replace(query, reader=reader))

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


def _note(caller: Caller) -> None:
    if caller.proof is not None:
        caller.proof.is_given = True
