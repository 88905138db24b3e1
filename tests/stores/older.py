"""Files as an older program left them, to be brought up to date."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from billingua.stores.sqlite import connections


def rows(path: Path, tables: Sequence[str]) -> dict[str, list[Any]]:
    """Give all that is in some tables, in one order."""
    with closing(sqlite3.connect(path)) as connection:
        return {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}


def copy_as_older(
    new: Path, old: Path, kept: Sequence[str], migrations: int, monkeypatch: pytest.MonkeyPatch, forget: str = ""
) -> None:
    """Copy the tables that there were after so many migrations into a new file of that age; `forget` is run on it."""
    with monkeypatch.context() as older, closing(sqlite3.connect(old)) as copy:
        older.setattr(connections, "_MIGRATIONS", connections._MIGRATIONS[:migrations])
        connections.connect_to_write(old).close()
        copy.execute("ATTACH ? AS new", (str(new),))
        for table in kept:
            copy.execute(f"INSERT INTO {table} SELECT * FROM new.{table}")
        copy.execute(forget)
        copy.commit()
