"""BigCommerce's words for what the ledger knows (contract §2, §1.6)."""

from decimal import Decimal
from enum import IntEnum
from typing import Any

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.money import settle

NAME = "bigcommerce"
"""The dialect's name, under which the ledger keeps what it alone understands."""

SUCCESS = "SUCCESS"


class InvoiceStatus(IntEnum):
    """An invoice's status on the wire."""

    OPEN = 0
    PARTIALLY_PAID = 1
    COMPLETED = 2


INVALID = {
    "required": "This field is required.",
    "null": "This field may not be null.",
    "blank": "This field may not be blank.",
    "text": "Not a valid string.",
    "integer": "A valid integer is required.",
    "number": "Please enter a valid number",
    "range": "Please enter a valid number",
    "currency": "Invalid currency code",
    "object": "Expected an object.",
    "list": "Expected a list of items.",
    "url": "Enter a valid URL.",
    "choice": "Not a valid choice.",
}
"""What is wrong with a value, in the words of this API's family."""


def status_of(invoice: Invoice) -> InvoiceStatus:
    """Say an invoice's status; one that is void owes nothing, so it counts as completed."""
    if invoice.status in {Status.PAID, Status.VOID}:
        return InvoiceStatus.COMPLETED
    return InvoiceStatus.PARTIALLY_PAID if invoice.partly_paid else InvoiceStatus.OPEN


def money(amount: Decimal, currency: str) -> dict[str, Any]:
    """Write an amount as every response does: a text with exactly four decimals (§1.8)."""
    return {"code": currency, "value": f"{settle(amount, 4):.4f}"}
