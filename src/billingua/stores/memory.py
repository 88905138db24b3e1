"""A store that remembers as long as it lives: for tests, and for trying things out."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

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
from billingua.engine.batch import (
    Counter,
    Filed,
    Happening,
    Keep,
    Loaded,
    Outcome,
    Place,
    Save,
    Wanted,
    Writes,
    moved_uses,
)
from billingua.engine.catalogue_queries import ItemQuery, PartyQuery
from billingua.engine.credit_queries import CreditNoteQuery
from billingua.engine.journal import Entry
from billingua.engine.kinds import has_email, kind_of
from billingua.engine.payment_queries import Covered, ListedLine, PaymentQuery, ReceiptLineQuery, ReceiptQuery
from billingua.engine.plan import Job, Key, Record
from billingua.engine.ports import Posted
from billingua.engine.positions import Position, in_order, is_behind
from billingua.engine.queries import InvoiceQuery, Miscount, Misfiled, OrderQuery, Page
from billingua.stores.batches import Batches, answer_without_saving, decide
from billingua.stores.outbox import body_of
from billingua.stores.payment_rows import lines_of

T = TypeVar("T")

Identity = tuple[str, str, int]
"""A workspace, a kind and an id."""


class Conflict(Exception):
    """Two aggregates would have one key."""


class _Contents:
    """Everything that is remembered."""

    def __init__(self) -> None:
        self.records: defaultdict[tuple[str, str], dict[int, Record[Any]]] = defaultdict(dict)
        """All aggregates of a kind in a workspace, by id."""
        self.holders: defaultdict[Key[Any], dict[str, Record[Any]]] = defaultdict(dict)
        """Who is known under a key, in each workspace."""
        self.counters: dict[Counter, int] = {}
        self.history: defaultdict[Identity, list[Entry]] = defaultdict(list)
        self.outbox: list[Posted] = []
        self.files: dict[tuple[str, UUID], File] = {}
        self.uses: dict[Place, int] = {}
        """How many aggregates refer to an item or a tax."""
        self.answers: dict[Keep, KeptAnswer] = {}

    def load(self, wanted: Wanted) -> Loaded:
        """Read what a batch wants."""
        return Loaded(
            {(workspace, key): self.held(workspace, key) for workspace, key in wanted.places},
            {counter: self.counters.get(counter, 1) for counter in wanted.counters},
            {place: self.uses.get(place, 0) for place in wanted.uses},
            {keep: self.answers[keep] for keep in wanted.answers if keep in self.answers},
        )

    def held(self, workspace: str, key: Key[Any]) -> Record[Any] | None:
        """Give who is known under a key."""
        return self.holders[key].get(workspace) if key in self.holders else None

    def check(self, writes: Writes) -> None:
        """Refuse with `Conflict` what no database would take."""
        stale = {place for save in writes.saves.values() for place in _places(save.workspace, save.before)}
        fresh = [place for save in writes.saves.values() for place in _places(save.workspace, save.after)]
        if len(set(fresh)) < len(fresh):
            raise Conflict("two aggregates have one key")
        entries = [(_identity(entry), entry.version) for entry in writes.entries]
        if len(set(entries)) < len(entries) or any(
            version <= len(self.history.get(one, ())) for one, version in entries
        ):
            raise Conflict("an id is given out twice")
        for workspace, key in set(fresh) - stale:
            if self.held(workspace, key) is not None:
                raise Conflict(f"{key.name} {key.value} is taken in workspace {workspace}")
        files = [_file_place(filed) for filed in writes.files]
        if len(self.files.keys() | files) < len(self.files) + len(files):
            raise Conflict("two files have one UUID")

    def write(self, writes: Writes) -> None:
        """Take over a batch that was checked: nothing in here can fail."""
        for save in writes.saves.values():
            for workspace, key in _places(save.workspace, save.before):
                del self.holders[key][workspace]
        for save in writes.saves.values():
            self._keep(save)
        for entry in writes.entries:
            self.history[_identity(entry)].append(entry)
        self.counters |= writes.counters
        for place, more in moved_uses(writes.saves.values()).items():
            self.uses[place] = self.uses.get(place, 0) + more
        self.files |= {_file_place(filed): filed.file for filed in writes.files}
        self.answers |= {keep: kept.after for keep, kept in writes.answers.items()}

    def _keep(self, save: Save) -> None:
        if save.after is None:
            del self.records[save.workspace, save.kind][save.value.id]
            return
        self.records[save.workspace, save.kind][save.value.id] = save.after
        for workspace, key in _places(save.workspace, save.after):
            self.holders[key][workspace] = save.after

    def post(self, happenings: Sequence[tuple[Happening, bytes]]) -> None:
        """Put events into the outbox, with their bodies."""
        for happening, body in happenings:
            job = happening.job
            self.outbox.append(Posted(len(self.outbox) + 1, job.caller.workspace, job.now, body))


def _places(workspace: str, record: Record[Any] | None) -> list[tuple[str, Key[Any]]]:
    return [(workspace, key) for key in kind_of(record.value).keys(record.value)] if record else []


def _identity(entry: Entry) -> Identity:
    return entry.workspace, entry.kind, entry.id


def _file_place(filed: Filed) -> tuple[str, UUID]:
    return filed.job.caller.workspace, filed.file.uuid


def _alone(record: Record[Any]) -> tuple[Any]:
    """Give what a query has to know of an aggregate: mostly itself."""
    return (record.value,)


def _cut(asked: list[Record[Any]], query: Any, place: Callable[[Record[Any]], Position]) -> Page[Any]:
    """Put records in their order, and cut a page out of them."""
    asked.sort(key=lambda record: in_order(place(record)), reverse=query.descending)
    rest = [record for record in asked if is_behind(place(record), query.after, descending=query.descending)]
    rest = rest[query.offset :]
    shown = rest if query.limit is None else rest[: query.limit]
    return Page(shown, len(asked), place(shown[-1]) if shown and len(shown) < len(rest) else None)


class MemoryStore:
    """A `Store` in memory, with one batch in each turn of the event loop."""

    def __init__(self, new_uuid: Callable[[], UUID] = uuid4) -> None:
        self._new_uuid = new_uuid
        self._contents = _Contents()
        self._batches = Batches(self._attempt)

    async def run(self, job: Job[T]) -> T:
        """Run a plan and keep what it decides."""
        return await self._batches.run(job)

    async def _attempt(self, jobs: Sequence[Job[Any]]) -> Sequence[Outcome[Any]]:
        writes = decide(jobs, self._contents.load, self._new_uuid)
        self._contents.check(writes)
        bodies = [body_of(happening) for happening in writes.happenings]
        self._contents.write(writes)
        self._contents.post(list(zip(writes.happenings, bodies, strict=True)))
        await asyncio.sleep(0)
        return writes.outcomes

    async def read(self, job: Job[T]) -> T:
        """Run a plan that saves nothing."""
        return answer_without_saving(decide([job], self._contents.load, self._new_uuid))

    async def find(self, key: Key[T]) -> Sequence[tuple[str, Record[T]]]:
        """Find an aggregate by a key in every workspace, with the workspaces' names."""
        return sorted(self._contents.holders[key].items()) if key in self._contents.holders else []

    async def users(self, email: str) -> Sequence[tuple[str, Record[User]]]:
        """Find the users who have an e-mail address, with the names of their workspaces."""
        return [
            (workspace, record)
            for workspace in await self.workspaces()
            for record in await self.all_of(workspace, "user")
            if has_email(record.value, email)
        ]

    async def invoice_of_line(self, workspace: str, line: int) -> int | None:
        """Tell which invoice has a line."""
        invoices: list[Record[Invoice]] = self._all(workspace, "invoice")
        having = (record.value.id for record in invoices if any(one.id == line for one in record.value.lines))
        return min(having, default=None)

    async def invoice_ids(self, workspace: str, query: InvoiceQuery) -> Sequence[int]:
        """List the ids of invoices."""
        return [record.value.id for record in (await self.invoices(workspace, query)).items]

    async def invoices(self, workspace: str, query: InvoiceQuery) -> Page[Invoice]:
        """List invoices."""
        party_of = self._party_of(workspace)

        def known(record: Record[Invoice]) -> tuple[Invoice, Party | None]:
            return record.value, party_of(record.value)

        return self._page(workspace, "invoice", query, known)

    async def orders(self, workspace: str, query: OrderQuery) -> Page[Order]:
        """List orders."""
        parties = [record.value for record in self._all(workspace, "party")]
        by_id, by_uuid = {party.id: party for party in parties}, {party.uuid: party for party in parties}

        def buyer_of(order: Order) -> Party | None:
            return by_uuid.get(order.retailer) if order.retailer else by_id.get(order.company or 0)

        orders = self._all(workspace, "order")
        asked = [record for record in orders if query.matches(record.value, buyer_of(record.value))]
        return _cut(asked, query, lambda record: query.place(record.value))

    async def items(self, workspace: str, query: ItemQuery) -> Page[Item]:
        """List items."""
        return self._page(workspace, "item", query)

    async def parties(self, workspace: str, query: PartyQuery) -> Page[Party]:
        """List parties."""
        return self._page(workspace, "party", query)

    async def payments(self, workspace: str, query: PaymentQuery) -> Page[Payment]:
        """List payments."""
        known = self._known_of(workspace)
        payments = self._all(workspace, "payment")
        asked = [record for record in payments if query.matches(record.value, *known(record.value))]
        return _cut(asked, query, lambda record: query.place(record.value))

    async def receipts(self, workspace: str, query: ReceiptQuery) -> Page[Receipt]:
        """List receipts."""
        known = self._known_of(workspace)
        receipts = self._all(workspace, "receipt")
        asked = [record for record in receipts if query.matches(record.value, *known(record.value))]
        return _cut(asked, query, lambda record: query.place(record.value))

    async def receipt_lines(self, workspace: str, query: ReceiptLineQuery) -> Page[ListedLine]:
        """List lines of receipts, each with its receipt."""
        known = self._known_of(workspace)
        receipts = [(record, known(record.value)) for record in self._all(workspace, "receipt")]
        listed = [(line, about) for record, about in receipts for line in lines_of(record).values()]
        asked = [line for line, about in listed if query.matches(line.value, *about)]
        return _cut(asked, query, lambda record: query.place(record.value))

    async def credit_notes(self, workspace: str, query: CreditNoteQuery) -> Page[CreditNote]:
        """List credit notes."""
        party_of = self._party_of(workspace)

        def known(record: Record[CreditNote]) -> tuple[CreditNote, Party | None]:
            return record.value, party_of(record.value)

        return self._page(workspace, "credit_note", query, known)

    def _known_of(self, workspace: str) -> Callable[[Payment | Receipt], tuple[Party | None, list[Covered]]]:
        """Tell of what is paid by whom, and of the invoices that it covers."""
        party_of = self._party_of(workspace)
        invoices = self._contents.records.get((workspace, "invoice"), {})

        def known(value: Payment | Receipt) -> tuple[Party | None, list[Covered]]:
            covered = (invoices[line.invoice].value for line in value.lines if line.invoice in invoices)
            return party_of(value), [Covered(invoice, party_of(invoice)) for invoice in covered]

        return known

    def _party_of(self, workspace: str) -> Callable[[Invoice | Payment | Receipt | CreditNote], Party | None]:
        parties = self._contents.records.get((workspace, "party"), {})

        def party_of(value: Invoice | Payment | Receipt | CreditNote) -> Party | None:
            record = parties.get(value.party)
            return record and record.value

        return party_of

    def _page(
        self, workspace: str, kind: str, query: Any, known: Callable[[Record[Any]], tuple[Any, ...]] = _alone
    ) -> Page[Any]:
        asked = [record for record in self._all(workspace, kind) if query.matches(*known(record))]
        return _cut(asked, query, lambda record: query.place(*known(record)))

    async def all_of(self, workspace: str, kind: str) -> Sequence[Record[Any]]:
        """Give every aggregate of a kind of which there are few, by id."""
        return sorted(self._all(workspace, kind), key=lambda record: record.value.id)

    async def miscounts(self, workspace: str) -> Sequence[Miscount]:  # noqa: ARG002 - no counts are kept
        """Find nothing: lists are counted each time."""
        return []

    async def misfiled(self, workspace: str) -> AsyncIterator[Misfiled]:  # noqa: ARG002 - as above
        """Find nothing: nothing is kept beside the aggregates."""
        for one in list[Misfiled]():
            yield one

    async def workspaces(self) -> Sequence[str]:
        """List the names of all workspaces."""
        return sorted(
            workspace for (workspace, kind), known in self._contents.records.items() if kind == "workspace" and known
        )

    async def file(self, workspace: str, uuid: UUID) -> File | None:
        """Give a file; None where there is none."""
        return self._contents.files.get((workspace, uuid))

    async def forget_answers(self, before: datetime) -> int:
        """Forget the answers that were kept until then or earlier."""
        answers = self._contents.answers
        old = [keep for keep, answer in answers.items() if answer.kept_at <= before]
        for keep in old:
            del answers[keep]
        return len(old)

    async def history(self, workspace: str, kind: str, id: int) -> Sequence[Entry]:
        """Give the entries of one aggregate, oldest first."""
        return list(self._contents.history.get((workspace, kind, id), ()))

    async def aggregates(self, workspace: str, kind: str) -> AsyncIterator[Record[Any]]:
        """Walk all aggregates of a kind, by id."""
        for record in sorted(self._all(workspace, kind), key=lambda record: record.value.id):
            yield record

    async def journal(self, workspace: str | None = None) -> AsyncIterator[Entry]:
        """Walk all history, or that of one workspace, aggregate by aggregate, each oldest first."""
        aggregates = sorted(
            (identity, list(entries))
            for identity, entries in self._contents.history.items()
            if workspace in {None, identity[0]}
        )
        for _, entries in aggregates:
            for entry in entries:
                yield entry

    async def outbox(self) -> AsyncIterator[Posted]:
        """Walk the outbox, oldest first."""
        for posted in list(self._contents.outbox):
            yield posted

    async def erase(self) -> None:
        """Forget everything."""
        self._contents = _Contents()

    async def close(self) -> None:
        """Finish what was accepted."""
        await self._batches.close()

    def _all(self, workspace: str, kind: str) -> list[Record[Any]]:
        return list(self._contents.records.get((workspace, kind), {}).values())
