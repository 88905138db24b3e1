"""Whether a ledger holds exactly what its clients were told, and is whole."""

import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from decimal import Decimal
from functools import reduce
from typing import Any

from billingua.engine.audit import audit
from billingua.engine.journal import Entry, breaks, read
from billingua.engine.kinds import KINDS
from billingua.engine.plan import Record
from billingua.engine.ports import Store
from tests.builders import NOON
from tests.durability.clients import Book, Told
from tests.durability.work import AMENDED, ID, REPLACED, WORKSPACE, Operation, Traces

Place = tuple[str, int]
"""A kind and an id."""
Records = Mapping[Place, Record[Any]]
Chains = Mapping[Place, list[Entry]]
Bodies = Mapping[Place, list[dict[str, Any]]]
"""Of each aggregate, what its entries of history tell."""


async def assert_nothing_is_lost(store: Store, book: Book) -> None:
    """See that every granted change is there once and whole, that nothing else is, and that all fits together."""
    chains = await _chains(store)
    assert not [broken for chain in chains.values() for broken in breaks(chain)]
    records = {(kind.name, record.value.id): record for kind in KINDS async for record in _records(store, kind.name)}
    assert {place: (record.version, record.chain) for place, record in records.items()} == {
        place: (len(chain), chain[-1].hash) for place, chain in chains.items()
    }
    bodies = {place: [read(entry) for entry in chain] for place, chain in chains.items()}
    left = await _traces(store, bodies)
    assert not [*_broken_promises(book, left)]
    assert not [*_untrue_entries(book, bodies)]
    assert not [*_wrong_orders(records)]
    assert not [*_wrong_words(records, bodies)]
    assert not [shown for shown in book.shown if not _was_so(*shown, bodies)]


async def assert_the_audit_finds_nothing(store: Store, _: Book) -> None:
    """Hold everything against its history, member by member."""
    assert not [broken async for audited in audit(store, NOON) for broken in audited.breaks]


async def _chains(store: Store) -> Chains:
    chains: defaultdict[Place, list[Entry]] = defaultdict(list)
    async for entry in store.journal():
        chains[entry.kind, entry.id].append(entry)
    return chains


def _records(store: Store, kind: str) -> AsyncIterator[Record[Any]]:
    return store.aggregates(WORKSPACE, kind)


async def _traces(store: Store, bodies: Bodies) -> Mapping[str, Traces]:
    """Gather what each request left in history and outbox."""
    left: defaultdict[str, Traces] = defaultdict(Traces)
    for chain in bodies.values():
        for body in chain:
            left[body["request"]][body["kind"], "entry"] += 1
    sequences: list[int] = []
    async for posted in store.outbox():
        event = json.loads(posted.body)
        left[event["request"]][event["name"], "event"] += 1
        sequences.append(posted.sequence)
    assert sequences == list(range(1, len(sequences) + 1)), "the outbox is not numbered without gaps"
    return left


def _broken_promises(book: Book, left: Mapping[str, Traces]) -> Iterator[str]:
    nothing = Traces()
    for operation, told in book.told.values():
        found = left.get(operation.id, nothing)
        if found not in _allowed(operation, told):
            yield f"{operation} was {told.value}, and left {dict(found)}"
    yield from (f"{id} was never asked for" for id in left if id.startswith("op-") and id not in book.told)


def _allowed(operation: Operation, told: Told) -> list[Traces]:
    either = {Told.GRANTED: [operation.leaves], Told.REFUSED: [Traces()]}
    return either.get(told, [operation.leaves, Traces()])


def _untrue_entries(book: Book, bodies: Bodies) -> Iterator[str]:
    """Find entries of history that do not tell what their request sent."""
    for chain in bodies.values():
        for body in chain:
            if body["request"] in book.told:
                operation, _ = book.told[body["request"]]
                yield from (f"{member} of {operation} is told as {body}" for member in _untold(operation, body))


def _untold(operation: Operation, body: Mapping[str, Any]) -> Iterator[str]:
    """Find members which an entry does not tell as a request sent them."""
    for (kind, member), sent in operation.makes.items():
        if kind == body["kind"] and not _is_same(_told(body, member, "after"), sent):
            yield member
    for (kind, member), added in operation.adds.items():
        if kind == body["kind"] and _told(body, member, "after") != _told(body, member, "before") + added:
            yield member


def _told(body: Mapping[str, Any], member: str, side: str) -> Any:
    """Give what an entry tells of a member, alone or as a part of what was changed."""
    if member == ID:
        return body["id"]
    for change in body["changes"]:
        if f"{member}/".startswith(f"{change['path']}/"):
            parts = member.removeprefix(change["path"]).split("/")[1:]
            return reduce(lambda whole, part: whole[int(part) if part.isdigit() else part], parts, change[side])
    return None


def _is_same(told: Any, sent: Any) -> bool:
    """Whether something told is what was sent; amounts are told as text."""
    return told is not None and (told == sent if isinstance(sent, str) else Decimal(told) == sent)


def _wrong_orders(records: Records) -> Iterator[str]:
    """Find orders on which more or less is noted than their invoices take."""
    taken = Counter[int]()
    for (kind, _), record in records.items():
        if kind == "invoice" and record.value.order:
            taken[record.value.order] += sum(line.quantity for line in record.value.lines)
    for (kind, id), record in records.items():
        if kind == "order" and (noted := record.value.lines[0].invoiced) != taken[id]:
            yield f"of order {id}, {taken[id]} are invoiced, and it says {noted}"


def _wrong_words(records: Records, bodies: Bodies) -> Iterator[str]:
    """Find invoices that do not say what their last request said."""
    for id in (*AMENDED, *REPLACED):
        invoice, last = records["invoice", id].value, bodies["invoice", id][-1]["request"]
        said = invoice.external_id if id in AMENDED else invoice.description
        if last.startswith("op-") and said != last:
            yield f"invoice {id} says {said} after {last}"


def _was_so(id: int, version: int, external_id: str | None, bodies: Bodies) -> bool:
    """Whether an invoice was what a client was shown: a version that its history knows, with that request's words."""
    chain = bodies["invoice", id]
    return version <= len(chain) and external_id in {chain[version - 1]["request"], None}
