"""What clients of our own API ask to be done with payments and receipts, as commands to the ledger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import msgspec

from billingua.core.errors import NotFound, PaymentNotFound, ReceiptNotFound, Refused
from billingua.core.invoice import Invoice
from billingua.core.party import Party
from billingua.core.payment import Operation, Payment, PaymentLine, PaymentStatus
from billingua.core.receipt import Receipt
from billingua.dialects.native.errors import BodyInvalid
from billingua.dialects.native.requests import bodies
from billingua.dialects.native.requests.catalogue import Rewrite
from billingua.dialects.native.requests.reading import check_currency
from billingua.dialects.native.vocabulary import INVALID, PAYMENT_ACTIONS
from billingua.engine import payments, receipts
from billingua.engine.kinds import by_payment
from billingua.engine.plan import Caller, Decision, Key, Needs, Plan, Record, Step, by_id
from billingua.engine.rehearsing import attempt
from billingua.wire.members import MOST_PROBLEMS
from billingua.wire.scalars import decimal_places

T = TypeVar("T")

_PLACES = 4


@dataclass(frozen=True, slots=True)
class Noted:
    """A payment, who paid, if they are still there, and the id of its receipt, if nobody deleted that."""

    record: Record[Payment]
    party: Party | None
    receipt: int | None


@dataclass(frozen=True, slots=True)
class Receipted:
    """A receipt, and whom it is for, if they are still there."""

    record: Record[Receipt]
    party: Party | None


# Payments.


def find_payment(key: Key[Payment], caller: Caller, now: datetime) -> Plan[Noted]:
    """Show a payment. Refuses with `PaymentNotFound` or `NotPermitted`."""
    record = yield from _record(key, PaymentNotFound(key.value))
    view = (yield from payments.find_payment(record.value.id, caller, now)).answer
    return Decision(Noted(record, view.party, (yield from _receipts_of([record])).get(view.payment.id)))


def view_payments(records: Sequence[Record[Payment]], caller: Caller, now: datetime) -> Plan[list[Noted]]:
    """Show those payments of a list that the caller may see."""
    views = (yield from payments.view_payments(records, caller, now)).answer
    parties = {view.payment.id: view.party for view in views}
    written = yield from _receipts_of(records)
    return Decision(
        [
            Noted(record, parties[record.value.id], written.get(record.value.id))
            for record in records
            if record.value.id in parties
        ]
    )


def record_payment(content: bodies.PaymentContent, caller: Caller, now: datetime) -> Plan[Noted]:
    """Note money that was received. Refuses with `BodyInvalid`, and as the ledger's `record_payment`."""
    check(content)
    currency = content.currency or (yield from _currency_of(content.lines[0].invoice_id))
    status = content.status or PaymentStatus.COMPLETED
    command = payments.RecordPayment(
        **_said(content), currency=currency, status=status, **_reception(content, received_at=now)
    )
    decision = yield from payments.record_payment(command, caller, now)
    return (yield from _written(decision, 1))


def _currency_of(invoice: int) -> Step[str]:
    """Give the currency of an invoice; of one that is not there, whatever: that is refused."""
    key = by_id(Invoice, invoice)
    found = yield Needs([key])
    known = found.get(key)
    return known.currency if known else ""


def rewrite_payment(command: Rewrite[Payment, bodies.PaymentContent], caller: Caller, now: datetime) -> Plan[Noted]:
    """Write a payment anew; if it says all of that already, nothing happens.

    Refuses with `BodyInvalid`, and as the ledger's `replace_payment`.
    """
    noted = (yield from find_payment(command.key, caller, now)).answer
    said = content_of(noted.record.value)
    content = _completed(command.content(said), said)
    check(content)
    if content == said:
        return Decision(noted)
    decision = yield from payments.replace_payment(_replacing(noted.record.value, content), caller, now)
    return (yield from _written(decision, noted.record.version + 1))


@dataclass(frozen=True, slots=True)
class ActOnPayment:
    """Do something to a payment: say how far it has come, or whether it counts."""

    key: Key[Payment]
    action: PaymentStatus | Operation


def act_on_payment(command: ActOnPayment, caller: Caller, now: datetime) -> Plan[Noted]:
    """Do something to a payment; what it is already changes nothing.

    Refuses as the ledger's `change_payment_status` or `operate_payment`.
    """
    before = yield from _record(command.key, PaymentNotFound(command.key.value))
    decision = yield from _act(before.value.id, command.action, caller, now)
    return (yield from _written(decision, before.version + (decision.answer is not before.value)))


def _act(payment: int, action: PaymentStatus | Operation, caller: Caller, now: datetime) -> Plan[Payment]:
    if isinstance(action, Operation):
        return payments.operate_payment(payments.OperatePayment(payment=payment, operation=action), caller, now)
    change = payments.ChangePaymentStatus(payment=payment, status=action)
    return payments.change_payment_status(change, caller, now)


def delete_payment(key: Key[Payment], caller: Caller, now: datetime) -> Plan[None]:
    """Delete a payment. Refuses as the ledger's `delete_payment`."""
    record = yield from _record(key, PaymentNotFound(key.value))
    decision = yield from payments.delete_payment(record.value.id, caller, now)
    return Decision(None, decision.saves, decision.events, deletes=decision.deletes)


PaymentOutcomes = tuple[Noted, Mapping[str, Refused | None]]
"""A payment, and why each action would be refused; None where it would not."""


