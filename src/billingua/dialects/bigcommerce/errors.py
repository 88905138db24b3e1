"""How refusals sound in BigCommerce's voice (contract §1.6, §4.4)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billingua.core import errors
from billingua.core.errors import Refused
from billingua.dialects.bigcommerce.vocabulary import CHANGED, INVALID, NAME, claimed_field
from billingua.engine.idempotency import KeyInFlight, KeyReused
from billingua.engine.ports import StoreFailed
from billingua.wire import errors as wire
from billingua.wire.conditions import changed_members
from billingua.wire.errors import find_refusal
from billingua.wire.members import Path, Problem
from billingua.wire.replies import json_reply


class BodyInvalid(wire.BodyRefused):
    """Values of the body are not what they have to be; `problems` lists where, and what is wrong there."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


class StatusNotAllowed(Refused):
    """A payment is never set to this processing status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class NotPrintable(Refused):
    """The invoice says more than fits on paper."""

    def __init__(self, invoice: int) -> None:
        super().__init__(invoice)
        self.invoice = invoice


class ParameterInvalid(wire.RequestRefused):
    """A parameter of the address cannot be read; `why` says so in words."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name = name
        self.why = why


class LimitTooHigh(wire.RequestRefused):
    """More is asked for at once than one answer holds."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: status, text and `meta.message`, which is the text again where none is given.

    The text stands in `data.errMsg`. Where an invoice is refused for its values it stands in `meta.errors`, and beside
    that in `data.errMsg` unless `data` names the invoice (A10). `data` may say all of it in members of its own.
    """

    status: int
    text: str | Callable[[Any], str]
    message: str | None = None
    in_errors: bool = False
    data: Callable[[Any], dict[str, Any]] | None = None


def _problems(error: BodyInvalid) -> str:
    """Say what is wrong, each with `; ` behind it, the last one too."""
    return "".join(f"{_problem(path, wanted)}; " for path, wanted in error.problems)


def _problem(path: Path, wanted: str) -> str:
    """Say what is wrong at one place; a number that does not parse is not named (§4.4, sic)."""
    text = INVALID.get(wanted, wanted)
    return text if not path or text == INVALID["number"] else f"{_name(path)}: {text}"


def _name(path: Path) -> str:
    """Name a place: `details.header.costLines[0].amount`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _fields(error: BodyInvalid) -> dict[str, Any]:
    """List under each member of a payment's body what is wrong with it, or in it (A10).

    What is wrong with the whole body, or with its currency alone, breaks a rule.
    """
    (path, wanted), *others = error.problems
    if not path or (path == ("currency",) and wanted == "currency" and not others):
        return {"errMsg": INVALID.get(wanted, wanted)}
    fields: dict[str, Any] = {}
    for (field, *below), wanted in error.problems:
        fields.setdefault(str(field), []).append(_problem_below(tuple(below), wanted))
    return fields


def _problem_below(path: Path, wanted: str) -> str:
    text = INVALID.get(wanted, wanted)
    return f"{_name(path)}: {text}" if path else text


def _changes(error: errors.ChangedMeanwhile) -> str:
    """Say what changed meanwhile, as what is wrong is said."""
    names = changed_members(error, CHANGED, NAME)
    return "".join(f"{name}: {CHANGED_MEANWHILE}; " for name in names) or f"{CHANGED_MEANWHILE}; "


CHANGED_MEANWHILE = "This was changed meanwhile."

BAD = "Bad Requests Error"
NOT_FOUND = "Not Found Error"
TOO_LARGE = "Request Entity Too Large"
INVALID_PARAMETER = "Parameter Error"
NO_CREDENTIALS = "Invalid token header. No credentials provided."

REFUSALS: dict[type[Exception], Refusal] = {
    errors.InvoiceNotFound: Refusal(404, "Invoice does not exist", NOT_FOUND),
    errors.PartyNotFound: Refusal(404, "Company does not exist", NOT_FOUND),
    errors.OrderNotFound: Refusal(404, "Order does not exist", NOT_FOUND),
    errors.PaymentNotFound: Refusal(404, "Payment does not exist", NOT_FOUND),
    errors.ReceiptNotFound: Refusal(404, "Receipt does not exist", NOT_FOUND),
    errors.ReceiptLineNotFound: Refusal(404, "Receipt line does not exist", NOT_FOUND),
    errors.ChannelNotFound: Refusal(404, "Store channels not exist", NOT_FOUND),
    errors.NotFound: Refusal(404, "Not found", NOT_FOUND),
    errors.NotPermitted: Refusal(403, "You do not have permission to {0.what}"),
    errors.NumberTaken: Refusal(400, "The invoice number already exists.", BAD),
    errors.OrderBilled: Refusal(400, "The order already has an invoice.", BAD),
    errors.OrderCancelled: Refusal(400, "Every line of the order is cancelled.", BAD),
    errors.InvoiceLocked: Refusal(400, "The invoice is {0.status} and can no longer be changed; ", BAD, in_errors=True),
    errors.InvoiceCredited: Refusal(
        400, "The invoice has credit notes and cannot be changed like this; ", BAD, in_errors=True
    ),
    errors.TransitionRefused: Refusal(
        400, "status: The invoice is {0.status} and cannot be completed; ", BAD, in_errors=True
    ),
    errors.AmountTooLarge: Refusal(400, "The invoice comes to more than can be kept; ", BAD, in_errors=True),
    errors.MissingField: Refusal(422, "{0.field} is a required extra field"),
    errors.ValueTaken: Refusal(
        400, lambda error: f"{claimed_field(error.field)}: This field must be unique.; ", BAD, in_errors=True
    ),
    errors.FieldRefused: Refusal(400, "{0.field}: {0.reason}; ", BAD, in_errors=True),
    errors.ChangedMeanwhile: Refusal(412, _changes, "Precondition Failed", in_errors=True),
    errors.Refused: Refusal(400, "The request was refused; ", BAD, in_errors=True),
    BodyInvalid: Refusal(400, _problems, BAD, in_errors=True),
    NotPrintable: Refusal(400, "The invoice says more than can be printed.", BAD),
    ParameterInvalid: Refusal(422, "{0.name}: {0.why}", INVALID_PARAMETER),
    LimitTooHigh: Refusal(413, "", TOO_LARGE),
    KeyReused: Refusal(422, "Idempotency-Key: this key stands for another request.", INVALID_PARAMETER),
    KeyInFlight: Refusal(409, "Idempotency-Key: the request of this key is being processed.", "Conflict"),
    wire.KeyUnreadable: Refusal(400, "Idempotency-Key: up to {0.most} visible ASCII characters.", BAD),
    wire.BodyUnreadable: Refusal(400, "JSON parse error - {0.reason}; ", BAD, in_errors=True),
    wire.BodyTooLarge: Refusal(413, "", TOO_LARGE),
    wire.BodyTypeUnsupported: Refusal(
        415, 'Unsupported media type "{0.content_type}" in request.', "Unsupported Media Type"
    ),
    wire.CredentialRefused: Refusal(401, NO_CREDENTIALS),
    wire.CredentialNotEntitled: Refusal(403, "Invalid token"),
    wire.UnknownPath: Refusal(404, "Not found", NOT_FOUND),
    wire.WrongVerb: Refusal(405, 'Method "{0.verb}" not allowed.', "Method Not Allowed"),
    wire.TooManyRequests: Refusal(429, "More than {0.limit} requests in this minute", "Too Many Requests"),
    wire.Crashed: Refusal(500, "Internal server error", "Internal Server Error"),
    StoreFailed: Refusal(503, "The service is unavailable for the moment", "Service Unavailable"),
}
"""Every refusal, in this API's voice."""


