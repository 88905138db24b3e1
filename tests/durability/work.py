"""The ledger that is crashed, and what its clients ask of it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from random import Random  # noqa: TID251 - a seed makes it repeatable
from typing import Any

WORKSPACE = "crash"
SUPPLIER = "11111111-0000-4000-8000-000000000001"
RETAILER = "11111111-0000-4000-8000-000000000002"
AMENDED = range(1, 41)
REPLACED = range(101, 131)
ORDERS = range(1, 11)
FIRST_DRAFT = 1001
ID = ""
"""Stands for the id of an aggregate, which never changes."""
DIALECTS = ("bigcommerce", "onlyoffice", "modulus", "crux", "native")

Traces = Counter[tuple[str, str]]
"""How many entries of history of each kind of aggregate, and how many events of each name."""
Member = tuple[str, str]
"""A kind of aggregate, and a JSON Pointer into it."""


@dataclass(frozen=True)
class Operation:
    """One request, under an id of its own, and what it leaves behind in the ledger if it is granted.

    `makes` tells, of each kind of aggregate and by JSON Pointer, what members become, and `adds` what is added to them.
    """

    id: str
    dialect: str
    verb: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: dict[str, Any] | None = field(repr=False)
    leaves: Traces = field(default_factory=Traces)
    makes: Mapping[Member, Any] = field(default_factory=dict[Member, Any], repr=False)
    adds: Mapping[Member, int] = field(default_factory=dict[Member, int], repr=False)


def world(drafts: int) -> dict[str, Any]:
    """Write the world that the work is done in, with so many drafts to issue."""
    return {
        "workspace": WORKSPACE,
        "users": [
            {"username": "ann", "name": "Ann", "admin": True},
            {"username": "sam", "name": "Sam", "organization": SUPPLIER},
        ],
        "credentials": [
            {"dialect": "crux", "token": "crux-token", "user": "sam"},
            {"dialect": "onlyoffice", "token": "onlyoffice-token", "user": "ann"},
            {"dialect": "modulus", "token": "modulus-token"},
            {"dialect": "bigcommerce", "token": "bigcommerce-token"},
            {"dialect": "native", "token": "native-token"},
        ],
        "parties": [
            {"id": 10, "uuid": RETAILER, "name": "Retailer", "crux": "retailer"},
            {"id": 11, "uuid": SUPPLIER, "name": "Supplier", "crux": "supplier"},
        ],
        "items": [{"id": 1, "sku": "S-1", "title": "Thing", "supplier": SUPPLIER}],
        "orders": [_order(id) for id in ORDERS],
        "invoices": [
            *(_invoice(id, "bigcommerce", "open") for id in AMENDED),
            *(_invoice(id, "onlyoffice", "draft") for id in REPLACED),
            *(_invoice(id, "modulus", "draft") for id in range(FIRST_DRAFT, FIRST_DRAFT + drafts)),
        ],
        "bigcommerce": {"store_hash": WORKSPACE},
    }


def _invoice(id: int, dialect: str, status: str) -> dict[str, Any]:
    return {
        "id": id,
        "number": f"N-{id}",
        "status": status,
        "dialect": dialect,
        "party": 10,
        "currency": "USD",
        "issue_date": "2024-01-01",
        "original_balance": "1000000000",
        "open_balance": "1000000000",
    }


def _order(id: int) -> dict[str, Any]:
    line = {"uuid": _line_uuid(id), "sku": "S-1", "supplier": SUPPLIER, "quantity": 1_000_000}
    return {"id": id, "uuid": _order_uuid(id), "number": f"PO-{id}", "retailer": RETAILER, "lines": [line]}


def _order_uuid(id: int) -> str:
    return f"22222222-0000-4000-8000-{id:012}"


def _line_uuid(id: int) -> str:
    return f"33333333-0000-4000-8000-{id:012}"


class Work:
    """Requests without end, each with an id of its own: changes through every dialect, looks, and what is refused."""

    def __init__(self, rng: Random, drafts: int) -> None:
        self._rng = rng
        self._numbers = count()
        self._drafts = iter(range(FIRST_DRAFT, FIRST_DRAFT + drafts))

    def __iter__(self) -> Iterator[Operation]:
        while True:
            (write,) = self._rng.choices(tuple(_SHARES), weights=tuple(_SHARES.values()))
            yield write(self, f"op-{next(self._numbers)}")

    def amend(self, id: str) -> Operation:
        invoice, balance = self._rng.choice(AMENDED), _own_amount(id)
        return Operation(
            id,
            "bigcommerce",
            "PUT",
            f"/api/v3/io/ip/invoices/{invoice}",
            {"X-Auth-Token": "bigcommerce-token", "X-Store-Hash": WORKSPACE},
            {"openBalance": {"code": "USD", "value": f"{balance}.0000"}, "externalId": id},
            EDITED,
            {("invoice", ID): invoice, ("invoice", "/open_balance"): balance, ("invoice", "/external_id"): id},
        )

    def replace(self, id: str) -> Operation:
        invoice, quantity = self._rng.choice(REPLACED), _own_amount(id)
        body = {
            "issueDate": "2024-01-01",
            "dueDate": "2024-02-01",
            "contactId": 10,
            "language": "en-US",
            "currency": "USD",
            "exchangeRate": 1,
            "terms": "30 days",
            "description": id,
            "invoiceLines": [{"invoiceItemID": 1, "quantity": quantity, "price": 2}],
        }
        makes = {ID: invoice, "/description": id, "/original_balance": 2 * quantity, "/open_balance": 2 * quantity}
        return Operation(
            id,
            "onlyoffice",
            "PUT",
            f"/api/2.0/crm/invoice/{invoice}",
            {"Authorization": "onlyoffice-token"},
            body,
            EDITED,
            {("invoice", member): value for member, value in makes.items()},
        )

    def issue(self, id: str) -> Operation:
        draft = next(self._drafts, None)
        return self._modulus(id, draft, f"N-{draft}", ISSUED) if draft else self.amend(id)

    def mistake_a_number(self, id: str) -> Operation:
        return self._modulus(id, FIRST_DRAFT, "another", Traces())

    def _modulus(self, id: str, invoice: int, number: str, leaves: Traces) -> Operation:
        body = {"invoice_id": invoice, "status": "STATUS_SENT", "invoice_number": number}
        makes = {("invoice", ID): invoice, ("invoice", "/status"): "open"}
        return Operation(id, "modulus", "PATCH", "/api/inv/v1/Invoice?token=modulus-token", {}, body, leaves, makes)

    def invoice_an_order(self, id: str) -> Operation:
        return self._crux(id, self._rng.randrange(1, 10), INVOICED)

    def invoice_too_much(self, id: str) -> Operation:
        return self._crux(id, 1_000_001, Traces())

    def _crux(self, id: str, quantity: int, leaves: Traces) -> Operation:
        order = self._rng.choice(ORDERS)
        line = {"quantity_invoiced": quantity, "supplier_provided_sku_cost": 1.5, "line_item_uuid": _line_uuid(order)}
        path = f"/timp/orders/{_order_uuid(order)}/invoices/"
        body = {"invoice_number": id, "line_items": [line]}
        makes = {
            ("order", ID): order,
            ("invoice", "/number"): id,
            ("invoice", "/order"): order,
            ("invoice", "/open_balance"): Decimal("1.5") * quantity,
            ("invoice", "/lines/0/quantity"): quantity,
        }
        adds = {("order", "/lines/0/invoiced"): quantity}
        return Operation(id, "crux", "POST", path, {"Authorization": "Token crux-token"}, body, leaves, makes, adds)

    def look(self, id: str) -> Operation:
        path = f"/v1/invoices/{self._rng.choice(AMENDED)}"
        return Operation(id, "native", "GET", path, {"Authorization": "Bearer native-token"}, None)


def _own_amount(id: str) -> int:
    """Give an amount that no other request has, so that it changes whatever it is sent to."""
    return int(id.removeprefix("op-")) + 1


EDITED = Traces([("invoice", "entry"), ("invoice.edited", "event")])
ISSUED = Traces([("invoice", "entry"), ("invoice.issued", "event")])
INVOICED = Traces([("invoice", "entry"), ("order", "entry"), ("invoice.created", "event"), ("order.invoiced", "event")])

_SHARES: dict[Callable[[Work, str], Operation], int] = {
    Work.amend: 8,
    Work.replace: 5,
    Work.invoice_an_order: 4,
    Work.issue: 2,
    Work.look: 2,
    Work.invoice_too_much: 1,
    Work.mistake_a_number: 1,
}
"""How often each kind of request is made."""
