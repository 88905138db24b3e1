"""What every sale has to agree on before it is written, on credit or for cash: whom, where, by which book, what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from billingua.core import errors
from billingua.core.access import may_see
from billingua.core.item import Item, PriceList
from billingua.core.line import InvoiceLine
from billingua.core.money import EXACT, ZERO, settle
from billingua.core.numbering import Book, BookKind
from billingua.core.party import Address, Party, PartyKind
from billingua.core.rounding import Rounding, en16931
from billingua.core.tax import LineTax, Tax
from billingua.core.workspace import Branch, Workspace
from billingua.engine.kinds import THE_WORKSPACE, by_code, by_item_code, by_party_code
from billingua.engine.plan import Caller, Decision, Found, Key, Needs, Plan, Step, by_id

_PRICE_PLACES = 6
"""To how many decimals a listed price is settled when it is stated in another currency."""

_LINE_COUNTERS = ("invoice_line", "cash_line")

_NO_ITEM = 0
"""An id that no item has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """Whom to keep as a customer if nobody has the code yet; whoever has it is left as they are.

    Ids of addresses are given when they are kept. `extras` are the members that only the caller's dialect understands.
    """

    code: str
    name: str
    kind: PartyKind
    currency: str | None = None
    price_list: str | None = None
    addresses: Sequence[Address] = ()
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What one line sells: an item by its code, in one of its units, at a price or at that of a price list.

    A price and a discount are for each piece, in the customer's currency. What its author wrote that is no amount at
    all is `unreadable`.
    """

    item: str
    unit: int
    quantity: Decimal
    unit_price: Decimal | None = None
    discount: Decimal = ZERO
    unreadable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A sale as somebody asks for it.

    The customer is one to keep or, by the code alone, one that is known. `by_sku` names the items that their SKUs are
    said to lead to, as far as these are their codes, and `usual_prices` the price list that holds where no other does.
    """

    customer: NewCustomer | str
    branch: str
    book: int
    salesperson: int | None = None
    payment_term: int | None = None
    exchange_rate: Decimal | None = None
    reference: str | None = None
    description: str | None = None
    goods: Sequence[Goods]
    by_sku: Mapping[str, int] = field(default_factory=dict[str, int])
    usual_prices: str | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a sale is agreed to be; the customer is new where it is to be saved."""

    customer: Party
    is_new: bool
    currency: str
    exchange_rate: Decimal
    rounding: Rounding
    book: Book
    lines: tuple[InvoiceLine, ...]
    workspace: Workspace


class SaleFields(TypedDict):
    """The fields that every document of a sale has."""

    party: int
    currency: str
    exchange_rate: Decimal
    rounding: Rounding
    book: int
    branch: str
    payment_term: int | None
    salesperson: int | None
    reference: str | None
    description: str | None


def fields_of(sale: Sale, agreed: Agreed) -> SaleFields:
    """Say what a document of an agreed sale says."""
    return {
        "party": agreed.customer.id,
        "currency": agreed.currency,
        "exchange_rate": agreed.exchange_rate,
        "rounding": agreed.rounding,
        "book": sale.book,
        "branch": sale.branch,
        "payment_term": sale.payment_term,
        "salesperson": sale.salesperson,
        "reference": sale.reference,
        "description": sale.description,
    }


def agree(sale: Sale, kind: BookKind, check_more: Callable[[Workspace], None], caller: Caller) -> Step[Agreed]:
    """Agree on a sale.

    Refuses, in this order, with `PriceListNotFound` for a new customer; `PartyNotFound`; `ExchangeRateMissing`;
    `BranchNotFound`; `BookNotFound`; `SalespersonNotFound`; whatever `check_more` refuses with; a `LineRefused`;
    `PaymentTermNotFound`.
    """
    named, by_code_of = _keys_of_customer(sale.customer), {goods.item: by_item_code(goods.item) for goods in sale.goods}
    by_sku = {code: by_id(Item, sale.by_sku.get(code, _NO_ITEM)) for code in by_code_of}
    keys: list[Key[Any]] = [THE_WORKSPACE, *named, *by_code_of.values(), *dict.fromkeys(by_sku.values())]
    found = yield Needs(keys, _LINE_COUNTERS)
    workspace = found.require(THE_WORKSPACE, errors.NotFound("workspace"))
    branch = next((branch for branch in workspace.branches if branch.code == sale.branch), None)
    customer, is_new = yield from customer_of(sale.customer, branch, sale.usual_prices, caller)
    currency = customer.currency or workspace.currency
    rate = exchange_rate_to(workspace, currency, sale.exchange_rate)
    branch = _active(branch, sale.branch)
    book = book_of(workspace, sale.book, kind)
    _check_salesperson(workspace, sale.salesperson, branch)
    check_more(workspace)
    items = {code: found.get(key) or _named_by_sku(code, found.get(by_sku[code])) for code, key in by_code_of.items()}
    prices = yield from _prices(customer, branch, sale.usual_prices, items)
    line_counter = _LINE_COUNTERS[kind is not BookKind.INVOICE]
    lines = _lines(sale.goods, items, _Prices(prices, rate), lambda: found.new_id(line_counter), found)
    _check_payment_term(workspace, sale.payment_term)
    return Agreed(customer, is_new, currency, rate, en16931(currency), book, lines, workspace)


def _keys_of_customer(customer: NewCustomer | str) -> list[Key[Party]]:
    return [by_party_code(customer if isinstance(customer, str) else customer.code)]


def customer_of(
    customer: NewCustomer | str, branch: Branch | None, usual_prices: str | None, caller: Caller
) -> Step[tuple[Party, bool]]:
    """Find a customer by the code, or make one that is to be saved.

    Refuses with `PriceListNotFound`, where a list that is named is not there, or a new customer has none and no list is
    for everybody; with `PartyNotFound`, where nobody has the code or the caller may not see who has.
    """
    (key,) = _keys_of_customer(customer)
    named = None if isinstance(customer, str) else customer.price_list
    found = yield Needs([key, by_code(named or "")], ["party", "address"])
    if named:
        found.require(by_code(named), errors.PriceListNotFound(named))
    party = found.get(key)
    if party is not None:
        if not may_see(caller.user, party):
            raise errors.PartyNotFound(key.value)
        return party, False
    if isinstance(customer, str):
        raise errors.PartyNotFound(customer)
    if not (named or (branch and branch.price_list) or usual_prices):
        raise errors.PriceListNotFound(None)
    return _kept(customer, caller.dialect, found), True


def _kept(customer: NewCustomer, dialect: str, found: Found) -> Party:
    return Party(
        id=found.new_id("party"),
        uuid=found.new_uuid(),
        kind=customer.kind,
        name=customer.name,
        code=customer.code,
        currency=customer.currency,
        price_list=customer.price_list,
        addresses=tuple(replace(address, id=found.new_id("address")) for address in customer.addresses),
        extras={dialect: customer.extras} if customer.extras else {},
    )


def exchange_rate_to(workspace: Workspace, currency: str, stated: Decimal | None) -> Decimal:
    """Give the rate of a currency: 1 for the workspace's own. Refuses with `ExchangeRateMissing`."""
    if currency == workspace.currency:
        return Decimal(1)
    if stated is None or stated <= 0:
        raise errors.ExchangeRateMissing(currency)
    return stated


