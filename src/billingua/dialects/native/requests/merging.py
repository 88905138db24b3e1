"""JSON merge patches (RFC 7396)."""

from typing import Any, cast


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
