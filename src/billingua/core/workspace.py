"""The workspace: the tenant, its defaults, and the tables that its documents refer to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from billingua.core.errors import ChannelNotFound
from billingua.core.numbering import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A place of business."""

    code: str
    active: bool = True
    price_list: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerm:
    """How long a customer may take to pay."""

    id: int
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Salesperson:
    """Somebody who sells, at the branches (their codes) named."""

    id: int
    branches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CashAccount:
    """Where cash is taken in (`collection`) or given out (`payment`)."""

    code: str
    currency: str
    collection: bool = False
    payment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A storefront, or another way by which the workspace sells."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A tenant. `settings` holds what each dialect is set to, by dialect, in that dialect's own words.

    Where `balances_by_hand`, payments count on the balances of their invoices once somebody says so, and not before.
    """

    id: int = 1
    uuid: UUID
    name: str
    currency: str = "USD"
    time_zone: str = "UTC"
    culture: str = "en-US"
    branches: tuple[Branch, ...] = ()
    books: tuple[Book, ...] = ()
    payment_terms: tuple[PaymentTerm, ...] = ()
    salespeople: tuple[Salesperson, ...] = ()
    cash_accounts: tuple[CashAccount, ...] = ()
    channels: tuple[Channel, ...] = ()
    balances_by_hand: bool = False
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the workspace's days begin."""
        return ZoneInfo(self.time_zone)

    def setting(self, dialect: str, name: str, default: Any = None) -> Any:
        """What a dialect is set to; the default where nothing is set."""
        return self.settings.get(dialect, {}).get(name, default)

    def channel(self, id: int) -> Channel:
        """Find a sales channel, or refuse with `ChannelNotFound`."""
        for channel in self.channels:
            if channel.id == id:
                return channel
        raise ChannelNotFound(id)
