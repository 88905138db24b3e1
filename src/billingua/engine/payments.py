"""Commands on payments: each changes the payment, its receipt and all its invoices in one step, or nothing at all."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from billingua.core import errors, events
from billingua.core.access import User, administers, may_change, may_see
from billingua.core.invoice import Extras, Invoice, settle
from billingua.core.lifecycle import Action, next_status
from billingua.core.party import Party
from billingua.core.payment import (
    Operation,
    Payment,
    PaymentLine,
    PaymentStatus,
    check_amounts,
    check_currency,
    counts,
    follow_payment,
    follow_replacement,
    operate,
    with_status,
)
from billingua.core.receipt import Receipt, follow_status, rewrite_receipt, write_receipt
from billingua.engine.kinds import THE_WORKSPACE, by_payment
from billingua.engine.plan import Caller, Decision, Found, Needs, Plan, Record, Step, by_id

_RECEIPT_COUNTERS = ("receipt", "receipt_line")


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment with the party that paid, if that exists."""

    payment: Payment
    party: Party | None


def find_payment(id: int, caller: Caller, now: datetime) -> Plan[PaymentView]:
    """Show one payment. Refuses with `PaymentNotFound`, or `NotPermitted` where the caller may not see all of it."""
    return Decision((yield from _find(id, caller)))


def view_payments(payments: Sequence[Record[Payment]], caller: Caller, now: datetime) -> Plan[list[PaymentView]]:
    """Show those of some payments whose payer the caller may see; lists leave out those of hidden invoices before."""
    found = yield Needs([*{by_id(Party, record.value.party) for record in payments}])
    views = [PaymentView(record.value, found.get(by_id(Party, record.value.party))) for record in payments]
    return Decision([view for view in views if _may_access(caller.user, view)])


