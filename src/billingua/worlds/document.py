"""What may stand in a world file: its sections, their keys, and what holds where a key is left out.

The keys of the format come first in each section. Those below a blank line are extensions: `export` writes them where
the format alone would lose something, and they may be written by hand.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, field

from billingua.core.access import Role
from billingua.core.cash import CashKind
from billingua.core.lifecycle import Status
from billingua.core.line import ChargeKind
from billingua.core.money import ZERO, Mode
from billingua.core.numbering import BookKind
from billingua.core.order import LineStatus
from billingua.core.party import AddressCategory, PartyKind, TradeRole
from billingua.core.payment import PaymentStatus
from billingua.core.receipt import ReceiptKind
from billingua.core.rounding import TaxBase
from billingua.worlds.moments import EXPECTED
from billingua.worlds.shapes import is_currency

LARGEST_ID = 2**31 - 1

Id = Annotated[int, Meta(ge=1, le=LARGEST_ID)]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Text = Annotated[str, Meta(min_length=1)]
CurrencyCode = Annotated[str, Meta(description="a currency code such as USD", extra={"holds": is_currency})]
Culture = Annotated[str, Meta(pattern="^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", description="a culture such as en-US")]
TokenHash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="the SHA-256 of a token in hexadecimal")]
Moment = Annotated[str, Meta(description=EXPECTED)]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$", description="a day (2024-12-26)")]
Dialect = Literal["crux", "onlyoffice", "modulus", "bigcommerce", "native"]


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Part of a file. A key that it does not have is an error."""


class GivenUser(Section, frozen=True, kw_only=True):
    """Somebody who signs in."""

    uuid: UUID | None = None
    name: str | None = None
    email: str | None = None
    username: Text
    password: str | None = None
    admin: bool = False
    organization: UUID | None = None
    permissions: list[str] | None = None
    role: Role = Role.VIEWER

    id: Id | None = None
    password_hash: Text | None = None


class GivenCredential(Section, frozen=True, kw_only=True):
    """A long-lived token; the token itself or its hash."""

    dialect: Dialect
    token: Text | None = None
    user: str | None = None
    scopes: list[str] | None = None

    id: Id | None = None
    uuid: UUID | None = None
    token_hash: TokenHash | None = None
    label: str = ""
    created_at: Moment | None = None
    expires_at: Moment | None = None


class GivenAddress(Section, frozen=True, kw_only=True):
    """A party's address."""

    id: Id | None = None
    category: AddressCategory = AddressCategory.BILLING
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    primary: bool = False


class GivenParty(Section, frozen=True, kw_only=True):
    """A company, person or organization."""

    id: Id | None = None
    uuid: UUID | None = None
    kind: PartyKind = PartyKind.COMPANY
    name: str
    first_name: str | None = None
    last_name: str | None = None
    code: str | None = None
    external_id: str | None = None
    currency: CurrencyCode | None = None
    crux: TradeRole | None = None
    price_list: str | None = None
    private: bool = False
    access: list[str] = field(default_factory=list[str])
    addresses: list[GivenAddress] = field(default_factory=list[GivenAddress])

    extras: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])


class GivenOpportunity(Section, frozen=True, kw_only=True):
    """A sale in the making."""

    id: Id | None = None
    title: str = ""
    participants: list[int] = field(default_factory=list[int])

    uuid: UUID | None = None
    responsible: str | None = None
    stage: int | None = None
    currency: str | None = None


class GivenTax(Section, frozen=True, kw_only=True):
    """A tax that lines may carry."""

    id: Id | None = None
    name: str
    description: str = ""
    rate: Decimal

    uuid: UUID | None = None
    created_at: Moment | None = None
    created_by: str | None = None


class GivenItem(Section, frozen=True, kw_only=True):
    """Something that is sold."""

    id: Id | None = None
    uuid: UUID | None = None
    sku_uuid: UUID | None = None
    sku: str
    code: str | None = None
    title: str
    sku_name: str | None = None
    description: str = ""
    price: Decimal = ZERO
    supplier: UUID | None = None
    stock: Decimal = ZERO
    track_stock: bool = False
    tax1: int | None = None
    tax2: int | None = None
    units: list[int] = field(default_factory=list[int])
    product_codes: dict[str, str | None] = field(default_factory=dict[str, str | None])

    created_at: Moment | None = None
    created_by: str | None = None


