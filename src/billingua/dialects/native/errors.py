"""How refusals sound in our own API: problem details (RFC 9457), with types that stay the same."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, cast
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from billingua.core import errors
from billingua.core.credit import CREDITABLE
from billingua.core.errors import Refused
from billingua.core.lifecycle import Status, allowed_actions
from billingua.dialects.native.vocabulary import action_name
from billingua.engine.idempotency import KeyInFlight, KeyReused
from billingua.engine.ports import StoreFailed
from billingua.wire import errors as wire
from billingua.wire.errors import find_refusal
from billingua.wire.replies import json_reply


class ParametersInvalid(wire.RequestRefused):
    """Parameters of the address are unknown or cannot be read; `problems` lists each name and what is wrong."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(problems)
        self.problems = problems


class BodyInvalid(wire.BodyRefused):
    """Values of the body are not what they have to be; `problems` lists each JSON Pointer and what is wrong."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(problems)
        self.problems = problems


class ContentFixed(BodyInvalid):
    """What the body says anew stays as it is; `problems` lists each JSON Pointer, as those of any body."""


class DialectShowsNone(wire.UnknownPath):
    """A dialect has no way to show an invoice."""

    def __init__(self, dialect: str) -> None:
        super().__init__(dialect)
        self.dialect = dialect


class ScopeMissing(wire.CredentialNotEntitled):
    """The token is known, but was not made for this."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


@dataclass(frozen=True, slots=True)
class Problem:
    """One row: the status, the last part of the `type`, the title, and the detail, which may name the facts.

    `challenge` is what a refused token is told in `WWW-Authenticate` (RFC 6750, section 3). `of_payment` is the detail
    where one invoice of a payment is why it is refused.
    """

    status: int
    name: str
    title: str
    detail: str
    challenge: str | None = None
    of_payment: str | None = None


TYPES = "/docs/problems/"
"""Where the types of problems are."""


def _no_access(detail: str, challenge: str) -> Problem:
    return Problem(401, "unauthorized", "No access", detail, challenge)


NO_TOKEN = _no_access("Send `Authorization: Bearer <token>`.", "Bearer")
OPENS_NOTHING = 'Bearer error="invalid_token"'


def _not_found(what: str) -> Problem:
    return Problem(404, "not-found", "No such record", f"There is no {what} in this workspace.")


def _refused(name: str, title: str, detail: str, of_payment: str | None = None) -> Problem:
    return Problem(409, name, title, detail, of_payment=of_payment)


_TAKES_NONE = "Invoice {0.invoice} is {0.status} and takes no payment."


