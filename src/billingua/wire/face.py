"""A face: one dialect's HTTP application, which answers everything in the dialect's own voice, failures too."""

import logging
import re
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from secrets import token_hex
from time import perf_counter
from typing import Any
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from billingua.core.errors import Refused
from billingua.engine.plan import StandingChanged
from billingua.engine.ports import StoreFailed
from billingua.wire.errors import Crashed, UnknownPath, WrongVerb
from billingua.wire.idempotency import Answered

Voice = Callable[[Request, Refused], Response]
"""Puts a refusal into a dialect's words."""

Endpoint = Callable[[Request], Awaitable[Response]]

log = logging.getLogger("billingua.requests")

LARGEST_BODY = 1024 * 1024
"""How many bytes a body may have where nobody says how many."""

HUNG_UP = 499
"""What the log calls the status of a request whose client hung up in the middle of it, and was not answered."""

_MOST_ATTEMPTS = 100
"""How often a request is answered while others change who asks, or their workspace: each time one of those is done."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,80}")
_LONGEST_IN_LOG = 200
_PLAIN_PATH = re.compile(rf"[A-Za-z0-9/._-]{{1,{_LONGEST_IN_LOG}}}")
_SECRET_IN_PATH = re.compile(r"=[^/]*")


class Face:
    """Routes a dialect's requests, names each one, and logs it without query and secrets.

    Whatever its endpoints raise is put into words by the dialect's `voice`; what nobody foresaw is logged with its
    traceback and put into words as `Crashed`.
    """

    def __init__(self, dialect: str, routes: Sequence[Route], voice: Voice, largest_body: int = LARGEST_BODY) -> None:
        self.dialect = dialect
        self.routes = (*routes,)
        self._largest_body = largest_body
        self._paths = [_Path([*group]) for _, group in groupby(routes, key=attrgetter("path"))]
        self._voice = voice

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = perf_counter()
        request = Request(scope, receive)
        request.state.id = request_id = _request_id(request)
        request.state.once, request.state.largest_body = None, self._largest_body
        reply = _Reply(send, request_id)
        try:
            answer = await _answer(self._endpoint(request), request)
            await answer(scope, receive, reply.send)
        except ClientDisconnect:
            reply.status = reply.status or HUNG_UP
        except CancelledError:
            log.warning("request %s was cut off: the server stops", request_id)
            if not reply.status:
                await self._voice(request, Crashed())(scope, receive, reply.send)
            raise
        except Exception as error:
            if reply.status:
                raise
            await self._word(request, error)(scope, receive, reply.send)
        took = (perf_counter() - started) * 1000
        path = _loggable(scope["path"])
        log.info("%s %s %s %s %.1f ms %s", self.dialect, request.method, path, reply.status, took, request_id)

    def _endpoint(self, request: Request) -> Endpoint:
        """Find who answers. Refuses with `UnknownPath` or `WrongVerb`.

        The first path that fits owns the request, whatever its verb: a literal one stands before a pattern.
        """
        if b"%2f" in request.scope.get("raw_path", b"").lower():
            raise UnknownPath  # what is encoded is part of a name, and separates none
        for path in self._paths:
            if (parameters := path.parameters(request.scope["path"])) is not None:
                request.scope["path_params"] = parameters
                return path.endpoint(request.method)
        raise UnknownPath

    def _word(self, request: Request, error: Exception) -> Response:
        if isinstance(error, Refused):
            return self._voice(request, error)
        log.error("request %s failed", request.state.id, exc_info=error)
        return self._voice(request, Crashed())


async def _answer(endpoint: Endpoint, request: Request) -> Response:
    """Let an endpoint answer: again, if whoever asks is not who they were taken for.

    Nothing is answered, neither well nor with a refusal, before that is known.
    """
    try:
        for attempt in range(_MOST_ATTEMPTS):
            request.state.attempt = attempt
            with suppress(StandingChanged):
                return await _answer_once(endpoint, request)
    finally:
        if request.state.once:
            request.state.once.end()
    raise RuntimeError("whoever asks is changed by others all the time")


async def _answer_once(endpoint: Endpoint, request: Request) -> Response:
    request.state.to_prove = []
    try:
        answer = await endpoint(request)
    except Answered as before:
        return before.answer
    except StoreFailed:
        raise  # that is true of whoever asks, and nobody could be proven
    except Refused:
        await _prove(request)
        raise
    await _prove(request)
    if request.state.once:
        await request.state.once.keep(answer)
    return answer


async def _prove(request: Request) -> None:
    for prove in request.state.to_prove:
        await prove()


class _Path:
    """A path with all its verbs, and who answers to them."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._pattern = routes[0].path_regex
        self._convertors = routes[0].param_convertors
        self._verbs: dict[str, Endpoint] = {verb: route.endpoint for route in routes for verb in route.methods or ()}
        self._otherwise = next((route.endpoint for route in routes if route.methods is None), None)

    def parameters(self, path: str) -> dict[str, Any] | None:
        """Read the parameters from a path that fits; None where it does not."""
        match = self._pattern.match(path)
        if match is None:
            return None
        return {name: self._convertors[name].convert(text) for name, text in match.groupdict().items()}

    def endpoint(self, verb: str) -> Endpoint:
        """Say who answers to a verb. Refuses with `WrongVerb`."""
        endpoint = self._verbs.get(verb, self._otherwise)
        if endpoint is None:
            raise WrongVerb(verb, sorted(self._verbs.keys() - {"HEAD"}))
        return endpoint


class _Reply:
    """The way back to the client: it puts the request's id on the answer and remembers the status."""

    def __init__(self, send: Send, request_id: str) -> None:
        self.status = 0
        self._send = send
        self._header = (b"x-request-id", request_id.encode())

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], self._header]
        await self._send(message)


def _loggable(path: str) -> str:
    """Write a path for a log: without secrets, not too long, and without what a terminal would obey."""
    if _PLAIN_PATH.fullmatch(path):
        return path
    return _SECRET_IN_PATH.sub("=…", quote(path, safe="/:=@!$&'()*+,;"))[:_LONGEST_IN_LOG]


def _request_id(request: Request) -> str:
    """Take the id that the client gave, if it is fit for a log, or make one."""
    given = request.headers.get("x-request-id", "")
    return given if given and _REQUEST_ID.fullmatch(given) else token_hex(16)
