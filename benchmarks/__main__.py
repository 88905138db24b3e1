"""Takes the figures: `python -m benchmarks [--quick] [--write] [PART…]`, or `make bench`.

They are printed and written to bench.json; a whole run that is not quick also writes docs/performance.md, as a
quick one does with --write. Ledgers are kept in .bench, where the run has its files too: what is durable has to be on
a disk. A whole run takes about ten minutes and 10 GB there, 8 of which stay: the ledgers of a million, which take about
six minutes more when they are made.
"""

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from rich.progress import Progress

from benchmarks import documents, machine, million, postgres, report, updates
from benchmarks.bench import CACHE, QUICK, WHOLE, Bench, Extent, Part
from benchmarks.figures import Figure

PARTS: Mapping[str, Part] = {
    "start": Part(take=updates.starting, stretches=0, other_seconds=8),
    "alone": Part(take=updates.alone, stretches=4),
    "ceiling": Part(take=updates.against_the_ceiling, stretches=6),
    "reference": Part(take=updates.against_the_reference, stretches=4),
    "postgres": Part(take=postgres.on_postgres, stretches=6, other_seconds=25),
    "documents": Part(take=documents.on_paper, stretches=1, other_seconds=1),
    "million": Part(take=million.of_a_million, stretches=6, other_seconds=15),
    "million-postgres": Part(take=million.of_a_million_on_postgres, stretches=6, other_seconds=15),
}
"""Each takes figures of its own; one more is one more line here."""
_LONG = frozenset({"million", "million-postgres"})
"""A quick run takes these only if they are asked for."""


def main() -> None:
    """Take the figures that are asked for, or all."""
    asked = _arguments()
    extent = QUICK if asked.quick else WHOLE
    # Whoever ends it leaves no servers and no files behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if asked.parts:
        extent = replace(extent, patience_seconds=None)
    with _working_folder() as folder, report.watched() as progress:
        here = machine.observe(folder)
        figures = _take(asked.parts or _all_parts(progress, quick=asked.quick), folder, extent, progress)
        if here.forgets:
            progress.console.print(f"[bold red]The files were on {here.file_system}: nothing of this was durable.")
    report.show(figures, here)
    report.write_json(figures, here, postgres.version())
    if asked.write or not (asked.quick or asked.parts):
        report.write_page(figures, here, extent, postgres.version())


def _take(parts: Sequence[str], folder: Path, extent: Extent, progress: Progress) -> Sequence[Figure]:
    total = sum(PARTS[part].expected_seconds(extent) for part in parts)
    task = progress.add_task("", total=total, about=report.duration(total))
    with ExitStack() as stack:
        bench = Bench(folder, stack, extent, progress)
        return [figure for part in parts for figure in _watch(part, bench, progress, task)]


def _watch(part: str, bench: Bench, progress: Progress, task: int) -> Iterable[Figure]:
    bench.say(f"{part}: {report.duration(PARTS[part].expected_seconds(bench.extent))}")
    progress.update(task, description=part)
    yield from PARTS[part].take(bench)


@contextmanager
def _working_folder() -> Generator[Path]:
    """Make a folder beside the ledgers that are kept, which others may enter: PostgreSQL may be one."""
    CACHE.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=CACHE))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _all_parts(progress: Progress, *, quick: bool) -> Sequence[str]:
    for part in [part for part in PARTS if quick and part in _LONG]:
        progress.console.print(f"[bold red]The part {part!r} is left out: a quick run takes it only when it is named.")
    return [part for part in PARTS if not (quick and part in _LONG)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measures how fast Billingua is.")
    parser.add_argument("--quick", action="store_true", help="measure each once, for two seconds")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md even so")
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[[], *PARTS], help=", ".join(PARTS))
    asked = parser.parse_args()
    if asked.parts and asked.write:
        parser.error("docs/performance.md has the figures of all parts")
    return asked


if __name__ == "__main__":
    main()
