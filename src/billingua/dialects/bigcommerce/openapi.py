"""What BigCommerce clients can ask, as an OpenAPI document (contract §1 to §6)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from billingua.dialects.bigcommerce.listing import DEFAULT_LIMIT, DIRECTIONS, LARGEST_LIMIT
from billingua.dialects.bigcommerce.requests import lists, payments, receipts
from billingua.dialects.bigcommerce.responses import export
from billingua.dialects.bigcommerce.routes import BASE
from billingua.dialects.bigcommerce.schemas import NO_CREDENTIALS, SCHEMAS
from billingua.dialects.bigcommerce.vocabulary import STATUSES, SUCCESS
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
    Schema,
    document,
    done_once,
)
from billingua.wire.schemas import TEXT, list_of, named, one_of

_INVOICES, _PAYMENTS, _RECEIPTS = "Invoices", "Payments", "Receipts"

_TEXT = """Invoices, payments and receipts of BigCommerce B2B Edition v3, on Billingua's ledger. A store is a workspace.

Every answer is one envelope: `code`, which is the HTTP status, `data` and `meta`. What succeeds is always 200. Times
are Unix seconds. Amounts are answered as texts with four decimals, and taken as numbers or texts. Members and
parameters that nobody knows are ignored; inside `details`, members are kept as they were sent.

