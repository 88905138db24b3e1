"""Commands on invoices."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from billingua.core import errors, events, lifecycle
from billingua.core.access import User, may_change, may_see
from billingua.core.invoice import (
    Invoice,
    follow_balance,
    in_currency,
    issue,
    keep_credited,
    reject,
    reopen,
    revise,
    settle,
    total_owed,
    void,
    with_extra,
)
from billingua.core.lifecycle import Action, Status
from billingua.core.money import ZERO
from billingua.core.party import Opportunity, Party
from billingua.engine.content import InvoiceFields, LineContent, carry_over, line_needs, write_lines
from billingua.engine.kinds import THE_WORKSPACE, by_claim, by_number, by_username
from billingua.engine.orders import recounted
from billingua.engine.plan import Caller, Decision, Found, Key, Needs, Plan, Record, Step, by_id


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An invoice with whom and what it refers to, as far as those exist, and the version it has."""

    invoice: Invoice
    version: int
    party: Party | None = None
    consignee: Party | None = None
    opportunity: Opportunity | None = None
    author: User | None = None


def find_invoice(id: int, caller: Caller, now: datetime) -> Plan[InvoiceView]:
    """Show one invoice. Refuses with `InvoiceNotFound`, or `NotPermitted` where the caller may not see its party."""
    return (yield from _find(by_id(Invoice, id), caller))


def find_invoice_by_number(number: str, caller: Caller, now: datetime) -> Plan[InvoiceView]:
    """Show the invoice that has a number, of the workspace's own. Refuses as `find_invoice`."""
    return (yield from _find(by_number(number), caller))


def is_number_taken(number: str, caller: Caller, now: datetime) -> Plan[bool]:
    """Tell whether an invoice of the workspace's own has a number, whoever may see it."""
    key = by_number(number)
    found = yield Needs([key])
    return Decision(found.get(key) is not None)


def _find(key: Key[Invoice], caller: Caller) -> Plan[InvoiceView]:
    found = yield Needs([key])
    record = found.record(key)
    if record is None:
        raise errors.InvoiceNotFound(key.value)
    view = yield from view_of(record.value, record.version)
    if not may_access(caller.user, view):
        raise errors.NotPermitted("see the invoice")
    return Decision(view)


def view_invoices(invoices: Sequence[Record[Invoice]], caller: Caller, now: datetime) -> Plan[list[InvoiceView]]:
    """Show those of some invoices that the caller may see."""
    found = yield Needs([*dict.fromkeys(key for record in invoices for key in _referred(record.value))])
    views = [_view(record.value, record.version, found) for record in invoices]
    return Decision([view for view in views if may_access(caller.user, view)])


def may_access(user: User | None, view: InvoiceView) -> bool:
    """Whether the user may see whom an invoice is for, or administers the records, or made it."""
    return may_see(user, view.party) or may_change(user, view.invoice)


def view_of(invoice: Invoice, version: int) -> Step[InvoiceView]:
    """Look up whom and what an invoice refers to."""
    found = yield Needs(_referred(invoice))
    return _view(invoice, version, found)


def _referred(invoice: Invoice) -> tuple[Key[Party], Key[Party], Key[Opportunity], Key[User]]:
    return (
        by_id(Party, invoice.party),
        by_id(Party, invoice.consignee or 0),
        by_id(Opportunity, invoice.opportunity or 0),
        by_username(invoice.created_by or ""),
    )


def _view(invoice: Invoice, version: int, found: Found) -> InvoiceView:
    party, consignee, opportunity, author = _referred(invoice)
    return InvoiceView(
        invoice, version, found.get(party), found.get(consignee), found.get(opportunity), found.get(author)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendInvoice:
    """Change some of an invoice and leave the rest: only what is given here changes.

    `paid` and `partly_paid` state what was paid, whatever the balance says; a balance of zero or less always counts
    as paid where it is stated. New `lines` leave the balances alone; `unsaid` names the members of a line that the
    caller's dialect has no word for, and `extras` are members that only that dialect understands.
    """

    invoice: int
    fields: InvoiceFields = field(default_factory=InvoiceFields)
    paid: bool | None = None
    partly_paid: bool | None = None
    lines: Sequence[LineContent] | None = None
    unsaid: frozenset[str] = frozenset()
    claims: tuple[str, ...] | None = None
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])


