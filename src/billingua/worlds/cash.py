"""The cash book of a world file, and how it is written into one."""

from collections.abc import Iterator
from typing import Any

from billingua.core.cash import SELLS, CashEntry
from billingua.core.invoice import number_key
from billingua.core.line import InvoiceLine
from billingua.core.rounding import Rounding, en16931
from billingua.core.tax import LineTax
from billingua.worlds.assembly import Assembly
from billingua.worlds.document import GivenCarriedTax, GivenCashEntry, GivenCashLine
from billingua.worlds.members import told
from billingua.worlds.moments import write_moment
from billingua.worlds.problems import below


def read_cash_entries(assembly: Assembly) -> list[CashEntry]:
    """Read the entries of the cash book."""
    given = assembly.given.cash_entries
    places = assembly.places("cash_entries", given)
    lines = [
        (f"{place}.lines[{index}]", line)
        for place, entry in zip(places, given, strict=True)
        for index, line in enumerate(entry.lines)
    ]
    line_ids = iter(assembly.ids("cash line", lines))
    ids = assembly.ids("cash entry", zip(places, given, strict=True))
    return [
        _read_entry(entry, id, place, line_ids, assembly) for entry, id, place in zip(given, ids, places, strict=True)
    ]


def _read_entry(given: GivenCashEntry, id: int, place: str, line_ids: Iterator[int], assembly: Assembly) -> CashEntry:
    _check(given, place, assembly)
    dated_at = assembly.moment(given.date, below(place, "date"))
    entry = CashEntry(
        id=id,
        uuid=assembly.uuid("cash entry", given.uuid, place),
        number=given.number,
        kind=given.kind,
        origin=given.dialect,
        book=given.book,
        account=given.account,
        party=given.party,
        counterparty=given.counterparty,
        currency=given.currency,
        exchange_rate=given.exchange_rate,
        party_exchange_rate=given.party_exchange_rate,
        dated_at=dated_at,
        created_at=assembly.optional_moment(given.created_at, below(place, "created_at")) or dated_at,
        created_by=given.created_by,
        amount=given.amount,
        rounding=_rounding(given),
        lines=tuple(
            _read_line(index, line, next(line_ids), f"{place}.lines[{index}]", assembly)
            for index, line in enumerate(given.lines)
        ),
        branch=given.branch,
        payment_term=given.payment_term,
        salesperson=given.salesperson,
        reference=given.reference,
        description=given.description,
        extras=given.extras,
    )
    if entry.kind in SELLS and entry.amount != entry.totals.grand_total:
        what = f"expected {entry.totals.grand_total}, which the lines come to, got {entry.amount}"
        assembly.refuse(below(place, "amount"), what)
    return entry


def _check(given: GivenCashEntry, place: str, assembly: Assembly) -> None:
    assembly.claim("cash number", number_key(given.number), below(place, "number"), f'"{given.number}"')
    accounts = {account.code for account in assembly.given.cash_accounts}
    for key, what, known in (
        ("book", "book", assembly.books),
        ("account", "cash account", accounts),
        ("party", "party", assembly.parties),
        ("branch", "branch", assembly.branches),
        ("payment_term", "payment term", assembly.payment_terms),
        ("salesperson", "salesperson", assembly.salespeople),
    ):
        assembly.refer(what, getattr(given, key), known, below(place, key))


def _rounding(given: GivenCashEntry) -> Rounding:
    stated = given.rounding
    if stated is None:
        return en16931(given.currency)
    return Rounding(stated.places, stated.mode, stated.tax_base, stated.settles_steps)


def _read_line(index: int, given: GivenCashLine, id: int, place: str, assembly: Assembly) -> InvoiceLine:
    assembly.refer("item", given.item, assembly.items, below(place, "item"))
    return InvoiceLine(
        id=id,
        position=index,
        item=given.item,
        sku=given.sku,
        unit=given.unit,
        description=given.description,
        quantity=given.quantity,
        unit_price=given.unit_price,
        discount_per_unit=given.discount_per_unit,
        tax1=_read_tax(given.tax1),
        tax2=_read_tax(given.tax2),
    )


def _read_tax(given: GivenCarriedTax | None) -> LineTax | None:
    return given and LineTax(given.tax, given.name, given.rate)


def write_cash_entry(entry: CashEntry) -> dict[str, Any]:
    """Write an entry as it stands in a file."""
    return {
        "number": entry.number,
        "kind": entry.kind,
        "dialect": entry.origin,
        "book": entry.book,
        "account": entry.account,
        "currency": entry.currency,
        "amount": entry.amount,
        "date": write_moment(entry.dated_at),
        "id": entry.id,
        "uuid": entry.uuid,
        "exchange_rate": entry.exchange_rate,
        "created_at": write_moment(entry.created_at),
        **told(
            party=entry.party,
            counterparty=entry.counterparty,
            party_exchange_rate=entry.party_exchange_rate,
            created_by=entry.created_by,
            branch=entry.branch,
            payment_term=entry.payment_term,
            salesperson=entry.salesperson,
            reference=entry.reference,
            description=entry.description,
            rounding=entry.rounding if entry.rounding != en16931(entry.currency) else None,
            extras=entry.extras or None,
        ),
        "lines": [_write_line(line) for line in entry.lines],
    }


def _write_line(line: InvoiceLine) -> dict[str, Any]:
    return {
        "item": line.item,
        "sku": line.sku,
        "unit": line.unit,
        "description": line.description,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount_per_unit": line.discount_per_unit,
        "id": line.id,
        **told(tax1=line.tax1, tax2=line.tax2),
    }
