"""OpenAPI 3.1 documents: what a face can be asked, told as data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any, Literal

from billingua.wire.idempotency import LONGEST_KEY

Schema = Mapping[str, Any]
"""A JSON Schema (draft 2020-12); it refers to those of its document as `#/components/schemas/…`."""

Document = Mapping[str, Any]

Describe = Callable[[], Document]
"""Makes the document of a dialect."""

JSON = "application/json"

Security = Sequence[Mapping[str, Sequence[str]]]
"""What has to be shown, by the name of the scheme: all of one entry, any of the entries, nothing without entries."""


@dataclass(frozen=True, slots=True)
class Content:
    """A body in one media type, with an example."""

    schema: Schema
    example: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A part of a path, of a query or of the headers."""

    name: str
    place: Literal["path", "query", "header"]
    description: str = ""
    schema: Schema = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    example: Any = None


@dataclass(frozen=True, slots=True)
class Body:
    """What can be sent, by media type."""

    content: Mapping[str, Content]
    description: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back with one status: a body by media type, or none, and headers with their meanings."""

    description: str
    content: Mapping[str, Content] = field(default_factory=dict[str, Content])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A verb on a path: who may call it, what it reads, and its answers by status.

    `path` is all of it, from the server's root, with `{names}` for what varies. `section` is that of the dialect's
    contract, and `security` None where it is the document's.
    """

    name: str
    verb: str
    path: str
    tag: str
    summary: str
    answers: Mapping[int, Answer]
    section: str = ""
    callers: str = ""
    description: str = ""
    parameters: Sequence[Parameter] = ()
    body: Body | None = None
    security: Security | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """All that is told of a face: its operations, and the schemas and ways of proving who one is that they name."""

    title: str
    description: str
    operations: Sequence[Operation]
    schemas: Mapping[str, Schema]
    security_schemes: Mapping[str, Mapping[str, Any]]
    security: Security


IF_MATCH = Parameter(
    name="If-Match",
    place="header",
    description='Do it only if the invoice is still in one of these versions: entity tags such as `"1"`, or `*`.',
)
IDEMPOTENCY_KEY = Parameter(
    name="Idempotency-Key",
    place="header",
    description="Under a key a call is done once. The same call is given the same answer for 24 hours, with "
    "`Idempotent-Replayed: true`; another is refused with 422, and one that comes too soon with 409.",
    schema={"type": "string", "pattern": f"^[!-~]{{1,{LONGEST_KEY}}}$"},
)
_REPLAYED = {"Idempotent-Replayed": "`true` where the answer was given before."}


def done_once(operation: Operation, refusals: Mapping[int, Answer]) -> Operation:
    """Tell that a call is done once under a key, which may be refused in these ways, beside those that it has."""
    answers = {
        status: replace(answer, headers={**answer.headers, **_REPLAYED}) if status < 300 else answer
        for status, answer in operation.answers.items()
    }
    parameters = [*operation.parameters, IDEMPOTENCY_KEY]
    return replace(operation, parameters=parameters, answers={**refusals, **answers})


def document(described: Description) -> Document:
    """Make the document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in described.operations:
        paths.setdefault(operation.path, {})[operation.verb.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": described.title,
            "version": version("billingua"),
            "description": described.description,
        },
        "servers": [{"url": "/"}],
        "security": described.security,
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in described.operations)],
        "paths": paths,
        "components": {"schemas": described.schemas, "securitySchemes": described.security_schemes},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": _text(operation),
        "parameters": [_parameter(parameter) for parameter in operation.parameters],
        "responses": {str(status): _answer(answer) for status, answer in sorted(operation.answers.items())},
    }
    if operation.body is not None:
        told["requestBody"] = _body(operation.body)
    if operation.security is not None:
        told["security"] = operation.security
    return told


def _text(operation: Operation) -> str:
    section = f"Contract {operation.section}." if operation.section else ""
    return "\n\n".join(filter(None, [operation.description, operation.callers, section]))


def _parameter(parameter: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required or parameter.place == "path",
        "schema": parameter.schema,
    }
    described = {"description": parameter.description} if parameter.description else {}
    return told | described | ({} if parameter.example is None else {"example": parameter.example})


def _body(body: Body) -> dict[str, Any]:
    told = {"required": body.required, "content": _content(body.content)}
    return {"description": body.description, **told} if body.description else told


def _answer(answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = {"description": answer.description}
    if answer.content:
        told["content"] = _content(answer.content)
    if answer.headers:
        told["headers"] = {
            name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in answer.headers.items()
        }
    return told


def _content(content: Mapping[str, Content]) -> dict[str, Any]:
    return {
        media_type: {"schema": one.schema} | ({} if one.example is None else {"example": one.example})
        for media_type, one in content.items()
    }
