"""How invoices are shown in our own API."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from starlette.responses import Response

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.line import Attribute, InvoiceLine
from billingua.core.money import EXACT
from billingua.core.rounding import Rounding
from billingua.core.tax import LineTax
from billingua.core.totals import LineTotal, Totals
from billingua.dialects.native import answers
from billingua.dialects.native.requests import Related
from billingua.dialects.native.vocabulary import amount, day, instant, plain
from billingua.engine.plan import Record
from billingua.engine.queries import Page
from billingua.wire.replies import json_reply


def whole(record: Record[Invoice], related: Related, zone: tzinfo, now: datetime) -> answers.Invoice:
    """Show an invoice, whole."""
    return answers.Invoice(**_summary(record, related, zone, now), **_particulars(record.value, related))


def actions(status: Status, version: int, told: Mapping[str, Mapping[str, Any] | None]) -> answers.Actions:
    """Show what may be done to an invoice; what may not has the details of a problem."""
    return answers.Actions(state=status, version=version, items=actions_shown(told))


def actions_shown(told: Mapping[str, Mapping[str, Any] | None]) -> list[answers.ActionShown]:
    """Show each action, with the details of a problem where it may not be done."""
    return [
        answers.ActionShown(
            action=action, allowed=problem is None, reason=None if problem is None else _reason(problem)
        )
        for action, problem in told.items()
    ]


def _reason(problem: Mapping[str, Any]) -> answers.Reason:
    return answers.Reason(type=problem["type"], title=problem["title"], detail=problem["detail"])


def invoices(page: Page[Invoice], related: Related, zone: tzinfo, now: datetime, next_page: str | None) -> Response:
    """Answer with a page of invoices, each in short, and the address of the next page."""
    items = [answers.InvoiceSummary(**_summary(record, related, zone, now)) for record in page.items]
    return json_reply(answers.InvoicePage(items=items, total=page.total, next=next_page))


def _summary(record: Record[Invoice], related: Related, zone: tzinfo, now: datetime) -> dict[str, Any]:
    """Say what an invoice is, who owes what on it, and since when."""
    shown = record.value
    return {
        "id": shown.id,
        "uuid": shown.uuid,
        "version": record.version,
        "number": shown.number,
        "status": shown.status,
        "overdue": shown.is_overdue(now),
        "partly_paid": shown.partly_paid,
        "dialect": shown.origin,
        "party": _party(shown.party, related),
        "consignee": _party(shown.consignee, related),
        "supplier": _supplier(shown.supplier, related),
        "order": _order(shown.order, related),
        "currency": shown.currency,
        "totals": totals(shown.totals, shown.currency),
        "balances": _balances(shown),
        **_dates(shown, zone),
    }


def _party(id: int | None, related: Related) -> answers.PartyNamed | None:
    if id is None:
        return None
    party = related.parties.get(id)
    return answers.PartyNamed(id=id, uuid=party and party.uuid, name=party and party.display_name)


def _supplier(uuid: UUID | None, related: Related) -> answers.PartyNamed | None:
    if uuid is None:
        return None
    party = related.suppliers.get(uuid)
    return answers.PartyNamed(id=party and party.id, uuid=uuid, name=party and party.display_name)


def _order(id: int | None, related: Related) -> answers.OrderNamed | None:
    if id is None:
        return None
    order = related.orders.get(id)
    return answers.OrderNamed(id=id, uuid=order and order.uuid, number=order and order.number)


def _opportunity(id: int | None, related: Related) -> answers.OpportunityNamed | None:
    if id is None:
        return None
    opportunity = related.opportunities.get(id)
    return answers.OpportunityNamed(
        id=id, uuid=opportunity and opportunity.uuid, title=opportunity and opportunity.title
    )


def rounding_rule(rounding: Rounding) -> answers.RoundingRule:
    """Show how amounts are rounded."""
    return answers.RoundingRule(**asdict(rounding))


def totals(shown: Totals, currency: str) -> answers.InvoiceTotals:
    """Show what an invoice comes to."""
    names = ("line_total", "charge_total", "net_total", "tax_total", "grand_total")
    taxes = [
        answers.TaxOfInvoice(**_tax(row.tax), base=amount(row.base, currency), amount=amount(row.amount, currency))
        for row in shown.taxes
    ]
    return answers.InvoiceTotals(**{name: amount(getattr(shown, name), currency) for name in names}, taxes=taxes)


def _tax(tax: LineTax) -> dict[str, Any]:
    return {"id": tax.tax, "name": tax.name, "rate": plain(tax.rate)}


def _balances(shown: Invoice) -> answers.Balances:
    """Say what was owed, is owed and was paid; a void invoice owes nothing, which is no sign that it was paid."""
    settled = EXACT.subtract(shown.original_balance, shown.open_balance)
    paid = EXACT.subtract(settled, EXACT.subtract(shown.credited, shown.refund_due))
    return answers.Balances(
        original=amount(shown.original_balance, shown.currency),
        open=amount(shown.open_balance, shown.currency),
        paid=None if shown.status is Status.VOID else amount(paid, shown.currency),
        credited=amount(shown.credited, shown.currency),
        refund_due=amount(shown.refund_due, shown.currency),
    )


def _dates(shown: Invoice, zone: tzinfo) -> dict[str, str | None]:
    return {
        "issue_date": day(shown.issued_at, zone),
        "issued_at": instant(shown.issued_at),
        "due_date": shown.due_at and day(shown.due_at, zone),
        "due_at": shown.due_at and instant(shown.due_at),
        "void_date": shown.voided_at and day(shown.voided_at, zone),
        "voided_at": shown.voided_at and instant(shown.voided_at),
        "created_at": instant(shown.created_at),
        "updated_at": instant(shown.updated_at),
    }


def _particulars(shown: Invoice, related: Related) -> dict[str, Any]:
    """Say all the rest that the ledger knows of an invoice."""
    currency = shown.currency
    lines = zip(shown.lines, shown.totals.lines, strict=True)
    return {
        "number_scope": shown.number_scope or None,
        "created_by": shown.created_by,
        "exchange_rate": plain(shown.exchange_rate),
        "pending_payments": shown.pending_payments,
        "rounding": rounding_rule(shown.rounding),
        "lines": [_line(line, total, currency) for line, total in lines],
        "charges": [
            answers.ChargeShown(kind=charge.kind, amount=amount(charge.amount, currency)) for charge in shown.charges
        ],
        "credits": [
            answers.CreditShown(credit_note_id=credit.note, amount=amount(credit.amount, currency))
            for credit in shown.credits
        ],
        "stated_total": None if shown.stated_total is None else amount(shown.stated_total, currency),
        "opportunity": _opportunity(shown.opportunity, related),
        "attributes": _attributes(shown.attributes),
        **{name: getattr(shown, name) for name in _AS_THEY_ARE},
        **{f"{name}_id": getattr(shown, name) for name in _IDS},
    }


_AS_THEY_ARE = (
    "purchase_order_number",
    "order_number",
    "reference",
    "external_id",
    "external_party_id",
    "terms",
    "description",
    "language",
    "branch",
    "extras",
)
_IDS = ("billing_address", "delivery_address", "book", "payment_term", "salesperson", "channel")


def _attributes(attributes: Sequence[Attribute] | None) -> list[answers.AttributeShown] | None:
    if attributes is None:
        return None
    return [answers.AttributeShown(name=attribute.name, value=attribute.value) for attribute in attributes]


def _line(line: InvoiceLine, total: LineTotal, currency: str) -> answers.InvoiceLine:
    """Show a line."""
    return answers.InvoiceLine(
        id=line.id,
        position=line.position,
        item_id=line.item,
        sku=line.sku,
        unit_id=line.unit,
        description=line.description,
        quantity=None if line.quantity is None else plain(line.quantity),
        unit_price=None if line.unit_price is None else amount(line.unit_price, currency),
        discount_percent=plain(line.discount_percent),
        discount_per_unit=amount(line.discount_per_unit, currency),
        gross=amount(total.gross, currency),
        discount=amount(total.discount, currency),
        net=amount(total.net, currency),
        taxes=taxes_of_line(line, total, currency),
        order_line=line.order_line,
        attributes=_attributes(line.attributes),
    )


def taxes_of_line(line: InvoiceLine, total: LineTotal, currency: str) -> list[answers.TaxOfLine]:
    """Show the taxes of a line; they carry amounts only where the rounding rule taxes by line."""
    amounts = [amount(tax, currency) for tax in total.taxes] or [None] * len(line.taxes)
    return [answers.TaxOfLine(**_tax(tax), amount=of_tax) for tax, of_tax in zip(line.taxes, amounts, strict=True)]