A path that is not told of here is 404, another verb 405, both in the same envelope; `/invoices/{invoiceId}/send-mail`
is a path that takes no verb. An id that is none, or too long for one, names nothing: 404."""


def describe() -> Document:
    """Make the document of this dialect."""
    return document(
        Description(
            title="BigCommerce B2B Edition v3: invoice management",
            description=_TEXT,
            operations=OPERATIONS,
            schemas=SCHEMAS,
            security_schemes={
                "token": _header("X-Auth-Token", "A token of the store, with the scope `b2b` or without any scopes."),
                "store": _header("X-Store-Hash", "The hash of the store that the token is of."),
                "olderToken": _header("authToken", "The token alone, as older clients send it. It names its store."),
            },
            security=[{"token": [], "store": []}, {"olderToken": []}],
        )
    )


def _header(name: str, description: str) -> Mapping[str, str]:
    return {"type": "apiKey", "in": "header", "name": name, "description": description}


# Answers.


def _success(data: Any) -> Mapping[str, Any]:
    return {"code": 200, "data": data, "meta": {"message": SUCCESS}}


def _answer(schema: str, description: str, example: Any = None, *, tagged: bool = False) -> Mapping[int, Answer]:
    headers = {"ETag": "The invoice's version, for `If-Match`."} if tagged else {}
    return {200: Answer(description, {JSON: Content(named(schema), example)}, headers)}


_WHY = {
    400: "What the body says cannot be.",
    401: "A header is missing, or the token opens nothing.",
    403: "The token is of another store or lacks the scope, or its user may not.",
    404: "There is no such record.",
    409: "The call that has this key is not answered yet.",
    412: "The invoice is in another version by now.",
    413: "The body is too large, or `limit` is.",
    415: "The body is no JSON.",
    422: "A value cannot be.",
    429: "The store has no requests left in this minute.",
    500: "The server failed.",
    503: "The ledger cannot be reached; nothing has changed.",
}

_ERRORS = {
    400: '{"code":400,"data":{"errMsg":"The invoice number already exists."},"meta":{"message":"Bad Requests Error"}}',
    404: '{"code":404,"data":{"errMsg":"Invoice does not exist"},"meta":{"message":"Not Found Error"}}',
    413: '{"code":413,"data":{},"meta":{"message":"Request Entity Too Large"}}',
    422: ('{"code":422,"data":{"lineItems":["This field is required."]},"meta":{"message":"Parameter Error"}}'),
}


def _refused(*statuses: int) -> Mapping[int, Answer]:
    """Tell of the statuses by which anything may be refused, and of these."""
    return {status: _refusal(status) for status in sorted({401, 403, 429, 500, 503, *statuses})}


def _refusal(status: int) -> Answer:
    example = decode_json(_ERRORS[status].encode()) if status in _ERRORS else None
    if status == 401:
        example = {"code": 401, "data": {"errMsg": NO_CREDENTIALS}, "meta": {"message": NO_CREDENTIALS}}
    headers = {"X-Rate-Limit-Time-Reset-Ms": "How long to wait, in milliseconds."} if status == 429 else {}
    return Answer(_WHY[status], {JSON: Content(named(f"Refused{status}"), example)}, headers)


_OF_BODIES = (400, 413, 415, 422)
_OF_KEYS = (400, 409, 413, 422)


# Parameters.


def _query(name: str, description: str, schema: Schema = TEXT) -> Parameter:
    return Parameter(name=name, place="query", description=description, schema=schema)


def _id(name: str, what: str) -> Parameter:
    return Parameter(name=name, place="path", description=f"The id of the {what}.", schema=_DIGITS)


_DIGITS: Schema = {"type": "string", "pattern": "^[0-9]+$"}
_STATUS_NUMBERS = one_of(STATUSES)

_WINDOW = (
    _query("offset", "How many to leave out.", {"type": "integer", "minimum": 0, "default": 0}),
    _query(
        "limit",
        f"How many at most; more than {LARGEST_LIMIT} is 413.",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
    ),
)


def _order_and_search(sorts: Iterable[str], searched: Iterable[str]) -> Sequence[Parameter]:
    return (
        _query("sortBy", "What they are sorted by.", {**one_of(sorts), "default": "createdAt"}),
        _query("orderBy", "In which direction.", {**one_of(DIRECTIONS), "default": "DESC"}),
        _query("q", "A part of a text, in whatever case; of an id, all of it."),
        _query("searchBy", "Where to look for `q`; everywhere, if left out.", one_of(searched)),
    )


_OF_CHANNELS = _query(
    "channelIds", "Of one of these channels. Lists may also be sent as `name[]=` or with commas.", list_of(_DIGITS)
)
_OF_COMPANY = _query("customerName", "A part of the company's name.")

_OF_INVOICES = (
    *_order_and_search(lists.SORTS, lists.SEARCHED),
    _OF_COMPANY,
    _query("customerId", "The company's id."),
    _query("status", "Open (0), partially paid (1) or completed (2).", one_of(lists.INVOICE_STATUSES)),
    _query("beginDateAt", "Created at this moment or later, in Unix seconds.", _DIGITS),
    _query("endDateAt", "Created at this moment or before.", _DIGITS),
    _query("externalId", "Whose `externalId` is one of these.", list_of(TEXT)),
    _query("isIncludeExtraFields", "`1` shows extra fields.", {**one_of(("0", "1")), "default": "0"}),
    _OF_CHANNELS,
)

_OF_PAYMENT_STATUS = _query(
    "paymentStatus", "Whose payment has one of these processing statuses.", list_of(_STATUS_NUMBERS)
)


# Operations.


def _operation(
    verb: str,
    path: str,
    name: str,
    tag: str,
    summary: str,
    section: str,
    answers: Mapping[int, Answer],
    *,
    parameters: Sequence[Parameter] = (),
    body: Body | None = None,
    description: str = "",
) -> Operation:
    ids = [_PATH[part] for part in _PATH if f"{{{part}}}" in path]
    operation = Operation(
        name=name,
        verb=verb,
        path=BASE + path,
        tag=tag,
        summary=summary,
        section=section,
        callers="Whoever has a token of the store may call it.",
        description=description,
        parameters=[*ids, *parameters],
        body=body,
        answers=answers,
    )
    return operation if verb == "GET" else done_once(operation, {status: _refusal(status) for status in _OF_KEYS})


_PATH = {
    "invoice_id": _id("invoice_id", "invoice"),
    "order_id": _id("order_id", "order, which is that of B2B Edition"),
    "payment_id": _id("payment_id", "payment"),
    "receipt_id": _id("receipt_id", "receipt"),
    "line_id": _id("line_id", "receipt's line"),
}


def _sent(schema: str, example: bytes) -> Body:
    return Body({JSON: Content(named(schema), decode_json(example))})


_A_NEW_INVOICE = b"""{
  "invoiceNumber": "INV-2042", "originalBalance": {"code": "USD", "value": 180.5},
  "openBalance": {"code": "USD", "value": 180.5}, "customerId": "1", "issuedAt": 1764633600,
  "purchaseOrderNumber": "PO-5519", "externalId": "ERP-I-78",
  "details": {
    "header": {"costLines": [{"amount": {"code": "USD", "value": "180.50"}, "description": "Subtotal"}]},
    "details": {"lineItems": [
      {"sku": "VALVE-3", "quantity": "5", "unitPrice": {"code": "USD", "value": "36.10"}, "description": "Ball valve"}
    ]}
  }
}"""
_A_CHANGE = b'{"dueDate": 1769904000, "openBalance": {"code": "USD", "value": "75.2500"}}'
_A_PAYMENT = b"""{
  "lineItems": [{"invoiceId": 501, "amount": "60.00"}, {"invoiceId": 503, "amount": "12.50"}], "currency": "USD",
  "details": {"memo": "Wire 2207"}, "customerId": "88012", "payerName": "Okafor Plumbing", "processingStatus": 2
}"""

_INVOICE_OPERATIONS = (
    _operation(
        "GET",
        "/invoices",
        "list_invoices",
        _INVOICES,
        "List invoices",
        "§4.1",
        {**_answer("InvoicesListed", "A page of invoices."), **_refused(413, 422)},
        parameters=(*_WINDOW, *_OF_INVOICES),
    ),
    _operation(
        "POST",
        "/invoices",
        "create_invoice",
        _INVOICES,
        "Write a new invoice",
        "§4.2",
        {
            **_answer(
                "InvoiceCreated", "Its id, under two names.", _success({"id": 502, "invoiceId": 502}), tagged=True
            ),
            **_refused(404, *_OF_BODIES),
        },
        body=_sent("NewInvoice", _A_NEW_INVOICE),
        description="Nothing checks that balances and details add up.",
    ),
    _operation(
        "GET",
        "/invoices/extra-fields",
        "list_extra_fields",
        _INVOICES,
        "List how the store's own fields are set up",
        "§4.9",
        {**_answer("ExtraFieldsListed", "A page of them."), **_refused(413, 422)},
        parameters=_WINDOW,
    ),
    _operation(
        "GET",
        "/invoices/export",
        "export_invoices",
        _INVOICES,
        "Give all invoices that a list has, as a file",
        "§4.10",
        {
            200: Answer(
                "A CSV file: all members but `details`.",
                {export.MEDIA_TYPE: Content(TEXT)},
                {"Content-Disposition": f"The file's name, `{export.NAME}`."},
            ),
            **_refused(422),
        },
        parameters=_OF_INVOICES,
    ),
    _operation(
        "GET",
        "/invoices/{invoice_id}",
        "get_invoice",
        _INVOICES,
        "Show an invoice",
        "§4.3",
        {**_answer("InvoiceShown", "The invoice.", tagged=True), **_refused(404)},
    ),
    _operation(
        "PUT",
        "/invoices/{invoice_id}",
        "update_invoice",
        _INVOICES,
        "Change what the body names, and nothing else",
        "§4.4",
        {
            **_answer("Written", "It is changed.", _success({"id": 502}), tagged=True),
            **_refused(404, 412, *_OF_BODIES),
        },
        parameters=(IF_MATCH,),
        body=_sent("InvoiceChange", _A_CHANGE),
    ),
    _operation(
        "DELETE",
        "/invoices/{invoice_id}",
        "delete_invoice",
        _INVOICES,
        "Delete an invoice",
        "§4.5",
        {**_answer("Written", "It is gone.", _success({"id": 502})), **_refused(400, 404, 412)},
        parameters=(IF_MATCH,),
        description="Payments on it stay, and so do their receipts. Its number is free again.",
    ),
    _operation(
        "POST",
        "/orders/{order_id}/invoices",
        "invoice_order",
        _INVOICES,
        "Write the invoice of a whole order",
        "§4.6",
        {
            **_answer(
                "OrderInvoiced",
                "The new invoice.",
                _success({"invoiceNumber": "00000503", "invoiceId": 503}),
                tagged=True,
            ),
            **_refused(400, 404),
        },
        description="An order has one invoice. A body says nothing.",
    ),
    _operation(
        "GET",
        "/invoices/{invoice_id}/download-pdf",
        "link_pdf",
        _INVOICES,
        "Say where an invoice's PDF is fetched",
        "§4.7",
        {**_answer("PdfLinked", "The link."), **_refused(400, 404)},
        description="Whoever has the link needs no token.",
    ),
    Operation(
        name="open_file",
        verb="GET",
        path=f"{BASE}/files/{{store_uuid}}/{{name}}",
        tag=_INVOICES,
        summary="Give the PDF that a link is for",
        section="§4.7",
        callers="Whoever has the link may call it.",
        parameters=[
            Parameter(name="store_uuid", place="path", description="The store's own UUID, as the link has it."),
            Parameter(name="name", place="path", description="The file's name."),
            Parameter(name="sig", place="query", description="What nobody guesses.", required=True),
        ],
        answers={
            200: Answer("The PDF.", {"application/pdf": Content({"type": "string", "format": "binary"})}),
            **{status: _refusal(status) for status in (404, 500, 503)},
        },
        security=(),
    ),
)

_PAYMENT_WRITTEN = _answer("PaymentWritten", "The payment's id.", _success({"paymentId": 902}))

_PAYMENT_OPERATIONS = (
    _operation(
        "GET",
        "/payments",
        "list_payments",
        _PAYMENTS,
        "List payments",
        "§5.1",
        {**_answer("PaymentsListed", "A page of payments, each whole."), **_refused(413, 422)},
        parameters=(
            *_WINDOW,
            *_order_and_search(payments.SORTS, payments.SEARCHED),
            _OF_COMPANY,
            _query("invoiceId", "With a line on this invoice.", _DIGITS),
            _query("processingStatus", "How far the payment has come.", _STATUS_NUMBERS),
            _OF_CHANNELS,
        ),
    ),
    _operation(
        "GET",
        "/payments/{payment_id}",
        "get_payment",
        _PAYMENTS,
        "Show a payment",
        "§5.2",
        {**_answer("PaymentShown", "The payment."), **_refused(404)},
    ),
    _operation(
        "DELETE",
        "/payments/{payment_id}",
        "delete_payment",
        _PAYMENTS,
        "Delete a payment, and take it back where it counts",
        "§5.3",
        {**_answer("Written", "It is gone.", _success({"id": 901})), **_refused(404, 422)},
    ),
    _operation(
        "POST",
        "/payments/offline",
        "record_offline_payment",
        _PAYMENTS,
        "Note money that was received outside of the store",
        "§5.4, §7.1",
        {**_PAYMENT_WRITTEN, **_refused(404, 413, 415, 422)},
        body=_sent("NewPayment", _A_PAYMENT),
        description="The balances of its invoices, and its receipt, are written in the same step.",
    ),
    _operation(
        "PUT",
        "/payments/offline/{payment_id}",
        "replace_offline_payment",
        _PAYMENTS,
        "Write all of an offline payment anew",
        "§5.5, §7.2",
        {**_PAYMENT_WRITTEN, **_refused(404, 413, 415, 422)},
        body=_sent("NewPayment", _A_PAYMENT),
    ),
    _operation(
        "GET",
        "/payments/{payment_id}/operations",
        "get_operations",
        _PAYMENTS,
        "Say what may be done with a payment now",
        "§5.6, §7.3",
        {**_answer("OperationsShown", "Its statuses are texts here."), **_refused(404)},
    ),
    _operation(
        "POST",
        "/payments/{payment_id}/operations",
        "perform_operation",
        _PAYMENTS,
        "Let a payment count on the balances, or no longer",
        "§5.7, §7.3",
        {**_answer("Written", "It is done.", _success({"id": 901})), **_refused(404, *_OF_BODIES)},
        body=_sent("OperationWanted", b'{"operationCode": 0}'),
        description="Only where the workspace keeps its balances by hand.",
    ),
    _operation(
        "PUT",
        "/payments/{payment_id}/processing-status",
        "set_processing_status",
        _PAYMENTS,
        "Say how far a payment has come",
        "§5.8, §7.2",
        {**_answer("Written", "It is done.", _success({"id": 901})), **_refused(404, *_OF_BODIES)},
        body=_sent("StatusWanted", b'{"processingStatus": 3}'),
    ),
    _operation(
        "GET",
        "/payments/{payment_id}/transactions",
        "get_transactions",
        _PAYMENTS,
        "List the transactions of a payment",
        "§5.9",
        {**_answer("TransactionsListed", "All of them, without pages."), **_refused(404)},
    ),
)

_OF_LINES = (*_WINDOW, *_order_and_search(receipts.LINE_SORTS, receipts.SEARCHED_IN_LINES), _OF_PAYMENT_STATUS)

_RECEIPT_OPERATIONS = (
    _operation(
        "GET",
        "/receipts",
        "list_receipts",
        _RECEIPTS,
        "List receipts",
        "§6.1",
        {**_answer("ReceiptsListed", "A page of receipts."), **_refused(413, 422)},
        parameters=(*_WINDOW, *_order_and_search(receipts.SORTS, receipts.SEARCHED), _OF_PAYMENT_STATUS),
    ),
    _operation(
        "GET",
        "/receipts/{receipt_id}",
        "get_receipt",
        _RECEIPTS,
        "Show a receipt",
        "§6.2",
        {**_answer("ReceiptShown", "The receipt."), **_refused(404)},
    ),
    _operation(
        "DELETE",
        "/receipts/{receipt_id}",
        "delete_receipt",
        _RECEIPTS,
        "Delete a receipt and its lines",
        "§6.3",
        {**_answer("Written", "It is gone.", _success({"id": 701})), **_refused(404)},
        description="Balances and the payment stay as they are.",
    ),
    _operation(
        "GET",
        "/receipt-lines",
        "list_all_receipt_lines",
        _RECEIPTS,
        "List the lines of all receipts",
        "§6.4",
        {**_answer("ReceiptLinesListed", "A page of lines."), **_refused(413, 422)},
        parameters=_OF_LINES,
    ),
    _operation(
        "GET",
        "/receipts/{receipt_id}/lines",
        "list_receipt_lines",
        _RECEIPTS,
        "List the lines of a receipt",
        "§6.5",
        {**_answer("ReceiptLinesListed", "A page of lines."), **_refused(404, 413, 422)},
        parameters=_OF_LINES,
    ),
    _operation(
        "GET",
        "/receipts/{receipt_id}/lines/{line_id}",
        "get_receipt_line",
        _RECEIPTS,
        "Show a line of a receipt",
        "§6.6",
        {**_answer("ReceiptLineShown", "The line."), **_refused(404)},
    ),
    _operation(
        "DELETE",
        "/receipts/{receipt_id}/lines/{line_id}",
        "delete_receipt_line",
        _RECEIPTS,
        "Delete a line of a receipt",
        "§6.7",
        {**_answer("Written", "It is gone.", _success({"id": 801})), **_refused(404)},
        description="Balances, and what the receipt comes to, stay as they are.",
    ),
)

OPERATIONS = (*_INVOICE_OPERATIONS, *_PAYMENT_OPERATIONS, *_RECEIPT_OPERATIONS)
"""Every verb on every path."""
