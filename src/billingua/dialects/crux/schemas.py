"""What CRUX Connect clients send and are answered, as JSON Schemas by their names (contract §1 to §14)."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal

from billingua.core.order import DeliveryAddress, LineStatus, OrderFees
from billingua.core.party import TradeRole
from billingua.dialects.crux.listing import DEFAULT_LIMIT, LARGEST_LIMIT
from billingua.dialects.crux.requests.members import LONGEST_NAME
from billingua.dialects.crux.vocabulary import (
    CHARGES,
    DIRECTIONS,
    DROPSHIP_FEE,
    ITEM_NOT_FOUND,
    ORDER_TOTAL,
    PERMISSIONS,
    PRODUCT_CODES,
    SORTS,
)
from billingua.engine.queries import AllocationStatus
from billingua.wire.schemas import (
    FLAG,
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

# What is sent. Members that nobody knows are ignored, and an optional one that is null counts as left out.

HEX = "[0-9A-Fa-f]"
UUID = rf"{HEX}{{8}}-?({HEX}{{4}}-?){{3}}{HEX}{{12}}"
"""A UUID as it is read: with hyphens or without, in whatever case."""

GIVEN_UUID = written(UUID)
GIVEN_TEXT: Schema = {"type": ["string", "number"]}
FILLED_TEXT: Schema = {**GIVEN_TEXT, "minLength": 1}
GIVEN_NAME = told(
    {**GIVEN_TEXT, "pattern": rf"^\s*\S([\s\S]{{0,{LONGEST_NAME - 2}}}\S)?\s*$"},
    f"At most {LONGEST_NAME} characters; blanks around them do not count.",
)
OPTIONAL_TEXT: Schema = {"type": ["string", "number", "null"]}
_DIGITS = r"^\s*(\+?\d+|-0+)\s*$"
QUANTITY = told(
    {"type": ["number", "string"], "multipleOf": 1, "minimum": 0, "pattern": _DIGITS},
    "Not negative: a whole number, or its digits.",
)
OPTIONAL_QUANTITY: Schema = {"type": ["number", "string", "null"], "multipleOf": 1, "minimum": 0, "pattern": _DIGITS}
PIECES = told(
    {"type": ["number", "string"], "multipleOf": 1, "minimum": 1, "pattern": _DIGITS},
    "At least 1: a whole number, or its digits.",
)
_AMOUNT = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*$"
MONEY = told(
    {"type": ["number", "string", "null"], "minimum": 0, "multipleOf": Decimal("0.01"), "pattern": _AMOUNT},
    "An amount in the order's currency, of at most two decimals; more are refused, and not rounded.",
)
WEIGHT = told({"type": ["number", "string", "null"], "minimum": 0, "pattern": _AMOUNT}, "Of however many decimals.")
GIVEN_ATTRIBUTES = or_null(list_of(named("GivenAttribute")))
LINE_ITEM = told(GIVEN_UUID, "A line item of the order.")


def _amounts(names: Iterable[str]) -> dict[str, Schema]:
    return dict.fromkeys(names, MONEY)


_SKU = opened(
    {
        "sku_id": told(GIVEN_NAME, "The supplier's own code."),
        "quantity": PIECES,
        "supplier_org_uuid": told(GIVEN_UUID, "The supplier's organization."),
        "retailer_provided_shipping_carrier": OPTIONAL_TEXT,
        "retailer_provided_shipping_method": OPTIONAL_TEXT,
        "retailer_line_item_instructions": OPTIONAL_TEXT,
        "retailer_provided_sku_cost": MONEY,
        "retailer_provided_line_item_attributes": GIVEN_ATTRIBUTES,
    },
    required=("sku_id", "quantity", "supplier_org_uuid"),
)
_RETAILERS_FEES = (
    "retailer_provided_order_fee",
    "retailer_provided_tax",
    "retailer_provided_shipping_cost",
    "retailer_provided_dropship_fee",
)
_NEW_ORDER = opened(
    {
        "skus": list_of(named("OrderedSku"), minItems=1),
        "address": opened({field.name: OPTIONAL_TEXT for field in fields(DeliveryAddress)}),
        "po_number": told(GIVEN_NAME, "The retailer's own number of the order."),
        **_amounts(_RETAILERS_FEES),
        "retailer_provided_order_attributes": GIVEN_ATTRIBUTES,
        "retailer_provided_notes": OPTIONAL_TEXT,
    },
    required=("skus", "address", "po_number"),
)

_MOMENT_ASKED: Schema = {"type": ["string", "null"]}
_FILTERS = opened(
    {
        "start": told(OPTIONAL_QUANTITY, "The place of the first row, counted from 0."),
        "limit": told(
            OPTIONAL_QUANTITY,
            f"How many rows: {DEFAULT_LIMIT} if it is not said, and never more than {LARGEST_LIMIT:,}.",
        ),
        "sort": told(
            or_null(
                opened(
                    {"key": one_of([*SORTS, None]), **dict.fromkeys(("dir", "value"), one_of([*DIRECTIONS, None]))},
                )
            ),
            "By date, the oldest first, if it is not said. `value` is another name of `dir`.",
        ),
        "line_item_allocation_statuses": told(
            or_null(list_of(one_of(AllocationStatus))), "One line item of an order has to have one of them."
        ),
        "line_item_designation": told(
            {"type": ["array", "string", "number", "null"], "items": GIVEN_TEXT},
            "One or several of `HasTracking`, `NeedsTracking`, `Backordered`, `Rejected`, `Cancelled`.",
        ),
        "start_date": told(_MOMENT_ASKED, "Created then or later: `YYYY-MM-DD hh:mm:ss`, `YYYY-MM-DDThh:mm:ss.000Z`."),
        "end_date": told(_MOMENT_ASKED, "Created then or before, all of that second (or day) included."),
        "term": told(OPTIONAL_TEXT, "Stands in a SKU's id or description, in the order's UUID or in its number."),
        "po_number": told(OPTIONAL_TEXT, "Exactly this number."),
        "sent_to_supplier": {"type": ["boolean", "null"]},
        "org_uuids": told(
            or_null(list_of(GIVEN_UUID)), "Orders of one of these retailers, or to one of these suppliers."
        ),
    }
)

_ALLOCATION = opened(
    {
        **dict.fromkeys(("quantity_accepted", "quantity_rejected", "quantity_backordered"), QUANTITY),
        "backorder_date": {"type": ["string", "null"], "pattern": r"^\d{4}-\d\d-\d\d$"},
    },
    required=("quantity_accepted", "quantity_rejected", "quantity_backordered"),
)
_PACKAGE = opened(
    {
        "tracking_number": GIVEN_NAME,
        "supplier_provided_carrier": OPTIONAL_TEXT,
        "supplier_provided_method": OPTIONAL_TEXT,
        "package_weight": WEIGHT,
        "package_ship_cost": MONEY,
        "package_ship_date": OPTIONAL_TEXT,
        "line_items": list_of(
            opened(
                {
                    "line_item_uuid": LINE_ITEM,
                    "quantity_shipped": QUANTITY,
                    "supplier_provided_sku_cost": told(MONEY, "What one piece costs from now on."),
                },
                required=("line_item_uuid", "quantity_shipped"),
            ),
            minItems=1,
        ),
        "package_attributes": GIVEN_ATTRIBUTES,
    },
    required=("tracking_number", "line_items"),
)


def _of_lines(members: Mapping[str, Schema]) -> Schema:
    return or_null(list_of(opened({"line_item_uuid": LINE_ITEM, **members}, required=("line_item_uuid",))))


def _remarks(side: TradeRole) -> Schema:
    """Describe what one side remarks on an order; what stands there in the other side's words is not looked at."""
    notes, attributes = f"{side}_provided_notes", f"{side}_provided_order_attributes"
    of_line = {
        notes: OPTIONAL_TEXT,
        f"{side}_provided_item_attributes": GIVEN_ATTRIBUTES,
        attributes: told(GIVEN_ATTRIBUTES, "An older name of the line's own attributes."),
    }
    return opened({notes: OPTIONAL_TEXT, attributes: GIVEN_ATTRIBUTES, "line_items": _of_lines(of_line)})


