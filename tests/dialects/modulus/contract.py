"""Every exchange with this dialect against its OpenAPI document."""

from functools import cache
from typing import Any
from urllib.parse import unquote

import httpx

from billingua.dialects.modulus.openapi import describe
from billingua.wire.openapi import Document
from billingua.wire.schemas import named
from tests.dialects.described import Contract, read_json

SPELLINGS = {
    "/api/inv/v1/Return+Receipt": "/api/inv/v1/Return%20Receipt",
    "/api/inv/v1/ReturnReceipt": "/api/inv/v1/Return%20Receipt",
}
"""Paths that the document tells of in words alone, each with the one that it is the same as."""


async def check(answer: httpx.Response) -> None:
    """Hold an exchange against the document: for the hooks of a client."""
    await _contract().check(answer)


def check_request(request: httpx.Request) -> None:
    """Hold a request against the document, whatever it is answered."""
    contract = _contract()
    place = contract._place(request)
    assert place is not None
    contract._check_request(request, place)


@cache
def _contract() -> Contract:
    refused = named("Refused")
    return Contract(
        _with_spellings(describe()),
        elsewhere={404: refused, 405: refused},
        readings={"application/json": read_tolerantly},
    )


def _with_spellings(document: Document) -> Document:
    paths = document["paths"]
    spelt = {unquote(path): verbs for path, verbs in paths.items()}
    return {**document, "paths": spelt | {path: paths[same] for path, same in SPELLINGS.items()}}


def read_tolerantly(content: bytes) -> Any:
    """Read JSON, also where the last brace is missing, as accounts do that are set to."""
    try:
        return read_json(content)
    except ValueError:
        return read_json(content + b"}")
