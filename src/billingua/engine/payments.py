"""Commands on payments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from billingua.core import errors, events
from billingua.core.invoice import Invoice
from billingua.core.party import Party
from billingua.core.payment import PENDING, Payment, PaymentLine, PaymentStatus, apply_payment
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment:
    """Note money from a party, in one currency, for one or several invoices.

    A refunded payment is noted and counts on no balance; all others count at once.
    """

    party: int
    currency: str
    lines: Sequence[PaymentLine]
    status: PaymentStatus = PaymentStatus.COMPLETED
    memo: str = ""
    received_at: datetime | None = None


def record_payment(command: RecordPayment, caller: Caller, now: datetime) -> Plan[Payment]:
    """Note a payment and take it off what its invoices owe, all or none.

    Refuses with `PartyNotFound`, `InvoiceNotFound`, `CurrencyMismatch`, or, where the payment counts, with
    `InvoiceLocked` for an invoice that is void and `TransitionRefused` for one that is rejected.
    """
    party, keys = by_id(Party, command.party), {line.invoice: by_id(Invoice, line.invoice) for line in command.lines}
    found = yield Needs([party, *keys.values()], ["payment"])
    found.require(party, errors.PartyNotFound(command.party))
    before = {id: found.require(key, errors.InvoiceNotFound(id)) for id, key in keys.items()}
    for invoice in before.values():
        if invoice.currency != command.currency:
            raise errors.CurrencyMismatch(invoice.currency, command.currency)
    counts = command.status is not PaymentStatus.REFUNDED
    after = _paid(before, command, now) if counts else before
    payment = Payment(
        id=found.new_id("payment"),
        uuid=found.new_uuid(),
        party=command.party,
        currency=command.currency,
        lines=tuple(command.lines),
        status=command.status,
        applied=counts,
        memo=command.memo,
        received_at=command.received_at or now,
        created_by=caller.user.username if caller.user else None,
    )
    happened: list[events.Event] = [events.PaymentRecorded(payment.id, command.memo)]
    for id, invoice in after.items():
        happened += events.of_balance(id, invoice.number, before[id].status, invoice.status)
    return Decision(payment, saves=[payment, *after.values()], events=happened)


def _paid(invoices: Mapping[int, Invoice], command: RecordPayment, now: datetime) -> dict[int, Invoice]:
    paid = dict(invoices)
    for line in command.lines:
        paid[line.invoice] = apply_payment(paid[line.invoice], line.amount, command.currency, now)
    pending = int(command.status in PENDING)
    return {id: replace(invoice, pending_payments=invoice.pending_payments + pending) for id, invoice in paid.items()}
