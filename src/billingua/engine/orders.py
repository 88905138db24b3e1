"""Commands on orders."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from billingua.core import errors, events
from billingua.core.access import User
from billingua.core.invoice import Invoice, total_owed
from billingua.core.item import Item
from billingua.core.lifecycle import Status
from billingua.core.line import Attribute, Charge, InvoiceLine
from billingua.core.money import EXACT, ZERO
from billingua.core.order import (
    DeliveryAddress,
    Invoiced,
    Order,
    OrderFees,
    OrderLine,
    invoice_lines,
    lines_of,
    recount,
)
from billingua.core.party import Party, TradeRole
from billingua.core.rounding import en16931
from billingua.engine.kinds import THE_WORKSPACE, by_number, by_supplied_sku, by_username
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
    found = yield Needs([*_referred(order)])
    return Decision(_view(order, found))


def view_orders(orders: Sequence[Order], caller: Caller, now: datetime) -> Plan[Sequence[OrderView]]:
    """Show orders that were listed."""
    found = yield Needs([*dict.fromkeys(key for order in orders for key in _referred(order))])
    return Decision([_view(order, found) for order in orders])


def _referred(order: Order) -> Iterable[Key[Any]]:
    """Name with whom and to what an order refers."""
    return [
        _buyer_key(order),
        by_username(order.placed_by or ""),
        *_supplier_keys(order),
        *_item_keys(order.lines).values(),
    ]


def _view(order: Order, found: Found) -> OrderView:
    return OrderView(
        order,
        found.get(_buyer_key(order)),
        found.get(by_username(order.placed_by or "")),
        {party.uuid: party for key in _supplier_keys(order) if (party := found.get(key))},
        {id: item for id, key in _item_keys(order.lines).items() if (item := found.get(key))},
    )


def _buyer_key(order: Order) -> Key[Party]:
    return by_uuid(Party, order.retailer) if order.retailer else by_id(Party, order.company or 0)


def _supplier_keys(order: Order) -> Iterable[Key[Party]]:
    return [by_uuid(Party, uuid) for uuid in dict.fromkeys(line.supplier for line in order.lines) if uuid]


def _item_keys(lines: Iterable[OrderLine]) -> dict[int, Key[Item]]:
    return {line.item: by_id(Item, line.item) for line in lines if line.item is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedLine:
    """What is ordered: an item, or what a supplier (its party's UUID) sells under a SKU.

    The cost of a piece is in the order's currency.
    """

    item: int | None = None
    supplier: UUID | None = None
    sku: str = ""
    quantity: int
    unit_cost: Decimal | None = None
    carrier: str | None = None
    method: str | None = None
    notes: str | None = None
    attributes: tuple[Attribute, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOrder:
    """Order something for a retailer (its party's UUID) or a company (its id), in the workspace's currency.

    The number is the buyer's own.
    """

    retailer: UUID | None = None
    company: int | None = None
    number: str
    lines: Sequence[OrderedLine]
    address: DeliveryAddress = field(default_factory=DeliveryAddress)
    fees: OrderFees = field(default_factory=OrderFees)
    notes: str | None = None
    attributes: tuple[Attribute, ...] | None = None


def create_order(command: CreateOrder, caller: Caller, now: datetime) -> Plan[Order]:
    """Order something; a number may be used again.

    Refuses with `ItemNotFound`, `SupplierNotFound` or `SkuNotFound` for a line.
    """
    keys = {key for line in command.lines for key in _named_by(line)}
    found = yield Needs([THE_WORKSPACE, *keys], ["order"])
    lines = tuple(_ordered(index, line, found) for index, line in enumerate(command.lines))
    workspace = found.get(THE_WORKSPACE)
    order = Order(
        id=found.new_id("order"),
        uuid=found.new_uuid(),
        number=command.number,
        retailer=command.retailer,
        company=command.company,
        placed_by=caller.user.username if caller.user else None,
        currency=workspace.currency if workspace else "USD",
        created_at=now,
        retailer_notes=command.notes,
        retailer_attributes=command.attributes,
        fees=command.fees,
        address=command.address,
        lines=lines,
    )
    return Decision(order, saves=[order], events=[events.OrderCreated(order.id, order.number)])


def _named_by(line: OrderedLine) -> Sequence[Key[Any]]:
    """Name what a line names."""
    if line.supplier is None:
        return [by_id(Item, line.item or 0)]
    return [by_uuid(Party, line.supplier), by_supplied_sku(line.supplier, line.sku)]


def _item_of(index: int, line: OrderedLine, found: Found) -> Item:
    if line.supplier is None:
        return found.require(by_id(Item, line.item or 0), errors.ItemNotFound(line.item))
    supplier = found.get(by_uuid(Party, line.supplier))
    if supplier is None or supplier.trade_role is not TradeRole.SUPPLIER:
        raise errors.SupplierNotFound(line.supplier, index)
    return found.require(by_supplied_sku(line.supplier, line.sku), errors.SkuNotFound(line.sku, index))


def _ordered(index: int, line: OrderedLine, found: Found) -> OrderLine:
    item = _item_of(index, line, found)
    return OrderLine(
        uuid=found.new_uuid(),
        item=item.id,
        sku=item.sku,
        title=item.name_of_sku,
        supplier=item.supplier,
        quantity=line.quantity,
        unit_cost=line.unit_cost,
        carrier=line.carrier,
        method=line.method,
        retailer_notes=line.notes,
        retailer_attributes=line.attributes,
    )


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

    Without a supplier, it is for lines that no supplier has, and its number one of the workspace's own. Amounts are in
    the order's currency. `stated_total` is kept as given and never held against the computed total.
    """

    order: UUID
    supplier: UUID | None
    number: str
    lines: Sequence[InvoicedLine] = ()
    charges: tuple[Charge, ...] = ()
    stated_total: Decimal | None = None
    due_at: datetime | None = None
    attributes: tuple[Attribute, ...] | None = None


def invoice_scope(order: UUID, supplier: UUID | None) -> str:
    """Give the scope in which a supplier numbers its invoices, an order; without a supplier, the workspace's own."""
    return f"{order}/{supplier}" if supplier else ""


def invoice_order(command: InvoiceOrder, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write an invoice for part of an order; it is open at once.

    Refuses with `OrderNotFound` (also where no line is the supplier's), `NumberTaken` by the same supplier on the same
    order, `OrderCancelled`, `OrderLineNotFound`, `OrderLineClosed`, `OverInvoiced`, `PartyNotFound` where nobody is
    known who ordered, or `AmountTooLarge`. The number comes before the lines: whoever sends an invoice again learns
    that it is there.
    """
    order_key, scope = by_uuid(Order, command.order), invoice_scope(command.order, command.supplier)
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
    party, titles = yield from retailer_and_titles(order, own)
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
        due_at=command.due_at,
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


def retailer_and_titles(order: Order, lines: Mapping[UUID, OrderLine]) -> Step[tuple[int, dict[int, str]]]:
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


def recounted(changes: Iterable[tuple[Invoice, Invoice | None]]) -> Step[list[Order]]:
    """Count, on the orders, what invoices take of them now (None: they are gone) and not what they took before.

    Gives the orders that are other than they were: what an invoice takes no longer may be invoiced again.
    """
    more: defaultdict[int, Counter[UUID]] = defaultdict(Counter)
    for before, after in changes:
        if before.order is not None:
            more[before.order].update(_taken(after.lines if after else ()))
            more[before.order].subtract(_taken(before.lines))
    keys = [by_id(Order, id) for id, moved in more.items() if any(moved.values())]
    if not keys:
        return []
    found = yield Needs(keys)
    orders = [(order, recount(order, more[order.id])) for key in keys if (order := found.get(key))]
    return [counted for order, counted in orders if counted is not order]


def _taken(lines: Iterable[InvoiceLine]) -> Mapping[UUID, int]:
    """Say how many whole pieces lines take of each order line."""
    taken: dict[UUID, Decimal] = {}
    for line in lines:
        if line.order_line is not None:
            taken[line.order_line] = EXACT.add(taken.get(line.order_line, ZERO), line.quantity or ZERO)
    return {uuid: int(quantity) for uuid, quantity in taken.items()}
