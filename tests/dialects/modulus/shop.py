"""An account that sells: branches, books, customers, items and price lists, and a client that makes documents in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx

from billingua.core.access import User
from billingua.core.cash import CashEntry
from billingua.core.invoice import Invoice
from billingua.core.numbering import Book, BookKind
from billingua.core.party import Party
from billingua.core.workspace import Branch, CashAccount, PaymentTerm, Salesperson
from billingua.dialects.modulus import make_face
from billingua.engine.clock import SandboxClock
from billingua.engine.credentials import hash_secret
from billingua.engine.kinds import by_party_code
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
    a_party,
    a_price_list,
    a_tax,
    a_user,
    a_workspace,
    an_item,
)
from tests.walking import walk

NOW = datetime(2024, 5, 6, 9, 40, 2, tzinfo=UTC)
ZONE = "Africa/Cairo"
"""Two hours ahead in winter, three in summer: it is 12:40:02 there now."""

INVOICE_PATH = "/api/inv/v1/Invoice"
COLLECTION_PATH = "/api/inv/v1/CollectionReceipt"
RETURN_PATH = "/api/inv/v1/Return Receipt"
TRANSACTION_PATH = "/api/csh/v1/Transaction"

SECRET = hash_secret("SEC")
APPS = [{"app": "APP", "secret_hash": SECRET, "id": "12"}, {"app": "TILL", "secret_hash": SECRET, "id": ""}]

ROW = {"item_code": "PPR-A4", "unit_id": 3, "quantity": 12.5, "unit_price": 40, "discount": 1.5}
DETAILS = {"code": "C-310", "name": "Nile Paper Co", "type": "organization"}
AN_INVOICE = {
    "customer_details": DETAILS,
    "branch_code": "BR-02",
    "issue_date": "2024-05-06",
    "due_date": "2024-06-05",
    "book_id": 4,
    "status": "STATUS_DRAFT",
    "payment_term_id": 2,
    "reference": "WEB-9918",
    "items": [ROW],
}
"""What the contract prints (§3)."""
A_COLLECTION = {
    "customer_details": {"code": "C-311", "name": "Hala Samir", "type": "individual"},
    "branch_code": "BR-02",
    "account_code": "CASH-1",
    "date": "2024-05-06",
    "book_id": 9,
    "payment_term_id": 1,
    "items": [{"item_code": "PPR-A4", "unit_id": 3, "quantity": 2}],
}
"""What the contract prints (§5)."""
A_RETURN = {name: value for name, value in A_COLLECTION.items() if name != "payment_term_id"} | {"book_id": 12}
A_TRANSACTION = {
    "account_code": "CASH-1",
    "date": "2024-05-06",
    "amount": 99.5,
    "cash_book_id": 9,
    "counter_party": "Petty cash",
    "transaction_nature": "LKP_ENUM_CASH_IN",
}

WORKSPACE = a_workspace(
    time_zone=ZONE,
    branches=(
        Branch(code="BR-01"),
        Branch(code="BR-02", price_list="PL2"),
        Branch(code="BR-03", active=False),
    ),
    books=(
        Book(id=4, kind=BookKind.INVOICE, prefix="INV_{yyyy}_{mm}_{dd}_"),
        Book(id=5, kind=BookKind.INVOICE, prefix="X-"),
        Book(id=9, kind=BookKind.COLLECTION, prefix="CR_"),
        Book(id=12, kind=BookKind.RETURN, prefix="RR_"),
    ),
    payment_terms=(PaymentTerm(id=1), PaymentTerm(id=2, days=30)),
    salespeople=(Salesperson(id=7, branches=("BR-02",)),),
    cash_accounts=(
        CashAccount(code="CASH-1", currency="USD", collection=True, payment=True),
        CashAccount(code="IN-ONLY", currency="USD", collection=True),
        CashAccount(code="OUT-ONLY", currency="USD", payment=True),
        CashAccount(code="CASH-EUR", currency="EUR", collection=True, payment=True),
    ),
    settings={"modulus": {"account": "acme", "apps": APPS}},
)
PLANTED = [
    a_credential(id=1, dialect="modulus", secret_hash=hash_secret("good"), label="connector"),
    a_credential(id=2, dialect="modulus", secret_hash=hash_secret("idas"), user="ida"),
    a_user(id=1, username="ida", password_hash=hash_password("pass word", bytes(16))),
    a_party(id=10, code="C-310", name="Nile Paper Co"),
    a_party(id=13, code="C-EUR", name="Larch", currency="EUR"),
    a_party(id=14, code="C-PL", name="Listed", price_list="PL1"),
    a_party(id=15, code="C-SECRET", name="Secret", private=True),
    a_tax(id=1, name="VAT", rate=Decimal(14)),
    an_item(id=1, sku="PPR-A4", title="Copy paper A4", units=(1, 3)),
    an_item(id=2, sku="INK", code="I-1", title="Ink", units=(1,), tax1=1),
    an_item(id=3, sku="UNPRICED", title="Unpriced", units=(1,)),
    an_item(id=4, sku="PPR-A4", title="Another's", units=(9,)),
    a_price_list(id=1, code="PL1", default=True, prices={"PPR-A4": Decimal("4.1"), "INK": Decimal(27)}),
    a_price_list(id=2, code="PL2", prices={"PPR-A4": Decimal("4.35")}),
]


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    """Leave some members out."""
    return {name: value for name, value in body.items() if name not in names}


def coded(code: int, message: str) -> dict[str, Any]:
    """The envelope of a refusal with an error code."""
    return {"result": False, "title": "Error", "message": message, "object": {"error_code": code}}


@dataclass
class Shop:
    """A client that sells, and a look behind the API."""

    client: httpx.AsyncClient
    ledger: Ledger
    clock: SandboxClock

    async def post(self, path: str, body: Any, token: str = "good") -> httpx.Response:
        """Send a body as JSON; bytes as they are."""
        content = body if isinstance(body, bytes) else encode_json(body)
        headers = {"Content-Type": "application/json"}
        return await self.client.post(path, params={"token": token}, headers=headers, content=content)

    async def told(self, path: str, body: Any, **rest: Any) -> tuple[int, Any]:
        """Send a body, and give the status and the envelope that come back."""
        answer = await self.post(path, body, **rest)
        return answer.status_code, decode_json(answer.content)

    async def made(self, path: str, body: Any, **rest: Any) -> Any:
        """Make a document; the answer's object."""
        status, envelope = await self.told(path, body, **rest)
        assert status == 200, envelope
        return envelope["object"]

    async def invoice(self, id: int) -> Invoice:
        """Give an invoice as the ledger has it."""
        return dict(await self.ledger.store.find(by_id(Invoice, id)))["demo"].value

    async def entry(self, id: int) -> CashEntry:
        """Give an entry of the cash book."""
        return dict(await self.ledger.store.find(by_id(CashEntry, id)))["demo"].value

    async def party(self, code: str) -> Party | None:
        """Give whoever has a code."""
        found = dict(await self.ledger.store.find(by_party_code(code)))
        return found["demo"].value if "demo" in found else None

    async def everything(self) -> list[Any]:
        """Give all that could change."""
        store = self.ledger.store
        return await walk(store.journal(), store.outbox())


async def open_shop(
    ledger: Ledger, clock: SandboxClock, client_of: Callable[[Face], httpx.AsyncClient], *users: User
) -> Shop:
    clock.set(NOW)
    await ledger.run(a_caller(), plant, Plant(WORKSPACE, [*PLANTED, *users]))
    return Shop(client_of(make_face(ledger, 100_000)), ledger, clock)
