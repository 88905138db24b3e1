"""XML as another way to write the plain values that JSON has: an element with children is an object, else a text."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring, tostring

from billingua.wire.bodies import DEEPEST
from billingua.wire.errors import BodyUnreadable

_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def decode_xml(body: bytes) -> dict[str, Any]:
    """Decode what stands below the root; elements of one name make a list. Refuses with `BodyUnreadable`."""
    try:
        root = fromstring(body)  # noqa: S314 - expat reads no other files and bounds what entities grow to
    except (ParseError, ValueError, LookupError) as error:
        raise BodyUnreadable(str(error)) from error
    return _members(root, DEEPEST)


def _members(element: Element, levels: int) -> dict[str, Any]:
    if not levels:
        raise BodyUnreadable(f"more than {DEEPEST} elements stand in one another")
    members: dict[str, list[Any]] = {}
    for child in element:
        value = _members(child, levels - 1) if len(child) else child.text or ""
        members.setdefault(child.tag.rpartition("}")[2], []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in members.items()}


def encode_xml(root: str, value: Mapping[str, Any]) -> bytes:
    """Encode an object: a list is one element for each item, null an empty one."""
    element = Element(root)
    _write(element, value)
    # Whoever reads XML takes a carriage return for the end of a line, and drops it, unless it is spelt out.
    return tostring(element, encoding="utf-8", xml_declaration=False).replace(b"\r", b"&#13;")


def _write(element: Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, member in value.items():  # pyright: ignore[reportUnknownVariableType]
            for item in member if isinstance(member, list) else [member]:  # pyright: ignore[reportUnknownVariableType]
                _write(SubElement(element, str(name)), item)  # pyright: ignore[reportUnknownArgumentType]
    elif value is not None:
        element.text = _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return _UNWRITABLE.sub("", str(value))
