"""Positions in lists: where something stands in the order asked for, so that the next page goes on behind it.

A position is found again whatever came or went meanwhile; an offset is not. It is the same in every store, and made of
nothing but whole numbers and texts, so that it can be handed to a client and come back.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta

from billingua.core.money import EXACT, settle

Position = tuple[int | str | None, ...]
"""What something is sorted by, one after the other; its id is the last. None stands before everything else."""

Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Flag = Annotated[int, Meta(ge=0, le=1)]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = datetime.min.replace(tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_DECIMALS = 4
_LARGEST = 9 * 10**18


def in_order(position: Position) -> tuple[Any, ...]:
    """Give what positions are compared by."""
    return tuple((value is not None, value) for value in position)


def is_behind(position: Position, after: Position | None, *, descending: bool) -> bool:
    """Whether a position comes later in a list than another; all come later than none."""
    if after is None:
        return True
    return in_order(position) < in_order(after) if descending else in_order(position) > in_order(after)


def microseconds(moment: datetime | None) -> int | None:
    """Give the microseconds since 1970, by which most lists sort instants."""
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def seconds(moment: datetime) -> int:
    """Give the second, counted from the year 1, by which lists sort instants of which no more is seen."""
    return (moment - _FIRST) // _SECOND


def ten_thousandths(amount: Decimal) -> int:
    """Write an amount for the order alone: rounded, and no larger than databases' integers."""
    return int(max(-_LARGEST, min(_LARGEST, EXACT.scaleb(settle(amount, _DECIMALS), _DECIMALS))))