def _active(branch: Branch | None, code: str) -> Branch:
    if branch is None or not branch.active:
        raise errors.BranchNotFound(code)
    return branch


def book_of(workspace: Workspace, id: int, kind: BookKind) -> Book:
    """Find a book for documents of a kind. Refuses with `BookNotFound`."""
    for book in workspace.books:
        if book.id == id and book.kind is kind:
            return book
    raise errors.BookNotFound(id)


def _check_salesperson(workspace: Workspace, id: int | None, branch: Branch) -> None:
    if id is not None and not any(one.id == id and branch.code in one.branches for one in workspace.salespeople):
        raise errors.SalespersonNotFound(id)


def _check_payment_term(workspace: Workspace, id: int | None) -> None:
    if id is not None and not any(term.id == id for term in workspace.payment_terms):
        raise errors.PaymentTermNotFound(id)


def _named_by_sku(code: str, item: Item | None) -> Item | None:
    """An item without a code of its own is called by its SKU."""
    return item if item is not None and not item.code and item.sku == code else None


def _prices(
    customer: Party, branch: Branch, usual: str | None, items: Mapping[str, Item | None]
) -> Step[Sequence[PriceList]]:
    """Find the price lists that hold for a customer at a branch, the first that counts first; and the items' taxes."""
    codes = dict.fromkeys(filter(None, (customer.price_list, branch.price_list or usual)))
    taxes = {tax for item in items.values() if item for tax in (item.tax1, item.tax2) if tax is not None}
    found = yield Needs([*map(by_code, codes), *(by_id(Tax, tax) for tax in taxes)])
    return [prices for code in codes if (prices := found.get(by_code(code)))]


