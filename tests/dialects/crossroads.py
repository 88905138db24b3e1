"""Where the five dialects meet: one workspace, and what a client of each asks there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from starlette.types import ASGIApp

from billingua.app import create_app
from billingua.core.numbering import Book, BookKind
from billingua.core.party import TradeRole
from billingua.core.workspace import Branch, CashAccount, Channel, PaymentTerm
from billingua.engine.clock import SandboxClock
from billingua.engine.credentials import hash_secret
from billingua.engine.ledger import Ledger
from billingua.engine.planting import Plant, plant
from billingua.settings import Settings
from billingua.wire.replies import encode_json
from tests.builders import (
    SUPPLIER,
    a_caller,
    a_credential,
    a_party,
    a_tax,
    a_user,
    a_uuid,
    a_workspace,
    an_item,
    an_order,
    an_order_line,
)
from tests.dialects.playing import Ask

DIALECTS = ("crux", "onlyoffice", "modulus", "bigcommerce", "native")
DAWN = datetime(2024, 12, 26, 12, tzinfo=UTC)
DAWN_SECONDS = 1735214400
CUSTOMER = 10
RETAILER = a_uuid(2010)

ORDERS = {
    id: an_order(
        id=id,
        retailer=RETAILER,
        lines=(
            an_order_line(uuid=a_uuid(10 * id), item=1, quantity=20),
            an_order_line(uuid=a_uuid(10 * id + 1), item=2, sku="SKU-2", quantity=20),
        ),
    )
    for id in (104, 105, 106)
}
"""Twenty pieces each of two things, from one supplier to the customer."""

TOKENS = {
    "crux": ("crux", "root"),
    "retailer": ("crux", "rita"),
    "onlyoffice": ("onlyoffice", "root"),
    "modulus": ("modulus", None),
    "bigcommerce": ("bigcommerce", None),
    "native": ("native", None),
}
"""Each token with its dialect and its user. The supplier's and the retailer's are both Crux'."""

_WORKSPACE = a_workspace(
    channels=(Channel(id=1, name="Main store"),),
    branches=(Branch(code="BR-02"),),
    books=(
        Book(id=4, kind=BookKind.INVOICE, prefix="M-"),
        Book(id=9, kind=BookKind.COLLECTION, prefix="CR-"),
    ),
    payment_terms=(PaymentTerm(id=1), PaymentTerm(id=2, days=30)),
    cash_accounts=(CashAccount(code="CASH-1", currency="USD", collection=True, payment=True),),
    settings={
        "bigcommerce": {
            "store_hash": "store",
            "extra_fields": [{"id": 31, "name": "Cost centre", "type": 0, "required": False, "unique": False}],
        }
    },
)


async def begin(ledger: Ledger, *more: Any) -> ASGIApp:
    """Plant whom and what the five dialects trade with, more if a test says so, and no invoice; build the server."""
    credentials = [
        a_credential(id=id, uuid=a_uuid(800 + id), dialect=dialect, secret_hash=hash_secret(token), user=user)
        for id, (token, (dialect, user)) in enumerate(TOKENS.items(), 1)
    ]
    customer = a_party(id=CUSTOMER, uuid=RETAILER, code="C-310", trade_role=TradeRole.RETAILER)
    others = [
        a_user(id=1, username="root", admin=True, organization=SUPPLIER),
        a_user(id=2, username="rita", organization=RETAILER),
        customer,
        a_party(id=20, uuid=SUPPLIER, name="Tamarack", trade_role=TradeRole.SUPPLIER),
        a_tax(id=1),
        an_item(id=1, supplier=SUPPLIER, units=(1, 3)),
        an_item(id=2, supplier=SUPPLIER, units=(1, 3), price=Decimal("7.77")),
        *ORDERS.values(),
    ]
    await ledger.run(a_caller(), plant, Plant(_WORKSPACE, [*credentials, *others, *more]))
    return create_app(ledger, Settings(), _Sandbox(SandboxClock(ledger.clock)))


@dataclass
class _Sandbox:
    """What lets modulus' documents be read back."""

    clock: SandboxClock

    async def reset(self) -> None:
        raise NotImplementedError


