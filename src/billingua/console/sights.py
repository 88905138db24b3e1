"""An invoice as each API shows it, side by side. Which APIs there are, and how they show it, is told to us."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billingua.console.pages import Pages
from billingua.console.sessions import Door, Visit
from billingua.console.visits import invoice_id, reading
from billingua.engine.invoices import find_invoice
from billingua.engine.ledger import Ledger
from billingua.wire.credentials import Session

View = Callable[[Request, Ledger, Session, int], Awaitable[Response]]
"""How an API answers to somebody who asks for an invoice, by its id."""

_TOKENS = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d[\d.eE+-]*)|([^"\w-]+|\w+|-)')


@dataclass(frozen=True, slots=True)
class Sight:
    """What an API answers, in its own words, also where it refuses; `body` is markup."""

    dialect: str
    status: int
    body: Markup


class SightPages:
    """The page that shows an invoice as the APIs do, by `views`."""

    def __init__(self, ledger: Ledger, door: Door, pages: Pages, views: Mapping[str, View]) -> None:
        self._ledger = ledger
        self._door = door
        self._pages = pages
        self._views = views

    def routes(self) -> Sequence[Route]:
        """List it."""
        return [Route("/console/invoices/{invoice}/as-seen", reading(self._door, self.show), methods=["GET"])]

    async def show(self, visit: Visit) -> Response:
        """Show an invoice as each API does. Refuses as the ledger's `find_invoice`."""
        view = await self._ledger.read(visit.session.caller, find_invoice, invoice_id(visit))
        sights = [await self._see(visit, dialect, view.invoice.id) for dialect in self._views]
        return self._pages.show(visit.request, "sights.html", it=view.invoice, sights=sights)

    async def _see(self, visit: Visit, dialect: str, invoice: int) -> Sight:
        answer = await self._views[dialect](visit.request, self._ledger, visit.session, invoice)
        return Sight(dialect, answer.status_code, highlighted(bytes(answer.body)))


def highlighted(body: bytes) -> Markup:
    """Write JSON out with its parts marked; anything else as the text that it is."""
    try:
        text = msgspec.json.format(body).decode()
    except msgspec.DecodeError:
        return Markup.escape(body.decode(errors="replace"))
    return Markup().join(_marked(token) for token in _TOKENS.finditer(text))


def _marked(token: re.Match[str]) -> Markup:
    text, colon, word, figure, rest = token.groups()
    if text is not None:
        kind = "text" if colon is None else "key"
        return Markup('<span class="{}">{}</span>{}').format(kind, text, colon or "")
    if word is not None or figure is not None:
        return Markup('<span class="{}">{}</span>').format("word" if word else "figure", word or figure)
    return Markup.escape(rest)
