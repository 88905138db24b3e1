"""Every exchange with our own API against its OpenAPI document."""

from functools import cache
from typing import Any

import httpx

from billingua.app import SETTINGS
from billingua.dialects.native.openapi import document
from billingua.dialects.native.routes import operations_on
from billingua.engine.clock import SystemClock
from billingua.engine.ledger import Ledger
from billingua.stores.memory import MemoryStore
from tests.dialects.described import Contract


async def check(answer: httpx.Response) -> None:
    """Hold an exchange against the document, unless it is about the pages: for the hooks of a client."""
    if answer.request.url.path.startswith("/v1/") and answer.url.path != "/v1/openapi.json":
        await _contract().check(answer)


@cache
def _contract() -> Contract:
    operations = operations_on(Ledger(MemoryStore(), SystemClock()), settings=SETTINGS)
    return Contract(document(operations), elsewhere={404: _problem("unknown-path"), 405: _problem("wrong-verb")})


def _problem(name: str) -> Any:
    return {"type": "object", "properties": {"type": {"const": f"/docs/problems/{name}"}}, "required": ["type"]}
