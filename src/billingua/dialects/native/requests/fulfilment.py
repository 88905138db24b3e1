"""What clients of our own API ask to be done with orders under way, and how they have them invoiced.

Whoever may see an order, and write, acts for both sides of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from billingua.core import errors
from billingua.core.errors import OrderLineNotFound, Refused
from billingua.core.fulfilment import Allocated, Packed
from billingua.core.invoice import Invoice
from billingua.core.line import Charge
from billingua.core.order import CLOSED_LINES, Allocation, LineStatus, Order, OrderLine
from billingua.dialects.native.errors import BodyInvalid
from billingua.dialects.native.requests import order_bodies as bodies
from billingua.dialects.native.requests.invoices import Written
from billingua.dialects.native.requests.orders import (
    Placed,
    attributes_of,
    body_of,
    check,
    done,
    find_order,
    negative,
)
from billingua.dialects.native.requests.related import relate_all
from billingua.dialects.native.vocabulary import INVALID
from billingua.engine import fulfilment, opening, orders
from billingua.engine.composing import together
from billingua.engine.kinds import by_number
from billingua.engine.plan import Caller, Decision, Key, Needs, Plan, Record, by_id
from billingua.engine.rehearsing import attempt

Actions = tuple[Record[Order], Mapping[str, Refused | None]]
"""An order, and why each action would be refused; None where it would not."""


@dataclass(frozen=True, slots=True)
class Act:
    """Do something to an order; `content` is what was sent with it, if anything was."""

    key: Key[Order]
    content: Any = None


def hand_over(command: Act, caller: Caller, now: datetime) -> Plan[Placed]:
    """Count an order as handed over to its suppliers. Refuses as `find_order`."""
    record, _ = (yield from find_order(command.key, caller, now)).answer
    handing = fulfilment.HandOver(orders=[record.value.uuid])
    return (yield from done(record, fulfilment.hand_over(handing, caller, now), caller, now))


def allocate(command: Act, caller: Caller, now: datetime) -> Plan[Placed]:
    """Say how much of its lines each supplier takes on.

    Refuses as `find_order`, with `BodyInvalid` for a line that is named twice, with `OrderLineNotFound`, with
    `OrderLineClosed` for a cancelled line, and as the ledger's `allocate_order`.
    """
    record, _ = (yield from find_order(command.key, caller, now)).answer
    content: bodies.OrderAllocation = command.content
    check(_repeated(content.lines))
    lines = _named(record.value, [line.id for line in content.lines])
    parts: dict[UUID | None, list[Allocated]] = {}
    for place, (line, wanted) in enumerate(zip(lines, content.lines, strict=True)):
        if line.status is LineStatus.CANCELLED:
            raise errors.OrderLineClosed(line.uuid, line.status, place)
        parts.setdefault(line.supplier, []).append(_allocated(wanted))
    plans = [
        fulfilment.allocate_order(
            fulfilment.AllocateOrder(order=record.value.uuid, supplier=supplier, parts=own), caller, now
        )
        for supplier, own in parts.items()
    ]
    return (yield from done(record, together(*plans), caller, now))


def _repeated(lines: Sequence[bodies.LineAllocation]) -> Iterator[tuple[str, str]]:
    """Point at lines of which something else was said before."""
    seen = set[UUID]()
    for place, line in enumerate(lines):
        if line.id in seen:
            yield f"/lines/{place}/id", "unique"
        seen.add(line.id)


def _allocated(line: bodies.LineAllocation) -> Allocated:
    return Allocated(
        line.id,
        Allocation(
            accepted=line.accepted,
            rejected=line.rejected,
            backordered=line.backordered,
            backorder_date=line.backorder_date,
        ),
    )


def ship(command: Act, caller: Caller, now: datetime) -> Plan[Placed]:
    """Send a package. Refuses as `find_order`, with `BodyInvalid`, and as the ledger's `ship_order`."""
    record, _ = (yield from find_order(command.key, caller, now)).answer
    content: bodies.PackageContent = command.content
    check(
        negative("", content, ("weight", "cost")),
        *(negative(f"/lines/{place}", line, ["unit_cost"]) for place, line in enumerate(content.lines)),
    )
    lines = _named(record.value, [line.id for line in content.lines])
    shipping = fulfilment.ShipOrder(
        order=record.value.uuid,
        supplier=_one_supplier(lines),
        number=content.number,
        parts=[Packed(line.id, line.quantity, line.unit_cost) for line in content.lines],
        carrier=content.carrier,
        method=content.method,
        weight=content.weight,
        cost=content.cost,
        ship_date=content.ship_date and content.ship_date.isoformat(),
        attributes=attributes_of(content.attributes),
    )
    return (yield from done(record, fulfilment.ship_order(shipping, caller, now), caller, now))


