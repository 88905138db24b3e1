"""What pages are made of beside HTML: our style sheet and script, and htmx as its npm package has it."""

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billingua.console.pages import SAFE
from billingua.wire.errors import UnknownPath

_HOME = files("billingua.console") / "assets"
_TYPES = {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "htmx/htmx.min.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}

ROUTE_PATH = "/console/assets/{name:path}"


async def show_asset(request: Request) -> Response:
    """Give one of the files. Refuses with `UnknownPath`."""
    name = request.path_params["name"]
    if name not in _TYPES:
        raise UnknownPath
    headers = {**SAFE, "Cache-Control": "public, max-age=3600", "Content-Type": _TYPES[name]}
    return Response(_HOME.joinpath(name).read_bytes(), headers=headers)


ROUTE = Route(ROUTE_PATH, show_asset, methods=["GET"])
