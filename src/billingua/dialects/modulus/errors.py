"""How refusals sound in modulus' voice (contract §1.1, §4.1, §4.3, §9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billingua.core import errors
from billingua.core.errors import Refused
from billingua.dialects.modulus.responses import envelope
from billingua.dialects.modulus.vocabulary import CODES, ERROR, INVALID_STATUS
from billingua.engine.ports import StoreFailed
from billingua.wire import errors as wire
from billingua.wire.errors import find_refusal


class Faulty(wire.BodyRefused):
    """The body has a fault that has an error code (§9)."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class FieldMissing(wire.BodyRefused):
    """A field is missing, or is nothing of its kind, and there is no error code for that; `field` says its name."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: the message, which may name the facts, the status, the title, and the envelope's `object`, if any."""

    message: str
    status: int = 400
    title: str = ERROR
    enclosed: Mapping[str, Any] | None = None


def _coded(code: int) -> Refusal:
    return Refusal(CODES[code], enclosed={"object": {"error_code": code}})


INVALID_INVOICE = Refusal("Invalid invoice.")
"""One text for an unknown invoice and for a wrong number, so that numbers cannot be probed (§4.3)."""

REFUSALS: dict[type[Exception], Refusal] = {
    errors.InvoiceNotFound: INVALID_INVOICE,
    errors.NumberMismatch: INVALID_INVOICE,
    errors.NotPermitted: INVALID_INVOICE,
    errors.TransitionRefused: _coded(INVALID_STATUS),
    errors.DateUnreadable: Refusal("The void date is invalid."),
    errors.DateInFuture: Refusal("The void date cannot be in the future."),
    errors.DateTooEarly: Refusal("The void date cannot be before the issue date."),
    errors.Refused: Refusal("The request was refused."),
    FieldMissing: Refusal("Missing {0.field}."),
    wire.BodyUnreadable: Refusal("The body is not a JSON object: {0.reason}"),
    wire.BodyTooLarge: Refusal("The body has more than {0.limit} bytes.", 413, "Content Too Large"),
    wire.BodyTypeUnsupported: Refusal("The body must be application/json.", 415, "Unsupported Media Type"),
    wire.CredentialRefused: Refusal("Authentication failed.", 401, "Unauthorized", {"object": None}),
    wire.UnknownPath: Refusal("There is nothing at this path.", 404, "Not Found"),
    wire.WrongVerb: Refusal("This path does not take {0.verb}.", 405, "Method Not Allowed"),
    wire.Crashed: Refusal("Unexpected failure.", 500),
    StoreFailed: Refusal("Unexpected failure. Nothing has changed.", 500),
}
"""Every refusal, in this API's voice; those with an error code of their own speak by `CODES`."""


def voice(request: Request, error: Refused) -> Response:
    """Put a refusal into words."""
    refusal = _coded(error.code) if isinstance(error, Faulty) else find_refusal(REFUSALS, error)
    headers = {"Allow": ", ".join(error.allowed)} if isinstance(error, wire.WrongVerb) else None
    return envelope(refusal.title, refusal.message.format(error), refusal.status, refusal.enclosed, headers)
