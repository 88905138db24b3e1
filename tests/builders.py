"""Complete, valid values for tests: a test names only what matters to it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from billingua.core.access import Credential, User
from billingua.core.answer import KeptAnswer
from billingua.core.cash import CashEntry, CashKind
from billingua.core.credit import CreditLine, CreditNote
from billingua.core.export import Export
from billingua.core.invoice import Invoice
from billingua.core.item import Item, PriceList
from billingua.core.lifecycle import Status
from billingua.core.line import InvoiceLine
from billingua.core.order import Order, OrderLine
from billingua.core.party import Address, AddressCategory, Opportunity, Party
from billingua.core.payment import Payment, PaymentLine, PaymentStatus
from billingua.core.printout import Printout
from billingua.core.receipt import Receipt, ReceiptKind, ReceiptLine
from billingua.core.rounding import en16931
from billingua.core.tax import LineTax, Tax
from billingua.core.totals import totals
from billingua.core.upload import Upload
from billingua.core.workspace import Workspace
from billingua.engine.plan import Caller

NOON = datetime(2024, 12, 26, 12, tzinfo=UTC)
"""The moment at which tests happen, unless they say otherwise."""


def a_uuid(number: int) -> UUID:
    """The same UUID for the same number, every time."""
    return UUID(int=number)


SUPPLIER = a_uuid(2002)
"""The supplier of every order line, unless a test says otherwise."""


def a_line(**overrides: Any) -> InvoiceLine:
    """One piece for 100, without tax."""
    defaults = {"id": 1, "position": 0, "quantity": Decimal(1), "unit_price": Decimal(100)}
    return InvoiceLine(**(defaults | overrides))


def a_tax(**overrides: Any) -> Tax:
    """VAT of 20 %."""
    id = overrides.get("id", 1)
    defaults = {"id": id, "uuid": a_uuid(6000 + id), "name": "VAT", "rate": Decimal(20), "created_at": NOON}
    return Tax(**(defaults | overrides))


def a_line_tax(rate: Decimal | int | str = 20, **overrides: Any) -> LineTax:
    """A tax of this rate as a line carries it."""
    return LineTax(**({"tax": 1, "name": "VAT", "rate": Decimal(rate)} | overrides))


def an_invoice(**overrides: Any) -> Invoice:
    """An open invoice over one line of 100.00 USD; unless stated, what is owed is what its lines come to."""
    id = overrides.get("id", 35)
    defaults: dict[str, Any] = {
        "id": id,
        "uuid": a_uuid(9000 + id),
        "number": f"INV-{id}",
        "status": Status.OPEN,
        "origin": "native",
        "party": 10,
        "currency": "USD",
        "issued_at": NOON,
        "created_at": NOON,
        "updated_at": NOON,
        "rounding": en16931(overrides.get("currency", "USD")),
        "lines": (a_line(),),
    }
    stated = defaults | overrides
    total = totals(stated["lines"], stated.get("charges", ()), stated["rounding"]).grand_total
    original = stated.setdefault("original_balance", total)
    closed = stated["status"] in {Status.PAID, Status.VOID}
    stated.setdefault("open_balance", Decimal(0) if closed else original)
    if stated["status"] is Status.VOID:
        stated.setdefault("voided_at", NOON)
    return Invoice(**stated)


def a_credit_line(**overrides: Any) -> CreditLine:
    """One piece of line 1, for 100, without tax."""
    defaults = {"id": 1, "position": 0, "quantity": Decimal(1), "unit_price": Decimal(100)}
    return CreditLine(**(defaults | overrides))


def a_credit_note(**overrides: Any) -> CreditNote:
    """A credit note over all of invoice 35."""
    id = overrides.get("id", 1)
    defaults: dict[str, Any] = {
        "id": id,
        "uuid": a_uuid(9500 + id),
        "number": f"CN-{id}",
        "invoice": 35,
        "party": 10,
        "currency": "USD",
        "issued_at": NOON,
        "created_at": NOON,
        "origin": "native",
        "rounding": en16931(overrides.get("currency", "USD")),
        "lines": (a_credit_line(),),
    }
    return CreditNote(**(defaults | overrides))


def an_order_line(**overrides: Any) -> OrderLine:
    """Five pieces for 20 each from `SUPPLIER`, none of them invoiced yet."""
    defaults = {
        "uuid": a_uuid(8100),
        "sku": "SKU-1",
        "supplier": SUPPLIER,
        "quantity": 5,
        "unit_cost": Decimal(20),
        "status": "Allocated",
    }
    return OrderLine(**(defaults | overrides))


def an_order(**overrides: Any) -> Order:
    """An order of party 10 for one line, in USD."""
    id = overrides.get("id", 104)
    defaults = {
        "id": id,
        "uuid": a_uuid(8000 + id),
        "number": f"PO-{id}",
        "company": 10,
        "currency": "USD",
        "created_at": NOON,
        "lines": (an_order_line(),),
    }
    return Order(**(defaults | overrides))


def a_party(**overrides: Any) -> Party:
    """A company that everybody may see."""
    id = overrides.get("id", 10)
    return Party(**({"id": id, "uuid": a_uuid(2000 + id), "name": "Larch & Sons"} | overrides))


def an_address(**overrides: Any) -> Address:
    """A billing address."""
    return Address(**({"id": 31, "category": AddressCategory.BILLING, "city": "Riga"} | overrides))


def an_opportunity(**overrides: Any) -> Opportunity:
    """A sale to party 10."""
    id = overrides.get("id", 3)
    return Opportunity(**({"id": id, "uuid": a_uuid(3000 + id), "title": "Spring", "participants": (10,)} | overrides))


def an_item(**overrides: Any) -> Item:
    """A lamp for 12.50."""
    id = overrides.get("id", 1)
    defaults = {
        "id": id,
        "uuid": a_uuid(4000 + id),
        "sku_uuid": a_uuid(4500 + id),
        "sku": f"SKU-{id}",
        "title": "Lamp",
        "price": Decimal("12.50"),
        "created_at": NOON,
    }
    return Item(**(defaults | overrides))


def a_price_list(**overrides: Any) -> PriceList:
    """A price list without prices."""
    id = overrides.get("id", 1)
    return PriceList(**({"id": id, "uuid": a_uuid(5000 + id), "code": f"PL{id}"} | overrides))


def a_payment(**overrides: Any) -> Payment:
    """100 USD for invoice 35."""
    id = overrides.get("id", 1)
    defaults = {
        "id": id,
        "uuid": a_uuid(7000 + id),
        "party": 10,
        "currency": "USD",
        "lines": (PaymentLine(35, Decimal(100), "INV-35"),),
        "received_at": NOON,
    }
    return Payment(**(defaults | overrides))


def a_receipt(**overrides: Any) -> Receipt:
    """The receipt of payment 1."""
    id = overrides.get("id", 1)
    defaults = {
        "id": id,
        "uuid": a_uuid(7500 + id),
        "payment": 1,
        "party": 10,
        "kind": ReceiptKind.PAID,
        "status": PaymentStatus.COMPLETED,
        "currency": "USD",
        "total": Decimal(100),
        "lines": (ReceiptLine(1, 35, Decimal(100), "INV-35"),),
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Receipt(**(defaults | overrides))


def a_cash_entry(**overrides: Any) -> CashEntry:
    """One piece that was sold for 100 USD in cash."""
    id = overrides.get("id", 1)
    defaults: dict[str, Any] = {
        "id": id,
        "uuid": a_uuid(7500 + id),
        "number": f"CR_{id}",
        "kind": CashKind.SALE,
        "origin": "modulus",
        "book": 9,
        "account": "CASH-1",
        "party": 10,
        "currency": "USD",
        "dated_at": NOON,
        "created_at": NOON,
        "rounding": en16931("USD"),
        "lines": (a_line(),),
    }
    stated = defaults | overrides
    stated.setdefault("amount", totals(stated["lines"], (), stated["rounding"]).grand_total)
    return CashEntry(**stated)


def an_upload(**overrides: Any) -> Upload:
    """A file that was received a while ago."""
    id = overrides.get("id", 1)
    defaults = {
        "id": id,
        "uuid": a_uuid(9500 + id),
        "name": "invoice_2024-12-26.csv",
        "source": "upload",
        "sha256": "5ec",
        "size": 12,
        "received_at": NOON,
        "received_by": "ida",
    }
    return Upload(**(defaults | overrides))


def a_printout(**overrides: Any) -> Printout:
    """What Ida had printed of invoice 35."""
    id = overrides.get("id", 1)
    defaults = {
        "id": id,
        "uuid": a_uuid(9800 + id),
        "invoice": 35,
        "party": 10,
        "title": "INV-35.pdf",
        "size": 24904,
        "created_at": NOON,
        "created_by": "ida",
    }
    return Printout(**(defaults | overrides))


def an_export(**overrides: Any) -> Export:
    """An export of a supplier's."""
    id = overrides.get("id", 1)
    defaults = {
        "id": id,
        "uuid": a_uuid(9700 + id),
        "name": "orders.csv",
        "organization": SUPPLIER,
        "created_at": NOON,
        "created_by": "ida",
    }
    return Export(**(defaults | overrides))


