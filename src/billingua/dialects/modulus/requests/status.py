"""A change of an invoice's status, which the product calls an update (contract §4)."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from billingua.core.workspace import Workspace
from billingua.dialects.modulus.errors import Faulty, FieldMissing
from billingua.dialects.modulus.requests.bodies import NOBODY, is_blank, is_whole, read_code, read_date, read_object
from billingua.dialects.modulus.vocabulary import INVALID_STATUS, MISSING_STATUS, WISHES, Wish
from billingua.engine.invoices import ChangeStatus
from billingua.wire.scalars import Invalid, read_integer


async def read_change(request: Request, workspace: Workspace, body_limit: int) -> ChangeStatus:
    """Read which invoice shall have which status, and check the fields in the order of §4.3."""
    members = _unwrapped(await read_object(request, workspace, body_limit))
    invoice = _invoice_id(members.get("invoice_id"))
    status = members.get("status")
    if is_blank(status):
        raise Faulty(MISSING_STATUS)
    number = read_code(members.get("invoice_number"))
    if not number:
        raise FieldMissing("invoice number")
    wish = _wish(status)
    dated = read_date(members.get("void_date"), workspace.zone)
    return ChangeStatus(invoice=invoice, action=wish.action, number=number, already=wish.already, dated=dated)


def _unwrapped(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take the members out of their wrapper, which has nothing to do with a customer; they win over bare ones (§4)."""
    wrapped = body.get("customer_details")
    return {**body, **wrapped} if isinstance(wrapped, dict) else body


def _invoice_id(value: Any) -> int:
    """Read an id, a whole number or the same as a text; one that is too large names no invoice."""
    try:
        return read_integer(value)
    except Invalid:
        if is_whole(value):
            return NOBODY
        raise FieldMissing("invoice id") from None


def _wish(status: Any) -> Wish:
    """Read a status, upper case and compared exactly (§4.2)."""
    wish = WISHES.get(status) if isinstance(status, str) else None
    if wish is None:
        raise Faulty(INVALID_STATUS)
    return wish
