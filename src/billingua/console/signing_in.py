"""Where people sign in and out, and choose how light their pages are."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billingua.console.errors import LockedOut, NoWayIn, words_of
from billingua.console.locking import Lock
from billingua.console.pages import HOME, SIGN_IN, THEME, THEMES, Pages, go, own_path
from billingua.console.rights import may_enter
from billingua.console.sessions import NAME, SESSION, VISIT, Door, is_https, keep
from billingua.core.access import User
from billingua.engine.credentials import revoke_credential
from billingua.engine.kinds import by_username
from billingua.engine.ledger import Ledger
from billingua.wire.credentials import session_of_user, users_by_password

_WRONG = "No user has this name and password."
_CHOOSE = "These open several workspaces. Choose one, and type the password once more."
_YEAR_SECONDS = 365 * 86400

Opened = Sequence[tuple[str, User]]
"""The users whose name and password somebody knows, each with the name of their workspace."""


class SigningIn:
    """The pages of signing in. On a demo, visitors from this machine are `demo_user` without being asked."""

    def __init__(self, ledger: Ledger, door: Door, pages: Pages, demo_user: str | None = None) -> None:
        self._ledger = ledger
        self._door = door
        self._pages = pages
        self._demo_user = demo_user
        self._lock = Lock()

    def routes(self) -> Sequence[Route]:
        """List them."""
        return [
            Route(SIGN_IN, self.ask, methods=["GET"]),
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            Route("/console/sign-out", self.sign_out, methods=["POST"]),
            Route("/console/theme", self.choose_theme, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        """Ask who it is; a demo knows its own visitors, unless they have just signed out."""
        if self._demo_user and "out" not in request.query_params and _is_at_home(request):
            held = await self._ledger.store.find(by_username(self._demo_user))
            if held:
                name, record = held[0]
                return await self._let_in(request, name, record.value, request.query_params.get("next", ""))
        return self._form(request, back=request.query_params.get("next", ""))

    async def sign_in(self, request: Request) -> Response:
        """Let in who knows a user's password."""
        form = await self._door.read(request, VISIT)
        name, password = form.get("name", ""), form.get("password", "")
        address = request.client.host if request.client else ""
        try:
            if not request.state.attempt:  # a request that is answered once again is one attempt
                self._lock.attempt(name, address, self._ledger.clock.now())
        except LockedOut as error:
            words = words_of(error)
            return self._form(request, name, form.get("next", ""), words.text, words.status)
        opened = await users_by_password(self._ledger, name, password, by_email=True)
        if not opened:
            return self._form(request, name, form.get("next", ""), _WRONG, 401)
        self._lock.succeed(name, address)
        return await self._choose(request, opened, form)

    async def _choose(self, request: Request, opened: Opened, form: Mapping[str, str]) -> Response:
        """Let in who has proven to be somebody: into the workspace that was chosen, where there are several."""
        entering = [(name, user) for name, user in opened if may_enter(user)]
        if not entering:
            raise NoWayIn
        chosen = [one for one in entering if one[0] == form.get("workspace")] or entering
        back = form.get("next", "")
        if len(chosen) > 1:
            names = sorted(name for name, _ in chosen)
            return self._form(request, form.get("name", ""), back, _CHOOSE, workspaces=names)
        return await self._let_in(request, *chosen[0], back)

    async def _let_in(self, request: Request, workspace: str, user: User, back: str) -> Response:
        session = await session_of_user(request, self._ledger, NAME, workspace, user)
        token = await self._door.admit(session)
        return keep(request, go(own_path(back)), SESSION, token)

    async def sign_out(self, request: Request) -> Response:
        """End the session, for every process that serves."""
        visit = await self._door.hear(request)
        await self._ledger.run(visit.session.caller, revoke_credential, visit.session.credential.id)
        answer = go(f"{SIGN_IN}?out=1")
        answer.delete_cookie(SESSION, httponly=True, samesite="lax", secure=is_https(request))
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    async def choose_theme(self, request: Request) -> Response:
        """Keep how light the pages shall be; whoever sees one may say so."""
        form = await self._door.read(request, SESSION, VISIT)
        answer = go(own_path(form.get("next", HOME)))
        if (theme := form.get("theme")) in THEMES:
            answer.set_cookie(
                THEME, str(theme), max_age=_YEAR_SECONDS, httponly=True, samesite="lax", secure=is_https(request)
            )
        return answer

    def _form(
        self,
        request: Request,
        name: str = "",
        back: str = "",
        problem: str = "",
        status: int = 200,
        workspaces: Sequence[str] = (),
    ) -> Response:
        facts = {"name": name, "next": own_path(back), "problem": problem, "workspaces": workspaces}
        return self._pages.show(request, "sign_in.html", status, **facts)


def _is_at_home(request: Request) -> bool:
    """Whether somebody on this machine asks, and calls it so: other sites' names may lead here too."""
    host = request.url.hostname or ""
    return _is_loopback(request.client.host if request.client else "") and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False
