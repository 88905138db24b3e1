"""Replies: JSON with every amount as an exact number."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast
from urllib.parse import quote

import msgspec
from starlette.responses import Response

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode_json(value: Any) -> bytes:
    """Encode a value; a `Decimal` becomes a number with the digits that it has, without an exponent."""
    encoded = _encoder.encode(value)
    return _encoder.encode(_written_out(value)) if b"E-" in encoded or b"E+" in encoded else encoded


def _written_out(value: Any) -> Any:
    """Replace the numbers that would be written as `1E-12` or `1E+5`; those too long to write out stay so."""
    if isinstance(value, Decimal) and -100 < value.adjusted() < 100:
        return msgspec.Raw(f"{value:f}".encode())
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return {name: _written_out(member) for name, member in members.items()}
    if isinstance(value, list | tuple):
        return [_written_out(part) for part in cast("Sequence[Any]", value)]
    return value


def content_disposition(name: str, kind: str = "attachment") -> str:
    """Name a file in a header, whatever letters it has (RFC 6266): first in ASCII, for those who know no other."""
    plain = re.sub(r'[^ -~]|["\\/%]', "_", name)
    stated = f'{kind}; filename="{plain}"'
    return stated if plain == name else f"{stated}; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


def json_reply(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None, media_type: str = "application/json"
) -> Response:
    """Answer with a JSON body."""
    return Response(encode_json(value), status, headers, media_type)
