"""The command that changes the status of several invoices at once, and the stock of what they sell with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from billingua.core import errors
from billingua.core.access import administers
from billingua.core.invoice import Invoice
from billingua.core.item import Item
from billingua.core.lifecycle import Action, Status
from billingua.core.money import EXACT, ZERO
from billingua.engine.invoices import InvoiceView, do, happened, view_invoices
from billingua.engine.plan import Caller, Decision, Needs, Plan, Step, by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStatuses:
    """Do to some invoices what is to be done in the status that each has; those in other statuses stay as they are.

    `stock` says which actions move the stock of tracked items: -1 takes what the lines sell, 1 gives it back.
    """

    invoices: Sequence[int]
    actions: Mapping[Status, Action]
    stock: Mapping[Action, int] = field(default_factory=dict[Action, int])


@dataclass(frozen=True, slots=True)
class StatusesChanged:
    """The invoices that were asked for, changed or not, and the items whose stock moved.

    Where `is_stock_refused`, the caller may not move the stock that should have moved, and none has.
    """

    views: Sequence[InvoiceView]
    items: Sequence[Item]
    is_stock_refused: bool


def change_statuses(command: ChangeStatuses, caller: Caller, now: datetime) -> Plan[StatusesChanged]:
    """Change the status of those invoices that the caller may see, in the order of their ids.

    Refuses with `InvoiceNotFound` where there is none. One with live credit notes is neither rejected nor voided, but
    stays as it is. Only who administers the records moves stock.
    """
    keys = [by_id(Invoice, id) for id in sorted(set(command.invoices))]
    found = yield Needs(keys)
    records = [record for key in keys if (record := found.record(key))]
    seen = (yield from view_invoices(records, caller, now)).answer
    if not seen:
        raise errors.InvoiceNotFound(command.invoices[0])
    done = [(view.invoice, action) for view in seen if (action := _action_on(view.invoice, command))]
    changed = {invoice.id: do(action, invoice, now) for invoice, action in done}
    tracked, moved = yield from _move_stock(done, command.stock)
    is_refused = bool(tracked) and not administers(caller.user)
    items: Sequence[Item] = () if is_refused else moved
    views = [
        replace(view, invoice=changed[view.invoice.id], version=view.version + 1)
        if view.invoice.id in changed
        else view
        for view in seen
    ]
    events = [happened(action, invoice) for invoice, action in done]
    return Decision(StatusesChanged(views, items, is_refused), saves=[*changed.values(), *items], events=events)


def _action_on(invoice: Invoice, command: ChangeStatuses) -> Action | None:
    """Say what is to be done to an invoice, if anything is."""
    action = command.actions.get(invoice.status)
    return None if invoice.credits and action in {Action.REJECT, Action.VOID} else action


def _move_stock(
    done: Iterable[tuple[Invoice, Action]], stock: Mapping[Action, int]
) -> Step[tuple[Sequence[Item], Sequence[Item]]]:
    """Find the tracked items that the invoices sell, and those of them whose stock moves, as it is then."""
    more: dict[int, Decimal] = {}
    for invoice, action in done:
        for line in invoice.lines if action in stock else ():
            if line.item is not None:
                part = EXACT.multiply(Decimal(stock[action]), line.quantity or ZERO)
                more[line.item] = EXACT.add(more.get(line.item, ZERO), part)
    keys = [by_id(Item, id) for id in more]
    found = yield Needs(keys)
    tracked = [item for key in keys if (item := found.get(key)) and item.track_stock]
    moved = [replace(item, stock=EXACT.add(item.stock, more[item.id])) for item in tracked if more[item.id]]
    return tracked, moved
