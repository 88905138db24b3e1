"""Working a file off: gather its rows to groups, and let each come to what it comes to, many at once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, cast

from billingua.core.errors import NotPermitted, Refused
from billingua.core.order import Trader
from billingua.core.party import TradeRole
from billingua.core.upload import Tally
from billingua.dialects.crux.credentials import Access, holds
from billingua.dialects.crux.errors import REFUSALS, WrongOrganization
from billingua.dialects.crux.files.columns import (
    LAYOUTS,
    Group,
    GroupRefused,
    Kind,
    Layout,
    Trouble,
    kind_of,
    read_group,
)
from billingua.dialects.crux.files.groups import Groups, Missing, Rows, gathered
from billingua.dialects.crux.files.plans import PLANS, Outcome, Verdict, WorkOff
from billingua.dialects.crux.files.results import Result, ResultFile
from billingua.dialects.crux.files.sheets import SheetUnreadable
from billingua.dialects.crux.vocabulary import (
    ADD_ORDER_TRACKING,
    ALLOCATE_ORDER,
    CREATE_ORDER,
    INVALID,
    VIEW_ORDER,
)
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller
from billingua.engine.ports import StoreFailed
from billingua.engine.queries import OrderQuery
from billingua.wire.errors import find_refusal

T = TypeVar("T")

Troubles = Sequence[Trouble]

AT_ONCE = 256
"""How many groups are worked off at once: the store commits together what waits together."""

_EDIT_ITEMS = "edit_items"
_SUPPLIER, _RETAILER = frozenset({TradeRole.SUPPLIER}), frozenset({TradeRole.RETAILER})

ACCESS = {
    Kind.INVOICE: Access(VIEW_ORDER, _SUPPLIER),
    Kind.TRACKING: Access(ADD_ORDER_TRACKING, _SUPPLIER),
    Kind.ALLOCATION: Access(ALLOCATE_ORDER, _SUPPLIER),
    Kind.ORDER: Access(CREATE_ORDER, _RETAILER),
    Kind.PRODUCT: Access(_EDIT_ITEMS, _SUPPLIER),
    Kind.INVENTORY: Access(_EDIT_ITEMS, _SUPPLIER),
}
"""Who may send which kind of file: whoever may do by the API what it comes to (§1.3)."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom a file comes from."""

    caller: Caller
    trader: Trader


def check_sender(sender: Sender, kind: Kind) -> None:
    """Let a sender send files of a kind. Refuses with `WrongOrganization` before `NotPermitted`."""
    access = ACCESS[kind]
    if sender.trader.role not in access.sides:
        raise WrongOrganization(access.sides)
    check_permission(sender.caller, kind)


def check_permission(caller: Caller, kind: Kind) -> None:
    """Let a user send files of a kind, whichever side it trades on. Refuses with `NotPermitted`."""
    permission = ACCESS[kind].permission
    if not holds(caller.user, permission):
        raise NotPermitted(permission)


Told = Callable[[Tally, int], None]
"""Is told what was worked off so far, and how many documents there are."""


async def ingest(
    ledger: Ledger,
    sender: Sender,
    path: Path,
    name: str,
    results: ResultFile,
    told: Told = lambda _, __: None,
    at_once: int = AT_ONCE,
) -> Tally:
    """Work a file off by the kind that its name begins with; what became of each document goes to `results`.

    What is wrong with the file is told there, too. Refuses with `StoreFailed` where the ledger cannot be written:
    then the file can be worked off again, and what was written is found to be there.
    """
    try:
        kind, layout = _readable(sender, name)
        with ExitStack() as stack:
            groups = await asyncio.to_thread(stack.enter_context, gathered(path, name, layout))
            return await _Work(ledger, sender, kind, layout, at_once).through(groups, results, told)
    except GroupRefused as error:
        return _whole_file(error.troubles, results)
    except Missing as error:
        return _whole_file(error.troubles, results)
    except SheetUnreadable as error:
        return _whole_file([Trouble(error.row, "", f"{error}.")], results)


def _readable(sender: Sender, name: str) -> tuple[Kind, Layout]:
    kind = kind_of(name)
    if kind is None:
        raise GroupRefused([Trouble(None, "", INVALID["filename"])])
    try:
        check_sender(sender, kind)
    except (WrongOrganization, NotPermitted) as error:
        raise GroupRefused([_put(error, None)]) from error
    if kind not in LAYOUTS:
        raise GroupRefused([Trouble(None, "", f"Files of {kind} are not worked off here.")])
    return kind, LAYOUTS[kind]


