"""Putting a workspace together: what is assigned, what refers to what, and what may stand only once."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from itertools import count
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from billingua.core.item import Item
from billingua.core.money import EXACT
from billingua.core.order import Order
from billingua.core.party import Opportunity, Party
from billingua.core.tax import Tax
from billingua.worlds.document import LARGEST_ID, GivenWorld
from billingua.worlds.moments import EXPECTED, read_moment
from billingua.worlds.problems import Problem, below

AMOUNT_PLACES = 4
AMOUNT_DIGITS = 14


class Claims:
    """Who has each unique name in a file, and the problems found so far."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self._holders: dict[tuple[str, Any], str] = {}

    def refuse(self, place: str, what: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(place, what))

    def claim(self, kind: str, value: Any, place: str, shown: str = "") -> None:
        """Take a name for what stands at `place`; a name that is taken is a problem, told with both places."""
        holder = self._holders.setdefault((kind, value), place)
        if holder != place:
            self.refuse(place, f"{shown or value} stands at {holder} too")


class Identified(Protocol):
    """Anything in a file that may have an id."""

    @property
    def id(self) -> int | None:
        """Its id; None where it is left out."""
        ...


class Assembly:
    """One workspace on its way from a file to aggregates: its zone, and everything that others refer to."""

    def __init__(
        self, given: GivenWorld, place: str, claims: Claims, now: datetime, new_uuid: Callable[[], UUID]
    ) -> None:
        self.given = given
        self.place = place
        self.now = now
        self._claims = claims
        self._new_uuid = new_uuid
        self.zone = self._zone()
        self.usernames = {user.username for user in given.users}
        self.price_lists = {prices.code for prices in given.price_lists}
        self.branches = {branch.code for branch in given.branches}
        self.parties: dict[int, Party] = {}
        self.organizations: dict[UUID, Party] = {}
        self.taxes: dict[int, Tax] = {}
        self.items: dict[int, Item] = {}
        self._items_by_sku: defaultdict[str, list[Item]] = defaultdict(list)
        self.orders: dict[int, Order] = {}
        self.books: set[int] = set()
        self.payment_terms: set[int] = set()
        self.salespeople: set[int] = set()
        self.opportunities: set[int] = set()
        self.channels = {channel.id for channel in given.bigcommerce.channels}

    def _zone(self) -> tzinfo:
        try:
            return ZoneInfo(self.given.time_zone)
        except (ValueError, OSError, KeyError):
            self.refuse(self.at("time_zone"), f'no time zone "{self.given.time_zone}"')
            return UTC

    def learn_taxes(self, taxes: list[Tax]) -> list[Tax]:
        """Let others refer to these taxes."""
        self.taxes = {tax.id: tax for tax in taxes}
        return taxes

    def learn_parties(self, parties: list[Party]) -> list[Party]:
        """Let others refer to these parties."""
        self.parties = {party.id: party for party in parties}
        self.organizations = {party.uuid: party for party in parties}
        return parties

    def learn_opportunities(self, opportunities: list[Opportunity]) -> list[Opportunity]:
        """Let others refer to these opportunities."""
        self.opportunities = {opportunity.id for opportunity in opportunities}
        return opportunities

    def learn_items(self, items: list[Item]) -> list[Item]:
        """Let others refer to these items."""
        self.items = {item.id: item for item in items}
        for item in items:
            self._items_by_sku[item.sku].append(item)
        return items

    def learn_orders(self, orders: list[Order]) -> list[Order]:
        """Let others refer to these orders."""
        self.orders = {order.id: order for order in orders}
        return orders

    def items_named(self, sku: str) -> list[Item]:
        """Give the items with a SKU, each of another supplier."""
        return self._items_by_sku.get(sku, [])

    def refuse(self, place: str, what: str) -> None:
        """Note a problem."""
        self._claims.refuse(place, what)

    def at(self, key: str) -> str:
        """Give the place of one of the workspace's keys."""
        return below(self.place, key)

    def places(self, section: str, entries: Sequence[Any]) -> list[str]:
        """Give the places of a section's entries."""
        return [below(self.at(section), index) for index in range(len(entries))]

    def claim(self, kind: str, value: Any, place: str, shown: str = "") -> None:
        """Take a name that may stand once in the workspace."""
        self._claims.claim(f"{kind} of {self.place}", value, place, shown)

    def claim_everywhere(self, kind: str, value: Any, place: str, shown: str = "") -> None:
        """Take a name that may stand once in the file."""
        self._claims.claim(kind, value, place, shown)

    def ids(self, kind: str, entries: Iterable[tuple[str, Identified]]) -> list[int]:
        """Give each entry its id: those left out follow the highest that is given, in order."""
        listed = list(entries)
        for place, entry in listed:
            if entry.id is not None:
                self.claim(f"{kind} id", entry.id, below(place, "id"))
        following = count(max((entry.id or 0 for _, entry in listed), default=0) + 1)
        return [self._next(following, place) if entry.id is None else entry.id for place, entry in listed]

    def _next(self, following: Iterator[int], place: str) -> int:
        id = next(following)
        if id > LARGEST_ID:
            self.refuse(below(place, "id"), f"no id is left after {LARGEST_ID}")
        return id

    def uuid(self, kind: str, given: UUID | None, place: str, key: str = "uuid") -> UUID:
        """Give an entry its UUID: a new one where it is left out."""
        if given is None:
            return self._new_uuid()
        self.claim(f"{kind} {key}", given, below(place, key))
        return given

    def salt(self) -> bytes:
        """Give bytes that nobody else has."""
        return self._new_uuid().bytes

    def moment(self, text: str, place: str) -> datetime:
        """Read a moment, or the beginning of a day in the workspace's zone."""
        try:
            return read_moment(text, self.zone)
        except ValueError:
            self.refuse(place, f'expected {EXPECTED}, got "{text}"')
            return self.now

    def optional_moment(self, text: str | None, place: str) -> datetime | None:
        """Read a moment that may be left out."""
        return None if text is None else self.moment(text, place)

    def moment_or_now(self, text: str | None, place: str) -> datetime:
        """Read a moment; where it is left out it is the one at which the world is planted."""
        return self.now if text is None else self.moment(text, place)

    def check_amount(self, amount: Decimal, place: str) -> bool:
        """See that a balance, or an amount that counts on one, can be kept; say whether it can."""
        scaled = EXACT.scaleb(amount, AMOUNT_PLACES)
        fits = scaled == scaled.to_integral_value() and amount.adjusted() < AMOUNT_DIGITS
        if not fits:
            expected = f"an amount of at most {AMOUNT_DIGITS} digits and {AMOUNT_PLACES} decimals"
            self.refuse(place, f"expected {expected}, got {amount}")
        return fits

    def refer(self, what: str, name: Any, known: Container[Any], place: str) -> None:
        """See that something named here exists; None names nothing."""
        if name is not None and name not in known:
            self.refuse(place, f"no {what} {name}")
