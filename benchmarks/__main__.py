"""Takes the figures: `python -m benchmarks [--quick]`, or `make bench`.

Each figure is a ratio within one run: contenders take turns, so that a machine that slows down slows down all of them.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.ledger import FIRST_OPEN, copy_of_ledger, open_ids
from benchmarks.load import GENERATOR, Load, send, write_requests
from benchmarks.requests import balances, contents
from benchmarks.servers import Server, billingua, ceiling

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".bench"
REFERENCE_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
INVOICES = 10_000
CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    name: str
    value: float
    aim: str
    detail: str


class Bench:
    """The contenders, their requests, and how long each stretch of load is."""

    def __init__(self, folder: Path, stack: ExitStack, *, quick: bool) -> None:
        self.rounds, self.seconds = (1, 2) if quick else (5, 4)
        self.folder = folder
        self._stack = stack
        self._sent = 0
        self.ours = stack.enter_context(billingua(copy_of_ledger(INVOICES, CACHE, folder / "ours")))
        self.balances = write_requests(folder / "balances", balances(open_ids(INVOICES)))
        self.contents = write_requests(folder / "contents", contents())
        self.one_invoice = write_requests(folder / "one", balances([FIRST_OPEN]))

    def start(self, server: Server) -> Server:
        """Start a contender that ends with the run."""
        return self._stack.enter_context(server)

    def ratio(self, ours: Callable[[], Load], other: Callable[[], Load]) -> tuple[float, Load, Load]:
        """Let two take turns; give the middle ratio of their rates, and the last load of each."""
        pairs = [(ours(), other()) for _ in range(self.rounds)]
        return median(one.per_second / two.per_second for one, two in pairs), *pairs[-1]

    def load(self, server: Server, requests: Path, connections: int = CONNECTIONS) -> Load:
        """Send requests for a while, going on where the last stretch ended; none may be refused or lost."""
        load = send(requests, server, connections=connections, seconds=self.seconds, first=self._sent)
        self._sent += load.answers
        if load.refused or load.lost > connections:
            raise RuntimeError(f"{load.refused} requests were refused and {load.lost} lost: see {self.folder}")
        return load


def against_the_ceiling(bench: Bench) -> Iterable[Figure]:
    """Hold durable updates against the same server that decodes and answers without a store."""
    folder = bench.folder / "ceiling"
    folder.mkdir()
    (folder / "bigcommerce").write_bytes(bench.ours.ask(next(iter(balances(open_ids(INVOICES))))))
    (folder / "onlyoffice").write_bytes(bench.ours.ask(next(iter(contents()))))
    top = bench.start(ceiling(folder))
    for name, requests, aim in (
        ("BigCommerce PUT of a balance ÷ ceiling", bench.balances, "≥ 0.30"),
        ("ONLYOFFICE PUT of 10 lines ÷ ceiling", bench.contents, "≥ 0.25"),
    ):
        value, ours, other = bench.ratio(lambda: bench.load(bench.ours, requests), lambda: bench.load(top, requests))  # noqa: B023
        yield Figure(name, value, aim, f"{ours.per_second:,.0f}/s against {other.per_second:,.0f}/s")


def against_the_reference(bench: Bench) -> Iterable[Figure]:
    """Hold durable updates against FastAPI and SQLAlchemy; needs .venv-bench, which `make bench` makes."""
    if not REFERENCE_PYTHON.exists():
        Console(stderr=True).print("[bold red]The reference is left out: there is no .venv-bench; run `make bench`.")
        return
    folder = bench.folder / "reference"
    folder.mkdir()
    app = ROOT / "benchmarks" / "reference" / "app.py"
    reference = bench.start(Server(REFERENCE_PYTHON, app, folder, log=bench.folder / "reference.log"))
    for name, requests in (("BigCommerce PUT", bench.balances), ("ONLYOFFICE PUT", bench.contents)):
        value, ours, other = bench.ratio(
            lambda: bench.load(bench.ours, requests),  # noqa: B023
            lambda: bench.load(reference, requests),  # noqa: B023
        )
        detail = f"{ours.per_second:,.0f}/s against {other.per_second:,.0f}/s"
        yield Figure(f"{name} ÷ FastAPI + SQLAlchemy", value, "≥ 5", detail)


def alone(bench: Bench) -> Iterable[Figure]:
    """Measure one client on one connection, and sixty-four on one invoice."""
    loads = [bench.load(bench.ours, bench.balances, 1) for _ in range(bench.rounds)]
    yield Figure("one client: updates a second", median(load.per_second for load in loads), "≥ 1,500", "1 connection")
    yield Figure("one client: median latency, ms", median(load.median_ms for load in loads), "< 0.7", "1 connection")
    value, one, spread = bench.ratio(
        lambda: bench.load(bench.ours, bench.one_invoice, 64), lambda: bench.load(bench.ours, bench.balances, 64)
    )
    detail = f"{one.per_second:,.0f}/s against {spread.per_second:,.0f}/s, none refused"
    yield Figure("64 on one invoice ÷ spread over 10,000", value, "≥ 0.6", detail)


def starting(bench: Bench) -> Iterable[Figure]:
    """Measure how soon a server is there, and how much memory it holds while it waits."""
    server = bench.start(billingua(copy_of_ledger(INVOICES, CACHE, bench.folder / "started")))
    yield Figure("seconds to /healthz", server.started_in_seconds, "< 1", f"{INVOICES:,} invoices")
    if (memory := server.resident_megabytes()) is not None:
        yield Figure("idle memory, MB", memory, "< 120", "resident")


def main() -> None:
    """Take every figure, print them as a table, and write them to bench.json."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bench = Bench(Path(folder), stack, quick="--quick" in sys.argv[1:])
        figures = [
            figure for take in (starting, alone, against_the_ceiling, against_the_reference) for figure in take(bench)
        ]
    table = Table("figure", "value", "aim", "detail", title=f"Billingua, load by {GENERATOR}")
    for figure in figures:
        table.add_row(figure.name, f"{figure.value:,.2f}", figure.aim, figure.detail)
    Console().print(table)
    told = [
        {"name": figure.name, "value": figure.value, "aim": figure.aim, "detail": figure.detail} for figure in figures
    ]
    (ROOT / "bench.json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