_OTHER_SPELLING = told(MONEY, "Another spelling of the drop-ship fee.")
_RETAILER_SAYS = opened({**_amounts(_RETAILERS_FEES), "retailer_provided_drop_ship_fee": _OTHER_SPELLING})
_SUPPLIER_SAYS = opened(
    {
        "supplier_provided_dropship_fee": MONEY,
        "supplier_provided_drop_ship_fee": _OTHER_SPELLING,
        "supplier_provided_order_fee": MONEY,
        "supplier_provided_tax": MONEY,
        "supplier_provided_order_total": MONEY,
        "supplier_provided_po_number": told(OPTIONAL_TEXT, "The supplier's own number of the order."),
        "supplier_po_number": told(OPTIONAL_TEXT, "Another spelling of the number."),
        "line_items": _of_lines({"supplier_provided_sku_cost": MONEY}),
    }
)
_INVOICE = opened(
    {
        "invoice_number": GIVEN_NAME,
        "line_items": told(
            _of_lines(
                {
                    "quantity_invoiced": told(
                        OPTIONAL_QUANTITY, "All invoices of a line together take no more than was ordered."
                    ),
                    "supplier_provided_sku_cost": told(MONEY, "What one piece costs."),
                    "invoice_item_attributes": GIVEN_ATTRIBUTES,
                }
            ),
            "None at all make an invoice of charges alone.",
        ),
        **_amounts(CHARGES),
        DROPSHIP_FEE: _OTHER_SPELLING,
        ORDER_TOTAL: told(MONEY, "Kept as it is, and never held against the sum."),
        "invoice_attributes": GIVEN_ATTRIBUTES,
    },
    required=("invoice_number",),
)

