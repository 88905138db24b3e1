"""Aggregates that were used lately, kept at hand."""

from collections import OrderedDict
from typing import Any

from billingua.engine.plan import Record

Identity = tuple[str, str, int]
"""A workspace, a kind and an id."""


class Recent:
    """The aggregates used last, as they are committed, up to a number of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._records: OrderedDict[Identity, Record[Any]] = OrderedDict()

    def get(self, identity: Identity) -> Record[Any] | None:
        """Give an aggregate if it is at hand."""
        record = self._records.get(identity)
        if record is not None:
            self._records.move_to_end(identity)
        return record

    def put(self, identity: Identity, record: Record[Any]) -> None:
        """Keep an aggregate at hand, and let go of the one used longest ago if there are too many."""
        self._records[identity] = record
        self._records.move_to_end(identity)
        if len(self._records) > self._most:
            self._records.popitem(last=False)

    def clear(self) -> None:
        """Let go of all."""
        self._records.clear()
