"""Moments as clients send them (contract §1.5)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any

from billingua.dialects.onlyoffice.vocabulary import NO_DATE
from billingua.wire.scalars import Invalid

_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:T(?P<time>(?:[01]\d|2[0-3])([:-])[0-5]\d\3[0-5]\d)(?:\.\d{1,7})?)?"
    r"(?P<offset>Z|[+-](?:0\d|1[0-4]):[0-5]\d)?",
    re.ASCII,
)
_FIRST = datetime(1000, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC)
"""The range of moments that are stored, less the day by which a zone may move them."""


def moment_reader(zone: tzinfo) -> Callable[[Any], datetime]:
    """Make a reader of moments, to the second; one that names no zone of its own is in this one."""

    def read(value: Any) -> datetime:
        match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise Invalid("date")
        day, time, offset = match.group("day", "time", "offset")
        if day == NO_DATE.date().isoformat():
            return NO_DATE
        try:
            stated = datetime.fromisoformat(f"{day}T{(time or '00:00:00').replace('-', ':')}{offset or ''}")
            moment = (stated if offset else stated.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Invalid("date") from None
        if not _FIRST <= moment < _LAST:
            raise Invalid("date")
        return moment

    return read
