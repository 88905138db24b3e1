"""The order that the contract prints, other orders beside it, and clients of both sides of the trade."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import httpx
import pytest

from billingua.core.invoice import Invoice
from billingua.core.order import (
    Allocation,
    DeliveryAddress,
    LineStatus,
    Order,
    OrderFees,
    OrderLine,
    Shipment,
    SupplierTerms,
)
from billingua.core.party import Party, TradeRole
from billingua.dialects.crux import NAME, make_face
from billingua.dialects.crux.vocabulary import PERMISSIONS
from billingua.engine.clock import SandboxClock
from billingua.engine.credentials import hash_secret
from billingua.engine.ledger import Ledger
from billingua.engine.passwords import hash_password
from billingua.engine.plan import by_uuid
from billingua.engine.planting import Plant, plant
from billingua.wire.face import Face
from billingua.wire.replies import encode_json
from tests.builders import (
    a_caller,
    a_credential,
    a_party,
    a_user,
    a_uuid,
    a_workspace,
    an_item,
    an_order,
    an_order_line,
)
from tests.dialects.crux.contract import check
from tests.walking import walk

NOW = datetime(2024, 3, 9, 8, tzinfo=UTC)
BODY_LIMIT = 5000

TAMARACK = a_party(
    id=2, uuid=UUID("6f0b6a54-2a0d-4a3e-8f52-0c1f7d9be001"), name="tamarack", trade_role=TradeRole.SUPPLIER
)
BIRCH = a_party(id=3, name="birch", trade_role=TradeRole.SUPPLIER)
LARKSPUR = a_party(
    id=10, uuid=UUID("c0a1b2c3-0d2e-4f33-8a44-5b6c7d0be011"), name="larkspur", trade_role=TradeRole.RETAILER
)
YARROW = a_party(id=11, name="yarrow", trade_role=TradeRole.RETAILER)
NEITHER = a_party(id=12, name="neither")
DOGWOOD = a_party(id=13, name="dogwood", trade_role=TradeRole.SUPPLIER)
"""A supplier of whom nobody ordered anything."""

MUG = an_item(
    uuid=UUID("0f1e2d3c-4b5a-4968-8776-65540f0be021"),
    sku_uuid=UUID("9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a0be022"),
    sku="TM-88-BLU",
    title="Trail mug",
    sku_name="Trail mug blue",
    supplier=TAMARACK.uuid,
)

LANTERN = an_item(id=2, sku="BI-1", title="Lantern", supplier=BIRCH.uuid)
"""What the suppliers sell."""

MUG_LINE = UUID("d4e5f607-1b22-4c33-9d44-5e6f700be020")
LAMP_LINE, REJECTED_LINE, CANCELLED_LINE, BIRCH_LINE = (a_uuid(8200 + number) for number in range(4))


def a_tamarack_line(uuid: UUID, **overrides: Any) -> OrderLine:
    return an_order_line(**({"uuid": uuid, "supplier": TAMARACK.uuid, "status": "Unallocated"} | overrides))


ORDER = Order(
    id=104,
    uuid=UUID("a3d1e5f0-5a44-4c73-9e0b-3c1d2f0be010"),
    number="LK-40817",
    retailer=LARKSPUR.uuid,
    currency="USD",
    created_at=datetime(2024, 3, 5, 14, 22, 9, 104233, tzinfo=UTC),
    sent_to_supplier=True,
    fees=OrderFees(order_tax=Decimal("1.04")),
    supplier_terms=(SupplierTerms(supplier=TAMARACK.uuid, order_number="TMK-7751"),),
    address=DeliveryAddress(
        name="Ines Ortega",
        business_name="Larkspur Outfitters",
        address1="14 Foundry Row",
        address2="Unit B",
        city="Duluth",
        state="MN",
        postal_code="55802",
        phone_number="218-555-0144",
    ),
    lines=(
        a_tamarack_line(
            MUG_LINE,
            item=MUG.id,
            sku=MUG.sku,
            quantity=3,
            unit_cost=Decimal("12.5"),
            status=LineStatus.SHIPPED,
            designation="HasTracking",
            tracking=(Shipment(number="1ZT0047", carrier="UPS", quantity=2),),
            allocation=Allocation(accepted=2, backordered=1, rejected=0, backorder_date=date(2024, 4, 2)),
        ),
    ),
)
"""The order of the contract's samples, of one supplier and one line."""

