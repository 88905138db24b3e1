"""What BigCommerce clients send and are answered, as JSON Schemas by their names (contract §1 to §6)."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from billingua.dialects.bigcommerce.listing import LARGEST_LIMIT
from billingua.dialects.bigcommerce.requests.payments import MOST_LINES
from billingua.dialects.bigcommerce.vocabulary import (
    ALLOWED_STATUSES,
    LONGEST_NAME,
    SUCCESS,
    FieldType,
    FundingStatus,
    InvoiceStatus,
    ProcessingStatus,
    Source,
)
from billingua.wire.scalars import LARGEST_INTEGER
from billingua.wire.schemas import (
    FLAG,
    NOTHING,
    NUMBER,
    TEXT,
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

# What is answered.

_INTEGER: Schema = {"type": "integer", "minimum": -LARGEST_INTEGER, "maximum": LARGEST_INTEGER}
_ID = {**_INTEGER, "minimum": 1}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_SECONDS = told(_INTEGER, "Unix seconds, of 32 bits.")
_FILLED: Schema = {"type": "string", "minLength": 1}
_DIGITS = written("[0-9]+")
_MAYBE_TEXT: Schema = {"type": ["string", "null"]}


def _numbers(kind: type[IntEnum]) -> Schema:
    return {"type": "integer", "enum": [int(one) for one in kind], "description": _meanings(kind)}


def _meanings(kind: type[IntEnum]) -> str:
    return "; ".join(f"{int(one)} {one.name.replace('_', ' ').lower()}" for one in kind) + "."


_ZERO_OR_ONE: Schema = {"type": "integer", "enum": [0, 1]}
_FUNDING: Schema = {"type": "integer", "enum": [int(one) for one in FundingStatus]}
_OPERATION_CODE = told(
    {"type": "integer", "enum": [0, 1, 2, 3]},
    "0 apply to invoice balances; 1 revert invoice balances; 2 pull updates from order; 3 unnamed.",
)

_MONEY = closed(
    {
        "code": told(written("[A-Z]{3}"), "ISO 4217."),
        "value": told(written(r"-?[0-9]{1,15}\.[0-9]{4}"), "Exactly four decimals."),
    }
)

_ADDRESS_LINES = ("city", "state", "country", "street1", "street2", "zipCode", "lastName", "firstName")
_SHIPMENT_LINES = ("addressIndex", "shipDate", "shipVia", "trackingNumber", "comments")


def _details(amount: str, text: Schema, seconds: Schema, *, whole: bool) -> Schema:
    """Tell of an invoice's details, which keep members that nobody knows; those answered are `whole`."""
    custom: Schema = {"type": ["object", "string"]}
    address = opened({**dict.fromkeys(_ADDRESS_LINES, text), "customFields": custom}, _ADDRESS_LINES)
    shipment = opened({**dict.fromkeys(_SHIPMENT_LINES, text), "customFields": custom}, _SHIPMENT_LINES)
    item = opened(
        {
            **dict.fromkeys(("sku", "type", "comments", "quantity"), text),
            "description": told(text, "Needed where no item has the sku."),
            "unitPrice": named(amount),
            "unitDiscount": named(amount),
            "customFields": custom,
        },
        ("sku", "quantity", "unitPrice"),
    )
    header = {
        "costLines": list_of(opened({"amount": named(amount), "description": text}, ("amount", "description"))),
        "orderDate": seconds,
        "billingAddress": address,
        "customerFields": opened({}),
        "shippingAddresses": list_of(address),
    }
    return opened(
        {
            "type": text,
            "header": opened(header, ("orderDate", "customerFields") if whole else ()),
            "details": opened({"shipments": list_of(shipment), "lineItems": list_of(item)}),
        },
        ("type", "header") if whole else (),
    )


