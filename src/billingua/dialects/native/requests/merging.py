"""JSON merge patches (RFC 7396)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

import msgspec
from msgspec.structs import fields, replace

from billingua.dialects.native.requests.reading import as_content

B = TypeVar("B", bound=msgspec.Struct)


def merge(value: Any, patch: Any) -> Any:
    """Put a patch over a value: objects member by member, null takes a member away, all else stands instead."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(cast("dict[str, Any]", value)) if isinstance(value, dict) else {}
    for name, part in cast("dict[str, Any]", patch).items():
        if part is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), part)
    return merged


def patched(
    patch: Mapping[str, Any], wanted: type[B], instead_of_required: Mapping[str, Any] | None = None
) -> Callable[[B], B]:
    """Put a merge patch over what a record says now.

    What the patch does not name is not looked at: other dialects may have said what cannot be said here. Something has
    to stand for the members that are required, which may be something other than what they are. Refuses with
    `BodyInvalid`.
    """

    def content(said: B) -> B:
        plain = msgspec.to_builtins(said, builtin_types=(Decimal, datetime))
        required = {field.name: plain[field.name] for field in fields(wanted) if field.required}
        kept = {**required, **(instead_of_required or {})}
        merged = {name: value for name, value in merge(plain, patch).items() if name in patch}
        told = as_content({name: value for name, value in kept.items() if name not in patch} | merged, wanted)
        return replace(said, **{name: getattr(told, name) for name in told.__struct_fields__ if name in patch})

    return content
