"""From a request, however it is encoded, to values by name (contract §2)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from starlette.requests import Request

from billingua.dialects.onlyoffice.errors import ArgumentRefused, ConversionFailed, ListBroken
from billingua.wire.bodies import content_type, decode_json, read_body
from billingua.wire.errors import BodyUnreadable
from billingua.wire.forms import Pairs, decode_form, decode_multipart
from billingua.wire.scalars import Invalid, read_integer
from billingua.wire.xml import decode_xml

T = TypeVar("T")

Path = tuple[str, ...]
Leaf = tuple[Path, Any]
"""A value, and the path to it inside its parameter: `("0", "price")` for `invoiceLines[0].price`.

At the empty path stands a value that is sent whole, as JSON is: an object or a list has its parts inside.
"""
Source = Iterable[tuple[str, Path, Any]]
"""The parameters that one part of a request holds: name, path and value."""

OBJECT: Final[Mapping[str, Any]] = {}
"""Stands for a value that has parts: no reader of scalars takes it."""

_NAME = re.compile(r"([^\[\].]+)((?:\[[^\[\]]*\]|\.[^\[\].]+)*)")
_STEP = re.compile(r"\[([^\[\]]*)\]|\.([^\[\].]+)")


@dataclass(frozen=True, slots=True)
class Values:
    """Values as they were sent, by their names in lower case; `place` says where they stand in the request."""

    by_name: Mapping[str, Any]
    place: str = ""

    def read(self, name: str, reader: Callable[[Any], T], default: T) -> T:
        """Read a value; one that is null, empty or not there is the default. Refuses with `ConversionFailed`."""
        value = self.by_name.get(name.lower())
        if value is None or value == "":
            return default
        try:
            return reader(value)
        except Invalid as error:
            raise ConversionFailed(self.place + name, error.wanted) from None


class Parameters:
    """What a request says, by name: the first source that has a name is the one that counts."""

    def __init__(self, *sources: Source) -> None:
        self._by_name: dict[str, list[Leaf]] = {}
        self._by_spelling: dict[str, list[Leaf]] = {}
        for source in sources:
            for spelling, leaves in _grouped(source).items():
                self._by_spelling.setdefault(spelling, leaves)
                self._by_name.setdefault(spelling.lower(), leaves)

    @property
    def scalars(self) -> Values:
        """The parameters that have one value; of several the first counts."""
        return Values({name: _first(leaves) for name, leaves in self._by_name.items()})

    def integers(self, name: str) -> list[int]:
        """Read a list of whole numbers, each once, in any of its encodings (§2.7). Refuses with `ConversionFailed`."""
        leaves = self._by_name.get(name.lower(), [])
        sent = [part for path, value in leaves for part in _elements(path, value)]
        values = [Values({name.lower(): part}).read(name, read_integer, None) for part in sent]
        return list(dict.fromkeys(value for value in values if value is not None))

    def objects(self, name: str, members: frozenset[str], most: int) -> list[Values]:
        """Read a list of objects with these members, in any of its encodings (§2.8).

        Refuses with `ArgumentRefused` more objects than `most`, and with `ListBroken` where an object is missing on
        the way, or says nothing that is known.
        """
        held: dict[int, dict[str, Any]] = {}
        for path, value in self._by_spelling.get(name, ()):
            _hold_all(held, name, path, value)
            if len(held) > most:
                raise ArgumentRefused(name)
        if list(held) != list(range(len(held))):
            raise ListBroken(name)
        known = [Values(values, f"{name}[{index}].") for index, values in held.items() if members & values.keys()]
        if len(known) < len(held) and len(held) > 1:
            raise ListBroken(name)
        return known


def _grouped(source: Source) -> Mapping[str, list[Leaf]]:
    grouped: dict[str, list[Leaf]] = {}
    for name, path, value in source:
        grouped.setdefault(name, []).append((path, value))
    return grouped


def _first(leaves: list[Leaf]) -> Any:
    """Give a parameter's one value; a parameter that has only parts is an object, which no reader takes."""
    return next((OBJECT if _parts(value) else value for path, value in leaves if not path), OBJECT)


