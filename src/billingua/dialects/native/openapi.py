"""The OpenAPI 3.1 document of our own API, made of its operations."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from msgspec import json

from billingua.core import errors
from billingua.core.errors import Refused
from billingua.dialects.native.answers import DryRun, ProblemDetails
from billingua.dialects.native.errors import REFUSALS, TYPES, BodyInvalid, ParametersInvalid, Problem, ScopeMissing
from billingua.dialects.native.operations import JSON, Operation
from billingua.engine.idempotency import KeyInFlight, KeyReused
from billingua.engine.ports import StoreFailed
from billingua.wire import errors as wire
from billingua.wire import openapi
from billingua.wire.errors import find_refusal
from billingua.wire.openapi import Answer, Body, Content, Description, Document, Parameter, Schema

PROBLEM = "application/problem+json"
_PARAMETER = re.compile(r"\{(\w+)\}")
_REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')
_ANY_OBJECT = {"type": "object"}

Schemas = Mapping[Any, Schema]

_OF_ALL = (wire.CredentialMissing, ScopeMissing, errors.NotPermitted, wire.Crashed, StoreFailed)
_OF_KEYS = (KeyReused, KeyInFlight, wire.KeyUnreadable, wire.BodyTooLarge)
_OF_BODIES = (BodyInvalid, wire.BodyUnreadable, wire.BodyTooLarge, wire.BodyTypeUnsupported)
_OF_NO_BODIES = (BodyInvalid, wire.BodyUnreadable)

DESCRIPTION = """One invoice ledger that speaks the invoice APIs of several vendors, shown as it is.

Amounts are texts with exact digits, moments RFC 3339. An invoice's `ETag` is its version: send it as `If-Match` to
write only over what you have seen. `?dry_run=true` on a write tells what it would do, and does nothing."""


def document(operations: Sequence[Operation]) -> Document:
    """Make the document."""
    schemas, components = _schemas(operations)
    token = {"type": "http", "scheme": "bearer", "description": "A token of the workspace's."}
    described = Description(
        title="Billingua",
        description=DESCRIPTION,
        operations=[_described(operation, schemas) for operation in operations],
        schemas=components,
        security_schemes={"token": token},
        security=[{"token": []}],
    )
    return openapi.document(described)


def _schemas(operations: Sequence[Operation]) -> tuple[Schemas, Mapping[str, Any]]:
    """Make the schema of every type that is named, and those that they refer to."""
    named = [
        type
        for operation in operations
        for type in (operation.reads, operation.answers, *(parameter.type for parameter in operation.parameters))
        if type is not None
    ]
    types = [*dict.fromkeys([ProblemDetails, DryRun, *named])]
    schemas, components = json.schema_components(types, ref_template="#/components/schemas/{name}")
    read = {operation.reads.__name__ for operation in operations if operation.reads is not None}
    return dict(zip(types, schemas, strict=True)), _with_numbers(components, read)


def _with_numbers(components: Mapping[str, Any], read: set[str]) -> Mapping[str, Any]:
    """Let amounts be numbers too, in what is read and all that it refers to."""
    reached = set[str]()
    while read:
        reached |= read
        text = json.encode([components[name] for name in read]).decode()
        read = {*_REFERENCE.findall(text)} - reached
    return {name: _take_numbers(schema) if name in reached else schema for name, schema in components.items()}


def _take_numbers(value: Any) -> Any:
    if isinstance(value, list):
        return [_take_numbers(part) for part in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    schema = {name: _take_numbers(part) for name, part in cast("dict[str, Any]", value).items()}
    return {**schema, "type": ["string", "number"]} if schema.get("format") == "decimal" else schema


def _described(operation: Operation, schemas: Schemas) -> openapi.Operation:
    told = openapi.Operation(
        name=operation.name,
        verb=operation.verb,
        path=operation.path,
        tag=operation.tag,
        summary=operation.summary,
        callers=f"Needs the scope `{operation.scope}`.",
        parameters=[*_in_path(operation), *_in_query(operation, schemas), *_in_headers(operation)],
        body=_body(operation, schemas) if operation.reads is not None else None,
        answers=_answers(operation, schemas),
    )
    return told if operation.verb == "GET" else openapi.done_once(told, {})


def _in_path(operation: Operation) -> list[Parameter]:
    """Tell of the path's parameters: what names a record is its id or, where it has one, its UUID."""
    return [Parameter(name=name, place="path") for name in _PARAMETER.findall(operation.path)]


