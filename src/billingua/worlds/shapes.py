"""What a value in a file has to be, made of the annotations in `document.py`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, cast
from uuid import UUID

from babel.core import get_global
from msgspec import inspect

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_LARGEST_EXPONENT = 30


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value has to be: how that is told, and what it consists of, if it does of anything."""

    described: str
    holds: Callable[[Any], bool]
    nullable: bool = False
    section: type | None = None
    element: "Shape | None" = None


@dataclass(frozen=True, slots=True)
class Member:
    """One key of a section; where its `null_counts`, a null is a value and not a key left out."""

    shape: Shape
    required: bool
    null_counts: bool


@cache
def members_of(section: type) -> Mapping[str, Member]:
    """Give the keys of a section."""
    fields = cast("inspect.StructType", inspect.type_info(section)).fields
    shapes = {field.encode_name: shape_of(field.type) for field in fields}
    return {
        field.encode_name: Member(shape, field.required, field.required or shape.nullable)
        for field, shape in zip(fields, shapes.values(), strict=True)
    }


def shape_of(kind: inspect.Type) -> Shape:
    """Make a shape of an annotation."""
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema={"description": str(description)}) as metadata:
            shape = replace(shape_of(inner), described=description)
            extra = cast("dict[str, Callable[[Any], bool]] | None", cast("Any", metadata).extra)
            return replace(shape, holds=extra["holds"]) if extra else shape
        case inspect.UnionType(types=kinds):
            (one,) = [one for one in kinds if not isinstance(one, inspect.NoneType)]
            return replace(shape_of(one), nullable=True)
        case inspect.StructType(cls=section):
            return Shape("an object", _is(dict), section=section)
        case inspect.ListType(item_type=element):
            return Shape("a list", _is(list), element=shape_of(element))
        case inspect.DictType(value_type=element):
            return Shape("an object", _is(dict), element=shape_of(element))
        case _:
            return _scalar(kind)


def _scalar(kind: inspect.Type) -> Shape:
    match kind:
        case inspect.StrType(min_length=least, pattern=pattern):
            return Shape("a text that is not empty" if least else "a text", _is_text(least or 0, pattern or ""))
        case inspect.IntType(ge=None):
            return Shape("a whole number", _is(int))
        case inspect.IntType(ge=int(least), le=int(most)):
            return Shape(f"a whole number from {least} to {most}", _is_between(least, most))
        case inspect.BoolType():
            return Shape("true or false", _is(bool))
        case inspect.DecimalType():
            return Shape("a number", is_number)
        case inspect.UUIDType():
            return Shape("a UUID", _is_uuid)
        case inspect.EnumType(cls=enum):
            return _choice([member.value for member in enum])
        case inspect.LiteralType(values=values):
            return _choice(list(map(str, values)))
        case _:
            return PLAIN_JSON


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: type(value) is kind


def _is_text(least: int, pattern: str) -> Callable[[Any], bool]:
    fits = re.compile(pattern or ".*", re.DOTALL).fullmatch

    def holds(value: Any) -> bool:
        return isinstance(value, str) and len(value) >= least and bool(fits(value)) and can_be_written(value)

    return holds


def _is_between(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _choice(values: list[str]) -> Shape:
    return Shape("one of " + ", ".join(values), lambda value: value in values)


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def is_currency(value: Any) -> bool:
    """Whether it is the code of a currency (ISO 4217)."""
    return isinstance(value, str) and value in get_global("all_currencies")


def is_number(value: Any) -> bool:
    """Whether it is a number, or a text that is one, and of a size that amounts and rates have."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return False
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return False
    try:
        number = Decimal(value)
    except ArithmeticError:
        return False
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and number.adjusted() <= _LARGEST_EXPONENT and exponent >= -_LARGEST_EXPONENT


def can_be_written(text: str) -> bool:
    """Whether a text is whole: JSON can spell halves of characters."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


PLAIN_JSON = Shape("plain JSON", lambda value: not isinstance(value, str) or can_be_written(value), nullable=True)
"""Whatever JSON can say; of an object or a list, each part is looked at by itself."""
