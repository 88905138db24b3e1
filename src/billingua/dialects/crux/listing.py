"""What a caller sees of orders: a retailer its own whole, a supplier its own part of one (contract §1.3, §4)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from billingua.core.invoice import Invoice
from billingua.core.order import Order, Trader, part_of, plain_designation
from billingua.core.party import TradeRole
from billingua.dialects.crux.credentials import Member
from billingua.dialects.crux.requests.bodies import read_members
from billingua.dialects.crux.requests.members import optional
from billingua.dialects.crux.vocabulary import DIRECTIONS, SORTS
from billingua.engine.ledger import Ledger
from billingua.engine.orders import OrderView, find_order, view_orders
from billingua.engine.plan import Record
from billingua.engine.queries import AllocationStatus, InvoiceQuery, OrderQuery, OrderSort, Sort
from billingua.wire.members import ListOf, ObjectOf, Reader
from billingua.wire.scalars import Invalid, read_integer, read_text, read_uuid

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1_000
"""How many orders one page has at most: each costs a look at its invoices."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An order as somebody sees it: its own part of it, whom and what that refers to, and its own invoices.

    Where that is one invoice alone, `version` is the one that it has.
    """

    order: Order
    view: OrderView
    invoices: Sequence[Invoice]
    version: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of orders, and how many there are in all."""

    orders: Sequence[Shown]
    total: int


async def show_order(ledger: Ledger, uuid: UUID, member: Member) -> Shown:
    """Find an order for a member. Refuses with `OrderNotFound`."""
    return await _shown(ledger, await ledger.read(member.caller, find_order, uuid), member)


async def _shown(ledger: Ledger, view: OrderView, member: Member) -> Shown:
    invoices = await _invoices(ledger, view.order, member)
    version = invoices[0].version if len(invoices) == 1 else None
    return Shown(part_of(view.order, member.trader), view, [record.value for record in invoices], version)


async def _invoices(ledger: Ledger, order: Order, member: Member) -> Sequence[Record[Invoice]]:
    """List the order's invoices that the member sees, in the order in which they were posted."""
    page = await ledger.invoices(member.caller, InvoiceQuery(order=order.id, sort=Sort.ID))
    sees_all = member.trader.role is TradeRole.RETAILER
    return [record for record in page.items if sees_all or record.value.supplier == member.organization.uuid]


async def list_orders(ledger: Ledger, query: OrderQuery, member: Member) -> Listed:
    """Give a page of the orders that a member sees."""
    page = await ledger.orders(member.caller, query)
    views = await ledger.read(member.caller, view_orders, [record.value for record in page.items])
    return Listed([await _shown(ledger, view, member) for view in views], page.total)


# What is asked for


def order_query(body: Any, trader: Trader) -> OrderQuery:
    """Read which orders are asked for (§4). Refuses with `BodyInvalid`."""
    asked = read_members(_QUERY, body)
    return OrderQuery(
        trader=trader,
        number=asked.get("po_number") or None,
        text=asked.get("term") or None,
        created_from=asked.get("start_date"),
        created_to=asked.get("end_date"),
        allocations=_any(asked.get("line_item_allocation_statuses")),
        designations=_any(asked.get("line_item_designation")),
        sent=asked.get("sent_to_supplier"),
        organizations=_any(asked.get("org_uuids")),
        sort=_sort(asked.get("sort") or {}),
        descending=_descending(asked.get("sort") or {}),
        offset=asked.get("start") or 0,
        limit=DEFAULT_LIMIT if asked.get("limit") is None else min(asked["limit"], LARGEST_LIMIT),
    )


def of_number(number: str, trader: Trader) -> OrderQuery:
    """Ask for the orders of a number (§5), oldest first."""
    return OrderQuery(trader=trader, number=number)


def _any(values: Iterable[Any] | None) -> frozenset[Any] | None:
    """Let one of these be enough; where there are none, anything is."""
    return frozenset(values or ()) or None


def _sort(asked: Mapping[str, Any]) -> OrderSort:
    return asked.get("key") or OrderSort.CREATED


def _descending(asked: Mapping[str, Any]) -> bool:
    """Tell the direction, of which `dir` and `value` are two names."""
    return bool(asked.get("value") if asked.get("dir") is None else asked["dir"])


def _place(value: Any) -> int:
    if (number := read_integer(value)) < 0:
        raise Invalid("negative")
    return number


def _one_of(choices: Mapping[str, Any]) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise Invalid("choice")
        return choices[value]

    return read


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid("boolean")
    return value


def _designations(value: Any) -> list[str]:
    """Read a label or a list of labels, decorated or not (A14)."""
    given: list[str] = ListOf(read_text)([value] if isinstance(value, str) else value)
    return [label for label in map(plain_designation, given) if label]


_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z?)?", re.ASCII)


def _beginning(value: Any) -> datetime | None:
    """Read from which moment on, in UTC; an empty text is none."""
    return None if value == "" else _moment(value)[0]


def _end(value: Any) -> datetime | None:
    """Read until when, in UTC: all of the day that is named, of the second, or of the fraction of one."""
    if value == "":
        return None
    moment, length = _moment(value)
    try:
        return moment + length - timedelta(microseconds=1)
    except OverflowError:
        return moment


def _moment(value: Any) -> tuple[datetime, timedelta]:
    """Read a moment, and how long what names it lasts."""
    written = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if not written:
        raise Invalid("moment")
    day, time, fraction = written.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time or '00:00:00'}.{fraction or '0'}").replace(tzinfo=UTC)
    except ValueError:
        raise Invalid("moment") from None
    return moment, _length(time, fraction)


def _length(time: str | None, fraction: str | None) -> timedelta:
    if time is None:
        return timedelta(days=1)
    if fraction is None or not fraction.strip("0"):  # a client's mask may be `.000`
        return timedelta(seconds=1)
    return timedelta(microseconds=10 ** (6 - len(fraction)))


_QUERY = ObjectOf(
    {
        "start": optional(_place),
        "limit": optional(_place),
        "sort": optional(
            ObjectOf(
                {
                    "key": optional(_one_of(SORTS)),
                    "dir": optional(_one_of(DIRECTIONS)),
                    "value": optional(_one_of(DIRECTIONS)),
                }
            )
        ),
        "line_item_allocation_statuses": optional(
            ListOf(_one_of({status.value: status for status in AllocationStatus}))
        ),
        "line_item_designation": optional(_designations),
        "start_date": optional(_beginning),
        "end_date": optional(_end),
        "term": optional(read_text),
        "po_number": optional(read_text),
        "sent_to_supplier": optional(_flag),
        "org_uuids": optional(ListOf(read_uuid)),
    }
)
"""What may be asked of a list of orders."""