def amend_invoice(command: AmendInvoice, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Change some of an invoice.

    Refuses, in this order, with `InvoiceNotFound`, `NotPermitted`, `InvoiceLocked` (it is void), `PartyNotFound` or
    `NotPermitted` for a party, `ChannelNotFound`, `NumberTaken`, `ValueTaken`, `ItemNotFound` or `TaxNotFound` for a
    line, `AmountTooLarge`, `TransitionRefused` where its status does not let it be paid, or `InvoiceCredited` where
    something else would be charged than is credited.
    """
    key = by_id(Invoice, command.invoice)
    found = yield Needs([key])
    invoice = found.require(key, errors.InvoiceNotFound(command.invoice))
    yield from check_access(invoice, caller)
    lifecycle.require_unlocked(invoice.status)
    written = yield from amended(invoice, command, caller, now)
    keep_credited(invoice, written)
    orders = yield from recounted([(invoice, written)])
    return Decision(written, saves=[written, *orders], events=_told(invoice, written))


def amended(invoice: Invoice, command: AmendInvoice, caller: Caller, now: datetime) -> Step[Invoice]:
    """Say what an invoice is once it is changed. Refuses as `amend_invoice`, from the party on."""
    yield from _check_amendment(invoice, command, caller)
    changed = in_currency(invoice, command.fields.get("currency", invoice.currency))
    changed = yield from _follow_party(replace(changed, **command.fields, updated_at=now), invoice)
    if command.lines is not None:
        changed = yield from _amend_lines(changed, command.lines, command.unsaid)
    if command.claims is not None:
        changed = replace(changed, claims=command.claims)
    return _state_paid(with_extra(changed, caller.dialect, command.extras), command, now)


def check_access(invoice: Invoice, caller: Caller) -> Step[None]:
    """See that the caller may change the invoice, or at least see whom it is for."""
    if caller.user is None or may_change(caller.user, invoice):
        return
    party = by_id(Party, invoice.party)
    found = yield Needs([party])
    if not may_see(caller.user, found.get(party)):
        raise errors.NotPermitted("change the invoice")


def _follow_party(amended: Invoice, before: Invoice) -> Step[Invoice]:
    """Let go of the opportunity and the address of a customer that the invoice is not for any more."""
    if amended.party == before.party:
        return amended
    opportunity = by_id(Opportunity, before.opportunity or 0)
    found = yield Needs([opportunity])
    shared = found.get(opportunity)
    takes_part = shared is not None and amended.party in shared.participants
    return replace(amended, opportunity=before.opportunity if takes_part else None, billing_address=None)


def _amend_lines(invoice: Invoice, contents: Sequence[LineContent], unsaid: frozenset[str]) -> Step[Invoice]:
    """Write the lines anew, unless they say what they said."""
    found = yield Needs(line_needs(contents), ["invoice_line"])
    lines = carry_over(contents, write_lines(contents, found), invoice.lines, unsaid)
    total_owed(lines, invoice.charges, invoice.rounding)
    said, says = ([replace(line, id=0) for line in version] for version in (invoice.lines, lines))
    return invoice if said == says else replace(invoice, lines=lines)


def _check_amendment(invoice: Invoice, command: AmendInvoice, caller: Caller) -> Step[None]:
    """See that the party and channel exist, and that the number and every claim are free or the invoice's own."""
    party, channel, number = (command.fields.get(name) for name in ("party", "channel", "number"))
    party_key = by_id(Party, party) if isinstance(party, int) else None
    scopes = {"", invoice.number_scope}  # a number of the invoice's own scope is not to be one of the workspace's
    numbers = [by_number(number, scope) for scope in scopes] if isinstance(number, str) else []
    claims = {by_claim(claim): claim for claim in command.claims or ()}
    found = yield Needs([THE_WORKSPACE, *filter(None, [party_key]), *numbers, *claims])
    if party_key and not may_see(caller.user, found.require(party_key, errors.PartyNotFound(party))):
        raise errors.NotPermitted("see the party")
    if isinstance(channel, int):
        found.require(THE_WORKSPACE, errors.ChannelNotFound(channel)).channel(channel)
    if any(_is_anothers(found.get(key), invoice) for key in numbers):
        raise errors.NumberTaken(str(number))
    for claim_key, claim in claims.items():
        if _is_anothers(found.get(claim_key), invoice):
            raise errors.ValueTaken(claim)


def _is_anothers(holder: Invoice | None, invoice: Invoice) -> bool:
    return holder is not None and holder.id != invoice.id


def _state_paid(invoice: Invoice, command: AmendInvoice, now: datetime) -> Invoice:
    """Follow what the command says of the payment, in words or by the balance."""
    if command.paid is True and invoice.status is not Status.PAID:
        invoice = settle(issue(invoice, now=now) if invoice.status is Status.DRAFT else invoice, now=now)
    if command.paid is False and invoice.status is Status.PAID:
        invoice = reopen(invoice, now=now)
    if command.partly_paid is not None:
        invoice = replace(invoice, partly_paid=command.partly_paid)
    # Whatever was credited, so much is still owed; where nothing is due, nothing changes that stands in the wide body.
    if invoice.refund_due and "open_balance" in command.fields and invoice.open_balance > 0:
        invoice = replace(invoice, refund_due=ZERO)
    is_stated = command.paid is not None or "open_balance" in command.fields
    return follow_balance(invoice, now) if is_stated else invoice


def _told(before: Invoice, after: Invoice) -> list[events.Event]:
    """Name what happened between two states of an invoice."""
    told: list[events.Event] = [events.InvoiceEdited(after.id, after.number)]
    return told + events.of_balance(after.id, after.number, before.status, after.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStatus:
    """Do something to an invoice's status.

    Where `number` is given it has to be the invoice's own. In a status of `already` the action was done before and
    nothing changes. `dated` is the moment that a void invoice is void from, or the text that was meant to be one.
    """

    invoice: int
    action: Action
    number: str | None = None
    already: frozenset[Status] = frozenset()
    dated: datetime | str | None = None


def change_status(command: ChangeStatus, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Do something to an invoice's status.

    Refuses, in this order, with `InvoiceNotFound`, `NotPermitted`, `NumberMismatch`, `TransitionRefused`,
    `DateUnreadable`, `DateInFuture`, `DateTooEarly` (a day before the invoice's own), `InvoiceCredited`.
    """
    key = by_id(Invoice, command.invoice)
    found = yield Needs([key, THE_WORKSPACE])
    invoice = found.require(key, errors.InvoiceNotFound(command.invoice))
    yield from check_access(invoice, caller)
    if command.number is not None and command.number.strip() != invoice.number.strip():
        raise errors.NumberMismatch(invoice.id, command.number)
    if invoice.status not in command.already:
        lifecycle.next_status(invoice.status, command.action)
    workspace = found.get(THE_WORKSPACE)
    dated = _checked_date(command, invoice, workspace.zone if workspace else UTC, now)
    if invoice.status in command.already:
        return Decision(invoice)
    changed = do(command.action, invoice, now, dated)
    return Decision(changed, saves=[changed], events=[happened(command.action, invoice)])


def do(action: Action, invoice: Invoice, now: datetime, dated: datetime | None = None) -> Invoice:
    """Do something to an invoice's status, as of now unless it is dated. Refuses with `TransitionRefused`."""
    return _DONE[action](invoice, dated or now, now)


def happened(action: Action, invoice: Invoice) -> events.Event:
    """Name what happened to an invoice by an action."""
    return _HAPPENED[action](invoice.id, invoice.number)


def _checked_date(command: ChangeStatus, invoice: Invoice, zone: tzinfo, now: datetime) -> datetime | None:
    dated = command.dated
    if isinstance(dated, str):
        raise errors.DateUnreadable("void_date", dated)
    if dated is None or command.action is not Action.VOID:
        return dated
    if dated > now:
        raise errors.DateInFuture("void_date", dated)
    if dated.astimezone(zone).date() < invoice.issued_at.astimezone(zone).date():
        raise errors.DateTooEarly("void_date", dated)
    return dated


_DONE: dict[Action, Callable[[Invoice, datetime, datetime], Invoice]] = {
    Action.ISSUE: lambda invoice, _, now: issue(invoice, now=now),
    Action.SETTLE: lambda invoice, _, now: settle(invoice, now=now),
    Action.REJECT: lambda invoice, _, now: reject(invoice, now=now),
    Action.REVISE: lambda invoice, _, now: revise(invoice, now=now),
    Action.REOPEN: lambda invoice, _, now: reopen(invoice, now=now),
    Action.VOID: lambda invoice, dated, now: void(invoice, at=dated, now=now),
}

_HAPPENED: dict[Action, type[events.Event]] = {
    Action.ISSUE: events.InvoiceIssued,
    Action.SETTLE: events.InvoicePaid,
    Action.REJECT: events.InvoiceRejected,
    Action.REVISE: events.InvoiceRevised,
    Action.REOPEN: events.InvoiceReopened,
    Action.VOID: events.InvoiceVoided,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RestampInvoice:
    """State anew when an invoice was made, or last changed."""

    invoice: int
    created_at: datetime | None = None
    updated_at: datetime | None = None


def restamp_invoice(command: RestampInvoice, caller: Caller, now: datetime) -> Plan[Invoice]:
    """State anew when an invoice was made or changed. Refuses with `InvoiceNotFound` or `NotPermitted`."""
    found = yield from _find(by_id(Invoice, command.invoice), caller)
    invoice = found.answer.invoice
    stamped = replace(
        invoice,
        created_at=command.created_at or invoice.created_at,
        updated_at=command.updated_at or invoice.updated_at,
    )
    return Decision(stamped, saves=[stamped], events=[events.InvoiceEdited(invoice.id, invoice.number)])
