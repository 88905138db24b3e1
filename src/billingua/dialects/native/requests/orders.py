"""What clients of our own API ask to be done with orders, as commands to the ledger.

Whoever may see for whom an order is, or placed it, acts for both sides of it, as far as the workspace lets them write.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from billingua.core import errors
from billingua.core.access import may_see
from billingua.core.errors import OrderNotFound
from billingua.core.line import Attribute
from billingua.core.order import (
    DeliveryAddress,
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
from billingua.dialects.native.vocabulary import INVALID
from billingua.engine import fulfilment, orders
from billingua.engine.fulfilment import LineEdits, OrderEdits
from billingua.engine.orders import OrderView, view_orders
from billingua.engine.plan import Caller, Decision, Key, Needs, Plan, Record, Step, by_id, by_uuid
from billingua.wire.members import MOST_PROBLEMS

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")

Placed = tuple[Record[Order], OrderView]
"""An order, with whom and what it refers to."""

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
    check(_wrong(content), _missing(content))
    buyer, suppliers = yield from _parties_of(content, caller)
    is_retailer = buyer.trade_role is TradeRole.RETAILER
    command = orders.CreateOrder(
        retailer=buyer.uuid if is_retailer else None,
        company=None if is_retailer else buyer.id,
        number=content.number,
        lines=[_ordered(line, suppliers) for line in content.lines],
        address=value_of(DeliveryAddress, content.address or bodies.DeliveryAddressContent()),
        fees=value_of(OrderFees, content.fees),
        notes=content.retailer_notes,
        attributes=attributes_of(content.retailer_attributes),
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
        attributes=attributes_of(line.retailer_attributes),
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
    check(_wrong(content))
    if fixed := list(_fixed(content, said)):
        raise ContentFixed(fixed[:MOST_PROBLEMS])
    terms = yield from _terms(content, order, suppliers)
    editing = fulfilment.EditOrder(
        order=by_id(Order, order.id),
        edits=OrderEdits(
            retailer_notes=content.retailer_notes,
            retailer_attributes=attributes_of(content.retailer_attributes),
            fees=value_of(OrderFees, content.fees),
            supplier_terms=terms,
        ),
        lines=[(line.id, _line_edits(line)) for line in content.lines if line.id is not None],
    )
    return (yield from done(record, fulfilment.edit_order(editing, caller, now), caller, now))


def _line_edits(line: bodies.OrderLineContent) -> LineEdits:
    return LineEdits(
        retailer_notes=line.retailer_notes,
        retailer_attributes=attributes_of(line.retailer_attributes),
        supplier_notes=line.supplier_notes,
        supplier_attributes=attributes_of(line.supplier_attributes),
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
    return SupplierTerms(supplier=supplier, attributes=attributes_of(terms.attributes), **said)


def done(record: Record[Order], plan: Plan[Any], caller: Caller, now: datetime) -> Plan[Placed]:
    """Let a plan go on, and answer with the order as it is then."""
    decision = yield from plan
    saves = list(decision.saves)
    after = next((saved for saved in saves if isinstance(saved, Order)), record.value)
    version = record.version + (after is not record.value)
    (view,) = (yield from view_orders([after], caller, now)).answer
    return replace(decision, saves=saves, answer=(Record(after, version, b""), view))


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
        address=body_of(bodies.DeliveryAddressContent, order.address),
        lines=[_content_of_line(line, suppliers) for line in order.lines],
        fees=body_of(bodies.OrderFeesContent, order.fees),
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


def attributes_of(attributes: Sequence[AttributeContent] | None) -> tuple[Attribute, ...] | None:
    """Give attributes as the ledger has them; None where nothing is said of any."""
    return None if attributes is None else tuple(Attribute(one.name, one.value) for one in attributes)


def body_of(kind: type[S], value: Any, **others: Any) -> S:
    """Make a body of a value that has the same members, but for some others."""
    same = {name: getattr(value, name) for name in kind.__struct_fields__ if name not in others}
    return kind(**same, **others)


def value_of(kind: type[T], content: msgspec.Struct) -> T:
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
    yield from negative("/fees", content.fees, ("order_fee", "order_tax", "shipping_cost", "dropship_fee"))
    for place, line in enumerate(content.lines):
        yield from negative(f"/lines/{place}", line, ("unit_cost", "supplier_unit_cost"))
    said: set[int] = set()
    for place, terms in enumerate(content.supplier_terms):
        here = f"/supplier_terms/{place}"
        yield from negative(here, terms, ("dropship_fee", "order_fee", "order_tax", "order_total"))
        if terms.supplier_id in said:
            yield f"{here}/supplier_id", "repeated supplier"
        said.add(terms.supplier_id)


def negative(pointer: str, content: msgspec.Struct, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """List which members that are below a pointer are negative."""
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


def check(*problems: Iterator[tuple[str, str]]) -> None:
    """See that nothing is wrong. Refuses with `BodyInvalid`."""
    found = [(pointer, INVALID[why]) for some in problems for pointer, why in some]
    if found:
        raise BodyInvalid(found[:MOST_PROBLEMS])
