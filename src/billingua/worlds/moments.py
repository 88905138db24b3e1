"""Days and moments, as a world file writes them."""

import re
from datetime import UTC, datetime, tzinfo

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")

EXPECTED = "a day (2024-12-26) or a moment (2024-12-26T12:00:00Z)"
"""What stands in a file where a date is."""


def read_moment(text: str, zone: tzinfo) -> datetime:
    """Read a moment (RFC 3339), or a day: the midnight in `zone` at which it begins. Refuses with `ValueError`."""
    try:
        if _DAY.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None
    raise ValueError(text)


def write_moment(moment: datetime) -> str:
    """Write a moment in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def write_day(moment: datetime, zone: tzinfo) -> str:
    """Write the day that begins at this moment in `zone`; a moment that begins none is written as it is."""
    day = moment.astimezone(zone).date().isoformat()
    return day if read_moment(day, zone) == moment else write_moment(moment)