def request_cancellation(command: Act, caller: Caller, now: datetime) -> Plan[Placed]:
    """Ask the suppliers to cancel lines, or all of which something is left.

    Refuses as `find_order`, with `OrderLineNotFound`, and as the ledger's `ask_to_cancel`.
    """
    record, _ = (yield from find_order(command.key, caller, now)).answer
    order = record.value
    plans = [
        fulfilment.ask_to_cancel(
            fulfilment.AskToCancel(order=by_id(Order, order.id), retailer=order.retailer, line=line), caller, now
        )
        for line in _lines_named(order, command.content) or [None]
    ]
    return (yield from done(record, together(*plans), caller, now))


def confirm_cancellation(command: Act, caller: Caller, now: datetime) -> Plan[Placed]:
    """Cancel what was asked to be. Refuses as `request_cancellation`."""
    return (yield from _answer(command, True, caller, now))


def reject_cancellation(command: Act, caller: Caller, now: datetime) -> Plan[Placed]:
    """Cancel nothing of what was asked to be. Refuses as `request_cancellation`."""
    return (yield from _answer(command, False, caller, now))


def _answer(command: Act, cancels: bool, caller: Caller, now: datetime) -> Plan[Placed]:
    """Answer for each supplier who was asked."""
    record, _ = (yield from find_order(command.key, caller, now)).answer
    order = record.value
    named = _lines_named(order, command.content)
    suppliers = {line.uuid: line.supplier for line in order.lines}
    asked = dict.fromkeys(line.supplier for line in order.lines if line.cancelling)
    wanted = [(suppliers[line], line) for line in named] if named else [(supplier, None) for supplier in asked]
    if not wanted:
        raise errors.NothingToCancel
    plans = [
        fulfilment.answer_cancellation(
            fulfilment.AnswerCancellation(order=by_id(Order, order.id), supplier=supplier, cancels=cancels, line=line),
            caller,
            now,
        )
        for supplier, line in wanted
    ]
    return (yield from done(record, together(*plans), caller, now))


def _lines_named(order: Order, content: bodies.LinesNamed | None) -> list[UUID]:
    """Give the lines that are named, each once."""
    named = list(dict.fromkeys(content.line_ids or [])) if content else []
    return [line.uuid for line in _named(order, named)]


def _named(order: Order, uuids: Sequence[UUID]) -> list[OrderLine]:
    """Find the lines of an order that are named. Refuses with `OrderLineNotFound`."""
    lines = {line.uuid: line for line in order.lines}
    for place, uuid in enumerate(uuids):
        if uuid not in lines:
            raise OrderLineNotFound(uuid, place)
    return [lines[uuid] for uuid in uuids]


def _one_supplier(lines: Sequence[OrderLine]) -> UUID | None:
    """Give the supplier of all lines. Refuses with `BodyInvalid` where that is not one."""
    suppliers = [line.supplier for line in lines]
    check((f"/lines/{place}/id", "one supplier") for place, one in enumerate(suppliers) if one != suppliers[0])
    return suppliers[0]


def _only_supplier(order: Order) -> UUID | None:
    """Give the supplier of all that was ordered. Refuses with `BodyInvalid` where that is not one."""
    suppliers = {line.supplier for line in order.lines}
    if len(suppliers) != 1:
        raise BodyInvalid([("/lines", INVALID["one supplier"])])
    return suppliers.pop()


# Invoiced.


def invoice_order(command: Act, caller: Caller, now: datetime) -> Plan[Written]:
    """Write an invoice for an order or some of it; it is open at once.

    Refuses as `find_order`, with `BodyInvalid`, `OrderLineNotFound` or `NumberTaken`, and as the ledger's `bill_order`
    or, where lines are named, its `invoice_order`.
    """
    record, _ = (yield from find_order(command.key, caller, now)).answer
    content: bodies.OrderInvoiceContent = command.content
    is_whole = content.lines is None
    plan = _billed(content, record.value, caller, now) if is_whole else _taken(content, record.value, caller, now)
    decision: Decision[Any] = yield from plan
    related = yield from relate_all([decision.answer])
    return replace(decision, answer=(Record(decision.answer, 1, b""), related))


