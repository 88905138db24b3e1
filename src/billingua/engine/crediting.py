"""Commands on credit notes: each changes the note and its invoice in one step, or nothing at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from billingua.core import errors, events
from billingua.core.access import User, may_see
from billingua.core.credit import (
    CreditNote,
    LineCredit,
    credit,
    require_creditable,
    take_back_credit,
    void_credit,
    write_credit,
)
from billingua.core.invoice import Invoice
from billingua.core.line import Charge
from billingua.core.numbering import Book, BookKind
from billingua.core.party import Party
from billingua.core.workspace import Workspace
from billingua.engine.invoices import check_access
from billingua.engine.kinds import THE_WORKSPACE, by_credit_number
from billingua.engine.plan import Caller, Decision, Found, Key, Needs, Plan, Record, Step, by_id
from billingua.engine.selling import next_number

_USUAL_BOOK = Book(id=0, kind=BookKind.CREDIT, prefix="CN-")


@dataclass(frozen=True, slots=True)
class CreditView:
    """A credit note in a version, with its invoice, which tells what is due back; that of a void note may be gone."""

    note: CreditNote
    version: int
    invoice: Invoice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditInvoice:
    """Credit some of an invoice (its id), as of `issued_at` or now; all that is left of it, if nothing is said.

    `extras` are members that only the caller's dialect understands.
    """

    invoice: int
    lines: Sequence[LineCredit] | None = None
    charges: Sequence[Charge] | None = None
    reason: str = ""
    issued_at: datetime | None = None
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])


def credit_invoice(command: CreditInvoice, caller: Caller, now: datetime) -> Plan[CreditView]:
    """Write a credit note, numbered by the workspace's book for such, and take it off what its invoice owes.

    Refuses, in this order, with `InvoiceNotFound`, `NotPermitted`, `TransitionRefused` (it was not issued, or is out of
    force), `DateInFuture`, `DateTooEarly` (a day before the invoice's own), `NothingToCredit`, `InvoiceLineNotFound`,
    `OverCredited`.
    """
    key = by_id(Invoice, command.invoice)
    found = yield Needs([key, THE_WORKSPACE], ["credit_note"])
    invoice = found.require(key, errors.InvoiceNotFound(command.invoice))
    yield from check_access(invoice, caller)
    require_creditable(invoice)
    workspace = found.get(THE_WORKSPACE)
    if command.issued_at is not None:
        _check_date(command.issued_at, invoice, workspace, now)
    draft = CreditNote(
        id=found.new_id("credit_note"),
        uuid=found.new_uuid(),
        number="",
        invoice=invoice.id,
        party=invoice.party,
        currency=invoice.currency,
        exchange_rate=invoice.exchange_rate,
        issued_at=command.issued_at or now,
        created_at=now,
        created_by=caller.user.username if caller.user else None,
        origin=caller.dialect,
        reason=command.reason,
        rounding=invoice.rounding,
        extras={caller.dialect: command.extras} if command.extras else {},
    )
    notes = yield from live_notes(invoice)
    note = write_credit(draft, invoice, notes, command.lines, command.charges)
    note = yield from _numbered(note, workspace)
    credited = credit(invoice, note, now)
    return _decide(CreditView(note, 1, credited), invoice, credited, events.CreditNoteIssued)


def void_credit_note(id: int, caller: Caller, now: datetime) -> Plan[CreditView]:
    """Take a credit note out of force, and put what it took off its invoice back on what is owed.

    Refuses, in this order, with `CreditNoteNotFound`, `NotPermitted`, `CreditNoteVoid`, or `AmountTooLarge`.
    """
    view = yield from _find(by_id(CreditNote, id), caller)
    note = void_credit(view.note, now)
    key = by_id(Invoice, note.invoice)
    found = yield Needs([key])
    before = found.require(key, errors.InvoiceNotFound(note.invoice))
    after = take_back_credit(before, note, now)
    return _decide(CreditView(note, view.version + 1, after), before, after, events.CreditNoteVoided)


def find_credit_note(key: Key[CreditNote], caller: Caller, now: datetime) -> Plan[CreditView]:
    """Show one credit note. Refuses with `CreditNoteNotFound`, or `NotPermitted` where the caller may not see it."""
    return Decision((yield from _find(key, caller)))


def view_credit_notes(notes: Sequence[Record[CreditNote]], caller: Caller, now: datetime) -> Plan[list[CreditView]]:
    """Show those of some credit notes that the caller may see, as lists do."""
    found = yield Needs([*dict.fromkeys(key for record in notes for key in _referred(record.value))])
    views = [_view(record, found) for record in notes]
    return Decision([view for view in views if _may_access(caller.user, view.note, found)])


def live_notes(invoice: Invoice) -> Step[list[CreditNote]]:
    """Look up the live credit notes on an invoice, oldest first."""
    keys = [by_id(CreditNote, one.note) for one in invoice.credits]
    found = yield Needs(keys)
    return [found.require(key, errors.CreditNoteNotFound(key.value)) for key in keys]


def credit_book(workspace: Workspace | None) -> Book:
    """Give the book by which credit notes are numbered: the workspace's first for such, or else `CN-1` and so on."""
    books = workspace.books if workspace else ()
    return next((book for book in books if book.kind is BookKind.CREDIT), _USUAL_BOOK)


def _find(key: Key[CreditNote], caller: Caller) -> Step[CreditView]:
    """Look up a credit note that the caller may see, with its invoice."""
    found = yield Needs([key])
    record = found.record(key)
    if record is None:
        raise errors.CreditNoteNotFound(key.value)
    found = yield Needs(_referred(record.value))
    if not _may_access(caller.user, record.value, found):
        raise errors.NotPermitted("see the credit note")
    return _view(record, found)


def _referred(note: CreditNote) -> tuple[Key[Invoice], Key[Party]]:
    return by_id(Invoice, note.invoice), by_id(Party, note.party)


def _view(record: Record[CreditNote], found: Found) -> CreditView:
    return CreditView(record.value, record.version, found.get(by_id(Invoice, record.value.invoice)))


def _may_access(user: User | None, note: CreditNote, found: Found) -> bool:
    """Whether the user may see whom a note is for, or administers the records, or wrote it."""
    party = found.get(by_id(Party, note.party))
    return may_see(user, party) or (user is not None and user.username == note.created_by)


def _check_date(issued_at: datetime, invoice: Invoice, workspace: Workspace | None, now: datetime) -> None:
    """See that a note is from no later than now, and from no day before its invoice's."""
    zone = workspace.zone if workspace else UTC
    if issued_at > now:
        raise errors.DateInFuture("issued_at", issued_at)
    if issued_at.astimezone(zone).date() < invoice.issued_at.astimezone(zone).date():
        raise errors.DateTooEarly("issued_at", issued_at)


def _numbered(note: CreditNote, workspace: Workspace | None) -> Step[CreditNote]:
    day = note.issued_at.astimezone(workspace.zone if workspace else UTC).date()
    number = yield from next_number(credit_book(workspace), day, by_credit_number)
    return replace(note, number=number)


def _decide(
    view: CreditView, before: Invoice, after: Invoice, happened: type[events.CreditNoteIssued | events.CreditNoteVoided]
) -> Decision[CreditView]:
    """Save a note with its invoice, and tell what happened to both."""
    told: list[events.Event] = [happened(view.note.id, view.note.number, after.id)]
    told += events.of_balance(after.id, after.number, before.status, after.status)
    return Decision(view, saves=[view.note, after], events=told)
