"""CRUX Connect's words for what the ledger knows (contract §1, §5, §12)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from billingua.core.line import ChargeKind
from billingua.core.money import EXACT

NAME = "crux"
"""The dialect's name, under which the ledger keeps what it alone understands."""

VIEW_ORDER = "view_order"
"""The permission to read orders; there is none of its own for invoicing (§1.3)."""

CHARGES = {
    "supplier_provided_drop_ship_fee": ChargeKind.DROPSHIP_FEE,
    "supplier_provided_order_fee": ChargeKind.ORDER_FEE,
    "supplier_provided_tax": ChargeKind.TAX,
    "supplier_provided_shipping_cost": ChargeKind.SHIPPING,
}
"""The charges of an invoice."""

DROPSHIP_FEE = "supplier_provided_dropship_fee"
"""The other spelling of the first of them (A16)."""

ORDER_TOTAL = "supplier_provided_order_total"

PRODUCT_CODES = ("upca", "ean13", "isbn", "gtin14", "asin", "mpn")

INVALID = {
    "required": "This field is required.",
    "null": "This field may not be null.",
    "blank": "This field may not be blank.",
    "text": "Not a valid string.",
    "long": "Ensure this field has no more than 255 characters.",
    "characters": "Null characters are not allowed.",
    "integer": "A valid integer is required.",
    "number": "A valid number is required.",
    "places": "Ensure that there are no more than 2 decimal places.",
    "range": "Ensure that there are no more than 16 digits in total.",
    "negative": "Ensure this value is greater than or equal to 0.",
    "uuid": "Must be a valid UUID.",
    "object": "Invalid data. Expected a dictionary, but got {}.",
    "many": "Ensure this field has no more than 10000 elements.",
    "list": 'Expected a list of items but got type "{}".',
}
"""What is wrong with a value, in the words of Django REST Framework (§1.2); `{}` is the type of what was sent."""


def type_name(value: Any) -> str:
    """Name a JSON value's type as Python does, in which that framework is written."""
    return "float" if isinstance(value, Decimal) else type(value).__name__


def amount(value: Decimal | None) -> int | Decimal | None:
    """Write an amount as a JSON number without needless zeros: `47.98`, `0`, `150`."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else value.normalize(EXACT)


def moment(at: datetime | None) -> str | None:
    """Write a moment in UTC with six digits of its second."""
    return at and at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def designation(label: str | None) -> str | None:
    """Give the plain word of a label, decorated or not: `ID: 1 Name: HasTracking` is `HasTracking` (A14)."""
    return label and label.rpartition("Name:")[2].strip()