def find_payment_actions(key: Key[Payment], caller: Caller, now: datetime) -> Plan[PaymentOutcomes]:
    """Say of everything that can be done to a payment why it would be refused now; None where it would be done."""
    noted = (yield from find_payment(key, caller, now)).answer
    payment = noted.record.value
    plans: dict[str, Callable[[], Plan[Any]]] = {
        "edit": lambda: payments.replace_payment(_replacing(payment, content_of(payment)), caller, now),
        "delete": lambda: payments.delete_payment(payment.id, caller, now),
    }
    plans |= {name: partial(_act, payment.id, action, caller, now) for name, action in PAYMENT_ACTIONS.items()}
    return Decision((noted, (yield from attempt(plans))))


def _record(key: Key[T], missing: NotFound) -> Step[Record[T]]:
    found = yield Needs([key])
    record = found.record(key)
    if record is None:
        raise missing
    return record


def _receipts_of(records: Sequence[Record[Payment]]) -> Step[Mapping[int, int]]:
    """Give the ids of the receipts of payments, by the payments' ids."""
    keys = {record.value.id: by_payment(record.value.id) for record in records}
    found = yield Needs([*keys.values()])
    return {payment: receipt.id for payment, key in keys.items() if (receipt := found.get(key))}


def _written(decision: Decision[Payment], version: int) -> Plan[Noted]:
    """Answer with a payment as it is written, with a receipt that may be written with it."""
    record = Record(decision.answer, version, b"")
    party = by_id(Party, record.value.party)
    found = yield Needs([party])
    receipt = (yield from _receipts_of([record])).get(record.value.id)
    new = next((saved.id for saved in decision.saves if isinstance(saved, Receipt)), None)
    return Decision(Noted(record, found.get(party), new or receipt), decision.saves, decision.events)


# Between the ledger's payment and what is said of it.

_AS_THEY_ARE = ("memo", "payer", "payer_id", "external_id", "external_party_id")


def content_of(payment: Payment) -> bodies.PaymentContent:
    """Give what a payment says, as it would be written: to write it changes nothing."""
    return bodies.PaymentContent(
        **{name: getattr(payment, name) for name in (*_AS_THEY_ARE, "currency", "status", "method", "received_at")},
        party_id=payment.party,
        channel_id=payment.channel,
        lines=[bodies.PaymentLineContent(invoice_id=line.invoice, amount=line.amount) for line in payment.lines],
    )


def _completed(content: bodies.PaymentContent, said: bodies.PaymentContent) -> bodies.PaymentContent:
    """Say of a payment that is there what it keeps where that is left out."""
    return msgspec.structs.replace(
        content,
        currency=content.currency or said.currency,
        status=content.status or said.status,
        received_at=content.received_at or said.received_at,
    )


def check(content: bodies.PaymentContent) -> None:
    """See that every line pays what can be paid, in a currency that there is. Refuses with `BodyInvalid`."""
    problems = [
        (f"/lines/{place}/amount", INVALID[why])
        for place, line in enumerate(content.lines)
        if (why := _wrong(line.amount)) is not None
    ]
    if problems:
        raise BodyInvalid(problems[:MOST_PROBLEMS])
    check_currency(content.currency)


def _wrong(amount: Decimal) -> str | None:
    """Say why nobody can pay an amount; stores keep balances in ten-thousandths."""
    if amount <= 0:
        return "positive"
    return "places" if decimal_places(amount) > _PLACES else None


def check_paid(amount: Decimal | None) -> None:
    """See that an amount can be paid, where one is named. Refuses with `BodyInvalid`."""
    why = None if amount is None else _wrong(amount)
    if why is not None:
        raise BodyInvalid([("/amount", INVALID[why])])


def _said(content: bodies.PaymentContent) -> dict[str, Any]:
    """Give what a content says by the ledger's names, but for what a payment keeps."""
    return {
        **{name: getattr(content, name) for name in _AS_THEY_ARE},
        "party": content.party_id,
        "lines": [PaymentLine(line.invoice_id, line.amount) for line in content.lines],
    }


def _reception(content: bodies.PaymentContent, received_at: datetime) -> payments.Reception:
    """Give what a content says of how money was received, at the moment given where it does not say when."""
    moment = (content.received_at or received_at).astimezone(UTC)
    return payments.Reception(received_at=moment, channel=content.channel_id, method=content.method)


def _replacing(payment: Payment, content: bodies.PaymentContent) -> payments.ReplacePayment:
    return payments.ReplacePayment(
        **_said(content),
        payment=payment.id,
        currency=content.currency or payment.currency,
        status=content.status or payment.status,
        reception=_reception(content, payment.received_at),
    )


# Receipts.


def find_receipt(key: Key[Receipt], caller: Caller, now: datetime) -> Plan[Receipted]:
    """Show a receipt. Refuses with `ReceiptNotFound` or `NotPermitted`."""
    record = yield from _record(key, ReceiptNotFound(key.value))
    yield from receipts.find_receipt(record.value.id, caller, now)
    party = by_id(Party, record.value.party)
    found = yield Needs([party])
    return Decision(Receipted(record, found.get(party)))


def view_receipts(records: Sequence[Record[Receipt]], caller: Caller, now: datetime) -> Plan[list[Receipted]]:
    """Show those receipts of a list that the caller may see."""
    seen = {receipt.id for receipt in (yield from receipts.view_receipts(records, caller, now)).answer}
    parties = {record.value.party: by_id(Party, record.value.party) for record in records}
    found = yield Needs([*parties.values()])
    return Decision([Receipted(one, found.get(parties[one.value.party])) for one in records if one.value.id in seen])


def delete_receipt(key: Key[Receipt], caller: Caller, now: datetime) -> Plan[None]:
    """Delete a receipt; its payment stays. Refuses as the ledger's `delete_receipt`."""
    record = yield from _record(key, ReceiptNotFound(key.value))
    decision = yield from receipts.delete_receipt(record.value.id, caller, now)
    return Decision(None, events=decision.events, deletes=decision.deletes)