def _in_query(operation: Operation, schemas: Schemas) -> list[Parameter]:
    return [
        Parameter(name=told.name, place="query", description=told.description, schema=schemas[told.type])
        for told in operation.parameters
    ]


def _in_headers(operation: Operation) -> list[Parameter]:
    if not operation.tagged:
        return []
    name = "If-None-Match" if operation.verb == "GET" else "If-Match"
    return [Parameter(name=name, place="header", description="An ETag that was answered.")]


def _body(operation: Operation, schemas: Schemas) -> Body:
    """Tell of the body; a merge patch may have any of the members, and null where one is to go."""
    content = Content(_ANY_OBJECT if operation.patches else schemas[operation.reads], operation.example)
    description = f"Members of `{operation.reads.__name__}`." if operation.patches else ""
    return Body(dict.fromkeys(operation.media_types, content), description, required=not operation.optional)


def _answers(operation: Operation, schemas: Schemas) -> Mapping[int, Answer]:
    content = {} if operation.answers is None else {JSON: Content(schemas[operation.answers])}
    headers = {"ETag": "The version, where it has one."} if content and _is_versioned(operation) else {}
    told = {operation.status: Answer(operation.summary, content, headers)}
    if operation.rehearsed:
        told |= {200: _rehearsable(told.get(200), schemas)}
    unchanged = {304: Answer("It is what the ETag said.", headers=headers)} if _may_be_unchanged(operation) else {}
    return {**told, **unchanged, **_problems(operation, schemas)}


def _rehearsable(answer: Answer | None, schemas: Schemas) -> Answer:
    """Tell that an answer may be that of a rehearsal too."""
    rehearsal = schemas[DryRun]
    if answer is None:
        return Answer("What would happen, as a dry run.", {JSON: Content(rehearsal)})
    either = Content({"anyOf": [answer.content[JSON].schema, rehearsal]})
    return Answer(answer.description, {JSON: either}, answer.headers)


def _is_versioned(operation: Operation) -> bool:
    return operation.tagged or operation.status == 201


def _may_be_unchanged(operation: Operation) -> bool:
    return operation.tagged and operation.verb == "GET"


def _problems(operation: Operation, schemas: Schemas) -> Mapping[int, Answer]:
    """Tell of each status by which it may be refused, with the types of problems that have it."""
    by_status: dict[int, dict[str, Problem]] = {}
    for refusal in _refusals(operation):
        problem = find_refusal(REFUSALS, refusal.__new__(refusal))
        by_status.setdefault(problem.status, {})[problem.name] = problem
    return {status: _problem(by_status[status], schemas) for status in by_status}


def _refusals(operation: Operation) -> Iterable[type[Refused]]:
    yield from _OF_ALL
    yield from operation.refusals
    yield ParametersInvalid
    if operation.verb != "GET":
        yield from _OF_KEYS
    if operation.reads is not None:
        yield from _OF_BODIES
    elif operation.verb == "POST":
        yield from _OF_NO_BODIES
    if operation.tagged and operation.verb != "GET":
        yield errors.ChangedMeanwhile


def _problem(problems: Mapping[str, Problem], schemas: Schemas) -> Answer:
    types = {"properties": {"type": {"enum": [TYPES + name for name in problems]}}}
    description = "; ".join(dict.fromkeys(problem.title for problem in problems.values()))
    return Answer(description, {PROBLEM: Content({"allOf": [schemas[ProblemDetails], types]})})
