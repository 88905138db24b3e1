"""How the members of bodies are read."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billingua.core.line import Attribute
from billingua.wire.members import ListOf, ObjectOf, Reader
from billingua.wire.scalars import Invalid, read_decimal, read_integer, read_text

LONGEST_NAME = 255


def optional(reader: Reader) -> Reader:
    """Let a member be null, which says that there is nothing."""
    return lambda value: None if value is None else reader(value)


def filled(value: Any) -> str:
    """Read a text that says something."""
    text = read_text(value)
    if not text:
        raise Invalid("blank")
    return text


def name(value: Any) -> str:
    """Read the number or code of something, without the blanks around it."""
    text = filled(read_text(value).strip())
    if len(text) > LONGEST_NAME:
        raise Invalid("long")
    return text


def quantity(value: Any) -> int:
    """Read how many pieces; none are some, too."""
    return _not_negative(read_integer(value))


def pieces(value: Any) -> int:
    """Read how many pieces, at least one."""
    if (number := read_integer(value)) < 1:
        raise Invalid("positive")
    return number


def money(value: Any) -> Decimal:
    """Read an amount; more than two decimals are refused, not rounded (A10)."""
    return _not_negative(read_decimal(value, places=2))


def weight(value: Any) -> Decimal:
    """Read a weight, of however many decimals."""
    return _not_negative(read_decimal(value))


def _not_negative(number: Any) -> Any:
    if number < 0:
        raise Invalid("negative")
    return number


def some(reader: Reader) -> Reader:
    """Read a list of at least one entry."""
    read_list = ListOf(reader)

    def read(value: Any) -> Any:
        if value == []:
            raise Invalid("empty")
        return read_list(value)

    return read


def attributes(value: Any) -> tuple[Attribute, ...]:
    """Read a list of attributes."""
    entries = _ATTRIBUTES(value)
    return tuple(Attribute(entry["attribute_name"], entry["attribute_value"]) for entry in entries)


def _attribute_name(value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid("text")
    return read_text(value)


def _attribute_value(value: Any) -> str:
    """Read an attribute's value; a number or a boolean is kept as its text (A18)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return read_text(value)


_ATTRIBUTES = ListOf(
    ObjectOf(
        {"attribute_name": _attribute_name, "attribute_value": _attribute_value},
        required=("attribute_name", "attribute_value"),
    )
)


def said(members: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Give what was said by the ledger's names, with a table of both; of two that mean the same the last counts."""
    return {ours: members[theirs] for theirs, ours in names.items() if theirs in members}
