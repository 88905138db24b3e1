"""Commands on orders."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from billingua.core import errors, events
from billingua.core.access import User
from billingua.core.invoice import Invoice, total_owed
from billingua.core.item import Item
from billingua.core.lifecycle import Status
from billingua.core.line import Attribute, Charge, InvoiceLine
from billingua.core.order import Invoiced, Order, OrderLine, invoice_lines, lines_of
from billingua.core.party import Party
from billingua.core.rounding import en16931
from billingua.engine.kinds import by_number, by_username
from billingua.engine.plan import Caller, Decision, Found, Key, Needs, Plan, Step, by_id, by_uuid


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with whom and what it refers to, as far as those exist: suppliers by their UUIDs, items by their ids.

    The buyer is its retailer, or the company of an order that names no retailer.
    """

    order: Order
    buyer: Party | None
    author: User | None
    suppliers: Mapping[UUID, Party]
    items: Mapping[int, Item]


def find_order(uuid: UUID, caller: Caller, now: datetime) -> Plan[OrderView]:
    """Show one order. Refuses with `OrderNotFound`."""
    key = by_uuid(Order, uuid)
    found = yield Needs([key])
    order = found.require(key, errors.OrderNotFound(uuid))
    buyer = by_uuid(Party, order.retailer) if order.retailer else by_id(Party, order.company or 0)
    author = by_username(order.placed_by or "")
    suppliers = {line.supplier: by_uuid(Party, line.supplier) for line in order.lines if line.supplier}
    items = _item_keys(order.lines)
    found = yield Needs([buyer, author, *suppliers.values(), *items.values()])
    return Decision(
        OrderView(
            order,
            found.get(buyer),
            found.get(author),
            {uuid: party for uuid, key in suppliers.items() if (party := found.get(key))},
            {id: item for id, key in items.items() if (item := found.get(key))},
        )
    )


def _item_keys(lines: Iterable[OrderLine]) -> dict[int, Key[Item]]:
    return {line.item: by_id(Item, line.item) for line in lines if line.item is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicedLine:
    """What an invoice takes of one order line; a quantity or unit cost left unsaid stays unsaid."""

    line: UUID
    quantity: int | None = None
    unit_cost: Decimal | None = None
    attributes: tuple[Attribute, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceOrder:
    """Write a supplier's invoice for some of its lines of an order, or for charges alone.

    Amounts are in the order's currency. `stated_total` is kept as given and never held against the computed total.
    """

    order: UUID
    supplier: UUID
    number: str
    lines: Sequence[InvoicedLine] = ()
    charges: tuple[Charge, ...] = ()
    stated_total: Decimal | None = None
    attributes: tuple[Attribute, ...] | None = None


def invoice_order(command: InvoiceOrder, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write an invoice for part of an order; it is open at once.

    Refuses with `OrderNotFound` (also where no line is the supplier's), `NumberTaken` by the same supplier on the same
    order, `OrderCancelled`, `OrderLineNotFound`, `OrderLineClosed`, `OverInvoiced`, `PartyNotFound` where nobody is
    known who ordered, or `AmountTooLarge`. The number comes before the lines: whoever sends an invoice again learns
    that it is there.
    """
    order_key, scope = by_uuid(Order, command.order), f"{command.order}/{command.supplier}"
    number_key = by_number(command.number, scope)
    found = yield Needs([order_key, number_key], ["invoice", "invoice_line"])
    order = found.require(order_key, errors.OrderNotFound(command.order))
    if found.get(number_key):
        raise errors.NumberTaken(command.number)
    counted = invoice_lines(
        order, command.supplier, [Invoiced(line.line, line.quantity, line.unit_cost) for line in command.lines]
    )
    invoice = yield from _written(command, order, scope, found, caller, now)
    happened = [events.InvoiceCreated(invoice.id, invoice.number), events.OrderInvoiced(order.id, order.number)]
    return Decision(invoice, saves=[invoice, counted], events=happened)


def _written(
    command: InvoiceOrder, order: Order, scope: str, found: Found, caller: Caller, now: datetime
) -> Step[Invoice]:
    own = lines_of(order, command.supplier)
    party, titles = yield from _retailer_and_titles(order, own)
    lines = tuple(
        _line(position, taken, own[taken.line], titles, found) for position, taken in enumerate(command.lines)
    )
    rounding = en16931(order.currency)
    total = total_owed(lines, command.charges, rounding)
    return Invoice(
        id=found.new_id("invoice"),
        uuid=found.new_uuid(),
        number=command.number,
        number_scope=scope,
        status=Status.OPEN,
        origin=caller.dialect,
        party=party,
        supplier=command.supplier,
        order=order.id,
        currency=order.currency,
        issued_at=now,
        created_at=now,
        created_by=caller.user.username if caller.user else None,
        updated_at=now,
        original_balance=total,
        open_balance=total,
        rounding=rounding,
        lines=lines,
        charges=command.charges,
        stated_total=command.stated_total,
        purchase_order_number=order.number,
        channel=order.channel,
        attributes=command.attributes,
    )


def _retailer_and_titles(order: Order, lines: Mapping[UUID, OrderLine]) -> Step[tuple[int, dict[int, str]]]:
    """Look up who is invoiced (its id) and what the items are called, by their ids."""
    items = _item_keys(lines.values())
    retailer: list[Key[Party]] = [by_uuid(Party, order.retailer)] if order.retailer else []
    found = yield Needs([*retailer, *items.values()])
    parties = [found.require(key, errors.PartyNotFound(key.value)).id for key in retailer]
    titles = {id: item.title for id, key in items.items() if (item := found.get(key))}
    party = parties[0] if parties else order.company
    if party is None:
        raise errors.PartyNotFound(order.number)
    return party, titles


def _line(
    position: int, taken: InvoicedLine, ordered: OrderLine, titles: Mapping[int, str], found: Found
) -> InvoiceLine:
    return InvoiceLine(
        id=found.new_id("invoice_line"),
        position=position,
        item=ordered.item,
        sku=ordered.sku,
        description=titles.get(ordered.item or 0, ""),
        quantity=None if taken.quantity is None else Decimal(taken.quantity),
        unit_price=taken.unit_cost,
        order_line=ordered.uuid,
        attributes=taken.attributes,
    )
