"""Where the figures go: the terminal, bench.json, and docs/performance.md."""

import json
import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.bench import CONNECTIONS, INVOICES, ROOT
from benchmarks.figures import Figure
from benchmarks.load import GENERATOR

_JSON = ROOT / "bench.json"
_PAGE = ROOT / "docs" / "performance.md"

_HEAD = """\
# How fast it is

Written by `make bench`; do not edit it. The decisions behind the figures are in docs/decisions/.

A ratio is taken within one run: the contenders take turns on one machine, so what slows down one of them slows down
all. A row shows the middle of {rounds} rounds, and in brackets the lowest and the highest. Where the aim is no ratio,
the row is none either.

Everything is on: tokens are checked, history is sealed, the outbox is written, and what is answered is on disk (SQLite
with `synchronous=FULL`, PostgreSQL with `synchronous_commit=on`). Where nothing else is said there are {connections}
connections and {invoices:,} invoices.

This run: {cores} cores, which the load and the databases share with the server, and on which {others} wanted to run
when it began; {versions}; load by {generator}.

| figure | value | aim | met |
|---|---|---|---|
"""


def show(figures: Sequence[Figure]) -> None:
    """Print the figures."""
    table = Table("figure", "value", "aim", "met", "detail", title=f"Billingua, load by {GENERATOR}")
    for figure in figures:
        table.add_row(figure.name, figure.shown, str(figure.aim or ""), figure.verdict, figure.detail)
    Console().print(table)


def write_json(figures: Sequence[Figure]) -> None:
    """Keep the figures of this run, with the paces that they came from."""
    _JSON.write_text(json.dumps([figure.told() for figure in figures], indent=2, ensure_ascii=False) + "\n")


def others_at_work() -> str:
    """Say how many others want a core, from what the system counted in the last minute."""
    return f"{os.getloadavg()[0]:.1f} other processes" if hasattr(os, "getloadavg") else "nobody knows how many others"


def write_page(figures: Sequence[Figure], *, rounds: int, postgres: str | None, others: str) -> None:
    """Write the page that is published."""
    versions = ["Python " + platform.python_version(), "SQLite " + sqlite3.sqlite_version]
    versions += ["PostgreSQL " + postgres] if postgres else []
    head = _HEAD.format(
        rounds=rounds,
        others=others,
        cores=os.cpu_count(),
        versions=", ".join(versions),
        generator=GENERATOR,
        connections=CONNECTIONS,
        invoices=INVOICES,
    )
    rows = [f"| {one.name} | {one.shown} | {one.aim or '-'} | {one.verdict or '-'} |\n" for one in figures]
    _PAGE.write_text("".join([head, *rows, "\n## What the rows mean\n\n", *_meanings(figures)]))


def _meanings(figures: Sequence[Figure]) -> Iterable[str]:
    """Say what the figures mean, once for those that mean the same."""
    names: dict[str, list[str]] = {}
    for figure in figures:
        names.setdefault(figure.meaning, []).append(f"**{figure.name}**")
    return [f"- {', '.join(those)}: {meaning}\n" for meaning, those in names.items()]
