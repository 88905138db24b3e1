"""What modulus clients send and are answered, as JSON Schemas by their names (contract §1 to §9)."""

from collections.abc import Mapping
from typing import Any

from billingua.dialects.modulus.documents import COLLECTION, INVOICE, RETURN, TRANSACTION, Document
from billingua.dialects.modulus.requests.items import LOAD_OPTIONS
from billingua.dialects.modulus.vocabulary import (
    BAD_REQUEST,
    CODES,
    CONTACT_TYPES,
    CUSTOMER_TYPES,
    ERROR,
    ISSUED,
    NATURES,
    SUCCESS,
    TRANSACTION_TYPES,
    WISHES,
)
from billingua.wire.schemas import (
    FLAG,
    NOTHING,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    any_of,
    closed,
    exactly,
    list_of,
    named,
    one_of,
    opened,
    or_null,
    told,
    written,
)

# What is sent. Members that nobody knows are ignored, and one that is null or blank counts as left out.

_DATE = r"\s*\d{4}-\d\d-\d\d([ Tt]\d\d:\d\d(:\d\d(\.\d+)?)?)? ?([Zz]|[+-]\d\d:?\d\d)?\s*"
DATE = told(
    written(_DATE),
    "A day, or a day and a time with a blank or a `T` between; without a zone it is in the account's.",
)
ID = told(
    {"type": ["number", "string"], "multipleOf": 1, "pattern": r"^\s*[+-]?\d+\s*$"},
    "A whole number, or the text of one.",
)
CODE = told({"type": ["string", "number"], "pattern": r"\S"}, "A text; blanks around it do not count.")
OPTIONAL_ID: Schema = {"type": ["number", "string", "null"], "multipleOf": 1, "pattern": r"^\s*([+-]?\d+)?\s*$"}
REMARK = told({"type": ["string", "number", "null"]}, "Kept as it was sent.")
_POSITIVE: Schema = {"type": ["number", "string"], "exclusiveMinimum": 0}
QUANTITY = told(_POSITIVE, "Above zero: an exact number, or the text of one.")
_NOT_NEGATIVE: Schema = {"type": ["number", "string", "null"], "minimum": 0}
RATE = told(
    {"type": ["number", "string", "null"]},
    "Above zero. Needed where the currency is not the workspace's, and looked at nowhere else.",
)

BLANK: Schema = {"type": ["string", "null"], "pattern": r"^\s*$"}
_MAYBE_TEXT: Schema = {"type": ["string", "number", "null"]}

ADDRESS = {
    "label": told(TEXT, "What the address is for: `billing`, `shipping`, `office`, …; else it is for billing."),
    "country_code": told(CODE, "Two letters (ISO 3166)."),
    "city": told(CODE, "A city of that country."),
    **dict.fromkeys(("street", "street2", "state", "postal_code"), _MAYBE_TEXT),
}
CONTACT = opened(
    {"type": one_of(sorted(CONTACT_TYPES)), "label": CODE, "value": CODE}, required=("type", "label", "value")
)


def _rows(name: str) -> Schema:
    return any_of(list_of(named(name)), BLANK)


def _party(address: str) -> Schema:
    members = {
        "code": CODE,
        "name": CODE,
        "type": one_of(CUSTOMER_TYPES),
        "tax_registration_number": REMARK,
        "account_code": told(_MAYBE_TEXT, "The customer's account in the books."),
        "currency": told({"type": ["string", "null"], "pattern": r"^\s*([A-Z]{3})?\s*$"}, "ISO 4217."),
        "price_list_code": {"description": "A price list that there is; what is no text names none."},
        "addresses": _rows(address),
        "contacts": _rows("Contact"),
    }
    return opened(members, required=("code", "name", "type"))


_ROW = {
    "item_code": told(CODE, "An item's code or, if it has none, its SKU."),
    "unit_id": told(ID, "A unit of that item."),
    "quantity": QUANTITY,
    "unit_price": told(
        _NOT_NEGATIVE,
        "Net, in the customer's currency. Without one it is that of the customer's or branch's price list.",
    ),
}
_DISCOUNT = told(_NOT_NEGATIVE, "Of each unit, and not above its price.")

_SALE = {
    "customer_details": told(
        any_of(named("Customer"), BLANK),
        "A customer. One whose code is known is taken as it stands, another is made in the same step.",
    ),
    "customer_code": told(
        {"type": ["string", "number", "null"]},
        "The older shape: the code of a customer who is known. It counts only without `customer_details`.",
    ),
    "branch_code": told(CODE, "An active branch."),
    "exchange_rate": RATE,
    "salesperson_id": told(OPTIONAL_ID, "Linked to the branch."),
    "reference": REMARK,
    "description": REMARK,
}
_BOOK = told(ID, "A book for documents of this kind; it numbers them.")
_TERM = told(ID, "A payment term that there is.")
_ACCOUNT = told(CODE, "A cash account that takes such documents, in the customer's currency.")
_WHO = [
    {"required": ["customer_details"], "properties": {"customer_details": {"type": "object"}}},
    {"required": ["customer_code"], "properties": {"customer_code": {"type": ["string", "number"]}}},
]
"""A customer has to be named in one shape or the other."""


