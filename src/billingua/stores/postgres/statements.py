"""The statements that the store sends, with their values in the order in which PostgreSQL counts them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from billingua.stores.postgres.texts import to_database
from billingua.stores.statements import named_queries

_VALUE = re.compile(r"(?<!:):(\w+)")
_LISTS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with `$1` for the first of the values that it names."""

    sql: str
    names: tuple[str, ...]

    def values(self, **values: Any) -> list[Any]:
        """Put values in order."""
        return [to_database(values[name]) for name in self.names]

    def columns(self, rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        """Put the values of many rows in order, as one list for each name."""
        return [[to_database(row[name]) for row in rows] for name in self.names]


@lru_cache(_LISTS_KEPT)
def statement(sql: str) -> Statement:
    """Number the values that a statement names as `:name`."""
    names = tuple(dict.fromkeys(_VALUE.findall(sql)))
    return Statement(_VALUE.sub(lambda found: f"${names.index(found[1]) + 1}", sql), names)


_SOURCES = named_queries("billingua.stores.postgres")

SQL = {name: statement(sql) for name, sql in _SOURCES.items()}


def list_statement(name: str, **parts: str) -> Statement:
    """Give a statement about a list of invoices, with its conditions and its order put in."""
    return statement(_SOURCES[name].format(**parts))
