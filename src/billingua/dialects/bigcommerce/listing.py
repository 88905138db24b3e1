"""Lists in BigCommerce's way: `offset` and `limit`, and the totals beside them (contract §1.4, A5, A36)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request

from billingua.dialects.bigcommerce.errors import LimitTooHigh, ParameterInvalid
from billingua.dialects.bigcommerce.vocabulary import INVALID
from billingua.wire.scalars import Invalid, read_digits

T = TypeVar("T")

DEFAULT_LIMIT = 10
LARGEST_LIMIT = 250


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for."""

    offset: int
    limit: int

    def of(self, items: Sequence[T]) -> Sequence[T]:
        """Cut the part out of the whole list."""
        return items[self.offset : self.offset + self.limit]

    def pagination(self, total: int) -> dict[str, int]:
        """Say which part of how many is shown."""
        return {"totalCount": total, "offset": self.offset, "limit": self.limit}


def read_window(request: Request) -> Window:
    """Read which part of a list is asked for. Refuses with `ParameterInvalid` or `LimitTooHigh`."""
    offset = _read_integer(request, "offset", default=0, least=0)
    limit = _read_integer(request, "limit", default=DEFAULT_LIMIT, least=1)
    if limit > LARGEST_LIMIT:
        raise LimitTooHigh(limit)
    return Window(offset, limit)


def _read_integer(request: Request, name: str, *, default: int, least: int) -> int:
    try:
        number = read_digits(request.query_params.get(name, str(default)))
    except Invalid as error:
        raise ParameterInvalid(name, INVALID[error.wanted]) from None
    if number < least:
        raise ParameterInvalid(name, f"Ensure this value is greater than or equal to {least}.")
    return number
