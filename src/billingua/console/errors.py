"""Why the console refuses, and how it says so to a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from billingua.core import errors
from billingua.core.errors import Refused
from billingua.core.lifecycle import Status
from billingua.engine.ports import StoreFailed
from billingua.wire import errors as wire
from billingua.wire.errors import RequestRefused, find_refusal


class LockedOut(RequestRefused):
    """Somebody failed to sign in too often, and has to `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait

    @property
    def minutes(self) -> int:
        """How many minutes that is, at the most."""
        return max(1, ceil(self.wait / timedelta(minutes=1)))


class FormForged(RequestRefused):
    """The form was not sent from a page of this console, or from one that was shown to somebody else."""


class NoWayIn(RequestRefused):
    """The user belongs to a trading partner and has no role here."""


class NotPrintable(Refused):
    """The invoice cannot be printed; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Words:
    """How a refusal sounds: its status, a headline, and a sentence, into which the fact's own values are put."""

    status: int
    title: str
    text: str


REFUSALS: Mapping[type[Exception], Words] = {
    errors.Refused: Words(409, "That is not done", "The ledger does not do that."),
    errors.NotFound: Words(404, "Not there", "There is no such record, or it is gone."),
    errors.InvoiceNotFound: Words(404, "No such invoice", "There is no invoice {0.asked}."),
    errors.NotPermitted: Words(403, "Not yours to do", "You may not {0.what}."),
    errors.InvoiceCredited: Words(409, "There are credit notes", "Void the credit notes on the invoice first."),
    errors.ChangedMeanwhile: Words(409, "Changed meanwhile", "It was changed while you were looking at it."),
    errors.AmountNotPositive: Words(422, "Nothing paid", "A payment is more than 0."),
    errors.AmountTooLarge: Words(422, "Too much", "More would be owed, or less, than the ledger keeps."),
    errors.DateInFuture: Words(422, "Too late", "The day is later than today."),
    errors.DateTooEarly: Words(422, "Too early", "The day is before that of the invoice."),
    wire.RequestRefused: Words(400, "That cannot be read", "What your browser sent cannot be read."),
    wire.BodyTooLarge: Words(413, "Too much", "A form may have {0.limit} bytes."),
    wire.UnknownPath: Words(404, "Nothing is here", "There is no such page."),
    wire.WrongVerb: Words(405, "Not like that", "This page does not take {0.verb}."),
    wire.Crashed: Words(500, "Something broke", "The server failed. Its log tells more under the number below."),
    FormForged: Words(
        403, "Please send that again", "The form was not sent from a page that you have open. Nothing was done."
    ),
    LockedOut: Words(429, "Please wait", "There were too many failures. Try again in {0.minutes} min."),
    NoWayIn: Words(403, "Not for trading partners", "You have no role in this workspace: its administrator gives one."),
    NotPrintable: Words(422, "Not printable", "The invoice cannot be printed: {0.reason}."),
    StoreFailed: Words(503, "Not available", "The ledger cannot be reached at the moment. Nothing has changed."),
}
"""Every refusal, in words for people."""

_STATES = {
    Status.DRAFT: "The invoice is still a draft.",
    Status.OPEN: "The invoice is open: issued, and not paid yet.",
    Status.PAID: "The invoice is paid.",
    Status.REJECTED: "The invoice is rejected: take it back to a draft first.",
    Status.VOID: "The invoice is void, and stays so.",
}


def words_of(error: Refused) -> Words:
    """Put a refusal into words for people."""
    if isinstance(error, errors.TransitionRefused):
        return Words(409, "Not in this status", _STATES[Status(error.status)])
    words = find_refusal(REFUSALS, error)
    return Words(words.status, words.title, words.text.format(error))
