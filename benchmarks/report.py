"""Where the figures go: the terminal, bench.json, and docs/performance.md."""

import json
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks.bench import CONNECTIONS, ROOT, Extent
from benchmarks.figures import Figure
from benchmarks.machine import Machine

_JSON = ROOT / "bench.json"
_PAGE = ROOT / "docs" / "performance.md"

_HEAD = """\
# How fast it is

Written by `make bench`; do not edit it. The decisions behind the figures are in docs/decisions/.

A ratio is taken within one run: the contenders take turns on one machine, in each round another one first, so what
slows down one of them slows down all. A row shows the middle of {rounds} rounds, and in brackets the lowest and the
highest. Where the aim is no ratio, the row is none either.

Everything is on: tokens are checked, history is sealed, the outbox is written, and what is answered is on disk (SQLite
with `synchronous=FULL`, PostgreSQL with `synchronous_commit=on`); after each stretch the database is asked whether its
history tells of all that was answered. Where nothing else is said there are {connections} connections and
{invoices:,} invoices.

This run: {cores} cores, which the load and the databases share with the server, and on which {others} wanted to run
when it began; files on {file_system}, where an fsync took {fsync_ms:.2f} ms; {versions}; load by {load_by}.

| figure | value | aim | met |
|---|---|---|---|
"""


def watched() -> Progress:
    """Show on the terminal how far a run has come."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("of {task.fields[about]}")
    return Progress(*columns, console=Console(stderr=True))


def duration(seconds: float) -> str:
    """Say about how long something takes."""
    return f"about {seconds:.0f} s" if seconds < 100 else f"about {seconds / 60:.0f} min"


def show(figures: Sequence[Figure], machine: Machine) -> None:
    """Print the figures."""
    title = f"Billingua: load by {machine.load_by}, files on {machine.file_system}, an fsync {machine.fsync_ms:.2f} ms"
    table = Table("figure", "value", "aim", "met", "detail", title=title)
    for figure in figures:
        table.add_row(figure.name, figure.shown, str(figure.aim or ""), figure.verdict, figure.detail)
    Console().print(table)


def write_json(figures: Sequence[Figure], machine: Machine, postgres: str | None) -> None:
    """Keep the figures of this run, with the paces that they came from."""
    told = {"machine": {**machine.told(), "postgres": postgres}, "figures": [figure.told() for figure in figures]}
    _JSON.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def write_page(figures: Sequence[Figure], machine: Machine, extent: Extent, postgres: str | None) -> None:
    """Write the page that is published."""
    _PAGE.write_text(page(figures, machine, extent, postgres))


def page(figures: Sequence[Figure], machine: Machine, extent: Extent, postgres: str | None) -> str:
    """Word the page that is published."""
    versions = [
        f"Python {machine.python}",
        f"SQLite {machine.sqlite}",
        *([f"PostgreSQL {postgres}"] if postgres else []),
    ]
    others = "nobody knows how many others" if machine.others is None else f"{machine.others:.1f} other processes"
    head = _HEAD.format(
        rounds=extent.rounds,
        invoices=extent.invoices,
        connections=CONNECTIONS,
        others=others,
        cores=machine.cores,
        file_system=machine.file_system,
        fsync_ms=machine.fsync_ms,
        versions=", ".join(versions),
        load_by=machine.load_by,
    )
    rows = [f"| {one.name} | {one.shown} | {one.aim or '-'} | {one.verdict or '-'} |\n" for one in figures]
    return "".join([head, *rows, "\n## What the rows mean\n\n", *_meanings(figures)])


def _meanings(figures: Sequence[Figure]) -> Iterable[str]:
    """Say what the figures mean, once for those that mean the same."""
    names: dict[str, list[str]] = {}
    for figure in figures:
        names.setdefault(figure.meaning, []).append(f"**{figure.name}**")
    return [f"- {', '.join(those)}: {meaning}\n" for meaning, those in names.items()]