def _in_lines(error: errors.AmountNotPositive) -> dict[str, Any]:
    return {"lineItems": [f"[{error.index}].amount: Ensure this value is greater than 0."]}


REFUSALS_OF_PAYMENTS: dict[type[Exception], Refusal] = {
    **REFUSALS,
    errors.OperationRefused: Refusal(400, "The payment operation is not allowed.", NOT_FOUND),  # sic (A9)
    StatusNotAllowed: Refusal(400, "The payment processing status is not allowed.", NOT_FOUND),  # sic (A9)
    errors.CurrencyMismatch: Refusal(422, INVALID["currency"], INVALID_PARAMETER),
    errors.AmountNotPositive: Refusal(422, "", INVALID_PARAMETER, data=_in_lines),
    errors.AmountTooLarge: Refusal(422, "The amounts come to more than can be kept.", INVALID_PARAMETER),
    errors.InvoiceLocked: Refusal(422, "The invoice is {0.status} and takes no payment.", INVALID_PARAMETER),
    errors.TransitionRefused: Refusal(422, "The invoice is {0.status} and takes no payment.", INVALID_PARAMETER),
    errors.Refused: Refusal(422, "The request was refused.", INVALID_PARAMETER),
    BodyInvalid: Refusal(422, "", INVALID_PARAMETER, data=_fields),
    wire.BodyUnreadable: Refusal(422, "JSON parse error - {0.reason}", INVALID_PARAMETER),
}
"""Every refusal of what is asked of payments, whose bodies are refused with another status, and elsewhere (A10)."""


def voice(request: Request, error: Refused) -> Response:
    """Put a refusal into words: the envelope, with the status as its code."""
    refusal = find_refusal(REFUSALS_OF_PAYMENTS if "/payments" in request.url.path else REFUSALS, error)
    text = refusal.text(error) if callable(refusal.text) else refusal.text.format(error)
    meta = {"message": refusal.message or text}
    data: dict[str, Any] = _invoice_of(request) if refusal.status in {400, 412} else {}
    if refusal.data:
        data = refusal.data(error)
    if refusal.in_errors:
        meta["errors"] = text
    if text and not (refusal.in_errors and data):  # a new invoice has no id yet to be named by (A10)
        data["errMsg"] = text
    return json_reply({"code": refusal.status, "data": data, "meta": meta}, refusal.status, _headers(error))


def _invoice_of(request: Request) -> dict[str, Any]:
    """Name the invoice that was to be changed, as a refused update does."""
    id = request.path_params.get("invoice_id", "")
    return {"id": int(id)} if id.isdecimal() else {}


def _headers(error: Refused) -> Mapping[str, str] | None:
    if isinstance(error, wire.WrongVerb):
        return {"Allow": ", ".join(error.allowed)}
    if isinstance(error, wire.TooManyRequests):
        return {"X-Rate-Limit-Time-Reset-Ms": str(error.wait // timedelta(milliseconds=1))}
    return None
