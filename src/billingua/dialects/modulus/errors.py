"""How refusals sound in modulus' voice (contract §1.1, §2, §4.1, §4.3, §9)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billingua.core import errors
from billingua.core.errors import Refused
from billingua.dialects.modulus import vocabulary as codes
from billingua.dialects.modulus.documents import Document
from billingua.dialects.modulus.responses.envelopes import envelope
from billingua.dialects.modulus.vocabulary import BAD_REQUEST, CODES, ERROR
from billingua.engine.idempotency import KeyInFlight, KeyReused
from billingua.engine.ports import StoreFailed
from billingua.wire import errors as wire
from billingua.wire.conditions import changed_members
from billingua.wire.errors import find_refusal


class Faulty(wire.BodyRefused):
    """The body has a fault that has an error code (§9)."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class FaultyRow(Faulty):
    """The row with this index, counted from zero (§11, B8), has a fault that has an error code."""

    def __init__(self, code: int, index: int) -> None:
        super().__init__(code)
        self.index = index


class FieldMissing(wire.BodyRefused):
    """A field is missing, or is nothing of its kind, and there is no error code for that; `field` says its name."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class FieldInvalid(FieldMissing):
    """A field is nothing of its kind, and there is no error code for that."""


class SecretMissing(wire.BodyRefused):
    """Nobody can log in with what was sent; `parameters` lists what has to be."""

    def __init__(self, parameters: str) -> None:
        super().__init__(parameters)
        self.parameters = parameters


class FormExpected(wire.BodyTypeUnsupported):
    """The body is of a type that is not read here, where it has to be a form."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: the message, which may name the facts, the status, the title, and the envelope's `object`, if any."""

    message: str | Callable[[Any], str]
    status: int = 400
    title: str = ERROR
    enclosed: Mapping[str, Any] | None = None


INVALID_INVOICE = Refusal("Invalid invoice.")
"""One text for an unknown invoice and for a wrong number, so that numbers cannot be probed (§4.3)."""


def _changes(error: errors.ChangedMeanwhile) -> str:
    """Say what changed meanwhile."""
    names = ", ".join(changed_members(error, codes.CHANGED, codes.NAME))
    return f"The invoice was changed meanwhile: {names}." if names else "The invoice was changed meanwhile."


CODED: dict[type[Exception], int] = {
    errors.PartyNotFound: codes.INVALID_CUSTOMER,
    errors.ExchangeRateMissing: codes.MISSING_EXCHANGE_RATE,
    errors.BranchNotFound: codes.INVALID_BRANCH,
    errors.BookNotFound: codes.INVALID_BOOK,
    errors.SalespersonNotFound: codes.INVALID_SALESPERSON,
    errors.TransitionRefused: codes.INVALID_STATUS,
    errors.InvoiceCredited: codes.INVALID_STATUS,
    errors.LineRefused: codes.INVALID_ROWS,
    errors.AmountTooLarge: codes.INVALID_ROWS,
    errors.UnknownLineItem: codes.INVALID_ITEM,
    errors.UnknownLineUnit: codes.INVALID_UNIT,
    errors.ForeignLineUnit: codes.INVALID_ITEM_AND_UNIT,
    errors.PaymentTermNotFound: codes.INVALID_PAYMENT_TERM,
    errors.CurrencyMismatch: codes.ACCOUNT_CURRENCY_DIFFERS,
    errors.PriceListNotFound: codes.MISSING_PRICE_LIST,
}
"""The codes of what the ledger refuses, whatever the document; each document has others of its own."""

REFUSALS: dict[type[Exception], Refusal] = {
    errors.InvoiceNotFound: INVALID_INVOICE,
    errors.CashEntryNotFound: Refusal("Invalid receipt."),
    errors.NumberMismatch: INVALID_INVOICE,
    errors.NotPermitted: INVALID_INVOICE,
    errors.DateUnreadable: Refusal("The void date is invalid."),
    errors.DateInFuture: Refusal("The void date cannot be in the future."),
    errors.DateTooEarly: Refusal("The void date cannot be before the issue date."),
    errors.ChangedMeanwhile: Refusal(_changes, 412, "Precondition Failed"),
    errors.Refused: Refusal("The request was refused."),
    FieldMissing: Refusal("Missing {0.field}."),
    FieldInvalid: Refusal("Invalid {0.field}."),
    SecretMissing: Refusal("Missing one or more of parameters {0.parameters}.", 400, BAD_REQUEST, {"object": None}),
    KeyReused: Refusal("Idempotency-Key: this key stands for another request.", 422, "Unprocessable Content"),
    KeyInFlight: Refusal("Idempotency-Key: the request of this key is being processed.", 409, "Conflict"),
    wire.KeyUnreadable: Refusal("Idempotency-Key: up to {0.most} visible ASCII characters."),
    wire.BodyUnreadable: Refusal("The body is not a JSON object: {0.reason}"),
    wire.BodyTooLarge: Refusal("The body has more than {0.limit} bytes.", 413, "Content Too Large"),
    wire.BodyTypeUnsupported: Refusal("The body must be application/json.", 415, "Unsupported Media Type"),
    FormExpected: Refusal("The body must be application/x-www-form-urlencoded.", 415, "Unsupported Media Type"),
    wire.CredentialRefused: Refusal("Authentication failed.", 401, "Unauthorized", {"object": None}),
    wire.UnknownPath: Refusal("There is nothing at this path.", 404, "Not Found"),
    wire.WrongVerb: Refusal("This path does not take {0.verb}.", 405, "Method Not Allowed"),
    wire.Crashed: Refusal("Unexpected failure.", 500),
    StoreFailed: Refusal("Unexpected failure. Nothing has changed.", 500),
}
"""What has no code, in this API's voice."""


def voice(request: Request, error: Refused) -> Response:
    """Put a refusal into words."""
    document: Document | None = getattr(request.state, "document", None)
    code = _code_of(error, document)
    refusal = find_refusal(REFUSALS, error) if code is None else _coded(code, document, error)
    headers = {"Allow": ", ".join(error.allowed)} if isinstance(error, wire.WrongVerb) else None
    message = refusal.message(error) if callable(refusal.message) else refusal.message.format(error)
    return envelope(refusal.title, message, refusal.status, refusal.enclosed, headers)


def _code_of(error: Refused, document: Document | None) -> int | None:
    """Find the code of a fault; None where it has none."""
    if isinstance(error, Faulty):
        return error.code
    table = {**CODED, **(document.codes if document else {})}
    return next((table[kind] for kind in type(error).__mro__ if kind in table), None)


def _coded(code: int, document: Document | None, error: Refused) -> Refusal:
    """Say what has a code; the text of one of a row names the row."""
    text = (document.texts if document else CODES)[code]
    index = str(getattr(error, "index", ""))
    return Refusal(text.replace("$index", index), enclosed={"object": {"error_code": code}})