MIXED = an_order(
    id=105,
    number="LK-40818",
    retailer=LARKSPUR.uuid,
    lines=(
        a_tamarack_line(LAMP_LINE, sku="TM-90"),
        a_tamarack_line(REJECTED_LINE, sku="TM-91", status=LineStatus.REJECTED),
        a_tamarack_line(CANCELLED_LINE, sku="TM-92", status=LineStatus.CANCELLED),
        an_order_line(uuid=BIRCH_LINE, sku="BI-1", supplier=BIRCH.uuid),
    ),
)
"""An order of two suppliers, some of whose lines are closed."""

CANCELLED = an_order(
    id=106, retailer=LARKSPUR.uuid, lines=(a_tamarack_line(a_uuid(8210), status=LineStatus.CANCELLED),)
)
YARROWS = an_order(id=107, retailer=YARROW.uuid, lines=(an_order_line(uuid=a_uuid(8220), supplier=BIRCH.uuid),))
"""An order of another retailer to another supplier."""

PENDING_LINE = a_uuid(8240)
PENDING = an_order(
    id=108,
    number="LK-40819",
    retailer=LARKSPUR.uuid,
    lines=(a_tamarack_line(PENDING_LINE, cancelling=True), an_order_line(uuid=a_uuid(8241), supplier=BIRCH.uuid)),
)
"""An order of two suppliers, one of which was asked to cancel its line."""

ELSEWHERE = an_order(id=1, uuid=a_uuid(8999), retailer=LARKSPUR.uuid, lines=(a_tamarack_line(a_uuid(8230)),))
"""An order of the same names in another workspace."""

PRINTED: dict[str, Any] = {
    "invoice_number": "TI-2291",
    "line_items": [
        {
            "line_item_uuid": str(MUG_LINE),
            "quantity_invoiced": 2,
            "supplier_provided_sku_cost": 11.75,
            "invoice_item_attributes": [{"attribute_name": "lot", "attribute_value": "L-209"}],
        }
    ],
    "supplier_provided_drop_ship_fee": 1.15,
    "supplier_provided_order_fee": 0.4,
    "supplier_provided_tax": 2,
    "supplier_provided_order_total": 32.05,
    "supplier_provided_shipping_cost": 5,
    "invoice_attributes": [{"attribute_name": "terms", "attribute_value": "net 15"}],
}
"""The invoice of the contract's samples (§12)."""

TRAIL_MUG = hash_password("trail mug", bytes(16))
"""What is kept of a password."""

SUPPLIER, RETAILER = "tamarack-token", "larkspur-token"

USERS = {
    "tamarack": TAMARACK,
    "birch": BIRCH,
    "larkspur": LARKSPUR,
    "yarrow": YARROW,
    "neither": NEITHER,
    "dogwood": DOGWOOD,
    "nobody": None,
}
"""Users, each with a token of its name, and the organizations that they work for."""


def invoices_path(order: Order | UUID | str = ORDER) -> str:
    return f"/timp/orders/{order.uuid if isinstance(order, Order) else order}/invoices/"


def taking(quantity: Any, line: Any = MUG_LINE, **members: Any) -> dict[str, Any]:
    """An entry that invoices some of a line."""
    return {"line_item_uuid": str(line), "quantity_invoiced": quantity} | members


@dataclass
class Crux:
    """Clients of the dialect, and a look behind it."""

    client: httpx.AsyncClient
    ledger: Ledger
    clock: SandboxClock

    async def send(self, method: str, path: str, token: str | None = SUPPLIER, **request: Any) -> httpx.Response:
        """Send whatever there is to send, with a token."""
        headers = {"Authorization": f"Token {token}"} if token else {}
        return await self.client.request(method, path, headers=headers | request.pop("headers", {}), **request)

    def encoded(self, body: Any) -> bytes:
        """Write a body: bytes as they are, nothing as none, all else as JSON with exact numbers."""
        return body if isinstance(body, bytes) else b"" if body is None else encode_json(body)

    async def call(self, method: str, path: str, body: Any = None, token: str | None = SUPPLIER) -> httpx.Response:
        """Send JSON as most clients do: its type is said whatever the verb."""
        headers = {"Content-Type": "application/json; charset=utf-8", "Cookie": "sessionid=h9qjyhleectu7aef5pkwma0j"}
        return await self.send(method, path, token, headers=headers, content=self.encoded(body))

    async def post(self, body: Any, order: Order | UUID | str = ORDER, token: str = SUPPLIER) -> httpx.Response:
        """Post an invoice: bytes as they are, all else as JSON with exact numbers."""
        headers = {"Content-Type": "application/json"}
        content = body if isinstance(body, bytes) else encode_json(body)
        return await self.send("POST", invoices_path(order), token, headers=headers, content=content)

    async def show(self, order: Order = ORDER, token: str = RETAILER) -> dict[str, Any]:
        """Read an order with its invoices."""
        answer = await self.send("GET", invoices_path(order), token)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def invoice(self, posted: httpx.Response) -> Invoice:
        """Give the invoice that was posted, as the ledger has it."""
        assert posted.status_code == 201, posted.text
        key = by_uuid(Invoice, UUID(posted.json()["invoice_uuid"]))
        return dict(await self.ledger.store.find(key))["demo"].value

    async def order(self, order: Order = ORDER) -> Order:
        """Give an order as the ledger has it."""
        return dict(await self.ledger.store.find(by_uuid(Order, order.uuid)))["demo"].value

    async def everything(self) -> list[Any]:
        """Give all that could change: orders and invoices with their versions, all history, all events."""
        store = self.ledger.store
        return await walk(
            store.aggregates("demo", "order"), store.aggregates("demo", "invoice"), store.journal(), store.outbox()
        )


