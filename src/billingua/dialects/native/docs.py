"""Pages for people who read about our own API: an interactive one of its operations, and one on each problem.

The interactive page is Swagger UI, as its npm package has it, which stands beside this file: nothing comes from
elsewhere.
"""

from collections.abc import Mapping
from html import escape
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from billingua.dialects.native.errors import TYPES, explain
from billingua.wire.errors import UnknownPath

_ASSETS = files("billingua.dialects.native") / "swagger-ui"
_TYPES = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
    "favicon-32x32.png": "image/png",
}

# Swagger UI sets styles by itself, and its icons are data; it runs no text as a program and frames nobody.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_LASTING = {**_HEADERS, "Cache-Control": "public, max-age=3600"}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="page" data-document="{document}"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

DOCUMENT = "/v1/openapi.json"


def routes() -> list[Route]:
    """List the pages and what they are made of; everybody may read them."""
    return [
        Route("/docs", show_page, methods=["GET"]),
        Route(TYPES + "{name}", explain_problem, methods=["GET"]),
        Route("/docs/{name}", show_asset, methods=["GET"]),
    ]


async def show_page(_: Request) -> Response:
    """Show the interactive page."""
    return HTMLResponse(_PAGE.format(title="Billingua", document=escape(DOCUMENT)), headers=_HEADERS)


async def show_asset(request: Request) -> Response:
    """Give a file that the page is made of. Refuses with `UnknownPath`."""
    name = request.path_params["name"]
    if name not in _TYPES:
        raise UnknownPath
    return Response(_ASSETS.joinpath(name).read_bytes(), headers={**_LASTING, **_typed(name)})


def _typed(name: str) -> Mapping[str, str]:
    return {"Content-Type": _TYPES[name]}


async def explain_problem(request: Request) -> Response:
    """Show what a type of problem is."""
    return explain(request.path_params["name"])
