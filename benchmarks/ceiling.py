"""The ceiling: the same server, face and bodies, decoded and answered without asking anybody who, what or whether.

`python -m benchmarks.ceiling FOLDER PORT`: what it answers to an update are the bytes that Billingua answered to one,
which stand in the folder under the names of the dialects.
"""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billingua.app import App
from billingua.cli import serve
from billingua.cli.places import Place
from billingua.dialects import bigcommerce, native, onlyoffice
from billingua.settings import Settings
from billingua.wire.bodies import decode_json, read_body
from billingua.wire.face import Face
from billingua.wire.replies import json_reply

PATHS = {bigcommerce.NAME: "/api/v3/io/ip/invoices/{id}", onlyoffice.NAME: "/api/2.0/crm/invoice/{id}"}


def main(folder: Path, port: int) -> None:
    """Serve as `billingua serve` does; the ledger is there, empty, and nobody asks it."""
    updates = [Route(path, _answering((folder / name).read_bytes()), methods=["PUT"]) for name, path in PATHS.items()]
    face = Face("ceiling", [*updates, Route("/healthz", _healthy)], native.voice)
    serve.create_app = lambda *_: App({}, face)
    serve.serve(port=port, place=Place(data=folder / "unused"))


def _answering(answer: bytes) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        decode_json(await read_body(request, Settings().body_limit))
        return Response(answer, media_type="application/json")

    return respond


async def _healthy(_: Request) -> Response:
    return json_reply({"status": "ok"})


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
