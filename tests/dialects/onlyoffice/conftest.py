"""A portal with contacts of all kinds and invoices in every status, and clients of those who work in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from billingua.core.invoice import Invoice, with_extra
from billingua.core.lifecycle import Status
from billingua.core.party import AddressCategory, PartyKind
from billingua.core.rounding import STEPWISE
from billingua.dialects.onlyoffice import NAME, make_face
from billingua.dialects.onlyoffice.responses.snapshot import snapshot_members
from billingua.engine.clock import SandboxClock
from billingua.engine.credentials import hash_secret
from billingua.engine.ledger import Ledger
from billingua.engine.passwords import hash_password
from billingua.engine.plan import by_id
from billingua.engine.planting import Plant, plant
from billingua.wire.bodies import decode_json
from billingua.wire.face import Face
from billingua.wire.replies import encode_json
from tests.builders import (
    a_caller,
    a_credential,
    a_line,
    a_line_tax,
    a_party,
    a_tax,
    a_user,
    a_uuid,
    a_workspace,
    an_address,
    an_invoice,
    an_item,
    an_opportunity,
)
from tests.dialects.onlyoffice.contract import CONTRACT
from tests.walking import walk

NOW = datetime(2031, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
EARLIER = datetime(2031, 2, 27, 9, 12, 44, 999999, tzinfo=UTC)
BODY_LIMIT = 4000

OWNER = a_user(id=1, username="owner", name="Ada Root", admin=True, password_hash=hash_password("s3cret:ü", bytes(16)))
IDA = a_user(id=2, username="ida", name="Ida Moor")
EVE = a_user(id=3, username="eve d'or", name="Eve Dor")
USERS = (OWNER, IDA, EVE)

COMPANY = a_party(
    id=10,
    currency="EUR",
    addresses=(an_address(id=31), an_address(id=32, category=AddressCategory.POSTAL)),
)
PERSON = a_party(
    id=11,
    kind=PartyKind.PERSON,
    name="A. Lee",
    first_name="Ann",
    last_name="Lee",
    addresses=(an_address(id=33, category=AddressCategory.POSTAL), an_address(id=34)),
)
PRIVATE = a_party(id=12, name="Secret Ltd", private=True, access=("ida", "gone"))
HIDDEN = a_party(id=13, name="Hidden Ltd", private=True)
RATES = {1: 20, 2: "7.5", 3: "7.5", 4: 5}

LINE = a_line(
    id=51,
    item=4,
    quantity=Decimal("3.00"),
    unit_price=Decimal("19.99"),
    discount_percent=Decimal("10.00"),
    tax1=a_line_tax(20),
    description="March",
)


def born_here(id: int, **overrides: Any) -> Invoice:
    """A draft that Ida wrote, over three boards for 19.99 each, less ten per cent, with VAT."""
    defaults = {
        "status": Status.DRAFT,
        "origin": NAME,
        "created_by": "ida",
        "created_at": EARLIER,
        "updated_at": EARLIER,
        "due_at": EARLIER + timedelta(days=30),
        "rounding": STEPWISE,
        "lines": (LINE,),
        "terms": "30 days",
        "language": "en-US",
    }
    return an_invoice(id=id, **(defaults | overrides))


def printed_as(invoice: Invoice, file_id: int) -> Invoice:
    """An invoice of which a snapshot holds, and a PDF, though neither is kept."""
    return with_extra(invoice, NAME, snapshot_members(invoice, a_uuid(7777)) | {"fileID": file_id})


DRAFT, OPEN, PAID, REJECTED, VOID, OWNERS, TO_PRIVATE = 17, 18, 19, 20, 21, 22, 23
INVOICES = (
    printed_as(born_here(DRAFT, number="INV-0000017", opportunity=3, extras={NAME: {"templateType": 1}}), 77),
    born_here(OPEN, status=Status.OPEN),
    born_here(PAID, status=Status.PAID),
    born_here(REJECTED, status=Status.REJECTED),
    born_here(VOID, status=Status.VOID),
    born_here(OWNERS, created_by="owner"),
    born_here(TO_PRIVATE, created_by="owner", party=12),
)

TOKENS = {"owner-token": "owner", "ida-token": "ida", "eve-token": "eve d'or", "house-token": None}

BODY: dict[str, Any] = {
    "issueDate": "2031-03-02",
    "dueDate": "2031-04-15",
    "contactId": 10,
    "language": "en-US",
    "currency": "USD",
    "exchangeRate": 1.1,
    "terms": "45 days",
    "invoiceLines": [
        {"invoiceItemID": 4, "quantity": 1, "price": 10, "discount": 5},
        {"invoiceItemID": 6, "quantity": 2, "price": 3.5},
    ],
}
"""What the contract prints for an update, in our world (§4.3)."""


def a_body(**overrides: Any) -> dict[str, Any]:
    """The printed update, with some members changed; one that is `...` is left out."""
    return {name: value for name, value in (BODY | overrides).items() if value is not ...}


def as_form(body: dict[str, Any]) -> bytes:
    """A body as a form, its lines by their places."""
    lines = body.get("invoiceLines", [])
    pairs = [(name, str(value)) for name, value in body.items() if name != "invoiceLines"]
    pairs += [
        (f"invoiceLines[{at}][{key}]", str(value)) for at, line in enumerate(lines) for key, value in line.items()
    ]
    return urlencode(pairs).encode()


def a_body_with_line(**members: Any) -> dict[str, Any]:
    """An update with one line of these members."""
    return a_body(invoiceLines=[{"invoiceItemID": 4} | members])


@dataclass
class Portal:
    """A client of the portal, and a look behind it."""

    client: httpx.AsyncClient
    ledger: Ledger
    clock: SandboxClock

    async def get(self, path: str = f"/invoice/{DRAFT}", token: str | None = "owner-token", **rest: Any):
        """Ask for something below the API's base."""
        headers = ({"Authorization": token} if token else {}) | rest.pop("headers", {})
        return await self.client.get(f"/api/2.0/crm{path}", headers=headers, **rest)

    async def put(self, body: Any, path: str = f"/invoice/{DRAFT}", token: str | None = "owner-token", **rest: Any):
        """Write something anew: see `send`."""
        return await self.send("PUT", path, body, token, **rest)

    async def send(self, method: str, path: str, body: Any = b"", token: str | None = "owner-token", **rest: Any):
        """Send something: bytes as they are, everything else as JSON with exact numbers."""
        headers = ({"Authorization": token} if token else {}) | rest.pop("headers", {})
        if isinstance(body, dict | list):
            body, headers = encode_json(body), {"Content-Type": "application/json"} | headers
        return await self.client.request(method, f"/api/2.0/crm{path}", content=body, headers=headers, **rest)

    async def shown(self, id: int = DRAFT, token: str = "owner-token") -> dict[str, Any]:
        """Give an invoice as a GET shows it."""
        answer = await self.get(f"/invoice/{id}", token)
        assert answer.status_code == 200, answer.text
        return decode_json(answer.content)["response"]

    async def stored(self, id: int = DRAFT) -> Invoice:
        """Give an invoice as the ledger has it."""
        return dict(await self.ledger.store.find(by_id(Invoice, id)))["demo"].value

    async def everything(self) -> list[Any]:
        """Give all that could change: every invoice and item with its version, all history, all events."""
        store = self.ledger.store
        kinds = [store.aggregates("demo", kind) for kind in ("invoice", "item")]
        return await walk(*kinds, store.journal(), store.outbox())


