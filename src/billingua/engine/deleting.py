"""Commands that delete invoices, in whatever status: their history stays, and what they took of orders is free."""

from collections.abc import Sequence
from datetime import datetime

from billingua.core import errors, events
from billingua.core.access import may_change
from billingua.core.invoice import Invoice, require_uncredited
from billingua.core.lifecycle import Status, allowed_actions
from billingua.engine.invoices import InvoiceView, view_invoices, view_of
from billingua.engine.orders import recounted
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_id


def delete_invoice(id: int, caller: Caller, now: datetime) -> Plan[InvoiceView]:
    """Delete an invoice; show what it was. Refuses with `InvoiceNotFound`, `NotPermitted` or `InvoiceCredited`."""
    key = by_id(Invoice, id)
    found = yield Needs([key])
    record = found.record(key)
    if record is None:
        raise errors.InvoiceNotFound(id)
    if not may_change(caller.user, record.value):
        raise errors.NotPermitted("delete the invoice")
    require_uncredited(record.value)
    view = yield from view_of(record.value, record.version)
    orders = yield from recounted([(record.value, None)])
    return Decision(view, saves=orders, deletes=[record.value], events=[_told(record.value)])


def delete_draft(id: int, caller: Caller, now: datetime) -> Plan[InvoiceView]:
    """Delete an invoice that is a draft. Refuses as `delete_invoice`, then with `TransitionRefused`."""
    decision = yield from delete_invoice(id, caller, now)
    status = decision.answer.invoice.status
    if status is not Status.DRAFT:
        raise errors.TransitionRefused(status, "delete", allowed_actions(status))
    return decision


def delete_invoices(ids: Sequence[int], caller: Caller, now: datetime) -> Plan[Sequence[InvoiceView]]:
    """Delete those invoices that the caller may delete, in the order of their ids; show what they were.

    Those with live credit notes are left.
    """
    keys = [by_id(Invoice, id) for id in sorted(set(ids))]
    found = yield Needs(keys)
    records = [record for key in keys if (record := found.record(key)) and _is_to_go(record.value, caller)]
    views = (yield from view_invoices(records, caller, now)).answer
    deleted = [record.value for record in records]
    orders = yield from recounted([(invoice, None) for invoice in deleted])
    return Decision(views, saves=orders, deletes=deleted, events=[_told(invoice) for invoice in deleted])


def _is_to_go(invoice: Invoice, caller: Caller) -> bool:
    return may_change(caller.user, invoice) and not invoice.credits


def _told(invoice: Invoice) -> events.Event:
    return events.InvoiceDeleted(invoice.id, invoice.number)
