"""JSON merge patches (RFC 7396)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec
from msgspec.structs import FieldInfo, fields, replace

from billingua.dialects.native.requests.reading import as_content

B = TypeVar("B", bound=msgspec.Struct)

_PARTS_KEPT = 100


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


def instead(content: B) -> Callable[[B], B]:
    """Say all of it, whatever the record says now."""
    return lambda _: content


def patched(patch: Mapping[str, Any], wanted: type[B]) -> Callable[[B], B]:
    """Put a merge patch over what a record says now. Refuses with `BodyInvalid`.

    What the patch does not name is not looked at: other dialects may have said what cannot be said here.
    """
    part = _part(wanted, frozenset(patch))

    def content(said: B) -> B:
        plain = msgspec.to_builtins(said, builtin_types=(Decimal, datetime))
        told = as_content({name: value for name, value in merge(plain, patch).items() if name in patch}, part)
        return replace(said, **{name: getattr(told, name) for name in part.__struct_fields__})

    return content


@lru_cache(_PARTS_KEPT)
def _part(wanted: type[msgspec.Struct], names: frozenset[str]) -> type[msgspec.Struct]:
    """Make a Struct of some members of one, which are as they are there."""
    members = [_member(one) for one in fields(wanted) if one.name in names]
    return msgspec.defstruct(wanted.__name__, members, kw_only=True, forbid_unknown_fields=True)


def _member(info: FieldInfo) -> Any:
    if info.required:
        return info.name, info.type
    if info.default_factory is not msgspec.NODEFAULT:
        return info.name, info.type, msgspec.field(default_factory=info.default_factory)
    return info.name, info.type, info.default
