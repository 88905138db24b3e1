"""The narrow rows by which lists find orders, whatever the database.

An order is an aggregate like others, with its body. Beside it stands a row with what lists ask of all of it, a row for
each part of it that somebody sees, with what they ask of that part, and a row for each line.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from billingua.core.order import Billing, Order, OrderLine, Trader
from billingua.core.party import TradeRole
from billingua.engine.queries import AllocationStatus
from billingua.stores.rows import instant_to_row

Row = Mapping[str, Any]

_BITS = {status: 1 << place for place, status in enumerate(AllocationStatus)}


def trader_to_row(trader: Trader | None) -> str:
    """Name who sees a part; an empty text is whoever sees all orders."""
    return f"{trader.role.value} {trader.organization}" if trader else ""


def allocations_to_row(statuses: Iterable[AllocationStatus | None]) -> int:
    """Write how far some lines are allocated as bits."""
    return sum({_BITS[status] for status in statuses if status})


def retailer_to_row(uuid: UUID) -> str:
    """Name a retailer (its party's UUID) that buys."""
    return trader_to_row(Trader(TradeRole.RETAILER, uuid))


def company_to_row(id: int) -> str:
    """Name a company (its id) that buys."""
    return f"company {id}"


def billing_to_row(billing: Billing) -> int:
    """Write how much of an order is invoiced as a number that grows with it."""
    return list(Billing).index(billing)


def order_to_rows(workspace: str, order: Order) -> dict[Any, Row]:
    """Write the row of what lists ask of a whole order."""
    company = None if order.company is None else company_to_row(order.company)
    row = {
        "workspace": workspace,
        "id": order.id,
        "buyer": retailer_to_row(order.retailer) if order.retailer else company,
        "author": order.placed_by,
        "billing": billing_to_row(order.billing),
    }
    return {order.id: row}


def order_to_parts(workspace: str, order: Order) -> dict[Any, Row]:
    """Write a row for each trader, and one for nobody in particular."""
    seen = {None: order.lines} | dict(_parts(order))
    return {trader: _part(workspace, order, trader, lines) for trader, lines in seen.items()}


def _parts(order: Order) -> Iterable[tuple[Trader, Sequence[OrderLine]]]:
    if order.retailer is not None:
        yield Trader(TradeRole.RETAILER, order.retailer), order.lines
    own: dict[UUID, list[OrderLine]] = {}
    for line in order.lines:
        if line.supplier is not None:
            own.setdefault(line.supplier, []).append(line)
    yield from ((Trader(TradeRole.SUPPLIER, supplier), lines) for supplier, lines in own.items())


def _part(workspace: str, order: Order, trader: Trader | None, lines: Sequence[OrderLine]) -> Row:
    return {
        "workspace": workspace,
        "trader": trader_to_row(trader),
        "id": order.id,
        "number": order.number,
        "number_folded": order.number.casefold(),
        "created_at": instant_to_row(order.created_at),
        "sent": order.sent_to_supplier,
        "status": str(lines[0].status) if lines else None,
        "sku": lines[0].sku if lines else None,
        "allocations": allocations_to_row(map(AllocationStatus.of, lines)),
    }


def order_to_lines(workspace: str, order: Order) -> dict[Any, Row]:
    """Write a row for each line."""
    return {position: _line(workspace, order, position, line) for position, line in enumerate(order.lines)}


def _line(workspace: str, order: Order, position: int, line: OrderLine) -> Row:
    return {
        "workspace": workspace,
        "id": order.id,
        "position": position,
        "supplier": line.supplier and str(line.supplier),
        "designation": line.designation,
        "sku_folded": line.sku.casefold(),
        "title_folded": line.title.casefold(),
    }
