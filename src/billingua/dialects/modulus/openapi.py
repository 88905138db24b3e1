"""What modulus clients can ask, as an OpenAPI document (contract §1 to §9)."""

from collections.abc import Mapping
from typing import Any

from billingua.dialects.modulus.schemas import SCHEMAS
from billingua.wire.bodies import decode_json
from billingua.wire.openapi import (
    IF_MATCH,
    JSON,
    Answer,
    Body,
    Content,
    Description,
    Document,
    Operation,
    Parameter,
    document,
    done_once,
)
from billingua.wire.schemas import FLAG, WHOLE, any_of, named

_FORM = "application/x-www-form-urlencoded"
_LOG_INS, _INVOICES, _CASH, _ITEMS = "Log-ins", "Invoices", "Cash", "Items"
_ANYONE = "Anyone may call it."
_HOLDERS = "Whoever has a token of the account may call it."

_TEXT = """The modulus Invoicing API V1, on Billingua's ledger. An account is a workspace; the token says which.

Every answer is one envelope: `result`, `title`, `message` and, where there is something to tell, `object`. What is
wrong with a request is 400 with an error code, one at a time. Dates without a zone are in the account's; amounts are
exact numbers, or texts of them. Members that nobody knows are ignored; those that are null or blank count as left out.

Every path that is not told of here is 404, and every other verb 405, in the same envelope. `Return+Receipt` and
`ReturnReceipt` are the same path as `Return Receipt`. Read invoices back with Billingua's own API,
`GET /v1/invoices/{id}`."""


def describe() -> Document:
    """Make the document of this dialect."""
    token = {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "A log-in gives it, for 15 minutes from then. It counts in the query alone.",
    }
    return document(
        Description(
            title="modulus Invoicing API V1",
            description=_TEXT,
            operations=OPERATIONS,
            schemas=SCHEMAS,
            security_schemes={"token": token},
            security=[{"token": []}],
        )
    )


def _json(name: str, example: Any = None) -> Mapping[str, Content]:
    return {JSON: Content(named(name), example)}


def _sent(name: str, example: Any) -> Body:
    return Body(_json(name, example))


def _bad(title: str, message: str, **enclosed: Any) -> Mapping[str, Any]:
    return {"result": False, "title": title, "message": message, **enclosed}


def _good(message: str, **enclosed: Any) -> Mapping[str, Any]:
    return {"result": True, "title": "Success", "message": message, **enclosed}


_FAILED = _bad("Unauthorized", "Authentication failed.", object=None)
_FAULT = _bad("Error", "Issue date can not be after due date.", object={"error_code": 5506})

_ALWAYS = {
    401: Answer("The token, or what was to give one, opens nothing.", _json("Unauthorized", _FAILED)),
    500: Answer("The server failed.", _json("Refused", _bad("Error", "Unexpected failure."))),
}
_OF_BODIES = {
    413: Answer(
        "The body is too large.", _json("Refused", _bad("Content Too Large", "The body has more than 1000000 bytes."))
    ),
    415: Answer(
        "The body is of another type.",
        _json("Refused", _bad("Unsupported Media Type", "The body must be application/json.")),
    ),
}
_OF_KEYS = {
    409: Answer(
        "The call of the same key is not done yet.",
        _json("Refused", _bad("Conflict", "Idempotency-Key: the request of this key is being processed.")),
    ),
    422: Answer(
        "The key stands for another call.",
        _json("Refused", _bad("Unprocessable Content", "Idempotency-Key: this key stands for another request.")),
    ),
}
_FAULTY = {400: Answer("Something is wrong with the request: the first fault is told.", _json("Fault", _FAULT))}
_ASKED = {**_FAULTY, **_ALWAYS}
_WRITTEN = {**_ASKED, **_OF_BODIES}
_CHANGED = "The invoice was changed meanwhile: due_date."
_VERSION = {"ETag": "The invoice's version."}


def _incomplete(parameters: str) -> Mapping[int, Answer]:
    example = _bad("Bad Request", f"Missing one or more of parameters {parameters}.", object=None)
    return {**_ALWAYS, **_OF_BODIES, 400: Answer("Something is missing.", _json("SecretMissing", example))}


def _made(prefix: str, name: str, id: int, serial: str, at: str) -> Mapping[str, Any]:
    told = {f"{prefix}_id": id, f"{prefix}_serial": serial, "document_type": name, "creation_date_time": at}
    return _good(f"{name} added successfully.", object=told)


