"""Which items and taxes an aggregate refers to: as long as it does, they are in use and are not deleted."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from billingua.core.cash import CashEntry
from billingua.core.invoice import Invoice
from billingua.core.item import Item
from billingua.core.line import InvoiceLine
from billingua.core.order import Order, OrderLine
from billingua.core.tax import Tax
from billingua.engine.plan import Key, by_id

COUNTED = frozenset({Item, Tax})
"""The kinds of which stores keep count how many other aggregates refer to each."""

_referring_of: Mapping[type, Any] = {
    Invoice: attrgetter("lines"),
    CashEntry: attrgetter("lines"),
    Order: attrgetter("lines"),
    Item: attrgetter("tax1", "tax2"),
}
"""The fields that refer to something: where those stay, all references stay."""


def references(aggregate: Any) -> frozenset[Key[Any]]:
    """Name the items and taxes that an aggregate refers to."""
    if isinstance(aggregate, Invoice | CashEntry):
        return frozenset(_of_invoice(aggregate.lines))
    if isinstance(aggregate, Order):
        return frozenset(_of_order(aggregate.lines))
    if isinstance(aggregate, Item):
        return frozenset(by_id(Tax, tax) for tax in (aggregate.tax1, aggregate.tax2) if tax is not None)
    return frozenset()


def moved_references(before: Any, after: Any) -> tuple[frozenset[Key[Any]], frozenset[Key[Any]]]:
    """Say to what an aggregate refers no longer, and to what it does now; before or after, it may not be there."""
    known = before if after is None else after
    referring_of = _referring_of.get(known.__class__)
    if referring_of is None or (before is not None and after is not None and _same(referring_of, before, after)):
        return frozenset(), frozenset()
    stale, fresh = references(before), references(after)
    return stale - fresh, fresh - stale


def _same(referring_of: Any, before: Any, after: Any) -> bool:
    was, is_now = referring_of(before), referring_of(after)
    return was is is_now or was == is_now


def _of_invoice(lines: Sequence[InvoiceLine]) -> Iterable[Key[Any]]:
    for line in lines:
        if line.item is not None:
            yield by_id(Item, line.item)
        yield from (by_id(Tax, tax.tax) for tax in (line.tax1, line.tax2) if tax)


def _of_order(lines: Sequence[OrderLine]) -> Iterable[Key[Any]]:
    return (by_id(Item, line.item) for line in lines if line.item is not None)