class GivenAttribute(Section, frozen=True, kw_only=True):
    """A name and a value that a trading partner attached."""

    name: str
    value: str


class GivenFees(Section, frozen=True, kw_only=True):
    """What the buyer expects to pay beside the goods."""

    order_fee: Decimal | None = None
    order_tax: Decimal | None = None
    shipping_cost: Decimal | None = None
    dropship_fee: Decimal | None = None


class GivenSupplierTerms(Section, frozen=True, kw_only=True):
    """What one supplier says of its part of an order."""

    supplier: UUID
    dropship_fee: Decimal | None = None
    order_fee: Decimal | None = None
    order_tax: Decimal | None = None
    order_total: Decimal | None = None
    order_number: str | None = None
    notes: str | None = None
    attributes: list[GivenAttribute] | None = None


class GivenDeliveryAddress(Section, frozen=True, kw_only=True):
    """Where an order is sent."""

    name: str | None = None
    business_name: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    phone_number: str | None = None
    country: str | None = None


class GivenAllocation(Section, frozen=True, kw_only=True):
    """How much of a line the supplier takes on."""

    accepted: Count = 0
    rejected: Count = 0
    backordered: Count = 0
    backorder_date: Day | None = None


class GivenShipment(Section, frozen=True, kw_only=True):
    """A package that holds some of a line."""

    number: str
    carrier: str | None = None
    method: str | None = None
    weight: Decimal | None = None
    cost: Decimal | None = None
    ship_date: str | None = None
    created_at: Moment | None = None
    quantity: Count = 0
    attributes: list[GivenAttribute] | None = None

    package: UUID | None = None


class GivenOrderLine(Section, frozen=True, kw_only=True):
    """One line of an order."""

    uuid: UUID | None = None
    sku: str
    supplier: UUID | None = None
    quantity: Count
    unit_cost: Decimal | None = ZERO
    status: LineStatus | None = None
    designation: str | None = None
    retailer_notes: str | None = None
    supplier_notes: str | None = None
    retailer_attributes: list[GivenAttribute] | None = None
    supplier_attributes: list[GivenAttribute] | None = None
    allocation: GivenAllocation | None = None
    tracking: list[GivenShipment] = field(default_factory=list[GivenShipment])

    item: int | UnsetType | None = UNSET
    title: str | None = None
    cancelling: bool = False
    supplier_unit_cost: Decimal | None = None
    carrier: str | None = None
    method: str | None = None
    invoiced: Count | None = None


class GivenOrder(Section, frozen=True, kw_only=True):
    """A purchase order."""

    id: Id | None = None
    uuid: UUID | None = None
    number: str
    retailer: UUID | None = None
    company: int | None = None
    placed_by: str | None = None
    currency: CurrencyCode | None = None
    channel: int | None = None
    created_at: Moment | None = None
    sent_to_supplier: bool = False
    retailer_notes: str | None = None
    supplier_notes: str | None = None
    retailer_attributes: list[GivenAttribute] | None = None
    supplier_attributes: list[GivenAttribute] | None = None
    fees: GivenFees = GivenFees()
    address: GivenDeliveryAddress = GivenDeliveryAddress()
    lines: list[GivenOrderLine] = field(default_factory=list[GivenOrderLine])

    supplier_terms: list[GivenSupplierTerms] = field(default_factory=list[GivenSupplierTerms])


class GivenLineTax(Section, frozen=True, kw_only=True):
    """A tax's name and rate when a line was written, where they are others now."""

    name: str
    rate: Decimal


class GivenInvoiceLine(Section, frozen=True, kw_only=True):
    """One line of an invoice."""

    item: int | None = None
    description: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount_percent: Decimal = ZERO
    discount_per_unit: Decimal = ZERO
    tax1: int | None = None
    tax2: int | None = None

    id: Id | None = None
    position: int | None = None
    sku: str | UnsetType | None = UNSET
    unit: int | None = None
    order_line: UUID | UnsetType | None = UNSET
    attributes: list[GivenAttribute] | None = None
    tax1_was: GivenLineTax | None = None
    tax2_was: GivenLineTax | None = None