@dataclass(frozen=True, slots=True)
class _Prices:
    """Price lists, and the rate of the currency in which their prices are to be stated."""

    lists: Sequence[PriceList]
    rate: Decimal

    def of(self, item: Item) -> Decimal | None:
        """Give the price of an item; None where no list has one."""
        for prices in self.lists:
            if item.sku in prices.prices:
                price = prices.prices[item.sku]
                return price if self.rate == 1 else settle(EXACT.divide(price, self.rate), _PRICE_PLACES)
        return None


def _lines(
    goods: Sequence[Goods],
    items: Mapping[str, Item | None],
    prices: _Prices,
    new_id: Callable[[], int],
    found: Found,
) -> tuple[InvoiceLine, ...]:
    """Write the lines. Refuses with the `LineRefused` of the first that cannot be."""
    return tuple(
        replace(_line(index, one, items[one.item], prices, found), id=new_id()) for index, one in enumerate(goods)
    )


def _line(index: int, goods: Goods, item: Item | None, prices: _Prices, found: Found) -> InvoiceLine:
    if item is None:
        raise errors.UnknownLineItem(index)
    if goods.unit not in item.units:
        raise errors.ForeignLineUnit(index, goods.unit)
    price = prices.of(item) if goods.unit_price is None else goods.unit_price
    if price is None or goods.unreadable or goods.quantity <= 0 or not ZERO <= goods.discount <= price:
        raise errors.LineRefused(index)
    tax1, tax2 = (_usual_tax(tax, found) for tax in (item.tax1, item.tax2))
    return InvoiceLine(
        id=0,
        position=index,
        item=item.id,
        sku=item.sku,
        unit=goods.unit,
        description=item.title,
        quantity=goods.quantity,
        unit_price=price,
        discount_per_unit=goods.discount,
        tax1=tax1,
        tax2=tax2,
    )


def _usual_tax(id: int | None, found: Found) -> LineTax | None:
    tax = None if id is None else found.get(by_id(Tax, id))
    return tax and tax.on_line()


def next_number(book: Book, day: date, key_of: Callable[[str], Key[Any]]) -> Step[str]:
    """Take the book's next number, past any that another document of the kind has already."""
    found = yield Needs(counters=[book.counter])
    found.claim_id(book.counter, book.first_number - 1)
    while True:
        number = book.number(found.next_id(book.counter), day)
        found = yield Needs([key_of(number)], [book.counter])
        found.new_id(book.counter)
        if found.get(key_of(number)) is None:
            return number


def find_coded(codes: Sequence[str], caller: Caller, now: datetime) -> Plan[Mapping[str, Item]]:
    """Find the items that have these codes of their own."""
    keys = {code: by_item_code(code) for code in codes}
    found = yield Needs(list(keys.values()))
    return Decision({code: item for code, key in keys.items() if (item := found.get(key))})