def _sale(members: Mapping[str, Schema]) -> Schema:
    """Describe a document of goods; all that is not part of every sale has to be there."""
    return {**opened({**_SALE, **members}, required=["branch_code", *members]), "anyOf": _WHO}


_RECEIPT = {"account_code": _ACCOUNT, "date": told(DATE, "Not in the future."), "book_id": _BOOK}

_CHANGE = {
    "invoice_id": told(ID, "The invoice's id."),
    "status": told(one_of(WISHES), "The status that is asked for, in exactly this case."),
    "invoice_number": told(CODE, "The number of that same invoice."),
    "void_date": told(
        {"type": ["string", "null"], "pattern": f"^(?:{_DATE})$"},
        "When it became void, if not now: not in the future, nor before its issue date. `STATUS_SENT` ignores it.",
    ),
}
_NAMED = ("invoice_id", "status", "invoice_number")

_TRANSACTION = {
    "account_code": told(CODE, "A cash account that takes such transactions."),
    "date": told(DATE, "Not in the future."),
    "amount": told(_POSITIVE, "Above zero, in the account's currency."),
    "cash_book_id": _BOOK,
    "counter_party": told(CODE, "Who paid, or was paid."),
    "transaction_nature": told(
        {"type": ["string", "null"], "pattern": rf"^\s*({'|'.join(NATURES)})?\s*$"}, "Which way the money moves."
    ),
    "transaction_type_code": told(
        {"type": ["string", "null"]},
        f"The same in the older shape: {', '.join(f'`{word}`' for word in TRANSACTION_TYPES)}.",
    ),
    "related_party": told(any_of(named("RelatedParty"), BLANK), "Somebody the money has to do with."),
    "account_exchange_rate": RATE,
    "counter_party_exchange_rate": told({"type": ["number", "string", "null"]}, "Kept beside the amount."),
    "party_exchange_rate": told({"type": ["number", "string", "null"]}, "The same in the older shape."),
    "reference": REMARK,
    "description": REMARK,
}
_MOVED = ("account_code", "date", "amount", "cash_book_id", "counter_party")

_WANTED = opened(
    {
        "load_options": told(
            {"type": ["array", "null"], "items": {"examples": sorted(LOAD_OPTIONS)}},
            "What to tell of each item beside what is always told.",
        ),
        "filter": or_null(
            opened(
                {
                    "codes": told({"type": ["array", "null"]}, "Items' codes; none, or an empty list, means all."),
                    "attributes": told(
                        {"type": ["array", "null"]}, "No item has any: whoever asks for one finds none."
                    ),
                }
            )
        ),
    }
)

SENT: Mapping[str, Schema] = {
    "AppLogIn": opened({"app": told(TEXT, "The program's name."), "secret": TEXT}, required=("app", "secret")),
    "UserLogIn": told(
        opened({"username": TEXT, "password": TEXT}) | {"minProperties": 2},
        "The two keys may be written in any case.",
    ),
    "Customer": _party("Address"),
    "RelatedParty": _party("LabelledAddress"),
    "Address": opened(ADDRESS, required=("country_code", "city")),
    "LabelledAddress": opened(ADDRESS, required=("label", "country_code", "city")),
    "Contact": CONTACT,
    "Row": opened(_ROW | {"discount": _DISCOUNT}, required=("item_code", "unit_id", "quantity")),
    "ReturnedRow": told(
        opened(_ROW, required=("item_code", "unit_id", "quantity")), "A discount, if there is one, is ignored."
    ),
    "Invoice": _sale(
        {
            "issue_date": DATE,
            "due_date": told(DATE, "Not before the issue date."),
            "book_id": _BOOK,
            "status": one_of(ISSUED),
            "payment_term_id": _TERM,
            "items": list_of(named("Row"), minItems=1),
        }
    ),
    "CollectionReceipt": _sale(
        {**_RECEIPT, "payment_term_id": _TERM, "items": list_of(named("Row"), minItems=1)},
    ),
    "ReturnReceipt": _sale({**_RECEIPT, "items": list_of(named("ReturnedRow"), minItems=1)}),
    "StatusChange": opened(_CHANGE, required=_NAMED),
    "WrappedStatusChange": told(
        opened({"customer_details": opened(_CHANGE)}, required=("customer_details",)),
        "The same in a wrapper, which has nothing to do with a customer, and wins over members that stand beside it.",
    ),
    "Transaction": opened(_TRANSACTION, required=_MOVED),
    "ItemsWanted": _WANTED,
}
"""Bodies of requests, and their parts."""