class GivenCharge(Section, frozen=True, kw_only=True):
    """An amount on the whole invoice."""

    kind: ChargeKind
    amount: Decimal


class GivenRounding(Section, frozen=True, kw_only=True):
    """How an invoice is rounded, where it is not as its dialect rounds."""

    places: Annotated[int, Meta(ge=0, le=12)]
    mode: Mode
    tax_base: TaxBase
    settles_steps: bool


class GivenInvoice(Section, frozen=True, kw_only=True):
    """An invoice."""

    id: Id | None = None
    uuid: UUID | None = None
    number: str
    status: Status = Status.DRAFT
    dialect: Dialect = "native"
    party: int
    consignee: int | None = None
    order: int | None = None
    currency: CurrencyCode
    exchange_rate: Decimal = Decimal(1)
    issue_date: Moment
    due_date: Moment | None = None
    void_date: Moment | None = None
    created_at: Moment | None = None
    purchase_order_number: str | None = None
    order_number: str | None = None
    reference: str | None = None
    terms: str | None = None
    description: str | None = None
    language: str = ""
    book: int | None = None
    branch: str | None = None
    payment_term: int | None = None
    channel: int | None = None
    external_id: str | None = None
    external_party_id: str | None = None
    attributes: list[GivenAttribute] | None = None
    details: dict[str, Any] | None = None
    lines: list[GivenInvoiceLine] = field(default_factory=list[GivenInvoiceLine])
    original_balance: Decimal | None = None
    open_balance: Decimal | None = None

    number_scope: str | None = None
    supplier: UUID | UnsetType | None = UNSET
    opportunity: int | None = None
    billing_address: int | None = None
    delivery_address: int | None = None
    created_by: str | None = None
    updated_at: Moment | None = None
    partly_paid: bool | None = None
    pending_payments: Count | None = None
    rounding: GivenRounding | None = None
    charges: list[GivenCharge] = field(default_factory=list[GivenCharge])
    stated_total: Decimal | None = None
    salesperson: int | None = None
    refund_due: Decimal = ZERO
    claims: list[str] | UnsetType = UNSET
    extras: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])


class GivenCarriedTax(Section, frozen=True, kw_only=True):
    """A tax as a line carries it."""

    tax: int
    name: str
    rate: Decimal


class GivenCreditLine(Section, frozen=True, kw_only=True):
    """What a credit note credits of an invoice's line (its id; 0 where the invoice only says what is owed)."""

    line: Annotated[int, Meta(ge=0, le=LARGEST_ID)]
    item: int | None = None
    sku: str | None = None
    unit: int | None = None
    description: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount_percent: Decimal = ZERO
    discount_per_unit: Decimal = ZERO
    tax1: GivenCarriedTax | None = None
    tax2: GivenCarriedTax | None = None
    order_line: UUID | None = None
    by_amount: bool = False


class GivenCreditNote(Section, frozen=True, kw_only=True):
    """A credit note on an invoice."""

    number: Text
    dialect: Dialect = "native"
    invoice: int
    party: int
    currency: CurrencyCode
    exchange_rate: Decimal = Decimal(1)
    issue_date: Moment
    created_at: Moment | None = None
    id: Id | None = None
    uuid: UUID | None = None
    created_by: str | None = None
    void_date: Moment | None = None
    reason: str = ""
    rounding: GivenRounding | None = None
    charges: list[GivenCharge] = field(default_factory=list[GivenCharge])
    rounding_amount: Decimal = ZERO
    extras: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    lines: list[GivenCreditLine] = field(default_factory=list[GivenCreditLine])


class GivenCashLine(Section, frozen=True, kw_only=True):
    """One line of what is sold or taken back for cash."""

    item: int | None = None
    sku: str | None = None
    unit: int | None = None
    description: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount_per_unit: Decimal = ZERO
    id: Id | None = None
    tax1: GivenCarriedTax | None = None
    tax2: GivenCarriedTax | None = None


