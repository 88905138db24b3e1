"""Every answer of our own API against its OpenAPI document."""

import re
from typing import Any

import httpx
import msgspec
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from billingua.dialects.native.openapi import document
from billingua.dialects.native.routes import operations_on
from billingua.engine.ledger import Ledger

_ALWAYS = {404: "/docs/problems/unknown-path", 405: "/docs/problems/wrong-verb"}
"""What a path may answer that has no such verb, or that nobody owns."""


class Contract:
    """The document of a ledger's operations, and what it says of each answer."""

    _told: Any = None

    def __init__(self, ledger: Ledger) -> None:
        if Contract._told is None:  # it says the same of every ledger
            Contract._told = msgspec.json.decode(msgspec.json.encode(document(operations_on(ledger))))
            resource = Resource.from_contents(Contract._told, default_specification=DRAFT202012)
            Contract._registry = Registry().with_resource("urn:document", resource)
        self._paths = [
            (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), path) for path in Contract._told["paths"]
        ]

    async def check(self, answer: httpx.Response) -> None:
        """Hold an answer against the document."""
        await answer.aread()
        if answer.request.url.path.startswith("/v1/") and answer.url.path != "/v1/openapi.json":
            self._check(answer)

    def _check(self, answer: httpx.Response) -> None:
        told = self._response(answer)
        if told is None:
            assert answer.json()["type"] == _ALWAYS[answer.status_code]
            return
        content = Contract._told
        for step in told:
            content = content[step]
        if "content" not in content:
            assert not answer.content
            return
        media_type = answer.headers["content-type"]
        assert media_type in content["content"], (media_type, content)
        pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in (*told, "content", media_type))
        schema = {"$ref": f"urn:document#/{pointer}/schema"}
        Draft202012Validator(schema, registry=Contract._registry).validate(answer.json())

    def _response(self, answer: httpx.Response) -> list[str] | None:
        path, verb = self._path(answer.request.url.path), answer.request.method.lower()
        if path is None or verb not in Contract._told["paths"][path]:
            return None
        statuses = Contract._told["paths"][path][verb]["responses"]
        assert str(answer.status_code) in statuses, f"{verb} {path} does not tell of {answer.status_code}"
        return ["paths", path, verb, "responses", str(answer.status_code)]

    def _path(self, asked: str) -> str | None:
        """Find the path that fits, a literal one before a pattern."""
        fitting = [path for pattern, path in self._paths if pattern.fullmatch(asked)]
        return min(fitting, key=lambda path: path.count("{"), default=None)
