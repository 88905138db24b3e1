"""Commands on single lines of an invoice, which has to be a draft; its other lines stay as they are."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from billingua.core import errors, events, lifecycle
from billingua.core.access import may_change
from billingua.core.invoice import Invoice, with_lines
from billingua.core.lifecycle import Status
from billingua.core.line import InvoiceLine
from billingua.engine.content import LineContent, carry_over, line_needs, write_line
from billingua.engine.orders import recounted
from billingua.engine.plan import Caller, Decision, Key, Needs, Plan, by_id

_EDITABLE = frozenset({Status.DRAFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLine:
    """Write one line more, at a place that others may have too; an invoice has `most` lines, where that is limited."""

    invoice: int
    content: LineContent
    position: int = 0
    most: int | None = None


def add_line(command: AddLine, caller: Caller, now: datetime) -> Plan[InvoiceLine]:
    """Write a line.

    Refuses, in this order, with `ItemNotFound` or `TaxNotFound`; `InvoiceNotFound`; `InvoiceLocked` or
    `ChangeNotPermitted`; `TooManyLines`; `AmountTooLarge`.
    """
    key = by_id(Invoice, command.invoice)
    found = yield Needs([key, *line_needs([command.content])], ["invoice_line"])
    line = write_line(found.new_id("invoice_line"), command.position, command.content, found)
    invoice = found.require(key, errors.InvoiceNotFound(command.invoice))
    _require_editable(invoice, caller)
    if command.most is not None and len(invoice.lines) >= command.most:
        raise errors.TooManyLines(command.most)
    return (yield from _edited(line, invoice, [*invoice.lines, line], now))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """Write a line anew, all but its id and what `unsaid` names: members that the caller's dialect has no word for.

    `content` is what it shall say, or the refusal of whoever tried to say so.
    """

    invoice: int
    line: int
    content: LineContent | errors.Refused
    position: int = 0
    unsaid: frozenset[str] = frozenset()


def change_line(command: ChangeLine, caller: Caller, now: datetime) -> Plan[InvoiceLine]:
    """Write a line anew.

    Refuses, in this order, with `InvoiceLineNotFound`; what the command itself refuses; `ItemNotFound` or
    `TaxNotFound`; `InvoiceLocked` or `ChangeNotPermitted`; `AmountTooLarge`.
    """
    key, content = by_id(Invoice, command.invoice), command.content
    needed: list[Key[object]] = [] if isinstance(content, errors.Refused) else line_needs([content])
    found = yield Needs([key, *needed])
    invoice, old = _line_of(found.get(key), command.line)
    if isinstance(content, errors.Refused):
        raise content
    line = write_line(old.id, command.position, content, found)
    (line,) = carry_over([content], [line], [old], command.unsaid)
    lines = [line if other is old else other for other in invoice.lines]
    _require_editable(invoice, caller)
    return (yield from _edited(line, invoice, lines, now))


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveLine:
    """Take a line out of an invoice."""

    invoice: int
    line: int


def remove_line(command: RemoveLine, caller: Caller, now: datetime) -> Plan[InvoiceLine]:
    """Take a line out.

    Refuses, in this order, with `InvoiceLineNotFound`; `OnlyLine`; `InvoiceLocked` or `ChangeNotPermitted`.
    """
    key = by_id(Invoice, command.invoice)
    found = yield Needs([key])
    invoice, line = _line_of(found.get(key), command.line)
    if len(invoice.lines) == 1:
        raise errors.OnlyLine(line.id)
    _require_editable(invoice, caller)
    return (yield from _edited(line, invoice, [other for other in invoice.lines if other is not line], now))


def _line_of(invoice: Invoice | None, id: int) -> tuple[Invoice, InvoiceLine]:
    for line in invoice.lines if invoice else ():
        if invoice and line.id == id:
            return invoice, line
    raise errors.InvoiceLineNotFound(id)


def _require_editable(invoice: Invoice, caller: Caller) -> None:
    lifecycle.require_unlocked(invoice.status, _EDITABLE)
    if not may_change(caller.user, invoice):
        raise errors.ChangeNotPermitted("change the invoice")


def _edited(line: InvoiceLine, invoice: Invoice, lines: Iterable[InvoiceLine], now: datetime) -> Plan[InvoiceLine]:
    """Give an invoice other lines, in the order of their places; the one that was edited is the answer."""
    in_order = tuple(sorted(lines, key=lambda line: (line.position, line.id)))
    edited = replace(with_lines(invoice, in_order), updated_at=now)
    orders = yield from recounted([(invoice, edited)])
    return Decision(line, saves=[edited, *orders], events=[events.InvoiceEdited(invoice.id, invoice.number)])
