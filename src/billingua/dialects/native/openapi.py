"""The OpenAPI 3.1 document of our own API, made of its operations."""

import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from msgspec import json

from billingua.core import errors
from billingua.core.errors import Refused
from billingua.dialects.native.answers import DryRun, ProblemDetails
from billingua.dialects.native.errors import REFUSALS, TYPES, BodyInvalid, ParametersInvalid, Problem, ScopeMissing
from billingua.dialects.native.operations import JSON, Operation
from billingua.engine.ports import StoreFailed
from billingua.wire import errors as wire
from billingua.wire.errors import find_refusal

PROBLEM = "application/problem+json"
_PARAMETER = re.compile(r"\{(\w+)\}")
_ANY_OBJECT = {"type": "object"}

Schema = Mapping[str, Any]
Schemas = Mapping[Any, Schema]

_OF_ALL = (wire.CredentialMissing, ScopeMissing, errors.NotPermitted, wire.Crashed, StoreFailed)
_OF_BODIES = (BodyInvalid, wire.BodyUnreadable, wire.BodyTooLarge, wire.BodyTypeUnsupported)

DESCRIPTION = """One invoice ledger that speaks the invoice APIs of several vendors, shown as it is.

Amounts are texts with exact digits, moments RFC 3339. An invoice's `ETag` is its version: send it as `If-Match` to
write only over what you have seen. `?dry_run=true` on a write tells what it would do, and does nothing."""


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """Make the document."""
    schemas, components = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.verb.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Billingua", "version": version("billingua"), "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in operations)],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of the workspace's."}
            },
        },
    }


def _schemas(operations: Iterable[Operation]) -> tuple[Schemas, Mapping[str, Any]]:
    """Make the schema of every type that is named, and those that they refer to."""
    named = [
        type
        for operation in operations
        for type in (operation.reads, operation.answers, *(parameter.type for parameter in operation.parameters))
        if type is not None
    ]
    types = [*dict.fromkeys([ProblemDetails, DryRun, *named])]
    schemas, components = json.schema_components(types, ref_template="#/components/schemas/{name}")
    return dict(zip(types, schemas, strict=True)), components


def _operation(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": f"Needs the scope `{operation.scope}`.",
        "parameters": [*_in_path(operation), *_in_query(operation, schemas), *_in_headers(operation)],
        "responses": _responses(operation, schemas),
    }
    return told | ({"requestBody": _body(operation, schemas)} if operation.reads is not None else {})


def _in_path(operation: Operation) -> list[Schema]:
    """Tell of the path's parameters: what names a record is its id or, where it has one, its UUID."""
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(operation.path)
    ]


def _in_query(operation: Operation, schemas: Schemas) -> list[Schema]:
    return [
        {
            "name": parameter.name,
            "in": "query",
            "description": parameter.description,
            "schema": schemas[parameter.type],
        }
        for parameter in operation.parameters
    ]


def _in_headers(operation: Operation) -> list[Schema]:
    if not operation.tagged:
        return []
    name = "If-None-Match" if operation.verb == "GET" else "If-Match"
    return [{"name": name, "in": "header", "schema": {"type": "string"}, "description": "An ETag that was answered."}]


def _body(operation: Operation, schemas: Schemas) -> Schema:
    """Tell of the body; a merge patch may have any of the members, and null where one is to go."""
    schema = _ANY_OBJECT if operation.patches else schemas[operation.reads]
    content = {"schema": schema} | ({"example": operation.example} if operation.example is not None else {})
    told = {"required": not operation.optional, "content": dict.fromkeys(operation.media_types, content)}
    return told | ({"description": f"Members of `{operation.reads.__name__}`."} if operation.patches else {})


def _responses(operation: Operation, schemas: Schemas) -> dict[str, Schema]:
    answered: dict[str, Any] = {"description": operation.summary}
    if operation.answers is not None:
        answered["content"] = {JSON: {"schema": schemas[operation.answers]}}
    if operation.tagged and operation.answers is not None:
        answered["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "The version."}}
    told = {str(operation.status): answered}
    if operation.rehearsed:
        told |= {"200": _rehearsable(told.get("200"), schemas)}
    unchanged = {"304": {"description": "It is what the ETag said."}} if _may_be_unchanged(operation) else {}
    return {**told, **unchanged, **_problems(operation, schemas)}


def _rehearsable(answered: Mapping[str, Any] | None, schemas: Schemas) -> Schema:
    """Tell that an answer may be that of a rehearsal too."""
    rehearsal = schemas[DryRun]
    if answered is None:
        return {"description": "What would happen, as a dry run.", "content": {JSON: {"schema": rehearsal}}}
    schema = answered["content"][JSON]["schema"]
    return {**answered, "content": {JSON: {"schema": {"anyOf": [schema, rehearsal]}}}}


def _may_be_unchanged(operation: Operation) -> bool:
    return operation.tagged and operation.verb == "GET"


def _problems(operation: Operation, schemas: Schemas) -> dict[str, Schema]:
    """Tell of each status by which it may be refused, with the types of problems that have it."""
    by_status: dict[int, dict[str, Problem]] = {}
    for refusal in _refusals(operation):
        problem = find_refusal(REFUSALS, refusal.__new__(refusal))
        by_status.setdefault(problem.status, {})[problem.name] = problem
    return {str(status): _problem(by_status[status], schemas) for status in sorted(by_status)}


def _refusals(operation: Operation) -> Iterable[type[Refused]]:
    yield from _OF_ALL
    yield from operation.refusals
    yield ParametersInvalid
    if operation.reads is not None:
        yield from _OF_BODIES
    if operation.tagged and operation.verb != "GET":
        yield errors.ChangedMeanwhile


def _problem(problems: Mapping[str, Problem], schemas: Schemas) -> Schema:
    types = {"properties": {"type": {"enum": [TYPES + name for name in problems]}}}
    return {
        "description": "; ".join(dict.fromkeys(problem.title for problem in problems.values())),
        "content": {PROBLEM: {"schema": {"allOf": [schemas[ProblemDetails], types]}}},
    }