BASES = {
    "crux": "/timp",
    "retailer": "/timp",
    "onlyoffice": "/api/2.0/crm",
    "modulus": "/api/inv/v1",
    "bigcommerce": "/api/v3/io/ip",
    "native": "/v1",
}
_SCHEMES = {"crux": "Token ", "retailer": "Token ", "native": "Bearer "}


def asking(who: str, verb: str, path: str, body: Any = None, base: str | None = None) -> Ask:
    """Ask as a client of a dialect, below that dialect's base."""
    content_type, content = ("", b"") if body is None else ("application/json", encode_json(body))
    path, _, query = f"{BASES[who] if base is None else base}{path}".partition("?")
    if who == "modulus":
        return Ask(verb, path, "", content_type, content, f"token={who}")
    header = "authtoken" if who == "bigcommerce" else "authorization"
    return Ask(verb, path, f"{_SCHEMES.get(who, '')}{who}", content_type, content, query, header)


def usd(value: Any) -> Mapping[str, Any]:
    """An amount as BigCommerce says it."""
    return {"code": "USD", "value": f"{value}"}


def posted(order: int, number: str, *quantities: int, **members: Any) -> Ask:
    """Invoice so many pieces of each line of an order, as its supplier."""
    lines = [
        {"line_item_uuid": str(line.uuid), "quantity_invoiced": quantity, "supplier_provided_sku_cost": 12.5}
        for line, quantity in zip(ORDERS[order].lines, quantities, strict=False)
    ]
    path = f"/orders/{ORDERS[order].uuid}/invoices/"
    return asking("crux", "POST", path, {"invoice_number": number, "line_items": lines} | members)


def an_office_body(**members: Any) -> dict[str, Any]:
    """What ONLYOFFICE has to be told of an invoice."""
    least = {
        "issueDate": "2024-12-26",
        "dueDate": "2025-01-25",
        "contactId": CUSTOMER,
        "language": "en-US",
        "currency": "USD",
        "exchangeRate": 1,
        "terms": "30 days",
        "invoiceLines": [{"invoiceItemID": 1, "quantity": 3, "price": 40, "invoiceTax1ID": 1}],
    }
    return least | members


def a_modulus_body(**members: Any) -> dict[str, Any]:
    """What modulus has to be told of an invoice."""
    least = {
        "customer_code": "C-310",
        "branch_code": "BR-02",
        "issue_date": "2024-12-26",
        "due_date": "2025-01-25",
        "book_id": 4,
        "status": "STATUS_DRAFT",
        "payment_term_id": 2,
        "items": [{"item_code": "SKU-1", "unit_id": 3, "quantity": 12.5, "unit_price": 40, "discount": 1.5}],
    }
    return least | members


def a_native_body(number: str, **members: Any) -> dict[str, Any]:
    """What our own API has to be told of an invoice."""
    line = {"item_id": 1, "sku": "SKU-1", "quantity": "2.5", "unit_price": "12.34", "tax_ids": [1]}
    return {"number": number, "party_id": CUSTOMER, "currency": "USD", "lines": [line]} | members


def a_store_body(number: str, value: Any, **members: Any) -> dict[str, Any]:
    """What BigCommerce has to be told of an invoice."""
    least = {"invoiceNumber": number, "customerId": f"{CUSTOMER}"}
    return least | {"originalBalance": usd(value), "openBalance": usd(value)} | members


def a_payment_of(invoice: int, amount: Any, **members: Any) -> Ask:
    """Note money for an invoice, in BigCommerce."""
    lines = [{"invoiceId": invoice, "amount": f"{amount}"}]
    body = {"lineItems": lines, "currency": "USD", "details": {"memo": "Wire 7"}, "customerId": f"{CUSTOMER}"}
    return asking("bigcommerce", "POST", "/payments/offline", body | members)


def a_modulus_change(invoice: int, number: str, status: str) -> Ask:
    """Ask modulus for a status."""
    body = {"invoice_id": invoice, "invoice_number": number, "status": status}
    return asking("modulus", "PATCH", "/Invoice", body)


def an_office_change(invoice: int, status: str) -> Ask:
    """Ask ONLYOFFICE for a status."""
    return asking("onlyoffice", "PUT", f"/invoice/status/{status}", {"invoiceids": [invoice]})