REFUSALS: dict[type[Exception], Problem] = {
    errors.InvoiceNotFound: Problem(
        404, "invoice-not-found", "No such invoice", "There is no invoice {0.asked} in this workspace."
    ),
    errors.InvoiceLineNotFound: _not_found("invoice line {0.asked}"),
    errors.NotFound: _not_found("such record"),
    errors.OrderNotFound: _not_found("order {0.asked}"),
    errors.OrderLineNotFound: _not_found("order line {0.asked}"),
    errors.PartyNotFound: _not_found("party {0.asked}"),
    errors.SupplierNotFound: _not_found("supplier {0.asked}"),
    errors.SkuNotFound: _not_found("SKU {0.asked} of this supplier"),
    errors.ItemNotFound: _not_found("item {0.asked}"),
    errors.TaxNotFound: _not_found("tax {0.asked}"),
    errors.OpportunityNotFound: _not_found("opportunity {0.asked}"),
    errors.AddressNotFound: _not_found("such address {0.asked} of the party"),
    errors.UserNotFound: _not_found("user {0.asked}"),
    errors.StageNotFound: _not_found("stage {0.asked} of opportunities"),
    errors.ChannelNotFound: _not_found("channel {0.asked}"),
    errors.CurrencyNotFound: _not_found("currency {0.asked}"),
    errors.CredentialNotFound: _not_found("credential {0.asked}"),
    errors.PaymentNotFound: _not_found("payment {0.asked}"),
    errors.ReceiptNotFound: _not_found("receipt {0.asked}"),
    errors.ReceiptLineNotFound: _not_found("receipt line {0.asked}"),
    errors.CreditNoteNotFound: _not_found("credit note {0.asked}"),
    errors.BranchNotFound: _not_found("active branch {0.asked}"),
    errors.BookNotFound: _not_found("book {0.asked} for this"),
    errors.SalespersonNotFound: _not_found("salesperson {0.asked} at this branch"),
    errors.PaymentTermNotFound: _not_found("payment term {0.asked}"),
    errors.PriceListNotFound: _not_found("price list {0.asked}"),
    errors.CashAccountNotFound: _not_found("cash account {0.asked} for this"),
    errors.CashEntryNotFound: _not_found("entry {0.asked} of the cash book"),
    errors.UploadNotFound: _not_found("uploaded file {0.asked}"),
    errors.ExportNotFound: _not_found("export {0.asked}"),
    errors.PrintoutNotFound: _not_found("printout {0.asked}"),
    errors.NotPermitted: Problem(403, "not-permitted", "Not permitted", "You may not {0.what}."),
    errors.StateRefused: _refused("wrong-state", "Not in this state", "The state of the record does not allow it."),
    errors.TransitionRefused: _refused(
        "wrong-status",
        "Not in this status",
        "An invoice that is {0.status} does not take {action}, but {allowed}.",
        _TAKES_NONE,
    ),
    errors.InvoiceLocked: _refused(
        "invoice-locked", "Invoice locked", "An invoice that is {0.status} is not edited.", _TAKES_NONE
    ),
    errors.InvoiceCredited: _refused(
        "invoice-credited",
        "Invoice credited",
        "There are live credit notes on the invoice: it stays in force, and what they credit as it is.",
    ),
    errors.NothingToCredit: _refused("nothing-to-credit", "Nothing to credit", "Nothing of it is left to credit."),
    errors.CreditNoteVoid: _refused("credit-note-void", "Credit note void", "The credit note is void already."),
    errors.InUse: _refused("in-use", "In use", "{0.uses} other records refer to this one."),
    errors.EntryKept: _refused(
        "entry-kept", "Entry kept", "{0.entry} has to stay in the table {0.table}: documents may refer to it."
    ),
    errors.BookKept: _refused(
        "book-kept",
        "Book kept",
        "Book {0.book} has given numbers: it keeps its kind, and goes on with {0.next_number} or a later number.",
    ),
    errors.OnlyLine: _refused("only-line", "Only line", "The invoice has no other line, and one has to stay."),
    errors.OrderCancelled: _refused("order-cancelled", "Order cancelled", "Every line of the order is cancelled."),
    errors.OrderBilled: _refused("order-billed", "Order invoiced already", "Order {0.number} is invoiced already."),
    errors.OperationRefused: _refused(
        "wrong-operation", "Not done now", "Payment {0.payment} does not take {0.operation} now."
    ),
    errors.NothingToCancel: _refused(
        "nothing-to-cancel", "Nothing to cancel", "No line of the order can be cancelled, or is asked to be."
    ),
    errors.OrderLineClosed: _refused("order-line-closed", "Order line closed", "Order line {0.line} is {0.status}."),
    errors.ChangedMeanwhile: Problem(
        412, "changed-meanwhile", "Changed meanwhile", "It is in version {0.version} by now, which was not expected."
    ),
    errors.LineRefused: _refused("wrong-line", "Wrong line", "Line {0.index} cannot be."),
    errors.UnknownLineItem: _refused("wrong-line", "Wrong line", "Line {0.index} names no item."),
    errors.UnknownLineUnit: _refused("wrong-line", "Wrong line", "Line {0.index} names no unit."),
    errors.ForeignLineUnit: _refused("wrong-line", "Wrong line", "Line {0.index} names a unit that its item lacks."),
    errors.ExchangeRateMissing: _refused(
        "exchange-rate-missing", "No exchange rate", "Amounts in {0.currency} need an exchange rate."
    ),
    errors.NumberTaken: _refused("number-taken", "Number taken", "Another invoice has the number {0.number}."),
    errors.NumberingTaken: _refused("number-taken", "Number taken", "Another invoice has the number {0.number}."),
    errors.NameTaken: _refused("name-taken", "Name taken", "Another record has the name {0.name}."),
    errors.SkuTaken: _refused("sku-taken", "SKU taken", "Another item of the supplier has the SKU {0.sku}."),
    errors.NumberMismatch: _refused(
        "number-mismatch", "Another number", "Invoice {0.invoice} does not have the number {0.number}."
    ),
    errors.OverAllocated: _refused(
        "over-allocated",
        "Over-allocated",
        "{0.accepted} would be accepted of order line {0.line}, of {0.ordered} ordered.",
    ),
    errors.OverCredited: _refused(
        "over-credited", "More than is left", "{0.credited:f} would be credited where {0.left:f} are left."
    ),
    errors.OverInvoiced: _refused(
        "over-invoiced",
        "More than was ordered",
        "Of order line {0.line}, {0.ordered:f} were ordered, and {0.invoiced:f} would be invoiced.",
    ),
    errors.ExportTooLarge: _refused("export-too-large", "Export too large", "There is more than one export can hold."),
    errors.AmountNotPositive: _refused(
        "nothing-paid", "Nothing paid", "Line {0.index} pays {0.amount:f}, not more than 0."
    ),
    errors.AmountTooLarge: _refused(
        "amount-too-large",
        "Amount too large",
        "The amounts come to more than is kept.",
        "What is owed on invoice {0.invoice} would be more, or less, than is kept.",
    ),
    errors.TooManyLines: _refused("too-many-lines", "Too many lines", "An invoice has at most {0.limit} lines here."),
    errors.NotAParticipant: _refused(
        "not-a-participant", "No participant", "Party {0.party} takes no part in opportunity {0.opportunity}."
    ),
    errors.DateRefused: _refused("wrong-date", "Wrong date", "The date in {0.field} cannot be."),
    errors.DateUnreadable: _refused("wrong-date", "Wrong date", "What stands in {0.field} is no date."),
    errors.DateInFuture: _refused("wrong-date", "Wrong date", "The date in {0.field} is later than now."),
    errors.DateTooEarly: _refused("wrong-date", "Wrong date", "The date in {0.field} is before one that it follows."),
    errors.FieldRefused: _refused("wrong-field", "Wrong field", "The field {0.field} does not take this."),
    errors.UnknownField: _refused("wrong-field", "Wrong field", "There is no field {0.field}."),
    errors.MissingField: _refused("wrong-field", "Wrong field", "The field {0.field} is required."),
    errors.ValueTaken: _refused("wrong-field", "Wrong field", "Another record has this value of the field {0.field}."),
    errors.CurrencyMismatch: _refused(
        "currency-mismatch",
        "Two currencies",
        "The amounts are in {0.given} where they can only be in {0.expected}.",
        "Invoice {0.invoice} is in {0.expected}, and the payment in {0.given}.",
    ),
    errors.Refused: _refused("refused", "Refused", "The ledger does not do that."),
    wire.RequestRefused: Problem(400, "bad-request", "Bad request", "The request cannot be heard."),
    ParametersInvalid: Problem(
        400, "invalid-parameters", "Invalid parameters", "Parameters of the address are unknown or cannot be read."
    ),
    BodyInvalid: Problem(400, "invalid-body", "Invalid body", "Values of the body are not what they have to be."),
    ContentFixed: _refused("fixed", "Fixed", "What was ordered, by whom and where to is not changed."),
    KeyReused: Problem(
        422, "idempotency-key-reused", "Key used before", "The `Idempotency-Key` stands for another request."
    ),
    KeyInFlight: Problem(
        409, "idempotency-key-in-flight", "Request under way", "The request of this `Idempotency-Key` is being done."
    ),
    wire.KeyUnreadable: Problem(
        400,
        "idempotency-key-unreadable",
        "No such key",
        "An `Idempotency-Key` has up to {0.most} visible characters of ASCII.",
    ),
    wire.BodyUnreadable: Problem(400, "unreadable-body", "Unreadable body", "The body is not JSON: {0.reason}."),
    wire.BodyTooLarge: Problem(413, "body-too-large", "Body too large", "A body may have {0.limit} bytes."),
    wire.BodyTypeUnsupported: Problem(
        415, "unsupported-body-type", "Unsupported body type", "The body must be application/json."
    ),
    wire.CredentialRefused: _no_access("The token opens nothing here.", OPENS_NOTHING),
    wire.CredentialMissing: NO_TOKEN,
    wire.CredentialMalformed: NO_TOKEN,
    wire.CredentialExpired: _no_access("The token has expired.", OPENS_NOTHING),
    ScopeMissing: Problem(
        403,
        "missing-scope",
        "Not allowed with this token",
        "The token lacks the scope `{0.scope}`.",
        'Bearer error="insufficient_scope", scope="{0.scope}"',
    ),
    DialectShowsNone: Problem(404, "not-shown", "Not shown there", "{0.dialect} shows no invoices."),
    wire.UnknownPath: Problem(404, "unknown-path", "Nothing is here", "Nothing is at {path}."),
    wire.WrongVerb: Problem(405, "wrong-verb", "Wrong verb", "{path} does not take {0.verb}."),
    wire.Crashed: Problem(
        500, "internal-error", "Internal error", "The server failed; its log tells more under the request's id."
    ),
    StoreFailed: Problem(
        503, "store-unavailable", "Not available", "The ledger cannot be reached at the moment; nothing has changed."
    ),
}
"""Every refusal, as a problem."""


