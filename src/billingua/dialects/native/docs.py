"""The documents of every dialect, and pages for people: an interactive one of them, and one on each of our problems.

The interactive page is Swagger UI, as its npm package has it, which stands beside this file: nothing comes from
elsewhere.
"""

from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from billingua.dialects.native.errors import TYPES, explain
from billingua.dialects.native.vocabulary import NAME
from billingua.wire.errors import UnknownPath
from billingua.wire.openapi import JSON, Describe
from billingua.wire.replies import encode_json

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
<style>
body {{ margin: 0; }}
nav {{ background: #1b1b1b; font: 16px sans-serif; padding: 12px 20px; }}
nav a {{ color: #fff; display: inline-block; padding: 6px 12px; text-decoration: none; }}
nav a[aria-current] {{ border-bottom: 3px solid #85ea2d; }}
</style>
</head>
<body>
<nav aria-label="APIs">{choice}</nav>
<div id="page" data-document="{document}"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

_CHOICE = '<a href="/docs?api={name}"{current}>{name}</a>'


def routes(documents: Mapping[str, Describe]) -> list[Route]:
    """List the documents, by dialect, the pages and what they are made of; everybody may read them."""
    shown = _Documents(documents)
    return [
        Route("/v1/openapi.json", shown.show_own, methods=["GET"]),
        Route("/openapi/{name}.json", shown.show, methods=["GET"]),
        Route("/docs", shown.show_page, methods=["GET"]),
        Route(TYPES + "{name}", explain_problem, methods=["GET"]),
        Route("/docs/{name}", show_asset, methods=["GET"]),
    ]


class _Documents:
    """The documents, each made when somebody asks for it, and the page that shows one of them."""

    def __init__(self, documents: Mapping[str, Describe]) -> None:
        self._documents = documents
        self._encoded = cache(self._encode)

    async def show_own(self, _: Request) -> Response:
        """Give the document of our own API."""
        return Response(self._encoded(NAME), media_type=JSON)

    async def show(self, request: Request) -> Response:
        """Give the document of a dialect. Refuses with `UnknownPath`."""
        return Response(self._encoded(self._known(request.path_params["name"])), media_type=JSON)

    async def show_page(self, request: Request) -> Response:
        """Show the interactive page of the dialect in `?api=`, or of our own. Refuses with `UnknownPath`."""
        shown = self._known(request.query_params.get("api", NAME))
        choice = [
            _CHOICE.format(name=escape(name), current=' aria-current="page"' if name == shown else "")
            for name in self._documents
        ]
        page = _PAGE.format(title="Billingua", choice="".join(choice), document=f"/openapi/{escape(shown)}.json")
        return HTMLResponse(page, headers=_HEADERS)

    def _encode(self, name: str) -> bytes:
        return encode_json(self._documents[name]())

    def _known(self, name: str) -> str:
        if name not in self._documents:
            raise UnknownPath
        return name


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
