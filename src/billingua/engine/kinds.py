"""The kinds of aggregate that a store remembers, and the keys under which each is known."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from billingua.core.access import Credential, User
from billingua.core.cash import CashEntry
from billingua.core.credit import CreditNote
from billingua.core.export import Export
from billingua.core.invoice import Invoice, number_key
from billingua.core.item import Item, PriceList
from billingua.core.order import Order
from billingua.core.party import Opportunity, Party
from billingua.core.payment import Payment
from billingua.core.printout import Printout
from billingua.core.receipt import Receipt
from billingua.core.tax import Tax
from billingua.core.upload import Upload
from billingua.core.workspace import Workspace
from billingua.engine.plan import Key, by_id, by_uuid

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of aggregate: its name in the store, and its names beyond id and UUID. Each name is unique.

    `names` are made of the fields that `named_by` gives: where those stay, all names stay.
    """

    name: str
    type: type[T]
    names: Callable[[T], Iterable[Key[T]]] = lambda _: ()
    named_by: Callable[[T], Any] = lambda _: ()

    def keys(self, value: Any) -> set[Key[T]]:
        """List every key under which this aggregate alone is known."""
        return {by_id(self.type, value.id), by_uuid(self.type, value.uuid), *self.names(value)}

    def renamed(self, before: Any | None, after: Any | None) -> tuple[set[Key[T]], set[Key[T]]]:
        """Say which keys an aggregate gives up, and which it takes; before or after, it may not be there."""
        if before is None or after is None:
            return self.keys(before) if before else set(), self.keys(after) if after else set()
        if before.uuid == after.uuid and self.named_by(before) == self.named_by(after):
            return set(), set()
        stale, fresh = self.keys(before), self.keys(after)
        return stale - fresh, fresh - stale


def by_number(number: str, scope: str = "") -> Key[Invoice]:
    """Ask for an invoice by its number, compared as numbers are, within a scope."""
    return Key(Invoice, "number", f"{scope}\n{number_key(number)}")


def by_claim(claim: str) -> Key[Invoice]:
    """Ask for the one invoice that claims a unique value."""
    return Key(Invoice, "claim", claim)


def by_username(username: str) -> Key[User]:
    """Ask for a user by the name it signs in with."""
    return Key(User, "username", username)


def by_email(address: str, id: int) -> Key[User]:
    """Ask for a user by its e-mail address, whatever the case, and its id: two may have one address."""
    return Key(User, "email", f"{address.casefold()}\n{id}")


def emails_between(address: str) -> tuple[str, str]:
    """Say between which texts the names of all users stand who have an e-mail address, and of few others."""
    return f"{address.casefold()}\n", f"{address.casefold()}\n:"


def has_email(user: User, address: str) -> bool:
    """Whether a user has this e-mail address, whatever the case."""
    return bool(user.email) and (user.email or "").casefold() == address.casefold()


def by_secret(dialect: str, secret_hash: str) -> Key[Credential]:
    """Ask for a credential by the hash of its token."""
    return Key(Credential, "secret", f"{dialect}\n{secret_hash}")


def by_order_line(uuid: UUID) -> Key[Order]:
    """Ask for an order by the UUID of one of its lines."""
    return Key(Order, "line", str(uuid))


def by_supplied_sku(supplier: UUID, sku: str) -> Key[Item]:
    """Ask for an item by its supplier (its party's UUID) and that supplier's SKU."""
    return Key(Item, "supplied", f"{supplier}\n{sku}")


def by_payment(payment: int) -> Key[Receipt]:
    """Ask for the receipt of a payment, by the payment's id."""
    return Key(Receipt, "payment", str(payment))


def by_party_code(code: str) -> Key[Party]:
    """Ask for a party by its code."""
    return Key(Party, "code", code)


def by_item_code(code: str) -> Key[Item]:
    """Ask for an item by the code that it has beside its SKU."""
    return Key(Item, "code", code)


def by_cash_number(number: str) -> Key[CashEntry]:
    """Ask for an entry of the cash book by its number, compared as numbers are."""
    return Key(CashEntry, "number", number_key(number))


