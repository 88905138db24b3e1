"""What ONLYOFFICE clients are answered (contract §1.1, §1.2, §1.5, §3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from billingua.core.access import User, may_change, may_see
from billingua.core.lifecycle import Status
from billingua.core.line import InvoiceLine
from billingua.core.money import ZERO, settle
from billingua.core.party import Opportunity, Party, PartyKind
from billingua.dialects.onlyoffice.listing import select, start_index
from billingua.dialects.onlyoffice.vocabulary import NAME, NO_DATE, STATUSES, currency
from billingua.engine.invoices import InvoiceView
from billingua.wire.bodies import content_type
from billingua.wire.credentials import Session
from billingua.wire.replies import encode_json
from billingua.wire.scalars import decimal_places
from billingua.wire.xml import encode_xml


def reply(request: Request, envelope: Mapping[str, Any], status: int) -> Response:
    """Answer with an envelope, in XML where the path ends so and the request itself is not JSON (§1.1)."""
    suffix = request.path_params.get("suffix", "").lower()
    if suffix == ".xml" and content_type(request) != "application/json":
        return Response(encode_xml("result", envelope), status, media_type="text/xml")
    return Response(encode_json(envelope), status, media_type="application/json; charset=utf-8")


def success(request: Request, shown: Mapping[str, Any]) -> Response:
    """Wrap one object in the envelope of every success, cut down to the `fields` asked for (§1.2, §1.6)."""
    skipped = start_index(request)
    envelope = {
        "count": 1,
        **({"startIndex": skipped} if skipped else {}),
        "status": 0,
        "statusCode": 200,
        "response": select(request, shown),
    }
    return reply(request, envelope, 200)


@dataclass(frozen=True, slots=True)
class ShownInvoice:
    """An invoice with whom and what it refers to, and the users, by name, who may see its private contacts."""

    view: InvoiceView
    users: Mapping[str, User]


def invoice(shown: ShownInvoice, session: Session, request: Request) -> dict[str, Any]:
    """Show an invoice to a user (§3.2), also one that was born in another dialect."""
    return _InvoiceReply(shown, session, request).invoice()


class _InvoiceReply:
    """Shows one invoice with what it refers to: in the workspace's zone, to one user, with links to one origin."""

    def __init__(self, shown: ShownInvoice, session: Session, request: Request) -> None:
        self._view = shown.view
        self._users = shown.users
        self._user = session.caller.user
        self._zone = session.workspace.zone
        own_origin = f"{request.scope['scheme']}://{request.headers.get('host', '')}"
        self._origin = str(session.workspace.setting(NAME, "portal") or own_origin).rstrip("/")

    def invoice(self) -> dict[str, Any]:
        shown = self._view.invoice
        own = shown.extra(NAME)
        changeable = may_change(self._user, shown)
        return {
            "invoiceLines": [_line(line, shown.id) for line in shown.lines],
            "status": STATUSES[shown.status],
            "number": shown.number,
            "issueDate": _moment(shown.issued_at, self._zone),
            "templateType": own.get("templateType", 0),
            "contact": self._contact(self._view.party),
            "consignee": self._contact(self._view.consignee),
            "entity": _entity(self._view.opportunity),
            "dueDate": _moment(shown.due_at, self._zone),
            "language": shown.language,
            "currency": currency(shown.currency),
            "exchangeRate": _decimal(shown.exchange_rate),
            "purchaseOrderNumber": shown.purchase_order_number or "",
            "terms": shown.terms or "",
            "description": shown.description or "",
            "fileID": own.get("fileID", 0),
            "createOn": _moment(shown.created_at, self._zone),
            "createBy": self._employee(self._view.author),
            "cost": _decimal(shown.totals.grand_total),
            "canEdit": changeable and shown.status is Status.DRAFT,
            "canDelete": changeable,
            "id": shown.id,
        }

    def _contact(self, party: Party | None) -> dict[str, Any] | None:
        """Show a contact as invoices do (§3.3): nobody may delete it there."""
        if party is None:
            return None
        is_company = party.kind is not PartyKind.PERSON
        photo = f"{_HANDLERS}/filehandler.ashx?action=contactphotoulr&cid={party.id}&isc={is_company}&ps="
        return {
            "smallFotoUrl": photo + "1",
            "mediumFotoUrl": photo + "2",
            "displayName": party.display_name,
            "isCompany": is_company,
            **({"accessList": self._employees(party.access)} if party.private else {}),
            "isPrivate": party.private,
            "isShared": False,
            "shareType": 0,
            "currency": currency(party.currency) if party.currency else None,
            "canEdit": may_see(self._user, party),
            "canDelete": False,
            "id": party.id,
        }

    def _employees(self, usernames: tuple[str, ...]) -> list[dict[str, Any]]:
        return [self._employee(self._users[name]) for name in usernames if name in self._users]

    def _employee(self, user: User | None) -> dict[str, Any]:
        """Show a user, or the one who stands for nobody that is known (§4.2)."""
        id = user.uuid if user else _NOBODY
        name = quote(user.username if user else str(id))
        return {
            "id": str(id),
            "displayName": user.name if user else "Unknown Unknown",
            "avatarSmall": "/skins/default/images/default_user_photo_size_32-32.png",
            "profileUrl": f"{self._origin}/Products/People/Profile.aspx?user={name}",
        }


_HANDLERS = "/Products/CRM/HttpHandlers"
_NOBODY = UUID("4a515a15-d4d6-4b8e-828e-e0586f18f3a3")


def _line(line: InvoiceLine, invoice_id: int) -> dict[str, Any]:
    """Show a line (§3.1); what its author left unsaid counts as zero."""
    return {
        "invoiceID": invoice_id,
        "invoiceItemID": line.item or 0,
        "invoiceTax1ID": line.tax1.tax if line.tax1 else 0,
        "invoiceTax2ID": line.tax2.tax if line.tax2 else 0,
        "sortOrder": line.position,
        "description": line.description,
        "quantity": _decimal(line.quantity or ZERO),
        "price": _decimal(line.unit_price or ZERO),
        # One per piece, which this API does not have, is shown as what it comes to.
        "discount": _decimal(settle(line.discount_rate, 2)),
        "id": line.id,
    }


def _entity(opportunity: Opportunity | None) -> dict[str, Any] | None:
    if opportunity is None:
        return None
    return {"entityType": "opportunity", "entityId": opportunity.id, "entityTitle": opportunity.title}


def _decimal(amount: Decimal) -> Decimal:
    """Give an amount the two decimals that are always shown, or more where it has more."""
    shown = settle(amount, 2)
    return shown if shown == amount else settle(amount, min(decimal_places(amount), 12))


def _moment(moment: datetime | None, zone: tzinfo) -> str:
    """Write a moment in the workspace's zone, to the second (§1.5); an offset has whole minutes only."""
    if moment is None:
        return _moment(NO_DATE, UTC)
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    minutes = offset // timedelta(minutes=1)
    local = (moment.astimezone(UTC) + timedelta(minutes=minutes)).replace(tzinfo=None, microsecond=0)
    sign, (hour, minute) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return f"{local.isoformat()}.0000000" + (f"{sign}{hour:02}:{minute:02}" if minutes else "Z")