def a_user(**overrides: Any) -> User:
    """Ida, who administers nothing."""
    id = overrides.get("id", 1)
    return User(**({"id": id, "uuid": a_uuid(1000 + id), "name": "Ida Moor", "username": "ida"} | overrides))


def a_credential(**overrides: Any) -> Credential:
    """A token of the native dialect that never expires."""
    id = overrides.get("id", 1)
    defaults = {
        "id": id,
        "uuid": a_uuid(1500 + id),
        "dialect": "native",
        "secret_hash": f"hash of secret {id}",
        "created_at": NOON,
    }
    return Credential(**(defaults | overrides))


def a_workspace(**overrides: Any) -> Workspace:
    """The demo workspace, in UTC and US dollars."""
    return Workspace(**({"uuid": a_uuid(1), "name": "demo"} | overrides))


def an_answer(**overrides: Any) -> KeptAnswer:
    """What somebody was answered at noon, under a key."""
    defaults: dict[str, Any] = {
        "key": b"key",
        "asked": b"asked",
        "kept_at": NOON,
        "status": 201,
        "headers": [("content-type", "application/json"), ("etag", '"1"')],
        "body": b'{"id":35}',
    }
    return KeptAnswer(**(defaults | overrides))


def a_caller(**overrides: Any) -> Caller:
    """A credential of the native dialect, speaking for the whole demo workspace."""
    return Caller(**({"workspace": "demo", "actor": "ida", "dialect": "native", "request": "request-1"} | overrides))
