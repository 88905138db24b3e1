"""What clients of our own API send: the members of each body, of which the OpenAPI document tells."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta, Struct

from billingua.core.line import ChargeKind
from billingua.core.money import Mode
from billingua.core.party import AddressCategory, PartyKind
from billingua.core.payment import PaymentStatus
from billingua.core.rounding import TaxBase

Id = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Text = Annotated[str, Meta(max_length=10_000)]
ShortText = Annotated[str, Meta(min_length=1, max_length=200)]
Moment = Annotated[datetime, Meta(tz=True)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217.", examples=["EUR"])]


class Body(Struct, kw_only=True, forbid_unknown_fields=True):
    """A body has the members that it says, and no others."""


class RoundingContent(Body):
    """How the amounts of an invoice are to be rounded."""

    places: Annotated[int, Meta(ge=0, le=8)] = 2
    mode: Mode = Mode.HALF_UP
    tax_base: TaxBase = TaxBase.RATE
    settles_steps: bool = False


class LineContent(Body):
    """What a line shall say; one with an `id` is that line of the invoice, and keeps what is not said here.

    Amounts are in the invoice's currency; `discount_per_unit` comes off first, then `discount_percent`.
    """

    id: Id | None = None
    item_id: Id | None = None
    sku: Text | None = None
    unit_id: Id | None = None
    description: Text = ""
    quantity: Decimal | None = Decimal(1)
    unit_price: Decimal | None = Decimal(0)
    discount_percent: Decimal = Decimal(0)
    discount_per_unit: Decimal = Decimal(0)
    tax_ids: Annotated[list[Id], Meta(max_length=2)] = []


class ChargeContent(Body):
    """An amount on the whole invoice; one of the kind `tax` is a tax amount without a rate."""

    kind: ChargeKind
    amount: Decimal


class AttributeContent(Body):
    """A name and a value that are kept as given."""

    name: Text
    value: Text


class InvoiceContent(Body):
    """What an invoice shall say; what is left out is empty.

    But an invoice which is there keeps its currency, its rate of exchange, its moment of issue and its rounding rule,
    and a new one has the workspace's currency, is issued now and rounded by EN 16931.
    """

    number: ShortText
    party_id: Id
    consignee_id: Id | None = None
    opportunity_id: Id | None = None
    billing_address_id: Id | None = None
    delivery_address_id: Id | None = None
    currency: Currency | None = None
    exchange_rate: Decimal | None = None
    issued_at: Moment | None = None
    due_at: Moment | None = None
    purchase_order_number: Text | None = None
    order_number: Text | None = None
    reference: Text | None = None
    external_id: Text | None = None
    external_party_id: Text | None = None
    terms: Text | None = None
    description: Text | None = None
    language: Annotated[str, Meta(max_length=35)] = ""
    channel_id: Id | None = None
    attributes: Annotated[list[AttributeContent], Meta(max_length=1000)] | None = None
    lines: Annotated[list[LineContent], Meta(max_length=10_000)] = []
    charges: Annotated[list[ChargeContent], Meta(max_length=100)] = []
    rounding: RoundingContent | None = None


class VoidContent(Body):
    """As of when an invoice is void: now, or a moment since its own day."""

    void_at: Moment | None = None


class PayContent(Body):
    """What was paid on an invoice: all that is owed, where no amount is said, and now, where no moment is."""

    amount: Annotated[Decimal | None, Meta(description="In the invoice's currency.", examples=["60.00"])] = None
    received_at: Moment | None = None
    memo: Text = ""
    method: Text | None = None


class BulkOperation(Body):
    """One operation of many: `create` and `replace` take a `content`, `patch` takes a merge patch as its `content`.

    `pay`, `void` and `credit` may have what they take by themselves.
    """

    operation: Annotated[str, Meta(examples=["create", "issue"])]
    invoice: Annotated[str, Meta(description="Its id or UUID.")] | Id | None = None
    content: dict[str, Any] | None = None
    if_match: Annotated[str, Meta(description="As the header.", examples=['"3"'])] = ""


class CreditLineContent(Body):
    """How much to credit of an invoice's line: pieces, or an amount of its net before taxes, or all that is left of it.

    An invoice that only says what is owed has no lines: then `line_id` is left out.
    """

    line_id: Id | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None


class CreditContent(Body):
    """What to credit of an invoice; without lines and charges, all that is left of it."""

    reason: Text = ""
    issued_at: Moment | None = None
    lines: Annotated[list[CreditLineContent], Meta(min_length=1, max_length=10_000)] | None = None
    charges: Annotated[list[ChargeContent], Meta(min_length=1, max_length=1000)] | None = None


class Bulk(Body):
    """Operations, each done by itself and in their order wherever two are about one invoice."""

    operations: Annotated[list[BulkOperation], Meta(min_length=1, max_length=1000)]


# Parties, items, taxes.


class AddressContent(Body):
    """What an address shall say; one with an `id` is that address of the party."""

    id: Id | None = None
    category: AddressCategory = AddressCategory.BILLING
    street: Text = ""
    street2: Text = ""
    city: Text = ""
    state: Text = ""
    zip: Text = ""
    country: Text = ""
    primary: bool = False


class PartyContent(Body):
    """What a party shall say; what is left out is empty."""

    name: ShortText
    kind: PartyKind = PartyKind.COMPANY
    first_name: Text | None = None
    last_name: Text | None = None
    code: ShortText | None = None
    external_id: Text | None = None
    currency: Currency | None = None
    addresses: Annotated[list[AddressContent], Meta(max_length=1000)] = []


class ItemContent(Body):
    """What an item shall say; its price is in the workspace's currency. What is left out is empty."""

    title: ShortText
    sku: Text = ""
    description: Text = ""
    price: Decimal = Decimal(0)
    stock: Decimal = Decimal(0)
    track_stock: bool = False
    tax_ids: Annotated[list[Id], Meta(max_length=2)] = []


class TaxContent(Body):
    """What a tax shall say; its rate is a percentage."""

    name: ShortText
    rate: Decimal
    description: Text = ""


# Payments.


class PaymentLineContent(Body):
    """How much of a payment, in its currency, is for which invoice."""

    invoice_id: Id
    amount: Annotated[Decimal, Meta(examples=["60.00"])]


class PaymentContent(Body):
    """What a payment shall say; what is left out is empty.

    But a payment which is there keeps its currency, its status and its moment of receipt, and a new one is in the
    currency of its first invoice, completed, and received now.
    """

    party_id: Id
    lines: Annotated[list[PaymentLineContent], Meta(min_length=1, max_length=1000)]
    currency: Currency | None = None
    status: PaymentStatus | None = None
    received_at: Moment | None = None
    memo: Text = ""
    payer: Text | None = None
    payer_id: Text | None = None
    method: Text | None = None
    channel_id: Id | None = None
    external_id: Text | None = None
    external_party_id: Text | None = None


# The workspace.


class WorkspaceContent(Body):
    """What holds in the whole workspace; what each dialect is to be set to is told beside it."""

    currency: Currency
    time_zone: Annotated[str, Meta(description="An IANA time zone.", examples=["Europe/Riga"])]
    culture: Annotated[str, Meta(pattern="^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", max_length=35, examples=["en-US"])]


class TokenContent(Body):
    """For whom and for what a token shall be; without a user it speaks for the workspace, without scopes it may all."""

    dialect: str
    user: str | None = None
    scopes: list[ShortText] | None = None
    label: Annotated[str, Meta(max_length=200)] = ""
    expires_at: Moment | None = None
