"""Request bodies: read up to a limit, and decoded with every number exact."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import msgspec
from starlette.requests import ClientDisconnect, Request

from billingua.wire.errors import BodyTooLarge, BodyUnreadable


def _exact(literal: str) -> Decimal:
    try:
        number = Decimal(literal)
    except InvalidOperation:
        raise ValueError(f"the number {literal[:40]} is out of range") from None
    # `1e5` is kept with the digits that it is shown with, so that what is sent back as it was shown is the same.
    has_exponent = "e" in literal or "E" in literal
    return Decimal(f"{number:f}") if has_exponent and abs(number.adjusted()) < LONGEST else number


LONGEST = 100
"""How many digits are written out of a number that was sent with an exponent."""

_decoder = msgspec.json.Decoder(float_hook=_exact)

DEEPEST = 100
"""How many objects and lists may stand in one another: whoever walks a value later shall not run out of stack."""


async def read_body(request: Request, limit: int) -> bytes:
    """Read the whole body; one longer than `limit` bytes is refused with `BodyTooLarge` and read no further.

    What was heard is kept with the request, since a request may be answered once again.
    """
    if not hasattr(request.state, "heard"):
        request.state.heard = await _hear_body(request, limit)
    heard: bytes | None = request.state.heard
    if heard is None or len(heard) > limit:
        raise BodyTooLarge(limit)
    return heard


async def _hear_body(request: Request, limit: int) -> bytes | None:
    """Hear the body out; None where it is too long."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > limit:
        return None
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit:
            return None
        more = message.get("more_body", False)
    return b"".join(chunks)


def decode_json(body: bytes) -> Any:
    """Decode JSON to plain values: whole numbers as `int`, all others as `Decimal`. Refuses with `BodyUnreadable`."""
    try:
        value = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BodyUnreadable(str(error)) from error
    if body.count(b"{") + body.count(b"[") > DEEPEST and _is_deeper_than(DEEPEST, value):
        raise BodyUnreadable(f"more than {DEEPEST} objects and lists stand in one another")
    return value


def _is_deeper_than(levels: int, value: Any) -> bool:
    layer = _containers([value])
    for _ in range(levels):
        layer = [part for container in layer for part in _containers(container)]
        if not layer:
            return False
    return True


def _containers(value: Any) -> list[Any]:
    """List the objects and lists that stand directly in this one."""
    parts = cast("Iterable[Any]", value.values() if isinstance(value, dict) else value)
    return [part for part in parts if isinstance(part, dict | list)]


def content_type(request: Request) -> str:
    """Give the body's media type in lower case, without parameters; empty where none is named."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