_AN_INVOICE = decode_json(b"""{
  "customer_details": {"code": "C-310", "name": "Nile Paper Co", "type": "organization"}, "branch_code": "BR-02",
  "issue_date": "2024-05-06", "due_date": "2024-06-05", "book_id": 4, "status": "STATUS_DRAFT", "payment_term_id": 2,
  "reference": "WEB-9918",
  "items": [{"item_code": "PPR-A4", "unit_id": 3, "quantity": 12.5, "unit_price": 40, "discount": 1.5}]
}""")
_A_CHANGE = decode_json(b"""{
  "invoice_id": "812", "status": "STATUS_VOID", "invoice_number": "INV_2024_05_06_17",
  "void_date": "2024-05-20 09:15:00"
}""")
_A_COLLECTION = decode_json(b"""{
  "customer_details": {"code": "C-311", "name": "Hala Samir", "type": "individual"}, "branch_code": "BR-02",
  "account_code": "CASH-1", "date": "2024-05-06", "book_id": 9, "payment_term_id": 1,
  "items": [{"item_code": "PPR-A4", "unit_id": 3, "quantity": 2}]
}""")
_A_RETURN = decode_json(b"""{
  "customer_code": "C-311", "branch_code": "BR-02", "account_code": "CASH-1", "date": "2024-05-07", "book_id": 12,
  "items": [{"item_code": "PPR-A4", "unit_id": 3, "quantity": 1}]
}""")
_A_TRANSACTION = decode_json(b"""{
  "account_code": "CASH-1", "date": "2024-05-07", "amount": 20, "cash_book_id": 12, "counter_party": "Courier",
  "transaction_nature": "LKP_ENUM_CASH_OUT"
}""")
_WANTED = decode_json(b'{"filter": {"codes": ["PPR-A4"]}, "load_options": ["units", "prices"]}')

_LOG_IN_OPERATIONS = (
    Operation(
        name="log_in_app",
        verb="POST",
        path="/api/cmn/Authenticate",
        tag=_LOG_INS,
        summary="Give a program a token",
        section="§2",
        callers=_ANYONE,
        description="Of several accounts with such a program, it is the one that the host name begins with.",
        body=Body({_FORM: Content(named("AppLogIn"), {"app": "demo", "secret": "demo"})}),
        answers={
            200: Answer(
                "A token.",
                _json(
                    "AppLoggedIn",
                    _good(
                        "Authentication succeeded.",
                        object={"token": "7c9e6b1f4ad24d0e8b53", "app_id": "12", "ip": "203.0.113.9"},
                    ),
                ),
            ),
            **_incomplete("account, app, secret"),
        },
        security=(),
    ),
    Operation(
        name="log_in_user",
        verb="POST",
        path="/api/cmn/AuthenticateToken",
        tag=_LOG_INS,
        summary="Give a user a token",
        section="§2",
        callers=_ANYONE,
        body=_sent("UserLogIn", {"username": "ida", "password": "…"}),
        answers={
            200: Answer(
                "A token.", _json("UserLoggedIn", _good("Authentication succeeded.", object="eyJhbGciOi.kP0d.q8"))
            ),
            **_incomplete("username and password"),
        },
        security=(),
    ),
)

_INVOICE_OPERATIONS = (
    Operation(
        name="create_invoice",
        verb="POST",
        path="/api/inv/v1/Invoice",
        tag=_INVOICES,
        summary="Make an invoice",
        section="§3, §7, §9",
        callers=_HOLDERS,
        description="Nothing is kept where one row is wrong. `If-Match` is ignored: each call makes a document.",
        body=_sent("Invoice", _AN_INVOICE),
        answers={
            200: Answer(
                "The invoice was made, with a number of its book.",
                _json("InvoiceAdded", _made("invoice", "Invoice", 812, "INV_2024_05_06_17", "2024-05-06 11:40:02")),
                _VERSION,
            ),
            **_WRITTEN,
        },
    ),
    Operation(
        name="change_invoice_status",
        verb="PATCH",
        path="/api/inv/v1/Invoice",
        tag=_INVOICES,
        summary="Change an invoice's status",
        section="§4",
        callers=_HOLDERS,
        description=(
            "A draft becomes sent or void, a sent invoice void. To send what was sent changes nothing; nothing is done "
            "to what is void, and what is paid does not become void."
        ),
        parameters=[IF_MATCH],
        body=Body(
            {
                JSON: Content(
                    any_of(named("StatusChange"), named("WrappedStatusChange")), {"customer_details": _A_CHANGE}
                )
            }
        ),
        answers={
            200: Answer(
                "It has the status now.",
                _json("StatusChanged", _good("Invoice Status changed successfully")),
                _VERSION,
            ),
            412: Answer("Another version.", _json("Refused", _bad("Precondition Failed", _CHANGED))),
            **_WRITTEN,
        },
    ),
)

