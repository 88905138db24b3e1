"""Lists of payments, of receipts and of their lines: what may be asked of them, the same of every store."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from billingua.core.invoice import Invoice
from billingua.core.money import settle
from billingua.core.party import Party
from billingua.core.payment import Payment, PaymentStatus
from billingua.core.receipt import Receipt, ReceiptKind, ReceiptLine
from billingua.engine.catalogue_queries import words_of
from billingua.engine.positions import Flag, Position, Whole, ten_thousandths

_PROGRESS = tuple(PaymentStatus)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_LONGEST_ID = 18
_LARGEST_NUMBER = 10**9
_PLACES = 4


def progress(status: PaymentStatus) -> int:
    """Say how far a payment has come, as a number that grows with it."""
    return _PROGRESS.index(status)


def whole_second(moment: datetime) -> int:
    """Give what moments are sorted by here: the second since 1970, which is all that those who list payments see."""
    return (moment - _EPOCH) // _SECOND


def _is_within(moment: datetime, since: datetime | None, until: datetime | None) -> bool:
    """Whether a moment falls into the seconds from one to another, or from or to one of them."""
    second = whole_second(moment)
    return (since is None or whole_second(since) <= second) and (until is None or second <= whole_second(until))


def _is_between(amount: Decimal, least: Decimal | None, most: Decimal | None) -> bool:
    """Whether an amount is no less than one and no more than another, to the ten-thousandths that lists compare."""
    settled = settle(amount, _PLACES)
    return (least is None or settle(least, _PLACES) <= settled) and (most is None or settled <= settle(most, _PLACES))


def id_in(text: str) -> int | None:
    """Give the id that a text is, as ids are written; None where it is none."""
    is_id = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID
    return int(text) if is_id and str(int(text)) == text else None


def source_of(payment: Payment) -> str | None:
    """Give, whatever the case, what a payment came through, where the dialect that knows it says so."""
    names = (members.get("moduleName") for members in payment.extras.values())
    return next((name.casefold() for name in names if isinstance(name, str)), None)


def funding_of(payment: Payment) -> int | None:
    """Give the number for how a payment is funded, where the dialect that knows it says so."""
    numbers = (members.get("fundingStatus") for members in payment.extras.values())
    return next((number for number in numbers if _is_number(number)), None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_NUMBER


class Covered(NamedTuple):
    """An invoice that is paid, and whom it is for."""

    invoice: Invoice
    party: Party | None


def _is_seen(reader: str | None, party: Party | None) -> bool:
    return reader is None or party is None or not party.private or reader in party.access


def _are_seen(reader: str | None, covered: Iterable[Covered]) -> bool:
    return all(_is_seen(reader, one.party) or one.invoice.created_by == reader for one in covered)


def _folded(text: str | None) -> str:
    return (text or "").casefold()


class PaymentSort(StrEnum):
    """What payments may be sorted by; ties go by id, in the same direction."""

    CREATED = "created"
    ID = "id"
    UPDATED = "updated"
    STATUS = "status"
    APPLIED = "applied"
    TOTAL = "total"
    PARTY = "party"
    EXTERNAL_PARTY = "external_party"
    SOURCE = "source"
    FUNDING = "funding"


class PaymentField(StrEnum):
    """Where in a payment a text may be looked for; an id is the text or it is not."""

    ID = "id"
    PARTY = "party"
    EXTERNAL_ID = "external_id"
    EXTERNAL_PARTY = "external_party"
    MEMO = "memo"
    PAYER = "payer"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentQuery:
    """Which payments, in which order, and which page of them. All conditions must hold.

    `invoice` is one of those that are paid. `text` is looked for, whatever the case, anywhere in one of the fields
    `text_in`, and `party_name` in the name of the party that is shown. `reader` is the username of somebody who
    administers nothing: they see what is from a party that they may see, and what they noted themselves, as far as they
    may see all invoices that it covers. `received_from` and `received_to` are meant by the second, and `least` and
    `most`, of the total in whatever currency, by the ten-thousandth.
    `usual_source` and `usual_funding` are what payments are sorted by that say nothing of these.
    """

    invoice: int | None = None
    party: int | None = None
    currency: str | None = None
    statuses: frozenset[PaymentStatus] | None = None
    applied: bool | None = None
    channels: frozenset[int] | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    party_name: str | None = None
    text: str | None = None
    text_in: frozenset[PaymentField] = frozenset(PaymentField)
    reader: str | None = None
    usual_source: str = ""
    usual_funding: int = 0
    sort: PaymentSort = PaymentSort.CREATED
    descending: bool = False
    after: Position | None = None
    offset: int = 0
    limit: int | None = None

    def matches(self, payment: Payment, party: Party | None = None, covered: Iterable[Covered] = ()) -> bool:
        """Whether the payment, which is from this party and covers these invoices, is one of those asked for."""
        return (
            (self.invoice is None or self.invoice in payment.invoices)
            and self.party in {None, payment.party}
            and self.currency in {None, payment.currency}
            and (self.statuses is None or payment.status in self.statuses)
            and self.applied in {None, payment.applied}
            and _is_within(payment.received_at, self.received_from, self.received_to)
            and _is_between(payment.total, self.least, self.most)
            and (self.channels is None or payment.channel in self.channels)
            and (_is_seen(self.reader, party) or payment.created_by == self.reader)
            and _are_seen(self.reader, covered)
            and (self.party_name is None or _is_called(self.party_name, party))
            and (self.text is None or any(_PAYMENT_SAYS[field](payment, self.text) for field in self.text_in))
        )

    def place(self, payment: Payment) -> Position:
        """Where the payment stands in the order asked for."""
        if self.sort is PaymentSort.ID:
            return (payment.id,)
        if self.sort is PaymentSort.SOURCE:
            source = source_of(payment)
            return (self.usual_source.casefold() if source is None else source, payment.id)
        if self.sort is PaymentSort.FUNDING:
            funding = funding_of(payment)
            return (self.usual_funding if funding is None else funding, payment.id)
        return (_PAYMENT_PLACES[self.sort](payment), payment.id)

    @property
    def positions(self) -> Any:
        """The type of positions in this order."""
        return _PAYMENT_TYPES.get(self.sort, tuple[Whole, Whole])


def _is_called(name: str, party: Party | None) -> bool:
    return party is not None and words_of(name)[1:] in words_of(party.display_name)[1:]


_PAYMENT_SAYS: Mapping[PaymentField, Callable[[Payment, str], bool]] = {
    PaymentField.ID: lambda payment, text: payment.id == id_in(text),
    PaymentField.PARTY: lambda payment, text: text.casefold() in str(payment.party),
    PaymentField.EXTERNAL_ID: lambda payment, text: text.casefold() in _folded(payment.external_id),
    PaymentField.EXTERNAL_PARTY: lambda payment, text: text.casefold() in _folded(payment.external_party_id),
    PaymentField.MEMO: lambda payment, text: text.casefold() in _folded(payment.memo),
    PaymentField.PAYER: lambda payment, text: text.casefold() in _folded(payment.payer),
}

_PAYMENT_PLACES: Mapping[PaymentSort, Callable[[Payment], int | str]] = {
    PaymentSort.CREATED: lambda payment: whole_second(payment.received_at),
    PaymentSort.UPDATED: lambda payment: whole_second(payment.changed_at),
    PaymentSort.STATUS: lambda payment: progress(payment.status),
    PaymentSort.APPLIED: lambda payment: int(payment.applied),
    PaymentSort.TOTAL: lambda payment: ten_thousandths(payment.total),
    PaymentSort.PARTY: attrgetter("party"),
    PaymentSort.EXTERNAL_PARTY: lambda payment: _folded(payment.external_party_id),
}
_PAYMENT_TYPES: Mapping[PaymentSort, Any] = {
    PaymentSort.ID: tuple[Whole],
    PaymentSort.APPLIED: tuple[Flag, Whole],
    PaymentSort.EXTERNAL_PARTY: tuple[str, Whole],
    PaymentSort.SOURCE: tuple[str, Whole],
}


class ReceiptSort(StrEnum):
    """What receipts may be sorted by; ties go by id, in the same direction."""

    CREATED = "created"
    ID = "id"
    UPDATED = "updated"
    PAYMENT = "payment"
    KIND = "kind"
    TOTAL = "total"
    REFERENCE = "reference"
    PARTY = "party"
    EXTERNAL_PARTY = "external_party"


class ReceiptField(StrEnum):
    """Where in a receipt, or in one of its lines, a text may be looked for; an invoice's id is the text or it is not.

    A payer without an id of its own goes by that of the party.
    """

    PAYER = "payer"
    PAYER_ID = "payer_id"
    REFERENCE = "reference"
    PARTY = "party"
    EXTERNAL_ID = "external_id"
    EXTERNAL_PARTY = "external_party"
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReceiptConditions:
    """What may be asked of receipts and of their lines alike. All conditions must hold.

    `statuses` are those of the payment. `text` is looked for, whatever the case, anywhere in one of the fields
    `text_in`; `usual_payer` is the name of a payer whom nobody named. `reader` is the username of somebody who
    administers nothing: they see what is from a party that they may see, as far as they may see all of its invoices.
    """

    statuses: frozenset[PaymentStatus] | None = None
    text: str | None = None
    text_in: frozenset[ReceiptField] = frozenset(ReceiptField)
    usual_payer: str = ""
    reader: str | None = None
    descending: bool = False
    after: Position | None = None
    offset: int = 0
    limit: int | None = None

    def holds(
        self, receipt: Receipt, line: ReceiptLine | None, party: Party | None, covered: Iterable[Covered]
    ) -> bool:
        """Whether what is asked of both holds for a receipt, or for this line of it."""
        return (
            (self.statuses is None or receipt.status in self.statuses)
            and _is_seen(self.reader, party)
            and _are_seen(self.reader, covered)
            and (self.text is None or self._is_said(receipt, line, self.text))
        )

    def _is_said(self, receipt: Receipt, line: ReceiptLine | None, text: str) -> bool:
        texts = {
            ReceiptField.PAYER: receipt.payer or self.usual_payer,
            ReceiptField.PAYER_ID: receipt.payer_id or str(receipt.party),
            ReceiptField.REFERENCE: receipt.reference,
            ReceiptField.PARTY: str(receipt.party),
            ReceiptField.EXTERNAL_ID: receipt.external_id,
            ReceiptField.EXTERNAL_PARTY: receipt.external_party_id,
        }
        is_paid = line is not None and ReceiptField.INVOICE in self.text_in and line.invoice == id_in(text)
        return is_paid or any(text.casefold() in _folded(texts[field]) for field in self.text_in & texts.keys())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptQuery(_ReceiptConditions):
    """Which receipts, in which order, and which page of them.

    `payment` is the one that it is for. `created_from` and `created_to` are meant by the second.
    """

    payment: int | None = None
    party: int | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    sort: ReceiptSort = ReceiptSort.CREATED

    def matches(self, receipt: Receipt, party: Party | None = None, covered: Iterable[Covered] = ()) -> bool:
        """Whether the receipt, which is for this party and covers these invoices, is one of those asked for."""
        return (
            self.payment in {None, receipt.payment}
            and self.party in {None, receipt.party}
            and _is_within(receipt.created_at, self.created_from, self.created_to)
            and self.holds(receipt, None, party, covered)
        )

    def place(self, receipt: Receipt) -> Position:
        """Where the receipt stands in the order asked for."""
        return (receipt.id,) if self.sort is ReceiptSort.ID else (_RECEIPT_PLACES[self.sort](receipt), receipt.id)

    @property
    def positions(self) -> Any:
        """The type of positions in this order."""
        return _RECEIPT_TYPES.get(self.sort, tuple[Whole, Whole])


_RECEIPT_PLACES: Mapping[ReceiptSort, Callable[[Receipt], int | str]] = {
    ReceiptSort.CREATED: lambda receipt: whole_second(receipt.created_at),
    ReceiptSort.UPDATED: lambda receipt: whole_second(receipt.updated_at),
    ReceiptSort.PAYMENT: attrgetter("payment"),
    ReceiptSort.KIND: lambda receipt: int(receipt.kind is ReceiptKind.REFUND),
    ReceiptSort.TOTAL: lambda receipt: ten_thousandths(receipt.total),
    ReceiptSort.REFERENCE: lambda receipt: _folded(receipt.reference),
    ReceiptSort.PARTY: attrgetter("party"),
    ReceiptSort.EXTERNAL_PARTY: lambda receipt: _folded(receipt.external_party_id),
}
_RECEIPT_TYPES: Mapping[ReceiptSort, Any] = {
    ReceiptSort.ID: tuple[Whole],
    ReceiptSort.KIND: tuple[Flag, Whole],
    ReceiptSort.REFERENCE: tuple[str, Whole],
    ReceiptSort.EXTERNAL_PARTY: tuple[str, Whole],
}


class ListedLine(NamedTuple):
    """A line of a receipt, with the receipt."""

    receipt: Receipt
    line: ReceiptLine


class ReceiptLineSort(StrEnum):
    """What lines of receipts may be sorted by; ties go by the line's id, in the same direction."""

    CREATED = "created"
    UPDATED = "updated"
    RECEIPT = "receipt"
    INVOICE = "invoice"
    AMOUNT = "amount"
    PARTY = "party"
    EXTERNAL_PARTY = "external_party"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLineQuery(_ReceiptConditions):
    """Which lines of receipts, or of one `receipt` (its id), in which order, and which page of them."""

    receipt: int | None = None
    sort: ReceiptLineSort = ReceiptLineSort.CREATED

    def matches(self, listed: ListedLine, party: Party | None = None, covered: Iterable[Covered] = ()) -> bool:
        """Whether the line, whose receipt is for this party and covers these invoices, is one of those asked for."""
        is_there = self.receipt in {None, listed.receipt.id}
        return is_there and self.holds(listed.receipt, listed.line, party, covered)

    def place(self, listed: ListedLine) -> Position:
        """Where the line stands in the order asked for."""
        return (_LINE_PLACES[self.sort](listed), listed.line.id)


_LINE_PLACES: Mapping[ReceiptLineSort, Callable[[ListedLine], int | str]] = {
    ReceiptLineSort.CREATED: lambda listed: whole_second(listed.receipt.created_at),
    ReceiptLineSort.UPDATED: lambda listed: whole_second(listed.receipt.updated_at),
    ReceiptLineSort.RECEIPT: attrgetter("receipt.id"),
    ReceiptLineSort.INVOICE: attrgetter("line.invoice"),
    ReceiptLineSort.AMOUNT: lambda listed: ten_thousandths(listed.line.amount),
    ReceiptLineSort.PARTY: attrgetter("receipt.party"),
    ReceiptLineSort.EXTERNAL_PARTY: lambda listed: _folded(listed.receipt.external_party_id),
}