_FACT = re.compile(r"\{[^}]*\}")


def explain(name: str) -> Response:
    """Answer with a page on a type of problem: all that its details may say. Refuses with `UnknownPath`."""
    rows = list(dict.fromkeys(row for row in REFUSALS.values() if row.name == name))
    if not rows:
        raise wire.UnknownPath
    told = [detail for row in rows for detail in (row.detail, row.of_payment) if detail]
    details = "".join(f"<li>{escape(_FACT.sub('…', detail))}</li>" for detail in dict.fromkeys(told))
    title = escape(rows[0].title)
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>'
        f"<p>Status {rows[0].status}, type <code>{TYPES}{name}</code>. The answer says one of:</p><ul>{details}</ul>"
    )


def voice(request: Request, error: Refused) -> Response:
    """Put a refusal into words."""
    problem = find_refusal(REFUSALS, error)
    body = details(request, error, getattr(request.state, "content", None))
    return json_reply(body, problem.status, _headers(problem, error), "application/problem+json")


def details(request: Request, error: Refused, content: Any = None) -> dict[str, Any]:
    """Say why something was refused, and where that stands in the content that was sent."""
    problem = find_refusal(REFUSALS, error)
    body: dict[str, Any] = {
        "type": TYPES + problem.name,
        "title": problem.title,
        "status": problem.status,
        "detail": _detail(problem, request, error),
    }
    if found := _found(error) or _pointed_at(error, content):
        body["errors"] = found
    if isinstance(error, errors.TransitionRefused | errors.InvoiceLocked):
        body |= {"state": str(error.status), "allowed": _allowed(error)}
    if isinstance(error, errors.OperationRefused):
        body |= {"allowed": [str(operation) for operation in error.allowed]}
    return {**body, "request_id": request.state.id}


