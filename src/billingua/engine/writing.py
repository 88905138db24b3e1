"""Commands that write what an invoice says: a new one, or all of one anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from billingua.core import errors, events, lifecycle
from billingua.core.access import may_change, may_see
from billingua.core.invoice import Invoice, in_currency, keep_credited, with_extra, with_lines
from billingua.core.lifecycle import Status
from billingua.core.money import ZERO
from billingua.core.party import AddressCategory, Opportunity, Party
from billingua.core.rounding import Rounding
from billingua.engine.content import InvoiceFields, LineContent, carry_over, line_needs, write_lines
from billingua.engine.invoices import InvoiceView, view_of
from billingua.engine.kinds import THE_WORKSPACE, by_number
from billingua.engine.orders import recounted
from billingua.engine.plan import Caller, Decision, Found, Key, Needs, Plan, Step, by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateInvoice:
    """Write a new invoice, a draft.

    `fields` says what it shall say, at least its party, currency and issue, or is the refusal of whoever tried to say
    so; so is `number`, which is looked at last. `extras` are the members that only the caller's dialect understands,
    and `currencies` those that it knows, where it does not know all.
    """

    number: str | errors.Refused
    fields: InvoiceFields | errors.Refused
    lines: Sequence[LineContent]
    rounding: Rounding
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])
    currencies: frozenset[str] | None = None


def create_invoice(command: CreateInvoice, caller: Caller, now: datetime) -> Plan[InvoiceView]:
    """Write a new invoice; its number is none of the workspace's own yet.

    Refuses, in this order, with `ItemNotFound` or `TaxNotFound` for a line; what the command refuses of its fields;
    `PartyNotFound` or `NotPermitted` for a party; `OpportunityNotFound` or `NotAParticipant`; `CurrencyNotFound`;
    `AddressNotFound`; `ChannelNotFound`; what the command refuses of its number, or `NumberTaken`; `AmountTooLarge`.
    """
    fields, number = command.fields, command.number
    references = [] if isinstance(fields, errors.Refused) else _references(fields)
    numbers = [] if isinstance(number, errors.Refused) else [by_number(number)]
    found = yield Needs([*line_needs(command.lines), *references, *numbers], ["invoice", "invoice_line"])
    lines = write_lines(command.lines, found)
    if isinstance(fields, errors.Refused):
        raise fields
    draft = _draft(fields, command.rounding, found, caller, now)
    yield from _check(fields, draft, command.currencies, caller)
    if isinstance(number, errors.Refused):
        raise number
    if any(map(found.get, numbers)):
        raise errors.NumberTaken(number)
    written = with_extra(with_lines(replace(draft, number=number), lines), caller.dialect, command.extras)
    view = yield from view_of(written, 1)
    return Decision(view, saves=[written], events=[events.InvoiceCreated(written.id, written.number)])


def _draft(fields: InvoiceFields, rounding: Rounding, found: Found, caller: Caller, now: datetime) -> Invoice:
    """Begin an invoice, without a number and lines yet."""
    said: Mapping[str, Any] = {**fields}
    return Invoice(
        id=found.new_id("invoice"),
        uuid=found.new_uuid(),
        number="",
        status=Status.DRAFT,
        origin=caller.dialect,
        created_at=now,
        created_by=caller.user.username if caller.user else None,
        updated_at=now,
        original_balance=ZERO,
        open_balance=ZERO,
        rounding=rounding,
        **said,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceInvoice:
    """Write what an invoice says anew: the fields that are given and all lines, unless those are None and stay.

    `fields` says what the invoice shall say, or is the refusal of whoever tried to: nobody hears it who may not write
    the invoice. `unsaid` names the members of a line that the caller's dialect has no word for: a line that stands for
    an old one keeps them. `extras` are the members that only the dialect understands. `editable` lists the statuses in
    which the dialect edits, and `currencies` those it knows, where it does not know all. Where the dialect keeps fewer
    digits of a rate of exchange than it shows, `exact_rate` is the one that was said: a rate that is the same stays.
    """

    invoice: int
    fields: InvoiceFields | errors.Refused
    lines: Sequence[LineContent] | None
    unsaid: frozenset[str] = frozenset()
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])
    editable: frozenset[Status] = frozenset({Status.DRAFT})
    currencies: frozenset[str] | None = None
    exact_rate: Decimal | None = None


def replace_invoice(command: ReplaceInvoice, caller: Caller, now: datetime) -> Plan[InvoiceView]:
    """Write an invoice's content anew, lines with new ids.

    Refuses, in this order, with `ItemNotFound` or `TaxNotFound` for a line; `InvoiceNotFound`, `InvoiceLocked` or
    `ChangeNotPermitted`; what the command itself refuses; `PartyNotFound` or `NotPermitted` for a party;
    `OpportunityNotFound` or `NotAParticipant`; `CurrencyNotFound`; `AddressNotFound`; `ChannelNotFound`; `NumberTaken`;
    `InvoiceLineNotFound`; `AmountTooLarge`; `InvoiceCredited`.
    """
    key, fields = by_id(Invoice, command.invoice), command.fields
    references = [] if isinstance(fields, errors.Refused) else _references(fields)
    contents = command.lines or ()
    found = yield Needs([key, *line_needs(contents), *references], ["invoice_line"])
    lines = write_lines(contents, found)
    record = found.record(key)
    if record is None:
        raise errors.InvoiceNotFound(command.invoice)
    invoice = record.value
    lifecycle.require_unlocked(invoice.status, command.editable)
    if not may_change(caller.user, invoice):
        raise errors.ChangeNotPermitted("change the invoice")
    if isinstance(fields, errors.Refused):
        raise fields
    if command.exact_rate == invoice.exchange_rate:
        fields = fields.copy()
        fields["exchange_rate"] = invoice.exchange_rate
    yield from _check(fields, invoice, command.currencies, caller)
    yield from _check_number(fields, invoice)
    stays = command.lines is None
    lines = invoice.lines if stays else carry_over(contents, lines, invoice.lines, command.unsaid)
    written = replace(in_currency(invoice, fields.get("currency", invoice.currency)), **fields, updated_at=now)
    written = with_extra(with_lines(written, lines, invoice), caller.dialect, command.extras)
    keep_credited(invoice, written)
    view = yield from view_of(written, record.version + 1)
    orders = yield from recounted([(invoice, written)])
    return Decision(view, saves=[written, *orders], events=[events.InvoiceEdited(invoice.id, invoice.number)])


def _references(fields: InvoiceFields) -> list[Key[Any]]:
    """List what the fields name: reading it all at once costs less than one after another."""
    parties = [by_id(Party, id) for id in (fields.get("party"), fields.get("consignee")) if id]
    return [*parties, by_id(Opportunity, fields.get("opportunity") or 0)]


def _check(fields: InvoiceFields, invoice: Invoice, currencies: frozenset[str] | None, caller: Caller) -> Step[None]:
    """See that an invoice may say this: parties, opportunity, currency, addresses."""
    yield from _check_parties(fields, invoice, caller)
    currency = fields.get("currency", invoice.currency)
    if currencies is not None and currency not in currencies:
        raise errors.CurrencyNotFound(currency)
    yield from _check_addresses(fields, invoice)
    channel = fields.get("channel")
    if channel is not None:
        found = yield Needs([THE_WORKSPACE])
        found.require(THE_WORKSPACE, errors.ChannelNotFound(channel)).channel(channel)


def _check_number(fields: InvoiceFields, invoice: Invoice) -> Step[None]:
    """See that a number is free, or the invoice's own: in its own scope and among the workspace's."""
    number = fields.get("number")
    if number is None:
        return
    keys = [by_number(number, scope) for scope in {"", invoice.number_scope}]
    found = yield Needs(keys)
    if any(holder.id != invoice.id for key in keys if (holder := found.get(key))):
        raise errors.NumberTaken(number)


def _check_parties(fields: InvoiceFields, invoice: Invoice, caller: Caller) -> Step[None]:
    """See that the parties exist and may be seen, and that the one who pays takes part in the opportunity."""
    party_id, consignee_id = fields.get("party", invoice.party), fields.get("consignee", invoice.consignee)
    keys = [by_id(Party, id) for id in (party_id, consignee_id) if id]
    opportunity_id = fields.get("opportunity")
    found = yield Needs([*keys, by_id(Opportunity, opportunity_id or 0)])
    for key in keys:
        if not may_see(caller.user, found.require(key, errors.PartyNotFound(key.value))):
            raise errors.NotPermitted("see the party")
    if opportunity_id:
        _check_participant(found, opportunity_id, party_id)


def _check_addresses(fields: InvoiceFields, invoice: Invoice) -> Step[None]:
    """See that each address is of its category and belongs to its party."""
    for party, address, category in (
        (fields.get("party", invoice.party), fields.get("billing_address"), AddressCategory.BILLING),
        (fields.get("consignee", invoice.consignee), fields.get("delivery_address"), AddressCategory.POSTAL),
    ):
        if address:
            key = by_id(Party, party or 0)
            found = yield Needs([key])
            found.require(key, errors.AddressNotFound(address)).address(address, category)


def _check_participant(found: Found, opportunity_id: int, party_id: int) -> None:
    opportunity = found.require(by_id(Opportunity, opportunity_id), errors.OpportunityNotFound(opportunity_id))
    if party_id not in opportunity.participants:
        raise errors.NotAParticipant(party_id, opportunity_id)
