"""Attributes, as they stand in orders, lines, packages and invoices alike."""

from collections.abc import Iterable, Sequence
from itertools import chain

from billingua.core.line import Attribute

Attributes = Sequence[Attribute] | None


def attributes(given: Attributes) -> list[dict[str, str]] | None:
    """Show attributes; those that were never set are null, and not an empty list."""
    if given is None:
        return None
    return [{"attribute_name": attribute.name, "attribute_value": attribute.value} for attribute in given]


def together(parts: Iterable[Attributes]) -> Attributes:
    """Put attributes one after another; there are none at all where no part ever had any."""
    given = [part for part in parts if part is not None]
    return list(chain.from_iterable(given)) if given else None
