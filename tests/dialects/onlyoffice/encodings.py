"""The encodings in which clients of ONLYOFFICE send one and the same thing (contract §2, §14)."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, SubElement, tostring

Encoded = tuple[str, bytes, str]
"""The content type, the body and the query."""
Encoder = Callable[[Mapping[str, Any]], Encoded]

FORM = "application/x-www-form-urlencoded"


def as_json(body: Mapping[str, Any]) -> Encoded:
    return "application/json", json.dumps(body).encode(), ""


def as_bare_json(body: Mapping[str, Any]) -> Encoded:
    """Where a list has one element, that alone."""
    return as_json(
        {name: part[0] if isinstance(part, list) and len(part) == 1 else part for name, part in body.items()}
    )


Pairs = list[tuple[str, Any]]


def _pairs(body: Mapping[str, Any], place: str, member: str) -> Pairs:
    """Name every value: `place` is how an element of a list is named, `member` what an object holds."""
    pairs: Pairs = []
    for name, part in body.items():
        for at, element in enumerate(part) if isinstance(part, list) else ():
            inner = element.items() if isinstance(element, dict) else [("", element)]
            pairs += [(name + place.format(at) + (member.format(key) if key else ""), text) for key, text in inner]
        if not isinstance(part, list):
            pairs.append((name, str(part).lower() if isinstance(part, bool) else part))
    return pairs


def as_form(body: Mapping[str, Any]) -> Encoded:
    return FORM, urlencode(_pairs(body, "[{}]", "[{}]")).encode(), ""


def as_dotted_form(body: Mapping[str, Any]) -> Encoded:
    return "", urlencode(_pairs(body, "[{}]", ".{}")).encode(), ""


def as_map_form(body: Mapping[str, Any]) -> Encoded:
    """Where a list has one element, it needs no index."""
    return as_form(body) if _is_long(body) else (FORM, urlencode(_pairs(body, "", "[{}]")).encode(), "")


def as_empty_brackets(body: Mapping[str, Any]) -> Encoded:
    return as_form(body) if _is_long(body) else (FORM, urlencode(_pairs(body, "[]", "[{}]")).encode(), "")


def as_query(body: Mapping[str, Any]) -> Encoded:
    """Everything stands in the query, which counts, and something else in the body, which does not."""
    return FORM, b"terms=never&invoiceids=404404&ids=404404", "unknown=1&" + urlencode(_pairs(body, "[{}]", "[{}]"))


def _is_long(body: Mapping[str, Any]) -> bool:
    return any(isinstance(part, list) and len(part) != 1 for part in body.values())


def as_parts(body: Mapping[str, Any]) -> Encoded:
    """A form of several parts."""
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in _pairs(body, "[{}]", "[{}]")
    )
    return "multipart/form-data; boundary=x", f"{parts}--x--\r\n".encode(), ""


def as_xml(body: Mapping[str, Any]) -> Encoded:
    root = Element("request")
    for name, part in body.items():
        for element in part if isinstance(part, list) else [part]:
            _write(SubElement(root, name), element)
    return "text/xml", tostring(root), ""


def _write(element: Element, value: Any) -> None:
    if isinstance(value, dict):
        for name, member in value.items():
            _write(SubElement(element, name), member)
    else:
        element.text = str(value).lower() if isinstance(value, bool) else str(value)


def in_capitals(body: Mapping[str, Any]) -> Encoded:
    """Names are known in any case, but that of a list of objects."""
    return as_json({name if _holds_objects(part) else name.upper(): part for name, part in body.items()})


def in_query_and_body(body: Mapping[str, Any]) -> Encoded:
    """Everything twice, and once more: what the query says first is what counts."""
    query = urlencode(_pairs(body, "[]", "[{}]")) if not any(map(_holds_objects, body.values())) else ""
    return FORM, as_form(body)[1], f"{query}&{query}" if query else "?"


def _holds_objects(part: Any) -> bool:
    return isinstance(part, list) and any(isinstance(element, dict) for element in part)


ENCODERS: Sequence[Encoder] = (
    as_json,
    as_form,
    as_map_form,
    as_bare_json,
    as_dotted_form,
    as_empty_brackets,
    as_query,
    as_parts,
    as_xml,
    in_capitals,
    in_query_and_body,
)
