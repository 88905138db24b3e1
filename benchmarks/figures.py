"""The figures: what was measured, and what was hoped for."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Protocol

_COMPARE = {"≥": operator.ge, "≤": operator.le, "<": operator.lt}


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure should come to."""

    sign: str
    bound: float

    def is_met(self, value: float) -> bool:
        """Whether a value is on the right side of the bound."""
        return _COMPARE[self.sign](value, self.bound)

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:,g}"


def at_least(bound: float) -> Aim:
    """Aim at this much or more."""
    return Aim("≥", bound)


def at_most(bound: float) -> Aim:
    """Aim at this much or less."""
    return Aim("≤", bound)


def below(bound: float) -> Aim:
    """Aim at less than this."""
    return Aim("<", bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the table: `meaning` is a sentence on what it tells, `detail` is how it came about in this run.

    `values` are those of all rounds; the one in the middle is the figure. Without an aim it is there to be looked at.
    """

    name: str
    values: Sequence[float]
    meaning: str
    aim: Aim | None = None
    detail: str = ""

    @property
    def value(self) -> float:
        """The middle of what the rounds came to."""
        return median(self.values)

    @property
    def shown(self) -> str:
        """The value, and between which it lay where there were several rounds."""
        spread = f" ({_digits(min(self.values))} to {_digits(max(self.values))})" if len(self.values) > 1 else ""
        return _digits(self.value) + spread

    @property
    def verdict(self) -> str:
        """Whether the aim is met."""
        return "" if self.aim is None else "yes" if self.aim.is_met(self.value) else "no"

    def told(self) -> dict[str, Any]:
        """Tell it all, for the record."""
        return {
            "name": self.name,
            "value": self.value,
            "values": list(self.values),
            "aim": str(self.aim or ""),
            "met": self.verdict,
            "detail": self.detail,
        }


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


class Pace(Protocol):
    """How fast something was."""

    @property
    def per_second(self) -> float:
        """How many it did in a second."""
        ...

    @property
    def cpu_us(self) -> float:
        """What one cost, in microseconds of one core; 0 where nobody can tell."""
        ...


def ratio(name: str, ours: Sequence[Pace], others: Sequence[Pace], *, meaning: str, aim: Aim | None = None) -> Figure:
    """Hold our paces against those of another, each against the one that was measured beside it."""
    values = [one.per_second / two.per_second for one, two in zip(ours, others, strict=True)]
    detail = f"{_pace(ours)} against {_pace(others)}"
    return Figure(name=name, values=values, meaning=meaning, aim=aim, detail=detail)


def _pace(paces: Sequence[Pace]) -> str:
    cpu_us = median(pace.cpu_us for pace in paces)
    cost = f" at {cpu_us:,.0f} µs of CPU" if cpu_us else ""
    return f"{median(pace.per_second for pace in paces):,.0f}/s{cost}"