def response(answer: httpx.Response, status: int = 200) -> Any:
    """Give what a successful answer holds, numbers exact."""
    assert answer.status_code == status, answer.text
    return decode_json(answer.content)["response"]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Give status and message of a refusal, which has the envelope of every error."""
    told = answer.json()
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert set(told) == {"status", "statusCode", "error"}
    assert (told["status"], told["statusCode"]) == (1, answer.status_code)
    assert set(told["error"]) == {"message", "hresult", "data"}
    assert isinstance(told["error"]["hresult"], int)
    assert told["error"]["data"] == {}
    return answer.status_code, told["error"]["message"]


def out_of_range(parameter: str) -> tuple[int, str]:
    """What a value that is missing or not allowed is answered with."""
    return 400, f"Value does not fall within the expected range.\r\nParameter name: {parameter}"


@pytest.fixture
def settings() -> dict[str, Any]:
    """What the workspace is set to; a test that needs more says so."""
    return {}


@pytest.fixture
def others() -> tuple[Any, ...]:
    """Further aggregates of the workspace; a test that needs some says so."""
    return ()


@pytest.fixture
async def portal(
    ledger: Ledger,
    clock: SandboxClock,
    client_of: Callable[[Face], httpx.AsyncClient],
    settings: dict[str, Any],
    others: tuple[Any, ...],
) -> Portal:
    clock.set(NOW)
    taxes = [a_tax(id=id, name=f"Tax {id}", rate=Decimal(rate)) for id, rate in RATES.items()]
    things = [
        COMPANY,
        PERSON,
        PRIVATE,
        HIDDEN,
        *taxes,
        an_item(id=4),
        an_item(id=6),
        an_opportunity(),
        *USERS,
        *INVOICES,
    ]
    tokens = [
        a_credential(id=id, dialect=NAME, secret_hash=hash_secret(token), user=user)
        for id, (token, user) in enumerate(TOKENS.items(), 1)
    ]
    past = a_credential(id=8, dialect=NAME, secret_hash=hash_secret("old-token"), user="owner", expires_at=NOW)
    native = a_credential(id=9, dialect="native", secret_hash=hash_secret("native-token"), user="owner")
    await ledger.run(a_caller(), plant, Plant(a_workspace(**settings), [*things, *tokens, past, native, *others]))
    elsewhere = a_credential(dialect=NAME, secret_hash=hash_secret("elsewhere-token"), user="owner")
    await ledger.run(
        a_caller(workspace="other"),
        plant,
        Plant(a_workspace(name="other"), [a_user(username="owner", admin=True), elsewhere, born_here(99)]),
    )
    client = client_of(make_face(ledger, BODY_LIMIT))
    client.event_hooks["response"].append(CONTRACT.check)
    return Portal(client, ledger, clock)
