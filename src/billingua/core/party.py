"""Parties: the companies and people that trade, and their addresses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from billingua.core.errors import AddressNotFound


class PartyKind(StrEnum):
    """What a party is."""

    COMPANY = "company"
    PERSON = "person"
    ORGANIZATION = "organization"


class TradeRole(StrEnum):
    """Which side of a drop-ship order a party stands on."""

    RETAILER = "retailer"
    SUPPLIER = "supplier"


class AddressCategory(StrEnum):
    """What an address is used for."""

    HOME = "home"
    POSTAL = "postal"
    OFFICE = "office"
    BILLING = "billing"
    OTHER = "other"
    WORK = "work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A party's address; its id is unique in the workspace."""

    id: int
    category: AddressCategory
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A company, person or organization that is invoiced, or that invoices.

    `access` lists the usernames that may see a private party; `price_list` is the code of its price list. `extras` are
    the members that one dialect alone understands, by dialect.
    """

    id: int
    uuid: UUID
    kind: PartyKind = PartyKind.COMPANY
    name: str
    first_name: str | None = None
    last_name: str | None = None
    code: str | None = None
    external_id: str | None = None
    currency: str | None = None
    trade_role: TradeRole | None = None
    price_list: str | None = None
    private: bool = False
    access: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    extras: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])

    @property
    def display_name(self) -> str:
        """The name to show: a person's first and last name where they are known."""
        parts = [part for part in (self.first_name, self.last_name) if part]
        return " ".join(parts) if self.kind is PartyKind.PERSON and parts else self.name

    def address(self, id: int, category: AddressCategory) -> Address:
        """Find an address of this category, or refuse with `AddressNotFound`."""
        for address in self.addresses:
            if address.id == id and address.category is category:
                return address
        raise AddressNotFound(id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """A sale in the making, with the parties (their ids) that take part in it.

    `responsible` is a username; `stage` is how far it has come, by the workspace's own numbers.
    """

    id: int
    uuid: UUID
    title: str
    participants: tuple[int, ...] = ()
    responsible: str | None = None
    stage: int | None = None
    currency: str | None = None
