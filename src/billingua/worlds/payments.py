"""Payments and receipts of a world file, and how they are written into one."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from billingua.core.money import EXACT, ZERO
from billingua.core.payment import PENDING, Payment, PaymentLine
from billingua.core.receipt import Receipt, ReceiptLine, write_receipt
from billingua.worlds.assembly import Assembly
from billingua.worlds.document import GivenPayment, GivenPaymentLine, GivenReceipt, GivenReceiptLine
from billingua.worlds.members import told
from billingua.worlds.moments import write_moment
from billingua.worlds.problems import below

L = TypeVar("L", GivenPaymentLine, GivenReceiptLine)

Numbers = Mapping[int, str]
"""The numbers of invoices, by their ids."""


def paid_by_invoice(payments: Sequence[GivenPayment]) -> dict[int, Decimal]:
    """Add up what was paid on each invoice (its id) by the payments that count."""
    paid: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for line in (line for payment in payments if payment.applied for line in payment.lines):
        paid[line.invoice] = EXACT.add(paid[line.invoice], line.amount)
    return dict(paid)


def pending_by_invoice(payments: Sequence[GivenPayment]) -> Mapping[int, int]:
    """Count the payments that each invoice (its id) waits for."""
    pending = (payment for payment in payments if payment.status in PENDING)
    return Counter(invoice for payment in pending for invoice in {line.invoice for line in payment.lines})


def read_payments(assembly: Assembly, numbers: Numbers) -> list[Payment]:
    """Read the payments. Their invoices need not exist any more: a payment outlives what it paid."""
    given = assembly.given.payments
    places = assembly.places("payments", given)
    ids = assembly.ids("payment", zip(places, given, strict=True))
    return [
        _read_payment(payment, id, place, numbers, assembly)
        for payment, id, place in zip(given, ids, places, strict=True)
    ]


def _read_payment(given: GivenPayment, id: int, place: str, numbers: Numbers, assembly: Assembly) -> Payment:
    assembly.refer("party", given.party, assembly.parties, below(place, "party"))
    assembly.refer("channel", given.channel, assembly.channels, below(place, "channel"))
    return Payment(
        id=id,
        uuid=assembly.uuid("payment", given.uuid, place),
        party=given.party,
        currency=given.currency,
        lines=tuple(
            PaymentLine(line.invoice, line.amount, _number(line, numbers))
            for line in _with_amounts(given.lines, place, assembly)
        ),
        status=given.status,
        applied=given.applied,
        memo=given.memo,
        payer=given.payer,
        payer_id=given.payer_id,
        method=given.method,
        channel=given.channel,
        external_id=given.external_id,
        external_party_id=given.external_party_id,
        received_at=assembly.moment(given.received_at, below(place, "received_at")),
        updated_at=assembly.optional_moment(given.updated_at, below(place, "updated_at")),
        created_by=given.created_by,
        extras=given.extras,
    )


def _with_amounts(lines: Sequence[L], place: str, assembly: Assembly) -> Sequence[L]:
    """See that every line has an amount that can be kept."""
    for index, line in enumerate(lines):
        assembly.check_amount(line.amount, f"{place}.lines[{index}].amount")
    return lines


def _number(line: GivenPaymentLine | GivenReceiptLine, numbers: Numbers) -> str:
    """Give the number of the invoice of a line; one that is gone has none, unless the file says so."""
    return numbers.get(line.invoice, "") if line.invoice_number is None else line.invoice_number


def read_receipts(assembly: Assembly, payments: Sequence[Payment], numbers: Numbers) -> list[Receipt]:
    """Read the receipts; where a file says nothing of any, each payment has one."""
    if assembly.given.receipts is None:
        return _write_receipts(assembly, payments)
    given = assembly.given.receipts
    places = assembly.places("receipts", given)
    ids = assembly.ids("receipt", zip(places, given, strict=True))
    lines = [
        (f"{place}.lines[{index}]", line)
        for place, receipt in zip(places, given, strict=True)
        for index, line in enumerate(receipt.lines)
    ]
    line_ids = iter(assembly.ids("receipt line", lines))
    known = {payment.id for payment in payments}
    receipts: list[Receipt] = []
    for receipt, id, place in zip(given, ids, places, strict=True):
        assembly.refer("payment", receipt.payment, known, below(place, "payment"))
        assembly.claim("receipt of payment", receipt.payment, below(place, "payment"))
        lines_read = tuple(
            ReceiptLine(next(line_ids), line.invoice, line.amount, _number(line, numbers))
            for line in _with_amounts(receipt.lines, place, assembly)
        )
        receipts.append(_read_receipt(receipt, id, lines_read, place, assembly))
    return receipts


def _write_receipts(assembly: Assembly, payments: Sequence[Payment]) -> list[Receipt]:
    """Write a receipt of each payment, as if it had been recorded when it was received."""
    line_ids = count(1)
    receipts: list[Receipt] = []
    for id, payment in enumerate(payments, 1):
        ids = [next(line_ids) for _ in payment.lines]
        uuid = assembly.uuid("receipt", None, "")
        receipt = write_receipt(payment, id=id, uuid=uuid, line_ids=ids, at=payment.received_at)
        receipts.append(replace(receipt, updated_at=payment.changed_at))
    return receipts


def _read_receipt(
    given: GivenReceipt, id: int, lines: tuple[ReceiptLine, ...], place: str, assembly: Assembly
) -> Receipt:
    assembly.refer("party", given.party, assembly.parties, below(place, "party"))
    assembly.check_amount(given.total, below(place, "total"))
    created_at = assembly.moment(given.created_at, below(place, "created_at"))
    return Receipt(
        id=id,
        uuid=assembly.uuid("receipt", given.uuid, place),
        payment=given.payment,
        party=given.party,
        kind=given.kind,
        status=given.status,
        currency=given.currency,
        total=given.total,
        lines=lines,
        memo=given.memo,
        reference=given.reference,
        method=given.method,
        payer=given.payer,
        payer_id=given.payer_id,
        external_id=given.external_id,
        external_party_id=given.external_party_id,
        created_at=created_at,
        updated_at=assembly.optional_moment(given.updated_at, below(place, "updated_at")) or created_at,
    )


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
        **told(
            payer=payment.payer,
            payer_id=payment.payer_id,
            method=payment.method,
            channel=payment.channel,
            external_id=payment.external_id,
            external_party_id=payment.external_party_id,
            updated_at=payment.updated_at and write_moment(payment.updated_at),
            created_by=payment.created_by,
        ),
        "lines": payment.lines,
        **told(extras=payment.extras or None),
    }


def write_given_receipt(receipt: Receipt) -> dict[str, Any]:
    """Write a receipt as it stands in a file."""
    updated_at = write_moment(receipt.updated_at) if receipt.updated_at != receipt.created_at else None
    return {
        "payment": receipt.payment,
        "party": receipt.party,
        "currency": receipt.currency,
        "total": receipt.total,
        "created_at": write_moment(receipt.created_at),
        "id": receipt.id,
        "uuid": receipt.uuid,
        "kind": receipt.kind,
        "status": receipt.status,
        "memo": receipt.memo,
        "reference": receipt.reference,
        **told(
            updated_at=updated_at,
            method=receipt.method,
            payer=receipt.payer,
            payer_id=receipt.payer_id,
            external_id=receipt.external_id,
            external_party_id=receipt.external_party_id,
        ),
        "lines": receipt.lines,
    }
