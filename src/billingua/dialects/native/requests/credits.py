"""What clients of our own API ask to be done with credit notes, as commands to the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from billingua.core.credit import WHOLE, CreditNote, LineCredit
from billingua.core.errors import CreditNoteNotFound, InvoiceLineNotFound, InvoiceNotFound
from billingua.core.invoice import Invoice
from billingua.core.line import Charge
from billingua.core.party import Party
from billingua.dialects.native.errors import BodyInvalid
from billingua.dialects.native.requests import bodies
from billingua.dialects.native.vocabulary import INVALID
from billingua.engine import crediting
from billingua.engine.crediting import CreditView
from billingua.engine.plan import Caller, Decision, Key, Needs, Plan, Record, Step, by_id
from billingua.wire.members import MOST_PROBLEMS


@dataclass(frozen=True, slots=True)
class Shown:
    """A credit note with its invoice, and whom it is for, if they are still there."""

    view: CreditView
    party: Party | None


@dataclass(frozen=True, slots=True)
class Credit:
    """Say what to credit of an invoice."""

    key: Key[Invoice]
    content: bodies.CreditContent


def credit_invoice(command: Credit, caller: Caller, now: datetime) -> Plan[Shown]:
    """Credit an invoice. Refuses with `BodyInvalid`, and as the ledger's `credit_invoice`."""
    found = yield Needs([command.key])
    invoice = found.require(command.key, InvoiceNotFound(command.key.value))
    content = command.content
    _check(content)
    issued_at = content.issued_at and content.issued_at.astimezone(UTC)
    lines, charges = content.lines, content.charges
    asked = crediting.CreditInvoice(
        invoice=invoice.id,
        lines=None if lines is None else [LineCredit(one.line_id or WHOLE, one.quantity, one.amount) for one in lines],
        charges=None if charges is None else [Charge(charge.kind, charge.amount) for charge in charges],
        reason=content.reason,
        issued_at=issued_at,
    )
    try:
        decision = yield from crediting.credit_invoice(asked, caller, now)
    except InvoiceLineNotFound as error:
        raise _unnamed(content) if error.asked == WHOLE else error from None
    return (yield from _shown(decision))


def _unnamed(content: bodies.CreditContent) -> BodyInvalid:
    """Point at the lines that do not say which of an invoice's lines they credit."""
    unnamed = (place for place, line in enumerate(content.lines or ()) if line.line_id is None)
    return BodyInvalid([(f"/lines/{place}/line_id", INVALID["content"]) for place in unnamed][:MOST_PROBLEMS])


def _check(content: bodies.CreditContent) -> None:
    """See that no line says twice how much of it is credited. Refuses with `BodyInvalid`."""
    twice = [
        (f"/lines/{place}/amount", INVALID["quantity or amount"])
        for place, line in enumerate(content.lines or ())
        if line.quantity is not None and line.amount is not None
    ]
    if twice:
        raise BodyInvalid(twice[:MOST_PROBLEMS])


def void_credit_note(key: Key[CreditNote], caller: Caller, now: datetime) -> Plan[Shown]:
    """Take a credit note out of force. Refuses as the ledger's `void_credit_note`."""
    found = yield Needs([key])
    note = found.require(key, CreditNoteNotFound(key.value))
    return (yield from _shown((yield from crediting.void_credit_note(note.id, caller, now))))


def find_credit_note(key: Key[CreditNote], caller: Caller, now: datetime) -> Plan[Shown]:
    """Show a credit note. Refuses with `CreditNoteNotFound` or `NotPermitted`."""
    return (yield from _shown((yield from crediting.find_credit_note(key, caller, now))))


def view_credit_notes(records: Sequence[Record[CreditNote]], caller: Caller, now: datetime) -> Plan[list[Shown]]:
    """Show those credit notes of a list that the caller may see."""
    views = (yield from crediting.view_credit_notes(records, caller, now)).answer
    return Decision((yield from _with_parties(views)))


def _shown(decision: Decision[CreditView]) -> Step[Decision[Any]]:
    (shown,) = yield from _with_parties([decision.answer])
    return replace(decision, answer=shown)


def _with_parties(views: Sequence[CreditView]) -> Step[list[Shown]]:
    """Look up whom credit notes are for, all at once."""
    keys = {view.note.party: by_id(Party, view.note.party) for view in views}
    found = yield Needs(list(keys.values()))
    return [Shown(view, found.get(keys[view.note.party])) for view in views]
