"""modulus' words for what the ledger knows (contract §3 to §9)."""

from collections.abc import Mapping
from dataclasses import dataclass

from billingua.core.cash import CashKind
from billingua.core.lifecycle import Action, Status
from billingua.core.party import PartyKind

NAME = "modulus"
"""The dialect's name."""

SUCCESS = "Success"
ERROR = "Error"
BAD_REQUEST = "Bad Request"

CHANGED: Mapping[str, str] = {
    "number": "invoice_number",
    "issued_at": "issue_date",
    "due_at": "due_date",
    "voided_at": "void_date",
    "party": "customer_code",
    "branch": "branch_code",
    "book": "book_id",
    "payment_term": "payment_term_id",
    "salesperson": "salesperson_id",
    "lines": "items",
}
"""What a field of the ledger's invoice is called here, where that is otherwise."""

INVALID_CUSTOMER = 5500
MISSING_EXCHANGE_RATE = 5501
INVALID_BRANCH = 5502
INVALID_BOOK = 5503
INVALID_SALESPERSON = 5504
INVALID_STATUS = 5505
DUE_BEFORE_ISSUE = 5506
INVALID_ROWS = 5507
INVALID_ITEM = 5508
INVALID_UNIT = 5509
INVALID_ITEM_AND_UNIT = 5510
INVALID_PAYMENT_TERM = 5512
COLLECTION_IN_FUTURE = 5515
INVALID_COLLECTION_ACCOUNT = 5516
ACCOUNT_CURRENCY_DIFFERS = 5517
RETURN_IN_FUTURE = 5518
INVALID_PAYMENT_ACCOUNT = 5519
MISSING_CUSTOMER_CODE_ALONE = 5521
MISSING_BRANCH = 5522
INVALID_ISSUE_DATE = 5523
INVALID_DUE_DATE = 5524
MISSING_INVOICE_BOOK = 5525
MISSING_STATUS = 5526
MISSING_PAYMENT_TERM = 5527
MISSING_ROWS = 5528
MISSING_IN_ROW = 5529
MISSING_CASH_BOOK = 5530
MISSING_ACCOUNT = 5531
INVALID_TRANSACTION_DATE = 5534
MISSING_AMOUNT = 5535
MISSING_PAY_PARTY = 5536
MISSING_TRANSACTION_TYPE = 5537
TRANSACTION_IN_FUTURE = 5538
INVALID_TRANSACTION_ACCOUNT = 5539
INVALID_TRANSACTION_TYPE = 5540
INVALID_TRANSACTION_BOOK = 5541
INVALID_TYPE = 5597
MISSING_RELATED_NAME = 5598
MISSING_RELATED_TYPE = 5599
MISSING_RELATED_CODE = 5600
MISSING_ADDRESS_LABEL = 5601
MISSING_COUNTRY = 5602
MISSING_CITY = 5603
MISSING_CONTACT_TYPE = 5604
MISSING_CONTACT_LABEL = 5605
MISSING_CONTACT_VALUE = 5606
INVALID_CONTACT_TYPE = 5607
INVALID_COUNTRY = 5608
INVALID_CURRENCY = 5609
INVALID_RELATED_PARTY = 5610
MISSING_PRICE_LIST = 5611
CITY_ELSEWHERE = 5612
MISSING_CUSTOMER_NAME = 5675
MISSING_CUSTOMER_TYPE = 5676
MISSING_CUSTOMER_CODE = 5677

