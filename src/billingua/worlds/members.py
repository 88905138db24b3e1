"""Members of a file's objects that are written only where they say something, and attributes."""

from collections.abc import Sequence
from typing import Any

from billingua.core.line import Attribute
from billingua.worlds.document import GivenAttribute


def told(**members: Any) -> dict[str, Any]:
    """Keep the members that say something."""
    return {name: value for name, value in members.items() if value is not None}


def read_attributes(given: Sequence[GivenAttribute] | None) -> tuple[Attribute, ...] | None:
    """Read attributes; None means that nobody set any."""
    return None if given is None else tuple(Attribute(one.name, one.value) for one in given)


def write_attributes(attributes: Sequence[Attribute] | None) -> list[dict[str, str]] | None:
    """Write attributes as they stand in a file."""
    return None if attributes is None else [{"name": one.name, "value": one.value} for one in attributes]
