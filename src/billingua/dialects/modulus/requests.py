"""What modulus clients ask for, as commands (contract §4)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

from starlette.requests import Request

from billingua.core.workspace import Workspace
from billingua.dialects.modulus.errors import Faulty, FieldMissing
from billingua.dialects.modulus.vocabulary import INVALID_STATUS, MISSING_STATUS, NAME, WISHES, Wish
from billingua.engine.invoices import ChangeStatus
from billingua.wire.bodies import content_type, decode_json, read_body
from billingua.wire.errors import BodyTypeUnsupported, BodyUnreadable
from billingua.wire.scalars import Invalid, decimal_places, read_integer, read_text

NOBODY = 0
"""An id that no invoice has."""

_WHOLE = re.compile(r"[+-]?[0-9]+")
_DATE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)([ Tt](?P<time>\d\d:\d\d(:\d\d(\.\d+)?)?))? ?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)


async def change_status(request: Request, workspace: Workspace, body_limit: int) -> ChangeStatus:
    """Read which invoice shall have which status, and check the fields in the order of §4.3."""
    members = _unwrapped(await _read_object(request, workspace, body_limit))
    invoice = _invoice_id(members.get("invoice_id"))
    status = members.get("status")
    if _is_blank(status):
        raise Faulty(MISSING_STATUS)
    number = _invoice_number(members.get("invoice_number"))
    wish = _wish(status)
    dated = _void_date(members.get("void_date"), workspace.zone)
    return ChangeStatus(invoice=invoice, action=wish.action, number=number, already=wish.already, dated=dated)


async def _read_object(request: Request, workspace: Workspace, body_limit: int) -> Mapping[str, Any]:
    if content_type(request) != "application/json":
        raise BodyTypeUnsupported(content_type(request))
    text = await read_body(request, body_limit)
    try:
        body = decode_json(text)
    except BodyUnreadable:
        if workspace.setting(NAME, "tolerant_json") is not True:
            raise
        body = decode_json(text + b"}")  # the product's printed sample does not close its outer brace (§4)
    if not isinstance(body, dict):
        raise BodyUnreadable("it is of another kind.")
    return body  # pyright: ignore[reportUnknownVariableType]


def _unwrapped(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take the members out of their wrapper, which has nothing to do with a customer; they win over bare ones (§4)."""
    wrapped = body.get("customer_details")
    return {**body, **wrapped} if isinstance(wrapped, dict) else body


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _invoice_id(value: Any) -> int:
    """Read an id, a whole number or the same as a text; one that is too large names no invoice."""
    try:
        return read_integer(value)
    except Invalid:
        if _is_whole(value):
            return NOBODY
        raise FieldMissing("invoice id") from None


def _is_whole(value: Any) -> bool:
    if isinstance(value, str):
        return _WHOLE.fullmatch(value.strip()) is not None
    if isinstance(value, Decimal):
        return decimal_places(value) == 0
    return isinstance(value, int) and not isinstance(value, bool)


def _invoice_number(value: Any) -> str:
    try:
        number = read_text(value).strip()
    except Invalid:
        number = ""
    if not number:
        raise FieldMissing("invoice number")
    return number


def _wish(status: Any) -> Wish:
    """Read a status, upper case and compared exactly (§4.2)."""
    wish = WISHES.get(status) if isinstance(status, str) else None
    if wish is None:
        raise Faulty(INVALID_STATUS)
    return wish


def _void_date(value: Any, zone: tzinfo) -> datetime | str | None:
    """Read a date in any form of §1; what is none stays a text, for the ledger to refuse when it comes to it."""
    written = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if written is None:
        return None if value is None else str(value)
    try:
        moment = datetime.fromisoformat(f"{written['day']}T{written['time'] or '00:00'}{written['zone'] or ''}".upper())
        # Through the zone into UTC: a moment that only one of the two calendars can write is no date either.
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return str(value)
