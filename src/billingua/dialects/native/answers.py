"""What our own API answers: the members of each answer, of which the OpenAPI document tells."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from billingua.core.explaining import Operation
from billingua.core.lifecycle import Status
from billingua.core.line import ChargeKind
from billingua.core.money import Mode
from billingua.core.party import AddressCategory, PartyKind, TradeRole
from billingua.core.rounding import TaxBase

Id = Annotated[int, Meta(ge=1, le=2**31 - 1, examples=[35])]
Amount = Annotated[
    str, Meta(pattern=r"^-?\d+(\.\d+)?$", description="An exact amount in the currency.", examples=["12.50"])
]
Number = Annotated[str, Meta(pattern=r"^-?\d+(\.\d+)?$", description="An exact number.", examples=["2.5"])]
Moment = Annotated[
    str, Meta(description="A moment, RFC 3339 in UTC.", examples=["2024-12-26T12:00:00Z"], pattern=r"^\d{4}-.*Z$")
]
Day = Annotated[
    str, Meta(description="A day in the workspace's zone.", examples=["2024-12-26"], pattern=r"^\d{4}-\d\d-\d\d$")
]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Answer(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is answered has the members that it says, and no others."""


# Invoices.


class PartyNamed(Answer):
    """A party that an invoice names; where it is not there, its id or UUID is all that is known."""

    id: Id | None
    uuid: UUID | None
    name: str | None


class OrderNamed(Answer):
    """An order that an invoice names."""

    id: Id
    uuid: UUID | None
    number: str | None


class OpportunityNamed(Answer):
    """An opportunity that an invoice names."""

    id: Id
    uuid: UUID | None
    title: str | None


class TaxOfInvoice(Answer):
    """What one tax comes to over an invoice."""

    id: int
    name: str
    rate: Number
    base: Amount
    amount: Amount


class InvoiceTotals(Answer):
    """What an invoice comes to by its lines, charges and rounding rule."""

    line_total: Amount
    charge_total: Amount
    net_total: Amount
    tax_total: Amount
    grand_total: Amount
    taxes: list[TaxOfInvoice]


class Balances(Answer):
    """What was owed at first, is owed now, was paid and was credited; `paid` is null on a void invoice.

    `refund_due` is what was credited beyond what was owed: `open` is `original` less `paid` less `credited`, plus that.
    """

    original: Amount
    open: Amount
    paid: Amount | None
    credited: Amount
    refund_due: Amount


class InvoiceSummary(Answer):
    """An invoice in short, as lists show it."""

    id: Id
    uuid: UUID
    version: Annotated[int, Meta(ge=1, description="How often it was saved; the ETag says the same.")]
    number: str
    status: Status
    overdue: bool
    partly_paid: bool
    dialect: Annotated[str, Meta(description="Where it was born.", examples=["native"])]
    party: PartyNamed | None
    consignee: PartyNamed | None
    supplier: PartyNamed | None
    order: OrderNamed | None
    currency: Annotated[str, Meta(description="ISO 4217.", examples=["EUR"])]
    totals: InvoiceTotals
    balances: Balances
    issue_date: Day
    issued_at: Moment
    due_date: Day | None
    due_at: Moment | None
    void_date: Day | None
    voided_at: Moment | None
    created_at: Moment
    updated_at: Moment


class RoundingRule(Answer):
    """How the amounts of an invoice are rounded."""

    places: int
    mode: Mode
    tax_base: TaxBase
    settles_steps: bool


class TaxOfLine(Answer):
    """A tax as a line carries it; its amount is known where the rounding rule taxes by line."""

    id: int
    name: str
    rate: Number
    amount: Amount | None


class AttributeShown(Answer):
    """A name and a value that a trading partner attached."""

    name: str
    value: str


class InvoiceLine(Answer):
    """A line of an invoice, with what it comes to."""

    id: int
    position: int
    item_id: int | None
    sku: str | None
    unit_id: int | None
    description: str
    quantity: Number | None
    unit_price: Amount | None
    discount_percent: Number
    discount_per_unit: Amount
    gross: Amount
    discount: Amount
    net: Amount
    taxes: list[TaxOfLine]
    order_line: UUID | None
    attributes: list[AttributeShown] | None


class ChargeShown(Answer):
    """An amount on the whole invoice."""

    kind: ChargeKind
    amount: Amount


class CreditShown(Answer):
    """A live credit note on an invoice, and what it credits."""

    credit_note_id: Id
    amount: Amount


class Invoice(InvoiceSummary):
    """An invoice, whole."""

    number_scope: str | None
    created_by: str | None
    exchange_rate: Number
    pending_payments: int
    rounding: RoundingRule
    lines: list[InvoiceLine]
    charges: list[ChargeShown]
    credits: list[CreditShown]
    stated_total: Amount | None
    opportunity: OpportunityNamed | None
    purchase_order_number: str | None
    order_number: str | None
    reference: str | None
    external_id: str | None
    external_party_id: str | None
    terms: str | None
    description: str | None
    language: str
    branch: str | None
    attributes: list[AttributeShown] | None
    extras: Annotated[dict[str, Any], Meta(description="What one dialect alone understands, by dialect.")]
    billing_address_id: int | None
    delivery_address_id: int | None
    book_id: int | None
    payment_term_id: int | None
    salesperson_id: int | None
    channel_id: int | None


class InvoicePage(Answer):
    """A page of invoices; `total` counts all that match, and `next` leads to the page after this one."""

    items: list[InvoiceSummary]
    total: int
    next: str | None