class GivenCashEntry(Section, frozen=True, kw_only=True):
    """An entry of the cash book; the amount of a sale or a return is what its lines come to."""

    number: Text
    kind: CashKind
    dialect: Dialect = "native"
    book: int
    account: str
    currency: CurrencyCode
    amount: Decimal
    date: Moment
    id: Id | None = None
    uuid: UUID | None = None
    exchange_rate: Decimal = Decimal(1)
    created_at: Moment | None = None
    party: int | None = None
    counterparty: str | None = None
    party_exchange_rate: Decimal | None = None
    created_by: str | None = None
    branch: str | None = None
    payment_term: int | None = None
    salesperson: int | None = None
    reference: str | None = None
    description: str | None = None
    rounding: GivenRounding | None = None
    extras: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    lines: list[GivenCashLine] = field(default_factory=list[GivenCashLine])


class GivenPaymentLine(Section, frozen=True, kw_only=True):
    """How much of a payment goes to which invoice; left out, the number is the one that the invoice has."""

    invoice: int
    amount: Decimal
    invoice_number: str | None = None


class GivenPayment(Section, frozen=True, kw_only=True):
    """Money that was received. It is a record: balances are stated on the invoices."""

    party: int
    currency: CurrencyCode
    received_at: Moment
    id: Id | None = None
    uuid: UUID | None = None
    status: PaymentStatus = PaymentStatus.COMPLETED
    applied: bool = True
    memo: str = ""
    payer: str | None = None
    payer_id: str | None = None
    method: str | None = None
    channel: int | None = None
    external_id: str | None = None
    external_party_id: str | None = None
    updated_at: Moment | None = None
    created_by: str | None = None
    lines: list[GivenPaymentLine] = field(default_factory=list[GivenPaymentLine])
    extras: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])


class GivenReceiptLine(Section, frozen=True, kw_only=True):
    """How much went to which invoice; left out, the number is the one that the invoice has."""

    invoice: int
    amount: Decimal
    id: Id | None = None
    invoice_number: str | None = None


class GivenReceipt(Section, frozen=True, kw_only=True):
    """What was told of a payment (its id)."""

    payment: int
    created_at: Moment
    id: Id | None = None
    uuid: UUID | None = None
    updated_at: Moment | None = None
    kind: ReceiptKind = ReceiptKind.PAID
    status: PaymentStatus = PaymentStatus.COMPLETED
    party: int
    currency: CurrencyCode
    total: Decimal
    memo: str = ""
    reference: str = ""
    method: str | None = None
    payer: str | None = None
    payer_id: str | None = None
    external_id: str | None = None
    external_party_id: str | None = None
    lines: list[GivenReceiptLine] = field(default_factory=list[GivenReceiptLine])


class GivenBranch(Section, frozen=True, kw_only=True):
    """A place of business."""

    code: Text
    active: bool = True
    price_list: str | None = None


class GivenBook(Section, frozen=True, kw_only=True):
    """A series of document numbers; `{yyyy}`, `{mm}` and `{dd}` in the prefix are a document's day."""

    id: Id | None = None
    kind: BookKind = BookKind.INVOICE
    prefix: str = ""

    first_number: Id = 1


class GivenPaymentTerm(Section, frozen=True, kw_only=True):
    """How long a customer may take to pay."""

    id: Id | None = None
    days: int = 0


class GivenSalesperson(Section, frozen=True, kw_only=True):
    """Somebody who sells, and where."""

    id: Id | None = None
    branches: list[str] = field(default_factory=list[str])


class GivenCashAccount(Section, frozen=True, kw_only=True):
    """Where cash is taken in or given out."""

    code: Text
    currency: CurrencyCode | None = None
    collection: bool = True
    payment: bool = True


class GivenPriceList(Section, frozen=True, kw_only=True):
    """Prices by SKU."""

    code: Text
    default: bool = False
    prices: dict[str, Decimal] = field(default_factory=dict[str, Decimal])

    id: Id | None = None
    uuid: UUID | None = None


class CruxSettings(Section, frozen=True, kw_only=True):
    """What Crux is set to."""


class OnlyofficeStage(Section, frozen=True, kw_only=True):
    """A stage that opportunities go through."""

    id: Id
    title: str


