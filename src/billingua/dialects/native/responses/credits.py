"""How credit notes are shown in our own API."""

from collections.abc import Sequence
from datetime import tzinfo

from billingua.core.credit import WHOLE, CreditLine, refund_due_of
from billingua.core.invoice import Invoice
from billingua.core.money import ZERO
from billingua.core.totals import LineTotal
from billingua.dialects.native import answers, credit_answers
from billingua.dialects.native.requests.credits import Shown
from billingua.dialects.native.responses.invoices import rounding_rule, taxes_of_line, totals
from billingua.dialects.native.vocabulary import amount, day, instant, plain

_AS_THEY_ARE = ("id", "uuid", "number", "currency", "reason", "created_by", "extras")


def credit_note(shown: Shown, zone: tzinfo) -> credit_answers.CreditNote:
    """Show a credit note; its days are the workspace's."""
    note, invoice, party = shown.view.note, shown.view.invoice, shown.party
    reached, currency = note.totals, note.currency
    due = refund_due_of(invoice, note.id) if invoice else ZERO
    return credit_answers.CreditNote(
        **{name: getattr(note, name) for name in _AS_THEY_ARE},
        version=shown.view.version,
        invoice=_invoice(note.invoice, invoice),
        party=answers.PartyNamed(id=note.party, uuid=party and party.uuid, name=party and party.display_name),
        exchange_rate=plain(note.exchange_rate),
        voided=not note.is_live,
        total=amount(note.total, currency),
        refund_due=amount(due, currency),
        totals=totals(reached, currency),
        rounding_amount=amount(note.rounding_amount, currency),
        rounding=rounding_rule(note.rounding),
        lines=[_line(line, total, currency) for line, total in zip(note.lines, reached.lines, strict=True)],
        charges=[answers.ChargeShown(kind=one.kind, amount=amount(one.amount, currency)) for one in note.charges],
        issue_date=day(note.issued_at, zone),
        issued_at=instant(note.issued_at),
        void_date=note.voided_at and day(note.voided_at, zone),
        voided_at=note.voided_at and instant(note.voided_at),
        created_at=instant(note.created_at),
        dialect=note.origin,
    )


def _invoice(id: int, invoice: Invoice | None) -> credit_answers.InvoiceNamed:
    return credit_answers.InvoiceNamed(id=id, uuid=invoice and invoice.uuid, number=invoice and invoice.number)


def _line(line: CreditLine, total: LineTotal, currency: str) -> credit_answers.CreditLine:
    return credit_answers.CreditLine(
        line_id=None if line.id == WHOLE else line.id,
        position=line.position,
        item_id=line.item,
        sku=line.sku,
        unit_id=line.unit,
        description=line.description,
        quantity=None if line.quantity is None else plain(line.quantity),
        unit_price=None if line.unit_price is None else amount(line.unit_price, currency),
        discount_percent=plain(line.discount_percent),
        discount_per_unit=amount(line.discount_per_unit, currency),
        by_amount=line.by_amount,
        gross=amount(total.gross, currency),
        discount=amount(total.discount, currency),
        net=amount(total.net, currency),
        taxes=taxes_of_line(line, total, currency),
        order_line=line.order_line,
    )


def credit_notes(
    items: Sequence[Shown], zone: tzinfo, total: int, following: str | None
) -> credit_answers.CreditNotePage:
    """Show a page of credit notes, with the address of the next page."""
    return credit_answers.CreditNotePage(items=[credit_note(one, zone) for one in items], total=total, next=following)
