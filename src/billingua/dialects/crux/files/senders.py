"""Whom a file comes from, where no token says so: the drop folder and the command line name users."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from billingua.core.access import User
from billingua.core.errors import NotPermitted
from billingua.core.order import Trader
from billingua.core.party import Party
from billingua.dialects.crux.errors import WrongOrganization
from billingua.dialects.crux.files.columns import Kind, kind_of
from billingua.dialects.crux.files.ingest import Sender, check_sender
from billingua.dialects.crux.files.sheets import Row, SheetUnreadable, open_sheet
from billingua.dialects.crux.vocabulary import NAME
from billingua.engine.kinds import by_username
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, by_uuid
from billingua.engine.queries import OrderQuery


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
    """Tell from its first row whose a file is: the only organization's that sells what it names in the order it names.

    None where nobody can tell. A file that is taken for somebody else's does nothing: what is not theirs is rejected.
    """
    kind = kind_of(name)
    able = {sender.trader.organization: sender for sender in reversed(senders) if kind and may_send(sender, kind)}
    if len(able) > 1:
        row = await asyncio.to_thread(_first_row, path, name)
        able = {uuid: sender for uuid, sender in able.items() if await _sells(ledger, sender, row)}
    return next(iter(able.values())) if len(able) == 1 else None


def _first_row(path: Path, name: str) -> Mapping[str, str]:
    with suppress(SheetUnreadable), open_sheet(path, name) as sheet:
        return next(sheet.rows, Row(1, {})).cells
    return {}


async def _sells(ledger: Ledger, sender: Sender, row: Mapping[str, str]) -> bool:
    query = OrderQuery(trader=sender.trader, number=row.get("retailer_po", ""))
    page = await ledger.orders(sender.caller, query)
    lines = (line for record in page.items for line in record.value.lines)
    return any((line.supplier, line.sku) == (sender.trader.organization, row.get("sku_id")) for line in lines)


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
