"""Commands that write the cash book."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from billingua.core import errors, events
from billingua.core.access import may_see
from billingua.core.cash import COMES_IN, CashEntry, CashKind, settled
from billingua.core.money import ZERO
from billingua.core.numbering import BookKind
from billingua.core.party import Party
from billingua.core.rounding import en16931
from billingua.core.workspace import CashAccount, Workspace
from billingua.engine.kinds import THE_WORKSPACE, by_cash_number
from billingua.engine.plan import Caller, Decision, Needs, Plan, by_id
from billingua.engine.selling import (
    NewCustomer,
    Sale,
    agree,
    book_of,
    customer_of,
    exchange_rate_to,
    fields_of,
    next_number,
)

_BOOKS = {
    CashKind.SALE: BookKind.COLLECTION,
    CashKind.RETURN: BookKind.RETURN,
    CashKind.INCOME: BookKind.COLLECTION,
    CashKind.EXPENSE: BookKind.RETURN,
}
"""By which kind of book entries are numbered."""

_HAPPENED: Mapping[CashKind, type[events.Event]] = {
    CashKind.SALE: events.CashSaleMade,
    CashKind.RETURN: events.CashReturnMade,
    CashKind.INCOME: events.CashTakenIn,
    CashKind.EXPENSE: events.CashPaidOut,
}

_DATES = {CashKind.SALE: "sale_date", CashKind.RETURN: "return_date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeForCash:
    """Sell goods for cash, or take them back; `account` is where the money comes in or goes out."""

    kind: CashKind
    sale: Sale
    account: str
    dated_at: datetime


def trade_for_cash(command: TradeForCash, caller: Caller, now: datetime) -> Plan[CashEntry]:
    """Write a sale or a return, numbered by its book; a new customer is kept with it.

    Refuses as `agree` does, with `DateInFuture` on the way, and in the end with `CashAccountNotFound`,
    `CurrencyMismatch` where the account and the customer have two currencies, or `AmountTooLarge`.
    """

    def check(_: Workspace) -> None:
        _check_past(command.kind, command.dated_at, now)

    agreed = yield from agree(command.sale, _BOOKS[command.kind], check, caller)
    account = _account_of(agreed.workspace, command.account, command.kind)
    if account.currency != agreed.currency:
        raise errors.CurrencyMismatch(account.currency, agreed.currency)
    found = yield Needs(counters=["cash_entry"])
    entry = CashEntry(
        id=found.new_id("cash_entry"),
        uuid=found.new_uuid(),
        number="",
        kind=command.kind,
        origin=caller.dialect,
        account=account.code,
        dated_at=command.dated_at,
        created_at=now,
        created_by=caller.user.username if caller.user else None,
        amount=ZERO,
        **fields_of(command.sale, agreed),
    )
    entry = settled(entry, agreed.lines)
    day = command.dated_at.astimezone(agreed.workspace.zone).date()
    number = yield from next_number(agreed.book, day, by_cash_number)
    return _entered(replace(entry, number=number), agreed.customer if agreed.is_new else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCash:
    """Note money that came in or went out for anything but goods; its amount is in the account's currency.

    `counterparty` is whom it came from or went to, in words; `related` is a party, kept if nobody has its code yet.
    `kind` is one of the two, or the refusal of whoever asked.
    """

    kind: CashKind | errors.Refused
    book: int
    account: str
    amount: Decimal
    dated_at: datetime
    counterparty: str
    related: NewCustomer | None = None
    exchange_rate: Decimal | None = None
    party_exchange_rate: Decimal | None = None
    reference: str | None = None
    description: str | None = None
    usual_prices: str | None = None


def move_cash(command: MoveCash, caller: Caller, now: datetime) -> Plan[CashEntry]:
    """Write an entry of the cash book, numbered by its book; a new party is kept with it.

    Refuses, in this order, with `PartyNotFound` for one that the caller may not see or `PriceListNotFound` for a new
    one; what the command refuses of its kind; `DateInFuture`; `CashAccountNotFound`; `BookNotFound`;
    `ExchangeRateMissing`.
    """
    found = yield Needs([THE_WORKSPACE], ["cash_entry"])
    workspace = found.require(THE_WORKSPACE, errors.NotFound("workspace"))
    party, is_new = None, False
    if command.related is not None:
        party, is_new = yield from customer_of(command.related, None, command.usual_prices, caller)
    if isinstance(command.kind, errors.Refused):
        raise command.kind
    _check_past(command.kind, command.dated_at, now)
    account = _account_of(workspace, command.account, command.kind)
    book = book_of(workspace, command.book, _BOOKS[command.kind])
    entry = CashEntry(
        id=found.new_id("cash_entry"),
        uuid=found.new_uuid(),
        number="",
        kind=command.kind,
        origin=caller.dialect,
        book=book.id,
        account=account.code,
        party=party and party.id,
        counterparty=command.counterparty,
        currency=account.currency,
        exchange_rate=exchange_rate_to(workspace, account.currency, command.exchange_rate),
        party_exchange_rate=command.party_exchange_rate,
        dated_at=command.dated_at,
        created_at=now,
        created_by=caller.user.username if caller.user else None,
        amount=command.amount,
        rounding=en16931(account.currency),
        reference=command.reference,
        description=command.description,
    )
    number = yield from next_number(book, command.dated_at.astimezone(workspace.zone).date(), by_cash_number)
    return _entered(replace(entry, number=number), party if is_new else None)


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry of the cash book, and whom it is related to, as far as they are there."""

    entry: CashEntry
    party: Party | None


def find_entry(id: int, caller: Caller, now: datetime) -> Plan[EntryView]:
    """Show an entry of the cash book.

    Refuses with `CashEntryNotFound`, or `NotPermitted` where the caller may not see its party.
    """
    key = by_id(CashEntry, id)
    found = yield Needs([key])
    entry = found.require(key, errors.CashEntryNotFound(id))
    party = by_id(Party, entry.party or 0)
    found = yield Needs([party])
    if not may_see(caller.user, found.get(party)):
        raise errors.NotPermitted("see the cash entry")
    return Decision(EntryView(entry, found.get(party)))


def _check_past(kind: CashKind, dated_at: datetime, now: datetime) -> None:
    if dated_at > now:
        raise errors.DateInFuture(_DATES.get(kind, "date"), dated_at)


def _account_of(workspace: Workspace, code: str, kind: CashKind) -> CashAccount:
    """Find an account by which money may move this way. Refuses with `CashAccountNotFound`."""
    for account in workspace.cash_accounts:
        if account.code == code and (account.collection if kind in COMES_IN else account.payment):
            return account
    raise errors.CashAccountNotFound(code)


def _entered(entry: CashEntry, new: Party | None) -> Decision[CashEntry]:
    happened = [_HAPPENED[entry.kind](entry.id, entry.number)]
    return Decision(entry, saves=[*([new] if new else []), entry], events=happened)
