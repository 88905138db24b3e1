"""Commands that write invoices which are open at once: as their author states them, or for a whole order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from billingua.core import errors, events
from billingua.core.access import may_see
from billingua.core.invoice import Invoice, follow_balance, total_owed, with_extra
from billingua.core.lifecycle import Status
from billingua.core.line import Charge, ChargeKind, InvoiceLine
from billingua.core.money import settle
from billingua.core.order import Order, OrderFees, OrderLine, billable, order_claim
from billingua.core.party import Party
from billingua.core.rounding import en16931
from billingua.engine.content import InvoiceFields, LineContent
from billingua.engine.invoices import AmendInvoice, amended
from billingua.engine.kinds import by_claim, by_number
from billingua.engine.orders import retailer_and_titles
from billingua.engine.plan import Caller, Decision, Found, Needs, Plan, Step, by_id

BALANCE_PLACES = 4
"""How many decimals a balance has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvoice:
    """Write a new invoice that is open at once and owes what its author states, whatever its lines come to.

    `fields` says at least its number, party, currency, issue and both balances. It is the one invoice of its order
    number; `order` is the order (its id) that goes by this number, if there is one here. The others are as in
    `AmendInvoice`.
    """

    fields: InvoiceFields
    order_number: str | None = None
    order: int | None = None
    paid: bool | None = None
    partly_paid: bool | None = None
    lines: Sequence[LineContent] = ()
    claims: tuple[str, ...] = ()
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])


