"""Commands that sell on credit: an invoice by a book, to a customer who may be new, of items from price lists."""

from dataclasses import dataclass, replace
from datetime import datetime

from billingua.core import errors, events
from billingua.core.invoice import Invoice, issue, with_lines
from billingua.core.lifecycle import Status
from billingua.core.money import ZERO
from billingua.core.numbering import BookKind
from billingua.core.workspace import Workspace
from billingua.engine.kinds import by_number
from billingua.engine.plan import Caller, Decision, Needs, Plan
from billingua.engine.selling import Sale, agree, fields_of, next_number


@dataclass(frozen=True, slots=True, kw_only=True)
class BillCustomer:
    """Sell on credit. `issued` says whether the invoice is to be issued at once, or is the refusal of whoever asked."""

    sale: Sale
    issued_at: datetime
    due_at: datetime
    issued: bool | errors.Refused


def bill_customer(command: BillCustomer, caller: Caller, now: datetime) -> Plan[Invoice]:
    """Write an invoice, numbered by its book; a new customer is kept with it.

    Refuses as `agree` does, with what the command refuses of its status and `DateTooEarly` on the way, and in the end
    with `AmountTooLarge`.
    """

    def check(workspace: Workspace) -> None:
        if isinstance(command.issued, errors.Refused):
            raise command.issued
        issued, due = (moment.astimezone(workspace.zone).date() for moment in (command.issued_at, command.due_at))
        if due < issued:
            raise errors.DateTooEarly("due_date", command.due_at)

    agreed = yield from agree(command.sale, BookKind.INVOICE, check, caller)
    found = yield Needs(counters=["invoice"])
    blank = Invoice(
        id=found.new_id("invoice"),
        uuid=found.new_uuid(),
        number="",
        status=Status.DRAFT,
        origin=caller.dialect,
        issued_at=command.issued_at,
        due_at=command.due_at,
        created_at=now,
        created_by=caller.user.username if caller.user else None,
        updated_at=now,
        original_balance=ZERO,
        open_balance=ZERO,
        **fields_of(command.sale, agreed),
    )
    draft = with_lines(blank, agreed.lines)
    day = command.issued_at.astimezone(agreed.workspace.zone).date()
    number = yield from next_number(agreed.book, day, by_number)
    invoice = replace(issue(draft, now=now) if command.issued else draft, number=number)
    happened: list[events.Event] = [events.InvoiceCreated(invoice.id, number)]
    if command.issued:
        happened.append(events.InvoiceIssued(invoice.id, number))
    return Decision(invoice, saves=[*([agreed.customer] if agreed.is_new else []), invoice], events=happened)
