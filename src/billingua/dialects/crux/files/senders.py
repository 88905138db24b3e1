"""Whom a file comes from, where no token says so: the drop folder and the command line name users."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from billingua.core.access import User
from billingua.core.errors import NotPermitted
from billingua.core.order import Trader
from billingua.core.party import Party
from billingua.dialects.crux.errors import WrongOrganization
from billingua.dialects.crux.files.columns import Kind, kind_of
from billingua.dialects.crux.files.ingest import Sender, check_sender
from billingua.dialects.crux.files.sheets import SheetUnreadable, open_sheet
from billingua.dialects.crux.vocabulary import NAME
from billingua.engine.kinds import by_username
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, by_uuid
from billingua.engine.queries import OrderQuery

_LOOKED_AT = 1_000
"""How many rows are looked at to tell whose a file is."""


async def find_sender(ledger: Ledger, workspace: str, username: str, request: str = "") -> Sender | None:
    """Find a user who trades for an organization; None where there is none of this name."""
    users = dict(await ledger.store.find(by_username(username)))
    return await _sender(ledger, workspace, users[workspace].value, request) if workspace in users else None


async def list_senders(ledger: Ledger, workspace: str, kind: Kind | None = None) -> AsyncIterator[Sender]:
    """Walk the users who trade for an organization, and may send files of a kind if one is given."""
    users: list[User] = [record.value async for record in ledger.store.aggregates(workspace, "user")]
    for user in users:
        sender = await _sender(ledger, workspace, user, "")
        if sender and (kind is None or may_send(sender, kind)):
            yield sender


async def recognize_sender(ledger: Ledger, senders: Sequence[Sender], path: Path, name: str) -> Sender | None:
    """Tell from its rows whose a file is: the only organization's that sells what one names in the order it names.

    None where nobody can tell. A file that is taken for somebody else's does nothing: what is not theirs is rejected.
    """
    kind = kind_of(name)
    able = {sender.trader.organization: sender for sender in reversed(senders) if kind and may_send(sender, kind)}
    if len(able) == 1:
        return next(iter(able.values()))
    for number, sku in await asyncio.to_thread(_first_named, path, name) if able else ():
        selling = [sender for sender in able.values() if await _sells(ledger, sender, number, sku)]
        if len(selling) == 1:
            return selling[0]
    return None


def _first_named(path: Path, name: str) -> Sequence[tuple[str, str]]:
    """List the orders and SKUs that the first rows name, each pair once."""
    with suppress(SheetUnreadable), open_sheet(path, name) as sheet:
        rows = [row.cells for row in islice(sheet.rows, _LOOKED_AT)]
        return list(dict.fromkeys((cells.get("retailer_po", ""), cells.get("sku_id", "")) for cells in rows))
    return []


async def _sells(ledger: Ledger, sender: Sender, number: str, sku: str) -> bool:
    page = await ledger.orders(sender.caller, OrderQuery(trader=sender.trader, number=number))
    lines = (line for record in page.items for line in record.value.lines)
    return any((line.supplier, line.sku) == (sender.trader.organization, sku) for line in lines)


def may_send(sender: Sender, kind: Kind) -> bool:
    """Whether a sender may send files of a kind."""
    try:
        check_sender(sender, kind)
    except (WrongOrganization, NotPermitted):
        return False
    return True


async def _sender(ledger: Ledger, workspace: str, user: User, request: str) -> Sender | None:
    if user.organization is None:
        return None
    parties = dict(await ledger.store.find(by_uuid(Party, user.organization)))
    party = parties[workspace].value if workspace in parties else None
    if party is None or party.trade_role is None:
        return None
    caller = Caller(workspace=workspace, actor=user.username, dialect=NAME, request=request, user=user)
    return Sender(caller, Trader(party.trade_role, party.uuid))
