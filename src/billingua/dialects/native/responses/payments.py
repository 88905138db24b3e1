"""How payments and receipts are shown in our own API."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from billingua.core.party import Party
from billingua.dialects.native import answers, payment_answers
from billingua.dialects.native.requests.payments import Noted, Receipted
from billingua.dialects.native.responses.invoices import actions_shown
from billingua.dialects.native.vocabulary import amount, day, instant

_OF_PAYMENT = (
    *("id", "uuid", "currency", "status", "applied", "memo", "payer", "payer_id", "method", "external_id"),
    *("external_party_id", "created_by", "extras"),
)
_OF_RECEIPT = (
    *("id", "uuid", "kind", "status", "currency", "memo", "reference", "payer", "payer_id", "method", "external_id"),
    "external_party_id",
)


def payment(noted: Noted, zone: tzinfo) -> payment_answers.Payment:
    """Show a payment; its day is the workspace's."""
    shown = noted.record.value
    lines = [
        payment_answers.PaymentLineShown(
            invoice_id=line.invoice, invoice_number=line.invoice_number, amount=amount(line.amount, shown.currency)
        )
        for line in shown.lines
    ]
    return payment_answers.Payment(
        **{name: getattr(shown, name) for name in _OF_PAYMENT},
        version=noted.record.version,
        party=_party(shown.party, noted.party),
        total=amount(shown.total, shown.currency),
        lines=lines,
        receipt_id=noted.receipt,
        channel_id=shown.channel,
        received_date=day(shown.received_at, zone),
        received_at=instant(shown.received_at),
        updated_at=instant(shown.changed_at),
    )


def _party(id: int, party: Party | None) -> answers.PartyNamed:
    return answers.PartyNamed(id=id, uuid=party and party.uuid, name=party and party.display_name)


def payments(items: Sequence[Noted], zone: tzinfo, total: int, following: str | None) -> payment_answers.PaymentPage:
    """Show a page of payments, with the address of the next page."""
    return payment_answers.PaymentPage(items=[payment(noted, zone) for noted in items], total=total, next=following)


def payment_actions(noted: Noted, told: Mapping[str, Mapping[str, Any] | None]) -> payment_answers.PaymentActions:
    """Show what may be done to a payment; what may not has the details of a problem."""
    shown = noted.record.value
    return payment_answers.PaymentActions(
        state=shown.status, applied=shown.applied, version=noted.record.version, items=actions_shown(told)
    )


def receipt(receipted: Receipted, zone: tzinfo) -> payment_answers.Receipt:
    """Show a receipt; its day is the workspace's."""
    shown = receipted.record.value
    lines = [
        payment_answers.ReceiptLineShown(
            id=line.id,
            invoice_id=line.invoice,
            invoice_number=line.invoice_number,
            amount=amount(line.amount, shown.currency),
        )
        for line in shown.lines
    ]
    return payment_answers.Receipt(
        **{name: getattr(shown, name) for name in _OF_RECEIPT},
        version=receipted.record.version,
        payment_id=shown.payment,
        party=_party(shown.party, receipted.party),
        total=amount(shown.total, shown.currency),
        lines=lines,
        created_date=day(shown.created_at, zone),
        created_at=instant(shown.created_at),
        updated_at=instant(shown.updated_at),
    )


def receipts(
    items: Sequence[Receipted], zone: tzinfo, total: int, following: str | None
) -> payment_answers.ReceiptPage:
    """Show a page of receipts, with the address of the next page."""
    return payment_answers.ReceiptPage(items=[receipt(one, zone) for one in items], total=total, next=following)