_CASH_OPERATIONS = (
    Operation(
        name="create_collection_receipt",
        verb="POST",
        path="/api/inv/v1/CollectionReceipt",
        tag=_CASH,
        summary="Sell for cash",
        section="§5, §7, §9",
        callers=_HOLDERS,
        body=_sent("CollectionReceipt", _A_COLLECTION),
        answers={
            200: Answer(
                "The receipt was made.",
                _json(
                    "CollectionReceiptAdded",
                    _made("collection_receipt", "Collection Receipt", 55, "CR_55", "2024-05-06 12:01:44"),
                ),
            ),
            **_WRITTEN,
        },
    ),
    Operation(
        name="create_return_receipt",
        verb="POST",
        path="/api/inv/v1/Return%20Receipt",
        tag=_CASH,
        summary="Take goods back, and give their price back",
        section="§6, §7, §9",
        callers=_HOLDERS,
        description="`/api/inv/v1/Return+Receipt` and `/api/inv/v1/ReturnReceipt` are the same.",
        body=_sent("ReturnReceipt", _A_RETURN),
        answers={
            200: Answer(
                "The receipt was made.",
                _json(
                    "ReturnReceiptAdded", _made("return_receipt", "Return Receipt", 7, "RR_7", "2024-05-07 10:20:31")
                ),
            ),
            **_WRITTEN,
        },
    ),
    Operation(
        name="create_transaction",
        verb="POST",
        path="/api/csh/v1/Transaction",
        tag=_CASH,
        summary="Note cash that moves without goods",
        section="§8, §9",
        callers=_HOLDERS,
        body=_sent("Transaction", _A_TRANSACTION),
        answers={
            200: Answer(
                "It was noted.",
                _json("TransactionAdded", _made("transaction", "Transaction", 3, "RR_2", "2024-05-07 10:21:02")),
            ),
            **_WRITTEN,
        },
    ),
)

_COUNT = {**WHOLE, "minimum": 1, "default": 100}
_PRICE_LIST = [
    Parameter(
        name="price_list_id", place="query", description="The price list.", schema=WHOLE, required=True, example=1
    ),
    Parameter(
        name="include_disabled",
        place="query",
        description="Without effect: no item is disabled.",
        schema={**FLAG, "default": False},
    ),
    Parameter(name="page_size", place="query", description="How many items a page has.", schema=_COUNT),
    Parameter(
        name="page_number",
        place="query",
        description="Which page.",
        schema={**_COUNT, "default": 1},
    ),
]


def _prices(name: str, path: str, description: str = "") -> Operation:
    return Operation(
        name=name,
        verb="GET",
        path=path,
        tag=_ITEMS,
        summary="List what a price list has prices for",
        section="§8",
        callers=_HOLDERS,
        description=description,
        parameters=_PRICE_LIST,
        answers={200: Answer("A page of the price list.", _json("PricesRetrieved")), **_ASKED},
    )


_ITEM_OPERATIONS = (
    Operation(
        name="find_items",
        verb="POST",
        path="/api/itm/PublicItem",
        tag=_ITEMS,
        summary="Find items, all or by their codes",
        section="§8",
        callers=_HOLDERS,
        parameters=[
            Parameter(name="limit", place="query", description="How many items at most.", schema=_COUNT),
        ],
        body=Body(_json("ItemsWanted", _WANTED), required=False),
        answers={200: Answer("The items.", _json("ItemsLoaded")), **_WRITTEN},
    ),
    _prices("find_prices", "/api/itm/PublicListItem"),
    _prices("find_prices_of_items", "/api/itm/PublicItem", "The same as `GET /api/itm/PublicListItem`."),
)

_WITH_TOKEN = (*_INVOICE_OPERATIONS, *_CASH_OPERATIONS, *_ITEM_OPERATIONS)
OPERATIONS = (
    *_LOG_IN_OPERATIONS,
    *(operation if operation in _ITEM_OPERATIONS else done_once(operation, _OF_KEYS) for operation in _WITH_TOKEN),
)
"""Every verb on every path."""
