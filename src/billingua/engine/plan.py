"""Plans: a command yields what it needs, is sent what was found, decides, and returns a decision.

    def void_invoice(command: VoidInvoice, caller: Caller, now: datetime) -> Plan[Invoice]:
        found = yield Needs([by_id(Invoice, command.invoice)])
        ...
        return Decision(saves=[voided], events=[InvoiceVoided(...)], answer=voided)

A plan has no clock, no database and no `await` inside, so a store may run many at once, or one of them again.
Plans compose: `view = yield from view_of(invoice)` asks for more on the way.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from billingua.core.access import User
from billingua.core.answer import KeptAnswer, Once
from billingua.core.errors import NotFound
from billingua.core.events import Event
from billingua.core.file import File

T = TypeVar("T")


class Key(NamedTuple, Generic[T]):
    """What an aggregate is asked for by: its `id`, or another name under which it alone is known."""

    kind: type[T]
    name: str
    value: str | int


def by_id(kind: type[T], id: int) -> Key[T]:
    """Ask for an aggregate by its id."""
    return Key(kind, "id", id)


def by_uuid(kind: type[T], uuid: UUID) -> Key[T]:
    """Ask for an aggregate by its UUID."""
    return Key(kind, "uuid", str(uuid))


@dataclass(frozen=True, slots=True)
class Record(Generic[T]):
    """An aggregate as it is remembered: its value, how often it was saved, and the head of its history's chain."""

    value: T
    version: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class Needs:
    """What a plan has to know before it goes on.

    That is aggregates by key, counters to take new numbers from, of which items and taxes (by id) to say how many
    aggregates refer to each, and answers that were kept, by their keys.
    """

    keys: Sequence[Key[Any]] = ()
    counters: Sequence[str] = ()
    uses: Sequence[Key[Any]] = ()
    answers: Sequence[bytes] = ()


class Found(Protocol):
    """What is known in answer to a plan's needs."""

    def record(self, key: Key[T]) -> Record[T] | None:
        """Give an aggregate with its version; None where there is none."""
        ...

    def new_id(self, counter: str) -> int:
        """Take the next number of a counter that was asked for."""
        ...

    def next_id(self, counter: str) -> int:
        """Tell the number that a counter would give out next, and take nothing."""
        ...

    def claim_id(self, counter: str, id: int) -> None:
        """Make sure that the counter never gives out an id chosen by somebody else."""
        ...

    def new_uuid(self) -> UUID:
        """Take a UUID nobody has."""
        ...

    def uses(self, key: Key[Any]) -> int:
        """Tell how many aggregates refer to an item or a tax that was asked for by its id."""
        ...

    def kept_answer(self, key: bytes) -> KeptAnswer | None:
        """Give an answer that was kept, however long ago; None where there is none."""
        ...

    def get(self, key: Key[T]) -> T | None:
        """Give an aggregate; None where there is none."""
        record = self.record(key)
        return record.value if record else None

    def require(self, key: Key[T], missing: NotFound) -> T:
        """Give an aggregate, or refuse with the error given."""
        record = self.record(key)
        if record is None:
            raise missing
        return record.value


@dataclass(frozen=True, slots=True)
class Decision(Generic[T]):
    """What a plan decided: the aggregates to save, what happened, the files to store, and the answer to its caller.

    What it deletes is gone, with its names; its history stays, and its id is never given to another. What it keeps, it
    can give again to whoever asks the same again.
    """

    answer: T
    saves: Iterable[Any] = ()
    events: Sequence[Event] = ()
    files: Sequence[File] = ()
    deletes: Iterable[Any] = ()
    keeps: Sequence[KeptAnswer] = ()


Plan = Generator[Needs, Found, Decision[T]]
Step = Generator[Needs, Found, T]
"""Part of a plan: it has needs and gives a value to the plan that called it."""


class StandingChanged(Exception):
    """Whoever asks is not who they were when they were here before; nothing was done for them."""


class Proof:
    """The records that somebody is known by, and until when: to be found again before anything is done for them.

    Once it `is_given`, an answer may be told; once something `has_been_done`, what else the same request asks for is
    done too, since the request is not begun again.
    """

    def __init__(self, records: Mapping[Key[Any], Record[Any]], ends_at: datetime | None = None) -> None:
        self.needs = Needs(list(records))
        self.is_given = False
        self.has_been_done = False
        self._records = records
        self._ends_at = ends_at

    def check(self, found: Found, now: datetime) -> None:
        """See that nothing was saved over the records, and that it is not too late. Refuses with `StandingChanged`."""
        for key, known in self._records.items():
            record = found.record(key)
            if record is None or record.chain != known.chain:
                raise StandingChanged
        if self._ends_at is not None and now >= self._ends_at:
            raise StandingChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, of which workspace, through which dialect, in which request (its id).

    `actor` is the name that history keeps. Without a `user` the credential itself acts, within its `scopes`. Where
    there is a `proof` to give, who they are is remembered, and not yet seen to be so. What they ask for may be done
    `once`, however often they ask.
    """

    workspace: str
    actor: str
    dialect: str
    request: str = ""
    user: User | None = None
    scopes: tuple[str, ...] | None = None
    proof: Proof | None = field(default=None, compare=False, repr=False)
    once: Once | None = field(default=None, compare=False, repr=False)


C_contra = TypeVar("C_contra", contravariant=True)


class Command(Protocol[C_contra, T]):
    """A function that starts a plan for a command's values."""

    def __call__(self, command: C_contra, /, caller: Caller, now: datetime) -> Plan[T]:
        """Start the plan."""
        ...


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """A plan that waits to be run for somebody: it can be started as often as it takes."""

    caller: Caller
    now: datetime
    action: str
    start: Callable[[], Plan[T]]


@dataclass(slots=True)
class Knowledge(Found):
    """What is known, as plain dictionaries: the `Found` of tests, and of whoever has everything at hand."""

    records: Mapping[Key[Any], Record[Any]] = field(default_factory=dict[Key[Any], Record[Any]])
    counters: dict[str, int] = field(default_factory=dict[str, int])
    uuids: Callable[[], UUID] | None = None
    used: dict[Key[Any], int] = field(default_factory=dict[Key[Any], int])
    kept: dict[bytes, KeptAnswer] = field(default_factory=dict[bytes, KeptAnswer])

    def record(self, key: Key[T]) -> Record[T] | None:
        """Give an aggregate with its version; None where there is none."""
        return self.records.get(key)

    def new_id(self, counter: str) -> int:
        """Take the next number of a counter."""
        id = self.next_id(counter)
        self.counters[counter] = id + 1
        return id

    def next_id(self, counter: str) -> int:
        """Tell the number that a counter would give out next."""
        return self.counters.get(counter, 1)

    def claim_id(self, counter: str, id: int) -> None:
        """Make sure that the counter never gives this id out."""
        self.counters[counter] = max(self.next_id(counter), id + 1)

    def new_uuid(self) -> UUID:
        """Take a UUID from the source given."""
        if self.uuids is None:
            raise LookupError("no source of UUIDs was given")
        return self.uuids()

    def uses(self, key: Key[Any]) -> int:
        """Tell how many aggregates refer to an item or a tax."""
        return self.used.get(key, 0)

    def kept_answer(self, key: bytes) -> KeptAnswer | None:
        """Give an answer that was kept; None where there is none."""
        return self.kept.get(key)
