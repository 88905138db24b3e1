"""What tokens and users may be allowed, by the names that each dialect has for it."""

from collections.abc import Iterable, Mapping

SCOPES: Mapping[str, tuple[str, ...]] = {"native": ("read", "write", "admin"), "bigcommerce": ("b2b",)}
"""The scopes of each dialect that has any."""

PERMISSIONS = (
    "view_org_users",
    "edit_org_users",
    "view_org_subscription_plan",
    "edit_org_subscription_plan",
    "view_payment_info",
    "edit_payment_info",
    "view_billing_statement",
    "view_notifications_settings",
    "edit_email_notifications_preferences",
    "cancel_order",
    "view_order",
    "export_order",
    "view_items",
    "create_order",
    "view_inventory_lists",
    "edit_inventory_lists",
    "edit_items",
    "add_order_tracking",
    "allocate_order",
    "view_supplier_catalogs",
    "edit_supplier_catalogs",
)
"""The permissions that a user of an organization may have: those of both kinds, of retailers and of suppliers."""


def unknown_scopes(dialect: str, scopes: Iterable[str] | None) -> str | None:
    """Say what is wrong with the scopes of a token; None where nothing is."""
    allowed = SCOPES.get(dialect, ())
    if not allowed and scopes is not None:
        return f"a {dialect} token has no scopes"
    return next(
        (f'no scope "{one}": there is {", ".join(allowed)}' for one in scopes or () if one not in allowed), None
    )
