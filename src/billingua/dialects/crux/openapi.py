"""What CRUX Connect clients can ask, as an OpenAPI document (contract §1 to §14)."""

from collections.abc import Mapping
from typing import Any

from billingua.core.order import LineStatus
from billingua.dialects.crux.errors import NOT_FOUND
from billingua.dialects.crux.schemas import GIVEN_UUID, SCHEMAS
from billingua.dialects.crux.vocabulary import (
    ADD_ORDER_TRACKING,
    ALLOCATE_ORDER,
    CANCEL_ORDER,
    CREATE_ORDER,
    EXPORT_ORDER,
    VIEW_ORDER,
)
from billingua.wire.bodies import decode_json
from billingua.wire.openapi import (
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
from billingua.wire.schemas import TEXT, any_of, list_of, named, told

_ACCESS, _ORDERS, _CANCELLATION, _FULFILMENT, _REMARKS, _INVOICES, _FILES = (
    "Access",
    "Orders",
    "Cancellation",
    "Fulfilment",
    "Notes and fees",
    "Invoices",
    "Files",
)

_TEXT = """CRUX Connect's TIMP API, on Billingua's ledger: a retailer orders of suppliers, and each invoices its lines.

A retailer sees its own orders whole; a supplier those in which a line is its own, and of these its own part. Amounts
are JSON numbers in the order's currency; they may be sent as texts, too, with at most two decimals. Members that
nobody knows are ignored, and an optional one that is null counts as left out. An empty body counts as `{}`.

Every path ends with a slash: without it a GET is sent on (301), and everything else is 404, as is every path that is
not told of here. `HEAD` answers as `GET` does and `OPTIONS` says which verbs a path takes; other verbs are 405. What is
wrong with a request is told in the order 404 (no such path), 401, 405, 409 (the organization is on the other side of
the trade), 403, 413, 415, 400 (no JSON), 404 (no such order), 400 (its members), 422."""


def describe() -> Document:
    """Make the document of this dialect."""
    token = {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Token`, a blank, and the `auth_token` of a log-in, which lives for two hours.",
    }
    return document(
        Description(
            title='CRUX Connect "TIMP"',
            description=_TEXT,
            operations=OPERATIONS,
            schemas=SCHEMAS,
            security_schemes={"token": token},
            security=[{"token": []}],
        )
    )


# What all operations have in common

_BOTH, _RETAILERS, _SUPPLIERS = "Retailers and suppliers", "Retailers", "Suppliers"


def _allowed(sides: str, permission: str) -> str:
    return f"{sides}, users with the permission `{permission}`."


def _json(name: str, example: Any = None) -> Mapping[str, Content]:
    return {JSON: Content(named(name), example)}


def _detail(description: str, text: str, **headers: str) -> Answer:
    return Answer(description, _json("Detail", {"detail": text}), headers)


_FAULTS = {JSON: Content(any_of(named("Detail"), named("FieldErrors")))}
_UNAUTHORIZED = Answer(
    "No token, or one that opens nothing.",
    _json("Detail", {"detail": "Authentication credentials were not provided."}),
    {"WWW-Authenticate": "`Token`"},
)
_FAILURES = {
    500: _detail("The server failed.", "A server error occurred."),
    503: _detail("The store failed; nothing has changed.", "Service temporarily unavailable, try again later."),
}
_ALWAYS = {
    401: _UNAUTHORIZED,
    403: _detail("The user lacks the permission.", "You do not have permission to perform this action."),
    409: _detail(
        "The organization is on the wrong side of the trade, or on none; or the key's call is not done yet.",
        "This endpoint is for a supplier organization.",
    ),
    **_FAILURES,
}
_HEARD = {
    400: Answer("The body cannot be read, or members of it are not what they have to be.", _FAULTS),
    413: _detail("The body is too large.", "The request body is larger than 1000000 bytes."),
    415: _detail("The body is of another type.", 'Unsupported media type "text/plain" in request.'),
}
_MISSING = {404: _detail("The path names nothing that the caller sees.", NOT_FOUND)}
_REUSED = {
    422: _detail("The key stands for another call.", "Idempotency-Key: this key stands for another request."),
}
_UNFIT = {422: Answer("It cannot be done to what is named; or the key stands for another call.", _FAULTS)}
_DONE = {204: Answer("It is done.")}


def _reads(*answers: Mapping[int, Answer]) -> Mapping[int, Answer]:
    """Gather the answers of a call that reads no body."""
    return {status: answer for group in (*answers, _ALWAYS) for status, answer in group.items()}


def _writes(*answers: Mapping[int, Answer]) -> Mapping[int, Answer]:
    """Gather the answers of a call that reads a body."""
    return _reads(*answers, _HEARD)


def _shown(description: str, name: str, example: Any = None, *, status: int = 200, **headers: str) -> dict[int, Answer]:
    return {status: Answer(description, _json(name, example), headers)}


def _of_sides(what: str, example: Any) -> Body:
    """Let each side say its own."""
    schema = any_of(named(f"Retailers{what}"), named(f"Suppliers{what}"))
    words = "A retailer's members are looked at, or a supplier's: never those of the other side."
    return Body({JSON: Content(schema, example)}, words, required=False)


def _uuid(name: str, description: str) -> Parameter:
    return Parameter(name=name, place="path", description=description, schema=GIVEN_UUID)


_ORDER = _uuid("order_uuid", "The order.")
_LINE = _uuid("line_item_uuid", "The line item.")
_EXPORT = _uuid("export_uuid", "The export.")

# Examples, as the contract prints them

_LOGGED_IN = decode_json(b"""{
  "auth_token": "90b1c4e0aa17f35d2b6e48c9910f7ad3e5c2081b", "org_uuid": "6f0b6a54-2a0d-4a3e-8f52-0c1f7d9be001",
  "user_uuid": "2f1f5a0e-63a1-4f0c-9f0d-d54f0d0be002", "retailer_uuid": "",
  "supplier_uuid": "6f0b6a54-2a0d-4a3e-8f52-0c1f7d9be001", "org_type": "SUPPLIER",
  "permission_assignments": {
    "permissions": [{"assigned": true, "permission": {
      "uuid": "11a0d7b2-7f5c-4be5-8c55-9c9d4f0be004", "name": "allocate_order", "display_name": "Allocate Orders",
      "description": "May allocate order lines", "visibility": "SUPPLIER", "grouping": "ORDERS"}}],
    "org_user": {"uuid": "2f1f5a0e-63a1-4f0c-9f0d-d54f0d0be002"}
  }
}""")
_NEW_ORDER = decode_json(b"""{
  "skus": [{"sku_id": "TM-88-BLU", "quantity": "3", "supplier_org_uuid": "6f0b6a54-2a0d-4a3e-8f52-0c1f7d9be001",
    "retailer_provided_sku_cost": 12.5}],
  "address": {"name": "Ines Ortega", "business_name": "Larkspur Outfitters", "address1": "14 Foundry Row",
    "address2": "Unit B", "city": "Duluth", "state": "MN", "postal_code": "55802", "phone_number": "218-555-0144"},
  "po_number": "LK-40817", "retailer_provided_tax": 1.04
}""")
_NAMED = decode_json(b'{"order_uuid": "a3d1e5f0-5a44-4c73-9e0b-3c1d2f0be010"}')
_FILTERS = decode_json(b"""{
  "start": 0, "limit": 10, "sort": {"key": "date", "dir": "desc"}, "line_item_allocation_statuses": ["Unallocated"],
  "start_date": "2024-03-01 00:00:00"
}""")
_ALLOCATIONS = decode_json(b"""{
  "line_items": [{"line_item_uuid": "d4e5f607-1b22-4c33-9d44-5e6f700be020", "allocation": {
    "quantity_accepted": "2", "quantity_rejected": "0", "quantity_backordered": "1", "backorder_date": "2024-04-02"}}]
}""")
_PACKAGE = decode_json(b"""{
  "tracking_number": "1ZT0047", "supplier_provided_carrier": "UPS",
  "line_items": [{"line_item_uuid": "d4e5f607-1b22-4c33-9d44-5e6f700be020", "quantity_shipped": 2}],
  "package_attributes": [{"attribute_name": "seal", "attribute_value": "red"}]
}""")
_NOTES = decode_json(b"""{
  "supplier_provided_notes": "Ships from dock 3",
  "line_items": [{"line_item_uuid": "d4e5f607-1b22-4c33-9d44-5e6f700be020",
    "supplier_provided_item_attributes": [{"attribute_name": "lot", "attribute_value": "L-209"}]}]
}""")
_NOTES_SHOWN = decode_json(b"""{
  "retailer_provided_order_attributes": null, "retailer_provided_notes": null,
  "line_items": [{"line_item_uuid": "d4e5f607-1b22-4c33-9d44-5e6f700be020", "supplier_provided_notes": null,
    "supplier_provided_order_attributes": [{"attribute_name": "lot", "attribute_value": "L-209"}]}]
}""")
_FEES = decode_json(b"""{
  "supplier_provided_dropship_fee": 1.15, "supplier_provided_order_fee": 0.4, "supplier_provided_tax": 2,
  "supplier_provided_po_number": "TMK-7751", "supplier_provided_order_total": 41.05
}""")
_FEES_SHOWN = decode_json(b"""{
  "retailer_provided_tax": 1.04, "retailer_provided_order_fee": null, "retailer_provided_shipping_cost": null,
  "retailer_provided_dropship_fee": null, "supplier_provided_dropship_fee": 1.15, "supplier_provided_order_fee": 0.4,
  "supplier_provided_tax": 2, "supplier_provided_po_number": "TMK-7751", "supplier_provided_order_total": 41.05,
  "line_items": [{"line_item_uuid": "d4e5f607-1b22-4c33-9d44-5e6f700be020", "supplier_provided_sku_cost": 0}]
}""")
_INVOICE = decode_json(b"""{
  "invoice_number": "TI-2291",
  "line_items": [{"line_item_uuid": "d4e5f607-1b22-4c33-9d44-5e6f700be020", "quantity_invoiced": 2,
    "supplier_provided_sku_cost": 11.75,
    "invoice_item_attributes": [{"attribute_name": "lot", "attribute_value": "L-209"}]}],
  "supplier_provided_drop_ship_fee": 1.15, "supplier_provided_order_fee": 0.4, "supplier_provided_tax": 2,
  "supplier_provided_order_total": 32.05, "supplier_provided_shipping_cost": 5,
  "invoice_attributes": [{"attribute_name": "terms", "attribute_value": "net 15"}]
}""")
_EXPORT_NAMED = {"uuid": "4c5d6e7f-8091-4a2b-9c3d-4e5f600be050"}

# The operations

_LOG_IN = Operation(
    name="log_in",
    verb="POST",
    path="/timp/organizations/user-login/",
    tag=_ACCESS,
    summary="Log in",
    section="§2",
    callers="Anyone. Whatever stands in the `Authorization` header counts for nothing.",
    body=Body(_json("LogIn", {"username": "tamara", "password": "…"})),
    answers={
        **_shown("A token, and what it is good for.", "LoggedIn", _LOGGED_IN),
        401: _detail("No such user, or not this password.", "Invalid username/password."),
        **_HEARD,
        **_FAILURES,
    },
    security=(),
)

_ORDER_OPERATIONS = (
    Operation(
        name="create_order",
        verb="POST",
        path="/timp/orders/create/",
        tag=_ORDERS,
        summary="Order something",
        section="§3",
        callers=_allowed(_RETAILERS, CREATE_ORDER),
        description="One order, with one line item for each entry of `skus`, of whichever suppliers.",
        body=Body(_json("NewOrder", _NEW_ORDER)),
        answers=_writes(
            _shown(
                "The order is there.",
                "OrderCreated",
                {"order_uuid": "a3d1e5f0-5a44-4c73-9e0b-3c1d2f0be010", "messages": []},
                status=201,
            ),
            _UNFIT,
        ),
    ),
    Operation(
        name="list_orders",
        verb="POST",
        path="/timp/orders/",
        tag=_ORDERS,
        summary="List orders",
        section="§4",
        callers=_allowed(_BOTH, VIEW_ORDER),
        body=Body(_json("Filters", _FILTERS), required=False),
        answers=_writes(_shown("A page of orders.", "Orders")),
    ),
    Operation(
        name="show_order",
        verb="GET",
        path="/timp/orders/{order_uuid}/",
        tag=_ORDERS,
        summary="Show an order",
        section="§5",
        callers=_allowed(_BOTH, VIEW_ORDER),
        parameters=[_ORDER],
        answers=_reads(_shown("The order, as far as the caller sees it.", "Order"), _MISSING),
    ),
    Operation(
        name="show_orders_of_number",
        verb="GET",
        path="/timp/orders/po/{po_number}/",
        tag=_ORDERS,
        summary="Show the orders of a retailer's own number",
        section="§5",
        callers=_allowed(_BOTH, VIEW_ORDER),
        parameters=[
            Parameter(
                name="po_number",
                place="path",
                description="The number. A slash in it stands in the path as it is, and never as `%2F`.",
                schema={**TEXT, "pattern": "^[^/][^\\0]*$"},
                example="LK-40817",
            )
        ],
        answers=_reads(
            {200: Answer("As many orders as have the number, none included.", {JSON: Content(list_of(named("Order")))})}
        ),
    ),
    Operation(
        name="acknowledge_orders",
        verb="PUT",
        path="/timp/orders/acknowledge/",
        tag=_ORDERS,
        summary="Count orders as handed over, all or none",
        section="§13",
        callers=_allowed(_BOTH, VIEW_ORDER),
        body=Body(_json("OrdersNamed", {"uuids": [_NAMED]})),
        answers=_writes(_DONE, _UNFIT),
    ),
)


def _answer_to_cancellation(of: str, answer: str, summary: str) -> Operation:
    path, parameter = {"order": ("{order_uuid}", _ORDER), "line": ("{line_item_uuid}", _LINE)}[of]
    return Operation(
        name=f"{answer}_cancellation_of_{of}",
        verb="PATCH",
        path=f"/timp/orders/{'items/' if of == 'line' else ''}cancel/{path}/{answer}/",
        tag=_CANCELLATION,
        summary=summary,
        section="§6",
        callers=_allowed(_SUPPLIERS, CANCEL_ORDER),
        description="It needs no body; `{}` is one, of whatever type.",
        parameters=[parameter],
        answers=_writes(_DONE, _MISSING, _UNFIT),
    )


_CANCELLATION_OPERATIONS = (
    Operation(
        name="cancel_order",
        verb="PATCH",
        path="/timp/orders/cancel/",
        tag=_CANCELLATION,
        summary="Ask for an order to be cancelled",
        section="§6",
        callers=_allowed(_RETAILERS, CANCEL_ORDER),
        description="Nothing is cancelled before each supplier says so of its own lines.",
        body=Body(_json("OrderNamed", _NAMED)),
        answers=_writes(_DONE, _UNFIT),
    ),
    Operation(
        name="cancel_line",
        verb="DELETE",
        path="/timp/orders/items/cancel/{line_item_uuid}/",
        tag=_CANCELLATION,
        summary="Ask for a line item to be cancelled",
        section="§6",
        callers=_allowed(_RETAILERS, CANCEL_ORDER),
        description="It needs no body; `{}` is one, of whatever type.",
        parameters=[_LINE],
        answers=_writes(_DONE, _MISSING, _UNFIT),
    ),
    _answer_to_cancellation("order", "confirm", "Cancel the supplier's lines of an order, as was asked"),
    _answer_to_cancellation("order", "reject", "Cancel none of the supplier's lines of an order"),
    _answer_to_cancellation("line", "confirm", "Cancel a line item, as was asked"),
    _answer_to_cancellation("line", "reject", "Do not cancel a line item"),
)

_FULFILMENT_OPERATIONS = (
    Operation(
        name="allocate_order",
        verb="PUT",
        path="/timp/orders/allocation/{order_uuid}/",
        tag=_FULFILMENT,
        summary="Take lines on",
        section="§7",
        callers=_allowed(_SUPPLIERS, ALLOCATE_ORDER),
        description="It replaces what was allocated of the lines that are named, and touches no others.",
        parameters=[_ORDER],
        body=Body(_json("Allocations", _ALLOCATIONS)),
        answers=_writes(
            _shown(
                "The status of each line that was named.",
                "Allocated",
                [{"d4e5f607-1b22-4c33-9d44-5e6f700be020": str(LineStatus.ALLOCATED)}],
            ),
            _MISSING,
            _UNFIT,
        ),
    ),
    Operation(
        name="add_tracking",
        verb="POST",
        path="/timp/orders/tracking/{order_uuid}/",
        tag=_FULFILMENT,
        summary="Send a package",
        section="§8",
        callers=_allowed(_SUPPLIERS, ADD_ORDER_TRACKING),
        parameters=[_ORDER],
        body=Body(_json("NewPackage", _PACKAGE)),
        answers=_writes(
            _shown(
                "The package is there.",
                "PackageAdded",
                {"package_uuid": "5b6c7d8e-9f00-4a11-8b22-3c4d5e0be030"},
                status=201,
            ),
            _MISSING,
            _UNFIT,
        ),
    ),
)

_REMARK_OPERATIONS = (
    Operation(
        name="show_attributes",
        verb="GET",
        path="/timp/orders/{order_uuid}/attributes/",
        tag=_REMARKS,
        summary="Show notes and attributes",
        section="§9",
        callers=_allowed(_BOTH, VIEW_ORDER),
        parameters=[_ORDER],
        answers=_reads(_shown("Notes and attributes.", "Remarks", _NOTES_SHOWN), _MISSING),
    ),
    Operation(
        name="post_attributes",
        verb="POST",
        path="/timp/orders/{order_uuid}/attributes/",
        tag=_REMARKS,
        summary="Take down notes and attributes",
        section="§9",
        callers=_allowed(_BOTH, VIEW_ORDER),
        description="What is left out stays; what is null is taken back.",
        parameters=[_ORDER],
        body=_of_sides("Remarks", _NOTES),
        answers=_writes(_DONE, _MISSING, _UNFIT),
    ),
    Operation(
        name="show_fees",
        verb="GET",
        path="/timp/orders/{order_uuid}/fees/",
        tag=_REMARKS,
        summary="Show fees",
        section="§10",
        callers=_allowed(_BOTH, VIEW_ORDER),
        description="A supplier sees its own beside the retailer's, a retailer the sum of all suppliers'.",
        parameters=[_ORDER],
        answers=_reads(_shown("The fees.", "Fees", _FEES_SHOWN), _MISSING),
    ),
    Operation(
        name="post_fees",
        verb="POST",
        path="/timp/orders/{order_uuid}/fees/",
        tag=_REMARKS,
        summary="Take down fees",
        section="§10",
        callers=_allowed(_BOTH, VIEW_ORDER),
        description="What is left out stays; what is null is taken back, but for a line's cost.",
        parameters=[_ORDER],
        body=_of_sides("Fees", _FEES),
        answers=_writes(_DONE, _MISSING, _UNFIT),
    ),
)

_INVOICE_OPERATIONS = (
    Operation(
        name="show_invoices",
        verb="GET",
        path="/timp/orders/{order_uuid}/invoices/",
        tag=_INVOICES,
        summary="Show an order with its invoices",
        section="§11",
        callers=_allowed(_BOTH, VIEW_ORDER),
        parameters=[_ORDER],
        answers=_reads(
            _shown(
                "The whole order, with its invoices.",
                "OrderWithInvoices",
                ETag="The invoice's version, where there is one invoice alone.",
            ),
            _MISSING,
        ),
    ),
    Operation(
        name="post_invoice",
        verb="POST",
        path="/timp/orders/{order_uuid}/invoices/",
        tag=_INVOICES,
        summary="Write an invoice for an order",
        section="§12",
        callers=_allowed(_SUPPLIERS, VIEW_ORDER),
        description="Each is a new one, open at once; there may be any number, and no number twice. "
        "`If-Match` is ignored: no call changes an invoice that is written.",
        parameters=[_ORDER],
        body=Body(_json("NewInvoice", _INVOICE)),
        answers=_writes(
            _shown(
                "The invoice is there.",
                "InvoicePosted",
                {"invoice_uuid": "e7f80912-3a4b-4c5d-8e6f-70819a0be040"},
                status=201,
                ETag="The invoice's version.",
            ),
            _MISSING,
            _UNFIT,
        ),
    ),
)

_FILE_OPERATIONS = (
    Operation(
        name="export_orders",
        verb="POST",
        path="/timp/orders/export/",
        tag=_FILES,
        summary="Export orders by their UUIDs",
        section="§13",
        callers=_allowed(_BOTH, EXPORT_ORDER),
        body=Body(_json("OrdersToExport", {"uuids": ["a3d1e5f0-5a44-4c73-9e0b-3c1d2f0be010"]})),
        answers=_writes(_shown("The export is there.", "Accepted", _EXPORT_NAMED), _UNFIT),
    ),
    Operation(
        name="export_search",
        verb="POST",
        path="/timp/orders/search/export/",
        tag=_FILES,
        summary="Export the orders that a list would show",
        section="§13",
        callers=_allowed(_BOTH, EXPORT_ORDER),
        description="`start` and `limit` do not count: all orders are exported that match.",
        body=Body(_json("Filters", _FILTERS), required=False),
        answers=_writes(_shown("The export is there.", "Accepted", _EXPORT_NAMED), _UNFIT),
    ),
    Operation(
        name="show_export",
        verb="GET",
        path="/timp/data/export/{export_uuid}/",
        tag=_FILES,
        summary="Say where an export is fetched",
        section="§13",
        callers=_allowed(_BOTH, EXPORT_ORDER),
        parameters=[_EXPORT],
        answers=_reads(_shown("Its address, which is another each time.", "Export"), _MISSING),
    ),
    Operation(
        name="download_export",
        verb="GET",
        path="/timp/data/export/{export_uuid}/orders.csv",
        tag=_FILES,
        summary="Fetch an export",
        section="§13",
        callers="Whoever has the address.",
        parameters=[
            _EXPORT,
            Parameter(name="sig", place="query", description="The part of the address that opens it.", required=True),
        ],
        answers={
            200: Answer(
                "One row for each line item that whoever exported it sees.",
                {"text/csv": Content(told(TEXT, "UTF-8, with the columns of contract §13."))},
                {"Content-Disposition": "The file's name."},
            ),
            404: _detail("There is none, or the address opens it no more.", NOT_FOUND),
            **_FAILURES,
        },
        security=(),
    ),
    Operation(
        name="upload_file",
        verb="POST",
        path="/timp/organizations/files/upload/",
        tag=_FILES,
        summary="Send a flat file",
        section="§14",
        callers="Retailers and suppliers, users with the permission that the file's kind needs.",
        description="It is worked off later; what became of it, the operator knows.",
        body=Body({"multipart/form-data": Content(named("File"))}),
        answers=_writes(_shown("The file is received.", "Accepted", _EXPORT_NAMED, status=201)),
    ),
)


def _only_reads(operation: Operation) -> bool:
    return operation.verb == "GET" or operation.name == "list_orders"


_WITH_TOKEN = (
    *_ORDER_OPERATIONS,
    *_CANCELLATION_OPERATIONS,
    *_FULFILMENT_OPERATIONS,
    *_REMARK_OPERATIONS,
    *_INVOICE_OPERATIONS,
    *_FILE_OPERATIONS,
)
OPERATIONS = (
    _LOG_IN,
    *(operation if _only_reads(operation) else done_once(operation, _REUSED) for operation in _WITH_TOKEN),
)
"""Every verb on every path."""