_INVOICE_MEMBERS: Mapping[str, Schema] = {
    "id": _ID,
    "customerId": told(_DIGITS, "The company's id."),
    "externalCustomerId": _MAYBE_TEXT,
    "externalId": _MAYBE_TEXT,
    "invoiceNumber": _FILLED,
    "type": _FILLED,
    "dueDate": _SECONDS,
    "status": _numbers(InvoiceStatus),
    "orderNumber": _MAYBE_TEXT,
    "purchaseOrderNumber": _MAYBE_TEXT,
    "details": named("Details"),
    "isPendingPayment": _ZERO_OR_ONE,
    "source": _numbers(Source),
    "originalBalance": named("Money"),
    "openBalance": named("Money"),
    "customerName": TEXT,
    "createdAt": _SECONDS,
    "updatedAt": _SECONDS,
    "channelId": or_null(_DIGITS),
    "channelName": _MAYBE_TEXT,
    "termsConditions": _MAYBE_TEXT,
    "externalPdfUrl": _MAYBE_TEXT,
    "storeHash": _FILLED,
    "pendingPaymentCount": _COUNT,
    "extraFields": list_of(named("ExtraFieldValue")),
}

_TRANSACTION = closed(
    {
        "type": one_of(("OfflineTransaction", "CreditCardTransaction", "UnknownTransaction")),
        "rawTransaction": _MAYBE_TEXT,
        "memo": TEXT,
        "gateway": TEXT,
        "transactionId": TEXT,
        "event": TEXT,
        "authCode": _MAYBE_TEXT,
        "card": closed({"type": TEXT, "last4": TEXT, "expiryYear": _INTEGER, "expiryMonth": _INTEGER}),
    },
    ("memo", "gateway", "transactionId", "event", "authCode", "card"),
)

_WRITTEN_AT = {"id": _ID, "createdAt": _SECONDS, "updatedAt": _SECONDS, "storeHash": _FILLED}
_OUTSIDE = {"customerId": _DIGITS, "externalId": _MAYBE_TEXT, "externalCustomerId": _MAYBE_TEXT}
_KIND_OF_RECEIPT = one_of(("Paid", "Refund"))

_PAYMENT = closed(
    {
        **_WRITTEN_AT,
        **_OUTSIDE,
        "payerName": TEXT,
        "payerCustomerId": TEXT,
        "details": closed({"memo": TEXT}),
        "moduleName": told(_FILLED, "`payments_offline`, or the module that took the money."),
        "fees": list_of(NUMBER),
        "moduleData": closed(
            {"transactions": list_of(named("Transaction")), "cartId": TEXT, "orderId": _INTEGER}, ("cartId", "orderId")
        ),
        "processingStatus": _numbers(ProcessingStatus),
        "appliedStatus": told(_ZERO_OR_ONE, "Whether it counts on the balances."),
        "fundingStatus": _FUNDING,
        "total": named("Money"),
        "lineItems": list_of(
            closed({"paymentId": _ID, "invoiceId": _ID, "invoiceNumber": TEXT, "amount": named("Money")})
        ),
        "customerName": TEXT,
        "allowedOperations": list_of(_OPERATION_CODE),
        "allowedStatuses": exactly([1, 2, 3, 4]),
        "channelId": or_null(_DIGITS),
        "channelName": _MAYBE_TEXT,
    }
)

_RECEIPT = closed(
    {
        **_WRITTEN_AT,
        **_OUTSIDE,
        "payerName": TEXT,
        "payerCustomerId": TEXT,
        "details": closed({"paymentDetails": closed({"memo": TEXT})}),
        "transactionType": _KIND_OF_RECEIPT,
        "paymentType": _FILLED,
        "referenceNumber": TEXT,
        "paymentId": _ID,
        "total": named("Money"),
    }
)

_RECEIPT_LINE = closed(
    {
        **_WRITTEN_AT,
        **_OUTSIDE,
        "receiptId": _ID,
        "invoiceId": _ID,
        "amount": named("Money"),
        "paymentStatus": _numbers(ProcessingStatus),
        "paymentType": _FILLED,
        "invoiceNumber": TEXT,
        "paymentId": _ID,
        "referenceNumber": TEXT,
        "transactionType": _KIND_OF_RECEIPT,
    }
)

