"""What pages ask the ledger, and the commands that they give it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from billingua.console.rights import by_clerks
from billingua.core.errors import Refused
from billingua.core.lifecycle import Action
from billingua.core.order import Order
from billingua.engine.invoices import ChangeStatus, InvoiceView, change_status, find_invoice
from billingua.engine.payments import PayInvoice, pay_invoice
from billingua.engine.plan import Caller, Command, Decision, Needs, Plan, by_id
from billingua.engine.rehearsing import attempt

ACTIONS = {
    "issue": Action.ISSUE,
    "pay": Action.SETTLE,
    "reopen": Action.REOPEN,
    "revise": Action.REVISE,
    "reject": Action.REJECT,
    "void": Action.VOID,
}
"""What may be done to an invoice, by its name in an address, in the order in which it is offered."""

change_status_here: Command[ChangeStatus, Any] = by_clerks(change_status)
pay_invoice_here: Command[PayInvoice, Any] = by_clerks(pay_invoice)


@dataclass(frozen=True, slots=True)
class Particulars:
    """An invoice with whom and what it refers to, and why each action would be refused; None where it would not."""

    view: InvoiceView
    order: Order | None
    actions: Mapping[str, Refused | None]


def find_particulars(invoice: int, caller: Caller, now: datetime) -> Plan[Particulars]:
    """Show an invoice, and what may be done with it now. Refuses as the ledger's `find_invoice`."""
    decision = yield from find_invoice(invoice, caller, now)
    view = decision.answer
    order = by_id(Order, view.invoice.order or 0)
    found = yield Needs([order])
    plans = {name: _planned(name, invoice, caller, now) for name in ACTIONS}
    return Decision(Particulars(view, found.get(order), (yield from attempt(plans))))


def _planned(name: str, invoice: int, caller: Caller, now: datetime) -> Callable[[], Plan[Any]]:
    command, values = doing(name, invoice)
    return partial(command, values, caller=caller, now=now)


def doing(name: str, invoice: int, **how: Any) -> tuple[Command[Any, Any], Any]:
    """Give the command that does something to an invoice, and its values: how, beyond what."""
    action = ACTIONS[name]
    if action is Action.SETTLE:
        return pay_invoice_here, PayInvoice(invoice=invoice, **how)
    return change_status_here, ChangeStatus(invoice=invoice, action=action, **how)
