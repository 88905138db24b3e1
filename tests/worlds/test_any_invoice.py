"""Whatever an invoice says, a file says it too."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billingua.core.changes import diff
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.line import Attribute, Charge, ChargeKind, InvoiceLine
from billingua.core.money import Mode
from billingua.core.rounding import STEPWISE, Rounding, TaxBase, en16931
from billingua.core.tax import LineTax
from billingua.engine.planting import Plant
from billingua.stores.memory import MemoryStore
from billingua.worlds.reading import read_worlds
from tests.builders import a_uuid
from tests.worlds.reading import A_PARTY, NOW, all_of, export, new_uuids, plant_all, read_all

SUPPLIER = UUID(A_PARTY["uuid"])
ORDER_LINE = a_uuid(8)
(GROUND,) = read_all(
    {
        "workspace": "ground",
        "time_zone": "Europe/Riga",
        "parties": [A_PARTY],
        "taxes": [{"id": 1, "name": "VAT", "rate": 20}],
        "items": [{"id": 1, "sku": "OB-1", "title": "Oak board", "supplier": str(SUPPLIER)}],
        "orders": [
            {
                "id": 1,
                "number": "PO-1",
                "lines": [{"uuid": str(ORDER_LINE), "sku": "OB-1", "supplier": str(SUPPLIER), "quantity": 5}],
            }
        ],
        "opportunities": [{"id": 1}],
        "branches": [{"code": "B"}],
        "books": [{"id": 1}],
        "payment_terms": [{"id": 1}],
        "salespeople": [{"id": 1}],
    }
)
"""What an invoice may refer to."""

texts = st.text(max_size=8)
maybe_a_text = st.none() | texts
numbers = st.decimals(-(10**6), 10**6, places=6)
balances = st.decimals(-(10**9), 10**9, places=4)
beginning = datetime(1900, 1, 1, tzinfo=UTC)
moments = st.one_of(
    st.integers(0, 70_000).map(lambda days: beginning + timedelta(days=days, hours=-2)),
    st.integers(0, 70_000 * 86_400).map(lambda seconds: beginning + timedelta(seconds=seconds, microseconds=seconds)),
)
"""Many of them are midnights in Riga's winter."""
attributes = st.none() | st.lists(st.builds(Attribute, texts, texts), max_size=2).map(tuple)
line_taxes = st.none() | st.builds(
    LineTax, st.just(1), st.sampled_from(["VAT", "Old VAT"]), st.sampled_from([Decimal(20), Decimal("20.0")])
)
plain_json = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)


def numbered(drawn: list[InvoiceLine]) -> tuple[InvoiceLine, ...]:
    return tuple(replace(line, id=id) for id, line in enumerate(drawn, 1))


lines = st.builds(
    InvoiceLine,
    id=st.just(1),
    position=st.integers(0, 3),
    item=st.sampled_from([None, 1]),
    sku=maybe_a_text,
    unit=st.none() | st.integers(1, 3),
    description=texts,
    quantity=st.none() | numbers,
    unit_price=st.none() | numbers,
    discount_percent=numbers,
    discount_per_unit=numbers,
    tax1=line_taxes,
    tax2=line_taxes,
    order_line=st.sampled_from([None, ORDER_LINE]),
    attributes=attributes,
)
roundings = st.builds(Rounding, st.integers(0, 4), st.sampled_from(Mode), st.sampled_from(TaxBase), st.booleans())
invoices = st.builds(
    Invoice,
    id=st.integers(1, 99),
    uuid=st.just(a_uuid(9)),
    number=texts,
    number_scope=texts,
    status=st.sampled_from(Status),
    origin=st.sampled_from(["crux", "onlyoffice", "modulus", "bigcommerce", "native"]),
    party=st.just(10),
    consignee=st.sampled_from([None, 10]),
    supplier=st.sampled_from([None, SUPPLIER]),
    order=st.sampled_from([None, 1]),
    opportunity=st.sampled_from([None, 1]),
    billing_address=st.none() | st.integers(1, 9),
    delivery_address=st.none() | st.integers(1, 9),
    currency=st.sampled_from(["USD", "JPY"]),
    exchange_rate=numbers,
    issued_at=moments,
    due_at=st.none() | moments,
    voided_at=st.none() | moments,
    created_at=moments,
    created_by=maybe_a_text,
    updated_at=moments,
    original_balance=balances,
    open_balance=balances,
    partly_paid=st.booleans(),
    pending_payments=st.integers(0, 3),
    rounding=st.sampled_from([STEPWISE, en16931("USD")]) | roundings,
    lines=st.lists(lines, max_size=3).map(
        lambda lines: tuple(replace(line, id=id) for id, line in enumerate(lines, 1))
    ),
    charges=st.lists(st.builds(Charge, st.sampled_from(ChargeKind), numbers), max_size=2).map(tuple),
    stated_total=st.none() | numbers,
    purchase_order_number=maybe_a_text,
    order_number=maybe_a_text,
    reference=maybe_a_text,
    terms=maybe_a_text,
    description=maybe_a_text,
    language=texts,
    book=st.sampled_from([None, 1]),
    branch=st.sampled_from([None, "B"]),
    payment_term=st.sampled_from([None, 1]),
    salesperson=st.sampled_from([None, 1]),
    channel=st.sampled_from([None, 1]),
    external_id=maybe_a_text,
    external_party_id=maybe_a_text,
    attributes=attributes,
    claims=st.lists(texts, max_size=2, unique=True).map(tuple),
    extras=st.just({}) | st.dictionaries(texts, st.dictionaries(texts, plain_json, min_size=1, max_size=2), max_size=2),
)


@given(invoices)
def test_any_invoice_comes_back_from_a_file_as_it_was(invoice: Invoice):
    changes = diff(invoice, asyncio.run(through_a_file(invoice)))
    assert [change for change in changes if change.before != change.after] == []


async def through_a_file(invoice: Invoice) -> Any:
    store = MemoryStore()
    await plant_all(store, [Plant(GROUND.workspace, [*GROUND.aggregates, invoice])])
    (again,) = read_worlds(await export(store), now=NOW, new_uuid=new_uuids())
    (read,) = all_of(again, Invoice)
    return read