@pytest.fixture
async def crux(ledger: Ledger, clock: SandboxClock, client_of: Callable[[Face], httpx.AsyncClient]) -> Crux:
    clock.set(NOW)
    await ledger.run(a_caller(), plant, Plant(a_workspace(), [*PARTIES, MUG, LANTERN, *ORDERS, *_people()]))
    await ledger.run(
        a_caller(workspace="elsewhere"),
        plant,
        Plant(a_workspace(name="elsewhere"), [*PARTIES, ELSEWHERE, *_elsewhere()]),
    )
    client = client_of(make_face(ledger, BODY_LIMIT))
    client.event_hooks["response"].append(check)
    return Crux(client, ledger, clock)


ASKED_FOR = ("create_order", "cancel_order", "view_order", "allocate_order", "add_order_tracking", "export_order")

PARTIES = [TAMARACK, BIRCH, LARKSPUR, YARROW, NEITHER, DOGWOOD]
ORDERS = [ORDER, MIXED, CANCELLED, YARROWS, PENDING]


def _people() -> list[Any]:
    """Everybody who may call, and some who may not."""
    members = [_member(id, name, party) for id, (name, party) in enumerate(USERS.items(), 1)]
    return [
        *(value for member in members for value in member),
        *_member(20, "reader", TAMARACK, permissions=("view_order",)),
        *_member(21, "blind", TAMARACK, permissions=("view_items", "allocate_order")),
        *_member(22, "ines", LARKSPUR, email="ines@larkspur.example", password_hash=TRAIL_MUG),
        *_member(23, "tamara", TAMARACK, password_hash=TRAIL_MUG),
        *_member(24, "rhea", TAMARACK, password_hash=TRAIL_MUG, permissions=("view_order", "create_order")),
        *_member(25, "adrift", None, password_hash=TRAIL_MUG),
        *_member(26, "idle", NEITHER, password_hash=TRAIL_MUG),
        *(value for member in _the_restricted() for value in member),
        _credential(30, "expired-token", user="tamarack", expires_at=NOW),
        _credential(31, "short-token", user="tamarack", expires_at=NOW + timedelta(seconds=1)),
        _credential(32, "userless-token"),
        a_credential(id=33, dialect="native", secret_hash=hash_secret("native-token")),
    ]


def _elsewhere() -> list[Any]:
    """Those who trade in the other workspace."""
    return [
        *_member(1, "elsewhere", TAMARACK),
        *_member(2, "elsewhere-tamarack", TAMARACK),
        *_member(3, "elsewhere-larkspur", LARKSPUR),
    ]


def _the_restricted() -> list[list[Any]]:
    """Somebody of each side without one permission, for every permission that is asked for."""
    every = {permission.name for permission in PERMISSIONS}
    return [
        _member(id, f"{organization.name}-without-{name}", organization, permissions=tuple(sorted(every - {name})))
        for id, (organization, name) in enumerate(product((TAMARACK, LARKSPUR), ASKED_FOR), 40)
    ]


def _member(id: int, name: str, organization: Party | None, **user: Any) -> list[Any]:
    belongs = organization.uuid if organization else None
    return [
        a_user(id=id, name=name.title(), username=name, organization=belongs, **user),
        _credential(id, f"{name}-token", user=name),
    ]


def _credential(id: int, token: str, **overrides: Any) -> Any:
    return a_credential(id=id, dialect=NAME, secret_hash=hash_secret(token), **overrides)
