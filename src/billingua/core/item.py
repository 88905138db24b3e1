"""Items: what is sold."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from billingua.core.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A product with its SKU, price (in the workspace's currency), stock and usual taxes (their ids)."""

    id: int
    uuid: UUID
    sku_uuid: UUID
    sku: str
    code: str | None = None
    title: str
    sku_name: str | None = None
    description: str = ""
    price: Decimal = ZERO
    supplier: UUID | None = None
    stock: Decimal = ZERO
    track_stock: bool = False
    tax1: int | None = None
    tax2: int | None = None
    units: tuple[int, ...] = ()
    product_codes: dict[str, str | None] = field(default_factory=dict[str, str | None])
    created_at: datetime
    created_by: str | None = None

    @property
    def name_of_sku(self) -> str:
        """What the SKU is called: the item itself, where nothing else is said."""
        return self.sku_name or self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Prices by SKU, in the workspace's currency."""

    id: int
    uuid: UUID
    code: str
    default: bool = False
    prices: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
