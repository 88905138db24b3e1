"""Checking a file's JSON against what may stand in it: every problem is found, each with its place."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
from msgspec import inspect

from billingua.worlds.problems import Problem, below

T = TypeVar("T", bound=msgspec.Struct)

_encoder = msgspec.json.Encoder(decimal_format="number")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_LARGEST_EXPONENT = 30
_SHOWN = 60

_WORDS: dict[type[inspect.Type], str] = {
    inspect.StrType: "a text",
    inspect.IntType: "a whole number",
    inspect.BoolType: "true or false",
    inspect.DecimalType: "a number",
    inspect.UUIDType: "a UUID",
    inspect.ListType: "a list",
    inspect.DictType: "an object",
    inspect.StructType: "an object",
}


def read_as(shape: type[T], value: Any, place: str, problems: list[Problem]) -> T | None:
    """Read a value of plain JSON as a section; where it is none, say why in `problems`."""
    checker = Checker()
    clean = checker.clean(value, inspect.type_info(shape), place)
    problems += checker.problems
    return None if checker.problems else msgspec.convert(clean, shape)


class Checker:
    """Walks a value beside the type that it shall have. A key that is null counts as left out where it may not be."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def clean(self, value: Any, kind: inspect.Type, place: str) -> Any:
        """Give the value without nulls that mean nothing, and note what is wrong with it."""
        bare = _bare(kind)
        if value is None and _may_be_null(kind):
            return None
        match bare:
            case inspect.StructType() as struct if isinstance(value, dict):
                return self._members(cast("dict[str, Any]", value), struct, place)
            case inspect.ListType(item_type=element) if isinstance(value, list):
                elements = cast("list[Any]", value)
                return [self.clean(one, element, below(place, index)) for index, one in enumerate(elements)]
            case inspect.DictType(value_type=member) if isinstance(value, dict):
                members = cast("dict[str, Any]", value)
                return {key: self.clean(one, member, f'{place}["{key}"]') for key, one in members.items()}
            case _:
                if not _is_scalar(value, bare):
                    self._refuse(place, f"expected {_described(kind)}, got {_shown(value)}")
                return value

    def _members(self, value: dict[str, Any], struct: inspect.StructType, place: str) -> dict[str, Any]:
        known = _fields_of(struct.cls)
        at = f" at {place}" if place else ""
        for key in value.keys() - known.keys():
            self._refuse("", f'unknown key "{key}"{at}')
        for name, field in known.items():
            if field.required and name not in value:
                self._refuse("", f'missing key "{name}"{at}')
        given = {key: one for key, one in value.items() if key in known and not _means_left_out(one, known[key])}
        return {key: self.clean(one, known[key].type, below(place, key)) for key, one in given.items()}

    def _refuse(self, place: str, what: str) -> None:
        self.problems.append(Problem(place, what))


@cache
def _fields_of(struct: type) -> Mapping[str, inspect.Field]:
    info = inspect.type_info(struct)
    return {field.encode_name: field for field in info.fields} if isinstance(info, inspect.StructType) else {}


def _means_left_out(value: Any, field: inspect.Field) -> bool:
    return value is None and not field.required and not _may_be_null(field.type)


def _may_be_null(kind: inspect.Type) -> bool:
    match kind:
        case inspect.UnionType(types=kinds):
            return any(map(_may_be_null, kinds))
        case _:
            return isinstance(kind, inspect.NoneType | inspect.AnyType)


def _bare(kind: inspect.Type) -> inspect.Type:
    """Take off descriptions, and the null that a value is not."""
    match kind:
        case inspect.Metadata(type=inner):
            return _bare(inner)
        case inspect.UnionType(types=kinds):
            return _bare(next(one for one in kinds if not isinstance(one, inspect.NoneType)))
        case _:
            return kind


def _is_scalar(value: Any, kind: inspect.Type) -> bool:
    match kind:
        case inspect.StrType():
            return isinstance(value, str) and _can_be_written(value) and _fits(value, kind)
        case inspect.IntType():
            return type(value) is int and _is_between(kind.ge, value, kind.le)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.DecimalType():
            return _is_number(value)
        case inspect.UUIDType():
            return isinstance(value, str) and _is_uuid(value)
        case inspect.EnumType() | inspect.LiteralType():
            return value in _choices(kind)
        case inspect.AnyType():
            return _can_be_written(value)
        case _:
            return False


def _is_between(least: float | None, value: int, most: float | None) -> bool:
    return (least is None or least <= value) and (most is None or value <= most)


def _fits(value: str, kind: inspect.StrType) -> bool:
    long_enough = kind.min_length is None or len(value) >= kind.min_length
    return long_enough and (kind.pattern is None or re.search(kind.pattern, value) is not None)


def _is_number(value: Any) -> bool:
    """Whether it is a number, or a text that is one, and of a size that amounts and rates have."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return False
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return False
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and number.adjusted() <= _LARGEST_EXPONENT and exponent >= -_LARGEST_EXPONENT


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False


def _can_be_written(value: Any) -> bool:
    """Whether the texts in it are whole: JSON can spell halves of characters."""
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        return False
    return True


def _choices(kind: inspect.Type) -> list[str]:
    match kind:
        case inspect.EnumType(cls=enum):
            return [member.value for member in enum]
        case inspect.LiteralType(values=values):
            return list(map(str, values))
        case _:
            return []


def _described(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata(extra_json_schema={"description": str(description)}):
            return description
        case inspect.Metadata(type=inner):
            return _described(inner)
        case inspect.UnionType():
            return _described(next(one for one in kind.types if not isinstance(one, inspect.NoneType)))
        case inspect.EnumType() | inspect.LiteralType():
            return "one of " + ", ".join(_choices(kind))
        case inspect.IntType(ge=int(least)):
            return f"a whole number from {least}" + (f" to {kind.le}" if kind.le is not None else "")
        case inspect.StrType(min_length=1):
            return "a text that is not empty"
        case _:
            return _WORDS.get(type(kind), "plain JSON")


def _shown(value: Any) -> str:
    """Show a value as the file has it, shortened."""
    text = _encoder.encode(value).decode() if _can_be_written(value) else json.dumps(value, default=str)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
