"""Updates of a ledger in a file: how fast, against what, and what the server needs to be there at all."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from benchmarks.bench import CACHE, INVOICES, ROOT, Bench
from benchmarks.figures import Figure, at_least, below, ratio
from benchmarks.ledger import copy_of_ledger, open_ids
from benchmarks.requests import balances, contents
from benchmarks.servers import Server, bare_ceiling, billingua, ceiling

_REFERENCE_PYTHON = ROOT / ".venv-bench" / "bin" / "python"


def starting(bench: Bench) -> Iterable[Figure]:
    """Measure how soon a server is there, and how much memory it holds while it waits."""
    server = bench.start(billingua(copy_of_ledger(INVOICES, CACHE, bench.folder / "started")))
    yield Figure(
        name="seconds to /healthz",
        values=[server.started_in_seconds],
        aim=below(1),
        meaning=f"From the command to the first answer, on {INVOICES:,} invoices.",
    )
    yield Figure(
        name="idle memory, MB",
        values=[server.resident_megabytes()],
        aim=below(120),
        meaning="What that server holds before anybody has asked it anything.",
    )


def alone(bench: Bench) -> Iterable[Figure]:
    """Measure one client on one connection, and sixty-four on one invoice."""
    loads = [bench.load(bench.ours, bench.balances, 1) for _ in range(bench.rounds)]
    yield Figure(
        name="one client: updates a second",
        values=[load.per_second for load in loads],
        aim=at_least(1500),
        meaning="BigCommerce `PUT` of a balance, one connection, each request sent after the answer to the last.",
    )
    yield Figure(
        name="one client: median latency, ms",
        values=[load.median_ms for load in loads],
        aim=below(0.7),
        meaning="How long that client waits for an answer, the disk included.",
    )
    one, spread = bench.turns(
        lambda: bench.load(bench.ours, bench.one_invoice, 64), lambda: bench.load(bench.ours, bench.balances, 64)
    )
    name = f"64 on one invoice ÷ spread over {INVOICES:,}"
    yield ratio(name, one, spread, aim=at_least(0.6), meaning="All change one invoice at once; none is refused.")


def against_the_ceiling(bench: Bench) -> Iterable[Figure]:
    """Hold durable updates against the same server without a store, and against one that only decodes JSON."""
    dialects, answers = bench.start(ceiling(_folder(bench, "ceiling"))), _folder(bench, "answers")
    for name, request in (("bigcommerce", next(balances(open_ids(1)))), ("onlyoffice", next(contents()))):
        dialects.ask(request)
        (answers / name).write_bytes(bench.ours.ask(request))
    bare = bench.start(bare_ceiling(answers))
    for name, requests, aim in (
        ("BigCommerce PUT of a balance", bench.balances, at_least(0.30)),
        ("ONLYOFFICE PUT of 10 lines", bench.contents, at_least(0.25)),
    ):
        load = partial(bench.load, requests=requests)
        ours, over, far_over = bench.turns(*(partial(load, server) for server in (bench.ours, dialects, bare)))
        yield ratio(
            f"{name} ÷ ceiling (dialect decodes and answers, no store)",
            ours,
            over,
            aim=aim,
            meaning="Against the same server, whose dialect hears and answers the same, but asks no store and no rule.",
        )
        yield ratio(
            f"{name} ÷ bare JSON ceiling",
            ours,
            far_over,
            meaning="Against the same server when it decodes the JSON and answers with bytes that stand ready.",
        )


def against_the_reference(bench: Bench) -> Iterable[Figure]:
    """Hold durable updates against FastAPI and SQLAlchemy; needs .venv-bench, which `make bench` makes."""
    if not _REFERENCE_PYTHON.exists():
        bench.leave_out("The reference", "there is no .venv-bench; run `make bench`")
        return
    app, folder = ROOT / "benchmarks" / "reference" / "app.py", _folder(bench, "reference")
    reference = bench.start(Server(_REFERENCE_PYTHON, app, folder, log=bench.folder / "reference.log"))
    for name, requests in (("BigCommerce PUT", bench.balances), ("ONLYOFFICE PUT", bench.contents)):
        load = partial(bench.load, requests=requests)
        ours, theirs = bench.turns(partial(load, bench.ours), partial(load, reference))
        meaning = "Against the server in `benchmarks/reference`, which does the same work in the usual way."
        yield ratio(f"{name} ÷ FastAPI + SQLAlchemy", ours, theirs, aim=at_least(5), meaning=meaning)


def _folder(bench: Bench, name: str) -> Path:
    folder = bench.folder / name
    folder.mkdir()
    return folder
