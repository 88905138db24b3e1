"""Whom and what invoices refer to, as questions to the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from billingua.core.access import may_change, may_see
from billingua.core.errors import InvoiceNotFound, NotPermitted
from billingua.core.invoice import Invoice
from billingua.core.order import Order
from billingua.core.party import Opportunity, Party
from billingua.engine.plan import Caller, Decision, Key, Needs, Plan, Record, Step, by_id, by_uuid


@dataclass(frozen=True, slots=True)
class Related:
    """Whom and what invoices refer to, as far as those exist."""

    parties: Mapping[int, Party] = field(default_factory=dict[int, Party])
    suppliers: Mapping[UUID, Party] = field(default_factory=dict[UUID, Party])
    orders: Mapping[int, Order] = field(default_factory=dict[int, Order])
    opportunities: Mapping[int, Opportunity] = field(default_factory=dict[int, Opportunity])


def find_invoice(key: Key[Invoice], caller: Caller, now: datetime) -> Plan[tuple[Record[Invoice], Related]]:
    """Show one invoice with whom and what it refers to. Refuses with `InvoiceNotFound` or `NotPermitted`."""
    found = yield Needs([key])
    record = found.record(key)
    if record is None:
        raise InvoiceNotFound(key.value)
    return Decision((record, (yield from see(record.value, caller))))


def see_invoice(invoice: Invoice, caller: Caller, now: datetime) -> Plan[Related]:
    """Look up whom and what an invoice refers to, for somebody who may see it. Refuses with `NotPermitted`."""
    return Decision((yield from see(invoice, caller)))


def see(invoice: Invoice, caller: Caller) -> Step[Related]:
    """Look up whom and what an invoice refers to: who made it, or may see whom it is for, may see that too."""
    related = yield from relate_all([invoice])
    party = related.parties.get(invoice.party)
    if not (may_see(caller.user, party) or may_change(caller.user, invoice)):
        raise NotPermitted("see the invoice")
    return related


def relate(invoices: Sequence[Invoice], caller: Caller, now: datetime) -> Plan[Related]:
    """Look up whom and what the invoices of a list refer to, all at once."""
    return Decision((yield from relate_all(invoices)))


def relate_all(invoices: Sequence[Invoice]) -> Step[Related]:
    """Look up whom and what invoices refer to, all at once."""
    named = {id for invoice in invoices for id in (invoice.party, invoice.consignee) if id is not None}
    parties = {id: by_id(Party, id) for id in named}
    suppliers = {invoice.supplier: by_uuid(Party, invoice.supplier) for invoice in invoices if invoice.supplier}
    orders = {invoice.order: by_id(Order, invoice.order) for invoice in invoices if invoice.order is not None}
    opportunities = {
        invoice.opportunity: by_id(Opportunity, invoice.opportunity)
        for invoice in invoices
        if invoice.opportunity is not None
    }
    found = yield Needs([*parties.values(), *suppliers.values(), *orders.values(), *opportunities.values()])
    return Related(
        {id: party for id, key in parties.items() if (party := found.get(key))},
        {uuid: party for uuid, key in suppliers.items() if (party := found.get(key))},
        {id: order for id, key in orders.items() if (order := found.get(key))},
        {id: opportunity for id, key in opportunities.items() if (opportunity := found.get(key))},
    )
