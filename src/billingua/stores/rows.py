"""How an invoice becomes rows and is read from them again, whatever the database.

It is a narrow row of what lists search and payments change, and a wide body of what rarely changes, so that an update
rewrites few pages.
"""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter, is_
from types import NoneType
from typing import NamedTuple, get_args, get_type_hints
from uuid import UUID

from billingua.core.invoice import Invoice
from billingua.core.lifecycle import Status
from billingua.core.money import EXACT, currency_digits
from billingua.engine.plan import Record
from billingua.stores.bodies import Body

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_AMOUNT_PLACES = 4
_LARGEST = 2**63


class AmountDoesNotFit(ValueError):
    """A balance has more than four decimals, or more digits than an integer of 64 bits holds."""


def instant_to_row(moment: datetime) -> int:
    """Write an instant as the microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def instant_from_row(microseconds: int) -> datetime:
    """Read an instant, in UTC."""
    return _EPOCH + timedelta(0, 0, microseconds)


def amount_to_row(amount: Decimal) -> int:
    """Write a balance in ten-thousandths, exactly, so that databases sort and add it exactly."""
    scaled = EXACT.scaleb(amount, _AMOUNT_PLACES)
    if not (scaled.is_finite() and scaled == scaled.to_integral_value() and abs(scaled) < _LARGEST):
        raise AmountDoesNotFit(str(amount))
    return int(scaled)


def amount_from_row(scaled: int, currency: str) -> Decimal:
    """Read a balance, with as many decimals as its currency has, or four where it needs more."""
    places = currency_digits(currency)
    units, rest = divmod(scaled, 10 ** (_AMOUNT_PLACES - places))
    return EXACT.scaleb(Decimal(scaled), -_AMOUNT_PLACES) if rest else EXACT.scaleb(Decimal(units), -places)


class InvoiceRow(NamedTuple):
    """The narrow row of an invoice."""

    workspace: str
    id: int
    version: int
    chain: bytes
    number: str
    number_scope: str
    number_folded: str
    status: str
    origin: str
    party: int
    order: int | None
    currency: str
    issued_at: int
    due_at: int | None
    voided_at: int | None
    created_at: int
    updated_at: int
    original_balance: int
    open_balance: int
    partly_paid: bool


_BESIDE = [field.name for field in fields(Invoice) if field.name not in InvoiceRow._fields]
_INVOICE_BODY = Body(Invoice, _BESIDE)

_PLAIN = frozenset({str, int, bool, UUID, datetime, NoneType})
"""Types whose equal values are the same. In all others only the very same value is: 1.0 equals 1.00, and yet what was
sent comes back digit by digit."""

_HINTS = get_type_hints(Invoice)


def _is_plain(name: str) -> bool:
    return _PLAIN.issuperset(get_args(_HINTS[name]) or [_HINTS[name]])


_plain_of = attrgetter(*(name for name in _BESIDE if _is_plain(name)))
_others_of = attrgetter(*(name for name in _BESIDE if not _is_plain(name)))
_listed_of = attrgetter(
    "number", "number_scope", "status", "origin", "party", "order", "currency", "issued_at", "due_at", "created_at"
)


def invoice_to_row(workspace: str, record: Record[Invoice]) -> InvoiceRow:
    """Write the narrow row of an invoice."""
    invoice = record.value
    return InvoiceRow(
        workspace=workspace,
        id=invoice.id,
        version=record.version,
        chain=record.chain,
        number=invoice.number,
        number_scope=invoice.number_scope,
        number_folded=invoice.number.casefold(),
        status=invoice.status.value,
        origin=invoice.origin,
        party=invoice.party,
        order=invoice.order,
        currency=invoice.currency,
        issued_at=instant_to_row(invoice.issued_at),
        due_at=_optional_to_row(invoice.due_at),
        voided_at=_optional_to_row(invoice.voided_at),
        created_at=instant_to_row(invoice.created_at),
        updated_at=instant_to_row(invoice.updated_at),
        original_balance=amount_to_row(invoice.original_balance),
        open_balance=amount_to_row(invoice.open_balance),
        partly_paid=invoice.partly_paid,
    )


def invoice_to_body(invoice: Invoice) -> bytes:
    """Write the wide body of an invoice."""
    return _INVOICE_BODY.write(invoice)


def invoice_from_row(row: InvoiceRow, body: bytes) -> Record[Invoice]:
    """Read an invoice from its narrow row and its wide body."""
    invoice = _INVOICE_BODY.read(
        body,
        id=row.id,
        number=row.number,
        number_scope=row.number_scope,
        status=Status(row.status),
        origin=row.origin,
        party=row.party,
        order=row.order,
        currency=row.currency,
        issued_at=instant_from_row(row.issued_at),
        due_at=_optional_from_row(row.due_at),
        voided_at=_optional_from_row(row.voided_at),
        created_at=instant_from_row(row.created_at),
        updated_at=instant_from_row(row.updated_at),
        original_balance=amount_from_row(row.original_balance, row.currency),
        open_balance=amount_from_row(row.open_balance, row.currency),
        partly_paid=bool(row.partly_paid),
    )
    return Record(invoice, row.version, row.chain)


def same_body(before: Invoice, after: Invoice) -> bool:
    """Whether the wide body of an invoice stays as it is."""
    return all(map(is_, _others_of(before), _others_of(after))) and _plain_of(before) == _plain_of(after)


def same_listing(before: Invoice, after: Invoice) -> bool:
    """Whether all columns stay as they are that indexes are made of."""
    return _listed_of(before) == _listed_of(after)


def _optional_to_row(moment: datetime | None) -> int | None:
    return None if moment is None else instant_to_row(moment)


def _optional_from_row(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else instant_from_row(microseconds)
