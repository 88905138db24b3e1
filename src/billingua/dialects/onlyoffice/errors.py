"""How refusals sound in ONLYOFFICE's voice (contract §1.1, §1.3, §1.4)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billingua.core import errors
from billingua.core.errors import Refused
from billingua.dialects.onlyoffice.responses.envelope import reply
from billingua.dialects.onlyoffice.vocabulary import (
    ARGUMENT,
    CHANGED,
    CONVERSIONS,
    FAILURE,
    NAME,
    OUT_OF_RANGE,
    SECURITY,
    UNSPECIFIED,
)
from billingua.engine.idempotency import KeyInFlight, KeyReused
from billingua.engine.ports import StoreFailed
from billingua.wire import errors as wire
from billingua.wire.conditions import changed_members
from billingua.wire.errors import find_refusal


class ArgumentRefused(Refused):
    """A parameter's value is missing, or not one that it may have."""

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter


class ConversionFailed(Refused):
    """A parameter's value is not of its type: `wanted` says what that is."""

    def __init__(self, parameter: str, wanted: str) -> None:
        super().__init__(parameter, wanted)
        self.parameter = parameter
        self.wanted = wanted

    @property
    def reason(self) -> str:
        """What went wrong with the conversion."""
        return CONVERSIONS[self.wanted][0]


class ListBroken(Refused):
    """The items of a list do not follow one another from the first."""

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter


class TaxNameMissing(Refused):
    """A tax has to have a name."""


class PriceTooHigh(Refused):
    """More than a product may cost."""


class NotEditable(Refused):
    """The invoice is not to be edited any more."""


class LogoMissing(Refused):
    """No image was uploaded that could become the logo."""


class PrintingRefused(Refused):
    """What the invoice says cannot be printed; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AuthenticationFailed(Refused):
    """Nobody has this name and password."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: status, `error.message` and `error.hresult`. Without an `hresult` the text is the whole answer."""

    status: int
    text: str | Callable[[Any], str]
    hresult: int | None = None
    media_type: str = "text/plain"


NOT_FOUND_PAGE = """<!DOCTYPE html>
<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>
"""


def _out_of_range(parameters: str, value: str = "asked") -> Refusal:
    """Say which parameters the value may have come from, and what it was: .NET's wording."""
    text = f"{OUT_OF_RANGE}\r\nParameter name: {parameters}\r\nActual value was {{0.{value}}}."
    return Refusal(400, text, ARGUMENT)


def _changes(error: errors.ChangedMeanwhile) -> str:
    """Say what changed meanwhile, on a line of its own as .NET does."""
    names = ", ".join(changed_members(error, CHANGED, NAME))
    return "The invoice was changed meanwhile." + (f"\r\nChanged: {names}" if names else "")


