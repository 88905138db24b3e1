"""How refusals sound in CRUX Connect's voice, which is Django REST Framework's (contract §1.2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from starlette.requests import Request
from starlette.responses import Response

from billingua.core import errors
from billingua.core.errors import (
    OrderLineClosed,
    OrderLineNotFound,
    OverAllocated,
    OverInvoiced,
    Refused,
    SkuNotFound,
    SupplierNotFound,
)
from billingua.core.party import TradeRole
from billingua.dialects.crux.vocabulary import INVALID, type_name
from billingua.engine.idempotency import KeyInFlight, KeyReused
from billingua.engine.plan import Plan
from billingua.engine.ports import StoreFailed
from billingua.wire import errors as wire
from billingua.wire.errors import find_refusal
from billingua.wire.members import Problem
from billingua.wire.replies import json_reply

T = TypeVar("T")


class BodyInvalid(wire.BodyRefused):
    """Parts of the body that was sent are not what they have to be."""

    def __init__(self, sent: Any, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.sent = sent
        self.problems = problems


UNFIT = (OrderLineNotFound, OrderLineClosed, OverInvoiced, OverAllocated, SupplierNotFound, SkuNotFound)
"""What may be wrong with one entry of a list: a refusal that knows its place there."""


class EntryRefused(Refused):
    """The ledger refused one of the `count` entries of a list of the body, for a reason that has its place there."""

    def __init__(self, reason: Refused, index: int, name: str, count: int) -> None:
        super().__init__(reason, index, name, count)
        self.reason = reason
        self.index = index
        self.name = name
        self.count = count


def of_entries(name: str, count: int, plan: Plan[T]) -> Plan[T]:
    """Let a plan go on; if it refuses one of the entries of a list of the body, say of which list (`EntryRefused`)."""
    try:
        return (yield from plan)
    except UNFIT as error:
        raise EntryRefused(error, error.index, name, count) from error


class OrderUnknown(Refused):
    """The order that a member of the body names is not there, or not for the caller to see."""

    def __init__(self, member: str, asked: object) -> None:
        super().__init__(member, asked)
        self.member = member
        self.asked = asked


def of_member(name: str, plan: Plan[T]) -> Plan[T]:
    """Let a plan go on about orders that a member of the body names, and no path: `OrderUnknown` (A2)."""
    try:
        return (yield from plan)
    except errors.OrderNotFound as error:
        raise OrderUnknown(name, error.asked) from error


class LoginRefused(wire.CredentialRefused):
    """This name and this password open nothing."""


class WrongOrganization(Refused):
    """The caller's organization is not on a side of the trade that this call is for."""

    def __init__(self, sides: Collection[TradeRole]) -> None:
        super().__init__(sides)
        self.wanted = " or ".join(sorted(sides))


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: status, text, and the field that it is about; without one the text stands under `detail`.

    A dot leads on to the field of a field.
    """

    status: int
    text: str = ""
    field: str | None = None


NOT_FOUND = "Not found."

REFUSALS: dict[type[Exception], Refusal] = {
    errors.OrderNotFound: Refusal(404, NOT_FOUND),
    errors.ExportNotFound: Refusal(404, NOT_FOUND),
    errors.ExportTooLarge: Refusal(422, "The export would be larger than {0.limit} bytes: ask for fewer orders."),
    errors.NotPermitted: Refusal(403, "You do not have permission to perform this action."),
    WrongOrganization: Refusal(409, "This endpoint is for a {0.wanted} organization."),
    errors.NumberTaken: Refusal(422, "An invoice with this number already exists on this order.", "invoice_number"),
    errors.OrderCancelled: Refusal(422, "The order is cancelled."),
    errors.NothingToCancel: Refusal(422, "There is nothing left to cancel, or nobody asked for a cancellation."),
    errors.OrderLineNotFound: Refusal(422, "Not a line item of yours in this order.", "line_item_uuid"),
    errors.OrderLineClosed: Refusal(422, "The line item is {0.status}.", "line_item_uuid"),
    errors.OverInvoiced: Refusal(
        422, "{0.invoiced} would be invoiced, but {0.ordered} were ordered.", "quantity_invoiced"
    ),
    errors.OverAllocated: Refusal(
        422, "{0.accepted} would be accepted, but {0.ordered} were ordered.", "allocation.quantity_accepted"
    ),
    errors.SupplierNotFound: Refusal(422, "No such supplier.", "supplier_org_uuid"),
    errors.SkuNotFound: Refusal(422, "The supplier has no such SKU.", "sku_id"),
    OrderUnknown: Refusal(422, "No such order: {0.asked}.", "{0.member}"),
    errors.AmountTooLarge: Refusal(422, "The invoice's amounts come to more than can be kept."),
    errors.PartyNotFound: Refusal(422, "The order has no retailer to invoice."),
    errors.Refused: Refusal(422, "The request was refused."),
    BodyInvalid: Refusal(400),
    KeyReused: Refusal(422, "Idempotency-Key: this key stands for another request."),
    KeyInFlight: Refusal(409, "Idempotency-Key: the request of this key is being processed."),
    wire.KeyUnreadable: Refusal(400, "Idempotency-Key: up to {0.most} visible ASCII characters."),
    wire.BodyUnreadable: Refusal(400, "JSON parse error - {0.reason}"),
    wire.FormUnreadable: Refusal(400, "Multipart form parse error - {0.reason}"),
    wire.BodyTooLarge: Refusal(413, "The request body is larger than {0.limit} bytes."),
    wire.BodyTypeUnsupported: Refusal(415, 'Unsupported media type "{0.content_type}" in request.'),
    wire.CredentialMissing: Refusal(401, "Authentication credentials were not provided."),
    wire.CredentialMalformed: Refusal(401, "Invalid token header. No credentials provided."),
    LoginRefused: Refusal(401, "Invalid username/password."),
    wire.CredentialExpired: Refusal(401, "Token has expired."),
    wire.CredentialRefused: Refusal(401, "Invalid token."),
    wire.UnknownPath: Refusal(404, NOT_FOUND),
    wire.WrongVerb: Refusal(405, 'Method "{0.verb}" not allowed.'),
    wire.Crashed: Refusal(500, "A server error occurred."),
    StoreFailed: Refusal(503, "Service temporarily unavailable, try again later."),
}
"""Every refusal, in this API's voice."""