def _elements(path: Path, value: Any) -> Sequence[Any]:
    """Give what a value adds to a list of scalars: itself, or all of a list that is sent whole."""
    if len(path) > 1 or (path and path[0] and not _is_index(path[0])):
        return [OBJECT]
    return cast("list[Any]", value) if isinstance(value, list) and not path else [value]


def _is_index(step: str) -> bool:
    return len(step) < 10 and step.isascii() and step.isdigit()


def _hold_all(held: dict[int, dict[str, Any]], name: str, path: Path, value: Any) -> None:
    """Put a value where it belongs, or, where it is all that a parameter has, each of its parts."""
    if path:
        _hold(held, name, path, value)
        return
    for step, part in _parts(value):
        if isinstance(part, dict) and part and _is_index(step):
            element = held.setdefault(int(step), {})
            for member, inner in cast("dict[str, Any]", part).items():
                element.setdefault(member.lower(), inner)
        else:
            for inner_path, leaf in _leaves(part, 1):
                _hold(held, name, (step, *inner_path), leaf)


def _hold(held: dict[int, dict[str, Any]], name: str, path: Path, value: Any) -> None:
    """Put a value where it belongs: into an object by its index, or into the only one there is."""
    indexed = _is_index(path[0])
    element = held.setdefault(int(path[0]) if indexed else 0, {})
    inner = path[1:] if indexed or not path[0] else path
    if not inner:
        return
    member, value = inner[0].lower(), value if len(inner) == 1 else {inner[1]: value}
    if member in element and not path[0]:
        raise ConversionFailed(name, "one object")  # `lines[][price]` twice means two lines, and there is room for one
    element.setdefault(member, value)


def from_pairs(pairs: Pairs) -> Source:
    """Take the parameters from a form or a query: `lines[0][price]`, `lines[0].price`, `ids[]`, `ids`."""
    for spelling, text in pairs:
        match = _NAME.fullmatch(spelling)
        if match is None:
            yield spelling, (), text
        else:
            steps = [bracketed or dotted for bracketed, dotted in _STEP.findall(match[2])]
            yield match[1], tuple(steps[:2]), {steps[2]: text} if steps[2:] else text


def from_object(members: Mapping[str, Any]) -> Source:
    """Take the parameters from a JSON or XML object."""
    return ((name, (), member) for name, member in members.items())


def _leaves(value: Any, levels: int) -> Iterator[Leaf]:
    """Walk down so many levels of objects and lists; what is empty or deeper is a value."""
    parts = _parts(value) if levels else ()
    for step, part in parts:
        for path, leaf in _leaves(part, levels - 1):
            yield (step, *path), leaf
    if not parts:
        yield (), value


def _parts(value: Any) -> Sequence[tuple[str, Any]]:
    if isinstance(value, dict):
        return list(cast("dict[str, Any]", value).items())
    if isinstance(value, list):
        return [(str(index), part) for index, part in enumerate(cast("list[Any]", value))]
    return ()


async def read_parameters(request: Request, body_limit: int) -> Parameters:
    """Read what the query and then the body say. Refuses with the errors of `BodyRefused`."""
    query = from_pairs(decode_form(request.scope["query_string"]))
    if request.method in {"GET", "HEAD"} and content_type(request) not in _OBJECTS:
        return Parameters(query)  # there, a form is not read (§2.2)
    return Parameters(query, _body_source(request, await read_body(request, body_limit)))


_OBJECTS = {"application/json", "text/xml"}
"""The types of bodies that are no forms."""


def _body_source(request: Request, body: bytes) -> Source:
    kind = content_type(request)
    if kind == "application/json":
        return from_object(_json_object(body))
    if not body.strip():
        return ()  # whatever it is said to be, and however that would end
    if kind == "text/xml":
        return from_object(decode_xml(body))
    if kind == "multipart/form-data":
        return from_pairs(decode_multipart(body, request.headers["content-type"]))
    return from_pairs(decode_form(body))


def _json_object(body: bytes) -> Mapping[str, Any]:
    """Decode a JSON object; an empty body is an empty one."""
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        return {}
    members = decode_json(text)
    if not isinstance(members, dict):
        raise BodyUnreadable("The root of the JSON text is not an object.")
    return cast("dict[str, Any]", members)