def _may_access(user: User | None, view: PaymentView) -> bool:
    """Whether the user may see who paid, or administers the records, or noted the payment."""
    return may_see(user, view.party) or (user is not None and user.username == view.payment.created_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentContent:
    """What is said of money from a party, in one currency, for one or several invoices.

    `extras` are members that only the caller's dialect understands.
    """

    party: int
    currency: str
    lines: Sequence[PaymentLine]
    status: PaymentStatus = PaymentStatus.COMPLETED
    memo: str = ""
    payer: str | None = None
    payer_id: str | None = None
    external_id: str | None = None
    external_party_id: str | None = None
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment(PaymentContent):
    """Note money that was received, now unless it is said when.

    In a status in which it may count it counts at once, unless the workspace's balances are kept by hand.
    """

    received_at: datetime | None = None
    channel: int | None = None
    method: str | None = None


def record_payment(command: RecordPayment, caller: Caller, now: datetime) -> Plan[Payment]:
    """Note a payment, write its receipt and take it off what its invoices owe.

    Refuses, in this order, with `AmountNotPositive` or `AmountTooLarge`, `PartyNotFound`, `NotPermitted` for the party,
    `ChannelNotFound`, `InvoiceNotFound`, `NotPermitted` for an invoice, `CurrencyMismatch`, or, where the payment
    counts, with `InvoiceLocked` for an invoice that is void, `TransitionRefused` for one that is rejected and
    `AmountTooLarge` for its balance.
    """
    found, invoices = yield from _look_up(command, caller, command.channel)
    applied = counts(command.status, by_hand=_is_by_hand(found))
    return _note(command, invoices, found, caller, now, applied=applied)


def _note(
    command: RecordPayment,
    invoices: Mapping[int, Invoice],
    found: Found,
    caller: Caller,
    now: datetime,
    *,
    applied: bool,
) -> Decision[Payment]:
    payment = Payment(
        id=found.new_id("payment"),
        uuid=found.new_uuid(),
        **_said(command, invoices),
        applied=applied,
        method=command.method,
        channel=command.channel,
        received_at=command.received_at or now,
        created_by=caller.user.username if caller.user else None,
        extras={caller.dialect: command.extras} if command.extras else {},
    )
    receipt = _new_receipt(payment, found, now)
    followed = _follow(invoices, None, payment, now)
    return _decide(payment, [receipt], invoices, followed, events.PaymentRecorded(payment.id, payment.memo))


@dataclass(frozen=True, slots=True, kw_only=True)
class PayInvoice:
    """Note that all that is owed on an invoice was paid, or an `amount` of it, in its currency, by whom it is for."""

    invoice: int
    amount: Decimal | None = None
    received_at: datetime | None = None
    memo: str = ""
    method: str | None = None


def pay_invoice(command: PayInvoice, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Note a payment of one open invoice, which counts at once: who pays an invoice by itself says so by hand.

    An invoice on which nothing is owed is counted as paid without a payment. Refuses with `InvoiceNotFound`,
    `NotPermitted`, `TransitionRefused` where it is not open, `AmountNotPositive` or `AmountTooLarge`.
    """
    key = by_id(Invoice, command.invoice)
    found = yield Needs([key], ["payment", *_RECEIPT_COUNTERS])
    invoice = found.require(key, errors.InvoiceNotFound(command.invoice))
    if not (yield from _sees([invoice], caller)):
        raise errors.NotPermitted("change the invoice")
    next_status(invoice.status, Action.SETTLE)
    amount = invoice.open_balance if command.amount is None else command.amount
    if command.amount is None and amount <= 0:
        settled = settle(invoice, now=now)
        return Decision(settled, saves=[settled], events=[events.InvoicePaid(invoice.id, invoice.number)])
    paying = RecordPayment(
        party=invoice.party,
        currency=invoice.currency,
        lines=[PaymentLine(invoice.id, amount)],
        memo=command.memo,
        method=command.method,
        received_at=command.received_at,
    )
    check_amounts(paying.lines)
    decision = _note(paying, {invoice.id: invoice}, found, caller, now, applied=True)
    *_, paid = decision.saves
    return Decision(paid, saves=decision.saves, events=decision.events)


class Reception(TypedDict, total=False):
    """When, where (the channel's id) and how money was received."""

    received_at: datetime
    channel: int | None
    method: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacePayment(PaymentContent):
    """Write all of a payment anew; when, where and how it was received stays where `reception` does not say it."""

    payment: int
    reception: Reception = field(default_factory=Reception)


def replace_payment(command: ReplacePayment, caller: Caller, now: datetime) -> Plan[Payment]:
    """Take a payment back where it counts, write it and its receipt anew, and let it count by its new status.

    An invoice that is in another currency by now, and of which the same is said as before, is let be. Refuses with
    `PaymentNotFound` or `NotPermitted`, then as `record_payment`.
    """
    before = (yield from _find(command.payment, caller)).payment
    covered = yield from _invoices_of(before)
    channel = command.reception.get("channel")
    found, paid = yield from _look_up(command, caller, channel if channel != before.channel else None, before)
    payment = replace(
        before,
        **_said(command, paid),
        **command.reception,
        applied=counts(command.status, by_hand=_is_by_hand(found), did=before.applied),
        updated_at=now,
        extras=_with(before.extras, caller.dialect, command.extras),
    )
    receipt = yield from _receipt_of(payment)
    if receipt:
        receipt = rewrite_receipt(receipt, payment, _line_ids(payment, found), now)
    else:
        receipt = _new_receipt(payment, found, now)
    invoices = covered | paid
    followed = [follow_replacement(invoice, before, payment, now) for invoice in invoices.values()]
    return _decide(payment, [receipt], invoices, followed, events.PaymentEdited(payment.id, payment.memo))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePaymentStatus:
    """Note how far a payment has come, from whatever status."""

    payment: int
    status: PaymentStatus


def change_payment_status(command: ChangePaymentStatus, caller: Caller, now: datetime) -> Plan[Payment]:
    """Note how far a payment has come: refunded, it is taken back; no longer refunded, it counts again.

    Invoices that are gone are let be. Refuses with `PaymentNotFound` or `NotPermitted`, and where the payment counts
    again as `record_payment` does.
    """
    before = (yield from _find(command.payment, caller)).payment
    if before.status is command.status:
        return Decision(before)
    found = yield Needs([THE_WORKSPACE])
    payment = with_status(before, command.status, by_hand=_is_by_hand(found), now=now)
    receipt = yield from _receipt_of(payment)
    receipts = [follow_status(receipt, payment, now)] if receipt else []
    invoices = yield from _invoices_of(before)
    happened = events.PaymentRefunded if command.status is PaymentStatus.REFUNDED else events.PaymentEdited
    followed = _follow(invoices, before, payment, now)
    return _decide(payment, receipts, invoices, followed, happened(payment.id, payment.memo))


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatePayment:
    """Let a payment count on the balances of its invoices, or no longer, where that is done by hand."""

    payment: int
    operation: Operation


def operate_payment(command: OperatePayment, caller: Caller, now: datetime) -> Plan[Payment]:
    """Let a payment count, or no longer. Invoices that are gone are let be.

    Refuses with `PaymentNotFound`, `NotPermitted` or `OperationRefused`, and where the payment counts from now on as
    `record_payment` does.
    """
    before = (yield from _find(command.payment, caller)).payment
    found = yield Needs([THE_WORKSPACE])
    payment = operate(before, command.operation, by_hand=_is_by_hand(found), now=now)
    invoices = yield from _invoices_of(before)
    happened = events.PaymentApplied if payment.applied else events.PaymentReverted
    followed = _follow(invoices, before, payment, now)
    return _decide(payment, [], invoices, followed, happened(payment.id, payment.memo))


def delete_payment(id: int, caller: Caller, now: datetime) -> Plan[Payment]:
    """Delete a payment and its receipt, and take it back where it counts. Invoices that are gone are let be.

    Refuses with `PaymentNotFound`, `NotPermitted`, or `AmountTooLarge` for what is owed then.
    """
    payment = (yield from _find(id, caller)).payment
    receipt = yield from _receipt_of(payment)
    invoices = yield from _invoices_of(payment)
    followed = _follow(invoices, payment, None, now)
    decision = _decide(payment, [], invoices, followed, events.PaymentDeleted(id, payment.memo))
    return replace(decision, saves=followed, deletes=[payment, receipt] if receipt else [payment])


def _find(id: int, caller: Caller) -> Step[PaymentView]:
    """Look up a payment that the caller may see."""
    key = by_id(Payment, id)
    found = yield Needs([key])
    payment = found.require(key, errors.PaymentNotFound(id))
    party = by_id(Party, payment.party)
    found = yield Needs([party])
    view = PaymentView(payment, found.get(party))
    if not (_may_access(caller.user, view) and (yield from sees_invoices(payment.invoices, caller))):
        raise errors.NotPermitted("see the payment")
    return view


def _receipt_of(payment: Payment) -> Step[Receipt | None]:
    """Look up the receipt of a payment; somebody may have deleted it."""
    key = by_payment(payment.id)
    found = yield Needs([key])
    return found.get(key)


def _invoices_of(payment: Payment) -> Step[dict[int, Invoice]]:
    """Look up the invoices that a payment covers, those that are still there, by their ids."""
    keys = [by_id(Invoice, id) for id in payment.invoices]
    found = yield Needs(keys)
    return {invoice.id: invoice for key in keys if (invoice := found.get(key))}


def _look_up(
    content: PaymentContent, caller: Caller, channel: int | None = None, before: Payment | None = None
) -> Step[tuple[Found, dict[int, Invoice]]]:
    """See that a payment can be what is said of it; give what is needed to write it, and its invoices by their ids."""
    check_amounts(content.lines)
    party, keys = by_id(Party, content.party), {line.invoice: by_id(Invoice, line.invoice) for line in content.lines}
    found = yield Needs([party, THE_WORKSPACE, *keys.values()], ["payment", *_RECEIPT_COUNTERS])
    if not may_see(caller.user, found.require(party, errors.PartyNotFound(content.party))):
        raise errors.NotPermitted("see the party")
    if channel is not None:
        found.require(THE_WORKSPACE, errors.ChannelNotFound(channel)).channel(channel)
    invoices = {id: found.require(key, errors.InvoiceNotFound(id)) for id, key in keys.items()}
    if not (yield from _sees(invoices.values(), caller)):
        raise errors.NotPermitted("see the invoice")
    for invoice in invoices.values():
        check_currency(before, content.lines, content.currency, invoice)
    return found, invoices


def sees_invoices(ids: Collection[int], caller: Caller) -> Step[bool]:
    """Whether the caller may see all these invoices; those that are gone hide nothing."""
    if administers(caller.user):
        return True
    keys = [by_id(Invoice, id) for id in ids]
    found = yield Needs(keys)
    return (yield from _sees([invoice for key in keys if (invoice := found.get(key))], caller))


def _sees(invoices: Iterable[Invoice], caller: Caller) -> Step[bool]:
    """Whether the caller may see whom each invoice is for, or made it."""
    others = [invoice for invoice in invoices if not may_change(caller.user, invoice)]
    found = yield Needs([*{by_id(Party, invoice.party) for invoice in others}])
    return all(may_see(caller.user, found.get(by_id(Party, invoice.party))) for invoice in others)


def _said(content: PaymentContent, invoices: Mapping[int, Invoice]) -> dict[str, Any]:
    """Give the fields of a payment that somebody says anew, its lines with the numbers of their invoices."""
    lines = (replace(line, invoice_number=invoices[line.invoice].number) for line in content.lines)
    return {
        "party": content.party,
        "currency": content.currency,
        "lines": tuple(lines),
        "status": content.status,
        "memo": content.memo,
        "payer": content.payer,
        "payer_id": content.payer_id,
        "external_id": content.external_id,
        "external_party_id": content.external_party_id,
    }


def _with(extras: Extras, dialect: str, members: Mapping[str, Any]) -> Extras:
    """Set some of the members that only one dialect understands; the others stay."""
    return {**extras, dialect: {**extras.get(dialect, {}), **members}} if members else extras


def _is_by_hand(found: Found) -> bool:
    workspace = found.get(THE_WORKSPACE)
    return workspace is not None and workspace.balances_by_hand


def _new_receipt(payment: Payment, found: Found, now: datetime) -> Receipt:
    id, uuid = found.new_id("receipt"), found.new_uuid()
    return write_receipt(payment, id=id, uuid=uuid, line_ids=_line_ids(payment, found), at=now)


def _line_ids(payment: Payment, found: Found) -> list[int]:
    return [found.new_id("receipt_line") for _ in payment.lines]


def _follow(
    invoices: Mapping[int, Invoice], before: Payment | None, after: Payment | None, now: datetime
) -> list[Invoice]:
    return [follow_payment(invoice, before, after, now) for invoice in invoices.values()]


def _decide(
    payment: Payment,
    receipts: Sequence[Receipt],
    invoices: Mapping[int, Invoice],
    followed: Sequence[Invoice],
    happened: events.Event,
) -> Decision[Payment]:
    """Save a payment with its receipt and its invoices as they followed it, and tell what happened to each."""
    told = [happened]
    for invoice in followed:
        told += events.of_balance(invoice.id, invoice.number, invoices[invoice.id].status, invoice.status)
    return Decision(payment, saves=[payment, *receipts, *followed], events=told)
