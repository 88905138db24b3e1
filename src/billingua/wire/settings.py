"""What dialects are set to, as administrators see and change it: each dialect has its own words and rules."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from msgspec import Meta, Struct, to_builtins

from billingua.core.workspace import Workspace
from billingua.wire.scalars import LARGEST_INTEGER

Id = Annotated[int, Meta(ge=1, le=LARGEST_INTEGER)]
Count = Annotated[int, Meta(ge=0, le=LARGEST_INTEGER)]
Text = Annotated[str, Meta(min_length=1)]

_ORIGIN = re.compile(r"https?://[^\s?#]+")

Problem = tuple[str, str]
"""Where something is wrong, a JSON Pointer within a dialect's settings, and what has to be there, in a word."""


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Part of what a dialect is set to: it has the members that it says, and no others."""


class SettingsInvalid(Exception):
    """Settings are not what they have to be."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


S = TypeVar("S", bound=Section)


def _no_number(_: Workspace) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialectSettings(Generic[S]):
    """How a dialect's settings are described (`content`, all of which has defaults), shown and written.

    What is shown has no secrets. `write` refuses with `SettingsInvalid`. `first_number` is the number that the invoices
    of a workspace begin with by these settings, where they are numbered by these.
    """

    content: type[S]
    show: Callable[[Workspace], S]
    write: Callable[[S, Workspace], Workspace]
    first_number: Callable[[Workspace], str | None] = _no_number


Settings = Mapping[str, DialectSettings[Any]]
"""What dialects are set to, by their names."""


def require(problems: Iterable[Problem]) -> None:
    """See that there are no problems. Refuses with `SettingsInvalid`."""
    found = list(problems)
    if found:
        raise SettingsInvalid(found)


def changed(content: S, before: S, *others: str) -> Mapping[str, Any]:
    """Give the members that are other than before, in plain values, less those `others` that are kept elsewhere."""
    members = (name for name in content.__struct_fields__ if name not in others)
    return {
        name: to_builtins(getattr(content, name)) for name in members if getattr(content, name) != getattr(before, name)
    }


def with_settings(workspace: Workspace, dialect: str, changes: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Give the settings of all dialects with changes to those of one."""
    return {**workspace.settings, dialect: {**workspace.settings.get(dialect, {}), **changes}}


def repeated(table: str, member: str, entries: Sequence[Any]) -> Iterable[Problem]:
    """Point at the entries of a table that have the name of an earlier one."""
    seen = Counter[Any]()
    for place, entry in enumerate(entries):
        name = getattr(entry, member)
        seen[name] += 1
        if seen[name] > 1:
            yield f"/{table}/{place}/{member}", "unique"


def is_origin(text: str) -> bool:
    """Whether links may begin with a text."""
    return _ORIGIN.fullmatch(text) is not None
