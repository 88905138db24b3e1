"""Reading a world file: from its text to the workspaces that are to be planted."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from billingua.engine.planting import Plant
from billingua.worlds.assembly import Claims
from billingua.worlds.checking import Unreadable, read_as
from billingua.worlds.document import GivenWorld
from billingua.worlds.problems import Problem, WorldRefused, below
from billingua.worlds.workspaces import assemble

_SHOWN = 60
_TOO_DEEP = "not a world: nested too deeply"


def read_worlds(source: bytes, *, now: datetime, new_uuid: Callable[[], UUID]) -> list[Plant]:
    """Read every workspace of a file. What has no time of its own is from `now`. Refuses with `WorldRefused`."""
    try:
        return _read_worlds(source, now, new_uuid)
    except RecursionError:
        raise _refused(_TOO_DEEP) from None


def _read_worlds(source: bytes, now: datetime, new_uuid: Callable[[], UUID]) -> list[Plant]:
    problems: list[Problem] = []
    claims = Claims(problems)
    plants: list[Plant] = []
    for place, document in _worlds(_decode(source), problems):
        world = read_as(GivenWorld, document, place, problems)
        if world is not None:
            claims.claim("workspace", world.workspace, below(place, "workspace"), f'"{world.workspace}"')
            plants.append(assemble(world, place, claims, now, new_uuid))
    if problems:
        raise WorldRefused(problems)
    return plants


def _worlds(document: Any, problems: list[Problem]) -> Iterable[tuple[str, Any]]:
    """Give each workspace of the file with its place; the only one of a file has none."""
    if not isinstance(document, dict) or "workspaces" not in document:
        return [("", cast("Any", document))]
    members = cast("dict[str, Any]", document)
    problems += [Problem("", f'unknown key "{key}" beside "workspaces"') for key in members if key != "workspaces"]
    worlds = members["workspaces"]
    if not isinstance(worlds, list):
        problems.append(Problem("workspaces", "expected a list"))
        return []
    return [(f"workspaces[{index}]", world) for index, world in enumerate(cast("list[Any]", worlds))]


def _decode(source: bytes) -> Any:
    """Read JSON: numbers exactly, and no key twice in one object."""
    try:
        text = source.decode("utf-8-sig")
        return json.loads(
            text, parse_float=_decimal, parse_int=_integer, parse_constant=_constant, object_pairs_hook=_object
        )
    except UnicodeDecodeError as error:
        raise _refused(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise _refused(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None


def _decimal(text: str) -> Decimal | Unreadable:
    try:
        return Decimal(text)
    except ArithmeticError:
        return _out_of_bounds(text)


def _integer(text: str) -> int | Unreadable:
    try:
        return int(text)
    except ValueError:
        return _out_of_bounds(text)


def _out_of_bounds(text: str) -> Unreadable:
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return Unreadable(f"the number {shown} is out of all bounds")


def _constant(name: str) -> Unreadable:
    return Unreadable(f"{name} is not a number that a world may have")


def _object(members: list[tuple[str, Any]]) -> dict[str, Any] | Unreadable:
    read = dict(members)
    if len(read) == len(members):
        return read
    names = [name for name, _ in members]
    twice = next(name for name in names if names.count(name) > 1)
    return Unreadable(f"the key {json.dumps(twice, ensure_ascii=False)} stands twice in one object")


def _refused(what: str) -> WorldRefused:
    return WorldRefused([Problem("", what)])
