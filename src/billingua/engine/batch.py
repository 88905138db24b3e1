"""Running many plans as one batch: read in bulk, decide one after another, write in bulk, commit once.

The algorithm is itself a plan without I/O. It yields what it wants to read, is sent what was loaded, and returns
everything to write; each store drives it with its own database.
"""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from billingua.core.answer import KeptAnswer
from billingua.core.events import Event
from billingua.core.file import LARGEST_FILE, File
from billingua.engine.journal import GENESIS, Entry, enter
from billingua.engine.kinds import kind_of
from billingua.engine.plan import Decision, Found, Job, Key, Needs, Plan, Record, by_id
from billingua.engine.references import moved_references

T = TypeVar("T")

FULL_BYTES = LARGEST_FILE
"""A batch with so many bytes of files takes in no further plan: all of them are in memory until they are written."""


class Postponed(Exception):
    """A plan was not run, since its batch was full: it is for the next one."""


Place = tuple[str, Key[Any]]
"""A workspace and the key of an aggregate in it."""
Counter = tuple[str, str]
"""A workspace and the name of one of its counters."""
Keep = tuple[str, bytes]
"""A workspace and the key of an answer that is kept there."""


@dataclass(slots=True)
class Wanted:
    """What a batch wants to read."""

    places: set[Place] = field(default_factory=set[Place])
    counters: set[Counter] = field(default_factory=set[Counter])
    uses: set[Place] = field(default_factory=set[Place])
    answers: set[Keep] = field(default_factory=set[Keep])

    def __bool__(self) -> bool:
        """Whether anything is wanted."""
        return bool(self.places or self.counters or self.uses or self.answers)

    def add(self, more: "Wanted") -> None:
        """Want that, too."""
        self.places |= more.places
        self.counters |= more.counters
        self.uses |= more.uses
        self.answers |= more.answers


@dataclass(slots=True)
class Loaded:
    """What a store read for it: None for an aggregate that does not exist, the next number for each counter.

    `uses` says of some aggregates how many others refer to each; of those left out, it is none. Of the answers that
    were wanted, those are there that were kept.
    """

    records: Mapping[Place, Record[Any] | None]
    counters: Mapping[Counter, int]
    uses: Mapping[Place, int] = field(default_factory=dict[Place, int])
    answers: Mapping[Keep, KeptAnswer] = field(default_factory=dict[Keep, KeptAnswer])


@dataclass(slots=True)
class Save:
    """One aggregate to write: as it was before the batch (None: new) and as it is after (None: deleted)."""

    workspace: str
    kind: str
    before: Record[Any] | None
    after: Record[Any] | None

    @property
    def value(self) -> Any:
        """The aggregate as it is, or as it was."""
        known = self.after or self.before
        return known and known.value


@dataclass(frozen=True, slots=True)
class Happening:
    """An event for the outbox, with the entry of history that it stands beside."""

    job: Job[Any]
    event: Event