def _whole_file(troubles: Sequence[Trouble], results: ResultFile) -> Tally:
    results.write([Result(row, "", Verdict.REJECTED, column, reason) for row, column, reason in troubles])
    return Tally(rejected=1)


class _Work:
    """One file on its way into the ledger."""

    def __init__(self, ledger: Ledger, sender: Sender, kind: Kind, layout: Layout, at_once: int) -> None:
        self._at_once = at_once
        self._ledger = ledger
        self._sender = sender
        self._kind = kind
        self._layout = layout

    async def through(self, groups: Groups, results: ResultFile, told: Told) -> Tally:
        """Work off all groups."""
        waiting, tally = iter(groups), Tally()
        while chunk := await asyncio.to_thread(lambda: list(islice(waiting, self._at_once))):
            counts = Counter[str]()
            # First everything is looked up, then all is run in the order of the file: of two invoices for which there
            # is room for one, the first one gets it.
            prepared = await _all(self._prepare(rows) for rows in chunk)
            results_of = (self._result(rows, work) for rows, work in zip(chunk, prepared, strict=True))
            for lines in [_met_once(groups, lines) for lines in await _all(results_of)]:
                results.write(lines)
                counts[lines[0].result] += 1
            tally = Tally(
                rows=tally.rows + sum(map(len, chunk)),
                accepted=tally.accepted + counts[Verdict.ACCEPTED],
                already_there=tally.already_there + counts[Verdict.ALREADY_THERE],
                rejected=tally.rejected + counts[Verdict.REJECTED],
            )
            told(tally, groups.count)
        return tally

    async def _prepare(self, rows: Rows) -> WorkOff | Troubles:
        """Read a group, and find the orders that it may mean."""
        try:
            group = read_group(self._layout, rows)
        except GroupRefused as error:
            return error.troubles
        page = await self._ledger.orders(self._sender.caller, self._query(group))
        return WorkOff(group, self._sender.trader, [record.value.uuid for record in page.items])

    async def _result(self, rows: Rows, work: WorkOff | Troubles) -> list[Result]:
        """Say what became of a group."""
        first, cells = rows[0]
        document = next((cells[name] for name in reversed(self._layout.key) if name in cells), "")
        try:
            if not isinstance(work, WorkOff):
                raise GroupRefused(work)
            plan: Any = PLANS[self._kind]
            outcome: Outcome = await self._ledger.run(self._sender.caller, plan, work)
            return [Result(first, document, outcome.verdict, "", outcome.reason, outcome.uuid)]
        except StoreFailed:
            raise
        except GroupRefused as error:
            troubles = error.troubles
        except Refused as error:
            troubles = [_put(error, rows[getattr(error, "index", 0)][0])]
        return [Result(row, document, Verdict.REJECTED, column, reason) for row, column, reason in troubles]

    def _query(self, group: Group) -> OrderQuery:
        """Ask for the orders that a group may mean; plans leave out those of other retailers with the same number."""
        cells, trader = group.cells, self._sender.trader
        if self._kind is Kind.ORDER:
            uuid = cells.get("order_uuid")
            return OrderQuery(
                trader=trader,
                number=None if uuid else cells["retailer_po_number"],
                uuids=frozenset({uuid}) if uuid else None,
            )
        return OrderQuery(trader=trader, number=cells["retailer_po"])


def _met_once(groups: Groups, lines: list[Result]) -> list[Result]:
    """Reject a group that came to the same document as one before it: nothing of it was written."""
    line = lines[0]
    first = groups.meet(line.uuid, line.row) if line.uuid and line.row else line.row
    if first == line.row:
        return lines
    return [Result(line.row, line.document, Verdict.REJECTED, "", f"Row {first} already has this number.")]


async def _all(tasks: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run tasks side by side to their ends, begun in their order; raise what the first of them raised."""
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    for answer in ended:
        if isinstance(answer, BaseException):
            raise answer
    return cast("list[T]", ended)


_COLUMNS = {"line_item_uuid": "sku_id"}
"""What a file calls the fields of the API."""


def _put(error: Refused, row: int | None) -> Trouble:
    """Put a refusal into this API's words."""
    refusal = find_refusal(REFUSALS, error)
    field = (refusal.field or "").rpartition(".")[2]
    return Trouble(row, _COLUMNS.get(field, field), refusal.text.format(error))
