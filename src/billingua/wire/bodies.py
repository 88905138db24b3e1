"""Request bodies: read up to a limit, and decoded with every number exact."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from starlette.requests import Request

from billingua.wire.errors import BodyTooLarge, BodyUnreadable


def _exact(literal: str) -> Decimal:
    try:
        return Decimal(literal)
    except InvalidOperation:
        raise ValueError(f"the number {literal[:40]} is out of range") from None


_decoder = msgspec.json.Decoder(float_hook=_exact)


async def read_body(request: Request, limit: int) -> bytes:
    """Read the whole body; one longer than `limit` bytes is refused with `BodyTooLarge` and read no further."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > limit:
        raise BodyTooLarge(limit)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def decode_json(body: bytes) -> Any:
    """Decode JSON to plain values: whole numbers as `int`, all others as `Decimal`. Refuses with `BodyUnreadable`."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BodyUnreadable(str(error)) from error


def content_type(request: Request) -> str:
    """Give the body's media type in lower case, without parameters; empty where none is named."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
