"""The console on each store, with people of every role, and a browser that follows its forms."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from billingua.console import make_face
from billingua.console.pages import SIGN_IN
from billingua.core.access import Role
from billingua.engine.clock import SandboxClock, SystemClock
from billingua.engine.ledger import Ledger
from billingua.engine.passwords import hash_password
from billingua.engine.planting import Plant, plant
from billingua.engine.ports import Store
from billingua.wire.credentials import Session
from billingua.wire.replies import json_reply
from tests.builders import NOON, a_caller, a_party, a_user, a_uuid, a_workspace, an_order
from tests.dialects.conftest import OPENERS

DIALECTS = {"harbour": "Harbour Billing", "native": "Billingua"}


async def at_the_harbour(request: Request, ledger: Ledger, session: Session, invoice: int) -> Response:
    """Show an invoice as an API does that counts fathoms."""
    return json_reply({"id": invoice, "</pre>": ['a"b', -1.5, True, None, {}]})


async def at_the_quay(request: Request, ledger: Ledger, session: Session, invoice: int) -> Response:
    """Refuse to show an invoice, and not in JSON."""
    return Response("<b>not here</b>", 404)


VIEWS = {"harbour": at_the_harbour, "quay": at_the_quay}


@pytest.fixture(params=OPENERS)
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Each store that people run."""
    numbers = count(1)
    store = await OPENERS[request.param](request, lambda: UUID(int=next(numbers)))
    yield store
    await store.close()


@pytest.fixture
def clock() -> SandboxClock:
    clock = SandboxClock(SystemClock())
    clock.set(NOON)
    return clock


@pytest.fixture
def ledger(store: Store, clock: SandboxClock) -> Ledger:
    return Ledger(store, clock)


@cache
def hashed(password: str) -> str:
    """Hash a password, once."""
    return hash_password(password, bytes(16))


def people() -> list[Any]:
    """One user of each role, and one of a trading partner."""
    said = [("victor", Role.VIEWER, None), ("clara", Role.CLERK, None), ("ada", Role.ADMINISTRATOR, None)]
    said.append(("supplier", Role.VIEWER, a_uuid(2010)))
    return [
        a_user(
            id=number,
            username=name,
            name=name.capitalize(),
            email=f"{name}@demo.example",
            role=role,
            organization=organization,
            password_hash=hashed(f"{name}'s"),
        )
        for number, (name, role, organization) in enumerate(said, 1)
    ]


class _Texts(HTMLParser):
    """What a page says, without its markup."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def said(page: str) -> str:
    """Give what a page says, each run of blanks as one."""
    return " ".join(" ".join(_Texts(page).texts).split())


@dataclass
class Browser:
    """Somebody at the console, and the ledger behind it."""

    client: httpx.AsyncClient
    ledger: Ledger
    clock: SandboxClock

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Open a page."""
        return await self.client.get(path, headers=headers)

    async def page(self, path: str) -> str:
        """Open a page that is there, and give what it says."""
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return said(answer.text)

    async def send(self, page: str, path: str | None = None, **fields: str) -> httpx.Response:
        """Open a page, fill in its form, and send it to where that page, or this path, takes it."""
        shown = await self.get(page)
        hidden = dict(re.findall(r'type="hidden" name="(form_token|version)" value="([^"]*)"', shown.text))
        return await self.client.post(path or page, data=hidden | fields)

    async def sign_in(self, name: str, **fields: str) -> httpx.Response:
        """Sign in with the password that the person has."""
        return await self.send(SIGN_IN, name=name, **{"password": f"{name}'s"} | fields)

    async def numbers(self, query: str = "") -> list[str]:
        """List the numbers of the invoices that a list shows."""
        answer = await self.get(f"/console/invoices{query}")
        assert answer.status_code == 200, answer.text
        return re.findall(r'<td class="number"><a [^>]*>([^<]*)</a>', answer.text)


Opening = Callable[..., Awaitable[Browser]]
Joining = Callable[..., Browser]


@pytest.fixture
async def join(ledger: Ledger, clock: SandboxClock) -> AsyncIterator[Joining]:
    """Open further browsers on the same console."""
    async with AsyncExitStack() as stack:
        faces: dict[str | None, Any] = {}
        clients: list[httpx.AsyncClient] = []

        def open_browser(
            address: str = "192.0.2.7", origin: str = "http://billingua.test", demo_user: str | None = None
        ) -> Browser:
            face = faces.setdefault(demo_user, make_face(ledger, 10_000, DIALECTS, VIEWS, demo_user))
            transport = httpx.ASGITransport(app=face, client=(address, 4711))
            clients.append(httpx.AsyncClient(transport=transport, base_url=origin))
            stack.push_async_callback(clients[-1].aclose)
            return Browser(clients[-1], ledger, clock)

        yield open_browser


@pytest.fixture
def console_with(ledger: Ledger, join: Joining) -> Opening:
    """Fill the demo workspace, and open a browser, signed in as somebody if a name is given."""

    async def fill(*aggregates: Any, as_: str | None = None, **of_workspace: Any) -> Browser:
        beside = [*people(), a_party(), a_party(id=11, name="Quay Lamps"), an_order()]
        await ledger.run(a_caller(), plant, Plant(a_workspace(**of_workspace), [*beside, *aggregates]))
        browser = join()
        if as_:
            answer = await browser.sign_in(as_)
            assert answer.status_code == 303, answer.text
        return browser

    return fill
