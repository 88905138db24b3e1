"""Filling a new workspace with everything at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billingua.core.errors import Refused
from billingua.core.invoice import Invoice
from billingua.core.party import Party
from billingua.core.workspace import Workspace
from billingua.engine.kinds import KINDS, THE_WORKSPACE, kind_of
from billingua.engine.plan import Caller, Decision, Found, Needs, Plan

COUNTERS = [*(kind.name for kind in KINDS), "invoice_line", "address"]
"""Every counter that gives out ids: one for each kind, and those for parts that have ids of their own."""


class WorkspaceTaken(Refused):
    """There is a workspace of this name already."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Plant:
    """Make a workspace with all it begins with; every aggregate comes with its ids."""

    workspace: Workspace
    aggregates: Sequence[Any]


def plant(command: Plant, caller: Caller, now: datetime) -> Plan[int]:
    """Make a workspace; the answer is how many aggregates it begins with. Refuses with `WorkspaceTaken`."""
    found = yield Needs([THE_WORKSPACE], COUNTERS)
    if found.get(THE_WORKSPACE):
        raise WorkspaceTaken(caller.workspace)
    planted = [command.workspace, *command.aggregates]
    for value in planted:
        _claim_ids(value, found)
    return Decision(len(planted), saves=planted)


def _claim_ids(value: Any, found: Found) -> None:
    found.claim_id(kind_of(value).name, value.id)
    parts = value.lines if isinstance(value, Invoice) else ()
    for line in parts:
        found.claim_id("invoice_line", line.id)
    for address in value.addresses if isinstance(value, Party) else ():
        found.claim_id("address", address.id)
