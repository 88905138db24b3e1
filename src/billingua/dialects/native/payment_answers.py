"""What our own API answers on payments and receipts: the members of each answer, which the OpenAPI document tells."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from billingua.core.payment import PaymentStatus
from billingua.core.receipt import ReceiptKind
from billingua.dialects.native.answers import ActionShown, Amount, Answer, Day, Id, Moment, PartyNamed


class PaymentLineShown(Answer):
    """How much of a payment goes to which invoice, with the number that it had then."""

    invoice_id: Id
    invoice_number: str
    amount: Amount


class Payment(Answer):
    """Money received; while it is `applied`, it counts on the balances of its invoices."""

    id: Id
    uuid: UUID
    version: Annotated[int, Meta(ge=1, description="How often it was saved; the ETag says the same.")]
    party: PartyNamed
    currency: str
    total: Amount
    status: PaymentStatus
    applied: bool
    lines: list[PaymentLineShown]
    receipt_id: Annotated[int | None, Meta(description="Its receipt, unless somebody deleted that.")]
    memo: str
    payer: str | None
    payer_id: str | None
    method: Annotated[str | None, Meta(description="How it was paid.", examples=["Visa ending in 4242"])]
    channel_id: int | None
    external_id: str | None
    external_party_id: str | None
    received_date: Day
    received_at: Moment
    updated_at: Moment
    created_by: str | None
    extras: Annotated[dict[str, Any], Meta(description="What one dialect alone understands, by dialect.")]


class PaymentPage(Answer):
    """A page of payments; `total` counts all that match, and `next` leads to the page after this one."""

    items: list[Payment]
    total: int
    next: str | None


class PaymentActions(Answer):
    """What may be done to a payment now by whoever asks, and for what may not, why."""

    state: PaymentStatus
    applied: bool
    version: int
    items: list[ActionShown]


class ReceiptLineShown(Answer):
    """How much went to which invoice, with the number that it had then."""

    id: Id
    invoice_id: Id
    invoice_number: str
    amount: Amount


class Receipt(Answer):
    """What the payer of a payment was told: what the payment said when it was last written."""

    id: Id
    uuid: UUID
    version: Annotated[int, Meta(ge=1, description="How often it was saved; the ETag says the same.")]
    payment_id: Id
    party: PartyNamed
    kind: ReceiptKind
    status: PaymentStatus
    currency: str
    total: Amount
    lines: list[ReceiptLineShown]
    memo: str
    reference: str
    payer: str | None
    payer_id: str | None
    method: str | None
    external_id: str | None
    external_party_id: str | None
    created_date: Day
    created_at: Moment
    updated_at: Moment


class ReceiptPage(Answer):
    """A page of receipts; `total` counts all that match, and `next` leads to the page after this one."""

    items: list[Receipt]
    total: int
    next: str | None