class Reason(Answer):
    """Why something is not done; a `type` is one of those that problems have."""

    type: str
    title: str
    detail: str


class ActionShown(Answer):
    """Something that may or may not be done to an invoice now."""

    action: str
    allowed: bool
    reason: Reason | None


class Actions(Answer):
    """What may be done to an invoice now by whoever asks, and for what may not, why."""

    state: Status
    version: int
    items: list[ActionShown]


class FigureShown(Answer):
    """A number by its name: a JSON Pointer into the invoice, or to the step that it comes from."""

    figure: str
    value: Number


class Rounded(Answer):
    """How a result was rounded."""

    places: int
    mode: Mode


class ExplainedStep(Answer):
    """One step: what is done with the operands gives `exact`; rounded, if it is, that gives `result`."""

    figure: str
    rule: str
    operation: Operation
    operands: list[FigureShown]
    exact: Number
    rounded: Rounded | None
    result: Number


class Explanation(Answer):
    """How the totals of an invoice come about, in the order in which they are computed."""

    rounding: RoundingRule
    steps: list[ExplainedStep]
    totals: InvoiceTotals


class ShownElsewhere(Answer):
    """What a dialect would answer to whoever asks; `body` is JSON, or a text where it is none."""

    dialect: str
    status: int
    content_type: str
    body: Any


# Parties, items, taxes.


class AddressShown(Answer):
    """An address of a party."""

    id: Id
    category: AddressCategory
    street: str
    street2: str
    city: str
    state: str
    zip: str
    country: str
    primary: bool


class Party(Answer):
    """A company, person or organization."""

    id: Id
    uuid: UUID
    version: int
    name: str
    kind: PartyKind
    first_name: str | None
    last_name: str | None
    code: str | None
    external_id: str | None
    currency: str | None
    addresses: list[AddressShown]
    display_name: str
    trade_role: TradeRole | None
    price_list: str | None
    private: bool


class PartyPage(Answer):
    """A page of parties."""

    items: list[Party]
    total: int
    next: str | None


class Item(Answer):
    """What is sold; the price is in the workspace's currency."""

    id: Id
    uuid: UUID
    version: int
    title: str
    sku: str
    description: str
    price: Amount
    stock: Number
    track_stock: bool
    tax_ids: list[int]
    code: str | None
    supplier: UUID | None
    created_at: Moment
    created_by: str | None


class ItemPage(Answer):
    """A page of items."""

    items: list[Item]
    total: int
    next: str | None


class Tax(Answer):
    """A tax that lines may carry."""

    id: Id
    uuid: UUID
    version: int
    name: str
    description: str
    rate: Number
    created_at: Moment
    created_by: str | None


class Taxes(Answer):
    """All taxes of the workspace."""

    items: list[Tax]
    total: int


# The workspace.


class Workspace(Answer):
    """What holds in the whole workspace; what each dialect is set to is told beside it."""

    name: str
    uuid: UUID
    version: int
    currency: str
    time_zone: str
    culture: str


class Token(Answer):
    """A token that opens a dialect; `token` is told once, when it is made."""

    id: Id
    uuid: UUID
    dialect: str
    user: str | None
    scopes: list[str] | None
    label: str
    created_at: Moment
    expires_at: Moment | None
    token: str | UnsetType = UNSET


class Tokens(Answer):
    """The tokens that open something now."""

    items: list[Token]
    total: int


# History.


class ChangeShown(Answer):
    """One member that changed; a side that does not exist is left out."""

    path: Annotated[str, Meta(description="A JSON Pointer into the ledger's own record.", examples=["/lines/0/net"])]
    before: Any | UnsetType = UNSET
    after: Any | UnsetType = UNSET


class HistoryEntry(Answer):
    """What was done to a record at one time; `hash` seals the entry and the hash before it."""

    version: int
    at: Moment
    actor: str
    dialect: str
    request_id: str
    action: str
    changes: list[ChangeShown]
    hash: Hash
    previous_hash: Hash


class History(Answer):
    """What happened to a record, oldest first."""

    items: list[HistoryEntry]


class BreakShown(Answer):
    """A place where a chain does not hold, or where something is not what its history tells."""

    kind: str
    id: int
    version: int
    why: str


class Verification(Answer):
    """Whether the history of the workspace holds, and of how many records and entries that was seen."""

    whole: bool
    records: int
    entries: int
    breaks: list[BreakShown]


# Problems.


class Place(Answer):
    """Where something is wrong, by JSON Pointer into the body or by the parameter's name, and what."""

    detail: str
    pointer: str | UnsetType = UNSET
    parameter: str | UnsetType = UNSET


class ProblemDetails(Answer):
    """Why a request was refused (RFC 9457); a `type` stays the same and is the path of a page about it."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[Place] | UnsetType = UNSET
    state: Annotated[str, Meta(description="The status that the invoice is in.")] | UnsetType = UNSET
    allowed: Annotated[list[str], Meta(description="What may be done to it instead.")] | UnsetType = UNSET


# Many at once, and rehearsals.


class RecordChanges(Answer):
    """What would be written over one record, field by field, as its history would tell it."""

    kind: str
    id: int
    changes: list[ChangeShown]


class EventShown(Answer):
    """What would be told to the outside."""

    event: str
    id: int
    number: str


class DryRun(Answer):
    """What would happen; nothing did."""

    dry_run: bool
    status: Annotated[int, Meta(description="By which it would be answered.")]
    answer: Any
    changes: list[RecordChanges]
    events: list[EventShown]
