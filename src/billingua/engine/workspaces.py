"""Commands on the workspace itself: its defaults, and what each dialect is set to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from billingua.core import errors
from billingua.core.access import require_administrator
from billingua.core.workspace import Workspace, check_books, check_tables
from billingua.engine.kinds import THE_WORKSPACE, by_code, by_number
from billingua.engine.plan import Caller, Decision, Needs, Plan, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings:
    """Set some of what the caller's dialect is set to, in its own words. No invoice may have the `unused` number."""

    values: Mapping[str, Any]
    unused: str | None = None


def find_workspace(_: None, caller: Caller, now: datetime) -> Plan[Workspace]:
    """Show the workspace with its settings."""
    return Decision((yield from _workspace()))


def change_settings(command: ChangeSettings, caller: Caller, now: datetime) -> Plan[Workspace]:
    """Set what a dialect is set to. Refuses with `NotPermitted` or `NumberTaken`."""
    require_administrator(caller.user)
    workspace = yield from _workspace()
    if command.unused is not None:
        key = by_number(command.unused)
        found = yield Needs([key])
        if found.get(key):
            raise errors.NumberTaken(command.unused)
    own = workspace.settings.get(caller.dialect, {})
    return _written(workspace, settings={**workspace.settings, caller.dialect: {**own, **command.values}})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rearrange:
    """Say all that a workspace shall hold; its id, UUID and name are not asked for.

    `unused` are numbers that no invoice may have, by the dialect whose numbers would begin with them.
    """

    workspace: Workspace
    unused: Mapping[str, str] = field(default_factory=dict[str, str])


def rearrange(command: Rearrange, caller: Caller, now: datetime) -> Plan[Workspace]:
    """Set what the workspace holds: defaults, tables, and what each dialect is set to.

    Refuses, in this order, with `NotPermitted`; `EntryKept`; `PriceListNotFound` for a branch; `BookKept`;
    `NumberingTaken`.
    """
    require_administrator(caller.user)
    before = yield from _workspace()
    after = replace(command.workspace, id=before.id, uuid=before.uuid, name=before.name)
    check_tables(before, after)
    yield from _check_price_lists(before, after)
    yield from _check_books(before, after)
    yield from _check_unused(command.unused)
    return Decision(after, saves=[] if after == before else [after])


def _check_price_lists(before: Workspace, after: Workspace) -> Step[None]:
    named = {branch.price_list for branch in after.branches} - {branch.price_list for branch in before.branches}
    codes = sorted(filter(None, named))
    found = yield Needs([by_code(code) for code in codes])
    for code in codes:
        found.require(by_code(code), errors.PriceListNotFound(code))


def _check_books(before: Workspace, after: Workspace) -> Step[None]:
    found = yield Needs(counters=[book.counter for book in after.books])
    check_books(before, after, {book.id: found.next_id(book.counter) for book in after.books})


def _check_unused(unused: Mapping[str, str]) -> Step[None]:
    found = yield Needs([by_number(number) for number in unused.values()])
    for dialect, number in unused.items():
        if found.get(by_number(number)):
            raise errors.NumberingTaken(number, dialect)


def choose_currency(currency: str, caller: Caller, now: datetime) -> Plan[Workspace]:
    """Choose the currency of the workspace's items and of what names none. Refuses with `NotPermitted`."""
    require_administrator(caller.user)
    workspace = yield from _workspace()
    return _written(workspace, currency=currency)


def _workspace() -> Step[Workspace]:
    found = yield Needs([THE_WORKSPACE])
    return found.require(THE_WORKSPACE, errors.NotFound("workspace"))


def _written(workspace: Workspace, **fields: Any) -> Decision[Workspace]:
    """Save a workspace if it is other than it was."""
    written = replace(workspace, **fields)
    return Decision(written, saves=[] if written == workspace else [written])
