"""What a dialect says and is told, against its OpenAPI document."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from billingua.wire.face import Face
from billingua.wire.openapi import Document
from billingua.wire.replies import encode_json

Reading = Callable[[bytes], Any]


def read_json(content: bytes) -> Any:
    """Read JSON with exact numbers: 200 is an integer, and 200.0 is none."""
    return json.loads(content, parse_float=Decimal)


def read_form(content: bytes) -> Any:
    """Read a form as texts, and as lists of them where a name comes more than once."""
    fields = parse_qs(content.decode(), keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


READINGS: Mapping[str, Reading] = {
    "application/json": read_json,
    "application/problem+json": read_json,
    "text/json": read_json,
    "application/x-www-form-urlencoded": read_form,
}
"""How bodies are read that a schema can be held against; of others, only the media type is."""


def calls_of(face: Face) -> set[tuple[str, str]]:
    """List the verbs and paths that a face routes, as documents write them."""
    return {
        (verb, re.sub(r":\w+\}", "}", route.path))
        for route in face.routes
        for verb in (route.methods or set()) - {"HEAD"}
    }


def calls_in(document: Document) -> set[tuple[str, str]]:
    """List the verbs and paths that a document tells of."""
    return {(verb.upper(), path) for path, verbs in document["paths"].items() for verb in verbs}


_OPENAPI = json.loads((Path(__file__).parent / "openapi-3.1.json").read_text())
"""The OpenAPI Initiative's own schema of OpenAPI 3.1 (Apache-2.0), which leaves JSON Schemas to JSON Schema."""


