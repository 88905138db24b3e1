"""Payments of a world file, and how they are written into one."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from billingua.core.money import EXACT, ZERO
from billingua.core.payment import Payment, PaymentLine
from billingua.worlds.assembly import Assembly
from billingua.worlds.document import GivenPayment
from billingua.worlds.members import told
from billingua.worlds.moments import write_moment
from billingua.worlds.problems import below


def read_payments(assembly: Assembly) -> list[Payment]:
    """Read the payments. Their invoices need not exist any more: a payment outlives what it paid."""
    given = assembly.given.payments
    places = assembly.places("payments", given)
    ids = assembly.ids("payment", zip(places, given, strict=True))
    return [_read_payment(payment, id, place, assembly) for payment, id, place in zip(given, ids, places, strict=True)]


def _read_payment(given: GivenPayment, id: int, place: str, assembly: Assembly) -> Payment:
    assembly.refer("party", given.party, assembly.parties, below(place, "party"))
    return Payment(
        id=id,
        uuid=assembly.uuid("payment", given.uuid, place),
        party=given.party,
        currency=given.currency,
        lines=tuple(PaymentLine(line.invoice, line.amount) for line in given.lines),
        status=given.status,
        applied=given.applied,
        memo=given.memo,
        payer=given.payer,
        received_at=assembly.moment(given.received_at, below(place, "received_at")),
        created_by=given.created_by,
    )


def paid_by_invoice(payments: list[Payment]) -> dict[int, Decimal]:
    """Add up what was paid on each invoice (its id) by the payments that count."""
    paid: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for line in (line for payment in payments if payment.applied for line in payment.lines):
        paid[line.invoice] = EXACT.add(paid[line.invoice], line.amount)
    return dict(paid)


def write_payment(payment: Payment) -> dict[str, Any]:
    """Write a payment as it stands in a file."""
    return {
        "party": payment.party,
        "currency": payment.currency,
        "received_at": write_moment(payment.received_at),
        "id": payment.id,
        "uuid": payment.uuid,
        "status": payment.status,
        "applied": payment.applied,
        "memo": payment.memo,
        **told(payer=payment.payer, created_by=payment.created_by),
        "lines": payment.lines,
    }
