"""Commands on payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billingua.core import errors, events
from billingua.core.invoice import Invoice
from billingua.core.payment import Payment, PaymentLine, apply_payment
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment:
    """Note money that came in from a party, in one currency, for one or several invoices (at most one line each)."""

    party: int
    currency: str
    lines: Sequence[PaymentLine]
    memo: str = ""
    received_at: datetime | None = None


def record_payment(command: RecordPayment, caller: Caller, now: datetime) -> Plan[Payment]:
    """Note a payment and take it off what its invoices owe, all or none.

    Refuses with `InvoiceNotFound`, `CurrencyMismatch`, or `InvoiceLocked` for an invoice that is void.
    """
    keys = [by_id(Invoice, line.invoice) for line in command.lines]
    found = yield Needs(keys, ["payment"])
    invoices = [found.require(key, errors.InvoiceNotFound(key.value)) for key in keys]
    paid = [
        apply_payment(invoice, line.amount, command.currency, now)
        for invoice, line in zip(invoices, command.lines, strict=True)
    ]
    payment = Payment(
        id=found.new_id("payment"),
        uuid=found.new_uuid(),
        party=command.party,
        currency=command.currency,
        lines=tuple(command.lines),
        memo=command.memo,
        received_at=command.received_at or now,
        created_by=caller.user.username if caller.user else None,
    )
    happened: list[events.Event] = [events.PaymentRecorded(payment.id, command.memo)]
    happened += [
        events.InvoicePaid(after.id, after.number)
        for before, after in zip(invoices, paid, strict=True)
        if before.status is not after.status
    ]
    return Decision(payment, saves=[payment, *paid], events=happened)