class OnlyofficeSettings(Section, frozen=True, kw_only=True):
    """What ONLYOFFICE is set to."""

    autogenerated: bool = True
    prefix: str = "INV-"
    number: str = "0000001"
    terms: str = ""
    company_name: str = ""
    company_address: dict[str, str] | None = None
    company_logo: str | None = None
    opportunity_stages: list[OnlyofficeStage] = field(
        default_factory=lambda: [OnlyofficeStage(id=1, title="Initial contact")]
    )
    portal: str | None = None
    fresh_documents: bool = False


class ModulusApp(Section, frozen=True, kw_only=True):
    """A program that may sign in; its secret or the secret's hash."""

    app: Text
    secret: Text | None = None
    id: str = ""

    secret_hash: TokenHash | None = None


class ModulusSettings(Section, frozen=True, kw_only=True):
    """What modulus is set to. Without an account's name, the workspace's own is taken."""

    account: str | None = None
    apps: list[ModulusApp] = field(default_factory=list[ModulusApp])
    tolerant_json: bool = False


class BigcommerceChannel(Section, frozen=True, kw_only=True):
    """A storefront."""

    id: Id
    name: str


class BigcommerceExtraField(Section, frozen=True, kw_only=True):
    """A field that the store defines itself."""

    id: Id
    name: Text
    type: Annotated[int, Meta(ge=0, le=3)] = 0
    required: bool = False
    unique: bool = False
    max_length: str = ""
    rows: str = ""
    max_value: str = ""
    options: list[str] = field(default_factory=list[str])
    default: str = ""


class BigcommerceSettings(Section, frozen=True, kw_only=True):
    """What BigCommerce is set to. Without a store hash, the workspace's name is taken."""

    store_hash: str | None = None
    portal: str | None = None
    due_days: Annotated[int, Meta(ge=0, le=36_500)] = 30
    requests_per_minute: Count | None = None
    channels: list[BigcommerceChannel] = field(default_factory=lambda: [BigcommerceChannel(id=1, name="Main store")])
    extra_fields: list[BigcommerceExtraField] = field(default_factory=list[BigcommerceExtraField])


class GivenWorld(Section, frozen=True, kw_only=True):
    """One workspace with everything in it."""

    workspace: Text
    currency: CurrencyCode = "USD"
    time_zone: str = "UTC"
    culture: Culture = "en-US"
    users: list[GivenUser] = field(default_factory=list[GivenUser])
    credentials: list[GivenCredential] = field(default_factory=list[GivenCredential])
    parties: list[GivenParty] = field(default_factory=list[GivenParty])
    opportunities: list[GivenOpportunity] = field(default_factory=list[GivenOpportunity])
    taxes: list[GivenTax] = field(default_factory=list[GivenTax])
    items: list[GivenItem] = field(default_factory=list[GivenItem])
    orders: list[GivenOrder] = field(default_factory=list[GivenOrder])
    invoices: list[GivenInvoice] = field(default_factory=list[GivenInvoice])
    branches: list[GivenBranch] = field(default_factory=list[GivenBranch])
    books: list[GivenBook] = field(default_factory=list[GivenBook])
    payment_terms: list[GivenPaymentTerm] = field(default_factory=list[GivenPaymentTerm])
    salespeople: list[GivenSalesperson] = field(default_factory=list[GivenSalesperson])
    cash_accounts: list[GivenCashAccount] = field(default_factory=list[GivenCashAccount])
    price_lists: list[GivenPriceList] = field(default_factory=list[GivenPriceList])
    crux: CruxSettings = CruxSettings()
    onlyoffice: OnlyofficeSettings = field(default_factory=OnlyofficeSettings)
    modulus: ModulusSettings = field(default_factory=ModulusSettings)
    bigcommerce: BigcommerceSettings = field(default_factory=BigcommerceSettings)

    uuid: UUID | None = None
    balances_by_hand: bool = False
    payments: list[GivenPayment] = field(default_factory=list[GivenPayment])
    cash_entries: list[GivenCashEntry] = field(default_factory=list[GivenCashEntry])
    receipts: list[GivenReceipt] | None = None
    credit_notes: list[GivenCreditNote] = field(default_factory=list[GivenCreditNote])


class GivenWorlds(Section, frozen=True, kw_only=True):
    """Several workspaces in one file."""

    workspaces: list[GivenWorld]