@dataclass(frozen=True, slots=True)
class Filed:
    """A file to store, at whose request."""

    job: Job[Any]
    file: File


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer to keep, in the place of one that was kept too long ago, or of none."""

    workspace: str
    before: KeptAnswer | None
    after: KeptAnswer


@dataclass(slots=True)
class Outcome(Generic[T]):
    """What became of one job: its answer, or the error it ended in."""

    job: Job[T]
    answer: T | None = None
    error: Exception | None = None


@dataclass(slots=True)
class Writes:
    """Everything that a batch writes in its one commit, and what to tell each caller after it."""

    saves: dict[tuple[str, str, int], Save] = field(default_factory=dict[tuple[str, str, int], Save])
    entries: list[Entry] = field(default_factory=list[Entry])
    happenings: list[Happening] = field(default_factory=list[Happening])
    files: list[Filed] = field(default_factory=list[Filed])
    counters: dict[Counter, int] = field(default_factory=dict[Counter, int])
    answers: dict[Keep, Kept] = field(default_factory=dict[Keep, Kept])
    outcomes: list[Outcome[Any]] = field(default_factory=list[Outcome[Any]])

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.entries or self.happenings or self.files or self.counters or self.answers)


def moved_uses(saves: Iterable[Save]) -> Mapping[Place, int]:
    """Say by how many the references to each item and tax change; most saves change none."""
    more: dict[Place, int] = {}
    for save in saves:
        stale, fresh = moved_references(save.before and save.before.value, save.after and save.after.value)
        for keys, change in ((stale, -1), (fresh, 1)):
            for key in keys:
                more[save.workspace, key] = more.get((save.workspace, key), 0) + change
    return more


class WorkingSet:
    """What a batch has read and decided so far; a later plan sees what an earlier one decided."""

    def __init__(self, new_uuid: Callable[[], UUID]) -> None:
        self.new_uuid = new_uuid
        self._files_bytes = 0
        self._records: defaultdict[str, dict[Key[Any], Record[Any] | None]] = defaultdict(dict)
        """By workspace and id: an aggregate stands here once, however many names lead to it."""
        self._ids: defaultdict[str, dict[Key[Any], Key[Any] | None]] = defaultdict(dict)
        """Where each other name leads: to an id, or to nobody."""
        self.counters: dict[Counter, int] = {}
        self._uses: dict[Place, int] = {}
        """How many refer to an aggregate, before anything here was decided."""
        self._moved_uses: tuple[int, Mapping[Place, int]] = (0, {})
        """By how many more when so many entries were decided."""
        self._answers: dict[Keep, KeptAnswer | None] = {}
        self.writes = Writes()

    def missing(self, workspace: str, needs: Needs) -> Wanted:
        """Say which of the needs have not been read yet."""
        records, ids = self._records[workspace], self._ids[workspace]
        return Wanted(
            {(workspace, key) for key in needs.keys if key not in records and key not in ids},
            {(workspace, name) for name in needs.counters if (workspace, name) not in self.counters},
            {(workspace, key) for key in needs.uses if (workspace, key) not in self._uses},
            {(workspace, key) for key in needs.answers if (workspace, key) not in self._answers},
        )

    def learn(self, loaded: Loaded) -> None:
        """Take in what was read; what is known of an aggregate by now, read before or decided here, stays.

        So what a plan gives back unchanged is the very value that it was given, whatever name it asked by.
        """
        for (workspace, key), record in loaded.records.items():
            id = by_id(key.kind, record.value.id) if record else None
            if key.name != "id":
                self._ids[workspace].setdefault(key, id)
            if id or key.name == "id":
                self._records[workspace].setdefault(id or key, record)
        for counter, number in loaded.counters.items():
            self.counters.setdefault(counter, number)

    def learn_of(self, wanted: Wanted, loaded: Loaded) -> None:
        """Take in how many refer to what was asked for, and which answers were kept."""
        for place in wanted.uses:
            self._uses.setdefault(place, loaded.uses.get(place, 0))
        for keep in wanted.answers:
            self._answers.setdefault(keep, loaded.answers.get(keep))

    def kept_answer(self, workspace: str, key: bytes) -> KeptAnswer | None:
        """Give an answer that was kept; None where there is none."""
        return self._answers[workspace, key]

    def uses(self, workspace: str, key: Key[Any]) -> int:
        """Tell how many aggregates refer to one, with those that were decided here."""
        if self._moved_uses[0] != len(self.writes.entries):
            self._moved_uses = len(self.writes.entries), moved_uses(self.writes.saves.values())
        return self._uses[workspace, key] + self._moved_uses[1].get((workspace, key), 0)

    def record(self, workspace: str, key: Key[T]) -> Record[T] | None:
        """Give an aggregate that was asked for; None where there is none."""
        id = key if key.name == "id" else self._ids[workspace][key]
        return self._records[workspace][id] if id else None

    def apply(self, job: Job[Any], decision: Decision[Any], counters: Mapping[str, int]) -> None:
        """Take a decision over: all of it, or, if anything in it fails, nothing."""
        workspace = job.caller.workspace
        written = [pair for value in decision.saves if (pair := self._write(job, value))]
        written += [self._delete(job, value) for value in decision.deletes]
        if len({(save.kind, save.value.id) for save, _ in written}) < len(written):
            raise ValueError("a decision saves the same aggregate twice, and one of the two would be lost")
        for save, entry in written:
            self._keep(save, entry)
        self.writes.happenings += [Happening(job, event) for event in decision.events]
        self.writes.files += [Filed(job, file) for file in decision.files]
        self._files_bytes += sum(len(file.content) for file in decision.files)
        for name, number in counters.items():
            self.counters[workspace, name] = self.writes.counters[workspace, name] = number
        for answer in decision.keeps:
            self._keep_answer(workspace, answer)

    def _keep_answer(self, workspace: str, answer: KeptAnswer) -> None:
        keep = workspace, answer.key
        self.writes.answers[keep] = Kept(workspace, self._answers[keep], answer)
        self._answers[keep] = answer

    def is_full(self) -> bool:
        """Whether there are as many bytes of files as a batch takes."""
        return self._files_bytes >= FULL_BYTES

    def _write(self, job: Job[Any], value: Any) -> tuple[Save, Entry] | None:
        kind = kind_of(value)
        before = self._records[job.caller.workspace].get(by_id(kind.type, value.id))
        if before is not None and before.value is value:
            return None
        version, chain = (before.version + 1, before.chain) if before else (1, GENESIS)
        entry = enter(job, kind.name, value.id, version, before.value if before else None, value, chain)
        return Save(job.caller.workspace, kind.name, before, Record(value, version, entry.hash)), entry

    def _delete(self, job: Job[Any], value: Any) -> tuple[Save, Entry]:
        kind = kind_of(value)
        before = self._records[job.caller.workspace].get(by_id(kind.type, value.id))
        if before is None:
            raise ValueError("a decision deletes what was not there, or not asked for")
        entry = enter(job, kind.name, value.id, before.version + 1, before.value, None, before.chain)
        return Save(job.caller.workspace, kind.name, before, None), entry

    def _keep(self, save: Save, entry: Entry) -> None:
        value = save.value
        kind = kind_of(value)
        id = by_id(kind.type, value.id)
        stale, fresh = kind.renamed(save.before and save.before.value, save.after and save.after.value)
        self._ids[save.workspace] |= {**dict.fromkeys(stale), **dict.fromkeys(fresh, id)}
        self._records[save.workspace][id] = save.after
        identity = (save.workspace, save.kind, value.id)
        earlier = self.writes.saves.get(identity)
        self.writes.saves[identity] = Save(save.workspace, save.kind, earlier.before, save.after) if earlier else save
        if self.writes.saves[identity].value is None:  # what comes and goes in one batch leaves its history alone
            del self.writes.saves[identity]
        self.writes.entries.append(entry)


class View(Found):
    """The working set as one plan sees it, in its caller's workspace; the numbers it takes count if it succeeds."""

    def __init__(self, working: WorkingSet, workspace: str) -> None:
        self._working = working
        self._workspace = workspace
        self.counters: dict[str, int] = {}

    def record(self, key: Key[T]) -> Record[T] | None:
        """Give an aggregate with its version; None where there is none."""
        return self._working.record(self._workspace, key)

    def new_id(self, counter: str) -> int:
        """Take the next number of a counter that was asked for."""
        id = self.next_id(counter)
        self.counters[counter] = id + 1
        return id

    def next_id(self, counter: str) -> int:
        """Tell the number that a counter would give out next, and take nothing."""
        taken = self.counters.get(counter)
        return self._working.counters[self._workspace, counter] if taken is None else taken

    def claim_id(self, counter: str, id: int) -> None:
        """Make sure that the counter never gives out an id chosen by somebody else."""
        self.counters[counter] = max(self.next_id(counter), id + 1)

    def new_uuid(self) -> UUID:
        """Take a UUID nobody has."""
        return self._working.new_uuid()

    def uses(self, key: Key[Any]) -> int:
        """Tell how many aggregates refer to an item or a tax that was asked for."""
        return self._working.uses(self._workspace, key)

    def kept_answer(self, key: bytes) -> KeptAnswer | None:
        """Give an answer that was kept; None where there is none."""
        return self._working.kept_answer(self._workspace, key)