SENT: Mapping[str, Schema] = {
    "LogIn": opened({"username": FILLED_TEXT, "password": FILLED_TEXT}, required=("username", "password")),
    "GivenAttribute": opened(
        {
            "attribute_name": TEXT,
            "attribute_value": told({"type": ["string", "number", "boolean"]}, "Kept as its text."),
        },
        required=("attribute_name", "attribute_value"),
    ),
    "NewOrder": _NEW_ORDER,
    "OrderedSku": _SKU,
    "Filters": _FILTERS,
    "OrderNamed": opened({"order_uuid": GIVEN_UUID}, required=("order_uuid",)),
    "Allocations": opened(
        {
            "line_items": list_of(
                opened(
                    {"line_item_uuid": LINE_ITEM, "allocation": named("GivenAllocation")},
                    required=("line_item_uuid", "allocation"),
                )
            )
        },
        required=("line_items",),
    ),
    "GivenAllocation": told(_ALLOCATION, "The figures need not add up to what was ordered."),
    "NewPackage": _PACKAGE,
    "RetailersRemarks": _remarks(TradeRole.RETAILER),
    "SuppliersRemarks": _remarks(TradeRole.SUPPLIER),
    "RetailersFees": _RETAILER_SAYS,
    "SuppliersFees": _SUPPLIER_SAYS,
    "NewInvoice": _INVOICE,
    "OrdersNamed": opened({"uuids": list_of(named("OrderNamed"))}, required=("uuids",)),
    "OrdersToExport": opened({"uuids": list_of(GIVEN_UUID)}, required=("uuids",)),
    "File": opened(
        {
            "filename": told(TEXT, "`<kind>_<date>.csv` or `.xlsx`, in letters, digits, `-` and `_`."),
            "file": {"type": "string", "contentMediaType": "application/octet-stream"},
        },
        required=("filename", "file"),
    ),
}
"""Bodies of requests, and their parts."""

# What is answered

