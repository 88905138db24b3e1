"""Commands on the workspace itself: its defaults, and what each dialect is set to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from billingua.core import errors
from billingua.core.access import require_administrator
from billingua.core.workspace import Workspace
from billingua.engine.kinds import THE_WORKSPACE, by_number
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
class ChangeDefaults:
    """Set what holds in the whole workspace: its currency, the zone in which its days begin, how it writes."""

    currency: str
    time_zone: str
    culture: str


def change_defaults(command: ChangeDefaults, caller: Caller, now: datetime) -> Plan[Workspace]:
    """Set what holds in the whole workspace. Refuses with `NotPermitted`."""
    require_administrator(caller.user)
    workspace = yield from _workspace()
    return _written(workspace, currency=command.currency, time_zone=command.time_zone, culture=command.culture)


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
