"""The composition root: hands each request to the dialect that owns its path."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from billingua import console
from billingua.dialects import bigcommerce, crux, modulus, native, onlyoffice
from billingua.engine.clock import SandboxClock
from billingua.engine.ledger import Ledger
from billingua.engine.sweeping import Sweeper
from billingua.settings import Settings
from billingua.wire.bodies import decode_json, read_body
from billingua.wire.face import Face
from billingua.wire.replies import json_reply
from billingua.wire.settings import Settings as DialectSettings

Work = Callable[[], Coroutine[Any, Any, None]]
"""What is done beside the requests, for ever."""

DIALECTS = (crux, onlyoffice, modulus, bigcommerce, native)

VIEWS = {dialect.NAME: dialect.show_invoice for dialect in (crux, onlyoffice, bigcommerce)}
"""How an invoice is shown in each dialect that shows any."""

SETTINGS: DialectSettings = {dialect.NAME: dialect.SETTINGS for dialect in (crux, onlyoffice, modulus, bigcommerce)}
"""What each dialect can be set to."""

DOCUMENTS = {dialect.NAME: dialect.describe for dialect in (crux, onlyoffice, modulus, bigcommerce)}
"""What makes the OpenAPI document of each dialect but our own, which makes its own."""


TITLES = {
    bigcommerce.NAME: "BigCommerce",
    crux.NAME: "Crux",
    modulus.NAME: "modulus",
    native.NAME: "Billingua",
    onlyoffice.NAME: "ONLYOFFICE",
}
"""What people call the dialects that invoices come from."""


class Sandbox(Protocol):
    """What tests may turn: the clock, and the world back to its beginning."""

    clock: SandboxClock

    async def reset(self) -> None:
        """Go back to the world that the server was started with."""
        ...


class App:
    """Every dialect on one ledger; a path that nobody owns is the native dialect's to refuse."""

    def __init__(self, owners: Mapping[str, ASGIApp], fallback: ASGIApp, work: Sequence[Work] = ()) -> None:
        self._owners = sorted(owners.items(), key=lambda owned: -len(owned[0]))
        self._fallback = fallback
        self._work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._owner(scope["path"].lower())(scope, receive, send)

    @asynccontextmanager
    async def at_work(self) -> AsyncGenerator[None]:
        """Do what is to be done beside the requests; it is left where it stands when the server stops."""
        tasks = [asyncio.create_task(work()) for work in self._work]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _owner(self, path: str) -> ASGIApp:
        for prefix, app in self._owners:
            if path == prefix or path.startswith(prefix + "/"):
                return app
        return self._fallback


def create_app(ledger: Ledger, settings: Settings, sandbox: Sandbox | None = None, demo_user: str | None = None) -> App:
    """Build the server's application; with a sandbox, its clock and reset are served too.

    In a demo, the console takes visitors from this machine for `demo_user`.
    """
    uploads = crux.Uploads(ledger, alone=not settings.is_shared)
    others = [dialect for dialect in DIALECTS if dialect not in {crux, native}]
    faces = {dialect: dialect.make_face(ledger, settings.body_limit) for dialect in others}
    faces[native] = native.make_face(ledger, settings.body_limit, VIEWS, DOCUMENTS, settings=SETTINGS)
    faces[crux] = crux.make_face(ledger, settings.body_limit, uploads, settings.upload_limit)
    owners: dict[str, ASGIApp] = {prefix: faces[dialect] for dialect in DIALECTS for prefix in dialect.PREFIXES}
    shown = console.make_face(ledger, settings.body_limit, TITLES, VIEWS, demo_user)
    owners |= dict.fromkeys(console.PREFIXES, shown)
    fallback = faces[native]
    owners["/healthz"] = Face("server", [Route("/healthz", _Health(ledger).check)], native.voice)
    if sandbox:
        owners["/sandbox"] = Face("server", _sandbox_routes(sandbox), native.voice)
        owners["/_admin"] = modulus.make_reading_face(ledger)
    return App(owners, fallback, _work(ledger, settings, uploads))


def _work(ledger: Ledger, settings: Settings, uploads: crux.Uploads) -> Sequence[Work]:
    """List what is to be done beside the requests. A sandbox keeps its log-ins: its clock may be set back."""
    sweeping = [] if settings.sandbox else [Sweeper(ledger).run]
    dropping = [crux.DropFolder(ledger, uploads, settings.drop, settings.drop_user).run] if settings.drop else []
    return [uploads.run, *dropping, *sweeping]


class _Health:
    """Whether the server can serve."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def check(self, _: Request) -> Response:
        """Answer 200 if the store can be read."""
        await self._ledger.store.workspaces()
        return json_reply({"status": "ok"})


def _sandbox_routes(sandbox: Sandbox) -> Sequence[Route]:
    async def show_clock(_: Request) -> Response:
        return json_reply({"now": sandbox.clock.now()})

    async def set_clock(request: Request) -> Response:
        sandbox.clock.set(_moment(decode_json(await read_body(request, 1000))))
        return await show_clock(request)

    async def reset(_: Request) -> Response:
        await sandbox.reset()
        return json_reply({"status": "reset"})

    return [
        Route("/sandbox/clock", show_clock, methods=["GET"]),
        Route("/sandbox/clock", set_clock, methods=["PUT"]),
        Route("/sandbox/reset", reset, methods=["POST"]),
    ]


def _moment(body: Any) -> datetime | None:
    """Read the moment to stand still at: `{"now": …}`, null to run again."""
    if not isinstance(body, dict) or "now" not in body:
        raise native.BodyInvalid([("/now", "Must be given; null lets the clock run.")])
    return None if body["now"] is None else native.read_moment(body["now"], "/now")
