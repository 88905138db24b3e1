"""Takes the figures: `python -m benchmarks [--quick] [--write] [PART…]`, or `make bench`.

They are printed and written to bench.json; a whole run that is not quick also writes docs/performance.md, as a
quick one does with --write.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import million, postgres, report, updates
from benchmarks.bench import Bench, Part

PARTS: Mapping[str, Part] = {
    "start": updates.starting,
    "alone": updates.alone,
    "ceiling": updates.against_the_ceiling,
    "reference": updates.against_the_reference,
    "postgres": postgres.on_postgres,
    "million": million.of_a_million,
}
"""Each takes figures of its own; one more is one more line here."""
_LONG = frozenset({"million"})
"""A quick run takes these only if it is asked to."""


def main() -> None:
    """Take the figures that are asked for, or all."""
    asked = _arguments()
    others = report.others_at_work()
    with tempfile.TemporaryDirectory(prefix="billingua-bench-") as folder, ExitStack() as stack:
        bench = Bench(Path(folder), stack, quick=asked.quick)
        parts = asked.parts or _all_parts(bench, quick=asked.quick)
        figures = [figure for part in parts for figure in PARTS[part](bench)]
    report.show(figures)
    report.write_json(figures)
    if asked.write or not (asked.quick or asked.parts):
        report.write_page(figures, rounds=bench.rounds, postgres=postgres.version(), others=others)


def _all_parts(bench: Bench, *, quick: bool) -> Sequence[str]:
    for part in _LONG if quick else ():
        bench.leave_out(f"The part {part!r}", "a quick run takes it only when it is named")
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
