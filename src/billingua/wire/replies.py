"""Replies: JSON with every amount as an exact number."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode_json(value: Any) -> bytes:
    """Encode a value; a `Decimal` becomes a number with the digits that it has."""
    return _encoder.encode(value)


def json_reply(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None, media_type: str = "application/json"
) -> Response:
    """Answer with a JSON body."""
    return Response(encode_json(value), status, headers, media_type)