def voice(request: Request, error: Refused) -> Response:
    """Put a refusal into words."""
    reason = error.reason if isinstance(error, EntryRefused) else error
    refusal = find_refusal(REFUSALS, reason)
    return json_reply(_body(error, reason, refusal), refusal.status, _headers(error))


def _body(error: Refused, reason: Refused, refusal: Refusal) -> Any:
    if isinstance(error, BodyInvalid):
        return _in_shape(error.sent, error.problems)
    text = refusal.text.format(reason)
    body: Any = {"detail": text} if refusal.field is None else [text]
    for name in reversed(refusal.field.format(reason).split(".") if refusal.field else ()):
        body = {name: body}
    if isinstance(error, EntryRefused):
        return {error.name: [body if place == error.index else _GOOD for place in range(error.count)]}
    return body


_GOOD: Mapping[str, Any] = {}
"""What stands for an entry of a list that nothing is wrong with."""


def _in_shape(sent: Any, problems: Sequence[Problem]) -> Any:
    """Say what is wrong in the shape of what was sent: the bad members alone, but every entry of a list."""
    parts: dict[str | int, list[Problem]] = {}
    for path, wanted in problems:
        if not path:
            return _whole(sent, wanted)
        parts.setdefault(path[0], []).append((path[1:], wanted))
    if isinstance(sent, list):
        entries = cast("list[Any]", sent)
        return [_in_shape(entry, parts[place]) if place in parts else _GOOD for place, entry in enumerate(entries)]
    return {name: _in_shape(sent.get(name), part) for name, part in parts.items()}


def _whole(sent: Any, wanted: str) -> Any:
    """Say what is wrong with a value; one that should be an object has no field to say it of."""
    texts = [INVALID[wanted].format(type_name(sent))]
    return {"non_field_errors": texts} if wanted == "object" else texts


def _headers(error: Refused) -> Mapping[str, str]:
    if isinstance(error, wire.CredentialRefused):
        return {"WWW-Authenticate": "Token"}
    return {"Allow": ", ".join(error.allowed)} if isinstance(error, wire.WrongVerb) else {}
