"""The bench: our server on a file, its requests, and contenders who take turns."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rich.progress import Progress

from benchmarks.figures import Figure
from benchmarks.ledger import FIRST_OPEN, copy_of_ledger, open_ids
from benchmarks.load import Load, send, write_requests
from benchmarks.requests import balances, contents
from benchmarks.servers import Server, billingua

T = TypeVar("T")

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".bench"
CONNECTIONS = 32
MOST_CONNECTIONS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is measured: so many rounds, of stretches so long, on so many open invoices."""

    rounds: int
    seconds: float
    """wrk and pgbench know whole ones only."""
    invoices: int = 10_000
    patience_seconds: float | None = 240
    """How long a ledger may take to be filled before it is left out; None where it is wanted whatever it takes."""


WHOLE = Extent(rounds=5, seconds=3)
QUICK = Extent(rounds=1, seconds=2)


class Bench:
    """The contenders, their requests, and how long each stretch of load is."""

    def __init__(self, folder: Path, stack: ExitStack, extent: Extent, progress: Progress, cache: Path = CACHE) -> None:
        self.folder = folder
        self.cache = cache
        self.extent = extent
        self.rounds, self.seconds, self.invoices = extent.rounds, extent.seconds, extent.invoices
        self._stack = stack
        self._progress = progress
        self._once: dict[Hashable, Any] = {}
        self._sent = Counter[tuple[Server, Path]]()
        self.ours = self.start(billingua(copy_of_ledger(self.invoices, cache, folder / "ours")))
        self.balances = write_requests(folder / "balances", balances(open_ids(self.invoices)))
        self.contents = write_requests(folder / "contents", contents())
        self.one_invoice = write_requests(folder / "one", balances([FIRST_OPEN]))

    def start(self, contender: AbstractContextManager[T]) -> T:
        """Start a contender that ends with the run."""
        return self._stack.enter_context(contender)

    def once(self, make: Callable[["Bench"], T]) -> T:
        """Make what several parts need, unless it is there."""
        if make not in self._once:
            self._once[make] = make(self)
        return self._once[make]

    def new_folder(self, name: str) -> Path:
        """Make a folder that is removed after the run."""
        folder = self.folder / name
        folder.mkdir()
        return folder

    def say(self, what: str) -> None:
        """Say what is going on."""
        self._progress.console.print(what)

    def leave_out(self, what: str, why: str) -> None:
        """Say loudly that figures are missing."""
        self.say(f"[bold red]{what} is left out: {why}.")

    def turns(self, *takers: Callable[[], T]) -> Sequence[Sequence[T]]:
        """Let contenders take turns, so that a machine that slows down slows down all; give what each came to."""
        return list(zip(*(_round(takers, number) for number in range(self.rounds)), strict=True))

    def update(self, server: Server, requests: Path, connections: int = CONNECTIONS) -> Load:
        """Send changes for a while; the history has to tell of each that was answered."""
        before = server.history()
        load = self.load(server, requests, connections)
        grown = server.history() - before
        # What was on its way when time was up, in this stretch or in the one before, may have been done too.
        if server.keeps_history and not load.answers <= grown <= load.answers + 2 * MOST_CONNECTIONS:
            raise RuntimeError(f"{load.answers} changes were answered, and {grown} are in the history")
        return load

    def load(
        self, server: Server, requests: Path, connections: int = CONNECTIONS, seconds: float | None = None
    ) -> Load:
        """Send requests for a while, going on where the last stretch ended; none may be refused or lost."""
        seconds = seconds or self.seconds
        load = send(requests, server, connections=connections, seconds=seconds, first=self._sent[server, requests])
        # What was on its way when time was up is not sent again: it might change nothing then.
        self._sent[server, requests] += load.answers + connections
        self.spent(seconds)
        if load.refused or load.lost > connections or not load.answers:
            said = f"{load.answers} requests were answered, {load.refused} of them refused, and {load.lost} lost"
            raise RuntimeError(f"{said}: see {self.folder}")
        return load

    def spent(self, seconds: float) -> None:
        """Move on the progress that is shown."""
        for task in self._progress.task_ids:
            self._progress.advance(task, seconds)


def _round(takers: Sequence[Callable[[], T]], number: int) -> Sequence[T]:
    """Let each take a turn, in each round another one first."""
    order = [(number + place) % len(takers) for place in range(len(takers))]
    taken = {place: takers[place]() for place in order}
    return [taken[place] for place in range(len(takers))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Takes some of the figures; it says loudly what it has to leave out."""

    take: Callable[[Bench], Iterable[Figure]]
    stretches: int
    """How many stretches of load there are in a round."""
    other_seconds: int = 3
    """How long the rest takes, about."""

    def expected_seconds(self, extent: Extent) -> int:
        """Say how long it takes, about: each stretch has half a second that is not measured."""
        return self.other_seconds + round(self.stretches * extent.rounds * (extent.seconds + 0.5))
