"""A face: one dialect's HTTP application, which answers everything in the dialect's own voice, failures too."""

import logging
import re
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Sequence
from secrets import token_hex
from time import perf_counter
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Message, Receive, Scope, Send

from billingua.core.errors import Refused
from billingua.wire.errors import Crashed, UnknownPath, WrongVerb

Voice = Callable[[Request, Refused], Response]
"""Puts a refusal into a dialect's words."""

Endpoint = Callable[[Request], Awaitable[Response]]

log = logging.getLogger("billingua.requests")

HUNG_UP = 499
"""What the log calls the status of a request whose client hung up in the middle of it, and was not answered."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,80}")
_LONGEST_IN_LOG = 200
_SECRET_IN_PATH = re.compile(r"=[^/]*")


class Face:
    """Routes a dialect's requests, names each one, and logs it without query and secrets.

    Whatever its endpoints raise is put into words by the dialect's `voice`; what nobody foresaw is logged with its
    traceback and put into words as `Crashed`.
    """

    def __init__(self, dialect: str, routes: Sequence[Route], voice: Voice) -> None:
        self.dialect = dialect
        self._routes = routes
        self._voice = voice

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = perf_counter()
        request = Request(scope, receive)
        request.state.id = request_id = _request_id(request)
        reply = _Reply(send, request_id)
        try:
            answer = await self._endpoint(request)(request)
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
        fitting: list[Route] = []
        for route in self._routes:
            match, parameters = route.matches(request.scope)
            if match is Match.NONE or (fitting and route.path != fitting[0].path):
                continue
            if match is Match.FULL:
                request.scope.update(parameters)
                return route.endpoint
            fitting.append(route)
        if not fitting:
            raise UnknownPath
        raise WrongVerb(request.method, sorted({verb for route in fitting for verb in route.methods or ()} - {"HEAD"}))

    def _word(self, request: Request, error: Exception) -> Response:
        if isinstance(error, Refused):
            return self._voice(request, error)
        log.error("request %s failed", request.state.id, exc_info=error)
        return self._voice(request, Crashed())


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
    return _SECRET_IN_PATH.sub("=…", quote(path, safe="/:=@!$&'()*+,;"))[:_LONGEST_IN_LOG]


def _request_id(request: Request) -> str:
    """Take the id that the client gave, if it is fit for a log, or make one."""
    given = request.headers.get("x-request-id", "")
    return given if given and _REQUEST_ID.fullmatch(given) else token_hex(16)