def _billed(content: bodies.OrderInvoiceContent, order: Order, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write the one invoice of a whole order."""
    names = ("charges", "stated_total", "attributes")
    check((f"/{name}", "with lines") for name in names if getattr(content, name) not in (None, []))
    number = by_number(content.number)
    found = yield Needs([number])
    if found.get(number):
        raise errors.NumberTaken(content.number)
    billing = opening.BillOrder(
        order=order.id,
        order_number=str(order.id),
        number_of=lambda _: content.number,
        due_at=content.due_at and content.due_at.astimezone(UTC),
    )
    return (yield from opening.bill_order(billing, caller, now))


def _taken(content: bodies.OrderInvoiceContent, order: Order, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write an invoice for some lines of one supplier, or, of an order that has one, for charges alone."""
    wanted = content.lines or []
    check(*(negative(f"/lines/{place}", line, ["unit_price"]) for place, line in enumerate(wanted)))
    lines = _named(order, [line.id for line in wanted])
    invoicing = orders.InvoiceOrder(
        order=order.uuid,
        supplier=_one_supplier(lines) if lines else _only_supplier(order),
        number=content.number,
        lines=[_invoiced(line, ordered) for line, ordered in zip(wanted, lines, strict=True)],
        charges=tuple(Charge(charge.kind, charge.amount) for charge in content.charges),
        stated_total=content.stated_total,
        due_at=content.due_at and content.due_at.astimezone(UTC),
        attributes=attributes_of(content.attributes),
    )
    return (yield from orders.invoice_order(invoicing, caller, now))


def _invoiced(line: bodies.BilledLine, ordered: OrderLine) -> orders.InvoicedLine:
    """Say what is taken of a line; where nothing is left and nothing is said, the ledger refuses a piece."""
    rest = max(1, ordered.quantity - ordered.invoiced)
    cost = ordered.unit_cost if ordered.supplier_unit_cost is None else ordered.supplier_unit_cost
    return orders.InvoicedLine(
        line=line.id,
        quantity=rest if line.quantity is None else line.quantity,
        unit_cost=cost if line.unit_price is None else line.unit_price,
        attributes=attributes_of(line.attributes),
    )


# What may be done.


ACTIONS: Mapping[str, Callable[[Act, Caller, datetime], Plan[Placed]]] = {
    "hand-over": hand_over,
    "allocate": allocate,
    "ship": ship,
    "request-cancellation": request_cancellation,
    "confirm-cancellation": confirm_cancellation,
    "reject-cancellation": reject_cancellation,
}
"""What may be done to an order, by its name in an address."""


def find_actions(key: Key[Order], caller: Caller, now: datetime) -> Plan[Actions]:
    """Say of everything that can be done to an order why it would be refused now; None where it would be done.

    What is done to lines is tried on one of which something is left.
    """
    record, _ = (yield from find_order(key, caller, now)).answer
    tried = _tried_on(record.value)
    plans: dict[str, Callable[[], Plan[Any]]] = {
        name: partial(plan, Act(key, tried.get(name)), caller, now) for name, plan in ACTIONS.items()
    }
    plans["invoice"] = partial(invoice_order, Act(key, tried["invoice"]), caller, now)
    return Decision((record, (yield from attempt(plans))))


def _tried_on(order: Order) -> Mapping[str, Any]:
    """Give the least that each action may be asked with; where there is no line, one that is not there."""
    line = next((line for line in order.lines if _is_left(line)), order.lines[0] if order.lines else None)
    id = line.uuid if line else order.uuid
    said = line.allocation if line else None
    allocation = (
        bodies.LineAllocation(id=id, accepted=0) if said is None else body_of(bodies.LineAllocation, said, id=id)
    )
    return {
        "allocate": bodies.OrderAllocation(lines=[allocation]),
        "ship": bodies.PackageContent(number="-", lines=[bodies.PackedLine(id=id, quantity=1)]),
        "invoice": bodies.OrderInvoiceContent(number=str(order.uuid), lines=[bodies.BilledLine(id=id)]),
    }


def _is_left(line: OrderLine) -> bool:
    return line.status not in CLOSED_LINES and line.invoiced < line.quantity