def open_invoice(command: OpenInvoice, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write an invoice.

    Refuses, in this order, with `PartyNotFound` or `NotPermitted` for the party, `ChannelNotFound`, `NumberTaken`,
    `ValueTaken`, `AmountTooLarge` for its lines, `OrderBilled`.
    """
    found = yield Needs(counters=["invoice"])
    begun = _begun(command.fields, found, caller, now)
    content = AmendInvoice(
        invoice=begun.id,
        fields=command.fields,
        paid=command.paid,
        partly_paid=command.partly_paid,
        lines=command.lines,
        claims=command.claims,
        extras=command.extras,
    )
    written = yield from amended(begun, content, caller, now)
    if command.order_number is not None:
        written = yield from _for_order(written, command.order_number, command.order)
    return Decision(written, saves=[written], events=_told(written))


def _begun(fields: InvoiceFields, found: Found, caller: Caller, now: datetime) -> Invoice:
    said: Mapping[str, Any] = {"created_at": now, **fields}
    return Invoice(
        id=found.new_id("invoice"),
        uuid=found.new_uuid(),
        status=Status.OPEN,
        origin=caller.dialect,
        created_by=caller.user.username if caller.user else None,
        updated_at=now,
        rounding=en16931(said["currency"]),
        **said,
    )


def _for_order(invoice: Invoice, number: str, order: int | None) -> Step[Invoice]:
    """Make an invoice that of an order number. Refuses with `OrderBilled`."""
    key = by_id(Order, order or 0)
    found = yield Needs([key])
    known = found.get(key)
    yield from _require_unbilled(number, known)
    claims = (*invoice.claims, order_claim(number))
    return replace(invoice, order_number=number, order=known.id if known else None, claims=claims)


def _require_unbilled(number: str, order: Order | None) -> Step[None]:
    """See that no invoice has an order number, and that nothing of its order is invoiced otherwise."""
    claim = by_claim(order_claim(number))
    found = yield Needs([claim])
    if found.get(claim) or (order and any(line.invoiced for line in order.lines)):
        raise errors.OrderBilled(number)


def _told(invoice: Invoice) -> list[events.Event]:
    created = events.InvoiceCreated(invoice.id, invoice.number)
    return [created, *events.of_balance(invoice.id, invoice.number, Status.OPEN, invoice.status)]


@dataclass(frozen=True, slots=True, kw_only=True)
class BillOrder:
    """Write one invoice for all of an order (its id): its goods that are not cancelled, and the buyer's fees.

    `order_number` is how the order is called on the invoice, and `number_of` makes the invoice's number of its id.
    `extras` are members that only the caller's dialect understands.
    """

    order: int
    order_number: str
    number_of: Callable[[int], str]
    due_at: datetime | None = None
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])


def bill_order(command: BillOrder, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write an invoice for a whole order, of which nothing is invoiced yet.

    Refuses, in this order, with `OrderNotFound`, `PartyNotFound` where nobody is known who ordered, `NotPermitted` for
    that party, `OrderBilled`, `OrderCancelled`, `AmountTooLarge`.
    """
    key = by_id(Order, command.order)
    found = yield Needs([key])
    order = found.require(key, errors.OrderNotFound(command.order))
    party, titles = yield from retailer_and_titles(order, {line.uuid: line for line in order.lines})
    yield from _require_seen(party, caller)
    yield from _require_unbilled(command.order_number, order)
    billed = billable(order)
    id = yield from _numbered(command.number_of)
    invoice = yield from _of_order(billed, id, party, titles, caller, now)
    invoice = replace(
        invoice,
        number=command.number_of(id),
        due_at=command.due_at,
        order_number=command.order_number,
        claims=(order_claim(command.order_number),),
    )
    written = follow_balance(with_extra(invoice, caller.dialect, command.extras), now)
    counted = order.with_lines({line.uuid: replace(line, invoiced=line.quantity) for line in billed.lines})
    happened = [*_told(written), events.OrderInvoiced(order.id, order.number)]
    return Decision(written, saves=[written, counted], events=happened)


def _require_seen(party: int, caller: Caller) -> Step[None]:
    key = by_id(Party, party)
    found = yield Needs([key])
    if not may_see(caller.user, found.require(key, errors.PartyNotFound(party))):
        raise errors.NotPermitted("see the party")


def _numbered(number_of: Callable[[int], str]) -> Step[int]:
    """Take the next id of which the number is free: somebody may have chosen its number."""
    while True:
        found = yield Needs(counters=["invoice"])
        id = found.new_id("invoice")
        key = by_number(number_of(id))
        found = yield Needs([key])
        if found.get(key) is None:
            return id


def _of_order(
    order: Order, id: int, party: int, titles: Mapping[int, str], caller: Caller, now: datetime
) -> Step[Invoice]:
    """Begin the invoice of an order; all of it is owed, to the last digit that a balance has."""
    found = yield Needs(counters=["invoice_line"])
    lines = tuple(_line(position, line, titles, found) for position, line in enumerate(order.lines))
    charges, rounding = _charges(order.fees), en16931(order.currency)
    total_owed(lines, charges, rounding)
    total = settle(order.total, BALANCE_PLACES)
    return Invoice(
        id=id,
        uuid=found.new_uuid(),
        number="",
        status=Status.OPEN,
        origin=caller.dialect,
        party=party,
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
        charges=charges,
        purchase_order_number=order.number,
        channel=order.channel,
    )


def _line(position: int, ordered: OrderLine, titles: Mapping[int, str], found: Found) -> InvoiceLine:
    return InvoiceLine(
        id=found.new_id("invoice_line"),
        position=position,
        item=ordered.item,
        sku=ordered.sku,
        description=ordered.title or titles.get(ordered.item or 0, ""),
        quantity=Decimal(ordered.quantity),
        unit_price=ordered.unit_cost,
        order_line=ordered.uuid,
    )


def _charges(fees: OrderFees) -> tuple[Charge, ...]:
    said = {
        ChargeKind.SHIPPING: fees.shipping_cost,
        ChargeKind.ORDER_FEE: fees.order_fee,
        ChargeKind.DROPSHIP_FEE: fees.dropship_fee,
        ChargeKind.TAX: fees.order_tax,
    }
    return tuple(Charge(kind, amount) for kind, amount in said.items() if amount is not None)
