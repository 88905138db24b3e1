"""CRUX Connect's words for what the ledger knows (contract §1, §4, §5, §12)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from billingua.core.line import ChargeKind
from billingua.core.money import EXACT
from billingua.core.party import TradeRole
from billingua.engine.queries import OrderSort

NAME = "crux"
"""The dialect's name, under which the ledger keeps what it alone understands."""

VIEW_ORDER = "view_order"
"""The permission to read orders and to remark on them; there is none of its own for invoicing (§1.3)."""

CREATE_ORDER = "create_order"
CANCEL_ORDER = "cancel_order"
ALLOCATE_ORDER = "allocate_order"
ADD_ORDER_TRACKING = "add_order_tracking"
EXPORT_ORDER = "export_order"
VIEW_ITEMS = "view_items"


@dataclass(frozen=True, slots=True)
class Permission:
    """What a user may be allowed, in words; of users on one side of the trade, or of both."""

    name: str
    display_name: str
    description: str
    grouping: str
    side: TradeRole | None = None

    @property
    def uuid(self) -> UUID:
        """The same for each name, on every server."""
        return uuid5(_PERMISSIONS, self.name)

    def fits(self, side: TradeRole) -> bool:
        """Whether users on this side may have it."""
        return self.side in {None, side}


_PERMISSIONS = UUID("0b5f5e0a-5d0c-4f6e-9a52-6d2f6f1c7e30")

PERMISSIONS = (
    Permission("view_org_users", "View Users", "May see the organization's users", "ORGUSERS"),
    Permission("edit_org_users", "Edit Users", "May add, change and remove users", "ORGUSERS"),
    Permission("view_org_subscription_plan", "View Subscription Plan", "May see the subscription", "BILLING"),
    Permission("edit_org_subscription_plan", "Edit Subscription Plan", "May change the subscription", "BILLING"),
    Permission("view_payment_info", "View Payment Info", "May see how the subscription is paid", "BILLING"),
    Permission("edit_payment_info", "Edit Payment Info", "May change how the subscription is paid", "BILLING"),
    Permission("view_billing_statement", "View Billing Statement", "May see what was billed", "BILLING"),
    Permission("view_notifications_settings", "View Notification Settings", "May see who is notified", "NOTIFICATIONS"),
    Permission(
        "edit_email_notifications_preferences",
        "Edit Email Notifications",
        "May change who is notified by email",
        "NOTIFICATIONS",
    ),
    Permission(CANCEL_ORDER, "Cancel Orders", "May ask for cancellations, or answer them", "ORDERS"),
    Permission(VIEW_ORDER, "View Orders", "May see orders and their invoices", "ORDERS"),
    Permission(EXPORT_ORDER, "Export Orders", "May export orders", "ORDERS"),
    Permission(VIEW_ITEMS, "View Items", "May see items", "ITEMS"),
    Permission(CREATE_ORDER, "Create Orders", "May order of suppliers", "ORDERS", TradeRole.RETAILER),
    Permission(
        "view_inventory_lists", "View Inventory Lists", "May see inventory lists", "INVENTORY", TradeRole.RETAILER
    ),
    Permission(
        "edit_inventory_lists", "Edit Inventory Lists", "May change inventory lists", "INVENTORY", TradeRole.RETAILER
    ),
    Permission("edit_items", "Edit Items", "May change items", "ITEMS", TradeRole.SUPPLIER),
    Permission(ADD_ORDER_TRACKING, "Add Tracking", "May add packages to orders", "ORDERS", TradeRole.SUPPLIER),
    Permission(ALLOCATE_ORDER, "Allocate Orders", "May allocate order lines", "ORDERS", TradeRole.SUPPLIER),
    Permission("view_supplier_catalogs", "View Catalogs", "May see catalogs", "CATALOGS", TradeRole.SUPPLIER),
    Permission("edit_supplier_catalogs", "Edit Catalogs", "May change catalogs", "CATALOGS", TradeRole.SUPPLIER),
)
"""Every permission (§1.3). The first one's words are published; the others are ours, in its manner."""

ITEM_NOT_FOUND = "Item Not Found"
"""What stands for the status of a line that is not there to be allocated."""

SORTS = {"date": OrderSort.CREATED, "status": OrderSort.STATUS, "sku_id": OrderSort.SKU}
"""What a list of orders is sorted by."""

DIRECTIONS = {"asc": False, "desc": True}
"""Whether the last come first."""

CHARGES = {
    "supplier_provided_drop_ship_fee": ChargeKind.DROPSHIP_FEE,
    "supplier_provided_order_fee": ChargeKind.ORDER_FEE,
    "supplier_provided_tax": ChargeKind.TAX,
    "supplier_provided_shipping_cost": ChargeKind.SHIPPING,
}
"""The charges of an invoice."""

DROPSHIP_FEE = "supplier_provided_dropship_fee"
"""The other spelling of the first of them (A16)."""

ORDER_TOTAL = "supplier_provided_order_total"

PRODUCT_CODES = ("upca", "ean13", "isbn", "gtin14", "asin", "mpn")

INVALID = {
    "required": "This field is required.",
    "null": "This field may not be null.",
    "blank": "This field may not be blank.",
    "text": "Not a valid string.",
    "long": "Ensure this field has no more than 255 characters.",
    "characters": "Null characters are not allowed.",
    "integer": "A valid integer is required.",
    "number": "A valid number is required.",
    "places": "Ensure that there are no more than 2 decimal places.",
    "range": "Ensure that there are no more than 16 digits in total.",
    "negative": "Ensure this value is greater than or equal to 0.",
    "positive": "Ensure this value is greater than or equal to 1.",
    "boolean": "Must be a valid boolean.",
    "choice": "Not a valid choice.",
    "day": "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
    "moment": "Datetime has wrong format. Use one of these formats instead: "
    "YYYY-MM-DD hh:mm:ss, YYYY-MM-DDThh:mm:ss.000Z.",
    "uuid": "Must be a valid UUID.",
    "object": "Invalid data. Expected a dictionary, but got {}.",
    "many": "Ensure this field has no more than 10000 elements.",
    "empty": "This list may not be empty.",
    "filename": "A file is named <kind>_<date>.csv or .xlsx, with letters, digits, - and _ alone.",
    "list": 'Expected a list of items but got type "{}".',
}
"""What is wrong with a value, in the words of Django REST Framework (§1.2); `{}` is the type of what was sent."""


def type_name(value: Any) -> str:
    """Name a JSON value's type as Python does, in which that framework is written."""
    return "float" if isinstance(value, Decimal) else type(value).__name__


def amount(value: Decimal | None) -> int | Decimal | None:
    """Write an amount as a JSON number without needless zeros: `47.98`, `0`, `150`."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else value.normalize(EXACT)


def moment(at: datetime | None) -> str | None:
    """Write a moment in UTC with six digits of its second."""
    return at and at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
