"""How refusals sound in BigCommerce's voice (contract §1.6, §4.4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billingua.core import errors
from billingua.core.errors import Refused
from billingua.dialects.bigcommerce.vocabulary import INVALID
from billingua.engine.ports import StoreFailed
from billingua.wire import errors as wire
from billingua.wire.face import find_refusal
from billingua.wire.replies import json_reply


class BodyInvalid(wire.BodyRefused):
    """Values of the body are not what they have to be; `problems` lists the field and what is wrong with it."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(problems)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: status, `meta.message`, and the text, which stands in `data.errMsg` or, on an invoice, `meta.errors`.

    Without `message` the text stands there too.
    """

    status: int
    text: str | Callable[[Any], str]
    message: str | None = None
    in_errors: bool = False


BAD = "Bad Requests Error"
NOT_FOUND = "Not Found Error"
NO_CREDENTIALS = "Invalid token header. No credentials provided."


def _problems(error: BodyInvalid) -> str:
    """Join what is wrong, each with `; ` behind it, the last one too; a wrong number is not named (§4.4, sic)."""
    return "".join(f"{_problem(field, wanted)}; " for field, wanted in error.problems)


def _problem(field: str, wanted: str) -> str:
    return INVALID[wanted] if wanted in {"number", "range"} else f"{field}: {INVALID.get(wanted, wanted)}"


REFUSALS: dict[type[Exception], Refusal] = {
    errors.InvoiceNotFound: Refusal(404, "Invoice does not exist", NOT_FOUND),
    errors.PartyNotFound: Refusal(404, "Company does not exist", NOT_FOUND),
    errors.ChannelNotFound: Refusal(404, "Store channels not exist", NOT_FOUND),
    errors.NumberTaken: Refusal(400, "The invoice number already exists.", BAD),
    errors.InvoiceLocked: Refusal(400, "The invoice is {0.status} and can no longer be changed; ", BAD, in_errors=True),
    errors.TransitionRefused: Refusal(400, "The invoice is {0.status}: it cannot {0.action}; ", BAD, in_errors=True),
    errors.CurrencyMismatch: Refusal(400, "The balances are in {0.expected}, not in {0.given}; ", BAD, in_errors=True),
    errors.MissingField: Refusal(422, "{0.field} is a required extra field"),
    errors.FieldRefused: Refusal(400, "{0.field}: {0.reason}; ", BAD, in_errors=True),
    errors.Refused: Refusal(400, "The request was refused; ", BAD, in_errors=True),
    BodyInvalid: Refusal(400, _problems, BAD, in_errors=True),
    wire.BodyUnreadable: Refusal(400, "JSON parse error - {0.reason}; ", BAD, in_errors=True),
    wire.BodyTooLarge: Refusal(413, "", "Request Entity Too Large"),
    wire.BodyTypeUnsupported: Refusal(
        415, 'Unsupported media type "{0.content_type}" in request.', "Unsupported Media Type"
    ),
    wire.CredentialRefused: Refusal(401, NO_CREDENTIALS),
    wire.CredentialNotEntitled: Refusal(403, "Invalid token"),
    wire.UnknownPath: Refusal(404, "Not found", NOT_FOUND),
    wire.WrongVerb: Refusal(405, 'Method "{0.verb}" not allowed.', "Method Not Allowed"),
    wire.Crashed: Refusal(500, "Internal server error", "Internal Server Error"),
    StoreFailed: Refusal(503, "The service is unavailable for the moment", "Service Unavailable"),
}
"""Every refusal, in this API's voice."""


def voice(request: Request, error: Refused) -> Response:
    """Put a refusal into words: the envelope, with the status as its code."""
    refusal = find_refusal(REFUSALS, error)
    text = refusal.text(error) if callable(refusal.text) else refusal.text.format(error)
    meta = {"message": refusal.message or text}
    data: dict[str, Any] = _invoice_of(request) if refusal.status == 400 else {}
    if refusal.in_errors:
        meta["errors"] = text
    elif text:
        data["errMsg"] = text
    headers = {"Allow": ", ".join(error.allowed)} if isinstance(error, wire.WrongVerb) else None
    return json_reply({"code": refusal.status, "data": data, "meta": meta}, refusal.status, headers)


def _invoice_of(request: Request) -> dict[str, Any]:
    """Name the invoice that was to be changed, as a refused update does."""
    id = request.path_params.get("invoice_id", "")
    return {"id": int(id)} if id.isdecimal() else {}
