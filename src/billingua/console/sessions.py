"""Who is signed in: a session is a credential of the ledger, whose token the browser keeps in a cookie.

So it ends when it is revoked, is the same for every process that serves, and is swept away as other log-ins are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest, digest
from secrets import token_urlsafe
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from billingua.console.errors import FormForged, NoWayIn
from billingua.console.rights import may_enter
from billingua.core.access import User
from billingua.engine.credentials import IssueToken, hash_secret, issue_token
from billingua.engine.ledger import Ledger
from billingua.wire import credentials
from billingua.wire.bodies import read_body
from billingua.wire.credentials import Session
from billingua.wire.errors import CredentialMissing
from billingua.wire.forms import decode_form

NAME = "console"
"""What the ledger calls us, as it calls a dialect."""

SESSION = "billingua-session"
VISIT = "billingua-visit"
"""The cookies: of who is signed in, and of everybody who is shown a form before that."""

LIFE = timedelta(hours=12)
"""How long a session lasts: a day's work."""

_VISIT_SECONDS = 86400
_OWN_SITE = frozenset({"", "same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who is signed in, and the form that was sent with it, if one was."""

    request: Request
    session: Session
    form: Mapping[str, str]


class Door:
    """Lets people in who are signed in, and forms that were sent from our own pages."""

    def __init__(self, ledger: Ledger, body_limit: int) -> None:
        self._ledger = ledger
        self._limit = body_limit

    async def open(self, request: Request) -> Visit:
        """Let in who is signed in. Refuses with one of `CredentialRefused`, or with `NoWayIn`."""
        token = request.cookies.get(SESSION)
        if not token:
            raise CredentialMissing
        session = await credentials.open_session(request, self._ledger, NAME, token)
        if session.caller.user is None or not may_enter(session.caller.user):
            raise NoWayIn
        request.state.session = session
        return Visit(request, session, {})

    async def hear(self, request: Request) -> Visit:
        """Let in who is signed in and sends a form. Refuses as `open`, or with `FormForged`."""
        visit = await self.open(request)
        return Visit(request, visit.session, await self.read(request, SESSION))

    async def read(self, request: Request, *cookies: str) -> Mapping[str, str]:
        """Read a form that was sent from a page of whoever has one of these cookies. Refuses with `FormForged`."""
        form = dict(decode_form(await read_body(request, self._limit)))
        token = form.pop("form_token", "") or request.headers.get("x-form-token", "")
        secrets = [secret for cookie in cookies if (secret := request.cookies.get(cookie))]
        if not any(compare_digest(token.encode(), form_token(secret).encode()) for secret in secrets):
            raise FormForged
        if not _is_own(request):
            raise FormForged
        return form

    async def admit(self, session: Session) -> str:
        """Open a session for a user who has proven to be one; the answer is its token."""
        token = token_urlsafe(32)
        await self._ledger.run(session.caller, issue_token, IssueToken(hash_secret(token), LIFE))
        return token


def form_token(secret: str) -> str:
    """Give the token that forms carry for whoever has a cookie; it tells nothing of the cookie."""
    return digest(secret.encode(), b"form", "sha256").hex()


def _is_own(request: Request) -> bool:
    """Whether a form comes from a page of this host; what no browser sent says nothing of where it comes from."""
    origin = request.headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == request.headers.get("host", "")
    return request.headers.get("sec-fetch-site", "") in _OWN_SITE


def visit_of(request: Request) -> str:
    """Give the secret of a visitor's cookie: the one that is there, or a new one."""
    return request.cookies.get(VISIT) or token_urlsafe(32)


def keep(request: Request, answer: Response, cookie: str, value: str) -> Response:
    """Have the browser keep a secret, out of reach of scripts and of other sites."""
    life = int(LIFE.total_seconds()) if cookie == SESSION else _VISIT_SECONDS
    answer.set_cookie(cookie, value, max_age=life, httponly=True, samesite="lax", secure=is_https(request))
    return answer


def is_https(request: Request) -> bool:
    """Whether the request came in over TLS, as far as we or a trusted proxy know."""
    return request.url.scheme == "https"


def user_of(session: Session) -> User:
    """Give the user who is signed in: every session of the console has one."""
    user = session.caller.user
    if user is None:
        raise NoWayIn
    return user
