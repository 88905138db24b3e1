"""Checking a file's JSON against what may stand in it: every problem is found, each with its place."""

import json
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import msgspec
from msgspec import inspect

from billingua.worlds.problems import Problem, below
from billingua.worlds.shapes import PLAIN_JSON, Shape, can_be_written, members_of, shape_of

T = TypeVar("T", bound=msgspec.Struct)

Way = tuple[Any, str | int] | None
"""Where a value stands: the way to what it is part of, and the part. It is spelt out only where something is wrong."""

_encoder = msgspec.json.Encoder(decimal_format="number")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands in for what JSON can spell and a world cannot have; `why` says what it was."""

    why: str


def read_as(section: type[T], value: Any, place: str, problems: list[Problem]) -> T | None:
    """Read a value of plain JSON as a section; where it is none, say why in `problems`."""
    checker = Checker(place)
    clean = checker.clean(value, shape_of(inspect.type_info(section)), None)
    problems += checker.problems
    return None if checker.problems else msgspec.convert(clean, section)


class Checker:
    """Walks a value beside the shape that it shall have. A key that is null counts as left out where it may not be."""

    def __init__(self, place: str) -> None:
        self.problems: list[Problem] = []
        self._place = place

    def clean(self, value: Any, shape: Shape, way: Way) -> Any:
        """Give the value without nulls that mean nothing, and note what is wrong with it."""
        if isinstance(value, Unreadable):
            self._refuse(value.why, self._spelt(way))
            return value
        if value is None and shape.nullable:
            return value
        if not shape.holds(value):
            self._refuse(f"expected {shape.described}, got {_shown(value)}", self._spelt(way))
            return value
        if shape.section is not None:
            return self._members(cast("dict[str, Any]", value), shape.section, way)
        element = shape if shape is PLAIN_JSON else shape.element
        return self._elements(value, element, way) if element and isinstance(value, dict | list) else value

    def _members(self, value: dict[str, Any], section: type, way: Way) -> dict[str, Any]:
        known = members_of(section)
        for key in value:
            if key not in known:
                self._refuse(f"unknown key {_shown(key)}{self._at(way)}")
        for key, member in known.items():
            if member.required and key not in value:
                self._refuse(f'missing key "{key}"{self._at(way)}')
        return {
            key: self.clean(one, member.shape, (way, key))
            for key, one in value.items()
            if (member := known.get(key)) and (one is not None or member.null_counts)
        }

    def _elements(self, value: Any, element: Shape, way: Way) -> Any:
        if isinstance(value, list):
            listed = cast("list[Any]", value)
            return [self.clean(one, element, (way, index)) for index, one in enumerate(listed)]
        for key in value:
            if not can_be_written(key):
                self._refuse(f"expected a text as a key, got {_shown(key)}", self._spelt(way))
        return {key: self.clean(one, element, (way, f'["{key}"]')) for key, one in value.items()}

    def _at(self, way: Way) -> str:
        place = self._spelt(way)
        return f" at {place}" if place else ""

    def _spelt(self, way: Way) -> str:
        if way is None:
            return self._place
        whole, part = way
        place = self._spelt(whole)
        return place + part if isinstance(part, str) and part.startswith("[") else below(place, part)

    def _refuse(self, what: str, place: str = "") -> None:
        self.problems.append(Problem(place, what))


def _shown(value: Any) -> str:
    """Show a value as the file has it, shortened."""
    try:
        text = _encoder.encode(value).decode()
    except (UnicodeEncodeError, TypeError):
        text = json.dumps(value, default=str)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