def _allowed(error: errors.TransitionRefused | errors.InvoiceLocked) -> list[str]:
    """List what may be done to an invoice in this status, as `…/actions` calls it."""
    status = Status(error.status)
    known = error.allowed if isinstance(error, errors.TransitionRefused) else allowed_actions(status)
    drafted = ["edit", "delete"] if status is Status.DRAFT else []
    credited = ["credit"] if status in CREDITABLE else []
    return [*map(action_name, known), *drafted, *credited]


def _detail(problem: Problem, request: Request, error: Refused) -> str:
    allowed = action = ""
    if isinstance(error, errors.TransitionRefused):
        allowed, action = ", ".join(_allowed(error)), action_name(error.action)
    is_of_payment = problem.of_payment is not None and getattr(error, "invoice", None) is not None
    told = problem.of_payment if is_of_payment else problem.detail
    return str(told).format(error, path=request.url.path, allowed=allowed or "nothing", action=action)


_MEMBERS: Mapping[type[Refused], tuple[str, Sequence[str]]] = {
    errors.PartyNotFound: ("asked", ("party_id", "consignee_id")),
    errors.OpportunityNotFound: ("asked", ("opportunity_id",)),
    errors.NotAParticipant: ("opportunity", ("opportunity_id",)),
    errors.AddressNotFound: ("asked", ("billing_address_id", "delivery_address_id", "id")),
    errors.ChannelNotFound: ("asked", ("channel_id",)),
    errors.InvoiceNotFound: ("asked", ("invoice_id",)),
    errors.InvoiceLocked: ("invoice", ("invoice_id",)),
    errors.TransitionRefused: ("invoice", ("invoice_id",)),
    errors.CurrencyMismatch: ("invoice", ("invoice_id",)),
    errors.AmountTooLarge: ("invoice", ("invoice_id",)),
    errors.InvoiceLineNotFound: ("asked", ("id", "line_id")),
    errors.ItemNotFound: ("asked", ("item_id",)),
    errors.TaxNotFound: ("asked", ("tax_ids",)),
    errors.SupplierNotFound: ("asked", ("supplier_id",)),
    errors.SkuNotFound: ("asked", ("sku",)),
    errors.OrderLineNotFound: ("asked", ("id", "line_ids")),
    errors.OrderLineClosed: ("line", ("id",)),
    errors.OverInvoiced: ("line", ("id",)),
    errors.OverAllocated: ("line", ("id",)),
    errors.UserNotFound: ("asked", ("user",)),
    errors.NumberTaken: ("number", ("number",)),
    errors.NameTaken: ("name", ("name",)),
    errors.PriceListNotFound: ("asked", ("price_list",)),
    errors.SkuTaken: ("sku", ("sku",)),
    errors.DateRefused: ("field", ("void_at", "issued_at", "expires_at")),
    errors.ValueTaken: ("field", ("code",)),
}
"""Facts about a value that a client sent: which of the fact's own values that is, and the members that may hold it."""


