"""What a user is told of itself at log-in (§2)."""

from typing import Any

from billingua.core.access import User
from billingua.core.party import TradeRole
from billingua.dialects.crux.credentials import Member, holds
from billingua.dialects.crux.vocabulary import PERMISSIONS, Permission


def standing(member: Member) -> dict[str, Any]:
    """Say for which organization somebody works, and what it may do there."""
    user, side = member.caller.user, member.trader.role
    organization, own = str(member.organization.uuid), str(user.uuid) if user else ""
    return {
        "org_uuid": organization,
        "user_uuid": own,
        "retailer_uuid": organization if side is TradeRole.RETAILER else "",
        "supplier_uuid": organization if side is TradeRole.SUPPLIER else "",
        "org_type": side.upper(),
        "permission_assignments": {
            "permissions": [_assignment(permission, user) for permission in PERMISSIONS if permission.fits(side)],
            "org_user": {"uuid": own},
        },
    }


def _assignment(permission: Permission, user: User | None) -> dict[str, Any]:
    return {
        "assigned": holds(user, permission.name),
        "permission": {
            "uuid": str(permission.uuid),
            "name": permission.name,
            "display_name": permission.display_name,
            "description": permission.description,
            "visibility": permission.side.upper() if permission.side else "BOTH",
            "grouping": permission.grouping,
        },
    }
