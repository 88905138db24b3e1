"""A client of a BigCommerce store, and a world that each test fills as it needs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest

from billingua.core.access import Credential
from billingua.core.invoice import Invoice
from billingua.core.workspace import Channel
from billingua.dialects.bigcommerce import make_face
from billingua.engine.clock import SandboxClock
from billingua.engine.credentials import hash_secret
from billingua.engine.journal import read
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant, plant
from billingua.wire.face import Face
from billingua.wire.replies import encode_json
from tests.builders import NOON, a_caller, a_credential, a_party, a_user, a_workspace, an_invoice
from tests.dialects.bigcommerce.contract import CONTRACT

BASE = "/api/v3/io/ip"
SIGNED = {"X-Auth-Token": "access_token", "X-Store-Hash": "store_hash"}
JSON = {**SIGNED, "Content-Type": "application/json"}
BODY_LIMIT = 10_000

SETTINGS: Mapping[str, Any] = {
    "store_hash": "store_hash",
    "due_days": 30,
    "requests_per_minute": None,
    "extra_fields": [],
}
CHANNELS = (Channel(id=1, name="Main store"), Channel(id=2, name="Outlet"))


@dataclass
class StoreClient:
    """A client with a token of the store, and the ledger behind it."""

    client: httpx.AsyncClient
    ledger: Ledger
    clock: SandboxClock

    async def get(self, path: str, **parameters: Any) -> httpx.Response:
        """Get a path with the token."""
        return await self.client.get(BASE + path, headers=SIGNED, params=parameters or None)

    async def put(self, id: int | str, body: Any) -> httpx.Response:
        """Send an update of an invoice."""
        return await self.client.put(f"{BASE}/invoices/{id}", headers=JSON, content=encode_json(body))

    async def put_to(self, path: str, body: Any) -> httpx.Response:
        """Put a body to a path."""
        return await self.client.put(BASE + path, headers=JSON, content=encode_json(body))

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        """Post a body to a path; None is no body at all."""
        content = b"" if body is None else encode_json(body)
        return await self.client.post(BASE + path, headers=JSON, content=content)

    async def delete(self, path: str) -> httpx.Response:
        """Delete what is at a path."""
        return await self.client.delete(BASE + path, headers=JSON)

    def unchecked(self) -> None:
        """Let answers be other than the contract says: details of a world file are shown as odd as they are."""
        self.client.event_hooks = {}

    async def shown(self, id: int = 9) -> dict[str, Any]:
        """Get an invoice."""
        answer = await self.get(f"/invoices/{id}")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def history(self, id: int = 9) -> Sequence[Mapping[str, Any]]:
        """List what happened to an invoice."""
        return [read(entry) for entry in await self.ledger.history(a_caller(), "invoice", id)]

    async def changes(self, id: int = 9) -> dict[str, Any]:
        """Give what the latest entry of an invoice's history says: what each path became."""
        return {change["path"]: change.get("after") for change in (await self.history(id))[-1]["changes"]}


def bc_invoice(**overrides: Any) -> Invoice:
    """Invoice 9 of the demo: 90.00 USD, born here, without lines."""
    born = {
        "id": 9,
        "number": "00000009",
        "origin": "bigcommerce",
        "party": 95075,
        "lines": (),
        "original_balance": Decimal(90),
    }
    return an_invoice(**(born | overrides))


def a_token(id: int, secret: str, **overrides: Any) -> Credential:
    """The credential of a token of this dialect, named after it."""
    defaults = {"dialect": "bigcommerce", "label": f"credential {secret}"}
    return a_credential(id=id, secret_hash=hash_secret(secret), **(defaults | overrides))


def refused_update(errors: str) -> Mapping[str, Any]:
    """What an update of invoice 9 is answered that is refused for its values."""
    return {"code": 400, "data": {"id": 9}, "meta": {"message": "Bad Requests Error", "errors": errors}}


Filling = Callable[..., Awaitable[StoreClient]]


@pytest.fixture
async def store_with(ledger: Ledger, clock: SandboxClock, client_of: Callable[[Face], httpx.AsyncClient]) -> Filling:
    """Fill the demo workspace with what is given, beside companies and tokens, and give a client."""

    async def fill(*aggregates: Any, by_hand: bool = False, **settings: Any) -> StoreClient:
        clock.set(NOON)
        workspace = a_workspace(
            channels=CHANNELS, settings={"bigcommerce": {**SETTINGS, **settings}}, balances_by_hand=by_hand
        )
        beside = [
            a_token(1, "access_token"),
            a_token(2, "unentitled", scopes=()),
            a_token(3, "expired", expires_at=NOON),
            a_token(4, "crux_token", dialect="crux"),
            a_token(5, "idas_token", user="ida"),
            a_user(),
            a_party(),
            a_party(id=95075, name="Okafor Plumbing"),
        ]
        await ledger.run(a_caller(), plant, Plant(workspace, [*beside, *aggregates]))
        elsewhere = a_workspace(name="other")
        await ledger.run(
            a_caller(workspace="other"), plant, Plant(elsewhere, [a_token(1, "others_token"), a_party(id=95075)])
        )
        client = client_of(make_face(ledger, BODY_LIMIT))
        client.event_hooks["response"].append(CONTRACT.check)
        return StoreClient(client, ledger, clock)

    return fill