def _pointed_at(error: Refused, content: Any) -> list[dict[str, str]]:
    """Find where the value that a refusal is about stands in what was sent."""
    return [{"pointer": place, "detail": "This is refused."} for place in _refused_places(error, content)]


def _refused_places(error: Refused, content: Any) -> Iterable[str]:
    match error:
        case errors.EntryKept():
            return _places("", content, (error.table,), None)
        case errors.BookKept():
            books = (place for place in _places("", content, ("id",), error.book) if "/books/" in place)
            return (place.removesuffix("id") + error.field for place in books)
        case errors.OverCredited(index=int(index)):
            return [f"/{'charges' if error.charge else 'lines'}/{index}"]
        case errors.NumberingTaken():
            return [f"/dialects/{error.dialect}/number"]
        case _:
            return _named_places(error, content)


def _named_places(error: Refused, content: Any) -> Iterable[str]:
    kind = next((kind for kind in type(error).__mro__ if kind in _MEMBERS), None)
    if kind is None:
        return []
    fact, members = _MEMBERS[kind]
    value = None if fact == "field" else getattr(error, fact)
    value = str(value) if isinstance(value, UUID) else value
    if fact == "invoice" and value is None:
        return []
    return _places("", content, members, value)


def _places(pointer: str, content: Any, members: Sequence[str], value: Any) -> Iterator[str]:
    """List where one of the members holds a value, or stands in a list of such; None is any."""
    parts: Mapping[Any, Any] = {}
    if isinstance(content, dict):
        parts = cast("dict[str, Any]", content)
    elif isinstance(content, list):
        parts = dict(enumerate(cast("list[Any]", content)))
    for name, part in parts.items():
        here = f"{pointer}/{name}"
        if name in members and (value is None or part == value):
            yield here
        elif name in members and isinstance(part, list):
            yield from (f"{here}/{place}" for place, one in enumerate(cast("list[Any]", part)) if one == value)
        else:
            yield from _places(here, part, members, value)


def _found(error: Refused) -> list[dict[str, str]]:
    """List what is wrong, each with the place where it is."""
    if isinstance(error, errors.ChangedMeanwhile):
        return [
            {"pointer": place, "detail": f"Changed in version {version}, by {actor}."}
            for place, version, actor in error.changes
        ]
    if isinstance(error, ParametersInvalid):
        return [{"parameter": name, "detail": detail} for name, detail in error.problems]
    if isinstance(error, BodyInvalid):
        return [{"pointer": pointer, "detail": detail} for pointer, detail in error.problems]
    return []


def _headers(problem: Problem, error: Refused) -> Mapping[str, str] | None:
    if problem.challenge:
        return {"WWW-Authenticate": problem.challenge.format(error)}
    return {"Allow": ", ".join(error.allowed)} if isinstance(error, wire.WrongVerb) else None
