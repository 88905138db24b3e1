"""The bench: our server on a file, its requests, and contenders who take turns."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Protocol, TypeVar

from rich.console import Console

from benchmarks.figures import Figure
from benchmarks.ledger import FIRST_OPEN, copy_of_ledger, open_ids
from benchmarks.load import Load, send, write_requests
from benchmarks.requests import balances, contents
from benchmarks.servers import Server, billingua

T = TypeVar("T")

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".bench"
INVOICES = 10_000
CONNECTIONS = 32


class Part(Protocol):
    """Takes some of the figures; it says loudly what it has to leave out."""

    def __call__(self, bench: "Bench", /) -> Iterable[Figure]:
        """Take them."""
        ...


class Bench:
    """The contenders, their requests, and how long each stretch of load is."""

    def __init__(self, folder: Path, stack: ExitStack, *, quick: bool) -> None:
        self.rounds, self.seconds = (1, 2) if quick else (5, 4)
        self.folder = folder
        self._stack = stack
        self._sent = 0
        self.ours = self.start(billingua(copy_of_ledger(INVOICES, CACHE, folder / "ours")))
        self.balances = write_requests(folder / "balances", balances(open_ids(INVOICES)))
        self.contents = write_requests(folder / "contents", contents())
        self.one_invoice = write_requests(folder / "one", balances([FIRST_OPEN]))

    def start(self, contender: AbstractContextManager[T]) -> T:
        """Start a contender that ends with the run."""
        return self._stack.enter_context(contender)

    def leave_out(self, what: str, why: str) -> None:
        """Say loudly that figures are missing."""
        Console(stderr=True).print(f"[bold red]{what} is left out: {why}.")

    def turns(self, *takers: Callable[[], T]) -> Sequence[Sequence[T]]:
        """Let contenders take turns, so that a machine that slows down slows down all; give what each came to."""
        rounds = [[take() for take in takers] for _ in range(self.rounds)]
        return list(zip(*rounds, strict=True))

    def load(self, server: Server, requests: Path, connections: int = CONNECTIONS) -> Load:
        """Send requests for a while, going on where the last stretch ended; none may be refused or lost."""
        load = send(requests, server, connections=connections, seconds=self.seconds, first=self._sent)
        self._sent += load.answers
        if load.refused or load.lost > connections:
            raise RuntimeError(f"{load.refused} requests were refused and {load.lost} lost: see {self.folder}")
        return load
