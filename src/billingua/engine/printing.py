"""Commands on what was printed of invoices."""

from dataclasses import dataclass
from datetime import datetime

from billingua.core import errors
from billingua.core.access import User, administers, may_see
from billingua.core.events import InvoicePrinted
from billingua.core.file import File
from billingua.core.invoice import Invoice
from billingua.core.party import Party
from billingua.core.printout import Printout
from billingua.engine.invoices import may_access, view_of
from billingua.engine.kinds import by_username
from billingua.engine.plan import Caller, Decision, Needs, Plan, Step, by_id


@dataclass(frozen=True, slots=True)
class PrintoutView:
    """A printout, and who had it made, as far as that is known."""

    printout: Printout
    author: User | None


@dataclass(frozen=True, slots=True)
class KeepPrintout:
    """Keep a PDF that was printed of an invoice."""

    invoice: int
    content: bytes


def keep_printout(command: KeepPrintout, caller: Caller, now: datetime) -> Plan[Printout]:
    """Keep a PDF under a new id. Refuses with `InvoiceNotFound`."""
    key = by_id(Invoice, command.invoice)
    found = yield Needs([key], ["printout"])
    invoice = found.require(key, errors.InvoiceNotFound(command.invoice))
    printout = Printout(
        id=found.new_id("printout"),
        uuid=found.new_uuid(),
        invoice=invoice.id,
        party=invoice.party,
        title=f"{invoice.number}.pdf",
        size=len(command.content),
        created_at=now,
        created_by=caller.actor,
    )
    file = File(uuid=printout.uuid, name=printout.title, media_type="application/pdf", content=command.content)
    told = InvoicePrinted(invoice.id, invoice.number, printout.id, invoice.party, invoice.opportunity)
    return Decision(printout, saves=[printout], events=[told], files=[file])


def find_printout(id: int, caller: Caller, now: datetime) -> Plan[PrintoutView]:
    """Show a printout. Refuses with `PrintoutNotFound`, or `NotPermitted` where the caller may not see it.

    Whoever may see its invoice may; once that is gone, whoever had it printed, or may see whom it was for.
    """
    key = by_id(Printout, id)
    found = yield Needs([key])
    printout = found.require(key, errors.PrintoutNotFound(id))
    if not (yield from _may_access(printout, caller)):
        raise errors.NotPermitted("see the printout")
    author = by_username(printout.created_by)
    found = yield Needs([author])
    return Decision(PrintoutView(printout, found.get(author)))


def _may_access(printout: Printout, caller: Caller) -> Step[bool]:
    invoice, party = by_id(Invoice, printout.invoice), by_id(Party, printout.party)
    found = yield Needs([invoice, party])
    record = found.record(invoice)
    if record is not None:
        return may_access(caller.user, (yield from view_of(record.value, record.version)))
    known = found.get(party)
    is_known = known is not None and may_see(caller.user, known)
    return administers(caller.user) or printout.created_by == caller.actor or is_known
