"""One envelope for everything, good or bad (contract §1.1)."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from billingua.dialects.modulus.vocabulary import SUCCESS
from billingua.wire.replies import json_reply


def envelope(
    title: str,
    message: str,
    status: int = 200,
    enclosed: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Wrap an answer; `enclosed` is its `object` with the key, or nothing."""
    body = {"result": status == 200, "title": title, "message": message, **(enclosed or {})}
    return json_reply(body, status, headers)


def good(message: str, value: Any) -> Response:
    """Answer with an `object`."""
    return envelope(SUCCESS, message, enclosed={"object": value})
