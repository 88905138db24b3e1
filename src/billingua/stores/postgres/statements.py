"""The statements that the store sends, with their values in the order in which PostgreSQL counts them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from billingua.stores.postgres.texts import to_database
from billingua.stores.statements import named_queries

_VALUE = re.compile(r"(?<!:):(\w+)")
_LISTS_KEPT = 100

_FIRST = {"insert_posted": ("move_outbox_end",)}
"""What a statement takes from another one that runs before it, on the same rows."""


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
        return [_column(rows, name) for name in self.names]


@dataclass(frozen=True, slots=True)
class Compound:
    """Several statements as one, which answers how many rows each of them touched, and in which transaction."""

    sql: str
    names: tuple[tuple[str, str], ...]

    def columns(self, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[list[Any]]:
        """Put the values of the rows of all statements in order, as one list for each name."""
        return [_column(rows[statement], name) for statement, name in self.names]


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    return [to_database(row[name]) for row in rows]


@lru_cache(_LISTS_KEPT)
def statement(sql: str) -> Statement:
    """Number the values that a statement names as `:name`."""
    names = tuple(dict.fromkeys(_VALUE.findall(sql)))
    return Statement(_VALUE.sub(lambda found: f"${names.index(found[1]) + 1}", sql), names)


_SOURCES = named_queries("billingua.stores.postgres")

SQL = {name: statement(sql) for name, sql in _SOURCES.items()}


def list_statement(name: str, **parts: str) -> Statement:
    """Give a statement about a list, with its page and its order put in."""
    return statement(_SOURCES[name].format(**parts))


@cache
def compound(names: Sequence[str]) -> Compound:
    """Put statements that write together, to be sent at once. They run in this order."""
    parts = [f"{part} AS ({_part(part, name)})" for name in names for part in (*_FIRST.get(name, ()), name)]
    counts = [f"(SELECT count(*) FROM {name}) AS {name}" for name in names]  # noqa: S608 - these are our own names
    answers = ", ".join(["pg_current_xact_id()::xid::text AS transaction", *counts])
    whole = statement(f"WITH {', '.join(parts)} SELECT {answers}")
    return Compound(whole.sql, tuple((name, value) for name, _, value in (one.partition("__") for one in whole.names)))


def _part(part: str, name: str) -> str:
    """Write a statement as a part: its values are known as those of a statement, and its rows can be counted."""
    sql = _VALUE.sub(rf":{name}__\1", _SOURCES[part])
    return sql if "RETURNING" in sql else f"{sql} RETURNING 1"