CODES = {
    INVALID_CUSTOMER: "Invalid Customer.",
    MISSING_EXCHANGE_RATE: "Missing Currency Exchange rate.",
    INVALID_BRANCH: "Invalid or disabled Branch.",
    INVALID_BOOK: "Invalid book.",
    INVALID_SALESPERSON: "Invalid salesperson may be in correct id, or not linked to the branch.",
    INVALID_STATUS: "Invalid status.",
    DUE_BEFORE_ISSUE: "Issue date can not be after due date.",
    INVALID_ROWS: "Some rows are invalid.",
    INVALID_ITEM: "Invalid Item code at row with index $index.",
    INVALID_UNIT: "Invalid Unit at row with index $index.",
    INVALID_ITEM_AND_UNIT: "Invalid item and unit combination at row with index $index.",
    INVALID_PAYMENT_TERM: "Invalid payment term.",
    COLLECTION_IN_FUTURE: "Collection date can not be in the future.",
    INVALID_COLLECTION_ACCOUNT: "Invalid Account or not for collection.",
    ACCOUNT_CURRENCY_DIFFERS: "Account currency is different than customer currency.",
    RETURN_IN_FUTURE: "Return date can not be in the future.",
    INVALID_PAYMENT_ACCOUNT: "Invalid Account or not for payment.",
    MISSING_CUSTOMER_CODE_ALONE: "Missing customer code.",
    MISSING_BRANCH: "Missing branch code.",
    INVALID_ISSUE_DATE: "Missing or invalid issue date.",
    INVALID_DUE_DATE: "Missing or invalid due date.",
    MISSING_INVOICE_BOOK: "Missing invoice book.",
    MISSING_STATUS: "Missing status.",
    MISSING_PAYMENT_TERM: "Missing payment term.",
    MISSING_ROWS: "Document must has one or more item row.",
    MISSING_IN_ROW: "Missing code, unit or quantity in item row with index $index.",
    MISSING_CASH_BOOK: "Missing cash book.",
    MISSING_ACCOUNT: "Missing Account code.",
    INVALID_TRANSACTION_DATE: "Missing or Invalid date.",
    MISSING_AMOUNT: "Missing amount.",
    MISSING_PAY_PARTY: "Missing pay party name.",
    MISSING_TRANSACTION_TYPE: "Missing transaction type.",
    TRANSACTION_IN_FUTURE: "Date can not be in the future.",
    INVALID_TRANSACTION_ACCOUNT: "Invalid account or not accept this transaction type.",
    INVALID_TRANSACTION_TYPE: "Invalid transaction type.",
    INVALID_TRANSACTION_BOOK: "Invalid book or not accept this transaction type.",
    INVALID_TYPE: "Invalid type value. Allowed values are individual or organization.",
    MISSING_RELATED_NAME: "Missing related party name.",
    MISSING_RELATED_TYPE: "Missing related party type.",
    MISSING_RELATED_CODE: "Missing related party code.",
    MISSING_ADDRESS_LABEL: "Missing address label.",
    MISSING_COUNTRY: "Missing address country code.",
    MISSING_CITY: "Missing address city.",
    MISSING_CONTACT_TYPE: "Missing contact type.",
    MISSING_CONTACT_LABEL: "Missing contact label.",
    MISSING_CONTACT_VALUE: "Missing contact value.",
    INVALID_CONTACT_TYPE: "Invalid contact type.",
    INVALID_COUNTRY: "Invalid country code.",
    INVALID_CURRENCY: "Invalid currency.",
    INVALID_RELATED_PARTY: "Invalid RelatedParty.",
    MISSING_PRICE_LIST: "Missing price list code ,it must be specified",
    CITY_ELSEWHERE: "Non matching city and country",
    MISSING_CUSTOMER_NAME: "Missing customer name.",
    MISSING_CUSTOMER_TYPE: "Missing customer type.",
    MISSING_CUSTOMER_CODE: "Missing customer code.",
}
"""The error codes with their texts, both part of the wire (§9)."""

CASH_CODES = CODES | {INVALID_CUSTOMER: "Invalid Customer Code."}
"""The texts of the cash module, which words one of them otherwise."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What asking for a status means: an action, and the statuses in which there is nothing left to do."""

    action: Action
    already: frozenset[Status] = frozenset()


WISHES = {
    "STATUS_SENT": Wish(Action.ISSUE, already=frozenset({Status.OPEN, Status.PAID})),
    "STATUS_VOID": Wish(Action.VOID),
}
"""The statuses that may be asked for, compared exactly (§4.2). A paid invoice counts as sent here."""

ISSUED = {"STATUS_DRAFT": False, "STATUS_SENT": True}
"""The statuses in which an invoice may be made, and whether it is issued by that (§3)."""

CUSTOMER_TYPES = {"individual": PartyKind.PERSON, "organization": PartyKind.ORGANIZATION}

CONTACT_TYPES = frozenset({"mobile", "phone", "fax", "email", "website"})

NATURES: Mapping[str, CashKind] = {
    "LKP_ENUM_CASH_IN": CashKind.INCOME,
    "LKP_ENUM_CASH_OUT": CashKind.EXPENSE,
}
"""Which way money moves, in the current shape (§8)."""

TRANSACTION_TYPES: Mapping[str, CashKind] = {
    **NATURES,
    "CASH_IN": CashKind.INCOME,
    "CASH_OUT": CashKind.EXPENSE,
}
"""And in the older one, where an account of the product defines codes of its own."""
