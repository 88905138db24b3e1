"""Commands on payments."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from billingua.core import errors, events
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.payment import PENDING, Payment, PaymentLine, PaymentStatus, apply_payment
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment:
    """Note money from a party, in one currency, for one or several invoices (at most one line each).

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

    Refuses with `InvoiceNotFound`, `CurrencyMismatch`, or `InvoiceLocked` for an invoice that is void.
    """
    keys = [by_id(Invoice, line.invoice) for line in command.lines]
    found = yield Needs(keys, ["payment"])
    invoices = [found.require(key, errors.InvoiceNotFound(key.value)) for key in keys]
    counts = command.status is not PaymentStatus.REFUNDED
    paid = [
        _paid(invoice, line.amount, command, now) if counts else invoice
        for invoice, line in zip(invoices, command.lines, strict=True)
    ]
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
    happened += [
        events.InvoicePaid(after.id, after.number)
        for before, after in zip(invoices, paid, strict=True)
        if before.status is not after.status and after.status is Status.PAID
    ]
    return Decision(payment, saves=[payment, *paid], events=happened)


def _paid(invoice: Invoice, amount: Decimal, command: RecordPayment, now: datetime) -> Invoice:
    paid = apply_payment(invoice, amount, command.currency, now)
    return replace(paid, pending_payments=paid.pending_payments + (command.status in PENDING))