UUID_SHOWN: Schema = {"type": "string", "format": "uuid"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
MAYBE_AMOUNT: Schema = {"type": ["number", "null"]}
MOMENT = told(
    {**written(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"), "format": "date-time"},
    "In UTC, with six digits of the second.",
)
ATTRIBUTES = told(or_null(list_of(named("Attribute"))), "Null if there never were any.")


def _closed_texts(names: Iterable[str]) -> Schema:
    return closed(dict.fromkeys(names, MAYBE_TEXT))


_SIDES_SHOWN = [str(side).upper() for side in TradeRole]
_PERMISSION = closed(
    {
        "uuid": UUID_SHOWN,
        "name": one_of(permission.name for permission in PERMISSIONS),
        "display_name": TEXT,
        "description": TEXT,
        "visibility": one_of([*_SIDES_SHOWN, "BOTH"]),
        "grouping": TEXT,
    }
)
_STANDING = closed(
    {
        "auth_token": told(written("[0-9a-f]{40}"), "Opens what the user may do, for two hours."),
        "org_uuid": UUID_SHOWN,
        "user_uuid": UUID_SHOWN,
        "retailer_uuid": told(TEXT, "The organization's, if it is a retailer; else an empty text."),
        "supplier_uuid": told(TEXT, "The organization's, if it is a supplier; else an empty text."),
        "org_type": one_of(_SIDES_SHOWN),
        "permission_assignments": closed(
            {
                "permissions": list_of(closed({"assigned": FLAG, "permission": named("Permission")})),
                "org_user": closed({"uuid": UUID_SHOWN}),
            }
        ),
    }
)

_INVOICE_SHOWN = closed(
    {
        "invoice_items": told(or_null(list_of(named("InvoiceItem"), minItems=1)), "Null if it has none."),
        "invoice_number": TEXT,
        "invoice_attributes": ATTRIBUTES,
        "invoice_uuid": UUID_SHOWN,
        **dict.fromkeys([*CHARGES, ORDER_TOTAL], MAYBE_AMOUNT),
    }
)
_INVOICE_ITEM = closed(
    {
        "sku_id": TEXT,
        "quantity_ordered": WHOLE,
        "quantity_invoiced": told(MAYBE_AMOUNT, "By this invoice alone."),
        "supplier_order_number": told(MAYBE_TEXT, "The supplier's own number of the order."),
        "invoice_item_attributes": ATTRIBUTES,
    }
)
INVOICES = told(
    any_of(
        list_of(named("Invoice"), minItems=1), list_of(closed({"invoice_items": exactly(None)}), minItems=1, maxItems=1)
    ),
    'In the order in which they were posted; `[{"invoice_items": null}]` where there are none.',
)

_HEAD = {
    "order_uuid": UUID_SHOWN,
    "po_number": told(TEXT, "The retailer's own number of the order."),
    "created_date": MOMENT,
    "address": named("Address"),
    "sent_to_supplier": FLAG,
    "retailer": named("Organization"),
}
_NOTES = {
    "retailer_provided_order_notes": MAYBE_TEXT,
    "supplier_provided_order_notes": MAYBE_TEXT,
    "retailer_provided_order_attributes": ATTRIBUTES,
    "supplier_provided_order_attributes": ATTRIBUTES,
}
_FEES_SHOWN = closed({field.name: MAYBE_AMOUNT for field in fields(OrderFees)})
_LINE_HEAD = {
    "line_item_uuid": UUID_SHOWN,
    "status": one_of(LineStatus),
    "line_item_designation": told(MAYBE_TEXT, "A finer label than the status; free text."),
    "item_uuid": or_null(UUID_SHOWN),
    "item_name": MAYBE_TEXT,
    "sku_uuid": or_null(UUID_SHOWN),
    "sku_id": TEXT,
    "sku_name": MAYBE_TEXT,
    "quantity_ordered": WHOLE,
    "sku_title_variants": MAYBE_TEXT,
    "product_codes": _closed_texts(PRODUCT_CODES),
    "retailer_provided_sku_cost": told(NUMBER, "What one piece costs; 0 if it was not said."),
    "supplier": named("Organization"),
}
_FULFILMENT = {"tracking": list_of(named("Package")), "allocation": or_null(named("Allocation"))}
_LINE = closed(
    {
        **_LINE_HEAD,
        "supplier_item_notes": MAYBE_TEXT,
        "retailer_item_notes": MAYBE_TEXT,
        "supplier_provided_item_attributes": ATTRIBUTES,
        "retailer_provided_item_attributes": ATTRIBUTES,
        **_FULFILMENT,
    }
)
_INVOICED_LINE = closed(
    {
        **_LINE_HEAD,
        "retailer_provided_line_item_notes": MAYBE_TEXT,
        "invoice_item_attributes": told(ATTRIBUTES, "Those of its invoices, one after another."),
        "supplier_provided_line_item_notes": MAYBE_TEXT,
        "supplier_provided_attributes": ATTRIBUTES,
        **_FULFILMENT,
    }
)
_SHIPMENT = closed(
    {
        "tracking_number": TEXT,
        "shipping_carrier": MAYBE_TEXT,
        "shipping_method": MAYBE_TEXT,
        "shipping_weight": MAYBE_AMOUNT,
        "shipping_cost": MAYBE_AMOUNT,
        "shipping_date": MAYBE_TEXT,
        "created_date": or_null(MOMENT),
        "quantity": told(WHOLE, "How much of the line is in it."),
        "package_attributes": ATTRIBUTES,
    }
)
_ALLOCATION_SHOWN = closed(
    {
        **dict.fromkeys(("quantity_ordered", "quantity_accepted", "quantity_backordered", "quantity_rejected"), WHOLE),
        "backorder_date": or_null({"type": "string", "format": "date"}),
    }
)
_LISTED = closed(
    {
        "uuid": UUID_SHOWN,
        "is_allocated": told(FLAG, "Whether no line item is `Unallocated`."),
        "purchase_order_id": TEXT,
        "created_date": MOMENT,
        **_NOTES,
        "fees": closed(dict.fromkeys(("estimated_shipping_cost", "drop_ship_fee", "order_fee"), NUMBER)),
        "retailer": closed(
            {"name": MAYBE_TEXT, "uuid": or_null(UUID_SHOWN), "user": _closed_texts(("name", "email"))},
        ),
        "address": named("Address"),
        "requested_shipping": _closed_texts(("shipping_carrier", "shipping_method")),
        "invoices": INVOICES,
        "line_items": list_of(named("LineItem")),
    }
)
_ORDERS_FEES = closed(
    {
        **dict.fromkeys(_RETAILERS_FEES, MAYBE_AMOUNT),
        "supplier_provided_dropship_fee": MAYBE_AMOUNT,
        "supplier_provided_order_fee": MAYBE_AMOUNT,
        "supplier_provided_tax": MAYBE_AMOUNT,
        "supplier_provided_po_number": MAYBE_TEXT,
        "supplier_provided_order_total": MAYBE_AMOUNT,
        "line_items": list_of(
            closed(
                {"line_item_uuid": UUID_SHOWN, "supplier_provided_sku_cost": told(NUMBER, "0 if it was never said.")}
            )
        ),
    }
)
_ORDERS_REMARKS = closed(
    {
        "retailer_provided_order_attributes": ATTRIBUTES,
        "retailer_provided_notes": MAYBE_TEXT,
        "line_items": list_of(
            closed(
                {
                    "line_item_uuid": UUID_SHOWN,
                    "supplier_provided_notes": MAYBE_TEXT,
                    "supplier_provided_order_attributes": ATTRIBUTES,
                }
            )
        ),
    }
)
_TAKEN_ON = one_of([*(status for status in LineStatus if status is not LineStatus.SHIPPED), ITEM_NOT_FOUND])

ANSWERED: Mapping[str, Schema] = {
    "LoggedIn": _STANDING,
    "Permission": _PERMISSION,
    "Attribute": closed({"attribute_name": TEXT, "attribute_value": TEXT}),
    "Address": _closed_texts(field.name for field in fields(DeliveryAddress)),
    "Organization": closed(
        {"uuid": or_null(UUID_SHOWN), "organization_name": MAYBE_TEXT, "order_submitted_by": MAYBE_TEXT}
    ),
    "OrderCreated": closed({"order_uuid": UUID_SHOWN, "messages": list_of(TEXT)}),
    "Orders": closed(
        {"total_results": told(WHOLE, "How many there are on all pages."), "orders": list_of(named("ListedOrder"))}
    ),
    "ListedOrder": _LISTED,
    "Order": closed(
        {
            **_HEAD,
            **_NOTES,
            "retailer_provided_fees": _FEES_SHOWN,
            "invoices": INVOICES,
            "line_items": list_of(named("LineItem")),
        }
    ),
    "OrderWithInvoices": closed(
        {
            **_HEAD,
            "retailer_provided_notes": MAYBE_TEXT,
            "retailer_provided_fees": _FEES_SHOWN,
            "retailer_provided_order_attributes": ATTRIBUTES,
            "invoices": INVOICES,
            "invoice_attributes": told(ATTRIBUTES, "Those of all its invoices, one after another."),
            "line_items": list_of(named("InvoicedLineItem")),
        }
    ),
    "LineItem": _LINE,
    "InvoicedLineItem": _INVOICED_LINE,
    "Package": _SHIPMENT,
    "Allocation": _ALLOCATION_SHOWN,
    "Invoice": _INVOICE_SHOWN,
    "InvoiceItem": _INVOICE_ITEM,
    "Allocated": list_of(
        told(
            {"type": "object", "additionalProperties": _TAKEN_ON, "minProperties": 1, "maxProperties": 1},
            "A line item's UUID, and the status that it has now.",
        )
    ),
    "PackageAdded": closed({"package_uuid": UUID_SHOWN}),
    "Remarks": _ORDERS_REMARKS,
    "Fees": _ORDERS_FEES,
    "InvoicePosted": closed({"invoice_uuid": UUID_SHOWN}),
    "Accepted": told(closed({"uuid": UUID_SHOWN}), "What the export or the upload is called from now on."),
    "Export": closed(
        {
            "uuid": UUID_SHOWN,
            "status": exactly("COMPLETED"),
            "url": told({"type": "string", "format": "uri"}, "Gives the file without a token, for a day."),
        }
    ),
    "Detail": closed({"detail": TEXT}),
    "FieldErrors": told(
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": any_of(
                {"type": "array", "items": named("FieldProblem")},
                {"type": "object", "additionalProperties": named("FieldProblem")},
            ),
        },
        "What is wrong, in the shape of what was sent: the bad members alone, but every entry of a list.",
    ),
    "FieldProblem": any_of(
        TEXT,
        {"type": "array", "items": named("FieldProblem")},
        {"type": "object", "additionalProperties": named("FieldProblem")},
    ),
}
"""Bodies of answers, and their parts."""

SCHEMAS: Mapping[str, Schema] = {**SENT, **ANSWERED}
