"""Credit notes of a world file, and how they are written into one."""

from collections.abc import Mapping, Sequence
from typing import Any

from billingua.core.credit import CreditLine, CreditNote, rest_of
from billingua.core.invoice import Credit, Invoice, number_key
from billingua.core.line import Charge
from billingua.core.rounding import Rounding, en16931
from billingua.core.tax import LineTax
from billingua.worlds.assembly import Assembly
from billingua.worlds.document import GivenCarriedTax, GivenCreditLine, GivenCreditNote
from billingua.worlds.members import told
from billingua.worlds.moments import write_moment
from billingua.worlds.problems import below

Credits = Mapping[int, tuple[Credit, ...]]
"""The live credit notes on invoices, by the invoices' ids."""


def read_credit_notes(assembly: Assembly) -> list[CreditNote]:
    """Read the credit notes."""
    given = assembly.given.credit_notes
    places = assembly.places("credit_notes", given)
    ids = assembly.ids("credit note", zip(places, given, strict=True))
    return [_read(note, id, place, assembly) for note, id, place in zip(given, ids, places, strict=True)]


def _read(given: GivenCreditNote, id: int, place: str, assembly: Assembly) -> CreditNote:
    assembly.refer("party", given.party, assembly.parties, below(place, "party"))
    assembly.claim("credit note number", number_key(given.number), below(place, "number"), f'"{given.number}"')
    issued_at = assembly.moment(given.issue_date, below(place, "issue_date"))
    note = CreditNote(
        id=id,
        uuid=assembly.uuid("credit note", given.uuid, place),
        number=given.number,
        invoice=given.invoice,
        party=given.party,
        currency=given.currency,
        exchange_rate=given.exchange_rate,
        issued_at=issued_at,
        created_at=assembly.optional_moment(given.created_at, below(place, "created_at")) or issued_at,
        created_by=given.created_by,
        voided_at=assembly.optional_moment(given.void_date, below(place, "void_date")),
        origin=given.dialect,
        reason=given.reason,
        rounding=_rounding(given),
        lines=tuple(_read_line(index, line) for index, line in enumerate(given.lines)),
        charges=tuple(Charge(charge.kind, charge.amount) for charge in given.charges),
        rounding_amount=given.rounding_amount,
        extras=given.extras,
    )
    assembly.check_amount(note.total, below(place, "lines"))
    return note


def _rounding(given: GivenCreditNote) -> Rounding:
    stated = given.rounding
    if stated is None:
        return en16931(given.currency)
    return Rounding(stated.places, stated.mode, stated.tax_base, stated.settles_steps)


def _read_line(index: int, given: GivenCreditLine) -> CreditLine:
    return CreditLine(
        id=given.line,
        position=index,
        item=given.item,
        sku=given.sku,
        unit=given.unit,
        description=given.description,
        quantity=given.quantity,
        unit_price=given.unit_price,
        discount_percent=given.discount_percent,
        discount_per_unit=given.discount_per_unit,
        tax1=_read_tax(given.tax1),
        tax2=_read_tax(given.tax2),
        order_line=given.order_line,
        by_amount=given.by_amount,
    )


def _read_tax(given: GivenCarriedTax | None) -> LineTax | None:
    return given and LineTax(given.tax, given.name, given.rate)


def credits_by_invoice(notes: Sequence[CreditNote]) -> Credits:
    """List the live credit notes on each invoice (its id), oldest first."""
    live: dict[int, tuple[Credit, ...]] = {}
    for note in sorted(notes, key=lambda note: note.id):
        if note.is_live:
            live[note.invoice] = (*live.get(note.invoice, ()), Credit(note.id, note.total))
    return live


def check_credits(assembly: Assembly, notes: Sequence[CreditNote], invoices: Sequence[Invoice]) -> None:
    """See that live notes credit lines of invoices that are there, and of each no more than it comes to.

    A note that is void outlives what it credited.
    """
    known = {invoice.id: invoice for invoice in reversed(invoices)}
    live: dict[int, list[CreditNote]] = {}
    for place, note in zip(assembly.places("credit_notes", notes), notes, strict=True):
        if not note.is_live:
            continue
        invoice = known.get(note.invoice)
        assembly.refer("invoice", note.invoice, known, below(place, "invoice"))
        if invoice is None or not _check_lines(assembly, note, invoice, place):
            continue
        live.setdefault(invoice.id, []).append(note)
        if rest_of(invoice, live[invoice.id]).total < 0:
            assembly.refuse(place, f"more is credited of invoice {invoice.id} than it comes to")


def _check_lines(assembly: Assembly, note: CreditNote, invoice: Invoice, place: str) -> bool:
    """See that an invoice has the lines that a note credits; say whether it has."""
    ids = rest_of(invoice, []).lines
    for index, line in enumerate(note.lines):
        assembly.refer(f"line of invoice {invoice.id}", line.id, ids, f"{place}.lines[{index}].line")
    return all(line.id in ids for line in note.lines)


def write_given_credit_note(note: CreditNote) -> dict[str, Any]:
    """Write a credit note as it stands in a file."""
    return {
        "number": note.number,
        "dialect": note.origin,
        "invoice": note.invoice,
        "party": note.party,
        "currency": note.currency,
        "exchange_rate": note.exchange_rate,
        "issue_date": write_moment(note.issued_at),
        "created_at": write_moment(note.created_at),
        "id": note.id,
        "uuid": note.uuid,
        **told(
            created_by=note.created_by,
            void_date=note.voided_at and write_moment(note.voided_at),
            reason=note.reason or None,
            rounding=note.rounding if note.rounding != en16931(note.currency) else None,
            charges=note.charges or None,
            rounding_amount=note.rounding_amount or None,
            extras=note.extras or None,
        ),
        "lines": [_write_line(line) for line in note.lines],
    }


def _write_line(line: CreditLine) -> dict[str, Any]:
    return {
        "line": line.id,
        "item": line.item,
        "sku": line.sku,
        "unit": line.unit,
        "description": line.description,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount_percent": line.discount_percent,
        "discount_per_unit": line.discount_per_unit,
        **told(
            tax1=line.tax1,
            tax2=line.tax2,
            order_line=line.order_line,
            by_amount=line.by_amount or None,
        ),
    }
