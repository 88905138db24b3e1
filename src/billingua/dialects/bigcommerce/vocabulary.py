"""BigCommerce's words for what the ledger knows (contract §1.6, §1.8, §2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any

import msgspec

from billingua.core.errors import FieldRefused, MissingField
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.money import settle
from billingua.core.payment import Operation, Payment, PaymentStatus
from billingua.core.workspace import Workspace
from billingua.wire.scalars import LARGEST_INTEGER, Invalid, read_number, timestamp

NAME = "bigcommerce"
"""The dialect's name, under which the ledger keeps what it alone understands."""

SUCCESS = "SUCCESS"

CHANGED: Mapping[str, str] = {
    "number": "invoiceNumber",
    "party": "customerId",
    "external_party_id": "externalCustomerId",
    "external_id": "externalId",
    "issued_at": "issuedAt",
    "due_at": "dueDate",
    "created_at": "createdAt",
    "partly_paid": "status",
    "pending_payments": "pendingPaymentCount",
    "original_balance": "originalBalance",
    "open_balance": "openBalance",
    "order": "orderNumber",
    "order_number": "orderNumber",
    "purchase_order_number": "purchaseOrderNumber",
    "lines": "details",
    "charges": "details",
    "claims": "extraFields",
    "channel": "channelId",
    "terms": "termsConditions",
}
"""Which member shows a field of the ledger's invoice, where that is called otherwise."""


class InvoiceStatus(IntEnum):
    """An invoice's status on the wire."""

    OPEN = 0
    PARTIALLY_PAID = 1
    COMPLETED = 2


class Source(IntEnum):
    """Where an invoice comes from."""

    B2B_EDITION = 0
    EXTERNAL = 1


class ProcessingStatus(IntEnum):
    """How far a payment has come, on the wire."""

    INCOMPLETE = 0
    AWAITING_PROCESSING = 1
    PROCESSING = 2
    COMPLETED = 3
    REFUNDED = 4


PROCESSING_STATUSES = {
    PaymentStatus.INCOMPLETE: ProcessingStatus.INCOMPLETE,
    PaymentStatus.AWAITING: ProcessingStatus.AWAITING_PROCESSING,
    PaymentStatus.PROCESSING: ProcessingStatus.PROCESSING,
    PaymentStatus.COMPLETED: ProcessingStatus.COMPLETED,
    PaymentStatus.REFUNDED: ProcessingStatus.REFUNDED,
}
"""The ledger's words for it, and what they are here."""

STATUSES = {int(number): word for word, number in PROCESSING_STATUSES.items()}
"""The statuses that may be asked for, with the ledger's words (§5.1, §6.1)."""

ALLOWED_STATUSES = {number: word for word, number in PROCESSING_STATUSES.items() if number}
"""The statuses that may be set, with the ledger's words: each from each other, and never the first (§5.8)."""


class OperationCode(IntEnum):
    """What may be done by hand with what a payment does to the balances."""

    APPLY_TO_INVOICE_BALANCES = 0
    REVERT_INVOICE_BALANCES = 1


OPERATIONS = {
    OperationCode.APPLY_TO_INVOICE_BALANCES: Operation.APPLY,
    OperationCode.REVERT_INVOICE_BALANCES: Operation.REVERT,
}
"""The operations that are ever allowed (§7.3), and the ledger's words for them."""


class FundingStatus(IntEnum):
    """A number that is kept; what it means is not documented (A15)."""

    ZERO = 0
    ONE = 1
    TWO = 2
    THREE = 3


OFFLINE = "payments_offline"
"""The module of payments that were received outside of the store."""

NO_PAYER = "Store offline payment"
"""The payer's name, where nobody said it."""

NO_METHOD = "Offline"
"""How a payment was made whose money no machine took."""


class FieldType(IntEnum):
    """What an extra field holds."""

    TEXT = 0
    TEXTAREA = 1
    NUMBER = 2
    DROPDOWN = 3


USER_DEFINED = 2
"""The `configType` of every extra field that a store defines itself."""


LONGEST_NAME = 255
"""How many characters a text may have that only one invoice has: stores look it up."""


INVALID = {
    "required": "This field is required.",
    "null": "This field may not be null.",
    "blank": "This field may not be blank.",
    "text": "Not a valid string.",
    "characters": "Null characters are not allowed.",
    "integer": "A valid integer is required.",
    "number": "Please enter a valid number",
    "range": "Please enter a valid number",
    "currency": "Invalid currency code",
    "object": "Expected an object.",
    "list": "Expected a list of items.",
    "empty": "This list may not be empty.",
    "long": f"Ensure this field has no more than {LONGEST_NAME} characters.",
    "many": "Ensure this field has no more than 10000 elements.",
    "url": "Enter a valid URL.",
}
"""What is wrong with a value, in the words of this API's family."""