REFUSALS: dict[type[Exception], Refusal] = {
    ArgumentRefused: Refusal(400, OUT_OF_RANGE + "\r\nParameter name: {0.parameter}", ARGUMENT),
    ConversionFailed: Refusal(400, "{0.reason}\r\nParameter name: {0.parameter}", ARGUMENT),
    ListBroken: Refusal(500, "Index must be within the bounds of the List.\r\nParameter name: {0.parameter}", FAILURE),
    NotEditable: Refusal(403, "Access Denied", SECURITY),
    errors.OnlyLine: Refusal(500, "Can't delete invoice line", FAILURE),
    AuthenticationFailed: Refusal(500, "User authentication failed", FAILURE),
    PrintingRefused: Refusal(500, "{0.reason}", FAILURE),
    LogoMissing: Refusal(500, "There is no uploaded image.", FAILURE),
    TaxNameMissing: Refusal(400, "The tax name field cannot be empty", ARGUMENT),
    PriceTooHigh: Refusal(400, "Max Invoice Item Price: 99999999.99", ARGUMENT),
    errors.PartyNotFound: _out_of_range("contactId, consigneeId"),
    errors.ItemNotFound: _out_of_range("invoiceItemID"),
    errors.TaxNotFound: _out_of_range("invoiceTax1ID, invoiceTax2ID"),
    errors.UserNotFound: _out_of_range("responsibleid"),
    errors.StageNotFound: _out_of_range("stageid"),
    errors.OpportunityNotFound: _out_of_range("entityId"),
    errors.NotAParticipant: Refusal(400, OUT_OF_RANGE + "\r\nParameter name: contactId, entityId", ARGUMENT),
    errors.CurrencyNotFound: _out_of_range("currency"),
    errors.AddressNotFound: _out_of_range("billingAddressID, deliveryAddressID"),
    errors.NumberTaken: _out_of_range("number", "number"),
    errors.NameTaken: Refusal(400, "The tax name already exists", ARGUMENT),
    errors.SkuTaken: Refusal(400, OUT_OF_RANGE + "\r\nParameter name: sku", ARGUMENT),
    errors.InUse: Refusal(403, "Access Denied", SECURITY),
    errors.AmountTooLarge: _out_of_range("invoiceLines", "amount"),
    errors.TooManyLines: Refusal(400, OUT_OF_RANGE + "\r\nParameter name: invoiceLines", ARGUMENT),
    errors.NotFound: Refusal(404, "Not found", UNSPECIFIED),
    errors.InvoiceLocked: Refusal(404, "Not found", UNSPECIFIED),
    errors.InvoiceCredited: Refusal(403, "Access Denied", SECURITY),
    errors.ChangeNotPermitted: Refusal(404, "Not found", UNSPECIFIED),
    errors.NotPermitted: Refusal(403, "Access Denied", SECURITY),
    errors.ChangedMeanwhile: Refusal(412, _changes, UNSPECIFIED),
    errors.Refused: Refusal(500, "The request was refused: {0}", FAILURE),
    KeyReused: Refusal(422, "Idempotency-Key: this key stands for another request.", ARGUMENT),
    KeyInFlight: Refusal(409, "Idempotency-Key: the request of this key is being processed.", UNSPECIFIED),
    wire.KeyUnreadable: Refusal(400, "Idempotency-Key: up to {0.most} visible ASCII characters.", ARGUMENT),
    wire.BodyUnreadable: Refusal(400, "{0.reason}", FAILURE),
    wire.BodyTooLarge: Refusal(413, "Maximum request length exceeded: {0.limit} bytes.", UNSPECIFIED),
    wire.CredentialRefused: Refusal(401, "Unauthorized"),
    wire.UnknownPath: Refusal(404, NOT_FOUND_PAGE, media_type="text/html"),
    wire.WrongVerb: Refusal(404, NOT_FOUND_PAGE, media_type="text/html"),
    wire.Crashed: Refusal(500, "Internal server error", FAILURE),
    StoreFailed: Refusal(500, "The storage failed; nothing was changed.", FAILURE),
}
"""Every refusal, in this API's voice. An invoice that may not be edited counts as not found (§12.11)."""


def voice(request: Request, error: Refused) -> Response:
    """Put a refusal into words: the envelope of every error, or a plain text or page where there is none."""
    refusal = find_refusal(REFUSALS, error)
    if refusal.hresult is None:
        return Response(str(refusal.text), refusal.status, _challenge(request, refusal), refusal.media_type)
    text = refusal.text(error) if callable(refusal.text) else refusal.text.format(error)
    hresult = CONVERSIONS[error.wanted][1] if isinstance(error, ConversionFailed) else refusal.hresult
    told: dict[str, Any] = {"message": text, "hresult": hresult, "data": {}}
    return reply(request, {"status": 1, "statusCode": refusal.status, "error": told}, refusal.status)


def _challenge(request: Request, refusal: Refusal) -> dict[str, str]:
    """Ask for other credentials where some were sent in the header."""
    if refusal.status != 401 or "authorization" not in request.headers:
        return {}
    host = re.sub(r':\d+$|["\\]', "", request.headers.get("host", ""))
    return {"WWW-Authenticate": f'Basic Realm="{host}"'}
