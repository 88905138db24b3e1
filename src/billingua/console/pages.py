"""Pages: templates filled with facts, under headers that let nothing of others in."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from billingua.console.errors import words_of
from billingua.console.formats import Formats
from billingua.console.sessions import SESSION, VISIT, form_token, keep, visit_of
from billingua.core.errors import Refused
from billingua.wire.credentials import Session
from billingua.wire.errors import CredentialRefused

HOME = "/console/invoices"
SIGN_IN = "/console/sign-in"
THEME = "billingua-theme"
THEMES = ("system", "light", "dark")

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    # Not `no-referrer`: under that browsers call the origin of our own forms `null`.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
PRIVATE = {**SAFE, "Cache-Control": "no-store"}


class Pages:
    """Fills templates; whatever stands in a fact is text, and never markup."""

    def __init__(self, dialects: Mapping[str, str]) -> None:
        self._templates = Environment(
            loader=PackageLoader("billingua.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

        def title(dialect: str) -> str:
            return dialects.get(dialect, dialect.capitalize())

        self._templates.filters["dialect"] = title

    def show(self, request: Request, template: str, status: int = 200, **facts: Any) -> Response:
        """Show a page to whoever asks."""
        session: Session | None = getattr(request.state, "session", None)
        secret = request.cookies.get(SESSION, "") if session else visit_of(request)
        page = self._templates.get_template(template).render(
            session=session,
            formats=Formats.of(session.workspace) if session else None,
            form_token=form_token(secret),
            theme=_theme(request),
            themes=THEMES,
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            **facts,
        )
        answer = HTMLResponse(page, status, PRIVATE)
        return answer if session else keep(request, answer, VISIT, secret)

    def refuse(self, request: Request, error: Refused) -> Response:
        """Say why something was refused; whoever is not signed in is asked to."""
        if isinstance(error, CredentialRefused):
            return _to_sign_in(request)
        words = words_of(error)
        return self.show(request, "problem.html", words.status, words=words, request_id=request.state.id)


def _theme(request: Request) -> str:
    chosen = request.cookies.get(THEME, "")
    return chosen if chosen in THEMES else THEMES[0]


def _to_sign_in(request: Request) -> Response:
    """Lead to where one signs in, and from there back; htmx has to be told to leave the page for that."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?next={quote(wanted, safe='')}" if request.method == "GET" and wanted != HOME else ""
    if "hx-request" in request.headers:
        return Response(headers={**PRIVATE, "HX-Redirect": SIGN_IN + back})
    return go(SIGN_IN + back)


def go(path: str) -> Response:
    """Lead to another of our pages."""
    return RedirectResponse(path, 303, PRIVATE)


def own_path(path: str) -> str:
    """Give a path to lead to if it is one of our own pages, or else the first of them."""
    is_own = path.startswith("/console/") and path.isprintable() and "\\" not in path
    return path if is_own else HOME
