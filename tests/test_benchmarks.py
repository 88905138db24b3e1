"""The bench still works: with tiny numbers, of which nothing is asked but that they are there."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import which

import pytest
from benchmarks import load, machine, report, updates
from benchmarks.__main__ import PARTS
from benchmarks.bench import WHOLE, Bench, Extent
from benchmarks.requests import balances
from rich.progress import Progress

TINY = Extent(rounds=1, seconds=0.5, invoices=20)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Generator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setattr(load, "_FROM_WRK", False)
        yield Bench(folder, stack, TINY, Progress(disable=True), cache=folder / "cache")


def test_a_part_of_the_bench_comes_to_figures_that_can_be_published(bench: Bench, tmp_path: Path) -> None:
    figures = list(updates.alone(bench))
    assert len(figures) == 4
    assert all(figure.value > 0 for figure in figures)
    page = report.page(figures, machine.observe(tmp_path), TINY, postgres=None)
    assert all(f"| {figure.name} |" in page for figure in figures)
    report.show(figures, machine.observe(tmp_path))


@pytest.mark.parametrize("from_wrk", {False, which("wrk") is not None})
def test_a_stretch_of_load_is_answered(bench: Bench, monkeypatch: pytest.MonkeyPatch, from_wrk: bool) -> None:
    monkeypatch.setattr(load, "_FROM_WRK", from_wrk)
    monkeypatch.setattr(bench, "seconds", 1)
    assert bench.update(bench.ours, bench.balances).answers > 0


def test_changes_that_are_answered_and_not_in_the_history_are_noticed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.ours, "history", lambda: 1)
    with pytest.raises(RuntimeError, match=r"changes were answered, and 0 are in the history"):
        bench.update(bench.ours, bench.balances)


def test_each_contender_is_first_in_turn(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    takers = [lambda name=name: order.append(name) or name for name in "abc"]
    monkeypatch.setattr(bench, "rounds", 3)
    assert bench.turns(*takers) == [("a",) * 3, ("b",) * 3, ("c",) * 3]
    assert "".join(order) == "abcbcacab"


def test_amounts_differ_where_a_run_begins_elsewhere() -> None:
    def sent(first: int) -> Iterator[bytes]:
        return balances(range(1, 11), many=10, first=first)

    assert not {*sent(0)} & {*sent(1_000)}


def test_the_whole_run_is_expected_to_take_minutes() -> None:
    assert sum(part.expected_seconds(WHOLE) for part in PARTS.values()) < 12 * 60
