from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind
from billingua.core.printout import fingerprint
from tests.builders import NOON, a_line, a_line_tax, a_uuid, an_invoice

LINE = a_line(item=1, tax1=a_line_tax(20), description="March")
INVOICE = an_invoice(lines=(LINE, LINE), terms="30 days", due_at=NOON)


@pytest.mark.parametrize(
    "members",
    [
        {"number": "INV-2"},
        {"party": 11},
        {"consignee": 11},
        {"billing_address": 31},
        {"delivery_address": 31},
        {"currency": "EUR"},
        {"language": "de"},
        {"issued_at": NOON - timedelta(seconds=1)},
        {"due_at": None},
        {"purchase_order_number": "PO-1"},
        {"terms": "45 days"},
        {"description": "Thank you"},
        {"charges": (Charge(ChargeKind.SHIPPING, Decimal(1)),)},
        {"lines": (LINE,)},
        {"lines": (LINE, replace(LINE, item=2))},
        {"lines": (LINE, replace(LINE, sku="SKU-2"))},
        {"lines": (LINE, replace(LINE, description="April"))},
        {"lines": (LINE, replace(LINE, quantity=None))},
        {"lines": (LINE, replace(LINE, unit_price=Decimal(99)))},
        {"lines": (LINE, replace(LINE, discount_percent=Decimal(1)))},
        {"lines": (LINE, replace(LINE, discount_per_unit=Decimal(1)))},
        {"lines": (LINE, replace(LINE, tax1=None))},
        {"lines": (LINE, replace(LINE, tax1=a_line_tax(21)))},
        {"lines": (LINE, replace(LINE, tax1=a_line_tax(20, name="USt")))},
        {"lines": (LINE, replace(LINE, tax2=a_line_tax(20)))},
    ],
)
def test_whatever_is_printed_makes_the_fingerprint_another(members: dict[str, Any]):
    assert fingerprint(replace(INVOICE, **members)) != fingerprint(INVOICE)


@pytest.mark.parametrize(
    "members",
    [
        {"status": Status.PAID},
        {"open_balance": Decimal(0)},
        {"created_at": NOON - timedelta(days=1)},
        {"updated_at": NOON + timedelta(days=1)},
        {"created_by": "ida"},
        {"uuid": a_uuid(1)},
        {"extras": {"onlyoffice": {"templateType": 1}}},
        {"issued_at": NOON.astimezone(timezone(timedelta(hours=2)))},
        {"lines": (replace(LINE, id=7), replace(LINE, id=8))},
    ],
)
def test_whatever_is_not_printed_leaves_the_fingerprint(members: dict[str, Any]):
    assert fingerprint(replace(INVOICE, **members)) == fingerprint(INVOICE)


def test_a_fingerprint_is_short_and_the_same_for_ever():
    assert fingerprint(only_this()) == "8e14cf779b43ab44fce6b47e"


def only_this() -> Invoice:
    """An invoice of which everything that counts is stated here."""
    line = a_line(item=1, sku="A", description="B", quantity=Decimal("2.00"), unit_price=Decimal("0.5"))
    return an_invoice(number="N", party=1, currency="EUR", issued_at=NOON, lines=(line,))
