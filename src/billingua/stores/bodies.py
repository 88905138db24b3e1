"""How aggregates become JSON bodies and are read from them again, whatever the database.

A body begins with the number of its format. Whoever changes what a field means adds a format here, and goes on reading
the old one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from operator import attrgetter
from typing import Any, Generic, TypedDict, TypeVar, cast, get_type_hints

import msgspec

from billingua.engine.kinds import KINDS
from billingua.engine.plan import Record

T = TypeVar("T")


class UnknownFormat(ValueError):
    """A body was written in a format that this program does not know."""


class _Format(msgspec.Struct):
    v: int


_FORMAT = 1
_BEGINNING = b'{"v":%d,' % _FORMAT
_PLAIN_JSON = frozenset({"extras", "settings"})
"""The fields that hold whatever JSON somebody sent."""

_encoder = msgspec.json.Encoder(decimal_format="number")
_format_decoder = msgspec.json.Decoder(_Format)
_make_typed_dict: Any = TypedDict


class Body(Generic[T]):
    """Writes and reads the bodies of one type of aggregate, less the fields that have columns of their own.

    Reading takes what is missing from the type's defaults, so a new field with a default needs no new format.
    """

    def __init__(self, type: Callable[..., T], names: Sequence[str]) -> None:
        self._type = type
        self._names = names
        self._values = attrgetter(*names)
        self._plain_json = _PLAIN_JSON.intersection(names)
        hints = get_type_hints(type)
        members = _make_typed_dict("Members", {name: hints[name] for name in names}, total=False)
        self._decoders = {_FORMAT: msgspec.json.Decoder[dict[str, Any]](members, float_hook=Decimal)}

    def write(self, value: T) -> bytes:
        """Write the body."""
        body: dict[str, Any] = {"v": _FORMAT, **dict(zip(self._names, self._values(value), strict=True))}
        for name in self._plain_json:
            body[name] = _with_exact_numbers(body[name])
        return _encoder.encode(body)

    def read(self, body: bytes, **columns: Any) -> T:
        """Read the body, together with the values that have columns of their own."""
        written_in = _FORMAT if body.startswith(_BEGINNING) else _format_decoder.decode(body).v
        if written_in not in self._decoders:
            raise UnknownFormat(f"format {written_in} is newer than this program")
        return self._type(**self._decoders[written_in].decode(body), **columns)


def _with_exact_numbers(value: Any) -> Any:
    """Write whole `Decimal`s so that they come back as such: 10 would be read as an `int`, 10e0 is not."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return {name: _with_exact_numbers(member) for name, member in members.items()}
    if isinstance(value, list | tuple):
        return [_with_exact_numbers(member) for member in cast("Sequence[Any]", value)]
    return _exact(value) if isinstance(value, Decimal) else value


def _exact(number: Decimal) -> Decimal | msgspec.Raw:
    if not number.is_finite():
        raise ValueError(f"JSON has no number {number}")
    digits = str(number)
    return msgspec.Raw(f"{digits}e0".encode()) if digits.lstrip("-").isdigit() else number


_WHOLE: dict[str, Body[Any]] = {
    kind.name: Body(kind.type, [field.name for field in fields(kind.type)]) for kind in KINDS
}


def aggregate_to_body(kind: str, value: Any) -> bytes:
    """Write the body of an aggregate that has no columns of its own."""
    return _WHOLE[kind].write(value)


def aggregate_from_body(kind: str, version: int, chain: bytes, body: bytes) -> Record[Any]:
    """Read an aggregate that has no columns of its own."""
    return Record(_WHOLE[kind].read(body), version, chain)