class _Run(Generic[T]):
    """One plan on its way through a batch."""

    def __init__(self, job: Job[T], working: WorkingSet) -> None:
        self.outcome = Outcome(job)
        self.needs: Needs | None = None
        self._job = job
        self._working = working
        self._plan: Plan[T] | None = None
        self._view = View(working, job.caller.workspace)

    def advance(self) -> None:
        """Go on to the plan's next needs, or to its end."""
        try:
            if self._plan is None:
                self._plan = self._job.start()
                self.needs = next(self._plan)
            else:
                self.needs = self._plan.send(self._view)
        except StopIteration as end:
            self._end(end.value)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this caller's alone
            self._fail(error)

    def postpone_if_full(self) -> None:
        """Leave a plan that has not ended to the next batch if this one is full."""
        if self.needs is not None and self._working.is_full():
            self._fail(Postponed())

    def missing(self) -> Wanted:
        """Say what has to be read before the plan can go on."""
        return self._working.missing(self._job.caller.workspace, self.needs) if self.needs else Wanted()

    def _end(self, decision: Decision[T]) -> None:
        self.needs = None
        try:
            self._working.apply(self._job, decision, self._view.counters)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(error)
        else:
            self.outcome.answer = decision.answer

    def _fail(self, error: Exception) -> None:
        self.needs = None
        self.outcome.error = error


def run_batch(jobs: Sequence[Job[Any]], new_uuid: Callable[[], UUID]) -> Generator[Wanted, Loaded, Writes]:
    """Decide all jobs in turn and collect what to write; a job that fails writes nothing and harms no other.

    Once there are too many bytes of files, the jobs that are left fail with `Postponed`; the first one never does.
    """
    working = WorkingSet(new_uuid)
    runs = [_Run(job, working) for job in jobs]
    for run in runs:
        run.advance()
    first = Wanted()
    for run in runs:
        first.add(run.missing())
    if first:
        yield from _read(first, working)
    for run in runs:
        run.postpone_if_full()
        while run.needs is not None:
            if missing := run.missing():
                yield from _read(missing, working)
            run.advance()
    working.writes.outcomes = [run.outcome for run in runs]
    return working.writes


def _read(wanted: Wanted, working: WorkingSet) -> Generator[Wanted, Loaded]:
    loaded = yield wanted
    working.learn(loaded)
    working.learn_of(wanted, loaded)