def by_credit_number(number: str) -> Key[CreditNote]:
    """Ask for a credit note by its number, compared as numbers are."""
    return Key(CreditNote, "number", number_key(number))


def by_code(code: str) -> Key[PriceList]:
    """Ask for a price list by its code."""
    return Key(PriceList, "code", code)


THE_WORKSPACE: Key[Workspace] = by_id(Workspace, 1)
"""The caller's workspace itself."""


def _invoice_names(invoice: Invoice) -> Iterable[Key[Invoice]]:
    return [by_number(invoice.number, invoice.number_scope), *map(by_claim, invoice.claims)]


def _user_names(user: User) -> Iterable[Key[User]]:
    return [by_username(user.username), *([by_email(user.email, user.id)] if user.email else [])]


def _item_names(item: Item) -> Iterable[Key[Item]]:
    supplied = [by_supplied_sku(item.supplier, item.sku)] if item.supplier else []
    coded = [by_item_code(item.code)] if item.code else []
    return [Key(Item, "sku_uuid", str(item.sku_uuid)), *supplied, *coded]


def _party_names(party: Party) -> Iterable[Key[Party]]:
    return [by_party_code(party.code)] if party.code else []


def _line_uuids(order: Order) -> Iterable[UUID]:
    return [line.uuid for line in order.lines]


KINDS: tuple[Kind[Any], ...] = (
    Kind("workspace", Workspace),
    Kind("user", User, _user_names, attrgetter("username", "email")),
    Kind(
        "credential",
        Credential,
        lambda credential: [by_secret(credential.dialect, credential.secret_hash)],
        attrgetter("dialect", "secret_hash"),
    ),
    Kind("party", Party, _party_names, attrgetter("code")),
    Kind("opportunity", Opportunity),
    Kind("tax", Tax),
    Kind("item", Item, _item_names, attrgetter("sku_uuid", "supplier", "sku", "code")),
    Kind("price_list", PriceList, lambda prices: [by_code(prices.code)], attrgetter("code")),
    Kind("order", Order, lambda order: map(by_order_line, _line_uuids(order)), _line_uuids),
    Kind("invoice", Invoice, _invoice_names, attrgetter("number", "number_scope", "claims")),
    Kind("credit_note", CreditNote, lambda note: [by_credit_number(note.number)], attrgetter("number")),
    Kind("payment", Payment),
    Kind("receipt", Receipt, lambda receipt: [by_payment(receipt.payment)], attrgetter("payment")),
    Kind("cash_entry", CashEntry, lambda entry: [by_cash_number(entry.number)], attrgetter("number")),
    Kind("upload", Upload),
    Kind("export", Export),
    Kind("printout", Printout),
)

_BY_TYPE: dict[type, Kind[Any]] = {kind.type: kind for kind in KINDS}
_BY_NAME: dict[str, Kind[Any]] = {kind.name: kind for kind in KINDS}


def ids_in(aggregate: Any) -> Iterator[tuple[str, int]]:
    """Name every id in an aggregate, its own first, each with the counter that gives out such ids."""
    yield kind_of(aggregate).name, aggregate.id
    if isinstance(aggregate, Invoice):
        yield from (("invoice_line", line.id) for line in aggregate.lines)
    elif isinstance(aggregate, CashEntry):
        yield from (("cash_line", line.id) for line in aggregate.lines)
    elif isinstance(aggregate, Party):
        yield from (("address", address.id) for address in aggregate.addresses)
    elif isinstance(aggregate, Receipt):
        yield from (("receipt_line", line.id) for line in aggregate.lines)


COUNTERS = (*(kind.name for kind in KINDS), "invoice_line", "cash_line", "address", "receipt_line")
"""Every counter that gives out ids: one for each kind, and those for parts that have ids of their own."""


def kind_of(aggregate: Any) -> Kind[Any]:
    """Find the kind of an aggregate."""
    return _BY_TYPE[type(aggregate)]


def kind_of_type(type: type[Any]) -> Kind[Any]:
    """Find the kind of a type of aggregate."""
    return _BY_TYPE[type]


def kind_named(name: str) -> Kind[Any]:
    """Find a kind by its name in the store."""
    return _BY_NAME[name]