_EXTRA_FIELD = closed(
    {
        "id": _ID,
        "uuid": written("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        "fieldName": TEXT,
        "fieldType": _numbers(FieldType),
        "isRequired": FLAG,
        "isUnique": FLAG,
        "visibleToEnduser": FLAG,
        "configType": one_of((1, 2)),
        **dict.fromkeys(("defaultValue", "maximumLength", "numberOfRows", "maximumValue"), TEXT),
        "listOfValue": list_of(TEXT),
    }
)

_SHOWN: Mapping[str, Schema] = {
    "Money": _MONEY,
    "DetailsMoney": opened({"code": TEXT, "value": told(TEXT, "As it was sent.")}, ("code", "value")),
    "Details": _details("DetailsMoney", TEXT, _SECONDS, whole=True),
    "ExtraFieldValue": closed({"fieldName": TEXT, "fieldValue": TEXT}),
    "ExtraField": _EXTRA_FIELD,
    "Invoice": closed(_INVOICE_MEMBERS, ("details",)),
    "ListedInvoice": closed(_INVOICE_MEMBERS, ("details", "extraFields")),
    "Transaction": _TRANSACTION,
    "Payment": _PAYMENT,
    "Receipt": _RECEIPT,
    "ReceiptLine": _RECEIPT_LINE,
}

_PAGINATION = closed(
    {
        "totalCount": _COUNT,
        "offset": _COUNT,
        "limit": {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT},
    }
)


def _success(data: Schema) -> Schema:
    return closed({"code": exactly(200), "data": data, "meta": closed({"message": exactly(SUCCESS)})})


def _page(name: str) -> Schema:
    meta = closed({"message": exactly(SUCCESS), "pagination": _PAGINATION})
    return closed({"code": exactly(200), "data": list_of(named(name)), "meta": meta})


_ANSWERED: Mapping[str, Schema] = {
    "InvoiceShown": _success(named("Invoice")),
    "InvoicesListed": _page("ListedInvoice"),
    "InvoiceCreated": _success(closed({"id": _ID, "invoiceId": _ID})),
    "OrderInvoiced": _success(closed({"invoiceNumber": written("[0-9]{8,}"), "invoiceId": _ID})),
    "Written": _success(closed({"id": _ID})),
    "PdfLinked": _success(
        closed({"url": written("https?://[^/]+/.*"), "externalPdfUrl": _FILLED}, optional=("externalPdfUrl",))
    ),
    "ExtraFieldsListed": _page("ExtraField"),
    "PaymentShown": _success(named("Payment")),
    "PaymentsListed": _page("Payment"),
    "PaymentWritten": _success(closed({"paymentId": _ID})),
    "OperationsShown": _success(
        closed({"allowedOperations": list_of(_OPERATION_CODE), "allowedStatuses": exactly(["1", "2", "3", "4"])})
    ),
    "TransactionsListed": _success(list_of(named("Transaction"))),
    "ReceiptShown": _success(named("Receipt")),
    "ReceiptsListed": _page("Receipt"),
    "ReceiptLineShown": _success(named("ReceiptLine")),
    "ReceiptLinesListed": _page("ReceiptLine"),
}


# What is refused (§1.6): the text stands in `data.errMsg`, in `meta.errors`, or under the member that it is about.

NO_CREDENTIALS = "Invalid token header. No credentials provided."
_TOLD = closed({"errMsg": _FILLED})
_BY_MEMBER: Schema = {
    "type": "object",
    "minProperties": 1,
    "not": {"required": ["errMsg"]},
    "additionalProperties": list_of(_FILLED, minItems=1),
}
_OF_INVOICE: Schema = {**closed({"id": _ID, "errMsg": _FILLED}, ("id", "errMsg")), "minProperties": 1}
_JOINED = told({"type": "string", "pattern": "; $"}, "Each problem with `; ` behind it, the last one too.")


def _refusal(code: int, data: Schema, message: Schema, *, joined: bool = False) -> Schema:
    meta = closed({"message": message, "errors": _JOINED}, ("errors",)) if joined else closed({"message": message})
    return closed({"code": exactly(code), "data": data, "meta": meta})


_NOTHING_THERE = [f"{what} does not exist" for what in ("Invoice", "Payment", "Receipt", "Receipt line", "Order")]
_NOT_THERE = [*_NOTHING_THERE, "Company does not exist", "Store channels not exist", "Not found"]

REFUSED: Mapping[int, Schema] = {
    400: _refusal(400, _OF_INVOICE, one_of(("Bad Requests Error", "Not Found Error")), joined=True),
    401: _refusal(401, closed({"errMsg": exactly(NO_CREDENTIALS)}), exactly(NO_CREDENTIALS)),
    403: _refusal(403, _TOLD, _FILLED),
    404: _refusal(404, closed({"errMsg": one_of(_NOT_THERE)}), exactly("Not Found Error")),
    405: _refusal(405, _TOLD, exactly("Method Not Allowed")),
    409: _refusal(409, _TOLD, exactly("Conflict")),
    412: _refusal(412, closed({"id": _ID}), exactly("Precondition Failed"), joined=True),
    413: _refusal(413, closed({}), exactly("Request Entity Too Large")),
    415: _refusal(415, _TOLD, _FILLED),
    422: _refusal(422, {"oneOf": [_TOLD, _BY_MEMBER]}, _FILLED),
    429: _refusal(429, _TOLD, exactly("Too Many Requests")),
    500: _refusal(500, _TOLD, _FILLED),
    503: _refusal(503, _TOLD, _FILLED),
}
"""What each status but 200 is answered with."""


# What is sent. Members that nobody knows are ignored, but for those inside `details`, which are kept.

_SENT_TEXT: Schema = {"type": ["string", "number"]}
_SENT_FILLED = {**_SENT_TEXT, "minLength": 1}
_SENT_NAME = {**_SENT_TEXT, "maxLength": LONGEST_NAME}
_SENT_NUMBER = told({"type": ["string", "number"]}, "An exact number, or the text of one.")
_SENT_INTEGER: Schema = {"type": ["number", "string"], "multipleOf": 1, "pattern": r"^\s*[+-]?[0-9]+\s*$"}
_SENT_SECONDS = told(_SENT_INTEGER, "Unix seconds, of 32 bits: a whole number, or the text of one.")
_OR_EMPTY = any_of(_SENT_SECONDS, exactly(""), NOTHING)
_SENT_BALANCE = opened(
    {
        "code": told(written("[A-Z]{3}"), "ISO 4217; the same for both balances."),
        "value": told(_SENT_NUMBER, "Below 10¹⁴; four decimals are kept, rounded half up."),
    },
    ("code", "value"),
)
_PDF_URL = told(TEXT, "Where a PDF is that somebody else made: `http` or `https`. It is never fetched.")


def _choice(kind: type[IntEnum]) -> Schema:
    return {"type": "number", "enum": [int(one) for one in kind], "description": _meanings(kind)}


def _number_or_text(numbers: Sequence[int], description: str) -> Schema:
    return told(any_of({"type": "number", "enum": [*numbers]}, _SENT_INTEGER), description)


def _or_null(schema: Schema) -> Schema:
    """Allow null, in the schema itself where that says what it is."""
    return {**schema, "type": [*schema["type"], "null"]} if isinstance(schema.get("type"), list) else or_null(schema)


_NEW_INVOICE = opened(
    {
        "invoiceNumber": told({**_SENT_NAME, "minLength": 1}, "Unique in the store."),
        "originalBalance": named("Balance"),
        "openBalance": told(named("Balance"), "Where nothing is owed, the invoice is completed."),
        "customerId": told(_SENT_FILLED, "The company's id."),
        "type": told(_SENT_TEXT, "`Invoice`, if left out."),
        "dueDate": told(_OR_EMPTY, "As many days after the creation as the store is set to, if left out."),
        "status": _choice(InvoiceStatus),
        "orderNumber": told(_or_null(_SENT_NAME), "An order has one invoice."),
        "purchaseOrderNumber": _or_null(_SENT_TEXT),
        "issuedAt": told(_OR_EMPTY, "When the invoice was created; now, if left out."),
        "createdAt": told(_OR_EMPTY, "The same, as some clients call it."),
        "details": named("SentDetails"),
        "source": _choice(Source),
        "externalId": _or_null(_SENT_TEXT),
        "externalCustomerId": _or_null(_SENT_TEXT),
        "channelId": _or_null(_SENT_INTEGER),
        "externalPdfUrl": _or_null(_PDF_URL),
        "termsConditions": _or_null(_SENT_TEXT),
        "extraFields": list_of(named("SentExtraField")),
    },
    ("invoiceNumber", "originalBalance", "openBalance", "customerId"),
)

_UNSET = told(_or_null(_SENT_TEXT), "Null or empty only where it is so already.")

_INVOICE_CHANGE = opened(
    {
        "customerId": told(_SENT_FILLED, "The company's id."),
        "externalCustomerId": _UNSET,
        "externalId": _UNSET,
        "invoiceNumber": told({**_SENT_NAME, "minLength": 1}, "Unique in the store."),
        "type": _SENT_FILLED,
        "dueDate": _SENT_SECONDS,
        "status": told(_choice(InvoiceStatus), "Completed, whatever is sent, where nothing is owed."),
        "purchaseOrderNumber": _UNSET,
        "details": told(named("SentDetails"), "Takes the place of all details that there are."),
        "source": _choice(Source),
        "originalBalance": named("Balance"),
        "openBalance": told(named("Balance"), "What is owed now, whatever was paid."),
        "createdAt": _SENT_SECONDS,
        "externalPdfUrl": told(_or_null(_PDF_URL), "An empty text removes it. It is never fetched."),
        "extraFields": told(list_of(named("SentExtraField")), "Fields that are not named keep their values."),
        "termsConditions": _or_null(_SENT_FILLED),
        "channelId": _or_null(_SENT_INTEGER),
    }
)

_NEW_PAYMENT = opened(
    {
        "lineItems": list_of(
            opened({"invoiceId": _SENT_INTEGER, "amount": told(_SENT_NUMBER, "Above 0.")}, ("invoiceId", "amount")),
            minItems=1,
            maxItems=MOST_LINES,
        ),
        "currency": told(written("[A-Z]{3}"), "ISO 4217; that of every invoice."),
        "details": opened({"memo": _or_null(_SENT_TEXT)}),
        "customerId": told(_SENT_FILLED, "The company's id."),
        "externalId": _or_null(_SENT_TEXT),
        "externalCustomerId": _or_null(_SENT_TEXT),
        "payerName": told(_or_null(_SENT_TEXT), "`Store offline payment`, if left out."),
        "payerCustomerId": told(_or_null(_SENT_TEXT), "`customerId`, if left out."),
        "processingStatus": _number_or_text(
            [int(status) for status in ALLOWED_STATUSES],
            "1 awaiting processing; 2 processing; 3 completed, which it is if left out; 4 refunded.",
        ),
        "fundingStatus": _number_or_text([int(one) for one in FundingStatus], "Kept as it is; 2, if left out."),
        "channelId": told(_or_null(_SENT_INTEGER), "Of a new payment alone."),
    },
    ("lineItems", "currency", "details", "customerId"),
)

_SENT: Mapping[str, Schema] = {
    "Balance": _SENT_BALANCE,
    "SentDetailsMoney": opened(
        {"code": _SENT_TEXT, "value": told(_SENT_NUMBER, "Kept with the digits that it has.")}, ("code", "value")
    ),
    "SentDetails": _details("SentDetailsMoney", _SENT_TEXT, _SENT_SECONDS, whole=False),
    "SentExtraField": opened({"fieldName": _SENT_TEXT, "fieldValue": _SENT_TEXT}, ("fieldName", "fieldValue")),
    "NewInvoice": _NEW_INVOICE,
    "InvoiceChange": _INVOICE_CHANGE,
    "NewPayment": _NEW_PAYMENT,
    "OperationWanted": opened({"operationCode": told(_SENT_INTEGER, "0 to apply; 1 to revert.")}, ("operationCode",)),
    "StatusWanted": opened(
        {"processingStatus": told(_SENT_INTEGER, "1 to 4, as they are shown.")}, ("processingStatus",)
    ),
}

SCHEMAS: Mapping[str, Schema] = {
    **_SENT,
    **_ANSWERED,
    **_SHOWN,
    **{f"Refused{status}": schema for status, schema in REFUSED.items()},
}