def check_document(document: Document) -> None:
    """Hold a document against OpenAPI 3.1: its shape, its JSON Schemas, its examples, and what it refers to."""
    told = read_json(encode_json(document))
    Draft202012Validator(_OPENAPI).validate(told)
    registry = _registry_of(told)
    for content in _contents(told):
        Draft202012Validator.check_schema(content["schema"])
        if "example" in content:
            Draft202012Validator(_within(content["schema"]), registry=registry).validate(content["example"])
    for schema in told["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    components = {f"#/components/schemas/{name}" for name in told["components"]["schemas"]}
    assert _references(told) <= components, "every schema that is named is there"
    _check_operations(told)


def _check_operations(told: Any) -> None:
    names = [operation["operationId"] for _, operation in _operations(told)]
    assert len({*names}) == len(names), "an operation's name is its own"
    for path, operation in _operations(told):
        parameters = [(parameter["in"], parameter["name"]) for parameter in operation["parameters"]]
        assert len({*parameters}) == len(parameters), f"a parameter of {path} is told once"
        assert {name for place, name in parameters if place == "path"} == {*re.findall(r"\{(\w+)\}", path)}


def _operations(told: Any) -> list[tuple[str, Any]]:
    return [(path, operation) for path, verbs in told["paths"].items() for operation in verbs.values()]


def _contents(told: Any) -> Iterator[Any]:
    """List every body that can be sent or comes back, in each of its media types."""
    for _, operation in _operations(told):
        for told_of in (operation.get("requestBody", {}), *operation["responses"].values()):
            yield from told_of.get("content", {}).values()


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        here = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return here.union(*map(_references, value.values()))
    return set().union(*map(_references, value)) if isinstance(value, list) else set()


def _within(value: Any) -> Any:
    """Let a schema refer into its document from outside of it."""
    if isinstance(value, dict):
        return {
            name: f"urn:document{part}" if name == "$ref" and isinstance(part, str) else _within(part)
            for name, part in value.items()
        }
    return [_within(part) for part in value] if isinstance(value, list) else value


def _registry_of(told: Any) -> Any:
    return Registry().with_resource("urn:document", Resource.from_contents(told, default_specification=DRAFT202012))


_HEADERS = ("ETag", "Idempotent-Replayed", "X-Rate-Limit-Time-Reset-Ms")
"""Headers that clients look for in answers."""


class Contract:
    """A document, to hold every answer against, and every body that was sent and answered with success.

    `tail` is what may stand behind a path, `flags` are those of its pattern, and `elsewhere` has, by status, the
    schema of what is answered where the document knows no such path or verb. `readings` are ways to read bodies beside
    or instead of the usual ones, and `otherwise` is the media type that bodies of unknown ones are read as.
    """

    def __init__(
        self,
        document: Document,
        *,
        tail: str = "",
        flags: int = 0,
        elsewhere: Mapping[int, Any],
        readings: Mapping[str, Reading] | None = None,
        otherwise: str = "",
    ) -> None:
        self._document = read_json(encode_json(document))
        self._readings = {**READINGS, **(readings or {})}
        self._registry = _registry_of(self._document)
        self._elsewhere = elsewhere
        self._otherwise = otherwise
        literal_first = sorted(self._document["paths"], key=lambda path: path.count("{"))
        self._paths = [
            (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + tail, flags), path) for path in literal_first
        ]
        self._validator = cache(self._new_validator)

    async def check(self, answer: httpx.Response) -> None:
        """Hold an exchange against the document: for the hooks of a client."""
        await answer.aread()
        with suppress(httpx.StreamConsumed):
            await answer.request.aread()
        place = self._place(answer.request)
        if place is None:
            self._check_elsewhere(answer)
            return
        self._check_answer(answer, place)
        if answer.is_success:
            self._check_request(answer.request, place)

    def check_sent(self, request: httpx.Request, status: int) -> None:
        """Hold a request, and the status that it is answered with, against the document."""
        place = self._place(request)
        assert place is not None
        assert self._told([*place, "responses", str(status)]) is not None
        self._check_request(request, place)

    def _place(self, request: httpx.Request) -> list[str] | None:
        """Find what the document says of a verb and path."""
        verb = {"head": "get"}.get(request.method.lower(), request.method.lower())
        path = next((path for pattern, path in self._paths if pattern.fullmatch(request.url.path)), None)
        return None if path is None or verb not in self._document["paths"][path] else ["paths", path, verb]

    def _check_elsewhere(self, answer: httpx.Response) -> None:
        asked = f"{answer.request.method} {answer.request.url.path}"
        assert answer.status_code in self._elsewhere, f"{asked} is answered {answer.status_code} and not told of"
        schema = self._elsewhere[answer.status_code]
        if schema is not None and answer.content:
            Draft202012Validator(_within(schema), registry=self._registry).validate(read_json(answer.content))

    def _check_answer(self, answer: httpx.Response, place: list[str]) -> None:
        place = [*place, "responses", str(answer.status_code)]
        told = self._told(place)
        assert told is not None, f"{place} is not told of: {answer.text}"
        untold = {name for name in _HEADERS if name in answer.headers} - {*told.get("headers", {})}
        assert untold == set(), f"{place} does not tell of headers"
        if "content" not in told or not answer.content:
            assert not answer.content, f"{place} is told to have no body"
            return
        self._check_body(answer.headers["content-type"], answer.content, [*place, "content"])

    def _check_request(self, request: httpx.Request, place: list[str]) -> None:
        told = self._told([*place, "requestBody"])
        if told is None or not hasattr(request, "_content"):  # it was sent in pieces, and nobody has kept them
            return
        if not request.content:
            assert not told["required"], f"{place} is told to need a body"
            return
        self._check_body(request.headers.get("content-type", ""), request.content, [*place, "requestBody", "content"])

    def _check_body(self, media_type: str, content: bytes, place: list[str]) -> None:
        told = self._told(place) or {}
        essence = media_type.partition(";")[0].strip().lower()
        if self._otherwise in told and essence not in told:
            essence = self._otherwise
        name = media_type if media_type in told else essence
        assert name in told, f"{place} does not tell of {media_type!r}"
        if essence in self._readings:
            body = self._readings[essence](content)
            self._validator("/".join(map(_escaped, [*place, name, "schema"]))).validate(body)

    def _told(self, place: list[str]) -> Any:
        told = self._document
        for step in place:
            told = told.get(step, {})
        return told or None

    def _new_validator(self, pointer: str) -> Any:
        return Draft202012Validator({"$ref": f"urn:document#/{pointer}"}, registry=self._registry)


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
