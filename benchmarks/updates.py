"""Updates of a ledger in a file: how fast, against what, and what the server needs to be there at all."""

from collections.abc import Iterable
from functools import partial

from benchmarks.bench import MOST_CONNECTIONS, ROOT, Bench
from benchmarks.figures import Figure, at_least, below, ratio
from benchmarks.ledger import copy_of_ledger, open_ids
from benchmarks.load import HELD_BACK
from benchmarks.requests import balances, contents
from benchmarks.servers import Server, bare_ceiling, billingua, ceiling, reference

_REFERENCE_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
_EACH_KIND = {"bigcommerce": next(balances(open_ids(1))), "onlyoffice": next(contents())}


def starting(bench: Bench) -> Iterable[Figure]:
    """Measure how soon a server is there, and how much memory it holds while it waits: one anew in each round."""
    data = copy_of_ledger(bench.invoices, bench.cache, bench.folder / "started")
    begun = [_begun(billingua(data)) for _ in range(bench.rounds)]
    yield Figure(
        name="seconds to /healthz",
        values=[seconds for seconds, _ in begun],
        aim=below(1),
        meaning=f"From the command to the first answer, on {bench.invoices:,} invoices. Python has its bytecode, as it "
        "does at any start but the first.",
    )
    yield Figure(
        name="idle memory, MB",
        values=[megabytes for _, megabytes in begun],
        aim=below(120),
        meaning="What that server holds before anybody has asked it anything.",
    )


def _begun(server: Server) -> tuple[float, float]:
    with server:
        return server.started_in_seconds, server.resident_megabytes()


def alone(bench: Bench) -> Iterable[Figure]:
    """Measure one client on one connection, and sixty-four on one invoice."""
    over = bench.once(_ceiling)
    ours, free = bench.turns(
        partial(bench.update, bench.ours, bench.balances, 1), partial(bench.update, over, bench.balances, 1)
    )
    yield Figure(
        name="one client: updates a second",
        values=[load.per_second for load in ours],
        aim=at_least(1500),
        meaning="BigCommerce `PUT` of a balance, one connection, each request sent after the answer to the last.",
    )
    yield Figure(
        name="one client: median latency, ms",
        values=[load.median_ms for load in ours],
        aim=below(0.7),
        meaning="How long that client waits for an answer, the disk included.",
    )
    yield ratio(
        f"one client ÷ ceiling with one client{HELD_BACK}",
        ours,
        free,
        meaning="The same against the same server without a store, asked by one client too.",
    )
    one, spread = bench.turns(
        partial(bench.update, bench.ours, bench.one_invoice, MOST_CONNECTIONS),
        partial(bench.update, bench.ours, bench.balances, MOST_CONNECTIONS),
    )
    name = f"{MOST_CONNECTIONS} on one invoice ÷ spread over {bench.invoices:,}"
    yield ratio(name, one, spread, aim=at_least(0.6), meaning="All change one invoice at once; none is refused.")


def against_the_ceiling(bench: Bench) -> Iterable[Figure]:
    """Hold durable updates against the same server without a store, and against one that only decodes JSON."""
    dialects, bare = bench.once(_ceiling), bench.once(_bare_ceiling)
    for name, requests, aim in (
        ("BigCommerce PUT of a balance", bench.balances, at_least(0.30)),
        ("ONLYOFFICE PUT of 10 lines", bench.contents, at_least(0.25)),
    ):
        update = partial(bench.update, requests=requests)
        ours, over, far_over = bench.turns(*(partial(update, server) for server in (bench.ours, dialects, bare)))
        yield ratio(
            f"{name} ÷ ceiling (dialect decodes and answers, no store){HELD_BACK}",
            ours,
            over,
            aim=aim,
            meaning="Against the same server, whose dialect hears and answers the same, but asks no store and no rule.",
        )
        yield ratio(
            f"{name} ÷ bare JSON ceiling{HELD_BACK}",
            ours,
            far_over,
            meaning="Against the same server when it decodes the JSON and answers with bytes that stand ready.",
        )


def against_the_reference(bench: Bench) -> Iterable[Figure]:
    """Hold durable updates against FastAPI and SQLAlchemy; needs .venv-bench, which `make bench` makes."""
    if not _REFERENCE_PYTHON.exists():
        bench.leave_out("The reference", "there is no .venv-bench; run `make bench`")
        return
    theirs = bench.start(reference(_REFERENCE_PYTHON, bench.new_folder("reference")))
    for name, requests in (("BigCommerce PUT", bench.balances), ("ONLYOFFICE PUT", bench.contents)):
        update = partial(bench.update, requests=requests)
        ours, others = bench.turns(partial(update, bench.ours), partial(update, theirs))
        meaning = "Against the server in `benchmarks/reference`, which does the same work in the usual way."
        yield ratio(f"{name} ÷ FastAPI + SQLAlchemy", ours, others, aim=at_least(5), meaning=meaning)


def _ceiling(bench: Bench) -> Server:
    """Start the same server without a store, which knows the answers after one request of each kind."""
    server = bench.start(ceiling(bench.new_folder("ceiling")))
    for request in _EACH_KIND.values():
        server.ask(request)
    return server


def _bare_ceiling(bench: Bench) -> Server:
    """Start the same server without dialects, which answers what ours once did."""
    answers = bench.new_folder("answers")
    for name, request in _EACH_KIND.items():
        (answers / name).write_bytes(bench.ours.ask(request))
    return bench.start(bare_ceiling(answers))