# What is answered: always one envelope (§1.1)

MOMENT = told(written(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "In the account's zone.")
_MINUS_ONE = told(WHOLE, "-1: there is none.")


def _good(message: str, members: Mapping[str, Schema]) -> Schema:
    return closed({"result": exactly(True), "title": exactly(SUCCESS), "message": exactly(message), **members})


def _bad(title: Schema, members: Mapping[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    return closed({"result": exactly(False), "title": title, "message": TEXT, **members}, optional)


def _made(document: Document) -> Schema:
    members = {
        f"{document.prefix}_id": WHOLE,
        f"{document.prefix}_serial": told(TEXT, "The number that its book gave it."),
        "document_type": exactly(document.name),
        "creation_date_time": MOMENT,
    }
    return _good(f"{document.name} added successfully.", {"object": closed(members)})


_ITEM = {
    **dict.fromkeys(("intID", "intBaseUnitID", "intDisplayUnitID", "decDisplayUnitRatio", "strName", "strAlias"), TEXT),
    "strCode": told(TEXT, "What a row of a document calls `item_code`."),
    "boolIsDisabled": one_of(["0", "1"]),
    **dict.fromkeys(("strDescription", "strNotes", "strCustomAttributes", "strType"), TEXT),
    **dict.fromkeys(
        ("intBkRevenueAccountID", "intBkDiscountAccountID", "intBkReturnAccountID", "intBkExpenseAccountID"), _MINUS_ONE
    ),
    **dict.fromkeys(("boolIsAsset", "boolIsProduction", "boolIsPurchasing", "boolIsSelling"), FLAG),
    "arrCustomAttribute": list_of({}),
}
_LOADED = {
    "arrUnit": list_of(closed({"intID": TEXT, "decRatio": TEXT})),
    "arrCategory": list_of({}),
    "arrPrice": list_of(closed({"intPriceListID": TEXT, "strCode": TEXT, "decPrice": NUMBER})),
}
_PRICE = closed(
    {
        "intID": told(TEXT, "The item's id."),
        "decPrice": NUMBER,
        "intTaxTypeID": told(TEXT, "Its usual tax, or `-1`."),
        "strAlias": TEXT,
        "intUnitID": TEXT,
        "intPriceListID": TEXT,
        "boolIsDisabled": one_of(["0", "1"]),
        "boolIsUsed": one_of(["0", "1"]),
        "objItem": list_of(named("Item"), minItems=1, maxItems=1),
    }
)
_PAGE = closed(
    {"page_number": WHOLE, "page_size": told(written(r"\d+"), "As it was asked for."), "page_count": WHOLE}
    | {"record_count": WHOLE}
)
_TEXTS = "\n".join(f"| {code} | {text} |" for code, text in sorted(CODES.items()))
_FAULT = told(
    {**WHOLE, **one_of(sorted(CODES))},
    f"What is wrong; `$index` is the row's place, counted from zero.\n\n| code | message |\n|---|---|\n{_TEXTS}",
)

ANSWERED: Mapping[str, Schema] = {
    "AppLoggedIn": _good(
        "Authentication succeeded.",
        {
            "object": closed(
                {"token": TEXT, "app_id": TEXT, "ip": told(TEXT, "To which address the token was given.")},
            )
        },
    ),
    "UserLoggedIn": _good("Authentication succeeded.", {"object": told(TEXT, "The token itself.")}),
    **{
        f"{document.name.replace(' ', '')}Added": _made(document)
        for document in (INVOICE, COLLECTION, RETURN, TRANSACTION)
    },
    "StatusChanged": _good("Invoice Status changed successfully", {}),
    "Item": closed(_ITEM | _LOADED, optional=tuple(_LOADED)),
    "ItemsLoaded": _good("Item loaded successfully.", {"object": list_of(named("Item"))}),
    "PriceOfItem": _PRICE,
    "PricesRetrieved": _good(
        "Price list items retrieved successfully.",
        {"object": closed({"meta_data": _PAGE, "data": list_of(named("PriceOfItem"))})},
    ),
    "Fault": _bad(exactly(ERROR), {"object": closed({"error_code": named("ErrorCode")})}, optional=("object",)),
    "ErrorCode": _FAULT,
    "SecretMissing": _bad(exactly(BAD_REQUEST), {"object": NOTHING}),
    "Unauthorized": _bad(exactly("Unauthorized"), {"object": NOTHING}),
    "Refused": _bad(TEXT, {}),
}
"""Bodies of answers, and their parts."""

SCHEMAS: Mapping[str, Any] = {**SENT, **ANSWERED}
