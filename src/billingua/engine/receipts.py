"""Commands on receipts. They keep records: no payment and no balance changes with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billingua.core import errors, events
from billingua.core.access import may_see
from billingua.core.party import Party
from billingua.core.receipt import Receipt, ReceiptLine, without_line
from billingua.engine.payments import sees_invoices
from billingua.engine.plan import Caller, Decision, Needs, Plan, Record, Step, by_id


@dataclass(frozen=True, slots=True)
class ReceiptLineId:
    """Which line of which receipt."""

    receipt: int
    line: int


def find_receipt(id: int, caller: Caller, now: datetime) -> Plan[Receipt]:
    """Show one receipt. Refuses with `ReceiptNotFound`, or `NotPermitted` where the caller may not see all of it."""
    return Decision((yield from _find(id, caller)))


def view_receipts(receipts: Sequence[Record[Receipt]], caller: Caller, now: datetime) -> Plan[list[Receipt]]:
    """Show those of some receipts whose party the caller may see; lists leave out those of hidden invoices before."""
    found = yield Needs([*{by_id(Party, record.value.party) for record in receipts}])
    listed = [record.value for record in receipts]
    return Decision([one for one in listed if may_see(caller.user, found.get(by_id(Party, one.party)))])


def find_receipt_line(which: ReceiptLineId, caller: Caller, now: datetime) -> Plan[tuple[Receipt, ReceiptLine]]:
    """Show one line of a receipt, with the receipt. Refuses as `find_receipt`, or with `ReceiptLineNotFound`."""
    receipt = yield from _find(which.receipt, caller)
    return Decision((receipt, receipt.line(which.line)))


def delete_receipt(id: int, caller: Caller, now: datetime) -> Plan[Receipt]:
    """Delete a receipt with its lines. Refuses as `find_receipt`."""
    receipt = yield from _find(id, caller)
    return Decision(receipt, deletes=[receipt], events=[events.ReceiptDeleted(id, receipt.reference)])


def delete_receipt_line(which: ReceiptLineId, caller: Caller, now: datetime) -> Plan[Receipt]:
    """Delete one line of a receipt. Refuses as `find_receipt_line`."""
    receipt = without_line((yield from _find(which.receipt, caller)), which.line)
    return Decision(receipt, saves=[receipt], events=[events.ReceiptEdited(receipt.id, receipt.reference)])


def _find(id: int, caller: Caller) -> Step[Receipt]:
    """Look up a receipt whose party and invoices the caller may see."""
    key = by_id(Receipt, id)
    found = yield Needs([key])
    receipt = found.require(key, errors.ReceiptNotFound(id))
    party = by_id(Party, receipt.party)
    found = yield Needs([party])
    is_seen = may_see(caller.user, found.get(party))
    if not (is_seen and (yield from sees_invoices({line.invoice for line in receipt.lines}, caller))):
        raise errors.NotPermitted("see the receipt")
    return receipt
