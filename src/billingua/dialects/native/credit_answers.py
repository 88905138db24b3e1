"""What our own API answers on credit notes: the members of each answer, which the OpenAPI document tells."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from billingua.dialects.native.answers import (
    Amount,
    Answer,
    ChargeShown,
    Day,
    Id,
    InvoiceTotals,
    Moment,
    Number,
    PartyNamed,
    RoundingRule,
    TaxOfLine,
)


class InvoiceNamed(Answer):
    """The invoice that a credit note is on; that of a void one may be gone."""

    id: Id
    uuid: UUID | None
    number: str | None


class CreditLine(Answer):
    """What is credited of an invoice's line: pieces, or, `by_amount`, some of its net as one piece.

    Where the invoice only says what is owed, `line_id` is null.
    """

    line_id: int | None
    position: int
    item_id: int | None
    sku: str | None
    unit_id: int | None
    description: str
    quantity: Number | None
    unit_price: Amount | None
    discount_percent: Number
    discount_per_unit: Amount
    by_amount: bool
    gross: Amount
    discount: Amount
    net: Amount
    taxes: list[TaxOfLine]
    order_line: UUID | None


class CreditNote(Answer):
    """A credit note (EN 16931, type code 381): what it credits is off what its invoice owes, but for `refund_due`."""

    id: Id
    uuid: UUID
    version: Annotated[int, Meta(ge=1, description="How often it was saved; the ETag says the same.")]
    number: str
    invoice: InvoiceNamed
    party: PartyNamed
    currency: str
    exchange_rate: Number
    voided: bool
    total: Amount
    refund_due: Annotated[
        Amount, Meta(description="What it credits beyond what is owed, as of now; payments on the invoice move it.")
    ]
    totals: InvoiceTotals
    rounding_amount: Annotated[
        Amount, Meta(description="Added to the grand total, so that all notes never come to more than the invoice.")
    ]
    rounding: RoundingRule
    reason: str
    lines: list[CreditLine]
    charges: list[ChargeShown]
    issue_date: Day
    issued_at: Moment
    void_date: Day | None
    voided_at: Moment | None
    created_at: Moment
    created_by: str | None
    dialect: Annotated[str, Meta(description="Through which it was written.", examples=["native"])]
    extras: Annotated[dict[str, Any], Meta(description="What one dialect alone understands, by dialect.")]


class CreditNotePage(Answer):
    """A page of credit notes; `total` counts all that match, and `next` leads to the page after this one."""

    items: list[CreditNote]
    total: int
    next: str | None
