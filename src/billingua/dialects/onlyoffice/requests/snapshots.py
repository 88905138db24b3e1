"""Snapshots as they are taken, kept and asked for (contract §4.6, §6, §10.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from billingua.core.errors import InvoiceNotFound, NotFound
from billingua.core.file import File
from billingua.core.invoice import Invoice, with_extra
from billingua.core.item import Item
from billingua.core.printout import Printout, fingerprint
from billingua.core.workspace import Workspace
from billingua.dialects.onlyoffice.responses.snapshot import file_id, kept_snapshot, snapshot_members, take_snapshot
from billingua.dialects.onlyoffice.vocabulary import FILE, NAME, SAID
from billingua.engine import invoices, printing
from billingua.engine.invoices import InvoiceView, view_of
from billingua.engine.kinds import THE_WORKSPACE
from billingua.engine.plan import Caller, Decision, Needs, Plan, Record, Step, by_id
from billingua.engine.printing import KeepPrintout

T = TypeVar("T")

Members = Mapping[str, Any]
"""What an invoice keeps for this API alone."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is printed of an invoice: as it would be written down now, and the file with what holds, if one does.

    `printout` is the PDF that shows it, if there is one.
    """

    view: InvoiceView
    fresh: bytes
    kept: UUID | None
    printout: Printout | None


def find_snapshot(id: int, caller: Caller, now: datetime) -> Plan[Snapshot]:
    """Say what is printed of an invoice. Refuses as the ledger's `find_invoice`."""
    view = (yield from invoices.find_invoice(id, caller, now)).answer
    invoice = view.invoice
    fresh, printout = (yield from _written_down(view)), (yield from _printout_of(invoice))
    return Decision(Snapshot(view, fresh, kept_snapshot(invoice), printout))


def _printout_of(invoice: Invoice) -> Step[Printout | None]:
    """Find the PDF that shows what an invoice says; one that a world file may name is another's."""
    key = by_id(Printout, file_id(invoice))
    found = yield Needs([key])
    printout = found.get(key)
    return printout if printout and printout.invoice == invoice.id else None


@dataclass(frozen=True, slots=True)
class Printed:
    """A snapshot that was printed: what the text was, whether it is kept already, and the PDF."""

    snapshot: Snapshot
    text: bytes
    is_kept: bool
    content: bytes


def keep_printed(printed: Printed, caller: Caller, now: datetime) -> Plan[Printout | None]:
    """Keep a PDF of an invoice, and what it was printed from; None where the invoice is printed otherwise by now.

    If somebody was faster, theirs is the answer: they printed the same. Refuses with `InvoiceNotFound`.
    """
    was = printed.snapshot.view.invoice
    key = by_id(Invoice, was.id)
    found = yield Needs([key])
    invoice = found.require(key, InvoiceNotFound(was.id))
    if other := (yield from _printout_of(invoice)):
        return Decision(other)
    if (kept_snapshot(invoice), fingerprint(invoice)) != (printed.snapshot.kept, fingerprint(was)):
        return Decision(None)
    decision = yield from printing.keep_printout(KeepPrintout(invoice.id, printed.content), caller, now)
    files, members = [*decision.files], {}
    if not printed.is_kept:
        found = yield Needs()
        files.append(_file(invoice, found.new_uuid(), printed.text))
        members = snapshot_members(invoice, files[-1].uuid)
    noted = with_extra(invoice, NAME, {**members, FILE: decision.answer.id})
    return Decision(decision.answer, [noted, *decision.saves], decision.events, files)


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
    return _file(view.invoice, found.new_uuid(), content)


def _file(invoice: Invoice, uuid: UUID, content: bytes) -> File:
    return File(uuid=uuid, name=f"{invoice.number}.json", media_type="application/json", content=content)


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
