"""SQL kept in files beside the store that speaks it: named queries, and migrations in the order of their numbers."""

import re
from dataclasses import dataclass
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_COMMENT = re.compile(r"^--.*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Migration:
    """A step of the schema: its number, its name and its SQL."""

    number: int
    name: str
    sql: str


class DatabaseTooNew(Exception):
    """The database was written by a newer program."""

    def __init__(self, place: str, found: int, known: int) -> None:
        super().__init__(
            f"{place} has schema {found}, and this program knows schemas up to {known}: upgrade the program"
        )


class DatabaseTooOld(Exception):
    """The database was written by an older program, and nobody has migrated it."""

    def __init__(self, place: str, found: int, known: int) -> None:
        super().__init__(f"{place} has schema {found}, and this program needs schema {known}: run `billingua migrate`")


def named_queries(package: str) -> dict[str, str]:
    """Read a package's `queries.sql`: each statement by the name in the comment before it."""
    _, *parts = _NAME.split((files(package) / "queries.sql").read_text("utf-8"))
    return {name: _COMMENT.sub("", sql).strip().rstrip(";") for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def migrations(package: str) -> list[Migration]:
    """Read a package's migrations, `migrations/0001_name.sql` first."""
    found = [file for file in (files(package) / "migrations").iterdir() if file.name.endswith(".sql")]
    return [
        Migration(int(file.name[:4]), file.name[5:-4], file.read_text("utf-8"))
        for file in sorted(found, key=lambda file: file.name)
    ]