def not_a_choice(value: object) -> str:
    """Say that a value is not one of those that there are."""
    return f'"{value}" is not a valid choice.'


def status_of(invoice: Invoice) -> InvoiceStatus:
    """Say an invoice's status: what owes nothing is completed, and so is what was void."""
    if invoice.status in {Status.PAID, Status.VOID} or invoice.open_balance <= 0:
        return InvoiceStatus.COMPLETED
    return InvoiceStatus.PARTIALLY_PAID if invoice.partly_paid else InvoiceStatus.OPEN


def module_of(payment: Payment) -> str:
    """Name the module that a payment came through."""
    return payment.extra(NAME).get("moduleName", OFFLINE)


def source_of(invoice: Invoice) -> int:
    """Say where an invoice comes from: unless stated, one born in another dialect is external."""
    usual = Source.B2B_EDITION if invoice.origin == NAME else Source.EXTERNAL
    return invoice.extra(NAME).get("source", int(usual))


def money(amount: Decimal, currency: str) -> dict[str, Any]:
    """Write an amount as every response does: a text with exactly four decimals (§1.8)."""
    return {"code": currency, "value": f"{settle(amount, 4):.4f}"}


def seconds(moment: datetime, days_later: int = 0) -> int:
    """Write a moment in Unix seconds; one that 32 bits do not hold becomes the last or first that they do (§11)."""
    return max(-LARGEST_INTEGER, min(timestamp(moment) + days_later * 86_400, LARGEST_INTEGER))


def store_hash(workspace: Workspace) -> str:
    """Give the hash of a store; a workspace that names none goes by its own name."""
    return workspace.setting(NAME, "store_hash") or workspace.name


def channel_name(channel: int | None, workspace: Workspace) -> str | None:
    """Name a sales channel; one that the store does not have has no name."""
    return next((one.name for one in workspace.channels if one.id == channel), None)


def due_days(workspace: Workspace) -> int:
    """Say how many days a store's customers have to pay, if nothing else is said."""
    return workspace.setting(NAME, "due_days", 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraField:
    """A field that the store adds to its invoices, as it is set up; its limits are texts, empty for none."""

    id: int
    name: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    unique: bool = False
    max_length: str = ""
    rows: str = ""
    max_value: str = ""
    options: tuple[str, ...] = ()
    default: str = ""

    def check(self, value: str) -> None:
        """See that the field takes a value (A11). Refuses with `MissingField` or `FieldRefused`."""
        if not value and self.required:
            raise MissingField(self.name)
        complaint = self._complaint(value) if value else None
        if complaint:
            raise FieldRefused(self.name, complaint)

    def _complaint(self, value: str) -> str | None:
        if self.unique and len(value) > LONGEST_NAME:
            return INVALID["long"]
        if self.type is FieldType.TEXT and _exceeds(Decimal(len(value)), self.max_length):
            return f"Ensure this field has no more than {self.max_length} characters."
        if self.type is FieldType.NUMBER:
            number = _number(value)
            if number is None:
                return "A valid number is required."
            if _exceeds(number, self.max_value):
                return f"Ensure this value is less than or equal to {self.max_value}."
        if self.type is FieldType.DROPDOWN and value not in self.options:
            return not_a_choice(value)
        return None


def _exceeds(number: Decimal, limit: str) -> bool:
    """Whether a number is beyond a limit; what is no number limits nothing."""
    largest = _number(limit)
    return largest is not None and number > largest


def _number(text: str) -> Decimal | None:
    try:
        return read_number(text)
    except Invalid:
        return None


def extra_fields(workspace: Workspace) -> Sequence[ExtraField]:
    """List the store's own fields, in the order in which they were set up."""
    return msgspec.convert(workspace.setting(NAME, "extra_fields", []), list[ExtraField])


_CLAIM = f"{NAME}\n"


def claim(field: str, value: str) -> str:
    """Write the claim of one invoice on the value of a unique extra field."""
    return f"{_CLAIM}{field}\n{value}"


def is_claim(text: str) -> bool:
    """Whether a claim is one of this dialect's."""
    return text.startswith(_CLAIM)


def claimed_field(text: str) -> str:
    """Name the extra field of a claim."""
    return text.removeprefix(_CLAIM).partition("\n")[0]
