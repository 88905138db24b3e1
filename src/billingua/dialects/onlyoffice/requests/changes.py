"""What clients do to invoices as wholes: their status, their stamps (contract §4.9, §5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from billingua.core import errors
from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Action, Status
from billingua.core.workspace import Workspace
from billingua.dialects.onlyoffice.errors import ArgumentRefused
from billingua.dialects.onlyoffice.requests.binding import read_parameters
from billingua.dialects.onlyoffice.requests.catalogue import read_ids
from billingua.dialects.onlyoffice.requests.invoices import record_id, show
from billingua.dialects.onlyoffice.requests.moments import moment_reader
from billingua.dialects.onlyoffice.responses import ShownInvoice
from billingua.dialects.onlyoffice.vocabulary import NO_DATE, STATUS_NAMES, STATUSES
from billingua.engine import catalogue, deleting, invoices, statuses
from billingua.engine.catalogue import ItemView
from billingua.engine.invoices import RestampInvoice
from billingua.engine.plan import Caller, Decision, Plan
from billingua.engine.statuses import ChangeStatuses
from billingua.wire.scalars import Invalid, read_integer

CHANGES: Mapping[int, Mapping[Status, Action]] = {
    1: {Status.REJECTED: Action.REVISE},
    2: {Status.DRAFT: Action.ISSUE, Status.PAID: Action.REOPEN},
    3: {Status.OPEN: Action.REJECT},
    4: {Status.OPEN: Action.SETTLE},
}
"""What is done to an invoice of each status that it may be changed from, by the number of that which it is to have."""

STOCK = {Action.ISSUE: -1, Action.REJECT: 1}
"""What takes pieces out of the stock, and what gives them back (§5)."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The invoices that were asked for, and the products whose stock moved, unless the caller may not move it."""

    invoices: Sequence[ShownInvoice]
    items: Sequence[ItemView]
    is_stock_refused: bool


async def put_status(request: Request, body_limit: int) -> ChangeStatuses:
    """Read which status some invoices are to have (§5). Refuses with `ArgumentRefused` an unknown one, or no ids."""
    status = _status(request.path_params["status"])
    ids = await read_ids(request, "invoiceids", body_limit)
    return ChangeStatuses(invoices=ids, actions=CHANGES.get(status, {}), stock=STOCK)


def _status(word: str) -> int:
    """Read a status: a name in any case, its title, or a number, which need not be known."""
    titled = next((shown["id"] for shown in STATUSES.values() if shown["title"] == word), None)
    named = STATUS_NAMES.get(word.lower(), titled)
    if named is not None:
        return named
    try:
        return read_integer(word)
    except Invalid:
        raise ArgumentRefused("status") from None


def change_statuses(command: ChangeStatuses, caller: Caller, now: datetime) -> Plan[Changed]:
    """Change statuses (§5). Refuses with `ArgumentRefused` where no invoice is left."""
    try:
        decision = yield from statuses.change_statuses(command, caller, now)
    except errors.InvoiceNotFound as error:
        raise ArgumentRefused("invoiceids") from error
    changed = decision.answer
    shown = yield from show(changed.views)
    items = (yield from catalogue.view_items(changed.items, caller, now)).answer
    return Decision(Changed(shown, items, changed.is_stock_refused), decision.saves, decision.events)


def delete_invoice(id: int, caller: Caller, now: datetime) -> Plan[ShownInvoice]:
    """Delete an invoice (§4.8). Refuses as the ledger's `delete_invoice`."""
    decision = yield from deleting.delete_invoice(id, caller, now)
    (shown,) = yield from show([decision.answer])
    return Decision(shown, decision.saves, decision.events, deletes=decision.deletes)


def delete_invoices(ids: Sequence[int], caller: Caller, now: datetime) -> Plan[list[ShownInvoice]]:
    """Delete those of some invoices that the caller may delete (§4.8)."""
    decision = yield from deleting.delete_invoices(ids, caller, now)
    shown = yield from show(decision.answer)
    return Decision(shown, decision.saves, decision.events, deletes=decision.deletes)


async def put_creation_date(request: Request, workspace: Workspace, body_limit: int) -> RestampInvoice:
    """Read when an invoice is to have been made (§4.9)."""
    moment = await _moment(request, "creationDate", workspace, body_limit)
    return RestampInvoice(invoice=record_id(request), created_at=moment)


async def put_last_modified_date(request: Request, workspace: Workspace, body_limit: int) -> RestampInvoice:
    """Read when an invoice is to have been changed; the name of that is spelt so (§4.9)."""
    moment = await _moment(request, "lastModifedDate", workspace, body_limit)
    return RestampInvoice(invoice=record_id(request), updated_at=moment)


async def _moment(request: Request, name: str, workspace: Workspace, body_limit: int) -> datetime:
    scalars = (await read_parameters(request, body_limit)).scalars
    moment = scalars.read(name, moment_reader(workspace.zone), NO_DATE)
    if moment == NO_DATE:
        raise ArgumentRefused(name)
    return moment


def restamp_invoice(command: RestampInvoice, caller: Caller, now: datetime) -> Plan[Invoice]:
    """State an invoice's dates anew. Whoever may not see it finds none (§4.9)."""
    try:
        return (yield from invoices.restamp_invoice(command, caller, now))
    except errors.NotPermitted as error:
        raise errors.InvoiceNotFound(command.invoice) from error
