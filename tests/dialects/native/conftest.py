"""A client of our own API, and a world that each test fills as it needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from billingua.dialects.native import make_face
from billingua.engine.clock import SandboxClock
from billingua.engine.credentials import hash_secret
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant, plant
from billingua.wire.face import Face
from tests.builders import NOON, a_caller, a_credential, a_party, a_workspace, an_order
from tests.dialects.native.contract import check

BEARER = {"Authorization": "Bearer demo"}


@dataclass
class Native:
    """A client with a token for everything, and the ledger behind it."""

    client: httpx.AsyncClient
    ledger: Ledger
    clock: SandboxClock

    async def get(self, path: str, **parameters: Any) -> httpx.Response:
        """Get a path with the token, and with parameters if there are any."""
        return await self.client.get(path, headers=BEARER, params=parameters or None)

    async def ids(self, **parameters: Any) -> list[int]:
        """List the ids of the invoices that are asked for."""
        answer = await self.get("/v1/invoices", **parameters)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]


Planting = Callable[..., Awaitable[Native]]


@pytest.fixture
async def native_with(ledger: Ledger, clock: SandboxClock, client_of: Callable[[Face], httpx.AsyncClient]) -> Planting:
    """Fill the demo workspace with what is given, beside parties, orders and tokens, and give a client."""

    async def fill(*aggregates: Any, **of_workspace: Any) -> Native:
        clock.set(NOON)
        hour = timedelta(hours=1)
        beside = [
            a_credential(id=1, secret_hash=hash_secret("demo")),
            a_credential(id=2, secret_hash=hash_secret("reader"), scopes=("read",)),
            a_credential(id=3, secret_hash=hash_secret("writer"), scopes=("write", "admin")),
            a_credential(id=4, secret_hash=hash_secret("expired"), expires_at=NOON),
            a_credential(id=5, secret_hash=hash_secret("expiring"), expires_at=NOON + hour),
            a_credential(id=6, secret_hash=hash_secret("vendor"), dialect="crux"),
            a_party(),
            a_party(id=11, name="Quay Lamps"),
            an_order(),
        ]
        await ledger.run(a_caller(), plant, Plant(a_workspace(**of_workspace), [*beside, *aggregates]))
        elsewhere = a_credential(secret_hash=hash_secret("elsewhere"))
        await ledger.run(a_caller(workspace="other"), plant, Plant(a_workspace(name="other"), [elsewhere]))
        client = client_of(make_face(ledger, body_limit=100_000))
        client.event_hooks["response"].append(check)
        return Native(client, ledger, clock)

    return fill
