"""Taxes: the table that a workspace keeps, and what a line remembers of one."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """A tax that lines may carry; `rate` is a percentage and may be negative."""

    id: int
    uuid: UUID
    name: str
    description: str = ""
    rate: Decimal
    created_at: datetime
    created_by: str | None = None

    def on_line(self) -> "LineTax":
        """Give the tax as a line remembers it: as it is today."""
        return LineTax(self.id, self.name, self.rate)


@dataclass(frozen=True, slots=True)
class LineTax:
    """A tax as a line carries it: its id, and its name and rate (per cent) when the line was written."""

    tax: int
    name: str
    rate: Decimal
