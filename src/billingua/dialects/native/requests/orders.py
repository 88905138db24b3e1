"""What clients of our own API ask to be done with orders, as commands to the ledger.

Whoever may see for whom an order is, or placed it, acts for both sides of it, as far as the workspace lets them write.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from billingua.core import errors
from billingua.core.access import may_see
from billingua.core.errors import OrderLineNotFound, OrderNotFound, Refused
from billingua.core.fulfilment import Allocated, Packed
from billingua.core.invoice import Invoice
from billingua.core.line import Attribute, Charge
from billingua.core.order import (
    CLOSED_LINES,
    Allocation,
    DeliveryAddress,
    LineStatus,
    Order,
    OrderFees,
    OrderLine,
    SupplierTerms,
)
from billingua.core.party import Party, TradeRole
from billingua.dialects.native.errors import BodyInvalid, ContentFixed
from billingua.dialects.native.requests import order_bodies as bodies
from billingua.dialects.native.requests.bodies import AttributeContent
from billingua.dialects.native.requests.catalogue import Rewrite
from billingua.dialects.native.requests.invoices import Written
from billingua.dialects.native.requests.related import relate_all
from billingua.dialects.native.vocabulary import INVALID
from billingua.engine import fulfilment, opening, orders
from billingua.engine.composing import together
from billingua.engine.fulfilment import LineEdits, OrderEdits
from billingua.engine.kinds import by_number
from billingua.engine.orders import OrderView, view_orders
from billingua.engine.plan import Caller, Decision, Key, Needs, Plan, Record, Step, by_id, by_uuid
from billingua.engine.rehearsing import attempt
from billingua.wire.members import MOST_PROBLEMS

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")

Placed = tuple[Record[Order], OrderView]
"""An order, with whom and what it refers to."""

Actions = tuple[Record[Order], Mapping[str, Refused | None]]
"""An order, and why each action would be refused; None where it would not."""


# Shown.


def find_order(key: Key[Order], caller: Caller, now: datetime) -> Plan[Placed]:
    """Show one order. Refuses with `OrderNotFound` or `NotPermitted`."""
    found = yield Needs([key])
    record = found.record(key)
    if record is None:
        raise OrderNotFound(key.value)
    view = (yield from see_order(record.value, caller, now)).answer
    return Decision((record, view))


def see_order(order: Order, caller: Caller, now: datetime) -> Plan[OrderView]:
    """Look up whom and what an order refers to, for somebody who may see it. Refuses with `NotPermitted`."""
    (view,) = (yield from view_orders([order], caller, now)).answer
    placed_it = caller.user is not None and caller.user.username == order.placed_by
    if not (may_see(caller.user, view.buyer) or placed_it):
        raise errors.NotPermitted("see the order")
    return Decision(view)


def find_uuids(parties: Sequence[int], caller: Caller, now: datetime) -> Plan[Mapping[int, UUID]]:
    """Give the UUIDs of parties by their ids, as far as they are there."""
    found = yield Needs([by_id(Party, id) for id in parties])
    return Decision({id: party.uuid for id in parties if (party := found.get(by_id(Party, id)))})


# Ordered, and said anew.


def create_order(content: bodies.OrderContent, caller: Caller, now: datetime) -> Plan[Placed]:
    """Order something.

    Refuses with `BodyInvalid`, with `PartyNotFound`, `SupplierNotFound` or `NotPermitted` for whom it names, and as the
    ledger's `create_order`.
    """
    _check(_wrong(content), _missing(content))
    buyer, suppliers = yield from _parties_of(content, caller)
    is_retailer = buyer.trade_role is TradeRole.RETAILER
    command = orders.CreateOrder(
        retailer=buyer.uuid if is_retailer else None,
        company=None if is_retailer else buyer.id,
        number=content.number,
        lines=[_ordered(line, suppliers) for line in content.lines],
        address=_of(DeliveryAddress, content.address or bodies.DeliveryAddressContent()),
        fees=_of(OrderFees, content.fees),
        notes=content.retailer_notes,
        attributes=_attributes(content.retailer_attributes),
    )
    try:
        decision: Decision[Any] = yield from orders.create_order(command, caller, now)
    except errors.SupplierNotFound as refused:
        raise errors.SupplierNotFound(content.lines[refused.index].supplier_id, refused.index) from refused
    (view,) = (yield from view_orders([decision.answer], caller, now)).answer
    return replace(decision, answer=(Record(decision.answer, 1, b""), view))


def _parties_of(content: bodies.OrderContent, caller: Caller) -> Step[tuple[Party, Mapping[int, Party]]]:
    """Look up who buys, and of whom; the caller has to see them."""
    buyer = by_id(Party, content.party_id or 0)
    places = {line.supplier_id: place for place, line in enumerate(content.lines) if line.supplier_id is not None}
    found = yield Needs([buyer, *(by_id(Party, id) for id in places)])
    bought_by = found.require(buyer, errors.PartyNotFound(content.party_id))
    suppliers = {
        id: found.require(by_id(Party, id), errors.SupplierNotFound(id, place)) for id, place in places.items()
    }
    if not all(may_see(caller.user, party) for party in (bought_by, *suppliers.values())):
        raise errors.NotPermitted("see the party")
    return bought_by, suppliers


def _ordered(line: bodies.OrderLineContent, suppliers: Mapping[int, Party]) -> orders.OrderedLine:
    return orders.OrderedLine(
        item=line.item_id,
        supplier=None if line.supplier_id is None else suppliers[line.supplier_id].uuid,
        sku=line.sku or "",
        quantity=line.quantity or 0,
        unit_cost=line.unit_cost,
        carrier=line.carrier,
        method=line.method,
        notes=line.retailer_notes,
        attributes=_attributes(line.retailer_attributes),
    )


def rewrite_order(command: Rewrite[Order, bodies.OrderContent], caller: Caller, now: datetime) -> Plan[Placed]:
    """Say anew what may be said of an order; if that is nothing, nothing happens.

    Refuses with `BodyInvalid`, with `ContentFixed` for what stays as it was ordered, with `SupplierNotFound` for terms,
    and as `find_order` and the ledger's `edit_order`.
    """
    record, view = (yield from find_order(command.key, caller, now)).answer
    order = record.value
    suppliers = yield from _suppliers_of(order)
    said = _content_of(view, suppliers)
    content = command.content(said)
    _check(_wrong(content))
    if fixed := list(_fixed(content, said)):
        raise ContentFixed(fixed[:MOST_PROBLEMS])
    terms = yield from _terms(content, order, suppliers)
    editing = fulfilment.EditOrder(
        order=by_id(Order, order.id),
        edits=OrderEdits(
            retailer_notes=content.retailer_notes,
            retailer_attributes=_attributes(content.retailer_attributes),
            fees=_of(OrderFees, content.fees),
            supplier_terms=terms,
        ),
        lines=[(line.id, _line_edits(line)) for line in content.lines if line.id is not None],
    )
    return (yield from _done(record, fulfilment.edit_order(editing, caller, now), caller, now))


def _line_edits(line: bodies.OrderLineContent) -> LineEdits:
    return LineEdits(
        retailer_notes=line.retailer_notes,
        retailer_attributes=_attributes(line.retailer_attributes),
        supplier_notes=line.supplier_notes,
        supplier_attributes=_attributes(line.supplier_attributes),
        supplier_unit_cost=line.supplier_unit_cost,
    )


def _suppliers_of(order: Order) -> Step[Mapping[UUID, Party]]:
    """Look up all suppliers that an order names, as far as they are there."""
    named = {line.supplier for line in order.lines} | {terms.supplier for terms in order.supplier_terms}
    keys = {uuid: by_uuid(Party, uuid) for uuid in named if uuid}
    found = yield Needs(list(keys.values()))
    return {uuid: party for uuid, key in keys.items() if (party := found.get(key))}


def _terms(
    content: bodies.OrderContent, order: Order, suppliers: Mapping[UUID, Party]
) -> Step[tuple[SupplierTerms, ...]]:
    """Give what suppliers say, in the order in which it stood; what one says who is not there any more stays."""
    keys = [by_id(Party, terms.supplier_id) for terms in content.supplier_terms]
    found = yield Needs(keys)
    written = {
        (supplier := found.require(key, errors.SupplierNotFound(key.value, place)).uuid): _term(terms, supplier)
        for place, (key, terms) in enumerate(zip(keys, content.supplier_terms, strict=True))
    }
    concerned = {line.supplier for line in order.lines} | {terms.supplier for terms in order.supplier_terms}
    for place, (key, supplier) in enumerate(zip(keys, written, strict=True)):
        if supplier not in concerned:
            raise errors.SupplierNotFound(key.value, place)
    gone = {terms.supplier: terms for terms in order.supplier_terms if terms.supplier not in suppliers}
    in_order = dict.fromkeys([*(terms.supplier for terms in order.supplier_terms), *written])
    said = gone | written
    return tuple(said[supplier] for supplier in in_order if supplier in said)


def _term(terms: bodies.SupplierTermsContent, supplier: UUID) -> SupplierTerms:
    said = {name: getattr(terms, name) for name in _OF_TERMS}
    return SupplierTerms(supplier=supplier, attributes=_attributes(terms.attributes), **said)


# Between the ledger's order and what is said of it.

_OF_TERMS = ("dropship_fee", "order_fee", "order_tax", "order_total", "order_number", "notes")
_FIXED = ("item_id", "supplier_id", "sku", "quantity", "unit_cost", "carrier", "method")
"""What was ordered: of a line that is there it may be left out, and is what it was."""
_REMARKS = ("retailer_notes", "supplier_notes", "supplier_unit_cost")
_LATER = ("supplier_notes", "supplier_attributes", "supplier_unit_cost")
"""What suppliers say of a line once it is ordered."""


def _content_of(view: OrderView, suppliers: Mapping[UUID, Party]) -> bodies.OrderContent:
    """Give what an order says, as it would be written: to write it changes nothing."""
    order = view.order
    return bodies.OrderContent(
        number=order.number,
        party_id=view.buyer.id if view.buyer else None,
        address=_as(bodies.DeliveryAddressContent, order.address),
        lines=[_content_of_line(line, suppliers) for line in order.lines],
        fees=_as(bodies.OrderFeesContent, order.fees),
        retailer_notes=order.retailer_notes,
        retailer_attributes=_content_of_attributes(order.retailer_attributes),
        supplier_terms=[
            bodies.SupplierTermsContent(
                supplier_id=suppliers[terms.supplier].id,
                attributes=_content_of_attributes(terms.attributes),
                **{name: getattr(terms, name) for name in _OF_TERMS},
            )
            for terms in order.supplier_terms
            if terms.supplier in suppliers
        ],
    )


def _content_of_line(line: OrderLine, suppliers: Mapping[UUID, Party]) -> bodies.OrderLineContent:
    supplier = suppliers.get(line.supplier) if line.supplier else None
    same = ("sku", "quantity", "unit_cost", "carrier", "method", *_REMARKS)
    return bodies.OrderLineContent(
        id=line.uuid,
        item_id=line.item,
        supplier_id=supplier and supplier.id,
        retailer_attributes=_content_of_attributes(line.retailer_attributes),
        supplier_attributes=_content_of_attributes(line.supplier_attributes),
        **{name: getattr(line, name) for name in same},
    )


def _content_of_attributes(attributes: Sequence[Attribute] | None) -> list[AttributeContent] | None:
    return None if attributes is None else [AttributeContent(name=one.name, value=one.value) for one in attributes]


def _attributes(attributes: Sequence[AttributeContent] | None) -> tuple[Attribute, ...] | None:
    return None if attributes is None else tuple(Attribute(one.name, one.value) for one in attributes)


def _as(kind: type[S], value: Any, **others: Any) -> S:
    """Make a body of a value that has the same members, but for some others."""
    same = {name: getattr(value, name) for name in kind.__struct_fields__ if name not in others}
    return kind(**same, **others)


def _of(kind: type[T], content: msgspec.Struct) -> T:
    """Make a value of a body with the same members."""
    return kind(**msgspec.structs.asdict(content))


def _missing(content: bodies.OrderContent) -> Iterator[tuple[str, str]]:
    """List what a new order has to say, and what is said of it later."""
    if content.party_id is None:
        yield "/party_id", "content"
    if not content.lines:
        yield "/lines", "content"
    if content.supplier_terms:
        yield "/supplier_terms", "later"
    for place, line in enumerate(content.lines):
        for where, why in _missing_in(line):
            yield f"/lines/{place}{where}", why


def _missing_in(line: bodies.OrderLineContent) -> Iterator[tuple[str, str]]:
    if line.id is not None:
        yield "/id", "later"
    if (line.supplier_id is None, line.sku is None) != (line.item_id is not None,) * 2:
        yield "", "goods"
    if not line.quantity:
        yield "/quantity", "pieces"
    yield from ((f"/{name}", "later") for name in _LATER if getattr(line, name) is not None)


def _wrong(content: bodies.OrderContent) -> Iterator[tuple[str, str]]:
    """List what no order may say."""
    yield from _negative("/fees", content.fees, ("order_fee", "order_tax", "shipping_cost", "dropship_fee"))
    for place, line in enumerate(content.lines):
        yield from _negative(f"/lines/{place}", line, ("unit_cost", "supplier_unit_cost"))
    said: set[int] = set()
    for place, terms in enumerate(content.supplier_terms):
        here = f"/supplier_terms/{place}"
        yield from _negative(here, terms, ("dropship_fee", "order_fee", "order_tax", "order_total"))
        if terms.supplier_id in said:
            yield f"{here}/supplier_id", "repeated supplier"
        said.add(terms.supplier_id)


def _negative(pointer: str, content: msgspec.Struct, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        value: Decimal | None = getattr(content, name)
        if value is not None and value < 0:
            yield f"{pointer}/{name}", "negative"


def _fixed(content: bodies.OrderContent, said: bodies.OrderContent) -> Iterator[tuple[str, str]]:
    """List what the content says other than it was ordered."""
    if content.number != said.number:
        yield "/number", INVALID["fixed"]
    if content.party_id not in {None, said.party_id}:
        yield "/party_id", INVALID["fixed"]
    if content.address not in (None, said.address):
        yield "/address", INVALID["fixed"]
    known = {line.id: line for line in said.lines}
    if len(content.lines) != len(known) or {line.id for line in content.lines} != known.keys():
        yield "/lines", INVALID["lines"]
        return
    for place, line in enumerate(content.lines):
        for name in _FIXED:
            if getattr(line, name) not in (None, getattr(known[line.id], name)):
                yield f"/lines/{place}/{name}", INVALID["fixed"]


def _check(*problems: Iterator[tuple[str, str]]) -> None:
    """See that nothing is wrong. Refuses with `BodyInvalid`."""
    found = [(pointer, INVALID[why]) for some in problems for pointer, why in some]
    if found:
        raise BodyInvalid(found[:MOST_PROBLEMS])


# Done to.


@dataclass(frozen=True, slots=True)
class Act:
    """Do something to an order; `content` is what was sent with it, if anything was."""

    key: Key[Order]
    content: Any = None


def hand_over(command: Act, caller: Caller, now: datetime) -> Plan[Placed]:
    """Count an order as handed over to its suppliers. Refuses as `find_order`."""
    record, _ = (yield from find_order(command.key, caller, now)).answer
    handing = fulfilment.HandOver(orders=[record.value.uuid])
    return (yield from _done(record, fulfilment.hand_over(handing, caller, now), caller, now))


def allocate(command: Act, caller: Caller, now: datetime) -> Plan[Placed]:
    """Say how much of its lines each supplier takes on.

    Refuses as `find_order`, with `OrderLineNotFound`, with `OrderLineClosed` for a cancelled line, and as the ledger's
    `allocate_order`.
    """
    record, _ = (yield from find_order(command.key, caller, now)).answer
    content: bodies.OrderAllocation = command.content
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
    return (yield from _done(record, together(*plans), caller, now))


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
    _check(
        _negative("", content, ("weight", "cost")),
        *(_negative(f"/lines/{place}", line, ["unit_cost"]) for place, line in enumerate(content.lines)),
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
        attributes=_attributes(content.attributes),
    )
    return (yield from _done(record, fulfilment.ship_order(shipping, caller, now), caller, now))


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
    return (yield from _done(record, together(*plans), caller, now))


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
    return (yield from _done(record, together(*plans), caller, now))


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
    if len(set(suppliers)) != 1:
        other = next((place for place, supplier in enumerate(suppliers) if supplier != suppliers[0]), None)
        raise BodyInvalid([("/lines" if other is None else f"/lines/{other}/id", INVALID["one supplier"])])
    return suppliers[0]


def _done(record: Record[Order], plan: Plan[Any], caller: Caller, now: datetime) -> Plan[Placed]:
    """Let a plan go on, and answer with the order as it is then."""
    decision = yield from plan
    saves = list(decision.saves)
    after = next((saved for saved in saves if isinstance(saved, Order)), record.value)
    version = record.version + (after is not record.value)
    (view,) = (yield from view_orders([after], caller, now)).answer
    return replace(decision, saves=saves, answer=(Record(after, version, b""), view))


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
    _check((f"/{name}", "with lines") for name in names if getattr(content, name) not in (None, []))
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
    _check(*(_negative(f"/lines/{place}", line, ["unit_price"]) for place, line in enumerate(wanted)))
    lines = _named(order, [line.id for line in wanted])
    invoicing = orders.InvoiceOrder(
        order=order.uuid,
        supplier=_one_supplier(lines or order.lines),
        number=content.number,
        lines=[_invoiced(line, ordered) for line, ordered in zip(wanted, lines, strict=True)],
        charges=tuple(Charge(charge.kind, charge.amount) for charge in content.charges),
        stated_total=content.stated_total,
        due_at=content.due_at and content.due_at.astimezone(UTC),
        attributes=_attributes(content.attributes),
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
        attributes=_attributes(line.attributes),
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
    allocation = bodies.LineAllocation(id=id, accepted=0) if said is None else _as(bodies.LineAllocation, said, id=id)
    return {
        "allocate": bodies.OrderAllocation(lines=[allocation]),
        "ship": bodies.PackageContent(number="-", lines=[bodies.PackedLine(id=id, quantity=1)]),
        "invoice": bodies.OrderInvoiceContent(number=str(order.uuid), lines=[bodies.BilledLine(id=id)]),
    }


def _is_left(line: OrderLine) -> bool:
    return line.status not in CLOSED_LINES and line.invoiced < line.quantity
