"""Snapshots as they are taken, kept and asked for (contract §4.6, §6, §10.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from billingua.core.errors import NotFound
from billingua.core.file import File
from billingua.core.invoice import Invoice, with_extra
from billingua.core.item import Item
from billingua.core.printout import fingerprint
from billingua.core.workspace import Workspace
from billingua.dialects.onlyoffice.responses.snapshot import kept_snapshot, snapshot_members, take_snapshot
from billingua.dialects.onlyoffice.vocabulary import NAME, SAID
from billingua.engine import invoices
from billingua.engine.invoices import InvoiceView, view_of
from billingua.engine.kinds import THE_WORKSPACE
from billingua.engine.plan import Caller, Decision, Needs, Plan, Record, Step, by_id

T = TypeVar("T")

Members = Mapping[str, Any]
"""What an invoice keeps for this API alone."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is printed of an invoice: as it would be written down now, and the file with what holds, if one does."""

    view: InvoiceView
    fresh: bytes
    kept: UUID | None


def find_snapshot(id: int, caller: Caller, now: datetime) -> Plan[Snapshot]:
    """Say what is printed of an invoice. Refuses as the ledger's `find_invoice`."""
    view = (yield from invoices.find_invoice(id, caller, now)).answer
    return Decision(Snapshot(view, (yield from _written_down(view)), kept_snapshot(view.invoice)))


def with_snapshot(decision: Decision[InvoiceView]) -> Plan[InvoiceView]:
    """Have an invoice that was written kept with a snapshot of what it says."""
    view = decision.answer
    file = yield from _file_of(view)
    written = with_extra(view.invoice, NAME, snapshot_members(view.invoice, file.uuid))
    saves = [written if saved is view.invoice else saved for saved in decision.saves]
    return Decision(replace(view, invoice=written), saves, decision.events, [*decision.files, file])


def with_old_snapshot(decision: Decision[T], id: int) -> Plan[T]:
    """Have an invoice whose lines were edited printed as before (§12.9), unless the portal is set to print it afresh.

    One that was born here without a snapshot, as by a world file, gets that of what it said before.
    """
    key = by_id(Invoice, id)
    found = yield Needs([key, THE_WORKSPACE])
    before = found.record(key)
    if before is None or _workspace(found.get(THE_WORKSPACE)).setting(NAME, "fresh_documents", False):
        return decision
    members, files = yield from _as_before(before)
    saves = [_printed_as(saved, members) if isinstance(saved, Invoice) else saved for saved in decision.saves]
    return Decision(decision.answer, saves, decision.events, files)


def _as_before(before: Record[Invoice]) -> Step[tuple[Members | None, list[File]]]:
    """Give what an invoice is to keep so that it is printed as it was, and the file that goes with it."""
    if kept_snapshot(before.value):
        return {}, []
    if before.value.origin != NAME:
        return None, []
    file = yield from _file_of((yield from view_of(before.value, before.version)))
    return snapshot_members(before.value, file.uuid), [file]


def _printed_as(edited: Invoice, members: Members | None) -> Invoice:
    if members is None:
        return edited
    return with_extra(edited, NAME, {**members, SAID: fingerprint(edited)})


def _file_of(view: InvoiceView) -> Step[File]:
    """Take a snapshot of an invoice, as a file that is to be kept."""
    content = yield from _written_down(view)
    found = yield Needs()
    name = f"{view.invoice.number}.json"
    return File(uuid=found.new_uuid(), name=name, media_type="application/json", content=content)


def _written_down(view: InvoiceView) -> Step[bytes]:
    """Take a snapshot of an invoice, with what its items are called by now."""
    items = {line.item: by_id(Item, line.item) for line in view.invoice.lines if line.item is not None}
    found = yield Needs([THE_WORKSPACE, *items.values()])
    titles = {id: item.title for id, key in items.items() if (item := found.get(key))}
    return take_snapshot(view, titles, _workspace(found.get(THE_WORKSPACE)))


def _workspace(workspace: Workspace | None) -> Workspace:
    if workspace is None:
        raise NotFound("workspace")
    return workspace
