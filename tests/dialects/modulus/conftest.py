"""A world with invoices in every status, and a client that changes their status in modulus' words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.dialects.modulus import make_face
from billingua.engine.clock import SandboxClock
from billingua.engine.credentials import hash_secret
from billingua.engine.ledger import Ledger
from billingua.engine.plan import by_id
from billingua.engine.planting import Plant, plant
from billingua.wire.face import Face
from billingua.wire.replies import encode_json
from tests.builders import a_caller, a_credential, a_party, a_workspace, an_invoice
from tests.dialects.modulus.contract import check
from tests.dialects.modulus.shop import Shop, open_shop
from tests.walking import walk

NOW = datetime(2024, 12, 26, 15, 12, 45, tzinfo=UTC)
DRAFT, OPEN, PAID, REJECTED, VOID = 35, 36, 37, 38, 39
STATUSES = {
    DRAFT: Status.DRAFT,
    OPEN: Status.OPEN,
    PAID: Status.PAID,
    REJECTED: Status.REJECTED,
    VOID: Status.VOID,
}
WANTED = {"invoice_id": DRAFT, "status": "STATUS_SENT", "invoice_number": f"INV-{DRAFT}"}
CHANGED = {"result": True, "title": "Success", "message": "Invoice Status changed successfully"}
PATH = "/api/inv/v1/Invoice"
BODY_LIMIT = 1000


def without_code(message: str) -> dict[str, Any]:
    """The envelope of a refusal that has no error code."""
    return {"result": False, "title": "Error", "message": message}


@dataclass
class Modulus:
    """A modulus client, and a look behind the API, which has no way to read an invoice."""

    client: httpx.AsyncClient
    ledger: Ledger
    clock: SandboxClock

    async def patch(self, body: Any, token: str = "good", content_type: str = "application/json") -> httpx.Response:
        """Send a body: what is JSON's own as JSON, bytes as they are."""
        content = encode_json(body) if isinstance(body, dict) else body
        return await self.client.patch(
            PATH, params={"token": token}, headers={"Content-Type": content_type}, content=content
        )

    async def ask(self, status: str, id: int = DRAFT, **members: Any) -> httpx.Response:
        """Ask for a status in the bare shape."""
        return await self.patch({"invoice_id": id, "status": status, "invoice_number": f"INV-{id}"} | members)

    async def invoice(self, id: int = DRAFT) -> Invoice:
        """Give the invoice as the demo workspace has it."""
        return dict(await self.ledger.store.find(by_id(Invoice, id)))["demo"].value

    async def versions(self, id: int = DRAFT) -> list[int]:
        """List the versions that the invoice's history tells of."""
        return [entry.version for entry in await self.ledger.history(a_caller(), "invoice", id)]

    async def everything(self) -> list[Any]:
        """Give all that could change: every invoice with its version, all history, all events."""
        store = self.ledger.store
        return await walk(store.aggregates("demo", "invoice"), store.journal(), store.outbox())


@pytest.fixture
def settings() -> dict[str, Any]:
    """What the workspace is set to; a test that needs more says so."""
    return {"time_zone": "UTC"}


@pytest.fixture
async def modulus(
    ledger: Ledger, clock: SandboxClock, client_of: Callable[[Face], httpx.AsyncClient], settings: dict[str, Any]
) -> Modulus:
    clock.set(NOW)
    credentials = [
        a_credential(id=1, dialect="modulus", secret_hash=hash_secret("good")),
        a_credential(id=2, dialect="modulus", secret_hash=hash_secret("old"), expires_at=NOW),
        a_credential(id=3, dialect="native", secret_hash=hash_secret("native")),
        a_credential(id=4, dialect="modulus", secret_hash=hash_secret("short"), expires_at=NOW + timedelta(minutes=15)),
    ]
    issued = {"issued_at": datetime(2023, 1, 1, tzinfo=UTC), "origin": "modulus"}
    invoices = [an_invoice(id=id, status=status, **issued) for id, status in STATUSES.items()]
    await ledger.run(a_caller(), plant, Plant(a_workspace(**settings), [a_party(), *credentials, *invoices]))
    elsewhere = a_credential(dialect="modulus", secret_hash=hash_secret("elsewhere"))
    await ledger.run(a_caller(workspace="other"), plant, Plant(a_workspace(name="other"), [elsewhere]))
    client = client_of(make_face(ledger, BODY_LIMIT))
    client.event_hooks["response"].append(check)
    return Modulus(client, ledger, clock)


@pytest.fixture
async def shop(ledger: Ledger, clock: SandboxClock, client_of: Callable[[Face], httpx.AsyncClient]) -> Shop:
    shop = await open_shop(ledger, clock, client_of)
    shop.client.event_hooks["response"].append(check)
    return shop
