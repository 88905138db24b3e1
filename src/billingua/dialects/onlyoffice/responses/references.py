"""What replies of every kind refer to: contacts, users, moments, amounts (contract §1.5, §3.3)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request

from billingua.core.access import User, may_see
from billingua.core.money import settle
from billingua.core.party import Opportunity, Party, PartyKind
from billingua.dialects.onlyoffice.vocabulary import NAME, NO_DATE, currency
from billingua.wire.credentials import Session
from billingua.wire.scalars import decimal_places

_HANDLERS = "/Products/CRM/HttpHandlers"
_NOBODY = UUID("4a515a15-d4d6-4b8e-828e-e0586f18f3a3")


class References:
    """Shows what a reply refers to: in the workspace's zone, to one user, with links to one origin."""

    def __init__(self, session: Session, request: Request) -> None:
        self.user = session.caller.user
        self._zone = session.workspace.zone
        self._origin = str(session.workspace.setting(NAME, "portal") or own_origin(request)).rstrip("/")

    def contact(self, party: Party | None, users: Mapping[str, User]) -> dict[str, Any] | None:
        """Show a contact as invoices do (§3.3): nobody may delete it there. `users` are those of private ones."""
        if party is None:
            return None
        is_company = party.kind is not PartyKind.PERSON
        photo = f"{_HANDLERS}/filehandler.ashx?action=contactphotoulr&cid={party.id}&isc={is_company}&ps="
        access = [self.employee(users[name]) for name in party.access if name in users]
        return {
            "smallFotoUrl": photo + "1",
            "mediumFotoUrl": photo + "2",
            "displayName": party.display_name,
            "isCompany": is_company,
            **({"accessList": access} if party.private else {}),
            "isPrivate": party.private,
            "isShared": False,
            "shareType": 0,
            "currency": currency(party.currency) if party.currency else None,
            "canEdit": may_see(self.user, party),
            "canDelete": False,
            "id": party.id,
        }

    def employee(self, user: User | None) -> dict[str, Any]:
        """Show a user, or the one who stands for nobody that is known (§4.2)."""
        id = user.uuid if user else _NOBODY
        name = quote(user.username if user else str(id))
        return {
            "id": str(id),
            "displayName": user.name if user else "Unknown Unknown",
            "avatarSmall": "/skins/default/images/default_user_photo_size_32-32.png",
            "profileUrl": f"{self._origin}/Products/People/Profile.aspx?user={name}",
        }

    def moment(self, moment: datetime | None) -> str:
        """Write a moment in the workspace's zone, to the second (§1.5); an offset has whole minutes only."""
        if moment is None:
            return _stated(NO_DATE, 0)
        offset = moment.astimezone(self._zone).utcoffset() or timedelta()
        return _stated(moment, offset // timedelta(minutes=1))


def own_origin(request: Request) -> str:
    """Give the origin under which the client has reached this server."""
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}"


def _stated(moment: datetime, minutes: int) -> str:
    local = (moment.astimezone(UTC) + timedelta(minutes=minutes)).replace(tzinfo=None, microsecond=0)
    sign, (hour, minute) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return f"{local.isoformat()}.0000000" + (f"{sign}{hour:02}:{minute:02}" if minutes else "Z")


def entity(opportunity: Opportunity | None) -> dict[str, Any] | None:
    """Show the opportunity that something belongs to (§3.3)."""
    if opportunity is None:
        return None
    return {"entityType": "opportunity", "entityId": opportunity.id, "entityTitle": opportunity.title}


def decimal(amount: Decimal) -> Decimal:
    """Give an amount the two decimals that are always shown, or more where it has more."""
    shown = settle(amount, 2)
    return shown if shown == amount else settle(amount, min(decimal_places(amount), 12))
