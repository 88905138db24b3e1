"""JSON Schemas, as OpenAPI 3.1 has them, in few words.

AN_ANSWER = closed({"id": WHOLE, "note": or_null(TEXT)})
A_REQUEST = opened({"note": TEXT, "lines": list_of(named("Line"))}, required=("lines",))
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
NOTHING: Schema = {"type": "null"}


def named(name: str) -> Schema:
    """Refer to a schema of the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def exactly(value: Any) -> Schema:
    """Allow one value."""
    return {"const": value}


def one_of(values: Iterable[Any]) -> Schema:
    """Allow some values."""
    return {"enum": [*values]}


def any_of(*schemas: Schema) -> Schema:
    """Allow what one schema or another allows."""
    return {"anyOf": [*schemas]}


def or_null(schema: Schema) -> Schema:
    """Allow null, too."""
    return any_of(schema, NOTHING)


def written(pattern: str) -> Schema:
    """Allow texts that fit a pattern as a whole."""
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def list_of(items: Schema, **limits: int) -> Schema:
    """Allow lists, every item by the same schema."""
    return {"type": "array", "items": items, **limits}


def closed(members: Mapping[str, Schema], optional: Sequence[str] = ()) -> Schema:
    """Allow objects that have all these members, but for those that are `optional`, and no others."""
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": {**members}, "required": required, "additionalProperties": False}


def opened(members: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    """Allow objects of these members; others are ignored, and only those that are `required` have to be there."""
    return {"type": "object", "properties": {**members}} | ({"required": [*required]} if required else {})


def told(schema: Schema, description: str) -> Schema:
    """Put a description beside a schema."""
    return {**schema, "description": description}
