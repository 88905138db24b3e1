"""The ceilings: what the same server could answer if nothing had to be decided or remembered.

`python -m benchmarks.ceiling dialects|bare FOLDER PORT`. With `dialects` it hears requests and words answers as
Billingua does: the same faces, routes, binding into commands and rendering. It does each command once, in memory; from
then on it answers what that came to, to whoever asks. (BigCommerce reads the members of an update only beside the
invoice, in the command, so that is not part of it.) With `bare` it decodes the JSON alone, and answers with the bytes
that Billingua once answered, which stand in the folder under the names of the dialects.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.ledger import fill
from billingua.app import App, create_app
from billingua.cli import serve
from billingua.cli.places import Place
from billingua.dialects import native
from billingua.engine.clock import SystemClock
from billingua.engine.conditions import Expected
from billingua.engine.ledger import Ledger
from billingua.engine.plan import Caller, Command
from billingua.settings import Settings
from billingua.stores.memory import MemoryStore
from billingua.wire import credentials
from billingua.wire.bodies import decode_json, read_body
from billingua.wire.credentials import Session
from billingua.wire.face import Face
from billingua.wire.replies import json_reply

_PATHS = {"bigcommerce": "/api/v3/io/ip/invoices/{id}", "onlyoffice": "/api/2.0/crm/invoice/{id}"}


def main(kind: str, folder: Path, port: int) -> None:
    """Serve as `billingua serve` does; the ledger in the folder is there, empty, and nobody asks it."""
    app = _bare(folder) if kind == "bare" else _dialects_alone()
    serve.create_app = lambda *_: app
    serve.serve(port=port, place=Place(data=folder / "unused"))


class _Answered(Ledger):
    """A ledger that does each command once, and then answers what that came to."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store, SystemClock())
        self._answers: dict[object, Any] = {}

    async def run(
        self, caller: Caller, command: Command[Any, Any], values: Any, expected: Expected | None = None
    ) -> Any:
        """Run a command, or remember its answer."""
        if command not in self._answers:
            self._answers[command] = await super().run(caller, command, values, expected)
        return self._answers[command]


def _dialects_alone() -> App:
    store = MemoryStore()
    asyncio.run(fill(store, 1))
    credentials.open_session = _opened_once(credentials.open_session)
    return create_app(_Answered(store), Settings())


def _opened_once(open_session: Callable[..., Awaitable[Session]]) -> Callable[..., Awaitable[Session]]:
    """Ask one client of each dialect who it is, and take all others for the same."""
    opened: dict[str, Session] = {}

    async def open_or_remember(request: Request, ledger: Ledger, dialect: str, *how: Any) -> Session:
        if dialect not in opened:
            opened[dialect] = await open_session(request, ledger, dialect, *how)
        return opened[dialect]

    return open_or_remember


def _bare(folder: Path) -> App:
    updates = [Route(path, _answering((folder / name).read_bytes()), methods=["PUT"]) for name, path in _PATHS.items()]
    return App({}, Face("ceiling", [*updates, Route("/healthz", _healthy)], native.voice))


def _answering(answer: bytes) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        decode_json(await read_body(request, Settings().body_limit))
        return Response(answer, media_type="application/json")

    return respond


async def _healthy(_: Request) -> Response:
    return json_reply({"status": "ok"})


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
