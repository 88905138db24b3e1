"""What our own API can be asked: operations, of whose table its routes and its OpenAPI document are made."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billingua.core.errors import Refused
from billingua.dialects.native.credentials import open_session
from billingua.dialects.native.listing import DRY_RUN, Parameter, read_flags
from billingua.dialects.native.requests import read_content, require_nothing
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller
from billingua.wire.bodies import read_body
from billingua.wire.credentials import Session
from billingua.wire.idempotency import asked_once

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in: its standing, the body as it was read, and the values of its parameters."""

    request: Request
    session: Session
    body: Any
    flags: Mapping[str, Any]

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return self.session.caller


Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One row: a verb on a path, whom it lets in, what it reads, what it answers, and what it refuses by itself.

    `reads` and `answers` are Structs; without `answers`, nothing is. A merge patch reads any object, and `reads` tells
    what it makes. `lists` marks one whose handler reads its parameters itself, `optional` one that needs no body, and
    `tagged` one that is about a single version of a record.
    """

    name: str
    verb: str
    path: str
    handler: Handler
    tag: str
    summary: str
    scope: str
    answers: Any = None
    status: int = 200
    reads: Any = None
    media_types: Sequence[str] = (JSON,)
    parameters: Sequence[Parameter] = ()
    refusals: Sequence[type[Refused]] = ()
    lists: bool = False
    optional: bool = False
    tagged: bool = False
    example: Any = None

    @property
    def rehearsed(self) -> bool:
        """Whether it can be asked what it would do."""
        return DRY_RUN in self.parameters

    @property
    def patches(self) -> bool:
        """Whether the body is a merge patch."""
        return MERGE_PATCH in self.media_types


def routes_of(operations: Sequence[Operation], ledger: Ledger, body_limit: int) -> list[Route]:
    """Make the routes; those of one path stand together, and a literal one before a pattern that fits it too."""
    in_order = sorted(operations, key=lambda operation: operation.path.replace("{", "~"))
    return [
        Route(operation.path, _endpoint(operation, ledger, body_limit), methods=[operation.verb])
        for operation in in_order
    ]


def _endpoint(operation: Operation, ledger: Ledger, body_limit: int) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        session = await open_session(request, ledger, operation.scope)
        flags = {} if operation.lists else read_flags(request, operation.parameters)
        if not flags.get("dry_run"):  # what is not done needs not be done once
            session = await asked_once(request, ledger, session)
        body = await _read_body(request, operation, body_limit)
        return await operation.handler(Call(request, session, body, flags))

    return answer


async def _read_body(request: Request, operation: Operation, body_limit: int) -> Any:
    if operation.reads is None:
        if operation.verb == "POST":
            require_nothing(await read_body(request, body_limit))
        return None
    if operation.optional and not await read_body(request, body_limit):
        return None
    wanted = None if operation.patches else operation.reads
    return await read_content(request, body_limit, wanted, operation.media_types)
